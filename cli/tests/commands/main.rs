//! Does every command do what its help says, and refuse what it can't do?
#![allow(clippy::unwrap_used, reason = "tests")]

mod demo;
mod explain;
mod files;
mod refused;
mod run;
mod sim;
mod tap;
