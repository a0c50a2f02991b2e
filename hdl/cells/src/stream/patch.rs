//! How do a few halfwords of a frame change on their way out?
//!
//! ```text
//!  v_header  767                                     98 97         62 61            32 31     0
//!            +-- the new header, at most 41 halfwords --+--- add_* ---+- delta, set_* -+- value -+
//! ```
//! A [`Patch`] comes with the verdict, in the lowest [`PATCH_BITS`] bits of its header, its first
//! field lowest. [`Change`] is the same for plain Rust, and says what it does.
//!
//! **Preconditions**: all places that are not 0 are different, those behind the `set` ones too; no
//! `add` place is a frame's last byte alone. A place behind the frame's end changes nothing.

use rust_hdl::prelude::*;

/// Bits of a [`Patch`].
pub const PATCH_BITS: usize = 98;

/// How some halfwords of a frame change on their way out. Places count halfwords of the frame as it
/// leaves, its new header included; 0 is none.
#[derive(Copy, Clone, Debug, Default, PartialEq, LogicStruct)]
pub struct Patch {
    /// Two halfwords,
    pub value: Bits<32>,
    /// which stand here: the upper half at the place, the lower half behind it,
    pub set_0: Bits<7>,
    /// and here.
    pub set_1: Bits<7>,
    /// What is added, in one's complement, to the complement of the halfwords
    pub delta: Bits<16>,
    /// here,
    pub add_0: Bits<7>,
    /// here,
    pub add_1: Bits<7>,
    /// here,
    pub add_2: Bits<7>,
    /// and here: RFC 1624, equation 3.
    pub add_3: Bits<7>,
    /// At `add_0` zero means that there is no checksum (RFC 768): a zero stays, and another one
    /// that becomes zero is written 0xffff.
    pub unless_0: Bit,
    /// At `add_1`.
    pub unless_1: Bit,
    /// At `add_2`.
    pub unless_2: Bit,
    /// At `add_3`.
    pub unless_3: Bit,
    /// At `add_0` it is the complement of `delta` that is added.
    pub minus_0: Bit,
    /// At `add_1`.
    pub minus_1: Bit,
    /// At `add_2`.
    pub minus_2: Bit,
    /// At `add_3`.
    pub minus_3: Bit,
}

impl From<Bits<PATCH_BITS>> for Patch {
    fn from(all: Bits<PATCH_BITS>) -> Self {
        Self {
            value: all.get_bits(0),
            set_0: all.get_bits(32),
            set_1: all.get_bits(39),
            delta: all.get_bits(46),
            add_0: all.get_bits(62),
            add_1: all.get_bits(69),
            add_2: all.get_bits(76),
            add_3: all.get_bits(83),
            unless_0: all.get_bit(90),
            unless_1: all.get_bit(91),
            unless_2: all.get_bit(92),
            unless_3: all.get_bit(93),
            minus_0: all.get_bit(94),
            minus_1: all.get_bit(95),
            minus_2: all.get_bit(96),
            minus_3: all.get_bit(97),
        }
    }
}

/// A [`Patch`] in plain Rust.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Four bytes,
    pub value: u32,
    /// which stand at these places (halfwords; 0 is none).
    pub set: [u8; 2],
    /// What is added, in one's complement, to the complement of
    pub delta: u16,
    /// the halfwords at these places (0 is none),
    pub add: [u8; 4],
    /// where a zero stays zero, and a result of zero is written 0xffff.
    pub unless: [bool; 4],
    /// Here it is the complement of `delta` that is added.
    pub minus: [bool; 4],
}

impl Change {
    /// What leaves as `frame`.
    pub fn apply(&self, frame: &mut [u8]) {
        for place in self.set.into_iter().filter(|&place| place != 0) {
            let there = frame.iter_mut().skip(2 * usize::from(place));
            there.zip(self.value.to_be_bytes()).for_each(|(byte, new)| *byte = new);
        }
        for i in (0..4).filter(|&i| self.add[i] != 0) {
            let (place, unless) = (self.add[i], self.unless[i]);
            let delta = if self.minus[i] { !self.delta } else { self.delta };
            let mut halfwords = frame.chunks_exact_mut(2);
            let Some(halfword) = halfwords.nth(place.into()) else { continue };
            let old = u16::from_be_bytes([halfword[0], halfword[1]]);
            let (sum, carry) = (!old).overflowing_add(delta);
            let new = match !(sum + u16::from(carry)) {
                _ if unless && old == 0 => 0,
                0 if unless => 0xffff,
                new => new,
            };
            halfword.copy_from_slice(&new.to_be_bytes());
        }
    }

    /// The [`PATCH_BITS`] bits of a [`Patch`].
    #[must_use]
    pub fn bits(&self) -> u128 {
        let [add_0, add_1, add_2, add_3] = self.add;
        let fields = [
            (u128::from(self.value), 32),
            (self.set[0].into(), 7),
            (self.set[1].into(), 7),
            (self.delta.into(), 16),
            (add_0.into(), 7),
            (add_1.into(), 7),
            (add_2.into(), 7),
            (add_3.into(), 7),
        ];
        let flags = self.unless.into_iter().chain(self.minus);
        let flags = flags.map(|flag| (u128::from(flag), 1));
        let fields: Vec<(u128, u32)> = fields.into_iter().chain(flags).collect();
        let from_the_top = fields.into_iter().rev();
        from_the_top.fold(0, |bits, (value, width)| bits << width | value)
    }
}

#[cfg(test)]
mod proof {
    use super::*;

    #[test]
    fn a_patch_is_its_bits() {
        let change = Change {
            value: 0x89ab_cdef,
            set: [0x11, 0x62],
            delta: 0x7531,
            add: [1, 0x7e, 0x2d, 0x53],
            unless: [true, false, false, true],
            minus: [false, false, true, true],
        };
        let patch = Patch {
            value: 0x89ab_cdefu64.to_bits(),
            set_0: 0x11u64.to_bits(),
            set_1: 0x62u64.to_bits(),
            delta: 0x7531u64.to_bits(),
            add_0: 1u64.to_bits(),
            add_1: 0x7eu64.to_bits(),
            add_2: 0x2du64.to_bits(),
            add_3: 0x53u64.to_bits(),
            unless_0: true,
            unless_1: false,
            unless_2: false,
            unless_3: true,
            minus_0: false,
            minus_1: false,
            minus_2: true,
            minus_3: true,
        };
        let word = Bits::<PATCH_BITS>::from(patch);
        for bit in 0..PATCH_BITS {
            assert_eq!(word.get_bit(bit), change.bits() >> bit & 1 == 1, "bit {bit}");
        }
        assert_eq!(Patch::from(word), patch);
    }

    /// RFC 1624, section 4: a checksum whose old halfword 0x5555 became 0x3285.
    #[test]
    fn the_example_of_rfc_1624() {
        let (sum, carry) = (!0x5555u16).overflowing_add(0x3285);
        let delta = sum + u16::from(carry);
        let change = Change { delta, add: [1, 0, 0, 0], ..Change::default() };
        let mut frame = [0, 0, 0xdd, 0x2f];
        change.apply(&mut frame);
        assert_eq!(frame, [0, 0, 0, 0]);
    }
}
