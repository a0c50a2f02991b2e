//! Does the frame path carry every frame through every operation, at both widths, without a byte or
//! a clock too many?
//!
//! The printed text runs in Verilator against plain Rust (`frames.rs`); short runs in the rust-hdl
//! simulator are replayed in iverilog.
#![cfg(feature = "gateware")]

mod frames;
mod model;

use cells::stream::{LATENCY_CLOCKS, LEAST_HEADER_CLOCKS, MAX_FRAME_BYTES};
use frames::{Frame, OPERATIONS, mixed};
use model::{Around, Model, NARROW, Seen, WIDE};
use replay::Random;

const LEAST: u32 = LEAST_HEADER_CLOCKS as u32;

/// Runs `frames`, compares all that comes out, and all headers.
fn check(model: &Model, frames: &[Frame], around: Around) -> Seen {
    let seen = model.run(frames, around);
    assert_eq!(seen.headers.len(), frames.len(), "headers, {around:?}");
    for (i, (header, frame)) in seen.headers.iter().zip(frames).enumerate() {
        let too_long = frame.bytes.len() > MAX_FRAME_BYTES;
        let want = (frame.bytes.len().min(MAX_FRAME_BYTES), frame.port, too_long);
        let got = (usize::from(header.len), header.port, header.too_long);
        assert_eq!(got, want, "header {i}: length, port, too long; {around:?}");
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
                check(model, &mixed(seed as u64, 1000, longest), around);
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
            assert_eq!(seen.headers[0].clock, seen.taken[0] + 1);
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
