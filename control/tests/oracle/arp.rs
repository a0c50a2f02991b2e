//! Who asks whom for which address, on which wire (RFC 826)?

use crate::{
    traffic::{eni, mac_of, some_address},
    world::{once_in, pick},
};
use control::vpcs::Vpcs;
use etherparse::ArpEthIpv4Packet;
use fastrand::Rng;
use macaddr::MacAddr6;
use std::net::{IpAddr, Ipv4Addr};

/// Operation of a request.
pub const REQUEST: u16 = 1;
/// Operation of a reply.
pub const REPLY: u16 = 2;

/// An ARP packet and the Ethernet around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arp {
    pub dst_mac: MacAddr6,
    pub src_mac: MacAddr6,
    /// Outer first.
    pub vlan: Vec<u16>,
    pub operation: u16,
    pub sender: (MacAddr6, Ipv4Addr),
    pub target: (MacAddr6, Ipv4Addr),
}

fn some_v4(rng: &mut Rng) -> Ipv4Addr {
    match some_address(rng, true) {
        IpAddr::V4(v4) => v4,
        IpAddr::V6(_) => unreachable!("it was to be IPv4"),
    }
}

/// One of an ENI's IPv4 addresses.
fn own(rng: &mut Rng, file: &Vpcs, eni: usize) -> Ipv4Addr {
    let v4 = file.enis[eni].addresses.iter().filter_map(|a| match a {
        IpAddr::V4(v4) => Some(*v4),
        IpAddr::V6(_) => None,
    });
    *pick(rng, &v4.collect::<Vec<_>>())
}

/// What an ENI of the card may ask, mostly, or one of another card: who that is, and what.
pub fn asking(rng: &mut Rng, file: &Vpcs, card: usize) -> (usize, Arp) {
    let here = !once_in(rng, 8);
    let sender = eni(rng, file, |e| (e.card == card) == here);
    let asker = &file.enis[sender];
    let vpc = file.vpc_of(asker);
    let ip = match rng.u32(..16) {
        0 => Ipv4Addr::UNSPECIFIED,
        1 => some_v4(rng),
        _ => own(rng, file, sender),
    };
    let neighbor = eni(rng, file, |e| file.vpc_of(e) == vpc && e.subnet == asker.subnet);
    let somebody = eni(rng, file, |e| file.vpc_of(e) == vpc);
    let [a, b, subnet, _] = own(rng, file, sender).octets();
    let asked = match rng.u32(..13) {
        0 => ip,
        1 => own(rng, file, sender),
        2..4 => [a, b, subnet, 1].into(),
        4..6 => [a, b, subnet, rng.u8(..10)].into(),
        6..9 => own(rng, file, neighbor),
        9 => own(rng, file, somebody),
        10 => [a, b, rng.u8(1..5), 1].into(),
        _ => some_v4(rng),
    };
    let mac = |rng: &mut Rng| if once_in(rng, 24) { mac_of(asked.into()) } else { asker.mac };
    let (src_mac, sender_mac) = (mac(rng), mac(rng));
    let dst_mac = match rng.u32(..8) {
        0 => file.router_mac,
        1..3 => mac_of(asked.into()),
        _ => MacAddr6::broadcast(),
    };
    let target_mac = *pick(rng, &[MacAddr6::nil(), MacAddr6::broadcast(), mac_of(asked.into())]);
    let operation = if once_in(rng, 8) { rng.u16(..5) } else { REQUEST };
    let vlan = if once_in(rng, 24) { vec![4000] } else { asker.vlan.clone() };
    let (sender_of, target) = ((sender_mac, ip), (target_mac, asked));
    (sender, Arp { dst_mac, src_mac, vlan, operation, sender: sender_of, target })
}

impl Arp {
    /// What is behind the Ethernet that was found around it.
    pub fn read(
        dst_mac: MacAddr6,
        src_mac: MacAddr6,
        vlan: Vec<u16>,
        arp: &ArpEthIpv4Packet,
    ) -> Self {
        Self {
            dst_mac,
            src_mac,
            vlan,
            operation: arp.operation.0,
            sender: (arp.sender_mac.into(), arp.sender_ipv4.into()),
            target: (arp.target_mac.into(), arp.target_ipv4.into()),
        }
    }

    /// The frame, maybe padded.
    pub fn frame(&self, rng: &mut Rng) -> Vec<u8> {
        let mut frame = crate::traffic::ethernet(self.dst_mac, self.src_mac, &self.vlan);
        frame.extend([8, 6, 0, 1, 8, 0, 6, 4]);
        frame.extend(self.operation.to_be_bytes());
        for (mac, ip) in [self.sender, self.target] {
            frame.extend(mac.into_array());
            frame.extend(ip.octets());
        }
        frame.extend(vec![0xee; *pick(rng, &[0, 0, 1, 18])]);
        frame
    }
}
