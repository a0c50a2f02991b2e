//! Frames of every kind, built by a crate that knows nothing of this one.

use super::Case;
use crate::parser::wire;
use etherparse::*;
use replay::Random;

/// Where an untagged IPv6 packet has its hop limit.
pub const HOP_LIMIT: usize = 21;
const MACS: ([u8; 6], [u8; 6]) = ([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]);

/// What lies behind Ethernet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Network {
    /// IPv4 with so many words of options.
    Ipv4 {
        options: u8,
    },
    Ipv6,
    Arp,
}

/// What lies behind IP.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Transport {
    Tcp,
    Udp,
    Echo,
    Unreachable,
    Sctp,
    /// Neighbor solicitation or its like, over IPv4 a protocol that nobody knows.
    Neighbor,
    Other(u8),
}

pub const TRANSPORTS: [Transport; 7] = [
    Transport::Tcp,
    Transport::Udp,
    Transport::Echo,
    Transport::Unreachable,
    Transport::Sctp,
    Transport::Neighbor,
    Transport::Other(47),
];

/// A frame with `tags` tags; addresses, ports and payload at random.
pub fn frame(tags: u8, network: Network, transport: Transport, random: &mut Random) -> Vec<u8> {
    let ethernet = PacketBuilder::ethernet2(MACS.0, MACS.1);
    let ip = match network {
        Network::Ipv6 => IpHeaders::Ipv6(ipv6(random), Ipv6Extensions::default()),
        Network::Ipv4 { options } => {
            IpHeaders::Ipv4(ipv4(options, random), Ipv4Extensions::default())
        }
        Network::Arp => {
            let mut bytes = Vec::new();
            ethernet.arp(arp(random)).write(&mut bytes).unwrap();
            bytes.resize(60, 0);
            return tagged(bytes, tags, random);
        }
    };
    tagged(behind_ip(ethernet.ip(ip), network, transport, random), tags, random)
}

/// Puts tags behind the MACs, the outer of two by IEEE 802.1ad.
fn tagged(mut bytes: Vec<u8>, tags: u8, random: &mut Random) -> Vec<u8> {
    for tpid in [[0x81, 0x00], [0x88, 0xa8]].iter().take(tags.into()) {
        let [high, low] = (random.word() as u16).to_be_bytes();
        bytes.splice(12..12, [tpid[0], tpid[1], high, low]);
    }
    bytes
}

fn behind_ip(
    step: PacketBuilderStep<IpHeaders>,
    network: Network,
    transport: Transport,
    random: &mut Random,
) -> Vec<u8> {
    let payload: Vec<u8> = (0..random.below(60)).map(|_| random.word() as u8).collect();
    let [a, b] = [random.word() as u16, random.word() as u16];
    let mut bytes = Vec::new();
    let v6 = network == Network::Ipv6;
    match transport {
        Transport::Tcp => {
            let options = [1; 40];
            let options = &options[..4 * random.below(11) as usize];
            let tcp = step.tcp(a, b, 3, 4).syn().ack(5).options_raw(options).unwrap();
            tcp.write(&mut bytes, &payload).unwrap();
        }
        Transport::Udp => step.udp(a, b).write(&mut bytes, &payload).unwrap(),
        Transport::Echo if v6 => {
            step.icmpv6_echo_request(a, b).write(&mut bytes, &payload).unwrap();
        }
        Transport::Echo => step.icmpv4_echo_reply(a, b).write(&mut bytes, &payload).unwrap(),
        Transport::Unreachable if v6 => {
            step.icmpv6_raw(1, 4, [9; 4]).write(&mut bytes, &payload).unwrap();
        }
        Transport::Unreachable => {
            step.icmpv4_raw(3, 1, [9; 4]).write(&mut bytes, &payload).unwrap();
        }
        Transport::Sctp => {
            let header = [&a.to_be_bytes()[..], &b.to_be_bytes(), &[7; 8], &payload].concat();
            step.write(&mut bytes, IpNumber(wire::PROTOCOL_SCTP), &header).unwrap();
        }
        Transport::Neighbor => {
            let message = neighbor(random);
            step.write(&mut bytes, IpNumber::IPV6_ICMP, &message).unwrap();
            if v6 && random.chance(90) {
                bytes[HOP_LIMIT] = 255;
            }
        }
        Transport::Other(number) => {
            step.write(&mut bytes, IpNumber(number), &payload).unwrap();
        }
    }
    // Ethernet padding, now and then more than needed.
    bytes.resize(bytes.len().max(60) + random.below(2) as usize * 7, 0xa5);
    bytes
}

/// Of any type about neighbors, with an option or without.
pub fn neighbor(random: &mut Random) -> Vec<u8> {
    let mut message: Vec<u8> = (0..32).map(|_| random.word() as u8).collect();
    message[0] = [135, 135, 135, 133, 134, 136, 137, 138][random.below(8) as usize];
    message[1] = u8::from(random.chance(5));
    message[8..10].copy_from_slice(if random.chance(90) { &[0x20, 1] } else { &[0xff, 2] });
    if random.chance(8) {
        message[8..20].copy_from_slice(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]);
    }
    message[24] = 1 + random.below(2) as u8;
    message[25] = u8::from(random.chance(90));
    let bytes = [32, 32, 24, 40, 31, 25, 23, 20][random.below(8) as usize];
    message.resize(bytes, 1);
    message
}

fn arp(random: &mut Random) -> ArpPacket {
    let mut bytes = |n: usize| -> Vec<u8> { (0..n).map(|_| random.word() as u8).collect() };
    let operation = ArpOperation(u16::from(bytes(1)[0] & 1) + 1);
    let (hw, ip) = (ArpHardwareId::ETHERNET, EtherType::IPV4);
    ArpPacket::new(hw, ip, operation, &bytes(6), &bytes(4), &bytes(6), &bytes(4)).unwrap()
}

pub fn ipv4(options: u8, random: &mut Random) -> Ipv4Header {
    let [a, b] = [random.word() as u32, random.word() as u32].map(u32::to_be_bytes);
    let mut header = Ipv4Header::new(0, 64, IpNumber::UDP, a, b).unwrap();
    header.dscp = IpDscp::try_new(random.below(64) as u8).unwrap();
    header.ecn = IpEcn::try_new(random.below(4) as u8).unwrap();
    let bytes: Vec<u8> = (0..4 * options).map(|_| random.word() as u8).collect();
    header.options = Ipv4Options::try_from(&bytes[..]).unwrap();
    header
}

pub fn ipv6(random: &mut Random) -> Ipv6Header {
    let mut address =
        || (u128::from(random.word()) << 64 | u128::from(random.word())).to_be_bytes();
    let (mut source, destination) = (address(), address());
    if random.chance(10) {
        source = [0; 16];
    }
    Ipv6Header {
        traffic_class: random.word() as u8,
        flow_label: Ipv6FlowLabel::try_new(random.below(1 << 20) as u32).unwrap(),
        source,
        destination,
        hop_limit: 64,
        ..Ipv6Header::default()
    }
}

/// `inner` in VXLAN over UDP over IPv4.
pub fn tunnel(inner: &[u8], vni: u32, random: &mut Random) -> Vec<u8> {
    let mut payload = vec![0x08, 0, 0, 0];
    payload.extend((vni << 8).to_be_bytes());
    payload.extend(inner);
    let ip = IpHeaders::Ipv4(ipv4(0, random), Ipv4Extensions::default());
    let mut bytes = Vec::new();
    let builder = PacketBuilder::ethernet2(MACS.1, MACS.0).ip(ip).udp(49152, 4789);
    builder.write(&mut bytes, &payload).unwrap();
    bytes
}

/// Makes the header at byte 14 of `frame` a fragment: `field` is flags and offset.
pub fn fragmented(mut frame: Vec<u8>, field: u16) -> Vec<u8> {
    frame[20..22].copy_from_slice(&field.to_be_bytes());
    sign(&mut frame, 14);
    frame
}

/// Writes the checksum of the IPv4 header at `l3`.
pub fn sign(frame: &mut [u8], l3: usize) {
    let header = Ipv4HeaderSlice::from_slice(&frame[l3..]).unwrap().to_header();
    frame[l3 + 10..l3 + 12].copy_from_slice(&header.calc_header_checksum().to_be_bytes());
}

/// Puts these extension headers, {kind, bytes}, behind the IPv6 header at `l3`; bytes at random.
pub fn extended(
    mut frame: Vec<u8>,
    l3: usize,
    chain: &[(u8, usize)],
    random: &mut Random,
) -> Vec<u8> {
    let mut last = frame[l3 + 6];
    let mut headers = Vec::new();
    for &(kind, bytes) in chain.iter().rev() {
        let mut header: Vec<u8> = (0..bytes).map(|_| random.word() as u8).collect();
        header[0] = last;
        match kind {
            wire::FRAGMENT => header[2..4].fill(0),
            wire::AUTHENTICATION => header[1] = (bytes / 4 - 2) as u8,
            _ => header[1] = (bytes / 8 - 1) as u8,
        }
        headers.splice(..0, header);
        last = kind;
    }
    frame[l3 + 6] = last;
    let length = u16::from_be_bytes([frame[l3 + 4], frame[l3 + 5]]) + headers.len() as u16;
    frame[l3 + 4..l3 + 6].copy_from_slice(&length.to_be_bytes());
    frame.splice(l3 + 40..l3 + 40, headers);
    frame
}

/// Up to five extension headers of any kind and length, most of them where they may stand.
fn any_chain(random: &mut Random) -> Vec<(u8, usize)> {
    use wire::{AUTHENTICATION, DESTINATION_OPTIONS, FRAGMENT, HOP_BY_HOP, ROUTING};
    let kinds = [HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION_OPTIONS];
    let mut chain = Vec::new();
    for number in 0..random.below(6) {
        let first = if number == 0 || random.chance(5) { 0 } else { 1 };
        let kind = kinds[(first + random.below(5 - first)) as usize];
        let most = if random.chance(80) { 3 } else { 16 };
        let words = 1 + random.below(most) as usize;
        let bytes = match kind {
            FRAGMENT => 8,
            AUTHENTICATION if random.chance(90) => 8 + 8 * words,
            AUTHENTICATION => 8 + 4 * words,
            _ => 8 * words,
        };
        chain.push((kind, bytes));
    }
    chain
}

/// IPv6 packets with extension headers, some of them fragments, some cut off by their length.
fn chains(number: usize, random: &mut Random) -> Vec<Case> {
    let mut cases = Vec::new();
    for _ in 0..number {
        let transport = TRANSPORTS[random.below(TRANSPORTS.len() as u64) as usize];
        let tags = random.below(3) as u8;
        let chain = any_chain(random);
        let (l3, mut at) = (14 + 4 * usize::from(tags), 14 + 4 * usize::from(tags) + 40);
        let plain = frame(tags, Network::Ipv6, transport, random);
        let mut frame = extended(plain, l3, &chain, random);
        for &(kind, bytes) in &chain {
            if kind == wire::FRAGMENT && random.chance(60) {
                let field = [1, 8, 9, 16, 0xfff8][random.below(5) as usize];
                frame[at + 2..at + 4].copy_from_slice(&u16::to_be_bytes(field));
            }
            at += bytes;
        }
        if random.chance(20) {
            let length = u16::from_be_bytes([frame[l3 + 4], frame[l3 + 5]]);
            let less = random.below(u64::from(length) + 1) as u16;
            frame[l3 + 4..l3 + 6].copy_from_slice(&less.to_be_bytes());
        }
        let net = tags == 0 && random.chance(60);
        if net {
            frame = tunnel(&frame, random.below(1 << 24) as u32, random);
        }
        let name = format!("{transport:?} behind {chain:?}, {tags} tags");
        cases.push(Case { name, frame, net });
    }
    cases
}

/// One frame of each kind: tags, options, protocols, fragments, tunnels.
pub fn each_kind(random: &mut Random) -> Vec<Case> {
    let mut networks = vec![Network::Ipv6, Network::Arp];
    networks.extend((0..=10).map(|options| Network::Ipv4 { options }));
    let mut cases = Vec::new();
    for network in networks {
        for transport in TRANSPORTS {
            for tags in 0..3 {
                let name = format!("{network:?} {transport:?} {tags} tags");
                let frame = frame(tags, network, transport, random);
                if tags == 0 {
                    let frame = tunnel(&frame, random.below(1 << 24) as u32, random);
                    cases.push(Case { name: format!("{name} in a tunnel"), frame, net: true });
                }
                cases.push(Case { name, frame, net: false });
            }
        }
    }
    for transport in TRANSPORTS {
        for field in [0x2000, 0x4000, 0x8000, 0x2001, 1, 2, 0x1fff] {
            let frame = frame(0, Network::Ipv4 { options: 0 }, transport, random);
            let name = format!("{transport:?} fragment {field:04x}");
            cases.push(Case { name, frame: fragmented(frame, field), net: false });
        }
    }
    cases.extend(chains(400, random));
    cases.extend(super::tunnels::any(200, random));
    cases
}

/// Makes the checksums of the outer and the inner IPv4 header right, where such headers can be
/// seen.
pub fn sign_all(frame: &mut [u8], net: bool) {
    if net {
        sign_if(frame, 14);
        return sign_if(frame, inner_l3(frame));
    }
    for l3 in [14, 18, 22] {
        if frame[l3 - 2..l3] == [8, 0] {
            return sign_if(frame, l3);
        }
    }
}

fn sign_if(frame: &mut [u8], l3: usize) {
    if Ipv4HeaderSlice::from_slice(&frame[l3.min(frame.len())..]).is_ok() {
        sign(frame, l3);
    }
}

/// Where layer 3 of the frame in a tunnel is, by ethertype and UDP port.
fn inner_l3(frame: &[u8]) -> usize {
    let udp = if frame.get(12) == Some(&0x86) { 54 } else { 34 };
    let options = match frame.get(udp + 2..udp + 9) {
        Some(header) if header[..2] == wire::GENEVE_PORT.to_be_bytes() => 4 * (header[6] & 0x3f),
        _ => 0,
    };
    udp + 30 + usize::from(options)
}
