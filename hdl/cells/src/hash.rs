//! Where in a table may a key lie? The keyed hash of the exact-match tables, in plain Rust.
//!
//! ```text
//! key (repeated) --windows of 48--> XOR --> digest (48) --windows of 16--> XOR --> index of way w
//! key & seed  ----windows of 48----^        digest & digest --windows of 16--^
//! ```
//! Both halves are sums (XOR) of windows: a [`Term`] adds two plain windows and one AND of two.
//! - digest = sum over terms of `key[a..] ^ key[b..] ^ (key[c..] & seed[d..])`, 48 bits, key and
//!   seed read as rings. So 12 to 15 key bits and 4 to 5 seed bits meet in each digest bit.
//! - index of way w = sum over terms of `digest[a..] ^ digest[b..] ^ (digest[c..] & digest[d..])`,
//!   `depth_log2` bits, the digest read as a ring. The products make sequential keys fill the table
//!   as random ones do; a linear hash lays them into a lattice and may leave half a way empty.
//!
//! A term is one LUT4 per bit. In hardware: two clocks, for a key of 136 bits and 4 x 512 slots 618
//! LUT4 and 84 flip-flops (yosys 0.70). A Toeplitz matrix takes some 3,000 by count of its inputs.
//!
//! **What it is**: a function chosen by a 64-bit seed. The digest is linear in the key once the
//! seed is known, the index is quadratic in the digest. Two different keys fall together in a way
//! with about `2^-depth_log2` on average over seeds and keys; for a *chosen* pair it may be much
//! more in one way (a key bit reaches few seed bits). That such a pair hardly ever falls together
//! in all four ways at once is *observed* only: a test flips each key bit under 600 seeds, for four
//! sizes; nothing proves it. The key 0 has index 0 in all ways under every seed.
//!
//! **What it is not**: a cryptographic function. It protects a table against keys that happen to
//! agree and against a tenant who picks keys without knowing the seed: [`Wiring`] is public, the
//! seed must not be. Someone who learns the seed, or who can watch which inserts fail for long
//! enough, can make keys that collide; the remedy is a new seed.
//!
//! The offsets of the windows come from a fixed generator, whose start was picked among others by
//! how evenly sequential, strided and single-bit keys of 16 to 152 bits spread: never change it
//! without the seeds' tests.

/// Indices a key has, one in each way.
pub const WAYS: usize = 4;
/// Bits between the two halves.
pub const DIGEST_BITS: usize = 48;
/// Bits of an index that the hardware computes, used or not.
pub const INDEX_BITS: usize = 16;
/// Shortest key, bits.
pub const MIN_KEY_BITS: usize = 8;
/// Longest key, bits.
pub const MAX_KEY_BITS: usize = 378;
/// Smallest way: 2^2 slots.
pub const MIN_DEPTH_LOG2: usize = 2;
/// Largest way: 2^14 slots.
pub const MAX_DEPTH_LOG2: usize = 14;
/// Most terms in either half, for the sizes above.
pub const MAX_TERMS: usize = 14;

/// Key bits per term of the digest: each key bit reaches five digest bits or more.
const KEY_BITS_PER_TERM: usize = 27;
/// Terms of an index, at least.
const INDEX_TERMS: usize = 4;
/// Digest bits that an index of few bits must still look at through each kind of window.
const INDEX_REACH: usize = 24;
/// Start of the generator of the offsets.
const WIRING_START: u64 = 0x07f9_a200;
/// Words of a key repeated until its last window ends.
const LINE_WORDS: usize = 7;

/// Offsets, in bits, of the four windows of one term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Two windows that are added as they are.
    pub plain: [usize; 2],
    /// Two windows that are added ANDed: the second one reads the seed in the digest's terms, the
    /// digest in an index' terms.
    pub gated: [usize; 2],
}

/// The hash for one size of key and table: all offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wiring {
    key_bits: usize,
    depth_log2: usize,
    digest: Vec<Term>,
    ways: [Vec<Term>; WAYS],
}

impl Wiring {
    /// The hash of keys of `key_bits` into four ways of `2^depth_log2` slots.
    ///
    /// # Panics
    /// Outside the sizes this file names.
    #[must_use]
    pub fn new(key_bits: usize, depth_log2: usize) -> Self {
        assert!(
            (MIN_KEY_BITS..=MAX_KEY_BITS).contains(&key_bits),
            "a key of {key_bits} bits: take {MIN_KEY_BITS} to {MAX_KEY_BITS}"
        );
        assert!(
            (MIN_DEPTH_LOG2..=MAX_DEPTH_LOG2).contains(&depth_log2),
            "2^{depth_log2} slots a way: take 2^{MIN_DEPTH_LOG2} to 2^{MAX_DEPTH_LOG2}"
        );
        let mut random = SplitMix(WIRING_START);
        let digest = digest_terms(key_bits, &mut random);
        let ways = std::array::from_fn(|_| index_terms(depth_log2, &mut random));
        Self { key_bits, depth_log2, digest, ways }
    }

    /// Bits of a key.
    #[must_use]
    pub fn key_bits(&self) -> usize {
        self.key_bits
    }

    /// Bits of an index.
    #[must_use]
    pub fn depth_log2(&self) -> usize {
        self.depth_log2
    }

    /// Terms of the first half.
    #[must_use]
    pub fn digest_terms(&self) -> &[Term] {
        &self.digest
    }

    /// Terms of the second half, of one way.
    #[must_use]
    pub fn index_terms(&self, way: usize) -> &[Term] {
        &self.ways[way]
    }

    /// First half: the digest of a key (little-endian dwords, bits above `key_bits` ignored).
    #[must_use]
    pub fn digest(&self, seed: u64, key: &[u32]) -> u64 {
        let line = self.repeated(key);
        let seed = [seed, seed];
        let sum = self.digest.iter().fold(0, |sum, term| {
            let [a, b] = term.plain.map(|at| window(&line, at));
            sum ^ a ^ b ^ (window(&line, term.gated[0]) & window(&seed, term.gated[1]))
        });
        sum & ((1 << DIGEST_BITS) - 1)
    }

    /// Second half: the index in `way`, less than `2^depth_log2`.
    #[must_use]
    pub fn index(&self, digest: u64, way: usize) -> usize {
        let ring = [digest | digest << DIGEST_BITS, digest >> (64 - DIGEST_BITS)];
        let sum = self.ways[way].iter().fold(0, |sum, term| {
            let [a, b] = term.plain.map(|at| window(&ring, at));
            let [c, d] = term.gated.map(|at| window(&ring, at));
            sum ^ a ^ b ^ (c & d)
        });
        (sum & ((1 << self.depth_log2) - 1)) as usize
    }

    /// The index in each way.
    #[must_use]
    pub fn indices(&self, seed: u64, key: &[u32]) -> [usize; WAYS] {
        let digest = self.digest(seed, key);
        std::array::from_fn(|way| self.index(digest, way))
    }

    /// The key as a ring: bit i is key bit `i % key_bits`.
    fn repeated(&self, key: &[u32]) -> [u64; LINE_WORDS] {
        let mut line = [0; LINE_WORDS];
        for bit in (0..self.key_bits).filter(|bit| dword(key, bit / 32) >> (bit % 32) & 1 == 1) {
            for at in (bit..64 * LINE_WORDS).step_by(self.key_bits) {
                line[at / 64] |= 1 << (at % 64);
            }
        }
        line
    }
}

/// The index of a key in one way, without keeping the wiring: see [`Wiring::indices`] for many
/// keys.
///
/// # Panics
/// As [`Wiring::new`], and if there is no such way.
#[must_use]
pub fn index(seed: u64, key: &[u32], key_bits: usize, way: usize, depth_log2: usize) -> usize {
    let wiring = Wiring::new(key_bits, depth_log2);
    wiring.index(wiring.digest(seed, key), way)
}

fn dword(key: &[u32], at: usize) -> u32 {
    key.get(at).copied().unwrap_or(0)
}

/// 64 bits from bit `at` on; missing words are 0.
fn window(line: &[u64], at: usize) -> u64 {
    let (word, bit) = (at / 64, at % 64);
    let high = line.get(word + 1).copied().unwrap_or(0);
    if bit == 0 { line[word] } else { line[word] >> bit | high << (64 - bit) }
}

/// Windows spread over the key, so that each key bit is in some plain and in some gated one.
fn digest_terms(key_bits: usize, random: &mut SplitMix) -> Vec<Term> {
    let terms = key_bits.div_ceil(KEY_BITS_PER_TERM).max(2);
    let jitter = key_bits / (2 * terms);
    let start = |nth: usize, of: usize| nth * key_bits / of;
    (0..terms)
        .map(|nth| {
            let mut near = |start| (start + random.below(jitter)) % key_bits;
            let plain = [near(start(2 * nth, 2 * terms)), near(start(2 * nth + 1, 2 * terms))];
            let gated = near(start(nth, terms));
            Term { plain, gated: [gated, random.below(64)] }
        })
        .collect()
}

/// Windows spread over the digest, so that each way looks at all of it.
fn index_terms(depth_log2: usize, random: &mut SplitMix) -> Vec<Term> {
    let terms = INDEX_TERMS.max(INDEX_REACH.div_ceil(depth_log2));
    let turn = [random.below(DIGEST_BITS), random.below(DIGEST_BITS)];
    let jitter = DIGEST_BITS / (2 * terms) + 1;
    (0..terms)
        .map(|nth| {
            let mut near = |turn, nth: usize| {
                (turn + nth * DIGEST_BITS / (2 * terms) + random.below(jitter)) % DIGEST_BITS
            };
            Term {
                plain: [near(turn[0], 2 * nth), near(turn[0], 2 * nth + 1)],
                gated: [near(turn[1], 2 * nth), near(turn[1], 2 * nth + 1)],
            }
        })
        .collect()
}

/// The generator splitmix64 (Vigna, public domain).
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit.max(1) as u64) as usize
    }
}
