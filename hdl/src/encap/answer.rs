//! What does the card itself say to an ENI: that a neighbor is there, or that a packet is too long?
//!
//! ```text
//!   addresses --> [ tree of sums ] --+
//!                                    + --> fold --> checksum --> messages --+
//!   what else a message has ---------+                                      +--> answer
//!   MACs and VLAN tags of the ENI ------------------------------------------+
//! ```

use super::tags::Tags;
use crate::{
    decap::bits::Identity, deliver::bits::Access, mapping::bits::MappingAction,
    mtu::gateware as mtu, neighbor::gateware as neighbor,
};
use cells::{copies::Either, delay::Delay, stream::HEADER_BITS};
use rust_hdl::prelude::*;

/// Clocks from the addresses to the checksum.
const SUM: usize = 6;
/// Clocks from the addresses to what is added to their sum.
const REST: usize = 4;

/// The checksum of a message with these addresses, [`SUM`] clocks later (RFC 1071).
#[derive(LogicBlock, Default)]
struct Sum {
    pub clock: Signal<In, Clock>,
    /// Address of the other end,
    pub far: Signal<In, Bits<128>>,
    /// and of the ENI.
    pub near: Signal<In, Bits<128>>,
    /// The other end's counts twice.
    pub far_twice: Signal<In, Bit>,
    /// Both do.
    pub all_twice: Signal<In, Bit>,
    /// What else there is, [`REST`] clocks later.
    pub rest: Signal<In, Bits<22>>,
    pub checksum: Signal<Out, Bits<16>>,
    far_half: Signal<Local, Bits<16>>,
    near_half: Signal<Local, Bits<16>>,
    far_part: Signal<Local, Bits<22>>,
    parts: [DFF<Bits<22>>; 8],
    fours: [DFF<Bits<22>>; 4],
    twos: [DFF<Bits<22>>; 2],
    addresses: DFF<Bits<22>>,
    twice: Delay<Bit, REST>,
    counted: Signal<Local, Bits<22>>,
    all: DFF<Bits<22>>,
    folded: DFF<Bits<17>>,
    again: Signal<Local, Bits<17>>,
}

impl Logic for Sum {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, addresses, all, folded);
        clock!(self, clock, twice);
        for i in 0..8 {
            self.parts[i].clock.next = self.clock.val();
            self.near_half.next = self.near.val().get_bits::<16>(16 * i);
            self.far_half.next = self.far.val().get_bits::<16>(16 * i);
            self.far_part.next = bit_cast::<22, 16>(self.far_half.val());
            if self.far_twice.val() {
                self.far_part.next = bit_cast::<22, 16>(self.far_half.val()) << 1;
            }
            self.parts[i].d.next = self.far_part.val() + bit_cast::<22, 16>(self.near_half.val());
        }
        for i in 0..4 {
            self.fours[i].clock.next = self.clock.val();
            self.fours[i].d.next = self.parts[i].q.val() + self.parts[i + 4].q.val();
        }
        for i in 0..2 {
            self.twos[i].clock.next = self.clock.val();
            self.twos[i].d.next = self.fours[i].q.val() + self.fours[i + 2].q.val();
        }
        self.addresses.d.next = self.twos[0].q.val() + self.twos[1].q.val();
        self.twice.d.next = self.all_twice.val();
        self.counted.next = self.addresses.q.val();
        if self.twice.q.val() {
            self.counted.next = self.addresses.q.val() << 1;
        }
        self.all.d.next = self.counted.val() + self.rest.val();
        self.folded.d.next = bit_cast::<17, 16>(self.all.q.val().get_bits::<16>(0))
            + bit_cast::<17, 6>(self.all.q.val().get_bits::<6>(16));
        self.again.next = bit_cast::<17, 16>(self.folded.q.val().get_bits::<16>(0))
            + bit_cast::<17, 1>(self.folded.q.val().get_bits::<1>(16));
        self.checksum.next = !self.again.val().get_bits::<16>(0);
    }
}

/// Clocks from the receiver's row to the answer, which two registers of the new beginning follow.
const LATENCY: usize = super::gateware::LATENCY - 2;

/// The answer.
#[derive(LogicBlock, Default)]
pub struct Answer {
    pub clock: Signal<In, Clock>,
    pub identity: Signal<In, Identity>,
    /// Is it a question for a neighbor?
    pub question: Signal<In, Bit>,
    /// Is the packet one of IPv6?
    pub v6: Signal<In, Bit>,
    /// Was it sent to the router?
    pub routed: Signal<In, Bit>,
    /// Address of the ENI's side, which asks,
    pub near_ip: Signal<In, Bits<128>>,
    /// and of the other one, which is asked for.
    pub far_ip: Signal<In, Bits<128>>,
    /// What an ICMP error quotes.
    pub quote_words: Signal<In, Bits<5>>,
    pub quote_sum: Signal<In, Bits<16>>,
    /// What was found.
    pub mapping: Signal<In, MappingAction>,
    /// How the ENI is reached.
    pub row: Signal<In, Access>,
    /// MTU of the path, a clock later.
    pub path: Signal<In, Bits<14>>,
    /// `LATENCY - 1` clocks later: it is too long, and its sender is told.
    pub tells: Signal<In, Bit>,
    /// `LATENCY` clocks later: the addresses, and the ENI's row and the mapping.
    pub late_near_ip: Signal<In, Bits<128>>,
    pub late_far_ip: Signal<In, Bits<128>>,
    pub late_row: Signal<In, Access>,
    pub late_mapping: Signal<In, MappingAction>,
    /// With these: all of the answer.
    pub header: Signal<Out, Bits<HEADER_BITS>>,
    sum: Sum,
    sum_at: Delay<Bits<16>, { LATENCY - SUM }>,
    of_neighbor: neighbor::Sums,
    of_mtu: mtu::Sums,
    question_at: Delay<Bit, { REST - 1 }>,
    rest: DFF<Bits<22>>,
    icmp_at: Delay<Bits<16>, { LATENCY - mtu::SUMS - 1 }>,
    path_at: Delay<Bits<14>, { LATENCY - mtu::PATH }>,
    words_at: Delay<Bits<5>, LATENCY>,
    routed_at: Delay<Bit, LATENCY>,
    tells_at: DFF<Bit>,
    tags_early: Delay<Bits<2>, { LATENCY - 1 }>,
    v6_early: Delay<Bit, { LATENCY - 1 }>,
    tagged: Tags,
    reply: neighbor::Reply,
    message: mtu::Message,
    told_v4: Either<4, 240>,
    told_v6: Either<8, 592>,
    v4_or_v6: Either<8, HEADER_BITS>,
    or_one_tag: Either<8, HEADER_BITS>,
    or_two_tags: Either<8, HEADER_BITS>,
}

impl Logic for Answer {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        dff_setup!(self, clock, rest, tells_at);
        clock!(self, clock, sum, sum_at, of_neighbor, of_mtu, question_at, icmp_at, path_at);
        clock!(self, clock, words_at, routed_at, tags_early, v6_early, told_v4, told_v6, v4_or_v6);
        clock!(self, clock, or_one_tag, or_two_tags);
        // Checksums.
        self.of_neighbor.mac.next = self.mapping.val().mac;
        self.of_neighbor.router.next = self.mapping.val().router.any();
        self.of_mtu.path.next = self.path.val();
        self.of_mtu.quote_words.next = self.quote_words.val();
        self.of_mtu.quote_sum.next = self.quote_sum.val();
        self.of_mtu.v6.next = self.v6.val();
        self.question_at.d.next = self.question.val();
        self.rest.d.next = self.of_mtu.rest.val();
        if self.question_at.q.val() {
            self.rest.d.next = self.of_neighbor.rest.val();
        }
        self.sum.far.next = self.far_ip.val();
        self.sum.far_twice.next = self.question.val();
        self.sum.near.next = self.near_ip.val();
        self.sum.all_twice.next = self.v6.val() & !self.question.val();
        self.sum.rest.next = self.rest.q.val();
        self.sum_at.d.next = self.sum.checksum.val();
        self.icmp_at.d.next = self.of_mtu.checksum.val();
        // Who has the address?
        self.reply.asker_mac.next = self.late_row.val().mac;
        self.reply.asker_ip.next = self.late_near_ip.val();
        self.reply.mac.next = self.late_mapping.val().mac;
        self.reply.ip.next = self.late_far_ip.val();
        self.reply.router.next = self.late_mapping.val().router;
        self.reply.checksum.next = self.sum_at.q.val();
        // How long may a packet be?
        self.path_at.d.next = self.path.val();
        self.words_at.d.next = self.quote_words.val();
        self.message.near_ip.next = self.late_near_ip.val();
        self.message.far_ip.next = self.late_far_ip.val();
        self.message.path.next = self.path_at.q.val();
        self.message.quote_words.next = self.words_at.q.val();
        self.message.checksum.next = self.sum_at.q.val();
        self.message.icmp_checksum.next = self.icmp_at.q.val();
        // Who says so: the router, or the neighbor.
        self.tells_at.d.next = self.tells.val();
        self.routed_at.d.next = self.routed.val();
        self.tagged.row.next = self.late_row.val();
        self.tagged.src_mac.next = self.late_mapping.val().mac;
        if self.tells_at.q.val() & self.routed_at.q.val() {
            self.tagged.src_mac.next = self.identity.val().router_mac;
        }
        // One of the four, which all begin behind two tags.
        self.told_v4.take_b.next = self.tells.val();
        self.told_v4.a.next = self.reply.arp.val();
        self.told_v4.b.next = self.message.needed.val();
        self.told_v6.take_b.next = self.tells.val();
        self.told_v6.a.next = self.reply.advertisement.val();
        self.told_v6.b.next = bit_cast::<592, 400>(self.message.too_big.val()) << 192;
        self.v6_early.d.next = self.v6.val();
        self.v4_or_v6.take_b.next = self.v6_early.q.val();
        self.v4_or_v6.a.next = bit_cast::<HEADER_BITS, 240>(self.told_v4.chosen.val()) << 368;
        self.v4_or_v6.b.next = bit_cast::<HEADER_BITS, 592>(self.told_v6.chosen.val()) << 16;
        // As many tags as the ENI has.
        self.tags_early.d.next = self.row.val().tags;
        self.or_one_tag.take_b.next = self.tags_early.q.val() == 1;
        self.or_one_tag.a.next =
            ((self.tagged.header.val() >> 672) << 672) | (self.v4_or_v6.chosen.val() << 64);
        self.or_one_tag.b.next =
            ((self.tagged.header.val() >> 640) << 640) | (self.v4_or_v6.chosen.val() << 32);
        self.or_two_tags.take_b.next = self.tags_early.q.val() == 2;
        self.or_two_tags.a.next = self.or_one_tag.chosen.val();
        self.or_two_tags.b.next = self.tagged.header.val() | self.v4_or_v6.chosen.val();
        self.header.next = self.or_two_tags.chosen.val();
    }
}
