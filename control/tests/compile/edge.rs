//! What does a card hold that plays gateways, and what do the others hold of it?

use super::{LARGE, beginning, compiled, file, ip, parse};
use control::{Cause, Compiled, Syntax, compile};
use hdl::{
    appliance::{ApplianceAction, ApplianceKey},
    class::{AddressLabel, IpKey},
    connection::IdleTimes,
    deliver::Access,
    eni::{AttachAction, AttachKey},
    group::GroupAction,
    mapping::{MappingAction, next_hop},
    nacl::RuleAction,
    route::{RouteLabel, Target},
    spoof::AddressAction,
    tables::Interval,
};

pub fn example() -> String {
    file("edge.toml")
}

fn edge() -> Compiled {
    compiled(&example(), "edge")
}

/// On the edge: the VPC, and what is outside its internet gateway.
const SHOP: u8 = 1;
const OUTSIDE: u8 = 2;
/// Two subnets, then those beyond the gateways.
const BEYOND: [u16; 2] = [3, 4];
const CARD_A: u32 = 0xc000_020a;
const CARD_B: u32 = 0xc000_0214;
const EDGE: u32 = 0xc000_021e;
const ROUTERS: [u64; 2] = [0x02b0_0000_ff01, 0x02b0_0000_ff02];
const WEB_1: u64 = 0x02b0_0001_010a;
const WEB_2: u64 = 0x02b0_0001_0114;
const FIREWALL: u64 = 0x02b0_0001_090a;
const VPC_ROUTER: u64 = 0x0200_0000_0001;

fn v4(text: &str) -> u32 {
    ip(text) as u32
}

/// What a card says of an address of a VPC.
fn mapping(card: &Compiled, vpc: u8, address: &str) -> Option<MappingAction> {
    card.image.mappings.get(&IpKey { vpc, ip: ip(address) }).copied()
}

/// What a route table says of an address.
fn route(card: &Compiled, table: u8, address: &str) -> RouteLabel {
    let routes = Interval { banks: [card.image.routes.clone(), Vec::new()] };
    routes.find(&IpKey { vpc: table, ip: ip(address) }, false).1
}

#[test]
fn the_routers_beyond_are_attached() {
    let e = edge();
    assert_eq!(e.legend.enis, ["shop-internet", "shop-office"]);
    assert_eq!(e.legend.subnets[2..], ["beyond shop-internet", "beyond shop-office"]);
    let names: Vec<_> = e.legend.vpcs.iter().map(|v| v.name.as_str()).collect();
    assert_eq!(names, ["shop", "outside shop-internet"]);
    let tables: Vec<_> = e.legend.route_tables.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(tables, ["senders to VPC shop", "of shop-internet", "of shop-office"]);
    for (number, vid, vpc) in [(1, 100, OUTSIDE), (2, 200, SHOP)] {
        let attached = AttachAction {
            vpc,
            eni: number,
            subnet: BEYOND[usize::from(number) - 1],
            policy: 0,
            route_table: number as u8 + 1,
            mac: ROUTERS[usize::from(number) - 1],
            up: true,
            check: false,
            asks: false,
        };
        assert_eq!(e.image.attachments[&AttachKey::place(0, &[vid])], attached);
        let row = e.image.enis[usize::from(number)];
        let (mac, outside) = (attached.mac, vid == 100);
        let access = Access { mac, vids: [vid, 0], tags: 1, port: 0, up: true, outside };
        let group = GroupAction { allow: true, tracked: false, rule: 0 };
        let pass = RuleAction { allow: true, rule: 0, group };
        assert_eq!((row.access, row.idle), (access, IdleTimes::DEFAULT));
        assert_eq!([row.default_outbound, row.default_inbound], [pass; 2]);
        assert_eq!((row.meters.outbound, row.meters.inbound), Default::default());
        assert!(row.meters.punt != Default::default() && row.meters.burst != Default::default());
        let found = e.image.appliances[&ApplianceKey::mac(SHOP, attached.mac)];
        let owner = AddressAction { eni: number, subnet: attached.subnet, policy: 0 };
        assert_eq!(found, ApplianceAction { hop: found.hop, owner });
    }
    assert_eq!(e.image.attachments[&AttachKey::tunnel(6001)].vpc, SHOP);
    // The routers, and the card of the firewall and itself: it is of the VPC.
    assert_eq!((e.image.attachments.len(), e.image.appliances.len()), (3, 4));
    assert!(e.image.addresses.is_empty() && e.image.rules.is_empty());
}

#[test]
fn what_comes_from_outside_is_led_by_the_public_addresses() {
    let e = edge();
    let everything = route(&e, 2, "8.8.8.8");
    let expect = RouteLabel {
        target: Target::Local,
        route: 1,
        to: OUTSIDE.into(),
        far: AddressLabel::default(),
    };
    assert_eq!(everything, expect);
    assert_eq!(route(&e, 2, "10.1.1.10"), expect);
    let to = MappingAction { vni: 6001, mtu: 9001, ..MappingAction::default() };
    // Through the firewall, for whom that is; and the other one straight to its ENI.
    let (nat_ip, subnet) = (v4("10.1.1.10"), 1);
    let through = MappingAction { vtep: CARD_B, mac: FIREWALL, subnet, nat_ip, ..to };
    assert_eq!(mapping(&e, OUTSIDE, "203.0.113.10"), Some(through));
    let (nat_ip, subnet) = (v4("10.1.1.20"), 2);
    let straight = MappingAction { vtep: CARD_A, mac: WEB_2, subnet, nat_ip, ..to };
    assert_eq!(mapping(&e, OUTSIDE, "203.0.113.11"), Some(straight));
    for nobody in ["203.0.113.12", "10.1.1.10", "169.254.169.254"] {
        assert_eq!(mapping(&e, OUTSIDE, nobody), None);
    }
    let nat_ip = v4("203.0.113.10");
    let own = MappingAction { vtep: CARD_A, mac: WEB_1, subnet: 2, nat_ip, ..to };
    assert_eq!(mapping(&e, SHOP, "10.1.1.10"), Some(own));
    assert_eq!(mapping(&e, SHOP, "10.1.9.10").map(|m| m.nat_ip), Some(0));
    let text = example().replace(
        "\"10.1.1.20/32\", target = \"local\"",
        "\"10.1.1.20/32\", \
                                  target = \"blackhole\"",
    );
    let e = compiled(&text, "edge");
    assert_eq!(mapping(&e, OUTSIDE, "203.0.113.11"), None, "it leads nowhere");
}

#[test]
fn other_addresses_are_led_as_they_are() {
    let e = edge();
    let leads = |table, address| {
        let RouteLabel { target, to, far, .. } = route(&e, table, address);
        assert_eq!(far, AddressLabel::default());
        let hop = e.image.mappings.get(&next_hop(to, 0)).filter(|_| !target.is_direct());
        (target, hop.map_or(u64::from(to), |hop| hop.mac))
    };
    let local = (Target::Local, SHOP.into());
    for (table, address, expect) in [
        (2, "2001:db8:1:1::a", (Target::Eni, FIREWALL)),
        (2, "2001:db8:1:9::a", local),
        (2, "2001:db8:2::a", (Target::None, 0)),
        (3, "10.1.1.10", local),
        (3, "10.1.255.255", local),
        (3, "2001:db8:1:1::a", local),
        (3, "10.2.0.1", (Target::None, 0)),
        (3, "203.0.113.10", (Target::None, 0)),
    ] {
        assert_eq!(leads(table, address), expect, "{address} in table {table}");
    }
    let word = |number| e.legend.route(2, number).unwrap_or_default().to_owned();
    assert_eq!(word(1), "0.0.0.0/0 -> public addresses");
    let route = route(&e, 2, "2001:db8:1:1::a").route;
    assert_eq!(word(route), "2001:db8:1:1::/64 -> shop-firewall");
    assert_eq!(e.legend.route(3, 1), Some("10.1.0.0/16 -> VPC shop"));
}

#[test]
fn only_the_card_s_own_addresses_are_beside_a_router() {
    let e = edge();
    let (local, router) = (true, true);
    let own = |subnet| MappingAction {
        mac: VPC_ROUTER,
        subnet,
        local,
        router,
        ..MappingAction::default()
    };
    for (vpc, address, subnet) in [
        (OUTSIDE, "198.51.100.1", BEYOND[0]),
        (OUTSIDE, "2001:db8:f::1", BEYOND[0]),
        (SHOP, "172.31.255.1", BEYOND[1]),
    ] {
        assert_eq!(mapping(&e, vpc, address), Some(own(subnet)));
    }
    let beside = e.image.mappings.values().filter(|m| BEYOND.contains(&m.subnet) || m.subnet == 0);
    let own = beside.clone().filter(|m| BEYOND.contains(&m.subnet)).count();
    assert_eq!(own, 3);
    // Next hops and services have no subnet.
    let others = beside.filter(|m| m.subnet == 0);
    assert!(others.clone().all(|m| ROUTERS.contains(&m.mac) || m.service != 0));
}

#[test]
fn the_gateway_s_card_is_where_it_is() {
    let hops = |card: &Compiled| {
        let all =
            card.image.mappings.iter().filter(|(k, m)| k.vpc == 0 && ROUTERS.contains(&m.mac));
        let mut all: Vec<_> = all.map(|(k, m)| ((k.ip >> 32) as u32, m.vtep, m.local)).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    // Where packets go, and from where others come.
    let b = compiled(&example(), "card-b");
    assert_eq!(hops(&b), [(0, EDGE, false), (EDGE, EDGE, false)]);
    assert!(!b.image.appliances.contains_key(&ApplianceKey::mac(SHOP, ROUTERS[0])));
    assert_eq!(hops(&edge()), [(0, EDGE, true), (EDGE, EDGE, true)]);
}

#[test]
fn gateways_share_a_router() {
    let text = example()
        + r#"
        [[vpcs]]
        name = "bank"
        vni = 6002
        cidrs = ["10.1.0.0/16", "2001:db8:2::/56"]
        [[subnets]]
        name = "bank-all"
        vpc = "bank"
        cidrs = ["10.1.1.0/24", "2001:db8:2:1::/64"]
        [[enis]]
        name = "bank-1"
        subnet = "bank-all"
        mac = "02:b0:00:01:01:0a"
        addresses = ["2001:db8:2:1::a", "10.1.1.10"]
        card = "card-b"
        port = "host1"
        [[gateways]]
        name = "bank-internet"
        vpc = "bank"
        kind = "internet"
        card = "edge"
        port = "host0"
        vlan = 100
        mac = "02:b0:00:00:ff:01"
        addresses = ["198.51.100.2"]
        [[public_addresses]]
        public = "203.0.113.20"
        eni = "bank-1"
        "#;
    let e = compiled(&text, "edge");
    assert_eq!(e.legend.enis, ["bank-internet+shop-internet", "shop-office"]);
    let (bank, outside, table) = (2, 3, 3);
    assert_eq!(e.legend.vpc(outside), Some("outside bank-internet+shop-internet"));
    let to = |address| mapping(&e, outside, address).map(|m| (m.vni, m.nat_ip));
    assert_eq!(to("203.0.113.20"), Some((6002, v4("10.1.1.10"))));
    assert_eq!(to("203.0.113.11"), Some((6001, v4("10.1.1.20"))));
    let own = ["198.51.100.1", "198.51.100.2"].map(|a| mapping(&e, outside, a).map(|m| m.router));
    assert_eq!(own, [Some(true); 2]);
    assert_eq!(mapping(&e, bank, "10.1.1.10").map(|m| m.nat_ip), Some(v4("203.0.113.20")));
    assert_eq!(route(&e, table, "2001:db8:2:1::a").to, u16::from(bank));
    for (vpc, mac) in [(SHOP, ROUTERS[0]), (bank, ROUTERS[0])] {
        assert_eq!(e.image.appliances[&ApplianceKey::mac(vpc, mac)].owner.eni, 1);
    }
    assert_eq!(e.image.enis.len(), 3);
}

/// So many gateways of that kind on a card, each at a place of its own, of so many VPCs.
fn many(kind: &str, gateways: usize, vpcs: usize) -> Vec<(&'static str, usize)> {
    let mut text = beginning(&["a"], &["10.0.0.0/16"]);
    for vpc in 1..vpcs {
        text +=
            &format!("[[vpcs]]\nname = \"{vpc}\"\nvni = {}\ncidrs = [\"9.0.0.0/8\"]\n", vpc + 7);
    }
    for gateway in 0..gateways {
        let vpc = if gateway % vpcs == 0 { "v".into() } else { (gateway % vpcs).to_string() };
        let (high, low) = (gateway / 256, gateway % 256);
        text += &format!(
            "[[gateways]]\nname = \"g{gateway}\"\nvpc = \"{vpc}\"\nkind = \"{kind}\"\n\
             card = \"a\"\nport = \"host0\"\nvlan = {}\n\
             mac = \"02:00:00:01:{high:02x}:{low:02x}\"\n",
            gateway + 1
        );
    }
    let Err(errors) = compile(&parse(&text, Syntax::Toml), "a", LARGE) else { return Vec::new() };
    let numbers = errors.problems.into_iter().filter_map(|p| match p.cause {
        Cause::TooManyNumbers { what, need, .. } => Some((what, need)),
        _ => None,
    });
    numbers.collect()
}

#[test]
fn uplinks_count_where_numbers_do() {
    let tables = "route tables, one per VPC among them";
    assert_eq!(many("internet", 127, 127), []);
    assert_eq!(many("internet", 128, 128), [("VPCs", 256), (tables, 256)]);
    assert_eq!(many("vpn", 254, 1), []);
    assert_eq!(many("vpn", 255, 1), [(tables, 256)]);
    let need = 1024;
    let all = [("subnets", need), (tables, need + 1), ("ENIs", need)];
    assert_eq!(many("vpn", need, 1), all);
}
