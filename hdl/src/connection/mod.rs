//! Does this packet belong to a connection that a security group has allowed before?
//!
//! ```text
//!   (VPC, MAC, protocol, addresses, ports) --> [ flow table ] --> its state, or none
//!                  allowed by a group's rule now? ----^  then it makes the entry
//! ```
//! One entry serves both directions of a connection, as its ENI sees it: what allows the first
//! packet allows the others, and the answers. The entry outlives the rule that it came by. It is
//! made in the pass of the first packet, refreshed by each one behind it, and gone when none has
//! come for its idle time. An ENI goes by its MAC here, which stays when a change of the tables
//! gives it another number.
//!
//! Only what has passed everything before it is asked about: a packet that is spoofed, or that the
//! network ACL stops, neither makes an entry nor keeps one alive.
//!
//! TCP without SYN and without an entry is judged by the rules like a first packet, and its entry
//! is established at once: an ENI may come to this card in the middle of a connection. SYN alone
//! on a connection that has ended begins it anew. Fragments behind the first have no ports, they
//! are a connection of their own, by addresses and protocol. Of ICMP an echo is one, by its
//! identifier and by who asks; any other message is none and needs a rule of its own.

use crate::{
    meta::DropReason,
    parser::{
        Headers,
        wire::{PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP},
    },
};
use cells::flows::{CLASSES, Model, Request, Rules, STATES, Shape, TICK_BITS};
use layout::{Layout, Packed};

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// Seconds without a packet after which an ENI's connections are forgotten, each 1 to 2047.
    pub struct IdleTimes {
        /// TCP once it is established.
        tcp_established: u16 => 11,
        /// TCP that opens or closes.
        tcp: u16 => 11,
        /// UDP that was answered.
        udp_stream: u16 => 11,
        /// UDP without an answer.
        udp: u16 => 11,
        /// Anything else.
        other: u16 => 11,
    }
    /// Which connection of this card. The order of the fields is one in which addresses and ports
    /// that follow each other fill the table as random ones do; in others they may not.
    pub struct ConnectionKey {
        /// The ENI's MAC.
        near_mac: u64 => 48,
        /// IPv4 protocol or IPv6 next header.
        protocol: u8 => 8,
        /// Its peer.
        far_ip: u128 => 128,
        /// The VPC, by its number on this card.
        vpc: u8 => 8,
        /// Source port of what leaves the ENI; the identifier of an echo; or 0.
        near_port: u16 => 16,
        /// The ENI's side.
        near_ip: u128 => 128,
        /// Destination port of what leaves the ENI; who asks for an echo, 1 the ENI, 2 its peer;
        /// or 0.
        far_port: u16 => 16,
    }
    /// By which of an ENI's idle times a connection goes.
    pub enum Transport: 2 {
        /// Neither of those below.
        Other = 0,
        /// TCP.
        Tcp = 1,
        /// UDP.
        Udp = 2,
    }
    /// What a packet is to a connection.
    pub struct Told {
        /// Port of the ENI's side, see [`ConnectionKey`].
        near_port: u16 => 16,
        /// Port of its peer's side.
        far_port: u16 => 16,
        /// What the packet does to the connection's state.
        events: u8 => 6,
        /// It begins one: TCP with SYN and without ACK (RFC 9293 section 3.5).
        fresh: bool,
        /// Is it a packet of which a connection can be made?
        can: bool,
        /// Which idle times are its.
        transport: Transport,
    }
    /// What the connections answered.
    pub struct Tracked {
        /// It belongs to one.
        hit: bool,
        /// State of the one with its key, before it; 0 if there was none.
        state: u8 => 6,
        /// An entry was made for it, or began anew.
        inserted: bool,
        /// It was allowed an entry, and there was no room.
        full: bool,
        /// Which entry is its; 0 if it has none.
        slot: u16 => 14,
    }
}

/// Bits of a connection's state. They stay once they are set.
pub mod state {
    /// A packet left the ENI.
    pub const OUT: u8 = 1;
    /// One came to it.
    pub const IN: u8 = 1 << 1;
    /// TCP without SYN: the handshake is over, or was never seen.
    pub const SETTLED: u8 = 1 << 2;
    /// The ENI's side has sent FIN.
    pub const FIN_OUT: u8 = 1 << 3;
    /// Its peer has.
    pub const FIN_IN: u8 = 1 << 4;
    /// Either has sent RST.
    pub const RST: u8 = 1 << 5;
}

/// TCP flags (RFC 9293 section 3.1).
mod flag {
    pub const FIN: u8 = 1;
    pub const SYN: u8 = 1 << 1;
    pub const RST: u8 = 1 << 2;
    pub const ACK: u8 = 1 << 4;
}

// ---- reference --------------------------------------------------------------------------

impl IdleTimes {
    /// Unless an ENI says otherwise: those of AWS's Nitro v6 instances, 60 s for TCP that opens or
    /// closes and 600 s for other protocols.
    pub const DEFAULT: Self =
        Self { tcp_established: 350, tcp: 60, udp_stream: 180, udp: 30, other: 600 };

    /// For each class of states.
    fn of(self, transport: Transport) -> [u64; CLASSES] {
        match transport {
            Transport::Tcp => [self.tcp_established, self.tcp, self.tcp, self.tcp],
            Transport::Udp => [self.udp_stream, self.udp, self.udp_stream, self.udp],
            Transport::Other => [self.other; CLASSES],
        }
        .map(u64::from)
    }
}

/// What a state means to the table: established; closing; both ways; one way.
pub const fn rules() -> Rules {
    use state::{FIN_IN, FIN_OUT, IN, OUT, RST, SETTLED};
    let mut rules = Rules { class: [0; STATES], closed: [false; STATES] };
    let mut bits = 0;
    while bits < STATES {
        let state = bits as u8;
        let both_fins = state & FIN_OUT != 0 && state & FIN_IN != 0;
        rules.closed[bits] = both_fins || state & RST != 0;
        rules.class[bits] = if state & (FIN_OUT | FIN_IN | RST) != 0 {
            1
        } else if state & SETTLED != 0 {
            0
        } else if state & IN != 0 && state & OUT != 0 {
            2
        } else {
            3
        };
        bits += 1;
    }
    rules
}

/// What the packet is to a connection of the ENI that it leaves or comes to.
pub fn told(inbound: bool, h: &Headers) -> Told {
    let tcp = h.protocol == PROTOCOL_TCP && h.ported;
    let echo = match (h.protocol, h.ported, h.dst_port >> 8) {
        (PROTOCOL_ICMP, true, kind) => Some((kind == 8, kind == 8 || kind == 0)),
        (PROTOCOL_ICMPV6, true, kind) => Some((kind == 128, kind == 128 || kind == 129)),
        _ => None,
    };
    let (near_port, far_port) = match echo {
        Some((request, _)) => (h.src_port, if request == inbound { 2 } else { 1 }),
        None if inbound => (h.dst_port, h.src_port),
        None => (h.src_port, h.dst_port),
    };
    let sets = |flags: u8| tcp && h.tcp_flags & flags != 0;
    let (here, fin) =
        if inbound { (state::IN, state::FIN_IN) } else { (state::OUT, state::FIN_OUT) };
    let mut events = here;
    for (bit, set) in [
        (state::SETTLED, tcp && !sets(flag::SYN)),
        (fin, sets(flag::FIN)),
        (state::RST, sets(flag::RST)),
    ] {
        events |= if set { bit } else { 0 };
    }
    Told {
        near_port,
        far_port,
        events,
        fresh: sets(flag::SYN) && !sets(flag::ACK),
        can: !h.is_arp && echo.is_none_or(|(_, echo)| echo),
        transport: match h.protocol {
            PROTOCOL_TCP => Transport::Tcp,
            PROTOCOL_UDP => Transport::Udp,
            _ => Transport::Other,
        },
    }
}

/// Which connection that is.
pub fn key(vpc: u8, inbound: bool, h: &Headers, told: &Told) -> ConnectionKey {
    let (near_ip, far_ip) = if inbound { (h.dst_ip, h.src_ip) } else { (h.src_ip, h.dst_ip) };
    let near_mac = if inbound { h.dst_mac } else { h.src_mac };
    let Told { near_port, far_port, .. } = *told;
    ConnectionKey { near_port, far_port, near_ip, far_ip, near_mac, protocol: h.protocol, vpc }
}

/// The connections that a card knows, and what time it is.
#[derive(Clone, Debug)]
pub struct Connections {
    model: Model,
    /// Ticks since the table was emptied.
    now: u64,
}

impl Connections {
    /// None yet, in a table of `16 << buckets_log2` whose hash has this seed.
    pub fn new(buckets_log2: usize, seed: u64) -> Self {
        let shape = Shape::new(ConnectionKey::BITS, buckets_log2);
        Self { model: Model::new(shape, rules(), seed), now: 0 }
    }

    /// The tick, as the card counts it.
    pub fn tick(&self) -> u16 {
        (self.now % (1 << TICK_BITS)) as u16
    }

    /// Let time pass until the card counts `tick`: less than a turn.
    pub fn follow(&mut self, tick: u16) {
        self.now += u64::from(tick.wrapping_sub(self.tick())) % (1 << TICK_BITS);
    }

    /// Let time pass until this tick; back it does not go.
    pub fn wait(&mut self, now: u64) {
        self.now = self.now.max(now);
    }

    /// How many are alive.
    pub fn live(&self) -> usize {
        self.model.live(self.now)
    }

    /// A packet comes: does it belong to one? If not, one is made if it is allowed.
    pub fn ask(
        &mut self,
        key: &ConnectionKey,
        told: &Told,
        times: IdleTimes,
        allow: bool,
    ) -> Tracked {
        let mut dwords = vec![0; ConnectionKey::DWORDS];
        key.pack(&mut dwords);
        let answer = self.model.request(&Request {
            key: dwords,
            events: told.events,
            fresh: told.fresh,
            allow,
            idle: times.of(told.transport),
            now: self.now,
        });
        Tracked {
            hit: answer.hit,
            state: answer.state,
            inserted: answer.inserted,
            full: answer.full,
            slot: answer.slot as u16,
        }
    }
}

/// Was there room for what a security group allowed?
pub fn room(tracked: Tracked) -> DropReason {
    if tracked.full { DropReason::ConnTableFull } else { DropReason::None }
}

// ---- kernel -----------------------------------------------------------------------------

#[cfg(feature = "gateware")]
pub mod gateware;
#[cfg(feature = "gateware")]
#[allow(missing_docs)] // what `LogicStruct` derives has none
mod tell;

// ---- proof ------------------------------------------------------------------------------

#[cfg(test)]
mod proof;
