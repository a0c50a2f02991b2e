//! Random trees that obey Rust's types, and what they compute.
use crate::judge::bits::{self, WIDTHS};
use crate::judge::seed::Seed;
use num_bigint::BigUint;
use rust_hdl::core::ast::{VerilogExpression as Tree, VerilogOp as Op, VerilogOpUnary as Un};
use rust_hdl::prelude::{Bits, VerilogLiteral};
use std::collections::BTreeMap;

pub type Values = BTreeMap<String, BigUint>;

/// An expression as the printer gets it, beside what it means.
pub struct Pair {
    pub tree: Tree,
    pub meaning: Box<dyn Fn(&Values) -> BigUint>,
}

/// Which signals an expression may read: (name, width, is signed).
pub type Readable = Vec<(String, usize, bool)>;

fn literal(value: &BigUint) -> Tree {
    // As `hdl_gen` has it: an integer, whatever the width it will take.
    Tree::Literal(u64::try_from(value).map_or_else(
        |_| VerilogLiteral::from(Bits::<65>::from(value.clone())),
        VerilogLiteral::from,
    ))
}

fn boxed(tree: Tree) -> Box<Tree> {
    Box::new(tree)
}

/// Parentheses are in the tree where the source has them, which says nothing about precedence.
fn paren(seed: &mut Seed, tree: Tree) -> Box<Tree> {
    boxed(if seed.below(3) == 0 { Tree::Paren(boxed(tree)) } else { tree })
}

fn leaf(seed: &mut Seed, width: usize, signed: bool, readable: &Readable) -> Pair {
    let fit: Vec<_> = readable.iter().filter(|r| r.1 == width && r.2 == signed).collect();
    if fit.is_empty() || (seed.below(6) == 0 && !signed) {
        let value = seed.number(width);
        let tree = Tree::Cast(boxed(literal(&value)), width);
        return Pair {
            tree: if signed { Tree::Signed(boxed(tree)) } else { tree },
            meaning: Box::new(move |_| value.clone()),
        };
    }
    let name = fit[seed.below(fit.len())].0.clone();
    Pair { tree: Tree::Signal(name.clone()), meaning: Box::new(move |v| v[&name].clone()) }
}

fn other_width(seed: &mut Seed) -> usize {
    WIDTHS[seed.below(WIDTHS.len())]
}

/// An unsigned expression of `width` bits; `bool` has the same trees as one bit.
pub fn expression(seed: &mut Seed, width: usize, depth: usize, readable: &Readable) -> Pair {
    if depth == 0 {
        return leaf(seed, width, false, readable);
    }
    let deeper = depth - 1;
    match seed.below(if width == 1 { 15 } else { 10 }) {
        0..=3 => binary(seed, width, deeper, readable),
        4 => shift(seed, width, deeper, readable),
        5 => cast(seed, width, deeper, readable),
        6 => slice(seed, width, deeper, readable),
        7 => replace(seed, width, deeper, readable),
        8 => {
            let inner = expression(seed, width, deeper, readable);
            let meaning = inner.meaning;
            Pair {
                tree: Tree::Unary(Un::Not, paren(seed, inner.tree)),
                meaning: Box::new(move |v| bits::unary(width, "!", &meaning(v))),
            }
        }
        9 => {
            let inner = signed(seed, width, deeper, readable);
            Pair { tree: Tree::Unsigned(boxed(inner.tree)), meaning: inner.meaning }
        }
        10 => reduce(seed, deeper, readable),
        11 => pick(seed, deeper, readable),
        _ => compare(seed, deeper, readable),
    }
}

fn binary(seed: &mut Seed, width: usize, deeper: usize, readable: &Readable) -> Pair {
    let a = expression(seed, width, deeper, readable);
    let with_literal = seed.below(4) == 0;
    let b = if with_literal {
        let value = seed.number(width.min(31));
        Pair { tree: literal(&value), meaning: Box::new(move |_| value.clone()) }
    } else {
        expression(seed, width, deeper, readable)
    };
    let (op, sign) = match seed.below(if width == 1 { 7 } else { 5 }) {
        0 => (Op::Add, "+"),
        1 => (Op::Sub, "-"),
        2 => (Op::BitAnd, "&"),
        3 => (Op::BitOr, "|"),
        4 => (Op::BitXor, "^"),
        5 => (Op::LogicalAnd, "&"),
        _ => (Op::LogicalOr, "|"),
    };
    let (l, r) = (a.meaning, b.meaning);
    Pair {
        tree: Tree::Binary(paren(seed, a.tree), op, paren(seed, b.tree)),
        meaning: Box::new(move |v| bits::binary(width, sign, &l(v), &r(v))),
    }
}

fn shift(seed: &mut Seed, width: usize, deeper: usize, readable: &Readable) -> Pair {
    let a = expression(seed, width, deeper, readable);
    let left = seed.below(2) == 0;
    let op = if left { Op::Shl } else { Op::Shr };
    let amount = if seed.below(2) == 0 {
        let value = BigUint::from(seed.below(width + 3));
        Pair { tree: literal(&value), meaning: Box::new(move |_| value.clone()) }
    } else {
        let amount_width = [1, 2, 5, 8][seed.below(4)];
        expression(seed, amount_width, deeper.min(1), readable)
    };
    let (value, by) = (a.meaning, amount.meaning);
    Pair {
        tree: Tree::Binary(paren(seed, a.tree), op, paren(seed, amount.tree)),
        meaning: Box::new(move |v| {
            bits::shift(width, left, &value(v), u64::try_from(by(v)).unwrap())
        }),
    }
}

fn cast(seed: &mut Seed, width: usize, deeper: usize, readable: &Readable) -> Pair {
    let from = other_width(seed);
    let inner = expression(seed, from, deeper, readable);
    let meaning = inner.meaning;
    Pair {
        tree: Tree::Cast(paren(seed, inner.tree), width),
        meaning: Box::new(move |v| bits::cast(from, width, &meaning(v))),
    }
}

/// An index below `limit`, of a signal or a number.
fn index(seed: &mut Seed, limit: usize, deeper: usize, readable: &Readable) -> Pair {
    let fitting: Vec<_> = [1usize, 2, 5].into_iter().filter(|w| 1 << w <= limit).collect();
    if fitting.is_empty() || seed.below(2) == 0 {
        let value = BigUint::from(seed.below(limit));
        return Pair { tree: literal(&value), meaning: Box::new(move |_| value.clone()) };
    }
    let width = fitting[seed.below(fitting.len())];
    let inner = expression(seed, width, deeper.min(1), readable);
    // `(a + b).index()` is refused: its meaning is not in the tree.
    let arithmetic =
        matches!(inner.tree, Tree::Binary(_, Op::Add | Op::Sub | Op::Shl | Op::Shr, _));
    if arithmetic { leaf(seed, width, false, readable) } else { inner }
}

/// `get_bits`: bits above the operand are zero.
fn slice(seed: &mut Seed, width: usize, deeper: usize, readable: &Readable) -> Pair {
    let from = other_width(seed);
    let inner = expression(seed, from, deeper, readable);
    let at = index(seed, from, deeper, readable);
    let (value, low) = (inner.meaning, at.meaning);
    Pair {
        tree: Tree::Slice(paren(seed, inner.tree), width, boxed(at.tree)),
        meaning: Box::new(move |v| {
            let low = u64::try_from(low(v)).unwrap();
            bits::cast(from, width, &bits::shift(from, false, &value(v), low))
        }),
    }
}

fn pick(seed: &mut Seed, deeper: usize, readable: &Readable) -> Pair {
    let from = other_width(seed);
    let inner = expression(seed, from, deeper, readable);
    let at = index(seed, from, deeper, readable);
    let (value, at_meaning) = (inner.meaning, at.meaning);
    Pair {
        tree: Tree::Index(paren(seed, inner.tree), boxed(at.tree)),
        meaning: Box::new(move |v| {
            BigUint::from(u8::from(value(v).bit(u64::try_from(at_meaning(v)).unwrap())))
        }),
    }
}

fn replace(seed: &mut Seed, width: usize, deeper: usize, readable: &Readable) -> Pair {
    let inner = expression(seed, width, deeper, readable);
    let at = index(seed, width, deeper, readable);
    let bit = expression(seed, 1, deeper.min(1), readable);
    let (value, place, new) = (inner.meaning, at.meaning, bit.meaning);
    Pair {
        tree: Tree::IndexReplace(boxed(inner.tree), boxed(at.tree), boxed(bit.tree)),
        meaning: Box::new(move |v| {
            let at = usize::try_from(place(v)).unwrap();
            bits::replace(width, &value(v), at, new(v).bits() != 0)
        }),
    }
}

fn reduce(seed: &mut Seed, deeper: usize, readable: &Readable) -> Pair {
    let width = other_width(seed);
    let inner = expression(seed, width, deeper, readable);
    let (op, name) = match seed.below(3) {
        0 => (Un::All, "all"),
        1 => (Un::Any, "any"),
        _ => (Un::Xor, "xor"),
    };
    let meaning = inner.meaning;
    Pair {
        tree: Tree::Unary(op, paren(seed, inner.tree)),
        meaning: Box::new(move |v| bits::unary(width, name, &meaning(v))),
    }
}

fn compare(seed: &mut Seed, deeper: usize, readable: &Readable) -> Pair {
    let width = other_width(seed);
    let is_signed = seed.below(3) == 0;
    let make = if is_signed { signed } else { expression };
    let (a, b) = (make(seed, width, deeper, readable), make(seed, width, deeper, readable));
    let (op, sign) = match seed.below(6) {
        0 => (Op::Eq, "=="),
        1 => (Op::Ne, "!="),
        2 => (Op::Lt, "<"),
        3 => (Op::Le, "<="),
        4 => (Op::Gt, ">"),
        _ => (Op::Ge, ">="),
    };
    let (l, r) = (a.meaning, b.meaning);
    Pair {
        tree: Tree::Binary(paren(seed, a.tree), op, paren(seed, b.tree)),
        meaning: Box::new(move |v| {
            u8::from(bits::compare(width, sign, is_signed, &l(v), &r(v))).into()
        }),
    }
}

/// A signed expression of `width` bits.
pub fn signed(seed: &mut Seed, width: usize, depth: usize, readable: &Readable) -> Pair {
    if depth == 0 {
        return leaf(seed, width, true, readable);
    }
    let deeper = depth - 1;
    match seed.below(4) {
        0 => {
            let inner = signed(seed, width, deeper, readable);
            let meaning = inner.meaning;
            Pair {
                tree: Tree::Unary(Un::Neg, paren(seed, inner.tree)),
                meaning: Box::new(move |v| bits::unary(width, "neg", &meaning(v))),
            }
        }
        1 => {
            let inner = expression(seed, width, deeper, readable);
            Pair { tree: Tree::Signed(boxed(inner.tree)), meaning: inner.meaning }
        }
        number => {
            let a = signed(seed, width, deeper, readable);
            let b = signed(seed, width, deeper, readable);
            let (op, sign) = if number == 2 { (Op::Add, "+") } else { (Op::Sub, "-") };
            let (l, r) = (a.meaning, b.meaning);
            Pair {
                tree: Tree::Binary(paren(seed, a.tree), op, paren(seed, b.tree)),
                meaning: Box::new(move |v| bits::binary(width, sign, &l(v), &r(v))),
            }
        }
    }
}
