//! How does a reader that may stand still hold up nobody else?
//!
//! ```text
//! s_* --[registers]--> block RAM, 2^A beats --> [FIFO] --> m_*
//!            |  write, begin, fetch, read: pointers
//!            +--> no room: back to where the frame began, and its rest is not taken
//! ```
//! A FIFO of whole frames that always takes its beat. A frame for which there is no room is lost as
//! a whole, and `lost` says so: tail drop. What is read begins when the frame's last beat is there.
//!
//! Latency: 6 clocks behind a frame's last beat. Throughput: a beat per clock, so nothing is lost
//! on a reader that never waits. Capacity: `2^A` beats, one less where a gap is before the last:
//! whether there is room is asked a clock ahead. A longer frame is always lost.

use crate::{
    delay::DelayValid,
    fifo::Fifo,
    ram::{Ram, Style},
    register::Register,
};
use rust_hdl::prelude::*;

/// Clocks from a pointer to what it points at.
const FETCH: usize = 2;
/// Bits of a pointer, one more than the most beats need.
const POINTER: usize = 12;

/// Frames of beats of `W` bits, whose lowest bit is set in a frame's last beat.
#[derive(LogicBlock)]
pub struct TailDrop<const W: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Empties it; a frame under way is begun anew with the next beat.
    pub reset: Signal<In, Bit>,
    /// A beat comes.
    pub s_tvalid: Signal<In, Bit>,
    /// It, the last bit of its frame lowest.
    pub s_tdata: Signal<In, Bits<W>>,
    /// A frame that found no room has ended.
    pub lost: Signal<Out, Bit>,
    /// A beat is offered.
    pub m_tvalid: Signal<Out, Bit>,
    /// It is taken.
    pub m_tready: Signal<In, Bit>,
    /// The beat.
    pub m_tdata: Signal<Out, Bits<W>>,
    beats: Ram<W, POINTER>,
    comes: Register<Bit>,
    beat: DFF<Bits<W>>,
    write: Register<Bits<POINTER>>,
    writes: DFF<Bit>,
    written_at: DFF<Bits<POINTER>>,
    written: DFF<Bits<W>>,
    room: Register<Bit>,
    whole: Register<Bits<POINTER>>,
    begin: Register<Bits<POINTER>>,
    fetch: Register<Bits<POINTER>>,
    read: Register<Bits<POINTER>>,
    fetched: DelayValid<FETCH>,
    ahead: Register<Bits<3>>,
    ready: Fifo<Bits<W>, 3>,
    losing: Register<Bit>,
    lost_now: Register<Bit>,
    fetches: Signal<Local, Bit>,
    given: Signal<Local, Bit>,
    fits: Signal<Local, Bit>,
    last: Signal<Local, Bit>,
    most: Constant<Bits<POINTER>>,
}

impl<const W: usize> TailDrop<W> {
    /// With room for `1 << depth_log2` beats, up to 2,048.
    pub fn new(depth_log2: usize) -> Self {
        assert!((1..POINTER).contains(&depth_log2), "2 to 2,048 beats");
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            s_tvalid: Signal::default(),
            s_tdata: Signal::default(),
            lost: Signal::default(),
            m_tvalid: Signal::default(),
            m_tready: Signal::default(),
            m_tdata: Signal::default(),
            beats: Ram::new(depth_log2, Style::Block),
            comes: Register::default(),
            beat: DFF::default(),
            write: Register::default(),
            writes: DFF::default(),
            written_at: DFF::default(),
            written: DFF::default(),
            room: Register::default(),
            whole: Register::default(),
            begin: Register::default(),
            fetch: Register::default(),
            read: Register::default(),
            fetched: DelayValid::default(),
            ahead: Register::default(),
            ready: Fifo::default(),
            losing: Register::default(),
            lost_now: Register::default(),
            fetches: Signal::default(),
            given: Signal::default(),
            fits: Signal::default(),
            last: Signal::default(),
            most: Constant::new(((1u64 << depth_log2) - 1).to_bits()),
        }
    }
}

impl<const W: usize> Logic for TailDrop<W> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, beat, write, begin, fetch, read, ahead, losing);
        dff_setup!(self, clock, writes, written_at, written, room, whole);
        clock!(self, clock, beats, fetched, ready, comes, lost_now);
        self.comes.reset.next = self.reset.val();
        self.write.reset.next = self.reset.val();
        self.begin.reset.next = self.reset.val();
        self.read.reset.next = self.reset.val();
        self.losing.reset.next = self.reset.val();
        self.lost_now.reset.next = self.reset.val();
        self.room.reset.next = self.reset.val();
        self.whole.reset.next = self.reset.val();
        self.fetch.reset.next = self.reset.val();
        self.fetched.reset.next = self.reset.val();
        self.ahead.reset.next = self.reset.val();
        self.ready.reset.next = self.reset.val();
        // In: a beat is written where it fits, whatever becomes of its frame.
        self.comes.d.next = self.s_tvalid.val();
        self.beat.d.next = self.s_tdata.val();
        self.last.next = self.beat.q.val().get_bit(0);
        self.room.d.next = (self.write.q.val() - self.read.q.val()) < self.most.val();
        self.fits.next = !self.losing.q.val() & self.room.q.val();
        self.writes.d.next = self.comes.q.val() & self.fits.val();
        self.written_at.d.next = self.write.q.val();
        self.written.d.next = self.beat.q.val();
        self.beats.we.next = self.writes.q.val();
        self.beats.wa.next = self.written_at.q.val();
        self.beats.wd.next = self.written.q.val();
        self.whole.d.next = self.begin.q.val();
        self.lost_now.d.next = self.comes.q.val() & self.last.val() & !self.fits.val();
        if self.comes.q.val() {
            self.losing.d.next = !self.fits.val() & !self.last.val();
            if self.fits.val() {
                self.write.d.next = self.write.q.val() + 1;
                if self.last.val() {
                    self.begin.d.next = self.write.q.val() + 1;
                }
            } else if self.last.val() {
                self.write.d.next = self.begin.q.val();
            }
        }
        self.lost.next = self.lost_now.q.val();
        // Out: no more is fetched than the FIFO has room for, and a place is free when it is read.
        self.fetches.next = (self.fetch.q.val() != self.whole.q.val()) & !self.ahead.q.val().all();
        self.given.next = self.ready.m_tvalid.val() & self.m_tready.val();
        if self.fetches.val() {
            self.fetch.d.next = self.fetch.q.val() + 1;
        }
        if self.given.val() {
            self.read.d.next = self.read.q.val() + 1;
        }
        if self.fetches.val() & !self.given.val() {
            self.ahead.d.next = self.ahead.q.val() + 1;
        }
        if self.given.val() & !self.fetches.val() {
            self.ahead.d.next = self.ahead.q.val() - 1;
        }
        self.beats.ra.next = self.fetch.q.val();
        self.fetched.d.next = self.fetches.val();
        self.ready.s_tvalid.next = self.fetched.q.val();
        self.ready.s_tdata.next = self.beats.q.val();
        self.ready.m_tready.next = self.m_tready.val();
        self.m_tvalid.next = self.ready.m_tvalid.val();
        self.m_tdata.next = self.ready.m_tdata.val();
    }
}
