//! Does an ENI get through what its limits say, and no more?

use crate::{Card, LARGE, groups};
use hdl::{
    meta::DropReason,
    meter::{Meter, Meters, Rate, Span},
    parser::Headers,
    profile::PROFILES,
};

/// The meters of an ENI with these limits, on a card of profile `large`.
fn meters(limits: &str) -> Meters {
    let Card(card) = groups::card("", &[("10.0.0.4", "a", limits)]);
    card.image.enis[1].meters
}

/// An IP packet of so many bytes.
fn packet(bytes: u16) -> Headers {
    Headers { end: 14 + bytes, l3_offset: 14, ..Headers::default() }
}

/// Does `ask` let through `rate` a second, and `burst` at once, of twice as many offered?
fn keeps(rate: u64, burst: u64, ask: impl Fn(&mut Meter) -> DropReason) {
    const SECONDS: u64 = 20;
    let (mut meter, mut passed) = (Meter::default(), 0);
    for number in 0..2 * rate * SECONDS {
        meter.wait(number * u64::from(LARGE.clock_khz) * 1000 / (2 * rate));
        passed += u64::from(ask(&mut meter) == DropReason::None);
    }
    let want = (rate * SECONDS + burst) as f64;
    let off = (passed as f64 - want).abs() / want;
    assert!(off < 0.001, "{passed} of {want}");
}

#[test]
fn an_eni_gets_what_its_limits_say() {
    let limits = meters(
        "limits = { outbound = { packets_per_second = 2_000 }, \
         inbound = { packets_per_second = 100_000, bytes_per_second = 1_000_000 }, \
         punts_per_second = 300, burst_ms = 500 }",
    );
    keeps(2_000, 1_000, |meter| meter.pass(1, false, &limits, &packet(9001)));
    // The bytes count, then the packets.
    keeps(1_000, 500, |meter| meter.pass(1, true, &limits, &packet(1_000)));
    keeps(100_000, 50_000, |meter| meter.pass(1, true, &limits, &packet(10)));
    keeps(300, 150, |meter| meter.punt(1, &limits));
}

#[test]
fn who_says_nothing_may_ask_1024_times_a_second() {
    let limits = meters("");
    assert_eq!((limits.outbound, limits.inbound), (Rate::default(), Rate::default()));
    keeps(1024, 102, |meter| meter.punt(1, &limits));
    assert_eq!(limits, meters("limits = {}"));
}

#[test]
fn enis_and_directions_have_meters_of_their_own() {
    let limits = meters("limits = { outbound = { packets_per_second = 10 }, burst_ms = 1 }");
    let mut meter = Meter::default();
    let mut pass = |eni, inbound| meter.pass(eni, inbound, &limits, &packet(40));
    let seen = [(1, false), (1, false), (2, false), (1, true), (1, true)].map(|(e, i)| pass(e, i));
    let over = DropReason::Metered;
    let none = DropReason::None;
    assert_eq!(seen, [none, over, none, none, none]);
    assert_eq!([0, 1].map(|_| meter.punt(1, &limits)), [none, none]);
}

#[test]
fn every_limit_fits_every_card() {
    for profile in &PROFILES {
        let clock = f64::from(profile.clock_khz) * 1000.0;
        let packets = [10.0, 200_000_000.0].map(|rate| Span::of_packet(rate, clock));
        let bytes = [125_000.0, 12_500_000_000.0].map(|rate| Span::of_byte(rate, clock));
        let bursts = [0.001, 1.0].map(|burst| Span::of_burst(burst, clock));
        for span in [packets, bytes, bursts].concat() {
            assert!(span.expect("it fits").mantissa >= 500, "{span:?}");
        }
    }
}
