//! What does a request know of its entries, and what does one predecessor's decision change in it?

use crate::flows::window::RELATION_BITS;
use crate::flows::{ENTRIES, STATE_BITS};
use rust_hdl::prelude::*;

/// What was decided, and is not yet to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Decision {
    /// The entry that was made, kept or begun anew: one or none of the request's.
    pub touched: Bits<ENTRIES>,
    /// There is one.
    pub present: Bit,
    /// The entry's state now.
    pub state: Bits<STATE_BITS>,
    /// That state is a closed one.
    pub closed: Bit,
    /// The entries that the sweep freed.
    pub freed: Bits<ENTRIES>,
}

/// What a request knows so far. Of each predecessor that it may have missed, the latest counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Sight {
    /// Entries that somebody lives in.
    pub taken: Bits<ENTRIES>,
    /// Entries that nobody wrote meanwhile; from clock 8 on, of these those that have lapsed.
    pub lapsed: Bits<ENTRIES>,
    /// The key's own entry lives, in that state.
    pub mine: Bit,
    /// Another key's does, and there is room for one of the two only.
    pub twin: Bit,
    /// Where it lives.
    pub at: Bits<ENTRIES>,
    /// That entry's state.
    pub state: Bits<STATE_BITS>,
    /// That state is a closed one.
    pub closed: Bit,
}

/// Adds a predecessor's decision to what is known. Latency: none.
///
/// The same key and its twins have the same sixteen entries, so `touched` means the same to all of
/// them; of other keys only what lies in a bucket that both have.
#[derive(LogicBlock, Default)]
pub struct Look {
    pub before: Signal<In, Sight>,
    pub decision: Signal<In, Decision>,
    pub relation: Signal<In, Bits<RELATION_BITS>>,
    pub after: Signal<Out, Sight>,
    met: Signal<Local, Bits<ENTRIES>>,
}

impl Logic for Look {
    #[hdl_gen]
    fn update(&mut self) {
        self.met.next = bit_cast::<ENTRIES, RELATION_BITS>(self.relation.val()) & 0x000f;
        self.met.next = self.met.val() | (self.met.val() << 4);
        self.met.next = self.met.val() | (self.met.val() << 8);
        self.after.next = self.before.val();
        self.after.next.taken =
            self.before.val().taken | (self.met.val() & self.decision.val().touched);
        self.after.next.lapsed = self.before.val().lapsed
            & !(self.met.val() & (self.decision.val().touched | self.decision.val().freed));
        if self.relation.val().get_bit(4) & self.decision.val().present {
            self.after.next.mine = self.relation.val().get_bit(5);
            self.after.next.twin = !self.relation.val().get_bit(5);
            self.after.next.at = self.decision.val().touched;
            self.after.next.state = self.decision.val().state;
            self.after.next.closed = self.decision.val().closed;
        }
    }
}
