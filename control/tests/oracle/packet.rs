//! What is in a frame, for somebody who has never seen the card?

use crate::arp::Arp;
use etherparse::{
    Icmpv4Slice, Icmpv6Slice, LinkSlice, NetSlice, SlicedPacket, TcpHeaderSlice, TransportSlice,
    UdpHeaderSlice,
};
use macaddr::MacAddr6;
use std::net::{IpAddr, Ipv4Addr};

/// A tenant's frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    Ip(Packet),
    Arp(Arp),
}

/// An IP packet and the Ethernet around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    pub dst_mac: MacAddr6,
    pub src_mac: MacAddr6,
    /// Outer first.
    pub vlan: Vec<u16>,
    pub src: IpAddr,
    pub dst: IpAddr,
    pub protocol: u8,
    pub transport: Transport,
    /// The IP packet, without padding.
    pub ip: Vec<u8>,
}

/// What lies behind IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Tcp {
        src: u16,
        dst: u16,
        syn: bool,
        ack: bool,
        fin: bool,
        rst: bool,
    },
    Udp {
        src: u16,
        dst: u16,
    },
    /// Of ICMP or ICMPv6; only echoes have an identifier.
    Message {
        kind: u8,
        code: u8,
        id: u16,
    },
    /// Something without ports, or a fragment behind the first.
    Bare,
}

/// A VXLAN tunnel around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tunnel {
    pub dst_mac: MacAddr6,
    pub src_mac: MacAddr6,
    pub src: Ipv4Addr,
    pub dst: Ipv4Addr,
    pub vni: u32,
    /// DSCP and ECN of the outer header, as one byte.
    pub class: u8,
    pub inner: Frame,
}

const VXLAN_PORT: u16 = 4789;
const VXLAN_BYTES: usize = 8;

/// Protocol, what lies behind IP, and bytes of the packet.
fn transport(packet: &SlicedPacket) -> (u8, Transport, usize) {
    let net = packet.net.as_ref().expect("IP");
    let payload = net.ip_payload_ref().expect("IP");
    let protocol = payload.ip_number.0;
    let (bytes, v4, behind) = match net {
        NetSlice::Ipv4(v4) => {
            let header = v4.header();
            let behind = header.fragments_offset().value() != 0;
            (usize::from(header.total_len()), true, behind)
        }
        NetSlice::Ipv6(v6) => (40 + usize::from(v6.header().payload_length()), false, false),
        NetSlice::Arp(_) => unreachable!("no ARP here"),
    };
    // A first fragment has ports too, though etherparse doesn't look for them.
    let data = payload.payload;
    let message = |bytes: &[u8]| Transport::Message {
        kind: bytes[0],
        code: bytes[1],
        id: u16::from_be_bytes([bytes[4], bytes[5]]),
    };
    let transport = match protocol {
        _ if behind => Transport::Bare,
        6 => {
            let tcp = TcpHeaderSlice::from_slice(data).expect("TCP");
            let (src, dst) = (tcp.source_port(), tcp.destination_port());
            let (syn, ack, fin, rst) = (tcp.syn(), tcp.ack(), tcp.fin(), tcp.rst());
            Transport::Tcp { src, dst, syn, ack, fin, rst }
        }
        17 => {
            let udp = UdpHeaderSlice::from_slice(data).expect("UDP");
            Transport::Udp { src: udp.source_port(), dst: udp.destination_port() }
        }
        1 if v4 => message(Icmpv4Slice::from_slice(data).expect("ICMP").slice()),
        58 if !v4 => message(Icmpv6Slice::from_slice(data).expect("ICMPv6").slice()),
        _ => Transport::Bare,
    };
    (protocol, transport, bytes)
}

impl Frame {
    /// Its tags, outer first.
    pub fn vlan(&self) -> &[u16] {
        match self {
            Self::Ip(packet) => &packet.vlan,
            Self::Arp(arp) => &arp.vlan,
        }
    }
}

impl Packet {
    /// What rules call its port: the destination's, or {type, code}.
    pub fn port(&self) -> Option<u16> {
        match self.transport {
            Transport::Tcp { dst, .. } | Transport::Udp { dst, .. } => Some(dst),
            Transport::Message { kind, code, .. } => Some(u16::from_be_bytes([kind, code])),
            Transport::Bare => None,
        }
    }

    /// DSCP and ECN, as one byte (RFC 3168 section 5).
    pub fn class(&self) -> u8 {
        let class = u16::from_be_bytes([self.ip[0], self.ip[1]]);
        (if self.src.is_ipv4() { class } else { class >> 4 }) as u8
    }

    /// The lower two bits of that.
    pub fn ecn(&self) -> u8 {
        self.class() & 3
    }
}

/// Read a frame of a tenant.
pub fn read(frame: &[u8]) -> Frame {
    let packet = SlicedPacket::from_ethernet(frame).expect("a well-formed frame");
    let Some(LinkSlice::Ethernet2(ethernet)) = &packet.link else { panic!("Ethernet") };
    let (dst_mac, src_mac) = (ethernet.destination().into(), ethernet.source().into());
    let vlan: Vec<u16> = packet.vlan_ids().iter().map(|v| v.value()).collect();
    if let Some(NetSlice::Arp(arp)) = &packet.net {
        let arp = arp.to_packet().try_eth_ipv4().expect("Ethernet and IPv4");
        return Frame::Arp(Arp::read(dst_mac, src_mac, vlan, &arp));
    }
    if let Some(NetSlice::Ipv6(v6)) = &packet.net
        && v6.header().next_header().0 == 58
    {
        let header = v6.header();
        let ends = [header.source_addr(), header.destination_addr()];
        let message = v6.payload().payload;
        let kind = message.first().is_some_and(|kind| (134..=137).contains(kind));
        let macs = (dst_mac, src_mac);
        let found = kind.then(|| Arp::discover(macs, &vlan, ends, header.hop_limit(), message));
        if let Some(arp) = found.flatten() {
            return Frame::Arp(arp);
        }
    }
    let (protocol, transport, bytes) = transport(&packet);
    let (src, dst): (IpAddr, IpAddr) = match packet.net.as_ref().expect("IP") {
        NetSlice::Ipv4(v4) => {
            (v4.header().source_addr().into(), v4.header().destination_addr().into())
        }
        NetSlice::Ipv6(v6) => {
            (v6.header().source_addr().into(), v6.header().destination_addr().into())
        }
        NetSlice::Arp(_) => unreachable!("no ARP here"),
    };
    let from = 14 + 4 * vlan.len();
    let ip = frame[from..from + bytes].to_vec();
    Frame::Ip(Packet { dst_mac, src_mac, vlan, src, dst, protocol, transport, ip })
}

/// Read a frame of the underlay, and hold it to what every one of them must be.
pub fn read_tunnel(frame: &[u8]) -> Tunnel {
    let packet = SlicedPacket::from_ethernet(frame).expect("a well-formed frame");
    let Some(LinkSlice::Ethernet2(ethernet)) = &packet.link else { panic!("Ethernet") };
    let Some(NetSlice::Ipv4(v4)) = &packet.net else { panic!("IPv4") };
    let Some(TransportSlice::Udp(udp)) = &packet.transport else { panic!("UDP") };
    let header = v4.header().to_header();
    assert_eq!(header.header_checksum, header.calc_header_checksum());
    assert!(header.dont_fragment && !header.more_fragments);
    assert_eq!(header.time_to_live, 64);
    assert_eq!(udp.destination_port(), VXLAN_PORT);
    assert!(udp.source_port() >= 49152);
    assert_eq!(udp.checksum(), 0);
    let (vxlan, inner) = udp.payload().split_at(VXLAN_BYTES);
    assert_eq!((vxlan[0], &vxlan[1..4], vxlan[7]), (8, [0; 3].as_slice(), 0));
    Tunnel {
        dst_mac: ethernet.destination().into(),
        src_mac: ethernet.source().into(),
        src: v4.header().source_addr(),
        dst: v4.header().destination_addr(),
        class: header.dscp.value() << 2 | header.ecn.value(),
        vni: u32::from_be_bytes([0, vxlan[4], vxlan[5], vxlan[6]]),
        inner: read(inner),
    }
}
