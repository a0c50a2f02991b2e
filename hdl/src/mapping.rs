//! On which card does an address of this VPC live?
//!
//! ```text
//!   direct route: (VPC to which it leads, far IP) --+
//!   other route:  (next hop, its sender) -----------+--> [ exact-match ] --> VTEP, VNI, MAC,
//!   appliance:    (next hop) -----------------------+                        or an ENI here
//!   no route:     (own VPC, far IP) ----------------+
//! ```
//! A host's packet asks where to; a packet of the underlay asks whether its sender may say what
//! it says. A neighbor's MAC, and a question for it, need no route.

use crate::{
    class::IpKey, decap::Identity, eni::AttachAction, meta::DropReason, parser::Headers,
    route::RouteLabel,
};

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// Where an overlay address lives.
    pub struct MappingAction {
        /// Underlay address of its card.
        vtep: u32 => 32,
        /// VNI on the wire (RFC 7348 section 5).
        vni: u32 => 24,
        /// Overlay MAC.
        mac: u64 => 48,
        /// Its subnet, by its number on this card; 0 is none.
        subnet: u16 => 10,
        /// Does it live on this card?
        local: bool,
        /// Is it the router of its subnet? It answers who asks for its MAC and gets nothing else.
        router: bool,
        /// Is it a service's, of this number, which the host's CPU answers? 0 is none.
        service: u8 => 4,
        /// Most bytes of an IP packet that goes there; anything goes if that is less than 128.
        mtu: u16 => 14,
        /// IPv4 address that stands in its place (stage `nat`), 0 if none does: its public address,
        /// or of a public one the private one.
        nat_ip: u32 => 32,
    }
}

impl MappingAction {
    /// Is it a neighbor of the ENI's? A service is everybody's.
    pub const fn is_beside(&self, eni: &AttachAction) -> bool {
        self.subnet == eni.subnet || self.service != 0
    }
}

// ---- reference --------------------------------------------------------------------------

/// Where next hops stand among the VPCs, none of which has this number.
const NEXT_HOPS: u8 = 0;

/// The key of a next hop: for what goes there, or for what comes from the underlay address
/// `sender`, if that is not 0. One number may stand for several gateways: any may be the sender.
pub fn next_hop(number: u16, sender: u32) -> IpKey {
    IpKey { vpc: NEXT_HOPS, ip: u128::from(sender) << 32 | u128::from(number) }
}

/// How a packet goes, or came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// To a neighbor, or asking for one: no route is needed.
    Address,
    /// To an appliance beside its sender, which is this next hop.
    Appliance(u16),
    /// By this route.
    Route(RouteLabel),
}

/// What is asked of a packet of that VPC: for its far address, or where it is led.
pub fn key(vpc: u8, by: By, far_ip: u128, h: &Headers) -> IpKey {
    match by {
        By::Appliance(hop) => next_hop(hop, 0),
        By::Route(route) if !route.target.is_direct() => next_hop(route.to, h.outer_src_ip),
        _ => IpKey { vpc: onward(vpc, by), ip: far_ip },
    }
}

/// The VPC in which a packet of that VPC goes on: where a direct route leads.
pub fn onward(vpc: u8, by: By) -> u8 {
    match by {
        By::Route(route) if route.target.is_direct() => route.to as u8,
        _ => vpc,
    }
}

/// May a host's packet go where it wants? A frame to the router's MAC goes wherever a mapping
/// leads; any other must be sent to the MAC of its destination, in the sender's own subnet.
pub fn reachable(
    identity: &Identity,
    eni: &AttachAction,
    found: Option<MappingAction>,
    h: &Headers,
) -> DropReason {
    let routed = identity.routes(h);
    match found {
        Some(m) if routed && !m.router && m.service == 0 => DropReason::None,
        _ if routed => DropReason::NoMapping,
        Some(m) if m.mac == h.dst_mac && m.is_beside(eni) => DropReason::None,
        _ => DropReason::NotItsAddress,
    }
}

/// May the sender of a tunnel packet speak for this tenant? A card with an appliance may.
pub fn sender(found: Option<MappingAction>, appliance: bool, h: &Headers) -> DropReason {
    match found {
        _ if appliance => DropReason::None,
        Some(m) if !m.local && m.vtep == h.outer_src_ip => DropReason::None,
        _ => DropReason::SpoofedUnderlay,
    }
}

// ---- kernel -----------------------------------------------------------------------------

/// [`reachable`] and [`sender`] as hardware.
#[cfg(feature = "gateware")]
pub mod gateware {
    use super::bits::MappingAction;
    use crate::{
        class::bits::IpKey,
        meta::{DropReason, gateware::FirstReason},
        route::{Target, bits::RouteLabel},
    };
    use cells::{delay::Delay, equal::Equal, exact::Exact, view::View};
    use rust_hdl::prelude::*;

    /// Clocks from the address to the mapping; the reason comes [`JUDGE`] later.
    pub const LATENCY: usize = 1 + cells::exact::LATENCY;
    /// Clocks from the mapping to the reason.
    pub const JUDGE: usize = cells::equal::LATENCY + 1;
    const KEY: usize = 136;
    const ACTION: usize = 166;
    const ENTRY: usize = KEY + ACTION + 2;
    const TAG: usize = KEY + 2;
    // A kernel takes no name for a bit's number: this one says that a target is direct.
    const _: () = assert!(Target::Local as u8 == 1 << 3 && super::NEXT_HOPS == 0);

    /// Where an address lives, and whether that agrees with what the packet says.
    #[derive(LogicBlock, Default)]
    pub struct Mapping {
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
        /// The packet's VPC.
        pub vpc: Signal<In, Bits<8>>,
        /// Its far address.
        pub far_ip: Signal<In, Bits<128>>,
        /// Does it go, or came it, by a route?
        pub by_route: Signal<In, Bit>,
        /// By this one.
        pub route: Signal<In, RouteLabel>,
        /// The tunnel's source address, 0 of what leaves an ENI.
        pub outer_src_ip: Signal<In, Bits<32>>,
        /// Or is it for an appliance beside its sender,
        pub beside: Signal<In, Bit>,
        /// this next hop?
        pub hop: Signal<In, Bits<12>>,
        /// The VPC in which it goes on; no latency.
        pub onward: Signal<Out, Bits<8>>,
        /// Was anything found?
        pub hit: Signal<Out, Bit>,
        /// In which slot.
        pub slot: Signal<Out, Bits<18>>,
        /// What was found, zeros if nothing.
        pub action: Signal<Out, MappingAction>,
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
        direct: Signal<Local, Bit>,
        asked: Signal<Local, IpKey>,
        key: DFF<Bits<KEY>>,
        valid_at: DFF<Bit>,
        generation_at: DFF<Bit>,
        table_of: Exact<KEY, ACTION, ENTRY, TAG>,
        fields: View<MappingAction, ACTION>,
    }

    impl Mapping {
        /// With `4 << depth_log2` slots.
        pub fn new(depth_log2: usize) -> Self {
            Self { table_of: Exact::new(depth_log2), ..Self::default() }
        }
    }

    impl Logic for Mapping {
        #[hdl_gen]
        fn update(&mut self) {
            dff_setup!(self, clock, key, valid_at, generation_at);
            clock!(self, clock, table_of);
            // What is asked.
            self.direct.next = self.by_route.val() & self.route.val().target.get_bit(3);
            self.onward.next = self.vpc.val();
            self.asked.next.vpc = self.vpc.val();
            self.asked.next.ip = self.far_ip.val();
            if self.beside.val() {
                self.asked.next.vpc = 0.into();
                self.asked.next.ip = bit_cast::<128, 12>(self.hop.val());
            }
            if self.by_route.val() {
                self.asked.next.vpc = 0.into();
                self.asked.next.ip = (bit_cast::<128, 32>(self.outer_src_ip.val()) << 32)
                    | bit_cast::<128, 12>(self.route.val().to);
            }
            if self.direct.val() {
                self.onward.next = self.route.val().to.get_bits::<8>(0);
                self.asked.next.vpc = self.route.val().to.get_bits::<8>(0);
                self.asked.next.ip = self.far_ip.val();
            }
            self.key.d.next = bit_cast::<KEY, KEY>(self.asked.val().into());
            self.valid_at.d.next = self.valid.val();
            self.generation_at.d.next = self.generation.val();
            self.table_of.reset.next = self.reset.val();
            self.table_of.seed.next = self.seed.val();
            self.table_of.i_valid.next = self.valid_at.q.val();
            self.table_of.i_key.next = self.key.q.val();
            self.table_of.i_gen.next = self.generation_at.q.val();
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
        }
    }

    /// What a mapping means for a packet. Everything comes in with the mapping.
    #[derive(LogicBlock, Default)]
    pub struct Reach {
        /// Rising edge.
        pub clock: Signal<In, Clock>,
        /// Does it come to an ENI,
        pub inbound: Signal<In, Bit>,
        /// from another one of this card,
        pub inside: Signal<In, Bit>,
        /// or from a card with an appliance?
        pub speaks: Signal<In, Bit>,
        /// Is it an ENI's question for a neighbor?
        pub question: Signal<In, Bit>,
        /// Its source MAC.
        pub src_mac: Signal<In, Bits<48>>,
        /// Was the packet sent to the router's MAC?
        pub routed: Signal<In, Bit>,
        /// Does its sender's VPC ask for mappings that it misses?
        pub asking: Signal<In, Bit>,
        /// Its destination MAC.
        pub dst_mac: Signal<In, Bits<48>>,
        /// Its sender's subnet.
        pub subnet: Signal<In, Bits<10>>,
        /// The tunnel's source address.
        pub outer_src_ip: Signal<In, Bits<32>>,
        /// Is there a mapping?
        pub hit: Signal<In, Bit>,
        /// What it says.
        pub mapping: Signal<In, MappingAction>,
        /// The reason so far, two clocks after the mapping.
        pub before: Signal<In, Bits<6>>,
        /// The reason so far, [`JUDGE`] clocks after the mapping.
        pub reason: Signal<Out, Bits<6>>,
        /// A clock earlier: what leaves goes to nobody,
        pub unmapped: Signal<Out, Bit>,
        /// or the host is asked who that is,
        pub missed: Signal<Out, Bit>,
        /// or it does not go to whom the address belongs;
        pub astray: Signal<Out, Bit>,
        /// or it asks for somebody who is not its neighbor.
        pub unanswered: Signal<Out, Bit>,
        sends: Signal<Local, Bit>,
        mac: Equal<48, 6>,
        vtep: Equal<32, 4>,
        nobody: Delay<Bit, { cells::equal::LATENCY }>,
        unknown: Delay<Bit, { cells::equal::LATENCY }>,
        neighbor: Delay<Bit, { cells::equal::LATENCY }>,
        asks: Delay<Bit, { cells::equal::LATENCY }>,
        elsewhere: Delay<Bit, { cells::equal::LATENCY }>,
        tunnelled: Delay<Bit, { cells::equal::LATENCY }>,
        unheard: Delay<Bit, { cells::equal::LATENCY }>,
        judge: FirstReason<1>,
    }

    impl Reach {
        /// With its reasons.
        pub fn new() -> Self {
            Self { judge: FirstReason::new([DropReason::SpoofedUnderlay]), ..Self::default() }
        }
    }

    impl Logic for Reach {
        #[hdl_gen]
        fn update(&mut self) {
            clock!(
                self, clock, mac, vtep, nobody, unknown, neighbor, asks, elsewhere, tunnelled,
                unheard, judge
            );
            self.mac.a.next = self.dst_mac.val();
            if self.question.val() {
                self.mac.a.next = self.src_mac.val();
            }
            self.mac.b.next = self.mapping.val().mac;
            self.vtep.a.next = self.outer_src_ip.val();
            self.vtep.b.next = self.mapping.val().vtep;
            self.sends.next = !self.inbound.val() & !self.question.val();
            self.nobody.d.next = self.sends.val()
                & self.routed.val()
                & ((!self.hit.val() & !self.asking.val())
                    | self.mapping.val().router.any()
                    | self.mapping.val().service.any());
            self.unknown.d.next =
                self.sends.val() & self.routed.val() & !self.hit.val() & self.asking.val();
            self.neighbor.d.next = self.sends.val() & !self.routed.val();
            self.asks.d.next = !self.inbound.val() & self.question.val();
            self.elsewhere.d.next = !self.hit.val()
                | ((self.mapping.val().subnet != self.subnet.val())
                    & !self.mapping.val().service.any());
            self.tunnelled.d.next = self.inbound.val() & !self.inside.val() & !self.speaks.val();
            self.unheard.d.next = !self.hit.val() | self.mapping.val().local.any();
            self.judge.before.next = self.before.val();
            self.judge.flags[0].next =
                self.tunnelled.q.val() & (self.unheard.q.val() | !self.vtep.yes.val());
            self.unmapped.next = self.nobody.q.val();
            self.missed.next = self.unknown.q.val();
            self.astray.next =
                self.neighbor.q.val() & (self.elsewhere.q.val() | !self.mac.yes.val());
            self.unanswered.next =
                self.asks.q.val() & (self.elsewhere.q.val() | self.mac.yes.val());
            self.reason.next = self.judge.reason.val();
        }
    }
}
