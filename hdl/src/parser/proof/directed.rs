//! Which frame brings which fault? One row each, and what just passes beside it.

use super::{Case, frames::*, neighbors, simulate_all, tunnels};
use crate::meta::DropReason::{self, *};
use crate::meta::FRAME_BYTES_MAX;
use crate::parser::{parse, wire};
use replay::Random;

/// Everything the parser can say.
const FAULTS: [DropReason; 27] = [
    FrameTooLong,
    Runt,
    OuterTruncated,
    OuterChecksum,
    BadTunnel,
    MalformedGeneve,
    CriticalOption,
    InnerTagged,
    TooManyTags,
    TruncatedTag,
    UnknownEthertype,
    MalformedArp,
    MalformedIpv4Header,
    MalformedIpv4Length,
    MalformedIpv4Checksum,
    MalformedIpv6Header,
    MalformedIpv6Length,
    Ipv4MappedAddress,
    MalformedIpv6Extension,
    HeaderTooLong,
    TinyFragment,
    MalformedTcp,
    MalformedUdp,
    MalformedSctp,
    MalformedIcmp,
    MalformedNd,
    None,
];

const PLAIN: Network = Network::Ipv4 { options: 0 };

pub fn built(tags: u8, network: Network, transport: Transport) -> Vec<u8> {
    frame(tags, network, transport, &mut Random::new(11))
}

pub fn in_tunnel(inner: &[u8]) -> Vec<u8> {
    tunnel(inner, 0xabcdef, &mut Random::new(12))
}

/// `frame` with `bytes` at `at`.
pub fn with(mut frame: Vec<u8>, at: usize, bytes: &[u8]) -> Vec<u8> {
    frame[at..at + bytes.len()].copy_from_slice(bytes);
    frame
}

/// The same with the checksum of the IPv4 header at byte 14 right.
pub fn signed(frame: Vec<u8>, at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut frame = with(frame, at, bytes);
    sign(&mut frame, 14);
    frame
}

/// An IPv4 frame at most `frame` long with this many bytes behind its header of 20.
fn payload(frame: Vec<u8>, bytes: u8) -> Vec<u8> {
    signed(frame, 16, &[0, 20 + bytes])
}

pub fn cut(mut frame: Vec<u8>, length: usize) -> Vec<u8> {
    frame.truncate(length);
    frame
}

pub type Row = (&'static str, Vec<u8>, DropReason);

fn link() -> Vec<Row> {
    let tcp = || built(0, PLAIN, Transport::Tcp);
    let mut long = built(0, PLAIN, Transport::Udp);
    long.resize(FRAME_BYTES_MAX, 0);
    let mut too_long = long.clone();
    too_long.push(0);
    let three = [&built(2, PLAIN, Transport::Udp)[..12], &[0x81, 0, 0, 9][..]].concat();
    let three = [&three[..], &built(2, PLAIN, Transport::Udp)[12..]].concat();
    let arp = || built(0, Network::Arp, Transport::Udp);
    vec![
        ("longest", long, None),
        ("one byte longer", too_long, FrameTooLong),
        ("nothing", vec![], Runt),
        ("13 bytes", cut(tcp(), 13), Runt),
        ("14 bytes of another type", with(cut(tcp(), 14), 12, &[0x88, 0xcc]), UnknownEthertype),
        ("IEEE 802.3 length", with(tcp(), 12, &[0x05, 0xdc]), UnknownEthertype),
        ("tag without type", cut(built(1, PLAIN, Transport::Tcp), 17), TruncatedTag),
        ("tag and nothing", cut(built(1, PLAIN, Transport::Tcp), 18), MalformedIpv4Header),
        ("second tag without type", cut(built(2, PLAIN, Transport::Tcp), 21), TruncatedTag),
        ("two tags", built(2, PLAIN, Transport::Tcp), None),
        ("three tags", three, TooManyTags),
        ("ARP of 28 bytes", cut(arp(), 42), None),
        ("ARP of 27 bytes", cut(arp(), 41), MalformedArp),
        ("ARP hardware type 6", with(arp(), 15, &[6]), MalformedArp),
        ("ARP for IPv6", with(arp(), 16, &[0x86, 0xdd]), MalformedArp),
        ("ARP hardware length 8", with(arp(), 18, &[8]), MalformedArp),
        ("ARP protocol length 16", with(arp(), 19, &[16]), MalformedArp),
    ]
}

fn network() -> Vec<Row> {
    let tcp = || built(0, PLAIN, Transport::Tcp);
    let options = || built(0, Network::Ipv4 { options: 3 }, Transport::Udp);
    let v6 = || built(0, Network::Ipv6, Transport::Udp);
    let total = |frame: &[u8]| usize::from(u16::from_be_bytes([frame[16], frame[17]]));
    let short = cut(tcp(), 14 + total(&tcp()) - 1);
    let v6_short = cut(v6(), 54 + usize::from(v6()[19]) - 1);
    let mut rows = vec![
        ("IPv4 of 19 bytes", cut(tcp(), 33), MalformedIpv4Header),
        ("IPv4 version 5", with(tcp(), 14, &[0x55]), MalformedIpv4Header),
        ("IPv4 header of 4 words", with(tcp(), 14, &[0x44]), MalformedIpv4Header),
        ("IPv4 option cut", cut(options(), 14 + 31), MalformedIpv4Header),
        ("IPv4 total under header", signed(options(), 16, &[0, 31]), MalformedIpv4Header),
        ("IPv4 total as frame", cut(tcp(), 14 + total(&tcp())), None),
        ("IPv4 total beyond", short, MalformedIpv4Length),
        ("IPv4 total 65535", signed(tcp(), 16, &[255, 255]), MalformedIpv4Length),
        ("IPv4 TTL changed", with(tcp(), 22, &[63]), MalformedIpv4Checksum),
        ("IPv4 checksum 0", with(tcp(), 24, &[0, 0]), MalformedIpv4Checksum),
        ("IPv6 of 39 bytes", cut(v6(), 53), MalformedIpv6Header),
        ("IPv6 version 4", with(v6(), 14, &[0x40]), MalformedIpv6Header),
        ("IPv6 payload beyond", v6_short, MalformedIpv6Length),
        ("IPv6 payload 65535", with(v6(), 18, &[255, 255]), MalformedIpv6Length),
        ("IPv6 without next header", with(v6(), 20, &[59]), None),
        ("ICMP number over IPv6", with(v6(), 20, &[1]), None),
    ];
    for at in 34..46 {
        rows.push((
            "IPv4 option changed",
            with(options(), at, &[!options()[at]]),
            MalformedIpv4Checksum,
        ));
    }
    rows.extend(mapped());
    rows
}

/// IPv4-mapped addresses, and those that are one bit beside them.
fn mapped() -> Vec<Row> {
    let v6 = || built(0, Network::Ipv6, Transport::Udp);
    let address = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 1, 11];
    let mut rows = Vec::new();
    for at in [22, 38] {
        let mapped = || with(v6(), at, &address);
        rows.push(("IPv4-mapped address", mapped(), Ipv4MappedAddress));
        rows.push(("mapped, extension", with(mapped(), 20, &[0, 64]), Ipv4MappedAddress));
        rows.push(("mapped, payload beyond", with(mapped(), 18, &[255]), MalformedIpv6Length));
        for bit in 0..96 {
            let mut frame = mapped();
            frame[at + bit / 8] ^= 1 << (bit % 8);
            rows.push(("one bit beside mapped", frame, None));
        }
    }
    let v4 = [&v6()[..12], &built(0, PLAIN, Transport::Udp)[12..]].concat();
    rows.push(("IPv4 is not mapped", v4, None));
    rows
}

/// UDP over IPv6 behind these extension headers.
pub fn behind(chain: &[(u8, usize)]) -> Vec<u8> {
    extended(built(0, Network::Ipv6, Transport::Udp), 14, chain, &mut Random::new(13))
}

/// IPv6 extension headers; the first one is at byte 54.
fn extensions() -> Vec<Row> {
    const HOP: (u8, usize) = (wire::HOP_BY_HOP, 8);
    const ROUTE: (u8, usize) = (wire::ROUTING, 24);
    const PIECE: (u8, usize) = (wire::FRAGMENT, 8);
    const AUTH: (u8, usize) = (wire::AUTHENTICATION, 24);
    const OPTIONS: (u8, usize) = (wire::DESTINATION_OPTIONS, 16);
    let piece = |field: u16| with(behind(&[PIECE]), 56, &field.to_be_bytes());
    // Of the IPv6 payload; all of the header, or a byte less, or what follows as well.
    let length = |frame: Vec<u8>, bytes: u16| with(frame, 18, &bytes.to_be_bytes());
    let tcp_piece = |field: u16| {
        let tcp = built(0, Network::Ipv6, Transport::Tcp);
        with(extended(tcp, 14, &[PIECE], &mut Random::new(13)), 56, &field.to_be_bytes())
    };
    vec![
        ("each extension header", behind(&[HOP, ROUTE, PIECE, OPTIONS]), None),
        ("authentication", behind(&[AUTH, OPTIONS]), None),
        ("five extension headers", behind(&[HOP, ROUTE, PIECE, AUTH, OPTIONS]), HeaderTooLong),
        ("hop-by-hop in second place", behind(&[OPTIONS, HOP]), MalformedIpv6Extension),
        ("two fragment headers", behind(&[PIECE, PIECE]), MalformedIpv6Extension),
        ("authentication of 8 bytes", behind(&[(51, 8)]), MalformedIpv6Extension),
        ("authentication of 20 bytes", behind(&[(51, 20)]), MalformedIpv6Extension),
        ("UDP at byte 174", long(15), None),
        ("UDP at byte 182", long(16), HeaderTooLong),
        ("UDP at byte 182, tagged", tagged_long(15), HeaderTooLong),
        ("UDP at byte 174, tagged", tagged_long(14), None),
        ("header of 2,048 bytes", with(behind(&[OPTIONS]), 55, &[255]), MalformedIpv6Extension),
        ("header to the end", with(length(behind(&[OPTIONS]), 16), 54, &[59]), None),
        ("header beyond the end", length(behind(&[OPTIONS]), 15), MalformedIpv6Extension),
        ("header of 7 bytes", length(behind(&[OPTIONS]), 7), MalformedIpv6Extension),
        ("no header at all", length(behind(&[OPTIONS]), 0), MalformedIpv6Extension),
        ("first fragment", piece(1), None),
        ("atomic fragment", piece(0), None),
        ("fragment at 8", piece(8), None),
        ("TCP fragment at 8", tcp_piece(8), TinyFragment),
        ("TCP fragment at 16", tcp_piece(16), None),
        ("later fragment, header behind", with(piece(16), 54, &[wire::ROUTING]), None),
        (
            "first fragment ends in its options",
            length(with(behind(&[PIECE, OPTIONS]), 56, &[0, 1]), 16),
            TinyFragment,
        ),
        ("fragment header cut", length(piece(1), 7), MalformedIpv6Extension),
    ]
}

/// UDP over IPv6 behind this many words of options.
pub fn long(words: usize) -> Vec<u8> {
    behind(&[(wire::DESTINATION_OPTIONS, 8 * words)])
}

/// The same behind two tags.
fn tagged_long(words: usize) -> Vec<u8> {
    let chain = [(wire::DESTINATION_OPTIONS, 8 * words)];
    extended(built(2, Network::Ipv6, Transport::Udp), 22, &chain, &mut Random::new(13))
}

fn transport() -> Vec<Row> {
    let tcp = || built(0, PLAIN, Transport::Tcp);
    let udp = || built(0, PLAIN, Transport::Udp);
    let echo = || built(0, PLAIN, Transport::Echo);
    let more = 0x2000;
    let udp_plus_1 = (udp()[39] + 1).to_be_bytes();
    let echo6 = with(built(0, Network::Ipv6, Transport::Echo), 18, &[0, 7]);
    vec![
        ("TCP of 19 bytes", payload(tcp(), 19), MalformedTcp),
        ("TCP of 20 bytes", payload(with(tcp(), 46, &[0x50]), 20), None),
        ("TCP header of 4 words", with(tcp(), 46, &[0x40]), MalformedTcp),
        ("TCP header beyond", payload(with(tcp(), 46, &[0x60]), 23), MalformedTcp),
        ("TCP fragment whole", fragmented(tcp(), more), None),
        ("TCP first fragment of 16", fragmented(payload(tcp(), 16), more), TinyFragment),
        (
            "TCP options in the second fragment",
            fragmented(payload(with(tcp(), 46, &[0x70]), 24), more),
            TinyFragment,
        ),
        (
            "TCP first fragment, 4 words",
            fragmented(payload(with(tcp(), 46, &[0x40]), 24), more),
            MalformedTcp,
        ),
        ("TCP fragment at 8", fragmented(tcp(), 1), TinyFragment),
        ("TCP fragment at 8, more", fragmented(tcp(), more | 1), TinyFragment),
        ("TCP fragment at 16", fragmented(payload(tcp(), 3), 2), None),
        ("UDP of 7 bytes", payload(udp(), 7), MalformedUdp),
        ("UDP length 7", with(udp(), 38, &[0, 7]), MalformedUdp),
        ("UDP length 8", with(udp(), 38, &[0, 8]), None),
        ("UDP length beyond", with(udp(), 39, &udp_plus_1), MalformedUdp),
        ("UDP first fragment", fragmented(with(udp(), 38, &[9, 0]), more), None),
        ("UDP first fragment of 7", fragmented(payload(udp(), 7), more), MalformedUdp),
        ("UDP fragment at 8", fragmented(payload(udp(), 1), 1), None),
        ("ICMP of 7 bytes", payload(echo(), 7), MalformedIcmp),
        ("ICMP of 8 bytes", payload(echo(), 8), None),
        ("ICMP fragment of 1 byte", fragmented(payload(echo(), 1), 5), None),
        ("ICMPv6 of 7 bytes", echo6, MalformedIcmp),
        ("SCTP of 11 bytes", payload(built(0, PLAIN, Transport::Sctp), 11), MalformedSctp),
        ("SCTP of 12 bytes", payload(built(0, PLAIN, Transport::Sctp), 12), None),
        ("GRE without a byte", payload(built(0, PLAIN, Transport::Other(47)), 0), None),
    ]
}

fn outer() -> Vec<Row> {
    let inner = built(0, PLAIN, Transport::Udp);
    let tun = || in_tunnel(&inner);
    let length = tun().len();
    let mut padded = tun();
    padded.extend([1; 9]);
    let tagged = [&tun()[..12], &[0x81, 0, 0, 5], &tun()[12..]].concat();
    let udp_plus_1 = (tun()[39] + 1).to_be_bytes();
    let bare = |bytes: usize| in_tunnel(&inner[..bytes]);
    vec![
        ("tunnel", tun(), None),
        ("tunnel with padding", padded, None),
        ("tunnel with reserved bits", with(tun(), 42, &[0xff, 1, 2, 3]), None),
        ("tunnel, UDP checksum 0", with(tun(), 40, &[0, 0]), None),
        ("tunnel of 13 bytes", cut(tun(), 13), Runt),
        ("tunnel of 14 bytes", cut(tun(), 14), OuterTruncated),
        ("tunnel of 33 bytes", cut(tun(), 33), OuterTruncated),
        ("tunnel short of a byte", cut(tun(), length - 1), OuterTruncated),
        ("tunnel, checksum", with(tun(), 24, &[!tun()[24]]), OuterChecksum),
        ("ARP on a net port", built(0, Network::Arp, Transport::Udp), BadTunnel),
        ("IPv6 on a net port", built(0, Network::Ipv6, Transport::Udp), BadTunnel),
        ("TCP on a net port", built(0, PLAIN, Transport::Tcp), BadTunnel),
        ("tunnel with a tag", tagged, BadTunnel),
        ("tunnel with an option", with(tun(), 14, &[0x46]), BadTunnel),
        ("tunnel, first fragment", signed(tun(), 20, &[0x20]), BadTunnel),
        ("tunnel, later fragment", signed(tun(), 21, &[1]), BadTunnel),
        ("tunnel, don't fragment", signed(tun(), 20, &[0x40]), None),
        ("tunnel over TCP", signed(tun(), 23, &[6]), BadTunnel),
        ("tunnel to port 4790", with(tun(), 37, &[0xb6]), BadTunnel),
        ("tunnel, UDP length", with(tun(), 39, &udp_plus_1), BadTunnel),
        ("tunnel without I flag", with(tun(), 42, &[0xf7]), BadTunnel),
        ("tunnel, IPv4 total 35", signed(tun(), 16, &[0, 35]), BadTunnel),
        ("tunnel, IPv4 total 5", signed(tun(), 16, &[0, 5]), BadTunnel),
        ("nothing in the tunnel", bare(0), Runt),
        ("13 bytes in the tunnel", bare(13), Runt),
        ("14 bytes in the tunnel", bare(14), MalformedIpv4Header),
        ("tag in the tunnel", in_tunnel(&built(1, PLAIN, Transport::Tcp)), InnerTagged),
        ("UDP at byte 176 of the tunnel", in_tunnel(&long(9)), None),
        ("UDP at byte 184 of the tunnel", in_tunnel(&long(10)), HeaderTooLong),
        ("ARP in the tunnel", in_tunnel(&built(0, Network::Arp, Transport::Udp)), None),
    ]
}

fn table() -> Vec<(Case, DropReason)> {
    let case =
        |net| move |(name, frame, fault): Row| (Case { name: name.into(), frame, net }, fault);
    let host = link()
        .into_iter()
        .chain(network())
        .chain(extensions())
        .chain(transport())
        .chain(neighbors::rows());
    let net = outer().into_iter().chain(tunnels::rows());
    host.map(case(false)).chain(net.map(case(true))).collect()
}

#[test]
fn each_fault_has_its_frame() {
    let table = table();
    for (case, fault) in &table {
        assert_eq!(parse(&case.frame, case.net).fault, *fault, "{case:02x?}");
    }
    for fault in FAULTS {
        assert!(table.iter().any(|row| row.1 == fault), "no frame for {fault:?}");
    }
    let cases: Vec<Case> = table.into_iter().map(|row| row.0).collect();
    simulate_all(&cases, 40);
}

/// Padding is not part of the packet: neither a host's nor that behind the outer packet.
#[test]
fn padding_is_left_out() {
    let udp = cut(payload(built(0, PLAIN, Transport::Udp), 9), 60);
    let udp = with(udp, 38, &[0, 9]);
    let headers = parse(&udp, false);
    assert_eq!((headers.l3_offset, headers.end), (14, 43));
    let mut tunnel = in_tunnel(&udp);
    tunnel.extend([7; 5]);
    let headers = parse(&tunnel, true);
    assert_eq!((headers.l3_offset, headers.end), (64, 93));
    let arp = in_tunnel(&built(0, Network::Arp, Transport::Udp));
    let headers = parse(&[&arp[..], &[7; 5]].concat(), true);
    assert_eq!((headers.l3_offset, usize::from(headers.end)), (64, arp.len()));
}

/// The first fragment knows the ports, the others don't: all must take one path.
#[test]
fn fragments_of_a_packet_hash_alike() {
    let udp = || built(0, PLAIN, Transport::Udp);
    let hash = |field| parse(&fragmented(udp(), field), false).flow_hash;
    assert_eq!(hash(0x2000), hash(0x2009));
    assert_eq!(hash(0x2000), hash(0x0012));
    assert_ne!(hash(0x2000), hash(0x4000));
}

/// Of IPv6 too, and what the later ones name as next header need not be the transport.
#[test]
fn fragments_of_an_ipv6_packet_hash_alike() {
    let frame = behind(&[(wire::FRAGMENT, 8), (wire::DESTINATION_OPTIONS, 8)]);
    let hash = |field: u16| parse(&with(frame.clone(), 56, &field.to_be_bytes()), false).flow_hash;
    assert_eq!(hash(1), hash(9));
    assert_eq!(hash(1), hash(16));
    assert_ne!(hash(1), hash(0));
}

/// The ports behind a chain are those of the transport header.
#[test]
fn ports_behind_extension_headers() {
    let plain = parse(&built(0, Network::Ipv6, Transport::Udp), false);
    let headers = parse(&behind(&[(wire::HOP_BY_HOP, 8), (wire::ROUTING, 24)]), false);
    let ports = |h: &crate::parser::Headers| (h.protocol, h.ported, h.src_port, h.dst_port);
    assert_eq!(ports(&headers), ports(&plain));
    assert_eq!(headers.flow_hash, plain.flow_hash);
    assert_eq!(headers.end, plain.end + 32);
}
