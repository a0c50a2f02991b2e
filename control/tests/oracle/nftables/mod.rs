//! Does Linux judge an ENI's packets as the card does?
//!
//! ```text
//!   a random file's objects --> nft, ip route, ip rule --> Linux in a namespace of its own
//!                          '--> control::compile --------> reference
//!   conversations of one ENI with its peers --> both: who lets it pass, and where to?
//! ```
//! What the two mean differently on purpose, and how the conversations keep clear of it, says
//! docs/decisions/0014-nftables-as-judge.md.

mod linux;
mod nat;
mod reference;
mod ruleset;
mod say;
mod talk;

use crate::world;
use control::{Syntax, Vpcs};
use fastrand::Rng;
use linux::Linux;
use reference::Reference;
use std::{
    collections::BTreeMap,
    env,
    io::{Write, stderr},
    process::Command,
};
use talk::{Fate, Talks};

/// Set in the process that has a namespace of its own.
const INSIDE: &str = "PENSTOCK_NFTABLES_INSIDE";
/// This test's name, as that process is asked for it.
const NAME: &str = "nftables::linux_judges_as_the_card_does";
/// Networks that are tried, an ENI of each.
const NETWORKS: u16 = 300;
/// Packets before its file changes, and as many behind.
const PACKETS: u32 = 125;

/// How often each end was met, by either judge.
type Met = BTreeMap<String, u64>;

/// Why it can't run here, if it can't.
fn missing() -> Option<&'static str> {
    let works = |command: &mut Command| command.output().is_ok_and(|out| out.status.success());
    let nft = works(Command::new("nft").arg("--version"));
    let may = works(Command::new("unshare").args(["--net", "nft", "list", "ruleset"]));
    let tun = linux::has_tun();
    match (nft, may, tun) {
        (false, ..) => Some("no nft: install nftables"),
        (_, false, _) => Some("no network namespaces for this user: run as root"),
        (.., false) => Some("no TUN devices"),
        _ => None,
    }
}

#[test]
fn linux_judges_as_the_card_does() {
    in_a_namespace(NAME, judge);
}

/// Have the test of that name, this one, do it in a process with a network namespace of its own.
fn in_a_namespace(name: &str, test: fn()) {
    if env::var_os(INSIDE).is_some() {
        return test();
    }
    if let Some(why) = missing() {
        writeln!(stderr(), "\nSKIPPED {name}: {why}\n").expect("standard error");
        return;
    }
    let inside = Command::new("unshare")
        .arg("--net")
        .arg(env::current_exe().expect("this test"))
        .args([name, "--exact", "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .expect("unshare");
    let said = [inside.stdout, inside.stderr].concat();
    assert!(inside.status.success(), "{}", String::from_utf8_lossy(&said));
}

/// Compare the two, in this process's namespace.
fn judge() {
    let linux = Linux::new();
    let mut met = Met::new();
    for seed in 0..NETWORKS {
        network(&linux, seed, &mut met);
    }
    for (end, least) in reference::MET.into_iter().chain(ruleset::MET) {
        let count = met.get(end).copied().unwrap_or(0);
        assert!(count >= least, "{end}: met {count} times: {met:#?}");
    }
    // What comes to the ENI is judged by ACL and groups alone, so that reasons can be counted.
    for (card, linux) in [("in NaclInbound", "nacl_in"), ("in SgInbound", "sg_in")] {
        assert_eq!(met[card], met[linux], "{met:#?}");
    }
}

/// An ENI of a random network talks with its peers; half way the file changes.
fn network(linux: &Linux, seed: u16, met: &mut Met) {
    let mut rng = Rng::with_seed(seed.into());
    let places = rng.fork();
    let text = [(); 2].map(|()| world::file(&mut rng, places.clone()));
    let files = text.each_ref().map(|text| {
        Vpcs::parse("random", text, Syntax::Toml).unwrap_or_else(|e| panic!("network {seed}: {e}"))
    });
    let up = |eni: &usize| files.iter().all(|file| file.enis[*eni].up);
    let up: Vec<usize> = (0..files[0].enis.len()).filter(up).collect();
    // Few are untracked in part: mostly one of them.
    let open = |eni: &&usize| !ruleset::untracked(&files[0], &files[0].enis[**eni]).is_empty();
    let open: Vec<usize> = up.iter().filter(open).copied().collect();
    let among = if open.is_empty() || world::once_in(&mut rng, 4) { &up } else { &open };
    let Some(&eni) = rng.choice(among) else { return };
    let mut reference = Reference::new(files.each_ref(), eni);
    let mut talks = Talks::new(&files[0], &files[0].enis[eni]);
    for (file, text) in files.iter().zip(&text) {
        let rules = ruleset::of(file, &file.enis[eni], seed);
        linux.configure(&rules);
        for _ in 0..PACKETS {
            let packet = talks.next(&mut rng);
            let Some(card) = reference.judge(&packet) else {
                talks.ended(Fate::Hopeless);
                continue;
            };
            let left = linux.pass(&packet, card.device.is_some());
            assert_eq!(
                left, card.device,
                "network {seed}, {:?}: {packet:02x?}\n{}{:?}\n{text}",
                card.met, rules.nft, rules.ip
            );
            for end in card.met {
                *met.entry(end).or_default() += 1;
            }
            talks.ended(card.fate);
        }
        for (counter, packets) in linux.counters() {
            *met.entry(counter).or_default() += packets;
        }
        reference.changed = true;
        talks.change();
    }
}
