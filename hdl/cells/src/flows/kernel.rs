//! The table as one cell: see [`crate::flows`] for the drawing, the clocks and the rules.

use crate::flows::along::{Along, TIMES_BITS};
use crate::flows::decide::Decide;
use crate::flows::entries::Entries;
use crate::flows::history::History;
use crate::flows::keys::Keys;
use crate::flows::locate::Locate;
use crate::flows::recall::Recall;
use crate::flows::store::Store;
use crate::flows::sweep::{Census, Sweep};
use crate::flows::window::Window;
use crate::flows::{ENTRIES, OCCUPIED_BITS, Rules, SLOT_BITS, STATE_BITS, Shape, TICK_BITS};
use rust_hdl::prelude::*;

/// A table of flows: keys of `K` bits in `C` bytes, `N = 8 C` bits.
#[derive(LogicBlock)]
pub struct Flows<const K: usize, const N: usize, const C: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous, active high: empties the table.
    pub reset: Signal<In, Bit>,
    /// The hash's seed: constant while entries live.
    pub seed: Signal<In, Bits<64>>,
    /// Ticks, in every clock: steps by one, not twice within [`crate::flows::LATENCY`] clocks.
    pub now: Signal<In, Bits<TICK_BITS>>,
    /// A request, in any clock.
    pub i_valid: Signal<In, Bit>,
    /// Whose entry.
    pub i_key: Signal<In, Bits<K>>,
    /// State bits to add.
    pub i_events: Signal<In, Bits<STATE_BITS>>,
    /// It may begin anew what is closed.
    pub i_fresh: Signal<In, Bit>,
    /// Idle time of each class in ticks, class 0 lowest, 12 bits each: `1..2048`.
    pub i_idle: Signal<In, Bits<TIMES_BITS>>,
    /// [`crate::flows::DECIDE`] clocks after `i_valid`: the request may make an entry.
    pub i_allow: Signal<In, Bit>,
    /// With it: the request does not count. It changes nothing and is answered with zeros.
    pub i_void: Signal<In, Bit>,
    /// [`crate::flows::LATENCY`] clocks after `i_valid`.
    pub o_valid: Signal<Out, Bit>,
    /// There was a live entry, and it was not to begin anew; as all below, never without `o_valid`.
    pub o_hit: Signal<Out, Bit>,
    /// State of the live entry before the request, also of one that was to begin anew; else 0.
    pub o_state: Signal<Out, Bits<STATE_BITS>>,
    /// An entry was made, or began anew.
    pub o_inserted: Signal<Out, Bit>,
    /// An entry was allowed and found no room.
    pub o_full: Signal<Out, Bit>,
    /// The key's entry: `{position: 2, way: 2, index: depth_log2}`; 0 if it has none.
    pub o_slot: Signal<Out, Bits<SLOT_BITS>>,
    /// A step of the sweep waits for a clock without a request: give it one before the next tick.
    pub wants_idle: Signal<Out, Bit>,
    /// The table is being emptied: requests miss and make nothing.
    pub busy: Signal<Out, Bit>,
    /// Entries that are there, lapsed ones until they are swept.
    pub occupied: Signal<Out, Bits<OCCUPIED_BITS>>,
    sweep: Sweep,
    along: Along,
    locate: Locate<K>,
    window: Window,
    keys: Keys<K, N, C>,
    entries: Entries,
    matches: DFF<Bits<ENTRIES>>,
    recall: Recall<K, N, C>,
    history: History,
    decide: Decide,
    store: Store,
    census: Census,
    asks: Signal<Local, Bit>,
}

impl<const K: usize, const N: usize, const C: usize> Flows<K, N, C> {
    /// An empty table, once reset has been given.
    ///
    /// # Panics
    /// If the key does not fit in `C` bytes or is not the shape's, outside the sizes of [`Shape`].
    #[must_use]
    pub fn new(shape: Shape, rules: &Rules) -> Self {
        assert!(shape.key_bits == K, "keys of {} bits in a table for {K}", shape.key_bits);
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            seed: Signal::default(),
            now: Signal::default(),
            i_valid: Signal::default(),
            i_key: Signal::default(),
            i_events: Signal::default(),
            i_fresh: Signal::default(),
            i_idle: Signal::default(),
            i_allow: Signal::default(),
            i_void: Signal::default(),
            o_valid: Signal::default(),
            o_hit: Signal::default(),
            o_state: Signal::default(),
            o_inserted: Signal::default(),
            o_full: Signal::default(),
            o_slot: Signal::default(),
            wants_idle: Signal::default(),
            busy: Signal::default(),
            occupied: Signal::default(),
            sweep: Sweep::new(shape.depth_log2),
            along: Along::default(),
            locate: Locate::new(shape),
            window: Window::default(),
            keys: Keys::default(),
            entries: Entries::new(shape.depth_log2),
            matches: DFF::default(),
            recall: Recall::new(shape.depth_log2, rules),
            history: History::default(),
            decide: Decide::new(rules),
            store: Store::new(shape.depth_log2, rules),
            census: Census::default(),
            asks: Signal::default(),
        }
    }

    /// 18-kbit block RAMs this table takes on an ECP5.
    #[must_use]
    pub fn block_rams(&self) -> usize {
        self.entries.block_rams() + self.recall.block_rams()
    }
}

impl<const K: usize, const N: usize, const C: usize> Logic for Flows<K, N, C> {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        clock!(self, clock, sweep, along, locate, window, keys, entries, recall, history, decide);
        clock!(self, clock, store, census);
        dff_setup!(self, clock, matches);
        // Clock 0: a request, a step of the sweep, or nothing.
        self.sweep.reset.next = self.reset.val();
        self.sweep.now.next = self.now.val();
        self.sweep.idle.next = !self.i_valid.val();
        self.asks.next = self.i_valid.val() & !self.sweep.busy.val();
        self.along.reset.next = self.reset.val();
        self.along.valid.next = self.i_valid.val();
        self.along.go.next = self.asks.val();
        self.along.step.next = self.sweep.step.val();
        self.along.wipe.next = self.sweep.busy.val();
        self.along.events.next = self.i_events.val();
        self.along.fresh.next = self.i_fresh.val();
        self.along.now.next = self.now.val();
        self.along.idle.next = self.i_idle.val();
        self.along.allow.next = self.i_allow.val();
        self.along.void.next = self.i_void.val();
        self.locate.valid.next = self.asks.val();
        self.locate.key.next = self.i_key.val();
        self.locate.seed.next = self.seed.val();
        self.locate.instead.next = self.sweep.bucket.val();
        self.window.rest.next = self.locate.rest.val();
        self.window.tag.next = self.locate.tag.val();
        self.window.buckets.next = self.locate.buckets.val();
        self.keys.key.next = self.i_key.val();
        self.keys.relations.next = self.window.relations.val();
        self.along.doubt.next = self.keys.doubt.val();
        // Clocks 3 to 8: what the memories say, where they may be believed.
        self.entries.buckets.next = self.locate.buckets.val();
        self.entries.tag.next = self.window.tag_5.val();
        self.entries.now.next = self.along.now_6.val();
        self.entries.we.next = self.store.we.val();
        self.entries.wa.next = self.store.wa.val();
        self.entries.wd.next = self.store.wd.val();
        self.matches.d.next =
            self.entries.live.val() & self.entries.same.val() & self.history.unwritten.val();
        self.recall.matches.next = self.matches.q.val();
        self.recall.buckets.next = self.window.buckets_9.val();
        self.recall.key.next = self.keys.key_12.val();
        self.recall.w_slot.next = self.store.slot.val();
        self.recall.state_write.next = self.store.state_write.val();
        self.recall.w_state.next = self.store.state.val();
        self.recall.key_write.next = self.store.key_write.val();
        self.recall.w_key.next = self.keys.key_17.val();
        // Clocks 4 to 15: what the predecessors have left.
        self.history.relations.next = self.window.relations.val();
        self.history.decision.next = self.decide.decision.val();
        self.history.live.next = self.entries.live.val();
        self.history.dead.next = self.entries.dead.val();
        self.history.found.next = self.recall.found.val();
        self.history.equal.next = self.recall.equal.val();
        self.history.at.next = self.recall.at.val();
        self.history.state.next = self.recall.state.val();
        self.history.closed.next = self.recall.closed.val();
        // Clocks 15 to 17: the decision, its writes, the answer.
        self.decide.turn.next = self.along.turn.val();
        self.decide.sight.next = self.history.sight.val();
        self.decide.relation.next = self.history.relation.val();
        self.store.decision.next = self.decide.decision.val();
        self.store.outcome.next = self.decide.outcome.val();
        self.store.tag.next = self.window.tag_16.val();
        self.store.buckets.next = self.window.buckets_16.val();
        self.store.deadlines.next = self.along.deadlines.val();
        self.census.reset.next = self.reset.val() | self.sweep.busy.val();
        self.census.added.next = self.store.added.val();
        self.census.swept.next = self.store.said.val().swept;
        self.o_valid.next = self.along.valid_17.val();
        self.o_hit.next = self.store.said.val().hit;
        self.o_state.next = self.store.said.val().state;
        self.o_inserted.next = self.store.said.val().inserted;
        self.o_full.next = self.store.said.val().full;
        self.o_slot.next = self.store.slot.val();
        self.wants_idle.next = self.sweep.due.val();
        self.busy.next = self.sweep.busy.val();
        self.occupied.next = self.census.occupied.val();
    }
}
