//! What goes along with a lookup while its hash and its slots are fetched?

use crate::exact::LATENCY;
use crate::register::Register;
use rust_hdl::prelude::*;

/// Clock in which a way's tag is out of its memory.
const TAG_CLOCK: usize = 4;

/// Key, generation and validity, some clocks later.
#[derive(LogicBlock, Default)]
pub struct Along<const K: usize> {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    /// Clock 0.
    pub valid: Signal<In, Bit>,
    pub busy: Signal<In, Bit>,
    pub key: Signal<In, Bits<K>>,
    pub generation: Signal<In, Bit>,
    /// Clock 4: `look_4` is a lookup that the sweep did not forestall.
    pub key_4: Signal<Out, Bits<K>>,
    pub generation_4: Signal<Out, Bit>,
    pub look_4: Signal<Out, Bit>,
    /// Clock 6.
    pub valid_6: Signal<Out, Bit>,
    /// Clock 7.
    pub valid_7: Signal<Out, Bit>,
    keys: [DFF<Bits<K>>; TAG_CLOCK],
    generations: DFF<Bits<TAG_CLOCK>>,
    looks: Register<Bits<TAG_CLOCK>>,
    valids: Register<Bits<LATENCY>>,
}

impl<const K: usize> Logic for Along<K> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, generations);
        clock!(self, clock, looks, valids);
        self.looks.reset.next = self.reset.val();
        self.valids.reset.next = self.reset.val();
        for i in 0..4 {
            self.keys[i].clock.next = self.clock.val();
        }
        self.keys[0].d.next = self.key.val();
        for i in 1..4 {
            self.keys[i].d.next = self.keys[i - 1].q.val();
        }
        self.generations.d.next =
            (self.generations.q.val() << 1).replace_bit(0, self.generation.val());
        self.valids.d.next = (self.valids.q.val() << 1).replace_bit(0, self.valid.val());
        self.looks.d.next =
            (self.looks.q.val() << 1).replace_bit(0, self.valid.val() & !self.busy.val());
        self.key_4.next = self.keys[3].q.val();
        self.generation_4.next = self.generations.q.val().get_bit(3);
        self.look_4.next = self.looks.q.val().get_bit(3);
        self.valid_6.next = self.valids.q.val().get_bit(5);
        self.valid_7.next = self.valids.q.val().get_bit(6);
    }
}
