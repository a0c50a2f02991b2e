//! What does a name stand for?

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `[[vpcs]]`
    Vpc,
    /// `[[subnets]]`
    Subnet,
    /// `[[network_acls]]`
    NetworkAcl,
    /// `[[security_groups]]`
    SecurityGroup,
    /// `[[route_tables]]`
    RouteTable,
    /// `[[enis]]`
    Eni,
    /// `[[cards]]`
    Card,
    /// `[[mappings]]`
    Mapping,
    /// `[[peerings]]`
    Peering,
    /// `[[transit_gateways]]`
    TransitGateway,
    /// `[[gateways]]`
    Gateway,
    /// `[[public_addresses]]`
    PublicAddress,
    /// `[[services]]`
    Service,
    /// Where a route may lead: one of these three, `local` or `blackhole`.
    Target,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Vpc => "VPC",
            Self::Subnet => "subnet",
            Self::NetworkAcl => "network ACL",
            Self::SecurityGroup => "security group",
            Self::RouteTable => "route table",
            Self::Eni => "ENI",
            Self::Card => "card",
            Self::Mapping => "mapping",
            Self::Peering => "peering",
            Self::TransitGateway => "transit gateway",
            Self::Gateway => "gateway",
            Self::PublicAddress => "public address",
            Self::Service => "service",
            Self::Target => "route target",
        })
    }
}
