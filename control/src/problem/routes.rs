//! What can be wrong with routes and what they lead to?

use crate::vpcs::GatewayKind;
use ipnet::IpNet;
use std::net::IpAddr;
use thiserror::Error;

/// A cause: its first line says what is wrong, its second the way out.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant's message says what it is")]
pub enum RouteCause {
    // ---- targets ------------------------------------------------------------------------
    #[error(
        "`{name}` has a meaning of its own where a route leads\n\
         choose another name"
    )]
    ReservedName { name: String },
    #[error(
        "a peering of VPC `{vpc}` with itself\n\
         name two VPCs: within one every route table is local"
    )]
    PeerOfItself { vpc: String },
    #[error(
        "VPCs `{vpc}` and `{other}` are peers already\n\
         leave one peering out"
    )]
    PeersAlready { vpc: String, other: String },
    #[error(
        "{cidr} of VPC `{vpc}` overlaps {other_cidr} of VPC `{other}`\n\
         join VPCs whose prefixes are apart: an address must say where it lives"
    )]
    JoinedOverlap { cidr: IpNet, vpc: String, other_cidr: IpNet, other: String },
    #[error(
        "VPC `{vpc}` hears VPCs `{first}` and `{second}`, whose {cidr} and {other_cidr} overlap\n\
         join it with one of them: a card could not tell who may speak for these addresses"
    )]
    HeardTwice { vpc: String, first: String, second: String, cidr: IpNet, other_cidr: IpNet },
    #[error(
        "{ip} is the underlay address of card `{card}`\n\
         name the `card` in place of `underlay_ip`, if it plays the gateway"
    )]
    GatewayOnCard { ip: IpAddr, card: String },
    #[error(
        "VPC `{vpc}` is attached twice\n\
         leave one attachment out: a VPC has one at a transit gateway"
    )]
    AttachedTwice { vpc: String },
    #[error(
        "VPC `{vpc}` is not attached to transit gateway `{gateway}`\n\
         attach it, or name one that is: {known}"
    )]
    NotAttached { vpc: String, gateway: String, known: String },
    #[error(
        "VPC `{vpc}` propagates twice\n\
         leave one out"
    )]
    PropagatesTwice { vpc: String },

    // ---- routes -------------------------------------------------------------------------
    #[error(
        "{count} routes in one table\n\
         a route table holds {limit}"
    )]
    TooMany { count: usize, limit: usize },
    #[error(
        "two {origin} routes lead to {destination}\n\
         leave one out"
    )]
    Taken { destination: IpNet, origin: &'static str },
    #[error(
        "{destination} is not local: it does not lie within VPC `{vpc}`, which has {cidrs}\n\
         local routes lead to a part of the VPC"
    )]
    NotLocal { destination: IpNet, vpc: String, cidrs: String },
    #[error(
        "`{target}` is none of VPC `{vpc}`, whose subnet uses this table\n\
         name a peering, a transit gateway, a gateway or an ENI that has this VPC, or give the \
         subnet another table"
    )]
    TargetElsewhere { target: String, vpc: String },
    #[error(
        "{destination} lies within VPC `{vpc}`, whose own addresses are local\n\
         only exactly the prefix of a subnet may lead elsewhere: to an ENI, a NAT gateway or an \
         endpoint, by a static route"
    )]
    WithinVpc { destination: IpNet, vpc: String },
    #[error(
        "{destination} is not of VPC `{vpc}`, which has {cidrs}\n\
         peering is not transitive: lead to a part of the peer's prefixes"
    )]
    BeyondPeer { destination: IpNet, vpc: String, cidrs: String },
    #[error(
        "{destination} is of VPC `{peer}`, which VPC `{vpc}` hears directly\n\
         lead there directly: a card would drop what comes back through a gateway"
    )]
    AroundPeer { destination: IpNet, vpc: String, peer: String },
    #[error(
        "{destination} can't lead to `{target}`: it is of a family that {kind}s don't carry\n\
         an egress-only internet gateway carries IPv6, a NAT gateway IPv4"
    )]
    WrongFamily { destination: IpNet, target: String, kind: GatewayKind },
    #[error(
        "a route to `{target}` that is propagated\n\
         leave `propagated` out: only VPN gateways propagate routes"
    )]
    NotPropagated { target: String },
}
