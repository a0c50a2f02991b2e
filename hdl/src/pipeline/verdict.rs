//! What became of the packet, as its record says it?

use rust_hdl::prelude::*;

// A kernel takes no name for a number: an answer, and all ones as the port inside the card.
const _: () = assert!(crate::meta::INSIDE == 7);

/// [`crate::meta::Verdict`], bit by bit; wires.
#[derive(LogicBlock, Default)]
pub struct Verdict {
    /// Why it is dropped, 0 if it is not; or what settled it.
    pub reason: Signal<In, Bits<6>>,
    /// Port through which it leaves.
    pub egress_port: Signal<In, Bits<3>>,
    /// Does the card answer it?
    pub answers: Signal<In, Bit>,
    /// Does it turn around?
    pub turns: Signal<In, Bit>,
    /// All of it.
    pub bits: Signal<Out, Bits<13>>,
    forward: Signal<Local, Bits<13>>,
}

impl Logic for Verdict {
    #[hdl_gen]
    fn update(&mut self) {
        self.forward.next = bit_cast::<13, 3>(self.egress_port.val()) << 6;
        self.bits.next = bit_cast::<13, 6>(self.reason.val());
        if !self.reason.val().any() {
            self.bits.next = self.forward.val();
            if self.answers.val() {
                self.bits.next = self.forward.val() | 0x200;
            }
        }
        if self.reason.val().get_bits::<3>(3).all() {
            self.bits.next =
                self.forward.val() | (bit_cast::<13, 3>(self.reason.val().get_bits::<3>(0)) << 10);
        }
        if self.turns.val() {
            self.bits.next = 0x1c0.into();
        }
    }
}
