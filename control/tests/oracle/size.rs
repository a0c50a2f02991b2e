//! Is the packet too long for where it goes, and what does its sender hear of it?

use crate::{
    judge::{Judgement, Leaves, Oracle},
    packet::{self, Frame, Packet, Transport},
};
use control::vpcs::{Eni, Gateway, GatewayKind};
use etherparse::{
    Icmpv4Type, Icmpv6Type, IpDscp, IpNumber, Ipv4Header, Ipv6Header, PacketBuilder,
    icmpv4::DestUnreachableHeader,
};
use hdl::meta::{DropReason, Verdict};
use macaddr::MacAddr6;
use std::net::IpAddr;

/// IPv4, UDP, VXLAN and Ethernet of a tunnel.
const TUNNEL: u16 = 20 + 8 + 8 + 14;

/// Where a packet's sender is attached.
#[derive(Clone, Copy)]
pub struct Wire<'v> {
    pub mac: MacAddr6,
    pub port: u8,
    pub vlan: &'v [u16],
}

impl<'v> Wire<'v> {
    /// Where an ENI is.
    pub fn of(eni: &'v Eni) -> Self {
        Self { mac: eni.mac, port: eni.port, vlan: &eni.vlan }
    }
}

impl Oracle<'_, '_> {
    /// Most bytes of an IP packet in a VPC.
    fn vpc_mtu(&self) -> u16 {
        (self.file.underlay_mtu - TUNNEL).min(9001)
    }

    /// Of one that goes on as that case of a way says.
    pub fn mtu(&self, met: &str, gateway: Option<&Gateway>) -> u16 {
        let own = match gateway.map(|g| g.kind) {
            Some(GatewayKind::Internet | GatewayKind::EgressOnly | GatewayKind::Vpn) => 1500,
            Some(GatewayKind::Nat | GatewayKind::Endpoint) => 8500,
            None if met == "through a transit gateway" => 8500,
            None => 9001,
        };
        self.vpc_mtu().min(own)
    }

    /// What becomes of a packet that is longer than that.
    pub fn too_long(&mut self, wire: Wire, packet: &Packet, mtu: u16) -> Option<Judgement> {
        if packet.ip.len() <= usize::from(mtu) {
            return None;
        }
        let v4 = packet.src.is_ipv4();
        let fragmentable = v4 && packet.ip[6] & 0x40 == 0;
        let later = v4 && u16::from_be_bytes([packet.ip[6], packet.ip[7]]) & 0x1fff != 0;
        let error = match packet.transport {
            Transport::Message { kind, .. } if v4 => [3, 4, 5, 11, 12].contains(&kind),
            Transport::Message { kind, .. } => kind < 128,
            _ => false,
        };
        if fragmentable || later || error {
            self.memory.met.push(match (later, error) {
                (true, _) => "too long, a later fragment",
                (_, true) => "too long, an ICMP error",
                _ => "too long, and may be fragmented",
            });
            return Some((Verdict::drop(DropReason::MtuExceeded), None));
        }
        self.memory.met.push(if v4 {
            "too long, told over IPv4"
        } else {
            "too long, told over IPv6"
        });
        let Frame::Ip(message) = packet::read(&message(wire.mac, packet, mtu)) else {
            panic!("ICMP is no ARP")
        };
        let told = Frame::Ip(Packet { vlan: wire.vlan.to_vec(), ..message });
        Some((Verdict::reply(wire.port), Some(Leaves::Host(told))))
    }
}

/// The message as a router would write it (RFC 1191 section 4, RFC 4443 section 3.2), without tags.
fn message(to: MacAddr6, packet: &Packet, mtu: u16) -> Vec<u8> {
    let macs = [packet.dst_mac, to].map(|m| m.into_array());
    let ethernet = PacketBuilder::ethernet2(macs[0], macs[1]);
    let mut frame = Vec::new();
    match (packet.src, packet.dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            let quoted = &packet.ip[..usize::from(packet.ip[0] & 15) * 4 + 8];
            let number = IpNumber::ICMP;
            let mut ip =
                Ipv4Header::new(0, 64, number, dst.octets(), src.octets()).expect("it is short");
            ip.dont_fragment = false;
            ip.dscp = IpDscp::CS6;
            let needed = DestUnreachableHeader::FragmentationNeeded { next_hop_mtu: mtu };
            let icmp = Icmpv4Type::DestinationUnreachable(needed);
            let ip = etherparse::IpHeaders::Ipv4(ip, Default::default());
            ethernet.ip(ip).icmpv4(icmp).write(&mut frame, quoted)
        }
        (IpAddr::V6(src), IpAddr::V6(dst)) => {
            let ip = Ipv6Header {
                traffic_class: IpDscp::CS6.value() << 2,
                hop_limit: 64,
                source: dst.octets(),
                destination: src.octets(),
                ..Ipv6Header::default()
            };
            let ip = etherparse::IpHeaders::Ipv6(ip, Default::default());
            let icmp = Icmpv6Type::PacketTooBig { mtu: mtu.into() };
            ethernet.ip(ip).icmpv6(icmp).write(&mut frame, &packet.ip[..48])
        }
        _ => unreachable!("both of one family"),
    }
    .expect("a Vec takes everything");
    frame
}
