//! Which frames and operations are tried, and what must come out? Plain Rust.

use cells::stream::{HEADER_BYTES, MAX_FRAME_BYTES};
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
    /// Clocks by which its verdict comes later than others do.
    pub later: usize,
}

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
        Self { bytes, user, drop: false, p: 0, s: 0, len, egress, header, later: 0 }
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

    /// The contract, in one line; nothing for a drop or a verdict that names no byte of the frame.
    pub fn expect(&self) -> Option<Vec<u8>> {
        let captured = self.bytes.len().min(MAX_FRAME_BYTES);
        let sound = 2 * self.s < self.len && self.len <= captured;
        (sound && !self.drop)
            .then(|| [&self.header[..2 * self.p], &self.bytes[2 * self.s..self.len]].concat())
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
