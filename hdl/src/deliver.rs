//! Which ENI of this card receives a packet, and through which port?
//!
//! ```text
//!   from the underlay: ENI of (VPC, destination IP) --+
//!                                                     +--> [ one row per ENI ] --> port, tags, MAC
//!   from a host here:  ENI of the mapping ------------+
//! ```
//! A packet between two ENIs of this card turns around here without touching the wire.

use crate::{meta::DropReason, parser::Headers, spoof::AddressAction};

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// How an ENI is reached.
    pub struct EniEntry {
        /// Its MAC.
        mac: u64 => 48,
        /// VLAN identifiers of its place, the outer one first.
        vids: [u16; 2] => 12,
        /// How many of them its frames carry.
        tags: u8 => 2,
        /// Its host port.
        port: u8 => 3,
        /// Administratively up?
        up: bool,
    }
}

// ---- reference --------------------------------------------------------------------------

/// Has this card an ENI with the address and the MAC of a packet from the underlay?
pub fn local(owner: Option<AddressAction>, eni: &EniEntry, h: &Headers) -> DropReason {
    match owner {
        Some(_) if eni.mac == h.dst_mac => DropReason::None,
        _ => DropReason::NoLocalEni,
    }
}

/// Is the receiver up?
pub fn up(eni: &EniEntry) -> DropReason {
    if eni.up { DropReason::None } else { DropReason::EniDown }
}
