//! Does a security group of the ENI allow this packet?
//!
//! ```text
//!   the rules that nacl found --> is one of the groups among them?
//!   `connection` --> is it one that was allowed before?
//! ```
//! Groups are asked about every packet of an ENI, inside its subnet too: in the sender's pass about
//! what leaves, in the receiver's about what comes. Their rules only allow, in no order; what none
//! allows is dropped, unless it belongs to a connection.
//!
//! Which ENIs are a group's members is resolved by the control plane: a rule that names a group as
//! its peer is one about classes of addresses (`class`), wherever the members live.

use crate::meta::DropReason;

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// What the security groups of an ENI say.
    pub struct GroupAction {
        /// Does a rule of one of them allow it?
        allow: bool,
        /// Does that make a connection? Not where everybody may send anything in return.
        tracked: bool,
        /// Number of that rule, from 1, among those of the VPC's groups in its direction; 0 is
        /// none.
        rule: u16 => 10,
    }
}

// ---- reference --------------------------------------------------------------------------

/// What the rules of the ENI's groups mean for a packet. `known`: it belongs to a connection.
pub fn judge(inbound: bool, known: bool, says: GroupAction) -> DropReason {
    match (says.allow || known, inbound) {
        (true, _) => DropReason::None,
        (false, true) => DropReason::SgInbound,
        (false, false) => DropReason::SgOutbound,
    }
}

// ---- kernel -----------------------------------------------------------------------------

/// [`judge`] as hardware.
#[cfg(feature = "gateware")]
pub mod gateware {
    use super::bits::GroupAction;
    use cells::view::View;
    use rust_hdl::prelude::*;

    const ACTION: usize = 12;

    /// What the groups say, in the clock of the rules; wires.
    #[derive(LogicBlock, Default)]
    pub struct Group {
        /// What they say.
        pub says: Signal<In, Bits<ACTION>>,
        /// It may not pass, unless it belongs to a connection.
        pub denied: Signal<Out, Bit>,
        /// It may, and makes one.
        pub grants: Signal<Out, Bit>,
        fields: View<GroupAction, ACTION>,
    }

    impl Logic for Group {
        #[hdl_gen]
        fn update(&mut self) {
            self.fields.i.next = self.says.val();
            self.denied.next = !self.fields.o.val().allow.any();
            self.grants.next = (self.fields.o.val().allow & self.fields.o.val().tracked).any();
        }
    }
}
