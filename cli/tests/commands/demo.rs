//! demo, and what other programs say of its captures.

use crate::run::{folder, penstock};
use std::{fs, path::Path, process::Command};

/// Standard error of tshark that says nothing of captures.
const ROOT: &str = "Running as user \"root\" and group \"root\". This could be dangerous.";

/// How many packets tshark finds in a capture for which `filter` holds.
fn packets(capture: &Path, filter: &str) -> usize {
    let checks = ["ip.check_checksum:TRUE", "udp.check_checksum:TRUE", "tcp.check_checksum:TRUE"];
    let out = Command::new("tshark")
        .args(checks.iter().flat_map(|check| ["-o", check]))
        .args(["-n", "-T", "fields", "-e", "frame.number", "-Y", filter, "-r"])
        .arg(capture)
        .output()
        .expect("tshark is installed: scripts/setup.sh build");
    let err = String::from_utf8(out.stderr).unwrap();
    let said: Vec<&str> = err.lines().filter(|line| *line != ROOT).collect();
    assert!(out.status.success() && said.is_empty(), "{said:?}");
    String::from_utf8(out.stdout).unwrap().lines().count()
}

#[test]
fn tenants_with_the_same_addresses_stay_apart() {
    let dir = folder("demo");
    let out = penstock(&["demo", "--seed", "3", "--out", dir.to_str().unwrap()]).out();
    assert!(out.lines().count() <= 40, "{out}");
    assert!(out.contains("0 mismatches") && out.contains("nothing crossed"), "{out}");
    // The way on that it shows leads somewhere, from the project's root.
    let next = out.lines().find(|line| line.contains(" explain --config")).unwrap();
    let mut words = next.split_whitespace();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let told = Command::new(words.next().unwrap()).args(words).current_dir(root).output().unwrap();
    assert!(told.status.success(), "{next}: {told:?}");
    let figures = fs::read_to_string(dir.join("demo.json")).unwrap();
    let figures: serde_json::Value = serde_json::from_str(&figures).unwrap();
    let number = |name: &str| figures[name].as_f64().unwrap();
    assert_eq!(number("mismatches"), 0.0);
    assert!(number("packets_in") > 1000.0 && number("packets_delivered") > 500.0, "{figures}");
    assert!(number("cycles_per_packet") >= 1.0 && number("latency_cycles_max") >= 1.0);
    let svg = fs::read_to_string(dir.join("demo.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("Latency, port to port"));

    // What was sent and received, and what the underlay carried, as another program reads it.
    let captures = ["blue-sent", "blue-received", "green-sent", "green-received", "underlay"];
    let [sent, received, underlay] = ["-sent", "-received", "underlay"].map(|end| {
        let of = captures.iter().filter(|name| name.ends_with(end));
        of.map(|name| packets(&dir.join(format!("{name}.pcap")), "frame")).sum::<usize>() as f64
    });
    assert_eq!((sent, received), (number("packets_in"), number("packets_delivered")));
    assert!(underlay > 100.0);
    let bad = "ip.checksum.status == \"Bad\" || udp.checksum.status == \"Bad\" \
               || tcp.checksum.status == \"Bad\"";
    for name in captures {
        assert_eq!(packets(&dir.join(format!("{name}.pcap")), bad), 0, "{name}");
    }
    let strange = "!vxlan || (vxlan.vni != 5001 && vxlan.vni != 5010) || ip.ttl == 0";
    assert_eq!(packets(&dir.join("underlay.pcap"), strange), 0);
}
