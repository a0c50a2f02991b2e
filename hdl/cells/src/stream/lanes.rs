//! How are the bits of a beat put in another order, or given one select bit per lane?
//!
//! Two leaves without a gate: [`SwapBytes`] turns a beat of AXI4-Stream (byte 0 in the lowest bits)
//! into a big-endian vector and back; [`Spread`] repeats every bit of a select word over its lane.
//!
//! Latency: 0 clocks.

use rust_hdl::prelude::*;
use std::fmt::Write;

/// The bytes of a beat in reverse order.
#[derive(LogicBlock)]
pub struct SwapBytes<const W: usize> {
    /// A beat.
    pub i: Signal<In, Bits<W>>,
    /// Its last byte first.
    pub o: Signal<Out, Bits<W>>,
}

impl<const W: usize> Default for SwapBytes<W> {
    fn default() -> Self {
        assert_eq!(W % 8, 0, "{W} bits are not whole bytes");
        Self { i: Signal::default(), o: Signal::default() }
    }
}

impl<const W: usize> Logic for SwapBytes<W> {
    fn update(&mut self) {
        let mut swapped = Bits::default();
        for byte in 0..W / 8 {
            swapped.set_bits(W - 8 * (byte + 1), self.i.val().get_bits::<8>(8 * byte));
        }
        self.o.next = swapped;
    }

    fn connect(&mut self) {
        self.o.connect();
    }

    fn hdl(&self) -> Verilog {
        let mut text = String::from("always @(*) begin\n");
        for byte in 0..W / 8 {
            let (to, from) = (W - 8 * (byte + 1), 8 * byte);
            writeln!(text, "    o[{}:{to}] = i[{}:{from}];", to + 7, from + 7)
                .expect("a String takes every write");
        }
        Verilog::Custom(text + "end\n")
    }
}

/// `N` select bits, each `W / N` times: bit i covers the i-th lane from the lowest.
#[derive(LogicBlock)]
pub struct Spread<const N: usize, const W: usize> {
    /// A bit per lane.
    pub i: Signal<In, Bits<N>>,
    /// A bit per bit.
    pub o: Signal<Out, Bits<W>>,
}

impl<const N: usize, const W: usize> Default for Spread<N, W> {
    fn default() -> Self {
        assert_eq!(W % N, 0, "{W} bits do not make {N} lanes");
        Self { i: Signal::default(), o: Signal::default() }
    }
}

impl<const N: usize, const W: usize> Logic for Spread<N, W> {
    fn update(&mut self) {
        let mut wide = Bits::default();
        for lane in (0..N).filter(|&lane| self.i.val().get_bit(lane)) {
            for bit in 0..W / N {
                wide = wide.replace_bit(lane * (W / N) + bit, true);
            }
        }
        self.o.next = wide;
    }

    fn connect(&mut self) {
        self.o.connect();
    }

    fn hdl(&self) -> Verilog {
        let width = W / N;
        let mut text = String::from("always @(*) begin\n");
        for lane in 0..N {
            let low = lane * width;
            writeln!(text, "    o[{}:{low}] = {{{width}{{i[{lane}]}}}};", low + width - 1)
                .expect("a String takes every write");
        }
        Verilog::Custom(text + "end\n")
    }
}
