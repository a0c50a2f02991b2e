//! What does the parser say of packets that nobody here made, and does another parser agree?

use super::{Case, simulate_all};
use crate::meta::DropReason;
use crate::parser::{Headers, parse};
use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use std::collections::BTreeMap;
use std::net::Ipv6Addr;

/// Real captures, described in the README.md beside them.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/captures");

fn frames() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut paths: Vec<_> =
        std::fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|name| name == "pcap")) {
        let file = std::fs::File::open(path).unwrap();
        let mut reader = pcap_file::pcap::PcapReader::new(file).unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        assert_eq!(reader.header().datalink, pcap_file::DataLink::ETHERNET, "{name}");
        let mut number = 0;
        while let Some(packet) = reader.next_packet() {
            number += 1;
            let frame = packet.unwrap().data.into_owned();
            for net in [false, true] {
                let name = format!("{name} frame {number}");
                cases.push(Case { name, frame: frame.clone(), net });
            }
        }
    }
    cases
}

/// How often which fault stands in the captures, on a host port and on a net port.
#[test]
fn captures_hold_these_faults() {
    let mut counts: BTreeMap<(bool, DropReason), usize> = BTreeMap::new();
    for case in frames() {
        *counts.entry((case.net, parse(&case.frame, case.net).fault)).or_default() += 1;
    }
    let counts: Vec<_> = counts.into_iter().map(|((net, fault), n)| (net, fault, n)).collect();
    // All are whole; ten are VXLAN, 39 Geneve, of which 19 have a critical option.
    let whole = DropReason::None;
    assert_eq!(
        counts,
        [
            (false, whole, 985),
            (true, whole, 30),
            (true, DropReason::BadTunnel, 936),
            (true, DropReason::CriticalOption, 19)
        ]
    );
}

#[test]
fn another_parser_reads_the_captures_alike() {
    let mut compared = 0;
    for case in frames().iter().filter(|case| !case.net) {
        let headers = parse(&case.frame, false);
        if headers.fault == DropReason::None && !headers.is_arp {
            agrees(&headers, &SlicedPacket::from_ethernet(&case.frame).unwrap(), &case.name);
            compared += 1;
        }
    }
    assert!(compared > 900, "{compared} frames compared");
}

fn agrees(headers: &Headers, other: &SlicedPacket, name: &str) {
    let (source, destination, protocol, fragmented) = match other.net.as_ref().unwrap() {
        NetSlice::Ipv4(ip) => (
            ip.header().source_addr().to_ipv6_mapped(),
            ip.header().destination_addr().to_ipv6_mapped(),
            ip.header().protocol(),
            ip.header().is_fragmenting_payload(),
        ),
        NetSlice::Ipv6(ip) => (
            ip.header().source_addr(),
            ip.header().destination_addr(),
            ip.header().next_header(),
            false,
        ),
        NetSlice::Arp(_) => panic!("{name}: ARP"),
    };
    assert_eq!(Ipv6Addr::from(headers.src_ip), source, "{name}");
    assert_eq!(Ipv6Addr::from(headers.dst_ip), destination, "{name}");
    assert_eq!(headers.protocol, protocol.0, "{name}");
    match &other.transport {
        Some(TransportSlice::Tcp(tcp)) => {
            let flags = tcp.slice()[13];
            let want = (tcp.source_port(), tcp.destination_port(), flags);
            assert_eq!((headers.src_port, headers.dst_port, headers.tcp_flags), want, "{name}");
        }
        Some(TransportSlice::Udp(udp)) => {
            let want = (udp.source_port(), udp.destination_port());
            assert_eq!((headers.src_port, headers.dst_port), want, "{name}");
        }
        Some(TransportSlice::Icmpv4(icmp)) => {
            let want = u16::from_be_bytes([icmp.type_u8(), icmp.code_u8()]);
            assert_eq!(headers.dst_port, want, "{name}");
        }
        Some(TransportSlice::Icmpv6(icmp)) => {
            let want = u16::from_be_bytes([icmp.type_u8(), icmp.code_u8()]);
            assert_eq!(headers.dst_port, want, "{name}");
        }
        _ => assert!(!headers.ported || fragmented, "{name}"),
    }
}

#[test]
fn the_kernel_reads_the_captures() {
    simulate_all(&frames(), 0);
}
