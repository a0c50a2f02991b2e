//! Does the table answer every lookup as a plain search of its slots would, on its clock, whatever
//! is written between lookups? In rust-hdl's simulation and, replayed, in the printed text.
#![cfg(feature = "gateware")]

mod rig;

use cells::exact::{Entry, Exact, Lives, Placement, Slot};
use cells::hash::WAYS;
use replay::{Bench, Random, lint};
use rig::*;
use std::collections::VecDeque;

type Small = Rig<16, 9, 27, 18>;

#[test]
fn lookups_writes_and_reads_mix_at_every_load() {
    let mut random = Random::new(1);
    for (nth, load) in [0, 30, 70, 95].into_iter().enumerate() {
        let mut rig = Small::new(3, random.word());
        rig.random_run(&mut random, 60, load, 40);
        rig.swept();
        rig.random_run(&mut random, 200, 0, 40);
        rig.random_run(&mut random, 1000, load, 40);
        assert!(load == 0 || rig.hits * 5 > rig.lookups, "{} of {}", rig.hits, rig.lookups);
        assert!(load == 0 || rig.hits * 5 < rig.lookups * 4, "{} of {}", rig.hits, rig.lookups);
        rig.replay(&format!("exact_small_{nth}"));
    }
}

#[test]
fn a_write_waits_while_every_clock_is_a_lookup() {
    let mut random = Random::new(2);
    let mut rig = Small::new(3, random.word());
    rig.swept();
    rig.random_run(&mut random, 300, 0, 20);
    rig.random_run(&mut random, 500, 100, 20);
    rig.random_run(&mut random, 100, 0, 20);
    assert!(rig.hits > 100);
}

#[test]
fn reset_empties_the_table_and_lookups_miss_meanwhile() {
    let mut random = Random::new(3);
    let mut rig = Small::new(4, random.word());
    for _ in 0..3 {
        rig.random_run(&mut random, 700, 60, 30);
        assert!(rig.hits > 50);
        rig.settle();
        rig.reset();
        let key = key::<16>(1);
        for _ in 0..60 {
            rig.clock(&Inputs { lookup: Some((key.clone(), false)), ..Inputs::default() });
        }
        rig.hits = 0;
    }
    rig.replay("exact_reset");
}

#[test]
fn first_and_last_slot_of_each_way_answer() {
    let mut random = Random::new(4);
    let mut rig = Rig::<26, 16, 44, 28>::new(5, random.word());
    rig.swept();
    let last = (1 << rig.shape.depth_log2) - 1;
    for way in 0..WAYS {
        for index in [0, last] {
            let slot = Slot::new(way, index);
            let key = (1u32..).map(|nth| vec![nth]).find(|key| {
                rig.search(key, false).is_none() && rig.wiring.indices(rig.seed, key)[way] == index
            });
            let key = key.unwrap();
            let entry = Entry { key: key.clone(), action: vec![0xffff], lives: Lives::EVEN };
            rig.write(slot, entry);
            rig.settle();
            for odd in [false, true] {
                rig.clock(&Inputs { lookup: Some((key.clone(), odd)), ..Inputs::default() });
            }
            rig.settle();
            let read = Inputs { read: Some(slot), ..Inputs::default() };
            assert!((0..PATIENCE).any(|_| rig.clock(&read).1));
        }
    }
    assert_eq!(rig.hits, 8);
    rig.replay("exact_corners");
}

#[test]
fn a_table_filled_by_the_host_finds_every_key_while_entries_move() {
    let mut random = Random::new(5);
    let mut rig = Rig::<26, 16, 44, 28>::new(4, random.word());
    rig.swept();
    let mut host = Placement::new(rig.shape, rig.seed);
    let mut keys: Vec<Vec<u32>> = vec![];
    for nth in 0.. {
        let key = vec![nth * 3 + 0x200];
        let Ok(writes) = host.insert(&key, &[nth], Lives::BOTH) else { break };
        let (mut writes, mut inputs) = (VecDeque::from(writes), Inputs::default());
        while !(writes.is_empty() && rig.waiting.is_none()) {
            inputs.write = writes.front().map(|write| (write.slot, write.entry.clone()));
            inputs.lookup = (random.chance(70) && !keys.is_empty()).then(|| {
                (keys[random.below(keys.len() as u64) as usize].clone(), random.chance(50))
            });
            if rig.clock(&inputs).0 {
                writes.pop_front();
            }
        }
        keys.push(key);
    }
    assert_eq!(rig.hits, rig.lookups, "an entry was missed while it moved");
    assert!(host.occupied() * 10 >= host.shape().capacity() * 9, "{}", host.occupied());
    rig.replay("exact_moves");
}

#[test]
fn wide_keys_and_actions() {
    let mut random = Random::new(6);
    let mut rig = Rig::<136, 133, 271, 138>::new(5, random.word());
    rig.swept();
    rig.random_run(&mut random, 500, 60, 60);
    assert!(rig.hits > 30, "{}", rig.hits);
    rig.replay("exact_wide");
}

#[test]
fn the_text_of_a_full_size_passes_verilators_lint() {
    let bench = Bench::new(Exact::<136, 133, 271, 138>::new(9), |u| &mut u.clock);
    assert_eq!(bench.dut.block_rams(), 32);
    let folder = env!("CARGO_TARGET_TMPDIR");
    lint(&bench.text("exact_136_133"), "exact_136_133", folder, &["PENSTOCK_POISON"]);
}
