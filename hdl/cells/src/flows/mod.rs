//! Has this flow been seen before? A table that remembers keys by itself, one request per clock.
//!
//! [`Model`] says in plain Rust what the table answers: each request from its beginning to its end,
//! one after the other.

mod model;
mod shape;

pub use model::{Answer, Model, Request};
pub use shape::{
    CLASSES, ENTRIES, Home, MAX_DEPTH_LOG2, POSITIONS, Rules, STATE_BITS, STATES, Shape, TAG_BITS,
    TICK_BITS,
};
