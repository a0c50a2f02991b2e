//! Which entry has exactly this key? A table of four ways, one lookup per clock.
//!
//! ```text
//! clock 0   1        2         3   4        5         6              7
//! key ->[digest]->[4 addresses]->[key RAM]->[compare]->[hit]------>[select]-> hit, action, entry
//!                        \------[ ][ ]-->[action RAM]------------->/
//! ```
//! Latency: [`LATENCY`] clocks. Throughput: a lookup per clock. Capacity: `4 * 2^depth_log2`
//! entries; the host places them ([`Placement`], 4-ary cuckoo) and fills 90 % and more of it.
//!
//! **Entry**, bit 0 first: key (K bits), action (A bits), lives (2 bits). Bit g of `lives` set:
//! alive for lookups with `i_gen` = g. A lookup hits an entry with an equal key that is alive in
//! its generation; when two are (while the host moves an entry), the lower way answers.
//!
//! **Slot**: 18 bits, `{way: 2, index: 16}`, see [`Slot`].
//!
//! **Writes** wait in a one-entry buffer for a clock without a lookup and travel down the pipeline
//! in its place: a lookup sees either all of an entry or nothing of it, and no RAM word is ever
//! read in the clock that writes it. Under a lookup in every clock they wait as long as that lasts.
//! **After reset** a sweep of `2^depth_log2` clocks kills all entries; `busy` says so, lookups
//! miss.
//!
//! **RAM.** Ways of up to 16 slots are LUT RAM, larger ones block RAM, of which one holds 512 words
//! at least.
//!
//! The seed must not change while entries live: reset, set the seed, write the entries anew.
//!
//! **Cost** of 4 x 512 slots with a key of 136 and an action of 133 bits: 32 DP16KD, 1,742
//! flip-flops, 1,858 LUT4 (yosys 0.70, `synth_lattice -family ecp5 -nowidelut`; 1,873 and 348 PFUMX
//! without the option). Tie `r_valid` low where nobody reads back: its part vanishes.

#[cfg(feature = "gateware")]
mod along;
#[cfg(feature = "gateware")]
pub(crate) mod digest;
#[cfg(feature = "gateware")]
mod kernel;
#[cfg(feature = "gateware")]
mod ports;
#[cfg(feature = "gateware")]
mod select;
#[cfg(feature = "gateware")]
mod way;

mod placement;
mod shape;

#[cfg(feature = "gateware")]
pub use kernel::Exact;
pub use placement::{Error, Placement, SlotWrite};
pub use shape::{Entry, Lives, Shape, Slot};

/// Clocks from a key to its answer.
pub const LATENCY: usize = 7;

/// Bits of a slot number: way and index.
pub const SLOT_BITS: usize = 18;
