//! Which element does `name[i + 1]` mean, and which bit does `get_bit(a.index() + 8 * i)`?
use crate::error::Error;
use crate::expr::{Expr, Op};
use crate::lower::{Lower, Value};
use rust_hdl::core::ast::{VerilogExpression, VerilogOp};

/// Bits of `usize` arithmetic on run-time indices: none of them comes near this.
const INDEX_BITS: usize = 32;

impl Lower<'_> {
    /// The field name behind `.a[i].q.next`: `a$3$q`.
    pub(crate) fn raw_name(&self, text: &str) -> Result<String, Error> {
        let text = text.replace("r#", "");
        let mut raw = String::new();
        let mut rest = text.trim_start_matches(['.', '$']);
        while let Some((before, after)) = rest.split_once('[') {
            let Some((index, after)) = after.split_once(']') else { break };
            raw.push_str(before);
            raw.push('$');
            raw.push_str(&self.array_index(index)?.to_string());
            rest = after;
        }
        raw.push_str(rest);
        let raw = raw.replace('.', "$").replace("::", "$");
        Ok(raw.strip_suffix("$next").unwrap_or(&raw).to_string())
    }

    fn array_index(&self, text: &str) -> Result<usize, Error> {
        use evalexpr::ContextWithMutableVariables as _;
        let mut context = evalexpr::HashMapContext::new();
        let refused = || Error::ArrayIndex { place: self.place(), index: text.replace('$', ".") };
        for (name, value) in &self.loops {
            let value = i64::try_from(*value).map_err(|_| refused())?;
            context.set_value(name.clone(), value.into()).map_err(|_| refused())?;
        }
        let value = evalexpr::eval_int_with_context(text, &context).map_err(|_| refused())?;
        usize::try_from(value).map_err(|_| refused())
    }

    /// An index: a number (32 bits wide), or an expression.
    ///
    /// Indices are `usize` in Rust, and `.index()` leaves no trace in the tree, so that
    /// `(a + 1).index()` and `(a.index() + 1)` look alike: arithmetic in parentheses is refused.
    pub(crate) fn index(&mut self, tree: &VerilogExpression) -> Result<Expr, Error> {
        match self.usize_value(tree)? {
            Value::Lit(number) => self.number(&number, INDEX_BITS, false),
            Value::Sized { expr, .. } => Ok(expr),
            _ => Err(self.refused(
                "an enum variant or a signed cast as an index",
                "put its bits into a Local of the width it needs",
            )),
        }
    }

    fn usize_value(&mut self, tree: &VerilogExpression) -> Result<Value, Error> {
        match tree {
            VerilogExpression::Paren(inner) => {
                let value = self.usize_value(inner)?;
                if matches!(value, Value::Sized { .. }) && is_arithmetic(inner) {
                    return Err(self.refused(
                        "arithmetic in parentheses within an index",
                        "put it into a Local of the width it needs",
                    ));
                }
                Ok(value)
            }
            VerilogExpression::Binary(left, op, right) if is_arithmetic(tree) => {
                let (left, right) = (self.usize_value(left)?, self.usize_value(right)?);
                if let (Value::Lit(a), Value::Lit(b)) = (&left, &right) {
                    return self.fold(a, op, b);
                }
                let wide = |this: &Self, value: Value| match value {
                    Value::Lit(number) => this.number(&number, INDEX_BITS, false),
                    Value::Sized { expr, .. } if expr.width() <= INDEX_BITS => {
                        Ok(expr.extend(INDEX_BITS))
                    }
                    _ => Err(this.refused(
                        "arithmetic on an index of more than 32 bits",
                        "put the part of it that matters into a Local",
                    )),
                };
                let (left, right) = (wide(self, left)?, wide(self, right)?);
                let expr = match op {
                    VerilogOp::Add => Expr::binary(Op::Add, left, right),
                    VerilogOp::Sub => Expr::binary(Op::Sub, left, right),
                    VerilogOp::Mul => Expr::binary(Op::Mul, left, right),
                    VerilogOp::Shl => Expr::shift(true, left, right),
                    _ => Expr::shift(false, left, right),
                };
                Ok(Value::sized(expr))
            }
            other => self.value(other),
        }
    }
}

fn is_arithmetic(tree: &VerilogExpression) -> bool {
    use VerilogOp::{Add, Mul, Shl, Shr, Sub};
    match tree {
        VerilogExpression::Binary(_, op, _) => matches!(op, Add | Sub | Mul | Shl | Shr),
        VerilogExpression::Paren(inner) => is_arithmetic(inner),
        _ => false,
    }
}
