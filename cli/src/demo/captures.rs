//! Which packets does the demonstration start from? Real ones, see tests/data/captures/README.md.

use crate::error::Error;
use sim::capture::{self, Captured};
use std::path::PathBuf;

macro_rules! captures {
    ($($name:literal),+ $(,)?) => {
        [$( ($name, include_bytes!(concat!("../../../tests/data/captures/", $name))) ),+]
    };
}

/// Name and content of every capture.
const CAPTURES: [(&str, &[u8]); 11] = captures![
    "ssh.pcap",
    "afs.pcap",
    "bgp-4byte-asn.pcap",
    "edns-opts.pcap",
    "icmp-rfc8335.pcap",
    "ntp-control.pcap",
    "dhcp-rfc4388.pcap",
    "dhcpv4v6-rfc5970-rfc8572.pcap",
    "HSRP_election.pcap",
    "vxlan.pcap",
    "geneve.pcap",
];

/// The packets of every capture.
pub fn all() -> Result<Vec<(&'static str, Vec<Captured>)>, Error> {
    let read = |(name, bytes): (&'static str, &[u8])| {
        let failed = |source| Error::Capture { path: PathBuf::from(name), source };
        Ok((name, capture::read(bytes).map_err(failed)?))
    };
    CAPTURES.into_iter().map(read).collect()
}
