//! What do the halfwords that an ICMP error quotes of a packet add up to?
//!
//! ```text
//!   IPv6  4 x (high + low of a word)  --> left ----> + --> with both --> fold --> sum
//!         words 0, 1, 10 and 11                      ^
//!   IPv4  2 words behind the header  ----------------+
//!   clock 3                           4            5    6             7
//! ```
//! An IPv4 header whose checksum is right adds up to nothing, and the addresses of IPv6 are added
//! where the message is made.

use super::{
    checksum::{Sum3, WordSum},
    link::Kind,
};
use cells::delay::Delay;
use rust_hdl::prelude::*;

/// Clocks 3 to 7: [`Headers::quote_sum`](super::super::Headers::quote_sum).
#[derive(LogicBlock, Default)]
pub struct Quote {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// From the first byte of layer 3.
    pub l3: Signal<In, Bits<592>>,
    /// What it is.
    pub kind: Signal<In, Kind>,
    /// Bytes behind the IP header, after clock 3.
    pub length: Signal<In, Bits<16>>,
    /// The first 14 bytes there, after clock 4.
    pub behind_ipv4: Signal<In, Bits<112>>,
    /// After clock 7.
    pub sum: Signal<Out, Bits<16>>,
    ends: [WordSum; 4],
    three: Sum3,
    fourth: DFF<Bits<21>>,
    four: Sum3,
    behind: [WordSum; 2],
    all: Sum3,
    is_ipv4: Delay<Bit, 2>,
    enough: Delay<Bit, 3>,
    folded: DFF<Bits<17>>,
    twice: Signal<Local, Bits<17>>,
}

impl Logic for Quote {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, fourth, folded);
        clock!(self, clock, three, four, all, is_ipv4, enough);
        for i in 0..4 {
            self.ends[i].clock.next = self.clock.val();
            self.ends[i].keep.next = self.kind.val().ipv6;
        }
        self.ends[0].word.next = self.l3.val().get_bits::<32>(560);
        self.ends[1].word.next = self.l3.val().get_bits::<32>(528);
        self.ends[2].word.next = self.l3.val().get_bits::<32>(240);
        self.ends[3].word.next = self.l3.val().get_bits::<32>(208);
        self.three.a.next = self.ends[0].sum.val();
        self.three.b.next = self.ends[1].sum.val();
        self.three.c.next = self.ends[2].sum.val();
        self.fourth.d.next = self.ends[3].sum.val();
        self.four.a.next = self.three.sum.val();
        self.four.b.next = self.fourth.q.val();
        self.four.c.next = 0.into();
        self.is_ipv4.d.next = self.kind.val().ipv4;
        for i in 0..2 {
            self.behind[i].clock.next = self.clock.val();
            self.behind[i].keep.next = self.is_ipv4.q.val();
        }
        self.behind[0].word.next = self.behind_ipv4.val().get_bits::<32>(80);
        self.behind[1].word.next = self.behind_ipv4.val().get_bits::<32>(48);
        self.all.a.next = self.four.sum.val();
        self.all.b.next = self.behind[0].sum.val();
        self.all.c.next = self.behind[1].sum.val();
        self.enough.d.next = self.length.val().get_bits::<13>(3).any();
        self.folded.d.next = 0.into();
        if self.enough.q.val() {
            self.folded.d.next = bit_cast::<17, 16>(self.all.sum.val().get_bits::<16>(0))
                + bit_cast::<17, 5>(self.all.sum.val().get_bits::<5>(16));
        }
        self.twice.next = bit_cast::<17, 16>(self.folded.q.val().get_bits::<16>(0))
            + bit_cast::<17, 1>(self.folded.q.val().get_bits::<1>(16));
        self.sum.next = self.twice.val().get_bits::<16>(0);
    }
}
