//! How does a compiled image get into the tables? Into any slots, each generation by itself.

use fastrand::Rng;
use hdl::tables::{Exact, Image, Tables};
use std::{collections::HashMap, hash::Hash};

/// Both images in one card: the first lives in even generations, the second in odd ones.
pub fn load(images: [&Image; 2], rng: &mut Rng) -> Tables {
    let mut tables = Tables { identity: images[0].identity, ..Tables::default() };
    assert_eq!(images[0].identity, images[1].identity, "the card stays who it is");
    exact(&mut tables.attachments, images.map(|i| &i.attachments), rng);
    exact(&mut tables.addresses, images.map(|i| &i.addresses), rng);
    exact(&mut tables.rules, images.map(|i| &i.rules), rng);
    exact(&mut tables.mappings, images.map(|i| &i.mappings), rng);
    exact(&mut tables.appliances, images.map(|i| &i.appliances), rng);
    tables.port_classes.banks = images.map(|i| i.port_classes.clone());
    tables.routes.banks = images.map(|i| i.routes.clone());
    tables.enis = images.map(|i| i.enis.clone());
    tables
}

fn exact<K: Copy + Eq + Hash, A: Copy + PartialEq>(
    table: &mut Exact<K, A>,
    images: [&HashMap<K, A>; 2],
    rng: &mut Rng,
) {
    let mut entries = Vec::new();
    for (key, action) in images[0] {
        // An entry that is in both is one entry.
        let both = images[1].get(key) == Some(action);
        entries.push((*key, *action, [true, both]));
    }
    for (key, action) in images[1] {
        if images[0].get(key) != Some(action) {
            entries.push((*key, *action, [false, true]));
        }
    }
    rng.shuffle(&mut entries);
    for ((key, action, lives), slot) in entries.into_iter().zip(rng.u32(0..9)..) {
        table.write(slot, key, action, lives);
    }
}
