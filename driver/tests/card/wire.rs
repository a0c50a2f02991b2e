//! What goes over the wire to a card, and what would packets be told after each access?

use crate::images::assert_holds;
use driver::{Access, CardIo, IoError, SoftwareCard};
use hdl::{bar0, tables::Image};

/// What goes wrong on the way to the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The access fails and has no effect.
    Lost,
    /// The access fails, but takes effect.
    Done,
}

/// The way to a software card: counts accesses, fails at some, and looks after each of them at
/// what packets would be told.
pub struct Wire {
    pub card: SoftwareCard,
    /// Held by the generation of either parity, if packets may be judged by it.
    pub promised: [Option<Image>; 2],
    /// What fails, counted in accesses from now.
    pub faults: Vec<(usize, Fault)>,
    pub accesses: usize,
    pub writes: usize,
    pub failed: usize,
}

impl Wire {
    pub fn new(card: SoftwareCard) -> Self {
        let promised = [Some(Image::default()), None];
        Self { card, promised, faults: vec![], accesses: 0, writes: 0, failed: 0 }
    }

    /// `image` may come in force with the next generation.
    pub fn promise(&mut self, image: &Image) {
        let next = self.card.generation() & 1 ^ 1;
        self.promised[next as usize] = Some(image.clone());
    }

    fn access<T>(
        &mut self,
        access: Access,
        act: impl Fn(&mut SoftwareCard) -> Result<T, IoError>,
    ) -> Result<T, IoError> {
        let now = self.accesses;
        self.accesses += 1;
        let fault = self.faults.iter().find(|(at, _)| *at == now).map(|(_, fault)| *fault);
        let result = match fault {
            Some(Fault::Lost) => None,
            Some(Fault::Done) | None => {
                Some(act(&mut self.card).expect("the driver keeps to the rules"))
            }
        };
        if matches!(access, Access::Reset | Access::Write(bar0::COMMAND | bar0::GENERATION, _)) {
            let generation = self.card.generation() & 1 == 1;
            let promised = self.promised[usize::from(generation)].as_ref();
            assert_holds(self.card.tables(), promised.expect("is in force"), generation);
        }
        match (fault, result) {
            (None, Some(result)) => Ok(result),
            _ => {
                self.failed += 1;
                Err(IoError::new(access, "planned"))
            }
        }
    }
}

impl CardIo for Wire {
    fn reset(&mut self) -> Result<(), IoError> {
        self.promised = [Some(Image::default()), None];
        self.access(Access::Reset, |card| card.reset())
    }
    fn read32(&mut self, offset: u64) -> Result<u32, IoError> {
        self.access(Access::Read(offset), |card| card.read32(offset))
    }
    fn write32(&mut self, offset: u64, value: u32) -> Result<(), IoError> {
        self.writes += 1;
        self.access(Access::Write(offset, value), |card| card.write32(offset, value))
    }
}
