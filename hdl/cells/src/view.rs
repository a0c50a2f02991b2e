//! How are the bits of a memory's word read as the fields of an entry?
//!
//! A kernel can turn a struct into bits, but not bits into a struct; this leaf is the wire that
//! does. Latency: none. It costs nothing.

use rust_hdl::prelude::*;

/// `N` bits seen as a `T`, first field lowest; see the file's head.
#[derive(LogicBlock)]
pub struct View<T: Synth + From<Bits<N>>, const N: usize> {
    /// The word.
    pub i: Signal<In, Bits<N>>,
    /// Its fields.
    pub o: Signal<Out, T>,
}

impl<T: Synth + From<Bits<N>>, const N: usize> Default for View<T, N> {
    fn default() -> Self {
        assert_eq!(T::BITS, N, "a view shows every bit once");
        Self { i: Signal::default(), o: Signal::default() }
    }
}

impl<T: Synth + From<Bits<N>>, const N: usize> Logic for View<T, N> {
    fn update(&mut self) {
        self.o.next = T::from(self.i.val());
    }

    fn connect(&mut self) {
        self.o.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom("always @(*) o = i;\n".into())
    }
}
