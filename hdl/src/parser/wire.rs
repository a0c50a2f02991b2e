//! How do the headers lie on the wire?
//!
//! The structs name a header's last field first: then a field's bit 0 is the last of it on the
//! wire, and the whole is the big-endian number that the header's bytes spell.

/// Ethernet header without a tag.
pub const ETHERNET_BYTES: usize = 14;
/// One VLAN tag.
pub const TAG_BYTES: usize = 4;

/// Ethertype of IPv4.
pub const ETHERTYPE_IPV4: u16 = 0x0800;
/// Ethertype of ARP.
pub const ETHERTYPE_ARP: u16 = 0x0806;
/// Ethertype of IPv6.
pub const ETHERTYPE_IPV6: u16 = 0x86dd;
/// Tag protocol identifier of IEEE 802.1Q.
pub const TPID_8021Q: u16 = 0x8100;
/// Tag protocol identifier of IEEE 802.1ad.
pub const TPID_8021AD: u16 = 0x88a8;
/// IP protocol number of ICMP.
pub const PROTOCOL_ICMP: u8 = 1;
/// Types of ICMP that are errors (RFC 1122 section 3.2.2).
pub const ICMP_ERRORS: [u8; 5] = [3, 4, 5, 11, 12];
/// IP protocol number of TCP.
pub const PROTOCOL_TCP: u8 = 6;
/// IP protocol number of UDP.
pub const PROTOCOL_UDP: u8 = 17;
/// IP protocol number of ICMPv6.
pub const PROTOCOL_ICMPV6: u8 = 58;
/// IP protocol number of SCTP.
pub const PROTOCOL_SCTP: u8 = 132;
/// IPv6 hop-by-hop options, the first extension header if there are any (RFC 8200 section 4.1).
pub const HOP_BY_HOP: u8 = 0;
/// IPv6 routing header.
pub const ROUTING: u8 = 43;
/// IPv6 fragment header.
pub const FRAGMENT: u8 = 44;
/// Authentication header (RFC 4302), of IPv6 an extension header.
pub const AUTHENTICATION: u8 = 51;
/// IPv6 destination options.
pub const DESTINATION_OPTIONS: u8 = 60;
/// Types of ICMPv6 that speak of neighbors: router solicitation and advertisement, neighbor
/// solicitation and advertisement, redirect (RFC 4861 sections 4.1 to 4.5).
pub const NEIGHBOR_DISCOVERY: std::ops::RangeInclusive<u8> = 133..=137;
/// Type of a router solicitation.
pub const ROUTER_SOLICITATION: u8 = 133;
/// Type of a neighbor solicitation.
pub const NEIGHBOR_SOLICITATION: u8 = 135;
/// Type of a neighbor advertisement.
pub const NEIGHBOR_ADVERTISEMENT: u8 = 136;
/// Option of neighbor discovery: MAC of the sender (RFC 4861 section 4.6.1),
pub const SOURCE_LINK_LAYER_ADDRESS: u8 = 1;
/// or of the target.
pub const TARGET_LINK_LAYER_ADDRESS: u8 = 2;
/// Operation of an ARP request.
pub const ARP_REQUEST: u16 = 1;
/// Extension headers that are walked, at most.
pub const CHAIN: usize = 4;
/// Bytes of a transport header that are looked at.
pub const TRANSPORT_BYTES: usize = 14;
/// Hardware type Ethernet, protocol type IPv4, address lengths 6 and 4: how an ARP packet begins.
pub const ARP_ETHERNET_IPV4: u64 = 0x0001_0800_0604;
/// UDP port of VXLAN (RFC 7348 section 5).
pub const VXLAN_PORT: u16 = 4789;
/// UDP port of Geneve (RFC 8926 section 3.3).
pub const GENEVE_PORT: u16 = 6081;
/// Ethertype of a whole Ethernet frame in a tunnel (RFC 8926 section 3.4).
pub const TRANS_ETHER_BRIDGING: u16 = 0x6558;
/// Words of 4 bytes of Geneve options that are skipped, at most: behind them and an outer IPv6
/// header an IPv4 header and what is looked at behind it still lie in the window.
pub const OPTION_WORDS: usize = 15;
/// UDP and what follows it up to the frame in the tunnel, options not counted.
pub const TUNNEL_HEADER_BYTES: usize = 16;

::layout::layout! {
    /// Ethernet with the places of two tags and the type behind them.
    pub struct Ethernet {
        /// Type or tag at byte 20.
        type2: u16 => 16,
        /// VLAN of the second tag.
        vid1: u16 => 12,
        /// Priority and drop eligible indicator of the second tag.
        pcp1: u8 => 4,
        /// Type or tag at byte 16.
        type1: u16 => 16,
        /// VLAN of the first tag.
        vid0: u16 => 12,
        /// Priority and drop eligible indicator of the first tag.
        pcp0: u8 => 4,
        /// Type or tag at byte 12.
        type0: u16 => 16,
        /// Source MAC.
        src_mac: u64 => 48,
        /// Destination MAC.
        dst_mac: u64 => 48,
    }
    /// UDP, and behind it VXLAN (RFC 7348 section 5) or Geneve (RFC 8926 section 3.4), under the
    /// names of Geneve.
    pub struct Tunnel {
        /// Reserved, ignored.
        reserved_8: u8 => 8,
        /// Virtual network identifier.
        vni: u32 => 24,
        /// What is in the tunnel, an ethertype; of VXLAN reserved, ignored.
        protocol_type: u16 => 16,
        /// Reserved, ignored.
        reserved_6: u8 => 6,
        /// There are critical options; of VXLAN reserved, ignored.
        critical: bool,
        /// A control packet; of VXLAN reserved, ignored.
        control: bool,
        /// Words of 4 bytes of options; of VXLAN flags, whose bit 3 says that there is a VNI.
        option_words: u8 => 6,
        /// Version; of VXLAN reserved flags, ignored.
        version: u8 => 2,
        /// UDP checksum.
        udp_checksum: u16 => 16,
        /// UDP length.
        udp_length: u16 => 16,
        /// UDP destination port.
        dst_port: u16 => 16,
        /// UDP source port.
        src_port: u16 => 16,
    }
    /// IPv4 without options.
    pub struct Ipv4 {
        /// Destination address.
        dst_ip: u32 => 32,
        /// Source address.
        src_ip: u32 => 32,
        /// Header checksum.
        checksum: u16 => 16,
        /// Protocol.
        protocol: u8 => 8,
        /// Time to live.
        ttl: u8 => 8,
        /// Fragment offset, in units of 8 bytes.
        fragment_offset: u16 => 13,
        /// More fragments.
        more_fragments: bool,
        /// Reserved flag and don't fragment.
        flags: u8 => 2,
        /// Identification.
        identification: u16 => 16,
        /// Total length.
        total_length: u16 => 16,
        /// Type of service: DSCP and ECN.
        dscp_ecn: u8 => 8,
        /// Header length in words of 4 bytes.
        ihl: u8 => 4,
        /// Version.
        version: u8 => 4,
    }
    /// IPv6.
    pub struct Ipv6 {
        /// Destination address.
        dst_ip: u128 => 128,
        /// Source address.
        src_ip: u128 => 128,
        /// Hop limit.
        hop_limit: u8 => 8,
        /// Next header.
        next_header: u8 => 8,
        /// Payload length.
        payload_length: u16 => 16,
        /// Flow label.
        flow_label: u32 => 20,
        /// Traffic class: DSCP and ECN.
        dscp_ecn: u8 => 8,
        /// Version.
        version: u8 => 4,
    }
    /// The first word of an IPv6 extension header, under the names of the fragment header.
    pub struct Extension {
        /// More fragments.
        more_fragments: bool,
        /// Reserved, ignored.
        reserved: u8 => 2,
        /// Fragment offset, in units of 8 bytes.
        fragment_offset: u16 => 13,
        /// Length in units of 8 bytes, the first 8 not counted (RFC 8200 section 4.3); of an
        /// authentication header in units of 4, the first 8 bytes not counted (RFC 4302 section
        /// 2.2); of a fragment header nothing.
        length: u8 => 8,
        /// What follows.
        next_header: u8 => 8,
    }
    /// What the walk over extension headers needs of such a word.
    pub struct Word {
        /// What follows.
        follows: u8 => 8,
        /// Its length field.
        length: u8 => 8,
        /// Of a fragment header: not the first fragment.
        later: bool,
        /// Of a fragment header: the offset is 1.
        second: bool,
        /// Of a fragment header: more fragments follow.
        more: bool,
    }
    /// ARP for IPv4 over Ethernet.
    pub struct Arp {
        /// Target protocol address.
        target_ip: u32 => 32,
        /// Target hardware address.
        target_mac: u64 => 48,
        /// Sender protocol address.
        sender_ip: u32 => 32,
        /// Sender hardware address.
        sender_mac: u64 => 48,
        /// Operation.
        operation: u16 => 16,
        /// Hardware type 1, protocol type 0x0800, lengths 6 and 4.
        kind: u64 => 48,
    }
    /// Neighbor solicitation with one option (RFC 4861 section 4.3).
    pub struct Solicitation {
        /// MAC that the option has.
        mac: u64 => 48,
        /// Length of the option in units of 8 bytes.
        option_length: u8 => 8,
        /// What the option is.
        option: u8 => 8,
        /// Target address.
        target: u128 => 128,
        /// Reserved, ignored.
        reserved: u32 => 32,
        /// Checksum, not compared.
        checksum: u16 => 16,
        /// Code.
        code: u8 => 8,
        /// Type.
        kind: u8 => 8,
    }
    /// The first 14 bytes of a transport header, under the names of TCP and UDP.
    pub struct Transport {
        /// TCP flags CWR to FIN.
        tcp_flags: u8 => 8,
        /// Reserved bits of TCP.
        reserved: u8 => 4,
        /// TCP header length in words of 4 bytes.
        data_offset: u8 => 4,
        /// Numbers of TCP.
        between: u64 => 48,
        /// UDP length, or the identifier of an ICMP echo.
        udp_length: u16 => 16,
        /// Destination port.
        dst_port: u16 => 16,
        /// Source port, or type and code of ICMP.
        src_port: u16 => 16,
    }
}
