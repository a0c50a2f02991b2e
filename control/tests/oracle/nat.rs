//! What does a packet look like under another address? Its checksums are made anew, from all bytes.

use etherparse::{Icmpv4Header, Ipv4Header, TcpHeader, UdpHeader};
use std::net::Ipv4Addr;

/// Bytes that first fragments lack, all of them zero: checksums cover what is not there.
pub const LACKING: usize = 24;

/// Which address of a packet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    Source,
    Destination,
}

/// The packet, and the cases that were met.
pub struct Outcome {
    pub ip: Vec<u8>,
    pub met: Vec<&'static str>,
}

/// A packet, whose checksums are right, with that address at one end.
pub fn translated(ip: &[u8], end: End, to: Ipv4Addr) -> Outcome {
    let (mut header, behind) = Ipv4Header::from_slice(ip).expect("IPv4");
    let lacking = if header.more_fragments { LACKING } else { 0 };
    let whole = usize::from(header.total_len) - header.header_len() + lacking;
    let was = match end {
        End::Source => std::mem::replace(&mut header.source, to.octets()),
        End::Destination => std::mem::replace(&mut header.destination, to.octets()),
    };
    header.header_checksum = header.calc_header_checksum();
    let mut behind = behind.to_vec();
    let mut met = Vec::new();
    let first = header.fragment_offset.value() == 0;
    let plain = header.options.is_empty();
    match header.protocol.0 {
        _ if !first => met.push("translated, a later fragment"),
        6 => {
            met.push("translated, TCP");
            let sum = tcp_sum(&header, &behind, whole);
            sum_at(&mut behind, 16, sum);
        }
        17 if behind[6..8] == [0, 0] => met.push("translated, UDP without a checksum"),
        17 => {
            met.push("translated, UDP");
            let sum = udp_sum(&header, &behind);
            sum_at(&mut behind, 6, sum);
        }
        1 if plain && [3, 4, 5, 11, 12].contains(&behind[0]) => {
            met.push(error(&mut behind, end, was, to));
        }
        _ => met.push("translated, something else"),
    }
    if first && header.more_fragments {
        met.push("translated, a first fragment");
    }
    Outcome { ip: [header.to_bytes().as_slice(), &behind].concat(), met }
}

/// An ICMP error knows its receiver, or sender, from what it quotes.
fn error(message: &mut [u8], end: End, was: [u8; 4], to: Ipv4Addr) -> &'static str {
    let (quoted, _) = Ipv4Header::from_slice(&message[8..]).expect("IPv4");
    // It goes the other way.
    let (known, other) = match end {
        End::Source => (quoted.destination, End::Destination),
        End::Destination => (quoted.source, End::Source),
    };
    if known != was {
        return "ICMP error about others";
    }
    let inner = translated(&message[8..], other, to).ip;
    // Behind options the transport header is not looked for.
    let known = if quoted.options.is_empty() { inner.len() } else { quoted.header_len() };
    message[8..8 + known].copy_from_slice(&inner[..known]);
    let (mut header, rest) = Icmpv4Header::from_slice(message).expect("ICMP");
    header.update_checksum(rest);
    let sum = header.checksum;
    sum_at(message, 2, sum);
    "ICMP error translated"
}

/// Write it, if there is so much.
fn sum_at(bytes: &mut [u8], at: usize, sum: u16) {
    if let Some(place) = bytes.get_mut(at..at + 2) {
        place.copy_from_slice(&sum.to_be_bytes());
    }
}

/// The bytes as they were, with zeros in place of those that are lacking.
fn whole(bytes: &[u8], length: usize) -> Vec<u8> {
    let mut all = bytes.to_vec();
    all.resize(length, 0);
    all
}

fn tcp_sum(ip: &Ipv4Header, bytes: &[u8], length: usize) -> u16 {
    // What is quoted may end before there is a header.
    if bytes.len() < 20 {
        return 0;
    }
    let all = whole(bytes, length);
    let (tcp, data) = TcpHeader::from_slice(&all).expect("TCP");
    tcp.calc_checksum_ipv4_raw(ip.source, ip.destination, data).expect("it is short")
}

fn udp_sum(ip: &Ipv4Header, bytes: &[u8]) -> u16 {
    let length = usize::from(u16::from_be_bytes([bytes[4], bytes[5]]));
    let all = whole(bytes, length);
    let (udp, data) = UdpHeader::from_slice(&all).expect("UDP");
    udp.calc_checksum_ipv4_raw(ip.source, ip.destination, data).expect("it is short")
}
