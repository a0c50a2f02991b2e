//! Which buckets does a key lie in, and under which tag? The kernel of [`Shape::home`].
//!
//! ```text
//! clock 0                   1         2: tag             3: buckets
//! key ->[quarters of the digest]->[digest]->[hash of the tag ^ low end]->
//! ```
//! In a clock without a request the digest is 0 and has tag 0, whose hash is 0: the buckets are
//! then the one that is asked for instead.

use crate::exact::digest::{Digest, Place};
use crate::flows::{Shape, TAG_BITS};
use crate::hash::{DIGEST_BITS, INDEX_BITS, WAYS};
use rust_hdl::prelude::*;

/// Parts of the digest's sum: three terms in each for the longest key, two LUT levels.
const QUARTERS: usize = 4;
/// Four indices in one word, way 0 lowest.
pub const BUCKETS_BITS: usize = WAYS * INDEX_BITS;
/// A tag in whole bytes.
pub const TAG_BYTES_BITS: usize = 24;

/// What of a request's digest is no tag, and that it is one, in whole bytes.
pub const REST_BITS: usize = 32;

/// Three clocks.
#[derive(LogicBlock)]
pub struct Locate<const K: usize> {
    pub clock: Signal<In, Clock>,
    /// Clock 0: a request, and where it is none, the bucket to show, or 0.
    pub valid: Signal<In, Bit>,
    pub key: Signal<In, Bits<K>>,
    pub seed: Signal<In, Bits<64>>,
    pub instead: Signal<In, Bits<INDEX_BITS>>,
    /// Clock 2.
    pub tag: Signal<Out, Bits<TAG_BYTES_BITS>>,
    pub rest: Signal<Out, Bits<REST_BITS>>,
    /// Clock 3.
    pub buckets: Signal<Out, Bits<BUCKETS_BITS>>,
    quarter: [Digest<K>; QUARTERS],
    sum: Signal<Local, Bits<DIGEST_BITS>>,
    digest: DFF<Bits<DIGEST_BITS>>,
    valid_1: DFF<Bit>,
    valid_2: DFF<Bit>,
    instead_1: DFF<Bits<INDEX_BITS>>,
    instead_2: DFF<Bits<INDEX_BITS>>,
    upper: Signal<Local, Bits<DIGEST_BITS>>,
    ring: Signal<Local, Bits<DIGEST_BITS>>,
    low: Signal<Local, Bits<INDEX_BITS>>,
    way: [Place; WAYS],
    index: Signal<Local, Bits<INDEX_BITS>>,
    all: Signal<Local, Bits<BUCKETS_BITS>>,
    tag_mask: Constant<Bits<DIGEST_BITS>>,
    depth: Constant<Bits<INDEX_BITS>>,
    way_at: [Constant<Bits<8>>; WAYS],
}

impl<const K: usize> Locate<K> {
    /// For a table of this shape.
    pub fn new(shape: Shape) -> Self {
        const { assert!(TAG_BITS == 23 && DIGEST_BITS == 48, "the kernel's shifts") };
        let wiring = shape.wiring();
        let terms = wiring.digest_terms();
        let cut = |nth| nth * terms.len() / QUARTERS;
        Self {
            clock: Signal::default(),
            valid: Signal::default(),
            key: Signal::default(),
            seed: Signal::default(),
            instead: Signal::default(),
            tag: Signal::default(),
            rest: Signal::default(),
            buckets: Signal::default(),
            quarter: std::array::from_fn(|nth| Digest::of(&wiring, &terms[cut(nth)..cut(nth + 1)])),
            sum: Signal::default(),
            digest: DFF::default(),
            valid_1: DFF::default(),
            valid_2: DFF::default(),
            instead_1: DFF::default(),
            instead_2: DFF::default(),
            upper: Signal::default(),
            ring: Signal::default(),
            low: Signal::default(),
            way: std::array::from_fn(|way| Place::new(&wiring, way)),
            index: Signal::default(),
            all: Signal::default(),
            tag_mask: Constant::new(((1u64 << shape.tag_bits) - 1).into()),
            depth: Constant::new(((1u64 << shape.depth_log2) - 1).into()),
            way_at: std::array::from_fn(|way| Constant::new(((way * INDEX_BITS) as u64).into())),
        }
    }
}

impl<const K: usize> Logic for Locate<K> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, digest, valid_1, valid_2, instead_1, instead_2);
        self.sum.next = 0.into();
        for i in 0..4 {
            self.quarter[i].clock.next = self.clock.val();
            self.quarter[i].valid.next = self.valid.val();
            self.quarter[i].key.next = self.key.val();
            self.quarter[i].seed.next = self.seed.val();
            self.sum.next = self.sum.val() ^ self.quarter[i].digest.val();
        }
        self.digest.d.next = self.sum.val();
        self.instead_1.d.next = self.instead.val();
        self.instead_2.d.next = self.instead_1.q.val();
        // The tag all round the ring that the second half of the hash looks at.
        self.upper.next = (self.digest.q.val() >> 25) & self.tag_mask.val();
        self.ring.next = self.upper.val() | (self.upper.val() << 23) | (self.upper.val() << 46);
        self.low.next = (bit_cast::<INDEX_BITS, DIGEST_BITS>(self.digest.q.val())
            & self.depth.val())
            ^ self.instead_2.q.val();
        self.tag.next = bit_cast::<TAG_BYTES_BITS, DIGEST_BITS>(self.upper.val());
        self.valid_1.d.next = self.valid.val();
        self.valid_2.d.next = self.valid_1.q.val();
        self.rest.next = bit_cast::<REST_BITS, 25>(self.digest.q.val().get_bits::<25>(0))
            .replace_bit(31, self.valid_2.q.val());
        self.all.next = 0.into();
        for i in 0..4 {
            self.way[i].clock.next = self.clock.val();
            self.way[i].digest.next = self.ring.val();
            self.way[i].instead.next = self.low.val();
            self.index.next = self.way[i].index.val();
            self.all.next = self.all.val()
                | (bit_cast::<BUCKETS_BITS, INDEX_BITS>(self.index.val()) << self.way_at[i].val());
        }
        self.buckets.next = self.all.val();
    }
}
