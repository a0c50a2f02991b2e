//! A machine moves from one card to another while a connection runs. Does the connection live on,
//! and does nobody get a packet twice, or at the wrong place?
//!
//! The cards commit one after the other, in either order; packets flow at every step.

use crate::network::{Fate, Network, dropped, networks, reached};
use hdl::meta::DropReason;

/// Somebody stays behind on card a. The server may send nothing of its own accord: its answers pass
/// by their connection alone.
const BEFORE: &str = r#"
[[vpcs]]
name = "red"
vni = 7001
cidrs = ["10.0.0.0/16"]
[[subnets]]
name = "all"
vpc = "red"
cidrs = ["10.0.1.0/24"]
[[security_groups]]
name = "client"
vpc = "red"
outbound = [{ protocol = "tcp", peer = "10.0.0.0/16" }]
[[security_groups]]
name = "server"
vpc = "red"
inbound = [{ protocol = "tcp", ports = 8100, peer = "client" }]
[[enis]]
name = "client"
subnet = "all"
mac = "02:00:00:00:01:0a"
addresses = ["10.0.1.10"]
security_groups = ["client"]
card = "b"
port = "host0"
[[enis]]
name = "bystander"
subnet = "all"
mac = "02:00:00:00:01:1e"
addresses = ["10.0.1.30"]
card = "a"
port = "host1"
vlan = 30
[[enis]]
name = "server"
subnet = "all"
mac = "02:00:00:00:01:14"
addresses = ["10.0.1.20"]
security_groups = ["server"]
port = "host1"
card = "a"
"#;
const CLIENT: &str = "client on b";
const OLD: &str = "server on a";
const NEW: &str = "server on b";
const PORTS: [u16; 2] = [50_000, 8100];
const BACK: [u16; 2] = [8100, 50_000];
const OTHER: [u16; 2] = [50_001, 8100];

fn after() -> String {
    BEFORE.replace("port = \"host1\"\ncard = \"a\"", "port = \"host1\"\ncard = \"b\"")
}

/// What becomes of the client's next segment, and of the server's from its old place.
fn step(net: &mut Network) -> [Fate; 2] {
    let talk = net.talk(CLIENT, "10.0.1.20");
    let answer = talk.back().tcp(BACK, "A");
    [net.send(CLIENT, &talk.tcp(PORTS, "A")), net.send(OLD, &answer)]
}

/// A connection between cards, both sides of it.
fn connect(net: &mut Network) {
    let talk = net.talk(CLIENT, "10.0.1.20");
    assert_eq!(net.send(CLIENT, &talk.tcp(PORTS, "S")), reached(OLD));
    assert_eq!(net.send(OLD, &talk.back().tcp(BACK, "SA")), reached(CLIENT));
    assert_eq!(step(net), [reached(OLD), reached(CLIENT)]);
}

/// Everything is at the new place.
fn lives_on(net: &mut Network) {
    let talk = net.talk(CLIENT, "10.0.1.20");
    let answer = talk.back();
    // No rule lets the server speak first, and nobody at the new place remembers the connection:
    assert_eq!(net.send(NEW, &answer.tcp(BACK, "A")), dropped(DropReason::SgOutbound));
    // the client's next segment is judged by the rules, as if it were a first one,
    let [there, old] = step(net);
    assert_eq!((there, old), (reached(NEW), dropped(DropReason::UnknownEni)));
    // and its answer passes.
    assert_eq!(net.send(NEW, &answer.tcp(BACK, "A")), reached(CLIENT));
    assert_eq!(net.send(CLIENT, &talk.tcp(PORTS, "FA")), reached(NEW));
    assert_eq!(net.send(NEW, &answer.tcp(BACK, "FA")), reached(CLIENT));
    // What no rule allows does not pass for want of SYN.
    let stray = talk.tcp([50_000, 22], "A");
    assert_eq!(net.send(CLIENT, &stray), dropped(DropReason::SgInbound));
    assert_eq!(net.send(CLIENT, &talk.tcp(OTHER, "S")), reached(NEW));
}

#[test]
fn an_address_moves_first_to_its_new_card() {
    for mut net in networks(BEFORE) {
        connect(&mut net);
        net.change_card("b", &after());
        // Card b has it, card a as well: from there it is heard no more.
        assert_eq!(step(&mut net), [reached(NEW), dropped(DropReason::SpoofedUnderlay)]);
        net.change_card("a", &after());
        let [there, old] = step(&mut net);
        assert_eq!((there, old), (reached(NEW), dropped(DropReason::UnknownEni)));
        let answer = net.talk(NEW, "10.0.1.10").tcp(BACK, "A");
        assert_eq!(net.send(NEW, &answer), reached(CLIENT));
    }
}

#[test]
fn an_address_moves_first_from_its_old_card() {
    for mut net in networks(BEFORE) {
        connect(&mut net);
        net.change_card("a", &after());
        // Neither card has it: packets are lost, and counted, and come to nobody else.
        let before = net.counters("a").dropped(DropReason::NoLocalEni);
        let lost = [dropped(DropReason::NoLocalEni), dropped(DropReason::UnknownEni)];
        assert_eq!(step(&mut net), lost);
        assert_eq!(net.counters("a").dropped(DropReason::NoLocalEni), before + 1);
        net.change_card("b", &after());
        lives_on(&mut net);
    }
}
