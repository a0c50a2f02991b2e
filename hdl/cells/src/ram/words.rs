//! What does the Rust model of a memory hold, and what where nobody wrote?

use rust_hdl::prelude::*;
use std::collections::HashMap;

/// `2^depth_log2` words; only those that were touched take room.
pub(super) struct Words<T> {
    depth_log2: usize,
    first: fn(usize) -> T,
    words: HashMap<usize, T>,
}

impl<T: Copy> Words<T> {
    /// `first` gives the content of a place that was not written.
    pub(super) fn new(depth_log2: usize, first: fn(usize) -> T) -> Self {
        Self { depth_log2, first, words: HashMap::new() }
    }

    /// The address without the bits above the depth.
    pub(super) fn place<const A: usize>(&self, address: Bits<A>) -> usize {
        address.index() & ((1 << self.depth_log2) - 1)
    }

    pub(super) fn get(&mut self, place: usize) -> T {
        *self.words.entry(place).or_insert_with(|| (self.first)(place))
    }

    pub(super) fn set(&mut self, place: usize, word: T) {
        self.words.insert(place, word);
    }
}

/// A word as random as the first content of a memory (xorshift64 from the address).
pub(super) fn noise<const W: usize>(seed: usize) -> Bits<W> {
    let mut state = (seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut word = Bits::default();
    for bit in 0..W {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        word = word.replace_bit(bit, state & 1 == 1);
    }
    word
}
