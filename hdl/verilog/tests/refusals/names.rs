//! Refusals of blocks as a whole, and names that are hard to print.
use super::super::print;
use rust_hdl::prelude::*;

#[derive(LogicBlock, Default)]
struct Undriven {
    a: Signal<In, Bits<8>>,
    child: DFF<Bits<8>>,
}
impl Logic for Undriven {
    #[hdl_gen]
    fn update(&mut self) {
        self.child.d.next = self.a.val();
    }
}

#[derive(LogicBlock, Default)]
struct Pad {
    pad: Signal<InOut, Bit>,
}
impl Logic for Pad {
    #[hdl_gen]
    fn update(&mut self) {}
}

#[derive(LogicBlock, Default)]
struct Pair {
    x: [Signal<In, Bit>; 2],
}
impl Logic for Pair {
    #[hdl_gen]
    fn update(&mut self) {}
}

#[derive(LogicBlock, Default)]
struct Alike {
    x: [Signal<In, Bit>; 2],
    x_1: Signal<In, Bit>,
}
impl Logic for Alike {
    #[hdl_gen]
    fn update(&mut self) {}
}

#[derive(LogicBlock, Default)]
struct Named {
    table: Signal<In, Bit>,
}
impl Logic for Named {
    fn update(&mut self) {}
    fn hdl(&self) -> Verilog {
        Verilog::Custom("// nothing".into())
    }
}

/// A variant that needs no bit.
#[derive(Clone, Copy, Debug, PartialEq, LogicState)]
enum Only {
    One,
}

#[derive(LogicBlock, Default)]
struct Empty {
    only: Signal<In, Only>,
}
impl Logic for Empty {
    #[hdl_gen]
    fn update(&mut self) {}
}

#[derive(LogicBlock)]
struct Core {
    x: Signal<In, Bit>,
    width: Constant<Bits<4>>,
}
impl Core {
    fn new(width: u64) -> Core {
        Core { x: Default::default(), width: Constant::new(width.into()) }
    }
}
impl Logic for Core {
    fn update(&mut self) {}
    fn hdl(&self) -> Verilog {
        let code =
            format!("module core (input wire x); parameter W = {:x}; endmodule", self.width.val());
        Verilog::Blackbox(BlackBox { name: "core".into(), code })
    }
}

#[derive(LogicBlock)]
struct TwoCores {
    x: Signal<In, Bit>,
    first: Core,
    second: Core,
}
impl Logic for TwoCores {
    #[hdl_gen]
    fn update(&mut self) {
        self.first.x.next = self.x.val();
        self.second.x.next = self.x.val();
    }
}

/// The message names the module by its path from the top.
#[derive(LogicBlock, Default)]
struct Outer {
    a: Signal<In, Bits<8>>,
    inner: [Undriven; 2],
}
impl Logic for Outer {
    #[hdl_gen]
    fn update(&mut self) {
        for i in 0..2 {
            self.inner[i].a.next = self.a.val();
        }
    }
}

#[test]
fn blocks_as_a_whole() {
    let words = |result: Result<String, String>| result.unwrap_err();
    assert_eq!(
        words(print(&mut Undriven::default())),
        "top: `child.clock` is never driven; assign it in `update`, or delete it"
    );
    assert_eq!(
        words(print(&mut Outer::default())),
        "top.inner.0: `child.clock` is never driven; assign it in `update`, or delete it"
    );
    assert_eq!(
        words(print(&mut Pad::default())),
        "top: `pad`: an inout signal cannot be printed; split it into in, out and enable; \
         tristates belong in the board's top"
    );
    assert_eq!(
        words(print(&mut Empty::default())),
        "top: `only`: a signal of no bits cannot be printed; delete it, or widen its type"
    );
    assert_eq!(
        words(print(&mut Alike::default())),
        "top: `x_1` and `x.1` both print as `x_1`; rename one"
    );
    assert_eq!(
        words(print(&mut Named::default())),
        "top: `table` is a Verilog keyword in a leaf with its own text; rename the field"
    );
    let mut cores = TwoCores { x: Default::default(), first: Core::new(1), second: Core::new(2) };
    assert_eq!(
        words(print(&mut cores)),
        "two black boxes named `core` differ; make their `code` equal or rename one"
    );
}

#[test]
fn only_a_module_is_printed() {
    assert!(print(&mut Pair::default()).is_ok());
    let words = "`top` is no module but an array or a signal; put it into a `LogicBlock`";
    assert_eq!(print(&mut [Pair::default(), Pair::default()]).unwrap_err(), words);
    assert_eq!(print(&mut [Pair::default()]).unwrap_err(), words);
    assert_eq!(print(&mut Signal::<In, Bit>::default()).unwrap_err(), words);
}

#[test]
fn names_of_the_top() {
    for top in ["module", "1st", "a b", "", "a$b", "größe"] {
        let options = verilog::Options { top, made_from: "a test" };
        let error = verilog::print(&Pad::default(), &options).unwrap_err();
        let words = "is no module name; use letters, digits and underscores, and no keyword";
        assert_eq!(error.to_string(), format!("`{top}` {words}"));
    }
}

/// A local, a pin and an instance that would print alike.
#[derive(LogicBlock, Default)]
struct Crowded {
    clock: Signal<In, Clock>,
    count: DFF<Bits<2>>,
    count_q: Signal<Local, Bits<2>>,
    count_d: Signal<Out, Bits<2>>,
}
impl Logic for Crowded {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, count);
        self.count.d.next = self.count.q.val() + 1;
        self.count_q.next = self.count.q.val() ^ 1;
        self.count_d.next = self.count_q.val();
    }
}

#[test]
fn ports_keep_their_names_and_others_get_a_number() {
    let text = print(&mut Crowded::default()).unwrap();
    for line in [
        "  wire [1:0] count_d_v2;",
        "  wire [1:0] count_q_v2;",
        "  top_dff_2 count (.d(count_d_v2), .q(count_q_v2), .clock(clock));",
        "  assign count_d_v2 = count_q_v2 + 2'h1;",
        "  assign count_q = count_q_v2 ^ 2'h1;",
        "  assign count_d = count_q;",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert_eq!(text, print(&mut Crowded::default()).unwrap(), "stable between runs");
    assert!(!text.contains('$'), "{text}");
    assert!(text.starts_with("// top: a test\n"), "{text}");
}
