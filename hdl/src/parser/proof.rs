//! Does the kernel say what the reference says, about every kind of frame and every damage to it?
#![cfg(feature = "gateware")]

mod captures;
mod directed;
mod errors;
mod frames;
mod neighbors;
mod tunnels;

use super::layout::bits;
use super::{Headers, kernel, parse};
use crate::meta::{DropReason, FRAME_BYTES_MAX, WINDOW_BYTES};
use ::layout::{Layout, Packed};
use replay::Random;
use rust_hdl::prelude::*;

/// One frame as it enters.
#[derive(Clone, Debug)]
struct Case {
    name: String,
    frame: Vec<u8>,
    net: bool,
}

/// The first 192 bytes, with random bytes behind the frame's end.
fn window(frame: &[u8], random: &mut Random) -> Vec<u8> {
    let mut window: Vec<u8> = (0..WINDOW_BYTES).map(|_| random.word() as u8).collect();
    let shown = frame.len().min(WINDOW_BYTES);
    window[..shown].copy_from_slice(&frame[..shown]);
    window
}

/// May the next stages look at the outer destination MAC although there is a fault?
fn has_outer_mac(fault: DropReason) -> bool {
    !matches!(fault, DropReason::FrameTooLong | DropReason::Runt)
}

fn compare(case: &Case, got: bits::Headers) {
    let want = parse(&case.frame, case.net);
    let hdl = bits::Headers::from(want);
    let same = if want.fault == DropReason::None {
        got == hdl
    } else {
        let mac = got.outer_dst_mac == hdl.outer_dst_mac || !has_outer_mac(want.fault);
        got.fault == hdl.fault && mac
    };
    assert!(same, "{case:02x?}\nreference {want:x?}\nkernel {}", differences(got, hdl));
}

/// The fields that differ, and what the kernel has in them.
fn differences(got: bits::Headers, want: bits::Headers) -> String {
    let [got, want]: [Bits<{ Headers::BITS }>; 2] = [got, want].map(Into::into);
    let field = |field: &&::layout::Field| {
        (field.lsb..field.lsb + field.width).any(|bit| got.get_bit(bit) != want.get_bit(bit))
    };
    let value = |field: &::layout::Field| {
        (0..field.width).fold(0, |all, bit| all | u128::from(got.get_bit(field.lsb + bit)) << bit)
    };
    let show = |field: &::layout::Field| format!("{}: {:x} ", field.name, value(field));
    Headers::FIELDS.iter().filter(field).map(show).collect()
}

/// All cases through the rust-hdl simulation, with idle clocks in `idle_percent` of the places.
fn simulate_all(cases: &[Case], idle_percent: u64) {
    let run = {
        let cases = cases.to_vec();
        move || {
            let mut random = Random::new(7);
            let mut dut: Box<kernel::Parser> = Box::default();
            dut.connect_all();
            let mut waiting = std::collections::VecDeque::new();
            let mut next = cases.iter();
            dut.reset.next = true;
            tick(&mut dut);
            dut.reset.next = false;
            loop {
                let idle = random.chance(idle_percent);
                let case = if idle { None } else { next.next() };
                if case.is_none() && !idle && waiting.iter().all(Option::is_none) {
                    break;
                }
                drive(&mut dut, case, &mut random);
                tick(&mut dut);
                waiting.push_back(case);
                if waiting.len() == kernel::LATENCY {
                    let due = waiting.pop_front().unwrap();
                    assert_eq!(dut.o_valid.val(), due.is_some());
                    if let Some(case) = due {
                        compare(case, dut.o.val());
                    }
                }
            }
        }
    };
    // The simulation keeps a byte per bit on the stack.
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(run).unwrap();
    if let Err(failure) = thread.join() {
        std::panic::resume_unwind(failure);
    }
}

/// Lets the inputs settle, then gives one clock.
fn tick(dut: &mut kernel::Parser) {
    for level in [false, true, false] {
        dut.clock.next = level.into();
        assert!(simulate(dut, 100));
    }
}

fn drive(dut: &mut kernel::Parser, case: Option<&Case>, random: &mut Random) {
    dut.i_valid.next = case.is_some();
    if let Some(case) = case {
        let mut bits = Bits::<1536>::default();
        for (i, byte) in window(&case.frame, random).iter().enumerate() {
            for bit in 0..8 {
                bits = bits.replace_bit(1536 - 8 * (i + 1) + bit, byte >> bit & 1 == 1);
            }
        }
        dut.i_window.next = bits;
        dut.i_length.next = (case.frame.len() as u64 & 0x3fff).into();
        dut.i_net.next = case.net;
        dut.i_too_long.next = case.frame.len() > FRAME_BYTES_MAX;
    }
}

#[test]
fn each_kind_back_to_back() {
    let cases = frames::each_kind(&mut Random::new(1));
    simulate_all(&cases, 0);
}

/// Kinds to be damaged: every third of all.
fn few_kinds(random: &mut Random) -> Vec<Case> {
    frames::each_kind(random).into_iter().step_by(3).collect()
}

/// About `most` of them, evenly.
fn thinned(cases: Vec<Case>, most: usize) -> Vec<Case> {
    let step = cases.len() / most + 1;
    cases.into_iter().step_by(step).collect()
}

#[test]
fn every_truncation() {
    let mut cases = Vec::new();
    for case in few_kinds(&mut Random::new(2)) {
        for length in 0..case.frame.len().min(144) {
            let frame = case.frame[..length].to_vec();
            cases.push(Case { name: format!("{} cut to {length}", case.name), frame, ..case });
        }
    }
    simulate_all(&thinned(cases, 900), 20);
}

/// Each byte once; then again with all IPv4 checksums made right, to reach what lies behind.
#[test]
fn every_byte_flipped() {
    let mut random = Random::new(3);
    let mut cases = Vec::new();
    for case in few_kinds(&mut random) {
        for at in 12..case.frame.len().min(144) {
            let mut frame = case.frame.clone();
            frame[at] ^= 1 << random.below(8);
            let name = format!("{} byte {at} flipped", case.name);
            cases.push(Case { name: name.clone(), frame: frame.clone(), ..case });
            frames::sign_all(&mut frame, case.net);
            cases.push(Case { name: name + ", signed", frame, ..case });
        }
    }
    simulate_all(&thinned(cases, 900), 0);
}

#[test]
fn garbage() {
    let mut random = Random::new(4);
    let mut cases = Vec::new();
    for number in 0..600 {
        let mut frame: Vec<u8> = (0..random.below(200)).map(|_| random.word() as u8).collect();
        let types = [[8, 0], [8, 6], [0x86, 0xdd], [0x81, 0], [0x88, 0xa8]];
        for at in [12, 16, 20] {
            if let Some(place) = frame.get_mut(at..at + 2).filter(|_| random.chance(80)) {
                place.copy_from_slice(&types[random.below(5) as usize]);
            }
        }
        cases.push(Case { name: format!("garbage {number}"), frame, net: random.chance(30) });
    }
    simulate_all(&cases, 10);
}
