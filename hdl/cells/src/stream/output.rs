//! How does a beat wait for a receiver that is not ready, when nothing behind it can stop?
//!
//! ```text
//!          +---------- while nothing waits ----------+
//! i_* -----+                                         +--> [skid] --> m_*
//!          +--> [spill] --> [LUT RAM: 16 beats] -----+
//!
//! issued --> [outstanding] <-- taken          outstanding < MOST --> go
//! ```
//! A slot is made only if its beat will find a place: `outstanding` counts the beats from their
//! slot until the skid buffer has taken them. Two more slots may be under way when `go` falls, and
//! the count hears of them two clocks late: at most `MOST + 2` beats for 16 places. What the
//! receiver says, late as it may come, is asked by the skid buffer alone.
//!
//! Latency: 1 clock when nothing waits. Throughput: a beat per clock, also out of a stall: from a
//! beat that is taken to the one whose slot waited for that, 9 clocks pass (4 to the slot, 3 in
//! `merge`, 2 in `patcher`), and 3 must be taken first: fewer than the `MOST` beats that wait.

use super::PORT_BITS;
use crate::ram::LutRam;
use crate::register::Register;
use crate::skid::Skid;
use rust_hdl::prelude::*;

/// Beats on their way at which no further slot is made.
const MOST: u64 = 14;
/// Side signals below `tkeep`: last, and port.
const SIDE: usize = 1 + PORT_BITS;
// A kernel takes no name for a number.
const _: () = assert!(SIDE == 5);

/// One beat with its side signals, as long as it waits: `X = W + B + 5` bits.
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
    /// Egress port, a bit each.
    pub i_port: Signal<In, Bits<PORT_BITS>>,
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
    /// Egress port, a bit each.
    pub m_tuser: Signal<Out, Bits<PORT_BITS>>,
    waiting: Waiting<X>,
    skid: Skid<Bits<X>>,
    outstanding: Register<Bits<6>>,
    taken: Register<Bit>,
    go_now: Register<Bit>,
    word: Signal<Local, Bits<X>>,
    most: Constant<Bits<6>>,
    data_at: Constant<Bits<10>>,
}

impl<const W: usize, const B: usize, const X: usize> Default for Output<W, B, X> {
    fn default() -> Self {
        assert_eq!(X, W + B + SIDE, "a beat of {W} data bits with its side signals");
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
            skid: Skid::default(),
            outstanding: Register::default(),
            taken: Register::default(),
            go_now: Register::default(),
            word: Signal::default(),
            most: Constant::new(MOST.to_bits()),
            data_at: Constant::new(((B + SIDE) as u64).to_bits()),
        }
    }
}

impl<const W: usize, const B: usize, const X: usize> Logic for Output<W, B, X> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, outstanding);
        clock!(self, clock, waiting, skid, taken, go_now);
        self.waiting.reset.next = self.reset.val();
        self.skid.reset.next = self.reset.val();
        self.outstanding.reset.next = self.reset.val();
        self.taken.reset.next = self.reset.val();
        self.go_now.reset.next = self.reset.val();

        self.taken.d.next = self.waiting.o_valid.val() & self.skid.s_tready.val();
        if self.issued.val() & !self.taken.q.val() {
            self.outstanding.d.next = self.outstanding.q.val() + 1;
        }
        if !self.issued.val() & self.taken.q.val() {
            self.outstanding.d.next = self.outstanding.q.val() - 1;
        }
        self.go_now.d.next = self.outstanding.q.val() < self.most.val();
        self.go.next = self.go_now.q.val();

        self.word.next = (bit_cast::<X, W>(self.i_data.val()) << self.data_at.val())
            | (bit_cast::<X, B>(self.i_keep.val()) << 5)
            | (bit_cast::<X, PORT_BITS>(self.i_port.val()) << 1);
        if self.i_last.val() {
            self.word.next = (bit_cast::<X, W>(self.i_data.val()) << self.data_at.val())
                | (bit_cast::<X, B>(self.i_keep.val()) << 5)
                | (bit_cast::<X, PORT_BITS>(self.i_port.val()) << 1)
                | 1;
        }
        self.waiting.i_word.next = self.word.val();
        self.waiting.i_valid.next = self.i_valid.val();
        self.waiting.room.next = self.skid.s_tready.val();
        self.skid.s_tvalid.next = self.waiting.o_valid.val();
        self.skid.s_tdata.next = self.waiting.o_word.val();
        self.skid.m_tready.next = self.m_tready.val();
        self.m_tvalid.next = self.skid.m_tvalid.val();
        self.m_tdata.next = bit_cast::<W, X>(self.skid.m_tdata.val() >> self.data_at.val());
        self.m_tkeep.next = bit_cast::<B, X>(self.skid.m_tdata.val() >> 5);
        self.m_tuser.next = bit_cast::<PORT_BITS, X>(self.skid.m_tdata.val() >> 1);
        self.m_tlast.next = self.skid.m_tdata.val().get_bit(0);
    }
}

/// What comes, or the oldest of the beats that did not find room at once.
#[derive(LogicBlock)]
pub struct Waiting<const X: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// No beat waits.
    pub reset: Signal<In, Bit>,
    /// A beat comes.
    pub i_valid: Signal<In, Bit>,
    /// The beat.
    pub i_word: Signal<In, Bits<X>>,
    /// The beat that is offered is taken.
    pub room: Signal<In, Bit>,
    /// A beat is offered.
    pub o_valid: Signal<Out, Bit>,
    /// The beat.
    pub o_word: Signal<Out, Bits<X>>,
    words: LutRam<X, 4>,
    written: Register<Bits<5>>,
    read: Register<Bits<5>>,
    idle: Register<Bit>,
    spilled: Register<Bit>,
    spill: DFF<Bits<X>>,
    behind: Signal<Local, Bit>,
}

impl<const X: usize> Default for Waiting<X> {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            i_valid: Signal::default(),
            i_word: Signal::default(),
            room: Signal::default(),
            o_valid: Signal::default(),
            o_word: Signal::default(),
            words: LutRam::new(4),
            written: Register::default(),
            read: Register::default(),
            idle: Register::new(true),
            spilled: Register::default(),
            spill: DFF::default(),
            behind: Signal::default(),
        }
    }
}

impl<const X: usize> Logic for Waiting<X> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, written, read, idle);
        clock!(self, clock, words, spilled, spill);
        self.written.reset.next = self.reset.val();
        self.read.reset.next = self.reset.val();
        self.idle.reset.next = self.reset.val();
        self.spilled.reset.next = self.reset.val();

        self.spilled.d.next = self.i_valid.val() & !(self.idle.q.val() & self.room.val());
        self.spill.d.next = self.i_word.val();
        self.words.we.next = self.spilled.q.val();
        self.words.wa.next = bit_cast::<4, 5>(self.written.q.val());
        self.words.wd.next = self.spill.q.val();
        self.words.ra.next = bit_cast::<4, 5>(self.read.q.val());
        if self.spilled.q.val() {
            self.written.d.next = self.written.q.val() + 1;
        }
        self.behind.next = self.written.q.val() != self.read.q.val();
        if self.behind.val() & self.room.val() {
            self.read.d.next = self.read.q.val() + 1;
        }

        // Idle again once the last one went and none comes.
        if self.i_valid.val() & !self.room.val() {
            self.idle.d.next = false;
        } else if !self.idle.q.val() {
            self.idle.d.next = !self.i_valid.val() & !self.spilled.q.val() & !self.behind.val();
        }
        self.o_valid.next = self.behind.val();
        self.o_word.next = self.words.q.val();
        if self.idle.q.val() {
            self.o_valid.next = self.i_valid.val();
            self.o_word.next = self.i_word.val();
        }
    }
}
