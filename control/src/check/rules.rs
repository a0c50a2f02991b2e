//! Does each rule say something that can be?

use super::{Check, value};
use crate::{
    file::{self, Action},
    problem::{Cause, Kind},
    vpcs::{ACL_RULES_MAX, NetworkAcl, Rule, Service, protocol_name},
};
use ipnet::IpNet;
use std::{collections::HashMap, ops::Range};

const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMPV6: u8 = 58;

impl Check {
    pub(super) fn network_acl(&mut self, acl: &file::NetworkAcl) -> Option<NetworkAcl> {
        let vpc = self.maybe(Kind::Vpc, acl.vpc.as_ref());
        let inbound = self.rules(acl, &acl.inbound, "inbound");
        let outbound = self.rules(acl, &acl.outbound, "outbound");
        let name = acl.name.get_ref().clone();
        Some(NetworkAcl { name, vpc: vpc?, inbound: inbound?, outbound: outbound? })
    }

    fn rules(
        &mut self,
        acl: &file::NetworkAcl,
        list: &[file::Rule],
        direction: &'static str,
    ) -> Option<Vec<Rule>> {
        let mut numbers = HashMap::new();
        let mut rules = Vec::new();
        for rule in list {
            let number = self.judge(rule.number.span(), value::rule_number(*rule.number.get_ref()));
            if let Some(number) = number
                && let Some(other) = numbers.insert(number, rule.number.span())
            {
                let cause = Cause::RuleNumberTaken { number, direction };
                self.problems.add_pair(other, rule.number.span(), cause);
            }
            let cidr = self.judge(rule.cidr.span(), value::cidr(rule.cidr.get_ref()));
            let service = self.service(rule.service(), cidr.map(|c| (c, rule.cidr.span())));
            if let (Some(number), Some(cidr), Some(service)) = (number, cidr, service) {
                rules.push(Rule { number, allow: rule.action == Action::Allow, service, cidr });
            }
        }
        for family in [|c: &IpNet| matches!(c, IpNet::V4(_)), |c: &IpNet| matches!(c, IpNet::V6(_))]
        {
            let count = rules.iter().filter(|r| family(&r.cidr)).count();
            if count > ACL_RULES_MAX {
                let (kind, limit) = (Kind::NetworkAcl, ACL_RULES_MAX);
                let cause = Cause::TooManyRules { kind, count, direction, limit };
                self.problems.add(acl.name.span(), cause);
            }
        }
        (rules.len() == list.len()).then_some(rules)
    }

    /// What a rule says of protocol and ports, if its peer is a prefix in view of that.
    pub(super) fn service(
        &mut self,
        said: file::Service<'_>,
        cidr: Option<(IpNet, Range<usize>)>,
    ) -> Option<Service> {
        let protocol =
            self.judge(said.protocol.span(), value::protocol(said.protocol.get_ref()))?;
        let name = protocol.map_or_else(|| "all".into(), protocol_name);
        let wrong = match cidr {
            Some((IpNet::V4(_), _)) => protocol == Some(ICMPV6),
            Some((IpNet::V6(_), _)) => protocol == Some(ICMP),
            None => false,
        };
        if let Some((cidr, at)) = cidr.filter(|_| wrong) {
            self.problems.add(at, Cause::WrongFamily { cidr, protocol: name.clone() });
        }
        let whole = protocol.map_or(Service::All, Service::Protocol);
        match (said.ports, said.icmp_type, said.icmp_code) {
            (None, None, None) => Some(whole),
            (Some(ports), None, None) => match protocol {
                Some(protocol @ (TCP | UDP)) => {
                    let range = self.judge(ports.span(), value::ports(ports.get_ref()));
                    range.map(|(first, last)| Service::Ports { protocol, first, last })
                }
                _ => {
                    self.problems.add(ports.span(), Cause::PortsWithout { protocol: name });
                    None
                }
            },
            (ports, kind, code) => {
                if let Some(ports) = ports {
                    self.problems.add(ports.span(), Cause::PortsWithout { protocol: name.clone() });
                }
                let first = kind.or(code)?;
                match (protocol, kind) {
                    (Some(protocol @ (ICMP | ICMPV6)), Some(kind)) => {
                        self.icmp(protocol, kind, code)
                    }
                    (Some(ICMP | ICMPV6), None) => {
                        self.problems.add(first.span(), Cause::CodeWithoutType);
                        None
                    }
                    _ => {
                        self.problems.add(first.span(), Cause::IcmpWithout { protocol: name });
                        None
                    }
                }
            }
        }
    }

    fn icmp(
        &mut self,
        protocol: u8,
        kind: &file::Number,
        code: Option<&file::Number>,
    ) -> Option<Service> {
        let kind = self.judge(kind.span(), value::icmp(*kind.get_ref()));
        let code = match code {
            None => None,
            Some(code) => Some(self.judge(code.span(), value::icmp(*code.get_ref()))?),
        };
        Some(Service::Icmp { protocol, kind: kind?, code })
    }
}
