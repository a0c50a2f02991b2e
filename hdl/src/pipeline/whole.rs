//! The segments of the walk, one behind the other.

use super::{
    border::Border,
    enter::{Enter, Entered},
    leave::{Leave, Leaving},
    search::Search,
};
use crate::{decap::bits::Identity, explain::bits::Trace, profile::Profile, tables::TableId};
use rust_hdl::prelude::*;

/// The header pipeline: the first bytes of a frame go in, what becomes of it comes out
/// [`super::T_VERDICT`] clocks later.
#[derive(LogicBlock, Default)]
pub struct Pipeline {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Empties the exact-match tables and forgets the packets in here.
    pub reset: Signal<In, Bit>,
    /// Of the hash tables.
    pub seed: Signal<In, Bits<64>>,
    /// Who the card is.
    pub identity: Signal<In, Identity>,
    /// A frame comes in.
    pub i_valid: Signal<In, Bit>,
    /// Its first 192 bytes, the first one highest.
    pub i_window: Signal<In, Bits<1536>>,
    /// Its length in bytes.
    pub i_len: Signal<In, Bits<14>>,
    /// It was longer than the card stores.
    pub i_too_long: Signal<In, Bit>,
    /// What it brings with it.
    pub i_entered: Signal<In, Entered>,
    /// One bit per table, by [`TableId`]: an entry to be written.
    pub w_valid: Signal<In, Bits<9>>,
    /// Into which bank.
    pub w_bank: Signal<In, Bit>,
    /// Slot or index.
    pub w_index: Signal<In, Bits<18>>,
    /// The entry.
    pub w_data: Signal<In, Bits<512>>,
    /// One bit per table: the entry is taken in this clock.
    pub w_ready: Signal<Out, Bits<9>>,
    /// Tables are being emptied.
    pub busy: Signal<Out, Bit>,
    /// A frame is judged.
    pub o_valid: Signal<Out, Bit>,
    /// What becomes of it.
    pub o_leaving: Signal<Out, Leaving>,
    /// Its new header, the first byte highest.
    pub o_header: Signal<Out, Bits<512>>,
    /// Why.
    pub o_trace: Signal<Out, Trace>,
    enter: Enter,
    search: Search,
    border: Border,
    leave: Leave,
}

impl Pipeline {
    /// With the profile's tables.
    pub fn new(profile: &Profile) -> Self {
        let depth = |table: TableId| profile.depth_log2[table as usize];
        Self {
            enter: Enter::new(depth(TableId::Attachments)),
            search: Search::new(depth(TableId::Addresses)),
            border: Border::new(depth(TableId::AclOutbound), depth(TableId::Mappings)),
            leave: Leave::new(depth(TableId::AclInbound), depth(TableId::Enis)),
            ..Self::default()
        }
    }
}

impl Logic for Pipeline {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        clock!(self, clock, enter, search, border, leave);
        self.enter.reset.next = self.reset.val();
        self.enter.seed.next = self.seed.val();
        self.enter.identity.next = self.identity.val();
        self.enter.i_valid.next = self.i_valid.val();
        self.enter.i_window.next = self.i_window.val();
        self.enter.i_len.next = self.i_len.val();
        self.enter.i_too_long.next = self.i_too_long.val();
        self.enter.i_entered.next = self.i_entered.val();
        self.search.reset.next = self.reset.val();
        self.search.seed.next = self.seed.val();
        self.search.router_mac.next = self.identity.val().router_mac;
        self.search.i_valid.next = self.enter.valid.val();
        self.search.i_entered.next = self.enter.entered.val();
        self.search.i_headers.next = self.enter.headers.val();
        self.search.i_hit.next = self.enter.hit.val();
        self.search.i_slot.next = self.enter.slot.val();
        self.search.i_eni.next = self.enter.eni.val();
        self.search.i_reason.next = self.enter.reason.val();
        self.border.reset.next = self.reset.val();
        self.border.seed.next = self.seed.val();
        self.border.i_valid.next = self.search.valid.val();
        self.border.i_along.next = self.search.along.val();
        self.border.i_eni.next = self.search.eni.val();
        self.border.i_routed.next = self.search.routed.val();
        self.border.i_owned.next = self.search.owned.val();
        self.border.i_owner.next = self.search.owner.val();
        self.border.i_classes.next = self.search.classes.val();
        self.border.i_trace.next = self.search.trace.val();
        self.border.i_reason.next = self.search.reason.val();
        self.leave.reset.next = self.reset.val();
        self.leave.seed.next = self.seed.val();
        self.leave.identity.next = self.identity.val();
        self.leave.i_valid.next = self.border.valid.val();
        self.leave.i_along.next = self.border.along.val();
        self.leave.i_routed.next = self.border.routed.val();
        self.leave.i_subnet.next = self.border.subnet.val();
        self.leave.i_owned.next = self.border.owned.val();
        self.leave.i_owner.next = self.border.owner.val();
        self.leave.i_src.next = self.border.src.val();
        self.leave.i_port_class.next = self.border.port_class.val();
        self.leave.i_hit.next = self.border.hit.val();
        self.leave.i_mapping.next = self.border.mapping.val();
        self.leave.i_trace.next = self.border.trace.val();
        self.leave.i_reason.next = self.border.reason.val();
        // Tables, in the order of `TableId`.
        self.enter.w_valid.next = self.w_valid.val().get_bit(0);
        self.enter.w_slot.next = self.w_index.val();
        self.enter.w_entry.next = self.w_data.val().get_bits::<126>(0);
        self.search.w_valid.next = self.w_valid.val();
        self.search.w_bank.next = self.w_bank.val();
        self.search.w_index.next = self.w_index.val();
        self.search.w_data.next = self.w_data.val();
        self.border.w_valid.next = bit_cast::<2, 1>(self.w_valid.val().get_bits::<1>(5))
            | (bit_cast::<2, 1>(self.w_valid.val().get_bits::<1>(7)) << 1);
        self.border.w_slot.next = self.w_index.val();
        self.border.w_data.next = self.w_data.val();
        self.leave.w_valid.next = bit_cast::<2, 1>(self.w_valid.val().get_bits::<1>(6))
            | (bit_cast::<2, 1>(self.w_valid.val().get_bits::<1>(8)) << 1);
        self.leave.w_bank.next = self.w_bank.val();
        self.leave.w_index.next = self.w_index.val();
        self.leave.w_data.next = self.w_data.val();
        self.w_ready.next = 0x11c.into();
        if self.enter.w_ready.val() {
            self.w_ready.next = self.w_ready.val() | 1;
        }
        if self.search.w_ready.val() {
            self.w_ready.next = self.w_ready.val() | 2;
        }
        self.w_ready.next = self.w_ready.val()
            | (bit_cast::<9, 1>(self.border.w_ready.val().get_bits::<1>(0)) << 5)
            | (bit_cast::<9, 1>(self.border.w_ready.val().get_bits::<1>(1)) << 7);
        if self.leave.w_ready.val() {
            self.w_ready.next = self.w_ready.val() | 0x40;
        }
        self.busy.next = self.enter.busy.val()
            | self.search.busy.val()
            | self.border.busy.val()
            | self.leave.busy.val();
        self.o_valid.next = self.leave.valid.val();
        self.o_leaving.next = self.leave.leaving.val();
        self.o_header.next = self.leave.header.val();
        self.o_trace.next = self.leave.trace.val();
    }
}
