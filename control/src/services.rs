//! Which addresses are the host's CPU's to answer?
//!
//! A service has addresses that mean the same in every VPC, and may have the one behind the
//! router's. Nobody else can have any of them: the checks reserve them.

use crate::{
    address,
    check::Check,
    file::{File, Number, Text},
    problem::Cause,
    vpcs::Vpcs,
};
use hdl::{mapping::MappingAction, punt::is_fixed};
use ipnet::IpNet;
use serde::Deserialize;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
};
use thiserror::Error;

/// Word for the second address behind the base of the VPC's first IPv4 prefix, and of each IPv4
/// prefix of its subnets: there AWS has its resolver, and reserves one in every subnet (VPC user
/// guide, "Subnet CIDR blocks").
pub const PLUS_TWO: &str = "plus-two";
/// Highest number of a service.
pub const NUMBER_MAX: u8 = ((1u16 << layout::width::<MappingAction>("service")) - 1) as u8;

/// What a file has that names none: those of AWS, with their addresses of both families.
const DEFAULTS: [(&str, bool, [&str; 2]); 3] = [
    ("resolver", true, ["169.254.169.253", "fd00:ec2::253"]),
    ("metadata", false, ["169.254.169.254", "fd00:ec2::254"]),
    ("time", false, ["169.254.169.123", "fd00:ec2::123"]),
];

/// `[[services]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name.
    pub name: Text,
    /// By which the card calls it, 1 to [`NUMBER_MAX`].
    pub number: Number,
    /// Addresses within 169.254.0.0/16 or fd00:ec2::/32, or [`PLUS_TWO`].
    pub addresses: Vec<Text>,
}

/// What the host's CPU answers. Names, numbers and addresses are unique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CpuService {
    /// Its name.
    pub name: String,
    /// By which the card calls it, not 0.
    pub number: u8,
    /// Has it the addresses that are two behind a base?
    pub plus_two: bool,
    /// Those that mean the same in every VPC.
    pub fixed: Vec<IpAddr>,
}

/// What can be wrong with a service.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant's message says what it is")]
pub enum ServiceCause {
    #[error(
        "service number {number} is none\n\
         choose one from 1 to {NUMBER_MAX}"
    )]
    BadNumber { number: i64 },
    #[error(
        "two services have the number {number}\n\
         give each a number of its own: by it the card names them"
    )]
    NumberTaken { number: u8 },
    #[error(
        "`{text}` is no address of a service\n\
         write one within 169.254.0.0/16 or fd00:ec2::/32, or `{PLUS_TWO}`"
    )]
    BadAddress { text: String },
    #[error(
        "two services have the address {text}\n\
         give each address to one of them"
    )]
    AddressTaken { text: String },
}

fn defaults() -> Vec<CpuService> {
    let service = |((name, plus_two, fixed), number): ((&str, bool, [&str; 2]), u8)| CpuService {
        name: name.into(),
        number,
        plus_two,
        fixed: fixed.iter().filter_map(|text| text.parse().ok()).collect(),
    };
    DEFAULTS.into_iter().zip(1..).map(service).collect()
}

impl Check {
    /// The services of the file.
    pub(crate) fn services(&mut self, file: &File) -> Vec<CpuService> {
        let Some(entries) = &file.services else { return defaults() };
        let (mut numbers, mut addresses) = (HashMap::new(), HashMap::new());
        let mut services = Vec::new();
        for Entry { name, number, addresses: texts } in entries {
            let at = number.span();
            let value =
                u8::try_from(*number.get_ref()).ok().filter(|n| (1..=NUMBER_MAX).contains(n));
            let bad = || ServiceCause::BadNumber { number: *number.get_ref() };
            let number = self.judge(at.clone(), value.ok_or_else(|| Cause::from(bad())));
            if let Some(number) = number
                && let Some(other) = numbers.insert(number, at.clone())
            {
                self.problems.add_pair(other, at, ServiceCause::NumberTaken { number }.into());
            }
            let mut service = CpuService {
                name: name.get_ref().clone(),
                number: number.unwrap_or_default(),
                plus_two: false,
                fixed: Vec::new(),
            };
            for text in texts {
                let (word, at) = (text.get_ref().clone(), text.span());
                let ip = word.parse::<IpAddr>().ok().filter(|ip| is_fixed(address::bits(*ip)));
                match ip {
                    Some(ip) => service.fixed.push(ip),
                    None if word == PLUS_TWO => service.plus_two = true,
                    None => {
                        let cause = ServiceCause::BadAddress { text: word };
                        self.problems.add(at, cause.into());
                        continue;
                    }
                }
                if let Some(other) = addresses.insert(ip, at.clone()) {
                    let cause = ServiceCause::AddressTaken { text: word };
                    self.problems.add_pair(other, at, cause.into());
                }
            }
            services.push(service);
        }
        services
    }
}

/// The address two behind the base of an IPv4 prefix.
fn plus_two(cidr: &IpNet) -> Option<IpAddr> {
    match cidr {
        IpNet::V4(v4) => Some(Ipv4Addr::from_bits(v4.network().to_bits() + 2).into()),
        IpNet::V6(_) => None,
    }
}

impl Vpcs {
    /// The address two behind the base of a VPC's first IPv4 prefix.
    pub(crate) fn plus_two(&self, vpc: usize) -> Option<IpAddr> {
        self.vpcs[vpc].cidrs.iter().find_map(plus_two)
    }

    /// The addresses of a VPC's services, with the service of each: those that mean the same
    /// everywhere, and those two behind the base of a prefix.
    pub fn service_addresses(&self, vpc: usize) -> impl Iterator<Item = (IpAddr, &CpuService)> {
        let subnets = self.subnets.iter().filter(move |s| s.vpc == vpc);
        let twos = subnets.flat_map(|s| s.cidrs.iter().filter_map(plus_two));
        let twos: Vec<IpAddr> = twos.chain(self.plus_two(vpc)).collect();
        self.services.iter().flat_map(move |service| {
            let twos = twos.clone().into_iter().filter(|_| service.plus_two);
            twos.chain(service.fixed.iter().copied()).map(move |ip| (ip, service))
        })
    }
}
