//! Is there room for as many routes as AWS allows?

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
    let errors = compile(&vpcs, "a", LARGE).expect_err("more than 512 intervals");
    let full =
        |cause: &Cause| matches!(cause, Cause::TooManyEntries { table: TableId::Routes, .. });
    assert!(errors.problems.iter().any(|p| full(&p.cause)), "{errors}");
}
