//! Which beats of a frame go into the ring, and when does its header set out?
//!
//! ```text
//! clock 0: s_tvalid, s_tready, s_tlast      clock 2: ring_we; h_valid, h_window, h_len
//!
//!  s_tdata --[ ]--+-----------------------> [register] --> ring_wd
//!                 +--> [window: 192 bytes] --------------> h_window
//!  s_tkeep --[ ]-----> place of the last byte --+
//!  beats of this frame -------------------------+-> [register] --> h_len
//! ```
//! The header sets out with the frame's last beat: then its true length is known, and nobody
//! behind needs a second meeting point. `h_window` holds for that one clock.
//!
//! Beats beyond [`MAX_FRAME_BYTES`](super::MAX_FRAME_BYTES) are swallowed: they are not written,
//! and the header says `h_too_long` with that length.
//!
//! Latency: 2 clocks from the last beat. Throughput: a beat per clock; `bubble` costs one.

use super::credit::Credit;
use super::measure::Measure;
use super::window::Window;
use super::{MAX_FRAME_BYTES, NUMBER_BITS, POINTER_BITS, USER_BITS, WINDOW_BITS};
use crate::register::Register;
use rust_hdl::prelude::*;

/// The input side; `W` data bits, `B` bytes a beat, `N` beats in the window.
#[derive(LogicBlock)]
pub struct Capture<const W: usize, const B: usize, const N: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Forgets the frame that is coming in.
    pub reset: Signal<In, Bit>,
    /// A beat, byte 0 most significant.
    pub s_tdata: Signal<In, Bits<W>>,
    /// Bit i: byte i is there; all but the last beat are full.
    pub s_tkeep: Signal<In, Bits<B>>,
    /// The frame's last beat.
    pub s_tlast: Signal<In, Bit>,
    /// What the sender says of the frame; the last beat's counts.
    pub s_tuser: Signal<In, Bits<USER_BITS>>,
    /// There is a beat.
    pub s_tvalid: Signal<In, Bit>,
    /// A beat is taken if there is one.
    pub s_tready: Signal<Out, Bit>,
    /// Take no beat in the next clock.
    pub bubble: Signal<In, Bit>,
    /// Ring address of the oldest beat that is still needed.
    pub free: Signal<In, Bits<POINTER_BITS>>,
    /// Number of the oldest frame whose header is still needed.
    pub oldest: Signal<In, Bits<NUMBER_BITS>>,
    /// Write port of the ring.
    pub ring_we: Signal<Out, Bit>,
    /// Address of the beat.
    pub ring_wa: Signal<Out, Bits<POINTER_BITS>>,
    /// The beat.
    pub ring_wd: Signal<Out, Bits<W>>,
    /// A frame is complete.
    pub h_valid: Signal<Out, Bit>,
    /// Its first bytes; what lies beyond the frame is unspecified.
    pub h_window: Signal<Out, Bits<WINDOW_BITS>>,
    /// Its length in bytes.
    pub h_len: Signal<Out, Bits<14>>,
    /// What the sender said of it.
    pub h_user: Signal<Out, Bits<USER_BITS>>,
    /// It was longer than it may be.
    pub h_too_long: Signal<Out, Bit>,
    /// Ring address behind its last beat.
    pub h_end: Signal<Out, Bits<POINTER_BITS>>,
    parts: Window<W, N>,
    measure: Measure<B>,
    credit: Credit,
    ready: Register<Bit>,
    take: Register<Bits<N>>,
    written: Register<Bits<POINTER_BITS>>,
    write: Register<Bit>,
    place: DFF<Bits<POINTER_BITS>>,
    data: DFF<Bits<W>>,
    complete: Register<Bit>,
    user: DFF<Bits<USER_BITS>>,
    accept: Register<Bit>,
    tdata: DFF<Bits<W>>,
    tkeep: DFF<Bits<B>>,
    tlast: DFF<Bit>,
    tuser: DFF<Bits<USER_BITS>>,
    ends: Signal<Local, Bit>,
    store: Signal<Local, Bit>,
}

impl<const W: usize, const B: usize, const N: usize> Capture<W, B, N> {
    /// A capture in front of a ring of `2^ring_log2` beats, `2^frames_log2` frames in flight.
    pub fn new(ring_log2: usize, frames_log2: usize) -> Self {
        assert_eq!(W, 8 * B, "{W} bits are not {B} bytes");
        let beats = MAX_FRAME_BYTES / B;
        assert!(beats + 32 <= 1 << ring_log2, "2^{ring_log2} beats do not hold a longest frame");
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            s_tdata: Signal::default(),
            s_tkeep: Signal::default(),
            s_tlast: Signal::default(),
            s_tuser: Signal::default(),
            s_tvalid: Signal::default(),
            s_tready: Signal::default(),
            bubble: Signal::default(),
            free: Signal::default(),
            oldest: Signal::default(),
            ring_we: Signal::default(),
            ring_wa: Signal::default(),
            ring_wd: Signal::default(),
            h_valid: Signal::default(),
            h_window: Signal::default(),
            h_len: Signal::default(),
            h_user: Signal::default(),
            h_too_long: Signal::default(),
            h_end: Signal::default(),
            parts: Window::default(),
            measure: Measure::default(),
            credit: Credit::new(ring_log2, frames_log2),
            ready: Register::default(),
            take: Register::new(1u64.to_bits()),
            written: Register::default(),
            write: Register::default(),
            place: DFF::default(),
            data: DFF::default(),
            complete: Register::default(),
            user: DFF::default(),
            accept: Register::default(),
            tdata: DFF::default(),
            tkeep: DFF::default(),
            tlast: DFF::default(),
            tuser: DFF::default(),
            ends: Signal::default(),
            store: Signal::default(),
        }
    }
}

impl<const W: usize, const B: usize, const N: usize> Logic for Capture<W, B, N> {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, parts, measure, credit, ready, take, written, write);
        clock!(self, clock, place, data, complete, user, accept, tdata, tkeep, tlast, tuser);
        self.measure.reset.next = self.reset.val();
        self.credit.reset.next = self.reset.val();
        self.ready.reset.next = self.reset.val();
        self.take.reset.next = self.reset.val();
        self.written.reset.next = self.reset.val();
        self.write.reset.next = self.reset.val();
        self.complete.reset.next = self.reset.val();
        self.accept.reset.next = self.reset.val();

        self.s_tready.next = self.ready.q.val();
        self.ready.d.next = !self.credit.full.val() & !self.bubble.val();
        self.accept.d.next = self.s_tvalid.val() & self.ready.q.val();
        self.tdata.d.next = self.s_tdata.val();
        self.tkeep.d.next = self.s_tkeep.val();
        self.tlast.d.next = self.s_tlast.val();
        self.tuser.d.next = self.s_tuser.val();

        self.ends.next = self.accept.q.val() & self.tlast.q.val();
        self.measure.accept.next = self.accept.q.val();
        self.measure.last.next = self.tlast.q.val();
        self.measure.keep.next = self.tkeep.q.val();
        self.store.next = self.accept.q.val() & !self.measure.over.val();

        self.written.d.next = self.written.q.val();
        if self.store.val() {
            self.written.d.next = self.written.q.val() + 1;
        }
        self.write.d.next = self.store.val();
        self.place.d.next = self.written.q.val();
        self.data.d.next = self.tdata.q.val();
        self.ring_we.next = self.write.q.val();
        self.ring_wa.next = self.place.q.val();
        self.ring_wd.next = self.data.q.val();

        self.take.d.next = self.take.q.val();
        if self.accept.q.val() {
            self.take.d.next = self.take.q.val() << 1;
        }
        if self.ends.val() {
            self.take.d.next = 1.into();
        }
        self.parts.take.next = self.take.q.val();
        self.parts.data.next = self.tdata.q.val();

        self.complete.d.next = self.ends.val();
        self.user.d.next = self.tuser.q.val();
        self.h_valid.next = self.complete.q.val();
        self.h_window.next = self.parts.window.val();
        self.h_len.next = self.measure.length.val();
        self.h_too_long.next = self.measure.too_long.val();
        self.h_user.next = self.user.q.val();
        self.h_end.next = self.written.q.val();

        self.credit.written.next = self.written.q.val();
        self.credit.free.next = self.free.val();
        self.credit.enter.next = self.ends.val();
        self.credit.oldest.next = self.oldest.val();
    }
}
