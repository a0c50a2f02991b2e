//! sim.

use crate::run::{folder, penstock, root};
use sim::capture::{self, Captured};
use std::{fs, path::Path};

const FIXED: [&str; 5] = ["sim", "--config", "examples/two-cards.toml", "--card", "card-a"];
const CAPTURES: [&str; 3] = [
    "host0=tests/data/captures/ssh.pcap",
    "host1=tests/data/captures/icmp-rfc8335.pcap",
    "net0=tests/data/captures/vxlan.pcap",
];

/// Run with the three captures; gives the report.
fn run(dir: &Path, more: &[&str]) -> serde_json::Value {
    let inputs = CAPTURES.iter().flat_map(|capture| ["--in", capture]);
    let arguments = FIXED.into_iter().chain(inputs).chain(["--json", "--out"]);
    let dir = dir.to_str().unwrap();
    let arguments: Vec<&str> = arguments.chain([dir]).chain(more.iter().copied()).collect();
    penstock(&arguments).json()
}

fn frames(dir: &Path, port: &str) -> Vec<Captured> {
    let file = fs::File::open(dir.join(format!("{port}.pcap"))).unwrap();
    capture::read(file).unwrap()
}

#[test]
fn the_gateware_does_what_the_reference_does() {
    let [both, reference] = ["sim-both", "sim-reference"].map(folder);
    let report = run(&both, &["--stall", "25", "--seed", "5"]);
    assert_eq!(report["mismatches"], 0);
    assert_eq!(report["packets"], 54 + 10 + 10);
    let written = fs::read_to_string(both.join("report.json")).unwrap();
    assert_eq!(report, serde_json::from_str::<serde_json::Value>(&written).unwrap());
    let counts = report["verdicts"].as_object().unwrap().values();
    assert_eq!(counts.map(|n| n.as_u64().unwrap()).sum::<u64>(), 74);
    assert!(report["cycles"].as_u64().unwrap() > 74);
    let told = run(&reference, &["--engine", "reference"]);
    assert_eq!(told["verdicts"], report["verdicts"]);
    assert!(told["cycles"].is_null() && told["latency_cycles"].is_null());
    for port in hdl::profile::PORT_NAMES {
        let bytes = |dir| frames(dir, port).into_iter().map(|f| f.bytes).collect::<Vec<_>>();
        assert_eq!(bytes(&both), bytes(&reference), "{port}");
    }
}

#[test]
fn what_leaves_has_its_time() {
    // Packets of card A's own ENI, so that something is forwarded.
    let dir = folder("sim-times");
    fs::create_dir_all(&dir).unwrap();
    let ping = etherparse::PacketBuilder::ethernet2(
        [0x02, 0xb0, 0, 0, 0x01, 0x0a],
        [0x02, 0xb0, 0, 0, 0x01, 0x14],
    )
    .ipv4([10, 0, 1, 10], [10, 0, 1, 20], 64)
    .icmpv4_echo_request(1, 1);
    let mut frame = Vec::new();
    ping.write(&mut frame, &[7; 30]).unwrap();
    let input = dir.join("in.pcap");
    let packets = vec![(std::time::Duration::from_secs(9), frame.as_slice()); 3];
    capture::write(fs::File::create(&input).unwrap(), packets).unwrap();
    let given = format!("host0={}", input.display());
    let out = dir.join("out");
    let fixed = FIXED.into_iter().chain(["--json", "--in", &given, "--out"]);
    let arguments: Vec<&str> = fixed.chain([out.to_str().unwrap()]).collect();
    let report = penstock(&arguments).json();
    assert_eq!(report["verdicts"]["Forward"], 3);
    let latency = report["latency_cycles"]["min"].as_u64().unwrap();
    assert!((1..=120).contains(&latency), "{latency}");
    let left = frames(&out, "host0");
    assert_eq!(left.len(), 3);
    assert_eq!(left[0].time.as_nanos(), u128::from(latency * 64 / 10));
    // The tag of its place is put in.
    assert_eq!(left[0].bytes[12..16], [0x81, 0x00, 0, 100]);
    assert_eq!(left[0].bytes[18..], frame[14..]);
}

#[test]
fn the_captures_are_there() {
    for capture in CAPTURES {
        assert!(root().join(capture.split_once('=').unwrap().1).exists());
    }
}
