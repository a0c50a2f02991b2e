//! Is a key at or behind an interval's start?
//!
//! ```text
//!   key   ─┬ piece n-1: not below? equal? ─[ ]─┐
//!   start ─┤   ...                             ├─ uppermost unequal piece decides ── at_or_behind
//!          └ piece 0:   not below?        ─[ ]─┘
//! ```
//! One clock; the output is the logic behind the registers.

use rust_hdl::prelude::*;

/// Longest carry chain that a clock has room for beside the wires; even, as a carry cell has two.
const CARRY_BITS: usize = 34;
/// Equality of more bits takes a third level of LUTs, so it is registered in smaller pieces.
const EQUAL_BITS: usize = 17;

/// `key >= start` on `K` bits.
///
/// A leaf, because the pieces' widths follow from `K`, which const generics cannot say. Only `>=`
/// and `==` stand next to each other: `>=` is the bare carry of a subtraction, while yosys makes
/// `>` beside `==` from both of them, two LUTs behind the carry.
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

/// `low..high` in pieces of at most `widest` bits, from below.
fn pieces(low: usize, high: usize, widest: usize) -> impl Iterator<Item = (usize, usize)> {
    (low..high).step_by(widest).map(move |from| (from, high.min(from + widest)))
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
        let compare = |(low, high): (usize, usize), operator: &str| {
            let bits = format!("[{}:{low}]", high - 1);
            format!("key{bits} {operator} start{bits}")
        };
        let (mut registers, mut taken, mut answer) = (String::new(), String::new(), String::new());
        for (low, high) in pieces(0, K, CARRY_BITS) {
            let not_below = format!("not_below_{low}");
            registers += &format!("reg {not_below};\n");
            taken += &format!("    {not_below} <= {};\n", compare((low, high), ">="));
            if low == 0 {
                answer = not_below;
                continue;
            }
            let mut equal = vec![];
            for piece in pieces(low, high, EQUAL_BITS) {
                let name = format!("equal_{}", piece.0);
                registers += &format!("reg {name};\n");
                taken += &format!("    {name} <= {};\n", compare(piece, "=="));
                equal.push(name);
            }
            // Equal is not below: one AND less than a choice between the two.
            answer = format!("({not_below} & (~({}) | {answer}))", equal.join(" & "));
        }
        Verilog::Custom(format!(
            "{registers}always @(posedge clock) begin\n{taken}end\n\
             always @(*) at_or_behind = {answer};\n"
        ))
    }
}
