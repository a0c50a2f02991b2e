//! What is said of one frame, found out in different clocks and handed on in one.

use super::super::layout::bits::Headers;
use super::link::LinkFields;
use super::network::NetworkFields;
use super::outer::OuterFields;
use super::quoted::QuotedFields;
use super::transport::{BehindFields, TransportFields};
use cells::delay::Delay;
use rust_hdl::prelude::*;

/// Lets each field wait until clock 15.
#[derive(LogicBlock, Default)]
pub struct Gather {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// After clock 0.
    pub outer: Signal<In, OuterFields>,
    /// After clock 2.
    pub link: Signal<In, LinkFields>,
    /// After clock 4.
    pub network: Signal<In, NetworkFields>,
    /// After clock 4.
    pub end: Signal<In, Bits<14>>,
    /// After clock 4.
    pub quoted: Signal<In, QuotedFields>,
    /// After clock 7.
    pub quote_sum: Signal<In, Bits<16>>,
    /// After clock 11.
    pub behind: Signal<In, BehindFields>,
    /// After clock 13.
    pub transport: Signal<In, TransportFields>,
    /// After clock 15.
    pub fault: Signal<In, Bits<6>>,
    /// After clock 15.
    pub hash: Signal<In, Bits<14>>,
    /// After clock 15.
    pub headers: Signal<Out, Headers>,
    late_outer: Delay<OuterFields, 15>,
    late_link: Delay<LinkFields, 13>,
    late_network: Delay<NetworkFields, 11>,
    late_end: Delay<Bits<14>, 11>,
    late_quoted: Delay<QuotedFields, 11>,
    late_quote_sum: Delay<Bits<16>, 8>,
    late_behind: Delay<BehindFields, 4>,
    late_transport: Delay<TransportFields, 2>,
}

impl Logic for Gather {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, late_outer, late_link, late_network, late_end, late_behind);
        clock!(self, clock, late_transport, late_quoted, late_quote_sum);
        self.late_behind.d.next = self.behind.val();
        self.late_outer.d.next = self.outer.val();
        self.late_link.d.next = self.link.val();
        self.late_network.d.next = self.network.val();
        self.late_end.d.next = self.end.val();
        self.late_transport.d.next = self.transport.val();
        self.late_quoted.d.next = self.quoted.val();
        self.late_quote_sum.d.next = self.quote_sum.val();
        self.headers.next.fault = self.fault.val();
        self.headers.next.tunnel = self.late_outer.q.val().tunnel.into();
        self.headers.next.outer_v6 = self.late_outer.q.val().v6.into();
        self.headers.next.outer_dst_mac = self.late_outer.q.val().dst_mac;
        self.headers.next.outer_src_ip = self.late_outer.q.val().src_ip;
        self.headers.next.outer_dst_ip = self.late_outer.q.val().dst_ip;
        self.headers.next.outer_vni = self.late_outer.q.val().vni;
        self.headers.next.outer_ecn = self.late_outer.q.val().ecn;
        self.headers.next.dst_mac = self.late_link.q.val().dst_mac;
        self.headers.next.src_mac = self.late_link.q.val().src_mac;
        self.headers.next.tags = self.late_link.q.val().tags;
        self.headers.next.vid0 = self.late_link.q.val().vid0;
        self.headers.next.vid1 = self.late_link.q.val().vid1;
        self.headers.next.l3_offset = self.late_link.q.val().l3_offset;
        self.headers.next.is_ipv4 = self.late_network.q.val().is_ipv4.into();
        self.headers.next.is_ipv6 = self.late_network.q.val().is_ipv6.into();
        self.headers.next.is_arp = self.late_network.q.val().is_arp.into();
        self.headers.next.src_ip = self.late_network.q.val().src_ip;
        self.headers.next.dst_ip = self.late_network.q.val().dst_ip;
        self.headers.next.neighbor = self.late_network.q.val().neighbor.into();
        self.headers.next.asks = self.late_network.q.val().asks.into();
        self.headers.next.claimed_mac = self.late_network.q.val().claimed_mac;
        self.headers.next.protocol = self.late_behind.q.val().protocol;
        self.headers.next.dscp_ecn = self.late_network.q.val().dscp_ecn;
        self.headers.next.fragment = self.late_behind.q.val().fragment.into();
        self.headers.next.ported = self.late_transport.q.val().ported.into();
        self.headers.next.src_port = self.late_transport.q.val().src_port;
        self.headers.next.dst_port = self.late_transport.q.val().dst_port;
        self.headers.next.tcp_flags = self.late_transport.q.val().tcp_flags;
        self.headers.next.end = self.late_end.q.val();
        self.headers.next.df = self.late_network.q.val().df.into();
        self.headers.next.quote_words = self.late_network.q.val().quote_words;
        self.headers.next.quote_sum = self.late_quote_sum.q.val();
        self.headers.next.quotes_dst = self.late_quoted.q.val().dst.into();
        self.headers.next.quotes_src = self.late_quoted.q.val().src.into();
        self.headers.next.quotes_tcp = self.late_quoted.q.val().tcp.into();
        self.headers.next.quotes_udp = self.late_quoted.q.val().udp.into();
        self.headers.next.flow_hash = self.hash.val();
    }
}
