//! How are the values of a packet's headers and of the card's tables read aloud?

use cells::exact::Slot;
use hdl::{
    connection::{ConnectionKey, Transport, state as bits},
    explain::Answer,
    meta::{DropReason, PuntReason, Verdict},
    parser::Headers,
};
use std::net::{Ipv4Addr, Ipv6Addr};

/// A MAC.
pub fn mac(value: u64) -> String {
    let bytes = &value.to_be_bytes()[2..];
    bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(":")
}

/// An address; IPv4 as itself.
pub fn ip(value: u128) -> String {
    let address = Ipv6Addr::from(value);
    address.to_ipv4_mapped().map_or_else(|| address.to_string(), |v4| v4.to_string())
}

/// An IPv4 address of the underlay.
pub fn v4(address: u32) -> String {
    Ipv4Addr::from(address).to_string()
}

/// Protocol and destination port, or ICMP type and code.
pub fn service(h: &Headers) -> String {
    let protocol = control::vpcs::protocol_name(h.protocol);
    match (h.ported, is_icmp(h)) {
        (false, _) => protocol,
        (true, true) => format!("{protocol} type {} code {}", h.dst_port >> 8, h.dst_port & 0xff),
        (true, false) => format!("{protocol} {}", h.dst_port),
    }
}

fn is_icmp(h: &Headers) -> bool {
    matches!((h.protocol, h.is_ipv4), (1, true) | (58, false))
}

/// Who talks with whom, the ENI's side first.
pub fn talk(h: &Headers, key: &ConnectionKey) -> String {
    let protocol = control::vpcs::protocol_name(key.protocol);
    let (near, far) = (ip(key.near_ip), ip(key.far_ip));
    let (near_port, far_port) = (key.near_port, key.far_port);
    match (h.ported, is_icmp(h)) {
        (false, _) => format!("{protocol}, {near} with {far}"),
        (true, false) => {
            format!("{protocol}, {near} port {near_port} with {far} port {far_port}")
        }
        (true, true) => {
            let asks = if far_port == 1 { &near } else { &far };
            format!("{protocol} echo {near_port} that {asks} asks for, {near} with {far}")
        }
    }
}

/// How far a connection is.
pub fn state(transport: Transport, state: u8) -> &'static str {
    let has = |bit| state & bit != 0;
    let both_ways = has(bits::OUT) && has(bits::IN);
    match transport {
        _ if has(bits::RST) => "reset",
        _ if has(bits::FIN_OUT) && has(bits::FIN_IN) => "closed",
        _ if has(bits::FIN_OUT) || has(bits::FIN_IN) => "closing",
        _ if has(bits::SETTLED) => "established",
        Transport::Tcp if both_ways => "in its handshake",
        _ if both_ways => "answered",
        _ => "one way",
    }
}

/// VLAN tags.
pub fn tags(vids: &[u16]) -> String {
    match vids {
        [] => "no VLAN tag".into(),
        [vid] => format!("VLAN {vid}"),
        [outer, inner, ..] => format!("VLAN {outer} around VLAN {inner}"),
    }
}

/// What an exact-match table answered.
pub fn found(answer: Answer) -> String {
    if answer.hit {
        let slot = Slot::from_bits(answer.slot);
        format!("hit, way {} index {}", slot.way(), slot.index())
    } else {
        "miss".into()
    }
}

/// A number's name, or the number.
pub fn name(kind: &str, number: impl Into<u64>, name: Option<&str>) -> String {
    name.map_or_else(|| format!("{kind} {}", number.into()), |name| format!("{kind} {name}"))
}

/// One after the other.
pub fn listed(list: &[impl ToString], none: &str) -> String {
    match list {
        [] => none.into(),
        _ => list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}

/// What a verdict means.
pub fn sentence(verdict: Verdict) -> String {
    match (verdict.reason, verdict.punt) {
        (DropReason::None, PuntReason::None) if verdict.reply => "The card answers it.".into(),
        (DropReason::None, PuntReason::None) => "It is sent on.".into(),
        (DropReason::None, punt) => punt.sentence().trim().into(),
        (reason, _) => reason.sentence().trim().into(),
    }
}
