//! Does the request find, make or miss its entry?
//!
//! One clock, with its own last result: the only loop of the table. What the direct predecessor
//! did is added to what is known, then the rules are those of the model.

use crate::flows::look::{Decision, Look, Sight};
use crate::flows::window::RELATION_BITS;
use crate::flows::{ENTRIES, POSITIONS, Rules, STATE_BITS, STATES};
use crate::hash::WAYS;
use rust_hdl::prelude::*;

/// Who asks, in clock 15.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Turn {
    /// A request, when the table was not being emptied.
    pub go: Bit,
    /// It may make an entry.
    pub allow: Bit,
    /// It may begin anew what is closed.
    pub fresh: Bit,
    /// State bits that it adds.
    pub events: Bits<STATE_BITS>,
    /// No request but the sweep: frees what has lapsed.
    pub sweep: Bit,
    /// Frees whatever is there.
    pub wipe: Bit,
}

/// What is answered, in clock 16.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Outcome {
    /// There was a live entry that was not to begin anew.
    pub hit: Bit,
    /// Its state before; of one that was to begin anew, too.
    pub state: Bits<STATE_BITS>,
    /// An entry was made or began anew.
    pub inserted: Bit,
    /// It was made: its key has to be written.
    pub made: Bit,
    /// No room.
    pub full: Bit,
    /// The own entry that was there, or was touched.
    pub at: Bits<ENTRIES>,
    /// Lapsed entries: who is made in one of them is none more.
    pub lapsed: Bits<ENTRIES>,
    /// Entries that were there and are freed.
    pub swept: Bits<ENTRIES>,
}

/// The lowest bit that is 0, alone; 0 if all are 1. Latency: none.
#[derive(LogicBlock)]
pub struct Free {
    pub taken: Signal<In, Bits<ENTRIES>>,
    pub any: Signal<Out, Bit>,
    pub first: Signal<Out, Bits<ENTRIES>>,
    row: Signal<Local, Bits<WAYS>>,
    rows: Signal<Local, Bits<POSITIONS>>,
    only: Signal<Local, Bits<POSITIONS>>,
    all: Signal<Local, Bits<ENTRIES>>,
    at: [Constant<Bits<5>>; POSITIONS],
}

impl Default for Free {
    fn default() -> Self {
        Self {
            taken: Signal::default(),
            any: Signal::default(),
            first: Signal::default(),
            row: Signal::default(),
            rows: Signal::default(),
            only: Signal::default(),
            all: Signal::default(),
            at: std::array::from_fn(|row| Constant::new(((row * WAYS) as u64).into())),
        }
    }
}

impl Logic for Free {
    #[hdl_gen]
    fn update(&mut self) {
        self.rows.next = 0.into();
        for i in 0..4 {
            self.row.next = !self.taken.val().get_bits::<WAYS>(4 * i);
            self.rows.next = self.rows.val().replace_bit(i, self.row.val().any());
        }
        self.only.next = self.rows.val()
            & !((self.rows.val() << 1) | (self.rows.val() << 2) | (self.rows.val() << 3));
        self.all.next = 0.into();
        for i in 0..4 {
            self.row.next = !self.taken.val().get_bits::<WAYS>(4 * i);
            if self.only.val().get_bit(i) {
                self.all.next = self.all.val()
                    | (bit_cast::<ENTRIES, WAYS>(
                        self.row.val()
                            & !((self.row.val() << 1)
                                | (self.row.val() << 2)
                                | (self.row.val() << 3)),
                    ) << self.at[i].val());
            }
        }
        self.any.next = self.rows.val().any();
        self.first.next = self.all.val();
    }
}

/// What the rules say, but for whether there is room. Latency: none.
#[derive(LogicBlock, Default)]
pub struct Judge {
    pub turn: Signal<In, Turn>,
    pub sight: Signal<In, Sight>,
    /// To the direct predecessor, and what that one decided.
    pub relation: Signal<In, Bits<RELATION_BITS>>,
    pub last: Signal<In, Decision>,
    /// That decision is about the request's own entry or its twin's.
    pub own: Signal<Out, Bit>,
    /// The entry stays, or begins anew; or one is wanted.
    pub stay: Signal<Out, Bit>,
    pub again: Signal<Out, Bit>,
    pub want: Signal<Out, Bit>,
    anew: Signal<Local, Bit>,
    met: Signal<Local, Bit>,
}

impl Logic for Judge {
    #[hdl_gen]
    fn update(&mut self) {
        // What the direct predecessor's word changes comes last: it is the only loop.
        self.met.next = self.relation.val().get_bit(4) & self.last.val().present;
        self.own.next = self.met.val();
        self.anew.next = self.sight.val().mine & self.turn.val().fresh & self.sight.val().closed;
        self.stay.next = self.turn.val().go & self.sight.val().mine & !self.anew.val();
        self.again.next = self.turn.val().go & self.anew.val() & self.turn.val().allow;
        if self.met.val() {
            self.stay.next = self.turn.val().go
                & self.relation.val().get_bit(5)
                & !(self.turn.val().fresh & self.last.val().closed);
            self.again.next = self.turn.val().go
                & self.relation.val().get_bit(5)
                & self.turn.val().fresh
                & self.last.val().closed
                & self.turn.val().allow;
        }
        self.want.next = self.turn.val().go
            & self.turn.val().allow
            & !self.sight.val().mine
            & !self.sight.val().twin
            & !self.met.val();
    }
}

/// The decision.
#[derive(LogicBlock)]
pub struct Decide {
    pub clock: Signal<In, Clock>,
    /// Clock 15.
    pub turn: Signal<In, Turn>,
    pub sight: Signal<In, Sight>,
    pub relation: Signal<In, Bits<RELATION_BITS>>,
    /// Clock 16.
    pub decision: Signal<Out, Decision>,
    pub outcome: Signal<Out, Outcome>,
    look: Look,
    judge: Judge,
    free: Free,
    seen: Signal<Local, Sight>,
    known: Signal<Local, Bits<STATE_BITS>>,
    latest: Signal<Local, Bits<STATE_BITS>>,
    make: Signal<Local, Bit>,
    next: Signal<Local, Decision>,
    says: Signal<Local, Outcome>,
    decision_16: DFF<Decision>,
    outcome_16: DFF<Outcome>,
    closed: Constant<Bits<STATES>>,
}

/// Bit s set for the states s of which `is`.
pub fn states(is: impl Fn(usize) -> bool) -> Constant<Bits<STATES>> {
    let none = Bits::<STATES>::default();
    Constant::new((0..STATES).fold(none, |set, state| set.replace_bit(state, is(state))))
}

impl Decide {
    /// Under these rules.
    pub fn new(rules: &Rules) -> Self {
        Self {
            clock: Signal::default(),
            turn: Signal::default(),
            sight: Signal::default(),
            relation: Signal::default(),
            decision: Signal::default(),
            outcome: Signal::default(),
            look: Look::default(),
            judge: Judge::default(),
            free: Free::default(),
            seen: Signal::default(),
            known: Signal::default(),
            latest: Signal::default(),
            make: Signal::default(),
            next: Signal::default(),
            says: Signal::default(),
            decision_16: DFF::default(),
            outcome_16: DFF::default(),
            closed: states(|state| rules.closed[state]),
        }
    }
}

impl Logic for Decide {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, decision_16, outcome_16);
        self.look.before.next = self.sight.val();
        self.look.relation.next = self.relation.val();
        self.look.decision.next = self.decision_16.q.val();
        self.seen.next = self.look.after.val();
        self.free.taken.next = self.seen.val().taken;
        // Closed or not after this request: both answers stand ready when it is known which counts.
        self.known.next = self.sight.val().state | self.turn.val().events;
        self.latest.next = self.decision_16.q.val().state | self.turn.val().events;
        self.judge.turn.next = self.turn.val();
        self.judge.sight.next = self.sight.val();
        self.judge.relation.next = self.relation.val();
        self.judge.last.next = self.decision_16.q.val();
        self.make.next = self.judge.want.val() & self.free.any.val();
        self.next.next.touched = 0.into();
        self.next.next.present = self.judge.stay.val() | self.judge.again.val() | self.make.val();
        self.next.next.state = self.turn.val().events;
        self.next.next.closed = self.closed.val().get_bit(self.turn.val().events.index());
        self.next.next.freed = 0.into();
        if self.judge.stay.val() | self.judge.again.val() {
            self.next.next.touched = self.seen.val().at;
        }
        if self.judge.want.val() {
            self.next.next.touched = self.free.first.val();
        }
        if self.judge.stay.val() {
            self.next.next.state = self.seen.val().state | self.turn.val().events;
            self.next.next.closed = self.closed.val().get_bit(self.known.val().index());
            if self.judge.own.val() {
                self.next.next.closed = self.closed.val().get_bit(self.latest.val().index());
            }
        }
        if self.turn.val().sweep {
            self.next.next.freed = self.seen.val().lapsed;
        }
        if self.turn.val().wipe {
            self.next.next.freed = 0xffff.into();
        }
        self.decision_16.d.next = self.next.val();
        self.decision.next = self.decision_16.q.val();
        self.says.next.hit = self.judge.stay.val();
        self.says.next.state = 0.into();
        self.says.next.at = 0.into();
        if self.turn.val().go & self.seen.val().mine {
            self.says.next.state = self.seen.val().state;
            self.says.next.at = self.seen.val().at;
        }
        if self.judge.want.val() {
            self.says.next.at = self.free.first.val();
        }
        self.says.next.inserted = self.judge.again.val() | self.make.val();
        self.says.next.made = self.make.val();
        self.says.next.full = self.turn.val().allow
            & (!self.turn.val().go
                | self.seen.val().twin
                | (!self.seen.val().mine & !self.free.any.val()));
        self.says.next.lapsed = self.seen.val().lapsed;
        self.says.next.swept = 0.into();
        if self.turn.val().sweep {
            self.says.next.swept = self.seen.val().lapsed;
        }
        self.outcome_16.d.next = self.says.val();
        self.outcome.next = self.outcome_16.q.val();
    }
}
