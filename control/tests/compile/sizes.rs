//! Is there room for as many routes and rules as AWS allows?

use crate::{LARGE, beginning, parse};
use control::{Cause, Syntax, compile};
use hdl::{
    class::IpKey,
    eni::AttachKey,
    profile::Profile,
    route::Target,
    tables::{Interval, TableId},
};
use std::fmt::Write;

/// The profile that is made for it.
fn line100() -> &'static Profile {
    Profile::named("line100").expect("a profile of that name")
}

/// A VPC with a gateway, a route table with these routes, security groups and an ENI.
fn file(routes: &str, groups: &str, names: &[String]) -> String {
    beginning(&["a"], &["10.0.0.0/16"])
        + &format!(
            r#"
        [[gateways]]
        name = "g"
        vpc = "v"
        kind = "vpn"
        underlay_ip = "192.0.2.77"
        mac = "02:00:00:00:cc:01"
        [[route_tables]]
        name = "t"
        vpc = "v"
        routes = [{routes}]
        [[subnets]]
        name = "s"
        vpc = "v"
        cidrs = ["10.0.1.0/24"]
        route_table = "t"
        {groups}
        [[enis]]
        name = "e"
        subnet = "s"
        addresses = ["10.0.1.4"]
        mac = "02:00:00:00:00:11"
        card = "a"
        port = "host0"
        security_groups = {names:?}
        "#
        )
}

/// Where the `i`-th route leads to: no two of them touch.
fn prefix(i: u128) -> (u128, String) {
    let bits = 0x1400_0000 + (i << 10);
    let text = std::net::Ipv4Addr::from(bits as u32).to_string();
    (0xffff_0000_0000 | bits, format!("{text}/24"))
}

#[test]
fn a_thousand_routes() {
    let routes = (0..1000).fold(String::new(), |mut text, i| {
        write!(text, "{{ destination = \"{}\", target = \"g\" }}, ", prefix(i).1)
            .expect("a String");
        text
    });
    let text = file(&routes, "", &["default".to_string()]);
    let vpcs = parse(&text, Syntax::Toml);
    let card = compile(&vpcs, "a", line100()).unwrap_or_else(|e| panic!("{e}"));
    let table = card.image.attachments[&AttachKey::place(0, &[])].route_table;
    let held = Interval { banks: [card.image.routes.clone(), Vec::new()] };
    for i in 0..1000 {
        let (first, _) = prefix(i);
        let target = |ip| held.find(&IpKey { vpc: table, ip }, false).1.target;
        assert_eq!([first, first + 255].map(target), [Target::VpnGateway; 2], "route {i}");
        assert_eq!([first - 1, first + 256].map(target), [Target::None; 2], "beside route {i}");
    }
    let errors = compile(&vpcs, "a", LARGE).expect_err("more than 256 intervals");
    let full =
        |cause: &Cause| matches!(cause, Cause::TooManyEntries { table: TableId::Routes, .. });
    assert!(errors.problems.iter().any(|p| full(&p.cause)), "{errors}");
}

/// 1,000 rules each way for one ENI: 60 of IPv4 in each of 16 groups, and 40 of IPv6 in one. Each
/// has a prefix of its own and one of 200 ports.
#[test]
fn a_thousand_rules() {
    let rule = |number: usize| {
        let peer = match number {
            0..960 => format!("20.{}.{}.4/32", number / 250, number % 250),
            _ => format!("2001:db8::{number}/128"),
        };
        let port = 1000 + 3 * (number % 200);
        format!("{{ protocol = \"tcp\", ports = {port}, peer = \"{peer}\" }}, ")
    };
    let names: Vec<String> = (0..16).map(|group| format!("g{group}")).collect();
    let groups = names.iter().enumerate().map(|(group, name)| {
        let more = if group == 0 { 960..1000 } else { 0..0 };
        let rules: String = (60 * group..60 * (group + 1)).chain(more).map(rule).collect();
        format!(
            "[[security_groups]]\nname = \"{name}\"\nvpc = \"v\"\n\
             inbound = [{rules}]\noutbound = [{rules}]\n"
        )
    });
    let text = file("", &groups.collect::<String>(), &names);
    let card =
        compile(&parse(&text, Syntax::Toml), "a", line100()).unwrap_or_else(|e| panic!("{e}"));
    let allowed = card.image.rules.values().filter(|action| action.group.allow);
    assert_eq!(allowed.count(), 2000);
}
