//! Each reason for which a packet is dropped, provoked: by the reference and by the card, counted
//! by the card's own counter.

use driver::Card;
use hdl::{
    class::IpKey,
    explain::Passes,
    meta::{DropReason, Entered},
    meter::Span,
    profile::{CPU_PORT, HOST_PORTS, PROFILES},
    punt::{self, VERSION},
    route::{RouteLabel, Target},
    walk::walk,
};
use house::plain::{
    self, DOWN_VLAN, FIRST_AWAY, LONER, ROUTER, SERVICE_IP, STRANGER, VNI, mac, tunnel, udp,
};
use sim::{Model, follow};

const NET: usize = HOST_PORTS;
/// An ENI outside that may send one packet, and ask once.
const SLOW: u32 = 1;

/// A host's frame of 100 bytes, from 0 to the first one who lives elsewhere, with `change` made.
fn host(change: impl FnOnce(&mut Vec<u8>)) -> (usize, Vec<u8>) {
    let mut frame = udp(0, FIRST_AWAY, ROUTER, 7, 100);
    change(&mut frame);
    (0, frame)
}

/// A frame from the underlay, to 0, with `change` made to what is in the tunnel.
fn inner(change: impl FnOnce(&mut Vec<u8>)) -> (usize, Vec<u8>) {
    let mut frame = udp(FIRST_AWAY, 0, mac(0), 7, 100);
    change(&mut frame);
    (NET, tunnel(VNI, &frame))
}

/// A frame from the underlay, to 0, with `change` made to the whole.
fn outer(change: impl FnOnce(&mut Vec<u8>)) -> (usize, Vec<u8>) {
    let (port, mut frame) = inner(|_| {});
    change(&mut frame);
    (port, frame)
}

/// The same in Geneve without options.
fn geneve(change: impl FnOnce(&mut Vec<u8>)) -> (usize, Vec<u8>) {
    outer(|f| {
        f[36..38].copy_from_slice(&[0x17, 0xc1]);
        f[42..46].copy_from_slice(&[0, 0, 0x65, 0x58]);
        change(f);
    })
}

/// Make the IPv4 header at byte `at` right again.
fn resum(frame: &mut [u8], at: usize) {
    frame[at + 10..at + 12].fill(0);
    let words = frame[at..at + 20].chunks(2).map(|w| u32::from(u16::from_be_bytes([w[0], w[1]])));
    let sum = words.sum::<u32>();
    let sum = (sum & 0xffff) + (sum >> 16);
    frame[at + 10..at + 12].copy_from_slice(&(!sum as u16).to_be_bytes());
}

/// A host's frame with a changed IPv4 header, checksum right.
fn ipv4(change: impl FnOnce(&mut Vec<u8>)) -> (usize, Vec<u8>) {
    host(|f| {
        change(f);
        resum(f, 14);
    })
}

fn tag(frame: &mut Vec<u8>, vid: u16) {
    frame.splice(12..12, [0x81, 0, (vid >> 8) as u8, vid as u8]);
}

/// ARP from 0: who has `target`?
fn arp(target: u32, operation: u8) -> Vec<u8> {
    let (me, my_ip) = (plain::mac_bytes(mac(0)), plain::address(0).to_be_bytes());
    let mut frame = [&[0xff; 6][..], &me, &[8, 6, 0, 1, 8, 0, 6, 4, 0, operation]].concat();
    frame.extend([&me[..], &my_ip, &[0; 6], &plain::address(target).to_be_bytes()].concat());
    frame
}

/// IPv6 from 0 with this next header, ten bytes of payload, and `version` 6 or not.
fn ipv6(version: u8, next_header: u8, length: u8) -> (usize, Vec<u8>) {
    host(|f| {
        f.truncate(12);
        f.extend([0x86, 0xdd, version << 4, 0, 0, 0, 0, length, next_header, 64]);
        f.extend([0xfd; 32]);
        f.extend([0; 10]);
    })
}

/// A frame that provokes it, and the port where it comes in.
#[allow(clippy::too_many_lines)] // an arm for each reason
fn provoke(reason: DropReason) -> (usize, Vec<u8>) {
    use DropReason::*;
    match reason {
        None => host(|_| {}),
        CardClosed => host(|_| {}),
        BadInject => (CPU_PORT, vec![VERSION, 0, 0]),
        FrameTooLong => host(|f| f.resize(9_300, 0)),
        Runt => host(|f| f.truncate(13)),
        OuterTruncated => outer(|f| f.truncate(30)),
        OuterChecksum => outer(|f| f[24] ^= 1),
        NotForUs => outer(|f| f[5] ^= 1),
        BadTunnel => outer(|f| f[37] ^= 1),
        MalformedGeneve => geneve(|f| f[42] = 63),
        CriticalOption => geneve(|f| f[43] = 0x40),
        InnerTagged => inner(|f| tag(f, 5)),
        TooManyTags => host(|f| (0..3).for_each(|_| tag(f, 5))),
        TruncatedTag => host(|f| {
            tag(f, 5);
            f.truncate(17);
        }),
        UnknownEthertype => host(|f| f[12] = 0x88),
        MalformedArp => (0, {
            let mut frame = arp(FIRST_AWAY, 1);
            frame[18] = 5;
            frame
        }),
        MalformedIpv4Header => ipv4(|f| f[14] = 0x44),
        MalformedIpv4Length => ipv4(|f| f[17] += 1),
        MalformedIpv4Checksum => host(|f| f[25] ^= 1),
        MalformedIpv6Header => ipv6(5, 59, 10),
        MalformedIpv6Length => ipv6(6, 59, 11),
        Ipv4MappedAddress => {
            let (port, mut frame) = ipv6(6, 59, 10);
            frame[38..50].copy_from_slice(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]);
            (port, frame)
        }
        MalformedIpv6Extension => ipv6(6, 60, 7),
        HeaderTooLong => {
            let (port, mut frame) = ipv6(6, 60, 10);
            frame.resize(300, 0);
            (frame[19], frame[55]) = (240, 16);
            (port, frame)
        }
        TinyFragment => ipv4(|f| (f[21], f[23]) = (1, 6)),
        MalformedTcp => ipv4(|f| (f[23], f[46]) = (6, 0x40)),
        MalformedUdp => host(|f| f[39] = 7),
        MalformedSctp => ipv4(|f| (f[17], f[23]) = (31, 132)),
        MalformedIcmp => ipv4(|f| (f[17], f[23]) = (23, 1)),
        MalformedNd => {
            let (port, mut frame) = ipv6(6, 58, 10);
            frame[54] = 135;
            (port, frame)
        }
        CongestionExperienced => outer(|f| {
            f[15] |= 3;
            resum(f, 14);
        }),
        UnknownVni => (NET, tunnel(VNI + 1, &udp(FIRST_AWAY, 0, mac(0), 7, 100))),
        SpoofedUnderlay => outer(|f| {
            f[29] ^= 1;
            resum(f, 14);
        }),
        TunnelledArp => (NET, tunnel(VNI, &arp(FIRST_AWAY, 1))),
        UnknownEni => host(|f| tag(f, 5)),
        EniDown => host(|f| tag(f, DOWN_VLAN)),
        SpoofedMac => host(|f| f[11] ^= 1),
        SpoofedIp => (0, {
            let mut frame = udp(1, FIRST_AWAY, ROUTER, 7, 100);
            frame[6..12].copy_from_slice(&plain::mac_bytes(mac(0)));
            frame
        }),
        GratuitousArp => (0, arp(0, 1)),
        ArpNoMapping => (0, arp(FIRST_AWAY + plain::AWAY, 1)),
        Multicast => host(|f| f[..6].copy_from_slice(&[1, 0, 0x5e, 0, 0, 5])),
        NaclOutbound => (0, udp(0, STRANGER, ROUTER, 7, 100)),
        SgOutbound => (0, udp(0, LONER, ROUTER, 7, 100)),
        NoRoute => ipv4(|f| {
            // Within the sender's subnet's label, but beyond every route.
            f[30..34].copy_from_slice(&[10, 0, 1, 200]);
        }),
        Blackhole => ipv4(|f| {
            // The address behind it.
            f[30..34].copy_from_slice(&[10, 0, 1, 201]);
        }),
        NoMapping => (0, udp(0, FIRST_AWAY + plain::AWAY, ROUTER, 7, 100)),
        NotItsAddress => (0, udp(0, FIRST_AWAY, mac(FIRST_AWAY + 1), 7, 100)),
        NoLocalEni => (NET, tunnel(VNI, &udp(FIRST_AWAY, 0, mac(1), 7, 100))),
        NaclInbound => (NET, tunnel(VNI, &udp(STRANGER, 0, mac(0), 7, 100))),
        SgInbound => (NET, tunnel(VNI, &udp(LONER, 0, mac(0), 7, 100))),
        ConnTableFull => (0, flow(0)),
        NoPublicAddress => (SLOW as usize, udp(SLOW, FIRST_AWAY + 1, ROUTER, 7, 100)),
        MtuExceeded => (0, {
            // It may be fragmented.
            let mut frame = udp(0, FIRST_AWAY, ROUTER, 7, 9_100);
            frame[20] = 0;
            resum(&mut frame, 14);
            frame
        }),
        Metered => (SLOW as usize, udp(SLOW, FIRST_AWAY, ROUTER, 7, 100)),
        PuntLimited => (SLOW as usize, udp(SLOW, SERVICE_IP - plain::address(0), ROUTER, 7, 100)),
    }
}

/// A packet of one flow of many, from 0 to the first one who lives elsewhere.
fn flow(number: u16) -> Vec<u8> {
    let (_, mut frame) = host(|_| {});
    frame[34..36].copy_from_slice(&number.to_be_bytes());
    frame
}

/// The records but for when a packet was metered.
fn timeless(mut passes: Passes) -> Passes {
    passes.first.clock = 0;
    passes.second.iter_mut().for_each(|second| second.clock = 0);
    passes
}

#[test]
fn every_reason_is_provoked_and_counted() {
    for profile in &PROFILES {
        let model = Model::new(profile, 7).unwrap();
        let mut card = Card::open(model, &[*profile], 3).unwrap();
        let mut image = plain::image();
        // One address of the subnet that no route leads to, and one that a route leads nowhere.
        let (start, label) = image.routes[2];
        let at = |number, target| {
            (IpKey { ip: start.ip + number, ..start }, RouteLabel { target, ..label })
        };
        let ends = [at(200, Target::None), at(201, Target::Blackhole), at(202, label.target)];
        image.routes.splice(3..3, ends);
        let long = Span::of_packet(10.0, f64::from(profile.clock_khz) * 1000.0).unwrap();
        let slow = &mut image.enis[SLOW as usize];
        (slow.meters.outbound.packet, slow.meters.punt) = (long, long);
        slow.access.outside = true;
        let first = plain::key(plain::address(FIRST_AWAY));
        image.mappings.entry(first).and_modify(|to| to.nat_ip = 0x0a00_0a0a);
        card.apply(&image).unwrap();
        // A second, the first one, is longer than all of this takes.
        let mut memory = card.memory();
        memory.connections.wait(1);
        let mut wanted = Vec::new();
        for &reason in DropReason::ALL {
            card.set_open(reason != DropReason::CardClosed).unwrap();
            let open = reason != DropReason::CardClosed;
            let generation = card.generation() & 1 == 1;
            let mut flood = 0..;
            let more = [DropReason::ConnTableFull, DropReason::Metered, DropReason::PuntLimited];
            let again = more.contains(&reason);
            let before = card.counters().unwrap().dropped(reason);
            loop {
                let (port, frame) = match reason {
                    // One flow more, until there is no room.
                    DropReason::ConnTableFull => (0, flow(flood.next().unwrap())),
                    reason => provoke(reason),
                };
                let (source, seen) = punt::arrive(port, &frame, profile.width_bits / 8);
                let entered = Entered { source, generation, open };
                let want = walk(card.tables(), &mut memory, seen, entered);
                card.io_mut().send(port, &frame).unwrap();
                wanted.push(want);
                if wanted.last().is_some_and(|want| want.verdict.reason == reason) {
                    break;
                }
                assert!(again && wanted.len() < 20_000, "{reason:?}");
            }
            card.io_mut().run(1_000_000).unwrap();
            let outcome = card.io_mut().take().unwrap();
            let journeys = follow(outcome).unwrap().journeys;
            assert_eq!(journeys.len(), wanted.len(), "{reason:?}");
            for (journey, want) in journeys.iter().zip(wanted.drain(..)) {
                assert_eq!(journey.passes.verdict(), want.verdict, "{}", profile.name);
                if want.passes.first.well_formed {
                    let timeless = [journey.passes, want.passes].map(timeless);
                    assert_eq!(timeless[0], timeless[1], "{}: {reason:?}", profile.name);
                }
                let out = journey.received.as_ref().map(|f| &f.bytes);
                assert_eq!(out, want.frame.as_ref(), "{reason:?}");
            }
            if reason != DropReason::None {
                let counted = card.counters().unwrap().dropped(reason) - before;
                assert_eq!(counted, 1, "{reason:?} is counted");
            }
        }
    }
}
