//! How much may come in before something goes out?
//!
//! ```text
//! written - free ----> [beats held]  --+
//!                                      +--> [full] --> no new beat
//! entered - oldest --> [in flight]  ---+
//! ```
//! Two credits: ring beats, and frames between the end of their capture and the time when nobody
//! needs their header any more. The second one is what lets every memory behind the header pipeline
//! be finite although that pipeline cannot be stalled: each of them has a place for every frame in
//! flight. Both are differences: however many frames were dropped behind one that is being emitted,
//! none takes its number.
//!
//! Latency: 2 clocks to `full`, 3 from `enter`; a clock more until `s_tready` falls, and one from
//! the port to here. `MARGIN` beats, and as many frames, cover what is taken meanwhile.

use super::{NUMBER_BITS, POINTER_BITS};
use crate::register::Register;
use rust_hdl::prelude::*;

/// Beats, and frames, that may still be taken after the limit was passed.
const MARGIN: usize = 8;

/// Ring beats and frames in flight.
#[derive(LogicBlock)]
pub struct Credit {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Nothing held, nothing in flight.
    pub reset: Signal<In, Bit>,
    /// Where the next beat will be written.
    pub written: Signal<In, Bits<POINTER_BITS>>,
    /// The oldest beat that is still needed, or `written`.
    pub free: Signal<In, Bits<POINTER_BITS>>,
    /// A frame's last beat is captured.
    pub enter: Signal<In, Bit>,
    /// Number of the oldest frame whose header is still needed, or of the next one to come.
    pub oldest: Signal<In, Bits<NUMBER_BITS>>,
    /// Take no more beats.
    pub full: Signal<Out, Bit>,
    held: Register<Bits<POINTER_BITS>>,
    entered: Register<Bits<NUMBER_BITS>>,
    in_flight: Register<Bits<NUMBER_BITS>>,
    full_now: Register<Bit>,
    most_beats: Constant<Bits<POINTER_BITS>>,
    most_frames: Constant<Bits<NUMBER_BITS>>,
}

impl Credit {
    /// Credits for a ring of `2^ring_log2` beats and `2^frames_log2` frames in flight.
    pub fn new(ring_log2: usize, frames_log2: usize) -> Self {
        assert!(ring_log2 < POINTER_BITS, "a ring pointer has {POINTER_BITS} bits, one is the lap");
        assert!(frames_log2 <= NUMBER_BITS, "a frame number has {NUMBER_BITS} bits");
        assert!(1 << frames_log2 > 2 * MARGIN, "2^{frames_log2} frames leave no room for a margin");
        let limit = |log2: usize| (1u64 << log2) - MARGIN as u64;
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            written: Signal::default(),
            free: Signal::default(),
            enter: Signal::default(),
            oldest: Signal::default(),
            full: Signal::default(),
            held: Register::default(),
            entered: Register::default(),
            in_flight: Register::default(),
            full_now: Register::default(),
            most_beats: Constant::new(limit(ring_log2).to_bits()),
            most_frames: Constant::new(limit(frames_log2).to_bits()),
        }
    }
}

impl Logic for Credit {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, entered);
        clock!(self, clock, held, in_flight, full_now);
        self.held.reset.next = self.reset.val();
        self.entered.reset.next = self.reset.val();
        self.in_flight.reset.next = self.reset.val();
        self.full_now.reset.next = self.reset.val();
        self.held.d.next = self.written.val() - self.free.val();
        if self.enter.val() {
            self.entered.d.next = self.entered.q.val() + 1;
        }
        self.in_flight.d.next = self.entered.q.val() - self.oldest.val();
        self.full_now.d.next = (self.most_beats.val() < self.held.q.val())
            | (self.most_frames.val() < self.in_flight.q.val());
        self.full.next = self.full_now.q.val();
    }
}
