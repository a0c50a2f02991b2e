//! How does a packet look that other hosts might have sent? New addresses, checksums that fit
//! them, and every byte of the payload as it was.

use etherparse::{Ipv4HeaderSlice, SlicedPacket, TransportSlice};
use std::net::{IpAddr, Ipv6Addr};

/// Put new addresses into the IP packet that `packet` is, and the checksums right.
///
/// Addresses of the other family, and a packet that can't be read, change nothing.
pub fn readdress(packet: &mut [u8], src: IpAddr, dst: IpAddr) {
    let old = packet.to_vec();
    match (packet[0] >> 4, src, dst) {
        (4, IpAddr::V4(src), IpAddr::V4(dst)) => {
            packet[12..16].copy_from_slice(&src.octets());
            packet[16..20].copy_from_slice(&dst.octets());
        }
        (6, IpAddr::V6(src), IpAddr::V6(dst)) => {
            packet[8..24].copy_from_slice(&src.octets());
            packet[24..40].copy_from_slice(&dst.octets());
        }
        _ => return,
    }
    if packet[0] >> 4 == 4
        && let Ok(header) = Ipv4HeaderSlice::from_slice(packet)
    {
        let checksum = header.to_header().calc_header_checksum();
        packet[10..12].copy_from_slice(&checksum.to_be_bytes());
    }
    if let Some((at, checksum)) = transport(packet).or_else(|| fragment(&old, packet)) {
        packet[at..at + 2].copy_from_slice(&checksum.to_be_bytes());
    }
}

/// Where the checksum of a whole TCP, UDP or ICMPv6 packet lies, and what it must be.
fn transport(packet: &[u8]) -> Option<(usize, u16)> {
    let sliced = SlicedPacket::from_ip(packet).ok()?;
    let v4: Option<[[u8; 4]; 2]> = match &sliced.net {
        Some(etherparse::NetSlice::Ipv4(ip)) => {
            Some([ip.header().source(), ip.header().destination()])
        }
        _ => None,
    };
    let v6: [[u8; 16]; 2] = match &sliced.net {
        Some(etherparse::NetSlice::Ipv6(ip)) => [ip.header().source(), ip.header().destination()],
        _ => [[0; 16]; 2],
    };
    let payload = sliced.ip_payload()?.payload;
    let at = packet.len() - payload.len();
    let (offset, checksum) = match sliced.transport? {
        // RFC 768: zero says that there is none.
        TransportSlice::Udp(udp) if udp.checksum() == 0 => return None,
        TransportSlice::Udp(udp) => {
            let header = udp.to_header();
            let checksum = match v4 {
                Some([src, dst]) => header.calc_checksum_ipv4_raw(src, dst, udp.payload()),
                None => header.calc_checksum_ipv6_raw(v6[0], v6[1], udp.payload()),
            };
            (6, checksum.ok()?)
        }
        TransportSlice::Tcp(tcp) => {
            let header = tcp.to_header();
            let checksum = match v4 {
                Some([src, dst]) => header.calc_checksum_ipv4_raw(src, dst, tcp.payload()),
                None => header.calc_checksum_ipv6_raw(v6[0], v6[1], tcp.payload()),
            };
            (16, checksum.ok()?)
        }
        TransportSlice::Icmpv6(icmp) => {
            let checksum = icmp.icmp_type().calc_checksum(v6[0], v6[1], icmp.payload());
            (2, checksum.ok()?)
        }
        _ => return None,
    };
    Some((at + offset, checksum))
}

/// Likewise of the first fragment of an IPv4 packet: what the new addresses change
/// (RFC 1624 section 3), since the rest of the packet is elsewhere.
fn fragment(old: &[u8], new: &[u8]) -> Option<(usize, u16)> {
    let header = Ipv4HeaderSlice::from_slice(new).ok()?;
    let first = header.more_fragments() && header.fragments_offset().value() == 0;
    let offset = match header.protocol().0 {
        6 => 16,
        17 => 6,
        _ => return None,
    };
    let at = header.slice().len() + offset;
    let word = |bytes: &[u8], at: usize| u32::from(bytes[at]) << 8 | u32::from(bytes[at + 1]);
    if !first || new.len() < at + 2 || word(old, at) == 0 {
        return None;
    }
    let mut sum = !word(old, at) & 0xffff;
    for address in (12..20).step_by(2) {
        sum += (!word(old, address) & 0xffff) + word(new, address);
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    Some((at, !sum as u16))
}

/// Is it an address of one host, which may be somebody else's?
pub fn is_a_hosts(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !(v4.is_multicast() || v4.is_broadcast() || v4.is_unspecified()),
        IpAddr::V6(v6) => !(v6.is_multicast() || v6 == Ipv6Addr::UNSPECIFIED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use etherparse::PacketBuilder;

    fn packet(udp: bool) -> Vec<u8> {
        let builder = PacketBuilder::ipv4([192, 0, 2, 1], [192, 0, 2, 2], 9);
        let mut packet = Vec::new();
        if udp {
            builder.udp(1000, 53).write(&mut packet, b"question").unwrap();
        } else {
            builder.tcp(1000, 53, 7, 8).write(&mut packet, b"question").unwrap();
        }
        packet
    }

    #[test]
    fn only_addresses_and_checksums_change() {
        let (src, dst) = ([10, 0, 1, 10].into(), [10, 0, 2, 20].into());
        for udp in [true, false] {
            let old = packet(udp);
            let mut new = old.clone();
            readdress(&mut new, src, dst);
            assert_eq!(new[12..20], [10, 0, 1, 10, 10, 0, 2, 20]);
            let header = Ipv4HeaderSlice::from_slice(&new).unwrap().to_header();
            assert_eq!(header.header_checksum, header.calc_header_checksum());
            let at = if udp { 26 } else { 36 };
            assert_eq!(transport(&new), Some((at, u16::from_be_bytes([new[at], new[at + 1]]))));
            let changed = |i: &usize| !((10..20).contains(i) || (at..at + 2).contains(i));
            assert!((0..old.len()).filter(changed).all(|i| old[i] == new[i]));
        }
    }

    #[test]
    fn a_first_fragment_fits_the_rest() {
        // The whole packet's checksum stands in its first fragment.
        let whole = packet(true);
        let mut first = whole[..28].to_vec();
        first[6] = 0x20;
        let mut expected = whole.clone();
        let (src, dst) = ([10, 0, 1, 10].into(), [10, 0, 2, 20].into());
        readdress(&mut expected, src, dst);
        readdress(&mut first, src, dst);
        assert_eq!(first[26..28], expected[26..28]);
    }

    #[test]
    fn no_checksum_stays_none() {
        let mut packet = packet(true);
        packet[26..28].fill(0);
        readdress(&mut packet, [10, 0, 1, 10].into(), [10, 0, 2, 20].into());
        assert_eq!(packet[26..28], [0, 0]);
    }
}
