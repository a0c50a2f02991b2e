//! Does the request find, make or miss its entry?
//!
//! One clock, with its own last result: the only loop of the table. What the direct predecessor
//! did is added to what is known, then the rules are those of the model.

use crate::copies::Apart;
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

/// The lowest bit that is 0, alone, as the lowest of each row and its row; 0 if all are 1.
/// Latency: none.
#[derive(LogicBlock)]
pub struct Free {
    pub taken: Signal<In, Bits<ENTRIES>>,
    pub any: Signal<Out, Bit>,
    /// The lowest bit of each row that is 0, alone,
    pub firsts: Signal<Out, Bits<ENTRIES>>,
    /// and all bits of the first row that has one.
    pub row_of: Signal<Out, Bits<ENTRIES>>,
    row: Signal<Local, Bits<WAYS>>,
    rows: Signal<Local, Bits<POSITIONS>>,
    only: Signal<Local, Bits<POSITIONS>>,
    at: [Constant<Bits<5>>; POSITIONS],
}

impl Default for Free {
    fn default() -> Self {
        Self {
            taken: Signal::default(),
            any: Signal::default(),
            firsts: Signal::default(),
            row_of: Signal::default(),
            row: Signal::default(),
            rows: Signal::default(),
            only: Signal::default(),
            at: std::array::from_fn(|row| Constant::new(((row * WAYS) as u64).into())),
        }
    }
}

impl Logic for Free {
    #[hdl_gen]
    fn update(&mut self) {
        self.rows.next = 0.into();
        self.firsts.next = 0.into();
        for i in 0..4 {
            self.row.next = !self.taken.val().get_bits::<WAYS>(4 * i);
            self.rows.next = self.rows.val().replace_bit(i, self.row.val().any());
            self.firsts.next = self.firsts.val()
                | (bit_cast::<ENTRIES, WAYS>(
                    self.row.val()
                        & !((self.row.val() << 1) | (self.row.val() << 2) | (self.row.val() << 3)),
                ) << self.at[i].val());
        }
        self.only.next = self.rows.val()
            & !((self.rows.val() << 1) | (self.rows.val() << 2) | (self.rows.val() << 3));
        self.row_of.next = 0.into();
        for i in 0..4 {
            if self.only.val().get_bit(i) {
                self.row_of.next =
                    self.row_of.val() | (bit_cast::<ENTRIES, WAYS>(0xf.into()) << self.at[i].val());
            }
        }
        self.any.next = self.rows.val().any();
    }
}

/// What the rules say, but for whether there is room. Latency: none.
///
/// Twice: of the entry that the direct predecessor left to the request, and of the one that it has
/// seen itself, so that which of them counts comes last. That is the only loop of the table.
#[derive(LogicBlock, Default)]
pub struct Judge {
    pub turn: Signal<In, Turn>,
    pub sight: Signal<In, Sight>,
    /// To the direct predecessor, and what that one decided.
    pub relation: Signal<In, Bits<RELATION_BITS>>,
    pub last: Signal<In, Decision>,
    /// That decision is about the request's own entry or its twin's.
    pub met: Signal<Out, Bit>,
    /// The entry stays, or begins anew; or one is wanted.
    pub stay: Signal<Out, Bit>,
    pub again: Signal<Out, Bit>,
    pub want: Signal<Out, Bit>,
    /// The entry that is there afterwards is the one that the predecessor left, if it left any,
    pub keeps_left: Signal<Out, Bit>,
    /// or the one that was seen.
    pub keeps_seen: Signal<Out, Bit>,
    left_stays: Signal<Local, Bit>,
    left_again: Signal<Local, Bit>,
    seen_stays: Signal<Local, Bit>,
    seen_again: Signal<Local, Bit>,
}

impl Logic for Judge {
    #[hdl_gen]
    fn update(&mut self) {
        self.met.next = self.relation.val().get_bit(4) & self.last.val().present;
        self.left_stays.next = self.turn.val().go
            & self.relation.val().get_bit(4)
            & self.relation.val().get_bit(5)
            & !(self.turn.val().fresh & self.last.val().closed);
        self.left_again.next = self.turn.val().go
            & self.turn.val().allow
            & self.relation.val().get_bit(4)
            & self.relation.val().get_bit(5)
            & self.turn.val().fresh
            & self.last.val().closed;
        self.seen_stays.next = self.turn.val().go
            & self.sight.val().mine
            & !(self.turn.val().fresh & self.sight.val().closed);
        self.seen_again.next = self.turn.val().go
            & self.turn.val().allow
            & self.sight.val().mine
            & self.turn.val().fresh
            & self.sight.val().closed;
        // What the predecessor decided comes last.
        self.keeps_left.next = self.left_stays.val() | self.left_again.val();
        self.keeps_seen.next = (self.seen_stays.val() | self.seen_again.val()) & !self.met.val();
        self.stay.next =
            (self.left_stays.val() & self.met.val()) | (self.seen_stays.val() & !self.met.val());
        self.again.next =
            (self.left_again.val() & self.met.val()) | (self.seen_again.val() & !self.met.val());
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
    kept: Signal<Local, Bits<ENTRIES>>,
    made: Signal<Local, Bits<ENTRIES>>,
    next: Signal<Local, Decision>,
    says: Signal<Local, Outcome>,
    decision_16: DFF<Decision>,
    told_16: Apart<Decision>,
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
            kept: Signal::default(),
            made: Signal::default(),
            next: Signal::default(),
            says: Signal::default(),
            decision_16: DFF::default(),
            told_16: Apart::default(),
            outcome_16: DFF::default(),
            closed: states(|state| rules.closed[state]),
        }
    }
}

impl Logic for Decide {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, decision_16, outcome_16);
        clock!(self, clock, told_16);
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
        self.made.next = 0.into();
        if self.judge.want.val() {
            self.made.next = self.free.firsts.val() & self.free.row_of.val();
        }
        self.kept.next = 0.into();
        if self.judge.keeps_left.val() {
            self.kept.next = self.decision_16.q.val().touched;
        }
        if self.judge.keeps_seen.val() {
            self.kept.next = self.kept.val() | self.sight.val().at;
        }
        self.next.next.touched = self.kept.val() | self.made.val();
        self.next.next.present = self.judge.stay.val() | self.judge.again.val() | self.make.val();
        self.next.next.state = self.turn.val().events;
        self.next.next.closed = self.closed.val().get_bit(self.turn.val().events.index());
        self.next.next.freed = 0.into();
        if self.judge.stay.val() {
            self.next.next.state = self.seen.val().state | self.turn.val().events;
            self.next.next.closed = self.closed.val().get_bit(self.known.val().index());
            if self.judge.met.val() {
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
        // The loop has its register for itself.
        self.told_16.d.next = self.next.val();
        self.decision.next = self.told_16.q.val();
        self.says.next.hit = self.judge.stay.val();
        self.says.next.state = 0.into();
        self.says.next.at = 0.into();
        if self.turn.val().go & self.seen.val().mine {
            self.says.next.state = self.seen.val().state;
            self.says.next.at = self.seen.val().at;
        }
        if self.judge.want.val() {
            self.says.next.at = self.made.val();
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
