//! What must a card do that plays gateways, as the file says it of them?
//!
//! Gateways one after the other, public addresses one after the other; no uplink has a number here.

use crate::{
    arp::{Arp, REPLY, REQUEST},
    judge::{Judged, Judgement, Leaves, Oracle, group, mapped, unless},
    nat::{End, Outcome, translated},
    packet::{Frame, Packet},
    punts::{Cpu, is_dhcp, is_fixed},
    roads::best,
    size::Wire,
};
use control::vpcs::{
    Eni, Gateway, GatewayKind, PublicAddress, RouteTable, Site, Target, Uplink, Vpcs,
};
use hdl::meta::{DropReason, PuntReason, Verdict};
use ipnet::IpNet;
use macaddr::MacAddr6;
use std::net::{IpAddr, Ipv4Addr};

/// The address to which a tunnel to a gateway goes.
pub fn vtep(file: &Vpcs, gateway: &Gateway) -> Ipv4Addr {
    match &gateway.site {
        Site::Box(ip) => *ip,
        Site::Card(uplink) => file.cards[uplink.card].underlay_ip,
    }
}

/// A router beyond gateways of the card.
pub struct Router<'v> {
    uplink: &'v Uplink,
    gateways: Vec<&'v Gateway>,
}

impl<'v> Router<'v> {
    fn mac(&self) -> MacAddr6 {
        self.gateways[0].mac
    }

    /// Its only gateway, if that is a VPN's.
    fn vpn(&self) -> Option<&'v Gateway> {
        self.gateways.iter().copied().find(|g| g.kind == GatewayKind::Vpn)
    }

    fn wire(&self) -> Wire<'v> {
        Wire { mac: self.mac(), port: self.uplink.port, vlan: &self.uplink.vlan }
    }

    fn knows(&self, address: IpAddr) -> bool {
        let mut uplinks = self.gateways.iter().filter_map(|g| g.uplink());
        uplinks.any(|u| u.addresses.contains(&address))
    }
}

impl<'v> Oracle<'v, '_> {
    /// The gateways that this card plays, with their uplinks.
    fn played(&self) -> impl Iterator<Item = (&'v Gateway, &'v Uplink)> {
        let (file, card) = (self.file, self.card);
        let all = file.gateways.iter().filter_map(|g| Some((g, g.uplink()?)));
        all.filter(move |(_, uplink)| uplink.card == card)
    }

    /// Does it play one of that VPC?
    pub fn plays(&self, vpc: usize) -> bool {
        self.played().any(|(gateway, _)| gateway.vpc == vpc)
    }

    /// The one of a VPC beyond which a router has that MAC.
    pub fn router(&self, vpc: usize, mac: MacAddr6) -> Option<&'v Gateway> {
        self.played().map(|(g, _)| g).find(|g| g.vpc == vpc && g.mac == mac)
    }

    /// The router that is attached there.
    pub fn router_at(&self, port: u8, vlan: &[u16]) -> Option<Router<'v>> {
        let there = |(_, u): &(&Gateway, &Uplink)| u.port == port && u.vlan == vlan;
        let mut all = self.played().filter(there).peekable();
        let uplink = all.peek()?.1;
        Some(Router { uplink, gateways: all.map(|(gateway, _)| gateway).collect() })
    }

    /// What a router sends.
    pub fn beyond_sends(&mut self, router: Router<'v>, frame: &Frame) -> Judged {
        match frame {
            Frame::Ip(packet) => self.comes(&router, packet),
            Frame::Arp(arp) => self.asks(&router, arp),
        }
    }

    fn asks(&mut self, router: &Router, arp: &Arp) -> Judged {
        let ((sender_mac, asker), (_, asked)) = (arp.sender, arp.target);
        let mac = router.mac();
        unless(arp.src_mac == mac && sender_mac == mac, DropReason::SpoofedMac)?;
        if let Some(punt) = self.for_link_local(router.uplink.port, arp) {
            return Ok(punt);
        }
        let probes = asker.is_ipv6() && asker.is_unspecified();
        let asks = arp.operation == REQUEST && asker != asked && !probes;
        unless(asks, DropReason::GratuitousArp)?;
        // Whoever is in the VPC finds its services at the VPC's router.
        let service = router.vpn().and_then(|g| self.service(g.vpc, asked)).is_some();
        unless(service || router.knows(asked), DropReason::ArpNoMapping)?;
        self.memory.met.push(if asked.is_ipv4() {
            "ARP from the router beyond"
        } else {
            "ND from the router beyond"
        });
        let reply = Arp {
            dst_mac: mac,
            src_mac: self.file.router_mac,
            vlan: arp.vlan.clone(),
            operation: REPLY,
            sender: (self.file.router_mac, asked),
            target: (mac, asker),
            router: asked.is_ipv6() && !service,
        };
        Ok((Verdict::reply(router.uplink.port), Some(Leaves::Host(Frame::Arp(reply)))))
    }

    fn comes(&mut self, router: &Router<'v>, packet: &Packet) -> Judged {
        unless(!mapped(packet), DropReason::Ipv4MappedAddress)?;
        unless(packet.src_mac == router.mac(), DropReason::SpoofedMac)?;
        let routed = packet.dst_mac == self.file.router_mac;
        if is_dhcp(packet) {
            return Ok(punt(PuntReason::Dhcp, 0, router, packet));
        }
        unless(!group(packet), DropReason::Multicast)?;
        let found = match packet.dst {
            _ if !routed => None,
            IpAddr::V4(public) if router.vpn().is_none() => {
                let found = self.behind(router, public)?;
                let (gateway, PublicAddress { eni, private, .. }) = found;
                Some((gateway, IpAddr::V4(*private), Some(*eni), Some(*private)))
            }
            dst if is_fixed(dst) => {
                let service = router.vpn().and_then(|g| self.service(g.vpc, dst));
                let service = service.ok_or(DropReason::NoMapping)?;
                return Ok(punt(PuntReason::Service, service, router, packet));
            }
            dst => {
                let mut of = router.gateways.iter().filter(|g| self.has(g.vpc, dst));
                Some((*of.next().ok_or(DropReason::NoRoute)?, dst, None, None))
            }
        };
        let (gateway, dst, owner, private) = found.ok_or(DropReason::NotItsAddress)?;
        let vpc = gateway.vpc;
        let (vtep, mac) = match (self.led(gateway, dst), owner) {
            (Target::Eni(eni), _) => {
                self.memory.met.push("service insertion");
                self.place_of(&self.file.enis[eni])
            }
            (Target::Local, Some(eni)) => self.place_of(&self.file.enis[eni]),
            (Target::Local, None) => {
                if let Some(service) = self.service(vpc, dst).filter(|_| dst.is_ipv4()) {
                    return Ok(punt(PuntReason::Service, service, router, packet));
                }
                let lives = self.lives(vpc, dst).ok_or(DropReason::NoMapping)?;
                (lives.vtep, lives.mac)
            }
            // A public address that leads nowhere is nobody's.
            _ if owner.is_some() => return Err(DropReason::NoMapping),
            _ => return Err(DropReason::Blackhole),
        };
        if let Some(told) = self.too_long(router.wire(), packet, self.mtu("", None)) {
            return Ok(told);
        }
        self.memory.met.push(match (private, dst) {
            (Some(_), _) => "public to private",
            _ if router.vpn().is_some() => "VPN from beyond",
            _ => "IPv6 from outside",
        });
        self.memory.met.extend((router.gateways.len() > 1).then_some("through a shared router"));
        let packet = self.rewritten(packet, End::Destination, private);
        Ok(self.tunnelled(&packet, (vtep, vpc), self.file.router_mac, mac))
    }

    /// Whose is a public address beyond that router, and of which of its gateways?
    fn behind(
        &self,
        router: &Router<'v>,
        address: Ipv4Addr,
    ) -> Result<(&'v Gateway, &'v PublicAddress), DropReason> {
        for public in self.file.public_addresses.iter().filter(|p| p.public == address) {
            let vpc = self.file.vpc_of(&self.file.enis[public.eni]);
            if let Some(gateway) = router.gateways.iter().find(|g| g.vpc == vpc) {
                return Ok((gateway, public));
            }
        }
        Err(DropReason::NoMapping)
    }

    /// Where a gateway's route table leads what is for an address of its VPC.
    fn led(&self, gateway: &Gateway, dst: IpAddr) -> Target {
        let table = gateway.uplink().and_then(|u| u.route_table);
        let table: Option<&RouteTable> = table.map(|t| &self.file.route_tables[t]);
        let routes = table.iter().flat_map(|t| &t.routes);
        let routes: Vec<(IpNet, bool, Target)> =
            routes.map(|r| (r.destination, r.propagated, r.target)).collect();
        best(&routes, dst).unwrap_or(Target::Local)
    }

    fn place_of(&self, eni: &Eni) -> (Ipv4Addr, MacAddr6) {
        (self.file.cards[eni.card].underlay_ip, eni.mac)
    }

    /// The packet with that address at one end.
    fn rewritten(&mut self, packet: &Packet, end: End, to: Option<Ipv4Addr>) -> Packet {
        let Some(to) = to else { return packet.clone() };
        let Outcome { ip, met } = translated(&packet.ip, end, to);
        self.memory.met.extend(met);
        let (src, dst) = match end {
            End::Source => (to.into(), packet.dst),
            End::Destination => (packet.src, to.into()),
        };
        Packet { src, dst, ip, ..packet.clone() }
    }

    /// What comes out of a tunnel for the router beyond a gateway.
    pub fn sent_beyond(&mut self, gateway: &'v Gateway, packet: &Packet) -> Judged {
        let Some(uplink) = gateway.uplink() else { unreachable!("the card plays it") };
        let internet = gateway.kind == GatewayKind::Internet;
        let public = if internet && packet.src.is_ipv4() {
            let home = self.home(gateway.vpc, packet.src).map(|(vpc, _)| vpc);
            let public = home.and_then(|vpc| self.public_of(vpc, packet.src));
            self.memory.met.extend(public.is_none().then_some("no public address"));
            self.memory.met.extend(public.map(|_| "private to public"));
            Some(public.ok_or(DropReason::NoPublicAddress)?)
        } else {
            self.memory.met.push(if internet { "IPv6 to outside" } else { "VPN to beyond" });
            None
        };
        let packet = self.rewritten(packet, End::Source, public);
        let vlan = uplink.vlan.clone();
        let frame = Packet { dst_mac: gateway.mac, vlan, ..packet };
        Ok((Verdict::forward(uplink.port), Some(Leaves::Host(Frame::Ip(frame)))))
    }

    /// The public address of one of a VPC, if the card has an internet gateway of it.
    fn public_of(&self, vpc: usize, private: IpAddr) -> Option<Ipv4Addr> {
        let internet = |(g, _): (&Gateway, _)| g.vpc == vpc && g.kind == GatewayKind::Internet;
        let mut publics = self.file.public_addresses.iter().filter(|p| p.private == private);
        let of_vpc = |p: &&PublicAddress| self.file.vpc_of(&self.file.enis[p.eni]) == vpc;
        let public = publics.find(of_vpc)?.public;
        self.played().any(internet).then_some(public)
    }
}

fn punt(reason: PuntReason, service: u8, router: &Router, packet: &Packet) -> Judgement {
    let (port, frame) = (router.uplink.port, Frame::Ip(packet.clone()));
    (Verdict::punt(reason), Some(Leaves::Cpu(Cpu { reason, service, port, frame })))
}
