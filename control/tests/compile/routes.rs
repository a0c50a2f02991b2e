//! Where do routes lead, and who may speak for which address?

use super::{Card, compiled, groups, ip};
use control::Compiled;
use hdl::{
    class::IpKey,
    eni::AttachKey,
    mapping::next_hop,
    route::{RouteLabel, Target},
    tables::Interval,
};
use std::net::Ipv4Addr;

pub fn example() -> String {
    super::file("joined-vpcs.toml")
}

/// What a route table of that name says of an address.
fn label(card: &Compiled, table: &str, address: &str) -> RouteLabel {
    let number = (1..).find(|n| card.legend.route_table(*n) == Some(table)).expect(table);
    let routes = Interval { banks: [card.image.routes.clone(), Vec::new()] };
    routes.find(&IpKey { vpc: number, ip: ip(address) }, false).1
}

/// Where it leads: the name of a VPC, or the underlay addresses of gateways.
fn leads(card: &Compiled, table: &str, address: &str) -> (Target, Vec<String>) {
    let RouteLabel { target, to, .. } = label(card, table, address);
    let to = match target {
        Target::None | Target::Blackhole => Vec::new(),
        _ if target.is_direct() => {
            card.legend.vpc(to as u8).map(String::from).into_iter().collect()
        }
        _ => {
            let goes = card.image.mappings.get(&next_hop(to, 0));
            let vteps = goes.iter().map(|m| Ipv4Addr::from(m.vtep).to_string());
            let hears = |vtep: &u32| card.image.mappings.contains_key(&next_hop(to, *vtep));
            let from = (0xc000_02c8..=0xc000_02ca).filter(hears);
            vteps.chain(from.map(|vtep| format!("from {}", Ipv4Addr::from(vtep)))).collect()
        }
    };
    (target, to)
}

#[track_caller]
fn check(card: &Compiled, table: &str, address: &str, target: Target, to: &[&str]) {
    let to = to.iter().map(ToString::to_string).collect();
    assert_eq!(leads(card, table, address), (target, to), "{address} in {table}");
}

#[test]
fn routes_lead_where_the_file_says() {
    let a = compiled(&example(), "card-a");
    let internet = ["192.0.2.200", "from 192.0.2.200"];
    let vpn = ["192.0.2.202", "from 192.0.2.202"];
    for (table, address, target, to) in [
        ("shop-public", "8.8.8.8", Target::InternetGateway, &internet[..]),
        ("shop-public", "2001:db8:9::1", Target::InternetGateway, &internet),
        ("shop-public", "10.1.2.10", Target::Local, &["shop"]),
        ("shop-public", "10.2.1.10", Target::Peering, &["bank"]),
        ("shop-public", "10.3.1.10", Target::InternetGateway, &internet),
        ("shop-private", "10.2.1.10", Target::None, &[]),
        ("shop-private", "10.3.1.10", Target::TransitGateway, &["depot"]),
        ("shop-private", "10.3.9.1", Target::Blackhole, &[]),
        ("shop-private", "172.16.8.255", Target::VpnGateway, &vpn),
        ("shop-private", "172.16.9.0", Target::Blackhole, &[]),
        ("shop-private", "172.16.10.0", Target::VpnGateway, &vpn),
        ("bank", "10.1.1.10", Target::Peering, &["shop"]),
        ("bank", "10.1.2.10", Target::None, &[]),
    ] {
        check(&a, table, address, target, to);
    }
    // The transit gateway has none, but a route leads there.
    let nowhere = label(&a, "shop-private", "10.2.1.10");
    let number = (1..).find(|n| a.legend.route_table(*n) == Some("shop-private")).unwrap();
    assert_eq!(a.legend.route(number, nowhere.route), Some("10.0.0.0/8 -> hub"));
    let office = label(&a, "shop-private", "172.16.1.1");
    let words = Some("172.16.0.0/12 -> shop-office, propagated");
    assert_eq!(a.legend.route(number, office.route), words);
}

#[test]
fn who_may_speak_for_an_address() {
    let a = compiled(&example(), "card-a");
    let either = |gateways: [u8; 2]| gateways.map(|byte| format!("from 192.0.2.{byte}"));
    let [internet, nat] = either([200, 201]);
    let office = "from 192.0.2.202";
    for (table, address, target, to) in [
        ("senders to VPC shop", "10.1.2.10", Target::Local, &["shop"][..]),
        ("senders to VPC shop", "10.2.1.10", Target::Peering, &["bank"]),
        ("senders to VPC shop", "10.3.1.10", Target::TransitGateway, &["depot"]),
        ("senders to VPC shop", "8.8.8.8", Target::InternetGateway, &[&internet, &nat]),
        ("senders to VPC shop", "172.16.1.1", Target::InternetGateway, &[&internet, office]),
        ("senders to VPC shop", "172.16.9.1", Target::InternetGateway, &["192.0.2.200", &internet]),
        ("senders to VPC shop", "169.254.169.254", Target::None, &[]),
        ("senders to VPC shop", "fd00:ec2::254", Target::None, &[]),
        ("senders to VPC bank", "10.1.1.10", Target::Peering, &["shop"]),
        ("senders to VPC bank", "10.3.1.10", Target::None, &[]),
        ("senders to VPC bank", "8.8.8.8", Target::None, &[]),
    ] {
        let found = leads(&a, table, address);
        let kind = if target == Target::InternetGateway { found.0 } else { target };
        assert!(!found.0.is_direct() || found.0 == target, "{address} in {table}: {found:?}");
        check(&a, table, address, kind, to);
    }
    let b = compiled(&example(), "card-b");
    check(&b, "senders to VPC depot", "10.1.2.10", Target::TransitGateway, &["shop"]);
    let place = a.image.attachments[&AttachKey::tunnel(6001)];
    assert_eq!(a.legend.route_table(place.route_table), Some("senders to VPC shop"));
    assert_eq!(place.route_table, place.vpc);
}

#[test]
fn joined_vpcs_have_mappings_and_nothing_else() {
    let a = compiled(&example(), "card-a");
    let depot = (1..).find(|n| a.legend.vpc(*n) == Some("depot")).expect("it is joined");
    let mapping = a.image.mappings[&IpKey { vpc: depot, ip: ip("10.3.1.10") }];
    assert_eq!((mapping.vtep, mapping.vni, mapping.subnet), (0xc000_0214, 6003, 0));
    assert!(!a.image.attachments.contains_key(&AttachKey::tunnel(6003)));
    assert!(a.image.port_classes.iter().all(|(key, _)| key.vpc <= 3));
    let bank = (1..).find(|n| a.legend.vpc(*n) == Some("bank")).expect("it has an ENI");
    assert!(a.image.attachments.contains_key(&AttachKey::tunnel(6002)) && bank < depot);
}

#[test]
fn no_group_reaches_beyond_its_vpc() {
    let a = compiled(&example(), "card-a");
    let words = |address| {
        let class = label(&a, "shop-public", address).far.class;
        a.legend.address_class(1, class).expect("it has words").join(", ")
    };
    let inside = ["10.1.1.10", "10.1.2.10", "10.1.255.255", "2001:db8:1:2::a"];
    assert!(inside.iter().all(|a| words(a).contains("group default")), "{}", words(inside[2]));
    let outside = ["10.2.0.0", "10.2.1.10", "8.8.8.8", "2001:db8:2::", "10.0.255.255"];
    assert!(outside.iter().all(|a| !words(a).contains("group")), "{}", words(outside[0]));
}

/// Name and number of the table that an ENI's subnet uses, and the VPC's number.
fn table(card: &Compiled, place: AttachKey) -> (Option<&str>, u8, u8) {
    let eni = card.image.attachments[&place];
    (card.legend.route_table(eni.route_table), eni.route_table, eni.vpc)
}

#[test]
fn a_main_table_is_its_senders_where_nobody_else_may_speak() {
    let Card(alone) = groups::card("", &[("10.0.0.4", "a", "")]);
    assert_eq!(table(&alone, AttachKey::place(0, &[1])), (Some("main of VPC v"), 1, 1));
    let joined = compiled(&example().replace("route_table = \"bank\"", ""), "card-a");
    assert_eq!(table(&joined, AttachKey::place(1, &[])), (Some("main of VPC bank"), 5, 2));
}
