//! Which modules does a design need, each once, and in which order are they printed?
use crate::collect::Instance;
use crate::error::Error;
use crate::leaf;
use crate::module::{self, Face, UNNAMED};
use crate::names::{self, Names};
use crate::scope::{Role, Scope};
use rust_hdl::prelude::Verilog;
use std::collections::BTreeMap;

struct Module {
    text: String,
    name: String,
    /// Path of the first instance.
    first: String,
    instances: usize,
    /// Place of the first instance in a walk from the top.
    order: usize,
}

#[derive(Default)]
struct Design {
    modules: Vec<Module>,
    by_text: BTreeMap<String, usize>,
    names: Names,
    /// Texts of black boxes and wrapped cores.
    cores: Vec<String>,
    boxes: BTreeMap<String, String>,
    visited: usize,
    top: String,
}

/// Prints the tree: header, modules from the top down, foreign cores.
pub(crate) fn print(top: &Instance, name: &str, made_from: &str) -> Result<String, Error> {
    if !names::is_identifier(name) {
        return Err(Error::TopName(name.to_string()));
    }
    let mut design = Design { top: name.to_string(), ..Design::default() };
    design.names.variant(name);
    design.instance(top, true)?;
    let mut out = format!("// {name}: {made_from}\n");
    out += "// SystemVerilog, printed by penstock's hdl/verilog; made again, not edited.\n";
    design.modules.sort_by_key(|module| module.order);
    for module in &design.modules {
        let count = match module.instances {
            1 => String::new(),
            count => format!(", the first of {count} instances"),
        };
        out += &format!("\n// {}{count}\n", module.first);
        out += &module.text.replace(UNNAMED, &module.name);
    }
    for core in &design.cores {
        out += &format!("\n{}\n", core.trim());
    }
    Ok(out)
}

impl Design {
    fn instance(&mut self, instance: &Instance, is_top: bool) -> Result<Face, Error> {
        let order = self.visited;
        self.visited += 1;
        let mut scope = Scope::new(instance)?;
        if let Verilog::Blackbox(code) = &instance.code {
            return self.black_box(&scope, &code.name, &code.code);
        }
        let mut faces = vec![];
        for child in &instance.children {
            faces.push(self.instance(child, false)?);
        }
        let base = if is_top { self.top.clone() } else { self.base_name(&instance.path) };
        let (text, base) = match &instance.code {
            Verilog::Combinatorial(block) => {
                (module::with_kernel(instance, &mut scope, block, &faces)?, base)
            }
            Verilog::Custom(code) => match leaf::flip_flop(&scope, code) {
                Some((width, initial)) if !is_top => {
                    let text = leaf::flip_flop_text(&scope, &initial);
                    (text, format!("{}_dff_{width}", self.top))
                }
                _ => {
                    let text = leaf::with_own_text(instance, &scope, code, false, &faces)?;
                    (text, self.leaf_name(code, base, is_top))
                }
            },
            Verilog::Wrapper(wrapper) => {
                self.add_core(&wrapper.cores);
                let code = &wrapper.code;
                let text = leaf::with_own_text(instance, &scope, code, true, &faces)?;
                (text, self.leaf_name(code, base, is_top))
            }
            _ => (module::with_kernel(instance, &mut scope, &vec![], &faces)?, base),
        };
        let module = self.module(text, base, instance, is_top, order);
        Ok(Face { module, ports: port_names(&scope) })
    }

    /// The name of the module with this text; a new one if no module has it yet.
    fn module(
        &mut self,
        text: String,
        base: String,
        instance: &Instance,
        is_top: bool,
        order: usize,
    ) -> String {
        if let Some(index) = self.by_text.get(&text).filter(|_| !is_top) {
            let known = &mut self.modules[*index];
            known.instances += 1;
            if order < known.order {
                known.order = order;
                known.first.clone_from(&instance.path);
            }
            return known.name.clone();
        }
        let name = if is_top { base } else { self.names.variant(&base) };
        self.by_text.insert(text.clone(), self.modules.len());
        let first = instance.path.clone();
        self.modules.push(Module { text, name: name.clone(), first, instances: 1, order });
        name
    }

    /// The path of an instance without element numbers.
    fn base_name(&self, path: &str) -> String {
        let parts = path.split('.').filter(|part| part.parse::<usize>().is_err());
        parts.collect::<Vec<_>>().join("_")
    }

    fn leaf_name(&self, code: &str, base: String, is_top: bool) -> String {
        match leaf::asked_name(code) {
            Some(name) if !is_top => format!("{}_{name}", self.top),
            _ => base,
        }
    }

    fn black_box(&mut self, scope: &Scope, name: &str, code: &str) -> Result<Face, Error> {
        match self.boxes.get(name) {
            Some(known) if known != code => return Err(Error::BlackBoxes(name.to_string())),
            _ => {}
        }
        self.boxes.insert(name.to_string(), code.to_string());
        self.add_core(code);
        Ok(Face { module: name.to_string(), ports: port_names(scope) })
    }

    fn add_core(&mut self, code: &str) {
        if !code.trim().is_empty() && !self.cores.iter().any(|known| known == code) {
            self.cores.push(code.to_string());
        }
    }
}

fn port_names(scope: &Scope) -> Vec<String> {
    let ports = scope.signals.iter().filter(|s| matches!(s.role, Role::Input | Role::Output));
    ports.map(|signal| signal.name.clone()).collect()
}
