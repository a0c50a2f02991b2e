//! The connections of a card, as hardware.

pub use super::tell::Tell;
use super::{
    bits::{ConnectionKey, IdleTimes, Told, Tracked},
    rules,
};
use crate::deliver::gateware::{ROW as REACH, Rows};
use cells::{
    delay::{Delay, DelayValid},
    flows::{self, Flows, Shape},
    view::View,
};
use rust_hdl::prelude::*;

/// Clocks from the header to what it is to a connection.
pub const TELL: usize = 2;
/// Clocks from an ENI's number to the packet that goes by its idle times.
pub const TIMES: usize = 2;
/// Clocks from the packet until it is known whether it counts and is allowed an entry.
pub const DECIDE: usize = 1 + flows::DECIDE;
/// Clocks from the packet to the answer.
pub const LATENCY: usize = 1 + flows::LATENCY;
const KEY: usize = 352;
/// Idle times at the end of an ENI's row, behind how it is reached.
const IDLE: usize = 55;
const ROW: usize = REACH + IDLE;
// A kernel takes no name for a bit's number.
const _: () = assert!(REACH == 79);

/// The table, and the idle times of its ENIs.
#[derive(LogicBlock)]
pub struct Connect {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Empties the table.
    pub reset: Signal<In, Bit>,
    /// Of the hash.
    pub seed: Signal<In, Bits<64>>,
    /// Ticks.
    pub now: Signal<In, Bits<12>>,
    /// [`TIMES`] clocks before the packet: its ENI,
    pub eni: Signal<In, Bits<10>>,
    /// and the parity of its generation.
    pub generation: Signal<In, Bit>,
    /// A packet is here.
    pub valid: Signal<In, Bit>,
    /// What it is to a connection.
    pub told: Signal<In, Told>,
    /// To which, if there is one.
    pub key: Signal<In, ConnectionKey>,
    /// [`DECIDE`] clocks behind the packet: it may make an entry.
    pub allow: Signal<In, Bit>,
    /// With it: something before speaks against the packet.
    pub void: Signal<In, Bit>,
    /// [`LATENCY`] clocks behind the packet: what it belongs to.
    pub tracked: Signal<Out, Tracked>,
    /// With it: when it was asked about.
    pub tick: Signal<Out, Bits<12>>,
    /// Let no packet come in some clock soon.
    pub wants_idle: Signal<Out, Bit>,
    /// The table is being emptied.
    pub busy: Signal<Out, Bit>,
    /// Entries there.
    pub occupied: Signal<Out, Bits<15>>,
    /// An ENI's row to be written.
    pub w_valid: Signal<In, Bit>,
    /// Into which bank.
    pub w_bank: Signal<In, Bit>,
    /// Of which ENI.
    pub w_index: Signal<In, Bits<10>>,
    /// The row.
    pub w_entry: Signal<In, Bits<ROW>>,
    rows: Rows<IDLE>,
    row: View<IdleTimes, IDLE>,
    times: DFF<IdleTimes>,
    idle: Signal<Local, Bits<48>>,
    asks: DelayValid<1>,
    told_at: DFF<Told>,
    key_at: DFF<ConnectionKey>,
    table_of: Flows<KEY, 352, 44>,
    can: Delay<Bit, { flows::DECIDE }>,
    tick_at: Delay<Bits<12>, { flows::LATENCY }>,
}

impl Connect {
    /// With `16 << buckets_log2` entries, and `1 << enis_log2` ENIs in each bank.
    pub fn new(buckets_log2: usize, enis_log2: usize) -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            seed: Signal::default(),
            now: Signal::default(),
            eni: Signal::default(),
            generation: Signal::default(),
            valid: Signal::default(),
            told: Signal::default(),
            key: Signal::default(),
            allow: Signal::default(),
            void: Signal::default(),
            tracked: Signal::default(),
            tick: Signal::default(),
            wants_idle: Signal::default(),
            busy: Signal::default(),
            occupied: Signal::default(),
            w_valid: Signal::default(),
            w_bank: Signal::default(),
            w_index: Signal::default(),
            w_entry: Signal::default(),
            rows: Rows::new(enis_log2),
            row: View::default(),
            times: DFF::default(),
            idle: Signal::default(),
            asks: DelayValid::default(),
            told_at: DFF::default(),
            key_at: DFF::default(),
            table_of: Flows::new(Shape::new(KEY, buckets_log2), &rules()),
            can: Delay::default(),
            tick_at: Delay::default(),
        }
    }
}

impl Default for Connect {
    fn default() -> Self {
        Self::new(cells::hash::MIN_DEPTH_LOG2, 0)
    }
}

impl Logic for Connect {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        dff_setup!(self, clock, times, told_at, key_at);
        clock!(self, clock, rows, asks, table_of, can, tick_at);
        // The ENI's idle times.
        self.rows.eni.next = self.eni.val();
        self.rows.generation.next = self.generation.val();
        self.rows.w_valid.next = self.w_valid.val();
        self.rows.w_bank.next = self.w_bank.val();
        self.rows.w_index.next = self.w_index.val();
        self.rows.w_entry.next = self.w_entry.val().get_bits::<IDLE>(79);
        self.row.i.next = self.rows.row.val();
        self.times.d.next = self.row.o.val();
        // By class of states: established; closing; both ways; one way.
        self.idle.next = bit_cast::<48, 11>(self.times.q.val().other)
            | (bit_cast::<48, 11>(self.times.q.val().other) << 12)
            | (bit_cast::<48, 11>(self.times.q.val().other) << 24)
            | (bit_cast::<48, 11>(self.times.q.val().other) << 36);
        if self.told_at.q.val().transport.get_bit(0) {
            self.idle.next = bit_cast::<48, 11>(self.times.q.val().tcp_established)
                | (bit_cast::<48, 11>(self.times.q.val().tcp) << 12)
                | (bit_cast::<48, 11>(self.times.q.val().tcp) << 24)
                | (bit_cast::<48, 11>(self.times.q.val().tcp) << 36);
        }
        if self.told_at.q.val().transport.get_bit(1) {
            self.idle.next = bit_cast::<48, 11>(self.times.q.val().udp_stream)
                | (bit_cast::<48, 11>(self.times.q.val().udp) << 12)
                | (bit_cast::<48, 11>(self.times.q.val().udp_stream) << 24)
                | (bit_cast::<48, 11>(self.times.q.val().udp) << 36);
        }
        // Whose connection?
        self.asks.reset.next = self.reset.val();
        self.asks.d.next = self.valid.val();
        self.told_at.d.next = self.told.val();
        self.key_at.d.next = self.key.val();
        self.table_of.reset.next = self.reset.val();
        self.table_of.seed.next = self.seed.val();
        self.table_of.now.next = self.now.val();
        self.table_of.i_valid.next = self.asks.q.val();
        self.table_of.i_key.next = bit_cast::<KEY, KEY>(self.key_at.q.val().into());
        self.table_of.i_events.next = self.told_at.q.val().events;
        self.table_of.i_fresh.next = self.told_at.q.val().fresh.any();
        self.table_of.i_idle.next = self.idle.val();
        self.can.d.next = self.told_at.q.val().can.any();
        self.table_of.i_allow.next = self.allow.val();
        self.table_of.i_void.next = self.void.val() | !self.can.q.val();
        // What is it told?
        self.tracked.next.hit = self.table_of.o_hit.val().into();
        self.tracked.next.state = self.table_of.o_state.val();
        self.tracked.next.inserted = self.table_of.o_inserted.val().into();
        self.tracked.next.full = self.table_of.o_full.val().into();
        self.tracked.next.slot = self.table_of.o_slot.val();
        self.tick_at.d.next = self.now.val();
        self.tick.next = self.tick_at.q.val();
        self.wants_idle.next = self.table_of.wants_idle.val();
        self.busy.next = self.table_of.busy.val();
        self.occupied.next = self.table_of.occupied.val();
    }
}
