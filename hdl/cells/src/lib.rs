//! Mechanisms that know no packet: memories, FIFOs, tables, the frame path. Which cell does what?
//!
//! Every file opens with the question it answers and says its latency in clocks, its throughput and
//! what it costs on an ECP5-85.
//!
//! ```text
//! state      register            delay            copies
//! memory     ram (2 clocks)      ram::LutRam (asynchronous)
//!            rmw (3 clocks)      counters          bucket
//! tables     hash   exact (7 clocks)               interval (9 to 18 clocks)
//!                   flows (17 clocks)
//! streams    skid   fifo         arbiter
//! ```

// A register with synchronous reset: the control state of everything else.
#[cfg(feature = "gateware")]
pub mod register;

// Simple dual port memory, two clocks from address to word, in block or LUT RAM; [`ram::LutRam`].
#[cfg(feature = "gateware")]
pub mod ram;

// The part's own text: a memory cut into ECP5 block RAMs.
#[cfg(feature = "gateware")]
mod dp16kd;

// A word, or a bit with reset, some clocks later.
#[cfg(feature = "gateware")]
pub mod delay;

// One bit for hundreds of multiplexers: registered once per group of them.
#[cfg(feature = "gateware")]
pub mod copies;

// Words in block RAM that are changed one per clock, also the same one over and over.
#[cfg(feature = "gateware")]
pub mod rmw;

// Token buckets in block RAM, a packet per clock: its rule, and its kernel.
pub mod bucket;

// 64-bit counters in block RAM, an event per clock.
#[cfg(feature = "gateware")]
pub mod counters;

// An AXI4-Stream register slice: cuts both directions, one beat per clock.
#[cfg(feature = "gateware")]
pub mod skid;

// A small FIFO in LUT RAM, first word falls through.
#[cfg(feature = "gateware")]
pub mod fifo;

// A FIFO of whole frames that loses what does not fit.
#[cfg(feature = "gateware")]
pub mod tail_drop;

// Round robin over frames.
#[cfg(feature = "gateware")]
pub mod arbiter;

// The keyed hash of the exact-match tables, plain Rust.
pub mod hash;

// The exact-match table: its kernel, and where the host puts entries.
pub mod exact;

// What time it is, for what lapses.
#[cfg(feature = "gateware")]
pub mod ticks;

// The table that remembers flows by itself: it makes, ages and frees its entries.
pub mod flows;

// The bits of a word as the fields of an entry.
#[cfg(feature = "gateware")]
pub mod view;

// Two wide words compared in two clocks.
#[cfg(feature = "gateware")]
pub mod equal;

// Which interval holds this key: longest-prefix match, port ranges, address classes.
pub mod interval;

// Where a frame waits while its header is judged, and how it leaves with another header.
#[cfg(feature = "gateware")]
pub mod stream;
