//! Which interval holds this key: longest-prefix match, port ranges and address classes at once.
//!
//! A bank holds sorted, disjoint intervals; a lookup answers the label of the last one that starts
//! at or before the key.
//!
//! ```text
//!            two levels of 8 ways          1 or 2 levels of 4 ways
//!   key  ──┬──────────────────────────┬───────────────────────────┐
//!   bank ──┴ LUT RAM ─ 7 comparators ─┴ block RAM ─ 3 comparators ─┴─ labels ── label, index
//! ```

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

/// Clocks from key to label; `step` (0 or 1) as in [`Interval`].
pub const fn latency(deep: usize, step: usize) -> usize {
    const LABEL: usize = 2;
    SHALLOW_LEVELS * (2 + if step > 0 { 1 } else { 0 }) + deep * (3 + step) + LABEL
}

/// A lookup that comes in this many clocks after a write sees it.
pub const WRITE_CLOCKS: usize = 3;
