//! Does a test fail of each fault that is planted?

use house::{
    faults::{self, Fault, all},
    report,
};
use serde::Serialize;
use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// Which faults.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only those of this stage.
    #[arg(long)]
    stage: Option<String>,
}

/// Why nothing was found out, or something bad.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Faults(#[from] faults::Error),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("git lists no sources here: {0}")]
    NoSources(String),
    #[error("no fault is listed for stage `{0}`; tests/faults.toml names the stages")]
    NoSuchStage(String),
    #[error("with `{what}` ({file}) there was no test run: see `{command}`\n{output}")]
    NoTestRun { what: String, file: String, command: String, output: String },
    #[error("{0} faults that no test saw")]
    Missed(usize),
}

#[derive(Serialize)]
struct Row {
    stage: String,
    fault: String,
    file: String,
    caught: bool,
    by: Option<String>,
}

/// Plants one after the other, prints which test saw it, writes the figures.
pub fn run(arguments: &Arguments) -> Result<(), Error> {
    let wanted = |f: &Fault| arguments.stage.as_ref().is_none_or(|stage| *stage == f.stage);
    let faults: Vec<Fault> = all()?.into_iter().filter(wanted).collect();
    if let (Some(stage), true) = (&arguments.stage, faults.is_empty()) {
        return Err(Error::NoSuchStage(stage.clone()));
    }
    let tree = copy()?;
    let mut rows = Vec::new();
    for (number, fault) in (1..).zip(&faults) {
        print!("{number} of {}, {}: {} ... ", faults.len(), fault.stage, fault.what);
        io::Write::flush(&mut io::stdout())?;
        let by = caught(&tree, fault)?;
        println!("{}", by.as_deref().map_or("missed".into(), |by| format!("caught by {by}")));
        let Fault { stage, what, file, .. } = fault.clone();
        rows.push(Row { stage, fault: what, file, caught: by.is_some(), by });
    }
    println!("{}", report::write("faults", &rows)?.display());
    match rows.iter().filter(|row| !row.caught).count() {
        0 => Ok(()),
        missed => Err(Error::Missed(missed)),
    }
}

/// The sources as they are, where they may be changed; a file that has not changed since the last
/// time is not written, so that it need not be compiled.
fn copy() -> Result<PathBuf, Error> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(&root).output()?;
    if !listed.status.success() {
        return Err(Error::NoSources(String::from_utf8_lossy(&listed.stderr).into_owned()));
    }
    let tree = report::folder().join("../faults/tree");
    for name in String::from_utf8_lossy(&listed.stdout).split_terminator('\0') {
        let (from, to) = (fs::read(root.join(name))?, tree.join(name));
        if fs::read(&to).is_ok_and(|there| there == from) {
            continue;
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(to, from)?;
    }
    Ok(tree)
}

/// The first test that fails of it.
fn caught(tree: &Path, fault: &Fault) -> Result<Option<String>, Error> {
    let (sound, planted) = fault.planted(tree)?;
    let file = tree.join(&fault.file);
    fs::write(&file, planted)?;
    let mut command = Command::new("cargo");
    command.args(["test", "--release", "--locked", "--all-features", "--package", &fault.package]);
    command.arg(&fault.target).current_dir(tree);
    command.env("CARGO_TARGET_DIR", tree.join("../build")).env("RUST_BACKTRACE", "0");
    let output = command.output();
    fs::write(&file, sound)?;
    let output = output?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !said.contains("test result: ") {
        let (what, file) = (fault.what.clone(), fault.file.clone());
        let output = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Error::NoTestRun { what, file, command: format!("{command:?}"), output });
    }
    let failed = said.lines().find_map(|l| l.strip_prefix("test ")?.strip_suffix(" ... FAILED"));
    Ok(failed.map(String::from))
}
