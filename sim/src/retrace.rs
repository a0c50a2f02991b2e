//! What would the reference have done with the same packets?
//!
//! The card remembers connections and what its ENIs sent, so the reference takes the passes of all
//! packets in the order in which the card took them, each at the card's time.

use hdl::{
    explain::Passes,
    memory::Memory,
    meta::Entered,
    tables::Tables,
    walk::{Outcome, Walk},
};

/// A packet that the card took.
#[derive(Clone, Copy, Debug)]
pub struct Taken<'f> {
    /// The frame.
    pub frame: &'f [u8],
    /// How it came in.
    pub entered: Entered,
    /// The card's records of it.
    pub passes: Passes,
}

/// What the reference does with each packet. `order` names the packet of each pass, as
/// [`follow`](crate::follow) gives it; `tables` are those of a generation's parity. What
/// `memory` holds afterwards is what the card remembers.
pub fn retrace<'t>(
    order: &[usize],
    packets: &[Taken],
    tables: impl Fn(bool) -> &'t Tables,
    memory: &mut Memory,
) -> Vec<Outcome> {
    let walks = packets.iter().map(|t| (Walk::new(t.frame, t.entered), t.passes.each()));
    let mut walks: Vec<_> = walks.collect();
    for &packet in order {
        let (walk, records) = &mut walks[packet];
        if let Some(record) = records.next() {
            memory.follow(&record);
        }
        if walk.goes_on() {
            walk.pass(tables(packets[packet].entered.generation), memory);
        }
    }
    let ends = walks.into_iter().zip(packets).map(|((mut walk, _), taken)| {
        let tables = tables(taken.entered.generation);
        // Where the card stopped short: it is not as the card, so it may be out of order.
        while walk.goes_on() {
            walk.pass(tables, memory);
        }
        walk.end(tables)
    });
    ends.collect()
}
