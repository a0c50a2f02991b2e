//! Does each mistake with a security group make its problem, at its place, and only that?

use crate::{check_in, read};

/// The right file with an ENI more, and security groups. Each case spoils one thing.
const RIGHT: &str = concat!(
    include_str!("right.toml"),
    r#"
[[enis]]
name = "e3"
subnet = "s"
mac = "02:00:00:00:00:14"
addresses = ["10.0.1.100"]
card = "a"
port = "host0"
vlan = 3
security_groups = ["web", "app"]
[[security_groups]]
name = "web"
vpc = "v"
outbound = [
  { protocol = "udp", ports = 53, peer = "::/0" },
  { protocol = "udp", ports = 123, peer = "app" },
]
[[security_groups]]
name = "app"
vpc = "v"
inbound = [{ protocol = 50, peer = "web" }]
[[security_groups]]
name = "web"
vpc = "w"
[[security_groups]]
name = "there"
vpc = "w"
"#
);

#[track_caller]
fn check(from: &str, to: &str, at: &str, message: &str) {
    check_in(RIGHT, from, to, at, message);
}

#[test]
fn the_right_file_is_right() {
    let vpcs = read(RIGHT).unwrap_or_else(|e| panic!("{e}"));
    let groups: Vec<_> = vpcs.security_groups.iter().map(|g| (g.vpc, g.name.as_str())).collect();
    let own = [(0, "web"), (0, "app"), (1, "web"), (1, "there")];
    assert_eq!(groups, [&own[..], &[(0, "default"), (1, "default")]].concat());
    let of = |eni: usize| vpcs.enis[eni].security_groups.clone();
    assert_eq!((of(0), of(2)), (vec![4], vec![0, 1]));
}

#[test]
fn names() {
    let app = "name = \"app\"\nvpc = \"v\"\ninbound = [{ protocol = 50, peer = \"web\" }]";
    check(
        "name = \"there\"",
        "name = \"web\"",
        "\"web\"",
        "two security group objects are named `web`",
    );
    check("name = \"there\"", "name = \"\"", "\"\"", "an empty name");
    check(
        "name = \"there\"",
        "name = \"a/b\"",
        "\"a/b\"",
        "a security group named `a/b` would be read as a prefix where a rule names it",
    );
    check("\"there\"\nvpc = \"w\"", "\"there\"\nvpc = \"x\"", "\"x\"", "unknown VPC `x`");
    check(app, &app.replace("\"v\"", "\"x\""), "\"x\"", "unknown VPC `x`");
}

#[test]
fn peers() {
    let peer = "peer = \"app\"";
    check(peer, "peer = \"x\"", "\"x\"", "unknown security group `x`");
    check(
        peer,
        "peer = \"there\"",
        "\"there\"",
        "security group `there` belongs to VPC `w`, not to VPC `v`",
    );
    check(
        peer,
        "peer = \"10.0.0.1/8\"",
        "\"10.0.0.1/8\"",
        "10.0.0.1/8 has bits set behind its prefix length",
    );
    check(
        "protocol = \"udp\", ports = 53",
        "protocol = \"icmp\"",
        "\"::/0\"",
        "::/0 is never the address of a packet of icmp",
    );
    check(
        "ports = 123",
        "icmp_type = 8",
        "8",
        "a rule of protocol udp can't name an ICMP type or code",
    );
    let keys = "`protocol`, `ports`, `icmp_type`, `icmp_code`, `peer`";
    let unknown = format!("unknown field `cidr`, expected one of {keys}");
    check(peer, "cidr = \"app\"", "cidr", &unknown);
}

#[test]
fn groups_of_an_eni() {
    let groups = "[\"web\", \"app\"]";
    check(groups, "[]", "[]", "0 security groups of one ENI");
    check(groups, "[\"web\", \"x\"]", "\"x\"", "unknown security group `x`");
    check(
        groups,
        "[\"there\"]",
        "\"there\"",
        "security group `there` belongs to VPC `w`, not to VPC `v`",
    );
    let twice = read(&RIGHT.replace(groups, "[\"app\", \"app\"]")).expect_err("twice");
    let (wrong, _) = twice.problems[0].cause.lines();
    assert_eq!((twice.problems.len(), wrong.as_str()), (1, "security group `app` is named twice"));
}

/// What is wrong if the ENI is in `count` groups of these inbound rules.
fn many(count: usize, rules: &str) -> Vec<String> {
    let group =
        |n| format!("[[security_groups]]\nname = \"g{n}\"\nvpc = \"v\"\ninbound = [{rules}]\n");
    let names: Vec<String> = (0..count).map(|n| format!("g{n}")).collect();
    let text = RIGHT.replace("[\"web\", \"app\"]", &format!("{names:?}"));
    let text = text + &(0..count).map(group).collect::<String>();
    let wrong = |p: &control::Problem| p.cause.lines().0;
    read(&text).map_or_else(|e| e.problems.iter().map(wrong).collect(), |_| Vec::new())
}

#[test]
fn limits() {
    let rules = |n, peer| format!("{{ protocol = 1, peer = \"{peer}\" }},").repeat(n);
    assert_eq!(many(1, &rules(60, "app")), [""; 0]);
    assert_eq!(many(1, &rules(61, "app")), ["61 inbound rules of one family"; 2], "in both");
    assert_eq!(many(1, &rules(61, "10.0.0.0/8")), ["61 inbound rules of one family"]);
    assert_eq!(many(16, &rules(60, "app")), [""; 0]);
    assert_eq!(many(17, &rules(1, "app")), ["17 security groups of one ENI"]);
    let v4_and_v6 = |n| rules(n, "10.0.0.0/8") + &rules(n, "::/0").replace("= 1,", "= 58,");
    assert_eq!(many(10, &v4_and_v6(30)), [""; 0]);
    let together = "1024 inbound rules of one ENI's security groups";
    assert_eq!(many(16, &v4_and_v6(32)), [together]);
}
