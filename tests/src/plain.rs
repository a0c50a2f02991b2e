//! A plain world: one VPC in which most is allowed, and the frames of its people.
//!
//! | number | lives | address |
//! |---|---|---|
//! | 0 | here, at host0 | 10.0.1.0 |
//! | 1 | here, at host1 | 10.0.1.1 |
//! | 2 | here, at host0 in VLAN 9, down | 10.0.1.2 |
//! | 3 .. | elsewhere | 10.0.1.3 .. |
//! | [`LONER`] | elsewhere, whom no security group lets in or out | 10.0.6.0 |
//! | [`STRANGER`] | elsewhere, in the other subnet, which no ACL lets in or out | 10.0.16.0 |

use etherparse::PacketBuilder;
use hdl::{
    class::{AddressLabel, IpKey, PortKey, PortLabel},
    connection::IdleTimes,
    decap::Identity,
    deliver::{Access, EniEntry},
    eni::{AttachAction, AttachKey},
    group::GroupAction,
    mapping::MappingAction,
    mtu,
    nacl::{RuleAction, RuleKey},
    route::{RouteLabel, Target},
    spoof::AddressAction,
    tables::Image,
};

/// MAC of the VPC's router.
pub const ROUTER: u64 = 0x0200_5e00_0001;
/// MAC of the card on the underlay.
pub const CARD: u64 = 0x0200_0000_00aa;
/// MAC of the underlay's next hop.
pub const GATEWAY: u64 = 0x0200_0000_00fe;
/// The card's address on the underlay.
pub const VTEP: u32 = 0x0aff_0001;
/// The other card's.
pub const PEER: u32 = 0x0aff_0002;
/// The VPC's VNI.
pub const VNI: u32 = 77;
/// First of the people who live elsewhere.
pub const FIRST_AWAY: u32 = 3;
/// How many of them there are in the first subnet.
pub const AWAY: u32 = 1000;
/// Somebody in a class of its own.
pub const LONER: u32 = 0x500;
/// Somebody of the other subnet.
pub const STRANGER: u32 = 0xf00;
/// Number of a service,
pub const SERVICE: u8 = 5;
/// and its address.
pub const SERVICE_IP: u32 = 0xa9fe_a9fd;
/// VLAN of the ENI that is down.
pub const DOWN_VLAN: u16 = 9;

/// A person's MAC.
pub fn mac(number: u32) -> u64 {
    0x0200_0001_0000 + u64::from(number)
}

/// A person's address.
pub fn address(number: u32) -> u32 {
    0x0a00_0100 + number
}

/// A MAC as it stands in a frame.
pub fn mac_bytes(mac: u64) -> [u8; 6] {
    let mut bytes = [0; 6];
    bytes.copy_from_slice(&mac.to_be_bytes()[2..]);
    bytes
}

/// An address in the VPC.
pub fn key(address: u32) -> IpKey {
    IpKey { vpc: 1, ip: 0xffff_0000_0000 | u128::from(address) }
}

/// The card's tables.
pub fn image() -> Image {
    let label = |subnet| AddressLabel { subnet, ..AddressLabel::default() };
    let route = |target, subnet| RouteLabel { target, route: 1, to: 1, far: label(subnet) };
    let alone = AddressLabel { class: 1, ..label(1) };
    let identity = Identity { vtep: VTEP, mac: CARD, gateway_mac: GATEWAY, router_mac: ROUTER };
    let mut image = Image {
        identity,
        port_classes: vec![(PortKey::default(), PortLabel::default())],
        routes: vec![
            (IpKey::default(), route(Target::None, 0)),
            (key(0x0a00_0000), route(Target::Local, 0)),
            (key(address(0)), route(Target::Local, 1)),
            (key(address(LONER)), RouteLabel { far: alone, ..route(Target::Local, 1) }),
            (key(address(LONER) + 1), route(Target::Local, 1)),
            (key(address(STRANGER)), route(Target::Local, 2)),
            (key(address(STRANGER) + 256), route(Target::Local, 0)),
            (key(0x0a01_0000), route(Target::None, 0)),
        ],
        ..Image::default()
    };
    let vpc = AttachAction { vpc: 1, route_table: 1, ..AttachAction::default() };
    image.attachments.insert(AttachKey::tunnel(VNI), vpc);
    for inbound in [false, true] {
        let key = RuleKey { policy: 1, inbound, ..RuleKey::default() };
        let group = GroupAction { allow: true, tracked: true, rule: 1 };
        image.rules.insert(key, RuleAction { group, ..RuleAction::default() });
    }
    let service =
        MappingAction { mac: ROUTER, local: true, service: SERVICE, ..MappingAction::default() };
    image.mappings.insert(key(SERVICE_IP), service);
    for number in (0..FIRST_AWAY + AWAY).chain([LONER, STRANGER]) {
        let here = number < FIRST_AWAY;
        let subnet = if number == STRANGER { 2 } else { 1 };
        let vtep = if here { VTEP } else { PEER };
        let mac = mac(number);
        let to = MappingAction {
            vtep,
            vni: VNI,
            mac,
            subnet,
            local: here,
            mtu: mtu::VPC,
            ..MappingAction::default()
        };
        image.mappings.insert(key(address(number)), to);
        if here {
            settle(&mut image, number, mac);
        }
    }
    image
}

/// An ENI of this card.
fn settle(image: &mut Image, number: u32, mac: u64) {
    let (eni, up) = (number as u16, number != 2);
    let tags: &[u16] = if up { &[] } else { &[DOWN_VLAN] };
    let place = AttachKey::place(if up { number as u8 } else { 0 }, tags);
    let found = AttachAction {
        vpc: 1,
        eni,
        subnet: 1,
        policy: 1,
        route_table: 1,
        mac,
        up,
        check: true,
        ..AttachAction::default()
    };
    image.attachments.insert(place, found);
    let owner = AddressAction { eni, subnet: 1, policy: 1 };
    image.addresses.insert(key(address(number)), owner);
    let (vids, tags, port) = (place.vids, place.tags, place.port);
    let access = Access { mac, vids, tags, port, up, outside: false };
    let row = EniEntry { access, idle: IdleTimes::DEFAULT, ..EniEntry::default() };
    image.enis.push(row);
}

/// A UDP packet of `bytes` bytes, Ethernet header included, at least 42.
pub fn udp(from: u32, to: u32, dst_mac: u64, src_port: u16, bytes: usize) -> Vec<u8> {
    let payload = vec![0xa5; bytes.saturating_sub(42)];
    let mut frame = Vec::with_capacity(bytes);
    PacketBuilder::ethernet2(mac_bytes(mac(from)), mac_bytes(dst_mac))
        .ipv4(address(from).to_be_bytes(), address(to).to_be_bytes(), 64)
        .udp(src_port, 80)
        .write(&mut frame, &payload)
        .expect("a packet that fits into IPv4");
    frame
}

/// A frame in a tunnel from the other card to this one.
pub fn tunnel(vni: u32, inner: &[u8]) -> Vec<u8> {
    let vxlan = [&[8, 0, 0, 0][..], &(vni << 8).to_be_bytes(), inner].concat();
    let mut frame = Vec::with_capacity(inner.len() + hdl::meta::TUNNEL_BYTES);
    PacketBuilder::ethernet2(mac_bytes(GATEWAY), mac_bytes(CARD))
        .ipv4(PEER.to_be_bytes(), VTEP.to_be_bytes(), 64)
        .udp(50_000, 4789)
        .write(&mut frame, &vxlan)
        .expect("a packet that fits into IPv4");
    frame
}
