//! Where do figures go that a program can read?

use serde::Serialize;
use std::{fs, io, path::PathBuf};

/// Folder of the figures, below the build folder.
pub fn folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target"), PathBuf::from);
    target.join("report")
}

/// Write `figures` as `<name>.json`; returns where.
///
/// # Errors
/// If the folder can't be made or the file not be written.
pub fn write(name: &str, figures: &impl Serialize) -> io::Result<PathBuf> {
    fs::create_dir_all(folder())?;
    let path = folder().join(format!("{name}.json"));
    fs::write(&path, serde_json::to_string_pretty(figures)? + "\n")?;
    Ok(path)
}
