//! What does the parser say of the packet that an ICMP error quotes?

use super::{Case, simulate_all};
use crate::parser::{
    parse,
    wire::{ICMP_ERRORS, PROTOCOL_TCP, PROTOCOL_UDP},
};
use etherparse::*;
use replay::Random;

const NEAR: [u8; 4] = [10, 0, 0, 4];
const FAR: [u8; 4] = [203, 0, 113, 9];
const OTHER: [u8; 4] = [10, 0, 0, 5];
/// Bytes of the quoted transport header: all of TCP's and some more.
const BEHIND: usize = 24;

/// An ICMP message from one to the other that quotes an IPv4 header of so many words.
struct Message {
    kind: u8,
    options: usize,
    version_words: u8,
    protocol: u8,
    fragment: u16,
    addresses: [[u8; 4]; 2],
    /// Bytes of the transport header that it quotes.
    behind: usize,
    /// Are there others than zeros?
    summed: bool,
}

const PLAIN: Message = Message {
    kind: 3,
    options: 0,
    version_words: 0x45,
    protocol: PROTOCOL_TCP,
    fragment: 0x4000,
    addresses: [FAR, NEAR],
    behind: BEHIND,
    summed: true,
};

impl Message {
    fn random(random: &mut Random) -> Self {
        let mut one = |list: &[u64]| list[random.below(list.len() as u64) as usize];
        let address = |n: u64| [NEAR, FAR, OTHER][n as usize];
        Self {
            kind: one(&[3, 3, 3, 4, 5, 11, 12, 0, 8]) as u8,
            options: one(&[0, 0, 0, 0, 4]) as usize,
            version_words: one(&[0x45, 0x45, 0x45, 0x45, 0x46, 0x4f, 0x44, 0x65]) as u8,
            protocol: one(&[6, 6, 17, 17, 1, 132]) as u8,
            fragment: one(&[0, 0, 0x4000, 0x2000, 0x2001, 0x1fff]) as u16,
            addresses: [address(one(&[0, 1, 1, 2])), address(one(&[0, 0, 1, 2]))],
            behind: one(&[0, 5, 6, 7, 8, 9, 15, 17, 18, 19, 24, 24]) as usize,
            summed: one(&[0, 1, 1]) == 1,
        }
    }

    /// As a frame from `NEAR` to `FAR`, padded with what is not of the packet.
    fn frame(&self) -> Vec<u8> {
        let words = usize::from(self.version_words & 15);
        let mut quoted = vec![0x11; 4 * words.max(5)];
        quoted[0] = self.version_words;
        quoted[6..8].copy_from_slice(&self.fragment.to_be_bytes());
        quoted[9] = self.protocol;
        quoted[12..20].copy_from_slice(&self.addresses.concat());
        quoted.extend((0..self.behind).map(|i| if self.summed { i as u8 } else { 0 }));
        let mut header = Ipv4Header { source: NEAR, destination: FAR, ..Ipv4Header::default() };
        header.options = Ipv4Options::try_from(&[1; 4][..self.options]).expect("whole words");
        let ip = IpHeaders::Ipv4(header, Ipv4Extensions::default());
        let mut frame = Vec::new();
        PacketBuilder::ethernet2([2; 6], [4; 6])
            .ip(ip)
            .icmpv4_raw(self.kind, 0, [0; 4])
            .write(&mut frame, &quoted)
            .expect("it fits");
        frame.resize(frame.len().max(60), 0xa5);
        frame
    }
}

/// From the destination, to the source, with a checksum of TCP, of UDP?
fn said(message: &Message) -> [bool; 4] {
    let h = parse(&message.frame(), false);
    [h.quotes_dst, h.quotes_src, h.quotes_tcp, h.quotes_udp]
}

#[test]
fn an_error_quotes_whom_it_is_about() {
    let udp = Message { protocol: PROTOCOL_UDP, ..PLAIN };
    let (tcp_too, udp_too) = ([true, true, true, false], [true, true, false, true]);
    let header = [true, true, false, false];
    assert_eq!(said(&PLAIN), tcp_too);
    assert_eq!(said(&Message { behind: 18, ..PLAIN }), tcp_too);
    assert_eq!(said(&Message { behind: 17, ..PLAIN }), header);
    assert_eq!(said(&udp), udp_too);
    assert_eq!(said(&Message { behind: 8, ..udp }), udp_too);
    assert_eq!(said(&Message { behind: 7, ..udp }), header);
    assert_eq!(said(&Message { summed: false, ..udp }), header);
    assert_eq!(said(&Message { summed: false, ..PLAIN }), tcp_too);
    assert_eq!(said(&Message { version_words: 0x4f, ..PLAIN }), header);
    assert_eq!(said(&Message { fragment: 1, ..PLAIN }), header);
    assert_eq!(said(&Message { addresses: [FAR, OTHER], ..PLAIN }), [true, false, true, false]);
    assert_eq!(said(&Message { addresses: [OTHER, NEAR], ..PLAIN }), [false, true, true, false]);
    let nothing = [false; 4];
    assert_eq!(said(&Message { options: 4, ..PLAIN }), nothing);
    assert_eq!(said(&Message { version_words: 0x65, ..PLAIN }), nothing);
    assert_eq!(said(&Message { version_words: 0x44, ..PLAIN }), nothing);
    for kind in 0..=255 {
        let error = ICMP_ERRORS.contains(&kind);
        assert_eq!(said(&Message { kind, ..PLAIN }) != nothing, error, "type {kind}");
    }
}

#[test]
fn errors_back_to_back() {
    let mut random = Random::new(21);
    let case = |number| {
        let frame = Message::random(&mut random).frame();
        Case { name: format!("error {number}"), frame, net: false }
    };
    let cases: Vec<Case> = (0..900).map(case).collect();
    let tcp = cases.iter().filter(|c| parse(&c.frame, false).quotes_tcp).count();
    let udp = cases.iter().filter(|c| parse(&c.frame, false).quotes_udp).count();
    assert!(tcp > 15 && udp > 15, "{tcp}, {udp}");
    simulate_all(&cases, 20);
}
