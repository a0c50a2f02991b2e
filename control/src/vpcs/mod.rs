//! What is a VPC? The objects of a file, checked: whatever a value of these types says is so.
//!
//! Objects name each other by their index in the list of their kind, which is their order in
//! the file.

mod gateways;
mod mtu;
mod routes;

pub use gateways::{Gateway, GatewayKind, PublicAddress, Site, Uplink};
pub use mtu::UNDERLAY_MTU;
pub use routes::{
    Attachment, Peering, Route, RouteTable, Target, TransitGateway, TransitRoute, TransitTable,
};

pub use crate::limits::{BURST_MS, BYTES_PER_SECOND, Limit, Limits, PACKETS_PER_SECOND};
pub use crate::{dhcp::DhcpOptions, services::CpuService};

use crate::report::Source;
use hdl::{connection::IdleTimes, profile::Profile};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use macaddr::MacAddr6;
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    ops::Range,
    sync::Arc,
};

/// MAC of the VPC's router if a file names none; locally administered.
pub const ROUTER_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x01];
/// Rules that a network ACL holds per direction and family.
pub const ACL_RULES_MAX: usize = 40;
/// Rules that a security group holds per direction and family; one whose peer is a group counts in
/// both families.
pub const GROUP_RULES_MAX: usize = 60;
/// Security groups of an ENI.
pub const ENI_GROUPS_MAX: usize = 16;
/// Rules that the security groups of an ENI hold together per direction.
pub const ENI_RULES_MAX: usize = 1000;
/// Name of the security group that every VPC has.
pub const DEFAULT_GROUP: &str = "default";
/// Routes that a route table holds.
pub const ROUTES_MAX: usize = 1000;
/// Highest of an ENI's idle times: half a turn of the clock by which a card forgets.
pub const IDLE_SECONDS_MAX: u16 = 2047;
/// Highest number of a rule.
pub const RULE_NUMBER_MAX: u16 = 32766;

/// Everything that a file says.
#[derive(Clone, Debug)]
pub struct Vpcs {
    /// MAC of the VPC's router, the same in every subnet.
    pub router_mac: MacAddr6,
    /// Most bytes of an IP packet between two cards.
    pub underlay_mtu: u16,
    /// Tenant networks.
    pub vpcs: Vec<Vpc>,
    /// Their parts.
    pub subnets: Vec<Subnet>,
    /// Rules at a subnet's border.
    pub network_acls: Vec<NetworkAcl>,
    /// Rules of ENIs: those of the file, then those of VPCs whose `default` is not in the file.
    pub security_groups: Vec<SecurityGroup>,
    /// Where packets may go.
    pub route_tables: Vec<RouteTable>,
    /// Pairs of VPCs.
    pub peerings: Vec<Peering>,
    /// Routers between VPCs.
    pub transit_gateways: Vec<TransitGateway>,
    /// Ways out of a VPC.
    pub gateways: Vec<Gateway>,
    /// Addresses beyond internet gateways.
    pub public_addresses: Vec<PublicAddress>,
    /// Virtual network interfaces.
    pub enis: Vec<Eni>,
    /// The cards on which they hang.
    pub cards: Vec<Card>,
    /// Addresses behind tunnel endpoints that are no cards of the file.
    pub mappings: Vec<Mapping>,
    /// What the host's CPU answers.
    pub services: Vec<CpuService>,
    /// The file itself, for reports.
    pub(crate) source: Arc<Source>,
}

/// A tenant network. Names and VNIs are unique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vpc {
    /// Its name.
    pub name: String,
    /// VXLAN network identifier, 24 bits.
    pub vni: u32,
    /// Its prefixes, apart from each other; at least one.
    pub cidrs: Vec<IpNet>,
    /// What its machines are told by DHCP besides their addresses.
    pub dhcp: DhcpOptions,
    /// Is the host asked for mappings that it misses? Otherwise what goes there is dropped.
    pub asks_for_mappings: bool,
}

/// A part of a VPC. Names are unique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subnet {
    /// Its name.
    pub name: String,
    /// Index of its VPC.
    pub vpc: usize,
    /// Prefixes within the VPC's, apart from those of its other subnets; at least one.
    pub cidrs: Vec<IpNet>,
    /// Index of its network ACL; `None` is the VPC's default, see [`NetworkAcl::default_rules`].
    pub network_acl: Option<usize>,
    /// Index of its route table; `None` is the VPC's main one, which holds the local routes.
    pub route_table: Option<usize>,
}

impl Subnet {
    /// The router's addresses: the one behind the first of each prefix (VPC user guide, "Subnet
    /// CIDR blocks").
    pub fn routers(&self) -> impl Iterator<Item = IpAddr> {
        self.cidrs.iter().map(|cidr| match cidr {
            IpNet::V4(v4) => Ipv4Addr::from_bits(v4.network().to_bits() + 1).into(),
            IpNet::V6(v6) => Ipv6Addr::from_bits(v6.network().to_bits() + 1).into(),
        })
    }
}

/// Stateless rules at a subnet's border, in the order of the file. What no rule matches is
/// denied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkAcl {
    /// Its name.
    pub name: String,
    /// Index of the VPC whose subnets may use it; `None`: all.
    pub vpc: Option<usize>,
    /// Of what enters; numbers are unique.
    pub inbound: Vec<Rule>,
    /// Of what leaves; numbers are unique.
    pub outbound: Vec<Rule>,
}

impl NetworkAcl {
    /// Rules of a VPC's default network ACL, either way: 100 and 101 allow everything, as AWS
    /// fills it (VPC user guide, "Default network ACL for a VPC").
    pub fn default_rules() -> Vec<Rule> {
        let all = |(number, cidr)| Rule { number, allow: true, service: Service::All, cidr };
        (100..).zip(EVERYWHERE).map(all).collect()
    }
}

/// All of IPv4, and all of IPv6.
const EVERYWHERE: [IpNet; 2] = [
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 0)),
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 0)),
];

/// A rule of a network ACL: the lowest number that matches decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// 1 to 32766.
    pub number: u16,
    /// May it pass?
    pub allow: bool,
    /// Which protocol and ports it matches.
    pub service: Service,
    /// Which peers it matches; an IPv4 prefix says nothing of IPv6, nor the other way round.
    pub cidr: IpNet,
}

/// What a rule says of protocol and ports. One that names ports matches no packet without
/// them, as the fragments behind a first one are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// Every protocol.
    All,
    /// One protocol, with or without ports.
    Protocol(u8),
    /// Destination ports of TCP or UDP.
    Ports {
        /// Its number.
        protocol: u8,
        /// First port.
        first: u16,
        /// Last port, not below the first.
        last: u16,
    },
    /// Messages of ICMP or ICMPv6.
    Icmp {
        /// Its number.
        protocol: u8,
        /// ICMP type.
        kind: u8,
        /// ICMP code; `None`: all.
        code: Option<u8>,
    },
}

/// Numbers of protocols that have a name in rules.
pub const PROTOCOLS: [(&str, u8); 4] = [("icmp", 1), ("tcp", 6), ("udp", 17), ("icmpv6", 58)];

/// A protocol's name, or its number.
pub fn protocol_name(protocol: u8) -> String {
    let named = PROTOCOLS.iter().find(|(_, number)| *number == protocol);
    named.map_or_else(|| format!("protocol {protocol}"), |(name, _)| (*name).into())
}

impl Service {
    /// Which protocol it is about, if it isn't every one.
    pub fn protocol(self) -> Option<u8> {
        match self {
            Self::All => None,
            Self::Protocol(protocol)
            | Self::Ports { protocol, .. }
            | Self::Icmp { protocol, .. } => Some(protocol),
        }
    }

    /// Does it leave out no port?
    pub fn is_all_ports(self) -> bool {
        match self {
            Self::All | Self::Protocol(_) => true,
            Self::Ports { first, last, .. } => (first, last) == (0, u16::MAX),
            Self::Icmp { .. } => false,
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::All => f.write_str("all"),
            Self::Protocol(p) => f.write_str(&protocol_name(p)),
            Self::Ports { protocol, first, last } if first == last => {
                write!(f, "{} {first}", protocol_name(protocol))
            }
            Self::Ports { protocol, first, last } => {
                write!(f, "{} {first}-{last}", protocol_name(protocol))
            }
            Self::Icmp { protocol, kind, code: None } => {
                write!(f, "{} type {kind}", protocol_name(protocol))
            }
            Self::Icmp { protocol, kind, code: Some(code) } => {
                write!(f, "{} type {kind} code {code}", protocol_name(protocol))
            }
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = if self.allow { "allow" } else { "deny" };
        write!(f, "{} {action} {} {}", self.number, self.service, self.cidr)
    }
}

/// What its members may send and receive, in the order of the file, which means nothing: rules
/// only allow. What no rule of an ENI's groups allows is dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityGroup {
    /// Its name, unique within its VPC.
    pub name: String,
    /// Index of its VPC.
    pub vpc: usize,
    /// Of what comes to a member.
    pub inbound: Vec<GroupRule>,
    /// Of what leaves a member.
    pub outbound: Vec<GroupRule>,
}

impl SecurityGroup {
    /// The group of that index, as every VPC has it by itself: a member may send everything, and
    /// receive what other members send (VPC user guide, "Default security groups for your VPCs").
    pub fn default_of(vpc: usize, index: usize) -> Self {
        let all = |peer| GroupRule { service: Service::All, peer };
        Self {
            name: DEFAULT_GROUP.into(),
            vpc,
            inbound: vec![all(Peer::Group(index))],
            outbound: EVERYWHERE.map(|cidr| all(Peer::Cidr(cidr))).into(),
        }
    }
}

/// A rule of a security group: it allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRule {
    /// Which protocol and ports it matches.
    pub service: Service,
    /// Whom it matches.
    pub peer: Peer,
}

/// Who is at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// An address of a prefix; an IPv4 prefix says nothing of IPv6, nor the other way round.
    Cidr(IpNet),
    /// An address of a member of the security group of that index, which is of the same VPC.
    Group(usize),
}

impl Peer {
    /// Is it every address of a family?
    pub fn is_everybody(self) -> bool {
        matches!(self, Self::Cidr(cidr) if EVERYWHERE.contains(&cidr))
    }
}

/// A virtual network interface. Names are unique, MACs and addresses within the VPC, places on
/// the card; its VPC has no gateway on the card, nor has one that hears its VPC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Eni {
    /// Its name.
    pub name: String,
    /// Index of its subnet.
    pub subnet: usize,
    /// Its MAC.
    pub mac: MacAddr6,
    /// Its addresses within the subnet, none reserved; at least one.
    pub addresses: Vec<IpAddr>,
    /// Indices of its security groups, which are of its VPC, each once; at least one.
    pub security_groups: Vec<usize>,
    /// Index of its card.
    pub card: usize,
    /// Host port of the card, by number.
    pub port: u8,
    /// VLAN identifiers of its frames, outer first, 0 to 2 of them, each 1 to 4094.
    pub vlan: Vec<u16>,
    /// Administratively up?
    pub up: bool,
    /// Must what it sends come from its own addresses?
    pub source_dest_check: bool,
    /// When its connections are forgotten, each time 1 to [`IDLE_SECONDS_MAX`].
    pub idle: IdleTimes,
    /// How much it may send, get and ask.
    pub limits: Limits,
}

/// A card. Names, underlay addresses and underlay MACs are unique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its name.
    pub name: String,
    /// Its address as a tunnel endpoint.
    pub underlay_ip: Ipv4Addr,
    /// Its MAC on the underlay.
    pub underlay_mac: MacAddr6,
    /// MAC of the underlay's next hop.
    pub gateway_mac: MacAddr6,
    /// Its profile, if the file says it.
    pub profile: Option<&'static Profile>,
    /// Where its name stands in the file.
    pub(crate) at: Range<usize>,
}

/// An address behind a tunnel endpoint that is no card of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Index of the VPC.
    pub vpc: usize,
    /// The overlay address, unique within the VPC and with its ENIs'.
    pub address: IpAddr,
    /// The overlay MAC.
    pub mac: MacAddr6,
    /// Underlay address of the tunnel endpoint.
    pub underlay_ip: Ipv4Addr,
}

impl Vpcs {
    /// Index of the VPC in which an ENI lives.
    pub fn vpc_of(&self, eni: &Eni) -> usize {
        self.subnets[eni.subnet].vpc
    }

    /// Index of the subnet of a VPC in which an address lies.
    pub fn subnet_at(&self, vpc: usize, address: IpAddr) -> Option<usize> {
        let holds = |s: &Subnet| s.vpc == vpc && s.cidrs.iter().any(|c| c.contains(&address));
        self.subnets.iter().position(holds)
    }
}
