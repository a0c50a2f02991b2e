//! Do security groups mean what the file says? Cases made by hand.

use crate::{Card, LARGE, beginning, compiled, parse};
use control::{Syntax, compile, legend::Direction};
use hdl::eni::AttachKey;

const IN: Direction = Direction::Inbound;
const OUT: Direction = Direction::Outbound;
const TCP: u8 = 6;

/// An ENI: its address, its card, and what else is said of it.
pub type Eni<'t> = (&'t str, &'t str, &'t str);

/// The two groups of which each names the other.
const NAME_EACH_OTHER: &str = r#"
    [[security_groups]]
    name = "a"
    vpc = "v"
    inbound = [
      { protocol = "all", peer = "a" },
      { protocol = "tcp", ports = 8100, peer = "b" },
      { protocol = "tcp", ports = 443, peer = "0.0.0.0/0" },
    ]
    outbound = [{ protocol = "all", peer = "0.0.0.0/0" }]
    [[security_groups]]
    name = "b"
    vpc = "v"
    inbound = [{ protocol = "tcp", ports = "9000-9010", peer = "a" }]
    outbound = [{ protocol = "all", peer = "0.0.0.0/0" }]
    "#;
const A: &str = "security_groups = [\"a\"]";
const B: &str = "security_groups = [\"b\"]";

/// Cards `a` and `b`, one VPC with one subnet, and these groups and ENIs.
fn file(groups: &str, enis: &[Eni]) -> String {
    let mut text = beginning(&["a", "b"], &["10.0.0.0/16"]);
    text += r#"
        [[subnets]]
        name = "s"
        vpc = "v"
        cidrs = ["10.0.0.0/22"]
        [[mappings]]
        vpc = "v"
        address = "10.0.3.250"
        mac = "02:00:00:00:bb:01"
        underlay_ip = "192.0.2.9"
        "#;
    text += groups;
    for (number, (address, card, more)) in (1..).zip(enis) {
        text += &format!(
            "[[enis]]\nname = \"e{number:03}\"\nsubnet = \"s\"\naddresses = [\"{address}\"]\n\
             mac = \"02:00:00:01:0{}:{:02x}\"\ncard = \"{card}\"\nport = \"host0\"\n\
             vlan = {number}\n{more}\n",
            number / 256,
            number % 256,
        );
    }
    text
}

pub fn card(groups: &str, enis: &[Eni]) -> Card {
    Card(compiled(&file(groups, enis), "a"))
}

impl Card {
    /// The rule by which the groups of the ENI with that VLAN allow it.
    fn allows(&self, vlan: u16, way: Direction, peer: &str, port: u16) -> Option<&str> {
        let eni = self.0.image.attachments[&AttachKey::place(0, &[vlan])];
        let action = self.action(eni.policy, way, peer, (TCP, Some(port))).group;
        assert_eq!(action.allow, action.rule != 0);
        self.0.legend.group_rule(1, way, action.rule)
    }
}

#[test]
fn two_groups_name_each_other() {
    let members = [("10.0.0.4", "a", A), ("10.0.0.9", "a", B), ("10.0.0.20", "b", A)];
    let card = card(NAME_EACH_OTHER, &members);
    let to_a = |peer, port| card.allows(1, IN, peer, port);
    assert_eq!(to_a("10.0.0.20", 22), Some("a in: all group a"), "on the other card");
    assert_eq!(to_a("10.0.0.9", 8100), Some("a in: tcp 8100 group b"));
    assert_eq!(to_a("10.0.0.9", 8101), None);
    assert_eq!(to_a("10.0.0.9", 443), Some("a in: tcp 443 0.0.0.0/0"));
    assert_eq!(to_a("8.8.8.8", 443), Some("a in: tcp 443 0.0.0.0/0"));
    assert_eq!(to_a("10.0.3.250", 8100), None, "a mapping is no member");
    let to_b = |peer, port| card.allows(2, IN, peer, port);
    assert_eq!(to_b("10.0.0.20", 9010), Some("b in: tcp 9000-9010 group a"));
    assert_eq!(to_b("10.0.0.20", 9011), None);
    assert_eq!(to_b("10.0.0.9", 9000), None, "itself is no member of a");
    assert_eq!(card.allows(2, OUT, "10.0.0.4", 1), Some("b out: all 0.0.0.0/0"));
    assert_eq!(card.allows(2, OUT, "2001:db8::1", 1), None, "an IPv4 rule says nothing of IPv6");
}

#[test]
fn an_eni_that_names_no_group_is_in_its_vpc_s_default() {
    let members = [("10.0.0.4", "a", ""), ("10.0.0.20", "b", ""), ("10.0.0.9", "a", A)];
    let by_itself = card(NAME_EACH_OTHER, &members);
    let from = |card: &Card, peer| card.allows(1, IN, peer, 22).map(String::from);
    assert_eq!(from(&by_itself, "10.0.0.20").as_deref(), Some("default in: all group default"));
    assert_eq!(from(&by_itself, "10.0.0.9"), None, "no member");
    assert_eq!(by_itself.allows(1, OUT, "8.8.8.8", 1), Some("default out: all 0.0.0.0/0"));
    assert_eq!(by_itself.allows(1, OUT, "2001:db8::1", 1), Some("default out: all ::/0"));
    let own = NAME_EACH_OTHER.replace("\"b\"", "\"default\"");
    let own = card(&own, &members);
    assert_eq!(own.allows(1, IN, "10.0.0.9", 9000), Some("default in: tcp 9000-9010 group a"));
    assert_eq!(from(&own, "10.0.0.20"), None, "what the file says replaces the VPC's own");
}

#[test]
fn the_rules_of_all_groups_count_together() {
    let both = "security_groups = [\"b\", \"a\"]";
    let members = [("10.0.0.4", "a", both), ("10.0.0.9", "a", A), ("10.0.0.20", "a", B)];
    let card = card(NAME_EACH_OTHER, &members);
    assert_eq!(
        card.allows(1, IN, "10.0.0.9", 9000),
        Some("a in: all group a"),
        "the first by name"
    );
    assert_eq!(card.allows(1, IN, "10.0.0.20", 8100), Some("a in: tcp 8100 group b"));
    assert_eq!(card.allows(2, IN, "10.0.0.4", 22), Some("a in: all group a"));
    assert_eq!(card.allows(3, IN, "10.0.0.4", 9000), Some("b in: tcp 9000-9010 group a"));
}

#[test]
fn enis_with_the_same_rules_share_a_policy() {
    let ab = "security_groups = [\"a\", \"b\"]";
    let ba = "security_groups = [\"b\", \"a\"]";
    let members =
        [("10.0.0.4", "a", ab), ("10.0.0.5", "a", ba), ("10.0.0.6", "a", A), ("10.0.0.7", "a", "")];
    let card = card(NAME_EACH_OTHER, &members);
    let policies: Vec<u8> = (1..=4)
        .map(|vlan| card.0.image.attachments[&AttachKey::place(0, &[vlan])].policy)
        .collect();
    assert_eq!(policies, [2, 2, 1, 3], "by the names of the groups");
    let groups: Vec<_> = (1..=3).map(|policy| card.0.legend.groups(policy).unwrap()).collect();
    assert_eq!(groups, [vec!["a"], vec!["a", "b"], vec!["default"]]);
    assert_eq!(card.0.legend.acl(3), Some("default of VPC v"));
}

/// Intervals of addresses with these members, two addresses apart.
fn intervals(groups: &str, first: &str) -> usize {
    let addresses: Vec<String> = (2..122).map(|n| format!("10.0.1.{}", 2 * n)).collect();
    let mut members = vec![("10.0.0.4", "a", first)];
    members.extend(addresses.iter().map(|a| (a.as_str(), "b", "")));
    card(groups, &members).0.image.routes.len()
}

#[test]
fn members_side_by_side_are_one_interval_where_nobody_can_tell() {
    let few = intervals("", "");
    assert!(few < 16, "{few} intervals");
    // Each of 121 members and what is behind it, where all of them were one interval.
    let exact = few + 2 * 120;
    assert_eq!(intervals("", "source_dest_check = false"), exact, "any source may come");
    let outbound = r#"
        [[security_groups]]
        name = "default"
        vpc = "v"
        outbound = [{ protocol = "all", peer = "default" }]
        "#;
    assert!(intervals(outbound, "") > 200, "a destination that nobody has");
}

#[test]
fn rules_beyond_their_number_are_named() {
    let mut groups = String::new();
    let mut members = Vec::new();
    for group in 0..18 {
        let rule = |n| format!("{{ protocol = {n}, peer = \"0.0.0.0/0\" }},");
        let rules: String = (60..120).map(rule).collect();
        groups += &format!(
            "[[security_groups]]\nname = \"g{group}\"\nvpc = \"v\"\ninbound = [{rules}]\n"
        );
        let of = format!("security_groups = [\"g{group}\"]");
        members.push((format!("10.0.0.{}", 4 + group), of));
    }
    let members: Vec<Eni> =
        members.iter().map(|(address, of)| (address.as_str(), "a", of.as_str())).collect();
    let vpcs = parse(&file(&groups, &members), Syntax::Toml);
    let errors = compile(&vpcs, "a", LARGE).expect_err("1,080 rules");
    let (wrong, _) = errors.problems[0].cause.lines();
    let expect = "card `a` would need 1080 rules of security groups in one VPC and direction, \
                  and can number 1023";
    assert_eq!(wrong, expect);
}
