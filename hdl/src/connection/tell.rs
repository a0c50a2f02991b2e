//! What is a packet to a connection, as hardware.

use super::{
    bits::Told,
    state::{FIN_IN, FIN_OUT, IN, OUT, RST, SETTLED},
};
use crate::parser::{
    bits::Headers,
    wire::{PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP},
};
use rust_hdl::prelude::*;

/// What a header is to a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Kinds {
    pub tcp: Bits<1>,
    pub udp: Bits<1>,
    pub icmp: Bits<1>,
    /// ICMP that asks for an echo,
    pub request: Bits<1>,
    /// or answers.
    pub reply: Bits<1>,
    pub inbound: Bits<1>,
    pub ported: Bits<1>,
    pub arp: Bits<1>,
}

/// [`told`](super::told), in [`TELL`](super::gateware::TELL) clocks.
#[derive(LogicBlock)]
pub struct Tell {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Does it come to the ENI?
    pub inbound: Signal<In, Bits<1>>,
    /// What the parser says.
    pub headers: Signal<In, Headers>,
    /// What that is.
    pub told: Signal<Out, Told>,
    kind: Signal<Local, Bits<8>>,
    events: Signal<Local, Bits<6>>,
    fin: Signal<Local, Bits<6>>,
    kinds: DFF<Kinds>,
    src_port: DFF<Bits<16>>,
    dst_port: DFF<Bits<16>>,
    flags: DFF<Bits<8>>,
    now: DFF<Told>,
    tcp: Constant<Bits<8>>,
    udp: Constant<Bits<8>>,
    icmp: Constant<Bits<8>>,
    icmp6: Constant<Bits<8>>,
    out: Constant<Bits<6>>,
    fin_out: Constant<Bits<6>>,
    came: Constant<Bits<6>>,
    fin_in: Constant<Bits<6>>,
    settled: Constant<Bits<6>>,
    rst: Constant<Bits<6>>,
    of_tcp: Constant<Bits<2>>,
    of_udp: Constant<Bits<2>>,
}

impl Default for Tell {
    fn default() -> Self {
        let constant = |bits: u8| Constant::new(bits.to_bits());
        Self {
            clock: Signal::default(),
            inbound: Signal::default(),
            headers: Signal::default(),
            told: Signal::default(),
            kind: Signal::default(),
            events: Signal::default(),
            fin: Signal::default(),
            kinds: DFF::default(),
            src_port: DFF::default(),
            dst_port: DFF::default(),
            flags: DFF::default(),
            now: DFF::default(),
            tcp: Constant::new(PROTOCOL_TCP.to_bits()),
            udp: Constant::new(PROTOCOL_UDP.to_bits()),
            icmp: Constant::new(PROTOCOL_ICMP.to_bits()),
            icmp6: Constant::new(PROTOCOL_ICMPV6.to_bits()),
            out: constant(OUT),
            fin_out: constant(FIN_OUT),
            came: constant(IN),
            fin_in: constant(FIN_IN),
            settled: constant(SETTLED),
            rst: constant(RST),
            of_tcp: Constant::new(crate::connection::Transport::Tcp.code().to_bits()),
            of_udp: Constant::new(crate::connection::Transport::Udp.code().to_bits()),
        }
    }
}

impl Logic for Tell {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // a line per field
    fn update(&mut self) {
        dff_setup!(self, clock, kinds, src_port, dst_port, flags, now);
        // Clock 0: what is it?
        self.src_port.d.next = self.headers.val().src_port;
        self.dst_port.d.next = self.headers.val().dst_port;
        self.flags.d.next = self.headers.val().tcp_flags;
        self.kind.next = self.headers.val().dst_port.get_bits::<8>(8);
        self.kinds.d.next.inbound = self.inbound.val();
        self.kinds.d.next.ported = self.headers.val().ported;
        self.kinds.d.next.arp = self.headers.val().is_arp;
        self.kinds.d.next.tcp = 0.into();
        self.kinds.d.next.udp = 0.into();
        self.kinds.d.next.icmp = 0.into();
        self.kinds.d.next.request = 0.into();
        self.kinds.d.next.reply = 0.into();
        if self.headers.val().protocol == self.tcp.val() {
            self.kinds.d.next.tcp = 1.into();
        }
        if self.headers.val().protocol == self.udp.val() {
            self.kinds.d.next.udp = 1.into();
        }
        if self.headers.val().protocol == self.icmp.val() {
            self.kinds.d.next.icmp = self.headers.val().ported;
            self.kinds.d.next.request = (self.kind.val() == 8).into();
            self.kinds.d.next.reply = (self.kind.val() == 0).into();
        }
        if self.headers.val().protocol == self.icmp6.val() {
            self.kinds.d.next.icmp = self.headers.val().ported;
            self.kinds.d.next.request = (self.kind.val() == 128).into();
            self.kinds.d.next.reply = (self.kind.val() == 129).into();
        }
        // Clock 1: what does it do?
        self.now.d.next.near_port = self.src_port.q.val();
        self.now.d.next.far_port = self.dst_port.q.val();
        if self.kinds.q.val().inbound.any() {
            self.now.d.next.near_port = self.dst_port.q.val();
            self.now.d.next.far_port = self.src_port.q.val();
        }
        self.now.d.next.can = !self.kinds.q.val().arp;
        if self.kinds.q.val().icmp.any() {
            self.now.d.next.near_port = self.src_port.q.val();
            self.now.d.next.far_port = 1.into();
            if self.kinds.q.val().request == self.kinds.q.val().inbound {
                self.now.d.next.far_port = 2.into();
            }
            self.now.d.next.can = self.kinds.q.val().request | self.kinds.q.val().reply;
        }
        self.now.d.next.transport = 0.into();
        if self.kinds.q.val().udp.any() {
            self.now.d.next.transport = self.of_udp.val();
        }
        if self.kinds.q.val().tcp.any() {
            self.now.d.next.transport = self.of_tcp.val();
        }
        self.events.next = self.out.val();
        self.fin.next = self.fin_out.val();
        if self.kinds.q.val().inbound.any() {
            self.events.next = self.came.val();
            self.fin.next = self.fin_in.val();
        }
        self.now.d.next.fresh = 0.into();
        if (self.kinds.q.val().tcp & self.kinds.q.val().ported).any() {
            if !self.flags.q.val().get_bit(1) {
                self.events.next = self.events.val() | self.settled.val();
            }
            if self.flags.q.val().get_bit(0) {
                self.events.next = self.events.val() | self.fin.val();
            }
            if self.flags.q.val().get_bit(2) {
                self.events.next = self.events.val() | self.rst.val();
            }
            self.now.d.next.fresh =
                (self.flags.q.val().get_bit(1) & !self.flags.q.val().get_bit(4)).into();
        }
        self.now.d.next.events = self.events.val();
        self.told.next = self.now.q.val();
    }
}
