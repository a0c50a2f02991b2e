//! The measurements behind the README's figures: `measure fmax`, `measure soak`, `measure
//! commits`, `measure linerate`, `measure faults`.

mod commits;
mod estimate;
mod faults;
mod floorplan;
mod fmax;
mod harness;
mod linerate;
mod lutram;
mod readme;
mod soak;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Measures penstock; each command prints a table and writes `target/report/<name>.json`.
#[derive(Parser)]
#[command(name = "measure")]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Place and route the 128-bit card for an LFE5U-85F.
    Fmax(fmax::Arguments),
    /// Compare gateware and reference on a million random packets.
    Soak(soak::Arguments),
    /// Commit changes while packets flow, and see by which generation each was judged.
    Commits(commits::Arguments),
    /// Count the clocks of ten thousand frames of each kind and length.
    Linerate(linerate::Arguments),
    /// Plant faults in a copy of the sources, and see which test fails of each.
    Faults(faults::Arguments),
    /// Make the README's tables from the figures measured.
    Readme,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().what {
        What::Fmax(arguments) => fmax::run(&arguments).map_err(|e| e.to_string()),
        What::Soak(arguments) => soak::run(&arguments).map_err(|e| e.to_string()),
        What::Commits(arguments) => commits::run(&arguments).map_err(|e| e.to_string()),
        What::Linerate(arguments) => linerate::run(&arguments).map_err(|e| e.to_string()),
        What::Faults(arguments) => faults::run(&arguments).map_err(|e| e.to_string()),
        What::Readme => readme::run().map_err(|e| e.to_string()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("measure: {why}");
            ExitCode::FAILURE
        }
    }
}
