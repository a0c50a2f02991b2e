//! Does a card with the compiled tables do what the file says?
//!
//! Random small networks and packets; the reference walk over the compiled tables must agree
//! with an oracle that reads the objects as they are written, and remembers in a list of its own
//! what it has let pass.

mod arp;
mod beyond;
mod edge;
mod judge;
mod load;
mod memory;
mod nat;
mod nftables;
mod packet;
mod punts;
mod roads;
mod rules;
mod size;
mod traffic;
mod world;

use arp::Arp;
use control::{Syntax, Vpcs, compile};
use fastrand::Rng;
use hdl::{
    meta::{DropReason, Entered, PuntReason, Source},
    profile::{PORT_NAMES, PROFILES, Profile},
    tables::TableId,
    walk::walk,
};
use judge::{Judgement, Leaves, Oracle};
use memory::Memory;
use std::{collections::BTreeMap, time::Duration};
use traffic::Saying;

/// Networks that are tried.
const NETWORKS: u64 = 400;
/// Packets per network and card.
const PACKETS: usize = 480;
/// Of those before it, a packet may repeat or answer one of so many.
const HEARD: usize = 10;
/// A card that nothing fills, not even with connections: what fits is asked elsewhere.
const ROOMY: Profile =
    Profile { depth_log2: [16; TableId::ALL.len()], connections_log2: 14, ..PROFILES[0] };

/// Two files, one in force after the other, on one card.
struct Case<'v> {
    files: [&'v Vpcs; 2],
    card: usize,
    tables: hdl::tables::Tables,
    text: [&'v str; 2],
    /// What the card knows of earlier packets.
    past: hdl::memory::Memory,
    /// What the oracle does.
    memory: Memory,
    /// What was said, the latest first.
    heard: Vec<Saying>,
}

/// How many times each case was met.
type Seen = BTreeMap<String, usize>;

impl Case<'_> {
    /// A packet, as one of the files has it; either in force for some packets.
    fn step(&mut self, rng: &mut Rng, generation: bool, seed: u64) -> String {
        let file = self.files[usize::from(generation)];
        if !world::once_in(rng, 4)
            && let Some((port, frame)) = beyond::frame(rng, file, self.card)
        {
            return self.check(generation, port, &frame, seed);
        }
        if world::once_in(rng, 8) {
            return self.ask(rng, generation, seed);
        }
        let earlier = self.heard.get(rng.usize(..HEARD));
        let saying = earlier.and_then(|s| if rng.bool() { s.answer(rng, file) } else { None });
        let saying = saying.or_else(|| earlier.map(|s| s.again(rng)));
        let saying = saying.filter(|_| rng.u32(..4) != 0);
        let saying = saying.unwrap_or_else(|| Saying::new(rng, file, self.card));
        self.heard.truncate(HEARD - 1);
        self.heard.insert(0, saying.clone());
        let sender = &file.enis[saying.sender];
        let here = (sender.card == self.card) != world::once_in(rng, 32);
        if here {
            let carried = saying.carried(rng, file);
            let frame = saying.frame(rng, &carried);
            return self.check(generation, sender.port, &frame, seed);
        }
        let carried = saying.in_tunnel(rng, file);
        let inner = saying.frame(rng, &carried);
        let from = (saying.through(rng, file), saying.onward(file));
        let frame = traffic::tunnel(rng, file, from, self.card, &inner);
        self.check(generation, 2, &frame, seed)
    }

    /// An ARP packet, as a file has it.
    fn ask(&mut self, rng: &mut Rng, generation: bool, seed: u64) -> String {
        let file = self.files[usize::from(generation)];
        let (sender, asking) = arp::asking(rng, file, self.card);
        let sender = &file.enis[sender];
        if (sender.card == self.card) != world::once_in(rng, 32) {
            return self.check(generation, sender.port, &asking.frame(rng), seed);
        }
        let asking = Arp { vlan: Vec::new(), ..asking };
        let inner = asking.frame(rng);
        let from = (file.cards[sender.card].underlay_ip, file.vpc_of(sender));
        let frame = traffic::tunnel(rng, file, from, self.card, &inner);
        self.check(generation, 2, &frame, seed)
    }

    /// Time passes: some seconds, or until a connection is just remembered, or just no more.
    fn wait(&mut self, rng: &mut Rng, seed: u64) {
        let ends = self.memory.ends();
        self.memory.now = match rng.u32(..4) {
            0 if !ends.is_empty() => *world::pick(rng, &ends),
            1 if !ends.is_empty() => *world::pick(rng, &ends) + 1,
            2 => self.memory.now + rng.u64(..40),
            _ => self.memory.now + 1,
        };
        self.past.wait(Duration::from_secs(self.memory.now));
        let (knows, counts) = (self.past.connections.live(), self.memory.live());
        let (card, now) = (self.card, self.memory.now);
        assert_eq!(knows, counts, "connections, seed {seed}, card {card}, second {now}");
    }

    /// Walk a frame in the generation of one of the files, and ask the oracle of that file:
    /// where did it come from, and how did it end?
    fn check(&mut self, generation: bool, port: u8, frame: &[u8], seed: u64) -> String {
        let net = port == 2;
        let source = Source::at(port.into());
        let entered = Entered { source, generation, open: true };
        let outcome = walk(&self.tables, &mut self.past, frame, entered);
        let which = usize::from(generation);
        let (file, card) = (self.files[which], self.card);
        let mut oracle = Oracle { file, card, memory: &mut self.memory };
        let expect: Judgement = if net {
            oracle.inbound(&packet::read_tunnel(frame))
        } else {
            oracle.outbound(port, &packet::read(frame))
        };
        let leaves = outcome.frame.as_deref().map(|frame| {
            if outcome.verdict.punt != PuntReason::None {
                Leaves::Cpu(punts::read(frame))
            } else if outcome.verdict.egress_port == 2 {
                Leaves::Net(packet::read_tunnel(frame))
            } else {
                Leaves::Host(packet::read(frame))
            }
        });
        let passes = outcome.passes;
        assert_eq!(
            (outcome.verdict, leaves),
            expect,
            "seed {seed}, card {}, port {port}: {frame:02x?}\n{passes:?}\n{}",
            self.card,
            self.text[which]
        );
        let found = passes.each().map(|t| (t.tracked.hit, t.tracked.state));
        let found: Vec<_> = found.filter(|(_, state)| *state != 0).collect();
        assert_eq!(found, self.memory.found, "seed {seed}, card {card}: {frame:02x?}\n{passes:?}");
        self.memory.found.clear();
        let verdict = outcome.verdict;
        let way = if net { "net" } else { "host" };
        match verdict.reason {
            DropReason::None if verdict.punt != PuntReason::None => verdict.name(),
            DropReason::None if verdict.reply => format!("{way} Reply"),
            DropReason::None => {
                format!("{way} to {}", PORT_NAMES[usize::from(verdict.egress_port)])
            }
            reason => format!("{way} {reason:?}"),
        }
    }
}

fn network(seed: u64, seen: &mut Seen) {
    let mut rng = Rng::with_seed(seed);
    let places = rng.fork();
    let text = [(); 2].map(|()| world::file(&mut rng, places.clone()));
    let files = text.each_ref().map(|t| {
        Vpcs::parse("random", t, Syntax::Toml).unwrap_or_else(|e| panic!("seed {seed}: {e}"))
    });
    if files[0].enis.is_empty() {
        return;
    }
    for card in 0..files[0].cards.len() {
        let compiled = files.each_ref().map(|file| {
            compile(file, &file.cards[card].name, &ROOMY)
                .unwrap_or_else(|e| panic!("seed {seed}: {e}"))
        });
        let tables = load::load([&compiled[0].image, &compiled[1].image], &mut rng);
        let mut case = Case {
            files: files.each_ref(),
            card,
            tables,
            text: text.each_ref().map(String::as_str),
            past: hdl::memory::Memory::new(&ROOMY, rng.u64(..)),
            memory: Memory::default(),
            heard: Vec::new(),
        };
        let mut generation = false;
        for _ in 0..PACKETS {
            generation ^= world::once_in(&mut rng, 4);
            if world::once_in(&mut rng, 6) {
                case.wait(&mut rng, seed);
            }
            *seen.entry(case.step(&mut rng, generation, seed)).or_default() += 1;
            for met in case.memory.met.drain(..) {
                *seen.entry(met.into()).or_default() += 1;
            }
        }
    }
}

/// What must have been met, some twenty times each.
const MET: [&str; 114] = [
    "host Ipv4MappedAddress",
    "host UnknownEni",
    "host EniDown",
    "host SpoofedMac",
    "host SpoofedIp",
    "host GratuitousArp",
    "host ArpNoMapping",
    "host Reply",
    "host Multicast",
    "host NaclOutbound",
    "host SgOutbound",
    "host NoRoute",
    "host Blackhole",
    "host NoMapping",
    "host NotItsAddress",
    "host NaclInbound",
    "host SgInbound",
    "host to host0",
    "host to host1",
    "host to net0",
    "net NotForUs",
    "net Ipv4MappedAddress",
    "net CongestionExperienced",
    "net UnknownVni",
    "net TunnelledArp",
    "net Multicast",
    "net SpoofedUnderlay",
    "net NoLocalEni",
    "net NaclInbound",
    "net SgInbound",
    "net EniDown",
    "net to host0",
    "net to host1",
    "TCP answered",
    "UDP answered",
    "echo answered",
    "fragment answered",
    "other answered",
    "outlives its rule",
    "untracked, cut",
    "lapsed",
    "ended",
    "begun anew",
    "ARP for the router",
    "ARP for another router",
    "ARP for one here",
    "ARP for one elsewhere",
    "ARP for a mapping",
    "ARP for another subnet's",
    "ARP for nobody",
    "ARP for nobody elsewhere",
    "ARP for an own address",
    "ARP answered",
    "ND answered",
    "ARP to one MAC",
    "ARP without a tag",
    "ARP with a tag",
    "ARP with two tags",
    "ARP for a service",
    "sent to a router's address",
    "DHCP",
    "DHCP without an address",
    "to a resolver",
    "to a fixed service",
    "PuntDhcp",
    "PuntService",
    "PuntLinkLocal",
    "PuntMappingMiss",
    "ND for a link-local address",
    "ND by a link-local address",
    "too long, a later fragment",
    "too long, an ICMP error",
    "too long, and may be fragmented",
    "too long, told over IPv4",
    "too long, told over IPv6",
    "to a peer",
    "through a transit gateway",
    "transit: no route",
    "transit: blackhole",
    "foreign, to another VPC",
    "to a gateway",
    "steered",
    "to an ENI",
    "steered to an ENI",
    "to an appliance's MAC",
    "taken by an appliance",
    "heard where an appliance lives",
    "to another VPC's ENI here",
    "heard its own",
    "heard a peer",
    "heard through a transit gateway",
    "heard a gateway",
    "heard one of two gateways",
    "heard under a service's address",
    "public to private",
    "private to public",
    "no public address",
    "net NoPublicAddress",
    "translated, TCP",
    "translated, UDP",
    "translated, UDP without a checksum",
    "translated, a first fragment",
    "translated, a later fragment",
    "translated, something else",
    "ICMP error translated",
    "ICMP error about others",
    "IPv6 from outside",
    "IPv6 to outside",
    "VPN from beyond",
    "VPN to beyond",
    "service insertion",
    "through a shared router",
    "ARP from the router beyond",
    "ND from the router beyond",
];

#[test]
fn the_card_does_what_the_file_says() {
    let mut seen = Seen::new();
    for seed in 0..NETWORKS {
        network(seed, &mut seen);
    }
    for end in MET {
        let count = seen.get(end).copied().unwrap_or(0);
        assert!(count >= 20, "{end}: met {count} times: {seen:#?}");
    }
}
