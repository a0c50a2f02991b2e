//! How does a beat wait for a receiver that is not ready, when nothing behind it can stop?
//!
//! ```text
//!          +------------------- while nothing waits -------------------+
//! i_* -----+                                                           +--> [m_*]
//!          +--> [spill] --> [LUT RAM: 16 beats] --> [ahead] -----------+
//!
//! issued --> [outstanding] <-- taken          outstanding < MOST --> go
//! ```
//! A slot is made only if its beat will find a place: `outstanding` counts the beats from their
//! slot until the receiver has taken them. Two more slots may be under way when `go` falls, and the
//! count hears of them two clocks late: at most `MOST + 2` beats for 16 places, `ahead` and `m_*`.
//!
//! Latency: 1 clock when nothing waits. Throughput: a beat per clock, also out of a stall: the
//! round trip from `taken` to the next beat is shorter than `MOST` clocks.

use crate::ram::LutRam;
use crate::register::Register;
use rust_hdl::prelude::*;

/// Beats on their way at which no further slot is made.
const MOST: u64 = 14;

/// One beat with its side signals, as long as it waits: `X = W + B + 4` bits.
#[derive(LogicBlock)]
pub struct Output<const W: usize, const B: usize, const X: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// No beat waits.
    pub reset: Signal<In, Bit>,
    /// A slot was made that emits.
    pub issued: Signal<In, Bit>,
    /// One more slot may be made.
    pub go: Signal<Out, Bit>,
    /// A beat comes.
    pub i_valid: Signal<In, Bit>,
    /// The beat.
    pub i_data: Signal<In, Bits<W>>,
    /// Bit i: byte i is there.
    pub i_keep: Signal<In, Bits<B>>,
    /// It is its frame's last.
    pub i_last: Signal<In, Bit>,
    /// Egress port.
    pub i_port: Signal<In, Bits<3>>,
    /// A beat is offered.
    pub m_tvalid: Signal<Out, Bit>,
    /// It is taken, if there is one.
    pub m_tready: Signal<In, Bit>,
    /// The beat.
    pub m_tdata: Signal<Out, Bits<W>>,
    /// Bit i: byte i is there.
    pub m_tkeep: Signal<Out, Bits<B>>,
    /// It is its frame's last.
    pub m_tlast: Signal<Out, Bit>,
    /// Egress port.
    pub m_tuser: Signal<Out, Bits<3>>,
    waiting: Waiting<X>,
    outstanding: Register<Bits<6>>,
    taken: Register<Bit>,
    go_now: Register<Bit>,
    offered: Register<Bit>,
    full: Register<Bit>,
    beat: DFF<Bits<X>>,
    word: Signal<Local, Bits<X>>,
    room: Signal<Local, Bit>,
    most: Constant<Bits<6>>,
    data_at: Constant<Bits<10>>,
}

impl<const W: usize, const B: usize, const X: usize> Default for Output<W, B, X> {
    fn default() -> Self {
        assert_eq!(X, W + B + 4, "a beat of {W} data bits with its side signals");
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            issued: Signal::default(),
            go: Signal::default(),
            i_valid: Signal::default(),
            i_data: Signal::default(),
            i_keep: Signal::default(),
            i_last: Signal::default(),
            i_port: Signal::default(),
            m_tvalid: Signal::default(),
            m_tready: Signal::default(),
            m_tdata: Signal::default(),
            m_tkeep: Signal::default(),
            m_tlast: Signal::default(),
            m_tuser: Signal::default(),
            waiting: Waiting::default(),
            outstanding: Register::default(),
            taken: Register::default(),
            go_now: Register::default(),
            offered: Register::default(),
            full: Register::default(),
            beat: DFF::default(),
            word: Signal::default(),
            room: Signal::default(),
            most: Constant::new(MOST.to_bits()),
            data_at: Constant::new((B as u64 + 4).to_bits()),
        }
    }
}

impl<const W: usize, const B: usize, const X: usize> Logic for Output<W, B, X> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, outstanding, offered, full, beat);
        clock!(self, clock, waiting, taken, go_now);
        self.waiting.reset.next = self.reset.val();
        self.outstanding.reset.next = self.reset.val();
        self.taken.reset.next = self.reset.val();
        self.go_now.reset.next = self.reset.val();
        self.offered.reset.next = self.reset.val();
        self.full.reset.next = self.reset.val();

        self.room.next = !self.offered.q.val() | self.m_tready.val();
        self.taken.d.next = self.offered.q.val() & self.room.val();
        if self.issued.val() & !self.taken.q.val() {
            self.outstanding.d.next = self.outstanding.q.val() + 1;
        }
        if !self.issued.val() & self.taken.q.val() {
            self.outstanding.d.next = self.outstanding.q.val() - 1;
        }
        self.go_now.d.next = self.outstanding.q.val() < self.most.val();
        self.go.next = self.go_now.q.val();

        self.word.next = (bit_cast::<X, W>(self.i_data.val()) << self.data_at.val())
            | (bit_cast::<X, B>(self.i_keep.val()) << 4)
            | (bit_cast::<X, 3>(self.i_port.val()) << 1);
        if self.i_last.val() {
            self.word.next = (bit_cast::<X, W>(self.i_data.val()) << self.data_at.val())
                | (bit_cast::<X, B>(self.i_keep.val()) << 4)
                | (bit_cast::<X, 3>(self.i_port.val()) << 1)
                | 1;
        }
        self.waiting.i_word.next = self.word.val();
        self.waiting.i_valid.next = self.i_valid.val();
        self.waiting.room.next = self.room.val();
        // `offered` and `ahead` both hold a beat: asked of a register, for the receiver says late
        // whether it takes one.
        self.waiting.load.next = !self.full.q.val() | self.m_tready.val();
        self.full.d.next = self.waiting.o_valid.val() | self.waiting.some.val();
        if self.room.val() {
            self.full.d.next = self.waiting.o_valid.val() & self.waiting.some.val();
            self.offered.d.next = self.waiting.o_valid.val();
            self.beat.d.next = self.waiting.o_word.val();
            if self.waiting.none.val() {
                self.offered.d.next = self.i_valid.val();
                self.beat.d.next = self.word.val();
            }
        }
        self.m_tvalid.next = self.offered.q.val();
        self.m_tdata.next = bit_cast::<W, X>(self.beat.q.val() >> self.data_at.val());
        self.m_tkeep.next = bit_cast::<B, X>(self.beat.q.val() >> 4);
        self.m_tuser.next = bit_cast::<3, X>(self.beat.q.val() >> 1);
        self.m_tlast.next = self.beat.q.val().get_bit(0);
    }
}

/// The beats that did not find room at once, in order.
#[derive(LogicBlock)]
pub struct Waiting<const X: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// No beat waits.
    pub reset: Signal<In, Bit>,
    /// A beat comes; it stays here unless `none` and `room`.
    pub i_valid: Signal<In, Bit>,
    /// The beat.
    pub i_word: Signal<In, Bits<X>>,
    /// The oldest beat is taken, if there is one.
    pub room: Signal<In, Bit>,
    /// `ahead` is empty, or is taken.
    pub load: Signal<In, Bit>,
    /// There is a beat behind `ahead`.
    pub some: Signal<Out, Bit>,
    /// Nothing waits: a beat that comes may pass.
    pub none: Signal<Out, Bit>,
    /// There is an oldest beat.
    pub o_valid: Signal<Out, Bit>,
    /// The oldest beat.
    pub o_word: Signal<Out, Bits<X>>,
    words: LutRam<X, 4>,
    written: Register<Bits<5>>,
    read: Register<Bits<5>>,
    idle: Register<Bit>,
    spilled: Register<Bit>,
    spill: DFF<Bits<X>>,
    ahead_valid: Register<Bit>,
    ahead: DFF<Bits<X>>,
    behind: Signal<Local, Bit>,
    pull: Signal<Local, Bit>,
    used: Signal<Local, Bit>,
}

impl<const X: usize> Default for Waiting<X> {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            i_valid: Signal::default(),
            i_word: Signal::default(),
            room: Signal::default(),
            load: Signal::default(),
            some: Signal::default(),
            none: Signal::default(),
            o_valid: Signal::default(),
            o_word: Signal::default(),
            words: LutRam::new(4),
            written: Register::default(),
            read: Register::default(),
            idle: Register::new(true),
            spilled: Register::default(),
            spill: DFF::default(),
            ahead_valid: Register::default(),
            ahead: DFF::default(),
            behind: Signal::default(),
            pull: Signal::default(),
            used: Signal::default(),
        }
    }
}

impl<const X: usize> Logic for Waiting<X> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, written, read, idle, ahead_valid, ahead);
        clock!(self, clock, words, spilled, spill);
        self.written.reset.next = self.reset.val();
        self.read.reset.next = self.reset.val();
        self.idle.reset.next = self.reset.val();
        self.spilled.reset.next = self.reset.val();
        self.ahead_valid.reset.next = self.reset.val();

        self.spilled.d.next = self.i_valid.val() & !(self.idle.q.val() & self.room.val());
        self.spill.d.next = self.i_word.val();
        self.words.we.next = self.spilled.q.val();
        self.words.wa.next = bit_cast::<4, 5>(self.written.q.val());
        self.words.wd.next = self.spill.q.val();
        self.words.ra.next = bit_cast::<4, 5>(self.read.q.val());
        if self.spilled.q.val() {
            self.written.d.next = self.written.q.val() + 1;
        }

        self.used.next = self.room.val() & self.ahead_valid.q.val();
        self.behind.next = self.written.q.val() != self.read.q.val();
        self.some.next = self.behind.val();
        self.pull.next = self.behind.val() & self.load.val();
        if self.used.val() {
            self.ahead_valid.d.next = false;
        }
        if self.pull.val() {
            self.ahead_valid.d.next = true;
            self.read.d.next = self.read.q.val() + 1;
        }

        // What is loaded while nothing waits does not count.
        if self.load.val() {
            self.ahead.d.next = self.words.q.val();
        }

        // Idle again once the last one went and none comes.
        if self.i_valid.val() & !self.room.val() {
            self.idle.d.next = false;
        } else if !self.idle.q.val() {
            self.idle.d.next = !self.i_valid.val()
                & !self.spilled.q.val()
                & !self.behind.val()
                & !self.ahead_valid.q.val();
        }
        self.none.next = self.idle.q.val();
        self.o_valid.next = self.ahead_valid.q.val();
        self.o_word.next = self.ahead.q.val();
    }
}
