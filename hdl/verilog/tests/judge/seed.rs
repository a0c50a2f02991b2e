//! Which inputs are tried? Random ones, with many zeros, ones, small and nearly full numbers.
use num_bigint::BigUint;
use rust_hdl::prelude::{Bits, Signed, Synth, signed_cast};

/// splitmix64.
pub struct Seed(pub u64);

impl Seed {
    /// The same numbers for the same name.
    pub fn of(name: &str) -> Seed {
        Seed(name.bytes().fold(7, |all, byte| all * 131 % 0xffff_ffff_fff1 + u64::from(byte)))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// A number of at most `width` bits, often an edge of the range.
    pub fn number(&mut self, width: usize) -> BigUint {
        let ones = (BigUint::from(1u8) << width) - 1u8;
        let words = (0..width.div_ceil(32)).map(|_| self.next() as u32).collect();
        let value = BigUint::new(words) & &ones;
        match self.below(8) {
            0 => BigUint::from(self.below(4)) & ones,
            1 => &ones - (BigUint::from(self.below(4)) & &ones),
            2 => BigUint::from(1u8) << self.below(width),
            3 => (BigUint::from(1u8) << self.below(width)) - 1u8,
            _ => value,
        }
    }
}

/// Types whose signals a test can drive.
pub trait Random<T> {
    fn random(&mut self) -> T;
}

impl Random<bool> for Seed {
    fn random(&mut self) -> bool {
        self.next() & 1 == 1
    }
}

impl<const N: usize> Random<Bits<N>> for Seed {
    fn random(&mut self) -> Bits<N> {
        self.number(N).into()
    }
}

impl<const N: usize> Random<Signed<N>> for Seed {
    fn random(&mut self) -> Signed<N> {
        // rust-hdl's `signed_bit_cast` never returns on the least number.
        let value: BigUint = self.number(N);
        let least = BigUint::from(1u8) << (N - 1);
        let value = if value == least { least + 1u8 } else { value };
        signed_cast(Bits::<N>::from(value))
    }
}

/// The bits of a value.
pub fn value<T: Synth>(value: T) -> BigUint {
    let text = format!("{:x}", value.verilog());
    BigUint::parse_bytes(text.split_once("'h").unwrap().1.as_bytes(), 16).unwrap()
}
