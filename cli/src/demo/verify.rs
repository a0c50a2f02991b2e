//! Did every tenant get what it was sent, and nothing else?
//!
//! Asked of the file and of the packets alone, not of the cards' tables: whose port and VLAN is
//! that, whose address, whose VNI?

use super::{cards::Fate, tenants::Packet, underlay::inside};
use control::{Vpcs, vpcs::Eni};
use etherparse::{LinkExtSlice, NetSlice, SlicedPacket};
use std::net::IpAddr;

/// What is wrong with a packet's end, in words; nothing if all is well.
pub fn wrong(vpcs: &Vpcs, packet: &Packet, fate: &Fate) -> Option<String> {
    let name = &vpcs.vpcs[packet.vpc].name;
    let tunnel = fate.tunnelled.as_deref().and_then(|frame| tunnel(vpcs, packet, frame));
    let delivery = fate.delivered.as_deref().and_then(|frame| delivery(vpcs, packet, fate, frame));
    let explained = fate.delivered.is_some() || fate.answered() || fate.reason().is_some();
    let unexplained = (!explained).then(|| format!("it vanished: {fate:?}"));
    let wrong = tunnel.or(delivery).or(unexplained)?;
    Some(format!("a packet of VPC {name}: {wrong}"))
}

fn tunnel(vpcs: &Vpcs, packet: &Packet, frame: &[u8]) -> Option<String> {
    let vni = vpcs.vpcs[packet.vpc].vni;
    match inside(frame) {
        Some((found, _)) if found != vni => Some(format!("VNI {found} on the underlay, not {vni}")),
        Some((_, ip)) if Some(ip) != packet.ip.as_deref() => {
            Some("the underlay carries another IP packet than was sent".into())
        }
        Some(_) => None,
        None => Some("the underlay carries a frame that is no tunnel packet".into()),
    }
}

fn delivery(vpcs: &Vpcs, packet: &Packet, fate: &Fate, frame: &[u8]) -> Option<String> {
    let Ok(sliced) = SlicedPacket::from_ethernet(frame) else {
        return Some("what was delivered can't be read".into());
    };
    let vlan: Vec<u16> = sliced
        .link_exts
        .iter()
        .filter_map(|ext| match ext {
            LinkExtSlice::Vlan(tag) => Some(tag.vlan_identifier().value()),
            _ => None,
        })
        .collect();
    let to: IpAddr = match sliced.net {
        Some(NetSlice::Ipv4(ip)) => ip.header().destination_addr().into(),
        Some(NetSlice::Ipv6(ip)) => ip.header().destination_addr().into(),
        _ => return Some("what was delivered is no IP packet".into()),
    };
    let port = fate.verdict.map(|v| v.egress_port);
    let hangs_here =
        |eni: &&Eni| eni.card == fate.card && Some(eni.port) == port && eni.vlan == vlan;
    let Some(eni) = vpcs.enis.iter().find(hangs_here) else {
        return Some(format!("delivered to port {port:?}, VLAN {vlan:?}, where nobody is"));
    };
    let ip = &frame[14 + 4 * vlan.len()..];
    if vpcs.vpc_of(eni) != packet.vpc {
        Some(format!("delivered to {} of another VPC", eni.name))
    } else if !eni.addresses.contains(&to) {
        Some(format!("delivered to {}, whose address is not {to}", eni.name))
    } else if frame[..6] != eni.mac.into_array() {
        Some(format!("delivered to {} with another MAC than its own", eni.name))
    } else if Some(ip) != packet.ip.as_deref() {
        Some(format!("{} received another IP packet than was sent", eni.name))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        demo::{
            cards::{NET, input},
            tenants::traffic,
        },
        engine::Reference,
        network::Wanted,
    };
    use control::Syntax;
    use std::sync::LazyLock;

    /// The demonstration's file, packets, and their ends by the reference.
    static DEMO: LazyLock<(Vpcs, Vec<Packet>, Vec<Fate>)> = LazyLock::new(|| {
        let text = include_str!("../../../examples/two-cards.toml");
        let vpcs = Vpcs::parse("two-cards", text, Syntax::Toml).unwrap();
        let reference = |card: &control::vpcs::Card| {
            let wanted = Wanted::of(&vpcs, "two-cards", &card.name, None).unwrap();
            Reference::new(&wanted, 1).unwrap()
        };
        let mut references: Vec<Reference> = vpcs.cards.iter().map(reference).collect();
        let packets = traffic(&vpcs).unwrap();
        let fates = packets.iter().map(|p| expected(&vpcs, &mut references, p)).collect();
        (vpcs, packets, fates)
    });

    /// What the reference says of a packet, from the machine that sends it to its end.
    fn expected(vpcs: &Vpcs, references: &mut [Reference], packet: &Packet) -> Fate {
        let eni = &vpcs.enis[packet.eni];
        let mut fate = Fate::unknown(eni.card);
        let mut at = Some((eni.card, input(eni.port.into(), packet.frame.clone())));
        while let Some((card, frame)) = at {
            let outcome = references[card].walk(&frame);
            let hop = fate.follow(vpcs, card, outcome.verdict, outcome.frame);
            at = hop.map(|(card, frame)| (card, input(NET, frame)));
        }
        fate
    }

    #[test]
    fn the_reference_delivers_what_was_sent() {
        let (vpcs, packets, fates) = &*DEMO;
        for (packet, fate) in packets.iter().zip(fates) {
            assert_eq!(wrong(vpcs, packet, fate), None);
        }
        for vpc in 0..vpcs.vpcs.len() {
            let of = |has: fn(&Fate) -> bool| {
                let pairs = packets.iter().zip(fates);
                pairs.filter(|(p, fate)| p.vpc == vpc && has(fate)).count()
            };
            assert!(of(|f| f.delivered.is_some()) > 100, "too little is delivered in {vpc}");
            assert!(of(|f| f.tunnelled.is_some()) > 100, "too little is tunnelled in {vpc}");
            assert!(of(|f| f.reason().is_some()) > 10, "too little is dropped in {vpc}");
        }
    }

    /// One change to the end of a packet, as if a card had made it.
    #[track_caller]
    fn check(change: fn(&Vpcs, &mut Packet, &mut Fate), text: &str) {
        let (vpcs, packets, fates) = &*DEMO;
        let both = |fate: &Fate| fate.delivered.is_some() && fate.tunnelled.is_some();
        let number = fates.iter().position(both).unwrap();
        let (mut packet, mut fate) = (packets[number].clone(), fates[number].clone());
        change(vpcs, &mut packet, &mut fate);
        let found = wrong(vpcs, &packet, &fate).unwrap_or_default();
        assert!(found.contains(text), "{found:?} does not say {text:?}");
    }

    fn last(frame: &mut Option<Vec<u8>>) -> &mut u8 {
        frame.as_mut().and_then(|f| f.last_mut()).unwrap()
    }

    #[test]
    fn a_changed_packet_is_noticed() {
        check(|_, _, fate| *last(&mut fate.delivered) ^= 1, "another IP packet");
        check(|_, _, fate| *last(&mut fate.tunnelled) ^= 1, "another IP packet");
        check(|_, _, fate| fate.delivered.as_mut().unwrap().push(0), "another IP packet");
        check(|_, _, fate| fate.delivered.as_mut().unwrap()[5] ^= 1, "another MAC");
    }

    #[test]
    fn another_tenants_packet_is_noticed() {
        check(|_, packet, _| packet.vpc ^= 1, "on the underlay");
        check(
            |_, packet, fate| {
                packet.vpc ^= 1;
                fate.tunnelled = None;
            },
            "another VPC",
        );
    }

    #[test]
    fn a_lost_packet_is_noticed() {
        check(|_, _, fate| fate.delivered = None, "vanished");
    }
}
