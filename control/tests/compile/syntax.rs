//! Does the same file say the same, however it is written?

use super::{LARGE, compiled, edge, example, parse, routes};
use control::{Cause, Syntax, Vpcs, compile};

/// Every example, with its cards.
fn examples() -> [(String, &'static [&'static str]); 3] {
    let two = &["card-a", "card-b"];
    [(example(), two), (routes::example(), two), (edge::example(), &["card-a", "card-b", "edge"])]
}

#[test]
fn json_says_the_same() {
    let json = |text: &str| {
        let value: toml::Table = text.parse().expect("the example is TOML");
        serde_json::to_string_pretty(&value).expect("what TOML holds, JSON holds")
    };
    for (text, cards) in examples() {
        let vpcs = parse(&json(&text), Syntax::Json);
        for card in cards {
            assert_eq!(compile(&vpcs, card, LARGE).expect("it fits"), compiled(&text, card));
        }
    }
    let text = json(&example());
    let wrong = text.replace("\"vni\": 5001", "\"vni\": 16777216");
    let errors = Vpcs::parse("test.json", &wrong, Syntax::Json).expect_err("no VNI");
    let line = wrong.lines().position(|l| l.contains("16777216")).map(|l| l + 1);
    assert_eq!(errors.line(&errors.problems[0]), line);
    for (from, to) in [("\"vpcs\"", "\"mappings\""), ("true", "null"), ("5001", "5001,")] {
        let text = text.replace("false", "true").replacen(from, to, 1);
        let errors = Vpcs::parse("test.json", &text, Syntax::Json).expect_err(to);
        assert!(matches!(errors.problems[0].cause, Cause::Syntax { .. }), "{errors}");
    }
}

#[test]
fn the_order_of_a_file_is_not_the_card_s() {
    for (text, cards) in examples() {
        let mut value: toml::Table = text.parse().expect("the example is TOML");
        for (_, list) in value.iter_mut() {
            list.as_array_mut().expect("a list").reverse();
        }
        for card in cards {
            assert_eq!(compiled(&value.to_string(), card), compiled(&text, card));
        }
    }
}
