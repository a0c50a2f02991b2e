//! The registers as hardware.
//!
//! ```text
//!   bus --> [ take ] --> [ which word? ] --> [ read or write ] --> [ answer ] --> bus
//!                                              |         ^
//!                               window, command         counters, w_ready
//! ```
//! One access at a time, seven clocks each; a [`super::COMMAND`] lasts until the table has taken
//! its entry, a new [`super::GENERATION`] until every table has written what it took. A table
//! writes in a clock in which it is not asked anything; if that does not come by itself, `bubble`
//! asks the ports for one idle clock.

use super::{
    ABI_VALUE, MAGIC_VALUE, Ports,
    bits::Command,
    words::{Rom, Which},
};
use crate::{
    profile::Profile,
    tables::{FINGERPRINT, TableId},
};
use cells::{counters::Counters, register::Register, ticks::Ticks, view::View};
use layout::Layout;
use rust_hdl::prelude::*;

/// Clocks after a commit until no packet of the generation before is left in the pipeline.
const DRAIN_CLOCKS: u64 = 255;
const _: () = assert!(crate::pipeline::CLOCKS_MAX < DRAIN_CLOCKS as usize);
/// Clocks from an entry's start to the next one's, at least; a test counts them.
pub const COMMAND_CLOCKS: usize = 9;
// Four clocks after an entry has arrived it is known here whether its table still has to write it:
// no two are on their way at once, and no generation overtakes them.
const _: () = assert!(crate::pipeline::ORDER_CLOCKS + 4 <= COMMAND_CLOCKS);
/// One clock in so many is made idle for a table that waits for one.
pub const PATIENCE_CLOCKS: u64 = 16;
const _: () = assert!(super::TICK_CLOCKS == cells::ticks::UNIT_CLOCKS);
/// Words that never change: who the card is and what it holds.
const FIXED: usize = 7 + TableId::ALL.len();
/// Words that are read as they are now: status, control, generation, counter, connections, frames
/// that were lost.
const LIVE: usize = 8;
/// Words that keep what is written to them: seed, identity, window.
pub const KEPT: usize = 2 + 6 + super::WINDOW_DWORDS;
/// Words that do something when written: control, generation, counter select, command, tick.
const ACTS: usize = 5;

/// A layout of one dword.
fn dword(entry: &impl Layout) -> u32 {
    let mut dwords = [0];
    entry.pack(&mut dwords);
    dwords[0]
}

/// Answers the bus until it is let go.
#[derive(LogicBlock)]
pub struct Bar0 {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Closes the card.
    pub reset: Signal<In, Bit>,
    /// An access; stays until it is answered.
    pub bus_valid: Signal<In, Bit>,
    /// Is it a write?
    pub bus_write: Signal<In, Bit>,
    /// Byte address.
    pub bus_addr: Signal<In, Bits<16>>,
    /// What is written.
    pub bus_wdata: Signal<In, Bits<32>>,
    /// It is answered in this clock.
    pub bus_ready: Signal<Out, Bit>,
    /// What was read.
    pub bus_rdata: Signal<Out, Bits<32>>,
    /// Judge packets?
    pub open: Signal<Out, Bit>,
    /// Parity of the generation in force.
    pub generation: Signal<Out, Bit>,
    /// One bit per word that is kept, in the order of their addresses: it becomes `data_out`.
    pub keep: Signal<Out, Bits<KEPT>>,
    /// What was written.
    pub data_out: Signal<Out, Bits<32>>,
    /// An entry to be written: one bit per table.
    pub w_valid: Signal<Out, Bits<8>>,
    /// Its bank.
    pub w_bank: Signal<Out, Bit>,
    /// Its slot or index.
    pub w_index: Signal<Out, Bits<18>>,
    /// The tables that take an entry in this clock.
    pub w_ready: Signal<In, Bits<8>>,
    /// A table waits for an idle clock.
    pub bubble: Signal<Out, Bit>,
    /// Tables are being emptied.
    pub busy: Signal<In, Bit>,
    /// A packet was judged.
    pub judged: Signal<In, Bit>,
    /// Why it was dropped, 0 if it was not; [`crate::meta::SETTLED`] codes count as well.
    pub reason: Signal<In, Bits<6>>,
    /// Ticks.
    pub now: Signal<Out, Bits<12>>,
    /// Connections that are known.
    pub occupied: Signal<In, Bits<15>>,
    /// A frame for the CPU was lost.
    pub lost: Signal<In, Bit>,
    counters: Counters<6>,
    lost_now: Register<Bit>,
    losses: Register<Bits<48>>,
    ticks: Ticks,
    now_at: DFF<Bits<12>>,
    /// 0 idle, 1 and 2 which word, 3 act, 4 wait for tables or a counter, 5 answer, 6 release.
    phase: Register<Bits<3>>,
    write: DFF<Bit>,
    word: DFF<Bits<14>>,
    data: DFF<Bits<32>>,
    fixed: Which<FIXED>,
    rom: Rom<FIXED>,
    live: Which<LIVE>,
    keeps: Which<KEPT>,
    strobe: DFF<Bits<KEPT>>,
    acts: Which<ACTS>,
    answer: DFF<Bits<32>>,
    selected: DFF<Bits<6>>,
    reading: Register<Bit>,
    counter: DFF<Bits<64>>,
    is_open: Register<Bit>,
    number: Register<Bits<32>>,
    left: Register<Bits<8>>,
    waited: Register<Bits<4>>,
    tables: Register<Bits<8>>,
    written: DFF<Bit>,
    settled: DFF<Bit>,
    command: View<Command, 27>,
    bank: DFF<Bit>,
    index: DFF<Bits<18>>,
    value: Signal<Local, Bits<32>>,
    act: Signal<Local, Bit>,
    one: Constant<Bits<8>>,
    patience: Constant<Bits<4>>,
    drain: Constant<Bits<8>>,
}

impl Bar0 {
    /// Of a card with this profile.
    #[allow(clippy::too_many_lines)] // a line per field
    pub fn new(profile: &Profile) -> Self {
        let mut fixed = [(0, 0); FIXED];
        fixed[0] = (super::MAGIC, MAGIC_VALUE);
        fixed[1] = (super::ABI, ABI_VALUE);
        fixed[2] = (super::FINGERPRINT, FINGERPRINT);
        fixed[3] = (super::WIDTH, profile.width_bits as u32);
        fixed[4] = (super::PORTS, dword(&Ports::CARD));
        fixed[5] = (super::CONNECTIONS, profile.connections_log2 as u32);
        fixed[6] = (super::CLOCK, profile.clock_khz);
        for (i, depth) in profile.depth_log2.iter().enumerate() {
            fixed[7 + i] = (super::DEPTHS + 4 * i as u64, *depth as u32);
        }
        let keeps = std::array::from_fn(|i| match i {
            0..2 => super::SEED + 4 * i as u64,
            2..8 => super::IDENTITY + 4 * (i as u64 - 2),
            _ => super::WINDOW + 4 * (i as u64 - 8),
        });
        let counter = [super::COUNTER, super::COUNTER + 4];
        let live = [
            super::STATUS,
            super::CONTROL,
            super::GENERATION,
            counter[0],
            counter[1],
            super::OCCUPIED,
            super::CPU_LOST,
            super::CPU_LOST + 4,
        ];
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            bus_valid: Signal::default(),
            bus_write: Signal::default(),
            bus_addr: Signal::default(),
            bus_wdata: Signal::default(),
            bus_ready: Signal::default(),
            bus_rdata: Signal::default(),
            open: Signal::default(),
            generation: Signal::default(),
            keep: Signal::default(),
            data_out: Signal::default(),
            w_valid: Signal::default(),
            w_bank: Signal::default(),
            w_index: Signal::default(),
            w_ready: Signal::default(),
            bubble: Signal::default(),
            busy: Signal::default(),
            judged: Signal::default(),
            reason: Signal::default(),
            now: Signal::default(),
            occupied: Signal::default(),
            lost: Signal::default(),
            counters: Counters::default(),
            lost_now: Register::default(),
            losses: Register::default(),
            ticks: Ticks::default(),
            now_at: DFF::default(),
            phase: Register::default(),
            write: DFF::default(),
            word: DFF::default(),
            data: DFF::default(),
            fixed: Which::new(fixed.map(|f| f.0)),
            rom: Rom::new(fixed.map(|f| f.1)),
            live: Which::new(live),
            keeps: Which::new(keeps),
            strobe: DFF::default(),
            acts: Which::new([
                super::CONTROL,
                super::GENERATION,
                super::COUNTER_SELECT,
                super::COMMAND,
                super::TICK,
            ]),
            answer: DFF::default(),
            selected: DFF::default(),
            reading: Register::default(),
            counter: DFF::default(),
            is_open: Register::default(),
            number: Register::default(),
            left: Register::default(),
            waited: Register::default(),
            tables: Register::default(),
            written: DFF::default(),
            settled: DFF::default(),
            command: View::default(),
            bank: DFF::default(),
            index: DFF::default(),
            value: Signal::default(),
            act: Signal::default(),
            one: Constant::new(1u64.to_bits()),
            patience: Constant::new((PATIENCE_CLOCKS - 1).to_bits()),
            drain: Constant::new(DRAIN_CLOCKS.to_bits()),
        }
    }
}

impl Logic for Bar0 {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        dff_setup!(self, clock, write, word, data, answer, selected, counter, bank, index, written);
        dff_setup!(self, clock, settled, strobe, now_at);
        dff_setup!(self, clock, phase, is_open, number, left, waited, tables, reading);
        dff_setup!(self, clock, lost_now, losses);
        clock!(self, clock, counters, fixed, live, keeps, acts, ticks);
        self.phase.reset.next = self.reset.val();
        self.is_open.reset.next = self.reset.val();
        self.number.reset.next = self.reset.val();
        self.left.reset.next = self.reset.val();
        self.waited.reset.next = self.reset.val();
        self.tables.reset.next = self.reset.val();
        self.reading.reset.next = self.reset.val();
        // Which word?
        self.fixed.word.next = self.word.q.val();
        self.live.word.next = self.word.q.val();
        self.keeps.word.next = self.word.q.val();
        self.acts.word.next = self.word.q.val();
        self.act.next = (self.phase.q.val() == 3) & self.write.q.val();
        // What is read.
        self.rom.hit.next = self.fixed.hit.val();
        self.value.next = self.rom.value.val();
        if self.live.hit.val().get_bit(0) & (self.busy.val() | self.counters.busy.val()) {
            self.value.next = self.value.val() | 1;
        }
        if self.live.hit.val().get_bit(0) & self.left.q.val().any() {
            self.value.next = self.value.val() | 2;
        }
        if self.live.hit.val().get_bit(1) & self.is_open.q.val() {
            self.value.next = self.value.val() | 1;
        }
        if self.live.hit.val().get_bit(2) {
            self.value.next = self.value.val() | self.number.q.val();
        }
        if self.live.hit.val().get_bit(3) {
            self.value.next = self.value.val() | self.counter.q.val().get_bits::<32>(0);
        }
        if self.live.hit.val().get_bit(4) {
            self.value.next = self.value.val() | self.counter.q.val().get_bits::<32>(32);
        }
        if self.live.hit.val().get_bit(5) {
            self.value.next = self.value.val() | bit_cast::<32, 15>(self.occupied.val());
        }
        if self.live.hit.val().get_bit(6) {
            self.value.next = self.value.val() | self.losses.q.val().get_bits::<32>(0);
        }
        if self.live.hit.val().get_bit(7) {
            self.value.next =
                self.value.val() | bit_cast::<32, 16>(self.losses.q.val().get_bits::<16>(32));
        }
        self.lost_now.reset.next = self.reset.val();
        self.losses.reset.next = self.reset.val();
        self.lost_now.d.next = self.lost.val();
        if self.lost_now.q.val() {
            self.losses.d.next = self.losses.q.val() + 1;
        }
        // What is written and kept.
        self.strobe.d.next = 0.into();
        if self.act.val() {
            self.strobe.d.next = self.keeps.hit.val();
        }
        self.keep.next = self.strobe.q.val();
        self.data_out.next = self.data.q.val();
        self.counters.reset.next = self.reset.val();
        self.counters.count.next = self.judged.val();
        self.counters.index.next = self.reason.val();
        self.counters.amount.next = 1.into();
        self.counters.read.next = self.reading.q.val();
        self.counters.read_index.next = self.selected.q.val();
        if self.counters.read_ready.val() {
            self.reading.d.next = false;
        }
        // What is written and acts at once.
        if self.act.val() & self.acts.hit.val().get_bit(0) {
            self.is_open.d.next = self.data.q.val().get_bit(0);
        }
        if self.left.q.val().any() {
            self.left.d.next = self.left.q.val() - 1;
        }
        if self.act.val() & self.acts.hit.val().get_bit(2) {
            self.selected.d.next = self.data.q.val().get_bits::<6>(0);
            self.reading.d.next = true;
        }
        self.ticks.reset.next = self.reset.val();
        self.ticks.set.next = self.act.val() & self.acts.hit.val().get_bit(4);
        self.ticks.period.next = self.data.q.val().get_bits::<24>(0);
        self.now_at.d.next = self.ticks.now.val();
        self.now.next = self.now_at.q.val();
        self.command.i.next = self.data.q.val().get_bits::<27>(0);
        if self.act.val() & self.acts.hit.val().get_bit(3) {
            self.tables.d.next = self.one.val() << self.command.o.val().table;
            self.bank.d.next = self.command.o.val().bank.any();
            self.index.d.next = self.command.o.val().index;
        }
        if (self.tables.q.val() & self.w_ready.val()).any() {
            self.tables.d.next = 0.into();
        }
        self.open.next = self.is_open.q.val();
        self.generation.next = self.number.q.val().get_bit(0);
        self.w_valid.next = self.tables.q.val();
        self.w_bank.next = self.bank.q.val();
        self.w_index.next = self.index.q.val();
        // One access.
        self.settled.d.next = self.w_ready.val().all();
        self.waited.d.next = 0.into();
        self.bubble.next = false;
        if self.phase.q.val() == 0 {
            self.write.d.next = self.bus_write.val();
            self.word.d.next = self.bus_addr.val().get_bits::<14>(2);
            self.data.d.next = self.bus_wdata.val();
            if self.bus_valid.val() {
                self.phase.d.next = 1.into();
            }
        }
        if self.phase.q.val() == 1 {
            self.phase.d.next = 2.into();
        }
        if self.phase.q.val() == 2 {
            self.phase.d.next = 3.into();
        }
        if self.phase.q.val() == 3 {
            self.answer.d.next = self.value.val();
            self.phase.d.next = 5.into();
            if self.write.q.val() & self.acts.hit.val().get_bits::<3>(1).any() {
                self.phase.d.next = 4.into();
            }
        }
        self.written.d.next = (self.phase.q.val() == 4) & !self.tables.q.val().any();
        if self.phase.q.val() == 4 {
            self.waited.d.next = self.waited.q.val() + 1;
            self.bubble.next = self.waited.q.val() == self.patience.val();
            if self.counters.value_valid.val() {
                self.counter.d.next = self.counters.value.val();
                self.phase.d.next = 5.into();
            }
            if self.acts.hit.val().get_bit(3) & self.written.q.val() {
                self.phase.d.next = 5.into();
            }
            if self.acts.hit.val().get_bit(1) & self.settled.q.val() {
                self.number.d.next = self.data.q.val();
                self.left.d.next = self.drain.val();
                self.phase.d.next = 5.into();
            }
        }
        self.bus_ready.next = self.phase.q.val() == 5;
        self.bus_rdata.next = self.answer.q.val();
        if self.phase.q.val() == 5 {
            self.phase.d.next = 6.into();
        }
        if (self.phase.q.val() == 6) & !self.bus_valid.val() {
            self.phase.d.next = 0.into();
        }
    }
}
