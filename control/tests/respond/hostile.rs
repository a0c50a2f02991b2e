//! Does any frame, whatever its bytes, make a panic or an answer that is none?

use super::{Asker, DEEP, FOUR, MANY, ROUTER_MAC, SIX, dhcp4, dhcp6, responder, router};
use control::Responder;
use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use hdl::meta::PuntReason;
use proptest::{collection::vec, prelude::*, sample::select};
use std::sync::LazyLock;

static RESPONDER: LazyLock<Responder> = LazyLock::new(responder);

/// Some bytes become others, and the end is cut off or repeated.
#[derive(Clone, Debug)]
struct Spoil {
    at: Vec<(usize, u8)>,
    cut: usize,
    more: usize,
}

fn spoil() -> impl Strategy<Value = Spoil> {
    let at =
        vec((0..2000_usize, prop_oneof![any::<u8>(), select(vec![0, 1, 2, 4, 16, 255])]), 0..8);
    let cut = prop_oneof![3 => Just(0), 1 => 0..400_usize];
    let more = prop_oneof![3 => Just(0), 1 => 0..2000_usize];
    (at, cut, more).prop_map(|(at, cut, more)| Spoil { at, cut, more })
}

impl Spoil {
    fn of(&self, sound: &[u8]) -> Vec<u8> {
        let mut bytes = sound[..sound.len().saturating_sub(self.cut)].to_vec();
        let more = bytes.iter().rev().cycle().take(self.more).copied().collect::<Vec<_>>();
        bytes.extend(more);
        let length = bytes.len();
        for (at, value) in self.at.iter().filter(|_| length > 0) {
            bytes[at % length] = *value;
        }
        bytes
    }
}

fn askers() -> impl Strategy<Value = Asker> {
    select(vec![DEEP, FOUR, MANY, SIX])
}

/// If there is an answer, it is a packet of the router's to the ENI that asked, or to everybody
/// behind its place.
fn check(who: Asker, frame: &[u8]) {
    let Ok(answer) = RESPONDER.answer(PuntReason::Dhcp, who.eni, frame) else { return };
    assert!(answer[..6] == who.mac || answer[0] & 1 == 1);
    assert_eq!(answer[6..12], ROUTER_MAC);
    let packet = SlicedPacket::from_ethernet(&answer).unwrap();
    assert!(matches!(packet.net, Some(NetSlice::Ipv4(_) | NetSlice::Ipv6(_))));
    let known =
        matches!(packet.transport, Some(TransportSlice::Udp(_) | TransportSlice::Icmpv6(_)));
    let most = frame.len() + 1000;
    assert!(known && answer.len() < most, "{} bytes", answer.len());
}

fn payload(frame: &[u8]) -> Vec<u8> {
    match SlicedPacket::from_ethernet(frame).unwrap().transport {
        Some(TransportSlice::Udp(udp)) => udp.payload().to_vec(),
        _ => panic!("no datagram"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn random_frames(who in askers(), frame in vec(any::<u8>(), 0..600)) {
        check(who, &frame);
    }

    #[test]
    fn random_messages(who in askers(), bytes in vec(any::<u8>(), 0..600)) {
        check(who, &who.udp4(&bytes));
        check(who, &who.udp6(who.link_local(), super::v6("ff02::1:2"), &bytes));
        check(who, &router::solicitation(who, who.link_local(), 255, &bytes));
    }

    #[test]
    fn mutated_frames(who in askers(), spoil in spoil()) {
        let asked = super::v6("ff02::1:2");
        for sound in [
            dhcp4::discover(who),
            who.udp6(who.link_local(), asked, &dhcp6::solicit()),
            router::solicitation(who, who.link_local(), 255, &router::source_mac(who)),
        ] {
            check(who, &spoil.of(&sound));
        }
    }

    #[test]
    fn mutated_messages(who in askers(), spoil in spoil(), kind in 0..15_u8) {
        let mut discover = payload(&dhcp4::discover(who));
        discover[242] = kind;
        check(who, &who.udp4(&spoil.of(&discover)));
        let mut solicit = dhcp6::solicit();
        solicit[0] = kind;
        let bytes = spoil.of(&solicit);
        check(who, &who.udp6(who.link_local(), super::v6("ff02::1:2"), &bytes));
        let bytes = spoil.of(&router::source_mac(who));
        check(who, &router::solicitation(who, who.link_local(), 255, &bytes));
    }
}
