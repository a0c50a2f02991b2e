//! Which ports? The transport header behind an IP header of 5 to 15 words.
//!
//! ```text
//!   layer 3 --> [ 3 x 4:1 ] --> [ 3:1 ] --> [ ports, compares ] --> [ first fault ]
//!               by words mod 4   by words div 4                      (combinational)
//!               clock 3          4           5
//! ```

use super::super::wire::{self, IPV6_EXTENSIONS};
use super::super::wire::{PROTOCOL_ICMP, PROTOCOL_ICMPV6, PROTOCOL_TCP, PROTOCOL_UDP};
use super::network::{NetworkFields, Payload};
use super::{fault::FirstFault, view::View};
use crate::meta::DropReason;
use rust_hdl::prelude::*;

/// 14 bytes from word 0, 1, 2 or 3. One clock.
#[derive(LogicBlock, Default)]
pub struct Pick {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// 26 bytes.
    pub bytes: Signal<In, Bits<208>>,
    /// Which word.
    pub word: Signal<In, Bits<2>>,
    /// What starts there.
    pub header: Signal<Out, Bits<112>>,
    held: DFF<Bits<112>>,
}

impl Logic for Pick {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, held);
        self.held.d.next = self.bytes.val().get_bits::<112>(96);
        if self.word.val() == 1 {
            self.held.d.next = self.bytes.val().get_bits::<112>(64);
        }
        if self.word.val() == 2 {
            self.held.d.next = self.bytes.val().get_bits::<112>(32);
        }
        if self.word.val() == 3 {
            self.held.d.next = self.bytes.val().get_bits::<112>(0);
        }
        self.header.next = self.held.q.val();
    }
}

/// Clocks 3 and 4: the header behind IP.
#[derive(LogicBlock, Default)]
pub struct Align {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// From the first byte of layer 3.
    pub l3: Signal<In, Bits<592>>,
    /// Length of the IP header in words.
    pub words: Signal<In, Bits<4>>,
    /// The first 14 bytes behind it, two clocks later.
    pub header: Signal<Out, wire::bits::Transport>,
    view: View<wire::bits::Transport, 112>,
    low: Pick,
    middle: Pick,
    high: Pick,
    quarter: DFF<Bits<2>>,
    held: DFF<Bits<112>>,
}

impl Logic for Align {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, low, middle, high);
        dff_setup!(self, clock, quarter, held);
        // Bytes 16 to 41, 32 to 57 and 48 to 73 of layer 3.
        self.low.bytes.next = self.l3.val().get_bits::<208>(256);
        self.middle.bytes.next = self.l3.val().get_bits::<208>(128);
        self.high.bytes.next = self.l3.val().get_bits::<208>(0);
        self.low.word.next = bit_cast::<2, 4>(self.words.val());
        self.middle.word.next = bit_cast::<2, 4>(self.words.val());
        self.high.word.next = bit_cast::<2, 4>(self.words.val());
        self.quarter.d.next = bit_cast::<2, 4>(self.words.val() >> 2);
        self.held.d.next = self.low.header.val();
        if self.quarter.q.val() == 2 {
            self.held.d.next = self.middle.header.val();
        }
        if self.quarter.q.val() == 3 {
            self.held.d.next = self.high.header.val();
        }
        self.view.bytes.next = self.held.q.val();
        self.header.next = self.view.fields.val();
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
    /// ICMP.
    pub icmp: Bit,
    /// ICMPv6.
    pub icmpv6: Bit,
    /// An IPv6 extension header.
    pub extension: Bit,
}

/// Clock 4: compares the protocol number.
#[derive(LogicBlock)]
pub struct Protocols {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// After clock 3.
    pub network: Signal<In, NetworkFields>,
    /// After clock 4.
    pub transports: Signal<Out, Transports>,
    held: DFF<Transports>,
    extension: Signal<Local, Bit>,
    tcp: Constant<Bits<8>>,
    udp: Constant<Bits<8>>,
    icmp: Constant<Bits<8>>,
    icmpv6: Constant<Bits<8>>,
    extensions: [Constant<Bits<8>>; 5],
}

impl Default for Protocols {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            network: Signal::default(),
            transports: Signal::default(),
            held: DFF::default(),
            extension: Signal::default(),
            tcp: Constant::new(PROTOCOL_TCP.to_bits()),
            udp: Constant::new(PROTOCOL_UDP.to_bits()),
            icmp: Constant::new(PROTOCOL_ICMP.to_bits()),
            icmpv6: Constant::new(PROTOCOL_ICMPV6.to_bits()),
            extensions: IPV6_EXTENSIONS.map(|number| Constant::new(number.to_bits())),
        }
    }
}

impl Logic for Protocols {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, held);
        self.held.d.next.any_tcp = self.network.val().protocol == self.tcp.val();
        self.held.d.next.tcp =
            !self.network.val().fragment & (self.network.val().protocol == self.tcp.val());
        self.held.d.next.udp =
            !self.network.val().fragment & (self.network.val().protocol == self.udp.val());
        self.held.d.next.icmp = self.network.val().is_ipv4
            & !self.network.val().fragment
            & (self.network.val().protocol == self.icmp.val());
        self.held.d.next.icmpv6 =
            self.network.val().is_ipv6 & (self.network.val().protocol == self.icmpv6.val());
        self.extension.next = false;
        for i in 0..5 {
            if self.network.val().protocol == self.extensions[i].val() {
                self.extension.next = true;
            }
        }
        self.held.d.next.extension = self.network.val().is_ipv6 & self.extension.val();
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

/// Clock 5: ports.
#[derive(LogicBlock, Default)]
pub struct Ports {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// After clock 4.
    pub header: Signal<In, wire::bits::Transport>,
    /// After clock 4.
    pub transports: Signal<In, Transports>,
    /// After clock 4: more fragments follow.
    pub more: Signal<In, Bit>,
    /// After clock 5.
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
        self.ports.next = self.transports.val().tcp | self.transports.val().udp;
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

/// Clock 5: is the header whole, and does it tell the truth about its length?
#[derive(LogicBlock)]
pub struct Check {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// After clock 4.
    pub header: Signal<In, wire::bits::Transport>,
    /// After clock 4.
    pub transports: Signal<In, Transports>,
    /// After clock 4.
    pub payload: Signal<In, Payload>,
    /// Code of the first problem, after clock 5.
    pub fault: Signal<Out, Bits<6>>,
    first: FirstFault<6>,
    kind: DFF<Transports>,
    more: DFF<Bit>,
    overlap: DFF<Bit>,
    under_20: DFF<Bit>,
    under_8: DFF<Bit>,
    low: DFF<Bit>,
    beyond: DFF<Bit>,
    udp_low: DFF<Bit>,
    udp_beyond: DFF<Bit>,
    tcp_bytes: Signal<Local, Bits<16>>,
}

impl Default for Check {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            header: Signal::default(),
            transports: Signal::default(),
            payload: Signal::default(),
            fault: Signal::default(),
            first: FirstFault::new([
                DropReason::Ipv6Extension,
                DropReason::TinyFragment,
                DropReason::MalformedTcp,
                DropReason::TinyFragment,
                DropReason::MalformedUdp,
                DropReason::MalformedIcmp,
            ]),
            kind: DFF::default(),
            more: DFF::default(),
            overlap: DFF::default(),
            under_20: DFF::default(),
            under_8: DFF::default(),
            low: DFF::default(),
            beyond: DFF::default(),
            udp_low: DFF::default(),
            udp_beyond: DFF::default(),
            tcp_bytes: Signal::default(),
        }
    }
}

impl Logic for Check {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, kind, more, overlap, under_20, under_8);
        dff_setup!(self, clock, low, beyond, udp_low, udp_beyond);
        // Clock 5.
        self.kind.d.next = self.transports.val();
        self.more.d.next = self.payload.val().more;
        self.overlap.d.next = self.payload.val().second_word & self.transports.val().any_tcp;
        self.under_20.d.next = self.payload.val().length < 20;
        self.under_8.d.next = self.payload.val().length < 8;
        self.tcp_bytes.next = bit_cast::<16, 4>(self.header.val().data_offset) << 2;
        self.low.d.next = self.header.val().data_offset < 5;
        self.beyond.d.next = self.payload.val().length < self.tcp_bytes.val();
        self.udp_low.d.next = self.header.val().udp_length < 8;
        self.udp_beyond.d.next = self.payload.val().length < self.header.val().udp_length;
        // After clock 5. RFC 1858 and RFC 3128: a first fragment holds the whole TCP header, and
        // none starts within it.
        self.first.flag[0].next = self.kind.q.val().extension;
        self.first.flag[1].next = self.overlap.q.val()
            | (self.kind.q.val().tcp & self.more.q.val() & self.under_20.q.val());
        self.first.flag[2].next = self.kind.q.val().tcp
            & (self.under_20.q.val()
                | self.low.q.val()
                | (self.beyond.q.val() & !self.more.q.val()));
        self.first.flag[3].next = self.kind.q.val().tcp & self.beyond.q.val();
        self.first.flag[4].next = self.kind.q.val().udp
            & (self.under_8.q.val()
                | self.udp_low.q.val()
                | (self.udp_beyond.q.val() & !self.more.q.val()));
        self.first.flag[5].next =
            (self.kind.q.val().icmp | self.kind.q.val().icmpv6) & self.under_8.q.val();
        self.fault.next = self.first.fault.val();
    }
}
