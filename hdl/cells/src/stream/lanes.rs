//! How does a beat of AXI4-Stream (byte 0 in the lowest bits) become a big-endian vector, and back?
//!
//! A leaf without a gate.
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
