//! How does a rust-hdl design become Verilog that means what its Rust simulation means?
//!
//! ```text
//! Block --collect--> instances --scope--> signals of one module
//!                                  |
//!          kernel's syntax tree --lower--> expressions of known width, loops unrolled
//!                                  |
//!                  process, hoist --> one process per signal, none reads what it assigns
//!                                  |
//!          leaves' own texts --> module, leaf --design--> each text once, top first
//! ```
//!
//! rust-hdl's own text disagrees silently with its simulation (docs/decisions/0001). This one
//! writes every width, refuses what it cannot know, and reads without warnings in Verilator,
//! Icarus Verilog (`-g2005-sv`) and yosys (`read_verilog -sv`).
//!
//! Names: `x[3]` of an array prints as `x_3`, pin `q` of child `count` as `count_q`, a keyword
//! gets a trailing `_`; `x_s1` is an earlier value of `x`, `x_t1` a part of an expression for it.
//! Two ports that print alike are refused, other names get `_v2`, `_v3`. A leaf names its module in
//! the first line of its text: `// module ram_outreg`.
use rust_hdl::prelude::Block;

mod assigned;
mod collect;
mod design;
mod error;
mod expr;
mod hoist;
mod index;
mod kernel;
mod leaf;
mod lower;
mod module;
mod names;
mod operator;
mod process;
mod scope;
mod show;
mod text;

pub use error::{Error, Place};

/// What the text is called and where it says it comes from.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Name of the top module; a plain identifier.
    pub top: &'a str,
    /// One sentence for the header: what the text was made from.
    pub made_from: &'a str,
}

/// The name that a port prints as; `raw` has `$` between interface, element number and field.
#[must_use]
pub fn printed_name(raw: &str) -> String {
    names::printed(raw)
}

/// Prints `block` and all below it. Call `connect_all` before if kernels rely on it; the ports of
/// the top need no connection.
///
/// # Errors
/// What has no sound Verilog is refused; the message names module and signal and the way out.
pub fn print(block: &dyn Block, options: &Options<'_>) -> Result<String, Error> {
    match collect::collect(block, options.top) {
        Some(top) => design::print(&top, options.top, options.made_from),
        None => Err(Error::NoModule(options.top.to_string())),
    }
}
