//! Where do the starts of one comparator lie?
//!
//! A lane is a memory of one start per row: shallow ones in LUT RAM, read in one clock, deep ones
//! in block RAM (the text of [`crate::ram::Ram`]), read in two. Depth and kind are run-time fields,
//! so that all levels of a table have one Rust type.

use crate::ram::{Ram, Style, lut_row, lut_words, range};
use rust_hdl::prelude::*;

/// Rows of one start of `K` bits.
#[derive(LogicBlock)]
pub struct Lane<const K: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Write this clock.
    pub we: Signal<In, Bit>,
    /// Row to write.
    pub wa: Signal<In, Bits<12>>,
    /// Start to write.
    pub wd: Signal<In, Bits<K>>,
    /// Row to read.
    pub ra: Signal<In, Bits<12>>,
    /// The start, one clock (shallow) or two clocks (deep) later.
    pub q: Signal<Out, Bits<K>>,
    _depth_log2: usize,
    _deep: bool,
    _rows: Vec<Bits<K>>,
    _read: Bits<K>,
}

impl<const K: usize> Lane<K> {
    /// `2^depth_log2` (up to `2^12`) rows.
    pub fn new(depth_log2: usize, deep: bool) -> Self {
        assert!(depth_log2 <= 12, "rows have addresses of 12 bits");
        Self {
            clock: Default::default(),
            we: Default::default(),
            wa: Default::default(),
            wd: Default::default(),
            ra: Default::default(),
            q: Default::default(),
            _depth_log2: depth_log2,
            _deep: deep,
            _rows: vec![Bits::default(); 1 << depth_log2],
            _read: Bits::default(),
        }
    }

    fn shallow_text(&self) -> String {
        let depth = self._depth_log2;
        let (rows, high) = (lut_words("rows", K, depth), depth - 1);
        let (write_at, read_at) = (lut_row("write_at", depth), lut_row("read_at", depth));
        let unused = if depth == 12 {
            String::new()
        } else {
            format!("wire unused_address = &{{1'b0, wa[11:{depth}], ra[11:{depth}]}};\n")
        };
        let range = range(depth);
        format!(
            "{rows}{unused}\
             wire {range}write_at = wa[{high}:0];\n\
             wire {range}read_at = ra[{high}:0];\n\
             always @(posedge clock) begin\n    \
                 if (we) rows[{write_at}] <= wd;\n    \
                 q <= rows[{read_at}];\n\
             end\n"
        )
    }
}

impl<const K: usize> Logic for Lane<K> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            let row = |address: Bits<12>| address.index() & ((1 << self._depth_log2) - 1);
            let (read, write) = (row(self.ra.val()), row(self.wa.val()));
            let mut word = self._rows[read];
            if self.we.val() {
                self._rows[write] = self.wd.val();
                // What block RAM answers to a read of the word being written is undefined.
                word = if self._deep && read == write { !word } else { word };
            }
            let before = std::mem::replace(&mut self._read, word);
            self.q.next = if self._deep { before } else { word };
        }
    }

    fn connect(&mut self) {
        self.q.connect();
    }

    fn hdl(&self) -> Verilog {
        if self._deep {
            Ram::<K, 12>::new(self._depth_log2, Style::Block).hdl()
        } else {
            Verilog::Custom(self.shallow_text())
        }
    }
}
