//! Which connections does somebody remember who reads the packets one after the other?
//!
//! A plain list: who talks with whom, what each side has sent, and until when that counts.

use crate::packet::{Packet, Transport};
use control::vpcs::Eni;
use hdl::connection::state::{FIN_IN, FIN_OUT, IN, OUT, RST, SETTLED};
use std::net::IpAddr;

/// What packets of one connection have in common, as an ENI sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Talk {
    eni: String,
    own: IpAddr,
    peer: IpAddr,
    protocol: u8,
    by: By,
}

/// By what packets between the same two are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Ports { own: u16, peer: u16 },
    Echo { id: u16, own_asks: bool },
    Addresses,
}

/// What one side has sent.
#[derive(Clone, Copy, Debug, Default)]
struct Side {
    anything: bool,
    fin: bool,
    rst: bool,
    /// TCP without SYN.
    beyond_syn: bool,
}

#[derive(Clone, Debug)]
struct Connection {
    talk: Talk,
    /// The way its first packet went.
    inbound: bool,
    own: Side,
    peer: Side,
    /// The last second in which it counts.
    until: u64,
}

/// Everything that one card remembers.
#[derive(Debug, Default)]
pub struct Memory {
    /// Seconds since it began.
    pub now: u64,
    connections: Vec<Connection>,
    /// What passed without being remembered, and the way it went.
    untracked: Vec<(Talk, bool)>,
    /// Of each packet that met a connection since somebody took them: whether it belonged to it,
    /// and how far that was, as the card says it.
    pub found: Vec<(bool, u8)>,
    /// Cases that were met since somebody took them.
    pub met: Vec<&'static str>,
}

impl Talk {
    /// `None`: a packet of no connection.
    fn of(eni: &Eni, inbound: bool, packet: &Packet) -> Option<Self> {
        let by = match packet.transport {
            Transport::Tcp { src, dst, .. } | Transport::Udp { src, dst } => {
                let (own, peer) = if inbound { (dst, src) } else { (src, dst) };
                By::Ports { own, peer }
            }
            Transport::Message { kind, id, .. } => match (packet.protocol, kind) {
                (1, 8) | (58, 128) => By::Echo { id, own_asks: !inbound },
                (1, 0) | (58, 129) => By::Echo { id, own_asks: inbound },
                _ => return None,
            },
            Transport::Bare => By::Addresses,
        };
        let (own, peer) = if inbound { (packet.dst, packet.src) } else { (packet.src, packet.dst) };
        Some(Self { eni: eni.name.clone(), own, peer, protocol: packet.protocol, by })
    }
}

impl Side {
    fn sends(&mut self, transport: Transport) {
        self.anything = true;
        if let Transport::Tcp { syn, fin, rst, .. } = transport {
            self.beyond_syn |= !syn;
            self.fin |= fin;
            self.rst |= rst;
        }
    }
}

impl Connection {
    /// Either side gave up, or both said that they are done.
    fn ended(&self) -> bool {
        self.own.rst || self.peer.rst || (self.own.fin && self.peer.fin)
    }

    /// How far it is, as the card says it.
    fn state(&self) -> u8 {
        let (own, peer) = (self.own, self.peer);
        let says = [
            (OUT, own.anything),
            (IN, peer.anything),
            (SETTLED, own.beyond_syn || peer.beyond_syn),
            (FIN_OUT, own.fin),
            (FIN_IN, peer.fin),
            (RST, own.rst || peer.rst),
        ];
        says.iter().filter(|(_, is)| *is).map(|(bit, _)| bit).sum()
    }

    /// A packet of it passes at `now`.
    fn goes_on(&mut self, eni: &Eni, inbound: bool, packet: &Packet, now: u64) {
        let side = if inbound { &mut self.peer } else { &mut self.own };
        side.sends(packet.transport);
        let (own, peer, idle) = (self.own, self.peer, eni.idle);
        let seconds = match self.talk.protocol {
            6 if own.fin || peer.fin || own.rst || peer.rst => idle.tcp,
            6 if own.beyond_syn || peer.beyond_syn => idle.tcp_established,
            6 => idle.tcp,
            17 if own.anything && peer.anything => idle.udp_stream,
            17 => idle.udp,
            _ => idle.other,
        };
        self.until = now + u64::from(seconds);
    }
}

impl Memory {
    /// How many connections count.
    pub fn live(&self) -> usize {
        self.connections.iter().filter(|c| self.now <= c.until).count()
    }

    /// The last seconds of those that count.
    pub fn ends(&self) -> Vec<u64> {
        self.connections.iter().map(|c| c.until).filter(|until| self.now <= *until).collect()
    }

    /// Does a packet pass, of an ENI whose rules allow it, or don't (`ruled`)? `untracked`: what
    /// they allow need not be remembered.
    pub fn passes(
        &mut self,
        eni: &Eni,
        inbound: bool,
        packet: &Packet,
        ruled: bool,
        untracked: bool,
    ) -> bool {
        let Some(talk) = Talk::of(eni, inbound, packet) else { return ruled };
        let now = self.now;
        let index = self.connections.iter().position(|c| c.talk == talk);
        let before = index.map(|index| &mut self.connections[index]);
        let begins = matches!(packet.transport, Transport::Tcp { syn: true, ack: false, .. });
        let (lapsed, ended) = match before {
            Some(connection) if now <= connection.until => {
                let goes_on = !(begins && connection.ended());
                self.found.push((goes_on, connection.state()));
                if goes_on {
                    let first = connection.inbound == inbound;
                    connection.goes_on(eni, inbound, packet, now);
                    self.met.extend((!ruled).then(|| without_rule(&talk, first)));
                    return true;
                }
                (false, true)
            }
            Some(_) => (true, false),
            None => (false, false),
        };
        if !ruled {
            let cut = self.untracked.contains(&(talk, inbound));
            for (case, met) in [("lapsed", lapsed), ("ended", ended), ("untracked, cut", cut)] {
                self.met.extend(met.then_some(case));
            }
            return false;
        }
        if untracked {
            self.untracked.push((talk, inbound));
            return true;
        }
        self.met.extend(ended.then_some("begun anew"));
        self.connections.retain(|c| c.talk != talk);
        let (own, peer) = Default::default();
        let mut connection = Connection { talk, inbound, own, peer, until: now };
        connection.goes_on(eni, inbound, packet, now);
        self.connections.push(connection);
        true
    }
}

/// What passes though no rule allows it: the way of the first packet, or an answer.
fn without_rule(talk: &Talk, first: bool) -> &'static str {
    match (talk.by, talk.protocol) {
        _ if first => "outlives its rule",
        (By::Echo { .. }, _) => "echo answered",
        (By::Addresses, 6 | 17) => "fragment answered",
        (By::Addresses, _) => "other answered",
        (By::Ports { .. }, 6) => "TCP answered",
        (By::Ports { .. }, _) => "UDP answered",
    }
}
