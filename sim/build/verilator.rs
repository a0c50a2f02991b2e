//! What does Verilator need to be told, and what does it leave behind?

use crate::{Design, Error};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Random values wherever the design leaves a bit open, assertions on: both cost nothing.
const ARGUMENTS: &[&str] = &[
    "--cc",
    "--assert",
    "--x-assign",
    "unique",
    "--x-initial",
    "unique",
    "-O3",
    "--no-timing",
    "--top-module",
    "card",
    "--output-split",
    "20000",
];

/// An installed Verilator.
pub struct Verilator {
    command: String,
    /// What it says of itself.
    pub version: String,
    /// Where its runtime library lies.
    pub include: PathBuf,
}

/// The C++ files that belong to a model.
pub struct Sources {
    /// Run in every clock.
    pub fast: Vec<PathBuf>,
    /// Run once.
    pub slow: Vec<PathBuf>,
    /// Of the runtime library.
    pub runtime: Vec<PathBuf>,
}

impl Verilator {
    /// The one that VERILATOR names, or the one on the path.
    pub fn find() -> Result<Self, Error> {
        let command = env::var("VERILATOR").unwrap_or_else(|_| "verilator".into());
        let ask = |arguments: &[&str]| -> Result<String, Error> {
            let output = Command::new(&command)
                .args(arguments)
                .output()
                .map_err(|error| Error::NoVerilator(command.clone(), error))?;
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        let version = ask(&["--version"])?;
        if !version.starts_with("Verilator 5") {
            return Err(Error::OldVerilator(command, version));
        }
        let include = PathBuf::from(ask(&["--getenv", "VERILATOR_ROOT"])?).join("include");
        Ok(Self { command, version, include })
    }

    /// Turn a design into C++ in `folder`.
    pub fn run(&self, design: &Design, folder: &Path) -> Result<(), Error> {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).map_err(|e| Error::File(folder.into(), e))?;
        let file = folder.join("card.v");
        fs::write(&file, &design.verilog).map_err(|e| Error::File(file.clone(), e))?;
        let output = Command::new(&self.command)
            .args(ARGUMENTS)
            .args(["--prefix", &class(design)])
            .arg("-Mdir")
            .arg(folder)
            .arg(&file)
            .output()
            .map_err(|error| Error::NoVerilator(self.command.clone(), error))?;
        if output.status.success() {
            Ok(())
        } else {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            Err(Error::Rejected(self.version.clone(), design.name, said))
        }
    }

    /// What [`Verilator::run`] left in `folder`, from the list that it writes for make.
    pub fn sources(&self, design: &Design, folder: &Path) -> Result<Sources, Error> {
        let list = folder.join(format!("{}_classes.mk", class(design)));
        let list = fs::read_to_string(&list).map_err(|e| Error::File(list.clone(), e))?;
        let mut sources = Sources { fast: vec![], slow: vec![], runtime: vec![] };
        let mut variable = "";
        for line in list.lines() {
            if let Some((name, _)) = line.split_once("+=") {
                variable = name.trim();
                continue;
            }
            let file = format!("{}.cpp", line.trim().trim_end_matches('\\').trim());
            match variable {
                _ if file == ".cpp" || line.starts_with('#') => variable = "",
                "VM_CLASSES_FAST" | "VM_SUPPORT_FAST" => sources.fast.push(folder.join(file)),
                "VM_CLASSES_SLOW" | "VM_SUPPORT_SLOW" => sources.slow.push(folder.join(file)),
                "VM_GLOBAL_FAST" | "VM_GLOBAL_SLOW" => {
                    sources.runtime.push(self.include.join(file));
                }
                _ => {}
            }
        }
        Ok(sources)
    }
}

/// The class of a design's model.
pub fn class(design: &Design) -> String {
    format!("V{}", design.name)
}
