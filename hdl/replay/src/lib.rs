//! Does the printed Verilog do, clock for clock, what the rust-hdl simulation did?
//!
//! ```text
//! test --drive--> [ Bench: rust-hdl simulation ] --ports of every clock--> [ Trace ]
//!                                                                            |
//!                 printed text --------------------> [ Replay: iverilog ] <--+  compare outputs
//! ```
//! A test drives a design through a [`Bench`], checks it against plain Rust, and hands the trace to
//! a [`Replay`], which runs the text on the same inputs and compares all outputs in all clocks. It
//! is generic over the design: ports are found by rust-hdl's probe.
//!
//! ```
//! use rust_hdl::prelude::*;
//!
//! let mut bench = replay::Bench::new(DFF::<Bits<8>>::default(), |u| &mut u.clock);
//! for value in 0..20 {
//!     bench.drive(|u| u.d.next = value.into());
//!     bench.tick();
//!     assert_eq!(bench.dut.q.val(), Bits::<8>::from(value));
//! }
//! assert_eq!(bench.trace().clocks(), 20);
//! ```
//! For tests only: everything here panics with a message that names clock, port and folder.

mod bench;
mod random;
mod text;

pub use bench::{Bench, Port, Trace};
pub use random::Random;
pub use text::{Replay, lint};
