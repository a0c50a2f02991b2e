//! How is a kernel body printed with the widths its Rust types have? (first port)
#![allow(clippy::unwrap_used, clippy::too_many_lines, missing_docs)]
use num_bigint::BigUint;
use rust_hdl::prelude::{ast::*, *};
use std::collections::HashMap;

type Widths = HashMap<String, usize>;
/// Values of the `Constant` fields: an index that is one is printed as a number.
type Consts = HashMap<String, BigUint>;

#[derive(Default)]
struct Collect {
    path: Vec<String>,
    ns: Vec<String>,
    map: HashMap<String, Widths>,
    consts: HashMap<String, Consts>,
}
impl Probe for Collect {
    fn visit_start_scope(&mut self, n: &str, _: &dyn Block) {
        self.path.push(n.into());
        self.ns.clear();
    }
    fn visit_end_scope(&mut self, _: &str, _: &dyn Block) {
        self.path.pop();
    }
    fn visit_start_namespace(&mut self, n: &str, _: &dyn Block) {
        self.ns.push(n.into());
    }
    fn visit_end_namespace(&mut self, _: &str, _: &dyn Block) {
        self.ns.pop();
    }
    fn visit_atom(&mut self, n: &str, a: &dyn Atom) {
        let mut q = self.ns.clone();
        q.push(n.into());
        let name = q.join("$");
        let here = self.path.join("$");
        self.map.entry(here.clone()).or_default().insert(name.clone(), a.bits());
        if a.kind() == AtomKind::Constant {
            self.consts.entry(here).or_default().insert(name.clone(), literal(&a.verilog()));
        }
        if a.kind().is_parameter() && self.path.len() > 1 {
            let up = self.path[..self.path.len() - 1].join("$");
            self.map
                .entry(up)
                .or_default()
                .insert(format!("{}${}", self.path.last().unwrap(), name), a.bits());
        }
    }
}

fn literal(l: &VerilogLiteral) -> BigUint {
    BigUint::parse_bytes(format!("{l:x}").split_once("'h").unwrap().1.as_bytes(), 16).unwrap()
}

struct Done(Verilog);
impl Logic for Done {
    fn update(&mut self) {}
    fn hdl(&self) -> Verilog {
        self.0.clone()
    }
}
impl Block for Done {
    fn connect_all(&mut self) {}
    fn update_all(&mut self) {}
    fn has_changed(&self) -> bool {
        false
    }
    fn accept(&self, _: &str, _: &mut dyn Probe) {}
}

struct Sound {
    inner: ModuleDefines,
    widths: HashMap<String, Widths>,
    consts: HashMap<String, Consts>,
    path: Vec<String>,
}
impl Probe for Sound {
    fn visit_start_scope(&mut self, n: &str, node: &dyn Block) {
        self.path.push(n.into());
        let v = match node.hdl() {
            Verilog::Combinatorial(b) => {
                let (empty, none, here) = (Widths::new(), Consts::new(), self.path.join("$"));
                Verilog::Custom(
                    Printer::new(
                        self.widths.get(&here).unwrap_or(&empty),
                        self.consts.get(&here).unwrap_or(&none),
                    )
                    .module(&b),
                )
            }
            v => v,
        };
        self.inner.visit_start_scope(n, &Done(v));
    }
    fn visit_end_scope(&mut self, n: &str, node: &dyn Block) {
        self.path.pop();
        self.inner.visit_end_scope(n, node);
    }
    fn visit_start_namespace(&mut self, n: &str, node: &dyn Block) {
        self.inner.visit_start_namespace(n, node);
    }
    fn visit_end_namespace(&mut self, n: &str, node: &dyn Block) {
        self.inner.visit_end_namespace(n, node);
    }
    fn visit_atom(&mut self, n: &str, a: &dyn Atom) {
        self.inner.visit_atom(n, a);
    }
}

#[derive(Clone)]
enum Val {
    Sized(String, usize),
    Lit(BigUint),
    Raw(String),
}
impl Val {
    fn to(&self, w: usize) -> String {
        match self {
            Val::Sized(s, _) | Val::Raw(s) => s.clone(),
            Val::Lit(v) => format!("{w}'h{:x}", v % (BigUint::from(1u8) << w)),
        }
    }
    fn width(&self) -> Option<usize> {
        if let Val::Sized(_, w) = self { Some(*w) } else { None }
    }
}

struct Printer<'a> {
    w: &'a Widths,
    c: &'a Consts,
    vars: Vec<(String, i64)>,
    out: String,
    decl: String,
    init: String,
    temps: usize,
    ind: usize,
}
impl<'a> Printer<'a> {
    fn new(w: &'a Widths, c: &'a Consts) -> Self {
        Self {
            w,
            c,
            vars: vec![],
            out: String::new(),
            decl: String::new(),
            init: String::new(),
            temps: 0,
            ind: 1,
        }
    }
    fn module(mut self, b: &VerilogBlock) -> String {
        self.block(b);
        if self.out.trim().is_empty() {
            return String::new();
        }
        format!("{}always @(*) begin\n{}{}end\n", self.decl, self.init, self.out)
    }
    fn line(&mut self, s: String) {
        self.out += &format!("{}{s}\n", "    ".repeat(self.ind));
    }
    fn temp(&mut self, s: String, w: usize) -> String {
        let t = format!("t_{}", self.temps);
        self.temps += 1;
        self.decl += &format!("reg [{}:0] {t};\n", w - 1);
        self.init += &format!("    {t} = {w}'h0;\n"); // no latch when used inside a branch
        self.line(format!("{t} = {s};"));
        t
    }
    fn eval(&self, s: &str) -> i64 {
        let mut c = evalexpr::HashMapContext::new();
        use evalexpr::ContextWithMutableVariables;
        for (n, v) in &self.vars {
            c.set_value(n.clone(), (*v).into()).unwrap();
        }
        evalexpr::eval_int_with_context(s, &c).unwrap_or_else(|e| panic!("array index `{s}`: {e}"))
    }
    fn name(&self, s: &str) -> String {
        let mut r = String::new();
        let mut rest = s.trim_start_matches('.').to_string();
        while let Some(i) = rest.find('[') {
            let j = rest.find(']').unwrap();
            r += &format!("{}${}", &rest[..i], self.eval(&rest[i + 1..j]));
            rest = rest[j + 1..].to_string();
        }
        r += &rest;
        r.replace(['.'], "$").replace("::", "$").trim_end_matches("$next").to_string()
    }
    fn expr(&mut self, e: &VerilogExpression) -> Val {
        use VerilogExpression as E;
        match e {
            E::Signal(s) => {
                if let Some((_, v)) = self.vars.iter().rev().find(|v| v.0 == *s) {
                    return Val::Lit(BigUint::from(*v as u64));
                }
                let n = self.name(s);
                match self.w.get(&n) {
                    Some(w) => Val::Sized(n, *w),
                    None if n.contains('$') && !n.contains('(') => Val::Raw(n), // enum constant
                    None => panic!(
                        "`{s}` is not a signal: const generics and consts must go through a Constant field"
                    ),
                }
            }
            E::Literal(l) => {
                let s = format!("{l:x}");
                let (w, h) = s.split_once("'h").unwrap();
                let v = BigUint::parse_bytes(h.as_bytes(), 16).unwrap();
                match w {
                    "1" => Val::Sized(format!("1'h{h}"), 1),
                    _ => Val::Lit(v),
                }
            }
            E::Paren(e) => self.expr(e),
            E::Cast(e, m) => match self.expr(e) {
                Val::Sized(s, w) if w == *m => Val::Sized(s, w),
                Val::Sized(s, w) if w < *m => Val::Sized(format!("{{{}'h0, {s}}}", m - w), *m),
                Val::Sized(s, w) => {
                    let s = self.prim(s, w);
                    Val::Sized(
                        if *m == 1 { format!("{s}[0]") } else { format!("{s}[{}:0]", m - 1) },
                        *m,
                    )
                }
                v => Val::Sized(v.to(*m), *m),
            },
            E::Signed(e) => {
                let v = self.expr(e);
                let w = v.width().unwrap();
                Val::Sized(format!("$signed({})", v.to(w)), w)
            }
            E::Unsigned(e) => {
                let v = self.expr(e);
                let w = v.width().unwrap();
                Val::Sized(format!("$unsigned({})", v.to(w)), w)
            }
            E::Binary(l, o, r) => {
                let (a, b) = (self.expr(l), self.expr(r));
                use VerilogOp::*;
                if matches!(o, Shl | Shr) {
                    let w = a.width().unwrap();
                    let sh = match &b {
                        Val::Lit(v) => v.to_string(),
                        b => b.to(32),
                    };
                    return Val::Sized(
                        format!(
                            "{{{} {} {sh}}}",
                            a.to(w),
                            if matches!(o, Shl) { "<<" } else { ">>" }
                        ),
                        w,
                    );
                }
                let w = a.width().or(b.width()).expect("two literals");
                let (a, b) = (a.to(w), b.to(w));
                let s = match o {
                    Add => "+",
                    Sub => "-",
                    Mul => "*",
                    LogicalAnd => "&&",
                    LogicalOr => "||",
                    BitXor => "^",
                    BitAnd => "&",
                    BitOr => "|",
                    Eq => "==",
                    Lt => "<",
                    Le => "<=",
                    Ne => "!=",
                    Ge => ">=",
                    Gt => ">",
                    Shl | Shr => unreachable!(),
                };
                match o {
                    Add | Sub | Mul => Val::Sized(format!("{{{a} {s} {b}}}"), w),
                    BitXor | BitAnd | BitOr => Val::Sized(format!("({a} {s} {b})"), w),
                    _ => Val::Sized(format!("({a} {s} {b})"), 1),
                }
            }
            E::Unary(o, e) => {
                let v = self.expr(e);
                let w = v.width().unwrap_or(64);
                let s = v.to(w);
                use VerilogOpUnary::*;
                match o {
                    Not => Val::Sized(format!("{{~{s}}}"), w),
                    Neg => Val::Sized(format!("{{-{s}}}"), w),
                    All => Val::Sized(format!("(&{s})"), 1),
                    Any => Val::Sized(format!("(|{s})"), 1),
                    Xor => Val::Sized(format!("(^{s})"), 1),
                }
            }
            E::Index(s, i) => {
                let (s, i) = (self.expr(s), self.expr(i));
                self.select(s, i, 1)
            }
            E::Slice(s, w, i) => {
                let (s, i) = (self.expr(s), self.expr(i));
                self.select(s, i, *w)
            }
            E::IndexReplace(s, i, v) => {
                let s = self.expr(s);
                let w = s.width().unwrap();
                let (i, v) = (self.expr(i), self.expr(v));
                let t = self.temp(s.to(w), w);
                let i = match i {
                    Val::Lit(v) => v.to_string(),
                    i => i.to(32),
                };
                self.line(format!("{t}[{i}] = {};", v.to(1)));
                Val::Sized(t, w)
            }
        }
    }
    fn prim(&mut self, s: String, w: usize) -> String {
        if s.chars().all(|c| c.is_alphanumeric() || c == '$' || c == '_') {
            s
        } else {
            self.temp(s, w)
        }
    }
    fn select(&mut self, s: Val, i: Val, w: usize) -> Val {
        let n = s.width().unwrap();
        if n == w {
            return s;
        }
        let p = self.prim(s.to(n), n);
        let i = match i {
            Val::Sized(s, w) => {
                self.c.get(&s).map_or(Val::Sized(s.clone(), w), |v| Val::Lit(v.clone()))
            }
            i => i,
        };
        let t = match i {
            Val::Lit(v) => {
                let v: usize = v.to_string().parse().unwrap();
                if w == 1 { format!("{p}[{v}]") } else { format!("{p}[{}:{v}]", v + w - 1) }
            }
            i if w == 1 => format!("{p}[{}]", i.to(32)),
            i => format!("{p}[{} +: {w}]", i.to(32)),
        };
        Val::Sized(t, w)
    }
    fn block(&mut self, b: &VerilogBlock) {
        for s in b {
            self.stmt(s)
        }
    }
    fn nested(&mut self, b: &VerilogBlock) {
        self.ind += 1;
        self.block(b);
        self.ind -= 1;
    }
    fn cond(&mut self, c: &VerilogConditional) {
        let t = self.expr(&c.test).to(1);
        self.line(format!("if ({t}) begin"));
        self.nested(&c.then);
        match &c.otherwise {
            VerilogBlockOrConditional::None => {}
            VerilogBlockOrConditional::Block(b) => {
                self.line("end else begin".into());
                self.nested(b)
            }
            VerilogBlockOrConditional::Conditional(s) => {
                self.line("end else begin".into());
                self.ind += 1;
                self.stmt(s);
                self.ind -= 1;
            }
        }
        self.line("end".into());
    }
    fn stmt(&mut self, s: &VerilogStatement) {
        match s {
            VerilogStatement::Assignment(l, r) => {
                let VerilogExpression::Signal(l) = l else { panic!("bad target") };
                let l = self.name(l);
                let w = *self.w.get(&l).unwrap_or_else(|| panic!("unknown target {l}"));
                let r = self.expr(r);
                if let Some(rw) = r.width() {
                    assert_eq!(rw, w, "{l}: {w} bits, gets {rw}")
                }
                let r = r.to(w);
                self.line(format!("{l} = {r};"));
            }
            VerilogStatement::SliceAssignment { base, width, offset, replacement } => {
                let b = self.expr(base);
                let n = b.width().unwrap();
                let o = self.expr(offset);
                let v = self.expr(replacement).to(*width);
                let l = self.select(b, o, *width).to(n);
                self.line(format!("{l} = {v};"));
            }
            VerilogStatement::If(c) => self.cond(c),
            VerilogStatement::Match(m) => {
                let t = self.expr(&m.test);
                let w = t.width().unwrap();
                self.line(format!("case ({})", t.to(w)));
                self.ind += 1;
                for c in &m.cases {
                    let n = self.name(&c.condition);
                    self.line(format!("{n}: begin"));
                    self.nested(&c.block);
                    self.line("end".into());
                }
                self.ind -= 1;
                self.line("endcase".into());
            }
            VerilogStatement::Loop(l) => {
                for i in l.from.as_usize()..l.to.as_usize() {
                    self.vars.push((l.index.clone(), i as i64));
                    self.block(&l.block);
                    self.vars.pop();
                }
            }
            VerilogStatement::Comment(c) => self.line(format!("// {c}")),
            VerilogStatement::Macro(b) => self.block(b),
            VerilogStatement::Link(ls) => {
                for l in ls {
                    let (d, s, k) = match l {
                        VerilogLink::Forward(l) => (&l.other_name, &l.owner_name, &l.my_name),
                        VerilogLink::Backward(l) => (&l.owner_name, &l.other_name, &l.my_name),
                        VerilogLink::Bidirectional(_) => {
                            panic!("inout links need the stock back end")
                        }
                    };
                    let (d, s, k) = (self.name(d), self.name(s), self.name(k));
                    let k =
                        if k.is_empty() { k } else { format!("${}", k.trim_start_matches('$')) };
                    self.line(format!("{d}{k} = {s}{k};"));
                }
            }
        }
    }
}

pub(crate) fn verilog(u: &dyn Block, top: &str) -> Result<String, crate::Error> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut c = Collect::default();
        u.accept(top, &mut c);
        let mut p = Sound {
            inner: ModuleDefines::default(),
            widths: c.map,
            consts: c.consts,
            path: vec![],
        };
        u.accept(top, &mut p);
        p.inner.defines()
    }))
    .map_err(|e| {
        let text = e
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| e.downcast_ref::<&str>().map(|s| s.to_string()));
        crate::Error::Refused(text.unwrap_or_default())
    })
}
