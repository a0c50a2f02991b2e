//! Who receives the packet, may it enter that subnet, and what does it look like when it leaves?

use super::{
    T_MAPPING, T_RULES, T_VERDICT,
    orders::{Kept, Orders},
    search::{Along, Answered},
};
use crate::{
    class::bits::AddressLabel,
    deliver::gateware::{self as deliver, Deliver},
    encap::gateware::{self as encap, Carry, Encap},
    explain::bits::Trace,
    mapping::{
        bits::MappingAction,
        gateware::{JUDGE, Reach},
    },
    meta::{DropReason, gateware::FirstReason},
    nacl::{bits::RuleKey, gateware::Nacl},
    spoof::bits::AddressAction,
};
use cells::delay::{Delay, DelayValid};
use rust_hdl::prelude::*;

/// Clocks until the receiver's row is known: one to choose who it is, then the memory.
const ROW: usize = 1 + deliver::LATENCY;

/// What becomes of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Leaving {
    /// Code of the reason for which it is dropped, 0 if it is not.
    pub reason: Bits<6>,
    /// Port through which it leaves.
    pub egress_port: Bits<3>,
    /// Halfwords of the new header.
    pub p: Bits<6>,
    /// Halfwords of the old frame that disappear.
    pub s: Bits<6>,
    /// Where the old frame ends, in bytes.
    pub len: Bits<14>,
}

/// Stages `deliver`, `nacl` inbound and `encap`, from [`T_MAPPING`] to [`T_VERDICT`].
#[derive(LogicBlock, Default)]
pub struct Leave {
    pub clock: Signal<In, Clock>,
    pub orders: Signal<In, Orders>,
    pub i_valid: Signal<In, Bit>,
    pub i_along: Signal<In, Along>,
    pub i_routed: Signal<In, Bit>,
    pub i_subnet: Signal<In, Bits<10>>,
    pub i_owned: Signal<In, Bit>,
    pub i_owner: Signal<In, AddressAction>,
    pub i_src: Signal<In, AddressLabel>,
    pub i_port_class: Signal<In, Bits<8>>,
    pub i_hit: Signal<In, Bit>,
    pub i_mapping: Signal<In, MappingAction>,
    pub i_trace: Signal<In, Trace>,
    /// One clock later than the others.
    pub i_reason: Signal<In, Bits<6>>,
    /// The inbound rules take their entry.
    pub w_ready: Signal<Out, Bit>,
    pub busy: Signal<Out, Bit>,
    pub valid: Signal<Out, Bit>,
    pub leaving: Signal<Out, Leaving>,
    pub header: Signal<Out, Bits<512>>,
    pub trace: Signal<Out, Trace>,
    // Who receives it, one clock in.
    receiver: DFF<Bits<10>>,
    subnet: DFF<Bits<10>>,
    acl: DFF<Bits<8>>,
    stays: DFF<Bit>,
    along: Delay<Along, 1>,
    src: Delay<AddressLabel, 1>,
    port_class: Delay<Bits<8>, 1>,
    owned: Delay<Bit, 1>,
    valid_in: DelayValid<1>,
    deliver: Deliver,
    reach: Reach,
    reach_before: Delay<Bits<6>, { JUDGE - 2 }>,
    reach_reason: Delay<Bits<6>, { T_RULES + 1 - T_MAPPING - JUDGE }>,
    nobody: Delay<Bit, { T_RULES + 1 - T_MAPPING - ROW - deliver::JUDGE }>,
    down: Delay<Bit, { T_RULES - T_MAPPING - ROW - deliver::JUDGE }>,
    stays_row: Delay<Bit, { ROW - 1 }>,
    stays_rules: Delay<Bit, { T_RULES - T_MAPPING - 1 }>,
    rule_key: Signal<Local, RuleKey>,
    inbound: Nacl,
    denied: DFF<Bit>,
    is_down: DFF<Bit>,
    judge: FirstReason<3>,
    carry: Signal<Local, Carry>,
    carry_row: Delay<Carry, ROW>,
    mapping_row: Delay<MappingAction, ROW>,
    kept: Kept,
    encap: Encap,
    leaving_at: Signal<Local, Leaving>,
    encap_at: Delay<Leaving, { T_VERDICT - T_MAPPING - ROW - encap::LATENCY }>,
    header_at: Delay<Bits<512>, { T_VERDICT - T_MAPPING - ROW - encap::LATENCY }>,
    valid_at: DelayValid<{ T_VERDICT - T_MAPPING - 1 }>,
    trace_in: Delay<Trace, 1>,
    so_far: Signal<Local, Trace>,
    trace_rules: Delay<Trace, { T_RULES - T_MAPPING - 1 }>,
    at_rules: Signal<Local, Trace>,
    trace_at: Delay<Trace, { T_VERDICT - T_RULES }>,
    answered: Answered,
}

impl Leave {
    pub fn new(inbound_log2: usize, enis_log2: usize) -> Self {
        Self {
            inbound: Nacl::new(inbound_log2),
            deliver: Deliver::new(enis_log2),
            reach: Reach::new(),
            judge: FirstReason::new([
                DropReason::NoLocalEni,
                DropReason::NaclInbound,
                DropReason::EniDown,
            ]),
            ..Self::default()
        }
    }
}

impl Logic for Leave {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        dff_setup!(self, clock, receiver, subnet, acl, stays, denied, is_down);
        clock!(self, clock, kept);
        self.kept.orders.next = self.orders.val();
        clock!(self, clock, along, src, port_class, owned, valid_in, deliver, reach, reach_before);
        clock!(self, clock, reach_reason, nobody, down, stays_row, stays_rules, inbound, judge);
        clock!(self, clock, carry_row, mapping_row, encap, encap_at, header_at, valid_at);
        clock!(self, clock, trace_in, trace_rules, trace_at);
        // Who receives it?
        self.receiver.d.next = self.i_mapping.val().eni;
        self.subnet.d.next = self.i_mapping.val().subnet;
        self.acl.d.next = self.i_mapping.val().acl;
        self.stays.d.next = self.i_mapping.val().local.any();
        if self.i_along.val().net.any() {
            self.receiver.d.next = self.i_owner.val().eni;
            self.subnet.d.next = self.i_owner.val().subnet;
            self.acl.d.next = self.i_owner.val().acl;
            self.stays.d.next = true;
        }
        self.along.d.next = self.i_along.val();
        self.src.d.next = self.i_src.val();
        self.port_class.d.next = self.i_port_class.val();
        self.owned.d.next = self.i_owned.val();
        self.valid_in.reset.next = self.orders.val().reset.any();
        self.valid_in.d.next = self.i_valid.val();
        self.deliver.eni.next = self.receiver.q.val();
        self.deliver.generation.next = self.along.q.val().generation.any();
        self.deliver.net.next = self.along.q.val().net.any();
        self.deliver.owned.next = self.owned.q.val();
        self.deliver.dst_mac.next = self.along.q.val().dst_mac;
        self.deliver.w_valid.next = self.orders.val().w_valid.get_bit(8);
        self.deliver.w_bank.next = self.orders.val().w_bank.any();
        self.deliver.w_index.next = self.orders.val().w_index.get_bits::<10>(0);
        self.deliver.w_entry.next = self.kept.window.val().get_bits::<78>(0);
        self.nobody.d.next = self.deliver.nobody.val();
        self.down.d.next = self.deliver.down.val();
        self.stays_row.d.next = self.stays.q.val();
        self.stays_rules.d.next = self.stays.q.val();
        // Does the mapping agree?
        self.reach.net.next = self.i_along.val().net.any();
        self.reach.routed.next = self.i_routed.val();
        self.reach.dst_mac.next = self.i_along.val().dst_mac;
        self.reach.subnet.next = self.i_subnet.val();
        self.reach.outer_src_ip.next = self.i_along.val().outer_src_ip;
        self.reach.hit.next = self.i_hit.val();
        self.reach.mapping.next = self.i_mapping.val();
        self.reach_before.d.next = self.i_reason.val();
        self.reach.before.next = self.reach_before.q.val();
        self.reach_reason.d.next = self.reach.reason.val();
        // May it enter?
        self.rule_key.next.acl = self.acl.q.val();
        self.rule_key.next.address_class = self.src.q.val().class;
        self.rule_key.next.port_class = self.port_class.q.val();
        self.inbound.reset.next = self.orders.val().reset.any();
        self.inbound.seed.next = self.kept.seed.val();
        self.inbound.valid.next = self.valid_in.q.val();
        self.inbound.generation.next = self.along.q.val().generation.any();
        self.inbound.asked.next = self.rule_key.val();
        self.inbound.crosses.next = self.src.q.val().subnet != self.subnet.q.val();
        self.inbound.w_valid.next = self.orders.val().w_valid.get_bit(6);
        self.inbound.w_slot.next = self.orders.val().w_index;
        self.inbound.w_entry.next = self.kept.window.val().get_bits::<44>(0);
        self.w_ready.next = self.inbound.w_ready.val();
        self.busy.next = self.inbound.busy.val();
        self.judge.before.next = self.reach_reason.q.val();
        self.judge.flags[0].next = self.nobody.q.val();
        self.denied.d.next = self.stays_rules.q.val() & self.inbound.denied.val();
        self.is_down.d.next = self.stays_rules.q.val() & self.down.q.val();
        self.judge.flags[1].next = self.denied.q.val();
        self.judge.flags[2].next = self.is_down.q.val();
        // What does it look like?
        self.carry.next.src_mac = self.i_along.val().src_mac;
        self.carry.next.routed = 0.into();
        if self.i_routed.val() {
            self.carry.next.routed = 1.into();
        }
        self.carry.next.dscp_ecn = self.i_along.val().dscp_ecn;
        self.carry.next.l3_offset = self.i_along.val().l3_offset;
        self.carry.next.end = self.i_along.val().end;
        self.carry.next.flow_hash = self.i_along.val().flow_hash;
        self.carry_row.d.next = self.carry.val();
        self.mapping_row.d.next = self.i_mapping.val();
        self.encap.identity.next = self.kept.identity.val();
        self.encap.stays.next = self.stays_row.q.val();
        self.encap.carry.next = self.carry_row.q.val();
        self.encap.mapping.next = self.mapping_row.q.val();
        self.encap.row.next = self.deliver.row.val();
        self.leaving_at.next.reason = 0.into();
        self.leaving_at.next.egress_port = self.encap.egress_port.val();
        self.leaving_at.next.p = self.encap.p.val();
        self.leaving_at.next.s = self.encap.s.val();
        self.leaving_at.next.len = self.encap.len.val();
        self.encap_at.d.next = self.leaving_at.val();
        self.header_at.d.next = self.encap.header.val();
        // The verdict.
        self.valid_at.reset.next = self.orders.val().reset.any();
        self.valid_at.d.next = self.valid_in.q.val();
        self.valid.next = self.valid_at.q.val();
        self.leaving.next = self.encap_at.q.val();
        self.leaving.next.reason = self.judge.reason.val();
        self.header.next = self.header_at.q.val();
        // For the record.
        self.trace_in.d.next = self.i_trace.val();
        self.so_far.next = self.trace_in.q.val();
        self.so_far.next.inbound_key = bit_cast::<26, 26>(self.rule_key.val().into());
        self.trace_rules.d.next = self.so_far.val();
        self.answered.hit.next = self.inbound.hit.val();
        self.answered.slot.next = self.inbound.slot.val();
        self.at_rules.next = self.trace_rules.q.val();
        self.at_rules.next.inbound = self.answered.answer.val();
        self.at_rules.next.inbound_rule = bit_cast::<16, 16>(self.inbound.action.val().into());
        self.trace_at.d.next = self.at_rules.val();
        self.trace.next = self.trace_at.q.val();
        self.trace.next.verdict = bit_cast::<9, 6>(self.judge.reason.val());
        if !self.judge.reason.val().any() {
            self.trace.next.verdict = bit_cast::<9, 3>(self.encap_at.q.val().egress_port) << 6;
        }
    }
}
