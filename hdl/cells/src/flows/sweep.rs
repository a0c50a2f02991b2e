//! When are lapsed entries freed, who empties the table, and how many entries are there?
//!
//! [`Sweep`]: each tick a step is due; it takes the first clock without a request and frees what
//! has lapsed in one bucket of each way. A step goes down the pipeline like a request, reads and
//! writes in its turn, and looks at its predecessors. After reset a step in each clock frees all;
//! `busy` lasts until the last one's writes can be read.
//!
//! [`Census`]: entries that are there, lapsed ones until they are swept.

use crate::delay::Delay;
use crate::flows::window::WINDOW;
use crate::flows::{ENTRIES, OCCUPIED_BITS, POSITIONS, TICK_BITS};
use crate::hash::{INDEX_BITS, WAYS};
use crate::register::Register;
use rust_hdl::prelude::*;

/// Starts the steps.
#[derive(LogicBlock)]
pub struct Sweep {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    pub now: Signal<In, Bits<TICK_BITS>>,
    /// No request in this clock.
    pub idle: Signal<In, Bit>,
    /// A step waits for such a clock.
    pub due: Signal<Out, Bit>,
    /// A step, the bucket it goes to (0 without one), and the same while the table is emptied.
    pub step: Signal<Out, Bit>,
    pub bucket: Signal<Out, Bits<INDEX_BITS>>,
    pub busy: Signal<Out, Bit>,
    now_before: DFF<Bits<TICK_BITS>>,
    waiting: Register<Bit>,
    wiping: Register<Bit>,
    count: Register<Bits<INDEX_BITS>>,
    start: Signal<Local, Bit>,
    depth: Constant<Bits<INDEX_BITS>>,
    last: Constant<Bits<INDEX_BITS>>,
}

impl Sweep {
    /// For ways of `2^depth_log2` buckets.
    pub fn new(depth_log2: usize) -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            now: Signal::default(),
            idle: Signal::default(),
            due: Signal::default(),
            step: Signal::default(),
            bucket: Signal::default(),
            busy: Signal::default(),
            now_before: DFF::default(),
            waiting: Register::default(),
            wiping: Register::new(true),
            count: Register::default(),
            start: Signal::default(),
            depth: Constant::new(((1u64 << depth_log2) - 1).into()),
            last: Constant::new(((1u64 << depth_log2) + WINDOW as u64).into()),
        }
    }
}

impl Logic for Sweep {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, now_before);
        clock!(self, clock, waiting, wiping, count);
        self.waiting.reset.next = self.reset.val();
        self.wiping.reset.next = self.reset.val();
        self.count.reset.next = self.reset.val();
        self.now_before.d.next = self.now.val();
        self.start.next = self.waiting.q.val() & self.idle.val() & !self.wiping.q.val();
        self.waiting.d.next = (self.waiting.q.val() & !self.start.val())
            | (self.now.val() != self.now_before.q.val());
        self.wiping.d.next = self.wiping.q.val() & (self.count.q.val() != self.last.val());
        self.count.d.next = self.count.q.val();
        self.bucket.next = 0.into();
        if self.start.val() | self.wiping.q.val() {
            self.count.d.next = self.count.q.val() + 1;
            self.bucket.next = self.count.q.val() & self.depth.val();
        }
        self.due.next = self.waiting.q.val() & !self.wiping.q.val();
        self.step.next = self.start.val();
        self.busy.next = self.wiping.q.val();
    }
}

/// How many of four bits are set, a clock later.
#[derive(LogicBlock, Default)]
pub struct Ones {
    pub clock: Signal<In, Clock>,
    pub four: Signal<In, Bits<WAYS>>,
    pub ones: Signal<Out, Bits<3>>,
    held: DFF<Bits<3>>,
}

impl Logic for Ones {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, held);
        self.held.d.next = bit_cast::<3, 4>(self.four.val() & 1)
            + bit_cast::<3, 4>((self.four.val() >> 1) & 1)
            + bit_cast::<3, 4>((self.four.val() >> 2) & 1)
            + bit_cast::<3, 4>(self.four.val() >> 3);
        self.ones.next = self.held.q.val();
    }
}

/// Bits of how many entries a step frees.
const LESS_BITS: usize = 5;

/// Counts.
#[derive(LogicBlock, Default)]
pub struct Census {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    /// An entry more: not in a clock of the sweep's.
    pub added: Signal<In, Bit>,
    /// So many less.
    pub swept: Signal<In, Bits<ENTRIES>>,
    /// Some clocks later.
    pub occupied: Signal<Out, Bits<OCCUPIED_BITS>>,
    row: [Ones; POSITIONS],
    ones: Signal<Local, Bits<3>>,
    less: Signal<Local, Bits<LESS_BITS>>,
    less_2: DFF<Bits<LESS_BITS>>,
    less_3: DFF<Bits<LESS_BITS>>,
    added_3: Delay<Bit, 3>,
    count: Register<Bits<OCCUPIED_BITS>>,
}

impl Logic for Census {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, added_3, count);
        dff_setup!(self, clock, less_2, less_3);
        self.count.reset.next = self.reset.val();
        self.less.next = 0.into();
        for i in 0..4 {
            self.row[i].clock.next = self.clock.val();
            self.row[i].four.next = self.swept.val().get_bits::<WAYS>(4 * i);
            self.ones.next = self.row[i].ones.val();
            self.less.next = self.less.val() + bit_cast::<LESS_BITS, 3>(self.ones.val());
        }
        self.less_2.d.next = self.less.val();
        // One register more for the way: the memories are far from who counts.
        self.less_3.d.next = self.less_2.q.val();
        self.added_3.d.next = self.added.val();
        self.count.d.next =
            self.count.q.val() - bit_cast::<OCCUPIED_BITS, LESS_BITS>(self.less_3.q.val());
        if self.added_3.q.val() {
            self.count.d.next = self.count.q.val() + 1;
        }
        self.occupied.next = self.count.q.val();
    }
}
