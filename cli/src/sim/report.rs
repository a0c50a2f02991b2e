//! What came of a run, in figures?

use crate::{
    arguments::{Engine, Sim},
    engine::{Input, Run},
    network::Wanted,
    style,
};
use hdl::{meta::DropReason, profile::PORT_NAMES};
use serde::Serialize;
use std::collections::BTreeMap;

/// The whole of `report.json`.
#[derive(Debug, Serialize)]
pub struct Report {
    card: String,
    profile: &'static str,
    engine: Engine,
    seed: u32,
    stall_percent: u32,
    packets: usize,
    bytes: usize,
    /// From the first beat in to the last beat out; none of the reference, which has no clock.
    cycles: Option<u64>,
    latency_cycles: Option<Latency>,
    /// Packets by what became of them: `Forward` or the name of a drop reason.
    verdicts: BTreeMap<String, usize>,
    ports: BTreeMap<&'static str, Port>,
    mismatches: usize,
}

/// Packets of one port.
#[derive(Debug, Default, Serialize)]
struct Port {
    packets_in: usize,
    packets_out: usize,
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
        let mut verdicts = BTreeMap::new();
        let mut ports: BTreeMap<_, Port> =
            PORT_NAMES.iter().map(|name| (*name, Port::default())).collect();
        let mut count = |port: usize, change: fn(&mut Port)| {
            PORT_NAMES.get(port).and_then(|name| ports.get_mut(name)).map(change);
        };
        for input in inputs {
            count(input.port, |port| port.packets_in += 1);
        }
        for judged in &run.judged {
            let verdict = judged.passes.verdict();
            *verdicts.entry(verdict.name()).or_insert(0) += 1;
            if judged.frame.is_some() {
                let port = usize::from(verdict.egress_port);
                count(port, |port| port.packets_out += 1);
            }
        }
        let latencies = run.judged.iter().filter_map(|j| j.cycles?.latency());
        Self {
            card: wanted.name.clone(),
            profile: wanted.profile.name,
            engine: arguments.engine,
            seed: arguments.which.seed,
            stall_percent: arguments.stall,
            packets: inputs.len(),
            bytes: inputs.iter().map(|i| i.bytes.len()).sum(),
            cycles: run.cycles,
            latency_cycles: Latency::of(latencies.collect()),
            verdicts,
            ports,
            mismatches,
        }
    }

    /// On standard output.
    pub fn print(&self, arguments: &Sim) {
        if arguments.json {
            return style::json(self);
        }
        let Self { card, packets, bytes, ports, .. } = self;
        let head = style::HEAD;
        anstream::println!("{head}{packets} packets, {bytes} bytes through {card}{head:#}\n");
        for (name, Port { packets_in, packets_out }) in ports {
            anstream::println!("  {name:<8}{packets_in:>8} in {packets_out:>8} out");
        }
        anstream::println!();
        let reasons = DropReason::ALL.iter().map(|reason| match reason {
            DropReason::None => ("Forward".into(), "", style::GOOD),
            reason => (format!("{reason:?}"), reason.sentence().trim(), style::BAD),
        });
        for (name, sentence, colour) in reasons {
            if let Some(count) = self.verdicts.get(&name) {
                anstream::println!("  {colour}{name:<22}{colour:#}{count:>8}  {sentence}");
            }
        }
        anstream::println!();
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
