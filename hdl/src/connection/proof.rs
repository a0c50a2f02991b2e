//! How full is the table when the first connection finds no room?

use super::{ConnectionKey, Connections, IdleTimes, Told};
use crate::parser::wire::PROTOCOL_TCP;

/// Seeds of the hash.
const SEEDS: u64 = 12;
/// What a tenant's connections differ in.
type Vary = fn(&mut ConnectionKey, u64);

fn key() -> ConnectionKey {
    ConnectionKey {
        near_mac: 0x02b0_0000_010a,
        protocol: PROTOCOL_TCP,
        far_ip: 0xffff_0a00_0205,
        vpc: 3,
        near_port: 40_000,
        near_ip: 0xffff_0a00_0104,
        far_port: 443,
    }
}

/// The generator splitmix64.
fn random(state: u64) -> u64 {
    let z = state.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Share of the table that is taken then.
fn filled(buckets_log2: usize, seed: u64, vary: Vary) -> f64 {
    let mut connections = Connections::new(buckets_log2, random(seed));
    let made = (0..).take_while(|nth| {
        let mut key = key();
        vary(&mut key, *nth);
        connections.ask(&key, &Told::default(), IdleTimes::DEFAULT, true).inserted
    });
    made.count() as f64 / f64::from(16 << buckets_log2)
}

#[test]
fn random_connections_fill_four_fifths_and_others_hardly_less() {
    let kinds: [(&str, Vary); 5] = [
        ("random", |key, nth| {
            let word = |of: u64| random(nth << 8 | of);
            key.near_mac = word(1) >> 16;
            key.near_ip = u128::from(word(2)) << 64 | u128::from(word(3));
            key.far_ip = u128::from(word(4)) << 64 | u128::from(word(5));
            (key.near_port, key.far_port) = (word(6) as u16, word(7) as u16);
        }),
        ("ports of a client", |key, nth| key.near_port = nth as u16),
        ("ports of a server", |key, nth| key.far_port = nth as u16),
        ("pairs of hosts", |key, nth| {
            key.far_ip = 0xffff_0a00_0000 + u128::from(nth / 64);
            key.near_ip = 0xffff_0a00_0100 + u128::from(nth % 64);
        }),
        ("hosts of IPv6", |key, nth| {
            key.far_ip = (0xfd00 << 112) + u128::from(nth);
            key.near_ip = (0xfd00 << 112) + 10;
        }),
    ];
    for (name, vary) in kinds {
        for buckets_log2 in [7, 9] {
            let shares = (1..=SEEDS).map(|seed| filled(buckets_log2, seed, vary));
            let least = shares.fold(1.0, f64::min);
            println!("2^{buckets_log2} {name}: {least:.3}");
            let at_least = if name == "random" { 0.8 } else { 0.75 };
            assert!(least >= at_least, "2^{buckets_log2} {name}: {least:.3}");
        }
    }
}
