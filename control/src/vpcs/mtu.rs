//! How long may an IP packet be?

use super::{GatewayKind, Vpcs};
use hdl::{
    meta::{FRAME_BYTES_MAX, TUNNEL_BYTES},
    mtu,
    parser::wire::ETHERNET_BYTES,
};
use std::ops::RangeInclusive;

/// What may be the most bytes of an IP packet between two cards: so many that a tunnel carries the
/// least MTU of IPv6 (RFC 8200 section 5), and no more than a card stores.
pub const UNDERLAY_MTU: RangeInclusive<u16> =
    1280 + TUNNEL_BYTES as u16..=(FRAME_BYTES_MAX - ETHERNET_BYTES) as u16;

impl Vpcs {
    /// Most bytes of an IP packet inside a VPC.
    pub fn vpc_mtu(&self) -> u16 {
        mtu::VPC.min(self.underlay_mtu - TUNNEL_BYTES as u16)
    }
}

impl GatewayKind {
    /// Most bytes of an IP packet that it takes ("Network maximum transmission unit" in the guide
    /// of Amazon EC2, "NAT gateway basics" in that of Amazon VPC).
    pub const fn mtu(self) -> u16 {
        match self {
            Self::Internet | Self::EgressOnly | Self::Vpn => 1500,
            Self::Nat | Self::Endpoint => 8500,
        }
    }
}
