//! Who has which number on this card?

use super::limit;
use crate::{
    problem::Cause,
    vpcs::{Card, Eni, NetworkAcl, Route, Rule, Vpcs},
};
use hdl::eni::AttachAction;
use hdl::route::{RouteLabel, Target};

/// A network ACL or route table of a VPC: (index of the VPC, index in the file, or `None` for
/// the VPC's own).
pub type Used = (usize, Option<usize>);

/// Indices in the file by number: number 1 stands first, 0 is nobody.
pub struct Numbers<'v> {
    /// The file.
    pub file: &'v Vpcs,
    /// Index of the card.
    pub card: usize,
    /// VPCs with an ENI on the card, by VNI.
    pub vpcs: Vec<usize>,
    /// All subnets of these VPCs, by VPC and name.
    pub subnets: Vec<usize>,
    /// Network ACLs of the subnets with an ENI on the card, by VPC and name.
    pub acls: Vec<Used>,
    /// Route tables likewise.
    pub tables: Vec<Used>,
    /// ENIs of the card, by name.
    pub enis: Vec<usize>,
}

impl<'v> Numbers<'v> {
    /// Number everybody whom the card must know.
    pub fn of(file: &'v Vpcs, card: usize) -> Self {
        let mut enis: Vec<usize> =
            (0..file.enis.len()).filter(|e| file.enis[*e].card == card).collect();
        enis.sort_by_key(|e| &file.enis[*e].name);
        let mut vpcs: Vec<usize> = enis.iter().map(|e| file.vpc_of(&file.enis[*e])).collect();
        vpcs.sort_by_key(|v| file.vpcs[*v].vni);
        vpcs.dedup();
        let order = |vpc: usize| vpcs.iter().position(|v| *v == vpc);
        let mut subnets: Vec<usize> =
            (0..file.subnets.len()).filter(|s| order(file.subnets[*s].vpc).is_some()).collect();
        subnets.sort_by_key(|s| (order(file.subnets[*s].vpc), &file.subnets[*s].name));
        let here = enis.iter().map(|e| &file.subnets[file.enis[*e].subnet]);
        let mut acls: Vec<Used> = here.clone().map(|s| (s.vpc, s.network_acl)).collect();
        acls.sort_by_key(|(v, a)| (order(*v), a.map(|a| &file.network_acls[a].name)));
        acls.dedup();
        let mut tables: Vec<Used> = here.map(|s| (s.vpc, s.route_table)).collect();
        tables.sort_by_key(|(v, t)| (order(*v), t.map(|t| &file.route_tables[t].name)));
        tables.dedup();
        Self { file, card, vpcs, subnets, acls, tables, enis }
    }

    /// What has more members than its numbers can tell apart.
    pub fn too_many(&self, card: &str) -> Vec<Cause> {
        let routes = self.tables.iter().map(|t| self.routes(*t).len()).max().unwrap_or(0);
        [
            ("VPCs", self.vpcs.len(), limit::<AttachAction>("vpc")),
            ("subnets", self.subnets.len(), limit::<AttachAction>("subnet")),
            ("network ACLs", self.acls.len(), limit::<AttachAction>("acl")),
            ("route tables", self.tables.len(), limit::<AttachAction>("route_table")),
            ("ENIs", self.enis.len(), limit::<AttachAction>("eni")),
            ("routes in one table", routes, limit::<RouteLabel>("route")),
        ]
        .into_iter()
        .filter(|(_, need, limit)| need > limit)
        .map(|(what, need, limit)| Cause::TooManyNumbers { card: card.into(), what, need, limit })
        .collect()
    }

    /// The card itself.
    pub fn own(&self) -> &'v Card {
        &self.file.cards[self.card]
    }

    /// Number of a VPC, 0 if the card doesn't know it.
    pub fn vpc(&self, index: usize) -> u8 {
        number(&self.vpcs, &index) as u8
    }

    /// Number of a subnet, 0 if the card doesn't know it.
    pub fn subnet(&self, index: usize) -> u16 {
        number(&self.subnets, &index) as u16
    }

    /// Number of the network ACL of an ENI's subnet, 0 if the card doesn't hold it.
    pub fn acl(&self, eni: &Eni) -> u8 {
        let subnet = &self.file.subnets[eni.subnet];
        number(&self.acls, &(subnet.vpc, subnet.network_acl)) as u8
    }

    /// Number of the route table of an ENI's subnet.
    pub fn table(&self, eni: &Eni) -> u8 {
        let subnet = &self.file.subnets[eni.subnet];
        number(&self.tables, &(subnet.vpc, subnet.route_table)) as u8
    }

    /// Number of the first route table of a VPC on the card.
    pub fn table_in(&self, vpc: usize) -> u8 {
        self.tables.iter().position(|(v, _)| *v == vpc).map_or(0, |table| table as u8 + 1)
    }

    /// The card's ENIs, by number from 1.
    pub fn own_enis(&self) -> impl Iterator<Item = (u16, &'v Eni)> {
        self.enis.iter().zip(1..).map(|(e, number)| (number, &self.file.enis[*e]))
    }

    /// Rules of a network ACL by number: (outbound, inbound).
    pub fn rules(&self, (_, acl): Used) -> (Vec<Rule>, Vec<Rule>) {
        let sorted = |rules: &[Rule]| {
            let mut rules = rules.to_vec();
            rules.sort_by_key(|r| r.number);
            rules
        };
        match acl.map(|a| &self.file.network_acls[a]) {
            Some(acl) => (sorted(&acl.outbound), sorted(&acl.inbound)),
            None => (NetworkAcl::default_rules(), NetworkAcl::default_rules()),
        }
    }

    /// Routes of a table: the VPC's prefixes, which are local, and its own; sorted.
    pub fn routes(&self, (vpc, table): Used) -> Vec<Route> {
        let local = |d: &ipnet::IpNet| Route { destination: *d, target: Target::Local };
        let mut routes: Vec<Route> = self.file.vpcs[vpc].cidrs.iter().map(local).collect();
        routes.extend(table.iter().flat_map(|t| &self.file.route_tables[*t].routes));
        routes.sort_by_key(|r| r.destination);
        routes.dedup();
        routes
    }
}

fn number<T: PartialEq>(list: &[T], item: &T) -> usize {
    list.iter().position(|i| i == item).map_or(0, |index| index + 1)
}
