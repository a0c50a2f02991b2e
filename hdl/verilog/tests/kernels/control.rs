//! Order of assignments: intermediate values, reused locals, loops, branches, arrays.
use crate::case;
use crate::judge::Case;
use rust_hdl::prelude::*;

#[derive(LogicBlock, Default)]
struct Order {
    a: Signal<In, Bits<8>>,
    b: Signal<In, Bits<8>>,
    c: Signal<In, Bits<2>>,
    t: Signal<Local, Bits<8>>,
    u: Signal<Local, Bits<8>>,
    early: Signal<Out, Bits<8>>,
    late: Signal<Out, Bits<8>>,
    after: Signal<Out, Bits<8>>,
    swapped: Signal<Out, Bits<8>>,
    folded: Signal<Out, Bits<8>>,
    parity: Signal<Out, Bit>,
    count: Signal<Out, Bits<4>>,
    chosen: Signal<Out, Bits<8>>,
    nested: Signal<Out, Bits<8>>,
    back: Signal<Out, Bits<8>>,
}

impl Logic for Order {
    #[hdl_gen]
    fn update(&mut self) {
        // One local with three lives: `early` and `late` see different ones.
        self.t.next = self.a.val() + 1;
        self.early.next = self.t.val() ^ self.b.val();
        self.t.next = self.t.val() + self.early.val();
        if self.c.val() == 1 {
            self.t.next = self.b.val();
        }
        self.late.next = self.t.val();
        self.t.next = self.t.val() - 3;
        self.after.next = self.t.val();
        // Swap through outputs.
        self.swapped.next = self.a.val();
        self.u.next = self.swapped.val();
        self.swapped.next = self.b.val() + self.u.val();
        self.folded.next = self.a.val();
        self.parity.next = false;
        self.count.next = 0.into();
        for i in 0..8 {
            self.parity.next = self.parity.val() ^ self.a.val().get_bit(i);
            if self.b.val().get_bit(i) {
                self.count.next = self.count.val() + 1;
                self.folded.next = (self.folded.val() << 1) ^ self.b.val();
            }
        }
        if self.c.val() == 0 {
            self.chosen.next = self.a.val();
        } else if self.c.val() == 1 {
            self.chosen.next = self.b.val();
        } else if self.parity.val() {
            self.chosen.next = self.late.val();
        } else {
            self.chosen.next = self.after.val();
        }
        self.nested.next = 1.into();
        if self.a.val().get_bit(0) {
            if self.b.val().get_bit(0) {
                self.nested.next = self.chosen.val();
            } else {
                self.nested.next = self.nested.val() + 5;
            }
            self.nested.next = self.nested.val() + 1;
        }
        self.back.next = self.nested.val() + self.chosen.val() + self.swapped.val();
    }
}

/// `x` and `y` wait for each other as processes, but not as signals.
#[derive(LogicBlock, Default)]
struct Ring {
    a: Signal<In, Bits<8>>,
    x: Signal<Out, Bits<8>>,
    y: Signal<Out, Bits<8>>,
    z: Signal<Out, Bits<8>>,
}

impl Logic for Ring {
    #[hdl_gen]
    fn update(&mut self) {
        self.x.next = self.a.val() + 1;
        self.y.next = self.x.val() + 2;
        self.x.next = self.x.val() + 4;
        self.z.next = self.y.val() ^ self.x.val();
        self.y.next = self.y.val() + self.z.val();
    }
}

#[derive(LogicBlock)]
struct Arrays<const N: usize> {
    x: [Signal<In, Bits<8>>; 4],
    table: Signal<In, Bits<8>>,
    join: Signal<In, Bits<2>>,
    y: [Signal<Out, Bits<8>>; 4],
    part: Signal<Out, Bits<8>>,
    always: Signal<Out, Bits<8>>,
    sums: [Signal<Local, Bits<8>>; 5],
    reversed: Vec<Signal<Local, Bits<8>>>,
}

impl<const N: usize> Logic for Arrays<N> {
    #[hdl_gen]
    fn update(&mut self) {
        self.sums[0].next = self.table.val();
        for i in 0..4 {
            self.sums[i + 1].next = self.sums[i].val() + self.x[i].val();
            self.y[i].next = self.sums[i].val();
            self.reversed[3 - i].next = self.x[i].val();
        }
        for i in 0..4 {
            if self.join.val() == 2 {
                self.y[3 - i].next = self.sums[3 - i].val() + 1;
            }
        }
        self.part.next = self.sums[4].val();
        self.always.next = 0.into();
        for i in 0..4 {
            self.always.next = self.always.val() ^ (self.reversed[i].val() >> 1);
            for j in 0..2 {
                if self.table.val().get_bit(2 * i + j) {
                    self.always.next = self.always.val() + 1;
                }
            }
        }
    }
}

pub fn cases() -> Vec<Case> {
    vec![
        case!(
            "order", Order::default(), rows 300, in(a, b, c),
            out(early, late, after, swapped, folded, parity, count, chosen, nested, back)
        ),
        case!("ring", Ring::default(), rows 100, in(a), out(x, y, z)),
        arrays(),
    ]
}

/// Arrays of ports, by hand: names are `x$0` in Rust and `x_0` in the text.
fn arrays() -> Case {
    use crate::judge::seed::{Random, Seed, value};
    let mut block = Arrays::<4> {
        x: Default::default(),
        table: Default::default(),
        join: Default::default(),
        y: Default::default(),
        part: Default::default(),
        always: Default::default(),
        sums: Default::default(),
        reversed: vec![Default::default(); 4],
    };
    block.connect_all();
    let options = verilog::Options { top: "arrays", made_from: "a test" };
    let text = verilog::print(&block, &options).unwrap();
    for name in ["x_0", "y_3", "table_", "join_", "always_", "sums_4"] {
        assert!(text.contains(&format!(" {name}")), "{name} in {text}");
    }
    let mut seed = Seed(3);
    let mut rows = vec![];
    for _ in 0..200 {
        block.x.iter_mut().for_each(|x| x.next = seed.random());
        block.table.next = seed.random();
        block.join.next = seed.random();
        assert!(simulate(&mut block, 20));
        let mut row: Vec<_> = block.x.iter().map(|x| value(x.val())).collect();
        row.push(value(block.table.val()));
        row.push(value(block.join.val()));
        row.extend(block.y.iter().map(|y| value(y.val())));
        row.extend([value(block.part.val()), value(block.always.val())]);
        rows.push(row);
    }
    let port = |name: &str, width, input| crate::judge::Port { name: name.into(), width, input };
    let mut ports: Vec<_> = (0..4).map(|i| port(&format!("x${i}"), 8, true)).collect();
    ports.extend([port("table", 8, true), port("join", 2, true)]);
    ports.extend((0..4).map(|i| port(&format!("y${i}"), 8, false)));
    ports.extend([port("part", 8, false), port("always", 8, false)]);
    Case { top: "arrays".into(), text, ports, clock: false, rows }
}
