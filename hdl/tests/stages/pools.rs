//! From which few values are packets and entries made?

use hdl::{
    class::{AddressLabel, IpKey},
    connection::IdleTimes,
    decap::Identity,
    deliver::{Access, EniEntry},
    eni::AttachAction,
    group::GroupAction,
    mapping::MappingAction,
    meta::DropReason,
    meter::{Meters, Rate, Span, UNITS},
    nacl::RuleAction,
    parser::Headers,
    route::{RouteLabel, Target},
    spoof::AddressAction,
};
use replay::Random;

/// Who the card is.
pub const IDENTITY: Identity = Identity {
    vtep: 0xc0a8_0001,
    mac: 0x0200_0000_00aa,
    gateway_mac: 0x0200_0000_00fe,
    router_mac: 0x0200_5e00_0001,
};
const MACS: [u64; 4] = [0x0200_0001_0001, 0x0200_0001_0002, 0x0a00_0001_0001, IDENTITY.router_mac];
const VTEPS: [u32; 3] = [IDENTITY.vtep, 0xc0a8_0002, 0x40a8_0002];
const IPS: [u128; 12] = [
    0xffff_0a00_0004,
    0xffff_0a00_0005,
    0xffff_e000_0005,
    0xffff_ffff_ffff,
    0xffff_0000_0000,
    0xffff_a9fe_a9fe,
    0x2001_0db8 << 96 | 4,
    0xff02 << 112 | 1,
    0xfe02 << 112 | 1,
    0,
    0xfe80 << 112 | 9,
    0xfd00_0ec2 << 96 | 0x253,
];

pub fn pick<T: Copy>(random: &mut Random, pool: &[T]) -> T {
    pool[random.below(pool.len() as u64) as usize]
}

/// Mostly one of the pool, else one bit beside it.
fn near(random: &mut Random, pool: &[u128], width: u64) -> u128 {
    let value = pick(random, pool);
    if random.chance(75) { value } else { value ^ 1 << random.below(width) }
}

pub fn mac(random: &mut Random) -> u64 {
    near(random, &MACS.map(u128::from), 48) as u64
}

pub fn vtep(random: &mut Random) -> u32 {
    near(random, &VTEPS.map(u128::from), 32) as u32
}

/// IPv4 or IPv6.
fn ip(random: &mut Random, v4: bool) -> u128 {
    if v4 {
        0xffff_0000_0000 | near(random, &IPS[..6], 32) & 0xffff_ffff
    } else {
        near(random, &IPS[6..], 128)
    }
}

pub fn ip_key(random: &mut Random) -> IpKey {
    let v4 = random.chance(60);
    IpKey { ip: ip(random, v4), vpc: random.below(3) as u8 }
}

/// No reason, mostly, or any.
pub fn before(random: &mut Random) -> DropReason {
    if random.chance(75) { DropReason::None } else { pick(random, DropReason::ALL) }
}

/// The first reason counts.
pub fn first<const N: usize>(reasons: [DropReason; N]) -> DropReason {
    reasons.into_iter().find(|r| *r != DropReason::None).unwrap_or(DropReason::None)
}

/// What a parser might say.
pub fn headers(random: &mut Random, net: bool) -> Headers {
    let faults = &DropReason::ALL[..=DropReason::MalformedNd.code() as usize];
    let kind = random.below(8);
    let (is_arp, is_ipv6) = (kind == 0, kind > 5);
    let neighbor = is_arp || is_ipv6 && random.chance(40);
    let tags = if net { 0 } else { random.below(3) as u8 };
    let l3_offset = if net { 64 + 4 * random.below(21) as u8 } else { 14 + 4 * tags };
    Headers {
        fault: if random.chance(85) { DropReason::None } else { pick(random, faults) },
        tunnel: net,
        outer_v6: net && random.chance(10),
        outer_dst_mac: near(random, &[IDENTITY.mac.into()], 48) as u64,
        outer_src_ip: vtep(random),
        outer_dst_ip: near(random, &[IDENTITY.vtep.into()], 32) as u32,
        outer_vni: pick(random, &[5001, 5002, 0x0050_0100, 9]),
        outer_ecn: random.below(4) as u8,
        dst_mac: mac(random),
        src_mac: mac(random),
        tags,
        vid0: pick(random, &[0, 9, 0x809]),
        vid1: pick(random, &[0, 9]),
        is_ipv4: !is_arp && !is_ipv6,
        is_ipv6,
        is_arp,
        neighbor,
        src_ip: ip(random, !is_ipv6),
        dst_ip: ip(random, !is_ipv6),
        asks: neighbor && random.chance(60),
        claimed_mac: if neighbor { mac(random) } else { 0 },
        protocol: if is_arp { 0 } else { pick(random, &[1, 6, 17, 17, 58]) },
        ported: !is_arp && random.chance(80),
        dst_port: pick(random, &[67, 67, 547, 547, 80, 0x8500, 0x8500, 0x8700]),
        dscp_ecn: if is_arp { 0 } else { random.below(256) as u8 },
        l3_offset,
        end: u16::from(l3_offset) + 20 + random.below(9_100) as u16,
        df: is_ipv6 || !is_arp && random.chance(60),
        fragment: !is_arp && random.chance(20),
        quote_words: if is_arp { 0 } else { 7 + random.below(11) as u8 },
        quote_sum: random.below(1 << 16) as u16,
        flow_hash: random.below(1 << 14) as u16,
        ..Headers::default()
    }
}

pub fn sender(random: &mut Random) -> AttachAction {
    AttachAction {
        vpc: random.below(3) as u8,
        eni: random.below(4) as u16,
        subnet: random.below(3) as u16,
        policy: random.below(256) as u8,
        route_table: random.below(256) as u8,
        mac: mac(random),
        up: random.chance(70),
        check: random.chance(70),
        asks: random.chance(40),
    }
}

pub fn owner(random: &mut Random) -> AddressAction {
    AddressAction {
        eni: random.below(4) as u16,
        subnet: random.below(1024) as u16,
        policy: random.below(256) as u8,
    }
}

pub fn mapping(random: &mut Random) -> MappingAction {
    MappingAction {
        vtep: vtep(random),
        vni: random.below(1 << 24) as u32,
        mac: mac(random),
        subnet: random.below(3) as u16,
        local: random.chance(40),
        router: random.chance(20),
        service: if random.chance(20) { 1 + random.below(15) as u8 } else { 0 },
        mtu: pick(random, &[0, 127, 128, 1500, 8500, 8501, 9001]),
        nat_ip: pick(random, &[0, 0x0a00_0004, 0xcb00_7109, 0xffff_ffff, 0xffff_0000]),
    }
}

/// A route to few places.
pub fn route(random: &mut Random) -> RouteLabel {
    RouteLabel {
        target: pick(random, Target::ALL),
        route: random.below(2048) as u16,
        to: pick(random, &[0, 1, 2, 0x101, 0x802]),
        far: AddressLabel {
            class: random.below(1024) as u16,
            subnet: random.below(1024) as u16,
            broadcast: random.chance(50),
        },
    }
}

pub fn rule(random: &mut Random) -> RuleAction {
    RuleAction {
        allow: random.chance(60),
        rule: random.below(32766) as u16,
        group: GroupAction {
            allow: random.chance(60),
            tracked: random.chance(60),
            rule: random.below(1024) as u16,
        },
    }
}

/// Rates that some packets are over, some far.
pub fn meters(random: &mut Random) -> Meters {
    let mut times = |fraction: u32| {
        // Up to some hundred clocks.
        let clocks = [0, 1, 7, 30, 200][random.below(5) as usize];
        Span::nearest(((clocks * UNITS) << fraction) + random.below(1 << fraction)).expect("short")
    };
    let mut rate = |bytes: u32| Rate { packet: times(6), byte: times(bytes) };
    let (outbound, inbound) = (rate(6), rate(4));
    Meters { outbound, inbound, punt: times(6), burst: times(0) }
}

pub fn row(random: &mut Random) -> EniEntry {
    let access = Access {
        mac: mac(random),
        vids: [random.below(4096) as u16, random.below(4096) as u16],
        tags: random.below(3) as u8,
        port: random.below(2) as u8,
        up: random.chance(70),
        outside: random.chance(40),
    };
    let mut ticks = || 1 + random.below(12) as u16;
    let idle = IdleTimes {
        tcp_established: ticks(),
        tcp: ticks(),
        udp_stream: ticks(),
        udp: ticks(),
        other: ticks(),
    };
    EniEntry {
        access,
        idle,
        default_outbound: rule(random),
        default_inbound: rule(random),
        meters: meters(random),
    }
}

/// In both generations, mostly, or in one.
pub fn lives(random: &mut Random) -> [bool; 2] {
    pick(random, &[[true, true], [true, false], [false, true]])
}
