//! What is in this frame, and is it well formed?

mod layout;

pub use layout::*;
