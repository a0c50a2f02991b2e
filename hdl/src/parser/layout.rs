//! What does the parser say of a frame?

use crate::meta::DropReason;

::layout::layout! {
    /// What the parser says of a frame. Where `fault` is not `None`, only `fault` and
    /// `outer_dst_mac` mean anything.
    pub struct Headers {
        /// The first problem in the order of the bytes, or `None`.
        fault: DropReason,
        /// A well-formed VXLAN or Geneve packet from a net port?
        tunnel: bool,
        /// Is it one over IPv6?
        outer_v6: bool,
        /// Destination MAC of the frame as it came in from the underlay.
        outer_dst_mac: u64 => 48,
        /// Source address of the tunnel, 0 of one over IPv6.
        outer_src_ip: u32 => 32,
        /// Destination address of the tunnel, 0 of one over IPv6.
        outer_dst_ip: u32 => 32,
        /// Virtual network identifier (RFC 7348 section 5, RFC 8926 section 3.4).
        outer_vni: u32 => 24,
        /// ECN field of the outer header.
        outer_ecn: u8 => 2,
        /// Destination MAC, of the tenant's frame from here on.
        dst_mac: u64 => 48,
        /// Source MAC.
        src_mac: u64 => 48,
        /// VLAN tags, 0 to 2.
        tags: u8 => 2,
        /// VLAN identifier of the outer tag, 0 if there is none.
        vid0: u16 => 12,
        /// VLAN identifier of the inner tag, 0 if there is none.
        vid1: u16 => 12,
        /// Is it IPv4?
        is_ipv4: bool,
        /// Is it IPv6?
        is_ipv6: bool,
        /// Is it ARP?
        is_arp: bool,
        /// Is it about neighbors: ARP, or neighbor discovery (RFC 4861) from a router solicitation
        /// to a redirect?
        neighbor: bool,
        /// Source address; IPv4 as ::ffff:a.b.c.d; of ARP the sender's protocol address.
        src_ip: u128 => 128,
        /// Destination address; of ARP the target's protocol address, of neighbor discovery but
        /// a router solicitation the target address.
        dst_ip: u128 => 128,
        /// Does it ask for a neighbor's MAC, in an address's name: ARP request, or neighbor
        /// solicitation that does not come from the unspecified address?
        asks: bool,
        /// MAC that it says to be the sender's: ARP sender hardware address, source link-layer
        /// address of a solicitation (the frame's source MAC without that option); else 0.
        claimed_mac: u64 => 48,
        /// IPv4 protocol or IPv6 next header, 0 of ARP.
        protocol: u8 => 8,
        /// Do the ports mean anything?
        ported: bool,
        /// Source port, or 0.
        src_port: u16 => 16,
        /// Destination port; of ICMP and ICMPv6 {type, code}; or 0.
        dst_port: u16 => 16,
        /// TCP flags, or 0.
        tcp_flags: u8 => 8,
        /// A fragment that is not the first?
        fragment: bool,
        /// IPv4 type of service, IPv6 traffic class.
        dscp_ecn: u8 => 8,
        /// First byte of the IP header in the frame as it came in.
        l3_offset: u8 => 8,
        /// Byte behind the last one of the IP packet (padding lies behind it).
        end: u16 => 14,
        /// May it not be fragmented on its way: IPv6, or IPv4 with DF?
        df: bool,
        /// What an ICMP error about it quotes, in words of 4 bytes: the IP header, of IPv6 without
        /// extensions, and 8 bytes (RFC 792); 0 of ARP.
        quote_words: u8 => 5,
        /// What the halfwords of that add up to, each carry added back in: of IPv6 without the
        /// addresses, of IPv4 without the header, which adds up to nothing. 0 if the packet has
        /// less.
        quote_sum: u16 => 16,
        /// Is it an ICMP error about a packet from its destination? It has no IP options and quotes
        /// an IPv4 header (RFC 792) whose source that is.
        quotes_dst: bool,
        /// Or one about a packet to its source?
        quotes_src: bool,
        /// Does it quote, behind an IPv4 header without options, the checksum of TCP,
        quotes_tcp: bool,
        /// or one of UDP that is not zero, which would be none?
        quotes_udp: bool,
        /// Hash of the flow for the tunnel's UDP source port.
        flow_hash: u16 => 14,
    }
}
