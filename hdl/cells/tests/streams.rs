//! Do the cells on a stream pass every word once, in order, at full rate, and never look through?
#![cfg(feature = "gateware")]

use cells::arbiter::Arbiter;
use cells::fifo::Fifo;
use cells::skid::{self, Skid};
use replay::{Bench, Random, Replay, lint};
use rust_hdl::prelude::*;
use std::collections::VecDeque;

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

/// A cell with one stream in and one out.
trait Pass: Block {
    const CAPACITY: usize;
    const LATENCY: usize;
    fn clock(&mut self) -> &mut Signal<In, Clock>;
    fn drive(&mut self, reset: bool, valid: bool, word: u64, ready: bool);
    /// `s_tready`, `m_tvalid`, `m_tdata`.
    fn show(&self) -> (bool, bool, u64);
    fn level(&self) -> Option<u64>;
}

macro_rules! pass {
    ($cell:ty, $capacity:expr, $latency:expr, $level:expr) => {
        impl Pass for $cell {
            const CAPACITY: usize = $capacity;
            const LATENCY: usize = $latency;
            fn clock(&mut self) -> &mut Signal<In, Clock> {
                &mut self.clock
            }
            fn drive(&mut self, reset: bool, valid: bool, word: u64, ready: bool) {
                (self.reset.next, self.s_tvalid.next, self.m_tready.next) = (reset, valid, ready);
                self.s_tdata.next = word.into();
            }
            fn show(&self) -> (bool, bool, u64) {
                (self.s_tready.val(), self.m_tvalid.val(), self.m_tdata.val().to_u64())
            }
            fn level(&self) -> Option<u64> {
                let level: fn(&Self) -> Option<u64> = $level;
                level(self)
            }
        }
    };
}
pass!(Skid<Bits<10>>, skid::CAPACITY, skid::LATENCY, |_| None);
pass!(Fifo<Bits<10>, 2>, 3, cells::fifo::LATENCY, |u| Some(u.level.val().to_u64()));
pass!(Fifo<Bits<10>, 4>, 15, cells::fifo::LATENCY, |u| Some(u.level.val().to_u64()));
pass!(Fifo<Bits<10>, 6>, 63, cells::fifo::LATENCY, |u| Some(u.level.val().to_u64()));

/// Random words, with spells in which the source and the reader are slow, fast, or stand still,
/// against a queue; then the same trace through the printed text.
fn check<P: Pass + Default>(name: &str) {
    let mut random = Random::new(7);
    let mut bench = Bench::new(P::default(), P::clock);
    let mut inside: VecDeque<u64> = VecDeque::new();
    let mut offered = None;
    let (mut source, mut reader) = (50, 50);
    let (mut full, mut empty, mut passed) = (0, 0, 0);
    for clock in 0..6_000 {
        if random.chance(2) {
            source = [0, 10, 50, 90, 100][random.below(5) as usize];
            reader = [0, 10, 50, 90, 100][random.below(5) as usize];
        }
        let reset = clock == 0 || clock == 3_000;
        if offered.is_none() && random.chance(source) {
            offered = Some(random.below(1024));
        }
        let (word, ready) = (offered.unwrap_or(random.below(1024)), random.chance(reader));
        bench.drive(|u| u.drive(reset, offered.is_some() && !reset, word, ready));
        let (s_tready, m_tvalid, m_tdata) = bench.dut.show();
        if clock > 0 {
            assert_eq!(s_tready, inside.len() < P::CAPACITY, "clock {clock}: ready iff room");
            assert_eq!(m_tvalid, !inside.is_empty(), "clock {clock}: valid iff a word is inside");
            assert!(bench.dut.level().is_none_or(|level| level == inside.len() as u64));
            assert!(inside.front().is_none_or(|word| *word == m_tdata), "clock {clock}: order");
        }
        full += usize::from(!s_tready);
        empty += usize::from(!m_tvalid);
        if m_tvalid && ready {
            inside.pop_front();
            passed += 1;
        }
        if s_tready && !reset {
            inside.extend(offered.take());
        }
        if reset {
            inside.clear();
        }
        bench.tick();
    }
    assert!(full > 200 && empty > 200 && passed > 800, "{full} full, {empty} empty, {passed}");
    let text = bench.text(name);
    lint(&text, name, FOLDER, &[]);
    Replay::new(bench.trace(), &text, name, FOLDER).guarded("m_tdata", "m_tvalid").from(1).run();
}

/// A word per clock for as long as both sides are ready, the first after `LATENCY`.
fn full_rate<P: Pass + Default>() {
    let mut bench = Bench::new(P::default(), P::clock);
    bench.drive(|u| u.drive(true, false, 0, true));
    bench.tick();
    for clock in 0..100 {
        bench.drive(|u| u.drive(false, true, clock, true));
        let (s_tready, m_tvalid, m_tdata) = bench.dut.show();
        assert!(s_tready);
        assert_eq!(m_tvalid, clock >= P::LATENCY as u64);
        assert!(!m_tvalid || m_tdata == clock - P::LATENCY as u64);
        bench.tick();
    }
}

/// In every state of a random walk: whatever the inputs of this clock, the outputs stay.
fn opaque<P: Pass + Default>() {
    let mut random = Random::new(8);
    let mut bench = Bench::new(P::default(), P::clock);
    bench.drive(|u| u.drive(true, false, 0, false));
    bench.tick();
    for _ in 0..500 {
        bench.drive(|u| u.drive(false, false, 0, false));
        let shown = (bench.dut.show(), bench.dut.level());
        for input in 0..8 {
            let word = random.below(1024);
            bench.drive(|u| u.drive(input & 4 != 0, input & 1 != 0, word, input & 2 != 0));
            assert_eq!((bench.dut.show(), bench.dut.level()), shown, "an input is seen at once");
        }
        let (valid, ready) = (random.chance(60), random.chance(50));
        let word = random.below(1024);
        bench.drive(|u| u.drive(false, valid, word, ready));
        bench.tick();
    }
}

#[test]
fn skid_is_a_queue_of_two() {
    check::<Skid<Bits<10>>>("skid");
    full_rate::<Skid<Bits<10>>>();
    opaque::<Skid<Bits<10>>>();
}

#[test]
fn fifo_is_a_queue() {
    check::<Fifo<Bits<10>, 2>>("fifo_3");
    check::<Fifo<Bits<10>, 4>>("fifo_15");
    check::<Fifo<Bits<10>, 6>>("fifo_63");
    full_rate::<Fifo<Bits<10>, 2>>();
    opaque::<Fifo<Bits<10>, 2>>();
    opaque::<Fifo<Bits<10>, 4>>();
}

/// The rule in plain Rust: who has the grant next.
fn next_grant(granted: usize, ports: usize, requests: &[bool]) -> usize {
    (1..ports).map(|step| (granted + step) % ports).find(|port| requests[*port]).unwrap_or(granted)
}

/// Frames of random length from `P` sources with gaps against the rule; who waits, waits for at
/// most one frame of each other.
fn arbiter<const P: usize>(name: &str) {
    let mut random = Random::new(9);
    let mut bench = Bench::new(Arbiter::<P>::default(), |u| &mut u.clock);
    let mut left = [0u64; P];
    let mut requests = [false; P];
    let (mut granted, mut under_way, mut load) = (0, false, 50);
    let mut active = [true; P];
    let mut waited = [0; P];
    let mut frames = [0; P];
    for clock in 0..6_000 {
        if random.chance(1) {
            load = [1, 20, 100][random.below(3) as usize];
            // Few active ones: the next may be far away.
            let percent = [20, 100][random.below(2) as usize];
            active = std::array::from_fn(|_| random.chance(percent));
        }
        let reset = clock == 0;
        for port in 0..P {
            if active[port] && left[port] == 0 && random.chance(load) {
                left[port] = 1 + random.below(4);
            }
            requests[port] |= left[port] > 0 && random.chance(80);
        }
        let accept = !reset && requests[granted] && random.chance(70);
        let last = if accept { left[granted] == 1 } else { random.chance(50) };
        let word = (0..P).fold(0, |word, port| word | u64::from(requests[port]) << port);
        bench.drive(|u| {
            (u.reset.next, u.accept.next, u.last.next) = (reset, accept, last);
            u.request.next = word.into();
        });
        if clock > 0 {
            assert_eq!(bench.dut.grant.val(), Bits::<P>::from(1 << granted), "clock {clock}");
        }
        bench.tick();
        if reset {
            continue;
        }
        let held = if accept { !last } else { under_way || requests[granted] };
        under_way = if accept { !last } else { under_way };
        if accept {
            left[granted] -= 1;
            requests[granted] = false;
        }
        if accept && last {
            frames[granted] += 1;
            waited[granted] = 0;
            for port in (0..P).filter(|port| requests[*port]) {
                waited[port] += 1;
                assert!(waited[port] <= P, "port {port} waits for {} frames", waited[port]);
            }
        }
        if !held {
            granted = next_grant(granted, P, &requests);
        }
    }
    assert!(frames.iter().all(|count| *count > 50), "{frames:?}");
    let text = bench.text(name);
    lint(&text, name, FOLDER, &[]);
    Replay::new(bench.trace(), &text, name, FOLDER).from(1).run();
}

#[test]
fn arbiter_is_round_robin_over_frames() {
    arbiter::<1>("arbiter_1");
    arbiter::<2>("arbiter_2");
    arbiter::<5>("arbiter_5");
    arbiter::<16>("arbiter_16");
}

/// All pairs of requesters behind all granted ones: the distances random load rarely meets.
#[test]
fn arbiter_takes_the_next_of_any_two() {
    const P: usize = 16;
    let mut bench = Bench::new(Arbiter::<P>::default(), |u| &mut u.clock);
    bench.drive(|u| u.reset.next = true);
    bench.tick();
    bench.drive(|u| u.reset.next = false);
    for granted in 0..P {
        for pair in (0..P * P).map(|pair| [pair / P, pair % P]).filter(|pair| pair[0] < pair[1]) {
            bench.drive(|u| (u.request.next, u.accept.next) = ((1 << granted).into(), false));
            bench.tick();
            let requests: [bool; P] = std::array::from_fn(|port| pair.contains(&port));
            let word = 1 << granted | 1 << pair[0] | 1 << pair[1];
            bench.drive(|u| {
                (u.request.next, u.accept.next, u.last.next) = (word.into(), true, true);
            });
            bench.tick();
            let others = std::array::from_fn::<_, P, _>(|port| requests[port] && port != granted);
            let next = next_grant(granted, P, &others);
            assert_eq!(bench.dut.grant.val(), Bits::<P>::from(1 << next), "{granted}, {pair:?}");
            // An idle clock: nothing is held.
            bench.drive(|u| (u.request.next, u.accept.next) = (0.into(), false));
            bench.tick();
        }
    }
}
