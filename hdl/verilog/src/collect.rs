//! What does a rust-hdl design consist of? The tree of modules a `Probe` walks past.
use num_bigint::BigInt;
use rust_hdl::core::ast::VerilogLiteral;
use rust_hdl::prelude::{Atom, AtomKind, Block, Probe, TypeDescriptor, Verilog};
use std::rc::Rc;

/// A signal or constant field of a module.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Name with `$` between interface, element number and field.
    pub(crate) raw: String,
    pub(crate) kind: AtomKind,
    pub(crate) width: usize,
    pub(crate) descriptor: Rc<TypeDescriptor>,
    /// Only of constants.
    pub(crate) value: BigInt,
}

/// One instance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Instance {
    /// Name within the parent, `$` before an element number.
    pub(crate) raw: String,
    /// Dotted path from the top.
    pub(crate) path: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) children: Vec<Instance>,
    pub(crate) code: Verilog,
}

#[derive(Default)]
struct Walk {
    open: Vec<Instance>,
    namespaces: Vec<String>,
    /// Blocks that nobody holds: one, unless the design is an array or a lone signal.
    tops: Vec<Instance>,
}

impl Probe for Walk {
    fn visit_start_scope(&mut self, name: &str, node: &dyn Block) {
        let raw = name.replace("r#", "");
        let path = match self.open.last() {
            Some(parent) => format!("{}.{}", parent.path, raw.replace('$', ".")),
            None => raw.clone(),
        };
        self.namespaces.clear();
        self.open.push(Instance { raw, path, code: node.hdl(), ..Instance::default() });
    }

    fn visit_end_scope(&mut self, _name: &str, _node: &dyn Block) {
        let Some(done) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(done),
            None => self.tops.push(done),
        }
    }

    fn visit_start_namespace(&mut self, name: &str, _node: &dyn Block) {
        self.namespaces.push(name.replace("r#", ""));
    }

    fn visit_end_namespace(&mut self, _name: &str, _node: &dyn Block) {
        self.namespaces.pop();
    }

    fn visit_atom(&mut self, name: &str, atom: &dyn Atom) {
        let mut raw = self.namespaces.join("$");
        if !raw.is_empty() {
            raw.push('$');
        }
        raw.push_str(&name.replace("r#", ""));
        let kind = atom.kind();
        let value = if kind == AtomKind::Constant { number(&atom.verilog()) } else { 0.into() };
        let field =
            Field { raw, kind, width: atom.bits(), descriptor: atom.descriptor().into(), value };
        if let Some(module) = self.open.last_mut() {
            module.fields.push(field);
        }
    }
}

/// The number a literal stands for; its fields are private, its text is not.
pub(crate) fn number(literal: &VerilogLiteral) -> BigInt {
    let text = format!("{literal:x}");
    let digits = text.split_once("'h").map_or("", |(_, digits)| digits);
    BigInt::parse_bytes(digits.as_bytes(), 16).unwrap_or_default()
}

/// Bits rust-hdl wrote in front of a literal; 1 means it was a `bool`.
pub(crate) fn is_bool(literal: &VerilogLiteral) -> bool {
    format!("{literal:x}").starts_with("1'h")
}

/// Walks the whole design; `None` if the block opens no module (an array, a lone signal).
pub(crate) fn collect(block: &dyn Block, top: &str) -> Option<Instance> {
    let mut walk = Walk::default();
    block.accept(top, &mut walk);
    match walk.tops.len() {
        1 => walk.tops.pop().filter(|found| found.raw == top),
        _ => None,
    }
}
