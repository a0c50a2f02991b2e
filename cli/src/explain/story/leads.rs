//! Where does a packet go, and who is there?

use super::Story;
use crate::explain::{
    step::Step,
    words::{found, ip, mac, name, v4},
};
use hdl::{
    mapping::{self, By},
    meta::{DropReason, Source},
    mtu,
    profile::PORT_NAMES,
    route::{RouteLabel, Target},
};

impl Story<'_> {
    /// Is it sent to an appliance, or may its card speak for one?
    pub(super) fn appliance(&self) -> Step {
        let (t, h) = (self.t, &self.h);
        let vpc = self.vpc();
        if self.inbound() {
            let says = match t.speaks.hit {
                true => "one lives there, so the sender may speak for any address of the VPC",
                false => "none lives where the packet came from",
            };
            let asked = format!("VTEP {} in {vpc}", v4(h.outer_src_ip));
            return Step::asks("appliance", asked, found(t.speaks), says).unless(t.speaks.hit);
        }
        let hop = t.appliance.hop;
        let says = match t.beside.hit {
            true => format!("sent to one, which is next hop {hop}, whatever the address"),
            false => "not sent to one's MAC".into(),
        };
        let asked = format!("MAC {} in {vpc}", mac(h.dst_mac));
        Step::asks("appliance", asked, found(t.beside), says).unless(t.beside.hit)
    }

    /// Where it goes, or from where its sender may speak.
    pub(super) fn route(&self) -> Step {
        let t = self.t;
        let table = t.eni.route_table;
        let asked = name("route table", table, self.legend.route_table(table));
        let asked = format!("{} in {asked}", ip(self.far()));
        let says = match self.by() {
            By::Address if self.identity.routes(&self.h) => {
                "the same in every VPC, so no route is needed".into()
            }
            By::Address => "not sent to the router's MAC, so no route is needed".into(),
            By::Appliance(_) => "sent to an appliance's MAC, so no route is needed".into(),
            By::Route(route) => self.leads(route),
        };
        let interval = format!("interval {}", t.route_interval);
        let needed = matches!(self.by(), By::Route(_));
        Step::asks("route", asked, interval, says).unless(needed)
    }

    /// How it goes or came.
    fn by(&self) -> By {
        self.t.by(self.identity, self.inbound(), &self.h)
    }

    /// A route in the file's words, and what these do not say.
    fn leads(&self, route: RouteLabel) -> String {
        let text = match self.legend.route(self.t.eni.route_table, route.route) {
            Some(text) => text.to_string(),
            None if route.route == 0 && self.inbound() => return "nobody may speak for it".into(),
            None if route.route == 0 => return "no route leads there".into(),
            None => format!("route {}", route.route),
        };
        let vpc = mapping::onward(0, By::Route(route));
        let vpc = name("VPC", vpc, self.legend.vpc(vpc));
        let foreign = self.t.verdict.reason == DropReason::SpoofedIp;
        match route.target {
            Target::None => format!("{text}, which has no route there"),
            Target::Peering | Target::TransitGateway if foreign => {
                format!("{text}: into {vpc} only under an address of its own")
            }
            Target::Peering | Target::TransitGateway => format!("{text}, {vpc}"),
            _ => text,
        }
    }

    pub(super) fn mapping(&self) -> Step {
        let (t, h, m) = (self.t, &self.h, &self.t.mapping);
        let lives = match (t.mapped.hit, m.local) {
            (false, _) => "nobody is there".into(),
            _ if m.service != 0 => format!("{}, which the host's CPU answers", self.service()),
            (true, true) => format!("on this card, MAC {}", mac(m.mac)),
            (true, false) => {
                format!("behind VTEP {}, VNI {}, MAC {}", v4(m.vtep), m.vni, mac(m.mac))
            }
        };
        let says = if self.inbound() {
            format!("{lives}; the packet came from {}", v4(h.outer_src_ip))
        } else {
            lives
        };
        let vpc = mapping::onward(t.eni.vpc, self.by());
        let asked = match self.by() {
            By::Appliance(hop) => format!("next hop {hop}"),
            By::Route(route) if !route.target.is_direct() => format!("next hop {}", route.to),
            _ => format!("{} in {}", ip(self.far()), name("VPC", vpc, self.legend.vpc(vpc))),
        };
        Step::asks("mapping", asked, found(t.mapped), says)
    }

    /// Is it too long for its path?
    pub(super) fn mtu(&self) -> Step {
        let (t, h) = (self.t, &self.h);
        let (bytes, path) = (h.end - u16::from(h.l3_offset), mtu::path(self.by(), &t.mapping));
        let says = match t.verdict.reason {
            _ if !t.mapped.hit || path < mtu::LEAST => "no path is known".into(),
            _ if bytes <= path => format!("{bytes} bytes, and {path} fit"),
            DropReason::None => format!("{bytes} bytes, and {path} fit: its sender is told"),
            _ => format!("{bytes} bytes, and {path} fit; its sender is not told"),
        };
        Step::says("mtu", says).unless(t.mapped.hit && path >= mtu::LEAST)
    }

    /// What another address stands in place of which.
    pub(super) fn nat(&self) -> Step {
        let (t, far) = (self.t, ip(self.far()));
        let says = match (t.verdict.reason, t.mapping.nat_ip) {
            (DropReason::NoPublicAddress, _) | (_, 0) => format!("{far} has no other address"),
            (_, other) => format!("{far} becomes {}", v4(other)),
        };
        Step::says("nat", says)
    }

    /// Who has the address that an ENI asks for.
    pub(super) fn neighbor(&self) -> Step {
        let (t, h, m) = (self.t, &self.h, &self.t.mapping);
        let says = if !t.mapped.hit {
            "nobody has this address, so nobody answers".into()
        } else if !m.is_beside(&t.eni) {
            format!("it lives in {}, not in the asker's: nobody answers", self.subnet(m.subnet))
        } else if m.mac == h.src_mac {
            "it is the asker's own, for which nobody answers".into()
        } else {
            let whose = if m.router { ", that of the subnet's router" } else { "" };
            format!("the card answers: MAC {}{whose}", mac(m.mac))
        };
        let asked = format!("{} in {}", ip(h.dst_ip), self.vpc());
        Step::asks("neighbor", asked, found(t.mapped), says)
    }

    pub(super) fn deliver(&self) -> Step {
        let (t, h) = (self.t, &self.h);
        let by_mac = t.beside.hit && t.appliance.owner.eni != 0;
        let (what, found) = match by_mac {
            true => (mac(h.dst_mac), found(t.beside)),
            false => (ip(h.dst_ip), found(t.addressed)),
        };
        let says = match t.received() {
            Some(owner) => {
                let eni = name("ENI", owner.eni, self.legend.eni(owner.eni));
                let whatever = if by_mac { ", whatever the address" } else { "" };
                format!("{eni}, {}{whatever}", self.subnet(owner.subnet))
            }
            None => "no ENI of this card has the address".into(),
        };
        Step::asks("deliver", format!("{what} in {}", self.vpc()), found, says)
    }

    fn service(&self) -> String {
        let number = self.t.mapping.service;
        name("service", number, self.legend.service(number))
    }

    /// How it goes to the host's CPU.
    pub(super) fn punted(&self) -> Step {
        let says = "the frame goes to cpu0, behind a header that says why, and who sent it";
        Step::says("punt", says)
    }

    /// Whose rate it is over.
    pub(super) fn meter(&self) -> Step {
        let number = if self.inbound() { self.t.receiver().eni } else { self.t.eni.eni };
        let eni = name("ENI", number, self.legend.eni(number));
        let does = match self.t.verdict.reason {
            DropReason::PuntLimited => "asks the host's CPU",
            _ if self.inbound() => "gets",
            _ => "sends",
        };
        Step::says("meter", format!("in clock {} {eni} {does} more than it may", self.t.clock))
    }

    /// How it came from there.
    pub(super) fn injected(&self) -> Step {
        let Source { port, direct, bad, .. } = self.entered.source;
        let name = PORT_NAMES.get(usize::from(port)).copied().unwrap_or("no port");
        let says = match (bad, direct) {
            (true, _) => "the host's CPU put it in without a header that makes sense".into(),
            (false, true) => format!("the host's CPU sends it out of {name}, as it is"),
            (false, false) => format!("the host's CPU put it in, as if it came in at {name}"),
        };
        Step::says("punt", says)
    }

    pub(super) fn encap(&self) -> Step {
        let m = &self.t.mapping;
        let says = match self.inbound() {
            _ if self.t.verdict.reply => {
                "the answer goes back to the ENI, its VLAN tags in front".into()
            }
            true => "overlay MACs and the ENI's VLAN tags in front of the IP packet".into(),
            false => format!("VXLAN to {}, VNI {}", v4(m.vtep), m.vni),
        };
        Step::says("encap", says)
    }
}
