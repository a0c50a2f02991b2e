//! [`super::judge`] and [`super::translate`] as hardware.
//!
//! ```text
//!   far address, the other one --> [ + ] --> [ + ] --> [ fold ] --> [ fold ] --> delta, waits --+
//!   row, mapping ----------------> [ none? ] --> lost                                           |
//!   row, header, late ---------------------------------------------> [ places ] --> patch <-----+
//! ```
//! The frame's halfwords stand in the ring: what changes of them is told to the frame path, by
//! their places in the frame as it leaves.

use super::{CHECKSUM, DESTINATION, ICMP_CHECKSUM, QUOTED, SOURCE, TCP_CHECKSUM, UDP_CHECKSUM};
use crate::{
    deliver::bits::Access,
    encap::gateware::{Carry, LATENCY},
    mapping::bits::MappingAction,
};
use cells::{
    delay::Delay,
    stream::{PATCH_BITS, Patch},
};
use rust_hdl::prelude::*;

/// Clocks from the mapping until it is known that there is no other address.
pub const JUDGE: usize = 1;
/// Clocks from the addresses to what checksums grow by.
const DELTA: usize = 4;
// A kernel takes no name for a number.
const _: () = assert!(CHECKSUM == 5 && SOURCE == 6 && DESTINATION == 8 && QUOTED == 14);
const _: () = assert!(ICMP_CHECKSUM == 11 && UDP_CHECKSUM == 13 && TCP_CHECKSUM == 18);

/// What changes of a frame, or why it can't.
#[derive(LogicBlock)]
pub struct Nat {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// With the mapping: the ENI's row,
    pub row: Signal<In, Access>,
    /// what it says,
    pub mapping: Signal<In, MappingAction>,
    /// and of which IPv4 address.
    pub far_ip: Signal<In, Bits<32>>,
    /// Is it IPv4?
    pub v4: Signal<In, Bit>,
    /// Does it come from an ENI of this card?
    pub inside: Signal<In, Bit>,
    /// It ought to change, and can't; [`JUDGE`] clocks later.
    pub lost: Signal<Out, Bit>,
    /// `encap::LATENCY - 2` clocks later: does it come to the ENI?
    pub late_inbound: Signal<In, Bit>,
    pub late_row: Signal<In, Access>,
    pub late_mapping: Signal<In, MappingAction>,
    pub late_carry: Signal<In, Carry>,
    /// A clock later: it changes,
    pub translates: Signal<Out, Bit>,
    /// so; zeros if it doesn't.
    pub patch: Signal<Out, Bits<PATCH_BITS>>,
    lost_now: DFF<Bit>,
    old: DFF<Bits<17>>,
    new: DFF<Bits<17>>,
    both: DFF<Bits<18>>,
    once: DFF<Bits<17>>,
    delta: DFF<Bits<16>>,
    twice: Signal<Local, Bits<17>>,
    delta_at: Delay<Bits<16>, { LATENCY - 1 - DELTA }>,
    acts: Signal<Local, Bit>,
    quotes: Signal<Local, Bit>,
    begin: Signal<Local, Bits<7>>,
    options: Signal<Local, Bits<7>>,
    tcp: Signal<Local, Bit>,
    udp: Signal<Local, Bit>,
    nothing: Constant<Patch>,
    acts_now: DFF<Bit>,
    places: DFF<Patch>,
    changes: Signal<Local, Patch>,
}

impl Default for Nat {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            row: Default::default(),
            mapping: Default::default(),
            far_ip: Default::default(),
            v4: Default::default(),
            inside: Default::default(),
            lost: Default::default(),
            late_inbound: Default::default(),
            late_row: Default::default(),
            late_mapping: Default::default(),
            late_carry: Default::default(),
            translates: Default::default(),
            patch: Default::default(),
            lost_now: Default::default(),
            old: Default::default(),
            new: Default::default(),
            both: Default::default(),
            once: Default::default(),
            delta: Default::default(),
            twice: Default::default(),
            delta_at: Default::default(),
            acts: Default::default(),
            quotes: Default::default(),
            begin: Default::default(),
            options: Default::default(),
            tcp: Default::default(),
            udp: Default::default(),
            nothing: Constant::new(Patch::default()),
            acts_now: Default::default(),
            places: Default::default(),
            changes: Default::default(),
        }
    }
}

impl Logic for Nat {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        dff_setup!(self, clock, lost_now, old, new, both, once, delta, acts_now, places);
        clock!(self, clock, delta_at);
        self.lost_now.d.next = self.row.val().outside.any()
            & self.v4.val()
            & (!self.mapping.val().nat_ip.any()
                | self.mapping.val().local.any()
                | self.inside.val());
        self.lost.next = self.lost_now.q.val();
        // What the complement of a sum over the address grows by.
        self.old.d.next = bit_cast::<17, 16>(!self.far_ip.val().get_bits::<16>(16))
            + bit_cast::<17, 16>(!self.far_ip.val().get_bits::<16>(0));
        self.new.d.next = bit_cast::<17, 16>(self.mapping.val().nat_ip.get_bits::<16>(16))
            + bit_cast::<17, 16>(self.mapping.val().nat_ip.get_bits::<16>(0));
        self.both.d.next =
            bit_cast::<18, 17>(self.old.q.val()) + bit_cast::<18, 17>(self.new.q.val());
        self.once.d.next = bit_cast::<17, 16>(self.both.q.val().get_bits::<16>(0))
            + bit_cast::<17, 2>(self.both.q.val().get_bits::<2>(16));
        self.twice.next = bit_cast::<17, 16>(self.once.q.val().get_bits::<16>(0))
            + bit_cast::<17, 1>(self.once.q.val().get_bits::<1>(16));
        self.delta.d.next = self.twice.val().get_bits::<16>(0);
        self.delta_at.d.next = self.delta.q.val();
        // Where the packet begins in the frame as it leaves, and where its checksum lies.
        self.acts.next = self.late_row.val().outside.any()
            & !self.late_carry.val().v6.any()
            & !self.late_carry.val().question.any();
        self.acts_now.d.next = self.acts.val();
        self.translates.next = self.acts_now.q.val();
        self.begin.next = 32.into();
        self.quotes.next = self.late_carry.val().quotes_dst.any();
        if self.late_inbound.val() {
            self.begin.next = (bit_cast::<7, 2>(self.late_row.val().tags) << 1) + 7;
            self.quotes.next = self.late_carry.val().quotes_src.any();
        }
        // A header's words without options are seven with what an ICMP error quotes behind it.
        self.options.next = (bit_cast::<7, 5>(self.late_carry.val().quote_words) << 1) - 14;
        self.tcp.next = self.late_carry.val().ported.any() & (self.late_carry.val().protocol == 6);
        self.udp.next = self.late_carry.val().ported.any() & (self.late_carry.val().protocol == 17);
        self.places.d.next = self.nothing.val();
        self.places.d.next.unless_2 = self.udp.val();
        self.places.d.next.unless_3 = self.late_carry.val().quotes_udp.any();
        self.places.d.next.minus_2 = self.quotes.val();
        if self.acts.val() {
            self.places.d.next.value = self.late_mapping.val().nat_ip;
            self.places.d.next.add_0 = self.begin.val() + 5;
            self.places.d.next.set_0 = self.begin.val() + 8;
            if self.late_inbound.val() {
                self.places.d.next.set_0 = self.begin.val() + 6;
            }
            if self.tcp.val() {
                self.places.d.next.add_2 = self.begin.val() + self.options.val() + 18;
            }
            if self.udp.val() {
                self.places.d.next.add_2 = self.begin.val() + self.options.val() + 13;
            }
        }
        if self.acts.val() & self.quotes.val() {
            self.places.d.next.add_1 = self.begin.val() + 19;
            self.places.d.next.set_1 = self.begin.val() + 20;
            if self.late_inbound.val() {
                self.places.d.next.set_1 = self.begin.val() + 22;
            }
            if self.late_carry.val().quotes_tcp.any() {
                self.places.d.next.add_2 = self.begin.val() + 11;
                self.places.d.next.add_3 = self.begin.val() + 32;
            }
            if self.late_carry.val().quotes_udp.any() {
                self.places.d.next.add_2 = self.begin.val() + 11;
                self.places.d.next.add_3 = self.begin.val() + 27;
            }
        }
        self.changes.next = self.places.q.val();
        self.changes.next.delta = self.delta_at.q.val();
        self.patch.next = 0.into();
        if self.acts_now.q.val() {
            self.patch.next = bit_cast::<PATCH_BITS, PATCH_BITS>(self.changes.val().into());
        }
    }
}
