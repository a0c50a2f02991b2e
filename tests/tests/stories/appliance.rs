//! A tenant runs a router of its own. May it send what others have said, and does it get what is
//! for others?

use crate::{
    network::{dropped, networks, reached},
    talk::{Talk, ip},
};
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
route_table = "through"
[[route_tables]]
name = "through"
routes = [{ destination = "172.16.0.0/12", target = "router" }]
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
card = "b"
port = "host1"
source_dest_check = false
"#;
const CHECKED: (&str, &str) = ("source_dest_check = false", "source_dest_check = true");
const ROUTER: &str = "router on b";
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
        net.change(&FILE.replace(CHECKED.0, CHECKED.1));
        for said in [own.under(BEHIND).ping(4), own.under(BEHIND).udp([53, 5000])] {
            assert_eq!(net.send(ROUTER, &said), dropped(DropReason::SpoofedIp), "it is on");
        }
        assert_eq!(net.send(ROUTER, &own.ping(5)), reached(HOST));
    }
}

#[test]
fn a_router_gets_what_is_for_others() {
    for mut net in networks(FILE) {
        // A neighbor sends it to its MAC, or the subnet's route leads to it.
        let beside = Talk { dst: ip(BEHIND), ..net.talk(HOST, "10.0.1.254") };
        let routed = net.talk(HOST, BEHIND);
        assert_ne!(beside.dst_mac, routed.dst_mac);
        assert_eq!(net.send(HOST, &beside.ping(1)), reached(ROUTER));
        assert_eq!(net.send(HOST, &routed.ping(2)), reached(ROUTER));
        let back = net.talk(ROUTER, "10.0.1.10").under(BEHIND);
        assert_eq!(net.send(ROUTER, &back.pong(2)), reached(HOST), "its card may speak for all");
        net.change(&FILE.replace(CHECKED.0, CHECKED.1));
        assert_eq!(net.send(HOST, &beside.ping(3)), dropped(DropReason::NotItsAddress));
        assert_eq!(net.send(HOST, &routed.ping(4)), dropped(DropReason::NoLocalEni));
        let own = net.talk(HOST, "10.0.1.254");
        assert_eq!(net.send(HOST, &own.ping(5)), reached(ROUTER), "for itself it is an ENI");
    }
}
