//! Where do the block RAMs stand? A floor plan, written into the netlist of yosys.
//!
//! nextpnr's analytic placer starts from wires alone. With three pins on the whole part all cells
//! begin at one point, and legalising the block RAMs, which stand in few rows, then tears tables
//! apart. A RAM whose place is given holds the logic around it.

use serde::Deserialize;
use serde_json::Value;
use std::{fs, io, path::Path};

/// What can go wrong with a floor plan.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The plan's file can't be read.
    #[error("the floor plan: {0}")]
    Io(#[from] io::Error),
    /// The plan can't be understood.
    #[error("the floor plan: {0}")]
    Plan(#[from] toml::de::Error),
    /// Nothing stands there.
    #[error(
        "the floor plan has a place for `{of}`, where the netlist has no block RAM: name an \
         instance of the card"
    )]
    Nothing {
        /// The instance.
        of: String,
    },
    /// Too far right.
    #[error(
        "the block RAMs of `{of}` reach beyond column {}: begin further left, or give it more rows",
        COLUMNS - 1
    )]
    TooFar {
        /// The instance.
        of: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    memory: Vec<Memory>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Memory {
    of: String,
    rows: Vec<usize>,
    column: usize,
}

/// Block RAMs in a row of an LFE5U-85F.
const COLUMNS: usize = 52;

/// The bel of a block RAM: four to every nine tiles, with a gap in the middle of the part.
fn bel(column: usize, row: usize) -> String {
    let gap = if column < 28 { 4 } else { 6 };
    format!("X{}/Y{row}/EBR{}", gap + column / 4 * 9 + column % 4 * 2, column % 4)
}

/// What stands together: the same bits of a table's ways and lanes, then the next bits.
fn order(name: &str) -> (String, Vec<usize>) {
    let text = name.split(|c: char| c.is_ascii_digit()).collect();
    let numbers = name.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok());
    (text, numbers.collect::<Vec<_>>().into_iter().rev().collect())
}

/// Give the block RAMs of the netlist the places of the plan.
///
/// # Errors
/// If the plan can't be read, or does not fit the netlist or the part.
pub fn apply(plan: &Path, netlist: &mut Value) -> Result<(), Error> {
    let plan: Plan = toml::from_str(&fs::read_to_string(plan)?)?;
    let cells = netlist["modules"]["harness"]["cells"].as_object_mut();
    let mut rams: Vec<(&String, &mut Value)> =
        cells.into_iter().flatten().filter(|(_, cell)| cell["type"] == "DP16KD").collect();
    rams.sort_by_key(|(name, _)| order(name));
    for Memory { of, rows, column } in plan.memory {
        let inside = format!("card.{of}.");
        let own = rams.iter_mut().filter(|(name, _)| name.starts_with(&inside));
        let mut count = 0;
        for (i, (_, ram)) in own.enumerate() {
            let column = column + i / rows.len();
            if column >= COLUMNS {
                return Err(Error::TooFar { of });
            }
            ram["attributes"]["BEL"] = bel(column, rows[i % rows.len()]).into();
            count += 1;
        }
        if count == 0 {
            return Err(Error::Nothing { of });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_of_a_row() {
        let first: Vec<_> = (0..5).map(|column| bel(column, 22)).collect();
        assert_eq!(
            first,
            ["X4/Y22/EBR0", "X6/Y22/EBR1", "X8/Y22/EBR2", "X10/Y22/EBR3", "X13/Y22/EBR0"]
        );
        assert_eq!([bel(27, 46), bel(28, 46)], ["X64/Y46/EBR3", "X69/Y46/EBR0"]);
        assert_eq!(bel(COLUMNS - 1, 82), "X120/Y82/EBR3");
    }

    #[test]
    fn bits_before_ways() {
        let mut names =
            ["way_1.tags.leaf_0", "way_0.tags.leaf_10", "way_0.tags.leaf_2", "way_0.tags.leaf_0"];
        names.sort_by_key(|name| order(name));
        assert_eq!(
            names,
            ["way_0.tags.leaf_0", "way_1.tags.leaf_0", "way_0.tags.leaf_2", "way_0.tags.leaf_10"]
        );
    }
}
