//! Where do routes lead? To the VPC itself, to other VPCs, and to gateways beyond them.

use super::Vpcs;
use ipnet::IpNet;

/// Routes besides the local ones of a VPC's prefixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteTable {
    /// Its name.
    pub name: String,
    /// Index of the VPC whose subnets may use it; `None`: all.
    pub vpc: Option<usize>,
    /// In the order of the file; destinations are unique among static and among propagated ones.
    pub routes: Vec<Route>,
}

/// A route: the longest prefix that matches decides, of two alike the static one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// Prefix of the destination.
    pub destination: IpNet,
    /// Where it leads.
    pub target: Target,
    /// Did a gateway say so, and nobody write it down?
    pub propagated: bool,
}

/// Where a route leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// To the VPC's own addresses.
    Local,
    /// Nowhere, on purpose.
    Blackhole,
    /// To the other VPC of the peering of that index.
    Peering(usize),
    /// Into the transit gateway of that index, which has routes of its own.
    TransitGateway(usize),
    /// To the gateway of that index.
    Gateway(usize),
    /// To the ENI of that index, whatever the destination.
    Eni(usize),
}

/// Two VPCs that reach each other. Names are unique among all targets; the VPCs' prefixes are
/// apart, and no other peering joins the same two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peering {
    /// Its name.
    pub name: String,
    /// Indices of the two.
    pub vpcs: [usize; 2],
}

impl Peering {
    /// Index of the VPC at the other end, if that one is at an end.
    pub fn other(&self, vpc: usize) -> Option<usize> {
        match self.vpcs {
            [a, b] if a == vpc => Some(b),
            [a, b] if b == vpc => Some(a),
            _ => None,
        }
    }
}

/// A router between VPCs, with tables of its own. Names are unique among all targets; the prefixes
/// of its VPCs are apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransitGateway {
    /// Its name.
    pub name: String,
    /// The VPCs that may send to it, each once.
    pub attachments: Vec<Attachment>,
    /// What it is told about where to send; names are unique.
    pub tables: Vec<TransitTable>,
}

/// A VPC at a transit gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its index.
    pub vpc: usize,
    /// Index of the gateway's table by which its packets go.
    pub table: usize,
}

/// Routes of a transit gateway: the longest prefix that matches decides, of two alike the static
/// one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransitTable {
    /// Its name.
    pub name: String,
    /// Indices of the attached VPCs whose prefixes lead to them.
    pub propagations: Vec<usize>,
    /// Static routes; destinations are unique.
    pub routes: Vec<TransitRoute>,
}

impl TransitTable {
    /// Indices of the VPCs to which it leads, some more than once.
    pub fn leads(&self) -> impl Iterator<Item = usize> {
        let routes = self.routes.iter().filter_map(|r| r.vpc);
        self.propagations.iter().copied().chain(routes)
    }
}

/// A static route of a transit gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransitRoute {
    /// Prefix of the destination.
    pub destination: IpNet,
    /// Index of the attached VPC to which it leads; `None`: nowhere, on purpose.
    pub vpc: Option<usize>,
}

impl Vpcs {
    /// A target as the file calls it.
    pub fn target_name(&self, target: Target) -> &str {
        match target {
            Target::Local => "local",
            Target::Blackhole => "blackhole",
            Target::Peering(peering) => &self.peerings[peering].name,
            Target::TransitGateway(transit) => &self.transit_gateways[transit].name,
            Target::Gateway(gateway) => &self.gateways[gateway].name,
            Target::Eni(eni) => &self.enis[eni].name,
        }
    }
}
