//! How does a kernel, which runs top to bottom, become processes that all run at once?
//!
//! Each driven signal has a process of its own, made of the statements that assign it and the
//! conditions around them. A read in Rust sees the assignments above it, a process sees the final
//! values of others. Where these differ, the value in between gets a signal of its own, `x_s1`,
//! and what follows starts from there. So no process reads what it assigns, which simulators and
//! Verilator's ordering like best.
use crate::assigned;
use crate::error::Error;
use crate::expr::{Expr, Id};
use crate::kernel::Stmt;
use crate::scope::{Role, Scope};
use std::collections::{BTreeMap, BTreeSet};

/// A signal, and the statements that assign it.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(crate) target: Id,
    pub(crate) body: Vec<Stmt>,
}

/// Splits a kernel into processes, in the order of Rust's statements; adds the signals that hold
/// values in between to the scope.
pub(crate) fn split(scope: &mut Scope, statements: &[Stmt]) -> Result<Vec<Process>, Error> {
    assigned::check(scope, statements)?;
    let mut walk = Walk { scope, levels: vec![Level::default()], made: vec![], order: vec![] };
    let mut states = States::new();
    walk.block(statements, &mut states, &|_| false);
    let order = std::mem::take(&mut walk.order);
    for target in &order {
        let body = walk.body(*target, *target, states.get(target));
        walk.made.push(Process { target: *target, body });
    }
    let processes = in_use(walk.scope, walk.made);
    refuse_loops(scope, &processes)?;
    Ok(processes)
}

/// What holds a signal's value so far.
#[derive(Clone, Default)]
struct State {
    /// The signal with the value up to statement `index` of `level`.
    version: Option<Id>,
    level: usize,
    index: usize,
    /// Assigned since.
    pending: bool,
}

type States = BTreeMap<Id, State>;

/// Which branch a block is.
#[derive(Clone)]
enum Guard {
    If(Expr, bool),
    Case(Expr, Vec<Expr>, usize),
}

/// A block being walked: its statements so far, with reads resolved.
#[derive(Default)]
struct Level {
    guard: Option<Guard>,
    done: Vec<Stmt>,
}

struct Walk<'a> {
    scope: &'a mut Scope,
    levels: Vec<Level>,
    made: Vec<Process>,
    /// Driven signals in the order of their first assignments.
    order: Vec<Id>,
}

impl Walk<'_> {
    /// Walks a block; `later` says whether a signal is assigned behind the block.
    fn block(&mut self, block: &[Stmt], states: &mut States, later: &dyn Fn(Id) -> bool) {
        let targets: Vec<BTreeSet<Id>> = block.iter().map(targets_of).collect();
        let mut last: BTreeMap<Id, usize> = BTreeMap::new();
        for (number, found) in targets.iter().enumerate() {
            last.extend(found.iter().map(|id| (*id, number)));
        }
        for (number, (statement, here)) in block.iter().zip(targets).enumerate() {
            let after = |id: Id| last.get(&id).is_some_and(|at| *at > number) || later(id);
            let mut read = BTreeSet::new();
            reads(std::slice::from_ref(statement), &mut read);
            for id in read {
                // Inputs of children are read settled.
                let sequential = self.scope.signals[id].role != Role::PinIn;
                if sequential
                    && states.get(&id).is_some_and(|state| state.pending)
                    && (here.contains(&id) || after(id))
                {
                    self.keep(id, states);
                }
            }
            let resolved = self.statement(statement, states, &after);
            self.level().done.push(resolved);
            for id in here {
                if !self.order.contains(&id) {
                    self.order.push(id);
                }
                states.entry(id).or_default().pending = true;
            }
        }
    }

    fn level(&mut self) -> &mut Level {
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    fn statement(&mut self, tree: &Stmt, states: &States, later: &dyn Fn(Id) -> bool) -> Stmt {
        match tree {
            Stmt::Set { target, low, value, notes } => Stmt::Set {
                target: *target,
                low: *low,
                value: resolve(value, states),
                notes: notes.clone(),
            },
            Stmt::If { test, then, other } => {
                let test = resolve(test, states);
                let then = self.branch(Guard::If(test.clone(), true), then, states, later);
                let other = self.branch(Guard::If(test.clone(), false), other, states, later);
                Stmt::If { test, then, other }
            }
            Stmt::Case { test, arms } => {
                let test = resolve(test, states);
                let labels: Vec<Expr> = arms.iter().map(|(label, _)| label.clone()).collect();
                let arms = arms.iter().enumerate().map(|(number, (label, block))| {
                    let guard = Guard::Case(test.clone(), labels.clone(), number);
                    (label.clone(), self.branch(guard, block, states, later))
                });
                Stmt::Case { arms: arms.collect(), test }
            }
        }
    }

    /// A branch starts from the values before it; what it kept is of no use behind it.
    fn branch(
        &mut self,
        guard: Guard,
        block: &[Stmt],
        states: &States,
        later: &dyn Fn(Id) -> bool,
    ) -> Vec<Stmt> {
        self.levels.push(Level { guard: Some(guard), done: vec![] });
        self.block(block, &mut states.clone(), later);
        self.levels.pop().map(|level| level.done).unwrap_or_default()
    }

    /// Gives the value that `id` has here a signal of its own.
    fn keep(&mut self, id: Id, states: &mut States) {
        let version = self.scope.add_version(id);
        let body = self.body(id, version, states.get(&id));
        self.made.push(Process { target: version, body });
        let level = self.levels.len() - 1;
        let index = self.levels[level].done.len();
        states.insert(id, State { version: Some(version), level, index, pending: false });
    }

    /// The assignments of `id` since its last kept value, as assignments of `target`.
    fn body(&self, id: Id, target: Id, state: Option<&State>) -> Vec<Stmt> {
        let state = state.cloned().unwrap_or_default();
        let mut inner: Vec<Stmt> = vec![];
        for (number, level) in self.levels.iter().enumerate().skip(state.level).rev() {
            let from = if number == state.level { state.index } else { 0 };
            let mut all = slice(&level.done[from..], id, target);
            all.append(&mut inner);
            inner = match &level.guard {
                Some(guard) if number > state.level => guarded(guard, all),
                _ => all,
            };
        }
        let width = self.scope.signals[id].width;
        let start = match state.version {
            Some(version) => Some(Expr::Signal { id: version, width }),
            // Read on the paths that assign it only; elsewhere any value will do.
            None if id != target => Some(Expr::number(0u8, width)),
            None => None,
        };
        let set = |value| Stmt::Set { target, low: 0, value, notes: vec![] };
        let body = start.map(set).into_iter().chain(inner).collect();
        without_dead_defaults(body, width)
    }
}

fn targets_of(statement: &Stmt) -> BTreeSet<Id> {
    let mut found = BTreeSet::new();
    assigned::targets(std::slice::from_ref(statement), &mut found);
    found
}

fn guarded(guard: &Guard, block: Vec<Stmt>) -> Vec<Stmt> {
    if block.is_empty() {
        return block;
    }
    match guard {
        Guard::If(test, true) => vec![Stmt::If { test: test.clone(), then: block, other: vec![] }],
        Guard::If(test, false) => {
            vec![Stmt::If { test: Expr::not(test.clone()), then: block, other: vec![] }]
        }
        Guard::Case(test, labels, number) => {
            let mut arms: Vec<_> = labels.iter().map(|label| (label.clone(), vec![])).collect();
            arms[*number].1 = block;
            vec![Stmt::Case { test: test.clone(), arms }]
        }
    }
}

/// The expression with each signal replaced by what holds its value.
fn resolve(expr: &Expr, states: &States) -> Expr {
    expr.clone().with_signals(&|id| match states.get(&id) {
        Some(State { version: Some(version), pending: false, .. }) => *version,
        _ => id,
    })
}

/// All signals that `statements` read.
pub(crate) fn reads(statements: &[Stmt], found: &mut BTreeSet<Id>) {
    let note = |expr: &Expr, found: &mut BTreeSet<Id>| {
        expr.reads(&mut |id, _, _| {
            found.insert(id);
        });
    };
    for statement in statements {
        match statement {
            Stmt::Set { value, .. } => note(value, found),
            Stmt::If { test, then, other } => {
                note(test, found);
                reads(then, found);
                reads(other, found);
            }
            Stmt::Case { test, arms } => {
                note(test, found);
                arms.iter().for_each(|(_, block)| reads(block, found));
            }
        }
    }
}

/// The assignments of `id`, as assignments of `target`, with the conditions around them.
fn slice(statements: &[Stmt], id: Id, target: Id) -> Vec<Stmt> {
    let mut out = vec![];
    for statement in statements {
        match statement {
            Stmt::Set { target: found, low, value, notes } if *found == id => {
                let notes = if id == target { notes.clone() } else { vec![] };
                out.push(Stmt::Set { target, low: *low, value: value.clone(), notes });
            }
            Stmt::Set { .. } => {}
            Stmt::If { test, then, other } => {
                let (then, other) = (slice(then, id, target), slice(other, id, target));
                match (then.is_empty(), other.is_empty()) {
                    (true, true) => {}
                    (true, false) => {
                        let test = Expr::not(test.clone());
                        out.push(Stmt::If { test, then: other, other: vec![] });
                    }
                    _ => out.push(Stmt::If { test: test.clone(), then, other }),
                }
            }
            Stmt::Case { test, arms } => {
                let arms: Vec<_> = arms
                    .iter()
                    .map(|(label, block)| (label.clone(), slice(block, id, target)))
                    .collect();
                if arms.iter().any(|(_, block)| !block.is_empty()) {
                    out.push(Stmt::Case { test: test.clone(), arms });
                }
            }
        }
    }
    out
}

/// Drops what a later unconditional assignment of all bits overwrites.
fn without_dead_defaults(body: Vec<Stmt>, width: usize) -> Vec<Stmt> {
    let overwrites = |statement: &Stmt| match statement {
        Stmt::Set { low: 0, value, .. } => value.width() == width,
        _ => false,
    };
    match body.iter().rposition(overwrites) {
        Some(from) => body.into_iter().skip(from).collect(),
        None => body,
    }
}

/// Drops kept values that nobody reads.
fn in_use(scope: &Scope, mut processes: Vec<Process>) -> Vec<Process> {
    loop {
        let mut read = BTreeSet::new();
        processes.iter().for_each(|process| reads(&process.body, &mut read));
        let before = processes.len();
        processes.retain(|one| !scope.is_version(one.target) || read.contains(&one.target));
        if processes.len() == before {
            return processes;
        }
    }
}

/// Only inputs of children, which are read settled, can close a loop.
fn refuse_loops(scope: &Scope, processes: &[Process]) -> Result<(), Error> {
    let mut waits: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
    for process in processes {
        reads(&process.body, waits.entry(process.target).or_default());
    }
    let ready = |id: &Id, waits: &BTreeMap<Id, BTreeSet<Id>>| !waits.contains_key(id);
    loop {
        let done: Vec<Id> = waits
            .iter()
            .filter(|(_, sources)| sources.iter().all(|source| ready(source, &waits)))
            .map(|(target, _)| *target)
            .collect();
        if done.is_empty() {
            break;
        }
        done.iter().for_each(|target| {
            waits.remove(target);
        });
    }
    let pin = |id: &&Id| scope.signals[**id].role == Role::PinIn && waits.contains_key(id);
    let closed = waits
        .iter()
        .find_map(|(target, sources)| sources.iter().find(pin).map(|source| (*target, *source)));
    match closed {
        None => Ok(()),
        Some((target, source)) => Err(Error::Loop {
            place: scope.place(&scope.signals[target].raw),
            read: scope.signals[source].raw.replace('$', "."),
        }),
    }
}
