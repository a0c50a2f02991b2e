//! Signed numbers, structs, enums, constants.
use crate::case;
use crate::judge::Case;
use crate::judge::seed::{Random, Seed};
use rust_hdl::prelude::*;

#[derive(LogicBlock, Default)]
struct SignedOps<const N: usize> {
    a: Signal<In, Signed<N>>,
    b: Signal<In, Signed<N>>,
    u: Signal<In, Bits<N>>,
    add: Signal<Out, Signed<N>>,
    sub: Signal<Out, Signed<N>>,
    neg: Signal<Out, Signed<N>>,
    lt: Signal<Out, Bit>,
    le: Signal<Out, Bit>,
    gt: Signal<Out, Bit>,
    ge: Signal<Out, Bit>,
    eq: Signal<Out, Bit>,
    sum_lt: Signal<Out, Bit>,
    wide: Signal<Out, Signed<40>>,
    narrow: Signal<Out, Signed<4>>,
    as_bits: Signal<Out, Bits<N>>,
    bits_lt: Signal<Out, Bit>,
    as_signed_lt: Signal<Out, Bit>,
    sign: Signal<Out, Bit>,
    part: Signal<Out, Signed<3>>,
    copy: Signal<Local, Signed<N>>,
}

impl<const N: usize> Logic for SignedOps<N> {
    #[hdl_gen]
    fn update(&mut self) {
        self.add.next = self.a.val() + self.b.val();
        self.sub.next = self.a.val() - self.b.val();
        self.neg.next = -self.a.val();
        self.lt.next = self.a.val() < self.b.val();
        self.le.next = self.a.val() <= self.b.val();
        self.gt.next = self.a.val() > self.b.val();
        self.ge.next = self.a.val() >= self.b.val();
        self.eq.next = self.a.val() == self.b.val();
        self.sum_lt.next = self.a.val() + self.b.val() < -self.b.val();
        self.wide.next = signed_bit_cast::<40, N>(self.a.val());
        self.narrow.next = signed_bit_cast::<4, N>(self.a.val());
        self.as_bits.next = unsigned_cast(self.a.val()) + self.u.val();
        self.bits_lt.next = unsigned_cast(self.a.val()) < self.u.val();
        self.as_signed_lt.next = self.a.val() < signed_cast(self.u.val());
        self.sign.next = self.a.val().get_bit(2);
        self.copy.next = self.b.val();
        self.part.next = self.copy.val().get_bits::<3>(1);
    }
}

/// A sum with one signed bit is a signed sum, not the addition of a `bool`.
#[derive(LogicBlock, Default)]
struct OneSignedBit {
    a: Signal<In, Bits<1>>,
    b: Signal<In, Bits<1>>,
    c: Signal<In, Bits<1>>,
    sum_lt: Signal<Out, Bit>,
    sum_le: Signal<Out, Bit>,
}

impl Logic for OneSignedBit {
    #[hdl_gen]
    fn update(&mut self) {
        self.sum_lt.next =
            signed_cast(self.a.val()) + signed_cast(self.b.val()) < signed_cast(self.c.val());
        self.sum_le.next =
            signed_cast(self.a.val()) <= signed_cast(self.b.val()) + signed_cast(self.c.val());
    }
}

#[derive(Clone, Copy, Debug, PartialEq, LogicState)]
enum Step {
    Idle,
    First,
    Second,
    Third,
    Last,
}

#[derive(Clone, Copy, Debug, PartialEq, Default, LogicStruct)]
struct Parts {
    low: Bits<3>,
    flag: Bit,
    count: Bits<9>,
    step: Step,
}

impl Random<Step> for Seed {
    fn random(&mut self) -> Step {
        [Step::Idle, Step::First, Step::Second, Step::Third, Step::Last][self.below(5)]
    }
}

impl Random<Parts> for Seed {
    fn random(&mut self) -> Parts {
        Parts { low: self.random(), flag: self.random(), count: self.random(), step: self.random() }
    }
}

#[derive(LogicBlock, Default)]
struct Structs {
    a: Signal<In, Parts>,
    b: Signal<In, Parts>,
    copy: Signal<Out, Parts>,
    built: Signal<Out, Parts>,
    changed: Signal<Out, Parts>,
    sum: Signal<Out, Bits<9>>,
    first: Signal<Out, Bit>,
    same: Signal<Out, Bit>,
    scratch: Signal<Local, Parts>,
}

impl Logic for Structs {
    #[hdl_gen]
    fn update(&mut self) {
        self.copy.next = self.a.val();
        self.built.next.low = 5.into();
        self.built.next.flag = self.a.val().count < self.b.val().count;
        self.built.next.count = self.a.val().count + self.b.val().count;
        self.built.next.step = Step::Third;
        self.scratch.next = self.b.val();
        if self.a.val().flag {
            self.scratch.next.count = self.a.val().count;
            self.scratch.next.low = self.scratch.val().low + 1;
        }
        self.changed.next = self.scratch.val();
        self.sum.next = self.scratch.val().count + 300;
        self.first.next = self.a.val().step == Step::First;
        self.same.next = self.a.val() == self.b.val();
    }
}

#[derive(LogicBlock, Default)]
struct Enums {
    a: Signal<In, Step>,
    b: Signal<In, Step>,
    x: Signal<In, Bits<4>>,
    next: Signal<Out, Step>,
    is_second: Signal<Out, Bit>,
    same: Signal<Out, Bit>,
    code: Signal<Out, Bits<4>>,
    other: Signal<Out, Bits<4>>,
    from_bool: Signal<Out, Bits<4>>,
}

impl Logic for Enums {
    #[hdl_gen]
    fn update(&mut self) {
        self.next.next = self.b.val();
        self.code.next = 0.into();
        self.other.next = self.x.val();
        match self.a.val() {
            Step::Idle => {
                if self.x.val() == 3 {
                    self.next.next = Step::First;
                }
            }
            Step::First => {
                self.next.next = Step::Second;
                self.code.next = self.x.val() + 1;
            }
            Step::Second => self.code.next = 2.into(),
            Step::Third => {
                self.code.next = 3.into();
                self.other.next = 7.into();
            }
            Step::Last => {
                self.other.next = 9.into();
            }
        }
        match self.b.val() {
            Step::First => self.other.next = self.other.val() + 1,
            _ => self.other.next = self.other.val() - 1,
        }
        match self.x.val().get_bit(0) {
            true => self.from_bool.next = 12.into(),
            false => self.from_bool.next = self.x.val(),
        }
        self.is_second.next = self.a.val() == Step::Second;
        self.same.next = self.a.val() == self.b.val();
    }
}

#[derive(LogicBlock)]
struct Constants {
    a: Signal<In, Bits<70>>,
    x: Signal<In, Bits<8>>,
    key: Constant<Bits<70>>,
    slot: Constant<Bits<8>>,
    at: Constant<Bits<3>>,
    wanted: Constant<Bit>,
    hit: Signal<Out, Bit>,
    masked: Signal<Out, Bits<70>>,
    offset: Signal<Out, Bits<8>>,
    bit: Signal<Out, Bit>,
    only: Signal<Out, Bits<8>>,
    chosen: Signal<Out, Bits<8>>,
    fixed: Signal<Out, Parts>,
    stepped: Signal<Out, Bits<8>>,
}

impl Logic for Constants {
    #[hdl_gen]
    fn update(&mut self) {
        self.hit.next = self.a.val() == self.key.val();
        self.masked.next = self.a.val() & self.key.val();
        self.offset.next = self.x.val() + self.slot.val();
        self.bit.next = self.x.val().get_bit(self.at.val().index());
        self.only.next = 42.into();
        self.chosen.next = self.x.val();
        if self.wanted.val() {
            self.chosen.next = self.slot.val();
        }
        self.fixed.next.low = 2.into();
        self.fixed.next.flag = true;
        self.fixed.next.count = 0x1ff.into();
        self.fixed.next.step = Step::Last;
        self.stepped.next = 0x0f.into();
        self.stepped.next = self.stepped.val().replace_bit(7, true);
    }
}

macro_rules! signed_ops {
    ($($n:literal)*) => {
        vec![$(case!(
            concat!("signed", $n), SignedOps::<$n>::default(), rows 120, in(a, b, u),
            out(add, sub, neg, lt, le, gt, ge, eq, sum_lt, wide, narrow, as_bits, bits_lt,
                as_signed_lt, sign, part)
        )),*]
    };
}

pub fn cases() -> Vec<Case> {
    let mut all = signed_ops!(5 8 16 32 33 64 65);
    all.push(case!(
        "signed1", OneSignedBit::default(), rows 40, in(a, b, c), out(sum_lt, sum_le)
    ));
    all.push(case!(
        "structs", Structs::default(), rows 200, in(a, b),
        out(copy, built, changed, sum, first, same)
    ));
    all.push(case!(
        "enums", Enums::default(), rows 200, in(a, b, x),
        out(next, is_second, same, code, other, from_bool)
    ));
    let constants = Constants {
        a: Signal::default(),
        x: Signal::default(),
        key: Constant::new((bits::<70>(0x12_3456_789a) << 30) + 5),
        slot: Constant::new(0xa5.into()),
        at: Constant::new(6.into()),
        wanted: Constant::new(true),
        hit: Signal::default(),
        masked: Signal::default(),
        offset: Signal::default(),
        bit: Signal::default(),
        only: Signal::default(),
        chosen: Signal::default(),
        fixed: Signal::default(),
        stepped: Signal::default(),
    };
    all.push(case!(
        "constants", constants, rows 50, in(a, x),
        out(hit, masked, offset, bit, only, chosen, fixed, stepped)
    ));
    all
}
