//! Refusals of what Rust's types keep out of kernels, or rust-hdl's macro: trees written by hand.
use super::super::print;
use rust_hdl::core::ast::{
    VerilogExpression as Tree, VerilogLink, VerilogLinkDetails, VerilogLoop, VerilogOp as Op,
    VerilogOpUnary as Un, VerilogStatement as Statement,
};
use rust_hdl::prelude::*;

#[allow(dead_code, reason = "only their names matter")]
mod one {
    use rust_hdl::prelude::*;
    #[derive(Clone, Copy, Debug, PartialEq, LogicState)]
    pub enum Step {
        Idle,
        Busy,
    }
}

#[allow(dead_code, reason = "only their names matter")]
mod two {
    use rust_hdl::prelude::*;
    #[derive(Clone, Copy, Debug, PartialEq, LogicState)]
    pub enum Step {
        Busy,
        Idle,
    }
}

macro_rules! refused {
    ($($name:ident: $statement:expr => $message:literal;)*) => {$(
        #[test]
        fn $name() {
            #[derive(LogicBlock, Default)]
            struct Kernel {
                a: Signal<In, Bits<8>>,
                s: Signal<In, Signed<8>>,
                i: Signal<In, Bits<3>>,
                x: Signal<Out, Bits<8>>,
                one: Signal<In, one::Step>,
                two: Signal<In, two::Step>,
            }
            impl Logic for Kernel {
                fn update(&mut self) {}
                fn hdl(&self) -> Verilog {
                    Verilog::Combinatorial(vec![$statement])
                }
            }
            assert_eq!(print(&mut Kernel::default()).unwrap_err(), $message);
        }
    )*};
}

fn signal(name: &str) -> Box<Tree> {
    Box::new(Tree::Signal(name.into()))
}

fn literal(value: u64) -> Box<Tree> {
    Box::new(Tree::Literal(value.into()))
}

/// `x = value`
fn set(value: Tree) -> Statement {
    Statement::Assignment(*signal("x$next"), value)
}

/// Bits of `x` from `offset` on.
fn set_bits(offset: Tree, width: usize) -> Statement {
    let base = *signal("x$next");
    Statement::SliceAssignment { base, width, offset, replacement: *literal(0) }
}

fn signed_twice() -> Box<Tree> {
    Box::new(Tree::Signed(Box::new(Tree::Signed(signal("a")))))
}

fn to(bound: u64) -> Statement {
    Statement::Loop(VerilogLoop {
        index: "i".into(),
        from: 0u64.into(),
        to: bound.into(),
        block: vec![],
    })
}

fn inout() -> Statement {
    let name = |text: &str| text.to_string();
    Statement::Link(vec![VerilogLink::Bidirectional(VerilogLinkDetails {
        my_name: name("$pad"),
        owner_name: name("here"),
        other_name: name("there"),
    })])
}

refused! {
    target_is_no_signal: Statement::Assignment(*literal(1), *literal(2)) =>
        "top: `update`: an assignment to what is no signal cannot be printed; \
         assign `self.x.next`";
    bits_at_a_run_time_index: set_bits(*signal("i"), 1) =>
        "top: `x`: an assignment to bits at a run-time index cannot be printed; \
         use `x.next = x.val().replace_bit(i, v)`";
    assigned_bits_out_of_range: set_bits(*literal(6), 3) =>
        "top: `x`: bit 8 of a value with bits 0 to 7; correct the index";
    bound_of_a_loop: to(1 << 40) =>
        "top: the bounds of a `for`: a bound outside 32 bits cannot be printed; count from 0 up";
    link_of_inouts: inout() =>
        "top: `update`: a link of inout signals cannot be printed; split them into in, out and \
         enable; tristates belong in the board's top";
    literal_alone: set(Tree::Unary(Un::Any, literal(5))) =>
        "top: `x`: a literal whose width nothing tells cannot be printed; \
         write `bits::<N>(..)`, or use a `Constant` field";
    number_below_zero: set(Tree::Binary(
        signal("a"), Op::Add, Box::new(Tree::Binary(literal(0), Op::Sub, literal(1)))
    )) => "top: `x`: -1 does not fit 8 bits; use a wider signal or a smaller number";
    cast_of_a_cast: set(Tree::Signed(signed_twice())) =>
        "top: `x`: a signed cast of a signed cast, or of an enum variant, cannot be printed; \
         assign its operand to a Local first";
    literal_shifted_far: set(Tree::Binary(literal(1), Op::Shl, literal(64))) =>
        "top: `x`: a literal shifted by 64 or more cannot be printed; write the number";
    and_of_numbers: set(Tree::Binary(literal(1), Op::LogicalAnd, literal(2))) =>
        "top: `x`: `&&` or `||` on numbers cannot be printed; compare them first";
    product_of_bytes: set(Tree::Binary(signal("a"), Op::Mul, signal("a"))) =>
        "top: `x`: a product cannot be printed; multiply two `Bits<16>` or `Signed<16>`";
    signed_shift: set(Tree::Binary(signal("s"), Op::Shr, literal(1))) =>
        "top: `x`: a shift of a signed number or an enum variant cannot be printed; \
         shift a `Bits` value";
    shift_by_a_cast: set(Tree::Binary(signal("a"), Op::Shr, signed_twice())) =>
        "top: `x`: a shift by a signed cast or an enum variant cannot be printed; \
         shift by a number or a `Bits` value";
    index_by_a_cast: set(Tree::Index(signal("a"), signed_twice())) =>
        "top: `x`: an enum variant or a signed cast as an index cannot be printed; \
         put its bits into a Local of the width it needs";
    variant_of_two_enums: set(Tree::Cast(signal("Step$Idle"), 8)) =>
        "top: `x`: `Step::Idle` names variants of two enums; rename one of the enums";
    variant_of_no_enum: set(Tree::Cast(signal("Step$Gone"), 8)) =>
        "top: `x`: `Step.Gone` is no signal, array element or `Constant` field of this module; \
         constants and const generics go through a `Constant` field";
    target_unknown: Statement::Assignment(*signal("y$next"), *literal(0)) =>
        "top: `y`: `y` is no signal, array element or `Constant` field of this module; \
         constants and const generics go through a `Constant` field";
}
