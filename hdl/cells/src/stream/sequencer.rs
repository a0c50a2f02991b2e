//! What is read from the ring, and what is emitted, in this clock?
//!
//! ```text
//! commands --> [queue: first] --+-------------- first slot ----+
//!                              |                              +--> [slot], [address]
//!                              +--> [hand: rest] -- others ---+
//! ```
//! The first slot of a frame is made from the command that waits, the others from what is left of
//! the frame in hand; so nothing is loaded first. A slot that only emits a frame's tail (`flush`)
//! is at the same time the one that only reads the next frame's first beat (`prime`): two frames in
//! one clock, else a frame with a header taken off would cost a clock more than its beats.
//!
//! `free` follows the reads beat by beat: a longest frame behind another one need not wait until
//! the first has left wholly.
//!
//! Latency: 1 clock from a command that waits to its first slot. Throughput: a slot per clock in
//! which `go` is set; a drop takes no slot.

use super::command::{Command, Slot};
use super::hand::Hand;
use super::queue::Queue;
use super::{NUMBER_BITS, POINTER_BITS};
use crate::register::Register;
use rust_hdl::prelude::*;

/// Commands to slots.
#[derive(LogicBlock)]
pub struct Sequencer {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// No frame in hand, none waits.
    pub reset: Signal<In, Bit>,
    /// A command comes in the next clock.
    pub coming: Signal<In, Bit>,
    /// Number of its frame.
    pub number: Signal<In, Bits<NUMBER_BITS>>,
    /// The lap it belongs to.
    pub lap: Signal<In, Bit>,
    /// The command, a clock later.
    pub command: Signal<In, Command>,
    /// The output has room: a slot may be made.
    pub go: Signal<In, Bit>,
    /// What is done; nothing, if neither `read` nor `emit` is set.
    pub slot: Signal<Out, Slot>,
    /// Where the ring is read, in the slot's clock.
    pub address: Signal<Out, Bits<POINTER_BITS>>,
    /// The oldest beat that is still needed.
    pub free: Signal<Out, Bits<POINTER_BITS>>,
    /// Number of the oldest frame whose header is still needed: of the frame in hand until its
    /// first 16 beats are emitted, else of the next one.
    pub oldest: Signal<Out, Bits<NUMBER_BITS>>,
    /// The queue is being cleared: no frame may come.
    pub sweeps: Signal<Out, Bit>,
    queue: Queue,
    hand: Hand,
    done: Release,
    slot_now: DFF<Slot>,
    reads: Register<Bit>,
    emits: Register<Bit>,
    read_at: DFF<Bits<POINTER_BITS>>,
    first: Signal<Local, Command>,
    view: Signal<Local, Command>,
    shown: Signal<Local, Command>,
    waits: Signal<Local, Bit>,
    start: Signal<Local, Bit>,
    step: Signal<Local, Bit>,
    read: Signal<Local, Bit>,
}

impl Sequencer {
    /// For beats of `beat_bytes`, and `2^frames_log2` frames in flight.
    pub fn new(beat_bytes: usize, frames_log2: usize) -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            coming: Signal::default(),
            number: Signal::default(),
            lap: Signal::default(),
            command: Signal::default(),
            go: Signal::default(),
            slot: Signal::default(),
            address: Signal::default(),
            free: Signal::default(),
            oldest: Signal::default(),
            sweeps: Signal::default(),
            queue: Queue::new(frames_log2),
            hand: Hand::new(beat_bytes / 2),
            done: Release::default(),
            slot_now: DFF::default(),
            reads: Register::default(),
            emits: Register::default(),
            read_at: DFF::default(),
            first: Signal::default(),
            view: Signal::default(),
            shown: Signal::default(),
            waits: Signal::default(),
            start: Signal::default(),
            step: Signal::default(),
            read: Signal::default(),
        }
    }
}

impl Logic for Sequencer {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, slot_now);
        clock!(self, clock, queue, hand, done, reads, emits, read_at);
        self.queue.reset.next = self.reset.val();
        self.hand.reset.next = self.reset.val();
        self.done.reset.next = self.reset.val();
        self.reads.reset.next = self.reset.val();
        self.emits.reset.next = self.reset.val();

        self.queue.coming.next = self.coming.val();
        self.queue.number.next = self.number.val();
        self.queue.lap.next = self.lap.val();
        self.queue.command.next = self.command.val();
        self.sweeps.next = self.queue.sweeps.val();
        self.first.next = self.queue.first.val();
        self.waits.next = self.queue.waits.val();

        // The read belongs to `view`, the emission to `shown`.
        self.view.next = self.hand.rest.val();
        if self.hand.state.val().open {
            self.view.next = self.first.val();
        }
        self.shown.next = self.first.val();
        if self.hand.state.val().busy {
            self.shown.next = self.hand.rest.val();
        }
        // `open` without a tail, or a tail beside which the next frame only reads.
        self.queue.pop.next = self.go.val()
            & (!self.hand.state.val().busy
                | (self.queue.primes.val() & self.hand.state.val().tail));
        self.start.next = self.waits.val() & self.queue.pop.val();
        self.step.next = self.start.val() | (self.go.val() & !self.hand.state.val().open);
        // A step that does not lead, told apart for both commands at once; a prime never leads.
        self.read.next = self.go.val()
            & ((!self.hand.state.val().open & !self.hand.rest.val().leads)
                | (self.waits.val() & !self.hand.state.val().busy & !self.first.val().leads)
                | (self.queue.primes.val() & self.hand.state.val().tail));

        self.hand.view.next = self.view.val();
        self.hand.step.next = self.step.val();
        self.hand.leave.next = self.go.val() & self.hand.state.val().tail;
        self.hand.next_number.next = self.done.number.val();

        self.reads.d.next = self.read.val();
        self.emits.d.next = self.go.val()
            & (self.hand.state.val().busy | (self.waits.val() & !self.first.val().prime));
        self.slot_now.d.next.last = self.shown.val().one;
        self.slot_now.d.next.turn = self.view.val().turn;
        self.slot_now.d.next.carried = self.shown.val().turn;
        self.slot_now.d.next.head = self.shown.val().head;
        self.slot_now.d.next.last_byte = self.shown.val().last_byte;
        self.slot_now.d.next.port = self.shown.val().port;
        self.slot_now.d.next.number = self.done.number.val();
        self.slot_now.d.next.beat = 0.into();
        if self.hand.state.val().busy {
            self.slot_now.d.next.number = self.hand.state.val().number;
            self.slot_now.d.next.beat = self.hand.state.val().beat;
        }
        self.read_at.d.next = self.view.val().address;
        self.slot.next = self.slot_now.q.val();
        self.slot.next.read = self.reads.q.val();
        self.slot.next.emit = self.emits.q.val();
        self.address.next = self.read_at.q.val();

        self.done.pop.next = self.start.val() | self.queue.drops.val();
        self.done.frame_end.next = self.first.val().behind;
        self.done.busy.next = self.hand.state.val().busy;
        self.done.read.next = self.read.val();
        self.done.address.next = self.view.val().address;
        self.free.next = self.done.free.val();
        self.oldest.next = self.done.number.val();
        if self.hand.state.val().busy & !self.hand.state.val().beat.get_bit(4) {
            self.oldest.next = self.hand.state.val().number;
        }
    }
}

/// Which frames are done with, and which ring beats?
///
/// `free` is the address of the last read while frames are being read, and the end of the last
/// frame that left the order when none is in hand. Latency: 1 clock.
#[derive(LogicBlock, Default)]
pub struct Release {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// The ring is empty.
    pub reset: Signal<In, Bit>,
    /// The command that waits leaves the order: it starts, or is a drop.
    pub pop: Signal<In, Bit>,
    /// Ring address behind its frame.
    pub frame_end: Signal<In, Bits<POINTER_BITS>>,
    /// A frame is in hand.
    pub busy: Signal<In, Bit>,
    /// A beat is read.
    pub read: Signal<In, Bit>,
    /// Its address.
    pub address: Signal<In, Bits<POINTER_BITS>>,
    /// Number of the frame that waits.
    pub number: Signal<Out, Bits<NUMBER_BITS>>,
    /// The oldest beat that is still needed.
    pub free: Signal<Out, Bits<POINTER_BITS>>,
    number_now: Register<Bits<NUMBER_BITS>>,
    free_now: Register<Bits<POINTER_BITS>>,
    behind: Register<Bits<POINTER_BITS>>,
}

impl Logic for Release {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, number_now, free_now, behind);
        self.number_now.reset.next = self.reset.val();
        self.free_now.reset.next = self.reset.val();
        self.behind.reset.next = self.reset.val();

        if self.pop.val() {
            self.number_now.d.next = self.number_now.q.val() + 1;
            self.behind.d.next = self.frame_end.val();
        }
        if !self.busy.val() {
            self.free_now.d.next = self.behind.q.val();
        }
        if self.read.val() {
            self.free_now.d.next = self.address.val();
        }
        self.number.next = self.number_now.q.val();
        self.free.next = self.free_now.q.val();
    }
}
