//! What cannot be written in one expression?
//!
//! Verilog selects bits of signals only. A selection from anything else goes through a signal of
//! its own, `x_t1`, used by all who select from the same expression. (SystemVerilog's casts would
//! do, but yosys computes with them at wrong widths.)
use crate::expr::{Expr, Id};
use crate::kernel::Stmt;
use crate::process::Process;
use crate::scope::Scope;
use std::collections::HashMap;

/// The processes with selections from signals only, and the processes that make these signals.
pub(crate) fn hoist(scope: &mut Scope, processes: Vec<Process>) -> Vec<Process> {
    let mut hoist = Hoist { scope, known: HashMap::new(), out: vec![], target: 0 };
    for process in processes {
        hoist.target = process.target;
        let body = hoist.block(process.body);
        hoist.out.push(Process { target: process.target, body });
    }
    hoist.out
}

struct Hoist<'a> {
    scope: &'a mut Scope,
    known: HashMap<Expr, Id>,
    out: Vec<Process>,
    target: Id,
}

impl Hoist<'_> {
    fn block(&mut self, block: Vec<Stmt>) -> Vec<Stmt> {
        block.into_iter().map(|statement| self.statement(statement)).collect()
    }

    fn statement(&mut self, statement: Stmt) -> Stmt {
        match statement {
            Stmt::Set { target, low, value, notes } => {
                Stmt::Set { target, low, value: self.expr(value), notes }
            }
            Stmt::If { test, then, other } => {
                Stmt::If { test: self.expr(test), then: self.block(then), other: self.block(other) }
            }
            Stmt::Case { test, arms } => {
                let test = self.expr(test);
                let arms = arms.into_iter().map(|(label, block)| (label, self.block(block)));
                Stmt::Case { test, arms: arms.collect() }
            }
        }
    }

    fn expr(&mut self, expr: Expr) -> Expr {
        match expr.map(&mut |inner| self.expr(inner)) {
            Expr::Slice(of, low, width) => Expr::Slice(self.signal(*of).into(), low, width),
            Expr::Pick(of, index) => Expr::Pick(self.signal(*of).into(), self.index(*index).into()),
            Expr::Part(of, index, width) => {
                Expr::Part(self.signal(*of).into(), self.index(*index).into(), width)
            }
            Expr::SignExtend(of, width) => Expr::SignExtend(self.signal(*of).into(), width),
            other => other,
        }
    }

    /// An index may be cut to the bits it needs.
    fn index(&mut self, index: Expr) -> Expr {
        match index {
            Expr::Slice(..) => index,
            other => self.signal(other),
        }
    }

    fn signal(&mut self, expr: Expr) -> Expr {
        let width = expr.width();
        if let Expr::Signal { .. } = expr {
            return expr;
        }
        if let Some(id) = self.known.get(&expr) {
            return Expr::Signal { id: *id, width };
        }
        let id = self.scope.add_part(self.target, width);
        self.known.insert(expr.clone(), id);
        let set = Stmt::Set { target: id, low: 0, value: expr, notes: vec![] };
        self.out.push(Process { target: id, body: vec![set] });
        Expr::Signal { id, width }
    }
}
