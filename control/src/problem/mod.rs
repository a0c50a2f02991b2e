//! What can be wrong with a VPC file, and what is the way out?

mod edge;
mod kind;
mod routes;

pub use edge::EdgeCause;
pub use kind::Kind;
pub use routes::RouteCause;

use crate::{dhcp::DhcpCause, services::ServiceCause};
use hdl::tables::TableId;
use ipnet::IpNet;
use macaddr::MacAddr6;
use std::net::IpAddr;
use thiserror::Error;

/// A cause: its first line says what is wrong, its second the way out.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant's message says what it is")]
pub enum Cause {
    // ---- shape --------------------------------------------------------------------------
    #[error(
        "can't be read: {message}\n\
         correct the syntax; a file is TOML, or JSON if its name ends in .json"
    )]
    Syntax { message: String },
    #[error(
        "{message}\n\
         correct the key or its value; the files in examples show every key"
    )]
    Shape { message: String },
    #[error(
        "unknown key `{key}`\n\
         a file holds: {known}"
    )]
    UnknownKey { key: String, known: &'static str },
    #[error(
        "expected a list of {kind} objects\n\
         in TOML begin each with a [[header]] of its own, in JSON write a list"
    )]
    NoList { kind: Kind },

    // ---- names --------------------------------------------------------------------------
    #[error(
        "an empty name\n\
         name it; names appear in reports"
    )]
    NoName,
    #[error(
        "two {kind} objects are named `{name}`\n\
         rename one of them"
    )]
    NameTaken { kind: Kind, name: String },
    #[error(
        "unknown {kind} `{name}`\n\
         declare it, or name one that is declared: {known}"
    )]
    UnknownName { kind: Kind, name: String, known: String },
    #[error(
        "security group `{name}` belongs to VPC `{owner}`, not to VPC `{vpc}`\n\
         declare one in VPC `{vpc}`, or name one that is: {known}"
    )]
    GroupElsewhere { name: String, owner: String, vpc: String, known: String },
    #[error(
        "a security group named `{name}` would be read as a prefix where a rule names it\n\
         name it without a slash"
    )]
    SlashInName { name: String },
    #[error(
        "{kind} `{name}` belongs to VPC `{owner}`, the subnet to VPC `{vpc}`\n\
         use one of the subnet's own VPC, or one without a `vpc`"
    )]
    WrongVpc { kind: Kind, name: String, owner: String, vpc: String },

    // ---- addresses ----------------------------------------------------------------------
    #[error(
        "VNI {vni} is none: it has 24 bits\n\
         choose one from 0 to 16777215"
    )]
    BadVni { vni: i64 },
    #[error(
        "two VPCs have the VNI {vni}\n\
         give each VPC a VNI of its own: it is what keeps them apart"
    )]
    VniTaken { vni: u32 },
    #[error(
        "`{text}` is no prefix\n\
         write an address and a prefix length, as 10.0.0.0/16 or 2001:db8::/56"
    )]
    BadCidr { text: String },
    #[error(
        "{text} has bits set behind its prefix length\n\
         write {meant}"
    )]
    HostBits { text: String, meant: IpNet },
    #[error(
        "no prefix at all\n\
         give it at least one IPv4 or IPv6 prefix"
    )]
    NoCidr,
    #[error(
        "{cidr} overlaps {special}, which has a meaning of its own: {why}\n\
         choose a prefix of ordinary unicast addresses"
    )]
    SpecialCidr { cidr: IpNet, special: &'static str, why: &'static str },
    #[error(
        "{cidr} lies in ::ffff:0:0/96, where this card keeps IPv4\n\
         write it as an IPv4 prefix"
    )]
    MappedCidr { cidr: IpNet },
    #[error(
        "{cidr} overlaps {other} of the same VPC\n\
         prefixes of one VPC are apart; make one smaller or move it"
    )]
    Overlap { cidr: IpNet, other: IpNet },
    #[error(
        "{cidr} does not lie within VPC `{vpc}`, which has {cidrs}\n\
         choose a part of one of the VPC's prefixes, or add one to the VPC"
    )]
    OutsideVpc { cidr: IpNet, vpc: String, cidrs: String },
    #[error(
        "{cidr} has no room for an ENI: five addresses of a subnet are reserved\n\
         take a shorter prefix, IPv4 /29 or IPv6 /125 at most"
    )]
    SubnetTooSmall { cidr: IpNet },
    #[error(
        "`{text}` is no IP address\n\
         write an IPv4 or IPv6 address without a prefix length"
    )]
    BadAddress { text: String },
    #[error(
        "`{text}` is no IPv4 address of a tunnel endpoint\n\
         write a unicast IPv4 address: tunnels run over IPv4"
    )]
    BadUnderlayIp { text: String },
    #[error(
        "{address} does not lie within {kind} `{name}`, which has {cidrs}\n\
         choose an address of one of its prefixes"
    )]
    AddressOutside { address: IpAddr, kind: Kind, name: String, cidrs: String },
    #[error(
        "{address} is reserved: it is one of the first four or the last of {cidr}\n\
         choose one from {first} to {last}"
    )]
    AddressReserved { address: IpAddr, cidr: IpNet, first: IpAddr, last: IpAddr },
    #[error(
        "{address} is given twice in VPC `{vpc}`\n\
         give each address to one ENI or mapping"
    )]
    AddressTaken { address: IpAddr, vpc: String },
    #[error(
        "an ENI without an address\n\
         give it at least one address of its subnet"
    )]
    NoAddress,
    #[error(
        "`{text}` is no MAC\n\
         write six bytes, as 02:00:00:00:00:0a"
    )]
    BadMac { text: String },
    #[error(
        "{mac} is the MAC of nobody or of a group\n\
         choose one whose first byte is even, and not all zero"
    )]
    GroupMac { mac: MacAddr6 },
    #[error(
        "{mac} is given twice in VPC `{vpc}`\n\
         give each ENI and mapping of a VPC a MAC of its own, and the router beyond each gateway \
         on a card"
    )]
    MacTaken { mac: MacAddr6, vpc: String },
    #[error(
        "{mac} is the MAC of the VPC's router\n\
         choose another, or set `router_mac` at the top of the file"
    )]
    RouterMac { mac: MacAddr6 },

    // ---- places -------------------------------------------------------------------------
    #[error(
        "`{text}` is no host port\n\
         ENIs and the routers beyond gateways hang on {known}"
    )]
    BadPort { text: String, known: String },
    #[error(
        "{vlan} is no VLAN of a place\n\
         write an identifier from 1 to 4094, or [outer, inner]"
    )]
    BadVlan { vlan: String },
    #[error(
        "two ENIs hang at {place}\n\
         give each a VLAN or a port of its own"
    )]
    PlaceTaken { place: String },
    #[error(
        "{seconds} s is no idle time\n\
         choose one from 1 to {limit} s, or leave it out"
    )]
    BadIdleTime { seconds: i64, limit: u16 },
    #[error(
        "{said} {unit} is no limit\n\
         choose one from {least} to {most}, or leave it out"
    )]
    BadLimit { said: i64, unit: &'static str, least: u64, most: u64 },
    #[error(
        "two cards have the underlay address {ip}\n\
         give each card an address of its own"
    )]
    UnderlayIpTaken { ip: IpAddr },
    #[error(
        "two cards have the underlay MAC {mac}\n\
         give each card a MAC of its own"
    )]
    UnderlayMacTaken { mac: MacAddr6 },
    #[error(
        "{ip} is the underlay address of card `{card}`\n\
         declare an ENI on that card: its mappings follow from it"
    )]
    MappingToCard { ip: IpAddr, card: String },
    #[error(
        "unknown profile `{name}`\n\
         there are: {known}"
    )]
    UnknownProfile { name: String, known: String },

    // ---- rules and routes ---------------------------------------------------------------
    #[error(
        "rule number {number} is none\n\
         choose one from 1 to 32766"
    )]
    BadRuleNumber { number: i64 },
    #[error(
        "two {direction} rules have the number {number}\n\
         number them in the order in which they shall be tried"
    )]
    RuleNumberTaken { number: u16, direction: &'static str },
    #[error(
        "{count} {direction} rules of one family\n\
         a {kind} holds {limit} per direction and family"
    )]
    TooManyRules { kind: Kind, count: usize, direction: &'static str, limit: usize },
    #[error(
        "{count} security groups of one ENI\n\
         name 1 to {limit}, or leave `security_groups` out: then it is in its VPC's `default`"
    )]
    GroupCount { count: usize, limit: usize },
    #[error(
        "security group `{name}` is named twice\n\
         leave one out"
    )]
    GroupTwice { name: String },
    #[error(
        "{count} {direction} rules of one ENI's security groups\n\
         an ENI's groups hold {limit} per direction together; take some out of the ENI or of them"
    )]
    TooManyGroupRules { count: usize, direction: &'static str, limit: usize },
    #[error(
        "`{text}` is no protocol\n\
         write all, tcp, udp, icmp, icmpv6, or a number from 0 to 255"
    )]
    BadProtocol { text: String },
    #[error(
        "`{text}` are no ports\n\
         write a port or a range, as 443 or 1024-65535"
    )]
    BadPorts { text: String },
    #[error(
        "a rule of protocol {protocol} can't name ports\n\
         leave `ports` out, or make it a rule of tcp or udp"
    )]
    PortsWithout { protocol: String },
    #[error(
        "a rule of protocol {protocol} can't name an ICMP type or code\n\
         leave them out, or make it a rule of icmp or icmpv6"
    )]
    IcmpWithout { protocol: String },
    #[error(
        "{value} is no ICMP type or code\n\
         choose one from 0 to 255"
    )]
    BadIcmp { value: i64 },
    #[error(
        "an ICMP code without a type\n\
         name the type as well: a code means nothing without it"
    )]
    CodeWithoutType,
    #[error(
        "{cidr} is never the address of a packet of {protocol}\n\
         icmp goes with IPv4 prefixes, icmpv6 with IPv6 prefixes"
    )]
    WrongFamily { cidr: IpNet, protocol: String },
    #[error(transparent)]
    Route(#[from] RouteCause),
    #[error(transparent)]
    Edge(#[from] EdgeCause),
    #[error(transparent)]
    Service(#[from] ServiceCause),
    #[error(transparent)]
    Dhcp(#[from] DhcpCause),

    // ---- a card -------------------------------------------------------------------------
    #[error(
        "no card is named `{name}`\n\
         name one that is declared: {known}"
    )]
    NoCard { name: String, known: String },
    #[error(
        "card `{card}` would need {need} entries in table {table:?}, which holds {capacity}\n\
         {}",
        way_out(*table)
    )]
    TooManyEntries { card: String, table: TableId, need: usize, capacity: usize },
    #[error(
        "card `{card}` would need {need} {what}, and can number {limit}\n\
         move some of its ENIs to another card, or let subnets share"
    )]
    TooManyNumbers { card: String, what: &'static str, need: usize, limit: usize },
    #[error(
        "the rules of VPC `{vpc}` tell {need} {what} apart, and card `{card}` {limit}\n\
         let rules name the same prefixes and ports wherever they can"
    )]
    TooManyClasses { card: String, vpc: String, what: &'static str, need: usize, limit: usize },
}

/// How to need less of a table.
fn way_out(table: TableId) -> &'static str {
    match table {
        TableId::Attachments | TableId::Addresses | TableId::Enis => {
            "move some of its ENIs to another card, or take a larger profile"
        }
        TableId::PortClasses => {
            "let rules name fewer different port ranges, or spread the VPCs over more cards"
        }
        TableId::Routes => {
            "let subnets share route tables, take routes together, let rules name fewer prefixes, \
             or give members of a security group addresses that follow each other"
        }
        TableId::Rules => {
            "let ENIs share network ACLs and sets of security groups, and rules name the same \
             prefixes and port ranges"
        }
        TableId::Appliances => {
            "switch source/destination check on where ENIs can do with it, or spread the VPCs over \
             more cards"
        }
        TableId::Mappings => {
            "spread the VPCs over more cards, join fewer of them, or take a larger profile"
        }
    }
}

impl Cause {
    /// What is wrong, and the way out.
    pub fn lines(&self) -> (String, String) {
        let text = self.to_string();
        let (wrong, way_out) = text.split_once('\n').unwrap_or((&text, ""));
        (wrong.into(), way_out.into())
    }
}
