//! What does the gateware do with these frames? Clock by clock, through its ports and registers.

use super::{Cycles, Input, Judged, Mismatch, Run, judge::compare};
use crate::{
    error::Error,
    network::{Wanted, entered},
    style,
};
use hdl::{memory::Memory, profile::PORTS, punt};
use indicatif::ProgressBar;
use sim::{Ended, Followed, Journey, Model, Pauses, Taken, follow, retrace};

/// Clocks between two looks at the progress.
const SLICE_CYCLES: u64 = 50_000;
/// Bytes from which on it takes so long that somebody wants to see progress.
const BAR_BYTES: u64 = 100_000;

/// A card's model, programmed and open.
#[derive(Debug)]
pub struct Bench {
    card: driver::Card<Model>,
    /// What it remembers, by the reference.
    memory: Memory,
}

impl Bench {
    /// Program the model of a card; each port's neighbors pause in `stall_percent` of clocks.
    pub fn new(wanted: &Wanted, seed: u32, stall_percent: u32) -> Result<Self, Error> {
        let mut card = wanted.program(Model::new(&wanted.profile, seed)?, seed)?;
        let pauses =
            Pauses { idle_per_mille: 10 * stall_percent, stall_per_mille: 10 * stall_percent };
        for port in 0..PORTS {
            card.io_mut().pauses(port, pauses)?;
        }
        Ok(Self { memory: card.memory(), card })
    }

    /// Every packet of a run that the reference judges otherwise. Runs are compared one by one in
    /// their order, as connections of one may go on in the next.
    pub fn compare(&mut self, inputs: &[Input], run: &Run) -> Vec<Mismatch> {
        let generation = self.card.generation() & 1 == 1;
        let beat_bytes = self.card.profile().width_bits / 8;
        let taken = run.judged.iter().map(|judged| {
            let Input { port, bytes, .. } = &inputs[judged.input];
            let (source, frame) = punt::arrive(*port, bytes, beat_bytes);
            let entered = entered(source, generation);
            Taken { frame, entered, passes: judged.passes }
        });
        let (taken, tables) = (taken.collect::<Vec<_>>(), self.card.tables());
        compare(run, retrace(&run.order, &taken, |_| tables, &mut self.memory))
    }

    /// Put every frame through it, each port's in their order.
    pub fn run(&mut self, inputs: &[Input]) -> Result<Run, Error> {
        let model = self.card.io_mut();
        let start = model.cycles();
        for input in inputs {
            model.send(input.port, &input.bytes)?;
        }
        let all = model.waiting();
        let progress = if all < BAR_BYTES {
            ProgressBar::hidden()
        } else {
            style::progress("bytes through the model", all)
        };
        while model.run(SLICE_CYCLES)? == Ended::Cycles {
            progress.set_position(all - model.waiting());
        }
        progress.finish_and_clear();
        let outcome = model.take()?;
        let ends = outcome.received.iter().map(|f| f.last_cycle);
        let end = ends.chain(outcome.sent.iter().map(|s| s.last_cycle)).max();
        let mut places: [_; PORTS] =
            std::array::from_fn(|port| (0..inputs.len()).filter(move |i| inputs[*i].port == port));
        let Followed { journeys, order } = follow(outcome)?;
        let judged = journeys.into_iter().map(|journey| {
            let input = places[journey.sent.port].next();
            let input = input.expect("no more frames are followed than were sent");
            judged(input, journey, start)
        });
        let cycles = Some(end.map_or(0, |end| end + 1 - start));
        Ok(Run { judged: judged.collect(), order, cycles })
    }
}

fn judged(input: usize, journey: Journey, start: u64) -> Judged {
    let cycles = Cycles {
        entered: journey.sent.first_cycle - start,
        left: journey.received.as_ref().map(|f| f.first_cycle - start),
    };
    let frame = journey.received.map(|f| f.bytes);
    Judged { input, passes: journey.passes, frame, cycles: Some(cycles) }
}
