//! Does the table do, clock for clock, what the model wrote down? In rust-hdl's simulation over
//! some hundred clocks; the printed text, in Icarus Verilog, over many thousand.

use crate::model::rules;
use crate::script::{Line, Script, Traffic};
use cells::flows::{Flows, Shape};
use replay::{Bench, Random, Replay, Trace, lint};

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");
/// Clocks of a rest in which everything lapses and is swept.
const LONG: usize = 1_000;

/// Sixty-four entries.
fn small() -> Shape {
    Shape::new(16, 2)
}

fn traffic() -> Traffic {
    let keys = (0..40).collect();
    Traffic {
        keys,
        load: 85,
        burst: 4,
        allow: 85,
        void: 10,
        fresh: 40,
        tick: 24,
        idle: [1, 8],
        clocks: 1_500,
    }
}

fn bench<const K: usize, const N: usize, const C: usize>(shape: Shape) -> Bench<Flows<K, N, C>> {
    Bench::new(Flows::new(shape, &rules()), |u| &mut u.clock)
}

/// The script as the trace of a table that does what the model says.
fn trace(mut trace: Trace, script: &Script) -> Trace {
    let digits = |line: &Line| {
        let ports = trace.ports.iter();
        ports.map(|port| line.digits(port, script.seed())).collect()
    };
    let values = script.lines.iter().map(digits).collect();
    trace.values = values;
    trace
}

/// The printed text must do it, whatever word a memory shows that is read as it is written.
fn text<const K: usize, const N: usize, const C: usize>(name: &str, shape: Shape, script: &Script) {
    println!("{name}: {script}");
    let bench = bench::<K, N, C>(shape);
    let text = bench.text(name);
    let trace = trace(bench.trace().clone(), script);
    let replay = Replay::new(&trace, &text, name, FOLDER).define("PENSTOCK_POISON").from(1);
    assert!(replay.run() > script.lines.len());
}

#[test]
fn keys_come_again_and_states_add_up() {
    let mut random = Random::new(1);
    let mut script = Script::new(small(), rules(), random.word());
    script.rest(40, 24);
    script.run(&mut random, &Traffic { clocks: 3_000, ..traffic() });
    script.run(&mut random, &Traffic { burst: 1, load: 100, ..traffic() });
    script.rest(LONG, 24);
    script.counts(0);
    assert!(script.hits > 1_500 && script.inserted > 500 && script.anew > 100, "{script}");
    text::<16, 16, 2>("flows_again", small(), &script);
}

#[test]
fn new_keys_come_until_the_table_is_full() {
    let mut random = Random::new(2);
    let mut script = Script::new(small(), rules(), random.word());
    let every = Traffic { keys: (0..1 << 16).collect(), idle: [900, 1_000], ..traffic() };
    script.rest(40, 24);
    script.run(&mut random, &Traffic { burst: 20, load: 100, clocks: 500, ..every.clone() });
    script.counts(script.live());
    script.run(&mut random, &Traffic { clocks: 400, ..every.clone() });
    script.run(&mut random, &Traffic { idle: [1, 3], clocks: 2_500, ..every });
    assert!(script.full > 200 && script.live() > 50, "{script}");
    text::<16, 16, 2>("flows_full", small(), &script);
}

#[test]
fn all_keys_lie_in_the_same_buckets() {
    let mut random = Random::new(3);
    let mut script = Script::new(small(), rules(), random.word());
    let near = Traffic { keys: script.neighbours(), clocks: 3_000, ..traffic() };
    assert_eq!(near.keys.len(), 24);
    script.rest(40, 24);
    script.run(&mut random, &Traffic { idle: [2, 6], ..near.clone() });
    script.run(&mut random, &Traffic { burst: 1, idle: [1, 2], load: 100, tick: 18, ..near });
    script.rest(LONG, 24);
    script.counts(0);
    assert!(script.full > 50 && script.hits > 1_500, "{script}");
    text::<16, 16, 2>("flows_near", small(), &script);
}

#[test]
fn twins_share_one_place() {
    let mut random = Random::new(4);
    let shape = Shape { tag_bits: 2, ..small() };
    let mut script = Script::new(shape, rules(), random.word());
    script.rest(40, 24);
    script.run(&mut random, &Traffic { clocks: 2_000, ..traffic() });
    script.run(&mut random, &Traffic { burst: 1, idle: [1, 2], tick: 18, ..traffic() });
    assert!(script.full > 500 && script.hits > 300, "{script}");
    text::<16, 16, 2>("flows_twins", shape, &script);
}

/// The window compares digests: who has another's, close behind him, is not taken for him.
#[test]
fn who_only_seems_to_be_somebody_finds_no_room() {
    let mut random = Random::new(9);
    let shape = Shape::new(352, 3);
    let mut script = Script::new(shape, rules(), random.word());
    script.rest(40, 24);
    for apart in 1..=16 {
        let key: Vec<u32> = (0..11).map(|_| random.word() as u32).collect();
        let other = script.same_digest(&key);
        script.ask(&key);
        for between in 1..apart {
            // Somebody else, or the same one again.
            let nobody: Vec<u32> = (0..11).map(|_| random.word() as u32).collect();
            script.ask(if between % 3 == 0 { &key } else { &nobody });
        }
        let full = script.full;
        script.ask(&other);
        // Nor is who is close behind that one.
        script.ask(&other);
        assert_eq!(script.full, full + 2, "{apart} clocks apart");
        script.rest(40, 24);
        script.ask(&key);
        script.rest(40, 24);
        script.ask(&other);
        script.rest(2_000, 1);
    }
    text::<352, 352, 44>("flows_seeming", shape, &script);
}

#[test]
fn time_goes_round_and_gaps_come_and_go() {
    let mut random = Random::new(5);
    let mut script = Script::new(small(), rules(), random.word());
    script.rest(40, 24);
    for load in [100, 5, 95, 30, 100, 60] {
        let gaps = Traffic { load, burst: 2, tick: 17, idle: [1, 1], clocks: 400, ..traffic() };
        script.run(&mut random, &gaps);
        script.run(&mut random, &Traffic { idle: [1, 2_000], clocks: 200, ..gaps });
    }
    let many = (0..300).collect();
    let sweeps =
        Traffic { keys: many, burst: 1, tick: 18, idle: [1, 1], clocks: 3_000, ..traffic() };
    script.run(&mut random, &sweeps);
    // A turn of time: an entry that nobody swept would live again in its second half.
    script.rest(6_000, 1);
    script.counts(0);
    script.run(&mut random, &traffic());
    text::<16, 16, 2>("flows_time", small(), &script);
}

#[test]
fn reset_empties_the_table_and_nothing_is_made_meanwhile() {
    let mut random = Random::new(6);
    let mut script = Script::new(small(), rules(), random.word());
    for _ in 0..6 {
        script.run(&mut random, &Traffic { idle: [50, 90], load: 95, clocks: 150, ..traffic() });
        script.reset();
    }
    script.rest(60, 24);
    script.counts(0);
    assert!(script.hits > 200, "{script}");
    text::<16, 16, 2>("flows_reset", small(), &script);
}

#[test]
fn long_keys() {
    let mut random = Random::new(7);
    let shape = Shape::new(352, 3);
    let mut script = Script::new(shape, rules(), random.word());
    script.rest(40, 24);
    script.run(&mut random, &Traffic { clocks: 800, ..traffic() });
    assert!(script.hits > 200, "{script}");
    text::<352, 352, 44>("flows_long", shape, &script);
}

#[test]
fn the_simulation_of_the_source_does_the_same() {
    let mut random = Random::new(8);
    let mut script = Script::new(small(), rules(), random.word());
    script.rest(30, 24);
    script.run(&mut random, &Traffic { clocks: 600, ..traffic() });
    let near = script.neighbours();
    script.run(&mut random, &Traffic { keys: near, clocks: 400, ..traffic() });
    let mut bench = bench::<16, 16, 2>(small());
    let want = trace(bench.trace().clone(), &script);
    let word = |value: Option<Vec<u32>>| {
        let value = value.unwrap_or_default();
        value.iter().rev().fold(0, |all, dword| all << 32 | u64::from(*dword))
    };
    for line in &script.lines {
        let input = |port| word(line.value(port, script.seed()));
        bench.drive(|u| {
            u.reset.next = line.reset;
            u.seed.next = input("seed").into();
            u.now.next = input("now").into();
            u.i_valid.next = line.request.is_some();
            u.i_key.next = input("i_key").into();
            u.i_events.next = input("i_events").into();
            u.i_fresh.next = input("i_fresh") == 1;
            u.i_idle.next = input("i_idle").into();
            u.i_allow.next = line.allow;
            u.i_void.next = line.void;
        });
        bench.tick();
    }
    for (clock, (got, want)) in bench.trace().values.iter().zip(&want.values).enumerate().skip(1) {
        for ((got, want), port) in got.iter().zip(want).zip(&bench.trace().ports) {
            assert!(want.contains('x') || got == want, "clock {clock}, {}: {got}", port.name);
        }
    }
    let name = "flows_source";
    Replay::new(bench.trace(), &bench.text(name), name, FOLDER).from(20).run();
}

#[test]
fn the_text_of_a_full_size_passes_verilators_lint() {
    let bench = bench::<352, 352, 44>(Shape::new(352, 7));
    assert_eq!(bench.dut.block_rams(), 57);
    lint(&bench.text("flows_352"), "flows_352", FOLDER, &["PENSTOCK_POISON"]);
}
