//! Does the whole card print, and does Verilator find nothing to say about it?

use hdl::profile::PROFILES;
use house::text;
use std::{fs, path::Path, process::Command};

#[test]
fn every_profile_is_clean() {
    for profile in PROFILES {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.v", profile.name));
        fs::write(&file, text::card(profile)).unwrap();
        let out = Command::new("verilator")
            .args(["--lint-only", "-Wall", "-Wno-DECLFILENAME", "--top-module", "card"])
            .arg(&file)
            .output()
            .expect("verilator is installed: scripts/setup.sh build");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    }
}
