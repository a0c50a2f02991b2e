//! Does each mistake make its problem, at its place, and only that?

mod dhcp;
mod edge;
mod groups;
mod routes;
mod services;

use control::{Errors, Syntax, Vpcs};

/// A small file in which everything is right. Each case spoils one thing.
const RIGHT: &str = include_str!("right.toml");

fn read(text: &str) -> Result<Vpcs, Errors> {
    Vpcs::parse("test.toml", text, Syntax::Toml)
}

/// Replace `from`, which stands once in the right file, and expect one problem that quotes `at`.
#[track_caller]
fn check(from: &str, to: &str, at: &str, message: &str) {
    check_in(RIGHT, from, to, at, message);
}

#[track_caller]
fn check_in(right: &str, from: &str, to: &str, at: &str, message: &str) {
    assert_eq!(right.matches(from).count(), 1, "{from} is not unique");
    let text = right.replace(from, to);
    let errors = read(&text).expect_err(to);
    let found: Vec<_> = errors
        .problems
        .iter()
        .map(|p| {
            let (wrong, way_out) = p.cause.lines();
            assert!(!way_out.is_empty(), "{wrong}: and the way out?");
            (text[p.at.clone().expect("it is the file that is wrong")].to_owned(), wrong)
        })
        .collect();
    assert_eq!(found, [(at.to_owned(), message.to_owned())], "{errors}");
}

#[test]
fn the_right_file_is_right() {
    read(RIGHT).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn underlay_mtu() {
    for bytes in ["1329", "9203", "-1", "70000"] {
        let said = format!("underlay_mtu = {bytes}\n[[cards]]\nname = \"a\"");
        check("[[cards]]\nname = \"a\"", &said, bytes, &format!("{bytes} bytes is no limit"));
    }
}

#[test]
fn shape() {
    check(
        "vni = 7",
        "vni = ",
        "",
        "can't be read: string values must be quoted, expected literal string",
    );
    check("vni = 7", "vni = \"7\"", "\"7\"", "invalid type: string \"7\", expected i64");
    check("vni = 7", "", "[[vpcs]]", "missing field `vni`");
    check(
        "vni = 7",
        "vni = 7\ncolor = 1",
        "color",
        "unknown field `color`, expected one of `name`, `vni`, `cidrs`, `dhcp`, \
         `asks_for_mappings`",
    );
    check(
        "\n[[cards]]\nname = \"a\"",
        "\nvpc = 1\n[[cards]]\nname = \"a\"",
        "vpc",
        "unknown key `vpc`",
    );
    check("[[mappings]]", "[mappings]", "[mappings]", "expected a list of mapping objects");
}

#[test]
fn names() {
    check("name = \"e2\"", "name = \"\"", "\"\"", "an empty name");
    check("name = \"e2\"", "name = \"e1\"", "\"e1\"", "two ENI objects are named `e1`");
    check("vpc = \"w\"", "vpc = \"x\"", "\"x\"", "unknown VPC `x`");
    check("network_acl = \"acl\"", "network_acl = \"x\"", "\"x\"", "unknown network ACL `x`");
    check("route_table = \"table\"", "route_table = \"x\"", "\"x\"", "unknown route table `x`");
    check("\"e2\"\nsubnet = \"s\"", "\"e2\"\nsubnet = \"x\"", "\"x\"", "unknown subnet `x`");
    check(
        "card = \"a\"\nport = \"host1\"",
        "card = \"x\"\nport = \"host1\"",
        "\"x\"",
        "unknown card `x`",
    );
    check(
        "name = \"acl\"\nvpc = \"v\"",
        "name = \"acl\"\nvpc = \"w\"",
        "\"acl\"",
        "network ACL `acl` belongs to VPC `w`, the subnet to VPC `v`",
    );
}

#[test]
fn prefixes() {
    let v6 = ", \"2001:db8::/56\"";
    let special = |cidr: &str, special: &str| {
        let at = format!("\"{cidr}\"");
        let why = match special {
            "127.0.0.0/8" => "loopback",
            "::/8" => "reserved, loopback, and IPv4",
            _ => "multicast",
        };
        let message = format!("{cidr} overlaps {special}, which has a meaning of its own: {why}");
        check("\"10.0.0.0/17\"", &at, &at, &message);
    };
    special("127.0.0.0/16", "127.0.0.0/8");
    special("ff02::/64", "ff00::/8");
    special("::/8", "::/8");
    check("vni = 7", "vni = 16777216", "16777216", "VNI 16777216 is none: it has 24 bits");
    check("vni = 7", "vni = -1", "-1", "VNI -1 is none: it has 24 bits");
    check("vni = 8", "vni = 7", "7", "two VPCs have the VNI 7");
    check(v6, ", \"2001:db8::\"", "\"2001:db8::\"", "`2001:db8::` is no prefix");
    check(
        "\"2001:db8::/56\"",
        "\"2001:db8::1/56\"",
        "\"2001:db8::1/56\"",
        "2001:db8::1/56 has bits set behind its prefix length",
    );
    check("cidrs = [\"10.0.0.0/17\"]", "cidrs = []", "\"w\"", "no prefix at all");
    check(
        v6,
        ", \"10.0.4.0/24\", \"2001:db8::/56\"",
        "\"10.0.4.0/24\"",
        "10.0.4.0/24 overlaps 10.0.0.0/16 of the same VPC",
    );
    check(
        "protocol = \"tcp\", ports = \"80-90\",\n    cidr = \"0.0.0.0/0\"",
        "protocol = \"all\", cidr = \"::ffff:10.0.0.0/104\"",
        "\"::ffff:10.0.0.0/104\"",
        "::ffff:10.0.0.0/104 lies in ::ffff:0:0/96, where this card keeps IPv4",
    );
}

#[test]
fn subnets() {
    let t = "vpc = \"w\"\ncidrs = [\"10.0.1.0/24\"]";
    let with = |cidr: &str| format!("vpc = \"w\"\ncidrs = [{cidr}]");
    check(
        t,
        &with("\"10.0.200.0/24\""),
        "\"10.0.200.0/24\"",
        "10.0.200.0/24 does not lie within VPC `w`, which has 10.0.0.0/17",
    );
    check(
        t,
        &with("\"10.0.1.0/30\""),
        "\"10.0.1.0/30\"",
        "10.0.1.0/30 has no room for an ENI: five addresses of a subnet are reserved",
    );
    check(
        t,
        "vpc = \"v\"\ncidrs = [\"10.0.1.128/25\"]",
        "\"10.0.1.128/25\"",
        "10.0.1.128/25 overlaps 10.0.1.0/24 of the same VPC",
    );
}

#[test]
fn addresses() {
    let outside =
        "10.0.2.4 does not lie within subnet `s`, which has 10.0.1.0/24, 2001:db8:0:1::/64";
    let e2 = "\"10.0.1.254\"";
    check(e2, "\"10.0.1\"", "\"10.0.1\"", "`10.0.1` is no IP address");
    check(e2, "\"10.0.2.4\"", "\"10.0.2.4\"", outside);
    check(
        e2,
        "\"10.0.1.3\"",
        "\"10.0.1.3\"",
        "10.0.1.3 is reserved: it is one of the first four or the last of 10.0.1.0/24",
    );
    check(
        e2,
        "\"10.0.1.255\"",
        "\"10.0.1.255\"",
        "10.0.1.255 is reserved: it is one of the first four or the last of 10.0.1.0/24",
    );
    check(
        e2,
        "\"2001:db8:0:1::1\"",
        "\"2001:db8:0:1::1\"",
        "2001:db8:0:1::1 is reserved: it is one of the first four or the last of 2001:db8:0:1::/64",
    );
    let reserved = "10.0.1.1 is reserved: it is one of the first four or the last of 10.0.1.0/24";
    for router_of in [e2, "\"10.0.1.5\""] {
        check(router_of, "\"10.0.1.1\"", "\"10.0.1.1\"", reserved);
    }
    check(e2, "\"10.0.1.4\"", "\"10.0.1.4\"", "10.0.1.4 is given twice in VPC `v`");
    check("[\"10.0.1.254\"]", "[]", "\"e2\"", "an ENI without an address");
    let mac = "\"02:00:00:00:00:12\"";
    check(mac, "\"02:00\"", "\"02:00\"", "`02:00` is no MAC");
    check(
        mac,
        "\"03:00:00:00:00:12\"",
        "\"03:00:00:00:00:12\"",
        "03:00:00:00:00:12 is the MAC of nobody or of a group",
    );
    check(
        mac,
        "\"02:00:00:00:00:11\"",
        "\"02:00:00:00:00:11\"",
        "02:00:00:00:00:11 is given twice in VPC `v`",
    );
    check(
        mac,
        "\"02:00:00:00:00:01\"",
        "\"02:00:00:00:00:01\"",
        "02:00:00:00:00:01 is the MAC of the VPC's router",
    );
}

#[test]
fn places() {
    check("port = \"host1\"", "port = \"net0\"", "\"net0\"", "`net0` is no host port");
    check("vlan = 4094", "vlan = 4095", "4095", "4095 is no VLAN of a place");
    check("vlan = 4094", "vlan = [1, 2, 3]", "[1, 2, 3]", "[1, 2, 3] is no VLAN of a place");
    check("vlan = 4094", "vlan = [1, 0]", "[1, 0]", "[1, 0] is no VLAN of a place");
    check(
        "port = \"host1\"\nvlan = 4094",
        "port = \"host0\"",
        "\"host0\"",
        "two ENIs hang at card `a`, port host0, without a VLAN",
    );
    check(
        "\"192.0.2.2\"",
        "\"2001:db8::1\"",
        "\"2001:db8::1\"",
        "`2001:db8::1` is no IPv4 address of a tunnel endpoint",
    );
    check(
        "\"192.0.2.2\"",
        "\"192.0.2.1\"",
        "\"192.0.2.1\"",
        "two cards have the underlay address 192.0.2.1",
    );
    check(
        "\"02:00:00:00:aa:02\"",
        "\"02:00:00:00:aa:01\"",
        "\"02:00:00:00:aa:01\"",
        "two cards have the underlay MAC 02:00:00:00:AA:01",
    );
    for (seconds, key) in [("2047", "tcp_established"), ("1", "udp")] {
        let right = format!("{key} = {seconds}");
        for wrong in ["0", "-1", "2048"] {
            let message = format!("{wrong} s is no idle time");
            check(&right, &format!("{key} = {wrong}"), wrong, &message);
        }
    }
    for (limit, key, unit, wrongs) in [
        ("10", "packets_per_second", "packets/s", ["9", "200000001"]),
        ("125000", "bytes_per_second", "bytes/s", ["124999", "12500000001"]),
        ("99", "punts_per_second", "packets/s", ["-1", "0"]),
        ("1000", "burst_ms", "ms", ["1001", "0"]),
    ] {
        for wrong in wrongs {
            let (right, wrong_key) = (format!("{key} = {limit}"), format!("{key} = {wrong}"));
            check(&right, &wrong_key, wrong, &format!("{wrong} {unit} is no limit"));
        }
    }
    let known = "`tcp_established`, `tcp`, `udp_stream`, `udp`, `other`";
    let unknown = format!("unknown field `icmp`, expected one of {known}");
    check("udp = 1 }", "icmp = 1 }", "icmp", &unknown);
    check("\"large\"", "\"huge\"", "\"huge\"", "unknown profile `huge`");
    check(
        "\"192.0.2.9\"",
        "\"192.0.2.2\"",
        "\"192.0.2.2\"",
        "192.0.2.2 is the underlay address of card `b`",
    );
    check(
        "\"10.0.1.5\"",
        "\"10.1.0.5\"",
        "\"10.1.0.5\"",
        "10.1.0.5 does not lie within VPC `v`, which has 10.0.0.0/16, 2001:db8::/56",
    );
}

#[test]
fn rules() {
    let rule = "number = 1, action = \"allow\", protocol = \"tcp\", ports = \"80-90\"";
    check("number = 1,", "number = 0,", "0", "rule number 0 is none");
    check("number = 1,", "number = 32767,", "32767", "rule number 32767 is none");
    check("number = 1,", "number = 2,", "2", "two inbound rules have the number 2");
    check(
        "action = \"allow\"",
        "action = \"pass\"",
        "\"pass\"",
        "unknown variant `pass`, expected `allow` or `deny`",
    );
    check(
        rule,
        "number = 1, action = \"allow\", protocol = \"tpc\"",
        "\"tpc\"",
        "`tpc` is no protocol",
    );
    check(rule, "number = 1, action = \"allow\", protocol = 256", "256", "`256` is no protocol");
    check("\"80-90\"", "\"90-80\"", "\"90-80\"", "`90-80` are no ports");
    check("\"80-90\"", "65536", "65536", "`65536` are no ports");
    check(
        "protocol = \"tcp\"",
        "protocol = \"all\"",
        "\"80-90\"",
        "a rule of protocol all can't name ports",
    );
    check(
        "protocol = \"icmp\"",
        "protocol = \"udp\"",
        "8",
        "a rule of protocol udp can't name an ICMP type or code",
    );
    check("icmp_type = 8, ", "", "0", "an ICMP code without a type");
    check("icmp_type = 8", "icmp_type = 256", "256", "256 is no ICMP type or code");
    check(
        "protocol = \"icmp\"",
        "protocol = \"icmpv6\"",
        "\"0.0.0.0/0\"",
        "0.0.0.0/0 is never the address of a packet of icmpv6",
    );
    let many: String = (1..=41)
        .map(|n| format!("{{ number = {n}, action = \"deny\", protocol = 9, cidr = \"::/0\" }},\n"))
        .collect();
    let many = format!("vpc = \"v\"\noutbound = [{many}]\ninbound = [");
    check("vpc = \"v\"\ninbound = [", &many, "\"acl\"", "41 outbound rules of one family");
}

#[test]
fn everything_at_once_in_the_order_of_the_file() {
    let text = RIGHT
        .replace("vni = 8", "vni = 7")
        .replace("\"80-90\"", "\"90-80\"")
        .replace("vlan = 4094", "vlan = 0\ncolor = 1");
    let errors = read(&text).unwrap_err();
    let shown = errors.to_string();
    let expect = "\
error: two VPCs have the VNI 7
  --> test.toml:15:7
   |
11 | vni = 7
   |       - and here
...
15 | vni = 7
   |       ^
   |
   = help: give each VPC a VNI of its own: it is what keeps them apart

error: `90-80` are no ports
  --> test.toml:21:61
   |
21 |   { number = 1, action = \"allow\", protocol = \"tcp\", ports = \"90-80\",
   |                                                             ^^^^^^^
   |
   = help: write a port or a range, as 443 or 1024-65535
";
    assert!(shown.starts_with(expect), "{shown}");
    assert!(shown.ends_with("3 problems in test.toml"), "{shown}");
    assert_eq!(errors.line(&errors.problems[2]), Some(58), "{shown}");
}
