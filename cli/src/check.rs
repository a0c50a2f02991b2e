//! Is a VPC file right, and how much of each card does it fill?

use crate::{Done, arguments::Check, error::Error, network::profile, style};
use control::Vpcs;
use hdl::tables::TableId;
use serde::Serialize;

/// What became of a file.
#[derive(Debug, Serialize)]
struct Answer {
    vpcs: usize,
    subnets: usize,
    enis: usize,
    cards: Vec<Filled>,
}

/// One card.
#[derive(Debug, Serialize)]
struct Filled {
    card: String,
    profile: &'static str,
    tables: Vec<Table>,
}

/// One of its tables, in entries.
#[derive(Debug, Serialize)]
struct Table {
    table: String,
    used: usize,
    capacity: usize,
}

/// Read, check, compile for every card, and say what came of it.
pub fn run(arguments: &Check) -> Result<Done, Error> {
    let vpcs = Vpcs::read(&arguments.file)?;
    let mut cards = Vec::new();
    let mut refused = Vec::new();
    for card in &vpcs.cards {
        let profile = profile(arguments.profile.as_deref(), card);
        match control::compile(&vpcs, &card.name, &profile) {
            Ok(compiled) => {
                let table = |(table, used): (&TableId, usize)| Table {
                    table: format!("{table:?}"),
                    used,
                    capacity: profile.capacity(*table),
                };
                let tables = TableId::ALL.iter().zip(compiled.image.sizes()).map(table).collect();
                cards.push(Filled { card: card.name.clone(), profile: profile.name, tables });
            }
            Err(errors) => refused.push(errors),
        }
    }
    for errors in &refused {
        anstream::eprintln!("{errors}");
    }
    if !refused.is_empty() {
        return Ok(Done::Found);
    }
    let (vpcs, subnets, enis) = (vpcs.vpcs.len(), vpcs.subnets.len(), vpcs.enis.len());
    print(arguments, &Answer { vpcs, subnets, enis, cards });
    Ok(Done::Well)
}

fn print(arguments: &Check, answer: &Answer) {
    if arguments.json {
        return style::json(answer);
    }
    let Answer { vpcs, subnets, enis, cards } = answer;
    let (file, count) = (arguments.file.display(), cards.len());
    anstream::println!(
        "{}{file}{:#}: {vpcs} VPCs, {subnets} subnets, {enis} ENIs, {count} cards",
        style::HEAD,
        style::HEAD
    );
    for filled in cards {
        let Filled { card, profile, tables } = filled;
        anstream::println!("\n{}{card}{:#}, profile {profile}", style::HEAD, style::HEAD);
        for Table { table, used, capacity } in tables {
            let percent = (100 * used).div_ceil(*capacity);
            let colour = if percent > 80 { style::BAD } else { style::GOOD };
            anstream::println!(
                "  {table:<16}{used:>6} /{capacity:>6}{colour}{percent:>5} %{colour:#}"
            );
        }
    }
}
