//! Who asks, and as whom does the router answer?

use crate::vpcs::{Eni, Vpcs};
use etherparse::{EtherType, PacketBuilder, PacketBuilderStep, UdpHeader, ether_type};
use hdl::encap::TPID;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Hop limit of what is no neighbor discovery; nobody takes it down.
const HOP_LIMIT: u8 = 64;
/// MAC of everybody.
const ALL: [u8; 6] = [0xff; 6];

/// An ENI, and what the file says of where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its MAC.
    pub mac: [u8; 6],
    /// Its VLAN identifiers, outer first.
    vlan: Vec<u16>,
    /// MAC of its router.
    pub router_mac: [u8; 6],
    /// MTU of its VPC.
    pub mtu: u16,
    /// Its primary IPv4 address, if it has one.
    pub lease: Option<Lease>,
    /// Its IPv6 addresses.
    pub addresses: Vec<Ipv6Addr>,
    /// The IPv6 prefixes of its subnet.
    pub prefixes: Vec<Ipv6Net>,
    /// With which names without a dot are completed.
    pub domain_name: Option<String>,
    /// DNS servers of either family.
    pub name_servers: Vec<IpAddr>,
    /// NTP servers of either family.
    pub ntp_servers: Vec<IpAddr>,
}

/// An IPv4 address that a host has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The address, with the length of its subnet's prefix.
    pub address: Ipv4Net,
    /// The router of that subnet, which gives the address.
    pub router: Ipv4Addr,
}

impl Host {
    /// Of an ENI.
    pub fn of(file: &Vpcs, eni: &Eni) -> Self {
        let subnet = &file.subnets[eni.subnet];
        let dhcp = &file.vpcs[subnet.vpc].dhcp;
        let primary = only_v4(&eni.addresses).next();
        let lease = |(cidr, router): (&IpNet, IpAddr)| match (cidr, router, primary) {
            (IpNet::V4(cidr), IpAddr::V4(router), Some(primary)) if cidr.contains(&primary) => {
                let address = Ipv4Net::new(primary, cidr.prefix_len()).ok()?;
                Some(Lease { address, router })
            }
            _ => None,
        };
        Self {
            mac: eni.mac.into_array(),
            vlan: eni.vlan.clone(),
            router_mac: file.router_mac.into_array(),
            mtu: file.vpc_mtu(),
            lease: subnet.cidrs.iter().zip(subnet.routers()).find_map(lease),
            addresses: only_v6(&eni.addresses).collect(),
            prefixes: subnet.cidrs.iter().filter_map(v6_prefix).collect(),
            domain_name: dhcp.domain_name.clone(),
            name_servers: dhcp.name_servers.clone().unwrap_or_else(|| file.resolver(subnet.vpc)),
            ntp_servers: dhcp.ntp_servers.clone(),
        }
    }

    /// The router's link-local address, made of its MAC (RFC 4291 appendix A).
    pub fn router_link_local(&self) -> Ipv6Addr {
        let [a, b, c, d, e, f] = self.router_mac;
        let id = u64::from_be_bytes([a ^ 2, b, c, 0xff, 0xfe, d, e, f]);
        Ipv6Addr::from_bits(0xfe80 << 112 | u128::from(id))
    }

    /// A frame from the router with an IPv4 datagram of the server's port to one of a client or
    /// relay, behind the host's MAC or, for a broadcast, behind everybody's.
    pub fn datagram_v4(
        &self,
        from: Ipv4Addr,
        to: Ipv4Addr,
        ports: [u16; 2],
        data: &[u8],
    ) -> Vec<u8> {
        let dst_mac = if to.is_broadcast() { ALL } else { self.mac };
        let packet = PacketBuilder::ipv4(from.octets(), to.octets(), HOP_LIMIT);
        self.frame(dst_mac, ether_type::IPV4, datagram(packet.udp(ports[0], ports[1]), data))
    }

    /// A frame from the router's link-local address to one of the host's, with a datagram.
    pub fn datagram_v6(&self, to: Ipv6Addr, ports: [u16; 2], data: &[u8]) -> Vec<u8> {
        let from = self.router_link_local();
        let packet = PacketBuilder::ipv6(from.octets(), to.octets(), HOP_LIMIT);
        self.frame(self.mac, ether_type::IPV6, datagram(packet.udp(ports[0], ports[1]), data))
    }

    /// A frame from the router with the host's tags.
    pub fn frame(&self, dst_mac: [u8; 6], kind: EtherType, packet: Vec<u8>) -> Vec<u8> {
        let mut frame = [dst_mac, self.router_mac].concat();
        for (behind, vid) in (0..self.vlan.len()).rev().zip(&self.vlan) {
            frame.extend(TPID[behind].to_be_bytes());
            frame.extend(vid.to_be_bytes());
        }
        frame.extend(kind.0.to_be_bytes());
        frame.extend(packet);
        frame
    }
}

/// A packet around a message of DHCP, whose length the options' limits bound.
fn datagram(packet: PacketBuilderStep<UdpHeader>, message: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    packet.write(&mut bytes, message).expect("a message that fits into a packet");
    bytes
}

/// The IPv6 ones of some addresses.
pub fn only_v6(addresses: &[IpAddr]) -> impl Iterator<Item = Ipv6Addr> {
    addresses.iter().filter_map(|address| match address {
        IpAddr::V6(v6) => Some(*v6),
        IpAddr::V4(_) => None,
    })
}

/// The IPv4 ones of some addresses.
pub fn only_v4(addresses: &[IpAddr]) -> impl Iterator<Item = Ipv4Addr> {
    addresses.iter().filter_map(|address| match address {
        IpAddr::V4(v4) => Some(*v4),
        IpAddr::V6(_) => None,
    })
}

fn v6_prefix(cidr: &IpNet) -> Option<Ipv6Net> {
    match cidr {
        IpNet::V6(v6) => Some(*v6),
        IpNet::V4(_) => None,
    }
}
