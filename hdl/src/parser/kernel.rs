//! How does the hardware read a frame's headers in 17 clocks, one frame per clock?
//!
//! Clock 0 is the one behind that in which a frame enters; its headers come out after clock 15.

mod align;
mod chain;
mod checksum;
mod choose;
mod fault;
mod flow;
mod front;
mod gather;
mod link;
mod neighbor;
mod network;
mod outer;
mod quote;
mod quoted;
mod tail;
mod transport;
mod view;

use super::layout::bits::Headers;
use cells::delay::{Delay, DelayValid};
use rust_hdl::prelude::*;

/// Clocks from a frame's window to its headers.
pub const LATENCY: usize = 17;

/// Clocks until it is known what Ethernet says.
pub const LINK: usize = 4;

/// Clocks until the tunnel's VNI is known.
pub const VNI: usize = 2;

/// The parser. A frame may enter in every clock; its headers come out [`LATENCY`] clocks later.
#[derive(LogicBlock, Default)]
pub struct Parser {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous; forgets the frames on their way.
    pub reset: Signal<In, Bit>,
    /// A frame enters.
    pub i_valid: Signal<In, Bit>,
    /// Its first 192 bytes, the first one most significant; behind its end anything.
    pub i_window: Signal<In, Bits<1536>>,
    /// Its length in bytes, frame check sequence not included.
    pub i_length: Signal<In, Bits<14>>,
    /// It came from a net port.
    pub i_net: Signal<In, Bit>,
    /// It leaves as it is, whatever is in it: its end is that of the frame.
    pub i_whole: Signal<In, Bit>,
    /// It is longer than the card stores; `i_length` means nothing.
    pub i_too_long: Signal<In, Bit>,
    /// What Ethernet says, [`LINK`] clocks after the frame.
    pub o_link: Signal<Out, link::LinkFields>,
    /// Virtual network identifier of the tunnel, [`VNI`] clocks after the frame.
    pub o_vni: Signal<Out, Bits<24>>,
    /// Headers come out.
    pub o_valid: Signal<Out, Bit>,
    /// What is in the frame.
    pub o: Signal<Out, Headers>,
    arrive: front::Arrive,
    front: front::Front,
    entry: front::Entry,
    place: link::Place,
    tail: tail::Tail,
    outer: outer::Outer,
    addresses: network::Addresses,
    neighbor: neighbor::Neighbor,
    lengths: network::Lengths,
    chain: chain::Chain,
    behind_ipv4: align::BehindIpv4,
    behind: transport::Behind,
    align: align::Align,
    protocols: transport::Protocols,
    port_fields: transport::Ports,
    check: transport::Check,
    header_sum: checksum::HeaderSum,
    quote: quote::Quote,
    quoted: quoted::Quoted,
    flow: flow::FlowHash,
    judge: fault::Judge,
    gather: gather::Gather,
    valid: DelayValid<LATENCY>,
    rest: Delay<network::Payload, 1>,
    ended: Delay<chain::Walk, 1>,
    is_ipv4: Delay<Bit, 5>,
    whole: Delay<Bit, LINK>,
}

impl Logic for Parser {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        clock!(
            self,
            clock,
            arrive,
            front,
            entry,
            place,
            tail,
            outer,
            addresses,
            neighbor,
            lengths,
            chain,
            behind_ipv4
        );
        clock!(self, clock, behind, align, protocols, port_fields, check, header_sum, flow, judge);
        clock!(self, clock, gather, valid, rest, ended, is_ipv4, whole, quote, quoted);
        self.valid.reset.next = self.reset.val();
        self.valid.d.next = self.i_valid.val();
        self.o_valid.next = self.valid.q.val();
        // Clocks 0 and 1, and the one in front of them.
        self.arrive.i_window.next = self.i_window.val();
        self.arrive.i_length.next = self.i_length.val();
        self.arrive.i_net.next = self.i_net.val();
        self.arrive.i_too_long.next = self.i_too_long.val();
        self.front.window.next = self.arrive.window.val();
        self.front.length.next = self.arrive.length.val();
        self.front.net.next = self.arrive.net.val();
        self.front.net_ahead.next = self.i_net.val();
        self.front.over_v6.next = self.arrive.v6.val();
        self.front.over_v6_ahead.next = self.arrive.v6_ahead.val();
        self.outer.bytes.next = self.arrive.window.val().get_bits::<432>(1104);
        self.outer.length.next = self.arrive.length.val();
        self.outer.net.next = self.arrive.net.val();
        self.outer.too_long.next = self.arrive.too_long.val();
        self.outer.v6.next = self.front.v6.val();
        self.outer.tunnel.next = self.front.tunnel.val();
        self.o_vni.next = self.outer.fields.val().vni;
        self.entry.near.next = self.front.near.val();
        self.entry.far.next = self.front.far.val();
        self.entry.length.next = self.front.frame_length.val();
        self.entry.net.next = self.front.inner.val();
        self.entry.over_v6.next = self.front.v6.val();
        self.entry.tunnel.next = self.front.tunnel.val();
        self.entry.options.next = self.front.words.val();
        self.entry.options_ahead.next = self.front.words_ahead.val();
        // Clock 2.
        self.place.frame.next = self.entry.frame.val();
        self.place.length.next = self.entry.frame_length.val();
        self.place.inner.next = self.entry.inner.val();
        self.place.v6.next = self.entry.v6.val();
        self.place.words.next = self.entry.words.val();
        self.place.kinds.next = self.entry.kinds.val();
        self.place.words_ahead.next = self.front.words.val();
        self.place.tag_ahead.next = self.entry.tag_ahead.val();
        self.place.tags_ahead.next = self.entry.tags_ahead.val();
        self.tail.frame.next = self.entry.frame.val();
        self.tail.rest.next = self.entry.rest.val();
        self.tail.words_ahead.next = self.front.words.val();
        self.tail.tag_ahead.next = self.entry.tag_ahead.val();
        self.tail.tags_ahead.next = self.entry.tags_ahead.val();
        self.o_link.next = self.place.fields.val();
        // Clocks 3 to 6: layer 3 goes six ways.
        self.addresses.l3.next = self.place.l3.val();
        self.addresses.kind.next = self.place.kind.val();
        self.neighbor.inner.next = self.entry.inner.val();
        self.neighbor.l3.next = self.place.l3.val();
        self.neighbor.kind.next = self.place.kind.val();
        self.neighbor.src_mac.next = self.place.fields.val().src_mac;
        self.neighbor.network.next = self.addresses.fields.val();
        self.lengths.l3.next = self.place.l3.val();
        self.lengths.kind.next = self.place.kind.val();
        self.whole.d.next = self.i_whole.val();
        self.lengths.whole.next = self.whole.q.val();
        self.lengths.remaining.next = self.place.remaining.val();
        self.lengths.l3_offset.next = self.place.fields.val().l3_offset;
        self.behind_ipv4.l3.next = self.place.l3.val();
        self.behind_ipv4.words.next = self.place.l3.val().get_bits::<4>(584);
        self.header_sum.header.next = self.place.l3.val().get_bits::<480>(112);
        self.header_sum.ihl.next = self.place.l3.val().get_bits::<4>(584);
        self.quote.l3.next = self.place.l3.val();
        self.quote.kind.next = self.place.kind.val();
        self.quote.length.next = self.lengths.payload.val().length;
        self.quote.behind_ipv4.next = self.behind_ipv4.header.val();
        self.quoted.l3.next = self.place.l3.val();
        self.quoted.kind.next = self.place.kind.val();
        self.quoted.length.next = self.lengths.payload.val().length;
        self.chain.l3.next = self.place.l3.val();
        self.chain.kind.next = self.place.kind.val();
        self.chain.l3_offset.next = self.place.fields.val().l3_offset;
        self.chain.tail.next = self.tail.bytes.val();
        // Clocks 11 to 13: what lies behind IP.
        self.behind.network.next = self.addresses.fields.val();
        self.behind.payload.next = self.lengths.payload.val();
        self.behind.walk.next = self.chain.walk.val();
        self.align.bytes.next = self.chain.bytes.val();
        self.align.place.next = self.chain.walk.val().place;
        self.align.is_ipv6.next = self.behind.fields.val().is_ipv6;
        self.align.ipv4.next = self.behind_ipv4.header.val();
        self.protocols.behind.next = self.behind.fields.val();
        self.rest.d.next = self.behind.rest.val();
        self.ended.d.next = self.behind.ended.val();
        self.port_fields.header.next = self.align.header.val();
        self.port_fields.transports.next = self.protocols.transports.val();
        self.port_fields.more.next = self.rest.q.val().more;
        self.check.header.next = self.align.header.val();
        self.check.transports.next = self.protocols.transports.val();
        self.check.payload.next = self.rest.q.val();
        self.check.walk.next = self.ended.q.val();
        self.check.neighbor_malformed.next = self.neighbor.malformed.val();
        // Clocks 3 to 15: the judgement and the hash.
        self.judge.link.next = self.place.fault.val();
        self.judge.network.next = self.lengths.fault.val();
        self.judge.network_any.next = self.lengths.fault_any.val();
        self.judge.length.next = self.lengths.long.val();
        self.judge.length_any.next = self.lengths.long_any.val();
        self.judge.outer.next = self.outer.fault.val();
        self.judge.outer_any.next = self.outer.any.val();
        self.judge.outer_bad_sum.next = self.outer.bad_sum.val();
        self.judge.sum.next = self.header_sum.sum.val();
        self.is_ipv4.d.next = self.addresses.fields.val().is_ipv4;
        self.judge.is_ipv4.next = self.is_ipv4.q.val();
        self.judge.behind.next = self.check.fault.val();
        self.flow.src_ip.next = self.addresses.fields.val().src_ip;
        self.flow.dst_ip.next = self.addresses.fields.val().dst_ip;
        self.flow.protocol.next = self.behind.fields.val().hashed;
        self.flow.src_port.next = self.port_fields.fields.val().src_port;
        self.flow.dst_port.next = self.port_fields.fields.val().dst_port;
        self.flow.ports.next = self.port_fields.fields.val().hashed;
        // What was known early waits for the judgement.
        self.gather.outer.next = self.outer.fields.val();
        self.gather.link.next = self.place.fields.val();
        self.gather.network.next = self.neighbor.fields.val();
        self.gather.end.next = self.lengths.end.val();
        self.gather.quote_sum.next = self.quote.sum.val();
        self.gather.quoted.next = self.quoted.fields.val();
        self.gather.behind.next = self.behind.fields.val();
        self.gather.transport.next = self.port_fields.fields.val();
        self.gather.fault.next = self.judge.fault.val();
        self.gather.hash.next = self.flow.hash.val();
        self.o.next = self.gather.headers.val();
    }
}
