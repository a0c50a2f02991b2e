//! What does the parser say of neighbor discovery?

use super::{
    directed::{Row, built, cut, with},
    frames::{HOP_LIMIT, Network, Transport, extended},
};
use crate::{
    meta::DropReason::{MalformedIcmp, MalformedNd, None},
    parser::{parse, wire},
};
use replay::Random;

/// A solicitation of 2001:: to 2001:db8::1 with its sender's MAC.
fn solicitation() -> Vec<u8> {
    let mut frame = built(0, Network::Ipv6, Transport::Other(58));
    frame[22..38].copy_from_slice(&[0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    frame.truncate(54);
    frame.extend([135, 0, 0, 0, 0, 0, 0, 0]);
    frame.extend([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    frame.extend([1, 1, 2, 0, 0, 0, 0, 9]);
    with(with(frame, 18, &[0, 32]), HOP_LIMIT, &[255])
}

/// A router solicitation with so many bytes of options.
fn routers(options: u8) -> Vec<u8> {
    let mut frame = cut(solicitation(), 54);
    frame.extend([133, 0, 0, 0, 0, 0, 0, 0]);
    frame.extend([1, 1, 2, 0, 0, 0, 0, 9].iter().cycle().take(options.into()));
    with(frame, 18, &[0, 8 + options])
}

pub fn rows() -> Vec<Row> {
    let ask = solicitation;
    let of = |bytes: u8| with(ask(), 18, &[0, bytes]);
    let hidden = extended(ask(), 14, &[(wire::DESTINATION_OPTIONS, 8)], &mut Random::new(13));
    let mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];
    vec![
        ("solicitation", ask(), None),
        ("solicitation of 24 bytes", cut(of(24), 78), None),
        ("solicitation of 23 bytes", of(23), MalformedNd),
        ("solicitation of 25 bytes", of(25), MalformedNd),
        ("solicitation of 31 bytes", of(31), MalformedNd),
        ("solicitation of 7 bytes", of(7), MalformedIcmp),
        ("solicitation from afar", with(ask(), HOP_LIMIT, &[254]), MalformedNd),
        ("solicitation of code 1", with(ask(), 55, &[1]), MalformedNd),
        ("solicitation for many", with(ask(), 62, &[0xff]), MalformedNd),
        ("solicitation for IPv4", with(ask(), 62, &mapped), MalformedNd),
        ("option of no length", with(ask(), 79, &[0]), MalformedNd),
        ("option of another kind", with(ask(), 78, &[14]), None),
        ("advertisement without its option", cut(with(of(24), 54, &[136]), 78), None),
        ("advertisement from afar", with(with(ask(), 54, &[136]), HOP_LIMIT, &[1]), MalformedNd),
        ("for routers", routers(0), None),
        ("for routers, with a MAC", routers(8), None),
        ("for routers, with a second option", routers(24), None),
        ("for routers, in 9 bytes", routers(1), MalformedNd),
        ("for routers, in 15 bytes", routers(7), MalformedNd),
        ("for routers, in 7 bytes", with(routers(0), 18, &[0, 7]), MalformedIcmp),
        ("for routers, an empty option", with(routers(8), 63, &[0]), MalformedNd),
        ("for routers, from afar", with(routers(8), HOP_LIMIT, &[254]), MalformedNd),
        ("for routers, of code 1", with(routers(8), 55, &[1]), MalformedNd),
        ("for routers, behind options", with(hidden.clone(), 62, &[133]), MalformedNd),
        ("redirect of 23 bytes", with(of(23), 54, &[137]), MalformedNd),
        ("type 138", with(with(ask(), 54, &[138]), HOP_LIMIT, &[1]), None),
        ("solicitation behind options", hidden.clone(), MalformedNd),
        ("redirect behind options", with(hidden.clone(), 62, &[137]), MalformedNd),
        ("type 138 behind options", with(hidden, 62, &[138]), None),
    ]
}

/// Who asks, for whom, and in whose name.
#[test]
fn neighbors_ask() {
    let target = 0x2001_0db8_0000_0000_0000_0000_0000_0001;
    let said = |frame: &[u8]| {
        let h = parse(frame, false);
        (h.neighbor, h.asks, h.dst_ip, h.claimed_mac)
    };
    assert_eq!(said(&solicitation()), (true, true, target, 0x0200_0000_0009));
    let own = parse(&solicitation(), false).src_mac;
    let plain = with(cut(solicitation(), 78), 18, &[0, 24]);
    assert_eq!(said(&plain), (true, true, target, own));
    let probe = with(solicitation(), 22, &[0; 16]);
    assert_eq!(said(&probe), (true, false, target, 0x0200_0000_0009));
    let advertisement = with(solicitation(), 54, &[136]);
    assert_eq!(said(&advertisement), (true, false, target, own));
    // Who asks for routers names no address.
    let h = parse(&routers(8), false);
    let to = u128::from_be_bytes(routers(8)[38..54].try_into().unwrap_or_default());
    assert_eq!((h.neighbor, h.asks, h.dst_ip, h.claimed_mac), (true, false, to, own));
    let other = with(solicitation(), 54, &[128]);
    assert!(!parse(&other, false).neighbor);
}
