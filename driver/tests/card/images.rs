//! Which images do the driver's tests write, and does a card hold one?

use hdl::{
    appliance::{ApplianceAction, ApplianceKey},
    class::{IpKey, PortKey, PortLabel},
    connection::IdleTimes,
    decap::Identity,
    deliver::{Access, EniEntry},
    eni::{AttachAction, AttachKey},
    group::GroupAction,
    mapping::MappingAction,
    meter::{Meters, Span},
    nacl::{RuleAction, RuleKey},
    profile::Profile,
    route::{RouteLabel, Target},
    spoof::AddressAction,
    tables::{Exact, Image, Interval, Tables},
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::Debug,
    hash::Hash,
};

/// A card that is soon full.
pub const SMALL: Profile = Profile {
    name: "small",
    part: "tests",
    width_bits: 128,
    depth_log2: [2, 3, 3, 4, 4, 3, 3, 2],
    connections_log2: 7,
    clock_khz: 100_000,
    explain: true,
};

/// The generator splitmix64.
pub struct Random(pub u64);

impl Random {
    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    /// An address among few, so that two images share some.
    fn ip(&mut self) -> IpKey {
        let ip = self.below(24);
        IpKey { vpc: self.below(2) as u8, ip: u128::from(ip) << (4 * (ip % 8)) }
    }

    /// A mapping: every field up to its width.
    pub fn mapping(&mut self) -> MappingAction {
        MappingAction {
            vtep: self.below(1 << 32) as u32,
            vni: self.below(1 << 24) as u32,
            mac: self.below(1 << 48),
            subnet: self.below(1 << 10) as u16,
            local: self.below(2) == 1,
            router: self.below(2) == 1,
            service: self.below(1 << 4) as u8,
            mtu: self.below(1 << 14) as u16,
            nat_ip: self.below(1 << 32) as u32,
        }
    }

    fn appliance(&mut self) -> (ApplianceKey, ApplianceAction) {
        let key = ApplianceKey::mac(self.below(2) as u8, self.below(12));
        (key, ApplianceAction { hop: self.below(1 << 12) as u16, ..ApplianceAction::default() })
    }

    fn attachment(&mut self) -> (AttachKey, AttachAction) {
        let key = AttachKey::place(self.below(2) as u8, &[self.below(12) as u16]);
        let action = AttachAction {
            asks: self.below(2) == 1,
            vpc: self.below(2) as u8,
            eni: self.below(3) as u16,
            mac: self.below(2),
            up: true,
            ..AttachAction::default()
        };
        (key, action)
    }

    fn rule(&mut self) -> (RuleKey, RuleAction) {
        let key = RuleKey {
            port_class: self.below(6) as u8,
            address_class: self.below(6) as u16,
            policy: self.below(256) as u8 / 200,
            inbound: self.below(2) == 1,
        };
        (key, self.action())
    }

    fn action(&mut self) -> RuleAction {
        let group = GroupAction {
            allow: self.below(2) == 1,
            tracked: self.below(2) == 1,
            rule: self.below(1 << 10) as u16,
        };
        RuleAction { allow: self.below(2) == 1, rule: self.below(4) as u16, group }
    }

    fn eni(&mut self) -> EniEntry {
        let port = self.below(2) as u8;
        let access = Access { mac: self.below(1 << 48), port, up: true, ..Access::default() };
        let other = self.below(1 << 11) as u16;
        let idle = IdleTimes { other, ..IdleTimes::DEFAULT };
        let (default_outbound, default_inbound) = (self.action(), self.action());
        let punt = Span { mantissa: self.below(1 << 16) as u16, shift: self.below(4) as u8 };
        let meters = Meters { punt, burst: punt, ..Meters::default() };
        EniEntry { access, idle, default_outbound, default_inbound, meters }
    }

    /// Up to `fill` of eight of what each table of [`SMALL`] holds.
    pub fn image(&mut self, fill: u64) -> Image {
        let mut upto = |most: u64| self.below(most * fill / 8 + 1);
        let counts = [16, 32, 8, 16, 64, 32, 8, 16].map(&mut upto);
        let some = |table: usize| 0..counts[table];
        Image {
            identity: Identity::default(),
            attachments: some(0).map(|_| self.attachment()).collect(),
            addresses: some(1)
                .map(|i| (self.ip(), AddressAction { eni: i as u16, ..Default::default() }))
                .collect(),
            port_classes: starts(some(2).map(|i| {
                let port = self.below(5) as u16;
                (PortKey { port, ..PortKey::default() }, PortLabel { class: i as u8 })
            })),
            routes: starts(some(3).map(|i| {
                (
                    self.ip(),
                    RouteLabel {
                        target: Target::Local,
                        route: i as u16,
                        to: 1,
                        ..RouteLabel::default()
                    },
                )
            })),
            rules: some(4).map(|_| self.rule()).collect(),
            mappings: some(5).map(|_| (self.ip(), self.mapping())).collect(),
            enis: some(6).map(|_| self.eni()).collect(),
            appliances: some(7).map(|_| self.appliance()).collect(),
        }
    }
}

/// Sorted starts, the first at zero.
fn starts<K: Ord + Default, L: Default>(some: impl Iterator<Item = (K, L)>) -> Vec<(K, L)> {
    let mut sorted: BTreeMap<K, L> = some.collect();
    sorted.entry(K::default()).or_default();
    sorted.into_iter().collect()
}

/// Asserts that in generations of that parity the tables answer as the image says, and nothing
/// else.
pub fn assert_holds(tables: &Tables, image: &Image, generation: bool) {
    answers(&tables.attachments, &image.attachments, generation);
    answers(&tables.addresses, &image.addresses, generation);
    answers(&tables.rules, &image.rules, generation);
    answers(&tables.mappings, &image.mappings, generation);
    answers(&tables.appliances, &image.appliances, generation);
    covers(&tables.port_classes, &image.port_classes, generation);
    covers(&tables.routes, &image.routes, generation);
    for eni in 0..16 {
        let wanted = image.enis.get(usize::from(eni)).copied().unwrap_or_default();
        assert_eq!(tables.eni(eni, generation), wanted, "ENI {eni}");
    }
}

fn answers<K, A>(table: &Exact<K, A>, wanted: &HashMap<K, A>, generation: bool)
where
    K: Copy + Eq + Hash + Debug,
    A: Copy + PartialEq + Debug,
{
    for (key, action) in wanted {
        let found = table.find(key, generation).map(|(_, action)| action);
        assert_eq!(found, Some(*action), "{key:?} in generation {generation}");
    }
    let alive = table.slots().values().filter(|entry| entry.2[usize::from(generation)]);
    let keys: HashSet<K> = alive.map(|entry| entry.0).collect();
    assert_eq!(keys.len(), wanted.len(), "keys alive in generation {generation}");
}

fn covers<K, L>(table: &Interval<K, L>, wanted: &[(K, L)], generation: bool)
where
    K: Copy + Ord + Debug,
    L: Copy + Default + PartialEq + Debug,
{
    for (start, label) in wanted {
        let (_, found) = table.find(start, generation);
        assert_eq!(found, *label, "from {start:?} on in generation {generation}");
    }
    let mut starts: Vec<K> =
        table.banks[usize::from(generation)].iter().map(|(start, _)| *start).collect();
    starts.dedup();
    assert!(starts.is_sorted());
    assert_eq!(starts.len(), wanted.len().max(starts.len().min(1)));
}

/// Asserts that the card holds what the driver believes; cells that it never wrote excepted.
pub fn assert_same(shadow: &Tables, card: &Tables) {
    assert_eq!(shadow.identity, card.identity);
    assert_eq!(shadow.attachments.slots(), card.attachments.slots());
    assert_eq!(shadow.addresses.slots(), card.addresses.slots());
    assert_eq!(shadow.rules.slots(), card.rules.slots());
    assert_eq!(shadow.mappings.slots(), card.mappings.slots());
    assert_eq!(shadow.appliances.slots(), card.appliances.slots());
    assert_eq!(shadow.port_classes.banks, card.port_classes.banks);
    assert_eq!(shadow.routes.banks, card.routes.banks);
    assert_eq!(shadow.enis, card.enis);
}
