//! One way of the table: is the entry in its slot the one that was asked for?
//!
//! ```text
//! clock 1    2     3   4        5         6
//! [place]->[key and lives]->[differs?]->[hit]
//!     \->[ ]->[ ]->[    action    ]------------>
//! ```
//! The action is read two clocks after the key, by the same address, so that it arrives with the
//! hit and needs no registers of its own on the way.
//!
//! Clocks are counted from the key at the table's port. A *tag* is `{key, lives}`, lives below.

use crate::exact::digest::Place;
use crate::hash::{DIGEST_BITS, INDEX_BITS, Wiring};
use crate::ram::{Ram, Style};
use rust_hdl::prelude::*;

/// Compares tags, two clocks. The first one takes two key bits, one LUT, and has the rest of the
/// clock for the way from a memory in one corner; the second one gathers.
#[derive(LogicBlock)]
pub struct Compare<const K: usize, const T: usize> {
    pub clock: Signal<In, Clock>,
    /// Clock 4: what was found, what is looked for.
    pub tag: Signal<In, Bits<T>>,
    pub key: Signal<In, Bits<K>>,
    pub generation: Signal<In, Bit>,
    /// Clock 4: a lookup is under way; a hit is wanted whatever the tag.
    pub look: Signal<In, Bit>,
    pub shown: Signal<In, Bit>,
    /// Clock 6.
    pub hit: Signal<Out, Bit>,
    even: Constant<Bits<K>>,
    apart: Signal<Local, Bits<K>>,
    differs: DFF<Bits<K>>,
    alive: DFF<Bit>,
    hit_held: DFF<Bit>,
}

impl<const K: usize, const T: usize> Default for Compare<K, T> {
    fn default() -> Self {
        assert!(T == K + 2, "a tag is a key and two lives: T = {}, not {T}", K + 2);
        let even = (0..K).step_by(2);
        let even = even.fold(Bits::<K>::default(), |mask, bit| mask.replace_bit(bit, true));
        Self {
            clock: Signal::default(),
            tag: Signal::default(),
            key: Signal::default(),
            generation: Signal::default(),
            look: Signal::default(),
            shown: Signal::default(),
            hit: Signal::default(),
            even: Constant::new(even),
            apart: Signal::default(),
            differs: DFF::default(),
            alive: DFF::default(),
            hit_held: DFF::default(),
        }
    }
}

impl<const K: usize, const T: usize> Logic for Compare<K, T> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, differs, alive, hit_held);
        self.apart.next = bit_cast::<K, T>(self.tag.val() >> 2) ^ self.key.val();
        self.differs.d.next = (self.apart.val() | (self.apart.val() >> 1)) & self.even.val();
        self.alive.d.next = self.tag.val().get_bit(0) & self.look.val();
        if self.generation.val() {
            self.alive.d.next = self.tag.val().get_bit(1) & self.look.val();
        }
        if self.shown.val() {
            self.differs.d.next = 0.into();
            self.alive.d.next = true;
        }
        self.hit_held.d.next = self.alive.q.val() & !self.differs.q.val().any();
        self.hit.next = self.hit_held.q.val();
    }
}

/// One way: addresses, memories, comparison.
#[derive(LogicBlock)]
pub struct Way<const K: usize, const A: usize, const T: usize> {
    pub clock: Signal<In, Clock>,
    /// Clock 1: digest, or 0 and the index to read instead.
    pub digest: Signal<In, Bits<DIGEST_BITS>>,
    pub instead: Signal<In, Bits<INDEX_BITS>>,
    /// Clock 4.
    pub key: Signal<In, Bits<K>>,
    pub generation: Signal<In, Bit>,
    pub look: Signal<In, Bit>,
    pub shown: Signal<In, Bit>,
    /// Clock 2: write `w_tag`.
    pub tag_write: Signal<In, Bit>,
    /// Clock 4: write `w_action`.
    pub action_write: Signal<In, Bit>,
    pub w_index: Signal<In, Bits<INDEX_BITS>>,
    pub w_tag: Signal<In, Bits<T>>,
    pub w_action: Signal<In, Bits<A>>,
    /// Clock 4.
    pub tag: Signal<Out, Bits<T>>,
    /// Clock 6.
    pub hit: Signal<Out, Bit>,
    pub action: Signal<Out, Bits<A>>,
    pub index: Signal<Out, Bits<INDEX_BITS>>,
    place: Place,
    tags: Ram<T, INDEX_BITS>,
    actions: Ram<A, INDEX_BITS>,
    compare: Compare<K, T>,
    index_3: DFF<Bits<INDEX_BITS>>,
    index_4: DFF<Bits<INDEX_BITS>>,
    index_5: DFF<Bits<INDEX_BITS>>,
    index_6: DFF<Bits<INDEX_BITS>>,
}

/// The deepest way in LUT RAM: one row of it. Block RAM is the scarce thing, and costs the same for
/// 16 slots as for 512.
const SHALLOW_LOG2: usize = 4;

impl<const K: usize, const A: usize, const T: usize> Way<K, A, T> {
    /// Way number `way` of a table with this hash.
    pub fn new(wiring: &Wiring, way: usize) -> Self {
        let shallow = wiring.depth_log2() <= SHALLOW_LOG2;
        let style = if shallow { Style::Lut } else { Style::Block };
        Self {
            clock: Signal::default(),
            digest: Signal::default(),
            instead: Signal::default(),
            key: Signal::default(),
            generation: Signal::default(),
            look: Signal::default(),
            shown: Signal::default(),
            tag_write: Signal::default(),
            action_write: Signal::default(),
            w_index: Signal::default(),
            w_tag: Signal::default(),
            w_action: Signal::default(),
            tag: Signal::default(),
            hit: Signal::default(),
            action: Signal::default(),
            index: Signal::default(),
            place: Place::new(wiring, way),
            tags: Ram::new(wiring.depth_log2(), style),
            actions: Ram::new(wiring.depth_log2(), style),
            compare: Compare::default(),
            index_3: DFF::default(),
            index_4: DFF::default(),
            index_5: DFF::default(),
            index_6: DFF::default(),
        }
    }

    /// 18-kbit block RAMs this way takes on an ECP5.
    pub fn block_rams(&self) -> usize {
        self.tags.block_rams() + self.actions.block_rams()
    }
}

impl<const K: usize, const A: usize, const T: usize> Logic for Way<K, A, T> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, index_3, index_4, index_5, index_6);
        clock!(self, clock, place, tags, actions, compare);
        self.place.digest.next = self.digest.val();
        self.place.instead.next = self.instead.val();
        self.index_3.d.next = self.place.index.val();
        self.index_4.d.next = self.index_3.q.val();
        self.index_5.d.next = self.index_4.q.val();
        self.index_6.d.next = self.index_5.q.val();
        self.tags.ra.next = self.place.index.val();
        self.tags.we.next = self.tag_write.val();
        self.tags.wa.next = self.w_index.val();
        self.tags.wd.next = self.w_tag.val();
        self.actions.ra.next = self.index_4.q.val();
        self.actions.we.next = self.action_write.val();
        self.actions.wa.next = self.w_index.val();
        self.actions.wd.next = self.w_action.val();
        self.compare.tag.next = self.tags.q.val();
        self.compare.key.next = self.key.val();
        self.compare.generation.next = self.generation.val();
        self.compare.look.next = self.look.val();
        self.compare.shown.next = self.shown.val();
        self.tag.next = self.tags.q.val();
        self.hit.next = self.compare.hit.val();
        self.action.next = self.actions.q.val();
        self.index.next = self.index_6.q.val();
    }
}
