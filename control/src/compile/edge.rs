//! What must a card hold for the gateways that it plays?
//!
//! ```text
//!   router beyond --- (port, VLAN) --> an ENI of a subnet of its own; everything may pass
//!                 <-- (VPC, its MAC)   found like an appliance
//! ```
//! A gateway is an *uplink*, of which several internet gateways may be part: an ENI with the MAC of
//! the router beyond, which sends under any address. A VPN gateway's is in its VPC. An internet
//! gateway's is in a VPC of its own, the *outside*, which has a mapping for each public address;
//! IPv6 goes to the VPC that has it. Its subnet holds nothing but the card's own addresses there.

use super::{
    numbers::{Hop, Numbers},
    places::{mac, mapping_of, meters},
    routes::{Lead, own_prefixes},
};
use crate::{
    address,
    cut::cut,
    legend::RouteTableLegend,
    vpcs::{Gateway, GatewayKind, Limits, PublicAddress, Route, Target, Uplink, Vpcs},
};
use hdl::{
    appliance::{ApplianceAction, ApplianceKey},
    class::IpKey,
    connection::IdleTimes,
    deliver::{Access, EniEntry},
    eni::{AttachAction, AttachKey},
    group::GroupAction,
    mapping::MappingAction,
    nacl::RuleAction,
    route::{self, RouteLabel},
    spoof::AddressAction,
};
use ipnet::{IpNet, Ipv4Net};
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
};

/// All of IPv4.
const IPV4: IpNet = IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 0));

/// Gateways of a card that share a router beyond.
pub struct Shared<'v> {
    /// Where that is attached.
    pub uplink: &'v Uplink,
    /// Their indices, by name: one, or internet gateways.
    pub gateways: Vec<usize>,
}

/// The uplinks of a card, by the names of their first gateways.
pub fn uplinks(file: &Vpcs, card: usize) -> Vec<Shared<'_>> {
    let mut gateways: Vec<usize> = (0..file.gateways.len()).collect();
    gateways.sort_by_key(|g| &file.gateways[*g].name);
    let mut all: Vec<Shared> = Vec::new();
    for index in gateways {
        let Some(uplink) = file.gateways[index].uplink().filter(|u| u.card == card) else {
            continue;
        };
        let same = |s: &&mut Shared| (s.uplink.port, &s.uplink.vlan) == (uplink.port, &uplink.vlan);
        match all.iter_mut().find(same) {
            Some(shared) => shared.gateways.push(index),
            None => all.push(Shared { uplink, gateways: vec![index] }),
        }
    }
    all
}

impl<'v> Shared<'v> {
    /// The gateways.
    pub fn gateways(&self, file: &'v Vpcs) -> impl Iterator<Item = &'v Gateway> {
        self.gateways.iter().map(|g| &file.gateways[*g])
    }

    /// Do addresses go by their public ones there?
    pub fn is_internet(&self, file: &Vpcs) -> bool {
        self.gateways(file).any(|g| g.kind == GatewayKind::Internet)
    }

    /// What it is called.
    pub fn name(&self, file: &Vpcs) -> String {
        self.gateways(file).map(|g| g.name.as_str()).collect::<Vec<_>>().join("+")
    }

    /// The MAC of the router beyond.
    fn mac(&self, file: &Vpcs) -> u64 {
        self.gateways(file).next().map_or(0, |g| mac(g.mac))
    }
}

/// Parts of a gateway's VPC, each with where it leads what comes from beyond; sorted. What its
/// route table says comes before what is local, and nothing behind it counts.
fn ingress(file: &Vpcs, gateway: &Gateway) -> Vec<Route> {
    let local = |destination| Route { destination, target: Target::Local, propagated: false };
    let table = gateway.uplink().and_then(|u| u.route_table);
    let mut routes: Vec<Route> =
        table.iter().flat_map(|t| file.route_tables[*t].routes.clone()).collect();
    routes.extend(own_prefixes(file, gateway.vpc).into_iter().map(local));
    routes.sort_by_key(|r| r.destination);
    routes.dedup_by_key(|r| r.destination);
    routes
}

/// Where one of those leads.
fn lead(gateway: &Gateway, route: &Route) -> Lead {
    match route.target {
        Target::Eni(eni) => Lead::Eni(eni),
        Target::Local => Lead::Vpc(Target::Local, gateway.vpc),
        _ => Lead::Blackhole,
    }
}

/// The routes of an uplink: the gateways whose they are. An internet gateway's of IPv4 are in its
/// mappings.
fn routes<'v>(file: &'v Vpcs, shared: &Shared<'v>) -> Vec<(&'v Gateway, Route)> {
    let internet = shared.is_internet(file);
    let carried = |r: &Route| !internet || matches!(r.destination, IpNet::V6(_));
    let of = |g: &'v Gateway| ingress(file, g).into_iter().filter(carried).map(move |r| (g, r));
    shared.gateways(file).flat_map(of).collect()
}

/// Routes of which explanations speak.
pub fn routes_len(file: &Vpcs, shared: &Shared) -> usize {
    routes(file, shared).len() + usize::from(shared.is_internet(file))
}

/// Where routes of an uplink lead.
pub fn leads(file: &Vpcs, shared: &Shared) -> Vec<Lead> {
    routes(file, shared).iter().map(|(gateway, route)| lead(gateway, route)).collect()
}

/// The route table of the uplink of that index, cell by cell.
pub fn labels(numbers: &Numbers, index: usize) -> Vec<(u128, RouteLabel)> {
    let (file, shared) = (numbers.file, &numbers.uplinks[index]);
    let mut labels: Vec<(IpNet, RouteLabel)> = Vec::new();
    if shared.is_internet(file) {
        let (target, to) = (route::Target::Local, numbers.outside(index).into());
        labels.push((IPV4, RouteLabel { target, to, ..RouteLabel::default() }));
    }
    for (gateway, route) in routes(file, shared) {
        labels.push((route.destination, numbers.label(lead(gateway, &route))));
    }
    let mut ranges = Vec::new();
    for (index, (cidr, _)) in labels.iter().enumerate() {
        // By length first: the last mark of a cell is that of its longest prefix.
        let mark = (cidr.prefix_len(), index);
        ranges.extend(address::ranges(*cidr).into_iter().map(|r| (r, mark)));
    }
    let label = |marks: Vec<(u8, usize)>| {
        let found = marks.last().map(|(_, index)| (*index as u16 + 1, labels[*index].1));
        found.map_or_else(RouteLabel::default, |(route, label)| RouteLabel { route, ..label })
    };
    cut(&ranges).into_iter().map(|(start, marks)| (start, label(marks))).collect()
}

/// The places of the routers beyond.
pub fn attachments<'n>(
    numbers: &'n Numbers,
) -> impl Iterator<Item = (AttachKey, AttachAction)> + 'n {
    numbers.uplinks.iter().enumerate().map(|(index, shared)| {
        let AddressAction { eni, subnet, policy } = owner(numbers, index);
        let action = AttachAction {
            vpc: vpc(numbers, index),
            eni,
            subnet,
            policy,
            route_table: numbers.uplink_table(index),
            mac: shared.mac(numbers.file),
            up: true,
            check: false,
            asks: false,
        };
        (AttachKey::place(shared.uplink.port, &shared.uplink.vlan), action)
    })
}

/// Number of the VPC in which an uplink is.
fn vpc(numbers: &Numbers, index: usize) -> u8 {
    let mut vpns = numbers.uplinks[index].gateways(numbers.file);
    let vpn = vpns.find(|g| g.kind == GatewayKind::Vpn);
    vpn.map_or(numbers.outside(index), |g| numbers.vpc(g.vpc))
}

/// An uplink as somebody's owner. No rule is of policy 0: the default actions count.
fn owner(numbers: &Numbers, index: usize) -> AddressAction {
    let (eni, subnet) = (numbers.uplink_eni(index), numbers.uplink_subnet(index));
    AddressAction { eni, subnet, policy: 0 }
}

/// How the routers beyond are reached: whatever comes may pass, and nobody remembers it.
pub fn enis(numbers: &Numbers, clock_hz: f64) -> impl Iterator<Item = EniEntry> {
    let group = GroupAction { allow: true, tracked: false, rule: 0 };
    let everything = RuleAction { allow: true, rule: 0, group };
    numbers.uplinks.iter().map(move |shared| {
        let Uplink { port, vlan, .. } = shared.uplink;
        let mut vids = [0; 2];
        vids[..vlan.len()].copy_from_slice(vlan);
        let access = Access {
            mac: shared.mac(numbers.file),
            vids,
            tags: vlan.len() as u8,
            port: *port,
            up: true,
            outside: shared.is_internet(numbers.file),
        };
        EniEntry {
            access,
            idle: IdleTimes::DEFAULT,
            default_outbound: everything,
            default_inbound: everything,
            meters: meters(&Limits::DEFAULT, clock_hz),
        }
    })
}

/// The routers beyond, found by their MACs in each VPC of theirs.
pub fn appliances(numbers: &Numbers) -> Vec<(ApplianceKey, ApplianceAction)> {
    let mut entries = Vec::new();
    for (index, shared) in numbers.uplinks.iter().enumerate() {
        for gateway in &shared.gateways {
            let hop = numbers.hop(&Hop::Gateways(vec![*gateway]));
            let gateway = &numbers.file.gateways[*gateway];
            let key = ApplianceKey::mac(numbers.vpc(gateway.vpc), mac(gateway.mac));
            entries.push((key, ApplianceAction { hop, owner: owner(numbers, index) }));
        }
    }
    entries
}

/// What `mappings` say beyond the VPCs: of public addresses, and of those that stand for others.
pub fn translate(numbers: &Numbers, mappings: &mut HashMap<IpKey, MappingAction>) {
    let file = numbers.file;
    for (index, shared) in numbers.uplinks.iter().enumerate() {
        let internet = |g: &&Gateway| g.kind == GatewayKind::Internet;
        for gateway in shared.gateways(file).filter(internet) {
            let of_vpc = |p: &&PublicAddress| file.vpc_of(&file.enis[p.eni]) == gateway.vpc;
            for public in file.public_addresses.iter().filter(of_vpc) {
                let private = address::bits(public.private.into());
                let own = IpKey { ip: private, vpc: numbers.vpc(gateway.vpc) };
                mappings.entry(own).and_modify(|m| m.nat_ip = public.public.to_bits());
                let ip = address::bits(public.public.into());
                let action = from_beyond(numbers, gateway, public);
                mappings.extend(action.map(|a| (IpKey { ip, vpc: numbers.outside(index) }, a)));
            }
        }
        for ip in shared.gateways(file).flat_map(|g| g.uplink()).flat_map(|u| &u.addresses) {
            let action = MappingAction {
                mac: mac(file.router_mac),
                subnet: numbers.uplink_subnet(index),
                local: true,
                router: true,
                ..MappingAction::default()
            };
            mappings.insert(IpKey { ip: address::bits(*ip), vpc: vpc(numbers, index) }, action);
        }
    }
}

/// Where goes what comes from beyond for a public address: to the ENI, or to where the gateway's
/// route table leads its private address.
fn from_beyond(
    numbers: &Numbers,
    gateway: &Gateway,
    public: &PublicAddress,
) -> Option<MappingAction> {
    let private = IpAddr::V4(public.private);
    let routes = ingress(numbers.file, gateway).into_iter();
    let holds = routes.filter(|r| r.destination.contains(&private));
    let eni = match holds.max_by_key(|r| r.destination.prefix_len())?.target {
        Target::Local => public.eni,
        Target::Eni(eni) => eni,
        _ => return None,
    };
    let nat_ip = public.private.to_bits();
    Some(MappingAction { nat_ip, ..mapping_of(numbers, &numbers.file.enis[eni]) })
}

/// Words for the route table of an uplink.
pub fn legend(file: &Vpcs, shared: &Shared) -> RouteTableLegend {
    let public = shared.is_internet(file).then(|| format!("{IPV4} -> public addresses"));
    let word = |(gateway, route): &(&Gateway, Route)| match route.target {
        Target::Local => format!("{} -> VPC {}", route.destination, file.vpcs[gateway.vpc].name),
        target => format!("{} -> {}", route.destination, file.target_name(target)),
    };
    let routes = routes(file, shared);
    let routes = public.into_iter().chain(routes.iter().map(word)).collect();
    RouteTableLegend { name: format!("of {}", shared.name(file)), routes }
}
