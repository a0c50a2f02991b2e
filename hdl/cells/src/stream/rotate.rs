//! How do the halfwords of a beat turn by any number of places?
//!
//! ```text
//! clock 0: turn     clock 1: data -> by 1 -> by 2 -> by 4 -> [register]     clock 2: -> by 8, 16
//! ```
//! Right rotation, that is, toward later halfwords. The first three steps are one 8:1 multiplexer
//! per bit, the last two (none at 128 bits) stand behind the register. Each step's select bit is
//! registered once per 32 bits.
//!
//! Latency: 2 clocks from `turn`, 1 from `data`, to `q`.

use crate::copies::{Copies, Spread};
use rust_hdl::prelude::*;

/// Rotates a beat of `W` bits; `C` copies of each select bit.
#[derive(LogicBlock)]
pub struct Rotate<const W: usize, const C: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Halfwords, a clock before `data`.
    pub turn: Signal<In, Bits<5>>,
    /// A beat.
    pub data: Signal<In, Bits<W>>,
    /// The beat of the last clock, turned.
    pub q: Signal<Out, Bits<W>>,
    by_1: Copies<C>,
    by_2: Copies<C>,
    by_4: Copies<C>,
    by_8: Copies<C>,
    by_16: Copies<C>,
    wide_1: Spread<C, W>,
    wide_2: Spread<C, W>,
    wide_4: Spread<C, W>,
    wide_8: Spread<C, W>,
    wide_16: Spread<C, W>,
    late: DFF<Bits<2>>,
    fine: DFF<Bits<W>>,
    step_1: Signal<Local, Bits<W>>,
    step_2: Signal<Local, Bits<W>>,
    step_4: Signal<Local, Bits<W>>,
    step_8: Signal<Local, Bits<W>>,
    right: [Constant<Bits<10>>; 5],
    left: [Constant<Bits<10>>; 5],
}

impl<const W: usize, const C: usize> Default for Rotate<W, C> {
    fn default() -> Self {
        // A step by the whole beat turns nothing: both shifts are 0 then.
        let step = |i: usize| (16 << i) % W;
        Self {
            clock: Signal::default(),
            turn: Signal::default(),
            data: Signal::default(),
            q: Signal::default(),
            by_1: Copies::default(),
            by_2: Copies::default(),
            by_4: Copies::default(),
            by_8: Copies::default(),
            by_16: Copies::default(),
            wide_1: Spread::default(),
            wide_2: Spread::default(),
            wide_4: Spread::default(),
            wide_8: Spread::default(),
            wide_16: Spread::default(),
            late: DFF::default(),
            fine: DFF::default(),
            step_1: Signal::default(),
            step_2: Signal::default(),
            step_4: Signal::default(),
            step_8: Signal::default(),
            right: std::array::from_fn(|i| Constant::new((step(i) as u64).to_bits())),
            left: std::array::from_fn(|i| Constant::new((((W - step(i)) % W) as u64).to_bits())),
        }
    }
}

impl<const W: usize, const C: usize> Logic for Rotate<W, C> {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, by_1, by_2, by_4, by_8, by_16, late, fine);
        self.by_1.d.next = self.turn.val().get_bit(0);
        self.by_2.d.next = self.turn.val().get_bit(1);
        self.by_4.d.next = self.turn.val().get_bit(2);
        self.wide_1.i.next = self.by_1.q.val();
        self.wide_2.i.next = self.by_2.q.val();
        self.wide_4.i.next = self.by_4.q.val();
        self.step_1.next = (self.data.val() & !self.wide_1.o.val())
            | (((self.data.val() >> self.right[0].val())
                | (self.data.val() << self.left[0].val()))
                & self.wide_1.o.val());
        self.step_2.next = (self.step_1.val() & !self.wide_2.o.val())
            | (((self.step_1.val() >> self.right[1].val())
                | (self.step_1.val() << self.left[1].val()))
                & self.wide_2.o.val());
        self.fine.d.next = (self.step_2.val() & !self.wide_4.o.val())
            | (((self.step_2.val() >> self.right[2].val())
                | (self.step_2.val() << self.left[2].val()))
                & self.wide_4.o.val());

        self.late.d.next = self.turn.val().get_bits::<2>(3);
        self.by_8.d.next = self.late.q.val().get_bit(0);
        self.by_16.d.next = self.late.q.val().get_bit(1);
        self.wide_8.i.next = self.by_8.q.val();
        self.wide_16.i.next = self.by_16.q.val();
        self.step_8.next = (self.fine.q.val() & !self.wide_8.o.val())
            | (((self.fine.q.val() >> self.right[3].val())
                | (self.fine.q.val() << self.left[3].val()))
                & self.wide_8.o.val());
        self.q.next = (self.step_8.val() & !self.wide_16.o.val())
            | (((self.step_8.val() >> self.right[4].val())
                | (self.step_8.val() << self.left[4].val()))
                & self.wide_16.o.val());
    }
}
