//! Children, arrays of them, flip-flops, interfaces with `link` and `join`, leaves of our own.
use crate::case;
use crate::judge::Case;
use rust_hdl::prelude::*;

/// rust-hdl turns `comment!` into a comment of the text, but does not define it.
macro_rules! comment {
    ($text:literal) => {};
}

#[derive(LogicBlock, Default)]
struct Counter<const N: usize> {
    clock: Signal<In, Clock>,
    enable: Signal<In, Bit>,
    step: Signal<In, Bits<N>>,
    count: Signal<Out, Bits<N>>,
    wrapped: Signal<Out, Bit>,
    state: DFF<Bits<N>>,
    last: DFF<Bits<N>>,
}

impl<const N: usize> Logic for Counter<N> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, state, last);
        self.last.d.next = self.state.q.val();
        if self.enable.val() {
            self.state.d.next = self.state.q.val() + self.step.val();
        }
        self.count.next = self.state.q.val();
        self.wrapped.next = self.state.q.val() < self.last.q.val();
    }
}

#[derive(LogicBlock, Default)]
struct Counters {
    clock: Signal<In, Clock>,
    enable: Signal<In, Bits<4>>,
    step: Signal<In, Bits<6>>,
    counters: [Counter<6>; 4],
    small: Counter<3>,
    total: Signal<Out, Bits<6>>,
    wraps: Signal<Out, Bits<4>>,
    seen: Signal<Out, Bits<3>>,
    given: Signal<Out, Bits<6>>,
}

impl Logic for Counters {
    #[hdl_gen]
    fn update(&mut self) {
        self.total.next = 0.into();
        self.wraps.next = 0.into();
        for i in 0..4 {
            self.counters[i].clock.next = self.clock.val();
            self.counters[i].enable.next = self.enable.val().get_bit(i);
            self.counters[i].step.next = self.step.val() + 1;
            self.total.next = self.total.val() + self.counters[i].count.val();
            self.wraps.next = self.wraps.val().replace_bit(i, self.counters[i].wrapped.val());
        }
        self.small.clock.next = self.clock.val();
        self.small.enable.next = false;
        // A child's input is read settled: `seen` is the last assignment, not the one above it.
        self.small.step.next = 1.into();
        self.seen.next = self.small.step.val() + self.small.count.val();
        self.small.step.next = self.step.val().get_bits::<3>(1);
        if self.wraps.val().any() {
            self.small.enable.next = true;
        }
        self.given.next = self.counters[2].step.val();
    }
}

#[derive(LogicInterface, Default, Clone)]
#[join = "StreamOut"]
struct StreamIn {
    data: Signal<In, Bits<8>>,
    valid: Signal<In, Bit>,
    ready: Signal<Out, Bit>,
}

#[derive(LogicInterface, Default, Clone)]
#[join = "StreamIn"]
struct StreamOut {
    data: Signal<Out, Bits<8>>,
    valid: Signal<Out, Bit>,
    ready: Signal<In, Bit>,
}

#[derive(LogicBlock, Default)]
struct Source {
    clock: Signal<In, Clock>,
    start: Signal<In, Bits<8>>,
    stream: StreamOut,
    held: DFF<Bits<8>>,
}

impl Logic for Source {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, held);
        self.stream.data.next = self.held.q.val();
        self.stream.valid.next = self.held.q.val().any();
        if self.stream.ready.val() {
            self.held.d.next = self.held.q.val() + self.start.val();
        }
    }
}

#[derive(LogicBlock, Default)]
struct Sink {
    stream: StreamIn,
    taken: Signal<Out, Bits<8>>,
}

impl Logic for Sink {
    #[hdl_gen]
    fn update(&mut self) {
        self.stream.ready.next = !self.stream.data.val().get_bit(1) | !self.stream.valid.val();
        self.taken.next = 0.into();
        if self.stream.valid.val() {
            self.taken.next = self.stream.data.val();
        }
    }
}

/// Holds the sink behind its own stream port: `link` passes it through.
#[derive(LogicBlock, Default)]
struct Linked {
    stream: StreamIn,
    taken: Signal<Out, Bits<8>>,
    inner: Sink,
}

impl Logic for Linked {
    #[hdl_gen]
    fn update(&mut self) {
        StreamIn::link(&mut self.stream, &mut self.inner.stream);
        self.taken.next = self.inner.taken.val();
    }
}

#[derive(LogicBlock, Default)]
struct Joined {
    clock: Signal<In, Clock>,
    start: Signal<In, Bits<8>>,
    taken: Signal<Out, Bits<8>>,
    source: Source,
    sink: Linked,
}

impl Logic for Joined {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("the one place where the two meet");
        StreamOut::join(&mut self.source.stream, &mut self.sink.stream);
        self.source.clock.next = self.clock.val();
        self.source.start.next = self.start.val();
        self.taken.next = self.sink.taken.val();
    }
}

/// A leaf with its own text, an array of ports, a constant and a port it does not read.
#[derive(LogicBlock)]
struct Leaf {
    clock: Signal<In, Clock>,
    d: [Signal<In, Bits<4>>; 2],
    spare: Signal<In, Bits<3>>,
    q: [Signal<Out, Bits<4>>; 2],
    step: Constant<Bits<4>>,
}

impl Default for Leaf {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            d: Default::default(),
            spare: Default::default(),
            q: Default::default(),
            step: Constant::new(3.into()),
        }
    }
}

impl Logic for Leaf {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            self.q[0].next = self.d[0].val() + self.step.val();
            self.q[1].next = self.d[1].val();
        }
    }
    fn connect(&mut self) {
        self.q.iter_mut().for_each(|q| q.connect());
    }
    fn hdl(&self) -> Verilog {
        Verilog::Custom(
            "// module two_steps\ninitial begin q$0 = 0; q$1 = 0; end // not q$0\n\
             `ifdef SYNTHESIS\nalways @(posedge clock) q$0 <= d$0 + step;\n\
             `else\nalways @(posedge clock) q$0 <= d$0 + step;\n`endif\n\
             always @(posedge clock) q$1 <= d$1;\n"
                .into(),
        )
    }
}

#[derive(LogicBlock, Default)]
struct Gate {
    x: Signal<In, Bits<4>>,
    y: Signal<Out, Bits<4>>,
}

impl Logic for Gate {
    fn update(&mut self) {
        self.y.next = !self.x.val();
    }
    fn connect(&mut self) {
        self.y.connect();
    }
    fn hdl(&self) -> Verilog {
        Verilog::Wrapper(Wrapper {
            code: "inverter4 core (.i(x), .o(y));".into(),
            cores: "module inverter4 (input wire [3:0] i, output wire [3:0] o);\n\
                    assign o = ~i;\nendmodule"
                .into(),
        })
    }
}

#[derive(LogicBlock, Default)]
struct Boxed {
    i: Signal<In, Bits<4>>,
    o: Signal<Out, Bits<4>>,
}

impl Logic for Boxed {
    fn update(&mut self) {
        self.o.next = self.i.val() + 1;
    }
    fn connect(&mut self) {
        self.o.connect();
    }
    fn hdl(&self) -> Verilog {
        Verilog::Blackbox(BlackBox {
            name: "plus_one".into(),
            code: "module plus_one (input wire [3:0] i, output wire [3:0] o);\n\
                   assign o = i + 4'h1;\nendmodule"
                .into(),
        })
    }
}

#[derive(LogicBlock, Default)]
struct Leaves {
    clock: Signal<In, Clock>,
    a: Signal<In, Bits<4>>,
    leaf: Leaf,
    twin: Leaf,
    gate: Gate,
    other: Gate,
    boxed: Boxed,
    again: Boxed,
    x: Signal<Out, Bits<4>>,
    y: Signal<Out, Bits<4>>,
}

impl Logic for Leaves {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, leaf, twin);
        self.leaf.d[0].next = self.a.val();
        self.leaf.d[1].next = self.a.val() + 1;
        self.leaf.spare.next = 0.into();
        self.twin.d[0].next = self.leaf.q[0].val();
        self.twin.d[1].next = self.leaf.q[1].val();
        self.twin.spare.next = 5.into();
        self.gate.x.next = self.twin.q[0].val();
        self.other.x.next = self.twin.q[1].val();
        self.boxed.i.next = self.gate.y.val();
        self.again.i.next = self.other.y.val();
        self.x.next = self.boxed.o.val();
        self.y.next = self.again.o.val() ^ self.boxed.o.val();
    }
}

pub fn cases() -> Vec<Case> {
    let all = vec![
        case!(
            "counters", Counters::default(), rows 200, clocked, in(enable, step),
            out(total, wraps, seen, given)
        ),
        case!("joined", Joined::default(), rows 200, clocked, in(start), out(taken)),
        case!("leaves", Leaves::default(), rows 100, clocked, in(a), out(x, y)),
    ];
    let count = |case: &Case, text: &str| case.text.matches(text).count();
    assert_eq!(count(&all[0], "\nmodule counters_counters ("), 1, "{}", all[0].text);
    assert_eq!(count(&all[0], "\nmodule counters_dff_6 ("), 1);
    assert_eq!(count(&all[0], "\nmodule "), 5, "top, two counters, two flip-flops");
    assert_eq!(count(&all[2], "\nmodule leaves_two_steps ("), 1, "{}", all[2].text);
    assert_eq!(count(&all[2], "\nmodule inverter4 ("), 1);
    assert_eq!(count(&all[2], "\nmodule plus_one ("), 1);
    assert_eq!(count(&all[1], "// the one place where the two meet"), 1, "{}", all[1].text);
    all
}
