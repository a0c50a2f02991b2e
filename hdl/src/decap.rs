//! Is this tunnel for us, and may its sender speak for that tenant?
//!
//! ```text
//!   outer MAC, outer IP ---> equal to this card's? --- no ---> NotForUs
//!   outer source IP -------> the mapping's VTEP?  ---- no ---> SpoofedUnderlay
//! ```
//! The first question is asked as soon as the headers are known; the second waits for the
//! mapping of the tenant's source address (stage `mapping`). RFC 7348 section 4.1 leaves the
//! check of the sender open; here a compromised host can't speak for another host's tenants.

use crate::{meta::DropReason, parser::Headers};

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// Who this card is on the underlay, and what the tenants' router is called.
    pub struct Identity {
        /// The card's address as a tunnel endpoint (RFC 7348 section 3).
        vtep: u32 => 32,
        /// The card's MAC on the underlay.
        mac: u64 => 48,
        /// MAC of the underlay's next hop, to which every tunnel packet is sent.
        gateway_mac: u64 => 48,
        /// MAC of the VPC's router, the same in every subnet.
        router_mac: u64 => 48,
    }
}

// ---- reference --------------------------------------------------------------------------

/// What keeps a frame of the underlay from being looked at further.
///
/// The MAC is judged before anything behind it: what is not for us is not ours to call malformed.
pub fn for_us(identity: &Identity, h: &Headers) -> DropReason {
    let has_mac = !matches!(h.fault, DropReason::FrameTooLong | DropReason::Runt);
    if has_mac && h.outer_dst_mac != identity.mac {
        DropReason::NotForUs
    } else if h.fault != DropReason::None {
        h.fault
    } else if h.outer_dst_ip != identity.vtep {
        DropReason::NotForUs
    } else {
        DropReason::None
    }
}
