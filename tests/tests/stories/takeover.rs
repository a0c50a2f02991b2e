//! Somebody announces that a neighbor's address is now its own, as failover scripts and attackers
//! do. Does anybody listen?

use crate::{
    network::{Fate, NEIGHBORS, Network, dropped, networks, reached},
    talk::{ALL, advertise, arp, ip},
};
use etherparse::ArpOperation;
use hdl::meta::DropReason;
use std::net::IpAddr;

/// A neighbor of Alice and Bob.
const MALLORY_ENI: &str = r#"
[[enis]]
name = "mallory"
subnet = "all"
mac = "02:00:00:00:01:66"
addresses = ["10.0.1.66", "2001:db8:1:1::66"]
card = "a"
port = "host1"
"#;
const ALICE: &str = "alice on a";
const BOB: &str = "bob on b";
const MALLORY: &str = "mallory on a";
const BOB_V4: &str = "10.0.1.20";
const BOB_V6: &str = "2001:db8:1:1::14";

/// Who has Bob's addresses, and where do packets for him end? Asked by Alice and by Bob's neighbor.
fn seen(net: &mut Network) -> Vec<Fate> {
    let mut seen = Vec::new();
    for address in [BOB_V4, BOB_V6] {
        for machine in [ALICE, MALLORY] {
            seen.push(net.who_has(machine, address));
            let ping = net.talk(machine, address).ping(1);
            assert_eq!(net.send(machine, &ping), reached(BOB));
            let pong = net.talk(machine, address).back().pong(1);
            seen.push(net.send(BOB, &pong));
        }
    }
    assert_eq!(seen[1], reached(ALICE));
    seen
}

/// Every way to say that an address is at Mallory's.
fn claims(net: &Network, v4: &str, v6: &str) -> Vec<Vec<u8>> {
    let mac = net.talk(MALLORY, BOB_V4).src_mac;
    let (IpAddr::V4(v4), IpAddr::V6(v6)) = (ip(v4), ip(v6)) else { panic!("{v4}, {v6}") };
    let alice = net.talk(MALLORY, "10.0.1.10");
    let IpAddr::V4(alice_v4) = alice.dst else { panic!("IPv4") };
    vec![
        // An announcement (RFC 5227 section 2.3), and how others make it.
        arp(ArpOperation::REQUEST, (mac, v4), ([0; 6], v4), ALL),
        arp(ArpOperation::REPLY, (mac, v4), (mac, v4), ALL),
        // An answer that nobody asked for, to Alice alone.
        arp(ArpOperation::REPLY, (mac, v4), (alice.dst_mac, alice_v4), alice.dst_mac),
        advertise(mac, v6),
    ]
}

/// Each is dropped for that reason, and counted.
fn in_vain(net: &mut Network, claims: &[Vec<u8>], reason: DropReason) {
    let before = net.counters("a").dropped(reason);
    for claim in claims {
        assert_eq!(net.send(MALLORY, claim), dropped(reason), "{claim:02x?}");
    }
    let after = net.counters("a").dropped(reason);
    assert_eq!(after, before + claims.len() as u64, "{reason:?} is counted");
}

#[test]
fn nobody_takes_an_address_over_by_arp() {
    let file = NEIGHBORS.to_owned() + MALLORY_ENI;
    for mut net in networks(&file) {
        let before = seen(&mut net);
        let bobs = claims(&net, BOB_V4, BOB_V6);
        in_vain(&mut net, &bobs, DropReason::SpoofedIp);
        assert_eq!(seen(&mut net), before);
        // Its own address it may announce, as every machine does that boots: nobody cares.
        let own = claims(&net, "10.0.1.66", "2001:db8:1:1::66");
        in_vain(&mut net, &own, DropReason::GratuitousArp);
        assert_eq!(seen(&mut net), before);
        // A firewall of the tenant's may send under any address. It may not take one.
        net.change(&(file.clone() + "source_dest_check = false\n"));
        in_vain(&mut net, &bobs, DropReason::GratuitousArp);
        assert_eq!(seen(&mut net), before);
    }
}
