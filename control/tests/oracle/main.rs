//! Does a card with the compiled tables do what the file says?
//!
//! Random small networks and packets; the reference walk over the compiled tables must agree
//! with an oracle that reads the objects as they are written.

mod judge;
mod load;
mod packet;
mod world;

use control::{Syntax, Vpcs, compile};
use fastrand::Rng;
use hdl::{
    meta::{DropReason, Entered},
    profile::{PORT_NAMES, PROFILES, Profile},
    tables::TableId,
    walk::walk,
};
use judge::{Judgement, Leaves, Oracle};
use std::collections::BTreeMap;

/// Networks that are tried.
const NETWORKS: u64 = 150;
/// Packets per network, card and side.
const PACKETS: usize = 60;

/// A card that nothing fills: what fits is asked elsewhere.
const ROOMY: Profile = Profile { depth_log2: [16; TableId::ALL.len()], ..PROFILES[0] };

/// Two files, one in force after the other, on one card.
struct Case<'v> {
    files: [&'v Vpcs; 2],
    card: usize,
    tables: hdl::tables::Tables,
    text: [&'v str; 2],
}

impl Case<'_> {
    /// Walk a frame in the generation of one of the files, and ask the oracle of that file:
    /// where did it come from, and how did it end?
    fn check(&self, generation: bool, port: u8, frame: &[u8], seed: u64) -> String {
        let net = port == 2;
        let entered = Entered { port, net, generation, open: true };
        let outcome = walk(&self.tables, frame, entered);
        let which = usize::from(generation);
        let oracle = Oracle { file: self.files[which], card: self.card };
        let expect: Judgement = if net {
            oracle.inbound(&packet::read_tunnel(frame))
        } else {
            oracle.outbound(port, &packet::read(frame))
        };
        let leaves = outcome.frame.as_deref().map(|frame| {
            if outcome.verdict.egress_port == 2 {
                Leaves::Net(packet::read_tunnel(frame))
            } else {
                Leaves::Host(packet::read(frame))
            }
        });
        let passes = outcome.passes;
        assert_eq!(
            (outcome.verdict, leaves),
            expect,
            "seed {seed}, card {}, port {port}: {frame:02x?}\n{passes:?}\n{}",
            self.card,
            self.text[which]
        );
        let verdict = outcome.verdict;
        let way = if net { "net" } else { "host" };
        match verdict.reason {
            DropReason::None => {
                format!("{way} to {}", PORT_NAMES[usize::from(verdict.egress_port)])
            }
            reason => format!("{way} {reason:?}"),
        }
    }
}

fn network(seed: u64, seen: &mut BTreeMap<String, usize>) {
    let mut rng = Rng::with_seed(seed);
    let text = [world::file(&mut rng), world::file(&mut rng)];
    let files = text.each_ref().map(|t| {
        Vpcs::parse("random", t, Syntax::Toml).unwrap_or_else(|e| panic!("seed {seed}: {e}"))
    });
    for card in 0..2 {
        let compiled = files.each_ref().map(|file| {
            compile(file, &file.cards[card].name, &ROOMY)
                .unwrap_or_else(|e| panic!("seed {seed}: {e}"))
        });
        let tables = load::load([&compiled[0].image, &compiled[1].image], &mut rng);
        let [a, b] = &text;
        let case = Case { files: [&files[0], &files[1]], card, tables, text: [a, b] };
        for _ in 0..PACKETS {
            let generation = rng.bool();
            let file = case.files[usize::from(generation)];
            if file.enis.is_empty() {
                continue;
            }
            let sender = world::eni(&mut rng, file, |e| e.card == card);
            let recipe = world::recipe(&mut rng, file, sender);
            let frame = world::frame(&mut rng, &recipe);
            let end = case.check(generation, sender.port, &frame, seed);
            *seen.entry(end).or_default() += 1;
            let sender = world::eni(&mut rng, file, |e| e.card != card);
            let recipe = world::recipe(&mut rng, file, sender);
            let recipe = world::in_tunnel(&mut rng, &recipe);
            let inner = world::frame(&mut rng, &recipe);
            let frame = world::tunnel(&mut rng, file, sender, card, &inner);
            let end = case.check(generation, 2, &frame, seed);
            *seen.entry(end).or_default() += 1;
        }
    }
}

#[test]
fn the_card_does_what_the_file_says() {
    let mut seen = BTreeMap::new();
    for seed in 0..NETWORKS {
        network(seed, &mut seen);
    }
    let expect = [
        "host Ipv4MappedAddress",
        "host UnknownEni",
        "host EniDown",
        "host SpoofedMac",
        "host SpoofedIp",
        "host Multicast",
        "host NaclOutbound",
        "host SgOutbound",
        "host NoRoute",
        "host NoMapping",
        "host NotItsAddress",
        "host NaclInbound",
        "host SgInbound",
        "host to host0",
        "host to host1",
        "host to net0",
        "net NotForUs",
        "net Ipv4MappedAddress",
        "net CongestionExperienced",
        "net UnknownVni",
        "net Multicast",
        "net SpoofedUnderlay",
        "net NoLocalEni",
        "net NaclInbound",
        "net SgInbound",
        "net EniDown",
        "net to host0",
        "net to host1",
    ];
    for end in expect {
        let count = seen.get(end).copied().unwrap_or(0);
        assert!(count >= 20, "{end}: met {count} times: {seen:#?}");
    }
}
