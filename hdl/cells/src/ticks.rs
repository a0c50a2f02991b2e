//! What time is it, in ticks of so many clocks?
//!
//! ```text
//! every 32 clocks: --> [ left - 1 ] -- none left --> left = period --> [ step ] --> now + 1
//! ```
//! `now` steps by one and never twice within [`UNIT_CLOCKS`], as [`crate::flows`] wants it. A
//! period of 0, which it has after reset, stops the time.

use crate::flows::TICK_BITS;
use crate::register::Register;
use rust_hdl::prelude::*;

/// Clocks of a unit.
pub const UNIT_CLOCKS: u64 = 32;
/// Bits of a count of clocks within a unit.
const UNIT_LOG2: usize = UNIT_CLOCKS.ilog2() as usize;
/// Bits of a period.
pub const PERIOD_BITS: usize = 24;

/// A clock that goes by ticks.
#[derive(LogicBlock, Default)]
pub struct Ticks {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Tick 0, and time stands still.
    pub reset: Signal<In, Bit>,
    /// A tick begins with the next unit; from then on each takes this many units.
    pub set: Signal<In, Bit>,
    /// With `set`.
    pub period: Signal<In, Bits<PERIOD_BITS>>,
    /// Ticks since reset, modulo 4,096.
    pub now: Signal<Out, Bits<TICK_BITS>>,
    unit: Register<Bits<UNIT_LOG2>>,
    units: Register<Bits<PERIOD_BITS>>,
    goes: Register<Bit>,
    beat: Register<Bit>,
    left: Register<Bits<PERIOD_BITS>>,
    last: Register<Bit>,
    step: Register<Bit>,
    tick: Register<Bits<TICK_BITS>>,
}

impl Logic for Ticks {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, unit, units, goes, beat, left, last, step, tick);
        self.unit.reset.next = self.reset.val();
        self.units.reset.next = self.reset.val();
        self.goes.reset.next = self.reset.val();
        self.beat.reset.next = self.reset.val();
        self.left.reset.next = self.reset.val();
        self.last.reset.next = self.reset.val();
        self.step.reset.next = self.reset.val();
        self.tick.reset.next = self.reset.val();
        self.unit.d.next = self.unit.q.val() + 1;
        self.goes.d.next = self.units.q.val().any();
        self.last.d.next = !self.left.q.val().any();
        self.beat.d.next = self.unit.q.val().all() & self.goes.q.val();
        self.step.d.next = false;
        if self.beat.q.val() {
            self.left.d.next = self.left.q.val() - 1;
            if self.last.q.val() {
                self.left.d.next = self.units.q.val() - 1;
                self.step.d.next = true;
            }
        }
        if self.step.q.val() {
            self.tick.d.next = self.tick.q.val() + 1;
        }
        if self.set.val() {
            self.units.d.next = self.period.val();
            self.left.d.next = 0.into();
            self.last.d.next = true;
            self.step.d.next = false;
        }
        self.now.next = self.tick.q.val();
    }
}
