//! Who has which number on this card?

use super::{
    edge::{self, Shared, uplinks},
    limit,
    routes::{Lead, cells, routes},
    senders::{Senders, heard, names},
};
use crate::{
    problem::Cause,
    vpcs::{Card, Eni, GatewayKind, GroupRule, NetworkAcl, Rule, SecurityGroup, Target, Vpcs},
};
use hdl::{
    eni::AttachAction,
    group::GroupAction,
    route::{self, RouteLabel},
};
use std::collections::BTreeSet;

/// A network ACL or route table of a VPC: (index of the VPC, index in the file, or `None` for
/// the VPC's own).
pub type Used = (usize, Option<usize>);

/// What judges an ENI's packets; ENIs that have the same share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Network ACL of the subnet.
    pub acl: Used,
    /// Indices of the security groups, by name.
    pub groups: Vec<usize>,
}

/// A next hop.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hop {
    /// Gateways, by name: a route leads to one, several may speak for one prefix.
    Gateways(Vec<usize>),
    /// An ENI to which a route leads, or that is found by its MAC.
    Eni(usize),
}

/// Indices in the file by number: number 1 stands first, 0 is nobody.
pub struct Numbers<'v> {
    /// The file.
    pub file: &'v Vpcs,
    /// Index of the card.
    pub card: usize,
    /// VPCs with an ENI or a gateway on the card, by VNI.
    pub vpcs: Vec<usize>,
    /// VPCs to which these send or from which they hear, by VNI; their numbers follow, and those of
    /// what is beyond the internet gateways of the card.
    pub others: Vec<usize>,
    /// Who may send to each of the VPCs; this table has the VPC's number. It is the VPC's main
    /// one, too, if nobody else may.
    pub senders: Vec<Senders>,
    /// All subnets of these VPCs, by VPC and name; the numbers of those beyond uplinks follow.
    pub subnets: Vec<usize>,
    /// Policies of the card's ENIs, by VPC and names.
    pub policies: Vec<Policy>,
    /// Security groups of the card's ENIs, by VPC and name.
    groups: Vec<usize>,
    /// Route tables of the subnets with an ENI on the card, by VPC and name; their numbers follow
    /// those of the senders' tables, and those of uplinks' tables follow them.
    pub tables: Vec<Used>,
    /// Next hops, gateways and ENIs, by name.
    pub hops: Vec<Hop>,
    /// ENIs of the card, by name; the numbers of uplinks follow.
    pub enis: Vec<usize>,
    /// Where routers beyond gateways are attached to the card, by the gateways' names.
    pub uplinks: Vec<Shared<'v>>,
}

impl Policy {
    /// That of an ENI.
    fn of(file: &Vpcs, eni: &Eni) -> Self {
        let subnet = &file.subnets[eni.subnet];
        let mut groups = eni.security_groups.clone();
        groups.sort_by_key(|g| &file.security_groups[*g].name);
        Self { acl: (subnet.vpc, subnet.network_acl), groups }
    }
}

impl<'v> Numbers<'v> {
    /// Number everybody whom the card must know.
    pub fn of(file: &'v Vpcs, card: usize) -> Self {
        let mut enis: Vec<usize> =
            (0..file.enis.len()).filter(|e| file.enis[*e].card == card).collect();
        enis.sort_by_key(|e| &file.enis[*e].name);
        let uplinks = uplinks(file, card);
        let mut vpcs: Vec<usize> = enis.iter().map(|e| file.vpc_of(&file.enis[*e])).collect();
        vpcs.extend(uplinks.iter().flat_map(|u| u.gateways(file)).map(|g| g.vpc));
        vpcs.sort_by_key(|v| file.vpcs[*v].vni);
        vpcs.dedup();
        let order = |vpc: usize| vpcs.iter().position(|v| *v == vpc);
        let mut subnets: Vec<usize> =
            (0..file.subnets.len()).filter(|s| order(file.subnets[*s].vpc).is_some()).collect();
        subnets.sort_by_key(|s| (order(file.subnets[*s].vpc), &file.subnets[*s].name));
        let group = |g: &usize| &file.security_groups[*g];
        let mut groups: Vec<usize> =
            enis.iter().flat_map(|e| file.enis[*e].security_groups.clone()).collect();
        groups.sort_by_key(|g| (order(group(g).vpc), &group(g).name));
        groups.dedup();
        let mut policies: Vec<Policy> =
            enis.iter().map(|e| Policy::of(file, &file.enis[*e])).collect();
        policies.sort_by_key(|Policy { acl: (vpc, acl), groups }| {
            let names: Vec<&String> = groups.iter().map(|g| &group(g).name).collect();
            (order(*vpc), acl.map(|a| &file.network_acls[a].name), names)
        });
        policies.dedup();
        let here = enis.iter().map(|e| &file.subnets[file.enis[*e].subnet]);
        let mut tables: Vec<Used> = here.map(|s| (s.vpc, s.route_table)).collect();
        tables.sort_by_key(|(v, t)| (order(*v), t.map(|t| &file.route_tables[t].name)));
        tables.dedup();
        let senders: Vec<Senders> = vpcs.iter().map(|v| Senders::of(file, *v)).collect();
        let apart: Vec<usize> =
            vpcs.iter().zip(&senders).filter(|(_, s)| !s.are_its_own()).map(|(v, _)| *v).collect();
        tables.retain(|(vpc, table)| table.is_some() || apart.contains(vpc));
        let leads = tables.iter().flat_map(|t| cells(file, *t)).filter_map(|(_, found)| found);
        let beyond = uplinks.iter().flat_map(|u| edge::leads(file, u));
        let leads: Vec<Lead> = leads.map(|(_, lead)| lead).chain(beyond).collect();
        let mut others: Vec<usize> =
            vpcs.iter().flat_map(|v| heard(file, *v)).map(|(v, _)| v).collect();
        let sets = senders.iter().flat_map(|s| s.sets.iter().cloned());
        let mut hops: BTreeSet<Hop> = sets.map(Hop::Gateways).collect();
        hops.extend(appliances(file, &vpcs).map(Hop::Eni));
        for lead in leads {
            match lead {
                Lead::Vpc(_, vpc) => others.push(vpc),
                Lead::Gateway(gateway) => _ = hops.insert(Hop::Gateways(vec![gateway])),
                Lead::Eni(eni) => _ = hops.insert(Hop::Eni(eni)),
                Lead::Nowhere | Lead::Blackhole => {}
            }
        }
        others.retain(|v| !vpcs.contains(v));
        others.sort_by_key(|v| file.vpcs[*v].vni);
        others.dedup();
        let mut hops = Vec::from_iter(hops);
        hops.sort_by_key(|hop| match hop {
            Hop::Gateways(set) => (names(file, set), None),
            Hop::Eni(eni) => (vec![], Some(&file.enis[*eni].name)),
        });
        Self {
            file,
            card,
            vpcs,
            others,
            senders,
            subnets,
            policies,
            groups,
            tables,
            hops,
            enis,
            uplinks,
        }
    }

    /// What has more members than its numbers can tell apart.
    pub fn too_many(&self, card: &str) -> Vec<Cause> {
        let routes = self.tables.iter().map(|t| routes(self.file, *t).len());
        let routes = routes.chain(self.senders.iter().map(Senders::len));
        let beyond = self.uplinks.iter().map(|u| edge::routes_len(self.file, u));
        let routes = routes.chain(beyond).max().unwrap_or(0);
        let outsides = self.uplinks.iter().filter(|u| u.is_internet(self.file)).count();
        let ways = self.vpcs.iter().flat_map(|v| [(*v, false), (*v, true)]);
        let group_rules = ways.map(|(v, way)| self.group_rules(v, way).count()).max().unwrap_or(0);
        [
            ("VPCs", self.vpcs.len() + self.others.len() + outsides, limit::<AttachAction>("vpc")),
            ("subnets", self.subnets.len() + self.uplinks.len(), limit::<AttachAction>("subnet")),
            (
                "pairs of a network ACL and a set of security groups",
                self.policies.len(),
                limit::<AttachAction>("policy"),
            ),
            (
                "rules of security groups in one VPC and direction",
                group_rules,
                limit::<GroupAction>("rule"),
            ),
            (
                "route tables, one per VPC among them",
                self.vpcs.len() + self.tables.len() + self.uplinks.len(),
                limit::<AttachAction>("route_table"),
            ),
            ("next hops", self.hops.len(), limit::<RouteLabel>("to")),
            ("ENIs", self.enis.len() + self.uplinks.len(), limit::<AttachAction>("eni")),
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
        match number(&self.others, &index) {
            0 => number(&self.vpcs, &index) as u8,
            other => (self.vpcs.len() + other) as u8,
        }
    }

    /// Number of the VPC that is beyond the internet gateways of an uplink.
    pub fn outside(&self, uplink: usize) -> u8 {
        let before = self.uplinks[..uplink].iter().filter(|u| u.is_internet(self.file)).count();
        (self.vpcs.len() + self.others.len() + before + 1) as u8
    }

    /// Number of an uplink as an ENI.
    pub fn uplink_eni(&self, uplink: usize) -> u16 {
        (self.enis.len() + uplink + 1) as u16
    }

    /// Number of the subnet beyond an uplink.
    pub fn uplink_subnet(&self, uplink: usize) -> u16 {
        (self.subnets.len() + uplink + 1) as u16
    }

    /// Number of the route table of an uplink.
    pub fn uplink_table(&self, uplink: usize) -> u8 {
        (self.vpcs.len() + self.tables.len() + uplink + 1) as u8
    }

    /// Number of a next hop.
    pub fn hop(&self, hop: &Hop) -> u16 {
        number(&self.hops, hop) as u16
    }

    /// ENIs without source/destination check, of the VPCs with an ENI on the card.
    pub fn appliances(&self) -> impl Iterator<Item = usize> {
        appliances(self.file, &self.vpcs)
    }

    /// What a route says that leads there.
    pub fn label(&self, lead: Lead) -> RouteLabel {
        let (target, to) = match lead {
            Lead::Nowhere => (route::Target::None, 0),
            Lead::Blackhole => (route::Target::Blackhole, 0),
            Lead::Vpc(Target::Peering(_), vpc) => (route::Target::Peering, self.vpc(vpc).into()),
            Lead::Vpc(Target::TransitGateway(_), vpc) => {
                (route::Target::TransitGateway, self.vpc(vpc).into())
            }
            Lead::Vpc(_, vpc) => (route::Target::Local, self.vpc(vpc).into()),
            Lead::Gateway(gateway) => {
                let target = match self.file.gateways[gateway].kind {
                    GatewayKind::Internet => route::Target::InternetGateway,
                    GatewayKind::EgressOnly => route::Target::EgressOnlyGateway,
                    GatewayKind::Nat => route::Target::NatGateway,
                    GatewayKind::Vpn => route::Target::VpnGateway,
                    GatewayKind::Endpoint => route::Target::Endpoint,
                };
                (target, self.hop(&Hop::Gateways(vec![gateway])))
            }
            Lead::Eni(eni) => (route::Target::Eni, self.hop(&Hop::Eni(eni))),
        };
        RouteLabel { target, to, ..RouteLabel::default() }
    }

    /// Number of a subnet, 0 if the card doesn't know it.
    pub fn subnet(&self, index: usize) -> u16 {
        number(&self.subnets, &index) as u16
    }

    /// Number of an ENI, 0 if it is not on the card.
    pub fn eni(&self, index: usize) -> u16 {
        number(&self.enis, &index) as u16
    }

    /// Number of an ENI's policy.
    pub fn policy(&self, eni: &Eni) -> u8 {
        number(&self.policies, &Policy::of(self.file, eni)) as u8
    }

    /// Security groups of a VPC's ENIs on the card, by name.
    pub fn groups(&self, vpc: usize) -> impl Iterator<Item = (usize, &'v SecurityGroup)> {
        let all = self.groups.iter().map(|g| (*g, &self.file.security_groups[*g]));
        all.filter(move |(_, group)| group.vpc == vpc)
    }

    /// Their rules in a direction, group by group, each with the group's index; the first is
    /// number 1.
    pub fn group_rules(
        &self,
        vpc: usize,
        inbound: bool,
    ) -> impl Iterator<Item = (usize, &'v GroupRule)> {
        self.groups(vpc).flat_map(move |(index, group)| {
            let rules = if inbound { &group.inbound } else { &group.outbound };
            rules.iter().map(move |rule| (index, rule))
        })
    }

    /// The rules of a policy's security groups in a direction, with their numbers in the VPC.
    pub fn policy_rules(
        &self,
        policy: &Policy,
        inbound: bool,
    ) -> impl Iterator<Item = (u16, &'v GroupRule)> {
        let of_vpc = (1..).zip(self.group_rules(policy.acl.0, inbound));
        let own = of_vpc.filter(|(_, (group, _))| policy.groups.contains(group));
        own.map(|(number, (_, rule))| (number, rule))
    }

    /// Number of the route table of an ENI's subnet.
    pub fn table(&self, eni: &Eni) -> u8 {
        let subnet = &self.file.subnets[eni.subnet];
        match number(&self.tables, &(subnet.vpc, subnet.route_table)) {
            0 => self.vpc(subnet.vpc),
            table => (self.vpcs.len() + table) as u8,
        }
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
}

fn appliances(file: &Vpcs, vpcs: &[usize]) -> impl Iterator<Item = usize> {
    let unchecked = |e: &usize| !file.enis[*e].source_dest_check;
    (0..file.enis.len()).filter(unchecked).filter(|e| vpcs.contains(&file.vpc_of(&file.enis[*e])))
}

fn number<T: PartialEq>(list: &[T], item: &T) -> usize {
    list.iter().position(|i| i == item).map_or(0, |index| index + 1)
}
