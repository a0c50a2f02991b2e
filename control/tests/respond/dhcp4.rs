//! What does a DHCPv4 client hear?

use super::{Asker, DEEP, Desk, FOUR, MANY, ROUTER_MAC, SIX, v4};
use control::Unanswered::{self, ForeignClient, Malformed, NeedsNone, NoAddress, OtherServer};
use dhcproto::{
    Decodable, Encodable,
    v4::{DhcpOption, Message, MessageType, Opcode, OptionCode},
};
use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use std::net::Ipv4Addr;

const XID: u32 = 0x1234_abcd;

fn message(who: Asker, kind: MessageType) -> Message {
    let mut message = Message::default();
    message.set_xid(XID).set_chaddr(&who.mac);
    message.opts_mut().insert(DhcpOption::MessageType(kind));
    message
}

/// A message with more options.
fn with(who: Asker, kind: MessageType, options: &[DhcpOption]) -> Message {
    let mut message = message(who, kind);
    for option in options {
        message.opts_mut().insert(option.clone());
    }
    message
}

fn frame(who: Asker, message: &Message) -> Vec<u8> {
    who.udp4(&message.to_vec().unwrap())
}

/// A question that every ENI with an IPv4 address gets an answer to.
pub fn discover(who: Asker) -> Vec<u8> {
    frame(who, &message(who, MessageType::Discover))
}

/// An answer as its client reads it.
struct Heard {
    dst_mac: [u8; 6],
    to: (Ipv4Addr, u16),
    from: (Ipv4Addr, u16),
    message: Message,
}

impl Heard {
    fn kind(&self) -> MessageType {
        self.message.opts().msg_type().unwrap()
    }

    fn option(&self, code: OptionCode) -> Option<&DhcpOption> {
        self.message.opts().get(code)
    }
}

fn ask(desk: &Desk, who: Asker, message: &Message) -> Result<Heard, Unanswered> {
    let answer = desk.ask(who, &frame(who, message))?;
    let packet = SlicedPacket::from_ethernet(&answer).unwrap();
    let Some(NetSlice::Ipv4(ip)) = packet.net else { panic!("{answer:02x?}") };
    let Some(TransportSlice::Udp(udp)) = packet.transport else { panic!("{answer:02x?}") };
    let heard = Message::from_bytes(udp.payload()).unwrap();
    assert_eq!((heard.opcode(), heard.xid()), (Opcode::BootReply, XID));
    assert_eq!((heard.chaddr(), heard.hops(), heard.secs()), (&who.mac[..], 0, 0));
    Ok(Heard {
        dst_mac: answer[..6].try_into().unwrap(),
        to: (ip.header().destination_addr(), udp.destination_port()),
        from: (ip.header().source_addr(), udp.source_port()),
        message: heard,
    })
}

#[test]
fn an_offer_says_all_that_a_host_must_know() {
    let desk = Desk::new();
    let heard = ask(&desk, MANY, &message(MANY, MessageType::Discover)).unwrap();
    let router = v4("10.0.1.1");
    assert_eq!((heard.dst_mac, heard.to), (MANY.mac, (v4("10.0.1.13"), 68)));
    assert_eq!(heard.from, (router, 67));
    assert_eq!((heard.message.yiaddr(), heard.message.ciaddr()), (v4("10.0.1.13"), v4("0.0.0.0")));
    let mut options: Vec<_> = heard.message.opts().iter().map(|(_, o)| o.clone()).collect();
    let mut want = vec![
        DhcpOption::MessageType(MessageType::Offer),
        DhcpOption::ServerIdentifier(router),
        DhcpOption::SubnetMask(v4("255.255.255.128")),
        DhcpOption::Router(vec![router]),
        DhcpOption::DomainNameServer(vec![v4("10.0.0.2")]),
        DhcpOption::Hostname("ip-10-0-1-13".into()),
        DhcpOption::InterfaceMtu(1500),
        DhcpOption::AddressLeaseTime(3600),
        DhcpOption::Renewal(1800),
        DhcpOption::Rebinding(3150),
    ];
    for list in [&mut options, &mut want] {
        list.sort_by_key(|option| u8::from(OptionCode::from(option)));
    }
    assert_eq!(options, want);
}

#[test]
fn a_vpc_says_more_if_its_file_does() {
    let desk = Desk::new();
    let heard = ask(&desk, DEEP, &message(DEEP, MessageType::Discover)).unwrap();
    let servers = vec![v4("10.8.0.53"), v4("10.8.1.53")];
    for option in [
        DhcpOption::DomainName("corp.example".into()),
        DhcpOption::DomainNameServer(servers),
        DhcpOption::NtpServers(vec![v4("10.8.0.123")]),
        DhcpOption::SubnetMask(v4("255.255.255.240")),
    ] {
        assert_eq!(heard.option((&option).into()), Some(&option));
    }
}

/// What becomes of a request with a server, a wanted address and an own one.
#[track_caller]
fn request(
    desk: &Desk,
    [server, wanted, own]: [&str; 3],
    expect: Result<MessageType, Unanswered>,
) -> Option<Heard> {
    let mut asked = message(MANY, MessageType::Request);
    if !server.is_empty() {
        asked.opts_mut().insert(DhcpOption::ServerIdentifier(v4(server)));
    }
    if !wanted.is_empty() {
        asked.opts_mut().insert(DhcpOption::RequestedIpAddress(v4(wanted)));
    }
    if !own.is_empty() {
        asked.set_ciaddr(v4(own));
    }
    let heard = ask(desk, MANY, &asked);
    assert_eq!(heard.as_ref().map(Heard::kind).map_err(|e| *e), expect);
    heard.ok()
}

#[test]
fn a_request_is_acknowledged_or_not_in_every_state() {
    let desk = Desk::new();
    let (ack, nak) = (Ok(MessageType::Ack), Ok(MessageType::Nak));
    // Selecting.
    let heard = request(&desk, ["10.0.1.1", "10.0.1.13", ""], ack).unwrap();
    assert_eq!((heard.message.yiaddr(), heard.to), (v4("10.0.1.13"), (v4("10.0.1.13"), 68)));
    assert_eq!(
        heard.option(OptionCode::AddressLeaseTime),
        Some(&DhcpOption::AddressLeaseTime(3600))
    );
    request(&desk, ["10.0.1.1", "10.0.3.33", ""], nak);
    request(&desk, ["10.0.1.2", "10.0.1.13", ""], Err(OtherServer));
    request(&desk, ["10.0.1.1", "", ""], Err(Malformed));
    // Rebooting.
    request(&desk, ["", "10.0.1.13", ""], ack);
    let heard = request(&desk, ["", "192.168.0.7", ""], nak).unwrap();
    assert_eq!((heard.to, heard.dst_mac), ((Ipv4Addr::BROADCAST, 68), [0xff; 6]));
    assert_eq!((heard.message.yiaddr(), heard.message.ciaddr()), (v4("0.0.0.0"), v4("0.0.0.0")));
    let codes: Vec<_> = heard.message.opts().iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, [OptionCode::MessageType, OptionCode::ServerIdentifier]);
    // Renewing, rebinding.
    let heard = request(&desk, ["", "", "10.0.1.13"], ack).unwrap();
    assert_eq!((heard.message.ciaddr(), heard.to), (v4("10.0.1.13"), (v4("10.0.1.13"), 68)));
    let heard = request(&desk, ["", "", "10.0.1.14"], nak).unwrap();
    assert_eq!(heard.to, (Ipv4Addr::BROADCAST, 68));
    request(&desk, ["", "", ""], Err(Malformed));
}

#[test]
fn inform_gets_no_address() {
    let desk = Desk::new();
    let mut asked = message(MANY, MessageType::Inform);
    asked.set_ciaddr(v4("10.0.3.33"));
    let heard = ask(&desk, MANY, &asked).unwrap();
    assert_eq!((heard.kind(), heard.message.yiaddr()), (MessageType::Ack, v4("0.0.0.0")));
    assert_eq!((heard.dst_mac, heard.to), (MANY.mac, (v4("10.0.3.33"), 68)));
    for code in [OptionCode::AddressLeaseTime, OptionCode::Renewal, OptionCode::Rebinding] {
        assert_eq!(heard.option(code), None);
    }
    assert!(heard.option(OptionCode::InterfaceMtu).is_some());
    // Nobody says where to.
    let heard = ask(&desk, MANY, &message(MANY, MessageType::Inform)).unwrap();
    assert_eq!((heard.dst_mac, heard.to), ([0xff; 6], (Ipv4Addr::BROADCAST, 68)));
}

#[test]
fn answers_go_where_the_client_hears_them() {
    let desk = Desk::new();
    let mut asked = message(FOUR, MessageType::Discover);
    asked.set_flags(asked.flags().set_broadcast());
    let heard = ask(&desk, FOUR, &asked).unwrap();
    assert_eq!((heard.dst_mac, heard.to), ([0xff; 6], (Ipv4Addr::BROADCAST, 68)));
    assert!(heard.message.flags().broadcast());
    assert_eq!(heard.message.yiaddr(), v4("10.0.2.12"));
    // Through a relay.
    asked.set_giaddr(v4("10.0.2.99"));
    let heard = ask(&desk, FOUR, &asked).unwrap();
    assert_eq!((heard.dst_mac, heard.to), (FOUR.mac, (v4("10.0.2.99"), 67)));
    assert_eq!(heard.message.giaddr(), v4("10.0.2.99"));
    let wrong = DhcpOption::RequestedIpAddress(v4("10.0.2.13"));
    let mut asked = with(FOUR, MessageType::Request, &[wrong]);
    asked.set_giaddr(v4("10.0.2.99"));
    let heard = ask(&desk, FOUR, &asked).unwrap();
    assert_eq!((heard.kind(), heard.to), (MessageType::Nak, (v4("10.0.2.99"), 67)));
    assert!(heard.message.flags().broadcast(), "the relay must broadcast a nak");
}

#[test]
fn the_client_identifier_comes_back() {
    let desk = Desk::new();
    let id = DhcpOption::ClientIdentifier(vec![0xff, 1, 2, 3, 4, 5, 6]);
    let wrong = DhcpOption::RequestedIpAddress(v4("10.0.2.13"));
    for kind in [MessageType::Discover, MessageType::Request, MessageType::Inform] {
        let heard = ask(&desk, MANY, &with(MANY, kind, &[id.clone(), wrong.clone()])).unwrap();
        assert_eq!(heard.option(OptionCode::ClientIdentifier), Some(&id), "{kind:?}");
    }
}

#[test]
fn silence() {
    let desk = Desk::new();
    let check = |who: Asker, message: &Message, expect: Unanswered| {
        assert_eq!(ask(&desk, who, message).map(|heard| heard.kind()), Err(expect));
    };
    let server = DhcpOption::ServerIdentifier(v4("10.0.1.1"));
    for kind in [
        MessageType::Decline,
        MessageType::Release,
        MessageType::Offer,
        MessageType::Ack,
        MessageType::Nak,
        MessageType::Unknown(77),
    ] {
        check(MANY, &with(MANY, kind, std::slice::from_ref(&server)), NeedsNone);
    }
    check(MANY, &message(FOUR, MessageType::Discover), ForeignClient);
    check(SIX, &message(SIX, MessageType::Discover), NoAddress);
    let mut reply = message(MANY, MessageType::Discover);
    check(MANY, reply.set_opcode(Opcode::BootReply), Malformed);
    let mut bootp = message(MANY, MessageType::Discover);
    bootp.opts_mut().clear();
    check(MANY, &bootp, Malformed);
    check(MANY, &message(Asker { mac: ROUTER_MAC, ..MANY }, MessageType::Discover), ForeignClient);
}

#[test]
fn what_is_malformed_is_not_answered() {
    let desk = Desk::new();
    let sound = message(MANY, MessageType::Discover).to_vec().unwrap();
    let check = |bytes: &[u8]| {
        let answer = desk.ask(MANY, &MANY.udp4(bytes));
        assert_eq!(answer, Err(Malformed), "{bytes:02x?}");
    };
    assert!(desk.ask(MANY, &MANY.udp4(&sound)).is_ok());
    let spoilt = |at: usize, value: u8| {
        let mut bytes = sound.clone();
        bytes[at] = value;
        bytes
    };
    check(&spoilt(1, 6));
    for hlen in [0, 5, 7, 16, 17, 255] {
        check(&spoilt(2, hlen));
    }
    check(&spoilt(236, 98));
    for bytes in [0, 1, 28, 236, 240] {
        check(&sound[..bytes]);
    }
    // Options behind the header: one that is longer than the message, one that is cut, addresses
    // and types of a wrong length, an identifier of more than one option.
    let behind = |options: &[u8]| [&sound[..240], options].concat();
    check(&behind(&[53, 1, 1, 61, 200, 1, 2, 3]));
    check(&behind(&[53, 1, 1, 61]));
    check(&behind(&[53, 2, 1, 1]));
    check(&behind(&[53, 0]));
    check(&behind(&[53, 1, 3, 50, 3, 10, 0, 1]));
    check(&behind(&[53, 1, 3, 50, 4, 10, 0, 1, 13, 54, 5, 10, 0, 1, 1, 1]));
    let long = [&[61, 255][..], &[7; 255], &[61, 1, 7]].concat();
    check(&behind(&[&[53, 1, 1][..], &long].concat()));
    // What dhcproto would not survive, and padding: no offence.
    for harmless in [&[81, 0][..], &[81, 2, 0, 0], &[151, 0], &[0, 0, 0], &[255, 61]] {
        let options = [&[53, 1, 1][..], harmless].concat();
        assert!(desk.ask(MANY, &MANY.udp4(&behind(&options))).is_ok(), "{harmless:?}");
    }
    // The checksum of UDP: none will do, a wrong one won't.
    let mut frame = MANY.udp4(&sound);
    frame[40..42].copy_from_slice(&[0, 0]);
    assert!(desk.ask(MANY, &frame).is_ok());
    frame[40..42].copy_from_slice(&[0, 1]);
    assert_eq!(desk.ask(MANY, &frame), Err(Malformed));
}
