//! Where do the routes of each table lead, and what is said of the addresses there?

use super::{
    classes::Classes,
    edge,
    numbers::{Numbers, Used},
};
use crate::{
    address,
    cut::{cut, overlay, stack},
    legend::RouteTableLegend,
    vpcs::{Route, Target, Vpcs},
};
use hdl::{class::IpKey, route::RouteLabel};
use ipnet::IpNet;

/// Where a route leads once a transit gateway has routed as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// A transit gateway has no route.
    Nowhere,
    /// Nowhere, on purpose.
    Blackhole,
    /// To addresses of a VPC, as that target does.
    Vpc(Target, usize),
    /// To a gateway.
    Gateway(usize),
    /// To an ENI.
    Eni(usize),
}

/// The card's route table: the senders of each VPC, then every subnet's table, then those of
/// uplinks, by number.
pub fn starts(numbers: &Numbers, classes: &[Classes]) -> Vec<(IpKey, RouteLabel)> {
    let part = |labels: Vec<(u128, RouteLabel)>, vpc: usize| -> Vec<(u128, RouteLabel)> {
        let addresses = classes[usize::from(numbers.vpc(vpc)) - 1].address_labels();
        let cells = overlay(&labels, &addresses).into_iter();
        cells.map(|(start, (route, far))| (start, RouteLabel { far, ..route })).collect()
    };
    let own = numbers.vpcs.iter().zip(&numbers.senders);
    let senders = own.map(|(vpc, senders)| part(senders.labels(numbers), *vpc));
    let tables = numbers.tables.iter().map(|used| part(labels(numbers, *used), used.0));
    let uplinks = (0..numbers.uplinks.len()).map(|index| edge::labels(numbers, index));
    let parts: Vec<Vec<_>> = senders.chain(tables).chain(uplinks).collect();
    stack(&parts, |vpc, ip| IpKey { ip, vpc })
}

fn labels(numbers: &Numbers, used: Used) -> Vec<(u128, RouteLabel)> {
    let label = |(index, lead)| RouteLabel { route: index as u16 + 1, ..numbers.label(lead) };
    let cells = cells(numbers.file, used).into_iter();
    cells.map(|(start, found)| (start, found.map_or_else(RouteLabel::default, label))).collect()
}

/// A VPC's prefixes, sorted.
pub fn own_prefixes(file: &Vpcs, vpc: usize) -> Vec<IpNet> {
    let mut cidrs = file.vpcs[vpc].cidrs.clone();
    cidrs.sort();
    cidrs
}

/// Routes of a table: the VPC's prefixes, which are local, and its own; sorted. What is static
/// comes before what is propagated, and nothing behind it counts.
pub fn routes(file: &Vpcs, (vpc, table): Used) -> Vec<Route> {
    let local = |destination| Route { destination, target: Target::Local, propagated: false };
    let mut routes: Vec<Route> = own_prefixes(file, vpc).into_iter().map(local).collect();
    routes.extend(table.iter().flat_map(|t| &file.route_tables[*t].routes));
    routes.sort_by_key(|r| (r.destination, r.propagated));
    routes.dedup_by_key(|r| r.destination);
    routes
}

/// A table, cell by cell: index of the route with the longest prefix, and where it leads.
pub fn cells(file: &Vpcs, used: Used) -> Vec<(u128, Option<(usize, Lead)>)> {
    let routes = routes(file, used);
    let mut ranges = Vec::new();
    for (index, route) in routes.iter().enumerate() {
        // By length first: the last mark of a cell is that of its longest prefix.
        let mark = (route.destination.prefix_len(), index);
        ranges.extend(address::ranges(route.destination).into_iter().map(|r| (r, mark)));
    }
    let found = |marks: Vec<(u8, usize)>| {
        let (_, index) = *marks.last()?;
        Some((index, lead(file, used.0, routes[index].target)))
    };
    let mut cells: Vec<_> = cut(&ranges).into_iter().map(|(s, marks)| (s, found(marks))).collect();
    for (index, transit) in file.transit_gateways.iter().enumerate() {
        let through = Target::TransitGateway(index);
        let goes = |(route, _)| Some(route).filter(|r: &usize| routes[*r].target == through);
        let Some(attached) = transit.attachments.iter().find(|a| a.vpc == used.0) else { continue };
        let beyond = transit_cells(file, index, attached.table);
        cells = overlay(&cells, &beyond)
            .into_iter()
            .map(|(start, (found, beyond))| match found.and_then(goes) {
                Some(route) => (start, Some((route, beyond))),
                None => (start, found),
            })
            .collect();
    }
    cells
}

/// Where a target leads, but for what a transit gateway says.
fn lead(file: &Vpcs, vpc: usize, target: Target) -> Lead {
    match target {
        Target::Local => Lead::Vpc(target, vpc),
        Target::Blackhole => Lead::Blackhole,
        Target::Peering(peering) => {
            file.peerings[peering].other(vpc).map_or(Lead::Nowhere, |peer| Lead::Vpc(target, peer))
        }
        Target::TransitGateway(_) => Lead::Nowhere,
        Target::Gateway(gateway) => Lead::Gateway(gateway),
        Target::Eni(eni) => Lead::Eni(eni),
    }
}

/// A table of a transit gateway, cell by cell.
fn transit_cells(file: &Vpcs, transit: usize, table: usize) -> Vec<(u128, Lead)> {
    let through = Target::TransitGateway(transit);
    let table = &file.transit_gateways[transit].tables[table];
    let mut routes: Vec<_> = table.routes.iter().map(|r| (r.destination, true, r.vpc)).collect();
    for vpc in &table.propagations {
        routes.extend(own_prefixes(file, *vpc).into_iter().map(|cidr| (cidr, false, Some(*vpc))));
    }
    let mut ranges = Vec::new();
    for (index, (cidr, fixed, _)) in routes.iter().enumerate() {
        // Of two alike the static one is the last.
        let mark = (cidr.prefix_len(), *fixed, index);
        ranges.extend(address::ranges(*cidr).into_iter().map(|r| (r, mark)));
    }
    let lead = |marks: Vec<(u8, bool, usize)>| match marks.last().map(|mark| routes[mark.2].2) {
        None => Lead::Nowhere,
        Some(None) => Lead::Blackhole,
        Some(Some(vpc)) => Lead::Vpc(through, vpc),
    };
    cut(&ranges).into_iter().map(|(start, marks)| (start, lead(marks))).collect()
}

/// Words for a route table.
pub fn legend(numbers: &Numbers, used: Used) -> RouteTableLegend {
    let file = numbers.file;
    let name = match used.1 {
        Some(table) => file.route_tables[table].name.clone(),
        None => format!("main of VPC {}", file.vpcs[used.0].name),
    };
    let word = |route: &Route| {
        let origin = if route.propagated { ", propagated" } else { "" };
        format!("{} -> {}{origin}", route.destination, file.target_name(route.target))
    };
    RouteTableLegend { name, routes: routes(file, used).iter().map(word).collect() }
}
