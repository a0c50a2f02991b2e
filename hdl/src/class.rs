//! Which rules can a packet meet at all? Its addresses and its port as small numbers.
//!
//! ```text
//!   (VPC, source IP) ------> [ intervals ] --> class, subnet      } both address tables hold
//!   (VPC, destination IP) -> [ intervals ] --> class, subnet      } the same
//!   (VPC, protocol, port) -> [ intervals ] --> class
//! ```
//! A rule names prefixes and port ranges. All prefixes that the rules of one VPC name cut its
//! addresses into classes: two addresses of one class lie in the same prefixes, so that no rule
//! can tell them apart. Ports likewise. What a rule set says of a packet is then a function of
//! (rule set, class, class): one exact-match lookup, however many rules there are (`nacl`).
//! The classes are a VPC's and not a rule set's, so that all of its rule sets share one search.

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
