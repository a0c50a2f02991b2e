//! What do the halfwords of an IPv4 header add up to?
//!
//! ```text
//!   header --> a register of its own, anywhere in the part       clock 1
//!          --> 15 x (high + low of a word, 0 behind the header)  clock 2
//!          --> 5 x (a + b + c)                                   clock 3
//!          --> 2 x                                               clock 4
//!          --> 1                                                 clock 5, 21 bits
//! ```
//! Plain sums: no carry is put back in before the end, see [`super::fault::Judge`].
//! Latency 5 clocks, one header per clock.

use rust_hdl::prelude::*;

/// Halves of a word added up, or 0. One clock.
#[derive(LogicBlock, Default)]
pub struct WordSum {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// A word of the header.
    pub word: Signal<In, Bits<32>>,
    /// It belongs to the header.
    pub keep: Signal<In, Bit>,
    /// The sum.
    pub sum: Signal<Out, Bits<21>>,
    held: DFF<Bits<17>>,
}

impl Logic for WordSum {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, held);
        self.held.d.next = 0.into();
        if self.keep.val() {
            self.held.d.next = bit_cast::<17, 32>(self.word.val() >> 16)
                + bit_cast::<17, 16>(self.word.val().get_bits::<16>(0));
        }
        self.sum.next = bit_cast::<21, 17>(self.held.q.val());
    }
}

/// Three numbers added up. One clock.
#[derive(LogicBlock, Default)]
pub struct Sum3 {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// First.
    pub a: Signal<In, Bits<21>>,
    /// Second.
    pub b: Signal<In, Bits<21>>,
    /// Third.
    pub c: Signal<In, Bits<21>>,
    /// The sum.
    pub sum: Signal<Out, Bits<21>>,
    held: DFF<Bits<21>>,
}

impl Logic for Sum3 {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, held);
        self.held.d.next = (self.a.val() + self.b.val()) + self.c.val();
        self.sum.next = self.held.q.val();
    }
}

/// The sum of an IPv4 header with its options.
#[derive(LogicBlock)]
pub struct HeaderSum {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// 60 bytes from the header's first.
    pub header: Signal<In, Bits<480>>,
    /// Words that belong to it, at least 5.
    pub ihl: Signal<In, Bits<4>>,
    /// The sum, five clocks later.
    pub sum: Signal<Out, Bits<21>>,
    header_1: DFF<Bits<480>>,
    ihl_1: DFF<Bits<4>>,
    words: [WordSum; 15],
    threes: [Sum3; 5],
    left: Sum3,
    right: Sum3,
    all: Sum3,
    number: [Constant<Bits<4>>; 10],
}

impl Default for HeaderSum {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            header: Signal::default(),
            ihl: Signal::default(),
            sum: Signal::default(),
            header_1: DFF::default(),
            ihl_1: DFF::default(),
            words: Default::default(),
            threes: Default::default(),
            left: Sum3::default(),
            right: Sum3::default(),
            all: Sum3::default(),
            number: std::array::from_fn(|i| Constant::new((14 - i).to_bits())),
        }
    }
}

impl Logic for HeaderSum {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, left, right, all);
        dff_setup!(self, clock, header_1, ihl_1);
        self.header_1.d.next = self.header.val();
        self.ihl_1.d.next = self.ihl.val();
        // words[i] is the header's word 14 - i.
        for i in 0..15 {
            self.words[i].clock.next = self.clock.val();
            self.words[i].word.next = self.header_1.q.val().get_bits::<32>(32 * i);
        }
        for i in 0..10 {
            self.words[i].keep.next = self.number[i].val() < self.ihl_1.q.val();
        }
        for i in 10..15 {
            self.words[i].keep.next = true;
        }
        for i in 0..5 {
            self.threes[i].clock.next = self.clock.val();
            self.threes[i].a.next = self.words[i].sum.val();
            self.threes[i].b.next = self.words[i + 5].sum.val();
            self.threes[i].c.next = self.words[i + 10].sum.val();
        }
        self.left.a.next = self.threes[0].sum.val();
        self.left.b.next = self.threes[1].sum.val();
        self.left.c.next = self.threes[2].sum.val();
        self.right.a.next = self.threes[3].sum.val();
        self.right.b.next = self.threes[4].sum.val();
        self.right.c.next = 0.into();
        self.all.a.next = self.left.sum.val();
        self.all.b.next = self.right.sum.val();
        self.all.c.next = 0.into();
        self.sum.next = self.all.sum.val();
    }
}
