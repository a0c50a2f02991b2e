//! What did every port of the design show in every clock?

use rust_hdl::prelude::*;

/// Passes the simulation may take until nothing changes any more.
const MAX_PASSES: usize = 1_000;

/// A port of the design under test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Name in the printed text.
    pub name: String,
    /// Width in bits.
    pub bits: usize,
    /// Driven by the test, not by the design.
    pub input: bool,
}

/// The values of all ports just before every rising edge of the clock.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// All ports but the clock.
    pub ports: Vec<Port>,
    /// The clock's port name.
    pub clock: String,
    /// Per clock, per port: binary digits, most significant first. A test may put `x` for a bit
    /// that is not to be compared, see [`Trace::forget`].
    pub values: Vec<Vec<String>>,
}

impl Trace {
    /// Clocks recorded.
    #[must_use]
    pub fn clocks(&self) -> usize {
        self.values.len()
    }

    /// Nothing is expected of port number `index` at `clock`.
    pub fn forget(&mut self, clock: usize, index: usize) {
        self.values[clock][index] = "x".repeat(self.ports[index].bits);
    }

    /// Place of a port in [`Trace::ports`].
    ///
    /// # Panics
    /// If the design has no such port.
    #[must_use]
    pub fn index(&self, name: &str) -> usize {
        let found = self.ports.iter().position(|port| port.name == name);
        found.unwrap_or_else(|| panic!("no port `{name}` among {:?}", self.ports))
    }
}

/// A design with its clock, driven by a test, every clock recorded.
pub struct Bench<B: Block> {
    /// The design under test: read its outputs between [`Bench::drive`] and [`Bench::tick`].
    pub dut: Box<B>,
    clock: fn(&mut B) -> &mut Signal<In, Clock>,
    trace: Trace,
}

impl<B: Block> Bench<B> {
    /// Takes a design and where its clock is.
    #[must_use]
    pub fn new(dut: B, clock: fn(&mut B) -> &mut Signal<In, Clock>) -> Self {
        Self::boxed(Box::new(dut), clock)
    }

    /// The same for a design that was built on the heap.
    ///
    /// # Panics
    /// If the design has not exactly one clock.
    #[must_use]
    pub fn boxed(mut dut: Box<B>, clock: fn(&mut B) -> &mut Signal<In, Clock>) -> Self {
        dut.connect_all();
        let (ports, _) = read_ports(&*dut);
        let (clocks, ports): (Vec<_>, Vec<_>) = ports.into_iter().partition(|port| port.1);
        assert_eq!(clocks.len(), 1, "a replay has one clock, this design has {clocks:?}");
        let trace = Trace {
            ports: ports.into_iter().map(|port| port.0).collect(),
            clock: clocks[0].0.name.clone(),
            values: Vec::new(),
        };
        let mut bench = Self { dut, clock, trace };
        bench.settle();
        bench
    }

    /// Sets inputs with the clock low and lets the design settle.
    pub fn drive(&mut self, set: impl FnOnce(&mut B)) {
        set(&mut self.dut);
        self.settle();
    }

    /// Records all ports and gives one clock.
    pub fn tick(&mut self) {
        let (ports, values) = read_ports(&*self.dut);
        let values = ports.into_iter().zip(values).filter(|(port, _)| !port.1);
        self.trace.values.push(values.map(|(_, value)| value).collect());
        (self.clock)(&mut self.dut).next = true.into();
        self.settle();
        (self.clock)(&mut self.dut).next = false.into();
        self.settle();
    }

    /// The design's printed text, its top module called `top`.
    ///
    /// # Panics
    /// With the printer's words if it refuses the design.
    #[must_use]
    pub fn text(&self, top: &str) -> String {
        let options = verilog::Options { top, made_from: "a test" };
        verilog::print(&*self.dut, &options).unwrap_or_else(|error| panic!("{top}: {error}"))
    }

    /// What was recorded so far.
    #[must_use]
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    fn settle(&mut self) {
        let settled = simulate(&mut *self.dut, MAX_PASSES);
        assert!(settled, "no rest after {MAX_PASSES} passes: a combinatorial loop?");
    }
}

/// Ports of the top scope (with "is the clock") and their values as binary digits.
fn read_ports(dut: &dyn Block) -> (Vec<(Port, bool)>, Vec<String>) {
    let mut ports = TopPorts::default();
    dut.accept("top", &mut ports);
    (ports.ports, ports.values)
}

#[derive(Default)]
struct TopPorts {
    depth: usize,
    namespace: Vec<String>,
    ports: Vec<(Port, bool)>,
    values: Vec<String>,
}

impl Probe for TopPorts {
    fn visit_start_scope(&mut self, _: &str, _: &dyn Block) {
        self.depth += 1;
    }

    fn visit_start_namespace(&mut self, name: &str, _: &dyn Block) {
        self.namespace.push(name.into());
    }

    fn visit_atom(&mut self, name: &str, signal: &dyn Atom) {
        let kind = signal.kind();
        let input = kind == AtomKind::InputParameter;
        if self.depth != 1 || !(input || kind == AtomKind::OutputParameter) {
            return;
        }
        let mut path = self.namespace.clone();
        path.push(name.into());
        let is_clock = signal.descriptor().name == "clock";
        let name = path.join("_").replace('$', "_");
        self.ports.push((Port { name, bits: signal.bits(), input }, is_clock));
        self.values.push(binary(&format!("{:x}", signal.verilog()), signal.bits()));
    }

    fn visit_end_namespace(&mut self, _: &str, _: &dyn Block) {
        self.namespace.pop();
    }

    fn visit_end_scope(&mut self, _: &str, _: &dyn Block) {
        self.depth -= 1;
    }
}

/// `12'habc` as twelve binary digits.
fn binary(literal: &str, bits: usize) -> String {
    let hex = literal.split_once("'h").map_or(literal, |(_, hex)| hex);
    let digits: String = hex
        .chars()
        .map(|digit| {
            let value = digit.to_digit(16).unwrap_or_else(|| panic!("`{literal}` is not hex"));
            format!("{value:04b}")
        })
        .collect();
    let digits = format!("{digits:0>bits$}");
    digits[digits.len() - bits..].to_string()
}

#[cfg(test)]
mod tests {
    use super::binary;

    #[test]
    fn literals_become_their_digits() {
        assert_eq!(binary("12'habc", 12), "101010111100");
        assert_eq!(binary("3'h5", 3), "101");
        assert_eq!(binary("9'h1", 9), "000000001");
    }
}
