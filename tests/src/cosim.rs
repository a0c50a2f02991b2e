//! Do gateware and reference agree on every packet?
//!
//! A random world is written into a verilated card by the driver; random frames go in at all
//! ports, with pauses; every record and every frame that comes out is compared with the reference.

mod seen;

use crate::world::World;
use driver::{Card, CardIo};
use hdl::{
    explain::{Passes, Trace},
    memory::Memory,
    meta::{DropReason, Entered, Verdict},
    profile::{PORTS, Profile},
    punt,
    tables::Tables,
};
pub use seen::{Appliances, Beyond, Seen, TrackedPasses};
use sim::{Followed, Journey, Model, Outcome, Pauses, Taken, follow, retrace};
use std::time::Duration;

/// Packets between two looks at what came out.
const BATCH: usize = 200;
/// A tick while random packets go through: so short that connections lapse between batches.
const TICK: Duration = Duration::from_micros(2);
/// More clocks than any batch takes.
const CYCLES_MAX: u64 = 4_000_000;

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
    card.set_tick(TICK)?;
    let mut memory = card.memory();
    let mut seen = Seen::default();
    while seen.packets < packets {
        if seen.packets > 0 && seen.packets.is_multiple_of(5 * BATCH) {
            world.change();
            card.apply(&world.image)?;
        }
        batch(&mut card, &mut world, &mut memory, &mut seen)?;
    }
    Ok(seen)
}

/// What commits under traffic came to.
#[derive(Clone, Debug, Default)]
pub struct Committed {
    /// Packets compared, and those judged by a mix of generations or otherwise wrongly.
    pub seen: Seen,
    /// Packets judged by the generation before, by the one behind.
    pub judged: [usize; 2],
    /// Packets that went in.
    pub sent: usize,
}

/// Commit changes while packets are under way: each must be judged by the generation that it
/// entered with, wholly.
///
/// # Errors
/// As [`compare`].
pub fn compare_commits(profile: &Profile, seed: u64, commits: usize) -> Result<Committed, Error> {
    let mut world = World::new(seed);
    let mut card = Card::open(Model::new(profile, seed as u32)?, &[*profile], world.word())?;
    card.apply(&world.image)?;
    world.change();
    card.apply(&world.image)?;
    card.set_open(true)?;
    card.set_tick(TICK)?;
    let mut memory = card.memory();
    let mut all = Committed::default();
    for _ in 0..commits {
        let frames = queue(&mut card, &mut world, 2 * BATCH)?;
        all.sent += 2 * BATCH;
        let before = card.tables().clone();
        world.change();
        card.apply(&world.image)?;
        let new = card.generation() & 1 == 1;
        let followed = follow(finish(&mut card)?)?;
        for journey in &followed.journeys {
            all.judged[usize::from(journey.passes.first.generation == new)] += 1;
        }
        let tables = |generation| if generation == new { card.tables() } else { &before };
        // Entries move between slots while the generation is prepared.
        judge(
            card.profile().width_bits / 8,
            tables,
            &frames,
            &followed,
            &mut memory,
            unplaced,
            &mut all.seen,
        );
    }
    Ok(all)
}

/// Reset the card while packets are under way, and send to the empty card at once: nothing may be
/// left of those, and each of these ends as `CardClosed`.
///
/// # Errors
/// As [`compare`].
pub fn compare_resets(profile: &Profile, seed: u64, resets: usize) -> Result<Seen, Error> {
    let mut world = World::new(seed);
    let mut card = Card::open(Model::new(profile, seed as u32)?, &[*profile], world.word())?;
    let mut memory = card.memory();
    let mut seen = Seen::default();
    for _ in 0..resets {
        // Twice, so that neither bank holds what memories hold when they get power.
        card.apply(&world.image)?;
        world.change();
        card.apply(&world.image)?;
        card.set_open(true)?;
        batch(&mut card, &mut world, &mut memory, &mut seen)?;
        queue(&mut card, &mut world, BATCH)?;
        card.io_mut().run(200 + world.word() % 200)?;
        card.io_mut().reset().map_err(driver::Error::Io)?;
        card.io_mut().take()?;
        queue(&mut card, &mut world, BATCH)?;
        for Journey { passes, .. } in follow(finish(&mut card)?)?.journeys {
            seen.packets += 1;
            if passes.verdict() != Verdict::drop(DropReason::CardClosed) {
                seen.mismatches.push(format!("packet {} behind a reset: {passes:?}", seen.packets));
            }
        }
        card.reset(world.word())?;
        memory = card.memory();
    }
    Ok(seen)
}

fn batch(
    card: &mut Card<Model>,
    world: &mut World,
    memory: &mut Memory,
    seen: &mut Seen,
) -> Result<(), Error> {
    let frames = queue(card, world, BATCH)?;
    let followed = follow(finish(card)?)?;
    judge(
        card.profile().width_bits / 8,
        |_| card.tables(),
        &frames,
        &followed,
        memory,
        comparable,
        seen,
    );
    Ok(())
}

/// Frames that wait at each port, in order.
type Queued = [Vec<Vec<u8>>; PORTS];

/// Queue random frames at their ports.
fn queue(card: &mut Card<Model>, world: &mut World, count: usize) -> Result<Queued, Error> {
    let width_bits = card.profile().width_bits;
    let mut frames: [Vec<Vec<u8>>; PORTS] = Default::default();
    for _ in 0..count {
        let (port, frame) = world.arrival(width_bits);
        card.io_mut().send(port, &frame)?;
        frames[port].push(frame);
    }
    Ok(frames)
}

/// Run until nothing moves any more.
fn finish(card: &mut Card<Model>) -> Result<Outcome, Error> {
    card.io_mut().run(CYCLES_MAX)?;
    Ok(card.io_mut().take()?)
}

/// Compare each packet's journey with the reference's.
fn judge<'t>(
    beat_bytes: usize,
    tables: impl Fn(bool) -> &'t Tables,
    frames: &Queued,
    Followed { journeys, order }: &Followed,
    memory: &mut Memory,
    view: fn(Trace) -> Trace,
    seen: &mut Seen,
) {
    let mut frames = frames.each_ref().map(|frames| frames.iter());
    let taken = journeys.iter().map_while(|Journey { sent, passes, .. }| {
        let generation = passes.first.generation;
        let (source, frame) = punt::arrive(sent.port, frames[sent.port].next()?, beat_bytes);
        let entered = Entered { source, generation, open: true };
        Some(Taken { frame, entered, passes: *passes })
    });
    let taken: Vec<_> = taken.collect();
    let wanted = retrace(order, &taken, tables, memory);
    let view = |passes: &Passes| passes.each().map(view).collect::<Vec<_>>();
    for ((journey, want), taken) in journeys.iter().zip(wanted).zip(taken) {
        let got = journey.received.as_ref().map(|f| &f.bytes);
        seen.add(&want.passes, &taken, want.frame.as_ref());
        if view(&journey.passes) != view(&want.passes) || got != want.frame.as_ref() {
            let said = format!(
                "packet {} at port {}: {:02x?}\n  card {:?}\n       {got:02x?}\n  \
                 reference {:?}\n       {:02x?}",
                seen.packets,
                journey.sent.port,
                taken.frame,
                journey.passes,
                want.passes,
                want.frame
            );
            seen.mismatches.push(said);
        }
    }
}

/// A trace without the places of entries.
fn unplaced(trace: Trace) -> Trace {
    let mut trace = comparable(trace);
    let Trace { attached, addressed, beside, speaks, ruled, mapped, .. } = &mut trace;
    for answer in [attached, addressed, beside, speaks, ruled, mapped] {
        answer.slot = 0;
    }
    trace
}

/// Of a frame that is not well-formed only the verdict means anything.
fn comparable(trace: Trace) -> Trace {
    let Trace { port, injected, generation, well_formed, verdict, .. } = trace;
    let rest = Trace { port, injected, generation, verdict, ..Trace::default() };
    if well_formed { trace } else { rest }
}
