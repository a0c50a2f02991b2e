//! Where do a test's random inputs come from, so that a failure comes back?

use rust_hdl::prelude::Bits;

/// Pseudo-random numbers from a seed (xorshift64): the same in every run and on every machine.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Numbers that depend on `seed` alone.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// 64 random bits.
    pub fn word(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number in `0..end`.
    pub fn below(&mut self, end: u64) -> u64 {
        (self.word() >> 11) % end
    }

    /// True in about `percent` of the calls.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// `N` random bits.
    pub fn bits<const N: usize>(&mut self) -> Bits<N> {
        let mut bits = Bits::default();
        for start in (0..N).step_by(64) {
            let word = self.word();
            for bit in start..N.min(start + 64) {
                bits = bits.replace_bit(bit, word >> (bit - start) & 1 == 1);
            }
        }
        bits
    }
}
