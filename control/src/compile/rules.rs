//! What do a policy's network ACL and security groups say of each pair of classes?

use super::{
    classes::{Atom, Classes},
    numbers::{Numbers, Policy},
};
use crate::{
    legend::{AclLegend, PolicyLegend},
    vpcs::{GroupRule, Rule},
};
use hdl::{
    group::GroupAction,
    nacl::{RuleAction, RuleKey},
};
use std::collections::{BTreeMap, HashMap};

/// What the policies say: by default, and where they say something else.
pub struct Rules {
    /// By policy, from 1: of what leaves, of what comes.
    defaults: Vec<[RuleAction; 2]>,
    /// Everything else.
    pub entries: HashMap<RuleKey, RuleAction>,
}

impl Rules {
    /// Of all policies.
    pub fn of(numbers: &Numbers, classes: &[Classes]) -> Self {
        let mut rules = Self { defaults: Vec::new(), entries: HashMap::new() };
        for (policy, number) in numbers.policies.iter().zip(1..) {
            let vpc = policy.acl.0;
            let classes = &classes[usize::from(numbers.vpc(vpc)) - 1];
            let (outbound, inbound) = numbers.rules(policy.acl);
            let groups = |inbound| numbers.policy_rules(policy, inbound).collect();
            let outbound = OneWay { acl: outbound, groups: groups(false) };
            let inbound = OneWay { acl: inbound, groups: groups(true) };
            let leaves = RuleKey { policy: number, ..RuleKey::default() };
            let comes = RuleKey { inbound: true, ..leaves };
            let defaults = [
                rules.add(judge(leaves, &outbound, &inbound, numbers, classes)),
                rules.add(judge(comes, &inbound, &outbound, numbers, classes)),
            ];
            rules.defaults.push(defaults);
        }
        rules
    }

    /// Adds an entry for each pair of classes of which something else is said than of most; that
    /// is answered.
    fn add(&mut self, judged: Vec<(RuleKey, RuleAction)>) -> RuleAction {
        let mut counts: BTreeMap<(u16, u16, bool), (usize, RuleAction)> = BTreeMap::new();
        for (_, action) in &judged {
            let name = (action.rule, action.group.rule, action.group.tracked);
            counts.entry(name).or_insert((0, *action)).0 += 1;
        }
        let most = counts.values().max_by_key(|(count, _)| *count);
        let default = most.map_or_else(RuleAction::default, |(_, action)| *action);
        self.entries.extend(judged.into_iter().filter(|(_, action)| *action != default));
        default
    }

    /// What the policy of that number says by default of what leaves and of what comes.
    pub fn defaults(&self, policy: u8) -> [RuleAction; 2] {
        self.defaults[usize::from(policy) - 1]
    }
}

/// The rules of a policy in one direction.
struct OneWay<'v> {
    /// Of the network ACL, by number.
    acl: Vec<Rule>,
    /// Of the groups, with their numbers in the VPC.
    groups: Vec<(u16, &'v GroupRule)>,
}

/// What the rules of one direction say of each (class of addresses, class of ports); those of the
/// `other` one are about the answers. Where none matches, the network ACL's rule is `*`, deny, and
/// no group allows it.
fn judge(
    key: RuleKey,
    rules: &OneWay,
    other: &OneWay,
    numbers: &Numbers,
    classes: &Classes,
) -> Vec<(RuleKey, RuleAction)> {
    let mut entries = Vec::new();
    for address in 0..classes.addresses.members.len() {
        let holds = |atom| classes.addresses.holds(address, atom);
        let acl: Vec<&Rule> = rules.acl.iter().filter(|r| holds(Atom::Prefix(r.cidr))).collect();
        let near = rules.groups.iter().filter(|(_, r)| holds(Atom::of(numbers, r.peer)));
        let groups: Vec<_> = near.collect();
        for port in 0..classes.ports.members.len() {
            let rule = acl.iter().find(|r| classes.ports.holds(port, r.service));
            let group = groups.iter().find(|(_, r)| classes.ports.holds(port, r.service));
            let group = group.map_or_else(GroupAction::default, |(number, _)| GroupAction {
                allow: true,
                tracked: !everybody_may_answer(&groups, other, classes, port),
                rule: *number,
            });
            let action = RuleAction {
                allow: rule.is_some_and(|r| r.allow),
                rule: rule.map_or(0, |r| r.number),
                group,
            };
            let key = RuleKey { port_class: port as u8, address_class: address as u16, ..key };
            entries.push((key, action));
        }
    }
    entries
}

/// Is a packet of this class of ports, to whose address the groups' rules `near` it apply, one of
/// a flow that needs no connection? So it is with TCP and UDP that a rule allows with everybody,
/// where a rule of the other direction allows everybody all ports (EC2 user guide, "Untracked
/// connections"). That rule must serve the answer: a fragment's has no port that it could name.
fn everybody_may_answer(
    near: &[&(u16, &GroupRule)],
    other: &OneWay,
    classes: &Classes,
    port: usize,
) -> bool {
    let serves = |rule: &GroupRule| classes.ports.holds(port, rule.service);
    let allows = |rule: &GroupRule| rule.peer.is_everybody() && serves(rule);
    let answers = |allowed: &GroupRule| {
        let mut rules = other.groups.iter().map(|(_, rule)| rule);
        rules.any(|r| r.peer == allowed.peer && r.service.is_all_ports() && serves(r))
    };
    classes.is_tcp_or_udp(port) && near.iter().any(|(_, rule)| allows(rule) && answers(rule))
}

/// Words for a policy.
pub fn legend(numbers: &Numbers, policy: &Policy) -> PolicyLegend {
    let (outbound, inbound) = numbers.rules(policy.acl);
    let name = match policy.acl.1 {
        Some(acl) => numbers.file.network_acls[acl].name.clone(),
        None => format!("default of VPC {}", numbers.file.vpcs[policy.acl.0].name),
    };
    let group = |g: &usize| numbers.file.security_groups[*g].name.clone();
    let groups = policy.groups.iter().map(group).collect();
    PolicyLegend { acl: AclLegend { name, outbound, inbound }, groups }
}

/// Words for the rules of a VPC's groups, by number.
pub fn group_words(numbers: &Numbers, vpc: usize, inbound: bool) -> Vec<String> {
    let way = if inbound { "in" } else { "out" };
    let word = |(group, rule): (usize, &GroupRule)| {
        let group = &numbers.file.security_groups[group].name;
        format!("{group} {way}: {} {}", rule.service, Atom::of(numbers, rule.peer))
    };
    numbers.group_rules(vpc, inbound).map(word).collect()
}
