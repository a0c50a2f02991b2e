//! How is an expression written so that every reader computes it at its own width?
use crate::expr::{Expr, Id, Op, Reduce, Rel, ones};
use crate::scope::Scope;
use num_bigint::BigUint;
use std::collections::{BTreeMap, BTreeSet};

/// Bits an index into `width` bits needs.
fn index_width(width: usize) -> usize {
    (usize::BITS - (width - 1).leading_zeros()) as usize
}

/// Writes expressions of one module; remembers what it read.
pub(crate) struct Show<'a> {
    scope: &'a Scope,
    /// Named constants used so far: name, width, number.
    pub(crate) constants: BTreeSet<(String, usize, String)>,
    /// Bits read so far, per signal.
    pub(crate) read: BTreeMap<Id, BigUint>,
}

impl<'a> Show<'a> {
    pub(crate) fn new(scope: &'a Scope) -> Show<'a> {
        Show { scope, constants: BTreeSet::new(), read: BTreeMap::new() }
    }

    fn signal(&mut self, id: Id, low: usize, width: usize) -> String {
        *self.read.entry(id).or_default() |= ones(width) << low;
        self.scope.signals[id].name.clone()
    }

    /// The expression as it may stand alone: right of `=`, in brackets, in a port list.
    pub(crate) fn text(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Const { value, width, name: Some(name) } => {
                self.constants.insert((name.clone(), *width, format!("{width}'h{value:x}")));
                name.clone()
            }
            Expr::Const { value, width, name: None } => format!("{width}'h{value:x}"),
            Expr::Signal { id, width } => self.signal(*id, 0, *width),
            Expr::Slice(inner, low, width) => self.slice(inner, *low, *width),
            Expr::Pick(value, index) => {
                let index = self.index(index, value.width());
                format!("{}[{index}]", self.text(value))
            }
            Expr::Part(value, index, width) => {
                let index = self.index(index, value.width());
                format!("{}[{index} +: {width}]", self.text(value))
            }
            Expr::Extend(inner, width) => {
                format!("{{{}'h0, {}}}", width - inner.width(), self.text(inner))
            }
            Expr::SignExtend(inner, width) => {
                let (value, sign) = (self.text(inner), inner.width() - 1);
                let copies = width - inner.width();
                let sign = self.slice(inner, sign, 1);
                format!("{{{{{copies}{{{sign}}}}}, {value}}}")
            }
            Expr::Join(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.text(part)).collect();
                format!("{{{}}}", parts.join(", "))
            }
            Expr::Binary(op, left, right) => self.binary(*op, left, right),
            Expr::Compare(rel, signed, left, right) => self.compare(*rel, *signed, left, right),
            Expr::Shift(left, value, amount) => {
                let sign = if *left { "<<" } else { ">>" };
                let amount = match amount.constant() {
                    Some(by) => by.to_string(),
                    None => self.tight(amount),
                };
                format!("{} {sign} {amount}", self.tight(value))
            }
            Expr::Not(inner) if inner.width() == 1 => format!("!{}", self.tight(inner)),
            Expr::Not(inner) => format!("~{}", self.tight(inner)),
            Expr::Neg(inner) => format!("-{}", self.tight(inner)),
            Expr::Reduce(how, inner) => {
                let sign = match how {
                    Reduce::All => '&',
                    Reduce::Any => '|',
                    Reduce::Parity => '^',
                };
                format!("{sign}{}", self.tight(inner))
            }
        }
    }

    /// The expression as an operand: in parentheses unless it is a primary.
    pub(crate) fn tight(&mut self, expr: &Expr) -> String {
        let text = self.text(expr);
        match expr {
            Expr::Const { .. } | Expr::Signal { .. } | Expr::Join(_) | Expr::Extend(..) => text,
            Expr::Slice(..) | Expr::Pick(..) | Expr::Part(..) | Expr::SignExtend(..) => text,
            _ => format!("({text})"),
        }
    }

    /// Bits of a signal; `hoist` has made a signal of anything else.
    fn slice(&mut self, of: &Expr, low: usize, width: usize) -> String {
        let (id, all) = match of {
            Expr::Signal { id, width } => (*id, *width),
            other => return self.text(other),
        };
        let name = self.signal(id, low, width);
        match width {
            _ if width == all => name,
            1 => format!("{name}[{low}]"),
            _ => format!("{name}[{}:{low}]", low + width - 1),
        }
    }

    /// An index with exactly the bits the operand needs.
    fn index(&mut self, index: &Expr, of: usize) -> String {
        let index = index.clone().resize(index_width(of));
        self.text(&index)
    }

    fn binary(&mut self, op: Op, left: &Expr, right: &Expr) -> String {
        let sign = match op {
            Op::Add => "+",
            Op::Sub => "-",
            Op::Mul => "*",
            Op::And => "&",
            Op::Or => "|",
            Op::Xor => "^",
        };
        let chain = matches!(op, Op::And | Op::Or | Op::Xor)
            && matches!(left, Expr::Binary(inner, ..) if *inner == op);
        let left = if chain { self.text(left) } else { self.tight(left) };
        format!("{left} {sign} {}", self.tight(right))
    }

    fn compare(&mut self, rel: Rel, signed: bool, left: &Expr, right: &Expr) -> String {
        let sign = match rel {
            Rel::Eq => "==",
            Rel::Ne => "!=",
            Rel::Lt => "<",
            Rel::Le => "<=",
            Rel::Gt => ">",
            Rel::Ge => ">=",
        };
        if signed && !matches!(rel, Rel::Eq | Rel::Ne) {
            let (left, right) = (self.text(left), self.text(right));
            return format!("$signed({left}) {sign} $signed({right})");
        }
        format!("{} {sign} {}", self.tight(left), self.tight(right))
    }
}
