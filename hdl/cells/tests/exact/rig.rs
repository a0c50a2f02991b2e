//! A table under test beside a plain search of its slots, clock by clock.
#![cfg(feature = "gateware")]

use cells::exact::{Entry, Exact, LATENCY, Lives, Shape, Slot};
use cells::hash::{WAYS, Wiring};
use replay::{Bench, Random, Replay, lint};
use rust_hdl::prelude::*;
use std::collections::{HashMap, VecDeque};

/// Clocks from the bubble of a write to the end of its buffer's use.
pub const WRITE_CLOCKS: usize = 4;
/// Most clocks a test waits for a write or a read in idle clocks.
pub const PATIENCE: usize = 40;

/// What the ports showed for one lookup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub hit: bool,
    pub action: Vec<u32>,
    pub slot: u32,
}

/// A table under test, its slots in plain Rust, and what is under way.
pub struct Rig<const K: usize, const A: usize, const E: usize, const T: usize> {
    pub bench: Bench<Exact<K, A, E, T>>,
    pub shape: Shape,
    pub wiring: Wiring,
    pub seed: u64,
    pub slots: HashMap<Slot, Entry>,
    pub expected: VecDeque<Option<Answer>>,
    /// Accepted, its bubble not started.
    pub waiting: Option<(Slot, Entry)>,
    /// Clocks until the buffer is free again.
    pub taken: usize,
    /// Clocks until the entry read back must be there, and that entry if the slot has one.
    pub reading: Option<(usize, Option<Entry>)>,
    pub busy: usize,
    pub hits: usize,
    pub lookups: usize,
}

/// One clock's inputs.
#[derive(Clone, Default)]
pub struct Inputs {
    pub lookup: Option<(Vec<u32>, bool)>,
    pub write: Option<(Slot, Entry)>,
    pub read: Option<Slot>,
}

pub fn bits<const N: usize>(dwords: &[u32]) -> Bits<N> {
    let set = (0..N).filter(|bit| dwords.get(bit / 32).is_some_and(|d| d >> (bit % 32) & 1 == 1));
    set.fold(Bits::default(), |bits, bit| bits.replace_bit(bit, true))
}

pub fn dwords<const N: usize>(value: Bits<N>) -> Vec<u32> {
    let mut dwords = vec![0; N.div_ceil(32)];
    for bit in (0..N).filter(|bit| value.get_bit(*bit)) {
        dwords[bit / 32] |= 1 << (bit % 32);
    }
    dwords
}

impl<const K: usize, const A: usize, const E: usize, const T: usize> Rig<K, A, E, T> {
    pub fn new(depth_log2: usize, seed: u64) -> Self {
        let mut rig = Self {
            bench: Bench::new(Exact::new(depth_log2), |u| &mut u.clock),
            shape: Shape { key_bits: K, action_bits: A, depth_log2 },
            wiring: Wiring::new(K, depth_log2),
            seed,
            slots: HashMap::new(),
            expected: VecDeque::new(),
            waiting: None,
            taken: 0,
            reading: None,
            busy: 0,
            hits: 0,
            lookups: 0,
        };
        rig.bench.drive(|u| u.seed.next = seed.into());
        rig.reset();
        rig
    }

    /// One clock in reset; the sweep starts behind it.
    pub fn reset(&mut self) {
        self.bench.drive(|u| {
            u.reset.next = true;
            u.i_valid.next = false;
            u.w_valid.next = false;
            u.r_valid.next = false;
        });
        self.bench.tick();
        self.bench.drive(|u| u.reset.next = false);
        self.slots.clear();
        self.expected = vec![None; LATENCY].into();
        (self.waiting, self.taken, self.reading) = (None, 0, None);
        self.busy = 1 << self.shape.depth_log2;
    }

    /// What a search of the slots that a key may lie in finds: the lowest way's.
    pub fn search(&self, key: &[u32], odd: bool) -> Option<(Slot, &Entry)> {
        let lives = if odd { Lives::ODD } else { Lives::EVEN };
        let indices = self.wiring.indices(self.seed, key);
        (0..WAYS).find_map(|way| {
            let slot = Slot::new(way, indices[way]);
            let entry = self.slots.get(&slot)?;
            (entry.key == key && entry.lives.meets(lives)).then_some((slot, entry))
        })
    }

    /// Drives one clock, checks every output. Returns whether write and read were taken.
    pub fn clock(&mut self, inputs: &Inputs) -> (bool, bool) {
        self.bench.drive(|u| {
            u.i_valid.next = inputs.lookup.is_some();
            if let Some((key, odd)) = &inputs.lookup {
                u.i_key.next = bits(key);
                u.i_gen.next = *odd;
            }
            u.w_valid.next = inputs.write.is_some();
            if let Some((slot, entry)) = &inputs.write {
                u.w_slot.next = u64::from(slot.bits()).into();
                u.w_entry.next = bits(&self.shape.pack(entry));
            }
            u.r_valid.next = inputs.read.is_some();
            if let Some(slot) = inputs.read {
                u.r_slot.next = u64::from(slot.bits()).into();
            }
        });
        self.check_answer();
        let read = self.check_read();
        let u = &self.bench.dut;
        assert_eq!(u.busy.val(), self.busy > 0, "the sweep");
        let ready = self.busy == 0 && self.taken == 0;
        assert_eq!(u.w_ready.val(), ready, "w_ready");
        self.bench.tick();
        self.advance(inputs);
        let written = inputs.write.is_some() && ready;
        if written {
            self.waiting.clone_from(&inputs.write);
            self.taken = usize::MAX;
        }
        (written, read)
    }

    pub fn check_answer(&mut self) {
        let u = &self.bench.dut;
        let want = self.expected.pop_front().expect("LATENCY clocks are under way");
        assert_eq!(u.o_valid.val(), want.is_some(), "an answer comes after {LATENCY} clocks");
        if let Some(want) = want {
            let got = Answer {
                hit: u.o_hit.val(),
                action: dwords(u.o_action.val()),
                slot: u.o_entry.val().index() as u32,
            };
            assert_eq!(got, want, "clock {}", self.bench.trace().clocks());
        } else {
            assert!(!u.o_hit.val(), "a hit without a lookup");
        }
    }

    pub fn check_read(&mut self) -> bool {
        let due = self.reading.as_ref().is_some_and(|reading| reading.0 == 0);
        assert_eq!(self.bench.dut.r_ready.val(), due, "r_ready");
        if !due {
            return false;
        }
        let (_, want) = self.reading.take().expect("one was due");
        let got = self.shape.unpack(&dwords(self.bench.dut.r_entry.val()));
        match want {
            Some(want) => assert_eq!(got, want),
            None => assert_eq!((got.lives, got.key), (Lives::NONE, vec![0; K.div_ceil(32)])),
        }
        true
    }

    /// The clock in plain Rust.
    pub fn advance(&mut self, inputs: &Inputs) {
        self.taken = self.taken.saturating_sub(usize::from(self.taken < usize::MAX));
        if let Some(reading) = &mut self.reading {
            reading.0 -= 1;
        }
        let answer = inputs.lookup.as_ref().map(|(key, odd)| {
            let found = if self.busy > 0 { None } else { self.search(key, *odd) };
            found.map_or(
                Answer { hit: false, action: vec![0; A.div_ceil(32)], slot: 0 },
                |(slot, entry)| Answer {
                    hit: true,
                    action: entry.action.clone(),
                    slot: slot.bits(),
                },
            )
        });
        self.lookups += usize::from(answer.is_some());
        self.hits += usize::from(answer.as_ref().is_some_and(|answer| answer.hit));
        let idle = answer.is_none();
        self.expected.push_back(answer);
        if idle && self.waiting.is_some() {
            let (slot, entry) = self.waiting.take().expect("one waits");
            self.slots.insert(slot, entry);
            self.taken = WRITE_CLOCKS;
        } else if idle && self.busy == 0 && self.reading.is_none() && !self.just_read(inputs) {
            let slot = inputs.read;
            self.reading = slot.map(|slot| (LATENCY - 1, self.slots.get(&slot).cloned()));
        }
        self.busy = self.busy.saturating_sub(1);
    }

    /// In the clock of `r_ready` the request that is still up starts no second read.
    pub fn just_read(&self, _: &Inputs) -> bool {
        self.bench
            .trace()
            .values
            .last()
            .is_some_and(|values| values[self.bench.trace().index("r_ready")] == "1")
    }

    pub fn write(&mut self, slot: Slot, entry: Entry) {
        let inputs = Inputs { write: Some((slot, entry)), ..Inputs::default() };
        let taken = (0..PATIENCE).any(|_| self.clock(&inputs).0);
        assert!(taken, "the write port is stuck");
    }

    pub fn settle(&mut self) {
        for _ in 0..PATIENCE {
            self.clock(&Inputs::default());
        }
    }

    pub fn swept(&mut self) {
        while self.busy > 0 {
            self.clock(&Inputs::default());
        }
    }

    /// An entry for one of `keys` keys at one of its four slots.
    pub fn random_write(&self, random: &mut Random, keys: u64) -> (Slot, Entry) {
        let key = key::<K>(random.below(keys));
        let way = random.below(WAYS as u64) as usize;
        let slot = Slot::new(way, self.wiring.indices(self.seed, &key)[way]);
        let action = dwords(random.bits::<A>());
        (slot, Entry { key, action, lives: Lives::from_bits(random.below(4) as u32) })
    }

    /// `clocks` clocks of lookups in `load` percent of them, with writes and reads as they go.
    pub fn random_run(&mut self, random: &mut Random, clocks: usize, load: u64, keys: u64) {
        let (mut inputs, mut written) = (Inputs::default(), vec![]);
        for _ in 0..clocks {
            inputs.lookup =
                random.chance(load).then(|| (key::<K>(random.below(keys)), random.chance(50)));
            if inputs.write.is_none() && random.chance(40) {
                inputs.write = Some(self.random_write(random, keys));
            }
            if inputs.read.is_none() && !written.is_empty() && random.chance(20) {
                inputs.read = Some(written[random.below(written.len() as u64) as usize]);
            }
            let (taken, read) = self.clock(&inputs);
            if taken {
                written.extend(inputs.write.take().map(|write| write.0));
            }
            if read {
                inputs.read = None;
            }
        }
        while self.reading.is_some() || inputs.read.is_some() {
            inputs.lookup = None;
            inputs.write = None;
            if self.clock(&inputs).1 {
                inputs.read = None;
            }
        }
    }

    pub fn replay(&self, top: &str) {
        let text = self.bench.text(top);
        lint(&text, top, env!("CARGO_TARGET_TMPDIR"), &[]);
        for define in [None, Some("PENSTOCK_POISON")] {
            let mut replay =
                Replay::new(self.bench.trace(), &text, top, env!("CARGO_TARGET_TMPDIR"))
                    .guarded("o_action", "o_valid")
                    .guarded("o_entry", "o_valid")
                    .guarded("r_entry", "r_ready")
                    .from(LATENCY + 2);
            if let Some(define) = define {
                replay = replay.define(define);
            }
            assert!(replay.run() > 1_000);
        }
    }
}

/// Key number `nth`: few bits spread over the whole key.
pub fn key<const K: usize>(nth: u64) -> Vec<u32> {
    let mut key = vec![0; K.div_ceil(32)];
    for bit in 0..64usize.min(K) {
        let at = bit * (K / 8).max(1) % K;
        key[at / 32] ^= ((nth >> bit & 1) as u32) << (at % 32);
    }
    key
}
