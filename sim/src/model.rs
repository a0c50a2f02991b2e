//! How are frames and register accesses put through one card?

use crate::ffi::{self, Handle, Ops};
use driver::{Access, CardIo, IoError};
use hdl::{
    explain::Trace,
    profile::{PORTS, Profile, RESET_CLOCKS},
};
use layout::Layout;

/// Clocks for which a reset is held.
pub const RESET_CYCLES: u32 = RESET_CLOCKS as u32;
/// Clocks without a beat and without a record after which nothing more is expected: beyond the
/// latency of the longest frame, and beyond the clocks in which its beats gather for the CPU.
pub const QUIET_CYCLES: u64 = 1024;
/// Clocks after which a register access counts as unanswered.
pub const BUS_CYCLES_MAX: u64 = 100_000;

/// Why a model can't go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody built a model of that width.
    #[error("there is no model {0} bits wide, only of {1:?}: take a profile of one of these")]
    NoModel(usize, Vec<u32>),
    /// The model and this crate come from different sources.
    #[error("the model's explain records have {found} dwords, expected {expected}: build it anew")]
    Stale {
        /// Dwords of the model's record.
        found: usize,
        /// Dwords of [`Trace`].
        expected: usize,
    },
    /// No such port.
    #[error("there is no port {0}: the card has 0 to {max}", max = PORTS - 1)]
    NoPort(usize),
    /// A frame without a byte.
    #[error("a frame without a byte can't be sent: leave it out")]
    EmptyFrame,
    /// The gateware broke a rule.
    #[error("the gateware is at fault in cycle {cycle}: {rule}")]
    Fault {
        /// When.
        cycle: u64,
        /// Which rule.
        rule: String,
    },
    /// The gateware delivered a record with a code that nobody declared.
    #[error("the gateware is at fault: an explain record is unreadable: {0}")]
    Record(layout::Bad),
}

/// Why a run came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Everything was sent, and all that was to come out has.
    Quiet,
    /// As many cycles as allowed have passed.
    Cycles,
}

/// How often a port's neighbor takes its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pauses {
    /// Per mille of clocks in which the sender has no beat ready.
    pub idle_per_mille: u32,
    /// Per mille of clocks in which the receiver takes none.
    pub stall_per_mille: u32,
}

/// A frame that the card took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// At which port.
    pub port: usize,
    /// Its length.
    pub bytes: usize,
    /// Cycle in which its first beat was taken.
    pub first_cycle: u64,
    /// Cycle in which its last beat was taken.
    pub last_cycle: u64,
}

/// A frame that the card sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// From which port.
    pub port: usize,
    /// The frame, without frame check sequence.
    pub bytes: Vec<u8>,
    /// Cycle in which its first beat came out.
    pub first_cycle: u64,
    /// Cycle in which its last beat came out.
    pub last_cycle: u64,
}

/// A record that the card gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explained {
    /// In which cycle.
    pub cycle: u64,
    /// What it says.
    pub trace: Trace,
}

/// What came of a while.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Frames whose last beat was taken, in that order.
    pub sent: Vec<Sent>,
    /// Frames whose last beat came out, in that order.
    pub received: Vec<Frame>,
    /// Records, one per pass: first ones in the order in which the card took the packets, second
    /// ones in the order of their first.
    pub explained: Vec<Explained>,
}

/// The gateware of one card, in this process. Several may run at once, each on its thread.
pub struct Model {
    handle: Handle,
}

impl Model {
    /// A card of that profile, just reset. What the design leaves open is random by `seed`, and
    /// so are pauses.
    ///
    /// # Errors
    /// [`Error::NoModel`], [`Error::Stale`].
    pub fn new(profile: &Profile, seed: u32) -> Result<Self, Error> {
        let cards = ffi::cards();
        let widths = || cards.iter().map(|ops| ops.width_bits).collect();
        let ops = cards.into_iter().find(|ops| ops.width_bits as usize == profile.width_bits);
        Self::of(ops.ok_or_else(|| Error::NoModel(profile.width_bits, widths()))?, seed)
    }

    /// A model with these functions.
    pub(crate) fn of(ops: &'static Ops, seed: u32) -> Result<Self, Error> {
        let (found, expected) = (ops.explain_dwords as usize, Trace::DWORDS);
        if found != expected {
            return Err(Error::Stale { found, expected });
        }
        let mut handle = Handle::new(ops, seed);
        handle.reset(RESET_CYCLES);
        Ok(Self { handle })
    }

    /// Width of the datapath in bits.
    pub fn width_bits(&self) -> usize {
        self.handle.ops().width_bits as usize
    }

    /// Let a port's neighbor take its time, from now on.
    ///
    /// # Errors
    /// [`Error::NoPort`].
    pub fn pauses(&mut self, port: usize, pauses: Pauses) -> Result<(), Error> {
        let Pauses { idle_per_mille, stall_per_mille } = pauses;
        self.handle.pauses(number(port)?, idle_per_mille, stall_per_mille);
        Ok(())
    }

    /// Queue a frame at a port; it is sent while [`Model::run`] or a register access takes time.
    ///
    /// # Errors
    /// [`Error::NoPort`], [`Error::EmptyFrame`].
    pub fn send(&mut self, port: usize, frame: &[u8]) -> Result<(), Error> {
        if frame.is_empty() {
            return Err(Error::EmptyFrame);
        }
        self.handle.send(number(port)?, frame);
        Ok(())
    }

    /// Let the card run until everything is sent and nothing comes out any more, or for
    /// `cycles_max`. What is half sent or half received then goes on with the next call.
    ///
    /// # Errors
    /// [`Error::Fault`].
    pub fn run(&mut self, cycles_max: u64) -> Result<Ended, Error> {
        match self.handle.run(cycles_max, QUIET_CYCLES) {
            ffi::Ended::Quiet => Ok(Ended::Quiet),
            ffi::Ended::Cycles | ffi::Ended::Answered => Ok(Ended::Cycles),
            ffi::Ended::Fault => {
                Err(Error::Fault { cycle: self.cycles(), rule: self.handle.fault() })
            }
        }
    }

    /// Take what came of it since the last time.
    ///
    /// # Errors
    /// [`Error::Record`].
    pub fn take(&mut self) -> Result<Outcome, Error> {
        let raw = self.handle.outcome();
        let sent = raw.sent.iter().map(|f| Sent {
            port: f.port as usize,
            bytes: f.bytes as usize,
            first_cycle: f.first_cycle,
            last_cycle: f.last_cycle,
        });
        let received = raw.received.iter().map(|f| Frame {
            port: f.port as usize,
            bytes: raw.bytes[f.offset as usize..][..f.bytes as usize].to_vec(),
            first_cycle: f.first_cycle,
            last_cycle: f.last_cycle,
        });
        let records = raw.explain_cycles.iter().zip(raw.explains.chunks(Trace::DWORDS));
        let explained = records.map(|(cycle, dwords)| {
            let trace = Trace::unpack(dwords).map_err(Error::Record)?;
            Ok(Explained { cycle: *cycle, trace })
        });
        let outcome = Outcome {
            sent: sent.collect(),
            received: received.collect(),
            explained: explained.collect::<Result<_, Error>>()?,
        };
        self.handle.forget();
        Ok(outcome)
    }

    /// Clocks since the model was made.
    pub fn cycles(&self) -> u64 {
        self.handle.cycles()
    }

    /// Bytes of frames that the card has not taken yet.
    pub fn waiting(&self) -> u64 {
        self.handle.waiting()
    }

    fn bus(&mut self, access: Access, offset: u64, data: &mut u32) -> Result<(), IoError> {
        let Ok(offset) = u16::try_from(offset) else {
            return Err(IoError::new(access, "there is no such register: BAR0 ends before it"));
        };
        let write = matches!(access, Access::Write(..));
        match self.handle.bus(write, u32::from(offset), data, BUS_CYCLES_MAX) {
            ffi::Ended::Answered => Ok(()),
            ffi::Ended::Fault => Err(IoError::new(
                access,
                Error::Fault { cycle: self.cycles(), rule: self.handle.fault() },
            )),
            ffi::Ended::Quiet | ffi::Ended::Cycles => {
                Err(IoError::new(access, format!("no answer within {BUS_CYCLES_MAX} clocks")))
            }
        }
    }
}

fn number(port: usize) -> Result<u32, Error> {
    if port < PORTS { Ok(port as u32) } else { Err(Error::NoPort(port)) }
}

/// Over the card's own register bus; frames go on while an access waits for its answer.
impl CardIo for Model {
    fn reset(&mut self) -> Result<(), IoError> {
        self.handle.reset(RESET_CYCLES);
        Ok(())
    }

    fn read32(&mut self, offset: u64) -> Result<u32, IoError> {
        let mut data = 0;
        self.bus(Access::Read(offset), offset, &mut data)?;
        Ok(data)
    }

    fn write32(&mut self, offset: u64, value: u32) -> Result<(), IoError> {
        let mut data = value;
        self.bus(Access::Write(offset, value), offset, &mut data)
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Model({} bits, cycle {})", self.width_bits(), self.cycles())
    }
}
