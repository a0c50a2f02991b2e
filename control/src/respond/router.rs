//! Who is the router, and what does it say of the network?
//!
//! It is the default router of every subnet with IPv6, and says that addresses come by DHCPv6.
//! Of the subnet's prefix it says neither that its addresses are on the link, nor that a host
//! may make some: who has an address there is said by the file alone, and by nobody's hand.

use super::{MTU_BYTES, Unanswered, host::Host};
use etherparse::{
    Icmpv6Slice, Icmpv6Type, Ipv6HeaderSlice, PacketBuilder, ether_type,
    icmpv6::{
        NdpOptionSlice, NdpOptionType, NdpOptionsIterator, PrefixInformation,
        RouterAdvertisementHeader, RouterAdvertisementPayload,
    },
};
use hdl::parser::wire::ROUTER_SOLICITATION;
use std::net::Ipv6Addr;

/// For how long the router is one: the default of RFC 4861 section 6.2.1.
const ROUTER_LIFETIME_SECONDS: u16 = 1800;
/// For how long a prefix is one, and for how long its addresses are preferred: the defaults there.
const PREFIX_SECONDS: [u32; 2] = [2_592_000, 604_800];
/// Hop limit of what no router has passed on (RFC 4861 section 6.1.1).
const HOP_LIMIT: u8 = 255;
/// Hop limit that hosts shall use.
const HOSTS_HOP_LIMIT: u8 = 64;
/// All nodes, and their MAC (RFC 2464 section 7).
const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
const ALL_NODES_MAC: [u8; 6] = [0x33, 0x33, 0, 0, 0, 1];

/// The answer to a router solicitation of that host.
pub fn answer(
    host: &Host,
    ip: &Ipv6HeaderSlice<'_>,
    message: &Icmpv6Slice<'_>,
) -> Result<Vec<u8>, Unanswered> {
    if !is_solicitation(ip, message) {
        return Err(Unanswered::Malformed);
    }
    if host.prefixes.is_empty() {
        return Err(Unanswered::NoAddress);
    }
    let asker = ip.source_addr();
    let (to, mac) =
        if asker.is_unspecified() { (ALL_NODES, ALL_NODES_MAC) } else { (asker, host.mac) };
    let header = RouterAdvertisementHeader {
        cur_hop_limit: HOSTS_HOP_LIMIT,
        managed_address_config: true,
        other_config: false,
        router_lifetime: ROUTER_LIFETIME_SECONDS,
    };
    let from = host.router_link_local();
    let mut packet = Vec::new();
    PacketBuilder::ipv6(from.octets(), to.octets(), HOP_LIMIT)
        .icmpv6(Icmpv6Type::RouterAdvertisement(header))
        .write(&mut packet, &body(host))
        .expect("a message that fits into a packet");
    Ok(host.frame(mac, ether_type::IPV6, packet))
}

/// Is it as RFC 4861 section 6.1.1 has it?
fn is_solicitation(ip: &Ipv6HeaderSlice<'_>, message: &Icmpv6Slice<'_>) -> bool {
    let sound = ip.hop_limit() == HOP_LIMIT
        && message.is_checksum_valid(ip.source(), ip.destination())
        && (message.type_u8(), message.code_u8()) == (ROUTER_SOLICITATION, 0);
    let nobody = ip.source_addr().is_unspecified();
    sound
        && NdpOptionsIterator::from_slice(message.payload()).all(|option| match option {
            Ok(NdpOptionSlice::SourceLinkLayerAddress(_)) => !nobody,
            Ok(_) => true,
            Err(_) => false,
        })
}

/// The rest of the advertisement: the host's timers are its own affair; then the router's MAC, the
/// link's MTU, the subnet's prefixes.
fn body(host: &Host) -> Vec<u8> {
    let mut body =
        RouterAdvertisementPayload { reachable_time: 0, retrans_timer: 0 }.to_bytes().to_vec();
    body.extend([NdpOptionType::SOURCE_LINK_LAYER_ADDRESS.0, 1]);
    body.extend(host.router_mac);
    body.extend([NdpOptionType::MTU.0, 1, 0, 0]);
    body.extend(u32::from(MTU_BYTES).to_be_bytes());
    for prefix in &host.prefixes {
        let [valid_lifetime, preferred_lifetime] = PREFIX_SECONDS;
        let option = PrefixInformation {
            prefix_length: prefix.prefix_len(),
            on_link: false,
            autonomous_address_configuration: false,
            valid_lifetime,
            preferred_lifetime,
            prefix: prefix.network().octets(),
        };
        body.extend(option.to_bytes());
    }
    body
}
