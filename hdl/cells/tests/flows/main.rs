//! Does the table remember flows as a search of all its entries would, whatever is under way? The
//! model alone; then, clock by clock beside it, rust-hdl's simulation and the printed text.

mod model;

#[cfg(feature = "gateware")]
mod kernel;
#[cfg(feature = "gateware")]
mod script;
