//! What must become of a packet, judged from the file's objects as they are written?
//!
//! Rules in their order, routes and ENIs one after the other; no table, no class, and no code of
//! the compiler.

use crate::{
    arp::{Arp, REPLY, REQUEST},
    edge::vtep,
    memory::Memory,
    packet::{Frame, Packet, Tunnel},
    punts::{Cpu, is_excused, is_fixed, is_link_local},
    roads::Way,
    rules::allows,
    size::Wire,
};
use control::vpcs::{Card, Eni, NetworkAcl, Subnet, Vpcs};
use hdl::meta::{DropReason, Verdict};
use ipnet::IpNet;
use macaddr::MacAddr6;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What leaves the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leaves {
    Host(Frame),
    Net(Tunnel),
    Cpu(Cpu),
}

pub type Judgement = (Verdict, Option<Leaves>);
pub type Judged = Result<Judgement, DropReason>;

/// The first host port behind the host ports is the one toward the underlay.
const NET_PORT: u8 = 2;

/// Where an address of a VPC lives.
pub struct Lives<'v> {
    pub vtep: Ipv4Addr,
    pub mac: MacAddr6,
    subnet: Option<usize>,
    pub eni: Option<&'v Eni>,
}

pub struct Oracle<'v, 'm> {
    pub file: &'v Vpcs,
    pub card: usize,
    /// What went before.
    pub memory: &'m mut Memory,
}

impl<'v> Oracle<'v, '_> {
    pub fn own(&self) -> &'v Card {
        &self.file.cards[self.card]
    }

    pub fn subnet(&self, eni: &Eni) -> &'v Subnet {
        &self.file.subnets[eni.subnet]
    }

    pub fn lives(&self, vpc: usize, address: IpAddr) -> Option<Lives<'v>> {
        for eni in &self.file.enis {
            if self.subnet(eni).vpc == vpc && eni.addresses.contains(&address) {
                let vtep = self.file.cards[eni.card].underlay_ip;
                return Some(Lives {
                    vtep,
                    mac: eni.mac,
                    subnet: Some(eni.subnet),
                    eni: Some(eni),
                });
            }
        }
        for mapping in &self.file.mappings {
            if mapping.vpc == vpc && mapping.address == address {
                let within = |s: &Subnet| s.vpc == vpc && within(&s.cidrs, address);
                let subnet = self.file.subnets.iter().position(within);
                let vtep = mapping.underlay_ip;
                return Some(Lives { vtep, mac: mapping.mac, subnet, eni: None });
            }
        }
        None
    }

    /// Is it the broadcast address of a subnet of the VPC?
    fn broadcast(&self, vpc: usize, dst: IpAddr) -> bool {
        let all = self.file.subnets.iter().filter(|s| s.vpc == vpc);
        all.flat_map(|s| &s.cidrs).any(|c| match c {
            IpNet::V4(v4) => dst == IpAddr::V4(v4.broadcast()),
            IpNet::V6(_) => false,
        })
    }

    /// Is it the address of the router of that subnet?
    pub fn is_router(subnet: &Subnet, address: IpAddr) -> bool {
        subnet.cidrs.iter().any(|c| match c {
            IpNet::V4(v4) => address == Ipv4Addr::from(u32::from(v4.network()) + 1),
            IpNet::V6(v6) => address == Ipv6Addr::from(u128::from(v6.network()) + 1),
        })
    }

    /// A frame from a host.
    pub fn outbound(&mut self, port: u8, frame: &Frame) -> Judgement {
        let judged = match (frame, self.router_at(port, frame.vlan())) {
            (_, Some(router)) => self.beyond_sends(router, frame),
            (Frame::Ip(packet), None) => self.leave(port, packet),
            (Frame::Arp(arp), None) => self.ask(port, arp),
        };
        judged.unwrap_or_else(|reason| (Verdict::drop(reason), None))
    }

    /// Who hangs at this place, and may send?
    fn attached(&self, port: u8, vlan: &[u16]) -> Result<&'v Eni, DropReason> {
        let here = |e: &&Eni| e.card == self.card && e.port == port && e.vlan == vlan;
        let eni = self.file.enis.iter().find(here).ok_or(DropReason::UnknownEni)?;
        unless(eni.up, DropReason::EniDown)?;
        Ok(eni)
    }

    fn ask(&mut self, port: u8, arp: &Arp) -> Judged {
        let eni = self.attached(port, &arp.vlan)?;
        let ((sender_mac, asker), (_, asked)) = (arp.sender, arp.target);
        unless(arp.src_mac == eni.mac && sender_mac == eni.mac, DropReason::SpoofedMac)?;
        let own = eni.addresses.contains(&asker) || !eni.source_dest_check;
        let solicits = arp.operation == REQUEST && is_link_local(asker);
        unless(own || solicits, DropReason::SpoofedIp)?;
        if let Some(punt) = self.for_link_local(port, arp) {
            return Ok(punt);
        }
        let probes = asker.is_ipv6() && asker.is_unspecified();
        let asks = arp.operation == REQUEST && asker != asked && !probes;
        unless(asks, DropReason::GratuitousArp)?;
        let mac = self.answer(eni, asked).ok_or(DropReason::ArpNoMapping)?;
        self.memory.met.push(if asked.is_ipv4() { "ARP answered" } else { "ND answered" });
        self.memory.met.extend((!arp.dst_mac.is_multicast()).then_some("ARP to one MAC"));
        self.memory.met.extend(solicits.then_some("ND by a link-local address"));
        let tags = ["ARP without a tag", "ARP with a tag", "ARP with two tags"];
        self.memory.met.push(tags[eni.vlan.len()]);
        let reply = Arp {
            dst_mac: eni.mac,
            src_mac: mac,
            vlan: eni.vlan.clone(),
            operation: REPLY,
            sender: (mac, asked),
            target: (eni.mac, asker),
            router: asked.is_ipv6() && Self::is_router(self.subnet(eni), asked),
        };
        Ok((Verdict::reply(port), Some(Leaves::Host(Frame::Arp(reply)))))
    }

    fn leave(&mut self, port: u8, packet: &Packet) -> Judged {
        unless(!mapped(packet), DropReason::Ipv4MappedAddress)?;
        let eni = self.attached(port, &packet.vlan)?;
        unless(packet.src_mac == eni.mac, DropReason::SpoofedMac)?;
        let own = eni.addresses.contains(&packet.src) || !eni.source_dest_check;
        unless(own || is_excused(packet), DropReason::SpoofedIp)?;
        if let Some(punt) = self.punt(eni, packet) {
            return Ok(punt);
        }
        unless(!group(packet), DropReason::Multicast)?;
        let subnet = self.subnet(eni);
        let vpc = subnet.vpc;
        unless(!self.broadcast(vpc, packet.dst), DropReason::Multicast)?;
        if !within(&subnet.cidrs, packet.dst) {
            let acl = subnet.network_acl.map(|a| &self.file.network_acls[a]);
            let rules = acl.map_or_else(NetworkAcl::default_rules, |a| a.outbound.clone());
            unless(allows(&rules, packet.dst, packet), DropReason::NaclOutbound)?;
        }
        unless(self.passes(eni, false, packet), DropReason::SgOutbound)?;
        let routed = packet.dst_mac == self.file.router_mac;
        let (lives, onward, met) = if routed {
            let way = self.way(vpc, subnet.route_table, packet.dst);
            let (Ok((_, met)) | Err((_, met))) = &way;
            self.memory.met.push(met);
            let way = way.and_then(|(way, met)| match met {
                "to a peer" | "through a transit gateway"
                    if !eni.addresses.contains(&packet.src) =>
                {
                    self.memory.met.push("foreign, to another VPC");
                    Err((DropReason::SpoofedIp, met))
                }
                _ => Ok((way, met)),
            });
            let (way, met) = way.map_err(|(reason, _)| reason)?;
            let onward = match way {
                Way::Vpc(onward) => onward,
                Way::Eni(to) => return self.hand_to(eni, to, self.file.router_mac, packet),
                Way::Gateway(gateway) => {
                    let told = self.too_long(Wire::of(eni), packet, self.mtu(met, Some(gateway)));
                    let (to, src_mac) = ((vtep(self.file, gateway), vpc), self.file.router_mac);
                    let goes = || self.tunnelled(packet, to, src_mac, gateway.mac);
                    return Ok(told.unwrap_or_else(goes));
                }
            };
            let mut subnets = self.file.subnets.iter().filter(|s| s.vpc == vpc);
            let router = subnets.any(|s| Self::is_router(s, packet.dst));
            self.memory.met.extend(router.then_some("sent to a router's address"));
            let lives = self.lives(onward, packet.dst);
            if lives.is_none() && self.is_asked_for(vpc, onward, packet.dst) {
                return Ok(Self::missed(eni, packet));
            }
            (lives.ok_or(DropReason::NoMapping)?, onward, met)
        } else if let Some(appliance) = self.appliance_beside(eni, packet.dst_mac) {
            self.memory.met.push("to an appliance's MAC");
            return self.hand_to(eni, appliance, packet.src_mac, packet);
        } else {
            let neighbor = |l: &Lives| l.mac == packet.dst_mac && l.subnet == Some(eni.subnet);
            let lives = self.lives(vpc, packet.dst).filter(neighbor);
            (lives.ok_or(DropReason::NotItsAddress)?, vpc, "")
        };
        if let Some(told) = self.too_long(Wire::of(eni), packet, self.mtu(met, None)) {
            return Ok(told);
        }
        let src_mac = if routed { self.file.router_mac } else { packet.src_mac };
        match lives.eni.filter(|e| e.card == self.card) {
            Some(receiver) => {
                self.memory.met.extend((onward != vpc).then_some("to another VPC's ENI here"));
                self.arrive(receiver, src_mac, packet)
            }
            None => Ok(self.tunnelled(packet, (lives.vtep, onward), src_mac, lives.mac)),
        }
    }

    /// From one ENI of a VPC to another, here or elsewhere.
    fn hand_to(&mut self, from: &Eni, to: &Eni, src_mac: MacAddr6, packet: &Packet) -> Judged {
        if let Some(told) = self.too_long(Wire::of(from), packet, self.mtu("", None)) {
            return Ok(told);
        }
        if to.card == self.card {
            let takes = !to.source_dest_check || to.addresses.contains(&packet.dst);
            unless(takes, DropReason::NoLocalEni)?;
            return self.arrive(to, src_mac, packet);
        }
        let at = (self.file.cards[to.card].underlay_ip, self.subnet(to).vpc);
        Ok(self.tunnelled(packet, at, src_mac, to.mac))
    }

    /// To an underlay address, with the VNI of a VPC.
    pub fn tunnelled(
        &self,
        packet: &Packet,
        (dst, vpc): (Ipv4Addr, usize),
        src_mac: MacAddr6,
        dst_mac: MacAddr6,
    ) -> Judgement {
        let inner = Packet { dst_mac, src_mac, vlan: vec![], ..packet.clone() };
        let tunnel = Tunnel {
            dst_mac: self.own().gateway_mac,
            src_mac: self.own().underlay_mac,
            src: self.own().underlay_ip,
            dst,
            vni: self.file.vpcs[vpc].vni,
            class: packet.class(),
            inner: Frame::Ip(inner),
        };
        (Verdict::forward(NET_PORT), Some(Leaves::Net(tunnel)))
    }

    fn arrive(&mut self, receiver: &Eni, src_mac: MacAddr6, packet: &Packet) -> Judged {
        let subnet = self.subnet(receiver);
        if !within(&subnet.cidrs, packet.src) {
            let acl = subnet.network_acl.map(|a| &self.file.network_acls[a]);
            let rules = acl.map_or_else(NetworkAcl::default_rules, |a| a.inbound.clone());
            unless(allows(&rules, packet.src, packet), DropReason::NaclInbound)?;
        }
        unless(self.passes(receiver, true, packet), DropReason::SgInbound)?;
        unless(receiver.up, DropReason::EniDown)?;
        let vlan = receiver.vlan.clone();
        let frame = Packet { dst_mac: receiver.mac, src_mac, vlan, ..packet.clone() };
        Ok((Verdict::forward(receiver.port), Some(Leaves::Host(Frame::Ip(frame)))))
    }

    /// A frame from the underlay.
    pub fn inbound(&mut self, tunnel: &Tunnel) -> Judgement {
        self.enter(tunnel).unwrap_or_else(|reason| (Verdict::drop(reason), None))
    }

    fn enter(&mut self, tunnel: &Tunnel) -> Judged {
        let ip = match &tunnel.inner {
            Frame::Ip(packet) => Some(packet),
            Frame::Arp(_) => None,
        };
        unless(tunnel.dst_mac == self.own().underlay_mac, DropReason::NotForUs)?;
        unless(!ip.is_some_and(mapped), DropReason::Ipv4MappedAddress)?;
        unless(tunnel.dst == self.own().underlay_ip, DropReason::NotForUs)?;
        // A sender that doesn't know the mark must see a loss.
        let unknowing = match &tunnel.inner {
            Frame::Ip(packet) => packet.ecn() == 0,
            Frame::Arp(arp) => arp.sender.1.is_ipv6(),
        };
        let lost = tunnel.class & 3 == 3 && unknowing;
        unless(!lost, DropReason::CongestionExperienced)?;
        let here = |vpc| {
            let lives = |e: &Eni| e.card == self.card && self.subnet(e).vpc == vpc;
            self.file.enis.iter().any(lives) || self.plays(vpc)
        };
        let vpc = self.file.vpcs.iter().position(|v| v.vni == tunnel.vni);
        let vpc = vpc.filter(|v| here(*v)).ok_or(DropReason::UnknownVni)?;
        let packet = ip.ok_or(DropReason::TunnelledArp)?;
        unless(!group(packet), DropReason::Multicast)?;
        let (speaks, met) = self.may_speak(vpc, packet.src, tunnel.src);
        let forged = !speaks && is_fixed(packet.src);
        self.memory.met.extend(forged.then_some("heard under a service's address"));
        unless(speaks, DropReason::SpoofedUnderlay)?;
        self.memory.met.push(met);
        if let Some(gateway) = self.router(vpc, packet.dst_mac) {
            return self.sent_beyond(gateway, packet);
        }
        let here = |e: &&Eni| e.card == self.card && e.mac == packet.dst_mac;
        let owner = self.lives(vpc, packet.dst).and_then(|l| l.eni).filter(here);
        let appliance = self.appliances(vpc).find(here);
        self.memory.met.extend((appliance != owner).then_some("taken by an appliance"));
        let receiver = appliance.or(owner);
        self.arrive(receiver.ok_or(DropReason::NoLocalEni)?, packet.src_mac, packet)
    }
}

pub fn unless(good: bool, reason: DropReason) -> Result<(), DropReason> {
    if good { Ok(()) } else { Err(reason) }
}

pub fn within(cidrs: &[IpNet], address: IpAddr) -> bool {
    cidrs.iter().any(|c| c.contains(&address))
}

/// Does IPv6 name an IPv4 address, as ::ffff:a.b.c.d?
pub fn mapped(packet: &Packet) -> bool {
    let mapped = |ip| matches!(ip, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some());
    mapped(packet.src) || mapped(packet.dst)
}

/// Broadcast or multicast, by MAC or by address.
pub fn group(packet: &Packet) -> bool {
    let by_address = match packet.dst {
        IpAddr::V4(v4) => v4.is_multicast() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_multicast(),
    };
    packet.dst_mac.is_multicast() || by_address
}
