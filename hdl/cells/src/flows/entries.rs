//! Which of a key's entries are alive, which have lapsed, and which carries its tag?
//!
//! ```text
//! clock 3      5           6                          7
//! bucket ->[RAM]->[tags differ?, deadline]->[none differs, age]-> live, dead, same
//! ```
//! An entry has a memory of its own, so that it can be written without its bucket. Its word, bit 0
//! first: there is one (1), deadline (12), tag (23). It is alive to its deadline; the sweep sees to
//! it that no dead one stays until its deadline lies ahead again.

use crate::flows::locate::{BUCKETS_BITS, TAG_BYTES_BITS};
use crate::flows::{ENTRIES, TICK_BITS};
use crate::hash::{INDEX_BITS, WAYS};
use crate::ram::{Ram, Style};
use rust_hdl::prelude::*;

/// Bits of an entry's word.
pub const WORD_BITS: usize = 36;

/// One entry of a bucket.
#[derive(LogicBlock)]
pub struct Entry {
    pub clock: Signal<In, Clock>,
    /// Clock 3.
    pub ra: Signal<In, Bits<INDEX_BITS>>,
    /// Clock 5.
    pub tag: Signal<In, Bits<TAG_BYTES_BITS>>,
    /// Clock 6.
    pub now: Signal<In, Bits<TICK_BITS>>,
    pub we: Signal<In, Bit>,
    pub wa: Signal<In, Bits<INDEX_BITS>>,
    pub wd: Signal<In, Bits<WORD_BITS>>,
    /// Clock 7.
    pub live: Signal<Out, Bit>,
    pub dead: Signal<Out, Bit>,
    pub same: Signal<Out, Bit>,
    ram: Ram<WORD_BITS, INDEX_BITS>,
    apart: Signal<Local, Bits<TAG_BYTES_BITS>>,
    differs: DFF<Bits<TAG_BYTES_BITS>>,
    there: DFF<Bit>,
    deadline: DFF<Bits<TICK_BITS>>,
    left: Signal<Local, Bits<TICK_BITS>>,
    live_7: DFF<Bit>,
    dead_7: DFF<Bit>,
    same_7: DFF<Bit>,
}

impl Entry {
    fn new(depth_log2: usize) -> Self {
        Self {
            clock: Signal::default(),
            ra: Signal::default(),
            tag: Signal::default(),
            now: Signal::default(),
            we: Signal::default(),
            wa: Signal::default(),
            wd: Signal::default(),
            live: Signal::default(),
            dead: Signal::default(),
            same: Signal::default(),
            ram: Ram::new(depth_log2, Style::Block),
            apart: Signal::default(),
            differs: DFF::default(),
            there: DFF::default(),
            deadline: DFF::default(),
            left: Signal::default(),
            live_7: DFF::default(),
            dead_7: DFF::default(),
            same_7: DFF::default(),
        }
    }
}

impl Logic for Entry {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, ram);
        dff_setup!(self, clock, differs, there, deadline, live_7, dead_7, same_7);
        self.ram.ra.next = self.ra.val();
        self.ram.we.next = self.we.val();
        self.ram.wa.next = self.wa.val();
        self.ram.wd.next = self.wd.val();
        // Two bits of the tag in one LUT: the rest of the clock is for the way from the memory.
        self.apart.next =
            bit_cast::<TAG_BYTES_BITS, WORD_BITS>(self.ram.q.val() >> 13) ^ self.tag.val();
        self.differs.d.next = (self.apart.val() | (self.apart.val() >> 1)) & 0x55_5555;
        self.there.d.next = self.ram.q.val().get_bit(0);
        self.deadline.d.next = bit_cast::<TICK_BITS, WORD_BITS>(self.ram.q.val() >> 1);
        self.left.next = self.deadline.q.val() - self.now.val();
        self.live_7.d.next = self.there.q.val() & !self.left.val().get_bit(11);
        self.dead_7.d.next = self.there.q.val() & self.left.val().get_bit(11);
        self.same_7.d.next = !self.differs.q.val().any();
        self.live.next = self.live_7.q.val();
        self.dead.next = self.dead_7.q.val();
        self.same.next = self.same_7.q.val();
    }
}

/// All entries of a key, entry `4 * position + way`.
#[derive(LogicBlock)]
pub struct Entries {
    pub clock: Signal<In, Clock>,
    /// As [`Entry`]'s, a bit for each entry, a bucket for each way.
    pub buckets: Signal<In, Bits<BUCKETS_BITS>>,
    pub tag: Signal<In, Bits<TAG_BYTES_BITS>>,
    pub now: Signal<In, Bits<TICK_BITS>>,
    pub we: Signal<In, Bits<ENTRIES>>,
    pub wa: Signal<In, Bits<BUCKETS_BITS>>,
    pub wd: Signal<In, Bits<WORD_BITS>>,
    pub live: Signal<Out, Bits<ENTRIES>>,
    pub dead: Signal<Out, Bits<ENTRIES>>,
    pub same: Signal<Out, Bits<ENTRIES>>,
    entry: [Entry; ENTRIES],
    lives: Signal<Local, Bits<ENTRIES>>,
    deads: Signal<Local, Bits<ENTRIES>>,
    sames: Signal<Local, Bits<ENTRIES>>,
    way_at: [Constant<Bits<8>>; ENTRIES],
}

impl Entries {
    /// For ways of `2^depth_log2` buckets.
    pub fn new(depth_log2: usize) -> Self {
        let way_at = |entry: usize| (entry % WAYS * INDEX_BITS) as u64;
        Self {
            clock: Signal::default(),
            buckets: Signal::default(),
            tag: Signal::default(),
            now: Signal::default(),
            we: Signal::default(),
            wa: Signal::default(),
            wd: Signal::default(),
            live: Signal::default(),
            dead: Signal::default(),
            same: Signal::default(),
            entry: std::array::from_fn(|_| Entry::new(depth_log2)),
            lives: Signal::default(),
            deads: Signal::default(),
            sames: Signal::default(),
            way_at: std::array::from_fn(|entry| Constant::new(way_at(entry).into())),
        }
    }

    /// 18-kbit block RAMs it takes on an ECP5.
    pub fn block_rams(&self) -> usize {
        self.entry.iter().map(|entry| entry.ram.block_rams()).sum()
    }
}

impl Logic for Entries {
    #[hdl_gen]
    fn update(&mut self) {
        self.lives.next = 0.into();
        self.deads.next = 0.into();
        self.sames.next = 0.into();
        for i in 0..16 {
            self.entry[i].clock.next = self.clock.val();
            self.entry[i].ra.next =
                self.buckets.val().get_bits::<INDEX_BITS>(self.way_at[i].val().index());
            self.entry[i].tag.next = self.tag.val();
            self.entry[i].now.next = self.now.val();
            self.entry[i].we.next = self.we.val().get_bit(i);
            self.entry[i].wa.next =
                self.wa.val().get_bits::<INDEX_BITS>(self.way_at[i].val().index());
            self.entry[i].wd.next = self.wd.val();
            self.lives.next = self.lives.val().replace_bit(i, self.entry[i].live.val());
            self.deads.next = self.deads.val().replace_bit(i, self.entry[i].dead.val());
            self.sames.next = self.sames.val().replace_bit(i, self.entry[i].same.val());
        }
        self.live.next = self.lives.val();
        self.dead.next = self.deads.val();
        self.same.next = self.sames.val();
    }
}
