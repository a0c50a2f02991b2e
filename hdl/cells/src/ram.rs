//! Where does a table live, and what may its reader expect?
//!
//! ```text
//!                +-------------------+   +-----------------+
//! we, wa, wd --->| 2^depth words     |-->| output register |---> q
//! ra ----------->| (address taken)   |   +-----------------+
//!                +-------------------+
//! clock     0 : ra     1 : word inside     2 : q
//! ```
//! [`Ram`]: simple dual port (one writes, one reads). Latency: 2 clocks from `ra` to `q`, in either
//! [`Style`]. Throughput: a read and a write per clock. A write at clock t is seen by reads whose
//! address comes at t + 1 or later. A read of the address that is written in the same clock is
//! *poison*: the part leaves it undefined, so the models return a wrong word on purpose (inverted;
//! when simulated with `PENSTOCK_POISON` a random one, or some bits of the old word and the others
//! of the new). Nobody may rely on the first content either: there is no `initial` block, and the
//! Rust model invents noise.
//!
//! [`LutRam`] (and [`SlotRam`], for any type): the same with an asynchronous read, for small FIFOs.
//! It has no collision: a read sees the old word until the edge and the new one after it.
//!
//! Names inside a leaf's text start with `leaf_`, so that no parent's instance hides them.
//!
//! ECP5-85 -8, out of context, one seed (nextpnr asked for 250 MHz; a LUT RAM of 16 x 4 bits takes
//! six LUTs, four for its words and two to write):
//!
//! | memory                | LUT4 | FF | LUT RAM | block RAM | Fmax, MHz |
//! | --------------------- | ---- | -- | ------- | --------- | --------- |
//! | `Block` 72 x 512      |    0 |  0 |       0 |         2 |     > 500 |
//! | `Block` 36 x 2048     |    0 |  0 |       0 |         4 |     > 500 |
//! | `Lut` 64 x 32         |   66 | 69 |      32 |         0 |       326 |
//! | `Lut` 64 x 64         |  260 | 70 |      64 |         0 |       253 |
//! | `LutRam` 64 x 16      |    0 |  0 |      16 |         0 |     > 500 |
//! | `LutRam` 64 x 64      |  260 |  0 |      64 |         0 |       266 |
//!
//! Depth and style are run-time fields and not const generics, so that levels of different depth
//! have one Rust type and fit in one array; address bits above the depth are ignored.

mod lut;
mod text;
mod words;

use crate::dp16kd::{self, MAX_DEPTH_LOG2};
use rust_hdl::prelude::*;
use words::Words;

pub use lut::{LutRam, SlotRam};
use text::Shape;
pub(crate) use text::{lut_row, lut_words, range};

/// What a memory is built of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// 18-kbit block RAMs with their output registers on.
    Block,
    /// LUT RAM (16 words of 4 bits in each) between an address and an output register.
    Lut,
}

/// `2^depth_log2` words of `W` bits behind address ports of `A` bits; see the file's head.
#[derive(LogicBlock)]
pub struct Ram<const W: usize, const A: usize> {
    /// Rising edge, both ports.
    pub clock: Signal<In, Clock>,
    /// Write `wd` to `wa` at this edge.
    pub we: Signal<In, Bit>,
    /// Write address.
    pub wa: Signal<In, Bits<A>>,
    /// Word to write.
    pub wd: Signal<In, Bits<W>>,
    /// Read address.
    pub ra: Signal<In, Bits<A>>,
    /// The word at `ra` two clocks ago.
    pub q: Signal<Out, Bits<W>>,
    _depth_log2: usize,
    _style: Style,
    _words: Words<Bits<W>>,
    _read: Box<Bits<W>>,
}

impl<const W: usize, const A: usize> Ram<W, A> {
    /// A memory of `2^depth_log2` words.
    ///
    /// # Panics
    /// If `depth_log2` is not in `1..=A`, or, in block RAM, above 14 (one column's end).
    #[must_use]
    pub fn new(depth_log2: usize, style: Style) -> Self {
        check_depth(depth_log2, A);
        assert!(
            depth_log2 <= MAX_DEPTH_LOG2,
            "2^{depth_log2} words: a RAM column ends at 2^{MAX_DEPTH_LOG2}, split the table"
        );
        Self {
            clock: Signal::default(),
            we: Signal::default(),
            wa: Signal::default(),
            wd: Signal::default(),
            ra: Signal::default(),
            q: Signal::default(),
            _depth_log2: depth_log2,
            _style: style,
            _words: Words::new(depth_log2, words::noise),
            _read: Box::default(),
        }
    }

    /// 18-kbit block RAMs this memory takes on an ECP5.
    #[must_use]
    pub fn block_rams(&self) -> usize {
        match self._style {
            Style::Block => dp16kd::count(W, self._depth_log2),
            Style::Lut => 0,
        }
    }
}

impl<const W: usize, const A: usize> Logic for Ram<W, A> {
    fn update(&mut self) {
        if !self.clock.pos_edge() {
            return;
        }
        self.q.next = *self._read;
        let written = self.we.val().then(|| self._words.place(self.wa.val()));
        let read = self._words.place(self.ra.val());
        let word = self._words.get(read);
        *self._read = if written == Some(read) { !word } else { word };
        if let Some(place) = written {
            self._words.set(place, self.wd.val());
        }
    }

    fn connect(&mut self) {
        self.q.connect();
    }

    fn hdl(&self) -> Verilog {
        let shape = Shape { width: W, address_bits: A, depth_log2: self._depth_log2 };
        Verilog::Custom(match self._style {
            Style::Block => format!(
                "{}`ifdef SYNTHESIS\n{}`else\n{}`endif\n",
                shape.addresses(),
                shape.block(),
                shape.model()
            ),
            Style::Lut => format!(
                "{}`ifdef SYNTHESIS\n{}`else\n{}`endif\n",
                shape.addresses(),
                shape.lut(),
                shape.model()
            ),
        })
    }

    fn timing(&self) -> Vec<TimingInfo> {
        vec![TimingInfo {
            name: "ram".into(),
            clock: "clock".into(),
            inputs: ["we", "wa", "wd", "ra"].map(String::from).to_vec(),
            outputs: vec!["q".into()],
        }]
    }
}

fn check_depth(depth_log2: usize, address_bits: usize) {
    assert!(
        (1..=address_bits).contains(&depth_log2),
        "2^{depth_log2} words behind {address_bits} address bits: take 2^1 to 2^{address_bits}"
    );
}
