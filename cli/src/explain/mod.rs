//! Why does the card do that with this packet?
//!
//! ```text
//!   file --> tables --+--> [ walk ] --> passes -+--> story: one step per stage, in words
//!   frame ------------+                         |
//!   legend (names, rules' text) ----------------+
//! ```

pub mod step;
mod story;
pub mod words;

use crate::{
    Done,
    arguments::{Engine, Explain},
    engine::{Judged, Runner, hex},
    error::Error,
    input,
    network::{Wanted, entered},
    style,
};
use hdl::{explain::Passes, meta::Entered, profile::PORT_NAMES, punt};
use serde::Serialize;
use step::Step;

/// One packet's walk.
#[derive(Debug, Serialize)]
struct Answer {
    card: String,
    port: &'static str,
    frame_bytes: usize,
    engine: Engine,
    steps: Vec<Step>,
    verdict: String,
    sentence: String,
    egress_port: Option<&'static str>,
    /// As it leaves, in hexadecimal digits.
    frame_out: Option<String>,
}

/// Walk one frame through one card and tell of it.
pub fn run(arguments: &Explain) -> Result<Done, Error> {
    let Explain { which, engine, .. } = arguments;
    let wanted = Wanted::read(which)?;
    let port = input::port(&arguments.port);
    let inputs = input::frames(port, &arguments.frame, arguments.index)?;
    let Some(last) = inputs.last() else { return Err(Error::NoRecord) };
    let (run, mismatches) = Runner::new(&wanted, *engine, which.seed, 0)?.run(&inputs)?;
    let of_last = |judged: &&Judged| judged.input + 1 == inputs.len();
    let Some(judged) = run.judged.iter().find(of_last) else {
        return Err(Error::NoRecord);
    };
    let (source, frame) = punt::arrive(port, &last.bytes, wanted.profile.width_bits / 8);
    let entered = entered(source, judged.passes.first.generation);
    let told = Told { wanted: &wanted, port, frame, entered };
    told.tell(arguments, &judged.passes, judged.frame.as_deref());
    if let Some(first) = mismatches.first() {
        crate::sim::show(&wanted, &inputs[first.found.input], first);
        return Ok(Done::Found);
    }
    Ok(Done::Well)
}

/// What is needed to put a packet's records into words.
pub struct Told<'a> {
    pub wanted: &'a Wanted,
    /// Port at which it came in.
    pub port: usize,
    pub frame: &'a [u8],
    pub entered: Entered,
}

impl Told<'_> {
    /// The steps of the walk.
    pub fn steps(&self, passes: &Passes) -> Vec<Step> {
        let Wanted { legend, image, .. } = self.wanted;
        story::story(legend, &image.identity, passes, self.frame, self.entered)
    }

    /// The same as text, with the verdict and the frame.
    pub fn lines(&self, passes: &Passes, out: Option<&[u8]>) -> String {
        let verdict = passes.verdict();
        let steps = self.steps(passes).iter().map(Step::lines).collect::<String>();
        let frame = out.map_or_else(String::new, |out| hex(out) + "\n");
        format!("{steps}{}: {}\n{frame}", verdict.name(), words::sentence(verdict))
    }

    fn tell(&self, arguments: &Explain, passes: &Passes, out: Option<&[u8]>) {
        let verdict = passes.verdict();
        let egress = out.map(|_| PORT_NAMES[usize::from(verdict.egress_port)]);
        let answer = Answer {
            card: self.wanted.name.clone(),
            port: PORT_NAMES[self.port],
            frame_bytes: self.frame.len(),
            engine: arguments.engine,
            steps: self.steps(passes),
            verdict: verdict.name(),
            sentence: words::sentence(verdict),
            egress_port: egress,
            frame_out: out.map(hex),
        };
        if arguments.json {
            style::json(&answer)
        } else {
            print(&answer, out.map_or(0, <[u8]>::len))
        }
    }
}

fn print(answer: &Answer, bytes_out: usize) {
    let Answer { card, port, frame_bytes, engine, .. } = answer;
    let head = style::HEAD;
    let engine = match engine {
        Engine::Rtl => "the gateware",
        Engine::Reference => "the reference",
        Engine::Both => "the gateware, compared with the reference",
    };
    anstream::println!("{head}{frame_bytes} bytes in at {port} of {card}{head:#} by {engine}\n");
    answer.steps.iter().for_each(Step::print);
    let colour = if bytes_out > 0 { style::GOOD } else { style::BAD };
    let verdict = &answer.verdict;
    let out =
        answer.egress_port.map_or_else(String::new, |p| format!(", {bytes_out} bytes by {p}"));
    anstream::println!("\n{colour}{verdict}{colour:#}{out}: {}", answer.sentence);
}
