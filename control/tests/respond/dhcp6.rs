//! What does a DHCPv6 client hear?

use super::{Asker, DEEP, Desk, FOUR, MANY, ROUTER_LINK_LOCAL, SIX, v6};
use control::Unanswered::{self, Malformed, NeedsNone, OtherServer, Relayed};
use dhcproto::{
    Decodable, Encodable, Name,
    v6::{
        DhcpOption, DhcpOptions, IAAddr, IANA, IAPD, IATA, Message, MessageType, NtpSuboption, ORO,
        OptionCode, Status,
    },
};
use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use std::{net::Ipv6Addr, str::FromStr};

const XID: [u8; 3] = [0xab, 0xcd, 0xef];
const CLIENT: [u8; 10] = [0, 3, 0, 1, 2, 0, 0, 0, 0, 0x13];
const SERVER: [u8; 10] = [0, 3, 0, 1, 2, 0, 0, 0, 0, 1];
/// To all servers and relays.
const SERVERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 1, 2);

/// A message with a client's identifier, and the server's if its type wants that.
fn message(kind: MessageType, options: &[DhcpOption]) -> Message {
    let named = matches!(
        kind,
        MessageType::Request | MessageType::Renew | MessageType::Release | MessageType::Decline
    );
    let server = named.then(|| DhcpOption::ServerId(SERVER.into()));
    let ids = [DhcpOption::ClientId(CLIENT.into())].into_iter().chain(server);
    let mut message = Message::new_with_id(kind, XID);
    message.set_opts(ids.chain(options.iter().cloned()).collect());
    message
}

fn frame(who: Asker, message: &Message) -> Vec<u8> {
    who.udp6(who.link_local(), SERVERS, &message.to_vec().unwrap())
}

/// A question that every ENI gets an answer to.
pub fn solicit() -> Vec<u8> {
    message(MessageType::Solicit, &[ia(1, &["2001:db8:0:1::13"])]).to_vec().unwrap()
}

fn address(text: &str, seconds: u32) -> DhcpOption {
    let opts = DhcpOptions::default();
    DhcpOption::IAAddr(IAAddr {
        addr: v6(text),
        preferred_life: seconds,
        valid_life: seconds,
        opts,
    })
}

/// An IA_NA in which a client has or wants addresses.
fn ia(id: u32, addresses: &[&str]) -> DhcpOption {
    let opts = addresses.iter().map(|text| address(text, 0)).collect();
    DhcpOption::IANA(IANA { id, t1: 0, t2: 0, opts })
}

/// An IA_NA that was answered: an address and its seconds each, or why there is none.
type Lease = (u32, Result<Vec<(Ipv6Addr, u32)>, Status>);

fn code(options: &DhcpOptions) -> Option<Status> {
    match options.get(OptionCode::StatusCode) {
        Some(DhcpOption::StatusCode(said)) => Some(said.status),
        _ => None,
    }
}

fn lease(ia: &IANA) -> Lease {
    if let Some(status) = code(&ia.opts) {
        assert_eq!((ia.t1, ia.t2, ia.opts.iter().count()), (0, 0, 1));
        return (ia.id, Err(status));
    }
    assert_eq!((ia.t1, ia.t2), (1800, 2880));
    let addresses = ia.opts.iter().map(|option| match option {
        DhcpOption::IAAddr(a) if a.preferred_life == a.valid_life => (a.addr, a.valid_life),
        other => panic!("{other:?}"),
    });
    (ia.id, Ok(addresses.collect()))
}

/// A lease that is given.
fn given(id: u32, addresses: &[(&str, u32)]) -> Lease {
    (id, Ok(addresses.iter().map(|(text, seconds)| (v6(text), *seconds)).collect()))
}

/// All of `MANY`'s.
const ALL: [(&str, u32); 2] = [("2001:db8:0:1::13", 3600), ("2001:db8:0:1::33", 3600)];

fn leases(heard: &Message) -> Vec<Lease> {
    let all = heard.opts().iter().filter_map(|option| match option {
        DhcpOption::IANA(ia) => Some(lease(ia)),
        _ => None,
    });
    all.collect()
}

fn ask(desk: &Desk, who: Asker, asked: &Message) -> Result<Message, Unanswered> {
    let answer = desk.ask(who, &frame(who, asked))?;
    let packet = SlicedPacket::from_ethernet(&answer).unwrap();
    let Some(NetSlice::Ipv6(ip)) = packet.net else { panic!("{answer:02x?}") };
    let Some(TransportSlice::Udp(udp)) = packet.transport else { panic!("{answer:02x?}") };
    assert_eq!((&answer[..6], ip.header().destination_addr()), (&who.mac[..], who.link_local()));
    assert_eq!(ip.header().source_addr(), ROUTER_LINK_LOCAL);
    assert_eq!((udp.source_port(), udp.destination_port()), (547, 546));
    let heard = Message::from_bytes(udp.payload()).unwrap();
    assert_eq!(heard.xid(), XID);
    let server = DhcpOption::ServerId(SERVER.into());
    assert_eq!(heard.opts().get(OptionCode::ServerId), Some(&server));
    assert_eq!(
        heard.opts().get(OptionCode::ClientId),
        asked.opts().get(OptionCode::ClientId),
        "the client's identifier comes back"
    );
    Ok(heard)
}

/// What is heard of such a message with these options.
#[track_caller]
fn check(
    who: Asker,
    asked: (MessageType, &[DhcpOption]),
    expect: (MessageType, Option<Status>, &[Lease]),
) {
    let desk = Desk::new();
    let heard = ask(&desk, who, &message(asked.0, asked.1)).unwrap();
    let found = (heard.msg_type(), code(heard.opts()), &leases(&heard)[..]);
    assert_eq!(found, expect);
}

#[test]
fn a_solicit_is_answered_by_an_advertise_or_at_once() {
    let (solicit, advertise) = (MessageType::Solicit, MessageType::Advertise);
    check(MANY, (solicit, &[ia(7, &[])]), (advertise, None, &[given(7, &ALL)]));
    check(MANY, (solicit, &[]), (advertise, None, &[]));
    let rapid = [ia(7, &[]), DhcpOption::RapidCommit];
    check(MANY, (solicit, &rapid), (MessageType::Reply, None, &[given(7, &ALL)]));
    let desk = Desk::new();
    let heard = ask(&desk, MANY, &message(solicit, &rapid)).unwrap();
    assert_eq!(heard.opts().get(OptionCode::RapidCommit), Some(&DhcpOption::RapidCommit));
    let heard = ask(&desk, MANY, &message(solicit, &rapid[..1])).unwrap();
    assert_eq!(heard.opts().get(OptionCode::RapidCommit), None);
    // A hint changes nothing, nor does the link of others.
    let six = given(7, &[("2001:db8:0:1::14", 3600)]);
    check(SIX, (solicit, &[ia(7, &["2001:db8:9::1"])]), (advertise, None, &[six]));
}

#[test]
fn who_has_no_address_gets_none() {
    let (solicit, advertise) = (MessageType::Solicit, MessageType::Advertise);
    let none = (9, Err(Status::NoAddrsAvail));
    check(FOUR, (solicit, &[ia(9, &[])]), (advertise, None, std::slice::from_ref(&none)));
    let none = [none];
    check(FOUR, (MessageType::Request, &[ia(9, &[])]), (MessageType::Reply, None, &none));
    let unbound = [(9, Err(Status::NoBinding))];
    for kind in [MessageType::Renew, MessageType::Rebind] {
        check(FOUR, (kind, &[ia(9, &[])]), (MessageType::Reply, None, &unbound));
    }
    // One association has all addresses there are.
    let both = [given(1, &ALL), (2, Err(Status::NoAddrsAvail))];
    check(MANY, (solicit, &[ia(1, &[]), ia(2, &[])]), (advertise, None, &both));
    let desk = Desk::new();
    let opts = DhcpOptions::default();
    let others = [
        DhcpOption::IATA(IATA { id: 3, opts: opts.clone() }),
        DhcpOption::IAPD(IAPD { id: 4, t1: 0, t2: 0, opts }),
    ];
    let heard = ask(&desk, MANY, &message(solicit, &others)).unwrap();
    let Some(DhcpOption::IATA(temporary)) = heard.opts().get(OptionCode::IATA) else { panic!() };
    assert_eq!((temporary.id, code(&temporary.opts)), (3, Some(Status::NoAddrsAvail)));
    let Some(DhcpOption::IAPD(prefix)) = heard.opts().get(OptionCode::IAPD) else { panic!() };
    assert_eq!((prefix.id, code(&prefix.opts)), (4, Some(Status::NoPrefixAvail)));
}

#[test]
fn addresses_are_kept_and_lost() {
    let reply = MessageType::Reply;
    for kind in [MessageType::Request, MessageType::Renew, MessageType::Rebind] {
        let own = ia(5, &["2001:db8:0:1::33", "2001:db8:0:1::13"]);
        check(MANY, (kind, &[own]), (reply, None, &[given(5, &ALL)]));
    }
    // What is no address of the link, or of the ENI.
    let moved = [ia(5, &["2001:db8:0:1::13", "2001:db8:0:2::13"])];
    let off = (5, Err(Status::NotOnLink));
    check(MANY, (MessageType::Request, &moved), (reply, None, &[off]));
    for kind in [MessageType::Renew, MessageType::Rebind] {
        let lost = given(5, &[ALL[0], ALL[1], ("2001:db8:0:2::13", 0)]);
        check(MANY, (kind, &moved), (reply, None, &[lost]));
    }
    let stranger = [ia(5, &["2001:db8:0:1::77"])];
    check(MANY, (MessageType::Request, &stranger), (reply, None, &[given(5, &ALL)]));
}

#[test]
fn confirm_says_where_the_client_is() {
    let (confirm, reply) = (MessageType::Confirm, MessageType::Reply);
    let here = [ia(1, &["2001:db8:0:1::77", "2001:db8:0:1::13"])];
    check(MANY, (confirm, &here), (reply, Some(Status::Success), &[]));
    let there = [ia(1, &["2001:db8:0:1::13"]), ia(2, &["2001:db8:8:1::5"])];
    check(MANY, (confirm, &there), (reply, Some(Status::NotOnLink), &[]));
    let desk = Desk::new();
    for empty in [&[][..], &[ia(1, &[])]] {
        let heard = ask(&desk, MANY, &message(confirm, empty));
        assert_eq!(heard, Err(NeedsNone));
    }
}

#[test]
fn what_is_given_back_stays() {
    for kind in [MessageType::Release, MessageType::Decline] {
        let own = [ia(1, &["2001:db8:0:1::13"])];
        check(MANY, (kind, &own), (MessageType::Reply, Some(Status::Success), &[]));
    }
}

#[test]
fn a_client_hears_what_it_asks_for() {
    let desk = Desk::new();
    let wants = |opts: &[OptionCode]| DhcpOption::ORO(ORO { opts: opts.to_vec() });
    let all = [OptionCode::DomainNameServers, OptionCode::DomainSearchList, OptionCode::NtpServer];
    let heard = |who: Asker, wants: DhcpOption| {
        let heard = ask(&desk, who, &message(MessageType::InformationRequest, &[wants])).unwrap();
        assert_eq!(heard.msg_type(), MessageType::Reply);
        let ids = [OptionCode::ServerId, OptionCode::ClientId];
        let rest = heard.opts().iter().filter(|o| !ids.contains(&OptionCode::from(*o)));
        rest.cloned().collect::<Vec<_>>()
    };
    let told = [
        DhcpOption::DomainNameServers(vec![v6("2001:db8:8::53")]),
        DhcpOption::DomainSearchList(vec![Name::from_str("corp.example.").unwrap()]),
        DhcpOption::NtpServer(vec![NtpSuboption::ServerAddress(v6("2001:db8:8::123"))]),
    ];
    assert_eq!(heard(DEEP, wants(&all)), told);
    assert_eq!(heard(DEEP, wants(&all[..1])), told[..1]);
    assert_eq!(heard(DEEP, wants(&[])), []);
    let resolver = DhcpOption::DomainNameServers(vec![v6("fd00:ec2::253")]);
    assert_eq!(heard(MANY, wants(&all)), [resolver]);
    // Without an identifier it is answered as well.
    let bare = Message::new_with_id(MessageType::InformationRequest, XID);
    assert!(ask(&desk, MANY, &bare).is_ok());
}

#[test]
fn silence() {
    let desk = Desk::new();
    let check = |message: &Message, expect: Unanswered| {
        assert_eq!(ask(&desk, MANY, message), Err(expect), "{message:?}");
    };
    let mut other = SERVER;
    other[9] = 2;
    for kind in [MessageType::Request, MessageType::Renew, MessageType::InformationRequest] {
        let mut asked = message(kind, &[]);
        asked.opts_mut().remove_all(OptionCode::ServerId);
        asked.opts_mut().insert(DhcpOption::ServerId(other.into()));
        check(&asked, OtherServer);
    }
    check(&message(MessageType::RelayForw, &[]), Relayed);
    for kind in [
        MessageType::Advertise,
        MessageType::Reply,
        MessageType::Reconfigure,
        MessageType::RelayRepl,
        MessageType::Unknown(200),
    ] {
        check(&message(kind, &[]), NeedsNone);
    }
    for kind in [MessageType::Request, MessageType::Renew, MessageType::Release] {
        let mut asked = message(kind, &[]);
        asked.opts_mut().remove_all(OptionCode::ServerId);
        check(&asked, Malformed);
    }
    let server = DhcpOption::ServerId(SERVER.into());
    for kind in [MessageType::Solicit, MessageType::Confirm, MessageType::Rebind] {
        check(&message(kind, std::slice::from_ref(&server)), Malformed);
        let mut asked = message(kind, &[]);
        asked.opts_mut().remove_all(OptionCode::ClientId);
        check(&asked, Malformed);
    }
    check(&message(MessageType::InformationRequest, &[ia(1, &[])]), Malformed);
    let eight: Vec<_> = (0..8).map(|id| ia(id, &[])).collect();
    assert!(ask(&desk, MANY, &message(MessageType::Solicit, &eight)).is_ok());
    check(&message(MessageType::Solicit, &[&eight[..], &[ia(8, &[])]].concat()), Malformed);
    let twice = DhcpOption::ClientId(CLIENT.into());
    check(&message(MessageType::Solicit, &[twice]), Malformed);
    for bytes in [0, 2, 131] {
        let mut asked = message(MessageType::Solicit, &[]);
        asked.opts_mut().remove_all(OptionCode::ClientId);
        asked.opts_mut().insert(DhcpOption::ClientId(vec![7; bytes]));
        check(&asked, Malformed);
    }
    // To one server alone; from nobody.
    let bytes = solicit();
    for (from, to) in
        [(MANY.link_local(), ROUTER_LINK_LOCAL), (v6("::"), SERVERS), (SERVERS, SERVERS)]
    {
        assert_eq!(desk.ask(MANY, &MANY.udp6(from, to, &bytes)), Err(Malformed));
    }
}

#[test]
fn what_is_malformed_is_not_answered() {
    let desk = Desk::new();
    let ask = |bytes: &[u8]| desk.ask(MANY, &MANY.udp6(MANY.link_local(), SERVERS, bytes));
    let sound = solicit();
    assert!(ask(&sound).is_ok());
    for bytes in 0..sound.len() {
        // Between two options is the end of a message.
        let whole = [4 + 4 + CLIENT.len()].contains(&bytes);
        assert_eq!(ask(&sound[..bytes]).is_ok(), whole, "{bytes}");
    }
    // Lengths that dhcproto would not survive, and options within options: no offence.
    let mut deep = Vec::new();
    for _ in 0..150 {
        let length = (deep.len() + 4) as u16;
        deep = [&17_u16.to_be_bytes()[..], &length.to_be_bytes(), &[0; 4], &deep].concat();
    }
    let short = [11, 13, 16, 17].map(|code| vec![0, code, 0, 0]);
    for harmless in short.into_iter().chain([deep]) {
        assert!(ask(&[&sound[..], &harmless].concat()).is_ok(), "{harmless:?}");
    }
    // Associations that end too soon, and an address that does.
    for bad in [&[0, 3, 0, 11][..], &[0, 4, 0, 3], &[0, 25, 0, 11]] {
        let bytes = [&sound[..], bad, &[0; 11][..bad[3].into()]].concat();
        assert_eq!(ask(&bytes), Err(Malformed));
    }
    let address = [&[0, 3, 0, 39][..], &[0; 12], &[0, 5, 0, 23], &[0; 23]].concat();
    assert_eq!(ask(&[sound.clone(), address].concat()), Err(Malformed));
    // There must be a checksum, and the right one.
    let mut frame = MANY.udp6(MANY.link_local(), SERVERS, &sound);
    for sum in [[0, 0], [0, 1]] {
        frame[60..62].copy_from_slice(&sum);
        assert_eq!(desk.ask(MANY, &frame), Err(Malformed));
    }
}
