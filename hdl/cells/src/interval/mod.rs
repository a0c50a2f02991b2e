//! Which interval holds this key: longest-prefix match, port ranges and address classes at once.
//!
//! A bank holds sorted, disjoint intervals; a lookup answers label and index of the last one that
//! starts at or before the key. [`Table`] makes the intervals of prefixes or ranges.
//!
//! ```text
//!            2 levels of 8 ways         1 or 2 levels of 4 ways
//!   key  ──┬─────────────────────────┬────────────────────────────┐
//!   bank ──┴ LUT RAM, 7 comparators ─┴ block RAM, 3 comparators ──┴─ labels ── label, index
//! ```
//! Throughput: one lookup per clock, any mix of banks, never a stall; and one write per clock, any
//! order. Latency: [`latency`] clocks, always. Capacity: [`capacity`] intervals per bank.
//!
//! A bank is written while no lookup in flight searches it: wait [`latency`] clocks after its last
//! lookup, write all of [`Table::bank`], and look up [`WRITE_CLOCKS`] after the last write. The
//! bank is an address bit of every memory, so that reads and writes then never meet in one row.
//! Memories have no reset: until a bank is written, it answers anything.
//!
//! ECP5-85, out of context, seed 1, asked for 250 MHz:
//!
//! | key, label | intervals | `STEP` | clocks | LUT4 | CCU2C | DPR16X4 | FF | DP16KD | MHz, -8 |
//! | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
//! | 33, 16 | 2 x 256 | 0 | 9 | 49 | 272 | 126 | 849 | 4 | 233 |
//! | 136, 24 | 2 x 1,024 | 1 | 16 | 1,803 | 1,360 | 476 | 4,198 | 27 | 165 |
//! | 136, 24 | 2 x 1,024 | 2 | 18 | 1,792 | 1,360 | 476 | 5,304 | 27 | 199 |
//!
//! With `STEP` 1 the way from the block RAMs to the comparators is the limit (2.8 of 6.1 ns), with
//! 2 the count of yes answers in LUT RAM levels.

mod table;
pub use table::{Entry, Error, Key, Prefix, Range, Table};

#[cfg(feature = "gateware")]
mod compare;
#[cfg(feature = "gateware")]
mod lane;
#[cfg(feature = "gateware")]
mod level;
#[cfg(feature = "gateware")]
mod search;
#[cfg(feature = "gateware")]
pub use search::Interval;

/// Levels of 8 ways, in LUT RAM.
const SHALLOW_LEVELS: usize = 2;

/// Index bits of a table with `deep` levels of 4 ways.
const fn capacity_log2(deep: usize) -> usize {
    3 * SHALLOW_LEVELS + 2 * deep
}

/// Intervals in a bank of a table with `deep` (1 or 2) levels of 4 ways in block RAM.
pub const fn capacity(deep: usize) -> usize {
    1 << capacity_log2(deep)
}

/// Clocks from key to label of an [`Interval`] with these `DEEP` (1 or 2) and `STEP` (0 to 2).
pub const fn latency(deep: usize, step: usize) -> usize {
    const LABEL: usize = 2;
    SHALLOW_LEVELS * (2 + if step > 0 { 1 } else { 0 }) + deep * (3 + step) + LABEL
}

/// A lookup that comes in this many clocks after a write sees it.
pub const WRITE_CLOCKS: usize = 3;
