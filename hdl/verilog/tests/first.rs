//! Does a small block print under the asked name?
use rust_hdl::prelude::*;

#[derive(LogicBlock, Default)]
struct Adder {
    a: Signal<In, Bits<8>>,
    clock: Signal<In, Clock>,
    wrapped: Signal<Out, Bit>,
    sum: DFF<Bits<8>>,
}

impl Logic for Adder {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, sum);
        self.sum.d.next = self.sum.q.val() + self.a.val();
        self.wrapped.next = self.sum.q.val() + 1 == 0;
    }
}

#[test]
fn prints_under_the_asked_name() {
    let mut block = Adder::default();
    block.connect_all();
    let text =
        verilog::print(&block, &verilog::Options { top: "adder", made_from: "a test" }).unwrap();
    assert!(text.contains("module adder ("), "{text}");
    assert!(text.contains("8'h1"), "{text}");
}
