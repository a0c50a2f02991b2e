//! A card stands between tunnels and plain IP. What do those see who are on either side?

use crate::{
    network::{Fate, Network, dropped, networks, reached},
    talk::{Talk, ask, ip},
};
use etherparse::{Icmpv4Type, PacketBuilder, icmpv4::DestUnreachableHeader};
use hdl::meta::DropReason;

const FILE: &str = r#"
[[vpcs]]
name = "red"
vni = 7001
cidrs = ["10.0.0.0/16", "2001:db8:1::/56"]
[[subnets]]
name = "all"
vpc = "red"
cidrs = ["10.0.1.0/24", "2001:db8:1:1::/64"]
route_table = "out"
[[route_tables]]
name = "out"
routes = [
    { destination = "0.0.0.0/0", target = "internet" },
    { destination = "::/0", target = "internet" },
    { destination = "172.16.0.0/12", target = "office" },
]
[[gateways]]
name = "internet"
vpc = "red"
kind = "internet"
card = "b"
port = "host0"
vlan = 100
mac = "02:00:00:00:ff:01"
addresses = ["198.51.100.1"]
[[gateways]]
name = "office"
vpc = "red"
kind = "vpn"
card = "b"
port = "host1"
mac = "02:00:00:00:ff:02"
[[public_addresses]]
public = "203.0.113.10"
eni = "web"
[[security_groups]]
name = "default"
vpc = "red"
inbound = [
    { protocol = "tcp", ports = 443, peer = "0.0.0.0/0" },
    { protocol = "icmp", peer = "0.0.0.0/0" },
    { protocol = "all", peer = "172.16.0.0/12" },
    { protocol = "tcp", ports = 443, peer = "::/0" },
]
outbound = [{ protocol = "all", peer = "0.0.0.0/0" }, { protocol = "all", peer = "::/0" }]
[[enis]]
name = "web"
subnet = "all"
mac = "02:00:00:00:01:0a"
addresses = ["10.0.1.10", "2001:db8:1:1::a"]
card = "a"
port = "host0"
[[enis]]
name = "hidden"
subnet = "all"
mac = "02:00:00:00:01:14"
addresses = ["10.0.1.20", "2001:db8:1:1::14"]
card = "a"
port = "host1"
"#;
const WEB: &str = "web on a";
const HIDDEN: &str = "hidden on a";
const BEYOND: &str = "internet on b";
const OFFICE: &str = "office on b";
/// MACs of the VPC's router, and of those beyond the gateways.
const ROUTER: [u8; 6] = [2, 0, 0, 0, 0, 1];
const OUTSIDE: [u8; 6] = [2, 0, 0, 0, 0xff, 1];
const OFFICES: [u8; 6] = [2, 0, 0, 0, 0xff, 2];
const PUBLIC: &str = "203.0.113.10";
const PRIVATE: &str = "10.0.1.10";
const CLIENT: &str = "8.8.8.8";

/// What the router beyond brings for an address of the card's side.
fn from_beyond(src: &str, dst: &str) -> Talk {
    Talk { src_mac: OUTSIDE, dst_mac: ROUTER, src: ip(src), dst: ip(dst) }
}

/// What reaches the web server, or the router beyond, under those addresses.
fn to_web(src: &str, dst: &str) -> Talk {
    let dst_mac = [2, 0, 0, 0, 1, 0x0a];
    Talk { src_mac: ROUTER, dst_mac, src: ip(src), dst: ip(dst) }
}

fn to_beyond(src: &str, dst: &str) -> Talk {
    Talk { src_mac: ROUTER, dst_mac: OUTSIDE, src: ip(src), dst: ip(dst) }
}

/// It gets just that.
fn gets(net: &mut Network, machine: &str, sent: &[u8], who: &str, what: Vec<u8>) {
    assert_eq!(net.follow(machine, sent), (reached(who), what), "what {machine} sent");
}

#[test]
fn a_web_server_has_a_public_address() {
    for mut net in networks(FILE) {
        let (ask, answer) = ([40_000, 443], [443, 40_000]);
        let syn = from_beyond(CLIENT, PUBLIC).tcp(ask, "S");
        gets(&mut net, BEYOND, &syn, WEB, to_web(CLIENT, PRIVATE).tcp(ask, "S"));
        let back = net.talk(WEB, CLIENT).tcp(answer, "SA");
        gets(&mut net, WEB, &back, BEYOND, to_beyond(PUBLIC, CLIENT).tcp(answer, "SA"));
        // It may begin as well, and its security group still says who may.
        let query = net.talk(WEB, CLIENT).udp([5000, 53]);
        gets(&mut net, WEB, &query, BEYOND, to_beyond(PUBLIC, CLIENT).udp([5000, 53]));
        let reply = from_beyond(CLIENT, PUBLIC).udp([53, 5000]);
        gets(&mut net, BEYOND, &reply, WEB, to_web(CLIENT, PRIVATE).udp([53, 5000]));
        let other = from_beyond(CLIENT, PUBLIC).udp([53, 5001]);
        assert_eq!(net.send(BEYOND, &other), dropped(DropReason::SgInbound));
    }
}

#[test]
fn who_has_no_public_address_is_not_reached() {
    for mut net in networks(FILE) {
        let query = net.talk(HIDDEN, CLIENT).udp([5000, 53]);
        assert_eq!(net.send(HIDDEN, &query), dropped(DropReason::NoPublicAddress));
        for address in ["203.0.113.11", "10.0.1.20", PRIVATE] {
            let syn = from_beyond(CLIENT, address).tcp([40_000, 443], "S");
            assert_eq!(net.send(BEYOND, &syn), dropped(DropReason::NoMapping), "{address}");
        }
        // By IPv6 both have the addresses that they have.
        let syn = from_beyond("2001:db8:ffff::8", "2001:db8:1:1::14").tcp([40_000, 443], "S");
        assert_eq!(net.send(BEYOND, &syn), reached(HIDDEN));
        let answer = net.talk(HIDDEN, "2001:db8:ffff::8").tcp([443, 40_000], "SA");
        assert_eq!(net.send(HIDDEN, &answer), reached(BEYOND));
    }
}

/// About a packet from one to the other, as a router far away says it.
fn unreachable(talk: Talk, [src, dst]: [&str; 2], ports: [u16; 2]) -> Vec<u8> {
    let about = Talk { src: ip(src), dst: ip(dst), ..talk }.udp(ports);
    let kind = Icmpv4Type::DestinationUnreachable(DestUnreachableHeader::Port);
    let (std::net::IpAddr::V4(from), std::net::IpAddr::V4(to)) = (talk.src, talk.dst) else {
        panic!("IPv4")
    };
    let mut frame = Vec::new();
    PacketBuilder::ethernet2(talk.src_mac, talk.dst_mac)
        .ipv4(from.octets(), to.octets(), 64)
        .icmpv4(kind)
        .write(&mut frame, &about[14..])
        .unwrap();
    frame
}

#[test]
fn an_error_names_whom_its_receiver_knows() {
    for mut net in networks(FILE) {
        let ports = [5000, 53];
        let sent = unreachable(from_beyond(CLIENT, PUBLIC), [PUBLIC, CLIENT], ports);
        let got = unreachable(to_web(CLIENT, PRIVATE), [PRIVATE, CLIENT], ports);
        gets(&mut net, BEYOND, &sent, WEB, got);
        let talk = net.talk(WEB, CLIENT);
        let sent = unreachable(talk, [CLIENT, PRIVATE], ports);
        let got = unreachable(to_beyond(PUBLIC, CLIENT), [CLIENT, PUBLIC], ports);
        gets(&mut net, WEB, &sent, BEYOND, got);
    }
}

#[test]
fn an_office_has_the_addresses_that_it_has() {
    for mut net in networks(FILE) {
        let ping = Talk { src_mac: OFFICES, ..from_beyond("172.16.4.4", PRIVATE) }.ping(7);
        assert_eq!(net.send(OFFICE, &ping), reached(WEB));
        let pong = net.talk(WEB, "172.16.4.4").pong(7);
        assert_eq!(net.send(WEB, &pong), reached(OFFICE));
    }
}

#[test]
fn the_router_beyond_finds_the_card() {
    for mut net in networks(FILE) {
        let asked = ask(OUTSIDE, ip("198.51.100.2"), ip("198.51.100.1"));
        let (fate, answer) = net.follow(BEYOND, &asked);
        assert!(matches!(fate, Fate::Answered(_)), "{fate:?}");
        assert_eq!(answer[6..12], ROUTER);
        let asked = ask(OUTSIDE, ip("198.51.100.2"), ip(PUBLIC));
        assert_eq!(net.send(BEYOND, &asked), dropped(DropReason::ArpNoMapping));
    }
}
