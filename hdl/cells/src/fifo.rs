//! Where do a few words wait for a slow reader?
//!
//! ```text
//!                 empty: straight through
//!            +----------------------------+
//! s_tdata ---+                            v    +-----+
//!            +-> LUT RAM, 2^A - 2 words ->mux->| out |---> m_tdata
//!                                              +-----+
//! s_tready <--[register]                       [register]--> m_tvalid
//! level: words inside, the one in `out` included
//! ```
//! Synchronous, first word falls through, both sides as in AXI4-Stream. `s_tready`, `m_tvalid`,
//! `m_tdata` and `level` are registers' outputs; nothing leads combinatorially from side to side.
//! A full FIFO refuses a word even in the clock in which one is taken out.
//!
//! Latency: 1 clock when empty. Throughput: a word per clock. Capacity: 2^A - 1 words, so that
//! `level` has `A` bits.
//!
//! ECP5-85 -8, 145 bits, out of context, one seed (a LUT RAM takes six LUTs):
//!
//! | words | LUT4 | FF  | LUT RAM | Fmax, MHz |
//! | ----- | ---- | --- | ------- | --------- |
//! | 15    |  186 | 164 |      37 |       313 |
//! | 31    |  321 | 168 |      74 |       273 |
//! | 63    |  467 | 172 |     148 |       250 |

use crate::ram::SlotRam;
use crate::register::Register;
use rust_hdl::prelude::*;

/// Clocks from a word taken to the same word offered, if nothing stood before it.
pub const LATENCY: usize = 1;

/// `2^A - 1` words of any type; see the file's head.
#[derive(LogicBlock)]
pub struct Fifo<T: Synth, const A: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Empties it.
    pub reset: Signal<In, Bit>,
    /// A word is offered.
    pub s_tvalid: Signal<In, Bit>,
    /// It is taken: the FIFO is not full.
    pub s_tready: Signal<Out, Bit>,
    /// The word.
    pub s_tdata: Signal<In, T>,
    /// A word is offered to the reader.
    pub m_tvalid: Signal<Out, Bit>,
    /// The reader takes it.
    pub m_tready: Signal<In, Bit>,
    /// The word.
    pub m_tdata: Signal<Out, T>,
    /// Words inside, 0 to `2^A - 1`.
    pub level: Signal<Out, Bits<A>>,
    words: SlotRam<T, A>,
    head: Register<Bits<A>>,
    tail: Register<Bits<A>>,
    count: Register<Bits<A>>,
    open: Register<Bit>,
    valid: Register<Bit>,
    waiting: Register<Bit>,
    out: DFF<T>,
    taken: Signal<Local, Bit>,
    given: Signal<Local, Bit>,
    moves: Signal<Local, Bit>,
    last_free: Constant<Bits<A>>,
}

impl<T: Synth, const A: usize> Fifo<T, A> {
    /// Words it holds.
    pub const CAPACITY: usize = (1 << A) - 1;
}

impl<T: Synth, const A: usize> Default for Fifo<T, A> {
    fn default() -> Self {
        assert!((2..=8).contains(&A), "a FIFO of 2^{A} - 1 words in LUT RAM: take A = 2 to 8");
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            s_tvalid: Signal::default(),
            s_tready: Signal::default(),
            s_tdata: Signal::default(),
            m_tvalid: Signal::default(),
            m_tready: Signal::default(),
            m_tdata: Signal::default(),
            level: Signal::default(),
            words: SlotRam::slots(A),
            head: Register::default(),
            tail: Register::default(),
            count: Register::default(),
            open: Register::new(true),
            valid: Register::default(),
            waiting: Register::default(),
            out: DFF::default(),
            taken: Signal::default(),
            given: Signal::default(),
            moves: Signal::default(),
            last_free: Constant::new((Self::CAPACITY as u64 - 1).into()),
        }
    }
}

impl<T: Synth, const A: usize> Logic for Fifo<T, A> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, head, tail, count, open, valid, waiting, out);
        self.head.reset.next = self.reset.val();
        self.tail.reset.next = self.reset.val();
        self.count.reset.next = self.reset.val();
        self.open.reset.next = self.reset.val();
        self.valid.reset.next = self.reset.val();
        self.waiting.reset.next = self.reset.val();
        self.taken.next = self.s_tvalid.val() & self.open.q.val();
        self.given.next = self.m_tready.val() & self.valid.q.val();
        self.moves.next = self.m_tready.val() | !self.valid.q.val();
        // The place at the tail is always free: it may be written in every clock.
        self.words.clock.next = self.clock.val();
        self.words.we.next = true;
        self.words.wa.next = self.tail.q.val();
        self.words.wd.next = self.s_tdata.val();
        self.words.ra.next = self.head.q.val();
        if self.taken.val() & (self.waiting.q.val() | !self.moves.val()) {
            self.tail.d.next = self.tail.q.val() + 1;
        }
        if self.moves.val() {
            self.valid.d.next = self.taken.val() | self.waiting.q.val();
            self.out.d.next = self.s_tdata.val();
            if self.waiting.q.val() {
                self.out.d.next = self.words.q.val();
                self.head.d.next = self.head.q.val() + 1;
            }
        }
        // `waiting`: words in the RAM, that is, a level of two or more.
        if self.taken.val() & !self.given.val() {
            self.count.d.next = self.count.q.val() + 1;
            self.open.d.next = self.count.q.val() != self.last_free.val();
            self.waiting.d.next = self.valid.q.val();
        }
        if self.given.val() & !self.taken.val() {
            self.count.d.next = self.count.q.val() - 1;
            self.open.d.next = true;
            self.waiting.d.next = self.waiting.q.val() & (self.count.q.val() != 2);
        }
        self.s_tready.next = self.open.q.val();
        self.m_tvalid.next = self.valid.q.val();
        self.m_tdata.next = self.out.q.val();
        self.level.next = self.count.q.val();
    }
}
