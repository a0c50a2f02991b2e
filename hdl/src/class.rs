//! Which rules can a packet meet at all? Its far address and its port as small numbers.
//!
//! ```text
//!   (VPC, protocol, port) --> [ intervals ] --> class
//! ```
//! A rule names prefixes and port ranges. All prefixes that the rules of one VPC name cut its
//! addresses into classes: two addresses of one class lie in the same prefixes, so that no rule
//! can tell them apart. Ports likewise. What a rule set says of a packet is then a function of
//! (rule set, class, class): one exact-match lookup, however many rules there are (`nacl`).
//! The classes are a VPC's and not a rule set's, so that all of its rule sets share one search. The
//! far address's class comes with its route, which is searched for anyway (`route`).

use std::cmp::Ordering;

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// An address of a VPC.
    pub struct IpKey {
        /// IPv6, or IPv4 as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2).
        ip: u128 => 128,
        /// The VPC, by its number on this card.
        vpc: u8 => 8,
    }
    /// What the rules can know of an address.
    pub struct AddressLabel {
        /// Class within the VPC; 0 lies in no prefix that a rule names.
        class: u16 => 10,
        /// The subnet in which it lies, by its number on this card; 0 is none.
        subnet: u16 => 10,
        /// Is it a subnet's broadcast address?
        broadcast: bool,
    }
    /// A protocol's port in a VPC.
    pub struct PortKey {
        /// Destination port; of ICMP and ICMPv6 {type, code}.
        port: u16 => 16,
        /// Is there a port at all? Fragments but the first and other protocols have none.
        ported: bool,
        /// Protocol number (IPv4 protocol, IPv6 next header).
        protocol: u8 => 8,
        /// The VPC, by its number on this card.
        vpc: u8 => 8,
    }
    /// What the rules can know of protocol and port.
    pub struct PortLabel {
        /// Class within the VPC.
        class: u8 => 8,
    }
}

/// As the card sorts them: by VPC, then by address.
impl Ord for IpKey {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.vpc, self.ip).cmp(&(other.vpc, other.ip))
    }
}

impl PartialOrd for IpKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// As the card sorts them: by VPC, protocol, with or without port, port.
impl Ord for PortKey {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = |k: &Self| (k.vpc, k.protocol, k.ported, k.port);
        order(self).cmp(&order(other))
    }
}

impl PartialOrd for PortKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

// ---- kernel -----------------------------------------------------------------------------

/// The searches as hardware.
#[cfg(feature = "gateware")]
pub mod gateware {
    use super::bits::{PortKey, PortLabel};
    use cells::{interval, view::View};
    use rust_hdl::prelude::*;

    /// Intervals of addresses.
    pub type AddressSearch<const L: usize> = interval::Interval<ADDRESS, L, 2>;
    /// Intervals of ports.
    type PortSearch<const L: usize> = interval::Interval<PORT, L, 0>;
    /// Clocks from an address to its class.
    pub const ADDRESS_LATENCY: usize = interval::latency(2);
    /// Clocks from a port to its class.
    pub const PORT_LATENCY: usize = interval::latency(0);
    const ADDRESS: usize = 136;
    const PORT: usize = 33;
    const PORT_LABEL: usize = 8;
    const PORT_ENTRY: usize = PORT + PORT_LABEL;

    /// Classes of protocols and ports.
    #[derive(LogicBlock, Default)]
    pub struct PortClass {
        /// Rising edge.
        pub clock: Signal<In, Clock>,
        /// Of the valid line.
        pub reset: Signal<In, Bit>,
        /// A packet is here.
        pub valid: Signal<In, Bit>,
        /// Parity of its generation.
        pub generation: Signal<In, Bit>,
        /// What is searched for.
        pub key: Signal<In, PortKey>,
        /// What is said of it.
        pub label: Signal<Out, PortLabel>,
        /// Which interval it was.
        pub interval: Signal<Out, Bits<12>>,
        /// An interval to be written.
        pub w_valid: Signal<In, Bit>,
        /// Into which bank.
        pub w_bank: Signal<In, Bit>,
        /// Where in the order of starts.
        pub w_index: Signal<In, Bits<12>>,
        /// {start, label}, the start lowest.
        pub w_entry: Signal<In, Bits<PORT_ENTRY>>,
        search: PortSearch<PORT_LABEL>,
        fields: View<PortLabel, PORT_LABEL>,
    }

    impl PortClass {
        /// With `1 << depth_log2` intervals in each bank.
        pub fn new(depth_log2: usize) -> Self {
            Self { search: PortSearch::new(depth_log2), ..Self::default() }
        }
    }

    impl Logic for PortClass {
        #[hdl_gen]
        fn update(&mut self) {
            clock!(self, clock, search);
            self.search.reset.next = self.reset.val();
            self.search.i_valid.next = self.valid.val();
            self.search.i_bank.next = self.generation.val();
            self.search.i_key.next = bit_cast::<PORT, PORT>(self.key.val().into());
            self.fields.i.next = self.search.o_label.val();
            self.label.next = self.fields.o.val();
            self.interval.next = self.search.o_index.val();
            self.search.w_valid.next = self.w_valid.val();
            self.search.w_bank.next = self.w_bank.val();
            self.search.w_index.next = self.w_index.val();
            self.search.w_start.next = self.w_entry.val().get_bits::<PORT>(0);
            self.search.w_label.next = self.w_entry.val().get_bits::<PORT_LABEL>(33);
        }
    }
}
