//! What is written of a decision, and what is said of it? Clock 16 to 17.

use crate::flows::along::TIMES_BITS;
use crate::flows::decide::{Outcome, states};
use crate::flows::entries::WORD_BITS;
use crate::flows::locate::{BUCKETS_BITS, TAG_BYTES_BITS};
use crate::flows::look::Decision;
use crate::flows::recall::{Number, SlotOf};
use crate::flows::{ENTRIES, Rules, SLOT_BITS, STATE_BITS, STATES, TICK_BITS};
use rust_hdl::prelude::*;

/// One clock.
#[derive(LogicBlock)]
pub struct Store {
    pub clock: Signal<In, Clock>,
    /// Clock 16.
    pub decision: Signal<In, Decision>,
    pub outcome: Signal<In, Outcome>,
    pub tag: Signal<In, Bits<TAG_BYTES_BITS>>,
    pub buckets: Signal<In, Bits<BUCKETS_BITS>>,
    pub deadlines: Signal<In, Bits<TIMES_BITS>>,
    /// Clock 17: to the entries' memories.
    pub we: Signal<Out, Bits<ENTRIES>>,
    pub wa: Signal<Out, Bits<BUCKETS_BITS>>,
    pub wd: Signal<Out, Bits<WORD_BITS>>,
    /// Clock 17: to the states and keys.
    pub slot: Signal<Out, Bits<SLOT_BITS>>,
    pub state_write: Signal<Out, Bit>,
    pub state: Signal<Out, Bits<STATE_BITS>>,
    pub key_write: Signal<Out, Bit>,
    /// Clock 17: what is answered, and whether it made an entry where none was.
    pub said: Signal<Out, Outcome>,
    pub added: Signal<Out, Bit>,
    which: Number,
    slot_of: SlotOf,
    class: Signal<Local, Bits<2>>,
    deadline: Signal<Local, Bits<TICK_BITS>>,
    word: Signal<Local, Bits<WORD_BITS>>,
    class_low: Constant<Bits<STATES>>,
    class_high: Constant<Bits<STATES>>,
    we_17: DFF<Bits<ENTRIES>>,
    wa_17: DFF<Bits<BUCKETS_BITS>>,
    wd_17: DFF<Bits<WORD_BITS>>,
    slot_17: DFF<Bits<SLOT_BITS>>,
    present_17: DFF<Bit>,
    state_17: DFF<Bits<STATE_BITS>>,
    said_17: DFF<Outcome>,
    added_17: DFF<Bit>,
}

impl Store {
    /// For ways of `2^depth_log2` buckets.
    pub fn new(depth_log2: usize, rules: &Rules) -> Self {
        Self {
            clock: Signal::default(),
            decision: Signal::default(),
            outcome: Signal::default(),
            tag: Signal::default(),
            buckets: Signal::default(),
            deadlines: Signal::default(),
            we: Signal::default(),
            wa: Signal::default(),
            wd: Signal::default(),
            slot: Signal::default(),
            state_write: Signal::default(),
            state: Signal::default(),
            key_write: Signal::default(),
            said: Signal::default(),
            added: Signal::default(),
            which: Number::default(),
            slot_of: SlotOf::new(depth_log2),
            class: Signal::default(),
            deadline: Signal::default(),
            word: Signal::default(),
            class_low: states(|state| rules.class[state] & 1 == 1),
            class_high: states(|state| rules.class[state] & 2 == 2),
            we_17: DFF::default(),
            wa_17: DFF::default(),
            wd_17: DFF::default(),
            slot_17: DFF::default(),
            present_17: DFF::default(),
            state_17: DFF::default(),
            said_17: DFF::default(),
            added_17: DFF::default(),
        }
    }
}

impl Logic for Store {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, we_17, wa_17, wd_17, slot_17, present_17, state_17);
        dff_setup!(self, clock, said_17, added_17);
        self.class.next = 0.into();
        self.class.next = self
            .class
            .val()
            .replace_bit(0, self.class_low.val().get_bit(self.decision.val().state.index()))
            .replace_bit(1, self.class_high.val().get_bit(self.decision.val().state.index()));
        self.deadline.next = self.deadlines.val().get_bits::<TICK_BITS>(0);
        if self.class.val() == 1 {
            self.deadline.next = self.deadlines.val().get_bits::<TICK_BITS>(12);
        } else if self.class.val() == 2 {
            self.deadline.next = self.deadlines.val().get_bits::<TICK_BITS>(24);
        } else if self.class.val() == 3 {
            self.deadline.next = self.deadlines.val().get_bits::<TICK_BITS>(36);
        }
        // Without an entry to keep there is one to free, whose word is 0 where it counts.
        self.word.next = (bit_cast::<WORD_BITS, TICK_BITS>(self.deadline.val()) << 1)
            | (bit_cast::<WORD_BITS, TAG_BYTES_BITS>(self.tag.val()) << 13);
        self.wd_17.d.next = self.word.val().replace_bit(0, self.decision.val().present);
        self.we_17.d.next = self.decision.val().touched | self.decision.val().freed;
        self.wa_17.d.next = self.buckets.val();
        self.which.one.next = self.outcome.val().at;
        self.slot_of.number.next = self.which.number.val();
        self.slot_of.way.next = self.which.way.val();
        self.slot_of.buckets.next = self.buckets.val();
        self.slot_17.d.next = self.slot_of.slot.val();
        self.present_17.d.next = self.decision.val().present;
        self.state_17.d.next = self.decision.val().state;
        self.said_17.d.next = self.outcome.val();
        self.added_17.d.next =
            self.outcome.val().made & !(self.outcome.val().at & self.outcome.val().lapsed).any();
        self.we.next = self.we_17.q.val();
        self.wa.next = self.wa_17.q.val();
        self.wd.next = self.wd_17.q.val();
        self.slot.next = self.slot_17.q.val();
        self.state_write.next = self.present_17.q.val();
        self.state.next = self.state_17.q.val();
        self.key_write.next = self.said_17.q.val().made;
        self.said.next = self.said_17.q.val();
        self.added.next = self.added_17.q.val();
    }
}
