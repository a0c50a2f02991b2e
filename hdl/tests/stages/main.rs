//! Does each stage's kernel say, packet by packet, what its reference says?
//!
//! A packet a clock with idle clocks in between, everything from small pools so that hits and near
//! misses happen. The parser has its own proof beside it, with real frames.
#![cfg(feature = "gateware")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod bench;
mod connections;
mod leaves;
mod lookups;
mod meters;
mod pools;
mod reasons;
mod searches;
mod turns;
