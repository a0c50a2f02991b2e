//! Which paths between registers are slow before anything is routed?
//!
//! `nextpnr-ecp5 --no-route --sdf` writes the delays of all cells, and of all wires as its placer
//! estimates them. That takes a third of the time that routing takes, and says where to look; what
//! counts is measured behind routing.

use serde::Serialize;
use std::collections::HashMap;

/// A cell's instance and one of its pins.
type Pin<'t> = (&'t str, &'t str);

/// Paths between registers whose names differ by numbers only.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Slow {
    /// The slowest of them.
    pub ns: f64,
    /// Of that, wires.
    pub wire_ns: f64,
    /// Cells between the two.
    pub cells: usize,
    /// How many end there.
    pub ends: usize,
    /// Where the slowest begins, by the gateware's name.
    pub from: String,
    /// Where it ends.
    pub to: String,
}

/// The latest that something arrives at a pin.
#[derive(Clone, Copy, Debug, Default)]
struct Arrival<'t> {
    ps: u32,
    wire_ps: u32,
    cells: usize,
    from: &'t str,
}

/// What an SDF says.
#[derive(Default)]
struct Delays<'t> {
    /// To an output: from which pins of its cell, in picoseconds.
    cells: HashMap<Pin<'t>, Vec<(&'t str, u32)>>,
    /// To an input: from which output.
    wires: HashMap<Pin<'t>, (Pin<'t>, u32)>,
    /// Inputs that are registered, and how long they must be there before.
    setups: Vec<(Pin<'t>, u32)>,
}

/// The slowest paths of an SDF, one for each pair of names but for numbers, the slowest first.
pub fn slowest(sdf: &str) -> Vec<Slow> {
    let delays = Delays::read(sdf);
    let mut known = HashMap::new();
    let mut pairs: HashMap<(String, String), Slow> = HashMap::new();
    for ((inst, pin), setup) in &delays.setups {
        let Some((driver, wire)) = delays.wires.get(&(*inst, *pin)) else { continue };
        let at = delays.arrival(*driver, &mut known);
        if at.from.is_empty() {
            continue; // it comes from a pin or never changes
        }
        let ps = at.ps + wire + setup;
        let (from, to) = (name(at.from), name(inst));
        let numberless = |name: &str| name.chars().filter(|c| !c.is_ascii_digit()).collect();
        let pair = pairs.entry((numberless(from), numberless(to))).or_default();
        pair.ends += 1;
        let ns = f64::from(ps) / 1e3;
        if ns > pair.ns {
            let wire_ns = f64::from(at.wire_ps + wire) / 1e3;
            let (from, to) = (from.into(), to.into());
            *pair = Slow { ns, wire_ns, cells: at.cells, ends: pair.ends, from, to };
        }
    }
    let mut all: Vec<Slow> = pairs.into_values().collect();
    all.sort_by(|a, b| b.ns.total_cmp(&a.ns).then_with(|| a.to.cmp(&b.to)));
    all
}

impl<'t> Delays<'t> {
    fn read(sdf: &'t str) -> Self {
        let mut all = Self::default();
        let mut inst = "";
        for line in sdf.lines().map(str::trim_start) {
            let Some((kind, rest)) = line.split_once(' ') else { continue };
            match kind {
                "(INSTANCE" => inst = rest.trim_end_matches(')'),
                "(IOPATH" => {
                    if let Some((from, rest)) = pin(rest)
                        && let Some((to, rest)) = pin(rest)
                    {
                        all.cells.entry((inst, to)).or_default().push((from, latest(rest)));
                    }
                }
                "(INTERCONNECT" => {
                    let mut words = rest.split(' ');
                    let pins = [words.next(), words.next()].map(|w| w?.rsplit_once('/'));
                    if let ([Some(from), Some(to)], Some(delay)) = (pins, words.next()) {
                        all.wires.insert(to, (from, latest(delay)));
                    }
                }
                "(SETUPHOLD" if !rest.starts_with("(negedge") => {
                    if let Some((data, rest)) = pin(rest)
                        && let Some((_, rest)) = pin(rest)
                        && data != "LSR"
                    {
                        all.setups.push(((inst, data), latest(rest)));
                    }
                }
                _ => {}
            }
        }
        all
    }

    /// When does an output have its value? Loops of cells, which there are none of, count once;
    /// constants have theirs always, however long their wires.
    fn arrival(&self, output: Pin<'t>, known: &mut HashMap<Pin<'t>, Arrival<'t>>) -> Arrival<'t> {
        let mut stack = vec![output];
        while let Some(&at) = stack.last() {
            let arcs = self.cells.get(&at).map_or(&[][..], Vec::as_slice);
            let drivers = arcs.iter().filter(|(from, _)| !is_clock(from));
            let drivers = drivers.filter_map(|(from, _)| self.wires.get(&(at.0, *from)));
            let open = |driver: &Pin| !known.contains_key(driver) && !constant(driver);
            let unknown: Vec<_> = drivers.map(|(d, _)| *d).filter(open).collect();
            let unknown: Vec<_> = unknown.into_iter().filter(|d| !stack.contains(d)).collect();
            if !unknown.is_empty() {
                stack.extend(unknown);
                continue;
            }
            let reach = |(from, ps): &(&'t str, u32)| {
                if is_clock(from) {
                    return Some(Arrival { ps: *ps, from: at.0, ..Arrival::default() });
                }
                let (driver, wire) = self.wires.get(&(at.0, *from))?;
                let before = known.get(driver).filter(|_| !constant(driver))?;
                let (ps, wire_ps) = (before.ps + wire + ps, before.wire_ps + wire);
                Some(Arrival { ps, wire_ps, cells: before.cells + 1, ..*before })
            };
            let latest = arcs.iter().filter_map(reach).max_by_key(|a| a.ps).unwrap_or_default();
            known.insert(at, latest);
            stack.pop();
        }
        known.get(&output).copied().unwrap_or_default()
    }
}

/// The pin at the beginning, with its edge or without, and what follows.
fn pin(text: &str) -> Option<(&str, &str)> {
    match text.strip_prefix('(') {
        Some(edge) => {
            let (edge, rest) = edge.split_once(") ")?;
            Some((edge.rsplit(' ').next()?, rest))
        }
        None => text.split_once(' '),
    }
}

/// The last of `(least:typical:most)` at the beginning, in picoseconds.
fn latest(text: &str) -> u32 {
    let triple = text.trim_start_matches('(').split(')').next().unwrap_or("");
    triple.rsplit(':').next().and_then(|most| most.parse().ok()).unwrap_or(0)
}

fn is_clock(pin: &str) -> bool {
    matches!(pin, "CLK" | "CLKA" | "CLKB" | "WCK" | "SCLK")
}

/// Is it a cell that drives 0 or 1?
fn constant((inst, _): &Pin) -> bool {
    inst.contains("PACKER_")
}

/// What the gateware calls it: without what synthesis put behind.
fn name(inst: &str) -> &str {
    let made = ["_TRELLIS_FF", "_LUT4", "_PFUMX", "_L6MUX", "_CCU2C", "$"];
    let end = made.iter().filter_map(|tail| inst.find(tail)).min().unwrap_or(inst.len());
    inst[..end].trim_end_matches('\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDF: &str = "(CELL\n (CELLTYPE \"top\")\n (INSTANCE )\n\
        (INTERCONNECT a.q_TRELLIS_FF_Q_7/Q b.d_LUT4_Z/A (100:200:300) (0:0:0))\n\
        (INTERCONNECT a.q_TRELLIS_FF_Q_7/Q b.d_LUT4_Z/B (1:1:1) (0:0:0))\n\
        (INTERCONNECT b.d_LUT4_Z/F b.q_TRELLIS_FF_Q/DI (10:10:50) (0:0:0))\n\
        (INTERCONNECT $PACKER_VCC/F b.d_LUT4_Z/C (1:1:7000) (0:0:0))\n\
        (INTERCONNECT $PACKER_VCC/F b.q_TRELLIS_FF_Q/M (1:1:7000) (0:0:0))\n\
        (CELL\n (INSTANCE a.q_TRELLIS_FF_Q_7)\n (IOPATH (posedge CLK) Q (1:2:400) (1:1:1))\n\
        (CELL\n (INSTANCE b.d_LUT4_Z)\n (IOPATH A F (1:2:180) (1:1:1))\n\
        (IOPATH B F (1:2:240) (1:1:1))\n\
        (IOPATH C F (1:2:240) (1:1:1))\n\
        (CELL\n (INSTANCE b.q_TRELLIS_FF_Q)\n (IOPATH (posedge CLK) Q (1:2:400) (1:1:1))\n\
        (SETUPHOLD (posedge DI) (posedge CLK) (0:0:5) (9:9:9))\n\
        (SETUPHOLD (posedge M) (posedge CLK) (0:0:5) (9:9:9))\n\
        (SETUPHOLD (posedge LSR) (posedge CLK) (0:0:5) (9:9:9))\n";

    #[test]
    fn the_slowest_way_through_a_cell_counts() {
        let [path] = &slowest(SDF)[..] else { panic!("one path: {:?}", slowest(SDF)) };
        let want = Slow {
            ns: 0.935,
            wire_ns: 0.35,
            cells: 1,
            ends: 1,
            from: "a.q".into(),
            to: "b.q".into(),
        };
        assert_eq!(*path, want);
    }
}
