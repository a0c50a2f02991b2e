//! Which faults must a test catch?

use serde::Deserialize;
use std::{fs, io, path::Path};

/// The list, `tests/faults.toml`.
const LIST: &str = include_str!("../faults.toml");

/// One line of the sources, and what stands there instead.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Room of docs/walk.
    pub stage: String,
    /// What the card does then.
    pub what: String,
    /// File from the root of the sources.
    pub file: String,
    /// Text that occurs once in it.
    pub old: String,
    /// What stands there instead.
    pub new: String,
    /// Crate whose tests must fail,
    pub package: String,
    /// and which of them, as `cargo test` takes it.
    pub target: String,
}

#[derive(Deserialize)]
struct List {
    fault: Vec<Fault>,
}

/// Why a fault can't be planted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No list.
    #[error("tests/faults.toml: {0}")]
    List(#[from] toml::de::Error),
    /// A file that can't be read or written.
    #[error("{0}: {1}")]
    File(String, io::Error),
    /// A line that was changed.
    #[error("{file} has {count} times `{old}`: let tests/faults.toml name a text that it has once")]
    NotOnce {
        /// The file.
        file: String,
        /// The text.
        old: String,
        /// How often it is there.
        count: usize,
    },
}

/// All of them.
///
/// # Errors
/// If the list can't be read.
pub fn all() -> Result<Vec<Fault>, Error> {
    Ok(toml::from_str::<List>(LIST)?.fault)
}

impl Fault {
    /// Its file below `root`, as it is and with the fault in it.
    ///
    /// # Errors
    /// If the file can't be read, or has the text not once.
    pub fn planted(&self, root: &Path) -> Result<(String, String), Error> {
        let text = fs::read_to_string(root.join(&self.file));
        let text = text.map_err(|e| Error::File(self.file.clone(), e))?;
        match text.matches(&self.old).count() {
            1 => Ok((text.clone(), text.replace(&self.old, &self.new))),
            count => {
                let (file, old) = (self.file.clone(), self.old.clone());
                Err(Error::NotOnce { file, old, count })
            }
        }
    }
}
