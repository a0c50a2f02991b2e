//! What the host says to the stages. It travels from segment to segment, a clock each, so that no
//! wire of it crosses the card.

use rust_hdl::prelude::*;

/// Reset, the values that hold for all packets, and an entry to be written.
///
/// [`crate::bar0`] has no two entries on their way at once, and the reset is held until the last
/// segment is empty ([`RESET_CLOCKS`](crate::profile::RESET_CLOCKS)).
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Orders {
    /// Empties the exact-match tables and forgets the packets in the segment.
    pub reset: Bits<1>,
    /// Of the hash tables.
    pub seed: Bits<64>,
    /// Who the card is, an [`Identity`](crate::decap::Identity).
    pub identity: Bits<176>,
    /// One bit per table, by [`crate::tables::TableId`]: an entry to be written.
    pub w_valid: Bits<9>,
    /// Into which bank.
    pub w_bank: Bits<1>,
    /// Slot or index.
    pub w_index: Bits<18>,
    /// The entry.
    pub w_data: Bits<512>,
}
