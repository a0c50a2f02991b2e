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

pub use judge::{Mismatch, compare, hex};
pub use model::Bench;
pub use reference::Reference;

use hdl::explain::Passes;
use std::time::Duration;

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
    /// Clocks from the first beat in to the last beat out, if there was a clock.
    pub cycles: Option<u64>,
}

/// Picoseconds of a clock at 156.25 MHz, by which captures of the model's frames count time.
const CLOCK_PICOSECONDS: u64 = 6_400;

/// What a number of clocks takes at 156.25 MHz.
pub fn time(cycles: u64) -> Duration {
    Duration::from_nanos(cycles * CLOCK_PICOSECONDS / 1000)
}
