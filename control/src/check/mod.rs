//! Is the file right as a whole? Everything that is wrong with it, at once.
//!
//! ```text
//!   file --> names --> VPCs --> targets --> ACLs, groups, tables --> subnets --> cards --> ENIs,
//!       mappings --> gateways on cards --> public addresses --> routes of each VPC
//! ```
//! An object whose own values can't be read is `None` from there on: what depends on it isn't
//! judged, so that one mistake makes one problem.

mod edge;
mod groups;
mod names;
mod networks;
mod places;
mod routes;
mod rules;
mod targets;
mod value;

use crate::{
    file::{File, Text},
    problem::{Cause, Kind},
    report::{Errors, Problems},
    vpcs::{
        Eni, Gateway, NetworkAcl, Peering, ROUTER_MAC, RouteTable, Subnet, TransitGateway,
        UNDERLAY_MTU, Vpc, Vpcs,
    },
};
use groups::Group;
use macaddr::MacAddr6;
use names::Names;
pub use names::known;
use routes::Table;
use std::ops::Range;
use targets::Hears;

/// The state of the check.
pub(crate) struct Check {
    pub(crate) problems: Problems,
    names: Names,
    router_mac: MacAddr6,
    vpcs: Vec<Option<Vpc>>,
    peerings: Vec<Option<Peering>>,
    transit_gateways: Vec<Option<TransitGateway>>,
    gateways: Vec<Option<Gateway>>,
    hears: Vec<Hears>,
    acls: Vec<Option<NetworkAcl>>,
    groups: Vec<Group>,
    tables: Vec<Option<Table>>,
    subnets: Vec<Option<Subnet>>,
    enis: Vec<Option<Eni>>,
}

/// The objects of a file.
///
/// # Errors
/// Everything that is wrong with it; `problems` is what was found before.
pub fn check(file: &File, broken: &[Kind], mut problems: Problems) -> Result<Vpcs, Errors> {
    let names = Names::of(file, broken, &mut problems);
    let mut check = Check {
        problems,
        names,
        router_mac: ROUTER_MAC.into(),
        vpcs: Vec::new(),
        peerings: Vec::new(),
        transit_gateways: Vec::new(),
        gateways: Vec::new(),
        hears: Vec::new(),
        acls: Vec::new(),
        groups: Vec::new(),
        tables: Vec::new(),
        subnets: Vec::new(),
        enis: Vec::new(),
    };
    if let Some(mac) = &file.router_mac {
        check.router_mac = check.mac(mac).unwrap_or(check.router_mac);
    }
    let underlay_mtu = file
        .underlay_mtu
        .as_ref()
        .and_then(|mtu| check.judge(mtu.span(), value::underlay_mtu(*mtu.get_ref())));
    check.networks(file);
    let (cards, mappings, public_addresses) = check.places(file);
    check.routes();
    let services = check.services(file);
    let table = |t: Table| RouteTable {
        name: t.name,
        vpc: t.vpc,
        routes: t.routes.into_iter().map(|(route, _)| route).collect(),
    };
    let vpcs = Vpcs {
        router_mac: check.router_mac,
        underlay_mtu: underlay_mtu.unwrap_or(*UNDERLAY_MTU.end()),
        vpcs: check.vpcs.into_iter().flatten().collect(),
        subnets: check.subnets.into_iter().flatten().collect(),
        network_acls: check.acls.into_iter().flatten().collect(),
        security_groups: check.groups.into_iter().filter_map(Group::into_checked).collect(),
        route_tables: check.tables.into_iter().flatten().map(table).collect(),
        peerings: check.peerings.into_iter().flatten().collect(),
        transit_gateways: check.transit_gateways.into_iter().flatten().collect(),
        gateways: check.gateways.into_iter().flatten().collect(),
        public_addresses,
        enis: check.enis.into_iter().flatten().collect(),
        cards,
        mappings,
        services,
        source: check.problems.source(),
    };
    check.problems.none(vpcs)
}

impl Check {
    /// The value, or a problem at its place.
    pub(crate) fn judge<T>(&mut self, at: Range<usize>, value: Result<T, Cause>) -> Option<T> {
        value.map_err(|cause| self.problems.add(at, cause)).ok()
    }

    fn mac(&mut self, text: &Text) -> Option<MacAddr6> {
        self.judge(text.span(), value::mac(text.get_ref()))
    }

    fn named(&mut self, kind: Kind, name: &Text) -> Option<usize> {
        self.names.find(kind, name, &mut self.problems)
    }

    fn vpc_name(&self, vpc: usize) -> String {
        self.vpcs[vpc].as_ref().map_or_else(String::new, |v| v.name.clone())
    }

    /// An index that may be left out: `Some(None)` if it is, `None` if there is no such object.
    fn maybe(&mut self, kind: Kind, name: Option<&Text>) -> Option<Option<usize>> {
        name.map_or(Some(None), |n| self.named(kind, n).map(Some))
    }
}
