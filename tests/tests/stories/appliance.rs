//! A tenant runs a router of its own. May it send what others have said?
//!
//! That it is sent packets for others is another matter, and not asked here.

use crate::network::{dropped, networks, reached};
use hdl::meta::DropReason;

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
name = "default"
vpc = "red"
inbound = [{ protocol = "all", peer = "0.0.0.0/0" }]
outbound = [{ protocol = "all", peer = "0.0.0.0/0" }]
[[enis]]
name = "host"
subnet = "all"
mac = "02:00:00:00:01:0a"
addresses = ["10.0.1.10"]
card = "a"
port = "host0"
[[enis]]
name = "router"
subnet = "all"
mac = "02:00:00:00:01:fe"
addresses = ["10.0.1.254"]
card = "a"
port = "host1"
source_dest_check = false
"#;
const ROUTER: &str = "router on a";
const HOST: &str = "host on a";
/// Somebody in a network behind the router.
const BEHIND: &str = "172.16.9.9";

#[test]
fn a_router_sends_what_others_said() {
    for mut net in networks(FILE) {
        let own = net.talk(ROUTER, "10.0.1.10");
        assert_eq!(net.send(ROUTER, &own.ping(1)), reached(HOST));
        for said in [own.under(BEHIND).ping(2), own.under(BEHIND).udp([53, 5000])] {
            assert_eq!(net.send(ROUTER, &said), reached(HOST), "the check is off");
        }
        // It has one MAC all the same.
        let mut lie = own.under(BEHIND);
        lie.src_mac = own.dst_mac;
        assert_eq!(net.send(ROUTER, &lie.ping(3)), dropped(DropReason::SpoofedMac));
        net.change(&FILE.replace("source_dest_check = false", "source_dest_check = true"));
        for said in [own.under(BEHIND).ping(4), own.under(BEHIND).udp([53, 5000])] {
            assert_eq!(net.send(ROUTER, &said), dropped(DropReason::SpoofedIp), "it is on");
        }
        assert_eq!(net.send(ROUTER, &own.ping(5)), reached(HOST));
    }
}
