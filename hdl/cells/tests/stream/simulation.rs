//! Do the rust-hdl simulation and the printed text agree clock for clock, and what does `bubble`
//! do?
//!
//! Short: the simulator runs some thousand clocks a second. Every output of every clock is
//! compared.

use crate::frames::{Frame, mixed, some_later};
use crate::model::big;
use cells::stream::{Depths, FramePath, HEADER_BITS, LEAST_HEADER_CLOCKS};
use replay::{Bench, Random, Replay, lint};
use rust_hdl::prelude::*;
use std::collections::{BTreeMap, VecDeque};

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

/// The bytes with the first one lowest, as AXI4-Stream has them.
fn stream_bits<const N: usize>(bytes: &[u8]) -> Bits<N> {
    let mut bits = Bits::default();
    for (i, &byte) in bytes.iter().enumerate() {
        bits.set_bits::<8>(8 * i, u64::from(byte).to_bits());
    }
    bits
}

fn replayed<const W: usize, const B: usize, const M: usize, const N: usize, const X: usize>(
    name: &str,
    depths: Depths,
    clocks: usize,
) {
    let path = Box::new(FramePath::<W, B, M, N, X>::new(depths));
    let mut bench = Bench::boxed(path, |u| &mut u.clock);
    let mut random = Random::new(1);
    let frames = some_later(3, mixed(2, clocks, 150));
    let beats = |f: &Frame| {
        let count = f.bytes.len().div_ceil(B);
        let beats = f.bytes.chunks(B).map(<[u8]>::to_vec).enumerate();
        beats.map(|(i, beat)| (beat, i + 1 == count)).collect::<Vec<_>>()
    };
    let mut beats: VecDeque<_> = frames.iter().flat_map(beats).collect();
    let mut pipeline: BTreeMap<(usize, usize), _> = BTreeMap::new();
    let mut headers = frames.iter().enumerate();
    let mut named: Option<&Frame> = None;
    let mut emitted = frames.iter().filter_map(Frame::expect);
    let (mut bubble, mut out, mut frame) = (false, 0, Vec::new());
    for clock in 0..clocks {
        let due = pipeline.first_entry().filter(|first| first.key().0 <= clock + 1);
        let (number, next) = due.map(|first| first.remove()).unzip();
        let verdict = std::mem::replace(&mut named, next);
        let (beat, last) = &beats[0];
        let (reset, ready) = (clock < 2, random.chance(70));
        let was_bubble = std::mem::replace(&mut bubble, random.chance(10));
        bench.drive(|u| {
            (u.reset.next, u.m_tready.next, u.bubble.next) = (reset, ready, bubble);
            (u.s_tvalid.next, u.s_tlast.next) = (!reset, *last);
            (u.s_tdata.next, u.s_tuser.next) = (stream_bits(beat), 3.into());
            u.s_tkeep.next = !(!Bits::default() << beat.len() as u64);
            u.v_number.next = number.unwrap_or_default();
            u.v_valid.next = verdict.is_some();
            if let Some(f) = verdict {
                let word = |value: usize| value as u64;
                (u.v_drop.next, u.v_port.next) = (f.drop, word(f.egress.into()).to_bits());
                (u.v_p.next, u.v_s.next) = (word(f.p).to_bits(), word(f.s).to_bits());
                (u.v_len.next, u.v_patched.next) = (word(f.len).to_bits(), f.patch.is_some());
                let mut header = f.header;
                header.reverse();
                u.v_header.next = stream_bits::<HEADER_BITS>(&header);
            }
        });
        let u = &bench.dut;
        assert!(!(was_bubble && u.s_tready.val()), "clock {clock}: a beat in a bubble");
        if u.h_valid.val() && !reset {
            let (i, frame) = headers.next().expect("a frame");
            let due = clock + LEAST_HEADER_CLOCKS + frame.later;
            pipeline.insert((due, i), (u.h_number.val(), frame));
        }
        if !reset && u.s_tready.val() {
            beats.pop_front();
        }
        if u.m_tvalid.val() && ready {
            let (data, keep) = (u.m_tdata.val(), u.m_tkeep.val());
            let there = (0..B).filter(|&i| keep.get_bit(i));
            frame.extend(there.map(|i| data.get_bits::<8>(8 * i).to_u8()));
            if u.m_tlast.val() {
                let want = emitted.next().expect("a frame");
                assert_eq!(std::mem::take(&mut frame), want, "clock {clock}, frame out {out}");
                out += 1;
            }
        }
        bench.tick();
    }
    assert!(out > clocks / 20, "{out} frames came out");
    let text = bench.text(name);
    lint(&text, name, FOLDER, &[]);
    let replay = Replay::new(bench.trace(), &text, name, FOLDER).from(2);
    let replay = replay.guarded("h_len", "h_valid").guarded("h_too_long", "h_valid");
    let replay = replay.guarded("h_user", "h_valid").unknown("h_window");
    let replay = replay.guarded("m_tdata", "m_tvalid").unknown("m_tdata");
    let replay = replay.guarded("m_tkeep", "m_tvalid").guarded("m_tlast", "m_tvalid");
    replay.guarded("m_tuser", "m_tvalid").run();
}

#[test]
fn narrow_text_agrees() {
    big(|| replayed::<128, 16, 8, 12, 149>("stream128", Depths::NARROW, 400));
}

#[test]
fn wide_text_agrees() {
    big(|| replayed::<512, 64, 32, 3, 581>("stream512", Depths::WIDE, 450));
}
