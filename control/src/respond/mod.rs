//! What does the host's CPU answer to what its card punts?
//!
//! ```text
//!   punted frame --> whose? --> [ dhcp4  ] --+--> answer, to leave by the port at which
//!   ENI's number     Host       [ dhcp6  ]   |    the frame came in
//!                               [ router ] --+--> or why there is none
//! ```
//! Nothing is remembered between two frames: an ENI's addresses are those of the file, whoever
//! asks and however often. So an answer depends on the file and the frame alone, and every
//! host answers alike. No frame, whatever its bytes, makes a panic.

mod dhcp4;
mod dhcp6;
mod host;
mod options;
mod router;

use crate::vpcs::{Eni, Vpcs};
use etherparse::{NetSlice, SlicedPacket, TransportSlice, UdpSlice};
use hdl::{meta::PuntReason, punt::DHCP_PORTS};
use host::Host;
use serde::Serialize;
use thiserror::Error;

/// For how long an address is given.
pub const LEASE_SECONDS: u32 = 3600;

/// Why a punted frame gets no answer.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Unanswered {
    /// No ENI of this card has the number.
    #[error("The card knows an ENI that the file doesn't have.")]
    UnknownEni,
    /// Nobody stands behind the service.
    #[error("Sent to a service, for which nobody answers yet.")]
    Service,
    /// Nobody knows a mapping that the file doesn't have.
    #[error("For an address without a mapping, of which the file says nothing either.")]
    MappingMiss,
    /// It can't be read, or says what its protocol forbids.
    #[error("It can't be read, or says what its protocol forbids.")]
    Malformed,
    /// DHCP for somebody else than the ENI that sent it.
    #[error("A client's MAC that is not its ENI's.")]
    ForeignClient,
    /// DHCP that was meant for another server.
    #[error("Meant for another server.")]
    OtherServer,
    /// DHCPv6 through a relay: there is none between an ENI and its card.
    #[error("Through a relay.")]
    Relayed,
    /// What clients say without a question, and what only servers say.
    #[error("A message that wants no answer.")]
    NeedsNone,
    /// Asked for by a link-local address that is not the router's.
    #[error("Nobody here has that link-local address.")]
    Nobody,
    /// The ENI, or its subnet, has no address of that family.
    #[error("There is no address of that family.")]
    NoAddress,
}

/// What the host's CPU of one card answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Responder {
    /// The card's ENIs; the first is number 1.
    hosts: Vec<Host>,
}

impl Responder {
    /// For a card's ENIs, in the order of their numbers.
    pub(crate) fn of<'v>(file: &'v Vpcs, enis: impl Iterator<Item = &'v Eni>) -> Self {
        Self { hosts: enis.map(|eni| Host::of(file, eni)).collect() }
    }

    /// The answer to a frame that the card punted for that reason from the ENI of that number: a
    /// frame with the ENI's tags, which leaves by the port at which the other came in.
    ///
    /// # Errors
    /// Why there is none.
    pub fn answer(
        &self,
        reason: PuntReason,
        eni: u16,
        frame: &[u8],
    ) -> Result<Vec<u8>, Unanswered> {
        let index = usize::from(eni).checked_sub(1);
        let host = index.and_then(|i| self.hosts.get(i)).ok_or(Unanswered::UnknownEni)?;
        match reason {
            PuntReason::Service => return Err(Unanswered::Service),
            PuntReason::MappingMiss => return Err(Unanswered::MappingMiss),
            _ => {}
        }
        let packet = SlicedPacket::from_ethernet(frame).map_err(|_| Unanswered::Malformed)?;
        let [port_v4, port_v6] = DHCP_PORTS;
        match (packet.net, packet.transport) {
            (Some(NetSlice::Ipv4(ip)), Some(TransportSlice::Udp(udp)))
                if udp.destination_port() == port_v4 =>
            {
                let (from, to) = (ip.header().source(), ip.header().destination());
                let sum = udp.to_header().calc_checksum_ipv4_raw(from, to, udp.payload());
                let unsummed = udp.checksum() == 0;
                dhcp4::answer(host, checked(&udp, unsummed || sum == Ok(udp.checksum()))?)
            }
            (Some(NetSlice::Ipv6(ip)), Some(TransportSlice::Udp(udp)))
                if udp.destination_port() == port_v6 =>
            {
                let (from, to) = (ip.header().source(), ip.header().destination());
                let sum = udp.to_header().calc_checksum_ipv6_raw(from, to, udp.payload());
                let message = checked(&udp, sum == Ok(udp.checksum()))?;
                dhcp6::answer(host, from.into(), to.into(), message)
            }
            (Some(NetSlice::Ipv6(ip)), Some(TransportSlice::Icmpv6(message))) => {
                router::answer(host, &ip.header(), &message)
            }
            _ => Err(Unanswered::Malformed),
        }
    }
}

/// What is in a datagram, if its checksum is right.
fn checked<'f>(udp: &UdpSlice<'f>, right: bool) -> Result<&'f [u8], Unanswered> {
    if right { Ok(udp.payload()) } else { Err(Unanswered::Malformed) }
}
