//! What became of each packet?
//!
//! The card takes packets of several ports in an order of its own; the records of first passes tell
//! that order. Each record names the packet's port, where packets keep their order, and its verdict
//! names the port that it leaves by, where they keep it too.

use crate::model::{Frame, Outcome, Sent};
use hdl::{
    explain::Passes,
    meta::{DropReason, INSIDE, Verdict},
    profile::{CPU_PORT, PORT_NAMES, PORTS},
};
use std::collections::VecDeque;

/// One packet from end to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey {
    /// How it was sent.
    pub sent: Sent,
    /// Why it went where it went.
    pub passes: Passes,
    /// How it left; none if it was dropped.
    pub received: Option<Frame>,
}

impl Journey {
    /// Clocks from its first beat in to its first beat out.
    pub fn latency_cycles(&self) -> Option<u64> {
        Some(self.received.as_ref()?.first_cycle - self.sent.first_cycle)
    }
}

/// The packets of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// In the order in which the card took them.
    pub journeys: Vec<Journey>,
    /// Pass by pass, in the order in which the card took these: which packet's it was.
    pub order: Vec<usize>,
}

/// Packets and records do not belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unmatched {
    /// More records than packets.
    #[error("record {record} explains a packet of {port} that nobody sent", port = name(*port))]
    Record {
        /// Number of the record, from 0.
        record: usize,
        /// The port that it names.
        port: usize,
    },
    /// More packets than records.
    #[error("{count} packets sent at {port} have no record", port = name(*port))]
    Sent {
        /// Where they were sent.
        port: usize,
        /// How many.
        count: usize,
    },
    /// A packet was to leave, and did not.
    #[error("packet {packet} is to leave by {port}, and did not", port = name(*port))]
    Missing {
        /// Its place in the order of the card, from 0.
        packet: usize,
        /// Where it was to leave.
        port: usize,
    },
    /// Frames left that no record speaks of.
    #[error("{count} frames left by {port} that no record speaks of", port = name(*port))]
    Surplus {
        /// Where they left.
        port: usize,
        /// How many.
        count: usize,
    },
}

fn name(port: usize) -> &'static str {
    PORT_NAMES.get(port).copied().unwrap_or("a port that the card does not have")
}

/// Follow every packet of `outcome`, in the order in which the card took them.
///
/// All of them must have ended: take the outcome when the model is quiet.
///
/// # Errors
/// [`Unmatched`] if packets, records and frames do not belong together.
pub fn follow(outcome: Outcome) -> Result<Followed, Unmatched> {
    let Followed { mut journeys, order } = passes(&outcome)?;
    let mut received: [Vec<Frame>; PORTS] = Default::default();
    for frame in outcome.received.into_iter().rev() {
        received[frame.port].push(frame);
    }
    for (packet, journey) in journeys.iter_mut().enumerate() {
        let verdict = journey.passes.verdict();
        if verdict.reason == DropReason::None {
            let port = usize::from(verdict.egress_port);
            let frame = received.get_mut(port).and_then(Vec::pop);
            journey.received = Some(frame.ok_or(Unmatched::Missing { packet, port })?);
        }
    }
    for (port, frames) in received.iter().enumerate() {
        if !frames.is_empty() {
            return Err(Unmatched::Surplus { port, count: frames.len() });
        }
    }
    Ok(Followed { journeys, order })
}

/// The packets with their records: those that turn around inside the card keep their order.
fn passes(outcome: &Outcome) -> Result<Followed, Unmatched> {
    let mut sent: [_; PORTS] =
        std::array::from_fn(|port| outcome.sent.iter().filter(move |frame| frame.port == port));
    let mut journeys: Vec<Journey> = Vec::with_capacity(outcome.sent.len());
    let mut order = Vec::with_capacity(outcome.explained.len());
    let mut inside = VecDeque::new();
    for (record, explained) in outcome.explained.iter().enumerate() {
        let trace = explained.trace;
        let port = if trace.injected { CPU_PORT } else { usize::from(trace.port) };
        if trace.inside {
            let packet: usize = inside.pop_front().ok_or(Unmatched::Record { record, port })?;
            journeys[packet].passes.second = Some(trace);
            order.push(packet);
            continue;
        }
        if trace.verdict == Verdict::forward(INSIDE) {
            inside.push_back(journeys.len());
        }
        let packet = sent.get_mut(port).and_then(Iterator::next);
        let sent = *packet.ok_or(Unmatched::Record { record, port })?;
        order.push(journeys.len());
        journeys.push(Journey { sent, passes: trace.into(), received: None });
    }
    for (port, sent) in sent.into_iter().enumerate() {
        let count = sent.count();
        if count > 0 {
            return Err(Unmatched::Sent { port, count });
        }
    }
    Ok(Followed { journeys, order })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Explained;
    use hdl::explain::Trace;

    fn sent(port: usize, bytes: usize) -> Sent {
        Sent { port, bytes, first_cycle: 1, last_cycle: 2 }
    }

    fn left(port: usize, byte: u8) -> Frame {
        Frame { port, bytes: vec![byte], first_cycle: 50, last_cycle: 51 }
    }

    fn explained(port: u8, verdict: Verdict) -> Explained {
        Explained { cycle: 9, trace: Trace { port, verdict, ..Trace::default() } }
    }

    fn outcome() -> Outcome {
        Outcome {
            sent: vec![sent(0, 64), sent(2, 100), sent(0, 65)],
            received: vec![left(2, 0), left(1, 1)],
            explained: vec![
                explained(2, Verdict::forward(1)),
                explained(0, Verdict::drop(DropReason::Runt)),
                explained(0, Verdict::forward(2)),
            ],
        }
    }

    #[test]
    fn ports_are_matched_apart() {
        let Followed { journeys, order } = follow(outcome()).unwrap();
        let seen: Vec<_> = journeys
            .iter()
            .map(|j| (j.sent.bytes, j.received.as_ref().map(|f| f.bytes[0])))
            .collect();
        assert_eq!(seen, [(100, Some(1)), (64, None), (65, Some(0))]);
        assert_eq!(journeys[0].latency_cycles(), Some(49));
        assert_eq!(order, [0, 1, 2]);
    }

    #[test]
    fn second_passes_find_their_first() {
        let inside = |verdict| {
            let mut of = explained(0, verdict);
            of.trace.inside = true;
            of
        };
        let mut outcome = outcome();
        outcome.sent.push(sent(0, 66));
        outcome.explained[1] = explained(0, Verdict::forward(INSIDE));
        outcome.explained.push(explained(0, Verdict::forward(INSIDE)));
        outcome.explained.push(inside(Verdict::forward(1)));
        outcome.explained.push(inside(Verdict::drop(DropReason::EniDown)));
        outcome.received.push(left(1, 2));
        let Followed { journeys, order } = follow(outcome.clone()).unwrap();
        assert_eq!(order, [0, 1, 2, 3, 1, 3]);
        let ends: Vec<_> = journeys.iter().map(|j| j.passes.verdict()).collect();
        let forward = Verdict::forward;
        assert_eq!(ends, [forward(1), forward(1), forward(2), Verdict::drop(DropReason::EniDown)]);
        assert_eq!(journeys[1].received.as_ref().unwrap().bytes, [2]);
        outcome.explained.pop();
        let unfinished = follow(outcome.clone());
        assert_eq!(unfinished, Err(Unmatched::Missing { packet: 3, port: 7 }));
        outcome.explained.extend([inside(forward(1)); 2]);
        assert_eq!(follow(outcome), Err(Unmatched::Record { record: 6, port: 0 }));
    }

    #[test]
    fn nothing_is_left_over() {
        let check = |change: fn(&mut Outcome), error| {
            let mut outcome = outcome();
            change(&mut outcome);
            assert_eq!(follow(outcome), Err(error));
        };
        check(|o| o.sent.truncate(2), Unmatched::Record { record: 2, port: 0 });
        check(|o| o.sent.push(sent(1, 64)), Unmatched::Sent { port: 1, count: 1 });
        check(|o| o.received.truncate(1), Unmatched::Missing { packet: 0, port: 1 });
        check(|o| o.received.push(left(1, 7)), Unmatched::Surplus { port: 1, count: 1 });
        check(|o| o.explained[0].trace.port = 5, Unmatched::Record { record: 0, port: 5 });
    }
}
