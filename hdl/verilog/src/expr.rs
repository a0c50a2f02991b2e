//! What does an expression compute, with every width known?
//!
//! Operands of one operator always have one width; widths change only in `Extend`, `SignExtend`,
//! `Slice`, `Pick` and `Part`. So no context of Verilog can widen an intermediate result.
use num_bigint::BigUint;

/// Number of a signal within its module.
pub(crate) type Id = usize;

/// Operators whose operands and result have one width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    Add,
    Sub,
    Mul,
    And,
    Or,
    Xor,
}

/// Comparisons; the result has one bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Rel {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// Reductions; the result has one bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reduce {
    All,
    Any,
    Parity,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Expr {
    /// A number; with a name if it is a constant field or an enum variant.
    Const {
        value: BigUint,
        width: usize,
        name: Option<String>,
    },
    Signal {
        id: Id,
        width: usize,
    },
    Slice(Box<Expr>, usize, usize),
    /// One bit at a run-time index.
    Pick(Box<Expr>, Box<Expr>),
    /// Some bits at a run-time index that cannot leave the operand.
    Part(Box<Expr>, Box<Expr>, usize),
    Extend(Box<Expr>, usize),
    SignExtend(Box<Expr>, usize),
    /// Most significant part first.
    Join(Vec<Expr>),
    Binary(Op, Box<Expr>, Box<Expr>),
    /// Second field: are the operands signed?
    Compare(Rel, bool, Box<Expr>, Box<Expr>),
    /// Left shift if true; the amount has a width of its own.
    Shift(bool, Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Neg(Box<Expr>),
    Reduce(Reduce, Box<Expr>),
}

pub(crate) fn ones(width: usize) -> BigUint {
    (BigUint::from(1u8) << width) - 1u8
}

impl Expr {
    pub(crate) fn number(value: impl Into<BigUint>, width: usize) -> Expr {
        Expr::Const { value: value.into() & ones(width), width, name: None }
    }

    /// Width of the result, bits.
    pub(crate) fn width(&self) -> usize {
        match self {
            Expr::Const { width, .. } | Expr::Signal { width, .. } => *width,
            Expr::Slice(_, _, width) | Expr::Part(_, _, width) => *width,
            Expr::Extend(_, width) | Expr::SignExtend(_, width) => *width,
            Expr::Join(parts) => parts.iter().map(Expr::width).sum(),
            Expr::Binary(_, left, _) | Expr::Shift(_, left, _) => left.width(),
            Expr::Not(inner) | Expr::Neg(inner) => inner.width(),
            Expr::Pick(..) | Expr::Compare(..) | Expr::Reduce(..) => 1,
        }
    }

    /// The number, if it is one.
    pub(crate) fn constant(&self) -> Option<&BigUint> {
        match self {
            Expr::Const { value, .. } => Some(value),
            _ => None,
        }
    }

    /// `width` bits from bit `low` on; bits above the operand read as zero, as `get_bits` has it.
    pub(crate) fn slice(self, low: usize, width: usize) -> Expr {
        let all = self.width();
        if low >= all {
            return Expr::number(0u8, width);
        }
        if low + width > all {
            return self.slice(low, all - low).extend(width);
        }
        if low == 0 && width == all {
            return self;
        }
        match self {
            Expr::Const { value, .. } => Expr::number(value >> low, width),
            Expr::Slice(inner, first, _) => inner.slice(first + low, width),
            Expr::Extend(inner, _) if low + width <= inner.width() => inner.slice(low, width),
            other => Expr::Slice(other.into(), low, width),
        }
    }

    /// Zeros in front, up to `width` bits.
    pub(crate) fn extend(self, width: usize) -> Expr {
        match self {
            same if same.width() == width => same,
            Expr::Const { value, .. } => Expr::number(value, width),
            Expr::Extend(inner, _) => Expr::Extend(inner, width),
            other => Expr::Extend(other.into(), width),
        }
    }

    /// The low `width` bits, or zeros in front.
    pub(crate) fn resize(self, width: usize) -> Expr {
        if width < self.width() { self.slice(0, width) } else { self.extend(width) }
    }

    /// The low `width` bits, or copies of the sign bit in front.
    pub(crate) fn sign_resize(self, width: usize) -> Expr {
        match self {
            wide if width <= wide.width() => wide.slice(0, width),
            Expr::Const { value, width: old, .. } if value.bit(old as u64 - 1) => {
                Expr::number(value | (ones(width) ^ ones(old)), width)
            }
            Expr::Const { value, .. } => Expr::number(value, width),
            other => Expr::SignExtend(other.into(), width),
        }
    }

    pub(crate) fn binary(op: Op, left: Expr, right: Expr) -> Expr {
        let width = left.width();
        if let (Some(a), Some(b)) = (left.constant(), right.constant()) {
            let value = match op {
                Op::Add => a + b,
                Op::Sub => a + (ones(width) + 1u8) - b,
                Op::Mul => a * b,
                Op::And => a & b,
                Op::Or => a | b,
                Op::Xor => a ^ b,
            };
            return Expr::number(value, width);
        }
        let is = |side: &Expr, value: BigUint| side.constant() == Some(&value);
        let zeros = BigUint::default;
        let none = is(&left, zeros()) || is(&right, zeros());
        let full = is(&left, ones(width)) || is(&right, ones(width));
        match op {
            Op::And if none => Expr::number(0u8, width),
            Op::Or if full => Expr::number(ones(width), width),
            Op::Add | Op::Or | Op::Xor if is(&left, zeros()) => right,
            Op::Add | Op::Or | Op::Xor | Op::Sub if is(&right, zeros()) => left,
            Op::And if is(&left, ones(width)) => right,
            Op::And if is(&right, ones(width)) => left,
            Op::And | Op::Or if left == right => left,
            Op::Xor | Op::Sub if left == right => Expr::number(0u8, width),
            _ => Expr::Binary(op, left.into(), right.into()),
        }
    }

    /// Comparisons that are constant whatever the operands are printed as constants: tools warn.
    pub(crate) fn compare(rel: Rel, signed: bool, left: Expr, right: Expr) -> Expr {
        let width = left.width();
        let flip = BigUint::from(u8::from(signed)) << (width - 1);
        let top = ones(width);
        let biased = |side: &Expr| side.constant().map(|value| value ^ &flip);
        let (a, b) = (biased(&left), biased(&right));
        let lowest = |side: &Option<BigUint>| side.as_ref().is_some_and(|v| v.bits() == 0);
        let highest = |side: &Option<BigUint>| side.as_ref() == Some(&top);
        let known = match (rel, &a, &b) {
            (Rel::Eq | Rel::Le | Rel::Ge, ..) if left == right => Some(true),
            (Rel::Ne | Rel::Lt | Rel::Gt, ..) if left == right => Some(false),
            (Rel::Eq, Some(a), Some(b)) => Some(a == b),
            (Rel::Ne, Some(a), Some(b)) => Some(a != b),
            (Rel::Lt, Some(a), Some(b)) => Some(a < b),
            (Rel::Le, Some(a), Some(b)) => Some(a <= b),
            (Rel::Gt, Some(a), Some(b)) => Some(a > b),
            (Rel::Ge, Some(a), Some(b)) => Some(a >= b),
            (Rel::Lt, ..) if highest(&a) || lowest(&b) => Some(false),
            (Rel::Gt, ..) if lowest(&a) || highest(&b) => Some(false),
            (Rel::Le, ..) if lowest(&a) || highest(&b) => Some(true),
            (Rel::Ge, ..) if highest(&a) || lowest(&b) => Some(true),
            _ => None,
        };
        match known {
            Some(value) => Expr::number(u8::from(value), 1),
            None => Expr::Compare(rel, signed, left.into(), right.into()),
        }
    }

    pub(crate) fn shift(left: bool, value: Expr, amount: Expr) -> Expr {
        let width = value.width();
        let Some(by) = amount.constant() else {
            if value.constant().is_some_and(|value| value.bits() == 0) {
                return value;
            }
            return Expr::Shift(left, value.into(), amount.into());
        };
        let by = usize::try_from(by).ok().filter(|by| *by < width);
        match (by, value.constant()) {
            (None, _) => Expr::number(0u8, width),
            (Some(0), _) => value,
            (Some(by), Some(number)) if left => Expr::number(number << by, width),
            (Some(by), Some(number)) => Expr::number(number >> by, width),
            _ => Expr::Shift(left, value.into(), amount.into()),
        }
    }

    pub(crate) fn not(inner: Expr) -> Expr {
        match inner {
            Expr::Const { value, width, .. } => Expr::number(value ^ ones(width), width),
            Expr::Not(twice) => *twice,
            other => Expr::Not(other.into()),
        }
    }

    pub(crate) fn neg(inner: Expr) -> Expr {
        let zero = Expr::number(0u8, inner.width());
        match inner.constant() {
            Some(_) => Expr::binary(Op::Sub, zero, inner),
            None => Expr::Neg(inner.into()),
        }
    }

    pub(crate) fn reduce(how: Reduce, inner: Expr) -> Expr {
        let Some(value) = inner.constant() else { return Expr::Reduce(how, inner.into()) };
        let bit = match how {
            Reduce::All => *value == ones(inner.width()),
            Reduce::Any => value.bits() != 0,
            Reduce::Parity => value.count_ones() % 2 == 1,
        };
        Expr::number(u8::from(bit), 1)
    }

    /// One bit; the caller has checked a constant index.
    pub(crate) fn pick(value: Expr, index: Expr) -> Expr {
        if value.width() == 1 {
            return value;
        }
        match index.constant().and_then(|at| usize::try_from(at).ok()) {
            Some(at) => value.slice(at, 1),
            None => Expr::Pick(value.into(), index.into()),
        }
    }

    /// `width` bits at `index`; bits above the operand read as zero, as `get_bits` has it.
    pub(crate) fn part(value: Expr, index: Expr, width: usize) -> Expr {
        let all = value.width();
        if let Some(at) = index.constant() {
            return value.slice(usize::try_from(at).unwrap_or(all), width);
        }
        let reach = if index.width() < 32 { (1usize << index.width()) - 1 } else { all };
        if reach + width <= all {
            return Expr::Part(value.into(), index.into(), width);
        }
        Expr::shift(false, value, index).resize(width)
    }

    /// `value` with the bit at `index` replaced.
    pub(crate) fn replace(value: Expr, index: Expr, bit: Expr) -> Expr {
        let width = value.width();
        if width == 1 {
            return bit;
        }
        let Some(at) = index.constant().and_then(|at| usize::try_from(at).ok()) else {
            let one = Expr::number(1u8, width);
            let hole = Expr::not(Expr::shift(true, one, index.clone()));
            let moved = Expr::shift(true, bit.extend(width), index);
            return Expr::binary(Op::Or, Expr::binary(Op::And, value, hole), moved);
        };
        if matches!(value, Expr::Signal { .. } | Expr::Slice(..)) {
            let mut parts = vec![];
            if at + 1 < width {
                parts.push(value.clone().slice(at + 1, width - at - 1));
            }
            parts.push(bit);
            if at > 0 {
                parts.push(value.slice(0, at));
            }
            return Expr::Join(parts);
        }
        let hole = Expr::number(ones(width) ^ (BigUint::from(1u8) << at), width);
        let moved = Expr::shift(true, bit.extend(width), Expr::number(at, 32));
        Expr::binary(Op::Or, Expr::binary(Op::And, value, hole), moved)
    }

    /// The expression with its operands replaced by expressions of the same widths.
    pub(crate) fn map(self, other: &mut dyn FnMut(Expr) -> Expr) -> Expr {
        let mut map = |inner: Box<Expr>| Box::new(other(*inner));
        match self {
            Expr::Const { .. } | Expr::Signal { .. } => self,
            Expr::Slice(a, low, width) => Expr::Slice(map(a), low, width),
            Expr::Pick(a, b) => Expr::Pick(map(a), map(b)),
            Expr::Part(a, b, width) => Expr::Part(map(a), map(b), width),
            Expr::Extend(a, width) => Expr::Extend(map(a), width),
            Expr::SignExtend(a, width) => Expr::SignExtend(map(a), width),
            Expr::Join(parts) => Expr::Join(parts.into_iter().map(other).collect()),
            Expr::Binary(op, a, b) => Expr::Binary(op, map(a), map(b)),
            Expr::Compare(rel, signed, a, b) => Expr::Compare(rel, signed, map(a), map(b)),
            Expr::Shift(left, a, b) => Expr::Shift(left, map(a), map(b)),
            Expr::Not(a) => Expr::Not(map(a)),
            Expr::Neg(a) => Expr::Neg(map(a)),
            Expr::Reduce(how, a) => Expr::Reduce(how, map(a)),
        }
    }

    /// The expression with other signals of the same widths.
    pub(crate) fn with_signals(self, other: &dyn Fn(Id) -> Id) -> Expr {
        match self {
            Expr::Signal { id, width } => Expr::Signal { id: other(id), width },
            expr => expr.map(&mut |inner| inner.with_signals(other)),
        }
    }

    /// Calls `seen` with each signal read, its lowest bit and the number of bits.
    pub(crate) fn reads(&self, seen: &mut dyn FnMut(Id, usize, usize)) {
        match self {
            Expr::Const { .. } => {}
            Expr::Signal { id, width } => seen(*id, 0, *width),
            Expr::Slice(inner, low, width) => match inner.as_ref() {
                Expr::Signal { id, .. } => seen(*id, *low, *width),
                other => other.reads(seen),
            },
            Expr::Join(parts) => parts.iter().for_each(|part| part.reads(seen)),
            Expr::Extend(a, _) | Expr::SignExtend(a, _) | Expr::Not(a) => a.reads(seen),
            Expr::Neg(a) | Expr::Reduce(_, a) => a.reads(seen),
            Expr::Pick(a, b) | Expr::Part(a, b, _) | Expr::Shift(_, a, b) => {
                a.reads(seen);
                b.reads(seen);
            }
            Expr::Binary(_, a, b) | Expr::Compare(_, _, a, b) => {
                a.reads(seen);
                b.reads(seen);
            }
        }
    }
}
