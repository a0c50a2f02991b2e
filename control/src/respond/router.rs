//! Who is the router, and what does it say of the network?
//!
//! Who has its link-local address is for the host to say: the card's mappings have none.
//!
//! It is the default router of every subnet with IPv6, and says that addresses come by DHCPv6.
//! Of the subnet's prefix it says neither that its addresses are on the link, nor that a host
//! may make some: who has an address there is said by the file alone, and by nobody's hand.

use super::{Unanswered, host::Host};
use etherparse::{
    Icmpv6Slice, Icmpv6Type, Ipv6HeaderSlice, PacketBuilder, ether_type,
    icmpv6::{
        NdpOptionSlice, NdpOptionType, NdpOptionsIterator, NeighborAdvertisementHeader,
        PrefixInformation, RouterAdvertisementHeader, RouterAdvertisementPayload,
    },
};
use hdl::parser::wire::{NEIGHBOR_SOLICITATION, ROUTER_SOLICITATION};
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

/// The answer to a solicitation of that host: for routers, or for whom the router's link-local
/// address is.
pub fn answer(
    host: &Host,
    ip: &Ipv6HeaderSlice<'_>,
    message: &Icmpv6Slice<'_>,
) -> Result<Vec<u8>, Unanswered> {
    let bad = Unanswered::Malformed;
    let (target, options) = match message.type_u8() {
        ROUTER_SOLICITATION => (None, message.payload()),
        NEIGHBOR_SOLICITATION => {
            let (target, options) = message.payload().split_first_chunk::<16>().ok_or(bad)?;
            (Some(Ipv6Addr::from(*target)), options)
        }
        _ => return Err(bad),
    };
    if !is_sound(ip, message, options) {
        return Err(bad);
    }
    if host.prefixes.is_empty() {
        return Err(Unanswered::NoAddress);
    }
    let asker = ip.source_addr();
    match target {
        None => Ok(send(host, asker, router(), &body(host))),
        Some(target) if target == host.router_link_local() => {
            let mac = [&[NdpOptionType::TARGET_LINK_LAYER_ADDRESS.0, 1][..], &host.router_mac];
            let body = [&target.octets()[..], &mac.concat()].concat();
            Ok(send(host, asker, neighbor(asker), &body))
        }
        Some(_) => Err(Unanswered::Nobody),
    }
}

/// From the router to who asked, or to all nodes if that one has no address.
fn send(host: &Host, asker: Ipv6Addr, kind: Icmpv6Type, body: &[u8]) -> Vec<u8> {
    let (to, mac) =
        if asker.is_unspecified() { (ALL_NODES, ALL_NODES_MAC) } else { (asker, host.mac) };
    let from = host.router_link_local();
    let mut packet = Vec::new();
    PacketBuilder::ipv6(from.octets(), to.octets(), HOP_LIMIT)
        .icmpv6(kind)
        .write(&mut packet, body)
        .expect("a message that fits into a packet");
    host.frame(mac, ether_type::IPV6, packet)
}

/// Is it as RFC 4861 sections 6.1.1 and 7.1.1 have it?
fn is_sound(ip: &Ipv6HeaderSlice<'_>, message: &Icmpv6Slice<'_>, options: &[u8]) -> bool {
    let sound = ip.hop_limit() == HOP_LIMIT
        && message.is_checksum_valid(ip.source(), ip.destination())
        && message.code_u8() == 0;
    let nobody = ip.source_addr().is_unspecified();
    sound
        && NdpOptionsIterator::from_slice(options).all(|option| match option {
            Ok(NdpOptionSlice::SourceLinkLayerAddress(_)) => !nobody,
            Ok(_) => true,
            Err(_) => false,
        })
}

/// How a router advertisement begins.
fn router() -> Icmpv6Type {
    Icmpv6Type::RouterAdvertisement(RouterAdvertisementHeader {
        cur_hop_limit: HOSTS_HOP_LIMIT,
        managed_address_config: true,
        other_config: false,
        router_lifetime: ROUTER_LIFETIME_SECONDS,
    })
}

/// How the router's neighbor advertisement begins: to who has no address it is not solicited
/// (RFC 4861 section 7.2.4).
fn neighbor(asker: Ipv6Addr) -> Icmpv6Type {
    Icmpv6Type::NeighborAdvertisement(NeighborAdvertisementHeader {
        router: true,
        solicited: !asker.is_unspecified(),
        r#override: true,
    })
}

/// The rest of a router advertisement: the host's timers are its own affair; then the router's
/// MAC, the link's MTU, the subnet's prefixes.
fn body(host: &Host) -> Vec<u8> {
    let mut body =
        RouterAdvertisementPayload { reachable_time: 0, retrans_timer: 0 }.to_bytes().to_vec();
    body.extend([NdpOptionType::SOURCE_LINK_LAYER_ADDRESS.0, 1]);
    body.extend(host.router_mac);
    body.extend([NdpOptionType::MTU.0, 1, 0, 0]);
    body.extend(u32::from(host.mtu).to_be_bytes());
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
