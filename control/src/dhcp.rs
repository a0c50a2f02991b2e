//! What are a VPC's machines told besides their addresses?
//!
//! What AWS calls a DHCP option set (VPC user guide, "DHCP option sets in Amazon VPC").

use crate::{check::Check, file::Text, problem::Cause, vpcs::Vpcs};
use serde::Deserialize;
use std::net::IpAddr;
use thiserror::Error;

/// Servers of one kind and one family: as many as AWS takes NTP servers (CreateDhcpOptions).
pub const SERVERS_MAX: usize = 4;
/// Characters of a domain name (RFC 1035 section 2.3.4: 255 bytes on the wire).
pub const DOMAIN_NAME_MAX: usize = 253;
/// Characters between its dots (RFC 1035 section 2.3.4).
const LABEL_MAX: usize = 63;

/// `[vpcs.dhcp]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// With which names without a dot are completed; left out: none.
    pub domain_name: Option<Text>,
    /// Addresses of DNS servers; left out: the VPC's resolver.
    pub name_servers: Option<Vec<Text>>,
    /// Addresses of NTP servers; left out: none.
    #[serde(default)]
    pub ntp_servers: Vec<Text>,
}

/// What a VPC's machines are told. Addresses are unicast ones, at most [`SERVERS_MAX`] of a family.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DhcpOptions {
    /// With which names without a dot are completed: labels of letters, digits and hyphens.
    pub domain_name: Option<String>,
    /// DNS servers; `None` is [`Vpcs::resolver`].
    pub name_servers: Option<Vec<IpAddr>>,
    /// NTP servers.
    pub ntp_servers: Vec<IpAddr>,
}

/// What can be wrong with it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant's message says what it is")]
pub enum DhcpCause {
    #[error(
        "`{text}` is no domain name\n\
         write labels of letters, digits and hyphens with dots between them, as corp.example"
    )]
    BadDomainName { text: String },
    #[error(
        "{address} is no server's address\n\
         write the unicast address of one server"
    )]
    NoServer { address: IpAddr },
    #[error(
        "{count} servers of one kind and family\n\
         name {SERVERS_MAX} of them at most"
    )]
    TooManyServers { count: usize },
}

/// Is it labels with dots between them (RFC 1123 section 2.1)?
fn is_domain_name(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LABEL_MAX).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.len() <= DOMAIN_NAME_MAX && text.split('.').all(is_label)
}

impl Check {
    /// What the machines of a VPC are told.
    pub(crate) fn dhcp(&mut self, entry: &Entry) -> DhcpOptions {
        let domain_name = entry.domain_name.as_ref().and_then(|text| {
            let name = text.get_ref().clone();
            let good = is_domain_name(&name).then(|| name.clone());
            let bad = || DhcpCause::BadDomainName { text: name }.into();
            self.judge(text.span(), good.ok_or_else(bad))
        });
        DhcpOptions {
            domain_name,
            name_servers: entry.name_servers.as_ref().map(|texts| self.servers(texts)),
            ntp_servers: self.servers(&entry.ntp_servers),
        }
    }

    fn servers(&mut self, texts: &[Text]) -> Vec<IpAddr> {
        let mut placed = Vec::new();
        for text in texts {
            let at = text.span();
            placed.extend(self.judge(at.clone(), server(text.get_ref())).map(|ip| (ip, at)));
        }
        for v4 in [true, false] {
            let mut family = placed.iter().filter(|(ip, _)| ip.is_ipv4() == v4);
            let count = family.clone().count();
            if let Some((_, at)) = family.nth(SERVERS_MAX) {
                self.problems.add(at.clone(), DhcpCause::TooManyServers { count }.into());
            }
        }
        placed.into_iter().map(|(ip, _)| ip).collect()
    }
}

/// The unicast address of a server.
fn server(text: &str) -> Result<IpAddr, Cause> {
    let address: IpAddr = text.parse().map_err(|_| Cause::BadAddress { text: text.into() })?;
    let broadcast = matches!(address, IpAddr::V4(v4) if v4.is_broadcast());
    let several = broadcast || address.is_multicast();
    let none = address.is_unspecified() || address.is_loopback();
    if several || none { Err(DhcpCause::NoServer { address }.into()) } else { Ok(address) }
}

impl Vpcs {
    /// Where a VPC's machines find its resolver: two behind the base of the VPC's first IPv4
    /// prefix, and at the IPv6 addresses of the service that has that address; nowhere if none
    /// has it.
    pub fn resolver(&self, vpc: usize) -> Vec<IpAddr> {
        let Some(service) = self.services.iter().find(|s| s.plus_two) else { return Vec::new() };
        let v6 = service.fixed.iter().copied().filter(IpAddr::is_ipv6);
        self.plus_two(vpc).into_iter().chain(v6).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_names() {
        let label = "a".repeat(63);
        let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
        for good in ["a", "corp.example", "eu-1.compute.internal", &label, &longest] {
            assert!(is_domain_name(good), "{good}");
        }
        let (long, longer) = (format!("{label}a"), format!("{longest}a"));
        for bad in ["", ".", "a.", ".a", "a..b", "-a", "a-", "a_b", "a b", "ä", &long, &longer] {
            assert!(!is_domain_name(bad), "{bad}");
        }
    }
}
