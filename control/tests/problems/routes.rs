//! Routes, and what they lead to.

use super::{check_in, read};

/// Joined VPCs in which everything is right.
const JOINED: &str = include_str!("joined.toml");

#[track_caller]
fn check(from: &str, to: &str, at: &str, message: &str) {
    check_in(JOINED, from, to, at, message);
}

#[test]
fn the_joined_file_is_right() {
    read(JOINED).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn names_of_targets() {
    let known = "unknown route target `pcx`";
    check("target = \"vw\"", "target = \"pcx\"", "\"pcx\"", known);
    let taken = "two route target objects are named `igw`";
    check("name = \"not ours\"", "name = \"igw\"", "\"igw\"", taken);
    let taken = "two route target objects are named `e`";
    check("name = \"not ours\"", "name = \"e\"", "\"e\"", taken);
    for name in ["local", "blackhole"] {
        let meaning = format!("`{name}` has a meaning of its own where a route leads");
        let named = format!("\"{name}\"");
        check("name = \"not ours\"", &format!("name = {named}"), &named, &meaning);
    }
    // Of a kind that could not be read, a name that is missing may be one.
    let right = "name = \"vw\"\nvpcs = [\"v\", \"w\"]";
    let wrong = "name = \"vw\"\nvpcs = [\"v\"]";
    let at = "[\"v\"]";
    check(right, wrong, at, "invalid length 1, expected an array of length 2");
}

#[test]
fn peerings() {
    let right = "vpcs = [\"v\", \"w\"]";
    let itself = "a peering of VPC `w` with itself";
    let w = "[[peerings]]\nname = \"own\"\nvpcs = [\"w\", \"w\"]\n[[peerings]]\nname = \"vw\"";
    let first = "[[peerings]]\nname = \"vw\"";
    check(first, w, "\"w\"", itself);
    let again = format!("{right}\n[[peerings]]\nname = \"wv\"\nvpcs = [\"w\", \"v\"]");
    check(right, &again, "\"wv\"", "VPCs `w` and `v` are peers already");
    check(right, "vpcs = [\"v\", \"y\"]", "\"y\"", "unknown VPC `y`");
    let alike = format!("{right}\n[[peerings]]\nname = \"xa\"\nvpcs = [\"x\", \"alike\"]");
    let overlap = "10.2.0.0/16 of VPC `x` overlaps 10.2.128.0/17 of VPC `alike`";
    check(right, &alike, "\"alike\"", overlap);
    let twice = format!("{right}\n[[peerings]]\nname = \"va\"\nvpcs = [\"v\", \"alike\"]");
    let heard = "VPC `v` hears VPCs `alike` and `x`, whose 10.2.128.0/17 and 10.2.0.0/16 overlap";
    check(right, &twice, "\"blue\"", heard);
}

#[test]
fn transit_gateways() {
    let x = "{ vpc = \"x\", route_table = \"blue\" }";
    let again = format!("{x},\n{x}");
    check(x, &again, "\"x\"", "VPC `x` is attached twice");
    let unknown = "{ vpc = \"x\", route_table = \"green\" }";
    check(x, unknown, "\"green\"", "unknown route table `green`");
    let alike = format!("{x},\n{{ vpc = \"alike\", route_table = \"red\" }}");
    let overlap = "10.2.0.0/16 of VPC `x` overlaps 10.2.128.0/17 of VPC `alike`";
    check(x, &alike, "\"alike\"", overlap);
    let stranger = "VPC `w` is not attached to transit gateway `transit`";
    check("propagations = [\"x\"]", "propagations = [\"w\"]", "\"w\"", stranger);
    let twice = "propagations = [\"x\", \"x\"]";
    check("propagations = [\"x\"]", twice, "\"x\"", "VPC `x` propagates twice");
    let route = "{ destination = \"10.0.1.0/24\", target = \"v\" }";
    check(route, &route.replace("\"v\"", "\"w\""), "\"w\"", stranger);
    let again = format!("{route}, {}", route.replace("\"v\"", "\"blackhole\""));
    check(route, &again, "\"10.0.1.0/24\"", "two static routes lead to 10.0.1.0/24");
    let red = "name = \"red\"\npropagations";
    let taken = "two route table objects are named `blue`";
    let text = JOINED.replace("route_table = \"red\"", "route_table = \"blue\"");
    check_in(&text, red, "name = \"blue\"\npropagations", "\"blue\"", taken);
}

#[test]
fn gateways() {
    check("\"192.0.2.20\"", "\"::1\"", "\"::1\"", "`::1` is no IPv4 address of a tunnel endpoint");
    let on_card = "192.0.2.1 is the underlay address of card `a`";
    check("\"192.0.2.20\"", "\"192.0.2.1\"", "\"192.0.2.1\"", on_card);
    let kinds = "unknown variant `igw`, expected one of `internet`, `egress-only`, `nat`, `vpn`, \
                 `endpoint`";
    check("kind = \"internet\"", "kind = \"igw\"", "\"igw\"", kinds);
    let mac = "01:00:00:00:EE:01 is the MAC of nobody or of a group";
    check("\"02:00:00:00:ee:01\"", "\"01:00:00:00:ee:01\"", "\"01:00:00:00:ee:01\"", mac);
}

/// Another route instead of the one that is local.
#[track_caller]
fn route(destination: &str, target: &str, at: &str, message: &str) {
    let local = "{ destination = \"10.0.1.0/24\", target = \"local\" }";
    let route = format!("{{ destination = \"{destination}\", target = {target} }}");
    check(local, &route, &format!("\"{at}\""), message);
}

#[test]
fn routes() {
    let not_local = "10.3.0.0/16 is not local: it does not lie within VPC `v`, \
                     which has 10.0.0.0/16, 2001:db8::/56";
    route("10.3.0.0/16", "\"local\"", "10.3.0.0/16", not_local);
    let two = |origin| format!("two {origin} routes lead to 10.9.0.0/16");
    route("10.9.0.0/16", "\"vpn\"", "10.9.0.0/16", &two("static"));
    route("10.9.0.0/16", "\"vpn\", propagated = true", "10.9.0.0/16", &two("propagated"));
    let propagated = "a route to `igw` that is propagated";
    route("8.0.0.0/8", "\"igw\", propagated = true", "igw", propagated);
    let elsewhere = "`not ours` is none of VPC `v`, whose subnet uses this table";
    route("8.0.0.0/8", "\"not ours\"", "not ours", elsewhere);
    let beyond = "8.0.0.0/8 is not of VPC `w`, which has 10.1.0.0/16";
    route("8.0.0.0/8", "\"vw\"", "8.0.0.0/8", beyond);
    let family = |cidr, kind| {
        let name = if kind == "NAT gateway" { "nat" } else { "eigw" };
        format!("{cidr} can't lead to `{name}`: it is of a family that {kind}s don't carry")
    };
    route("2::/16", "\"nat\"", "2::/16", &family("2::/16", "NAT gateway"));
    let egress_only = family("8.0.0.0/8", "egress-only internet gateway");
    route("8.0.0.0/8", "\"eigw\"", "8.0.0.0/8", &egress_only);
    for (peer, cidr) in [("w", "10.1.2.0/24"), ("x", "10.2.2.0/24")] {
        let around = format!("{cidr} is of VPC `{peer}`, which VPC `v` hears directly");
        route(cidr, "\"vpn\"", cidr, &around);
    }
}

#[test]
fn what_is_local_leads_elsewhere_only_by_a_subnet_s_prefix() {
    let within = |cidr| format!("{cidr} lies within VPC `v`, whose own addresses are local");
    for (cidr, target) in [
        ("10.0.0.0/16", "\"nat\""),
        ("10.0.1.0/25", "\"nat\""),
        ("10.0.3.0/24", "\"nat\""),
        ("10.0.1.0/24", "\"igw\""),
        ("10.0.1.0/24", "\"vpn\", propagated = true"),
        ("10.0.1.0/24", "\"transit\""),
        ("10.0.1.0/24", "\"vw\""),
        ("10.0.1.0/24", "\"blackhole\""),
        ("10.0.1.0/25", "\"e\""),
        ("10.0.3.0/24", "\"e\""),
    ] {
        route(cidr, target, cidr, &within(cidr));
    }
}

#[test]
fn an_eni_may_stand_between() {
    let nat = "target = \"nat\"";
    read(&JOINED.replace(nat, "target = \"e\"")).unwrap_or_else(|e| panic!("{e}"));
    let propagated = "a route to `e` that is propagated";
    route("8.0.0.0/8", "\"e\", propagated = true", "e", propagated);
}

#[test]
fn other_vpcs_subnets_use_other_targets() {
    let w = "[[subnets]]\nname = \"t\"\nvpc = \"w\"\ncidrs = [\"10.1.1.0/24\"]\n\
             route_table = \"wt\"\n[[subnets]]\nname = \"u\"";
    for (cidr, target) in [("8.0.0.0/8", "igw"), ("10.2.0.0/16", "transit"), ("8.0.0.0/8", "e")] {
        let table = format!(
            "[[route_tables]]\nname = \"wt\"\n\
             routes = [{{ destination = \"{cidr}\", target = \"{target}\" }}]\n{w}"
        );
        let message = format!("`{target}` is none of VPC `w`, whose subnet uses this table");
        check("[[subnets]]\nname = \"t\"", &table, &format!("\"{target}\""), &message);
    }
}

#[test]
fn a_table_has_room_for_a_thousand() {
    let route =
        |n| format!("{{ destination = \"9.{}.{}.0/24\", target = \"igw\" }},", n / 256, n % 256);
    let many: String = (0..993).map(route).collect();
    let local = "{ destination = \"10.0.1.0/24\", target = \"local\" }";
    let fits = many.trim_end_matches(',');
    read(&JOINED.replace(local, fits)).unwrap_or_else(|e| panic!("{e}"));
    let more = format!("{many}{}", route(993).trim_end_matches(','));
    check(local, &more, "\"table\"", "1001 routes in one table");
}
