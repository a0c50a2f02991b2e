//! check, profiles, registers, verilog.

use crate::run::{folder, penstock, root};
use hdl::{profile::PROFILES, tables::TableId};
use std::fs;

const FILE: &str = "examples/two-cards.toml";

#[test]
fn check_tells_how_full_the_cards_are() {
    let out = penstock(&["check", FILE]).out();
    assert!(out.contains("2 VPCs, 4 subnets, 8 ENIs, 2 cards"), "{out}");
    assert!(out.contains("card-a, profile large") && out.contains("card-b, profile large"));
    let answer = penstock(&["check", "--json", "--profile", "line100", FILE]).json();
    let cards = answer["cards"].as_array().unwrap();
    assert_eq!(cards.len(), 2);
    for card in cards {
        assert_eq!(card["profile"], "line100");
        let tables = card["tables"].as_array().unwrap();
        assert_eq!(tables.len(), TableId::ALL.len());
        for (table, id) in tables.iter().zip(TableId::ALL) {
            assert_eq!(table["table"], format!("{id:?}"));
            assert_eq!(table["capacity"], PROFILES[1].capacity(*id));
            assert!(
                (1..=PROFILES[1].capacity(*id) as u64).contains(&table["used"].as_u64().unwrap())
            );
        }
    }
}

#[test]
fn profiles_are_listed() {
    let out = penstock(&["profiles"]).out();
    let answer = penstock(&["profiles", "--json"]).json();
    for (i, profile) in PROFILES.iter().enumerate() {
        assert!(out.contains(profile.name) && out.contains(profile.part), "{out}");
        assert_eq!(answer[i]["width_bits"], profile.width_bits);
        let connections = 1 << profile.connections_log2;
        assert_eq!(answer[i]["connections"], connections);
        assert!(out.contains(&format!("connections {connections:>10}")), "{out}");
        assert_eq!(answer[i]["tables"].as_array().unwrap().len(), TableId::ALL.len());
    }
}

#[test]
fn registers_are_those_of_the_docs() {
    let page = fs::read_to_string(root().join("docs/registers.md")).unwrap();
    assert_eq!(penstock(&["registers"]).out(), page);
}

#[test]
fn verilog_is_written_into_a_new_folder() {
    let dir = folder("verilog").join("deep");
    let out = penstock(&["verilog", "--profile", "large", "--out", dir.to_str().unwrap()]).out();
    let text = fs::read_to_string(dir.join("large.v")).unwrap();
    assert!(text.contains("\nmodule card") && text.contains("s_tdata_0"));
    assert!(out.contains(&format!("{} lines", text.lines().count())), "{out}");
}

#[test]
fn help_teaches() {
    for command in ["check", "profiles", "explain", "sim", "demo", "verilog"] {
        let out = penstock(&[command, "--help"]).out();
        assert!(out.contains("Example") && out.contains(&format!("penstock {command}")), "{out}");
    }
}
