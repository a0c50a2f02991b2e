//! Is the sender who it says it is?
//!
//! ```text
//!   (VPC, source IP) --> [ exact-match: addresses ] --> ENI --> the one that hangs here?
//!   source MAC -------------------------------------------> the one of that ENI?
//! ```
//! The overlay knows addresses from the control plane, never from packets. A packet from the
//! underlay asks the same table for its destination instead: see `deliver`.

use crate::{class::IpKey, eni::AttachAction, meta::DropReason, parser::Headers};

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// Which ENI of this card has an address.
    pub struct AddressAction {
        /// The ENI, by its number on this card.
        eni: u16 => 10,
        /// Its subnet, by its number on this card.
        subnet: u16 => 10,
        /// Network ACL of its subnet.
        acl: u8 => 8,
    }
}

// ---- reference --------------------------------------------------------------------------

/// What is asked: a host's packet for its source, a packet of the underlay for its destination.
pub fn key(vpc: u8, net: bool, h: &Headers) -> IpKey {
    IpKey { vpc, ip: if net { h.dst_ip } else { h.src_ip } }
}

/// May this ENI send this packet? ARP's sender fields are held to the same.
pub fn may_send(eni: &AttachAction, owner: Option<AddressAction>, h: &Headers) -> DropReason {
    let mac = h.src_mac == eni.mac && (!h.is_arp || h.arp_sender_mac == eni.mac);
    if !mac {
        DropReason::SpoofedMac
    } else if eni.check && owner.is_none_or(|o| o.eni != eni.eni) {
        DropReason::SpoofedIp
    } else {
        DropReason::None
    }
}

/// What a VPC does not carry: ARP in any form it does not answer, broadcast and multicast.
///
/// Broadcast and multicast by MAC (the group bit, IEEE 802-2014 section 8.2), by IPv4 address
/// (224.0.0.0/4, RFC 1112 section 4; 255.255.255.255) or by IPv6 address (ff00::/8, RFC 4291
/// section 2.7).
pub fn carried(net: bool, h: &Headers) -> DropReason {
    const REQUEST: u16 = 1;
    let v4 = h.dst_ip as u32;
    let group = h.dst_mac >> 40 & 1 == 1
        || h.is_ipv4 && (v4 >> 28 == 0xe || v4 == u32::MAX)
        || h.is_ipv6 && h.dst_ip >> 120 == 0xff;
    if h.is_arp && net {
        DropReason::TunnelledArp
    } else if h.is_arp && (h.arp_op != REQUEST || h.src_ip == h.dst_ip) {
        DropReason::GratuitousArp
    } else if h.is_arp {
        DropReason::ArpUnanswered
    } else if group {
        DropReason::Multicast
    } else {
        DropReason::None
    }
}
