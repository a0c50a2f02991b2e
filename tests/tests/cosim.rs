//! Random worlds: the verilated card agrees with the reference on every packet.
//!
//! A share of what `make soak` does: both widths, some seeds, with and without pauses.

use hdl::profile::PROFILES;
use house::cosim::compare;
use sim::Pauses;

/// Packets for each width and each kind of pause.
const PACKETS: usize = 2_600;

fn agree(idle_per_mille: u32, stall_per_mille: u32, seed: u64) {
    for profile in &PROFILES {
        let pauses = Pauses { idle_per_mille, stall_per_mille };
        let seen = compare(profile, seed, PACKETS, pauses).unwrap_or_else(|e| panic!("{e}"));
        let some: Vec<_> = seen.mismatches.iter().take(2).collect();
        assert!(
            some.is_empty(),
            "{}, seed {seed}: {} of {} packets:\n{}",
            profile.name,
            seen.mismatches.len(),
            seen.packets,
            some.iter().map(|s| s.as_str()).collect::<Vec<_>>().join("\n")
        );
        println!("{}: {} packets, {:?}", profile.name, seen.packets, seen.verdicts);
    }
}

#[test]
fn back_to_back() {
    agree(0, 0, 1);
}

#[test]
fn slow_senders() {
    agree(300, 0, 2);
}

#[test]
fn slow_receivers() {
    agree(0, 600, 3);
}

#[test]
fn slow_everybody() {
    agree(300, 300, 4);
}
