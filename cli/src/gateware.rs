//! What does the card look like as Verilog?

use crate::{Done, arguments::Verilog, error::Error};
use hdl::{
    card::{Card128, Card512},
    profile::Profile,
};
use rust_hdl::prelude::Block;
use std::{fs, thread};

/// Stack for building a card: kernels keep a byte per bit.
const STACK_BYTES: usize = 512 << 20;

/// Write PROFILE.v.
pub fn run(arguments: &Verilog) -> Result<Done, Error> {
    let profile = *Profile::named(&arguments.profile).expect("clap lets only names of profiles by");
    let builder = thread::Builder::new().stack_size(STACK_BYTES);
    let thread = builder.spawn(move || text(&profile)).expect("there is memory for a stack");
    let text = thread.join().expect("printing ends with an error, not with a panic")?;
    let path = arguments.out.join(format!("{}.v", profile.name));
    let written = fs::create_dir_all(&arguments.out).and_then(|()| fs::write(&path, &text));
    written.map_err(|source| Error::Write { path: path.clone(), source })?;
    let lines = text.lines().count();
    anstream::println!("{}: module `card`, {lines} lines", path.display());
    Ok(Done::Well)
}

/// The card of that profile, module `card`.
fn text(profile: &Profile) -> Result<String, Error> {
    let made_from = format!("hdl::card, profile {}", profile.name);
    let options = verilog::Options { top: "card", made_from: &made_from };
    let mut card: Box<dyn Block> = match profile.width_bits {
        128 => Card128::new(profile),
        _ => Card512::new(profile),
    };
    card.connect_all();
    Ok(verilog::print(&*card, &options)?)
}
