//! Does the driver keep its promises on a card in plain Rust?

mod faults;
mod images;
mod transactions;
mod wire;
