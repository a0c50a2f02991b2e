//! Who judges the packets: the gateware's model, the reference, or one the other?
//!
//! ```text
//!   frames per port --> [ model ] --> frames, records --> packets in the order of the card
//!                                                            |
//!                       [ walk  ] --> verdict, frame, passes -+--> equal, field by field?
//! ```

mod judge;
mod model;
mod reference;

pub use judge::{Mismatch, hex};
pub use model::Bench;
pub use reference::Reference;

use crate::{arguments::Engine, error::Error, network::Wanted};
use hdl::explain::Passes;
use std::time::Duration;

/// A card by the engine that was asked for.
#[derive(Debug)]
pub enum Runner {
    /// In plain Rust.
    Reference(Box<Reference>),
    /// The gateware.
    Model {
        /// Its model.
        bench: Box<Bench>,
        /// Is every packet compared with the reference?
        compares: bool,
    },
}

impl Runner {
    /// A card that holds what is wanted; the neighbors of a model's ports pause in
    /// `stall_percent` of clocks.
    pub fn new(
        wanted: &Wanted,
        engine: Engine,
        seed: u32,
        stall_percent: u32,
    ) -> Result<Self, Error> {
        Ok(match engine {
            Engine::Reference => Self::Reference(Box::new(Reference::new(wanted, seed)?)),
            Engine::Rtl | Engine::Both => {
                let bench = Box::new(Bench::new(wanted, seed, stall_percent)?);
                Self::Model { bench, compares: engine == Engine::Both }
            }
        })
    }

    /// Put every frame through it; what the reference judges otherwise, if that is asked.
    pub fn run(&mut self, inputs: &[Input]) -> Result<(Run, Vec<Mismatch>), Error> {
        Ok(match self {
            Self::Reference(reference) => (reference.run(inputs), Vec::new()),
            Self::Model { bench, compares: false } => (bench.run(inputs)?, Vec::new()),
            Self::Model { bench, compares: true } => {
                let run = bench.run(inputs)?;
                let mismatches = bench.compare(inputs, &run);
                (run, mismatches)
            }
        })
    }
}

/// A frame that goes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// At which port.
    pub port: usize,
    /// When, by its capture.
    pub time: Duration,
    /// Its bytes, without frame check sequence.
    pub bytes: Vec<u8>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Its index among the inputs.
    pub input: usize,
    /// Why.
    pub passes: Passes,
    /// As it left; none if it was dropped.
    pub frame: Option<Vec<u8>>,
    /// When, if there was a clock.
    pub cycles: Option<Cycles>,
}

/// When a packet was where, in clocks since the first frame of its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycles {
    /// Its first beat went in.
    pub entered: u64,
    /// Its first beat came out.
    pub left: Option<u64>,
}

impl Cycles {
    /// Port to port.
    pub fn latency(&self) -> Option<u64> {
        self.left.map(|left| left - self.entered)
    }
}

/// Every packet of a run, in the order in which they were judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Packet by packet.
    pub judged: Vec<Judged>,
    /// Pass by pass, in the order in which the card took these: which packet's it was.
    pub order: Vec<usize>,
    /// Clocks from the first beat in to the last beat out, if there was a clock.
    pub cycles: Option<u64>,
}

/// Picoseconds of a clock at 156.25 MHz, by which captures of the model's frames count time.
const CLOCK_PICOSECONDS: u64 = 6_400;

/// What a number of clocks takes at 156.25 MHz.
pub fn time(cycles: u64) -> Duration {
    Duration::from_nanos(cycles * CLOCK_PICOSECONDS / 1000)
}
