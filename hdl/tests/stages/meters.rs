//! Do the meters let through what their reference lets through?

use crate::{
    bench::{bits, fill_banks, roomy, run},
    pools::{self, pick},
};
use hdl::{
    meta::DropReason,
    meter::{
        self, Meters,
        gateware::{LATENCY, Meter},
    },
    parser::Headers,
};
use replay::{Bench, Random};
use std::cell::RefCell;

/// Rows of a bank, as a power of two.
const ROWS_LOG2: usize = 2;
/// Clocks until the buckets are empty after a reset, and more.
const SETTLING: usize = 2100;

/// What is to become of a packet.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Meant {
    Pass,
    Punt,
    Nothing,
}

#[derive(Debug)]
struct Asked {
    eni: u16,
    generation: bool,
    inbound: bool,
    bytes: u16,
    meant: Meant,
}

/// Empties the buckets and writes rows, which it gives.
fn fill(bench: &mut Bench<Meter>, random: &mut Random) -> [Vec<Meters>; 2] {
    bench.drive(|u| u.reset.next = true);
    bench.tick();
    bench.drive(|u| u.reset.next = false);
    let rows = [0, 1].map(|_| (0..1 << ROWS_LOG2).map(|_| pools::meters(random)).collect());
    let rows = fill_banks(bench, rows, |u, written| {
        u.w_valid.next = written.is_some();
        if let Some((bank, index, row)) = written {
            u.w_bank.next = bank;
            u.w_index.next = (index as u64).into();
            u.w_entry.next = bits(row);
        }
    });
    (0..SETTLING).for_each(|_| bench.tick());
    assert!(!bench.dut.busy.val());
    rows
}

#[test]
fn rates_are_kept() {
    roomy(|| {
        let mut random = Random::new(31);
        let mut bench = Bench::new(Meter::new(ROWS_LOG2), |u| &mut u.clock);
        let rows = fill(&mut bench, &mut random);
        let asked = |_| Asked {
            eni: pick(&mut random, &[0, 0, 0, 1, 2, 3]),
            generation: random.chance(50),
            inbound: random.chance(30),
            bytes: pick(&mut random, &[20, 64, 1500, 9001]),
            meant: pick(
                &mut random,
                &[Meant::Pass, Meant::Pass, Meant::Punt, Meant::Punt, Meant::Nothing],
            ),
        };
        let packets: Vec<Asked> = (0..9000).map(asked).collect();
        let (meter, seen) = (RefCell::new(meter::Meter::default()), RefCell::new([0; 4]));
        run(
            &mut bench,
            packets,
            LATENCY,
            |u, age, p, valid| {
                if age == 0 {
                    u.valid.next = valid;
                    u.eni.next = u64::from(p.eni).into();
                    u.generation.next = p.generation;
                    u.inbound.next = p.inbound;
                    u.bytes.next = u64::from(p.bytes).into();
                }
                if age == LATENCY {
                    u.passes.next = valid && p.meant == Meant::Pass;
                    u.punted.next = valid && p.meant == Meant::Punt;
                }
            },
            |u, age, p| {
                if age == LATENCY {
                    let mut meter = meter.borrow_mut();
                    meter.follow(u.now.val().index() as u32);
                    let row = &rows[usize::from(p.generation)][usize::from(p.eni)];
                    let h = Headers { end: p.bytes + 18, l3_offset: 18, ..Headers::default() };
                    let want = match p.meant {
                        Meant::Pass => meter.pass(p.eni, p.inbound, row, &h),
                        Meant::Punt => meter.punt(p.eni, row),
                        Meant::Nothing => DropReason::None,
                    };
                    let said = (u.over.val(), u.asks_over.val());
                    let over = |reason| want == reason;
                    let want = (over(DropReason::Metered), over(DropReason::PuntLimited));
                    assert_eq!(said, want, "{p:?}, {row:?}");
                    let place = match p.meant {
                        Meant::Pass => 0,
                        Meant::Punt => 2,
                        Meant::Nothing => return,
                    };
                    seen.borrow_mut()[place + usize::from(want.0 || want.1)] += 1;
                }
            },
        );
        assert!(seen.borrow().iter().all(|n| *n > 60), "{seen:?}");
    });
}
