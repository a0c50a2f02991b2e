//! How does a new header grow together with a frame's old bytes?
//!
//! ```text
//! clock 0    1      2                       3
//! address -> ring -> beat -> [rotate] ----> turned ----+------> [earlier]
//!                                                      v           v
//! number  -> header memory -> [beat of it] -> header -> per halfword one of three -> o_data
//! slot    -> [ ]  -> [ ] ---> masks ------> [ ] ------------^
//! ```
//! Halfword by halfword, from the front: the header as long as it lasts, then what the rotator
//! carried over from the beat before, then the beat itself.
//!
//! The header memory has a place per frame in flight, by the frame's number, dropped frames too: so
//! it needs no pointers, verdicts may come in any order, and its read takes no clock that the ring
//! does not take anyway. A patch lies there too; it is shown with every beat.
//!
//! Latency: 3 clocks from the slot to `o_*`, which are not registered. Throughput: a slot per
//! clock, no clock enable.

use super::command::Slot;
use super::patch::PATCH_BITS;
use super::rotate::Rotate;
use super::{HEADER_BITS, NUMBER_BITS, PORT_BITS};
use crate::copies::Spread;
use crate::ram::{Ram, Style};
use crate::register::Register;
use rust_hdl::prelude::*;

/// Bits of a header in whole beats of any width.
const PADDED_BITS: usize = 1024;
/// Bits of a header and, above it, whether its lowest bits are a patch.
const WORD_BITS: usize = HEADER_BITS + 1;
// A kernel takes no name for a number: the flag's place, and the shift that leaves it out.
const _: () = assert!(HEADER_BITS == 768 && PADDED_BITS - HEADER_BITS == 256);

/// `W` data bits and `M` halfwords a beat.
#[derive(LogicBlock)]
pub struct Merge<const W: usize, const M: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// No slot under way.
    pub reset: Signal<In, Bit>,
    /// A verdict came.
    pub v_valid: Signal<In, Bit>,
    /// Number of its frame.
    pub v_number: Signal<In, Bits<NUMBER_BITS>>,
    /// Its header, from the most significant bit on.
    pub v_header: Signal<In, Bits<HEADER_BITS>>,
    /// Whose lowest bits are a patch.
    pub v_patched: Signal<In, Bit>,
    /// What is done.
    pub slot: Signal<In, Slot>,
    /// The beat of the slot two clocks ago.
    pub data: Signal<In, Bits<W>>,
    /// A beat is emitted.
    pub o_valid: Signal<Out, Bit>,
    /// The beat, byte 0 most significant.
    pub o_data: Signal<Out, Bits<W>>,
    /// Index of its last byte, if it is its frame's last.
    pub o_last_byte: Signal<Out, Bits<6>>,
    /// It is its frame's last.
    pub o_last: Signal<Out, Bit>,
    /// Egress port, a bit each.
    pub o_port: Signal<Out, Bits<PORT_BITS>>,
    /// In the clock before the beat: its frame has a patch.
    pub o_patched: Signal<Out, Bit>,
    /// In the clock before the beat: the patch.
    pub o_patch: Signal<Out, Bits<PATCH_BITS>>,
    /// In the clock before the beat: which of its frame's it is, as the slot has it.
    pub o_beat: Signal<Out, Bits<5>>,
    headers: Ram<WORD_BITS, NUMBER_BITS>,
    word: Signal<Local, Bits<WORD_BITS>>,
    rotate: Rotate<W, M>,
    slot_1: DFF<Slot>,
    slot_2: DFF<Slot>,
    slot_3: DFF<Slot>,
    emits: [Register<Bit>; 3],
    padded: Signal<Local, Bits<PADDED_BITS>>,
    aligned: Signal<Local, Bits<PADDED_BITS>>,
    pair: [Signal<Local, Bits<W>>; 3],
    header: DFF<Bits<W>>,
    earlier: DFF<Bits<W>>,
    from_head: DFF<Bits<M>>,
    from_earlier: DFF<Bits<M>>,
    wide_head: Spread<M, W>,
    wide_earlier: Spread<M, W>,
    frame: Signal<Local, Bits<W>>,
    all_halfwords: Constant<Bits<M>>,
    /// Lowest bit of beats 0, 2 and 4 of a header, and of those behind them; six at 128 bits.
    even: [Constant<Bits<10>>; 3],
    odd: [Constant<Bits<10>>; 3],
}

impl<const W: usize, const M: usize> Merge<W, M> {
    /// With a header memory of `2^frames_log2` words in `style`.
    pub fn new(frames_log2: usize, style: Style) -> Self {
        let low = |beat: usize| PADDED_BITS - W * (beat % (PADDED_BITS / W) + 1);
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            v_valid: Signal::default(),
            v_number: Signal::default(),
            v_header: Signal::default(),
            v_patched: Signal::default(),
            slot: Signal::default(),
            data: Signal::default(),
            o_valid: Signal::default(),
            o_data: Signal::default(),
            o_last_byte: Signal::default(),
            o_last: Signal::default(),
            o_port: Signal::default(),
            o_patched: Signal::default(),
            o_patch: Signal::default(),
            o_beat: Signal::default(),
            headers: Ram::new(frames_log2, style),
            word: Signal::default(),
            rotate: Rotate::default(),
            slot_1: DFF::default(),
            slot_2: DFF::default(),
            slot_3: DFF::default(),
            emits: std::array::from_fn(|_| Register::default()),
            padded: Signal::default(),
            aligned: Signal::default(),
            pair: std::array::from_fn(|_| Signal::default()),
            header: DFF::default(),
            earlier: DFF::default(),
            from_head: DFF::default(),
            from_earlier: DFF::default(),
            wide_head: Spread::default(),
            wide_earlier: Spread::default(),
            frame: Signal::default(),
            all_halfwords: Constant::new(!Bits::default()),
            even: std::array::from_fn(|i| Constant::new((low(2 * i) as u64).to_bits())),
            odd: std::array::from_fn(|i| Constant::new((low(2 * i + 1) as u64).to_bits())),
        }
    }
}

impl<const W: usize, const M: usize> Logic for Merge<W, M> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, earlier);
        clock!(self, clock, headers, rotate, slot_1, slot_2, slot_3);
        clock!(self, clock, header, from_head, from_earlier);
        for i in 0..3 {
            self.emits[i].clock.next = self.clock.val();
            self.emits[i].reset.next = self.reset.val();
        }
        self.slot_1.d.next = self.slot.val();
        self.slot_2.d.next = self.slot_1.q.val();
        self.slot_3.d.next = self.slot_2.q.val();
        self.emits[0].d.next = self.slot.val().emit;
        self.emits[1].d.next = self.emits[0].q.val();
        self.emits[2].d.next = self.emits[1].q.val();

        self.headers.we.next = self.v_valid.val();
        self.headers.wa.next = self.v_number.val();
        self.word.next = bit_cast::<WORD_BITS, HEADER_BITS>(self.v_header.val());
        if self.v_patched.val() {
            self.word.next =
                bit_cast::<WORD_BITS, HEADER_BITS>(self.v_header.val()).replace_bit(768, true);
        }
        self.headers.wd.next = self.word.val();
        self.headers.ra.next = self.slot.val().number;

        // Clock 1 and 2: the beat turns; its beat of the header, and who comes from where.
        self.rotate.turn.next = self.slot_1.q.val().turn;
        self.rotate.data.next = self.data.val();
        self.o_patched.next = self.headers.q.val().get_bit(768);
        self.o_patch.next = bit_cast::<PATCH_BITS, WORD_BITS>(self.headers.q.val());
        self.o_beat.next = self.slot_2.q.val().beat;
        self.padded.next = bit_cast::<PADDED_BITS, WORD_BITS>(self.headers.q.val()) << 256;
        for i in 0..3 {
            self.aligned.next = self.padded.val() >> self.even[i].val();
            if self.slot_2.q.val().beat.get_bit(0) {
                self.aligned.next = self.padded.val() >> self.odd[i].val();
            }
            self.pair[i].next = bit_cast::<W, PADDED_BITS>(self.aligned.val());
        }
        self.header.d.next = self.pair[0].val();
        if self.slot_2.q.val().beat.get_bit(2) {
            self.header.d.next = self.pair[2].val();
        } else if self.slot_2.q.val().beat.get_bit(1) {
            self.header.d.next = self.pair[1].val();
        }
        self.from_head.d.next = !(self.all_halfwords.val() >> self.slot_2.q.val().head);
        self.from_earlier.d.next = !(self.all_halfwords.val() >> self.slot_2.q.val().carried);

        // Clock 3.
        self.wide_head.i.next = self.from_head.q.val();
        self.wide_earlier.i.next = self.from_earlier.q.val();
        self.frame.next = (self.earlier.q.val() & self.wide_earlier.o.val())
            | (self.rotate.q.val() & !self.wide_earlier.o.val());
        self.o_data.next = (self.header.q.val() & self.wide_head.o.val())
            | (self.frame.val() & !self.wide_head.o.val());
        if self.slot_3.q.val().read {
            self.earlier.d.next = self.rotate.q.val();
        }
        self.o_valid.next = self.emits[2].q.val();
        self.o_last_byte.next = self.slot_3.q.val().last_byte;
        self.o_last.next = self.slot_3.q.val().last;
        self.o_port.next = self.slot_3.q.val().port;
    }
}
