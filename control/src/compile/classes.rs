//! What can the rules of a VPC tell apart?
//!
//! All prefixes that its rules name, and the members of groups that they name, cut the addresses
//! into cells; cells that lie in the same prefixes and groups are one class. Protocols and ports
//! likewise.
//!
//! A group's members are scattered, and each would be a cell of its own. Between two of them lie
//! addresses of the VPC that nobody has. Where no packet with such an address comes as far as a
//! group's verdict, it is in the groups of its neighbor below, so that neighbors of one group are
//! one cell.
//!
//! TCP and UDP are told from other protocols, too, where only they need no connection (`rules`).

use super::{
    limit,
    numbers::{Numbers, Policy},
};
use crate::{
    address,
    cut::{cut, stack},
    problem::Cause,
    vpcs::{GroupRule, Peer, Service},
};
use hdl::{
    class::{AddressLabel, PortKey, PortLabel},
    parser::wire::{PROTOCOL_TCP, PROTOCOL_UDP},
};
use ipnet::IpNet;
use std::{collections::HashMap, fmt, net::IpAddr, ops::RangeInclusive};

/// What rules name of addresses. Groups go by name: the order of a file is not the card's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Atom<'v> {
    /// The addresses of a prefix.
    Prefix(IpNet),
    /// The addresses of a security group's members.
    Group(&'v str),
}

impl<'v> Atom<'v> {
    /// What a peer is.
    pub fn of(numbers: &Numbers<'v>, peer: Peer) -> Self {
        match peer {
            Peer::Cidr(cidr) => Self::Prefix(cidr),
            Peer::Group(group) => Self::Group(&numbers.file.security_groups[group].name),
        }
    }
}

impl fmt::Display for Atom<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prefix(cidr) => cidr.fmt(f),
            Self::Group(name) => write!(f, "group {name}"),
        }
    }
}

/// What lies in the same atoms (prefixes and groups, or protocols with ports) is one class.
pub struct Set<T> {
    /// What rules name, sorted.
    atoms: Vec<T>,
    /// By class: indices of the atoms in which it lies. Class 0 lies in none.
    pub members: Vec<Vec<usize>>,
}

impl<T: Copy + Ord> Set<T> {
    fn of(named: impl Iterator<Item = T>) -> Self {
        let mut atoms: Vec<T> = named.collect();
        atoms.sort();
        atoms.dedup();
        Self { atoms, members: vec![Vec::new()] }
    }

    /// The atoms of each class.
    pub fn words(&self) -> Vec<Vec<T>> {
        let atoms = |members: &Vec<usize>| members.iter().map(|m| self.atoms[*m]).collect();
        self.members.iter().map(atoms).collect()
    }

    /// Does a class lie in an atom?
    pub fn holds(&self, class: usize, atom: T) -> bool {
        let index = self.atoms.binary_search(&atom);
        index.is_ok_and(|i| self.members[class].binary_search(&i).is_ok())
    }
}

/// The class of a cell by its members; cells that come in order number the classes.
struct Numbering<'s> {
    members: &'s mut Vec<Vec<usize>>,
    class: HashMap<Vec<usize>, usize>,
}

impl<'s> Numbering<'s> {
    fn of(members: &'s mut Vec<Vec<usize>>) -> Self {
        let class = members.iter().cloned().zip(0..).collect();
        Self { members, class }
    }

    fn class(&mut self, cell: Vec<usize>) -> usize {
        *self.class.entry(cell).or_insert_with_key(|cell| {
            self.members.push(cell.clone());
            self.members.len() - 1
        })
    }
}

/// A cell of addresses.
#[derive(Clone, Copy)]
struct Place {
    class: usize,
    subnet: u16,
    broadcast: bool,
}

/// The classes of one VPC.
pub struct Classes<'v> {
    /// Of addresses.
    pub addresses: Set<Atom<'v>>,
    /// Of protocols and ports.
    pub ports: Set<Service>,
    address_cells: Vec<(u128, Place)>,
    port_cells: Vec<(u128, usize)>,
}

/// What can be said of a cell of addresses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Atom(usize),
    Subnet(u16),
    Broadcast,
}

impl<'v> Classes<'v> {
    /// The classes of the VPC of that index.
    pub fn of(numbers: &Numbers<'v>, vpc: usize) -> Self {
        let mut named = Vec::new();
        for policy in numbers.policies.iter().filter(|p| p.acl.0 == vpc) {
            let (outbound, inbound) = numbers.rules(policy.acl);
            let rules = outbound.iter().chain(&inbound);
            named.extend(rules.map(|r| (Atom::Prefix(r.cidr), r.service)));
        }
        for inbound in [false, true] {
            let rules = numbers.group_rules(vpc, inbound);
            named.extend(rules.map(|(_, r)| (Atom::of(numbers, r.peer), r.service)));
        }
        let mut addresses = Set::of(named.iter().map(|(atom, _)| *atom));
        let services = named.iter().map(|(_, service)| *service);
        let mut ports = Set::of(services.chain(told_apart(numbers, vpc)));
        let address_cells = address_cells(numbers, vpc, &mut addresses);
        let mut ranges = Vec::new();
        for (index, service) in ports.atoms.iter().enumerate() {
            ranges.push((service_range(*service), index));
        }
        let mut numbering = Numbering::of(&mut ports.members);
        let mut port_cells = Vec::new();
        for (start, cell) in cut(&ranges) {
            // The line ends before u128 does: what lies behind it is no port.
            if LINE.contains(&start) {
                port_cells.push((start, numbering.class(cell)));
            }
        }
        Self { addresses, ports, address_cells, port_cells }
    }

    /// Are ports of a class those of TCP or of UDP, and of nothing else?
    pub fn is_tcp_or_udp(&self, class: usize) -> bool {
        let mut services = self.ports.members[class].iter().map(|m| self.ports.atoms[*m]);
        services.any(|s| matches!(s.protocol(), Some(PROTOCOL_TCP | PROTOCOL_UDP)))
    }

    /// The VPC's addresses, cell by cell.
    pub fn address_labels(&self) -> Vec<(u128, AddressLabel)> {
        let label = |p: &Place| AddressLabel {
            class: p.class as u16,
            subnet: p.subnet,
            broadcast: p.broadcast,
        };
        self.address_cells.iter().map(|(start, place)| (*start, label(place))).collect()
    }

    /// Words for the classes of addresses.
    pub fn address_words(&self) -> Vec<Vec<String>> {
        let words = |atoms: Vec<Atom>| atoms.iter().map(ToString::to_string).collect();
        self.addresses.words().into_iter().map(words).collect()
    }

    /// Classes beyond the width of their number.
    pub fn too_many(&self, card: &str, vpc: &str) -> Vec<Cause> {
        let addresses = (self.addresses.members.len() - 1, limit::<AddressLabel>("class"));
        let ports = (self.ports.members.len() - 1, limit::<PortLabel>("class"));
        [("classes of addresses", addresses), ("classes of ports", ports)]
            .into_iter()
            .filter(|(_, (need, limit))| need > limit)
            .map(|(what, (need, limit))| {
                let (card, vpc) = (card.into(), vpc.into());
                Cause::TooManyClasses { card, vpc, what, need, limit }
            })
            .collect()
    }
}

/// TCP and UDP, if somebody's groups allow everybody everything both ways: then these two need no
/// connection, other protocols do. Rules that name a protocol tell it apart by themselves.
fn told_apart(numbers: &Numbers, vpc: usize) -> impl Iterator<Item = Service> {
    let open = |policy: &Policy, inbound| {
        let rules = numbers.policy_rules(policy, inbound).map(|(_, rule)| rule);
        let all = rules.filter(|r| r.service == Service::All && r.peer.is_everybody());
        all.map(|r| r.peer).collect::<Vec<_>>()
    };
    let both_ways = |policy: &&Policy| {
        let outbound = open(policy, false);
        open(policy, true).iter().any(|peer| outbound.contains(peer))
    };
    let found = numbers.policies.iter().filter(|p| p.acl.0 == vpc).find(both_ways);
    let protocols = found.map(|_| [PROTOCOL_TCP, PROTOCOL_UDP]);
    protocols.into_iter().flatten().map(Service::Protocol)
}

/// The places of all members' addresses of a VPC, each with the names of its groups.
fn members<'v>(numbers: &Numbers<'v>, vpc: usize) -> Vec<(RangeInclusive<u128>, Vec<&'v str>)> {
    let file = numbers.file;
    let mut owned: Vec<(u128, Vec<&str>)> = Vec::new();
    for eni in file.enis.iter().filter(|e| file.vpc_of(e) == vpc) {
        let groups = eni.security_groups.iter().map(|g| file.security_groups[*g].name.as_str());
        let groups: Vec<&str> = groups.collect();
        owned.extend(eni.addresses.iter().map(|a| (address::bits(*a), groups.clone())));
    }
    let others = file.mappings.iter().filter(|m| m.vpc == vpc).map(|m| m.address);
    owned.extend(others.map(|a: IpAddr| (address::bits(a), Vec::new())));
    owned.sort();
    let exact = strangers_are_judged(numbers, vpc);
    let mut places = Vec::new();
    for (index, (first, groups)) in owned.iter().enumerate() {
        let next = owned.get(index + 1).map_or(u128::MAX, |(next, _)| next - 1);
        // Beyond the VPC's prefixes live others.
        let spans = file.vpcs[vpc].cidrs.iter().map(|c| address::span(*c));
        let end = spans.filter(|s| s.contains(first)).map(|s| *s.end()).next();
        let last = if exact { *first } else { next.min(end.unwrap_or(*first)) };
        places.push((*first..=last, groups.clone()));
    }
    places
}

/// Can a group's verdict on an address of the VPC that nobody has be seen? Such a source comes only
/// from an ENI whose source is not checked: no mapping names it. Such a destination is dropped for
/// want of a mapping, if a rule that names a group doesn't decide first.
fn strangers_are_judged(numbers: &Numbers, vpc: usize) -> bool {
    let of_group = |rule: &GroupRule| matches!(rule.peer, Peer::Group(_));
    let file = numbers.file;
    numbers.appliances().any(|eni| file.vpc_of(&file.enis[eni]) == vpc)
        || numbers.group_rules(vpc, false).any(|(_, rule)| of_group(rule))
}

fn address_cells(numbers: &Numbers, vpc: usize, set: &mut Set<Atom>) -> Vec<(u128, Place)> {
    let mut ranges = Vec::new();
    for (index, atom) in set.atoms.iter().enumerate() {
        if let Atom::Prefix(cidr) = atom {
            ranges.extend(address::ranges(*cidr).into_iter().map(|r| (r, Mark::Atom(index))));
        }
    }
    for (place, groups) in members(numbers, vpc) {
        let atoms = groups.iter().filter_map(|g| set.atoms.binary_search(&Atom::Group(g)).ok());
        ranges.extend(atoms.map(|index| (place.clone(), Mark::Atom(index))));
    }
    for index in numbers.subnets.iter().filter(|s| numbers.file.subnets[**s].vpc == vpc) {
        let number = numbers.subnet(*index);
        for cidr in &numbers.file.subnets[*index].cidrs {
            let span = address::span(*cidr);
            if let IpNet::V4(_) = cidr {
                ranges.push((*span.end()..=*span.end(), Mark::Broadcast));
            }
            ranges.push((span, Mark::Subnet(number)));
        }
    }
    let mut numbering = Numbering::of(&mut set.members);
    let place = |marks: Vec<Mark>| {
        let mut cell = Vec::new();
        let mut place = Place { class: 0, subnet: 0, broadcast: false };
        for mark in marks {
            match mark {
                Mark::Atom(index) => cell.push(index),
                Mark::Subnet(number) => place.subnet = number,
                Mark::Broadcast => place.broadcast = true,
            }
        }
        Place { class: numbering.class(cell), ..place }
    };
    let (starts, marks): (Vec<_>, Vec<_>) = cut(&ranges).into_iter().unzip();
    starts.into_iter().zip(marks.into_iter().map(place)).collect()
}

/// All protocols, with and without ports.
const LINE: RangeInclusive<u128> = 0..=port_line(u8::MAX, true, u16::MAX);

/// Place of (protocol, with or without port, port) in one line, as the card sorts them.
const fn port_line(protocol: u8, ported: bool, port: u16) -> u128 {
    (protocol as u128) << 17 | (ported as u128) << 16 | port as u128
}

fn service_range(service: Service) -> RangeInclusive<u128> {
    let message = |kind, code| u16::from_be_bytes([kind, code]);
    match service {
        Service::All => LINE,
        Service::Protocol(p) => port_line(p, false, 0)..=port_line(p, true, u16::MAX),
        Service::Ports { protocol, first, last } => {
            port_line(protocol, true, first)..=port_line(protocol, true, last)
        }
        Service::Icmp { protocol, kind, code } => {
            let (first, last) = code.map_or((0, u8::MAX), |c| (c, c));
            port_line(protocol, true, message(kind, first))
                ..=port_line(protocol, true, message(kind, last))
        }
    }
}

/// The port table: every VPC's cells, by number.
pub fn port_starts(classes: &[Classes]) -> Vec<(PortKey, PortLabel)> {
    let label = |(start, class): &(u128, usize)| (*start, PortLabel { class: *class as u8 });
    let parts: Vec<Vec<_>> =
        classes.iter().map(|c| c.port_cells.iter().map(label).collect()).collect();
    stack(&parts, |vpc, line| PortKey {
        port: line as u16,
        ported: line >> 16 & 1 == 1,
        protocol: (line >> 17) as u8,
        vpc,
    })
}
