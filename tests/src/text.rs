//! The card as Verilog, for whoever simulates, lints or places it.

use hdl::{
    card::{Card128, Card512},
    profile::Profile,
};
use rust_hdl::prelude::Block;
use std::thread;

/// Stack for building a card: kernels keep a byte per bit.
const STACK_BYTES: usize = 512 << 20;

/// A profile's card as Verilog, module `card`.
///
/// # Panics
/// If the card does not print: a mistake in the gateware.
pub fn card(profile: Profile) -> String {
    let print = move || {
        let made_from = format!("hdl::card, profile {}", profile.name);
        let options = verilog::Options { top: "card", made_from: &made_from };
        let text = if profile.width_bits == 128 {
            let mut card = Card128::new(&profile);
            card.connect_all();
            verilog::print(&*card, &options)
        } else {
            let mut card = Card512::new(&profile);
            card.connect_all();
            verilog::print(&*card, &options)
        };
        text.unwrap_or_else(|e| panic!("{e}"))
    };
    let builder = thread::Builder::new().stack_size(STACK_BYTES);
    let thread = builder.spawn(print).expect("memory for a thread's stack");
    thread.join().expect("a card that prints")
}
