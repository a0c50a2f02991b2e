//! Two tenants have the same addresses, the same MACs and the same ports. Do they meet?

use crate::network::{Network, dropped, networks, reached};
use hdl::meta::DropReason;

/// Blue is the same under another name, in another VLAN.
const RED: &str = r#"
[[vpcs]]
name = "red"
vni = 7001
cidrs = ["10.0.0.0/16"]
[[subnets]]
name = "red-all"
vpc = "red"
cidrs = ["10.0.1.0/24"]
[[security_groups]]
name = "client"
vpc = "red"
outbound = [{ protocol = "all", peer = "10.0.0.0/16" }]
[[security_groups]]
name = "server"
vpc = "red"
inbound = [{ protocol = "tcp", ports = 8100, peer = "client" }]
outbound = [{ protocol = "all", peer = "0.0.0.0/0" }]
[[enis]]
name = "red-alice"
subnet = "red-all"
mac = "02:00:00:00:01:0a"
addresses = ["10.0.1.10"]
security_groups = ["client"]
card = "a"
port = "host0"
vlan = 10
[[enis]]
name = "red-bob"
subnet = "red-all"
mac = "02:00:00:00:01:14"
addresses = ["10.0.1.20"]
security_groups = ["server"]
card = "b"
port = "host0"
vlan = 10
"#;
/// Somebody whom blue alone has.
const CAROL: &str = r#"
[[enis]]
name = "blue-carol"
subnet = "blue-all"
mac = "02:00:00:00:01:1e"
addresses = ["10.0.1.30"]
security_groups = ["server"]
card = "b"
port = "host1"
"#;
const PORTS: [u16; 2] = [50_000, 8100];
const BACK: [u16; 2] = [8100, 50_000];

/// Nobody's answer is heard but Bob's of the same VPC, and only when he was asked.
fn asks(net: &mut Network, vpc: &str) {
    let [alice, bob] = ["alice on a", "bob on b"].map(|who| format!("{vpc}-{who}"));
    let talk = net.talk(&alice, "10.0.1.20");
    let answer = talk.back().tcp(BACK, "SA");
    assert_eq!(net.send(&bob, &answer), dropped(DropReason::SgInbound), "nobody asked {vpc}");
    assert_eq!(net.send(&alice, &talk.tcp(PORTS, "S")), reached(&bob));
    assert_eq!(net.send(&bob, &answer), reached(&alice));
    assert_eq!(net.send(&alice, &talk.tcp(PORTS, "A")), reached(&bob));
}

#[test]
fn two_tenants_have_the_same_addresses() {
    let mut blue = RED.to_owned();
    for (red, own) in [("red", "blue"), ("7001", "7002"), ("vlan = 10", "vlan = 20")] {
        blue = blue.replace(red, own);
    }
    let file = [RED, &blue, CAROL].concat();
    for mut net in networks(&file) {
        // Byte by byte the same frames, in two VLANs. That red has been asked lets nobody answer
        // in blue.
        asks(&mut net, "red");
        asks(&mut net, "blue");
        // A neighbor of one VPC is nobody in the other.
        let to_carol = net.talk("blue-alice on a", "10.0.1.30").tcp(PORTS, "S");
        assert_eq!(net.send("blue-alice on a", &to_carol), reached("blue-carol on b"));
        let unknown = dropped(DropReason::NotItsAddress);
        assert_eq!(net.send("red-alice on a", &to_carol), unknown);
        let routed = net.talk("red-alice on a", "10.0.1.30").tcp(PORTS, "S");
        assert_eq!(net.send("red-alice on a", &routed), dropped(DropReason::NoMapping));
        let asked = net.who_has("red-alice on a", "10.0.1.30");
        assert_eq!(asked, dropped(DropReason::ArpNoMapping));
    }
}
