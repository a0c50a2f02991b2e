//! Does the frame path carry every frame through every operation, at both widths, without a byte or
//! a clock too many?
//!
//! The printed text runs in Verilator against plain Rust (`frames.rs`); short runs in the rust-hdl
//! simulator are replayed in iverilog.
#![cfg(feature = "gateware")]

mod frames;
mod model;
mod patched;
mod reorder;
mod simulation;

use cells::stream::{LATENCY_CLOCKS, LEAST_HEADER_CLOCKS, MAX_FRAME_BYTES};
use frames::{Frame, OPERATIONS, mixed, some_later};
use model::{Around, Model, NARROW, Seen, WIDE};
use replay::Random;

const LEAST: u32 = LEAST_HEADER_CLOCKS as u32;

/// Runs `frames`, compares all that comes out, and all headers.
fn check(model: &Model, frames: &[Frame], around: Around) -> Seen {
    let seen = model.run(frames, around);
    assert_eq!(seen.headers.len(), frames.len(), "headers, {around:?}");
    for (i, (header, frame)) in seen.headers.iter().zip(frames).enumerate() {
        let too_long = frame.bytes.len() > MAX_FRAME_BYTES;
        let want = (frame.bytes.len().min(MAX_FRAME_BYTES), frame.user, too_long);
        let got = (usize::from(header.len), header.user, header.too_long);
        assert_eq!(got, want, "header {i}: length, user, too long; {around:?}");
        assert_eq!(usize::from(header.number), i % model.flight, "header {i}: number; {around:?}");
    }
    compare(frames, &seen, around);
    seen
}

fn compare(frames: &[Frame], seen: &Seen, around: Around) {
    let want: Vec<_> = frames.iter().filter_map(|f| Some((f, f.expect()?))).collect();
    for (i, ((frame, bytes), sent)) in want.iter().zip(&seen.sent).enumerate() {
        let what = format!("frame {i} out: {} bytes in, {around:?}", frame.bytes.len());
        let Frame { p, s, len, .. } = frame;
        assert_eq!(sent.bytes.len(), bytes.len(), "length of {what}: p {p} s {s} len {len}");
        assert!(sent.bytes == *bytes, "bytes of {what}: p {p} s {s} len {len}");
        assert_eq!(sent.port, frame.egress, "port of {what}");
    }
    assert_eq!(seen.sent.len(), want.len(), "frames out, {around:?}");
}

#[test]
fn random_mixes() {
    for model in [&*NARROW, &*WIDE] {
        for (seed, (idle, stall, bubble)) in
            [(0, 0, 0), (30, 30, 0), (0, 60, 5), (60, 0, 30), (0, 95, 0), (5, 5, 50)]
                .iter()
                .enumerate()
        {
            for (latency, longest) in [(LEAST, 150), (75, 150), (20, 1600)] {
                let around = Around {
                    idle: *idle,
                    stall: *stall,
                    bubble: *bubble,
                    seed: 7 + seed as u32,
                    ..Around::smooth(latency)
                };
                let frames = mixed(seed as u64, 1000, longest);
                check(model, &frames, around);
                check(model, &some_later(seed as u64, frames), around);
            }
        }
    }
}

#[test]
fn latency_is_stated() {
    for model in [&*NARROW, &*WIDE] {
        for (name, p, s) in OPERATIONS {
            let mut random = Random::new(3);
            let frame = Frame::new(&mut random, 200).operation((name, p, s));
            let seen = check(model, &[frame], Around::smooth(LEAST));
            assert_eq!(seen.headers[0].clock, seen.taken[0] + 2);
            let primes = usize::from(2 * p < 2 * s % model.beat);
            let clocks = (seen.sent[0].first - seen.taken[0]) as usize;
            assert_eq!(clocks, LATENCY_CLOCKS + LEAST_HEADER_CLOCKS + primes, "{name}");
        }
    }
}

/// Clocks per frame at the longer of both sides, out of a run of equal frames.
fn clocks_per_frame(model: &Model, frame: &Frame, drop_every: usize) -> f64 {
    let end = |count: usize| {
        let mut frames = vec![frame.clone(); count];
        for dropped in frames.iter_mut().skip(1).step_by(drop_every) {
            dropped.drop = true;
        }
        let seen = check(model, &frames, Around::smooth(4));
        seen.sent.last().map_or(0, |sent| sent.last).max(seen.taken[count - 1])
    };
    (end(240) - end(120)) as f64 / 120.0
}

#[test]
fn no_clock_is_lost_between_frames() {
    let mut random = Random::new(9);
    for model in [&*NARROW, &*WIDE] {
        for len in [1, 60, 63, 64, 65, 68, 96, 113, 114, 115, 127, 128, 129, 200, 1514, 9216] {
            for operation in OPERATIONS.into_iter().filter(|(_, _, s)| 2 * s < len) {
                let frame = Frame::new(&mut random, len).operation(operation);
                let beats = frame.beats_in(model.beat).max(frame.beats_out(model.beat)) as f64;
                let clocks = clocks_per_frame(model, &frame, 1000);
                assert_eq!(clocks, beats, "{} of {len} bytes, {} a beat", operation.0, model.beat);
            }
        }
        let pass = Frame::new(&mut random, 64);
        let beats = pass.beats_in(model.beat) as f64;
        assert_eq!(clocks_per_frame(model, &pass, 1), beats, "drops alone");
        let encap = pass.operation(("encap", 31, 6));
        assert_eq!(clocks_per_frame(model, &encap, 2), beats, "every other one dropped");
    }
}

/// Every operation at every short length and around every border of a beat.
#[test]
fn lengths_times_operations() {
    let mut random = Random::new(5);
    let lengths: Vec<usize> = (1..=330).chain([511, 512, 513, 1514, 1518, 4096, 9000]).collect();
    let mut frames = Vec::new();
    for len in lengths {
        for operation in OPERATIONS.into_iter().filter(|(_, _, s)| 2 * s < len) {
            frames.push(Frame::new(&mut random, len).operation(operation));
        }
    }
    check(&NARROW, &frames, Around::smooth(20));
    check(&WIDE, &frames, Around { stall: 5, ..Around::smooth(20) });
}

/// Long frames: around every border of eight beats, and the longest.
#[test]
fn long_frames() {
    let mut random = Random::new(6);
    let borders = (1..=18).flat_map(|n| (512 * n - 2)..=(512 * n + 2));
    for model in [&*NARROW, &*WIDE] {
        let frames: Vec<_> = (borders.clone().filter(|&len| len <= MAX_FRAME_BYTES))
            .chain(1514..1600)
            .enumerate()
            .map(|(i, len)| {
                Frame::new(&mut random, len).operation(OPERATIONS[i % OPERATIONS.len()])
            })
            .collect();
        check(model, &frames, Around::smooth(75));
    }
}

/// What is longer than a frame may be is swallowed and marked, and harms no neighbour. Let through
/// in spite of that, it comes out cut.
#[test]
fn too_long() {
    let mut random = Random::new(7);
    for model in [&*NARROW, &*WIDE] {
        let mut frames = Vec::new();
        for len in [9215, 9216, 9217, 9232, 9233, 9280, 9281, 12_000, 40_000, 9216, 64, 9217] {
            let frame = Frame::new(&mut random, len);
            frames.push(frame.clone().dropped());
            frames.push(frame.trimmed(len.min(MAX_FRAME_BYTES)));
            frames.push(Frame::new(&mut random, 60));
        }
        check(model, &frames, Around::smooth(20));
    }
}

/// Frames begun to be sent, and beats taken, when the path refused a beat; what of them was neither
/// emitted nor dropped yet lies in the path.
fn held(frames: &[Frame], seen: &Seen, beat: usize, latency: u64) -> (usize, usize) {
    let mut most = (0, 0);
    for &(clock, frame, at) in &seen.refused {
        let mut sent = seen.sent.iter();
        let waits = |(i, f): &(usize, &Frame)| match f.expect() {
            Some(_) => sent.next().is_none_or(|sent| sent.first >= clock),
            None => seen.headers[*i].clock + latency >= clock,
        };
        let waiting: Vec<_> = frames[..frame].iter().enumerate().filter(waits).collect();
        let beats: usize = waiting.iter().map(|(_, f)| f.beats_in(beat)).sum();
        most = (most.0.max(waiting.len()), most.1.max(beats + at / beat));
    }
    most
}

/// A receiver that stops fills the ring with long frames, and the order with short ones; a slow one
/// keeps the ring full while each frame is being read.
#[test]
fn full() {
    for (model, ring, flight) in [(&*NARROW, 1024, 32), (&*WIDE, 512, 128)] {
        let mut random = Random::new(8);
        let mut long = || {
            let len = 4000 + random.below(5217) as usize;
            let operation = OPERATIONS[random.below(OPERATIONS.len() as u64) as usize];
            Frame::new(&mut random, len).operation(operation)
        };
        let long: Vec<_> = (0..60).map(|_| long()).collect();
        let slow = Around { stall: 50, ..Around::smooth(20) };
        for around in [Around { stop: (100, 3000), ..Around::smooth(20) }, slow] {
            let seen = check(model, &long, around);
            let (_, beats) = held(&long, &seen, model.beat, 20);
            assert!(beats + 32 >= ring, "{beats} beats held, {around:?}");
        }
        let short: Vec<_> = (0..2000).map(|i| Frame::new(&mut random, 60 + i % 70)).collect();
        let around = Around { stop: (1000, 3000), ..Around::smooth(75) };
        let seen = check(model, &short, around);
        let (waiting, _) = held(&short, &seen, model.beat, 75);
        assert!(waiting + 8 >= flight, "{waiting} frames held");
    }
}

/// A receiver that stops in the middle of a new header, while a lap of frames behind it is dropped:
/// no verdict may take the place of the one that is still read.
#[test]
fn a_header_outlives_a_lap_of_drops() {
    let mut random = Random::new(17);
    for model in [&*NARROW, &*WIDE] {
        for stop in (100..400).step_by(7) {
            let mut one = |i: usize| {
                let frame = Frame::new(&mut random, 64).operation(("encap", 41, 6));
                if i % 160 < 16 { frame } else { frame.dropped() }
            };
            let frames: Vec<_> = (0..480).map(&mut one).collect();
            check(model, &frames, Around { stop: (stop, stop + 1000), ..Around::smooth(LEAST) });
        }
    }
}

/// A receiver that stopped and goes on gets a beat a clock from then on.
#[test]
fn no_clock_is_lost_after_a_stop() {
    let mut random = Random::new(18);
    let around = Around { stop: (20, 1500), ..Around::smooth(LEAST) };
    for model in [&*NARROW, &*WIDE] {
        for (len, operation) in [(64, OPERATIONS[0]), (1500, OPERATIONS[0]), (60, OPERATIONS[9])] {
            let frame = Frame::new(&mut random, len).operation(operation);
            let beats = frame.beats_out(model.beat) as u64;
            let seen = check(model, &vec![frame; 20], around);
            let clocks = (seen.sent[0].first, seen.sent[19].last);
            assert_eq!(clocks, (1500, 1500 + 20 * beats - 1), "{} of {len} bytes", operation.0);
        }
    }
}

/// All that a longest header pipeline needs at one frame per clock.
#[test]
fn credits_cover_the_header_pipeline() {
    let mut random = Random::new(10);
    let frames: Vec<_> = (0..1000).map(|_| Frame::new(&mut random, 64)).collect();
    for (model, beats) in [(&*NARROW, 4), (&*WIDE, 1)] {
        let seen = check(model, &frames, Around::smooth(90));
        let refused = seen.refused.iter().find(|refused| refused.0 > 10);
        assert_eq!(refused, None, "behind the reset");
        assert_eq!(seen.sent[999].last - seen.sent[0].last, 999 * beats);
    }
}

/// Whatever is cut by a reset leaves nothing behind: what is sent afterwards comes out as sent.
fn check_cut(model: &Model, frames: &[Frame], around: Around) -> Seen {
    let seen = model.run(frames, around);
    let after = seen.taken.iter().filter(|&&clock| clock >= u64::from(around.cut)).count();
    let (before, behind) = frames.split_at(frames.len() - after);
    let want = behind.iter().filter(|f| f.expect().is_some()).count();
    assert!(seen.sent.len() >= want, "{} of {want} frames out, {around:?}", seen.sent.len());
    let (early, late) = seen.sent.split_at(seen.sent.len() - want);
    let mut late = Seen { sent: late.to_vec(), ..Seen::default() };
    compare(behind, &late, around);
    late.sent = early.to_vec();
    let whole: Vec<_> = before.iter().filter(|f| f.expect().is_some()).cloned().collect();
    compare(&whole[..early.len()], &late, around);
    seen
}

/// In the sweep behind the first reset too, at 512 bits.
#[test]
fn reset_forgets() {
    for model in [&*NARROW, &*WIDE] {
        for cut in (20..800).step_by(29) {
            let frames = mixed(cut.into(), 200, 300);
            check_cut(model, &frames, Around { cut, stall: 20, ..Around::smooth(10) });
        }
    }
}
