//! What do machines say to each other?

use etherparse::{
    ArpHardwareId, ArpOperation, ArpPacket, EtherType, IpHeaders, PacketBuilder, PacketBuilderStep,
    TcpHeader,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Everybody's MAC.
pub const ALL: [u8; 6] = [0xff; 6];
/// MAC of all nodes of IPv6.
const ALL_NODES_MAC: [u8; 6] = [0x33, 0x33, 0, 0, 0, 1];
/// What a packet carries.
const PAYLOAD: &[u8] = b"as it was sent";
/// ICMPv6 types of neighbor discovery (RFC 4861).
const SOLICITATION: u8 = 135;
const ADVERTISEMENT: u8 = 136;

/// An address as people write it.
pub fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Who speaks to whom.
#[derive(Clone, Copy, Debug)]
pub struct Talk {
    pub src_mac: [u8; 6],
    pub dst_mac: [u8; 6],
    pub src: IpAddr,
    pub dst: IpAddr,
}

impl Talk {
    /// The other way round, inside a subnet.
    pub fn back(self) -> Self {
        let Self { src_mac, dst_mac, src, dst } = self;
        Self { src_mac: dst_mac, dst_mac: src_mac, src: dst, dst: src }
    }

    /// The same under that address.
    pub fn under(self, src: &str) -> Self {
        Self { src: ip(src), ..self }
    }

    /// A UDP packet from a port to a port.
    pub fn udp(self, [src, dst]: [u16; 2]) -> Vec<u8> {
        let mut frame = Vec::new();
        self.packet().udp(src, dst).write(&mut frame, PAYLOAD).unwrap();
        frame
    }

    /// A TCP segment from a port to a port, with those of the flags `SAFR`.
    pub fn tcp(self, [src, dst]: [u16; 2], flags: &str) -> Vec<u8> {
        let mut tcp = TcpHeader::new(src, dst, 1, 1024);
        let has = |flag| flags.contains(flag);
        (tcp.syn, tcp.ack, tcp.fin, tcp.rst) = (has('S'), has('A'), has('F'), has('R'));
        let mut frame = Vec::new();
        self.packet().tcp_header(tcp).write(&mut frame, PAYLOAD).unwrap();
        frame
    }

    /// An echo request.
    pub fn ping(self, id: u16) -> Vec<u8> {
        let (mut frame, packet) = (Vec::new(), self.packet());
        match self.dst {
            IpAddr::V4(_) => packet.icmpv4_echo_request(id, 1).write(&mut frame, PAYLOAD),
            IpAddr::V6(_) => packet.icmpv6_echo_request(id, 1).write(&mut frame, PAYLOAD),
        }
        .unwrap();
        frame
    }

    /// An echo reply.
    pub fn pong(self, id: u16) -> Vec<u8> {
        let (mut frame, packet) = (Vec::new(), self.packet());
        match self.dst {
            IpAddr::V4(_) => packet.icmpv4_echo_reply(id, 1).write(&mut frame, PAYLOAD),
            IpAddr::V6(_) => packet.icmpv6_echo_reply(id, 1).write(&mut frame, PAYLOAD),
        }
        .unwrap();
        frame
    }

    fn packet(self) -> PacketBuilderStep<IpHeaders> {
        let ethernet = PacketBuilder::ethernet2(self.src_mac, self.dst_mac);
        match (self.src, self.dst) {
            (IpAddr::V4(src), IpAddr::V4(dst)) => ethernet.ipv4(src.octets(), dst.octets(), 64),
            (IpAddr::V6(src), IpAddr::V6(dst)) => ethernet.ipv6(src.octets(), dst.octets(), 64),
            _ => panic!("both of one family"),
        }
    }
}

/// Who has `dst`? By ARP or neighbor solicitation, as `src` asks.
pub fn ask(mac: [u8; 6], src: IpAddr, dst: IpAddr) -> Vec<u8> {
    match (src, dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            arp(ArpOperation::REQUEST, (mac, src), ([0; 6], dst), ALL)
        }
        (IpAddr::V6(src), IpAddr::V6(dst)) => {
            let message = [&dst.octets()[..], &[1, 1], &mac].concat();
            discovery(SOLICITATION, [0; 4], (mac, src), (ALL_NODES_MAC, dst), &message)
        }
        _ => panic!("both of one family"),
    }
}

/// An ARP packet (RFC 826).
pub fn arp(
    operation: ArpOperation,
    (sender_mac, sender): ([u8; 6], Ipv4Addr),
    (target_mac, target): ([u8; 6], Ipv4Addr),
    dst_mac: [u8; 6],
) -> Vec<u8> {
    let packet = ArpPacket::new(
        ArpHardwareId::ETHERNET,
        EtherType::IPV4,
        operation,
        &sender_mac,
        &sender.octets(),
        &target_mac,
        &target.octets(),
    );
    let mut frame = Vec::new();
    PacketBuilder::ethernet2(sender_mac, dst_mac).arp(packet.unwrap()).write(&mut frame).unwrap();
    frame
}

/// "I have this address", asked for by nobody: a neighbor advertisement to all nodes with the
/// override flag (RFC 4861).
pub fn advertise(mac: [u8; 6], address: Ipv6Addr) -> Vec<u8> {
    let message = [&address.octets()[..], &[2, 1], &mac].concat();
    let all = "ff02::1".parse().unwrap();
    discovery(ADVERTISEMENT, [0x20, 0, 0, 0], (mac, address), (ALL_NODES_MAC, all), &message)
}

fn discovery(
    kind: u8,
    flags: [u8; 4],
    (src_mac, src): ([u8; 6], Ipv6Addr),
    (dst_mac, dst): ([u8; 6], Ipv6Addr),
    message: &[u8],
) -> Vec<u8> {
    let mut frame = Vec::new();
    PacketBuilder::ethernet2(src_mac, dst_mac)
        .ipv6(src.octets(), dst.octets(), 255)
        .icmpv6_raw(kind, 0, flags)
        .write(&mut frame, message)
        .unwrap();
    frame
}
