//! How does the card count addresses? All in one line of 128 bits, IPv4 as ::ffff:a.b.c.d.

use ipnet::{IpNet, Ipv6Net};
use std::{
    net::{IpAddr, Ipv6Addr},
    ops::RangeInclusive,
};

/// Where IPv4 lies in the line (RFC 4291 section 2.5.5.2).
const MAPPED: RangeInclusive<u128> = 0xffff_0000_0000..=0xffff_ffff_ffff;

/// An address' place in the line.
pub fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// The address at a place of the line.
pub fn address(bits: u128) -> IpAddr {
    Ipv6Addr::from_bits(bits).to_canonical()
}

/// First and last place of a prefix, whatever lies between them.
pub fn span(cidr: IpNet) -> RangeInclusive<u128> {
    bits(cidr.network())..=bits(cidr.broadcast())
}

/// The places of a prefix' addresses: an IPv6 prefix around IPv4's places leaves them out.
pub fn ranges(cidr: IpNet) -> Vec<RangeInclusive<u128>> {
    let span = span(cidr);
    let around = matches!(cidr, IpNet::V6(_)) && span.contains(MAPPED.start());
    if !around {
        return vec![span];
    }
    let before = *span.start()..=MAPPED.start() - 1;
    let behind = MAPPED.end() + 1..=*span.end();
    [before, behind].into_iter().filter(|r| !r.is_empty()).collect()
}

/// Does a prefix lie where IPv4 is, though it is written as IPv6?
pub fn is_mapped(cidr: Ipv6Net) -> bool {
    let span = span(cidr.into());
    MAPPED.contains(span.start()) && MAPPED.contains(span.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cidr: &str, expect: &[(&str, &str)]) {
        let place = |a: &str| bits(a.parse().unwrap());
        let expect: Vec<_> = expect.iter().map(|(a, b)| place(a)..=place(b)).collect();
        assert_eq!(ranges(cidr.parse().unwrap()), expect, "{cidr}");
    }

    #[test]
    fn prefixes_say_nothing_of_the_other_family() {
        check("0.0.0.0/0", &[("0.0.0.0", "255.255.255.255")]);
        check("10.0.0.0/30", &[("10.0.0.0", "10.0.0.3")]);
        check("2001:db8::/127", &[("2001:db8::", "2001:db8::1")]);
        let last = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
        check("::/0", &[("::", "::fffe:ffff:ffff"), ("::1:0:0:0", last)]);
        check("::/80", &[("::", "::fffe:ffff:ffff")]);
        check("::fffe:0:0/95", &[("::fffe:0:0", "::fffe:ffff:ffff")]);
    }

    #[test]
    fn the_line_and_back() {
        for text in ["0.0.0.0", "10.1.2.3", "::", "2001:db8::1"] {
            let there: IpAddr = text.parse().unwrap();
            assert_eq!(address(bits(there)), there);
        }
    }
}
