//! On which card does an address of this VPC live?
//!
//! ```text
//!   host: (VPC, destination IP) --+
//!                                 +--> [ exact-match ] --> VTEP, VNI, MAC, or an ENI here
//!   net:  (VPC, source IP) -------+
//! ```
//! A host's packet asks where to; a packet of the underlay asks whether its sender may say what
//! it says.

use crate::{class::IpKey, decap::Identity, eni::AttachAction, meta::DropReason, parser::Headers};

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// Where an overlay address lives.
    pub struct MappingAction {
        /// Underlay address of its card.
        vtep: u32 => 32,
        /// VNI on the wire (RFC 7348 section 5).
        vni: u32 => 24,
        /// Overlay MAC.
        mac: u64 => 48,
        /// Its subnet, by its number on this card; 0 is none.
        subnet: u16 => 10,
        /// Does it live on this card?
        local: bool,
        /// Then its ENI, by its number on this card.
        eni: u16 => 10,
        /// And the network ACL of its subnet.
        acl: u8 => 8,
    }
}

// ---- reference --------------------------------------------------------------------------

/// What is asked.
pub fn key(vpc: u8, net: bool, h: &Headers) -> IpKey {
    IpKey { vpc, ip: if net { h.src_ip } else { h.dst_ip } }
}

/// May a host's packet go where it wants? A frame to the router's MAC goes wherever a mapping
/// leads; any other must be sent to the MAC of its destination, in the sender's own subnet.
pub fn reachable(
    identity: &Identity,
    eni: &AttachAction,
    found: Option<MappingAction>,
    h: &Headers,
) -> DropReason {
    let routed = h.dst_mac == identity.router_mac;
    match found {
        None if routed => DropReason::NoMapping,
        Some(_) if routed => DropReason::None,
        Some(m) if m.mac == h.dst_mac && m.subnet == eni.subnet => DropReason::None,
        _ => DropReason::NotItsAddress,
    }
}

/// May the sender of a tunnel packet speak for this tenant?
pub fn sender(found: Option<MappingAction>, h: &Headers) -> DropReason {
    match found {
        Some(m) if !m.local && m.vtep == h.outer_src_ip => DropReason::None,
        _ => DropReason::SpoofedUnderlay,
    }
}
