//! Where does a packet wait for its second pass?
//!
//! ```text
//!          +--> [even: 16 places] --+
//!  put ----+                        +--> of either half --> first
//!          +--> [odd: 16 places] ---+
//! ```
//! A FIFO in LUT RAM, a packet in and one out per clock, in two halves that take turns, so that
//! each place is in one LUT RAM and nothing has to choose between two of them before a register.
//! The place behind the last packet of a half is always free: it is written in every clock.
//!
//! What comes and what asks has a register first, so that the RAM may lie anywhere. Latency: 1
//! clock from `put` until `waits` says so, 2 clocks from `take` to the packet.

use super::turn::Turned;
use cells::{copies::Copies, ram::SlotRam, register::Register};
use rust_hdl::prelude::*;

/// Places of either half, as a power of two: what one LUT RAM holds.
const HALF_LOG2: usize = 4;
/// Packets it holds.
pub const PLACES: usize = 2 << HALF_LOG2;
/// Bits of the count of packets that wait, which never is [`PLACES`].
pub const LEVEL_BITS: usize = HALF_LOG2 + 1;

/// A part of the words in one half of the FIFO, with pointers of its own, as one for all would have
/// to reach every LUT RAM. Nothing merges them: a counter depends on itself.
#[derive(LogicBlock)]
struct Lane<T: Synth> {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    pub put: Signal<In, Bit>,
    pub i: Signal<In, T>,
    pub take: Signal<In, Bit>,
    /// The first word, one clock after `take`.
    pub o: Signal<Out, T>,
    words: SlotRam<T, HALF_LOG2>,
    head: Register<Bits<HALF_LOG2>>,
    tail: Register<Bits<HALF_LOG2>>,
    out: DFF<T>,
}

impl<T: Synth> Default for Lane<T> {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            reset: Default::default(),
            put: Default::default(),
            i: Default::default(),
            take: Default::default(),
            o: Default::default(),
            words: SlotRam::slots(HALF_LOG2),
            head: Default::default(),
            tail: Default::default(),
            out: Default::default(),
        }
    }
}

impl<T: Synth> Logic for Lane<T> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, head, tail, out);
        self.head.reset.next = self.reset.val();
        self.tail.reset.next = self.reset.val();
        self.words.clock.next = self.clock.val();
        self.words.we.next = true;
        self.words.wa.next = self.tail.q.val();
        self.words.wd.next = self.i.val();
        self.words.ra.next = self.head.q.val();
        self.out.d.next = self.words.q.val();
        if self.put.val() {
            self.tail.d.next = self.tail.q.val() + 1;
        }
        if self.take.val() {
            self.head.d.next = self.head.q.val() + 1;
        }
        self.o.next = self.out.q.val();
    }
}

/// Every second packet that waits. Bits that nobody reads vanish.
#[derive(LogicBlock, Default)]
struct Half {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    pub put: Signal<In, Bit>,
    pub i: Signal<In, Turned>,
    pub take: Signal<In, Bit>,
    /// What is smaller than an address, one clock after `take`.
    pub o: Signal<Out, Turned>,
    pub src_ip: Signal<Out, Bits<128>>,
    pub dst_ip: Signal<Out, Bits<128>>,
    others: Lane<Turned>,
    sources: Lane<Bits<128>>,
    destinations: Lane<Bits<128>>,
}

impl Logic for Half {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, others, sources, destinations);
        self.others.reset.next = self.reset.val();
        self.others.put.next = self.put.val();
        self.others.i.next = self.i.val();
        self.others.take.next = self.take.val();
        self.o.next = self.others.o.val();
        self.sources.reset.next = self.reset.val();
        self.sources.put.next = self.put.val();
        self.sources.i.next = self.i.val().src_ip;
        self.sources.take.next = self.take.val();
        self.src_ip.next = self.sources.o.val();
        self.destinations.reset.next = self.reset.val();
        self.destinations.put.next = self.put.val();
        self.destinations.i.next = self.i.val().dst_ip;
        self.destinations.take.next = self.take.val();
        self.dst_ip.next = self.destinations.o.val();
    }
}

/// The FIFO.
#[derive(LogicBlock, Default)]
pub struct Waiting {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    /// A packet that shall wait; there is room for it.
    pub put: Signal<In, Bit>,
    pub turned: Signal<In, Turned>,
    /// One is waiting.
    pub waits: Signal<Out, Bit>,
    /// How many are.
    pub level: Signal<Out, Bits<LEVEL_BITS>>,
    /// The first one goes; one is waiting.
    pub take: Signal<In, Bit>,
    /// It, two clocks later, but for its addresses.
    pub first: Signal<Out, Turned>,
    pub src_ip: Signal<Out, Bits<128>>,
    pub dst_ip: Signal<Out, Bits<128>>,
    even: Half,
    odd: Half,
    turned_now: DFF<Turned>,
    put_even: Register<Bit>,
    put_odd: Register<Bit>,
    take_even: Register<Bit>,
    take_odd: Register<Bit>,
    puts_odd: Register<Bit>,
    takes_odd: Register<Bit>,
    came_odd: Copies<3>,
    count: Register<Bits<LEVEL_BITS>>,
    any: Register<Bit>,
}

impl Logic for Waiting {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, turned_now, put_even, put_odd, take_even, take_odd);
        dff_setup!(self, clock, puts_odd, takes_odd, count, any);
        clock!(self, clock, even, odd, came_odd);
        self.put_even.reset.next = self.reset.val();
        self.put_odd.reset.next = self.reset.val();
        self.take_even.reset.next = self.reset.val();
        self.take_odd.reset.next = self.reset.val();
        self.puts_odd.reset.next = self.reset.val();
        self.takes_odd.reset.next = self.reset.val();
        self.count.reset.next = self.reset.val();
        self.any.reset.next = self.reset.val();
        if self.put.val() & !self.take.val() {
            self.count.d.next = self.count.q.val() + 1;
            self.any.d.next = true;
        }
        if self.take.val() & !self.put.val() {
            self.count.d.next = self.count.q.val() - 1;
            self.any.d.next = self.count.q.val() != 1;
        }
        self.waits.next = self.any.q.val();
        self.level.next = self.count.q.val();
        self.turned_now.d.next = self.turned.val();
        self.puts_odd.d.next = self.puts_odd.q.val() ^ self.put.val();
        self.put_even.d.next = self.put.val() & !self.puts_odd.q.val();
        self.put_odd.d.next = self.put.val() & self.puts_odd.q.val();
        self.takes_odd.d.next = self.takes_odd.q.val() ^ self.take.val();
        self.take_even.d.next = self.take.val() & !self.takes_odd.q.val();
        self.take_odd.d.next = self.take.val() & self.takes_odd.q.val();
        self.even.reset.next = self.reset.val();
        self.even.put.next = self.put_even.q.val();
        self.even.i.next = self.turned_now.q.val();
        self.even.take.next = self.take_even.q.val();
        self.odd.reset.next = self.reset.val();
        self.odd.put.next = self.put_odd.q.val();
        self.odd.i.next = self.turned_now.q.val();
        self.odd.take.next = self.take_odd.q.val();
        self.came_odd.d.next = self.take_odd.q.val();
        self.first.next = self.even.o.val();
        if self.came_odd.q.val().get_bit(0) {
            self.first.next = self.odd.o.val();
        }
        self.src_ip.next = self.even.src_ip.val();
        if self.came_odd.q.val().get_bit(1) {
            self.src_ip.next = self.odd.src_ip.val();
        }
        self.dst_ip.next = self.even.dst_ip.val();
        if self.came_odd.q.val().get_bit(2) {
            self.dst_ip.next = self.odd.dst_ip.val();
        }
    }
}
