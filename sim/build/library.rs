//! Which files are compiled, how, and when not again?

use crate::{
    Design, Error,
    verilator::{Verilator, class},
};
use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
};

/// What the shim consists of.
const SHIM: [(&str, &str); 4] = [
    ("shim/model.cpp", include_str!("../shim/model.cpp")),
    ("shim/model.h", include_str!("../shim/model.h")),
    ("shim/ports.h", include_str!("../shim/ports.h")),
    ("shim/stop.cpp", include_str!("../shim/stop.cpp")),
];

/// Build `lib<design>.a`: a model and the shim that drives it.
pub fn build(out: &Path, verilator: &Verilator, design: &Design) -> Result<(), Error> {
    once(out, design.name, (&design.verilog, &verilator.version, SHIM), || {
        let folder = out.join(design.name);
        verilator.run(design, &folder)?;
        let sources = verilator.sources(design, &folder)?;
        let compiled = |level, files: &[PathBuf]| {
            let mut build = compiler(verilator, level);
            build
                .include(&folder)
                .define("MODEL", class(design).as_str())
                .define("MODEL_HEADER", format!("\"{}.h\"", class(design)).as_str())
                .define("MODEL_OPS", format!("{}_ops", design.name).as_str())
                .files(files)
                .try_compile_intermediates()
        };
        let mut objects = compiled(3, &sources.fast)?;
        objects.extend(compiled(3, &[SHIM[0].0.into()])?);
        objects.extend(compiled(1, &sources.slow)?);
        archive(design.name, &objects)
    })
}

/// Build `libruntime.a`: what all models share.
pub fn build_runtime(out: &Path, verilator: &Verilator, design: &Design) -> Result<(), Error> {
    once(out, "runtime", (&verilator.version, SHIM), || {
        let mut sources = verilator.sources(design, &out.join(design.name))?.runtime;
        sources.push(SHIM[3].0.into());
        archive("runtime", &compiler(verilator, 3).files(sources).try_compile_intermediates()?)
    })
}

/// The same in every cargo profile: without optimisation a model is eighteen times slower.
fn compiler(verilator: &Verilator, level: u32) -> cc::Build {
    let mut build = cc::Build::new();
    build
        .cpp(true)
        .std("c++17")
        .opt_level(level)
        .debug(false)
        .warnings(false)
        .cargo_metadata(false)
        .include("shim")
        .include(&verilator.include)
        .include(verilator.include.join("vltstd"))
        .define("VL_TIME_CONTEXT", None)
        .define("VL_USER_STOP", None)
        .flag_if_supported("-w");
    for (name, value) in
        [("VM_COVERAGE", "0"), ("VM_SC", "0"), ("VM_TIMING", "0"), ("VM_TRACE", "0")]
    {
        build.define(name, value);
    }
    build
}

fn archive(name: &str, objects: &[PathBuf]) -> Result<(), Error> {
    let mut build = cc::Build::new();
    build.cargo_metadata(false).objects(objects).try_compile(name)?;
    Ok(())
}

/// Run `build` unless the library is there and was made from the same `inputs`.
fn once(
    out: &Path,
    name: &str,
    inputs: impl Hash,
    build: impl FnOnce() -> Result<(), Error>,
) -> Result<(), Error> {
    let mut hasher = DefaultHasher::new();
    (inputs, include_str!("library.rs"), include_str!("verilator.rs")).hash(&mut hasher);
    let hash = hasher.finish().to_string();
    let stamp = out.join(format!("{name}.hash"));
    let there = out.join(format!("lib{name}.a")).exists();
    if there && fs::read_to_string(&stamp).is_ok_and(|old| old == hash) {
        return Ok(());
    }
    build()?;
    fs::write(&stamp, hash).map_err(|e| Error::File(stamp, e))
}
