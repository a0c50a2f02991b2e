//! What do the numbers in a card's tables stand for? Words for whoever reads its answers.

use crate::vpcs::{Rule, Service};
use std::collections::BTreeMap;

/// Seen from the ENI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Leaving it.
    Outbound,
    /// Going to it.
    Inbound,
}

/// The names behind the numbers of one card's tables. Numbers count from 1; 0 is nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Legend {
    /// VPCs, the first is number 1; the last are what is outside internet gateways of the card.
    pub vpcs: Vec<VpcLegend>,
    /// Names of subnets, the first is number 1; the last are beyond gateways of the card.
    pub subnets: Vec<String>,
    /// Names of ENIs, the first is number 1; the last are gateways that the card plays, with a `+`
    /// between those that share a router.
    pub enis: Vec<String>,
    /// Policies, the first is number 1.
    pub policies: Vec<PolicyLegend>,
    /// Route tables, the first is number 1: who may send to each VPC with an ENI or a gateway, then
    /// those of subnets, then those of what comes from beyond gateways.
    pub route_tables: Vec<RouteTableLegend>,
    /// Names of what the host's CPU answers, by number.
    pub services: BTreeMap<u8, String>,
}

/// A VPC, and the classes into which its rules cut addresses and ports: none if the card has no ENI
/// of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VpcLegend {
    /// Its name.
    pub name: String,
    /// By class of addresses: the prefixes that hold them and the security groups whose members
    /// have them; class 0 is in none.
    pub address_classes: Vec<Vec<String>>,
    /// By class of ports: what of the rules' protocols and ports they are; class 0 is none. Some
    /// are TCP or UDP without a rule that says so.
    pub port_classes: Vec<Vec<Service>>,
    /// Rules of its security groups of what leaves their members, as `web out: tcp 443 0.0.0.0/0`;
    /// the first is number 1.
    pub group_rules_outbound: Vec<String>,
    /// Likewise of what comes to their members.
    pub group_rules_inbound: Vec<String>,
}

/// What judges the packets of some ENIs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyLegend {
    /// The network ACL of their subnets.
    pub acl: AclLegend,
    /// Names of their security groups.
    pub groups: Vec<String>,
}

/// A network ACL as one VPC uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AclLegend {
    /// Its name, or `default of VPC ...`.
    pub name: String,
    /// Rules of what leaves, by number.
    pub outbound: Vec<Rule>,
    /// Rules of what enters, by number.
    pub inbound: Vec<Rule>,
}

/// A route table as one VPC uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteTableLegend {
    /// Its name, or `main of VPC ...`.
    pub name: String,
    /// Its routes as text; the first is number 1.
    pub routes: Vec<String>,
}

/// The object of that number.
fn numbered<T>(list: &[T], number: usize) -> Option<&T> {
    number.checked_sub(1).and_then(|index| list.get(index))
}

impl Legend {
    /// A VPC's name.
    pub fn vpc(&self, number: u8) -> Option<&str> {
        numbered(&self.vpcs, number.into()).map(|v| v.name.as_str())
    }

    /// A subnet's name.
    pub fn subnet(&self, number: u16) -> Option<&str> {
        numbered(&self.subnets, number.into()).map(String::as_str)
    }

    /// An ENI's name.
    pub fn eni(&self, number: u16) -> Option<&str> {
        numbered(&self.enis, number.into()).map(String::as_str)
    }

    /// A service's name.
    pub fn service(&self, number: u8) -> Option<&str> {
        self.services.get(&number).map(String::as_str)
    }

    /// The name of a policy's network ACL.
    pub fn acl(&self, policy: u8) -> Option<&str> {
        numbered(&self.policies, policy.into()).map(|p| p.acl.name.as_str())
    }

    /// The names of a policy's security groups.
    pub fn groups(&self, policy: u8) -> Option<&[String]> {
        numbered(&self.policies, policy.into()).map(|p| p.groups.as_slice())
    }

    /// What a rule of a policy's network ACL says, as `100 allow tcp 443 0.0.0.0/0`.
    pub fn rule(&self, policy: u8, direction: Direction, number: u16) -> Option<String> {
        let acl = &numbered(&self.policies, policy.into())?.acl;
        let rules = match direction {
            Direction::Outbound => &acl.outbound,
            Direction::Inbound => &acl.inbound,
        };
        rules.iter().find(|r| r.number == number).map(Rule::to_string)
    }

    /// What a rule of a VPC's security groups says, as `web in: tcp 443 0.0.0.0/0`.
    pub fn group_rule(&self, vpc: u8, direction: Direction, number: u16) -> Option<&str> {
        let vpc = numbered(&self.vpcs, vpc.into())?;
        let rules = match direction {
            Direction::Outbound => &vpc.group_rules_outbound,
            Direction::Inbound => &vpc.group_rules_inbound,
        };
        numbered(rules, number.into()).map(String::as_str)
    }

    /// A route table's name.
    pub fn route_table(&self, number: u8) -> Option<&str> {
        numbered(&self.route_tables, number.into()).map(|t| t.name.as_str())
    }

    /// What a route says, as `10.0.0.0/16 -> local`.
    pub fn route(&self, table: u8, number: u16) -> Option<&str> {
        let table = numbered(&self.route_tables, table.into())?;
        numbered(&table.routes, number.into()).map(String::as_str)
    }

    /// The prefixes and groups of rules in which the addresses of a class are, none for class 0.
    pub fn address_class(&self, vpc: u8, class: u16) -> Option<&[String]> {
        let vpc = numbered(&self.vpcs, vpc.into())?;
        vpc.address_classes.get(usize::from(class)).map(Vec::as_slice)
    }

    /// What of rules' protocols and ports the ports of a class are, nothing for class 0.
    pub fn port_class(&self, vpc: u8, class: u8) -> Option<&[Service]> {
        let vpc = numbered(&self.vpcs, vpc.into())?;
        vpc.port_classes.get(usize::from(class)).map(Vec::as_slice)
    }
}
