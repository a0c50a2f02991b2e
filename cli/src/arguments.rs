//! What may be typed, and what does `--help` teach?

use clap::{Args, Parser, Subcommand, ValueEnum, builder::PossibleValuesParser};
use hdl::profile::{CPU_PORT, HOST_PORTS, PORT_NAMES, PROFILES};
use serde::Serialize;
use std::{ops::Range, path::PathBuf};

/// An offload card for cloud VPC networking: its tables, its gateware, its packets.
#[derive(Debug, Parser)]
#[command(
    name = "penstock",
    version,
    max_term_width = 100,
    after_help = "Exit status: 0 all is well, 1 a mismatch was found or a file was refused, \
                  2 the command line names something that does not exist.\n\n\
                  Begin with: penstock check examples/two-cards.toml"
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what is wrong with a VPC file, or how much of each card's tables it fills
    Check(Check),
    /// List the profiles of the card and what each holds
    Profiles(Profiles),
    /// Show one packet's walk through a card, stage by stage: asked, answered, decided
    Explain(Explain),
    /// Put captures through a card, compare it with the reference, write what comes out
    Sim(Sim),
    /// Let a card's model sit between TAP devices: real machines talk through it, now
    Tap(Tap),
    /// Two cards, two tenants with the same addresses, real captures: everything at once
    Demo(Demo),
    /// Print the gateware of a profile as Verilog
    Verilog(Verilog),
    /// Print the register page: BAR0 and every layout, as Markdown
    Registers,
}

fn profile_names() -> PossibleValuesParser {
    PossibleValuesParser::new(PROFILES.map(|p| p.name))
}

fn port_names() -> PossibleValuesParser {
    PossibleValuesParser::new(PORT_NAMES)
}

/// `penstock check`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    penstock check examples/two-cards.toml\n  \
    penstock check --json vpcs.json | jq '.cards[].tables[] | select(.used * 2 > .capacity)'")]
pub struct Check {
    /// VPC file: TOML, or JSON if its name ends in .json
    pub file: PathBuf,
    /// Judge every card by this profile instead of its own
    #[arg(long, value_parser = profile_names())]
    pub profile: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    pub json: bool,
}

/// `penstock profiles`
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  \
    penstock profiles --json | jq -r '.[].name'")]
pub struct Profiles {
    /// Answer in JSON
    #[arg(long)]
    pub json: bool,
}

/// Which card of which file.
#[derive(Args, Debug)]
pub struct Which {
    /// VPC file: TOML, or JSON if its name ends in .json
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// Name of a card in it
    #[arg(long, value_name = "NAME")]
    pub card: String,
    /// Take the card for one of this profile instead of its own
    #[arg(long, value_parser = profile_names())]
    pub profile: Option<String>,
    /// Of everything that is random: hash tables, pauses, memory that nobody wrote
    #[arg(long, default_value_t = 1)]
    pub seed: u32,
}

/// `penstock explain`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    penstock explain --config examples/two-cards.toml --card card-a --port host0 capture.pcap\n  \
    penstock explain --config examples/two-cards.toml --card card-b --port net0 \\\n    \
    --index 17 target/demo/underlay.pcap\n\n\
    A stage shows what it was asked, what its table answered and what that means. The hardware \
    asks every stage, whatever the ones before it said: what counts no more is dimmed.")]
pub struct Explain {
    #[command(flatten)]
    pub which: Which,
    /// Port at which the packet comes in
    #[arg(long, value_parser = port_names())]
    pub port: String,
    /// The frame as hexadecimal digits (blanks, colons and dashes may separate them), or a
    /// capture file
    pub frame: String,
    /// Who walks: the gateware's model, the reference, or both, compared
    #[arg(long, value_enum, default_value_t = Engine::Reference)]
    pub engine: Engine,
    /// Which packet of the capture, from 1 as Wireshark counts; those before it go first, so that
    /// the card knows their connections
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub index: u32,
    /// Answer in JSON
    #[arg(long)]
    pub json: bool,
}

/// Who judges a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// The gateware, clock by clock
    Rtl,
    /// The contract in plain Rust
    Reference,
    /// The gateware, compared with the reference packet by packet
    Both,
}

/// `penstock sim`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    penstock sim --config examples/two-cards.toml --card card-a --in host0=in.pcap --out out\n  \
    penstock sim --config examples/two-cards.toml --card card-a --in host0=a.pcap \\\n    \
    --in net0=b.pcapng --stall 30 --seed 7 --out out && jq .verdicts out/report.json\n\n\
    Each port's frames keep their order; the card decides in which order it takes those of \
    several ports, and the reference judges them in that order. Captures of the model's frames \
    count time in clocks of 6.4 ns (156.25 MHz) from the first beat on.")]
pub struct Sim {
    #[command(flatten)]
    pub which: Which,
    /// A capture (pcap or pcapng) and the port at which it comes in: host0, host1, net0 or, behind
    /// inject headers, cpu0
    #[arg(long = "in", value_name = "PORT=FILE", required = true, value_parser = port_and_file)]
    pub inputs: Vec<(usize, PathBuf)>,
    /// Folder for PORT.pcap of each port and report.json, made if need be
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Who judges
    #[arg(long, value_enum, default_value_t = Engine::Both)]
    pub engine: Engine,
    /// In how many of 100 clocks senders pause and receivers are not ready
    #[arg(long, value_name = "PERCENT", default_value_t = 0,
        value_parser = clap::value_parser!(u32).range(..=90))]
    pub stall: u32,
    /// Answer in JSON, as in report.json
    #[arg(long)]
    pub json: bool,
}

fn port_and_file(text: &str) -> Result<(usize, PathBuf), String> {
    let ports = PORT_NAMES.join(", ");
    let form = || format!("expected PORT=FILE, where PORT is one of {ports}");
    let (port, file) = text.split_once('=').ok_or_else(form)?;
    let number = PORT_NAMES.iter().position(|n| *n == port);
    let number = number.ok_or_else(|| format!("there is no port `{port}`: name one of {ports}"))?;
    if file.is_empty() { Err(form()) } else { Ok((number, file.into())) }
}

/// `penstock tap`
#[derive(Args, Debug)]
#[command(after_help = "Example, as root, with a container or a namespace behind each device:\n  \
    penstock tap --config examples/two-cards.toml --card card-a \\\n    \
    --host host0=tap0 --net net0=tap1\n  \
    ip link set tap0 address 02:b0:00:00:01:0a up      # the MAC of ENI blue-web-1\n  \
    dhclient -d tap0                                   # or its addresses by hand\n\n\
    A device that is not there is made and goes with the command; an ENI with a VLAN wants a VLAN \
    device on top of it. The card's clock runs only while there are frames; Ctrl-C ends it.")]
pub struct Tap {
    #[command(flatten)]
    pub which: Which,
    /// A host port and the TAP device whose machine is the tenant's
    #[arg(long = "host", value_name = "PORT=TAP", required_unless_present = "nets",
        value_parser = |text: &str| port_and_tap(text, 0..HOST_PORTS))]
    pub hosts: Vec<(usize, String)>,
    /// A net port and the TAP device that leads to the underlay
    #[arg(long = "net", value_name = "PORT=TAP",
        value_parser = |text: &str| port_and_tap(text, HOST_PORTS..CPU_PORT))]
    pub nets: Vec<(usize, String)>,
    /// Who judges
    #[arg(long, value_enum, default_value_t = Engine::Rtl)]
    pub engine: Engine,
    /// A line for each packet
    #[arg(long)]
    pub packets: bool,
    /// End after so many seconds
    #[arg(long)]
    pub seconds: Option<u64>,
    /// Answer in JSON, at the end
    #[arg(long, conflicts_with = "packets")]
    pub json: bool,
}

fn port_and_tap(text: &str, ports: Range<usize>) -> Result<(usize, String), String> {
    let names = &PORT_NAMES[ports.clone()];
    let form = || format!("expected PORT=TAP, where PORT is {}", names.join(" or "));
    let (port, tap) = text.split_once('=').filter(|(_, tap)| !tap.is_empty()).ok_or_else(form)?;
    let place = names.iter().position(|name| *name == port).ok_or_else(form)?;
    Ok((ports.start + place, tap.into()))
}

/// `penstock demo`
#[derive(Args, Debug)]
#[command(after_help = "Every capture becomes traffic of both tenants, whose addresses are the \
    same. Checked packet by packet: what the reference lets pass is delivered byte by byte as it \
    was sent, nothing else is, and nothing crosses from one tenant to the other.\n\n\
    Example:\n  penstock demo && wireshark target/demo/underlay.pcap")]
pub struct Demo {
    /// Folder for captures and plots [default: target/demo]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Of everything that is random: hash tables, pauses, memory that nobody wrote
    #[arg(long, default_value_t = 1)]
    pub seed: u32,
    /// In how many of 100 clocks senders pause and receivers are not ready
    #[arg(long, value_name = "PERCENT", default_value_t = 0,
        value_parser = clap::value_parser!(u32).range(..=90))]
    pub stall: u32,
    /// Answer in JSON, as in demo.json
    #[arg(long)]
    pub json: bool,
}

/// `penstock verilog`
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  \
    penstock verilog --profile large --out build && verilator --lint-only build/large.v")]
pub struct Verilog {
    /// Which card
    #[arg(long, value_parser = profile_names())]
    pub profile: String,
    /// Folder for PROFILE.v, made if need be
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}
