//! What lies behind the first 72 bytes of layer 3? Extension headers, mostly.
//!
//! ```text
//!   entry --> [ over the options ] --> [ behind 0, 1 or 2 tags: 3:1 ] --> 102 bytes
//!             clock 2                  clock 3
//! ```
//! The choices of [`super::link::Place`], a clock later each.

use cells::copies::Either;
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
    /// In clock 1: words of options.
    pub words_ahead: Signal<In, Bits<4>>,
    /// In clock 1: there is a tag.
    pub tag_ahead: Signal<In, Bit>,
    /// In clock 1: there are two.
    pub tags_ahead: Signal<In, Bit>,
    /// 102 bytes, behind the window's end anything.
    pub bytes: Signal<Out, Bits<816>>,
    by_4: Either<8, 448>,
    by_8: Either<8, 448>,
    tag: DFF<Bit>,
    tags: DFF<Bit>,
    near_2: DFF<Bits<448>>,
    rest_2: DFF<Bits<400>>,
    shown: Signal<Local, Bits<848>>,
    behind_tag: Either<8, 816>,
    behind_tags: Either<8, 816>,
    bytes_3: DFF<Bits<816>>,
}

impl Logic for Tail {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, tag, tags, near_2, rest_2, bytes_3);
        clock!(self, clock, by_4, by_8, behind_tag, behind_tags);
        // Bytes 86 to 141 of the frame, or 16, 32 or 48 further in.
        self.by_4.take_b.next = self.words_ahead.val().get_bit(2);
        self.by_4.a.next = self.frame.val().get_bits::<448>(0);
        self.by_4.b.next = self.frame.val().get_bits::<448>(0) << 128;
        self.by_8.take_b.next = self.words_ahead.val().get_bit(3);
        self.by_8.a.next = self.by_4.chosen.val();
        self.by_8.b.next = self.by_4.chosen.val() << 256;
        self.near_2.d.next = self.by_8.chosen.val();
        self.rest_2.d.next = self.rest.val();
        // Bytes 86 to 191; with tags layer 3 lies further behind.
        self.tag.d.next = self.tag_ahead.val();
        self.tags.d.next = self.tags_ahead.val();
        self.shown.next = (bit_cast::<848, 448>(self.near_2.q.val()) << 400)
            | bit_cast::<848, 400>(self.rest_2.q.val());
        self.behind_tag.take_b.next = self.tag.q.val();
        self.behind_tag.a.next = self.shown.val().get_bits::<816>(32);
        self.behind_tag.b.next = self.shown.val().get_bits::<816>(0);
        self.behind_tags.take_b.next = self.tags.q.val();
        self.behind_tags.a.next = self.behind_tag.chosen.val();
        self.behind_tags.b.next = bit_cast::<816, 848>(self.shown.val() << 32);
        self.bytes_3.d.next = self.behind_tags.chosen.val();
        self.bytes.next = self.bytes_3.q.val();
    }
}
