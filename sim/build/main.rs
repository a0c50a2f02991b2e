//! How does the gateware become a library that this crate links?
//!
//! ```text
//!   hdl, one card per width --> Verilog --> verilator --> C++ --+
//!                                                               +--> static library
//!   shim/model.cpp, once per width -----------------------------+
//! ```

mod library;
mod verilator;

use hdl::{
    card::{Card128, Card512},
    explain::Trace,
    profile::PROFILES,
};
use layout::Packed;
use rust_hdl::prelude::Block;
use std::{env, path::PathBuf, process::ExitCode};

/// One card to build.
struct Design {
    /// `card128`: of its module, its class, its table of functions.
    name: &'static str,
    /// Its Verilog; the top module is `card`.
    verilog: String,
}

/// Why there is no model.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(
        "Verilator 5 is needed to build the card's model, and `{0}` does not run: {1}\n\
         Install it (Debian, Ubuntu: apt-get install verilator g++), or name it in VERILATOR."
    )]
    NoVerilator(String, std::io::Error),
    #[error("Verilator 5 is needed, and `{0}` is \"{1}\": name another in VERILATOR.")]
    OldVerilator(String, String),
    #[error("the card can't be printed: {0}")]
    NotPrinted(#[from] verilog::Error),
    #[error("{0} rejects the Verilog of {1}:\n{2}")]
    Rejected(String, &'static str, String),
    #[error("{0}\nA C++17 compiler is needed (Debian, Ubuntu: apt-get install g++).")]
    Compiler(#[from] cc::Error),
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
}

fn main() -> ExitCode {
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=shim");
    println!("cargo:rerun-if-env-changed=VERILATOR");
    // Kernels keep a byte per bit, on the stack until they are boxed.
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(build);
    let built = thread.expect("a build has room for a thread").join();
    match built.expect("what goes wrong is told by an error") {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo:warning=the card's model can't be built, see below");
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The cards, one per width, and the fixture by which the shim itself is tested.
fn designs() -> Result<Vec<Design>, Error> {
    let echo = |name, width: usize| Design {
        name,
        verilog: include_str!("../shim/echo.v")
            .replace("WIDTH", &width.to_string())
            .replace("BYTES", &(width / 8).to_string())
            .replace("EXPLAIN", &Trace::BITS.to_string()),
    };
    let [narrow, wide] = &PROFILES;
    Ok(vec![
        Design { name: "card128", verilog: print(&mut *Card128::new(narrow))? },
        Design { name: "card512", verilog: print(&mut *Card512::new(wide))? },
        echo("echo128", 128),
        echo("echo512", 512),
    ])
}

/// The same text that is flashed.
fn print(card: &mut dyn Block) -> Result<String, Error> {
    card.connect_all();
    let made_from = "the card's kernels, for simulation";
    Ok(verilog::print(card, &verilog::Options { top: "card", made_from })?)
}

fn build() -> Result<(), Error> {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it for build scripts"));
    let verilator = verilator::Verilator::find()?;
    let designs = designs()?;
    for design in &designs {
        library::build(&out, &verilator, design)?;
    }
    library::build_runtime(&out, &verilator, &designs[0])?;
    println!("cargo:rustc-link-search=native={}", out.display());
    println!("cargo:rustc-env=VERILATOR_INCLUDE={}", verilator.include.display());
    for design in &designs {
        println!("cargo:rustc-link-lib=static={}", design.name);
    }
    println!("cargo:rustc-link-lib=static=runtime");
    println!("cargo:rustc-link-lib=stdc++");
    println!("cargo:rustc-link-lib=pthread");
    Ok(())
}
