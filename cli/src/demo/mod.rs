//! Do two tenants with the same addresses get their own packets, through two cards, as they were
//! sent?
//!
//! ```text
//!   real captures --> tenants' machines --> card A <--> underlay <--> card B --> machines
//!                     (addresses mapped)      '---- every packet judged by the reference too
//! ```

mod captures;
mod cards;
mod figures;
mod plot;
mod readdress;
mod tenants;
mod underlay;
mod verify;

use crate::{
    Done,
    arguments::Demo,
    engine::time,
    error::Error,
    network::Wanted,
    sim::{capture, show},
    style,
};
use cards::{Cards, Traffic};
use control::{Syntax, Vpcs};
use figures::Figures;
use hdl::meta::DropReason;
use std::{
    env, fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tenants::Packet;

/// The file of the two cards, as one would name it.
const FILE: &str = "examples/two-cards.toml";
/// Violations that are shown; the others are counted.
const SHOWN_MAX: usize = 5;

/// Send everything through both cards, check it, tell of it.
pub fn run(arguments: &Demo) -> Result<Done, Error> {
    let text = include_str!("../../../examples/two-cards.toml");
    let vpcs = Vpcs::parse(FILE, text, Syntax::Toml)?;
    let wanted = |card: &control::vpcs::Card| Wanted::of(&vpcs, FILE, &card.name, None);
    let wanted = vpcs.cards.iter().map(wanted).collect::<Result<Vec<_>, _>>()?;
    let packets = tenants::traffic(&vpcs)?;
    let mut cards = Cards::new(&vpcs, &wanted, arguments.seed, arguments.stall)?;
    let start = Instant::now();
    let traffic = cards.run(&packets)?;
    let figures = Figures::of(&vpcs, &packets, &traffic, start.elapsed().as_secs_f64());
    let wrong: Vec<String> = packets
        .iter()
        .zip(&traffic.fates)
        .filter_map(|(packet, fate)| verify::wrong(&vpcs, packet, fate))
        .collect();
    let places = Places::of(arguments);
    write(&places, &vpcs, &packets, &traffic, &figures)?;
    if arguments.json {
        style::json(&figures);
    } else {
        let (cards, vpcs) = (wanted.len(), vpcs.vpcs.len());
        let (head, count) = (style::HEAD, packets.len() / vpcs);
        anstream::println!(
            "{head}{cards} cards, {vpcs} VPCs with the same addresses{head:#}, {count} captured \
             packets sent in each ({FILE})\n"
        );
        figures.print();
    }
    Ok(conclude(arguments, &places, &wanted, &traffic, &wrong))
}

/// Say whether all is well, and where to look next.
fn conclude(
    arguments: &Demo,
    places: &Places,
    wanted: &[Wanted],
    traffic: &Traffic,
    wrong: &[String],
) -> Done {
    let bad = style::BAD;
    for text in wrong.iter().take(SHOWN_MAX) {
        anstream::eprintln!("{bad}error:{bad:#} {text}");
    }
    if wrong.len() > SHOWN_MAX {
        anstream::eprintln!("and {} more", wrong.len() - SHOWN_MAX);
    }
    if let Some((card, input, mismatch)) = traffic.mismatches.first() {
        show(&wanted[*card], input, mismatch);
    }
    if !wrong.is_empty() || !traffic.mismatches.is_empty() {
        let count = traffic.mismatches.len();
        anstream::eprintln!("{bad}{count} mismatches{bad:#} with the reference");
        return Done::Found;
    }
    if !arguments.json {
        let (good, head) = (style::GOOD, style::HEAD);
        let dir = places.captures.display();
        anstream::println!(
            "  {good}0 mismatches{good:#} with the reference; what may pass was delivered byte by \
             byte;\n  {good}nothing crossed{good:#} from one VPC to the other\n\n\
             {head}  Next{head:#}\n  wireshark {dir}/underlay.pcap\n  \
             xdg-open {dir}/demo.svg"
        );
        if let Some((index, card)) = dropped_on_arrival(traffic) {
            let card = &wanted[card].name;
            // As it was called: it need not be in the search path.
            let program = std::env::args().next().unwrap_or_else(|| "penstock".into());
            anstream::println!(
                "  {program} explain --config {FILE} --card {card} --port net0 --index {index} \
                 {dir}/underlay.pcap"
            );
        }
    }
    Done::Well
}

/// A packet that a card drops when it comes from the underlay: its number there, and the card.
fn dropped_on_arrival(traffic: &Traffic) -> Option<(usize, usize)> {
    let number = traffic.underlay.iter().position(|(_, _, packet, _)| {
        traffic.fates[*packet].reason() == Some(DropReason::NaclInbound)
    })?;
    Some((number + 1, traffic.underlay[number].1))
}

/// Where the results lie.
struct Places {
    captures: PathBuf,
    figures: PathBuf,
}

impl Places {
    fn of(arguments: &Demo) -> Self {
        if let Some(dir) = &arguments.out {
            return Self { captures: dir.clone(), figures: dir.join("demo.json") };
        }
        let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let built = built.canonicalize().unwrap_or_default().join("target");
        let target = env::var_os("CARGO_TARGET_DIR").map_or(built, PathBuf::from);
        Self { captures: target.join("demo"), figures: target.join("report/demo.json") }
    }
}

/// Captures of what was sent, what the underlay carried and what was received; the plot; the
/// figures.
fn write(
    places: &Places,
    vpcs: &Vpcs,
    packets: &[Packet],
    traffic: &Traffic,
    figures: &Figures,
) -> Result<(), Error> {
    let dir = &places.captures;
    let make = |path: &Path| {
        fs::create_dir_all(path).map_err(|source| Error::Write { path: path.into(), source })
    };
    make(dir)?;
    let frames = traffic.underlay.iter().map(|(at, _, _, frame)| (*at, frame.as_slice()));
    capture(&dir.join("underlay.pcap"), frames)?;
    for (index, vpc) in vpcs.vpcs.iter().enumerate() {
        let sent = packets.iter().zip(1..).filter(|(packet, _)| packet.vpc == index);
        let sent = sent.map(|(packet, number)| (sent_at(number), packet.frame.as_slice()));
        capture(&dir.join(format!("{}-sent.pcap", vpc.name)), sent)?;
        let mut received: Vec<(Duration, &[u8])> = traffic
            .received
            .iter()
            .filter(|(_, number)| packets[*number].vpc == index)
            .filter_map(|(at, number)| Some((*at, traffic.fates[*number].delivered.as_deref()?)))
            .collect();
        received.sort_by_key(|(at, _)| *at);
        capture(&dir.join(format!("{}-received.pcap", vpc.name)), received)?;
    }
    plot::draw(&dir.join("demo.svg"), &traffic.stays, &figures.drops)?;
    if let Some(folder) = places.figures.parent() {
        make(folder)?;
    }
    let text = serde_json::to_string_pretty(figures).expect("the figures' keys are texts") + "\n";
    let path = places.figures.clone();
    fs::write(&path, text).map_err(|source| Error::Write { path, source })
}

/// All are sent at once; a capture needs some order of time.
fn sent_at(number: u64) -> Duration {
    time(number)
}
