//! What is the host's CPU's to answer, judged from the file's services as they are written?

use crate::{
    arp::{Arp, REQUEST},
    judge::{Judgement, Leaves, Oracle},
    packet::{self, Frame, Packet, Transport},
    roads::Way,
};
use control::vpcs::{CpuService, Eni};
use hdl::{
    meta::{PuntReason, Verdict},
    punt::{PuntHeader, VERSION, split},
};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What the host's CPU gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cpu {
    pub reason: PuntReason,
    pub service: u8,
    pub port: u8,
    pub frame: Frame,
}

/// Read what leaves by the CPU's port.
pub fn read(frame: &[u8]) -> Cpu {
    let (header, frame) = split::<PuntHeader>(frame).expect("a punt header");
    let PuntHeader { version, reason, service, port, .. } = header;
    assert_eq!(version, VERSION);
    // DHCP may be sent to the address of one.
    let service = if reason == PuntReason::Service { service } else { 0 };
    Cpu { reason, service, port, frame: packet::read(frame) }
}

/// Does it go to a DHCP server?
pub fn is_dhcp(packet: &Packet) -> bool {
    let port = if packet.src.is_ipv4() { 67 } else { 547 };
    packet.dst_mac.is_multicast()
        && matches!(packet.transport, Transport::Udp { dst, .. } if dst == port)
}

/// Is it one that nobody assigns?
pub fn is_link_local(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local())
}

/// May an ENI send that before it has an address?
pub fn is_excused(packet: &Packet) -> bool {
    let unassigned = match packet.src {
        IpAddr::V4(v4) => v4 == Ipv4Addr::UNSPECIFIED,
        IpAddr::V6(v6) => v6 == Ipv6Addr::UNSPECIFIED || is_link_local(packet.src),
    };
    is_dhcp(packet) && unassigned
}

/// Is it an address that no route leads to?
pub fn is_fixed(address: IpAddr) -> bool {
    let prefixes = ["169.254.0.0/16", "fd00:ec2::/32"];
    prefixes.iter().any(|p| p.parse::<IpNet>().expect("a prefix").contains(&address))
}

impl Oracle<'_, '_> {
    /// The number of the service that a VPC has at that address.
    pub fn service(&self, vpc: usize, address: IpAddr) -> Option<u8> {
        let two = |cidr: &IpNet| match (cidr, address) {
            (IpNet::V4(v4), IpAddr::V4(a)) => u32::from(v4.network()) + 2 == u32::from(a),
            _ => false,
        };
        let v4 = |cidr: &&IpNet| matches!(cidr, IpNet::V4(_));
        let first = self.file.vpcs[vpc].cidrs.iter().find(v4);
        let mut subnets = self.file.subnets.iter().filter(|s| s.vpc == vpc);
        let plus_two = first.is_some_and(two) || subnets.any(|s| s.cidrs.iter().any(two));
        let has = |s: &&CpuService| s.fixed.contains(&address) || s.plus_two && plus_two;
        self.file.services.iter().find(has).map(|s| s.number)
    }

    /// Is it a question for a link-local address, which no mapping has?
    pub fn for_link_local(&mut self, port: u8, arp: &Arp) -> Option<Judgement> {
        if arp.operation != REQUEST || !is_link_local(arp.target.1) {
            return None;
        }
        self.memory.met.push("ND for a link-local address");
        let (reason, frame) = (PuntReason::LinkLocal, Frame::Arp(arp.clone()));
        Some((Verdict::punt(reason), Some(Leaves::Cpu(Cpu { reason, service: 0, port, frame }))))
    }

    /// Does the VPC of a sender ask for that address, which nobody has in the VPC where it goes on?
    /// Routers and services are there, if only to the VPCs that have an ENI on the card.
    pub fn is_asked_for(&self, sender: usize, vpc: usize, address: IpAddr) -> bool {
        let near = |e: &Eni| e.card == self.card && self.file.vpc_of(e) == vpc;
        let mut subnets = self.file.subnets.iter().filter(|s| s.vpc == vpc);
        let router = subnets.any(|s| Self::is_router(s, address));
        let there = router || self.service(vpc, address).is_some();
        self.file.vpcs[sender].asks_for_mappings
            && !(there && (self.file.enis.iter().any(near) || self.plays(vpc)))
    }

    /// The host is asked who has the address.
    pub fn missed(eni: &Eni, packet: &Packet) -> Judgement {
        let (reason, port, frame) = (PuntReason::MappingMiss, eni.port, Frame::Ip(packet.clone()));
        (Verdict::punt(reason), Some(Leaves::Cpu(Cpu { reason, service: 0, port, frame })))
    }

    /// Is it the host's to answer, and not the card's?
    pub fn punt(&mut self, eni: &Eni, packet: &Packet) -> Option<Judgement> {
        let subnet = &self.file.subnets[eni.subnet];
        let service = self.service(subnet.vpc, packet.dst);
        let local = || match self.way(subnet.vpc, subnet.route_table, packet.dst) {
            Ok((Way::Vpc(vpc), "local")) => vpc == subnet.vpc,
            _ => false,
        };
        let routed = packet.dst_mac == self.file.router_mac;
        let (reason, met) = if is_dhcp(packet) {
            (PuntReason::Dhcp, if is_excused(packet) { "DHCP without an address" } else { "DHCP" })
        } else if service.is_some() && routed && (is_fixed(packet.dst) || local()) {
            let fixed = is_fixed(packet.dst);
            (PuntReason::Service, if fixed { "to a fixed service" } else { "to a resolver" })
        } else {
            return None;
        };
        self.memory.met.push(met);
        let service = if reason == PuntReason::Service { service.unwrap_or_default() } else { 0 };
        let (port, frame) = (eni.port, Frame::Ip(packet.clone()));
        Some((Verdict::punt(reason), Some(Leaves::Cpu(Cpu { reason, service, port, frame }))))
    }
}
