//! The house is walked in the order of a packet.
//!
//! ```text
//!         frames in                                                          frames out
//!            |                                                                   ^
//! ports -> [ capture ]------------- bytes wait in a ring ------------------>[ rewrite ]
//!            | first 192 bytes                                                   ^ verdict
//!            v                                                                   |
//! parser > decap > eni > spoof > class > route > nacl > connection > mapping > deliver > encap
//!         (is it  (who  (is it  (which     (may it > group         > neighbor (who gets
//!         for us?) sends?) true?) rules?)  leave?) (may it be sent?) (where is it?) it?)
//!                       ^                                                         |
//!                       +--------- from one ENI of the card to another -----------+
//! ```
//!
//! ENIs that may send under any address are found by their MACs (`appliance`).
//! What the host's CPU must answer leaves by its own port (`punt`), and its answers come in there.
//! Beyond an internet gateway addresses are others (`nat`).
//! What is too long for its path goes nowhere, but its sender is told (`mtu`).
//! What an ENI sends, gets or asks beyond its rates goes nowhere (`meter`).
//!
//! Each stage is one room with four sections: layout, reference, kernel, proof. `walk` is the
//! same order in plain Rust, `pipeline` in gateware; neither knows what a stage does inside.
//! The feature `gateware` brings the kernels; without it this crate is the contract alone.

pub mod meta;
pub mod profile;
pub mod parser;
pub mod decap;
pub mod eni;
pub mod spoof;
pub mod appliance;
pub mod class;
pub mod route;
pub mod nacl;
pub mod connection;
pub mod group;
pub mod mapping;
pub mod neighbor;
pub mod nat;
pub mod mtu;
pub mod deliver;
pub mod encap;
pub mod punt;
pub mod meter;
pub mod tables;
pub mod explain;
pub mod memory;
pub mod walk;
pub mod bar0;
#[cfg(feature = "gateware")]
pub mod pipeline;
#[cfg(feature = "gateware")]
pub mod ports;
#[cfg(feature = "gateware")]
pub mod card;
