//! What have the predecessors left of my entries when it is my turn?
//!
//! ```text
//! clock         4        5       6       7      ...  13        14           15
//! decisions of 14, 13   12      11      10            4    memory, 3, 2
//! predecessor  [look]-->[look]->[look]->[look]->     [look]-->[look]------->sight
//!                                        ^ ages                ^ found, its key and state
//! ```
//! A predecessor d clocks ahead decides when this request is in clock 15 - d. The request looks at
//! that two clocks later, in a register for these many readers; three clocks later at predecessor
//! 14, to which the relation is not known before, and one at predecessor 2, which cannot wait.

use crate::flows::look::{Decision, Look, Sight};
use crate::flows::window::{RELATION_BITS, RELATIONS_BITS};
use crate::flows::{ENTRIES, STATE_BITS};
use rust_hdl::prelude::*;

/// Looks at predecessors 14 to 2.
const LOOKS: usize = 13;
/// Registers of what is known, clocks 5 to 14.
const SIGHTS: usize = 10;
/// Registers of the relations that are still to come, clocks 5 to 15.
const LINE: usize = 11;

/// Clocks 4 to 15.
#[derive(LogicBlock)]
pub struct History {
    pub clock: Signal<In, Clock>,
    /// Clock 4.
    pub relations: Signal<In, Bits<RELATIONS_BITS>>,
    /// Clock 16 of whoever is there.
    pub decision: Signal<In, Decision>,
    /// Clock 7: what the memories say of each entry.
    pub live: Signal<In, Bits<ENTRIES>>,
    pub dead: Signal<In, Bits<ENTRIES>>,
    /// Clock 7: entries of which the memories may be believed.
    pub unwritten: Signal<Out, Bits<ENTRIES>>,
    /// Clock 14: an entry with the tag was found, there, and it has the key.
    pub found: Signal<In, Bit>,
    pub equal: Signal<In, Bit>,
    pub at: Signal<In, Bits<ENTRIES>>,
    pub state: Signal<In, Bits<STATE_BITS>>,
    pub closed: Signal<In, Bit>,
    /// Clock 15: what is known but for the direct predecessor's decision.
    pub sight: Signal<Out, Sight>,
    pub relation: Signal<Out, Bits<RELATION_BITS>>,
    decision_1: DFF<Decision>,
    decision_2: DFF<Decision>,
    look: [Look; LOOKS],
    sights: [DFF<Sight>; SIGHTS],
    line: [DFF<Bits<RELATIONS_BITS>>; LINE],
    nothing: Signal<Local, Sight>,
    aged: Signal<Local, Sight>,
    read: Signal<Local, Sight>,
    sight_15: DFF<Sight>,
}

impl Default for History {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            relations: Signal::default(),
            decision: Signal::default(),
            live: Signal::default(),
            dead: Signal::default(),
            unwritten: Signal::default(),
            found: Signal::default(),
            equal: Signal::default(),
            at: Signal::default(),
            state: Signal::default(),
            closed: Signal::default(),
            sight: Signal::default(),
            relation: Signal::default(),
            decision_1: DFF::default(),
            decision_2: DFF::default(),
            look: std::array::from_fn(|_| Look::default()),
            sights: std::array::from_fn(|_| DFF::default()),
            line: std::array::from_fn(|_| DFF::default()),
            nothing: Signal::default(),
            aged: Signal::default(),
            read: Signal::default(),
            sight_15: DFF::default(),
        }
    }
}

impl Logic for History {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, decision_1, decision_2, sight_15);
        self.decision_1.d.next = self.decision.val();
        self.decision_2.d.next = self.decision_1.q.val();
        // The next to look at is on top of each clock's relations.
        for i in 0..11 {
            self.line[i].clock.next = self.clock.val();
        }
        self.line[0].d.next = self.relations.val() << 12;
        for i in 1..10 {
            self.line[i].d.next = self.line[i - 1].q.val() << 6;
        }
        self.line[10].d.next = self.line[9].q.val() << 12;
        for i in 0..10 {
            self.sights[i].clock.next = self.clock.val();
        }
        // Clock 4: predecessors 14 and 13.
        self.nothing.next.taken = 0.into();
        self.nothing.next.lapsed = 0xffff.into();
        self.nothing.next.mine = false;
        self.nothing.next.twin = false;
        self.nothing.next.at = 0.into();
        self.nothing.next.state = 0.into();
        self.nothing.next.closed = false;
        self.look[0].before.next = self.nothing.val();
        self.look[0].relation.next = self.relations.val().get_bits::<RELATION_BITS>(78);
        self.look[0].decision.next = self.decision_2.q.val();
        self.look[1].before.next = self.look[0].after.val();
        self.look[1].relation.next = self.relations.val().get_bits::<RELATION_BITS>(72);
        self.look[1].decision.next = self.decision_1.q.val();
        self.sights[0].d.next = self.look[1].after.val();
        // Clocks 5 to 13: predecessors 12 to 4.
        for i in 2..11 {
            self.look[i].before.next = self.sights[i - 2].q.val();
            self.look[i].relation.next = self.line[i - 2].q.val().get_bits::<RELATION_BITS>(78);
            self.look[i].decision.next = self.decision_1.q.val();
        }
        for i in 1..10 {
            self.sights[i].d.next = self.look[i + 1].after.val();
        }
        // Clock 7: the memories' word counts where no predecessor wrote.
        self.unwritten.next = self.sights[2].q.val().lapsed;
        self.aged.next = self.look[4].after.val();
        self.aged.next.taken =
            self.look[4].after.val().taken | (self.live.val() & self.sights[2].q.val().lapsed);
        self.aged.next.lapsed = self.look[4].after.val().lapsed & self.dead.val();
        self.sights[3].d.next = self.aged.val();
        // Clock 14: what was found counts where no predecessor has the entry; then 3 and 2.
        self.read.next = self.sights[9].q.val();
        if !self.sights[9].q.val().mine & !self.sights[9].q.val().twin {
            self.read.next.mine = self.found.val() & self.equal.val();
            self.read.next.twin = self.found.val() & !self.equal.val();
            self.read.next.at = self.at.val();
            self.read.next.state = self.state.val();
            self.read.next.closed = self.closed.val();
        }
        self.look[11].before.next = self.read.val();
        self.look[11].relation.next = self.line[9].q.val().get_bits::<RELATION_BITS>(78);
        self.look[11].decision.next = self.decision_1.q.val();
        self.look[12].before.next = self.look[11].after.val();
        self.look[12].relation.next = self.line[9].q.val().get_bits::<RELATION_BITS>(72);
        self.look[12].decision.next = self.decision.val();
        self.sight_15.d.next = self.look[12].after.val();
        self.sight.next = self.sight_15.q.val();
        self.relation.next = self.line[10].q.val().get_bits::<RELATION_BITS>(78);
    }
}
