//! Which bits of a word are which field?

use rust_hdl::prelude::*;

/// The same bits as a struct; only names, no hardware.
#[derive(LogicBlock)]
pub struct View<T: Synth + From<Bits<N>>, const N: usize> {
    /// A header, its first byte on the wire most significant.
    pub bytes: Signal<In, Bits<N>>,
    /// Its fields.
    pub fields: Signal<Out, T>,
}

impl<T: Synth + From<Bits<N>>, const N: usize> Default for View<T, N> {
    fn default() -> Self {
        assert_eq!(T::BITS, N, "a view renames bits, it adds none");
        Self { bytes: Signal::default(), fields: Signal::default() }
    }
}

impl<T: Synth + From<Bits<N>>, const N: usize> Logic for View<T, N> {
    fn update(&mut self) {
        self.fields.next = self.bytes.val().into();
    }

    fn connect(&mut self) {
        self.fields.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom("always @(*) fields = bytes;\n".into())
    }
}
