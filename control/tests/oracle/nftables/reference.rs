//! What does the card's reference say of the same packets?

use super::{
    linux,
    talk::{Fate, Packet},
};
use crate::{ROOMY, edge::vtep, load, packet, traffic};
use control::{
    compile,
    vpcs::{Eni, Gateway, Vpcs},
};
use etherparse::PacketBuilder;
use fastrand::Rng;
use hdl::{
    memory::Memory,
    meta::{DropReason, Entered, INSIDE, PuntReason, Source, Verdict},
    profile::HOST_PORTS,
    tables::Tables,
    walk::{Outcome, walk},
};

/// How packets end, and how often each must have been met.
pub const MET: [(&str, u64); 16] = [
    ("out by rule", 5000),
    ("out by state", 500),
    ("out NaclOutbound", 1000),
    ("out SgOutbound", 1000),
    ("out NoRoute", 1000),
    ("out Blackhole", 50),
    ("in by rule", 2000),
    ("in by state", 2000),
    ("in NaclInbound", 1000),
    ("in SgInbound", 1000),
    ("outlives its rule", 200),
    ("untracked, cut", 50),
    ("to its VPC", 5000),
    ("to an ENI of the card", 20),
    ("to another VPC", 500),
    ("to a gateway", 1000),
];

/// The card with the ENI, whose rules change once.
pub struct Reference<'v> {
    files: [&'v Vpcs; 2],
    eni: usize,
    tables: Tables,
    memory: Memory,
    /// Is the second file in force?
    pub changed: bool,
}

/// What it says of a packet.
pub struct Judged {
    /// By which of Linux's devices it should leave, if it may.
    pub device: Option<String>,
    /// Why, and to whom.
    pub met: Vec<String>,
    /// What its sender notices.
    pub fate: Fate,
}

impl<'v> Reference<'v> {
    /// With the files compiled, the first one in force, and nothing remembered.
    pub fn new(files: [&'v Vpcs; 2], eni: usize) -> Self {
        let images = files.map(|file| {
            let card = &file.cards[file.enis[eni].card].name;
            compile(file, card, &ROOMY).unwrap_or_else(|e| panic!("{e}")).image
        });
        let tables = load::load(images.each_ref(), &mut Rng::with_seed(0));
        Self { files, eni, tables, memory: Memory::new(&ROOMY, 0), changed: false }
    }

    fn file(&self) -> (&'v Vpcs, &'v Eni) {
        let file = self.files[usize::from(self.changed)];
        (file, &file.enis[self.eni])
    }

    /// None if it ends where Linux is not asked: nobody has the address where the route leads, or
    /// its sender may not have sent it.
    pub fn judge(&mut self, said: &Packet) -> Option<Judged> {
        let (port, frame) = self.frame(said);
        let entered = Entered { source: Source::at(port), generation: self.changed, open: true };
        let outcome = walk(&self.tables, &mut self.memory, &frame, entered);
        let way = if said.outbound { "out" } else { "in" };
        // What it sends to an ENI of its card is judged there as well, but by others' rules.
        let first = outcome.passes.first;
        let Verdict { reason, punt, .. } = first.verdict;
        if punt == PuntReason::MappingMiss {
            return None;
        }
        if reason != DropReason::None {
            let fate = match reason {
                DropReason::NaclOutbound | DropReason::SgOutbound => Fate::Lost,
                DropReason::NaclInbound | DropReason::SgInbound => Fate::Lost,
                DropReason::NoRoute | DropReason::Blackhole => Fate::Hopeless,
                _ => return None,
            };
            let mut met = vec![format!("{way} {reason:?}")];
            let grouped = matches!(reason, DropReason::SgOutbound | DropReason::SgInbound);
            if said.old == Some(false) && grouped {
                met.push("untracked, cut".into());
            }
            return Some(Judged { device: None, met, fate });
        }
        let ruled = first.rule.group.allow;
        let mut met = vec![format!("{way} by {}", if ruled { "rule" } else { "state" })];
        if !ruled && said.asks {
            met.push("outlives its rule".into());
        }
        // What everybody may send and answer Linux keeps no track of, whatever began it.
        let tracked = if ruled { first.rule.group.tracked } else { first.tracked.hit };
        let device = if said.outbound {
            let (device, to) = self.lead(&outcome);
            met.push(to.into());
            device
        } else {
            linux::ENI.into()
        };
        Some(Judged { device: Some(device), met, fate: Fate::Passed { tracked } })
    }

    /// Where it goes on, as Linux's device, and in words.
    fn lead(&self, outcome: &Outcome) -> (String, &'static str) {
        let (file, eni) = self.file();
        let own = file.vpc_of(eni);
        if outcome.passes.first.verdict == Verdict::forward(INSIDE) {
            return (format!("vpc{own}"), "to an ENI of the card");
        }
        let frame = outcome.frame.as_ref().expect("it goes on");
        let tunnel = packet::read_tunnel(frame);
        let packet::Frame::Ip(inner) = &tunnel.inner else { panic!("IP") };
        let leads = |g: &Gateway| (vtep(file, g), g.mac) == (tunnel.dst, inner.dst_mac);
        if file.gateways.iter().any(leads) {
            return (format!("gw{}", tunnel.dst.octets()[3]), "to a gateway");
        }
        let vpc = file.vpcs.iter().position(|v| v.vni == tunnel.vni).expect("a VPC");
        (format!("vpc{vpc}"), if vpc == own { "to its VPC" } else { "to another VPC" })
    }

    /// As the ENI puts it on its wire, or the peer's card into a tunnel.
    fn frame(&self, said: &Packet) -> (usize, Vec<u8>) {
        let (file, eni) = self.file();
        let far = said.peer.near.unwrap_or(file.router_mac);
        let ethertype: [u8; 2] = if said.ip[0] >> 4 == 4 { [8, 0] } else { [0x86, 0xdd] };
        let wire = |dst, src, vlan: &[u16]| {
            [&traffic::ethernet(dst, src, vlan)[..], &ethertype, &said.ip].concat()
        };
        if said.outbound {
            return (eni.port.into(), wire(far, eni.mac, &eni.vlan));
        }
        let card = &file.cards[eni.card];
        let vni = file.vpcs[file.vpc_of(eni)].vni;
        let vxlan = [&[8, 0, 0, 0][..], &(vni << 8).to_be_bytes(), &wire(eni.mac, far, &[])];
        let mut frame = Vec::new();
        PacketBuilder::ethernet2(card.gateway_mac.into_array(), card.underlay_mac.into_array())
            .ipv4(said.peer.underlay.octets(), card.underlay_ip.octets(), 64)
            .udp(50_000, 4789)
            .write(&mut frame, &vxlan.concat())
            .expect("it fits");
        (HOST_PORTS, frame)
    }
}
