//! A rule goes while connections run that it allowed. Which of them stop?
//!
//! EC2's user guide, "Security group connection tracking": a tracked one goes on until it ends or
//! lapses, an untracked one stops at once; a network ACL stops either.

use crate::network::{Network, dropped, networks, reached};
use hdl::meta::DropReason;

/// Of what everybody may send to "open", and "open" to everybody, nobody keeps track.
const FILE: &str = r#"
[[vpcs]]
name = "red"
vni = 7001
cidrs = ["10.0.0.0/16"]
[[subnets]]
name = "clients"
vpc = "red"
cidrs = ["10.0.1.0/24"]
[[subnets]]
name = "servers"
vpc = "red"
cidrs = ["10.0.2.0/24"]
[[security_groups]]
name = "client"
vpc = "red"
outbound = [{ protocol = "all", peer = "10.0.0.0/16" }]
[[security_groups]]
name = "open"
vpc = "red"
inbound = [{ protocol = "tcp", peer = "0.0.0.0/0" }]
outbound = [{ protocol = "tcp", peer = "0.0.0.0/0" }]
[[security_groups]]
name = "narrow"
vpc = "red"
inbound = [{ protocol = "tcp", ports = 8100, peer = "10.0.1.0/24" }]
[[enis]]
name = "client"
subnet = "clients"
mac = "02:00:00:00:01:0a"
addresses = ["10.0.1.10"]
security_groups = ["client"]
card = "a"
port = "host0"
[[enis]]
name = "open"
subnet = "servers"
mac = "02:00:00:00:02:14"
addresses = ["10.0.2.20"]
security_groups = ["open"]
card = "b"
port = "host0"
[[enis]]
name = "narrow"
subnet = "servers"
mac = "02:00:00:00:02:1e"
addresses = ["10.0.2.30"]
security_groups = ["narrow"]
card = "b"
port = "host1"
"#;
const CLIENT: &str = "client on a";
const OPEN: (&str, &str) = ("open on b", "10.0.2.20");
const NARROW: (&str, &str) = ("narrow on b", "10.0.2.30");
const PORTS: [u16; 2] = [50_000, 8100];
const BACK: [u16; 2] = [8100, 50_000];
const OTHER: [u16; 2] = [50_001, 8100];

/// The file without a rule of it.
fn without(rule: &str) -> String {
    assert_eq!(FILE.matches(rule).count(), 1);
    FILE.replace(rule, "")
}

fn connect(net: &mut Network, (server, address): (&str, &str)) {
    let (talk, answer) = (net.talk(CLIENT, address), net.talk(server, "10.0.1.10"));
    assert_eq!(net.send(CLIENT, &talk.tcp(PORTS, "S")), reached(server));
    assert_eq!(net.send(server, &answer.tcp(BACK, "SA")), reached(CLIENT));
    assert_eq!(net.send(CLIENT, &talk.tcp(PORTS, "A")), reached(server));
}

#[test]
fn an_untracked_connection_stops_with_its_rule() {
    let file = without("inbound = [{ protocol = \"tcp\", peer = \"0.0.0.0/0\" }]\n");
    for mut net in networks(FILE) {
        connect(&mut net, OPEN);
        net.change(&file);
        let talk = net.talk(CLIENT, OPEN.1);
        assert_eq!(net.send(CLIENT, &talk.tcp(PORTS, "A")), dropped(DropReason::SgInbound));
        assert_eq!(net.send(CLIENT, &talk.tcp(OTHER, "S")), dropped(DropReason::SgInbound));
        net.change(FILE);
        assert_eq!(net.send(CLIENT, &talk.tcp(PORTS, "A")), reached(OPEN.0), "allowed again");
    }
}

#[test]
fn a_tracked_connection_outlives_its_rule() {
    let file =
        without("inbound = [{ protocol = \"tcp\", ports = 8100, peer = \"10.0.1.0/24\" }]\n");
    for mut net in networks(FILE) {
        connect(&mut net, NARROW);
        net.change(&file);
        let (talk, answer) = (net.talk(CLIENT, NARROW.1), net.talk(NARROW.0, "10.0.1.10"));
        assert_eq!(net.send(CLIENT, &talk.tcp(PORTS, "A")), reached(NARROW.0));
        assert_eq!(net.send(NARROW.0, &answer.tcp(BACK, "A")), reached(CLIENT));
        let anew = net.send(CLIENT, &talk.tcp(OTHER, "S"));
        assert_eq!(anew, dropped(DropReason::SgInbound), "a new one");
        // Over once it is over: RST, and the rule is asked again.
        assert_eq!(net.send(CLIENT, &talk.tcp(PORTS, "R")), reached(NARROW.0));
        let anew = net.send(CLIENT, &talk.tcp(PORTS, "S"));
        assert_eq!(anew, dropped(DropReason::SgInbound));
    }
}

#[test]
fn a_network_acl_stops_a_tracked_connection() {
    let denies = "network_acl = \"closed\"\n[[network_acls]]\nname = \"closed\"\n\
                  outbound = [{ number = 1, action = \"allow\", protocol = \"all\", \
                  cidr = \"0.0.0.0/0\" }]\n[[security_groups]]\nname = \"client\"";
    let closed = FILE.replace("[[security_groups]]\nname = \"client\"", denies);
    for mut net in networks(FILE) {
        connect(&mut net, NARROW);
        net.change(&closed);
        let (talk, answer) = (net.talk(CLIENT, NARROW.1), net.talk(NARROW.0, "10.0.1.10"));
        assert_eq!(net.send(CLIENT, &talk.tcp(PORTS, "A")), dropped(DropReason::NaclInbound));
        assert_eq!(net.send(NARROW.0, &answer.tcp(BACK, "A")), reached(CLIENT), "out it may");
        net.change(FILE);
        assert_eq!(net.send(CLIENT, &talk.tcp(PORTS, "A")), reached(NARROW.0));
    }
}
