//! Do register, memories and delay lines answer after exactly the clocks they state?
#![cfg(feature = "gateware")]

use cells::delay::{Delay, DelayValid};
use cells::ram::{LutRam, Ram, Style};
use cells::register::Register;
use rust_hdl::prelude::*;

macro_rules! tick {
    ($u:ident) => {
        assert!(simulate(&mut $u, 20));
        $u.clock.next = true.into();
        assert!(simulate(&mut $u, 20));
        $u.clock.next = false.into();
        assert!(simulate(&mut $u, 20));
    };
}

#[test]
fn register_holds_init_in_reset_and_follows_after_it() {
    let mut u = Register::<Bits<8>>::new(0x5a.into());
    u.connect_all();
    u.reset.next = true;
    u.d.next = 3.into();
    tick!(u);
    assert_eq!(u.q.val(), Bits::<8>::from(0x5a));
    u.reset.next = false;
    tick!(u);
    assert_eq!(u.q.val(), Bits::<8>::from(3));
}

#[test]
fn ram_answers_after_two_clocks() {
    for style in [Style::Block, Style::Lut] {
        let mut u = Ram::<12, 6>::new(4, style);
        u.connect_all();
        u.we.next = true;
        u.wa.next = 0x25.into();
        u.wd.next = 0xabc.into();
        tick!(u);
        u.we.next = false;
        u.ra.next = 0x15.into();
        tick!(u);
        u.ra.next = 0.into();
        assert_ne!(u.q.val(), Bits::<12>::from(0xabc));
        tick!(u);
        assert_eq!(u.q.val(), Bits::<12>::from(0xabc), "upper address bits are ignored");
    }
}

#[test]
fn lut_ram_answers_at_once() {
    let mut u = LutRam::<12, 6>::new(6);
    u.connect_all();
    u.we.next = true;
    u.wa.next = 9.into();
    u.ra.next = 9.into();
    u.wd.next = 0xabc.into();
    tick!(u);
    assert_eq!(u.q.val(), Bits::<12>::from(0xabc));
}

fn delay<const N: usize>() {
    let mut u = Delay::<Bits<16>, N>::default();
    u.connect_all();
    let mut valid = DelayValid::<N>::default();
    valid.connect_all();
    for clock in 0..2 * N + 5 {
        u.d.next = (clock as u64).into();
        valid.d.next = clock % 3 == 0;
        assert!(simulate(&mut u, 20) && simulate(&mut valid, 20));
        if let Some(then) = clock.checked_sub(N) {
            assert_eq!(u.q.val(), Bits::<16>::from(then as u64), "{N} clocks");
            assert_eq!(valid.q.val(), then % 3 == 0, "{N} clocks");
        } else {
            assert!(!valid.q.val());
        }
        tick!(u);
        tick!(valid);
    }
}

#[test]
fn delay_is_exact() {
    delay::<0>();
    delay::<1>();
    delay::<2>();
    delay::<3>();
    delay::<17>();
    delay::<18>();
    delay::<100>();
}
