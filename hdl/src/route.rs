//! Where do this subnet's routes lead?
//!
//! ```text
//!   (route table, destination IP) --> [ intervals: longest prefix ] --> target
//! ```
//! Only a frame to the router's MAC is routed; one to a neighbor's MAC in the same subnet is
//! not (see `mapping`).

use crate::meta::DropReason;

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// Where a route leads.
    pub enum Target: 4 {
        /// No route matches.
        None = 0,
        /// To an address of the same VPC.
        Local = 1,
    }
    /// What the longest matching prefix says.
    pub struct RouteLabel {
        /// Where it leads.
        target: Target,
        /// Which route of the table it was, for explanations; 0 where none matches.
        route: u16 => 12,
    }
}

// ---- reference --------------------------------------------------------------------------

/// What the route means for a packet; `routed`: it was sent to the router's MAC.
pub fn routed(routed: bool, label: RouteLabel) -> DropReason {
    match label.target {
        Target::None if routed => DropReason::NoRoute,
        _ => DropReason::None,
    }
}
