//! Every operator at widths around the limits of rust-hdl's and Verilator's words.
use crate::case;
use crate::judge::Case;
use rust_hdl::prelude::*;

/// The expressions that rust-hdl's own text gets wrong, and some near them.
#[derive(LogicBlock, Default)]
struct Quirks {
    a: Signal<In, Bits<8>>,
    b: Signal<In, Bits<8>>,
    c: Signal<In, Bits<8>>,
    x: Signal<In, Bit>,
    precedence: Signal<Out, Bit>,
    wrap: Signal<Out, Bit>,
    carry: Signal<Out, Bits<9>>,
    shift: Signal<Out, Bits<8>>,
    inverted: Signal<Out, Bits<8>>,
    less: Signal<Out, Bit>,
    shift_sum: Signal<Out, Bits<8>>,
    literal_shift: Signal<Out, Bits<64>>,
    bool_add: Signal<Out, Bits<8>>,
}

impl Logic for Quirks {
    #[hdl_gen]
    fn update(&mut self) {
        self.precedence.next = self.a.val() & self.b.val() == self.c.val();
        self.wrap.next = self.a.val() + 1 == 0;
        self.carry.next = bit_cast::<9, 8>(self.a.val() + self.b.val());
        self.shift.next = (self.a.val() + 1) >> 1;
        self.inverted.next = bit_cast::<8, 1>((!self.x.val()).into());
        self.less.next = (self.a.val() - self.b.val()) < 10;
        self.shift_sum.next = self.a.val() >> (self.b.val() + self.c.val());
        self.literal_shift.next = 5 << self.c.val();
        self.bool_add.next = self.a.val() + self.x.val();
    }
}

#[derive(LogicBlock, Default)]
struct Ops<const N: usize> {
    a: Signal<In, Bits<N>>,
    b: Signal<In, Bits<N>>,
    s: Signal<In, Bits<7>>,
    add: Signal<Out, Bits<N>>,
    sub: Signal<Out, Bits<N>>,
    mixed: Signal<Out, Bits<N>>,
    chain: Signal<Out, Bits<N>>,
    not_sum: Signal<Out, Bits<N>>,
    shl: Signal<Out, Bits<N>>,
    shr: Signal<Out, Bits<N>>,
    shr_one: Signal<Out, Bits<N>>,
    shl_far: Signal<Out, Bits<N>>,
    shift_of_sum: Signal<Out, Bits<N>>,
    lt: Signal<Out, Bit>,
    le: Signal<Out, Bit>,
    gt: Signal<Out, Bit>,
    ge: Signal<Out, Bit>,
    eq: Signal<Out, Bit>,
    ne: Signal<Out, Bit>,
    sum_lt: Signal<Out, Bit>,
    never: Signal<Out, Bit>,
    always_true: Signal<Out, Bit>,
    all: Signal<Out, Bit>,
    any: Signal<Out, Bit>,
    xor: Signal<Out, Bit>,
    any_of_sum: Signal<Out, Bit>,
}

impl<const N: usize> Logic for Ops<N> {
    #[hdl_gen]
    fn update(&mut self) {
        self.add.next = self.a.val() + self.b.val();
        self.sub.next = self.a.val() - self.b.val() - 1;
        self.mixed.next = self.a.val() & self.b.val() | self.a.val() ^ self.b.val() + 1;
        self.chain.next = self.a.val() & self.b.val() & !self.a.val() | self.b.val();
        self.not_sum.next = !(self.a.val() + self.b.val());
        self.shl.next = self.a.val() << self.s.val();
        self.shr.next = self.a.val() >> self.s.val();
        self.shr_one.next = self.a.val() >> 1;
        self.shl_far.next = self.a.val() << 200;
        self.shift_of_sum.next = ((self.a.val() + self.b.val()) >> 1) << 1;
        self.lt.next = self.a.val() < self.b.val();
        self.le.next = self.a.val() <= self.b.val();
        self.gt.next = self.a.val() > self.b.val();
        self.ge.next = self.a.val() >= self.b.val();
        self.eq.next = self.a.val() == self.b.val();
        self.ne.next = self.a.val() != self.b.val();
        self.sum_lt.next = self.a.val() + self.b.val() < self.a.val();
        self.never.next = self.a.val() < 0;
        self.always_true.next = self.a.val() >= 0;
        self.all.next = self.a.val().all();
        self.any.next = self.a.val().any();
        self.xor.next = self.a.val().xor();
        self.any_of_sum.next = (self.a.val() - self.b.val()).any() && (!self.a.val()).all();
    }
}

#[derive(LogicBlock, Default)]
struct Casts<const N: usize, const M: usize> {
    a: Signal<In, Bits<N>>,
    b: Signal<In, Bits<N>>,
    plain: Signal<Out, Bits<M>>,
    of_sum: Signal<Out, Bits<M>>,
    of_shift: Signal<Out, Bits<M>>,
    sum_of: Signal<Out, Bits<M>>,
    of_not: Signal<Out, Bits<M>>,
    there_and_back: Signal<Out, Bits<N>>,
}

impl<const N: usize, const M: usize> Logic for Casts<N, M> {
    #[hdl_gen]
    fn update(&mut self) {
        self.plain.next = bit_cast::<M, N>(self.a.val());
        self.of_sum.next = bit_cast::<M, N>(self.a.val() + self.b.val());
        self.of_shift.next = bit_cast::<M, N>((self.a.val() + self.b.val()) >> 1);
        self.sum_of.next = bit_cast::<M, N>(self.a.val()) + bit_cast::<M, N>(self.b.val());
        self.of_not.next = bit_cast::<M, N>(!(self.a.val() ^ self.b.val()));
        self.there_and_back.next =
            bit_cast::<N, M>(bit_cast::<M, N>(self.a.val() - self.b.val()) + 1);
    }
}

#[derive(LogicBlock, Default)]
struct Product {
    a: Signal<In, Bits<16>>,
    b: Signal<In, Bits<16>>,
    c: Signal<In, Signed<16>>,
    d: Signal<In, Signed<16>>,
    whole: Signal<Out, Bits<32>>,
    of_sum: Signal<Out, Bits<32>>,
    signed: Signal<Out, Signed<32>>,
}

impl Logic for Product {
    #[hdl_gen]
    fn update(&mut self) {
        self.whole.next = self.a.val() * self.b.val();
        self.of_sum.next = (self.a.val() + 1) * (self.b.val() + self.a.val()) + 1;
        self.signed.next = self.c.val() * self.d.val();
    }
}

#[derive(LogicBlock, Default)]
struct Selects {
    a: Signal<In, Bits<40>>,
    b: Signal<In, Bits<40>>,
    i: Signal<In, Bits<3>>,
    j: Signal<In, Bits<5>>,
    k: Signal<In, Bits<2>>,
    x: Signal<In, Bit>,
    bit: Signal<Out, Bit>,
    bit_far: Signal<Out, Bit>,
    bit_of_sum: Signal<Out, Bit>,
    low: Signal<Out, Bits<8>>,
    middle: Signal<Out, Bits<8>>,
    over_the_end: Signal<Out, Bits<8>>,
    wide: Signal<Out, Bits<70>>,
    moving: Signal<Out, Bits<8>>,
    moving_over: Signal<Out, Bits<20>>,
    of_sum: Signal<Out, Bits<8>>,
    moving_of_sum: Signal<Out, Bits<8>>,
    byte: Signal<Out, Bits<8>>,
    next_bit: Signal<Out, Bit>,
    set: Signal<Out, Bits<40>>,
    set_first: Signal<Out, Bits<40>>,
    set_last: Signal<Out, Bits<40>>,
    set_moving: Signal<Out, Bits<40>>,
    set_in_sum: Signal<Out, Bits<40>>,
}

impl Logic for Selects {
    #[hdl_gen]
    fn update(&mut self) {
        self.bit.next = self.a.val().get_bit(39);
        self.bit_far.next = self.a.val().get_bit(self.j.val().index());
        self.bit_of_sum.next = (self.a.val() + self.b.val()).get_bit(self.j.val().index());
        self.low.next = self.a.val().get_bits::<8>(0);
        self.middle.next = self.a.val().get_bits::<8>(13);
        self.over_the_end.next = self.a.val().get_bits::<8>(36);
        self.wide.next = self.a.val().get_bits::<70>(4);
        self.moving.next = self.a.val().get_bits::<8>(self.j.val().index());
        self.moving_over.next = self.a.val().get_bits::<20>(self.j.val().index());
        self.of_sum.next = (self.a.val() + self.b.val()).get_bits::<8>(32);
        self.moving_of_sum.next = (self.a.val() ^ self.b.val()).get_bits::<8>(self.i.val().index());
        self.byte.next = self.a.val().get_bits::<8>(8 * self.k.val().index() + 8);
        self.next_bit.next = self.a.val().get_bit(self.i.val().index() + 1);
        self.set.next = self.a.val().replace_bit(20, self.x.val());
        self.set_first.next = self.a.val().replace_bit(0, self.x.val());
        self.set_last.next = (self.a.val() + 1).replace_bit(39, self.x.val());
        self.set_moving.next = self.a.val().replace_bit(self.j.val().index(), self.x.val());
        self.set_in_sum.next =
            (self.a.val() + self.b.val()).replace_bit(self.j.val().index(), !self.x.val());
    }
}

macro_rules! ops {
    ($($n:literal)*) => {
        vec![$(case!(
            concat!("ops", $n), Ops::<$n>::default(), rows 60, in(a, b, s),
            out(add, sub, mixed, chain, not_sum, shl, shr, shr_one, shl_far, shift_of_sum, lt, le,
                gt, ge, eq, ne, sum_lt, never, always_true, all, any, xor, any_of_sum)
        )),*]
    };
}

macro_rules! casts {
    ($($n:literal $m:literal,)*) => {
        vec![$(case!(
            concat!("casts", $n, "_", $m), Casts::<$n, $m>::default(), rows 40, in(a, b),
            out(plain, of_sum, of_shift, sum_of, of_not, there_and_back)
        )),*]
    };
}

pub fn cases() -> Vec<Case> {
    let mut all = ops!(1 2 3 7 8 16 31 32 33 63 64 65 100 128);
    all.extend(casts!(8 9, 9 8, 1 8, 8 1, 32 33, 33 32, 64 65, 65 64, 8 8, 128 16, 16 128, 31 64,));
    all.push(case!(
        "quirks", Quirks::default(), rows 200, in(a, b, c, x),
        out(precedence, wrap, carry, shift, inverted, less, shift_sum, literal_shift, bool_add)
    ));
    all.push(case!(
        "product", Product::default(), rows 100, in(a, b, c, d), out(whole, of_sum, signed)
    ));
    all.push(case!(
        "selects", Selects::default(), rows 200, in(a, b, i, j, k, x),
        out(bit, bit_far, bit_of_sum, low, middle, over_the_end, wide, moving, moving_over, of_sum,
            moving_of_sum, byte, next_bit, set, set_first, set_last, set_moving, set_in_sum)
    ));
    all
}
