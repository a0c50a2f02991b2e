//! What may stand in a VPC file of its gateways, and of the addresses behind them?

use super::{Text, Vlan};
use crate::vpcs::GatewayKind;
use serde::Deserialize;
use toml::Spanned;

/// `[[gateways]]`: a box, which has an `underlay_ip`, or played by a `card`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// By which routes name it.
    pub name: Text,
    /// Its VPC.
    pub vpc: Text,
    /// `internet`, `egress-only`, `nat`, `vpn` or `endpoint`; a card plays `internet` and `vpn`.
    pub kind: GatewayKind,
    /// Underlay address of the box that it is, IPv4.
    pub underlay_ip: Option<Text>,
    /// Its overlay MAC; on a card that of the router beyond.
    pub mac: Text,
    /// The card that plays it.
    pub card: Option<Text>,
    /// The card's port toward the router beyond: `host0` or `host1`.
    pub port: Option<Text>,
    /// VLAN identifier, or `[outer, inner]`; left out: the router's frames carry no tag.
    pub vlan: Option<Spanned<Vlan>>,
    /// Addresses by which the router beyond knows the card, of either family; left out: none.
    pub addresses: Option<Spanned<Vec<Text>>>,
    /// By which route table what comes from beyond goes; left out: to whom it is for.
    pub route_table: Option<Text>,
}

/// `[[public_addresses]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicAddress {
    /// The address by which those beyond an internet gateway know it, IPv4.
    pub public: Text,
    /// The ENI.
    pub eni: Text,
    /// One of its IPv4 addresses; left out: the first.
    pub private: Option<Text>,
}
