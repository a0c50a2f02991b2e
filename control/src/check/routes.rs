//! May this route stand in a table, and in that of a subnet of this VPC?

use super::{Check, networks::list, value};
use crate::{
    file,
    problem::{Kind, RouteCause},
    vpcs::{GatewayKind, ROUTES_MAX, Route, Subnet, Target, Vpc},
};
use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

/// A route table that remembers where its routes stand.
pub struct Table {
    pub name: String,
    pub vpc: Option<usize>,
    pub routes: Vec<(Route, Said)>,
}

/// Where a route's parts stand, and what its target is called.
#[derive(Clone)]
pub struct Said {
    pub destination: Range<usize>,
    pub target: Range<usize>,
    pub name: String,
}

impl Check {
    pub(super) fn route_table(&mut self, table: &file::RouteTable) -> Option<Table> {
        let vpc = self.maybe(Kind::Vpc, table.vpc.as_ref());
        if table.routes.len() > ROUTES_MAX {
            let cause = RouteCause::TooMany { count: table.routes.len(), limit: ROUTES_MAX };
            self.problems.add(table.name.span(), cause.into());
        }
        let mut taken = HashMap::new();
        let mut routes = Vec::new();
        for route in &table.routes {
            let at = route.destination.span();
            let destination = self.judge(at.clone(), value::cidr(route.destination.get_ref()));
            let target = self.target(&route.target);
            let Some(destination) = destination else { continue };
            if let Some(other) = taken.insert((destination, route.propagated), at.clone()) {
                let origin = if route.propagated { "propagated" } else { "static" };
                let cause = RouteCause::Taken { destination, origin };
                self.problems.add_pair(other, at.clone(), cause.into());
            }
            let Some(target) = target else { continue };
            let name = route.target.get_ref().clone();
            let said = Said { destination: at, target: route.target.span(), name };
            let route = Route { destination, target, propagated: route.propagated };
            self.by_kind(route, &said);
            routes.push((route, said));
        }
        let whole = routes.len() == table.routes.len();
        let name = table.name.get_ref().clone();
        whole.then_some(Table { name, vpc: vpc?, routes })
    }

    /// What its target's kind says of a route, whatever the VPC.
    fn by_kind(&mut self, route: Route, said: &Said) {
        let kind = match route.target {
            Target::Gateway(gateway) => match &self.gateways[gateway] {
                Some(gateway) => Some(gateway.kind),
                None => return,
            },
            _ => None,
        };
        let (destination, target) = (route.destination, said.name.clone());
        if let Some(kind) = kind.filter(|k| !k.carries(destination)) {
            let cause = RouteCause::WrongFamily { destination, target: target.clone(), kind };
            self.problems.add(said.destination.clone(), cause.into());
        }
        if route.propagated && kind != Some(GatewayKind::Vpn) {
            let cause = RouteCause::NotPropagated { target };
            self.problems.add(said.target.clone(), cause.into());
        }
    }

    /// Does every route make sense in the VPCs of the subnets that use its table?
    pub(super) fn routes(&mut self) {
        let used = |s: &Subnet| s.route_table.map(|table| (s.vpc, table));
        let used: BTreeSet<_> = self.subnets.iter().flatten().filter_map(used).collect();
        for (vpc, table) in used {
            self.routes_in(vpc, table);
        }
    }

    fn routes_in(&mut self, vpc: usize, table: usize) {
        let (Some(own), Some(table)) = (&self.vpcs[vpc], &self.tables[table]) else { return };
        let judge = |(route, said): &(Route, Said)| self.wrong_in(vpc, own, *route, said);
        let found: Vec<_> = table.routes.iter().filter_map(judge).collect();
        for (cause, at) in found {
            self.problems.add(at, cause.into());
        }
    }

    /// What is wrong with a route in a table of that VPC, and where.
    fn wrong_in(
        &self,
        vpc: usize,
        own: &Vpc,
        route: Route,
        said: &Said,
    ) -> Option<(RouteCause, Range<usize>)> {
        let destination = route.destination;
        let holds = |vpc: &Vpc| vpc.cidrs.iter().any(|c| c.contains(&destination));
        let wrong = |cause| Some((cause, said.destination.clone()));
        let name = own.name.clone();
        let elsewhere = RouteCause::TargetElsewhere { target: said.name.clone(), vpc: name };
        let elsewhere = Some((elsewhere, said.target.clone()));
        match (route.target, holds(own)) {
            (Target::Local, true) | (Target::Blackhole, false) => return None,
            (Target::Local, false) => {
                let (vpc, cidrs) = (own.name.clone(), list(&own.cidrs));
                return wrong(RouteCause::NotLocal { destination, vpc, cidrs });
            }
            (_, true) if !self.steers(vpc, own, route) => {
                return wrong(RouteCause::WithinVpc { destination, vpc: own.name.clone() });
            }
            _ => {}
        }
        match route.target {
            Target::Peering(peering) => {
                let peering = self.peerings[peering].as_ref()?;
                let Some(other) = peering.other(vpc) else { return elsewhere };
                if let Some(peer) = self.vpcs[other].as_ref().filter(|p| !holds(p)) {
                    let (vpc, cidrs) = (peer.name.clone(), list(&peer.cidrs));
                    return wrong(RouteCause::BeyondPeer { destination, vpc, cidrs });
                }
            }
            Target::TransitGateway(transit) => {
                let transit = self.transit_gateways[transit].as_ref()?;
                if !transit.attachments.iter().any(|a| a.vpc == vpc) {
                    return elsewhere;
                }
            }
            Target::Gateway(gateway) => {
                let gateway = self.gateways[gateway].as_ref()?;
                if gateway.vpc != vpc {
                    return elsewhere;
                }
                let heard = self.hears.iter().filter(|h| h.vpc == vpc);
                let mut heard = heard.filter_map(|h| self.vpcs[h.from].as_ref());
                if let Some(peer) = heard.find(|p| holds(p)) {
                    let (vpc, peer) = (own.name.clone(), peer.name.clone());
                    return wrong(RouteCause::AroundPeer { destination, vpc, peer });
                }
            }
            Target::Eni(eni) => {
                let subnet = self.enis[eni].as_ref()?.subnet;
                if self.subnets[subnet].as_ref()?.vpc != vpc {
                    return elsewhere;
                }
            }
            Target::Local | Target::Blackhole => {}
        }
        None
    }

    /// May a route lead a part of its VPC elsewhere? Exactly a subnet's prefix, to what stands in
    /// the way on purpose (VPC user guide, "Route table concepts"); what is propagated never does
    /// (Site-to-Site VPN user guide, "Route tables and AWS Site-to-Site VPN route priority").
    fn steers(&self, vpc: usize, own: &Vpc, route: Route) -> bool {
        let stands_between = match route.target {
            Target::Eni(_) => true,
            Target::Gateway(gateway) => match &self.gateways[gateway] {
                Some(gateway) => matches!(gateway.kind, GatewayKind::Nat | GatewayKind::Endpoint),
                None => return true,
            },
            _ => false,
        };
        let mut subnets = self.subnets.iter().flatten().filter(|s| s.vpc == vpc);
        stands_between
            && !route.propagated
            && !own.cidrs.contains(&route.destination)
            && subnets.any(|s| s.cidrs.contains(&route.destination))
    }
}
