//! Who is called what?

use super::targets::RESERVED;
use crate::{
    file::{File, Text},
    problem::{Cause, Kind, RouteCause},
    report::Problems,
};
use std::collections::HashMap;

/// Names that a report lists before it stops.
const LISTED_MAX: usize = 8;

/// The names of a file, each with the index of its object.
pub struct Names {
    kinds: Vec<(Kind, Vec<String>)>,
    broken: Vec<Kind>,
}

impl Names {
    /// Collect them. Of the kinds in `broken` some objects could not be read at all.
    pub fn of(file: &File, broken: &[Kind], problems: &mut Problems) -> Self {
        let mut names = Self { kinds: Vec::new(), broken: broken.to_vec() };
        names.declare(Kind::Vpc, file.vpcs.iter().map(|o| &o.name), problems);
        names.declare(Kind::Subnet, file.subnets.iter().map(|o| &o.name), problems);
        names.declare(Kind::NetworkAcl, file.network_acls.iter().map(|o| &o.name), problems);
        let groups = file.security_groups.iter().map(|o| (o.vpc.get_ref().as_str(), &o.name));
        names.declare_within(Kind::SecurityGroup, groups, problems);
        names.declare(Kind::RouteTable, file.route_tables.iter().map(|o| &o.name), problems);
        names.declare(Kind::Eni, file.enis.iter().map(|o| &o.name), problems);
        names.declare(Kind::Card, file.cards.iter().map(|o| &o.name), problems);
        let services = file.services.iter().flatten();
        names.declare(Kind::Service, services.map(|o| &o.name), problems);
        names.declare_targets(file, problems);
        names
    }

    /// What routes may name: the reserved names, then peerings, transit gateways, gateways. And
    /// ENIs, which have no name of these.
    fn declare_targets(&mut self, file: &File, problems: &mut Problems) {
        let (transits, gateways) = (file.transit_gateways.iter(), file.gateways.iter());
        let joined = transits.map(|o| &o.name).chain(gateways.map(|o| &o.name));
        let all: Vec<&Text> = file.peerings.iter().map(|o| &o.name).chain(joined).collect();
        for text in &all {
            let name = text.get_ref().clone();
            if RESERVED.iter().any(|(reserved, _)| *reserved == name) {
                problems.add(text.span(), RouteCause::ReservedName { name }.into());
            }
        }
        for eni in file.enis.iter().map(|o| &o.name) {
            if let Some(other) = all.iter().find(|text| text.get_ref() == eni.get_ref()) {
                let (kind, name) = (Kind::Target, eni.get_ref().clone());
                problems.add_pair(other.span(), eni.span(), Cause::NameTaken { kind, name });
            }
        }
        self.declare(Kind::Target, all.into_iter(), problems);
        if let Some((_, list)) = self.kinds.last_mut() {
            list.splice(0..0, RESERVED.map(|(name, _)| name.to_owned()));
        }
        let kinds = [Kind::Peering, Kind::TransitGateway, Kind::Gateway, Kind::Eni];
        if kinds.iter().any(|kind| self.broken.contains(kind)) {
            self.broken.push(Kind::Target);
        }
    }

    /// Names that are unique in the file.
    fn declare<'f>(
        &mut self,
        kind: Kind,
        texts: impl Iterator<Item = &'f Text>,
        problems: &mut Problems,
    ) {
        self.declare_within(kind, texts.map(|name| ("", name)), problems);
    }

    /// Names that are unique within what is called as the first of each pair says.
    fn declare_within<'f>(
        &mut self,
        kind: Kind,
        texts: impl Iterator<Item = (&'f str, &'f Text)>,
        problems: &mut Problems,
    ) {
        let mut first = HashMap::new();
        let mut list = Vec::new();
        for (within, text) in texts {
            let name = text.get_ref();
            if name.is_empty() {
                problems.add(text.span(), Cause::NoName);
            } else if let Some(other) = first.get(&(within, name)) {
                let cause = Cause::NameTaken { kind, name: name.clone() };
                problems.add_pair(Clone::clone(other), text.span(), cause);
            } else {
                first.insert((within, name), text.span());
            }
            list.push(name.clone());
        }
        self.kinds.push((kind, list));
    }

    fn list(&self, kind: Kind) -> &[String] {
        self.kinds.iter().find(|(k, _)| *k == kind).map_or(&[], |(_, list)| list)
    }

    /// Could all objects of a kind be read? Otherwise a name that is missing may be one of theirs.
    pub fn are_complete(&self, kind: Kind) -> bool {
        !self.broken.contains(&kind)
    }

    /// Index of the object of that name, if there is one.
    pub fn position(&self, kind: Kind, name: &Text) -> Option<usize> {
        self.list(kind).iter().position(|n| n == name.get_ref())
    }

    /// Index of the object of that name.
    pub fn find(&self, kind: Kind, name: &Text, problems: &mut Problems) -> Option<usize> {
        let found = self.position(kind, name);
        if found.is_none() && self.are_complete(kind) {
            let known = known(self.list(kind));
            let cause = Cause::UnknownName { kind, name: name.get_ref().clone(), known };
            problems.add(name.span(), cause);
        }
        found
    }
}

/// Names for a report, the first few of them.
pub fn known<S: AsRef<str>>(names: &[S]) -> String {
    let mut listed: Vec<&str> = names.iter().take(LISTED_MAX).map(AsRef::as_ref).collect();
    if names.is_empty() {
        listed.push("(none yet)");
    } else if names.len() > LISTED_MAX {
        listed.push("...");
    }
    listed.join(", ")
}
