//! How many packets came, and what became of them?

use crate::{
    engine::{Input, Run},
    style,
};
use hdl::{
    meta::{DropReason, PuntReason, Verdict},
    profile::PORT_NAMES,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// Packets by port and by verdict.
#[derive(Debug, Serialize)]
pub struct Tally {
    packets: usize,
    bytes: usize,
    /// By what became of them: `Forward`, `Reply`, `Punt` with its reason, or the name of a drop
    /// reason.
    verdicts: BTreeMap<String, usize>,
    ports: BTreeMap<&'static str, Port>,
}

/// Packets of one port.
#[derive(Debug, Default, Serialize)]
struct Port {
    packets_in: usize,
    packets_out: usize,
}

impl Default for Tally {
    fn default() -> Self {
        let ports = PORT_NAMES.iter().map(|name| (*name, Port::default())).collect();
        Self { packets: 0, bytes: 0, verdicts: BTreeMap::new(), ports }
    }
}

impl Tally {
    /// Count what went in and what became of it.
    pub fn add(&mut self, inputs: &[Input], run: &Run) {
        let ports = &mut self.ports;
        let mut count = |port: usize, change: fn(&mut Port)| {
            PORT_NAMES.get(port).and_then(|name| ports.get_mut(name)).map(change);
        };
        for input in inputs {
            count(input.port, |port| port.packets_in += 1);
            self.bytes += input.bytes.len();
        }
        self.packets += inputs.len();
        for judged in &run.judged {
            let verdict = judged.passes.verdict();
            *self.verdicts.entry(verdict.name()).or_insert(0) += 1;
            if judged.frame.is_some() {
                count(usize::from(verdict.egress_port), |port| port.packets_out += 1);
            }
        }
    }

    /// On standard output: what went through that card.
    pub fn print(&self, card: &str) {
        let Self { packets, bytes, verdicts, ports } = self;
        let head = style::HEAD;
        anstream::println!("{head}{packets} packets, {bytes} bytes through {card}{head:#}\n");
        for (name, Port { packets_in, packets_out }) in ports {
            anstream::println!("  {name:<8}{packets_in:>8} in {packets_out:>8} out");
        }
        anstream::println!();
        let good = [("Forward", ""), ("Reply", "Answered by the card itself.")]
            .map(|(name, sentence)| (name.into(), sentence, style::GOOD));
        let punts = PuntReason::ALL.iter().filter(|reason| **reason != PuntReason::None);
        let punts = punts.map(|r| (Verdict::punt(*r).name(), r.sentence().trim(), style::GOOD));
        let reasons = DropReason::ALL.iter().filter(|reason| **reason != DropReason::None);
        let reasons = reasons.map(|r| (format!("{r:?}"), r.sentence().trim(), style::BAD));
        for (name, sentence, colour) in good.into_iter().chain(punts).chain(reasons) {
            if let Some(count) = verdicts.get(&name) {
                anstream::println!("  {colour}{name:<22}{colour:#}{count:>8}  {sentence}");
            }
        }
        anstream::println!();
    }
}
