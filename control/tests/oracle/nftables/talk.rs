//! What do an ENI and its peers say to each other? Conversations in which whoever was asked
//! answers, and what did not come through is not built upon.
//!
//! Three more rules keep clear of what Linux and the card mean differently, by the names that
//! docs/decisions/0014-nftables-as-judge.md has for them: *nobody insists*, *no way, no word*, and
//! who goes on when the file changes.

use super::say::{Kind, Said, State, Talk};
use crate::{
    edge::vtep,
    world::{PORTS, once_in, pick},
};
use control::vpcs::{Eni, Vpcs};
use fastrand::Rng;
use macaddr::MacAddr6;
use std::net::{IpAddr, Ipv4Addr};

/// A conversation goes on while it is one of the latest so many.
const HEARD: usize = 12;
/// Addresses of no VPC, behind gateways.
const BEYOND: [&str; 5] = ["8.8.8.8", "10.9.1.1", "10.9.2.1", "2001:db9::1", "2001:db9:1::1"];
/// First port of those who begin.
const EPHEMERAL: u16 = 32_768;

/// Somebody at the other end.
#[derive(Clone, Debug)]
pub struct Peer {
    pub address: IpAddr,
    /// Its MAC, if it lives in the ENI's subnet.
    pub near: Option<MacAddr6>,
    /// Who puts its packets into tunnels.
    pub underlay: Ipv4Addr,
    /// Linux's device on its side.
    pub device: String,
}

/// A packet for both judges.
#[derive(Clone, Debug)]
pub struct Packet {
    /// By which it is told apart from others.
    pub number: u32,
    /// The IP packet.
    pub ip: Vec<u8>,
    /// Does the ENI send it?
    pub outbound: bool,
    /// Who is at the other end.
    pub peer: Peer,
    /// Of a conversation from before the rules changed: was it tracked?
    pub old: Option<bool>,
    /// Does it come from whoever began?
    pub asks: bool,
}

/// What became of a packet, as its sender notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It came through; somebody keeps track of it, or nobody does.
    Passed {
        /// Somebody does.
        tracked: bool,
    },
    /// It did not.
    Lost,
    /// Nor will anything else of the conversation.
    Hopeless,
}

/// All conversations of an ENI.
pub struct Talks<'v> {
    eni: &'v Eni,
    peers: Vec<Peer>,
    talks: Vec<Talk>,
    /// How many packets there were.
    count: u32,
    /// The latest, and which conversation it belongs to.
    latest: Option<(usize, Said)>,
}

/// Everybody who lives on another card or behind a gateway, and whom no address of the ENI's own
/// VPC hides.
fn peers(file: &Vpcs, eni: &Eni) -> Vec<Peer> {
    let own = file.vpc_of(eni);
    let seen = |vpc: usize, address: IpAddr| {
        vpc == own || !file.vpcs[own].cidrs.iter().any(|c| c.contains(&address))
    };
    let mut peers = Vec::new();
    for other in file.enis.iter().filter(|e| e.card != eni.card) {
        let vpc = file.vpc_of(other);
        let near = (other.subnet == eni.subnet).then_some(other.mac);
        let underlay = file.cards[other.card].underlay_ip;
        for address in other.addresses.iter().copied().filter(|a| seen(vpc, *a)) {
            peers.push(Peer { address, near, underlay, device: format!("vpc{vpc}") });
        }
    }
    for mapping in file.mappings.iter().filter(|m| seen(m.vpc, m.address)) {
        let within = file.subnet_at(mapping.vpc, mapping.address);
        let near = (within == Some(eni.subnet)).then_some(mapping.mac);
        let (address, underlay) = (mapping.address, mapping.underlay_ip);
        peers.push(Peer { address, near, underlay, device: format!("vpc{}", mapping.vpc) });
    }
    for gateway in file.gateways.iter().filter(|g| g.vpc == own) {
        for text in BEYOND {
            let (address, underlay) = (text.parse().expect("an address"), vtep(file, gateway));
            let device = format!("gw{}", underlay.octets()[3]);
            peers.push(Peer { address, near: None, underlay, device });
        }
    }
    peers
}

impl<'v> Talks<'v> {
    /// None yet.
    pub fn new(file: &Vpcs, eni: &'v Eni) -> Self {
        Self { eni, peers: peers(file, eni), talks: Vec::new(), count: 0, latest: None }
    }

    /// What is said next.
    pub fn next(&mut self, rng: &mut Rng) -> Packet {
        self.count += 1;
        let number = self.count;
        let from = self.talks.len().saturating_sub(HEARD);
        let live = (from..self.talks.len()).filter(|t| self.talks[*t].state != State::Over);
        let live: Vec<usize> = live.collect();
        let index = match rng.choice(&live) {
            Some(&index) if !once_in(rng, 4) => index,
            _ => {
                let talk = self.begin(rng);
                self.talks.push(talk);
                self.talks.len() - 1
            }
        };
        let talk = &self.talks[index];
        let said = talk.say(rng, number);
        let (ip, outbound, asks) = (said.ip.clone(), said.outbound, said.outbound == talk.began);
        self.latest = Some((index, said));
        Packet { number, ip, outbound, peer: talk.peer.clone(), old: talk.old, asks }
    }

    /// What became of it.
    pub fn ended(&mut self, fate: Fate) {
        let Some((index, Said { outbound, state, next, .. })) = self.latest.take() else { return };
        let talk = &mut self.talks[index];
        match fate {
            Fate::Passed { tracked } => {
                if (talk.state, state) == (State::Ended, State::Asked) {
                    talk.heard = [false; 2];
                }
                (talk.state, talk.next) = (state, next);
                talk.heard[usize::from(outbound)] = true;
                talk.tracked[usize::from(tracked)] = true;
            }
            // Nobody insists.
            Fate::Lost if matches!(talk.state, State::New | State::Ended) => {
                talk.state = State::Over;
            }
            Fate::Lost => {}
            // No way, no word.
            Fate::Hopeless => talk.state = State::Over,
        }
    }

    /// The rules change. Who was tracked in part, or tracked and not heard by both, says no more.
    pub fn change(&mut self) {
        for talk in &mut self.talks {
            match (talk.heard, talk.tracked) {
                (_, [false, false]) => {}
                ([true, true], [false, true]) => talk.old = Some(true),
                (_, [true, false]) => {
                    talk.old = Some(false);
                    let speaks = talk.kind == Kind::Tcp && talk.state != State::Over;
                    talk.state = if speaks { State::Cut } else { talk.state };
                }
                _ => talk.state = State::Over,
            }
        }
        // Those that go on are the latest.
        self.talks.sort_by_key(|talk| talk.old.is_some() && talk.state != State::Over);
    }

    fn begin(&self, rng: &mut Rng) -> Talk {
        let behind = |p: &&Peer| p.device.starts_with("gw");
        let (far, near): (Vec<&Peer>, Vec<&Peer>) = self.peers.iter().partition(behind);
        let peer = match rng.choice(near) {
            Some(peer) if !once_in(rng, 4) => peer,
            _ => pick(rng, &far),
        };
        let family = |a: &&IpAddr| a.is_ipv4() == peer.address.is_ipv4();
        let own: Vec<IpAddr> = self.eni.addresses.iter().filter(family).copied().collect();
        let own = *pick(rng, &own);
        let kinds = [Kind::Tcp, Kind::Tcp, Kind::Tcp, Kind::Udp, Kind::Udp, Kind::Echo];
        let mut kind = match rng.u32(..8) {
            0 => Kind::Gre,
            1 => Kind::Lonely,
            _ => *pick(rng, &kinds),
        };
        // Between two addresses there is one conversation of a protocol without ports.
        let pair = |t: &Talk| (t.own, t.peer.address, t.kind) == (own, peer.address, Kind::Gre);
        if kind == Kind::Gre && self.talks.iter().any(pair) {
            kind = Kind::Udp;
        }
        let service = match kind {
            Kind::Echo | Kind::Lonely => rng.u16(..2),
            _ => *pick(rng, &PORTS),
        };
        let id = EPHEMERAL + self.talks.len() as u16;
        let (began, state) = (rng.bool(), State::New);
        let (peer, next, nobody) = (peer.clone(), [1, 1], [false; 2]);
        let (heard, tracked, old) = (nobody, nobody, None);
        Talk { own, peer, kind, began, id, service, state, next, heard, tracked, old }
    }
}
