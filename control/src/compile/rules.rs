//! What does a network ACL say of each pair of classes?

use super::{
    classes::Classes,
    numbers::{Numbers, Used},
};
use crate::{legend::AclLegend, vpcs::Rule};
use hdl::nacl::{RuleAction, RuleKey};
use std::collections::HashMap;

/// An entry for each (ACL, direction, class of addresses, class of ports) that some rule matches:
/// the first of them. What no rule matches has no entry, which is the rule `*`: deny.
pub fn entries(numbers: &Numbers, classes: &[Classes]) -> HashMap<RuleKey, RuleAction> {
    let mut entries = HashMap::new();
    for (used, acl) in numbers.acls.iter().zip(1..) {
        let classes = &classes[usize::from(numbers.vpc(used.0)) - 1];
        let (outbound, inbound) = numbers.rules(*used);
        for (rules, inbound) in [(outbound, false), (inbound, true)] {
            let key = RuleKey { acl, inbound, ..RuleKey::default() };
            entries.extend(judge(key, &rules, classes));
        }
    }
    entries
}

/// `rules` are sorted by number.
fn judge(key: RuleKey, rules: &[Rule], classes: &Classes) -> Vec<(RuleKey, RuleAction)> {
    let mut entries = Vec::new();
    for address in 0..classes.addresses.members.len() {
        let near: Vec<&Rule> =
            rules.iter().filter(|r| classes.addresses.holds(address, r.cidr)).collect();
        for port in 0..classes.ports.members.len() {
            if let Some(rule) = near.iter().find(|r| classes.ports.holds(port, r.service)) {
                let key = RuleKey { port_class: port as u8, address_class: address as u16, ..key };
                entries.push((key, RuleAction { allow: rule.allow, rule: rule.number }));
            }
        }
    }
    entries
}

/// Words for a network ACL.
pub fn legend(numbers: &Numbers, used: Used) -> AclLegend {
    let (outbound, inbound) = numbers.rules(used);
    let name = match used.1 {
        Some(acl) => numbers.file.network_acls[acl].name.clone(),
        None => format!("default of VPC {}", numbers.file.vpcs[used.0].name),
    };
    AclLegend { name, outbound, inbound }
}
