//! What may stand in a VPC file? The shape of it, before anybody has asked what it means.
//!
//! Every value keeps its place in the file, for whoever has to complain about it.

mod gateways;

pub use gateways::{Gateway, PublicAddress};

use crate::{dhcp, limits, services::Entry};
use serde::Deserialize;
use toml::Spanned;

/// A text and its place in the file.
pub type Text = Spanned<String>;
/// A number and its place in the file; wide enough for any that somebody may write.
pub type Number = Spanned<i64>;

/// A whole file.
#[derive(Debug, Default)]
pub struct File {
    /// MAC of the VPC's router, the same in every subnet.
    pub router_mac: Option<Text>,
    /// Most bytes of an IP packet between two cards; left out: as many as a card sends.
    pub underlay_mtu: Option<Number>,
    /// Tenant networks.
    pub vpcs: Vec<Vpc>,
    /// Their parts.
    pub subnets: Vec<Subnet>,
    /// Rules at a subnet's border.
    pub network_acls: Vec<NetworkAcl>,
    /// Rules of ENIs.
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
    /// Addresses that live on tunnel endpoints which are no cards of this file.
    pub mappings: Vec<Mapping>,
    /// What the host's CPU answers; left out: a resolver, metadata and time, as AWS has them.
    pub services: Option<Vec<Entry>>,
}

/// `[[vpcs]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vpc {
    /// By which the rest of the file names it.
    pub name: Text,
    /// VXLAN network identifier, 24 bits (RFC 7348 section 5).
    pub vni: Number,
    /// IPv4 and IPv6 prefixes, without overlap.
    pub cidrs: Vec<Text>,
    /// What its machines are told by DHCP besides their addresses.
    #[serde(default)]
    pub dhcp: dhcp::Entry,
    /// Whether the host is asked who has an address without a mapping; left out: no, what goes
    /// there is dropped.
    #[serde(default)]
    pub asks_for_mappings: bool,
}

/// `[[subnets]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subnet {
    /// By which the rest of the file names it.
    pub name: Text,
    /// Its VPC.
    pub vpc: Text,
    /// Prefixes within those of its VPC, IPv4 /29 or IPv6 /125 at most; the first host address of
    /// each IPv4 prefix is the subnet's router.
    pub cidrs: Vec<Text>,
    /// Left out: the VPC's default network ACL, which allows everything.
    pub network_acl: Option<Text>,
    /// Left out: the VPC's main route table, which holds the local routes alone.
    pub route_table: Option<Text>,
}

/// `[[network_acls]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkAcl {
    /// By which subnets name it.
    pub name: Text,
    /// Left out: subnets of any VPC may use it.
    pub vpc: Option<Text>,
    /// Rules of what enters a subnet.
    #[serde(default)]
    pub inbound: Vec<Rule>,
    /// Rules of what leaves a subnet.
    #[serde(default)]
    pub outbound: Vec<Rule>,
}

/// A rule of a network ACL.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// 1 to 32766; the lowest that matches decides.
    pub number: Number,
    /// May it pass?
    pub action: Action,
    /// `all`, `tcp`, `udp`, `icmp`, `icmpv6`, or a number.
    pub protocol: Spanned<Word>,
    /// Of TCP and UDP: a destination port or a range of them; left out: all.
    pub ports: Option<Spanned<Word>>,
    /// Of ICMP and ICMPv6; left out: all.
    pub icmp_type: Option<Number>,
    /// Of ICMP and ICMPv6, together with a type; left out: all.
    pub icmp_code: Option<Number>,
    /// Prefix of the peer: the source of what enters, the destination of what leaves.
    pub cidr: Text,
}

/// `[[security_groups]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityGroup {
    /// By which ENIs and rules of its VPC name it; `default` replaces what the VPC has by itself.
    pub name: Text,
    /// Its VPC.
    pub vpc: Text,
    /// What may come to its members; left out: nothing.
    #[serde(default)]
    pub inbound: Vec<GroupRule>,
    /// What may leave its members; left out: nothing.
    #[serde(default)]
    pub outbound: Vec<GroupRule>,
}

/// A rule of a security group: it allows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupRule {
    /// As in a network ACL's rule.
    pub protocol: Spanned<Word>,
    /// As in a network ACL's rule.
    pub ports: Option<Spanned<Word>>,
    /// As in a network ACL's rule.
    pub icmp_type: Option<Number>,
    /// As in a network ACL's rule.
    pub icmp_code: Option<Number>,
    /// Prefix of the peer, or a security group of the VPC: all addresses of its members.
    pub peer: Text,
}

/// What a rule of either kind says of protocol and ports.
#[derive(Clone, Copy, Debug)]
pub struct Service<'f> {
    /// See [`Rule::protocol`].
    pub protocol: &'f Spanned<Word>,
    /// See [`Rule::ports`].
    pub ports: Option<&'f Spanned<Word>>,
    /// See [`Rule::icmp_type`].
    pub icmp_type: Option<&'f Number>,
    /// See [`Rule::icmp_code`].
    pub icmp_code: Option<&'f Number>,
}

impl Rule {
    /// Its protocol and ports.
    pub fn service(&self) -> Service<'_> {
        Service {
            protocol: &self.protocol,
            ports: self.ports.as_ref(),
            icmp_type: self.icmp_type.as_ref(),
            icmp_code: self.icmp_code.as_ref(),
        }
    }
}

impl GroupRule {
    /// Its protocol and ports.
    pub fn service(&self) -> Service<'_> {
        Service {
            protocol: &self.protocol,
            ports: self.ports.as_ref(),
            icmp_type: self.icmp_type.as_ref(),
            icmp_code: self.icmp_code.as_ref(),
        }
    }
}

/// What a rule does.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Lets a packet pass.
    Allow,
    /// Drops it.
    Deny,
}

/// What may be written with or without quotes.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a text or a number")]
pub enum Word {
    /// Without.
    Number(i64),
    /// With.
    Text(String),
}

/// `[[route_tables]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteTable {
    /// By which subnets name it.
    pub name: Text,
    /// Left out: subnets of any VPC may use it.
    pub vpc: Option<Text>,
    /// Besides the local routes of the VPC's prefixes, which every table holds.
    #[serde(default)]
    pub routes: Vec<Route>,
}

/// A route of a table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Prefix of the destination.
    pub destination: Text,
    /// `local`, `blackhole`, or a peering, a transit gateway or a gateway of the VPC.
    pub target: Text,
    /// Did a VPN gateway say so? Left out: no, it is static.
    #[serde(default)]
    pub propagated: bool,
}

/// `[[peerings]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peering {
    /// By which routes name it.
    pub name: Text,
    /// The two VPCs.
    pub vpcs: [Text; 2],
}

/// `[[transit_gateways]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransitGateway {
    /// By which routes name it.
    pub name: Text,
    /// VPCs, each with the table by which its packets go.
    pub attachments: Vec<Attachment>,
    /// Its own route tables.
    pub route_tables: Vec<TransitTable>,
}

/// A VPC at a transit gateway.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// The VPC.
    pub vpc: Text,
    /// The route table of the gateway with which it is associated.
    pub route_table: Text,
}

/// A route table of a transit gateway.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransitTable {
    /// By which attachments name it.
    pub name: Text,
    /// Attached VPCs whose prefixes lead to them; left out: none.
    #[serde(default)]
    pub propagations: Vec<Text>,
    /// Static routes: a target is an attached VPC or `blackhole`; left out: none.
    #[serde(default)]
    pub routes: Vec<TransitRoute>,
}

/// A static route of a transit gateway.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransitRoute {
    /// Prefix of the destination.
    pub destination: Text,
    /// An attached VPC, or `blackhole`.
    pub target: Text,
}

/// `[[enis]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Eni {
    /// Its name.
    pub name: Text,
    /// Its subnet.
    pub subnet: Text,
    /// Its MAC.
    pub mac: Text,
    /// Its addresses within the subnet; the first of each family is the primary one.
    pub addresses: Vec<Text>,
    /// Its security groups; left out: `default` of its VPC.
    pub security_groups: Option<Spanned<Vec<Text>>>,
    /// The card on which it hangs.
    pub card: Text,
    /// The card's port: `host0` or `host1`.
    pub port: Text,
    /// VLAN identifier, or `[outer, inner]`; left out: its frames carry no tag.
    pub vlan: Option<Spanned<Vlan>>,
    /// Administratively up? Left out: yes.
    pub up: Option<bool>,
    /// Must what it sends come from its own addresses? Left out: yes.
    pub source_dest_check: Option<bool>,
    /// When its connections are forgotten; left out: as each of its keys.
    pub idle: Option<Idle>,
    /// How much it may send, get and ask; left out: as each of its keys.
    pub limits: Option<limits::Entry>,
}

/// Seconds without a packet, 1 to 2047, after which an ENI's connections are forgotten.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Idle {
    /// Of TCP once it is established; left out: 350.
    pub tcp_established: Option<Number>,
    /// Of TCP that opens or closes; left out: 60.
    pub tcp: Option<Number>,
    /// Of UDP that was answered; left out: 180.
    pub udp_stream: Option<Number>,
    /// Of UDP without an answer; left out: 30.
    pub udp: Option<Number>,
    /// Of anything else; left out: 600.
    pub other: Option<Number>,
}

/// Tags of a place.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a VLAN identifier or [outer, inner]")]
pub enum Vlan {
    /// 802.1Q.
    One(i64),
    /// 802.1ad around 802.1Q.
    Stack(Vec<i64>),
}

/// `[[cards]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// By which ENIs name it.
    pub name: Text,
    /// Who it is on the underlay.
    pub underlay: Underlay,
    /// Name of its profile; left out: whoever compiles says it.
    pub profile: Option<Text>,
}

/// A card's place on the underlay.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Underlay {
    /// Its address as a tunnel endpoint, IPv4.
    pub ip: Text,
    /// Its MAC.
    pub mac: Text,
    /// MAC of the next hop, to which it sends every tunnel packet.
    pub gateway_mac: Text,
}

/// `[[mappings]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Whose address.
    pub vpc: Text,
    /// The overlay address.
    pub address: Text,
    /// The overlay MAC.
    pub mac: Text,
    /// Underlay address of the tunnel endpoint, IPv4.
    pub underlay_ip: Text,
}
