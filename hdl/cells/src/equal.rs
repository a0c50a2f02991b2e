//! Are two wide words equal?
//!
//! ```text
//!   a, b --> C bytes compared --> [r] --> all of them? --> [r] --> yes
//! ```
//! Latency: [`LATENCY`] clocks. Throughput: a pair per clock. Two LUT levels a clock for words of
//! up to 128 bits; a wider one wants a tree.

use rust_hdl::prelude::*;

/// Clocks from a pair to its answer.
pub const LATENCY: usize = 2;

/// Compares words of `N = 8 C` bits; see the file's head.
#[derive(LogicBlock)]
pub struct Equal<const N: usize, const C: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// One word.
    pub a: Signal<In, Bits<N>>,
    /// The other.
    pub b: Signal<In, Bits<N>>,
    /// Were they equal?
    pub yes: Signal<Out, Bit>,
    bytes: DFF<Bits<C>>,
    same: Signal<Local, Bits<C>>,
    all: DFF<Bit>,
    at: [Constant<Bits<10>>; C],
}

impl<const N: usize, const C: usize> Default for Equal<N, C> {
    fn default() -> Self {
        assert_eq!(N, 8 * C);
        Self {
            clock: Signal::default(),
            a: Signal::default(),
            b: Signal::default(),
            yes: Signal::default(),
            bytes: DFF::default(),
            same: Signal::default(),
            all: DFF::default(),
            at: std::array::from_fn(|i| Constant::new((8 * i as u64).to_bits())),
        }
    }
}

impl<const N: usize, const C: usize> Logic for Equal<N, C> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, bytes, all);
        self.same.next = 0.into();
        for i in 0..C {
            self.same.next = self.same.val().replace_bit(
                i,
                self.a.val().get_bits::<8>(self.at[i].val().index())
                    == self.b.val().get_bits::<8>(self.at[i].val().index()),
            );
        }
        self.bytes.d.next = self.same.val();
        self.all.d.next = self.bytes.q.val().all();
        self.yes.next = self.all.q.val();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bit_of_difference_is_seen_wherever_it_is() {
        let mut u = Equal::<48, 6>::default();
        u.connect_all();
        let mut clock = |a: u64, b: u64| {
            u.a.next = a.to_bits();
            u.b.next = b.to_bits();
            for clk in [false, true] {
                u.clock.next = Clock { clk };
                assert!(simulate(&mut u, 50));
            }
            u.yes.val()
        };
        let word = 0x0123_4567_89ab;
        let pairs: Vec<(u64, u64)> =
            (0..48).map(|bit| (word, word ^ 1 << bit)).chain([(word, word), (0, 0)]).collect();
        let mut due = std::collections::VecDeque::new();
        for (a, b) in pairs.iter().chain(&[(1, 2); LATENCY - 1]) {
            due.push_back(a == b);
            let yes = clock(*a, *b);
            if due.len() == LATENCY {
                assert_eq!(Some(yes), due.pop_front());
            }
        }
    }
}
