//! rust-hdl's own `Bits` arithmetic at a width known at run time only.
use num_bigint::BigUint;
use rust_hdl::prelude::{Bits, Signed, bit_cast, signed_cast, unsigned_cast};

/// Widths that random kernels use.
pub const WIDTHS: [usize; 10] = [1, 2, 5, 8, 16, 31, 32, 33, 64, 65];

macro_rules! at_width {
    ($width:expr, $call:ident $args:tt) => {
        at_width!(@ $width, $call $args, 1 2 5 8 16 31 32 33 64 65)
    };
    (@ $width:expr, $call:ident $args:tt, $($n:literal)*) => {
        match $width {
            $($n => $call::<$n> $args,)*
            other => panic!("width {other}"),
        }
    };
}

fn big<const N: usize>(value: Bits<N>) -> BigUint {
    value.into()
}

/// `a op b` with both operands and the result of width `N`.
fn binary_at<const N: usize>(op: &str, a: &BigUint, b: &BigUint) -> BigUint {
    let (a, b): (Bits<N>, Bits<N>) = (a.clone().into(), b.clone().into());
    match op {
        "+" => big(a + b),
        "-" => big(a - b),
        "&" => big(a & b),
        "|" => big(a | b),
        "^" => big(a ^ b),
        other => panic!("{other}"),
    }
}

pub fn binary(width: usize, op: &str, a: &BigUint, b: &BigUint) -> BigUint {
    at_width!(width, binary_at(op, a, b))
}

fn compare_at<const N: usize>(op: &str, signed: bool, a: &BigUint, b: &BigUint) -> bool {
    let (a, b): (Bits<N>, Bits<N>) = (a.clone().into(), b.clone().into());
    if signed {
        let (a, b): (Signed<N>, Signed<N>) = (signed_cast(a), signed_cast(b));
        return match op {
            "<" => a < b,
            "<=" => a <= b,
            ">" => a > b,
            ">=" => a >= b,
            "==" => a == b,
            _ => a != b,
        };
    }
    match op {
        "<" => a < b,
        "<=" => a <= b,
        ">" => a > b,
        ">=" => a >= b,
        "==" => a == b,
        _ => a != b,
    }
}

pub fn compare(width: usize, op: &str, signed: bool, a: &BigUint, b: &BigUint) -> bool {
    at_width!(width, compare_at(op, signed, a, b))
}

fn unary_at<const N: usize>(op: &str, a: &BigUint) -> BigUint {
    let a: Bits<N> = a.clone().into();
    match op {
        "!" => big(!a),
        "neg" => big(unsigned_cast(-signed_cast(a))),
        "all" => a.all().into(),
        "any" => a.any().into(),
        _ => a.xor().into(),
    }
}

pub fn unary(width: usize, op: &str, a: &BigUint) -> BigUint {
    at_width!(width, unary_at(op, a))
}

fn shift_at<const N: usize>(left: bool, a: &BigUint, by: u64) -> BigUint {
    let a: Bits<N> = a.clone().into();
    if left { big(a << by) } else { big(a >> by) }
}

pub fn shift(width: usize, left: bool, a: &BigUint, by: u64) -> BigUint {
    at_width!(width, shift_at(left, a, by))
}

fn replace_at<const N: usize>(a: &BigUint, at: usize, bit: bool) -> BigUint {
    let a: Bits<N> = a.clone().into();
    big(a.replace_bit(at, bit))
}

pub fn replace(width: usize, a: &BigUint, at: usize, bit: bool) -> BigUint {
    at_width!(width, replace_at(a, at, bit))
}

fn cast_at<const M: usize, const N: usize>(a: Bits<N>) -> BigUint {
    big(bit_cast::<M, N>(a))
}

fn to_width<const N: usize>(to: usize, a: &BigUint) -> BigUint {
    let a: Bits<N> = a.clone().into();
    macro_rules! to {
        ($($m:literal)*) => {
            match to { $($m => cast_at::<$m, N>(a),)* other => panic!("width {other}") }
        };
    }
    to!(1 2 5 8 16 31 32 33 64 65)
}

pub fn cast(from: usize, to: usize, a: &BigUint) -> BigUint {
    at_width!(from, to_width(to, a))
}
