//! Can every fault be planted, and is there one for every stage?
#![allow(clippy::unwrap_used, reason = "tests")]

use house::faults::all;
use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn every_stage_has_a_fault_and_every_fault_a_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let faults = all().unwrap();
    for fault in &faults {
        let (sound, planted) = fault.planted(&root).unwrap_or_else(|e| panic!("{e}"));
        assert_ne!(sound, planted, "{}: no fault", fault.what);
    }
    let rooms = fs::read_dir(root.join("docs/walk")).unwrap().map(|page| {
        let name = page.unwrap().file_name().into_string().unwrap();
        name.trim_end_matches(".md").trim_start_matches(|c: char| c != '-')[1..].to_string()
    });
    let stages = faults.iter().map(|fault| fault.stage.clone());
    assert_eq!(rooms.collect::<BTreeSet<_>>(), stages.collect::<BTreeSet<_>>());
}
