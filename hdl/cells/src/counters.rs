//! How many of each, exactly, at one event per clock?
//!
//! ```text
//!  sweep --+                                   carry
//!  count --+->[ register ]->[ low 32 bits ]-----------+--->[ high 32 bits ]--+
//!  read  --+                [ add amount  ]--[ 4 clocks ]--[ add carry    ]--+-> value
//! ```
//! `2^A` counters of 64 bits in block RAM. An event adds `amount` (packets: 1, bytes: the length)
//! to the counter at `index`. Events for one counter may come in any clocks, consecutive ones
//! included: each half looks at the sums of its four predecessors that the RAM does not show yet
//! (see [`lane`]). A counter wraps at 2^64.
//!
//! Reading is an event that adds nothing and takes a clock without an event: `read` waits until
//! `read_ready`, and the value comes [`LATENCY`] clocks later, whole (both halves of the same
//! moment) and with every earlier event in it. A stream of events without any gap makes it wait;
//! no event is ever lost for it.
//!
//! After reset a sweep clears all counters, `2^A` clocks, `busy` high; events of that time are not
//! counted.
//!
//! Latency: [`LATENCY`] clocks from a read to its value. Throughput: an event per clock.
//!
//! ECP5-85 -8, out of context, one seed: 512 counters 349 LUT4, 485 FF, 2 block RAMs, 266 MHz;
//! 1,024: 4 block RAMs, 261 MHz; 4,096: 375 LUT4, 518 FF, 16 block RAMs, 255 MHz. The limit is the
//! 32-bit adder behind its forwarding multiplexer.

pub mod lane;

use crate::delay::{Delay, DelayValid};
use crate::register::Register;
use lane::Lane;
use rust_hdl::prelude::*;

/// Clocks from a read that is taken to its value.
pub const LATENCY: usize = 1 + 2 * lane::LATENCY;

/// `2^A` counters of 64 bits; see the file's head.
#[derive(LogicBlock)]
pub struct Counters<const A: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Starts the sweep that clears all counters.
    pub reset: Signal<In, Bit>,
    /// The sweep is under way: events are not counted, reads wait.
    pub busy: Signal<Out, Bit>,
    /// An event: `amount` is added to the counter at `index`.
    pub count: Signal<In, Bit>,
    /// Which counter.
    pub index: Signal<In, Bits<A>>,
    /// How much.
    pub amount: Signal<In, Bits<16>>,
    /// Asks for the counter at `read_index`; stays until `read_ready`.
    pub read: Signal<In, Bit>,
    /// Which counter.
    pub read_index: Signal<In, Bits<A>>,
    /// The read is taken in this clock (combinatorial: no event, no sweep).
    pub read_ready: Signal<Out, Bit>,
    /// `value` answers the read taken [`LATENCY`] clocks ago.
    pub value_valid: Signal<Out, Bit>,
    /// The counter, whole.
    pub value: Signal<Out, Bits<64>>,
    sweeping: Register<Bit>,
    sweep_at: Register<Bits<A>>,
    last: Constant<Bits<A>>,
    at: DFF<Bits<A>>,
    add: DFF<Bits<16>>,
    clear: Register<Bit>,
    low: Lane<A>,
    high: Lane<A>,
    clear_high: DelayValid<{ lane::LATENCY }>,
    low_waits: Delay<Bits<32>, { lane::LATENCY }>,
    asked: DelayValid<LATENCY>,
}

impl<const A: usize> Default for Counters<A> {
    fn default() -> Self {
        assert!((3..=14).contains(&A), "2^{A} counters: take A = 3 to 14");
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            busy: Signal::default(),
            count: Signal::default(),
            index: Signal::default(),
            amount: Signal::default(),
            read: Signal::default(),
            read_index: Signal::default(),
            read_ready: Signal::default(),
            value_valid: Signal::default(),
            value: Signal::default(),
            sweeping: Register::new(true),
            sweep_at: Register::default(),
            last: Constant::new(((1u64 << A) - 1).into()),
            at: DFF::default(),
            add: DFF::default(),
            clear: Register::default(),
            low: Lane::default(),
            high: Lane::default(),
            clear_high: DelayValid::default(),
            low_waits: Delay::default(),
            asked: DelayValid::default(),
        }
    }
}

impl<const A: usize> Counters<A> {
    /// 18-kbit block RAMs the counters take on an ECP5.
    #[must_use]
    pub fn block_rams(&self) -> usize {
        self.low.block_rams() + self.high.block_rams()
    }
}

impl<const A: usize> Logic for Counters<A> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, sweeping, sweep_at, at, add, clear);
        self.sweeping.reset.next = self.reset.val();
        self.sweep_at.reset.next = self.reset.val();
        self.clear.reset.next = self.reset.val();
        self.low.clock.next = self.clock.val();
        self.low.reset.next = self.reset.val();
        self.high.clock.next = self.clock.val();
        self.high.reset.next = self.reset.val();
        self.clear_high.clock.next = self.clock.val();
        self.clear_high.reset.next = self.reset.val();
        self.low_waits.clock.next = self.clock.val();
        self.asked.clock.next = self.clock.val();
        self.asked.reset.next = self.reset.val();

        // One clock, one index: the sweep's, the event's, or the reader's (who may not ask).
        self.at.d.next = self.read_index.val();
        self.add.d.next = 0.into();
        self.clear.d.next = self.sweeping.q.val();
        if self.count.val() {
            self.at.d.next = self.index.val();
            self.add.d.next = self.amount.val();
        }
        if self.sweeping.q.val() {
            self.at.d.next = self.sweep_at.q.val();
            self.sweep_at.d.next = self.sweep_at.q.val() + 1;
            self.sweeping.d.next = self.sweep_at.q.val() != self.last.val();
        }
        self.asked.d.next = self.read.val() & !self.count.val() & !self.sweeping.q.val();

        self.low.clear.next = self.clear.q.val();
        self.low.index.next = self.at.q.val();
        self.low.amount.next = self.add.q.val();
        self.clear_high.d.next = self.clear.q.val();
        self.high.clear.next = self.clear_high.q.val();
        self.high.index.next = self.low.done_index.val();
        self.high.amount.next = bit_cast::<16, 1>(self.low.carry.val());
        self.low_waits.d.next = self.low.sum.val();

        self.busy.next = self.sweeping.q.val();
        self.read_ready.next = !self.count.val() & !self.sweeping.q.val();
        self.value_valid.next = self.asked.q.val();
        self.value.next = (bit_cast::<64, 32>(self.high.sum.val()) << 32)
            | bit_cast::<64, 32>(self.low_waits.q.val());
    }
}
