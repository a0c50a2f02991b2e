//! How does a read-modify-write pass through a memory once per clock?
//!
//! ```text
//! stage   0 index -> RAM   1 compare   2 q, select -> operand   3 add   4 sum -> RAM, out
//!                                        ^ sums at 4, 5, 6        ^ sum at 4
//! ```
//! One half (32 bits) of the counters. A read is too early for the writes of its four predecessors:
//! the one before it is added when both meet in the adder, the three before that replace the word
//! from the RAM, the latest of them first. The oldest of the four writes in the very clock of the
//! read, so the RAM's undefined collision word is never used.
//!
//! A clock without an event passes as one that adds nothing and writes back what it read, so there
//! is no valid bit: every clock is a correct event for some sum.
//!
//! Latency: 4 clocks. Throughput: an event per clock.

use crate::delay::DelayValid;
use crate::ram::{Ram, Style};
use crate::register::Register;
use rust_hdl::prelude::*;

/// Clocks from an event to its sum.
pub const LATENCY: usize = 4;

/// `2^A` sums of 32 bits; see the file's head.
#[derive(LogicBlock)]
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
    /// The index of four clocks ago.
    pub done_index: Signal<Out, Bits<A>>,
    /// Its sum, low 32 bits.
    pub sum: Signal<Out, Bits<32>>,
    /// It wrapped by this event.
    pub carry: Signal<Out, Bits<1>>,
    ram: Ram<32, A>,
    // Number i holds stage i + 1.
    indices: [DFF<Bits<A>>; 5],
    amounts: [DFF<Bits<16>>; 3],
    // At stage 2: has predecessor i + 1 this index? At stage 3 for the direct one.
    same: [DFF<Bit>; 4],
    same_as_last: DFF<Bit>,
    operand: DFF<Bits<32>>,
    clearing: DelayValid<3>,
    // Stages 4, 5, 6.
    total: Register<Bits<33>>,
    before: [DFF<Bits<32>>; 2],
    addend: Signal<Local, Bits<32>>,
}

impl<const A: usize> Default for Lane<A> {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            clear: Signal::default(),
            index: Signal::default(),
            amount: Signal::default(),
            done_index: Signal::default(),
            sum: Signal::default(),
            carry: Signal::default(),
            ram: Ram::new(A, Style::Block),
            indices: Default::default(),
            amounts: Default::default(),
            same: Default::default(),
            same_as_last: DFF::default(),
            operand: DFF::default(),
            clearing: DelayValid::default(),
            total: Register::default(),
            before: Default::default(),
            addend: Signal::default(),
        }
    }
}

impl<const A: usize> Lane<A> {
    /// 18-kbit block RAMs of this half.
    #[must_use]
    pub fn block_rams(&self) -> usize {
        self.ram.block_rams()
    }
}

impl<const A: usize> Logic for Lane<A> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, same_as_last, operand, total);
        self.ram.clock.next = self.clock.val();
        self.clearing.clock.next = self.clock.val();
        self.clearing.reset.next = self.reset.val();
        self.clearing.d.next = self.clear.val();

        // Stage 0 to 5: who passes.
        self.ram.ra.next = self.index.val();
        for i in 0..5 {
            self.indices[i].clock.next = self.clock.val();
        }
        self.indices[0].d.next = self.index.val();
        for i in 0..4 {
            self.indices[i + 1].d.next = self.indices[i].q.val();
        }
        for i in 0..3 {
            self.amounts[i].clock.next = self.clock.val();
        }
        self.amounts[0].d.next = self.amount.val();
        self.amounts[1].d.next = self.amounts[0].q.val();
        self.amounts[2].d.next = self.amounts[1].q.val();

        // Stage 1: compare with the four predecessors, now at stages 2 to 5.
        for i in 0..4 {
            self.same[i].clock.next = self.clock.val();
            self.same[i].d.next = self.indices[i + 1].q.val() == self.indices[0].q.val();
        }

        // Stage 2: the word, or the latest of the sums it lacks.
        self.same_as_last.d.next = self.same[0].q.val();
        self.operand.d.next = self.ram.q.val();
        if self.same[1].q.val() {
            self.operand.d.next = self.total.q.val().get_bits::<32>(0);
        } else if self.same[2].q.val() {
            self.operand.d.next = self.before[0].q.val();
        } else if self.same[3].q.val() {
            self.operand.d.next = self.before[1].q.val();
        }

        // Stage 3: add. The register's reset is the clear.
        self.addend.next = self.operand.q.val();
        if self.same_as_last.q.val() {
            self.addend.next = self.total.q.val().get_bits::<32>(0);
        }
        self.total.reset.next = self.clearing.q.val();
        self.total.d.next =
            bit_cast::<33, 32>(self.addend.val()) + bit_cast::<33, 16>(self.amounts[2].q.val());

        // Stage 4: write; the last two sums stay in sight.
        self.ram.we.next = true;
        self.ram.wa.next = self.indices[3].q.val();
        self.ram.wd.next = self.total.q.val().get_bits::<32>(0);
        for i in 0..2 {
            self.before[i].clock.next = self.clock.val();
        }
        self.before[0].d.next = self.total.q.val().get_bits::<32>(0);
        self.before[1].d.next = self.before[0].q.val();
        self.done_index.next = self.indices[3].q.val();
        self.sum.next = self.total.q.val().get_bits::<32>(0);
        self.carry.next = self.total.q.val().get_bits::<1>(32);
    }
}
