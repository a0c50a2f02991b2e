//! Which small networks? Everything from small pools, so that hits happen.

mod edge;
mod roads;

use edge::Edge;
use fastrand::Rng;
use std::fmt::Write;

const RULE_CIDRS_V4: [&str; 10] = [
    "0.0.0.0/0",
    "10.1.0.0/16",
    "10.1.1.4/30",
    "8.8.8.0/24",
    "10.0.0.0/16",
    "10.0.1.0/24",
    "10.0.2.0/24",
    "10.0.1.4/30",
    "10.0.2.5/32",
    "10.0.1.0/25",
];
const RULE_CIDRS_V6: [&str; 5] =
    ["::/0", "2001:db8::/56", "2001:db8:0:1::/64", "2001:db8:0:2::4/127", "2001:db8:1::/56"];
/// The VPCs of every file.
pub const VPCS: [&str; 3] = ["v", "w", "x"];
/// Of rules and of packets.
pub const PORTS: [u16; 8] = [0, 79, 80, 85, 90, 91, 443, 65535];

pub fn pick<'a, T>(rng: &mut Rng, list: &'a [T]) -> &'a T {
    &list[rng.usize(..list.len())]
}

/// One time in `n`.
pub fn once_in(rng: &mut Rng, n: u32) -> bool {
    rng.u32(..n) == 0
}

/// A file: two cards, and maybe one that plays gateways; three VPCs with the same prefixes or with
/// their own, then joined; each with up to three subnets and some security groups. Files of equal
/// `places` have the same ENIs, in the same order, on the same cards: who somebody is does not
/// change, how it is attached and what it may do does.
pub fn file(rng: &mut Rng, mut places: Rng) -> String {
    let mut text = String::new();
    if rng.bool() {
        text += &format!("underlay_mtu = {}\n", pick(rng, &[1330, 1500, 8200]));
    }
    let apart = !once_in(&mut places, 4);
    let edge = Edge::new(&mut places, apart);
    let edge = edge.as_ref();
    text += &cards(edge.is_some());
    let acls = rng.u32(0..4);
    for acl in 0..acls {
        let (inbound, outbound) = (rules(rng), rules(rng));
        text += &format!(
            "[[network_acls]]\nname = \"acl{acl}\"\ninbound = [{inbound}]\n\
             outbound = [{outbound}]\n"
        );
    }
    let nets = if apart { [0, 1, 2] } else { [0; 3] };
    text += &roads::joins(rng, apart, edge);
    let mut place = 0;
    for ((vpc, vni), net) in VPCS.into_iter().zip(5000..).zip(nets) {
        text += &format!(
            "[[vpcs]]\nname = \"{vpc}\"\nvni = {vni}\n\
             cidrs = [\"10.{net}.0.0/16\", \"2001:db8:{net}::/56\"]\n\
             asks_for_mappings = {}\n",
            once_in(rng, 3)
        );
        let mut names = Vec::new();
        let groups = groups(rng, vpc, &mut text);
        for subnet in 1..places.u32(2..5) {
            text += &format!(
                "[[subnets]]\nname = \"{vpc}{subnet}\"\nvpc = \"{vpc}\"\n\
                 cidrs = [\"10.{net}.{subnet}.0/24\", \"2001:db8:{net}:{subnet}::/64\"]\n"
            );
            if acls > 0 && !once_in(rng, 4) {
                text += &format!("network_acl = \"acl{}\"\n", rng.u32(..acls));
            }
            if !once_in(rng, 4) {
                text += &format!("route_table = \"{vpc}-{}\"\n", rng.u32(..2));
            }
            for host in 4..4 + places.u32(0..4) {
                place += 1;
                let card = pick(&mut places, Edge::cards(edge, vpc));
                let name = format!("{vpc}{subnet}{host}");
                let second = format!("10.{net}.{subnet}.{}", host + 10);
                text += &edge::publics(rng, &name, place, &second);
                names.push(name);
                text += &eni_text(rng, (vpc, net), subnet, host, place);
                text += &format!("card = \"{card}\"\n{}", idle(rng));
                text += &member(rng, &groups);
            }
            if once_in(rng, 3) {
                text += &format!(
                    "[[mappings]]\nvpc = \"{vpc}\"\naddress = \"10.{net}.{subnet}.8\"\n\
                     mac = \"02:00:00:00:0{subnet}:08\"\nunderlay_ip = \"192.0.2.3\"\n"
                );
            }
        }
        text += &roads::tables(rng, (vpc, net), apart, &names);
        text += &edge::ingress(rng, (vpc, net), &names);
    }
    text
}

fn cards(edge: bool) -> String {
    let mut text = String::new();
    for (card, byte) in [("a", 1), ("b", 2), ("e", 8)] {
        if card == "e" && !edge {
            continue;
        }
        write!(
            text,
            "[[cards]]\nname = \"{card}\"\nunderlay = {{ ip = \"192.0.2.{byte}\", \
             mac = \"02:00:00:00:aa:0{byte}\", gateway_mac = \"02:00:00:00:aa:99\" }}\n"
        )
        .expect("a String takes everything");
    }
    text
}

fn eni_text(rng: &mut Rng, (vpc, net): (&str, u32), subnet: u32, host: u32, place: u32) -> String {
    let port = pick(rng, &["host0", "host1"]);
    let tags = [format!("{place}"), format!("[{place}, 7]"), format!("[7, {place}]")];
    let vlan = match pick(rng, &tags) {
        // Of those without a tag there may be one at a port.
        _ if place == 1 => String::new(),
        tags => format!("vlan = {tags}\n"),
    };
    let (up, check) = (!once_in(rng, 8), !once_in(rng, 5));
    let second = host + 10;
    format!(
        "[[enis]]\nname = \"{vpc}{subnet}{host}\"\nsubnet = \"{vpc}{subnet}\"\n\
         mac = \"02:00:00:00:0{subnet}:0{host}\"\n\
         addresses = [\"10.{net}.{subnet}.{host}\", \"2001:db8:{net}:{subnet}::{host}\", \
                      \"10.{net}.{subnet}.{second}\"]\n\
         port = \"{port}\"\n{vlan}up = {up}\n\
         source_dest_check = {check}\n"
    )
}

/// An ENI's idle times, all different from each other, mostly; or none named.
fn idle(rng: &mut Rng) -> String {
    let keys = ["tcp_established", "tcp", "udp_stream", "udp", "other"];
    let mut said = Vec::new();
    for key in keys {
        if rng.bool() {
            said.push(format!("{key} = {}", rng.u32(1..40)));
        }
    }
    if said.is_empty() { String::new() } else { format!("idle = {{ {} }}\n", said.join(", ")) }
}

/// Security groups of a VPC, and maybe its own `default`; gives their names.
fn groups(rng: &mut Rng, vpc: &str, text: &mut String) -> Vec<&'static str> {
    let mut names = ["web", "app", "db", "default"][rng.usize(0..4)..].to_vec();
    if rng.bool() {
        names.pop();
    }
    let all = names_with_default(&names);
    for name in &names {
        let (inbound, outbound) = (group_rules(rng, &all), group_rules(rng, &all));
        // Most let out everything, as people write them.
        let everything = "{ protocol = \"all\", peer = \"0.0.0.0/0\" }, \
                   { protocol = \"all\", peer = \"::/0\" }";
        let outbound = if once_in(rng, 3) { outbound } else { everything.into() };
        *text += &format!(
            "[[security_groups]]\nname = \"{name}\"\nvpc = \"{vpc}\"\ninbound = [{inbound}]\n\
             outbound = [{outbound}]\n"
        );
    }
    names
}

/// Every VPC has it.
fn names_with_default(groups: &[&'static str]) -> Vec<&'static str> {
    let others = groups.iter().filter(|g| **g != "default");
    others.chain(&["default"]).copied().collect()
}

/// An ENI's groups: of those, and the one that every VPC has; or none named.
fn member(rng: &mut Rng, groups: &[&'static str]) -> String {
    let mut names = names_with_default(groups);
    rng.shuffle(&mut names);
    names.truncate(rng.usize(0..3));
    if names.is_empty() { String::new() } else { format!("security_groups = {names:?}\n") }
}

fn group_rules(rng: &mut Rng, groups: &[&str]) -> String {
    let mut text = String::new();
    for _ in 0..rng.usize(0..5) {
        let v4 = rng.bool();
        let peer = match rng.u32(..3) {
            0 => pick(rng, groups),
            1 if v4 => pick(rng, &RULE_CIDRS_V4),
            1 => pick(rng, &RULE_CIDRS_V6),
            _ if v4 => "0.0.0.0/0",
            _ => "::/0",
        };
        text += &format!("{{ {}, peer = \"{peer}\" }},\n", service(rng, v4));
    }
    text
}

fn rules(rng: &mut Rng) -> String {
    let mut numbers: Vec<u32> = (1..20).collect();
    rng.shuffle(&mut numbers);
    numbers.truncate(rng.usize(0..7));
    let mut text = String::new();
    for number in numbers {
        let v4 = rng.bool();
        let cidr = if v4 { pick(rng, &RULE_CIDRS_V4) } else { pick(rng, &RULE_CIDRS_V6) };
        let action = pick(rng, &["allow", "allow", "deny"]);
        let service = service(rng, v4);
        text += &format!(
            "{{ number = {number}, action = \"{action}\", {service}, cidr = \"{cidr}\" }},\n"
        );
    }
    text
}

fn service(rng: &mut Rng, v4: bool) -> String {
    let icmp = if v4 { "icmp" } else { "icmpv6" };
    match rng.u32(..8) {
        0 => "protocol = \"all\"".into(),
        1 => "protocol = \"tcp\"".into(),
        2 => "protocol = 47".into(),
        3 => format!("protocol = \"{icmp}\""),
        4 => format!("protocol = \"{icmp}\", icmp_type = 8, icmp_code = {}", rng.u8(..2)),
        5 => format!("protocol = \"{icmp}\", icmp_type = 8"),
        _ => {
            let (a, b) = (*pick(rng, &PORTS), *pick(rng, &PORTS));
            let protocol = pick(rng, &["tcp", "udp"]);
            format!("protocol = \"{protocol}\", ports = \"{}-{}\"", a.min(b), a.max(b))
        }
    }
}
