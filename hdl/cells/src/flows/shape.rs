//! Where may an entry lie, and what do its state's bits mean to the table?

use crate::hash::{DIGEST_BITS, MIN_DEPTH_LOG2, WAYS, Wiring};

/// Bits of an entry's state. They are sticky: a hit adds the request's events to them.
pub const STATE_BITS: usize = 6;
/// States there are.
pub const STATES: usize = 1 << STATE_BITS;
/// Classes of states, each with an idle time of its own.
pub const CLASSES: usize = 4;
/// Bits of a time in ticks. An idle time is less than half of that turn.
pub const TICK_BITS: usize = 12;
/// Entries of a bucket.
pub const POSITIONS: usize = 4;
/// Entries in which a key may lie: a bucket in each way.
pub const ENTRIES: usize = WAYS * POSITIONS;
/// Bits of the digest that are kept with an entry. A block RAM's word has 36 bits: these, the
/// deadline and a bit that says there is an entry.
pub const TAG_BITS: usize = 23;
/// Most buckets of a way, 2^10: the sweep, a step per tick, must be round in half a turn of time.
pub const MAX_DEPTH_LOG2: usize = 10;

/// What the table has to know of states; it does not know what they stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The class of each state, less than [`CLASSES`].
    pub class: [u8; STATES],
    /// The states in which an entry has ended: a fresh request starts it anew.
    pub closed: [bool; STATES],
}

/// Sizes of one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Bits of a key.
    pub key_bits: usize,
    /// Buckets of a way, as a power of two.
    pub depth_log2: usize,
    /// Bits of the tag in use, [`TAG_BITS`] but in tests that want twins.
    pub tag_bits: usize,
}

/// Where a key lies if it lies anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home {
    /// What is kept of the digest.
    pub tag: u64,
    /// Its bucket in each way. Any one of them and the tag determine the others.
    pub index: [usize; WAYS],
}

impl Shape {
    /// With the tag in full.
    #[must_use]
    pub fn new(key_bits: usize, depth_log2: usize) -> Self {
        Self { key_bits, depth_log2, tag_bits: TAG_BITS }
    }

    /// Entries of the whole table.
    #[must_use]
    pub fn capacity(&self) -> usize {
        ENTRIES << self.depth_log2
    }

    /// The hash of this table's keys.
    ///
    /// # Panics
    /// Outside the sizes this file and [`crate::hash`] name.
    #[must_use]
    pub fn wiring(&self) -> Wiring {
        assert!(
            (MIN_DEPTH_LOG2..=MAX_DEPTH_LOG2).contains(&self.depth_log2),
            "2^{} buckets a way: take 2^{MIN_DEPTH_LOG2} to 2^{MAX_DEPTH_LOG2}",
            self.depth_log2
        );
        assert!(
            (1..=TAG_BITS).contains(&self.tag_bits),
            "a tag of {} bits: take 1 to {TAG_BITS}",
            self.tag_bits
        );
        Wiring::new(self.key_bits, self.depth_log2)
    }

    /// Where a key of this `digest` lies. The digest's upper end is the tag; its lower end, under
    /// a hash of the tag for each way, is the index. So two keys that meet in one bucket under one
    /// tag meet in all four: of such twins the table can see to it that only one has an entry.
    #[must_use]
    pub fn home(&self, wiring: &Wiring, digest: u64) -> Home {
        let tag = digest >> (DIGEST_BITS - TAG_BITS) & ((1 << self.tag_bits) - 1);
        let low = digest as usize & ((1 << self.depth_log2) - 1);
        let ring = tag | tag << TAG_BITS | tag << (2 * TAG_BITS);
        let ring = ring & ((1 << DIGEST_BITS) - 1);
        Home { tag, index: std::array::from_fn(|way| wiring.index(ring, way) ^ low) }
    }

    /// The number of a key's `entry` of [`ENTRIES`], less than [`Shape::capacity`]:
    /// `{position: 2, way: 2, index}`. Lower entries are taken first, so buckets fill evenly: with
    /// the way on top the table would be full at 78 % where it is at 87 %.
    #[must_use]
    pub fn slot(&self, home: &Home, entry: usize) -> usize {
        entry << self.depth_log2 | home.index[entry % WAYS]
    }
}
