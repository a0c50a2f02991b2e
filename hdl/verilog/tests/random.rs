//! Do random syntax trees compute in Verilog what they compute with rust-hdl's `Bits`?
//!
//! Kernels are compile-time Rust, so a random one is a block that holds its tree: `hdl` returns
//! the tree, `update` walks it from top to bottom with rust-hdl's own arithmetic.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]
mod judge;
mod random {
    pub mod block;
    pub mod tree;
}
use judge::Case;
use judge::seed::Seed;
use random::block::Random;

/// Kernels in a run of `cargo test`; with `PENSTOCK_SOAK` set, `SOAK` of them.
const FEW: usize = 250;
const SOAK: usize = 10_000;
/// Kernels that go to a simulator together.
const BATCH: usize = 125;
/// Batches at a time.
const WORKERS: usize = 2;
const ROWS: usize = 12;
/// A random kernel may compare with what turns out to be constant once signals are looked through.
const CONSTANT: &[&str] = &["UNSIGNED", "CMPCONST"];

fn case(number: usize) -> Case {
    let top = format!("random{number}");
    let mut seed = Seed::of(&top);
    let mut block = Random::new(&mut seed);
    let options = verilog::Options { top: &top, made_from: "a random tree" };
    let text = verilog::print(&block, &options)
        .unwrap_or_else(|error| panic!("{top}: {error}\n{:#?}", block.tree));
    let rows = (0..ROWS).map(|_| block.row(&mut seed)).collect();
    Case { top, text, ports: block.ports(), clock: false, rows }
}

fn soak() -> bool {
    std::env::var_os("PENSTOCK_SOAK").is_some()
}

#[test]
fn simulators_agree_with_rust() {
    let count = if soak() { SOAK } else { FEW };
    let batches: Vec<usize> = (0..count).step_by(BATCH).collect();
    let work = &|worker: usize| {
        for first in batches.iter().skip(worker).step_by(WORKERS) {
            let cases: Vec<_> = (*first..first + BATCH).map(case).collect();
            judge::agree(&format!("random{worker}"), &cases, CONSTANT);
        }
    };
    std::thread::scope(|threads| {
        for worker in 0..WORKERS {
            threads.spawn(move || work(worker));
        }
    });
}

#[test]
fn yosys_reads_them_and_finds_no_latch() {
    let cases: Vec<_> = (0..100).map(case).collect();
    judge::yosys_agrees("random", &cases);
}

/// The trees are worth something: most have branches, loops and intermediate values.
#[test]
fn the_trees_are_rich() {
    let texts: Vec<_> = (0..100).map(|number| case(number).text).collect();
    let with = |what: &str| texts.iter().filter(|text| text.contains(what)).count();
    for what in ["if (", "case (", "$signed", " +: ", "always @*", " << ", "_s1"] {
        assert!(with(what) >= 5, "{what}: {} of 100", with(what));
    }
}
