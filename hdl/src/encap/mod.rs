//! What does the frame look like when it leaves?
//!
//! ```text
//!   out = header[0 .. 2p] ++ frame[2s .. end]          (p, s in halfwords)
//!
//!   to the underlay: Ethernet | IPv4 | UDP | VXLAN | overlay MACs        p = 31
//!   to an ENI:       overlay MACs | its VLAN tags                        p = 6, 8 or 10
//! ```
//! What the card itself says to an ENI is a longer header of the second kind.
//!
//! The tail always begins with the type field in front of the IP header, so that tags and
//! tunnels of the incoming frame disappear, and ends where the IP packet ends, so that Ethernet
//! padding does. Nothing behind the MACs is touched: the VPC's router is no hop.

use crate::{
    decap::Identity,
    deliver::Access,
    mapping::MappingAction,
    meta::TUNNEL_BYTES,
    parser::{Headers, ones_complement_sum},
};

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// Everything in front of a tunnelled frame's type field, the last byte on the wire lowest:
    /// Ethernet, IPv4 (RFC 791), UDP (RFC 768), VXLAN (RFC 7348 section 5), overlay MACs.
    pub struct TunnelHeader {
        /// Overlay source MAC.
        overlay_src_mac: u64 => 48,
        /// Overlay destination MAC.
        overlay_dst_mac: u64 => 48,
        /// VXLAN, reserved.
        vxlan_reserved_low: u8 => 8,
        /// VXLAN network identifier.
        vni: u32 => 24,
        /// VXLAN, reserved.
        vxlan_reserved_high: u32 => 24,
        /// VXLAN flags; bit 3 says that there is a VNI.
        vxlan_flags: u8 => 8,
        /// UDP checksum, zero.
        udp_checksum: u16 => 16,
        /// UDP length.
        udp_length: u16 => 16,
        /// UDP destination port.
        udp_dst_port: u16 => 16,
        /// UDP source port.
        udp_src_port: u16 => 16,
        /// IPv4 destination address.
        dst_ip: u32 => 32,
        /// IPv4 source address.
        src_ip: u32 => 32,
        /// IPv4 header checksum.
        checksum: u16 => 16,
        /// IPv4 protocol.
        protocol: u8 => 8,
        /// IPv4 time to live.
        ttl: u8 => 8,
        /// IPv4 flags and fragment offset.
        fragment: u16 => 16,
        /// IPv4 identification.
        identification: u16 => 16,
        /// IPv4 total length.
        total_length: u16 => 16,
        /// IPv4 type of service.
        dscp_ecn: u8 => 8,
        /// IPv4 version and header length.
        version_ihl: u8 => 8,
        /// Ethernet type.
        ethertype: u16 => 16,
        /// Underlay source MAC.
        src_mac: u64 => 48,
        /// Underlay destination MAC.
        dst_mac: u64 => 48,
    }
    /// Everything in front of the type field of a frame to an ENI, likewise.
    pub struct EniHeader {
        /// Second tag's VLAN.
        vid1: u16 => 16,
        /// Second tag's protocol identifier.
        tpid1: u16 => 16,
        /// First tag's VLAN.
        vid0: u16 => 16,
        /// First tag's protocol identifier.
        tpid0: u16 => 16,
        /// Source MAC.
        src_mac: u64 => 48,
        /// The ENI's MAC.
        dst_mac: u64 => 48,
    }
}

/// UDP port of VXLAN (RFC 7348 section 8).
pub const VXLAN_PORT: u16 = 4789;
/// First of the UDP source ports that carry the flow's hash (RFC 7348 section 4.1 recommends the
/// dynamic range).
pub const SOURCE_PORT_FIRST: u16 = 49152;
/// Time to live of the outer header.
pub const OUTER_TTL: u8 = 64;
/// Tag protocol identifiers: of the only or inner tag (IEEE 802.1Q), of the outer of two.
pub const TPID: [u16; 2] = [0x8100, 0x88a8];

// ---- reference --------------------------------------------------------------------------

/// The new beginning of a frame, and where the old one's tail begins, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrite {
    /// Bytes put in front.
    pub header: Vec<u8>,
    /// First byte of the old frame that stays.
    pub from: usize,
    /// Byte behind the last one that stays.
    pub end: usize,
}

impl Rewrite {
    /// The frame as it leaves.
    pub fn apply(&self, frame: &[u8]) -> Vec<u8> {
        [&self.header, &frame[self.from..self.end]].concat()
    }
}

/// A MAC as it stands in a frame.
pub fn mac(value: u64) -> [u8; 6] {
    let mut bytes = [0; 6];
    bytes.copy_from_slice(&value.to_be_bytes()[2..]);
    bytes
}

/// Source MAC of what leaves an ENI: the router's if it was sent to the router.
pub fn source_mac(identity: &Identity, h: &Headers) -> u64 {
    if identity.routes(h) { identity.router_mac } else { h.src_mac }
}

/// Into a tunnel: VXLAN (RFC 7348 section 5) over UDP over IPv4 over Ethernet.
///
/// The UDP checksum is zero (RFC 7348 section 5); DF is set, the identification zero (RFC 6864
/// section 4.1); DSCP and ECN are those of the overlay packet (RFC 6040 section 4.1).
pub fn into_tunnel(identity: &Identity, m: &MappingAction, h: &Headers) -> Rewrite {
    let from = usize::from(h.l3_offset) - 2;
    let end = usize::from(h.end);
    let inner = (end - from + 12) as u16;
    let mut ip = Vec::with_capacity(20);
    ip.extend([0x45, h.dscp_ecn]);
    ip.extend((inner + TUNNEL_BYTES as u16 - 14).to_be_bytes());
    ip.extend([0, 0, 0x40, 0, OUTER_TTL, 17, 0, 0]);
    ip.extend(identity.vtep.to_be_bytes());
    ip.extend(m.vtep.to_be_bytes());
    let sum = !ones_complement_sum(&ip);
    ip[10..12].copy_from_slice(&sum.to_be_bytes());
    let mut header = Vec::with_capacity(62);
    header.extend([mac(identity.gateway_mac), mac(identity.mac)].concat());
    header.extend([8, 0]);
    header.extend(ip);
    header.extend((SOURCE_PORT_FIRST + h.flow_hash).to_be_bytes());
    header.extend(VXLAN_PORT.to_be_bytes());
    header.extend((inner + 16).to_be_bytes());
    header.extend([0, 0, 8, 0, 0, 0]);
    header.extend((m.vni << 8).to_be_bytes());
    header.extend([mac(m.mac), mac(source_mac(identity, h))].concat());
    Rewrite { header, from, end }
}

/// To an ENI of this card, with the tags of its place.
pub fn to_eni(eni: &Access, h: &Headers) -> Rewrite {
    let mut header = [mac(eni.mac), mac(h.src_mac)].concat();
    let tags = usize::from(eni.tags);
    for (i, vid) in eni.vids[..tags].iter().enumerate() {
        header.extend(TPID[tags - 1 - i].to_be_bytes());
        header.extend(vid.to_be_bytes());
    }
    Rewrite { header, from: usize::from(h.l3_offset) - 2, end: usize::from(h.end) }
}

// ---- kernel -----------------------------------------------------------------------------

#[cfg(feature = "gateware")]
#[allow(missing_docs)] // what `LogicStruct` derives has none
mod answer;
#[cfg(feature = "gateware")]
mod checksum;
#[cfg(feature = "gateware")]
#[allow(missing_docs)] // likewise
pub mod gateware;
#[cfg(feature = "gateware")]
#[allow(missing_docs)] // likewise
mod shape;
#[cfg(feature = "gateware")]
#[allow(missing_docs)] // likewise
mod tags;
