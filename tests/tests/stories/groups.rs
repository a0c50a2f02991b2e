//! Two security groups name each other, and their members hang on two cards. Who reaches whom?

use crate::network::{Network, dropped, networks, reached};
use hdl::meta::DropReason;

/// The control plane of a cluster, and its nodes.
const FILE: &str = r#"
[[vpcs]]
name = "red"
vni = 7001
cidrs = ["10.0.0.0/16"]
[[subnets]]
name = "all"
vpc = "red"
cidrs = ["10.0.1.0/24"]
[[security_groups]]
name = "masters"
vpc = "red"
inbound = [
    { protocol = "all", peer = "masters" },
    { protocol = "tcp", ports = 8100, peer = "nodes" },
    { protocol = "tcp", ports = 443, peer = "0.0.0.0/0" },
]
outbound = [{ protocol = "all", peer = "0.0.0.0/0" }]
[[security_groups]]
name = "nodes"
vpc = "red"
inbound = [{ protocol = "all", peer = "masters" }]
outbound = [{ protocol = "all", peer = "0.0.0.0/0" }]
[[enis]]
name = "master-1"
subnet = "all"
mac = "02:00:00:00:01:0a"
addresses = ["10.0.1.10"]
security_groups = ["masters"]
card = "a"
port = "host0"
[[enis]]
name = "master-2"
subnet = "all"
mac = "02:00:00:00:01:0b"
addresses = ["10.0.1.11"]
security_groups = ["masters"]
card = "b"
port = "host0"
[[enis]]
name = "node-1"
subnet = "all"
mac = "02:00:00:00:01:14"
addresses = ["10.0.1.20"]
security_groups = ["nodes"]
card = "a"
port = "host1"
[[enis]]
name = "node-2"
subnet = "all"
mac = "02:00:00:00:01:15"
addresses = ["10.0.1.21"]
security_groups = ["nodes"]
card = "b"
port = "host1"
[[enis]]
name = "stranger"
subnet = "all"
mac = "02:00:00:00:01:63"
addresses = ["10.0.1.99"]
card = "b"
port = "host1"
vlan = 99
"#;
const MASTERS: [(&str, &str); 2] = [("master-1 on a", "10.0.1.10"), ("master-2 on b", "10.0.1.11")];
const NODES: [(&str, &str); 2] = [("node-1 on a", "10.0.1.20"), ("node-2 on b", "10.0.1.21")];
const STRANGER: &str = "stranger on b";

/// What passes of a first packet to each port, and of a ping; an answer to each that did.
fn may(net: &mut Network, from: &str, (to, address): (&str, &str), source_port: u16) -> [bool; 4] {
    let talk = net.talk(from, address);
    let mut asks = |frame: Vec<u8>, answer: Vec<u8>| {
        let fate = net.send(from, &frame);
        if fate == dropped(DropReason::SgInbound) {
            return false;
        }
        assert_eq!(fate, reached(to));
        // Whatever its own rules say of who asked.
        assert_eq!(net.send(to, &answer), reached(from));
        true
    };
    let mut tcp = |port| {
        let (asked, answer) = ([source_port, port], [port, source_port]);
        asks(talk.tcp(asked, "S"), talk.back().tcp(answer, "SA"))
    };
    let [web, cluster, shell] = [tcp(443), tcp(8100), tcp(22)];
    [web, cluster, shell, asks(talk.ping(source_port), talk.back().pong(source_port))]
}

#[test]
fn two_groups_name_each_other() {
    for mut net in networks(FILE) {
        let mut source_ports = 50_000..;
        let mut may = |from: &str, to| may(&mut net, from, to, source_ports.next().unwrap());
        for (master, own) in MASTERS {
            for (node, address) in NODES {
                assert_eq!(may(master, (node, address)), [true; 4], "{master} to {node}");
                let allowed = [true, true, false, false];
                assert_eq!(may(node, (master, own)), allowed, "{node} to {master}");
            }
            assert_eq!(may(STRANGER, (master, own)), [true, false, false, false]);
        }
        assert_eq!(may(MASTERS[0].0, MASTERS[1]), [true; 4]);
        assert_eq!(may(NODES[0].0, NODES[1]), [false; 4], "nodes do not name themselves");
        assert_eq!(may(STRANGER, NODES[0]), [false; 4]);
        // Who joins a group is one of it on either card.
        let member = "security_groups = [\"masters\"]\ncard = \"b\"\nport = \"host1\"\nvlan = 99";
        net.change(&FILE.replace("card = \"b\"\nport = \"host1\"\nvlan = 99", member));
        let mut may = |from: &str, to| super::groups::may(&mut net, from, to, 60_000);
        for node in NODES {
            assert_eq!(may(STRANGER, node), [true; 4]);
        }
    }
}
