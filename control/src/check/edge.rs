//! May a card play this gateway, at this place, and who is known by which public address?
//!
//! What comes from beyond a gateway has any source. Another card takes it from this one only if
//! none of the sources that it believes this one lives here: so no ENI does that the gateway's VPC
//! hears.

use super::{
    Check,
    networks::list,
    places::{Place, Taken, place_name},
    value,
};
use crate::{
    file::{self, File},
    problem::{EdgeCause, Kind},
    vpcs::{Eni, Gateway, GatewayKind, PublicAddress, Site, Target, Uplink, Vpc},
};
use ipnet::IpNet;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
    ops::Range,
};

/// What a router's question for the card's address is asked of.
#[derive(PartialEq, Eq, Hash)]
enum Asked {
    /// An internet gateway's: a place.
    At(Place),
    /// A VPN gateway's: a card, and a VPC.
    Of(usize, usize),
}

/// What the gateways on cards have, and where that stands.
#[derive(Default)]
pub struct Uplinks {
    /// Their places, with the index of each gateway.
    gateways: Vec<(Place, usize, Range<usize>)>,
    asked: HashMap<(Asked, IpAddr), Range<usize>>,
    outside: HashMap<IpAddr, Range<usize>>,
}

/// The IPv6 prefixes of a VPC.
fn v6(vpc: &Vpc) -> impl Iterator<Item = IpNet> {
    vpc.cidrs.iter().copied().filter(|c| matches!(c, IpNet::V6(_)))
}

impl Check {
    /// Where a gateway is, as far as it says so itself.
    pub(super) fn site(&mut self, gateway: &file::Gateway) -> Option<Site> {
        let name = gateway.name.get_ref().clone();
        match (&gateway.underlay_ip, &gateway.card) {
            (None, None) => {
                self.problems.add(gateway.name.span(), EdgeCause::Nowhere { name }.into());
                None
            }
            (Some(ip), Some(card)) => {
                let cause = EdgeCause::BoxAndCard { name };
                self.problems.add_pair(ip.span(), card.span(), cause.into());
                None
            }
            (Some(ip), None) => {
                let keys = [
                    ("port", gateway.port.as_ref().map(|t| t.span())),
                    ("vlan", gateway.vlan.as_ref().map(|t| t.span())),
                    ("addresses", gateway.addresses.as_ref().map(|t| t.span())),
                    ("route_table", gateway.route_table.as_ref().map(|t| t.span())),
                ];
                for (key, at) in keys {
                    if let Some(at) = at {
                        self.problems.add(at, EdgeCause::WithoutCard { key }.into());
                    }
                }
                self.judge(ip.span(), value::underlay_ip(ip.get_ref())).map(Site::Box)
            }
            (None, Some(card)) => self.uplink(gateway, card).map(Site::Card),
        }
    }

    fn uplink(&mut self, gateway: &file::Gateway, card: &file::Text) -> Option<Uplink> {
        let kind = gateway.kind;
        if kind.keeps_state() {
            self.problems.add(card.span(), EdgeCause::KeepsState { kind }.into());
        }
        let found = self.named(Kind::Card, card);
        let port = match &gateway.port {
            Some(port) => self.judge(port.span(), value::port(port.get_ref())),
            None => {
                let name = gateway.name.get_ref().clone();
                self.problems.add(card.span(), EdgeCause::NoPort { name }.into());
                None
            }
        };
        let vlan = self.vlan(gateway.vlan.as_ref());
        let mut addresses = Vec::new();
        for text in gateway.addresses.iter().flat_map(|list| list.get_ref()) {
            addresses.push(self.judge(text.span(), value::outside_ip(text.get_ref())));
        }
        let addresses: Option<Vec<IpAddr>> = addresses.into_iter().collect();
        let route_table = self.maybe(Kind::RouteTable, gateway.route_table.as_ref());
        Some(Uplink {
            card: found?,
            port: port?,
            vlan: vlan?,
            addresses: addresses?,
            route_table: route_table?,
        })
    }

    /// Do the gateways on cards fit what else is there? `taken` is what ENIs have, and mappings.
    pub(super) fn uplinks(&mut self, file: &File, taken: &mut Taken) -> Uplinks {
        let mut uplinks = Uplinks::default();
        for (index, said) in file.gateways.iter().enumerate() {
            let Some(gateway) = self.gateways[index].clone() else { continue };
            let Site::Card(uplink) = &gateway.site else { continue };
            self.tenant_mac(&said.mac, Some(gateway.vpc), taken);
            self.uplink_place(index, &gateway, uplink, said, taken, &mut uplinks);
            let at = said.card.as_ref().map(|card| card.span()).unwrap_or_default();
            self.enis_beside(gateway.vpc, uplink.card, &file.enis, at);
            self.outside_addresses(&gateway, uplink, said, &mut uplinks);
            self.ingress(&gateway, uplink, said);
        }
        uplinks
    }

    /// A place is a router's alone; internet gateways may lead to the same one.
    fn uplink_place(
        &mut self,
        index: usize,
        gateway: &Gateway,
        uplink: &Uplink,
        said: &file::Gateway,
        taken: &Taken,
        uplinks: &mut Uplinks,
    ) {
        let at = said.vlan.as_ref().map(|v| v.span());
        let at = at.or_else(|| said.port.as_ref().map(|p| p.span())).unwrap_or_default();
        let card = said.card.as_ref().map_or("", |card| card.get_ref());
        let place = (uplink.card, uplink.port, uplink.vlan.clone());
        let cause = || EdgeCause::PlaceTaken { place: place_name(card, &place) };
        let mut wrong = taken.places.get(&place).map(|other| (other.clone(), cause()));
        for (_, index, other_at) in uplinks.gateways.iter().filter(|(p, ..)| *p == place) {
            let Some(other) = &self.gateways[*index] else { continue };
            let same_router = gateway.mac == other.mac
                && [gateway, other].iter().all(|g| g.kind == GatewayKind::Internet);
            let found =
                if same_router { self.mixed(gateway.vpc, other.vpc) } else { Some(cause()) };
            wrong = wrong.or(found.map(|cause| (other_at.clone(), cause)));
        }
        if let Some((other, cause)) = wrong {
            self.problems.add_pair(other, at.clone(), cause.into());
        }
        uplinks.gateways.push((place, index, at));
    }

    /// Have two VPCs IPv6 addresses in common?
    fn mixed(&self, a: usize, b: usize) -> Option<EdgeCause> {
        let (Some(a), Some(b)) = (&self.vpcs[a], &self.vpcs[b]) else { return None };
        let mut pairs = v6(a).flat_map(|a| v6(b).map(move |b| (a, b)));
        let (cidr, other_cidr) = pairs.find(|(a, b)| a.contains(b) || b.contains(a))?;
        let (vpc, other) = (a.name.clone(), b.name.clone());
        Some(EdgeCause::SharedPrefixes { cidr, vpc, other_cidr, other })
    }

    /// No ENI of the card is in the gateway's VPC, or in one that it hears.
    fn enis_beside(&mut self, vpc: usize, card: usize, said: &[file::Eni], at: Range<usize>) {
        let heard = |from| from == vpc || self.hears.iter().any(|h| h.vpc == vpc && h.from == from);
        let vpc_of = |eni: &Eni| Some(self.subnets[eni.subnet].as_ref()?.vpc);
        let beside = |eni: &Option<Eni>| {
            let eni = eni.as_ref().filter(|e| e.card == card)?;
            let vpc = vpc_of(eni).filter(|vpc| heard(*vpc))?;
            Some((eni.name.clone(), self.vpc_name(vpc)))
        };
        let found = self.enis.iter().zip(said).find_map(|(e, said)| Some((beside(e)?, said)));
        if let Some(((eni, vpc), said)) = found {
            let card = said.card.get_ref().clone();
            let cause = EdgeCause::EniBeside { eni, vpc, card };
            self.problems.add_pair(said.card.span(), at, cause.into());
        }
    }

    /// By what a router knows the card is outside the VPC, and one thing.
    fn outside_addresses(
        &mut self,
        gateway: &Gateway,
        uplink: &Uplink,
        said: &file::Gateway,
        uplinks: &mut Uplinks,
    ) {
        let texts = said.addresses.iter().flat_map(|list| list.get_ref());
        for (address, text) in uplink.addresses.iter().zip(texts) {
            let (address, at) = (*address, text.span());
            let cidrs = self.vpcs[gateway.vpc].iter().flat_map(|v| &v.cidrs);
            if let Some(cidr) = cidrs.copied().find(|c| c.contains(&address)) {
                let vpc = self.vpc_name(gateway.vpc);
                let cause = EdgeCause::OutsideAddressWithin { address, cidr, vpc };
                self.problems.add(at.clone(), cause.into());
            }
            let whom = match gateway.kind {
                GatewayKind::Vpn => Asked::Of(uplink.card, gateway.vpc),
                _ => Asked::At((uplink.card, uplink.port, uplink.vlan.clone())),
            };
            if let Some(other) = uplinks.asked.insert((whom, address), at.clone()) {
                let cause = EdgeCause::OutsideAddressTaken { address };
                self.problems.add_pair(other, at.clone(), cause.into());
            }
            uplinks.outside.insert(address, at);
        }
    }

    /// May what comes from beyond go by that route table?
    fn ingress(&mut self, gateway: &Gateway, uplink: &Uplink, said: &file::Gateway) {
        let (Some(index), Some(text)) = (uplink.route_table, &said.route_table) else { return };
        let (Some(table), Some(vpc)) = (&self.tables[index], &self.vpcs[gateway.vpc]) else {
            return;
        };
        let name = vpc.name.clone();
        if let Some(owner) = table.vpc.filter(|owner| *owner != gateway.vpc) {
            let (table, owner) = (table.name.clone(), self.vpc_name(owner));
            let cause = EdgeCause::TableElsewhere { table, owner, vpc: name };
            self.problems.add(text.span(), cause.into());
            return;
        }
        let mut found = Vec::new();
        for (route, said) in &table.routes {
            let destination = route.destination;
            let leads = match route.target {
                Target::Local | Target::Blackhole => true,
                Target::Eni(eni) => {
                    let Some(eni) = &self.enis[eni] else { continue };
                    self.subnets[eni.subnet].as_ref().is_none_or(|s| s.vpc == gateway.vpc)
                }
                _ => false,
            };
            if !leads {
                let (gateway, target) = (gateway.name.clone(), said.name.clone());
                let cause = EdgeCause::IngressTarget { gateway, target, vpc: name.clone() };
                found.push((said.target.clone(), cause));
            } else if !vpc.cidrs.iter().any(|c| c.contains(&destination)) {
                let (vpc, cidrs) = (name.clone(), list(&vpc.cidrs));
                let cause = EdgeCause::IngressBeyond { destination, vpc, cidrs };
                found.push((said.destination.clone(), cause));
            }
        }
        for (at, cause) in found {
            self.problems.add_pair(text.span(), at, cause.into());
        }
    }

    /// The public addresses, each for one address of an ENI.
    pub(super) fn public_addresses(
        &mut self,
        file: &[file::PublicAddress],
        uplinks: &Uplinks,
    ) -> Vec<PublicAddress> {
        let (mut publics, mut privates) = (HashMap::new(), HashMap::new());
        let mut checked = Vec::new();
        for said in file {
            let at = said.public.span();
            let public = self.judge(at.clone(), value::public_ip(said.public.get_ref()));
            if let Some(public) = public {
                self.is_public(public, at.clone(), uplinks);
                if let Some(other) = publics.insert(public, at.clone()) {
                    let cause = EdgeCause::PublicTaken { public };
                    self.problems.add_pair(other, at, cause.into());
                }
            }
            let eni = self.named(Kind::Eni, &said.eni);
            let private = eni.and_then(|eni| self.private(eni, said));
            if let (Some(eni), Some(private)) = (eni, private) {
                let at = said.private.as_ref().unwrap_or(&said.eni).span();
                if let Some(other) = privates.insert((eni, private), at.clone()) {
                    let eni = said.eni.get_ref().clone();
                    let cause = EdgeCause::PrivateTaken { private, eni };
                    self.problems.add_pair(other, at, cause.into());
                }
                checked.extend(public.map(|public| PublicAddress { public, eni, private }));
            }
        }
        checked
    }

    /// It is nobody's yet, in no VPC and at no card.
    fn is_public(&mut self, public: Ipv4Addr, at: Range<usize>, uplinks: &Uplinks) {
        let holds = |vpc: &Vpc| vpc.cidrs.iter().copied().find(|c| c.contains(&IpAddr::V4(public)));
        let within = self.vpcs.iter().flatten().find_map(|v| Some((holds(v)?, v.name.clone())));
        if let Some((cidr, vpc)) = within {
            let cause = EdgeCause::PublicWithin { public, cidr, vpc };
            self.problems.add(at.clone(), cause.into());
        }
        if let Some(other) = uplinks.outside.get(&public.into()).cloned() {
            self.problems.add_pair(other, at, EdgeCause::PublicIsOutside { public }.into());
        }
    }

    /// The address of the ENI for which a public one stands.
    fn private(&mut self, eni: usize, said: &file::PublicAddress) -> Option<Ipv4Addr> {
        let name = said.eni.get_ref().clone();
        let owned = self.enis[eni].as_ref()?.addresses.iter();
        let mut owned = owned.filter_map(|a| match a {
            IpAddr::V4(v4) => Some(*v4),
            IpAddr::V6(_) => None,
        });
        let (found, at, cause) = match &said.private {
            None => (owned.next(), said.eni.span(), EdgeCause::NoPrivate { eni: name }),
            Some(private) => {
                let text = private.get_ref().clone();
                let found = owned.find(|a| text.parse() == Ok(*a));
                (found, private.span(), EdgeCause::NotPrivate { text, eni: name })
            }
        };
        self.judge(at, found.ok_or_else(|| cause.into()))
    }
}
