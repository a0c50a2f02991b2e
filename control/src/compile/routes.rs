//! Where do the routes of each table lead, and what is said of the addresses there?

use super::{
    classes::Classes,
    numbers::{Numbers, Used},
};
use crate::{
    address,
    cut::{cut, overlay, stack},
    legend::RouteTableLegend,
};
use hdl::{class::IpKey, route::RouteLabel};

/// The route table: every table's cells, by number; the longest prefix decides where they lead.
pub fn starts(numbers: &Numbers, classes: &[Classes]) -> Vec<(IpKey, RouteLabel)> {
    let part = |table: &Used| {
        let addresses = classes[usize::from(numbers.vpc(table.0)) - 1].address_labels();
        let cells = overlay(&intervals(numbers, *table), &addresses);
        cells
            .into_iter()
            .map(|(start, (route, far))| (start, RouteLabel { far, ..route }))
            .collect()
    };
    let parts: Vec<Vec<_>> = numbers.tables.iter().map(part).collect();
    stack(&parts, |vpc, ip| IpKey { ip, vpc })
}

fn intervals(numbers: &Numbers, used: Used) -> Vec<(u128, RouteLabel)> {
    let routes = numbers.routes(used);
    let mut ranges = Vec::new();
    for (index, route) in routes.iter().enumerate() {
        // By length first: the last mark of a cell is that of its longest prefix.
        let mark = (route.destination.prefix_len(), index);
        ranges.extend(address::ranges(route.destination).into_iter().map(|r| (r, mark)));
    }
    let label = |marks: Vec<(u8, usize)>| {
        marks.last().map_or_else(RouteLabel::default, |(_, index)| RouteLabel {
            target: routes[*index].target,
            route: *index as u16 + 1,
            ..RouteLabel::default()
        })
    };
    cut(&ranges).into_iter().map(|(start, marks)| (start, label(marks))).collect()
}

/// Words for a route table.
pub fn legend(numbers: &Numbers, used: Used) -> RouteTableLegend {
    let name = match used.1 {
        Some(table) => numbers.file.route_tables[table].name.clone(),
        None => format!("main of VPC {}", numbers.file.vpcs[used.0].name),
    };
    let routes = numbers.routes(used).iter().map(ToString::to_string).collect();
    RouteTableLegend { name, routes }
}
