//! How are the rooms of the frame path connected?
//!
//! As the folder's drawing says; here are the ports, the memories' depths, and the wires.

use super::capture::Capture;
use super::join::Join;
use super::lanes::SwapBytes;
use super::merge::Merge;
use super::output::Output;
use super::patcher::Patcher;
use super::sequencer::Sequencer;
use super::{HEADER_BITS, NUMBER_BITS, POINTER_BITS, PORT_BITS, USER_BITS, WINDOW_BITS};
use crate::ram::{Ram, Style};
use rust_hdl::prelude::*;

/// Depths of the path's memories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Depths {
    /// Beats in the ring, as a power of two.
    pub ring_log2: usize,
    /// Frames in flight, as a power of two: those in the header pipeline, those with a verdict that
    /// wait for their turn or for a verdict on one before them, and the one whose header is being
    /// emitted. 8 of them are the margin of the credits. Numbers count up modulo this.
    pub frames_log2: usize,
    /// What the memory of new headers is built of.
    pub headers: Style,
}

impl Depths {
    /// 128 bits: 1,024 beats, 32 frames (a 64-byte frame takes 4 clocks, so 24 cover 90 clocks).
    pub const NARROW: Self = Self { ring_log2: 10, frames_log2: 5, headers: Style::Lut };
    /// 512 bits: 512 beats, 128 frames (one per clock).
    pub const WIDE: Self = Self { ring_log2: 9, frames_log2: 7, headers: Style::Block };
}

/// The frame path: `W` data bits, `B` bytes and `M` halfwords a beat, `N` beats in the header
/// window, `X = W + B + 5`. External ports are AXI4-Stream (byte 0 in `tdata[7:0]`), vectors inside
/// are big-endian (byte 0 most significant).
#[derive(LogicBlock)]
pub struct FramePath<const W: usize, const B: usize, const M: usize, const N: usize, const X: usize>
{
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous, active high: forgets every frame. Then no beat is taken for as many clocks as
    /// frames may be in flight.
    pub reset: Signal<In, Bit>,
    /// A beat of a frame.
    pub s_tdata: Signal<In, Bits<W>>,
    /// Bit i: byte i is there; all beats but a frame's last are full.
    pub s_tkeep: Signal<In, Bits<B>>,
    /// The frame's last beat.
    pub s_tlast: Signal<In, Bit>,
    /// What the sender says of the frame, its port for one; the last beat's counts.
    pub s_tuser: Signal<In, Bits<USER_BITS>>,
    /// There is a beat.
    pub s_tvalid: Signal<In, Bit>,
    /// It is taken; from a register.
    pub s_tready: Signal<Out, Bit>,
    /// Take no beat in the next clock: the header pipeline gets an idle clock.
    pub bubble: Signal<In, Bit>,
    /// A header sets out.
    pub h_valid: Signal<Out, Bit>,
    /// The frame's number: 0 after reset, then one more for each header, modulo the frames in
    /// flight.
    pub h_number: Signal<Out, Bits<NUMBER_BITS>>,
    /// The frame's first 192 bytes, big-endian; beyond the frame unspecified.
    pub h_window: Signal<Out, Bits<WINDOW_BITS>>,
    /// The frame's length in bytes, FCS not included.
    pub h_len: Signal<Out, Bits<14>>,
    /// What the sender said of it.
    pub h_user: Signal<Out, Bits<USER_BITS>>,
    /// The frame was longer than `MAX_FRAME_BYTES` and must be dropped.
    pub h_too_long: Signal<Out, Bit>,
    /// In the clock *before* `v_valid`: number of the frame that the verdict is about, which has
    /// none yet. Nothing comes of it in a clock that no `v_valid` follows.
    pub v_number: Signal<In, Bits<NUMBER_BITS>>,
    /// The verdict on the frame that `v_number` named in the clock before.
    pub v_valid: Signal<In, Bit>,
    /// Emit nothing.
    pub v_drop: Signal<In, Bit>,
    /// Egress port, a bit each.
    pub v_port: Signal<In, Bits<PORT_BITS>>,
    /// Halfwords of the new header, at most 48.
    pub v_p: Signal<In, Bits<6>>,
    /// Halfwords of the frame that are left out in front.
    pub v_s: Signal<In, Bits<7>>,
    /// Bytes of the frame to use: more than `2 * v_s`, at most its length.
    pub v_len: Signal<In, Bits<14>>,
    /// The new header, big-endian.
    pub v_header: Signal<In, Bits<HEADER_BITS>>,
    /// Its lowest `PATCH_BITS` bits are a [`Patch`](super::Patch), and `v_p` is at most 41.
    pub v_patched: Signal<In, Bit>,
    /// A beat of a frame; all `m_*` come from registers.
    pub m_tdata: Signal<Out, Bits<W>>,
    /// Bit i: byte i is there.
    pub m_tkeep: Signal<Out, Bits<B>>,
    /// The frame's last beat.
    pub m_tlast: Signal<Out, Bit>,
    /// Egress port, a bit each.
    pub m_tuser: Signal<Out, Bits<PORT_BITS>>,
    /// There is a beat.
    pub m_tvalid: Signal<Out, Bit>,
    /// It is taken.
    pub m_tready: Signal<In, Bit>,
    swap_in: SwapBytes<W>,
    capture: Capture<W, B, N>,
    ring: Ram<W, POINTER_BITS>,
    joiner: Join,
    sequencer: Sequencer,
    merge: Merge<W, M>,
    patcher: Patcher<W, B, M>,
    outlet: Output<W, B, X>,
    swap_out: SwapBytes<W>,
}

/// 128 bits.
pub type FramePath128 = FramePath<128, 16, 8, 12, 149>;
/// 512 bits.
pub type FramePath512 = FramePath<512, 64, 32, 3, 581>;

impl<const W: usize, const B: usize, const M: usize, const N: usize, const X: usize>
    FramePath<W, B, M, N, X>
{
    /// A path with memories of these depths.
    ///
    /// # Panics
    /// If a longest frame does not fit into the ring, or a depth is beyond its pointer.
    #[must_use]
    pub fn new(depths: Depths) -> Self {
        let Depths { ring_log2, frames_log2, headers } = depths;
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            s_tdata: Signal::default(),
            s_tkeep: Signal::default(),
            s_tlast: Signal::default(),
            s_tuser: Signal::default(),
            s_tvalid: Signal::default(),
            s_tready: Signal::default(),
            bubble: Signal::default(),
            h_valid: Signal::default(),
            h_number: Signal::default(),
            h_window: Signal::default(),
            h_len: Signal::default(),
            h_user: Signal::default(),
            h_too_long: Signal::default(),
            v_number: Signal::default(),
            v_valid: Signal::default(),
            v_drop: Signal::default(),
            v_port: Signal::default(),
            v_p: Signal::default(),
            v_s: Signal::default(),
            v_len: Signal::default(),
            v_header: Signal::default(),
            v_patched: Signal::default(),
            m_tdata: Signal::default(),
            m_tkeep: Signal::default(),
            m_tlast: Signal::default(),
            m_tuser: Signal::default(),
            m_tvalid: Signal::default(),
            m_tready: Signal::default(),
            swap_in: SwapBytes::default(),
            capture: Capture::new(ring_log2, frames_log2),
            ring: Ram::new(ring_log2, Style::Block),
            joiner: Join::new(B, frames_log2),
            sequencer: Sequencer::new(B, frames_log2),
            merge: Merge::new(frames_log2, headers),
            patcher: Patcher::default(),
            outlet: Output::default(),
            swap_out: SwapBytes::default(),
        }
    }
}

impl<const W: usize, const B: usize, const M: usize, const N: usize, const X: usize> Logic
    for FramePath<W, B, M, N, X>
{
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, capture, ring, joiner, sequencer, merge, patcher, outlet);
        self.capture.reset.next = self.reset.val();
        self.joiner.reset.next = self.reset.val();
        self.sequencer.reset.next = self.reset.val();
        self.merge.reset.next = self.reset.val();
        self.patcher.reset.next = self.reset.val();
        self.outlet.reset.next = self.reset.val();

        self.swap_in.i.next = self.s_tdata.val();
        self.capture.s_tdata.next = self.swap_in.o.val();
        self.capture.s_tkeep.next = self.s_tkeep.val();
        self.capture.s_tlast.next = self.s_tlast.val();
        self.capture.s_tuser.next = self.s_tuser.val();
        self.capture.s_tvalid.next = self.s_tvalid.val();
        self.s_tready.next = self.capture.s_tready.val();
        self.capture.bubble.next = self.bubble.val() | self.sequencer.sweeps.val();
        self.capture.free.next = self.sequencer.free.val();
        self.capture.oldest.next = self.sequencer.oldest.val();
        self.ring.we.next = self.capture.ring_we.val();
        self.ring.wa.next = self.capture.ring_wa.val();
        self.ring.wd.next = self.capture.ring_wd.val();

        self.h_valid.next = self.capture.h_valid.val();
        self.h_number.next = self.joiner.h_number.val();
        self.h_window.next = self.capture.h_window.val();
        self.h_len.next = self.capture.h_len.val();
        self.h_user.next = self.capture.h_user.val();
        self.h_too_long.next = self.capture.h_too_long.val();
        self.joiner.h_valid.next = self.capture.h_valid.val();
        self.joiner.h_len.next = self.capture.h_len.val();
        self.joiner.h_end.next = self.capture.h_end.val();
        self.joiner.v_number.next = self.v_number.val();
        self.joiner.v_drop.next = self.v_drop.val();
        self.joiner.v_port.next = self.v_port.val();
        self.joiner.v_p.next = self.v_p.val();
        self.joiner.v_s.next = self.v_s.val();
        self.joiner.v_len.next = self.v_len.val();
        self.sequencer.coming.next = self.v_valid.val();
        self.sequencer.number.next = self.joiner.number.val();
        self.sequencer.lap.next = self.joiner.lap.val();
        self.sequencer.command.next = self.joiner.command.val();
        self.sequencer.go.next = self.outlet.go.val();
        self.ring.ra.next = self.sequencer.address.val();

        self.merge.v_valid.next = self.v_valid.val();
        self.merge.v_number.next = self.joiner.number.val();
        self.merge.v_header.next = self.v_header.val();
        self.merge.v_patched.next = self.v_patched.val();
        self.merge.slot.next = self.sequencer.slot.val();
        self.merge.data.next = self.ring.q.val();
        self.outlet.issued.next = self.sequencer.slot.val().emit;
        self.patcher.patched.next = self.merge.o_patched.val();
        self.patcher.patch.next = self.merge.o_patch.val();
        self.patcher.beat.next = self.merge.o_beat.val();
        self.patcher.i_valid.next = self.merge.o_valid.val();
        self.patcher.i_data.next = self.merge.o_data.val();
        self.patcher.i_last_byte.next = self.merge.o_last_byte.val();
        self.patcher.i_last.next = self.merge.o_last.val();
        self.patcher.i_port.next = self.merge.o_port.val();
        self.outlet.i_valid.next = self.patcher.o_valid.val();
        self.outlet.i_data.next = self.patcher.o_data.val();
        self.outlet.i_keep.next = self.patcher.o_keep.val();
        self.outlet.i_last.next = self.patcher.o_last.val();
        self.outlet.i_port.next = self.patcher.o_port.val();
        self.swap_out.i.next = self.outlet.m_tdata.val();
        self.m_tdata.next = self.swap_out.o.val();
        self.m_tkeep.next = self.outlet.m_tkeep.val();
        self.m_tlast.next = self.outlet.m_tlast.val();
        self.m_tuser.next = self.outlet.m_tuser.val();
        self.m_tvalid.next = self.outlet.m_tvalid.val();
        self.outlet.m_tready.next = self.m_tready.val();
    }
}
