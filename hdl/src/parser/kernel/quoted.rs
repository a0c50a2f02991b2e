//! Whose packet is an ICMP error about?
//!
//! ```text
//!   layer 3 --> [ an ICMP error? an IPv4 header in it?  ] --+
//!           --> [ its addresses = those of the error?   ] --+--> fields
//!           --> [ a checksum of TCP or UDP behind that? ] --+
//!           clock 3                                         4
//! ```

use super::{
    super::wire::{ICMP_ERRORS, PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP},
    link::Kind,
};
use cells::equal::Equal;
use rust_hdl::prelude::*;

// A kernel takes no name for a number.
const _: () = assert!(PROTOCOL_ICMP == 1 && PROTOCOL_TCP == 6 && PROTOCOL_UDP == 17);
const _: () = assert!(matches!(ICMP_ERRORS, [3, 4, 5, 11, 12]));

/// What an ICMP error quotes; see [`Headers`](super::super::Headers).
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct QuotedFields {
    /// A packet from the error's destination,
    pub dst: Bit,
    /// or one to its source.
    pub src: Bit,
    /// Its checksum of TCP,
    pub tcp: Bit,
    /// or of UDP.
    pub udp: Bit,
}

/// Clocks 3 and 4.
#[derive(LogicBlock, Default)]
pub struct Quoted {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// From the first byte of layer 3, after clock 2.
    pub l3: Signal<In, Bits<592>>,
    /// What it is.
    pub kind: Signal<In, Kind>,
    /// Bytes behind the IP header, after clock 3.
    pub length: Signal<In, Bits<16>>,
    /// After clock 4.
    pub fields: Signal<Out, QuotedFields>,
    from_dst: Equal<32, 4>,
    to_src: Equal<32, 4>,
    icmp: DFF<Bit>,
    first: DFF<Bit>,
    error: DFF<Bit>,
    ipv4: DFF<Bit>,
    tcp: DFF<Bit>,
    udp: DFF<Bit>,
    whole: DFF<Bit>,
    summed: DFF<Bit>,
    quotes: DFF<Bit>,
    quotes_tcp: DFF<Bit>,
    quotes_udp: DFF<Bit>,
    message: Signal<Local, Bits<8>>,
    words: Signal<Local, Bits<4>>,
    is_one: Signal<Local, Bit>,
}

impl Logic for Quoted {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, icmp, first, error, ipv4, tcp, udp, whole, summed);
        dff_setup!(self, clock, quotes, quotes_tcp, quotes_udp);
        clock!(self, clock, from_dst, to_src);
        // Clock 3: byte n of layer 3 begins at bit 584 - 8 n.
        self.icmp.d.next = self.kind.val().ipv4
            & (self.l3.val().get_bits::<8>(584) == 0x45)
            & (self.l3.val().get_bits::<8>(512) == 1);
        self.first.d.next = !self.l3.val().get_bits::<13>(528).any();
        self.message.next = self.l3.val().get_bits::<8>(424);
        self.error.d.next = (self.message.val() == 3)
            | (self.message.val() == 4)
            | (self.message.val() == 5)
            | (self.message.val() == 11)
            | (self.message.val() == 12);
        self.words.next = self.l3.val().get_bits::<4>(360);
        self.ipv4.d.next = (self.l3.val().get_bits::<4>(364) == 4) & (4 < self.words.val());
        self.from_dst.a.next = self.l3.val().get_bits::<32>(240);
        self.from_dst.b.next = self.l3.val().get_bits::<32>(432);
        self.to_src.a.next = self.l3.val().get_bits::<32>(208);
        self.to_src.b.next = self.l3.val().get_bits::<32>(464);
        // What it quotes behind that: is it all there, and is UDP's checksum one?
        self.whole.d.next = (self.words.val() == 5) & !self.l3.val().get_bits::<13>(304).any();
        self.tcp.d.next = self.l3.val().get_bits::<8>(288) == 6;
        self.udp.d.next = self.l3.val().get_bits::<8>(288) == 17;
        self.summed.d.next = self.l3.val().get_bits::<16>(144).any();
        // Clock 4.
        self.is_one.next =
            self.icmp.q.val() & self.first.q.val() & self.error.q.val() & self.ipv4.q.val();
        self.quotes.d.next = self.is_one.val() & (27 < self.length.val());
        self.quotes_tcp.d.next =
            self.is_one.val() & self.whole.q.val() & self.tcp.q.val() & (45 < self.length.val());
        self.quotes_udp.d.next = self.is_one.val()
            & self.whole.q.val()
            & self.udp.q.val()
            & self.summed.q.val()
            & (35 < self.length.val());
        self.fields.next.dst = self.quotes.q.val() & self.from_dst.yes.val();
        self.fields.next.src = self.quotes.q.val() & self.to_src.yes.val();
        self.fields.next.tcp = self.quotes_tcp.q.val();
        self.fields.next.udp = self.quotes_udp.q.val();
    }
}
