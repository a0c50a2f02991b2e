//! Do the rules of network ACLs and security groups let a packet pass?

use crate::{judge::Oracle, packet::Packet};
use control::vpcs::{Eni, GroupRule, Peer, Rule, Service};
use std::net::IpAddr;

impl<'v> Oracle<'v, '_> {
    /// The rules of an ENI's groups.
    fn rules(&self, eni: &Eni, inbound: bool) -> impl Iterator<Item = &'v GroupRule> {
        let file = self.file;
        let groups = eni.security_groups.iter().map(|g| &file.security_groups[*g]);
        groups.flat_map(move |g| if inbound { &g.inbound } else { &g.outbound })
    }

    /// Does a rule of one of the ENI's groups allow it?
    fn grouped(&self, eni: &Eni, inbound: bool, peer: IpAddr, packet: &Packet) -> bool {
        self.rules(eni, inbound).any(|rule| {
            let peers = match rule.peer {
                Peer::Cidr(cidr) => cidr.contains(&peer),
                Peer::Group(group) => self.file.enis.iter().any(|e| {
                    let same = self.subnet(e).vpc == self.subnet(eni).vpc;
                    same && e.security_groups.contains(&group) && e.addresses.contains(&peer)
                }),
            };
            peers && serves(rule.service, packet)
        })
    }

    /// May everybody send it, and everybody answer on every port? TCP and UDP need nobody then
    /// who remembers them.
    fn untracked(&self, eni: &Eni, inbound: bool, peer: IpAddr, packet: &Packet) -> bool {
        let everybody = if peer.is_ipv4() { "0.0.0.0/0" } else { "::/0" };
        let everybody = Peer::Cidr(everybody.parse().expect("a prefix"));
        let mut asked = self.rules(eni, inbound).filter(|r| r.peer == everybody);
        let mut answers = self.rules(eni, !inbound).filter(|r| r.peer == everybody);
        let every_port = |service| match service {
            Service::All => true,
            Service::Protocol(protocol) => protocol == packet.protocol,
            Service::Ports { protocol, first: 0, last: 65535 } => {
                protocol == packet.protocol && packet.port().is_some()
            }
            _ => false,
        };
        matches!(packet.protocol, 6 | 17)
            && asked.any(|r| serves(r.service, packet))
            && answers.any(|r| every_port(r.service))
    }

    /// By its rules, or by what was allowed before: do the groups of the ENI let it pass?
    pub fn passes(&mut self, eni: &Eni, inbound: bool, packet: &Packet) -> bool {
        let peer = if inbound { packet.src } else { packet.dst };
        let ruled = self.grouped(eni, inbound, peer, packet);
        let untracked = self.untracked(eni, inbound, peer, packet);
        self.memory.passes(eni, inbound, packet, ruled, untracked)
    }
}

/// Has the packet this protocol and port?
fn serves(service: Service, packet: &Packet) -> bool {
    match service {
        Service::All => true,
        Service::Protocol(protocol) => packet.protocol == protocol,
        Service::Ports { protocol, first, last } => {
            packet.protocol == protocol && packet.port().is_some_and(|p| first <= p && p <= last)
        }
        Service::Icmp { protocol, kind, code } => {
            let message = packet.port().map(u16::to_be_bytes);
            let says = |[k, c]: [u8; 2]| k == kind && code.is_none_or(|code| code == c);
            packet.protocol == protocol && message.is_some_and(says)
        }
    }
}

/// Does the rule with the lowest number of those that match allow it?
pub fn allows(rules: &[Rule], peer: IpAddr, packet: &Packet) -> bool {
    let matches = rules.iter().filter(|r| r.cidr.contains(&peer) && serves(r.service, packet));
    matches.min_by_key(|r| r.number).is_some_and(|r| r.allow)
}
