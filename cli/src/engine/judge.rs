//! Does the card do what the reference says?

use super::{Judged, Run};
use hdl::{
    explain::{Passes, Trace},
    walk::Outcome,
};
use layout::{Field, Kind, Layout, Slice, get_uint};
use serde::Serialize;

/// A packet for which the card did something else.
#[derive(Clone, Debug)]
pub struct Mismatch {
    /// Its place in the order of the card, from 0.
    pub packet: usize,
    /// What the card did.
    pub found: Judged,
    /// What it should have done.
    pub expected: Outcome,
    /// Where they differ.
    pub differences: Vec<Difference>,
}

/// One field of the explain record, or the frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its name.
    pub field: String,
    /// The card's.
    pub found: String,
    /// The reference's.
    pub expected: String,
}

/// Every packet that the reference judges otherwise, in the order in which the card took them.
pub fn compare(run: &Run, wanted: Vec<Outcome>) -> Vec<Mismatch> {
    let judge = |(packet, (found, expected)): (usize, (&Judged, Outcome))| {
        let differences = differences(found, &expected);
        let found = found.clone();
        (!differences.is_empty()).then_some(Mismatch { packet, found, expected, differences })
    };
    run.judged.iter().zip(wanted).enumerate().filter_map(judge).collect()
}

/// Where the two differ; of a malformed frame, whose headers mean nothing, only what becomes of
/// it is asked.
fn differences(found: &Judged, expected: &Outcome) -> Vec<Difference> {
    let malformed = !found.passes.first.well_formed && !expected.passes.first.well_formed;
    let counts = |name: &str| {
        !malformed
            || name.starts_with("verdict.")
            || matches!(name, "port" | "injected" | "generation")
    };
    let mut differences = Vec::new();
    let mut record = |prefix: &str, found: &Trace, expected: &Trace| {
        for ((field, found), (_, expected)) in fields(found).into_iter().zip(fields(expected)) {
            if found != expected && counts(&field) {
                differences.push(Difference { field: format!("{prefix}{field}"), found, expected });
            }
        }
    };
    record("", &found.passes.first, &expected.passes.first);
    let seconds = [&found.passes, &expected.passes].map(|p: &Passes| p.second);
    match seconds {
        [Some(found), Some(expected)] => record("second.", &found, &expected),
        [None, None] => {}
        _ => {
            let [found, expected] = seconds.map(|s| if s.is_some() { "2" } else { "1" }.into());
            differences.push(Difference { field: "passes".into(), found, expected });
        }
    }
    if found.frame != expected.frame {
        let text = |frame: &Option<Vec<u8>>| frame.as_deref().map_or("none".into(), hex);
        let (found, expected) = (text(&found.frame), text(&expected.frame));
        differences.push(Difference { field: "frame".into(), found, expected });
    }
    differences
}

/// A frame in hexadecimal digits.
pub fn hex(frame: &[u8]) -> String {
    frame.iter().map(|b| format!("{b:02x}")).collect()
}

/// Every field of a record with its value, by the declaration of its bits.
fn fields(trace: &Trace) -> Vec<(String, String)> {
    let mut dwords = [0; Trace::DWORDS];
    trace.pack(&mut dwords);
    let mut all = Vec::new();
    within(Slice::from_slice(&dwords), Trace::FIELDS, "", &mut all);
    all
}

fn within(bits: &Slice, fields: &[Field], path: &str, all: &mut Vec<(String, String)>) {
    for field in fields {
        let bits = &bits[field.lsb..][..field.width];
        let name = format!("{path}{}", field.name);
        match field.kind {
            Kind::Nested(inner) => within(bits, inner, &format!("{name}."), all),
            Kind::Plain => all.push((name, format!("{:#x}", get_uint(bits)))),
            Kind::Choice(codes) => {
                let code = get_uint(bits) as u64;
                let choice = codes.iter().find(|(_, c, _)| *c == code);
                all.push((name, choice.map_or_else(|| code.to_string(), |(n, ..)| (*n).into())));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hdl::meta::{DropReason, Verdict};

    fn found(trace: Trace, frame: Option<Vec<u8>>) -> Judged {
        Judged { input: 0, passes: trace.into(), frame, cycles: None }
    }

    fn outcome(trace: Trace, frame: Option<Vec<u8>>) -> Outcome {
        Outcome { verdict: trace.verdict, passes: trace.into(), frame }
    }

    fn names(found: &Judged, expected: &Outcome) -> Vec<String> {
        differences(found, expected).into_iter().map(|d| d.field).collect()
    }

    #[test]
    fn a_field_and_a_frame_differ() {
        let mut trace = Trace { well_formed: true, ..Trace::default() };
        let expected = outcome(trace, Some(vec![1, 2]));
        assert_eq!(names(&found(trace, Some(vec![1, 2])), &expected), [""; 0]);
        trace.mapping.vni = 5001;
        trace.verdict = Verdict::drop(DropReason::NoRoute);
        let all = names(&found(trace, Some(vec![1])), &expected);
        assert_eq!(all, ["mapping.vni", "verdict.reason", "frame"]);
    }

    #[test]
    fn headers_of_a_malformed_frame_do_not_count() {
        let verdict = Verdict::drop(DropReason::MalformedTcp);
        let bad = Trace { verdict, ..Trace::default() };
        let mut other = bad;
        other.mapping.vni = 5001;
        assert_eq!(names(&found(other, None), &outcome(bad, None)), [""; 0]);
        other.generation = true;
        assert_eq!(names(&found(other, None), &outcome(bad, None)), ["generation"]);
        other.well_formed = true;
        let all = names(&found(other, None), &outcome(bad, None));
        assert_eq!(all, ["generation", "well_formed", "mapping.vni"]);
    }

    #[test]
    fn second_passes_differ() {
        let first = Trace { well_formed: true, ..Trace::default() };
        let second = |vni| {
            let mut trace = Trace { inside: true, ..first };
            trace.mapping.vni = vni;
            Passes { first, second: Some(trace) }
        };
        let judged = |passes| Judged { input: 0, passes, frame: None, cycles: None };
        let expected = |passes| Outcome { verdict: first.verdict, passes, frame: None };
        assert_eq!(names(&judged(second(1)), &expected(second(1))), [""; 0]);
        assert_eq!(names(&judged(second(2)), &expected(second(1))), ["second.mapping.vni"]);
        assert_eq!(names(&judged(first.into()), &expected(second(1))), ["passes"]);
    }
}
