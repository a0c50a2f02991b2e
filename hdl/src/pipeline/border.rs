//! May the packet leave its subnet, and on which card does the far address live?

use super::{
    T_CLASS, T_MAPPING,
    classify::Classes,
    orders::{Kept, Orders},
    search::{Along, Answered},
};
use crate::{
    class::bits::{AddressLabel, IpKey},
    eni::bits::AttachAction,
    explain::bits::Trace,
    mapping::{bits::MappingAction, gateware::Mapping},
    meta::{DropReason, gateware::FirstReason},
    nacl::{bits::RuleKey, gateware::Nacl},
    route::bits::RouteLabel,
    spoof::bits::AddressAction,
};
use cells::{
    delay::{Delay, DelayValid},
    view::View,
};
use rust_hdl::prelude::*;

const WAIT: usize = T_MAPPING - T_CLASS;

/// Stages `nacl` outbound and `mapping`, from [`T_CLASS`] to [`T_MAPPING`].
#[derive(LogicBlock, Default)]
pub struct Border {
    pub clock: Signal<In, Clock>,
    pub orders: Signal<In, Orders>,
    pub i_valid: Signal<In, Bit>,
    pub i_along: Signal<In, Along>,
    pub i_eni: Signal<In, AttachAction>,
    pub i_routed: Signal<In, Bit>,
    pub i_owned: Signal<In, Bit>,
    pub i_owner: Signal<In, AddressAction>,
    pub i_classes: Signal<In, Classes>,
    pub i_trace: Signal<In, Trace>,
    pub i_reason: Signal<In, Bits<6>>,
    /// Outbound rules, mappings.
    pub w_ready: Signal<Out, Bits<2>>,
    pub busy: Signal<Out, Bit>,
    pub valid: Signal<Out, Bit>,
    pub along: Signal<Out, Along>,
    pub routed: Signal<Out, Bit>,
    /// Subnet of the sender.
    pub subnet: Signal<Out, Bits<10>>,
    pub owned: Signal<Out, Bit>,
    pub owner: Signal<Out, AddressAction>,
    /// Class and subnet of the source address.
    pub src: Signal<Out, AddressLabel>,
    pub port_class: Signal<Out, Bits<8>>,
    pub hit: Signal<Out, Bit>,
    pub mapping: Signal<Out, MappingAction>,
    pub trace: Signal<Out, Trace>,
    /// One clock later than the others.
    pub reason: Signal<Out, Bits<6>>,
    kept: Kept,
    outbound: Nacl,
    mapping_of: Mapping,
    judge: FirstReason<3>,
    src_at: Delay<AddressLabel, WAIT>,
    src_label: View<AddressLabel, 21>,
    dst_label: View<AddressLabel, 21>,
    route_label: View<RouteLabel, 36>,
    rule_key: Signal<Local, RuleKey>,
    key: Signal<Local, IpKey>,
    valid_at: DelayValid<WAIT>,
    along_at: Delay<Along, WAIT>,
    routed_at: Delay<Bit, WAIT>,
    subnet_at: Delay<Bits<10>, WAIT>,
    owned_at: Delay<Bit, WAIT>,
    owner_at: Delay<AddressAction, WAIT>,
    port_at: Delay<Bits<8>, WAIT>,
    broadcast: Delay<Bit, WAIT>,
    no_route: Delay<Bit, WAIT>,
    reason_at: Delay<Bits<6>, WAIT>,
    so_far: Signal<Local, Trace>,
    trace_at: Delay<Trace, WAIT>,
    answered: [Answered; 2],
}

impl Border {
    pub fn new(outbound_log2: usize, mappings_log2: usize) -> Self {
        Self {
            outbound: Nacl::new(outbound_log2),
            mapping_of: Mapping::new(mappings_log2),
            judge: FirstReason::new([
                DropReason::Multicast,
                DropReason::NaclOutbound,
                DropReason::NoRoute,
            ]),
            ..Self::default()
        }
    }
}

impl Logic for Border {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        clock!(self, clock, kept);
        self.kept.orders.next = self.orders.val();
        clock!(self, clock, outbound, mapping_of, judge, src_at, valid_at, along_at, routed_at);
        clock!(self, clock, subnet_at, owned_at, owner_at, port_at, broadcast, no_route);
        clock!(self, clock, reason_at, trace_at);
        self.src_label.i.next = self.i_classes.val().src;
        self.route_label.i.next = self.i_classes.val().route;
        self.dst_label.i.next = self.route_label.o.val().dst;
        // May it leave?
        self.rule_key.next.acl = self.i_eni.val().acl;
        self.rule_key.next.address_class = self.dst_label.o.val().class;
        self.rule_key.next.port_class = self.i_classes.val().port;
        self.outbound.reset.next = self.orders.val().reset.any();
        self.outbound.seed.next = self.kept.seed.val();
        self.outbound.valid.next = self.i_valid.val();
        self.outbound.generation.next = self.i_along.val().generation.any();
        self.outbound.asked.next = self.rule_key.val();
        self.outbound.crosses.next = !self.i_along.val().net.any()
            & (self.dst_label.o.val().subnet != self.i_eni.val().subnet);
        self.outbound.w_valid.next = self.orders.val().w_valid.get_bit(5);
        self.outbound.w_slot.next = self.orders.val().w_index;
        self.outbound.w_entry.next = self.kept.window.val().get_bits::<44>(0);
        // Where does the far address live?
        self.key.next.vpc = self.i_eni.val().vpc;
        self.key.next.ip = self.i_along.val().far_ip;
        self.mapping_of.reset.next = self.orders.val().reset.any();
        self.mapping_of.seed.next = self.kept.seed.val();
        self.mapping_of.valid.next = self.i_valid.val();
        self.mapping_of.generation.next = self.i_along.val().generation.any();
        self.mapping_of.asked.next = self.key.val();
        self.mapping_of.w_valid.next = self.orders.val().w_valid.get_bit(7);
        self.mapping_of.w_slot.next = self.orders.val().w_index;
        self.mapping_of.w_entry.next = self.kept.window.val().get_bits::<271>(0);
        self.hit.next = self.mapping_of.hit.val();
        self.mapping.next = self.mapping_of.action.val();
        self.w_ready.next = 0.into();
        if self.outbound.w_ready.val() {
            self.w_ready.next = self.w_ready.val() | 1;
        }
        if self.mapping_of.w_ready.val() {
            self.w_ready.next = self.w_ready.val() | 2;
        }
        self.busy.next = self.outbound.busy.val() | self.mapping_of.busy.val();
        // What travels.
        self.valid_at.reset.next = self.orders.val().reset.any();
        self.valid_at.d.next = self.i_valid.val();
        self.valid.next = self.valid_at.q.val();
        self.along_at.d.next = self.i_along.val();
        self.along.next = self.along_at.q.val();
        self.routed_at.d.next = self.i_routed.val();
        self.routed.next = self.routed_at.q.val();
        self.subnet_at.d.next = self.i_eni.val().subnet;
        self.subnet.next = self.subnet_at.q.val();
        self.owned_at.d.next = self.i_owned.val();
        self.owned.next = self.owned_at.q.val();
        self.owner_at.d.next = self.i_owner.val();
        self.owner.next = self.owner_at.q.val();
        self.src_at.d.next = self.src_label.o.val();
        self.src.next = self.src_at.q.val();
        self.port_at.d.next = self.i_classes.val().port;
        self.port_class.next = self.port_at.q.val();
        // The reason.
        self.broadcast.d.next = self.dst_label.o.val().broadcast.any();
        self.no_route.d.next = self.i_routed.val() & !self.route_label.o.val().target.any();
        self.reason_at.d.next = self.i_reason.val();
        self.judge.before.next = self.reason_at.q.val();
        self.judge.flags[0].next = self.broadcast.q.val();
        self.judge.flags[1].next = self.outbound.denied.val();
        self.judge.flags[2].next = self.no_route.q.val();
        self.reason.next = self.judge.reason.val();
        // For the record.
        self.so_far.next = self.i_trace.val();
        self.so_far.next.outbound_key = bit_cast::<26, 26>(self.rule_key.val().into());
        self.trace_at.d.next = self.so_far.val();
        self.answered[0].hit.next = self.outbound.hit.val();
        self.answered[0].slot.next = self.outbound.slot.val();
        self.answered[1].hit.next = self.mapping_of.hit.val();
        self.answered[1].slot.next = self.mapping_of.slot.val();
        self.trace.next = self.trace_at.q.val();
        self.trace.next.outbound = self.answered[0].answer.val();
        self.trace.next.outbound_rule = bit_cast::<16, 16>(self.outbound.action.val().into());
        self.trace.next.mapped = self.answered[1].answer.val();
        self.trace.next.mapping = bit_cast::<133, 133>(self.mapping_of.action.val().into());
    }
}
