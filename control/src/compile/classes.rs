//! What can the rules of a VPC tell apart?
//!
//! All prefixes that its rules name cut the addresses into cells; cells that lie in the same
//! prefixes are one class. Protocols and ports likewise.

use super::{limit, numbers::Numbers};
use crate::{
    address,
    cut::{cut, stack},
    problem::Cause,
    vpcs::{Rule, Service},
};
use hdl::class::{AddressLabel, PortKey, PortLabel};
use ipnet::IpNet;
use std::{collections::HashMap, ops::RangeInclusive};

/// What lies in the same atoms (prefixes, or protocols with ports) is one class.
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
pub struct Classes {
    /// Of addresses.
    pub addresses: Set<IpNet>,
    /// Of protocols and ports.
    pub ports: Set<Service>,
    address_cells: Vec<(u128, Place)>,
    port_cells: Vec<(u128, usize)>,
}

/// What can be said of a cell of addresses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Prefix(usize),
    Subnet(u16),
    Broadcast,
}

impl Classes {
    /// The classes of the VPC of that index.
    pub fn of(numbers: &Numbers, vpc: usize) -> Self {
        let mut rules: Vec<Rule> = Vec::new();
        for acl in numbers.acls.iter().filter(|(v, _)| *v == vpc) {
            let (outbound, inbound) = numbers.rules(*acl);
            rules.extend(outbound);
            rules.extend(inbound);
        }
        let mut addresses = Set::of(rules.iter().map(|r| r.cidr));
        let mut ports = Set::of(rules.iter().map(|r| r.service));
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

    /// The VPC's addresses, cell by cell.
    pub fn address_labels(&self) -> Vec<(u128, AddressLabel)> {
        let label = |p: &Place| AddressLabel {
            class: p.class as u16,
            subnet: p.subnet,
            broadcast: p.broadcast,
        };
        self.address_cells.iter().map(|(start, place)| (*start, label(place))).collect()
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

fn address_cells(numbers: &Numbers, vpc: usize, set: &mut Set<IpNet>) -> Vec<(u128, Place)> {
    let mut ranges = Vec::new();
    for (index, cidr) in set.atoms.iter().enumerate() {
        ranges.extend(address::ranges(*cidr).into_iter().map(|r| (r, Mark::Prefix(index))));
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
                Mark::Prefix(index) => cell.push(index),
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
