//! Who may speak for which address to the ENIs of a VPC?
//!
//! What comes out of a tunnel is held to this table, and no subnet's: its own addresses speak for
//! themselves, those of joined VPCs as well, and any other through the gateways to which a route
//! table of the VPC sends the answer. Two subnets may send it to two of them: then either may
//! speak. For the addresses that services have in every VPC nobody speaks out of a tunnel: each
//! host answers for them.

use super::{
    numbers::{Hop, Numbers},
    routes::{Lead, cells, own_prefixes},
};
use crate::{
    address,
    cut::cut,
    legend::RouteTableLegend,
    vpcs::{Target, Vpcs},
};
use hdl::{punt::FIXED, route::RouteLabel};
use ipnet::IpNet;
use std::{collections::BTreeSet, ops::RangeInclusive};

/// The VPCs from which a VPC hears, by VNI, and what joins them; each once.
pub fn heard(file: &Vpcs, vpc: usize) -> Vec<(usize, Target)> {
    let peerings = file.peerings.iter().enumerate();
    let peers = peerings.filter_map(|(index, p)| Some((p.other(vpc)?, Target::Peering(index))));
    let mut heard: Vec<_> = peers.collect();
    for (index, transit) in file.transit_gateways.iter().enumerate() {
        let hears = |a: &&crate::vpcs::Attachment| {
            a.vpc != vpc && transit.tables[a.table].leads().any(|v| v == vpc)
        };
        let senders = transit.attachments.iter().filter(hears);
        heard.extend(senders.map(|a| (a.vpc, Target::TransitGateway(index))));
    }
    heard.sort_by_key(|(v, by)| {
        let transit = matches!(by, Target::TransitGateway(_));
        (file.vpcs[*v].vni, transit, file.target_name(*by))
    });
    heard.dedup_by_key(|(v, _)| *v);
    heard
}

/// A prefix whose addresses have mappings in a VPC.
struct Direct {
    cidr: IpNet,
    vpc: usize,
    by: Target,
}

/// Who may speak for a cell of addresses.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Speaks {
    /// Whoever lives there: index of the prefix.
    Direct(usize),
    /// Any of these gateways, by name.
    Through(Vec<usize>),
}

/// The senders of one VPC.
pub struct Senders {
    directs: Vec<Direct>,
    cells: Vec<(u128, Option<Speaks>)>,
    /// The sets of gateways through which some may speak.
    pub sets: Vec<Vec<usize>>,
}

/// Which of these lies in a cell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Services,
    Direct(usize),
    Gateway(usize),
}

impl Senders {
    /// Those of a VPC.
    pub fn of(file: &Vpcs, vpc: usize) -> Self {
        let own = own_prefixes(file, vpc).into_iter();
        let mut directs: Vec<_> = own.map(|cidr| Direct { cidr, vpc, by: Target::Local }).collect();
        for (other, by) in heard(file, vpc) {
            let prefixes = own_prefixes(file, other).into_iter();
            directs.extend(prefixes.map(|cidr| Direct { cidr, vpc: other, by }));
        }
        let mut ranges: Vec<_> = services().map(|range| (range, Mark::Services)).into();
        for (index, direct) in directs.iter().enumerate() {
            let places = address::ranges(direct.cidr).into_iter();
            ranges.extend(places.map(|range| (range, Mark::Direct(index))));
        }
        let used = file.subnets.iter().filter(|s| s.vpc == vpc).map(|s| s.route_table);
        for table in used.collect::<BTreeSet<_>>() {
            ranges.extend(to_gateways(file, (vpc, table)));
        }
        let cells: Vec<_> = cut(&ranges).into_iter().map(|(s, m)| (s, speaks(file, m))).collect();
        let through = cells.iter().filter_map(|(_, speaks)| match speaks {
            Some(Speaks::Through(set)) => Some(set.clone()),
            _ => None,
        });
        let sets: BTreeSet<Vec<usize>> = through.collect();
        let mut sets = Vec::from_iter(sets);
        sets.sort_by_key(|set| names(file, set));
        Self { directs, cells, sets }
    }

    /// The VPC's table, cell by cell.
    pub fn labels(&self, numbers: &Numbers) -> Vec<(u128, RouteLabel)> {
        let label = |speaks: &Option<Speaks>| match speaks {
            None => RouteLabel::default(),
            Some(Speaks::Direct(index)) => {
                let Direct { vpc, by, .. } = self.directs[*index];
                let lead = Lead::Vpc(by, vpc);
                RouteLabel { route: *index as u16 + 1, ..numbers.label(lead) }
            }
            Some(Speaks::Through(set)) => {
                let index = self.sets.iter().position(|s| s == set).unwrap_or(0);
                let route = (self.directs.len() + index) as u16 + 1;
                let to = numbers.hop(&Hop::Gateways(set.clone()));
                RouteLabel { route, to, ..numbers.label(Lead::Gateway(set[0])) }
            }
        };
        self.cells.iter().map(|(start, speaks)| (*start, label(speaks))).collect()
    }

    /// Does nobody else speak? Then the table is the VPC's main one as well.
    pub fn are_its_own(&self) -> bool {
        self.sets.is_empty() && self.directs.iter().all(|d| d.by == Target::Local)
    }

    /// Entries of which explanations speak.
    pub fn len(&self) -> usize {
        self.directs.len() + self.sets.len()
    }

    /// Words for the table.
    pub fn legend(&self, file: &Vpcs, vpc: usize) -> RouteTableLegend {
        let direct = |d: &Direct| format!("{} -> {}", d.cidr, file.target_name(d.by));
        let through = |set: &Vec<usize>| format!("through {}", names(file, set).join(" or "));
        let directs = self.directs.iter().map(direct);
        let kind = if self.are_its_own() { "main of" } else { "senders to" };
        RouteTableLegend {
            name: format!("{kind} VPC {}", file.vpcs[vpc].name),
            routes: directs.chain(self.sets.iter().map(through)).collect(),
        }
    }
}

/// Names of gateways.
pub fn names<'v>(file: &'v Vpcs, set: &[usize]) -> Vec<&'v str> {
    set.iter().map(|g| file.gateways[*g].name.as_str()).collect()
}

/// The addresses that services have in every VPC.
fn services() -> [RangeInclusive<u128>; 2] {
    let [v4, v6] = FIXED.map(u128::from);
    let (v4, v6) = ((0xffff_0000 | v4) << 16, v6 << 96);
    [v4..=v4 | u128::from(u16::MAX), v6..=v6 | u128::MAX >> 32]
}

/// The first prefix counts; where there is none, all gateways do.
fn speaks(file: &Vpcs, marks: Vec<Mark>) -> Option<Speaks> {
    let gateway = |mark: &Mark| match mark {
        Mark::Gateway(gateway) => Some(*gateway),
        Mark::Services | Mark::Direct(_) => None,
    };
    match marks.first()? {
        Mark::Services => None,
        Mark::Direct(index) => Some(Speaks::Direct(*index)),
        Mark::Gateway(_) => {
            let mut set: Vec<usize> = marks.iter().filter_map(gateway).collect();
            set.sort_by_key(|g| &file.gateways[*g].name);
            Some(Speaks::Through(set))
        }
    }
}

/// The addresses that a route table sends to gateways.
fn to_gateways(
    file: &Vpcs,
    used: super::numbers::Used,
) -> impl Iterator<Item = (RangeInclusive<u128>, Mark)> {
    let cells = cells(file, used);
    let ends: Vec<u128> = cells.iter().skip(1).map(|(start, _)| start - 1).collect();
    let ends = ends.into_iter().chain([u128::MAX]);
    cells.into_iter().zip(ends).filter_map(|((start, found), end)| match found {
        Some((_, Lead::Gateway(gateway))) => Some((start..=end, Mark::Gateway(gateway))),
        _ => None,
    })
}
