//! Where in an exact-match table does an entry go, and what happens to it when a generation ends?
//!
//! [`cells::exact::Placement`] finds the slots and says in which order entries move; here it is
//! told what shall live when. In both steps an entry that lives in the generation in force keeps
//! living in it.

use crate::{
    error::Error,
    plan::{Write, window},
};
use cells::exact::{Lives, Placement, Shape, SlotWrite};
use hdl::{bar0::Command, profile::Profile, tables::TableId};
use layout::Packed;
use std::{collections::HashMap, hash::Hash};

/// Dwords of a key or an action, as they are packed.
fn dwords<T: Packed>(value: &T) -> Vec<u32> {
    let mut dwords = vec![0; T::BITS.div_ceil(32)];
    value.put(&mut layout::Slice::from_slice_mut(&mut dwords)[..T::BITS]);
    dwords
}

/// One exact-match table of the card, with everything that it holds once all writes are made.
#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    table: TableId,
    placement: Placement,
}

impl Shelf {
    /// An empty table.
    pub fn new(table: TableId, profile: &Profile, seed: u64) -> Self {
        let (key_bits, action_bits) = table.widths();
        let shape = Shape { key_bits, action_bits, depth_log2: profile.depth_log2[table as usize] };
        Self { table, placement: Placement::new(shape, seed) }
    }

    /// What to write so that `wanted` lives in the generations `next`, where `before` lives in
    /// all of them; and the table after that.
    pub fn plan<K: Packed + Eq + Hash, A: Packed + PartialEq>(
        &self,
        before: &HashMap<K, A>,
        wanted: &HashMap<K, A>,
        next: Lives,
    ) -> Result<(Self, Vec<Write>), Error> {
        let (table, capacity) = (self.table, self.placement.shape().capacity());
        if wanted.len() > capacity {
            return Err(Error::TooMany { table, needed: wanted.len(), capacity });
        }
        let missing = |from: &HashMap<K, A>, of: &HashMap<K, A>| {
            let gone = of.iter().filter(|(key, action)| from.get(key) != Some(action));
            let mut gone: Vec<_> = gone.map(|(k, a)| (dwords(k), dwords(a))).collect();
            // In an order of their own: the same images give the same writes.
            gone.sort();
            gone
        };
        let mut after = self.clone();
        let mut writes = Vec::new();
        for (key, _) in missing(wanted, before) {
            writes.extend(after.placement.remove(&key, next));
        }
        let added = missing(before, wanted);
        let needed = before.len() + added.len();
        for (key, action) in added {
            let placed = after.placement.insert(&key, &action, next);
            writes.extend(placed.map_err(|_| Error::NoRoom { table, needed, capacity })?);
        }
        let writes = writes.into_iter().map(|write| self.write(write)).collect();
        Ok((after, writes))
    }

    /// What to write so that everything that lives in the generations `in_force` lives in all, and
    /// nothing else is left.
    pub fn settle(&mut self, in_force: Lives) -> Vec<Write> {
        let held = self.placement.writes();
        let (stay, go): (Vec<_>, Vec<_>) =
            held.into_iter().partition(|held| held.entry.lives.meets(in_force));
        let mut writes = Vec::new();
        for SlotWrite { entry, .. } in go {
            writes.extend(self.placement.remove(&entry.key, entry.lives));
        }
        for SlotWrite { entry, .. } in stay {
            let lives_on = self.placement.insert(&entry.key, &entry.action, Lives::BOTH);
            writes.extend(lives_on.expect("it keeps its slot, and is alone with its key"));
        }
        writes.into_iter().map(|write| self.write(write)).collect()
    }

    fn write(&self, SlotWrite { slot, entry }: SlotWrite) -> Write {
        let command = Command { index: slot.bits(), bank: false, table: self.table };
        Write { command, dwords: window(&self.placement.shape().pack(&entry)) }
    }
}
