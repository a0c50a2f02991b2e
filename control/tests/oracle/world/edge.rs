//! Which gateways does a card play, of which VPCs, and who has a public address?

use super::{VPCS, once_in, pick};
use fastrand::Rng;

/// A third card, if there is one: what it may play, and who may live there.
#[derive(Default)]
pub struct Edge {
    /// VPCs whose internet gateways, and whose VPN gateways, it may play.
    internet: Vec<&'static str>,
    vpn: Vec<&'static str>,
    /// The VPC whose ENIs may be on it.
    guest: Option<&'static str>,
    /// Do its internet gateways have one router beyond?
    shared: bool,
}

impl Edge {
    /// Of files with equal `places` the same; `apart`: the VPCs' prefixes are, and they are joined.
    pub fn new(places: &mut Rng, apart: bool) -> Option<Self> {
        if places.bool() {
            return None;
        }
        let mut vpcs = VPCS.to_vec();
        places.shuffle(&mut vpcs);
        let guest = if apart { None } else { vpcs.pop() };
        let internet = vpcs[..places.usize(1..=2)].to_vec();
        let vpn = vpcs[places.usize(1..=2).min(vpcs.len() - 1)..].to_vec();
        Some(Self { internet, vpn, guest, shared: apart && places.bool() })
    }

    /// The cards on which ENIs of a VPC may be.
    pub fn cards(edge: Option<&Self>, vpc: &str) -> &'static [&'static str] {
        let guest = edge.is_some_and(|e| e.guest == Some(vpc));
        if guest { &["a", "b", "e"] } else { &["a", "b"] }
    }

    /// Where a gateway is, if it is not in its box.
    pub fn site(&self, rng: &mut Rng, kind: &str, vpc: &'static str) -> Option<String> {
        let number = VPCS.iter().position(|v| *v == vpc)?;
        let list = match kind {
            "internet" => &self.internet,
            "vpn" => &self.vpn,
            _ => return None,
        };
        // Always, or never: a VPC that comes to a card, or leaves it, renumbers those there, and by
        // its VPC's number a connection is known.
        if !list.contains(&vpc) {
            return None;
        }
        let internet = kind == "internet";
        let place = match (internet, self.shared) {
            (true, true) => "port = \"host0\"\nvlan = 2000\n".into(),
            (true, false) => format!("port = \"host0\"\nvlan = 200{number}\n"),
            _ if number == 0 && self.guest.is_none() => "port = \"host1\"\n".into(),
            _ => format!("port = \"host1\"\nvlan = [30{number}, 7]\n"),
        };
        let table =
            if rng.bool() { format!("route_table = \"{vpc}-in\"\n") } else { String::new() };
        let addresses = if internet {
            format!("[\"198.51.100.{}\", \"2001:db8:f::{}\"]", number + 1, number + 1)
        } else {
            "[\"172.31.0.1\", \"2001:db8:f::9\"]".into()
        };
        Some(format!("card = \"e\"\n{place}{table}addresses = {addresses}\n"))
    }
}

/// The route table of a VPC's gateways, which has these ENIs.
pub fn ingress(rng: &mut Rng, (vpc, net): (&str, u32), enis: &[String]) -> String {
    let mut routes = String::new();
    for destination in [
        format!("10.{net}.0.0/16"),
        format!("10.{net}.1.0/24"),
        format!("10.{net}.2.0/24"),
        format!("10.{net}.1.4/31"),
        format!("10.{net}.2.5/32"),
        format!("2001:db8:{net}::/56"),
        format!("2001:db8:{net}:1::/64"),
        format!("2001:db8:{net}:2::5/128"),
    ] {
        if !once_in(rng, 3) {
            continue;
        }
        let target = match rng.u32(..4) {
            0 => "local",
            1 => "blackhole",
            _ if enis.is_empty() => "local",
            _ => pick(rng, enis),
        };
        routes += &format!("{{ destination = \"{destination}\", target = \"{target}\" }},\n");
    }
    format!("[[route_tables]]\nname = \"{vpc}-in\"\nroutes = [{routes}]\n")
}

/// Public addresses for some of an ENI's: the first is that of its number.
pub fn publics(rng: &mut Rng, eni: &str, number: u32, second: &str) -> String {
    let mut text = String::new();
    let public = |byte: u32| format!("[[public_addresses]]\npublic = \"203.0.113.{byte}\"\n");
    if !once_in(rng, 3) {
        text += &format!("{}eni = \"{eni}\"\n", public(number));
    }
    if once_in(rng, 4) {
        text += &format!("{}eni = \"{eni}\"\nprivate = \"{second}\"\n", public(100 + number));
    }
    text
}
