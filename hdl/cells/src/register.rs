//! What holds control state across clocks, and what is it after reset?
//!
//! ```text
//!          +----------+
//! d ------>| register |---> q
//! reset -->|   init   |
//!          +----------+
//! ```
//! `q` takes `d` at every rising edge of `clock`, and `init` while `reset` is high (synchronous,
//! active high). Before the first clock in reset `q` is unknown: there is no `initial` block, so a
//! simulator that starts with random values finds what was forgotten in the reset.
//!
//! Latency: 1 clock. Throughput: a word per clock. ECP5: one flip-flop a bit, no LUT (the reset
//! uses the flip-flop's own set/reset input), more than 500 MHz (-8).
//!
//! Data that travels next to a valid bit needs no reset: rust-hdl's `DFF` is enough there.

use rust_hdl::prelude::*;

/// `T::BITS` flip-flops with a common synchronous reset to a value of choice.
#[derive(LogicBlock)]
pub struct Register<T: Synth> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// While high at a rising edge, `q` becomes the value given to [`Register::new`].
    pub reset: Signal<In, Bit>,
    /// The next value.
    pub d: Signal<In, T>,
    /// The value taken at the last rising edge.
    pub q: Signal<Out, T>,
    _init: T,
}

impl<T: Synth> Register<T> {
    /// A register that holds `init` after reset.
    #[must_use]
    pub fn new(init: T) -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            d: Signal::default(),
            q: Signal::default(),
            _init: init,
        }
    }
}

impl<T: Synth> Default for Register<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: Synth> Logic for Register<T> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            self.q.next = if self.reset.val() { self._init } else { self.d.val() };
        }
    }

    fn connect(&mut self) {
        self.q.connect();
    }

    fn hdl(&self) -> Verilog {
        let init = self._init.verilog();
        Verilog::Custom(format!(
            "always @(posedge clock)\n    if (reset) q <= {init:x};\n    else q <= d;\n"
        ))
    }

    fn timing(&self) -> Vec<TimingInfo> {
        vec![TimingInfo {
            name: "register".into(),
            clock: "clock".into(),
            inputs: vec!["d".into(), "reset".into()],
            outputs: vec!["q".into()],
        }]
    }
}
