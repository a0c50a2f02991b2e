//! Walks across the whole house: see the folder `tests` for the walks, `src/bin/measure` for the
//! figures that the README carries.

pub mod beside;
pub mod cosim;
pub mod faults;
pub mod plain;
pub mod report;
pub mod text;
pub mod world;
