//! When may the host's write, its read-back and the sweep use the memories?
//!
//! [`Writes`]: one write waits in a buffer for a clock without a lookup and becomes a *bubble*,
//! which goes down the pipeline in that lookup's place: its tag is written in the bubble's clock 2,
//! its action in clock 4. Before and behind it lookups see the old and the new entry. After reset
//! the sweep writes zero tags into all ways at once.
//!
//! [`Reads`]: a read-back is a bubble too. Its address takes the place of the hash in clock 1, its
//! way counts as a hit in clock 4.

use crate::exact::SLOT_BITS;
use crate::hash::{INDEX_BITS, WAYS};
use crate::register::Register;
use rust_hdl::prelude::*;

/// Clocks from a bubble's start until its action is written.
const WRITE_CLOCKS: usize = 4;
/// Clocks from a bubble's start until its entry is out.
const READ_CLOCKS: usize = 7;

/// Bits of a shift within an entry.
const SHIFT_BITS: usize = 11;

/// The write buffer and the sweep. Action, entry and tag have `A`, `E` and `T` bits.
#[derive(LogicBlock)]
pub struct Writes<const A: usize, const E: usize, const T: usize> {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    /// No lookup in this clock.
    pub idle: Signal<In, Bit>,
    pub w_valid: Signal<In, Bit>,
    pub w_slot: Signal<In, Bits<SLOT_BITS>>,
    pub w_entry: Signal<In, Bits<E>>,
    pub w_ready: Signal<Out, Bit>,
    /// The sweep is not over.
    pub busy: Signal<Out, Bit>,
    /// Neither a lookup, nor a write that waits, nor the sweep is in this clock.
    pub free: Signal<Out, Bit>,
    /// To the memories: what to write, and per way the clocks to write its tag and its action.
    pub index: Signal<Out, Bits<INDEX_BITS>>,
    pub tag: Signal<Out, Bits<T>>,
    pub action: Signal<Out, Bits<A>>,
    pub tag_write: Signal<Out, Bits<WAYS>>,
    pub action_write: Signal<Out, Bits<WAYS>>,
    last: Constant<Bits<INDEX_BITS>>,
    action_at: Constant<Bits<SHIFT_BITS>>,
    lives_at: Constant<Bits<SHIFT_BITS>>,
    sweeping: Register<Bit>,
    sweep: Register<Bits<INDEX_BITS>>,
    taken: Register<Bit>,
    waiting: Register<Bit>,
    bubble: Register<Bits<WRITE_CLOCKS>>,
    tag_writing: Register<Bits<WAYS>>,
    action_writing: Register<Bits<WAYS>>,
    slot_held: DFF<Bits<SLOT_BITS>>,
    entry_held: DFF<Bits<E>>,
    index_held: DFF<Bits<INDEX_BITS>>,
    accept: Signal<Local, Bit>,
    release: Signal<Local, Bit>,
    start: Signal<Local, Bit>,
    one_way: Signal<Local, Bits<WAYS>>,
}

impl<const A: usize, const E: usize, const T: usize> Writes<A, E, T> {
    /// For ways of `2^depth_log2` slots.
    pub fn new(depth_log2: usize) -> Self {
        assert!(E == T + A, "an entry is a tag and an action: E = {}, not {E}", T + A);
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            idle: Signal::default(),
            w_valid: Signal::default(),
            w_slot: Signal::default(),
            w_entry: Signal::default(),
            w_ready: Signal::default(),
            busy: Signal::default(),
            free: Signal::default(),
            index: Signal::default(),
            tag: Signal::default(),
            action: Signal::default(),
            tag_write: Signal::default(),
            action_write: Signal::default(),
            last: Constant::new(((1u64 << depth_log2) - 1).into()),
            action_at: Constant::new((T as u64 - 2).into()),
            lives_at: Constant::new((E as u64 - 2).into()),
            sweeping: Register::new(true),
            sweep: Register::default(),
            taken: Register::new(true),
            waiting: Register::default(),
            bubble: Register::default(),
            tag_writing: Register::default(),
            action_writing: Register::default(),
            slot_held: DFF::default(),
            entry_held: DFF::default(),
            index_held: DFF::default(),
            accept: Signal::default(),
            release: Signal::default(),
            start: Signal::default(),
            one_way: Signal::default(),
        }
    }
}

impl<const A: usize, const E: usize, const T: usize> Logic for Writes<A, E, T> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, slot_held, entry_held, index_held);
        clock!(self, clock, sweeping, sweep, taken, waiting, bubble, tag_writing, action_writing);
        self.sweeping.reset.next = self.reset.val();
        self.sweep.reset.next = self.reset.val();
        self.taken.reset.next = self.reset.val();
        self.waiting.reset.next = self.reset.val();
        self.bubble.reset.next = self.reset.val();
        self.tag_writing.reset.next = self.reset.val();
        self.action_writing.reset.next = self.reset.val();
        self.sweeping.d.next = self.sweeping.q.val() & (self.sweep.q.val() != self.last.val());
        self.sweep.d.next = self.sweep.q.val() + 1;
        self.busy.next = self.sweeping.q.val();
        // The buffer: taken until the action is written or the sweep is over, waiting until its
        // bubble starts.
        self.w_ready.next = !self.taken.q.val();
        self.accept.next = self.w_valid.val() & !self.taken.q.val();
        self.start.next = self.waiting.q.val() & self.idle.val();
        self.waiting.d.next = self.accept.val() | (self.waiting.q.val() & !self.start.val());
        self.release.next = self.bubble.q.val().get_bit(3)
            | (self.sweeping.q.val() & (self.sweep.q.val() == self.last.val()));
        self.taken.d.next = self.accept.val() | (self.taken.q.val() & !self.release.val());
        self.free.next = self.idle.val() & !self.waiting.q.val() & !self.sweeping.q.val();
        self.bubble.d.next = (self.bubble.q.val() << 1).replace_bit(0, self.start.val());
        // What is offered; it counts from the clock in which it is taken.
        if !self.taken.q.val() {
            self.slot_held.d.next = self.w_slot.val();
            self.entry_held.d.next = self.w_entry.val();
        }
        self.index_held.d.next = self.slot_held.q.val().get_bits::<INDEX_BITS>(0);
        self.one_way.next = 0.into();
        self.one_way.next =
            self.one_way.val().replace_bit(self.slot_held.q.val().get_bits::<2>(16).index(), true);
        self.tag_writing.d.next = 0.into();
        if self.bubble.q.val().get_bit(0) {
            self.tag_writing.d.next = self.one_way.val();
        }
        self.action_writing.d.next = 0.into();
        if self.bubble.q.val().get_bit(2) {
            self.action_writing.d.next = self.one_way.val();
        }
        if self.sweeping.q.val() {
            self.entry_held.d.next = 0.into();
            self.index_held.d.next = self.sweep.q.val();
            self.tag_writing.d.next = 15.into();
        }
        self.index.next = self.index_held.q.val();
        // The entry is {lives, action, key}, a tag {key, lives}.
        self.tag.next = (bit_cast::<T, E>(self.entry_held.q.val()) << 2)
            | bit_cast::<T, E>(self.entry_held.q.val() >> self.lives_at.val());
        self.action.next = bit_cast::<A, E>(self.entry_held.q.val() >> self.action_at.val());
        self.tag_write.next = self.tag_writing.q.val();
        self.action_write.next = self.action_writing.q.val();
    }
}

/// The read-back's bubble.
#[derive(LogicBlock, Default)]
pub struct Reads {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    /// Neither a lookup, nor a write that waits, nor the sweep is in this clock.
    pub free: Signal<In, Bit>,
    pub r_valid: Signal<In, Bit>,
    pub r_slot: Signal<In, Bits<SLOT_BITS>>,
    /// The entry is out.
    pub r_ready: Signal<Out, Bit>,
    /// Clock 1: the index to read, or 0.
    pub instead: Signal<Out, Bits<INDEX_BITS>>,
    /// Clock 4: the way that counts as a hit.
    pub shown: Signal<Out, Bits<WAYS>>,
    /// Clock 4: the tag is there.
    pub tag_out: Signal<Out, Bit>,
    reading: Register<Bit>,
    bubble: Register<Bits<READ_CLOCKS>>,
    showing: Register<Bits<WAYS>>,
    instead_held: DFF<Bits<INDEX_BITS>>,
    start: Signal<Local, Bit>,
    one_way: Signal<Local, Bits<WAYS>>,
}

impl Logic for Reads {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, instead_held);
        clock!(self, clock, reading, bubble, showing);
        self.reading.reset.next = self.reset.val();
        self.bubble.reset.next = self.reset.val();
        self.showing.reset.next = self.reset.val();
        self.start.next = self.r_valid.val() & !self.reading.q.val() & self.free.val();
        self.reading.d.next =
            self.start.val() | (self.reading.q.val() & !self.bubble.q.val().get_bit(6));
        self.bubble.d.next = (self.bubble.q.val() << 1).replace_bit(0, self.start.val());
        self.instead_held.d.next = 0.into();
        if self.start.val() {
            self.instead_held.d.next = self.r_slot.val().get_bits::<INDEX_BITS>(0);
        }
        self.one_way.next = 0.into();
        self.one_way.next =
            self.one_way.val().replace_bit(self.r_slot.val().get_bits::<2>(16).index(), true);
        self.showing.d.next = 0.into();
        if self.bubble.q.val().get_bit(2) {
            self.showing.d.next = self.one_way.val();
        }
        self.instead.next = self.instead_held.q.val();
        self.shown.next = self.showing.q.val();
        self.tag_out.next = self.bubble.q.val().get_bit(3);
        self.r_ready.next = self.bubble.q.val().get_bit(6);
    }
}
