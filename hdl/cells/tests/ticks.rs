//! Does every tick take its time, also one that is set while another one passes?
#![cfg(feature = "gateware")]

use cells::ticks::{Ticks, UNIT_CLOCKS};
use replay::{Bench, Replay};

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");
/// Clocks from the setting of a period to its first tick, at most: until a unit ends, and to count.
const FIRST: u64 = UNIT_CLOCKS + 2;

/// Clocks at which the next `count` ticks begin.
fn ticks(bench: &mut Bench<Ticks>, clock: &mut u64, count: usize) -> Vec<u64> {
    let mut begun = Vec::new();
    let mut before = bench.dut.now.val();
    for _ in 0..20_000 {
        bench.tick();
        *clock += 1;
        let now = bench.dut.now.val();
        if now != before {
            assert_eq!(now, before + 1);
            begun.push(*clock);
            before = now;
        }
        if begun.len() == count {
            return begun;
        }
    }
    begun
}

#[test]
fn a_tick_takes_its_units() {
    let mut bench = Bench::new(Ticks::default(), |u| &mut u.clock);
    bench.drive(|u| (u.reset.next, u.set.next, u.period.next) = (true, false, 9.into()));
    bench.tick();
    bench.drive(|u| u.reset.next = false);
    let mut clock = 0;
    assert_eq!(ticks(&mut bench, &mut clock, 1), [0; 0], "time stands still after reset");
    // Set in every clock of a unit, also where the tick of the period before has long to go.
    for offset in 0..UNIT_CLOCKS {
        for period in [400, 3, 1] {
            (0..offset).for_each(|_| bench.tick());
            clock += offset;
            let set = clock;
            bench.drive(|u| (u.set.next, u.period.next) = (true, period.into()));
            bench.tick();
            clock += 1;
            bench.drive(|u| (u.set.next, u.period.next) = (false, 7.into()));
            if period == 400 {
                assert!(ticks(&mut bench, &mut clock, 1)[0] - set <= FIRST);
                continue;
            }
            let begun = ticks(&mut bench, &mut clock, 4);
            assert!(begun[0] - set <= FIRST, "{offset}: {set}, then {begun:?}");
            let lengths = begun.windows(2).map(|pair| pair[1] - pair[0]);
            assert!(lengths.clone().all(|l| l == period * UNIT_CLOCKS), "{offset}: {begun:?}");
        }
    }
    Replay::new(bench.trace(), &bench.text("ticks"), "ticks", FOLDER).from(1).run();
}
