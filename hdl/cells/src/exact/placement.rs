//! Which slot does a new entry take, and which writes bring it there without a lookup noticing?
//!
//! Each key has one slot in each way. When all four are taken, an entry in one of them moves to
//! another of its own four, and so on: the shortest such chain is found breadth first.
//!
//! A chain `new -> s0 -> s1 -> .. -> free` is written from its free end: the entry of the last slot
//! is *copied* to the free one, then the one before over it, and the new entry comes last. At every
//! moment each old entry is in one slot or, identically, in two, so no lookup misses it.
//!
//! Keys need a random seed: see [`crate::hash`] for what it protects from.

use crate::exact::shape::bit_of;
use crate::exact::{Entry, Lives, Shape, Slot};
use crate::hash::{WAYS, Wiring};
use std::collections::{HashMap, VecDeque};

/// One write of the card's `w_slot` and `w_entry`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotWrite {
    /// Where.
    pub slot: Slot,
    /// What; an entry with no lives frees the slot.
    pub entry: Entry,
}

/// Why an entry has no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No chain of moves ends in a free slot.
    #[error(
        "{occupied} of {capacity} slots are taken and none can be freed for this key: \
         place all entries anew under another seed, or choose a profile with a larger table"
    )]
    Full {
        /// Slots taken.
        occupied: usize,
        /// Slots of the table.
        capacity: usize,
    },
    /// Another action answers for the key in one of these generations.
    #[error(
        "the key has another action alive in lives {:#04b}: remove that one from these first",
        lives.bits()
    )]
    AlreadyAlive {
        /// The lives of the entry that is there.
        lives: Lives,
    },
    /// The key or the action has bits the table does not store.
    #[error("{what} has bits above its {bits}: the caller's codec and the table's shape disagree")]
    TooWide {
        /// `"key"` or `"action"`.
        what: &'static str,
        /// Bits of the field.
        bits: usize,
    },
}

/// Why a slot that a chain or `by_key` names holds an entry.
const TAKEN: &str = "chains and by_key name taken slots";

/// The host's picture of one table: what each slot holds after all writes it asked for.
#[derive(Clone, Debug)]
pub struct Placement {
    shape: Shape,
    seed: u64,
    wiring: Wiring,
    /// Way 0's slots first.
    placed: Vec<Option<Placed>>,
    occupied: usize,
    by_key: HashMap<Vec<u32>, Vec<Slot>>,
}

#[derive(Clone, Debug)]
struct Placed {
    entry: Entry,
    candidates: [Slot; WAYS],
}

impl Placement {
    /// An empty table.
    ///
    /// # Panics
    /// If the shape is outside the sizes of [`crate::hash`].
    #[must_use]
    pub fn new(shape: Shape, seed: u64) -> Self {
        let wiring = Wiring::new(shape.key_bits, shape.depth_log2);
        let placed = vec![None; shape.capacity()];
        Self { shape, seed, wiring, placed, occupied: 0, by_key: HashMap::new() }
    }

    /// Sizes of the table.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The seed the card must have.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Slots taken.
    #[must_use]
    pub fn occupied(&self) -> usize {
        self.occupied
    }

    /// What a slot holds.
    #[must_use]
    pub fn entry(&self, slot: Slot) -> Option<&Entry> {
        self.placed[self.at(slot)].as_ref().map(|placed| &placed.entry)
    }

    /// Every slot taken, in slot order.
    pub fn entries(&self) -> impl Iterator<Item = (Slot, &Entry)> {
        let slots = self.shape.slots().zip(&self.placed);
        slots.filter_map(|(slot, placed)| Some((slot, &placed.as_ref()?.entry)))
    }

    /// What the card answers for a key in a generation whose lives are `lives`.
    #[must_use]
    pub fn lookup(&self, key: &[u32], lives: Lives) -> Option<(Slot, &Entry)> {
        let key = fitted(key, self.shape.key_bits, "key").ok()?;
        let slots = self.by_key.get(&key)?;
        let found = slots.iter().filter_map(|slot| Some((*slot, self.entry(*slot)?)));
        found.into_iter().find(|(_, entry)| entry.lives.meets(lives))
    }

    /// Places an entry; returns the writes, to be made in this order.
    ///
    /// A key that is there with the same action lives on in place, in the old lives and the new.
    /// With another action it gets a slot of its own, if their lives do not meet.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::AlreadyAlive`], [`Error::TooWide`]; nothing changes then.
    pub fn insert(
        &mut self,
        key: &[u32],
        action: &[u32],
        lives: Lives,
    ) -> Result<Vec<SlotWrite>, Error> {
        let entry = Entry {
            key: fitted(key, self.shape.key_bits, "key")?,
            action: fitted(action, self.shape.action_bits, "action")?,
            lives,
        };
        if lives == Lives::NONE {
            return Ok(vec![]);
        }
        let mut same = None;
        for slot in self.by_key.get(&entry.key).into_iter().flatten() {
            let there = self.entry(*slot).expect(TAKEN);
            if there.action == entry.action {
                same = Some(*slot);
            } else if there.lives.meets(lives) {
                return Err(Error::AlreadyAlive { lives: there.lives });
            }
        }
        match same {
            Some(slot) => Ok(self.relive(slot, |there| there.and_also(lives))),
            None => self.place(entry),
        }
    }

    /// Takes a key out of the generations of `lives`; returns the writes. Unknown keys have none.
    pub fn remove(&mut self, key: &[u32], lives: Lives) -> Vec<SlotWrite> {
        let Ok(key) = fitted(key, self.shape.key_bits, "key") else { return vec![] };
        let slots = self.by_key.get(&key).cloned().unwrap_or_default();
        slots.into_iter().flat_map(|slot| self.relive(slot, |old| old.without(lives))).collect()
    }

    /// The same entries under another seed, for a table emptied by reset; see
    /// [`Placement::writes`].
    ///
    /// # Errors
    /// [`Error::Full`]: try another seed.
    pub fn reseeded(&self, seed: u64) -> Result<Self, Error> {
        let mut anew = Self::new(self.shape, seed);
        for (_, entry) in self.entries() {
            anew.place(entry.clone())?;
        }
        Ok(anew)
    }

    /// The writes that bring an empty table to this state, in slot order.
    #[must_use]
    pub fn writes(&self) -> Vec<SlotWrite> {
        let mut writes: Vec<_> =
            self.entries().map(|(slot, entry)| SlotWrite { slot, entry: entry.clone() }).collect();
        writes.sort_by_key(|write| write.slot);
        writes
    }

    /// Changes an entry's lives where it is.
    fn relive(&mut self, slot: Slot, change: impl Fn(Lives) -> Lives) -> Vec<SlotWrite> {
        let at = self.at(slot);
        let entry = &mut self.placed[at].as_mut().expect(TAKEN).entry;
        let lives = change(entry.lives);
        if lives == entry.lives {
            return vec![];
        }
        entry.lives = lives;
        let write = SlotWrite { slot, entry: entry.clone() };
        if lives == Lives::NONE {
            self.forget(slot);
        }
        vec![write]
    }

    fn place(&mut self, entry: Entry) -> Result<Vec<SlotWrite>, Error> {
        let indices = self.wiring.indices(self.seed, &entry.key);
        let candidates = std::array::from_fn(|way| Slot::new(way, indices[way]));
        let chain = self
            .chain(candidates)
            .ok_or(Error::Full { occupied: self.occupied(), capacity: self.shape.capacity() })?;
        let mut writes = Vec::with_capacity(chain.len());
        for step in chain.windows(2) {
            let [to, from] = [step[0], step[1]];
            let moved = self.forget(from);
            writes.push(SlotWrite { slot: to, entry: moved.entry.clone() });
            self.remember(to, moved);
        }
        let first = *chain.last().expect("a chain has its free end");
        writes.push(SlotWrite { slot: first, entry: entry.clone() });
        self.remember(first, Placed { entry, candidates });
        Ok(writes)
    }

    /// The shortest chain of slots from a free one back to one of `candidates`.
    fn chain(&self, candidates: [Slot; WAYS]) -> Option<Vec<Slot>> {
        let mut came_from = vec![None; self.placed.len()];
        let mut waiting: VecDeque<Slot> = candidates.into();
        for slot in candidates {
            came_from[self.at(slot)] = Some(slot);
        }
        while let Some(slot) = waiting.pop_front() {
            let Some(placed) = &self.placed[self.at(slot)] else {
                let before = |at: &Slot| came_from[self.at(*at)].filter(|from| from != at);
                return Some(std::iter::successors(Some(slot), before).collect());
            };
            for next in placed.candidates {
                let from = &mut came_from[self.at(next)];
                if from.is_none() {
                    *from = Some(slot);
                    waiting.push_back(next);
                }
            }
        }
        None
    }

    fn at(&self, slot: Slot) -> usize {
        slot.way() << self.shape.depth_log2 | slot.index()
    }

    fn remember(&mut self, slot: Slot, placed: Placed) {
        self.by_key.entry(placed.entry.key.clone()).or_default().push(slot);
        let at = self.at(slot);
        self.placed[at] = Some(placed);
        self.occupied += 1;
    }

    fn forget(&mut self, slot: Slot) -> Placed {
        let at = self.at(slot);
        let placed = self.placed[at].take().expect(TAKEN);
        self.occupied -= 1;
        if let Some(slots) = self.by_key.get_mut(&placed.entry.key) {
            slots.retain(|other| *other != slot);
            if slots.is_empty() {
                self.by_key.remove(&placed.entry.key);
            }
        }
        placed
    }
}

/// `value` in exactly the dwords of `bits`, if it has no bit above them.
fn fitted(value: &[u32], bits: usize, what: &'static str) -> Result<Vec<u32>, Error> {
    if (bits..32 * value.len()).any(|bit| bit_of(value, bit)) {
        return Err(Error::TooWide { what, bits });
    }
    let mut fitted = value.to_vec();
    fitted.resize(bits.div_ceil(32), 0);
    Ok(fitted)
}
