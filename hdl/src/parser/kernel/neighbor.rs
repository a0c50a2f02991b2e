//! Does the packet speak of neighbors? Neighbor discovery directly behind its IPv6 header.
//!
//! ```text
//!   layer 3 --> [ compares ] --> [ target for destination, MAC; does it hold together? ]
//!               clock 3          clock 4
//! ```

use super::super::wire::{
    self, NEIGHBOR_SOLICITATION, PROTOCOL_ICMPV6, ROUTER_SOLICITATION, SOURCE_LINK_LAYER_ADDRESS,
};
use super::{
    link::Kind,
    network::{Mapped, NetworkFields},
    view::View,
};
use cells::delay::Delay;
use rust_hdl::prelude::*;

/// What is found in clock 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Found {
    /// ICMPv6 of a type between router solicitation and redirect.
    pub speaks: Bit,
    /// In a tunnel, where nothing else is looked at.
    pub inner: Bit,
    /// A solicitation.
    pub solicits: Bit,
    /// One of routers, which has no target.
    pub routers: Bit,
    /// It does not hold together.
    pub routers_wrong: Bit,
    /// No router has passed it on.
    pub near: Bit,
    /// Less than a target.
    pub short: Bit,
    /// More than a target, less than an option behind it.
    pub cut: Bit,
    /// An option behind it,
    pub option: Bit,
    /// of length 0,
    pub empty: Bit,
    /// with the sender's MAC.
    pub claims: Bit,
    /// The target is a multicast address.
    pub group: Bit,
    /// Pairs of bytes of the source address that are not 0.
    pub asker: Bits<8>,
}

/// Clocks 3 and 4.
#[derive(LogicBlock)]
pub struct Neighbor {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// From the first byte of layer 3.
    pub l3: Signal<In, Bits<592>>,
    /// What it is.
    pub kind: Signal<In, Kind>,
    /// Source MAC of the frame.
    pub src_mac: Signal<In, Bits<48>>,
    /// It is in a tunnel, clock 2.
    pub inner: Signal<In, Bit>,
    /// After clock 3.
    pub network: Signal<In, NetworkFields>,
    /// The same with what neighbor discovery says, after clock 4.
    pub fields: Signal<Out, NetworkFields>,
    /// It does not hold together, after clock 13.
    pub malformed: Signal<Out, Bit>,
    ipv6: View<wire::bits::Ipv6, 320>,
    message: View<wire::bits::Solicitation, 256>,
    asker: Signal<Local, Bits<8>>,
    length: Signal<Local, Bits<16>>,
    inner_2: DFF<Bit>,
    found: DFF<Found>,
    target: DFF<Bits<128>>,
    option_mac: DFF<Bits<48>>,
    frame_mac: DFF<Bits<48>>,
    fields_4: DFF<NetworkFields>,
    wrong: DFF<Bit>,
    solicits_4: DFF<Bit>,
    mapped: Mapped,
    late_malformed: Delay<Bit, 9>,
    icmpv6: Constant<Bits<8>>,
    solicitation: Constant<Bits<8>>,
    router_solicitation: Constant<Bits<8>>,
    source: Constant<Bits<8>>,
}

impl Default for Neighbor {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            l3: Signal::default(),
            kind: Signal::default(),
            src_mac: Signal::default(),
            inner: Signal::default(),
            network: Signal::default(),
            fields: Signal::default(),
            malformed: Signal::default(),
            ipv6: View::default(),
            message: View::default(),
            asker: Signal::default(),
            length: Signal::default(),
            inner_2: DFF::default(),
            found: DFF::default(),
            target: DFF::default(),
            option_mac: DFF::default(),
            frame_mac: DFF::default(),
            fields_4: DFF::default(),
            wrong: DFF::default(),
            solicits_4: DFF::default(),
            mapped: Mapped::default(),
            late_malformed: Delay::default(),
            icmpv6: Constant::new(PROTOCOL_ICMPV6.to_bits()),
            solicitation: Constant::new(NEIGHBOR_SOLICITATION.to_bits()),
            router_solicitation: Constant::new(ROUTER_SOLICITATION.to_bits()),
            source: Constant::new(SOURCE_LINK_LAYER_ADDRESS.to_bits()),
        }
    }
}

impl Logic for Neighbor {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // a line per compare
    fn update(&mut self) {
        dff_setup!(
            self, clock, inner_2, found, target, option_mac, frame_mac, fields_4, wrong, solicits_4
        );
        clock!(self, clock, mapped, late_malformed);
        self.ipv6.bytes.next = self.l3.val().get_bits::<320>(272);
        self.message.bytes.next = self.l3.val().get_bits::<256>(16);
        self.inner_2.d.next = self.inner.val();
        self.found.d.next.inner = self.inner_2.q.val();
        // Clock 3. Types 133 to 137.
        self.found.d.next.speaks = self.kind.val().ipv6
            & (self.ipv6.fields.val().next_header == self.icmpv6.val())
            & (((self.message.fields.val().kind & 0xfe) == 0x86)
                | ((self.message.fields.val().kind & 0xfe) == 0x88)
                | (self.message.fields.val().kind == self.router_solicitation.val()));
        self.found.d.next.routers =
            self.message.fields.val().kind == self.router_solicitation.val();
        // Its option lies where others have the target.
        self.length.next = self.ipv6.fields.val().payload_length;
        self.found.d.next.routers_wrong = !self.length.val().get_bits::<13>(3).any()
            | ((self.length.val().get_bits::<13>(3) == 1)
                & self.length.val().get_bits::<3>(0).any())
            | (self.length.val().get_bits::<12>(4).any()
                & !self.message.fields.val().target.get_bits::<8>(112).any());
        self.found.d.next.solicits = self.message.fields.val().kind == self.solicitation.val();
        self.found.d.next.near =
            self.ipv6.fields.val().hop_limit.all() & !self.message.fields.val().code.any();
        self.found.d.next.short = self.ipv6.fields.val().payload_length < 24;
        self.found.d.next.cut = ((self.ipv6.fields.val().payload_length & 0xfff8) == 24)
            & (self.ipv6.fields.val().payload_length & 0x7).any();
        self.found.d.next.option = (self.ipv6.fields.val().payload_length & 0xffe0).any();
        self.found.d.next.empty = !self.message.fields.val().option_length.any();
        self.found.d.next.claims = self.message.fields.val().option == self.source.val();
        self.found.d.next.group = self.message.fields.val().target.get_bits::<8>(120).all();
        self.asker.next = 0.into();
        for i in 0..8 {
            self.asker.next = self
                .asker
                .val()
                .replace_bit(i, self.ipv6.fields.val().src_ip.get_bits::<16>(16 * i).any());
        }
        self.found.d.next.asker = self.asker.val();
        self.target.d.next = self.message.fields.val().target;
        self.option_mac.d.next = self.message.fields.val().mac;
        self.frame_mac.d.next = self.src_mac.val();
        self.mapped.asked.next = self.kind.val().ipv6;
        self.mapped.address.next = self.message.fields.val().target;
        // Clock 4.
        self.fields_4.d.next = self.network.val();
        if self.found.q.val().speaks {
            self.fields_4.d.next.neighbor = true;
        }
        if self.found.q.val().speaks & !self.found.q.val().inner {
            self.fields_4.d.next.asks =
                self.found.q.val().solicits & self.found.q.val().asker.any();
            self.fields_4.d.next.claimed_mac = self.frame_mac.q.val();
            if !self.found.q.val().routers {
                self.fields_4.d.next.dst_ip = self.target.q.val();
            }
            if self.found.q.val().solicits & self.found.q.val().option & self.found.q.val().claims {
                self.fields_4.d.next.claimed_mac = self.option_mac.q.val();
            }
        }
        self.wrong.d.next = self.found.q.val().speaks
            & !self.found.q.val().inner
            & (!self.found.q.val().near
                | (self.found.q.val().short & !self.found.q.val().routers)
                | (self.found.q.val().routers & self.found.q.val().routers_wrong)
                | (self.found.q.val().solicits
                    & (self.found.q.val().cut
                        | self.found.q.val().group
                        | (self.found.q.val().option & self.found.q.val().empty))));
        self.solicits_4.d.next =
            self.found.q.val().speaks & !self.found.q.val().inner & self.found.q.val().solicits;
        self.fields.next = self.fields_4.q.val();
        self.late_malformed.d.next =
            self.wrong.q.val() | (self.solicits_4.q.val() & self.mapped.yes.val());
        self.malformed.next = self.late_malformed.q.val();
    }
}
