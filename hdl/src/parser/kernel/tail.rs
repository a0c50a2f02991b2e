//! What lies behind the first 72 bytes of layer 3? Extension headers, mostly.
//!
//! ```text
//!   entry --> [ over the options ] --> [ behind 0, 1 or 2 tags: 3:1 ] --> 102 bytes
//!             clock 2                  clock 3
//! ```
//! The choices of [`super::link::Place`], a clock later each.

use rust_hdl::prelude::*;

/// Clocks 2 and 3: layer 3 behind its first 72 bytes, as far as the window shows it.
#[derive(LogicBlock, Default)]
pub struct Tail {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// After clock 1, see [`super::front::Entry`].
    pub frame: Signal<In, Bits<1136>>,
    /// After clock 1.
    pub rest: Signal<In, Bits<400>>,
    /// After clock 1: words of options.
    pub words: Signal<In, Bits<4>>,
    /// After clock 2: VLAN tags.
    pub tags: Signal<In, Bits<2>>,
    /// 102 bytes, behind the window's end anything.
    pub bytes: Signal<Out, Bits<816>>,
    half: Signal<Local, Bits<448>>,
    near_2: DFF<Bits<448>>,
    rest_2: DFF<Bits<400>>,
    shown: Signal<Local, Bits<848>>,
    bytes_3: DFF<Bits<816>>,
}

impl Logic for Tail {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, near_2, rest_2, bytes_3);
        // Bytes 86 to 141 of the frame, or 16, 32 or 48 further in.
        self.half.next = self.frame.val().get_bits::<448>(0);
        if self.words.val().get_bit(2) {
            self.half.next = self.frame.val().get_bits::<448>(0) << 128;
        }
        self.near_2.d.next = self.half.val();
        if self.words.val().get_bit(3) {
            self.near_2.d.next = self.half.val() << 256;
        }
        self.rest_2.d.next = self.rest.val();
        // Bytes 86 to 191; with tags layer 3 lies further behind.
        self.shown.next = (bit_cast::<848, 448>(self.near_2.q.val()) << 400)
            | bit_cast::<848, 400>(self.rest_2.q.val());
        self.bytes_3.d.next = self.shown.val().get_bits::<816>(32);
        if self.tags.val() == 1 {
            self.bytes_3.d.next = self.shown.val().get_bits::<816>(0);
        }
        if self.tags.val() == 2 {
            self.bytes_3.d.next = bit_cast::<816, 848>(self.shown.val() << 32);
        }
        self.bytes.next = self.bytes_3.q.val();
    }
}
