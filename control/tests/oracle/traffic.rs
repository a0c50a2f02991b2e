//! Which packets? New ones from small pools, and then again, and answered.

use crate::{
    edge::vtep,
    world::{PORTS, once_in, pick},
};
use control::vpcs::{Eni, Vpcs};
use etherparse::{
    IpDscp, IpEcn, IpFragOffset, IpNumber, Ipv4Header, Ipv6Header, TcpHeader, UdpHeader,
};
use fastrand::Rng;
use macaddr::MacAddr6;
use std::net::{IpAddr, Ipv4Addr};

/// What somebody says to somebody, however it is carried.
#[derive(Clone, Debug)]
pub struct Saying {
    /// Index of the ENI.
    pub sender: usize,
    src: IpAddr,
    dst: IpAddr,
    protocol: u8,
    what: What,
}

/// What lies behind IP.
#[derive(Clone, Copy, Debug)]
enum What {
    Tcp {
        src: u16,
        dst: u16,
        flags: u8,
    },
    Udp {
        src: u16,
        dst: u16,
    },
    Message {
        kind: u8,
        code: u8,
        id: u16,
    },
    Bare,
    /// A fragment behind the first.
    Behind,
}

/// The Ethernet around it.
#[derive(Clone, Debug)]
pub struct Carried {
    dst_mac: MacAddr6,
    src_mac: MacAddr6,
    vlan: Vec<u16>,
    padding: usize,
}

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;
/// A connection's life, and what should not be.
const FLAGS: [u8; 12] = [
    SYN,
    SYN,
    SYN,
    SYN | ACK,
    ACK,
    ACK,
    FIN | ACK,
    FIN | ACK,
    RST,
    RST | ACK,
    SYN | FIN,
    SYN | ACK | FIN,
];
/// Few, so that flows meet again.
const SOURCE_PORTS: [u16; 2] = [80, 50000];

/// Addresses of no VPC.
const BEYOND_V4: [&str; 5] = ["8.8.8.8", "10.9.1.1", "10.9.2.1", "9.9.9.9", "169.254.169.254"];
const BEYOND_V6: [&str; 3] = ["2001:db9::1", "2001:db9:1::1", "fd00:ec2::254"];

/// Somebody behind a gateway, if there is one that leads there.
fn beyond(rng: &mut Rng, v4: bool) -> IpAddr {
    let text = if v4 { pick(rng, &BEYOND_V4) } else { pick(rng, &BEYOND_V6) };
    text.parse().expect("an address")
}

/// What somebody has who has no address.
fn unassigned(rng: &mut Rng, v4: bool) -> IpAddr {
    let text = if v4 { "0.0.0.0" } else { pick(rng, &["::", "fe80::1", "febf::9"]) };
    text.parse().expect("an address")
}

/// Where a VPC may have a service.
fn some_service(rng: &mut Rng, v4: bool) -> IpAddr {
    let fixed = if v4 {
        pick(rng, &["169.254.169.253", "169.254.169.254", "169.254.0.1", "10.0.0.2", "10.1.0.2"])
    } else {
        pick(rng, &["fd00:ec2::253", "fd00:ec2::123", "fd00:ec2::1", "fd00:ec3::253"])
    };
    if v4 && rng.bool() {
        return [10, rng.u8(..3), rng.u8(..5), 2].into();
    }
    fixed.parse().expect("an address")
}

pub fn some_address(rng: &mut Rng, v4: bool) -> IpAddr {
    let (net, subnet, host) = (rng.u32(0..3), rng.u32(0..5), rng.u32(1..9));
    let text = match (v4, rng.u32(..16)) {
        (true, 0) => {
            pick(rng, &["224.0.0.1", "255.255.255.255", "8.8.8.8", "10.0.1.255"]).to_string()
        }
        (false, 0) => {
            pick(rng, &["ff02::1", "2001:db9::1", "fe80::1", "::ffff:10.0.1.4"]).to_string()
        }
        (true, _) => format!("10.{net}.{subnet}.{host}"),
        (false, _) => format!("2001:db8:{net}:{subnet}::{host}"),
    };
    text.parse().expect("an address")
}

/// The MAC that somebody with that address has, in any VPC.
pub fn mac_of(address: IpAddr) -> MacAddr6 {
    match address {
        IpAddr::V4(v4) => [2, 0, 0, 0, v4.octets()[2], v4.octets()[3] % 10].into(),
        IpAddr::V6(v6) => [2, 0, 0, 0, v6.octets()[7], v6.octets()[15]].into(),
    }
}

/// An ENI, mostly one of which `like` holds.
pub fn eni(rng: &mut Rng, file: &Vpcs, like: impl Fn(&Eni) -> bool) -> usize {
    let some: Vec<usize> = (0..file.enis.len()).filter(|e| like(&file.enis[*e])).collect();
    if some.is_empty() || once_in(rng, 16) {
        rng.usize(..file.enis.len())
    } else {
        *pick(rng, &some)
    }
}

impl Saying {
    /// Something that an ENI of the card may say, mostly, or one of another card, to somebody of
    /// its VPC, mostly.
    pub fn new(rng: &mut Rng, file: &Vpcs, card: usize) -> Self {
        let here = rng.bool();
        let sender = eni(rng, file, |e| (e.card == card) == here);
        let vpc = file.vpc_of(&file.enis[sender]);
        let v4 = !once_in(rng, 3);
        let own = file.enis[sender].addresses[usize::from(!v4)];
        let src = match rng.u32(..9) {
            8 => unassigned(rng, v4),
            0 => some_address(rng, v4),
            1 if !here => beyond(rng, v4),
            2..4 if !file.enis[sender].source_dest_check => some_address(rng, v4),
            _ => own,
        };
        // What another card sends, it mostly sends to this one, now and then to another VPC.
        let same = !once_in(rng, 3);
        let to = |e: &Eni| (file.vpc_of(e) == vpc) == same && (here || e.card == card);
        let receiver = eni(rng, file, to);
        let known = file.enis[receiver].addresses[usize::from(!v4)];
        let dst = match rng.u32(..10) {
            9 if here => some_service(rng, v4),
            0..2 => some_address(rng, v4),
            2 if here => beyond(rng, v4),
            _ => known,
        };
        let protocol = *pick(rng, &[6, 6, 6, 17, 17, 1, 58, 47]);
        let what = if v4 && once_in(rng, 8) { What::Behind } else { What::new(rng, protocol, v4) };
        Self { sender, src, dst, protocol, what }
    }

    /// The same to the same once more, maybe another step of the connection.
    pub fn again(&self, rng: &mut Rng) -> Self {
        let what = match self.what {
            What::Tcp { src, dst, .. } => What::Tcp { src, dst, flags: *pick(rng, &FLAGS) },
            other => other,
        };
        Self { what, ..self.clone() }
    }

    /// What it may be answered, if its destination is an ENI's.
    pub fn answer(&self, rng: &mut Rng, file: &Vpcs) -> Option<Self> {
        let vpc = file.vpc_of(&file.enis[self.sender]);
        let owns = |e: &Eni| e.addresses.contains(&self.dst);
        let near = |e: &Eni| file.vpc_of(e) == vpc && owns(e);
        let sender = file.enis.iter().position(near).or_else(|| file.enis.iter().position(owns))?;
        let what = match self.what {
            What::Tcp { src, dst, flags: SYN } if rng.bool() => {
                What::Tcp { src: dst, dst: src, flags: SYN | ACK }
            }
            What::Tcp { src, dst, .. } => {
                What::Tcp { src: dst, dst: src, flags: *pick(rng, &FLAGS) }
            }
            What::Udp { src, dst } => What::Udp { src: dst, dst: src },
            What::Message { kind, code, id } => {
                let kinds = [(8, 0), (0, 8), (128, 129), (129, 128)];
                let answer = kinds.iter().find(|(asked, _)| *asked == kind);
                What::Message { kind: answer.map_or(kind, |(_, answer)| *answer), code, id }
            }
            other => other,
        };
        Some(Self { sender, src: self.dst, dst: self.src, what, ..self.clone() })
    }

    /// As the sender puts it on its wire, mostly.
    pub fn carried(&self, rng: &mut Rng, file: &Vpcs) -> Carried {
        let sender = &file.enis[self.sender];
        let dhcp = matches!(self.what, What::Udp { dst: 67 | 547, .. });
        let dst_mac = match rng.u32(..24) {
            0..20 if dhcp => MacAddr6::broadcast(),
            0 => MacAddr6::broadcast(),
            1 => [2, 0, 0, 0, 9, 9].into(),
            2..7 => mac_of(self.dst),
            7..10 => self.appliance(rng, file),
            _ => file.router_mac,
        };
        let src_mac = if once_in(rng, 24) { mac_of(self.dst) } else { sender.mac };
        let vlan = if once_in(rng, 24) { vec![4000] } else { sender.vlan.clone() };
        Carried { dst_mac, src_mac, vlan, padding: *pick(rng, &[0, 0, 1, 30]) }
    }

    /// The MAC of somebody in the sender's VPC who takes what is not for it, mostly.
    fn appliance(&self, rng: &mut Rng, file: &Vpcs) -> MacAddr6 {
        let subnet = file.enis[self.sender].subnet;
        let vpc = file.subnets[subnet].vpc;
        let near = rng.bool();
        let unchecked = |e: &Eni| !e.source_dest_check && file.vpc_of(e) == vpc;
        file.enis[eni(rng, file, |e| unchecked(e) && (!near || e.subnet == subnet))].mac
    }

    /// The VPC whose VNI a tunnel carries it with: the sender's, if the address is not another's.
    pub fn onward(&self, file: &Vpcs) -> usize {
        let has = |vpc: &usize| file.vpcs[*vpc].cidrs.iter().any(|c| c.contains(&self.dst));
        let own = file.vpc_of(&file.enis[self.sender]);
        let other = (0..file.vpcs.len()).rfind(has);
        Some(own).filter(has).or(other).unwrap_or(own)
    }

    /// Who puts it into a tunnel: the sender's card, or a gateway if nobody has the source.
    pub fn through(&self, rng: &mut Rng, file: &Vpcs) -> Ipv4Addr {
        let onward = self.onward(file);
        let known = file.vpcs.iter().flat_map(|v| &v.cidrs).any(|c| c.contains(&self.src));
        let gateways: Vec<_> = file.gateways.iter().filter(|g| g.vpc == onward).collect();
        if known || gateways.is_empty() {
            return file.cards[file.enis[self.sender].card].underlay_ip;
        }
        vtep(file, gateways[rng.usize(..gateways.len())])
    }

    /// As the other card sends it: no tags, no padding, the receiver's MAC.
    pub fn in_tunnel(&self, rng: &mut Rng, file: &Vpcs) -> Carried {
        let carried = self.carried(rng, file);
        let dst_mac = if once_in(rng, 8) { carried.dst_mac } else { mac_of(self.dst) };
        Carried { dst_mac, vlan: Vec::new(), padding: 0, ..carried }
    }

    /// The frame.
    pub fn frame(&self, rng: &mut Rng, carried: &Carried) -> Vec<u8> {
        let mut frame = ethernet(carried.dst_mac, carried.src_mac, &carried.vlan);
        let data = self.what.bytes(rng);
        frame.extend(self.ip(rng, data.len() as u16));
        frame.extend(data);
        frame.extend(vec![0xee; carried.padding]);
        frame
    }

    /// Type and IP header in front of so many bytes.
    fn ip(&self, rng: &mut Rng, length: u16) -> Vec<u8> {
        let number = IpNumber(self.protocol);
        match (self.src, self.dst) {
            (IpAddr::V4(src), IpAddr::V4(dst)) => {
                let mut ip = Ipv4Header::new(length, 64, number, src.octets(), dst.octets())
                    .expect("a short packet");
                ip.dont_fragment = rng.bool();
                ip.dscp = IpDscp::try_new(rng.u8(..64)).expect("six bits");
                ip.ecn = IpEcn::try_new(rng.u8(..4)).expect("two bits");
                match self.what {
                    What::Behind => {
                        ip.fragment_offset = IpFragOffset::try_new(185).expect("13 bits");
                    }
                    _ => ip.more_fragments = once_in(rng, 8),
                }
                ip.header_checksum = ip.calc_header_checksum();
                [&[8, 0], ip.to_bytes().as_slice()].concat()
            }
            (IpAddr::V6(source), IpAddr::V6(destination)) => {
                let ip = Ipv6Header {
                    payload_length: length,
                    traffic_class: rng.u8(..),
                    next_header: number,
                    hop_limit: 64,
                    source: source.octets(),
                    destination: destination.octets(),
                    ..Ipv6Header::default()
                };
                [&[0x86, 0xdd], ip.to_bytes().as_slice()].concat()
            }
            _ => unreachable!("both of one family"),
        }
    }
}

impl What {
    fn new(rng: &mut Rng, protocol: u8, v4: bool) -> Self {
        let (src, dst) = (*pick(rng, &SOURCE_PORTS), *pick(rng, &PORTS));
        let dst = if once_in(rng, 12) { *pick(rng, &[67, 547]) } else { dst };
        match protocol {
            6 => Self::Tcp { src, dst, flags: *pick(rng, &FLAGS) },
            17 => Self::Udp { src, dst },
            1 | 58 => {
                let echo = if v4 { 8 } else { 128 };
                let kind = *pick(rng, &[echo, echo, echo, 0, 3, 7, 8, 9, 128, 129]);
                Self::Message { kind, code: rng.u8(..3), id: rng.u16(1..3) }
            }
            _ => Self::Bare,
        }
    }

    /// Transport header and data.
    fn bytes(self, rng: &mut Rng) -> Vec<u8> {
        let mut bytes = match self {
            Self::Tcp { src, dst, flags } => {
                let mut tcp = TcpHeader::new(src, dst, rng.u32(..), 1);
                tcp.fin = flags & FIN != 0;
                tcp.syn = flags & SYN != 0;
                tcp.rst = flags & RST != 0;
                tcp.ack = flags & ACK != 0;
                tcp.to_bytes().to_vec()
            }
            Self::Udp { src, dst } => {
                let (source_port, destination_port) = (src, dst);
                let header = UdpHeader { source_port, destination_port, length: 12, checksum: 0 };
                header.to_bytes().to_vec()
            }
            // Of ICMP and ICMPv6 alike: type, code, checksum, and what the type makes of the rest.
            Self::Message { kind, code, id } => {
                [&[kind, code, 0, 0], &id.to_be_bytes()[..], &[0, 1]].concat()
            }
            Self::Bare => Vec::new(),
            Self::Behind => vec![5; 16],
        };
        bytes.extend([1, 2, 3, 4]);
        if once_in(rng, 8) {
            let more = *pick(rng, &[1200, 1400, 8000, 8900]) + rng.usize(..120);
            bytes.resize(bytes.len() + more, 7);
        }
        bytes
    }
}

/// The beginning of a frame: MACs and tags, which have a priority too.
pub fn ethernet(dst_mac: MacAddr6, src_mac: MacAddr6, vlan: &[u16]) -> Vec<u8> {
    let mut frame = dst_mac.as_bytes().to_vec();
    frame.extend(src_mac.as_bytes());
    for (i, vid) in vlan.iter().enumerate() {
        let outer = i + 1 < vlan.len();
        frame.extend(if outer { [0x88, 0xa8] } else { [0x81, 0] });
        frame.extend((vid | 0x6000).to_be_bytes());
    }
    frame
}

/// The frame in a tunnel from there with the VNI of that VPC, mostly, to this card, mostly.
pub fn tunnel(
    rng: &mut Rng,
    file: &Vpcs,
    (from, vpc): (Ipv4Addr, usize),
    to: usize,
    inner: &[u8],
) -> Vec<u8> {
    let card = &file.cards[to];
    let wrong = once_in(rng, 16);
    let dst_mac = if wrong { MacAddr6::new(2, 0, 0, 0, 0xaa, 0x55) } else { card.underlay_mac };
    let mut frame = ethernet(dst_mac, card.gateway_mac, &[]);
    frame.extend([8, 0]);
    let length = (inner.len() + 16) as u16;
    let src = if once_in(rng, 8) { [192, 0, 2, rng.u8(1..10)] } else { from.octets() };
    let dst = if once_in(rng, 16) { [192, 0, 2, 9] } else { card.underlay_ip.octets() };
    let mut ip = Ipv4Header::new(length, 64, IpNumber::UDP, src, dst).expect("a short packet");
    ip.ecn = IpEcn::try_new(if once_in(rng, 8) { 3 } else { rng.u8(..3) }).expect("two bits");
    ip.header_checksum = ip.calc_header_checksum();
    frame.extend(ip.to_bytes());
    let udp = UdpHeader { source_port: 50000, destination_port: 4789, length, checksum: 0 };
    frame.extend(udp.to_bytes());
    let vni = if once_in(rng, 12) { rng.u32(5000..5004) } else { file.vpcs[vpc].vni };
    frame.extend([8, 0, 0, 0]);
    frame.extend((vni << 8).to_be_bytes());
    frame.extend(inner);
    frame
}
