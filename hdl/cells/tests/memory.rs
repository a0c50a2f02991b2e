//! Do register, memories and delay lines do what a few lines of plain Rust do, in rust-hdl and as
//! printed text, in simulation's form and in the part's?
#![cfg(feature = "gateware")]

use cells::delay::{Delay, DelayValid};
use cells::ram::{LutRam, Ram, Style};
use cells::register::Register;
use replay::{Bench, Random, Replay, Trace, lint};
use rust_hdl::prelude::*;
use std::collections::HashMap;

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");
/// Clocks of a memory's test.
const CLOCKS: usize = 1_000;
/// A model of the block RAM, written from the vendor mapping and not from the cell.
const PART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dp16kd.v");

#[test]
fn register_follows_unless_in_reset() {
    let mut random = Random::new(1);
    let mut bench = Bench::new(Register::<Bits<9>>::new(0x15a.into()), |u| &mut u.clock);
    for clock in 0..300 {
        let (reset, d) = (clock == 0 || random.chance(20), random.bits());
        bench.drive(|u| (u.reset.next, u.d.next) = (reset, d));
        bench.tick();
        assert_eq!(bench.dut.q.val(), if reset { 0x15a.into() } else { d });
    }
    let text = bench.text("register");
    lint(&text, "register", FOLDER, &[]);
    Replay::new(bench.trace(), &text, "register", FOLDER).from(1).run();
}

/// Writes and reads at random over few addresses; `q` must be the word last written two clocks ago,
/// and the wrong word where that clock wrote it.
fn ram<const W: usize, const A: usize>(name: &str, depth_log2: usize, style: Style) {
    let mut random = Random::new(2);
    let mut bench = Bench::new(Ram::<W, A>::new(depth_log2, style), |u| &mut u.clock);
    let mut words = HashMap::new();
    let mut due = [None; 2];
    let mut collisions = 0;
    for _ in 0..CLOCKS {
        // Addresses with one bit set: a lost or a doubled address bit makes two of them one.
        let few = |random: &mut Random| {
            let one = if random.chance(30) { 0 } else { 1 << random.below(depth_log2 as u64) };
            one | random.below(4) << depth_log2
        };
        let (we, wa, ra) = (random.chance(60), few(&mut random), few(&mut random));
        let wd: Bits<W> = random.bits();
        bench.drive(|u| {
            (u.we.next, u.wd.next) = (we, wd);
            (u.wa.next, u.ra.next) = (address(wa), address(ra));
        });
        bench.tick();
        let place = |address: u64| address & ((1 << depth_log2) - 1);
        due[1] = due[0];
        let word: Option<Bits<W>> = words.get(&place(ra)).copied();
        let collision = we && place(wa) == place(ra);
        collisions += usize::from(collision);
        due[0] = word.map(|word| if collision { !word } else { word });
        if we {
            words.insert(place(wa), wd);
        }
        if let Some(want) = due[1] {
            assert_eq!(bench.dut.q.val(), want);
        }
    }
    assert!(collisions > 30);
    let text = bench.text(name);
    for define in [&[][..], &["PENSTOCK_POISON"]] {
        lint(&text, name, FOLDER, define);
    }
    let known = Replay::new(bench.trace(), &text, name, FOLDER).unknown("q").run();
    assert!(known == 0 || known > CLOCKS * 9 / 10 * W, "{known} bits known");
    part(bench.trace(), &text, name, depth_log2);
}

/// The text for synthesis against a model of the part; what a collision returns is its own affair.
fn part(trace: &Trace, text: &str, name: &str, depth_log2: usize) {
    let [we, wa, ra, q] = ["we", "wa", "ra", "q"].map(|port| trace.index(port));
    let low = |address: &str| address[address.len() - depth_log2..].to_string();
    let mut checked = trace.clone();
    for clock in 2..trace.clocks() {
        let then = &trace.values[clock - 2];
        if then[we] == "1" && low(&then[wa]) == low(&then[ra]) {
            checked.forget(clock, q);
        }
    }
    for define in ["SYNTHESIS", "PENSTOCK_POISON"] {
        let replay = Replay::new(&checked, text, name, FOLDER).define(define).source(PART);
        let known = replay.unknown("q").run();
        assert!(known == 0 || known > CLOCKS / 2, "{known} bits known");
    }
}

/// As many of the address' bits as the port has.
fn address<const A: usize>(value: u64) -> Bits<A> {
    (value & ((1 << A) - 1)).into()
}

#[test]
fn ram_of_every_lane_width() {
    ram::<40, 9>("ram_512", 9, Style::Block);
    ram::<20, 11>("ram_1k", 10, Style::Block);
    ram::<20, 11>("ram_2k", 11, Style::Block);
    ram::<5, 12>("ram_4k", 12, Style::Block);
    ram::<3, 13>("ram_8k", 13, Style::Block);
    ram::<1, 14>("ram_16k", 14, Style::Block);
}

#[test]
fn ram_of_luts() {
    ram::<72, 7>("ram_lut", 5, Style::Lut);
    ram::<1, 5>("ram_lut_bit", 5, Style::Lut);
}

#[test]
fn lut_ram_shows_the_new_word_after_the_edge() {
    let mut random = Random::new(3);
    let mut bench = Bench::new(LutRam::<12, 6>::new(4), |u| &mut u.clock);
    let mut words = HashMap::new();
    for _ in 0..2_000 {
        let (we, wa, ra) = (random.chance(50), random.below(64), random.below(64));
        let wd: Bits<12> = random.bits();
        bench.drive(|u| {
            (u.we.next, u.wd.next) = (we, wd);
            (u.wa.next, u.ra.next) = (wa.into(), ra.into());
        });
        if let Some(want) = words.get(&(ra % 16)) {
            assert_eq!(bench.dut.q.val(), *want);
        }
        bench.tick();
        if we {
            words.insert(wa % 16, wd);
        }
    }
    assert_eq!(words.len(), 16);
    let text = bench.text("lut_ram");
    lint(&text, "lut_ram", FOLDER, &[]);
    let known = Replay::new(bench.trace(), &text, "lut_ram", FOLDER).unknown("q").run();
    assert!(known == 0 || known > 1_900 * 12, "{known} bits known");
}

fn delay<const W: usize, const N: usize>() {
    let mut random = Random::new(4);
    let mut bench = Bench::new(Delay::<Bits<W>, N>::default(), |u| &mut u.clock);
    let mut sent: Vec<Bits<W>> = vec![];
    for clock in 0..2 * N + 40 {
        sent.push(random.bits());
        bench.drive(|u| u.d.next = sent[clock]);
        if let Some(then) = clock.checked_sub(N) {
            assert_eq!(bench.dut.q.val(), sent[then], "{N} clocks");
        }
        bench.tick();
    }
    let name = format!("delay_{W}_{N}");
    let text = bench.text(&name);
    lint(&text, &name, FOLDER, &[]);
    let replay = Replay::new(bench.trace(), &text, &name, FOLDER).from(N);
    replay.clone().run();
    // The part's pointers start one clock later.
    replay.from(N + 1).define("SYNTHESIS").source(PART).run();
}

#[test]
fn delay_is_exact_in_every_form() {
    delay::<8, 0>();
    delay::<8, 1>();
    delay::<1, 2>();
    delay::<8, 3>();
    delay::<8, 4>();
    delay::<8, 5>();
    delay::<1, 9>();
    delay::<1, 50>();
    delay::<8, 16>();
    delay::<8, 17>();
    delay::<256, 5>();
    delay::<40, 18>();
    delay::<130, 19>();
    delay::<8, 33>();
    delay::<36, 34>();
    delay::<36, 35>();
    delay::<5, 65>();
    delay::<5, 66>();
    delay::<8, 513>();
    delay::<19, 514>();
}

fn delay_valid<const N: usize>() {
    let mut random = Random::new(5);
    let mut bench = Bench::new(DelayValid::<N>::default(), |u| &mut u.clock);
    let mut sent = vec![];
    for clock in 0..6 * N + 40 {
        let reset = clock == 0 || random.chance(2);
        sent.push(random.chance(50));
        bench.drive(|u| (u.reset.next, u.d.next) = (reset, sent[clock]));
        let want = clock.checked_sub(N).is_some_and(|then| sent[then]);
        assert_eq!(bench.dut.q.val(), want, "{N} clocks");
        bench.tick();
        if reset && N > 0 {
            sent.fill(false);
        }
    }
    let name = format!("delay_valid_{N}");
    let text = bench.text(&name);
    lint(&text, &name, FOLDER, &[]);
    Replay::new(bench.trace(), &text, &name, FOLDER).from(1).run();
}

#[test]
fn delay_valid_is_exact_and_forgets_in_reset() {
    delay_valid::<0>();
    delay_valid::<1>();
    delay_valid::<2>();
    delay_valid::<3>();
    delay_valid::<40>();
}
