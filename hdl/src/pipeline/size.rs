//! Is the packet too long for where it goes, and is its sender told?

use super::{along::Along, leave::ANSWER};
use crate::mtu::gateware::{Fits, JUDGE};
use cells::delay::Delay;
use rust_hdl::prelude::*;

/// Stage `mtu`, from [`T_MAPPING`](super::T_MAPPING) to the answer of the connection.
#[derive(LogicBlock, Default)]
pub struct Size {
    pub clock: Signal<In, Clock>,
    pub i_along: Signal<In, Along>,
    pub i_hit: Signal<In, Bit>,
    pub i_mtu: Signal<In, Bits<14>>,
    pub i_transit: Signal<In, Bit>,
    /// MTU of its path, a clock later.
    pub path: Signal<Out, Bits<14>>,
    /// It is too long, and nobody is told, [`ANSWER`] clocks later;
    pub exceeds: Signal<Out, Bit>,
    /// or its sender is, a clock earlier.
    pub tells_early: Signal<Out, Bit>,
    fits: Fits,
    exceeds_at: Delay<Bit, { ANSWER - JUDGE }>,
    tells_at: Delay<Bit, { ANSWER - JUDGE - 1 }>,
}

impl Logic for Size {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, fits, exceeds_at, tells_at);
        self.fits.leaves.next =
            !self.i_along.val().inbound.any() & !self.i_along.val().neighbor.any();
        self.fits.hit.next = self.i_hit.val();
        self.fits.mtu.next = self.i_mtu.val();
        self.fits.transit.next = self.i_transit.val();
        self.fits.l3_offset.next = self.i_along.val().l3_offset;
        self.fits.end.next = self.i_along.val().end;
        self.fits.df.next = self.i_along.val().df.any();
        self.fits.v6.next = self.i_along.val().v6.any();
        self.fits.fragment.next = self.i_along.val().fragment.any();
        self.fits.ported.next = self.i_along.val().ported.any();
        self.fits.protocol.next = self.i_along.val().protocol;
        self.fits.dst_port.next = self.i_along.val().dst_port;
        self.path.next = self.fits.path.val();
        self.exceeds_at.d.next = self.fits.exceeds.val();
        self.exceeds.next = self.exceeds_at.q.val();
        self.tells_at.d.next = self.fits.tells.val();
        self.tells_early.next = self.tells_at.q.val();
    }
}
