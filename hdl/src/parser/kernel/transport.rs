//! Which ports? The transport header, and whether it holds together.
//!
//! ```text
//!   IPv4, IPv6 --> [ protocol, rest ] --> [ compares ] --> [ ports, compares ] --> [ first fault ]
//!                  clock 11               12               13                      (combinational)
//! ```

use super::super::wire::{self, FRAGMENT};
use super::super::wire::{
    PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_SCTP, PROTOCOL_TCP, PROTOCOL_UDP,
};
use super::chain::{IsExtension, Walk};
use super::fault::FirstFault;
use super::network::{NetworkFields, Payload};
use crate::meta::DropReason;
use cells::delay::Delay;
use rust_hdl::prelude::*;

/// What lies behind IP and its extension headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct BehindFields {
    /// It is IPv4.
    pub is_ipv4: Bit,
    /// It is IPv6.
    pub is_ipv6: Bit,
    /// Protocol number, or 0.
    pub protocol: Bits<8>,
    /// A fragment behind the first.
    pub fragment: Bit,
    /// The protocol as it is in all fragments of a packet.
    pub hashed: Bits<8>,
}

/// Clock 11: where IPv4 and IPv6 meet again.
#[derive(LogicBlock)]
pub struct Behind {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// After clock 3.
    pub network: Signal<In, NetworkFields>,
    /// After clock 3.
    pub payload: Signal<In, Payload>,
    /// After clock 10.
    pub walk: Signal<In, Walk>,
    /// After clock 11.
    pub fields: Signal<Out, BehindFields>,
    /// What is left of the packet, after clock 11.
    pub rest: Signal<Out, Payload>,
    /// The walk; `far` also if it did not come to an end; after clock 11.
    pub ended: Signal<Out, Walk>,
    late_payload: Delay<Payload, 7>,
    late: Delay<BehindFields, 7>,
    early: Signal<Local, BehindFields>,
    is: IsExtension,
    fields_11: DFF<BehindFields>,
    rest_11: DFF<Payload>,
    ended_11: DFF<Walk>,
    fragment_header: Constant<Bits<8>>,
}

impl Default for Behind {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            network: Signal::default(),
            payload: Signal::default(),
            walk: Signal::default(),
            fields: Signal::default(),
            rest: Signal::default(),
            ended: Signal::default(),
            late_payload: Delay::default(),
            late: Delay::default(),
            early: Signal::default(),
            is: IsExtension::default(),
            fields_11: DFF::default(),
            rest_11: DFF::default(),
            ended_11: DFF::default(),
            fragment_header: Constant::new(FRAGMENT.to_bits()),
        }
    }
}

impl Logic for Behind {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, fields_11, rest_11, ended_11);
        clock!(self, clock, late_payload, late);
        self.late_payload.d.next = self.payload.val();
        self.early.next.is_ipv4 = self.network.val().is_ipv4;
        self.early.next.is_ipv6 = self.network.val().is_ipv6;
        self.early.next.protocol = self.network.val().protocol;
        self.early.next.hashed = self.network.val().protocol;
        self.early.next.fragment = self.network.val().fragment;
        self.late.d.next = self.early.val();
        self.fields_11.d.next = self.late.q.val();
        self.rest_11.d.next = self.late_payload.q.val();
        if self.late.q.val().is_ipv6 {
            self.fields_11.d.next.protocol = self.walk.val().kind;
            self.fields_11.d.next.fragment = self.walk.val().later;
            self.fields_11.d.next.hashed = self.walk.val().kind;
            if self.walk.val().later | self.walk.val().more {
                self.fields_11.d.next.hashed = self.fragment_header.val();
            }
            self.rest_11.d.next.length =
                self.late_payload.q.val().length - (bit_cast::<16, 4>(self.walk.val().place) << 3);
            self.rest_11.d.next.more = self.walk.val().more;
            self.rest_11.d.next.second_word = self.walk.val().second;
        }
        self.is.kind.next = self.walk.val().kind;
        self.ended_11.d.next = self.walk.val();
        self.ended_11.d.next.far =
            self.walk.val().far | (self.walk.val().open & self.is.extension.val().any);
        self.fields.next = self.fields_11.q.val();
        self.rest.next = self.rest_11.q.val();
        self.ended.next = self.ended_11.q.val();
    }
}

/// Which transport protocol it is; none, but for `any_tcp`, of a fragment behind the first, which
/// has no header to look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Transports {
    /// TCP, whatever the fragment.
    pub any_tcp: Bit,
    /// TCP.
    pub tcp: Bit,
    /// UDP.
    pub udp: Bit,
    /// SCTP.
    pub sctp: Bit,
    /// ICMP.
    pub icmp: Bit,
    /// ICMPv6.
    pub icmpv6: Bit,
}

/// Clock 12: compares the protocol number.
#[derive(LogicBlock)]
pub struct Protocols {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// After clock 11.
    pub behind: Signal<In, BehindFields>,
    /// After clock 12.
    pub transports: Signal<Out, Transports>,
    held: DFF<Transports>,
    tcp: Constant<Bits<8>>,
    udp: Constant<Bits<8>>,
    sctp: Constant<Bits<8>>,
    icmp: Constant<Bits<8>>,
    icmpv6: Constant<Bits<8>>,
}

impl Default for Protocols {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            behind: Signal::default(),
            transports: Signal::default(),
            held: DFF::default(),
            tcp: Constant::new(PROTOCOL_TCP.to_bits()),
            udp: Constant::new(PROTOCOL_UDP.to_bits()),
            sctp: Constant::new(PROTOCOL_SCTP.to_bits()),
            icmp: Constant::new(PROTOCOL_ICMP.to_bits()),
            icmpv6: Constant::new(PROTOCOL_ICMPV6.to_bits()),
        }
    }
}

impl Logic for Protocols {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, held);
        self.held.d.next.any_tcp = self.behind.val().protocol == self.tcp.val();
        self.held.d.next.tcp =
            !self.behind.val().fragment & (self.behind.val().protocol == self.tcp.val());
        self.held.d.next.udp =
            !self.behind.val().fragment & (self.behind.val().protocol == self.udp.val());
        self.held.d.next.sctp =
            !self.behind.val().fragment & (self.behind.val().protocol == self.sctp.val());
        self.held.d.next.icmp = self.behind.val().is_ipv4
            & !self.behind.val().fragment
            & (self.behind.val().protocol == self.icmp.val());
        self.held.d.next.icmpv6 = self.behind.val().is_ipv6
            & !self.behind.val().fragment
            & (self.behind.val().protocol == self.icmpv6.val());
        self.transports.next = self.held.q.val();
    }
}

/// What the transport header says, 0 where it says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct TransportFields {
    /// The ports mean something.
    pub ported: Bit,
    /// Source port, or the identifier of an echo.
    pub src_port: Bits<16>,
    /// Destination port, or type and code.
    pub dst_port: Bits<16>,
    /// TCP flags.
    pub tcp_flags: Bits<8>,
    /// The ports tell the flow: they are in every packet of it.
    pub hashed: Bit,
}

/// Clock 13: ports.
#[derive(LogicBlock, Default)]
pub struct Ports {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// After clock 12.
    pub header: Signal<In, wire::bits::Transport>,
    /// After clock 12.
    pub transports: Signal<In, Transports>,
    /// After clock 12: more fragments follow.
    pub more: Signal<In, Bit>,
    /// After clock 13.
    pub fields: Signal<Out, TransportFields>,
    held: DFF<TransportFields>,
    ports: Signal<Local, Bit>,
    message: Signal<Local, Bit>,
    echo: Signal<Local, Bit>,
}

impl Logic for Ports {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, held);
        self.ports.next =
            self.transports.val().tcp | self.transports.val().udp | self.transports.val().sctp;
        self.message.next = self.transports.val().icmp | self.transports.val().icmpv6;
        // The type is the upper byte: echo reply 0 and request 8; ICMPv6 128 and 129.
        self.echo.next = (self.transports.val().icmp
            & ((self.header.val().src_port & 0xf700) == 0))
            | (self.transports.val().icmpv6 & ((self.header.val().src_port & 0xfe00) == 0x8000));
        self.held.d.next.ported = self.ports.val() | self.message.val();
        self.held.d.next.hashed = (self.ports.val() | self.message.val()) & !self.more.val();
        self.held.d.next.src_port = 0.into();
        self.held.d.next.dst_port = 0.into();
        self.held.d.next.tcp_flags = 0.into();
        if self.ports.val() {
            self.held.d.next.src_port = self.header.val().src_port;
            self.held.d.next.dst_port = self.header.val().dst_port;
        }
        if self.transports.val().tcp {
            self.held.d.next.tcp_flags = self.header.val().tcp_flags;
        }
        if self.echo.val() {
            self.held.d.next.src_port = self.header.val().udp_length;
        }
        if self.message.val() {
            self.held.d.next.dst_port = self.header.val().src_port;
        }
        self.fields.next = self.held.q.val();
    }
}

/// Clock 13: is the header whole, and does it tell the truth about its length?
#[derive(LogicBlock)]
pub struct Check {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// After clock 12.
    pub header: Signal<In, wire::bits::Transport>,
    /// After clock 12.
    pub transports: Signal<In, Transports>,
    /// After clock 12.
    pub payload: Signal<In, Payload>,
    /// How the walk over the extension headers ended, after clock 12.
    pub walk: Signal<In, Walk>,
    /// Neighbor discovery that does not hold together, after clock 13.
    pub neighbor_malformed: Signal<In, Bit>,
    /// Code of the first problem behind IP's own header, after clock 13.
    pub fault: Signal<Out, Bits<6>>,
    first: FirstFault<9>,
    walk_13: DFF<Walk>,
    kind: DFF<Transports>,
    more: DFF<Bit>,
    overlap: DFF<Bit>,
    under_20: DFF<Bit>,
    under_12: DFF<Bit>,
    under_8: DFF<Bit>,
    low: DFF<Bit>,
    beyond: DFF<Bit>,
    udp_low: DFF<Bit>,
    udp_beyond: DFF<Bit>,
    hidden: DFF<Bit>,
    tcp_bytes: Signal<Local, Bits<16>>,
}

impl Default for Check {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            header: Signal::default(),
            transports: Signal::default(),
            payload: Signal::default(),
            walk: Signal::default(),
            neighbor_malformed: Signal::default(),
            fault: Signal::default(),
            first: FirstFault::new([
                DropReason::MalformedIpv6Extension,
                DropReason::HeaderTooLong,
                DropReason::TinyFragment,
                DropReason::MalformedTcp,
                DropReason::TinyFragment,
                DropReason::MalformedUdp,
                DropReason::MalformedSctp,
                DropReason::MalformedIcmp,
                DropReason::MalformedNd,
            ]),
            walk_13: DFF::default(),
            kind: DFF::default(),
            more: DFF::default(),
            overlap: DFF::default(),
            under_20: DFF::default(),
            under_12: DFF::default(),
            under_8: DFF::default(),
            low: DFF::default(),
            beyond: DFF::default(),
            udp_low: DFF::default(),
            udp_beyond: DFF::default(),
            hidden: DFF::default(),
            tcp_bytes: Signal::default(),
        }
    }
}

impl Logic for Check {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, walk_13, kind, more, overlap, under_20, under_12, under_8);
        dff_setup!(self, clock, low, beyond, udp_low, udp_beyond, hidden);
        // Clock 13.
        self.walk_13.d.next = self.walk.val();
        self.kind.d.next = self.transports.val();
        self.more.d.next = self.payload.val().more;
        self.overlap.d.next = self.payload.val().second_word & self.transports.val().any_tcp;
        self.under_20.d.next = self.payload.val().length < 20;
        self.under_12.d.next = self.payload.val().length < 12;
        self.under_8.d.next = self.payload.val().length < 8;
        self.tcp_bytes.next = bit_cast::<16, 4>(self.header.val().data_offset) << 2;
        self.low.d.next = self.header.val().data_offset < 5;
        self.beyond.d.next = self.payload.val().length < self.tcp_bytes.val();
        self.udp_low.d.next = self.header.val().udp_length < 8;
        self.udp_beyond.d.next = self.payload.val().length < self.header.val().udp_length;
        // Neighbor discovery behind extension headers; the type, 133 to 137, is the upper byte.
        self.hidden.d.next = self.transports.val().icmpv6
            & self.walk.val().place.any()
            & (((self.header.val().src_port & 0xfe00) == 0x8600)
                | ((self.header.val().src_port & 0xfe00) == 0x8800)
                | ((self.header.val().src_port & 0xff00) == 0x8500));
        // After clock 13. RFC 1858 and RFC 3128: a first fragment holds the whole TCP header, and
        // none starts within it.
        self.first.flag[0].next = self.walk_13.q.val().wrong;
        self.first.flag[1].next = self.walk_13.q.val().far;
        self.first.flag[2].next = self.walk_13.q.val().tiny
            | self.overlap.q.val()
            | (self.kind.q.val().tcp & self.more.q.val() & self.under_20.q.val());
        self.first.flag[3].next = self.kind.q.val().tcp
            & (self.under_20.q.val()
                | self.low.q.val()
                | (self.beyond.q.val() & !self.more.q.val()));
        self.first.flag[4].next = self.kind.q.val().tcp & self.beyond.q.val();
        self.first.flag[5].next = self.kind.q.val().udp
            & (self.under_8.q.val()
                | self.udp_low.q.val()
                | (self.udp_beyond.q.val() & !self.more.q.val()));
        self.first.flag[6].next = self.kind.q.val().sctp & self.under_12.q.val();
        self.first.flag[7].next =
            (self.kind.q.val().icmp | self.kind.q.val().icmpv6) & self.under_8.q.val();
        self.first.flag[8].next = self.hidden.q.val() | self.neighbor_malformed.val();
        self.fault.next = self.first.fault.val();
    }
}
