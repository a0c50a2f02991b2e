//! Which way answers? The lowest one that hits; without a hit everything is 0.
//!
//! One clock, two LUT levels: ways 0 and 1, ways 2 and 3, then one of the two. A read-back passes
//! as a hit of its way; its tag, which came two clocks earlier, waits for its action here.

use crate::exact::SLOT_BITS;
use crate::hash::{INDEX_BITS, WAYS};
use rust_hdl::prelude::*;

/// Bits of a shift within an entry.
const SHIFT_BITS: usize = 11;

/// Four ways in clock 6, one answer in clock 7.
#[derive(LogicBlock)]
pub struct Select<const A: usize, const E: usize, const T: usize> {
    pub clock: Signal<In, Clock>,
    /// A lookup is under way (else a hit is a read-back's).
    pub valid: Signal<In, Bit>,
    pub hits: Signal<In, Bits<WAYS>>,
    pub action: [Signal<In, Bits<A>>; WAYS],
    pub index: [Signal<In, Bits<INDEX_BITS>>; WAYS],
    /// Clock 4: the ways' tags, the way that is read back, and whether one is.
    pub tag: [Signal<In, Bits<T>>; WAYS],
    pub r_way: Signal<In, Bits<2>>,
    pub tag_out: Signal<In, Bit>,
    /// Clock 7.
    pub o_hit: Signal<Out, Bit>,
    pub o_action: Signal<Out, Bits<A>>,
    pub o_entry: Signal<Out, Bits<SLOT_BITS>>,
    pub r_entry: Signal<Out, Bits<E>>,
    low: Signal<Local, Bit>,
    action_low: Signal<Local, Bits<A>>,
    action_high: Signal<Local, Bits<A>>,
    slot_low: Signal<Local, Bits<SLOT_BITS>>,
    slot_high: Signal<Local, Bits<SLOT_BITS>>,
    hit_held: DFF<Bit>,
    action_held: DFF<Bits<A>>,
    slot_held: DFF<Bits<SLOT_BITS>>,
    tag_held: DFF<Bits<T>>,
    key: Signal<Local, Bits<T>>,
    action_at: Constant<Bits<SHIFT_BITS>>,
    lives_at: Constant<Bits<SHIFT_BITS>>,
}

impl<const A: usize, const E: usize, const T: usize> Default for Select<A, E, T> {
    fn default() -> Self {
        assert!(E == T + A, "an entry is a tag and an action: E = {}, not {E}", T + A);
        Self {
            clock: Signal::default(),
            valid: Signal::default(),
            hits: Signal::default(),
            action: std::array::from_fn(|_| Signal::default()),
            index: std::array::from_fn(|_| Signal::default()),
            tag: std::array::from_fn(|_| Signal::default()),
            r_way: Signal::default(),
            tag_out: Signal::default(),
            o_hit: Signal::default(),
            o_action: Signal::default(),
            o_entry: Signal::default(),
            r_entry: Signal::default(),
            low: Signal::default(),
            action_low: Signal::default(),
            action_high: Signal::default(),
            slot_low: Signal::default(),
            slot_high: Signal::default(),
            hit_held: DFF::default(),
            action_held: DFF::default(),
            slot_held: DFF::default(),
            tag_held: DFF::default(),
            key: Signal::default(),
            action_at: Constant::new((T as u64 - 2).into()),
            lives_at: Constant::new((E as u64 - 2).into()),
        }
    }
}

impl<const A: usize, const E: usize, const T: usize> Logic for Select<A, E, T> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, hit_held, action_held, slot_held, tag_held);
        self.low.next = self.hits.val().get_bit(0) | self.hits.val().get_bit(1);
        self.action_low.next = 0.into();
        self.slot_low.next = 0.into();
        if self.hits.val().get_bit(0) {
            self.action_low.next = self.action[0].val();
            self.slot_low.next = bit_cast::<SLOT_BITS, INDEX_BITS>(self.index[0].val());
        } else if self.hits.val().get_bit(1) {
            self.action_low.next = self.action[1].val();
            self.slot_low.next = bit_cast::<SLOT_BITS, INDEX_BITS>(self.index[1].val()) | 0x1_0000;
        }
        self.action_high.next = 0.into();
        self.slot_high.next = 0.into();
        if self.hits.val().get_bit(2) {
            self.action_high.next = self.action[2].val();
            self.slot_high.next = bit_cast::<SLOT_BITS, INDEX_BITS>(self.index[2].val()) | 0x2_0000;
        } else if self.hits.val().get_bit(3) {
            self.action_high.next = self.action[3].val();
            self.slot_high.next = bit_cast::<SLOT_BITS, INDEX_BITS>(self.index[3].val()) | 0x3_0000;
        }
        self.hit_held.d.next = self.hits.val().any() & self.valid.val();
        self.action_held.d.next = self.action_high.val();
        self.slot_held.d.next = self.slot_high.val();
        if self.low.val() {
            self.action_held.d.next = self.action_low.val();
            self.slot_held.d.next = self.slot_low.val();
        }
        self.o_hit.next = self.hit_held.q.val();
        self.o_action.next = self.action_held.q.val();
        self.o_entry.next = self.slot_held.q.val();
        if self.tag_out.val() {
            self.tag_held.d.next = self.tag[0].val();
            if self.r_way.val() == 1 {
                self.tag_held.d.next = self.tag[1].val();
            } else if self.r_way.val() == 2 {
                self.tag_held.d.next = self.tag[2].val();
            } else if self.r_way.val() == 3 {
                self.tag_held.d.next = self.tag[3].val();
            }
        }
        // The entry is {lives, action, key}, a tag {key, lives}.
        self.key.next = self.tag_held.q.val() >> 2;
        self.r_entry.next = bit_cast::<E, T>(self.key.val())
            | (bit_cast::<E, A>(self.action_held.q.val()) << self.action_at.val())
            | (bit_cast::<E, T>(self.tag_held.q.val()) << self.lives_at.val());
    }
}
