//! What must one card hold so that it does what the file says?
//!
//! ```text
//!   Vpcs --> numbers --> classes --> rules ---+
//!            who is      what rules   senders-+
//!            on this     can tell     routes -+--> Image, Legend
//!            card?       apart        places -+
//! ```
//! Only VPCs with an ENI or a gateway on the card are compiled; of those with which they are
//! joined, the mappings. The same file gives the same numbers, and so does a file with its objects
//! in another order: numbers go by VNI and by name.

mod classes;
mod edge;
mod numbers;
mod places;
mod routes;
mod rules;
mod senders;

use crate::{
    check::known,
    legend::{Legend, VpcLegend},
    problem::Cause,
    report::{Errors, Problems},
    respond::Responder,
    vpcs::Vpcs,
};
use classes::Classes;
use hdl::{
    profile::Profile,
    tables::{Image, TableId},
};
use layout::Packed;
use numbers::Numbers;
use rules::Rules;

/// What a card shall hold, and what that means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// The entries, not yet placed.
    pub image: Image,
    /// Words for their numbers.
    pub legend: Legend,
    /// What the host's CPU answers to what the card punts.
    pub responder: Responder,
}

/// Compile the file for the card of that name.
///
/// # Errors
/// If there is no such card, or if it would need more than `profile` or its numbers hold: each
/// table that overflows is named.
pub fn compile(vpcs: &Vpcs, card: &str, profile: &Profile) -> Result<Compiled, Errors> {
    let mut problems = Problems::new(vpcs.source.clone());
    let Some(index) = vpcs.cards.iter().position(|c| c.name == card) else {
        let names: Vec<&str> = vpcs.cards.iter().map(|c| c.name.as_str()).collect();
        problems.add_nowhere(Cause::NoCard { name: card.into(), known: known(&names) });
        return Err(problems.all());
    };
    let at = &vpcs.cards[index].at;
    let numbers = Numbers::of(vpcs, index);
    for cause in numbers.too_many(card) {
        problems.add(at.clone(), cause);
    }
    let classes: Vec<Classes> = numbers.vpcs.iter().map(|v| Classes::of(&numbers, *v)).collect();
    for (vpc, classes) in numbers.vpcs.iter().zip(&classes) {
        for cause in classes.too_many(card, &vpcs.vpcs[*vpc].name) {
            problems.add(at.clone(), cause);
        }
    }
    // Beyond this point every number fits its field.
    problems = problems.none_yet()?;
    let image = image(&numbers, &classes, f64::from(profile.clock_khz) * 1000.0);
    for (&table, need) in TableId::ALL.iter().zip(image.sizes()) {
        let capacity = profile.capacity(table);
        if need > capacity {
            let card = card.into();
            problems.add(at.clone(), Cause::TooManyEntries { card, table, need, capacity });
        }
    }
    let legend = legend(&numbers, classes);
    let responder = Responder::of(vpcs, numbers.own_enis().map(|(_, eni)| eni));
    problems.none(Compiled { image, legend, responder })
}

/// For a card whose clock has so many Hz.
fn image(numbers: &Numbers, classes: &[Classes], clock_hz: f64) -> Image {
    let rules = Rules::of(numbers, classes);
    Image {
        identity: places::identity(numbers),
        attachments: places::attachments(numbers),
        addresses: places::addresses(numbers),
        port_classes: classes::port_starts(classes),
        routes: routes::starts(numbers, classes),
        enis: places::enis(numbers, &rules, clock_hz),
        rules: rules.entries,
        mappings: places::mappings(numbers),
        appliances: places::appliances(numbers),
    }
}

fn legend(numbers: &Numbers, classes: Vec<Classes>) -> Legend {
    let name = |v: &usize| numbers.file.vpcs[*v].name.clone();
    let other = |v: &usize| VpcLegend { name: name(v), ..VpcLegend::default() };
    let vpc = |(v, classes): (&usize, Classes)| VpcLegend {
        name: name(v),
        address_classes: classes.address_words(),
        port_classes: classes.ports.words(),
        group_rules_outbound: rules::group_words(numbers, *v, false),
        group_rules_inbound: rules::group_words(numbers, *v, true),
    };
    let own = numbers.vpcs.iter().zip(classes).map(vpc);
    let senders = numbers.vpcs.iter().zip(&numbers.senders);
    let senders = senders.map(|(v, senders)| senders.legend(numbers.file, *v));
    let tables = numbers.tables.iter().map(|t| routes::legend(numbers, *t));
    let services = numbers.file.services.iter().map(|s| (s.number, s.name.clone()));
    let beyond = numbers.uplinks.iter().map(|u| edge::legend(numbers.file, u));
    let names = || numbers.uplinks.iter().map(|u| u.name(numbers.file));
    let internet = numbers.uplinks.iter().filter(|u| u.is_internet(numbers.file));
    let outside = internet.map(|u| format!("outside {}", u.name(numbers.file)));
    let outside = outside.map(|name| VpcLegend { name, ..VpcLegend::default() });
    let subnets = numbers.subnets.iter().map(|s| numbers.file.subnets[*s].name.clone());
    let enis = numbers.enis.iter().map(|e| numbers.file.enis[*e].name.clone());
    Legend {
        vpcs: own.chain(numbers.others.iter().map(other)).chain(outside).collect(),
        subnets: subnets.chain(names().map(|name| format!("beyond {name}"))).collect(),
        enis: enis.chain(names()).collect(),
        policies: numbers.policies.iter().map(|p| rules::legend(numbers, p)).collect(),
        route_tables: senders.chain(tables).chain(beyond).collect(),
        services: services.collect(),
    }
}

/// Highest number that a field of that many bits holds.
const fn highest(bits: usize) -> usize {
    (1 << bits) - 1
}

/// Highest number that fits the field `name` of `L`.
fn limit<L: layout::Layout + Packed>(name: &str) -> usize {
    highest(layout::width::<L>(name))
}
