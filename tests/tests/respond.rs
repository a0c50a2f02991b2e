//! Does a client of DHCP hear an answer, all the way through card, driver and control, and back?
//!
//! ```text
//!   host0 --> [ card ] --> cpu0 --> driver --> control
//!   host0 <-- [ card ] <-- cpu0 <-- driver <------'
//! ```
#![allow(clippy::unwrap_used, reason = "tests")]

use control::{Syntax, Vpcs};
use dhcproto::{
    Decodable, Encodable,
    v4::{DhcpOption, Message, MessageType},
};
use driver::{Card, Inject, Punted};
use etherparse::{PacketBuilder, SlicedPacket, TransportSlice, VlanId};
use hdl::{
    meta::PuntReason,
    profile::{CPU_PORT, PROFILES},
};
use sim::{Frame, Model};

const FILE: &str = r#"
[[cards]]
name = "a"
underlay = { ip = "192.0.2.1", mac = "02:00:00:00:aa:01", gateway_mac = "02:00:00:00:aa:99" }
[[vpcs]]
name = "v"
vni = 7
cidrs = ["10.0.0.0/16"]
[[subnets]]
name = "s"
vpc = "v"
cidrs = ["10.0.1.0/24"]
[[enis]]
name = "one"
subnet = "s"
mac = "02:00:00:00:00:11"
addresses = ["10.0.1.11"]
card = "a"
port = "host0"
[[enis]]
name = "two"
subnet = "s"
mac = "02:00:00:00:00:12"
addresses = ["10.0.1.12"]
card = "a"
port = "host0"
vlan = 22
"#;

/// A discover, as a client with that MAC behind that VLAN sends it.
fn discover(mac: [u8; 6], vlan: Option<u16>) -> Vec<u8> {
    let mut message = Message::default();
    message.set_xid(0x5eed).set_chaddr(&mac);
    message.opts_mut().insert(DhcpOption::MessageType(MessageType::Discover));
    let ethernet = PacketBuilder::ethernet2(mac, [0xff; 6]);
    let packet = match vlan {
        None => ethernet.ipv4([0; 4], [255; 4], 64),
        Some(vid) => ethernet.single_vlan(VlanId::try_new(vid).unwrap()).ipv4([0; 4], [255; 4], 64),
    };
    let mut frame = Vec::new();
    packet.udp(68, 67).write(&mut frame, &message.to_vec().unwrap()).unwrap();
    frame
}

/// The one frame that leaves for one that comes in.
fn send(card: &mut Card<Model>, port: usize, frame: &[u8]) -> Frame {
    card.io_mut().send(port, frame).unwrap();
    card.io_mut().run(1_000_000).unwrap();
    let received = card.io_mut().take().unwrap().received;
    let [frame] = &received[..] else { panic!("one frame: {received:?}") };
    frame.clone()
}

#[test]
fn a_discover_becomes_an_offer() {
    let vpcs = Vpcs::parse("test", FILE, Syntax::Toml).unwrap_or_else(|e| panic!("{e}"));
    for profile in PROFILES {
        let mut card = Card::open(Model::new(&profile, 9).unwrap(), &[profile], 4).unwrap();
        let compiled = control::compile(&vpcs, "a", &profile).unwrap_or_else(|e| panic!("{e}"));
        card.apply(&compiled.image).unwrap();
        card.set_open(true).unwrap();
        for (number, vlan) in [(1, None), (2, Some(22))] {
            let mac = [2, 0, 0, 0, 0, 0x10 + number];
            let asked = discover(mac, vlan);
            let out = send(&mut card, 0, &asked);
            assert_eq!(out.port, CPU_PORT);
            let Punted { reason, eni, port, frame, .. } = Punted::read(&out.bytes).unwrap();
            assert_eq!((reason, port, frame), (PuntReason::Dhcp, 0, &asked[..]));
            let answer = compiled.responder.answer(reason, eni, frame).unwrap();
            let back = Inject::Out(port).frame(profile.width_bits, &answer);
            let heard = send(&mut card, CPU_PORT, &back);
            assert_eq!((heard.port, &heard.bytes[..6]), (0, &mac[..]));
            let packet = SlicedPacket::from_ethernet(&heard.bytes).unwrap();
            let tags: Vec<u16> = packet.vlan_ids().iter().map(|id| id.value()).collect();
            assert_eq!(tags, Vec::from_iter(vlan));
            let Some(TransportSlice::Udp(udp)) = packet.transport else { panic!("{heard:02x?}") };
            let offer = Message::from_bytes(udp.payload()).unwrap();
            let found = (offer.opts().msg_type(), offer.xid(), offer.yiaddr().octets());
            assert_eq!(found, (Some(MessageType::Offer), 0x5eed, [10, 0, 1, 10 + number]));
        }
    }
}
