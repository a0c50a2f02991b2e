//! Is this the card that the driver was made for?

use crate::{error::Error, io::CardIo};
use hdl::{
    bar0::{self, Ports, Status},
    profile::Profile,
    tables::{FINGERPRINT, TableId},
};
use layout::{Layout, Packed};

/// How often STATUS is read before a busy card counts as stuck.
pub const POLLS_MAX: u32 = 100_000;

/// What a card says of its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Width of its datapath in bits.
    pub width_bits: u32,
    /// log2 of the rows of its tables, by [`TableId`].
    pub depth_log2: [u32; TableId::ALL.len()],
    /// log2 of the connections that it knows.
    pub connections_log2: u32,
    /// Its clock in kHz.
    pub clock_khz: u32,
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { width_bits, depth_log2, connections_log2, clock_khz } = self;
        write!(f, "{width_bits} bits wide with tables of 2^{depth_log2:?} rows, ")?;
        write!(f, "2^{connections_log2} connections and a clock of {clock_khz} kHz")
    }
}

impl From<&Profile> for Found {
    fn from(profile: &Profile) -> Self {
        Self {
            width_bits: profile.width_bits as u32,
            depth_log2: profile.depth_log2.map(|log2| log2 as u32),
            connections_log2: profile.connections_log2 as u32,
            clock_khz: profile.clock_khz,
        }
    }
}

/// Which of `profiles` the card has.
pub(crate) fn probe(io: &mut impl CardIo, profiles: &[Profile]) -> Result<Profile, Error> {
    let mut ports = [0; Ports::DWORDS];
    Ports::CARD.pack(&mut ports);
    let firmware = "flash the card with this release's bitstream, or use the driver of the card's";
    let expected = [
        ("MAGIC", bar0::MAGIC, bar0::MAGIC_VALUE, "this device is no penstock card; name another"),
        ("ABI", bar0::ABI, bar0::ABI_VALUE, firmware),
        ("FINGERPRINT", bar0::FINGERPRINT, FINGERPRINT, firmware),
        ("PORTS", bar0::PORTS, ports[0], firmware),
    ];
    for (what, offset, expected, way_out) in expected {
        let found = io.read32(offset)?;
        if found != expected {
            return Err(Error::WrongCard { what, found, expected, way_out });
        }
    }
    let mut found = Found {
        width_bits: io.read32(bar0::WIDTH)?,
        depth_log2: [0; TableId::ALL.len()],
        connections_log2: io.read32(bar0::CONNECTIONS)?,
        clock_khz: io.read32(bar0::CLOCK)?,
    };
    for (table, depth) in found.depth_log2.iter_mut().enumerate() {
        *depth = io.read32(bar0::DEPTHS + 4 * table as u64)?;
    }
    let same = |p: &&Profile| Found::from(*p) == found;
    profiles.iter().find(same).copied().ok_or_else(|| Error::WrongProfile {
        found,
        expected: profiles
            .iter()
            .map(|p| format!("{} ({})", p.name, Found::from(p)))
            .collect::<Vec<_>>()
            .join(", "),
    })
}

/// Wait until the card's status is not `busy` any more.
pub(crate) fn wait(
    io: &mut impl CardIo,
    doing: &'static str,
    busy: impl Fn(Status) -> bool,
) -> Result<(), Error> {
    for _ in 0..POLLS_MAX {
        let status = [io.read32(bar0::STATUS)?];
        if status[0] >> Status::BITS != 0 {
            return Err(Error::Gone { found: status[0] });
        }
        if !Status::unpack(&status).is_ok_and(&busy) {
            return Ok(());
        }
    }
    Err(Error::Busy { doing, polls: POLLS_MAX })
}
