//! What can be wrong with the gateways that cards play, and with public addresses?

use crate::vpcs::GatewayKind;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr};
use thiserror::Error;

/// A cause: its first line says what is wrong, its second the way out.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant's message says what it is")]
pub enum EdgeCause {
    // ---- gateways -----------------------------------------------------------------------
    #[error(
        "gateway `{name}` is nowhere\n\
         name the `card` that plays it, or the `underlay_ip` of the box that it is"
    )]
    Nowhere { name: String },
    #[error(
        "gateway `{name}` has an underlay address and a card\n\
         leave one out: on a card it has the card's address"
    )]
    BoxAndCard { name: String },
    #[error(
        "`{key}` of a gateway that is on no card\n\
         leave it out, or name a `card` in place of `underlay_ip`"
    )]
    WithoutCard { key: &'static str },
    #[error(
        "gateway `{name}` is on a card and at none of its ports\n\
         name the `port` to which the router beyond is attached"
    )]
    NoPort { name: String },
    #[error(
        "no card plays this {kind}: it keeps state\n\
         name the `underlay_ip` of a box that does, in place of `card`; cards play internet and \
         VPN gateways"
    )]
    KeepsState { kind: GatewayKind },
    #[error(
        "{place} is taken\n\
         give the gateway a VLAN or a port of its own; internet gateways share one if they lead to \
         the same router, and have its MAC"
    )]
    PlaceTaken { place: String },
    #[error(
        "ENI `{eni}` of VPC `{vpc}` hangs on card `{card}` as well\n\
         put it or the gateway on another card: on this one, what comes from beyond could speak in \
         its name, and is not translated"
    )]
    EniBeside { eni: String, vpc: String, card: String },
    #[error(
        "`{text}` is no address by which a router knows a card\n\
         write a unicast address, IPv4 or IPv6, that is not link-local"
    )]
    BadOutsideAddress { text: String },
    #[error(
        "{address} lies within VPC `{vpc}`, in {cidr}\n\
         choose an address of the network beyond, which the router there shares"
    )]
    OutsideAddressWithin { address: IpAddr, cidr: IpNet, vpc: String },
    #[error(
        "the router beyond would know the card by {address} twice\n\
         leave one out"
    )]
    OutsideAddressTaken { address: IpAddr },
    #[error(
        "{cidr} of VPC `{vpc}` overlaps {other_cidr} of VPC `{other}`, and both share a router\n\
         give one gateway a VLAN or a port of its own: IPv6 addresses go beyond as they are"
    )]
    SharedPrefixes { cidr: IpNet, vpc: String, other_cidr: IpNet, other: String },

    // ---- their route tables -------------------------------------------------------------
    #[error(
        "route table `{table}` belongs to VPC `{owner}`, the gateway to VPC `{vpc}`\n\
         use one of the gateway's own VPC, or one without a `vpc`"
    )]
    TableElsewhere { table: String, owner: String, vpc: String },
    #[error(
        "what comes from beyond gateway `{gateway}` can't go to `{target}`\n\
         lead it to an ENI of VPC `{vpc}`, to `local` or to `blackhole`"
    )]
    IngressTarget { gateway: String, target: String, vpc: String },
    #[error(
        "{destination} does not lie within VPC `{vpc}`, which has {cidrs}\n\
         a gateway's route table leads to parts of its VPC"
    )]
    IngressBeyond { destination: IpNet, vpc: String, cidrs: String },

    // ---- public addresses ---------------------------------------------------------------
    #[error(
        "`{text}` is no public address\n\
         write a unicast IPv4 address; an IPv6 address is its own"
    )]
    BadPublic { text: String },
    #[error(
        "{public} is given twice\n\
         give each public address to one ENI"
    )]
    PublicTaken { public: Ipv4Addr },
    #[error(
        "{public} lies within VPC `{vpc}`, in {cidr}\n\
         choose an address that no VPC has"
    )]
    PublicWithin { public: Ipv4Addr, cidr: IpNet, vpc: String },
    #[error(
        "{public} is the address by which a router knows the card\n\
         choose another; the router leads it to that one"
    )]
    PublicIsOutside { public: Ipv4Addr },
    #[error(
        "ENI `{eni}` has no IPv4 address\n\
         give it one: a public address stands for it"
    )]
    NoPrivate { eni: String },
    #[error(
        "{text} is no IPv4 address of ENI `{eni}`\n\
         name one of its own, or leave `private` out: then it is the first"
    )]
    NotPrivate { text: String, eni: String },
    #[error(
        "{private} of ENI `{eni}` has a public address already\n\
         leave one out, or give the ENI another address"
    )]
    PrivateTaken { private: Ipv4Addr, eni: String },
}
