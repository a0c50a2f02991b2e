//! May the packet cross its subnet's border, does a security group allow it, and on which card does
//! the far address live?

use super::{
    T_CLASS, T_MAPPING,
    along::Along,
    classify::Classes,
    orders::{Kept, Orders},
    search::{Answered, Near},
};
use crate::{
    class::bits::AddressLabel,
    deliver,
    eni::bits::AttachAction,
    explain::bits::Trace,
    group::gateware::Group,
    mapping::{bits::MappingAction, gateware::Mapping},
    meta::{DropReason, PuntReason, gateware::FirstReason},
    nacl::{self, bits::RuleKey, gateware::Nacl},
    route::{Target, bits::RouteLabel},
};
use cells::{
    delay::{Delay, DelayValid},
    view::View,
};
use rust_hdl::prelude::*;

const WAIT: usize = T_MAPPING - T_CLASS;
const ROW: usize = deliver::gateware::LATENCY;
const _: () = assert!(nacl::gateware::LATENCY == WAIT);
// A kernel takes no name for a number.
const _: () = assert!(Target::None as u8 == 0 && Target::Blackhole as u8 == 1);
const _: () = assert!(Target::Peering as u8 == 9 && Target::TransitGateway as u8 == 10);

/// Stages `nacl`, `group` and `mapping`, from [`T_CLASS`] to [`T_MAPPING`].
#[derive(LogicBlock, Default)]
pub struct Border {
    pub clock: Signal<In, Clock>,
    pub orders: Signal<In, Orders>,
    pub i_valid: Signal<In, Bit>,
    pub i_along: Signal<In, Along>,
    pub i_eni: Signal<In, AttachAction>,
    pub i_routed: Signal<In, Bit>,
    pub i_led: Signal<In, Bit>,
    pub i_by_route: Signal<In, Bit>,
    pub i_beside: Signal<In, Bit>,
    pub i_hop: Signal<In, Bits<12>>,
    pub i_speaks: Signal<In, Bit>,
    pub i_owned: Signal<In, Bit>,
    pub i_owner: Signal<In, Bits<10>>,
    pub i_near: Signal<In, Near>,
    pub i_classes: Signal<In, Classes>,
    pub i_trace: Signal<In, Trace>,
    pub i_reason: Signal<In, Bits<6>>,
    /// Rules, mappings.
    pub w_ready: Signal<Out, Bits<2>>,
    pub busy: Signal<Out, Bit>,
    /// The ENI and the parity of the generation, [`ROW`] clocks earlier than the others.
    pub receiver: Signal<Out, Bits<10>>,
    pub receiver_in: Signal<Out, Bit>,
    pub valid: Signal<Out, Bit>,
    pub along: Signal<Out, Along>,
    pub routed: Signal<Out, Bit>,
    /// Subnet of the sender.
    pub subnet: Signal<Out, Bits<10>>,
    pub asks: Signal<Out, Bit>,
    pub speaks: Signal<Out, Bit>,
    pub owned: Signal<Out, Bit>,
    pub hit: Signal<Out, Bit>,
    pub mapping: Signal<Out, MappingAction>,
    /// What comes may not enter the subnet.
    pub denied: Signal<Out, Bit>,
    /// No group allows it,
    pub refused: Signal<Out, Bit>,
    /// or one does, and that makes a connection.
    pub grants: Signal<Out, Bit>,
    /// What leaves has no route,
    pub no_route: Signal<Out, Bit>,
    /// or one that leads nowhere,
    pub blackhole: Signal<Out, Bit>,
    /// or to another VPC, under an address that is not its own.
    pub foreign: Signal<Out, Bit>,
    /// Its route leads through a transit gateway.
    pub transit: Signal<Out, Bit>,
    pub trace: Signal<Out, Trace>,
    /// Of what leaves, one clock later than the others.
    pub reason: Signal<Out, Bits<6>>,
    kept: Kept,
    nacl: Nacl,
    group: Group,
    mapping_of: Mapping,
    judge: FirstReason<3>,
    far_label: View<AddressLabel, 21>,
    route_label: View<RouteLabel, 48>,
    rule_key: Signal<Local, RuleKey>,
    leaves: Signal<Local, Bit>,
    neighbor: Signal<Local, Bit>,
    neighbor_at: Delay<Bit, WAIT>,
    valid_at: DelayValid<WAIT>,
    along_at: Delay<Along, WAIT>,
    routed_at: Delay<Bit, WAIT>,
    subnet_at: Delay<Bits<10>, WAIT>,
    asks_at: Delay<Bit, WAIT>,
    speaks_at: Delay<Bit, WAIT>,
    owned_at: Delay<Bit, WAIT>,
    receiver_at: Delay<Bits<10>, { WAIT - ROW }>,
    receiver_in_at: Delay<Bit, { WAIT - ROW }>,
    arrives: Delay<Bit, WAIT>,
    broadcast: Delay<Bit, WAIT>,
    no_route_at: Delay<Bit, WAIT>,
    blackhole_at: Delay<Bit, WAIT>,
    other_vpc: DFF<Bit>,
    not_own: DFF<Bit>,
    foreign_at: Delay<Bit, { WAIT - 1 }>,
    transit_at: Delay<Bit, WAIT>,
    sent_now: DFF<Bit>,
    at_home: Delay<Bit, { WAIT - 1 }>,
    reason_at: Delay<Bits<6>, WAIT>,
    so_far: Signal<Local, Trace>,
    trace_at: Delay<Trace, WAIT>,
    answered: [Answered; 2],
}

impl Border {
    pub fn new(rules_log2: usize, enis_log2: usize, mappings_log2: usize) -> Self {
        Self {
            nacl: Nacl::new(rules_log2, enis_log2),
            mapping_of: Mapping::new(mappings_log2),
            judge: FirstReason::of([
                PuntReason::Service.settled(),
                DropReason::Multicast.code(),
                DropReason::NaclOutbound.code(),
            ]),
            ..Self::default()
        }
    }
}

impl Logic for Border {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        dff_setup!(self, clock, other_vpc, not_own, sent_now);
        clock!(self, clock, kept, nacl, mapping_of, judge, valid_at, along_at, routed_at);
        clock!(self, clock, subnet_at, asks_at, speaks_at, owned_at, receiver_at, receiver_in_at);
        clock!(self, clock, arrives, broadcast, no_route_at, blackhole_at, foreign_at, at_home);
        clock!(self, clock, neighbor_at, reason_at, trace_at, transit_at);
        self.kept.orders.next = self.orders.val();
        self.route_label.i.next = self.i_classes.val().route;
        self.far_label.i.next = self.route_label.o.val().far;
        self.leaves.next = !self.i_along.val().inbound.any();
        self.neighbor.next = self.i_along.val().neighbor.any();
        // May it cross the border, does a group allow it?
        self.rule_key.next.policy = self.i_near.val().policy;
        self.rule_key.next.inbound = self.i_along.val().inbound;
        self.rule_key.next.address_class = self.far_label.o.val().class;
        self.rule_key.next.port_class = self.i_classes.val().port;
        self.nacl.reset.next = self.orders.val().reset.any();
        self.nacl.seed.next = self.kept.seed.val();
        self.nacl.valid.next = self.i_valid.val();
        self.nacl.generation.next = self.i_along.val().generation.any();
        self.nacl.eni.next = self.i_near.val().eni;
        self.nacl.asked.next = self.rule_key.val();
        self.nacl.crosses.next = self.far_label.o.val().subnet != self.i_near.val().subnet;
        self.nacl.w_valid.next = self.orders.val().w_valid.get_bit(4);
        self.nacl.w_slot.next = self.orders.val().w_index;
        self.nacl.w_entry.next = self.kept.window.val().get_bits::<57>(0);
        self.nacl.row_valid.next = self.orders.val().w_valid.get_bit(6);
        self.nacl.row_bank.next = self.orders.val().w_bank.any();
        self.nacl.row_index.next = self.orders.val().w_index.get_bits::<10>(0);
        self.nacl.row_entry.next = self.kept.window.val().get_bits::<56>(134);
        self.group.says.next = self.nacl.action.val().group;
        // Where does the route lead, or else where does the far address live?
        self.mapping_of.vpc.next = self.i_along.val().vpc;
        self.mapping_of.far_ip.next = self.i_along.val().far_ip;
        self.mapping_of.by_route.next = self.i_by_route.val();
        self.mapping_of.route.next = self.route_label.o.val();
        self.mapping_of.beside.next = self.i_beside.val();
        self.mapping_of.hop.next = self.i_hop.val();
        self.mapping_of.outer_src_ip.next = self.i_along.val().outer_src_ip;
        self.mapping_of.reset.next = self.orders.val().reset.any();
        self.mapping_of.seed.next = self.kept.seed.val();
        self.mapping_of.valid.next = self.i_valid.val();
        self.mapping_of.generation.next = self.i_along.val().generation.any();
        self.mapping_of.w_valid.next = self.orders.val().w_valid.get_bit(5);
        self.mapping_of.w_slot.next = self.orders.val().w_index;
        self.mapping_of.w_entry.next = self.kept.window.val().get_bits::<304>(0);
        self.hit.next = self.mapping_of.hit.val();
        self.mapping.next = self.mapping_of.action.val();
        self.w_ready.next = 0.into();
        if self.nacl.w_ready.val() {
            self.w_ready.next = self.w_ready.val() | 1;
        }
        if self.mapping_of.w_ready.val() {
            self.w_ready.next = self.w_ready.val() | 2;
        }
        self.busy.next = self.nacl.busy.val() | self.mapping_of.busy.val();
        // What travels.
        self.valid_at.reset.next = self.orders.val().reset.any();
        self.valid_at.d.next = self.i_valid.val();
        self.valid.next = self.valid_at.q.val();
        self.along_at.d.next = self.i_along.val();
        self.along_at.d.next.vpc = self.mapping_of.onward.val();
        self.along.next = self.along_at.q.val();
        self.routed_at.d.next = self.i_routed.val();
        self.routed.next = self.routed_at.q.val();
        self.subnet_at.d.next = self.i_eni.val().subnet;
        self.subnet.next = self.subnet_at.q.val();
        self.asks_at.d.next = self.i_eni.val().asks.any();
        self.asks.next = self.asks_at.q.val();
        self.speaks_at.d.next = self.i_speaks.val();
        self.speaks.next = self.speaks_at.q.val();
        self.owned_at.d.next = self.i_owned.val();
        self.owned.next = self.owned_at.q.val();
        self.receiver_at.d.next = self.i_near.val().eni;
        self.receiver.next = self.receiver_at.q.val();
        self.receiver_in_at.d.next = self.i_along.val().generation.any();
        self.receiver_in.next = self.receiver_in_at.q.val();
        // The reason. Of a question for a neighbor neither rules nor routes are asked.
        self.neighbor_at.d.next = self.neighbor.val();
        self.arrives.d.next = self.i_along.val().inbound.any();
        self.broadcast.d.next =
            self.leaves.val() & !self.neighbor.val() & self.far_label.o.val().broadcast.any();
        self.no_route_at.d.next = self.i_led.val() & (self.route_label.o.val().target == 0);
        self.blackhole_at.d.next = self.i_led.val() & (self.route_label.o.val().target == 1);
        self.other_vpc.d.next = self.i_led.val()
            & ((self.route_label.o.val().target == 9) | (self.route_label.o.val().target == 10));
        self.transit_at.d.next = self.i_led.val() & (self.route_label.o.val().target == 10);
        self.not_own.d.next = !self.i_owned.val() | (self.i_owner.val() != self.i_near.val().eni);
        self.foreign_at.d.next = self.other_vpc.q.val() & self.not_own.q.val();
        self.reason_at.d.next = self.i_reason.val();
        self.judge.before.next = self.reason_at.q.val();
        self.at_home.d.next = self.sent_now.q.val() & !self.other_vpc.q.val();
        self.sent_now.d.next = self.i_routed.val();
        self.judge.flags[0].next =
            self.at_home.q.val() & self.mapping_of.action.val().service.any();
        self.judge.flags[1].next = self.broadcast.q.val();
        self.judge.flags[2].next =
            self.nacl.denied.val() & !self.arrives.q.val() & !self.neighbor_at.q.val();
        self.reason.next = self.judge.reason.val();
        self.denied.next = self.nacl.denied.val() & self.arrives.q.val();
        self.refused.next = self.group.denied.val() & !self.neighbor_at.q.val();
        self.grants.next = self.group.grants.val();
        self.no_route.next = self.no_route_at.q.val();
        self.blackhole.next = self.blackhole_at.q.val();
        self.foreign.next = self.foreign_at.q.val();
        self.transit.next = self.transit_at.q.val();
        // For the record.
        self.so_far.next = self.i_trace.val();
        self.so_far.next.rule_key = bit_cast::<27, 27>(self.rule_key.val().into());
        self.trace_at.d.next = self.so_far.val();
        self.answered[0].hit.next = self.nacl.hit.val();
        self.answered[0].slot.next = self.nacl.slot.val();
        self.answered[1].hit.next = self.mapping_of.hit.val();
        self.answered[1].slot.next = self.mapping_of.slot.val();
        self.trace.next = self.trace_at.q.val();
        self.trace.next.ruled = self.answered[0].answer.val();
        self.trace.next.rule = bit_cast::<28, 28>(self.nacl.action.val().into());
        self.trace.next.mapped = self.answered[1].answer.val();
        self.trace.next.mapping = bit_cast::<166, 166>(self.mapping_of.action.val().into());
    }
}
