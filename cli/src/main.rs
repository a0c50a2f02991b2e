//! What does somebody type who wants something of the card?
//!
//! Every command is a thin call into the other rooms: read, do, print. What it answers goes to
//! standard output, what went wrong to standard error, and the exit status says which it was.

mod arguments;
mod check;
mod demo;
mod engine;
mod error;
mod explain;
mod gateware;
mod input;
mod network;
mod profiles;
mod registers;
mod sim;
mod style;
mod tally;
mod tap;

use arguments::{Arguments, Command};
use clap::Parser;
use error::Error;
use std::process::ExitCode;

/// Exit status of a command that found what it was asked to find: a mismatch.
const FOUND: u8 = 1;

/// What a command came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    /// Everything is as it should be.
    Well,
    /// It is not, and the command has said so.
    Found,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::Found) => ExitCode::from(FOUND),
        Err(error) => {
            if error.quotes() {
                anstream::eprintln!("{error}");
            } else {
                anstream::eprintln!("{}error:{:#} {error}", style::BAD, style::BAD);
            }
            ExitCode::from(error.status())
        }
    }
}

fn run(command: Command) -> Result<Done, Error> {
    match command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Profiles(arguments) => profiles::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Sim(arguments) => sim::run(&arguments),
        Command::Tap(arguments) => tap::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Verilog(arguments) => gateware::run(&arguments),
        Command::Registers => registers::run(),
    }
}
