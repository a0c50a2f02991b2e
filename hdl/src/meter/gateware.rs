//! [`super::Meter`] as hardware.

use super::TIME_BITS;
use crate::deliver::gateware::Rows;
use cells::{
    bucket::gateware::{Buckets, LATENCY as ANSWER, TIMES},
    delay::{Delay, DelayValid},
    register::Register,
};
use rust_hdl::prelude::*;

/// Clocks from the ENI's number to the answer.
pub const LATENCY: usize = INDEX + ANSWER;
/// Clocks until the buckets are asked: the costs are known when they need them.
const INDEX: usize = ROW + 3 - TIMES;
/// Clocks until the row is there.
const ROW: usize = crate::deliver::gateware::LATENCY;
/// Bits of an ENI's row, of a rate, of a time in it.
pub const METERS: usize = 108;
const RATE: usize = 36;
/// Bits of a bucket's number: {ENI, inbound}.
const BUCKET: usize = 11;
/// Buckets must be swept several times in half a turn, by so many clocks that nobody is in.
const _: () = assert!((1 << BUCKET) * 2 * (1 << RUN) < 1_u64 << (TIME_BITS - 5));
/// As a power of two, of how many clocks at least one must be idle; and of how many of those
/// in which none came one is asked for.
const RUN: usize = 12;
const PATIENCE: usize = 6;

// A kernel takes no name for a number.
const _: () = assert!(super::UNITS == 1 << 4 && RUN == 12 && PATIENCE == 6);

/// `value << 6 * shift >> fraction`.
#[derive(LogicBlock)]
pub struct Scale {
    /// What is shifted.
    pub value: Signal<In, Bits<32>>,
    /// How far.
    pub shift: Signal<In, Bits<2>>,
    /// The time.
    pub time: Signal<Out, Bits<TIME_BITS>>,
    wide: Signal<Local, Bits<54>>,
    fraction: Constant<Bits<6>>,
}

impl Scale {
    fn new(fraction: u32) -> Self {
        Self {
            value: Signal::default(),
            shift: Signal::default(),
            time: Signal::default(),
            wide: Signal::default(),
            fraction: Constant::new(u64::from(fraction).to_bits()),
        }
    }
}

impl Logic for Scale {
    #[hdl_gen]
    fn update(&mut self) {
        self.wide.next = bit_cast::<54, 32>(self.value.val());
        if self.shift.val().get_bit(0) {
            self.wide.next = self.wide.val() << 6;
        }
        if self.shift.val().get_bit(1) {
            self.wide.next = self.wide.val() << 12;
        }
        self.time.next = bit_cast::<TIME_BITS, 54>(self.wide.val() >> self.fraction.val());
    }
}

/// The meters of all ENIs.
#[derive(LogicBlock)]
pub struct Meter {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Empties all buckets.
    pub reset: Signal<In, Bit>,
    /// A packet is here.
    pub valid: Signal<In, Bit>,
    /// Its ENI,
    pub eni: Signal<In, Bits<10>>,
    /// and the parity of its generation.
    pub generation: Signal<In, Bit>,
    /// Does it come to the ENI?
    pub inbound: Signal<In, Bit>,
    /// Bytes of the IP packet.
    pub bytes: Signal<In, Bits<14>>,
    /// [`LATENCY`] clocks later: nothing else speaks against it.
    pub passes: Signal<In, Bit>,
    /// Or it goes to the host's CPU.
    pub punted: Signal<In, Bit>,
    /// With those: it does not fit its ENI's rate,
    pub over: Signal<Out, Bit>,
    /// or that of what its ENI asks the host.
    pub asks_over: Signal<Out, Bit>,
    /// With those: the clock in which it is metered.
    pub now: Signal<Out, Bits<32>>,
    /// Let no frame in with the next clock.
    pub bubble: Signal<Out, Bit>,
    /// The buckets are being emptied.
    pub busy: Signal<Out, Bit>,
    /// A row to be written.
    pub w_valid: Signal<In, Bit>,
    /// Into which bank.
    pub w_bank: Signal<In, Bit>,
    /// Of which ENI.
    pub w_index: Signal<In, Bits<10>>,
    /// The row.
    pub w_entry: Signal<In, Bits<METERS>>,
    rows: Rows<METERS>,
    inbound_at: Delay<Bit, ROW>,
    bytes_at: Delay<Bits<14>, { ROW + 1 }>,
    rate: DFF<Bits<RATE>>,
    asking: DFF<Bits<36>>,
    rate_at: DFF<Bits<RATE>>,
    asking_at: DFF<Bits<36>>,
    product: DFF<Bits<32>>,
    packet: Scale,
    byte: Scale,
    burst: Scale,
    punt: Scale,
    packet_at: DFF<Bits<TIME_BITS>>,
    byte_at: DFF<Bits<TIME_BITS>>,
    burst_at: DFF<Bits<TIME_BITS>>,
    punt_at: DFF<Bits<TIME_BITS>>,
    clocks: Register<Bits<32>>,
    clocks_at: DFF<Bits<32>>,
    clearing: Register<Bit>,
    swept: Register<Bits<BUCKET>>,
    run: Register<Bits<RUN>>,
    asks: Register<Bit>,
    index: DFF<Bits<BUCKET>>,
    sweep: DFF<Bit>,
    clear: DFF<Bit>,
    index_at: Delay<Bits<BUCKET>, { INDEX - 1 }>,
    sweep_at: DelayValid<{ INDEX - 1 }>,
    clear_at: DelayValid<{ INDEX - 1 }>,
    packets: Buckets<BUCKET, TIME_BITS>,
    octets: Buckets<BUCKET, TIME_BITS>,
    questions: Buckets<10, TIME_BITS>,
    fits: Signal<Local, Bit>,
    time: Signal<Local, Bits<TIME_BITS>>,
    mantissa: Signal<Local, Bits<16>>,
}

impl Meter {
    /// Of `1 << depth_log2` ENIs, 2 or more.
    #[allow(clippy::too_many_lines)] // a line per field
    pub fn new(depth_log2: usize) -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            valid: Signal::default(),
            eni: Signal::default(),
            generation: Signal::default(),
            inbound: Signal::default(),
            bytes: Signal::default(),
            passes: Signal::default(),
            punted: Signal::default(),
            over: Signal::default(),
            asks_over: Signal::default(),
            now: Signal::default(),
            bubble: Signal::default(),
            busy: Signal::default(),
            w_valid: Signal::default(),
            w_bank: Signal::default(),
            w_index: Signal::default(),
            w_entry: Signal::default(),
            rows: Rows::new(depth_log2),
            inbound_at: Delay::default(),
            bytes_at: Delay::default(),
            rate: DFF::default(),
            asking: DFF::default(),
            rate_at: DFF::default(),
            asking_at: DFF::default(),
            product: DFF::default(),
            packet: Scale::new(super::PACKET_FRACTION),
            byte: Scale::new(super::BYTE_FRACTION),
            burst: Scale::new(0),
            punt: Scale::new(super::PACKET_FRACTION),
            packet_at: DFF::default(),
            byte_at: DFF::default(),
            burst_at: DFF::default(),
            punt_at: DFF::default(),
            clocks: Register::default(),
            clocks_at: DFF::default(),
            clearing: Register::new(true),
            swept: Register::default(),
            run: Register::default(),
            asks: Register::default(),
            index: DFF::default(),
            sweep: DFF::default(),
            clear: DFF::default(),
            index_at: Delay::default(),
            sweep_at: DelayValid::default(),
            clear_at: DelayValid::default(),
            packets: Buckets::new(depth_log2 + 1),
            octets: Buckets::new(depth_log2 + 1),
            questions: Buckets::new(depth_log2),
            fits: Signal::default(),
            time: Signal::default(),
            mantissa: Signal::default(),
        }
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::new(1)
    }
}

impl Logic for Meter {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        dff_setup!(self, clock, rate, asking, rate_at, asking_at, product, clocks, clocks_at);
        dff_setup!(self, clock, packet_at, byte_at, burst_at, punt_at);
        dff_setup!(self, clock, clearing, swept, run, asks, index, sweep, clear);
        clock!(self, clock, rows, inbound_at, bytes_at, index_at, sweep_at, clear_at);
        clock!(self, clock, packets, octets, questions);
        self.clocks.reset.next = self.reset.val();
        self.clearing.reset.next = self.reset.val();
        self.swept.reset.next = self.reset.val();
        self.run.reset.next = self.reset.val();
        self.asks.reset.next = self.reset.val();
        self.sweep_at.reset.next = self.reset.val();
        self.clear_at.reset.next = self.reset.val();
        self.rows.eni.next = self.eni.val();
        self.rows.generation.next = self.generation.val();
        self.rows.w_valid.next = self.w_valid.val();
        self.rows.w_bank.next = self.w_bank.val();
        self.rows.w_index.next = self.w_index.val();
        self.rows.w_entry.next = self.w_entry.val();
        // What does the packet take?
        self.inbound_at.d.next = self.inbound.val();
        self.bytes_at.d.next = self.bytes.val();
        self.rate.d.next = self.rows.row.val().get_bits::<RATE>(0);
        if self.inbound_at.q.val() {
            self.rate.d.next = self.rows.row.val().get_bits::<RATE>(36);
        }
        self.asking.d.next = self.rows.row.val().get_bits::<36>(72);
        self.mantissa.next = self.rate.q.val().get_bits::<16>(18);
        self.product.d.next = self.mantissa.val() * bit_cast::<16, 14>(self.bytes_at.q.val());
        self.rate_at.d.next = self.rate.q.val();
        self.asking_at.d.next = self.asking.q.val();
        self.packet.value.next = bit_cast::<32, 16>(self.rate_at.q.val().get_bits::<16>(0));
        self.packet.shift.next = self.rate_at.q.val().get_bits::<2>(16);
        self.byte.value.next = self.product.q.val();
        self.byte.shift.next = self.rate_at.q.val().get_bits::<2>(34);
        self.punt.value.next = bit_cast::<32, 16>(self.asking_at.q.val().get_bits::<16>(0));
        self.punt.shift.next = self.asking_at.q.val().get_bits::<2>(16);
        self.burst.value.next = bit_cast::<32, 16>(self.asking_at.q.val().get_bits::<16>(18));
        self.burst.shift.next = self.asking_at.q.val().get_bits::<2>(34);
        self.packet_at.d.next = self.packet.time.val();
        self.byte_at.d.next = self.byte.time.val();
        self.burst_at.d.next = self.burst.time.val();
        self.punt_at.d.next = self.punt.time.val();
        // Whose buckets? In a clock that nobody is in, the next ones are swept.
        self.index.d.next = bit_cast::<BUCKET, 10>(self.eni.val()) << 1;
        if self.inbound.val() {
            self.index.d.next = (bit_cast::<BUCKET, 10>(self.eni.val()) << 1) | 1;
        }
        self.sweep.d.next = !self.valid.val() | self.clearing.q.val();
        self.clear.d.next = self.clearing.q.val();
        if !self.valid.val() | self.clearing.q.val() {
            self.index.d.next = self.swept.q.val();
            self.swept.d.next = self.swept.q.val() + 1;
            self.clearing.d.next = self.clearing.q.val() & !self.swept.q.val().all();
        }
        self.busy.next = self.clearing.q.val();
        // If there is none for long, one is asked for, until it comes.
        self.run.d.next = self.run.q.val() + 1;
        if !self.valid.val() {
            self.run.d.next = 0.into();
        }
        self.asks.d.next =
            self.run.q.val().get_bit(11) & self.run.q.val().get_bits::<PATIENCE>(0).all();
        self.bubble.next = self.asks.q.val();
        self.index_at.d.next = self.index.q.val();
        self.sweep_at.d.next = self.sweep.q.val();
        self.clear_at.d.next = self.clear.q.val();
        // Do they hold it?
        self.clocks.d.next = self.clocks.q.val() + 1;
        self.clocks_at.d.next = self.clocks.q.val();
        self.now.next = self.clocks_at.q.val();
        self.time.next = bit_cast::<TIME_BITS, 32>(self.clocks.q.val()) << 4;
        self.packets.index.next = self.index_at.q.val();
        self.packets.sweep.next = self.sweep_at.q.val();
        self.packets.clear.next = self.clear_at.q.val();
        self.packets.now.next = self.time.val();
        self.packets.cost.next = self.packet_at.q.val();
        self.packets.limit.next = self.burst_at.q.val();
        self.octets.index.next = self.index_at.q.val();
        self.octets.sweep.next = self.sweep_at.q.val();
        self.octets.clear.next = self.clear_at.q.val();
        self.octets.now.next = self.time.val();
        self.octets.cost.next = self.byte_at.q.val();
        self.octets.limit.next = self.burst_at.q.val();
        self.questions.index.next = self.index_at.q.val().get_bits::<10>(1);
        self.questions.sweep.next = self.sweep_at.q.val();
        self.questions.clear.next = self.clear_at.q.val();
        self.questions.now.next = self.time.val();
        self.questions.cost.next = self.punt_at.q.val();
        self.questions.limit.next = self.burst_at.q.val();
        self.fits.next = self.packets.fits.val() & self.octets.fits.val();
        self.packets.take.next = self.passes.val() & self.fits.val();
        self.octets.take.next = self.passes.val() & self.fits.val();
        self.questions.take.next = self.punted.val() & self.questions.fits.val();
        self.over.next = self.passes.val() & !self.fits.val();
        self.asks_over.next = self.punted.val() & !self.questions.fits.val();
    }
}
