//! How many clocks does a packet take when nobody pauses?
//!
//! Ten thousand frames of one length follow each other without a gap. A port's limit is the larger
//! of the beats that come in and the beats that go out; the ratio says how near the card comes.

use driver::Card;
use etherparse::PacketBuilder;
use hdl::{
    class::{AddressLabel, IpKey, PortKey, PortLabel},
    decap::Identity,
    deliver::EniEntry,
    eni::{AttachAction, AttachKey},
    mapping::MappingAction,
    meta::TUNNEL_BYTES,
    profile::{HOST_PORTS, PROFILES, Profile},
    route::{RouteLabel, Target},
    spoof::AddressAction,
    tables::Image,
};
use house::report;
use serde::Serialize;
use sim::Model;
use std::io;

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
    #[error("a frame of {0} bytes can't be built")]
    Frame(usize),
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

const ROUTER: u64 = 0x0200_5e00_0001;
const CARD: u64 = 0x0200_0000_00aa;
const VTEP: u32 = 0x0aff_0001;
const PEER: u32 = 0x0aff_0002;
const VNI: u32 = 77;
/// Destinations elsewhere: a different one for each of that many packets.
const NEIGHBORS: u32 = 1000;

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
    /// Dropped: from nobody's port.
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
        "| bits | traffic | frame bytes | packets | cycles | per packet | port's limit | ratio | latency max, idle |"
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

fn mapped(v4: u32) -> u128 {
    0xffff_0000_0000 | u128::from(v4)
}

/// Two ENIs here, a thousand addresses elsewhere, all in one subnet.
fn image() -> Image {
    let (identity, label) = (
        Identity { vtep: VTEP, mac: CARD, gateway_mac: 0x0200_0000_00fe, router_mac: ROUTER },
        AddressLabel { subnet: 1, ..AddressLabel::default() },
    );
    let mut image = Image {
        identity,
        address_classes: vec![(IpKey::default(), label)],
        port_classes: vec![(PortKey::default(), PortLabel::default())],
        routes: vec![(IpKey::default(), RouteLabel { target: Target::Local, route: 1 })],
        ..Image::default()
    };
    let vpc = AttachAction { vpc: 1, ..AttachAction::default() };
    image.attachments.insert(AttachKey::tunnel(VNI), vpc);
    for i in 0..NEIGHBORS + 2 {
        let here = i < 2;
        let (eni, mac) = (if here { i as u16 } else { 0 }, 0x0200_0001_0000 + u64::from(i));
        let vtep = if here { VTEP } else { PEER };
        let key = IpKey { vpc: 1, ip: mapped(0x0a00_0100 + i) };
        let to = MappingAction { vtep, vni: VNI, mac, subnet: 1, local: here, eni, acl: 1 };
        image.mappings.insert(key, to);
        if here {
            image.addresses.insert(key, AddressAction { eni, subnet: 1, acl: 1 });
            let at = AttachAction {
                vpc: 1,
                eni,
                subnet: 1,
                acl: 1,
                route_table: 1,
                mac,
                up: true,
                check: true,
            };
            image.attachments.insert(AttachKey::place(i as u8, &[]), at);
            image.enis.push(EniEntry { mac, port: i as u8, up: true, ..EniEntry::default() });
        }
    }
    image
}

/// The `i`-th frame and its port.
fn frame(traffic: Traffic, i: u32, bytes: usize) -> Option<(usize, Vec<u8>)> {
    let mac = |value: u64| <[u8; 6]>::try_from(&value.to_be_bytes()[2..]).unwrap_or_default();
    let person = |n: u32| (0x0200_0001_0000 + u64::from(n), (0x0a00_0100 + n).to_be_bytes());
    let (from, to, port) = match traffic {
        Traffic::KnownOut => (0, 2, 0),
        Traffic::NewOut => (0, 2 + i % NEIGHBORS, 0),
        Traffic::In => (2, 0, HOST_PORTS),
        Traffic::Hairpin => (0, 1, 0),
        Traffic::Dropped => (1, 0, 0),
    };
    let dst = if port == HOST_PORTS { person(to).0 } else { ROUTER };
    let flow = if matches!(traffic, Traffic::NewOut) { (i / NEIGHBORS) as u16 } else { 0 };
    let mut inner = Vec::new();
    PacketBuilder::ethernet2(mac(person(from).0), mac(dst))
        .ipv4(person(from).1, person(to).1, 64)
        .udp(1000 + flow, 80)
        .write(&mut inner, &vec![0xa5; bytes.checked_sub(42)?])
        .ok()?;
    if port < HOST_PORTS {
        return Some((port, inner));
    }
    let vxlan = [&[8, 0, 0, 0][..], &(VNI << 8).to_be_bytes(), &inner].concat();
    let mut outer = Vec::new();
    PacketBuilder::ethernet2(mac(0x0200_0000_00fe), mac(CARD))
        .ipv4(PEER.to_be_bytes(), VTEP.to_be_bytes(), 64)
        .udp(50_000, 4789)
        .write(&mut outer, &vxlan)
        .ok()?;
    Some((port, outer))
}

fn measure(
    profile: &Profile,
    traffic: Traffic,
    name: &'static str,
    bytes: usize,
    packets: usize,
) -> Result<Row, Error> {
    let mut card = Card::open(Model::new(profile, 1)?, &[*profile], 0x5eed)?;
    card.apply(&image())?;
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
        let (port, frame) = frame(traffic, i, bytes).ok_or(Error::Frame(bytes))?;
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
