//! What becomes of a packet, if card and reference agree on it?

use crate::cosim::Error;
use driver::Card;
use hdl::{
    memory::Memory,
    meta::{Entered, Verdict},
    punt,
};
use sim::{Journey, Model, Taken, follow, retrace};

/// More clocks than one packet takes.
const CYCLES_MAX: u64 = 1_000_000;

/// Send one frame to an open card, and take what becomes of it. `memory` is what the reference
/// remembers of those before it.
///
/// # Errors
/// [`Error`] if the card did not say what became of it.
///
/// # Panics
/// If the reference would have said something else.
pub fn send(
    card: &mut Card<Model>,
    memory: &mut Memory,
    port: usize,
    frame: &[u8],
) -> Result<(Verdict, Option<Vec<u8>>), Error> {
    card.io_mut().send(port, frame)?;
    card.io_mut().run(CYCLES_MAX)?;
    let followed = follow(card.io_mut().take()?)?;
    let [Journey { passes, received, .. }] = &followed.journeys[..] else {
        panic!("one packet: {followed:?}")
    };
    let (source, seen) = punt::arrive(port, frame, card.profile().width_bits / 8);
    let entered = Entered { source, generation: card.generation() & 1 == 1, open: true };
    let taken = Taken { frame: seen, entered, passes: *passes };
    let want = retrace(&followed.order, &[taken], |_| card.tables(), memory).remove(0);
    let frame_out = received.as_ref().map(|frame| frame.bytes.clone());
    assert_eq!(
        (passes.verdict(), &frame_out),
        (want.verdict, &want.frame),
        "card {passes:?}\nreference {:?}\n{frame:02x?}",
        want.passes
    );
    Ok((want.verdict, frame_out))
}
