//! How long is the frame that is coming in, and does it still fit?
//!
//! ```text
//! keep: 0..01111 --> place of the edge --> length mod B --+
//! beats stored, beats stored + 1 -- last beat full? ------+--> [register] --> length
//! ```
//! The sum `B * beats + bytes of the last beat` needs no adder: a full last beat takes the count
//! that is one higher, any other one only fills the low bits.
//!
//! Latency: 1 clock. Throughput: a beat per clock.

use super::MAX_FRAME_BYTES;
use crate::register::Register;
use rust_hdl::prelude::*;

/// How far a frame has come in.
#[derive(Copy, Clone, Debug, Default, PartialEq, LogicStruct)]
pub struct Progress {
    /// Beats stored.
    pub beats: Bits<10>,
    /// One more than that.
    pub beats_next: Bits<10>,
    /// As many as fit: what follows is swallowed.
    pub over: Bit,
}

/// Counts the beats of `B` bytes of a frame.
#[derive(LogicBlock)]
pub struct Measure<const B: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// The next beat is a frame's first.
    pub reset: Signal<In, Bit>,
    /// A beat comes in.
    pub accept: Signal<In, Bit>,
    /// It is its frame's last.
    pub last: Signal<In, Bit>,
    /// Bit i: byte i is there.
    pub keep: Signal<In, Bits<B>>,
    /// The frame is longer than it may be: do not store this beat.
    pub over: Signal<Out, Bit>,
    /// Length in bytes, in the clock behind the last beat.
    pub length: Signal<Out, Bits<14>>,
    /// In the same clock: bytes were swallowed.
    pub too_long: Signal<Out, Bit>,
    progress: Register<Progress>,
    bytes: DFF<Bits<14>>,
    swallowed: DFF<Bit>,
    edge_at: Signal<Local, Bits<B>>,
    low: Signal<Local, Bits<14>>,
    whole: Signal<Local, Bits<10>>,
    low_masks: [Constant<Bits<B>>; 6],
    low_bits: [Constant<Bits<14>>; 6],
    beat_log2: Constant<Bits<4>>,
    last_index: Constant<Bits<6>>,
    brim: Constant<Bits<10>>,
    most_bytes: Constant<Bits<14>>,
}

/// The places of a frame's last byte in a beat at which its length has bit `bit` set.
fn low_mask<const B: usize>(bit: usize) -> Bits<B> {
    let mut mask = Bits::default();
    for byte in (0..B - 1).filter(|byte| (byte + 1) >> bit & 1 == 1) {
        mask = mask.replace_bit(byte, true);
    }
    mask
}

impl<const B: usize> Default for Measure<B> {
    fn default() -> Self {
        let start = Progress { beats_next: 1u64.to_bits(), ..Progress::default() };
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            accept: Signal::default(),
            last: Signal::default(),
            keep: Signal::default(),
            over: Signal::default(),
            length: Signal::default(),
            too_long: Signal::default(),
            progress: Register::new(start),
            bytes: DFF::default(),
            swallowed: DFF::default(),
            edge_at: Signal::default(),
            low: Signal::default(),
            whole: Signal::default(),
            low_masks: std::array::from_fn(|bit| Constant::new(low_mask(bit))),
            low_bits: std::array::from_fn(|bit| Constant::new((1u64 << bit).to_bits())),
            beat_log2: Constant::new(u64::from(B.ilog2()).to_bits()),
            last_index: Constant::new((B as u64 - 1).to_bits()),
            brim: Constant::new(((MAX_FRAME_BYTES / B) as u64).to_bits()),
            most_bytes: Constant::new((MAX_FRAME_BYTES as u64).to_bits()),
        }
    }
}

impl<const B: usize> Logic for Measure<B> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, progress, bytes, swallowed);
        self.progress.reset.next = self.reset.val();
        self.over.next = self.progress.q.val().over;
        self.length.next = self.bytes.q.val();
        self.too_long.next = self.swallowed.q.val();

        if self.accept.val() & !self.progress.q.val().over {
            self.progress.d.next.beats = self.progress.q.val().beats_next;
            self.progress.d.next.beats_next = self.progress.q.val().beats_next + 1;
            self.progress.d.next.over = self.progress.q.val().beats_next == self.brim.val();
        }
        if self.accept.val() & self.last.val() {
            self.progress.d.next.beats = 0.into();
            self.progress.d.next.beats_next = 1.into();
            self.progress.d.next.over = false;
        }

        self.edge_at.next = self.keep.val() & !(self.keep.val() >> 1);
        self.low.next = 0.into();
        for i in 0..6 {
            if (self.edge_at.val() & self.low_masks[i].val()).any() {
                self.low.next = self.low.val() | self.low_bits[i].val();
            }
        }
        self.whole.next = self.progress.q.val().beats;
        if self.keep.val().get_bit(self.last_index.val().index()) {
            self.whole.next = self.progress.q.val().beats_next;
        }
        self.bytes.d.next =
            (bit_cast::<14, 10>(self.whole.val()) << self.beat_log2.val()) | self.low.val();
        if self.progress.q.val().over {
            self.bytes.d.next = self.most_bytes.val();
        }
        self.swallowed.d.next = self.progress.q.val().over;
    }
}
