//! Do the security groups fit together, and which of them are an ENI's?

use super::{Check, names::known, value};
use crate::{
    file::{self, File, Text},
    problem::{Cause, Kind},
    vpcs::{
        DEFAULT_GROUP, ENI_GROUPS_MAX, ENI_RULES_MAX, GROUP_RULES_MAX, GroupRule, Peer,
        SecurityGroup,
    },
};
use ipnet::IpNet;

/// A group by its name, whatever is wrong with its rules.
pub struct Group {
    name: String,
    /// Index of its VPC, if there is such a one.
    vpc: Option<usize>,
    checked: Option<SecurityGroup>,
}

impl Check {
    /// All security groups, those first by which rules may name them.
    pub fn security_groups(&mut self, file: &File) {
        for group in &file.security_groups {
            let name = group.name.get_ref().clone();
            if name.contains('/') {
                self.problems.add(group.name.span(), Cause::SlashInName { name: name.clone() });
            }
            let vpc = self.named(Kind::Vpc, &group.vpc);
            self.groups.push(Group { name, vpc, checked: None });
        }
        for vpc in 0..file.vpcs.len() {
            if self.group_of(vpc, DEFAULT_GROUP).is_none() {
                let checked = Some(SecurityGroup::default_of(vpc, self.groups.len()));
                self.groups.push(Group { name: DEFAULT_GROUP.into(), vpc: Some(vpc), checked });
            }
        }
        for (index, group) in file.security_groups.iter().enumerate() {
            self.groups[index].checked = self.security_group(group, self.groups[index].vpc);
        }
    }

    fn group_of(&self, vpc: usize, name: &str) -> Option<usize> {
        self.groups.iter().position(|g| g.vpc == Some(vpc) && g.name == name)
    }

    /// Index of the VPC's group of that name.
    fn group(&mut self, vpc: usize, text: &Text) -> Option<usize> {
        let kind = Kind::SecurityGroup;
        let found = self.group_of(vpc, text.get_ref());
        if found.is_none() && self.names.are_complete(kind) {
            let name = text.get_ref().clone();
            let own = self.groups.iter().filter(|g| g.vpc == Some(vpc));
            let known = known(&own.map(|g| g.name.as_str()).collect::<Vec<_>>());
            let cause = match self.groups.iter().find(|g| g.name == name) {
                None => Cause::UnknownName { kind, name, known },
                Some(Group { vpc: Some(owner), .. }) => {
                    let (owner, vpc) = (self.vpc_name(*owner), self.vpc_name(vpc));
                    Cause::GroupElsewhere { name, owner, vpc, known }
                }
                // Its VPC is nobody's, which has been said.
                Some(_) => return None,
            };
            self.problems.add(text.span(), cause);
        }
        found
    }

    fn security_group(
        &mut self,
        group: &file::SecurityGroup,
        vpc: Option<usize>,
    ) -> Option<SecurityGroup> {
        let inbound = self.group_rules(group, &group.inbound, vpc, "inbound");
        let outbound = self.group_rules(group, &group.outbound, vpc, "outbound");
        let name = group.name.get_ref().clone();
        Some(SecurityGroup { name, vpc: vpc?, inbound: inbound?, outbound: outbound? })
    }

    fn group_rules(
        &mut self,
        group: &file::SecurityGroup,
        list: &[file::GroupRule],
        vpc: Option<usize>,
        direction: &'static str,
    ) -> Option<Vec<GroupRule>> {
        let mut rules = Vec::new();
        for rule in list {
            let peer = self.peer(vpc, &rule.peer);
            let cidr = match peer {
                Some(Peer::Cidr(cidr)) => Some((cidr, rule.peer.span())),
                _ => None,
            };
            let service = self.service(rule.service(), cidr);
            if let (Some(service), Some(peer)) = (service, peer) {
                rules.push(GroupRule { service, peer });
            }
        }
        let v4 = |r: &&GroupRule| !matches!(r.peer, Peer::Cidr(IpNet::V6(_)));
        let v6 = |r: &&GroupRule| !matches!(r.peer, Peer::Cidr(IpNet::V4(_)));
        for count in [rules.iter().filter(v4).count(), rules.iter().filter(v6).count()] {
            let (kind, limit) = (Kind::SecurityGroup, GROUP_RULES_MAX);
            if count > limit {
                let cause = Cause::TooManyRules { kind, count, direction, limit };
                self.problems.add(group.name.span(), cause);
            }
        }
        (rules.len() == list.len()).then_some(rules)
    }

    /// A prefix, which has a slash, or a group.
    fn peer(&mut self, vpc: Option<usize>, text: &Text) -> Option<Peer> {
        if text.get_ref().contains('/') {
            self.judge(text.span(), value::cidr(text.get_ref())).map(Peer::Cidr)
        } else {
            self.group(vpc?, text).map(Peer::Group)
        }
    }

    /// The groups of an ENI in that VPC.
    pub(super) fn groups_of(&mut self, eni: &file::Eni, vpc: usize) -> Option<Vec<usize>> {
        let Some(named) = &eni.security_groups else {
            return self.group_of(vpc, DEFAULT_GROUP).map(|group| vec![group]);
        };
        let (count, limit) = (named.get_ref().len(), ENI_GROUPS_MAX);
        if !(1..=limit).contains(&count) {
            self.problems.add(named.span(), Cause::GroupCount { count, limit });
        }
        let mut groups = Vec::new();
        for name in named.get_ref() {
            let Some(group) = self.group(vpc, name) else { continue };
            if groups.contains(&group) {
                let cause = Cause::GroupTwice { name: name.get_ref().clone() };
                self.problems.add(name.span(), cause);
            }
            groups.push(group);
        }
        self.rules_together(&groups, eni);
        (groups.len() == count).then_some(groups)
    }

    fn rules_together(&mut self, groups: &[usize], eni: &file::Eni) {
        let checked = groups.iter().filter_map(|g| self.groups[*g].checked.as_ref());
        let outbound = checked.clone().map(|g| g.outbound.len()).sum();
        let inbound = checked.map(|g| g.inbound.len()).sum();
        for (direction, count) in [("inbound", inbound), ("outbound", outbound)] {
            if count > ENI_RULES_MAX {
                let cause = Cause::TooManyGroupRules { count, direction, limit: ENI_RULES_MAX };
                self.problems.add(eni.name.span(), cause);
            }
        }
    }
}

impl Group {
    /// The group, if nothing is wrong with it.
    pub fn into_checked(self) -> Option<SecurityGroup> {
        self.checked
    }
}
