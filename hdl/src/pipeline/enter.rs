//! From the first bytes of a frame to the ENI or the VPC it belongs to.

use super::{
    T_ATTACH, T_ENI,
    orders::{Kept, Orders},
};
use crate::{
    decap,
    eni::{bits::AttachAction, gateware::Attach},
    parser::{self, bits::Headers},
};
use cells::delay::{Delay, DelayValid};
use rust_hdl::prelude::*;

/// What a packet brings with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Entered {
    /// Number of its frame.
    pub number: Bits<7>,
    /// From where, see [`crate::meta::Source`].
    pub port: Bits<3>,
    pub net: Bits<1>,
    pub injected: Bits<1>,
    pub direct: Bits<1>,
    pub bad: Bits<1>,
    /// Parity of the generation in force.
    pub generation: Bits<1>,
    /// Had the driver opened the card?
    pub open: Bits<1>,
}

/// Stages `parser`, `decap` and `eni`, from clock 0 to [`T_ENI`].
#[derive(LogicBlock, Default)]
pub struct Enter {
    pub clock: Signal<In, Clock>,
    pub orders: Signal<In, Orders>,
    pub i_valid: Signal<In, Bit>,
    pub i_window: Signal<In, Bits<1536>>,
    pub i_len: Signal<In, Bits<14>>,
    pub i_too_long: Signal<In, Bit>,
    pub i_entered: Signal<In, Entered>,
    pub w_ready: Signal<Out, Bit>,
    pub busy: Signal<Out, Bit>,
    pub valid: Signal<Out, Bit>,
    /// `valid` three clocks ahead.
    pub coming: Signal<Out, Bit>,
    pub entered: Signal<Out, Entered>,
    pub headers: Signal<Out, Headers>,
    pub hit: Signal<Out, Bit>,
    pub slot: Signal<Out, Bits<18>>,
    pub eni: Signal<Out, AttachAction>,
    /// At [`T_ENI_REASON`](super::T_ENI_REASON).
    pub reason: Signal<Out, Bits<6>>,
    parser: parser::kernel::Parser,
    kept: Kept,
    for_us: decap::gateware::ForUs,
    attach: Attach,
    at_attach: Delay<Entered, T_ATTACH>,
    at_eni: Delay<Entered, { T_ENI - T_ATTACH }>,
    valid_at: DelayValid<T_ATTACH>,
    coming_at: DelayValid<{ T_ENI - 3 - T_ATTACH }>,
    vids: Signal<Local, Bits<26>>,
    vids_at: Delay<Bits<26>, { T_ATTACH - parser::kernel::LINK }>,
    vni_at: Delay<Bits<24>, { T_ATTACH - parser::kernel::VNI }>,
}

impl Enter {
    pub fn new(attachments_log2: usize) -> Self {
        Self {
            for_us: decap::gateware::ForUs::new(),
            attach: Attach::new(attachments_log2),
            ..Self::default()
        }
    }
}

impl Logic for Enter {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        clock!(self, clock, kept);
        self.kept.orders.next = self.orders.val();
        clock!(self, clock, parser, for_us, attach, at_attach, at_eni, valid_at, coming_at);
        clock!(self, clock, vids_at, vni_at);
        self.parser.reset.next = self.orders.val().reset.any();
        self.parser.i_valid.next = self.i_valid.val();
        self.parser.i_window.next = self.i_window.val();
        self.parser.i_length.next = self.i_len.val();
        self.parser.i_too_long.next = self.i_too_long.val();
        self.parser.i_net.next = self.i_entered.val().net.any();
        self.parser.i_whole.next = self.i_entered.val().direct.any();
        self.at_attach.d.next = self.i_entered.val();
        self.at_eni.d.next = self.at_attach.q.val();
        self.valid_at.reset.next = self.orders.val().reset.any();
        self.valid_at.d.next = self.i_valid.val();
        self.coming_at.reset.next = self.orders.val().reset.any();
        self.coming_at.d.next = self.valid_at.q.val();
        self.coming.next = self.coming_at.q.val();
        // Is it for us?
        self.for_us.open.next = self.at_eni.q.val().open.any();
        self.for_us.bad.next = self.at_eni.q.val().bad.any();
        self.for_us.direct.next = self.at_eni.q.val().direct.any();
        self.for_us.net.next = self.at_eni.q.val().net.any();
        self.for_us.headers.next = self.parser.o.val();
        self.for_us.identity.next = self.kept.identity.val();
        // Who sent it?
        self.vids.next = (bit_cast::<26, 2>(self.parser.o_link.val().tags) << 24)
            | (bit_cast::<26, 12>(self.parser.o_link.val().vid1) << 12)
            | bit_cast::<26, 12>(self.parser.o_link.val().vid0);
        self.vids_at.d.next = self.vids.val();
        self.vni_at.d.next = self.parser.o_vni.val();
        self.attach.reset.next = self.orders.val().reset.any();
        self.attach.seed.next = self.kept.seed.val();
        self.attach.valid.next = self.valid_at.q.val();
        self.attach.generation.next = self.at_attach.q.val().generation.any();
        self.attach.net.next = self.at_attach.q.val().net.any();
        self.attach.port.next = self.at_attach.q.val().port;
        self.attach.vids.next = self.vids_at.q.val().get_bits::<24>(0);
        self.attach.tags.next = self.vids_at.q.val().get_bits::<2>(24);
        self.attach.vni.next = self.vni_at.q.val();
        self.attach.before.next = self.for_us.reason.val();
        self.attach.w_valid.next = self.orders.val().w_valid.get_bit(0);
        self.attach.w_slot.next = self.orders.val().w_index;
        self.attach.w_entry.next = self.kept.window.val().get_bits::<127>(0);
        self.w_ready.next = self.attach.w_ready.val();
        self.busy.next = self.attach.busy.val();
        self.valid.next = self.parser.o_valid.val();
        self.entered.next = self.at_eni.q.val();
        self.headers.next = self.parser.o.val();
        self.hit.next = self.attach.hit.val();
        self.slot.next = self.attach.slot.val();
        self.eni.next = self.attach.action.val();
        self.reason.next = self.attach.reason.val();
    }
}
