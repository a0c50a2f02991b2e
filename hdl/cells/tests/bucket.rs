//! Do buckets whose times wrap say what buckets say whose times don't?
#![cfg(feature = "gateware")]

use cells::bucket::{
    Bucket,
    gateware::{Buckets, LATENCY, TIMES},
};
use replay::{Bench, Random, Replay, lint};
use std::collections::VecDeque;

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");
/// A model of the block RAM, written from the vendor mapping and not from the cell.
const PART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dp16kd.v");
/// Bits of an index: few buckets, so that one bucket's packets often follow each other.
const A: usize = 3;
/// Bits of a time: it wraps every 1,024 clocks.
const T: usize = 10;
const TURN: u64 = 1 << T;

/// What is asked for in a clock.
#[derive(Clone, Copy, Debug)]
struct Asked {
    index: u64,
    /// {cost, limit} of a packet, none for a sweep.
    packet: Option<(u64, u64)>,
    clear: bool,
    /// Shall it be taken if it fits?
    wanted: bool,
}

/// The cell, and what it must say.
struct Rig {
    bench: Bench<Buckets<A, T>>,
    buckets: [Bucket; 1 << A],
    way: VecDeque<Asked>,
    clock: u64,
    /// Packets that fit, and that did not.
    seen: [usize; 2],
}

impl Rig {
    fn new() -> Self {
        let bench = Bench::new(Buckets::default(), |u| &mut u.clock);
        let mut rig = Self {
            bench,
            buckets: Default::default(),
            way: VecDeque::new(),
            clock: 300,
            seen: [0; 2],
        };
        for index in 0..1 << A {
            rig.clock(Asked { index, packet: None, clear: true, wanted: false });
        }
        rig
    }

    fn clock(&mut self, asked: Asked) {
        self.way.push_front(asked);
        let times = self.way.get(TIMES).and_then(|a| a.packet);
        let (cost, limit) = times.unwrap_or((77, 99));
        let answered = self.way.get(LATENCY).copied();
        self.bench.drive(|u| {
            u.index.next = asked.index.into();
            u.sweep.next = asked.packet.is_none();
            u.clear.next = asked.clear;
            u.now.next = (self.clock % TURN).into();
            u.cost.next = cost.into();
            u.limit.next = limit.into();
            u.take.next = false;
        });
        if let Some(Asked { index, packet, wanted, .. }) = answered
            && let Some((cost, limit)) = packet
        {
            let (bucket, now) = (&mut self.buckets[index as usize], self.clock - 1);
            let fits = bucket.fits(now, limit);
            assert_eq!(self.bench.dut.fits.val(), fits, "clock {now}: {answered:?} of {bucket:?}");
            self.seen[usize::from(!fits)] += 1;
            if fits && wanted {
                bucket.take(now, cost);
                self.bench.drive(|u| u.take.next = true);
            }
        }
        self.bench.tick();
        self.clock += 1;
        self.way.truncate(LATENCY);
    }
}

#[test]
fn buckets_say_what_the_rule_says() {
    let mut random = Random::new(5);
    let mut rig = Rig::new();
    let (mut busy, mut few, mut swept) = (50, 1 << A, 0);
    for _ in 0..60_000 {
        if random.chance(2) {
            busy = [0, 30, 80, 95][random.below(4) as usize];
            few = [1, 2, 1 << A][random.below(3) as usize];
        }
        let packet = random.chance(busy).then(|| (random.below(TURN / 4), random.below(TURN / 4)));
        let packet = packet.map(|(cost, limit)| (cost >> random.below(9), limit));
        let index = if packet.is_some() {
            random.below(few)
        } else {
            swept = (swept + 1) % (1 << A);
            swept
        };
        rig.clock(Asked { index, packet, clear: false, wanted: random.chance(90) });
    }
    assert!(rig.seen.iter().all(|seen| *seen > 3_000), "{:?}", rig.seen);
    let text = rig.bench.text("buckets");
    lint(&text, "buckets", FOLDER, &[]);
    let replay = Replay::new(rig.bench.trace(), &text, "buckets", FOLDER).from((1 << A) + LATENCY);
    replay.run();
    replay.define("SYNTHESIS").source(PART).run();
}
