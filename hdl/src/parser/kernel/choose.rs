//! Which of four? A choice by two bits, in two levels of LUTs.

use rust_hdl::prelude::*;

/// The option of that number. Combinational.
#[derive(LogicBlock, Default)]
pub struct Choose4<const N: usize> {
    /// The number.
    pub which: Signal<In, Bits<2>>,
    /// What there is.
    pub option: [Signal<In, Bits<N>>; 4],
    /// What it is.
    pub chosen: Signal<Out, Bits<N>>,
    low: Signal<Local, Bits<N>>,
    high: Signal<Local, Bits<N>>,
}

impl<const N: usize> Logic for Choose4<N> {
    #[hdl_gen]
    fn update(&mut self) {
        // Bit by bit: compares of the number would be logic in front of every choice.
        self.low.next = self.option[0].val();
        self.high.next = self.option[2].val();
        if self.which.val().get_bit(0) {
            self.low.next = self.option[1].val();
            self.high.next = self.option[3].val();
        }
        self.chosen.next = self.low.val();
        if self.which.val().get_bit(1) {
            self.chosen.next = self.high.val();
        }
    }
}
