//! A verdict meets its frame: which beats are read, how far do they turn, how many come out?
//!
//! ```text
//! clock 0                                       | clock 1                      | clock 2
//! v_p, v_s, v_len -------------------------> [total, shift, drop] -> lead, turn, flush -> (queue)
//! h_len, h_end -> [order: LUT RAM] -> [oldest] ----------^-----> base ----^
//! ```
//! With B bytes and M halfwords a beat:
//! - `total = len - 1 + 2 (p - s)`: `total div B` beats follow the first one, and the last byte's
//!   index in its beat is `total mod B`;
//! - `shift = p - (s mod M)`: its low bits are the turn; a negative one means that the first beat
//!   only fills the register behind the rotator (`prime`), `shift div M` is the lead;
//! - the frame's own last beat spills into one more (`flush`) when the last byte's index, turned,
//!   wrapped round: when it is smaller than the turn.
//!
//! The frame's place comes from the order memory and not with the verdict: a header pipeline need
//! not carry it, and a verdict cannot name bytes that are not its frame's. The order memory's
//! oldest word lies in a register: a frame's verdict comes two clocks after its header at the
//! earliest.
//!
//! Latency: `v_valid` in clock 0, `valid` in clock 1. Throughput: a frame per clock, no stall.

use super::command::Command;
use super::{NUMBER_BITS, POINTER_BITS};
use crate::ram::LutRam;
use crate::register::Register;
use rust_hdl::prelude::*;

/// Bits of a word of the order memory: length and end.
const ORDER_BITS: usize = 14 + POINTER_BITS;

/// What is kept of a verdict for the second clock.
#[derive(Copy, Clone, Debug, Default, PartialEq, LogicStruct)]
pub struct Half {
    /// Drop, or a length that the frame has not, or that `s` leaves nothing of.
    pub drop: Bit,
    /// Egress port.
    pub port: Bits<3>,
    /// Ring address behind the frame.
    pub behind: Bits<12>,
    /// Index of the last byte that comes out.
    pub total: Bits<14>,
    /// How far bytes move, in halfwords modulo a beat; two's complement.
    pub shift: Bits<8>,
    /// Beats that are not read.
    pub skip: Bits<3>,
    /// Halfwords of the header.
    pub head: Bits<6>,
}

/// Verdicts to commands.
#[derive(LogicBlock)]
pub struct Join {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// No frame is known.
    pub reset: Signal<In, Bit>,
    /// A frame was captured.
    pub h_valid: Signal<In, Bit>,
    /// Its length in bytes.
    pub h_len: Signal<In, Bits<14>>,
    /// Ring address behind its last beat.
    pub h_end: Signal<In, Bits<POINTER_BITS>>,
    /// A verdict on the oldest frame without one.
    pub v_valid: Signal<In, Bit>,
    /// Emit nothing.
    pub v_drop: Signal<In, Bit>,
    /// Egress port.
    pub v_port: Signal<In, Bits<3>>,
    /// Halfwords of the header, at most 32.
    pub v_p: Signal<In, Bits<6>>,
    /// Halfwords of the frame that are left out.
    pub v_s: Signal<In, Bits<6>>,
    /// Length of the frame to use, in bytes.
    pub v_len: Signal<In, Bits<14>>,
    /// There is a command.
    pub valid: Signal<Out, Bit>,
    /// What is to be done with the frame.
    pub command: Signal<Out, Command>,
    order: LutRam<ORDER_BITS, NUMBER_BITS>,
    entered: Register<Bits<NUMBER_BITS>>,
    judged: Register<Bits<NUMBER_BITS>>,
    judged_next: Register<Bits<NUMBER_BITS>>,
    oldest: DFF<Bits<ORDER_BITS>>,
    base: Register<Bits<POINTER_BITS>>,
    half_valid: Register<Bit>,
    half: DFF<Half>,
    skipped: Signal<Local, Bits<14>>,
    own_len: Signal<Local, Bits<14>>,
    left: Signal<Local, Bits<10>>,
    turn: Signal<Local, Bits<8>>,
    last_byte: Signal<Local, Bits<8>>,
    beat_log2: Constant<Bits<4>>,
    half_log2: Constant<Bits<4>>,
    half_mask: Constant<Bits<6>>,
    turn_mask: Constant<Bits<8>>,
    byte_mask: Constant<Bits<14>>,
}

impl Join {
    /// For beats of `beat_bytes`, and `2^frames_log2` frames in flight.
    pub fn new(beat_bytes: usize, frames_log2: usize) -> Self {
        let beat_log2 = u64::from(beat_bytes.ilog2());
        let halfwords = beat_bytes as u64 / 2;
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            h_valid: Signal::default(),
            h_len: Signal::default(),
            h_end: Signal::default(),
            v_valid: Signal::default(),
            v_drop: Signal::default(),
            v_port: Signal::default(),
            v_p: Signal::default(),
            v_s: Signal::default(),
            v_len: Signal::default(),
            valid: Signal::default(),
            command: Signal::default(),
            order: LutRam::new(frames_log2),
            entered: Register::default(),
            judged: Register::default(),
            judged_next: Register::new(1u64.to_bits()),
            oldest: DFF::default(),
            base: Register::default(),
            half_valid: Register::default(),
            half: DFF::default(),
            skipped: Signal::default(),
            own_len: Signal::default(),
            left: Signal::default(),
            turn: Signal::default(),
            last_byte: Signal::default(),
            beat_log2: Constant::new(beat_log2.to_bits()),
            half_log2: Constant::new((beat_log2 - 1).to_bits()),
            half_mask: Constant::new((halfwords - 1).to_bits()),
            turn_mask: Constant::new((halfwords - 1).to_bits()),
            byte_mask: Constant::new((beat_bytes as u64 - 1).to_bits()),
        }
    }
}

impl Logic for Join {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, entered, judged, judged_next, base, half);
        clock!(self, clock, order, oldest, half_valid);
        self.entered.reset.next = self.reset.val();
        self.judged.reset.next = self.reset.val();
        self.judged_next.reset.next = self.reset.val();
        self.base.reset.next = self.reset.val();
        self.half_valid.reset.next = self.reset.val();

        // Frames in order; `oldest` is the one whose verdict comes next.
        self.order.we.next = self.h_valid.val();
        self.order.wa.next = self.entered.q.val();
        self.order.wd.next = (bit_cast::<ORDER_BITS, POINTER_BITS>(self.h_end.val()) << 14)
            | bit_cast::<ORDER_BITS, 14>(self.h_len.val());
        if self.h_valid.val() {
            self.entered.d.next = self.entered.q.val() + 1;
        }
        self.order.ra.next = self.judged.q.val();
        if self.v_valid.val() {
            self.order.ra.next = self.judged_next.q.val();
            self.judged.d.next = self.judged_next.q.val();
            self.judged_next.d.next = self.judged_next.q.val() + 1;
        }
        self.oldest.d.next = self.order.q.val();
        self.own_len.next = self.oldest.q.val().get_bits::<14>(0);

        // Clock 0: the sums. The complement of 2s is -2s - 1.
        self.half_valid.d.next = self.v_valid.val();
        self.skipped.next = bit_cast::<14, 6>(self.v_s.val()) << 1;
        self.half.d.next.drop = self.v_drop.val()
            | (self.v_len.val() <= self.skipped.val())
            | (self.own_len.val() < self.v_len.val());
        self.half.d.next.port = self.v_port.val();
        self.half.d.next.behind = self.oldest.q.val().get_bits::<POINTER_BITS>(14);
        self.half.d.next.total = self.v_len.val()
            + (bit_cast::<14, 6>(self.v_p.val()) << 1)
            + !(bit_cast::<14, 6>(self.v_s.val()) << 1);
        self.half.d.next.shift = bit_cast::<8, 6>(self.v_p.val())
            - bit_cast::<8, 6>(self.v_s.val() & self.half_mask.val());
        self.half.d.next.skip = bit_cast::<3, 6>(self.v_s.val() >> self.half_log2.val());
        self.half.d.next.head = self.v_p.val();

        // Clock 1.
        self.valid.next = self.half_valid.q.val();
        self.left.next = bit_cast::<10, 14>(self.half.q.val().total >> self.beat_log2.val());
        self.turn.next = self.half.q.val().shift & self.turn_mask.val();
        self.last_byte.next = bit_cast::<8, 14>(self.half.q.val().total & self.byte_mask.val());
        self.command.next.drop = self.half.q.val().drop;
        self.command.next.prime = self.half.q.val().shift.get_bit(7);
        self.command.next.flush = self.last_byte.val() < (self.turn.val() << 1);
        self.command.next.one = self.left.val() == 0;
        self.command.next.two = self.left.val() == 1;
        self.command.next.left = self.left.val();
        self.command.next.lead = bit_cast::<3, 8>(self.half.q.val().shift >> self.half_log2.val());
        if self.half.q.val().shift.get_bit(7) {
            self.command.next.lead = 0.into();
        }
        self.command.next.leads = !self.half.q.val().shift.get_bit(7)
            & (self.half.q.val().shift >> self.half_log2.val()).any();
        self.command.next.address =
            self.base.q.val() + bit_cast::<POINTER_BITS, 3>(self.half.q.val().skip);
        self.command.next.behind = self.half.q.val().behind;
        self.command.next.turn = bit_cast::<5, 8>(self.turn.val());
        self.command.next.head = self.half.q.val().head;
        self.command.next.last_byte = bit_cast::<6, 8>(self.last_byte.val());
        self.command.next.port = self.half.q.val().port;
        if self.half_valid.q.val() {
            self.base.d.next = self.half.q.val().behind;
        }
    }
}
