//! How does a packet get from card to card, and what became of it in the end?
//!
//! ```text
//!   machines --> [ card A ] --> underlay --> [ card B ] --> machines
//!            <-- [        ] <-- underlay <-- [        ] <--
//! ```
//! First every card takes what its machines send, then what the other one sent it. Packets are
//! told apart by their order alone, which each port keeps: nothing is written into them.

use super::{tenants::Packet, underlay};
use crate::{
    engine::{Bench, Input, Judged, Mismatch, time},
    error::Error,
    network::Wanted,
};
use control::Vpcs;
use hdl::{
    meta::{DropReason, PuntReason, Verdict},
    profile::{HOST_PORTS, is_net},
};
use std::time::Duration;

/// The underlay's port of a card.
pub const NET: usize = HOST_PORTS;

/// The end of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// Index of the card that judged it last.
    pub card: usize,
    /// What that card said; none if it never came there.
    pub verdict: Option<Verdict>,
    /// As a machine received it.
    pub delivered: Option<Vec<u8>>,
    /// As it travelled on the underlay.
    pub tunnelled: Option<Vec<u8>>,
}

impl Fate {
    /// It has not come anywhere yet.
    pub fn unknown(card: usize) -> Self {
        Self { card, verdict: None, delivered: None, tunnelled: None }
    }

    /// One more card has judged it; gives what goes on, to which card.
    pub fn follow(
        &mut self,
        vpcs: &Vpcs,
        card: usize,
        verdict: Verdict,
        frame: Option<Vec<u8>>,
    ) -> Option<(usize, Vec<u8>)> {
        (self.card, self.verdict) = (card, Some(verdict));
        let frame = frame.filter(|_| !self.answered())?;
        if !is_net(usize::from(verdict.egress_port)) {
            self.delivered = Some(frame);
            return None;
        }
        let hop = underlay::hop(vpcs, &frame);
        self.tunnelled = Some(frame);
        hop
    }

    /// Did a card answer it itself, or leave that to its host's CPU?
    pub fn answered(&self) -> bool {
        self.verdict.is_some_and(|v| v.reply || v.punt != PuntReason::None)
    }

    /// Why it was dropped.
    pub fn reason(&self) -> Option<DropReason> {
        self.verdict.map(|v| v.reason).filter(|r| *r != DropReason::None)
    }
}

/// A packet's stay in one card.
#[derive(Clone, Copy, Debug)]
pub struct Stay {
    /// Bytes of the frame that came in.
    pub bytes: usize,
    /// Clocks from port to port.
    pub latency_cycles: u64,
    /// Did it come from the underlay?
    pub net: bool,
}

/// What came of it all.
#[derive(Debug, Default)]
pub struct Traffic {
    /// By packet.
    pub fates: Vec<Fate>,
    /// Of every packet that left a card.
    pub stays: Vec<Stay>,
    /// Packets that cards judged: one that goes from card to card counts twice.
    pub judged: usize,
    /// Clocks of all cards.
    pub cycles: u64,
    /// Packets that the reference judged otherwise: which card, what went in, what differs.
    pub mismatches: Vec<(usize, Input, Mismatch)>,
    /// Frames as they arrive at cards: when, at which card, which packet, its bytes.
    pub underlay: Vec<(Duration, usize, usize, Vec<u8>)>,
    /// What machines received: when, which packet.
    pub received: Vec<(Duration, usize)>,
}

/// Every card of a file, as a model.
pub struct Cards<'a> {
    vpcs: &'a Vpcs,
    benches: Vec<Bench>,
}

impl<'a> Cards<'a> {
    /// Program them all.
    pub fn new(vpcs: &'a Vpcs, wanted: &[Wanted], seed: u32, stall: u32) -> Result<Self, Error> {
        let bench = |(seed, wanted): (u32, &Wanted)| Bench::new(wanted, seed, stall);
        let benches = (seed..).zip(wanted).map(bench).collect::<Result<_, _>>()?;
        Ok(Self { vpcs, benches })
    }

    /// Send every packet and follow it to its end.
    pub fn run(&mut self, packets: &[Packet]) -> Result<Traffic, Error> {
        let home = |packet: &Packet| self.vpcs.enis[packet.eni].card;
        let mut traffic = Traffic {
            fates: packets.iter().map(|p| Fate::unknown(home(p))).collect(),
            ..Traffic::default()
        };
        let mut waiting = vec![Vec::new(); self.benches.len()];
        for (number, packet) in packets.iter().enumerate() {
            let port = usize::from(self.vpcs.enis[packet.eni].port);
            waiting[home(packet)].push((number, input(port, packet.frame.clone())));
        }
        let mut start = 0;
        while waiting.iter().any(|frames| !frames.is_empty()) {
            let mut next = vec![Vec::new(); self.benches.len()];
            let mut longest = 0;
            for (card, frames) in waiting.into_iter().enumerate() {
                let cycles = self.pass(&mut traffic, start, card, frames, &mut next)?;
                longest = longest.max(cycles);
            }
            traffic.underlay.sort_by_key(|(at, ..)| *at);
            waiting = next;
            start += longest;
        }
        Ok(traffic)
    }

    /// Put what waits at one card through it, from clock `start` on; gives the clocks it took.
    fn pass(
        &mut self,
        traffic: &mut Traffic,
        start: u64,
        card: usize,
        frames: Vec<(usize, Input)>,
        next: &mut [Vec<(usize, Input)>],
    ) -> Result<u64, Error> {
        let (numbers, inputs): (Vec<usize>, Vec<Input>) = frames.into_iter().unzip();
        let bench = &mut self.benches[card];
        let run = bench.run(&inputs)?;
        for mismatch in bench.compare(&inputs, &run) {
            let input = inputs[mismatch.found.input].clone();
            traffic.mismatches.push((card, input, mismatch));
        }
        let cycles = run.cycles.unwrap_or(0);
        traffic.cycles += cycles;
        traffic.judged += run.judged.len();
        for judged in run.judged {
            let number = numbers[judged.input];
            let left = traffic.stay(&judged, start, &inputs[judged.input]);
            let Judged { passes, frame, .. } = judged;
            let fate = &mut traffic.fates[number];
            let hop = fate.follow(self.vpcs, card, passes.verdict(), frame);
            if fate.delivered.is_some() {
                traffic.received.push((left, number));
            }
            if let Some((to, frame)) = hop {
                traffic.underlay.push((left, to, number, frame.clone()));
                next[to].push((number, input(NET, frame)));
            }
        }
        Ok(cycles)
    }
}

impl Traffic {
    /// When a packet left its card, if it did.
    fn stay(&mut self, judged: &Judged, start: u64, input: &Input) -> Duration {
        let Some(cycles) = judged.cycles else { return Duration::ZERO };
        if let Some(latency_cycles) = cycles.latency() {
            let (bytes, net) = (input.bytes.len(), is_net(input.port));
            self.stays.push(Stay { bytes, latency_cycles, net });
        }
        time(start + cycles.left.unwrap_or(cycles.entered))
    }
}

/// A frame that goes in with all the others.
pub fn input(port: usize, bytes: Vec<u8>) -> Input {
    Input { port, time: Duration::ZERO, bytes }
}
