//! How does a word wait while its packet's header is looked at elsewhere?
//!
//! ```text
//! 1..=3     d -> [r] -> [r] -> q                                 likewise up to 64 bits in all
//! 4..=17    d -> ring of N - 1 words in LUT RAM -> [r] -> q      a pointer for each 128 bits
//! 18..=34   d -> ring -> [r] -> ring -> [r] -> q
//! longer    d -> block RAM with its output register -> q         two pointers, N - 2 apart
//! ```
//! [`Delay`]: `q` is what `d` was `N` clocks ago, `N >= 0` (0 is a wire). Throughput: a word per
//! clock, no clock enable, no reset. What comes out in the first `N` clocks is unspecified: send a
//! valid bit through [`DelayValid`] next to it.
//!
//! [`DelayValid`]: one bit, the same delay, with a synchronous reset that clears all of it.
//!
//! ECP5-85 -8, out of context, one seed (nextpnr asked for 250 MHz; a LUT RAM takes six LUTs):
//!
//! | bits x clocks  | LUT4 | FF  | LUT RAM | block RAM | Fmax, MHz |
//! | -------------- | ---- | --- | ------- | --------- | --------- |
//! | 64 x 3         |    0 | 192 |       0 |         0 |     > 500 |
//! | 64 x 8         |    4 |  67 |      16 |         0 |       509 |
//! | 64 x 17        |    5 |  68 |      16 |         0 |       448 |
//! | 64 x 18        |    8 | 134 |      32 |         0 |       426 |
//! | 64 x 60        |    2 |  12 |       0 |         2 |       371 |
//! | valid bit x 30 |    0 |  30 |       0 |         0 |     > 500 |

use crate::dp16kd::{self, MAX_DEPTH_LOG2, Nets};
use crate::ram::{lut_row, lut_words, range};
use rust_hdl::prelude::*;
use std::collections::VecDeque;

/// Longest delay that is plain registers whatever its width.
const MAX_REGISTERS: usize = 3;
/// Longest delay that one ring in LUT RAM makes: 16 words and the output register.
const MAX_RING: usize = 17;
/// Bits of a longer delay that is registers in the part: few enough not to be worth a pointer, and
/// registers may stand anywhere along the way.
const MAX_BITS: usize = 64;
/// Bits that share a pointer.
const LANE: usize = 128;
/// Longest delay in LUT RAM: two rings. For 36 bits they take 108 LUTs and 72
/// flip-flops, where the part has 400 LUTs for each of its block RAMs, and tables want those.
const MAX_LUT: usize = 2 * MAX_RING;
/// Clocks that a ring in block RAM adds to the distance of its pointers.
const BLOCK_CLOCKS: usize = 2;

/// `N` clocks for a word; see the file's head.
#[derive(LogicBlock)]
pub struct Delay<T: Synth, const N: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// The word that goes in.
    pub d: Signal<In, T>,
    /// The word that went in `N` clocks ago.
    pub q: Signal<Out, T>,
    _ring: VecDeque<T>,
}

impl<T: Synth, const N: usize> Default for Delay<T, N> {
    fn default() -> Self {
        assert!(
            N < BLOCK_CLOCKS + (1 << MAX_DEPTH_LOG2),
            "a delay of {N} clocks does not fit in one column of RAM: chain two"
        );
        Self {
            clock: Signal::default(),
            d: Signal::default(),
            q: Signal::default(),
            _ring: vec![T::default(); N.saturating_sub(1)].into(),
        }
    }
}

impl<T: Synth, const N: usize> Logic for Delay<T, N> {
    fn update(&mut self) {
        if N == 0 {
            self.q.next = self.d.val();
        } else if self.clock.pos_edge() {
            self._ring.push_back(self.d.val());
            self.q.next = self._ring.pop_front().expect("one word was just pushed");
        }
    }

    fn connect(&mut self) {
        self.q.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(match N {
            0 => "wire leaf_unused_clock = clock;\nalways @(*) q = d;\n".into(),
            1..=MAX_REGISTERS => registers(T::BITS, N),
            _ => format!(
                "`ifdef SYNTHESIS\n{}`else\n{}`endif\n",
                if T::BITS * N <= MAX_BITS {
                    registers(T::BITS, N)
                } else if N <= MAX_RING {
                    rings(T::BITS, N, "d", "q")
                } else if N <= MAX_LUT {
                    two_rings(T::BITS, N)
                } else {
                    block_ring(T::BITS, N)
                },
                ring(T::BITS, N, "d", "q", "")
            ),
        })
    }

    fn timing(&self) -> Vec<TimingInfo> {
        vec![TimingInfo {
            name: "delay".into(),
            clock: "clock".into(),
            inputs: vec!["d".into()],
            outputs: vec!["q".into()],
        }]
    }
}

fn registers(width: usize, clocks: usize) -> String {
    let range = range(width);
    let mut names: Vec<String> = vec!["d".into()];
    names.extend((1..clocks).map(|i| format!("leaf_after_{i}")));
    names.push("q".into());
    let declared: String =
        names[1..clocks].iter().map(|name| format!("reg {range}{name};\n")).collect();
    let moves: String =
        names.windows(2).map(|pair| format!("    {} <= {};\n", pair[1], pair[0])).collect();
    format!("{declared}always @(posedge clock) begin\n{moves}end\n")
}

/// Rings next to each other, each with its own pointer: one for all bits of a wide word would have
/// to reach every LUT RAM of it. Nothing merges them, a counter depends on itself.
fn rings(width: usize, clocks: usize, from: &str, to: &str) -> String {
    let lanes = (0..width).step_by(LANE);
    let text = lanes.map(|low| {
        let lane = LANE.min(width - low);
        let part = if lane == width { String::new() } else { format!("[{low} +: {lane}]") };
        ring(
            lane,
            clocks,
            &format!("{from}{part}"),
            &format!("{to}{part}"),
            &format!("_{to}_{low}"),
        )
    });
    text.collect()
}

/// A ring of `clocks - 1` words: the word at the pointer leaves, the new one takes its place. The
/// pointer has no reset: from any value it falls into step within one turn. Its own names end in
/// `suffix`.
fn ring(width: usize, clocks: usize, from: &str, to: &str, suffix: &str) -> String {
    let words = clocks - 1;
    let bits = words.next_power_of_two().trailing_zeros() as usize;
    let (pointer_range, last) = (range(bits), words - 1);
    let (ring, at) = (format!("leaf_words{suffix}"), format!("leaf_at{suffix}"));
    let (declared, row) = (lut_words(&ring, width, bits), lut_row(&at, bits));
    format!(
        "{declared}\
         reg {pointer_range}{at};\n\
         initial {at} = {bits}'d0;\n\
         always @(posedge clock) begin\n    \
             {ring}[{row}] <= {from};\n    \
             {to} <= {ring}[{row}];\n    \
             {at} <= ({at} == {bits}'d{last}) ? {bits}'d0 : {at} + {bits}'d1;\n\
         end\n"
    )
}

/// Two rings, one after the other.
fn two_rings(width: usize, clocks: usize) -> String {
    let (first, between) = (clocks / 2, "leaf_half_way");
    format!("reg {}{between};\n", range(width))
        + &rings(width, first, "d", between)
        + &rings(width, clocks - first, between, "q")
}

/// Address bits of the block RAM for a delay of `clocks`: its two pointers never meet.
fn ring_log2(clocks: usize) -> usize {
    (clocks - BLOCK_CLOCKS + 1).next_power_of_two().trailing_zeros() as usize
}

/// Block RAM: the read pointer follows the write pointer at a distance of `clocks - 2` words.
fn block_ring(width: usize, clocks: usize) -> String {
    let bits = ring_log2(clocks);
    let range = range(bits);
    let nets = Nets { we: "1'b1", wa: "leaf_write_at", wd: "d", ra: "leaf_read_at" };
    let parts = dp16kd::text(width, bits, &nets);
    // Computed from the write pointer of the clock before, which has moved on by one.
    let back = clocks - BLOCK_CLOCKS - 1;
    format!(
        "reg {range}leaf_write_at;\nreg {range}leaf_read_at;\n\
         initial leaf_write_at = {bits}'d0;\n\
         always @(posedge clock) begin\n    \
             leaf_write_at <= leaf_write_at + {bits}'d1;\n    \
             leaf_read_at <= leaf_write_at - {bits}'d{back};\n\
         end\n\
         {parts}always @(*) q = leaf_dq[{}:0];\n",
        width - 1
    )
}

/// `N` clocks for one bit, cleared by reset; see the file's head.
#[derive(LogicBlock)]
pub struct DelayValid<const N: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// While high at a rising edge, all bits on the way are cleared.
    pub reset: Signal<In, Bit>,
    /// The bit that goes in.
    pub d: Signal<In, Bit>,
    /// The bit that went in `N` clocks ago.
    pub q: Signal<Out, Bit>,
    _bits: VecDeque<bool>,
}

impl<const N: usize> Default for DelayValid<N> {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            d: Signal::default(),
            q: Signal::default(),
            _bits: vec![false; N.saturating_sub(1)].into(),
        }
    }
}

impl<const N: usize> Logic for DelayValid<N> {
    fn update(&mut self) {
        if N == 0 {
            self.q.next = self.d.val();
        } else if self.clock.pos_edge() {
            if self.reset.val() {
                self._bits.iter_mut().for_each(|bit| *bit = false);
                self.q.next = false;
            } else {
                self._bits.push_back(self.d.val());
                self.q.next = self._bits.pop_front().expect("one bit was just pushed");
            }
        }
    }

    fn connect(&mut self) {
        self.q.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(match N {
            0 => "wire leaf_unused_clock = clock & reset;\nalways @(*) q = d;\n".into(),
            1 => "always @(posedge clock)\n    if (reset) q <= 1'b0;\n    else q <= d;\n".into(),
            _ => {
                let before = N - 1;
                let shifted = match before {
                    1 => "d".into(),
                    _ => format!("{{leaf_bits[{}:0], d}}", before - 2),
                };
                let (range, last) = (
                    range(before),
                    if before == 1 { String::new() } else { format!("[{}]", before - 1) },
                );
                format!(
                    "reg {range}leaf_bits;\n\
                     always @(posedge clock)\n    \
                         if (reset) begin leaf_bits <= {before}'b0; q <= 1'b0; end\n    \
                         else begin leaf_bits <= {shifted}; q <= leaf_bits{last}; end\n"
                )
            }
        })
    }

    fn timing(&self) -> Vec<TimingInfo> {
        vec![TimingInfo {
            name: "delay_valid".into(),
            clock: "clock".into(),
            inputs: vec!["d".into(), "reset".into()],
            outputs: vec!["q".into()],
        }]
    }
}
