//! What can go wrong between host and card, and what is the way out?

use crate::{io::IoError, probe::Found};
use hdl::tables::TableId;

/// Why the card did not do what it was told.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The card can't be reached; nothing was being changed.
    #[error(transparent)]
    Io(#[from] IoError),
    /// It is no penstock card, or one that this driver does not know.
    #[error("{what} is {found:#x}, expected {expected:#x}: {way_out}")]
    WrongCard {
        /// What differs.
        what: &'static str,
        /// What the card says.
        found: u32,
        /// What this driver knows.
        expected: u32,
        /// What to do about it.
        way_out: &'static str,
    },
    /// A penstock card of a size that was not asked for.
    #[error(
        "the card is {found}, expected one of: {expected}; flash one of those, or name its own"
    )]
    WrongProfile {
        /// What the card says.
        found: Found,
        /// The profiles that would do.
        expected: String,
    },
    /// The card stays busy.
    #[error("the card is still {doing} after {polls} reads of STATUS: reset it")]
    Busy {
        /// What it does.
        doing: &'static str,
        /// How often it was asked.
        polls: u32,
    },
    /// The card went away: its identity register does not answer.
    #[error("the card is gone: MAGIC reads {found:#010x}; plug it in or rescan, then open it anew")]
    Gone {
        /// What was read.
        found: u32,
    },
    /// Somebody else reset the card or programmed it.
    #[error(
        "generation {found} is in force, this driver left {expected}: somebody else reset or \
         programmed the card; reset it and apply the image again"
    )]
    Foreign {
        /// What was read.
        found: u32,
        /// What should have been read.
        expected: u32,
    },
    /// Too many entries. Nothing was written.
    #[error(
        "{table:?} would hold {needed} entries, but has room for {capacity}: \
         choose a larger profile"
    )]
    TooMany {
        /// Which table.
        table: TableId,
        /// Entries of the image.
        needed: usize,
        /// What fits.
        capacity: usize,
    },
    /// Old and new entries find no room side by side. Nothing was written.
    #[error(
        "{table:?} finds no room for {needed} entries at once in {capacity} slots, those of the \
         generation in force among them: commit the change in smaller steps, removals first"
    )]
    NoRoom {
        /// Which table.
        table: TableId,
        /// Entries of the generation in force and of the next, those in both counted once.
        needed: usize,
        /// Slots.
        capacity: usize,
    },
    /// A table of intervals that does not start at zero or does not ascend. Nothing was written.
    #[error("{table:?} is not sorted at index {index}: it must start at zero and ascend strictly")]
    Unsorted {
        /// Which table.
        table: TableId,
        /// The first entry out of place.
        index: usize,
    },
    /// The identity can't be changed by generation. Nothing was written.
    #[error("the card's identity can't change while it is open: close it, commit, open it again")]
    IdentityWhileOpen,
    /// A tick that the card can't count. Nothing was written.
    #[error("no tick takes {0:?}: take 32 clocks of the card or more, and fewer than 2^29")]
    Tick(std::time::Duration),
    /// A commit failed before its last write.
    #[error(
        "the commit failed and generation {generation}, still in force, is untouched; \
         begin again: {io}"
    )]
    Interrupted {
        /// The generation in force.
        generation: u32,
        /// What failed.
        #[source]
        io: IoError,
    },
    /// The last write of a commit failed.
    #[error(
        "the write that commits generation {generation} failed, and may have taken effect; \
         begin again, which reads what is in force: {io}"
    )]
    Uncertain {
        /// The generation that may be in force.
        generation: u32,
        /// What failed.
        #[source]
        io: IoError,
    },
    /// A commit took effect, but what it replaced could not be cleared away.
    #[error(
        "generation {generation} is in force, but clearing away the one before failed; \
         begin again, which ends it: {cause}"
    )]
    Unfinished {
        /// The generation in force.
        generation: u32,
        /// What failed.
        #[source]
        cause: Box<Error>,
    },
}
