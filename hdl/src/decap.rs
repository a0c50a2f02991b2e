//! Is this tunnel for us, and may its sender speak for that tenant?
//!
//! ```text
//!   outer MAC, outer IP ---> equal to this card's? --- no ---> NotForUs
//!   outer CE, inner Not-ECT ---------------------------------> CongestionExperienced
//!   outer source IP -------> the mapping's VTEP?  ---- no ---> SpoofedUnderlay
//! ```
//! The first two questions are asked as soon as the headers are known; the last waits for the
//! mapping of the tenant's source address (stage `mapping`). RFC 7348 section 4.1 leaves the
//! check of the sender open; here a compromised host can't speak for another host's tenants.

use crate::{meta::DropReason, parser::Headers};

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// Who this card is on the underlay, and what the tenants' router is called.
    pub struct Identity {
        /// The card's address as a tunnel endpoint (RFC 7348 section 3).
        vtep: u32 => 32,
        /// The card's MAC on the underlay.
        mac: u64 => 48,
        /// MAC of the underlay's next hop, to which every tunnel packet is sent.
        gateway_mac: u64 => 48,
        /// MAC of the VPC's router, the same in every subnet.
        router_mac: u64 => 48,
    }
}

impl Identity {
    /// Is a host's packet sent to the router?
    pub const fn routes(&self, h: &Headers) -> bool {
        h.dst_mac == self.router_mac
    }
}

// ---- reference --------------------------------------------------------------------------

/// ECN codepoint "congestion experienced" (RFC 3168 section 5).
const CE: u8 = 3;
/// ECN codepoint of a transport that does not know ECN (RFC 3168 section 5).
const NOT_ECT: u8 = 0;

/// What keeps a frame of the underlay from being looked at further.
///
/// A mark of congestion that the tenant's packet can't carry becomes a loss, which its sender
/// understands (RFC 6040 section 4.2). The MAC is judged before anything behind it: what is not
/// for us is not ours to call malformed. The card has no IPv6 address, so what comes over IPv6 is
/// for another one.
pub fn for_us(identity: &Identity, h: &Headers) -> DropReason {
    let has_mac = !matches!(h.fault, DropReason::FrameTooLong | DropReason::Runt);
    if has_mac && h.outer_dst_mac != identity.mac {
        DropReason::NotForUs
    } else if h.fault != DropReason::None {
        h.fault
    } else if h.outer_v6 || h.outer_dst_ip != identity.vtep {
        DropReason::NotForUs
    } else if h.outer_ecn == CE && !h.is_arp && h.dscp_ecn & 3 == NOT_ECT {
        DropReason::CongestionExperienced
    } else {
        DropReason::None
    }
}

// ---- kernel -----------------------------------------------------------------------------

/// [`for_us`] as hardware.
#[cfg(feature = "gateware")]
pub mod gateware {
    use super::bits::Identity;
    use crate::{
        meta::{
            DropReason,
            gateware::{FirstReason, IsReason},
        },
        parser::bits::Headers,
    };
    use cells::{delay::Delay, equal::Equal};
    use rust_hdl::prelude::*;

    /// Clocks from the headers to the reason: compare, first two reasons, fault, last reason.
    pub const LATENCY: usize = cells::equal::LATENCY + 3;

    // A kernel takes no name for a number.
    const _: () = assert!(crate::meta::SETTLED == 0x38);

    /// Closed card, bad inject header, wrong MAC, the parser's fault, wrong VTEP: the first of
    /// them. A frame that leaves as it is has no fault but that it is too long.
    #[derive(LogicBlock, Default)]
    pub struct ForUs {
        /// Rising edge.
        pub clock: Signal<In, Clock>,
        /// Has the driver opened the card?
        pub open: Signal<In, Bit>,
        /// Does its inject header make no sense?
        pub bad: Signal<In, Bit>,
        /// Does it leave as it is?
        pub direct: Signal<In, Bit>,
        /// From the underlay?
        pub net: Signal<In, Bit>,
        /// What the parser says.
        pub headers: Signal<In, Headers>,
        /// Who the card is.
        pub identity: Signal<In, Identity>,
        /// The reason so far, [`LATENCY`] clocks later.
        pub reason: Signal<Out, Bits<6>>,
        mac: Equal<48, 6>,
        vtep: Equal<32, 4>,
        ask_mac: Delay<Bit, { cells::equal::LATENCY }>,
        ask_vtep: Delay<Bit, { cells::equal::LATENCY }>,
        over_v6: Delay<Bit, { cells::equal::LATENCY }>,
        wrong_vtep: Delay<Bit, 2>,
        closed: Delay<Bit, { cells::equal::LATENCY }>,
        nonsense: Delay<Bit, { cells::equal::LATENCY }>,
        fault: Delay<Bits<6>, { cells::equal::LATENCY }>,
        stays: Delay<Bit, { cells::equal::LATENCY }>,
        too_long: IsReason<1>,
        met: DFF<Bits<6>>,
        outer: FirstReason<3>,
        with_fault: DFF<Bits<6>>,
        last: FirstReason<2>,
        marked: DFF<Bit>,
        not_ect: DFF<Bit>,
        lost: Delay<Bit, { cells::equal::LATENCY + 1 }>,
        no_mac: IsReason<2>,
    }

    impl ForUs {
        /// With its reasons.
        pub fn new() -> Self {
            Self {
                outer: FirstReason::new([
                    DropReason::CardClosed,
                    DropReason::BadInject,
                    DropReason::NotForUs,
                ]),
                too_long: IsReason::new([DropReason::FrameTooLong]),
                last: FirstReason::new([DropReason::NotForUs, DropReason::CongestionExperienced]),
                no_mac: IsReason::new([DropReason::FrameTooLong, DropReason::Runt]),
                ..Self::default()
            }
        }
    }

    impl Logic for ForUs {
        #[hdl_gen]
        fn update(&mut self) {
            dff_setup!(self, clock, with_fault, marked, not_ect, met);
            clock!(self, clock, mac, vtep, ask_mac, ask_vtep, over_v6, wrong_vtep);
            clock!(self, clock, closed, nonsense, fault, stays, outer, last, lost);
            self.mac.a.next = self.headers.val().outer_dst_mac;
            self.mac.b.next = self.identity.val().mac;
            self.vtep.a.next = self.headers.val().outer_dst_ip;
            self.vtep.b.next = self.identity.val().vtep;
            self.no_mac.reason.next = self.headers.val().fault;
            self.ask_mac.d.next = self.net.val() & !self.no_mac.yes.val();
            self.ask_vtep.d.next = self.net.val();
            self.closed.d.next = !self.open.val();
            self.fault.d.next = self.headers.val().fault;
            self.too_long.reason.next = self.headers.val().fault;
            self.stays.d.next = self.direct.val() & !self.too_long.yes.val();
            self.met.d.next = self.fault.q.val();
            if self.stays.q.val() {
                self.met.d.next = 0x38.into();
            }
            self.outer.before.next = 0.into();
            self.outer.flags[0].next = self.closed.q.val();
            self.nonsense.d.next = self.bad.val();
            self.outer.flags[1].next = self.nonsense.q.val();
            self.outer.flags[2].next = self.ask_mac.q.val() & !self.mac.yes.val();
            self.over_v6.d.next = self.headers.val().outer_v6.any();
            self.wrong_vtep.d.next =
                self.ask_vtep.q.val() & (self.over_v6.q.val() | !self.vtep.yes.val());
            self.marked.d.next = self.net.val() & self.headers.val().outer_ecn.all();
            self.not_ect.d.next = !self.headers.val().is_arp.any()
                & !self.headers.val().dscp_ecn.get_bits::<2>(0).any();
            self.lost.d.next = self.marked.q.val() & self.not_ect.q.val();
            self.with_fault.d.next = self.outer.reason.val();
            if !self.outer.reason.val().any() {
                self.with_fault.d.next = self.met.q.val();
            }
            self.last.before.next = self.with_fault.q.val();
            self.last.flags[0].next = self.wrong_vtep.q.val();
            self.last.flags[1].next = self.lost.q.val();
            self.reason.next = self.last.reason.val();
        }
    }
}
