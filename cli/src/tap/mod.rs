//! What do real machines see of each other through the card?
//!
//! ```text
//!   TAP device --> thread --+                         +--> TAP device
//!                           +--> [ frames ] --> card --+
//!   TAP device --> thread --+                 |    ^   +--> TAP device
//!                                             v    |
//!                                          the host's CPU
//! ```
//! What has come since the last look goes through the card at once; its clock stands still while
//! nothing comes. The host's CPU answers what the card leaves to it: DHCP, router solicitations.

mod answers;
mod device;

use crate::{
    Done,
    arguments::{Engine, Tap},
    engine::{Input, Judged, Runner},
    error::Error,
    network::Wanted,
    sim::show,
    style,
    tally::Tally,
};
use answers::Answers;
use device::{Device, Heard};
use hdl::profile::{CPU_PORT, PORT_NAMES, PORTS};
use serde::Serialize;
use std::{
    iter,
    sync::mpsc::{Receiver, sync_channel},
    thread,
    time::{Duration, Instant},
};

/// Frames that wait for the card; behind them the devices' own queues fill, then Linux drops.
const BACKLOG: usize = 1024;
/// Frames that go through the card at once.
const BATCH: usize = 256;

/// Sit between TAP devices until somebody ends it.
pub fn run(arguments: &Tap) -> Result<Done, Error> {
    let wanted = Wanted::read(&arguments.which)?;
    let ends = || arguments.hosts.iter().chain(&arguments.nets);
    let devices = |port: usize| ends().filter(|(at, _)| *at == port).count();
    if let Some(port) = (0..PORTS).find(|port| devices(*port) > 1) {
        return Err(Error::PortTwice(PORT_NAMES[port]));
    }
    let mut card = Live::new(&wanted, arguments)?;
    let (heard, frames) = sync_channel(BACKLOG);
    let start = Instant::now();
    for (port, name) in ends() {
        let device = Device::open(name)?;
        device.listen(*port, start, heard.clone());
        card.devices[*port] = Some(device);
    }
    if let Some(seconds) = arguments.seconds {
        let heard = heard.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_secs(seconds));
            heard.send(Heard::End)
        });
    }
    ctrlc::set_handler(move || drop(heard.send(Heard::End)))?;
    anstream::eprintln!("{} is between its devices; Ctrl-C ends it", wanted.name);
    let ended = loop {
        let (inputs, last) = next(&frames);
        card.pass(&inputs)?;
        match last {
            None => {}
            Some(Heard::Gone { name, source }) => break Err(Error::TapGone { name, source }),
            Some(_) => break Ok(()),
        }
    };
    card.summary.print(&wanted, arguments);
    let done = if card.summary.mismatches == 0 { Done::Well } else { Done::Found };
    ended.map(|()| done)
}

/// The frames that wait, and what came behind them that was none.
fn next(frames: &Receiver<Heard>) -> (Vec<Input>, Option<Heard>) {
    let mut inputs = Vec::new();
    // Whoever could still say something is gone: that is an end as well.
    let first = frames.recv().unwrap_or(Heard::End);
    for word in iter::once(first).chain(frames.try_iter()).take(BATCH) {
        match word {
            Heard::Frame(input) => inputs.push(input),
            last => return (inputs, Some(last)),
        }
    }
    (inputs, None)
}

/// A card between devices.
struct Live<'w> {
    wanted: &'w Wanted,
    card: Runner,
    tells: bool,
    devices: [Option<Device>; PORTS],
    summary: Summary,
}

/// What came of it all.
#[derive(Debug, Default, Serialize)]
struct Summary {
    #[serde(flatten)]
    tally: Tally,
    /// What the host's CPU answered.
    cpu: Answers,
    /// Frames for a port without a device, or with one that was down.
    undelivered: usize,
    /// Packets that the reference judges otherwise.
    mismatches: usize,
}

impl<'w> Live<'w> {
    fn new(wanted: &'w Wanted, arguments: &Tap) -> Result<Self, Error> {
        Ok(Self {
            wanted,
            card: Runner::new(wanted, arguments.engine, arguments.which.seed, 0)?,
            tells: arguments.packets,
            devices: Default::default(),
            summary: Summary::default(),
        })
    }

    /// Frames through the card, then the answers to those that it left to the host's CPU: these
    /// leave as they are.
    fn pass(&mut self, inputs: &[Input]) -> Result<(), Error> {
        let answers = self.judge(inputs)?;
        if !answers.is_empty() {
            self.judge(&answers)?;
        }
        Ok(())
    }

    /// Frames through the card, each to the device of its port; the answers to the others.
    fn judge(&mut self, inputs: &[Input]) -> Result<Vec<Input>, Error> {
        let mut answers = Vec::new();
        let (run, mismatches) = self.card.run(inputs)?;
        self.summary.tally.add(inputs, &run);
        for judged in &run.judged {
            if self.tells {
                tell(&inputs[judged.input], judged);
            }
            if let Some(frame) = &judged.frame {
                let port = usize::from(judged.passes.verdict().egress_port);
                if port == CPU_PORT {
                    let answer = self.summary.cpu.to(self.wanted, frame)?;
                    let time = inputs[judged.input].time;
                    answers.extend(answer.map(|bytes| Input { port, time, bytes }));
                    continue;
                }
                let taken = self.devices[port].as_ref().is_some_and(|device| device.send(frame));
                self.summary.undelivered += usize::from(!taken);
            }
        }
        self.summary.mismatches += mismatches.len();
        if let Some(first) = mismatches.first() {
            show(self.wanted, &inputs[first.found.input], first);
        }
        Ok(answers)
    }
}

/// A line for a packet.
fn tell(input: &Input, judged: &Judged) {
    let verdict = judged.passes.verdict();
    let (seconds, bytes) = (input.time.as_secs_f64(), input.bytes.len());
    let end = match PORT_NAMES.get(usize::from(verdict.egress_port)) {
        Some(port) if judged.frame.is_some() => format!("{0}{port}{0:#}", style::GOOD),
        _ => format!("{0}{1}{0:#}", style::BAD, verdict.name()),
    };
    anstream::println!("{seconds:>10.6}  {:<5}  {bytes:>5} bytes -> {end}", PORT_NAMES[input.port]);
}

impl Summary {
    fn print(&self, wanted: &Wanted, arguments: &Tap) {
        if arguments.json {
            return style::json(self);
        }
        self.tally.print(&wanted.name);
        self.cpu.print();
        if self.undelivered > 0 {
            let count = self.undelivered;
            anstream::println!("  {count} frames for a port without a device that is up");
        }
        if arguments.engine == Engine::Both {
            let colour = if self.mismatches == 0 { style::GOOD } else { style::BAD };
            let count = self.mismatches;
            anstream::println!("  {colour}{count} mismatches{colour:#} with the reference");
        }
    }
}
