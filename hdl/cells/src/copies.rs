//! How does one bit reach hundreds of multiplexers in one clock?
//!
//! ```text
//!        +--> [register] --> q[0]        lanes 0 ..
//! d -----+--> [register] --> q[1]        lanes ..
//!        +--> [register] --> q[N-1]
//! ```
//! By being registered once per group of lanes: [`Copies`]. [`Spread`] repeats each copy over its
//! lane, [`Either`] is the choice between two wide words by a bit that is known a clock before. And
//! [`Apart`] is a word's register for the readers in one place, beside that for those in another.
//! Latency: 1 clock from the bit, 0 from the words.
//!
//! Synthesis merges equal registers, which undoes it, whatever attributes their names have. It does
//! not merge parts that are instantiated with `keep`, so there is a part for each copy.

use rust_hdl::prelude::*;
use std::fmt::Write;

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
        let parts: String = (0..N).map(|i| flip_flop(i, "d")).collect();
        Verilog::Custom(format!(
            "`ifdef SYNTHESIS\nwire [{}:0] leaf_q;\n{parts}always @(*) q = leaf_q;\n\
             `else\nalways @(posedge clock) q <= {{{N}{{d}}}};\n`endif\n",
            N - 1
        ))
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

/// A register that stays one beside an equal register, for readers elsewhere in the part.
#[derive(LogicBlock)]
pub struct Apart<T: Synth> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// The word.
    pub d: Signal<In, T>,
    /// The word of the last clock.
    pub q: Signal<Out, T>,
}

impl<T: Synth> Default for Apart<T> {
    fn default() -> Self {
        Self { clock: Signal::default(), d: Signal::default(), q: Signal::default() }
    }
}

impl<T: Synth> Logic for Apart<T> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            self.q.next = self.d.val();
        }
    }

    fn connect(&mut self) {
        self.q.connect();
    }

    fn hdl(&self) -> Verilog {
        let parts: String = (0..T::BITS).map(|i| flip_flop(i, &format!("d[{i}]"))).collect();
        Verilog::Custom(format!(
            "`ifdef SYNTHESIS\nwire [{}:0] leaf_q;\n{parts}always @(*) q = leaf_q;\n\
             `else\nalways @(posedge clock) q <= d;\n`endif\n",
            T::BITS - 1
        ))
    }

    fn timing(&self) -> Vec<TimingInfo> {
        vec![TimingInfo {
            name: "apart".into(),
            clock: "clock".into(),
            inputs: vec!["d".into()],
            outputs: vec!["q".into()],
        }]
    }
}

/// Bit `i` of `leaf_q`, as a part that synthesis keeps.
fn flip_flop(i: usize, d: &str) -> String {
    format!(
        "(* keep *) TRELLIS_FF #(.GSR(\"AUTO\"), .CEMUX(\"1\"), .CLKMUX(\"CLK\"), \
         .LSRMUX(\"LSR\"), .REGSET(\"RESET\")) leaf_copy_{i} \
         (.CLK(clock), .LSR(1'b0), .DI({d}), .Q(leaf_q[{i}]));\n"
    )
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
        assert!(N > 1, "one lane needs no copies");
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

/// Either of two words of `W` bits, chosen by `N` copies of a bit.
#[derive(LogicBlock, Default)]
pub struct Either<const N: usize, const W: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Choose `b` in the next clock.
    pub take_b: Signal<In, Bit>,
    /// A word.
    pub a: Signal<In, Bits<W>>,
    /// Another one.
    pub b: Signal<In, Bits<W>>,
    /// One of them.
    pub chosen: Signal<Out, Bits<W>>,
    copies: Copies<N>,
    wide: Spread<N, W>,
}

impl<const N: usize, const W: usize> Logic for Either<N, W> {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, copies);
        self.copies.d.next = self.take_b.val();
        self.wide.i.next = self.copies.q.val();
        self.chosen.next = (self.a.val() & !self.wide.o.val()) | (self.b.val() & self.wide.o.val());
    }
}
