//! Which boxes, and which cards, lead out of a VPC? And under which addresses?

use super::Vpcs;
use ipnet::IpNet;
use macaddr::MacAddr6;
use serde::Deserialize;
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr},
};

/// What takes packets out of a VPC's tunnels and puts others in. Names are unique among all
/// targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// Its name.
    pub name: String,
    /// Index of its VPC.
    pub vpc: usize,
    /// What it does; on a card [`GatewayKind::keeps_state`] is false.
    pub kind: GatewayKind,
    /// Its overlay MAC; on a card that of the router beyond, unique within the VPC.
    pub mac: MacAddr6,
    /// Where it is.
    pub site: Site,
}

/// Where a gateway is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Site {
    /// In a box of its own: its address as a tunnel endpoint, that of no card.
    Box(Ipv4Addr),
    /// On a card.
    Card(Uplink),
}

/// Where the router beyond a gateway is attached. Only internet gateways share a place, if they
/// have the same MAC, and VPCs whose IPv6 prefixes are apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uplink {
    /// Index of the card.
    pub card: usize,
    /// Its host port, by number.
    pub port: u8,
    /// VLAN identifiers of the router's frames, outer first, 0 to 2 of them, each 1 to 4094.
    pub vlan: Vec<u16>,
    /// By which the router knows the card: outside the VPC, and each once at a place.
    pub addresses: Vec<IpAddr>,
    /// Index of the route table by which goes what comes from beyond, `None`: to whom it is for.
    /// It leads parts of the VPC to the VPC, to its ENIs, or nowhere.
    pub route_table: Option<usize>,
}

impl Gateway {
    /// Where the router beyond it is attached, if it is on a card.
    pub fn uplink(&self) -> Option<&Uplink> {
        match &self.site {
            Site::Box(_) => None,
            Site::Card(uplink) => Some(uplink),
        }
    }
}

/// What a gateway does.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum GatewayKind {
    /// Lets public addresses in and out.
    Internet,
    /// Lets IPv6 out, and only answers in.
    EgressOnly,
    /// Lets IPv4 out under an address of its own.
    Nat,
    /// Reaches a network on premises, whose prefixes it may propagate.
    Vpn,
    /// Reaches a service.
    Endpoint,
}

impl GatewayKind {
    /// May routes of that prefix's family lead there?
    pub fn carries(self, cidr: IpNet) -> bool {
        match cidr {
            IpNet::V4(_) => self != Self::EgressOnly,
            IpNet::V6(_) => self != Self::Nat,
        }
    }

    /// Must it remember who has asked? No card does that for a gateway.
    pub fn keeps_state(self) -> bool {
        !matches!(self, Self::Internet | Self::Vpn)
    }
}

impl fmt::Display for GatewayKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Internet => "internet gateway",
            Self::EgressOnly => "egress-only internet gateway",
            Self::Nat => "NAT gateway",
            Self::Vpn => "VPN gateway",
            Self::Endpoint => "endpoint",
        })
    }
}

/// An address by which those beyond the internet gateways of its VPC know an ENI. It is unique,
/// lies in no VPC, and is none by which a router knows a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicAddress {
    /// The address.
    pub public: Ipv4Addr,
    /// Index of the ENI.
    pub eni: usize,
    /// That of its addresses for which it stands; no other public one does.
    pub private: Ipv4Addr,
}

impl Vpcs {
    /// A gateway's address as a tunnel endpoint.
    pub fn vtep_of(&self, gateway: &Gateway) -> Ipv4Addr {
        match &gateway.site {
            Site::Box(ip) => *ip,
            Site::Card(uplink) => self.cards[uplink.card].underlay_ip,
        }
    }
}
