//! What does the card hold, and how does it come to hold something else?
//!
//! ```text
//!             plan on the shadow                          settle
//!   steady --------------------> writing --> GENERATION -------> steady
//!     ^                             | failed     | failed          |
//!     '--- settle (begin again) <---'------------'-----------------'
//! ```
//! Steady: every exact-match entry lives in both parities of generations. While writing, entries
//! of the next generation stand beside those of the one in force. Settling makes the card steady
//! again, whichever of the two is in force then, so that it ends a commit and undoes an
//! interrupted one alike.

use crate::{
    error::Error,
    io::{CardIo, IoError},
    plan::{self, Shelves, Write},
    probe,
    store::store,
    transaction::Transaction,
};
use cells::exact::Lives;
use hdl::{
    bar0::{self, Control, WINDOW_DWORDS},
    decap::Identity,
    memory::Memory,
    profile::Profile,
    tables::{Image, Tables},
};
use layout::Layout;
use std::{collections::VecDeque, time::Duration};

/// A tick, unless it is set otherwise.
const SECOND: Duration = Duration::from_secs(1);
/// Bits of a tick's length.
const TICK_UNIT_BITS: u32 = 24;

/// One card, as its driver knows it.
#[derive(Debug)]
pub struct Card<B> {
    io: B,
    profile: Profile,
    seed: u64,
    open: bool,
    /// In force.
    generation: u32,
    /// In force.
    image: Image,
    /// What the card holds.
    shadow: Tables,
    /// What it holds once the queue is written.
    shelves: Shelves,
    /// Writes to be made before anything else; the first may have taken effect already.
    queue: VecDeque<Write>,
    /// Dwords that the table window is known to hold.
    window: [Option<u32>; WINDOW_DWORDS],
    /// Something was written that does not live in both parities.
    unsettled: bool,
    /// The image of the next generation, whose commit may have taken effect or not.
    uncertain: Option<Image>,
}

impl<B: CardIo> Card<B> {
    /// Take over the card behind `io`, which must be of one of `profiles`: reset it, so that it
    /// is closed and empty, and give its hash tables a seed, which should be secret.
    ///
    /// # Errors
    /// [`Error::WrongCard`] and [`Error::WrongProfile`] before anything is changed;
    /// [`Error::Busy`], [`Error::Io`].
    pub fn open(mut io: B, profiles: &[Profile], seed: u64) -> Result<Self, Error> {
        let profile = probe::probe(&mut io, profiles)?;
        let mut card = Self {
            io,
            profile,
            seed,
            open: false,
            generation: 0,
            image: Image::default(),
            shadow: Tables::default(),
            shelves: Shelves::new(&profile, seed),
            queue: VecDeque::new(),
            window: [None; WINDOW_DWORDS],
            unsettled: false,
            uncertain: None,
        };
        card.reset(seed)?;
        Ok(card)
    }

    /// Reset the card: it is closed and empty, and has a new seed. After an error that names no
    /// other way out, do this and apply the image again.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Io`]; [`Error::Foreign`] if the card did not reset.
    pub fn reset(&mut self, seed: u64) -> Result<(), Error> {
        self.io.reset()?;
        probe::wait(&mut self.io, "clearing its tables", |s| s.clearing)?;
        self.seed = seed;
        self.open = false;
        self.generation = 0;
        self.image = Image::default();
        self.shadow = Tables::default();
        self.shelves = Shelves::new(&self.profile, seed);
        self.queue.clear();
        self.window = [None; WINDOW_DWORDS];
        self.unsettled = false;
        self.uncertain = None;
        self.in_force()?;
        self.io.write32(bar0::SEED, seed as u32)?;
        self.io.write32(bar0::SEED + 4, (seed >> 32) as u32)?;
        self.set_tick(SECOND)
    }

    /// How long a tick is by the card's clock, in which idle times count: a second, unless
    /// somebody wants to see connections lapse sooner. Ticks begin with this.
    ///
    /// # Errors
    /// [`Error::Tick`] outside what the card counts, 1 unit of 32 clocks to 2^24 - 1;
    /// [`Error::Io`].
    pub fn set_tick(&mut self, tick: Duration) -> Result<(), Error> {
        let clocks = u128::from(self.profile.clock_khz) * tick.as_micros() / 1000;
        let units = clocks / u128::from(bar0::TICK_CLOCKS);
        if !(1..1 << TICK_UNIT_BITS).contains(&units) {
            return Err(Error::Tick(tick));
        }
        Ok(self.io.write32(bar0::TICK, units as u32)?)
    }

    /// What the card remembers right after its reset: nothing. The reference goes on from there,
    /// and has connections in the card's places.
    pub fn memory(&self) -> Memory {
        Memory::new(&self.profile, self.seed)
    }

    /// Begin to change what the card holds. Ends or undoes what a failed commit left.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Busy`], after which it can be tried again;
    /// [`Error::Gone`], [`Error::Foreign`].
    pub fn begin(&mut self) -> Result<Transaction<'_, B>, Error> {
        self.settle()?;
        Ok(Transaction::new(self))
    }

    /// Make the card hold `image`, all of it from one moment on. Gives the generation's number.
    ///
    /// # Errors
    /// As [`Card::begin`] and [`Transaction::commit`].
    pub fn apply(&mut self, image: &Image) -> Result<u32, Error> {
        let mut transaction = self.begin()?;
        transaction.image().clone_from(image);
        transaction.commit()
    }

    /// Let the card judge packets, or let it drop every one.
    ///
    /// # Errors
    /// As [`Card::begin`].
    pub fn set_open(&mut self, open: bool) -> Result<(), Error> {
        if open {
            self.settle()?;
        }
        let mut control = [0; Control::DWORDS];
        Control { open }.pack(&mut control);
        // Until a write to close it is known to have worked, the card counts as open.
        self.open = true;
        self.io.write32(bar0::CONTROL, control[0])?;
        self.open = open;
        Ok(())
    }

    /// The generation in force.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// What is in force.
    pub fn image(&self) -> &Image {
        &self.image
    }

    /// Every slot of the card, which is what the reference looks up: right after every commit.
    pub fn tables(&self) -> &Tables {
        &self.shadow
    }

    /// How large the card is.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The way to the card.
    pub fn io(&self) -> &B {
        &self.io
    }

    /// The way to the card, for what is no business of the driver: frames of a simulated one.
    pub fn io_mut(&mut self) -> &mut B {
        &mut self.io
    }

    pub(crate) fn commit(&mut self, image: Image) -> Result<u32, Error> {
        let next = self.generation.wrapping_add(1);
        if self.open && image.identity != self.image.identity {
            return Err(Error::IdentityWhileOpen);
        }
        let banks = plan::banks(&self.profile, &self.shadow, &image, parity(next))?;
        let (shelves, writes) = self.shelves.plan(&self.image, &image, lives(next))?;
        self.unsettled = true;
        self.shelves = shelves;
        self.queue.extend(banks);
        self.queue.extend(writes);
        let generation = self.generation;
        self.write_queue().map_err(|io| Error::Interrupted { generation, io })?;
        self.uncertain = Some(image);
        self.io
            .write32(bar0::GENERATION, next)
            .map_err(|io| Error::Uncertain { generation: next, io })?;
        self.settle()
            .map_err(|cause| Error::Unfinished { generation: next, cause: Box::new(cause) })?;
        if self.generation != next {
            return Err(Error::Foreign { found: self.generation, expected: next });
        }
        Ok(next)
    }

    /// Make the card steady, whatever happened before.
    fn settle(&mut self) -> Result<(), Error> {
        self.in_force()?;
        if !self.unsettled {
            return Ok(());
        }
        self.write_queue()?;
        probe::wait(&mut self.io, "judging packets of the generation before", |s| s.draining)?;
        if self.shadow.identity != self.image.identity {
            self.write_identity()?;
        }
        self.queue.extend(self.shelves.settle(lives(self.generation)));
        self.write_queue()?;
        self.unsettled = false;
        Ok(())
    }

    /// Read which generation is in force; it must be the one that this driver put there.
    fn in_force(&mut self) -> Result<(), Error> {
        let found = self.io.read32(bar0::GENERATION)?;
        let expected = self.generation;
        if found == expected.wrapping_add(1)
            && let Some(image) = self.uncertain.take()
        {
            self.generation = found;
            self.image = image;
        } else if found != expected {
            let magic = self.io.read32(bar0::MAGIC)?;
            return Err(match magic {
                bar0::MAGIC_VALUE => Error::Foreign { found, expected },
                found => Error::Gone { found },
            });
        }
        self.uncertain = None;
        Ok(())
    }

    /// Written while the card is closed and nothing that entered before is left in it: no packet
    /// is judged by half of it.
    fn write_identity(&mut self) -> Result<(), Error> {
        let mut dwords = [0; Identity::DWORDS];
        self.image.identity.pack(&mut dwords);
        for (i, dword) in dwords.into_iter().enumerate() {
            self.io.write32(bar0::IDENTITY + 4 * i as u64, dword)?;
        }
        self.shadow.identity = self.image.identity;
        Ok(())
    }

    /// Write what waits, in order. What fails stays in the queue: every write may be repeated.
    fn write_queue(&mut self) -> Result<(), IoError> {
        while let Some(write) = self.queue.front().copied() {
            self.write(&write)?;
            store(&mut self.shadow, write.command, &write.dwords)
                .expect("the entry was packed from values of these types");
            self.queue.pop_front();
        }
        Ok(())
    }

    fn write(&mut self, write: &Write) -> Result<(), IoError> {
        let used = write.command.table.entry_bits().div_ceil(32);
        for (i, dword) in write.dwords.into_iter().enumerate().take(used) {
            // Unknown while it is being written, and after that if it fails.
            if self.window[i].take() != Some(dword) {
                self.io.write32(bar0::WINDOW + 4 * i as u64, dword)?;
            }
            self.window[i] = Some(dword);
        }
        let mut command = [0];
        write.command.pack(&mut command);
        self.io.write32(bar0::COMMAND, command[0])
    }
}

/// The generations of the same parity.
fn lives(generation: u32) -> Lives {
    Lives::of(u64::from(generation))
}

/// The parity of a generation, by which tables choose.
fn parity(generation: u32) -> bool {
    generation & 1 == 1
}
