//! What does a kernel do, statement by statement, with loops unrolled and constants resolved?
use crate::error::Error;
use crate::expr::{Expr, Id};
use crate::lower::{Lower, Want};
use crate::scope::{Role, Scope};
use rust_hdl::core::ast::{
    VerilogBlock, VerilogBlockOrConditional, VerilogConditional, VerilogExpression, VerilogLink,
    VerilogLoop, VerilogMatch, VerilogStatement,
};
use rust_hdl::prelude::{TypeKind, VerilogLiteral};

/// A statement; assignments are in Rust's order, each seen by the reads behind it.
#[derive(Clone, Debug)]
pub(crate) enum Stmt {
    /// `low` and the width of `value` say which bits of the target are assigned.
    Set {
        target: Id,
        low: usize,
        value: Expr,
        /// Comments that stood above.
        notes: Vec<String>,
    },
    If {
        test: Expr,
        then: Vec<Stmt>,
        other: Vec<Stmt>,
    },
    /// Exactly one arm runs; the last one is printed as the default.
    Case {
        test: Expr,
        arms: Vec<(Expr, Vec<Stmt>)>,
    },
}

/// The statements of a kernel.
pub(crate) fn statements(scope: &Scope, block: &VerilogBlock) -> Result<Vec<Stmt>, Error> {
    let lower = Lower { scope, loops: vec![], target: "update".into() };
    let mut kernel = Kernel { lower, notes: vec![] };
    kernel.block(block)
}

/// What a `comment!` or `println!` says; rust-hdl leaves the macro's name around it.
fn comment(text: &str) -> &str {
    match text.split_once('"') {
        Some((name, said)) if !name.starts_with("assert") => said.trim_end_matches(['"', ')']),
        _ => text,
    }
}

struct Kernel<'a> {
    lower: Lower<'a>,
    notes: Vec<String>,
}

impl Kernel<'_> {
    fn block(&mut self, block: &VerilogBlock) -> Result<Vec<Stmt>, Error> {
        let mut out = vec![];
        for statement in block {
            self.statement(statement, &mut out)?;
        }
        Ok(out)
    }

    fn statement(&mut self, tree: &VerilogStatement, out: &mut Vec<Stmt>) -> Result<(), Error> {
        match tree {
            VerilogStatement::Assignment(target, value) => {
                out.push(self.assignment(target, value)?);
            }
            VerilogStatement::SliceAssignment { base, width, offset, replacement } => {
                out.push(self.field_assignment(base, *width, offset, replacement)?);
            }
            VerilogStatement::If(conditional) => self.conditional(conditional, out)?,
            VerilogStatement::Match(tree) => self.case(tree, out)?,
            VerilogStatement::Loop(tree) => self.unroll(tree, out)?,
            VerilogStatement::Comment(text) => {
                self.notes.extend(comment(text).lines().map(|line| line.trim().to_string()));
            }
            VerilogStatement::Macro(block) => out.extend(self.block(block)?),
            VerilogStatement::Link(links) => {
                for link in links {
                    out.push(self.link(link)?);
                }
            }
        }
        Ok(())
    }

    /// The signal behind the left side of an assignment.
    fn target(&mut self, tree: &VerilogExpression) -> Result<Id, Error> {
        let VerilogExpression::Signal(name) = tree else {
            let what = "an assignment to what is no signal";
            return Err(self.lower.refused(what, "assign `self.x.next`"));
        };
        self.target_named(name)
    }

    fn target_named(&mut self, name: &str) -> Result<Id, Error> {
        self.lower.target = name.trim_end_matches("$next").to_string();
        let raw = self.lower.raw_name(name)?;
        self.lower.target.clone_from(&raw);
        let scope = self.lower.scope;
        let Some(id) = scope.find(&raw) else {
            return Err(Error::UnknownName {
                place: self.lower.place(),
                name: raw.replace('$', "."),
            });
        };
        match scope.signals[id].role {
            Role::Output | Role::Local | Role::PinIn => Ok(id),
            _ => Err(Error::DrivenElsewhere(self.lower.place())),
        }
    }

    fn want(&self, id: Id) -> Want {
        let signal = &self.lower.scope.signals[id];
        let signed = matches!(signal.descriptor.kind, TypeKind::Signed(_));
        Want { width: signal.width, signed, descriptor: Some(signal.descriptor.clone()) }
    }

    fn assignment(
        &mut self,
        target: &VerilogExpression,
        value: &VerilogExpression,
    ) -> Result<Stmt, Error> {
        let target = self.target(target)?;
        let value = self.lower.expr(value, &self.want(target))?;
        Ok(Stmt::Set { target, low: 0, value, notes: std::mem::take(&mut self.notes) })
    }

    fn field_assignment(
        &mut self,
        base: &VerilogExpression,
        width: usize,
        offset: &VerilogExpression,
        value: &VerilogExpression,
    ) -> Result<Stmt, Error> {
        let target = self.target(base)?;
        let want = self.want(target);
        let offset = self.lower.index(offset)?;
        let Some(low) = offset.constant().and_then(|at| usize::try_from(at).ok()) else {
            return Err(self.lower.refused(
                "an assignment to bits at a run-time index",
                "use `x.next = x.val().replace_bit(i, v)`",
            ));
        };
        if low + width > want.width {
            return Err(Error::OutOfRange {
                place: self.lower.place(),
                index: (low + width - 1).to_string(),
                width: want.width,
            });
        }
        let field = want.descriptor.and_then(|d| crate::lower::struct_field(&d, low, width));
        let signed = field.as_ref().is_some_and(|d| matches!(d.kind, TypeKind::Signed(_)));
        let want = Want { width, signed, descriptor: field.map(Into::into) };
        let value = self.lower.expr(value, &want)?;
        Ok(Stmt::Set { target, low, value, notes: std::mem::take(&mut self.notes) })
    }

    fn conditional(&mut self, tree: &VerilogConditional, out: &mut Vec<Stmt>) -> Result<(), Error> {
        self.lower.target = "the condition of an `if`".into();
        let test = self.lower.condition(&tree.test)?;
        let known = test.constant().map(|value| value.bits() != 0);
        let then = if known == Some(false) { vec![] } else { self.block(&tree.then)? };
        let other = match &tree.otherwise {
            _ if known == Some(true) => vec![],
            VerilogBlockOrConditional::None => vec![],
            VerilogBlockOrConditional::Block(block) => self.block(block)?,
            VerilogBlockOrConditional::Conditional(next) => {
                let mut inner = vec![];
                self.statement(next, &mut inner)?;
                inner
            }
        };
        match known {
            Some(_) => out.extend(then.into_iter().chain(other)),
            None => out.push(Stmt::If { test, then, other }),
        }
        Ok(())
    }

    fn case(&mut self, tree: &VerilogMatch, out: &mut Vec<Stmt>) -> Result<(), Error> {
        self.lower.target = "the value of a `match`".into();
        let (test, descriptor) = self.lower.typed(&tree.test)?;
        let want = Want { width: test.width(), signed: false, descriptor };
        let mut arms = vec![];
        for case in &tree.cases {
            self.lower.target = "a pattern of a `match`".into();
            let label = self.lower.pattern(&case.condition, &want)?;
            let block = self.block(&case.block)?;
            let is_last = label.is_none();
            arms.push((label, block));
            if is_last {
                break;
            }
        }
        if let Some(value) = test.constant() {
            let hit =
                |label: &Option<Expr>| label.as_ref().is_none_or(|l| l.constant() == Some(value));
            let taken = arms.into_iter().find(|(label, _)| hit(label));
            out.extend(taken.into_iter().flat_map(|(_, block)| block));
            return Ok(());
        }
        if arms.len() == 1 {
            out.extend(arms.into_iter().flat_map(|(_, block)| block));
            return Ok(());
        }
        // Rust has checked that the arms cover all values: the last one is the default.
        let otherwise = Expr::number(0u8, want.width);
        let arms = arms.into_iter().map(|(label, b)| (label.unwrap_or(otherwise.clone()), b));
        out.push(Stmt::Case { test, arms: arms.collect() });
        Ok(())
    }

    fn unroll(&mut self, tree: &VerilogLoop, out: &mut Vec<Stmt>) -> Result<(), Error> {
        self.lower.target = "the bounds of a `for`".into();
        let (from, to) = (self.bound(&tree.from)?, self.bound(&tree.to)?);
        for value in from..to {
            self.lower.loops.push((tree.index.clone(), value));
            let body = self.block(&tree.block);
            self.lower.loops.pop();
            out.extend(body?);
        }
        Ok(())
    }

    fn bound(&self, literal: &VerilogLiteral) -> Result<usize, Error> {
        let value = crate::collect::number(literal);
        u32::try_from(&value)
            .map(|value| value as usize)
            .map_err(|_| self.lower.refused("a bound outside 32 bits", "count from 0 up"))
    }

    fn link(&mut self, link: &VerilogLink) -> Result<Stmt, Error> {
        let (to, from, field) = match link {
            VerilogLink::Forward(link) => (&link.other_name, &link.owner_name, &link.my_name),
            VerilogLink::Backward(link) => (&link.owner_name, &link.other_name, &link.my_name),
            VerilogLink::Bidirectional(_) => {
                return Err(self.lower.refused(
                    "a link of inout signals",
                    "split them into in, out and enable; tristates belong in the board's top",
                ));
            }
        };
        let target = self.target_named(&format!("{to}{field}"))?;
        let want = self.want(target);
        let source = VerilogExpression::Signal(format!("{from}{field}"));
        let value = self.lower.expr(&source, &want)?;
        Ok(Stmt::Set { target, low: 0, value, notes: std::mem::take(&mut self.notes) })
    }
}
