//! [`super::calls`], [`super::fixed`], [`super::arrive`] and [`super::header`] as hardware.

use super::bits::{InjectHeader, PuntHeader};
use crate::{
    meta::bits::Source,
    parser::{
        bits::Headers,
        wire::{NEIGHBOR_SOLICITATION, PROTOCOL_UDP, ROUTER_SOLICITATION},
    },
    profile::{CPU_PORT, HOST_PORTS, NET_PORTS},
};
use cells::{register::Register, stream::SwapBytes, view::View};
use rust_hdl::prelude::*;

/// Clocks of [`Calls`] and of [`Fixed`].
pub const LATENCY: usize = 2;

/// What an ENI asks of the host without naming it.
#[derive(LogicBlock)]
pub struct Calls {
    pub clock: Signal<In, Clock>,
    /// Does it come to the ENI?
    pub inbound: Signal<In, Bit>,
    pub headers: Signal<In, Headers>,
    pub dhcp: Signal<Out, Bit>,
    pub routers: Signal<Out, Bit>,
    pub link_local: Signal<Out, Bit>,
    /// See [`super::excused`].
    pub excused: Signal<Out, Bit>,
    kind: Signal<Local, Bits<8>>,
    parts: Signal<Local, Bits<8>>,
    some: DFF<Bits<8>>,
    is_v6: DFF<Bit>,
    from_link_local: DFF<Bit>,
    for_link_local: DFF<Bit>,
    asks: DFF<Bit>,
    speaks: Signal<Local, Bit>,
    link_local_now: DFF<Bit>,
    question: Constant<Bits<8>>,
    udp: DFF<Bit>,
    to_v4: DFF<Bit>,
    to_v6: DFF<Bit>,
    solicits: DFF<Bit>,
    is_dhcp: Signal<Local, Bit>,
    no_source: Signal<Local, Bit>,
    dhcp_now: DFF<Bit>,
    routers_now: DFF<Bit>,
    excused_now: DFF<Bit>,
    protocol: Constant<Bits<8>>,
    solicitation: Constant<Bits<8>>,
    port_v4: Constant<Bits<16>>,
    port_v6: Constant<Bits<16>>,
}

impl Default for Calls {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            inbound: Signal::default(),
            headers: Signal::default(),
            dhcp: Signal::default(),
            routers: Signal::default(),
            link_local: Signal::default(),
            excused: Signal::default(),
            kind: Signal::default(),
            parts: Signal::default(),
            some: DFF::default(),
            is_v6: DFF::default(),
            from_link_local: DFF::default(),
            for_link_local: DFF::default(),
            asks: DFF::default(),
            speaks: Signal::default(),
            link_local_now: DFF::default(),
            question: Constant::new(NEIGHBOR_SOLICITATION.to_bits()),
            udp: DFF::default(),
            to_v4: DFF::default(),
            to_v6: DFF::default(),
            solicits: DFF::default(),
            is_dhcp: Signal::default(),
            no_source: Signal::default(),
            dhcp_now: DFF::default(),
            routers_now: DFF::default(),
            excused_now: DFF::default(),
            protocol: Constant::new(PROTOCOL_UDP.to_bits()),
            solicitation: Constant::new(ROUTER_SOLICITATION.to_bits()),
            port_v4: Constant::new(super::DHCP_PORTS[0].to_bits()),
            port_v6: Constant::new(super::DHCP_PORTS[1].to_bits()),
        }
    }
}

impl Logic for Calls {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, some, is_v6, from_link_local, for_link_local, udp, to_v4, to_v6);
        dff_setup!(self, clock, solicits, asks, dhcp_now, routers_now, link_local_now, excused_now);
        self.parts.next = 0.into();
        for i in 0..8 {
            self.parts.next = self
                .parts
                .val()
                .replace_bit(i, self.headers.val().src_ip.get_bits::<16>(16 * i).any());
        }
        self.some.d.next = self.parts.val();
        self.is_v6.d.next = self.headers.val().is_ipv6.any();
        self.from_link_local.d.next = self.headers.val().src_ip.get_bits::<10>(118) == 0x3fa;
        self.for_link_local.d.next = self.headers.val().dst_ip.get_bits::<10>(118) == 0x3fa;
        self.udp.d.next = !self.inbound.val()
            & self.headers.val().dst_mac.get_bit(40)
            & self.headers.val().ported.any()
            & (self.headers.val().protocol == self.protocol.val());
        self.to_v4.d.next = self.headers.val().dst_port == self.port_v4.val();
        self.to_v6.d.next = self.headers.val().dst_port == self.port_v6.val();
        self.kind.next = self.headers.val().dst_port.get_bits::<8>(8);
        self.speaks.next = !self.inbound.val()
            & self.headers.val().neighbor.any()
            & self.headers.val().is_ipv6.any();
        self.solicits.d.next = self.speaks.val() & (self.kind.val() == self.solicitation.val());
        self.asks.d.next = self.speaks.val() & (self.kind.val() == self.question.val());
        // Behind the second clock.
        self.is_dhcp.next = self.udp.q.val()
            & ((self.is_v6.q.val() & self.to_v6.q.val())
                | (!self.is_v6.q.val() & self.to_v4.q.val()));
        self.no_source.next = !self.some.q.val().any() | self.from_link_local.q.val();
        if !self.is_v6.q.val() {
            self.no_source.next = !self.some.q.val().get_bits::<2>(0).any();
        }
        self.dhcp_now.d.next = self.is_dhcp.val();
        self.routers_now.d.next = self.solicits.q.val();
        self.link_local_now.d.next = self.asks.q.val() & self.for_link_local.q.val();
        self.excused_now.d.next = ((self.is_dhcp.val() | self.solicits.q.val())
            & self.no_source.val())
            | (self.asks.q.val() & self.from_link_local.q.val());
        self.dhcp.next = self.dhcp_now.q.val();
        self.routers.next = self.routers_now.q.val();
        self.link_local.next = self.link_local_now.q.val();
        self.excused.next = self.excused_now.q.val();
    }
}

/// Is the destination an address that means the same in every VPC?
#[derive(LogicBlock)]
pub struct Fixed {
    pub clock: Signal<In, Clock>,
    pub headers: Signal<In, Headers>,
    pub yes: Signal<Out, Bit>,
    v4: DFF<Bit>,
    v6: DFF<Bit>,
    either: DFF<Bit>,
    v4_prefix: Constant<Bits<16>>,
    v6_prefix: Constant<Bits<32>>,
}

impl Default for Fixed {
    fn default() -> Self {
        let [v4, v6] = super::FIXED;
        Self {
            clock: Signal::default(),
            headers: Signal::default(),
            yes: Signal::default(),
            v4: DFF::default(),
            v6: DFF::default(),
            either: DFF::default(),
            v4_prefix: Constant::new(v4.to_bits()),
            v6_prefix: Constant::new(v6.to_bits()),
        }
    }
}

impl Logic for Fixed {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, v4, v6, either);
        self.v4.d.next = self.headers.val().is_ipv4.any()
            & (self.headers.val().dst_ip.get_bits::<16>(16) == self.v4_prefix.val());
        self.v6.d.next = self.headers.val().is_ipv6.any()
            & (self.headers.val().dst_ip.get_bits::<32>(96) == self.v6_prefix.val());
        self.either.d.next = self.v4.q.val() | self.v6.q.val();
        self.yes.next = self.either.q.val();
    }
}

/// What stands in front of a punted frame; wires.
#[derive(LogicBlock)]
pub struct Head {
    pub reason: Signal<In, Bits<3>>,
    pub service: Signal<In, Bits<4>>,
    pub port: Signal<In, Bits<3>>,
    pub eni: Signal<In, Bits<10>>,
    pub tick: Signal<In, Bits<12>>,
    pub generation: Signal<In, Bits<1>>,
    pub bits: Signal<Out, Bits<128>>,
    header: Signal<Local, PuntHeader>,
    fixed: Constant<PuntHeader>,
}

impl Default for Head {
    fn default() -> Self {
        let fixed = super::PuntHeader { version: super::VERSION, ..super::PuntHeader::default() };
        Self {
            reason: Signal::default(),
            service: Signal::default(),
            port: Signal::default(),
            eni: Signal::default(),
            tick: Signal::default(),
            generation: Signal::default(),
            bits: Signal::default(),
            header: Signal::default(),
            fixed: Constant::new(fixed.into()),
        }
    }
}

impl Logic for Head {
    #[hdl_gen]
    fn update(&mut self) {
        self.header.next = self.fixed.val();
        self.header.next.reason = self.reason.val();
        self.header.next.service = self.service.val();
        self.header.next.port = self.port.val();
        self.header.next.eni = self.eni.val();
        self.header.next.tick = self.tick.val();
        self.header.next.generation = self.generation.val();
        self.bits.next = bit_cast::<128, 128>(self.header.val().into());
    }
}

// A kernel takes no name for a number: ports below this one are there, of which this is a net one.
const _: () = assert!(CPU_PORT == 3 && HOST_PORTS == 2 && NET_PORTS == 1);
const _: () = assert!(super::NOWHERE == 7 && super::VERSION == 1);

/// Frames from the CPU without their first beat, which says where they come from: `W` data bits.
///
/// A frame that is but one beat goes on as it is, and comes from nowhere. No latency; the first
/// beat takes a clock of the CPU's port, and none of the card's.
#[derive(LogicBlock)]
pub struct Inject<const W: usize> {
    pub clock: Signal<In, Clock>,
    /// A frame begins with the next beat.
    pub reset: Signal<In, Bit>,
    pub s_tdata: Signal<In, Bits<W>>,
    pub s_tlast: Signal<In, Bit>,
    pub s_tvalid: Signal<In, Bit>,
    pub s_tready: Signal<Out, Bit>,
    /// The beat, whose bytes are those that come in, goes on.
    pub m_tvalid: Signal<Out, Bit>,
    pub m_tready: Signal<In, Bit>,
    pub m_tuser: Signal<Out, Bits<7>>,
    swap: SwapBytes<128>,
    header: View<InjectHeader, 128>,
    behind: Register<Bit>,
    source: Signal<Local, Source>,
    source_of: DFF<Source>,
    nowhere: Constant<Bits<7>>,
}

impl<const W: usize> Default for Inject<W> {
    fn default() -> Self {
        let nowhere = crate::meta::Source {
            port: super::NOWHERE,
            injected: true,
            bad: true,
            ..crate::meta::Source::default()
        };
        let nowhere: Source = nowhere.into();
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            s_tdata: Signal::default(),
            s_tlast: Signal::default(),
            s_tvalid: Signal::default(),
            s_tready: Signal::default(),
            m_tvalid: Signal::default(),
            m_tready: Signal::default(),
            m_tuser: Signal::default(),
            swap: SwapBytes::default(),
            header: View::default(),
            behind: Register::default(),
            source: Signal::default(),
            source_of: DFF::default(),
            nowhere: Constant::new(nowhere.into()),
        }
    }
}

impl<const W: usize> Logic for Inject<W> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, behind, source_of);
        self.behind.reset.next = self.reset.val();
        self.swap.i.next = self.s_tdata.val().get_bits::<128>(0);
        self.header.i.next = self.swap.o.val();
        self.source.next.port = self.header.o.val().as_port;
        self.source.next.direct = self.header.o.val().direct;
        self.source.next.injected = 1.into();
        self.source.next.net = 0.into();
        if (self.header.o.val().as_port == 2) & !self.header.o.val().direct.any() {
            self.source.next.net = 1.into();
        }
        self.source.next.bad = 0.into();
        if (self.header.o.val().version != 1)
            | (self.header.o.val().as_port == 3)
            | self.header.o.val().as_port.get_bit(2)
        {
            self.source.next.bad = 1.into();
        }
        self.m_tvalid.next = self.s_tvalid.val() & (self.behind.q.val() | self.s_tlast.val());
        self.s_tready.next = self.m_tready.val();
        if !self.behind.q.val() & self.s_tvalid.val() & !self.s_tlast.val() {
            // The header is taken off.
            self.s_tready.next = true;
            self.source_of.d.next = self.source.val();
            self.behind.d.next = true;
        }
        if self.behind.q.val() & self.s_tvalid.val() & self.m_tready.val() & self.s_tlast.val() {
            self.behind.d.next = false;
        }
        self.m_tuser.next = self.nowhere.val();
        if self.behind.q.val() {
            self.m_tuser.next = bit_cast::<7, 7>(self.source_of.q.val().into());
        }
    }
}
