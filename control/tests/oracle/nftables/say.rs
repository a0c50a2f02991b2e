//! What does one of two machines say next that talk with each other?
//!
//! Segments and messages as machines speak them: SYN-ACK answers SYN, FIN and RST end something, a
//! reply follows its request. No errors of ICMP, no fragments.

use super::talk::Peer;
use crate::world::once_in;
use etherparse::{IpHeaders, IpNumber, PacketBuilder, PacketBuilderStep, TcpHeader};
use fastrand::Rng;
use std::net::IpAddr;

/// What stands before a packet's number, at its end.
const MARK: &[u8] = b"penstock";
/// Bytes of both.
const TAIL_BYTES: usize = MARK.len() + 4;
/// Sequence numbers between two connections of the same ports.
const ANEW: u32 = 1 << 20;
/// Of IPv4, of IPv6: echo request, echo reply, and a message that belongs to no conversation
/// (router advertisement; multicast router advertisement).
const MESSAGES: [[u8; 3]; 2] = [[8, 0, 9], [128, 129, 151]];

/// How far a conversation is. `bool`s are sides: does the ENI speak?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing that came through was said.
    New,
    /// Whoever began has asked: SYN, or echo request.
    Asked,
    /// SYN was answered.
    Answered,
    /// Both may speak.
    Open,
    /// That side has said FIN.
    Closing(bool),
    /// Both have, that side last; the other one acknowledges it.
    Closed(bool),
    /// It is over, and may begin anew.
    Ended,
    /// It went on when nobody kept track of it, and may be cut.
    Cut,
    /// Nobody speaks any more.
    Over,
}

/// By what they talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Tcp,
    Udp,
    Echo,
    /// A message of ICMP that is no echo.
    Lonely,
    Gre,
}

/// What an ENI and a peer have to say to each other.
#[derive(Clone, Debug)]
pub struct Talk {
    pub own: IpAddr,
    pub peer: Peer,
    pub kind: Kind,
    /// The ENI began.
    pub began: bool,
    /// Port of whoever began, or identifier of echoes; unique.
    pub id: u16,
    /// Port of the other one, or code of messages.
    pub service: u16,
    pub state: State,
    /// TCP's next sequence numbers: the peer's, the ENI's.
    pub next: [u32; 2],
    /// Which sides came through: the peer's, the ENI's.
    pub heard: [bool; 2],
    /// Was something untracked, was something tracked?
    pub tracked: [bool; 2],
    /// It began before the rules changed; was it tracked?
    pub old: Option<bool>,
}

/// What is said, and how far the conversation is if it comes through.
#[derive(Clone, Debug)]
pub struct Said {
    /// By the ENI?
    pub outbound: bool,
    pub state: State,
    /// TCP's next sequence numbers.
    pub next: [u32; 2],
    /// The IP packet.
    pub ip: Vec<u8>,
}

/// Which packet is it, if it is one of a conversation?
pub fn number(packet: &[u8]) -> Option<u32> {
    let (number, before) = (packet.last_chunk::<4>()?, packet.len().checked_sub(TAIL_BYTES)?);
    packet[before..].starts_with(MARK).then_some(u32::from_be_bytes(*number))
}

impl Talk {
    /// The next packet, with that number.
    pub fn say(&self, rng: &mut Rng, number: u32) -> Said {
        let mut tail = [MARK, &number.to_be_bytes()].concat();
        let [request, reply, lonely] = MESSAGES[usize::from(self.own.is_ipv6())];
        let some = if self.state == State::New { self.began } else { rng.bool() };
        let (mut ip, next) = (Vec::new(), self.next);
        let (outbound, state) = match self.kind {
            Kind::Tcp => return self.segment(rng, &tail),
            Kind::Udp => {
                let [src, dst] = self.ports(some);
                self.packet(some).udp(src, dst).write(&mut ip, &tail).expect("it fits");
                (some, State::Open)
            }
            Kind::Echo => {
                let outbound = if self.state == State::New { self.began } else { some };
                let kind = if outbound == self.began { request } else { reply };
                self.message(outbound, kind, &tail, &mut ip);
                (outbound, State::Asked)
            }
            Kind::Lonely => {
                self.message(self.began, lonely, &tail, &mut ip);
                (self.began, State::Over)
            }
            Kind::Gre => {
                // GRE without options.
                tail.splice(..0, [0; 4]);
                self.packet(some).write(&mut ip, IpNumber::GRE, &tail).expect("it fits");
                (some, State::Open)
            }
        };
        Said { outbound, state, next, ip }
    }

    /// The next segment of TCP.
    fn segment(&self, rng: &mut Rng, tail: &[u8]) -> Said {
        let (began, some, mut next) = (self.began, rng.bool(), self.next);
        let (outbound, flags, state) = match self.state {
            // In the middle, as of a machine that has moved here.
            State::New if once_in(rng, 5) => (began, "A", State::Open),
            State::New => (began, "S", State::Asked),
            State::Asked if once_in(rng, 8) => (began, "S", State::Asked),
            State::Asked => (!began, "SA", State::Answered),
            State::Answered => (began, "A", State::Open),
            State::Open => match rng.u32(..10) {
                0..2 => (some, "FA", State::Closing(some)),
                2 => (some, "RA", State::Over),
                _ => (some, "A", State::Open),
            },
            State::Closing(first) if once_in(rng, 2) => (!first, "FA", State::Closed(!first)),
            State::Closing(first) => (some, "A", State::Closing(first)),
            State::Closed(last) => (!last, "A", State::Ended),
            State::Ended => (began, "S", State::Asked),
            State::Cut => (some, "A", State::Open),
            State::Over => unreachable!("nobody speaks any more"),
        };
        if self.state == State::Ended {
            next = next.map(|next| next + ANEW);
        }
        let [src, dst] = self.ports(outbound);
        let (me, other) = (usize::from(outbound), usize::from(!outbound));
        let mut tcp = TcpHeader::new(src, dst, next[me], 60_000);
        let has = |flag| flags.contains(flag);
        (tcp.syn, tcp.ack, tcp.fin, tcp.rst) = (has('S'), has('A'), has('F'), has('R'));
        if tcp.ack {
            tcp.acknowledgment_number = next[other];
        }
        next[me] += tail.len() as u32 + u32::from(tcp.syn) + u32::from(tcp.fin);
        let mut ip = Vec::new();
        self.packet(outbound).tcp_header(tcp).write(&mut ip, tail).expect("it fits");
        Said { outbound, state, next, ip }
    }

    /// Source and destination port.
    fn ports(&self, outbound: bool) -> [u16; 2] {
        if outbound == self.began { [self.id, self.service] } else { [self.service, self.id] }
    }

    fn message(&self, outbound: bool, kind: u8, tail: &[u8], ip: &mut Vec<u8>) {
        let [high, low] = self.id.to_be_bytes();
        let (code, rest, packet) = (self.service as u8, [high, low, 0, 1], self.packet(outbound));
        if self.own.is_ipv4() {
            packet.icmpv4_raw(kind, code, rest).write(ip, tail)
        } else {
            packet.icmpv6_raw(kind, code, rest).write(ip, tail)
        }
        .expect("it fits");
    }

    fn packet(&self, outbound: bool) -> PacketBuilderStep<IpHeaders> {
        let (own, peer) = (self.own, self.peer.address);
        match if outbound { (own, peer) } else { (peer, own) } {
            (IpAddr::V4(src), IpAddr::V4(dst)) => {
                PacketBuilder::ipv4(src.octets(), dst.octets(), 64)
            }
            (IpAddr::V6(src), IpAddr::V6(dst)) => {
                PacketBuilder::ipv6(src.octets(), dst.octets(), 64)
            }
            _ => unreachable!("both of one family"),
        }
    }
}
