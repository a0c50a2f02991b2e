//! What must the host's CPU answer in place of the card, and how does the answer get out?
//!
//! ```text
//!   DHCP, router solicitation -----> [ header ] ++ frame --> cpu0 --> driver
//!   to the router, for a service --> (16 bytes)                         |
//!                                                                       v
//!   as if it came in at a port <---- [ a beat is taken off ] <------- cpu0
//!   out of a port, as it is <------- (who, which way)
//! ```
//! An ENI that has no address yet speaks under none; so what it asks of the host is [`excused`].
//! Network ACLs, security groups and routes have no say in what is punted, and no connection comes
//! of it; but a packet that misses its mapping passes all of them first, and again when it comes
//! back. What comes out of a tunnel is never punted.

use crate::{
    eni::AttachAction,
    explain::Trace,
    mapping::{By, MappingAction},
    meta::{PuntReason, Source},
    parser::{
        Headers,
        wire::{NEIGHBOR_SOLICITATION, PROTOCOL_UDP, ROUTER_SOLICITATION},
    },
    profile::{CPU_PORT, is_net},
    route::{RouteLabel, Target},
};
use layout::Layout;

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// What stands in front of a punted frame, the last byte on the wire lowest.
    pub struct PuntHeader {
        /// Zero.
        reserved: u64 => 56,
        /// Parity of the generation by which the frame was judged.
        generation: bool,
        /// Zero.
        reserved_flags: u8 => 7,
        /// When it was judged, in ticks.
        tick: u16 => 12,
        /// Zero.
        reserved_tick: u8 => 4,
        /// The ENI that sent it, by its number on this card.
        eni: u16 => 10,
        /// Zero.
        reserved_eni: u8 => 6,
        /// Port at which it came in.
        port: u8 => 3,
        /// Zero.
        reserved_port: u8 => 5,
        /// The service that has the destination address, by its number; 0 is none.
        service: u8 => 4,
        /// Zero.
        reserved_service: u8 => 4,
        /// Why.
        reason: PuntReason,
        /// Zero.
        reserved_reason: u8 => 5,
        /// [`VERSION`].
        version: u8 => 8,
    }
    /// How a frame from the host's CPU begins: a beat of the port's width, of which these are the
    /// first 16 bytes, the last one on the wire lowest.
    pub struct InjectHeader {
        /// Zero.
        reserved: u128 => 104,
        /// The frame leaves through that port, as it is; else it is judged as if it had come in
        /// there.
        direct: bool,
        /// Zero.
        reserved_flags: u8 => 7,
        /// A host port or a net port.
        as_port: u8 => 3,
        /// Zero.
        reserved_port: u8 => 5,
        /// [`VERSION`].
        version: u8 => 8,
    }
}

/// Version of both headers.
pub const VERSION: u8 = 1;
/// Bytes of either header.
pub const HEADER_BYTES: usize = 16;
/// UDP ports to which DHCP clients send: of IPv4 (RFC 2131 section 4.1), of IPv6 (RFC 8415 section
/// 7.2).
pub const DHCP_PORTS: [u16; 2] = [67, 547];
/// The addresses that mean the same in every VPC and need no route: link-local ones of IPv4 (RFC
/// 3927 section 2.1), 169.254.0.0/16, and those that AWS has for its services over IPv6,
/// fd00:ec2::/32.
pub const FIXED: [u32; 2] = [0xa9fe, 0xfd00_0ec2];

/// A header as it stands in front of a frame.
pub fn bytes<H: Layout>(header: &H) -> [u8; HEADER_BYTES] {
    let mut dwords = [0; HEADER_BYTES / 4];
    header.pack(&mut dwords);
    dwords.iter().rev().fold(0, |all, dword| all << 32 | u128::from(*dword)).to_be_bytes()
}

/// The header at the front of a frame, and what is behind it.
pub fn split<H: Layout>(frame: &[u8]) -> Option<(H, &[u8])> {
    let (header, rest) = frame.split_first_chunk::<HEADER_BYTES>()?;
    let all = u128::from_be_bytes(*header);
    let dwords: [u32; HEADER_BYTES / 4] = std::array::from_fn(|i| (all >> (32 * i)) as u32);
    Some((H::unpack(&dwords).ok()?, rest))
}

// ---- reference --------------------------------------------------------------------------

/// What an ENI asks of the host without naming it: DHCP, routers.
pub fn calls(inbound: bool, h: &Headers) -> PuntReason {
    let dhcp = DHCP_PORTS[usize::from(h.is_ipv6)];
    // To a group, as a client does that knows no server; a relay of tenants sends to one.
    let group = h.dst_mac >> 40 & 1 == 1;
    let udp = group && h.protocol == PROTOCOL_UDP && h.ported;
    let message = h.is_ipv6.then_some((h.dst_port >> 8) as u8).filter(|_| h.neighbor);
    if inbound {
        PuntReason::None
    } else if udp && h.dst_port == dhcp {
        PuntReason::Dhcp
    } else if message == Some(ROUTER_SOLICITATION) {
        PuntReason::RouterSolicitation
    } else if message == Some(NEIGHBOR_SOLICITATION) && is_link_local(h.dst_ip) {
        PuntReason::LinkLocal
    } else {
        PuntReason::None
    }
}

/// May it come from an address that nobody has assigned? Who has no address yet asks for one by
/// 0.0.0.0, :: or a link-local one (fe80::/10), and who has no packet to send asks for a neighbor
/// by his link-local one (RFC 4861 section 7.2.2).
pub fn excused(h: &Headers) -> bool {
    let local = h.is_ipv6 && is_link_local(h.src_ip);
    let nobody = if h.is_ipv6 { h.src_ip == 0 } else { h.src_ip as u32 == 0 };
    let asks = h.neighbor && h.dst_port >> 8 == u16::from(NEIGHBOR_SOLICITATION);
    match calls(false, h) {
        PuntReason::Dhcp | PuntReason::RouterSolicitation => local || nobody,
        _ => asks && local,
    }
}

/// Is it in fe80::/10 (RFC 4291 section 2.4)?
fn is_link_local(ip: u128) -> bool {
    ip >> 118 == 0x3fa
}

/// Does the destination mean the same in every VPC? See [`FIXED`].
pub fn fixed(h: &Headers) -> bool {
    !h.is_arp && is_fixed(h.dst_ip)
}

/// Likewise of an address, IPv4 as ::ffff:a.b.c.d.
pub fn is_fixed(ip: u128) -> bool {
    ip >> 16 == 0xffff_0000 | u128::from(FIXED[0]) || (ip >> 96) as u32 == FIXED[1]
}

/// Is it for a service of the sender's VPC? It was sent to the router, by a route or, to a fixed
/// address, by none; `found` there.
pub fn serves(by: By, found: Option<MappingAction>) -> PuntReason {
    let to_others = |r: RouteLabel| matches!(r.target, Target::Peering | Target::TransitGateway);
    let beyond = matches!(by, By::Route(route) if to_others(route));
    match found {
        Some(m) if m.service != 0 && !beyond => PuntReason::Service,
        _ => PuntReason::None,
    }
}

/// Does the ENI's VPC ask for the mapping that nobody has found for what is routed?
pub fn misses(routed: bool, eni: &AttachAction, found: Option<MappingAction>) -> PuntReason {
    if routed && eni.asks && found.is_none() { PuntReason::MappingMiss } else { PuntReason::None }
}

/// What stands in front of a punted frame.
pub fn header(t: &Trace) -> PuntHeader {
    let Trace { port, generation, tick, verdict, .. } = *t;
    PuntHeader {
        version: VERSION,
        reason: verdict.punt,
        service: t.mapping.service,
        port,
        eni: t.eni.eni,
        tick,
        generation,
        ..PuntHeader::default()
    }
}

/// From where a frame that came in at a port comes, and the frame: one from the CPU's port begins
/// with a beat of `beat_bytes` that says so.
pub fn arrive(port: usize, frame: &[u8], beat_bytes: usize) -> (Source, &[u8]) {
    if port != CPU_PORT {
        return (Source::at(port), frame);
    }
    let bad = Source { port: NOWHERE, injected: true, bad: true, ..Source::default() };
    let Some((beat, rest)) = frame.split_at_checked(beat_bytes).filter(|(_, f)| !f.is_empty())
    else {
        return (bad, frame);
    };
    let (as_port, direct) = (beat[1] & 7, beat[2] & 1 == 1);
    let bad = beat[0] != VERSION || usize::from(as_port) >= CPU_PORT;
    let net = is_net(as_port.into()) && !direct;
    (Source { port: as_port, net, injected: true, direct, bad }, rest)
}

/// In place of a port: a frame from the CPU says nothing of it.
pub const NOWHERE: u8 = 7;

// ---- kernel -----------------------------------------------------------------------------

#[cfg(feature = "gateware")]
#[allow(missing_docs)] // what `LogicStruct` derives has none
pub mod gateware;

// ---- proof ------------------------------------------------------------------------------

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_as_documented() {
        let header = PuntHeader {
            version: VERSION,
            reason: PuntReason::Service,
            service: 9,
            port: 1,
            eni: 0x203,
            tick: 0xabc,
            generation: true,
            ..PuntHeader::default()
        };
        let on_wire = [1, 3, 9, 1, 2, 3, 0x0a, 0xbc, 1, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(bytes(&header), on_wire);
        assert_eq!(split(&[&on_wire[..], &[7]].concat()), Some((header, &[7][..])));
        let header =
            InjectHeader { version: VERSION, as_port: 2, direct: true, ..InjectHeader::default() };
        assert_eq!(bytes(&header)[..4], [1, 2, 1, 0]);
        assert_eq!(split::<InjectHeader>(&on_wire[..15]), None);
    }

    #[test]
    fn a_frame_from_the_cpu_says_where_it_comes_from() {
        let inject = |beat: [u8; 3], bytes: usize| {
            let frame = [&beat[..], &vec![0; bytes - 3]].concat();
            let (source, rest) = arrive(CPU_PORT, &frame, 64);
            (source.port, source.net, source.direct, source.bad, rest.len())
        };
        assert_eq!(inject([1, 0, 0], 65), (0, false, false, false, 1));
        assert_eq!(inject([1, 2, 0], 128), (2, true, false, false, 64));
        assert_eq!(inject([1, 2, 1], 128), (2, false, true, false, 64));
        assert_eq!(inject([1, 3, 0], 128), (3, false, false, true, 64));
        assert_eq!(inject([2, 0, 0], 128), (0, false, false, true, 64));
        assert_eq!(inject([1, 0, 0], 64), (7, false, false, true, 64));
        assert_eq!(arrive(1, &[5], 64), (Source::at(1), &[5][..]));
    }
}
