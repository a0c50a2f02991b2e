//! Do frames leave in the order of arrival, whatever the order of their verdicts, at no cost to
//! those whose verdicts come in order?

use crate::frames::{Frame, OPERATIONS, mixed};
use crate::model::{Around, Model, NARROW, WIDE};
use crate::{LEAST, check, check_cut};
use cells::stream::LATENCY_CLOCKS;
use replay::Random;

/// Clocks from `v_valid` to the first beat out.
const FROM_VERDICT: u64 = LATENCY_CLOCKS as u64 - 2;

/// Every frame late by chance, and runs of eight in which the last one is judged first.
#[test]
fn any_order() {
    let mut random = Random::new(11);
    for model in [&*NARROW, &*WIDE] {
        for stall in [0, 50] {
            let around = Around { stall, idle: stall / 2, ..Around::smooth(LEAST) };
            let mut frames = mixed(12 + u64::from(stall), 2000, 200);
            frames.iter_mut().for_each(|frame| frame.later = random.below(90) as usize);
            check(model, &frames, around);
            for (i, frame) in frames.iter_mut().enumerate() {
                frame.later = (7 - i % 8) * 20;
            }
            check(model, &frames, around);
        }
    }
}

/// As long as the credits cover the wait, late verdicts cost no clock.
#[test]
fn late_verdicts_cost_no_rate() {
    let mut random = Random::new(13);
    for model in [&*NARROW, &*WIDE] {
        for len in [64, 65, 128, 200, 1514] {
            for operation in OPERATIONS.into_iter().filter(|(_, _, s)| 2 * s < len) {
                let frame = Frame::new(&mut random, len).operation(operation);
                let beats = frame.beats_in(model.beat).max(frame.beats_out(model.beat)) as u64;
                let mut frames = vec![frame; 360];
                for late in frames.iter_mut().step_by(4) {
                    late.later = 40;
                }
                let seen = check(model, &frames, Around::smooth(4));
                let clocks = seen.sent[356].last - seen.sent[100].last;
                assert_eq!(clocks, 256 * beats, "{} of {len} bytes", operation.0);
            }
        }
    }
}

/// One verdict on time behind one that is late: both frames leave as soon as the late one may.
#[test]
fn latency_behind_a_late_verdict() {
    let mut random = Random::new(14);
    for model in [&*NARROW, &*WIDE] {
        let late = Frame::new(&mut random, 64).judged_later(30);
        let frames = [late, Frame::new(&mut random, 64), Frame::new(&mut random, 64)];
        let seen = check(model, &frames, Around::smooth(LEAST));
        let beats = frames[0].beats_in(model.beat) as u64;
        let start = seen.headers[0].clock + u64::from(LEAST) + 30 + FROM_VERDICT;
        for (i, sent) in seen.sent.iter().enumerate() {
            assert_eq!(sent.first, start + i as u64 * beats, "frame {i}");
        }
    }
}

/// Frames whose header set out before the first one got its verdict, `later` clocks late.
fn captured_until(model: &Model, frames: &[Frame], around: Around) -> usize {
    let seen = check(model, frames, around);
    let verdict = seen.headers[0].clock + u64::from(around.latency) + frames[0].later as u64;
    assert!(seen.sent.iter().all(|sent| sent.first >= verdict + FROM_VERDICT));
    assert!(seen.refused.iter().any(|refused| (11..verdict).contains(&refused.0)));
    seen.headers.iter().filter(|header| header.clock < verdict).count()
}

/// The oldest frame is judged when all the others are and the sender has long been refused.
#[test]
fn the_oldest_is_judged_last() {
    let mut random = Random::new(15);
    for model in [&*NARROW, &*WIDE] {
        let around = Around::smooth(20);
        let mut frames: Vec<_> = (0..600).map(|_| Frame::new(&mut random, 64)).collect();
        frames[0].later = 3000;
        let captured = captured_until(model, &frames, around);
        assert!((model.flight - 8..=model.flight).contains(&captured), "{captured} in flight");
        let seen = check(model, &frames, around);
        let verdict = seen.headers[0].clock + 3020;
        assert_eq!(seen.sent[0].first, verdict + FROM_VERDICT);
        let beats = frames[0].beats_in(model.beat) as u64;
        assert_eq!(seen.sent[599].last - seen.sent[0].first + 1, 600 * beats, "at full rate");

        frames = mixed(16, 600, 90);
        for drop in [false, true] {
            (frames[0].drop, frames[0].later) = (drop, 3000);
            captured_until(model, &frames, around);
        }
    }
}

/// A reset while verdicts have come whose frames wait for an earlier one's.
#[test]
fn reset_while_frames_wait() {
    for model in [&*NARROW, &*WIDE] {
        let mut waited = 0;
        for cut in (150..900).step_by(23) {
            let mut frames = mixed(cut.into(), 300, 150);
            for late in frames.iter_mut().step_by(5) {
                late.later = 50;
            }
            let around = Around { cut, ..Around::smooth(10) };
            let seen = check_cut(model, &frames, around);
            let verdict = |i: usize| seen.headers[i].clock + 10 + frames[i].later as u64;
            let cut = u64::from(cut);
            let entered = seen.headers.iter().take_while(|header| header.clock < cut).count();
            let late = (0..entered).find(|&i| verdict(i) > cut);
            waited += late.map_or(0, |i| (i..entered).filter(|&j| verdict(j) < cut).count());
        }
        assert!(waited > 100, "{waited} verdicts were early at a reset");
    }
}
