//! Which interval holds this key: the search as hardware, one lookup per clock.

use super::{
    CAPACITY_LOG2_MAX, CAPACITY_LOG2_MIN, LEVELS, PATH,
    level::{Level, Place},
    ways_log2,
};
use crate::ram::{Ram, Style};
use crate::register::Register;
use rust_hdl::prelude::*;

/// Intervals of `K`-bit keys in each of two banks, with labels of `L` bits.
///
/// `STEP` buys clock frequency with latency: 0 for narrow keys, 1 for a register
/// between a level's comparators and the next level's row address, 2 for one more behind the block
/// RAMs, whose wires are long when keys are wide.
#[derive(LogicBlock)]
pub struct Interval<const K: usize, const L: usize, const STEP: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous, active high: forgets the lookups in flight; tables keep what they hold.
    pub reset: Signal<In, Bit>,
    /// A lookup comes in.
    pub i_valid: Signal<In, Bit>,
    /// Its key.
    pub i_key: Signal<In, Bits<K>>,
    /// The bank it searches.
    pub i_bank: Signal<In, Bit>,
    /// The answer of the lookup [`super::latency`] clocks ago.
    pub o_valid: Signal<Out, Bit>,
    /// The label of the last interval that starts at or before the key.
    pub o_label: Signal<Out, Bits<L>>,
    /// Its index; of several with equal starts the last one's.
    pub o_index: Signal<Out, Bits<12>>,
    /// Write one entry this clock, into a bank that no lookup in flight searches.
    pub w_valid: Signal<In, Bit>,
    /// Its bank.
    pub w_bank: Signal<In, Bit>,
    /// Its place in the sorted list; beyond the capacity nothing is written.
    pub w_index: Signal<In, Bits<12>>,
    /// The interval's smallest key; ignored for index 0, which starts at zero.
    pub w_start: Signal<In, Bits<K>>,
    /// The interval's label.
    pub w_label: Signal<In, Bits<L>>,
    levels: Box<[Level<K>; LEVELS]>,
    labels: Ram<L, PATH>,
    found: Signal<Local, Bits<PATH>>,
    index_1: DFF<Bits<12>>,
    index_2: DFF<Bits<12>>,
    in_flight: Register<Bits<32>>,
    write_valid: DFF<Bit>,
    write_path: DFF<Bits<PATH>>,
    write_start: DFF<Bits<K>>,
    write_label: DFF<Bits<L>>,
    index_bits: Constant<Bits<12>>,
    bank_bit: Constant<Bits<PATH>>,
    last_in_flight: Constant<Bits<8>>,
}

impl<const K: usize, const L: usize, const STEP: usize> Default for Interval<K, L, STEP> {
    fn default() -> Self {
        Self::new(CAPACITY_LOG2_MIN)
    }
}

impl<const K: usize, const L: usize, const STEP: usize> Interval<K, L, STEP> {
    /// With `1 << depth_log2` intervals in each bank, 16 to 4,096.
    pub fn new(depth_log2: usize) -> Self {
        const { assert!(STEP <= 2, "0, 1 or 2 registers more in the deep level") };
        let depths = CAPACITY_LOG2_MIN..=CAPACITY_LOG2_MAX;
        assert!(depths.contains(&depth_log2), "16 to 4,096 intervals");
        let ways = ways_log2(depth_log2);
        let place = |level: usize| {
            let deep = level + 1 == LEVELS;
            Place {
                before: ways[..level].iter().sum(),
                ways_log2: ways[level],
                total: depth_log2,
                deep,
                step: STEP >= 1,
                wire: deep && STEP >= 2,
            }
        };
        Self {
            clock: Default::default(),
            reset: Default::default(),
            i_valid: Default::default(),
            i_key: Default::default(),
            i_bank: Default::default(),
            o_valid: Default::default(),
            o_label: Default::default(),
            o_index: Default::default(),
            w_valid: Default::default(),
            w_bank: Default::default(),
            w_index: Default::default(),
            w_start: Default::default(),
            w_label: Default::default(),
            levels: Box::new(std::array::from_fn(|level| Level::new(place(level)))),
            labels: Ram::new(depth_log2 + 1, Style::Block),
            found: Default::default(),
            index_1: Default::default(),
            index_2: Default::default(),
            in_flight: Default::default(),
            write_valid: Default::default(),
            write_path: Default::default(),
            write_start: Default::default(),
            write_label: Default::default(),
            index_bits: Constant::new(((1u64 << depth_log2) - 1).into()),
            bank_bit: Constant::new((1u64 << depth_log2).into()),
            last_in_flight: Constant::new((super::latency(STEP) as u64 - 1).into()),
        }
    }
}

impl<const K: usize, const L: usize, const STEP: usize> Logic for Interval<K, L, STEP> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, index_1, index_2);
        dff_setup!(self, clock, write_valid, write_path, write_start, write_label);
        // Writes, one register away from the port.
        self.write_valid.d.next = self.w_valid.val()
            & ((self.w_index.val() & self.index_bits.val()) == self.w_index.val());
        self.write_path.d.next = bit_cast::<PATH, 12>(self.w_index.val() & self.index_bits.val());
        if self.w_bank.val() {
            self.write_path.d.next =
                bit_cast::<PATH, 12>(self.w_index.val() & self.index_bits.val())
                    | self.bank_bit.val();
        }
        self.write_start.d.next = self.w_start.val();
        self.write_label.d.next = self.w_label.val();
        for i in 0..LEVELS {
            self.levels[i].clock.next = self.clock.val();
            self.levels[i].w_valid.next = self.write_valid.q.val();
            self.levels[i].w_path.next = self.write_path.q.val();
            self.levels[i].w_start.next = self.write_start.q.val();
        }
        // The search, from level to level.
        self.levels[0].key.next = self.i_key.val();
        self.levels[0].path.next = 0.into();
        if self.i_bank.val() {
            self.levels[0].path.next = 1.into();
        }
        for i in 1..LEVELS {
            self.levels[i].key.next = self.levels[i - 1].key_o.val();
            self.levels[i].path.next = self.levels[i - 1].path_o.val();
        }
        for i in 0..LEVELS {
            // The last one counts.
            self.found.next = self.levels[i].path_o.val();
        }
        // The label of what was found.
        self.labels.clock.next = self.clock.val();
        self.labels.we.next = self.write_valid.q.val();
        self.labels.wa.next = self.write_path.q.val();
        self.labels.wd.next = self.write_label.q.val();
        self.labels.ra.next = self.found.val();
        self.index_1.d.next = bit_cast::<12, PATH>(self.found.val()) & self.index_bits.val();
        self.index_2.d.next = self.index_1.q.val();
        self.o_label.next = self.labels.q.val();
        self.o_index.next = self.index_2.q.val();
        // Which of the clocks in flight carry a lookup.
        self.in_flight.clock.next = self.clock.val();
        self.in_flight.reset.next = self.reset.val();
        self.in_flight.d.next = self.in_flight.q.val() << 1;
        if self.i_valid.val() {
            self.in_flight.d.next = (self.in_flight.q.val() << 1) | 1;
        }
        self.o_valid.next = self.in_flight.q.val().get_bit(self.last_in_flight.val().index());
    }
}
