//! Does the model of the card do what the reference says, through its ports and its registers
//! alone?

use driver::{Card, CardIo, Counters};
use hdl::{
    class::{AddressLabel, IpKey, PortKey, PortLabel},
    connection::IdleTimes,
    decap::Identity,
    deliver::{Access, EniEntry},
    eni::{AttachAction, AttachKey},
    group::GroupAction,
    mapping::MappingAction,
    memory::Memory,
    meta::{DropReason, Entered, Source},
    nacl::{RuleAction, RuleKey},
    profile::{CPU_PORT, HOST_PORTS, PORTS, PROFILES, is_net},
    route::{RouteLabel, Target},
    spoof::AddressAction,
    tables::{Image, Tables},
};
use sim::{Ended, Followed, Journey, Model, Pauses, Taken, follow, retrace};

const ROUTER: u64 = 0x0200_0000_0001;
const CARD: u64 = 0x0200_0000_0002;
const HERE: u32 = 0x0a00_0001;
const THERE: u32 = 0x0a00_0002;
const VNI: u32 = 0x12_3456;
const MACS: [u64; 3] = [0x0200_0000_1010, 0x0200_0000_1020, 0x0200_0000_1030];
/// Of two ENIs of this card in two subnets, and of one elsewhere, in the second's subnet.
const IPS: [u32; 3] = [0x0a01_010a, 0x0a01_020a, 0x0a01_0214];

fn ip(vpc: u8, v4: u32) -> IpKey {
    IpKey { vpc, ip: 0xffff << 32 | u128::from(v4) }
}

/// Two ENIs at two ports; the second one's subnet is closed to the outside if `closed`.
fn image(closed: bool) -> Image {
    let attached = |i: usize| AttachAction {
        vpc: 1,
        eni: i as u16 + 1,
        subnet: i as u16 + 1,
        policy: i as u8 + 1,
        route_table: 1,
        mac: MACS[i],
        up: true,
        check: true,
        asks: false,
    };
    let mapped = |i: usize| MappingAction {
        vtep: if i < 2 { HERE } else { THERE },
        vni: VNI,
        mac: MACS[i],
        subnet: (i as u16 + 1).min(2),
        local: i < 2,
        router: false,
        service: 0,
        mtu: 0,
        nat_ip: 0,
    };
    let owned =
        |i: usize| AddressAction { eni: i as u16 + 1, subnet: i as u16 + 1, policy: i as u8 + 1 };
    let subnet = |subnet| AddressLabel { subnet, ..AddressLabel::default() };
    let local = |at| RouteLabel { target: Target::Local, route: 1, to: 1, far: subnet(at) };
    let group = GroupAction { allow: true, tracked: true, rule: 1 };
    let rule = |policy: u8, inbound, allow| {
        let key = RuleKey { policy, inbound, ..RuleKey::default() };
        (key, RuleAction { allow, rule: 100, group })
    };
    let eni = |i: usize, tags| {
        let (port, vids) = (i as u8, [100 * u16::from(tags), 0]);
        let access = Access { mac: MACS[i], vids, tags, port, up: true, outside: false };
        EniEntry { access, idle: IdleTimes::DEFAULT, ..EniEntry::default() }
    };
    Image {
        identity: Identity { vtep: HERE, mac: CARD, gateway_mac: ROUTER + 9, router_mac: ROUTER },
        attachments: [
            (AttachKey::place(0, &[]), attached(0)),
            (AttachKey::place(1, &[100]), attached(1)),
            (
                AttachKey::tunnel(VNI),
                AttachAction { vpc: 1, route_table: 1, ..AttachAction::default() },
            ),
        ]
        .into(),
        addresses: [(ip(1, IPS[0]), owned(0)), (ip(1, IPS[1]), owned(1))].into(),
        port_classes: vec![(PortKey::default(), PortLabel::default())],
        routes: vec![
            (IpKey::default(), RouteLabel::default()),
            (ip(1, 0x0a01_0000), local(0)),
            (ip(1, 0x0a01_0100), local(1)),
            (ip(1, 0x0a01_0200), local(2)),
            (ip(1, 0x0a01_0300), local(0)),
            (ip(1, 0x0a02_0000), RouteLabel::default()),
        ],
        rules: [
            rule(1, false, true),
            rule(2, false, true),
            rule(1, true, true),
            rule(2, true, !closed),
        ]
        .into(),
        mappings: (0..3).map(|i| (ip(1, IPS[i]), mapped(i))).collect(),
        enis: vec![EniEntry::default(), eni(0, 0), eni(1, 1)],
        appliances: [].into(),
    }
}

/// The generator splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }

    /// Mostly `right`, so that packets come through.
    fn mostly<T>(&mut self, right: T, wrong: T) -> T {
        if self.below(8) == 0 { wrong } else { right }
    }
}

fn mac(value: u64) -> [u8; 6] {
    *value.to_be_bytes().last_chunk().expect("eight bytes have six")
}

/// An IPv4 header and `payload` behind it.
fn ipv4(src: u32, dst: u32, payload: &[u8]) -> Vec<u8> {
    let mut ip = vec![0x45, 0];
    ip.extend((payload.len() as u16 + 20).to_be_bytes());
    ip.extend([0, 0, 0x40, 0, 64, 17, 0, 0]);
    ip.extend([src.to_be_bytes(), dst.to_be_bytes()].concat());
    let sum: u32 = ip.chunks(2).map(|c| u32::from(u16::from_be_bytes([c[0], c[1]]))).sum();
    let sum = (sum & 0xffff) + (sum >> 16);
    ip[10..12].copy_from_slice(&(!((sum & 0xffff) + (sum >> 16)) as u16).to_be_bytes());
    ip.extend(payload);
    ip
}

fn udp(src_port: u16, dst_port: u16, payload: &[u8]) -> Vec<u8> {
    let length = payload.len() as u16 + 8;
    let header = [src_port, dst_port, length, 0].map(u16::to_be_bytes).concat();
    [&header, payload].concat()
}

/// A frame as it comes to `port`; now and then something about it is wrong.
fn frame(random: &mut Random, port: usize) -> Vec<u8> {
    let payload: Vec<u8> = (0..random.below(600)).map(|i| i as u8).collect();
    let from = if is_net(port) { 2 } else { port };
    let to = (from + 1 + random.below(2)) % 3;
    let src_ip = random.mostly(IPS[from], IPS[to]);
    let dst_ip = random.mostly(IPS[to], 0x0a02_0001);
    let packet = ipv4(src_ip, dst_ip, &udp(random.below(1 << 16) as u16, 443, &payload));
    let src_mac = random.mostly(MACS[from], MACS[to]);
    let tag: &[u8] = if port == 1 { &[0x81, 0, 0, 100] } else { &[] };
    let dst_mac = if is_net(port) { MACS[to] } else { random.mostly(ROUTER, MACS[to]) };
    let inner = [&mac(dst_mac), &mac(src_mac), tag, &[8, 0], &packet[..]].concat();
    if !is_net(port) {
        return inner;
    }
    let vni = random.mostly(VNI, 7) << 8;
    let vxlan = [&[8, 0, 0, 0], &vni.to_be_bytes()[..], &inner].concat();
    let outer = ipv4(random.mostly(THERE, 9), HERE, &udp(50_000, 4789, &vxlan));
    [&mac(random.mostly(CARD, 5)), &mac(ROUTER), &[8, 0][..], &outer].concat()
}

/// Queue `count` frames at random ports; gives them by port.
fn send(model: &mut Model, random: &mut Random, count: usize) -> [Vec<Vec<u8>>; PORTS] {
    let mut sent: [Vec<_>; PORTS] = Default::default();
    for _ in 0..count {
        let port = random.below(CPU_PORT);
        let frame = frame(random, port);
        model.send(port, &frame).expect("there is this port");
        sent[port].push(frame);
    }
    sent
}

/// Every packet against the reference, which looks up in the tables of its generation.
fn compare(
    mut memory: Memory,
    Followed { journeys, order }: &Followed,
    sent: &[Vec<Vec<u8>>; PORTS],
    tables: [&Tables; 2],
) {
    let mut sent = sent.each_ref().map(|frames| frames.iter());
    let taken = journeys.iter().map(|journey| {
        let (port, passes) = (journey.sent.port, journey.passes);
        let frame = sent[port].next().expect("follow matched them");
        let generation = passes.first.generation;
        Taken {
            frame,
            entered: Entered { source: Source::at(port), generation, open: true },
            passes,
        }
    });
    let taken: Vec<_> = taken.collect();
    let outcomes = retrace(order, &taken, |g| tables[usize::from(g)], &mut memory);
    for (number, (journey, outcome)) in journeys.iter().zip(outcomes).enumerate() {
        assert_eq!(
            journey.passes, outcome.passes,
            "packet {number}, at port {}",
            journey.sent.port
        );
        assert_eq!(journey.received.as_ref().map(|f| &f.bytes), outcome.frame.as_ref());
    }
}

fn open(width: usize, seed: u32) -> Card<Model> {
    let mut model = Model::new(&PROFILES[width], seed).expect("there is a model of each profile");
    for port in 0..PORTS {
        let pauses = Pauses { idle_per_mille: 100, stall_per_mille: 100 };
        model.pauses(port, pauses).expect("there is this port");
    }
    Card::open(model, &PROFILES, u64::from(seed) << 7 | 1).expect("it is the card of the profile")
}

/// Run until all is quiet, and follow every packet.
fn finish(card: &mut Card<Model>) -> Followed {
    assert_eq!(card.io_mut().run(10_000_000).expect("no fault"), Ended::Quiet);
    follow(card.io_mut().take().expect("readable records")).expect("no packet is lost")
}

fn tally(journeys: &[Journey], counters: &Counters) {
    let count = |reason| journeys.iter().filter(|j| j.passes.verdict().reason == reason).count();
    for reason in DropReason::ALL {
        let counted = match reason {
            DropReason::None => counters.forwarded,
            reason => counters.dropped(*reason),
        };
        assert_eq!(counted, count(*reason) as u64, "{reason:?}");
    }
}

#[test]
fn a_card_is_closed_until_it_is_opened() {
    for width in 0..PROFILES.len() {
        let (mut card, mut random) = (open(width, 1), Random(1));
        card.apply(&image(false)).unwrap();
        send(card.io_mut(), &mut random, 40);
        let Followed { journeys, .. } = finish(&mut card);
        assert_eq!(journeys.len(), 40);
        let closed = |j: &Journey| j.passes.verdict().reason == DropReason::CardClosed;
        assert!(journeys.iter().all(closed));
        tally(&journeys, &card.counters().unwrap());
    }
}

#[test]
fn packets_are_judged_as_the_reference_does() {
    for width in 0..PROFILES.len() {
        let (mut card, mut random) = (open(width, 2), Random(2));
        card.apply(&image(false)).unwrap();
        card.set_open(true).unwrap();
        let sent = send(card.io_mut(), &mut random, 400);
        let followed = finish(&mut card);
        compare(card.memory(), &followed, &sent, [card.tables(); 2]);
        let journeys = followed.journeys;
        tally(&journeys, &card.counters().unwrap());
        let forwarded = journeys.iter().filter(|j| j.received.is_some()).count();
        assert!(forwarded > 100 && forwarded < 350, "{forwarded} of 400 forwarded");
        assert!(journeys.iter().any(|j| usize::from(j.passes.verdict().egress_port) == HOST_PORTS));
    }
}

#[test]
fn a_change_under_traffic_is_one_moment() {
    for width in 0..PROFILES.len() {
        let (mut card, mut random) = (open(width, 3), Random(3));
        card.apply(&image(true)).unwrap();
        card.apply(&image(false)).unwrap();
        let before = card.tables().clone();
        card.set_open(true).unwrap();
        let sent = send(card.io_mut(), &mut random, 600);
        assert_eq!(card.io_mut().run(300).unwrap(), Ended::Cycles);
        card.apply(&image(true)).unwrap();
        assert!(card.io().waiting() > 0, "traffic went on all the time");
        let followed = finish(&mut card);
        compare(card.memory(), &followed, &sent, [&before, card.tables()]);
        let journeys = followed.journeys;
        let changed = journeys.iter().position(|j| j.passes.first.generation).unwrap();
        assert!(changed > 10, "the change came at packet {changed}");
        assert!(journeys[changed..].iter().all(|j| j.passes.first.generation));
    }
}

#[test]
fn a_card_is_reached_while_its_ports_are_blocked() {
    let mut card = open(0, 4);
    card.apply(&image(false)).unwrap();
    card.set_open(true).unwrap();
    for port in 0..PORTS {
        let pauses = Pauses { idle_per_mille: 0, stall_per_mille: 1000 };
        card.io_mut().pauses(port, pauses).unwrap();
    }
    let sent = send(card.io_mut(), &mut Random(4), 300);
    assert_eq!(card.io_mut().run(20_000).unwrap(), Ended::Cycles);
    card.apply(&image(false)).unwrap();
    (0..PORTS).for_each(|port| card.io_mut().pauses(port, Pauses::default()).unwrap());
    let followed = finish(&mut card);
    compare(card.memory(), &followed, &sent, [card.tables(); 2]);
    assert_eq!(card.io_mut().read32(0).unwrap(), hdl::bar0::MAGIC_VALUE);
}
