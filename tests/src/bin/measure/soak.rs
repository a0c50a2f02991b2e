//! Do gateware and reference agree for a million packets?

use hdl::profile::{PROFILES, Profile};
use house::{
    cosim::{self, Seen, compare},
    report,
};
use serde::Serialize;
use sim::Pauses;
use std::{io, sync::Mutex, thread};

/// How much to compare.
#[derive(clap::Args)]
pub struct Arguments {
    /// Packets in all.
    #[arg(long, default_value_t = 1_000_000)]
    packets: usize,
    /// Random worlds for each width.
    #[arg(long, default_value_t = 20)]
    seeds: u64,
    /// Models at once.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
}

/// Why the comparison ended early, or badly.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Cosim(#[from] cosim::Error),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("{0} packets on which card and reference disagree; the first:\n{1}")]
    Mismatch(usize, String),
}

#[derive(Serialize)]
struct Row {
    profile: &'static str,
    packets: usize,
    seeds: u64,
    mismatches: usize,
}

/// Compare, print a row per profile, write the figures.
pub fn run(arguments: &Arguments) -> Result<(), Error> {
    let each = arguments.packets.div_ceil(PROFILES.len() * arguments.seeds.max(1) as usize);
    let mut rows = vec![];
    let mut first = None;
    for profile in &PROFILES {
        let seen = seeds(profile, arguments, each)?;
        let row = Row {
            profile: profile.name,
            packets: seen.packets,
            seeds: arguments.seeds,
            mismatches: seen.mismatches.len(),
        };
        println!(
            "{}: {} packets, {} seeds, {} mismatches",
            row.profile, row.packets, row.seeds, row.mismatches
        );
        for (verdict, count) in &seen.verdicts {
            println!("  {count:9} {verdict}");
        }
        first = first.or(seen.mismatches.into_iter().next());
        rows.push(row);
    }
    println!("{}", report::write("soak", &rows)?.display());
    match first {
        None => Ok(()),
        Some(why) => Err(Error::Mismatch(rows.iter().map(|r| r.mismatches).sum(), why)),
    }
}

/// Every seed of one profile, some at once; senders and receivers pause differently in each.
fn seeds(profile: &Profile, arguments: &Arguments, each: usize) -> Result<Seen, Error> {
    let (next, all) = (Mutex::new(0..arguments.seeds), Mutex::new(Seen::default()));
    let work = || -> Result<(), cosim::Error> {
        loop {
            let seed = next.lock().map_or(None, |mut n| n.next());
            let Some(seed) = seed else { return Ok(()) };
            let pauses = Pauses {
                idle_per_mille: [0, 300, 0, 300, 700][seed as usize % 5],
                stall_per_mille: [0, 0, 600, 300, 100][seed as usize % 5],
            };
            let seen = compare(profile, seed + 1000, each, pauses)?;
            if let Ok(mut all) = all.lock() {
                *all = std::mem::take(&mut *all).and(seen);
            }
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..arguments.jobs.max(1)).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|t| t.join().unwrap_or(Ok(())))
    })?;
    Ok(all.into_inner().unwrap_or_default())
}
