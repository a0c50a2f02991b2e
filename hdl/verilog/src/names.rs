//! Which identifiers may stand in the text, and which Rust name do they come from?
use std::collections::HashMap;

/// Reserved words of SystemVerilog (IEEE 1800-2017, annex B), sorted.
const KEYWORDS: &[&str] = &include!("keywords.in");

/// Is `name` reserved?
pub(crate) fn is_keyword(name: &str) -> bool {
    KEYWORDS.binary_search(&name).is_ok()
}

/// Is `name` a plain identifier that no tool reserves?
pub(crate) fn is_identifier(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !is_keyword(name)
}

/// Rule of printing: `$` becomes `_`, a keyword gets a trailing `_`.
pub(crate) fn printed(raw: &str) -> String {
    let mut name = raw.replace('$', "_");
    if is_keyword(&name) {
        name.push('_');
    }
    name
}

/// Names taken in one name space, with what took them.
#[derive(Default)]
pub(crate) struct Names(HashMap<String, String>);

impl Names {
    /// Takes the printed form of `raw` exactly, or says who has it.
    pub(crate) fn claim(&mut self, raw: &str) -> Result<String, (String, String)> {
        let name = printed(raw);
        match self.0.get(&name) {
            Some(owner) => Err((owner.clone(), name)),
            None => {
                self.0.insert(name.clone(), raw.to_string());
                Ok(name)
            }
        }
    }

    /// Takes the printed form of `raw`, with `_v2`, `_v3` … behind it if that is taken.
    pub(crate) fn variant(&mut self, raw: &str) -> String {
        let first = printed(raw);
        let mut name = first.clone();
        let mut count = 2;
        while self.0.contains_key(&name) {
            name = format!("{first}_v{count}");
            count += 1;
        }
        self.0.insert(name.clone(), raw.to_string());
        name
    }
}

#[cfg(test)]
mod proof {
    use super::*;

    #[test]
    fn keywords_are_sorted_so_that_the_search_finds_each() {
        assert!(KEYWORDS.windows(2).all(|pair| pair[0] < pair[1]));
        for word in ["table", "join", "reg", "edge", "always", "xor", "logic", "priority"] {
            assert!(is_keyword(word), "{word}");
        }
    }

    #[test]
    fn printed_names_have_no_dollar_and_are_no_keywords() {
        assert_eq!(printed("slot$3$q"), "slot_3_q");
        assert_eq!(printed("table"), "table_");
    }

    #[test]
    fn a_taken_name_gets_a_number_or_is_refused() {
        let mut names = Names::default();
        assert_eq!(names.claim("a$b").unwrap(), "a_b");
        assert_eq!(names.claim("a_b").unwrap_err(), ("a$b".into(), "a_b".into()));
        assert_eq!(names.variant("a_b"), "a_b_v2");
        assert_eq!(names.variant("a$b"), "a_b_v3");
    }
}
