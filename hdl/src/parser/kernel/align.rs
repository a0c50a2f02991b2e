//! Where does the transport header lie? Behind 5 to 15 words of IPv4, or behind IPv6 and its
//! extension headers.
//!
//! ```text
//!   IPv4  layer 3 --> [ 3 x 4:1 ] --> [ 3:1 ] --> [ waits ] ---------------+
//!                     by words mod 4  by words div 4                       +--> header
//!                     clock 3         4            5 .. 11                 |
//!   IPv6  layer 3 --> [ waits ] ---------------> [ 4 x 4:1 ] --> [ 4:1 ] --+
//!                     3 .. 10                    by place mod 4  by place div 4
//!                                                11              12
//! ```

use super::super::wire;
use super::{choose::Choose4, view::View};
use cells::delay::Delay;
use rust_hdl::prelude::*;

/// Clocks 3 and 4: the header behind IPv4.
#[derive(LogicBlock, Default)]
pub struct BehindIpv4 {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// From the first byte of layer 3.
    pub l3: Signal<In, Bits<592>>,
    /// Length of the IP header in words of 4 bytes.
    pub words: Signal<In, Bits<4>>,
    /// The first 14 bytes behind it, two clocks later.
    pub header: Signal<Out, Bits<112>>,
    part: [Choose4<112>; 3],
    part_3: [DFF<Bits<112>>; 3],
    quarter: DFF<Bits<2>>,
    header_4: DFF<Bits<112>>,
}

impl Logic for BehindIpv4 {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, quarter, header_4);
        // Bytes 16 to 41, 32 to 57 and 48 to 73 of layer 3.
        for i in 0..3 {
            self.part_3[i].clock.next = self.clock.val();
            self.part[i].which.next = bit_cast::<2, 4>(self.words.val());
            self.part[i].option[0].next = self.l3.val().get_bits::<112>(352 - 128 * i);
            self.part[i].option[1].next = self.l3.val().get_bits::<112>(320 - 128 * i);
            self.part[i].option[2].next = self.l3.val().get_bits::<112>(288 - 128 * i);
            self.part[i].option[3].next = self.l3.val().get_bits::<112>(256 - 128 * i);
            self.part_3[i].d.next = self.part[i].chosen.val();
        }
        self.quarter.d.next = bit_cast::<2, 4>(self.words.val() >> 2);
        self.header_4.d.next = self.part_3[0].q.val();
        if self.quarter.q.val() == 2 {
            self.header_4.d.next = self.part_3[1].q.val();
        }
        if self.quarter.q.val() == 3 {
            self.header_4.d.next = self.part_3[2].q.val();
        }
        self.header.next = self.header_4.q.val();
    }
}

/// Clocks 11 and 12: the header behind IPv6, or the one behind IPv4.
#[derive(LogicBlock, Default)]
pub struct Align {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// 134 bytes behind the IPv6 header, after clock 10.
    pub bytes: Signal<In, Bits<1072>>,
    /// Where the header starts in them, in words of 8 bytes, after clock 10.
    pub place: Signal<In, Bits<4>>,
    /// After clock 11: it is IPv6.
    pub is_ipv6: Signal<In, Bit>,
    /// After clock 4: the header behind IPv4.
    pub ipv4: Signal<In, Bits<112>>,
    /// After clock 12.
    pub header: Signal<Out, wire::bits::Transport>,
    part: [Choose4<112>; 4],
    part_11: [DFF<Bits<112>>; 4],
    quarter: DFF<Bits<2>>,
    last: Choose4<112>,
    late_ipv4: Delay<Bits<112>, 7>,
    header_12: DFF<Bits<112>>,
    view: View<wire::bits::Transport, 112>,
}

impl Logic for Align {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, quarter, header_12);
        clock!(self, clock, late_ipv4);
        for i in 0..4 {
            self.part_11[i].clock.next = self.clock.val();
            self.part[i].which.next = bit_cast::<2, 4>(self.place.val());
            self.part[i].option[0].next = self.bytes.val().get_bits::<112>(960 - 256 * i);
            self.part[i].option[1].next = self.bytes.val().get_bits::<112>(896 - 256 * i);
            self.part[i].option[2].next = self.bytes.val().get_bits::<112>(832 - 256 * i);
            self.part[i].option[3].next = self.bytes.val().get_bits::<112>(768 - 256 * i);
            self.part_11[i].d.next = self.part[i].chosen.val();
            self.last.option[i].next = self.part_11[i].q.val();
        }
        self.quarter.d.next = bit_cast::<2, 4>(self.place.val() >> 2);
        self.last.which.next = self.quarter.q.val();
        self.late_ipv4.d.next = self.ipv4.val();
        self.header_12.d.next = self.late_ipv4.q.val();
        if self.is_ipv6.val() {
            self.header_12.d.next = self.last.chosen.val();
        }
        self.view.bytes.next = self.header_12.q.val();
        self.header.next = self.view.fields.val();
    }
}
