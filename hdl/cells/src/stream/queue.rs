//! Which command is next, when they come in any order and the sequencer may be busy with another?
//!
//! ```text
//!             +--> [LUT RAM: a place per number] ----+
//! command ----+                                      +--> [first]
//!             +--- when it is the one that is next --+
//!                                                    |
//! number, a clock before --> [marks: is it there?] --+
//! ```
//! A command lies at its frame's number, and the commands are taken in the order of the numbers.
//! Every one is written, also the one that goes straight to `first`: whether it does hangs on
//! `pop`, which comes late, and the write must not.
//!
//! Latency: 1 clock from `command` to `waits` when it is the one that is next. Throughput: a
//! command per clock. It cannot overflow: a place per number, and the credits see to it that no
//! number comes again before its command was taken.

use super::NUMBER_BITS;
use super::command::{AsCommand, COMMAND_BITS, Command};
use super::marks::Marks;
use crate::ram::LutRam;
use crate::register::Register;
use rust_hdl::prelude::*;

/// Commands by number, the next one in a register.
#[derive(LogicBlock)]
pub struct Queue {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Nothing waits.
    pub reset: Signal<In, Bit>,
    /// A command comes in the next clock.
    pub coming: Signal<In, Bit>,
    /// Number of its frame.
    pub number: Signal<In, Bits<NUMBER_BITS>>,
    /// The lap it belongs to.
    pub lap: Signal<In, Bit>,
    /// The command, a clock later.
    pub command: Signal<In, Command>,
    /// `first` is taken if it `waits`; one that `drops` leaves by itself.
    pub pop: Signal<In, Bit>,
    /// A command waits, for a frame that goes on.
    pub waits: Signal<Out, Bit>,
    /// It begins with a slot that only reads.
    pub primes: Signal<Out, Bit>,
    /// A command waits, for a frame that ends here.
    pub drops: Signal<Out, Bit>,
    /// The command that waits.
    pub first: Signal<Out, Command>,
    /// The marks are being swept: no command may come.
    pub sweeps: Signal<Out, Bit>,
    words: LutRam<COMMAND_BITS, NUMBER_BITS>,
    oldest: AsCommand,
    marks: Marks,
    waits_now: Register<Bit>,
    primes_now: Register<Bit>,
    drops_now: Register<Bit>,
    first_now: DFF<Command>,
    there: Signal<Local, Bit>,
    next: Signal<Local, Command>,
    room: Signal<Local, Bit>,
}

impl Queue {
    /// A queue for `2^frames_log2` frames in flight.
    pub fn new(frames_log2: usize) -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            coming: Signal::default(),
            number: Signal::default(),
            lap: Signal::default(),
            command: Signal::default(),
            pop: Signal::default(),
            waits: Signal::default(),
            primes: Signal::default(),
            drops: Signal::default(),
            first: Signal::default(),
            sweeps: Signal::default(),
            words: LutRam::new(frames_log2),
            oldest: AsCommand::default(),
            marks: Marks::new(frames_log2),
            waits_now: Register::default(),
            primes_now: Register::default(),
            drops_now: Register::default(),
            first_now: DFF::default(),
            there: Signal::default(),
            next: Signal::default(),
            room: Signal::default(),
        }
    }
}

impl Logic for Queue {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, waits_now, first_now, primes_now, drops_now);
        clock!(self, clock, words, marks);
        self.marks.reset.next = self.reset.val();
        self.waits_now.reset.next = self.reset.val();
        self.primes_now.reset.next = self.reset.val();
        self.drops_now.reset.next = self.reset.val();

        self.marks.coming.next = self.coming.val();
        self.marks.number.next = self.number.val();
        self.marks.lap.next = self.lap.val();
        self.sweeps.next = self.marks.sweeps.val();
        self.words.we.next = self.marks.write.val();
        self.words.wa.next = self.marks.place.val();
        self.words.wd.next = bit_cast::<COMMAND_BITS, COMMAND_BITS>(self.command.val().into());
        self.words.ra.next = self.marks.read.val();
        self.oldest.word.next = self.words.q.val();

        self.there.next = self.marks.there.val();
        self.room.next = !self.waits_now.q.val() | self.pop.val();
        self.marks.pull.next = self.room.val() & self.there.val();

        self.next.next = self.oldest.command.val();
        if self.marks.hits.val() {
            self.next.next = self.command.val();
        }
        if self.room.val() {
            self.first_now.d.next = self.next.val();
            self.waits_now.d.next = self.there.val() & !self.next.val().drop;
            self.primes_now.d.next =
                self.there.val() & !self.next.val().drop & self.next.val().prime;
            self.drops_now.d.next = self.there.val() & self.next.val().drop;
        }
        self.waits.next = self.waits_now.q.val();
        self.primes.next = self.primes_now.q.val();
        self.drops.next = self.drops_now.q.val();
        self.first.next = self.first_now.q.val();
    }
}
