//! Which machine gets what another one sends?
//!
//! ```text
//!   machines --> [ card a ] <-- underlay --> [ card b ] --> machines
//! ```
//! A machine is called by its ENI and the card at which it is plugged in, as `"alice on a"`, the
//! router beyond a gateway by the gateway. It stays plugged in there whatever the control plane
//! changes.

use crate::talk::{Talk, ask, ip};
use control::{Syntax, Vpcs, compile, vpcs::Eni};
use driver::{Card, Counters};
use hdl::{
    memory::Memory,
    meta::{DropReason, PuntReason},
    profile::{HOST_PORTS, PROFILES, Profile, is_net},
};
use house::beside;
use sim::Model;
use std::{collections::BTreeMap, net::Ipv4Addr};

/// Two cards.
const CARDS: &str = r#"
[[cards]]
name = "a"
underlay = { ip = "192.0.2.1", mac = "02:00:00:00:aa:01", gateway_mac = "02:00:00:00:aa:99" }
[[cards]]
name = "b"
underlay = { ip = "192.0.2.2", mac = "02:00:00:00:aa:02", gateway_mac = "02:00:00:00:aa:99" }
"#;
/// Alice and Bob, neighbors on two cards.
pub const NEIGHBORS: &str = r#"
[[vpcs]]
name = "red"
vni = 7001
cidrs = ["10.0.0.0/16", "2001:db8:1::/56"]
[[subnets]]
name = "all"
vpc = "red"
cidrs = ["10.0.1.0/24", "2001:db8:1:1::/64"]
[[enis]]
name = "alice"
subnet = "all"
mac = "02:00:00:00:01:0a"
addresses = ["10.0.1.10", "2001:db8:1:1::a"]
card = "a"
port = "host0"
[[enis]]
name = "bob"
subnet = "all"
mac = "02:00:00:00:01:14"
addresses = ["10.0.1.20", "2001:db8:1:1::14"]
card = "b"
port = "host0"
"#;
/// Bytes of both MACs.
const MACS: usize = 12;
/// Where the outer destination address lies in a frame of the underlay.
const OUTER_DST: std::ops::Range<usize> = 30..34;

/// What became of a packet in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// That machine got it, as it was sent.
    Reached(String),
    /// The card answered it.
    Answered(Vec<u8>),
    /// A card dropped it.
    Dropped(DropReason),
    /// A card left it to its host.
    Punted(PuntReason),
}

/// That machine got it, as it was sent.
pub fn reached(machine: &str) -> Fate {
    Fate::Reached(machine.into())
}

/// A card dropped it.
pub fn dropped(reason: DropReason) -> Fate {
    Fate::Dropped(reason)
}

/// Where a machine is plugged in.
#[derive(Clone, Debug)]
struct Plug {
    card: usize,
    port: u8,
    vlan: Vec<u16>,
}

/// A card and what it was told.
struct Member {
    file: Vpcs,
    card: Card<Model>,
    memory: Memory,
}

/// Cards that do what a file says, joined by the underlay.
pub struct Network {
    members: Vec<Member>,
    plugs: BTreeMap<String, Plug>,
}

/// That network in each profile.
pub fn networks(file: &str) -> impl Iterator<Item = Network> {
    PROFILES.iter().map(move |profile| Network::new(profile, file))
}

fn read(file: &str) -> Vpcs {
    let text = format!("{CARDS}{file}");
    Vpcs::parse("story", &text, Syntax::Toml).unwrap_or_else(|e| panic!("{e}"))
}

/// Tags as a frame carries them.
fn tags(vlan: &[u16]) -> Vec<u8> {
    let bytes = vlan.iter().enumerate().flat_map(|(i, vid)| {
        let tpid = if i + 1 < vlan.len() { 0x88a8_u16 } else { 0x8100 };
        [tpid.to_be_bytes(), vid.to_be_bytes()].concat()
    });
    bytes.collect()
}

impl Network {
    fn new(profile: &Profile, text: &str) -> Self {
        let file = read(text);
        let members = file.cards.iter().map(|_| {
            let card = Card::open(Model::new(profile, 9).unwrap(), &[*profile], 4).unwrap();
            let memory = card.memory();
            Member { file: file.clone(), card, memory }
        });
        let mut network = Self { members: members.collect(), plugs: BTreeMap::new() };
        network.change(text);
        for member in &mut network.members {
            member.card.set_open(true).unwrap();
        }
        network
    }

    /// Let every card do what that file says.
    pub fn change(&mut self, text: &str) {
        for card in ["a", "b"] {
            self.change_card(card, text);
        }
    }

    /// Let one card do what that file says.
    pub fn change_card(&mut self, name: &str, text: &str) {
        let file = read(text);
        let index = file.cards.iter().position(|c| c.name == name).unwrap();
        let member = &mut self.members[index];
        let compiled =
            compile(&file, name, member.card.profile()).unwrap_or_else(|e| panic!("{e}"));
        member.card.apply(&compiled.image).unwrap();
        for eni in file.enis.iter().filter(|e| e.card == index) {
            let plug = Plug { card: index, port: eni.port, vlan: eni.vlan.clone() };
            self.plugs.insert(format!("{} on {name}", eni.name), plug);
        }
        for gateway in &file.gateways {
            if let Some(uplink) = gateway.uplink().filter(|u| u.card == index) {
                let plug = Plug { card: index, port: uplink.port, vlan: uplink.vlan.clone() };
                self.plugs.insert(format!("{} on {name}", gateway.name), plug);
            }
        }
        member.file = file;
    }

    /// A machine's words to an address, as its IP stack addresses them: by the neighbor's MAC, or
    /// by the router's.
    pub fn talk(&self, machine: &str, to: &str) -> Talk {
        let (file, from) = self.eni(machine);
        let dst = ip(to);
        let has = |e: &&Eni| e.subnet == from.subnet && e.addresses.contains(&dst);
        let neighbor = file.enis.iter().find(has).map(|e| e.mac);
        let own = from.addresses.iter().find(|a| a.is_ipv4() == dst.is_ipv4());
        Talk {
            src_mac: from.mac.into_array(),
            dst_mac: neighbor.unwrap_or(file.router_mac).into_array(),
            src: *own.expect("it has an address of that family"),
            dst,
        }
    }

    /// What a machine's IP stack hears that asks for the MAC of an address.
    pub fn who_has(&mut self, machine: &str, address: &str) -> Fate {
        let talk = self.talk(machine, address);
        self.send(machine, &ask(talk.src_mac, talk.src, talk.dst))
    }

    /// Send a frame without tags from a machine, and follow it to its end: who gets it, gets what
    /// was sent.
    pub fn send(&mut self, machine: &str, frame: &[u8]) -> Fate {
        let (fate, out) = self.follow(machine, frame);
        if let Fate::Reached(_) = fate {
            assert_eq!(out[MACS..], frame[MACS..], "it is not what was sent");
        }
        fate
    }

    /// Send a frame without tags from a machine, and follow it to its end: who gets it, and what.
    pub fn follow(&mut self, machine: &str, frame: &[u8]) -> (Fate, Vec<u8>) {
        let Plug { card, port, vlan } = self.plugs[machine].clone();
        let tagged = [&frame[..MACS], &tags(&vlan), &frame[MACS..]].concat();
        let (mut card, mut port, mut carried) = (card, usize::from(port), tagged);
        loop {
            let member = &mut self.members[card];
            let (verdict, out) =
                beside::send(&mut member.card, &mut member.memory, port, &carried).unwrap();
            let Some(out) = out else { return (Fate::Dropped(verdict.reason), vec![]) };
            if verdict.punt != PuntReason::None {
                return (Fate::Punted(verdict.punt), out);
            }
            if !is_net(verdict.egress_port.into()) {
                return self.delivered(card, verdict.egress_port, &out, verdict.reply);
            }
            assert!(!is_net(port), "from the underlay to the underlay");
            (card, carried) = self.route(&out);
            port = HOST_PORTS;
        }
    }

    /// What the underlay's router does: to which card, with whose MACs?
    fn route(&self, frame: &[u8]) -> (usize, Vec<u8>) {
        let to: [u8; 4] = frame[OUTER_DST].try_into().unwrap();
        let cards = &self.members[0].file.cards;
        let index = cards.iter().position(|c| c.underlay_ip == Ipv4Addr::from(to));
        let index = index.expect("a tunnel to a card");
        let macs = [cards[index].underlay_mac, cards[index].gateway_mac].map(|m| m.into_array());
        (index, [&macs.concat(), &frame[MACS..]].concat())
    }

    /// A frame left a host port: to whom, and what is it without its tags?
    fn delivered(&self, card: usize, port: u8, out: &[u8], reply: bool) -> (Fate, Vec<u8>) {
        let Member { file, .. } = &self.members[card];
        let enis = file.enis.iter().filter(|e| e.card == card);
        let enis = enis.map(|e| (&e.name, e.mac.into_array(), e.port, &e.vlan));
        let uplinks = file.gateways.iter().filter_map(|g| Some((g, g.uplink()?)));
        let uplinks = uplinks.filter(|(_, u)| u.card == card);
        let uplinks = uplinks.map(|(g, u)| (&g.name, g.mac.into_array(), u.port, &u.vlan));
        let hears = |(_, mac, at, vlan): &(&String, [u8; 6], u8, &Vec<u16>)| {
            let tags = tags(vlan);
            let own = out[MACS..].starts_with(&tags) && out[..6] == *mac;
            // The tag behind its own ones would be somebody else's.
            *at == port && own && out[MACS + tags.len()..][..2] != [0x81, 0]
        };
        let found = enis.chain(uplinks).find(hears);
        let (name, .., vlan) = found.expect("a frame for somebody at the port");
        let tagless = [&out[..MACS], &out[MACS + 4 * vlan.len()..]].concat();
        let machine = format!("{name} on {}", file.cards[card].name);
        (if reply { Fate::Answered(tagless.clone()) } else { Fate::Reached(machine) }, tagless)
    }

    /// What a card has counted.
    pub fn counters(&mut self, card: &str) -> Counters {
        let index = self.members[0].file.cards.iter().position(|c| c.name == card).unwrap();
        self.members[index].card.counters().unwrap()
    }

    /// The ENI of a machine, as its card has it.
    fn eni(&self, machine: &str) -> (&Vpcs, &Eni) {
        let Plug { card, .. } = self.plugs[machine];
        let file = &self.members[card].file;
        let (name, _) = machine.split_once(" on ").expect("an ENI and its card");
        (file, file.enis.iter().find(|e| e.name == name).expect("the card knows it"))
    }
}
