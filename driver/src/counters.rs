//! How many packets met which end?

use crate::{card::Card, error::Error, io::CardIo};
use hdl::{bar0, meta::DropReason};

/// Packets since the card's reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    /// Forwarded, out of any port.
    pub forwarded: u64,
    dropped: [u64; DropReason::ALL.len()],
}

impl Counters {
    /// Dropped for that reason; `DropReason::None` counts nothing.
    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.dropped[reason.code() as usize]
    }

    /// Every reason that dropped at least one, in the order of the walk.
    pub fn reasons(&self) -> impl Iterator<Item = (DropReason, u64)> {
        DropReason::ALL.iter().map(|r| (*r, self.dropped(*r))).filter(|(_, count)| *count > 0)
    }

    /// Forwarded and dropped.
    pub fn packets(&self) -> u64 {
        self.forwarded + self.dropped.iter().sum::<u64>()
    }
}

impl<B: CardIo> Card<B> {
    /// Read every counter. Each is of one moment; two of them need not be of the same.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn counters(&mut self) -> Result<Counters, Error> {
        let mut counters = Counters { forwarded: 0, dropped: [0; DropReason::ALL.len()] };
        let io = self.io_mut();
        for reason in DropReason::ALL {
            io.write32(bar0::COUNTER_SELECT, reason.code() as u32)?;
            let low = io.read32(bar0::COUNTER)?;
            let high = io.read32(bar0::COUNTER + 4)?;
            let count = u64::from(high) << 32 | u64::from(low);
            match reason {
                DropReason::None => counters.forwarded = count,
                reason => counters.dropped[reason.code() as usize] = count,
            }
        }
        Ok(counters)
    }
}
