//! How does it look on a terminal? Into a file or a pipe, no colour comes out.

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};

/// What a line is about.
pub const HEAD: Style = Style::new().bold();
/// As it should be.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Not as it should be.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// Of less interest.
pub const DIM: Style = Style::new().dimmed();

/// Print `answer` for a program.
pub fn json(answer: &impl serde::Serialize) {
    let text = serde_json::to_string_pretty(answer);
    anstream::println!("{}", text.expect("an answer's keys are texts"));
}

/// A bar on standard error, if that is a terminal.
pub fn progress(what: &'static str, length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}, {eta}");
    ProgressBar::new(length).with_style(style.expect("the template is right")).with_message(what)
}
