//! What does the network look like that a cloud promises its tenants, and what must a card hold
//! to keep that promise?
//!
//! ```text
//!   file (TOML, JSON) --> read --> check --> Vpcs --> compile --> Image of one card
//!                         shape    meaning   objects              table entries, a Legend that
//!                                                                 explains them, and a Responder
//! ```
//! What the card punts, its Responder answers.
//! Whatever is wrong with a file is said at once, each problem with its place and the way out.

mod address;
mod check;
pub mod compile;
mod cut;
pub mod dhcp;
mod file;
pub mod legend;
mod limits;
pub mod problem;
mod read;
pub mod report;
pub mod respond;
pub mod services;
pub mod vpcs;

pub use compile::{Compiled, compile};
pub use legend::Legend;
pub use problem::{Cause, EdgeCause, Kind, RouteCause};
pub use read::Syntax;
pub use report::{Errors, Problem};
pub use respond::{Responder, Unanswered};
pub use vpcs::Vpcs;

use report::{Problems, Source};
use std::{io, path::Path, sync::Arc};
use thiserror::Error;

/// Why there are no VPCs to be had from a file.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The file can't be opened.
    #[error("{path}: {source}: give the path of a VPC file that this user may read")]
    Open {
        /// Its path.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// The file is wrong.
    #[error(transparent)]
    Wrong(#[from] Errors),
}

impl Vpcs {
    /// Read a file; JSON if its name ends in `.json`, else TOML.
    ///
    /// # Errors
    /// If it can't be opened, or everything that is wrong with it.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|source| ReadError::Open { path: name.clone(), source })?;
        let json = path.extension().is_some_and(|e| e == "json");
        let syntax = if json { Syntax::Json } else { Syntax::Toml };
        Ok(Self::parse(&name, &text, syntax)?)
    }

    /// Read a text; reports call it `name`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(name: &str, text: &str, syntax: Syntax) -> Result<Self, Errors> {
        let mut problems = Problems::new(Arc::new(Source { name: name.into(), text: text.into() }));
        let (file, broken) = read::read(text, syntax, &mut problems);
        check::check(&file, &broken, problems)
    }
}
