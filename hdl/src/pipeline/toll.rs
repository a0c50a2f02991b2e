//! Does the packet stay within its ENI's rates?
//!
//! The meters are asked when their answer meets the packet's judgement, and not earlier: what they
//! are charged with is what was judged.

use super::{along::Along, leave::ANSWER, orders::Orders};
use crate::{
    deliver::gateware as deliver,
    meter::gateware::{self as meter, METERS, Meter},
};
use cells::delay::{Delay, DelayValid};
use rust_hdl::prelude::*;

/// Clock at which the meters are asked, from [`T_MAPPING`](super::T_MAPPING) on.
const ASKED: usize = ANSWER + 1 - meter::LATENCY;

/// Stage `meter`, from [`T_MAPPING`](super::T_MAPPING) to a clock before the verdict.
#[derive(LogicBlock, Default)]
pub struct Toll {
    pub clock: Signal<In, Clock>,
    pub orders: Signal<In, Orders>,
    /// A row, as far as it is the meters'.
    pub entry: Signal<In, Bits<METERS>>,
    /// Its ENI, and its generation: earlier than the others by the clocks that its row takes.
    pub i_receiver: Signal<In, Bits<10>>,
    pub i_receiver_in: Signal<In, Bit>,
    pub i_valid: Signal<In, Bit>,
    pub i_along: Signal<In, Along>,
    /// The ENI, with what its connection answers.
    pub eni: Signal<Out, Bits<10>>,
    /// A clock later: nothing else speaks against the packet,
    pub passes: Signal<In, Bit>,
    /// or it goes to the host's CPU.
    pub punted: Signal<In, Bit>,
    /// Then: it is more than its ENI may send or get,
    pub over: Signal<Out, Bit>,
    /// or ask.
    pub asks_over: Signal<Out, Bit>,
    /// Then: what time it is.
    pub now: Signal<Out, Bits<32>>,
    /// Let no frame in with the next clock.
    pub bubble: Signal<Out, Bit>,
    pub busy: Signal<Out, Bit>,
    eni_before: Delay<Bits<10>, { deliver::LATENCY + ASKED }>,
    generation_before: Delay<Bit, { deliver::LATENCY + ASKED }>,
    eni_at: Delay<Bits<10>, { ANSWER - ASKED }>,
    valid_at: DelayValid<ASKED>,
    comes: Delay<Bit, ASKED>,
    bytes: DFF<Bits<14>>,
    bytes_at: Delay<Bits<14>, { ASKED - 1 }>,
    meter: Meter,
}

impl Toll {
    pub fn new(enis_log2: usize) -> Self {
        Self { meter: Meter::new(enis_log2), ..Self::default() }
    }
}

impl Logic for Toll {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, bytes);
        clock!(
            self,
            clock,
            eni_before,
            generation_before,
            eni_at,
            valid_at,
            comes,
            bytes_at,
            meter
        );
        self.eni_before.d.next = self.i_receiver.val();
        self.generation_before.d.next = self.i_receiver_in.val();
        self.eni_at.d.next = self.eni_before.q.val();
        self.eni.next = self.eni_at.q.val();
        self.valid_at.reset.next = self.orders.val().reset.any();
        self.valid_at.d.next = self.i_valid.val();
        self.comes.d.next = self.i_along.val().inbound.any();
        self.bytes.d.next =
            self.i_along.val().end - bit_cast::<14, 8>(self.i_along.val().l3_offset);
        self.bytes_at.d.next = self.bytes.q.val();
        self.meter.reset.next = self.orders.val().reset.any();
        self.meter.valid.next = self.valid_at.q.val();
        self.meter.eni.next = self.eni_before.q.val();
        self.meter.generation.next = self.generation_before.q.val();
        self.meter.inbound.next = self.comes.q.val();
        self.meter.bytes.next = self.bytes_at.q.val();
        self.meter.passes.next = self.passes.val();
        self.meter.punted.next = self.punted.val();
        self.meter.w_valid.next = self.orders.val().w_valid.get_bit(6);
        self.meter.w_bank.next = self.orders.val().w_bank.any();
        self.meter.w_index.next = self.orders.val().w_index.get_bits::<10>(0);
        self.meter.w_entry.next = self.entry.val();
        self.over.next = self.meter.over.val();
        self.asks_over.next = self.meter.asks_over.val();
        self.now.next = self.meter.now.val();
        self.bubble.next = self.meter.bubble.val();
        self.busy.next = self.meter.busy.val();
    }
}
