//! What can't be done is refused with one clear error, and nothing is written.

use crate::run::{folder, penstock, root};
use std::fs;

const FILE: &str = "examples/two-cards.toml";
const SSH: &str = "tests/data/captures/ssh.pcap";

/// `sim` with these arguments ends with that status and says that, once; nothing is written.
#[track_caller]
fn check(name: &str, config: &str, card: &str, input: &str, status: i32, text: &str) {
    let dir = folder(name);
    let out = dir.to_str().unwrap();
    let ran = penstock(&["sim", "--config", config, "--card", card, "--in", input, "--out", out]);
    assert_eq!(ran.status, status, "{}", ran.err);
    assert!(ran.err.contains(text), "{}", ran.err);
    assert_eq!(ran.err.matches("error:").count(), 1, "{}", ran.err);
    assert_eq!(ran.out, "");
    assert!(!dir.exists(), "something was written");
}

#[test]
fn a_command_line_that_names_what_is_not_there() {
    check("port", FILE, "card-a", &format!("host7={SSH}"), 2, "no port `host7`: name one of host0");
    check("form", FILE, "card-a", SSH, 2, "expected PORT=FILE");
    check("input", FILE, "card-a", "host0=no.pcap", 2, "no.pcap: No such file");
    check("config", "no.toml", "card-a", &format!("host0={SSH}"), 2, "no.toml: No such file");
    check("card", FILE, "card-c", &format!("host0={SSH}"), 2, "name one of card-a, card-b");
}

#[test]
fn a_damaged_capture() {
    let dir = folder("damaged");
    fs::create_dir_all(&dir).unwrap();
    let whole = fs::read(root().join(SSH)).unwrap();
    let file = dir.join("cut.pcap");
    fs::write(&file, &whole[..whole.len() - 7]).unwrap();
    let input = format!("host0={}", file.display());
    check("cut", FILE, "card-a", &input, 1, "ends in the middle of packet 54");
    fs::write(&file, "no capture at all").unwrap();
    check("none", FILE, "card-a", &input, 1, "neither pcap nor pcapng");
}

#[test]
fn a_refused_file() {
    let dir = folder("refused");
    fs::create_dir_all(&dir).unwrap();
    let file = dir.join("wrong.toml");
    let text = fs::read_to_string(root().join(FILE)).unwrap();
    fs::write(&file, text.replace("vni = 5001", "vni = 16777216")).unwrap();
    let file = file.to_str().unwrap();
    let input = format!("host0={SSH}");
    check("refused-sim", file, "card-a", &input, 1, "VNI 16777216 is none: it has 24 bits");
    let ran = penstock(&["check", file]);
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("choose one from 0 to 16777215"), "{}", ran.err);
}

#[test]
fn explain_and_others() {
    let explain = |more: &[&str]| {
        let fixed = ["explain", "--config", FILE, "--card", "card-a"];
        penstock(&fixed.into_iter().chain(more.iter().copied()).collect::<Vec<_>>())
    };
    let cases: [(&[&str], i32, &str); 5] = [
        (&["--port", "host9", "00"], 2, "possible values: host0, host1, net0"),
        (&["--port", "host0", "not.pcap"], 2, "neither a file nor a frame"),
        (&["--port", "host0", "001"], 2, "neither a file nor a frame"),
        (&["--port", "host0", "--index", "55", SSH], 2, "there is no packet 55: it has 54"),
        (&["--port", "host0", "--index", "0", SSH], 2, "0 is not in 1.."),
    ];
    for (more, status, text) in cases {
        let ran = explain(more);
        assert_eq!((ran.status, ran.out.as_str()), (status, ""), "{}", ran.err);
        assert!(ran.err.contains(text), "{}", ran.err);
    }
    let ran = penstock(&["verilog", "--profile", "tiny", "--out", "nowhere"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("possible values: large, line100"), "{}", ran.err);
    let twice = ["--host", "host0=tap0", "--host", "host0=tap1"];
    let tap = [&["tap", "--config", FILE, "--card", "card-a"][..], &twice].concat();
    let ran = penstock(&tap);
    assert_eq!(ran.status, 2, "{}", ran.err);
    assert!(ran.err.contains("host0 has two TAP devices"), "{}", ran.err);
    let ran = penstock(&["check", "examples"]);
    assert_eq!(ran.status, 2, "{}", ran.err);
}
