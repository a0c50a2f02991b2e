//! How much does a card hold? Depths and widths of one design, as data.

use crate::tables::TableId;
use cells::flows::ENTRIES;

/// What differs between one card and another of the same gateware.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its name on the command line.
    pub name: &'static str,
    /// For which part it is meant.
    pub part: &'static str,
    /// Width of the datapath in bits: 128 or 512.
    pub width_bits: usize,
    /// log2 of the entries of each of the four ways, or of the rows, by [`TableId`]: attachments,
    /// addresses, port classes, routes, rules, mappings, ENIs, appliances.
    pub depth_log2: [usize; TableId::ALL.len()],
    /// log2 of the connections that it knows.
    pub connections_log2: usize,
    /// Clock that it is made for, in kHz; by it the card counts seconds.
    pub clock_khz: u32,
    /// Does the card deliver explain records?
    pub explain: bool,
}

/// Ports toward the tenants' machines; they come first.
pub const HOST_PORTS: usize = 2;
/// Ports toward the underlay.
pub const NET_PORTS: usize = 1;
/// The port toward the host's CPU, the last one; not for tenants.
pub const CPU_PORT: usize = HOST_PORTS + NET_PORTS;
/// All ports of a card.
pub const PORTS: usize = CPU_PORT + 1;
/// Clocks for which a card's reset must be high, at least: it goes through the card in steps.
pub const RESET_CLOCKS: usize = 8;

/// Ports by number, as the command line and the configuration name them.
pub const PORT_NAMES: [&str; PORTS] = ["host0", "host1", "net0", "cpu0"];

/// Is this port on the underlay's side?
pub const fn is_net(port: usize) -> bool {
    port >= HOST_PORTS && port < CPU_PORT
}

/// Everything that can be built.
pub const PROFILES: [Profile; 2] = [
    Profile {
        name: "large",
        part: "LFE5U-85F, 10 Gb/s of 64-byte frames",
        width_bits: 128,
        depth_log2: [6, 9, 8, 8, 9, 9, 8, 4],
        connections_log2: 11,
        clock_khz: 156_250,
        explain: true,
    },
    Profile {
        name: "line100",
        part: "simulation, or a large part of another family; 100 Gb/s of 64-byte frames",
        width_bits: 512,
        depth_log2: [8, 10, 12, 12, 13, 14, 9, 6],
        connections_log2: 14,
        clock_khz: 148_800,
        explain: true,
    },
];

impl Profile {
    /// The profile of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PROFILES.iter().find(|p| p.name == name)
    }

    /// log2 of the buckets in each way of the connections.
    pub const fn buckets_log2(&self) -> usize {
        self.connections_log2 - ENTRIES.ilog2() as usize
    }

    /// Entries that fit into a table in one generation.
    pub const fn capacity(&self, table: TableId) -> usize {
        let rows = 1 << self.depth_log2[table as usize];
        match table.kind() {
            crate::tables::Kind::Exact => 4 * rows,
            crate::tables::Kind::Interval | crate::tables::Kind::Direct => rows,
        }
    }
}
