//! Is the sender who it says it is?
//!
//! ```text
//!   (VPC, source IP) --> [ exact-match: addresses ] --> ENI --> the one that hangs here?
//!   source MAC -------------------------------------------> the one of that ENI?
//! ```
//! The overlay knows addresses from the control plane, never from packets. A packet from the
//! underlay asks the same table for its destination instead: see `deliver`.

use crate::{
    class::IpKey, eni::AttachAction, meta::DropReason, parser::Headers, punt, route::Target,
};

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// Which ENI of this card has an address.
    pub struct AddressAction {
        /// The ENI, by its number on this card.
        eni: u16 => 10,
        /// Its subnet, by its number on this card.
        subnet: u16 => 10,
        /// Its policy, by its number on this card.
        policy: u8 => 8,
    }
}

// ---- reference --------------------------------------------------------------------------

/// What is asked: for the source of what leaves an ENI, for the destination of what comes to one.
pub fn key(vpc: u8, inbound: bool, h: &Headers) -> IpKey {
    IpKey { vpc, ip: if inbound { h.dst_ip } else { h.src_ip } }
}

/// May this ENI send this packet? What it says of itself to neighbors is held to the same, unless
/// it is excused.
pub fn may_send(eni: &AttachAction, owner: Option<AddressAction>, h: &Headers) -> DropReason {
    let mac = h.src_mac == eni.mac && (!h.neighbor || h.claimed_mac == eni.mac);
    if !mac {
        DropReason::SpoofedMac
    } else if eni.check && owner.is_none_or(|o| o.eni != eni.eni) && !punt::excused(h) {
        DropReason::SpoofedIp
    } else {
        DropReason::None
    }
}

/// May it go where its route leads? Under an address that is not its own, which only an ENI without
/// check sends, it stays in its VPC: in another one that address may be somebody's.
pub fn may_cross(eni: &AttachAction, owner: Option<AddressAction>, target: Target) -> DropReason {
    let own = owner.is_some_and(|o| o.eni == eni.eni);
    match target {
        Target::Peering | Target::TransitGateway if !own => DropReason::SpoofedIp,
        _ => DropReason::None,
    }
}

/// What a VPC does not carry: broadcast, multicast, and of ARP and neighbor discovery all but its
/// ENIs' questions.
///
/// Broadcast and multicast by MAC (the group bit, IEEE 802-2014 section 8.2), by IPv4 address
/// (224.0.0.0/4, RFC 1112 section 4; 255.255.255.255) or by IPv6 address (ff00::/8, RFC 4291
/// section 2.7).
pub fn carried(inbound: bool, h: &Headers) -> DropReason {
    let v4 = h.dst_ip as u32;
    let group = h.dst_mac >> 40 & 1 == 1
        || h.is_ipv4 && (v4 >> 28 == 0xe || v4 == u32::MAX)
        || h.is_ipv6 && h.dst_ip >> 120 == 0xff;
    if h.neighbor && inbound {
        DropReason::TunnelledArp
    } else if h.neighbor && (!h.asks || h.src_ip == h.dst_ip) {
        DropReason::GratuitousArp
    } else if group && !h.neighbor {
        DropReason::Multicast
    } else {
        DropReason::None
    }
}

// ---- kernel -----------------------------------------------------------------------------

/// [`may_send`] and [`carried`] as hardware.
#[cfg(feature = "gateware")]
pub mod gateware {
    use super::bits::AddressAction;
    use crate::{
        class::bits::IpKey,
        eni::bits::AttachAction,
        meta::{DropReason, PuntReason, gateware::FirstReason},
        parser::bits::Headers,
        punt::gateware::{self as punt, Calls},
    };
    use cells::{
        delay::{Delay, DelayValid},
        equal::Equal,
        exact::Exact,
        view::View,
    };
    use rust_hdl::prelude::*;

    /// Clocks from the ENI to the owner of the address; the reason comes two later.
    pub const LATENCY: usize = 1 + cells::exact::LATENCY;
    const KEY: usize = 136;
    const ACTION: usize = 28;
    const ENTRY: usize = KEY + ACTION + 2;
    const TAG: usize = KEY + 2;

    /// What the header alone says against a packet, two clocks later: see [`super::carried`].
    #[derive(LogicBlock, Default)]
    pub struct Carried {
        /// Rising edge.
        pub clock: Signal<In, Clock>,
        /// Does it come to the ENI?
        pub inbound: Signal<In, Bit>,
        /// What the parser says.
        pub headers: Signal<In, Headers>,
        /// ARP or neighbor discovery that comes to an ENI.
        pub tunnelled: Signal<Out, Bit>,
        /// Likewise, but no question, or one for the sender's own address.
        pub gratuitous: Signal<Out, Bit>,
        /// Broadcast or multicast, and neither of these.
        pub group: Signal<Out, Bit>,
        own: Equal<128, 16>,
        asks: Delay<Bit, 2>,
        speaks: Delay<Bit, 2>,
        arrives: Delay<Bit, 2>,
        v4: Signal<Local, Bits<32>>,
        v4_bytes: Signal<Local, Bits<4>>,
        v6: Signal<Local, Bits<8>>,
        by_mac: DFF<Bit>,
        by_v4: DFF<Bit>,
        by_v4_all: DFF<Bits<4>>,
        is_v4: DFF<Bit>,
        by_v6: DFF<Bit>,
        any: DFF<Bit>,
    }

    impl Logic for Carried {
        #[hdl_gen]
        fn update(&mut self) {
            dff_setup!(self, clock, by_mac, by_v4, by_v4_all, is_v4, by_v6, any);
            clock!(self, clock, own, asks, speaks, arrives);
            self.own.a.next = self.headers.val().src_ip;
            self.own.b.next = self.headers.val().dst_ip;
            self.asks.d.next = self.headers.val().asks.any();
            self.speaks.d.next = self.headers.val().neighbor.any();
            self.arrives.d.next = self.inbound.val();
            self.v4.next = self.headers.val().dst_ip.get_bits::<32>(0);
            self.v6.next = self.headers.val().dst_ip.get_bits::<8>(120);
            self.by_mac.d.next = self.headers.val().dst_mac.get_bit(40);
            self.is_v4.d.next = self.headers.val().is_ipv4.any();
            self.by_v4.d.next = self.v4.val().get_bits::<4>(28) == 14;
            self.v4_bytes.next = 0.into();
            for i in 0..4 {
                self.v4_bytes.next =
                    self.v4_bytes.val().replace_bit(i, self.v4.val().get_bits::<8>(8 * i).all());
            }
            self.by_v4_all.d.next = self.v4_bytes.val();
            self.by_v6.d.next = self.headers.val().is_ipv6.any() & self.v6.val().all();
            self.any.d.next = self.by_mac.q.val()
                | (self.is_v4.q.val() & (self.by_v4.q.val() | self.by_v4_all.q.val().all()))
                | self.by_v6.q.val();
            self.tunnelled.next = self.speaks.q.val() & self.arrives.q.val();
            self.gratuitous.next = self.speaks.q.val() & (!self.asks.q.val() | self.own.yes.val());
            self.group.next = self.any.q.val() & !self.speaks.q.val();
        }
    }

    /// Who owns the address, and may the packet go on? Everything comes in with the ENI.
    #[derive(LogicBlock, Default)]
    pub struct Spoof {
        /// Rising edge.
        pub clock: Signal<In, Clock>,
        /// Empties the table.
        pub reset: Signal<In, Bit>,
        /// Of the hash.
        pub seed: Signal<In, Bits<64>>,
        /// A packet is here.
        pub valid: Signal<In, Bit>,
        /// Parity of its generation.
        pub generation: Signal<In, Bit>,
        /// Does it come to the ENI?
        pub inbound: Signal<In, Bit>,
        /// What the parser says.
        pub headers: Signal<In, Headers>,
        /// Who sent it, or whose tunnel it came through.
        pub eni: Signal<In, AttachAction>,
        /// The reason so far, one clock after the owner.
        pub before: Signal<In, Bits<6>>,
        /// Was anything found?
        pub hit: Signal<Out, Bit>,
        /// In which slot.
        pub slot: Signal<Out, Bits<18>>,
        /// What was found, zeros if nothing.
        pub action: Signal<Out, AddressAction>,
        /// The reason so far, two clocks after the owner.
        pub reason: Signal<Out, Bits<6>>,
        /// An entry to be written.
        pub w_valid: Signal<In, Bit>,
        /// Where.
        pub w_slot: Signal<In, Bits<18>>,
        /// The entry.
        pub w_entry: Signal<In, Bits<ENTRY>>,
        /// It is taken.
        pub w_ready: Signal<Out, Bit>,
        /// The table is being emptied.
        pub busy: Signal<Out, Bit>,
        asked: DFF<IpKey>,
        asked_valid: DelayValid<1>,
        asked_in: Delay<Bit, 1>,
        table_of: Exact<KEY, ACTION, ENTRY, TAG>,
        fields: View<AddressAction, ACTION>,
        eni_mac: Equal<48, 6>,
        claimed_mac: Equal<48, 6>,
        carried: Carried,
        leaves: Delay<Bit, LATENCY>,
        neighbor: Delay<Bit, { cells::equal::LATENCY }>,
        wrong_mac: Delay<Bit, { LATENCY + 1 - cells::equal::LATENCY }>,
        eni_of: Delay<Bits<10>, LATENCY>,
        check: Delay<Bit, LATENCY>,
        wrong_ip: DFF<Bit>,
        calls: Calls,
        excused: Delay<Bit, { LATENCY + 1 - punt::LATENCY }>,
        header_says: [Delay<Bit, { LATENCY + 1 - 2 }>; 6],
        leaves_mac: DFF<Bit>,
        judge: FirstReason<8>,
    }

    impl Spoof {
        /// With `4 << depth_log2` slots.
        pub fn new(depth_log2: usize) -> Self {
            Self {
                table_of: Exact::new(depth_log2),
                judge: FirstReason::of([
                    DropReason::SpoofedMac.code(),
                    DropReason::SpoofedIp.code(),
                    PuntReason::Dhcp.settled(),
                    PuntReason::RouterSolicitation.settled(),
                    PuntReason::LinkLocal.settled(),
                    DropReason::TunnelledArp.code(),
                    DropReason::GratuitousArp.code(),
                    DropReason::Multicast.code(),
                ]),
                ..Self::default()
            }
        }
    }

    impl Logic for Spoof {
        #[hdl_gen]
        #[allow(clippy::too_many_lines)] // wiring: a line per wire
        fn update(&mut self) {
            dff_setup!(self, clock, wrong_ip, leaves_mac, asked);
            clock!(
                self,
                clock,
                asked_valid,
                asked_in,
                table_of,
                eni_mac,
                claimed_mac,
                carried,
                leaves,
                neighbor
            );
            clock!(self, clock, wrong_mac, eni_of, check, judge, calls, excused);
            for i in 0..6 {
                self.header_says[i].clock.next = self.clock.val();
            }
            // Whose is the address?
            self.asked.d.next.vpc = self.eni.val().vpc;
            self.asked.d.next.ip = self.headers.val().src_ip;
            if self.inbound.val() {
                self.asked.d.next.ip = self.headers.val().dst_ip;
            }
            self.asked_valid.reset.next = self.reset.val();
            self.asked_valid.d.next = self.valid.val();
            self.asked_in.d.next = self.generation.val();
            self.table_of.reset.next = self.reset.val();
            self.table_of.seed.next = self.seed.val();
            self.table_of.i_valid.next = self.asked_valid.q.val();
            self.table_of.i_key.next = bit_cast::<KEY, KEY>(self.asked.q.val().into());
            self.table_of.i_gen.next = self.asked_in.q.val();
            self.table_of.r_valid.next = false;
            self.table_of.r_slot.next = 0.into();
            self.table_of.w_valid.next = self.w_valid.val();
            self.table_of.w_slot.next = self.w_slot.val();
            self.table_of.w_entry.next = self.w_entry.val();
            self.w_ready.next = self.table_of.w_ready.val();
            self.busy.next = self.table_of.busy.val();
            self.fields.i.next = self.table_of.o_action.val();
            self.action.next = self.fields.o.val();
            self.hit.next = self.table_of.o_hit.val();
            self.slot.next = self.table_of.o_entry.val();
            // Is it the sender's, and the MAC?
            self.eni_mac.a.next = self.headers.val().src_mac;
            self.eni_mac.b.next = self.eni.val().mac;
            self.claimed_mac.a.next = self.headers.val().claimed_mac;
            self.claimed_mac.b.next = self.eni.val().mac;
            self.neighbor.d.next = self.headers.val().neighbor.any();
            self.wrong_mac.d.next =
                !self.eni_mac.yes.val() | (self.neighbor.q.val() & !self.claimed_mac.yes.val());
            self.leaves.d.next = !self.inbound.val();
            self.leaves_mac.d.next = self.leaves.q.val();
            self.eni_of.d.next = self.eni.val().eni;
            self.check.d.next = self.eni.val().check.any();
            self.wrong_ip.d.next = self.leaves.q.val()
                & self.check.q.val()
                & (!self.table_of.o_hit.val() | (self.fields.o.val().eni != self.eni_of.q.val()));
            // What does the header alone say?
            self.carried.inbound.next = self.inbound.val();
            self.carried.headers.next = self.headers.val();
            self.header_says[0].d.next = self.calls.dhcp.val();
            self.header_says[1].d.next = self.calls.routers.val();
            self.header_says[2].d.next = self.calls.link_local.val();
            self.header_says[3].d.next = self.carried.tunnelled.val();
            self.header_says[4].d.next = self.carried.gratuitous.val();
            self.header_says[5].d.next = self.carried.group.val();
            // Who has no address yet asks for one under none.
            self.calls.inbound.next = self.inbound.val();
            self.calls.headers.next = self.headers.val();
            self.excused.d.next = self.calls.excused.val();
            self.judge.before.next = self.before.val();
            self.judge.flags[0].next = self.wrong_mac.q.val() & self.leaves_mac.q.val();
            self.judge.flags[1].next = self.wrong_ip.q.val() & !self.excused.q.val();
            self.judge.flags[2].next = self.header_says[0].q.val();
            self.judge.flags[3].next = self.header_says[1].q.val();
            self.judge.flags[4].next = self.header_says[2].q.val();
            self.judge.flags[5].next = self.header_says[3].q.val();
            self.judge.flags[6].next = self.header_says[4].q.val();
            self.judge.flags[7].next = self.header_says[5].q.val();
            self.reason.next = self.judge.reason.val();
        }
    }
}
