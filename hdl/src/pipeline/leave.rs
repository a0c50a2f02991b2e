//! Who receives the packet, and what does it look like when it leaves? Or is another ENI of this
//! card to judge it next?

use super::{
    T_CLASS, T_MAPPING, T_VERDICT,
    along::{Along, Back, Onto},
    orders::{Kept, Orders},
    size::Size,
    toll::Toll,
    turn::Turned,
    verdict::Verdict,
};
use crate::{
    connection::{bits::Tracked, gateware as connection},
    deliver::gateware::{self as deliver, Deliver},
    encap::gateware::{self as encap, Encap},
    explain::bits::Trace,
    mapping::{
        bits::MappingAction,
        gateware::{JUDGE, Reach},
    },
    meta::{DropReason, PuntReason, SETTLED, gateware::FirstReason},
    nat::gateware as nat,
    punt::gateware::Head,
};
use cells::{
    delay::{Delay, DelayValid},
    stream::HEADER_BITS,
};
use rust_hdl::prelude::*;

/// Clocks until the verdict.
const WAIT: usize = T_VERDICT - T_MAPPING;
/// Clock at which it is known whether the connection counts, and at which it has answered.
const DECIDE: usize = T_CLASS + connection::DECIDE - T_MAPPING;
pub const ANSWER: usize = T_CLASS + connection::LATENCY - T_MAPPING;
const _: () = assert!(encap::LATENCY == WAIT && ANSWER + 2 == WAIT);
const _: () = assert!(JUDGE < DECIDE && deliver::JUDGE < JUDGE);
// A kernel takes no name for a bit's number.
const _: () = assert!(SETTLED == 0b111 << 3 && PuntReason::MappingMiss as u8 == 5);

/// What becomes of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Leaving {
    /// Code of the reason for which it is dropped, 0 or [`SETTLED`] if it is not.
    pub reason: Bits<6>,
    /// Port through which it leaves.
    pub egress_port: Bits<3>,
    /// Halfwords of the new header.
    pub p: Bits<6>,
    /// Halfwords of the old frame that disappear.
    pub s: Bits<7>,
    /// Where the old frame ends, in bytes.
    pub len: Bits<14>,
    /// The lowest bits of the new header say what changes of the frame.
    pub patched: Bits<1>,
}

/// Stages `deliver` and `encap`, from [`T_MAPPING`] to [`T_VERDICT`].
#[derive(LogicBlock, Default)]
pub struct Leave {
    pub clock: Signal<In, Clock>,
    pub orders: Signal<In, Orders>,
    /// Its ENI, and its generation: earlier than the others by the clocks that its row
    /// takes.
    pub i_receiver: Signal<In, Bits<10>>,
    pub i_receiver_in: Signal<In, Bit>,
    pub i_valid: Signal<In, Bit>,
    pub i_along: Signal<In, Along>,
    pub i_routed: Signal<In, Bit>,
    pub i_subnet: Signal<In, Bits<10>>,
    pub i_asks: Signal<In, Bit>,
    pub i_speaks: Signal<In, Bit>,
    pub i_owned: Signal<In, Bit>,
    pub i_hit: Signal<In, Bit>,
    pub i_mapping: Signal<In, MappingAction>,
    pub i_denied: Signal<In, Bit>,
    pub i_refused: Signal<In, Bit>,
    pub i_grants: Signal<In, Bit>,
    pub i_no_route: Signal<In, Bit>,
    pub i_blackhole: Signal<In, Bit>,
    pub i_foreign: Signal<In, Bit>,
    pub i_transit: Signal<In, Bit>,
    pub i_trace: Signal<In, Trace>,
    /// One clock later than the others.
    pub i_reason: Signal<In, Bits<6>>,
    /// To its connection: it may make one, or does not count.
    pub allow: Signal<Out, Bit>,
    pub void: Signal<Out, Bit>,
    /// And what that says.
    pub i_tracked: Signal<In, Tracked>,
    pub i_tick: Signal<In, Bits<12>>,
    /// A pass ends,
    pub passed: Signal<Out, Bit>,
    /// with a verdict,
    pub judged: Signal<Out, Bit>,
    pub leaving: Signal<Out, Leaving>,
    pub header: Signal<Out, Bits<HEADER_BITS>>,
    /// or another one follows.
    pub turns: Signal<Out, Bit>,
    pub turned: Signal<Out, Turned>,
    pub trace: Signal<Out, Trace>,
    /// Number of the frame whose pass ends in the next clock.
    pub coming: Signal<Out, Bits<7>>,
    /// Let no frame in with the next clock.
    pub bubble: Signal<Out, Bit>,
    pub busy: Signal<Out, Bit>,
    deliver: Deliver,
    reach: Reach,
    reach_before: Delay<Bits<6>, { JUDGE - 2 }>,
    nobody: Delay<Bit, { JUDGE - deliver::JUDGE }>,
    arrives: Delay<Bit, JUDGE>,
    denied: Delay<Bit, JUDGE>,
    judge_before: FirstReason<2>,
    before_early: Delay<Bits<6>, { DECIDE - JUDGE - 2 }>,
    before: DFF<Bits<6>>,
    void_now: DFF<Bit>,
    grants: Delay<Bit, DECIDE>,
    before_all: Delay<Bits<6>, { ANSWER - DECIDE }>,
    refused_out: Delay<Bit, ANSWER>,
    refused_in: Delay<Bit, ANSWER>,
    no_route: Delay<Bit, ANSWER>,
    blackhole: Delay<Bit, ANSWER>,
    foreign: Delay<Bit, ANSWER>,
    unmapped: Delay<Bit, { ANSWER - JUDGE + 1 }>,
    missed: Delay<Bit, { ANSWER - JUDGE + 1 }>,
    misses: Signal<Local, Bit>,
    asks: DFF<Bit>,
    astray: Delay<Bit, { ANSWER - JUDGE + 1 }>,
    unanswered: Delay<Bit, { ANSWER - JUDGE + 1 }>,
    nameless: Delay<Bit, { ANSWER - nat::JUDGE }>,
    size: Size,
    tells: DFF<Bit>,
    told: DFF<Bit>,
    told_now: DFF<Bit>,
    comes: Delay<Bit, ANSWER>,
    down: Delay<Bit, { ANSWER - deliver::JUDGE }>,
    judge: FirstReason<12>,
    judge_all: FirstReason<4>,
    here: Delay<Bit, ANSWER>,
    counts: Signal<Local, Bit>,
    meant: Signal<Local, Bit>,
    would_turn: DFF<Bit>,
    goes_on: Signal<Local, Bit>,
    is_settled: Signal<Local, Bit>,
    settled: Delay<Bit, { ANSWER - DECIDE }>,
    punted: Delay<Bit, { ANSWER - DECIDE }>,
    passes: DFF<Bit>,
    punted_now: DFF<Bit>,
    toll: Toll,
    clock_at: DFF<Bits<32>>,
    head: Head,
    turns_now: DFF<Bit>,
    judged_now: DFF<Bit>,
    onto: Onto,
    kept: Kept,
    encap: Encap,
    along_before: Delay<Along, { WAIT - 2 }>,
    along: Delay<Along, 1>,
    along_now: Delay<Along, 1>,
    mac: Delay<Bits<48>, WAIT>,
    back: Back,
    valid_before: DelayValid<ANSWER>,
    valid_at: DelayValid<1>,
    trace_at: Delay<Trace, WAIT>,
    tracked_at: Delay<Tracked, { WAIT - ANSWER }>,
    tick_at: Delay<Bits<12>, { WAIT - ANSWER }>,
    verdict: Verdict,
}

impl Leave {
    pub fn new(enis_log2: usize) -> Self {
        Self {
            deliver: Deliver::new(enis_log2),
            toll: Toll::new(enis_log2),
            judge_all: FirstReason::of([
                DropReason::Metered.code(),
                DropReason::MtuExceeded.code(),
                DropReason::PuntLimited.code(),
                PuntReason::MappingMiss.settled(),
            ]),
            reach: Reach::new(),
            judge_before: FirstReason::new([DropReason::NoLocalEni, DropReason::NaclInbound]),
            judge: FirstReason::new([
                DropReason::SgOutbound,
                DropReason::SgInbound,
                DropReason::ConnTableFull,
                DropReason::NoRoute,
                DropReason::Blackhole,
                DropReason::SpoofedIp,
                DropReason::NoMapping,
                DropReason::NotItsAddress,
                DropReason::ArpNoMapping,
                DropReason::NoPublicAddress,
                DropReason::MtuExceeded,
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
        dff_setup!(self, clock, turns_now, judged_now, punted_now, clock_at);
        dff_setup!(self, clock, before, void_now, passes, would_turn, asks, tells, told, told_now);
        clock!(self, clock, kept);
        self.kept.orders.next = self.orders.val();
        clock!(self, clock, deliver, reach, reach_before, nobody, arrives, denied, judge_before);
        clock!(self, clock, before_early, grants, before_all, refused_out, refused_in, no_route);
        clock!(self, clock, blackhole, foreign, settled, punted, toll);
        clock!(
            self, clock, unmapped, missed, astray, unanswered, comes, down, judge, judge_all, here
        );
        clock!(self, clock, encap, along_before, along, along_now, mac, valid_before, valid_at);
        clock!(self, clock, trace_at, tracked_at, tick_at, size, nameless);
        // Who receives what comes?
        self.deliver.eni.next = self.i_receiver.val();
        self.deliver.generation.next = self.i_receiver_in.val();
        self.deliver.owned.next = self.i_owned.val();
        self.deliver.dst_mac.next = self.i_along.val().dst_mac;
        self.deliver.w_valid.next = self.orders.val().w_valid.get_bit(6);
        self.deliver.w_bank.next = self.orders.val().w_bank.any();
        self.deliver.w_index.next = self.orders.val().w_index.get_bits::<10>(0);
        self.deliver.w_entry.next = self.kept.window.val().get_bits::<79>(0);
        self.nobody.d.next = self.deliver.nobody.val();
        self.arrives.d.next = self.i_along.val().inbound.any();
        self.denied.d.next = self.i_denied.val();
        // Does the mapping agree?
        self.reach.inbound.next = self.i_along.val().inbound.any();
        self.reach.inside.next = self.i_along.val().inside.any();
        self.reach.asking.next = self.i_asks.val();
        self.reach.speaks.next = self.i_speaks.val();
        self.reach.question.next = self.i_along.val().neighbor.any();
        self.reach.src_mac.next = self.i_along.val().src_mac;
        self.reach.routed.next = self.i_routed.val();
        self.reach.dst_mac.next = self.i_along.val().dst_mac;
        self.reach.subnet.next = self.i_subnet.val();
        self.reach.outer_src_ip.next = self.i_along.val().outer_src_ip;
        self.reach.hit.next = self.i_hit.val();
        self.reach.mapping.next = self.i_mapping.val();
        self.reach_before.d.next = self.i_reason.val();
        self.reach.before.next = self.reach_before.q.val();
        // Is it too long for where it goes?
        self.size.i_along.next = self.i_along.val();
        self.size.i_hit.next = self.i_hit.val();
        self.size.i_mtu.next = self.i_mapping.val().mtu;
        self.size.i_transit.next = self.i_transit.val();
        self.tells.d.next = self.size.tells_early.val();
        // What speaks against it before its connection counts?
        self.judge_before.before.next = self.reach.reason.val();
        self.judge_before.flags[0].next = self.arrives.q.val() & self.nobody.q.val();
        self.judge_before.flags[1].next = self.denied.q.val();
        self.before_early.d.next = self.judge_before.reason.val();
        self.before.d.next = self.before_early.q.val();
        self.void_now.d.next = self.before_early.q.val().any();
        self.grants.d.next = self.i_grants.val();
        self.allow.next = self.grants.q.val();
        self.void.next = self.void_now.q.val();
        // And from there on?
        self.before_all.d.next = self.before.q.val();
        self.is_settled.next = self.before.q.val().get_bits::<3>(3).all();
        self.settled.d.next = self.is_settled.val();
        self.punted.d.next = self.is_settled.val() & self.before.q.val().get_bits::<3>(0).any();
        self.refused_out.d.next = self.i_refused.val() & !self.i_along.val().inbound.any();
        self.refused_in.d.next = self.i_refused.val() & self.i_along.val().inbound.any();
        self.no_route.d.next = self.i_no_route.val();
        self.blackhole.d.next = self.i_blackhole.val();
        self.foreign.d.next = self.i_foreign.val();
        self.unmapped.d.next = self.reach.unmapped.val();
        self.missed.d.next = self.reach.missed.val();
        self.astray.d.next = self.reach.astray.val();
        self.unanswered.d.next = self.reach.unanswered.val();
        self.comes.d.next = self.i_along.val().inbound.any();
        self.down.d.next = self.deliver.down.val();
        self.judge.before.next = self.before_all.q.val();
        self.judge.flags[0].next = self.refused_out.q.val() & !self.i_tracked.val().hit.any();
        self.judge.flags[1].next = self.refused_in.q.val() & !self.i_tracked.val().hit.any();
        self.judge.flags[2].next = self.i_tracked.val().full.any();
        self.judge.flags[3].next = self.no_route.q.val();
        self.judge.flags[4].next = self.blackhole.q.val();
        self.judge.flags[5].next = self.foreign.q.val();
        self.judge.flags[6].next = self.unmapped.q.val();
        self.judge.flags[7].next = self.astray.q.val();
        self.judge.flags[8].next = self.unanswered.q.val();
        self.judge.flags[9].next = self.nameless.q.val() & !self.missed.q.val();
        self.judge.flags[10].next = self.size.exceeds.val();
        self.judge.flags[11].next = self.comes.q.val() & self.down.q.val();
        // Does it stay within its ENI's rates?
        self.toll.orders.next = self.orders.val();
        self.toll.entry.next = self.kept.window.val().get_bits::<108>(190);
        self.toll.i_receiver.next = self.i_receiver.val();
        self.toll.i_receiver_in.next = self.i_receiver_in.val();
        self.toll.i_valid.next = self.i_valid.val();
        self.toll.i_along.next = self.i_along.val();
        self.valid_before.reset.next = self.orders.val().reset.any();
        self.valid_before.d.next = self.i_valid.val();
        self.counts.next = self.valid_before.q.val() & !self.judge.speaks.val();
        self.meant.next = self.counts.val() & !self.missed.q.val() & !self.tells.q.val();
        self.passes.d.next = self.meant.val() & !self.along_before.q.val().neighbor.any();
        self.asks.d.next = self.counts.val() & self.missed.q.val();
        self.told.d.next = self.counts.val() & self.tells.q.val();
        self.punted_now.d.next = (self.valid_before.q.val() & self.punted.q.val())
            | (self.counts.val() & (self.missed.q.val() | self.tells.q.val()));
        self.toll.passes.next = self.passes.q.val();
        self.toll.punted.next = self.punted_now.q.val();
        self.bubble.next = self.toll.bubble.val();
        self.busy.next = self.toll.busy.val();
        self.judge_all.before.next = self.judge.reason.val();
        if self.toll.asks_over.val() {
            self.judge_all.before.next = 0.into();
        }
        self.judge_all.flags[0].next = self.toll.over.val();
        self.judge_all.flags[1].next = self.toll.asks_over.val() & self.told.q.val();
        self.judge_all.flags[2].next = self.toll.asks_over.val();
        self.judge_all.flags[3].next = self.asks.q.val();
        // Does it turn around?
        self.here.d.next = !self.i_along.val().inbound.any()
            & !self.i_along.val().neighbor.any()
            & self.i_mapping.val().local.any();
        self.would_turn.d.next = self.meant.val() & self.here.q.val();
        self.goes_on.next = self.would_turn.q.val() & !self.toll.over.val();
        self.valid_at.reset.next = self.orders.val().reset.any();
        self.valid_at.d.next = self.valid_before.q.val();
        self.turns_now.d.next = self.goes_on.val();
        self.judged_now.d.next = self.valid_at.q.val() & !self.goes_on.val();
        self.turns.next = self.turns_now.q.val();
        self.judged.next = self.judged_now.q.val();
        self.passed.next = self.turns_now.q.val() | self.judged_now.q.val();
        // What does it look like?
        self.onto.along.next = self.i_along.val();
        self.onto.routed.next = self.i_routed.val();
        self.encap.quote_sum.next = self.i_along.val().quote_sum;
        self.encap.path.next = self.size.path.val();
        self.encap.tells.next = self.size.tells_early.val();
        self.encap.near_ip.next = self.i_along.val().near_ip;
        self.encap.far_ip.next = self.i_along.val().far_ip;
        self.encap.late_near_ip.next = self.along_before.q.val().near_ip;
        self.encap.late_far_ip.next = self.along_before.q.val().far_ip;
        // In front of what the host's CPU gets.
        self.misses.next = self.missed.q.val() & !self.settled.q.val();
        self.head.reason.next = self.before_all.q.val().get_bits::<3>(0);
        if self.misses.val() {
            self.head.reason.next = 5.into();
        }
        self.head.service.next = self.encap.late_service.val();
        self.head.port.next = self.along_before.q.val().port;
        self.head.eni.next = self.toll.eni.val();
        self.head.tick.next = self.i_tick.val();
        self.head.generation.next = self.along_before.q.val().generation;
        self.encap.late_settled.next = self.settled.q.val() | self.misses.val();
        self.encap.late_punted.next = self.punted.q.val() | self.misses.val();
        self.encap.late_port.next = self.along_before.q.val().port;
        self.encap.late_head.next = self.head.bits.val();
        self.encap.identity.next = self.kept.identity.val();
        self.encap.inbound.next = self.i_along.val().inbound.any();
        self.encap.carry.next = self.onto.carry.val();
        self.encap.inside.next = self.i_along.val().inside.any();
        self.nameless.d.next = self.encap.nameless.val();
        self.encap.mapping.next = self.i_mapping.val();
        self.encap.row.next = self.deliver.row.val();
        self.leaving.next.reason = self.judge_all.reason.val();
        self.leaving.next.egress_port = self.encap.egress_port.val();
        self.leaving.next.p = self.encap.p.val();
        self.leaving.next.s = self.encap.s.val();
        self.leaving.next.len = self.encap.len.val();
        self.leaving.next.patched = self.encap.patched.val();
        self.header.next = self.encap.header.val();
        // What is left of it for another pass?
        self.along_before.d.next = self.i_along.val();
        self.along.d.next = self.along_before.q.val();
        self.coming.next = self.along.q.val().number;
        self.along_now.d.next = self.along.q.val();
        self.mac.d.next = self.i_mapping.val().mac;
        self.back.along.next = self.along_now.q.val();
        self.back.src_mac.next = self.encap.overlay_src_mac.val();
        self.back.dst_mac.next = self.mac.q.val();
        self.turned.next = self.back.turned.val();
        // For the record.
        self.trace_at.d.next = self.i_trace.val();
        self.trace.next = self.trace_at.q.val();
        self.tracked_at.d.next = self.i_tracked.val();
        self.trace.next.tracked = bit_cast::<23, 23>(self.tracked_at.q.val().into());
        self.tick_at.d.next = self.i_tick.val();
        self.trace.next.tick = self.tick_at.q.val();
        self.clock_at.d.next = self.toll.now.val();
        self.trace.next.clock = self.clock_at.q.val();
        self.trace.next.outside = self.encap.outside.val();
        self.verdict.reason.next = self.judge_all.reason.val();
        self.verdict.egress_port.next = self.encap.egress_port.val();
        self.told_now.d.next = self.told.q.val();
        self.verdict.answers.next = self.along_now.q.val().neighbor.any() | self.told_now.q.val();
        self.verdict.turns.next = self.turns_now.q.val();
        self.trace.next.verdict = self.verdict.bits.val();
    }
}
