//! What walks along with a packet, and what becomes of it?

layout::layout! {
    /// Why a packet was dropped, in the order of its walk. Code 0 means that it was not.
    pub enum DropReason: 6 {
        /// Not dropped.
        None = 0,
        /// The driver has not opened the card since its reset: it fails closed.
        CardClosed = 1,
        /// The frame is longer than the card stores (9,216 bytes).
        FrameTooLong = 2,
        /// The frame ends within its Ethernet header.
        Runt = 3,
        /// A frame from the underlay ends within the outer headers.
        OuterTruncated = 4,
        /// The outer IPv4 header's checksum is wrong.
        OuterChecksum = 5,
        /// Addressed to another card: not this card's MAC or not its VTEP address.
        NotForUs = 6,
        /// From the underlay, but neither VXLAN (RFC 7348 section 5) nor Geneve (RFC 8926 section
        /// 3.4) as this card understands them.
        BadTunnel = 7,
        /// Geneve options that reach beyond the packet (RFC 8926 section 3.4).
        MalformedGeneve = 8,
        /// Geneve with a critical option: this card knows none (RFC 8926 section 3.4).
        CriticalOption = 9,
        /// The frame in the tunnel has a VLAN tag (RFC 7348 section 6.1 says to discard it).
        InnerTagged = 10,
        /// More than two VLAN tags.
        TooManyTags = 11,
        /// The frame ends within a VLAN tag or before the type behind it.
        TruncatedTag = 12,
        /// Neither IPv4 nor IPv6 nor ARP.
        UnknownEthertype = 13,
        /// An ARP packet that is cut short or not of Ethernet and IPv4 (RFC 826).
        MalformedArp = 14,
        /// An IPv4 header that is cut short, of another version, or with impossible lengths.
        MalformedIpv4Header = 15,
        /// The IPv4 total length goes beyond the frame.
        MalformedIpv4Length = 16,
        /// The IPv4 header's checksum is wrong.
        MalformedIpv4Checksum = 17,
        /// An IPv6 header that is cut short or of another version.
        MalformedIpv6Header = 18,
        /// The IPv6 payload length goes beyond the frame.
        MalformedIpv6Length = 19,
        /// IPv6 to or from an IPv4-mapped address (RFC 4291 section 2.5.5.2), which would meet the
        /// entries of IPv4.
        Ipv4MappedAddress = 20,
        /// An IPv6 extension header that reaches beyond the packet, stands where it may not, or has
        /// an impossible length.
        MalformedIpv6Extension = 21,
        /// More than four IPv6 extension headers, more than 60 bytes of Geneve options, or a
        /// transport header that does not begin in the frame's first 192 bytes.
        HeaderTooLong = 22,
        /// A fragment made to hide the TCP header (RFC 1858, RFC 3128), or a first one that ends
        /// within its IPv6 headers (RFC 7112).
        TinyFragment = 23,
        /// A TCP header that is cut short or with an impossible data offset.
        MalformedTcp = 24,
        /// A UDP header that is cut short or with an impossible length.
        MalformedUdp = 25,
        /// An SCTP header that is cut short.
        MalformedSctp = 26,
        /// An ICMP or ICMPv6 header that is cut short.
        MalformedIcmp = 27,
        /// Neighbor discovery that is cut short, comes from afar or lies behind extension headers
        /// (RFC 4861 sections 6.1 and 7.1).
        MalformedNd = 28,
        /// The underlay marked congestion on a packet whose sender does not know ECN (RFC 6040
        /// section 4.2).
        CongestionExperienced = 29,
        /// No VPC of this card has the tunnel's VNI.
        UnknownVni = 30,
        /// The mapping of the tenant's source address names another card than the one that sent,
        /// or no gateway of the VPC may speak for it.
        SpoofedUnderlay = 31,
        /// ARP or neighbor discovery in a tunnel: each card answers its own ENIs.
        TunnelledArp = 32,
        /// No ENI hangs on this port with these VLAN tags.
        UnknownEni = 33,
        /// The ENI, the sender's or the receiver's, is administratively down.
        EniDown = 34,
        /// The source MAC is not the ENI's, nor may it be.
        SpoofedMac = 35,
        /// The source address is none of the ENI's, nor may it be where the packet goes.
        SpoofedIp = 36,
        /// Gratuitous ARP, an ARP reply, or a message of neighbor discovery that is not a
        /// solicitation in the ENI's own name: addresses move by the control plane alone.
        GratuitousArp = 37,
        /// An ARP request or neighbor solicitation for an address that nobody has in the sender's
        /// subnet, or that is the sender's own.
        ArpNoMapping = 38,
        /// Broadcast or multicast, which a VPC does not carry.
        Multicast = 39,
        /// A rule of the network ACL, or the lack of one, keeps it from leaving the subnet.
        NaclOutbound = 40,
        /// No rule of the sender's security groups allows it.
        SgOutbound = 41,
        /// No route leads to the destination.
        NoRoute = 42,
        /// The route to the destination leads nowhere, on purpose.
        Blackhole = 43,
        /// Where the route leads, nobody has the destination address.
        NoMapping = 44,
        /// Sent neither to the router's MAC nor to that of the address in the same subnet.
        NotItsAddress = 45,
        /// No ENI of this card has the destination's address and MAC.
        NoLocalEni = 46,
        /// A rule of the network ACL, or the lack of one, keeps it from entering the subnet.
        NaclInbound = 47,
        /// No rule of the receiver's security groups allows it.
        SgInbound = 48,
        /// A security group allows it, but there is no room for its connection.
        ConnTableFull = 49,
    }
    /// Every packet gets exactly one.
    pub struct Verdict {
        /// Why it is dropped, or `None`.
        reason: DropReason,
        /// Where it goes, if it is not dropped; [`INSIDE`] at the end of the first of two passes.
        egress_port: u8 => 3,
        /// What goes there is not the packet but the card's own answer to it.
        reply: bool,
    }
}

impl Verdict {
    /// Drop it.
    pub const fn drop(reason: DropReason) -> Self {
        Self { reason, egress_port: 0, reply: false }
    }
    /// Send it out of `egress_port`.
    pub const fn forward(egress_port: u8) -> Self {
        Self { reason: DropReason::None, egress_port, reply: false }
    }
    /// Answer it out of `egress_port`.
    pub const fn reply(egress_port: u8) -> Self {
        Self { reason: DropReason::None, egress_port, reply: true }
    }
    /// Its name in reports: a drop's reason, `Forward` or `Reply`.
    pub fn name(self) -> String {
        match (self.reason, self.reply) {
            (DropReason::None, false) => "Forward".into(),
            (DropReason::None, true) => "Reply".into(),
            (reason, _) => format!("{reason:?}"),
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
    /// Port it came in at.
    pub port: u8,
    /// Is that port on the underlay's side?
    pub net: bool,
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

    /// A reason's code as a kernel's constant.
    fn code(reason: DropReason) -> Constant<Bits<6>> {
        Constant::new(reason.code().to_bits())
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
        codes: [Constant<Bits<6>>; N],
        found: Signal<Local, Bit>,
        own: Signal<Local, Bits<6>>,
        added: Signal<Local, Bits<6>>,
        first: DFF<Bits<6>>,
    }

    impl<const N: usize> FirstReason<N> {
        /// For these reasons, in the order in which they count.
        pub fn new(reasons: [DropReason; N]) -> Self {
            Self {
                clock: Signal::default(),
                before: Signal::default(),
                flags: std::array::from_fn(|_| Signal::default()),
                reason: Signal::default(),
                codes: reasons.map(code),
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
            let codes = reasons.map(code);
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
        assert!(DropReason::ALL.len() <= 1 << DropReason::BITS);
    }
}
