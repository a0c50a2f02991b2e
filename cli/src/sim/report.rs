//! What came of a run, in figures?

use crate::{
    arguments::{Engine, Sim},
    engine::{Input, Run},
    network::Wanted,
    style,
    tally::Tally,
};
use serde::Serialize;

/// The whole of `report.json`.
#[derive(Debug, Serialize)]
pub struct Report {
    card: String,
    profile: &'static str,
    engine: Engine,
    seed: u32,
    stall_percent: u32,
    #[serde(flatten)]
    tally: Tally,
    /// From the first beat in to the last beat out; none of the reference, which has no clock.
    cycles: Option<u64>,
    latency_cycles: Option<Latency>,
    mismatches: usize,
}

/// Clocks from a packet's first beat in to its first beat out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Latency {
    /// The shortest.
    pub min: u64,
    /// Half of the packets took no longer.
    pub median: u64,
    /// 99 of 100 took no longer.
    pub p99: u64,
    /// The longest.
    pub max: u64,
}

impl Latency {
    /// Of these, in any order; none of nothing.
    pub fn of(mut all: Vec<u64>) -> Option<Self> {
        all.sort_unstable();
        let part = |percent: usize| all[(all.len() * percent).div_ceil(100).max(1) - 1];
        let (min, max) = (*all.first()?, *all.last()?);
        Some(Self { min, median: part(50), p99: part(99), max })
    }
}

impl Report {
    /// Count.
    pub fn new(
        arguments: &Sim,
        wanted: &Wanted,
        inputs: &[Input],
        run: &Run,
        mismatches: usize,
    ) -> Self {
        let mut tally = Tally::default();
        tally.add(inputs, run);
        let latencies = run.judged.iter().filter_map(|j| j.cycles?.latency());
        Self {
            card: wanted.name.clone(),
            profile: wanted.profile.name,
            engine: arguments.engine,
            seed: arguments.which.seed,
            stall_percent: arguments.stall,
            tally,
            cycles: run.cycles,
            latency_cycles: Latency::of(latencies.collect()),
            mismatches,
        }
    }

    /// On standard output.
    pub fn print(&self, arguments: &Sim) {
        if arguments.json {
            return style::json(self);
        }
        self.tally.print(&self.card);
        if let (Some(cycles), Some(latency)) = (self.cycles, self.latency_cycles) {
            let Latency { min, median, p99, max } = latency;
            anstream::println!(
                "  {cycles} cycles; latency {min} min, {median} median, {p99} p99, {max} max"
            );
        }
        if self.engine == Engine::Both {
            let colour = if self.mismatches == 0 { style::GOOD } else { style::BAD };
            let count = self.mismatches;
            anstream::println!("  {colour}{count} mismatches{colour:#} with the reference");
        }
        anstream::println!("  written to {}", arguments.out.display());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_hundred() {
        let of = |all: &[u64]| Latency::of(all.to_vec());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[7]), Some(Latency { min: 7, median: 7, p99: 7, max: 7 }));
        let all: Vec<u64> = (1..=200).rev().collect();
        assert_eq!(of(&all), Some(Latency { min: 1, median: 100, p99: 198, max: 200 }));
    }
}
