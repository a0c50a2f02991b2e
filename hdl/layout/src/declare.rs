//! How is a layout declared?

/// Declare entries once: plain type, codec, HDL type, register page and fingerprint follow.
///
/// A field is `name: uint => width`, an array of numbers `name: [uint; N] => width_of_each`,
/// a flag `name: bool`, or any type that is [`crate::Packed`]: a choice or entry declared
/// before, an array of those, [`crate::Wide`]. The HDL types stand in a module `bits`, field for
/// field as `Bits<width>`; there may be one `layout!` per module.
///
/// ```
/// layout::layout! {
///     /// What becomes of a packet.
///     pub enum Fate: 2 {
///         /// It is not let through.
///         Drop = 0,
///         /// It goes on.
///         Forward = 1,
///     }
///     /// One rule.
///     pub struct Rule {
///         /// What to do.
///         fate: Fate,
///         /// Which rule said so (AWS numbers 1 to 32766).
///         number: u16 => 15,
///     }
/// }
/// use layout::{Layout, Packed};
/// assert_eq!(Rule::BITS, 17);
/// let mut dwords = [0; Rule::DWORDS];
/// Rule { fate: Fate::Forward, number: 100 }.pack(&mut dwords);
/// assert_eq!(dwords, [0x191]);
/// ```
#[macro_export]
macro_rules! layout {
    ($($items:tt)+) => {
        $crate::__plain! { $($items)+ }
        /// The same entries as HDL types, bit for bit.
        #[cfg(feature = "gateware")]
        #[allow(missing_docs, unused_imports, clippy::unwrap_used)] // derived code
        pub mod bits {
            use rust_hdl::prelude::*;
            $crate::__bits! { $($items)+ }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __plain {
    () => {};
    ($(#[doc = $doc:literal])+ pub enum $name:ident : $width:literal {
        $( $(#[doc = $vdoc:literal])+ $variant:ident = $code:literal, )+
    } $($rest:tt)*) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            #[default]
            $( $(#[doc = $vdoc])+ $variant = $code, )+
        }
        impl $name {
            /// Every choice, in order of declaration.
            pub const ALL: &'static [Self] = &[$( Self::$variant ),+];
            /// The code on the card's side.
            pub const fn code(self) -> u64 {
                self as u64
            }
            /// What it means, as the documentation says it.
            pub const fn sentence(self) -> &'static str {
                match self { $( Self::$variant => concat!($( $vdoc ),+) ),+ }
            }
        }
        impl $crate::Packed for $name {
            const BITS: usize = $width;
            const KIND: $crate::Kind = $crate::Kind::Choice(
                &[$( (stringify!($variant), $code, concat!($( $vdoc ),+)) ),+]
            );
            fn put(&self, bits: &mut $crate::Slice) {
                $crate::put_uint(bits, u128::from(self.code()));
            }
            fn get(bits: &$crate::Slice) -> Result<Self, $crate::Bad> {
                match $crate::get_uint(bits) {
                    $( $code => Ok(Self::$variant), )+
                    code => Err($crate::Bad { choice: stringify!($name), code: code as u64 }),
                }
            }
        }
        $crate::__plain! { $($rest)* }
    };
    ($(#[doc = $doc:literal])+ pub struct $name:ident {
        $( $(#[doc = $fdoc:literal])+ $field:ident : $ty:ty $(=> $width:literal)?, )+
    } $($rest:tt)*) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name { $( $(#[doc = $fdoc])+ pub $field: $ty, )+ }

        impl $crate::Packed for $name {
            const BITS: usize = 0 $( + $crate::__field!(bits $ty $(, $width)?) )+;
            const KIND: $crate::Kind = $crate::Kind::Nested(<Self as $crate::Layout>::FIELDS);
            fn put(&self, bits: &mut $crate::Slice) {
                let mut at = 0;
                $( let width = $crate::__field!(bits $ty $(, $width)?);
                   $crate::__field!(put self.$field, (&mut bits[at..at + width]) $(, $width)?);
                   at += width; )+
                assert_eq!(at, bits.len());
            }
            fn get(bits: &$crate::Slice) -> Result<Self, $crate::Bad> {
                $( let (here, bits) = bits.split_at($crate::__field!(bits $ty $(, $width)?));
                   let $field = $crate::__field!(get $ty, here $(, $width)?); )+
                assert!(bits.is_empty());
                Ok(Self { $( $field ),+ })
            }
        }
        impl $crate::Layout for $name {
            const NAME: &'static str = stringify!($name);
            const DOC: &'static str = concat!($( $doc, "\n" ),+);
            const FIELDS: &'static [$crate::Field] = {
                const WIDTHS: &[usize] = &[$( $crate::__field!(bits $ty $(, $width)?) ),+];
                const fn lsb(i: usize) -> usize {
                    let (mut at, mut n) = (0, 0);
                    while n < i { at += WIDTHS[n]; n += 1; }
                    at
                }
                #[allow(non_camel_case_types)]
                enum Index { $( $field ),+ }
                &[$( $crate::Field {
                    name: stringify!($field),
                    lsb: lsb(Index::$field as usize),
                    width: WIDTHS[Index::$field as usize],
                    kind: $crate::__field!(kind $ty $(, $width)?),
                    doc: concat!($( $fdoc, "\n" ),+),
                } ),+]
            };
        }
        $crate::__plain! { $($rest)* }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __field {
    (bits $ty:ty, $width:literal) => {
        <$ty as $crate::Uints>::COUNT * $width
    };
    (bits $ty:ty) => {
        <$ty as $crate::Packed>::BITS
    };
    (kind $ty:ty, $width:literal) => {
        $crate::Kind::Plain
    };
    (kind $ty:ty) => {
        <$ty as $crate::Packed>::KIND
    };
    (put $value:expr, $bits:tt, $width:literal) => {
        $crate::Uints::put_each(&$value, $bits)
    };
    (put $value:expr, $bits:tt) => {
        $crate::Packed::put(&$value, $bits)
    };
    (get $ty:ty, $bits:ident, $width:literal) => {
        <$ty as $crate::Uints>::get_each($bits)
    };
    (get $ty:ty, $bits:ident) => {
        <$ty as $crate::Packed>::get($bits)?
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __bits {
    () => {};
    (
        $(#[doc = $doc:literal])+
        pub enum $name:ident : $width:literal { $($body:tt)+ }
        $($rest:tt)*
    ) => {
        $crate::__bits! { $($rest)* }
    };
    ($(#[doc = $doc:literal])+ pub struct $name:ident {
        $( $(#[doc = $fdoc:literal])+ $field:ident : $ty:ty $(=> $width:literal)?, )+
    } $($rest:tt)*) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
        pub struct $name {
            $( $(#[doc = $fdoc])+
               pub $field: Bits<{ $crate::width::<super::$name>(stringify!($field)) }>, )+
        }
        impl From<Bits<{ <super::$name as $crate::Packed>::BITS }>> for $name {
            fn from(all: Bits<{ <super::$name as $crate::Packed>::BITS }>) -> Self {
                let mut at = 0;
                $( let $field = all.get_bits(at);
                   at += $crate::width::<super::$name>(stringify!($field)); )+
                debug_assert_eq!(at, <super::$name as $crate::Packed>::BITS);
                Self { $( $field ),+ }
            }
        }
        impl From<super::$name> for $name {
            fn from(entry: super::$name) -> Self {
                let mut dwords = [0; <super::$name as $crate::Layout>::DWORDS];
                $crate::Layout::pack(&entry, &mut dwords);
                let mut all = Bits::<{ <super::$name as $crate::Packed>::BITS }>::default();
                for bit in 0..<super::$name as $crate::Packed>::BITS {
                    all = all.replace_bit(bit, dwords[bit / 32] >> (bit % 32) & 1 == 1);
                }
                all.into()
            }
        }
        $crate::__bits! { $($rest)* }
    };
}
