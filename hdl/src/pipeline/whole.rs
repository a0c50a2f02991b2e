//! The segments of the walk, one behind the other.

use super::{
    ORDER_CLOCKS,
    border::Border,
    enter::{Enter, Entered},
    leave::{Leave, Leaving},
    orders::Orders,
    search::Search,
    track::Track,
    turn::Turn,
};
use crate::{explain::bits::Trace, profile::Profile, tables::TableId};
use cells::{delay::Delay, stream::HEADER_BITS};
use rust_hdl::prelude::*;

/// The header pipeline: the first bytes of a frame go in, what becomes of it comes out
/// [`super::T_VERDICT`] clocks later, or after a second pass.
#[derive(LogicBlock, Default)]
pub struct Pipeline {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// What the host says.
    pub orders: Signal<In, Orders>,
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
    /// One bit per table: an entry is taken when it arrives; as it was two clocks ago.
    pub w_ready: Signal<Out, Bits<8>>,
    /// Tables are being emptied; as it was two clocks ago.
    pub busy: Signal<Out, Bit>,
    /// Ticks.
    pub now: Signal<In, Bits<12>>,
    /// Connections that are known.
    pub occupied: Signal<Out, Bits<15>>,
    /// Let no frame in with the next clock.
    pub bubble: Signal<Out, Bit>,
    /// Number of the frame whose pass ends in the next clock.
    pub o_coming: Signal<Out, Bits<7>>,
    /// A pass ends.
    pub o_passed: Signal<Out, Bit>,
    /// With a verdict on the frame.
    pub o_valid: Signal<Out, Bit>,
    /// What becomes of it.
    pub o_leaving: Signal<Out, Leaving>,
    /// Its new header, the first byte highest.
    pub o_header: Signal<Out, Bits<HEADER_BITS>>,
    /// What was asked and answered in the pass.
    pub o_trace: Signal<Out, Trace>,
    enter: Enter,
    turn: Turn,
    search: Search,
    border: Border,
    track: Track,
    leave: Leave,
    now_at: Delay<Bits<12>, ORDER_CLOCKS>,
    occupied_at: Delay<Bits<15>, ORDER_CLOCKS>,
    relays: [Delay<Orders, 1>; ORDER_CLOCKS],
    taking: Signal<Local, Bits<8>>,
    taking_at: DFF<Bits<8>>,
    ready: DFF<Bits<8>>,
    enter_busy: DFF<Bit>,
    search_busy: DFF<Bit>,
    border_busy: DFF<Bit>,
    track_busy: DFF<Bit>,
    leave_busy: DFF<Bit>,
    emptying: DFF<Bit>,
}

impl Pipeline {
    /// With the profile's tables.
    pub fn new(profile: &Profile) -> Self {
        let depth = |table: TableId| profile.depth_log2[table as usize];
        Self {
            enter: Enter::new(depth(TableId::Attachments)),
            search: Search::new(
                depth(TableId::Addresses),
                depth(TableId::Appliances),
                depth(TableId::PortClasses),
                depth(TableId::Routes),
            ),
            border: Border::new(
                depth(TableId::Rules),
                depth(TableId::Enis),
                depth(TableId::Mappings),
            ),
            track: Track::new(profile.buckets_log2(), depth(TableId::Enis)),
            leave: Leave::new(depth(TableId::Enis)),
            ..Self::default()
        }
    }
}

impl Logic for Pipeline {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        dff_setup!(self, clock, taking_at, ready, emptying);
        dff_setup!(self, clock, enter_busy, search_busy, border_busy, track_busy, leave_busy);
        clock!(self, clock, enter, turn, search, border, track, leave, now_at, occupied_at);
        self.relays[0].clock.next = self.clock.val();
        self.relays[0].d.next = self.orders.val();
        for i in 1..ORDER_CLOCKS {
            self.relays[i].clock.next = self.clock.val();
            self.relays[i].d.next = self.relays[i - 1].q.val();
        }
        self.enter.orders.next = self.relays[1].q.val();
        self.enter.i_valid.next = self.i_valid.val();
        self.enter.i_window.next = self.i_window.val();
        self.enter.i_len.next = self.i_len.val();
        self.enter.i_too_long.next = self.i_too_long.val();
        self.enter.i_entered.next = self.i_entered.val();
        self.search.orders.next = self.relays[2].q.val();
        self.turn.orders.next = self.relays[2].q.val();
        self.turn.i_valid.next = self.enter.valid.val();
        self.turn.i_coming.next = self.enter.coming.val();
        self.turn.i_entered.next = self.enter.entered.val();
        self.turn.i_headers.next = self.enter.headers.val();
        self.turn.i_hit.next = self.enter.hit.val();
        self.turn.i_slot.next = self.enter.slot.val();
        self.turn.i_eni.next = self.enter.eni.val();
        self.turn.t_valid.next = self.leave.turns.val();
        self.turn.t_turned.next = self.leave.turned.val();
        self.bubble.next =
            self.turn.bubble.val() | self.track.bubble.val() | self.leave.bubble.val();
        self.search.i_valid.next = self.turn.valid.val();
        self.search.i_pass.next = self.turn.pass.val();
        self.search.i_headers.next = self.turn.headers.val();
        self.search.i_far_ip.next = self.turn.far_ip.val();
        self.search.i_hit.next = self.turn.hit.val();
        self.search.i_slot.next = self.turn.slot.val();
        self.search.i_eni.next = self.turn.eni.val();
        self.search.i_reason.next = self.enter.reason.val();
        self.border.orders.next = self.relays[3].q.val();
        self.border.i_valid.next = self.search.valid.val();
        self.border.i_along.next = self.search.along.val();
        self.border.i_eni.next = self.search.eni.val();
        self.border.i_routed.next = self.search.routed.val();
        self.border.i_led.next = self.search.led.val();
        self.border.i_by_route.next = self.search.by_route.val();
        self.border.i_beside.next = self.search.beside.val();
        self.border.i_hop.next = self.search.hop.val();
        self.border.i_speaks.next = self.search.speaks.val();
        self.border.i_owned.next = self.search.owned.val();
        self.border.i_owner.next = self.search.owner.val().eni;
        self.border.i_near.next = self.search.near.val();
        self.border.i_classes.next = self.search.classes.val();
        self.border.i_trace.next = self.search.trace.val();
        self.border.i_reason.next = self.search.reason.val();
        self.track.orders.next = self.relays[3].q.val();
        self.now_at.d.next = self.now.val();
        self.track.now.next = self.now_at.q.val();
        self.track.i_early.next = self.search.early.val();
        self.track.i_early_in.next = self.search.early_in.val();
        self.track.i_valid.next = self.search.valid.val();
        self.track.i_along.next = self.search.along.val();
        self.track.i_told.next = self.search.told.val();
        self.track.i_allow.next = self.leave.allow.val();
        self.track.i_void.next = self.leave.void.val();
        self.occupied_at.d.next = self.track.occupied.val();
        self.occupied.next = self.occupied_at.q.val();
        self.leave.orders.next = self.relays[4].q.val();
        self.leave.i_tracked.next = self.track.tracked.val();
        self.leave.i_tick.next = self.track.tick.val();
        self.leave.i_receiver.next = self.border.receiver.val();
        self.leave.i_receiver_in.next = self.border.receiver_in.val();
        self.leave.i_valid.next = self.border.valid.val();
        self.leave.i_along.next = self.border.along.val();
        self.leave.i_routed.next = self.border.routed.val();
        self.leave.i_subnet.next = self.border.subnet.val();
        self.leave.i_asks.next = self.border.asks.val();
        self.leave.i_speaks.next = self.border.speaks.val();
        self.leave.i_owned.next = self.border.owned.val();
        self.leave.i_hit.next = self.border.hit.val();
        self.leave.i_mapping.next = self.border.mapping.val();
        self.leave.i_denied.next = self.border.denied.val();
        self.leave.i_refused.next = self.border.refused.val();
        self.leave.i_grants.next = self.border.grants.val();
        self.leave.i_no_route.next = self.border.no_route.val();
        self.leave.i_blackhole.next = self.border.blackhole.val();
        self.leave.i_foreign.next = self.border.foreign.val();
        self.leave.i_transit.next = self.border.transit.val();
        self.leave.i_trace.next = self.border.trace.val();
        self.leave.i_reason.next = self.border.reason.val();
        // Tables, in the order of `TableId`.
        self.taking.next = 0x4c.into();
        if self.enter.w_ready.val() {
            self.taking.next = self.taking.val() | 1;
        }
        if self.search.w_ready.val().get_bit(0) {
            self.taking.next = self.taking.val() | 2;
        }
        if self.search.w_ready.val().get_bit(1) {
            self.taking.next = self.taking.val() | 0x80;
        }
        self.taking.next = self.taking.val() | (bit_cast::<8, 2>(self.border.w_ready.val()) << 4);
        self.enter_busy.d.next = self.enter.busy.val();
        self.search_busy.d.next = self.search.busy.val();
        self.border_busy.d.next = self.border.busy.val();
        self.track_busy.d.next = self.track.busy.val();
        self.leave_busy.d.next = self.leave.busy.val();
        self.emptying.d.next = self.enter_busy.q.val()
            | self.search_busy.q.val()
            | self.border_busy.q.val()
            | self.track_busy.q.val()
            | self.leave_busy.q.val();
        self.taking_at.d.next = self.taking.val();
        self.ready.d.next = self.taking_at.q.val();
        self.w_ready.next = self.ready.q.val();
        self.busy.next = self.emptying.q.val();
        self.o_passed.next = self.leave.passed.val();
        self.o_coming.next = self.leave.coming.val();
        self.o_valid.next = self.leave.judged.val();
        self.o_leaving.next = self.leave.leaving.val();
        self.o_header.next = self.leave.header.val();
        self.o_trace.next = self.leave.trace.val();
    }
}
