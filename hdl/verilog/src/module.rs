//! How does a module with a kernel become text?
use crate::collect::Instance;
use crate::error::Error;
use crate::expr::{Expr, Id, ones};
use crate::kernel;
use crate::process::{self, Process};
use crate::scope::{Role, Scope};
use crate::text::{self, Writer};
use rust_hdl::core::ast::VerilogBlock;
use std::collections::{BTreeMap, BTreeSet};

/// How a parent instantiates a module.
#[derive(Clone, Debug)]
pub(crate) struct Face {
    pub(crate) module: String,
    /// Printed port names, in the order of the fields.
    pub(crate) ports: Vec<String>,
}

/// Stands for the module's name in a text that is not yet named.
pub(crate) const UNNAMED: &str = "\u{1}";

/// Ports of a scope: (kind, width, name), outputs as `reg` where `is_reg` says so.
pub(crate) fn ports(scope: &Scope, is_reg: &dyn Fn(Id) -> bool) -> Vec<(String, usize, String)> {
    let kinds = scope.signals.iter().enumerate().filter_map(|(id, signal)| {
        let kind = match signal.role {
            Role::Input => "input  wire",
            Role::Output if is_reg(id) => "output reg ",
            Role::Output => "output wire",
            _ => return None,
        };
        Some((kind.to_string(), signal.width, signal.name.clone()))
    });
    kinds.collect()
}

/// The text of a module with a kernel, its name left open.
pub(crate) fn with_kernel(
    instance: &Instance,
    scope: &mut Scope,
    block: &VerilogBlock,
    faces: &[Face],
) -> Result<String, Error> {
    let statements = kernel::statements(scope, block)?;
    let processes = process::split(scope, &statements)?;
    let processes = crate::hoist::hoist(scope, processes);
    let scope: &Scope = scope;
    let processes = processes.into_iter().map(|one| text::folded(scope, one)).collect::<Vec<_>>();
    let inlined = inlined(scope, &processes);
    let kept = |process: &&Process| !inlined.contains_key(&process.target);
    let mut writer = Writer::new(scope);
    let mut instances = String::new();
    let mut procedural = BTreeSet::new();
    for (index, face) in faces.iter().enumerate() {
        let ids = scope.pins[index].iter();
        let pins = ids.zip(&face.ports).map(|(id, port)| {
            let text = match inlined.get(id) {
                Some(value) => writer.show.text(value),
                None => scope.signals[*id].name.clone(),
            };
            (port.clone(), text)
        });
        let pins: Vec<_> = pins.collect();
        instances += &text::instance(&face.module, &scope.children[index], &pins);
    }
    for process in processes.iter().filter(kept) {
        if text::whole(scope, process).is_none() {
            procedural.insert(process.target);
        }
        writer.process(process);
    }
    let driven: BTreeSet<Id> = processes.iter().filter(kept).map(|one| one.target).collect();
    let mut out = text::head(UNNAMED, &ports(scope, &|id| procedural.contains(&id)));
    for (name, width, number) in &writer.show.constants {
        out += &format!("  localparam {}{name} = {number};\n", text::range(*width));
    }
    for (id, signal) in scope.signals.iter().enumerate() {
        let declared = match signal.role {
            Role::Local | Role::PinIn => driven.contains(&id),
            Role::PinOut => true,
            _ => false,
        };
        if declared {
            let kind = if procedural.contains(&id) { "reg " } else { "wire" };
            out += &format!("  {kind} {}{};\n", text::range(signal.width), signal.name);
        }
    }
    let sink = sink(&unread(scope, &writer, &driven), "_unused");
    for section in [instances, writer.out, sink] {
        if !section.is_empty() {
            out += &format!("\n{section}");
        }
    }
    debug_assert_eq!(instance.children.len(), faces.len(), "a face for each child");
    Ok(out + "endmodule\n")
}

/// Inputs of children that are plain copies, and that nobody reads back: written at the instance.
fn inlined(scope: &Scope, processes: &[Process]) -> BTreeMap<Id, Expr> {
    let mut read = BTreeSet::new();
    for process in processes {
        process::reads(&process.body, &mut read);
    }
    let plain = |value: &Expr| match value {
        Expr::Signal { .. } | Expr::Const { .. } => true,
        Expr::Slice(inner, ..) => matches!(**inner, Expr::Signal { .. }),
        _ => false,
    };
    let commented = |process: &&Process| {
        let body = process.body.as_slice();
        matches!(body, [kernel::Stmt::Set { notes, .. }] if !notes.is_empty())
    };
    let copies = processes.iter().filter(|process| !commented(process));
    let copies = copies.filter_map(|process| text::whole(scope, process));
    copies
        .filter(|(id, value)| {
            scope.signals[*id].role == Role::PinIn && !read.contains(id) && plain(value)
        })
        .map(|(id, value)| (id, value.clone()))
        .collect()
}

/// Signals, or bits of them, that nothing in the module reads.
fn unread(scope: &Scope, writer: &Writer<'_>, driven: &BTreeSet<Id>) -> Vec<String> {
    let mut out = vec![];
    for (id, signal) in scope.signals.iter().enumerate() {
        let matters = match signal.role {
            Role::Input | Role::PinOut => true,
            Role::Local => driven.contains(&id),
            _ => false,
        };
        if !matters {
            continue;
        }
        let read = writer.show.read.get(&id).cloned().unwrap_or_default();
        let bits = read ^ ones(signal.width);
        out.extend(text::parts(&signal.name, signal.width, &bits));
    }
    out
}

/// One wire that takes what nobody reads, so that a lint needs no waiver.
pub(crate) fn sink(unread: &[String], name: &str) -> String {
    match unread.is_empty() {
        true => String::new(),
        false => {
            format!("  // Not read here:\n  wire {name} = &{{1'b0, {}}};\n", unread.join(", "))
        }
    }
}
