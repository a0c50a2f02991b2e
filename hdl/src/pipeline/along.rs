//! What travels with a packet from the searches to its end?

use super::turn::{Pass, Turned};
use crate::{encap::gateware::Carry, eni::bits::AttachAction, parser::bits::Headers};
use rust_hdl::prelude::*;

/// What is still needed of a packet once its addresses are searched for.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Along {
    pub number: Bits<7>,
    pub port: Bits<3>,
    pub injected: Bits<1>,
    pub generation: Bits<1>,
    pub inbound: Bits<1>,
    pub inside: Bits<1>,
    pub well_formed: Bits<1>,
    pub neighbor: Bits<1>,
    pub v6: Bits<1>,
    /// The packet's VPC; behind [`T_MAPPING`](super::T_MAPPING) that in which it goes on.
    pub vpc: Bits<8>,
    pub src_mac: Bits<48>,
    pub dst_mac: Bits<48>,
    pub outer_src_ip: Bits<32>,
    /// The source of what leaves, the destination of what comes.
    pub near_ip: Bits<128>,
    /// The destination of what leaves, the source of what comes.
    pub far_ip: Bits<128>,
    pub protocol: Bits<8>,
    pub ported: Bits<1>,
    pub src_port: Bits<16>,
    pub dst_port: Bits<16>,
    pub tcp_flags: Bits<8>,
    pub dscp_ecn: Bits<8>,
    pub l3_offset: Bits<8>,
    pub end: Bits<14>,
    pub flow_hash: Bits<14>,
    pub df: Bits<1>,
    pub fragment: Bits<1>,
    pub quote_words: Bits<5>,
    pub quote_sum: Bits<16>,
    pub quotes_dst: Bits<1>,
    pub quotes_src: Bits<1>,
    pub quotes_tcp: Bits<1>,
    pub quotes_udp: Bits<1>,
}

/// Headers into what travels on; wires.
#[derive(LogicBlock, Default)]
pub struct Pick {
    pub pass: Signal<In, Pass>,
    pub headers: Signal<In, Headers>,
    pub far_ip: Signal<In, Bits<128>>,
    pub eni: Signal<In, AttachAction>,
    pub along: Signal<Out, Along>,
}

impl Logic for Pick {
    #[hdl_gen]
    fn update(&mut self) {
        self.along.next.number = self.pass.val().number;
        self.along.next.port = self.pass.val().port;
        self.along.next.injected = self.pass.val().injected;
        self.along.next.generation = self.pass.val().generation;
        self.along.next.inbound = self.pass.val().inbound;
        self.along.next.inside = self.pass.val().inside;
        self.along.next.vpc = self.eni.val().vpc;
        self.along.next.well_formed = 1.into();
        if self.headers.val().fault.any() {
            self.along.next.well_formed = 0.into();
        }
        self.along.next.neighbor = self.headers.val().neighbor;
        self.along.next.v6 = self.headers.val().is_ipv6;
        self.along.next.src_mac = self.headers.val().src_mac;
        self.along.next.dst_mac = self.headers.val().dst_mac;
        self.along.next.outer_src_ip = self.headers.val().outer_src_ip;
        self.along.next.near_ip = self.headers.val().src_ip;
        if self.pass.val().inbound.any() {
            self.along.next.near_ip = self.headers.val().dst_ip;
        }
        self.along.next.far_ip = self.far_ip.val();
        self.along.next.protocol = self.headers.val().protocol;
        self.along.next.ported = self.headers.val().ported;
        self.along.next.src_port = self.headers.val().src_port;
        self.along.next.dst_port = self.headers.val().dst_port;
        self.along.next.tcp_flags = self.headers.val().tcp_flags;
        self.along.next.dscp_ecn = self.headers.val().dscp_ecn;
        self.along.next.l3_offset = self.headers.val().l3_offset;
        self.along.next.end = self.headers.val().end;
        self.along.next.flow_hash = self.headers.val().flow_hash;
        self.along.next.df = self.headers.val().df;
        self.along.next.fragment = self.headers.val().fragment;
        self.along.next.quote_words = self.headers.val().quote_words;
        self.along.next.quote_sum = self.headers.val().quote_sum;
        self.along.next.quotes_dst = self.headers.val().quotes_dst;
        self.along.next.quotes_src = self.headers.val().quotes_src;
        self.along.next.quotes_tcp = self.headers.val().quotes_tcp;
        self.along.next.quotes_udp = self.headers.val().quotes_udp;
    }
}

/// What travels along into what the new header needs of it; wires.
#[derive(LogicBlock, Default)]
pub struct Onto {
    pub along: Signal<In, Along>,
    pub routed: Signal<In, Bit>,
    pub carry: Signal<Out, Carry>,
}

impl Logic for Onto {
    #[hdl_gen]
    fn update(&mut self) {
        self.carry.next.src_mac = self.along.val().src_mac;
        self.carry.next.routed = 0.into();
        if self.routed.val() {
            self.carry.next.routed = 1.into();
        }
        self.carry.next.dscp_ecn = self.along.val().dscp_ecn;
        self.carry.next.l3_offset = self.along.val().l3_offset;
        self.carry.next.end = self.along.val().end;
        self.carry.next.flow_hash = self.along.val().flow_hash;
        self.carry.next.question = self.along.val().neighbor;
        self.carry.next.v6 = self.along.val().v6;
        self.carry.next.quote_words = self.along.val().quote_words;
        self.carry.next.protocol = self.along.val().protocol;
        self.carry.next.ported = self.along.val().ported;
        self.carry.next.quotes_dst = self.along.val().quotes_dst;
        self.carry.next.quotes_src = self.along.val().quotes_src;
        self.carry.next.quotes_tcp = self.along.val().quotes_tcp;
        self.carry.next.quotes_udp = self.along.val().quotes_udp;
    }
}

/// What travels along into what another pass needs of it; wires.
#[derive(LogicBlock, Default)]
pub struct Back {
    pub along: Signal<In, Along>,
    pub src_mac: Signal<In, Bits<48>>,
    pub dst_mac: Signal<In, Bits<48>>,
    pub turned: Signal<Out, Turned>,
}

impl Logic for Back {
    #[hdl_gen]
    fn update(&mut self) {
        self.turned.next.number = self.along.val().number;
        self.turned.next.port = self.along.val().port;
        self.turned.next.generation = self.along.val().generation;
        self.turned.next.vpc = self.along.val().vpc;
        self.turned.next.src_mac = self.src_mac.val();
        self.turned.next.dst_mac = self.dst_mac.val();
        self.turned.next.src_ip = self.along.val().near_ip;
        self.turned.next.dst_ip = self.along.val().far_ip;
        self.turned.next.v6 = self.along.val().v6;
        self.turned.next.protocol = self.along.val().protocol;
        self.turned.next.ported = self.along.val().ported;
        self.turned.next.src_port = self.along.val().src_port;
        self.turned.next.dst_port = self.along.val().dst_port;
        self.turned.next.tcp_flags = self.along.val().tcp_flags;
        self.turned.next.dscp_ecn = self.along.val().dscp_ecn;
        self.turned.next.l3_offset = self.along.val().l3_offset;
        self.turned.next.end = self.along.val().end;
    }
}
