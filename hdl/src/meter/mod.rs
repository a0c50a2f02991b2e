//! Does an ENI send, get or ask more than it may?
//!
//! ```text
//!   ENI --> [ its row: what a packet, what a byte takes ] --> cost of the packet
//!                                                              |
//!   ENI, direction --> [ buckets ]  fits? <--------------------+--- now
//! ```
//! Of what would leave its ENI, and of what would come to it, packets and bytes are metered, each
//! direction by itself; of what goes to the host's CPU, packets. Bytes are those of the IP packet.
//! A packet passes if it fits both of its buckets, and only one that passes is counted in them.
//!
//! Times are in [`UNITS`] of a clock, rates are times: how long a packet or a byte takes at the
//! ENI's rate. A burst is a time as well: what may come at once is what the rate gives in it, and
//! a packet more. A row of zeros is no limit.

use crate::{meta::DropReason, parser::Headers};
use cells::bucket::Bucket;
use std::collections::HashMap;

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// A time: `mantissa << 6 * shift`.
    pub struct Span {
        /// The highest bits that are not zero, unless the shift is 0.
        mantissa: u16 => 16,
        /// In steps of six bits.
        shift: u8 => 2,
    }
    /// How much may pass in one direction.
    pub struct Rate {
        /// What a packet takes, in units / 64.
        packet: Span,
        /// What a byte takes, in units / 4,096.
        byte: Span,
    }
    /// How much an ENI may send, get and ask.
    pub struct Meters {
        /// Of what leaves it.
        outbound: Rate,
        /// Of what comes to it.
        inbound: Rate,
        /// What a packet to the host's CPU takes, in units / 64.
        punt: Span,
        /// How much may be owed in each bucket, in units.
        burst: Span,
    }
}

/// Units of a clock.
pub const UNITS: u64 = 16;
/// Bits of a time; what a packet costs and a burst must have two less.
pub const TIME_BITS: usize = 36;
/// Bits below the unit, of what a packet takes.
const PACKET_FRACTION: u32 = 6;
/// Bits below the unit, of what a byte takes.
const BYTE_FRACTION: u32 = 12;

// ---- reference --------------------------------------------------------------------------

impl Span {
    /// The nearest one, at most `1/2^11` off; none if it is too long.
    pub fn nearest(time: u64) -> Option<Self> {
        let spans = (0..4).map(|shift| {
            let half = (1 << (6 * shift)) >> 1;
            (time.saturating_add(half) >> (6 * shift), shift)
        });
        let (mantissa, shift) = spans.into_iter().find(|(mantissa, _)| *mantissa <= 0xffff)?;
        Some(Self { mantissa: mantissa as u16, shift: shift as u8 })
    }

    /// What a packet takes at so many a second, by a clock of so many Hz; as [`Span::nearest`].
    pub fn of_packet(per_second: f64, clock_hz: f64) -> Option<Self> {
        Self::of(1.0 / per_second, clock_hz, PACKET_FRACTION)
    }

    /// What a byte takes.
    pub fn of_byte(per_second: f64, clock_hz: f64) -> Option<Self> {
        Self::of(1.0 / per_second, clock_hz, BYTE_FRACTION)
    }

    /// A burst of so many seconds.
    pub fn of_burst(seconds: f64, clock_hz: f64) -> Option<Self> {
        Self::of(seconds, clock_hz, 0)
    }

    fn of(seconds: f64, clock_hz: f64, fraction: u32) -> Option<Self> {
        Self::nearest((seconds * clock_hz * (UNITS << fraction) as f64).round() as u64)
    }

    fn time(self) -> u64 {
        u64::from(self.mantissa) << (6 * self.shift)
    }
}

/// What passed of each ENI, and what time it is.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    /// Clocks since the buckets were emptied.
    now: u64,
    passed: HashMap<(u16, bool), [Bucket; 2]>,
    asked: HashMap<u16, Bucket>,
}

impl Meter {
    /// The clock, as the card counts it.
    pub fn clock(&self) -> u32 {
        self.now as u32
    }

    /// Let time pass until the card counts `clock`: less than a turn.
    pub fn follow(&mut self, clock: u32) {
        self.now += u64::from(clock.wrapping_sub(self.clock()));
    }

    /// Let time pass until this clock; back it does not go.
    pub fn wait(&mut self, now: u64) {
        self.now = self.now.max(now);
    }

    /// A packet would leave an ENI, or come to it.
    pub fn pass(&mut self, eni: u16, inbound: bool, meters: &Meters, h: &Headers) -> DropReason {
        let rate = if inbound { meters.inbound } else { meters.outbound };
        let bytes = u64::from(h.end - u16::from(h.l3_offset));
        let byte = (bytes * u64::from(rate.byte.mantissa)) << (6 * rate.byte.shift);
        let costs = [rate.packet.time() >> PACKET_FRACTION, byte >> BYTE_FRACTION];
        let (now, limit) = (self.now * UNITS, meters.burst.time());
        let buckets = self.passed.entry((eni, inbound)).or_default();
        if !buckets.iter().all(|bucket| bucket.fits(now, limit)) {
            return DropReason::Metered;
        }
        buckets.iter_mut().zip(costs).for_each(|(bucket, cost)| bucket.take(now, cost));
        DropReason::None
    }

    /// A packet of an ENI would go to the host's CPU.
    pub fn punt(&mut self, eni: u16, meters: &Meters) -> DropReason {
        let now = self.now * UNITS;
        let bucket = self.asked.entry(eni).or_default();
        if !bucket.fits(now, meters.burst.time()) {
            return DropReason::PuntLimited;
        }
        bucket.take(now, meters.punt.time() >> PACKET_FRACTION);
        DropReason::None
    }
}

// ---- kernel -----------------------------------------------------------------------------

#[cfg(feature = "gateware")]
pub mod gateware;
