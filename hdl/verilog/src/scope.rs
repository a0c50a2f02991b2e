//! Which signals, constants and enum variants can a kernel name, and how are they printed?
use crate::collect::{Field, Instance};
use crate::error::{Error, Place};
use crate::expr::Id;
use crate::names::Names;
use num_bigint::{BigInt, BigUint};
use rust_hdl::prelude::{AtomKind, TypeDescriptor, TypeKind};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// What a signal is to the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Input,
    Output,
    Local,
    Constant(BigUint),
    /// Input of a child: driven here.
    PinIn,
    /// Output of a child: driven there.
    PinOut,
}

#[derive(Clone, Debug)]
pub(crate) struct Signal {
    pub(crate) raw: String,
    pub(crate) name: String,
    pub(crate) width: usize,
    pub(crate) descriptor: Rc<TypeDescriptor>,
    pub(crate) role: Role,
}

/// An enum variant: its code, width and printed name.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    pub(crate) code: usize,
    pub(crate) width: usize,
    pub(crate) name: String,
}

pub(crate) struct Scope {
    /// Dotted path of the module.
    pub(crate) path: String,
    pub(crate) signals: Vec<Signal>,
    /// Printed instance name of each child.
    pub(crate) children: Vec<String>,
    /// Signals of each child's ports, in the order of the child's fields.
    pub(crate) pins: Vec<Vec<Id>>,
    by_raw: HashMap<String, Id>,
    /// Signals that hold another one's value in between.
    versions: BTreeMap<Id, Id>,
    /// How many parts of the expressions that drive a signal have one of their own.
    parts: BTreeMap<String, usize>,
    /// By the enum's name, then by `Enum::Variant`.
    variants: HashMap<String, Vec<(String, Variant)>>,
    /// Printed names of all that the body declares.
    names: Names,
}

impl Scope {
    pub(crate) fn new(module: &Instance) -> Result<Scope, Error> {
        let mut scope = Scope {
            path: module.path.clone(),
            signals: vec![],
            children: vec![],
            pins: vec![],
            by_raw: HashMap::new(),
            versions: BTreeMap::new(),
            parts: BTreeMap::new(),
            variants: HashMap::new(),
            names: Names::default(),
        };
        for field in module.fields.iter().filter(|field| field.kind.is_parameter()) {
            let name = scope.port_name(field)?;
            scope.add(field, field.raw.clone(), name)?;
        }
        for field in module.fields.iter().filter(|field| !field.kind.is_parameter()) {
            let name = scope.names.variant(&field.raw);
            scope.add(field, field.raw.clone(), name)?;
        }
        for child in &module.children {
            let name = scope.names.variant(&child.raw);
            scope.children.push(name);
        }
        for child in &module.children {
            let mut pins = vec![];
            for field in child.fields.iter().filter(|field| field.kind.is_parameter()) {
                let raw = format!("{}${}", child.raw, field.raw);
                let name = scope.names.variant(&raw);
                pins.push(scope.add_pin(field, raw, name)?);
            }
            scope.pins.push(pins);
        }
        Ok(scope)
    }

    fn port_name(&mut self, field: &Field) -> Result<String, Error> {
        self.names.claim(&field.raw).map_err(|(other, printed)| Error::SameName {
            place: self.place(&field.raw),
            other: other.replace('$', "."),
            printed,
        })
    }

    fn add(&mut self, field: &Field, raw: String, name: String) -> Result<Id, Error> {
        let role = match field.kind {
            AtomKind::InputParameter => Role::Input,
            AtomKind::OutputParameter | AtomKind::OutputPassthrough => Role::Output,
            AtomKind::Constant => Role::Constant(unsigned(&field.value, field.width)),
            AtomKind::LocalSignal => Role::Local,
            _ => return Err(self.inout(&raw)),
        };
        self.push(field, raw, name, role)
    }

    fn add_pin(&mut self, field: &Field, raw: String, name: String) -> Result<Id, Error> {
        let role = match field.kind {
            AtomKind::InputParameter => Role::PinIn,
            AtomKind::OutputParameter | AtomKind::OutputPassthrough => Role::PinOut,
            _ => return Err(self.inout(&raw)),
        };
        self.push(field, raw, name, role)
    }

    fn inout(&self, raw: &str) -> Error {
        self.refused(
            raw,
            "an inout signal",
            "split it into in, out and enable; tristates belong in the board's top",
        )
    }

    fn push(&mut self, field: &Field, raw: String, name: String, role: Role) -> Result<Id, Error> {
        if field.width == 0 {
            return Err(self.refused(&raw, "a signal of no bits", "delete it, or widen its type"));
        }
        self.learn(&field.descriptor);
        let id = self.signals.len();
        self.by_raw.insert(raw.clone(), id);
        let descriptor = field.descriptor.clone();
        self.signals.push(Signal { raw, name, width: field.width, descriptor, role });
        Ok(id)
    }

    /// Notes the variants of an enum, also within structs.
    fn learn(&mut self, descriptor: &TypeDescriptor) {
        match &descriptor.kind {
            TypeKind::Enum(labels) => {
                let known = self.variants.get(&descriptor.name);
                if known.is_some_and(|known| known.iter().map(|(label, _)| label).eq(labels)) {
                    return;
                }
                let width = rust_hdl::prelude::clog2(labels.len());
                let all = labels.iter().enumerate().map(|(code, label)| {
                    let name = self.names.variant(&label.replace("::", "$"));
                    (label.clone(), Variant { code, width, name })
                });
                let all: Vec<_> = all.collect();
                self.variants.entry(descriptor.name.clone()).or_default().extend(all);
            }
            TypeKind::Composite(fields) => fields.iter().for_each(|field| self.learn(&field.kind)),
            _ => {}
        }
    }

    /// A new signal for a value that `id` has in between.
    pub(crate) fn add_version(&mut self, id: Id) -> Id {
        let of = self.signals[id].clone();
        let number = 1 + self.versions.values().filter(|known| **known == id).count();
        let raw = format!("{}_s{number}", of.raw);
        let name = self.names.variant(&raw);
        let new = self.signals.len();
        self.versions.insert(new, id);
        self.signals.push(Signal { raw, name, role: Role::Local, ..of });
        new
    }

    /// A new signal of `width` bits for a part of the expressions that drive `id`.
    pub(crate) fn add_part(&mut self, id: Id, width: usize) -> Id {
        let of = self.signals[self.versions.get(&id).copied().unwrap_or(id)].raw.clone();
        let number = self.parts.entry(of.clone()).or_default();
        *number += 1;
        let raw = format!("{of}_t{number}");
        let name = self.names.variant(&raw);
        let kind = TypeKind::Bits(width);
        let descriptor = TypeDescriptor { name: "part".into(), kind }.into();
        self.signals.push(Signal { raw, name, width, descriptor, role: Role::Local });
        self.signals.len() - 1
    }

    pub(crate) fn is_version(&self, id: Id) -> bool {
        self.versions.contains_key(&id)
    }

    pub(crate) fn find(&self, raw: &str) -> Option<Id> {
        self.by_raw.get(raw).copied()
    }

    /// The variant that `label` (`Enum$Variant`, perhaps behind a path) names in `descriptor`.
    pub(crate) fn variant_of(&self, descriptor: &TypeDescriptor, label: &str) -> Option<&Variant> {
        let TypeKind::Enum(labels) = &descriptor.kind else { return None };
        let last = label.rsplit('$').next()?;
        let code = labels.iter().position(|known| known.ends_with(&format!("::{last}")))?;
        let known = self.variants.get(&descriptor.name)?;
        let found = |(name, variant): &&(String, Variant)| {
            *name == labels[code] && variant.code == code && variant.width == clog2(labels)
        };
        known.iter().find(found).map(|(_, variant)| variant)
    }

    /// The one variant of any visible enum that `label` can mean; its name if there are two.
    pub(crate) fn variant(&self, label: &str) -> Result<Option<&Variant>, String> {
        let mut parts = label.rsplit('$');
        let (Some(last), Some(owner)) = (parts.next(), parts.next()) else { return Ok(None) };
        let wanted = format!("{owner}::{last}");
        let all = self.variants.get(owner).into_iter().flatten();
        let mut found = all.filter(|(name, _)| *name == wanted).map(|(_, variant)| variant);
        let first = found.next();
        let alike = |other: &Variant| {
            first.is_some_and(|first| first.code == other.code && first.width == other.width)
        };
        if found.all(alike) {
            return Ok(first);
        }
        Err(wanted)
    }

    pub(crate) fn place(&self, raw: &str) -> Place {
        Place { module: self.path.clone(), signal: raw.replace('$', ".") }
    }

    pub(crate) fn refused(&self, raw: &str, what: &'static str, instead: &'static str) -> Error {
        Error::Refused { place: self.place(raw), what, instead }
    }
}

fn clog2(labels: &[String]) -> usize {
    rust_hdl::prelude::clog2(labels.len())
}

/// Two's complement of `value` in `width` bits.
pub(crate) fn unsigned(value: &BigInt, width: usize) -> BigUint {
    let range = BigInt::from(1) << width;
    let wrapped = ((value % &range) + &range) % &range;
    wrapped.to_biguint().unwrap_or_default()
}
