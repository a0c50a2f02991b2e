//! Does a request really have the key of the predecessor whose digest it has?
//!
//! ```text
//! clock 0     4              5          6               7             9
//! key ------------------------------->[ ring of keys ]->[ compare ]->[ doubt ]
//!     relations ->[nearest one]->[where]->      key ------>
//! ```
//! Of the predecessors on their way only digests are compared, 48 bits in place of a key. So one
//! key is compared in full: that of the nearest predecessor with the same digest, who was compared
//! with the one before him. Whoever is not who he seems to be, or seems to be such a one, is
//! doubtful and finds no room: a chance of 2^-48 for each pair of keys.

use crate::delay::Delay;
use crate::equal::Equal;
use crate::flows::window::{RELATION_BITS, RELATIONS_BITS, WINDOW};
use crate::ram::LutRam;
use rust_hdl::prelude::*;

/// Keys that the ring holds, as a power of two: a request's and those of its window.
const RING_LOG2: usize = 4;
const _: () = assert!(WINDOW < 1 << RING_LOG2);

/// Clocks 0 to 17; keys of `K` bits in `C` bytes, `N` bits.
#[derive(LogicBlock)]
pub struct Keys<const K: usize, const N: usize, const C: usize> {
    pub clock: Signal<In, Clock>,
    /// Clock 0.
    pub key: Signal<In, Bits<K>>,
    /// Clock 4.
    pub relations: Signal<In, Bits<RELATIONS_BITS>>,
    /// By the clock they end in.
    pub key_12: Signal<Out, Bits<N>>,
    pub key_17: Signal<Out, Bits<K>>,
    /// Clock 14: it has another key than it seems to have.
    pub doubt: Signal<Out, Bit>,
    at: DFF<Bits<RING_LOG2>>,
    ring: LutRam<K, RING_LOG2>,
    one: Signal<Local, Bits<RELATION_BITS>>,
    alike: Signal<Local, Bits<WINDOW>>,
    nearest: Signal<Local, Bits<4>>,
    any_5: DFF<Bit>,
    nearest_5: DFF<Bits<4>>,
    any_9: Delay<Bit, 4>,
    nearest_9: Delay<Bits<4>, 4>,
    where_6: DFF<Bits<RING_LOG2>>,
    key_6: Delay<Bits<K>, 6>,
    key_7: DFF<Bits<K>>,
    before_7: DFF<Bits<K>>,
    late_12: Delay<Bits<K>, 5>,
    late_17: Delay<Bits<K>, 5>,
    compare: Equal<N, C>,
    doubtful: Signal<Local, Bit>,
    before: DFF<Bits<WINDOW>>,
    doubt_14: Delay<Bit, 5>,
    relation: [Constant<Bits<8>>; WINDOW],
    number: [Constant<Bits<4>>; WINDOW],
}

impl<const K: usize, const N: usize, const C: usize> Default for Keys<K, N, C> {
    fn default() -> Self {
        assert!(N >= K, "a key of {K} bits does not fit in {C} bytes");
        Self {
            clock: Signal::default(),
            key: Signal::default(),
            relations: Signal::default(),
            key_12: Signal::default(),
            key_17: Signal::default(),
            doubt: Signal::default(),
            at: DFF::default(),
            ring: LutRam::new(RING_LOG2),
            one: Signal::default(),
            alike: Signal::default(),
            nearest: Signal::default(),
            any_5: DFF::default(),
            nearest_5: DFF::default(),
            any_9: Delay::default(),
            nearest_9: Delay::default(),
            where_6: DFF::default(),
            key_6: Delay::default(),
            key_7: DFF::default(),
            before_7: DFF::default(),
            late_12: Delay::default(),
            late_17: Delay::default(),
            compare: Equal::default(),
            doubtful: Signal::default(),
            before: DFF::default(),
            doubt_14: Delay::default(),
            relation: std::array::from_fn(|nth| {
                Constant::new(((nth * RELATION_BITS) as u64).into())
            }),
            number: std::array::from_fn(|nth| Constant::new((nth as u64).into())),
        }
    }
}

impl<const K: usize, const N: usize, const C: usize> Logic for Keys<K, N, C> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, at, any_5, nearest_5, where_6, key_7, before_7, before);
        clock!(self, clock, ring, any_9, nearest_9, key_6, late_12, late_17, compare, doubt_14);
        self.at.d.next = self.at.q.val() + 1;
        self.ring.we.next = true;
        self.ring.wa.next = self.at.q.val();
        self.ring.wd.next = self.key_6.q.val();
        // Clock 4: who is the nearest with this digest?
        self.alike.next = 0.into();
        for i in 0..14 {
            self.one.next =
                self.relations.val().get_bits::<RELATION_BITS>(self.relation[i].val().index());
            self.alike.next =
                self.alike.val().replace_bit(i, self.one.val().get_bits::<2>(4).all());
        }
        self.nearest.next = 0.into();
        for i in 0..14 {
            if self.alike.val().get_bit(13 - i) {
                self.nearest.next = self.number[13 - i].val();
            }
        }
        self.any_5.d.next = self.alike.val().any();
        self.nearest_5.d.next = self.nearest.val();
        // Clock 5: the request's own key will be written where the ring is then, in a clock.
        self.where_6.d.next = self.at.q.val() - self.nearest_5.q.val();
        // Clock 6, and the comparison.
        self.ring.ra.next = self.where_6.q.val();
        self.key_6.d.next = self.key.val();
        self.key_7.d.next = self.key_6.q.val();
        self.before_7.d.next = self.ring.q.val();
        self.compare.a.next = bit_cast::<N, K>(self.before_7.q.val());
        self.compare.b.next = bit_cast::<N, K>(self.key_7.q.val());
        self.any_9.d.next = self.any_5.q.val();
        self.nearest_9.d.next = self.nearest_5.q.val();
        self.doubtful.next = self.any_9.q.val()
            & (!self.compare.yes.val()
                | self.before.q.val().get_bit(self.nearest_9.q.val().index()));
        self.before.d.next = self.before.q.val() << 1;
        if self.doubtful.val() {
            self.before.d.next = (self.before.q.val() << 1) | 1;
        }
        self.doubt_14.d.next = self.doubtful.val();
        self.doubt.next = self.doubt_14.q.val();
        // For who reads or writes an entry.
        self.late_12.d.next = self.key_7.q.val();
        self.key_12.next = bit_cast::<N, K>(self.late_12.q.val());
        self.late_17.d.next = self.late_12.q.val();
        self.key_17.next = self.late_17.q.val();
    }
}
