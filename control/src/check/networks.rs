//! Do the VPCs, their subnets and what the subnets use fit together?

use super::{Check, value};
use crate::{
    file::{self, File, Text},
    problem::{Cause, Kind},
    vpcs::{Subnet, Vpc},
};
use ipnet::IpNet;
use std::{collections::HashMap, ops::Range};

/// Highest VNI: 24 bits (RFC 7348 section 5).
const VNI_MAX: i64 = (1 << 24) - 1;
/// Bits behind the prefix of the smallest subnet: eight addresses, of which five are reserved.
const SUBNET_HOST_BITS_MIN: u8 = 3;

/// A prefix and where it stands.
type Placed = (IpNet, Range<usize>);

impl Check {
    /// VPCs, what joins them, network ACLs, security groups, route tables, subnets.
    pub fn networks(&mut self, file: &File) {
        let mut vnis = HashMap::new();
        for vpc in &file.vpcs {
            let checked = self.vpc(vpc, &mut vnis);
            self.vpcs.push(checked);
        }
        self.targets(file);
        for acl in &file.network_acls {
            let checked = self.network_acl(acl);
            self.acls.push(checked);
        }
        self.security_groups(file);
        for table in &file.route_tables {
            let checked = self.route_table(table);
            self.tables.push(checked);
        }
        let mut taken = HashMap::new();
        for subnet in &file.subnets {
            let checked = self.subnet(subnet, &mut taken);
            self.subnets.push(checked);
        }
    }

    fn vpc(&mut self, vpc: &file::Vpc, vnis: &mut HashMap<u32, Range<usize>>) -> Option<Vpc> {
        let at = vpc.vni.span();
        let number = *vpc.vni.get_ref();
        let good = (0..=VNI_MAX).contains(&number);
        let bad = Cause::BadVni { vni: number };
        let vni = self.judge(at.clone(), if good { Ok(number as u32) } else { Err(bad) });
        if let Some(vni) = vni {
            if let Some(other) = vnis.get(&vni) {
                self.problems.add_pair(other.clone(), at, Cause::VniTaken { vni });
            } else {
                vnis.insert(vni, at);
            }
        }
        let dhcp = self.dhcp(&vpc.dhcp);
        let cidrs = self.cidrs(&vpc.name, &vpc.cidrs, &mut Vec::new())?;
        let (name, asks_for_mappings) = (vpc.name.get_ref().clone(), vpc.asks_for_mappings);
        Some(Vpc { name, vni: vni?, cidrs, dhcp, asks_for_mappings })
    }

    /// Tenants' prefixes that overlap none of `taken`, which they join.
    fn cidrs(
        &mut self,
        name: &Text,
        texts: &[Text],
        taken: &mut Vec<Placed>,
    ) -> Option<Vec<IpNet>> {
        if texts.is_empty() {
            self.problems.add(name.span(), Cause::NoCidr);
        }
        let mut cidrs = Vec::new();
        for text in texts {
            let Some(cidr) = self.judge(text.span(), value::tenant_cidr(text.get_ref())) else {
                continue;
            };
            let overlaps = |(o, _): &&Placed| o.contains(&cidr) || cidr.contains(o);
            if let Some((other, place)) = taken.iter().find(overlaps).cloned() {
                let cause = Cause::Overlap { cidr, other };
                self.problems.add_pair(place, text.span(), cause);
            }
            taken.push((cidr, text.span()));
            cidrs.push(cidr);
        }
        (!cidrs.is_empty() && cidrs.len() == texts.len()).then_some(cidrs)
    }

    fn subnet(
        &mut self,
        subnet: &file::Subnet,
        taken: &mut HashMap<usize, Vec<Placed>>,
    ) -> Option<Subnet> {
        let vpc = self.named(Kind::Vpc, &subnet.vpc);
        let acl = self.maybe(Kind::NetworkAcl, subnet.network_acl.as_ref());
        let table = self.maybe(Kind::RouteTable, subnet.route_table.as_ref());
        // Without a VPC there is nothing with which it could overlap.
        let mut alone = Vec::new();
        let taken = vpc.map_or(&mut alone, |v| taken.entry(v).or_default());
        let cidrs = self.cidrs(&subnet.name, &subnet.cidrs, taken);
        let vpc = vpc?;
        if let (Some(name), Some(Some(acl))) = (&subnet.network_acl, acl) {
            let owner = self.acls[acl].as_ref().and_then(|a| a.vpc);
            self.same_vpc(Kind::NetworkAcl, name, owner, vpc);
        }
        if let (Some(name), Some(Some(table))) = (&subnet.route_table, table) {
            let owner = self.tables[table].as_ref().and_then(|t| t.vpc);
            self.same_vpc(Kind::RouteTable, name, owner, vpc);
        }
        let cidrs = cidrs?;
        for (cidr, text) in cidrs.iter().zip(&subnet.cidrs) {
            self.subnet_cidr(*cidr, text.span(), vpc);
        }
        let name = subnet.name.get_ref().clone();
        Some(Subnet { name, vpc, cidrs, network_acl: acl?, route_table: table? })
    }

    fn same_vpc(&mut self, kind: Kind, name: &Text, owner: Option<usize>, vpc: usize) {
        let Some(owner) = owner.filter(|o| *o != vpc) else { return };
        if let (Some(owner), Some(vpc)) = (&self.vpcs[owner], &self.vpcs[vpc]) {
            let (owner, vpc) = (owner.name.clone(), vpc.name.clone());
            let cause = Cause::WrongVpc { kind, name: name.get_ref().clone(), owner, vpc };
            self.problems.add(name.span(), cause);
        }
    }

    fn subnet_cidr(&mut self, cidr: IpNet, at: Range<usize>, vpc: usize) {
        if cidr.max_prefix_len() - cidr.prefix_len() < SUBNET_HOST_BITS_MIN {
            self.problems.add(at.clone(), Cause::SubnetTooSmall { cidr });
        }
        if let Some(vpc) = &self.vpcs[vpc]
            && !vpc.cidrs.iter().any(|c| c.contains(&cidr))
        {
            let (vpc, cidrs) = (vpc.name.clone(), list(&vpc.cidrs));
            self.problems.add(at, Cause::OutsideVpc { cidr, vpc, cidrs });
        }
    }
}

/// Prefixes for a report.
pub fn list(cidrs: &[IpNet]) -> String {
    cidrs.iter().map(IpNet::to_string).collect::<Vec<_>>().join(", ")
}
