//! Has somebody sent too much?
//!
//! ```text
//!   now ----+------------------------------+
//!           v                              v
//!   due <= now + limit ?  fits      max(due, now) + cost --> due, if it is taken
//!    ^                                                        |
//!    +--------------------[ one time per bucket ]<------------+
//! ```
//! A token bucket that keeps no tokens but a time: when all that was sent so far is paid for at
//! the bucket's rate, its `due`. A packet costs time; it fits if no more than `limit` is owed when
//! it comes. So what may come at once is `limit` and one packet more, whatever its size, and the
//! long-term rate is kept exactly.

#[cfg(feature = "gateware")]
pub mod gateware;

/// One bucket, in times that never wrap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    due: u64,
}

impl Bucket {
    /// Is no more than `limit` owed?
    pub fn fits(self, now: u64, limit: u64) -> bool {
        self.due <= now + limit
    }

    /// A packet of that cost is taken.
    pub fn take(&mut self, now: u64, cost: u64) {
        self.due = self.due.max(now) + cost;
    }
}
