//! Each reason for which a packet goes to the host's CPU, provoked and counted; and the way back.
#![allow(clippy::unwrap_used, reason = "tests")]

use driver::{Card, CardIo, Inject, Punted};
use etherparse::PacketBuilder;
use hdl::{
    bar0,
    meta::{DropReason, PuntReason, Verdict},
    ports::CPU_BUFFER_BYTES,
    profile::{CPU_PORT, HOST_PORTS, PROFILES, Profile},
    punt,
};
use house::{
    beside,
    plain::{
        self, AWAY, CARD, FIRST_AWAY, GATEWAY, LONER, ROUTER, SERVICE, SERVICE_IP, VNI, mac,
        mac_bytes, tunnel, udp,
    },
};
use sim::{Model, Pauses};

const NET: usize = HOST_PORTS;
/// The MAC of everybody.
const ALL: u64 = 0xffff_ffff_ffff;

/// Their VPC asks for mappings that it misses.
fn cards() -> impl Iterator<Item = Card<Model>> {
    PROFILES.iter().map(|profile| {
        let mut card = Card::open(Model::new(profile, 9).unwrap(), &[*profile], 4).unwrap();
        let mut image = plain::image();
        image.attachments.values_mut().for_each(|place| place.asks = true);
        card.apply(&image).unwrap();
        card.set_open(true).unwrap();
        card
    })
}

/// What becomes of a frame: the card and the reference agree on it, whatever went before.
fn send(card: &mut Card<Model>, port: usize, frame: &[u8]) -> (Verdict, Option<Vec<u8>>) {
    let mut memory = card.memory();
    beside::send(card, &mut memory, port, frame).unwrap()
}

/// A UDP packet of 0 between addresses and ports.
fn packet(dst_mac: u64, src: [u8; 4], dst: [u8; 4], ports: [u16; 2]) -> Vec<u8> {
    let mut frame = Vec::new();
    PacketBuilder::ethernet2(mac_bytes(mac(0)), mac_bytes(dst_mac))
        .ipv4(src, dst, 64)
        .udp(ports[0], ports[1])
        .write(&mut frame, &[7; 100])
        .unwrap();
    frame
}

/// A solicitation of that type, from a link-local address.
fn solicitation(kind: u8, rest: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    PacketBuilder::ethernet2(mac_bytes(mac(0)), [0x33, 0x33, 0, 0, 0, 2])
        .ipv6(link_local(0), [0xff; 16], 255)
        .icmpv6_raw(kind, 0, [0; 4])
        .write(&mut frame, rest)
        .unwrap();
    frame
}

fn link_local(number: u128) -> [u8; 16] {
    (0xfe80 << 112 | number).to_be_bytes()
}

/// A frame of 0 that is punted for that reason.
fn provoke(reason: PuntReason) -> Vec<u8> {
    match reason {
        PuntReason::None => udp(0, FIRST_AWAY, ROUTER, 7, 100),
        PuntReason::Dhcp => packet(ALL, [0; 4], [255; 4], [68, 67]),
        PuntReason::RouterSolicitation => solicitation(133, &[]),
        PuntReason::LinkLocal => solicitation(135, &link_local(1)),
        PuntReason::MappingMiss => {
            let nobody = plain::address(FIRST_AWAY + AWAY).to_be_bytes();
            packet(ROUTER, plain::address(0).to_be_bytes(), nobody, [7, 8])
        }
        PuntReason::Service => {
            packet(ROUTER, plain::address(0).to_be_bytes(), SERVICE_IP.to_be_bytes(), [7, 53])
        }
    }
}

#[test]
fn every_punt_is_provoked_and_counted() {
    for mut card in cards() {
        for &reason in PuntReason::ALL {
            let before = card.counters().unwrap();
            // Padding is no part of the packet.
            let frame = provoke(reason);
            let (verdict, out) = send(&mut card, 0, &[&frame[..], &[0xee; 9]].concat());
            assert_eq!((verdict.reason, verdict.punt), (DropReason::None, reason));
            let after = card.counters().unwrap();
            if reason == PuntReason::None {
                assert_eq!(after.forwarded, before.forwarded + 1);
                continue;
            }
            assert_eq!(after.punted(reason), before.punted(reason) + 1, "{reason:?}");
            assert_eq!(after.packets(), before.packets() + 1);
            let out = out.unwrap();
            let punted = Punted::read(&out).unwrap();
            let service = if reason == PuntReason::Service { SERVICE } else { 0 };
            assert_eq!((punted.reason, punted.service), (reason, service));
            assert_eq!((punted.port, punted.eni, punted.frame), (0, 0, &frame[..]));
            assert_eq!(punted.generation, card.generation() & 1 == 1);
        }
        let known = card.io_mut().read32(bar0::OCCUPIED).unwrap();
        // What misses its mapping has been allowed before that was known.
        assert_eq!(
            known, 2,
            "the connections of what was forwarded and of what misses its mapping"
        );
    }
}

#[test]
fn nobody_is_punted_who_lies_or_comes_from_afar() {
    for mut card in cards() {
        let dhcp = provoke(PuntReason::Dhcp);
        let mut lies = dhcp.clone();
        lies[11] ^= 1;
        assert_eq!(send(&mut card, 0, &lies).0, Verdict::drop(DropReason::SpoofedMac));
        let foreign = packet(ALL, plain::address(1).to_be_bytes(), [255; 4], [68, 67]);
        assert_eq!(send(&mut card, 0, &foreign).0, Verdict::drop(DropReason::SpoofedIp));
        let unassigned = packet(ROUTER, [0; 4], SERVICE_IP.to_be_bytes(), [68, 53]);
        assert_eq!(send(&mut card, 0, &unassigned).0, Verdict::drop(DropReason::SpoofedIp));
        // To the address, but not to the router; to an address of no service: packets like others.
        // A relay of a tenant's.
        let server = plain::address(FIRST_AWAY).to_be_bytes();
        let relayed = packet(ROUTER, plain::address(0).to_be_bytes(), server, [67, 67]);
        assert_eq!(send(&mut card, 0, &relayed).0, Verdict::forward(NET as u8));
        let (own, service) = (plain::address(0).to_be_bytes(), SERVICE_IP.to_be_bytes());
        let beside = packet(mac(1), own, service, [7, 53]);
        assert_eq!(send(&mut card, 0, &beside).0, Verdict::drop(DropReason::NaclOutbound));
        let nobody = packet(ROUTER, own, [169, 254, 0, 9], [7, 53]);
        assert_eq!(send(&mut card, 0, &nobody).0, Verdict::drop(DropReason::NaclOutbound));
        let mut far = solicitation(133, &[]);
        far[21] = 254;
        assert_eq!(send(&mut card, 0, &far).0, Verdict::drop(DropReason::MalformedNd));
        let tunnelled = tunnel(VNI, &solicitation(133, &[]));
        assert_eq!(send(&mut card, NET, &tunnelled).0, Verdict::drop(DropReason::TunnelledArp));
        let tunnelled = tunnel(VNI, &dhcp);
        assert_eq!(send(&mut card, NET, &tunnelled).0, Verdict::drop(DropReason::Multicast));
        assert_eq!(card.counters().unwrap().punted(PuntReason::Dhcp), 0);
    }
}

fn width(card: &Card<Model>) -> usize {
    let Profile { width_bits, .. } = *card.profile();
    width_bits
}

#[test]
fn what_is_injected_is_judged_as_if_it_came_in() {
    for mut card in cards() {
        let width = width(&card);
        for (port, frame) in [
            (0, udp(0, FIRST_AWAY, ROUTER, 7, 100)),
            (0, udp(0, LONER, ROUTER, 7, 100)),
            (1, udp(0, FIRST_AWAY, ROUTER, 7, 100)),
            (NET, tunnel(VNI, &udp(FIRST_AWAY, 0, mac(0), 7, 1400))),
            (0, udp(0, 1, mac(1), 7, 100)),
            (0, provoke(PuntReason::Service)),
        ] {
            let (direct, out) = send(&mut card, port, &frame);
            let inject = Inject::As(port as u8).frame(width, &frame);
            let (injected, again) = send(&mut card, CPU_PORT, &inject);
            assert_eq!((direct, out), (injected, again), "{frame:02x?}");
        }
    }
}

#[test]
fn what_is_injected_to_go_out_goes_out_as_it_is() {
    for mut card in cards() {
        let width = width(&card);
        let before = card.counters().unwrap();
        let mut sent = 0;
        for port in 0..CPU_PORT {
            // Of any protocol and length, whoever it is from.
            for bytes in [1, 13, 15, 60, 61, 1500, 9216] {
                let mut frame = [mac_bytes(GATEWAY), mac_bytes(CARD)].concat();
                frame.resize(bytes, 0x88);
                let inject = Inject::Out(port as u8).frame(width, &frame);
                let (verdict, out) = send(&mut card, CPU_PORT, &inject);
                assert_eq!((verdict, out), (Verdict::forward(port as u8), Some(frame)));
                sent += 1;
            }
            let inject = Inject::Out(port as u8).frame(width, &[0; 9217]);
            let verdict = send(&mut card, CPU_PORT, &inject).0;
            assert_eq!(verdict, Verdict::drop(DropReason::FrameTooLong));
        }
        assert_eq!(card.counters().unwrap().injected, before.injected + sent);
        for port in CPU_PORT as u8..8 {
            let bad = Verdict::drop(DropReason::BadInject);
            let frame = udp(0, FIRST_AWAY, ROUTER, 7, 100);
            for inject in [Inject::As(port), Inject::Out(port)] {
                assert_eq!(send(&mut card, CPU_PORT, &inject.frame(width, &frame)).0, bad);
            }
            assert_eq!(send(&mut card, CPU_PORT, &Inject::As(0).frame(width, &[])).0, bad);
        }
    }
}

#[test]
fn a_packet_waits_for_its_mapping_on_the_host() {
    for mut card in cards() {
        let width = width(&card);
        let mut image = plain::image();
        image.attachments.values_mut().for_each(|place| place.asks = true);
        let to = plain::key(plain::address(FIRST_AWAY));
        let mapping = image.mappings.remove(&to).unwrap();
        card.apply(&image).unwrap();
        let frame = udp(0, FIRST_AWAY, ROUTER, 7, 100);
        let (verdict, out) = send(&mut card, 0, &frame);
        assert_eq!(verdict, Verdict::punt(PuntReason::MappingMiss));
        let out = out.unwrap();
        let held = Punted::read(&out).unwrap();
        assert_eq!((held.port, held.frame), (0, &frame[..]));
        image.mappings.insert(to, mapping);
        card.apply(&image).unwrap();
        let again = Inject::As(held.port).frame(width, held.frame);
        let (verdict, out) = send(&mut card, CPU_PORT, &again);
        assert_eq!(verdict, Verdict::forward(NET as u8));
        assert!(out.unwrap().ends_with(&frame[14..]));
        // A VPC that does not ask loses it.
        image.mappings.remove(&to);
        image.attachments.values_mut().for_each(|place| place.asks = false);
        card.apply(&image).unwrap();
        assert_eq!(send(&mut card, 0, &frame).0, Verdict::drop(DropReason::NoMapping));
    }
}

#[test]
fn a_host_that_does_not_read_loses_its_own_frames_only() {
    const EACH: usize = 300;
    for mut card in cards() {
        let (dhcp, onward) = (provoke(PuntReason::Dhcp), provoke(PuntReason::None));
        card.io_mut()
            .pauses(CPU_PORT, Pauses { stall_per_mille: 1000, idle_per_mille: 0 })
            .unwrap();
        for _ in 0..EACH {
            card.io_mut().send(0, &dhcp).unwrap();
            card.io_mut().send(1, &udp(1, FIRST_AWAY, ROUTER, 7, 100)).unwrap();
            card.io_mut().send(0, &onward).unwrap();
        }
        card.io_mut().run(100_000).unwrap();
        let left = card.io_mut().take().unwrap().received;
        assert_eq!(left.len(), 2 * EACH);
        assert!(left.iter().all(|frame| frame.port == NET));
        // A frame takes its header, itself, and what is left of its last beat.
        let width_bytes = card.profile().width_bits / 8;
        let beats = (punt::HEADER_BYTES + dhcp.len()).div_ceil(width_bytes);
        let kept = CPU_BUFFER_BYTES / width_bytes / beats;
        let counters = card.counters().unwrap();
        assert_eq!(counters.punted(PuntReason::Dhcp), EACH as u64);
        assert_eq!(counters.cpu_lost, (EACH - kept) as u64);
        card.io_mut().pauses(CPU_PORT, Pauses::default()).unwrap();
        card.io_mut().run(100_000).unwrap();
        let left = card.io_mut().take().unwrap().received;
        assert_eq!(left.len(), kept);
        for frame in left {
            assert_eq!(Punted::read(&frame.bytes).unwrap().frame, dhcp);
        }
    }
}
