//! How long may a packet be on each way?

use super::{beginning, compiled, ip};
use hdl::{
    class::IpKey,
    mapping::next_hop,
    route::Target,
    tables::{Image, Interval},
};

/// A subnet whose routes lead to gateways, and to somebody elsewhere.
const FILE: &str = r#"
    [[subnets]]
    name = "s"
    vpc = "v"
    cidrs = ["10.0.1.0/24", "2001:db8:0:1::/64"]
    route_table = "out"
    [[route_tables]]
    name = "out"
    routes = [
        { destination = "0.0.0.0/0", target = "internet" },
        { destination = "::/0", target = "egress" },
        { destination = "9.0.0.0/8", target = "nat" },
        { destination = "8.0.0.0/8", target = "vpn" },
        { destination = "7.0.0.0/8", target = "endpoint" },
    ]
    [[enis]]
    name = "here"
    subnet = "s"
    mac = "02:00:00:00:00:0a"
    addresses = ["10.0.1.10"]
    card = "a"
    port = "host0"
    [[enis]]
    name = "there"
    subnet = "s"
    mac = "02:00:00:00:00:0b"
    addresses = ["10.0.1.11"]
    card = "b"
    port = "host0"
    [[mappings]]
    vpc = "v"
    address = "10.0.1.12"
    mac = "02:00:00:00:00:0c"
    underlay_ip = "192.0.2.7"
"#;

fn image(top: &str) -> Image {
    let kinds = ["internet", "egress", "nat", "vpn", "endpoint"];
    let gateways = kinds.iter().zip(10..).map(|(name, byte)| {
        let kind = if *name == "egress" { "egress-only" } else { name };
        format!(
            "[[gateways]]\nname = \"{name}\"\nvpc = \"v\"\nkind = \"{kind}\"\n\
             underlay_ip = \"192.0.2.{byte}\"\nmac = \"02:00:00:00:cc:{byte}\"\n"
        )
    });
    let file = [top, &beginning(&["a", "b"], &["10.0.0.0/16", "2001:db8::/56"]), FILE].concat()
        + &gateways.collect::<String>();
    compiled(&file, "a").image
}

/// On the way to each address of the VPC, and through each gateway.
fn mtus(image: &Image) -> ([u16; 3], [u16; 5]) {
    let own = |address| image.mappings[&IpKey { vpc: 1, ip: ip(address) }].mtu;
    let routes = Interval { banks: [image.routes.clone(), Vec::new()] };
    let through = |address| {
        let far = |table| routes.find(&IpKey { vpc: table, ip: ip(address) }, false).1;
        let led = (0..).map(far).find(|r| r.target != Target::None && !r.target.is_direct());
        image.mappings[&next_hop(led.expect("a route to a gateway").to, 0)].mtu
    };
    (
        ["10.0.1.10", "10.0.1.11", "10.0.1.12"].map(own),
        ["5.5.5.5", "2001:db9::1", "9.9.9.9", "8.8.8.8", "7.7.7.7"].map(through),
    )
}

#[test]
fn a_path_takes_what_its_parts_take() {
    let all = image("");
    assert_eq!(mtus(&all), ([9001; 3], [1500, 1500, 8500, 1500, 8500]));
    let none = |ip| all.mappings[&IpKey { vpc: 1, ip }].mtu;
    assert_eq!(none(ip("10.0.1.1")), 0, "the router takes nothing");
}

#[test]
fn the_underlay_takes_the_tunnel_too() {
    assert_eq!(mtus(&image("underlay_mtu = 9051\n")).0, [9001; 3]);
    assert_eq!(mtus(&image("underlay_mtu = 9050\n")).0, [9000; 3]);
    assert_eq!(mtus(&image("underlay_mtu = 1500\n")), ([1450; 3], [1450; 5]));
}
