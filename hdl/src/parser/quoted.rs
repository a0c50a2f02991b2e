//! Whose packet is an ICMP error about?

use super::{
    layout::Headers,
    reference::be16,
    wire::{ICMP_ERRORS, PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP},
};

/// What an ICMP error without IP options quotes, so far as it has an IPv4 header. The packet is the
/// first of its fragments.
pub fn quoted(packet: &[u8], headers: &mut Headers) {
    let error = packet[9] == PROTOCOL_ICMP && packet.len() >= 48;
    if packet[0] != 0x45 || !error || !ICMP_ERRORS.contains(&packet[20]) {
        return;
    }
    let quoted = &packet[28..];
    let words = quoted[0] & 15;
    if quoted[0] >> 4 != 4 || words < 5 {
        return;
    }
    headers.quotes_dst = quoted[12..16] == packet[16..20];
    headers.quotes_src = quoted[16..20] == packet[12..16];
    if words == 5 && be16(quoted, 6) & 0x1fff == 0 {
        headers.quotes_tcp = quoted[9] == PROTOCOL_TCP && quoted.len() >= 38;
        let udp = quoted[9] == PROTOCOL_UDP && quoted.len() >= 28;
        headers.quotes_udp = udp && be16(quoted, 26) != 0;
    }
}
