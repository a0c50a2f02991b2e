//! Gateways that a card plays, and public addresses.

use super::{check_in, read};

/// A card with gateways, on which everything is right.
const EDGE: &str = include_str!("edge.toml");

#[track_caller]
fn check(from: &str, to: &str, at: &str, message: &str) {
    check_in(EDGE, from, to, at, message);
}

/// How the gateway to the office goes on behind its kind.
const OFFICE: &str = "card = \"e\"\nport = \"host1\"\n";
const OFFICE_MAC: &str = "\"02:00:00:00:ee:02\"";
const BOX: &str = "underlay_ip = \"192.0.2.20\"";

#[test]
fn the_edge_is_right() {
    read(EDGE).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn a_gateway_is_a_box_or_on_a_card() {
    check(BOX, "", "\"box\"", "gateway `box` is nowhere");
    let both = format!("{BOX}\ncard = \"a\"");
    let message = "gateway `box` has an underlay address and a card";
    check(BOX, &both, "\"a\"", message);
    for (key, value) in [
        ("port", "\"host0\""),
        ("vlan", "[5, 6]"),
        ("addresses", "[\"198.51.100.9\"]"),
        ("route_table", "\"ingress\""),
    ] {
        let with = format!("{BOX}\n{key} = {value}");
        check(BOX, &with, value, &format!("`{key}` of a gateway that is on no card"));
    }
    let nowhere = "gateway `office` is on a card and at none of its ports";
    check(OFFICE, "card = \"e\"\n", "\"e\"", nowhere);
    check(OFFICE, "card = \"f\"\nport = \"host1\"\n", "\"f\"", "unknown card `f`");
    let port = "`net0` is no host port";
    check(OFFICE, "card = \"e\"\nport = \"net0\"\n", "\"net0\"", port);
    let vlan = format!("{OFFICE}vlan = 0\n");
    check(OFFICE, &vlan, "0", "0 is no VLAN of a place");
}

#[test]
fn no_card_keeps_a_gateway_s_state() {
    let kind = "kind = \"vpn\"";
    for (name, words) in [
        ("nat", "NAT gateway"),
        ("egress-only", "egress-only internet gateway"),
        ("endpoint", "endpoint"),
    ] {
        let message = format!("no card plays this {words}: it keeps state");
        check(kind, &format!("kind = \"{name}\""), "\"e\"", &message);
    }
}

#[test]
fn a_place_is_a_router_s_alone() {
    let at = |vlan| format!("card `e`, port host0, {vlan} is taken");
    let vlan = |vid: u16| format!("card = \"e\"\nport = \"host0\"\nvlan = {vid}\n");
    check(OFFICE, &vlan(100), "100", &at("VLAN 100"));
    check(OFFICE, &vlan(3), "3", &at("VLAN 3"));
    let x = "vlan = 3";
    let message = "card `e`, port host1, without a VLAN is taken";
    check(&format!("port = \"host0\"\n{x}"), "port = \"host1\"", "\"host1\"", message);
    // Another router, another kind, and two of one VPC.
    let shared = "mac = \"02:00:00:00:ee:01\"\naddresses = [\"198.51.100.2\"]";
    let other = shared.replace("ee:01", "ee:09");
    check(shared, &other, "100", &at("VLAN 100"));
    let vpn = "name = \"shared\"\nvpc = \"w\"\nkind = \"internet\"";
    check(vpn, &vpn.replace("internet", "vpn"), "100", &at("VLAN 100"));
    let mixed = "2001:db8:1:80::/57 of VPC `x` overlaps 2001:db8:1::/56 of VPC `w`, and both share \
                 a router";
    let x = EDGE.replace(
        "addresses = [\"10.2.1.4\"]\ncard = \"e\"",
        "addresses = [\"10.2.1.4\"]\n\
                          card = \"a\"",
    );
    let with = "card = \"e\"\nport = \"host0\"\nvlan = 100\nmac = \"02:00:00:00:ee:01\"";
    check_in(&x, &format!("{BOX}\nmac = \"02:00:00:00:ee:03\""), with, "100", mixed);
}

#[test]
fn a_router_is_found_by_its_mac() {
    for mac in ["02:00:00:00:00:11", "02:00:00:00:ee:01"] {
        let message = format!("{} is given twice in VPC `v`", mac.to_uppercase());
        let at = format!("\"{mac}\"");
        check(OFFICE_MAC, &at, &at, &message);
    }
    let router = "02:00:00:00:00:01 is the MAC of the VPC's router";
    check(OFFICE_MAC, "\"02:00:00:00:00:01\"", "\"02:00:00:00:00:01\"", router);
}

#[test]
fn nobody_lives_there_whose_name_those_beyond_could_use() {
    let office = "name = \"office\"\nvpc = \"v\"";
    let at_x = "ENI `x-1` of VPC `x` hangs on card `e` as well";
    check(office, "name = \"office\"\nvpc = \"x\"", "\"e\"", at_x);
    let peer = "addresses = [\"10.3.1.4\"]\ncard = ";
    let text = EDGE.replace(&format!("{peer}\"a\""), &format!("{peer}\"e\""));
    let message = "ENI `peer-1` of VPC `peer` hangs on card `e` as well";
    let errors = read(&text).expect_err("a peer's ENI");
    let found: Vec<_> = errors.problems.iter().map(|p| p.cause.lines().0).collect();
    assert_eq!(found, [message; 2], "{errors}");
}

#[test]
fn addresses_of_the_card() {
    let right = "\"198.51.100.2\"";
    for wrong in [
        "224.0.0.1",
        "127.0.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "169.254.1.1",
        "fe80::1",
        "fd00:ec2::9",
        "::ffff:198.51.100.2",
        "ff02::1",
    ] {
        let at = format!("\"{wrong}\"");
        let message = format!("`{wrong}` is no address by which a router knows a card");
        check(right, &at, &at, &message);
    }
    check(right, "\"198.51.100\"", "\"198.51.100\"", "`198.51.100` is no IP address");
    let twice = "the router beyond would know the card by 198.51.100.1 twice";
    check(right, "\"198.51.100.1\"", "\"198.51.100.1\"", twice);
    for (wrong, cidr) in [("10.0.9.9", "10.0.0.0/16"), ("2001:db8:1::9", "2001:db8:1::/56")] {
        let message = format!("{wrong} lies within VPC `w`, in {cidr}");
        let at = format!("\"{wrong}\"");
        check(right, &at, &at, &message);
    }
}

#[test]
fn a_vpc_has_an_address_of_its_card_once() {
    let with = |vpc| {
        let other = format!(
            "[[gateways]]\nname = \"other\"\nvpc = \"{vpc}\"\nkind = \"vpn\"\ncard = \"e\"\n\
             port = \"host1\"\nvlan = 9\nmac = \"02:00:00:00:ee:0a\"\n\
             addresses = [\"198.51.100.1\"]\n"
        );
        read(&format!("{EDGE}{other}"))
    };
    with("w").unwrap_or_else(|e| panic!("{e}"));
    let errors = with("v").expect_err("two of one VPC");
    let twice = "the router beyond would know the card by 198.51.100.1 twice";
    assert_eq!(errors.problems[0].cause.lines().0, twice, "{errors}");
}

#[test]
fn what_comes_goes_by_a_table_of_the_vpc() {
    let right = "route_table = \"ingress\"";
    let of_w = "route table `of w` belongs to VPC `w`, the gateway to VPC `v`";
    check(right, "route_table = \"of w\"", "\"of w\"", of_w);
    check(right, "route_table = \"none\"", "\"none\"", "unknown route table `none`");
    let route = "{ destination = \"10.0.2.0/25\", target = \"local\" }";
    for target in ["w-1", "vp", "office", "box"] {
        let message = format!("what comes from beyond gateway `internet` can't go to `{target}`");
        let wrong = route.replace("local", target);
        check(route, &wrong, &format!("\"{target}\""), &message);
    }
    for target in ["local", "blackhole", "v-1"] {
        let message = "10.2.0.0/25 does not lie within VPC `v`, which has 10.0.0.0/16, \
                       2001:db8::/56";
        let wrong = route.replace("10.0.2", "10.2.0");
        let wrong = wrong.replace("local", target);
        check(route, &wrong, "\"10.2.0.0/25\"", message);
    }
}

#[test]
fn public_addresses() {
    let right = "\"203.0.113.1\"";
    for wrong in ["224.0.0.1", "2001:db8:9::1", "203.0.113", "127.0.0.1", "169.254.1.1"] {
        let at = format!("\"{wrong}\"");
        check(right, &at, &at, &format!("`{wrong}` is no public address"));
    }
    check(right, "\"203.0.113.2\"", "\"203.0.113.2\"", "203.0.113.2 is given twice");
    let within = "10.2.9.9 lies within VPC `x`, in 10.2.0.0/16";
    check(right, "\"10.2.9.9\"", "\"10.2.9.9\"", within);
    let outside = "198.51.100.2 is the address by which a router knows the card";
    check(right, "\"198.51.100.2\"", "\"198.51.100.2\"", outside);
    let of = "eni = \"v-1\"\nprivate = \"10.0.1.5\"";
    check(of, "eni = \"v-3\"", "\"v-3\"", "unknown ENI `v-3`");
    check(of, "eni = \"v-2\"", "\"v-2\"", "ENI `v-2` has no IPv4 address");
    for wrong in ["10.0.1.6", "2001:db8:0:1::4", "10.0.1"] {
        let to = format!("eni = \"v-1\"\nprivate = \"{wrong}\"");
        let message = format!("{wrong} is no IPv4 address of ENI `v-1`");
        check(of, &to, &format!("\"{wrong}\""), &message);
    }
    let taken = "10.0.1.4 of ENI `v-1` has a public address already";
    check(of, "eni = \"v-1\"\nprivate = \"10.0.1.4\"", "\"v-1\"", taken);
    check(right, "1", "1", "invalid type: integer `1`, expected a string");
}
