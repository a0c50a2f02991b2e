//! Which sorted, disjoint intervals do prefixes and ranges make, and which of them holds a key?
//!
//! Plain Rust for drivers and for tests. Ranges are painted in their order, a later one over an
//! earlier one; a longest-prefix table is the same picture painted from the shortest prefix to the
//! longest. `n` ranges have at most `2 n` borders, so they make at most `2 n + 1` intervals.

use std::collections::BTreeSet;

/// A key of up to 144 bits: the number `high * 2^128 + low`, ordered as such.
///
/// A 136-bit key of an 8-bit table id and an address has the id in `high`. Keys of up to 128 bits
/// have `high` zero and every field in `low`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Bits 128 to 143.
    pub high: u16,
    /// Bits 0 to 127.
    pub low: u128,
}

impl Key {
    /// The key of these two parts.
    pub const fn new(high: u16, low: u128) -> Self {
        Self { high, low }
    }

    /// The largest key of `bits` (0 to 144) bits; 144 bits for more.
    pub const fn ones(bits: u32) -> Self {
        if bits >= 144 {
            Self { high: u16::MAX, low: u128::MAX }
        } else if bits >= 128 {
            Self { high: (1 << (bits - 128)) - 1, low: u128::MAX }
        } else {
            Self { high: 0, low: (1 << bits) - 1 }
        }
    }

    /// The next larger key; `None` behind the largest one of 144 bits.
    pub fn successor(self) -> Option<Self> {
        match self.low.checked_add(1) {
            Some(low) => Some(Self { low, ..self }),
            None => self.high.checked_add(1).map(|high| Self { high, low: 0 }),
        }
    }
}

impl From<u128> for Key {
    fn from(low: u128) -> Self {
        Self { high: 0, low }
    }
}

/// All keys from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range<T> {
    /// The smallest key.
    pub first: Key,
    /// The largest key.
    pub last: Key,
    /// What a lookup answers.
    pub label: T,
}

/// All keys whose upper `len` bits are those of `value`; its other bits are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix<T> {
    /// Carries the prefix in its upper bits, counted from the width of the table's keys.
    pub value: Key,
    /// Bits that count, a table id in front of an address included.
    pub len: u32,
    /// What a lookup answers.
    pub label: T,
}

impl<T: Clone> Prefix<T> {
    /// The keys of `bits` bits under this prefix.
    fn range(&self, bits: u32) -> Range<T> {
        let hosts = Key::ones(bits.saturating_sub(self.len));
        let (high, low) = (self.value.high, self.value.low);
        Range {
            first: Key::new(high & !hosts.high, low & !hosts.low),
            last: Key::new(high | hosts.high, low | hosts.low),
            label: self.label.clone(),
        }
    }
}

/// Why there is no table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// More intervals than a bank of the card holds.
    #[error(
        "{intervals} intervals, but a bank holds {capacity}: \
         merge neighbouring ranges or choose a profile with a deeper table"
    )]
    Full {
        /// What the ranges make.
        intervals: usize,
        /// What fits.
        capacity: usize,
    },
    /// A range without keys.
    #[error("the range {first:x?} to {last:x?} ends before it starts: swap its bounds")]
    Backwards {
        /// Its first key.
        first: Key,
        /// Its last key.
        last: Key,
    },
    /// A key that has no place in the table.
    #[error("key {key:x?} has more than {bits} bits: clear what lies above them")]
    TooWide {
        /// The key.
        key: Key,
        /// Width of the table's keys.
        bits: u32,
    },
    /// A prefix longer than the keys.
    #[error("a prefix of {len} bits, but keys have {bits}: shorten it")]
    TooLong {
        /// Its length.
        len: u32,
        /// Width of the table's keys.
        bits: u32,
    },
}

/// An interval: all keys from its start to the next entry's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<T> {
    /// Its smallest key.
    pub start: Key,
    /// What a lookup answers.
    pub label: T,
}

/// Sorted, disjoint intervals that cover all keys; neighbours have different labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table<T> {
    entries: Vec<Entry<T>>,
}

impl<T: Clone + PartialEq> Table<T> {
    /// Paints `ranges` over `miss`, the later over the earlier. Keys have `bits` bits.
    pub fn from_ranges(bits: u32, miss: T, ranges: &[Range<T>]) -> Result<Self, Error> {
        let mut borders = Vec::with_capacity(2 * ranges.len());
        for (order, range) in ranges.iter().enumerate() {
            let (first, last) = (range.first, range.last);
            if first > last {
                return Err(Error::Backwards { first, last });
            }
            if last > Key::ones(bits) {
                return Err(Error::TooWide { key: last, bits });
            }
            borders.push((first, order));
            // A range up to the last key has no border behind it.
            borders.extend(last.successor().map(|end| (end, order)));
        }
        borders.retain(|border| border.0 <= Key::ones(bits));
        borders.sort();

        let mut entries = vec![Entry { start: Key::default(), label: miss.clone() }];
        let mut open = BTreeSet::new();
        for here in borders.chunk_by(|a, b| a.0 == b.0) {
            for (_, order) in here {
                // The first border of a range opens it, the second closes it.
                if !open.remove(order) {
                    open.insert(*order);
                }
            }
            let label = open.last().map_or(&miss, |&top: &usize| &ranges[top].label).clone();
            let start = here[0].0;
            entries.pop_if(|entry| entry.start == start);
            if entries.last().is_none_or(|entry| entry.label != label) {
                entries.push(Entry { start, label });
            }
        }
        Ok(Self { entries })
    }

    /// The longest prefix wins, the later of two equal ones. Keys have `bits` bits.
    pub fn from_prefixes(bits: u32, miss: T, prefixes: &[Prefix<T>]) -> Result<Self, Error> {
        if let Some(prefix) = prefixes.iter().find(|prefix| prefix.len > bits) {
            return Err(Error::TooLong { len: prefix.len, bits });
        }
        let mut by_length: Vec<_> = prefixes.iter().collect();
        by_length.sort_by_key(|prefix| prefix.len);
        let ranges: Vec<_> = by_length.into_iter().map(|prefix| prefix.range(bits)).collect();
        Self::from_ranges(bits, miss, &ranges)
    }

    /// The intervals; the first one starts at zero.
    pub fn entries(&self) -> &[Entry<T>] {
        &self.entries
    }

    /// Index of the interval that holds `key`: the last start not above it.
    pub fn search(&self, key: Key) -> usize {
        self.entries.partition_point(|entry| entry.start <= key) - 1
    }

    /// The label of the interval that holds `key`.
    pub fn label(&self, key: Key) -> &T {
        &self.entries[self.search(key)].label
    }

    /// What to write to which index of a bank of `capacity` entries: the list in order, the rest
    /// filled with copies of the last interval. The card answers such a copy's index for the last
    /// interval: [`Table::position`] turns it back.
    pub fn bank(&self, capacity: usize) -> Result<impl Iterator<Item = (u16, &Entry<T>)>, Error> {
        let intervals = self.entries.len();
        if intervals > capacity {
            return Err(Error::Full { intervals, capacity });
        }
        Ok((0..capacity).map(move |i| (i as u16, &self.entries[i.min(intervals - 1)])))
    }

    /// The interval that an index answered by the card means.
    pub fn position(&self, index: u16) -> usize {
        usize::from(index).min(self.entries.len() - 1)
    }
}
