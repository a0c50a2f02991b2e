//! How is the binary run as somebody would run it?

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// What came of it.
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Standard output, if the exit status is 0.
    #[track_caller]
    pub fn out(self) -> String {
        assert_eq!((self.status, self.err.as_str()), (0, ""), "{}", self.out);
        assert!(!self.out.contains('\x1b'), "colours in a pipe");
        self.out
    }

    /// The same as JSON.
    #[track_caller]
    pub fn json(self) -> serde_json::Value {
        serde_json::from_str(&self.out()).unwrap()
    }
}

/// The clone's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A folder of this test's own, empty and not there yet.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("commands").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.parent().unwrap()).unwrap();
    folder
}

/// Run penstock in the clone's folder.
pub fn penstock(arguments: &[&str]) -> Ran {
    let out = Command::new(env!("CARGO_BIN_EXE_penstock"))
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    Ran {
        status: out.status.code().unwrap(),
        out: String::from_utf8(out.stdout).unwrap(),
        err: String::from_utf8(out.stderr).unwrap(),
    }
}
