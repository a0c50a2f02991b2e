//! What would a card do, if it were plain Rust?
//!
//! BAR0 with the tables behind it, for tests and for the reference. It is stricter than a card:
//! an access that a driver must not make fails and names what was done wrong, above all a write
//! that would change what a packet of a generation in force is told.

use crate::{
    io::{Access, CardIo, IoError},
    store::{self, store},
};
use cells::{
    exact::{Lives, Shape, Slot},
    hash,
};
use hdl::{
    bar0::{self, Command, Control, Ports, Status, WINDOW_DWORDS},
    decap::Identity,
    meta::DropReason,
    profile::Profile,
    tables::{FINGERPRINT, Kind, TableId, Tables},
};
use layout::{Bad, Layout, Packed};

/// What a driver did wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// No such register, or none that can be read, or none that can be written.
    #[error("there is no such register for that: see the register page")]
    Register,
    /// The tables are being cleared, or a generation is.
    #[error("the card is busy: wait until STATUS says that it is not")]
    Busy,
    /// A generation number other than the next.
    #[error("generation {0} does not follow the one in force: add one")]
    Generation(u32),
    /// Packets of a generation in force would be told something else.
    #[error("the write to {0:?} at {1:#x} changes what a generation in force is told")]
    InForce(TableId, u32),
    /// No slot of that number, or one in which its key is never looked for.
    #[error("no lookup in {0:?} would find that entry at {1:#x}")]
    Slot(TableId, u32),
    /// The identity must not change while packets are judged.
    #[error("the identity is written while the card judges packets: close it first")]
    Identity,
    /// A code that nobody declared.
    #[error("{0}")]
    Entry(Bad),
}

/// A card in plain Rust.
#[derive(Clone, Debug)]
pub struct SoftwareCard {
    profile: Profile,
    polls: u32,
    tables: Tables,
    identity: [u32; Identity::DWORDS],
    seed: [u32; 2],
    control: u32,
    generation: u32,
    window: [u32; WINDOW_DWORDS],
    counters: [u64; 1 << DropReason::BITS],
    selected: u64,
    clearing: u32,
    draining: u32,
}

impl SoftwareCard {
    /// A card of that profile, just reset. After its reset and after each commit it stays busy
    /// for `polls` reads of STATUS.
    pub fn new(profile: Profile, polls: u32) -> Self {
        Self {
            profile,
            polls,
            tables: Tables::default(),
            identity: [0; Identity::DWORDS],
            seed: [0; 2],
            control: 0,
            generation: 0,
            window: [0; WINDOW_DWORDS],
            counters: [0; 1 << DropReason::BITS],
            selected: 0,
            clearing: polls,
            draining: 0,
        }
    }

    /// What it holds.
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// The generation in force.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Does it judge packets?
    pub fn is_open(&self) -> bool {
        self.control & 1 == 1
    }

    /// Count a packet by the number of its counter: the code of a `DropReason`, 0 if it was
    /// forwarded, or a [`PuntReason`](hdl::meta::PuntReason)'s among them.
    pub fn count(&mut self, counter: u64) {
        self.counters[counter as usize] += 1;
    }

    /// Parities of the generations by which packets are being judged.
    fn in_force(&self) -> impl Iterator<Item = bool> + use<> {
        let now = self.generation & 1 == 1;
        std::iter::once(now).chain((self.draining > 0).then_some(!now))
    }

    fn status(&mut self) -> u32 {
        let status = Status { clearing: self.clearing > 0, draining: self.draining > 0 };
        self.clearing = self.clearing.saturating_sub(1);
        self.draining = self.draining.saturating_sub(1);
        dword(&status)
    }

    fn read(&mut self, offset: u64) -> Result<u32, Violation> {
        const COUNTER_HIGH: u64 = bar0::COUNTER + 4;
        const CPU_LOST_HIGH: u64 = bar0::CPU_LOST + 4;
        const DEPTHS_END: u64 = bar0::DEPTHS + 4 * TableId::ALL.len() as u64;
        Ok(match offset {
            bar0::MAGIC => bar0::MAGIC_VALUE,
            bar0::ABI => bar0::ABI_VALUE,
            bar0::FINGERPRINT => FINGERPRINT,
            bar0::WIDTH => self.profile.width_bits as u32,
            bar0::CONNECTIONS => self.profile.connections_log2 as u32,
            bar0::CLOCK => self.profile.clock_khz,
            // It judges no packets, so it knows no connection and loses no frame.
            bar0::OCCUPIED | bar0::CPU_LOST | CPU_LOST_HIGH => 0,
            bar0::PORTS => dword(&Ports::CARD),
            bar0::STATUS => self.status(),
            bar0::CONTROL => self.control,
            bar0::GENERATION => self.generation,
            bar0::DEPTHS..DEPTHS_END if offset.is_multiple_of(4) => {
                self.profile.depth_log2[((offset - bar0::DEPTHS) / 4) as usize] as u32
            }
            bar0::COUNTER => self.selected as u32,
            COUNTER_HIGH => (self.selected >> 32) as u32,
            _ => return Err(Violation::Register),
        })
    }

    fn write(&mut self, offset: u64, value: u32) -> Result<(), Violation> {
        const SEED_HIGH: u64 = bar0::SEED + 4;
        const IDENTITY_END: u64 = bar0::IDENTITY + 4 * Identity::DWORDS as u64;
        const WINDOW_END: u64 = bar0::WINDOW + 4 * WINDOW_DWORDS as u64;
        if self.clearing > 0 {
            return Err(Violation::Busy);
        }
        let dword = |base: u64| ((offset - base) / 4) as usize;
        match offset {
            _ if !offset.is_multiple_of(4) => return Err(Violation::Register),
            bar0::CONTROL if value >> Control::BITS == 0 => self.control = value,
            bar0::GENERATION => self.put_in_force(value)?,
            bar0::SEED => self.seed[0] = value,
            SEED_HIGH => self.seed[1] = value,
            bar0::TICK if value >> 24 == 0 => {}
            bar0::IDENTITY..IDENTITY_END => {
                self.identity[dword(bar0::IDENTITY)] = value;
                self.write_identity()?;
            }
            bar0::COUNTER_SELECT => {
                let counter = self.counters.get(value as usize);
                self.selected = *counter.ok_or(Violation::Register)?;
            }
            bar0::WINDOW..WINDOW_END => self.window[dword(bar0::WINDOW)] = value,
            bar0::COMMAND => self.command(value)?,
            _ => return Err(Violation::Register),
        }
        Ok(())
    }

    fn put_in_force(&mut self, generation: u32) -> Result<(), Violation> {
        if self.draining > 0 {
            return Err(Violation::Busy);
        }
        if generation != self.generation.wrapping_add(1) {
            return Err(Violation::Generation(generation));
        }
        self.generation = generation;
        self.draining = self.polls;
        Ok(())
    }

    fn write_identity(&mut self) -> Result<(), Violation> {
        if self.is_open() || self.draining > 0 {
            return Err(Violation::Identity);
        }
        self.tables.identity = Identity::unpack(&self.identity).map_err(Violation::Entry)?;
        Ok(())
    }

    /// Write the entry in the window, unless a driver must not.
    fn command(&mut self, value: u32) -> Result<(), Violation> {
        let command = Command::unpack(&[value]).map_err(Violation::Entry)?;
        let Command { index, table, .. } = command;
        for generation in self.in_force() {
            let harmless = store::harmless(&self.tables, command, &self.window, generation);
            if !harmless.map_err(Violation::Entry)? {
                return Err(Violation::InForce(table, index));
            }
        }
        let in_its_place = match table.kind() {
            Kind::Exact => self.placed(command),
            Kind::Interval | Kind::Direct => (index as usize) < self.profile.capacity(table),
        };
        if !in_its_place {
            return Err(Violation::Slot(table, index));
        }
        store(&mut self.tables, command, &self.window).map_err(Violation::Entry)
    }

    /// Is the slot there, and either emptied or one in which its key is looked for?
    fn placed(&self, command: Command) -> bool {
        let seed = u64::from(self.seed[1]) << 32 | u64::from(self.seed[0]);
        let depth_log2 = self.profile.depth_log2[command.table as usize];
        let (key_bits, action_bits) = command.table.widths();
        let shape = Shape { key_bits, action_bits, depth_log2 };
        let slot = Slot::from_bits(command.index);
        let lives = shape.unpack(&self.window).lives;
        slot.index() >> depth_log2 == 0
            && (lives == Lives::NONE
                || hash::index(seed, &self.window, key_bits, slot.way(), depth_log2)
                    == slot.index())
    }
}

/// A register of one dword.
fn dword(value: &impl Layout) -> u32 {
    let mut dwords = [0];
    value.pack(&mut dwords);
    dwords[0]
}

impl CardIo for SoftwareCard {
    fn reset(&mut self) -> Result<(), IoError> {
        *self = Self::new(self.profile, self.polls);
        Ok(())
    }

    fn read32(&mut self, offset: u64) -> Result<u32, IoError> {
        self.read(offset).map_err(|cause| IoError::new(Access::Read(offset), cause))
    }

    fn write32(&mut self, offset: u64, value: u32) -> Result<(), IoError> {
        let access = Access::Write(offset, value);
        self.write(offset, value).map_err(|cause| IoError::new(access, cause))
    }
}
