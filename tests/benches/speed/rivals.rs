//! How does the model compare with test benches that people write otherwise?

use crate::{
    FRAMES,
    workload::{Workload, pass},
};
use hdl::profile::Profile;
use house::{report, text};
use sim::{Frame, built};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

/// Runs of which the fastest counts, in both languages.
const RUNS: usize = 7;
/// Frames for cocotb, which is slow.
const COCOTB_FRAMES: usize = 60;
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/speed");

/// Our cycles per second over theirs.
pub struct Ratios {
    pub cpp: f64,
    pub cocotb: Option<f64>,
}

/// Run all of them with this profile's model.
pub fn run(profile: &Profile) -> Ratios {
    let folder = report::folder().join("bench");
    fs::create_dir_all(&folder).expect("the build folder can be written");
    let mut work = Workload::new(profile, FRAMES);
    let name = |what: &str| folder.join(format!("{what}{}", profile.width_bits));
    fs::write(name("workload"), work.file(FRAMES)).expect("likewise");
    fs::write(name("short"), work.file(COCOTB_FRAMES)).expect("likewise");
    let (program, mut ours, mut theirs) = (compile(profile, &name("cpp")), 0.0f64, 0.0f64);
    for _ in 0..RUNS {
        let begin = Instant::now();
        let (cycles, received) = pass(&mut work.card.io_mut().model, &work.frames);
        ours = ours.max(cycles as f64 / begin.elapsed().as_secs_f64());
        let mut cpp = Command::new(&program);
        cpp.arg(name("workload")).arg(cycles.to_string());
        theirs = theirs.max(cycles as f64 / answer(&mut cpp, &received));
    }
    let cocotb = cocotb(profile, &mut work, &name("short")).map(|theirs| ours / theirs);
    Ratios { cpp: ours / theirs, cocotb }
}

/// Seconds that another test bench took; what it saw must be what we saw.
fn answer(command: &mut Command, wanted: &[Frame]) -> f64 {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let said = String::from_utf8_lossy(&output.stdout);
    let last = said.lines().rfind(|line| line.starts_with("result "));
    let words: Vec<&str> = last.unwrap_or_default().split(' ').collect();
    let ["result", seconds, count, hashed] = words[..] else {
        panic!("{command:?} said {said}{}", String::from_utf8_lossy(&output.stderr))
    };
    assert_eq!(count, wanted.len().to_string(), "frames that came out of {command:?}");
    assert_eq!(hashed, hash(wanted).to_string(), "the frames that came out of {command:?}");
    seconds.parse().expect("seconds")
}

/// Sum of the frames' FNV-1a hashes: their order depends on whose turn it was at an arbiter.
fn hash(frames: &[Frame]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
    let one = |frame: &Frame| frame.bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, step);
    frames.iter().map(one).fold(0, u64::wrapping_add)
}

/// Compile the C++ bench with the model that the crate `sim` links.
fn compile(profile: &Profile, program: &Path) -> PathBuf {
    let width = profile.width_bits;
    let status = Command::new(env::var("CXX").unwrap_or_else(|_| "c++".into()))
        .args(["-std=c++17", "-O3", "-w", "-DVL_TIME_CONTEXT", "-DVL_USER_STOP"])
        .arg(format!("-DMODEL=Vcard{width}"))
        .arg(format!("-DMODEL_HEADER=\"Vcard{width}.h\""))
        .args(["-I", &format!("{}/card{width}", built::FOLDER)])
        .args(["-I", built::VERILATOR_INCLUDE])
        .arg(format!("{SOURCES}/rival.cpp"))
        .arg("-o")
        .arg(program)
        .args(["-L", built::FOLDER, &format!("-lcard{width}"), "-lruntime", "-pthread"])
        .status();
    assert!(status.expect("a C++ compiler").success(), "rival.cpp does not compile");
    program.into()
}

/// Cycles per second of cocotb on Icarus Verilog, if it is installed.
fn cocotb(profile: &Profile, work: &mut Workload, workload: &Path) -> Option<f64> {
    let cache = env::var_os("XDG_CACHE_HOME").map_or_else(
        || PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".cache"),
        PathBuf::from,
    );
    let python = cache.join("penstock/venv/bin/python");
    if !cache.join("penstock/venv/.has-cocotb").exists() {
        eprintln!("no ratio to cocotb: `scripts/setup.sh bench` installs it");
        return None;
    }
    let (cycles, received) = pass(&mut work.card.io_mut().model, &work.frames[..COCOTB_FRAMES]);
    let verilog = workload.with_extension("v");
    let board = Profile { explain: true, ..*profile };
    fs::write(&verilog, text::card(board)).expect("the build folder can be written");
    let mut bench = Command::new(python);
    bench
        .current_dir(workload.parent().expect("a folder"))
        .env("PYTHONPATH", SOURCES)
        .arg(format!("{SOURCES}/rival.py"))
        .args([&verilog, workload])
        .arg(cycles.to_string());
    Some(cycles as f64 / answer(&mut bench, &received))
}
