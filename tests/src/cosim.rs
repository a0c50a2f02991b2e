//! Do gateware and reference agree on every packet?
//!
//! A random world is written into a verilated card by the driver; random frames go in at all
//! ports, with pauses; every record and every frame that comes out is compared with the reference.

use crate::world::World;
use driver::Card;
use hdl::{
    explain::Trace,
    meta::Entered,
    profile::{PORTS, Profile, is_net},
    walk,
};
use sim::{Model, Pauses, follow};
use std::collections::BTreeMap;

/// Packets between two looks at what came out.
const BATCH: usize = 200;
/// More clocks than any batch takes.
const CYCLES_MAX: u64 = 4_000_000;

/// What a run saw.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Packets compared.
    pub packets: usize,
    /// By the verdict's name.
    pub verdicts: BTreeMap<String, usize>,
    /// Packets on which the two disagree, told in words.
    pub mismatches: Vec<String>,
}

/// Why there was no comparison.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The model stopped or is no card.
    #[error(transparent)]
    Model(#[from] sim::Error),
    /// The driver could not write the tables.
    #[error(transparent)]
    Driver(#[from] driver::Error),
    /// Records and frames do not belong together.
    #[error(transparent)]
    Unmatched(#[from] sim::Unmatched),
}

/// Compare `packets` packets of the world of `seed`; pauses in per mille on both sides.
///
/// # Errors
/// [`Error`] if there was nothing to compare; a disagreement is no error but in [`Seen`].
pub fn compare(
    profile: &Profile,
    seed: u64,
    packets: usize,
    pauses: Pauses,
) -> Result<Seen, Error> {
    let mut world = World::new(seed);
    let model = Model::new(profile, seed as u32)?;
    let mut card = Card::open(model, &[*profile], world.word())?;
    card.apply(&world.image)?;
    card.set_open(true)?;
    for port in 0..PORTS {
        card.io_mut().pauses(port, pauses)?;
    }
    let mut seen = Seen::default();
    while seen.packets < packets {
        if seen.packets > 0 && seen.packets.is_multiple_of(5 * BATCH) {
            world.change();
            card.apply(&world.image)?;
        }
        batch(&mut card, &mut world, &mut seen)?;
    }
    Ok(seen)
}

fn batch(card: &mut Card<Model>, world: &mut World, seen: &mut Seen) -> Result<(), Error> {
    let mut frames: [Vec<Vec<u8>>; PORTS] = Default::default();
    for _ in 0..BATCH {
        let (port, frame) = world.frame();
        card.io_mut().send(port, &frame)?;
        frames[port].push(frame);
    }
    card.io_mut().run(CYCLES_MAX)?;
    let outcome = card.io_mut().take()?;
    let mut frames = frames.map(Vec::into_iter);
    let generation = card.generation() & 1 == 1;
    for journey in follow(outcome)? {
        let port = journey.sent.port;
        let Some(frame) = frames[port].next() else { continue };
        let entered = Entered { port: port as u8, net: is_net(port), generation, open: true };
        let want = walk::walk(card.tables(), &frame, entered);
        let got = journey.received.map(|f| f.bytes);
        seen.packets += 1;
        *seen.verdicts.entry(want.verdict.name()).or_default() += 1;
        if comparable(journey.trace) != comparable(want.trace) || got != want.frame {
            let said = format!(
                "packet {} at port {port}: {frame:02x?}\n  card {:?}\n       {:02x?}\n  reference {:?}\n       {:02x?}",
                seen.packets, journey.trace, got, want.trace, want.frame
            );
            seen.mismatches.push(said);
        }
    }
    Ok(())
}

/// Of a frame that is not well-formed only the verdict means anything.
fn comparable(trace: Trace) -> Trace {
    let Trace { port, generation, well_formed, verdict, .. } = trace;
    if well_formed { trace } else { Trace { port, generation, verdict, ..Trace::default() } }
}
