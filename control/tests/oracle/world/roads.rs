//! Which route tables, and what may stand at the other end of a route?

use super::{VPCS, edge::Edge, once_in, pick};
use fastrand::Rng;
use std::collections::BTreeSet;

/// Gateways of each VPC: name, kind, the last byte of the underlay address.
const GATEWAYS: [(&str, &str, u8); 5] = [
    ("igw", "internet", 4),
    ("eigw", "egress-only", 5),
    ("nat", "nat", 5),
    ("vpn", "vpn", 6),
    ("end", "endpoint", 7),
];

/// Gateways, and of VPCs whose prefixes are apart peerings and a transit gateway.
pub fn joins(rng: &mut Rng, apart: bool, edge: Option<&Edge>) -> String {
    let mut text = String::new();
    for vpc in VPCS {
        for (number, (name, kind, byte)) in GATEWAYS.iter().enumerate() {
            let site = edge.and_then(|e| e.site(rng, kind, vpc));
            let site = site.unwrap_or_else(|| format!("underlay_ip = \"192.0.2.{byte}\"\n"));
            text += &format!(
                "[[gateways]]\nname = \"{name}-{vpc}\"\nvpc = \"{vpc}\"\nkind = \"{kind}\"\n\
                 mac = \"02:00:00:00:ee:0{number}\"\n{site}"
            );
        }
    }
    if !apart {
        return text;
    }
    for (a, b) in [("v", "w"), ("x", "v")] {
        text += &format!("[[peerings]]\nname = \"{a}{b}\"\nvpcs = [\"{a}\", \"{b}\"]\n");
    }
    let attached = VPCS.map(|vpc| {
        let table = pick(rng, &["red", "blue"]);
        format!("{{ vpc = \"{vpc}\", route_table = \"{table}\" }}")
    });
    let tables = ["red", "blue"].map(|name| {
        let propagations: Vec<&str> = VPCS.into_iter().filter(|_| rng.bool()).collect();
        format!(
            "{{ name = \"{name}\", propagations = {propagations:?}, routes = [{}] }}",
            transit_routes(rng)
        )
    });
    text + &format!(
        "[[transit_gateways]]\nname = \"transit\"\nattachments = [{}]\nroute_tables = [{}]\n",
        attached.join(", "),
        tables.join(", ")
    )
}

fn transit_routes(rng: &mut Rng) -> String {
    let destinations = [
        "10.0.0.0/8",
        "10.0.0.0/16",
        "10.1.0.0/16",
        "10.1.1.0/24",
        "10.2.1.0/24",
        "2001:db8::/32",
        "2001:db8:1:1::/64",
    ];
    let mut text = String::new();
    for destination in destinations {
        if once_in(rng, 4) {
            let target = pick(rng, &["v", "w", "x", "blackhole"]);
            text += &format!("{{ destination = \"{destination}\", target = \"{target}\" }}, ");
        }
    }
    text
}

/// Two route tables of a VPC with these ENIs.
pub fn tables(rng: &mut Rng, (vpc, net): (&str, u32), apart: bool, enis: &[String]) -> String {
    let mut text = String::new();
    for table in 0..2 {
        let mut taken = BTreeSet::new();
        let mut routes = String::new();
        for _ in 0..rng.u32(..8) {
            let (destination, target) = match enis {
                [_, ..] if once_in(rng, 5) => to_eni(rng, net, enis),
                _ => route(rng, vpc, net, apart),
            };
            let propagated = target.starts_with("vpn") && rng.bool();
            if taken.insert((destination.clone(), propagated)) {
                let origin = if propagated { ", propagated = true" } else { "" };
                routes += &format!(
                    "{{ destination = \"{destination}\", target = \"{target}\"{origin} }},\n"
                );
            }
        }
        text += &format!(
            "[[route_tables]]\nname = \"{vpc}-{table}\"\nvpc = \"{vpc}\"\nroutes = [{routes}]\n"
        );
    }
    text
}

/// A destination that leads to an ENI.
fn to_eni(rng: &mut Rng, net: u32, enis: &[String]) -> (String, String) {
    let mut all = list(&["0.0.0.0/0", "::/0", "8.8.8.0/24", "10.9.1.0/24"]);
    all.extend([format!("10.{net}.1.0/24"), format!("2001:db8:{net}:1::/64")]);
    (pick(rng, &all).clone(), pick(rng, enis).clone())
}

/// A destination, and where it may lead from that VPC.
fn route(rng: &mut Rng, vpc: &str, net: u32, apart: bool) -> (String, String) {
    let gateway = |name: &str| format!("{name}-{vpc}");
    let other = (net + rng.u32(1..3)) % 3;
    let (destinations, target): (Vec<String>, String) = match rng.u32(..if apart { 14 } else { 8 })
    {
        0 => (vec![format!("10.{net}.1.0/24")], "local".into()),
        1 => (list(&["8.8.8.0/24", "10.9.1.0/24", "10.7.0.0/16", "0.0.0.0/0"]), "blackhole".into()),
        2 => (list(&["0.0.0.0/0", "::/0", "8.8.8.0/24"]), gateway("igw")),
        3 => (list(&["::/0", "2001:db9::/32", "2001:db9::1/128"]), gateway("eigw")),
        4 => (vec!["0.0.0.0/0".into(), format!("10.{net}.1.0/24")], gateway("nat")),
        5 => (vec!["8.0.0.0/8".into(), format!("2001:db8:{net}:1::/64")], gateway("end")),
        6..8 => (list(&["10.9.0.0/16", "10.9.1.0/24", "10.9.1.1/32", "0.0.0.0/0"]), gateway("vpn")),
        8..11 => {
            let (peer, name) = match vpc {
                "v" if rng.bool() => (1, "vw"),
                "v" => (2, "xv"),
                "w" => (0, "vw"),
                _ => (0, "xv"),
            };
            (prefixes(peer), name.into())
        }
        _ => {
            let mut all = prefixes(other);
            all.extend(list(&["10.0.0.0/8", "2001:db8::/32"]));
            (all, "transit".into())
        }
    };
    (pick(rng, &destinations).clone(), target)
}

fn list(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

/// Prefixes within that VPC.
fn prefixes(net: u32) -> Vec<String> {
    let (whole, part) = (format!("10.{net}.0.0/16"), format!("10.{net}.1.0/24"));
    vec![whole, part, format!("2001:db8:{net}::/56")]
}
