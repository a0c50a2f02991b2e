//! What becomes of a halfword of a patched frame? The arithmetic of [`super::patcher`].

use crate::register::Register;
use rust_hdl::prelude::*;

/// What becomes of one halfword? Latency: 2 clocks, `after` is not registered.
#[derive(LogicBlock)]
pub struct Halfword {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// The halfword.
    pub before: Signal<In, Bits<16>>,
    /// What it may become: the upper half of this,
    pub value: Signal<In, Bits<32>>,
    /// what is subtracted from it.
    pub delta: Signal<In, Bits<16>>,
    /// It becomes the upper half of `value`,
    pub upper: Signal<In, Bit>,
    /// the lower one,
    pub lower: Signal<In, Bit>,
    /// `delta` less,
    pub add: Signal<In, Bit>,
    /// or as much more;
    pub minus: Signal<In, Bit>,
    /// and zero is no checksum.
    pub unless: Signal<In, Bit>,
    /// What became of it.
    pub after: Signal<Out, Bits<16>>,
    old: Register<Bits<16>>,
    term: DFF<Bits<16>>,
    none: DFF<Bit>,
    sum_now: Signal<Local, Bits<17>>,
    more_now: Signal<Local, Bits<18>>,
    sum: DFF<Bits<16>>,
    more: DFF<Bits<16>>,
    carry: DFF<Bit>,
    stays: DFF<Bit>,
    ones: Constant<Bits<16>>,
}

impl Default for Halfword {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            before: Signal::default(),
            value: Signal::default(),
            delta: Signal::default(),
            upper: Signal::default(),
            lower: Signal::default(),
            add: Signal::default(),
            minus: Signal::default(),
            unless: Signal::default(),
            after: Signal::default(),
            old: Register::new(!Bits::default()),
            term: DFF::default(),
            none: DFF::default(),
            sum_now: Signal::default(),
            more_now: Signal::default(),
            sum: DFF::default(),
            more: DFF::default(),
            carry: DFF::default(),
            stays: DFF::default(),
            ones: Constant::new(!Bits::default()),
        }
    }
}

impl Logic for Halfword {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, old, term, none, sum, more, carry, stays);
        self.old.d.next = self.before.val();
        self.old.reset.next = self.upper.val() | self.lower.val();
        self.term.d.next = self.ones.val();
        if self.add.val() {
            self.term.d.next = !self.delta.val();
        }
        if self.add.val() & self.minus.val() {
            self.term.d.next = self.delta.val();
        }
        if self.upper.val() {
            self.term.d.next = self.value.val().get_bits::<16>(16);
        }
        if self.lower.val() {
            self.term.d.next = self.value.val().get_bits::<16>(0);
        }
        self.none.d.next = self.unless.val();

        // A one below both makes the carry into the sum.
        self.sum_now.next =
            bit_cast::<17, 16>(self.old.q.val()) + bit_cast::<17, 16>(self.term.q.val());
        self.more_now.next = ((bit_cast::<18, 16>(self.old.q.val()) << 1) | 1)
            + ((bit_cast::<18, 16>(self.term.q.val()) << 1) | 1);
        self.sum.d.next = self.sum_now.val().get_bits::<16>(0);
        self.more.d.next = self.more_now.val().get_bits::<16>(1);
        self.carry.d.next = self.more_now.val().get_bit(17);
        if self.none.q.val() {
            self.carry.d.next = self.sum_now.val().get_bit(16);
        }
        self.stays.d.next = self.none.q.val() & !self.old.q.val().any();

        self.after.next = self.sum.q.val();
        if self.carry.q.val() {
            self.after.next = self.more.q.val();
        }
        if self.stays.q.val() {
            self.after.next = 0.into();
        }
    }
}
