//! Tunnels of every kind: VXLAN and Geneve, over IPv4 and over IPv6, with and without options.

use super::directed::{Row, behind, built, cut, in_tunnel, long, signed, with};
use super::{Case, frames::*, simulate_all, thinned};
use crate::meta::DropReason::*;
use crate::parser::{Headers, parse, wire};
use etherparse::*;
use replay::Random;

const MACS: ([u8; 6], [u8; 6]) = ([2, 0, 0, 0, 0, 2], [2, 0, 0, 0, 0, 1]);
const PLAIN: Network = Network::Ipv4 { options: 0 };

/// What is in front of a frame.
#[derive(Clone, Copy, Debug)]
pub struct Around {
    pub v6: bool,
    /// Words of options of Geneve; without it is VXLAN.
    pub geneve: Option<u8>,
}

impl Around {
    /// Where UDP begins.
    pub fn udp(self) -> usize {
        if self.v6 { 54 } else { 34 }
    }

    /// Where the frame begins.
    pub fn bytes(self) -> usize {
        self.udp() + 16 + 4 * usize::from(self.geneve.unwrap_or(0))
    }
}

/// `inner` in such a tunnel; options, addresses and the rest at random.
pub fn enclosed(around: Around, inner: &[u8], vni: u32, random: &mut Random) -> Vec<u8> {
    let (port, mut payload) = match around.geneve {
        Some(words) => (wire::GENEVE_PORT, vec![words, 0, 0x65, 0x58]),
        _ => (wire::VXLAN_PORT, vec![0x08, 0, 0, 0]),
    };
    payload.extend((vni << 8).to_be_bytes());
    payload.extend((0..4 * around.geneve.unwrap_or(0)).map(|_| random.word() as u8));
    payload.extend(inner);
    let ip = if around.v6 {
        IpHeaders::Ipv6(ipv6(random), Ipv6Extensions::default())
    } else {
        IpHeaders::Ipv4(ipv4(0, random), Ipv4Extensions::default())
    };
    let mut bytes = Vec::new();
    let builder = PacketBuilder::ethernet2(MACS.0, MACS.1).ip(ip).udp(49152, port);
    builder.write(&mut bytes, &payload).unwrap();
    bytes
}

/// Over `v6` or not, Geneve with so many words of options.
fn geneve(v6: bool, words: u8, inner: &[u8]) -> Vec<u8> {
    enclosed(Around { v6, geneve: Some(words) }, inner, 0xabcdef, &mut Random::new(12))
}

fn vxlan_v6(inner: &[u8]) -> Vec<u8> {
    enclosed(Around { v6: true, geneve: Option::None }, inner, 0xabcdef, &mut Random::new(12))
}

fn udp() -> Vec<u8> {
    built(0, PLAIN, Transport::Udp)
}

/// A frame for each thing that Geneve can say, over IPv4.
fn base_header() -> Vec<Row> {
    let base = |words: u8| geneve(false, words, &udp());
    // Options beyond the packet: one more word than there is.
    let ends = |v6: bool, words: u8| {
        let at = if v6 { 62 } else { 42 };
        with(geneve(v6, words, &[]), at, &[words + 1])
    };
    let port = |low: u8| with(base(0), 37, &[low]);
    vec![
        ("Geneve without options", base(0), None),
        ("Geneve, reserved bits", with(with(base(2), 43, &[0x3f]), 49, &[255]), None),
        ("Geneve, UDP checksum 0", with(base(2), 40, &[0, 0]), None),
        ("Geneve, version 1", with(base(2), 42, &[0x42]), BadTunnel),
        ("Geneve, version 2", with(base(2), 42, &[0x82]), BadTunnel),
        ("Geneve, control packet", with(base(2), 43, &[0x80]), BadTunnel),
        ("Geneve, IPv4 in it", with(base(2), 44, &[8, 0]), BadTunnel),
        ("Geneve, type 0x6559", with(base(2), 45, &[0x59]), BadTunnel),
        ("Geneve to port 6080", port(0xc0), BadTunnel),
        ("Geneve to port 6085", port(0xc5), BadTunnel),
        ("Geneve to VXLAN's port", with(base(0), 36, &[0x12, 0xb5]), BadTunnel),
        ("VXLAN to Geneve's port", with(in_tunnel(&udp()), 36, &[0x17, 0xc1]), BadTunnel),
        ("Geneve, critical option", with(base(2), 43, &[0x40]), CriticalOption),
        ("Geneve, critical, no option", with(base(0), 43, &[0x40]), CriticalOption),
        ("Geneve, critical, 16 words", with(base(16), 43, &[0x40]), CriticalOption),
        ("VXLAN, where Geneve is critical", with(in_tunnel(&udp()), 43, &[0xff]), None),
        ("Geneve, options to the end", geneve(false, 2, &[]), Runt),
        ("Geneve, options beyond", ends(false, 2), MalformedGeneve),
        ("Geneve, option beyond", ends(false, 0), MalformedGeneve),
        ("Geneve, 15 words beyond", ends(false, 14), MalformedGeneve),
        ("Geneve, 16 words beyond", ends(false, 15), MalformedGeneve),
        ("Geneve over IPv6, options beyond", ends(true, 2), MalformedGeneve),
        ("Geneve, critical, beyond", with(ends(false, 2), 43, &[0x40]), MalformedGeneve),
        ("Geneve, 16 words of options", base(16), HeaderTooLong),
        ("Geneve, 32 words of options", base(32), HeaderTooLong),
        ("Geneve, 63 words of options", base(63), HeaderTooLong),
        ("Geneve over IPv6, 16 words", geneve(true, 16, &udp()), HeaderTooLong),
        ("Geneve, padding for options", [ends(false, 2), vec![0; 40]].concat(), MalformedGeneve),
    ]
}

/// What outer IPv6 can say.
fn over_ipv6() -> Vec<Row> {
    let tun = || vxlan_v6(&udp());
    let length = tun().len();
    let payload = |more: i32| with(tun(), 19, &[(i32::from(tun()[19]) + more) as u8]);
    let both = |bytes: u8| with(with(tun(), 18, &[0, bytes]), 58, &[0, bytes]);
    vec![
        ("VXLAN over IPv6", tun(), None),
        ("VXLAN over IPv6, padding", [tun(), vec![1; 9]].concat(), None),
        ("VXLAN over IPv6, UDP checksum 0", with(tun(), 60, &[0, 0]), None),
        ("VXLAN over IPv6, wrong UDP checksum", with(tun(), 60, &[1, 2]), None),
        ("VXLAN over IPv6, traffic class", with(tun(), 14, &[0x6f, 0xff, 255, 255]), None),
        ("Geneve over IPv6", geneve(true, 0, &udp()), None),
        ("outer IPv6 of version 4", with(tun(), 14, &[0x45]), BadTunnel),
        ("outer IPv6 of version 7", with(tun(), 14, &[0x70]), BadTunnel),
        ("outer IPv6, hop-by-hop options", with(tun(), 20, &[wire::HOP_BY_HOP]), BadTunnel),
        ("outer IPv6, fragment", with(tun(), 20, &[wire::FRAGMENT]), BadTunnel),
        ("outer IPv6, TCP", with(tun(), 20, &[6]), BadTunnel),
        ("outer IPv6, next header 16", with(tun(), 20, &[16]), BadTunnel),
        ("outer IPv6 of 39 bytes", cut(tun(), 53), OuterTruncated),
        ("outer IPv6 of 40 bytes", cut(tun(), 54), OuterTruncated),
        ("outer IPv6 short of a byte", cut(tun(), length - 1), OuterTruncated),
        ("outer IPv6 of 14 bytes", cut(tun(), 14), OuterTruncated),
        ("outer IPv6, payload too short", payload(-1), BadTunnel),
        ("outer IPv6, payload beyond", payload(1), OuterTruncated),
        ("outer IPv6, payload 65535", with(tun(), 18, &[255, 255]), OuterTruncated),
        ("outer IPv6, UDP of 15 bytes", both(15), BadTunnel),
        ("outer IPv6, UDP of 0 bytes", both(0), BadTunnel),
        ("outer IPv6, nothing in the tunnel", both(16), Runt),
        ("outer IPv6, no I flag", with(tun(), 62, &[0xf7]), BadTunnel),
        ("outer IPv6, tag", [&tun()[..12], &[0x81, 0, 0, 5], &tun()[12..]].concat(), BadTunnel),
        ("outer IPv4, IPv6's type", with(in_tunnel(&udp()), 12, &[0x86, 0xdd]), BadTunnel),
        ("outer IPv6, IPv4's type", with(tun(), 12, &[8, 0]), BadTunnel),
        ("outer type 0x86de", with(tun(), 12, &[0x86, 0xde]), BadTunnel),
    ]
}

/// How far in the tenant's headers may lie.
fn far_in() -> Vec<Row> {
    let v4 = |options: u8| built(0, Network::Ipv4 { options }, Transport::Udp);
    let v6 = || built(0, Network::Ipv6, Transport::Udp);
    let arp = || built(0, Network::Arp, Transport::Udp);
    let tagged = || built(1, PLAIN, Transport::Tcp);
    let chain = [(wire::DESTINATION_OPTIONS, 32), (wire::ROUTING, 8)];
    let ttl = |frame: Vec<u8>| with(frame, 130 + 22, &[63]);
    vec![
        ("60 bytes of options", geneve(false, 15, &udp()), None),
        ("60 bytes of options over IPv6", geneve(true, 15, &udp()), None),
        ("ARP behind 60 bytes over IPv6", geneve(true, 15, &arp()), None),
        ("tag behind 36 bytes", geneve(false, 9, &tagged()), InnerTagged),
        (
            "checksum behind 60 bytes over IPv6",
            ttl(geneve(true, 15, &udp())),
            MalformedIpv4Checksum,
        ),
        ("IPv4 of 52 bytes behind 60", geneve(false, 15, &v4(8)), None),
        ("IPv4 of 56 bytes behind 60", geneve(false, 15, &v4(9)), HeaderTooLong),
        ("IPv4 of 32 bytes behind 80", geneve(true, 15, &v4(3)), None),
        ("IPv4 of 36 bytes behind 80", geneve(true, 15, &v4(4)), HeaderTooLong),
        ("IPv6 behind 72 bytes", geneve(true, 13, &v6()), None),
        ("IPv6 behind 76 bytes", geneve(true, 14, &v6()), HeaderTooLong),
        ("IPv6 and 8 bytes behind 60", geneve(false, 15, &long(1)), None),
        ("IPv6 and 16 bytes behind 60", geneve(false, 15, &long(2)), HeaderTooLong),
        ("IPv6, 32 and 8 bytes behind 32", geneve(false, 8, &behind(&chain)), None),
        ("IPv6 and 8 bytes behind 64", geneve(true, 11, &long(1)), None),
        ("IPv6 and 8 bytes behind 68", geneve(true, 12, &long(1)), HeaderTooLong),
    ]
}

pub fn rows() -> Vec<Row> {
    base_header().into_iter().chain(over_ipv6()).chain(far_in()).collect()
}

/// Any tunnel, with few options mostly.
fn any_around(random: &mut Random) -> Around {
    let most = if random.chance(75) { 16 } else { 64 };
    let words = random.below(most) as u8;
    Around { v6: random.chance(50), geneve: random.chance(80).then_some(words) }
}

/// Any tenant's frame.
fn any_inner(random: &mut Random) -> Vec<u8> {
    let transport = TRANSPORTS[random.below(TRANSPORTS.len() as u64) as usize];
    let network = match random.below(8) {
        0 => Network::Arp,
        1..4 => Network::Ipv6,
        4 => Network::Ipv4 { options: random.below(11) as u8 },
        _ => PLAIN,
    };
    let frame = frame(0, network, transport, random);
    if network == Network::Ipv6 && random.chance(50) {
        let chain = [(wire::DESTINATION_OPTIONS, 8 * (1 + random.below(4) as usize))];
        return extended(frame, 14, &chain, random);
    }
    frame
}

/// One thing that is wrong, or only looks wrong.
fn damaged(mut frame: Vec<u8>, around: Around, random: &mut Random) -> Vec<u8> {
    let udp = around.udp();
    match random.below(9) {
        0 => frame[udp + 9] |= 0x40,
        1 => frame[udp + 8] ^= 1 << random.below(8),
        2 => frame[udp + 9] ^= 1 << random.below(8),
        3 => frame[udp + 10 + random.below(2) as usize] ^= 1 << random.below(8),
        4 => frame[udp + 2 + random.below(2) as usize] ^= 1 << random.below(8),
        5 => frame[udp + 5] ^= 1 << random.below(8),
        6 if around.v6 => frame[20] = [0, 43, 44, 60, 6][random.below(5) as usize],
        7 => frame[12..14].copy_from_slice(&[[8, 0], [0x86, 0xdd]][random.below(2) as usize]),
        _ => frame.extend([0x5a; 11]),
    }
    frame
}

/// Tunnels at random, each third one damaged.
pub fn any(number: usize, random: &mut Random) -> Vec<Case> {
    let mut cases = Vec::new();
    for _ in 0..number {
        let (around, inner) = (any_around(random), any_inner(random));
        let mut frame = enclosed(around, &inner, random.below(1 << 24) as u32, random);
        let mut name = format!("{around:?}");
        if random.chance(33) {
            frame = damaged(frame, around, random);
            name += ", damaged";
        }
        cases.push(Case { name, frame, net: true });
    }
    cases
}

#[test]
fn any_tunnel() {
    let cases = any(900, &mut Random::new(21));
    let said = |fault| cases.iter().filter(|c| parse(&c.frame, true).fault == fault).count();
    for fault in [None, BadTunnel, CriticalOption, HeaderTooLong] {
        assert!(said(fault) > 20, "{fault:?}: {}", said(fault));
    }
    simulate_all(&cases, 15);
}

/// In what kinds of tunnel a frame is damaged byte by byte.
const AROUND: [Around; 6] = [
    Around { v6: true, geneve: Option::None },
    Around { v6: false, geneve: Some(0) },
    Around { v6: false, geneve: Some(7) },
    Around { v6: false, geneve: Some(15) },
    Around { v6: true, geneve: Some(1) },
    Around { v6: true, geneve: Some(15) },
];

#[test]
fn tunnels_cut_at_every_byte() {
    let mut cases = Vec::new();
    for around in AROUND {
        let frame = enclosed(around, &udp(), 7, &mut Random::new(22));
        for length in 0..frame.len() {
            let name = format!("{around:?} cut to {length}");
            cases.push(Case { name, frame: frame[..length].to_vec(), net: true });
        }
    }
    simulate_all(&cases, 20);
}

/// The outer lengths are right: what is cut is what they enclose.
#[test]
fn inner_frames_cut_at_every_byte() {
    let mut cases = Vec::new();
    for around in AROUND {
        for inner in [udp(), built(0, Network::Ipv6, Transport::Tcp)] {
            for length in 0..inner.len().min(80) {
                let frame = enclosed(around, &inner[..length], 7, &mut Random::new(23));
                let name = format!("{around:?} around {length} bytes");
                cases.push(Case { name, frame, net: true });
            }
        }
    }
    simulate_all(&cases, 0);
}

/// Options of every length around nothing: each of them more than there is, or just not.
#[test]
fn options_of_every_length_meet_the_end() {
    let mut cases = Vec::new();
    for v6 in [false, true] {
        for bytes in [0, 4, 28, 60, 64, 128, 252] {
            let shown = geneve(v6, 0, &vec![0; bytes]);
            for words in 0..64 {
                let frame = with(shown.clone(), if v6 { 62 } else { 42 }, &[words]);
                let name = format!("{words} words in {bytes} bytes, IPv6 {v6}");
                cases.push(Case { name, frame, net: true });
            }
        }
    }
    simulate_all(&cases, 0);
}

/// Each bit of the outer headers, and again with the checksum of IPv4 made right.
#[test]
fn every_outer_bit_flipped() {
    let mut cases = Vec::new();
    for around in AROUND {
        let whole = enclosed(around, &udp(), 7, &mut Random::new(24));
        for bit in 8 * 12..8 * (around.udp() + 16) {
            let mut frame = whole.clone();
            frame[bit / 8] ^= 1 << (bit % 8);
            let name = format!("{around:?} bit {bit} flipped");
            cases.push(Case { name: name.clone(), frame: frame.clone(), net: true });
            sign_all(&mut frame, true);
            cases.push(Case { name: name + ", signed", frame, net: true });
        }
    }
    simulate_all(&thinned(cases, 1500), 0);
}

/// What is in the tunnel reads as it does outside.
#[test]
fn the_inner_frame_reads_as_a_host_frame() {
    let mut random = Random::new(25);
    for number in 0..600 {
        let words = (number % 16) as u8;
        let around = Around { v6: random.chance(50), geneve: random.chance(80).then_some(words) };
        let inner = any_inner(&mut random);
        let vni = random.below(1 << 24) as u32;
        let enclosed = enclosed(around, &inner, vni, &mut random);
        let (got, plain) = (parse(&enclosed, true), parse(&inner, false));
        // Neighbor discovery is read outside only.
        let neighbor = plain.neighbor && plain.is_ipv6 || plain.fault == MalformedNd;
        if got.fault == HeaderTooLong || neighbor {
            continue;
        }
        assert!(got.tunnel && got.outer_v6 == around.v6 && got.outer_vni == vni);
        assert_eq!(usize::from(got.l3_offset), around.bytes() + 14);
        let outside = Headers {
            tunnel: false,
            outer_v6: false,
            outer_dst_mac: 0,
            outer_src_ip: 0,
            outer_dst_ip: 0,
            outer_vni: 0,
            outer_ecn: 0,
            l3_offset: 14,
            end: got.end - around.bytes() as u16,
            ..got
        };
        assert_eq!(outside, plain, "{around:?} {inner:02x?}");
    }
}

/// Addresses of IPv4 are those of the header, and none over IPv6; ECN is of either.
#[test]
fn outer_fields() {
    let over_v4 = signed(geneve(false, 3, &udp()), 15, &[0x03]);
    let headers = parse(&over_v4, true);
    assert_eq!(headers.outer_src_ip.to_be_bytes(), over_v4[26..30]);
    assert_eq!(headers.outer_dst_ip.to_be_bytes(), over_v4[30..34]);
    assert_eq!((headers.outer_ecn, headers.outer_vni), (3, 0xabcdef));
    let over_v6 = with(geneve(true, 15, &udp()), 14, &[0x60, 0x20]);
    let headers = parse(&over_v6, true);
    assert_eq!((headers.outer_src_ip, headers.outer_dst_ip, headers.outer_v6), (0, 0, true));
    assert_eq!((headers.outer_ecn, headers.l3_offset), (2, 144));
}
