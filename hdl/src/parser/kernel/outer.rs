//! Is this frame from the underlay a tunnel of ours?
//!
//! ```text
//!   window --> [ fields ] --> [ compares ] --> [ first fault ] --> [ either side ] --> fault
//!              clock 1        2                3                   4
//!          --> [ 5 sums ] --> [ 2 ] ---------> [ 1 ] ------------> [ compare ] --> bad_sum
//! ```
//! Everything lies at fixed places: no tag, no option. A frame from a host has no outer headers;
//! for it only the length is judged.

use super::super::wire::{self, ETHERTYPE_IPV4, PROTOCOL_UDP, VXLAN_PORT};
use super::checksum::{Sum3, WordSum};
use super::{fault::FirstFault, view::View};
use crate::meta::DropReason;
use rust_hdl::prelude::*;

/// What the outer headers say, all 0 for a frame from a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct OuterFields {
    /// There are outer headers.
    pub tunnel: Bit,
    /// Destination MAC.
    pub dst_mac: Bits<48>,
    /// Source VTEP.
    pub src_ip: Bits<32>,
    /// Destination VTEP.
    pub dst_ip: Bits<32>,
    /// VXLAN network identifier.
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

/// The outer headers. Latency 4 clocks for what is wrong, 1 for `fields`.
#[derive(LogicBlock)]
pub struct Outer {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// First 50 bytes of the frame.
    pub bytes: Signal<In, Bits<400>>,
    /// The frame's length.
    pub length: Signal<In, Bits<14>>,
    /// It is from a net port.
    pub net: Signal<In, Bit>,
    /// It is longer than the card stores.
    pub too_long: Signal<In, Bit>,
    /// After clock 1.
    pub fields: Signal<Out, OuterFields>,
    /// Code of the first problem in front of the inner frame but the sum, after clock 4.
    pub fault: Signal<Out, Bits<6>>,
    /// Is there one?
    pub any: Signal<Out, Bit>,
    /// The IPv4 header's sum is wrong, and nothing in front of it; after clock 4.
    pub bad_sum: Signal<Out, Bit>,
    view: View<wire::bits::Outer, 400>,
    adder: OuterSum,
    before: FirstFault<5>,
    behind: FirstFault<2>,
    outer: DFF<wire::bits::Outer>,
    length_1: DFF<Bits<14>>,
    room: DFF<Bits<14>>,
    udp_end: DFF<Bits<17>>,
    net_1: DFF<Bit>,
    net_2: DFF<Bit>,
    net_3: DFF<Bit>,
    too_long_1: DFF<Bit>,
    too_long_2: DFF<Bit>,
    runt: DFF<Bit>,
    other_type: DFF<Bit>,
    short: DFF<Bit>,
    other_ip: DFF<Bit>,
    beyond: DFF<Bit>,
    other_udp: DFF<Bit>,
    other_length: DFF<Bit>,
    before_3: DFF<Bits<6>>,
    behind_3: DFF<Bits<6>>,
    fault_4: DFF<Bits<6>>,
    any_4: DFF<Bit>,
    bad_sum_4: DFF<Bit>,
    ethertype: Constant<Bits<16>>,
    udp: Constant<Bits<8>>,
    port: Constant<Bits<16>>,
}

impl Default for Outer {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            bytes: Signal::default(),
            length: Signal::default(),
            net: Signal::default(),
            too_long: Signal::default(),
            fields: Signal::default(),
            fault: Signal::default(),
            any: Signal::default(),
            bad_sum: Signal::default(),
            view: View::default(),
            adder: OuterSum::default(),
            before: FirstFault::new([
                DropReason::FrameTooLong,
                DropReason::Runt,
                DropReason::BadTunnel,
                DropReason::OuterTruncated,
                DropReason::BadTunnel,
            ]),
            behind: FirstFault::new([DropReason::OuterTruncated, DropReason::BadTunnel]),
            outer: DFF::default(),
            length_1: DFF::default(),
            room: DFF::default(),
            udp_end: DFF::default(),
            net_1: DFF::default(),
            net_2: DFF::default(),
            net_3: DFF::default(),
            too_long_1: DFF::default(),
            too_long_2: DFF::default(),
            runt: DFF::default(),
            other_type: DFF::default(),
            short: DFF::default(),
            other_ip: DFF::default(),
            beyond: DFF::default(),
            other_udp: DFF::default(),
            other_length: DFF::default(),
            before_3: DFF::default(),
            behind_3: DFF::default(),
            fault_4: DFF::default(),
            any_4: DFF::default(),
            bad_sum_4: DFF::default(),
            ethertype: Constant::new(ETHERTYPE_IPV4.to_bits()),
            udp: Constant::new(PROTOCOL_UDP.to_bits()),
            port: Constant::new(VXLAN_PORT.to_bits()),
        }
    }
}

impl Logic for Outer {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, adder);
        dff_setup!(self, clock, outer, length_1, room, udp_end, net_1, net_2, net_3);
        dff_setup!(self, clock, too_long_1, too_long_2, runt, other_type, short, other_ip);
        dff_setup!(self, clock, beyond, other_udp, other_length, before_3, behind_3, fault_4);
        dff_setup!(self, clock, any_4, bad_sum_4);
        // Clock 1.
        self.view.bytes.next = self.bytes.val();
        self.adder.header.next = self.bytes.val().get_bits::<160>(128);
        self.outer.d.next = self.view.fields.val();
        self.length_1.d.next = self.length.val();
        self.room.d.next = self.length.val() - 14;
        self.udp_end.d.next = bit_cast::<17, 16>(self.view.fields.val().udp_length) + 20;
        self.net_1.d.next = self.net.val();
        self.too_long_1.d.next = self.too_long.val();
        // Clock 2: all compares, each good for a net port only.
        self.net_2.d.next = self.net_1.q.val();
        self.too_long_2.d.next = self.too_long_1.q.val();
        self.runt.d.next = self.length_1.q.val() < 14;
        self.other_type.d.next = self.outer.q.val().ethertype != self.ethertype.val();
        self.short.d.next = self.length_1.q.val() < 34;
        self.other_ip.d.next = self.outer.q.val().version_ihl != 0x45;
        self.beyond.d.next =
            bit_cast::<16, 14>(self.room.q.val()) < self.outer.q.val().total_length;
        self.other_udp.d.next = self.outer.q.val().fragment.any()
            | (self.outer.q.val().protocol != self.udp.val())
            | (self.outer.q.val().dst_port != self.port.val())
            | !self.outer.q.val().i_flag.any();
        self.other_length.d.next = (self.outer.q.val().total_length < 36)
            | (self.udp_end.q.val() != bit_cast::<17, 16>(self.outer.q.val().total_length));
        // Clock 3: the first of them, on either side of the checksum.
        self.net_3.d.next = self.net_2.q.val();
        self.before.flag[0].next = self.too_long_2.q.val();
        self.before.flag[1].next = self.net_2.q.val() & self.runt.q.val();
        self.before.flag[2].next = self.net_2.q.val() & self.other_type.q.val();
        self.before.flag[3].next = self.net_2.q.val() & self.short.q.val();
        self.before.flag[4].next = self.net_2.q.val() & self.other_ip.q.val();
        self.before_3.d.next = self.before.fault.val();
        self.behind.flag[0].next = self.net_2.q.val() & self.beyond.q.val();
        self.behind.flag[1].next =
            self.net_2.q.val() & (self.other_udp.q.val() | self.other_length.q.val());
        self.behind_3.d.next = self.behind.fault.val();
        // Clock 4: the sum is all ones in one's complement, see `fault::Judge`.
        self.fault_4.d.next = self.behind_3.q.val();
        if self.before_3.q.val().any() {
            self.fault_4.d.next = self.before_3.q.val();
        }
        self.any_4.d.next = self.before_3.q.val().any() | self.behind_3.q.val().any();
        self.bad_sum_4.d.next = self.net_3.q.val()
            & !self.before_3.q.val().any()
            & (bit_cast::<16, 21>(self.adder.sum.val())
                != !bit_cast::<16, 21>(self.adder.sum.val() >> 16));
        self.fault.next = self.fault_4.q.val();
        self.any.next = self.any_4.q.val();
        self.bad_sum.next = self.bad_sum_4.q.val();
        self.fields.next.tunnel = self.net_1.q.val();
        self.fields.next.dst_mac = 0.into();
        self.fields.next.src_ip = 0.into();
        self.fields.next.dst_ip = 0.into();
        self.fields.next.vni = 0.into();
        self.fields.next.ecn = 0.into();
        if self.net_1.q.val() {
            self.fields.next.dst_mac = self.outer.q.val().dst_mac;
            self.fields.next.src_ip = self.outer.q.val().src_ip;
            self.fields.next.dst_ip = self.outer.q.val().dst_ip;
            self.fields.next.vni = self.outer.q.val().vni;
            self.fields.next.ecn = self.outer.q.val().ecn;
        }
    }
}
