//! Has this flow been seen before? A table that remembers keys by itself, one request per clock.
//!
//! ```text
//! clock 0        3            7        8        10             14      15        16       17
//! key ->[locate]->[16 entries]->[match]->[slot]->[key and state]->[=]-->[decide]->[store]-> answer
//!   \       \-->[ window: 14 digests compared ]->[ history: their decisions ]^       \-> memories
//!    \---------->[ keys: is it who it seems to be? ]------- allow, void --/
//! ```
//! A request finds its key's entry, adds its events to the entry's state and puts off its deadline;
//! without one it makes one, if it is allowed. [`Model`] says it in plain Rust, each request from
//! its beginning to its end, one after the other. The table answers each as the model does, slot
//! included, though seventeen are under way: in particular requests of one new key share one entry
//! however close they come.
//!
//! Latency: [`LATENCY`] clocks; [`DECIDE`] clocks to the bits that allow an entry or take the
//! request back, so that somebody else can look up whether it should count. Throughput: a request
//! per clock, never a stall. Capacity: `16 * 2^depth_log2` entries, four ways of buckets of four;
//! with random keys the first one finds no room at 84 to 90 % of 2,048 (20 seeds).
//!
//! **State**: six bits that the table does not understand. Its [`Rules`] say to which of four idle
//! times a state belongs, and which states are closed: a `fresh` request finds a closed entry as
//! good as gone, and if allowed begins it anew in the same slot.
//!
//! **Time**: twelve bits of ticks. An entry over its deadline is gone at once, for who looks for it
//! and for who looks for room. The sweep only sees to it that it does not come back half a turn
//! later: a step per tick, in a clock without a request, each freeing what has lapsed in a bucket
//! of each way. `wants_idle` says that a step waits; give it a clock before the next tick.
//!
//! **Twins**, two keys of one tag and one index (30 bits of the digest in a table of 2,048), have
//! all buckets in common. Only one of them has an entry, the other finds no room until it has gone.
//! So one whole key is compared per request, and nobody is taken for somebody else.
//!
//! **How it is exact**: a request reads the memories long before its predecessors have written. It
//! is compared with each of the fourteen whose writes it misses, digest and buckets, while hash
//! and memories run; and in full with the nearest one of the same digest, so that a key that only
//! seems to be another one's finds no room (one of 2^48 pairs). One register holds the last
//! decision; as it passes, each request on its way adds to its own sight what that decision means
//! to it, and what a predecessor wrote counts and not what was read, so that a word read in the
//! clock of its writing may be anything. Only the direct predecessor's decision is needed in the
//! clock after it was made.
//!
//! **After reset** all entries are freed, `2^depth_log2` and some clocks; `busy` says so, requests
//! then make nothing. The seed must not change while entries live.
//!
//! **Cost** of 2,048 entries with a key of 306 bits, in the card: 57 DP16KD, 5,971 flip-flops,
//! 4,057 LUT4, 141 CCU2C and 373 LUT RAMs (yosys 0.70, `synth_ecp5`).

#[cfg(feature = "gateware")]
mod along;
#[cfg(feature = "gateware")]
mod decide;
#[cfg(feature = "gateware")]
mod entries;
#[cfg(feature = "gateware")]
mod history;
#[cfg(feature = "gateware")]
mod kernel;
#[cfg(feature = "gateware")]
mod keys;
#[cfg(feature = "gateware")]
mod locate;
#[cfg(feature = "gateware")]
mod look;
#[cfg(feature = "gateware")]
mod recall;
#[cfg(feature = "gateware")]
mod store;
#[cfg(feature = "gateware")]
mod sweep;
#[cfg(feature = "gateware")]
mod window;

mod model;
mod shape;

#[cfg(feature = "gateware")]
pub use kernel::Flows;
pub use model::{Answer, Model, Request};
pub use shape::{
    CLASSES, ENTRIES, Home, MAX_DEPTH_LOG2, POSITIONS, Rules, STATE_BITS, STATES, Shape, TAG_BITS,
    TICK_BITS,
};

/// Clocks from a request to the bit that allows it an entry.
pub const DECIDE: usize = 14;
/// Clocks from a request to its answer.
pub const LATENCY: usize = 17;

/// Bits of the number of an entry, `{position: 2, way: 2, index: 10}` in the largest table.
pub const SLOT_BITS: usize = 4 + MAX_DEPTH_LOG2;
/// Bits of a count of entries.
pub const OCCUPIED_BITS: usize = SLOT_BITS + 1;
