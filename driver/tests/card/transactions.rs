//! Is an image in force whole or not at all, whatever stood there before?

use crate::{
    images::{Random, SMALL, assert_holds, assert_same},
    wire::Wire,
};
use driver::{Card, Error, SoftwareCard};
use hdl::{
    class::IpKey,
    meta::{DropReason, PuntReason},
    tables::{Image, TableId},
};
use proptest::prelude::*;

fn open(seed: u64) -> Card<Wire> {
    Card::open(Wire::new(SoftwareCard::new(SMALL, 3)), &[SMALL], seed).expect("a card to open")
}

/// Apply an image that must find room.
fn apply(card: &mut Card<Wire>, image: &Image) {
    card.io_mut().promise(image);
    let generation = card.apply(image).expect("an image that finds room");
    assert_eq!(card.image(), image);
    assert_eq!(card.generation(), generation);
    assert_eq!(card.tables().identity, image.identity);
    assert_holds(card.tables(), image, generation & 1 == 1);
    assert_same(card.tables(), card.io().card.tables());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn images_follow_one_another(seed: u64, fills in prop::collection::vec(0u64..=4, 1..7)) {
        let mut random = Random(seed);
        let mut card = open(seed);
        for fill in fills {
            let image = random.image(fill);
            card.io_mut().promise(&image);
            match card.apply(&image) {
                Ok(generation) => {
                    assert_holds(card.tables(), &image, generation & 1 == 1);
                    assert_same(card.tables(), card.io().card.tables());
                }
                // Small tables; the promise of the image in force is watched on.
                Err(Error::NoRoom { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn a_table_is_filled_to_the_brim(seed: u64) {
        let mut random = Random(seed);
        let mut card = open(seed);
        let mut image = Image::default();
        // One at a time, so that entries have to move.
        let full = loop {
            let key = IpKey { vpc: 0, ip: u128::from(random.below(u64::MAX)) };
            image.mappings.insert(key, random.mapping());
            card.io_mut().promise(&image);
            let writes = card.io().writes;
            match card.apply(&image) {
                Ok(generation) => assert_holds(card.tables(), &image, generation & 1 == 1),
                Err(error) => {
                    prop_assert_eq!(card.io().writes, writes, "something was written");
                    break error;
                }
            }
        };
        let needed = image.mappings.len();
        prop_assert!(needed > 24, "full at {} of 32", needed);
        match full {
            Error::TooMany { table, needed: said, capacity }
            | Error::NoRoom { table, needed: said, capacity } => {
                prop_assert_eq!((table, said, capacity), (TableId::Mappings, needed, 32));
            }
            other => panic!("{other}"),
        }
    }
}

#[test]
fn a_transaction_that_is_rolled_back_writes_nothing() {
    let (mut card, mut random) = (open(1), Random(1));
    let image = random.image(4);
    apply(&mut card, &image);
    let writes = card.io().writes;
    let mut transaction = card.begin().unwrap();
    *transaction.image() = random.image(4);
    transaction.rollback();
    assert_eq!(card.io().writes, writes);
    assert_eq!(card.image(), &image);
}

#[test]
fn only_what_differs_is_written() {
    let (mut card, mut random) = (open(2), Random(2));
    let mut image = random.image(4);
    // Once for each bank.
    apply(&mut card, &image);
    apply(&mut card, &image);
    let commands = |card: &mut Card<Wire>, image: &Image| {
        let before = card.io().writes;
        apply(card, image);
        card.io().writes - before
    };
    assert_eq!(commands(&mut card, &image), 1, "GENERATION alone");
    let key = *image.mappings.keys().next().unwrap();
    image.mappings.remove(&key);
    let (window, command, generation) = (TableId::Mappings.entry_bits().div_ceil(32), 1, 1);
    let most = 2 * (window + command) + generation;
    assert!(commands(&mut card, &image) <= most, "retired, then emptied");
}

#[test]
fn what_does_not_fit_names_its_table() {
    let (mut card, mut random) = (open(3), Random(3));
    apply(&mut card, &random.image(4));
    let before = card.io().accesses;
    let mut image = card.image().clone();
    image.routes = (0..17).map(|ip| (IpKey { vpc: 0, ip }, Default::default())).collect();
    let error = card.apply(&image).unwrap_err();
    let Error::TooMany { table: TableId::Routes, needed: 17, capacity: 16 } = error else {
        panic!("{error}")
    };
    image.routes.truncate(16);
    image.routes[7].0.ip = 6;
    let error = card.apply(&image).unwrap_err();
    assert!(matches!(error, Error::Unsorted { table: TableId::Routes, index: 7 }), "{error}");
    image.routes.drain(0..3);
    let error = card.apply(&image).unwrap_err();
    assert!(matches!(error, Error::Unsorted { table: TableId::Routes, index: 0 }), "{error}");
    assert_eq!(card.io().accesses, before + 3, "each read what is in force, and no more");
}

#[test]
fn the_identity_changes_only_while_the_card_is_closed() {
    let mut card = open(4);
    let mut image = Image::default();
    image.identity.vtep = 0x0a00_0001;
    image.identity.router_mac = 0x0200_0000_0001;
    apply(&mut card, &image);
    card.set_open(true).unwrap();
    assert!(card.io().card.is_open());
    image.identity.vtep += 1;
    assert!(matches!(card.apply(&image), Err(Error::IdentityWhileOpen)));
    card.set_open(false).unwrap();
    assert!(!card.io().card.is_open());
    apply(&mut card, &image);
}

#[test]
fn counters_are_by_reason() {
    let mut card = open(5);
    let numbers = [
        (DropReason::None.code(), 3),
        (DropReason::NoRoute.code(), 2),
        (DropReason::Runt.code(), 1),
        (PuntReason::None.settled(), 4),
        (PuntReason::Service.settled(), 5),
    ];
    for (number, times) in numbers {
        (0..times).for_each(|_| card.io_mut().card.count(number));
    }
    let counters = card.counters().unwrap();
    assert_eq!((counters.forwarded, counters.injected, counters.packets()), (3, 4, 15));
    let reasons: Vec<_> = counters.reasons().collect();
    let punted = [PuntReason::Dhcp, PuntReason::Service].map(|r| counters.punted(r));
    assert_eq!(punted, [0, 5]);
    assert_eq!(reasons, [(DropReason::Runt, 1), (DropReason::NoRoute, 2)]);
}
