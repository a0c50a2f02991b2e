//! Do the cards, the ENIs on them and the mappings beside them fit together?

use super::{Check, names::known, networks::list, value};
use crate::{
    address,
    file::{self, File, Number, Text},
    limits::{self, BURST_MS, BYTES_PER_SECOND, PACKETS_PER_SECOND},
    problem::{Cause, Kind, RouteCause},
    vpcs::{Card, Eni, Limit, Limits, Mapping, PublicAddress},
};
use hdl::{
    connection::IdleTimes,
    profile::{PORT_NAMES, PROFILES, Profile},
};
use macaddr::MacAddr6;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
    ops::{Range, RangeInclusive},
};
use toml::Spanned;

/// Addresses of a subnet that are reserved at its beginning; one more is at its end (VPC user
/// guide, "Subnet CIDR blocks").
const RESERVED_FIRST: u128 = 4;

/// A place on a card: card, port, tags.
pub type Place = (usize, u8, Vec<u16>);

/// What is given away already, and where that stands.
#[derive(Default)]
pub struct Taken {
    addresses: HashMap<(usize, IpAddr), Range<usize>>,
    macs: HashMap<(usize, MacAddr6), Range<usize>>,
    pub places: HashMap<Place, Range<usize>>,
    underlay_ips: HashMap<Ipv4Addr, (String, Range<usize>)>,
    underlay_macs: HashMap<MacAddr6, Range<usize>>,
}

/// A place for a report.
pub fn place_name(card: &str, (_, port, vlan): &Place) -> String {
    let tags = match vlan.as_slice() {
        [] => "without a VLAN".into(),
        [vid] => format!("VLAN {vid}"),
        vids => format!("VLANs {vids:?}"),
    };
    format!("card `{card}`, port {}, {tags}", PORT_NAMES[usize::from(*port)])
}

impl Check {
    /// Cards, ENIs, mappings, the gateways that cards play, public addresses.
    pub fn places(&mut self, file: &File) -> (Vec<Card>, Vec<Mapping>, Vec<PublicAddress>) {
        let mut taken = Taken::default();
        let cards = file.cards.iter().filter_map(|c| self.card(c, &mut taken)).collect();
        for gateway in &file.gateways {
            self.on_no_card(gateway, &taken);
        }
        for eni in &file.enis {
            let checked = self.eni(eni, &mut taken);
            self.enis.push(checked);
        }
        let mappings = file.mappings.iter().filter_map(|m| self.mapping(m, &mut taken)).collect();
        let uplinks = self.uplinks(file, &mut taken);
        let public_addresses = self.public_addresses(&file.public_addresses, &uplinks);
        (cards, mappings, public_addresses)
    }

    fn card(&mut self, card: &file::Card, taken: &mut Taken) -> Option<Card> {
        let underlay = &card.underlay;
        let name = card.name.get_ref().clone();
        let ip = self.judge(underlay.ip.span(), value::underlay_ip(underlay.ip.get_ref()));
        let mac = self.mac(&underlay.mac);
        let gateway_mac = self.mac(&underlay.gateway_mac);
        if let Some(ip) = ip {
            let at = underlay.ip.span();
            if let Some((_, other)) = taken.underlay_ips.insert(ip, (name.clone(), at.clone())) {
                let cause = Cause::UnderlayIpTaken { ip: ip.into() };
                self.problems.add_pair(other, at, cause);
            }
        }
        if let Some(mac) = mac
            && let Some(other) = taken.underlay_macs.insert(mac, underlay.mac.span())
        {
            self.problems.add_pair(other, underlay.mac.span(), Cause::UnderlayMacTaken { mac });
        }
        let profile = match &card.profile {
            None => None,
            Some(text) => Some(self.profile(text)?),
        };
        let at = card.name.span();
        Some(Card {
            name,
            underlay_ip: ip?,
            underlay_mac: mac?,
            gateway_mac: gateway_mac?,
            profile,
            at,
        })
    }

    fn on_no_card(&mut self, gateway: &file::Gateway, taken: &Taken) {
        let Some(underlay) = &gateway.underlay_ip else { return };
        if let Ok(ip) = value::underlay_ip(underlay.get_ref())
            && let Some((card, other)) = taken.underlay_ips.get(&ip).cloned()
        {
            let cause = RouteCause::GatewayOnCard { ip: ip.into(), card };
            self.problems.add_pair(other, underlay.span(), cause.into());
        }
    }

    fn profile(&mut self, text: &Text) -> Option<&'static Profile> {
        let name = text.get_ref();
        let profile = Profile::named(name);
        if profile.is_none() {
            let known = known(&PROFILES.map(|p| p.name));
            let cause = Cause::UnknownProfile { name: name.clone(), known };
            self.problems.add(text.span(), cause);
        }
        profile
    }

    fn eni(&mut self, eni: &file::Eni, taken: &mut Taken) -> Option<Eni> {
        let subnet = self.named(Kind::Subnet, &eni.subnet);
        let card = self.named(Kind::Card, &eni.card);
        let port = self.judge(eni.port.span(), value::port(eni.port.get_ref()));
        let vlan = self.vlan(eni.vlan.as_ref());
        if let (Some(card), Some(port), Some(vlan)) = (card, port, &vlan) {
            let at = eni.vlan.as_ref().map_or(eni.port.span(), |v| v.span());
            self.place((card, port, vlan.clone()), at, eni.card.get_ref(), taken);
        }
        let vpc = subnet.and_then(|s| self.subnets[s].as_ref()).map(|s| s.vpc);
        let mac = self.tenant_mac(&eni.mac, vpc, taken);
        if eni.addresses.is_empty() {
            self.problems.add(eni.name.span(), Cause::NoAddress);
        }
        let mut addresses = Vec::new();
        for text in &eni.addresses {
            let ip = self.judge(text.span(), value::ip(text.get_ref()));
            if let (Some(ip), Some(subnet)) = (ip, subnet) {
                self.in_subnet(ip, text.span(), subnet);
            }
            addresses.extend(self.free(ip, text.span(), vpc, taken));
        }
        let security_groups = vpc.and_then(|v| self.groups_of(eni, v));
        let idle = eni.idle.as_ref().map_or(IdleTimes::DEFAULT, |times| self.idle(times));
        Some(Eni {
            name: eni.name.get_ref().clone(),
            subnet: subnet?,
            mac: mac?,
            addresses,
            security_groups: security_groups?,
            card: card?,
            port: port?,
            vlan: vlan?,
            up: eni.up.unwrap_or(true),
            source_dest_check: eni.source_dest_check.unwrap_or(true),
            idle,
            limits: eni.limits.as_ref().map_or(Limits::DEFAULT, |limits| self.limits(limits)),
        })
    }

    fn idle(&mut self, times: &file::Idle) -> IdleTimes {
        let mut time = |said: &Option<Number>, default| {
            let said = said.as_ref();
            said.and_then(|s| self.judge(s.span(), value::idle(*s.get_ref()))).unwrap_or(default)
        };
        let default = IdleTimes::DEFAULT;
        IdleTimes {
            tcp_established: time(&times.tcp_established, default.tcp_established),
            tcp: time(&times.tcp, default.tcp),
            udp_stream: time(&times.udp_stream, default.udp_stream),
            udp: time(&times.udp, default.udp),
            other: time(&times.other, default.other),
        }
    }

    fn limits(&mut self, limits: &limits::Entry) -> Limits {
        let default = Limits::DEFAULT;
        let packets = ("packets/s", &PACKETS_PER_SECOND);
        Limits {
            outbound: limits.outbound.as_ref().map_or(default.outbound, |said| self.limit(said)),
            inbound: limits.inbound.as_ref().map_or(default.inbound, |said| self.limit(said)),
            punts: self.within(&limits.punts_per_second, packets).unwrap_or(default.punts),
            burst_ms: self.within(&limits.burst_ms, ("ms", &BURST_MS)).unwrap_or(default.burst_ms),
        }
    }

    fn limit(&mut self, limit: &limits::Rates) -> Limit {
        Limit {
            packets: self.within(&limit.packets_per_second, ("packets/s", &PACKETS_PER_SECOND)),
            bytes: self.within(&limit.bytes_per_second, ("bytes/s", &BYTES_PER_SECOND)),
        }
    }

    /// A number that may be left out, and must be in that range of that unit.
    fn within(
        &mut self,
        said: &Option<Number>,
        (unit, range): (&'static str, &RangeInclusive<u64>),
    ) -> Option<u64> {
        let said = said.as_ref()?;
        self.judge(said.span(), value::limit(*said.get_ref(), unit, range))
    }

    /// The tags of a place.
    pub(super) fn vlan(&mut self, vlan: Option<&Spanned<file::Vlan>>) -> Option<Vec<u16>> {
        vlan.map_or(Some(Vec::new()), |vlan| self.judge(vlan.span(), value::vlan(vlan.get_ref())))
    }

    fn place(&mut self, place: Place, at: Range<usize>, card: &str, taken: &mut Taken) {
        let text = place_name(card, &place);
        if let Some(other) = taken.places.insert(place, at.clone()) {
            self.problems.add_pair(other, at, Cause::PlaceTaken { place: text });
        }
    }

    /// A MAC that nobody else of the VPC has.
    pub(super) fn tenant_mac(
        &mut self,
        text: &Text,
        vpc: Option<usize>,
        taken: &mut Taken,
    ) -> Option<MacAddr6> {
        let mac = self.mac(text)?;
        if mac == self.router_mac {
            self.problems.add(text.span(), Cause::RouterMac { mac });
        }
        if let Some(index) = vpc
            && let Some(other) = taken.macs.insert((index, mac), text.span())
        {
            let vpc = self.vpc_name(index);
            self.problems.add_pair(other, text.span(), Cause::MacTaken { mac, vpc });
        }
        Some(mac)
    }

    /// An address that nobody else of the VPC has.
    fn free(
        &mut self,
        ip: Option<IpAddr>,
        at: Range<usize>,
        vpc: Option<usize>,
        taken: &mut Taken,
    ) -> Option<IpAddr> {
        let (address, index) = (ip?, vpc?);
        if let Some(other) = taken.addresses.insert((index, address), at.clone()) {
            let vpc = self.vpc_name(index);
            self.problems.add_pair(other, at, Cause::AddressTaken { address, vpc });
        }
        Some(address)
    }

    /// The address lies in the subnet and is not reserved there.
    fn in_subnet(&mut self, ip: IpAddr, at: Range<usize>, subnet: usize) {
        let Some(subnet) = &self.subnets[subnet] else { return };
        let Some(cidr) = subnet.cidrs.iter().copied().find(|c| c.contains(&ip)) else {
            let (name, cidrs) = (subnet.name.clone(), list(&subnet.cidrs));
            let kind = Kind::Subnet;
            self.problems.add(at, Cause::AddressOutside { address: ip, kind, name, cidrs });
            return;
        };
        let span = address::span(cidr);
        let first = span.start().saturating_add(RESERVED_FIRST);
        let last = span.end().saturating_sub(1);
        if !(first..=last).contains(&address::bits(ip)) {
            let (first, last) = (address::address(first), address::address(last));
            self.problems.add(at, Cause::AddressReserved { address: ip, cidr, first, last });
        }
    }

    fn mapping(&mut self, mapping: &file::Mapping, taken: &mut Taken) -> Option<Mapping> {
        let vpc = self.named(Kind::Vpc, &mapping.vpc);
        let mac = self.tenant_mac(&mapping.mac, vpc, taken);
        let at = mapping.address.span();
        let ip = self.judge(at.clone(), value::ip(mapping.address.get_ref()));
        if let (Some(ip), Some(vpc)) = (ip, vpc) {
            self.in_vpc(ip, at.clone(), vpc);
        }
        let ip = self.free(ip, at, vpc, taken);
        let underlay = &mapping.underlay_ip;
        let underlay_ip = self.judge(underlay.span(), value::underlay_ip(underlay.get_ref()));
        if let Some(ip) = underlay_ip
            && let Some((card, other)) = taken.underlay_ips.get(&ip).cloned()
        {
            let cause = Cause::MappingToCard { ip: ip.into(), card };
            self.problems.add_pair(other, underlay.span(), cause);
        }
        Some(Mapping { vpc: vpc?, address: ip?, mac: mac?, underlay_ip: underlay_ip? })
    }

    /// The address lies in the VPC, and is not reserved if it lies in a subnet.
    fn in_vpc(&mut self, ip: IpAddr, at: Range<usize>, vpc: usize) {
        let holds =
            |s: &crate::vpcs::Subnet| s.vpc == vpc && s.cidrs.iter().any(|c| c.contains(&ip));
        let subnet = self.subnets.iter().position(|s| s.as_ref().is_some_and(holds));
        if let Some(subnet) = subnet {
            self.in_subnet(ip, at, subnet);
        } else if let Some(vpc) = &self.vpcs[vpc]
            && !vpc.cidrs.iter().any(|c| c.contains(&ip))
        {
            let (name, cidrs) = (vpc.name.clone(), list(&vpc.cidrs));
            let cause = Cause::AddressOutside { address: ip, kind: Kind::Vpc, name, cidrs };
            self.problems.add(at, cause);
        }
    }
}
