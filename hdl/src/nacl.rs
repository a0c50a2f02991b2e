//! May this packet cross the subnet's border?
//!
//! ```text
//!   (policy, direction, class of the far address, class of the port) --> [ exact-match ] --> rules
//! ```
//! The network ACL of the sender's subnet judges what leaves, that of the receiver's subnet what
//! enters; traffic inside a subnet meets neither. No entry is the rule `*`: deny.
//!
//! An ENI's *policy* is the network ACL of its subnet and its set of security groups. What either
//! says of a packet is a function of the same classes, so that one lookup answers both questions:
//! this one, and that of `group`.

use crate::{group::GroupAction, meta::DropReason};

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// What is asked.
    pub struct RuleKey {
        /// Class of the destination port, or of ICMP type and code.
        port_class: u8 => 8,
        /// Class of the far address: the destination of what leaves, the source of what enters.
        address_class: u16 => 10,
        /// Which policy.
        policy: u8 => 8,
        /// Does the packet come to the ENI?
        inbound: bool,
    }
    /// What the rules say.
    pub struct RuleAction {
        /// May it cross the border, by the first matching rule of the network ACL?
        allow: bool,
        /// Number of that rule, 1 to 32766; 0 is the rule `*`.
        rule: u16 => 15,
        /// And what say the security groups?
        group: GroupAction,
    }
}

// ---- reference --------------------------------------------------------------------------

/// What the network ACL's rule means for a packet that crosses the border; within a subnet nothing
/// is asked.
pub fn judge(inbound: bool, crosses: bool, found: Option<RuleAction>) -> DropReason {
    match found {
        Some(rule) if rule.allow => DropReason::None,
        _ if !crosses => DropReason::None,
        _ if inbound => DropReason::NaclInbound,
        _ => DropReason::NaclOutbound,
    }
}

// ---- kernel -----------------------------------------------------------------------------

/// [`judge`] as hardware.
#[cfg(feature = "gateware")]
pub mod gateware {
    use super::bits::{RuleAction, RuleKey};
    use cells::{delay::Delay, exact::Exact, view::View};
    use rust_hdl::prelude::*;

    /// Clocks from the classes to the rule.
    pub const LATENCY: usize = 1 + cells::exact::LATENCY;
    const KEY: usize = 27;
    const ACTION: usize = 28;
    const ENTRY: usize = KEY + ACTION + 2;
    const TAG: usize = KEY + 2;

    /// The rules, and whether the network ACL denies.
    #[derive(LogicBlock, Default)]
    pub struct Nacl {
        /// Rising edge.
        pub clock: Signal<In, Clock>,
        /// Empties the table.
        pub reset: Signal<In, Bit>,
        /// Of the hash.
        pub seed: Signal<In, Bits<64>>,
        /// A packet is here.
        pub valid: Signal<In, Bit>,
        /// Parity of its generation.
        pub generation: Signal<In, Bit>,
        /// Does the packet cross the subnet's border?
        pub crosses: Signal<In, Bit>,
        /// What is asked.
        pub asked: Signal<In, RuleKey>,
        /// Was anything found?
        pub hit: Signal<Out, Bit>,
        /// In which slot.
        pub slot: Signal<Out, Bits<18>>,
        /// What was found, zeros if nothing.
        pub action: Signal<Out, RuleAction>,
        /// It may not pass.
        pub denied: Signal<Out, Bit>,
        /// An entry to be written.
        pub w_valid: Signal<In, Bit>,
        /// Where.
        pub w_slot: Signal<In, Bits<18>>,
        /// The entry.
        pub w_entry: Signal<In, Bits<ENTRY>>,
        /// It is taken.
        pub w_ready: Signal<Out, Bit>,
        /// The table is being emptied.
        pub busy: Signal<Out, Bit>,
        key: DFF<Bits<KEY>>,
        valid_at: DFF<Bit>,
        generation_at: DFF<Bit>,
        table_of: Exact<KEY, ACTION, ENTRY, TAG>,
        fields: View<RuleAction, ACTION>,
        crosses_at: Delay<Bit, LATENCY>,
    }

    impl Nacl {
        /// With `4 << depth_log2` slots.
        pub fn new(depth_log2: usize) -> Self {
            Self { table_of: Exact::new(depth_log2), ..Self::default() }
        }
    }

    impl Logic for Nacl {
        #[hdl_gen]
        fn update(&mut self) {
            dff_setup!(self, clock, key, valid_at, generation_at);
            clock!(self, clock, table_of, crosses_at);
            self.key.d.next = bit_cast::<KEY, KEY>(self.asked.val().into());
            self.valid_at.d.next = self.valid.val();
            self.generation_at.d.next = self.generation.val();
            self.table_of.reset.next = self.reset.val();
            self.table_of.seed.next = self.seed.val();
            self.table_of.i_valid.next = self.valid_at.q.val();
            self.table_of.i_key.next = self.key.q.val();
            self.table_of.i_gen.next = self.generation_at.q.val();
            self.table_of.r_valid.next = false;
            self.table_of.r_slot.next = 0.into();
            self.table_of.w_valid.next = self.w_valid.val();
            self.table_of.w_slot.next = self.w_slot.val();
            self.table_of.w_entry.next = self.w_entry.val();
            self.w_ready.next = self.table_of.w_ready.val();
            self.busy.next = self.table_of.busy.val();
            self.fields.i.next = self.table_of.o_action.val();
            self.action.next = self.fields.o.val();
            self.hit.next = self.table_of.o_hit.val();
            self.slot.next = self.table_of.o_entry.val();
            self.crosses_at.d.next = self.crosses.val();
            self.denied.next = self.crosses_at.q.val() & !self.fields.o.val().allow.any();
        }
    }
}
