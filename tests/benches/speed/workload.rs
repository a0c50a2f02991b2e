//! What do all test benches do to the card?

use driver::{Card, CardIo, IoError};
use hdl::{bar0::COMMAND, profile::Profile};
use house::world::World;
use sim::{Frame, Model};

/// A model that remembers what was written to it.
pub struct Recorder {
    pub model: Model,
    /// Offset and value of every write since the last reset.
    pub writes: Vec<(u32, u32)>,
}

impl Recorder {
    /// Entries written to tables.
    pub fn table_writes(&self) -> usize {
        self.writes.iter().filter(|(offset, _)| u64::from(*offset) == COMMAND).count()
    }
}

impl CardIo for Recorder {
    fn reset(&mut self) -> Result<(), IoError> {
        self.writes.clear();
        self.model.reset()
    }

    fn read32(&mut self, offset: u64) -> Result<u32, IoError> {
        self.model.read32(offset)
    }

    fn write32(&mut self, offset: u64, value: u32) -> Result<(), IoError> {
        self.writes.push((offset as u32, value));
        self.model.write32(offset, value)
    }
}

/// An open card with a world in its tables, and frames for it.
pub struct Workload {
    pub card: Card<Recorder>,
    /// Frames and the ports they come in at.
    pub frames: Vec<(usize, Vec<u8>)>,
}

impl Workload {
    pub fn new(profile: &Profile, frames: usize) -> Self {
        let mut world = World::new(1);
        let model = Model::new(profile, 1).expect("there is a model of each profile");
        let recorder = Recorder { model, writes: vec![] };
        let mut card = Card::open(recorder, &[*profile], 1).expect("it is that profile's card");
        card.apply(&world.image).expect("a small image");
        card.set_open(true).expect("the card answers");
        Self { card, frames: (0..frames).map(|_| world.frame()).collect() }
    }

    /// The workload in dwords, little-endian: writes (count, then offset and value), frames
    /// (count, then port, length and bytes).
    pub fn file(&self, frames: usize) -> Vec<u8> {
        let mut file = vec![];
        let dword = |file: &mut Vec<u8>, value: usize| file.extend((value as u32).to_le_bytes());
        dword(&mut file, self.card.io().writes.len());
        for (offset, value) in &self.card.io().writes {
            file.extend([offset.to_le_bytes(), value.to_le_bytes()].concat());
        }
        dword(&mut file, frames);
        for (port, frame) in &self.frames[..frames] {
            dword(&mut file, *port);
            dword(&mut file, frame.len());
            file.extend(frame);
        }
        file
    }
}

/// Send all frames through the model in one call; gives the cycles and what came out.
pub fn pass(model: &mut Model, frames: &[(usize, Vec<u8>)]) -> (u64, Vec<Frame>) {
    let begin = model.cycles();
    for (port, frame) in frames {
        model.send(*port, frame).expect("there is this port");
    }
    model.run(u64::MAX).expect("no fault");
    (model.cycles() - begin, model.take().expect("readable records").received)
}
