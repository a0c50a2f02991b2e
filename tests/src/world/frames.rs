//! Frames that meet a world: of its people to each other, now and then with a byte wrong.

use super::{
    CARD_MAC, PEERS, Person, ROUTER_MAC, VTEP, World,
    calls::{LINK_LOCAL, SERVICES_V4, SERVICES_V6},
    mapped,
};
use etherparse::{
    IpEcn, IpFragOffset, IpHeaders, IpNumber, Ipv4Extensions, Ipv4Header, Ipv6Extensions,
    Ipv6FragmentHeader, Ipv6Header, Ipv6RawExtHeader, PacketBuilder,
};
use hdl::{eni::AttachKey, profile::HOST_PORTS};
use rand::{RngExt, seq::IndexedRandom};

/// Conversations that go on.
const TALKS: usize = 40;

/// Who says what to whom, time and again.
#[derive(Clone, Debug)]
pub(super) struct Talk {
    from: Person,
    to: Person,
    v4: bool,
    kind: u8,
    ports: (u16, u16),
    /// The other one began.
    answers: bool,
}

/// An IPv6 header.
fn ipv6(from: u128, to: u128, traffic_class: u8, extensions: Ipv6Extensions) -> IpHeaders {
    let header = Ipv6Header {
        traffic_class,
        hop_limit: 64,
        source: from.to_be_bytes(),
        destination: to.to_be_bytes(),
        ..Ipv6Header::default()
    };
    IpHeaders::Ipv6(header, extensions)
}

/// The VLAN tags of a place.
pub(super) fn tags(place: &AttachKey) -> Vec<u8> {
    let tags = usize::from(place.tags);
    let tag = |(i, vid): (usize, &u16)| {
        let tpid: u16 = if i + 1 < tags { 0x88a8 } else { 0x8100 };
        [tpid.to_be_bytes(), vid.to_be_bytes()].concat()
    };
    place.vids[..tags].iter().enumerate().flat_map(tag).collect()
}

impl World {
    /// A frame and the port at which it comes in; most are well-formed and allowed.
    pub fn frame(&mut self) -> (usize, Vec<u8>) {
        let Some(talk) = self.talk() else { return (0, vec![0; 60]) };
        let Talk { from, to, .. } = &talk;
        if let Some(place) = from.place
            && self.random.random_ratio(1, 12)
        {
            let asks = if talk.v4 { Self::arp } else { Self::solicitation };
            return (usize::from(place.port), asks(self, from, to, &place));
        }
        if let Some(place) = from.place
            && self.random.random_ratio(1, 16)
        {
            return (usize::from(place.port), self.call(from, to, &place));
        }
        let neighbor = to.subnet == from.subnet && self.random.random_ratio(1, 2);
        // Often to somebody in between.
        let via = self.people.choose(&mut self.random).filter(|p| p.vpc == to.vpc).cloned();
        let via = via.filter(|_| self.random.random_ratio(1, 4)).map_or(to.mac, |via| via.mac);
        let (port, mut frame) = match from.place {
            Some(place) => {
                let dst = if neighbor { via } else { ROUTER_MAC };
                (usize::from(place.port), self.packet(&talk, from.mac, dst, &place))
            }
            None => {
                let src = if neighbor { from.mac } else { ROUTER_MAC };
                let inner = self.packet(&talk, src, via, &AttachKey::default());
                // Between two VPCs it carries the receiver's VNI.
                let vni = if self.random.random_ratio(9, 10) { to.vni } else { from.vni };
                (HOST_PORTS, self.tunnel(from, vni, inner))
            }
        };
        if self.random.random_ratio(1, 6) {
            self.spoil(&mut frame);
        }
        (port, frame)
    }

    /// Who says something to whom: often somebody who did before, or who was spoken to.
    fn talk(&mut self) -> Option<Talk> {
        let old = self.talks.choose(&mut self.random).filter(|_| self.random.random_ratio(2, 3));
        if let Some(mut talk) = old.cloned() {
            if self.random.random_ratio(1, 2) {
                std::mem::swap(&mut talk.from, &mut talk.to);
                std::mem::swap(&mut talk.ports.0, &mut talk.ports.1);
                talk.answers = !talk.answers;
            }
            return Some(talk);
        }
        let mut to = self.people.choose(&mut self.random).cloned()?;
        let from = self.people.choose(&mut self.random).cloned()?;
        if self.random.random_ratio(3, 4) {
            // Somebody of the same VPC, mostly.
            let same: Vec<_> = self.people.iter().filter(|p| p.vpc == from.vpc).collect();
            to = same.choose(&mut self.random).map_or(to, |p| (*p).clone());
        }
        if self.random.random_ratio(1, 48) {
            // The subnet's broadcast address.
            to.v4 |= 255;
        }
        if self.random.random_ratio(1, 20) {
            // A service of every VPC.
            let which = usize::from(self.random.random_ratio(1, 4));
            (to.v4, to.v6) = (SERVICES_V4[which], SERVICES_V6[which]);
        }
        let mut from = from;
        if self.random.random_ratio(1, 6) {
            // Under an address that is not its own.
            (from.v4, from.v6) = (from.v4 ^ 1, from.v6 ^ 1);
        }
        let ports = [80u16, 443, 1023, 1024, 2047, 2048, 53];
        let mut port = || *ports.choose(&mut self.random).unwrap_or(&80);
        let ports = (port(), port());
        let (v4, kind) = (self.random.random_ratio(2, 3), self.random.random_range(0..10));
        let talk = Talk { from, to, v4, kind, ports, answers: false };
        self.talks.push(talk.clone());
        if self.talks.len() > TALKS {
            self.talks.remove(0);
        }
        Some(talk)
    }

    /// A packet of random length, with the tags of its place.
    fn packet(&mut self, talk: &Talk, src: u64, dst: u64, place: &AttachKey) -> Vec<u8> {
        let mac = |value: u64| value.to_be_bytes()[2..].try_into().unwrap_or([0; 6]);
        let payload: Vec<u8> = {
            let bytes = match self.random.random_range(0..20) {
                0 => self.random.random_range(0..1400),
                1 => self.random.random_range(0..9000),
                _ => self.random.random_range(0..90),
            };
            (0..bytes).map(|_| self.random.random()).collect()
        };
        let ethernet = PacketBuilder::ethernet2(mac(src), mac(dst));
        let Talk { from, to, ports: (a, b), .. } = talk;
        let ip = ethernet.ip(if talk.v4 {
            self.ipv4(from.v4, to.v4)
        } else if self.random.random_ratio(1, 32) {
            ipv6(mapped(from.v4), mapped(to.v4), 0, Ipv6Extensions::default())
        } else {
            let extensions = self.extensions();
            ipv6(from.v6, to.v6, self.random.random_range(0..4), extensions)
        });
        let (a, b) = (*a, *b);
        // The identifier of an echo stays, whoever sends.
        let id = a.max(b);
        let mut frame = Vec::new();
        let written = match talk.kind {
            // Somebody on the way has nothing good to say.
            _ if talk.v4 && self.random.random_ratio(1, 8) => {
                ip.icmpv4_raw(11, 0, [0; 4]).write(&mut frame, &self.quote(talk))
            }
            0..4 => {
                let tcp = ip.tcp(a, b, 7, 512);
                let tcp = match self.random.random_range(0..9) {
                    0..2 => tcp.syn(),
                    2 => tcp.syn().ack(9),
                    3 => tcp.fin().ack(9),
                    4 => tcp.rst(),
                    _ => tcp.ack(9),
                };
                tcp.write(&mut frame, &payload)
            }
            4..7 => ip.udp(a, b).write(&mut frame, &payload),
            7 if self.random.random_ratio(1, 6) => {
                ip.icmpv4_raw(3, 1, [0; 4]).write(&mut frame, &payload)
            }
            7 if talk.answers => ip.icmpv4_echo_reply(id, b).write(&mut frame, &payload),
            7 => ip.icmpv4_echo_request(id, b).write(&mut frame, &payload),
            8 => {
                let sctp = [&a.to_be_bytes()[..], &b.to_be_bytes(), &payload].concat();
                ip.write(&mut frame, IpNumber::SCTP, &sctp)
            }
            _ if self.random.random_ratio(1, 6) => {
                ip.icmpv6_raw(1, 4, [0; 4]).write(&mut frame, &payload)
            }
            _ if talk.answers => ip.icmpv6_echo_reply(id, b).write(&mut frame, &payload),
            _ => ip.icmpv6_echo_request(id, b).write(&mut frame, &payload),
        };
        if written.is_err() {
            frame.resize(60, 0);
        }
        frame.splice(12..12, tags(place));
        if self.random.random_ratio(1, 2) && frame.len() < 60 {
            frame.resize(60, 0);
        }
        frame
    }

    /// What an ICMP error quotes: of a packet from the other one, mostly.
    fn quote(&mut self, talk: &Talk) -> Vec<u8> {
        let Talk { from, to, ports: (a, b), .. } = talk;
        let (src, dst) = if self.random.random_ratio(5, 6) { (to, from) } else { (from, to) };
        let ip = PacketBuilder::ip(self.ipv4(src.v4, dst.v4));
        let mut packet = Vec::new();
        let written = match self.random.random_ratio(1, 2) {
            true => ip.tcp(*b, *a, 7, 512).ack(9).write(&mut packet, &[0; 20]),
            false => ip.udp(*b, *a).write(&mut packet, &[0; 20]),
        };
        let bytes = self.random.random_range(28..=packet.len().max(28));
        if written.is_ok() {
            packet.truncate(bytes);
        }
        packet
    }

    /// An ARP request, mostly, in its own name, mostly.
    fn arp(&mut self, from: &Person, to: &Person, place: &AttachKey) -> Vec<u8> {
        let mut mostly = |one: u64, other: u64| match self.random.random_ratio(9, 10) {
            true => one,
            false => other,
        };
        let operation = mostly(1, 2);
        let (mac, sender) = (mostly(from.mac, to.mac), mostly(from.mac, to.mac));
        let dst = mostly(0xffff_ffff_ffff, to.mac);
        let asked = mostly(to.v4.into(), u64::from(to.v4) ^ 0x40) as u32;
        let asker = mostly(from.v4.into(), to.v4.into()) as u32;
        let bytes = |mac: u64| mac.to_be_bytes()[2..].to_vec();
        let mut frame = [bytes(dst), bytes(mac)].concat();
        frame.extend(tags(place));
        frame.extend([8, 6, 0, 1, 8, 0, 6, 4, 0, operation as u8]);
        frame.extend([&bytes(sender)[..], &asker.to_be_bytes(), &[0; 6]].concat());
        frame.extend(asked.to_be_bytes());
        if self.random.random_ratio(1, 2) {
            frame.resize(60, 0);
        }
        frame
    }

    /// A question for a neighbor, mostly.
    fn solicitation(&mut self, from: &Person, to: &Person, place: &AttachKey) -> Vec<u8> {
        let mut one_in = |n| self.random.random_ratio(1, n);
        let (kind, hop_limit) =
            (if one_in(10) { 136 } else { 135 }, if one_in(10) { 64 } else { 255 });
        let asker = match () {
            () if one_in(10) => to.v6,
            () if one_in(10) => LINK_LOCAL | 1,
            () if one_in(20) => 0,
            () => from.v6,
        };
        let asked = match () {
            () if one_in(10) => to.v6 ^ 0x40,
            () if one_in(4) => LINK_LOCAL | 2,
            () => to.v6,
        };
        let claimed = if one_in(10) { to.mac } else { from.mac };
        let multicast = 0xff02_0000_0000_0000_0000_0001_ff00_0000 | asked & 0xff_ffff;
        let (dst, dst_mac) = if one_in(4) {
            (asked, to.mac)
        } else {
            (multicast, 0x3333_0000_0000 | (multicast as u64 & 0xffff_ffff))
        };
        let bytes = |mac: u64| mac.to_be_bytes()[2..].to_vec();
        let mut message = [&[kind, 0, 0, 0, 0, 0, 0, 0][..], &asked.to_be_bytes()].concat();
        if !one_in(4) {
            message.extend([&[1, 1][..], &bytes(claimed)].concat());
        }
        let mut frame = [bytes(dst_mac), bytes(from.mac), tags(place)].concat();
        frame.extend([0x86, 0xdd, 0x60, 0, 0, 0, 0, message.len() as u8, 58, hop_limit]);
        frame.extend([&asker.to_be_bytes()[..], &dst.to_be_bytes(), &message].concat());
        frame
    }

    /// IPv6 extension headers, mostly none.
    fn extensions(&mut self) -> Ipv6Extensions {
        let mut one_in = |n| self.random.random_ratio(1, n);
        let (hop, options, fragment) = (one_in(6), one_in(6), one_in(6));
        let (later, more) = (one_in(2), one_in(2));
        let raw =
            |words: usize| Ipv6RawExtHeader::new_raw(IpNumber::UDP, &[0; 30][..8 * words - 2]);
        let offset = IpFragOffset::try_new(if later { 3 } else { 0 }).unwrap_or_default();
        Ipv6Extensions {
            hop_by_hop_options: raw(1).ok().filter(|_| hop),
            destination_options: raw(3).ok().filter(|_| options),
            fragment: fragment.then(|| Ipv6FragmentHeader::new(IpNumber::UDP, offset, more, 7)),
            ..Ipv6Extensions::default()
        }
    }

    /// An IPv4 header with any ECN field.
    fn ipv4(&mut self, from: u32, to: u32) -> IpHeaders {
        let header = Ipv4Header {
            ecn: IpEcn::try_new(self.random.random_range(0..4)).unwrap_or_default(),
            dont_fragment: self.random.random_ratio(1, 2),
            time_to_live: 64,
            source: from.to_be_bytes(),
            destination: to.to_be_bytes(),
            ..Ipv4Header::default()
        };
        IpHeaders::Ipv4(header, Ipv4Extensions::default())
    }

    /// Into a VXLAN tunnel from where that person lives.
    fn tunnel(&mut self, from: &Person, vni: u32, inner: Vec<u8>) -> Vec<u8> {
        let mac = |value: u64| value.to_be_bytes()[2..].try_into().unwrap_or([0; 6]);
        let vxlan = [&[8, 0, 0, 0][..], &(vni << 8).to_be_bytes(), &inner].concat();
        let peer = if self.random.random_ratio(15, 16) { from.peer } else { PEERS[0] };
        let dst = if self.random.random_ratio(31, 32) { VTEP } else { VTEP + 7 };
        let mut frame = Vec::new();
        let built = PacketBuilder::ethernet2(mac(0x0200_0000_00fe), mac(CARD_MAC))
            .ip(self.ipv4(peer, dst))
            .udp(50000, 4789)
            .write(&mut frame, &vxlan);
        if built.is_err() {
            frame.resize(60, 0);
        }
        frame
    }

    /// Something goes wrong on the way.
    fn spoil(&mut self, frame: &mut Vec<u8>) {
        let last = frame.len() - 1;
        match self.random.random_range(0..6) {
            0 => frame.truncate(self.random.random_range(1..=last.max(1))),
            1 => {
                frame[self.random.random_range(0..last.clamp(1, 80))] ^=
                    1 << self.random.random_range(0..8)
            }
            2 => frame[..6].fill(0xff),
            3 => frame.extend((0..self.random.random_range(1..30)).map(|_| 0xee)),
            4 => {
                let at = self.random.random_range(0..last.clamp(1, 120));
                frame[at] = self.random.random();
            }
            _ => frame.splice(12..12, [0x81, 0, 0, 9]).for_each(drop),
        }
    }
}
