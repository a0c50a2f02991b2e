//! The card, or a block of it alone, as Verilog, for whoever simulates, lints or places it.

use cells::{
    exact::Exact,
    stream::{Depths, FramePath},
};
use hdl::{
    card::{Card128, Card512},
    connection::gateware::Connect,
    nacl::gateware::Nacl,
    parser::kernel::Parser,
    pipeline::Pipeline,
    profile::Profile,
    route::gateware::Route,
    tables::TableId,
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
    let made_from = format!("hdl::card, profile {}", profile.name);
    if profile.width_bits == 128 {
        print(made_from, move || Card128::new(&profile))
    } else {
        print(made_from, move || Card512::new(&profile))
    }
}

/// Blocks that [`block`] prints.
pub const BLOCKS: [&str; 7] =
    ["exact", "addresses", "rules", "connections", "parser", "frames", "pipeline"];

/// One of [`BLOCKS`] with the sizes it has in a profile's card, as module `card`.
///
/// # Panics
/// As [`card`] does.
pub fn block(name: &str, profile: Profile) -> Option<String> {
    let made_from = format!("{name} of profile {}", profile.name);
    Some(match name {
        "exact" => print(made_from, || Box::new(Exact::<136, 133, 271, 138>::new(9))),
        "addresses" => {
            let routes_log2 = profile.depth_log2[TableId::Routes as usize];
            print(made_from, move || Box::new(Route::new(routes_log2)))
        }
        "rules" => {
            let depth = |table: TableId| profile.depth_log2[table as usize];
            let (rules_log2, enis_log2) = (depth(TableId::Rules), depth(TableId::Enis));
            print(made_from, move || Box::new(Nacl::new(rules_log2, enis_log2)))
        }
        "connections" => {
            let enis_log2 = profile.depth_log2[TableId::Enis as usize];
            print(made_from, move || Box::new(Connect::new(profile.buckets_log2(), enis_log2)))
        }
        "parser" => print(made_from, Box::<Parser>::default),
        "frames" if profile.width_bits == 128 => {
            print(made_from, || Box::new(FramePath::<128, 16, 8, 12, 149>::new(Depths::NARROW)))
        }
        "frames" => {
            print(made_from, || Box::new(FramePath::<512, 64, 32, 3, 581>::new(Depths::WIDE)))
        }
        "pipeline" => print(made_from, move || Box::new(Pipeline::new(&profile))),
        _ => return None,
    })
}

/// What `make` makes, as module `card`, on a thread with room for it.
fn print<B: Block>(made_from: String, make: impl FnOnce() -> Box<B> + Send + 'static) -> String {
    let print = move || {
        let mut block = make();
        block.connect_all();
        let options = verilog::Options { top: "card", made_from: &made_from };
        verilog::print(&*block, &options).unwrap_or_else(|e| panic!("{e}"))
    };
    let builder = thread::Builder::new().stack_size(STACK_BYTES);
    let thread = builder.spawn(print).expect("memory for a thread's stack");
    thread.join().expect("a card that prints")
}
