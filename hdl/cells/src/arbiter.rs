//! Who of several may send its frame next?
//!
//! ```text
//! request[P-1:0] (tvalid of each) --->[ next after the one that sent ]--->[grant]---> grant[P-1:0]
//! accept, last (of the granted) ----->[ is a frame under way?        ]
//! ```
//! Round robin over frames. `grant` is a register and has exactly one bit set. It stays with a
//! requester from the first clock in which it requests until its `last` beat is accepted, gaps
//! inside the frame included, then goes to the next requester in circular order. If nobody else
//! requests it stays where it is, so a lone requester never waits.
//!
//! Latency: 0 clocks for the parked requester, 1 for another one. Throughput: no idle clock between
//! frames. Fairness: a requester waits for at most one frame of each of the others.
//!
//! The parent connects: `request[i] = tvalid of i`, `accept = tvalid & tready of the granted one`,
//! `last = its tlast`, and shows `tready` to the granted one only. A request, once made, stays
//! until its beat is accepted (AXI4-Stream: tvalid does not fall before tready).

use crate::register::Register;
use rust_hdl::prelude::*;

/// Round robin among `P` requesters; see the file's head.
#[derive(LogicBlock)]
pub struct Arbiter<const P: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Parks the grant at requester 0.
    pub reset: Signal<In, Bit>,
    /// Who has a beat to send.
    pub request: Signal<In, Bits<P>>,
    /// A beat of the granted one is accepted in this clock.
    pub accept: Signal<In, Bit>,
    /// It is the last one of its frame.
    pub last: Signal<In, Bit>,
    /// Who may send, one bit.
    pub grant: Signal<Out, Bits<P>>,
    granted: Register<Bits<P>>,
    under_way: Register<Bit>,
    others: Signal<Local, Bits<P>>,
    after: Signal<Local, Bits<P>>,
    held: Signal<Local, Bit>,
}

impl<const P: usize> Default for Arbiter<P> {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            request: Signal::default(),
            accept: Signal::default(),
            last: Signal::default(),
            grant: Signal::default(),
            granted: Register::new(1.into()),
            under_way: Register::default(),
            others: Signal::default(),
            after: Signal::default(),
            held: Signal::default(),
        }
    }
}

impl<const P: usize> Logic for Arbiter<P> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, granted, under_way);
        self.granted.reset.next = self.reset.val();
        self.under_way.reset.next = self.reset.val();
        self.held.next = self.under_way.q.val() | (self.request.val() & self.granted.q.val()).any();
        if self.accept.val() {
            self.under_way.d.next = !self.last.val();
            self.held.next = !self.last.val();
        }
        self.others.next = self.request.val() & !self.granted.q.val();
        // Requesters above the granted one come first: minus a one-hot word is a mask from it up.
        self.after.next = self.others.val() & (!self.granted.q.val() + 1);
        if !self.held.val() {
            // x & -x is the lowest set bit.
            if self.after.val().any() {
                self.granted.d.next = self.after.val() & (!self.after.val() + 1);
            } else if self.others.val().any() {
                self.granted.d.next = self.others.val() & (!self.others.val() + 1);
            }
        }
        self.grant.next = self.granted.q.val();
    }
}
