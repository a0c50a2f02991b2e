//! Which of the next intervals holds the key: one level of the search tree.
//!
//! ```text
//!   path ── read a row of 2^R - 1 starts ─[row]─ comparators ──[ ]── count them ──(step)── path'
//!   key  ────────[ ]... ───────────────────────[ ]───────────────────────────(step)── key
//! ```
//! The starts of a row are sorted, so the comparators answer a thermometer: `count` of them say
//! yes, and child `count` is where the search goes on: `path' = path * 2^R + count`. A path is
//! `{bank, index bits known so far}`, which is also the address of the next row.
//!
//! A write finds its place by itself: the start of index `i` belongs to the level of the lowest
//! digit of `i` that is not zero, row = the digits above it, lane = the digit - 1.

use super::{MOST_WAYS_LOG2, PATH, compare::AtOrBehind, lane::Lane};
use rust_hdl::prelude::*;

/// What no index bits are.
const NOWHERE: u64 = (1 << PATH) - 1;
/// Starts in a row of a level with the most ways.
const LANES: usize = (1 << MOST_WAYS_LOG2) - 1;

/// Where in the tree a level stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Index bits known when a lookup comes in.
    pub before: usize,
    /// Index bits that it finds, `R`.
    pub ways_log2: usize,
    /// Index bits of the whole tree.
    pub total: usize,
    /// Starts in block RAM: two clocks to read instead of one.
    pub deep: bool,
    /// A register between comparators and the next level's row address.
    pub step: bool,
    /// A register behind a deep row, for the wires from the block RAMs.
    pub wire: bool,
}

/// `2^R`-way, up to 2^[`MOST_WAYS_LOG2`]: a row of starts of `K` bits. Lanes that it has too many
/// never say yes, and synthesis takes them away.
#[derive(LogicBlock)]
pub struct Level<const K: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// The key looked up.
    pub key: Signal<In, Bits<K>>,
    /// `{bank, index bits known so far}`.
    pub path: Signal<In, Bits<PATH>>,
    /// Write this clock.
    pub w_valid: Signal<In, Bit>,
    /// `{bank, index}` to write.
    pub w_path: Signal<In, Bits<PATH>>,
    /// Start to write.
    pub w_start: Signal<In, Bits<K>>,
    /// `key`, beside `path_o`.
    pub key_o: Signal<Out, Bits<K>>,
    /// `path` and `R` bits more, 2 to 5 clocks later, by [`Place`].
    pub path_o: Signal<Out, Bits<PATH>>,
    lanes: [Lane<K>; LANES],
    compare: [AtOrBehind<K>; LANES],
    key_1: DFF<Bits<K>>,
    key_2: DFF<Bits<K>>,
    key_3: DFF<Bits<K>>,
    key_compared: DFF<Bits<K>>,
    key_step: DFF<Bits<K>>,
    path_1: DFF<Bits<PATH>>,
    path_2: DFF<Bits<PATH>>,
    path_3: DFF<Bits<PATH>>,
    path_compared: DFF<Bits<PATH>>,
    row: [DFF<Bits<K>>; LANES],
    path_step: DFF<Bits<PATH>>,
    row_key: Signal<Local, Bits<K>>,
    row_path: Signal<Local, Bits<PATH>>,
    thermometer: Signal<Local, Bits<LANES>>,
    count: Signal<Local, Bits<PATH>>,
    found: Signal<Local, Bits<PATH>>,
    write_lane: [DFF<Bit>; LANES],
    write_row: DFF<Bits<PATH>>,
    write_start: DFF<Bits<K>>,
    deep: Constant<Bit>,
    step: Constant<Bit>,
    far: Constant<Bit>,
    width: Constant<Bits<4>>,
    /// For each bit of the count: the yes answers that set it ...
    rises: [Constant<Bits<LANES>>; MOST_WAYS_LOG2],
    /// ... unless the one this much further says yes too.
    weight: [Constant<Bits<PATH>>; MOST_WAYS_LOG2],
    /// The place of each lane's answer.
    only: [Constant<Bits<LANES>>; LANES],
    /// Index bits of this level and below.
    own: Constant<Bits<PATH>>,
    /// What they are for a start of each lane.
    lane_index: [Constant<Bits<PATH>>; LANES],
    /// Index bits of this level and below, counted.
    below: Constant<Bits<4>>,
}

impl<const K: usize> Level<K> {
    pub(super) fn new(place: Place) -> Self {
        let ways_log2 = place.ways_log2;
        assert!((1..=MOST_WAYS_LOG2).contains(&ways_log2), "2 to 16 ways");
        let lanes = (1 << ways_log2) - 1;
        let below = place.total - place.before;
        // Answer j (from 1) sets bit `bit` of the count if that bit is the lowest one of j.
        let rises =
            |bit: usize| (1..=lanes).filter(move |j| j >> bit & 1 == 1 && j % (1 << bit) == 0);
        Self {
            clock: Default::default(),
            key: Default::default(),
            path: Default::default(),
            w_valid: Default::default(),
            w_path: Default::default(),
            w_start: Default::default(),
            key_o: Default::default(),
            path_o: Default::default(),
            lanes: std::array::from_fn(|_| Lane::new(place.before + 1, place.deep)),
            compare: std::array::from_fn(|_| Default::default()),
            key_1: Default::default(),
            key_2: Default::default(),
            key_3: Default::default(),
            key_compared: Default::default(),
            key_step: Default::default(),
            path_1: Default::default(),
            path_2: Default::default(),
            path_3: Default::default(),
            row: std::array::from_fn(|_| Default::default()),
            path_compared: Default::default(),
            path_step: Default::default(),
            row_key: Default::default(),
            row_path: Default::default(),
            thermometer: Default::default(),
            count: Default::default(),
            found: Default::default(),
            write_lane: std::array::from_fn(|_| Default::default()),
            write_row: Default::default(),
            write_start: Default::default(),
            deep: Constant::new(place.deep),
            far: Constant::new(place.wire),
            step: Constant::new(place.step),
            width: Constant::new((ways_log2 as u64).into()),
            rises: std::array::from_fn(|bit| {
                Constant::new(rises(bit).map(|j| 1u64 << (j - 1)).sum::<u64>().into())
            }),
            weight: std::array::from_fn(|bit| Constant::new((1u64 << bit).into())),
            only: std::array::from_fn(|lane| {
                Constant::new(if lane < lanes { 1u64 << lane } else { 0 }.into())
            }),
            own: Constant::new(((1u64 << below) - 1).into()),
            lane_index: std::array::from_fn(|lane| {
                // None for a lane too many.
                let own = (lane as u64 + 1) << (below - ways_log2);
                Constant::new(if lane < lanes { own } else { NOWHERE }.into())
            }),
            below: Constant::new((below as u64).into()),
        }
    }
}

impl<const K: usize> Logic for Level<K> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, key_1, key_2, key_3, key_compared, key_step);
        dff_setup!(self, clock, path_1, path_2, path_3, path_compared, path_step);
        dff_setup!(self, clock, write_row, write_start);
        // What travels beside the row.
        self.key_1.d.next = self.key.val();
        self.path_1.d.next = self.path.val();
        self.key_2.d.next = self.key_1.q.val();
        self.path_2.d.next = self.path_1.q.val();
        self.row_key.next = self.key_1.q.val();
        self.row_path.next = self.path_1.q.val();
        if self.deep.val() {
            self.row_key.next = self.key_2.q.val();
            self.row_path.next = self.path_2.q.val();
        }
        self.key_3.d.next = self.key_2.q.val();
        self.path_3.d.next = self.path_2.q.val();
        if self.far.val() {
            self.row_key.next = self.key_3.q.val();
            self.row_path.next = self.path_3.q.val();
        }
        self.key_compared.d.next = self.row_key.val();
        self.path_compared.d.next = self.row_path.val();
        // The row: read, compared, and written.
        self.write_row.d.next = self.w_path.val() >> self.below.val();
        self.write_start.d.next = self.w_start.val();
        self.thermometer.next = 0.into();
        for i in 0..LANES {
            self.lanes[i].clock.next = self.clock.val();
            self.lanes[i].ra.next = bit_cast::<12, PATH>(self.path.val());
            self.lanes[i].wa.next = bit_cast::<12, PATH>(self.write_row.q.val());
            self.lanes[i].wd.next = self.write_start.q.val();
            self.lanes[i].we.next = self.write_lane[i].q.val();
            self.write_lane[i].clock.next = self.clock.val();
            self.write_lane[i].d.next = self.w_valid.val()
                & ((self.w_path.val() & self.own.val()) == self.lane_index[i].val());
            self.compare[i].clock.next = self.clock.val();
            self.compare[i].key.next = self.row_key.val();
            self.row[i].clock.next = self.clock.val();
            self.row[i].d.next = self.lanes[i].q.val();
            self.compare[i].start.next = self.lanes[i].q.val();
            if self.far.val() {
                self.compare[i].start.next = self.row[i].q.val();
            }
            if self.compare[i].at_or_behind.val() {
                self.thermometer.next = self.thermometer.val() | self.only[i].val();
            }
        }
        // The count of yes answers, without an adder.
        self.count.next = 0.into();
        for i in 0..MOST_WAYS_LOG2 {
            if (self.thermometer.val()
                & self.rises[i].val()
                & !(self.thermometer.val() >> self.weight[i].val()))
            .any()
            {
                self.count.next = self.count.val() | self.weight[i].val();
            }
        }
        self.found.next = (self.path_compared.q.val() << self.width.val()) | self.count.val();
        self.key_step.d.next = self.key_compared.q.val();
        self.path_step.d.next = self.found.val();
        self.key_o.next = self.key_compared.q.val();
        self.path_o.next = self.found.val();
        if self.step.val() {
            self.key_o.next = self.key_step.q.val();
            self.path_o.next = self.path_step.q.val();
        }
    }
}
