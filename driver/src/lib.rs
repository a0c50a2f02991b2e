//! How does the host put a set of tables in force on a card, whole or not at all?
//!
//! ```text
//!   control's Image --> Transaction --> plan --> writes --> [ CardIo ] --> BAR0
//!                                        |                     |- the model, in this process
//!                                        v                     |- this crate's software card
//!                                     shadow (Tables)          '- a device file
//! ```
//! A [`Card`] proves on its shadow copy that everything finds room, then writes entries that no
//! packet can meet yet, then one register that puts all of them in force. Packets that entered
//! before that write are judged by the old set to their end. Bit positions are `hdl`'s; this crate
//! names none.
#![forbid(unsafe_code)]

mod card;
mod counters;
mod cpu;
mod error;
mod io;
mod place;
mod plan;
mod probe;
pub mod software;
mod store;
mod transaction;

pub use card::Card;
pub use counters::Counters;
pub use cpu::{CpuError, Inject, Punted};
pub use error::Error;
pub use io::{Access, CardIo, IoError};
pub use probe::{Found, POLLS_MAX};
pub use software::SoftwareCard;
pub use transaction::Transaction;
