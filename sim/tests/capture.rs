//! Are captures read and written as others do?

use sim::capture::{Captured, Error, read, write};
use std::time::Duration;

/// A pcap file with this magic number and these packets: seconds, fraction, bytes, wire length.
fn pcap(big: bool, magic: u32, link: u32, packets: &[(u32, u32, &[u8], u32)]) -> Vec<u8> {
    let dword = |v: u32| if big { v.to_be_bytes() } else { v.to_le_bytes() };
    let halves = if big { [0, 2, 0, 4] } else { [2, 0, 4, 0] };
    let header = [dword(magic), halves, dword(0), dword(0), dword(96), dword(link)];
    let mut file = header.concat();
    for (seconds, fraction, bytes, wire) in packets {
        let record = [*seconds, *fraction, bytes.len() as u32, *wire].map(dword);
        file.extend(record.concat());
        file.extend(*bytes);
    }
    file
}

/// A pcapng block of that type.
fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = (12 + body.len() as u32).to_le_bytes();
    [&kind.to_le_bytes(), &length[..], body, &length].concat()
}

/// A pcapng file with one interface of that time resolution, and one packet at `time`.
fn pcapng(resolution: Option<u8>, time: u64) -> Vec<u8> {
    let section = [&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
    let mut interface = vec![1, 0, 0, 0, 0, 0, 0, 0];
    if let Some(resolution) = resolution {
        interface.extend([9, 0, 1, 0, resolution, 0, 0, 0, 0, 0, 0, 0]);
    }
    let [high, low] = [(time >> 32) as u32, time as u32];
    let mut packet = [0, high, low, 3, 64].map(u32::to_le_bytes).concat();
    packet.extend([1, 2, 3, 0]);
    [block(0x0a0d_0d0a, &section), block(1, &interface), block(6, &packet)].concat()
}

#[test]
fn pcap_in_both_units_and_byte_orders() {
    for (magic, unit) in [(0xa1b2_c3d4, 1000), (0xa1b2_3c4d, 1)] {
        for big in [false, true] {
            let file = pcap(big, magic, 1, &[(7, 5, &[1, 2, 3], 3), (8, 0, &[4], 1500)]);
            let captured = read(&file[..]).unwrap();
            let first =
                Captured { time: Duration::new(7, 5 * unit), bytes: vec![1, 2, 3], wire_bytes: 3 };
            assert_eq!(captured[0], first);
            assert!(!captured[0].is_cut() && captured[1].is_cut());
        }
    }
}

#[test]
fn pcapng_in_its_unit_of_time() {
    let times = [
        (None, 5_000_007, Duration::new(5, 7_000)),
        (Some(9), 5_000_000_007, Duration::new(5, 7)),
        (Some(3), 5_007, Duration::new(5, 7_000_000)),
        (Some(0x8a), 5 << 10 | 512, Duration::new(5, 500_000_000)),
    ];
    for (resolution, units, time) in times {
        let captured = read(&pcapng(resolution, units)[..]).unwrap();
        assert_eq!(captured, [Captured { time, bytes: vec![1, 2, 3], wire_bytes: 64 }]);
    }
}

#[test]
fn a_capture_that_ends_in_mid_packet_says_where() {
    let file = pcap(false, 0xa1b2_c3d4, 1, &[(7, 5, &[1; 60], 60), (8, 0, &[2; 60], 60)]);
    for end in [file.len() - 1, file.len() - 60, file.len() - 70] {
        let error = read(&file[..end]).unwrap_err();
        assert!(matches!(error, Error::Ends(2)), "{error}");
        let text = error.to_string();
        assert!(text.contains("in the middle of packet 2") && text.contains("the 1 packets"));
    }
    assert_eq!(read(&file[..file.len() - 76]).unwrap().len(), 1);
    let file = pcapng(None, 0);
    let error = read(&file[..file.len() - 6]).unwrap_err();
    assert!(matches!(error, Error::Ends(1)), "{error}");
}

#[test]
fn what_is_no_ethernet_capture_is_refused() {
    assert!(matches!(read(&b"GET / HTTP/1.1\r\n\r\nHost: x"[..]), Err(Error::NoCapture(_))));
    assert!(matches!(read(&b""[..]), Err(Error::NoCapture(_))));
    let raw_ip = pcap(false, 0xa1b2_c3d4, 101, &[]);
    assert!(matches!(read(&raw_ip[..]), Err(Error::NotEthernet(_))));
}

#[test]
fn what_is_written_is_read() {
    let frames = [(Duration::new(1, 999_999_999), vec![7; 60]), (Duration::ZERO, vec![8; 9216])];
    let mut file = Vec::new();
    write(&mut file, frames.iter().map(|(time, bytes)| (*time, &bytes[..]))).unwrap();
    assert_eq!(u32::from_le_bytes([file[0], file[1], file[2], file[3]]), 0xa1b2_3c4d);
    let captured = read(&file[..]).unwrap();
    let same: Vec<_> = captured.into_iter().map(|c| (c.time, c.bytes)).collect();
    assert_eq!(same, frames);
    let long = vec![0; 65_536];
    let error = write(&mut file, [(Duration::ZERO, &long[..])]).unwrap_err();
    assert!(matches!(error, Error::TooLong(65_536)), "{error}");
}
