//! How does a module that brings its own Verilog text get its ports and names?
use crate::collect::Instance;
use crate::error::Error;
use crate::module::{Face, UNNAMED, ports, sink};
use crate::names;
use crate::scope::{Role, Scope};
use crate::text;
use rust_hdl::prelude::TypeKind;
use std::collections::{BTreeMap, BTreeSet};

/// What the first comment line of a leaf's text may start with, to name its module.
const NAME_LINE: &str = "// module ";

/// The name a leaf's text asks for in its first line, `// module NAME`.
pub(crate) fn asked_name(code: &str) -> Option<&str> {
    let first = code.trim_start().lines().next()?;
    first.strip_prefix(NAME_LINE).map(str::trim).filter(|name| names::is_identifier(name))
}

/// The text of a module around its own code; a `wrapper` has net outputs and only its ports.
pub(crate) fn with_own_text(
    instance: &Instance,
    scope: &Scope,
    code: &str,
    wrapper: bool,
    faces: &[Face],
) -> Result<String, Error> {
    let tokens = identifiers(code);
    for signal in &scope.signals {
        if signal.role != Role::PinIn && names::is_keyword(&signal.raw) {
            return Err(Error::Keyword(scope.place(&signal.raw)));
        }
    }
    let is_signed = |name: &str| {
        let found = scope.signals.iter().find(|signal| signal.name == name);
        found.is_some_and(|signal| matches!(signal.descriptor.kind, TypeKind::Signed(_)))
    };
    let mut all_ports = ports(scope, &|_| !wrapper);
    for (kind, _, name) in &mut all_ports {
        if is_signed(name) {
            kind.push_str(" signed");
        }
    }
    let mut out = text::head(UNNAMED, &all_ports);
    let mut unread = vec![];
    for signal in &scope.signals {
        let used = tokens.contains(&signal.raw);
        let declared = format!("{}{}", text::range(signal.width), signal.name);
        match &signal.role {
            Role::Input if !used => unread.push(signal.name.clone()),
            Role::Constant(value) if used => {
                out += &format!("  localparam {declared} = {}'h{value:x};\n", signal.width);
            }
            Role::Local if used && !wrapper => out += &format!("  reg  {declared};\n"),
            Role::PinIn if !wrapper => out += &format!("  reg  {declared};\n"),
            Role::PinOut if !wrapper => out += &format!("  wire {declared};\n"),
            _ => {}
        }
    }
    if !wrapper {
        for (index, face) in faces.iter().enumerate() {
            let names = scope.pins[index].iter().map(|id| scope.signals[*id].name.clone());
            let pins: Vec<_> = face.ports.iter().cloned().zip(names).collect();
            out += &text::instance(&face.module, &scope.children[index], &pins);
        }
    }
    let renamed: BTreeMap<&str, &str> = scope
        .signals
        .iter()
        .filter(|signal| signal.raw != signal.name)
        .map(|signal| (signal.raw.as_str(), signal.name.as_str()))
        .collect();
    debug_assert!(instance.fields.len() <= scope.signals.len(), "every field is in the scope");
    out += "\n";
    out += &rename(code, &renamed);
    let free = if tokens.contains("_unused") { "_unused_ports" } else { "_unused" };
    out += &sink(&unread, free);
    Ok(out + "endmodule\n")
}

/// rust-hdl's flip-flop, as (width, initial value), if that is what the module is.
pub(crate) fn flip_flop(scope: &Scope, code: &str) -> Option<(usize, String)> {
    let mut names: Vec<_> = scope.signals.iter().map(|signal| signal.raw.as_str()).collect();
    names.sort_unstable();
    if names != ["clock", "d", "q"] {
        return None;
    }
    let words: Vec<_> = code.split_whitespace().collect();
    let initial = words.join(" ");
    let initial = initial.strip_prefix("initial begin q = ")?;
    let initial = initial.strip_suffix("; end always @(posedge clock) begin q <= d; end")?;
    let (width, digits) = initial.split_once("'h")?;
    if !digits.chars().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    let q = scope.find("q")?;
    // rust-hdl writes the width of the literal; enums have 64 there.
    let _: usize = width.parse().ok()?;
    let width = scope.signals[q].width;
    Some((width, format!("{width}'h{digits}")))
}

/// The text of a flip-flop of `width` bits.
pub(crate) fn flip_flop_text(scope: &Scope, initial: &str) -> String {
    let mut out = text::head(UNNAMED, &ports(scope, &|_| true));
    out += &format!("  initial q = {initial};\n  always @(posedge clock) q <= d;\nendmodule\n");
    out
}

/// Splits text into identifiers (with `$`) and what lies between, comments and strings included
/// in the latter.
fn pieces(code: &str) -> Vec<(bool, &str)> {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let mut out = vec![];
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let end = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |at| at + 2)
        } else if first == '"' {
            rest[1..].find('"').map_or(rest.len(), |at| at + 2)
        } else if is_letter(first) {
            rest.find(|c: char| !is_letter(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (piece, after) = rest.split_at(end);
        out.push((is_letter(first), piece));
        rest = after;
    }
    out
}

fn identifiers(code: &str) -> BTreeSet<String> {
    let words = pieces(code).into_iter().filter(|(word, _)| *word);
    words.map(|(_, text)| text.to_string()).collect()
}

/// Replaces whole identifiers.
fn rename(code: &str, renamed: &BTreeMap<&str, &str>) -> String {
    let mut out = String::new();
    for (word, text) in pieces(code) {
        out.push_str(if word { renamed.get(text).copied().unwrap_or(text) } else { text });
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

#[cfg(test)]
mod proof {
    use super::*;

    #[test]
    fn only_whole_identifiers_outside_comments_are_renamed() {
        let renamed = BTreeMap::from([("q$0", "q_0")]);
        let code = "q$0 <= q$01; // q$0\n$display(\"q$0\", q$0);";
        assert_eq!(rename(code, &renamed), "q_0 <= q$01; // q$0\n$display(\"q$0\", q_0);\n");
    }

    #[test]
    fn a_leaf_names_its_module_in_the_first_line() {
        assert_eq!(asked_name("\n// module ram_outreg\nreg x;"), Some("ram_outreg"));
        assert_eq!(asked_name("reg x; // module no"), None);
        assert_eq!(asked_name("// module a b"), None);
    }
}
