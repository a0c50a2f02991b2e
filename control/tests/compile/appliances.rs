//! Where is an ENI without source/destination check found, and from where may it send?

use super::{beginning, compiled, ip};
use control::Compiled;
use hdl::{
    appliance::{ApplianceAction, ApplianceKey},
    class::IpKey,
    mapping::next_hop,
    route::{RouteLabel, Target},
    spoof::AddressAction,
    tables::Interval,
};

/// `firewall` is an appliance on card b, `router` one on card a; `plain` is none.
const FILE: &str = r#"
    [[subnets]]
    name = "s"
    vpc = "v"
    cidrs = ["10.0.1.0/24"]
    route_table = "through"
    [[route_tables]]
    name = "through"
    routes = [
        { destination = "0.0.0.0/0", target = "firewall" },
        { destination = "9.0.0.0/8", target = "plain" },
        { destination = "10.0.1.0/24", target = "local" },
    ]
    [[vpcs]]
    name = "w"
    vni = 8
    cidrs = ["10.1.0.0/16"]
    [[subnets]]
    name = "t"
    vpc = "w"
    cidrs = ["10.1.1.0/24"]
    [[enis]]
    name = "firewall"
    subnet = "s"
    mac = "02:00:00:00:00:0f"
    addresses = ["10.0.1.15", "10.0.1.16"]
    card = "b"
    port = "host0"
    source_dest_check = false
    [[enis]]
    name = "router"
    subnet = "s"
    mac = "02:00:00:00:00:0e"
    addresses = ["10.0.1.14"]
    card = "a"
    port = "host0"
    source_dest_check = false
    [[enis]]
    name = "local"
    subnet = "s"
    mac = "02:00:00:00:00:0b"
    addresses = ["10.0.1.12"]
    card = "b"
    port = "host1"
    vlan = 7
    [[enis]]
    name = "plain"
    subnet = "s"
    mac = "02:00:00:00:00:0d"
    addresses = ["10.0.1.13"]
    card = "a"
    port = "host1"
    [[enis]]
    name = "elsewhere"
    subnet = "t"
    mac = "02:00:00:00:00:0c"
    addresses = ["10.1.1.12"]
    card = "b"
    port = "host1"
    source_dest_check = false
"#;

const CARD_B: u32 = 0xc000_0202;

fn card(name: &str) -> Compiled {
    compiled(&(beginning(&["a", "b"], &["10.0.0.0/16"]) + FILE), name)
}

/// What the card has of the appliance with that MAC in its first VPC.
fn appliance(card: &Compiled, mac: u64) -> ApplianceAction {
    card.image.appliances[&ApplianceKey::mac(1, 0x0200_0000_0000 + mac)]
}

/// What the route table says of an address.
fn route(card: &Compiled, address: &str) -> RouteLabel {
    let routes = Interval { banks: [card.image.routes.clone(), Vec::new()] };
    let number =
        (1..).find(|n| card.legend.route_table(*n) == Some("through")).expect("it is there");
    routes.find(&IpKey { vpc: number, ip: ip(address) }, false).1
}

/// Where that leads: the target, and the MAC, VTEP and place of its next hop.
fn leads(card: &Compiled, address: &str) -> (Target, u64, u32, bool) {
    let RouteLabel { target, to, .. } = route(card, address);
    let hop = card.image.mappings[&next_hop(to, 0)];
    (target, hop.mac & 0xff, hop.vtep, hop.local)
}

#[test]
fn by_mac_here_and_elsewhere() {
    let a = card("a");
    assert_eq!(a.legend.enis, ["plain", "router"]);
    assert_eq!(appliance(&a, 0xf).owner, AddressAction::default());
    assert_eq!(appliance(&a, 0xe).owner, a.image.addresses[&IpKey { vpc: 1, ip: ip("10.0.1.14") }]);
    for (mac, local) in [(0xf, false), (0xe, true)] {
        let hop = a.image.mappings[&next_hop(appliance(&a, mac).hop, 0)];
        assert_eq!((hop.mac & 0xff, hop.local, hop.vni, hop.subnet), (mac, local, 7, 1));
    }
    // The two, and the card where one of them lives: nothing of a VPC that has no ENI here.
    assert!(a.image.appliances.contains_key(&ApplianceKey::card(1, CARD_B)));
    assert_eq!(a.image.appliances.len(), 3);
}

#[test]
fn each_vpc_has_its_own() {
    let b = card("b");
    let own = |vpc: u8, mac: u64| {
        b.image.appliances[&ApplianceKey::mac(vpc, 0x0200_0000_0000 + mac)].owner
    };
    assert_eq!(own(1, 0xf), b.image.addresses[&IpKey { vpc: 1, ip: ip("10.0.1.16") }]);
    assert_eq!(own(2, 0xc), b.image.addresses[&IpKey { vpc: 2, ip: ip("10.1.1.12") }]);
    assert!(b.image.appliances.contains_key(&ApplianceKey::card(1, CARD_B - 1)));
    assert_eq!(b.image.appliances.len(), 4);
}

#[test]
fn routes_lead_to_enis() {
    let a = card("a");
    assert_eq!(leads(&a, "8.8.8.8"), (Target::Eni, 0xf, CARD_B, false));
    // Its check is on: it gets no more than what is for it, but the route leads there.
    assert_eq!(leads(&a, "9.9.9.9"), (Target::Eni, 0xd, CARD_B - 1, true));
    // There is an ENI of that name.
    assert_eq!(route(&a, "10.0.1.13").target, Target::Local);
    let number = (1..).find(|n| a.legend.route_table(*n) == Some("through")).expect("it is there");
    assert_eq!(a.legend.route(number, 1), Some("0.0.0.0/0 -> firewall"));
}
