//! The whole card: ports, frame path, header pipeline, registers.
//!
//! ```text
//!   s_* --> ports --> [ capture | ring ............. | rewrite ] --> ports --> m_*
//!                         | window          verdict ^
//!                         v                         |
//!                       [      header pipeline       ] --> explain
//!                                    ^
//!   bus --> [ BAR0 ] -- tables, generation, identity
//! ```

use crate::{
    bar0::gateware::Bar0,
    meta::{SETTLED, bits::Source},
    pipeline::{Entered, Orders, Pipeline},
    ports::{Egress, Ingress},
    profile::{PORTS, Profile},
};
use cells::{
    stream::{Depths, FramePath, USER_BITS},
    view::View,
};
use rust_hdl::prelude::*;

/// Bits of the explain record.
pub const TRACE: usize = <crate::explain::Trace as layout::Packed>::BITS;

/// A card: `W` data bits, `B` bytes and `M` halfwords a beat, `N` beats in the window, `X` as the
/// frame path wants it, `Y` as the egress.
#[derive(LogicBlock)]
pub struct Card<
    const W: usize,
    const B: usize,
    const M: usize,
    const N: usize,
    const X: usize,
    const Y: usize,
> {
    /// Rising edge; the only clock.
    pub clock: Signal<In, Clock>,
    /// Synchronous, active high: empties every table and closes the card. Hold it for
    /// [`RESET_CLOCKS`](crate::profile::RESET_CLOCKS) or more.
    pub reset: Signal<In, Bit>,
    /// AXI4-Stream from each port; byte 0 in the lowest bits.
    pub s_tdata: [Signal<In, Bits<W>>; PORTS],
    /// Bytes of the beat.
    pub s_tkeep: [Signal<In, Bits<B>>; PORTS],
    /// Last beat of the frame.
    pub s_tlast: [Signal<In, Bit>; PORTS],
    /// There is a beat.
    pub s_tvalid: [Signal<In, Bit>; PORTS],
    /// It is taken.
    pub s_tready: [Signal<Out, Bit>; PORTS],
    /// AXI4-Stream to each port.
    pub m_tdata: [Signal<Out, Bits<W>>; PORTS],
    /// Bytes of the beat.
    pub m_tkeep: [Signal<Out, Bits<B>>; PORTS],
    /// Last beat of the frame.
    pub m_tlast: [Signal<Out, Bit>; PORTS],
    /// There is a beat.
    pub m_tvalid: [Signal<Out, Bit>; PORTS],
    /// It is taken.
    pub m_tready: [Signal<In, Bit>; PORTS],
    /// An access to BAR0; stays until it is answered.
    pub bus_valid: Signal<In, Bit>,
    /// Is it a write?
    pub bus_write: Signal<In, Bit>,
    /// Byte address in BAR0.
    pub bus_addr: Signal<In, Bits<16>>,
    /// What is written.
    pub bus_wdata: Signal<In, Bits<32>>,
    /// It is answered in this clock.
    pub bus_ready: Signal<Out, Bit>,
    /// What was read.
    pub bus_rdata: Signal<Out, Bits<32>>,
    /// A pass of a packet ended: first passes in the order in which packets were taken, second ones
    /// in the order of their first.
    pub explain_valid: Signal<Out, Bit>,
    /// Its record; zero in a profile without.
    pub explain: Signal<Out, Bits<TRACE>>,
    ingress: Ingress<W, B>,
    egress: Egress<W, B, Y>,
    path: FramePath<W, B, M, N, X>,
    pipeline: Pipeline,
    bar0: Bar0,
    judged: DFF<Bit>,
    reason: DFF<Bits<6>>,
    entered: Signal<Local, Entered>,
    orders: Signal<Local, Orders>,
    source: View<Source, USER_BITS>,
    /// As part of the code of what is not dropped, though it is settled.
    settled: Constant<Bits<6>>,
    first_port: Constant<Bits<PORTS>>,
    explained: Constant<Bit>,
}

/// 128 bits.
pub type Card128 = Card<128, 16, 8, 12, 149, 144>;
/// 512 bits.
pub type Card512 = Card<512, 64, 32, 3, 581, 576>;

impl<const W: usize, const B: usize, const M: usize, const N: usize, const X: usize, const Y: usize>
    Card<W, B, M, N, X, Y>
{
    /// A card of this profile, on the heap: kernels keep a byte per bit.
    pub fn new(profile: &Profile) -> Box<Self> {
        assert_eq!(profile.width_bits, W, "{} has another datapath", profile.name);
        Box::new(Self {
            clock: Signal::default(),
            reset: Signal::default(),
            s_tdata: Default::default(),
            s_tkeep: Default::default(),
            s_tlast: Default::default(),
            s_tvalid: Default::default(),
            s_tready: Default::default(),
            m_tdata: Default::default(),
            m_tkeep: Default::default(),
            m_tlast: Default::default(),
            m_tvalid: Default::default(),
            m_tready: Default::default(),
            bus_valid: Signal::default(),
            bus_write: Signal::default(),
            bus_addr: Signal::default(),
            bus_wdata: Signal::default(),
            bus_ready: Signal::default(),
            bus_rdata: Signal::default(),
            explain_valid: Signal::default(),
            explain: Signal::default(),
            ingress: Ingress::default(),
            egress: Egress::default(),
            path: FramePath::new(if W == 128 { Depths::NARROW } else { Depths::WIDE }),
            pipeline: Pipeline::new(profile),
            bar0: Bar0::new(profile),
            judged: DFF::default(),
            reason: DFF::default(),
            entered: Signal::default(),
            orders: Signal::default(),
            source: View::default(),
            settled: Constant::new(SETTLED.to_bits()),
            first_port: Constant::new(1u64.to_bits()),
            explained: Constant::new(profile.explain),
        })
    }
}

impl<const W: usize, const B: usize, const M: usize, const N: usize, const X: usize, const Y: usize>
    Logic for Card<W, B, M, N, X, Y>
{
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        clock!(self, clock, ingress, egress, path, pipeline, bar0);
        dff_setup!(self, clock, judged, reason);
        self.ingress.reset.next = self.reset.val();
        self.egress.reset.next = self.reset.val();
        self.path.reset.next = self.reset.val();
        self.bar0.reset.next = self.reset.val();
        // Ports.
        for i in 0..4 {
            self.ingress.s_tdata[i].next = self.s_tdata[i].val();
            self.ingress.s_tkeep[i].next = self.s_tkeep[i].val();
            self.ingress.s_tlast[i].next = self.s_tlast[i].val();
            self.ingress.s_tvalid[i].next = self.s_tvalid[i].val();
            self.s_tready[i].next = self.ingress.s_tready[i].val();
            self.m_tdata[i].next = self.egress.m_tdata[i].val();
            self.m_tkeep[i].next = self.egress.m_tkeep[i].val();
            self.m_tlast[i].next = self.egress.m_tlast[i].val();
            self.m_tvalid[i].next = self.egress.m_tvalid[i].val();
            self.egress.m_tready[i].next = self.m_tready[i].val();
        }
        self.path.s_tdata.next = self.ingress.tdata.val();
        self.path.s_tkeep.next = self.ingress.tkeep.val();
        self.path.s_tlast.next = self.ingress.tlast.val();
        self.path.s_tuser.next = self.ingress.tuser.val();
        self.path.s_tvalid.next = self.ingress.tvalid.val();
        self.ingress.tready.next = self.path.s_tready.val();
        self.egress.tdata.next = self.path.m_tdata.val();
        self.egress.tkeep.next = self.path.m_tkeep.val();
        self.egress.tlast.next = self.path.m_tlast.val();
        self.egress.tuser.next = self.path.m_tuser.val();
        self.egress.tvalid.next = self.path.m_tvalid.val();
        self.path.m_tready.next = self.egress.tready.val();
        self.bar0.lost.next = self.egress.lost.val();
        // Headers in, verdicts out.
        self.entered.next.number = self.path.h_number.val();
        self.source.i.next = self.path.h_user.val();
        self.entered.next.port = self.source.o.val().port;
        self.entered.next.net = self.source.o.val().net;
        self.entered.next.injected = self.source.o.val().injected;
        self.entered.next.direct = self.source.o.val().direct;
        self.entered.next.bad = self.source.o.val().bad;
        self.entered.next.generation = 0.into();
        if self.bar0.generation.val() {
            self.entered.next.generation = 1.into();
        }
        self.entered.next.open = 0.into();
        if self.bar0.open.val() {
            self.entered.next.open = 1.into();
        }
        self.pipeline.i_valid.next = self.path.h_valid.val();
        self.pipeline.i_window.next = self.path.h_window.val();
        self.pipeline.i_len.next = self.path.h_len.val();
        self.pipeline.i_too_long.next = self.path.h_too_long.val();
        self.pipeline.i_entered.next = self.entered.val();
        self.path.v_number.next = self.pipeline.o_coming.val();
        self.path.v_valid.next = self.pipeline.o_valid.val();
        self.path.v_drop.next = self.pipeline.o_leaving.val().reason.any()
            & ((self.pipeline.o_leaving.val().reason & self.settled.val()) != self.settled.val());
        // A bit for each port, so that whether a beat is taken is not looked up.
        self.path.v_port.next = self.first_port.val() << self.pipeline.o_leaving.val().egress_port;
        self.path.v_p.next = self.pipeline.o_leaving.val().p;
        self.path.v_s.next = self.pipeline.o_leaving.val().s;
        self.path.v_len.next = self.pipeline.o_leaving.val().len;
        self.path.v_header.next = self.pipeline.o_header.val();
        self.path.v_patched.next = self.pipeline.o_leaving.val().patched.any();
        // Registers and tables.
        self.orders.next.reset = 0.into();
        if self.reset.val() {
            self.orders.next.reset = 1.into();
        }
        self.bar0.bus_valid.next = self.bus_valid.val();
        self.bar0.bus_write.next = self.bus_write.val();
        self.bar0.bus_addr.next = self.bus_addr.val();
        self.bar0.bus_wdata.next = self.bus_wdata.val();
        self.bus_ready.next = self.bar0.bus_ready.val();
        self.bus_rdata.next = self.bar0.bus_rdata.val();
        self.orders.next.keep = self.bar0.keep.val();
        self.orders.next.data = self.bar0.data_out.val();
        self.orders.next.w_valid = self.bar0.w_valid.val();
        self.orders.next.w_bank = 0.into();
        if self.bar0.w_bank.val() {
            self.orders.next.w_bank = 1.into();
        }
        self.orders.next.w_index = self.bar0.w_index.val();
        self.pipeline.orders.next = self.orders.val();
        self.pipeline.now.next = self.bar0.now.val();
        self.bar0.occupied.next = self.pipeline.occupied.val();
        self.bar0.w_ready.next = self.pipeline.w_ready.val();
        self.bar0.busy.next = self.pipeline.busy.val();
        // The verdict comes from far.
        self.judged.d.next = self.pipeline.o_valid.val();
        self.reason.d.next = self.pipeline.o_leaving.val().reason;
        self.bar0.judged.next = self.judged.q.val();
        self.bar0.reason.next = self.reason.q.val();
        self.path.bubble.next = self.bar0.bubble.val() | self.pipeline.bubble.val();
        // Explanations.
        self.explain_valid.next = self.pipeline.o_passed.val() & self.explained.val();
        self.explain.next = 0.into();
        if self.explained.val() {
            self.explain.next = bit_cast::<TRACE, TRACE>(self.pipeline.o_trace.val().into());
        }
    }
}
