//! [`super::into_tunnel`] and [`super::to_eni`] as hardware.

use super::{
    TPID,
    bits::{EniHeader, TunnelHeader},
    checksum::Checksum,
};
use crate::{
    arp::{ARP_BYTES, LEFT_BYTES, gateware::Reply},
    decap::bits::Identity,
    deliver::bits::Access,
    mapping::bits::MappingAction,
    profile::HOST_PORTS,
};
use cells::delay::Delay;
use rust_hdl::prelude::*;

/// Clocks from the receiver to the new header: as many as its connection takes.
pub const LATENCY: usize = 12;
/// Those that are left behind four sums and two folds of the checksum.
const SPARE: usize = LATENCY - 6;
const TUNNEL: usize = 496;
const ENI: usize = 160;

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
    /// Is it an ENI's ARP request?
    pub arp: Bits<1>,
    /// IPv4 address of the ENI's side,
    pub near_v4: Bits<32>,
    /// and of the other one.
    pub far_v4: Bits<32>,
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
    /// Where it goes if it leaves one, or the answer to what it asks.
    pub mapping: Signal<In, MappingAction>,
    /// How the ENI is reached that it comes to, or that asked.
    pub row: Signal<In, Access>,
    /// Port through which it leaves.
    pub egress_port: Signal<Out, Bits<3>>,
    /// Halfwords of the new header.
    pub p: Signal<Out, Bits<6>>,
    /// Halfwords of the old frame that disappear.
    pub s: Signal<Out, Bits<7>>,
    /// Where the old frame ends, in bytes.
    pub len: Signal<Out, Bits<14>>,
    /// The new header, its first byte highest.
    pub header: Signal<Out, Bits<512>>,
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
    carry_at: Delay<Carry, { LATENCY - 1 }>,
    mapping_at: Delay<MappingAction, { LATENCY - 1 }>,
    row_at: Delay<Access, { LATENCY - 1 }>,
    inbound_at: Delay<Bit, { LATENCY - 1 }>,
    tunnel: Signal<Local, TunnelHeader>,
    eni: Signal<Local, EniHeader>,
    begins: Signal<Local, Bits<512>>,
    reply: Reply,
    overlay_src_mac_now: DFF<Bits<48>>,
    out: DFF<Bits<512>>,
    port: DFF<Bits<3>>,
    p_of: DFF<Bits<6>>,
    s_of: DFF<Bits<7>>,
    len_of: DFF<Bits<14>>,
    net_port: Constant<Bits<3>>,
    fixed: Constant<TunnelHeader>,
    behind: Constant<Bits<8>>,
    left: Constant<Bits<7>>,
    source_port: Constant<Bits<16>>,
    tpid: Constant<Bits<16>>,
    outer_tpid: Constant<Bits<16>>,
}

impl Default for Encap {
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
            mapping: Signal::default(),
            row: Signal::default(),
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
            carry_at: Delay::default(),
            mapping_at: Delay::default(),
            row_at: Delay::default(),
            inbound_at: Delay::default(),
            tunnel: Signal::default(),
            eni: Signal::default(),
            begins: Signal::default(),
            reply: Reply::default(),
            overlay_src_mac_now: DFF::default(),
            out: DFF::default(),
            port: DFF::default(),
            p_of: DFF::default(),
            s_of: DFF::default(),
            len_of: DFF::default(),
            net_port: Constant::new((HOST_PORTS as u64).to_bits()),
            fixed: Constant::new(fixed.into()),
            behind: Constant::new((ARP_BYTES as u64).to_bits()),
            left: Constant::new(((ARP_BYTES - LEFT_BYTES) as u64 / 2).to_bits()),
            source_port: Constant::new(u64::from(super::SOURCE_PORT_FIRST).to_bits()),
            tpid: Constant::new(u64::from(TPID[0]).to_bits()),
            outer_tpid: Constant::new(u64::from(TPID[1]).to_bits()),
        }
    }
}

impl Logic for Encap {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        dff_setup!(self, clock, inner, total_length, udp_length, src_mac);
        dff_setup!(self, clock, overlay_src_mac_now, out, port, p_of, s_of, len_of);
        clock!(self, clock, outer_sum, sum_at, udp_at, total_at, src_mac_at, carry_at, mapping_at);
        clock!(self, clock, row_at, inbound_at);
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
        self.carry_at.d.next = self.carry.val();
        self.mapping_at.d.next = self.mapping.val();
        self.row_at.d.next = self.row.val();
        self.inbound_at.d.next = self.inbound.val();
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
        // To an ENI here.
        self.eni.next.dst_mac = self.row_at.q.val().mac;
        self.eni.next.src_mac = self.src_mac_at.q.val();
        if self.carry_at.q.val().arp.any() {
            self.eni.next.src_mac = self.mapping_at.q.val().mac;
        }
        self.eni.next.tpid0 = self.tpid.val();
        if self.row_at.q.val().tags == 2 {
            self.eni.next.tpid0 = self.outer_tpid.val();
        }
        self.eni.next.vid0 = bit_cast::<16, 12>(self.row_at.q.val().vids.get_bits::<12>(0));
        self.eni.next.tpid1 = self.tpid.val();
        self.eni.next.vid1 = bit_cast::<16, 12>(self.row_at.q.val().vids.get_bits::<12>(12));
        // The answer to what it asked, behind its ENI's tags.
        self.begins.next = bit_cast::<512, ENI>(bit_cast::<ENI, ENI>(self.eni.val().into())) << 352;
        self.reply.begins.next = self.begins.val();
        self.reply.tags.next = self.row_at.q.val().tags;
        self.reply.asker_mac.next = self.row_at.q.val().mac;
        self.reply.asker_ip.next = self.carry_at.q.val().near_v4;
        self.reply.mac.next = self.mapping_at.q.val().mac;
        self.reply.ip.next = self.carry_at.q.val().far_v4;
        // One of them.
        self.port.d.next = self.net_port.val();
        self.p_of.d.next = 31.into();
        self.out.d.next =
            bit_cast::<512, TUNNEL>(bit_cast::<TUNNEL, TUNNEL>(self.tunnel.val().into())) << 16;
        if self.inbound_at.q.val() {
            self.port.d.next = self.row_at.q.val().port;
            self.p_of.d.next = (bit_cast::<6, 2>(self.row_at.q.val().tags) << 1) + 6;
            self.out.d.next = self.begins.val();
        }
        self.s_of.d.next = bit_cast::<7, 8>(self.carry_at.q.val().l3_offset >> 1) - 1;
        self.len_of.d.next = self.carry_at.q.val().end;
        if self.carry_at.q.val().arp.any() {
            self.port.d.next = self.row_at.q.val().port;
            self.p_of.d.next = (bit_cast::<6, 2>(self.row_at.q.val().tags) << 1) + 21;
            self.out.d.next = self.reply.header.val();
            self.s_of.d.next =
                bit_cast::<7, 8>(self.carry_at.q.val().l3_offset >> 1) + self.left.val();
            self.len_of.d.next =
                bit_cast::<14, 8>(self.carry_at.q.val().l3_offset + self.behind.val());
        }
        self.egress_port.next = self.port.q.val();
        self.p.next = self.p_of.q.val();
        self.s.next = self.s_of.q.val();
        self.len.next = self.len_of.q.val();
        self.header.next = self.out.q.val();
    }
}
