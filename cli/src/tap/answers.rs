//! What does the host's CPU answer, and what not?

use crate::{error::Error, network::Wanted, style};
use control::Unanswered;
use driver::{Inject, Punted};
use serde::Serialize;
use std::collections::BTreeMap;

/// What became of the frames for the host's CPU.
#[derive(Debug, Default, Serialize)]
pub struct Answers {
    answered: usize,
    /// By the reason for which there was no answer.
    unanswered: BTreeMap<Unanswered, usize>,
}

impl Answers {
    /// The answer to a frame that came out of the CPU's port, as it goes in there, if there is one.
    pub fn to(&mut self, wanted: &Wanted, frame: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let punted = Punted::read(frame)?;
        Ok(match wanted.responder.answer(punted.reason, punted.eni, punted.frame) {
            Ok(answer) => {
                self.answered += 1;
                Some(Inject::Out(punted.port).frame(wanted.profile.width_bits, &answer))
            }
            Err(why) => {
                *self.unanswered.entry(why).or_insert(0) += 1;
                None
            }
        })
    }

    /// On standard output, if anybody asked.
    pub fn print(&self) {
        let good = (self.answered > 0)
            .then(|| ("Answered".into(), self.answered, "By the host's CPU.".into(), style::GOOD));
        let bad = self.unanswered.iter();
        let bad = bad.map(|(why, count)| (format!("{why:?}"), *count, why.to_string(), style::BAD));
        let lines: Vec<(String, _, String, _)> = good.into_iter().chain(bad).collect();
        for (name, count, sentence, colour) in &lines {
            anstream::println!("  {colour}{name:<22}{colour:#}{count:>8}  {sentence}");
        }
        if !lines.is_empty() {
            anstream::println!();
        }
    }
}
