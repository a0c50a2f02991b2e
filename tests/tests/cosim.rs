//! Random worlds: the verilated card agrees with the reference on every packet.
//!
//! A share of what `make soak` does: both widths, some seeds, with and without pauses.

use driver::Card;
use hdl::{meta::DropReason, profile::PROFILES};
use house::{
    cosim::{
        Appliances, Beyond, Committed, Seen, TrackedPasses, compare, compare_commits,
        compare_resets,
    },
    plain,
};
use sim::{Journey, Model, Pauses, follow};

/// Worlds for each width and each kind of pause: 104,000 packets in all.
const WORLDS: u64 = 10;
/// Packets for each of them.
const PACKETS: usize = 1_300;
/// Verdicts that random worlds must lead to.
const MET: [&str; 20] = [
    "Forward",
    "NaclOutbound",
    "SgOutbound",
    "NoRoute",
    "Blackhole",
    "NaclInbound",
    "SgInbound",
    "SpoofedUnderlay",
    "Reply",
    "ArpNoMapping",
    "PuntDhcp",
    "PuntRouterSolicitation",
    "PuntService",
    "PuntLinkLocal",
    "PuntMappingMiss",
    "BadInject",
    "NoPublicAddress",
    "MtuExceeded",
    "Metered",
    "PuntLimited",
];

fn agree(idle_per_mille: u32, stall_per_mille: u32, seed: u64) {
    for profile in &PROFILES {
        let pauses = Pauses { idle_per_mille, stall_per_mille };
        let mut seen = Seen::default();
        for seed in seed * WORLDS..(seed + 1) * WORLDS {
            let one = compare(profile, seed, PACKETS, pauses).unwrap_or_else(|e| panic!("{e}"));
            none_differ(profile.name, seed, &one);
            seen = seen.and(one);
        }
        let TrackedPasses { hits, needed, made, anew, full } = seen.tracked;
        let often = hits > 200 && needed > 20 && made > 200 && anew > 3 && full == 0;
        assert!(often, "seed {seed}: {:?}", seen.tracked);
        let Beyond { to_vpc, to_hop, inside, from_vpc, from_hop, kept } = seen.beyond;
        let least = [to_vpc, to_hop, inside, from_vpc, from_hop, kept].into_iter().min();
        assert!(least > Some(5), "seed {seed}: {:?}", seen.beyond);
        let Appliances { to, received, heard } = seen.appliances;
        assert!(
            [to, received, heard].into_iter().min() > Some(5),
            "seed {seed}: {:?}",
            seen.appliances
        );
        assert!(seen.advertised >= 5, "seed {seed}: {} advertisements", seen.advertised);
        assert!(seen.told.iter().all(|n| *n > 10), "seed {seed}: {:?} told", seen.told);
        let often = seen.translated.iter().all(|n| *n > 5);
        assert!(often, "seed {seed}: {:?} translated", seen.translated);
        let [judged, direct] = seen.injected;
        assert!(judged > 100 && direct > 100, "seed {seed}: {judged} and {direct} injected");
        for verdict in MET {
            let met = seen.verdicts.get(verdict).copied().unwrap_or(0);
            assert!(met >= 10, "seed {seed}: {verdict} is met {met} times: {:?}", seen.verdicts);
        }
    }
}

fn none_differ(profile: &str, seed: u64, seen: &Seen) {
    let some: Vec<_> = seen.mismatches.iter().take(2).map(String::as_str).collect();
    assert!(
        some.is_empty(),
        "{profile}, seed {seed}: {} of {} packets:\n{}",
        seen.mismatches.len(),
        seen.packets,
        some.join("\n")
    );
}

/// A packet is judged by the generation in force when it entered, wholly.
#[test]
fn commits_under_traffic() {
    for profile in &PROFILES {
        let all = compare_commits(profile, 5, 24).unwrap_or_else(|e| panic!("{e}"));
        let Committed { seen, judged, sent } = all;
        none_differ(profile.name, 5, &seen);
        assert_eq!(seen.packets, sent, "{}: some are lost", profile.name);
        assert!(judged.iter().all(|n| *n > 100), "{}: {judged:?}", profile.name);
    }
}

/// A packet in every clock leaves a table no clock in which to take its last entry: the new
/// generation must not be in force before it has.
#[test]
fn a_commit_at_line_rate_waits_for_its_last_entry() {
    let wide = PROFILES.iter().max_by_key(|profile| profile.width_bits).unwrap();
    let mut card = Card::open(Model::new(wide, 7).unwrap(), &PROFILES, 7).unwrap();
    let mut image = plain::image();
    let to = plain::FIRST_AWAY;
    card.apply(&image).unwrap();
    let mapping = image.mappings.remove(&plain::key(plain::address(to))).unwrap();
    card.apply(&image).unwrap();
    card.set_open(true).unwrap();
    for i in 0..4_000 {
        let from = i % 2;
        let frame = plain::udp(from, to, plain::mac(to), 7, 64);
        card.io_mut().send(from as usize, &frame).unwrap();
    }
    card.io_mut().run(1_000).unwrap();
    image.mappings.insert(plain::key(plain::address(to)), mapping);
    let new = card.apply(&image).unwrap() & 1 == 1;
    card.io_mut().run(u64::MAX).unwrap();
    let mut judged = [0; 2];
    for Journey { passes, .. } in follow(card.io_mut().take().unwrap()).unwrap().journeys {
        judged[usize::from(passes.first.generation == new)] += 1;
        let forwarded = passes.verdict().reason == DropReason::None;
        assert_eq!(forwarded, passes.first.generation == new, "{judged:?}: {passes:?}");
    }
    assert!(judged.iter().all(|n| *n > 100), "{judged:?}");
}

/// Nothing is left of the packets that a reset meets, and none is lost behind it.
#[test]
fn resets_under_traffic() {
    for profile in &PROFILES {
        let seen = compare_resets(profile, 6, 8).unwrap_or_else(|e| panic!("{e}"));
        none_differ(profile.name, 6, &seen);
        assert_eq!(seen.packets, 8 * 2 * 200, "{}", profile.name);
    }
}

#[test]
fn back_to_back() {
    agree(0, 0, 1);
}

#[test]
fn slow_senders() {
    agree(300, 0, 2);
}

#[test]
fn slow_receivers() {
    agree(0, 600, 3);
}

#[test]
fn slow_everybody() {
    agree(300, 300, 4);
}
