//! How does the host talk to the card? One window of 32-bit registers.
//!
//! ```text
//!   0x000  who it is      magic, ABI version, fingerprint, width, ports, depths
//!   0x018  its state      status, control, generation, hash seed, identity
//!   0x0c0  counters       select, low, high
//!   0x100  table window   16 dwords of an entry, then the command that writes it
//! ```
//! An entry takes effect as a whole: its dwords wait in the window until [`COMMAND`] names a
//! table and a slot. The bus access of the command ends when the entry is written. A set of
//! entries takes effect as a whole as well: none of them lives in the generation in force until
//! one write of [`GENERATION`] puts theirs in force for every table at once.

#[cfg(feature = "gateware")]
pub mod gateware;
#[cfg(feature = "gateware")]
mod words;

use crate::{
    decap::Identity,
    profile::{self, CPU_PORT, HOST_PORTS, NET_PORTS},
    tables::TableId,
};
use layout::Layout;

// ---- layout -----------------------------------------------------------------------------

/// What a penstock card answers at [`MAGIC`]: `PNSK` in the order of the bytes.
pub const MAGIC_VALUE: u32 = u32::from_le_bytes(*b"PNSK");
/// Meaning of the registers below; a driver refuses any other.
pub const ABI_VALUE: u32 = 1;
/// Bytes of the window.
pub const BAR_BYTES: u64 = 0x200;

/// Read-only: [`MAGIC_VALUE`].
pub const MAGIC: u64 = 0x000;
/// Read-only: [`ABI_VALUE`].
pub const ABI: u64 = 0x004;
/// Read-only: [`crate::tables::FINGERPRINT`].
pub const FINGERPRINT: u64 = 0x008;
/// Read-only: width of the datapath in bits.
pub const WIDTH: u64 = 0x00c;
/// Read-only: [`Ports`].
pub const PORTS: u64 = 0x010;
/// Read-only: [`Status`].
pub const STATUS: u64 = 0x018;
/// Read and write: [`Control`].
pub const CONTROL: u64 = 0x01c;
/// Read and write: the generation in force; its lowest bit is the parity by which tables choose.
pub const GENERATION: u64 = 0x020;
/// Write: the hash tables' seed, low dword, then high dword. Entries must be placed anew.
pub const SEED: u64 = 0x024;
/// Write: [`Identity`], from its lowest dword.
pub const IDENTITY: u64 = 0x030;
/// Write: how long a tick is, in units of [`TICK_CLOCKS`]; 24 bits. Idle times are in ticks. At 0,
/// as after reset, time stands still.
pub const TICK: u64 = 0x02c;
/// Clocks of a unit of [`TICK`].
pub const TICK_CLOCKS: u64 = 32;
/// Read-only: log2 of the connections that the card can know.
pub const CONNECTIONS: u64 = 0x048;
/// Read-only: the clock that the card is made for, in kHz.
pub const CLOCK: u64 = 0x04c;
/// Read-only: connections that the card knows, with those that have lapsed and were not swept yet.
pub const OCCUPIED: u64 = 0x050;
/// Read-only: punted frames that were lost because the host had not read those before, low dword,
/// then high dword; 48 bits. Read high, low, high, and low again if the highs differ.
pub const CPU_LOST: u64 = 0x054;
/// Read-only: log2 of the rows of each table, by [`TableId`], a dword each.
pub const DEPTHS: u64 = 0x060;
/// Write: which counter; the next reads of [`COUNTER`] are of one moment.
pub const COUNTER_SELECT: u64 = 0x0c0;
/// Read-only: the counter selected, low dword, then high dword.
pub const COUNTER: u64 = 0x0c4;
/// Write: the table window, [`WINDOW_DWORDS`] dwords.
pub const WINDOW: u64 = 0x100;
/// Dwords of the table window.
pub const WINDOW_DWORDS: usize = 16;
/// Write: [`Command`].
pub const COMMAND: u64 = 0x140;

layout::layout! {
    /// How many ports the card has; host ports come first.
    pub struct Ports {
        /// Toward the tenants' machines.
        host: u8 => 8,
        /// Toward the underlay.
        net: u8 => 8,
        /// Toward the host's CPU.
        cpu: u8 => 8,
    }
    /// What the card is busy with.
    pub struct Status {
        /// Tables are being cleared after reset; nothing may be written yet.
        clearing: bool,
        /// Packets of the generation before the one in force are still being judged; nothing that
        /// lives in theirs may be taken away yet.
        draining: bool,
    }
    /// What the driver lets the card do.
    pub struct Control {
        /// Judge packets; else drop every one as `CardClosed`. Zero after reset.
        open: bool,
    }
    /// Where the entry in the window goes.
    pub struct Command {
        /// Slot {way: 2, index: 16} of an exact-match table, index of any other.
        index: u32 => 18,
        /// Bank of a table that has banks.
        bank: bool,
        /// Which table.
        table: TableId,
    }
}

impl Ports {
    /// Those of every card.
    pub const CARD: Self = Self {
        host: HOST_PORTS as u8,
        net: NET_PORTS as u8,
        cpu: (profile::PORTS - CPU_PORT) as u8,
    };
}

/// One register, for the reference page.
#[derive(Clone, Copy, Debug)]
pub struct Register {
    /// Byte offset in BAR0.
    pub offset: u64,
    /// Dwords.
    pub dwords: usize,
    /// Its name.
    pub name: &'static str,
    /// `ro`, `rw` or `wo`.
    pub access: &'static str,
    /// What it holds.
    pub doc: &'static str,
}

const fn register(
    offset: u64,
    dwords: usize,
    name: &'static str,
    access: &'static str,
    doc: &'static str,
) -> Register {
    Register { offset, dwords, name, access, doc }
}

/// Every register, by offset.
pub const REGISTERS: &[Register] = &[
    register(MAGIC, 1, "MAGIC", "ro", "`PNSK`: this is a penstock card."),
    register(ABI, 1, "ABI", "ro", "Meaning of these registers; 1 is this page."),
    register(
        FINGERPRINT,
        1,
        "FINGERPRINT",
        "ro",
        "Hash of every layout below; the driver's own must be equal.",
    ),
    register(WIDTH, 1, "WIDTH", "ro", "Width of the datapath in bits."),
    register(PORTS, 1, "PORTS", "ro", "`Ports`."),
    register(STATUS, 1, "STATUS", "ro", "`Status`."),
    register(CONTROL, 1, "CONTROL", "rw", "`Control`."),
    register(
        GENERATION,
        1,
        "GENERATION",
        "rw",
        "Number of the generation in force. Writing it is the commit.",
    ),
    register(SEED, 2, "SEED", "wo", "Seed of the hash tables."),
    register(
        TICK,
        1,
        "TICK",
        "wo",
        "Units of 32 clocks in a tick, by which idle times count: 24 bits. 0: time stands still.",
    ),
    register(
        IDENTITY,
        Identity::DWORDS,
        "IDENTITY",
        "wo",
        "`Identity`. To be written before the card is opened.",
    ),
    register(
        CONNECTIONS,
        1,
        "CONNECTIONS",
        "ro",
        "log2 of the connections that the card can know.",
    ),
    register(CLOCK, 1, "CLOCK", "ro", "The clock that the card is made for, in kHz."),
    register(
        OCCUPIED,
        1,
        "OCCUPIED",
        "ro",
        "Connections that the card knows; one that has lapsed counts until it is swept.",
    ),
    register(
        CPU_LOST,
        2,
        "CPU_LOST",
        "ro",
        "Frames for the host's CPU that were lost because it had not read those before; read high, \
         low, high, and low again if the highs differ.",
    ),
    register(
        DEPTHS,
        TableId::ALL.len(),
        "DEPTHS",
        "ro",
        "log2 of the rows of each table, in the order of `TableId`.",
    ),
    register(
        COUNTER_SELECT,
        1,
        "COUNTER_SELECT",
        "wo",
        "Number of a counter: the code of a `DropReason`, 0 counts what was forwarded; 56 and the \
         code of a `PuntReason`, 56 counts what was injected to go out as it is.",
    ),
    register(COUNTER, 2, "COUNTER", "ro", "Its value at the moment of the selection."),
    register(
        WINDOW,
        WINDOW_DWORDS,
        "WINDOW",
        "wo",
        "An entry's dwords: the key first, then action or label, then the two lives bits of an \
         exact-match entry.",
    ),
    register(COMMAND, 1, "COMMAND", "wo", "`Command`: writes the entry in the window."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_do_not_overlap() {
        for pair in REGISTERS.windows(2) {
            assert!(pair[0].offset + 4 * pair[0].dwords as u64 <= pair[1].offset, "{pair:?}");
        }
        let last = REGISTERS[REGISTERS.len() - 1];
        assert!(last.offset + 4 * last.dwords as u64 <= BAR_BYTES);
    }

    #[test]
    fn every_entry_fits_the_window() {
        for table in TableId::ALL {
            assert!(table.entry_bits() <= 32 * WINDOW_DWORDS, "{table:?}");
        }
    }
}
