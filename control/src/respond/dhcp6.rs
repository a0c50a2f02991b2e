//! Which IPv6 addresses has an ENI?
//!
//! | asked by | answered by (RFC 8415 section 18.3) |
//! |---|---|
//! | solicit | advertise; reply if the client asks for rapid commit |
//! | request, renew, rebind | reply with the ENI's addresses, and its others without life |
//! | confirm | reply: are the client's addresses on the link? |
//! | release, decline | reply: success; the addresses stay the ENI's |
//! | information-request | reply without addresses |
//!
//! The first IA_NA of a message gets all addresses of the ENI, any other none; there are no
//! temporary addresses (IA_TA) and no prefixes (IA_PD).

use super::{
    LEASE_SECONDS, Unanswered,
    host::{Host, only_v6},
    options::{dhcp6 as options, once},
};
use dhcproto::{
    Encodable, Name,
    v6::{
        DhcpOption, DhcpOptions, IAAddr, IANA, IAPD, IATA, Message, MessageType, NtpSuboption,
        OptionCode, Status, StatusCode,
    },
};
use hdl::punt::DHCP_PORTS;
use std::{net::Ipv6Addr, str::FromStr};

/// UDP port of clients, and of servers (RFC 8415 section 7.2).
const CLIENT_PORT: u16 = 546;
const SERVER_PORT: u16 = DHCP_PORTS[1];
/// Bytes of a message in front of its options: type and transaction (RFC 8415 section 8).
const HEADER_BYTES: usize = 4;
/// Bytes of a DUID (RFC 8415 section 11.1).
const DUID_BYTES: std::ops::RangeInclusive<usize> = 3..=130;
/// How the server's DUID begins, which is made of its MAC: DUID-LL, Ethernet (RFC 8415 section
/// 11.4).
const DUID_LL_ETHERNET: [u8; 4] = [0, 3, 0, 1];

/// Identity associations of a client: more than one asks for nothing, and each gets a word.
const ASSOCIATIONS_MAX: usize = 8;

/// An identity association of a client.
struct Association {
    kind: OptionCode,
    id: u32,
    /// Those that the client has or wants.
    addresses: Vec<Ipv6Addr>,
}

impl Association {
    /// What an option says, if it is one.
    fn read(code: u16, value: &[u8]) -> Result<Option<Self>, Unanswered> {
        let kind = OptionCode::from(code);
        // Behind the identifier there are two times, but for temporary addresses.
        let bytes = match kind {
            OptionCode::IANA | OptionCode::IAPD => 12,
            OptionCode::IATA => 4,
            _ => return Ok(None),
        };
        let bad = Unanswered::Malformed;
        let (head, rest) = value.split_at_checked(bytes).ok_or(bad)?;
        let id = u32::from_be_bytes(*head.first_chunk().ok_or(bad)?);
        let mut addresses = Vec::new();
        for (_, value) in options(rest)?.iter().filter(|(c, _)| *c == OptionCode::IAAddr.into()) {
            // An address and two lifetimes.
            let octets = value.first_chunk::<16>().filter(|_| value.len() >= 24);
            addresses.push(Ipv6Addr::from(*octets.ok_or(bad)?));
        }
        Ok(Some(Self { kind, id, addresses }))
    }
}

/// What a client says.
struct Asked<'m> {
    kind: MessageType,
    xid: [u8; 3],
    client_id: Option<&'m [u8]>,
    associations: Vec<Association>,
    rapid: bool,
    wants: Vec<OptionCode>,
}

impl<'m> Asked<'m> {
    fn read(host: &Host, message: &'m [u8]) -> Result<Self, Unanswered> {
        let bad = Unanswered::Malformed;
        let ([kind, xid @ ..], rest) = message.split_first_chunk::<HEADER_BYTES>().ok_or(bad)?;
        let kind = MessageType::from(*kind);
        let names_server = match kind {
            MessageType::Solicit | MessageType::Confirm | MessageType::Rebind => Some(false),
            MessageType::Request | MessageType::Renew => Some(true),
            MessageType::Release | MessageType::Decline => Some(true),
            MessageType::InformationRequest => None,
            MessageType::RelayForw => return Err(Unanswered::Relayed),
            _ => return Err(Unanswered::NeedsNone),
        };
        let all = options(rest)?;
        let value = |code: OptionCode| once(&all, code.into());
        let server_id = value(OptionCode::ServerId)?;
        if names_server.is_some_and(|names| names != server_id.is_some()) {
            return Err(bad);
        }
        if server_id.is_some_and(|id| id != duid(host)) {
            return Err(Unanswered::OtherServer);
        }
        let client_id = value(OptionCode::ClientId)?;
        let sound = match client_id {
            Some(id) => DUID_BYTES.contains(&id.len()),
            None => kind == MessageType::InformationRequest,
        };
        let mut associations = Vec::new();
        for (code, value) in &all {
            associations.extend(Association::read(*code, value)?);
        }
        // Who has or wants addresses asks otherwise (RFC 8415 section 16.12).
        let odd = kind == MessageType::InformationRequest && !associations.is_empty();
        if !sound || odd || associations.len() > ASSOCIATIONS_MAX {
            return Err(bad);
        }
        let wants = value(OptionCode::ORO)?.unwrap_or_default().as_chunks::<2>().0;
        Ok(Self {
            kind,
            xid: *xid,
            client_id,
            associations,
            rapid: value(OptionCode::RapidCommit)?.is_some(),
            wants: wants.iter().map(|code| u16::from_be_bytes(*code).into()).collect(),
        })
    }

    /// Addresses that the client has or wants.
    fn addresses(&self) -> impl Iterator<Item = &Ipv6Addr> {
        self.associations.iter().flat_map(|a| &a.addresses)
    }
}

/// The server's DUID.
fn duid(host: &Host) -> Vec<u8> {
    [&DUID_LL_ETHERNET[..], &host.router_mac].concat()
}

/// The answer to a message of that host, from one address to another.
pub fn answer(
    host: &Host,
    from: Ipv6Addr,
    to: Ipv6Addr,
    message: &[u8],
) -> Result<Vec<u8>, Unanswered> {
    // RFC 8415 section 16: no server may hear what is sent to it alone, unless it said so.
    if !to.is_multicast() || from.is_unspecified() || from.is_multicast() {
        return Err(Unanswered::Malformed);
    }
    let asked = Asked::read(host, message)?;
    let (kind, rest) = match asked.kind {
        MessageType::Solicit if asked.rapid => {
            let mut rest = leases(host, &asked);
            rest.push(DhcpOption::RapidCommit);
            (MessageType::Reply, rest)
        }
        MessageType::Solicit => (MessageType::Advertise, leases(host, &asked)),
        MessageType::Request | MessageType::Renew | MessageType::Rebind => {
            (MessageType::Reply, leases(host, &asked))
        }
        MessageType::Confirm => (MessageType::Reply, vec![confirm(host, &asked)?]),
        MessageType::InformationRequest => (MessageType::Reply, Vec::new()),
        _ => (MessageType::Reply, vec![status(Status::Success, "The ENI keeps its addresses.")]),
    };
    let mut reply = Message::new_with_id(kind, asked.xid);
    let client_id = asked.client_id.map(|id| DhcpOption::ClientId(id.into()));
    let ids = [DhcpOption::ServerId(duid(host))].into_iter().chain(client_id);
    reply.set_opts(ids.chain(rest).chain(network(host, &asked.wants)).collect());
    let bytes = reply.to_vec().map_err(|_| Unanswered::Malformed)?;
    Ok(host.datagram_v6(from, [SERVER_PORT, CLIENT_PORT], &bytes))
}

fn status(status: Status, text: &str) -> DhcpOption {
    DhcpOption::StatusCode(StatusCode { status, msg: text.into() })
}

/// Is an address one of the host's link?
fn on_link(host: &Host, address: &Ipv6Addr) -> bool {
    host.prefixes.iter().any(|prefix| prefix.contains(address))
}

/// Who names no address to be confirmed must not be answered (RFC 8415 section 18.3.3).
fn confirm(host: &Host, asked: &Asked<'_>) -> Result<DhcpOption, Unanswered> {
    let first = asked.addresses().next().ok_or(Unanswered::NeedsNone)?;
    let all = asked.addresses().all(|address| on_link(host, address));
    Ok(if all {
        status(Status::Success, "All addresses are on the link.")
    } else {
        status(Status::NotOnLink, &format!("Not all addresses, of which {first} is one, are."))
    })
}

/// What the client gets for each of its associations.
fn leases(host: &Host, asked: &Asked<'_>) -> Vec<DhcpOption> {
    let first = asked.associations.iter().position(|a| a.kind == OptionCode::IANA);
    let lease = |(index, association): (usize, &Association)| {
        let id = association.id;
        let refused = |code, text| DhcpOptions::from_iter([status(code, text)]);
        match association.kind {
            OptionCode::IANA => {
                let own: &[_] = if Some(index) == first { &host.addresses } else { &[] };
                DhcpOption::IANA(addresses(host, asked.kind, association, own))
            }
            OptionCode::IATA => {
                let opts = refused(Status::NoAddrsAvail, "There are no temporary addresses.");
                DhcpOption::IATA(IATA { id, opts })
            }
            _ => {
                let opts = refused(Status::NoPrefixAvail, "No prefix is delegated.");
                DhcpOption::IAPD(IAPD { id, t1: 0, t2: 0, opts })
            }
        }
    };
    asked.associations.iter().enumerate().map(lease).collect()
}

/// An association with the host's addresses; those that the client had besides lose their life. The
/// times are the shares that RFC 8415 section 21.4 recommends.
fn addresses(host: &Host, kind: MessageType, asked: &Association, own: &[Ipv6Addr]) -> IANA {
    let none = |code, text| IANA {
        id: asked.id,
        t1: 0,
        t2: 0,
        opts: DhcpOptions::from_iter([status(code, text)]),
    };
    if kind == MessageType::Request && !asked.addresses.iter().all(|a| on_link(host, a)) {
        return none(Status::NotOnLink, "An address is not on the link.");
    }
    let extends = matches!(kind, MessageType::Renew | MessageType::Rebind);
    if own.is_empty() && extends {
        return none(Status::NoBinding, "Nothing is bound to this association.");
    }
    if own.is_empty() {
        return none(Status::NoAddrsAvail, "The ENI has no more IPv6 addresses.");
    }
    let lost = asked.addresses.iter().filter(|a| extends && !own.contains(a));
    let lease = |addr: &Ipv6Addr, seconds| {
        DhcpOption::IAAddr(IAAddr {
            addr: *addr,
            preferred_life: seconds,
            valid_life: seconds,
            opts: DhcpOptions::default(),
        })
    };
    let kept = own.iter().map(|addr| lease(addr, LEASE_SECONDS));
    IANA {
        id: asked.id,
        t1: LEASE_SECONDS / 2,
        t2: LEASE_SECONDS / 5 * 4,
        opts: kept.chain(lost.map(|addr| lease(addr, 0))).collect(),
    }
}

/// What a host wants to know of its network, as far as the VPC has it.
fn network(host: &Host, wants: &[OptionCode]) -> Vec<DhcpOption> {
    let names: Vec<Ipv6Addr> = only_v6(&host.name_servers).collect();
    let times: Vec<_> = only_v6(&host.ntp_servers).map(NtpSuboption::ServerAddress).collect();
    let domain = host.domain_name.as_ref().and_then(|name| Name::from_str(name).ok());
    let has = |code: OptionCode| wants.contains(&code);
    [
        (has(OptionCode::DomainNameServers) && !names.is_empty())
            .then_some(DhcpOption::DomainNameServers(names)),
        domain
            .filter(|_| has(OptionCode::DomainSearchList))
            .map(|name| DhcpOption::DomainSearchList(vec![name])),
        (has(OptionCode::NtpServer) && !times.is_empty()).then_some(DhcpOption::NtpServer(times)),
    ]
    .into_iter()
    .flatten()
    .collect()
}
