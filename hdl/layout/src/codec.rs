//! How does a value become bits, and back?

use bitvec::{field::BitField, order::Lsb0, slice::BitSlice};
use core::fmt;

/// Bits in the order in which the card counts them: bit 0 is bit 0 of the first dword.
pub type Slice = BitSlice<u32, Lsb0>;

/// A choice had a code that nobody declared: card and driver do not speak of the same layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bad {
    /// The choice's type.
    pub choice: &'static str,
    /// The code found.
    pub code: u64,
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has no code {:#x}", self.choice, self.code)
    }
}

impl core::error::Error for Bad {}

/// A value with a fixed width in bits.
pub trait Packed: Copy {
    /// Width in bits.
    const BITS: usize;
    /// What the bits are, for the register page.
    const KIND: crate::Kind = crate::Kind::Plain;
    /// Write the value into `bits`, which are [`Packed::BITS`] long.
    fn put(&self, bits: &mut Slice);
    /// Read the value from `bits`, which are [`Packed::BITS`] long.
    ///
    /// # Errors
    /// [`Bad`] if a choice has a code that nobody declared.
    fn get(bits: &Slice) -> Result<Self, Bad>;
}

/// Write an unsigned number into all of `bits`.
///
/// # Panics
/// If the value needs more bits than there are.
pub fn put_uint(bits: &mut Slice, value: u128) {
    assert!(
        bits.len() >= 128 || value >> bits.len() == 0,
        "{value:#x} does not fit {} bits",
        bits.len()
    );
    for low in (0..bits.len()).step_by(64) {
        let high = bits.len().min(low + 64);
        bits[low..high].store_le((value >> low) as u64);
    }
}

/// Read an unsigned number of at most 128 bits.
pub fn get_uint(bits: &Slice) -> u128 {
    bits.chunks(64)
        .enumerate()
        .fold(0, |v, (i, part)| v | u128::from(part.load_le::<u64>()) << (64 * i))
}

impl Packed for bool {
    const BITS: usize = 1;
    fn put(&self, bits: &mut Slice) {
        bits.set(0, *self);
    }
    fn get(bits: &Slice) -> Result<Self, Bad> {
        Ok(bits[0])
    }
}

impl<T: Packed + Default, const N: usize> Packed for [T; N] {
    const BITS: usize = T::BITS * N;
    fn put(&self, bits: &mut Slice) {
        for (i, value) in self.iter().enumerate() {
            value.put(&mut bits[i * T::BITS..][..T::BITS]);
        }
    }
    fn get(bits: &Slice) -> Result<Self, Bad> {
        let mut all = [T::default(); N];
        for (value, part) in all.iter_mut().zip(bits.chunks(T::BITS)) {
            *value = T::get(part)?;
        }
        Ok(all)
    }
}

/// `W` bits without a meaning of their own, up to [`crate::FIELD_BITS_MAX`]: dword 0 lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wide<const W: usize>(pub [u32; crate::FIELD_BITS_MAX / 32]);

impl<const W: usize> Packed for Wide<W> {
    const BITS: usize = W;
    fn put(&self, bits: &mut Slice) {
        let all = Slice::from_slice(&self.0);
        assert!(all[W..].not_any(), "the value does not fit {W} bits");
        bits.copy_from_bitslice(&all[..W]);
    }
    fn get(bits: &Slice) -> Result<Self, Bad> {
        let mut value = Self::default();
        Slice::from_slice_mut(&mut value.0)[..W].copy_from_bitslice(bits);
        Ok(value)
    }
}

/// Unsigned numbers whose width in bits the field declares: one of them, or an array.
pub trait Uints: Copy {
    /// How many.
    const COUNT: usize;
    /// Write them side by side, the first lowest.
    fn put_each(&self, bits: &mut Slice);
    /// Read them back.
    fn get_each(bits: &Slice) -> Self;
}

macro_rules! uints {
    ($($int:ty),+) => { $(
        impl Uints for $int {
            const COUNT: usize = 1;
            fn put_each(&self, bits: &mut Slice) {
                put_uint(bits, u128::from(*self));
            }
            fn get_each(bits: &Slice) -> Self {
                get_uint(bits) as $int
            }
        }
    )+ };
}
uints!(u8, u16, u32, u64, u128);

impl<T: Uints + Default, const N: usize> Uints for [T; N] {
    const COUNT: usize = T::COUNT * N;
    fn put_each(&self, bits: &mut Slice) {
        let width = bits.len() / N;
        for (i, value) in self.iter().enumerate() {
            value.put_each(&mut bits[i * width..][..width]);
        }
    }
    fn get_each(bits: &Slice) -> Self {
        let mut all = [T::default(); N];
        for (value, part) in all.iter_mut().zip(bits.chunks(bits.len() / N)) {
            *value = T::get_each(part);
        }
        all
    }
}
