//! What does a card do with whole captures?
//!
//! ```text
//!   PORT=FILE.pcap ... --> [ card ] --> DIR/PORT.pcap ..., DIR/report.json
//! ```

mod report;

use crate::{
    Done,
    arguments::Sim,
    engine::{Input, Mismatch, Run, Runner, time},
    error::Error,
    explain::Told,
    input,
    network::{Wanted, entered},
    style,
};
use hdl::{profile::PORT_NAMES, punt};
pub use report::Latency;
use report::Report;
use similar::{ChangeTag, TextDiff};
use std::{fs, path::Path, time::Duration};

/// Put captures through a card, judge what it does, write what comes out.
pub fn run(arguments: &Sim) -> Result<Done, Error> {
    let wanted = Wanted::read(&arguments.which)?;
    let mut inputs = Vec::new();
    for (port, path) in &arguments.inputs {
        inputs.extend(input::capture(*port, path)?);
    }
    let seed = arguments.which.seed;
    let mut card = Runner::new(&wanted, arguments.engine, seed, arguments.stall)?;
    let (run, mismatches) = card.run(&inputs)?;
    let report = Report::new(arguments, &wanted, &inputs, &run, mismatches.len());
    write(&arguments.out, &inputs, &run, &report)?;
    report.print(arguments);
    if let Some(first) = mismatches.first() {
        show(&wanted, &inputs[first.found.input], first);
        return Ok(Done::Found);
    }
    Ok(Done::Well)
}

/// A capture per port, and the report.
fn write(dir: &Path, inputs: &[Input], run: &Run, report: &Report) -> Result<(), Error> {
    let failed = |source| Error::Write { path: dir.into(), source };
    fs::create_dir_all(dir).map_err(failed)?;
    for (port, name) in PORT_NAMES.iter().enumerate() {
        let leaving = run.judged.iter().filter_map(|judged| {
            let frame = judged.frame.as_deref()?;
            let left = judged.cycles.and_then(|c| c.left).map(time);
            let by = usize::from(judged.passes.verdict().egress_port);
            (by == port).then(|| (left.unwrap_or(inputs[judged.input].time), frame))
        });
        capture(&dir.join(format!("{name}.pcap")), leaving)?;
    }
    let text = serde_json::to_string_pretty(report).expect("a report's keys are texts");
    fs::write(dir.join("report.json"), text + "\n").map_err(failed)
}

/// Write frames as a capture.
pub fn capture<'a>(
    path: &Path,
    frames: impl IntoIterator<Item = (Duration, &'a [u8])>,
) -> Result<(), Error> {
    let failed = |source| Error::Write { path: path.into(), source };
    let file = std::io::BufWriter::new(fs::File::create(path).map_err(failed)?);
    let source = |source| Error::Capture { path: path.into(), source };
    ::sim::capture::write(file, frames).map_err(source)
}

/// A mismatch of the packet that went in as `input`, as the difference of two explanations.
pub fn show(wanted: &Wanted, input: &Input, mismatch: &Mismatch) {
    let Mismatch { packet, found, expected, differences } = mismatch;
    let (source, frame) = punt::arrive(input.port, &input.bytes, wanted.profile.width_bits / 8);
    let entered = entered(source, expected.passes.first.generation);
    let told = Told { wanted, port: input.port, frame, entered };
    let before = told.lines(&expected.passes, expected.frame.as_deref());
    let after = told.lines(&found.passes, found.frame.as_deref());
    let (port, head) = (PORT_NAMES[input.port], style::HEAD);
    anstream::println!(
        "\n{head}first mismatch: packet {packet} of {}, in at {port}{head:#} \
         (- reference, + card)",
        wanted.name
    );
    for change in TextDiff::from_lines(&before, &after).iter_all_changes() {
        let (sign, colour) = match change.tag() {
            ChangeTag::Equal => (' ', style::DIM),
            ChangeTag::Delete => ('-', style::GOOD),
            ChangeTag::Insert => ('+', style::BAD),
        };
        anstream::println!("{colour}{sign} {}{colour:#}", change.value().trim_end());
    }
    for difference in differences.iter().filter(|d| d.field != "frame") {
        anstream::println!(
            "  {}: {} by the card, {} by the reference",
            difference.field,
            difference.found,
            difference.expected
        );
    }
}
