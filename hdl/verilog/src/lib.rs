//! How does a rust-hdl design become Verilog that means what its Rust simulation means?
//!
//! rust-hdl's own text disagrees silently with its simulation; this crate prints the kernels over
//! the same public syntax tree with every width explicit.
use rust_hdl::prelude::Block;

mod sound;

/// What the text is called and where it says it comes from.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Name of the top module.
    pub top: &'a str,
    /// One sentence for the header: what the text was made from.
    pub made_from: &'a str,
}

/// Why a design was not printed; the message says the way out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The kernel uses something that has no sound Verilog here.
    #[error("{0}")]
    Refused(String),
}

/// Prints `block` (after `connect_all`) as Verilog.
///
/// # Errors
/// A construct with no sound Verilog is refused.
pub fn print(block: &dyn Block, options: &Options<'_>) -> Result<String, Error> {
    let text = sound::verilog(block, options.top)?;
    let tail = format!("module {}(", options.top);
    debug_assert!(text.contains(&tail), "top module printed under its name");
    Ok(format!("// {}\n{text}\n", options.made_from))
}
