//! What goes along with a request while its entry is looked for?

use crate::delay::{Delay, DelayValid};
use crate::flows::decide::Turn;
use crate::flows::{CLASSES, STATE_BITS, TICK_BITS};
use crate::register::Register;
use rust_hdl::prelude::*;

/// A time for each class of states, the first one's lowest.
pub const TIMES_BITS: usize = CLASSES * TICK_BITS;
/// State bits and the fresh bit of a request.
const ASKED_BITS: usize = STATE_BITS + 1;

/// Clocks 0 to 17.
#[derive(LogicBlock, Default)]
pub struct Along {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    /// Clock 0: a request, one that is answered by its table, or a step of the sweep.
    pub valid: Signal<In, Bit>,
    pub go: Signal<In, Bit>,
    pub step: Signal<In, Bit>,
    pub wipe: Signal<In, Bit>,
    pub events: Signal<In, Bits<STATE_BITS>>,
    pub fresh: Signal<In, Bit>,
    pub now: Signal<In, Bits<TICK_BITS>>,
    pub idle: Signal<In, Bits<TIMES_BITS>>,
    /// Clock 6.
    pub now_6: Signal<Out, Bits<TICK_BITS>>,
    /// Clock 14.
    pub allow: Signal<In, Bit>,
    pub void: Signal<In, Bit>,
    /// It is not who it seems to be.
    pub doubt: Signal<In, Bit>,
    /// Clock 15.
    pub turn: Signal<Out, Turn>,
    /// Clock 16: when an entry of each class would lapse.
    pub deadlines: Signal<Out, Bits<TIMES_BITS>>,
    /// Clock 17.
    pub valid_17: Signal<Out, Bit>,
    times: Delay<Bits<TICK_BITS>, 6>,
    asked: Signal<Local, Bits<ASKED_BITS>>,
    asked_15: Delay<Bits<ASKED_BITS>, 15>,
    deadline: Signal<Local, Bits<TICK_BITS>>,
    sums: Signal<Local, Bits<TIMES_BITS>>,
    sums_1: DFF<Bits<TIMES_BITS>>,
    sums_16: Delay<Bits<TIMES_BITS>, 15>,
    go_14: DelayValid<14>,
    go_15: Register<Bit>,
    step_15: DelayValid<15>,
    wipe_15: DelayValid<15>,
    until_14: DelayValid<14>,
    until_17: DelayValid<3>,
    allow_15: DFF<Bit>,
}

impl Logic for Along {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, times, asked_15, sums_16, go_14, step_15, wipe_15, until_14, until_17);
        dff_setup!(self, clock, sums_1, allow_15, go_15);
        self.go_14.reset.next = self.reset.val();
        self.go_15.reset.next = self.reset.val();
        self.step_15.reset.next = self.reset.val();
        self.wipe_15.reset.next = self.reset.val();
        self.until_14.reset.next = self.reset.val();
        self.until_17.reset.next = self.reset.val();
        self.go_14.d.next = self.go.val();
        self.go_15.d.next = self.go_14.q.val() & !self.void.val() & !self.doubt.val();
        self.step_15.d.next = self.step.val();
        self.wipe_15.d.next = self.wipe.val();
        self.until_14.d.next = self.valid.val();
        self.until_17.d.next = self.until_14.q.val();
        self.allow_15.d.next = self.allow.val() & self.until_14.q.val() & !self.void.val();
        self.times.d.next = self.now.val();
        self.asked.next = bit_cast::<ASKED_BITS, STATE_BITS>(self.events.val());
        self.asked_15.d.next = self.asked.val().replace_bit(6, self.fresh.val());
        self.sums.next = 0.into();
        for i in 0..4 {
            self.deadline.next = self.idle.val().get_bits::<TICK_BITS>(12 * i) + self.now.val();
            self.sums.next = (self.sums.val() >> 12)
                | (bit_cast::<TIMES_BITS, TICK_BITS>(self.deadline.val()) << 36);
        }
        self.sums_1.d.next = self.sums.val();
        self.sums_16.d.next = self.sums_1.q.val();
        self.now_6.next = self.times.q.val();
        self.turn.next.go = self.go_15.q.val();
        self.turn.next.allow = self.allow_15.q.val();
        self.turn.next.fresh = self.asked_15.q.val().get_bit(6);
        self.turn.next.events = self.asked_15.q.val().get_bits::<STATE_BITS>(0);
        self.turn.next.sweep = self.step_15.q.val();
        self.turn.next.wipe = self.wipe_15.q.val();
        self.deadlines.next = self.sums_16.q.val();
        self.valid_17.next = self.until_17.q.val();
    }
}
