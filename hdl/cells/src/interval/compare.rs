//! Is a key at or behind an interval's start?
//!
//! ```text
//!   key   ─┬ piece n-1: not below? not above? ─[ ]─┐
//!   start ─┤   ...                                 ├─ uppermost unequal piece decides ── answer
//!          └ piece 0:   not below?            ─[ ]─┘
//! ```
//! One clock; the output is the logic behind the registers.

use rust_hdl::prelude::*;

/// Longest carry chain that a clock has room for beside the wires; even, as a carry cell has two.
const CARRY_BITS: usize = 34;

/// `key >= start` on `K` bits.
///
/// A leaf, because the pieces' widths follow from `K`, which const generics cannot say. Equal is
/// neither below nor above: two carry chains take half the levels of LUTs that tell equality. Each
/// has a lowest bit of its own that differs, so that yosys needs no equality beside the carry.
#[derive(LogicBlock)]
pub struct AtOrBehind<const K: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// The key.
    pub key: Signal<In, Bits<K>>,
    /// The interval's smallest key.
    pub start: Signal<In, Bits<K>>,
    /// The answer, one clock later.
    pub at_or_behind: Signal<Out, Bit>,
}

impl<const K: usize> Default for AtOrBehind<K> {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            key: Default::default(),
            start: Default::default(),
            at_or_behind: Default::default(),
        }
    }
}

impl<const K: usize> Logic for AtOrBehind<K> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            self.at_or_behind.next = self.key.val() >= self.start.val();
        }
    }

    fn connect(&mut self) {
        self.at_or_behind.connect();
    }

    fn hdl(&self) -> Verilog {
        let not_less = |a: &str, b: &str, low: usize| {
            let bits = format!("[{}:{low}]", K.min(low + CARRY_BITS) - 1);
            format!("{{{a}{bits}, 1'b1}} >= {{{b}{bits}, 1'b0}}")
        };
        let (mut registers, mut taken, mut answer) = (String::new(), String::new(), String::new());
        for low in (0..K).step_by(CARRY_BITS) {
            let (not_below, not_above) = (format!("not_below_{low}"), format!("not_above_{low}"));
            registers += &format!("reg {not_below};\n");
            taken += &format!("    {not_below} <= {};\n", not_less("key", "start", low));
            if low == 0 {
                answer = not_below;
                continue;
            }
            registers += &format!("reg {not_above};\n");
            taken += &format!("    {not_above} <= {};\n", not_less("start", "key", low));
            // Equal is not below: one AND less than a choice between the two.
            answer = format!("({not_below} & (~{not_above} | {answer}))");
        }
        Verilog::Custom(format!(
            "{registers}always @(posedge clock) begin\n{taken}end\n\
             always @(*) at_or_behind = {answer};\n"
        ))
    }
}
