//! One packet walks through the whole card, in gateware: the only place where two stages meet.
//!
//! ```text
//!  clock  0                T_ENI T_PASS             T_CLASS        T_MAPPING     T_VERDICT
//!         |                  |     |                  |              |             |
//!  enter  +-- parser --------+-- decap                |              |             |
//!         |       +-- eni ---+     |                  |              |             |
//!  turn   |                  +-----+                  |              |             |
//!  search |                  |     +-- class, route --+              |             |
//!         |                  |     +-- spoof ---------+              |             |
//!         |                  |     +-- appliance -----+              |             |
//!  border |                  |     |                  +-- nacl, group+             |
//!         |                  |     |                  +-- mapping ---+             |
//!  track  |                  |     |                  +-- connection --------------+
//!  leave  |                  |     |                  |              +-- deliver   |
//!         |                  |     |                  |              +-- nat, mtu  |
//!         |                  |     |                  |              +-- encap ----+
//!         |                  |     |                  |              +-- neighbor -+
//!  toll   |                  |     |                  |              +-- meter ----+
//!                            ^                                                     |
//!                            +------ to another ENI of this card: once more -------+
//! ```
//! From [`T_PASS`] to [`T_VERDICT`] is a *pass*: one ENI's judgement of a packet. What leaves an
//! ENI is judged for its sender, what comes out of a tunnel for its receiver. A packet between two
//! ENIs of the card takes both passes; `turn` keeps it until a clock is free.
//!
//! Every stage takes a packet each clock and none ever waits: a packet that takes one pass is
//! [`T_VERDICT`] clocks in here. The reason for a drop travels along and the first one wins.

use crate::{class, encap, eni, mapping, parser};

#[allow(missing_docs)] // what `LogicStruct` derives has none
mod enter;
#[allow(missing_docs)] // likewise
mod turn;
mod waiting;
mod along;
mod search;
mod size;
mod classify;
mod border;
#[allow(missing_docs)] // likewise
mod track;
#[allow(missing_docs)] // likewise
mod leave;
mod toll;
mod verdict;
#[allow(missing_docs)] // likewise
mod orders;
mod whole;

pub use enter::Entered;
pub use leave::Leaving;
pub use orders::Orders;
pub use turn::{Turn, Turned, WAIT_CLOCKS};
pub use whole::Pipeline;

/// Clocks until what the host says has reached the last segment.
pub const ORDER_CLOCKS: usize = 5;
// No packet comes out of the last segment any more when the frame path leaves its reset.
const _: () = assert!(ORDER_CLOCKS + 2 <= crate::profile::RESET_CLOCKS);
/// Clock at which the headers are known, and who sent the packet or through whose tunnel it came.
pub const T_ENI: usize = parser::kernel::LATENCY;
/// Clock at which the attachments are asked: VLAN tags and VNI are known long before.
pub const T_ATTACH: usize = T_ENI - eni::gateware::LATENCY;
/// Clock at which the reason of `decap` and `eni` is known.
pub const T_ENI_REASON: usize = T_ENI + eni::gateware::JUDGE;
/// Clock at which a pass begins.
pub const T_PASS: usize = T_ENI + 1;
/// Clock at which the classes and the route are known.
pub const T_CLASS: usize = T_PASS + class::gateware::ADDRESS_LATENCY;
/// Clock at which the mapping and the rule are known.
pub const T_MAPPING: usize = T_CLASS + mapping::gateware::LATENCY;
/// Clock at which the verdict is known and the new header is ready.
pub const T_VERDICT: usize = T_MAPPING + encap::gateware::LATENCY;
/// Clocks that a packet is in here, at most: two passes, and the wait between them.
pub const CLOCKS_MAX: usize = T_VERDICT + turn::WAIT_CLOCKS + T_VERDICT - T_ENI;
