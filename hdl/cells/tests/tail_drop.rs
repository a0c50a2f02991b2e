//! Does tail drop lose whole frames only, say so, and lose none for which there is room?
#![cfg(feature = "gateware")]

use cells::tail_drop::TailDrop;
use replay::{Bench, Random, Replay, lint};
use std::collections::VecDeque;

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");
/// A model of the block RAM, written from the vendor mapping and not from the cell.
const PART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dp16kd.v");
const WIDTH: usize = 10;
const DEPTH_LOG2: usize = 4;
const DEPTH: usize = 1 << DEPTH_LOG2;

/// What came out so far, and how many frames were lost.
struct Rig {
    bench: Bench<TailDrop<WIDTH>>,
    beats: Vec<u64>,
    lost: usize,
}

impl Rig {
    fn new() -> Self {
        let bench = Bench::new(TailDrop::new(DEPTH_LOG2), |u| &mut u.clock);
        let mut rig = Self { bench, beats: Vec::new(), lost: 0 };
        rig.bench.drive(|u| u.reset.next = true);
        rig.bench.tick();
        rig.bench.drive(|u| u.reset.next = false);
        rig
    }

    fn clock(&mut self, beat: Option<u64>, ready: bool) {
        self.bench.drive(|u| {
            u.s_tvalid.next = beat.is_some();
            u.s_tdata.next = beat.unwrap_or(0x155).into();
            u.m_tready.next = ready;
        });
        let u = &self.bench.dut;
        self.lost += usize::from(u.lost.val());
        if u.m_tvalid.val() && ready {
            self.beats.push(u.m_tdata.val().to_u64());
        }
        self.bench.tick();
    }

    /// Until nothing comes any more.
    fn drain(&mut self) {
        (0..4 * DEPTH + 8).for_each(|_| self.clock(None, true));
    }
}

/// Beats of a frame: its number, the last one marked.
fn frame(number: u64, beats: usize) -> impl Iterator<Item = u64> {
    (1..=beats).map(move |beat| (number % 512) << 1 | u64::from(beat == beats))
}

#[test]
fn what_fits_is_kept_to_the_last_beat() {
    for (beats, kept) in [(5, 3), (8, 2), (16, 1), (17, 0), (1, 16)] {
        let mut rig = Rig::new();
        for number in 0..20 {
            frame(number, beats).for_each(|beat| rig.clock(Some(beat), false));
        }
        rig.clock(None, false);
        rig.clock(None, false);
        assert_eq!(rig.lost, 20 - kept, "{beats} beats");
        rig.drain();
        let want: Vec<u64> = (0..kept as u64).flat_map(|number| frame(number, beats)).collect();
        assert_eq!(rig.beats, want);
        // There is room again.
        frame(400, DEPTH).for_each(|beat| rig.clock(Some(beat), true));
        rig.drain();
        assert_eq!(rig.beats[want.len()..], frame(400, DEPTH).collect::<Vec<_>>());
    }
}

#[test]
fn a_reader_that_never_waits_loses_nothing() {
    let mut rig = Rig::new();
    for number in 0..200 {
        frame(number, 1 + number as usize % 7).for_each(|beat| rig.clock(Some(beat), true));
    }
    rig.drain();
    assert_eq!(rig.lost, 0);
    let want: Vec<u64> =
        (0..200).flat_map(|number| frame(number, 1 + number as usize % 7)).collect();
    assert_eq!(rig.beats, want);
}

#[test]
fn frames_are_whole_and_each_is_delivered_or_lost() {
    let mut random = Random::new(11);
    let mut rig = Rig::new();
    let (mut reader, mut number) = (50, 0);
    let mut coming: VecDeque<u64> = VecDeque::new();
    let mut lengths = Vec::new();
    for _ in 0..20_000 {
        if random.chance(2) {
            reader = [0, 20, 60, 100][random.below(4) as usize];
        }
        if coming.is_empty() {
            let beats = [1, 2, 3, 5, 9, 16, 17][random.below(7) as usize];
            coming.extend(frame(number, beats));
            lengths.push(beats);
            number += 1;
        }
        let beat = if random.chance(40) { coming.pop_front() } else { None };
        rig.clock(beat, random.chance(reader));
    }
    coming.into_iter().for_each(|beat| rig.clock(Some(beat), true));
    rig.drain();
    let mut out: Vec<Vec<u64>> =
        rig.beats.split_inclusive(|beat| beat & 1 == 1).map(Vec::from).collect();
    let delivered = out.len();
    assert!(rig.lost > 300 && delivered > 300, "{} lost, {delivered} delivered", rig.lost);
    assert_eq!(delivered + rig.lost, lengths.len());
    out.reverse();
    for (number, &beats) in (0..).zip(&lengths) {
        if out.last().is_some_and(|next| frame(number, beats).eq(next.iter().copied())) {
            out.pop();
        }
    }
    assert!(out.is_empty(), "out of order, or not whole: {:?}", out.last());
    let text = rig.bench.text("tail_drop");
    lint(&text, "tail_drop", FOLDER, &[]);
    let replay = Replay::new(rig.bench.trace(), &text, "tail_drop", FOLDER).from(1);
    let replay = replay.guarded("m_tdata", "m_tvalid");
    replay.run();
    replay.define("SYNTHESIS").source(PART).run();
}
