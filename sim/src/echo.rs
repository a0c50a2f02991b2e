//! Does the shim put frames and accesses through a card as they are? Asked of `shim/echo.v`.

use crate::{
    ffi::{self, Ops},
    model::{Ended, Error, Model, Pauses},
};
use driver::CardIo;
use hdl::profile::PORTS;
use proptest::prelude::*;

fn model(ops: &'static Ops, seed: u32) -> Model {
    Model::of(ops, seed).expect("the fixture has this crate's records")
}

/// A frame that no other equals.
fn frame(number: usize, bytes: usize) -> Vec<u8> {
    (0..bytes).map(|i| (number * 31 + i * 7 + i / 256) as u8).collect()
}

/// What leaves the fixture by each port.
fn leaving(sent: &[(usize, Vec<u8>)]) -> [Vec<Vec<u8>>; PORTS] {
    let mut ports: [Vec<_>; PORTS] = Default::default();
    for (port, frame) in sent {
        ports[(port + 1) % PORTS].push(frame.clone());
    }
    ports
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn frames_pass_unchanged(
        sizes in prop::collection::vec((0..PORTS, 1usize..400), 0..60),
        pauses in prop::array::uniform8(prop_oneof![Just(0u32), 0u32..950]),
        at_once in prop_oneof![Just(u64::MAX), 1u64..40],
        wide in 0usize..2,
        seed: u32,
    ) {
        let sent: Vec<_> =
            sizes.iter().enumerate().map(|(i, (port, size))| (*port, frame(i, *size))).collect();
        let mut model = model(ffi::echoes()[wide], seed);
        for port in 0..PORTS {
            let [idle_per_mille, stall_per_mille] = [pauses[port], pauses[PORTS + port]];
            model.pauses(port, Pauses { idle_per_mille, stall_per_mille }).unwrap();
        }
        for (port, frame) in &sent {
            model.send(*port, frame).unwrap();
        }
        // In slices, so that frames are half sent and half received in between.
        let mut received: [Vec<Vec<u8>>; PORTS] = Default::default();
        let (mut taken, mut explained) = (0, 0);
        loop {
            let ended = model.run(at_once).unwrap();
            let outcome = model.take().unwrap();
            taken += outcome.sent.len();
            explained += outcome.explained.len();
            for frame in outcome.received {
                prop_assert!(frame.first_cycle <= frame.last_cycle);
                prop_assert!(frame.last_cycle < model.cycles());
                received[frame.port].push(frame.bytes);
            }
            if ended == Ended::Quiet {
                break;
            }
        }
        prop_assert_eq!(received, leaving(&sent));
        prop_assert_eq!((taken, explained), (sent.len(), sent.len()));
        prop_assert_eq!(model.waiting(), 0);
    }
}

#[test]
fn cycles_are_those_of_the_beats() {
    for ops in ffi::echoes() {
        let (mut model, beat) = (model(ops, 1), ops.width_bits as usize / 8);
        let start = model.cycles();
        model.send(0, &frame(0, 3 * beat)).unwrap();
        model.send(0, &frame(1, 1)).unwrap();
        assert_eq!(model.run(u64::MAX).unwrap(), Ended::Quiet);
        let outcome = model.take().unwrap();
        let sent = outcome.sent.iter().map(|s| (s.first_cycle - start, s.last_cycle - start));
        assert_eq!(sent.collect::<Vec<_>>(), [(0, 2), (3, 3)]);
        let received =
            outcome.received.iter().map(|f| (f.first_cycle - start, f.last_cycle - start));
        assert_eq!(received.collect::<Vec<_>>(), [(1, 3), (4, 4)]);
        assert_eq!(model.take().unwrap(), Default::default(), "taken once");
    }
}

#[test]
fn registers_are_reached_while_frames_pass() {
    let mut model = model(ffi::echoes()[0], 3);
    let sent: Vec<_> = (0..30).map(|i| (i % PORTS, frame(i, 300))).collect();
    for (port, frame) in &sent {
        model.send(*port, frame).unwrap();
    }
    for i in 0..20 {
        model.write32(4 * i, 0x5000_0000 + i as u32).unwrap();
    }
    assert!(!model.take().unwrap().sent.is_empty(), "frames went on meanwhile");
    for i in 0..20 {
        assert_eq!(model.read32(4 * i).unwrap(), 0x5000_0000 + i as u32);
    }
    model.run(u64::MAX).unwrap();
    assert_eq!(model.waiting(), 0);
}

#[test]
fn an_access_without_answer_ends() {
    let mut model = model(ffi::echoes()[0], 4);
    for offset in [0x200, 0x10000] {
        assert!(model.read32(offset).is_err());
        assert!(model.write32(offset, 1).is_err());
    }
    model.write32(8, 7).unwrap();
    assert_eq!(model.read32(8).unwrap(), 7);
}

#[test]
fn broken_rules_are_noticed() {
    let rules = [
        (1, "m_tvalid fell"),
        (2, "a beat changed"),
        (3, "m_tkeep has holes"),
        (4, "an assertion failed"),
    ];
    for (broken, rule) in rules {
        for ops in ffi::echoes() {
            let mut model = model(ops, 5);
            model.pauses(1, Pauses { idle_per_mille: 0, stall_per_mille: 500 }).unwrap();
            // A register access that breaks the rule itself fails as well.
            let _ = model.write32(0x1fc, broken);
            (0..20).for_each(|i| model.send(0, &frame(i, 500)).unwrap());
            let Err(Error::Fault { rule: found, .. }) = model.run(u64::MAX) else {
                panic!("{rule} passed")
            };
            assert!(found.starts_with(rule), "{found}");
            // Others are not concerned.
            let mut other = self::model(ops, 5);
            other.send(0, &frame(0, 500)).unwrap();
            assert_eq!(other.run(u64::MAX).unwrap(), Ended::Quiet);
        }
    }
}

#[test]
fn a_seed_is_a_course_of_events() {
    let course = |seed| {
        let mut model = model(ffi::echoes()[0], seed);
        let pauses = Pauses { idle_per_mille: 300, stall_per_mille: 300 };
        (0..PORTS).for_each(|port| model.pauses(port, pauses).unwrap());
        (0..30).for_each(|i| model.send(i % PORTS, &frame(i, 200)).unwrap());
        // Memory that nobody wrote is random as well.
        let memory = model.read32(0x40).unwrap();
        model.run(u64::MAX).unwrap();
        (model.cycles(), memory, model.take().unwrap())
    };
    assert_eq!(course(7), course(7));
    assert_ne!(course(7).0, course(8).0);
    assert_ne!(course(7).1, course(8).1);
}

#[test]
fn models_run_side_by_side() {
    let cycles = |seed| {
        let mut model = model(ffi::echoes()[1], seed);
        (0..300).for_each(|i| model.send(i % PORTS, &frame(i, 1500)).unwrap());
        std::thread::spawn(move || {
            model.run(u64::MAX).unwrap();
            (model.cycles(), model.take().unwrap().received.len())
        })
    };
    let [a, b] = [cycles(1), cycles(2)].map(|thread| thread.join().unwrap());
    assert_eq!((a, b.1), (b, 300));
}

#[test]
fn a_reset_takes_away_what_is_half_sent() {
    let mut model = model(ffi::echoes()[0], 6);
    (0..3).for_each(|port| model.send(port, &frame(port, 900)).unwrap());
    assert_eq!(model.run(20).unwrap(), Ended::Cycles);
    CardIo::reset(&mut model).unwrap();
    model.send(0, &frame(9, 100)).unwrap();
    assert_eq!(model.run(u64::MAX).unwrap(), Ended::Quiet);
    let received = model.take().unwrap().received;
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].bytes, frame(9, 100));
    assert!(matches!(model.send(4, &[1]), Err(Error::NoPort(4))));
    assert!(matches!(model.send(0, &[]), Err(Error::EmptyFrame)));
}
