//! Which small networks and which packets? Everything from small pools, so that hits happen.

use control::vpcs::{Eni, Vpcs};
use etherparse::{IpEcn, IpFragOffset, IpNumber, Ipv4Header, Ipv6Header, TcpHeader, UdpHeader};
use fastrand::Rng;
use macaddr::MacAddr6;
use std::{fmt::Write, net::IpAddr};

const RULE_CIDRS_V4: [&str; 7] = [
    "0.0.0.0/0",
    "10.0.0.0/16",
    "10.0.1.0/24",
    "10.0.2.0/24",
    "10.0.1.4/30",
    "10.0.2.5/32",
    "10.0.1.0/25",
];
const RULE_CIDRS_V6: [&str; 4] =
    ["::/0", "2001:db8::/56", "2001:db8:0:1::/64", "2001:db8:0:2::4/127"];
const PORTS: [u16; 8] = [0, 79, 80, 85, 90, 91, 443, 65535];

fn pick<'a, T>(rng: &mut Rng, list: &'a [T]) -> &'a T {
    &list[rng.usize(..list.len())]
}

/// One time in `n`.
fn once_in(rng: &mut Rng, n: u32) -> bool {
    rng.u32(..n) == 0
}

/// A file: two cards, two VPCs with the same prefixes, each with up to three subnets and some
/// security groups.
pub fn file(rng: &mut Rng) -> String {
    let mut text = String::new();
    for (card, byte) in [("a", 1), ("b", 2)] {
        write!(
            text,
            "[[cards]]\nname = \"{card}\"\nunderlay = {{ ip = \"192.0.2.{byte}\", \
             mac = \"02:00:00:00:aa:0{byte}\", gateway_mac = \"02:00:00:00:aa:99\" }}\n"
        )
        .expect("a String takes everything");
    }
    let acls = rng.u32(0..4);
    for acl in 0..acls {
        let (inbound, outbound) = (rules(rng), rules(rng));
        text += &format!(
            "[[network_acls]]\nname = \"acl{acl}\"\ninbound = [{inbound}]\n\
             outbound = [{outbound}]\n"
        );
    }
    let routes = pick(rng, &["", "{ destination = \"10.0.1.0/24\", target = \"local\" }"]);
    text += &format!("[[route_tables]]\nname = \"table\"\nroutes = [{routes}]\n");
    let mut place = 0;
    for vpc in ["v", "w"] {
        let vni = if vpc == "v" { 5000 } else { 5001 };
        text += &format!(
            "[[vpcs]]\nname = \"{vpc}\"\nvni = {vni}\n\
             cidrs = [\"10.0.0.0/16\", \"2001:db8::/56\"]\n"
        );
        let groups = groups(rng, vpc, &mut text);
        for subnet in 1..rng.u32(2..5) {
            text += &format!(
                "[[subnets]]\nname = \"{vpc}{subnet}\"\nvpc = \"{vpc}\"\n\
                 cidrs = [\"10.0.{subnet}.0/24\", \"2001:db8:0:{subnet}::/64\"]\n"
            );
            if acls > 0 && !once_in(rng, 4) {
                text += &format!("network_acl = \"acl{}\"\n", rng.u32(..acls));
            }
            if rng.bool() {
                text += "route_table = \"table\"\n";
            }
            for host in 4..4 + rng.u32(0..4) {
                place += 1;
                text += &eni_text(rng, vpc, subnet, host, place);
                text += &member(rng, &groups);
            }
            if once_in(rng, 3) {
                text += &format!(
                    "[[mappings]]\nvpc = \"{vpc}\"\naddress = \"10.0.{subnet}.8\"\n\
                     mac = \"02:00:00:00:0{subnet}:08\"\nunderlay_ip = \"192.0.2.3\"\n"
                );
            }
        }
    }
    text
}

fn eni_text(rng: &mut Rng, vpc: &str, subnet: u32, host: u32, place: u32) -> String {
    let card = pick(rng, &["a", "b"]);
    let port = pick(rng, &["host0", "host1"]);
    let vlan =
        pick(rng, &[format!("{place}"), format!("[{place}, 7]"), format!("[7, {place}]")]).clone();
    let (up, check) = (!once_in(rng, 8), !once_in(rng, 5));
    format!(
        "[[enis]]\nname = \"{vpc}{subnet}{host}\"\nsubnet = \"{vpc}{subnet}\"\n\
         mac = \"02:00:00:00:0{subnet}:0{host}\"\n\
         addresses = [\"10.0.{subnet}.{host}\", \"2001:db8:0:{subnet}::{host}\"]\n\
         card = \"{card}\"\nport = \"{port}\"\nvlan = {vlan}\nup = {up}\n\
         source_dest_check = {check}\n"
    )
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

/// What a frame is made of.
#[derive(Clone, Debug)]
pub struct Recipe {
    pub dst_mac: MacAddr6,
    pub src_mac: MacAddr6,
    pub vlan: Vec<u16>,
    pub src: IpAddr,
    pub dst: IpAddr,
    pub padding: usize,
}

fn some_address(rng: &mut Rng, v4: bool) -> IpAddr {
    let (subnet, host) = (rng.u32(0..5), rng.u32(3..9));
    let text = match (v4, rng.u32(..16)) {
        (true, 0) => {
            pick(rng, &["224.0.0.1", "255.255.255.255", "8.8.8.8", "10.0.1.255"]).to_string()
        }
        (false, 0) => {
            pick(rng, &["ff02::1", "2001:db9::1", "fe80::1", "::ffff:10.0.1.4"]).to_string()
        }
        (true, _) => format!("10.0.{subnet}.{host}"),
        (false, _) => format!("2001:db8:0:{subnet}::{host}"),
    };
    text.parse().expect("an address")
}

/// The MAC that somebody with that address has, in either VPC.
fn mac_of(address: IpAddr) -> MacAddr6 {
    match address {
        IpAddr::V4(v4) => [2, 0, 0, 0, v4.octets()[2], v4.octets()[3]].into(),
        IpAddr::V6(v6) => [2, 0, 0, 0, v6.octets()[7], v6.octets()[15]].into(),
    }
}

/// An ENI, mostly one of which `like` holds.
pub fn eni<'v>(rng: &mut Rng, file: &'v Vpcs, like: impl Fn(&Eni) -> bool) -> &'v Eni {
    let some: Vec<&Eni> = file.enis.iter().filter(|e| like(e)).collect();
    if some.is_empty() || once_in(rng, 16) {
        pick(rng, &file.enis)
    } else {
        some[rng.usize(..some.len())]
    }
}

/// A packet that the ENI may send, mostly, to somebody of its VPC, mostly.
pub fn recipe(rng: &mut Rng, file: &Vpcs, sender: &Eni) -> Recipe {
    let v4 = !once_in(rng, 3);
    let own = sender.addresses[usize::from(!v4)];
    let src = if once_in(rng, 8) { some_address(rng, v4) } else { own };
    let receiver = eni(rng, file, |e| file.vpc_of(e) == file.vpc_of(sender));
    let known = receiver.addresses[usize::from(!v4)];
    let dst = if once_in(rng, 3) { some_address(rng, v4) } else { known };
    let dst_mac = match rng.u32(..16) {
        0 => MacAddr6::broadcast(),
        1 => [2, 0, 0, 0, 9, 9].into(),
        2..6 => mac_of(dst),
        _ => file.router_mac,
    };
    let src_mac = if once_in(rng, 24) { mac_of(dst) } else { sender.mac };
    let vlan = if once_in(rng, 24) { vec![4000] } else { sender.vlan.clone() };
    Recipe { dst_mac, src_mac, vlan, src, dst, padding: *pick(rng, &[0, 0, 1, 30]) }
}

/// The same packet as the other card sends it: no tags, no padding, the receiver's MAC.
pub fn in_tunnel(rng: &mut Rng, recipe: &Recipe) -> Recipe {
    let dst_mac = if once_in(rng, 8) { recipe.dst_mac } else { mac_of(recipe.dst) };
    Recipe { dst_mac, vlan: Vec::new(), padding: 0, ..recipe.clone() }
}

/// Bytes of the transport header and the data behind it.
fn transport(rng: &mut Rng, protocol: u8) -> Vec<u8> {
    let port = *pick(rng, &PORTS);
    let mut bytes = match protocol {
        6 => TcpHeader::new(rng.u16(..), port, rng.u32(..), 1).to_bytes().to_vec(),
        17 => {
            let length = 12;
            let source_port = rng.u16(..);
            let header = UdpHeader { source_port, destination_port: port, length, checksum: 0 };
            header.to_bytes().to_vec()
        }
        // Of ICMP and ICMPv6 alike: type, code, checksum, and what the type makes of the rest.
        1 | 58 => vec![*pick(rng, &[0, 7, 8, 9, 128]), rng.u8(..3), 0, 0, 0, 1, 0, 1],
        _ => vec![],
    };
    bytes.extend([1, 2, 3, 4]);
    bytes
}

/// The frame.
pub fn frame(rng: &mut Rng, recipe: &Recipe) -> Vec<u8> {
    let mut frame = recipe.dst_mac.as_bytes().to_vec();
    frame.extend(recipe.src_mac.as_bytes());
    for (i, vid) in recipe.vlan.iter().enumerate() {
        let outer = i + 1 < recipe.vlan.len();
        frame.extend(if outer { [0x88, 0xa8] } else { [0x81, 0] });
        frame.extend((vid | 0x6000).to_be_bytes());
    }
    let protocol = *pick(rng, &[6, 6, 17, 17, 1, 58, 47]);
    let data = transport(rng, protocol);
    match (recipe.src, recipe.dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            frame.extend([8, 0]);
            let length = data.len() as u16;
            let number = IpNumber(protocol);
            let mut ip = Ipv4Header::new(length, 64, number, src.octets(), dst.octets())
                .expect("a short packet");
            ip.dont_fragment = false;
            ip.ecn = IpEcn::try_new(rng.u8(..4)).expect("two bits");
            match rng.u32(..8) {
                0 => ip.more_fragments = true,
                1 => ip.fragment_offset = IpFragOffset::try_new(185).expect("13 bits"),
                _ => {}
            }
            ip.header_checksum = ip.calc_header_checksum();
            frame.extend(ip.to_bytes());
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            frame.extend([0x86, 0xdd]);
            let ip = Ipv6Header {
                payload_length: data.len() as u16,
                traffic_class: rng.u8(..4),
                next_header: IpNumber(protocol),
                hop_limit: 64,
                source: source.octets(),
                destination: destination.octets(),
                ..Ipv6Header::default()
            };
            frame.extend(ip.to_bytes());
        }
        _ => unreachable!("both of one family"),
    }
    frame.extend(data);
    frame.extend(vec![0xee; recipe.padding]);
    frame
}

/// The frame in a tunnel from the sender's card, mostly, to this card, mostly.
pub fn tunnel(rng: &mut Rng, file: &Vpcs, sender: &Eni, to: usize, inner: &[u8]) -> Vec<u8> {
    let card = &file.cards[to];
    let wrong = once_in(rng, 16);
    let dst_mac = if wrong { MacAddr6::new(2, 0, 0, 0, 0xaa, 0x55) } else { card.underlay_mac };
    let mut frame = dst_mac.as_bytes().to_vec();
    frame.extend(card.gateway_mac.as_bytes());
    frame.extend([8, 0]);
    let length = (inner.len() + 16) as u16;
    let from = file.cards[sender.card].underlay_ip.octets();
    let src = if once_in(rng, 8) { [192, 0, 2, rng.u8(1..5)] } else { from };
    let dst = if once_in(rng, 16) { [192, 0, 2, 9] } else { card.underlay_ip.octets() };
    let mut ip = Ipv4Header::new(length, 64, IpNumber::UDP, src, dst).expect("a short packet");
    ip.ecn = IpEcn::try_new(if once_in(rng, 8) { 3 } else { rng.u8(..3) }).expect("two bits");
    ip.header_checksum = ip.calc_header_checksum();
    frame.extend(ip.to_bytes());
    let udp = UdpHeader { source_port: 50000, destination_port: 4789, length, checksum: 0 };
    frame.extend(udp.to_bytes());
    let own = file.vpcs[file.vpc_of(sender)].vni;
    let vni = if once_in(rng, 12) { rng.u32(5000..5003) } else { own };
    frame.extend([8, 0, 0, 0]);
    frame.extend((vni << 8).to_be_bytes());
    frame.extend(inner);
    frame
}
