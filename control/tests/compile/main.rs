//! Does a card hold what the file says? Cases made by hand.

mod appliances;
mod edge;
mod groups;
mod limits;
mod mtu;
mod routes;
mod services;
mod sizes;
mod syntax;
mod tracked;

use control::{Cause, Compiled, Syntax, Vpcs, compile, legend::Direction};
use hdl::{
    class::{AddressLabel, IpKey, PortKey},
    connection::IdleTimes,
    eni::AttachKey,
    mapping::MappingAction,
    nacl::{RuleAction, RuleKey, default_action},
    profile::{PROFILES, Profile},
    tables::{Interval, TableId},
};
use std::{fmt::Debug, net::IpAddr, path::Path};

const LARGE: &Profile = &PROFILES[0];

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name);
    std::fs::read_to_string(path).expect("the example is part of the project")
}

fn example() -> String {
    file("two-cards.toml")
}

fn parse(text: &str, syntax: Syntax) -> Vpcs {
    Vpcs::parse("test", text, syntax).unwrap_or_else(|e| panic!("{e}"))
}

fn compiled(text: &str, card: &str) -> Compiled {
    let all = compile(&parse(text, Syntax::Toml), card, LARGE).unwrap_or_else(|e| panic!("{e}"));
    starts_are_sorted(&all.image.port_classes);
    starts_are_sorted(&all.image.routes);
    all
}

fn starts_are_sorted<K: Ord + Default + Debug, L>(starts: &[(K, L)]) {
    assert_eq!(starts[0].0, K::default());
    assert!(starts.is_sorted_by(|(a, _), (b, _)| a < b), "starts must count upward");
}

fn ip(text: &str) -> u128 {
    match text.parse().expect("an address") {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

struct Card(Compiled);

impl Card {
    /// By the route table of that number.
    fn address(&self, table: u8, address: &str) -> AddressLabel {
        let starts = self.0.image.routes.clone();
        let routes = Interval { banks: [starts, Vec::new()] };
        routes.find(&IpKey { ip: ip(address), vpc: table }, false).1.far
    }

    fn port_class(&self, vpc: u8, protocol: u8, port: Option<u16>) -> u8 {
        let table = Interval { banks: [self.0.image.port_classes.clone(), Vec::new()] };
        let (ported, port) = (port.is_some(), port.unwrap_or(0));
        table.find(&PortKey { vpc, protocol, ported, port }, false).1.class
    }

    /// Number of the rule that decides, negative if it denies; 0 if none does.
    fn rule(&self, policy: u8, way: Direction, peer: &str, protocol: u8, port: Option<u16>) -> i32 {
        let RuleAction { allow, rule, .. } = self.action(policy, way, peer, (protocol, port));
        if allow { i32::from(rule) } else { -i32::from(rule) }
    }

    /// What is found for a peer of the first VPC and a protocol with its port.
    fn action(
        &self,
        policy: u8,
        way: Direction,
        peer: &str,
        (protocol, port): (u8, Option<u16>),
    ) -> RuleAction {
        let key = RuleKey {
            policy,
            address_class: self.address(1, peer).class,
            port_class: self.port_class(1, protocol, port),
            inbound: way == Direction::Inbound,
        };
        let image = &self.0.image;
        image.rules.get(&key).copied().unwrap_or_else(|| {
            let mut enis = image.attachments.values();
            let eni = enis.find(|eni| eni.eni > 0 && eni.policy == policy).expect("an ENI's");
            default_action(key.inbound, &image.enis[usize::from(eni.eni)])
        })
    }
}

/// How a file begins: these cards, and a VPC `v` of these prefixes.
fn beginning(cards: &[&str], cidrs: &[&str]) -> String {
    let card = |(name, number): (&&str, u8)| {
        format!(
            "[[cards]]\nname = \"{name}\"\nunderlay = {{ ip = \"192.0.2.{number}\", \
             mac = \"02:00:00:00:aa:0{number}\", gateway_mac = \"02:00:00:00:aa:99\" }}\n"
        )
    };
    let cards: String = cards.iter().zip(1..).map(card).collect();
    format!("{cards}[[vpcs]]\nname = \"v\"\nvni = 7\ncidrs = {cidrs:?}\n")
}

/// One ENI in a subnet with these inbound rules, in a group without any.
fn with_rules(rules: &str) -> Card {
    let text = beginning(&["a"], &["10.0.0.0/16", "2001:db8::/56"]);
    let text = text
        + &format!(
            r#"
        [[subnets]]
        name = "s"
        vpc = "v"
        cidrs = ["10.0.1.0/24", "2001:db8:0:1::/64"]
        network_acl = "acl"
        [[enis]]
        name = "e"
        subnet = "s"
        mac = "02:00:00:00:00:11"
        addresses = ["10.0.1.4"]
        security_groups = ["none"]
        card = "a"
        port = "host0"
        [[security_groups]]
        name = "none"
        vpc = "v"
        [[network_acls]]
        name = "acl"
        inbound = [{rules}]
        "#
        );
    Card(compiled(&text, "a"))
}

#[test]
fn the_lowest_number_decides_wherever_it_stands() {
    let card = with_rules(
        r#"{ number = 20, action = "allow", protocol = "tcp", ports = "80-90", cidr = "0.0.0.0/0" },
           { number = 10, action = "deny", protocol = "tcp", ports = 85, cidr = "10.0.0.0/8" },
           { number = 30, action = "allow", protocol = "all", cidr = "10.0.2.0/24" }"#,
    );
    let rule = |peer, protocol, port| card.rule(1, Direction::Inbound, peer, protocol, port);
    assert_eq!(rule("10.0.2.1", 6, Some(85)), -10);
    assert_eq!(rule("10.0.2.1", 6, Some(84)), 20);
    assert_eq!(rule("10.0.2.1", 6, Some(79)), 30);
    assert_eq!(rule("11.0.0.1", 6, Some(85)), 20);
    assert_eq!(rule("11.0.0.1", 6, Some(80)), 20);
    assert_eq!(rule("11.0.0.1", 6, Some(90)), 20);
    assert_eq!(rule("11.0.0.1", 6, Some(91)), 0, "implicit deny");
    assert_eq!(rule("10.0.2.1", 17, Some(85)), 30);
    assert_eq!(rule("2001:db8::1", 6, Some(85)), 0, "an IPv4 rule says nothing of IPv6");
    assert_eq!(card.rule(1, Direction::Outbound, "10.0.2.1", 6, Some(84)), 0, "the other way");
}

#[test]
fn without_ports_only_rules_without_ports_match() {
    let card = with_rules(
        r#"{ number = 1, action = "deny", protocol = "tcp", ports = "0-65535", cidr = "::/0" },
           { number = 2, action = "allow", protocol = "tcp", cidr = "::/0" },
           { number = 3, action = "deny", protocol = "icmpv6", icmp_type = 128, cidr = "::/0" },
           { number = 4, action = "deny", protocol = "icmpv6", icmp_type = 1, icmp_code = 4,
             cidr = "::/0" },
           { number = 5, action = "allow", protocol = 58, cidr = "::/0" },
           { number = 6, action = "allow", protocol = "all", cidr = "0.0.0.0/0" }"#,
    );
    let rule = |peer, protocol, port| card.rule(1, Direction::Inbound, peer, protocol, port);
    assert_eq!(rule("2001:db8::1", 6, Some(1)), -1);
    assert_eq!(rule("2001:db8::1", 6, None), 2, "a fragment");
    assert_eq!(rule("2001:db8::1", 58, Some(0x8007)), -3, "any code");
    assert_eq!(rule("2001:db8::1", 58, Some(0x8100)), 5);
    assert_eq!(rule("2001:db8::1", 58, Some(0x0104)), -4);
    assert_eq!(rule("2001:db8::1", 58, Some(0x0103)), 5);
    assert_eq!(rule("2001:db8::1", 58, None), 5);
    assert_eq!(rule("::ffff:10.0.0.1", 6, None), 6, "what looks like IPv4 is IPv4");
}

#[test]
fn addresses_of_one_class_need_not_be_neighbors() {
    let card = with_rules(
        r#"{ number = 1, action = "allow", protocol = "all", cidr = "10.0.0.0/8" },
           { number = 2, action = "allow", protocol = "all", cidr = "10.0.1.128/25" }"#,
    );
    let label = |address| card.address(1, address);
    let is = |class, subnet, broadcast| AddressLabel { class, subnet, broadcast };
    assert_eq!(label("9.255.255.255"), is(0, 0, false));
    assert_eq!(label("10.0.0.255"), is(1, 0, false));
    assert_eq!(label("10.0.1.0"), is(1, 1, false));
    assert_eq!(label("10.0.1.128"), is(2, 1, false));
    assert_eq!(label("10.0.1.254"), is(2, 1, false));
    assert_eq!(label("10.0.1.255"), is(2, 1, true));
    assert_eq!(label("10.0.2.0"), is(1, 0, false));
    assert_eq!(label("11.0.0.0"), is(0, 0, false));
    assert_eq!(label("2001:db8:0:1:ffff:ffff:ffff:ffff"), is(0, 1, false), "no broadcast in IPv6");
    let words = card.0.legend.address_class(1, 2).expect("there is a class 2");
    assert_eq!(words, ["10.0.0.0/8", "10.0.1.128/25"]);
}

#[test]
fn the_example_compiles_for_both_cards() {
    let a = compiled(&example(), "card-a");
    assert_eq!(a.legend.vpc(1), Some("blue"));
    assert_eq!(a.legend.vpc(2), Some("green"));
    assert_eq!(a.legend.vpc(0), None);
    let place = a.image.attachments[&AttachKey::place(1, &[200, 7])];
    assert_eq!(a.legend.eni(place.eni), Some("blue-data-2"));
    assert_eq!(a.legend.subnet(place.subnet), Some("blue-data"));
    assert_eq!(a.legend.acl(place.policy), Some("data"));
    assert_eq!(a.legend.route_table(place.route_table), Some("data"));
    assert_eq!(a.legend.route(place.route_table, 2), Some("10.0.1.0/24 -> local"));
    assert_eq!(
        a.legend.rule(place.policy, Direction::Inbound, 110).as_deref(),
        Some("110 deny udp 0-1023 10.0.0.0/16")
    );
    assert_eq!(a.image.attachments[&AttachKey::tunnel(5001)].vpc, 1);
    // One address, two tenants, two places.
    let key = |vpc| IpKey { ip: ip("10.0.1.20"), vpc };
    let (blue, green) = (a.image.mappings[&key(1)], a.image.mappings[&key(2)]);
    assert!(blue.local && !green.local);
    assert_eq!((blue.vni, green.vni), (5001, 5010));
    let owner = a.image.addresses[&key(1)];
    assert!(!a.image.addresses.contains_key(&key(2)));
    let (row, name) = (a.image.enis[usize::from(owner.eni)].access, a.legend.eni(owner.eni));
    assert_eq!((row.port, row.vids, row.tags, name), (0, [100, 0], 1, Some("blue-web-2")));
    assert_eq!(green.vtep, u32::from_be_bytes([192, 0, 2, 20]));
    let b = compiled(&example(), "card-b");
    assert_eq!(b.image.identity.vtep, u32::from_be_bytes([192, 0, 2, 20]));
    assert_eq!(b.legend.policies[1].acl.name, "default of VPC green");
}

#[test]
fn each_subnet_has_its_router() {
    let text = beginning(&["a"], &["10.0.0.0/16", "192.168.0.0/24", "2001:db8::/56"])
        + r#"
        [[subnets]]
        name = "s"
        vpc = "v"
        cidrs = ["10.0.1.0/24", "2001:db8:0:1::/64", "192.168.0.8/29"]
        [[subnets]]
        name = "of nobody here"
        vpc = "v"
        cidrs = ["10.0.2.0/24"]
        [[vpcs]]
        name = "of nobody here"
        vni = 8
        cidrs = ["10.1.0.0/16"]
        [[subnets]]
        name = "elsewhere"
        vpc = "of nobody here"
        cidrs = ["10.1.1.0/24"]
        [[enis]]
        name = "e"
        subnet = "s"
        mac = "02:00:00:00:00:11"
        addresses = ["10.0.1.4"]
        card = "a"
        port = "host0"
        "#;
    let a = compiled(&format!("router_mac = \"02:00:00:00:00:07\"\n{text}"), "a");
    let mut routers: Vec<_> = a.image.mappings.iter().filter(|(_, m)| m.router).collect();
    routers.sort_by_key(|(key, _)| **key);
    let router = |subnet, address| {
        let number = (1..).find(|n| a.legend.subnet(*n) == Some(subnet)).expect("it is known");
        let key = IpKey { ip: ip(address), vpc: 1 };
        let (mac, local, router) = (0x02_00_00_00_00_07, true, true);
        (key, MappingAction { mac, subnet: number, local, router, ..MappingAction::default() })
    };
    let expect = [
        router("s", "10.0.1.1"),
        router("of nobody here", "10.0.2.1"),
        router("s", "192.168.0.9"),
        router("s", "2001:db8:0:1::1"),
    ];
    assert_eq!(routers, expect.each_ref().map(|(key, action)| (key, action)));
}

#[test]
fn each_eni_has_its_idle_times() {
    let a = compiled(&example(), "card-a");
    let of = |name| {
        let number = (1..).find(|n| a.legend.eni(*n) == Some(name)).expect("an ENI of the card");
        a.image.enis[usize::from(number)].idle
    };
    let said = IdleTimes { tcp_established: 2047, udp: 10, ..IdleTimes::DEFAULT };
    assert_eq!((of("blue-data-2"), of("blue-web-1")), (said, IdleTimes::DEFAULT));
    let every = "idle = { tcp_established = 5, tcp = 4, udp_stream = 3, udp = 2, other = 1 }";
    let Card(one) = groups::card("", &[("10.0.0.4", "a", every)]);
    let said = IdleTimes { tcp_established: 5, tcp: 4, udp_stream: 3, udp: 2, other: 1 };
    assert_eq!(one.image.enis[1].idle, said);
}

#[test]
fn what_does_not_fit_is_named() {
    let small = Profile { depth_log2: [0; TableId::ALL.len()], ..*LARGE };
    let text = example().replace("source_dest_check = false\n", "");
    let text = text.replace("\nport = ", "\nsource_dest_check = false\nport = ");
    let vpcs = parse(&text, Syntax::Toml);
    let errors = compile(&vpcs, "card-a", &small).expect_err("it can't fit");
    let tables: Vec<_> = errors
        .problems
        .iter()
        .map(|p| match p.cause {
            Cause::TooManyEntries { table, capacity, .. } => (table, capacity),
            ref other => panic!("{other}"),
        })
        .collect();
    let expect = TableId::ALL.iter().map(|t| (*t, small.capacity(*t)));
    assert_eq!(tables, expect.collect::<Vec<_>>());
    assert!(errors.to_string().contains("name = \"card-a\""), "{errors}");
    let errors = compile(&vpcs, "card-c", LARGE).expect_err("there is none");
    assert_eq!(errors.problems[0].cause.lines().0, "no card is named `card-c`");
    assert!(errors.to_string().contains("card-a, card-b"), "{errors}");
}

#[test]
fn classes_beyond_their_number_are_named() {
    let mut text = beginning(&["a"], &["10.0.0.0/16"]);
    let rule = |n: u32| {
        let (first, last) = (2 * n, 2 * n + 1);
        format!(
            "{{ number = {last}, action = \"allow\", protocol = \"tcp\", \
             ports = \"{first}-{last}\", cidr = \"10.0.0.0/16\" }},"
        )
    };
    for acl in 0..7 {
        let rules: String = (40 * acl..40 * acl + 40).map(rule).collect();
        text += &format!(
            r#"
            [[network_acls]]
            name = "acl{acl}"
            inbound = [{rules}]
            [[subnets]]
            name = "s{acl}"
            vpc = "v"
            cidrs = ["10.0.{acl}.0/24"]
            network_acl = "acl{acl}"
            [[enis]]
            name = "e{acl}"
            subnet = "s{acl}"
            mac = "02:00:00:00:01:0{acl}"
            addresses = ["10.0.{acl}.9"]
            card = "a"
            port = "host0"
            vlan = {}
            "#,
            acl + 1
        );
    }
    let errors = compile(&parse(&text, Syntax::Toml), "a", LARGE).expect_err("280 port ranges");
    assert_eq!(
        errors.problems[0].cause.lines().0,
        "the rules of VPC `v` tell 281 classes of ports apart, and card `a` 255"
    );
}
