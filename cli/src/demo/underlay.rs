//! What lies between the cards? A router that brings each tunnel packet to the card of its outer
//! destination address, as the next hop of both.

use control::Vpcs;
use etherparse::Ipv4HeaderSlice;
use hdl::meta::TUNNEL_BYTES;

/// First byte of the outer IPv4 header.
const IP: usize = 14;

/// The card to which a frame goes, by its index, and the frame as it arrives there: new MACs, one
/// hop less to live (RFC 1812 section 5.3.1). None if no card has the address.
pub fn hop(vpcs: &Vpcs, frame: &[u8]) -> Option<(usize, Vec<u8>)> {
    let mut frame = frame.to_vec();
    let mut header = Ipv4HeaderSlice::from_slice(frame.get(IP..)?).ok()?.to_header();
    let to = header.destination;
    let card = vpcs.cards.iter().position(|card| card.underlay_ip.octets() == to)?;
    frame.copy_within(..6, 6);
    frame[..6].copy_from_slice(&vpcs.cards[card].underlay_mac.into_array());
    header.time_to_live = header.time_to_live.checked_sub(1)?;
    header.header_checksum = header.calc_header_checksum();
    frame[IP..IP + header.header_len()].copy_from_slice(&header.to_bytes());
    Some((card, frame))
}

/// VNI and IP packet of a tunnel packet.
pub fn inside(frame: &[u8]) -> Option<(u32, &[u8])> {
    let vni = frame.get(46..49)?.iter().fold(0, |vni, byte| vni << 8 | u32::from(*byte));
    Some((vni, frame.get(TUNNEL_BYTES + 14..)?))
}
