//! How does a read-modify-write pass through a memory once per clock?
//!
//! ```text
//! stage   0 index -> RAM   1 compare   2 q, select -> operand   3 word, becomes  4 last -> RAM
//!                                        ^ last at 4, 5, 6        ^ last at 4
//! ```
//! A read is too early for the writes of its four predecessors: the one before it is taken when
//! both meet at stage 3, the three before that replace the word from the RAM, the latest of them
//! first. The oldest of the four writes in the very clock of the read, so the RAM's undefined
//! collision word is never used.
//!
//! There is no valid bit: who changes nothing gives the word back.
//!
//! Latency: 3 clocks from the index to its word, one more until it is `last`. Throughput: a change
//! per clock, also of one word over and over.

use crate::ram::{Ram, Style};
use crate::register::Register;
use rust_hdl::prelude::*;

/// Clocks from an index to its word.
pub const LATENCY: usize = 3;

/// Words of `W` bits behind an index of `A` bits, of which the upper ones may say nothing.
#[derive(LogicBlock)]
pub struct Rmw<const W: usize, const A: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Which word: in every clock one.
    pub index: Signal<In, Bits<A>>,
    /// The word of [`LATENCY`] clocks ago, with every change before it.
    pub word: Signal<Out, Bits<W>>,
    /// The same, had the request before it changed nothing,
    pub alone: Signal<Out, Bits<W>>,
    /// which concerns it if this is set: then it is [`Rmw::last`].
    pub again: Signal<Out, Bit>,
    /// With it: what it becomes,
    pub becomes: Signal<In, Bits<W>>,
    /// unless it becomes 0.
    pub clear: Signal<In, Bit>,
    /// What it has become, a clock later,
    pub last: Signal<Out, Bits<W>>,
    /// and its index.
    pub last_index: Signal<Out, Bits<A>>,
    ram: Ram<W, A>,
    // Number i holds stage i + 1.
    indices: [DFF<Bits<A>>; 5],
    // At stage 2: has predecessor i + 1 this index? At stage 3 for the direct one.
    same: [DFF<Bit>; 4],
    same_as_last: DFF<Bit>,
    operand: DFF<Bits<W>>,
    // Stages 4, 5, 6.
    changed: Register<Bits<W>>,
    before: [DFF<Bits<W>>; 2],
    used: Constant<Bits<A>>,
}

impl<const W: usize, const A: usize> Rmw<W, A> {
    /// `1 << depth_log2` words.
    pub fn new(depth_log2: usize) -> Self {
        Self {
            clock: Signal::default(),
            index: Signal::default(),
            word: Signal::default(),
            alone: Signal::default(),
            again: Signal::default(),
            becomes: Signal::default(),
            clear: Signal::default(),
            last: Signal::default(),
            last_index: Signal::default(),
            ram: Ram::new(depth_log2, Style::Block),
            indices: Default::default(),
            same: Default::default(),
            same_as_last: DFF::default(),
            operand: DFF::default(),
            changed: Register::default(),
            before: Default::default(),
            used: Constant::new(((1u64 << depth_log2) - 1).to_bits()),
        }
    }

    /// 18-kbit block RAMs that it takes on an ECP5.
    #[must_use]
    pub fn block_rams(&self) -> usize {
        self.ram.block_rams()
    }
}

impl<const W: usize, const A: usize> Default for Rmw<W, A> {
    fn default() -> Self {
        Self::new(A)
    }
}

impl<const W: usize, const A: usize> Logic for Rmw<W, A> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, same_as_last, operand, changed);
        clock!(self, clock, ram);

        // Stage 0 to 5: who passes.
        self.ram.ra.next = self.index.val();
        for i in 0..5 {
            self.indices[i].clock.next = self.clock.val();
        }
        self.indices[0].d.next = self.index.val() & self.used.val();
        for i in 0..4 {
            self.indices[i + 1].d.next = self.indices[i].q.val();
        }

        // Stage 1: compare with the four predecessors, now at stages 2 to 5.
        for i in 0..4 {
            self.same[i].clock.next = self.clock.val();
            self.same[i].d.next = self.indices[i + 1].q.val() == self.indices[0].q.val();
        }

        // Stage 2: the word, or the latest of the changes it lacks.
        self.same_as_last.d.next = self.same[0].q.val();
        self.operand.d.next = self.ram.q.val();
        if self.same[1].q.val() {
            self.operand.d.next = self.changed.q.val();
        } else if self.same[2].q.val() {
            self.operand.d.next = self.before[0].q.val();
        } else if self.same[3].q.val() {
            self.operand.d.next = self.before[1].q.val();
        }

        // Stage 3: change. The register's reset is the clear.
        self.alone.next = self.operand.q.val();
        self.again.next = self.same_as_last.q.val();
        self.word.next = self.operand.q.val();
        if self.same_as_last.q.val() {
            self.word.next = self.changed.q.val();
        }
        self.changed.reset.next = self.clear.val();
        self.changed.d.next = self.becomes.val();

        // Stage 4: write; the last two changes stay in sight.
        self.ram.we.next = true;
        self.ram.wa.next = self.indices[3].q.val();
        self.ram.wd.next = self.changed.q.val();
        for i in 0..2 {
            self.before[i].clock.next = self.clock.val();
        }
        self.before[0].d.next = self.changed.q.val();
        self.before[1].d.next = self.before[0].q.val();
        self.last.next = self.changed.q.val();
        self.last_index.next = self.indices[3].q.val();
    }
}
