//! What is refused, with which words, and how are hard names printed?
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]
mod refusals {
    pub mod names;
    pub mod trees;
}
use rust_hdl::prelude::*;

fn print(block: &mut impl Block) -> Result<String, String> {
    block.connect_all();
    let options = verilog::Options { top: "top", made_from: "a test" };
    verilog::print(block, &options).map_err(|error| error.to_string())
}

/// Tests of kernels over one set of signals, each with the message it is refused with.
///
/// The attribute stands in each case: `hdl_gen` gives `self` the place it was written at.
macro_rules! refused {
    ($($(#[$note:meta])* $name:ident { $($body:tt)* } => $message:literal;)*) => {$(
        $(#[$note])*
        #[test]
        fn $name() {
            #[derive(LogicBlock, Default)]
            struct Kernel {
                a: Signal<In, Bits<8>>,
                i: Signal<In, Bits<3>>,
                s: Signal<In, Signed<8>>,
                x: Signal<Out, Bits<8>>,
                t: Signal<Local, Bits<8>>,
                b: Signal<Local, Bit>,
                far: Signal<In, Bits<40>>,
                many: [Signal<Local, Bits<8>>; 2],
                child: DFF<Bits<8>>,
            }
            impl Logic for Kernel {
                $($body)*
            }
            assert_eq!(print(&mut Kernel::default()).unwrap_err(), $message);
        }
    )*};
}

#[derive(Clone, Copy, Debug, PartialEq, LogicState)]
enum Step {
    Idle,
    Busy,
}

const LIMIT: LiteralType = 5;

refused! {
    latch { #[hdl_gen] fn update(&mut self) {
        if self.a.val().any() { self.x.next = 1.into(); }
    } } =>
        "top: `x` is not assigned on every path (a latch); assign a default first";
    latch_of_one_arm { #[hdl_gen] fn update(&mut self) {
        match self.a.val().any() {
            true => self.x.next = 1.into(),
            false => self.t.next = 1.into(),
        }
    } } => "top: `x` is not assigned on every path (a latch); assign a default first";
    read_before_write { #[hdl_gen] fn update(&mut self) {
        self.x.next = self.t.val();
        self.t.next = self.a.val();
    } } => "top: `x` reads `t` before the kernel assigned all of it; \
          move the assignment above the read";
    nobody_drives { #[hdl_gen] fn update(&mut self) { self.t.next = self.a.val(); } } =>
        "top: `x` is never driven; assign it in `update`, or delete it";
    input_driven { #[hdl_gen] fn update(&mut self) {
        self.x.next = 0.into();
        self.a.next = 0.into();
    } } => "top: `a` is driven from elsewhere (an input, or a child's output); \
          assign a Local instead";
    childs_output_driven { #[hdl_gen] fn update(&mut self) {
        self.x.next = 0.into();
        self.child.q.next = 0.into();
    } } => "top: `child.q` is driven from elsewhere (an input, or a child's output); \
          assign a Local instead";
    constant_by_name { #[hdl_gen] fn update(&mut self) { self.x.next = self.a.val() + LIMIT; } } =>
        "top: `x`: `LIMIT` is no signal, array element or `Constant` field of this module; \
         constants and const generics go through a `Constant` field";
    literal_too_large { #[hdl_gen] fn update(&mut self) { self.x.next = self.a.val() + 256; } } =>
        "top: `x`: 256 does not fit 8 bits; use a wider signal or a smaller number";
    bit_out_of_range { #[hdl_gen] fn update(&mut self) {
        self.b.next = self.a.val().get_bit(8);
        self.x.next = 0.into();
    } } => "top: `b`: bit 8 of a value with bits 0 to 7; correct the index";
    index_arithmetic_in_parentheses { #[hdl_gen] fn update(&mut self) {
        self.b.next = self.a.val().get_bit((self.i.val() + 1).index());
        self.x.next = 0.into();
    } } => "top: `b`: arithmetic in parentheses within an index cannot be printed; \
          put it into a Local of the width it needs";
    widths_lost_by_index { #[hdl_gen] fn update(&mut self) {
        self.b.next = self.a.val().index() == self.i.val().index();
        self.x.next = 0.into();
    } } => "top: `b`: operands of 8 and 3 bits; \
          keep `.index()` out of arithmetic and use `bit_cast`";
    signed_cast_within { #[hdl_gen] fn update(&mut self) {
        self.b.next = signed_bit_cast::<9, 8>(-signed_bit_cast::<8, 8>(self.s.val())).get_bit(0);
        self.x.next = 0.into();
    } } => "top: `b`: `signed_bit_cast` within an expression (its width is not in the syntax tree) \
          cannot be printed; assign it to a Local of the wanted width first";
    array_by_signal { #[hdl_gen] fn update(&mut self) {
        self.many[0].next = 0.into();
        self.many[1].next = 0.into();
        self.x.next = self.many[self.i.val().index()].val();
    } } => "top: `x`: array index `i.val().index()` is not a number; index arrays with loop \
          variables and literals, and choose by a signal with one `if` per element";
    loop_through_a_child { #[hdl_gen] fn update(&mut self) {
        self.child.clock.next = false.into();
        self.x.next = self.child.d.val();
        self.child.d.next = self.x.val();
    } } => "top: `x` reads the child's input `child.d` back in a loop; read a Local instead";
    condition_of_a_constant { #[hdl_gen] fn update(&mut self) {
        self.x.next = 0.into();
        if self.a.val() == LIMIT { self.x.next = 1.into(); }
    } } => "top: the condition of an `if`: `LIMIT` is no signal, array element or `Constant` field \
          of this module; constants and const generics go through a `Constant` field";
    condition_before_write { #[hdl_gen] fn update(&mut self) {
        self.x.next = 0.into();
        if self.b.val() { self.x.next = 1.into(); }
        self.b.next = true;
    } } => "top: the condition of an `if` reads `b` before the kernel assigned all of it; \
          move the assignment above the read";
    matched_before_write { #[hdl_gen] fn update(&mut self) {
        match self.b.val() {
            true => self.x.next = 1.into(),
            false => self.x.next = 2.into(),
        }
        self.b.next = true;
    } } => "top: the value of a `match` reads `b` before the kernel assigned all of it; \
          move the assignment above the read";
    local_read_but_never_driven { #[hdl_gen] fn update(&mut self) {
        self.x.next = self.many[1].val();
    } } => "top: `x` reads `many.1` before the kernel assigned all of it; \
          move the assignment above the read";
    bits_out_of_range { #[hdl_gen] fn update(&mut self) {
        self.x.next = self.a.val().get_bits::<8>(9);
    } } => "top: `x`: bit 9 of a value with bits 0 to 7; correct the index";
    two_bare_variants { #[hdl_gen] fn update(&mut self) {
        self.b.next = Step::Idle == Step::Busy;
        self.x.next = 0.into();
    } } => "top: `b`: an operator whose operands have no width of their own cannot be printed; \
          assign one of them to a Local first";
    index_of_forty_bits { #[hdl_gen] fn update(&mut self) {
        self.b.next = self.a.val().get_bit(self.far.val().index() + 1);
        self.x.next = 0.into();
    } } => "top: `b`: arithmetic on an index of more than 32 bits cannot be printed; \
          put the part of it that matters into a Local";
}
