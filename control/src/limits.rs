//! How much may an ENI send, get and ask?

use crate::file::Number;
use serde::Deserialize;
use std::ops::RangeInclusive;

/// What a limit may be, in packets a second,
pub const PACKETS_PER_SECOND: RangeInclusive<u64> = 10..=200_000_000;
/// in bytes a second,
pub const BYTES_PER_SECOND: RangeInclusive<u64> = 125_000..=12_500_000_000;
/// and at once, in milliseconds of those.
pub const BURST_MS: RangeInclusive<u64> = 1..=1000;

/// `limits` of an ENI in a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Of what leaves it; left out: no limit.
    pub outbound: Option<Rates>,
    /// Of what comes to it; left out: no limit.
    pub inbound: Option<Rates>,
    /// Of what goes to the host's CPU, in [`PACKETS_PER_SECOND`]; left out: 1,024, the limit of EC2
    /// on what a network interface sends to the resolver (AWS whitepaper "Hybrid Cloud DNS Options
    /// for Amazon VPC", "Constraints").
    pub punts_per_second: Option<Number>,
    /// What may come at once, as milliseconds of those rates, in [`BURST_MS`]; left out: 100.
    pub burst_ms: Option<Number>,
}

/// One direction's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// In [`PACKETS_PER_SECOND`]; left out: no limit.
    pub packets_per_second: Option<Number>,
    /// Bytes of IP packets, in [`BYTES_PER_SECOND`]; left out: no limit.
    pub bytes_per_second: Option<Number>,
}

/// How much an ENI may send, get and ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of what leaves it.
    pub outbound: Limit,
    /// Of what comes to it.
    pub inbound: Limit,
    /// Of what goes to the host's CPU, packets a second, in [`PACKETS_PER_SECOND`].
    pub punts: u64,
    /// What may come at once, as milliseconds of those rates, in [`BURST_MS`].
    pub burst_ms: u64,
}

/// How much may pass in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limit {
    /// Packets a second, in [`PACKETS_PER_SECOND`].
    pub packets: Option<u64>,
    /// Bytes of IP packets a second, in [`BYTES_PER_SECOND`].
    pub bytes: Option<u64>,
}

impl Limits {
    /// Unless the file says otherwise.
    pub const DEFAULT: Self = {
        let none = Limit { packets: None, bytes: None };
        Self { outbound: none, inbound: none, punts: 1024, burst_ms: 100 }
    };
}
