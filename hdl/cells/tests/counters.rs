//! Is every event counted once, however close together, and every value whole?
#![cfg(feature = "gateware")]

use cells::counters::{Counters, LATENCY};
use replay::{Bench, Random, Replay, lint};
use rust_hdl::prelude::*;
use std::collections::VecDeque;

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");
const PART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dp16kd.v");

/// Bits of an index: few counters, so that one counter's events often follow each other.
const A: usize = 3;

/// What the driver of a test sees.
struct Harness {
    bench: Bench<Counters<A>>,
    /// The rule: a plain array.
    sums: [u64; 1 << A],
    /// Values due, by clock from now.
    due: VecDeque<Option<u64>>,
    reads: usize,
}

impl Harness {
    /// After reset and sweep.
    fn new() -> Self {
        let bench = Bench::new(Counters::<A>::default(), |u| &mut u.clock);
        let due = vec![None; LATENCY].into();
        let mut harness = Self { bench, sums: [0; 1 << A], due, reads: 0 };
        harness.reset();
        harness
    }

    fn reset(&mut self) {
        self.bench.drive(|u| u.reset.next = true);
        // Longer than any value is under way.
        for _ in 0..2 {
            self.bench.tick();
        }
        self.due = vec![None; LATENCY].into();
        self.sums = [0; 1 << A];
        self.bench.drive(|u| u.reset.next = false);
        for _ in 0..1 << A {
            assert!(self.bench.dut.busy.val() && !self.bench.dut.read_ready.val());
            // Not counted: the sweep is under way.
            self.bench.drive(|u| {
                (u.count.next, u.amount.next) = (true, 99.into());
            });
            self.bench.tick();
        }
        assert!(!self.bench.dut.busy.val());
    }

    fn clock(&mut self, event: Option<(u64, u64)>, read: Option<u64>) {
        let (index, amount) = event.unwrap_or((5, 77));
        self.bench.drive(|u| {
            (u.count.next, u.index.next) = (event.is_some(), index.into());
            u.amount.next = amount.into();
            (u.read.next, u.read_index.next) = (read.is_some(), read.unwrap_or(3).into());
        });
        let dut = &self.bench.dut;
        let value = self.due.pop_front().expect("always LATENCY entries");
        assert_eq!(dut.value_valid.val(), value.is_some());
        if let Some(value) = value {
            assert_eq!(dut.value.val(), Bits::<64>::from(value), "read {}", self.reads);
        }
        assert_eq!(dut.read_ready.val(), event.is_none());
        let taken = read.filter(|_| event.is_none());
        self.reads += usize::from(taken.is_some());
        self.due.push_back(taken.map(|index| self.sums[index as usize]));
        if event.is_some() {
            let sum = &mut self.sums[index as usize];
            *sum = sum.wrapping_add(amount);
        }
        self.bench.tick();
    }

    /// Every counter, then what is under way.
    fn read_all(&mut self) {
        for index in 0..1 << A {
            self.clock(None, Some(index));
        }
        for _ in 0..LATENCY {
            self.clock(None, None);
        }
    }
}

#[test]
fn every_event_is_counted_once() {
    let mut random = Random::new(11);
    let mut harness = Harness::new();
    harness.read_all();
    let mut load = 50;
    for clock in 0..6_000 {
        if random.chance(2) {
            load = [0, 30, 90, 100][random.below(4) as usize];
        }
        let spread = [1, 2, 8][clock / 300 % 3];
        let amount = if random.chance(50) { 0xffff } else { random.below(0x1_0000) };
        let event = random.chance(load).then(|| (random.below(spread), amount));
        harness.clock(event, random.chance(40).then(|| random.below(spread)));
        if clock == 3_000 {
            harness.reset();
        }
    }
    harness.read_all();
    assert!(harness.reads > 500, "{} reads", harness.reads);
    through_the_text(&harness.bench, "counters");
}

/// 2^32 is crossed in full flight, read before, at and behind the crossing.
#[test]
fn a_value_is_whole_when_the_low_half_wraps() {
    let mut random = Random::new(12);
    let mut harness = Harness::new();
    for _ in 0..65_500 {
        harness.clock(Some((1, 0xffff)), None);
    }
    for _ in 0..300 {
        let event = random.chance(60).then(|| (1 - random.below(10) / 9, 0xffff));
        harness.clock(event, Some(1));
    }
    assert!(harness.sums[1] > 1 << 32, "crossed");
    harness.read_all();
}

fn through_the_text(bench: &Bench<Counters<A>>, name: &str) {
    let text = bench.text(name);
    let replay = Replay::new(bench.trace(), &text, name, FOLDER);
    let replay = replay.guarded("value", "value_valid").from(1);
    lint(&text, name, FOLDER, &[]);
    replay.run();
    // A word read while it is written is random: nothing may depend on it.
    replay.clone().define("PENSTOCK_POISON").run();
    replay.define("SYNTHESIS").source(PART).run();
}
