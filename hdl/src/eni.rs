//! Which virtual NIC is at the other end of this wire, or which VPC is in this tunnel?
//!
//! ```text
//!   host: (port, VLAN tags) --+
//!                             +--> [ exact-match ] --> ENI, VPC, subnet, tables
//!   net:  VNI ----------------+
//! ```
//! One table answers both questions, since a packet asks only one of them.

use crate::meta::DropReason;

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// What is asked: a place where an ENI hangs, or a tunnel's VNI.
    pub struct AttachKey {
        /// VLAN identifiers, the outer one first, 0 where there is no tag (IEEE 802.1Q);
        /// for a VNI its low and its high twelve bits.
        vids: [u16; 2] => 12,
        /// VLAN tags on the frame, 0 to 2; 0 for a VNI.
        tags: u8 => 2,
        /// Host port; 0 for a VNI.
        port: u8 => 3,
        /// Is it a VNI that is asked for?
        vni: bool,
    }
    /// Who that is. Of a VNI only the VPC is known.
    pub struct AttachAction {
        /// The VPC, by its number on this card.
        vpc: u8 => 8,
        /// The ENI, by its number on this card.
        eni: u16 => 10,
        /// Its subnet, by its number on this card; 0 is no subnet.
        subnet: u16 => 10,
        /// Network ACL of its subnet.
        acl: u8 => 8,
        /// Route table of its subnet.
        route_table: u8 => 8,
        /// Its MAC.
        mac: u64 => 48,
        /// Administratively up?
        up: bool,
        /// Must its source address be its own (source/destination check)?
        check: bool,
    }
}

impl AttachKey {
    /// The place of an ENI: a host port and the VLAN identifiers of its tags, outer first.
    pub fn place(port: u8, vids: &[u16]) -> Self {
        let mut key = Self { port, tags: vids.len() as u8, ..Self::default() };
        key.vids[..vids.len()].copy_from_slice(vids);
        key
    }
    /// A tunnel's VNI, 24 bits.
    pub fn tunnel(vni: u32) -> Self {
        let vids = [(vni & 0xfff) as u16, (vni >> 12) as u16];
        Self { vids, vni: true, ..Self::default() }
    }
}

// ---- reference --------------------------------------------------------------------------

/// What an answer of the table means for the packet.
pub fn attached(net: bool, found: Option<AttachAction>) -> DropReason {
    match found {
        None if net => DropReason::UnknownVni,
        None => DropReason::UnknownEni,
        Some(eni) if !net && !eni.up => DropReason::EniDown,
        Some(_) => DropReason::None,
    }
}
