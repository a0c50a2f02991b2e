//! Stages with an interval table: in which class, by which route?

use crate::{
    bench::{bits, pair, roomy, run},
    pools::{self, pick},
};
use hdl::{
    class::{
        PortKey, PortLabel,
        gateware::{PORT_LATENCY, PortClass},
    },
    route::{self, gateware::Route},
    tables::Interval,
};
use replay::{Bench, Random};
use std::collections::BTreeSet;

/// Intervals of a bank, as a power of two.
const DEPTH_LOG2: usize = 7;

/// A key and the parity of its generation.
type Asked<K> = (K, bool);

/// Two banks of intervals that begin near what is asked.
fn intervals<K: Copy + Ord + Default, L: Copy>(
    random: &mut Random,
    asked: &[Asked<K>],
    label: impl Fn(&mut Random) -> L,
) -> Interval<K, L> {
    let banks = [0, 1].map(|bank| {
        let some = asked.iter().skip(bank).step_by(7).take(60).map(|a| a.0);
        let starts: BTreeSet<K> = some.chain([K::default()]).collect();
        starts.into_iter().map(|start| (start, label(random))).collect()
    });
    Interval { banks }
}

/// Fills both banks, behind the last interval with copies of it, and asks.
macro_rules! search {
    ($unit:ty, $latency:expr, $table:expr, $asked:expr) => {{
        let table = $table;
        let mut bench = Bench::new(<$unit>::new(DEPTH_LOG2), |u| &mut u.clock);
        bench.drive(|u| u.reset.next = true);
        bench.tick();
        bench.drive(|u| {
            u.reset.next = false;
            u.w_valid.next = true;
        });
        for (bank, held) in table.banks.iter().enumerate() {
            for index in 0..1 << DEPTH_LOG2 {
                let (start, label) = held[index.min(held.len() - 1)];
                bench.drive(|u| {
                    u.w_bank.next = bank == 1;
                    u.w_index.next = (index as u64).into();
                    u.w_entry.next = bits(&pair(&start, &label));
                });
                bench.tick();
            }
        }
        bench.drive(|u| u.w_valid.next = false);
        (0..8).for_each(|_| bench.tick());
        run(
            &mut bench,
            $asked,
            $latency,
            |u, age, p, valid| {
                if age == 0 {
                    u.valid.next = valid;
                    u.generation.next = p.1;
                    u.key.next = p.0.into();
                }
            },
            |u, age, p| {
                if age == $latency {
                    let (index, label) = table.find(&p.0, p.1);
                    assert_eq!(u.label.val(), label.into(), "{p:x?}");
                    let held = &table.banks[usize::from(p.1)];
                    if index + 1 < held.len() {
                        assert_eq!(u.interval.val().index(), index, "{p:x?}");
                    }
                }
            },
        );
    }};
}

fn addresses(random: &mut Random) -> Vec<Asked<hdl::class::IpKey>> {
    (0..600).map(|_| (pools::ip_key(random), random.chance(50))).collect()
}

#[test]
fn class_of_a_port() {
    roomy(|| {
        let mut random = Random::new(8);
        let key = |r: &mut Random| PortKey {
            port: pick(r, &[0, 80, 81, 0x8050]),
            ported: r.chance(60),
            protocol: pick(r, &[1, 6, 17, 0x91]),
            vpc: pick(r, &[1, 2, 0x81]),
        };
        let asked: Vec<Asked<PortKey>> =
            (0..600).map(|_| (key(&mut random), random.chance(50))).collect();
        let label = |r: &mut Random| PortLabel { class: r.below(256) as u8 };
        let table = intervals(&mut random, &asked, label);
        search!(PortClass, PORT_LATENCY, table, asked);
    });
}

#[test]
fn route_by_longest_prefix() {
    roomy(|| {
        let mut random = Random::new(9);
        let asked = addresses(&mut random);
        let table = intervals(&mut random, &asked, pools::route);
        search!(Route, route::gateware::LATENCY, table, asked);
    });
}
