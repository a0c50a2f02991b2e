//! How does a key become four addresses in two clocks? The kernel of [`crate::hash`].
//!
//! [`Digest`]: the first half, one clock, two LUT levels up to 135 key bits. A clock without a
//! lookup makes a digest of 0, and 0 has index 0, so that [`Place`] can put another address there.
//! [`Place`]: the second half for one way, one clock, two LUT levels.
//!
//! The windows are constants, so a term costs one LUT4 per bit; terms that a size does not have are
//! switched off by a constant and vanish.

use crate::hash::{DIGEST_BITS, INDEX_BITS, MAX_TERMS, Term, WAYS, Wiring};
use rust_hdl::prelude::*;

/// The longest key and one window behind it, rounded up.
const LINE_BITS: usize = 448;
/// The seed twice.
const SEED_LINE_BITS: usize = 128;
/// The digest twice.
const RING_BITS: usize = 2 * DIGEST_BITS;
/// Bits of an offset or a shift in any of these lines.
const OFFSET_BITS: usize = 11;

type Offsets = [Constant<Bits<OFFSET_BITS>>; MAX_TERMS];

/// The offsets `pick`ed from each term, 0 for those there are not.
fn offsets(terms: &[Term], pick: fn(&Term) -> usize) -> Offsets {
    std::array::from_fn(|nth| Constant::new((terms.get(nth).map_or(0, pick) as u64).into()))
}

/// All ones for the terms there are.
fn switches<const N: usize>(terms: &[Term]) -> [Constant<Bits<N>>; MAX_TERMS] {
    std::array::from_fn(|nth| {
        let word = Bits::<N>::default();
        Constant::new(if nth < terms.len() { !word } else { word })
    })
}

/// A constant shift by `bits`, as far as a line goes.
fn shift(bits: usize) -> Constant<Bits<OFFSET_BITS>> {
    Constant::new((bits.min(LINE_BITS) as u64).into())
}

/// First half of the hash, one clock.
#[derive(LogicBlock)]
pub struct Digest<const K: usize> {
    pub clock: Signal<In, Clock>,
    pub valid: Signal<In, Bit>,
    pub key: Signal<In, Bits<K>>,
    pub seed: Signal<In, Bits<64>>,
    /// Of the key a clock ago; 0 if that was not valid.
    pub digest: Signal<Out, Bits<DIGEST_BITS>>,
    once: Signal<Local, Bits<LINE_BITS>>,
    twice: Signal<Local, Bits<LINE_BITS>>,
    fourfold: Signal<Local, Bits<LINE_BITS>>,
    line: Signal<Local, Bits<LINE_BITS>>,
    seed_once: Signal<Local, Bits<SEED_LINE_BITS>>,
    seed_line: Signal<Local, Bits<SEED_LINE_BITS>>,
    one_key: Constant<Bits<OFFSET_BITS>>,
    two_keys: Constant<Bits<OFFSET_BITS>>,
    four_keys: Constant<Bits<OFFSET_BITS>>,
    plain_0: Offsets,
    plain_1: Offsets,
    gated: Offsets,
    by_seed: Offsets,
    used: [Constant<Bits<DIGEST_BITS>>; MAX_TERMS],
    sum: Signal<Local, Bits<DIGEST_BITS>>,
    held: DFF<Bits<DIGEST_BITS>>,
}

impl<const K: usize> Digest<K> {
    /// For the keys of `wiring`.
    pub fn new(wiring: &Wiring) -> Self {
        Self::of(wiring, wiring.digest_terms())
    }

    /// Some terms of the sum only: for long keys, whose sum takes two clocks.
    pub fn of(wiring: &Wiring, terms: &[Term]) -> Self {
        assert_eq!(wiring.key_bits(), K);
        Self {
            clock: Signal::default(),
            valid: Signal::default(),
            key: Signal::default(),
            seed: Signal::default(),
            digest: Signal::default(),
            once: Signal::default(),
            twice: Signal::default(),
            fourfold: Signal::default(),
            line: Signal::default(),
            seed_once: Signal::default(),
            seed_line: Signal::default(),
            one_key: shift(K),
            two_keys: shift(2 * K),
            four_keys: shift(4 * K),
            plain_0: offsets(terms, |term| term.plain[0]),
            plain_1: offsets(terms, |term| term.plain[1]),
            gated: offsets(terms, |term| term.gated[0]),
            by_seed: offsets(terms, |term| term.gated[1]),
            used: switches(terms),
            sum: Signal::default(),
            held: DFF::default(),
        }
    }
}

impl<const K: usize> Logic for Digest<K> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, held);
        // The key eight times: enough for a window behind the last bit of the shortest key.
        self.once.next = bit_cast::<LINE_BITS, K>(self.key.val());
        self.twice.next = self.once.val() | (self.once.val() << self.one_key.val());
        self.fourfold.next = self.twice.val() | (self.twice.val() << self.two_keys.val());
        self.line.next = self.fourfold.val() | (self.fourfold.val() << self.four_keys.val());
        self.seed_once.next = bit_cast::<SEED_LINE_BITS, 64>(self.seed.val());
        self.seed_line.next = self.seed_once.val() | (self.seed_once.val() << 64);
        self.sum.next = 0.into();
        for i in 0..14 {
            self.sum.next = self.sum.val()
                ^ (self.used[i].val()
                    & (self.line.val().get_bits::<DIGEST_BITS>(self.plain_0[i].val().index())
                        ^ self.line.val().get_bits::<DIGEST_BITS>(self.plain_1[i].val().index())
                        ^ (self.line.val().get_bits::<DIGEST_BITS>(self.gated[i].val().index())
                            & self
                                .seed_line
                                .val()
                                .get_bits::<DIGEST_BITS>(self.by_seed[i].val().index()))));
        }
        self.held.d.next = 0.into();
        if self.valid.val() {
            self.held.d.next = self.sum.val();
        }
        self.digest.next = self.held.q.val();
    }
}

/// Second half of the hash for one way, one clock.
#[derive(LogicBlock)]
pub struct Place {
    pub clock: Signal<In, Clock>,
    pub digest: Signal<In, Bits<DIGEST_BITS>>,
    /// Added to the index: an address of one's own where the digest is 0.
    pub instead: Signal<In, Bits<INDEX_BITS>>,
    /// A clock later.
    pub index: Signal<Out, Bits<INDEX_BITS>>,
    ring_once: Signal<Local, Bits<RING_BITS>>,
    ring: Signal<Local, Bits<RING_BITS>>,
    plain_0: Offsets,
    plain_1: Offsets,
    gated: Offsets,
    by_digest: Offsets,
    used: [Constant<Bits<INDEX_BITS>>; MAX_TERMS],
    depth: Constant<Bits<INDEX_BITS>>,
    sum: Signal<Local, Bits<INDEX_BITS>>,
    held: DFF<Bits<INDEX_BITS>>,
}

impl Place {
    /// For one way of `wiring`.
    pub fn new(wiring: &Wiring, way: usize) -> Self {
        assert!(way < WAYS);
        let terms = wiring.index_terms(way);
        Self {
            clock: Signal::default(),
            digest: Signal::default(),
            instead: Signal::default(),
            index: Signal::default(),
            ring_once: Signal::default(),
            ring: Signal::default(),
            plain_0: offsets(terms, |term| term.plain[0]),
            plain_1: offsets(terms, |term| term.plain[1]),
            gated: offsets(terms, |term| term.gated[0]),
            by_digest: offsets(terms, |term| term.gated[1]),
            used: switches(terms),
            depth: Constant::new(((1u64 << wiring.depth_log2()) - 1).into()),
            sum: Signal::default(),
            held: DFF::default(),
        }
    }
}

impl Logic for Place {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, held);
        self.ring_once.next = bit_cast::<RING_BITS, DIGEST_BITS>(self.digest.val());
        self.ring.next = self.ring_once.val() | (self.ring_once.val() << 48);
        self.sum.next = 0.into();
        for i in 0..14 {
            self.sum.next = self.sum.val()
                ^ (self.used[i].val()
                    & (self.ring.val().get_bits::<INDEX_BITS>(self.plain_0[i].val().index())
                        ^ self.ring.val().get_bits::<INDEX_BITS>(self.plain_1[i].val().index())
                        ^ (self.ring.val().get_bits::<INDEX_BITS>(self.gated[i].val().index())
                            & self
                                .ring
                                .val()
                                .get_bits::<INDEX_BITS>(self.by_digest[i].val().index()))));
        }
        self.held.d.next = (self.sum.val() & self.depth.val()) ^ self.instead.val();
        self.index.next = self.held.q.val();
    }
}
