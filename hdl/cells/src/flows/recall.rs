//! Is the entry with the right tag the key's own, and in which state is it?
//!
//! ```text
//! clock 8     9            10          12            14
//! matches->[number]->[slot]->[key RAM  ]->[compare]->equal
//!                          \>[state RAM]------------>state
//! ```
//! At most one entry matches. Nobody writes its key while it lives; its state may be written in
//! the very clock of this read, but then by a predecessor whose decision overrides it.

use crate::delay::Delay;
use crate::equal::Equal;
use crate::flows::decide::states;
use crate::flows::locate::BUCKETS_BITS;
use crate::flows::{ENTRIES, Rules, SLOT_BITS, STATE_BITS, STATES};
use crate::hash::{INDEX_BITS, WAYS};
use crate::ram::{Ram, Style};
use rust_hdl::prelude::*;

/// Bits of the number of an entry of a key.
pub const ENTRY_BITS: usize = 4;

/// The number of the one bit that is set, and the ways it may be in. Latency: none.
#[derive(LogicBlock, Default)]
pub struct Number {
    pub one: Signal<In, Bits<ENTRIES>>,
    pub number: Signal<Out, Bits<ENTRY_BITS>>,
    pub way: Signal<Out, Bits<WAYS>>,
}

impl Logic for Number {
    #[hdl_gen]
    fn update(&mut self) {
        self.number.next = 0.into();
        self.number.next = self
            .number
            .val()
            .replace_bit(0, (self.one.val() & 0xaaaa).any())
            .replace_bit(1, (self.one.val() & 0xcccc).any())
            .replace_bit(2, (self.one.val() & 0xf0f0).any())
            .replace_bit(3, (self.one.val() & 0xff00).any());
        self.way.next = self.one.val().get_bits::<WAYS>(0)
            | self.one.val().get_bits::<WAYS>(4)
            | self.one.val().get_bits::<WAYS>(8)
            | self.one.val().get_bits::<WAYS>(12);
    }
}

/// The slot of an entry from its number and its way's bucket. Latency: none.
#[derive(LogicBlock)]
pub struct SlotOf {
    pub number: Signal<In, Bits<ENTRY_BITS>>,
    pub way: Signal<In, Bits<WAYS>>,
    pub buckets: Signal<In, Bits<BUCKETS_BITS>>,
    pub slot: Signal<Out, Bits<SLOT_BITS>>,
    index: Signal<Local, Bits<INDEX_BITS>>,
    depth_log2: Constant<Bits<5>>,
}

impl SlotOf {
    /// In a table of ways of `2^depth_log2` buckets.
    pub fn new(depth_log2: usize) -> Self {
        Self {
            number: Signal::default(),
            way: Signal::default(),
            buckets: Signal::default(),
            slot: Signal::default(),
            index: Signal::default(),
            depth_log2: Constant::new((depth_log2 as u64).into()),
        }
    }
}

impl Logic for SlotOf {
    #[hdl_gen]
    fn update(&mut self) {
        self.index.next = 0.into();
        for i in 0..4 {
            if self.way.val().get_bit(i) {
                self.index.next =
                    self.index.val() | self.buckets.val().get_bits::<INDEX_BITS>(16 * i);
            }
        }
        self.slot.next = bit_cast::<SLOT_BITS, INDEX_BITS>(self.index.val())
            | (bit_cast::<SLOT_BITS, ENTRY_BITS>(self.number.val()) << self.depth_log2.val());
    }
}

/// Clocks 8 to 14; keys of `K` bits in `C` bytes, `N` bits.
#[derive(LogicBlock)]
pub struct Recall<const K: usize, const N: usize, const C: usize> {
    pub clock: Signal<In, Clock>,
    /// Clock 8: the live entry with the tag.
    pub matches: Signal<In, Bits<ENTRIES>>,
    /// Clock 9.
    pub buckets: Signal<In, Bits<BUCKETS_BITS>>,
    /// Clock 12.
    pub key: Signal<In, Bits<N>>,
    /// Clock 14.
    pub found: Signal<Out, Bit>,
    pub at: Signal<Out, Bits<ENTRIES>>,
    pub equal: Signal<Out, Bit>,
    pub state: Signal<Out, Bits<STATE_BITS>>,
    pub closed: Signal<Out, Bit>,
    /// Clock 17 of whoever writes: a state, or a new entry's key.
    pub w_slot: Signal<In, Bits<SLOT_BITS>>,
    pub state_write: Signal<In, Bit>,
    pub w_state: Signal<In, Bits<STATE_BITS>>,
    pub key_write: Signal<In, Bit>,
    pub w_key: Signal<In, Bits<K>>,
    which: Number,
    number_9: DFF<Bits<ENTRY_BITS>>,
    way_9: DFF<Bits<WAYS>>,
    found_9: DFF<Bit>,
    slot_of: SlotOf,
    slot_10: DFF<Bits<SLOT_BITS>>,
    keys: Ram<K, SLOT_BITS>,
    states: Ram<STATE_BITS, SLOT_BITS>,
    compare: Equal<N, C>,
    at_14: Delay<Bits<ENTRIES>, 6>,
    found_14: Delay<Bit, 5>,
    state_13: DFF<Bits<STATE_BITS>>,
    state_14: DFF<Bits<STATE_BITS>>,
    closed_14: DFF<Bit>,
    closed_states: Constant<Bits<STATES>>,
}

impl<const K: usize, const N: usize, const C: usize> Recall<K, N, C> {
    /// For ways of `2^depth_log2` buckets.
    pub fn new(depth_log2: usize, rules: &Rules) -> Self {
        Self {
            clock: Signal::default(),
            matches: Signal::default(),
            buckets: Signal::default(),
            key: Signal::default(),
            found: Signal::default(),
            at: Signal::default(),
            equal: Signal::default(),
            state: Signal::default(),
            closed: Signal::default(),
            w_slot: Signal::default(),
            state_write: Signal::default(),
            w_state: Signal::default(),
            key_write: Signal::default(),
            w_key: Signal::default(),
            which: Number::default(),
            number_9: DFF::default(),
            way_9: DFF::default(),
            found_9: DFF::default(),
            slot_of: SlotOf::new(depth_log2),
            slot_10: DFF::default(),
            keys: Ram::new(depth_log2 + ENTRY_BITS, Style::Block),
            states: Ram::new(depth_log2 + ENTRY_BITS, Style::Block),
            compare: Equal::default(),
            at_14: Delay::default(),
            found_14: Delay::default(),
            state_13: DFF::default(),
            state_14: DFF::default(),
            closed_14: DFF::default(),
            closed_states: states(|state| rules.closed[state]),
        }
    }

    /// 18-kbit block RAMs it takes on an ECP5.
    pub fn block_rams(&self) -> usize {
        self.keys.block_rams() + self.states.block_rams()
    }
}

impl<const K: usize, const N: usize, const C: usize> Logic for Recall<K, N, C> {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, keys, states, compare, at_14, found_14);
        dff_setup!(self, clock, number_9, way_9, found_9, slot_10, state_13, state_14, closed_14);
        self.which.one.next = self.matches.val();
        self.number_9.d.next = self.which.number.val();
        self.way_9.d.next = self.which.way.val();
        self.found_9.d.next = self.matches.val().any();
        self.slot_of.number.next = self.number_9.q.val();
        self.slot_of.way.next = self.way_9.q.val();
        self.slot_of.buckets.next = self.buckets.val();
        self.slot_10.d.next = self.slot_of.slot.val();
        self.keys.ra.next = self.slot_10.q.val();
        self.keys.wa.next = self.w_slot.val();
        self.keys.we.next = self.key_write.val();
        self.keys.wd.next = self.w_key.val();
        self.states.ra.next = self.slot_10.q.val();
        self.states.wa.next = self.w_slot.val();
        self.states.we.next = self.state_write.val();
        self.states.wd.next = self.w_state.val();
        self.compare.a.next = bit_cast::<N, K>(self.keys.q.val());
        self.compare.b.next = self.key.val();
        self.equal.next = self.compare.yes.val();
        self.state_13.d.next = self.states.q.val();
        self.state_14.d.next = self.state_13.q.val();
        self.closed_14.d.next = self.closed_states.val().get_bit(self.state_13.q.val().index());
        self.state.next = self.state_14.q.val();
        self.closed.next = self.closed_14.q.val();
        self.at_14.d.next = self.matches.val();
        self.at.next = self.at_14.q.val();
        self.found_14.d.next = self.found_9.q.val();
        self.found.next = self.found_14.q.val();
    }
}
