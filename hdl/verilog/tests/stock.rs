//! Why not rust-hdl's own Verilog? It disagrees with rust-hdl's simulation (docs/decisions/0001).
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]
#[allow(unused_imports, reason = "each test file uses a part of it")]
mod judge;
use judge::Case;
use rust_hdl::prelude::*;
use std::collections::BTreeSet;

#[derive(LogicBlock, Default)]
struct Quirks {
    a: Signal<In, Bits<8>>,
    b: Signal<In, Bits<8>>,
    c: Signal<In, Bits<8>>,
    x: Signal<In, Bit>,
    precedence: Signal<Out, Bit>,
    in_parentheses: Signal<Out, Bit>,
    wrap: Signal<Out, Bit>,
    carry: Signal<Out, Bits<9>>,
    shift: Signal<Out, Bits<8>>,
    inverted: Signal<Out, Bits<8>>,
    sum: Signal<Out, Bits<8>>,
    through_local: Signal<Out, Bit>,
    held: Signal<Local, Bits<8>>,
}

impl Logic for Quirks {
    #[hdl_gen]
    fn update(&mut self) {
        self.precedence.next = self.a.val() & self.b.val() == self.c.val();
        self.in_parentheses.next = (self.a.val() & self.b.val()) == self.c.val();
        self.wrap.next = self.a.val() + 1 == 0;
        self.carry.next = bit_cast::<9, 8>(self.a.val() + self.b.val());
        self.shift.next = (self.a.val() + 1) >> 1;
        self.inverted.next = bit_cast::<8, 1>((!self.x.val()).into());
        self.sum.next = self.a.val() + self.b.val();
        self.held.next = self.a.val() + 1;
        self.through_local.next = self.held.val() == 0;
    }
}

fn case() -> Case {
    case!("top", Quirks::default(), rows 300, in(a, b, c, x),
        out(precedence, in_parentheses, wrap, carry, shift, inverted, sum, through_local))
}

/// Names of the outputs that a simulator shows other than Rust computed them.
fn wrong(name: &str, case: Case) -> BTreeSet<String> {
    let lines = judge::iverilog(name, &[case]);
    lines.iter().map(|line| line.split_whitespace().nth(3).unwrap().to_string()).collect()
}

#[test]
fn five_expressions_differ_in_stock_text_and_none_in_ours() {
    if !judge::installed("iverilog") {
        return;
    }
    let mut block = Quirks::default();
    block.connect_all();
    let ours = case();
    let stock = Case { text: generate_verilog(&block), ..ours.clone() };
    assert_eq!(wrong("ours", ours), BTreeSet::new());
    let expected = ["carry", "inverted", "precedence", "shift", "wrap"];
    assert_eq!(wrong("stock", stock), expected.map(String::from).into());
}

/// Nothing in it waits for an input.
#[derive(LogicBlock, Default)]
struct Fixed {
    a: Signal<In, Bit>,
    constant: Signal<Out, Bits<8>>,
}

impl Logic for Fixed {
    #[hdl_gen]
    fn update(&mut self) {
        self.constant.next = 42.into();
    }
}

#[test]
fn a_constant_stays_unknown_in_stock_text() {
    if !judge::installed("iverilog") {
        return;
    }
    let ours = case!("top", Fixed::default(), rows 4, in(a), out(constant));
    let mut block = Fixed::default();
    block.connect_all();
    let stock = Case { text: generate_verilog(&block), ..ours.clone() };
    assert_eq!(wrong("ours_fixed", ours), BTreeSet::new());
    let lines = judge::iverilog("stock_fixed", &[stock]);
    assert!(lines[0].starts_with("top row 0: constant is x, in Rust 2a;"), "{lines:?}");
}

/// A latch, a keyword as a name, and three alike children.
#[derive(LogicBlock, Default)]
struct Careless {
    a: Signal<In, Bit>,
    table: Signal<In, Bits<8>>,
    kept: Signal<Out, Bits<8>>,
    fixed: [Fixed; 3],
}

impl Logic for Careless {
    #[hdl_gen]
    fn update(&mut self) {
        for i in 0..3 {
            self.fixed[i].a.next = self.a.val();
        }
        if self.a.val() {
            self.kept.next = self.table.val();
        }
    }
}

#[test]
fn stock_checks_pass_a_latch_and_its_text_repeats_modules() {
    let mut block = Careless::default();
    block.connect_all();
    let text = generate_verilog(&block);
    assert_eq!(text.matches("endmodule").count(), 4, "top and each child\n{text}");
    for stock in ["input wire  [7:0] table;", "fixed$1$constant", "if (a) begin"] {
        assert!(text.contains(stock), "{stock}\n{text}");
    }
    let options = verilog::Options { top: "top", made_from: "a test" };
    let refused = verilog::print(&block, &options).unwrap_err();
    assert!(matches!(refused, verilog::Error::Latch(_)), "{refused}");
}
