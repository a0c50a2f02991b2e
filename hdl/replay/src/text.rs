//! How is a trace replayed in iverilog, and what counts as equal?

use crate::Trace;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One run of a printed design on the inputs of a trace; see [`Replay::run`].
#[derive(Clone, Debug)]
pub struct Replay<'a> {
    trace: &'a Trace,
    text: &'a str,
    top: &'a str,
    folder: PathBuf,
    defines: Vec<&'a str>,
    sources: Vec<PathBuf>,
    guards: Vec<(usize, usize)>,
    unknown: Vec<usize>,
    from: usize,
}

impl<'a> Replay<'a> {
    /// A run of module `top` of `text`; files go to `folder` (give `env!("CARGO_TARGET_TMPDIR")`),
    /// in a folder of their own per `top`.
    #[must_use]
    pub fn new(trace: &'a Trace, text: &'a str, top: &'a str, folder: &str) -> Self {
        Self {
            trace,
            text,
            top,
            folder: Path::new(folder).join(top),
            defines: Vec::new(),
            sources: Vec::new(),
            guards: Vec::new(),
            unknown: Vec::new(),
            from: 0,
        }
    }

    /// Defines a macro, for instance `PENSTOCK_POISON`; its run has a folder of its own.
    #[must_use]
    pub fn define(mut self, name: &'a str) -> Self {
        self.defines.push(name);
        self.folder.set_extension(name);
        self
    }

    /// Reads one more source, for instance a model of a vendor's part.
    #[must_use]
    pub fn source(mut self, path: impl Into<PathBuf>) -> Self {
        self.sources.push(path.into());
        self
    }

    /// `data` counts only in clocks in which the one-bit output `valid` is high.
    #[must_use]
    pub fn guarded(mut self, data: &str, valid: &str) -> Self {
        self.guards.push((self.trace.index(data), self.trace.index(valid)));
        self
    }

    /// Bits of `port` that iverilog shows as unknown are not compared (first content of a memory).
    #[must_use]
    pub fn unknown(mut self, port: &str) -> Self {
        self.unknown.push(self.trace.index(port));
        self
    }

    /// Compares from this clock on (0 is the first): before it the reset has not reached all.
    #[must_use]
    pub fn from(mut self, clock: usize) -> Self {
        self.from = clock;
        self
    }

    /// Runs and compares. Returns how many output bits were compared and known, so that a test can
    /// see that `unknown` did not swallow everything. 0 if iverilog is not installed (said loudly).
    ///
    /// # Panics
    /// On the first difference, with clock and port; if iverilog refuses the text; in continuous
    /// integration (variable `CI` set) if iverilog is missing.
    pub fn run(&self) -> usize {
        if !installed("iverilog") {
            return 0;
        }
        std::fs::create_dir_all(&self.folder).expect("the tests' folder can be written");
        let shown = self.simulate();
        let lines: Vec<&str> = shown.lines().filter(|line| line.starts_with('=')).collect();
        assert_eq!(lines.len(), self.trace.clocks(), "clocks shown: {}", self.folder.display());
        let compared = lines.iter().enumerate().skip(self.from);
        compared.map(|(clock, line)| self.compare(clock, line)).sum()
    }

    fn compare(&self, clock: usize, line: &str) -> usize {
        let want = &self.trace.values[clock];
        let outputs = self.trace.ports.iter().enumerate().filter(|(_, port)| !port.input);
        let mut known = 0;
        for ((index, port), got) in outputs.zip(line[1..].split_whitespace()) {
            if self.guards.iter().any(|guard| guard.0 == index && want[guard.1] != "1") {
                continue;
            }
            let may_be_unknown = self.unknown.contains(&index);
            let same = want[index]
                .chars()
                .zip(got.chars())
                .all(|(want, got)| want == got || want == 'x' || (may_be_unknown && got == 'x'));
            assert!(
                same && got.len() == port.bits,
                "clock {clock}, `{}`: rust-hdl {}, Verilog {got}; see {}",
                port.name,
                want[index],
                self.folder.display()
            );
            known += got.chars().filter(|digit| *digit != 'x').count();
        }
        known
    }

    fn simulate(&self) -> String {
        let file = |name: &str| self.folder.join(name);
        let save = |name: &str, text: &str| {
            std::fs::write(file(name), text).expect("the tests' folder can be written");
        };
        save("design.v", self.text);
        save("bench.v", &self.bench());
        save("inputs.txt", &self.inputs());
        let mut compile = Command::new("iverilog");
        compile.args(["-g2005-sv", "-s", "bench", "-o"]).arg(file("bench.vvp"));
        compile.args(self.defines.iter().map(|name| format!("-D{name}")));
        compile.arg(file("bench.v")).arg(file("design.v")).args(&self.sources);
        output(&mut compile);
        output(Command::new("vvp").arg("-n").arg("bench.vvp").current_dir(&self.folder))
    }

    /// One line of binary digits per clock, the last input first (so that it is the highest).
    fn inputs(&self) -> String {
        let inputs = |values: &[String]| -> String {
            let ports = self.trace.ports.iter().zip(values);
            ports.rev().filter(|(port, _)| port.input).map(|(_, value)| value.as_str()).collect()
        };
        self.trace.values.iter().map(|values| inputs(values) + "\n").collect()
    }

    fn bench(&self) -> String {
        let width: usize = self.trace.ports.iter().filter(|p| p.input).map(|p| p.bits).sum();
        let (width, last) = (width.max(1), self.trace.clocks() - 1);
        let mut text = format!(
            "module bench;\nreg clock = 0;\nreg [{top}:0] in;\nreg [{top}:0] clocks [0:{last}];\n\
             integer i;\n",
            top = width - 1
        );
        let mut ties = vec![format!(".{}(clock)", self.trace.clock)];
        let (mut low, mut formats, mut shown) = (0, String::new(), String::new());
        for (index, port) in self.trace.ports.iter().enumerate() {
            if port.input {
                ties.push(format!(".{}(in[{low} +: {}])", port.name, port.bits));
                low += port.bits;
            } else {
                writeln!(text, "wire [{}:0] out_{index};", port.bits - 1)
                    .expect("a String takes every write");
                ties.push(format!(".{}(out_{index})", port.name));
                formats += " %b";
                shown += &format!(", out_{index}");
            }
        }
        text + &format!(
            "{} dut({});\ninitial begin\n    $readmemb(\"inputs.txt\", clocks);\n    \
             for (i = 0; i <= {last}; i = i + 1) begin\n        \
             in = clocks[i]; #1 $display(\"={formats}\"{shown}); clock = 1; #1 clock = 0; #1;\n    \
             end\n    $finish;\nend\nendmodule\n",
            self.top,
            ties.join(", ")
        )
    }
}

/// `verilator --lint-only -Wall` has nothing to say about `text` (given one macro set per call).
///
/// # Panics
/// With verilator's words if it has; in continuous integration if verilator is missing.
pub fn lint(text: &str, top: &str, folder: &str, defines: &[&str]) {
    if !installed("verilator") {
        return;
    }
    let folder = Path::new(folder).join(top);
    std::fs::create_dir_all(&folder).expect("the tests' folder can be written");
    let file = folder.join(format!("lint_{top}{}.v", defines.join("_")));
    std::fs::write(&file, text).expect("the tests' folder can be written");
    let mut command = Command::new("verilator");
    command.args(["--lint-only", "-Wall", "-Wno-DECLFILENAME", "--top-module", top]);
    command.args(defines.iter().map(|name| format!("-D{name}"))).arg(&file);
    output(&mut command);
}

/// Whether a program is there; if not, says so, and fails in continuous integration.
fn installed(program: &str) -> bool {
    let there = Command::new(program).arg("-V").output().is_ok();
    assert!(there || std::env::var_os("CI").is_none(), "{program} is not installed");
    if !there {
        eprintln!("SKIPPED: {program} is not installed, the printed text was not checked");
    }
    there
}

fn output(command: &mut Command) -> String {
    let done = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let words = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}\n{}", &words[..words.len().min(4_000)]);
    String::from_utf8_lossy(&done.stdout).into_owned()
}
