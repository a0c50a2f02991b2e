//! Who asks whom for which address, on which wire, by ARP (RFC 826) or, of IPv6, by neighbor
//! discovery (RFC 4861)?

use crate::{
    judge::{Oracle, within},
    traffic::{eni, mac_of, some_address},
    world::{once_in, pick},
};
use control::vpcs::{Eni, Vpcs};
use etherparse::{ArpEthIpv4Packet, Icmpv6Header};
use fastrand::Rng;
use macaddr::MacAddr6;
use std::net::{IpAddr, Ipv6Addr};

/// Operation of a request; so is a neighbor solicitation called here,
pub const REQUEST: u16 = 1;
/// and of a reply, or a neighbor advertisement.
pub const REPLY: u16 = 2;
/// Types of ICMPv6 by operation; of what is neither, redirect and router advertisement.
const KINDS: [u8; 5] = [137, 135, 136, 137, 134];

/// A question or an answer and the Ethernet around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arp {
    pub dst_mac: MacAddr6,
    pub src_mac: MacAddr6,
    /// Outer first.
    pub vlan: Vec<u16>,
    pub operation: u16,
    /// The sender's MAC, as it says, and its address.
    pub sender: (MacAddr6, IpAddr),
    pub target: (MacAddr6, IpAddr),
    /// Of IPv6: who is asked for is a router.
    pub router: bool,
}

/// One of an ENI's addresses of that version, or another one.
fn own(rng: &mut Rng, file: &Vpcs, eni: usize, v4: bool) -> IpAddr {
    let like = |address: &IpAddr| address.is_ipv4() == v4;
    let own: Vec<_> = file.enis[eni].addresses.iter().copied().filter(like).collect();
    if own.is_empty() { some_address(rng, v4) } else { *pick(rng, &own) }
}

/// With that number in its subnet.
fn beside(address: IpAddr, number: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, subnet, _] = v4.octets();
            [a, b, subnet, number].into()
        }
        IpAddr::V6(v6) => {
            let mut octets = v6.octets();
            octets[15] = number;
            octets.into()
        }
    }
}

/// What an ENI of the card may ask, mostly, or one of another card: who that is, and what.
pub fn asking(rng: &mut Rng, file: &Vpcs, card: usize) -> (usize, Arp) {
    let here = !once_in(rng, 8);
    let sender = eni(rng, file, |e| (e.card == card) == here);
    let asker = &file.enis[sender];
    let v4 = rng.bool();
    let vpc = file.vpc_of(asker);
    let ip = match rng.u32(..16) {
        0 if v4 => [0; 4].into(),
        0 => [0; 16].into(),
        1 if !v4 && rng.bool() => "fe80::9".parse().expect("an address"),
        1 => some_address(rng, v4),
        _ => own(rng, file, sender, v4),
    };
    let neighbor = eni(rng, file, |e| file.vpc_of(e) == vpc && e.subnet == asker.subnet);
    let somebody = eni(rng, file, |e| file.vpc_of(e) == vpc);
    let asked = match rng.u32(..12) {
        0 => ip,
        1 => own(rng, file, sender, v4),
        2 => beside(own(rng, file, sender, v4), 1),
        3 => beside(own(rng, file, somebody, v4), 1),
        4..6 => beside(own(rng, file, sender, v4), rng.u8(..10)),
        6..9 => own(rng, file, neighbor, v4),
        9 => own(rng, file, somebody, v4),
        _ if !v4 && rng.bool() => "fe80::1".parse().expect("an address"),
        _ => some_address(rng, v4),
    };
    // For a group, or of IPv4 by IPv6, nobody asks so that the packet is well-formed.
    let mapped = |ip: IpAddr| matches!(ip, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some());
    let router = beside(own(rng, file, sender, v4), 1);
    let asked = if mapped(asked) || !v4 && asked.is_multicast() { router } else { asked };
    let ip = if mapped(ip) { router } else { ip };
    let mac = |rng: &mut Rng| if once_in(rng, 24) { mac_of(asked) } else { asker.mac };
    let (src_mac, sender_mac) = (mac(rng), mac(rng));
    let dst_mac = match rng.u32(..8) {
        0 => file.router_mac,
        1..3 => mac_of(asked),
        _ if v4 => MacAddr6::broadcast(),
        _ => [0x33, 0x33, 0xff, 0, 0, 1].into(),
    };
    let target_mac = *pick(rng, &[MacAddr6::nil(), MacAddr6::broadcast(), mac_of(asked)]);
    let operation = if once_in(rng, 8) { rng.u16(..5) } else { REQUEST };
    let vlan = if once_in(rng, 24) { vec![4000] } else { asker.vlan.clone() };
    // Of neighbor discovery only a solicitation says which MAC its sender has.
    let sender_mac = if v4 || operation == REQUEST { sender_mac } else { src_mac };
    let (sender_of, target) = ((sender_mac, ip), (target_mac, asked));
    (sender, Arp { dst_mac, src_mac, vlan, operation, sender: sender_of, target, router: false })
}

impl Arp {
    /// What is behind the Ethernet that was found around it.
    pub fn read(
        dst_mac: MacAddr6,
        src_mac: MacAddr6,
        vlan: Vec<u16>,
        arp: &ArpEthIpv4Packet,
    ) -> Self {
        let (sender, target) = (arp.sender_ipv4.into(), arp.target_ipv4.into());
        Self {
            dst_mac,
            src_mac,
            vlan,
            operation: arp.operation.0,
            sender: (arp.sender_mac.into(), sender),
            target: (arp.target_mac.into(), target),
            router: false,
        }
    }

    /// Likewise behind IPv6, if it speaks of neighbors; an advertisement is held to what each must
    /// be.
    pub fn discover(
        macs: (MacAddr6, MacAddr6),
        vlan: &[u16],
        [src, dst]: [Ipv6Addr; 2],
        hop_limit: u8,
        message: &[u8],
    ) -> Option<Self> {
        let operation = match message.first()? {
            135 => REQUEST,
            136 => REPLY,
            134 | 137 => 0,
            _ => return None,
        };
        let (dst_mac, src_mac) = macs;
        let target: [u8; 16] = message.get(8..24)?.try_into().ok()?;
        let option = message.get(24..32);
        let mac: Option<[u8; 6]> = option.and_then(|o| o[2..].try_into().ok());
        assert_eq!(hop_limit, 255);
        if operation == REPLY && message[4] != 0 {
            let (header, rest) = Icmpv6Header::from_slice(message).expect("ICMPv6");
            let sum = header.icmp_type.calc_checksum(src.octets(), dst.octets(), rest);
            assert_eq!(Ok(header.checksum), sum);
            assert_eq!((message.len(), message[24..26].to_vec()), (32, vec![2, 1]));
            assert_eq!((src.octets(), message[4] & 0x60), (target, 0x60));
            let sender = (mac.expect("an option").into(), target.into());
            let router = message[4] & 0x80 != 0;
            let target = (dst_mac, dst.into());
            let vlan = vlan.to_vec();
            return Some(Self { dst_mac, src_mac, vlan, operation, sender, target, router });
        }
        let claims = option.filter(|o| operation == REQUEST && o[0] == 1);
        let sender_mac = claims.and(mac).map_or(src_mac, Into::into);
        let (sender, target) = ((sender_mac, src.into()), (MacAddr6::nil(), target.into()));
        let vlan = vlan.to_vec();
        Some(Self { dst_mac, src_mac, vlan, operation, sender, target, router: false })
    }

    /// The frame, maybe padded.
    pub fn frame(&self, rng: &mut Rng) -> Vec<u8> {
        let mut frame = crate::traffic::ethernet(self.dst_mac, self.src_mac, &self.vlan);
        match (self.sender.1, self.target.1) {
            (IpAddr::V6(asker), IpAddr::V6(asked)) => self.solicit(rng, &mut frame, asker, asked),
            _ => {
                frame.extend([8, 6, 0, 1, 8, 0, 6, 4]);
                frame.extend(self.operation.to_be_bytes());
                for (mac, ip) in [self.sender, self.target] {
                    let IpAddr::V4(v4) = ip else { unreachable!("both are of one version") };
                    frame.extend(mac.into_array());
                    frame.extend(v4.octets());
                }
            }
        }
        frame.extend(vec![0xee; *pick(rng, &[0, 0, 1, 18])]);
        frame
    }

    fn solicit(&self, rng: &mut Rng, frame: &mut Vec<u8>, asker: Ipv6Addr, asked: Ipv6Addr) {
        let mut message =
            vec![KINDS[usize::from(self.operation) % KINDS.len()], 0, 0, 0, 0, 0, 0, 0];
        message.extend(asked.octets());
        // The option may be left out where it says nothing new; another one stands for it then.
        if self.sender.0 != self.src_mac || rng.bool() {
            message.extend([1, 1]);
            message.extend(self.sender.0.into_array());
        } else if rng.bool() {
            message.extend([14, 1, 2, 3, 4, 5, 6, 7]);
        }
        frame.extend([0x86, 0xdd, 0x60, 0, 0, 0, 0, message.len() as u8, 58, 255]);
        frame.extend(asker.octets());
        let group = "ff02::1:ff00:1".parse().expect("an address");
        frame.extend(pick(rng, &[asked, group]).octets());
        frame.extend(message);
    }
}

impl Oracle<'_, '_> {
    /// The MAC of a neighbor that an ENI asks for.
    pub fn answer(&mut self, eni: &Eni, asked: IpAddr) -> Option<MacAddr6> {
        let subnet = self.subnet(eni);
        let lives = self.lives(subnet.vpc, asked);
        let (answer, met) = if self.service(subnet.vpc, asked).is_some() {
            (Some(self.file.router_mac), "ARP for a service")
        } else if Self::is_router(subnet, asked) {
            (Some(self.file.router_mac), "ARP for the router")
        } else if !within(&subnet.cidrs, asked) {
            let mut routers = self.file.subnets.iter().filter(|s| s.vpc == subnet.vpc);
            let router = routers.any(|s| Self::is_router(s, asked));
            let met = match (lives, router) {
                (Some(_), _) => "ARP for another subnet's",
                (None, true) => "ARP for another router",
                (None, false) => "ARP for nobody elsewhere",
            };
            (None, met)
        } else if eni.addresses.contains(&asked) {
            (None, "ARP for an own address")
        } else {
            let met = match lives.as_ref().map(|l| l.eni) {
                None => "ARP for nobody",
                Some(None) => "ARP for a mapping",
                Some(Some(e)) if e.card == self.card => "ARP for one here",
                Some(Some(_)) => "ARP for one elsewhere",
            };
            (lives.map(|l| l.mac), met)
        };
        self.memory.met.push(met);
        answer
    }
}
