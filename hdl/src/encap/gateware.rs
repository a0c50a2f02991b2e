//! [`super::into_tunnel`] and [`super::to_eni`] as hardware.

use super::{answer::Answer, bits::TunnelHeader, checksum::Checksum, shape::Shape, tags::Tags};
use crate::{
    decap::bits::Identity, deliver::bits::Access, mapping::bits::MappingAction, nat::gateware::Nat,
    punt,
};
use cells::{
    copies::Either,
    delay::Delay,
    stream::{HEADER_BITS, PATCH_BITS},
};
use rust_hdl::prelude::*;

/// Clocks from the receiver to the new header: as many as its connection takes.
pub const LATENCY: usize = 12;
/// Those that are left behind four sums and two folds of the checksum.
const SPARE: usize = LATENCY - 6;
const TUNNEL: usize = 496;
// A kernel takes no name for a number.
const _: () = assert!(HEADER_BITS - 8 * punt::HEADER_BYTES == 640);

/// What the rewriter needs of the packet's headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Carry {
    /// Source MAC.
    pub src_mac: Bits<48>,
    /// Does it leave its ENI for the router?
    pub routed: Bits<1>,
    /// Type of service or traffic class.
    pub dscp_ecn: Bits<8>,
    /// First byte of the IP header.
    pub l3_offset: Bits<8>,
    /// Byte behind the IP packet.
    pub end: Bits<14>,
    /// Hash of the flow.
    pub flow_hash: Bits<14>,
    /// Is it an ENI's question for a neighbor?
    pub question: Bits<1>,
    /// Is it IPv6?
    pub v6: Bits<1>,
    /// Words of it that an ICMP error quotes.
    pub quote_words: Bits<5>,
    /// Protocol number.
    pub protocol: Bits<8>,
    /// Has it a transport header?
    pub ported: Bits<1>,
    /// What it quotes itself, see [`Headers`](crate::parser::Headers).
    pub quotes_dst: Bits<1>,
    pub quotes_src: Bits<1>,
    pub quotes_tcp: Bits<1>,
    pub quotes_udp: Bits<1>,
}

/// The new beginning of a frame. Everything comes in with the receiver's row.
#[derive(LogicBlock)]
pub struct Encap {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Who the card is.
    pub identity: Signal<In, Identity>,
    /// Does it come to an ENI of this card?
    pub inbound: Signal<In, Bit>,
    /// What is needed of the packet's headers.
    pub carry: Signal<In, Carry>,
    /// Address of the ENI's side, which asks,
    pub near_ip: Signal<In, Bits<128>>,
    /// and of the other one, which is asked for.
    pub far_ip: Signal<In, Bits<128>>,
    /// What the quoted words add up to.
    pub quote_sum: Signal<In, Bits<16>>,
    /// MTU of the path, a clock later.
    pub path: Signal<In, Bits<14>>,
    /// `LATENCY - 3` clocks later: it is longer than that, and its sender is told.
    pub tells: Signal<In, Bit>,
    /// The addresses, `LATENCY - 2` clocks later.
    pub late_near_ip: Signal<In, Bits<128>>,
    pub late_far_ip: Signal<In, Bits<128>>,
    /// `LATENCY - 2` clocks later: it leaves as it is through this port,
    pub late_settled: Signal<In, Bit>,
    pub late_port: Signal<In, Bits<3>>,
    /// or to the host's CPU behind this header.
    pub late_punted: Signal<In, Bit>,
    pub late_head: Signal<In, Bits<128>>,
    /// Number of the service that was found, `LATENCY - 2` clocks later.
    pub late_service: Signal<Out, Bits<4>>,
    /// Where it goes if it leaves one, or the answer to what it asks.
    pub mapping: Signal<In, MappingAction>,
    /// How the ENI is reached that it comes to, or that asked.
    pub row: Signal<In, Access>,
    /// Does it come from an ENI of this card?
    pub inside: Signal<In, Bit>,
    /// It ought to have another address, and has none; a clock later.
    pub nameless: Signal<Out, Bit>,
    /// The lowest bits of the header say what changes of the frame.
    pub patched: Signal<Out, Bits<1>>,
    /// Does the ENI stand outside? With the header.
    pub outside: Signal<Out, Bits<1>>,
    /// Port through which it leaves.
    pub egress_port: Signal<Out, Bits<3>>,
    /// Halfwords of the new header.
    pub p: Signal<Out, Bits<6>>,
    /// Halfwords of the old frame that disappear.
    pub s: Signal<Out, Bits<7>>,
    /// Where the old frame ends, in bytes.
    pub len: Signal<Out, Bits<14>>,
    /// The new header, its first byte highest.
    pub header: Signal<Out, Bits<HEADER_BITS>>,
    /// Source MAC of the tenant's frame.
    pub overlay_src_mac: Signal<Out, Bits<48>>,
    outer_sum: Checksum,
    inner: DFF<Bits<16>>,
    total_length: DFF<Bits<16>>,
    udp_length: DFF<Bits<16>>,
    sum_at: Delay<Bits<16>, SPARE>,
    udp_at: Delay<Bits<16>, { SPARE + 3 }>,
    total_at: Delay<Bits<16>, { SPARE + 3 }>,
    src_mac: DFF<Bits<48>>,
    src_mac_at: Delay<Bits<48>, { LATENCY - 2 }>,
    carry_before: Delay<Carry, { LATENCY - 2 }>,
    carry_at: DFF<Carry>,
    mapping_before: Delay<MappingAction, { LATENCY - 2 }>,
    mapping_at: DFF<MappingAction>,
    row_before: Delay<Access, { LATENCY - 2 }>,
    row_at: DFF<Access>,
    inbound_before: Delay<Bit, { LATENCY - 2 }>,
    inbound_at: DFF<Bit>,
    tunnel: Signal<Local, TunnelHeader>,
    nat: Nat,
    patched_now: DFF<Bits<1>>,
    outside_now: DFF<Bits<1>>,
    tags: Tags,
    answer_of: Answer,
    answer: DFF<Bits<HEADER_BITS>>,
    tells_before: DFF<Bit>,
    tells_at: DFF<Bit>,
    out_or_answer: Either<8, HEADER_BITS>,
    or_to_eni: Either<8, HEADER_BITS>,
    overlay_src_mac_now: DFF<Bits<48>>,
    out: DFF<Bits<HEADER_BITS>>,
    shape: Shape,
    settled: DFF<Bit>,
    punted: DFF<Bit>,
    came_at: DFF<Bits<3>>,
    behind_head: Constant<Bits<HEADER_BITS>>,
    fixed: Constant<TunnelHeader>,
    source_port: Constant<Bits<16>>,
}

impl Default for Encap {
    #[allow(clippy::too_many_lines)] // a line per field
    fn default() -> Self {
        let fixed = super::TunnelHeader {
            vxlan_flags: 8,
            udp_dst_port: super::VXLAN_PORT,
            protocol: 17,
            ttl: super::OUTER_TTL,
            fragment: 0x4000,
            version_ihl: 0x45,
            ethertype: 0x0800,
            ..super::TunnelHeader::default()
        };
        Self {
            clock: Signal::default(),
            identity: Signal::default(),
            inbound: Signal::default(),
            carry: Signal::default(),
            near_ip: Signal::default(),
            far_ip: Signal::default(),
            quote_sum: Signal::default(),
            path: Signal::default(),
            tells: Signal::default(),
            late_near_ip: Signal::default(),
            late_far_ip: Signal::default(),
            late_settled: Signal::default(),
            late_port: Signal::default(),
            late_punted: Signal::default(),
            late_head: Signal::default(),
            late_service: Signal::default(),
            mapping: Signal::default(),
            row: Signal::default(),
            inside: Signal::default(),
            nameless: Signal::default(),
            patched: Signal::default(),
            outside: Signal::default(),
            egress_port: Signal::default(),
            p: Signal::default(),
            s: Signal::default(),
            len: Signal::default(),
            header: Signal::default(),
            overlay_src_mac: Signal::default(),
            outer_sum: Checksum::default(),
            inner: DFF::default(),
            total_length: DFF::default(),
            udp_length: DFF::default(),
            sum_at: Delay::default(),
            udp_at: Delay::default(),
            total_at: Delay::default(),
            src_mac: DFF::default(),
            src_mac_at: Delay::default(),
            carry_before: Delay::default(),
            carry_at: DFF::default(),
            mapping_before: Delay::default(),
            mapping_at: DFF::default(),
            row_before: Delay::default(),
            row_at: DFF::default(),
            inbound_before: Delay::default(),
            inbound_at: DFF::default(),
            tunnel: Signal::default(),
            nat: Nat::default(),
            patched_now: DFF::default(),
            outside_now: DFF::default(),
            tags: Tags::default(),
            answer_of: Answer::default(),
            answer: DFF::default(),
            tells_before: DFF::default(),
            tells_at: DFF::default(),
            out_or_answer: Either::default(),
            or_to_eni: Either::default(),
            overlay_src_mac_now: DFF::default(),
            out: DFF::default(),
            shape: Shape::default(),
            settled: DFF::default(),
            punted: DFF::default(),
            came_at: DFF::default(),
            behind_head: Constant::new(!Bits::default() >> (8 * punt::HEADER_BYTES as u64)),
            fixed: Constant::new(fixed.into()),
            source_port: Constant::new(u64::from(super::SOURCE_PORT_FIRST).to_bits()),
        }
    }
}

impl Logic for Encap {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        dff_setup!(self, clock, inner, total_length, udp_length, src_mac);
        dff_setup!(self, clock, overlay_src_mac_now, out);
        dff_setup!(self, clock, carry_at, mapping_at, row_at, inbound_at, answer);
        dff_setup!(
            self,
            clock,
            settled,
            punted,
            came_at,
            tells_before,
            tells_at,
            patched_now,
            outside_now
        );
        clock!(self, clock, outer_sum, sum_at, udp_at, total_at, src_mac_at, carry_before);
        clock!(self, clock, mapping_before, row_before, inbound_before, answer_of);
        clock!(self, clock, out_or_answer, or_to_eni, nat, shape);
        // Lengths: of the tenant's frame, of the outer packet, of its UDP part.
        self.inner.d.next = bit_cast::<16, 14>(self.carry.val().end)
            - bit_cast::<16, 8>(self.carry.val().l3_offset)
            + 14;
        self.total_length.d.next = self.inner.q.val() + 36;
        self.udp_length.d.next = self.inner.q.val() + 16;
        self.total_at.d.next = self.total_length.q.val();
        self.udp_at.d.next = self.udp_length.q.val();
        self.outer_sum.src.next = self.identity.val().vtep;
        self.outer_sum.dst.next = self.mapping.val().vtep;
        self.outer_sum.dscp_ecn.next = self.carry.val().dscp_ecn;
        self.outer_sum.total_length.next = self.total_length.q.val();
        self.sum_at.d.next = self.outer_sum.checksum.val();
        // Who the tenant's frame says it comes from.
        self.src_mac.d.next = self.carry.val().src_mac;
        if self.carry.val().routed.any() {
            self.src_mac.d.next = self.identity.val().router_mac;
        }
        self.src_mac_at.d.next = self.src_mac.q.val();
        self.carry_before.d.next = self.carry.val();
        self.carry_at.d.next = self.carry_before.q.val();
        self.mapping_before.d.next = self.mapping.val();
        self.mapping_at.d.next = self.mapping_before.q.val();
        self.row_before.d.next = self.row.val();
        self.row_at.d.next = self.row_before.q.val();
        self.inbound_before.d.next = self.inbound.val();
        self.inbound_at.d.next = self.inbound_before.q.val();
        self.overlay_src_mac_now.d.next = self.src_mac_at.q.val();
        self.overlay_src_mac.next = self.overlay_src_mac_now.q.val();
        // To another card.
        self.tunnel.next = self.fixed.val();
        self.tunnel.next.dst_mac = self.identity.val().gateway_mac;
        self.tunnel.next.src_mac = self.identity.val().mac;
        self.tunnel.next.dscp_ecn = self.carry_at.q.val().dscp_ecn;
        self.tunnel.next.total_length = self.total_at.q.val();
        self.tunnel.next.checksum = self.sum_at.q.val();
        self.tunnel.next.src_ip = self.identity.val().vtep;
        self.tunnel.next.dst_ip = self.mapping_at.q.val().vtep;
        self.tunnel.next.udp_src_port =
            self.source_port.val() | bit_cast::<16, 14>(self.carry_at.q.val().flow_hash);
        self.tunnel.next.udp_length = self.udp_at.q.val();
        self.tunnel.next.vni = self.mapping_at.q.val().vni;
        self.tunnel.next.overlay_dst_mac = self.mapping_at.q.val().mac;
        self.tunnel.next.overlay_src_mac = self.src_mac_at.q.val();
        // To an ENI here, or what the card answers it, known a clock before.
        self.tags.row.next = self.row_at.q.val();
        self.tags.src_mac.next = self.src_mac_at.q.val();
        self.answer_of.identity.next = self.identity.val();
        self.answer_of.question.next = self.carry.val().question.any();
        self.answer_of.v6.next = self.carry.val().v6.any();
        self.answer_of.routed.next = self.carry.val().routed.any();
        self.answer_of.near_ip.next = self.near_ip.val();
        self.answer_of.far_ip.next = self.far_ip.val();
        self.answer_of.quote_words.next = self.carry.val().quote_words;
        self.answer_of.quote_sum.next = self.quote_sum.val();
        self.answer_of.mapping.next = self.mapping.val();
        self.answer_of.row.next = self.row.val();
        self.answer_of.path.next = self.path.val();
        self.answer_of.tells.next = self.tells.val();
        self.answer_of.late_near_ip.next = self.late_near_ip.val();
        self.answer_of.late_far_ip.next = self.late_far_ip.val();
        self.answer_of.late_row.next = self.row_before.q.val();
        self.answer_of.late_mapping.next = self.mapping_before.q.val();
        self.tells_before.d.next = self.tells.val();
        self.tells_at.d.next = self.tells_before.q.val();
        self.answer.d.next = self.answer_of.header.val();
        // Or the head of what is punted.
        self.late_service.next = self.mapping_before.q.val().service;
        self.settled.d.next = self.late_settled.val();
        self.punted.d.next = self.late_punted.val();
        self.came_at.d.next = self.late_port.val();
        if self.late_punted.val() {
            self.answer.d.next = (self.answer_of.header.val() & self.behind_head.val())
                | (bit_cast::<HEADER_BITS, 128>(self.late_head.val()) << 640);
        }
        // One of them.
        self.out_or_answer.take_b.next = self.carry_before.q.val().question.any()
            | self.tells_before.q.val()
            | self.late_punted.val();
        self.out_or_answer.a.next =
            bit_cast::<HEADER_BITS, TUNNEL>(bit_cast::<TUNNEL, TUNNEL>(self.tunnel.val().into()))
                << 272;
        self.out_or_answer.b.next = self.answer.q.val();
        self.or_to_eni.take_b.next = self.inbound_before.q.val();
        self.or_to_eni.a.next = self.out_or_answer.chosen.val();
        self.or_to_eni.b.next = self.tags.header.val();
        self.nat.row.next = self.row.val();
        self.nat.mapping.next = self.mapping.val();
        self.nat.far_ip.next = self.far_ip.val().get_bits::<32>(0);
        self.nat.v4.next = !self.carry.val().v6.any() & !self.carry.val().question.any();
        self.nat.inside.next = self.inside.val();
        self.nameless.next = self.nat.lost.val();
        self.nat.late_inbound.next = self.inbound_before.q.val();
        self.nat.late_row.next = self.row_before.q.val();
        self.nat.late_mapping.next = self.mapping_before.q.val();
        self.nat.late_carry.next = self.carry_before.q.val();
        self.patched_now.d.next = 0.into();
        if self.nat.translates.val()
            & !self.settled.q.val()
            & !self.punted.q.val()
            & !self.tells_at.q.val()
        {
            self.patched_now.d.next = 1.into();
        }
        self.patched.next = self.patched_now.q.val();
        self.outside_now.d.next = self.row_at.q.val().outside;
        self.outside.next = self.outside_now.q.val();
        self.out.d.next =
            self.or_to_eni.chosen.val() | bit_cast::<HEADER_BITS, PATCH_BITS>(self.nat.patch.val());
        self.shape.inbound.next = self.inbound_at.q.val();
        self.shape.carry.next = self.carry_at.q.val();
        self.shape.row.next = self.row_at.q.val();
        self.shape.tells.next = self.tells_at.q.val();
        self.shape.settled.next = self.settled.q.val();
        self.shape.punted.next = self.punted.q.val();
        self.shape.came.next = self.came_at.q.val();
        self.egress_port.next = self.shape.egress_port.val();
        self.p.next = self.shape.p.val();
        self.s.next = self.shape.s.val();
        self.len.next = self.shape.len.val();
        self.header.next = self.out.q.val();
    }
}
