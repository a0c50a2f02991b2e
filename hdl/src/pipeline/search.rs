//! From the ENI or the VPC to classes, route and owner: everything that can be asked at once.

use super::{
    T_CLASS, T_ENI_REASON, T_PASS,
    along::{Along, Pick},
    classify::{Classes, Classify},
    orders::{Kept, Orders},
    turn::Pass,
};
use crate::{
    appliance::{
        bits::ApplianceAction,
        gateware::{self as appliance, Appliances},
    },
    connection::{
        bits::Told,
        gateware::{TELL, TIMES, Tell},
    },
    eni::bits::AttachAction,
    explain::bits::Trace,
    parser::bits::Headers,
    punt::gateware::{self as punt, Fixed},
    spoof::{self, bits::AddressAction, gateware::Spoof},
};
use cells::{
    copies::Copies,
    delay::{Delay, DelayValid},
    equal::{self, Equal},
};
use rust_hdl::prelude::*;

const _: () = assert!(punt::LATENCY == equal::LATENCY);
const _: () = assert!(appliance::LATENCY == spoof::gateware::LATENCY);
/// Clocks until it is known who receives what comes.
const OWNED: usize = appliance::LATENCY + 1;

/// What is known of the ENI that the pass is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Near {
    pub eni: Bits<10>,
    pub policy: Bits<8>,
    pub subnet: Bits<10>,
}

/// A hit and a slot as the explain record has them; wires.
#[derive(LogicBlock, Default)]
pub struct Answered {
    pub hit: Signal<In, Bit>,
    pub slot: Signal<In, Bits<18>>,
    pub answer: Signal<Out, Bits<19>>,
}

impl Logic for Answered {
    #[hdl_gen]
    fn update(&mut self) {
        self.answer.next = bit_cast::<19, 18>(self.slot.val()) << 1;
        if self.hit.val() {
            self.answer.next = (bit_cast::<19, 18>(self.slot.val()) << 1) | 1;
        }
    }
}

/// Stages `class`, `route`, `spoof` and `appliance`, from [`T_PASS`] to [`T_CLASS`].
#[derive(LogicBlock, Default)]
pub struct Search {
    pub clock: Signal<In, Clock>,
    pub orders: Signal<In, Orders>,
    pub i_valid: Signal<In, Bit>,
    pub i_pass: Signal<In, Pass>,
    pub i_headers: Signal<In, Headers>,
    pub i_far_ip: Signal<In, Bits<128>>,
    pub i_hit: Signal<In, Bit>,
    pub i_slot: Signal<In, Bits<18>>,
    pub i_eni: Signal<In, AttachAction>,
    /// Of what came in, at [`T_ENI_REASON`].
    pub i_reason: Signal<In, Bits<6>>,
    /// Addresses and appliances take their entry.
    pub w_ready: Signal<Out, Bits<2>>,
    pub busy: Signal<Out, Bit>,
    pub valid: Signal<Out, Bit>,
    pub along: Signal<Out, Along>,
    pub eni: Signal<Out, AttachAction>,
    /// Does it leave its ENI for the router, and is no question for a neighbor?
    pub routed: Signal<Out, Bit>,
    /// By a route: to no address that needs none?
    pub led: Signal<Out, Bit>,
    /// Does it go by a route, or came it by one?
    pub by_route: Signal<Out, Bit>,
    /// Does it leave for an appliance beside its sender, and which next hop is that?
    pub beside: Signal<Out, Bit>,
    pub hop: Signal<Out, Bits<12>>,
    /// Does it come from a card with an appliance?
    pub speaks: Signal<Out, Bit>,
    /// Who sends it under an address of its own, or receives it?
    pub owned: Signal<Out, Bit>,
    pub owner: Signal<Out, AddressAction>,
    pub near: Signal<Out, Near>,
    /// Its number and the parity of the generation, [`TIMES`] clocks earlier than the others.
    pub early: Signal<Out, Bits<10>>,
    pub early_in: Signal<Out, Bit>,
    /// What the packet is to a connection.
    pub told: Signal<Out, Told>,
    pub classes: Signal<Out, Classes>,
    /// What has been looked up so far.
    pub trace: Signal<Out, Trace>,
    pub reason: Signal<Out, Bits<6>>,
    pick: Pick,
    resets: Copies<3>,
    classify: Classify,
    spoof: Spoof,
    appliances: Appliances,
    kept: Kept,
    router: Equal<48, 6>,
    leaves: Delay<Bit, { equal::LATENCY }>,
    came: Delay<Bit, { equal::LATENCY }>,
    fixed: Fixed,
    sent: Signal<Local, Bit>,
    routed_at: Delay<Bit, { T_CLASS - T_PASS - equal::LATENCY }>,
    led_at: Delay<Bit, { T_CLASS - T_PASS - equal::LATENCY }>,
    by_route_at: Delay<Bit, { T_CLASS - T_PASS - equal::LATENCY }>,
    valid_at: DelayValid<{ T_CLASS - T_PASS }>,
    along_at: Delay<Along, { T_CLASS - T_PASS }>,
    comes: Delay<Bit, { OWNED - 1 }>,
    arrives: DFF<Bit>,
    eni_meets: Delay<AttachAction, OWNED>,
    eni_at: Delay<AttachAction, { T_CLASS - T_PASS - OWNED }>,
    near_of: Signal<Local, Near>,
    near_early: Delay<Near, { T_CLASS - TIMES - T_PASS - OWNED }>,
    near_at: Delay<Near, TIMES>,
    generation_early: Delay<Bit, { T_CLASS - TIMES - T_PASS }>,
    tell: Tell,
    told_at: Delay<Told, { T_CLASS - T_PASS - TELL }>,
    attached: Answered,
    attached_at: Delay<Bits<19>, { T_CLASS - T_PASS }>,
    owned_at: Delay<Bit, { T_CLASS - T_PASS - OWNED }>,
    owner_at: Delay<AddressAction, { T_CLASS - T_PASS - OWNED }>,
    addressed: Answered,
    addressed_at: Delay<Bits<19>, { T_CLASS - T_PASS - OWNED + 1 }>,
    addressee_at: Delay<AddressAction, { T_CLASS - T_PASS - OWNED + 1 }>,
    neighborly: Delay<Bit, { OWNED - 1 - equal::LATENCY }>,
    beside_at: Delay<Bit, { T_CLASS - T_PASS - OWNED + 1 }>,
    found: [Answered; 2],
    found_at: [Delay<Bits<19>, { T_CLASS - T_PASS - OWNED + 1 }>; 2],
    appliance_at: Delay<ApplianceAction, { T_CLASS - T_PASS - OWNED + 1 }>,
    may_speak: Delay<Bit, { T_CLASS - T_PASS - OWNED + 1 }>,
    inside: Delay<Bit, { T_ENI_REASON - T_PASS }>,
    reason_spoof: Delay<Bits<6>, { T_PASS + spoof::gateware::LATENCY + 1 - T_ENI_REASON }>,
    reason_at: Delay<Bits<6>, { T_CLASS - T_PASS - spoof::gateware::LATENCY - 2 }>,
}

impl Search {
    pub fn new(
        addresses_log2: usize,
        appliances_log2: usize,
        ports_log2: usize,
        routes_log2: usize,
    ) -> Self {
        Self {
            classify: Classify::new(ports_log2, routes_log2),
            spoof: Spoof::new(addresses_log2),
            appliances: Appliances::new(appliances_log2),
            ..Self::default()
        }
    }
}

impl Logic for Search {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        clock!(self, clock, kept, resets);
        self.kept.orders.next = self.orders.val();
        self.resets.d.next = self.orders.val().reset.any();
        clock!(self, clock, classify, spoof, router, leaves, routed_at, valid_at, along_at, eni_at);
        clock!(self, clock, comes, eni_meets, near_early, near_at, generation_early);
        clock!(self, clock, appliances, owned_at, addressee_at, neighborly, beside_at);
        clock!(self, clock, appliance_at, may_speak);
        dff_setup!(self, clock, arrives);
        for i in 0..2 {
            self.found_at[i].clock.next = self.clock.val();
        }
        clock!(self, clock, tell, told_at, came, fixed, led_at, by_route_at);
        clock!(self, clock, attached_at, owner_at, addressed_at, inside, reason_spoof, reason_at);
        // What travels.
        self.pick.pass.next = self.i_pass.val();
        self.pick.headers.next = self.i_headers.val();
        self.pick.far_ip.next = self.i_far_ip.val();
        self.pick.eni.next = self.i_eni.val();
        self.along_at.d.next = self.pick.along.val();
        self.along.next = self.along_at.q.val();
        self.eni_meets.d.next = self.i_eni.val();
        self.eni_at.d.next = self.eni_meets.q.val();
        self.eni.next = self.eni_at.q.val();
        self.attached.hit.next = self.i_hit.val();
        self.attached.slot.next = self.i_slot.val();
        self.attached_at.d.next = self.attached.answer.val();
        self.valid_at.reset.next = self.orders.val().reset.any();
        self.valid_at.d.next = self.i_valid.val();
        self.valid.next = self.valid_at.q.val();
        // Sent to the router?
        self.router.a.next = self.i_headers.val().dst_mac;
        self.router.b.next = self.kept.identity.val().router_mac;
        self.leaves.d.next =
            !self.i_pass.val().inbound.any() & !self.i_headers.val().neighbor.any();
        self.came.d.next = self.i_pass.val().inbound.any();
        self.fixed.headers.next = self.i_headers.val();
        self.sent.next = self.router.yes.val() & self.leaves.q.val();
        self.routed_at.d.next = self.sent.val();
        self.routed.next = self.routed_at.q.val();
        self.led_at.d.next = self.sent.val() & !self.fixed.yes.val();
        self.led.next = self.led_at.q.val();
        self.by_route_at.d.next = self.came.q.val() | (self.sent.val() & !self.fixed.yes.val());
        self.by_route.next = self.by_route_at.q.val();
        // Classes and route.
        self.classify.reset.next = self.resets.q.val().get_bit(0);
        self.classify.valid.next = self.i_valid.val();
        self.classify.generation.next = self.i_pass.val().generation.any();
        self.classify.headers.next = self.i_headers.val();
        self.classify.far_ip.next = self.i_far_ip.val();
        self.classify.eni.next = self.i_eni.val();
        self.classify.w_valid.next = self.orders.val().w_valid.get_bits::<2>(2);
        self.classify.w_bank.next = self.orders.val().w_bank.any();
        self.classify.w_index.next = self.orders.val().w_index.get_bits::<12>(0);
        self.classify.w_data.next = self.kept.window.val();
        self.classes.next = self.classify.classes.val();
        // Owner of the address.
        self.spoof.reset.next = self.resets.q.val().get_bit(1);
        self.spoof.seed.next = self.kept.seed.val();
        self.spoof.valid.next = self.i_valid.val();
        self.spoof.generation.next = self.i_pass.val().generation.any();
        self.spoof.inbound.next = self.i_pass.val().inbound.any();
        self.spoof.headers.next = self.i_headers.val();
        self.spoof.eni.next = self.i_eni.val();
        self.spoof.w_valid.next = self.orders.val().w_valid.get_bit(1);
        self.spoof.w_slot.next = self.orders.val().w_index;
        self.spoof.w_entry.next = self.kept.window.val().get_bits::<166>(0);
        // Or is it found by its MAC?
        self.appliances.reset.next = self.resets.q.val().get_bit(2);
        self.appliances.seed.next = self.kept.seed.val();
        self.appliances.valid.next = self.i_valid.val();
        self.appliances.generation.next = self.i_pass.val().generation.any();
        self.appliances.vpc.next = self.i_eni.val().vpc;
        self.appliances.dst_mac.next = self.i_headers.val().dst_mac;
        self.appliances.outer_src_ip.next = self.i_headers.val().outer_src_ip;
        self.appliances.w_valid.next = self.orders.val().w_valid.get_bit(7);
        self.appliances.w_slot.next = self.orders.val().w_index;
        self.appliances.w_entry.next = self.kept.window.val().get_bits::<99>(0);
        self.w_ready.next = 0.into();
        if self.spoof.w_ready.val() {
            self.w_ready.next = self.w_ready.val() | 1;
        }
        if self.appliances.w_ready.val() {
            self.w_ready.next = self.w_ready.val() | 2;
        }
        self.busy.next = self.spoof.busy.val() | self.appliances.busy.val();
        self.comes.d.next = self.i_pass.val().inbound.any();
        self.appliances.inbound.next = self.comes.q.val();
        self.appliances.owned.next = self.spoof.hit.val();
        self.appliances.owner.next = self.spoof.action.val();
        self.owned_at.d.next = self.appliances.received.val();
        self.owned.next = self.owned_at.q.val();
        self.owner_at.d.next = self.appliances.receiver.val();
        self.owner.next = self.owner_at.q.val();
        self.neighborly.d.next = self.leaves.q.val() & !self.router.yes.val();
        self.beside_at.d.next = self.neighborly.q.val() & self.appliances.hit.val();
        self.beside.next = self.beside_at.q.val();
        self.appliance_at.d.next = self.appliances.action.val();
        self.hop.next = self.appliance_at.q.val().hop;
        self.may_speak.d.next = self.appliances.speaks.val();
        self.speaks.next = self.may_speak.q.val();
        // It leaves its ENI, or comes to the one that receives it.
        self.arrives.d.next = self.comes.q.val();
        self.near_of.next.eni = self.eni_meets.q.val().eni;
        self.near_of.next.policy = self.eni_meets.q.val().policy;
        self.near_of.next.subnet = self.eni_meets.q.val().subnet;
        if self.arrives.q.val() {
            self.near_of.next.eni = self.appliances.receiver.val().eni;
            self.near_of.next.policy = self.appliances.receiver.val().policy;
            self.near_of.next.subnet = self.appliances.receiver.val().subnet;
        }
        self.near_early.d.next = self.near_of.val();
        self.near_at.d.next = self.near_early.q.val();
        self.near.next = self.near_at.q.val();
        // What is the packet to a connection of that ENI?
        self.early.next = self.near_early.q.val().eni;
        self.generation_early.d.next = self.i_pass.val().generation.any();
        self.early_in.next = self.generation_early.q.val();
        self.tell.inbound.next = self.i_pass.val().inbound;
        self.tell.headers.next = self.i_headers.val();
        self.told_at.d.next = self.tell.told.val();
        self.told.next = self.told_at.q.val();
        self.addressed.hit.next = self.spoof.hit.val();
        self.addressed.slot.next = self.spoof.slot.val();
        self.addressed_at.d.next = self.addressed.answer.val();
        self.addressee_at.d.next = self.spoof.action.val();
        self.found[0].hit.next = self.appliances.hit.val();
        self.found[0].slot.next = self.appliances.slot.val();
        self.found_at[0].d.next = self.found[0].answer.val();
        self.found[1].hit.next = self.appliances.speaks.val();
        self.found[1].slot.next = self.appliances.speaks_slot.val();
        self.found_at[1].d.next = self.found[1].answer.val();
        // What turns around has been asked before whether it may come in.
        self.inside.d.next = self.i_pass.val().inside.any();
        self.reason_spoof.d.next = self.i_reason.val();
        if self.inside.q.val() {
            self.reason_spoof.d.next = 0.into();
        }
        self.spoof.before.next = self.reason_spoof.q.val();
        self.reason_at.d.next = self.spoof.reason.val();
        self.reason.next = self.reason_at.q.val();
        // For the record.
        self.trace.next.port = self.along_at.q.val().port;
        self.trace.next.injected = self.along_at.q.val().injected;
        self.trace.next.generation = self.along_at.q.val().generation;
        self.trace.next.inside = self.along_at.q.val().inside;
        self.trace.next.well_formed = self.along_at.q.val().well_formed;
        self.trace.next.attached = self.attached_at.q.val();
        self.trace.next.eni = bit_cast::<95, 95>(self.eni_at.q.val().into());
        self.trace.next.addressed = self.addressed_at.q.val();
        self.trace.next.owner = bit_cast::<28, 28>(self.addressee_at.q.val().into());
        self.trace.next.beside = self.found_at[0].q.val();
        self.trace.next.appliance = bit_cast::<40, 40>(self.appliance_at.q.val().into());
        self.trace.next.speaks = self.found_at[1].q.val();
        self.trace.next.port_class = self.classify.classes.val().port;
        self.trace.next.port_interval = self.classify.classes.val().port_interval;
        self.trace.next.route = self.classify.classes.val().route;
        self.trace.next.route_interval = self.classify.classes.val().route_interval;
        self.trace.next.rule_key = 0.into();
        self.trace.next.tick = 0.into();
        self.trace.next.clock = 0.into();
        self.trace.next.outside = 0.into();
        self.trace.next.tracked = 0.into();
        self.trace.next.ruled = 0.into();
        self.trace.next.rule = 0.into();
        self.trace.next.mapped = 0.into();
        self.trace.next.mapping = 0.into();
        self.trace.next.verdict = 0.into();
    }
}
