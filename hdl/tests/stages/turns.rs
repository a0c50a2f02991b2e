//! Does every packet that turns around inside the card get its second pass, however many come in?

use crate::bench::roomy;
use hdl::{
    parser::{Headers, bits},
    pipeline::{T_PASS, T_VERDICT, Turn, Turned, WAIT_CLOCKS},
};
use replay::{Bench, Random};
use std::collections::VecDeque;

/// Clocks from a bubble to the clock behind the parser that it leaves free.
const BUBBLE: usize = T_PASS + 4;
/// Clocks of a pass.
const PASS: usize = T_VERDICT - T_PASS;

/// What the traffic is like.
struct Traffic {
    /// Clocks of a hundred in which a frame would come in.
    load: u64,
    /// Packets of a hundred that turn.
    turning: u64,
}

/// What came of it.
struct Seen {
    turned: usize,
    longest_wait: usize,
    clocks: usize,
}

/// Headers by which a packet is told.
fn headers(number: u64) -> bits::Headers {
    let src_ip = u128::from(number) << 64;
    Headers { dst_mac: number, src_ip, end: 99, ..Headers::default() }.into()
}

/// `packets` go through the block and the pass behind it, which is a queue here.
fn run(traffic: Traffic, packets: u64) -> Seen {
    let mut random = Random::new(traffic.load * 1000 + traffic.turning);
    let mut bench = Bench::new(Turn::default(), |u| &mut u.clock);
    bench.drive(|u| {
        u.i_valid.next = false;
        u.t_valid.next = false;
        u.orders.next.reset = 1.into();
    });
    bench.tick();
    bench.drive(|u| u.orders.next.reset = 0.into());
    // Packets in the pass, whether they leave it to turn; bubbles on their way.
    let mut pass: VecDeque<Option<u64>> = vec![None; PASS].into();
    let mut bubbles: VecDeque<bool> = vec![false; BUBBLE - 3].into();
    let mut seen = Seen { turned: 0, longest_wait: 0, clocks: 0 };
    // Packets that wait for their second pass, and since when.
    let mut due: VecDeque<(u64, usize)> = VecDeque::new();
    let (mut number, mut came) = (0, None);
    // Those that come in the next three clocks, the nearest first.
    let mut coming: VecDeque<Option<u64>> = vec![None; 3].into();
    let some = |line: &VecDeque<Option<u64>>| line.iter().any(Option::is_some);
    while number < packets || !due.is_empty() || some(&coming) || some(&pass) {
        seen.clocks += 1;
        assert!(seen.clocks < 100_000, "{} packets wait for ever", due.len());
        // What comes out of the block, of what came in a clock ago.
        let comes = bench.dut.valid.val();
        let inside = bench.dut.pass.val().inside.any();
        let mut goes_on = None;
        if let Some(number) = came.take() {
            assert!(comes && !inside);
            assert_eq!(bench.dut.headers.val(), headers(number));
            goes_on = Some(number).filter(|_| random.chance(traffic.turning));
        } else if comes {
            assert!(inside, "a packet out of nothing");
            let (number, since) = due.pop_front().expect("a packet that turned");
            let expected = headers(number);
            assert_eq!(bench.dut.headers.val().dst_mac, expected.dst_mac);
            assert_eq!(bench.dut.headers.val().src_ip, expected.src_ip);
            assert_eq!(bench.dut.far_ip.val(), expected.src_ip);
            assert_eq!(bench.dut.pass.val().number.index() as u64, number % 128);
            let eni = bench.dut.eni.val();
            let vpc = number as usize % 251;
            assert_eq!((eni.vpc.index(), eni.route_table.index()), (vpc, vpc));
            seen.longest_wait = seen.longest_wait.max(seen.clocks - since);
            seen.turned += 1;
        }
        pass.push_back(goes_on);
        let turns = pass.pop_front().flatten();
        bubbles.push_back(bench.dut.bubble.val());
        let held = bubbles.pop_front().unwrap_or_default();
        let enters = !held && number < packets && random.chance(traffic.load);
        coming.push_back(enters.then_some(number));
        number += u64::from(enters);
        came = coming.pop_front().flatten();
        bench.drive(|u| {
            u.i_coming.next = enters;
            u.i_valid.next = came.is_some();
            u.i_headers.next = headers(came.unwrap_or(77));
            u.t_valid.next = turns.is_some();
            let of = headers(turns.unwrap_or(78));
            u.t_turned.next = Turned {
                number: (turns.unwrap_or(0) % 128).into(),
                vpc: (turns.unwrap_or(0) % 251).into(),
                dst_mac: of.dst_mac,
                src_ip: of.src_ip,
                end: of.end,
                ..Turned::default()
            };
        });
        if let Some(number) = turns {
            due.push_back((number, seen.clocks));
        }
        bench.tick();
    }
    seen
}

#[test]
fn every_packet_that_turns_comes_again() {
    roomy(|| {
        for (load, turning) in [(25, 100), (100, 2), (100, 50), (70, 70), (100, 100)] {
            let seen = run(Traffic { load, turning }, 2500);
            assert!(seen.turned > 20, "{} turned", seen.turned);
            let wait = seen.longest_wait;
            assert!(wait <= WAIT_CLOCKS, "load {load}, {turning} % turn: one waits {wait} clocks");
        }
    });
}

#[test]
fn it_costs_a_clock_for_each() {
    roomy(|| {
        let packets = 3000;
        // Where clocks are free, a packet that turns costs nothing.
        let seen = run(Traffic { load: 25, turning: 100 }, packets);
        assert_eq!(seen.turned, packets as usize);
        assert!(seen.clocks < 4 * 3000 + 600, "{} clocks", seen.clocks);
        // Where none is, two passes take two, and some while the bubbles are under way.
        let seen = run(Traffic { load: 100, turning: 100 }, packets);
        assert!(seen.clocks < 3000 * 5 / 2, "{} clocks", seen.clocks);
    });
}
