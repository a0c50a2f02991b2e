//! What does a network engineer see who does this and that in a VPC?
//!
//! Each story is a file as an operator writes it, compiled by `control`, put by `driver` into
//! verilated cards that are joined by the underlay; each packet's end is compared with the
//! reference's.
#![allow(clippy::unwrap_used, reason = "tests")]

mod appliance;
mod cut;
mod edge;
mod groups;
mod hsrp;
mod moved;
mod nacl;
mod network;
mod own_address;
mod takeover;
mod talk;
mod tenants;
