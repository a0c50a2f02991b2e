//! How is a small memory read in the same clock?

use super::check_depth;
use super::text::Shape;
use super::words::{Words, noise};
use rust_hdl::prelude::*;

/// `2^depth_log2` words of `W` bits in LUT RAM, read without a clock.
pub type LutRam<const W: usize, const A: usize> = SlotRam<Bits<W>, A>;

/// [`LutRam`] for words of any type.
#[derive(LogicBlock)]
pub struct SlotRam<T: Synth, const A: usize> {
    /// Rising edge, for the write.
    pub clock: Signal<In, Clock>,
    /// Write `wd` to `wa` at this edge.
    pub we: Signal<In, Bit>,
    /// Write address.
    pub wa: Signal<In, Bits<A>>,
    /// Word to write.
    pub wd: Signal<In, T>,
    /// Read address.
    pub ra: Signal<In, Bits<A>>,
    /// The word at `ra`, in the same clock.
    pub q: Signal<Out, T>,
    _depth_log2: usize,
    _words: Words<T>,
}

impl<const W: usize, const A: usize> SlotRam<Bits<W>, A> {
    /// A memory of `2^depth_log2` words; the model's first content is noise.
    ///
    /// # Panics
    /// If `depth_log2` is not in `1..=A`.
    #[must_use]
    pub fn new(depth_log2: usize) -> Self {
        Self::with_first(depth_log2, noise)
    }
}

impl<T: Synth, const A: usize> SlotRam<T, A> {
    /// A memory of `2^depth_log2` words; the model's first content is `T::default()`.
    ///
    /// # Panics
    /// If `depth_log2` is not in `1..=A`.
    #[must_use]
    pub fn slots(depth_log2: usize) -> Self {
        Self::with_first(depth_log2, |_| T::default())
    }

    fn with_first(depth_log2: usize, first: fn(usize) -> T) -> Self {
        check_depth(depth_log2, A);
        Self {
            clock: Signal::default(),
            we: Signal::default(),
            wa: Signal::default(),
            wd: Signal::default(),
            ra: Signal::default(),
            q: Signal::default(),
            _depth_log2: depth_log2,
            _words: Words::new(depth_log2, first),
        }
    }
}

impl<T: Synth, const A: usize> Logic for SlotRam<T, A> {
    fn update(&mut self) {
        if self.clock.pos_edge() && self.we.val() {
            let place = self._words.place(self.wa.val());
            self._words.set(place, self.wd.val());
        }
        let place = self._words.place(self.ra.val());
        self.q.next = self._words.get(place);
    }

    fn connect(&mut self) {
        self.q.connect();
    }

    fn hdl(&self) -> Verilog {
        let shape = Shape { width: T::BITS, address_bits: A, depth_log2: self._depth_log2 };
        Verilog::Custom(shape.addresses() + &shape.asynchronous())
    }

    fn timing(&self) -> Vec<TimingInfo> {
        vec![TimingInfo {
            name: "lut_ram_write".into(),
            clock: "clock".into(),
            inputs: ["we", "wa", "wd"].map(String::from).to_vec(),
            outputs: vec![],
        }]
    }
}
