//! What does the table answer? Each request from its beginning to its end, one after the other.

use crate::flows::{CLASSES, ENTRIES, Rules, Shape};
use crate::hash::Wiring;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Little-endian dwords.
    pub key: Vec<u32>,
    /// State bits that this request adds.
    pub events: u8,
    /// It may begin anew what is closed.
    pub fresh: bool,
    /// It may make an entry.
    pub allow: bool,
    /// Ticks that an entry of each class lives without a request, `1..2048`.
    pub idle: [u64; CLASSES],
    /// Ticks since the table was emptied; never goes back.
    pub now: u64,
}

/// What the table says to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// There was a live entry, and it was not to begin anew.
    pub hit: bool,
    /// State of the live entry before the request; 0 without one.
    pub state: u8,
    /// An entry was made, or began anew.
    pub inserted: bool,
    /// An entry was allowed and found no room.
    pub full: bool,
    /// The entry that the request's key has now; 0 if it has none.
    pub slot: usize,
}

#[derive(Clone, Debug)]
struct Entry {
    key: Vec<u32>,
    tag: u64,
    state: u8,
    /// The last tick in which it is alive.
    deadline: u64,
}

/// A table in plain Rust.
#[derive(Clone, Debug)]
pub struct Model {
    shape: Shape,
    rules: Rules,
    wiring: Wiring,
    seed: u64,
    entries: Vec<Option<Entry>>,
}

impl Model {
    /// An empty table.
    ///
    /// # Panics
    /// Outside the sizes of [`Shape`].
    #[must_use]
    pub fn new(shape: Shape, rules: Rules, seed: u64) -> Self {
        let entries = vec![None; shape.capacity()];
        Self { shape, rules, wiring: shape.wiring(), seed, entries }
    }

    /// Entries that are alive in tick `now`.
    #[must_use]
    pub fn live(&self, now: u64) -> usize {
        self.entries.iter().flatten().filter(|entry| now <= entry.deadline).count()
    }

    /// The answer to a request, and the table after it.
    pub fn request(&mut self, request: &Request) -> Answer {
        let digest = self.wiring.digest(self.seed, &request.key);
        let home = self.shape.home(&self.wiring, digest);
        let slots: [usize; ENTRIES] = std::array::from_fn(|entry| self.shape.slot(&home, entry));
        let live =
            |slot: usize| self.entries[slot].as_ref().filter(|entry| request.now <= entry.deadline);
        let alike = slots.into_iter().find(|slot| live(*slot).is_some_and(|e| e.tag == home.tag));
        let Some(slot) = alike else {
            return match slots.into_iter().find(|slot| live(*slot).is_none()) {
                Some(free) if request.allow => {
                    self.put(free, home.tag, request, request.events);
                    Answer { inserted: true, slot: free, ..Answer::default() }
                }
                _ => Answer { full: request.allow, ..Answer::default() },
            };
        };
        // Only one entry of a digest lives at a time: a twin finds no room until it has gone.
        let Some(Entry { state, .. }) = live(slot).filter(|entry| entry.key == request.key) else {
            return Answer { full: request.allow, ..Answer::default() };
        };
        let state = *state;
        let anew = request.fresh && self.rules.closed[usize::from(state)];
        if !anew {
            self.put(slot, home.tag, request, state | request.events);
        } else if request.allow {
            self.put(slot, home.tag, request, request.events);
        }
        Answer { hit: !anew, state, inserted: anew && request.allow, full: false, slot }
    }

    fn put(&mut self, slot: usize, tag: u64, request: &Request, state: u8) {
        let class = self.rules.class[usize::from(state)];
        let deadline = request.now + request.idle[usize::from(class)];
        self.entries[slot] = Some(Entry { key: request.key.clone(), tag, state, deadline });
    }
}
