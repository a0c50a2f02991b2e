//! Where is a network ACL asked, and what must it say so that an answer comes back?

use crate::network::{dropped, networks, reached};
use hdl::meta::DropReason;

/// The web subnet lets in what asks for a page; the data subnet lets in what asks for a row, and
/// out no answer.
const FILE: &str = r#"
[[vpcs]]
name = "red"
vni = 7001
cidrs = ["10.0.0.0/16"]
[[network_acls]]
name = "web"
inbound = [
    { number = 1, action = "allow", protocol = "tcp", ports = "1024-65535", cidr = "10.0.2.0/24" },
]
outbound = [
    { number = 90, action = "deny", protocol = "tcp", ports = 5433, cidr = "10.0.2.0/24" },
    { number = 100, action = "allow", protocol = "tcp", ports = "5432-5434", cidr = "10.0.2.0/24" },
]
[[network_acls]]
name = "data"
inbound = [
    { number = 100, action = "allow", protocol = "tcp", ports = 5432, cidr = "10.0.1.0/24" },
]
outbound = []
[[subnets]]
name = "web"
vpc = "red"
cidrs = ["10.0.1.0/24"]
network_acl = "web"
[[subnets]]
name = "data"
vpc = "red"
cidrs = ["10.0.2.0/24"]
network_acl = "data"
[[security_groups]]
name = "default"
vpc = "red"
inbound = [{ protocol = "all", peer = "0.0.0.0/0" }]
outbound = [{ protocol = "all", peer = "0.0.0.0/0" }]
[[enis]]
name = "web-1"
subnet = "web"
mac = "02:00:00:00:01:0a"
addresses = ["10.0.1.10"]
card = "a"
port = "host0"
[[enis]]
name = "web-2"
subnet = "web"
mac = "02:00:00:00:01:14"
addresses = ["10.0.1.20"]
card = "b"
port = "host0"
[[enis]]
name = "data-1"
subnet = "data"
mac = "02:00:00:00:02:0a"
addresses = ["10.0.2.10"]
card = "b"
port = "host1"
[[enis]]
name = "data-2"
subnet = "data"
mac = "02:00:00:00:02:14"
addresses = ["10.0.2.20"]
card = "a"
port = "host1"
"#;
/// The rule for answers that the data subnet lacks.
const ANSWERS: &str = "outbound = [{ number = 100, action = \"allow\", protocol = \"tcp\", \
                       ports = \"1024-65535\", cidr = \"10.0.1.0/24\" }]\n";
const ROW: [u16; 2] = [50_000, 5432];
const BACK: [u16; 2] = [5432, 50_000];

#[test]
fn inside_a_subnet_no_network_acl_is_asked() {
    for mut net in networks(FILE) {
        // Neither ACL has a word for ping or for port 22.
        for (one, other, address) in
            [("web-1 on a", "web-2 on b", "10.0.1.20"), ("data-2 on a", "data-1 on b", "10.0.2.10")]
        {
            let talk = net.talk(one, address);
            assert_eq!(net.send(one, &talk.ping(1)), reached(other));
            assert_eq!(net.send(other, &talk.back().pong(1)), reached(one));
            assert_eq!(net.send(one, &talk.tcp([50_000, 22], "S")), reached(other));
        }
    }
}

#[test]
fn across_subnets_both_network_acls_are_asked_both_ways() {
    for mut net in networks(FILE) {
        // Between cards, and on one card.
        for (data, address) in [("data-1 on b", "10.0.2.10"), ("data-2 on a", "10.0.2.20")] {
            let web = "web-1 on a";
            let (talk, answer) = (net.talk(web, address), net.talk(data, "10.0.1.10"));
            assert_eq!(net.send(web, &talk.tcp(ROW, "S")), reached(data));
            // It came in; that gives its answer no right to leave.
            let answered = net.send(data, &answer.tcp(BACK, "SA"));
            assert_eq!(answered, dropped(DropReason::NaclOutbound));
            // The lowest number decides, then the other subnet's ACL.
            let denied = net.send(web, &talk.tcp([50_000, 5433], "S"));
            assert_eq!(denied, dropped(DropReason::NaclOutbound));
            let refused = net.send(web, &talk.tcp([50_000, 5434], "S"));
            assert_eq!(refused, dropped(DropReason::NaclInbound));
            assert_eq!(net.send(web, &talk.ping(1)), dropped(DropReason::NaclOutbound));
            net.change(&FILE.replace("outbound = []\n", ANSWERS));
            assert_eq!(net.send(data, &answer.tcp(BACK, "SA")), reached(web));
            // Out of the one, not into the other.
            let low = net.send(data, &answer.tcp([5432, 1024], "SA"));
            assert_eq!(low, reached(web));
            let udp = net.send(data, &answer.udp(BACK));
            assert_eq!(udp, dropped(DropReason::NaclOutbound));
            net.change(FILE);
        }
    }
}
