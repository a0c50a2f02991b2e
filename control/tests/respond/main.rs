//! What does the host's CPU answer? Asked as clients ask, read as clients read; and every answer is
//! read by tshark, too.
#![allow(clippy::unwrap_used, reason = "tests")]

mod dhcp4;
mod dhcp6;
mod hostile;
mod router;
mod tshark;

use control::{Responder, Syntax, Unanswered, Vpcs, compile};
use etherparse::{PacketBuilder, SlicedPacket, VlanId};
use hdl::{meta::PuntReason, profile::PROFILES};
use std::{
    cell::RefCell,
    net::{Ipv4Addr, Ipv6Addr},
};

/// ENIs have their numbers by name: `deep` is 1, `four` 2, `many` 3, `six` 4.
const FILE: &str = r#"
underlay_mtu = 1550
[[cards]]
name = "a"
underlay = { ip = "192.0.2.1", mac = "02:00:00:00:aa:01", gateway_mac = "02:00:00:00:aa:99" }
[[cards]]
name = "b"
underlay = { ip = "192.0.2.2", mac = "02:00:00:00:aa:02", gateway_mac = "02:00:00:00:aa:99" }

[[vpcs]]
name = "plain"
vni = 7
cidrs = ["10.0.0.0/16", "2001:db8::/56"]
[[vpcs]]
name = "told"
vni = 8
cidrs = ["10.8.0.0/16", "2001:db8:8::/56"]
[vpcs.dhcp]
domain_name = "corp.example"
name_servers = ["10.8.0.53", "2001:db8:8::53", "10.8.1.53"]
ntp_servers = ["10.8.0.123", "2001:db8:8::123"]

[[subnets]]
name = "both"
vpc = "plain"
cidrs = ["2001:db8:0:1::/64", "10.0.3.0/24", "10.0.1.0/25"]
[[subnets]]
name = "old"
vpc = "plain"
cidrs = ["10.0.2.0/24"]
[[subnets]]
name = "told"
vpc = "told"
cidrs = ["10.8.1.0/28", "2001:db8:8:1::/64"]

[[enis]]
name = "six"
subnet = "both"
mac = "02:00:00:00:00:14"
addresses = ["2001:db8:0:1::14"]
card = "a"
port = "host1"
[[enis]]
name = "many"
subnet = "both"
mac = "02:00:00:00:00:13"
addresses = ["2001:db8:0:1::13", "10.0.1.13", "2001:db8:0:1::33", "10.0.3.33"]
card = "a"
port = "host0"
[[enis]]
name = "absent"
subnet = "both"
mac = "02:00:00:00:00:99"
addresses = ["10.0.1.99"]
card = "b"
port = "host0"
[[enis]]
name = "four"
subnet = "old"
mac = "02:00:00:00:00:12"
addresses = ["10.0.2.12"]
card = "a"
port = "host0"
vlan = 12
[[enis]]
name = "deep"
subnet = "told"
mac = "02:00:00:00:00:11"
addresses = ["10.8.1.5", "2001:db8:8:1::5"]
card = "a"
port = "host0"
vlan = [100, 200]
"#;

/// MAC of the router, and its link-local address.
const ROUTER_MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];
const ROUTER_LINK_LOCAL: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0xff, 0xfe00, 1);

/// Who asks.
#[derive(Clone, Copy, Debug)]
struct Asker {
    eni: u16,
    mac: [u8; 6],
    tags: &'static [u16],
}

const DEEP: Asker = Asker { eni: 1, mac: [2, 0, 0, 0, 0, 0x11], tags: &[100, 200] };
const FOUR: Asker = Asker { eni: 2, mac: [2, 0, 0, 0, 0, 0x12], tags: &[12] };
const MANY: Asker = Asker { eni: 3, mac: [2, 0, 0, 0, 0, 0x13], tags: &[] };
const SIX: Asker = Asker { eni: 4, mac: [2, 0, 0, 0, 0, 0x14], tags: &[] };

impl Asker {
    /// Made of the MAC.
    fn link_local(self) -> Ipv6Addr {
        let [a, b, c, d, e, f] = self.mac.map(u16::from);
        Ipv6Addr::new(0xfe80, 0, 0, 0, (a ^ 2) << 8 | b, c << 8 | 0xff, 0xfe00 | d, e << 8 | f)
    }

    fn eth(self, packet: Vec<u8>, dst_mac: [u8; 6], ethertype: u16) -> Vec<u8> {
        let mut frame = [dst_mac, self.mac].concat();
        for (at, vid) in self.tags.iter().enumerate() {
            let outer = at + 1 < self.tags.len();
            frame.extend(if outer { 0x88a8_u16 } else { 0x8100 }.to_be_bytes());
            frame.extend(VlanId::try_new(*vid).unwrap().value().to_be_bytes());
        }
        frame.extend(ethertype.to_be_bytes());
        [frame, packet].concat()
    }

    /// DHCPv4 as clients send it.
    fn udp4(self, message: &[u8]) -> Vec<u8> {
        let mut packet = Vec::new();
        PacketBuilder::ipv4([0; 4], [255; 4], 64).udp(68, 67).write(&mut packet, message).unwrap();
        self.eth(packet, [0xff; 6], 0x0800)
    }

    /// DHCPv6 as clients send it.
    fn udp6(self, from: Ipv6Addr, to: Ipv6Addr, message: &[u8]) -> Vec<u8> {
        let mut packet = Vec::new();
        PacketBuilder::ipv6(from.octets(), to.octets(), 1)
            .udp(546, 547)
            .write(&mut packet, message)
            .unwrap();
        self.eth(packet, [0x33, 0x33, 0, 1, 0, 2], 0x86dd)
    }
}

fn responder() -> Responder {
    let vpcs = Vpcs::parse("test", FILE, Syntax::Toml).unwrap_or_else(|e| panic!("{e}"));
    compile(&vpcs, "a", &PROFILES[0]).unwrap_or_else(|e| panic!("{e}")).responder
}

/// Where questions are answered. At its end tshark reads all answers.
struct Desk {
    responder: Responder,
    answers: RefCell<Vec<Vec<u8>>>,
}

impl Desk {
    fn new() -> Self {
        Self { responder: responder(), answers: RefCell::default() }
    }

    /// The answer to a frame; its Ethernet header and tags are right.
    fn ask(&self, who: Asker, frame: &[u8]) -> Result<Vec<u8>, Unanswered> {
        let answer = self.responder.answer(PuntReason::Dhcp, who.eni, frame)?;
        assert_eq!(answer[6..12], ROUTER_MAC);
        let ids = SlicedPacket::from_ethernet(&answer).unwrap().vlan_ids();
        let tags: Vec<u16> = ids.iter().map(|id| id.value()).collect();
        assert_eq!(tags, who.tags);
        if who.tags.len() == 2 {
            assert_eq!((&answer[12..14], &answer[16..18]), (&[0x88, 0xa8][..], &[0x81, 0][..]));
        }
        self.answers.borrow_mut().push(answer.clone());
        Ok(answer)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            tshark::reads(&self.answers.borrow());
        }
    }
}

fn v4(text: &str) -> Ipv4Addr {
    text.parse().unwrap()
}

fn v6(text: &str) -> Ipv6Addr {
    text.parse().unwrap()
}

#[test]
fn nobody_else_is_answered() {
    let responder = responder();
    let frame = dhcp4::discover(MANY);
    for eni in [0, 5, u16::MAX] {
        let answer = responder.answer(PuntReason::Dhcp, eni, &frame);
        assert_eq!(answer, Err(Unanswered::UnknownEni), "{eni}");
    }
    let service = responder.answer(PuntReason::Service, MANY.eni, &frame);
    assert_eq!(service, Err(Unanswered::Service));
    let missed = responder.answer(PuntReason::MappingMiss, MANY.eni, &frame);
    assert_eq!(missed, Err(Unanswered::MappingMiss));
    // A frame of some other protocol.
    let mut packet = Vec::new();
    PacketBuilder::ipv4([0; 4], [255; 4], 64).udp(68, 68).write(&mut packet, &[]).unwrap();
    let other = MANY.eth(packet, [0xff; 6], 0x0800);
    let answer = responder.answer(PuntReason::Dhcp, MANY.eni, &other);
    assert_eq!(answer, Err(Unanswered::Malformed));
}
