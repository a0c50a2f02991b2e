//! What do routers beyond gateways send, and what is sent to them? With checksums that are right.

use crate::{
    arp::{Arp, REQUEST},
    edge::vtep,
    nat::LACKING,
    punts::is_fixed,
    traffic::{ethernet, tunnel},
    world::{once_in, pick},
};
use control::vpcs::{Eni, Gateway, Uplink, Vpcs};
use etherparse::{
    IcmpEchoHeader, Icmpv4Header, Icmpv4Type, IpFragOffset, IpNumber, Ipv4Header, Ipv4Options,
    Ipv6Header, TcpHeader, UdpHeader, icmpv4::DestUnreachableHeader,
};
use fastrand::Rng;
use macaddr::MacAddr6;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The port toward the underlay.
const NET_PORT: u8 = 2;

/// A frame that has to do with a gateway of the card, and the port at which it comes.
pub fn frame(rng: &mut Rng, file: &Vpcs, card: usize) -> Option<(u8, Vec<u8>)> {
    let uplink = |g: &'_ Gateway| g.uplink().is_some_and(|u| u.card == card);
    let gateways: Vec<&Gateway> = file.gateways.iter().filter(|g| uplink(g)).collect();
    if gateways.is_empty() {
        return None;
    }
    let gateway = *pick(rng, &gateways);
    let uplink = gateway.uplink()?;
    Some(match rng.u32(..10) {
        0 => (uplink.port, question(rng, file, gateway, uplink)),
        1..5 => (uplink.port, comes(rng, file, gateway, uplink)),
        _ => (NET_PORT, goes(rng, file, gateway, card)),
    })
}

/// An address, mostly of the gateway's VPC: of an ENI, a public one, or another.
fn near(rng: &mut Rng, file: &Vpcs, gateway: &Gateway, v4: bool, public: bool) -> IpAddr {
    let of_vpc = |eni: &Eni| file.vpc_of(eni) == gateway.vpc;
    let all = !once_in(rng, 8);
    let publics = file.public_addresses.iter().filter(|p| !all || of_vpc(&file.enis[p.eni]));
    let publics: Vec<IpAddr> = publics.map(|p| p.public.into()).collect();
    let enis = file.enis.iter().filter(|e| !all || of_vpc(e)).flat_map(|e| &e.addresses);
    let owned: Vec<IpAddr> = enis.copied().filter(|a| a.is_ipv4() == v4).collect();
    let list = if v4 && public && !once_in(rng, 8) { publics } else { owned };
    if list.is_empty() || once_in(rng, 10) {
        let others = if v4 {
            ["203.0.113.99", "10.1.1.9", "10.0.1.2", "169.254.169.254", "198.51.100.1", "10.2.1.1"]
        } else {
            [
                "2001:db8:1:1::9",
                "2001:db8::1",
                "fd00:ec2::254",
                "2001:db8:f::1",
                "2001:db8:2:1::1",
                "2::2",
            ]
        };
        return pick(rng, &others).parse().expect("an address");
    }
    *pick(rng, &list)
}

/// Somebody beyond.
fn far(rng: &mut Rng, v4: bool) -> IpAddr {
    let list = if v4 {
        ["8.8.8.8", "10.9.1.1", "9.9.9.9"]
    } else {
        ["2001:db9::1", "2001:db9:1::1", "2::1"]
    };
    pick(rng, &list).parse().expect("an address")
}

/// What the router wants to know.
fn question(rng: &mut Rng, file: &Vpcs, gateway: &Gateway, uplink: &Uplink) -> Vec<u8> {
    let own = uplink.addresses.iter().copied().chain([near(rng, file, gateway, true, true)]);
    let asked = *pick(rng, &Vec::from_iter(own));
    let asker: IpAddr = match asked {
        IpAddr::V4(_) => [198, 51, 100, 254].into(),
        IpAddr::V6(_) => "2001:db8:f::fe".parse().expect("an address"),
    };
    let asker = if once_in(rng, 12) { asked } else { asker };
    let mac = |rng: &mut Rng| if once_in(rng, 16) { file.router_mac } else { gateway.mac };
    let arp = Arp {
        dst_mac: MacAddr6::broadcast(),
        src_mac: mac(rng),
        vlan: uplink.vlan.clone(),
        operation: REQUEST,
        sender: (mac(rng), asker),
        target: (MacAddr6::nil(), asked),
        router: false,
    };
    arp.frame(rng)
}

/// A packet from beyond.
fn comes(rng: &mut Rng, file: &Vpcs, gateway: &Gateway, uplink: &Uplink) -> Vec<u8> {
    let v4 = !once_in(rng, 3);
    let public = gateway.kind == control::vpcs::GatewayKind::Internet;
    let dst = near(rng, file, gateway, v4, public);
    let src = if once_in(rng, 12) { near(rng, file, gateway, v4, false) } else { far(rng, v4) };
    let src_mac = if once_in(rng, 24) { file.router_mac } else { gateway.mac };
    let dst_mac = match rng.u32(..16) {
        0 => MacAddr6::broadcast(),
        1 => gateway.mac,
        2 => file.enis[rng.usize(..file.enis.len())].mac,
        _ => file.router_mac,
    };
    let mut frame = ethernet(dst_mac, src_mac, &uplink.vlan);
    frame.extend(packet(rng, src, dst));
    frame
}

/// A packet out of a tunnel to the router beyond, mostly from where it may come.
fn goes(rng: &mut Rng, file: &Vpcs, gateway: &Gateway, card: usize) -> Vec<u8> {
    let v4 = !once_in(rng, 3);
    let src = if once_in(rng, 12) { far(rng, v4) } else { near(rng, file, gateway, v4, false) };
    // Nobody but the card's own CPU has such an address.
    let src = if is_fixed(src) { far(rng, v4) } else { src };
    let owner = file
        .enis
        .iter()
        .find(|e| e.addresses.contains(&src) && (file.vpc_of(e) == gateway.vpc || once_in(rng, 2)));
    let own = owner.map(|e| file.cards[e.card].underlay_ip);
    let any = file.gateways.iter().filter(|g| g.vpc == gateway.vpc).map(|g| vtep(file, g));
    let from = own.unwrap_or_else(|| *pick(rng, &Vec::from_iter(any)));
    let dst_mac = if once_in(rng, 12) { file.router_mac } else { gateway.mac };
    let mut inner = ethernet(dst_mac, file.router_mac, &[]);
    let dst = far(rng, v4);
    inner.extend(packet(rng, src, dst));
    tunnel(rng, file, (from, gateway.vpc), card, &inner)
}

/// Type and IP packet.
fn packet(rng: &mut Rng, src: IpAddr, dst: IpAddr) -> Vec<u8> {
    match (src, dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => [vec![8, 0], v4(rng, src, dst)].concat(),
        (IpAddr::V6(src), IpAddr::V6(dst)) => [vec![0x86, 0xdd], v6(rng, src, dst)].concat(),
        _ => unreachable!("both of one family"),
    }
}

fn v6(rng: &mut Rng, src: Ipv6Addr, dst: Ipv6Addr) -> Vec<u8> {
    let tcp = TcpHeader::new(rng.u16(..), 443, rng.u32(..), 9);
    let data = data(rng);
    let payload_length = (tcp.header_len() + data.len()) as u16;
    let (source, destination) = (src.octets(), dst.octets());
    let next_header = IpNumber::TCP;
    let hop_limit = 9;
    let ip = Ipv6Header {
        payload_length,
        next_header,
        hop_limit,
        source,
        destination,
        ..Ipv6Header::default()
    };
    [ip.to_bytes().as_slice(), &tcp.to_bytes(), &data].concat()
}

/// Some bytes, now and then many.
fn data(rng: &mut Rng) -> Vec<u8> {
    let many = if once_in(rng, 10) { 1200 + rng.usize(..200) } else { 0 };
    (0..rng.usize(..9) + many).map(|_| rng.u8(..)).collect()
}

fn v4(rng: &mut Rng, src: Ipv4Addr, dst: Ipv4Addr) -> Vec<u8> {
    let ends = [src, dst].map(|a| a.octets());
    let mut data = data(rng);
    let cut = once_in(rng, 8);
    if cut {
        data = vec![0; LACKING];
    }
    let (protocol, mut behind) = match rng.u32(..8) {
        0..2 => (IpNumber::TCP, tcp(rng, ends, &data)),
        2..4 => (IpNumber::UDP, udp(rng, ends, &data)),
        4 => (IpNumber::ICMP, echo(rng, &data)),
        5 | 6 if !cut => (IpNumber::ICMP, error(rng, ends)),
        _ if !cut => (IpNumber::GRE, data),
        _ => (IpNumber::UDP, udp(rng, ends, &data)),
    };
    let later = !cut && once_in(rng, 12);
    if cut {
        behind.truncate(behind.len() - LACKING);
    }
    let mut ip = header(rng, protocol, ends, behind.len());
    if cut {
        ip.more_fragments = true;
    }
    if later {
        behind.resize(24, 6);
        ip = header(rng, protocol, ends, behind.len());
        ip.fragment_offset = IpFragOffset::try_new(185).expect("13 bits");
    }
    ip.header_checksum = ip.calc_header_checksum();
    [ip.to_bytes().as_slice(), &behind].concat()
}

fn header(rng: &mut Rng, protocol: IpNumber, [src, dst]: [[u8; 4]; 2], bytes: usize) -> Ipv4Header {
    let mut ip = Ipv4Header::new(bytes as u16, 9, protocol, src, dst).expect("a short packet");
    ip.identification = rng.u16(..);
    ip.dont_fragment = rng.bool();
    if once_in(rng, 6) {
        ip.options = Ipv4Options::try_from(&[1, 1, 1, 0][..]).expect("a word");
        ip.set_payload_len(bytes).expect("a short packet");
    }
    ip
}

fn tcp(rng: &mut Rng, [src, dst]: [[u8; 4]; 2], data: &[u8]) -> Vec<u8> {
    let mut tcp = TcpHeader::new(rng.u16(..), 443, rng.u32(..), 9);
    tcp.ack = true;
    tcp.checksum = tcp.calc_checksum_ipv4_raw(src, dst, data).expect("it is short");
    [tcp.to_bytes().as_slice(), data].concat()
}

fn udp(rng: &mut Rng, [src, dst]: [[u8; 4]; 2], data: &[u8]) -> Vec<u8> {
    let length = 8 + data.len() as u16;
    let mut udp = UdpHeader { source_port: rng.u16(..), destination_port: 53, length, checksum: 0 };
    if !once_in(rng, 3) {
        udp.checksum = udp.calc_checksum_ipv4_raw(src, dst, data).expect("it is short");
    }
    [udp.to_bytes().as_slice(), data].concat()
}

fn icmp(kind: Icmpv4Type, data: &[u8]) -> Vec<u8> {
    [Icmpv4Header::with_checksum(kind, data).to_bytes().as_slice(), data].concat()
}

fn echo(rng: &mut Rng, data: &[u8]) -> Vec<u8> {
    icmp(Icmpv4Type::EchoRequest(IcmpEchoHeader { id: rng.u16(..), seq: 1 }), data)
}

/// About a packet that came the other way, mostly; its header and some of what is behind.
fn error(rng: &mut Rng, [src, dst]: [[u8; 4]; 2]) -> Vec<u8> {
    let other = || [192, 0, 2, 77];
    let ends = match rng.u32(..8) {
        0 => [other(), src],
        1 => [dst, other()],
        _ => [dst, src],
    };
    let zeros = vec![0; rng.usize(..9)];
    let (protocol, behind) = match rng.u32(..4) {
        0 => (IpNumber::TCP, tcp(rng, ends, &zeros)),
        1 => (IpNumber::ICMP, echo(rng, &zeros)),
        _ => (IpNumber::UDP, udp(rng, ends, &zeros)),
    };
    let mut ip = header(rng, protocol, ends, behind.len());
    ip.header_checksum = ip.calc_header_checksum();
    let most = behind.len();
    let end = *pick(rng, &[8, 17, 20, most]);
    let quoted = [ip.to_bytes().as_slice(), &behind[..end.min(most)]].concat();
    let kind = match rng.u32(..3) {
        0 => Icmpv4Type::DestinationUnreachable(DestUnreachableHeader::Port),
        1 => {
            let next_hop_mtu = 1400;
            let needed = DestUnreachableHeader::FragmentationNeeded { next_hop_mtu };
            Icmpv4Type::DestinationUnreachable(needed)
        }
        _ => Icmpv4Type::TimeExceeded(etherparse::icmpv4::TimeExceededCode::TtlExceededInTransit),
    };
    icmp(kind, &quoted)
}
