//! What does the card do, clock by clock, on a PC without one?
//!
//! ```text
//!   captures --> frames --> [ Model: the gateware, verilated ] --> frames --> captures
//!   driver::Card ---------> [ BAR0 over its own register bus ]
//!                                       '--> explain records --> follow: packet by packet
//!                                                               retrace: by the reference
//! ```
//! The model is the Verilog that is flashed, printed from the same kernels. Nothing is read or
//! written but through its ports.

pub mod built;
pub mod capture;
#[cfg(test)]
mod echo;
mod ffi;
mod follow;
mod model;
mod retrace;

pub use follow::{Followed, Journey, Unmatched, follow};
pub use model::{
    BUS_CYCLES_MAX, Ended, Error, Explained, Frame, Model, Outcome, Pauses, QUIET_CYCLES,
    RESET_CYCLES, Sent,
};
pub use retrace::{Taken, retrace};
