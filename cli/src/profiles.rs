//! What does each profile of the card hold?

use crate::{Done, arguments::Profiles, error::Error, style};
use hdl::{
    profile::{CPU_PORT, HOST_PORTS, NET_PORTS, PORTS, PROFILES, Profile},
    tables::{Kind, TableId},
};
use serde::Serialize;

/// One profile.
#[derive(Debug, Serialize)]
struct Answer {
    name: &'static str,
    part: &'static str,
    width_bits: usize,
    host_ports: usize,
    net_ports: usize,
    cpu_ports: usize,
    tables: Vec<Table>,
    connections: usize,
}

/// One of its tables.
#[derive(Debug, Serialize)]
struct Table {
    table: String,
    kind: &'static str,
    capacity: usize,
    entry_bits: usize,
}

/// List them.
pub fn run(arguments: &Profiles) -> Result<Done, Error> {
    let answers: Vec<Answer> = PROFILES.iter().map(answer).collect();
    if arguments.json {
        style::json(&answers);
    } else {
        answers.iter().for_each(print);
    }
    Ok(Done::Well)
}

fn answer(profile: &Profile) -> Answer {
    let table = |table: &TableId| Table {
        table: format!("{table:?}"),
        kind: kind(*table),
        capacity: profile.capacity(*table),
        entry_bits: table.entry_bits(),
    };
    Answer {
        name: profile.name,
        part: profile.part,
        width_bits: profile.width_bits,
        host_ports: HOST_PORTS,
        net_ports: NET_PORTS,
        cpu_ports: PORTS - CPU_PORT,
        tables: TableId::ALL.iter().map(table).collect(),
        connections: 1 << profile.connections_log2,
    }
}

/// How a table is looked up, in words.
pub fn kind(table: TableId) -> &'static str {
    match table.kind() {
        Kind::Exact => "exact match",
        Kind::Interval => "intervals",
        Kind::Direct => "by number",
    }
}

fn print(answer: &Answer) {
    let Answer { name, part, width_bits, host_ports, net_ports, cpu_ports, tables, connections } =
        answer;
    anstream::println!("{}{name}{:#}: {part}", style::HEAD, style::HEAD);
    anstream::println!(
        "  {width_bits} bits wide, {host_ports} host ports, {net_ports} net port, \
         {cpu_ports} CPU port; it holds:"
    );
    for Table { table, kind, capacity, entry_bits } in tables {
        anstream::println!("  {table:<16}{capacity:>6} entries of {entry_bits:>3} bits, {kind}");
    }
    anstream::println!("  connections     {connections:>6} at a time, made by the card");
    anstream::println!();
}
