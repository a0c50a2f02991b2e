//! Which IPv4 address has an ENI, and what must it know of its network?
//!
//! | asked by | answered by (RFC 2131 section 4.3) |
//! |---|---|
//! | discover | offer of the ENI's primary address |
//! | request of that address | ack, whatever the client's state |
//! | request of another address | nak |
//! | inform | ack without address and times |
//! | decline, release | nothing: the address stays the ENI's |

use super::{
    LEASE_SECONDS, Unanswered,
    host::{Host, Lease, only_v4},
    options,
};
use dhcproto::{
    Decodable, Encodable,
    v4::{DhcpOption, Message, MessageType, Opcode, OptionCode},
};
use hdl::punt::DHCP_PORTS;
use std::{collections::BTreeMap, net::Ipv4Addr};

/// After what part of its lease the client asks its server again, and after what part everybody
/// (RFC 2131 section 4.4.5).
const RENEWAL_SECONDS: u32 = LEASE_SECONDS / 2;
const REBINDING_SECONDS: u32 = LEASE_SECONDS / 8 * 7;
/// UDP port of servers and relays.
const SERVER_PORT: u16 = DHCP_PORTS[0];
/// UDP port of clients (RFC 2131 section 4.1).
const CLIENT_PORT: u16 = 68;
/// Bytes of a message in front of its options, the magic cookie among them (RFC 2131 figure 1).
const HEADER_BYTES: usize = 240;
/// How options begin (RFC 2132 section 2).
const MAGIC_COOKIE: [u8; 4] = [99, 130, 83, 99];
/// Hardware type Ethernet, and bytes of a MAC.
const ETHERNET: [u8; 2] = [1, 6];
/// Bytes of the longest client identifier: one option's.
const CLIENT_ID_BYTES_MAX: usize = 255;

/// What a client says.
struct Asked {
    header: Message,
    kind: MessageType,
    options: BTreeMap<u8, Vec<u8>>,
}

impl Asked {
    fn read(message: &[u8]) -> Result<Self, Unanswered> {
        let bad = Unanswered::Malformed;
        let (header, rest) = message.split_at_checked(HEADER_BYTES).ok_or(bad)?;
        // Whoever reads the MAC trusts its length.
        if header[1..3] != ETHERNET || !header.ends_with(&MAGIC_COOKIE) {
            return Err(bad);
        }
        let header = Message::from_bytes(header).map_err(|_| bad)?;
        let options = options::dhcp4(rest)?;
        let kind = options.get(&OptionCode::MessageType.into());
        let Some([kind]) = kind.map(Vec::as_slice) else { return Err(bad) };
        let kind = MessageType::from(*kind);
        if header.opcode() != Opcode::BootRequest {
            return Err(bad);
        }
        Ok(Self { header, kind, options })
    }

    /// The value of an option that is an address.
    fn address(&self, code: OptionCode) -> Result<Option<Ipv4Addr>, Unanswered> {
        let Some(value) = self.options.get(&code.into()) else { return Ok(None) };
        let octets: [u8; 4] = value.as_slice().try_into().map_err(|_| Unanswered::Malformed)?;
        Ok(Some(octets.into()))
    }

    fn client_id(&self) -> Result<Option<&Vec<u8>>, Unanswered> {
        let id = self.options.get(&OptionCode::ClientIdentifier.into());
        let long = id.is_some_and(|id| id.len() > CLIENT_ID_BYTES_MAX);
        if long { Err(Unanswered::Malformed) } else { Ok(id) }
    }

    /// What becomes of a request: a client that selects a server names it and what it offered, one
    /// that reboots names its old address, one that renews or rebinds has it as its own.
    fn request(&self, lease: Lease) -> Result<MessageType, Unanswered> {
        if self.address(OptionCode::ServerIdentifier)?.is_some_and(|s| s != lease.router) {
            return Err(Unanswered::OtherServer);
        }
        let own = Some(self.header.ciaddr()).filter(|ip| !ip.is_unspecified());
        let wanted = self.address(OptionCode::RequestedIpAddress)?.or(own);
        let wanted = wanted.ok_or(Unanswered::Malformed)?;
        Ok(if wanted == lease.address.addr() { MessageType::Ack } else { MessageType::Nak })
    }
}

/// The answer to a message of that host.
pub fn answer(host: &Host, message: &[u8]) -> Result<Vec<u8>, Unanswered> {
    let asked = Asked::read(message)?;
    if asked.header.chaddr() != host.mac {
        return Err(Unanswered::ForeignClient);
    }
    let lease = host.lease.ok_or(Unanswered::NoAddress)?;
    let kind = match asked.kind {
        MessageType::Discover => MessageType::Offer,
        MessageType::Request => asked.request(lease)?,
        MessageType::Inform => MessageType::Ack,
        _ => return Err(Unanswered::NeedsNone),
    };
    let mut reply = Message::default();
    let (header, nak) = (&asked.header, kind == MessageType::Nak);
    let inform = asked.kind == MessageType::Inform;
    let flags = header.flags();
    let by_relay = !header.giaddr().is_unspecified();
    reply
        .set_opcode(Opcode::BootReply)
        .set_xid(header.xid())
        // A relay must broadcast a nak: its client may have no right address.
        .set_flags(if nak && by_relay { flags.set_broadcast() } else { flags })
        .set_giaddr(header.giaddr())
        .set_chaddr(&host.mac);
    if kind == MessageType::Ack {
        reply.set_ciaddr(header.ciaddr());
    }
    if !nak && !inform {
        reply.set_yiaddr(lease.address.addr());
    }
    let mut options =
        vec![DhcpOption::MessageType(kind), DhcpOption::ServerIdentifier(lease.router)];
    // As RFC 6842 asks for.
    options.extend(asked.client_id()?.cloned().map(DhcpOption::ClientIdentifier));
    if !nak {
        options.extend(network(host, lease));
    }
    if !nak && !inform {
        options.extend([
            DhcpOption::AddressLeaseTime(LEASE_SECONDS),
            DhcpOption::Renewal(RENEWAL_SECONDS),
            DhcpOption::Rebinding(REBINDING_SECONDS),
        ]);
    }
    for option in options {
        reply.opts_mut().insert(option);
    }
    let (to, port) = destination(&reply);
    let bytes = reply.to_vec().map_err(|_| Unanswered::Malformed)?;
    Ok(host.datagram_v4(lease.router, to, [SERVER_PORT, port], &bytes))
}

/// What a host must know of its network. It has the name that AWS gives it (VPC user guide, "DHCP
/// option sets in Amazon VPC").
fn network(host: &Host, lease: Lease) -> Vec<DhcpOption> {
    let [a, b, c, d] = lease.address.addr().octets();
    let mut options = vec![
        DhcpOption::SubnetMask(lease.address.netmask()),
        DhcpOption::Router(vec![lease.router]),
        DhcpOption::Hostname(format!("ip-{a}-{b}-{c}-{d}")),
        DhcpOption::InterfaceMtu(host.mtu),
    ];
    options.extend(host.domain_name.clone().map(DhcpOption::DomainName));
    let lists: [(&[_], fn(_) -> _); 2] = [
        (&host.name_servers, DhcpOption::DomainNameServer),
        (&host.ntp_servers, DhcpOption::NtpServers),
    ];
    for (servers, option) in lists {
        let servers: Vec<_> = only_v4(servers).collect();
        options.extend((!servers.is_empty()).then(|| option(servers)));
    }
    options
}

/// Where an answer goes, and to which port (RFC 2131 section 4.1). A nak has no address of its
/// client, so that it goes to everybody.
fn destination(reply: &Message) -> (Ipv4Addr, u16) {
    let set = |ip: Ipv4Addr| Some(ip).filter(|ip| !ip.is_unspecified());
    if let Some(relay) = set(reply.giaddr()) {
        return (relay, SERVER_PORT);
    }
    let offered = set(reply.yiaddr()).filter(|_| !reply.flags().broadcast());
    (set(reply.ciaddr()).or(offered).unwrap_or(Ipv4Addr::BROADCAST), CLIENT_PORT)
}
