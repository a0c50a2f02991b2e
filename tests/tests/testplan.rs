//! Does every sentence of the contract name its test, or say that it has none yet?
//!
//! In docs/contract.md a key, `<sup>3.9b</sup>`, ends each sentence from section 2 on, or a part of
//! one that a test of its own holds: section, item (its number, or else which one of the section it
//! is) and letter. docs/testplan.md has a row for each key.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

const CONTRACT: &str = "docs/contract.md";
const PLAN: &str = "docs/testplan.md";
/// Behind it stand the rows.
const HEADING: &str = "\n## The contract, sentence by sentence\n";
/// How a row begins that names no test.
const NOT_YET: &str = "**not yet**: ";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn text(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"))
}

#[track_caller]
fn check(rule: &str, offenders: Vec<String>) {
    assert!(offenders.is_empty(), "{rule}:\n  {}", offenders.join("\n  "));
}

/// A paragraph of the contract, or an item of a list.
struct Item {
    section: String,
    /// Its number, or else which one of the section it is.
    number: String,
    text: String,
}

/// Number and rest of a line with which an item of a numbered list begins.
fn numbered(line: &str) -> Option<(&str, &str)> {
    let (number, rest) = line.split_once(". ")?;
    number.chars().all(|c| c.is_ascii_digit()).then_some((number, rest))
}

/// All items that have keys: those behind the words of section 1.
fn items() -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for section in text(CONTRACT).split("\n## ").skip(2) {
        let (title, body) = section.split_once('\n').unwrap();
        let (section, _) = numbered(title).expect("a section has a number");
        let (mut open, mut count) = (false, 0);
        for line in body.lines() {
            let listed = numbered(line);
            if listed.is_some() || line.starts_with("- ") || !open && !line.is_empty() {
                count += 1;
                let number = listed.map_or(count.to_string(), |(number, _)| number.into());
                let text = listed.map_or(line, |(_, rest)| rest).into();
                items.push(Item { section: section.into(), number, text });
            } else if let Some(item) = items.last_mut().filter(|_| open) {
                item.text = [&item.text, " ", line.trim()].concat();
            }
            open = !line.is_empty();
        }
    }
    items
}

/// What stands in front of each key, the key, and what stands behind the last one.
fn pieces(item: &Item) -> (Vec<(&str, &str)>, &str) {
    let (mut found, mut rest) = (Vec::new(), item.text.as_str());
    while let Some((words, behind)) = rest.split_once("<sup>") {
        let (key, behind) = behind.split_once("</sup>").expect("a key has an end");
        found.push((words.trim(), key));
        rest = behind;
    }
    (found, rest.trim())
}

fn keys() -> Vec<String> {
    let all = items();
    all.iter().flat_map(|item| pieces(item).0).map(|(_, key)| key.into()).collect()
}

/// A row of the plan: the key, and who holds the sentence.
struct Row {
    key: String,
    held: String,
}

fn rows() -> Vec<Row> {
    let plan = text(PLAN);
    let (_, table) = plan.split_once(HEADING).expect("the plan has this section");
    let lines = table.lines().filter(|l| l.starts_with("| ") && !l.starts_with("| |"));
    let lines = lines.filter(|l| !l.starts_with("| ---"));
    lines.map(row).collect()
}

fn row(line: &str) -> Row {
    let cells: Vec<_> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
    let [key, _, held] = cells[..] else { panic!("a row has a key, words and tests: {line}") };
    Row { key: key.into(), held: held.into() }
}

/// Tests that a row names, as path and function, and the cases in quotes behind each.
fn tests(held: &str) -> Vec<(&str, &str, Vec<&str>)> {
    let parts: Vec<_> = held.split('`').collect();
    let named = parts.chunks(2).zip(parts.iter().skip(2).step_by(2));
    let named = named.filter_map(|(pair, behind)| {
        let (path, function) = pair[1].split_once("::")?;
        Some((path, function, behind.split('"').skip(1).step_by(2).collect()))
    });
    named.collect()
}

/// Is there a function of that name, and is it a test?
fn is_test(source: &str, function: &str) -> bool {
    let lines: Vec<_> = source.lines().map(str::trim).collect();
    let begins = format!("fn {function}(");
    let at = lines.iter().position(|line| line.starts_with(&begins));
    let before = at.map_or(&[][..], |at| &lines[..at]).iter().rev();
    let mut attributes = before.take_while(|l| l.starts_with("#[") || l.starts_with("//"));
    attributes.any(|line| *line == "#[test]")
}

#[test]
fn every_sentence_has_its_key() {
    let mut wrong = Vec::new();
    for item in &items() {
        let (pieces, behind) = pieces(item);
        if !behind.is_empty() || pieces.is_empty() {
            wrong.push(format!("{}.{}: no key behind `{behind}`", item.section, item.number));
        }
        for ((words, key), letter) in pieces.iter().zip('a'..='z') {
            let right = format!("{}.{}{letter}", item.section, item.number);
            if *key != right {
                wrong.push(format!("`{key}` stands where `{right}` should, behind `{words}`"));
            }
            if words.contains(". ") {
                wrong.push(format!("{key}: more than one sentence: `{words}`"));
            }
        }
    }
    check("A sentence of docs/contract.md ends with its key", wrong);
}

#[test]
fn every_sentence_has_one_row() {
    let mut found: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    keys().into_iter().for_each(|key| found.entry(key).or_default().0 += 1);
    rows().into_iter().for_each(|row| found.entry(row.key).or_default().1 += 1);
    let wrong = found.into_iter().filter_map(|(key, counts)| match counts {
        (1, 1) => None,
        (1, 0) => Some(format!("{key} has no row in {PLAN}")),
        (0, _) => Some(format!("{key} has a row in {PLAN}, and is no sentence of {CONTRACT}")),
        (1, rows) => Some(format!("{key} has {rows} rows in {PLAN}")),
        (sentences, _) => Some(format!("{key} stands {sentences} times in {CONTRACT}")),
    });
    check("A sentence of the contract has one row of the plan", wrong.collect());
}

#[test]
fn every_test_that_is_named_is_there() {
    let mut wrong = Vec::new();
    for Row { key, held } in rows().iter().filter(|row| !row.held.contains("not yet")) {
        let tests = tests(held);
        if tests.is_empty() {
            wrong.push(format!("{key}: neither a test, as `path::function`, nor `{NOT_YET}`"));
        }
        for (path, function, cases) in tests {
            let Ok(source) = fs::read_to_string(root().join(path)) else {
                wrong.push(format!("{key}: there is no file {path}"));
                continue;
            };
            if !is_test(&source, function) {
                wrong.push(format!("{key}: {path} has no test `{function}`"));
            }
            let strange = cases.into_iter().filter(|c| !source.contains(&format!("\"{c}\"")));
            wrong.extend(strange.map(|case| format!("{key}: {path} has no case \"{case}\"")));
        }
    }
    check("A test that a row names is there", wrong);
}

#[test]
fn what_is_not_yet_names_no_test() {
    let mut wrong = Vec::new();
    for Row { key, held } in rows().iter().filter(|row| row.held.contains("not yet")) {
        let why = held.strip_prefix(NOT_YET).map(str::trim);
        if why.is_none_or(str::is_empty) {
            wrong.push(format!("{key}: not `{NOT_YET}` and what is missing, but `{held}`"));
        }
        let named = tests(held).into_iter();
        wrong.extend(named.map(|(_, test, _)| format!("{key}: not yet, and held by `{test}`")));
    }
    check("A row is held by tests, or not yet", wrong);
}

#[test]
fn the_plan_counts_its_rows() {
    let rows = rows();
    let held = rows.iter().filter(|row| !row.held.starts_with(NOT_YET)).count();
    let (all, open) = (rows.len(), rows.len() - held);
    let says = format!("has {all} of them: {held} are held by a test, {open} are *not yet*.");
    let plan = text(PLAN).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(plan.contains(&says), "{PLAN} should say that the contract {says}");
}
