//! How many packets met which end?

use crate::{card::Card, error::Error, io::CardIo};
use hdl::{
    bar0,
    meta::{DropReason, PuntReason},
};

/// Packets since the card's reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    /// Forwarded, out of any port.
    pub forwarded: u64,
    /// Sent on as the host gave them.
    pub injected: u64,
    /// Of those punted: lost because the host had not read the ones before.
    pub cpu_lost: u64,
    dropped: [u64; DropReason::ALL.len()],
    punted: [u64; PuntReason::ALL.len()],
}

impl Counters {
    /// Dropped for that reason; `DropReason::None` counts nothing.
    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.dropped[reason.code() as usize]
    }

    /// Sent to the host's CPU for that reason; `PuntReason::None` counts nothing.
    pub fn punted(&self, reason: PuntReason) -> u64 {
        self.punted[reason.code() as usize]
    }

    /// Every reason that dropped at least one, in the order of the walk.
    pub fn reasons(&self) -> impl Iterator<Item = (DropReason, u64)> {
        DropReason::ALL.iter().map(|r| (*r, self.dropped(*r))).filter(|(_, count)| *count > 0)
    }

    /// All of them, whatever became of them.
    pub fn packets(&self) -> u64 {
        let ended = self.dropped.iter().chain(&self.punted).sum::<u64>();
        self.forwarded + self.injected + ended
    }
}

impl<B: CardIo> Card<B> {
    /// Read every counter. Each is of one moment; two of them need not be of the same.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn counters(&mut self) -> Result<Counters, Error> {
        let mut counters = Counters {
            forwarded: self.counter(DropReason::None.code())?,
            injected: self.counter(PuntReason::None.settled())?,
            cpu_lost: self.cpu_lost()?,
            dropped: [0; DropReason::ALL.len()],
            punted: [0; PuntReason::ALL.len()],
        };
        for reason in &DropReason::ALL[1..] {
            counters.dropped[reason.code() as usize] = self.counter(reason.code())?;
        }
        for reason in &PuntReason::ALL[1..] {
            counters.punted[reason.code() as usize] = self.counter(reason.settled())?;
        }
        Ok(counters)
    }

    fn counter(&mut self, number: u64) -> Result<u64, Error> {
        let io = self.io_mut();
        io.write32(bar0::COUNTER_SELECT, number as u32)?;
        let low = io.read32(bar0::COUNTER)?;
        let high = io.read32(bar0::COUNTER + 4)?;
        Ok(u64::from(high) << 32 | u64::from(low))
    }

    /// Both halves of one moment: between two reads the low one overflows once, at most.
    fn cpu_lost(&mut self) -> Result<u64, Error> {
        let io = self.io_mut();
        let before = io.read32(bar0::CPU_LOST + 4)?;
        let mut low = io.read32(bar0::CPU_LOST)?;
        let high = io.read32(bar0::CPU_LOST + 4)?;
        if high != before {
            low = io.read32(bar0::CPU_LOST)?;
        }
        Ok(u64::from(high) << 32 | u64::from(low))
    }
}
