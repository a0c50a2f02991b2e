//! Where do this subnet's routes lead, and what can the rules know of the far address?
//!
//! ```text
//!   (route table, far IP) --> [ intervals: longest prefix ] --> target, where to; class, subnet
//! ```
//! The far address is the destination of what leaves an ENI, and the source of what comes to it.
//! Its class (stage `class`) is cut into the same intervals as the routes: what shares a key shares
//! a search.
//!
//! A *direct* target is a VPC, in which the destination has a mapping; any other one is a next hop,
//! which has a mapping of its own. What leaves an ENI asks the table of its subnet, if it was sent
//! to the router's MAC; a frame to a neighbor's MAC in the same subnet is not routed (see
//! `mapping`). What comes to an ENI asks the *senders' table* of its VPC, which has the VPC's
//! number: the same routes the other way round, from where may an address speak?

use crate::{
    class::{AddressLabel, IpKey},
    meta::DropReason,
    parser::Headers,
};

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// Where a route leads. Codes from 8 on are direct targets.
    pub enum Target: 4 {
        /// No route matches.
        None = 0,
        /// Nowhere, on purpose.
        Blackhole = 1,
        /// To an ENI, whatever the destination address.
        Eni = 2,
        /// To an internet gateway.
        InternetGateway = 3,
        /// To an egress-only internet gateway.
        EgressOnlyGateway = 4,
        /// To a NAT gateway.
        NatGateway = 5,
        /// To a virtual private gateway.
        VpnGateway = 6,
        /// To an endpoint.
        Endpoint = 7,
        /// To an address of the same VPC.
        Local = 8,
        /// To an address of a peered VPC.
        Peering = 9,
        /// Through a transit gateway, to an address of another VPC.
        TransitGateway = 10,
    }
    /// What is said of an address: by the longest matching prefix, and by class.
    pub struct RouteLabel {
        /// Where it leads.
        target: Target,
        /// Which route of the table it was, for explanations; 0 where none matches.
        route: u16 => 11,
        /// Whose mappings answer: the VPC, by its number on this card, to which a direct target
        /// leads, else the next hop. 0 where none matches.
        to: u16 => 12,
        /// What the rules can know of it.
        far: AddressLabel,
    }
}

impl Target {
    /// Does it lead to an address of a VPC that this card knows?
    pub const fn is_direct(self) -> bool {
        self.code() >= Self::Local.code()
    }
}

// ---- reference --------------------------------------------------------------------------

/// What is asked: for the destination of what leaves an ENI, for the source of what comes to one.
pub fn key(table: u8, inbound: bool, h: &Headers) -> IpKey {
    IpKey { vpc: table, ip: if inbound { h.src_ip } else { h.dst_ip } }
}

/// What the route means for a packet; `routed`: it was sent to the router's MAC.
pub fn routed(routed: bool, label: RouteLabel) -> DropReason {
    match label.target {
        Target::None if routed => DropReason::NoRoute,
        Target::Blackhole if routed => DropReason::Blackhole,
        _ => DropReason::None,
    }
}

// ---- kernel -----------------------------------------------------------------------------

/// The search as hardware.
#[cfg(feature = "gateware")]
pub mod gateware {
    use super::bits::RouteLabel;
    use crate::class::{bits::IpKey, gateware::AddressSearch};
    use cells::view::View;
    use rust_hdl::prelude::*;

    /// Clocks from the route table and the address to the route.
    pub const LATENCY: usize = crate::class::gateware::ADDRESS_LATENCY;
    const ADDRESS: usize = 136;
    const LABEL: usize = 48;
    const ADDRESS_ENTRY: usize = ADDRESS + LABEL;

    /// Routes by longest prefix.
    #[derive(LogicBlock, Default)]
    pub struct Route {
        /// Rising edge.
        pub clock: Signal<In, Clock>,
        /// Of the valid line.
        pub reset: Signal<In, Bit>,
        /// A packet is here.
        pub valid: Signal<In, Bit>,
        /// Parity of its generation.
        pub generation: Signal<In, Bit>,
        /// What is searched for.
        pub key: Signal<In, IpKey>,
        /// What is said of it.
        pub label: Signal<Out, RouteLabel>,
        /// Which interval it was.
        pub interval: Signal<Out, Bits<12>>,
        /// An interval to be written.
        pub w_valid: Signal<In, Bit>,
        /// Into which bank.
        pub w_bank: Signal<In, Bit>,
        /// Where in the order of starts.
        pub w_index: Signal<In, Bits<12>>,
        /// {start, label}, the start lowest.
        pub w_entry: Signal<In, Bits<ADDRESS_ENTRY>>,
        search: AddressSearch<LABEL>,
        fields: View<RouteLabel, LABEL>,
    }

    impl Route {
        /// With `1 << depth_log2` intervals in each bank.
        pub fn new(depth_log2: usize) -> Self {
            Self { search: AddressSearch::new(depth_log2), ..Self::default() }
        }
    }

    impl Logic for Route {
        #[hdl_gen]
        fn update(&mut self) {
            clock!(self, clock, search);
            self.search.reset.next = self.reset.val();
            self.search.i_valid.next = self.valid.val();
            self.search.i_bank.next = self.generation.val();
            self.search.i_key.next = bit_cast::<ADDRESS, ADDRESS>(self.key.val().into());
            self.fields.i.next = self.search.o_label.val();
            self.label.next = self.fields.o.val();
            self.interval.next = self.search.o_index.val();
            self.search.w_valid.next = self.w_valid.val();
            self.search.w_bank.next = self.w_bank.val();
            self.search.w_index.next = self.w_index.val();
            self.search.w_start.next = self.w_entry.val().get_bits::<ADDRESS>(0);
            self.search.w_label.next = self.w_entry.val().get_bits::<LABEL>(136);
        }
    }
}
