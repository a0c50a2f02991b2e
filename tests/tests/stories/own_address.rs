//! A tenant gives its machine another address. Does the network believe it?

use crate::{
    network::{Fate, NEIGHBORS, dropped, networks, reached},
    talk::{ask, ip},
};
use hdl::meta::DropReason;

const ALICE: &str = "alice on a";
const BOB: &str = "bob on b";
/// Alice's address in the file, the one that she takes, and Bob's.
const CASES: [[&str; 3]; 2] = [
    ["10.0.1.10", "10.0.1.11", "10.0.1.20"],
    ["2001:db8:1:1::a", "2001:db8:1:1::b", "2001:db8:1:1::14"],
];

#[test]
fn a_tenant_changes_its_own_address() {
    for mut net in networks(NEIGHBORS) {
        for [old, new, bob] in CASES {
            let before = net.talk(ALICE, bob);
            let after = before.under(new);
            assert_eq!(net.send(ALICE, &before.ping(1)), reached(BOB));
            assert_eq!(net.send(BOB, &before.back().pong(1)), reached(ALICE));
            // `ip address replace`, and nobody told the control plane.
            assert_eq!(net.send(ALICE, &after.ping(2)), dropped(DropReason::SpoofedIp));
            assert_eq!(net.send(ALICE, &after.udp([7, 7])), dropped(DropReason::SpoofedIp));
            let announced = ask(after.src_mac, ip(new), ip(bob));
            assert_eq!(net.send(ALICE, &announced), dropped(DropReason::SpoofedIp));
            assert_eq!(net.who_has(BOB, new), dropped(DropReason::ArpNoMapping));
            assert_eq!(net.send(ALICE, &before.ping(3)), reached(BOB), "the old one is hers");
            // Now somebody does.
            net.change(&NEIGHBORS.replace(&format!("\"{old}\""), &format!("\"{new}\"")));
            assert_eq!(net.send(ALICE, &after.ping(4)), reached(BOB));
            assert_eq!(net.send(BOB, &after.back().pong(4)), reached(ALICE));
            assert!(matches!(net.who_has(BOB, new), Fate::Answered(_)));
            assert_eq!(net.who_has(BOB, old), dropped(DropReason::ArpNoMapping));
            assert_eq!(net.send(ALICE, &before.ping(5)), dropped(DropReason::SpoofedIp));
            let stale = before.back();
            assert_eq!(net.send(BOB, &stale.ping(6)), dropped(DropReason::NotItsAddress));
            net.change(NEIGHBORS);
        }
    }
}
