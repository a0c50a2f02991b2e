//! Does the host fill the table, and does no lookup ever miss an entry while it moves them?

use cells::exact::{Entry, Error, Lives, Placement, Shape, Slot, SlotWrite};
use std::collections::HashMap;

fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// `value` shifted up by `by` bits, in dwords.
fn shifted(value: u64, by: usize) -> Vec<u32> {
    let mut dwords = vec![0; 6];
    for bit in (0..64).filter(|bit| value >> bit & 1 == 1 && bit + by < 192) {
        dwords[(bit + by) / 32] |= 1 << ((bit + by) % 32);
    }
    dwords
}

/// Share of the slots taken when the first insert fails.
fn filled(shape: Shape, seed: u64, key: &dyn Fn(u64) -> Vec<u32>) -> f64 {
    let mut table = Placement::new(shape, seed);
    for nth in 0..shape.capacity() as u64 {
        match table.insert(&key(nth), &[nth as u32 & 1], Lives::EVEN) {
            Ok(_) => {}
            Err(Error::Full { occupied, capacity }) => return occupied as f64 / capacity as f64,
            Err(other) => panic!("{other}"),
        }
    }
    1.0
}

#[test]
fn random_keys_fill_nine_tenths_and_more() {
    for depth_log2 in [6, 8, 10] {
        let shape = Shape { key_bits: 136, action_bits: 8, depth_log2 };
        for seed in 1..=20u64 {
            let state = std::cell::Cell::new(seed * 0x1234_5677);
            let key = |_| {
                let mut now = state.get();
                let key = (0..4).map(|_| random(&mut now) as u32).collect();
                state.set(now);
                key
            };
            let share = filled(shape, seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), &key);
            assert!(share >= 0.9, "2^{depth_log2}, seed {seed}: full at {share:.3}");
        }
    }
}

#[test]
fn keys_in_order_fill_it_as_well() {
    type Pattern = (&'static str, fn(u64) -> Vec<u32>);
    let patterns: [Pattern; 6] = [
        ("consecutive IPs", |n| shifted(n, 0)),
        ("consecutive IPs above a port", |n| shifted(n, 16)),
        ("consecutive MACs", |n| shifted(0x0a58_a9fe_0000 + n, 0)),
        ("every 256th", |n| shifted(n, 8)),
        ("32 hosts in many subnets", |n| shifted((n & 31) | (n >> 5) << 12, 0)),
        ("two bits each", |n| shifted(1 << (n % 48) | 1 << (n / 48 % 48) | (n / 2304) << 48, 0)),
    ];
    for (name, key) in patterns {
        for (key_bits, depth_log2) in [(56, 9), (136, 9), (72, 8)] {
            let shape = Shape { key_bits, action_bits: 8, depth_log2 };
            for seed in 1..=3u64 {
                let seed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                let seen = std::cell::RefCell::new(std::collections::HashSet::new());
                let distinct =
                    |n| (n..).map(key).find(|key| seen.borrow_mut().insert(key.clone())).unwrap();
                let share = filled(shape, seed, &distinct);
                assert!(share >= 0.9, "{name}, {key_bits} bits: full at {share:.3}");
            }
        }
    }
}

/// The card's side: what the slots hold, written one by one.
#[derive(Default)]
struct Card(HashMap<Slot, Entry>);

impl Card {
    /// Every action that answers; the lookup looks into all slots, so it needs no hash.
    fn answers(&self, key: &[u32], lives: Lives) -> Vec<&[u32]> {
        let alive = self.0.values().filter(|entry| entry.lives.meets(lives) && entry.key == key);
        alive.map(|entry| &entry.action[..]).collect()
    }

    fn write(&mut self, write: &SlotWrite) {
        self.0.insert(write.slot, write.entry.clone());
    }
}

#[test]
fn no_write_of_a_chain_hides_an_entry() {
    let shape = Shape { key_bits: 26, action_bits: 16, depth_log2: 4 };
    let (mut card, mut table) = (Card::default(), Placement::new(shape, 99));
    let mut alive: Vec<(Vec<u32>, Vec<u32>)> = vec![];
    let (mut state, mut moves) = (5u64, 0);
    for _ in 0..3000 {
        let key = vec![random(&mut state) as u32 & 0x3ff_ffff];
        let action = vec![random(&mut state) as u32 & 0xffff];
        if let Ok(writes) = table.insert(&key, &action, Lives::BOTH) {
            moves += writes.len() - 1;
            for write in writes {
                card.write(&write);
                for (key, action) in &alive {
                    let answers = card.answers(key, Lives::EVEN);
                    assert!(!answers.is_empty() && answers.iter().all(|one| one == action));
                }
            }
            alive.push((key, action));
        } else {
            let (key, _) = alive.swap_remove(random(&mut state) as usize % alive.len());
            let writes = table.remove(&key, Lives::BOTH);
            assert_eq!(writes.len(), 1);
            card.write(&writes[0]);
            assert!(card.answers(&key, Lives::BOTH).is_empty());
        }
    }
    assert!(moves > 300, "{moves} moves: chains were not tested");
    for (slot, entry) in table.entries() {
        assert_eq!(card.0.get(&slot), Some(entry), "the picture is the card");
    }
}

#[test]
fn a_key_may_have_one_action_per_generation() {
    let shape = Shape { key_bits: 26, action_bits: 16, depth_log2: 4 };
    let mut table = Placement::new(shape, 1);
    assert_eq!(table.insert(&[7], &[1], Lives::EVEN).unwrap().len(), 1);
    assert_eq!(table.insert(&[7], &[2], Lives::ODD).unwrap().len(), 1);
    assert_eq!(table.lookup(&[7], Lives::EVEN).unwrap().1.action, [1]);
    assert_eq!(table.lookup(&[7], Lives::ODD).unwrap().1.action, [2]);
    assert_eq!(
        table.insert(&[7], &[1], Lives::BOTH),
        Err(Error::AlreadyAlive { lives: Lives::ODD }),
        "another action answers in odd generations"
    );
    assert_eq!(table.remove(&[7], Lives::ODD).len(), 1);
    let writes = table.insert(&[7], &[1], Lives::ODD).unwrap();
    assert_eq!(writes.len(), 1, "the same action lives on in place");
    assert_eq!(writes[0].entry.lives, Lives::BOTH);
    assert!(table.insert(&[7], &[1], Lives::ODD).unwrap().is_empty(), "nothing to write");
    assert_eq!(table.occupied(), 1);
    assert_eq!(table.remove(&[7], Lives::BOTH)[0].entry.lives, Lives::NONE);
    assert_eq!(table.occupied(), 0);
    assert!(table.remove(&[7], Lives::BOTH).is_empty());
}

#[test]
fn a_set_that_does_not_fit_stays_whole_and_fits_under_another_seed() {
    let shape = Shape { key_bits: 16, action_bits: 8, depth_log2: 4 };
    let keys: Vec<[u32; 1]> = (0..61u32).map(|nth| [(nth * 0x9e37) & 0xffff]).collect();
    let (mut fitted, mut full) = (None, None);
    for seed in (1..500u64).map(|nth| nth.wrapping_mul(0x9e37_79b9_7f4a_7c15)) {
        let mut table = Placement::new(shape, seed);
        let mut before = table.writes();
        let failed = keys.iter().find_map(|key| {
            let error = table.insert(key, &[0], Lives::BOTH).err();
            if error.is_none() {
                before = table.writes();
            }
            error
        });
        let Some(error) = failed else {
            fitted = Some(seed);
            continue;
        };
        assert_eq!(table.writes(), before, "a refused insert changes nothing");
        assert!(error.to_string().contains("another seed"), "{error}");
        full = Some(table);
    }
    let (seed, full) = (fitted.expect("no seed fits"), full.expect("every seed fits"));
    let mut anew = full.reseeded(seed).unwrap();
    assert_eq!(anew.seed(), seed);
    for key in keys {
        anew.insert(&key, &[0], Lives::BOTH).unwrap();
    }
    assert_eq!(anew.occupied(), 61);
}

#[test]
fn bits_the_table_does_not_store_are_refused() {
    let mut table = Placement::new(Shape { key_bits: 26, action_bits: 16, depth_log2: 4 }, 1);
    let wide = |what, bits| Err(Error::TooWide { what, bits });
    assert_eq!(table.insert(&[1 << 26], &[0], Lives::BOTH), wide("key", 26));
    assert_eq!(table.insert(&[0], &[1 << 16], Lives::BOTH), wide("action", 16));
    assert_eq!(table.insert(&[0, 0], &[0, 0], Lives::NONE), Ok(vec![]), "zeros above are fine");
}
