//! Which signals get a process of their own, and which must share one?
//!
//! Rust runs a kernel top to bottom; a read sees the assignments above it. A process of its own
//! sees other signals' *final* values. So a signal that reads another one's intermediate value
//! shares its process, in Rust's order; all others are split. Inputs of children are the
//! exception: rust-hdl reads them settled, which is the final value always.
use crate::assigned;
use crate::error::Error;
use crate::expr::{Expr, Id};
use crate::kernel::Stmt;
use crate::scope::{Role, Scope};
use std::collections::{BTreeMap, BTreeSet};

/// Signals assigned together, and the statements that do it.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(crate) targets: BTreeSet<Id>,
    pub(crate) body: Vec<Stmt>,
}

/// A read of `source` at `at` that decides something about `target`.
struct Read {
    target: Id,
    source: Id,
    at: usize,
}

#[derive(Default)]
struct Order {
    clock: usize,
    last_write: BTreeMap<Id, usize>,
    first_write: BTreeMap<Id, usize>,
    reads: Vec<Read>,
}

impl Order {
    fn block(&mut self, statements: &[Stmt]) {
        for statement in statements {
            self.clock += 1;
            let at = self.clock;
            match statement {
                Stmt::Set { target, value, .. } => {
                    self.read(value, &BTreeSet::from([*target]), at);
                    self.last_write.insert(*target, at);
                    self.first_write.entry(*target).or_insert(at);
                }
                Stmt::If { test, .. } | Stmt::Case { test, .. } => {
                    let mut inside = BTreeSet::new();
                    assigned::targets(std::slice::from_ref(statement), &mut inside);
                    self.read(test, &inside, at);
                    match statement {
                        Stmt::If { then, other, .. } => {
                            self.block(then);
                            self.block(other);
                        }
                        Stmt::Case { arms, .. } => arms.iter().for_each(|arm| self.block(&arm.1)),
                        Stmt::Set { .. } => {}
                    }
                }
            }
        }
    }

    fn read(&mut self, expr: &Expr, targets: &BTreeSet<Id>, at: usize) {
        expr.reads(&mut |source, _, _| {
            let reads = targets.iter().map(|target| Read { target: *target, source, at });
            self.reads.extend(reads);
        });
    }

    /// Is the value read not yet the one the kernel leaves behind?
    fn is_intermediate(&self, read: &Read) -> bool {
        self.last_write.get(&read.source).is_some_and(|last| *last >= read.at)
    }
}

/// Sets of signals; each is named by one of its members.
struct Groups(Vec<Id>);

impl Groups {
    fn of(&self, mut id: Id) -> Id {
        while self.0[id] != id {
            id = self.0[id];
        }
        id
    }

    fn join(&mut self, a: Id, b: Id) {
        let (a, b) = (self.of(a), self.of(b));
        self.0[a.max(b)] = a.min(b);
    }
}

/// Splits a kernel into processes, in the order of their first assignments.
pub(crate) fn split(scope: &Scope, statements: &[Stmt]) -> Result<Vec<Process>, Error> {
    assigned::check(scope, statements)?;
    let mut order = Order::default();
    order.block(statements);
    let mut groups = Groups((0..scope.signals.len()).collect());
    let is_pin = |id: Id| scope.signals[id].role == Role::PinIn;
    for read in order.reads.iter().filter(|read| !is_pin(read.source)) {
        if order.is_intermediate(read) {
            groups.join(read.target, read.source);
        }
    }
    merge_rings(&mut groups, &order);
    for read in order.reads.iter().filter(|read| is_pin(read.source)) {
        if order.is_intermediate(read) && groups.of(read.target) == groups.of(read.source) {
            let place = scope.place(&scope.signals[read.target].raw);
            let read = scope.signals[read.source].raw.replace('$', ".");
            return Err(Error::Loop { place, read });
        }
    }
    let mut members: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
    for id in order.first_write.keys() {
        members.entry(groups.of(*id)).or_default().insert(*id);
    }
    let mut bodies: BTreeMap<Id, Vec<Stmt>> = BTreeMap::new();
    for statement in statements {
        let mut inside = BTreeSet::new();
        assigned::targets(std::slice::from_ref(statement), &mut inside);
        let touched: BTreeSet<Id> = inside.iter().map(|id| groups.of(*id)).collect();
        for group in touched {
            let kept = slice(std::slice::from_ref(statement), &members[&group]);
            bodies.entry(group).or_default().extend(kept);
        }
    }
    let mut all: Vec<Process> = members
        .into_iter()
        .map(|(group, targets)| {
            let body = bodies.remove(&group).unwrap_or_default();
            Process { body: without_dead_defaults(scope, body, &targets), targets }
        })
        .collect();
    all.sort_by_key(|process| process.targets.iter().map(|id| order.first_write[id]).min());
    Ok(all)
}

/// Processes that wait for each other in a ring are one process: readers would see a loop where
/// there is none.
fn merge_rings(groups: &mut Groups, order: &Order) {
    let mut edges: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
    for read in order.reads.iter().filter(|read| order.last_write.contains_key(&read.source)) {
        let (to, from) = (groups.of(read.target), groups.of(read.source));
        if to != from {
            edges.entry(to).or_default().insert(from);
        }
    }
    let mut search = Rings { edges: &edges, number: BTreeMap::new(), stack: vec![], rings: vec![] };
    for start in edges.keys() {
        search.visit(*start);
    }
    for ring in search.rings {
        ring.windows(2).for_each(|pair| groups.join(pair[0], pair[1]));
    }
}

/// Tarjan's strongly connected components.
struct Rings<'a> {
    edges: &'a BTreeMap<Id, BTreeSet<Id>>,
    number: BTreeMap<Id, usize>,
    stack: Vec<Id>,
    rings: Vec<Vec<Id>>,
}

impl Rings<'_> {
    /// The lowest number reachable from `node` among the nodes on the stack.
    fn visit(&mut self, node: Id) -> usize {
        if let Some(number) = self.number.get(&node) {
            return if self.stack.contains(&node) { *number } else { usize::MAX };
        }
        let own = self.number.len();
        self.number.insert(node, own);
        self.stack.push(node);
        let mut low = own;
        for next in self.edges.get(&node).into_iter().flatten() {
            low = low.min(self.visit(*next));
        }
        if low == own {
            let from = self.stack.iter().position(|n| *n == node).unwrap_or_default();
            self.rings.push(self.stack.split_off(from));
        }
        low
    }
}

/// The statements that assign members of `targets`, with the conditions around them.
fn slice(statements: &[Stmt], targets: &BTreeSet<Id>) -> Vec<Stmt> {
    let mut out = vec![];
    for statement in statements {
        match statement {
            Stmt::Set { target, .. } if targets.contains(target) => out.push(statement.clone()),
            Stmt::Set { .. } => {}
            Stmt::If { test, then, other } => {
                let (then, other) = (slice(then, targets), slice(other, targets));
                match (then.is_empty(), other.is_empty()) {
                    (true, true) => {}
                    (true, false) => {
                        out.push(Stmt::If {
                            test: Expr::not(test.clone()),
                            then: other,
                            other: vec![],
                        });
                    }
                    _ => out.push(Stmt::If { test: test.clone(), then, other }),
                }
            }
            Stmt::Case { test, arms } => {
                let arms: Vec<_> = arms
                    .iter()
                    .map(|(label, block)| (label.clone(), slice(block, targets)))
                    .collect();
                if arms.iter().any(|(_, block)| !block.is_empty()) {
                    out.push(Stmt::Case { test: test.clone(), arms });
                }
            }
        }
    }
    out
}

/// Drops what a later unconditional assignment of the only target overwrites unread.
fn without_dead_defaults(scope: &Scope, body: Vec<Stmt>, targets: &BTreeSet<Id>) -> Vec<Stmt> {
    let (Some(only), true) = (targets.first(), targets.len() == 1) else { return body };
    let width = scope.signals[*only].width;
    let overwrites = |statement: &Stmt| match statement {
        Stmt::Set { low: 0, value, .. } if value.width() == width => {
            let mut reads_itself = false;
            value.reads(&mut |id, _, _| reads_itself |= id == *only);
            !reads_itself
        }
        _ => false,
    };
    match body.iter().rposition(overwrites) {
        Some(from) => body.into_iter().skip(from).collect(),
        None => body,
    }
}
