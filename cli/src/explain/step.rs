//! What does one stage of the walk look like to a reader?

use crate::style;
use serde::Serialize;

/// How much a stage's answer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Counts {
    /// The packet goes on.
    Passes,
    /// It is dropped here.
    Drops,
    /// The packet was dropped before, or has no use for it: the hardware asked anyway.
    Nothing,
}

/// One stage: what it was asked, what its table answered, what that means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The stage, as its room in `hdl` is called.
    pub stage: &'static str,
    /// The key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// Hit and slot, index of the interval, or a miss.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// The action in words.
    pub says: String,
    /// Whether that counts.
    pub counts: Counts,
}

impl Step {
    /// A stage without a table.
    pub fn says(stage: &'static str, says: impl Into<String>) -> Self {
        Self { stage, asked: None, found: None, says: says.into(), counts: Counts::Passes }
    }

    /// A stage with one.
    pub fn asks(
        stage: &'static str,
        asked: impl Into<String>,
        found: impl Into<String>,
        says: impl Into<String>,
    ) -> Self {
        let (asked, found) = (Some(asked.into()), Some(found.into()));
        Self { asked, found, ..Self::says(stage, says) }
    }

    /// The packet has no use for it.
    pub fn unless(self, used: bool) -> Self {
        Self { counts: if used { self.counts } else { Counts::Nothing }, ..self }
    }

    /// Its lines as text.
    pub fn lines(&self) -> String {
        let Self { stage, asked, found, says, .. } = self;
        let key = asked.iter().zip(found).map(|(a, f)| format!("             asked {a}: {f}\n"));
        format!("{} {stage:<10} {says}\n{}", self.mark(), key.collect::<String>())
    }

    fn mark(&self) -> char {
        match self.counts {
            Counts::Passes => ' ',
            Counts::Drops => 'x',
            Counts::Nothing => '-',
        }
    }

    /// On standard output.
    pub fn print(&self) {
        let first = match self.counts {
            Counts::Passes => anstyle::Style::new(),
            Counts::Drops => style::BAD,
            Counts::Nothing => style::DIM,
        };
        for (line, colour) in self.lines().lines().zip([first, style::DIM]) {
            anstream::println!("{colour}{line}{colour:#}");
        }
    }
}
