//! One half (32 bits) of the counters.
//!
//! A clock without an event passes as one that adds nothing and writes back what it read, so there
//! is no valid bit: every clock is a correct event for some sum.
//!
//! Latency: 4 clocks. Throughput: an event per clock.

use crate::delay::{Delay, DelayValid};
use crate::rmw::{self, Rmw};
use rust_hdl::prelude::*;

/// Clocks from an event to its sum.
pub const LATENCY: usize = 1 + rmw::LATENCY;

/// `2^A` sums of 32 bits; see the file's head.
#[derive(LogicBlock, Default)]
pub struct Lane<const A: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Forgets the clears under way.
    pub reset: Signal<In, Bit>,
    /// The sum becomes zero instead.
    pub clear: Signal<In, Bit>,
    /// Which sum: in every clock one.
    pub index: Signal<In, Bits<A>>,
    /// What is added to it; 0 in a clock without an event.
    pub amount: Signal<In, Bits<16>>,
    /// The index of [`LATENCY`] clocks ago.
    pub done_index: Signal<Out, Bits<A>>,
    /// Its sum, low 32 bits.
    pub sum: Signal<Out, Bits<32>>,
    /// It wrapped by this event.
    pub carry: Signal<Out, Bits<1>>,
    sums: Rmw<32, A>,
    amount_at: Delay<Bits<16>, { rmw::LATENCY }>,
    clearing: DelayValid<{ rmw::LATENCY }>,
    total: Signal<Local, Bits<33>>,
    wrapped: DFF<Bits<1>>,
}

impl<const A: usize> Lane<A> {
    /// 18-kbit block RAMs of this half.
    #[must_use]
    pub fn block_rams(&self) -> usize {
        self.sums.block_rams()
    }
}

impl<const A: usize> Logic for Lane<A> {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, sums, amount_at, clearing, wrapped);
        self.clearing.reset.next = self.reset.val();
        self.clearing.d.next = self.clear.val();
        self.sums.index.next = self.index.val();
        self.amount_at.d.next = self.amount.val();
        self.total.next =
            bit_cast::<33, 32>(self.sums.word.val()) + bit_cast::<33, 16>(self.amount_at.q.val());
        self.sums.becomes.next = self.total.val().get_bits::<32>(0);
        self.sums.clear.next = self.clearing.q.val();
        self.wrapped.d.next = self.total.val().get_bits::<1>(32);
        self.done_index.next = self.sums.last_index.val();
        self.sum.next = self.sums.last.val();
        self.carry.next = self.wrapped.q.val();
    }
}
