//! Do codec, page and fingerprint say the same of the same bits?

#![allow(unexpected_cfgs)] // `gateware` belongs to the crates that have HDL types

use layout::{Bad, Layout, Packed, Wide};
use proptest::prelude::*;

layout::layout! {
    /// Where a packet goes.
    pub enum Target: 3 {
        /// Nowhere.
        None = 0,
        /// To an address of the VPC.
        Local = 1,
        /// To the internet.
        Gateway = 5,
    }
    /// A key.
    pub struct Key {
        /// Which table.
        table: u8 => 6,
        /// Which address.
        address: u128 => 128,
    }
    /// One entry with everything that a layout can hold.
    pub struct Entry {
        /// What it matches.
        key: Key,
        /// Where to.
        target: Target,
        /// Two tags,
        /// the outer one first.
        tags: [u16; 2] => 12,
        /// Alive in which generations?
        lives: [bool; 2],
        /// A hundred and one bits.
        rest: Wide<101>,
        /// Two more targets.
        spare: [Target; 2],
    }
}

fn entry() -> impl Strategy<Value = Entry> {
    let target = || prop::sample::select(Target::ALL);
    let key = (0..64u8, any::<u128>()).prop_map(|(table, address)| Key { table, address });
    let rest = any::<[u32; 4]>().prop_map(|w| {
        let mut all = [0; 16];
        all[..4].copy_from_slice(&[w[0], w[1], w[2], w[3] & 0x1f]);
        Wide(all)
    });
    (key, target(), [0..4096u16, 0..4096], any::<[bool; 2]>(), rest, [target(), target()]).prop_map(
        |(key, target, tags, lives, rest, spare)| Entry { key, target, tags, lives, rest, spare },
    )
}

proptest! {
    #[test]
    fn unpack_undoes_pack(e in entry()) {
        let mut dwords = [0xffff_ffff; Entry::DWORDS];
        e.pack(&mut dwords);
        prop_assert_eq!(Entry::unpack(&dwords), Ok(e));
        prop_assert_eq!(dwords[Entry::DWORDS - 1] >> (Entry::BITS % 32), 0);
    }

    /// Each field lies where its row says, whatever the others hold.
    #[test]
    fn fields_lie_where_they_say(e in entry(), tag in 0..4096u16) {
        let (mut a, mut b) = ([0; Entry::DWORDS], [0; Entry::DWORDS]);
        e.pack(&mut a);
        Entry { tags: [tag, e.tags[1]], ..e }.pack(&mut b);
        let tags = Entry::FIELDS.iter().find(|f| f.name == "tags").unwrap();
        for bit in 0..Entry::BITS {
            let differs = (a[bit / 32] ^ b[bit / 32]) >> (bit % 32) & 1 == 1;
            let want = (tags.lsb..tags.lsb + 12).contains(&bit)
                && (e.tags[0] ^ tag) >> (bit - tags.lsb) & 1 == 1;
            prop_assert_eq!(differs, want, "bit {}", bit);
        }
    }
}

#[test]
fn widths_add_up() {
    assert_eq!(Entry::BITS, 134 + 3 + 24 + 2 + 101 + 6);
    assert_eq!(Entry::DWORDS, 9);
    assert_eq!(layout::width::<Entry>("rest"), 101);
    let lsbs: Vec<_> = Entry::FIELDS.iter().map(|f| f.lsb).collect();
    assert_eq!(lsbs, [0, 134, 137, 161, 163, 264]);
}

#[test]
fn unknown_code_is_an_error() {
    assert_eq!(
        Entry::unpack(&{
            let mut dwords = [0; Entry::DWORDS];
            dwords[4] = 7 << (134 - 128);
            dwords
        }),
        Err(Bad { choice: "Target", code: 7 })
    );
}

#[test]
#[should_panic(expected = "0x1000 does not fit 12 bits")]
fn value_wider_than_its_field_is_refused() {
    Entry { tags: [0x1000, 0], ..Entry::default() }.pack(&mut [0; Entry::DWORDS]);
}

#[test]
fn page_shows_nested_fields_and_codes() {
    let page = layout::markdown::<Entry>();
    for row in [
        "| 133:6 | `key.address` | Which address. |",
        "| 136:134 | `target` | Where to. 0 = None: Nowhere. 1 = Local: To an address",
        "| 160:137 | `tags` | Two tags, the outer one first. |",
        "270 bits, 9 dwords.",
    ] {
        assert!(page.contains(row), "{row} not in\n{page}");
    }
}

/// A change of any position, width, name or code changes the fingerprint, nested ones too.
#[test]
fn fingerprint_sees_every_change() {
    mod other {
        layout::layout! {
            /// Where a packet goes.
            pub enum Target: 3 {
                /// Nowhere.
                None = 0,
                /// To an address of the VPC.
                Local = 2,
            }
            /// A key with another name for the same bits.
            pub struct Key {
                /// Which table.
                bank: u8 => 6,
                /// Which address.
                address: u128 => 128,
            }
            /// A nested key.
            pub struct Outer {
                /// Inner.
                key: Key,
            }
            /// A choice with another code.
            pub struct Choice {
                /// Inner.
                key: Target,
            }
        }
    }
    mod here {
        layout::layout! {
            /// The nested key of this file.
            pub struct Outer {
                /// Inner.
                key: super::Key,
            }
            /// The choice of this file.
            pub struct Choice {
                /// Inner.
                key: super::Target,
            }
        }
    }
    const SEED: u32 = 0x811c_9dc5;
    let prints = [
        layout::fingerprint(SEED, Key::FIELDS),
        layout::fingerprint(SEED, other::Key::FIELDS),
        layout::fingerprint(SEED, here::Outer::FIELDS),
        layout::fingerprint(SEED, other::Outer::FIELDS),
        layout::fingerprint(SEED, here::Choice::FIELDS),
        layout::fingerprint(SEED, other::Choice::FIELDS),
    ];
    for (i, a) in prints.iter().enumerate() {
        assert!(prints[i + 1..].iter().all(|b| a != b), "{prints:x?}");
    }
}
