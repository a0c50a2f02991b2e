//! Do the intervals of prefixes and ranges answer what looking through the whole list answers?

use cells::interval::{Error, Key, Prefix, Range, Table};
use replay::Random;

/// Not a label of any rule.
const MISS: u64 = 0;

fn key(random: &mut Random, bits: u32) -> Key {
    let low = u128::from(random.word()) << 64 | u128::from(random.word());
    let ones = Key::ones(bits);
    Key::new(random.word() as u16 & ones.high, low & ones.low)
}

/// Few different leading bits, so that prefixes nest and ranges overlap.
fn crowded_key(random: &mut Random, bits: u32) -> Key {
    let near = key(random, bits.min(16));
    match random.below(3) {
        0 => near,
        1 => {
            let ones = Key::ones(bits);
            Key::new(ones.high ^ near.high, ones.low ^ near.low)
        }
        _ => key(random, bits),
    }
}

/// Keys at and beside the borders, and anywhere.
fn probes(random: &mut Random, ranges: &[Range<u64>], bits: u32) -> Vec<Key> {
    let mut keys = vec![Key::default(), Key::ones(bits)];
    for range in ranges {
        let before = Key { low: range.first.low.wrapping_sub(1), ..range.first };
        keys.extend([range.first, range.last, before, crowded_key(random, bits)]);
        keys.extend(range.last.successor());
    }
    keys.retain(|key| *key <= Key::ones(bits));
    keys
}

fn check(table: &Table<u64>, ranges: &[Range<u64>], keys: &[Key], want: impl Fn(Key) -> u64) {
    let entries = table.entries();
    assert!(entries.len() <= 2 * ranges.len() + 1, "{} of {}", entries.len(), ranges.len());
    assert_eq!(entries[0].start, Key::default());
    assert!(entries.windows(2).all(|pair| pair[0].start < pair[1].start));
    assert!(entries.windows(2).all(|pair| pair[0].label != pair[1].label), "not merged");
    for key in keys {
        assert_eq!(*table.label(*key), want(*key), "{key:x?}");
    }
}

#[test]
fn longest_prefix_wins() {
    let mut random = Random::new(1);
    for (round, bits) in
        [8, 16, 32, 33, 127, 128, 136, 144].into_iter().cycle().take(64).enumerate()
    {
        let prefixes: Vec<_> = (0..[1, 2, 3, 40][round / 8 % 4])
            .map(|_| Prefix {
                value: crowded_key(&mut random, bits),
                len: random.below(u64::from(bits) + 1) as u32,
                label: random.below(6),
            })
            .collect();
        let table = Table::from_prefixes(bits, MISS, &prefixes).expect("prefixes fit");
        // Bit by bit from above, sharing nothing with the code under test.
        let bit = |key: Key, at: u32| match at {
            128.. => key.high >> (at - 128) & 1 == 1,
            _ => key.low >> at & 1 == 1,
        };
        let under = |prefix: &Prefix<u64>, key: Key| {
            (bits - prefix.len..bits).all(|at| bit(prefix.value, at) == bit(key, at))
        };
        let ranges: Vec<_> = prefixes
            .iter()
            .map(|prefix| {
                let mut range = Range { first: prefix.value, last: prefix.value, label: 0 };
                for at in 0..bits - prefix.len {
                    let (high, low) = match at {
                        128.. => (1 << (at - 128), 0),
                        _ => (0, 1 << at),
                    };
                    range.first = Key::new(range.first.high & !high, range.first.low & !low);
                    range.last = Key::new(range.last.high | high, range.last.low | low);
                }
                range
            })
            .collect();
        let keys = probes(&mut random, &ranges, bits);
        check(&table, &ranges, &keys, |key| {
            let found = prefixes.iter().filter(|prefix| under(prefix, key));
            found.max_by_key(|prefix| prefix.len).map_or(MISS, |prefix| prefix.label)
        });
    }
}

#[test]
fn later_range_overrides() {
    let mut random = Random::new(2);
    for (round, bits) in [4, 16, 33, 136].into_iter().cycle().take(80).enumerate() {
        let ranges: Vec<_> = (0..[0, 1, 2, 30][round / 4 % 4])
            .map(|_| {
                let (a, b) = (crowded_key(&mut random, bits), crowded_key(&mut random, bits));
                Range { first: a.min(b), last: a.max(b), label: random.below(4) }
            })
            .collect();
        let table = Table::from_ranges(bits, MISS, &ranges).expect("ranges fit");
        let keys = probes(&mut random, &ranges, bits);
        check(&table, &ranges, &keys, |key| {
            let holds = |range: &&Range<u64>| range.first <= key && key <= range.last;
            ranges.iter().rev().find(holds).map_or(MISS, |range| range.label)
        });
    }
}

#[test]
fn borders_of_an_address_table() {
    let prefix =
        |table, address, len, label| Prefix { value: Key::new(table, address), len, label };
    let routes = [
        prefix(0, 0, 8, 3),
        prefix(0, 0, 136, 4),
        prefix(1, 1 << 127, 9, 5),
        prefix(255, u128::MAX, 136, 1),
        prefix(255, 0, 8, 2),
    ];
    let table = Table::from_prefixes(136, MISS, &routes).expect("five routes fit");
    for (id, address, label) in [
        (0, 0, 4),
        (0, 1, 3),
        (0, u128::MAX, 3),
        (1, 0, MISS),
        (1, u128::MAX >> 1, MISS),
        (1, 1 << 127, 5),
        (2, 0, MISS),
        (255, u128::MAX - 1, 2),
        (255, u128::MAX, 1),
    ] {
        assert_eq!(*table.label(Key::new(id, address)), label, "{id} {address:x}");
    }
}

#[test]
fn bank_is_padded_with_the_last_interval() {
    let ranges: Vec<_> = (1..16u128)
        .map(|i| Range { first: Key::from(i), last: Key::ones(8), label: i as u64 })
        .collect();
    let table = Table::from_ranges(8, MISS, &ranges).expect("ranges fit");
    let full: Vec<_> = table.bank(16).expect("16 of 16").map(|(i, entry)| (i, *entry)).collect();
    assert_eq!(full.len(), 16);
    assert!(full.iter().all(|(i, entry)| entry.start == Key::from(u128::from(*i))));
    let padded: Vec<_> = table.bank(20).expect("16 of 20").map(|(i, entry)| (i, *entry)).collect();
    assert_eq!(padded[..16], full);
    assert_eq!(padded.len(), 20);
    assert!(padded[16..].iter().all(|(_, entry)| *entry == full[15].1));
    assert_eq!([0, 15, 16, 19].map(|index| table.position(index)), [0, 15, 15, 15]);
    let error = table.bank(15).err();
    assert_eq!(error, Some(Error::Full { intervals: 16, capacity: 15 }));
}

#[test]
fn errors_say_the_way_out() {
    let (low, high) = (Key::from(3), Key::from(9));
    let from = |first, last| Table::from_ranges(4, MISS, &[Range { first, last, label: 1 }]);
    assert_eq!(from(high, low), Err(Error::Backwards { first: high, last: low }));
    let wide = Key::from(16);
    assert_eq!(from(low, wide), Err(Error::TooWide { key: wide, bits: 4 }));
    let prefix = |value, len| Table::from_prefixes(4, MISS, &[Prefix { value, len, label: 1 }]);
    assert_eq!(prefix(low, 5), Err(Error::TooLong { len: 5, bits: 4 }));
    assert_eq!(prefix(wide, 4), Err(Error::TooWide { key: wide, bits: 4 }));
    let full = Error::Full { intervals: 300, capacity: 256 }.to_string();
    assert!(full.contains("deeper table"), "{full}");
}
