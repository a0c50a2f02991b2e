//! A block whose kernel is a random tree: signals of many widths, statements of all kinds.
use super::tree::{Pair, Readable, Values, expression, signed};
use crate::judge::Port;
use crate::judge::bits::WIDTHS;
use crate::judge::seed::Seed;
use num_bigint::BigUint;
use rust_hdl::core::ast::{
    VerilogBlock, VerilogBlockOrConditional, VerilogCase, VerilogConditional, VerilogExpression,
    VerilogLoop, VerilogMatch, VerilogStatement as Tree,
};
use rust_hdl::prelude::*;

/// A statement's meaning.
type Step = Box<dyn Fn(&mut Values)>;

struct Wire {
    name: String,
    kind: AtomKind,
    width: usize,
    signed: bool,
}

impl Atom for Wire {
    fn bits(&self) -> usize {
        self.width
    }
    fn connected(&self) -> bool {
        true
    }
    fn changed(&self) -> bool {
        false
    }
    fn kind(&self) -> AtomKind {
        self.kind
    }
    fn descriptor(&self) -> TypeDescriptor {
        let kind =
            if self.signed { TypeKind::Signed(self.width) } else { TypeKind::Bits(self.width) };
        TypeDescriptor { name: "random".into(), kind }
    }
    fn vcd(&self) -> VCDValue {
        false.into()
    }
    fn id(&self) -> usize {
        0
    }
    fn verilog(&self) -> VerilogLiteral {
        false.into()
    }
    fn constraints(&self) -> Vec<PinConstraint> {
        vec![]
    }
}

pub struct Random {
    wires: Vec<Wire>,
    pub tree: VerilogBlock,
    meaning: Vec<Step>,
}

impl Logic for Random {
    fn update(&mut self) {}
    fn hdl(&self) -> Verilog {
        Verilog::Combinatorial(self.tree.clone())
    }
}

impl Block for Random {
    fn connect_all(&mut self) {}
    fn update_all(&mut self) {}
    fn has_changed(&self) -> bool {
        false
    }
    fn accept(&self, name: &str, probe: &mut dyn Probe) {
        probe.visit_start_scope(name, self);
        for wire in &self.wires {
            probe.visit_atom(&wire.name, wire);
        }
        probe.visit_end_scope(name, self);
    }
}

/// What may be assigned (all of it has been, once) and what may be read.
struct Maker<'a> {
    seed: &'a mut Seed,
    driven: Readable,
    readable: Readable,
}

impl Random {
    pub fn new(seed: &mut Seed) -> Random {
        let mut wires = vec![];
        for (number, width) in WIDTHS.into_iter().enumerate() {
            let wire = |name: String, kind, signed| Wire { name, kind, width, signed };
            wires.push(wire(format!("in{number}"), AtomKind::InputParameter, false));
            wires.push(wire(format!("sin{number}"), AtomKind::InputParameter, true));
        }
        for number in 0..6 {
            let width = WIDTHS[seed.below(WIDTHS.len())];
            let kind = if number < 3 { AtomKind::LocalSignal } else { AtomKind::OutputParameter };
            let signed = seed.below(4) == 0;
            wires.push(Wire { name: format!("y${number}"), kind, width, signed });
        }
        let inputs = wires.iter().filter(|wire| wire.kind == AtomKind::InputParameter);
        let readable = inputs.map(|wire| (wire.name.clone(), wire.width, wire.signed)).collect();
        let mut maker = Maker { seed, driven: vec![], readable };
        let (mut tree, mut meaning) = (vec![], vec![]);
        for wire in wires.iter().filter(|wire| wire.kind != AtomKind::InputParameter) {
            let target = (wire.name.clone(), wire.width, wire.signed);
            maker.assign(&target, &mut tree, &mut meaning);
            maker.driven.push(target.clone());
            maker.readable.push(target);
            for _ in 0..maker.seed.below(3) {
                maker.statement(2, &mut tree, &mut meaning);
            }
        }
        Random { wires, tree, meaning }
    }

    pub fn ports(&self) -> Vec<Port> {
        let ports = self.wires.iter().filter(|wire| wire.kind != AtomKind::LocalSignal);
        ports
            .map(|wire| Port {
                name: wire.name.clone(),
                width: wire.width,
                input: wire.kind == AtomKind::InputParameter,
            })
            .collect()
    }

    /// Random inputs and what the tree makes of them.
    pub fn row(&mut self, seed: &mut Seed) -> Vec<BigUint> {
        let mut values = Values::new();
        for wire in &self.wires {
            if wire.kind == AtomKind::InputParameter {
                values.insert(wire.name.clone(), seed.number(wire.width));
            }
        }
        self.meaning.iter().for_each(|step| step(&mut values));
        self.ports().iter().map(|port| values[&port.name].clone()).collect()
    }
}

impl Maker<'_> {
    fn expression(&mut self, width: usize, is_signed: bool) -> Pair {
        let depth = self.seed.below(4);
        let make = if is_signed { signed } else { expression };
        make(self.seed, width, depth, &self.readable)
    }

    fn assign(
        &mut self,
        (name, width, signed): &(String, usize, bool),
        tree: &mut VerilogBlock,
        meaning: &mut Vec<Step>,
    ) {
        let value = self.expression(*width, *signed);
        let target = VerilogExpression::Signal(format!("{name}$next"));
        tree.push(Tree::Assignment(target, value.tree));
        let (name, value) = (name.clone(), value.meaning);
        meaning.push(Box::new(move |v| {
            let value = value(v);
            v.insert(name.clone(), value);
        }));
    }

    fn block(&mut self, depth: usize) -> (VerilogBlock, Vec<Step>) {
        let (mut tree, mut meaning) = (vec![], vec![]);
        for _ in 0..self.seed.below(3) {
            self.statement(depth, &mut tree, &mut meaning);
        }
        (tree, meaning)
    }

    fn statement(&mut self, depth: usize, tree: &mut VerilogBlock, meaning: &mut Vec<Step>) {
        let target = self.driven[self.seed.below(self.driven.len())].clone();
        match if depth == 0 { 0 } else { self.seed.below(8) } {
            0..=2 => self.assign(&target, tree, meaning),
            3 => self.field(&target, tree, meaning),
            4 => self.matched(depth - 1, tree, meaning),
            5 => self.repeated(&target, tree, meaning),
            _ => self.conditional(depth - 1, tree, meaning),
        }
    }

    /// Some bits of a signal, as a struct's field is assigned.
    fn field(
        &mut self,
        (name, width, _): &(String, usize, bool),
        tree: &mut VerilogBlock,
        meaning: &mut Vec<Step>,
    ) {
        let fitting: Vec<_> = WIDTHS.into_iter().filter(|part| part <= width).collect();
        let part = fitting[self.seed.below(fitting.len())];
        let low = self.seed.below(width - part + 1);
        let value = self.expression(part, false);
        tree.push(Tree::SliceAssignment {
            base: VerilogExpression::Signal(format!("{name}$next")),
            width: part,
            offset: VerilogExpression::Literal(low.into()),
            replacement: value.tree,
        });
        let (name, value) = (name.clone(), value.meaning);
        meaning.push(Box::new(move |v| {
            let mask = ((BigUint::from(1u8) << part) - 1u8) << low;
            let new = value(v) << low;
            let old = v[&name].clone();
            v.insert(name.clone(), (&old | &mask) ^ &mask | new);
        }));
    }

    fn conditional(&mut self, depth: usize, tree: &mut VerilogBlock, meaning: &mut Vec<Step>) {
        let test = self.expression(1, false);
        let (then, then_steps) = self.block(depth);
        let (other, other_steps) = self.block(depth);
        let otherwise = match self.seed.below(3) {
            _ if other.is_empty() => VerilogBlockOrConditional::None,
            0 if matches!(other.as_slice(), [Tree::If(_)]) => {
                VerilogBlockOrConditional::Conditional(Box::new(other[0].clone()))
            }
            _ => VerilogBlockOrConditional::Block(other),
        };
        tree.push(Tree::If(VerilogConditional { test: test.tree, then, otherwise }));
        let test = test.meaning;
        meaning.push(Box::new(move |v| {
            let steps = if test(v).bits() != 0 { &then_steps } else { &other_steps };
            steps.iter().for_each(|step| step(v));
        }));
    }

    /// `match` on a `bool`: with both patterns, or with `_`.
    fn matched(&mut self, depth: usize, tree: &mut VerilogBlock, meaning: &mut Vec<Step>) {
        let test = self.expression(1, false);
        let (yes, yes_steps) = self.block(depth);
        let (no, no_steps) = self.block(depth);
        let last = if self.seed.below(2) == 0 { "default" } else { "false" };
        let arm = |condition: &str, block| VerilogCase { condition: condition.into(), block };
        let cases = vec![arm("true", yes), arm(last, no)];
        tree.push(Tree::Match(VerilogMatch { test: test.tree, cases }));
        let test = test.meaning;
        meaning.push(Box::new(move |v| {
            let steps = if test(v).bits() != 0 { &yes_steps } else { &no_steps };
            steps.iter().for_each(|step| step(v));
        }));
    }

    /// A loop that folds bits of an input into a signal.
    fn repeated(
        &mut self,
        target: &(String, usize, bool),
        tree: &mut VerilogBlock,
        meaning: &mut Vec<Step>,
    ) {
        let times = 1 + self.seed.below(4);
        let bit = VerilogExpression::Index(
            Box::new(VerilogExpression::Signal("in3".into())),
            Box::new(VerilogExpression::Signal("i".into())),
        );
        let (mut body, mut steps) = (vec![], vec![]);
        self.assign(target, &mut body, &mut steps);
        let test = VerilogConditional {
            test: bit,
            then: body,
            otherwise: VerilogBlockOrConditional::None,
        };
        tree.push(Tree::Loop(VerilogLoop {
            index: "i".into(),
            from: 0usize.into(),
            to: times.into(),
            block: vec![Tree::Comment("a fold".into()), Tree::If(test)],
        }));
        meaning.push(Box::new(move |v| {
            for at in 0..times {
                if v["in3"].bit(at as u64) {
                    steps.iter().for_each(|step| step(v));
                }
            }
        }));
    }
}
