//! How does one control word reach hundreds of multiplexers in one clock?
//!
//! ```text
//!        +--> [register] --> q[0]        lanes 0 ..
//! d -----+--> [register] --> q[1]        lanes ..
//!        +--> [register] --> q[N-1]
//! ```
//! By being registered once per group of lanes. Latency: 1 clock.
//!
//! Synthesis merges equal registers, which undoes it; `keep` on each copy stops that.

use rust_hdl::prelude::*;

/// `N` registers with the same bit.
#[derive(LogicBlock)]
pub struct Copies<const N: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// The bit.
    pub d: Signal<In, Bit>,
    /// `N` times the bit of the last clock.
    pub q: Signal<Out, Bits<N>>,
}

impl<const N: usize> Default for Copies<N> {
    fn default() -> Self {
        Self { clock: Signal::default(), d: Signal::default(), q: Signal::default() }
    }
}

impl<const N: usize> Logic for Copies<N> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            self.q.next = if self.d.val() { !Bits::default() } else { Bits::default() };
        }
    }

    fn connect(&mut self) {
        self.q.connect();
    }

    fn hdl(&self) -> Verilog {
        let registers: String = (0..N)
            .map(|i| {
                format!(
                    "(* keep *) reg copy_{i};\nalways @(posedge clock) copy_{i} <= d;\n\
                     always @(*) q[{i}] = copy_{i};\n"
                )
            })
            .collect();
        Verilog::Custom(registers)
    }

    fn timing(&self) -> Vec<TimingInfo> {
        vec![TimingInfo {
            name: "copies".into(),
            clock: "clock".into(),
            inputs: vec!["d".into()],
            outputs: vec!["q".into()],
        }]
    }
}
