//! A verdict meets its frame: which beats are read, how far do they turn, how many come out?
//!
//! ```text
//! before   | clock 0                                  | clock 1
//!          |  v_valid, v_p, v_s, v_len ----------> [total, shift, drop] --> command
//! v_number |             number, lap ------------> (queue: where it goes)
//!    |     |                  ^
//!    +--> [named: begin, end, length, lap]
//!    +--> [order: LUT RAM] <- h_len, h_end, by h_number
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
//! carry no more than the frame's number, and a verdict cannot name bytes that are not its frame's.
//! The number comes a clock before the verdict, so that the word it names lies in a register when
//! the sums begin: a frame's verdict comes two clocks after its header at the earliest.
//!
//! Which lap of the numbers a frame belongs to lies there too: the number does not tell, and
//! whoever waits for the frame's command must not take the one of a lap before for it.
//!
//! Latency: `v_valid` in clock 0, `command` in clock 1. Throughput: a frame per clock, no stall.

use super::command::Command;
use super::{COUNT_BITS, NUMBER_BITS, POINTER_BITS, PORT_BITS};
use crate::ram::LutRam;
use crate::register::Register;
use rust_hdl::prelude::*;

/// Bits of a word of the order memory: length, end, begin and lap, from the lowest.
const ORDER_BITS: usize = 14 + 2 * POINTER_BITS + 1;

/// What is kept of a verdict for the second clock.
#[derive(Copy, Clone, Debug, Default, PartialEq, LogicStruct)]
pub struct Half {
    /// Drop, or a length that the frame has not, or that `s` leaves nothing of.
    pub drop: Bit,
    /// Egress port, a bit each.
    pub port: Bits<4>,
    /// Ring address of the frame.
    pub begin: Bits<12>,
    /// Ring address behind it.
    pub behind: Bits<12>,
    /// Index of the last byte that comes out.
    pub total: Bits<14>,
    /// How far bytes move, in halfwords modulo a beat; two's complement.
    pub shift: Bits<8>,
    /// Beats that are not read.
    pub skip: Bits<4>,
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
    /// Number of the frame that was captured.
    pub h_number: Signal<Out, Bits<NUMBER_BITS>>,
    /// Number of the frame that a verdict in the next clock is about.
    pub v_number: Signal<In, Bits<NUMBER_BITS>>,
    /// Emit nothing.
    pub v_drop: Signal<In, Bit>,
    /// Egress port, a bit each.
    pub v_port: Signal<In, Bits<PORT_BITS>>,
    /// Halfwords of the header, at most 48.
    pub v_p: Signal<In, Bits<6>>,
    /// Halfwords of the frame that are left out.
    pub v_s: Signal<In, Bits<7>>,
    /// Length of the frame to use, in bytes.
    pub v_len: Signal<In, Bits<14>>,
    /// Number of the frame that a verdict in this clock is about.
    pub number: Signal<Out, Bits<NUMBER_BITS>>,
    /// The lap it belongs to.
    pub lap: Signal<Out, Bit>,
    /// What is to be done with the frame of the last clock's verdict.
    pub command: Signal<Out, Command>,
    order: LutRam<ORDER_BITS, NUMBER_BITS>,
    entered: Register<Bits<COUNT_BITS>>,
    begins: Register<Bits<POINTER_BITS>>,
    number_now: DFF<Bits<NUMBER_BITS>>,
    named: DFF<Bits<ORDER_BITS>>,
    half: DFF<Half>,
    entry: Signal<Local, Bits<ORDER_BITS>>,
    skipped: Signal<Local, Bits<14>>,
    own_len: Signal<Local, Bits<14>>,
    left: Signal<Local, Bits<10>>,
    turn: Signal<Local, Bits<8>>,
    last_byte: Signal<Local, Bits<8>>,
    numbers: Constant<Bits<COUNT_BITS>>,
    laps: Constant<Bits<COUNT_BITS>>,
    beat_log2: Constant<Bits<4>>,
    half_log2: Constant<Bits<4>>,
    half_mask: Constant<Bits<7>>,
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
            h_number: Signal::default(),
            v_number: Signal::default(),
            v_drop: Signal::default(),
            v_port: Signal::default(),
            v_p: Signal::default(),
            v_s: Signal::default(),
            v_len: Signal::default(),
            number: Signal::default(),
            lap: Signal::default(),
            command: Signal::default(),
            order: LutRam::new(frames_log2),
            entered: Register::default(),
            begins: Register::default(),
            number_now: DFF::default(),
            named: DFF::default(),
            half: DFF::default(),
            entry: Signal::default(),
            skipped: Signal::default(),
            own_len: Signal::default(),
            left: Signal::default(),
            turn: Signal::default(),
            last_byte: Signal::default(),
            numbers: Constant::new(((1u64 << frames_log2) - 1).to_bits()),
            laps: Constant::new((1u64 << frames_log2).to_bits()),
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
        dff_setup!(self, clock, entered, begins);
        clock!(self, clock, order, number_now, named, half);
        self.entered.reset.next = self.reset.val();
        self.begins.reset.next = self.reset.val();

        // Frames as they come: each begins where the one before ended.
        self.entry.next = (bit_cast::<ORDER_BITS, POINTER_BITS>(self.begins.q.val()) << 26)
            | (bit_cast::<ORDER_BITS, POINTER_BITS>(self.h_end.val()) << 14)
            | bit_cast::<ORDER_BITS, 14>(self.h_len.val());
        if (self.entered.q.val() & self.laps.val()).any() {
            self.entry.next = self.entry.val().replace_bit(38, true);
        }
        self.h_number.next =
            bit_cast::<NUMBER_BITS, COUNT_BITS>(self.entered.q.val() & self.numbers.val());
        self.order.we.next = self.h_valid.val();
        self.order.wa.next = bit_cast::<NUMBER_BITS, COUNT_BITS>(self.entered.q.val());
        self.order.wd.next = self.entry.val();
        if self.h_valid.val() {
            self.entered.d.next = self.entered.q.val() + 1;
            self.begins.d.next = self.h_end.val();
        }

        // The clock before: the frame that is named.
        self.order.ra.next = self.v_number.val();
        self.named.d.next = self.order.q.val();
        self.number_now.d.next = self.v_number.val();
        self.number.next = self.number_now.q.val();
        self.lap.next = self.named.q.val().get_bit(38);
        self.own_len.next = self.named.q.val().get_bits::<14>(0);

        // Clock 0: the sums. The complement of 2s is -2s - 1.
        self.skipped.next = bit_cast::<14, 7>(self.v_s.val()) << 1;
        self.half.d.next.drop = self.v_drop.val()
            | (self.v_len.val() <= self.skipped.val())
            | (self.own_len.val() < self.v_len.val());
        self.half.d.next.port = self.v_port.val();
        self.half.d.next.begin = self.named.q.val().get_bits::<POINTER_BITS>(26);
        self.half.d.next.behind = self.named.q.val().get_bits::<POINTER_BITS>(14);
        self.half.d.next.total = self.v_len.val()
            + (bit_cast::<14, 6>(self.v_p.val()) << 1)
            + !(bit_cast::<14, 7>(self.v_s.val()) << 1);
        self.half.d.next.shift = bit_cast::<8, 6>(self.v_p.val())
            - bit_cast::<8, 7>(self.v_s.val() & self.half_mask.val());
        self.half.d.next.skip = bit_cast::<4, 7>(self.v_s.val() >> self.half_log2.val());
        self.half.d.next.head = self.v_p.val();

        // Clock 1.
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
            self.half.q.val().begin + bit_cast::<POINTER_BITS, 4>(self.half.q.val().skip);
        self.command.next.behind = self.half.q.val().behind;
        self.command.next.turn = bit_cast::<5, 8>(self.turn.val());
        self.command.next.head = self.half.q.val().head;
        self.command.next.last_byte = bit_cast::<6, 8>(self.last_byte.val());
        self.command.next.port = self.half.q.val().port;
    }
}
