//! Is this frame from the underlay a tunnel of ours?
//!
//! ```text
//!   IP header --> [ compares ] -> [ in front of sum ] -> [ waits ] -> [ either ] -> fault
//!   UDP, tunnel > [ compares ] -> [ behind the sum ] --> [ first ] -> [  side  ]
//!   IPv4 header > [ 5 sums ] ---> [ 2 ] ---------------> [ 1 ] -----> [ compare ] > bad_sum
//!   clock 0       1               2                      3            4
//! ```
//! No tag, no option of IPv4, no extension header of IPv6: what lies behind IP lies at one of two
//! places. A frame from a host has no outer headers; for it only the length is judged. A UDP
//! checksum is not looked at, over IPv6 as over IPv4: it may be 0 (RFC 6935 section 5), and only
//! who has the whole frame could compare another one.

use super::super::wire::{
    self, ETHERTYPE_IPV4, ETHERTYPE_IPV6, GENEVE_PORT, OPTION_WORDS, PROTOCOL_UDP,
    TRANS_ETHER_BRIDGING, VXLAN_PORT,
};
use super::checksum::{Sum3, WordSum};
use super::{fault::FirstFault, view::View};
use crate::meta::DropReason;
use cells::delay::Delay;
use rust_hdl::prelude::*;

/// What the outer headers say, all 0 for a frame from a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct OuterFields {
    /// There are outer headers.
    pub tunnel: Bit,
    /// They are of IPv6.
    pub v6: Bit,
    /// Destination MAC.
    pub dst_mac: Bits<48>,
    /// Source VTEP, 0 over IPv6.
    pub src_ip: Bits<32>,
    /// Destination VTEP, 0 over IPv6.
    pub dst_ip: Bits<32>,
    /// Virtual network identifier.
    pub vni: Bits<24>,
    /// ECN.
    pub ecn: Bits<2>,
}

/// Sum of the 20 bytes of the outer IPv4 header. Latency 3 clocks.
#[derive(LogicBlock, Default)]
pub struct OuterSum {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// The header.
    pub header: Signal<In, Bits<160>>,
    /// Its sum.
    pub sum: Signal<Out, Bits<21>>,
    words: [WordSum; 5],
    left: Sum3,
    right: Sum3,
    all: Sum3,
}

impl Logic for OuterSum {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, left, right, all);
        for i in 0..5 {
            self.words[i].clock.next = self.clock.val();
            self.words[i].word.next = self.header.val().get_bits::<32>(32 * i);
            self.words[i].keep.next = true;
        }
        self.left.a.next = self.words[0].sum.val();
        self.left.b.next = self.words[1].sum.val();
        self.left.c.next = self.words[2].sum.val();
        self.right.a.next = self.words[3].sum.val();
        self.right.b.next = self.words[4].sum.val();
        self.right.c.next = 0.into();
        self.all.a.next = self.left.sum.val();
        self.all.b.next = self.right.sum.val();
        self.all.c.next = 0.into();
        self.sum.next = self.all.sum.val();
    }
}

/// The outer headers. The last clock is 4 for what is wrong, 0 for `fields`.
#[derive(LogicBlock)]
pub struct Outer {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// First 54 bytes of the frame.
    pub bytes: Signal<In, Bits<432>>,
    /// The frame's length.
    pub length: Signal<In, Bits<14>>,
    /// It is from a net port.
    pub net: Signal<In, Bit>,
    /// It is longer than the card stores.
    pub too_long: Signal<In, Bit>,
    /// After clock 0: from a net port, over IPv6.
    pub v6: Signal<In, Bit>,
    /// After clock 0: UDP and what is behind it.
    pub tunnel: Signal<In, wire::bits::Tunnel>,
    /// After clock 0.
    pub fields: Signal<Out, OuterFields>,
    /// Code of the first problem in front of the inner frame but the sum, after clock 4.
    pub fault: Signal<Out, Bits<6>>,
    /// Is there one?
    pub any: Signal<Out, Bit>,
    /// The IPv4 header's sum is wrong, and nothing in front of it; after clock 4.
    pub bad_sum: Signal<Out, Bit>,
    ipv4: View<wire::bits::Ipv4, 160>,
    ipv6: View<wire::bits::Ipv6, 320>,
    adder: OuterSum,
    before: FirstFault<5>,
    behind: FirstFault<5>,
    head_0: DFF<Bits<432>>,
    length_0: DFF<Bits<14>>,
    room_0: DFF<Bits<14>>,
    room6_0: DFF<Bits<14>>,
    payload_0: DFF<Bits<17>>,
    net_0: DFF<Bit>,
    too_long_0: DFF<Bit>,
    too_long_1: DFF<Bit>,
    net_1: DFF<Bit>,
    v6_1: DFF<Bit>,
    runt: DFF<Bit>,
    other_type: DFF<Bit>,
    short: DFF<Bit>,
    other_ip: DFF<Bit>,
    beyond_1: DFF<Bit>,
    other_udp: DFF<Bit>,
    other_length: DFF<Bit>,
    is_vxlan: DFF<Bit>,
    is_geneve: DFF<Bit>,
    no_vni: DFF<Bit>,
    other_geneve: DFF<Bit>,
    critical_1: DFF<Bit>,
    many_1: DFF<Bit>,
    udp_length_1: DFF<Bits<16>>,
    need_1: DFF<Bits<16>>,
    before_2: DFF<Bits<6>>,
    beyond_2: DFF<Bit>,
    bad_2: DFF<Bit>,
    past_2: DFF<Bit>,
    critical_2: DFF<Bit>,
    many_2: DFF<Bit>,
    before_3: DFF<Bits<6>>,
    behind_3: DFF<Bits<6>>,
    fault_4: DFF<Bits<6>>,
    any_4: DFF<Bit>,
    bad_sum_4: DFF<Bit>,
    waits: Delay<Bit, 2>,
    of_ipv4: Constant<Bits<16>>,
    of_ipv6: Constant<Bits<16>>,
    udp: Constant<Bits<8>>,
    vxlan: Constant<Bits<16>>,
    geneve: Constant<Bits<16>>,
    bridging: Constant<Bits<16>>,
    most: Constant<Bits<6>>,
}

impl Default for Outer {
    #[allow(clippy::too_many_lines)] // a line per field
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            bytes: Signal::default(),
            length: Signal::default(),
            net: Signal::default(),
            too_long: Signal::default(),
            v6: Signal::default(),
            tunnel: Signal::default(),
            fields: Signal::default(),
            fault: Signal::default(),
            any: Signal::default(),
            bad_sum: Signal::default(),
            ipv4: View::default(),
            ipv6: View::default(),
            adder: OuterSum::default(),
            before: FirstFault::new([
                DropReason::FrameTooLong,
                DropReason::Runt,
                DropReason::BadTunnel,
                DropReason::OuterTruncated,
                DropReason::BadTunnel,
            ]),
            behind: FirstFault::new([
                DropReason::OuterTruncated,
                DropReason::BadTunnel,
                DropReason::MalformedGeneve,
                DropReason::CriticalOption,
                DropReason::HeaderTooLong,
            ]),
            head_0: DFF::default(),
            length_0: DFF::default(),
            room_0: DFF::default(),
            room6_0: DFF::default(),
            payload_0: DFF::default(),
            net_0: DFF::default(),
            too_long_0: DFF::default(),
            too_long_1: DFF::default(),
            net_1: DFF::default(),
            v6_1: DFF::default(),
            runt: DFF::default(),
            other_type: DFF::default(),
            short: DFF::default(),
            other_ip: DFF::default(),
            beyond_1: DFF::default(),
            other_udp: DFF::default(),
            other_length: DFF::default(),
            is_vxlan: DFF::default(),
            is_geneve: DFF::default(),
            no_vni: DFF::default(),
            other_geneve: DFF::default(),
            critical_1: DFF::default(),
            many_1: DFF::default(),
            udp_length_1: DFF::default(),
            need_1: DFF::default(),
            before_2: DFF::default(),
            beyond_2: DFF::default(),
            bad_2: DFF::default(),
            past_2: DFF::default(),
            critical_2: DFF::default(),
            many_2: DFF::default(),
            before_3: DFF::default(),
            behind_3: DFF::default(),
            fault_4: DFF::default(),
            any_4: DFF::default(),
            bad_sum_4: DFF::default(),
            waits: Delay::default(),
            of_ipv4: Constant::new(ETHERTYPE_IPV4.to_bits()),
            of_ipv6: Constant::new(ETHERTYPE_IPV6.to_bits()),
            udp: Constant::new(PROTOCOL_UDP.to_bits()),
            vxlan: Constant::new(VXLAN_PORT.to_bits()),
            geneve: Constant::new(GENEVE_PORT.to_bits()),
            bridging: Constant::new(TRANS_ETHER_BRIDGING.to_bits()),
            most: Constant::new((OPTION_WORDS as u64).to_bits()),
        }
    }
}

impl Logic for Outer {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // a line per compare
    fn update(&mut self) {
        clock!(self, clock, adder, waits);
        dff_setup!(self, clock, head_0, length_0, room_0, room6_0, payload_0, net_0, too_long_0);
        dff_setup!(self, clock, too_long_1, net_1, v6_1, runt, other_type, short, other_ip);
        dff_setup!(self, clock, beyond_1, other_udp, other_length, is_vxlan, is_geneve, no_vni);
        dff_setup!(self, clock, other_geneve, critical_1, many_1, udp_length_1, need_1, before_2);
        dff_setup!(self, clock, beyond_2, bad_2, past_2, critical_2, many_2, before_3, behind_3);
        dff_setup!(self, clock, fault_4, any_4, bad_sum_4);
        // Clock 0: both IP headers begin at byte 14.
        self.head_0.d.next = self.bytes.val();
        self.length_0.d.next = self.length.val();
        self.room_0.d.next = self.length.val() - 14;
        self.room6_0.d.next = self.length.val() - 54;
        self.payload_0.d.next = bit_cast::<17, 16>(self.bytes.val().get_bits::<16>(288)) - 20;
        self.net_0.d.next = self.net.val();
        self.too_long_0.d.next = self.too_long.val();
        self.ipv4.bytes.next = self.head_0.q.val().get_bits::<160>(160);
        self.ipv6.bytes.next = self.head_0.q.val().get_bits::<320>(0);
        self.adder.header.next = self.head_0.q.val().get_bits::<160>(160);
        // Clock 1: all compares.
        self.net_1.d.next = self.net_0.q.val();
        self.v6_1.d.next = self.v6.val();
        self.too_long_1.d.next = self.too_long_0.q.val();
        self.runt.d.next = self.net_0.q.val() & (self.length_0.q.val() < 14);
        self.other_type.d.next =
            self.net_0.q.val() & (self.head_0.q.val().get_bits::<16>(320) != self.of_ipv4.val());
        self.short.d.next = self.net_0.q.val() & (self.length_0.q.val() < 34);
        self.other_ip.d.next = self.net_0.q.val()
            & ((self.ipv4.fields.val().version != 4) | (self.ipv4.fields.val().ihl != 5));
        self.beyond_1.d.next =
            bit_cast::<16, 14>(self.room_0.q.val()) < self.ipv4.fields.val().total_length;
        self.other_udp.d.next = (self.ipv4.fields.val().protocol != self.udp.val())
            | self.ipv4.fields.val().more_fragments.any()
            | self.ipv4.fields.val().fragment_offset.any();
        self.other_length.d.next = (self.tunnel.val().udp_length < 16)
            | (bit_cast::<17, 16>(self.tunnel.val().udp_length) != self.payload_0.q.val());
        if self.v6.val() {
            self.other_type.d.next = self.head_0.q.val().get_bits::<16>(320) != self.of_ipv6.val();
            self.short.d.next = self.length_0.q.val() < 54;
            self.other_ip.d.next = self.ipv6.fields.val().version != 6;
            self.beyond_1.d.next =
                bit_cast::<16, 14>(self.room6_0.q.val()) < self.ipv6.fields.val().payload_length;
            self.other_udp.d.next = self.ipv6.fields.val().next_header != self.udp.val();
            self.other_length.d.next = (self.tunnel.val().udp_length < 16)
                | (self.tunnel.val().udp_length != self.ipv6.fields.val().payload_length);
        }
        self.is_vxlan.d.next = self.tunnel.val().dst_port == self.vxlan.val();
        self.is_geneve.d.next = self.tunnel.val().dst_port == self.geneve.val();
        self.no_vni.d.next = !self.tunnel.val().option_words.get_bit(3);
        self.other_geneve.d.next = self.tunnel.val().version.any()
            | self.tunnel.val().control.any()
            | (self.tunnel.val().protocol_type != self.bridging.val());
        self.critical_1.d.next = self.tunnel.val().critical.any();
        self.many_1.d.next = self.most.val() < self.tunnel.val().option_words;
        self.udp_length_1.d.next = self.tunnel.val().udp_length;
        self.need_1.d.next = (bit_cast::<16, 6>(self.tunnel.val().option_words) + 4) << 2;
        // Clock 2: what is in front of the sum; each finding behind it, good for a net port only.
        self.before.flag[0].next = self.too_long_1.q.val();
        self.before.flag[1].next = self.runt.q.val();
        self.before.flag[2].next = self.other_type.q.val();
        self.before.flag[3].next = self.short.q.val();
        self.before.flag[4].next = self.other_ip.q.val();
        self.before_2.d.next = self.before.fault.val();
        self.beyond_2.d.next = self.net_1.q.val() & self.beyond_1.q.val();
        self.bad_2.d.next = self.net_1.q.val()
            & (self.other_udp.q.val()
                | self.other_length.q.val()
                | (!self.is_vxlan.q.val() & !self.is_geneve.q.val())
                | (self.is_vxlan.q.val() & self.no_vni.q.val())
                | (self.is_geneve.q.val() & self.other_geneve.q.val()));
        self.past_2.d.next = self.net_1.q.val()
            & self.is_geneve.q.val()
            & (self.udp_length_1.q.val() < self.need_1.q.val());
        self.critical_2.d.next =
            self.net_1.q.val() & self.is_geneve.q.val() & self.critical_1.q.val();
        self.many_2.d.next = self.net_1.q.val() & self.is_geneve.q.val() & self.many_1.q.val();
        // Clock 3: the first of them, on either side of the sum.
        self.before_3.d.next = self.before_2.q.val();
        self.behind.flag[0].next = self.beyond_2.q.val();
        self.behind.flag[1].next = self.bad_2.q.val();
        self.behind.flag[2].next = self.past_2.q.val();
        self.behind.flag[3].next = self.critical_2.q.val();
        self.behind.flag[4].next = self.many_2.q.val();
        self.behind_3.d.next = self.behind.fault.val();
        self.waits.d.next = self.net_1.q.val() & !self.v6_1.q.val();
        // Clock 4: the sum is all ones in one's complement, see `fault::Judge`.
        self.fault_4.d.next = self.behind_3.q.val();
        if self.before_3.q.val().any() {
            self.fault_4.d.next = self.before_3.q.val();
        }
        self.any_4.d.next = self.before_3.q.val().any() | self.behind_3.q.val().any();
        self.bad_sum_4.d.next = self.waits.q.val()
            & !self.before_3.q.val().any()
            & (bit_cast::<16, 21>(self.adder.sum.val())
                != !bit_cast::<16, 21>(self.adder.sum.val() >> 16));
        self.fault.next = self.fault_4.q.val();
        self.any.next = self.any_4.q.val();
        self.bad_sum.next = self.bad_sum_4.q.val();
        self.fields.next.tunnel = self.net_0.q.val();
        self.fields.next.v6 = self.v6.val();
        self.fields.next.dst_mac = 0.into();
        self.fields.next.src_ip = 0.into();
        self.fields.next.dst_ip = 0.into();
        self.fields.next.vni = 0.into();
        self.fields.next.ecn = 0.into();
        if self.net_0.q.val() {
            self.fields.next.dst_mac = self.head_0.q.val().get_bits::<48>(384);
            self.fields.next.src_ip = self.ipv4.fields.val().src_ip;
            self.fields.next.dst_ip = self.ipv4.fields.val().dst_ip;
            self.fields.next.vni = self.tunnel.val().vni;
            self.fields.next.ecn = self.ipv4.fields.val().dscp_ecn.get_bits::<2>(0);
        }
        if self.v6.val() {
            self.fields.next.src_ip = 0.into();
            self.fields.next.dst_ip = 0.into();
            self.fields.next.ecn = self.ipv6.fields.val().dscp_ecn.get_bits::<2>(0);
        }
    }
}
