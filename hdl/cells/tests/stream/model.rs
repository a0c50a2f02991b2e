//! How is a scenario run on the printed text, verilated?
//!
//! `bench.cpp` drives the model at some 10^5 to 10^6 clocks a second; scenario and result are
//! files.

use crate::frames::Frame;
use cells::stream::{Depths, FramePath, FramePath128, FramePath512};
use rust_hdl::prelude::Block;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{LazyLock, atomic::AtomicUsize, atomic::Ordering};

/// What happens around the frames.
#[derive(Clone, Copy, Debug)]
pub struct Around {
    /// Clocks of the header pipeline, for a frame that is not judged later.
    pub latency: u32,
    /// Per cent of the clocks in which the sender pauses, the receiver does not take, `bubble` is
    /// set.
    pub idle: u32,
    pub stall: u32,
    pub bubble: u32,
    /// Clocks between which the receiver takes nothing.
    pub stop: (u32, u32),
    /// Clock of a reset (0: none).
    pub cut: u32,
    pub seed: u32,
}

impl Around {
    /// Nothing in the way.
    pub const fn smooth(latency: u32) -> Self {
        Self { latency, idle: 0, stall: 0, bubble: 0, stop: (0, 0), cut: 0, seed: 1 }
    }
}

/// A frame that came out.
#[derive(Clone, Debug)]
pub struct Sent {
    pub first: u64,
    pub last: u64,
    pub port: u8,
    pub bytes: Vec<u8>,
}

/// A header that set out.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    pub clock: u64,
    pub len: u16,
    pub user: u8,
    pub too_long: bool,
    pub number: u8,
}

/// Everything that was seen.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Clock in which each frame's last beat was taken.
    pub taken: Vec<u64>,
    pub headers: Vec<Header>,
    pub sent: Vec<Sent>,
    /// Clock, frame and byte at which the path began to refuse beats.
    pub refused: Vec<(u64, usize, usize)>,
    /// Clocks run.
    pub clocks: u64,
}

/// A verilated path.
pub struct Model {
    /// Bytes a beat.
    pub beat: usize,
    /// Frames in flight.
    pub flight: usize,
    program: PathBuf,
}

/// The path at 128 bits.
pub static NARROW: LazyLock<Model> =
    LazyLock::new(|| build("narrow", 16, Depths::NARROW, FramePath128::new));
/// The path at 512 bits.
pub static WIDE: LazyLock<Model> =
    LazyLock::new(|| build("wide", 64, Depths::WIDE, FramePath512::new));

/// The printed text of a path.
pub fn text<const W: usize, const B: usize, const M: usize, const N: usize, const X: usize>(
    depths: Depths,
) -> String {
    let print = move || {
        let mut path = Box::new(FramePath::<W, B, M, N, X>::new(depths));
        path.connect_all();
        let options = verilog::Options { top: "top", made_from: "a test" };
        verilog::print(&*path, &options).expect("the path prints")
    };
    big(print)
}

/// Runs `f` on a stack that holds a design.
pub fn big<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(256 << 20);
    thread
        .spawn(f)
        .expect("a thread starts")
        .join()
        .unwrap_or_else(|e| std::panic::resume_unwind(e))
}

fn build<const W: usize, const B: usize, const M: usize, const N: usize, const X: usize>(
    name: &str,
    beat: usize,
    depths: Depths,
    _new: fn(Depths) -> FramePath<W, B, M, N, X>,
) -> Model {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("stream_{name}"));
    std::fs::create_dir_all(&folder).expect("a folder for the model");
    // Verilator skips its work when the text is the file it has seen.
    let text = text::<W, B, M, N, X>(depths);
    if std::fs::read_to_string(folder.join("top.v")).ok().as_ref() != Some(&text) {
        std::fs::write(folder.join("top.v"), text).expect("room for the text");
    }
    let bench = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stream/bench.cpp");
    let flags =
        "--cc --exe --build -j 2 -O3 -Wno-fatal -Wno-lint --x-assign unique --x-initial unique";
    let output = Command::new("verilator")
        .args(flags.split(' '))
        .args(["-CFLAGS", "-O2 -std=c++17", "-DPENSTOCK_POISON", "--top-module", "top"])
        .args(["--Mdir", "model", "-o", "bench", "top.v", bench])
        .current_dir(&folder)
        .output()
        .expect("verilator runs: install it (Debian: verilator)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Model { beat, flight: 1 << depths.frames_log2, program: folder.join("model/bench") }
}

impl Model {
    /// Runs `frames` and returns what was seen.
    pub fn run(&self, frames: &[Frame], around: Around) -> Seen {
        static RUNS: AtomicUsize = AtomicUsize::new(0);
        let run = RUNS.fetch_add(1, Ordering::Relaxed);
        let file = |kind: &str| self.program.with_file_name(format!("{run}.{kind}"));
        std::fs::write(file("in"), scenario(frames, around)).expect("room for it");
        let output = Command::new(&self.program)
            .args([file("in"), file("out")])
            .output()
            .expect("the model runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{around:?}: {said}");
        let seen = read(&std::fs::read(file("out")).expect("a result"));
        let _ = (std::fs::remove_file(file("in")), std::fs::remove_file(file("out")));
        seen
    }
}

fn scenario(frames: &[Frame], around: Around) -> Vec<u8> {
    let bytes: usize = frames.iter().map(|f| f.bytes.len()).sum();
    let limit = 20_000 + 40 * (bytes / 16 + frames.len()) as u32;
    let (stop, resume) = around.stop;
    let Around { latency, idle, stall, bubble, cut, seed, .. } = around;
    let head = [frames.len() as u32, latency, idle, stall, bubble, stop, resume, cut, seed, limit];
    let mut out: Vec<u8> = head.iter().flat_map(|word| word.to_le_bytes()).collect();
    for f in frames {
        out.extend((f.bytes.len() as u16).to_le_bytes());
        out.extend([f.user, f.drop.into(), f.p as u8, f.s as u8, f.egress]);
        out.push(f.patch.is_some().into());
        out.extend((f.len as u16).to_le_bytes());
        out.extend((f.later as u16).to_le_bytes());
        out.extend(f.header);
        out.extend(&f.bytes);
    }
    out
}

fn read(mut result: &[u8]) -> Seen {
    fn number(result: &mut &[u8], bytes: usize) -> u64 {
        let (low, rest) = result.split_at(bytes);
        *result = rest;
        low.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte))
    }
    let mut seen = Seen::default();
    loop {
        let kind = number(&mut result, 1) as u8;
        let clock = number(&mut result, 8);
        let mut next = |bytes| number(&mut result, bytes);
        match kind {
            b'i' => seen.taken.push(clock),
            b'h' => seen.headers.push(Header {
                clock,
                len: next(2) as u16,
                user: next(1) as u8,
                too_long: next(1) == 1,
                number: next(1) as u8,
            }),
            b'r' => seen.refused.push((clock, next(4) as usize, next(4) as usize)),
            b'o' => {
                let (last, port, len) = (next(8), next(1) as u8, next(2) as usize);
                let (bytes, rest) = result.split_at(len);
                result = rest;
                seen.sent.push(Sent { first: clock, last, port, bytes: bytes.to_vec() });
            }
            b'e' => {
                seen.clocks = clock;
                return seen;
            }
            other => panic!("{other} in a result"),
        }
    }
}
