//! What does a network engineer tell Linux who wants it to judge an ENI's packets as the file says?

use super::linux::ENI;
use crate::edge::vtep;
use control::vpcs::{Eni, GroupRule, NetworkAcl, Peer, Rule, Service, Target, Vpcs};
use ipnet::IpNet;
use std::net::IpAddr;

/// What Linux is told.
pub struct Ruleset {
    /// For `nft -f`.
    pub nft: String,
    /// For `ip -batch`, of IPv4 and of IPv6.
    pub ip: Batches,
}

/// Lines for `ip -4 -batch` and for `ip -6 -batch`.
pub type Batches = [String; 2];

/// Counters of the rules, and how many packets each must have met.
pub const MET: [(&str, u64); 8] = [
    ("nacl_out", 1000),
    ("state_out", 2000),
    ("rule_out", 2000),
    ("sg_out", 500),
    ("nacl_in", 1000),
    ("state_in", 2000),
    ("rule_in", 1000),
    ("sg_in", 1000),
];

/// Of two routes with one prefix Linux takes that with the lower metric.
const STATIC: u32 = 10;
const PROPAGATED: u32 = 20;
/// Where no route leads.
const NOWHERE: u32 = 4000;
/// Tables, which are also the order in which they are asked: of what the ENI sends, what lies in
/// its subnet and then its subnet's routes; of what the transit gateway got, its routes; the ENI.
const ON_LINK: u32 = 10;
const SUBNET: u32 = 20;
const TRANSIT: u32 = 30;
const HOME: u32 = 40;

/// The rules of an ENI; nothing is remembered that was said in another `zone`.
pub fn of(file: &Vpcs, eni: &Eni, zone: u16) -> Ruleset {
    Ruleset { nft: rules(file, eni, zone), ip: routes(file, eni) }
}

fn rules(file: &Vpcs, eni: &Eni, zone: u16) -> String {
    let mut text = "flush ruleset\ntable inet vpc {\n".to_owned();
    for (name, _) in MET {
        text += &format!("counter {name} {{}}\n");
    }
    text += &format!(
        "chain zone {{\ntype filter hook prerouting priority raw;\n\
         iifname transit notrack accept\n{}ct zone set {}\n}}\n\
         chain forward {{\ntype filter hook forward priority filter;\n\
         iifname {ENI} goto outbound\noifname {ENI} goto inbound\n}}\n",
        untracked(file, eni),
        zone + 1
    );
    for inbound in [false, true] {
        direction(file, eni, inbound, &mut text);
    }
    text + "}\n"
}

/// The chains of a direction: the network ACL of what crosses the subnet's border, then the
/// security groups.
fn direction(file: &Vpcs, eni: &Eni, inbound: bool, text: &mut String) {
    let (way, name, peer) =
        if inbound { ("inbound", "in", "saddr") } else { ("outbound", "out", "daddr") };
    let subnet = &file.subnets[eni.subnet];
    *text += &format!("chain {way} {{\n");
    for cidr in &subnet.cidrs {
        *text += &format!("{} {peer} {cidr} goto sg_{name}\n", family(*cidr));
    }
    *text += &format!("jump nacl_{name}\ngoto sg_{name}\n}}\nchain nacl_{name} {{\n");
    let acl = subnet.network_acl.map(|acl| &file.network_acls[acl]);
    let mut rules: Vec<Rule> = match acl {
        Some(acl) if inbound => acl.inbound.clone(),
        Some(acl) => acl.outbound.clone(),
        None => NetworkAcl::default_rules(),
    };
    rules.sort_by_key(|rule| rule.number);
    let denied = format!("counter name nacl_{name} drop");
    for Rule { allow, service, cidr, .. } in rules {
        let (family, what) = (family(cidr), matches(service));
        let verdict = if allow { "return" } else { &denied };
        *text += &format!("{family} {peer} {cidr} {what} {verdict}\n");
    }
    *text += &format!(
        "{denied}\n}}\nchain sg_{name} {{\n\
         ct state established,related counter name state_{name} accept\n"
    );
    for rule in group_rules(file, eni, inbound) {
        for peers in peers(file, rule, peer) {
            let what = matches(rule.service);
            *text += &format!("{peers} {what} counter name rule_{name} accept\n");
        }
    }
    *text += &format!("counter name sg_{name} drop\n}}\n");
}

/// The rules of all of an ENI's groups.
fn group_rules<'v>(file: &'v Vpcs, eni: &Eni, inbound: bool) -> Vec<&'v GroupRule> {
    let groups = eni.security_groups.iter().map(|g| &file.security_groups[*g]);
    groups.flat_map(|g| if inbound { &g.inbound } else { &g.outbound }).collect()
}

/// Of whom no state is kept: TCP and UDP that a rule allows with everybody, where a rule of the
/// other direction allows everybody every port (EC2 user guide, "Untracked connections").
pub fn untracked(file: &Vpcs, eni: &Eni) -> String {
    let mut text = String::new();
    for inbound in [false, true] {
        let (from, peer) = if inbound { ("!=", "saddr") } else { ("==", "daddr") };
        let answers = group_rules(file, eni, !inbound);
        for rule in group_rules(file, eni, inbound) {
            let Peer::Cidr(cidr) = rule.peer else { continue };
            for protocol in [6, 17] {
                let own = |r: &GroupRule| r.service.protocol().is_none_or(|p| p == protocol);
                let every_port = |r: &&&GroupRule| r.service.is_all_ports() && own(r);
                let answered = answers.iter().filter(every_port).any(|r| r.peer == rule.peer);
                if cidr.prefix_len() == 0 && own(rule) && answered {
                    let (family, what) = (family(cidr), matches(rule.service));
                    text += &format!(
                        "iifname {from} {ENI} {family} {peer} {cidr} meta l4proto {protocol} \
                         {what} notrack accept\n"
                    );
                }
            }
        }
    }
    text
}

fn family(cidr: IpNet) -> &'static str {
    if cidr.addr().is_ipv4() { "ip" } else { "ip6" }
}

/// Whom a security group's rule means: a prefix, or all addresses of a group's members.
fn peers(file: &Vpcs, rule: &GroupRule, peer: &str) -> Vec<String> {
    let group = match rule.peer {
        Peer::Cidr(cidr) => return vec![format!("{} {peer} {cidr}", family(cidr))],
        Peer::Group(group) => group,
    };
    let members = file.enis.iter().filter(|e| e.security_groups.contains(&group));
    let (v4, v6): (Vec<IpAddr>, Vec<IpAddr>) =
        members.flat_map(|e| e.addresses.clone()).partition(IpAddr::is_ipv4);
    let mut texts = Vec::new();
    for (family, members) in [("ip", v4), ("ip6", v6)] {
        let list: Vec<String> = members.iter().map(ToString::to_string).collect();
        if !list.is_empty() {
            texts.push(format!("{family} {peer} {{ {} }}", list.join(", ")));
        }
    }
    texts
}

/// What a rule says of protocol and ports.
fn matches(service: Service) -> String {
    match service {
        Service::All => String::new(),
        Service::Protocol(protocol) => format!("meta l4proto {protocol}"),
        Service::Ports { protocol, first, last } => {
            let protocol = if protocol == 6 { "tcp" } else { "udp" };
            format!("{protocol} dport {first}-{last}")
        }
        Service::Icmp { protocol, kind, code } => {
            let protocol = if protocol == 1 { "icmp" } else { "icmpv6" };
            let code = code.map_or_else(String::new, |code| format!(" {protocol} code {code}"));
            format!("{protocol} type {kind}{code}")
        }
    }
}

/// Who is asked when, told once, of either family; no table is empty, so that each can be flushed.
pub fn tables() -> String {
    let mut text = String::new();
    for (table, rule) in [
        (ON_LINK, format!("iif {ENI}")),
        (SUBNET, format!("iif {ENI}")),
        (TRANSIT, "iif transit".into()),
        (HOME, "from all".into()),
    ] {
        text += &format!("rule add pref {table} {rule} lookup {table}\n");
        text += &route(table, "default", &Lead::Nowhere, NOWHERE);
    }
    text
}

/// Where a route leads.
enum Lead {
    Device(String),
    Nowhere,
}

fn vpc(vpc: usize) -> Lead {
    Lead::Device(format!("vpc{vpc}"))
}

/// The line for `ip -batch`.
fn route(table: u32, destination: &str, lead: &Lead, metric: u32) -> String {
    let (kind, device) = match lead {
        Lead::Device(device) => ("unicast", format!("dev {device} ")),
        Lead::Nowhere => ("blackhole", String::new()),
    };
    format!("route add {kind} {destination} {device}table {table} metric {metric}\n")
}

/// Routes of one ENI.
struct Routes(Batches);

impl Routes {
    fn add(&mut self, table: u32, destination: IpNet, lead: &Lead, propagated: bool) {
        let metric = if propagated { PROPAGATED } else { STATIC };
        let batch = &mut self.0[usize::from(destination.addr().is_ipv6())];
        *batch += &route(table, &destination.to_string(), lead, metric);
    }

    /// The routes of the ENI's subnet.
    fn subnet(&mut self, file: &Vpcs, eni: &Eni) {
        let subnet = &file.subnets[eni.subnet];
        for cidr in &subnet.cidrs {
            self.add(ON_LINK, *cidr, &vpc(subnet.vpc), false);
        }
        for cidr in &file.vpcs[subnet.vpc].cidrs {
            self.add(SUBNET, *cidr, &vpc(subnet.vpc), false);
        }
        let listed = subnet.route_table.map(|table| &file.route_tables[table].routes);
        for route in listed.into_iter().flatten() {
            let lead = match route.target {
                Target::Local | Target::Eni(_) => vpc(subnet.vpc),
                Target::Blackhole => Lead::Nowhere,
                Target::Peering(peering) => {
                    vpc(file.peerings[peering].other(subnet.vpc).expect("it is at an end"))
                }
                Target::TransitGateway(_) => Lead::Device("to-transit".into()),
                Target::Gateway(gateway) => {
                    let [.., byte] = vtep(file, &file.gateways[gateway]).octets();
                    Lead::Device(format!("gw{byte}"))
                }
            };
            self.add(SUBNET, route.destination, &lead, route.propagated);
        }
    }

    /// Those of the transit gateway's table for a VPC.
    fn transit(&mut self, file: &Vpcs, from: usize) {
        for transit in &file.transit_gateways {
            let attached = transit.attachments.iter().find(|a| a.vpc == from);
            let Some(table) = attached.map(|a| &transit.tables[a.table]) else { continue };
            for other in &table.propagations {
                for cidr in &file.vpcs[*other].cidrs {
                    self.add(TRANSIT, *cidr, &vpc(*other), true);
                }
            }
            for route in &table.routes {
                let lead = route.vpc.map_or(Lead::Nowhere, vpc);
                self.add(TRANSIT, route.destination, &lead, false);
            }
        }
    }
}

fn routes(file: &Vpcs, eni: &Eni) -> Batches {
    let mut fresh = String::new();
    for table in [ON_LINK, SUBNET, TRANSIT, HOME] {
        fresh += &format!("route flush table {table}\n");
    }
    for table in [SUBNET, TRANSIT] {
        fresh += &route(table, "default", &Lead::Nowhere, NOWHERE);
    }
    let mut routes = Routes([fresh.clone(), fresh]);
    routes.subnet(file, eni);
    routes.transit(file, file.vpc_of(eni));
    for address in &eni.addresses {
        routes.add(HOME, (*address).into(), &Lead::Device(ENI.into()), false);
    }
    routes.0
}
