//! What did a run meet?

use super::Taken;
use crate::world::ROUTER_MAC;
use hdl::{
    explain::{Passes, Trace},
    meta::{DropReason, PuntReason, Source},
    parser::parse,
    profile::is_net,
};
use std::collections::BTreeMap;

/// What a run saw.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Packets compared.
    pub packets: usize,
    /// By the verdict's name.
    pub verdicts: BTreeMap<String, usize>,
    /// Answers to neighbor solicitations; those to ARP are the others.
    pub advertised: usize,
    /// Messages that a packet is too long, over IPv4 and over IPv6.
    pub told: [usize; 2],
    /// What became of connections.
    pub tracked: TrackedPasses,
    /// Packets that the host's CPU put in: to be judged, to leave as they are.
    pub injected: [usize; 2],
    /// Packets that came through or left their VPC.
    pub beyond: Beyond,
    /// Packets that appliances get or send.
    pub appliances: Appliances,
    /// Packets that left for another destination, those under another source, and the ICMP errors
    /// among them that quote such a packet.
    pub translated: [usize; 3],
    /// Packets on which the two disagree, told in words.
    pub mismatches: Vec<String>,
}

/// Passes by what their connection said.
#[derive(Clone, Copy, Debug, Default)]
pub struct TrackedPasses {
    /// They belong to one.
    pub hits: usize,
    /// Those that no rule would have let through.
    pub needed: usize,
    /// They made one.
    pub made: usize,
    /// One that had ended began anew.
    pub anew: usize,
    /// There was no room.
    pub full: usize,
}

impl TrackedPasses {
    fn add(&mut self, passes: &Passes) {
        for Trace { tracked, rule, .. } in passes.each() {
            let anew = tracked.inserted && tracked.state != 0;
            self.hits += usize::from(tracked.hit);
            self.needed += usize::from(tracked.hit && !rule.group.allow);
            self.made += usize::from(tracked.inserted && !anew);
            self.anew += usize::from(anew);
            self.full += usize::from(tracked.full);
        }
    }
}

/// Packets by where the routes led: sent on, but for the last.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beyond {
    /// Into a tunnel, to another VPC.
    pub to_vpc: usize,
    /// Into a tunnel, to a next hop.
    pub to_hop: usize,
    /// To an ENI of this card, in another VPC.
    pub inside: usize,
    /// Out of a tunnel, from another VPC.
    pub from_vpc: usize,
    /// Out of a tunnel, through a next hop.
    pub from_hop: usize,
    /// Not sent on to another VPC, under an address that is not the sender's own.
    pub kept: usize,
}

impl Beyond {
    fn add(&mut self, passes: &Passes, routed: bool) {
        let Passes { first, second } = passes;
        let (net, direct) = (is_net(first.port.into()), first.route.target.is_direct());
        let other = direct && first.route.to != u16::from(first.eni.vpc);
        let count = match (net, second) {
            (true, _) if !direct => &mut self.from_hop,
            (true, _) if other => &mut self.from_vpc,
            (false, Some(second)) if second.eni.vpc != first.eni.vpc => &mut self.inside,
            (false, None) if routed && !direct => &mut self.to_hop,
            (false, None) if routed && other => &mut self.to_vpc,
            _ => return,
        };
        *count += 1;
    }
}

/// Packets that go on because of an ENI without source/destination check.
#[derive(Clone, Copy, Debug, Default)]
pub struct Appliances {
    /// To the MAC of one beside the sender.
    pub to: usize,
    /// To one, and not to the owner of the address.
    pub received: usize,
    /// From a card where one lives, whatever the mapping of the source says.
    pub heard: usize,
}

impl Appliances {
    fn add(&mut self, passes: &Passes, routed: bool) {
        let Passes { first, second } = passes;
        let net = is_net(first.port.into());
        let arrives = second.as_ref().or(net.then_some(first));
        let elsewhere = !first.mapped.hit || first.mapping.local;
        self.to += usize::from(!net && !routed && first.beside.hit);
        self.received += usize::from(arrives.is_some_and(|t| t.received() != t.owned()));
        self.heard += usize::from(net && first.speaks.hit && elsewhere);
    }
}

impl Seen {
    /// One packet, and how it left, as the reference has it.
    pub(super) fn add(&mut self, passes: &Passes, taken: &Taken, left: Option<&Vec<u8>>) {
        let verdict = passes.verdict();
        let routed = taken.frame.starts_with(&ROUTER_MAC.to_be_bytes()[2..]);
        let Source { injected, direct, bad, .. } = taken.entered.source;
        self.packets += 1;
        *self.verdicts.entry(verdict.name()).or_default() += 1;
        if verdict.reply {
            let h = parse(taken.frame, false);
            self.advertised += usize::from(h.neighbor && h.is_ipv6);
            self.told[usize::from(h.is_ipv6)] += usize::from(!h.neighbor);
        }
        self.tracked.add(passes);
        self.injected[usize::from(direct)] += usize::from(injected && !bad);
        let own = passes.first.eni.check;
        self.beyond.kept += usize::from(verdict.reason == DropReason::SpoofedIp && !own);
        let sent = verdict.reason == DropReason::None && verdict.punt == PuntReason::None;
        if sent && !verdict.reply && !direct {
            self.beyond.add(passes, routed);
            self.appliances.add(passes, routed);
            let came = parse(taken.frame, taken.entered.source.net);
            let left = left.map(|frame| parse(frame, is_net(verdict.egress_port.into())));
            let left = left.unwrap_or(came);
            let changed = [left.dst_ip != came.dst_ip, left.src_ip != came.src_ip];
            self.translated[0] += usize::from(changed[0]);
            self.translated[1] += usize::from(changed[1]);
            let quotes = changed[0] && came.quotes_dst || changed[1] && came.quotes_src;
            self.translated[2] += usize::from(quotes);
        }
    }

    /// This run and another one.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.packets += other.packets;
        self.advertised += other.advertised;
        for (name, met) in other.verdicts {
            *self.verdicts.entry(name).or_default() += met;
        }
        let (t, o) = (&mut self.tracked, other.tracked);
        for (sum, more) in [
            (&mut t.hits, o.hits),
            (&mut t.needed, o.needed),
            (&mut t.made, o.made),
            (&mut t.anew, o.anew),
            (&mut t.full, o.full),
        ] {
            *sum += more;
        }
        let (b, o) = (&mut self.beyond, other.beyond);
        for (sum, more) in [
            (&mut b.to_vpc, o.to_vpc),
            (&mut b.to_hop, o.to_hop),
            (&mut b.inside, o.inside),
            (&mut b.from_vpc, o.from_vpc),
            (&mut b.from_hop, o.from_hop),
            (&mut b.kept, o.kept),
        ] {
            *sum += more;
        }
        let (a, o) = (&mut self.appliances, other.appliances);
        for (sum, more) in
            [(&mut a.to, o.to), (&mut a.received, o.received), (&mut a.heard, o.heard)]
        {
            *sum += more;
        }
        let pairs = [(&mut self.injected, other.injected), (&mut self.told, other.told)];
        self.translated.iter_mut().zip(other.translated).for_each(|(sum, more)| *sum += more);
        for (sum, more) in pairs.into_iter().flat_map(|(sums, more)| sums.iter_mut().zip(more)) {
            *sum += more;
        }
        self.mismatches.extend(other.mismatches);
        self
    }
}
