//! Is every driven bit assigned on every path, and before it is read?
use crate::error::Error;
use crate::expr::{Expr, Id, ones};
use crate::kernel::Stmt;
use crate::scope::{Role, Scope};
use num_bigint::BigUint;
use std::collections::{BTreeMap, BTreeSet};

/// Bits assigned so far, per signal.
type Assigned = BTreeMap<Id, BigUint>;

/// Refuses latches, reads before the assignment, and signals nobody drives.
pub(crate) fn check(scope: &Scope, statements: &[Stmt]) -> Result<(), Error> {
    let mut check = Check { scope, read: BTreeSet::new() };
    let mut assigned = Assigned::new();
    check.block(statements, &mut assigned)?;
    let mut driven = BTreeSet::new();
    targets(statements, &mut driven);
    for (id, signal) in scope.signals.iter().enumerate() {
        let bits = assigned.get(&id).cloned().unwrap_or_default();
        let must = match signal.role {
            Role::Output | Role::PinIn => true,
            Role::Local => driven.contains(&id) || check.read.contains(&id),
            _ => false,
        };
        if must && !driven.contains(&id) {
            return Err(Error::Undriven(scope.place(&signal.raw)));
        }
        if must && bits != ones(signal.width) {
            return Err(Error::Latch(scope.place(&signal.raw)));
        }
    }
    Ok(())
}

/// All signals that `statements` assign.
pub(crate) fn targets(statements: &[Stmt], found: &mut BTreeSet<Id>) {
    for statement in statements {
        match statement {
            Stmt::Set { target, .. } => {
                found.insert(*target);
            }
            Stmt::If { then, other, .. } => {
                targets(then, found);
                targets(other, found);
            }
            Stmt::Case { arms, .. } => arms.iter().for_each(|(_, block)| targets(block, found)),
        }
    }
}

struct Check<'a> {
    scope: &'a Scope,
    read: BTreeSet<Id>,
}

impl Check<'_> {
    fn block(&mut self, statements: &[Stmt], assigned: &mut Assigned) -> Result<(), Error> {
        for statement in statements {
            match statement {
                Stmt::Set { target, low, value, .. } => {
                    self.reads(value, assigned, &self.scope.signals[*target].raw)?;
                    let bits = ones(value.width()) << low;
                    *assigned.entry(*target).or_default() |= bits;
                }
                Stmt::If { test, then, other } => {
                    self.reads(test, assigned, "the condition of an `if`")?;
                    self.branches([then, other].into_iter(), assigned)?;
                }
                Stmt::Case { test, arms } => {
                    self.reads(test, assigned, "the value of a `match`")?;
                    self.branches(arms.iter().map(|(_, block)| block), assigned)?;
                }
            }
        }
        Ok(())
    }

    /// What is assigned after branches of which one runs: what all of them assign.
    fn branches<'s>(
        &mut self,
        blocks: impl Iterator<Item = &'s Vec<Stmt>>,
        assigned: &mut Assigned,
    ) -> Result<(), Error> {
        let mut common: Option<Assigned> = None;
        for block in blocks {
            let mut here = assigned.clone();
            self.block(block, &mut here)?;
            common = Some(match common {
                None => here,
                Some(before) => before
                    .into_iter()
                    .filter_map(|(id, bits)| here.get(&id).map(|other| (id, bits & other)))
                    .collect(),
            });
        }
        *assigned = common.unwrap_or_default();
        Ok(())
    }

    fn reads(&mut self, expr: &Expr, assigned: &Assigned, place: &str) -> Result<(), Error> {
        let mut result = Ok(());
        expr.reads(&mut |id, low, width| {
            self.read.insert(id);
            let signal = &self.scope.signals[id];
            if !matches!(signal.role, Role::Local | Role::Output) {
                return;
            }
            let bits = ones(width) << low;
            if assigned.get(&id).is_none_or(|done| done & &bits != bits) {
                let place = self.scope.place(place);
                let read = signal.raw.replace('$', ".");
                result = Err(Error::ReadBeforeWrite { place, read });
            }
        });
        result
    }
}
