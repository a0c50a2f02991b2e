//! What became of each packet?
//!
//! The card takes packets of several ports in an order of its own; its records tell that order.
//! Each record names the packet's port, where packets keep their order, and its verdict names the
//! port that it leaves by, where they keep it too.

use crate::model::{Frame, Outcome, Sent};
use hdl::{
    explain::Trace,
    meta::DropReason,
    profile::{PORT_NAMES, PORTS},
};

/// One packet from end to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey {
    /// How it was sent.
    pub sent: Sent,
    /// Why it went where it went.
    pub trace: Trace,
    /// How it left; none if it was dropped.
    pub received: Option<Frame>,
}

impl Journey {
    /// Clocks from its first beat in to its first beat out.
    pub fn latency_cycles(&self) -> Option<u64> {
        Some(self.received.as_ref()?.first_cycle - self.sent.first_cycle)
    }
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
    #[error("packet {record} is to leave by {port}, and did not", port = name(*port))]
    Missing {
        /// Number of the record, from 0.
        record: usize,
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
pub fn follow(outcome: Outcome) -> Result<Vec<Journey>, Unmatched> {
    let mut sent: [_; PORTS] =
        std::array::from_fn(|port| outcome.sent.iter().filter(move |frame| frame.port == port));
    let mut received: [Vec<Frame>; PORTS] = Default::default();
    for frame in outcome.received.iter().rev() {
        received[frame.port].push(frame.clone());
    }
    let mut journeys = Vec::with_capacity(outcome.explained.len());
    for (record, explained) in outcome.explained.iter().enumerate() {
        let trace = explained.trace;
        let port = usize::from(trace.port);
        let packet = sent.get_mut(port).and_then(Iterator::next);
        let sent = *packet.ok_or(Unmatched::Record { record, port })?;
        let received = match trace.verdict.reason {
            DropReason::None => {
                let port = usize::from(trace.verdict.egress_port);
                let frame = received.get_mut(port).and_then(Vec::pop);
                Some(frame.ok_or(Unmatched::Missing { record, port })?)
            }
            _ => None,
        };
        journeys.push(Journey { sent, trace, received });
    }
    for port in 0..PORTS {
        let count = sent[port].by_ref().count();
        if count > 0 {
            return Err(Unmatched::Sent { port, count });
        }
        let count = received[port].len();
        if count > 0 {
            return Err(Unmatched::Surplus { port, count });
        }
    }
    Ok(journeys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Explained;
    use hdl::meta::Verdict;

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
        let journeys = follow(outcome()).unwrap();
        let seen: Vec<_> = journeys
            .iter()
            .map(|j| (j.sent.bytes, j.received.as_ref().map(|f| f.bytes[0])))
            .collect();
        assert_eq!(seen, [(100, Some(1)), (64, None), (65, Some(0))]);
        assert_eq!(journeys[0].latency_cycles(), Some(49));
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
        check(|o| o.received.truncate(1), Unmatched::Missing { record: 0, port: 1 });
        check(|o| o.received.push(left(1, 7)), Unmatched::Surplus { port: 1, count: 1 });
        check(|o| o.explained[0].trace.port = 5, Unmatched::Record { record: 0, port: 5 });
    }
}
