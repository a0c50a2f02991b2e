//! What must a card do with these frames? Walked one by one, in plain Rust.

use super::{Input, Judged, Run};
use crate::{
    error::Error,
    network::{Wanted, entered},
};
use driver::SoftwareCard;
use hdl::{
    memory::Memory,
    punt,
    tables::Tables,
    walk::{Outcome, walk},
};

/// What a card holds, slot by slot, by which generation it judges, and what it remembers.
#[derive(Clone, Debug)]
pub struct Reference {
    tables: Tables,
    generation: bool,
    memory: Memory,
    beat_bytes: usize,
}

impl Reference {
    /// Of a card in plain Rust, programmed by the driver.
    pub fn new(wanted: &Wanted, seed: u32) -> Result<Self, Error> {
        Ok(Self::of(&wanted.program(SoftwareCard::new(wanted.profile, 0), seed)?))
    }

    /// Of the driver's copy of what a card holds, before any packet.
    pub fn of<B: driver::CardIo>(card: &driver::Card<B>) -> Self {
        Self {
            tables: card.tables().clone(),
            generation: card.generation() & 1 == 1,
            memory: card.memory(),
            beat_bytes: card.profile().width_bits / 8,
        }
    }

    /// Walk one frame, at its time.
    pub fn walk(&mut self, input: &Input) -> Outcome {
        self.memory.wait(input.time);
        let (source, frame) = punt::arrive(input.port, &input.bytes, self.beat_bytes);
        walk(&self.tables, &mut self.memory, frame, entered(source, self.generation))
    }

    /// Walk every frame, in the order of their times.
    pub fn run(&mut self, inputs: &[Input]) -> Run {
        let mut order: Vec<usize> = (0..inputs.len()).collect();
        order.sort_by_key(|i| inputs[*i].time);
        let judge = |input: usize| {
            let Outcome { passes, frame, .. } = self.walk(&inputs[input]);
            Judged { input, passes, frame, cycles: None }
        };
        Run { judged: order.into_iter().map(judge).collect(), ..Run::default() }
    }
}
