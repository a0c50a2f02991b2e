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
}

impl<const N: usize> Logic for Choose4<N> {
    #[hdl_gen]
    fn update(&mut self) {
        self.chosen.next = self.option[0].val();
        if self.which.val() == 1 {
            self.chosen.next = self.option[1].val();
        }
        if self.which.val() == 2 {
            self.chosen.next = self.option[2].val();
        }
        if self.which.val() == 3 {
            self.chosen.next = self.option[3].val();
        }
    }
}
