//! Which frames and operations are tried, and what must come out? Plain Rust.

use cells::stream::{Change, HEADER_BITS, HEADER_BYTES, MAX_FRAME_BYTES, PATCH_BITS};
use replay::Random;

/// A frame, and the verdict it will get.
#[derive(Clone, Debug)]
pub struct Frame {
    pub bytes: Vec<u8>,
    /// What its sender says of it.
    pub user: u8,
    pub drop: bool,
    /// Halfwords of the header put in front, halfwords left out.
    pub p: usize,
    pub s: usize,
    /// Bytes of the frame to use.
    pub len: usize,
    pub egress: u8,
    pub header: [u8; HEADER_BYTES],
    /// What changes on the way out; its bits are the header's last.
    pub patch: Option<Change>,
    /// Clocks by which its verdict comes later than others do.
    pub later: usize,
}

/// Halfwords of the longest header that a patch may come with.
const MOST_BESIDE_A_PATCH: usize = (HEADER_BITS - PATCH_BITS) / 16;

/// What a frame may be turned into: name, p, s.
pub const OPERATIONS: [(&str, usize, usize); 12] = [
    ("pass", 0, 0),
    ("macs", 6, 6),
    ("push", 8, 6),
    ("push two", 10, 6),
    ("pop", 6, 8),
    ("encap", 31, 6),
    ("encap+pop", 31, 8),
    ("decap", 6, 31),
    ("decap+push", 8, 31),
    ("encap over IPv6", 41, 6),
    ("longest header", 48, 0),
    ("decap with options", 6, 71),
];

impl Frame {
    /// A frame of `len` random bytes; its verdict: pass.
    pub fn new(random: &mut Random, len: usize) -> Self {
        let mut byte = || random.word() as u8;
        let bytes = (0..len).map(|_| byte()).collect();
        let header = std::array::from_fn(|_| byte());
        let (user, egress) = (byte() & 127, byte() & 15);
        Self { bytes, user, drop: false, p: 0, s: 0, len, egress, header, patch: None, later: 0 }
    }

    pub fn operation(mut self, (_, p, s): (&str, usize, usize)) -> Self {
        (self.p, self.s) = (p, s);
        self
    }

    pub fn dropped(mut self) -> Self {
        self.drop = true;
        self
    }

    pub fn trimmed(mut self, len: usize) -> Self {
        self.len = len;
        self
    }

    pub fn judged_later(mut self, clocks: usize) -> Self {
        self.later = clocks;
        self
    }

    pub fn patched(mut self, change: Change) -> Self {
        assert!(self.p <= MOST_BESIDE_A_PATCH);
        let bits = change.bits();
        for bit in 0..PATCH_BITS {
            let byte = &mut self.header[HEADER_BYTES - 1 - bit / 8];
            *byte = *byte & !(1 << (bit % 8)) | ((bits >> bit & 1) as u8) << (bit % 8);
        }
        self.patch = Some(change);
        self
    }

    /// The contract, in one line; nothing for a drop or a verdict that names no byte of the frame.
    pub fn expect(&self) -> Option<Vec<u8>> {
        let captured = self.bytes.len().min(MAX_FRAME_BYTES);
        let sound = 2 * self.s < self.len && self.len <= captured;
        let mut bytes = (sound && !self.drop)
            .then(|| [&self.header[..2 * self.p], &self.bytes[2 * self.s..self.len]].concat())?;
        if let Some(change) = self.patch {
            change.apply(&mut bytes);
        }
        Some(bytes)
    }

    /// Some of its halfwords, old header and new one, are those that sums are about.
    fn telling(mut self, random: &mut Random, delta: u16) -> Self {
        for halfword in self.bytes.chunks_exact_mut(2).chain(self.header.chunks_exact_mut(2)) {
            if random.chance(70) {
                let value = [0, 0xffff, delta, !delta][random.below(4) as usize];
                halfword.copy_from_slice(&value.to_be_bytes());
            }
        }
        self
    }

    /// A random patch, around the frame's own bytes and around a random beat's borders.
    fn randomly_patched(self, random: &mut Random) -> Self {
        let delta = match random.below(5) {
            0 => 0,
            1 => 0xffff,
            2 => 1,
            _ => random.word() as u16,
        };
        let out = self.expect().map_or(0, |bytes| bytes.len());
        let around = 8 * random.below(16) as usize;
        let mut taken = Vec::new();
        let mut place = |halfwords: usize| {
            let place = match random.below(5) {
                0 => 0,
                1 => 1 + random.below(127) as usize,
                2 => (around + random.below(8) as usize).clamp(1, 127),
                3 => (around + 7 + random.below(2) as usize).clamp(1, 127),
                _ => (1 + random.below(out as u64 / 2 + 2) as usize).min(127),
            };
            let mine = place..place + halfwords;
            let cut = halfwords == 1 && 2 * place + 1 == out;
            if place == 0 || cut || mine.clone().any(|place| taken.contains(&place)) {
                return 0;
            }
            taken.extend(mine);
            place as u8
        };
        let change = Change {
            value: 0,
            set: [place(2), place(2)],
            delta,
            add: [place(1), place(1), place(1), place(1)],
            unless: [false; 4],
            minus: [false; 4],
        };
        let change = Change {
            value: random.word() as u32,
            unless: [(); 4].map(|()| random.chance(50)),
            minus: [(); 4].map(|()| random.chance(50)),
            ..change
        };
        self.telling(random, delta).patched(change)
    }

    pub fn beats_in(&self, beat: usize) -> usize {
        self.bytes.len().div_ceil(beat)
    }

    pub fn beats_out(&self, beat: usize) -> usize {
        self.expect().map_or(0, |bytes| bytes.len().div_ceil(beat))
    }
}

/// Everything at random: lengths, operations and odd (p, s), drops, trims, a few nonsense verdicts.
pub fn mixed(seed: u64, count: usize, longest: usize) -> Vec<Frame> {
    let mut random = Random::new(seed);
    let mut one = || {
        let (_, mut p, mut s) = OPERATIONS[random.below(OPERATIONS.len() as u64) as usize];
        if random.chance(15) {
            (p, s) = (random.below(33) as usize, random.below(128) as usize);
        }
        let shortest = 2 * s + 1;
        let len = shortest + random.below((longest - shortest.min(longest - 1)) as u64) as usize;
        let mut frame = Frame::new(&mut random, len).operation(("", p, s));
        if random.chance(25) {
            let cut = random.below(20) as usize;
            frame = frame.trimmed((len - cut.min(len - shortest)).max(shortest));
        }
        if random.chance(3) {
            frame = frame.trimmed(2 * s);
        } else if random.chance(3) {
            frame = frame.trimmed(len + 1 + random.below(100) as usize);
        }
        if p <= MOST_BESIDE_A_PATCH && random.chance(50) {
            frame = frame.randomly_patched(&mut random);
        }
        if random.chance(20) { frame.dropped() } else { frame }
    };
    (0..count).map(|_| one()).collect()
}

/// Some of `frames` are judged 20 to 60 clocks later than their neighbours, out of order.
pub fn some_later(seed: u64, mut frames: Vec<Frame>) -> Vec<Frame> {
    let mut random = Random::new(seed);
    for frame in frames.iter_mut().filter(|_| random.chance(25)) {
        frame.later = 20 + frame.bytes[0] as usize % 41;
    }
    frames
}
