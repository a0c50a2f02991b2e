//! What does an entry look like, in words of the host and in bits of the card?

use crate::exact::SLOT_BITS;
use crate::hash::{INDEX_BITS, MAX_DEPTH_LOG2, MIN_DEPTH_LOG2, WAYS};

/// The generations an entry answers in: bit g for generations of parity g.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Lives(u8);

impl Lives {
    /// In no generation: the slot is free.
    pub const NONE: Self = Self(0);
    /// In even generations.
    pub const EVEN: Self = Self(1);
    /// In odd generations.
    pub const ODD: Self = Self(2);
    /// In all generations.
    pub const BOTH: Self = Self(3);

    /// In the generations of the parity of `generation`.
    #[must_use]
    pub fn of(generation: u64) -> Self {
        if generation.is_multiple_of(2) { Self::EVEN } else { Self::ODD }
    }

    /// From the two bits of an entry.
    #[must_use]
    pub fn from_bits(bits: u32) -> Self {
        Self((bits & 3) as u8)
    }

    /// The two bits of an entry.
    #[must_use]
    pub fn bits(self) -> u32 {
        u32::from(self.0)
    }

    /// In generations of either.
    #[must_use]
    pub fn and_also(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// In the generations of the one that are not the other's.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Is there a generation that both answer in?
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// A place in the table: `{way: 2, index: 16}`, way on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(u32);

impl Slot {
    /// The slot `index` of `way`.
    ///
    /// # Panics
    /// If `way` is not in 0..4 or `index` has more than 16 bits.
    #[must_use]
    pub fn new(way: usize, index: usize) -> Self {
        assert!(way < WAYS && index < 1 << INDEX_BITS, "no slot {index} in way {way}");
        Self((way << INDEX_BITS | index) as u32)
    }

    /// From the card's 18 bits (`o_entry`, `w_slot`, `r_slot`).
    #[must_use]
    pub fn from_bits(bits: u32) -> Self {
        Self(bits & ((1 << SLOT_BITS) - 1))
    }

    /// The card's 18 bits.
    #[must_use]
    pub fn bits(self) -> u32 {
        self.0
    }

    /// 0..4.
    #[must_use]
    pub fn way(self) -> usize {
        (self.0 >> INDEX_BITS) as usize
    }

    /// Place within the way.
    #[must_use]
    pub fn index(self) -> usize {
        (self.0 & ((1 << INDEX_BITS) - 1)) as usize
    }
}

/// An entry in the host's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Key, little-endian dwords, [`Shape::key_dwords`] of them.
    pub key: Vec<u32>,
    /// Action, little-endian dwords, [`Shape::action_dwords`] of them.
    pub action: Vec<u32>,
    /// Generations it answers in.
    pub lives: Lives,
}

/// Sizes of one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Bits of a key (K).
    pub key_bits: usize,
    /// Bits of an action (A).
    pub action_bits: usize,
    /// Slots of a way, as a power of two.
    pub depth_log2: usize,
}

impl Shape {
    /// Slots of all four ways.
    #[must_use]
    pub fn capacity(&self) -> usize {
        assert!((MIN_DEPTH_LOG2..=MAX_DEPTH_LOG2).contains(&self.depth_log2));
        WAYS << self.depth_log2
    }

    /// Bits of an entry (E): key, action and two lives.
    #[must_use]
    pub fn entry_bits(&self) -> usize {
        self.key_bits + self.action_bits + 2
    }

    /// Dwords of a key.
    #[must_use]
    pub fn key_dwords(&self) -> usize {
        self.key_bits.div_ceil(32)
    }

    /// Dwords of an action.
    #[must_use]
    pub fn action_dwords(&self) -> usize {
        self.action_bits.div_ceil(32)
    }

    /// All slots, way 0 first.
    pub fn slots(&self) -> impl Iterator<Item = Slot> + use<> {
        let depth = self.capacity() / WAYS;
        (0..WAYS).flat_map(move |way| (0..depth).map(move |index| Slot::new(way, index)))
    }

    /// The card's bits of an entry, bit 0 first, in little-endian dwords: `w_entry`.
    #[must_use]
    pub fn pack(&self, entry: &Entry) -> Vec<u32> {
        let mut dwords = vec![0; self.entry_bits().div_ceil(32)];
        let mut at = 0;
        for (field, width) in [
            (&entry.key[..], self.key_bits),
            (&entry.action[..], self.action_bits),
            (&[entry.lives.bits()][..], 2),
        ] {
            for bit in (0..width).filter(|bit| bit_of(field, *bit)) {
                dwords[(at + bit) / 32] |= 1 << ((at + bit) % 32);
            }
            at += width;
        }
        dwords
    }

    /// The entry in the card's bits: of `r_entry`.
    #[must_use]
    pub fn unpack(&self, dwords: &[u32]) -> Entry {
        let field = |from: usize, width: usize| {
            let mut value = vec![0u32; width.div_ceil(32)];
            for bit in (0..width).filter(|bit| bit_of(dwords, from + bit)) {
                value[bit / 32] |= 1 << (bit % 32);
            }
            value
        };
        Entry {
            key: field(0, self.key_bits),
            action: field(self.key_bits, self.action_bits),
            lives: Lives::from_bits(field(self.key_bits + self.action_bits, 2)[0]),
        }
    }
}

/// Bit `at` of little-endian dwords; 0 behind their end.
pub(crate) fn bit_of(dwords: &[u32], at: usize) -> bool {
    dwords.get(at / 32).is_some_and(|dword| dword >> (at % 32) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_key_action_lives_from_bit_0_up() {
        let shape = Shape { key_bits: 26, action_bits: 16, depth_log2: 4 };
        let entry = Entry { key: vec![0x2aa_aaaa], action: vec![0x1234], lives: Lives::ODD };
        let packed = shape.pack(&entry);
        let bits = u64::from(packed[0]) | u64::from(packed[1]) << 32;
        assert_eq!(bits, 0x2aa_aaaa | 0x1234 << 26 | 2 << 42);
        assert_eq!(shape.unpack(&packed), entry);
        assert_eq!(shape.entry_bits(), 44);
    }

    #[test]
    fn a_slot_has_its_way_on_top() {
        let slot = Slot::new(3, 0x1ff);
        assert_eq!(slot.bits(), 0x3_01ff);
        assert_eq!(Slot::from_bits(slot.bits()), slot);
        assert_eq!((slot.way(), slot.index()), (3, 0x1ff));
        let shape = Shape { key_bits: 26, action_bits: 16, depth_log2: 4 };
        assert_eq!(shape.slots().count(), shape.capacity());
    }
}
