//! Do the peerings, transit gateways and gateways fit the VPCs that they join?

use super::{Check, names::known, value};
use crate::{
    file::{self, File, Text},
    problem::{Cause, Kind, RouteCause},
    vpcs::{Attachment, Gateway, Peering, Target, TransitGateway, TransitRoute, TransitTable, Vpc},
};
use ipnet::IpNet;
use std::{collections::HashMap, ops::Range};

/// Targets that nobody declares; in the list of names they come first.
pub const RESERVED: [(&str, Target); 2] =
    [("local", Target::Local), ("blackhole", Target::Blackhole)];

/// A VPC hears from another, as something in the file says.
pub struct Hears {
    pub vpc: usize,
    pub from: usize,
    at: Range<usize>,
}

/// Two prefixes that overlap, one of each list.
fn overlap(a: &Vpc, b: &Vpc) -> Option<(IpNet, IpNet)> {
    let mut pairs = a.cidrs.iter().flat_map(|a| b.cidrs.iter().map(move |b| (*a, *b)));
    pairs.find(|(a, b)| a.contains(b) || b.contains(a))
}

impl Check {
    /// Everything to which a route may lead.
    pub fn targets(&mut self, file: &File) {
        for peering in &file.peerings {
            let checked = self.peering(peering);
            self.peerings.push(checked);
        }
        for transit in &file.transit_gateways {
            let checked = self.transit_gateway(transit);
            self.transit_gateways.push(checked);
        }
        for gateway in &file.gateways {
            let checked = self.gateway(gateway);
            self.gateways.push(checked);
        }
        self.heard_twice();
    }

    /// What a route's target is. An ENI that is called like another target is none.
    pub fn target(&mut self, name: &Text) -> Option<Target> {
        let eni = self.names.position(Kind::Eni, name).map(Target::Eni);
        if eni.is_some() && self.names.position(Kind::Target, name).is_none() {
            return eni;
        }
        let index = self.named(Kind::Target, name)?;
        let Some(index) = index.checked_sub(RESERVED.len()) else {
            return Some(RESERVED[index].1);
        };
        let (peerings, transits) = (self.peerings.len(), self.transit_gateways.len());
        Some(match index.checked_sub(peerings) {
            None => Target::Peering(index),
            Some(index) if index < transits => Target::TransitGateway(index),
            Some(index) => Target::Gateway(index - transits),
        })
    }

    fn peering(&mut self, peering: &file::Peering) -> Option<Peering> {
        let [first, second] = &peering.vpcs;
        let (a, b) = (self.named(Kind::Vpc, first), self.named(Kind::Vpc, second));
        let vpcs = [a?, b?];
        let at = second.span();
        let [vpc, other] = vpcs.map(|v| self.vpc_name(v));
        if vpcs[0] == vpcs[1] {
            self.problems.add(at, RouteCause::PeerOfItself { vpc }.into());
            return None;
        }
        if self.peerings.iter().flatten().any(|p| p.other(vpcs[0]) == Some(vpcs[1])) {
            let cause = RouteCause::PeersAlready { vpc, other };
            self.problems.add(peering.name.span(), cause.into());
        }
        self.joined(vpcs[0], vpcs[1], at);
        for [vpc, from] in [vpcs, [vpcs[1], vpcs[0]]] {
            self.hears.push(Hears { vpc, from, at: peering.name.span() });
        }
        Some(Peering { name: peering.name.get_ref().clone(), vpcs })
    }

    /// Two VPCs that something joins have prefixes that are apart.
    fn joined(&mut self, a: usize, b: usize, at: Range<usize>) {
        let (Some(first), Some(second)) = (&self.vpcs[a], &self.vpcs[b]) else { return };
        if let Some((cidr, other_cidr)) = overlap(first, second) {
            let (vpc, other) = (first.name.clone(), second.name.clone());
            let cause = RouteCause::JoinedOverlap { cidr, vpc, other_cidr, other };
            self.problems.add(at, cause.into());
        }
    }

    /// Those from whom a VPC hears have prefixes that are apart.
    fn heard_twice(&mut self) {
        let mut found = Vec::new();
        for (index, one) in self.hears.iter().enumerate() {
            for other in self.hears[..index].iter().filter(|o| o.vpc == one.vpc) {
                let [Some(vpc), Some(first), Some(second)] =
                    [one.vpc, other.from, one.from].map(|v| self.vpcs[v].as_ref())
                else {
                    continue;
                };
                let overlap = overlap(first, second).filter(|_| other.from != one.from);
                if let Some((cidr, other_cidr)) = overlap {
                    let [vpc, first, second] = [vpc, first, second].map(|v| v.name.clone());
                    let cause = RouteCause::HeardTwice { vpc, first, second, cidr, other_cidr };
                    found.push((other.at.clone(), one.at.clone(), cause));
                }
            }
        }
        for (other, at, cause) in found {
            self.problems.add_pair(other, at, cause.into());
        }
    }

    fn gateway(&mut self, gateway: &file::Gateway) -> Option<Gateway> {
        let vpc = self.named(Kind::Vpc, &gateway.vpc);
        let site = self.site(gateway);
        let mac = self.mac(&gateway.mac);
        Some(Gateway {
            name: gateway.name.get_ref().clone(),
            vpc: vpc?,
            kind: gateway.kind,
            mac: mac?,
            site: site?,
        })
    }

    fn transit_gateway(&mut self, transit: &file::TransitGateway) -> Option<TransitGateway> {
        let names: Vec<&Text> = transit.route_tables.iter().map(|t| &t.name).collect();
        self.table_names(&names);
        let mut attachments: Vec<Attachment> = Vec::new();
        for attachment in &transit.attachments {
            let vpc = self.named(Kind::Vpc, &attachment.vpc);
            let table = self.table_of(&names, &attachment.route_table);
            let (vpc, table) = (vpc?, table?);
            let at = attachment.vpc.span();
            if attachments.iter().any(|a| a.vpc == vpc) {
                let vpc = self.vpc_name(vpc);
                self.problems.add(at, RouteCause::AttachedTwice { vpc }.into());
                continue;
            }
            for other in &attachments {
                self.joined(other.vpc, vpc, at.clone());
            }
            attachments.push(Attachment { vpc, table });
        }
        let mut tables = Vec::new();
        for table in &transit.route_tables {
            tables.push(self.transit_table(table, transit, &attachments));
        }
        let tables: Option<Vec<TransitTable>> = tables.into_iter().collect();
        let transit =
            TransitGateway { name: transit.name.get_ref().clone(), attachments, tables: tables? };
        self.hears_through(&transit, names);
        Some(transit)
    }

    /// Who hears whom through a transit gateway: whoever a table leads to, those who use it.
    fn hears_through(&mut self, transit: &TransitGateway, names: Vec<&Text>) {
        for Attachment { vpc: from, table } in &transit.attachments {
            let at = names[*table].span();
            for vpc in transit.tables[*table].leads().filter(|v| v != from) {
                self.hears.push(Hears { vpc, from: *from, at: at.clone() });
            }
        }
    }

    fn table_names(&mut self, names: &[&Text]) {
        let mut first = HashMap::new();
        for name in names {
            if name.get_ref().is_empty() {
                self.problems.add(name.span(), Cause::NoName);
            } else if let Some(other) = first.insert(name.get_ref(), name.span()) {
                let kind = Kind::RouteTable;
                let cause = Cause::NameTaken { kind, name: name.get_ref().clone() };
                self.problems.add_pair(other, name.span(), cause);
            }
        }
    }

    fn table_of(&mut self, names: &[&Text], text: &Text) -> Option<usize> {
        let found = names.iter().position(|n| n.get_ref() == text.get_ref());
        if found.is_none() {
            let known = known(&names.iter().map(|n| n.get_ref()).collect::<Vec<_>>());
            let (kind, name) = (Kind::RouteTable, text.get_ref().clone());
            self.problems.add(text.span(), Cause::UnknownName { kind, name, known });
        }
        found
    }

    fn transit_table(
        &mut self,
        table: &file::TransitTable,
        transit: &file::TransitGateway,
        attachments: &[Attachment],
    ) -> Option<TransitTable> {
        let mut propagations = Vec::new();
        for text in &table.propagations {
            let vpc = self.attached(text, transit, attachments)?;
            if propagations.contains(&vpc) {
                let vpc = self.vpc_name(vpc);
                self.problems.add(text.span(), RouteCause::PropagatesTwice { vpc }.into());
            }
            propagations.push(vpc);
        }
        let mut taken = HashMap::new();
        let mut routes = Vec::new();
        for route in &table.routes {
            let at = route.destination.span();
            let destination = self.judge(at.clone(), value::cidr(route.destination.get_ref()));
            let vpc = match route.target.get_ref().as_str() {
                "blackhole" => None,
                _ => Some(self.attached(&route.target, transit, attachments)?),
            };
            let Some(destination) = destination else { continue };
            if let Some(other) = taken.insert(destination, at.clone()) {
                let cause = RouteCause::Taken { destination, origin: "static" };
                self.problems.add_pair(other, at, cause.into());
            }
            routes.push(TransitRoute { destination, vpc });
        }
        Some(TransitTable { name: table.name.get_ref().clone(), propagations, routes })
    }

    /// Index of a VPC that is attached to the transit gateway.
    fn attached(
        &mut self,
        name: &Text,
        transit: &file::TransitGateway,
        attachments: &[Attachment],
    ) -> Option<usize> {
        let vpc = self.named(Kind::Vpc, name)?;
        let found = attachments.iter().any(|a| a.vpc == vpc);
        if !found {
            let names: Vec<String> = attachments.iter().map(|a| self.vpc_name(a.vpc)).collect();
            let (vpc, gateway) = (self.vpc_name(vpc), transit.name.get_ref().clone());
            let cause = RouteCause::NotAttached { vpc, gateway, known: known(&names) };
            self.problems.add(name.span(), cause.into());
        }
        found.then_some(vpc)
    }
}
