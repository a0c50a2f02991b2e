//! How many clocks does a packet take when nobody pauses?
//!
//! Ten thousand frames of one length follow each other without a gap. A port's limit is the larger
//! of the beats that come in and the beats that go out; the ratio says how near the card comes.
//! Ticks are short, so that connections lapse while frames come: ten thousand flows then are new
//! ones on a card that knows two thousand.

use driver::Card;
use hdl::{
    meta::TUNNEL_BYTES,
    profile::{HOST_PORTS, PROFILES, Profile},
};
use house::{plain, report};
use serde::Serialize;
use sim::Model;
use std::{io, time::Duration};

/// In which idle times count; UDP without an answer has 30.
const TICK: Duration = Duration::from_micros(2);

/// What to measure.
#[derive(clap::Args)]
pub struct Arguments {
    /// Frames of each kind.
    #[arg(long, default_value_t = 10_000)]
    packets: usize,
    /// Lengths of the tenants' frames in bytes, frame check sequence not included.
    #[arg(long, value_delimiter = ',', default_value = "60,64,65,128,256,512,1024,1518,9018")]
    bytes: Vec<usize>,
}

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Model(#[from] sim::Error),
    #[error(transparent)]
    Driver(#[from] driver::Error),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("{traffic}, {bytes} bytes: {out} of {sent} frames came out")]
    Lost { traffic: &'static str, bytes: usize, out: usize, sent: usize },
}

#[derive(Serialize)]
struct Row {
    width_bits: usize,
    traffic: &'static str,
    bytes: usize,
    packets: usize,
    cycles: u64,
    limit_cycles: u64,
    ratio: f64,
    latency_cycles_max: u64,
    latency_cycles_idle: u64,
}

/// Where frames go.
#[derive(Clone, Copy)]
enum Traffic {
    /// From an ENI into a tunnel, always to the same address.
    KnownOut,
    /// From an ENI into a tunnel, each to another address and port.
    NewOut,
    /// Out of a tunnel to an ENI.
    In,
    /// Between two ENIs of the card.
    Hairpin,
    /// Dropped: the source address is somebody else's.
    Dropped,
}

impl Traffic {
    const ALL: [(Self, &'static str); 5] = [
        (Self::KnownOut, "host to net, one flow"),
        (Self::NewOut, "host to net, new flows"),
        (Self::In, "net to host"),
        (Self::Hairpin, "between two ENIs of the card"),
        (Self::Dropped, "dropped"),
    ];
}

/// Measure all, print a table, write the figures.
pub fn run(arguments: &Arguments) -> Result<(), Error> {
    let mut rows = vec![];
    println!(
        "| bits | traffic | frame bytes | packets | cycles | per packet \
         | port's limit | ratio | latency max, idle |"
    );
    println!("|---:|---|---:|---:|---:|---:|---:|---:|---:|");
    for profile in &PROFILES {
        for (traffic, name) in Traffic::ALL {
            for &bytes in &arguments.bytes {
                let row = measure(profile, traffic, name, bytes, arguments.packets)?;
                println!(
                    "| {} | {} | {} | {} | {} | {:.3} | {} | {:.3} | {}, {} |",
                    row.width_bits,
                    name,
                    bytes,
                    row.packets,
                    row.cycles,
                    row.cycles as f64 / row.packets as f64,
                    row.limit_cycles,
                    row.ratio,
                    row.latency_cycles_max,
                    row.latency_cycles_idle
                );
                rows.push(row);
            }
        }
    }
    println!("{}", report::write("linerate", &rows)?.display());
    Ok(())
}

/// The `i`-th frame and its port.
fn frame(traffic: Traffic, i: u32, bytes: usize) -> (usize, Vec<u8>) {
    let to_router = |to, flow| plain::udp(0, to, plain::ROUTER, 1000 + flow, bytes);
    match traffic {
        Traffic::KnownOut => (0, to_router(plain::FIRST_AWAY, 0)),
        Traffic::NewOut => {
            let to = plain::FIRST_AWAY + i % plain::AWAY;
            (0, to_router(to, (i / plain::AWAY) as u16))
        }
        Traffic::In => {
            let inner = plain::udp(plain::FIRST_AWAY, 0, plain::mac(0), 1000, bytes);
            (HOST_PORTS, plain::tunnel(plain::VNI, &inner))
        }
        Traffic::Hairpin => (0, to_router(1, 0)),
        Traffic::Dropped => (1, to_router(1, 0)),
    }
}

fn measure(
    profile: &Profile,
    traffic: Traffic,
    name: &'static str,
    bytes: usize,
    packets: usize,
) -> Result<Row, Error> {
    let mut card = Card::open(Model::new(profile, 1)?, &[*profile], 0x5eed)?;
    card.apply(&plain::image())?;
    card.set_tick(TICK)?;
    card.set_open(true)?;
    // Alone first, for the latency of an idle card.
    let alone = run_frames(&mut card, traffic, bytes, 1)?;
    let (cycles, latency_cycles_max, out) = run_frames(&mut card, traffic, bytes, packets)?;
    let dropped = matches!(traffic, Traffic::Dropped);
    if !dropped && out != packets {
        return Err(Error::Lost { traffic: name, bytes, out, sent: packets });
    }
    let beats = |bytes: usize| (8 * bytes).div_ceil(profile.width_bits) as u64;
    let (from, to) = match traffic {
        Traffic::KnownOut | Traffic::NewOut => (bytes, bytes + TUNNEL_BYTES),
        Traffic::In => (bytes + TUNNEL_BYTES, bytes),
        Traffic::Hairpin | Traffic::Dropped => (bytes, bytes),
    };
    let limit_cycles = beats(from).max(beats(to)) * packets as u64;
    Ok(Row {
        width_bits: profile.width_bits,
        traffic: name,
        bytes,
        packets,
        cycles,
        limit_cycles,
        ratio: limit_cycles as f64 / cycles as f64,
        latency_cycles_max,
        latency_cycles_idle: alone.1,
    })
}

/// Clocks from the first beat in to the last beat out (in, if all are dropped), the longest
/// latency, and how many came out.
fn run_frames(
    card: &mut Card<Model>,
    traffic: Traffic,
    bytes: usize,
    packets: usize,
) -> Result<(u64, u64, usize), Error> {
    for i in 0..packets as u32 {
        let (port, frame) = frame(traffic, i, bytes);
        card.io_mut().send(port, &frame)?;
    }
    card.io_mut().run(u64::MAX)?;
    let outcome = card.io_mut().take()?;
    let first = outcome.sent.first().map_or(0, |f| f.first_cycle);
    let last = outcome.received.last().map(|f| f.last_cycle);
    let last = last.or(outcome.sent.last().map(|f| f.last_cycle)).unwrap_or(0);
    let latency =
        outcome.sent.iter().zip(&outcome.received).map(|(i, o)| o.first_cycle - i.first_cycle);
    Ok((last + 1 - first, latency.max().unwrap_or(0), outcome.received.len()))
}
