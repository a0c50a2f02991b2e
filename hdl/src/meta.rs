//! What walks along with a packet, and what becomes of it?

use crate::profile::CPU_PORT;

layout::layout! {
    /// Why a packet was dropped, in the order of its walk. Code 0 means that it was not.
    pub enum DropReason: 6 {
        /// Not dropped.
        None = 0,
        /// The driver has not opened the card since its reset: it fails closed.
        CardClosed = 1,
        /// From the host's CPU, and nothing but an inject header, or one of another version or for
        /// a port that is not there.
        BadInject = 2,
        /// The frame is longer than the card stores (9,216 bytes).
        FrameTooLong = 3,
        /// The frame ends within its Ethernet header.
        Runt = 4,
        /// A frame from the underlay ends within the outer headers.
        OuterTruncated = 5,
        /// The outer IPv4 header's checksum is wrong.
        OuterChecksum = 6,
        /// Addressed to another card: not this card's MAC or not its VTEP address.
        NotForUs = 7,
        /// From the underlay, and neither VXLAN (RFC 7348) nor Geneve (RFC 8926) as it should be.
        BadTunnel = 8,
        /// Geneve options that reach beyond the packet (RFC 8926 section 3.4).
        MalformedGeneve = 9,
        /// Geneve with a critical option: this card knows none (RFC 8926 section 3.4).
        CriticalOption = 10,
        /// The frame in the tunnel has a VLAN tag (RFC 7348 section 6.1 says to discard it).
        InnerTagged = 11,
        /// More than two VLAN tags.
        TooManyTags = 12,
        /// The frame ends within a VLAN tag or before the type behind it.
        TruncatedTag = 13,
        /// Neither IPv4 nor IPv6 nor ARP.
        UnknownEthertype = 14,
        /// An ARP packet that is cut short or not of Ethernet and IPv4 (RFC 826).
        MalformedArp = 15,
        /// An IPv4 header that is cut short, of another version, or with impossible lengths.
        MalformedIpv4Header = 16,
        /// The IPv4 total length goes beyond the frame.
        MalformedIpv4Length = 17,
        /// The IPv4 header's checksum is wrong.
        MalformedIpv4Checksum = 18,
        /// An IPv6 header that is cut short or of another version.
        MalformedIpv6Header = 19,
        /// The IPv6 payload length goes beyond the frame.
        MalformedIpv6Length = 20,
        /// IPv6 to or from an IPv4-mapped address (RFC 4291 section 2.5.5.2): those are IPv4's.
        Ipv4MappedAddress = 21,
        /// An IPv6 extension header beyond the packet, of an impossible length, or out of place.
        MalformedIpv6Extension = 22,
        /// More than four IPv6 extension headers, more than 60 bytes of Geneve options, or a
        /// transport header that does not begin in the frame's first 192 bytes.
        HeaderTooLong = 23,
        /// A fragment made to hide the TCP header (RFC 1858, RFC 3128), or a first one that ends
        /// within its IPv6 headers (RFC 7112).
        TinyFragment = 24,
        /// A TCP header that is cut short or with an impossible data offset.
        MalformedTcp = 25,
        /// A UDP header that is cut short or with an impossible length.
        MalformedUdp = 26,
        /// An SCTP header that is cut short.
        MalformedSctp = 27,
        /// An ICMP or ICMPv6 header that is cut short.
        MalformedIcmp = 28,
        /// Neighbor discovery that is cut short, comes from afar or lies behind extension headers
        /// (RFC 4861 sections 6.1 and 7.1).
        MalformedNd = 29,
        /// The underlay marked congestion on a packet whose sender does not know ECN (RFC 6040
        /// section 4.2).
        CongestionExperienced = 30,
        /// No VPC of this card has the tunnel's VNI.
        UnknownVni = 31,
        /// The mapping of the tenant's source address names another card than the one that sent,
        /// or no gateway of the VPC may speak for it.
        SpoofedUnderlay = 32,
        /// ARP or neighbor discovery in a tunnel: each card answers its own ENIs.
        TunnelledArp = 33,
        /// No ENI hangs on this port with these VLAN tags.
        UnknownEni = 34,
        /// The ENI, the sender's or the receiver's, is administratively down.
        EniDown = 35,
        /// The source MAC is not the ENI's, nor may it be.
        SpoofedMac = 36,
        /// The source address is none of the ENI's, nor may it be where the packet goes.
        SpoofedIp = 37,
        /// Gratuitous ARP, an ARP reply, or a message of neighbor discovery that is not a
        /// solicitation in the ENI's own name: addresses move by the control plane alone.
        GratuitousArp = 38,
        /// An ARP request or neighbor solicitation for an address that nobody has in the sender's
        /// subnet, or that is the sender's own.
        ArpNoMapping = 39,
        /// Broadcast or multicast, which a VPC does not carry.
        Multicast = 40,
        /// A rule of the network ACL, or the lack of one, keeps it from leaving the subnet.
        NaclOutbound = 41,
        /// No rule of the sender's security groups allows it.
        SgOutbound = 42,
        /// No route leads to the destination.
        NoRoute = 43,
        /// The route to the destination leads nowhere, on purpose.
        Blackhole = 44,
        /// Where the route leads, nobody has the destination address.
        NoMapping = 45,
        /// Sent neither to the router's MAC nor to that of the address in the same subnet.
        NotItsAddress = 46,
        /// No ENI of this card has the destination's address and MAC.
        NoLocalEni = 47,
        /// A rule of the network ACL, or the lack of one, keeps it from entering the subnet.
        NaclInbound = 48,
        /// No rule of the receiver's security groups allows it.
        SgInbound = 49,
        /// A security group allows it, but there is no room for its connection.
        ConnTableFull = 50,
        /// It goes outside, or comes from there, and its address in the VPC has no public one.
        NoPublicAddress = 51,
        /// Longer than its path takes, and its sender is not, or not again, to be told.
        MtuExceeded = 52,
        /// More than its ENI may send, or get.
        Metered = 53,
        /// More than its ENI may ask the host's CPU.
        PuntLimited = 54,
    }
    /// Why a packet goes to the host's CPU, behind a [`PuntHeader`](crate::punt::PuntHeader). Code
    /// 0 means that it does not.
    pub enum PuntReason: 3 {
        /// Not punted.
        None = 0,
        /// DHCP of an ENI to a group of MACs: UDP to port 67 over IPv4 (RFC 2131), to port 547 over
        /// IPv6 (RFC 8415).
        Dhcp = 1,
        /// Router solicitation of an ENI (RFC 4861 section 4.1).
        RouterSolicitation = 2,
        /// Sent to the router, for the address of a service.
        Service = 3,
        /// Neighbor solicitation of an ENI (RFC 4861 section 4.3) for a link-local address: no
        /// mapping has one, and the host knows the router's.
        LinkLocal = 4,
        /// Routed to an address without a mapping, from a VPC that asks for those it misses.
        MappingMiss = 5,
    }
    /// Every packet gets exactly one.
    pub struct Verdict {
        /// Why it is dropped, or `None`.
        reason: DropReason,
        /// Where it goes, if it is not dropped; [`INSIDE`] at the end of the first of two passes.
        egress_port: u8 => 3,
        /// What goes there is not the packet but the card's own answer to it.
        reply: bool,
        /// Why it goes to the host's CPU, or `None`.
        punt: PuntReason,
    }
    /// From where a frame comes; what travels with it to the header pipeline.
    pub struct Source {
        /// Port at which it came in, or as if at which the host's CPU puts it in.
        port: u8 => 3,
        /// Is that port on the underlay's side, and is the frame judged?
        net: bool,
        /// Does it come from the host's CPU?
        injected: bool,
        /// It leaves through that port as it is.
        direct: bool,
        /// Its inject header makes no sense.
        bad: bool,
    }
}

/// What is decided early, and is no drop, travels in the bits of the drop reasons, of which the
/// first wins: this code plus that of a [`PuntReason`]. With `None` the frame is sent on as it is.
/// A counter has the same number.
pub const SETTLED: u64 = 0b111_000;

impl DropReason {
    /// The verdict, if it is a reason.
    pub fn settles(self) -> Option<Verdict> {
        (self != Self::None).then_some(Verdict::drop(self))
    }
}

impl PuntReason {
    /// The verdict, if it is a reason.
    pub fn settles(self) -> Option<Verdict> {
        (self != Self::None).then_some(Verdict::punt(self))
    }
    /// Its code among the drop reasons.
    pub const fn settled(self) -> u64 {
        SETTLED | self.code()
    }
}

impl Source {
    /// A frame that came in at `port`.
    pub const fn at(port: usize) -> Self {
        let net = crate::profile::is_net(port);
        Self { port: port as u8, net, injected: false, direct: false, bad: false }
    }
}

impl Verdict {
    /// Drop it.
    pub const fn drop(reason: DropReason) -> Self {
        Self { reason, egress_port: 0, reply: false, punt: PuntReason::None }
    }
    /// Send it out of `egress_port`.
    pub const fn forward(egress_port: u8) -> Self {
        Self { egress_port, ..Self::drop(DropReason::None) }
    }
    /// Answer it out of `egress_port`.
    pub const fn reply(egress_port: u8) -> Self {
        Self { reply: true, ..Self::forward(egress_port) }
    }
    /// Send it to the host's CPU.
    pub const fn punt(punt: PuntReason) -> Self {
        Self { punt, ..Self::forward(CPU_PORT as u8) }
    }
    /// Its name in reports: a drop's reason, `Punt` with its own, `Forward` or `Reply`.
    pub fn name(self) -> String {
        match (self.reason, self.punt, self.reply) {
            (DropReason::None, PuntReason::None, false) => "Forward".into(),
            (DropReason::None, PuntReason::None, true) => "Reply".into(),
            (DropReason::None, punt, _) => format!("Punt{punt:?}"),
            (reason, ..) => format!("{reason:?}"),
        }
    }
}

/// In place of a port: the packet goes to another ENI of this card, which judges it next.
pub const INSIDE: u8 = 7;
/// Bits of a frame's length in bytes, frame check sequence not included.
pub const LENGTH_BITS: usize = 14;
/// Longest frame in bytes that the card stores, frame check sequence not included.
pub const FRAME_BYTES_MAX: usize = 9216;
/// Bytes of a frame that the parser sees (the contract asks for at least 192).
pub const WINDOW_BYTES: usize = 192;
/// Bytes that VXLAN over IPv4 puts in front: Ethernet 14, IPv4 20, UDP 8, VXLAN 8 (RFC 7348).
pub const TUNNEL_BYTES: usize = 50;

/// What a packet carries with it from the moment it enters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entered {
    /// From where.
    pub source: Source,
    /// Parity of the generation in force.
    pub generation: bool,
    /// Had the driver opened the card?
    pub open: bool,
}

// ---- kernel -----------------------------------------------------------------------------

/// The first reason wins: how a stage adds its own to those of the stages before it.
#[cfg(feature = "gateware")]
pub mod gateware {
    use super::DropReason;
    use rust_hdl::prelude::*;

    /// Clocks of [`FirstReason`].
    pub const LATENCY: usize = 1;

    fn constant(code: u64) -> Constant<Bits<6>> {
        Constant::new(code.to_bits())
    }

    /// `before` if it is one, else the first of `N` reasons whose flag is set.
    #[derive(LogicBlock)]
    pub struct FirstReason<const N: usize> {
        /// Rising edge.
        pub clock: Signal<In, Clock>,
        /// What the stages before said.
        pub before: Signal<In, Bits<6>>,
        /// Whether each of this stage's reasons holds.
        pub flags: [Signal<In, Bit>; N],
        /// What is said now.
        pub reason: Signal<Out, Bits<6>>,
        /// Is there anything to say? [`LATENCY`] clocks before it is said.
        pub speaks: Signal<Out, Bit>,
        codes: [Constant<Bits<6>>; N],
        found: Signal<Local, Bit>,
        own: Signal<Local, Bits<6>>,
        added: Signal<Local, Bits<6>>,
        first: DFF<Bits<6>>,
    }

    impl<const N: usize> FirstReason<N> {
        /// For these reasons, in the order in which they count.
        pub fn new(reasons: [DropReason; N]) -> Self {
            Self::of(reasons.map(DropReason::code))
        }

        /// For these codes, some of them [`SETTLED`](super::SETTLED), likewise.
        pub fn of(codes: [u64; N]) -> Self {
            Self {
                clock: Signal::default(),
                before: Signal::default(),
                flags: std::array::from_fn(|_| Signal::default()),
                reason: Signal::default(),
                speaks: Signal::default(),
                codes: codes.map(constant),
                found: Signal::default(),
                own: Signal::default(),
                added: Signal::default(),
                first: DFF::default(),
            }
        }
    }

    impl<const N: usize> Default for FirstReason<N> {
        fn default() -> Self {
            Self::new([DropReason::None; N])
        }
    }

    impl<const N: usize> Logic for FirstReason<N> {
        #[hdl_gen]
        fn update(&mut self) {
            dff_setup!(self, clock, first);
            self.own.next = 0.into();
            self.found.next = false;
            for i in 0..N {
                if self.flags[i].val() & !self.found.val() {
                    self.own.next = self.codes[i].val();
                    self.found.next = true;
                }
            }
            self.speaks.next = self.before.val().any() | self.found.val();
            // Own and earlier reason are found side by side.
            self.added.next = self.own.val();
            if self.before.val().any() {
                self.added.next = 0.into();
            }
            self.first.d.next = self.before.val() | self.added.val();
            self.reason.next = self.first.q.val();
        }
    }

    /// Is it one of `N` reasons? No latency.
    #[derive(LogicBlock)]
    pub struct IsReason<const N: usize> {
        /// The reason asked about.
        pub reason: Signal<In, Bits<6>>,
        /// Is it one of them?
        pub yes: Signal<Out, Bit>,
        codes: [Constant<Bits<6>>; N],
    }

    impl<const N: usize> IsReason<N> {
        /// For these reasons.
        pub fn new(reasons: [DropReason; N]) -> Self {
            let codes = reasons.map(|reason| constant(reason.code()));
            Self { reason: Signal::default(), yes: Signal::default(), codes }
        }
    }

    impl<const N: usize> Default for IsReason<N> {
        fn default() -> Self {
            Self::new([DropReason::None; N])
        }
    }

    impl<const N: usize> Logic for IsReason<N> {
        #[hdl_gen]
        fn update(&mut self) {
            self.yes.next = false;
            for i in 0..N {
                if self.reason.val() == self.codes[i].val() {
                    self.yes.next = true;
                }
            }
        }
    }
}

// ---- proof ------------------------------------------------------------------------------

#[cfg(test)]
mod tests {
    use super::*;
    use layout::Packed;

    #[test]
    fn reasons_are_numbered_in_the_order_of_the_walk() {
        for (i, reason) in DropReason::ALL.iter().enumerate() {
            assert_eq!(reason.code(), i as u64);
            assert!(reason.sentence().trim().ends_with('.'), "{reason:?} has no sentence");
        }
        assert!(DropReason::ALL.len() <= SETTLED as usize);
    }

    #[test]
    fn every_punt_has_a_code_among_the_reasons() {
        for reason in PuntReason::ALL {
            assert_eq!(reason.settled() - SETTLED, reason.code());
            assert!(reason.sentence().trim().ends_with('.'), "{reason:?} has no sentence");
        }
        assert_eq!(SETTLED as usize + (1 << PuntReason::BITS), 1 << DropReason::BITS);
    }
}
