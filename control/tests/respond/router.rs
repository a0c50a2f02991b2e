//! What does a host hear of its router?

use super::{Asker, DEEP, Desk, FOUR, MANY, ROUTER_LINK_LOCAL, SIX, v6};
use control::Unanswered::{self, Malformed, NoAddress};
use etherparse::{
    Icmpv6Type, NetSlice, PacketBuilder, SlicedPacket, TransportSlice,
    icmpv6::{NdpOptionSlice, NdpOptionsIterator, PrefixInformation},
};
use std::net::Ipv6Addr;

/// A router solicitation as it leaves a host.
pub fn solicitation(who: Asker, from: Ipv6Addr, hop_limit: u8, options: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    PacketBuilder::ipv6(from.octets(), v6("ff02::2").octets(), hop_limit)
        .icmpv6_raw(133, 0, [0; 4])
        .write(&mut packet, options)
        .unwrap();
    who.eth(packet, [0x33, 0x33, 0, 0, 0, 2], 0x86dd)
}

/// The option with which a host says its MAC.
pub fn source_mac(who: Asker) -> Vec<u8> {
    [&[1, 1][..], &who.mac].concat()
}

/// MAC and address to which an advertisement of these prefixes goes.
#[track_caller]
fn heard(desk: &Desk, who: Asker, frame: &[u8], prefixes: &[&str]) -> ([u8; 6], Ipv6Addr) {
    let answer = desk.ask(who, frame).unwrap();
    let packet = SlicedPacket::from_ethernet(&answer).unwrap();
    let Some(NetSlice::Ipv6(ip)) = packet.net else { panic!("{answer:02x?}") };
    let ip = ip.header();
    assert_eq!((ip.hop_limit(), ip.source_addr()), (255, ROUTER_LINK_LOCAL));
    let Some(TransportSlice::Icmpv6(message)) = packet.transport else { panic!("{answer:02x?}") };
    assert!(message.is_checksum_valid(ip.source(), ip.destination()));
    let Icmpv6Type::RouterAdvertisement(said) = message.icmp_type() else { panic!() };
    assert_eq!((said.cur_hop_limit, said.router_lifetime), (64, 1800));
    assert!(said.managed_address_config && !said.other_config);
    let (timers, options) = message.payload().split_at(8);
    assert_eq!(timers, [0; 8]);
    let (mut macs, mut mtus, mut found) = (vec![], vec![], vec![]);
    for option in NdpOptionsIterator::from_slice(options) {
        match option.unwrap() {
            NdpOptionSlice::SourceLinkLayerAddress(mac) => macs.push(mac.as_bytes().to_vec()),
            NdpOptionSlice::Mtu(mtu) => mtus.push(mtu.mtu()),
            NdpOptionSlice::PrefixInformation(prefix) => found.push(prefix.prefix_information()),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((macs, mtus), (vec![vec![1, 1, 2, 0, 0, 0, 0, 1]], vec![1500]));
    let want = prefixes.iter().map(|prefix| PrefixInformation {
        prefix_length: 64,
        on_link: false,
        autonomous_address_configuration: false,
        valid_lifetime: 2_592_000,
        preferred_lifetime: 604_800,
        prefix: v6(prefix).octets(),
    });
    assert_eq!(found, want.collect::<Vec<_>>());
    (answer[..6].try_into().unwrap(), ip.destination_addr())
}

#[test]
fn the_router_says_who_it_is() {
    let desk = Desk::new();
    for (who, prefix) in
        [(MANY, "2001:db8:0:1::"), (SIX, "2001:db8:0:1::"), (DEEP, "2001:db8:8:1::")]
    {
        let frame = solicitation(who, who.link_local(), 255, &source_mac(who));
        assert_eq!(heard(&desk, who, &frame, &[prefix]), (who.mac, who.link_local()));
    }
    let own = v6("2001:db8:0:1::13");
    let frame = solicitation(MANY, own, 255, &[]);
    assert_eq!(heard(&desk, MANY, &frame, &["2001:db8:0:1::"]), (MANY.mac, own));
    // Who has no address yet hears it with everybody.
    let frame = solicitation(MANY, Ipv6Addr::UNSPECIFIED, 255, &[]);
    let all = ([0x33, 0x33, 0, 0, 0, 1], v6("ff02::1"));
    assert_eq!(heard(&desk, MANY, &frame, &["2001:db8:0:1::"]), all);
}

/// A neighbor solicitation, likewise.
fn question(who: Asker, from: Ipv6Addr, target: Ipv6Addr, options: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    PacketBuilder::ipv6(from.octets(), v6("ff02::1:ff00:1").octets(), 255)
        .icmpv6_raw(135, 0, [0; 4])
        .write(&mut packet, &[&target.octets()[..], options].concat())
        .unwrap();
    who.eth(packet, [0x33, 0x33, 0xff, 0, 0, 1], 0x86dd)
}

#[test]
fn the_router_has_its_link_local_address() {
    let desk = Desk::new();
    let all = ([0x33, 0x33, 0, 0, 0, 1], v6("ff02::1"));
    let heard = |who: Asker, from: Ipv6Addr, options: &[u8]| {
        let answer = desk.ask(who, &question(who, from, ROUTER_LINK_LOCAL, options)).unwrap();
        let packet = SlicedPacket::from_ethernet(&answer).unwrap();
        let Some(NetSlice::Ipv6(ip)) = packet.net else { panic!("{answer:02x?}") };
        let (ip, to) = (ip.header(), answer[..6].try_into().unwrap());
        assert_eq!((ip.hop_limit(), ip.source_addr()), (255, ROUTER_LINK_LOCAL));
        let Some(TransportSlice::Icmpv6(message)) = packet.transport else { panic!() };
        assert!(message.is_checksum_valid(ip.source(), ip.destination()));
        let Icmpv6Type::NeighborAdvertisement(said) = message.icmp_type() else { panic!() };
        assert!(said.router && said.r#override);
        let option = [2, 1, 2, 0, 0, 0, 0, 1];
        assert_eq!(message.payload(), [&ROUTER_LINK_LOCAL.octets()[..], &option].concat());
        (said.solicited, (to, ip.destination_addr()))
    };
    for who in [MANY, SIX, DEEP] {
        let here = (who.mac, who.link_local());
        assert_eq!(heard(who, who.link_local(), &source_mac(who)), (true, here));
        assert_eq!(heard(who, Ipv6Addr::UNSPECIFIED, &[]), (false, all));
    }
    let own = v6("2001:db8:0:1::13");
    assert_eq!(heard(MANY, own, &[]), (true, (MANY.mac, own)));
    let ask = |who: Asker, target, options: &[u8]| {
        desk.ask(who, &question(who, who.link_local(), target, options))
    };
    assert_eq!(ask(FOUR, ROUTER_LINK_LOCAL, &[]), Err(NoAddress));
    assert_eq!(ask(MANY, SIX.link_local(), &[]), Err(Unanswered::Nobody));
    assert_eq!(ask(MANY, ROUTER_LINK_LOCAL, &[1, 0, 0, 0, 0, 0, 0, 0]), Err(Malformed));
}

#[test]
fn no_advertisement() {
    let desk = Desk::new();
    let check = |who: Asker, frame: &[u8], expect: Unanswered| {
        assert_eq!(desk.ask(who, frame), Err(expect), "{frame:02x?}");
    };
    let from = FOUR.link_local();
    check(FOUR, &solicitation(FOUR, from, 255, &[]), NoAddress);
    let from = MANY.link_local();
    check(MANY, &solicitation(MANY, from, 254, &[]), Malformed);
    check(MANY, &solicitation(MANY, Ipv6Addr::UNSPECIFIED, 255, &source_mac(MANY)), Malformed);
    // Options without a length, and one that is cut.
    check(MANY, &solicitation(MANY, from, 255, &[1, 0, 0, 0, 0, 0, 0, 0]), Malformed);
    check(MANY, &solicitation(MANY, from, 255, &[1, 2, 0, 0, 0, 0, 0, 0]), Malformed);
    let mut summed = solicitation(MANY, from, 255, &[]);
    summed[56] ^= 1;
    check(MANY, &summed, Malformed);
    for (kind, code) in [(133, 1), (134, 0), (135, 0), (128, 0)] {
        let mut packet = Vec::new();
        PacketBuilder::ipv6(from.octets(), v6("ff02::2").octets(), 255)
            .icmpv6_raw(kind, code, [0; 4])
            .write(&mut packet, &[])
            .unwrap();
        let frame = MANY.eth(packet, [0x33, 0x33, 0, 0, 0, 2], 0x86dd);
        check(MANY, &frame, Malformed);
    }
}
