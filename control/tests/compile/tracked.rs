//! Which flows need no connection? The rules of EC2's user guide, "Untracked connections", by hand.

use crate::{Card, compiled, example, groups::card};
use control::legend::Direction;
use hdl::connection::IdleTimes;

const IN: Direction = Direction::Inbound;
const OUT: Direction = Direction::Outbound;
const EVERYBODY: &str = "{ protocol = \"all\", peer = \"0.0.0.0/0\" }, \
                         { protocol = \"all\", peer = \"::/0\" }";
const TCP: u8 = 6;
const UDP: u8 = 17;

/// An ENI in a group of these rules.
fn with(inbound: &str, outbound: &str) -> Card {
    let group = format!(
        "[[security_groups]]\nname = \"g\"\nvpc = \"v\"\ninbound = [{inbound}]\n\
         outbound = [{outbound}]\n"
    );
    card(&group, &[("10.0.0.4", "a", "security_groups = [\"g\"]")])
}

impl Card {
    /// Is what a rule allows tracked? `None`: no rule allows it.
    fn tracked(&self, way: Direction, peer: &str, service: (u8, Option<u16>)) -> Option<bool> {
        let says = self.action(1, way, peer, service).group;
        assert!(says.allow || !says.tracked);
        says.allow.then_some(says.tracked)
    }
}

const V4: &str = "8.8.8.8";
const V6: &str = "2001:db9::1";
const PING: (u8, Option<u16>) = (1, Some(0x0800));
const PING_V6: (u8, Option<u16>) = (58, Some(0x8000));
const TRACKED: Option<bool> = Some(true);
const UNTRACKED: Option<bool> = Some(false);

#[test]
fn the_user_guide_s_example() {
    let inbound = "{ protocol = \"tcp\", ports = 22, peer = \"203.0.113.1/32\" },
                   { protocol = \"tcp\", ports = 80, peer = \"0.0.0.0/0\" },
                   { protocol = \"tcp\", ports = 80, peer = \"::/0\" },
                   { protocol = \"icmp\", peer = \"0.0.0.0/0\" }";
    let card = with(inbound, EVERYBODY);
    assert_eq!(card.tracked(IN, "203.0.113.1", (TCP, Some(22))), TRACKED, "not everybody may");
    assert_eq!(card.tracked(IN, V4, (TCP, Some(80))), UNTRACKED);
    assert_eq!(card.tracked(IN, V6, (TCP, Some(80))), UNTRACKED);
    assert_eq!(card.tracked(IN, V4, PING), TRACKED);
    assert_eq!(card.tracked(IN, V4, (TCP, Some(81))), None);
    for service in [(TCP, Some(443)), (UDP, Some(53)), PING, (47, None)] {
        assert_eq!(card.tracked(OUT, V4, service), TRACKED, "answers come to any port");
    }
    let card = with(inbound, "{ protocol = \"all\", peer = \"::/0\" }");
    assert_eq!(card.tracked(IN, V4, (TCP, Some(80))), TRACKED, "no rule lets answers out");
    assert_eq!(card.tracked(IN, V6, (TCP, Some(80))), UNTRACKED);
}

#[test]
fn of_what_everybody_may_only_tcp_and_udp_are_untracked() {
    let card = with(EVERYBODY, EVERYBODY);
    for way in [IN, OUT] {
        for peer in [V4, V6, "10.0.0.9"] {
            for service in [(TCP, Some(1)), (TCP, None), (UDP, Some(65535)), (UDP, None)] {
                assert_eq!(card.tracked(way, peer, service), UNTRACKED, "{peer} {service:?}");
            }
            for service in [PING, PING_V6, (1, None), (58, None), (47, None), (132, Some(1))] {
                assert_eq!(card.tracked(way, peer, service), TRACKED, "{peer} {service:?}");
            }
        }
    }
}

#[test]
fn answers_need_every_port_of_the_protocol_from_everybody() {
    let tcp = |more: &str| format!("{{ protocol = \"tcp\", {more}peer = \"0.0.0.0/0\" }}");
    let check = |inbound: &str, (port, fragment)| {
        let card = with(inbound, EVERYBODY);
        assert_eq!(card.tracked(OUT, V4, (TCP, Some(443))), port, "{inbound}");
        assert_eq!(card.tracked(OUT, V4, (TCP, None)), fragment, "a fragment; {inbound}");
        assert_eq!(card.tracked(OUT, V6, (TCP, Some(443))), TRACKED, "IPv6; {inbound}");
        assert_eq!(card.tracked(OUT, V4, (UDP, Some(443))), TRACKED, "UDP; {inbound}");
    };
    check(&tcp(""), (UNTRACKED, UNTRACKED));
    // An answer's fragment has no port that such a rule could allow.
    check(&tcp("ports = \"0-65535\", "), (UNTRACKED, TRACKED));
    check(&tcp("ports = \"1-65535\", "), (TRACKED, TRACKED));
    check(&tcp("ports = \"0-65534\", "), (TRACKED, TRACKED));
    let halves = tcp("ports = \"0-1023\", ") + ", " + &tcp("ports = \"1024-65535\", ");
    check(&halves, (TRACKED, TRACKED));
    let halves = "{ protocol = \"all\", peer = \"0.0.0.0/1\" }, \
                  { protocol = \"all\", peer = \"128.0.0.0/1\" }";
    check(halves, (TRACKED, TRACKED));
    check("{ protocol = \"all\", peer = \"g\" }", (TRACKED, TRACKED));
}

#[test]
fn answers_are_of_the_same_protocol_and_kind() {
    let outbound = "{ protocol = \"tcp\", peer = \"0.0.0.0/0\" }";
    let check = |inbound: &str, port, fragment| {
        let card = with(inbound, outbound);
        assert_eq!(card.tracked(OUT, V4, (TCP, Some(443))), port, "{inbound}");
        assert_eq!(card.tracked(OUT, V4, (TCP, None)), fragment, "a fragment; {inbound}");
    };
    check(outbound, UNTRACKED, UNTRACKED);
    check("{ protocol = \"udp\", peer = \"0.0.0.0/0\" }", TRACKED, TRACKED);
    let ports = "{ protocol = \"tcp\", ports = \"0-65535\", peer = \"0.0.0.0/0\" }";
    check(ports, UNTRACKED, TRACKED);
}

#[test]
fn a_rule_for_everybody_counts_beside_others() {
    let inbound = "{ protocol = \"tcp\", ports = 80, peer = \"10.0.0.0/16\" }, \
                   { protocol = \"tcp\", ports = \"80-81\", peer = \"0.0.0.0/0\" }, \
                   { protocol = \"tcp\", ports = 82, peer = \"10.0.0.0/16\" }";
    let card = with(inbound, EVERYBODY);
    assert_eq!(card.tracked(IN, "10.0.0.9", (TCP, Some(80))), UNTRACKED, "both allow it");
    assert_eq!(card.tracked(IN, "10.0.0.9", (TCP, Some(81))), UNTRACKED);
    assert_eq!(card.tracked(IN, "10.0.0.9", (TCP, Some(82))), TRACKED);
}

#[test]
fn the_rules_of_all_groups_of_an_eni_count_together() {
    let group = |name, way| {
        format!("[[security_groups]]\nname = \"{name}\"\nvpc = \"v\"\n{way} = [{EVERYBODY}]\n")
    };
    let groups = group("in", "inbound") + &group("out", "outbound");
    let member = |of: &'static str| [("10.0.0.4", "a", of)];
    let both = card(&groups, &member("security_groups = [\"in\", \"out\"]"));
    assert_eq!(both.tracked(IN, V4, (TCP, Some(80))), UNTRACKED);
    assert_eq!(both.tracked(OUT, V6, (UDP, Some(80))), UNTRACKED);
    assert_eq!(both.tracked(OUT, V6, PING_V6), TRACKED);
    let one = card(&groups, &member("security_groups = [\"out\"]"));
    assert_eq!(one.tracked(OUT, V4, (TCP, Some(80))), TRACKED);
    assert_eq!(one.tracked(IN, V4, (TCP, Some(80))), None);
}

#[test]
fn idle_times_are_the_contract_s_where_the_file_says_nothing() {
    let card = compiled(&example(), "card-a");
    let idle = |name: &str| {
        let number = card.legend.enis.iter().position(|eni| eni == name).expect(name) + 1;
        card.image.enis[number].idle
    };
    let plain = IdleTimes { tcp_established: 350, tcp: 60, udp: 30, udp_stream: 180, other: 600 };
    assert_eq!(idle("blue-web-1"), plain);
    assert_eq!(idle("blue-data-2"), IdleTimes { tcp_established: 2047, udp: 10, ..plain });
}
