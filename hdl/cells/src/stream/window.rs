//! How do the first beats of a frame come to lie side by side?
//!
//! ```text
//! data --+--> [part 0] --+
//!        +--> [part 1] --+--> window = part 0 ++ part 1 ++ ...
//!        +--> [ ...  ] --+
//! ```
//! Part i takes `data` in every clock in which bit i of `take` is set. The writer needs no valid
//! bit: while it waits for a beat it may take anything, the right beat comes last. So the clock
//! enables are plain registers with nothing in front of them.
//!
//! Latency: 1 clock. ECP5: a flip-flop a bit, no LUT.

use super::WINDOW_BITS;
use rust_hdl::prelude::*;

/// `N` parts of `W` bits; the first is the most significant.
#[derive(LogicBlock)]
pub struct Window<const W: usize, const N: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Bit i: part i takes `data` at this edge.
    pub take: Signal<In, Bits<N>>,
    /// A beat.
    pub data: Signal<In, Bits<W>>,
    /// All parts.
    pub window: Signal<Out, Bits<WINDOW_BITS>>,
}

impl<const W: usize, const N: usize> Default for Window<W, N> {
    fn default() -> Self {
        assert_eq!(W * N, WINDOW_BITS, "{N} beats of {W} bits are not a window");
        Self {
            clock: Signal::default(),
            take: Signal::default(),
            data: Signal::default(),
            window: Signal::default(),
        }
    }
}

impl<const W: usize, const N: usize> Logic for Window<W, N> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            let mut window = self.window.val();
            for part in (0..N).filter(|&part| self.take.val().get_bit(part)) {
                window.set_bits(WINDOW_BITS - W * (part + 1), self.data.val());
            }
            self.window.next = window;
        }
    }

    fn connect(&mut self) {
        self.window.connect();
    }

    fn hdl(&self) -> Verilog {
        let part = |i| {
            let top = WINDOW_BITS - 1 - W * i;
            format!("    if (take[{i}]) window[{top}:{}] <= data;\n", top + 1 - W)
        };
        let parts: String = (0..N).map(part).collect();
        Verilog::Custom(format!("always @(posedge clock) begin\n{parts}end\n"))
    }

    fn timing(&self) -> Vec<TimingInfo> {
        vec![TimingInfo {
            name: "window".into(),
            clock: "clock".into(),
            inputs: vec!["take".into(), "data".into()],
            outputs: vec!["window".into()],
        }]
    }
}
