//! What must be written, and in which order, for an image to live in the next generation?

use crate::{error::Error, place::Shelf};
use cells::exact::Lives;
use hdl::{
    bar0::{Command, WINDOW_DWORDS},
    profile::Profile,
    tables::{Image, TableId, Tables},
};
use layout::{Packed, Slice};

/// One entry on its way to the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Write {
    /// Where it goes.
    pub command: Command,
    /// The table window.
    pub dwords: [u32; WINDOW_DWORDS],
}

/// The table window that begins with these dwords.
pub(crate) fn window(dwords: &[u32]) -> [u32; WINDOW_DWORDS] {
    std::array::from_fn(|i| dwords.get(i).copied().unwrap_or(0))
}

/// The exact-match tables, as their entries are placed.
#[derive(Clone, Debug)]
pub(crate) struct Shelves {
    attachments: Shelf,
    addresses: Shelf,
    rules: Shelf,
    mappings: Shelf,
    appliances: Shelf,
}

impl Shelves {
    /// The empty tables of a card.
    pub fn new(profile: &Profile, seed: u64) -> Self {
        let shelf = |table| Shelf::new(table, profile, seed);
        Self {
            attachments: shelf(TableId::Attachments),
            addresses: shelf(TableId::Addresses),
            rules: shelf(TableId::Rules),
            mappings: shelf(TableId::Mappings),
            appliances: shelf(TableId::Appliances),
        }
    }

    /// What to write so that `wanted` lives in the generations `next`, where `before` lives in
    /// all of them; and the tables after that.
    pub fn plan(
        &self,
        before: &Image,
        wanted: &Image,
        next: Lives,
    ) -> Result<(Self, Vec<Write>), Error> {
        let (b, w) = (before, wanted);
        let mut writes = Vec::new();
        let mut then = |(shelf, more): (Shelf, Vec<Write>)| {
            writes.extend(more);
            shelf
        };
        let after = Self {
            attachments: then(self.attachments.plan(&b.attachments, &w.attachments, next)?),
            addresses: then(self.addresses.plan(&b.addresses, &w.addresses, next)?),
            rules: then(self.rules.plan(&b.rules, &w.rules, next)?),
            mappings: then(self.mappings.plan(&b.mappings, &w.mappings, next)?),
            appliances: then(self.appliances.plan(&b.appliances, &w.appliances, next)?),
        };
        Ok((after, writes))
    }

    /// What to write so that everything that lives in the generations `in_force` lives in all, and
    /// nothing else is left: what a commit leaves to do, or an interrupted one to undo.
    pub fn settle(&mut self, in_force: Lives) -> Vec<Write> {
        [
            self.attachments.settle(in_force),
            self.addresses.settle(in_force),
            self.rules.settle(in_force),
            self.mappings.settle(in_force),
            self.appliances.settle(in_force),
        ]
        .concat()
    }
}

/// What to write into the banks of the next generation, given what they hold.
pub(crate) fn banks(
    profile: &Profile,
    held: &Tables,
    wanted: &Image,
    next: bool,
) -> Result<Vec<Write>, Error> {
    let bank = |table| Bank { table, capacity: profile.capacity(table), bank: next };
    let (h, w, n) = (held, wanted, usize::from(next));
    Ok([
        bank(TableId::PortClasses).intervals(&h.port_classes.banks[n], &w.port_classes)?,
        bank(TableId::Routes).intervals(&h.routes.banks[n], &w.routes)?,
        bank(TableId::Enis).rows(&h.enis[n], &w.enis)?,
    ]
    .concat())
}

/// A bank that is not in force.
struct Bank {
    table: TableId,
    capacity: usize,
    bank: bool,
}

impl Bank {
    /// Sorted starts, the rest of the bank filled with copies of the last: the card answers the
    /// highest index among equal starts, the reference too.
    fn intervals<K: Packed + Default + Ord, L: Packed + Default + PartialEq>(
        &self,
        held: &[(K, L)],
        wanted: &[(K, L)],
    ) -> Result<Vec<Write>, Error> {
        let in_order = |index: usize| match index {
            0 => wanted[0].0 == K::default(),
            _ => wanted[index - 1].0 < wanted[index].0,
        };
        if let Some(index) = (0..wanted.len()).find(|index| !in_order(*index)) {
            return Err(Error::Unsorted { table: self.table, index });
        }
        let rest = wanted.last().copied().unwrap_or_default();
        self.fill(held, wanted, rest, |(start, label), bits| {
            start.put(&mut bits[..K::BITS]);
            label.put(&mut bits[K::BITS..][..L::BITS]);
        })
    }

    /// Rows by number; those that the image does not name are empty.
    fn rows<R: Packed + Default + PartialEq>(
        &self,
        held: &[R],
        wanted: &[R],
    ) -> Result<Vec<Write>, Error> {
        self.fill(held, wanted, R::default(), |row, bits| row.put(&mut bits[..R::BITS]))
    }

    /// Only what differs from what the bank holds; of cells that nobody wrote nothing is known.
    fn fill<R: Copy + PartialEq>(
        &self,
        held: &[R],
        wanted: &[R],
        rest: R,
        put: impl Fn(&R, &mut Slice),
    ) -> Result<Vec<Write>, Error> {
        let Self { table, capacity, bank } = *self;
        if wanted.len() > capacity {
            return Err(Error::TooMany { table, needed: wanted.len(), capacity });
        }
        let mut writes = Vec::new();
        for index in 0..capacity {
            let cell = wanted.get(index).unwrap_or(&rest);
            if held.get(index) != Some(cell) {
                let command = Command { index: index as u32, bank, table };
                let mut dwords = [0; WINDOW_DWORDS];
                put(cell, Slice::from_slice_mut(&mut dwords));
                writes.push(Write { command, dwords });
            }
        }
        Ok(writes)
    }
}
