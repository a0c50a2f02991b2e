//! Who sends to whom? IPv4, IPv6 or ARP, and whether their headers hold together.
//!
//! ```text
//!   layer 3 --> [ addresses, lengths, compares ] --> [ end; length against the frame ]
//!               clock 3                              clock 4
//! ```

use super::super::wire;
use super::{fault::FirstFault, link::Kind, view::View};
use crate::meta::{DropReason, WINDOW_BYTES};
use rust_hdl::prelude::*;

/// What layer 3 says.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct NetworkFields {
    /// It is IPv4.
    pub is_ipv4: Bit,
    /// It is IPv6.
    pub is_ipv6: Bit,
    /// It is ARP.
    pub is_arp: Bit,
    /// Source or sender address.
    pub src_ip: Bits<128>,
    /// Destination or target address.
    pub dst_ip: Bits<128>,
    /// It speaks of neighbors.
    pub neighbor: Bit,
    /// It asks for one.
    pub asks: Bit,
    /// MAC that it says to be the sender's, or 0.
    pub claimed_mac: Bits<48>,
    /// IP protocol, or 0.
    pub protocol: Bits<8>,
    /// Type of service or traffic class, or 0.
    pub dscp_ecn: Bits<8>,
    /// A fragment behind the first.
    pub fragment: Bit,
    /// It may not be fragmented.
    pub df: Bit,
    /// Words that are quoted of it.
    pub quote_words: Bits<5>,
}

/// What the transport layer has to know of IP.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Payload {
    /// Bytes behind the IP header, if there is no fault.
    pub length: Bits<16>,
    /// More fragments follow.
    pub more: Bit,
    /// A fragment that starts 8 bytes behind the IP header's end.
    pub second_word: Bit,
}

/// Clock 3: the fields of layer 3.
#[derive(LogicBlock)]
pub struct Addresses {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// From the first byte of layer 3.
    pub l3: Signal<In, Bits<592>>,
    /// What it is.
    pub kind: Signal<In, Kind>,
    /// After clock 3.
    pub fields: Signal<Out, NetworkFields>,
    ipv4: View<wire::bits::Ipv4, 160>,
    ipv6: View<wire::bits::Ipv6, 320>,
    arp: View<wire::bits::Arp, 224>,
    fields_3: DFF<NetworkFields>,
    mapped: Signal<Local, Bits<128>>,
    request: Constant<Bits<16>>,
}

impl Default for Addresses {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            l3: Signal::default(),
            kind: Signal::default(),
            fields: Signal::default(),
            ipv4: View::default(),
            ipv6: View::default(),
            arp: View::default(),
            fields_3: DFF::default(),
            mapped: Signal::default(),
            request: Constant::new(wire::ARP_REQUEST.to_bits()),
        }
    }
}

impl Logic for Addresses {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, fields_3);
        self.ipv4.bytes.next = self.l3.val().get_bits::<160>(432);
        self.ipv6.bytes.next = self.l3.val().get_bits::<320>(272);
        self.arp.bytes.next = self.l3.val().get_bits::<224>(368);
        self.fields_3.d.next.is_ipv4 = self.kind.val().ipv4;
        self.fields_3.d.next.is_ipv6 = self.kind.val().ipv6;
        self.fields_3.d.next.is_arp = self.kind.val().arp;
        self.fields_3.d.next.neighbor = self.kind.val().arp;
        self.fields_3.d.next.asks =
            self.kind.val().arp & (self.arp.fields.val().operation == self.request.val());
        self.fields_3.d.next.claimed_mac = 0.into();
        self.fields_3.d.next.protocol = self.ipv4.fields.val().protocol;
        self.fields_3.d.next.dscp_ecn = self.ipv4.fields.val().dscp_ecn;
        self.fields_3.d.next.fragment =
            self.kind.val().ipv4 & self.ipv4.fields.val().fragment_offset.any();
        self.fields_3.d.next.df =
            self.kind.val().ipv6 | (self.kind.val().ipv4 & self.ipv4.fields.val().flags.get_bit(0));
        self.fields_3.d.next.quote_words = bit_cast::<5, 4>(self.ipv4.fields.val().ihl) + 2;
        self.mapped.next = 0xffff_0000_0000_u64.into();
        self.fields_3.d.next.src_ip =
            self.mapped.val() | bit_cast::<128, 32>(self.ipv4.fields.val().src_ip);
        self.fields_3.d.next.dst_ip =
            self.mapped.val() | bit_cast::<128, 32>(self.ipv4.fields.val().dst_ip);
        if self.kind.val().ipv6 {
            self.fields_3.d.next.protocol = self.ipv6.fields.val().next_header;
            self.fields_3.d.next.quote_words = 12.into();
            self.fields_3.d.next.dscp_ecn = self.ipv6.fields.val().dscp_ecn;
            self.fields_3.d.next.src_ip = self.ipv6.fields.val().src_ip;
            self.fields_3.d.next.dst_ip = self.ipv6.fields.val().dst_ip;
        }
        if self.kind.val().arp {
            self.fields_3.d.next.protocol = 0.into();
            self.fields_3.d.next.quote_words = 0.into();
            self.fields_3.d.next.dscp_ecn = 0.into();
            self.fields_3.d.next.claimed_mac = self.arp.fields.val().sender_mac;
            self.fields_3.d.next.src_ip =
                self.mapped.val() | bit_cast::<128, 32>(self.arp.fields.val().sender_ip);
            self.fields_3.d.next.dst_ip =
                self.mapped.val() | bit_cast::<128, 32>(self.arp.fields.val().target_ip);
        }
        self.fields.next = self.fields_3.q.val();
    }
}

/// Clocks 3 and 4: is this an IPv4-mapped address (RFC 4291 section 2.5.5.2)?
#[derive(LogicBlock)]
pub struct Mapped {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Is there an IPv6 address at all?
    pub asked: Signal<In, Bit>,
    /// The address.
    pub address: Signal<In, Bits<128>>,
    /// After clock 4.
    pub yes: Signal<Out, Bit>,
    zeros: DFF<Bits<5>>,
    ones: DFF<Bit>,
    both: DFF<Bit>,
    empty: Signal<Local, Bits<5>>,
    at: [Constant<Bits<7>>; 5],
}

impl Default for Mapped {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            asked: Signal::default(),
            address: Signal::default(),
            yes: Signal::default(),
            zeros: DFF::default(),
            ones: DFF::default(),
            both: DFF::default(),
            empty: Signal::default(),
            at: std::array::from_fn(|i| Constant::new((48 + 16 * i as u64).to_bits())),
        }
    }
}

impl Logic for Mapped {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, zeros, ones, both);
        self.empty.next = 0.into();
        for i in 0..5 {
            self.empty.next = self
                .empty
                .val()
                .replace_bit(i, !self.address.val().get_bits::<16>(self.at[i].val().index()).any());
        }
        self.zeros.d.next = self.empty.val();
        self.ones.d.next = self.asked.val() & self.address.val().get_bits::<16>(32).all();
        self.both.d.next = self.ones.q.val() & self.zeros.q.val().all();
        self.yes.next = self.both.q.val();
    }
}

/// Clocks 3 and 4: the lengths of layer 3.
#[derive(LogicBlock)]
pub struct Lengths {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// The first 10 bytes of layer 3.
    pub l3: Signal<In, Bits<592>>,
    /// What it is.
    pub kind: Signal<In, Kind>,
    /// Bytes to the frame's end.
    pub remaining: Signal<In, Bits<14>>,
    /// Where layer 3 starts.
    pub l3_offset: Signal<In, Bits<8>>,
    /// The frame ends where it ends, whatever its headers say.
    pub whole: Signal<In, Bit>,
    /// After clock 3.
    pub payload: Signal<Out, Payload>,
    /// Where the packet ends in the frame, after clock 4.
    pub end: Signal<Out, Bits<14>>,
    /// Code of the first problem of the header itself, after clock 3.
    pub fault: Signal<Out, Bits<6>>,
    /// Is there one?
    pub fault_any: Signal<Out, Bit>,
    /// Code if the packet reaches beyond the frame, if an address is none of IPv6's, or if what is
    /// behind the header lies too far in, after clock 4.
    pub long: Signal<Out, Bits<6>>,
    /// Is there one?
    pub long_any: Signal<Out, Bit>,
    ipv4: View<wire::bits::Ipv4, 160>,
    ipv6: View<wire::bits::Ipv6, 320>,
    arp: View<wire::bits::Arp, 224>,
    first: FirstFault<4>,
    beyond: FirstFault<4>,
    src_mapped: Mapped,
    dst_mapped: Mapped,
    payload_3: DFF<Payload>,
    kind_3: DFF<Kind>,
    packet: DFF<Bits<17>>,
    shown: DFF<Bits<14>>,
    remaining_3: DFF<Bits<14>>,
    offset_3: DFF<Bits<8>>,
    behind_3: DFF<Bits<8>>,
    other_arp: DFF<Bit>,
    other_ipv4: DFF<Bit>,
    short_ipv4: DFF<Bit>,
    small_ipv4: DFF<Bit>,
    other_ipv6: DFF<Bit>,
    end_4: DFF<Bits<14>>,
    long_ipv4: DFF<Bit>,
    long_ipv6: DFF<Bit>,
    far: DFF<Bit>,
    header: Signal<Local, Bits<16>>,
    over: Signal<Local, Bit>,
    last: Constant<Bits<8>>,
    arp_kind: Constant<Bits<48>>,
}

impl Default for Lengths {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            l3: Signal::default(),
            kind: Signal::default(),
            remaining: Signal::default(),
            l3_offset: Signal::default(),
            whole: Signal::default(),
            payload: Signal::default(),
            end: Signal::default(),
            fault: Signal::default(),
            fault_any: Signal::default(),
            long: Signal::default(),
            long_any: Signal::default(),
            ipv4: View::default(),
            ipv6: View::default(),
            arp: View::default(),
            first: FirstFault::new([
                DropReason::UnknownEthertype,
                DropReason::MalformedArp,
                DropReason::MalformedIpv4Header,
                DropReason::MalformedIpv6Header,
            ]),
            beyond: FirstFault::new([
                DropReason::MalformedIpv4Length,
                DropReason::MalformedIpv6Length,
                DropReason::Ipv4MappedAddress,
                DropReason::HeaderTooLong,
            ]),
            src_mapped: Mapped::default(),
            dst_mapped: Mapped::default(),
            payload_3: DFF::default(),
            kind_3: DFF::default(),
            packet: DFF::default(),
            shown: DFF::default(),
            remaining_3: DFF::default(),
            offset_3: DFF::default(),
            behind_3: DFF::default(),
            other_arp: DFF::default(),
            other_ipv4: DFF::default(),
            short_ipv4: DFF::default(),
            small_ipv4: DFF::default(),
            other_ipv6: DFF::default(),
            end_4: DFF::default(),
            long_ipv4: DFF::default(),
            long_ipv6: DFF::default(),
            far: DFF::default(),
            header: Signal::default(),
            over: Signal::default(),
            last: Constant::new(((WINDOW_BYTES - wire::TRANSPORT_BYTES) as u64).to_bits()),
            arp_kind: Constant::new(wire::ARP_ETHERNET_IPV4.to_bits()),
        }
    }
}

impl Logic for Lengths {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, payload_3, kind_3, packet, shown, remaining_3, offset_3, other_arp);
        dff_setup!(self, clock, other_ipv4, short_ipv4, small_ipv4, other_ipv6, end_4);
        dff_setup!(self, clock, long_ipv4, long_ipv6, behind_3, far);
        clock!(self, clock, src_mapped, dst_mapped);
        self.ipv4.bytes.next = self.l3.val().get_bits::<160>(432);
        self.ipv6.bytes.next = self.l3.val().get_bits::<320>(272);
        self.arp.bytes.next = self.l3.val().get_bits::<224>(368);
        // Clock 3.
        self.kind_3.d.next = self.kind.val();
        self.remaining_3.d.next = self.remaining.val();
        self.offset_3.d.next = self.l3_offset.val();
        self.header.next = bit_cast::<16, 4>(self.ipv4.fields.val().ihl) << 2;
        self.payload_3.d.next.length = self.ipv4.fields.val().total_length - self.header.val();
        self.payload_3.d.next.more =
            self.kind.val().ipv4 & self.ipv4.fields.val().more_fragments.any();
        self.payload_3.d.next.second_word =
            self.kind.val().ipv4 & (self.ipv4.fields.val().fragment_offset == 1);
        self.packet.d.next = bit_cast::<17, 16>(self.ipv4.fields.val().total_length);
        self.shown.d.next = bit_cast::<14, 16>(self.ipv4.fields.val().total_length);
        self.behind_3.d.next = self.l3_offset.val() + bit_cast::<8, 16>(self.header.val());
        if self.kind.val().ipv6 {
            self.payload_3.d.next.length = self.ipv6.fields.val().payload_length;
            self.packet.d.next = bit_cast::<17, 16>(self.ipv6.fields.val().payload_length) + 40;
            self.shown.d.next = bit_cast::<14, 16>(self.ipv6.fields.val().payload_length) + 40;
            self.behind_3.d.next = self.l3_offset.val() + 40;
        }
        if self.kind.val().arp {
            self.packet.d.next = bit_cast::<17, 14>(self.remaining.val());
        }
        if self.kind.val().arp | self.whole.val() {
            self.shown.d.next = self.remaining.val();
        }
        self.other_arp.d.next =
            (self.remaining.val() < 28) | (self.arp.fields.val().kind != self.arp_kind.val());
        self.other_ipv4.d.next = (self.remaining.val() < 20)
            | (self.ipv4.fields.val().version != 4)
            | (self.ipv4.fields.val().ihl < 5);
        self.short_ipv4.d.next = bit_cast::<16, 14>(self.remaining.val()) < self.header.val();
        self.small_ipv4.d.next = self.ipv4.fields.val().total_length < self.header.val();
        self.other_ipv6.d.next =
            (self.remaining.val() < 40) | (self.ipv6.fields.val().version != 6);
        self.src_mapped.asked.next = self.kind.val().ipv6;
        self.src_mapped.address.next = self.ipv6.fields.val().src_ip;
        self.dst_mapped.asked.next = self.kind.val().ipv6;
        self.dst_mapped.address.next = self.ipv6.fields.val().dst_ip;
        // Clock 4.
        self.first.flag[0].next =
            !(self.kind_3.q.val().ipv4 | self.kind_3.q.val().ipv6 | self.kind_3.q.val().arp);
        self.first.flag[1].next = self.kind_3.q.val().arp & self.other_arp.q.val();
        self.first.flag[2].next = self.kind_3.q.val().ipv4
            & (self.other_ipv4.q.val() | self.short_ipv4.q.val() | self.small_ipv4.q.val());
        self.first.flag[3].next = self.kind_3.q.val().ipv6 & self.other_ipv6.q.val();
        self.end_4.d.next = bit_cast::<14, 8>(self.offset_3.q.val()) + self.shown.q.val();
        self.over.next = bit_cast::<17, 14>(self.remaining_3.q.val()) < self.packet.q.val();
        self.long_ipv4.d.next = self.kind_3.q.val().ipv4 & self.over.val();
        self.long_ipv6.d.next = self.kind_3.q.val().ipv6 & self.over.val();
        self.beyond.flag[0].next = self.long_ipv4.q.val();
        self.beyond.flag[1].next = self.long_ipv6.q.val();
        self.beyond.flag[2].next = self.src_mapped.yes.val() | self.dst_mapped.yes.val();
        // What is read behind the header must lie in the window.
        self.far.d.next = (self.kind_3.q.val().ipv4 | self.kind_3.q.val().ipv6)
            & (self.last.val() < self.behind_3.q.val());
        self.beyond.flag[3].next = self.far.q.val();
        self.payload.next = self.payload_3.q.val();
        self.fault.next = self.first.fault.val();
        self.fault_any.next = self.first.any.val();
        self.end.next = self.end_4.q.val();
        self.long.next = self.beyond.fault.val();
        self.long_any.next = self.beyond.any.val();
    }
}
