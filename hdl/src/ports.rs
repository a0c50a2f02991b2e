//! Which port sends next, and through which does a frame leave?
//!
//! ```text
//!   s_* of each port -------------------+
//!   s_* of the CPU --> [ header off ] --+--> [ arbiter: a frame of each in turn ] --> the card
//!
//!   the card --> [ tuser ] --+--> [ register slice ] --> m_* of each port
//!                            +--> [ tail drop ] -------> m_* of the CPU
//! ```
//! In: wires and one register of the arbiter, no latency. Out: a clock, so that no port's `tready`
//! has far to go. A port that does not take its frame holds up the others, for the card has one way
//! out; a MAC at line rate never does. The CPU does: what it leaves lying is lost, whole frames
//! of it, and counted.

use crate::{
    meta::Source,
    profile::{CPU_PORT, PORTS},
    punt::gateware::Inject,
};
use cells::{
    arbiter::Arbiter,
    skid::Skid,
    stream::{HEADER_BYTES, MAX_FRAME_BYTES, USER_BITS},
    tail_drop::TailDrop,
};
use rust_hdl::prelude::*;

/// Bytes that wait for the CPU, at most: a frame of any length and more.
pub const CPU_BUFFER_BYTES: usize = 1 << 14;
const _: () = assert!(CPU_BUFFER_BYTES > MAX_FRAME_BYTES + HEADER_BYTES);
// A kernel takes no name for a number.
const _: () = assert!(PORTS == 4 && CPU_PORT == 3);

/// From the ports into the card: `W` data bits, `B` bytes.
#[derive(LogicBlock)]
pub struct Ingress<const W: usize, const B: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Forgets whose frame is under way.
    pub reset: Signal<In, Bit>,
    /// A beat of each port.
    pub s_tdata: [Signal<In, Bits<W>>; PORTS],
    /// Its bytes.
    pub s_tkeep: [Signal<In, Bits<B>>; PORTS],
    /// Is it the last of its frame?
    pub s_tlast: [Signal<In, Bit>; PORTS],
    /// Is there one?
    pub s_tvalid: [Signal<In, Bit>; PORTS],
    /// It is taken.
    pub s_tready: [Signal<Out, Bit>; PORTS],
    /// The beat of the port whose turn it is.
    pub tdata: Signal<Out, Bits<W>>,
    /// Its bytes.
    pub tkeep: Signal<Out, Bits<B>>,
    /// Is it the last of its frame?
    pub tlast: Signal<Out, Bit>,
    /// From where its frame comes, a [`Source`].
    pub tuser: Signal<Out, Bits<USER_BITS>>,
    /// Is there one?
    pub tvalid: Signal<Out, Bit>,
    /// It is taken.
    pub tready: Signal<In, Bit>,
    arbiter: Arbiter<PORTS>,
    request: Signal<Local, Bits<PORTS>>,
    inject: Inject<W>,
    sources: [Constant<Bits<USER_BITS>>; CPU_PORT],
}

impl<const W: usize, const B: usize> Default for Ingress<W, B> {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            s_tdata: Default::default(),
            s_tkeep: Default::default(),
            s_tlast: Default::default(),
            s_tvalid: Default::default(),
            s_tready: Default::default(),
            tdata: Signal::default(),
            tkeep: Signal::default(),
            tlast: Signal::default(),
            tuser: Signal::default(),
            tvalid: Signal::default(),
            tready: Signal::default(),
            arbiter: Arbiter::default(),
            request: Signal::default(),
            inject: Inject::default(),
            sources: std::array::from_fn(|i| {
                let source: crate::meta::bits::Source = Source::at(i).into();
                Constant::new(source.into())
            }),
        }
    }
}

impl<const W: usize, const B: usize> Logic for Ingress<W, B> {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, arbiter, inject);
        self.arbiter.reset.next = self.reset.val();
        self.inject.reset.next = self.reset.val();
        self.request.next = 0.into();
        self.tdata.next = 0.into();
        self.tkeep.next = 0.into();
        self.tlast.next = false;
        self.tuser.next = 0.into();
        self.tvalid.next = false;
        for i in 0..3 {
            self.request.next = self.request.val().replace_bit(i, self.s_tvalid[i].val());
            self.s_tready[i].next = self.tready.val() & self.arbiter.grant.val().get_bit(i);
            if self.arbiter.grant.val().get_bit(i) {
                self.tlast.next = self.tlast.val() | self.s_tlast[i].val();
                self.tvalid.next = self.tvalid.val() | self.s_tvalid[i].val();
            }
            if self.arbiter.select.val().get_bit(i) {
                self.tdata.next = self.tdata.val() | self.s_tdata[i].val();
                self.tkeep.next = self.tkeep.val() | self.s_tkeep[i].val();
                self.tuser.next = self.sources[i].val();
            }
        }
        // The CPU's, the last one.
        self.inject.s_tdata.next = self.s_tdata[3].val();
        self.inject.s_tlast.next = self.s_tlast[3].val();
        self.inject.s_tvalid.next = self.s_tvalid[3].val();
        self.inject.m_tready.next = self.tready.val() & self.arbiter.grant.val().get_bit(3);
        self.s_tready[3].next = self.inject.s_tready.val();
        self.request.next = self.request.val().replace_bit(3, self.inject.m_tvalid.val());
        if self.arbiter.grant.val().get_bit(3) {
            self.tlast.next = self.tlast.val() | self.s_tlast[3].val();
            self.tvalid.next = self.tvalid.val() | self.inject.m_tvalid.val();
        }
        if self.arbiter.select.val().get_bit(3) {
            self.tdata.next = self.tdata.val() | self.s_tdata[3].val();
            self.tkeep.next = self.tkeep.val() | self.s_tkeep[3].val();
            self.tuser.next = self.inject.m_tuser.val();
        }
        self.arbiter.request.next = self.request.val();
        self.arbiter.accept.next = self.tvalid.val() & self.tready.val();
        self.arbiter.last.next = self.tlast.val();
    }
}

/// From the card to the ports; `X = W + B` bits are a beat as it waits there.
#[derive(LogicBlock)]
pub struct Egress<const W: usize, const B: usize, const X: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Empties what waits.
    pub reset: Signal<In, Bit>,
    /// The card's beat.
    pub tdata: Signal<In, Bits<W>>,
    /// Its bytes, the first one always.
    pub tkeep: Signal<In, Bits<B>>,
    /// Is it the last of its frame?
    pub tlast: Signal<In, Bit>,
    /// A bit for each port: the one it leaves through.
    pub tuser: Signal<In, Bits<PORTS>>,
    /// Is there one?
    pub tvalid: Signal<In, Bit>,
    /// It is taken.
    pub tready: Signal<Out, Bit>,
    /// A beat for each port.
    pub m_tdata: [Signal<Out, Bits<W>>; PORTS],
    /// Its bytes.
    pub m_tkeep: [Signal<Out, Bits<B>>; PORTS],
    /// Is it the last of its frame?
    pub m_tlast: [Signal<Out, Bit>; PORTS],
    /// Is there one?
    pub m_tvalid: [Signal<Out, Bit>; PORTS],
    /// It is taken.
    pub m_tready: [Signal<In, Bit>; PORTS],
    /// The CPU's buffer had no room for a frame.
    pub lost: Signal<Out, Bit>,
    slices: [Skid<Bits<X>>; CPU_PORT],
    buffer: TailDrop<X>,
    word: Signal<Local, Bits<X>>,
    keep: Signal<Local, Bits<B>>,
    beat: Signal<Local, Bits<X>>,
    first: Constant<Bits<B>>,
    data_at: Constant<Bits<10>>,
}

impl<const W: usize, const B: usize, const X: usize> Default for Egress<W, B, X> {
    fn default() -> Self {
        assert_eq!(X, W + B, "a beat of {W} data bits with its side signals");
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            tdata: Signal::default(),
            tkeep: Signal::default(),
            tlast: Signal::default(),
            tuser: Signal::default(),
            tvalid: Signal::default(),
            tready: Signal::default(),
            m_tdata: Default::default(),
            m_tkeep: Default::default(),
            m_tlast: Default::default(),
            m_tvalid: Default::default(),
            m_tready: Default::default(),
            lost: Signal::default(),
            slices: Default::default(),
            buffer: TailDrop::new((CPU_BUFFER_BYTES / B).ilog2() as usize),
            word: Signal::default(),
            keep: Signal::default(),
            beat: Signal::default(),
            first: Constant::new(1u64.to_bits()),
            data_at: Constant::new((B as u64).to_bits()),
        }
    }
}

impl<const W: usize, const B: usize, const X: usize> Logic for Egress<W, B, X> {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, buffer);
        self.buffer.reset.next = self.reset.val();
        // A beat always has its first byte: whether it is the last one stands in that byte's place.
        self.keep.next = self.tkeep.val().replace_bit(0, self.tlast.val());
        self.word.next = (bit_cast::<X, W>(self.tdata.val()) << self.data_at.val())
            | bit_cast::<X, B>(self.keep.val());
        self.tready.next = self.tuser.val().get_bit(3);
        for i in 0..3 {
            self.slices[i].clock.next = self.clock.val();
            self.slices[i].reset.next = self.reset.val();
            self.slices[i].s_tdata.next = self.word.val();
            self.slices[i].s_tvalid.next = self.tvalid.val() & self.tuser.val().get_bit(i);
            self.tready.next =
                self.tready.val() | (self.tuser.val().get_bit(i) & self.slices[i].s_tready.val());
            self.slices[i].m_tready.next = self.m_tready[i].val();
            self.m_tvalid[i].next = self.slices[i].m_tvalid.val();
            self.beat.next = self.slices[i].m_tdata.val();
            self.m_tdata[i].next = bit_cast::<W, X>(self.beat.val() >> self.data_at.val());
            self.m_tkeep[i].next = bit_cast::<B, X>(self.beat.val()) | self.first.val();
            self.m_tlast[i].next = self.slices[i].m_tdata.val().get_bit(0);
        }
        // The CPU's, the last one.
        self.buffer.s_tdata.next = self.word.val();
        self.buffer.s_tvalid.next = self.tvalid.val() & self.tuser.val().get_bit(3);
        self.buffer.m_tready.next = self.m_tready[3].val();
        self.m_tvalid[3].next = self.buffer.m_tvalid.val();
        self.m_tdata[3].next = bit_cast::<W, X>(self.buffer.m_tdata.val() >> self.data_at.val());
        self.m_tkeep[3].next = bit_cast::<B, X>(self.buffer.m_tdata.val()) | self.first.val();
        self.m_tlast[3].next = self.buffer.m_tdata.val().get_bit(0);
        self.lost.next = self.buffer.lost.val();
    }
}
