//! What does an operator of rust-hdl's syntax tree compute, given what its operands are?
use crate::error::Error;
use crate::expr::{Expr, Op, Rel};
use crate::lower::{Lower, Value, Want};
use num_bigint::BigInt;
use rust_hdl::core::ast::{VerilogExpression, VerilogOp};

/// Operators by the rule for their operands.
enum Operator {
    /// Both operands and the result have one width.
    Plain(Op),
    /// Twice as wide as its operands.
    Product,
    Compare(Rel),
    /// To the left if true.
    Shift(bool),
}

fn operator(op: &VerilogOp) -> Operator {
    match op {
        VerilogOp::Add => Operator::Plain(Op::Add),
        VerilogOp::Sub => Operator::Plain(Op::Sub),
        VerilogOp::BitAnd | VerilogOp::LogicalAnd => Operator::Plain(Op::And),
        VerilogOp::BitOr | VerilogOp::LogicalOr => Operator::Plain(Op::Or),
        VerilogOp::BitXor => Operator::Plain(Op::Xor),
        VerilogOp::Mul => Operator::Product,
        VerilogOp::Shl => Operator::Shift(true),
        VerilogOp::Shr => Operator::Shift(false),
        VerilogOp::Eq => Operator::Compare(Rel::Eq),
        VerilogOp::Ne => Operator::Compare(Rel::Ne),
        VerilogOp::Lt => Operator::Compare(Rel::Lt),
        VerilogOp::Le => Operator::Compare(Rel::Le),
        VerilogOp::Gt => Operator::Compare(Rel::Gt),
        VerilogOp::Ge => Operator::Compare(Rel::Ge),
    }
}

impl Lower<'_> {
    pub(crate) fn operation(
        &mut self,
        left: &VerilogExpression,
        op: &VerilogOp,
        right: &VerilogExpression,
    ) -> Result<Value, Error> {
        let (a, b) = (self.value(left)?, self.value(right)?);
        if let (Value::Lit(a), Value::Lit(b)) = (&a, &b) {
            return self.fold(a, op, b);
        }
        match operator(op) {
            Operator::Plain(op) => self.plain(op, a, b),
            Operator::Product => self.product(a, b),
            Operator::Compare(rel) => {
                let want = self.common(&a, &b)?;
                let (a, b) = (self.coerce(a, &want)?, self.coerce(b, &want)?);
                Ok(Value::sized(Expr::compare(rel, want.signed, a, b)))
            }
            Operator::Shift(left) => self.shift(a, left, b),
        }
    }

    fn plain(&self, op: Op, a: Value, b: Value) -> Result<Value, Error> {
        let want = self.common(&a, &b)?;
        if let (Op::Add, Value::Sized { expr, signed: false, .. }) = (op, &b)
            && expr.width() == 1
        {
            // `Bits<N> + bool`
            let (a, b) = (self.coerce(a, &want)?, expr.clone().extend(want.width));
            return Ok(Value::sized(Expr::binary(Op::Add, a, b)));
        }
        let (a, b) = (self.coerce(a, &want)?, self.coerce(b, &want)?);
        Ok(Value::Sized { expr: Expr::binary(op, a, b), signed: want.signed, descriptor: None })
    }

    fn product(&self, a: Value, b: Value) -> Result<Value, Error> {
        let want = self.common(&a, &b)?;
        if want.width != 16 {
            return Err(self.refused("a product", "multiply two `Bits<16>` or `Signed<16>`"));
        }
        let (a, b) = (self.coerce(a, &want)?, self.coerce(b, &want)?);
        let (a, b) = match want.signed {
            true => (a.sign_resize(32), b.sign_resize(32)),
            false => (a.extend(32), b.extend(32)),
        };
        let expr = Expr::binary(Op::Mul, a, b);
        Ok(Value::Sized { expr, signed: want.signed, descriptor: None })
    }

    /// The type both operands have; the left one decides where both know theirs.
    fn common(&self, a: &Value, b: &Value) -> Result<Want, Error> {
        let typed = [a, b].into_iter().find_map(|value| match value {
            Value::Sized { expr, signed, descriptor } => Some((expr, signed, descriptor)),
            _ => None,
        });
        let Some((expr, signed, descriptor)) = typed else {
            return Err(self.refused(
                "an operator whose operands have no width of their own",
                "assign one of them to a Local first",
            ));
        };
        Ok(Want { width: expr.width(), signed: *signed, descriptor: descriptor.clone() })
    }

    fn shift(&mut self, value: Value, left: bool, amount: Value) -> Result<Value, Error> {
        let value = match value {
            // `LiteralType << Bits<N>` has 64 bits.
            Value::Lit(number) => self.number(&number, 64, false)?,
            Value::Sized { expr, signed: false, .. } => expr,
            _ => {
                let what = "a shift of a signed number or an enum variant";
                return Err(self.refused(what, "shift a `Bits` value"));
            }
        };
        let amount = match amount {
            Value::Lit(number) => self.number(&number, 64, false)?,
            Value::Sized { expr, .. } => expr,
            _ => {
                let what = "a shift by a signed cast or an enum variant";
                return Err(self.refused(what, "shift by a number or a `Bits` value"));
            }
        };
        Ok(Value::sized(Expr::shift(left, value, amount)))
    }

    /// Literal arithmetic, in `usize`.
    pub(crate) fn fold(&self, a: &BigInt, op: &VerilogOp, b: &BigInt) -> Result<Value, Error> {
        let flag = |bit: bool| Ok(Value::sized(Expr::number(u8::from(bit), 1)));
        let shift = || {
            usize::try_from(b)
                .ok()
                .filter(|by| *by < 64)
                .ok_or_else(|| self.refused("a literal shifted by 64 or more", "write the number"))
        };
        let value = match op {
            VerilogOp::Add => a + b,
            VerilogOp::Sub => a - b,
            VerilogOp::Mul => a * b,
            VerilogOp::BitAnd => a & b,
            VerilogOp::BitOr => a | b,
            VerilogOp::BitXor => a ^ b,
            VerilogOp::Shl => a << shift()?,
            VerilogOp::Shr => a >> shift()?,
            VerilogOp::Eq => return flag(a == b),
            VerilogOp::Ne => return flag(a != b),
            VerilogOp::Lt => return flag(a < b),
            VerilogOp::Le => return flag(a <= b),
            VerilogOp::Gt => return flag(a > b),
            VerilogOp::Ge => return flag(a >= b),
            VerilogOp::LogicalAnd | VerilogOp::LogicalOr => {
                return Err(self.refused("`&&` or `||` on numbers", "compare them first"));
            }
        };
        Ok(Value::Lit(value))
    }
}
