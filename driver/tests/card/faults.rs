//! What if the card can't be reached in the middle, or is another than the driver believes?

use crate::{
    images::{Random, SMALL, assert_holds, assert_same},
    wire::{Fault, Wire},
};
use driver::{Access, Card, CardIo, Error, Found, IoError, POLLS_MAX, SoftwareCard};
use hdl::{
    bar0,
    profile::PROFILES,
    tables::{Image, TableId},
};
use std::time::Duration;

/// A card that holds one image and is about to get another.
fn halfway(seed: u64) -> (Card<Wire>, Image, Image) {
    let mut random = Random(seed);
    let mut card =
        Card::open(Wire::new(SoftwareCard::new(SMALL, 2)), &[SMALL], seed).expect("a card to open");
    let [first, second] = [random.image(2), random.image(2)];
    card.io_mut().promise(&first);
    card.apply(&first).expect("an image that finds room");
    card.io_mut().promise(&second);
    (card, first, second)
}

/// Every access of a commit fails once, before or after its effect, and another during recovery.
#[test]
fn every_access_may_fail() {
    let faults = [vec![Fault::Lost], vec![Fault::Done], vec![Fault::Lost, Fault::Done]];
    for faults in faults {
        for at in 0.. {
            let (mut card, first, second) = halfway(9);
            let now = card.io().accesses;
            let planned = faults.iter().enumerate();
            card.io_mut().faults = planned.map(|(i, fault)| (now + at + 5 * i, *fault)).collect();
            let Err(error) = card.apply(&second) else {
                assert_eq!(card.io().failed, 0);
                assert!(at > 200, "the last access was {at}");
                break;
            };
            let generation = card.io().card.generation();
            match error {
                Error::Io(_) | Error::Interrupted { generation: 1, .. } => {
                    assert_eq!((generation, card.image()), (1, &first));
                }
                Error::Uncertain { generation: 2, .. } => {}
                Error::Unfinished { generation: 2, .. } => assert_eq!(generation, 2),
                other => panic!("{other}"),
            }
            // To and fro, until nothing is left of the fault.
            retry(&mut card, &first);
            retry(&mut card, &second);
        }
    }
}

/// Apply until it works.
fn retry(card: &mut Card<Wire>, image: &Image) {
    for _ in 0..3 {
        // Whichever generation the fault left in force.
        let _ = card.begin().map(|transaction| transaction.rollback());
        card.io_mut().promise(image);
        if let Ok(generation) = card.apply(image) {
            assert_holds(card.tables(), image, generation & 1 == 1);
            assert_same(card.tables(), card.io().card.tables());
            return;
        }
    }
    panic!("it never works");
}

/// A card one of whose registers reads otherwise.
#[derive(Debug)]
struct Odd {
    card: SoftwareCard,
    offset: u64,
    value: u32,
    writes: usize,
}

impl CardIo for Odd {
    fn reset(&mut self) -> Result<(), IoError> {
        self.card.reset()
    }
    fn read32(&mut self, offset: u64) -> Result<u32, IoError> {
        if offset == self.offset { Ok(self.value) } else { self.card.read32(offset) }
    }
    fn write32(&mut self, offset: u64, value: u32) -> Result<(), IoError> {
        self.writes += 1;
        self.card.write32(offset, value)
    }
}

fn odd(offset: u64, value: u32) -> Odd {
    Odd { card: SoftwareCard::new(SMALL, 0), offset, value, writes: 0 }
}

#[test]
fn a_wrong_card_is_refused_untouched() {
    let registers = [
        (bar0::MAGIC, "MAGIC"),
        (bar0::ABI, "ABI"),
        (bar0::FINGERPRINT, "FINGERPRINT"),
        (bar0::PORTS, "PORTS"),
    ];
    for (offset, name) in registers {
        let mut io = odd(offset, 0x1234);
        let error = Card::open(&mut io, &[SMALL], 0).unwrap_err();
        assert!(matches!(error, Error::WrongCard { what, found: 0x1234, .. } if what == name));
        assert_eq!(io.writes, 0);
    }
    let last = bar0::DEPTHS + 4 * (TableId::ALL.len() as u64 - 1);
    for offset in [bar0::WIDTH, bar0::DEPTHS, last] {
        let mut io = odd(offset, 5);
        let Err(Error::WrongProfile { found, expected }) = Card::open(&mut io, &PROFILES, 0) else {
            panic!("{offset:#x}")
        };
        assert_ne!(found, Found::from(&SMALL));
        assert!(expected.contains("large (128 bits wide"), "{expected}");
        assert_eq!(io.writes, 0);
    }
}

#[test]
fn a_card_that_stays_busy_is_given_up() {
    let error = Card::open(odd(bar0::STATUS, 1), &[SMALL], 0).unwrap_err();
    assert!(matches!(error, Error::Busy { polls: POLLS_MAX, .. }), "{error}");
}

#[test]
fn a_card_that_somebody_reset_is_noticed() {
    let (mut card, first, second) = halfway(11);
    card.io_mut().reset().unwrap();
    let error = card.apply(&second).unwrap_err();
    assert!(matches!(error, Error::Foreign { found: 0, expected: 1 }), "{error}");
    card.reset(12).unwrap();
    card.io_mut().promise(&first);
    card.apply(&first).unwrap();
    assert_holds(card.tables(), &first, true);
}

#[test]
fn a_card_that_is_gone_is_noticed() {
    /// All ones, as a PCIe read without answer.
    struct Gone(bool, SoftwareCard);
    impl CardIo for Gone {
        fn reset(&mut self) -> Result<(), IoError> {
            self.1.reset()
        }
        fn read32(&mut self, offset: u64) -> Result<u32, IoError> {
            if self.0 { Ok(u32::MAX) } else { self.1.read32(offset) }
        }
        fn write32(&mut self, offset: u64, value: u32) -> Result<(), IoError> {
            self.1.write32(offset, value)
        }
    }
    let mut card = Card::open(Gone(false, SoftwareCard::new(SMALL, 0)), &[SMALL], 0).unwrap();
    card.io_mut().0 = true;
    assert!(matches!(card.begin().err(), Some(Error::Gone { found: u32::MAX })));
    assert!(matches!(card.reset(1).err(), Some(Error::Gone { found: u32::MAX })));
}

#[test]
fn a_tick_that_no_card_counts_is_refused() {
    let (mut card, _, _) = halfway(13);
    let before = card.io().accesses;
    for tick in [Duration::ZERO, Duration::from_secs(6)] {
        assert!(matches!(card.set_tick(tick), Err(Error::Tick(found)) if found == tick));
    }
    assert_eq!(card.io().accesses, before, "nothing is written");
    card.set_tick(Duration::from_millis(1)).unwrap();
}

#[test]
fn a_software_card_refuses_what_breaks_the_rules() {
    let (card, _, _) = halfway(13);
    let mut software = card.io().card.clone();
    while software.read32(bar0::STATUS).unwrap() != 0 {}
    let (slot, _) = software.tables().mappings.slots().iter().next().expect("it holds some");
    let mut command = [0];
    let table = hdl::tables::TableId::Mappings;
    layout::Layout::pack(&bar0::Command { index: *slot, bank: false, table }, &mut command);
    (0..16).for_each(|i| software.write32(bar0::WINDOW + 4 * i, 0).unwrap());
    let error = software.write32(bar0::COMMAND, command[0]).unwrap_err();
    assert_eq!(error.access, Access::Write(bar0::COMMAND, command[0]));
    assert!(error.to_string().contains("changes what a generation in force is told"), "{error}");
    assert!(software.write32(bar0::GENERATION, 7).is_err());
    assert!(software.write32(bar0::MAGIC, 7).is_err());
    assert!(software.read32(bar0::COMMAND).is_err());
    software.write32(bar0::CONTROL, 1).unwrap();
    assert!(software.write32(bar0::IDENTITY, 7).is_err());
}
