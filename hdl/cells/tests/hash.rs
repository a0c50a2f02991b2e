//! Do keys of every pattern that networks have spread over the slots, under any seed?

use cells::hash::{self, WAYS, Wiring};

/// xorshift64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn key(&mut self, bits: usize) -> Vec<u32> {
        let mut key: Vec<u32> = (0..bits.div_ceil(32)).map(|_| self.next() as u32).collect();
        let last = key.len() - 1;
        key[last] &= u32::MAX >> (32 * key.len() - bits);
        key
    }
}

fn with_bit_flipped(key: &[u32], bit: usize) -> Vec<u32> {
    let mut other = key.to_vec();
    other[bit / 32] ^= 1 << (bit % 32);
    other
}

#[test]
fn the_free_function_is_the_wiring() {
    let mut random = Random(7);
    for (key_bits, depth_log2) in [(8, 2), (26, 9), (136, 9), (302, 11), (378, 14)] {
        let wiring = Wiring::new(key_bits, depth_log2);
        let (seed, key) = (random.next(), random.key(key_bits));
        let indices = wiring.indices(seed, &key);
        for (way, index) in indices.into_iter().enumerate() {
            assert!(index < 1 << depth_log2);
            assert_eq!(hash::index(seed, &key, key_bits, way, depth_log2), index);
        }
    }
}

#[test]
fn the_hash_is_what_it_was() {
    let key = [0x0123_4567, 0x89ab_cdef, 0xfedc_ba98, 0x7654_3210, 0x5a];
    let wiring = Wiring::new(136, 9);
    let indices = wiring.indices(0x0123_4567_89ab_cdef, &key);
    assert_eq!(indices, PINNED, "cards in the field and their drivers would disagree");
}

/// Seen once, from this code, and compared with an independent sketch.
const PINNED: [usize; WAYS] = [170, 25, 353, 259];

#[test]
fn neighbours_collide_as_rarely_as_strangers() {
    let mut random = Random(11);
    for (key_bits, depth_log2) in [(16, 6), (26, 9), (56, 10), (136, 9)] {
        let wiring = Wiring::new(key_bits, depth_log2);
        let (mut together, mut tried) = (0, 0);
        for bit in 0..key_bits {
            let mut all_four = 0;
            for round in 0..600 {
                let seed = random.next();
                let key = if round % 2 == 0 { vec![0; 5] } else { random.key(key_bits) };
                let [one, other] = [key.clone(), with_bit_flipped(&key, bit)]
                    .map(|key| wiring.indices(seed, &key));
                let same = (0..WAYS).filter(|way| one[*way] == other[*way]).count();
                together += same;
                all_four += usize::from(same == WAYS);
                tried += WAYS;
            }
            assert!(all_four <= 3, "bit {bit} of {key_bits}: {all_four} times in no way apart");
        }
        let times = together as f64 / tried as f64 * f64::from(1 << depth_log2);
        assert!(times < 4.0, "{key_bits} bits: {times:.1} times as often as random keys");
    }
}

#[test]
fn every_seed_bit_and_every_key_bit_matters() {
    let mut random = Random(13);
    for (key_bits, depth_log2) in [(26, 9), (136, 9), (302, 9)] {
        let wiring = Wiring::new(key_bits, depth_log2);
        for bit in 0..64 {
            let moved = (0..64).any(|_| {
                let (seed, key) = (random.next(), random.key(key_bits));
                wiring.indices(seed, &key) != wiring.indices(seed ^ 1 << bit, &key)
            });
            assert!(moved, "seed bit {bit} does nothing for {key_bits}-bit keys");
        }
        for bit in 0..key_bits {
            let (seed, key) = (random.next(), random.key(key_bits));
            let other = with_bit_flipped(&key, bit);
            assert_ne!(wiring.indices(seed, &key), wiring.indices(seed, &other), "bit {bit}");
        }
    }
}

#[test]
fn bits_above_the_key_are_ignored() {
    let wiring = Wiring::new(26, 9);
    assert_eq!(wiring.indices(5, &[0x3ff_ffff]), wiring.indices(5, &[0xffff_ffff, 1]));
    assert_eq!(wiring.indices(5, &[]), [0; WAYS], "the key 0 lies at 0");
}
