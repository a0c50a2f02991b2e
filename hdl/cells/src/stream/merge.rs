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
//! does not take anyway.
//!
//! Latency: 3 clocks from the slot to `o_*`, which are not registered. Throughput: a slot per
//! clock, no clock enable.

use super::command::Slot;
use super::rotate::Rotate;
use super::{HEADER_BITS, NUMBER_BITS, PORT_BITS};
use crate::copies::Spread;
use crate::ram::{Ram, Style};
use crate::register::Register;
use rust_hdl::prelude::*;

/// Bits of a header in whole beats of any width.
const PADDED_BITS: usize = 1024;
const _: () = assert!(PADDED_BITS - HEADER_BITS == 256);

/// `W` data bits, `B` bytes and `M` halfwords a beat.
#[derive(LogicBlock)]
pub struct Merge<const W: usize, const B: usize, const M: usize> {
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
    /// What is done.
    pub slot: Signal<In, Slot>,
    /// The beat of the slot two clocks ago.
    pub data: Signal<In, Bits<W>>,
    /// A beat is emitted.
    pub o_valid: Signal<Out, Bit>,
    /// The beat, byte 0 most significant.
    pub o_data: Signal<Out, Bits<W>>,
    /// Bit i: byte i is there.
    pub o_keep: Signal<Out, Bits<B>>,
    /// It is its frame's last.
    pub o_last: Signal<Out, Bit>,
    /// Egress port, a bit each.
    pub o_port: Signal<Out, Bits<PORT_BITS>>,
    headers: Ram<HEADER_BITS, NUMBER_BITS>,
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
    kept: Signal<Local, Bits<B>>,
    keep: DFF<Bits<B>>,
    frame: Signal<Local, Bits<W>>,
    all_halfwords: Constant<Bits<M>>,
    all_bytes: Constant<Bits<B>>,
    byte: [Constant<Bits<6>>; B],
    /// Lowest bit of beats 0, 2 and 4 of a header, and of those behind them; six at 128 bits.
    even: [Constant<Bits<10>>; 3],
    odd: [Constant<Bits<10>>; 3],
}

impl<const W: usize, const B: usize, const M: usize> Merge<W, B, M> {
    /// With a header memory of `2^frames_log2` words in `style`.
    pub fn new(frames_log2: usize, style: Style) -> Self {
        let low = |beat: usize| PADDED_BITS - W * (beat % (PADDED_BITS / W) + 1);
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            v_valid: Signal::default(),
            v_number: Signal::default(),
            v_header: Signal::default(),
            slot: Signal::default(),
            data: Signal::default(),
            o_valid: Signal::default(),
            o_data: Signal::default(),
            o_keep: Signal::default(),
            o_last: Signal::default(),
            o_port: Signal::default(),
            headers: Ram::new(frames_log2, style),
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
            kept: Signal::default(),
            keep: DFF::default(),
            frame: Signal::default(),
            all_halfwords: Constant::new(!Bits::default()),
            all_bytes: Constant::new(!Bits::default()),
            byte: std::array::from_fn(|i| Constant::new((i as u64).to_bits())),
            even: std::array::from_fn(|i| Constant::new((low(2 * i) as u64).to_bits())),
            odd: std::array::from_fn(|i| Constant::new((low(2 * i + 1) as u64).to_bits())),
        }
    }
}

impl<const W: usize, const B: usize, const M: usize> Logic for Merge<W, B, M> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, earlier);
        clock!(self, clock, headers, rotate, slot_1, slot_2, slot_3);
        clock!(self, clock, header, from_head, from_earlier, keep);
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
        self.headers.wd.next = self.v_header.val();
        self.headers.ra.next = self.slot.val().number;

        // Clock 1 and 2: the beat turns; its beat of the header, and who comes from where.
        self.rotate.turn.next = self.slot_1.q.val().turn;
        self.rotate.data.next = self.data.val();
        self.padded.next = bit_cast::<PADDED_BITS, HEADER_BITS>(self.headers.q.val()) << 256;
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
        self.kept.next = self.all_bytes.val();
        for i in 0..B {
            if self.slot_2.q.val().last & (self.slot_2.q.val().last_byte < self.byte[i].val()) {
                self.kept.next = self.kept.val().replace_bit(i, false);
            }
        }
        self.keep.d.next = self.kept.val();

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
        self.o_keep.next = self.keep.q.val();
        self.o_last.next = self.slot_3.q.val().last;
        self.o_port.next = self.slot_3.q.val().port;
    }
}
