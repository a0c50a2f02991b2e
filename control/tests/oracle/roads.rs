//! Where does a packet go on, and from where may one come? Routes in the order in which they are
//! written, the longest prefix by hand.

use crate::{edge::vtep, judge::Oracle, punts::is_fixed};
use control::vpcs::{Eni, Gateway, Target};
use hdl::meta::DropReason;
use ipnet::IpNet;
use macaddr::MacAddr6;
use std::net::{IpAddr, Ipv4Addr};

/// Who is next.
pub enum Way<'v> {
    /// Whoever has the address in that VPC.
    Vpc(usize),
    /// A gateway of the VPC.
    Gateway(&'v Gateway),
    /// An ENI, whoever has the address.
    Eni(&'v Eni),
}

/// The way, and a case that was met on it.
type Found<'v> = Result<(Way<'v>, &'static str), (DropReason, &'static str)>;

/// The better of two routes: the longer prefix, the static one of two alike.
pub fn best<T: Copy>(routes: &[(IpNet, bool, T)], address: IpAddr) -> Option<T> {
    let mut best: Option<&(IpNet, bool, T)> = None;
    for route in routes.iter().filter(|(cidr, ..)| cidr.contains(&address)) {
        let longer = best.is_none_or(|b| b.0.prefix_len() < route.0.prefix_len());
        let fixed = best.is_some_and(|b| b.0 == route.0 && b.1 && !route.1);
        if longer || fixed {
            best = Some(route);
        }
    }
    best.map(|(_, _, target)| *target)
}

impl<'v> Oracle<'v, '_> {
    pub fn has(&self, vpc: usize, address: IpAddr) -> bool {
        self.file.vpcs[vpc].cidrs.iter().any(|c| c.contains(&address))
    }

    /// Where the route table of a subnet sends what goes to that address.
    pub fn way(&self, vpc: usize, table: Option<usize>, dst: IpAddr) -> Found<'v> {
        if is_fixed(dst) {
            return Ok((Way::Vpc(vpc), "fixed"));
        }
        let file = self.file;
        let own = file.vpcs[vpc].cidrs.iter().map(|c| (*c, false, Target::Local));
        let mut routes: Vec<_> = own.collect();
        if let Some(table) = table {
            let listed = file.route_tables[table].routes.iter();
            routes.extend(listed.map(|r| (r.destination, r.propagated, r.target)));
        }
        let lost = (DropReason::NoRoute, "no route");
        match best(&routes, dst).ok_or(lost)? {
            Target::Local => Ok((Way::Vpc(vpc), "local")),
            Target::Blackhole => Err((DropReason::Blackhole, "blackhole")),
            Target::Peering(peering) => {
                let [a, b] = file.peerings[peering].vpcs;
                Ok((Way::Vpc(if a == vpc { b } else { a }), "to a peer"))
            }
            Target::Gateway(gateway) => {
                let met = if self.has(vpc, dst) { "steered" } else { "to a gateway" };
                Ok((Way::Gateway(&file.gateways[gateway]), met))
            }
            Target::Eni(eni) => {
                let met = if self.has(vpc, dst) { "steered to an ENI" } else { "to an ENI" };
                Ok((Way::Eni(&file.enis[eni]), met))
            }
            Target::TransitGateway(transit) => self.transit(transit, vpc, dst),
        }
    }

    fn transit(&self, transit: usize, vpc: usize, dst: IpAddr) -> Found<'v> {
        let transit = &self.file.transit_gateways[transit];
        let attached = transit.attachments.iter().find(|a| a.vpc == vpc).expect("it is attached");
        let table = &transit.tables[attached.table];
        let mut routes: Vec<(IpNet, bool, Option<usize>)> = Vec::new();
        for vpc in &table.propagations {
            let cidrs = self.file.vpcs[*vpc].cidrs.iter();
            routes.extend(cidrs.map(|c| (*c, true, Some(*vpc))));
        }
        routes.extend(table.routes.iter().map(|r| (r.destination, false, r.vpc)));
        match best(&routes, dst) {
            None => Err((DropReason::NoRoute, "transit: no route")),
            Some(None) => Err((DropReason::Blackhole, "transit: blackhole")),
            Some(Some(other)) => Ok((Way::Vpc(other), "through a transit gateway")),
        }
    }

    /// Does a packet for that VPC come from where its source may speak? And by which case.
    pub fn may_speak(&self, vpc: usize, src: IpAddr, from: Ipv4Addr) -> (bool, &'static str) {
        let (speaks, met) = self.speaks(vpc, src, from);
        let elsewhere = |e: &Eni| e.card != self.card;
        let mut cards = self.appliances(vpc).filter(|e| elsewhere(e)).map(|e| e.card);
        if !speaks && cards.any(|card| self.file.cards[card].underlay_ip == from) {
            return (true, "heard where an appliance lives");
        }
        (speaks, met)
    }

    /// The same, but for who may send anything.
    fn speaks(&self, vpc: usize, src: IpAddr, from: Ipv4Addr) -> (bool, &'static str) {
        if is_fixed(src) {
            return (false, "");
        }
        if let Some((home, met)) = self.home(vpc, src) {
            return (self.lives_at(home, src, from), met);
        }
        let mut through = Vec::new();
        for subnet in self.file.subnets.iter().filter(|s| s.vpc == vpc) {
            if let Ok((Way::Gateway(gateway), _)) = self.way(vpc, subnet.route_table, src) {
                through.push(vtep(self.file, gateway));
            }
        }
        let one = through.iter().all(|ip| *ip == from);
        // What this card plays itself speaks through no tunnel.
        let speaks = through.contains(&from) && from != self.own().underlay_ip;
        (speaks, if one { "heard a gateway" } else { "heard one of two gateways" })
    }

    /// The VPC whose an address is that a VPC hears directly, and by which case.
    pub fn home(&self, vpc: usize, src: IpAddr) -> Option<(usize, &'static str)> {
        if self.has(vpc, src) {
            return Some((vpc, "heard its own"));
        }
        for peering in &self.file.peerings {
            let [a, b] = peering.vpcs;
            for (own, other) in [(a, b), (b, a)] {
                if own == vpc && self.has(other, src) {
                    return Some((other, "heard a peer"));
                }
            }
        }
        for transit in &self.file.transit_gateways {
            for attached in transit.attachments.iter().filter(|a| a.vpc != vpc) {
                let table = &transit.tables[attached.table];
                let leads = table.propagations.contains(&vpc)
                    || table.routes.iter().any(|r| r.vpc == Some(vpc));
                if leads && self.has(attached.vpc, src) {
                    return Some((attached.vpc, "heard through a transit gateway"));
                }
            }
        }
        None
    }

    /// ENIs of a VPC that take what is not for them, and send what is not theirs.
    pub fn appliances(&self, vpc: usize) -> impl Iterator<Item = &'v Eni> {
        let file = self.file;
        file.enis.iter().filter(move |e| file.vpc_of(e) == vpc && !e.source_dest_check)
    }

    /// The ENI of the same subnet that has the MAC and takes what is not for it.
    pub fn appliance_beside(&self, eni: &Eni, mac: MacAddr6) -> Option<&'v Eni> {
        let mut all = self.appliances(self.subnet(eni).vpc);
        all.find(|e| e.subnet == eni.subnet && e.mac == mac)
    }

    /// Does somebody live at that address, and behind that tunnel endpoint, which is not here?
    fn lives_at(&self, vpc: usize, address: IpAddr, at: Ipv4Addr) -> bool {
        self.lives(vpc, address).is_some_and(|lives| {
            lives.vtep == at && lives.eni.is_none_or(|eni| eni.card != self.card)
        })
    }
}
