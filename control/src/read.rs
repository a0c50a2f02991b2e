//! What does the file say? TOML or JSON in, one shape out.
//!
//! Both are read into the same tree of values with their places, and each object of the tree is
//! given its shape on its own, so that one that has none doesn't hide what is wrong with the
//! next.

use crate::{
    file::File,
    problem::{Cause, Kind},
    report::Problems,
};
use jsonc_parser::{ParseOptions, ast, common::Ranged};
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use toml::{
    Spanned,
    de::{DeTable, DeValue, ValueDeserializer},
};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// TOML 1.1.
    Toml,
    /// JSON (RFC 8259).
    Json,
}

/// The keys of a whole file.
const KEYS: &str = "vpcs, subnets, network_acls, security_groups, route_tables, peerings, \
                    transit_gateways, gateways, public_addresses, enis, cards, mappings, services, \
                    router_mac, underlay_mtu";

/// Read `text`. Objects without a shape are left out; `broken` says of which kinds they were.
pub fn read(text: &str, syntax: Syntax, problems: &mut Problems) -> (File, Vec<Kind>) {
    let mut file = File::default();
    let mut broken = Vec::new();
    let tree = match syntax {
        Syntax::Toml => toml(text, problems),
        Syntax::Json => json(text, problems),
    };
    // What is left of a text with errors would only bring errors of its own.
    let tree = if problems.is_empty() { tree } else { DeTable::new() };
    for (key, value) in tree {
        let mut shape = Shape { problems, broken: &mut broken };
        match key.get_ref().as_ref() {
            "vpcs" => file.vpcs = shape.list(Kind::Vpc, value),
            "subnets" => file.subnets = shape.list(Kind::Subnet, value),
            "network_acls" => file.network_acls = shape.list(Kind::NetworkAcl, value),
            "security_groups" => file.security_groups = shape.list(Kind::SecurityGroup, value),
            "route_tables" => file.route_tables = shape.list(Kind::RouteTable, value),
            "peerings" => file.peerings = shape.list(Kind::Peering, value),
            "transit_gateways" => file.transit_gateways = shape.list(Kind::TransitGateway, value),
            "gateways" => file.gateways = shape.list(Kind::Gateway, value),
            "public_addresses" => {
                file.public_addresses = shape.list(Kind::PublicAddress, value);
            }
            "enis" => file.enis = shape.list(Kind::Eni, value),
            "cards" => file.cards = shape.list(Kind::Card, value),
            "mappings" => file.mappings = shape.list(Kind::Mapping, value),
            "services" => file.services = Some(shape.list(Kind::Service, value)),
            "router_mac" => file.router_mac = shape.one(value),
            "underlay_mtu" => file.underlay_mtu = shape.one(value),
            other => {
                let cause = Cause::UnknownKey { key: other.into(), known: KEYS };
                problems.add(key.span(), cause);
            }
        }
    }
    (file, broken)
}

struct Shape<'a> {
    problems: &'a mut Problems,
    broken: &'a mut Vec<Kind>,
}

impl Shape<'_> {
    fn one<T: DeserializeOwned>(&mut self, value: Spanned<DeValue<'_>>) -> Option<T> {
        let whole = value.span();
        T::deserialize(ValueDeserializer::from(value))
            .map_err(|e| {
                let at = e.span().unwrap_or(whole);
                self.problems.add(at, Cause::Shape { message: e.message().into() });
            })
            .ok()
    }

    fn list<T: DeserializeOwned>(&mut self, kind: Kind, value: Spanned<DeValue<'_>>) -> Vec<T> {
        let at = value.span();
        let DeValue::Array(items) = value.into_inner() else {
            self.problems.add(at, Cause::NoList { kind });
            self.broken.push(kind);
            return Vec::new();
        };
        let count = items.len();
        let list: Vec<T> = items.into_iter().filter_map(|item| self.one(item)).collect();
        if list.len() < count {
            self.broken.push(kind);
        }
        list
    }
}

fn toml<'t>(text: &'t str, problems: &mut Problems) -> DeTable<'t> {
    let (tree, errors) = DeTable::parse_recoverable(text);
    for e in errors {
        let at = e.span().unwrap_or(0..text.len());
        problems.add(at, Cause::Syntax { message: e.message().into() });
    }
    tree.into_inner()
}

fn json<'t>(text: &'t str, problems: &mut Problems) -> DeTable<'t> {
    let strict = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let root = match jsonc_parser::parse_to_ast(text, &Default::default(), &strict) {
        Ok(parsed) => parsed.value,
        Err(e) => {
            let message = e.kind().to_string();
            problems.add(e.range().start..e.range().end, Cause::Syntax { message });
            return DeTable::new();
        }
    };
    match root {
        Some(ast::Value::Object(object)) => table(object, problems),
        _ => {
            problems.add(0..text.len(), Cause::Syntax { message: "expected an object".into() });
            DeTable::new()
        }
    }
}

fn table<'t>(object: ast::Object<'t>, problems: &mut Problems) -> DeTable<'t> {
    let mut table = DeTable::new();
    for property in object.properties {
        let at = property.name.range();
        let at = at.start..at.end;
        let name: Cow<'t, str> = property.name.into_string().into();
        let value = value(property.value, problems);
        if table.contains_key(name.as_ref()) {
            problems.add(at, Cause::Syntax { message: format!("duplicate key `{name}`") });
        } else if let Some(value) = value {
            table.insert(Spanned::new(at, name), value);
        }
    }
    table
}

fn value<'t>(value: ast::Value<'t>, problems: &mut Problems) -> Option<Spanned<DeValue<'t>>> {
    let at = value.range().start..value.range().end;
    let mut refuse = |what: &str| {
        problems.add(at.clone(), Cause::Syntax { message: what.into() });
        None
    };
    let inner = match value {
        ast::Value::StringLit(text) => Some(DeValue::String(text.value)),
        // JSON's numbers are TOML's as well.
        ast::Value::NumberLit(number) => match DeValue::parse(number.value) {
            Ok(number) => Some(number.into_inner()),
            Err(_) => refuse("a number that nobody can hold"),
        },
        ast::Value::BooleanLit(flag) => Some(DeValue::Boolean(flag.value)),
        ast::Value::NullKeyword(_) => refuse("null: leave the key out"),
        ast::Value::Object(object) => Some(DeValue::Table(table(object, problems))),
        ast::Value::Array(array) => Some(DeValue::Array(
            array.elements.into_iter().filter_map(|e| self::value(e, problems)).collect(),
        )),
    };
    inner.map(|v| Spanned::new(at, v))
}
