//! Is every packet judged by one generation, wholly, while the tables change?

use hdl::profile::PROFILES;
use house::{
    cosim::{self, Committed, compare_commits},
    report,
};
use serde::Serialize;
use std::io;

/// How much to change.
#[derive(clap::Args)]
pub struct Arguments {
    /// Commits for each seed.
    #[arg(long, default_value_t = 250)]
    commits: usize,
    /// Random worlds for each width.
    #[arg(long, default_value_t = 4)]
    seeds: u64,
}

/// Why there are no figures, or bad ones.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Cosim(#[from] cosim::Error),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(
        "{mixed} packets judged otherwise than by the reference, {lost} lost; the first:\n{first}"
    )]
    Mixed { mixed: usize, lost: usize, first: String },
}

#[derive(Serialize)]
struct Row {
    profile: &'static str,
    commits: usize,
    packets: usize,
    /// Of these, those that the generation behind their commit judged.
    by_the_new: usize,
    mixed: usize,
    lost: usize,
}

/// Commit under traffic, print a row per profile, write the figures.
pub fn run(arguments: &Arguments) -> Result<(), Error> {
    let mut rows = Vec::new();
    let mut first = None;
    for profile in &PROFILES {
        let mut row =
            Row { profile: profile.name, commits: 0, packets: 0, by_the_new: 0, mixed: 0, lost: 0 };
        for seed in 0..arguments.seeds {
            let all = compare_commits(profile, 2000 + seed, arguments.commits)?;
            let Committed { seen, judged, sent } = all;
            row.commits += arguments.commits;
            row.packets += sent;
            row.by_the_new += judged[1];
            row.mixed += seen.mismatches.len();
            row.lost += sent.abs_diff(seen.packets);
            first = first.or(seen.mismatches.into_iter().next());
        }
        println!(
            "{}: {} commits, {} packets, {} of them by the new generation; {} mixed, {} lost",
            row.profile, row.commits, row.packets, row.by_the_new, row.mixed, row.lost
        );
        rows.push(row);
    }
    println!("{}", report::write("commit", &rows)?.display());
    let sum = |of: fn(&Row) -> usize| rows.iter().map(of).sum();
    match (sum(|r| r.mixed), sum(|r| r.lost)) {
        (0, 0) => Ok(()),
        (mixed, lost) => Err(Error::Mixed { mixed, lost, first: first.unwrap_or_default() }),
    }
}
