//! Which interval holds this key: longest-prefix match, port ranges and address classes at once.
//!
//! A bank holds sorted, disjoint intervals; a lookup answers label and index of the last one that
//! starts at or before the key. [`Table`] makes the intervals of prefixes or ranges.
//!
//! ```text
//!            2 levels of 2 to 16 ways      1 level of 4 to 16 ways
//!   key  ──┬────────────────────────────┬─────────────────────────┐
//!   bank ──┴─ LUT RAM, comparators ─────┴─ block RAM, comparators ─┴─ labels ── label, index
//! ```
//! Throughput: one lookup per clock, any mix of banks, never a stall; and one write per clock, any
//! order. Latency: [`latency`] clocks, always. Capacity: 16 to 4,096 intervals per bank, a power of
//! two.
//!
//! A bank is written while no lookup in flight searches it: wait [`latency`] clocks after its last
//! lookup, write all of [`Table::bank`], and look up [`WRITE_CLOCKS`] after the last write. The
//! bank is an address bit of every memory, so that reads and writes then never meet in one row.
//! Memories have no reset: until a bank is written, it answers anything.

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

/// Levels of the search: all but the last in LUT RAM.
const LEVELS: usize = 3;
/// Ways of a level, at most.
const MOST_WAYS_LOG2: usize = 4;
/// Fewest and most intervals in a bank, as powers of two.
pub const CAPACITY_LOG2_MIN: usize = 4;
/// See [`CAPACITY_LOG2_MIN`].
pub const CAPACITY_LOG2_MAX: usize = LEVELS * MOST_WAYS_LOG2;
/// Bits of the bank and an index.
#[cfg(feature = "gateware")]
const PATH: usize = 1 + CAPACITY_LOG2_MAX;

/// Ways of each level. Block RAM is the scarce thing, and a row of it costs as much with few nodes
/// as with many: four ways there, until the levels before have all that they can.
#[cfg(feature = "gateware")]
const fn ways_log2(depth_log2: usize) -> [usize; LEVELS] {
    let shallow = if depth_log2 < 10 { depth_log2 - 2 } else { 2 * MOST_WAYS_LOG2 };
    [shallow / 2, shallow - shallow / 2, depth_log2 - shallow]
}

/// Clocks from key to label of an [`Interval`] with this `STEP` (0 to 2).
pub const fn latency(step: usize) -> usize {
    const LABEL: usize = 2;
    let shallow = 2 + if step > 0 { 1 } else { 0 };
    (LEVELS - 1) * shallow + 3 + step + LABEL
}

/// A lookup that comes in this many clocks after a write sees it.
pub const WRITE_CLOCKS: usize = 3;
