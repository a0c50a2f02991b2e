//! How fast are model, reference and driver, and the model beside test benches in C++ and Python?
//!
//! Criterion measures ours; `rivals` runs the same register accesses and frames in a test bench
//! of plain C++ and in cocotb, on the same Verilog, which must send the same frames out. Writes
//! target/report/bench.json.

mod rivals;
mod workload;

use criterion::{Criterion, Throughput};
use driver::Card;
use hdl::{
    meta::{Entered, Source},
    profile::{PROFILES, Profile},
    walk::walk,
};
use house::{report, world::World};
use serde::Serialize;
use std::{fs, hint::black_box, path::PathBuf, time::Duration};
use workload::{Recorder, Workload, pass};

/// Frames of one run against the others.
const FRAMES: usize = 3000;
/// Frames of one of criterion's iterations.
const BATCH: usize = 256;

/// What bench.json says of one profile.
#[derive(Serialize)]
struct Figures {
    profile: &'static str,
    width_bits: usize,
    model_cycles_per_s: f64,
    model_packets_per_s: f64,
    model_vs_cpp_ratio: f64,
    /// None where cocotb is not installed.
    model_vs_cocotb_ratio: Option<f64>,
    reference_packets_per_s: f64,
    table_writes_per_s: f64,
}

/// Where criterion keeps its own records.
fn records() -> PathBuf {
    report::folder().join("criterion")
}

/// The model, frames at full rate: cycles, and packets.
fn model(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("model");
    group.sample_size(10).measurement_time(Duration::from_secs(4));
    for profile in &PROFILES {
        let mut work = Workload::new(profile, BATCH);
        group.throughput(Throughput::Elements(BATCH as u64));
        group.bench_function(profile.name, |b| {
            b.iter(|| pass(&mut work.card.io_mut().model, &work.frames));
        });
    }
    group.finish();
}

/// The reference's walk.
fn reference(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reference");
    group.sample_size(10).throughput(Throughput::Elements(BATCH as u64));
    for profile in &PROFILES {
        let work = Workload::new(profile, BATCH);
        let generation = work.card.generation() & 1 == 1;
        let mut memory = work.card.memory();
        group.bench_function(profile.name, |b| {
            b.iter(|| {
                for (port, frame) in &work.frames {
                    let entered = Entered { source: Source::at(*port), generation, open: true };
                    black_box(walk(work.card.tables(), &mut memory, frame, entered));
                }
            });
        });
    }
    group.finish();
}

/// Commits of a changing world through the model's register bus.
fn commits(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("commits");
    group.sample_size(10).measurement_time(Duration::from_secs(4));
    for profile in &PROFILES {
        let (mut card, images) = changing(profile);
        let mut next = 0;
        group.bench_function(profile.name, |b| {
            b.iter(|| {
                next ^= 1;
                card.apply(&images[next]).expect("a small image")
            });
        });
    }
    group.finish();
}

/// A card, and two images that differ.
fn changing(profile: &Profile) -> (Card<Recorder>, [hdl::tables::Image; 2]) {
    let mut card = Workload::new(profile, 0).card;
    let mut world = World::new(1);
    let before = world.image.clone();
    for _ in 0..4 {
        world.change();
    }
    let images = [before, world.image];
    // Both parities have been in force, so that every further commit writes the same.
    for image in [&images[1], &images[0], &images[1], &images[0]] {
        card.apply(image).expect("a small image");
    }
    (card, images)
}

/// Table writes of two commits, to the one image and back.
fn writes_per_two_commits(profile: &Profile) -> usize {
    let (mut card, images) = changing(profile);
    let before = card.io().table_writes();
    for image in [&images[1], &images[0]] {
        card.apply(image).expect("a small image");
    }
    card.io().table_writes() - before
}

/// Seconds that criterion measured for one iteration.
fn seconds(group: &str, function: &str) -> f64 {
    let file = records().join(group).join(function).join("new/estimates.json");
    let text = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let estimates: serde_json::Value = serde_json::from_str(&text).expect("criterion's JSON");
    estimates["mean"]["point_estimate"].as_f64().expect("a mean in nanoseconds") * 1e-9
}

fn figures(profile: &'static Profile) -> Figures {
    let mut work = Workload::new(profile, BATCH);
    let (cycles, _) = pass(&mut work.card.io_mut().model, &work.frames);
    let model = seconds("model", profile.name);
    let rivals = rivals::run(profile);
    Figures {
        profile: profile.name,
        width_bits: profile.width_bits,
        model_cycles_per_s: cycles as f64 / model,
        model_packets_per_s: BATCH as f64 / model,
        model_vs_cpp_ratio: rivals.cpp,
        model_vs_cocotb_ratio: rivals.cocotb,
        reference_packets_per_s: BATCH as f64 / seconds("reference", profile.name),
        table_writes_per_s: writes_per_two_commits(profile) as f64
            / (2.0 * seconds("commits", profile.name)),
    }
}

fn main() {
    let mut criterion = Criterion::default().output_directory(&records()).configure_from_args();
    model(&mut criterion);
    reference(&mut criterion);
    commits(&mut criterion);
    criterion.final_summary();
    let rows: Vec<Figures> = PROFILES.iter().map(figures).collect();
    let text = serde_json::to_string_pretty(&rows).expect("figures are numbers");
    println!("{text}");
    let file = report::write("bench", &rows).expect("the build folder can be written");
    println!("{}", file.display());
}
