//! Which packet is judged next: one that came in, or one that turns around inside the card?
//!
//! ```text
//!  behind the parser --------------------------> one of them --> [register] --> a pass begins
//!                                                    ^
//!  judged for its sender, for another ENI here --> [waiting]
//!                                                    | level, time at its head
//!                                                    v
//!                                                  bubble: leave a clock free in front
//! ```
//! What comes in is never held up, so a packet that turns takes a clock in which no other one
//! comes: at 128 bits three of four are such. Where frames come in every clock, one is asked for,
//! when the first in the queue has waited for [`PATIENCE_CLOCKS`], and all of them from [`MANY`]
//! packets on.
//!
//! `waiting` holds what comes until the clocks that were asked for arrive, which is
//! [`BUBBLE_CLOCKS`] later.
//!
//! Latency: 1 clock, of a packet that turns 4 or more.

use super::{
    T_ENI,
    enter::Entered,
    orders::Orders,
    waiting::{PLACES, Waiting},
};
use crate::{eni::bits::AttachAction, parser::bits::Headers};
use cells::{copies::Copies, delay::DelayValid, register::Register};
use rust_hdl::prelude::*;

/// From so many packets on every clock is asked for; its two highest bits say so.
const MANY: usize = 8;
/// Clocks for which the first packet waits before it asks for one.
const PATIENCE_CLOCKS: usize = 7;
/// Clocks from the level to a clock that is free: a register here, four in front of the parser.
const BUBBLE_CLOCKS: usize = T_ENI + 6;
const _: () = assert!(MANY + BUBBLE_CLOCKS < PLACES);
/// Clocks for which a packet waits, at most.
// While fewer than `MANY` wait, each asks for a clock of its own.
pub const WAIT_CLOCKS: usize = MANY * (PATIENCE_CLOCKS + 1) + BUBBLE_CLOCKS + 2;

/// Which pass of which packet it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Pass {
    /// Number of its frame.
    pub number: Bits<7>,
    /// Port at which the frame came in, or as if at which it was put in.
    pub port: Bits<3>,
    pub injected: Bits<1>,
    /// Parity of the generation in force then.
    pub generation: Bits<1>,
    /// Seen from the ENI: does the packet come to it?
    pub inbound: Bits<1>,
    /// Does it come from an ENI of this card?
    pub inside: Bits<1>,
}

/// What is still needed of a packet that an ENI of this card sends to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Turned {
    pub number: Bits<7>,
    pub port: Bits<3>,
    pub generation: Bits<1>,
    /// The receiver's.
    pub vpc: Bits<8>,
    /// MACs as a tunnel would carry them.
    pub src_mac: Bits<48>,
    pub dst_mac: Bits<48>,
    pub src_ip: Bits<128>,
    pub dst_ip: Bits<128>,
    pub v6: Bits<1>,
    pub protocol: Bits<8>,
    pub ported: Bits<1>,
    pub src_port: Bits<16>,
    pub dst_port: Bits<16>,
    pub tcp_flags: Bits<8>,
    pub dscp_ecn: Bits<8>,
    pub l3_offset: Bits<8>,
    pub end: Bits<14>,
}

/// From [`T_ENI`] to [`T_PASS`](super::T_PASS).
#[derive(LogicBlock)]
pub struct Turn {
    pub clock: Signal<In, Clock>,
    pub orders: Signal<In, Orders>,
    /// A packet that came in.
    pub i_valid: Signal<In, Bit>,
    /// `i_valid` three clocks ahead.
    pub i_coming: Signal<In, Bit>,
    pub i_entered: Signal<In, Entered>,
    pub i_headers: Signal<In, Headers>,
    pub i_hit: Signal<In, Bit>,
    pub i_slot: Signal<In, Bits<18>>,
    pub i_eni: Signal<In, AttachAction>,
    /// A packet that turns.
    pub t_valid: Signal<In, Bit>,
    pub t_turned: Signal<In, Turned>,
    pub valid: Signal<Out, Bit>,
    pub pass: Signal<Out, Pass>,
    pub headers: Signal<Out, Headers>,
    /// The destination of what leaves, the source of what comes.
    pub far_ip: Signal<Out, Bits<128>>,
    pub hit: Signal<Out, Bit>,
    pub slot: Signal<Out, Bits<18>>,
    pub eni: Signal<Out, AttachAction>,
    /// Let no frame in with the next clock.
    pub bubble: Signal<Out, Bit>,
    in_2: Register<Bit>,
    in_1: Register<Bit>,
    comes: Copies<7>,
    waiting: Waiting,
    take: Signal<Local, Bit>,
    taken: DelayValid<2>,
    first: Signal<Local, Turned>,
    waited: Register<Bits<3>>,
    asks: Register<Bit>,
    none: Constant<Headers>,
    nobody: Constant<AttachAction>,
    valid_now: Register<Bit>,
    pass_now: DFF<Pass>,
    headers_now: DFF<Headers>,
    far_now: DFF<Bits<128>>,
    hit_now: DFF<Bit>,
    slot_now: DFF<Bits<18>>,
    eni_now: DFF<AttachAction>,
}

impl Default for Turn {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            orders: Default::default(),
            i_valid: Default::default(),
            i_coming: Default::default(),
            i_entered: Default::default(),
            i_headers: Default::default(),
            i_hit: Default::default(),
            i_slot: Default::default(),
            i_eni: Default::default(),
            t_valid: Default::default(),
            t_turned: Default::default(),
            valid: Default::default(),
            pass: Default::default(),
            headers: Default::default(),
            far_ip: Default::default(),
            hit: Default::default(),
            slot: Default::default(),
            eni: Default::default(),
            bubble: Default::default(),
            comes: Default::default(),
            in_2: Default::default(),
            in_1: Default::default(),
            waiting: Default::default(),
            take: Default::default(),
            taken: Default::default(),
            first: Default::default(),
            waited: Default::default(),
            asks: Default::default(),
            none: Constant::new(crate::parser::Headers::default().into()),
            nobody: Constant::new(crate::eni::AttachAction::default().into()),
            valid_now: Default::default(),
            pass_now: Default::default(),
            headers_now: Default::default(),
            far_now: Default::default(),
            hit_now: Default::default(),
            slot_now: Default::default(),
            eni_now: Default::default(),
        }
    }
}

impl Logic for Turn {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        dff_setup!(self, clock, in_2, in_1, waited, asks, valid_now);
        clock!(self, clock, comes, waiting, taken);
        clock!(self, clock, pass_now, headers_now, far_now, hit_now, slot_now, eni_now);
        self.in_2.reset.next = self.orders.val().reset.any();
        self.in_1.reset.next = self.orders.val().reset.any();
        self.taken.reset.next = self.orders.val().reset.any();
        self.waited.reset.next = self.orders.val().reset.any();
        self.asks.reset.next = self.orders.val().reset.any();
        self.valid_now.reset.next = self.orders.val().reset.any();
        self.in_2.d.next = self.i_coming.val();
        self.in_1.d.next = self.in_2.q.val();
        self.comes.d.next = self.in_1.q.val();
        // What turns waits until no packet comes in with the clock after the next.
        self.waiting.reset.next = self.orders.val().reset.any();
        self.waiting.put.next = self.t_valid.val();
        self.waiting.turned.next = self.t_turned.val();
        self.take.next = self.waiting.waits.val() & !self.in_2.q.val();
        self.waiting.take.next = self.take.val();
        self.taken.d.next = self.take.val();
        self.first.next = self.waiting.first.val();
        // A free clock is asked for.
        self.waited.d.next = 0.into();
        if self.waiting.waits.val() & self.in_2.q.val() {
            self.waited.d.next = self.waited.q.val() + 1;
        }
        self.asks.d.next =
            self.waiting.level.val().get_bits::<2>(3).any() | self.waited.q.val().all();
        self.bubble.next = self.asks.q.val();
        // One that turns, or one that came in, which goes first; a copy of that bit for each field.
        self.valid_now.d.next = self.i_valid.val() | self.taken.q.val();
        self.pass_now.d.next.number = self.first.val().number;
        self.pass_now.d.next.port = self.first.val().port;
        self.pass_now.d.next.injected = 0.into();
        self.pass_now.d.next.generation = self.first.val().generation;
        self.pass_now.d.next.inbound = 1.into();
        self.pass_now.d.next.inside = 1.into();
        self.eni_now.d.next = self.nobody.val();
        self.eni_now.d.next.vpc = self.first.val().vpc;
        // The table of whoever may send to the VPC.
        self.eni_now.d.next.route_table = self.first.val().vpc;
        self.hit_now.d.next = false;
        self.slot_now.d.next = 0.into();
        if self.comes.q.val().get_bit(0) {
            self.pass_now.d.next.number = self.i_entered.val().number;
            self.pass_now.d.next.port = self.i_entered.val().port;
            self.pass_now.d.next.injected = self.i_entered.val().injected;
            self.pass_now.d.next.generation = self.i_entered.val().generation;
            self.pass_now.d.next.inbound = self.i_entered.val().net;
            self.pass_now.d.next.inside = 0.into();
            self.eni_now.d.next = self.i_eni.val();
            self.hit_now.d.next = self.i_hit.val();
            self.slot_now.d.next = self.i_slot.val();
        }
        self.headers_now.d.next = self.none.val();
        if self.comes.q.val().get_bit(1) {
            self.headers_now.d.next = self.i_headers.val();
        }
        self.headers_now.d.next.is_ipv6 = self.first.val().v6;
        self.headers_now.d.next.protocol = self.first.val().protocol;
        self.headers_now.d.next.ported = self.first.val().ported;
        self.headers_now.d.next.src_port = self.first.val().src_port;
        self.headers_now.d.next.dst_port = self.first.val().dst_port;
        self.headers_now.d.next.tcp_flags = self.first.val().tcp_flags;
        self.headers_now.d.next.dscp_ecn = self.first.val().dscp_ecn;
        self.headers_now.d.next.l3_offset = self.first.val().l3_offset;
        self.headers_now.d.next.end = self.first.val().end;
        if self.comes.q.val().get_bit(2) {
            self.headers_now.d.next.is_ipv6 = self.i_headers.val().is_ipv6;
            self.headers_now.d.next.protocol = self.i_headers.val().protocol;
            self.headers_now.d.next.ported = self.i_headers.val().ported;
            self.headers_now.d.next.src_port = self.i_headers.val().src_port;
            self.headers_now.d.next.dst_port = self.i_headers.val().dst_port;
            self.headers_now.d.next.tcp_flags = self.i_headers.val().tcp_flags;
            self.headers_now.d.next.dscp_ecn = self.i_headers.val().dscp_ecn;
            self.headers_now.d.next.l3_offset = self.i_headers.val().l3_offset;
            self.headers_now.d.next.end = self.i_headers.val().end;
        }
        self.headers_now.d.next.src_mac = self.first.val().src_mac;
        self.headers_now.d.next.dst_mac = self.first.val().dst_mac;
        if self.comes.q.val().get_bit(3) {
            self.headers_now.d.next.src_mac = self.i_headers.val().src_mac;
            self.headers_now.d.next.dst_mac = self.i_headers.val().dst_mac;
        }
        self.headers_now.d.next.src_ip = self.waiting.src_ip.val();
        if self.comes.q.val().get_bit(4) {
            self.headers_now.d.next.src_ip = self.i_headers.val().src_ip;
        }
        self.headers_now.d.next.dst_ip = self.waiting.dst_ip.val();
        if self.comes.q.val().get_bit(5) {
            self.headers_now.d.next.dst_ip = self.i_headers.val().dst_ip;
        }
        self.far_now.d.next = self.waiting.src_ip.val();
        if self.comes.q.val().get_bit(6) {
            self.far_now.d.next = self.i_headers.val().dst_ip;
            if self.i_entered.val().net.any() {
                self.far_now.d.next = self.i_headers.val().src_ip;
            }
        }
        self.valid.next = self.valid_now.q.val();
        self.pass.next = self.pass_now.q.val();
        self.headers.next = self.headers_now.q.val();
        self.far_ip.next = self.far_now.q.val();
        self.eni.next = self.eni_now.q.val();
        self.hit.next = self.hit_now.q.val();
        self.slot.next = self.slot_now.q.val();
    }
}
