//! Where do this subnet's routes lead, and what can the rules know of the far address?
//!
//! ```text
//!   (route table, far IP) --> [ intervals: longest prefix ] --> target; class, subnet
//! ```
//! The far address is the destination of what leaves an ENI, and the source of what comes to it.
//! Its class (stage `class`) is cut into the same intervals as the routes: what shares a key shares
//! a search. What comes to an ENI is not routed; it asks any table of the VPC, as all of them say
//! the same of an address's class.
//!
//! Only a frame to the router's MAC is routed; one to a neighbor's MAC in the same subnet is
//! not (see `mapping`).

use crate::{class::AddressLabel, meta::DropReason};

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// Where a route leads.
    pub enum Target: 4 {
        /// No route matches.
        None = 0,
        /// To an address of the same VPC.
        Local = 1,
    }
    /// What is said of an address: by the longest matching prefix, and by class.
    pub struct RouteLabel {
        /// Where it leads.
        target: Target,
        /// Which route of the table it was, for explanations; 0 where none matches.
        route: u16 => 11,
        /// What the rules can know of it.
        far: AddressLabel,
    }
}

// ---- reference --------------------------------------------------------------------------

/// What the route means for a packet; `routed`: it was sent to the router's MAC.
pub fn routed(routed: bool, label: RouteLabel) -> DropReason {
    match label.target {
        Target::None if routed => DropReason::NoRoute,
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
    const LABEL: usize = 36;
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
