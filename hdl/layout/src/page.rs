//! How is a layout told to people, and to the other side?

use crate::{Field, Kind, Layout};
use alloc::{format, string::String};

/// FNV-1a (offset basis and prime of its 32-bit form) over names, positions, widths and codes:
/// the card carries it in a read-only register, and the driver refuses a card whose tables are
/// laid out differently from its own. Start with `0x811c_9dc5` and chain.
pub const fn fingerprint(mut hash: u32, fields: &[Field]) -> u32 {
    let mut i = 0;
    while i < fields.len() {
        let f = &fields[i];
        hash = number(number(text(hash, f.name), f.lsb as u64), f.width as u64);
        match f.kind {
            Kind::Plain => {}
            Kind::Nested(inner) => hash = fingerprint(hash, inner),
            Kind::Choice(codes) => {
                let mut j = 0;
                while j < codes.len() {
                    hash = number(text(hash, codes[j].0), codes[j].1);
                    j += 1;
                }
            }
        }
        i += 1;
    }
    hash
}

const fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ byte as u32).wrapping_mul(0x0100_0193)
}

const fn text(mut hash: u32, s: &str) -> u32 {
    let mut i = 0;
    while i < s.len() {
        hash = step(hash, s.as_bytes()[i]);
        i += 1;
    }
    step(hash, 0)
}

const fn number(mut hash: u32, value: u64) -> u32 {
    let bytes = value.to_le_bytes();
    let mut i = 0;
    while i < bytes.len() {
        hash = step(hash, bytes[i]);
        i += 1;
    }
    hash
}

pub(crate) const fn same(a: &str, b: &str) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a.as_bytes()[i] != b.as_bytes()[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// The register reference of one layout, as Markdown: highest bits first, as in a data sheet.
pub fn markdown<L: Layout>() -> String {
    let mut page = format!(
        "### {}\n\n{}\n\n{} bits, {} dwords.\n\n| Bits | Name | Description |\n|---:|:---|:---|\n",
        L::NAME,
        L::DOC.trim(),
        L::BITS,
        L::DWORDS
    );
    rows(&mut page, L::FIELDS, 0, "");
    page
}

fn rows(page: &mut String, fields: &[Field], base: usize, within: &str) {
    for f in fields.iter().rev() {
        let (low, high) = (base + f.lsb, base + f.lsb + f.width - 1);
        let place = if low == high { format!("{low}") } else { format!("{high}:{low}") };
        let doc = f.doc.trim().replace("\n ", " ").replace('\n', " ");
        *page += &format!("| {place} | `{within}{}` | {doc}", f.name);
        match f.kind {
            Kind::Plain => *page += " |\n",
            Kind::Choice(codes) => {
                for (name, code, doc) in codes {
                    *page += &format!(" {code} = {name}: {}", doc.trim().replace("\n ", " "));
                }
                *page += " |\n";
            }
            Kind::Nested(inner) => {
                *page += " |\n";
                rows(page, inner, low, &format!("{within}{}.", f.name));
            }
        }
    }
}
