//! How are the halfwords of a patch changed in a stream that takes a beat a clock?
//!
//! ```text
//! clock 0          1                            2                             3
//! place -> here? --> [found] -> set, add? ----> [term] --+--> [sum] ----------+
//! beat --+                      |                        +--> [sum + 1] ------+--> o_data
//!        |  i_data -------------+-------------> [old] ---+--> which? --> [ ] -+
//! ```
//! The patch comes with every beat of its frame, so nothing of it is kept but the lower half of a
//! value that goes into the next beat. Every halfword has one sum, with `+'` for one's complement:
//! `!(!old +' delta)` is `old +' !delta`, but for which of the two zeros comes out when old is
//! delta. With the plain sum `s = old + !delta`:
//! - RFC 1624, zero is 0: `s + 1` if that carries, else `s`;
//! - RFC 768, zero is 0xffff: `s + 1` if `s` carries, else `s`.
//!
//! A halfword that stays is one with delta 0; one that is set adds the new value to 0xffff.
//!
//! Latency: 2 clocks from `i_*` to `o_*`; `o_data` is not registered. Throughput: a beat per clock,
//! no clock enable.

use super::PORT_BITS;
use super::halfword::Halfword;
use super::patch::{PATCH_BITS, Patch};
use crate::delay::{Delay, DelayValid};
use crate::register::Register;
use crate::view::View;
use rust_hdl::prelude::*;

/// `W` data bits, `B` bytes and `M` halfwords a beat.
#[derive(LogicBlock)]
pub struct Patcher<const W: usize, const B: usize, const M: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// No beat under way.
    pub reset: Signal<In, Bit>,
    /// In the clock before a beat: its frame has a patch.
    pub patched: Signal<In, Bit>,
    /// In the clock before a beat: the patch.
    pub patch: Signal<In, Bits<PATCH_BITS>>,
    /// In the clock before a beat: which of its frame's it is, 16 for all from the 17th on.
    pub beat: Signal<In, Bits<5>>,
    /// A beat comes.
    pub i_valid: Signal<In, Bit>,
    /// The beat, byte 0 most significant.
    pub i_data: Signal<In, Bits<W>>,
    /// Index of its last byte, if it is its frame's last.
    pub i_last_byte: Signal<In, Bits<6>>,
    /// It is its frame's last.
    pub i_last: Signal<In, Bit>,
    /// Egress port, a bit each.
    pub i_port: Signal<In, Bits<PORT_BITS>>,
    /// A beat goes.
    pub o_valid: Signal<Out, Bit>,
    /// The beat.
    pub o_data: Signal<Out, Bits<W>>,
    /// Bit i: byte i is there.
    pub o_keep: Signal<Out, Bits<B>>,
    /// It is its frame's last.
    pub o_last: Signal<Out, Bit>,
    /// Egress port, a bit each.
    pub o_port: Signal<Out, Bits<PORT_BITS>>,
    fields: View<Patch, PATCH_BITS>,
    now: DFF<Patch>,
    opens: DFF<Bit>,
    sets: [Find<M>; 2],
    adds: [Find<M>; 4],
    upper: Signal<Local, Bits<M>>,
    lower: Signal<Local, Bits<M>>,
    add: Signal<Local, Bits<M>>,
    unless: Signal<Local, Bits<M>>,
    minus: Signal<Local, Bits<M>>,
    over: Register<Bit>,
    halfwords: [Halfword; M],
    shown: Signal<Local, Bits<16>>,
    data: Signal<Local, Bits<W>>,
    valid: DelayValid<2>,
    last: DFF<Bit>,
    last_later: DFF<Bit>,
    last_byte: DFF<Bits<6>>,
    kept: Signal<Local, Bits<B>>,
    keep: DFF<Bits<B>>,
    port: Delay<Bits<PORT_BITS>, 2>,
    /// Lowest bit of each halfword, the last one's first.
    at: [Constant<Bits<10>>; M],
    first: Constant<Bits<M>>,
    all_bytes: Constant<Bits<B>>,
    byte: [Constant<Bits<6>>; B],
}

impl<const W: usize, const B: usize, const M: usize> Default for Patcher<W, B, M> {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            patched: Signal::default(),
            patch: Signal::default(),
            beat: Signal::default(),
            i_valid: Signal::default(),
            i_data: Signal::default(),
            i_last_byte: Signal::default(),
            i_last: Signal::default(),
            i_port: Signal::default(),
            o_valid: Signal::default(),
            o_data: Signal::default(),
            o_keep: Signal::default(),
            o_last: Signal::default(),
            o_port: Signal::default(),
            fields: View::default(),
            now: DFF::default(),
            opens: DFF::default(),
            sets: std::array::from_fn(|_| Find::default()),
            adds: std::array::from_fn(|_| Find::default()),
            upper: Signal::default(),
            lower: Signal::default(),
            add: Signal::default(),
            unless: Signal::default(),
            minus: Signal::default(),
            over: Register::default(),
            halfwords: std::array::from_fn(|_| Halfword::default()),
            shown: Signal::default(),
            data: Signal::default(),
            valid: DelayValid::default(),
            last: DFF::default(),
            last_later: DFF::default(),
            last_byte: DFF::default(),
            kept: Signal::default(),
            keep: DFF::default(),
            port: Delay::default(),
            at: std::array::from_fn(|i| Constant::new((16 * i as u64).to_bits())),
            first: Constant::new(first()),
            all_bytes: Constant::new(!Bits::default()),
            byte: std::array::from_fn(|i| Constant::new((i as u64).to_bits())),
        }
    }
}

impl<const W: usize, const B: usize, const M: usize> Logic for Patcher<W, B, M> {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        dff_setup!(self, clock, over);
        clock!(self, clock, now, opens, valid, last, last_later, last_byte, keep, port);
        self.over.reset.next = self.reset.val();
        self.valid.reset.next = self.reset.val();

        // Clock 0.
        self.fields.i.next = self.patch.val();
        self.now.d.next = self.fields.o.val();
        self.opens.d.next = !self.beat.val().any();
        for i in 0..2 {
            self.sets[i].clock.next = self.clock.val();
            self.sets[i].patched.next = self.patched.val();
            self.sets[i].beat.next = self.beat.val();
        }
        for i in 0..4 {
            self.adds[i].clock.next = self.clock.val();
            self.adds[i].patched.next = self.patched.val();
            self.adds[i].beat.next = self.beat.val();
        }
        self.sets[0].place.next = self.fields.o.val().set_0;
        self.sets[1].place.next = self.fields.o.val().set_1;
        self.adds[0].place.next = self.fields.o.val().add_0;
        self.adds[1].place.next = self.fields.o.val().add_1;
        self.adds[2].place.next = self.fields.o.val().add_2;
        self.adds[3].place.next = self.fields.o.val().add_3;

        // Clock 1. Place 0 is none, although a frame opens with it. The lower half of a value may
        // stand in the beat behind the upper one's.
        self.upper.next = self.sets[0].found.val() | self.sets[1].found.val();
        if self.opens.q.val() {
            self.upper.next = self.upper.val() & !self.first.val();
        }
        self.lower.next = self.upper.val() >> 1;
        if self.over.q.val() {
            self.lower.next = (self.upper.val() >> 1) | self.first.val();
        }
        if self.i_valid.val() {
            self.over.d.next = self.upper.val().get_bit(0) & !self.i_last.val();
        }
        self.add.next = self.adds[0].found.val()
            | self.adds[1].found.val()
            | self.adds[2].found.val()
            | self.adds[3].found.val();
        if self.opens.q.val() {
            self.add.next = self.add.val() & !self.first.val();
        }
        self.unless.next = 0.into();
        if self.now.q.val().unless_0 {
            self.unless.next = self.unless.val() | self.adds[0].found.val();
        }
        if self.now.q.val().unless_1 {
            self.unless.next = self.unless.val() | self.adds[1].found.val();
        }
        if self.now.q.val().unless_2 {
            self.unless.next = self.unless.val() | self.adds[2].found.val();
        }
        if self.now.q.val().unless_3 {
            self.unless.next = self.unless.val() | self.adds[3].found.val();
        }
        self.minus.next = 0.into();
        if self.now.q.val().minus_0 {
            self.minus.next = self.minus.val() | self.adds[0].found.val();
        }
        if self.now.q.val().minus_1 {
            self.minus.next = self.minus.val() | self.adds[1].found.val();
        }
        if self.now.q.val().minus_2 {
            self.minus.next = self.minus.val() | self.adds[2].found.val();
        }
        if self.now.q.val().minus_3 {
            self.minus.next = self.minus.val() | self.adds[3].found.val();
        }

        // Clock 1 to 3.
        self.data.next = 0.into();
        for i in 0..M {
            self.halfwords[i].clock.next = self.clock.val();
            self.halfwords[i].before.next = self.i_data.val().get_bits::<16>(16 * i);
            self.halfwords[i].value.next = self.now.q.val().value;
            self.halfwords[i].delta.next = self.now.q.val().delta;
            self.halfwords[i].upper.next = self.upper.val().get_bit(i);
            self.halfwords[i].lower.next = self.lower.val().get_bit(i);
            self.halfwords[i].add.next = self.add.val().get_bit(i);
            self.halfwords[i].unless.next = self.unless.val().get_bit(i);
            self.halfwords[i].minus.next = self.minus.val().get_bit(i);
            self.shown.next = self.halfwords[i].after.val();
            self.data.next =
                self.data.val() | (bit_cast::<W, 16>(self.shown.val()) << self.at[i].val());
        }
        self.o_data.next = self.data.val();

        self.valid.d.next = self.i_valid.val();
        self.o_valid.next = self.valid.q.val();
        self.last.d.next = self.i_last.val();
        self.last_later.d.next = self.last.q.val();
        self.o_last.next = self.last_later.q.val();
        self.last_byte.d.next = self.i_last_byte.val();
        self.kept.next = self.all_bytes.val();
        for i in 0..B {
            if self.last.q.val() & (self.last_byte.q.val() < self.byte[i].val()) {
                self.kept.next = self.kept.val().replace_bit(i, false);
            }
        }
        self.keep.d.next = self.kept.val();
        self.o_keep.next = self.keep.q.val();
        self.port.d.next = self.i_port.val();
        self.o_port.next = self.port.q.val();
    }
}

/// The first halfword's bit: the highest.
fn first<const M: usize>() -> Bits<M> {
    (1u64 << (M - 1)).to_bits()
}

/// Which halfword of the beat is at a place of the frame? Latency: 1 clock.
#[derive(LogicBlock)]
pub struct Find<const M: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// There is a place.
    pub patched: Signal<In, Bit>,
    /// The place.
    pub place: Signal<In, Bits<7>>,
    /// Which beat of its frame it is.
    pub beat: Signal<In, Bits<5>>,
    /// The halfword, the beat's first one highest; none, if it is in another beat.
    pub found: Signal<Out, Bits<M>>,
    here: Signal<Local, Bit>,
    lane: Register<Bits<M>>,
    first: Constant<Bits<M>>,
    beat_log2: Constant<Bits<3>>,
    lane_mask: Constant<Bits<7>>,
}

impl<const M: usize> Default for Find<M> {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            patched: Signal::default(),
            place: Signal::default(),
            beat: Signal::default(),
            found: Signal::default(),
            here: Signal::default(),
            lane: Register::default(),
            first: Constant::new(first()),
            beat_log2: Constant::new(u64::from(M.ilog2()).to_bits()),
            lane_mask: Constant::new((M as u64 - 1).to_bits()),
        }
    }
}

impl<const M: usize> Logic for Find<M> {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, lane);
        self.here.next =
            (self.place.val() >> self.beat_log2.val()) == bit_cast::<7, 5>(self.beat.val());
        self.lane.reset.next = !self.patched.val();
        self.lane.d.next = 0.into();
        if self.here.val() {
            self.lane.d.next = self.first.val() >> (self.place.val() & self.lane_mask.val());
        }
        self.found.next = self.lane.q.val();
    }
}
