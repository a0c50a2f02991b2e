//! Does the packet fit where it goes? If not, its sender may be told.
//!
//! ```text
//!   mapping's MTU, transit gateway's --> path --+
//!                                               +--> longer? --- no ---> on it goes
//!   bytes of the IP packet ---------------------+      | yes
//!   DF or IPv6; no ICMP error; of IPv4 no later        v
//!   fragment ----------------------------------> tell it? -- no ---> MtuExceeded
//!                                                      | yes
//!                              ICMP "fragmentation needed", ICMPv6 "packet too big"
//! ```
//! The card fragments nothing. What it says comes from the packet's destination and quotes the
//! packet's IP header and 8 bytes; who is told too often hears nothing more.

use crate::{
    deliver::Access,
    encap::{self, Rewrite},
    mapping::{By, MappingAction},
    meta::{DropReason, Verdict},
    parser::{
        Headers, ones_complement_sum,
        wire::{ICMP_ERRORS, PROTOCOL_ICMP, PROTOCOL_ICMPV6},
    },
    route::Target,
};

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// An ICMP message from its frame's type field up to what it quotes, the last byte on the wire
    /// lowest (RFC 792, with the MTU of RFC 1191 section 4).
    pub struct FragmentationNeeded {
        /// MTU of the next hop, in bytes.
        mtu: u16 => 16,
        /// Zero.
        unused: u16 => 16,
        /// ICMP checksum.
        checksum: u16 => 16,
        /// Code.
        code: u8 => 8,
        /// Type.
        kind: u8 => 8,
        /// IPv4 destination address: who sent the packet.
        dst_ip: u32 => 32,
        /// IPv4 source address: where it was to go.
        src_ip: u32 => 32,
        /// IPv4 header checksum.
        header_checksum: u16 => 16,
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
    }
    /// The same of ICMPv6 (RFC 4443 section 3.2).
    pub struct PacketTooBig {
        /// MTU of the next hop, in bytes.
        mtu: u32 => 32,
        /// ICMPv6 checksum.
        checksum: u16 => 16,
        /// Code.
        code: u8 => 8,
        /// Type.
        kind: u8 => 8,
        /// Destination address: who sent the packet.
        dst_ip: u128 => 128,
        /// Source address: where it was to go.
        src_ip: u128 => 128,
        /// Hop limit.
        hop_limit: u8 => 8,
        /// Next header.
        next_header: u8 => 8,
        /// Payload length.
        payload_length: u16 => 16,
        /// Flow label.
        flow_label: u32 => 20,
        /// Traffic class.
        traffic_class: u8 => 8,
        /// IP version.
        version: u8 => 4,
        /// Ethernet type.
        ethertype: u16 => 16,
    }
}

impl FragmentationNeeded {
    /// What all of them have in common; the length is that of a message that quotes nothing.
    pub const FIXED: Self = Self {
        mtu: 0,
        unused: 0,
        checksum: 0,
        code: 4,
        kind: 3,
        dst_ip: 0,
        src_ip: 0,
        header_checksum: 0,
        protocol: PROTOCOL_ICMP,
        ttl: 64,
        fragment: 0,
        identification: 0,
        total_length: 28,
        dscp_ecn: INTERNETWORK_CONTROL,
        version_ihl: 0x45,
        ethertype: 0x0800,
    };
}

impl PacketTooBig {
    /// What all of them have in common.
    pub const FIXED: Self = Self {
        mtu: 0,
        checksum: 0,
        code: 0,
        kind: 2,
        dst_ip: 0,
        src_ip: 0,
        hop_limit: 64,
        next_header: PROTOCOL_ICMPV6,
        payload_length: 8 + QUOTED_V6 as u16,
        flow_label: 0,
        traffic_class: INTERNETWORK_CONTROL,
        version: 6,
        ethertype: 0x86dd,
    };
}

/// Most bytes of an IP packet inside a VPC, and so between joined ones; beyond a transit gateway
/// ("Maximum transmission unit", "MTU of a transit gateway" in the guides of Amazon EC2 and VPC).
pub const VPC: u16 = 9001;
/// See [`VPC`].
pub const TRANSIT: u16 = 8500;
/// Below this the MTU of a mapping means that anything fits: what is quoted must be there.
pub const LEAST: u16 = 128;
/// DSCP CS6, which error messages have (RFC 1812 section 4.3.2.5).
const INTERNETWORK_CONTROL: u8 = 0xc0;
/// Bytes that are quoted of an IPv6 packet.
const QUOTED_V6: usize = 48;

// ---- reference --------------------------------------------------------------------------

/// Most bytes of an IP packet that goes by `by` to where the mapping says.
pub fn path(by: By, m: &MappingAction) -> u16 {
    match by {
        By::Route(route) if route.target == Target::TransitGateway => m.mtu.min(TRANSIT),
        _ => m.mtu,
    }
}

/// What settles a packet that does not fit into `path`; an answer leaves through `port`.
pub fn judge(path: u16, port: u8, h: &Headers) -> Option<Verdict> {
    let too_long = path >= LEAST && h.end - u16::from(h.l3_offset) > path;
    let answer =
        if tells(h) { Verdict::reply(port) } else { Verdict::drop(DropReason::MtuExceeded) };
    too_long.then_some(answer)
}

/// Is its sender told? Of an ICMP error, and of a fragment of IPv4 behind the first, nobody is
/// (RFC 1122 section 3.2.2, RFC 4443 section 2.4).
fn tells(h: &Headers) -> bool {
    let kind = (h.dst_port >> 8) as u8;
    let error = match h.protocol {
        PROTOCOL_ICMP => ICMP_ERRORS.contains(&kind),
        PROTOCOL_ICMPV6 => kind < 128,
        _ => false,
    };
    h.df && (h.is_ipv6 || !h.fragment) && !(h.ported && error)
}

/// The message, back to the ENI that sent the packet.
pub fn reply(eni: &Access, path: u16, h: &Headers) -> Rewrite {
    let back = encap::to_eni(eni, &Headers { src_mac: h.dst_mac, ..*h });
    let message = if h.is_ipv6 { too_big(path, h) } else { needed(path, h) };
    let from = usize::from(h.l3_offset);
    let end = from + 4 * usize::from(h.quote_words);
    Rewrite { header: [back.header, message].concat(), from, end }
}

fn needed(path: u16, h: &Headers) -> Vec<u8> {
    let [src, dst] = [h.dst_ip, h.src_ip].map(|ip| (ip as u32).to_be_bytes());
    let length = (28 + 4 * u16::from(h.quote_words)).to_be_bytes();
    let mut ip = [&[0x45, INTERNETWORK_CONTROL][..], &length].concat();
    ip.extend([0, 0, 0, 0, 64, PROTOCOL_ICMP, 0, 0]);
    ip.extend([src, dst].concat());
    let sum = !ones_complement_sum(&ip);
    ip[10..12].copy_from_slice(&sum.to_be_bytes());
    let mut icmp = vec![3, 4, 0, 0, 0, 0];
    icmp.extend(path.to_be_bytes());
    let sum = !ones_complement_sum(&[&icmp[..], &h.quote_sum.to_be_bytes()].concat());
    icmp[2..4].copy_from_slice(&sum.to_be_bytes());
    [vec![8, 0], ip, icmp].concat()
}

fn too_big(path: u16, h: &Headers) -> Vec<u8> {
    let addresses = [h.dst_ip, h.src_ip].map(u128::to_be_bytes).concat();
    let length = (8 + QUOTED_V6 as u16).to_be_bytes();
    let mut icmp = vec![2, 0, 0, 0, 0, 0];
    icmp.extend(path.to_be_bytes());
    // The addresses stand in the pseudo-header (RFC 8200 section 8.1), and in what is quoted.
    let pseudo = [&addresses[..], &length, &[0, PROTOCOL_ICMPV6]].concat();
    let quoted = [&addresses[..], &h.quote_sum.to_be_bytes()].concat();
    let sum = !ones_complement_sum(&[pseudo, icmp.clone(), quoted].concat());
    icmp[2..4].copy_from_slice(&sum.to_be_bytes());
    // Traffic class CS6.
    let mut message = vec![0x86, 0xdd, 0x6c, 0, 0, 0];
    message.extend(length);
    message.extend([PROTOCOL_ICMPV6, 64]);
    [message, addresses, icmp].concat()
}

// ---- kernel -----------------------------------------------------------------------------

#[cfg(feature = "gateware")]
#[allow(missing_docs)] // what `LogicStruct` derives has none
pub mod gateware;
