//! A random small world: what the tables of one card hold, and frames that meet it.
//!
//! Everything comes from small pools, so that hits, near misses and misses all happen: a few VPCs
//! with the *same* addresses, a few ENIs here and elsewhere, rules for most classes. Tables are
//! made directly, not from a VPC file: what a compiler never writes is tried as well.

mod calls;
mod frames;
mod moves;

use hdl::{
    appliance::{ApplianceAction, ApplianceKey},
    class::{AddressLabel, IpKey, PortKey, PortLabel},
    connection::IdleTimes,
    decap::Identity,
    deliver::{Access, EniEntry},
    eni::{AttachAction, AttachKey},
    group::GroupAction,
    mapping::{MappingAction, next_hop},
    meter::{Meters, Rate, Span, UNITS},
    nacl::{RuleAction, RuleKey},
    profile::HOST_PORTS,
    route::{RouteLabel, Target},
    spoof::AddressAction,
    tables::Image,
};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use std::collections::BTreeSet;

/// MAC of the VPCs' router.
pub const ROUTER_MAC: u64 = 0x0200_5e00_0001;
const CARD_MAC: u64 = 0x0200_0000_00aa;
const VTEP: u32 = 0xc0a8_0001;
/// Cards elsewhere, by underlay address.
const PEERS: [u32; 3] = [0xc0a8_0002, 0xc0a8_0003, 0xc0a8_01ff];
const SUBNETS: u8 = 2;
const CLASSES: u16 = 5;
const PORT_CLASSES: u8 = 4;
/// Gateways; as many as there may be VPCs, so that a number may mean either.
const NEXT_HOPS: u16 = 3;

/// Somebody with an address.
#[derive(Clone, Debug)]
struct Person {
    vpc: u8,
    vni: u32,
    subnet: u16,
    mac: u64,
    v4: u32,
    v6: u128,
    /// Where it hangs, if it hangs here.
    place: Option<AttachKey>,
    /// Its card, if it lives elsewhere.
    peer: u32,
}

/// Tables of a card, and who lives where.
pub struct World {
    /// What the card shall hold.
    pub image: Image,
    people: Vec<Person>,
    talks: Vec<frames::Talk>,
    random: StdRng,
}

/// Whose route table it is: the senders' have the VPC's number.
fn vpc_of(table: u8) -> u8 {
    if table < 4 { table } else { table / 4 }
}

/// MTU of a path: of most so long that all fits.
fn mtu(random: &mut StdRng) -> u16 {
    [0, 9001, 9001, 1000, 200, 130].choose(random).copied().unwrap_or(0)
}

/// Another address of somebody's; now and then none, or one that differs in nothing or little.
fn other(random: &mut StdRng, v4: u32) -> u32 {
    let few = [0, v4, v4 ^ 0xffff_0000, u32::MAX, 0xcb00_7100 | v4 & 0xff];
    let one = few.choose(random).copied().unwrap_or(0);
    if random.random_ratio(1, 3) { one } else { random.next_u32() }
}

/// IPv4 as the tables have it.
fn mapped(v4: u32) -> u128 {
    0xffff_0000_0000 | u128::from(v4)
}

impl World {
    /// The world of a seed.
    pub fn new(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let identity = Identity {
            vtep: VTEP,
            mac: CARD_MAC,
            gateway_mac: 0x0200_0000_00fe,
            router_mac: ROUTER_MAC,
        };
        let mut world = Self {
            image: Image { identity, ..Image::default() },
            people: vec![],
            talks: vec![],
            random: StdRng::seed_from_u64(!seed),
        };
        let vpcs = random.random_range(2..=3);
        for vpc in 1..=vpcs {
            world.vpc(vpc);
        }
        world.next_hops();
        world.intervals(vpcs);
        world.rules(vpcs);
        world
    }

    /// A VPC's people: the same addresses in every VPC.
    fn vpc(&mut self, vpc: u8) {
        let vni = 0x10_0000 * u32::from(vpc) + self.random.random_range(0..0x1000);
        let action = AttachAction { vpc, route_table: vpc, ..AttachAction::default() };
        self.image.attachments.insert(AttachKey::tunnel(vni), action);
        self.services(vpc);
        for i in 0..6u8 {
            let subnet = i % SUBNETS;
            let here = i < 4;
            let vids: Vec<u16> = (0..self.random.random_range(0..=2))
                .map(|_| self.random.random_range(1..40))
                .collect();
            let port = self.random.random_range(0..HOST_PORTS as u8);
            let place = Some(AttachKey::place(port, &vids))
                .filter(|p| here && !self.image.attachments.contains_key(p));
            let person = Person {
                vpc,
                vni,
                subnet: u16::from(vpc) * 8 + u16::from(subnet),
                mac: 0x0200_0001_0000 + u64::from(vpc) * 0x100 + u64::from(i),
                v4: 0x0a00_000a + (u32::from(subnet) << 8) + u32::from(i),
                v6: (0xfd00u128 << 112) + (u128::from(subnet) << 64) + u128::from(i) + 10,
                place,
                peer: PEERS[usize::from(i) % PEERS.len()],
            };
            self.settle(person, subnet);
        }
    }

    /// Rates of an ENI; of most no limit, or one that only many packets in a row are over.
    fn meters(&mut self) -> Meters {
        let mut some = |clocks: u64, fraction: u32| {
            let most = [0, 0, 0, clocks][self.random.random_range(0..4)];
            let time = self.random.random_range(0..=(most * UNITS) << fraction);
            Span::nearest(time).expect("short")
        };
        let mut rate = || Rate { packet: some(60, 6), byte: some(1, 12) };
        let (outbound, inbound) = (rate(), rate());
        Meters { outbound, inbound, punt: some(8_000, 6), burst: some(400, 0) }
    }

    /// One person's entries.
    fn settle(&mut self, person: Person, subnet: u8) {
        // Neighbors have policies of their own.
        let policy = person.vpc * 4 + (person.mac & 3) as u8;
        let here = person.place.is_some();
        let eni = self.image.enis.len() as u16;
        if let Some(place) = person.place {
            let up = self.random.random_ratio(9, 10);
            let action = AttachAction {
                vpc: person.vpc,
                eni,
                subnet: person.subnet,
                policy,
                route_table: person.vpc * 4 + subnet,
                mac: person.mac,
                up,
                check: self.random.random_ratio(1, 2),
                asks: self.random.random_ratio(1, 3),
            };
            self.image.attachments.insert(place, action);
            let AttachKey { vids, tags, port, .. } = place;
            let outside = self.random.random_ratio(1, 5);
            let access = Access { mac: person.mac, vids, tags, port, up, outside };
            let mut ticks = || self.random.random_range(1..20);
            let idle = IdleTimes {
                tcp_established: ticks(),
                tcp: ticks(),
                udp_stream: ticks(),
                udp: ticks(),
                other: ticks(),
            };
            let (default_outbound, default_inbound) = (self.action(15), self.action(15));
            let meters = self.meters();
            let row = EniEntry { access, idle, default_outbound, default_inbound, meters };
            self.image.enis.push(row);
        }
        let owner = AddressAction { eni, subnet: person.subnet, policy };
        let mapping = MappingAction {
            vtep: if here { VTEP } else { person.peer },
            vni: person.vni,
            mac: person.mac,
            subnet: person.subnet,
            local: here,
            // As if somebody had the router's address.
            router: self.random.random_ratio(1, 12),
            // As if a service had it.
            service: if self.random.random_ratio(1, 16) { 7 } else { 0 },
            mtu: mtu(&mut self.random),
            nat_ip: other(&mut self.random, person.v4),
        };
        for ip in [mapped(person.v4), person.v6] {
            let key = IpKey { vpc: person.vpc, ip };
            self.image.mappings.insert(key, mapping);
            if here {
                self.image.addresses.insert(key, owner);
            }
        }
        if self.random.random_ratio(1, 3) {
            self.appliance(&person, mapping, owner);
        }
        self.people.push(person);
    }

    /// Somebody who is found by its MAC, also.
    fn appliance(&mut self, person: &Person, mapping: MappingAction, owner: AddressAction) {
        let hop = NEXT_HOPS + 1 + self.people.len() as u16;
        self.image.mappings.insert(next_hop(hop, 0), mapping);
        let owner = if mapping.local { owner } else { AddressAction::default() };
        let (by_mac, by_card) = (
            ApplianceKey::mac(person.vpc, person.mac),
            ApplianceKey::card(person.vpc, person.peer),
        );
        self.image.appliances.insert(by_mac, ApplianceAction { hop, owner });
        self.image.appliances.insert(by_card, ApplianceAction::default());
    }

    /// Gateways, for what goes there and for what some of the cards elsewhere send.
    fn next_hops(&mut self) {
        let random = &mut self.random;
        for number in 1..=NEXT_HOPS {
            for vtep in PEERS {
                let Some(person) = self.people.choose(random) else { return };
                let local = random.random_ratio(1, 12);
                let action = MappingAction {
                    vtep,
                    vni: person.vni,
                    mac: person.mac ^ if local { 0 } else { 0x40 },
                    local,
                    mtu: mtu(random),
                    nat_ip: other(random, 0x0a00_000b),
                    ..MappingAction::default()
                };
                if random.random_ratio(2, 3) {
                    self.image.mappings.insert(next_hop(number, vtep), action);
                }
                self.image.mappings.insert(next_hop(number, 0), action);
            }
        }
    }

    /// Classes, port classes and routes: random cuts near the addresses in use.
    fn intervals(&mut self, vpcs: u8) {
        let mut ports: BTreeSet<PortKey> = BTreeSet::from([PortKey::default()]);
        let mut routes: BTreeSet<IpKey> = BTreeSet::from([IpKey::default()]);
        for vpc in 1..=vpcs {
            for subnet in 0..u32::from(SUBNETS) {
                let v4 = mapped(0x0a00_0000 + (subnet << 8));
                let v6 = (0xfd00u128 << 112) + (u128::from(subnet) << 64);
                for ip in [v4, v4 + 11, v4 + 13, v4 + 255, v4 + 256, v6, v6 + 12, v6 + (1 << 64)] {
                    for table in [vpc, vpc * 4, vpc * 4 + 1] {
                        routes.insert(IpKey { vpc: table, ip });
                    }
                }
            }
            for protocol in [1, 6, 17, 18, 58, 59] {
                for (ported, port) in
                    [(false, 0), (true, 0), (true, 80), (true, 1024), (true, 2048)]
                {
                    ports.insert(PortKey { vpc, protocol, ported, port });
                }
            }
        }
        let random = &mut self.random;
        let mut address = |vpc: u8, ip: u128| {
            let offset = ip & 0xff;
            let inside = vpc > 0 && offset != 0 || random.random_ratio(1, 2);
            let subnet = if (ip >> 8) & 1 == 1 && ip >> 32 == 0xffff { 1 } else { 0 };
            AddressLabel {
                class: random.random_range(0..CLASSES),
                subnet: if inside { u16::from(vpc) * 8 + subnet } else { 0 },
                broadcast: offset == 255,
            }
        };
        let places: Vec<_> =
            routes.into_iter().map(|start| (start, address(vpc_of(start.vpc), start.ip))).collect();
        let mut label = || PortLabel { class: random.random_range(0..PORT_CLASSES) };
        self.image.port_classes = ports.into_iter().map(|start| (start, label())).collect();
        let mut route = 0;
        let mut label = |table, far| {
            route += 1;
            let (target, to) = self.target(vpc_of(table));
            RouteLabel { target, route, to, far }
        };
        self.image.routes =
            places.into_iter().map(|(start, far)| (start, label(start.vpc, far))).collect();
    }

    /// Where a route of a VPC leads: mostly to its own people.
    fn target(&mut self, vpc: u8) -> (Target, u16) {
        let random = &mut self.random;
        let target = match random.random_range(0..12) {
            0..6 => return (Target::Local, vpc.into()),
            6 => Target::None,
            7 => Target::Blackhole,
            8 => Target::Peering,
            9 => Target::TransitGateway,
            _ => Target::ALL.choose(random).copied().unwrap_or_default(),
        };
        (target, random.random_range(0..=NEXT_HOPS))
    }

    /// Rules for most of what can be asked.
    fn rules(&mut self, vpcs: u8) {
        for policy in 4..(vpcs + 1) * 4 {
            for address_class in 0..CLASSES {
                for port_class in 0..PORT_CLASSES {
                    for inbound in [false, true] {
                        let key = RuleKey { port_class, address_class, policy, inbound };
                        let action = self.action(15);
                        if self.random.random_ratio(14, 15) {
                            self.image.rules.insert(key, action);
                        }
                    }
                }
            }
        }
    }

    /// What rules say: the network ACL's is a denial once in `n`, the groups' more often.
    fn action(&mut self, n: u32) -> RuleAction {
        let random = &mut self.random;
        let group = GroupAction {
            allow: random.random_ratio(4, 5),
            tracked: random.random_ratio(4, 5),
            rule: random.random_range(1..1024),
        };
        let allow = random.random_ratio(n - 1, n);
        RuleAction { allow, rule: random.random_range(1..32767), group }
    }

    /// Another world on the same card, for the next generation: some entries change.
    pub fn change(&mut self) {
        self.moves();
        let keys: Vec<RuleKey> = self.image.rules.keys().copied().collect();
        for _ in 0..20 {
            if let Some(key) = keys.choose(&mut self.random) {
                let action = self.action(3);
                self.image.rules.insert(*key, action);
            }
        }
        for index in 0..self.image.routes.len() {
            if self.random.random_ratio(1, 8) {
                let (target, to) = self.target(vpc_of(self.image.routes[index].0.vpc));
                let label = &mut self.image.routes[index].1;
                (label.target, label.to) = (target, to);
            }
        }
    }

    /// A word for seeds below this one.
    pub fn word(&mut self) -> u64 {
        self.random.next_u64()
    }
}
