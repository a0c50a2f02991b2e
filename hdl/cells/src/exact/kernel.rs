//! The table as one cell: see [`crate::exact`] for the drawing, the clocks and the rules.

use crate::exact::SLOT_BITS;
use crate::exact::along::Along;
use crate::exact::digest::Digest;
use crate::exact::ports::{Reads, Writes};
use crate::exact::select::Select;
use crate::exact::way::Way;
use crate::hash::{WAYS, Wiring};
use rust_hdl::prelude::*;

/// An exact-match table: key `K`, action `A`, entry `E = K + A + 2`, tag `T = K + 2` bits.
#[derive(LogicBlock)]
pub struct Exact<const K: usize, const A: usize, const E: usize, const T: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous, active high: empties the table.
    pub reset: Signal<In, Bit>,
    /// The hash's seed: constant while entries live.
    pub seed: Signal<In, Bits<64>>,
    /// A lookup, in any clock.
    pub i_valid: Signal<In, Bit>,
    /// What to look for.
    pub i_key: Signal<In, Bits<K>>,
    /// Parity of the generation to look in.
    pub i_gen: Signal<In, Bit>,
    /// [`crate::exact::LATENCY`] clocks after `i_valid`.
    pub o_valid: Signal<Out, Bit>,
    /// There is such an entry; never without `o_valid`.
    pub o_hit: Signal<Out, Bit>,
    /// Its action; 0 on a miss. Read-backs pass here too, without `o_valid`.
    pub o_action: Signal<Out, Bits<A>>,
    /// Its slot, `{way: 2, index: 16}`; 0 on a miss.
    pub o_entry: Signal<Out, Bits<SLOT_BITS>>,
    /// A write is offered; hold it with slot and entry until `w_ready`.
    pub w_valid: Signal<In, Bit>,
    /// `{way: 2, index: 16}`.
    pub w_slot: Signal<In, Bits<SLOT_BITS>>,
    /// `{lives: 2, action: A, key: K}`.
    pub w_entry: Signal<In, Bits<E>>,
    /// The write is taken at this clock's end; it is in force after the next clock without a
    /// lookup, before any later write or read-back.
    pub w_ready: Signal<Out, Bit>,
    /// A slot is to be read; hold it with `r_slot` until `r_ready`.
    pub r_valid: Signal<In, Bit>,
    /// `{way: 2, index: 16}`.
    pub r_slot: Signal<In, Bits<SLOT_BITS>>,
    /// What the slot holds, in the clock of `r_ready` only; a slot never written has lives and key
    /// 0 and an unknown action.
    pub r_entry: Signal<Out, Bits<E>>,
    /// `r_entry` is there.
    pub r_ready: Signal<Out, Bit>,
    /// The sweep after reset: lookups miss, writes and reads wait.
    pub busy: Signal<Out, Bit>,
    hash: Digest<K>,
    way: [Way<K, A, T>; WAYS],
    select: Select<A, E, T>,
    hits: Signal<Local, Bits<WAYS>>,
    writes: Writes<A, E, T>,
    reads: Reads,
    along: Along<K>,
}

impl<const K: usize, const A: usize, const E: usize, const T: usize> Exact<K, A, E, T> {
    /// A table of four ways of `2^depth_log2` slots.
    ///
    /// # Panics
    /// If `E` or `T` do not follow from `K` and `A`, or outside the sizes of [`crate::hash`].
    #[must_use]
    pub fn new(depth_log2: usize) -> Self {
        assert!(E == K + A + 2, "an entry of key, action and lives has {} bits", K + A + 2);
        let wiring = Wiring::new(K, depth_log2);
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            seed: Signal::default(),
            i_valid: Signal::default(),
            i_key: Signal::default(),
            i_gen: Signal::default(),
            o_valid: Signal::default(),
            o_hit: Signal::default(),
            o_action: Signal::default(),
            o_entry: Signal::default(),
            w_valid: Signal::default(),
            w_slot: Signal::default(),
            w_entry: Signal::default(),
            w_ready: Signal::default(),
            r_valid: Signal::default(),
            r_slot: Signal::default(),
            r_entry: Signal::default(),
            r_ready: Signal::default(),
            busy: Signal::default(),
            hash: Digest::new(&wiring),
            way: std::array::from_fn(|way| Way::new(&wiring, way)),
            select: Select::default(),
            hits: Signal::default(),
            writes: Writes::new(depth_log2),
            reads: Reads::default(),
            along: Along::default(),
        }
    }

    /// 18-kbit block RAMs this table takes on an ECP5.
    #[must_use]
    pub fn block_rams(&self) -> usize {
        self.way.iter().map(Way::block_rams).sum()
    }
}

impl<const K: usize, const A: usize, const E: usize, const T: usize> Default for Exact<K, A, E, T> {
    fn default() -> Self {
        Self::new(9)
    }
}

impl<const K: usize, const A: usize, const E: usize, const T: usize> Logic for Exact<K, A, E, T> {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, hash, along, writes, reads, select);
        self.along.reset.next = self.reset.val();
        self.writes.reset.next = self.reset.val();
        self.reads.reset.next = self.reset.val();
        self.hash.valid.next = self.i_valid.val();
        self.hash.key.next = self.i_key.val();
        self.hash.seed.next = self.seed.val();
        self.along.valid.next = self.i_valid.val();
        self.along.busy.next = self.writes.busy.val();
        self.along.key.next = self.i_key.val();
        self.along.generation.next = self.i_gen.val();
        // Bubbles in the clocks without a lookup: a write first, then a read-back.
        self.writes.idle.next = !self.i_valid.val();
        self.writes.w_valid.next = self.w_valid.val();
        self.writes.w_slot.next = self.w_slot.val();
        self.writes.w_entry.next = self.w_entry.val();
        self.w_ready.next = self.writes.w_ready.val();
        self.busy.next = self.writes.busy.val();
        self.reads.free.next = self.writes.free.val();
        self.reads.r_valid.next = self.r_valid.val();
        self.reads.r_slot.next = self.r_slot.val();
        self.r_ready.next = self.reads.r_ready.val();
        self.select.valid.next = self.along.valid_6.val();
        self.hits.next = 0.into();
        self.select.tag_out.next = self.reads.tag_out.val();
        self.select.r_way.next = self.r_slot.val().get_bits::<2>(16);
        for i in 0..4 {
            self.way[i].clock.next = self.clock.val();
            self.way[i].digest.next = self.hash.digest.val();
            self.way[i].instead.next = self.reads.instead.val();
            self.way[i].key.next = self.along.key_4.val();
            self.way[i].generation.next = self.along.generation_4.val();
            self.way[i].look.next = self.along.look_4.val();
            self.way[i].shown.next = self.reads.shown.val().get_bit(i);
            self.way[i].tag_write.next = self.writes.tag_write.val().get_bit(i);
            self.way[i].action_write.next = self.writes.action_write.val().get_bit(i);
            self.way[i].w_index.next = self.writes.index.val();
            self.way[i].w_tag.next = self.writes.tag.val();
            self.way[i].w_action.next = self.writes.action.val();
            self.hits.next = self.hits.val().replace_bit(i, self.way[i].hit.val());
            self.select.tag[i].next = self.way[i].tag.val();
            self.select.action[i].next = self.way[i].action.val();
            self.select.index[i].next = self.way[i].index.val();
        }
        self.select.hits.next = self.hits.val();
        self.o_valid.next = self.along.valid_7.val();
        self.o_hit.next = self.select.o_hit.val();
        self.o_action.next = self.select.o_action.val();
        self.o_entry.next = self.select.o_entry.val();
        self.r_entry.next = self.select.r_entry.val();
    }
}
