//! Do the halfwords of a patch change, and no others?

use crate::frames::Frame;
use crate::model::{Around, NARROW, WIDE};
use crate::{LEAST, check};
use cells::stream::Change;
use replay::Random;

/// Every place, in frames that end right before, in and behind it, with neighbours that have no
/// patch, or the same places.
#[test]
fn every_place() {
    let mut random = Random::new(20);
    let mut frames = Vec::new();
    for place in 1..128u8 {
        let at = 2 * usize::from(place);
        for len in [at, at + 2, at + 3, at + 4, at + 5, 300] {
            let mut one = || Frame::new(&mut random, len);
            let sum = Change { delta: 0x1234, add: [0, 0, 0, place], ..Change::default() };
            let set = Change { value: 0x89ab_cdef, set: [0, place], ..Change::default() };
            frames.extend([one(), one().patched(sum), one(), one().patched(set), one()]);
            frames.extend([one().patched(set), one().patched(sum)]);
        }
    }
    for model in [&*NARROW, &*WIDE] {
        check(model, &frames, Around::smooth(LEAST));
    }
}

/// All fields at once, in one beat of 128 bits, behind each kind of new header.
#[test]
fn all_fields_at_once() {
    let mut random = Random::new(21);
    let mut frames = Vec::new();
    for first in [1, 7, 8, 15, 16, 24, 40, 112, 120] {
        for (p, s) in [(0, 0), (6, 6), (41, 6), (6, 31)] {
            let change = Change {
                value: random.word() as u32,
                set: [first, first + 6],
                delta: random.word() as u16,
                add: [first + 5, first + 2, first + 3, first + 4],
                unless: [true, false, true, false],
                minus: [true, true, false, false],
            };
            let frame = Frame::new(&mut random, 400).operation(("", p, s)).patched(change);
            frames.extend([frame.clone(), frame]);
        }
    }
    for model in [&*NARROW, &*WIDE] {
        check(model, &frames, Around::smooth(LEAST));
        check(model, &frames, Around { stall: 50, idle: 20, ..Around::smooth(LEAST) });
    }
}

/// The sums around both zeros, in every lane.
#[test]
fn sums() {
    let mut random = Random::new(22);
    let telling = [0, 1, 2, 0x00ff, 0x7fff, 0x8000, 0xfffe, 0xffff];
    let mut numbers = telling.to_vec();
    numbers.extend((0..6).map(|_| random.word() as u16));
    let mut frames = Vec::new();
    for &delta in &numbers {
        for &old in numbers.iter().chain([&(!delta), &delta.wrapping_add(1)]) {
            let place = 1 + frames.len() as u8 % 64;
            let change = Change {
                delta,
                add: [place, 0, place + 1, place + 2],
                unless: [false, true, true, false],
                minus: [false, true, false, true],
                ..Change::default()
            };
            let mut frame = Frame::new(&mut random, 200);
            let at = 2 * usize::from(place);
            frame.bytes[at..at + 2].copy_from_slice(&old.to_be_bytes());
            frame.bytes[at + 2..at + 4].copy_from_slice(&old.to_be_bytes());
            frame.bytes[at + 4..at + 6].copy_from_slice(&old.to_be_bytes());
            frames.push(frame.patched(change));
        }
    }
    for model in [&*NARROW, &*WIDE] {
        check(model, &frames, Around::smooth(LEAST));
    }
}
