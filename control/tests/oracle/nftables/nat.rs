//! Does Linux translate packets as the card does?
//!
//! ```text
//!   beyond --> [ Linux: dnat, snat ] --> vpc       the same bytes but for the time to live?
//!   packet --> [ nat::translate    ] -->
//! ```
//! Machines of a VPC talk with the world under public addresses; routers on either side tell of
//! errors, quoting what passed there. Linux keeps track of connections and the card does not, so
//! what is quoted has passed before.

use super::{
    in_a_namespace,
    linux::{Wire, tell},
};
use crate::world::{once_in, pick};
use etherparse::{
    Icmpv4Header, Icmpv4Type, IpHeaders, IpNumber, Ipv4Extensions, Ipv4Header, PacketBuilder,
    UdpHeader, icmpv4::DestUnreachableHeader,
};
use fastrand::Rng;
use hdl::{nat, parser::parse};
use std::{collections::BTreeMap, net::Ipv4Addr};

const NAME: &str = "nftables::nat::linux_translates_as_the_card_does";
/// Conversations that are tried.
const TALKS: u16 = 1500;
/// Machines, as the VPC has them, and as the world does.
const MACHINES: [(Ipv4Addr, Ipv4Addr); 3] = [
    (Ipv4Addr::new(10, 0, 1, 10), Ipv4Addr::new(203, 0, 113, 10)),
    (Ipv4Addr::new(10, 0, 1, 11), Ipv4Addr::new(203, 0, 113, 255)),
    (Ipv4Addr::new(10, 255, 255, 255), Ipv4Addr::new(1, 0, 0, 1)),
];
const WORLD: [Ipv4Addr; 3] =
    [Ipv4Addr::new(8, 8, 8, 8), Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(9, 255, 0, 255)];
/// Routers that tell of errors, in the world.
const ROUTER: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 7);
/// Bytes of an IPv4 header without options.
const HEADER: usize = 20;

/// What Linux is told: `vpc` and `beyond` are its devices.
fn configure() {
    let entries = |pairs: &[(Ipv4Addr, Ipv4Addr)]| {
        let pairs: Vec<String> = pairs.iter().map(|(a, b)| format!("{a} : {b}")).collect();
        pairs.join(", ")
    };
    let back = MACHINES.map(|(private, public)| (public, private));
    let rules = format!(
        "table ip nat {{\n\
         chain in {{ type nat hook prerouting priority dstnat;\n\
         iifname beyond dnat to ip daddr map {{ {} }}; }}\n\
         chain out {{ type nat hook postrouting priority srcnat;\n\
         oifname beyond snat to ip saddr map {{ {} }}; }}\n}}\n",
        entries(&back),
        entries(&MACHINES)
    );
    tell("nft", &["-f", "-"], &rules);
    tell("ip", &["-batch", "-"], "route add 10.0.0.0/8 dev vpc\nroute add default dev beyond\n");
}

/// A packet of a conversation, from one to the other.
fn packet(rng: &mut Rng, id: u16, [src, dst]: [Ipv4Addr; 2], answers: bool) -> Vec<u8> {
    let mut header = Ipv4Header {
        time_to_live: 64,
        source: src.octets(),
        destination: dst.octets(),
        identification: rng.u16(..),
        ..Ipv4Header::default()
    };
    header.dscp = etherparse::IpDscp::try_new(rng.u8(..64)).expect("6 bits");
    let step = PacketBuilder::ip(IpHeaders::Ipv4(header, Ipv4Extensions::default()));
    let data: Vec<u8> = (0..rng.usize(..40)).map(|_| *pick(rng, &[0, 0xff, 7])).collect();
    let ports = if answers { [53, 20_000 + id] } else { [20_000 + id, 53] };
    let mut packet = Vec::new();
    match id % 3 {
        0 => {
            let tcp = step.tcp(ports[0], ports[1], rng.u32(..), 1024);
            let tcp = if answers { tcp.syn().ack(1) } else { tcp.syn() };
            tcp.write(&mut packet, &data)
        }
        1 => step.udp(ports[0], ports[1]).write(&mut packet, &data),
        _ if answers => step.icmpv4_echo_reply(id, 1).write(&mut packet, &data),
        _ => step.icmpv4_echo_request(id, 1).write(&mut packet, &data),
    }
    .expect("it fits");
    if id % 3 == 1 && once_in(rng, 3) {
        packet[HEADER + 6..HEADER + UdpHeader::LEN].fill(0);
    }
    packet
}

/// What a router says of a packet that has come to it.
fn error(rng: &mut Rng, from: Ipv4Addr, about: &[u8]) -> Vec<u8> {
    let to: [u8; 4] = about[12..16].try_into().expect("4 bytes");
    let most = about.len();
    // Linux looks at a quoted TCP header if all of it is there.
    let quoted = &about[..*pick(rng, &[HEADER + 8, HEADER + 8, most, most])];
    let kind = match rng.u32(..3) {
        0 => Icmpv4Type::DestinationUnreachable(DestUnreachableHeader::Host),
        1 => Icmpv4Type::DestinationUnreachable(DestUnreachableHeader::Port),
        _ => Icmpv4Type::TimeExceeded(etherparse::icmpv4::TimeExceededCode::TtlExceededInTransit),
    };
    let message = [&Icmpv4Header::with_checksum(kind, quoted).to_bytes()[..], quoted].concat();
    let length = message.len() as u16;
    let mut header = Ipv4Header::new(length, 64, IpNumber::ICMP, from.octets(), to).expect("fits");
    header.header_checksum = header.calc_header_checksum();
    [&header.to_bytes()[..], &message].concat()
}

/// What the card makes of a packet that comes from the world, or goes there.
fn translated(ip: &[u8], from_world: bool) -> Vec<u8> {
    let frame = [&[2; 12][..], &[8, 0], ip].concat();
    let far = if from_world { 16 } else { 12 };
    let far: [u8; 4] = ip[far..far + 4].try_into().expect("4 bytes");
    let far = Ipv4Addr::from(far);
    let other = MACHINES.iter().find_map(|(private, public)| match from_world {
        true => (*public == far).then_some(*private),
        false => (*private == far).then_some(*public),
    });
    let mut packet = ip.to_vec();
    let to = other.expect("a machine").to_bits();
    nat::translate(&mut packet, to, !from_world, &parse(&frame, false));
    packet
}

/// What Linux makes of it, with the time to live that it had.
fn forwarded(wire: &Wire, ip: &[u8], from_world: bool) -> Vec<u8> {
    let [from, to] = if from_world { ["beyond", "vpc"] } else { ["vpc", "beyond"] };
    let packet = wire.through(from, ip, to);
    let (mut header, rest) = Ipv4Header::from_slice(&packet).expect("IPv4");
    header.time_to_live += 1;
    header.header_checksum = header.calc_header_checksum();
    [&header.to_bytes()[..], rest].concat()
}

fn judge() {
    let wire = Wire::new(&["vpc", "beyond"]);
    configure();
    let mut rng = Rng::with_seed(7);
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    for id in 0..TALKS {
        let (private, public) = *pick(&mut rng, &MACHINES);
        let peer = *pick(&mut rng, &WORLD);
        let world_asks = rng.bool();
        for answers in [false, true] {
            let from_world = world_asks != answers;
            let ends = if from_world { [peer, public] } else { [private, peer] };
            let sent = packet(&mut rng, id, ends, answers);
            let got = forwarded(&wire, &sent, from_world);
            assert_eq!(got, translated(&sent, from_world), "talk {id}: {sent:02x?}");
            *met.entry(if from_world { "from the world" } else { "to the world" }).or_default() +=
                1;
            // Somebody there, or on the way, has nothing good to say of it.
            let teller = match from_world {
                true => private,
                false => *pick(&mut rng, &[peer, ROUTER]),
            };
            let sent = error(&mut rng, teller, &got);
            let got = forwarded(&wire, &sent, !from_world);
            assert_eq!(got, translated(&sent, !from_world), "talk {id}: {sent:02x?}");
            *met.entry(if from_world { "told the world" } else { "told a machine" })
                .or_default() += 1;
        }
    }
    assert!(met.len() == 4 && met.values().all(|n| *n > 1000), "{met:?}");
}

#[test]
fn linux_translates_as_the_card_does() {
    in_a_namespace(NAME, judge);
}
