//! Under which address do those outside know it?
//!
//! ```text
//!   ENI outside, IPv4 ---> the mapping's other address --- none ---> NoPublicAddress
//!                                     |
//!          far address, header checksum, TCP's and UDP's: of the packet,
//!                          and of what an ICMP error in it quotes
//! ```
//! An ENI outside is the router beyond an internet gateway: it sends to public addresses, and sees
//! those alone. So it is always the far address of a packet that changes, the destination of what
//! comes from outside and the source of what goes there, and the mapping that is asked for anyway
//! knows into what. Checksums change by what the address changes (RFC 1624); IPv6 has no other
//! address and passes unchanged.
//!
//! A packet whose other end is an ENI of this card passes as two (`pipeline`), the second of which
//! knows nothing of the first one's address: the card lets none pass.

use crate::{
    mapping::MappingAction,
    meta::DropReason,
    parser::{
        Headers,
        wire::{PROTOCOL_TCP, PROTOCOL_UDP},
    },
};

// ---- layout -----------------------------------------------------------------------------

/// Halfwords from an IPv4 header without options to its checksum, its source, its destination
/// (RFC 791),
pub const CHECKSUM: usize = 5;
/// See [`CHECKSUM`].
pub const SOURCE: usize = 6;
/// See [`CHECKSUM`].
pub const DESTINATION: usize = 8;
/// to the checksum of ICMP, of UDP and of TCP behind it,
pub const ICMP_CHECKSUM: usize = 11;
/// See [`ICMP_CHECKSUM`].
pub const UDP_CHECKSUM: usize = 13;
/// See [`ICMP_CHECKSUM`].
pub const TCP_CHECKSUM: usize = 18;
/// and to what an ICMP error behind it quotes.
pub const QUOTED: usize = 14;

// ---- reference --------------------------------------------------------------------------

/// Has the packet's far address another one, if its ENI stands `outside`? `inside`: it comes from
/// an ENI of this card.
pub fn judge(outside: bool, m: &MappingAction, inside: bool, h: &Headers) -> DropReason {
    let known = m.nat_ip != 0 && !m.local && !inside;
    if translates(outside, h) && !known { DropReason::NoPublicAddress } else { DropReason::None }
}

/// Must it change?
pub const fn translates(outside: bool, h: &Headers) -> bool {
    outside && h.is_ipv4
}

/// Change the far address of a packet, its source if it is `inbound`, into `to`. The packet is as
/// the parser has read it.
pub fn translate(packet: &mut [u8], to: u32, inbound: bool, h: &Headers) {
    let [far, near] = if inbound { [SOURCE, DESTINATION] } else { [DESTINATION, SOURCE] };
    let new = [(to >> 16) as u16, to as u16];
    // What the complement of a sum over the address grows by (RFC 1624 section 3, equation 3).
    let old = [get(packet, far), get(packet, far + 1)];
    let grows = [!old[0], !old[1], new[0], new[1]].into_iter().fold(0, add);
    let mut change = |at: usize, address: usize| {
        put(packet, at + address, new[0]);
        put(packet, at + address + 1, new[1]);
        put(packet, at + CHECKSUM, sum(get(packet, at + CHECKSUM), grows));
    };
    change(0, far);
    let quotes = if inbound { h.quotes_src } else { h.quotes_dst };
    if quotes {
        change(QUOTED, near);
    }
    let options = 2 * (usize::from(h.quote_words) - 7);
    match h.protocol {
        PROTOCOL_TCP if h.ported => adjust(packet, options + TCP_CHECKSUM, grows, false),
        PROTOCOL_UDP if h.ported => adjust(packet, options + UDP_CHECKSUM, grows, true),
        _ => {}
    }
    // An ICMP error's checksum covers what it quotes. There the address and the header's checksum
    // make up for each other; by what the transport's grows, the error's shrinks.
    if quotes && (h.quotes_tcp || h.quotes_udp) {
        let at = QUOTED + if h.quotes_udp { UDP_CHECKSUM } else { TCP_CHECKSUM };
        adjust(packet, at, grows, h.quotes_udp);
        adjust(packet, ICMP_CHECKSUM, !grows, false);
    }
}

/// A checksum behind IP. Of UDP zero is none, and what comes to zero is sent as ones (RFC 768).
fn adjust(packet: &mut [u8], at: usize, grows: u16, of_udp: bool) {
    let old = get(packet, at);
    let new = match sum(old, grows) {
        _ if of_udp && old == 0 => 0,
        0 if of_udp => 0xffff,
        new => new,
    };
    put(packet, at, new);
}

/// A checksum over what grows by that.
const fn sum(old: u16, grows: u16) -> u16 {
    !add(!old, grows)
}

/// One's-complement addition (RFC 1071).
const fn add(a: u16, b: u16) -> u16 {
    let (sum, carry) = a.overflowing_add(b);
    sum + carry as u16
}

fn get(packet: &[u8], halfword: usize) -> u16 {
    u16::from_be_bytes([packet[2 * halfword], packet[2 * halfword + 1]])
}

fn put(packet: &mut [u8], halfword: usize, value: u16) {
    packet[2 * halfword..2 * halfword + 2].copy_from_slice(&value.to_be_bytes());
}

// ---- kernel -----------------------------------------------------------------------------

#[cfg(feature = "gateware")]
#[allow(missing_docs)] // what `LogicStruct` derives has none
pub mod gateware;
