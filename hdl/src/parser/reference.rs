//! What must the hardware say about a frame? Read byte by byte, in packet order.

use super::flow_hash::flow_hash;
use super::layout::Headers;
use super::quoted::quoted;
use super::wire::*;
use crate::meta::DropReason::{self, *};
use crate::meta::{FRAME_BYTES_MAX, WINDOW_BYTES};

/// What is in `frame`, which has no FCS? `net`: it came from a net port and must be a tunnel.
#[must_use]
pub fn parse(frame: &[u8], net: bool) -> Headers {
    let mut headers = Headers { tunnel: net, ..Headers::default() };
    match walk(frame, net, &mut headers) {
        Ok(()) => headers,
        Err(fault) => Headers { fault, outer_dst_mac: headers.outer_dst_mac, ..Headers::default() },
    }
}

fn walk(frame: &[u8], net: bool, headers: &mut Headers) -> Result<(), DropReason> {
    check(frame.len() <= FRAME_BYTES_MAX, FrameTooLong)?;
    check(frame.len() >= ETHERNET_BYTES, Runt)?;
    if net {
        // What lies behind the outer packet is padding.
        let (at, end) = outer(frame, headers)?;
        return ethernet(&frame[..end], at, headers);
    }
    ethernet(frame, 0, headers)
}

/// The tunnel's headers; returns where the frame in it starts, and where the outer packet ends.
fn outer(frame: &[u8], headers: &mut Headers) -> Result<(usize, usize), DropReason> {
    headers.outer_dst_mac = be48(frame, 0);
    let (udp, end) = match be16(frame, 12) {
        ETHERTYPE_IPV4 => outer_ipv4(frame, headers),
        ETHERTYPE_IPV6 => outer_ipv6(frame, headers),
        _ => Err(BadTunnel),
    }?;
    check(end >= udp + TUNNEL_HEADER_BYTES, BadTunnel)?;
    check(usize::from(be16(frame, udp + 4)) == end - udp, BadTunnel)?;
    let behind = match be16(frame, udp + 2) {
        VXLAN_PORT => vxlan(frame, udp + 8),
        GENEVE_PORT => geneve(&frame[..end], udp + 8),
        _ => Err(BadTunnel),
    }?;
    headers.outer_vni = be32(frame, udp + 12) >> 8;
    Ok((behind, end))
}

/// Returns where its UDP header lies, and where the packet ends.
fn outer_ipv4(frame: &[u8], headers: &mut Headers) -> Result<(usize, usize), DropReason> {
    check(frame.len() >= 34, OuterTruncated)?;
    check(frame[14] == 0x45, BadTunnel)?;
    check(ones_complement_sum(&frame[14..34]) == 0xffff, OuterChecksum)?;
    let end = 14 + usize::from(be16(frame, 16));
    check(end <= frame.len(), OuterTruncated)?;
    let fragment = be16(frame, 20) & 0x3fff;
    check(frame[23] == PROTOCOL_UDP && fragment == 0, BadTunnel)?;
    headers.outer_ecn = frame[15] & 3;
    headers.outer_src_ip = be32(frame, 26);
    headers.outer_dst_ip = be32(frame, 30);
    Ok((34, end))
}

/// The same of IPv6 without extension headers.
fn outer_ipv6(frame: &[u8], headers: &mut Headers) -> Result<(usize, usize), DropReason> {
    check(frame.len() >= 54, OuterTruncated)?;
    check(frame[14] >> 4 == 6, BadTunnel)?;
    let end = 54 + usize::from(be16(frame, 18));
    check(end <= frame.len(), OuterTruncated)?;
    check(frame[20] == PROTOCOL_UDP, BadTunnel)?;
    headers.outer_ecn = frame[15] >> 4 & 3;
    headers.outer_v6 = true;
    Ok((54, end))
}

/// The VXLAN header at `at` (RFC 7348 section 5); returns where it ends.
fn vxlan(frame: &[u8], at: usize) -> Result<usize, DropReason> {
    check(frame[at] & 0x08 != 0, BadTunnel)?;
    Ok(at + 8)
}

/// The Geneve header at `at` (RFC 8926 section 3.4); returns where its options end.
fn geneve(packet: &[u8], at: usize) -> Result<usize, DropReason> {
    let (version, words) = (packet[at] >> 6, usize::from(packet[at] & 0x3f));
    let (control, critical) = (packet[at + 1] & 0x80 != 0, packet[at + 1] & 0x40 != 0);
    // An unknown version must be dropped, the payload of a control packet must not be forwarded.
    check(version == 0 && !control, BadTunnel)?;
    check(be16(packet, at + 2) == TRANS_ETHER_BRIDGING, BadTunnel)?;
    let end = at + 8 + 4 * words;
    check(end <= packet.len(), MalformedGeneve)?;
    // Who does not read options must drop the packet by this flag, whatever they are.
    check(!critical, CriticalOption)?;
    check(words <= OPTION_WORDS, HeaderTooLong)?;
    Ok(end)
}

/// The frame that starts at `at` and ends with `frame`.
fn ethernet(frame: &[u8], at: usize, headers: &mut Headers) -> Result<(), DropReason> {
    check(frame.len() >= at + ETHERNET_BYTES, Runt)?;
    headers.dst_mac = be48(frame, at);
    headers.src_mac = be48(frame, at + 6);
    let mut type_at = at + 12;
    while matches!(be16(frame, type_at), TPID_8021Q | TPID_8021AD) {
        check(!headers.tunnel, InnerTagged)?;
        check(headers.tags < 2, TooManyTags)?;
        check(frame.len() >= type_at + 6, TruncatedTag)?;
        let vid = be16(frame, type_at + 2) & 0x0fff;
        if headers.tags == 0 {
            headers.vid0 = vid;
        } else {
            headers.vid1 = vid;
        }
        headers.tags += 1;
        type_at += TAG_BYTES;
    }
    let l3 = type_at + 2;
    headers.l3_offset = l3 as u8;
    let more = match be16(frame, type_at) {
        ETHERTYPE_ARP => arp(frame, l3, headers),
        ETHERTYPE_IPV4 => ipv4(frame, l3, headers),
        ETHERTYPE_IPV6 => ipv6(frame, l3, headers),
        _ => Err(UnknownEthertype),
    }?;
    // Fragments of one packet hash alike: none of them counts its ports, nor the header behind its
    // fragment header, which need not be the transport's.
    let fragmented = more || headers.fragment;
    let protocol = if headers.is_ipv6 && fragmented { FRAGMENT } else { headers.protocol };
    let ports = (headers.ported && !fragmented).then_some((headers.src_port, headers.dst_port));
    headers.flow_hash = flow_hash(headers.src_ip, headers.dst_ip, protocol, ports);
    let solicits_routers = headers.dst_port >> 8 == u16::from(ROUTER_SOLICITATION);
    if headers.neighbor && headers.is_ipv6 && !headers.tunnel && !solicits_routers {
        headers.dst_ip = be128(frame, l3 + 48);
    }
    Ok(())
}

fn arp(frame: &[u8], l3: usize, headers: &mut Headers) -> Result<bool, DropReason> {
    check(frame.len() >= l3 + 28, MalformedArp)?;
    let ethernet_ipv4 = [0, 1, 8, 0, 6, 4];
    check(frame[l3..l3 + 6] == ethernet_ipv4, MalformedArp)?;
    headers.is_arp = true;
    headers.neighbor = true;
    headers.asks = be16(frame, l3 + 6) == ARP_REQUEST;
    headers.claimed_mac = be48(frame, l3 + 8);
    headers.src_ip = mapped(be32(frame, l3 + 14));
    headers.dst_ip = mapped(be32(frame, l3 + 24));
    headers.end = frame.len() as u16;
    Ok(false)
}

/// Returns whether more fragments follow.
fn ipv4(frame: &[u8], l3: usize, headers: &mut Headers) -> Result<bool, DropReason> {
    check(frame.len() >= l3 + 20, MalformedIpv4Header)?;
    check(frame[l3] >> 4 == 4, MalformedIpv4Header)?;
    let header_bytes = 4 * usize::from(frame[l3] & 15);
    check(header_bytes >= 20, MalformedIpv4Header)?;
    check(frame.len() >= l3 + header_bytes, MalformedIpv4Header)?;
    let total_length = usize::from(be16(frame, l3 + 2));
    check(total_length >= header_bytes, MalformedIpv4Header)?;
    let end = l3 + total_length;
    check(end <= frame.len(), MalformedIpv4Length)?;
    let l4 = l3 + header_bytes;
    check(l4 + TRANSPORT_BYTES <= WINDOW_BYTES, HeaderTooLong)?;
    check(ones_complement_sum(&frame[l3..l4]) == 0xffff, MalformedIpv4Checksum)?;
    headers.is_ipv4 = true;
    headers.dscp_ecn = frame[l3 + 1];
    headers.protocol = frame[l3 + 9];
    headers.src_ip = mapped(be32(frame, l3 + 12));
    headers.dst_ip = mapped(be32(frame, l3 + 16));
    headers.end = end as u16;
    headers.df = frame[l3 + 6] & 0x40 != 0;
    headers.quote_words = (header_bytes / 4) as u8 + 2;
    if end >= l4 + 8 {
        headers.quote_sum = ones_complement_sum(&frame[l4..l4 + 8]);
    }
    let fragment_offset = be16(frame, l3 + 6) & 0x1fff;
    let more_fragments = be16(frame, l3 + 6) & 0x2000 != 0;
    if fragment_offset == 0 {
        quoted(&frame[l3..end], headers);
    }
    payload(&frame[l4..end], fragment_offset, more_fragments, headers)
}

/// Returns whether more fragments follow.
fn ipv6(frame: &[u8], l3: usize, headers: &mut Headers) -> Result<bool, DropReason> {
    check(frame.len() >= l3 + 40, MalformedIpv6Header)?;
    check(frame[l3] >> 4 == 6, MalformedIpv6Header)?;
    let end = l3 + 40 + usize::from(be16(frame, l3 + 4));
    check(end <= frame.len(), MalformedIpv6Length)?;
    let (src_ip, dst_ip) = (be128(frame, l3 + 8), be128(frame, l3 + 24));
    check(!is_mapped(src_ip) && !is_mapped(dst_ip), Ipv4MappedAddress)?;
    check(l3 + 40 + TRANSPORT_BYTES <= WINDOW_BYTES, HeaderTooLong)?;
    headers.is_ipv6 = true;
    headers.dscp_ecn = (be16(frame, l3) >> 4) as u8;
    headers.protocol = frame[l3 + 6];
    headers.src_ip = src_ip;
    headers.dst_ip = dst_ip;
    headers.end = end as u16;
    headers.df = true;
    headers.quote_words = 12;
    if end >= l3 + 48 {
        let ends = [&frame[l3..l3 + 8], &frame[l3 + 40..l3 + 48]].concat();
        headers.quote_sum = ones_complement_sum(&ends);
    }
    let (at, field) = extensions(&frame[..end], l3 + 40, headers)?;
    let more = payload(&frame[at..end], field >> 3, field & 1 != 0, headers)?;
    let message = headers.protocol == PROTOCOL_ICMPV6 && headers.ported;
    if message && NEIGHBOR_DISCOVERY.contains(&frame[at]) {
        check(at == l3 + 40, MalformedNd)?;
        neighbor(&frame[l3..end], headers)?;
    }
    Ok(more)
}

/// Neighbor discovery directly behind its IPv6 header (RFC 4861 sections 4.1 to 4.5). Of one in a
/// tunnel, which goes no further, nothing is read.
fn neighbor(packet: &[u8], headers: &mut Headers) -> Result<(), DropReason> {
    headers.neighbor = true;
    if headers.tunnel {
        return Ok(());
    }
    let (header, message) = packet.split_at(40);
    // A router would have taken something off its hop limit: it comes from a neighbor.
    let options_at = if message[0] == ROUTER_SOLICITATION { 8 } else { 24 };
    check(header[7] == 255 && message[1] == 0 && message.len() >= options_at, MalformedNd)?;
    headers.claimed_mac = headers.src_mac;
    let option = message.get(options_at..).filter(|options| !options.is_empty());
    let whole = option.is_none_or(|option| option.len() >= 8 && option[1] != 0);
    if message[0] == ROUTER_SOLICITATION {
        return check(whole, MalformedNd);
    }
    if message[0] != NEIGHBOR_SOLICITATION {
        return Ok(());
    }
    let target = be128(message, 8);
    check(target >> 120 != 0xff && !is_mapped(target), MalformedNd)?;
    check(whole, MalformedNd)?;
    if let Some(option) = option.filter(|option| option[0] == SOURCE_LINK_LAYER_ADDRESS) {
        headers.claimed_mac = be48(option, 2);
    }
    // Who looks whether somebody has an address already does not ask in its name.
    headers.asks = headers.src_ip != 0;
    Ok(())
}

/// The extension headers from `at` on (RFC 8200 section 4); `headers.protocol` is what the first of
/// them is, and in the end what the last of them says. Returns where they end, and the offset and
/// the flag of the fragment header, 0 if there is none.
fn extensions(
    packet: &[u8],
    mut at: usize,
    headers: &mut Headers,
) -> Result<(usize, u16), DropReason> {
    let (mut fragmented, mut field) = (false, 0);
    for number in 0..=CHAIN {
        let kind = headers.protocol;
        let extends = [HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION_OPTIONS];
        if field >> 3 != 0 || !extends.contains(&kind) {
            break;
        }
        check(number < CHAIN, HeaderTooLong)?;
        let short = if field & 1 != 0 { TinyFragment } else { MalformedIpv6Extension };
        check(at + 8 <= packet.len(), short)?;
        let length = usize::from(packet[at + 1]);
        let bytes = match kind {
            FRAGMENT => 8,
            AUTHENTICATION => (length / 2 + 1) * 8,
            _ => (length + 1) * 8,
        };
        check(at + bytes <= packet.len(), short)?;
        // RFC 4302 section 2.2: more than its first word, and a multiple of 8 bytes.
        let wrong = match kind {
            HOP_BY_HOP => number > 0,
            AUTHENTICATION => length == 0 || length % 2 == 1,
            FRAGMENT => fragmented,
            _ => false,
        };
        check(!wrong, MalformedIpv6Extension)?;
        check(at + bytes + TRANSPORT_BYTES <= WINDOW_BYTES, HeaderTooLong)?;
        if kind == FRAGMENT {
            (fragmented, field) = (true, be16(packet, at + 2));
        }
        headers.protocol = packet[at];
        at += bytes;
    }
    Ok((at, field))
}

/// What lies behind IP, of a fragment if `offset` or `more`; returns `more`.
fn payload(
    data: &[u8],
    offset: u16,
    more: bool,
    headers: &mut Headers,
) -> Result<bool, DropReason> {
    headers.fragment = offset != 0;
    if headers.fragment {
        // RFC 1858 and RFC 3128: it would overwrite the flags of the first fragment's header.
        let overlaps = headers.protocol == PROTOCOL_TCP && offset == 1;
        check(!overlaps, TinyFragment)?;
    } else {
        transport(data, more, headers)?;
    }
    Ok(more)
}

/// The IP payload `data`; `more`: it is a first fragment.
fn transport(data: &[u8], more: bool, headers: &mut Headers) -> Result<(), DropReason> {
    match headers.protocol {
        PROTOCOL_TCP => {
            check(data.len() >= 20, if more { TinyFragment } else { MalformedTcp })?;
            let header_bytes = 4 * usize::from(data[12] >> 4);
            check(header_bytes >= 20, MalformedTcp)?;
            let beyond = if more { TinyFragment } else { MalformedTcp };
            check(header_bytes <= data.len(), beyond)?;
            headers.tcp_flags = data[13];
        }
        PROTOCOL_UDP => {
            check(data.len() >= 8, MalformedUdp)?;
            let udp_length = usize::from(be16(data, 4));
            check(udp_length >= 8, MalformedUdp)?;
            // A first fragment holds less than the datagram.
            check(more || udp_length <= data.len(), MalformedUdp)?;
        }
        // RFC 9260 section 3.1: ports, verification tag, checksum.
        PROTOCOL_SCTP => check(data.len() >= 12, MalformedSctp)?,
        PROTOCOL_ICMP if headers.is_ipv4 => {
            check(data.len() >= 8, MalformedIcmp)?;
            return icmp(data, [0, 8], headers);
        }
        PROTOCOL_ICMPV6 if headers.is_ipv6 => {
            check(data.len() >= 8, MalformedIcmp)?;
            return icmp(data, [128, 129], headers);
        }
        _ => return Ok(()),
    }
    headers.ported = true;
    headers.src_port = be16(data, 0);
    headers.dst_port = be16(data, 2);
    Ok(())
}

fn icmp(data: &[u8], echoes: [u8; 2], headers: &mut Headers) -> Result<(), DropReason> {
    headers.ported = true;
    headers.dst_port = be16(data, 0);
    headers.src_port = if echoes.contains(&data[0]) { be16(data, 4) } else { 0 };
    Ok(())
}

fn check(good: bool, fault: DropReason) -> Result<(), DropReason> {
    if good { Ok(()) } else { Err(fault) }
}

/// RFC 1071: the sum of all 16-bit words with each carry added back in.
pub(crate) fn ones_complement_sum(header: &[u8]) -> u16 {
    header.chunks(2).fold(0, |sum, word| {
        let (sum, carry) = u16::overflowing_add(sum, be16(word, 0));
        sum + u16::from(carry)
    })
}

/// An IPv4 address as RFC 4291 section 2.5.5.2 maps it.
fn mapped(address: u32) -> u128 {
    0xffff_0000_0000 | u128::from(address)
}

/// Does an IPv6 address look like IPv4's in the tables?
fn is_mapped(address: u128) -> bool {
    address >> 32 == 0xffff
}

pub(super) fn be16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from(be16(bytes, at)) << 16 | u32::from(be16(bytes, at + 2))
}

fn be48(bytes: &[u8], at: usize) -> u64 {
    u64::from(be16(bytes, at)) << 32 | u64::from(be32(bytes, at + 2))
}

fn be128(bytes: &[u8], at: usize) -> u128 {
    (0..4).fold(0, |all, i| all << 32 | u128::from(be32(bytes, at + 4 * i)))
}
