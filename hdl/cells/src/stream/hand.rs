//! What is left to do of the frame in hand?
//!
//! ```text
//! next command --+--> [view] --> this clock's slot
//!                |       +-----> one slot less --> [rest], [state] --+
//!                +---------------------------------------------------+
//! ```
//! What is left of a frame behind any of its slots is again a [`Command`]: fewer beats, a shorter
//! header, a later address, no prime. So first and further slots are one case. A frame of one slot
//! is never held.
//!
//! Latency: 1 clock.

use super::command::Command;
use crate::register::Register;
use rust_hdl::prelude::*;

/// Where the frame in hand stands.
#[derive(Copy, Clone, Debug, Default, PartialEq, LogicStruct)]
pub struct State {
    /// It has at least one more slot.
    pub busy: Bit,
    /// That slot is its last and only emits.
    pub tail: Bit,
    /// This clock's read belongs to the next frame: not busy, or the tail.
    pub open: Bit,
    /// Beats that it emitted, at most 16.
    pub beat: Bits<5>,
    /// The frame's number.
    pub number: Bits<7>,
}

/// The rest of a frame.
#[derive(LogicBlock)]
pub struct Hand {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// No frame in hand.
    pub reset: Signal<In, Bit>,
    /// The command this clock reads for: the one that waits when `open`, else `rest`.
    pub view: Signal<In, Command>,
    /// It makes a slot in this clock.
    pub step: Signal<In, Bit>,
    /// The frame in hand emits its tail.
    pub leave: Signal<In, Bit>,
    /// Number of the frame that waits.
    pub next_number: Signal<In, Bits<7>>,
    /// Where the frame in hand stands.
    pub state: Signal<Out, State>,
    /// What is left of it.
    pub rest: Signal<Out, Command>,
    state_now: Register<State>,
    rest_now: DFF<Command>,
    last: Signal<Local, Bit>,
    halfwords: Constant<Bits<6>>,
}

impl Hand {
    /// For beats of `halfwords` halfwords.
    pub fn new(halfwords: usize) -> Self {
        let idle = State { open: true, ..State::default() };
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            view: Signal::default(),
            step: Signal::default(),
            leave: Signal::default(),
            next_number: Signal::default(),
            state: Signal::default(),
            rest: Signal::default(),
            state_now: Register::new(idle),
            rest_now: DFF::default(),
            last: Signal::default(),
            halfwords: Constant::new((halfwords as u64).to_bits()),
        }
    }
}

impl Logic for Hand {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, state_now, rest_now);
        self.state_now.reset.next = self.reset.val();
        self.state.next = self.state_now.q.val();
        self.rest.next = self.rest_now.q.val();

        // Is the slot behind this one the last?
        self.last.next = self.view.val().two;
        if self.view.val().prime {
            self.last.next = self.view.val().one;
        }
        if self.leave.val() {
            self.state_now.d.next.busy = false;
            self.state_now.d.next.tail = false;
            self.state_now.d.next.open = true;
        }
        if self.step.val() {
            self.state_now.d.next.busy = self.view.val().prime | !self.view.val().one;
            self.state_now.d.next.tail = self.last.val() & self.view.val().flush;
            self.state_now.d.next.open = (!self.view.val().prime & self.view.val().one)
                | (self.last.val() & self.view.val().flush);
            if !self.state_now.q.val().beat.get_bit(4) {
                self.state_now.d.next.beat = self.state_now.q.val().beat + 1;
            }
            if self.state_now.q.val().open {
                self.state_now.d.next.number = self.next_number.val();
                self.state_now.d.next.beat = 1.into();
                if self.view.val().prime {
                    self.state_now.d.next.beat = 0.into();
                }
            }

            self.rest_now.d.next = self.view.val();
            self.rest_now.d.next.prime = false;
            if !self.view.val().prime {
                self.rest_now.d.next.left = self.view.val().left - 1;
                self.rest_now.d.next.one = self.view.val().two;
                self.rest_now.d.next.two = self.view.val().left == 2;
                self.rest_now.d.next.head = self.view.val().head - self.halfwords.val();
                if self.view.val().head < self.halfwords.val() {
                    self.rest_now.d.next.head = 0.into();
                }
            }
            self.rest_now.d.next.leads = (self.view.val().lead >> 1).any();
            if self.view.val().leads {
                self.rest_now.d.next.lead = self.view.val().lead - 1;
            } else {
                self.rest_now.d.next.address = self.view.val().address + 1;
            }
        }
    }
}
