//! Which command is next, while the sequencer is busy with another?
//!
//! ```text
//!               +--> [LUT RAM: one place per frame in flight] --+
//! valid, command|                                               +--> [first]
//!               +------------- when nothing waits --------------+
//! ```
//! Latency: 1 clock from `valid` to `waits` when nothing waits. Throughput: a command per clock. It
//! cannot overflow: the credits bound the frames in flight. What comes while `first` is taken goes
//! through the RAM, a clock longer: whether to write it must not hang on `pop`, which comes late.

use super::NUMBER_BITS;
use super::command::{AsCommand, COMMAND_BITS, Command};
use crate::ram::LutRam;
use crate::register::Register;
use rust_hdl::prelude::*;

/// Commands in order, the next one in a register.
#[derive(LogicBlock)]
pub struct Queue {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Nothing waits.
    pub reset: Signal<In, Bit>,
    /// There is a command.
    pub valid: Signal<In, Bit>,
    /// The command.
    pub command: Signal<In, Command>,
    /// `first` is taken if it `waits`; one that `drops` leaves by itself.
    pub pop: Signal<In, Bit>,
    /// A command waits, for a frame that goes on.
    pub waits: Signal<Out, Bit>,
    /// It begins with a slot that only reads.
    pub primes: Signal<Out, Bit>,
    /// A command waits, for a frame that ends here.
    pub drops: Signal<Out, Bit>,
    /// The oldest command that waits.
    pub first: Signal<Out, Command>,
    words: LutRam<COMMAND_BITS, NUMBER_BITS>,
    oldest: AsCommand,
    written: Register<Bits<NUMBER_BITS>>,
    read: Register<Bits<NUMBER_BITS>>,
    read_next: Register<Bits<NUMBER_BITS>>,
    some: Register<Bit>,
    waits_now: Register<Bit>,
    primes_now: Register<Bit>,
    drops_now: Register<Bit>,
    first_now: DFF<Command>,
    taken: Signal<Local, Bit>,
    there: Signal<Local, Bit>,
    next: Signal<Local, Command>,
    room: Signal<Local, Bit>,
    push: Signal<Local, Bit>,
    pull: Signal<Local, Bit>,
}

impl Queue {
    /// A queue for `2^frames_log2` frames in flight.
    pub fn new(frames_log2: usize) -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            valid: Signal::default(),
            command: Signal::default(),
            pop: Signal::default(),
            waits: Signal::default(),
            primes: Signal::default(),
            drops: Signal::default(),
            first: Signal::default(),
            words: LutRam::new(frames_log2),
            oldest: AsCommand::default(),
            written: Register::default(),
            read: Register::default(),
            read_next: Register::new(1u64.to_bits()),
            some: Register::default(),
            waits_now: Register::default(),
            primes_now: Register::default(),
            drops_now: Register::default(),
            first_now: DFF::default(),
            taken: Signal::default(),
            there: Signal::default(),
            next: Signal::default(),
            room: Signal::default(),
            push: Signal::default(),
            pull: Signal::default(),
        }
    }
}

impl Logic for Queue {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, written, read, read_next, some, waits_now, first_now);
        dff_setup!(self, clock, primes_now, drops_now);
        clock!(self, clock, words);
        self.written.reset.next = self.reset.val();
        self.read.reset.next = self.reset.val();
        self.read_next.reset.next = self.reset.val();
        self.some.reset.next = self.reset.val();
        self.waits_now.reset.next = self.reset.val();
        self.primes_now.reset.next = self.reset.val();
        self.drops_now.reset.next = self.reset.val();

        self.taken.next = self.waits_now.q.val() | self.drops_now.q.val();
        self.there.next = self.some.q.val() | (self.valid.val() & !self.taken.val());
        self.room.next = !self.waits_now.q.val() | self.pop.val();
        self.pull.next = self.room.val() & self.some.q.val();
        self.push.next = self.valid.val() & (self.taken.val() | self.some.q.val());

        self.words.we.next = self.push.val();
        self.words.wa.next = self.written.q.val();
        self.words.wd.next = bit_cast::<COMMAND_BITS, COMMAND_BITS>(self.command.val().into());
        self.words.ra.next = self.read.q.val();
        self.oldest.word.next = self.words.q.val();

        if self.push.val() {
            self.written.d.next = self.written.q.val() + 1;
        }
        if self.pull.val() {
            self.read.d.next = self.read_next.q.val();
            self.read_next.d.next = self.read_next.q.val() + 1;
        }
        if self.pull.val() & (self.read_next.q.val() == self.written.q.val()) {
            self.some.d.next = false;
        }
        if self.push.val() {
            self.some.d.next = true;
        }

        self.next.next = self.command.val();
        if self.some.q.val() {
            self.next.next = self.oldest.command.val();
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
