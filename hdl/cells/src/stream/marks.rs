//! Is the command that is next there, when they come in any order?
//!
//! ```text
//!                     +--> place, write: where the command goes --+
//! number, lap --> [r]-+                                           v
//!    |                                              [marks: LUT RAM, a lap per number]
//!    |                                                            v
//!    +--> is it next? --> [hits] ---------------+     the one behind `read`
//!                                               +--> there        |
//!                       [stored] ---------------+                 |
//!                          ^----- when `read` moves on -----------+
//!   clock 0                  clock 1
//! ```
//! The commands are taken in the order of the numbers. The one at `read` is there when the lap that
//! is marked at its number is the lap of `read`; until then the mark is of the lap before, and that
//! is the other one. So nothing is cleared when a command is taken, and a bit per number says it
//! all.
//!
//! What is there is known when a clock begins, for whether it is taken is known late: the mark of
//! the number behind `read` becomes the register `stored` when `read` moves on, and a number comes
//! a clock before its command, is compared with both numbers that `read` may become, and sets
//! `hits`.
//!
//! After reset the marks are swept, one a clock, and get the lap that comes second; `sweeps` says
//! so, and no frame may come in.
//!
//! Latency: 1 clock from `coming` to `there`. Throughput: a command in and a command out per clock.

use super::{COUNT_BITS, NUMBER_BITS};
use crate::ram::LutRam;
use crate::register::Register;
use rust_hdl::prelude::*;

/// Which commands have come, and which is next.
#[derive(LogicBlock)]
pub struct Marks {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Nothing has come.
    pub reset: Signal<In, Bit>,
    /// A command comes in the next clock.
    pub coming: Signal<In, Bit>,
    /// Number of its frame.
    pub number: Signal<In, Bits<NUMBER_BITS>>,
    /// The lap it belongs to.
    pub lap: Signal<In, Bit>,
    /// A command comes, or its place is being swept.
    pub write: Signal<Out, Bit>,
    /// Its number.
    pub place: Signal<Out, Bits<NUMBER_BITS>>,
    /// It is the one that is next.
    pub hits: Signal<Out, Bit>,
    /// The command that is next has come, or comes in this clock.
    pub there: Signal<Out, Bit>,
    /// Its number.
    pub read: Signal<Out, Bits<NUMBER_BITS>>,
    /// It is taken; only if it is there.
    pub pull: Signal<In, Bit>,
    /// The marks are being swept: no command may come.
    pub sweeps: Signal<Out, Bit>,
    marks: LutRam<1, NUMBER_BITS>,
    at: Register<Bits<COUNT_BITS>>,
    behind: Register<Bits<COUNT_BITS>>,
    write_now: Register<Bit>,
    place_now: Register<Bits<NUMBER_BITS>>,
    lap_now: Register<Bit>,
    hits_now: Register<Bit>,
    stored: Register<Bit>,
    sweeps_now: Register<Bit>,
    sweep_on: Signal<Local, Bit>,
    mark: Signal<Local, Bits<1>>,
    marked: Signal<Local, Bit>,
    to_at: Signal<Local, Bits<COUNT_BITS>>,
    to_behind: Signal<Local, Bits<COUNT_BITS>>,
    written: Signal<Local, Bits<COUNT_BITS>>,
    numbers: Constant<Bits<COUNT_BITS>>,
    laps: Constant<Bits<COUNT_BITS>>,
    last: Constant<Bits<NUMBER_BITS>>,
}

impl Marks {
    /// For `2^frames_log2` frames in flight.
    pub fn new(frames_log2: usize) -> Self {
        let frames = 1u64 << frames_log2;
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            coming: Signal::default(),
            number: Signal::default(),
            lap: Signal::default(),
            write: Signal::default(),
            place: Signal::default(),
            hits: Signal::default(),
            there: Signal::default(),
            read: Signal::default(),
            pull: Signal::default(),
            sweeps: Signal::default(),
            marks: LutRam::new(frames_log2),
            at: Register::default(),
            behind: Register::new(1u64.to_bits()),
            write_now: Register::new(true),
            place_now: Register::default(),
            lap_now: Register::new(true),
            hits_now: Register::default(),
            stored: Register::default(),
            sweeps_now: Register::new(true),
            sweep_on: Signal::default(),
            mark: Signal::default(),
            marked: Signal::default(),
            to_at: Signal::default(),
            to_behind: Signal::default(),
            written: Signal::default(),
            numbers: Constant::new((frames - 1).to_bits()),
            laps: Constant::new(frames.to_bits()),
            last: Constant::new((frames - 1).to_bits()),
        }
    }
}

impl Logic for Marks {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, at, behind);
        clock!(self, clock, marks, write_now, place_now, lap_now, hits_now, stored, sweeps_now);
        self.at.reset.next = self.reset.val();
        self.behind.reset.next = self.reset.val();
        self.write_now.reset.next = self.reset.val();
        self.place_now.reset.next = self.reset.val();
        self.lap_now.reset.next = self.reset.val();
        self.hits_now.reset.next = self.reset.val();
        self.stored.reset.next = self.reset.val();
        self.sweeps_now.reset.next = self.reset.val();

        self.sweep_on.next = self.sweeps_now.q.val() & (self.place_now.q.val() != self.last.val());
        self.sweeps_now.d.next = self.sweep_on.val();
        self.sweeps.next = self.sweeps_now.q.val();
        self.write_now.d.next = self.coming.val() | self.sweep_on.val();
        self.lap_now.d.next = self.lap.val() | self.sweep_on.val();
        self.place_now.d.next = self.number.val();
        if self.sweeps_now.q.val() {
            self.place_now.d.next = self.place_now.q.val() + 1;
        }
        self.write.next = self.write_now.q.val();
        self.place.next = self.place_now.q.val();
        self.mark.next = 0.into();
        if self.lap_now.q.val() {
            self.mark.next = 1.into();
        }
        self.marks.we.next = self.write_now.q.val();
        self.marks.wa.next = self.place_now.q.val();
        self.marks.wd.next = self.mark.val();
        self.marks.ra.next = bit_cast::<NUMBER_BITS, COUNT_BITS>(self.behind.q.val());

        // Where numbers differ. A mark that is being written is not read yet.
        self.to_at.next = (self.at.q.val()
            ^ bit_cast::<COUNT_BITS, NUMBER_BITS>(self.number.val()))
            & self.numbers.val();
        self.to_behind.next = (self.behind.q.val()
            ^ bit_cast::<COUNT_BITS, NUMBER_BITS>(self.number.val()))
            & self.numbers.val();
        self.written.next = (self.behind.q.val()
            ^ bit_cast::<COUNT_BITS, NUMBER_BITS>(self.place_now.q.val()))
            & self.numbers.val();
        self.marked.next = (self.write_now.q.val() & !self.written.val().any())
            | (self.marks.q.val().any() == (self.behind.q.val() & self.laps.val()).any());
        self.read.next = bit_cast::<NUMBER_BITS, COUNT_BITS>(self.at.q.val());
        self.hits.next = self.hits_now.q.val();
        self.there.next = self.stored.q.val() | self.hits_now.q.val();
        self.hits_now.d.next = self.coming.val() & !self.to_at.val().any();
        self.stored.d.next = self.stored.q.val() | self.hits_now.q.val();
        if self.pull.val() {
            self.hits_now.d.next = self.coming.val() & !self.to_behind.val().any();
            self.stored.d.next = self.marked.val();
            self.at.d.next = self.behind.q.val();
            self.behind.d.next = self.behind.q.val() + 1;
        }
    }
}
