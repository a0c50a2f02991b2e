//! Does every file keep the house rules that a machine can check?
//!
//! rustfmt and clippy check the rest. Each test names all offenders at once.
#![allow(clippy::unwrap_used, reason = "tests")]

use hdl::meta::DropReason;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Lines of a source file.
const FILE_LINES_MAX: usize = 400;
/// Characters of a line.
const LINE_COLUMNS_MAX: usize = 100;
/// Names that say nothing about what is in a file.
const EMPTY_NAMES: [&str; 8] =
    ["util", "utils", "helper", "helpers", "misc", "common", "shared", "stuff"];
/// Modules of `hdl` that are not a stage of the walk.
const NOT_STAGES: [&str; 10] =
    ["meta", "profile", "tables", "explain", "memory", "walk", "bar0", "pipeline", "ports", "card"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Files of the repository, those not yet committed too, by their paths from its root.
fn files() -> Vec<String> {
    let out = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git is installed");
    assert!(out.status.success(), "the house rules are checked in a clone only");
    let names = String::from_utf8(out.stdout).unwrap();
    names.lines().filter(|f| root().join(f).is_file()).map(String::from).collect()
}

fn text(file: &str) -> String {
    String::from_utf8_lossy(&fs::read(root().join(file)).unwrap()).into_owned()
}

/// The Rust files and what they say.
fn sources() -> Vec<(String, String)> {
    let rust = files().into_iter().filter(|f| f.ends_with(".rs"));
    rust.map(|f| (text(&f), f)).map(|(text, file)| (file, text)).collect()
}

fn check(rule: &str, offenders: Vec<String>) {
    assert!(offenders.is_empty(), "{rule}:\n  {}", offenders.join("\n  "));
}

/// Lines of `text` that contain one of `needles`, as `file:line: needle`.
fn hits(file: &str, text: &str, needles: &[&str]) -> Vec<String> {
    let lines = text.lines().enumerate();
    lines
        .flat_map(|(i, line)| {
            let found = needles.iter().filter(move |n| line.contains(**n));
            found.map(move |n| format!("{file}:{}: {n}", i + 1))
        })
        .collect()
}

/// Modules of the floor plan that are stages, in its order.
fn stages() -> Vec<String> {
    let plan = text("hdl/src/lib.rs");
    let modules = plan.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';'));
    modules.filter(|m| !NOT_STAGES.contains(m)).map(String::from).collect()
}

#[test]
fn files_are_short() {
    let mut long = Vec::new();
    for (file, text) in sources() {
        let lines = text.lines().count();
        if lines > FILE_LINES_MAX {
            long.push(format!("{file}: {lines} lines"));
        }
    }
    check("A file has 400 lines at most; make it a folder", long);
}

#[test]
fn lines_are_short() {
    let mut long = Vec::new();
    for (file, text) in sources() {
        for (i, line) in text.lines().enumerate() {
            let columns = line.chars().count();
            if columns > LINE_COLUMNS_MAX {
                long.push(format!("{file}:{}: {columns} columns", i + 1));
            }
        }
    }
    check("A line has 100 columns at most", long);
}

#[test]
fn every_file_opens_with_its_question() {
    let silent = sources().into_iter().filter(|(_, text)| !text.starts_with("//! "));
    check("A file opens with `//!` and what it answers", silent.map(|(file, _)| file).collect());
}

#[test]
fn names_say_what_is_inside() {
    let mut empty = Vec::new();
    for (file, text) in sources() {
        let path = file.trim_end_matches(".rs").split('/');
        empty.extend(path.filter(|p| EMPTY_NAMES.contains(p)).map(|p| format!("{file}: {p}")));
        for line in text.lines() {
            let words = line.trim_start().trim_start_matches("pub ").trim_start_matches("(crate) ");
            let name = words.strip_prefix("mod ").map(|n| n.trim_end_matches([';', '{', ' ']));
            if let Some(name) = name.filter(|n| EMPTY_NAMES.contains(n)) {
                empty.push(format!("{file}: mod {name}"));
            }
        }
    }
    check("A name says what is inside", empty);
}

#[test]
fn nothing_is_left_for_later() {
    // In two parts, so that this file does not find itself.
    let needles = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("X", "XX"),
        concat!("unimpl", "emented!"),
        concat!("to", "do!"),
        concat!("#[ig", "nore"),
    ];
    let found = sources().iter().flat_map(|(file, text)| hits(file, text, &needles)).collect();
    check("What is missing stands in the README, not in the code", found);
}

#[test]
fn no_file_names_a_registry() {
    let needles = [
        concat!("crates", ".io"),
        concat!("pypi", ".org"),
        concat!("python", "hosted.org"),
        concat!("npm", "js.org"),
        concat!("proxy.", "golang.org"),
    ];
    let names = files().into_iter().filter(|f| f != "Cargo.lock");
    let found = names.flat_map(|file| hits(&file, &text(&file), &needles)).collect();
    check("Where packages come from is the machine's affair", found);
}

#[test]
fn every_stage_has_its_sections_in_order() {
    let mut wrong = Vec::new();
    for stage in stages().iter().filter(|s| *s != "parser") {
        let file = format!("hdl/src/{stage}.rs");
        let folder = format!("hdl/src/{stage}/mod.rs");
        let room = if root().join(&file).is_file() { text(&file) } else { text(&folder) };
        let ruled = room.lines().filter_map(|l| l.strip_prefix("// ---- "));
        let mut sections: Vec<_> = ruled.filter_map(|l| l.split(' ').next()).collect();
        if sections.last() == Some(&"proof") {
            sections.pop();
        }
        // Classes are judged by the tables' reference: a search has no other meaning.
        let want: &[_] = match stage.as_str() {
            "class" => &["layout", "kernel"],
            _ => &["layout", "reference", "kernel"],
        };
        if sections != want {
            wrong.push(format!("{stage}: {sections:?}"));
        }
    }
    for file in ["layout.rs", "reference.rs", "kernel.rs"] {
        if !root().join("hdl/src/parser").join(file).is_file() {
            wrong.push(format!("parser: no {file}"));
        }
    }
    check("A stage is layout, reference, kernel, proof", wrong);
}

#[test]
fn chapters_follow_the_floor_plan() {
    let files = files();
    let mut chapters: Vec<_> = files.iter().filter_map(|f| f.strip_prefix("docs/walk/")).collect();
    chapters.sort_unstable();
    let numbered = stages().into_iter().enumerate();
    let want: Vec<_> = numbered.map(|(i, stage)| format!("{:02}-{stage}.md", i + 1)).collect();
    assert_eq!(chapters, want, "docs/walk has a chapter for each stage of hdl/src/lib.rs");
}

#[test]
fn every_reason_to_drop_is_explained() {
    let files = files();
    let chapters = files.iter().filter(|f| f.starts_with("docs/walk/")).map(|f| text(f));
    let walk = chapters.collect::<String>();
    let reasons = DropReason::ALL.iter().filter(|r| **r != DropReason::None);
    let names = reasons.map(|r| format!("`{r:?}`"));
    check("A chapter of docs/walk names it", names.filter(|n| !walk.contains(n)).collect());
}

#[test]
fn links_lead_somewhere() {
    let mut dead = Vec::new();
    for file in files().iter().filter(|f| f.ends_with(".md")) {
        let folder = root().join(file).parent().unwrap().to_path_buf();
        for link in text(file).split("](").skip(1).filter_map(|l| l.split([')', '#']).next()) {
            if !link.is_empty() && !link.contains("://") && !folder.join(link).exists() {
                dead.push(format!("{file}: {link}"));
            }
        }
    }
    check("A link leads to a file", dead);
}
