//! What does this one value mean, whatever stands around it?

use crate::{
    address,
    file::{Vlan, Word},
    problem::{Cause, EdgeCause},
    vpcs::{IDLE_SECONDS_MAX, PROTOCOLS, RULE_NUMBER_MAX, UNDERLAY_MTU},
};
use hdl::{
    profile::{HOST_PORTS, PORT_NAMES},
    punt::is_fixed,
};
use ipnet::IpNet;
use macaddr::MacAddr6;
use std::{
    net::{IpAddr, Ipv4Addr},
    ops::RangeInclusive,
};

/// Prefixes that no VPC may touch, and why.
const SPECIAL: [(&str, &str); 9] = [
    ("0.0.0.0/8", "this network"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link-local addresses and services"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved, and broadcast"),
    ("::/8", "reserved, loopback, and IPv4"),
    ("fd00:ec2::/32", "services"),
    ("fe80::/10", "link-local addresses"),
    ("ff00::/8", "multicast"),
];

/// A prefix without host bits.
pub fn cidr(text: &str) -> Result<IpNet, Cause> {
    let cidr: IpNet = text.parse().map_err(|_| Cause::BadCidr { text: text.into() })?;
    let meant = cidr.trunc();
    match cidr {
        _ if cidr != meant => Err(Cause::HostBits { text: text.into(), meant }),
        IpNet::V6(v6) if address::is_mapped(v6) => Err(Cause::MappedCidr { cidr }),
        _ => Ok(cidr),
    }
}

/// A prefix of addresses that tenants may have.
pub fn tenant_cidr(text: &str) -> Result<IpNet, Cause> {
    let cidr = cidr(text)?;
    for (special, why) in SPECIAL {
        let prefix: IpNet = special.parse().expect("a constant, and every one is tested");
        if prefix.contains(&cidr) || cidr.contains(&prefix) {
            return Err(Cause::SpecialCidr { cidr, special, why });
        }
    }
    Ok(cidr)
}

/// An address.
pub fn ip(text: &str) -> Result<IpAddr, Cause> {
    text.parse().map_err(|_| Cause::BadAddress { text: text.into() })
}

/// An address of a tunnel endpoint.
pub fn underlay_ip(text: &str) -> Result<Ipv4Addr, Cause> {
    let bad = || Cause::BadUnderlayIp { text: text.into() };
    let ip: Ipv4Addr = text.parse().map_err(|_| bad())?;
    let odd = ip.is_unspecified() || ip.is_multicast() || ip.is_broadcast() || ip.is_loopback();
    if odd { Err(bad()) } else { Ok(ip) }
}

/// An address by which a router beyond a gateway knows its card.
pub fn outside_ip(text: &str) -> Result<IpAddr, Cause> {
    let ip = ip(text)?;
    let odd = ip.is_unspecified() || ip.is_multicast() || ip.is_loopback();
    let of_family = match ip {
        IpAddr::V4(v4) => v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_unicast_link_local() || v6.to_ipv4_mapped().is_some(),
    };
    let bad = odd || of_family || is_fixed(address::bits(ip));
    if bad { Err(EdgeCause::BadOutsideAddress { text: text.into() }.into()) } else { Ok(ip) }
}

/// An address by which those beyond an internet gateway know somebody.
pub fn public_ip(text: &str) -> Result<Ipv4Addr, Cause> {
    let ip = text.parse().ok().filter(|_| outside_ip(text).is_ok());
    ip.ok_or_else(|| EdgeCause::BadPublic { text: text.into() }.into())
}

/// Most bytes of an IP packet between two cards.
pub fn underlay_mtu(bytes: i64) -> Result<u16, Cause> {
    let (least, most) = (*UNDERLAY_MTU.start(), *UNDERLAY_MTU.end());
    let bad =
        Cause::BadLimit { said: bytes, unit: "bytes", least: least.into(), most: most.into() };
    u16::try_from(bytes).ok().filter(|mtu| UNDERLAY_MTU.contains(mtu)).ok_or(bad)
}

/// A MAC of somebody.
pub fn mac(text: &str) -> Result<MacAddr6, Cause> {
    let mac: MacAddr6 = text.parse().map_err(|_| Cause::BadMac { text: text.into() })?;
    if mac.is_nil() || mac.is_multicast() { Err(Cause::GroupMac { mac }) } else { Ok(mac) }
}

/// A host port's number.
pub fn port(text: &str) -> Result<u8, Cause> {
    let host = &PORT_NAMES[..HOST_PORTS];
    let found = host.iter().position(|name| *name == text);
    let bad = || Cause::BadPort { text: text.into(), known: host.join(", ") };
    found.map(|port| port as u8).ok_or_else(bad)
}

/// The tags of a place, outer first.
pub fn vlan(vlan: &Vlan) -> Result<Vec<u16>, Cause> {
    let list = match vlan {
        Vlan::One(vid) => std::slice::from_ref(vid),
        Vlan::Stack(vids) => vids,
    };
    let vids: Vec<u16> = list.iter().filter_map(|v| u16::try_from(*v).ok()).collect();
    let good = matches!(list.len(), 1 | 2)
        && vids.len() == list.len()
        && vids.iter().all(|v| (1..=4094).contains(v));
    let text = match vlan {
        Vlan::One(vid) => vid.to_string(),
        Vlan::Stack(vids) => format!("{vids:?}"),
    };
    if good { Ok(vids) } else { Err(Cause::BadVlan { vlan: text }) }
}

/// Seconds after which a connection is forgotten.
pub fn idle(seconds: i64) -> Result<u16, Cause> {
    let limit = IDLE_SECONDS_MAX;
    match u16::try_from(seconds) {
        Ok(s) if (1..=limit).contains(&s) => Ok(s),
        _ => Err(Cause::BadIdleTime { seconds, limit }),
    }
}

/// A limit in some unit.
pub fn limit(said: i64, unit: &'static str, range: &RangeInclusive<u64>) -> Result<u64, Cause> {
    let (least, most) = (*range.start(), *range.end());
    let limit = u64::try_from(said).ok().filter(|limit| range.contains(limit));
    limit.ok_or(Cause::BadLimit { said, unit, least, most })
}

/// A rule's number.
pub fn rule_number(number: i64) -> Result<u16, Cause> {
    match u16::try_from(number) {
        Ok(n) if (1..=RULE_NUMBER_MAX).contains(&n) => Ok(n),
        _ => Err(Cause::BadRuleNumber { number }),
    }
}

/// A protocol's number; `None` is all of them.
pub fn protocol(word: &Word) -> Result<Option<u8>, Cause> {
    let bad = || Cause::BadProtocol { text: text(word) };
    match word {
        Word::Number(number) => u8::try_from(*number).map(Some).map_err(|_| bad()),
        Word::Text(name) if name == "all" => Ok(None),
        Word::Text(name) => {
            let known = PROTOCOLS.iter().find(|(known, _)| known == name);
            let number = known.map(|(_, number)| *number).or_else(|| name.parse().ok());
            number.map(Some).ok_or_else(bad)
        }
    }
}

/// First and last port.
pub fn ports(word: &Word) -> Result<(u16, u16), Cause> {
    let text = text(word);
    let (first, last) = text.split_once('-').unwrap_or((&text, &text));
    match (first.trim().parse(), last.trim().parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok((first, last)),
        _ => Err(Cause::BadPorts { text }),
    }
}

/// An ICMP type or code.
pub fn icmp(value: i64) -> Result<u8, Cause> {
    u8::try_from(value).map_err(|_| Cause::BadIcmp { value })
}

fn text(word: &Word) -> String {
    match word {
        Word::Number(number) => number.to_string(),
        Word::Text(text) => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_prefixes_are_prefixes() {
        for (special, _) in SPECIAL {
            assert!(matches!(tenant_cidr(special), Err(Cause::SpecialCidr { .. })), "{special}");
        }
    }
}
