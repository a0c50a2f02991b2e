//! Three routers elect an active one by HSRP, as captured (RFC 2281). Does that work in a VPC?
//!
//! It does not, on purpose: hellos reach nobody, and an address moves by the control plane alone.
//! So each of them believes that it is the only one, and none gets what goes to the virtual router.

use crate::{
    network::{Fate, dropped, networks},
    talk::{ALL, Talk, arp},
};
use etherparse::ArpOperation;
use hdl::meta::DropReason;
use sim::capture;
use std::collections::BTreeMap;

/// The routers have the addresses and MACs of the capture.
const FILE: &str = r#"
[[vpcs]]
name = "red"
vni = 7001
cidrs = ["192.168.0.0/16"]
[[subnets]]
name = "all"
vpc = "red"
cidrs = ["192.168.0.0/24"]
[[enis]]
name = "r1"
subnet = "all"
mac = "c2:01:34:77:00:00"
addresses = ["192.168.0.10"]
card = "a"
port = "host0"
[[enis]]
name = "r2"
subnet = "all"
mac = "c2:02:34:77:00:00"
addresses = ["192.168.0.20"]
card = "a"
port = "host1"
[[enis]]
name = "r3"
subnet = "all"
mac = "c2:03:34:8d:00:00"
addresses = ["192.168.0.30"]
card = "b"
port = "host0"
[[enis]]
name = "client"
subnet = "all"
mac = "02:00:00:00:01:64"
addresses = ["192.168.0.100"]
card = "b"
port = "host1"
"#;
const CAPTURE: &[u8] = include_bytes!("../../data/captures/HSRP_election.pcap");
/// MAC and address of the virtual router of group 1, as in the capture.
const VIRTUAL_MAC: [u8; 6] = [0, 0, 0x0c, 7, 0xac, 1];
const VIRTUAL_IP: &str = "192.168.0.1";
const CLIENT: &str = "client on b";

/// Who sent a hello: its source address says it.
fn router(hello: &[u8]) -> &'static str {
    match hello[26..30] {
        [192, 168, 0, 10] => "r1 on a",
        [192, 168, 0, 20] => "r2 on a",
        [192, 168, 0, 30] => "r3 on b",
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn hsrp_elects_nobody() {
    let hellos = capture::read(CAPTURE).unwrap();
    for mut net in networks(FILE) {
        let mut seen = BTreeMap::new();
        for hello in &hellos {
            let fate = net.send(router(&hello.bytes), &hello.bytes);
            let Fate::Dropped(reason) = fate else { panic!("{fate:?}") };
            *seen.entry(reason.code()).or_insert(0) += 1;
            // The active one speaks with the virtual MAC.
            let active = hello.bytes[6..12] == VIRTUAL_MAC;
            let want = if active { DropReason::SpoofedMac } else { DropReason::Multicast };
            assert_eq!(reason, want);
        }
        for reason in [DropReason::SpoofedMac, DropReason::Multicast] {
            let counted = net.counters("a").dropped(reason) + net.counters("b").dropped(reason);
            assert!(counted > 10, "{reason:?}: {counted}");
            assert_eq!(counted, seen[&reason.code()], "{reason:?}");
        }
        // Who asks for the default gateway hears of the VPC's router, which has that address.
        let Fate::Answered(answer) = net.who_has(CLIENT, VIRTUAL_IP) else { panic!("no answer") };
        assert_eq!(answer[6..12], net.talk(CLIENT, "203.0.113.9").dst_mac);
        // Who believes in the virtual MAC reaches nobody.
        let lost = Talk { dst_mac: VIRTUAL_MAC, ..net.talk(CLIENT, "203.0.113.9") };
        assert_eq!(net.send(CLIENT, &lost.ping(1)), dropped(DropReason::NotItsAddress));
        // The active one has the address by its own word alone.
        let r1 = net.talk("r1 on a", "192.168.0.100");
        let under = r1.under(VIRTUAL_IP);
        assert_eq!(net.send("r1 on a", &under.ping(2)), dropped(DropReason::SpoofedIp));
        let virtual_ip = [192, 168, 0, 1].into();
        for (mac, reason) in
            [(VIRTUAL_MAC, DropReason::SpoofedMac), (r1.src_mac, DropReason::SpoofedIp)]
        {
            let own = (mac, virtual_ip);
            let announced = arp(ArpOperation::REQUEST, own, ([0; 6], virtual_ip), ALL);
            assert_eq!(net.send("r1 on a", &announced), dropped(reason));
        }
    }
}
