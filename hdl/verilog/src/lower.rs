//! What does an expression of rust-hdl's syntax tree compute, by the rules of its Rust types?
//!
//! The tree has lost `.index()`, `.into()`, the width of literals and that of `signed_bit_cast`:
//! widths come from the signals, and what cannot be known is refused.
use crate::collect::{is_bool, number};
use crate::error::{Error, Place};
use crate::expr::{Expr, Reduce, ones};
use crate::scope::{Role, Scope, Variant, unsigned};
use num_bigint::{BigInt, Sign};
use rust_hdl::core::ast::{VerilogExpression, VerilogOpUnary};
use rust_hdl::prelude::{TypeDescriptor, TypeKind};
use std::rc::Rc;

/// A value whose type may still depend on its neighbour.
pub(crate) enum Value {
    Sized {
        expr: Expr,
        signed: bool,
        descriptor: Option<Rc<TypeDescriptor>>,
    },
    Lit(BigInt),
    /// An enum variant as written.
    Label(String),
    /// `signed_bit_cast`, whose width the tree does not have.
    SignedCast(Expr),
}

impl Value {
    pub(crate) fn sized(expr: Expr) -> Value {
        Value::Sized { expr, signed: false, descriptor: None }
    }
}

/// A width, and the type behind it where that matters.
#[derive(Clone)]
pub(crate) struct Want {
    pub(crate) width: usize,
    pub(crate) signed: bool,
    pub(crate) descriptor: Option<Rc<TypeDescriptor>>,
}

impl Want {
    pub(crate) fn bits(width: usize) -> Want {
        Want { width, signed: false, descriptor: None }
    }
}

pub(crate) struct Lower<'a> {
    pub(crate) scope: &'a Scope,
    /// Loop variables and their values.
    pub(crate) loops: Vec<(String, usize)>,
    /// The signal being driven, for messages.
    pub(crate) target: String,
}

impl Lower<'_> {
    pub(crate) fn place(&self) -> Place {
        self.scope.place(&self.target)
    }

    pub(crate) fn refused(&self, what: &'static str, instead: &'static str) -> Error {
        self.scope.refused(&self.target, what, instead)
    }

    /// `value` as a number of `width` bits, if it fits.
    pub(crate) fn number(&self, value: &BigInt, width: usize, signed: bool) -> Result<Expr, Error> {
        let limit = BigInt::from(ones(width));
        let half: BigInt = BigInt::from(1) << (width - 1);
        let fits = match value.sign() {
            Sign::Minus => signed && *value >= -half,
            _ if signed => *value < half,
            _ => *value <= limit,
        };
        if fits {
            return Ok(Expr::number(unsigned(value, width), width));
        }
        Err(Error::Literal { place: self.place(), value: value.to_string(), width })
    }

    /// The expression where `want` is expected.
    pub(crate) fn expr(&mut self, tree: &VerilogExpression, want: &Want) -> Result<Expr, Error> {
        let value = self.value(tree)?;
        self.coerce(value, want)
    }

    /// The value of a `match`, and its type.
    pub(crate) fn typed(
        &mut self,
        tree: &VerilogExpression,
    ) -> Result<(Expr, Option<Rc<TypeDescriptor>>), Error> {
        match self.value(tree)? {
            Value::Sized { expr, descriptor, .. } => Ok((expr, descriptor)),
            other => Ok((self.own(other)?.0, None)),
        }
    }

    /// The pattern of a `match` arm; `None` takes everything.
    pub(crate) fn pattern(&self, pattern: &str, want: &Want) -> Result<Option<Expr>, Error> {
        match pattern {
            "default" => Ok(None),
            "true" | "false" => Ok(Some(Expr::number(u8::from(pattern == "true"), 1))),
            label => self.coerce(Value::Label(label.to_string()), want).map(Some),
        }
    }

    /// A condition: one bit.
    pub(crate) fn condition(&mut self, tree: &VerilogExpression) -> Result<Expr, Error> {
        self.expr(tree, &Want::bits(1))
    }

    pub(crate) fn coerce(&self, value: Value, want: &Want) -> Result<Expr, Error> {
        match value {
            Value::Sized { expr, .. } if expr.width() == want.width => Ok(expr),
            Value::Sized { expr, .. } => {
                Err(Error::Widths { place: self.place(), left: want.width, right: expr.width() })
            }
            Value::Lit(number) => self.number(&number, want.width, want.signed),
            Value::SignedCast(expr) => Ok(expr.sign_resize(want.width)),
            Value::Label(label) => {
                let typed = want.descriptor.as_ref();
                let variant = match typed.and_then(|d| self.scope.variant_of(d, &label)) {
                    Some(variant) => Some(variant),
                    None => self.variant(&label)?,
                };
                let Some(found) = variant.filter(|found| found.width == want.width) else {
                    return Err(self.unknown(&label));
                };
                let name = Some(found.name.clone());
                Ok(Expr::Const { value: found.code.into(), width: found.width, name })
            }
        }
    }

    fn variant(&self, label: &str) -> Result<Option<&Variant>, Error> {
        let ambiguous = |name| Error::AmbiguousVariant { place: self.place(), name };
        self.scope.variant(label).map_err(ambiguous)
    }

    fn unknown(&self, name: &str) -> Error {
        Error::UnknownName { place: self.place(), name: name.replace('$', ".") }
    }

    /// A value that must know its width by itself.
    fn own(&self, value: Value) -> Result<(Expr, bool), Error> {
        match value {
            Value::Sized { expr, signed, .. } => Ok((expr, signed)),
            Value::Label(label) => match self.variant(&label)? {
                Some(found) => Ok((Expr::number(found.code, found.width), false)),
                None => Err(self.unknown(&label)),
            },
            Value::Lit(_) => Err(self.refused(
                "a literal whose width nothing tells",
                "write `bits::<N>(..)`, or use a `Constant` field",
            )),
            Value::SignedCast(_) => Err(self.refused(
                "`signed_bit_cast` within an expression (its width is not in the syntax tree)",
                "assign it to a Local of the wanted width first",
            )),
        }
    }

    pub(crate) fn value(&mut self, tree: &VerilogExpression) -> Result<Value, Error> {
        use VerilogExpression as T;
        match tree {
            T::Signal(name) => self.name(name),
            T::Literal(literal) if is_bool(literal) => {
                Ok(Value::sized(Expr::number(unsigned(&number(literal), 1), 1)))
            }
            T::Literal(literal) => Ok(Value::Lit(number(literal))),
            T::Paren(inner) => self.value(inner),
            T::Cast(inner, width) => match self.value(inner)? {
                Value::Lit(value) => Ok(Value::sized(self.number(&value, *width, false)?)),
                other => Ok(Value::sized(self.own(other)?.0.resize(*width))),
            },
            T::Signed(inner) => match self.value(inner)? {
                Value::Lit(value) => Ok(Value::Lit(value)),
                Value::Sized { expr, signed: true, .. } => Ok(Value::SignedCast(expr)),
                Value::Sized { expr, .. } => {
                    Ok(Value::Sized { expr, signed: true, descriptor: None })
                }
                _ => Err(self.refused(
                    "a signed cast of a signed cast, or of an enum variant,",
                    "assign its operand to a Local first",
                )),
            },
            T::Unsigned(inner) => {
                let value = self.value(inner)?;
                Ok(Value::sized(self.own(value)?.0))
            }
            T::Binary(left, op, right) => self.operation(left, op, right),
            T::Unary(op, inner) => self.unary(op, inner),
            T::Index(value, index) => {
                let value = self.value(value)?;
                let (value, _) = self.own(value)?;
                let index = self.index(index)?;
                self.in_range(&index, value.width())?;
                Ok(Value::sized(Expr::pick(value, index)))
            }
            T::Slice(value, width, index) => self.part(value, *width, index),
            T::IndexReplace(value, index, bit) => {
                let value = self.value(value)?;
                let (value, signed) = self.own(value)?;
                let (index, bit) = (self.index(index)?, self.condition(bit)?);
                self.in_range(&index, value.width())?;
                let expr = Expr::replace(value, index, bit);
                Ok(Value::Sized { expr, signed, descriptor: None })
            }
        }
    }

    fn in_range(&self, index: &Expr, width: usize) -> Result<(), Error> {
        match index.constant() {
            Some(at) if *at >= width.into() => {
                Err(Error::OutOfRange { place: self.place(), index: at.to_string(), width })
            }
            _ => Ok(()),
        }
    }

    fn name(&self, name: &str) -> Result<Value, Error> {
        if let Some((_, value)) = self.loops.iter().rev().find(|(index, _)| index == name) {
            return Ok(Value::Lit((*value).into()));
        }
        let raw = self.raw_name(name)?;
        let Some(id) = self.scope.find(&raw) else {
            let is_label = raw.contains('$') && !raw.contains(['(', '[']);
            return if is_label { Ok(Value::Label(raw)) } else { Err(self.unknown(&raw)) };
        };
        let signal = &self.scope.signals[id];
        let width = signal.width;
        let expr = match &signal.role {
            Role::Constant(value) => {
                Expr::Const { value: value.clone(), width, name: Some(signal.name.clone()) }
            }
            _ => Expr::Signal { id, width },
        };
        let signed = matches!(signal.descriptor.kind, TypeKind::Signed(_));
        Ok(Value::Sized { expr, signed, descriptor: Some(signal.descriptor.clone()) })
    }

    fn part(
        &mut self,
        value: &VerilogExpression,
        width: usize,
        index: &VerilogExpression,
    ) -> Result<Value, Error> {
        let (expr, signed, descriptor) = match self.value(value)? {
            Value::Sized { expr, signed, descriptor } => (expr, signed, descriptor),
            other => {
                let (expr, signed) = self.own(other)?;
                (expr, signed, None)
            }
        };
        let index = self.index(index)?;
        let low = index.constant().and_then(|at| usize::try_from(at).ok());
        let field = descriptor.zip(low).and_then(|(d, low)| struct_field(&d, low, width));
        if low != Some(expr.width()) {
            self.in_range(&index, expr.width())?;
        }
        let signed = field.as_ref().map_or(signed, |d| matches!(d.kind, TypeKind::Signed(_)));
        let expr = Expr::part(expr, index, width);
        Ok(Value::Sized { expr, signed, descriptor: field.map(Rc::new) })
    }

    fn unary(&mut self, op: &VerilogOpUnary, tree: &VerilogExpression) -> Result<Value, Error> {
        let value = match (op, self.value(tree)?) {
            (VerilogOpUnary::Neg, Value::Lit(value)) => return Ok(Value::Lit(-value)),
            (_, value) => value,
        };
        let (inner, signed) = self.own(value)?;
        let expr = match op {
            VerilogOpUnary::Not => Expr::not(inner),
            VerilogOpUnary::Neg => Expr::neg(inner),
            VerilogOpUnary::All => return Ok(Value::sized(Expr::reduce(Reduce::All, inner))),
            VerilogOpUnary::Any => return Ok(Value::sized(Expr::reduce(Reduce::Any, inner))),
            VerilogOpUnary::Xor => return Ok(Value::sized(Expr::reduce(Reduce::Parity, inner))),
        };
        Ok(Value::Sized { expr, signed, descriptor: None })
    }
}

/// The field of a struct that starts at bit `low` and has `width` bits.
pub(crate) fn struct_field(
    descriptor: &TypeDescriptor,
    low: usize,
    width: usize,
) -> Option<TypeDescriptor> {
    let TypeKind::Composite(fields) = &descriptor.kind else { return None };
    let mut at = 0usize;
    for field in fields {
        let bits = bits_of(&field.kind);
        if low == at && bits == width {
            return Some(field.kind.clone());
        }
        at += bits;
    }
    None
}

fn bits_of(descriptor: &TypeDescriptor) -> usize {
    match &descriptor.kind {
        TypeKind::Bits(bits) | TypeKind::Signed(bits) => *bits,
        TypeKind::Enum(labels) => rust_hdl::prelude::clog2(labels.len()),
        TypeKind::Composite(fields) => fields.iter().map(|field| bits_of(&field.kind)).sum(),
    }
}
