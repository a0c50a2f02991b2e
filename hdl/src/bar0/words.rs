//! Which word of BAR0 is addressed, and what do those hold that never change?

use rust_hdl::prelude::*;

/// Word address of a register.
fn word(offset: u64) -> Constant<Bits<14>> {
    Constant::new((offset / 4).to_bits())
}

/// Which of `N` words is addressed? Two clocks: half of the address, then the whole.
#[derive(LogicBlock)]
pub struct Which<const N: usize> {
    pub clock: Signal<In, Clock>,
    pub word: Signal<In, Bits<14>>,
    pub hit: Signal<Out, Bits<N>>,
    at: [Constant<Bits<14>>; N],
    low: Signal<Local, Bits<N>>,
    high: Signal<Local, Bits<N>>,
    lows: DFF<Bits<N>>,
    highs: DFF<Bits<N>>,
    hits: DFF<Bits<N>>,
}

impl<const N: usize> Which<N> {
    pub fn new(offsets: [u64; N]) -> Self {
        Self {
            clock: Signal::default(),
            word: Signal::default(),
            hit: Signal::default(),
            at: offsets.map(word),
            low: Signal::default(),
            high: Signal::default(),
            lows: DFF::default(),
            highs: DFF::default(),
            hits: DFF::default(),
        }
    }
}

impl<const N: usize> Logic for Which<N> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, lows, highs, hits);
        self.low.next = 0.into();
        self.high.next = 0.into();
        for i in 0..N {
            self.low.next = self.low.val().replace_bit(
                i,
                self.word.val().get_bits::<7>(0) == self.at[i].val().get_bits::<7>(0),
            );
            self.high.next = self.high.val().replace_bit(
                i,
                self.word.val().get_bits::<7>(7) == self.at[i].val().get_bits::<7>(7),
            );
        }
        self.lows.d.next = self.low.val();
        self.highs.d.next = self.high.val();
        self.hits.d.next = self.lows.q.val() & self.highs.q.val();
        self.hit.next = self.hits.q.val();
    }
}

/// The word that is hit among `N` constants, else zero; no latency.
#[derive(LogicBlock)]
pub struct Rom<const N: usize> {
    pub hit: Signal<In, Bits<N>>,
    pub value: Signal<Out, Bits<32>>,
    words: [Constant<Bits<32>>; N],
}

impl<const N: usize> Rom<N> {
    pub fn new(words: [u32; N]) -> Self {
        let words = words.map(|w| Constant::new(u64::from(w).to_bits()));
        Self { hit: Signal::default(), value: Signal::default(), words }
    }
}

impl<const N: usize> Logic for Rom<N> {
    #[hdl_gen]
    fn update(&mut self) {
        self.value.next = 0.into();
        for i in 0..N {
            if self.hit.val().get_bit(i) {
                self.value.next = self.value.val() | self.words[i].val();
            }
        }
    }
}
