//! May this packet cross the subnet's border?
//!
//! ```text
//!   (policy, direction, class of the far address, class of the port) --> [ exact-match ] --> rules
//! ```
//! The network ACL of the sender's subnet judges what leaves, that of the receiver's subnet what
//! enters; traffic inside a subnet meets neither. What has no entry gets the default action of the
//! ENI's row (`deliver`), the one that its policy says most often: so an entry is needed only for
//! what differs, and a network ACL that allows everything needs none.
//!
//! An ENI's *policy* is the network ACL of its subnet and its set of security groups. What either
//! says of a packet is a function of the same classes, so that one lookup answers both questions:
//! this one, and that of `group`.

use crate::{deliver::EniEntry, group::GroupAction, meta::DropReason};

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

/// The default action of an ENI with that row.
pub fn default_action(inbound: bool, eni: &EniEntry) -> RuleAction {
    if inbound { eni.default_inbound } else { eni.default_outbound }
}

/// What the network ACL's rule means for a packet that crosses the border; within a subnet nothing
/// is asked.
pub fn judge(inbound: bool, crosses: bool, rule: RuleAction) -> DropReason {
    match (rule.allow || !crosses, inbound) {
        (true, _) => DropReason::None,
        (false, true) => DropReason::NaclInbound,
        (false, false) => DropReason::NaclOutbound,
    }
}

// ---- kernel -----------------------------------------------------------------------------

/// [`judge`] as hardware.
#[cfg(feature = "gateware")]
pub mod gateware {
    use super::bits::{RuleAction, RuleKey};
    use crate::deliver::gateware::{LATENCY as ROW, Rows};
    use cells::{delay::Delay, exact::Exact, view::View};
    use rust_hdl::prelude::*;

    /// Clocks from the classes to the rule.
    pub const LATENCY: usize = 1 + cells::exact::LATENCY;
    const KEY: usize = 27;
    const ACTION: usize = 28;
    const ENTRY: usize = KEY + ACTION + 2;
    const TAG: usize = KEY + 2;
    /// Bits of a row that are default actions, outbound first.
    pub const DEFAULTS: usize = 2 * ACTION;

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
        /// Which ENI is asked for,
        pub eni: Signal<In, Bits<10>>,
        /// and what.
        pub asked: Signal<In, RuleKey>,
        /// Was anything found?
        pub hit: Signal<Out, Bit>,
        /// In which slot.
        pub slot: Signal<Out, Bits<18>>,
        /// What was found, or the default action.
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
        /// An ENI's row to be written.
        pub row_valid: Signal<In, Bit>,
        /// Into which bank.
        pub row_bank: Signal<In, Bit>,
        /// Of which ENI.
        pub row_index: Signal<In, Bits<10>>,
        /// Its default actions.
        pub row_entry: Signal<In, Bits<DEFAULTS>>,
        /// The table is being emptied.
        pub busy: Signal<Out, Bit>,
        key: DFF<Bits<KEY>>,
        valid_at: DFF<Bit>,
        generation_at: DFF<Bit>,
        table_of: Exact<KEY, ACTION, ENTRY, TAG>,
        fields: View<RuleAction, ACTION>,
        rows: Rows<DEFAULTS>,
        comes: Delay<Bit, ROW>,
        default_at: Delay<Bits<ACTION>, { LATENCY - ROW }>,
        crosses_at: Delay<Bit, LATENCY>,
    }

    impl Nacl {
        /// With `4 << depth_log2` slots, and `1 << enis_log2` ENIs in each bank.
        pub fn new(depth_log2: usize, enis_log2: usize) -> Self {
            let (table_of, rows) = (Exact::new(depth_log2), Rows::new(enis_log2));
            Self { table_of, rows, ..Self::default() }
        }
    }

    impl Logic for Nacl {
        #[hdl_gen]
        fn update(&mut self) {
            dff_setup!(self, clock, key, valid_at, generation_at);
            clock!(self, clock, table_of, rows, comes, default_at, crosses_at);
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
            self.rows.eni.next = self.eni.val();
            self.rows.generation.next = self.generation.val();
            self.rows.w_valid.next = self.row_valid.val();
            self.rows.w_bank.next = self.row_bank.val();
            self.rows.w_index.next = self.row_index.val();
            self.rows.w_entry.next = self.row_entry.val();
            self.comes.d.next = self.asked.val().inbound.any();
            self.default_at.d.next = self.rows.row.val().get_bits::<ACTION>(0);
            if self.comes.q.val() {
                self.default_at.d.next = self.rows.row.val().get_bits::<ACTION>(28);
            }
            self.fields.i.next = self.default_at.q.val();
            if self.table_of.o_hit.val() {
                self.fields.i.next = self.table_of.o_action.val();
            }
            self.action.next = self.fields.o.val();
            self.hit.next = self.table_of.o_hit.val();
            self.slot.next = self.table_of.o_entry.val();
            self.crosses_at.d.next = self.crosses.val();
            self.denied.next = self.crosses_at.q.val() & !self.fields.o.val().allow.any();
        }
    }
}
