//! Where does an ENI find the services, and where not?

use super::{beginning, compiled, ip};
use control::Compiled;
use hdl::{class::IpKey, mapping::MappingAction};

const SUBNET: &str = r#"
    [[subnets]]
    name = "s"
    vpc = "v"
    cidrs = ["10.0.1.0/24", "2001:db8:0:1::/64"]
    [[vpcs]]
    name = "of nobody here"
    vni = 8
    cidrs = ["10.1.0.0/16"]
    [[enis]]
    name = "e"
    subnet = "s"
    mac = "02:00:00:00:00:11"
    addresses = ["10.0.1.4"]
    card = "a"
    port = "host0"
    "#;

/// Address, number and subnet of each service of the card's VPC.
fn services(card: &Compiled) -> Vec<(u128, u8, u16)> {
    let mappings = card.image.mappings.iter().filter(|(_, m)| m.service != 0);
    let mut found: Vec<_> = mappings
        .map(|(IpKey { vpc, ip }, m)| {
            let rest = MappingAction { service: m.service, subnet: m.subnet, ..*m };
            assert_eq!(
                (*vpc, m.local, m.router, m.vni, m.vtep),
                (1, true, false, 0, 0),
                "{rest:?}"
            );
            assert_eq!(m.mac, card.image.identity.router_mac);
            (*ip, m.service, m.subnet)
        })
        .collect();
    found.sort_unstable();
    found
}

#[test]
fn services_are_where_aws_has_them() {
    let text = beginning(&["a"], &["2001:db8::/56", "10.0.0.0/16", "192.168.0.0/24"]) + SUBNET;
    let card = compiled(&text, "a");
    let expect = [
        ("10.0.0.2", 1, 0),
        ("10.0.1.2", 1, 1),
        ("169.254.169.123", 3, 0),
        ("169.254.169.253", 1, 0),
        ("169.254.169.254", 2, 0),
        ("fd00:ec2::123", 3, 0),
        ("fd00:ec2::253", 1, 0),
        ("fd00:ec2::254", 2, 0),
    ];
    assert_eq!(services(&card), expect.map(|(address, n, subnet)| (ip(address), n, subnet)));
    let names = [1, 2, 3, 4].map(|n| card.legend.service(n));
    assert_eq!(names, [Some("resolver"), Some("metadata"), Some("time"), None]);
}

#[test]
fn services_are_those_of_the_file() {
    let one = r#"
        [[services]]
        name = "all of it"
        number = 15
        addresses = ["169.254.1.1", "fd00:ec2::1"]
        "#;
    let text = beginning(&["a"], &["10.0.0.0/16", "2001:db8::/56"]) + SUBNET;
    let expect = [("169.254.1.1", 15, 0), ("fd00:ec2::1", 15, 0)];
    let found = services(&compiled(&(text.clone() + one), "a"));
    assert_eq!(found, expect.map(|(address, n, subnet)| (ip(address), n, subnet)));
    assert_eq!(services(&compiled(&format!("services = []\n{text}"), "a")), []);
}
