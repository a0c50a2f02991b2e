//! What does the card hold, and how is it looked up?
//!
//! One list of tables for everybody: `control` compiles a VPC into an [`Image`], the driver
//! places its entries and writes them, the reference looks them up in [`Tables`], the gateware
//! has a memory for each. Tables change by generation: a packet carries the parity of the
//! generation in force when it entered, an exact-match entry says in which parities it lives, the
//! other tables have a bank for each.

use crate::{
    appliance::{ApplianceAction, ApplianceKey},
    class::{IpKey, PortKey, PortLabel},
    decap::Identity,
    deliver::EniEntry,
    eni::{AttachAction, AttachKey},
    mapping::MappingAction,
    nacl::{RuleAction, RuleKey},
    punt::{InjectHeader, PuntHeader},
    route::RouteLabel,
    spoof::AddressAction,
};
use layout::{Layout, Packed};
use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// The card's tables.
    pub enum TableId: 8 {
        /// Which ENI or VPC is attached where (stage `eni`).
        Attachments = 0,
        /// Which ENI of this card has an address (stages `spoof` and `deliver`).
        Addresses = 1,
        /// Classes of ports (stage `class`).
        PortClasses = 2,
        /// Routes and classes of addresses (stage `route`).
        Routes = 3,
        /// Network ACLs and security groups (stages `nacl` and `group`).
        Rules = 4,
        /// Who lives on which card (stage `mapping`).
        Mappings = 5,
        /// How an ENI is reached (stage `deliver`).
        Enis = 6,
        /// ENIs without source/destination check (stage `appliance`).
        Appliances = 7,
    }
}

/// How a table is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Equal keys, hashed into four ways. An entry is {key, action, lives: 2 bits}.
    Exact,
    /// The last start that is not behind the key. An entry is {start, label}; two banks.
    Interval,
    /// By number. Two banks.
    Direct,
}

impl TableId {
    /// How it is looked up.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Attachments
            | Self::Addresses
            | Self::Rules
            | Self::Mappings
            | Self::Appliances => Kind::Exact,
            Self::PortClasses | Self::Routes => Kind::Interval,
            Self::Enis => Kind::Direct,
        }
    }

    /// Bits of its key (a row number has none in the entry) and of its action, label or row.
    pub const fn widths(self) -> (usize, usize) {
        match self {
            Self::Attachments => (AttachKey::BITS, AttachAction::BITS),
            Self::Addresses => (IpKey::BITS, AddressAction::BITS),
            Self::PortClasses => (PortKey::BITS, PortLabel::BITS),
            Self::Routes => (IpKey::BITS, RouteLabel::BITS),
            Self::Rules => (RuleKey::BITS, RuleAction::BITS),
            Self::Mappings => (IpKey::BITS, MappingAction::BITS),
            Self::Enis => (0, EniEntry::BITS),
            Self::Appliances => (ApplianceKey::BITS, ApplianceAction::BITS),
        }
    }

    /// Bits of an entry as it is written.
    pub const fn entry_bits(self) -> usize {
        let (key, action) = self.widths();
        match self.kind() {
            Kind::Exact => key + action + 2,
            Kind::Interval | Kind::Direct => key + action,
        }
    }
}

/// Hash of every layout of the card: the driver refuses a card with another.
pub const FINGERPRINT: u32 = {
    let mut hash = 0x811c_9dc5;
    hash = layout::fingerprint(hash, Identity::FIELDS);
    hash = layout::fingerprint(hash, AttachKey::FIELDS);
    hash = layout::fingerprint(hash, AttachAction::FIELDS);
    hash = layout::fingerprint(hash, AddressAction::FIELDS);
    hash = layout::fingerprint(hash, IpKey::FIELDS);
    hash = layout::fingerprint(hash, PortKey::FIELDS);
    hash = layout::fingerprint(hash, PortLabel::FIELDS);
    hash = layout::fingerprint(hash, RouteLabel::FIELDS);
    hash = layout::fingerprint(hash, RuleKey::FIELDS);
    hash = layout::fingerprint(hash, RuleAction::FIELDS);
    hash = layout::fingerprint(hash, MappingAction::FIELDS);
    hash = layout::fingerprint(hash, EniEntry::FIELDS);
    hash = layout::fingerprint(hash, ApplianceKey::FIELDS);
    hash = layout::fingerprint(hash, ApplianceAction::FIELDS);
    hash = layout::fingerprint(hash, PuntHeader::FIELDS);
    layout::fingerprint(hash, InjectHeader::FIELDS)
};

/// What a card shall hold, before anybody has placed it: the output of `control`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// Who the card is.
    pub identity: Identity,
    /// By place or VNI.
    pub attachments: HashMap<AttachKey, AttachAction>,
    /// By (VPC, address): the ENIs of this card.
    pub addresses: HashMap<IpKey, AddressAction>,
    /// Sorted starts; the first is all zero.
    pub port_classes: Vec<(PortKey, PortLabel)>,
    /// Sorted starts, the first is all zero; `vpc` of the key is the number of the route table.
    pub routes: Vec<(IpKey, RouteLabel)>,
    /// Of the network ACLs and security groups.
    pub rules: HashMap<RuleKey, RuleAction>,
    /// By (VPC, address), or as a next hop: everybody whom this card's ENIs can reach or hear.
    pub mappings: HashMap<IpKey, MappingAction>,
    /// By number.
    pub enis: Vec<EniEntry>,
    /// By (VPC, MAC), and the cards where they live: those of all VPCs that have an ENI here.
    pub appliances: HashMap<ApplianceKey, ApplianceAction>,
}

impl Image {
    /// Entries per table, by [`TableId`]: what capacity is checked against.
    pub fn sizes(&self) -> [usize; TableId::ALL.len()] {
        [
            self.attachments.len(),
            self.addresses.len(),
            self.port_classes.len(),
            self.routes.len(),
            self.rules.len(),
            self.mappings.len(),
            self.enis.len(),
            self.appliances.len(),
        ]
    }
}

// ---- reference --------------------------------------------------------------------------

/// An exact-match table, slot by slot as the card holds it.
#[derive(Clone, Debug, Default)]
pub struct Exact<K, A> {
    slots: BTreeMap<u32, (K, A, [bool; 2])>,
    by_key: HashMap<K, Vec<u32>>,
}

impl<K: Copy + Eq + Hash, A: Copy> Exact<K, A> {
    /// Write a slot; an entry that lives in no generation empties it.
    pub fn write(&mut self, slot: u32, key: K, action: A, lives: [bool; 2]) {
        if let Some((old, ..)) = self.slots.remove(&slot)
            && let Some(slots) = self.by_key.get_mut(&old)
        {
            slots.retain(|s| *s != slot);
        }
        if lives != [false; 2] {
            self.slots.insert(slot, (key, action, lives));
            self.by_key.entry(key).or_default().push(slot);
        }
    }

    /// The entry of that key that lives in the generation, and its slot.
    pub fn find(&self, key: &K, generation: bool) -> Option<(u32, A)> {
        let slots = self.by_key.get(key)?;
        let alive = |s: &&u32| self.slots[s].2[usize::from(generation)];
        slots.iter().filter(alive).min().map(|s| (*s, self.slots[s].1))
    }

    /// Everything that the table holds, by slot.
    pub fn slots(&self) -> &BTreeMap<u32, (K, A, [bool; 2])> {
        &self.slots
    }
}

/// An interval table: per bank the sorted starts, with what is said from each to the next.
#[derive(Clone, Debug, Default)]
pub struct Interval<K, L> {
    /// By parity of the generation.
    pub banks: [Vec<(K, L)>; 2],
}

impl<K: Copy + Ord, L: Copy + Default> Interval<K, L> {
    /// The last start that is not behind the key: its index and its label.
    pub fn find(&self, key: &K, generation: bool) -> (usize, L) {
        let bank = &self.banks[usize::from(generation)];
        match bank.partition_point(|(start, _)| start <= key) {
            0 => (0, L::default()),
            n => (n - 1, bank[n - 1].1),
        }
    }
}

/// Everything that the card holds: the driver's shadow of it, and what the reference looks up.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// Who the card is.
    pub identity: Identity,
    /// [`TableId::Attachments`].
    pub attachments: Exact<AttachKey, AttachAction>,
    /// [`TableId::Addresses`].
    pub addresses: Exact<IpKey, AddressAction>,
    /// [`TableId::PortClasses`].
    pub port_classes: Interval<PortKey, PortLabel>,
    /// [`TableId::Routes`].
    pub routes: Interval<IpKey, RouteLabel>,
    /// [`TableId::Rules`].
    pub rules: Exact<RuleKey, RuleAction>,
    /// [`TableId::Mappings`].
    pub mappings: Exact<IpKey, MappingAction>,
    /// [`TableId::Enis`], per bank.
    pub enis: [Vec<EniEntry>; 2],
    /// [`TableId::Appliances`].
    pub appliances: Exact<ApplianceKey, ApplianceAction>,
}

impl Tables {
    /// The row of an ENI, empty if there is none.
    pub fn eni(&self, eni: u16, generation: bool) -> EniEntry {
        self.enis[usize::from(generation)].get(usize::from(eni)).copied().unwrap_or_default()
    }
}
