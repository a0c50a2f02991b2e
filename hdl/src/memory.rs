//! What does a card remember from packet to packet?

use crate::{connection::Connections, explain::Trace, meter::Meter, profile::Profile};
use std::time::Duration;

/// What the reference remembers, as the card does, and what time it is.
#[derive(Clone, Debug)]
pub struct Memory {
    /// Those that it knows.
    pub connections: Connections,
    /// What its ENIs have sent, got and asked.
    pub meter: Meter,
    clock_khz: u32,
}

impl Memory {
    /// Nothing yet: of a card with this profile and this seed of its hash tables.
    pub fn new(profile: &Profile, seed: u64) -> Self {
        Self {
            connections: Connections::new(profile.buckets_log2(), seed),
            meter: Meter::default(),
            clock_khz: profile.clock_khz,
        }
    }

    /// Let time pass until the card made that record: less than a turn of its ticks and clocks.
    pub fn follow(&mut self, record: &Trace) {
        self.connections.follow(record.tick);
        self.meter.follow(record.clock);
    }

    /// Let time pass until so long after the reset, in ticks of a second; back it does not go.
    pub fn wait(&mut self, time: Duration) {
        self.connections.wait(time.as_secs());
        let clocks = time.as_nanos() * u128::from(self.clock_khz) / 1_000_000;
        self.meter.wait(clocks as u64);
    }
}
