//! Through which port does the frame leave, and how much of it is new?

use super::gateware::Carry;
use crate::{
    deliver::bits::Access,
    neighbor::{ARP_BYTES, LEFT_BYTES, SOLICITATION_BYTES},
    profile::{CPU_PORT, HOST_PORTS},
    punt,
};
use rust_hdl::prelude::*;

/// Into a tunnel, to an ENI, as an answer, as it is, or to the host's CPU. One clock.
#[derive(LogicBlock)]
pub struct Shape {
    pub clock: Signal<In, Clock>,
    /// Does it come to an ENI of this card?
    pub inbound: Signal<In, Bit>,
    pub carry: Signal<In, Carry>,
    /// How the ENI is reached that it comes to, or that asked.
    pub row: Signal<In, Access>,
    /// It is too long, and its sender is told.
    pub tells: Signal<In, Bit>,
    /// It leaves as it is through the port at which it came,
    pub settled: Signal<In, Bit>,
    pub came: Signal<In, Bits<3>>,
    /// or to the host's CPU.
    pub punted: Signal<In, Bit>,
    /// Port through which it leaves.
    pub egress_port: Signal<Out, Bits<3>>,
    /// Halfwords of the new header.
    pub p: Signal<Out, Bits<6>>,
    /// Halfwords of the old frame that disappear.
    pub s: Signal<Out, Bits<7>>,
    /// Where the old frame ends, in bytes.
    pub len: Signal<Out, Bits<14>>,
    port: DFF<Bits<3>>,
    p_of: DFF<Bits<6>>,
    s_of: DFF<Bits<7>>,
    len_of: DFF<Bits<14>>,
    net_port: Constant<Bits<3>>,
    cpu_port: Constant<Bits<3>>,
    head_halfwords: Constant<Bits<6>>,
    arp_end: Constant<Bits<8>>,
    arp_left: Constant<Bits<7>>,
    v6_end: Constant<Bits<8>>,
    v6_left: Constant<Bits<7>>,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            inbound: Signal::default(),
            carry: Signal::default(),
            row: Signal::default(),
            tells: Signal::default(),
            settled: Signal::default(),
            came: Signal::default(),
            punted: Signal::default(),
            egress_port: Signal::default(),
            p: Signal::default(),
            s: Signal::default(),
            len: Signal::default(),
            port: DFF::default(),
            p_of: DFF::default(),
            s_of: DFF::default(),
            len_of: DFF::default(),
            net_port: Constant::new((HOST_PORTS as u64).to_bits()),
            cpu_port: Constant::new((CPU_PORT as u64).to_bits()),
            head_halfwords: Constant::new((punt::HEADER_BYTES as u64 / 2).to_bits()),
            arp_end: Constant::new((ARP_BYTES as u64).to_bits()),
            arp_left: Constant::new(((ARP_BYTES - LEFT_BYTES) as u64 / 2).to_bits()),
            v6_end: Constant::new((SOLICITATION_BYTES as u64).to_bits()),
            v6_left: Constant::new(((SOLICITATION_BYTES - LEFT_BYTES) as u64 / 2).to_bits()),
        }
    }
}

impl Logic for Shape {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, port, p_of, s_of, len_of);
        self.port.d.next = self.net_port.val();
        self.p_of.d.next = 31.into();
        if self.inbound.val() {
            self.port.d.next = self.row.val().port;
            self.p_of.d.next = (bit_cast::<6, 2>(self.row.val().tags) << 1) + 6;
        }
        self.s_of.d.next = bit_cast::<7, 8>(self.carry.val().l3_offset >> 1) - 1;
        self.len_of.d.next = self.carry.val().end;
        if self.carry.val().question.any() {
            self.port.d.next = self.row.val().port;
            self.p_of.d.next = (bit_cast::<6, 2>(self.row.val().tags) << 1) + 21;
            self.s_of.d.next =
                bit_cast::<7, 8>(self.carry.val().l3_offset >> 1) + self.arp_left.val();
            self.len_of.d.next = bit_cast::<14, 8>(self.carry.val().l3_offset + self.arp_end.val());
            if self.carry.val().v6.any() {
                self.p_of.d.next = (bit_cast::<6, 2>(self.row.val().tags) << 1) + 43;
                self.s_of.d.next =
                    bit_cast::<7, 8>(self.carry.val().l3_offset >> 1) + self.v6_left.val();
                self.len_of.d.next =
                    bit_cast::<14, 8>(self.carry.val().l3_offset + self.v6_end.val());
            }
        }
        if self.tells.val() {
            self.port.d.next = self.row.val().port;
            self.p_of.d.next = (bit_cast::<6, 2>(self.row.val().tags) << 1) + 21;
            if self.carry.val().v6.any() {
                self.p_of.d.next = (bit_cast::<6, 2>(self.row.val().tags) << 1) + 31;
            }
            self.s_of.d.next = bit_cast::<7, 8>(self.carry.val().l3_offset >> 1);
            self.len_of.d.next = bit_cast::<14, 8>(self.carry.val().l3_offset)
                + (bit_cast::<14, 5>(self.carry.val().quote_words) << 2);
        }
        if self.settled.val() {
            self.port.d.next = self.came.val();
            self.p_of.d.next = 0.into();
            self.s_of.d.next = 0.into();
            self.len_of.d.next = self.carry.val().end;
        }
        if self.punted.val() {
            self.port.d.next = self.cpu_port.val();
            self.p_of.d.next = self.head_halfwords.val();
        }
        self.egress_port.next = self.port.q.val();
        self.p.next = self.p_of.q.val();
        self.s.next = self.s_of.q.val();
        self.len.next = self.len_of.q.val();
    }
}
