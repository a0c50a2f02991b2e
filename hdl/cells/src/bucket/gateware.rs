//! Token buckets as hardware: see [`super::Bucket`].
//!
//! Times are `T` bits and wrap. Of a bucket's `due` and of `now` the later one is known as long as
//! they are less than half a turn apart: costs and limits must be shorter than a quarter of a turn,
//! and each bucket is to be swept more often than that. A sweep is a clock in which nobody is
//! asked for: it moves a `due` that has passed to `now`, which changes nothing else.
//!
//! Latency: [`LATENCY`] clocks from the index to whether it fits, and what is taken counts for the
//! packet of the next clock. Throughput: a packet per clock.

use crate::delay::Delay;
use crate::rmw::{self, Rmw};
use rust_hdl::prelude::*;

/// Clocks from the index to the answer.
pub const LATENCY: usize = rmw::LATENCY;
/// Clocks from the index to what comes later than that.
pub const TIMES: usize = LATENCY - 1;

/// Buckets behind an index of `A` bits, of which the upper ones may say nothing.
#[derive(LogicBlock)]
pub struct Buckets<const A: usize, const T: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Which bucket: in every clock one.
    pub index: Signal<In, Bits<A>>,
    /// It is swept.
    pub sweep: Signal<In, Bit>,
    /// It is swept, and empty whatever it held.
    pub clear: Signal<In, Bit>,
    /// [`TIMES`] clocks later: what time it is,
    pub now: Signal<In, Bits<T>>,
    /// what the packet costs,
    pub cost: Signal<In, Bits<T>>,
    /// and how much may be owed.
    pub limit: Signal<In, Bits<T>>,
    /// A clock later: no more than that is.
    pub fits: Signal<Out, Bit>,
    /// With it: the packet is taken.
    pub take: Signal<In, Bit>,
    dues: Rmw<T, A>,
    sweep_before: Delay<Bit, TIMES>,
    clear_before: Delay<Bit, TIMES>,
    sweep_at: DFF<Bit>,
    clear_at: DFF<Bit>,
    now_at: DFF<Bits<T>>,
    cost_at: DFF<Bits<T>>,
    most: DFF<Bits<T>>,
    after: DFF<Bits<T>>,
    left: Signal<Local, Bits<T>>,
    left_again: Signal<Local, Bits<T>>,
    owed: Signal<Local, Bits<T>>,
    half: Constant<Bits<T>>,
}

impl<const A: usize, const T: usize> Buckets<A, T> {
    /// `1 << depth_log2` of them.
    pub fn new(depth_log2: usize) -> Self {
        Self {
            clock: Signal::default(),
            index: Signal::default(),
            sweep: Signal::default(),
            clear: Signal::default(),
            now: Signal::default(),
            cost: Signal::default(),
            limit: Signal::default(),
            fits: Signal::default(),
            take: Signal::default(),
            dues: Rmw::new(depth_log2),
            sweep_before: Delay::default(),
            clear_before: Delay::default(),
            sweep_at: DFF::default(),
            clear_at: DFF::default(),
            now_at: DFF::default(),
            cost_at: DFF::default(),
            most: DFF::default(),
            after: DFF::default(),
            left: Signal::default(),
            left_again: Signal::default(),
            owed: Signal::default(),
            half: Constant::new((1u64 << (T - 1)).to_bits()),
        }
    }
}

impl<const A: usize, const T: usize> Default for Buckets<A, T> {
    fn default() -> Self {
        Self::new(A)
    }
}

impl<const A: usize, const T: usize> Logic for Buckets<A, T> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, sweep_at, clear_at, now_at, cost_at, most, after);
        clock!(self, clock, dues, sweep_before, clear_before);
        self.dues.index.next = self.index.val();
        self.dues.clear.next = false;
        self.sweep_before.d.next = self.sweep.val();
        self.clear_before.d.next = self.clear.val();
        self.sweep_at.d.next = self.sweep_before.q.val();
        self.clear_at.d.next = self.clear_before.q.val();
        // A sweep is a packet that costs nothing and is always taken.
        self.now_at.d.next = self.now.val();
        self.most.d.next = self.now.val() + self.limit.val();
        self.cost_at.d.next = self.cost.val();
        self.after.d.next = self.now.val() + self.cost.val();
        if self.sweep_before.q.val() {
            self.cost_at.d.next = 0.into();
            self.after.d.next = self.now.val();
        }
        // All questions at once, the one that others wait for of either word.
        self.left.next = self.most.q.val() - self.dues.alone.val();
        self.left_again.next = self.most.q.val() - self.dues.last.val();
        self.owed.next = self.dues.word.val() - self.now_at.q.val();
        self.fits.next = !(self.left.val() & self.half.val()).any();
        if self.dues.again.val() {
            self.fits.next = !(self.left_again.val() & self.half.val()).any();
        }
        self.dues.becomes.next = self.dues.word.val();
        if self.take.val() | self.sweep_at.q.val() {
            self.dues.becomes.next = self.dues.word.val() + self.cost_at.q.val();
            if (self.owed.val() & self.half.val()).any() | self.clear_at.q.val() {
                self.dues.becomes.next = self.after.q.val();
            }
        }
    }
}
