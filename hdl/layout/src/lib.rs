//! Where does each bit of a table entry lie? Declared once here, read by every other room.
//!
//! [`layout!`] takes structs and enums with the width of each field and gives
//! - the plain Rust type, with its codec to little-endian dwords ([`Layout::pack`],
//!   [`Layout::unpack`]),
//! - the HDL type of the same name in a module `bits` (feature `gateware` of the calling crate),
//! - the Markdown page of the register reference ([`markdown`]),
//! - its part of the fingerprint by which driver and card recognise each other ([`fingerprint`]).
//!
//! The first field starts at bit 0 of dword 0: the order in which PCIe writes arrive and in
//! which rust-hdl lays out a `LogicStruct`.
#![no_std]
extern crate alloc;

mod codec;
mod declare;
mod page;

pub use codec::{Bad, Packed, Slice, Uints, Wide, get_uint, put_uint};
pub use page::{fingerprint, markdown};

/// Widest field in bits.
pub const FIELD_BITS_MAX: usize = 512;

/// One field of an entry: where it lies and what it means.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name, the standard's word for it.
    pub name: &'static str,
    /// Lowest bit within the entry.
    pub lsb: usize,
    /// Width in bits.
    pub width: usize,
    /// What its bits are.
    pub kind: Kind,
    /// One or more sentences for the register page.
    pub doc: &'static str,
}

/// What the bits of a field are.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// An unsigned number, or an array of them, or one flag.
    Plain,
    /// A choice: (name, code, meaning).
    Choice(&'static [(&'static str, u64, &'static str)]),
    /// An entry within the entry; positions count from the field's own lowest bit.
    Nested(&'static [Field]),
}

/// A fixed layout of bits that crosses the border between host and card.
pub trait Layout: Packed {
    /// The type's name.
    const NAME: &'static str;
    /// What an entry says.
    const DOC: &'static str;
    /// Its fields, lowest bit first.
    const FIELDS: &'static [Field];
    /// Dwords that hold it.
    const DWORDS: usize = Self::BITS.div_ceil(32);

    /// Write the entry into `dwords`; what lies behind [`Packed::BITS`] becomes zero.
    ///
    /// # Panics
    /// If `dwords` is shorter than [`Layout::DWORDS`], or a value does not fit its field.
    fn pack(&self, dwords: &mut [u32]) {
        dwords.fill(0);
        self.put(&mut Slice::from_slice_mut(dwords)[..Self::BITS]);
    }

    /// Read an entry back.
    ///
    /// # Errors
    /// [`Bad`] if a choice has a code that nobody declared.
    fn unpack(dwords: &[u32]) -> Result<Self, Bad> {
        Self::get(&Slice::from_slice(dwords)[..Self::BITS])
    }
}

/// Width of the field `name`; for the HDL types that [`layout!`] makes.
///
/// # Panics
/// At compile time, if there is no such field.
pub const fn width<L: Layout>(name: &str) -> usize {
    let mut i = 0;
    while i < L::FIELDS.len() {
        if page::same(L::FIELDS[i].name, name) {
            return L::FIELDS[i].width;
        }
        i += 1;
    }
    panic!("no field of that name")
}
