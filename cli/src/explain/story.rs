//! What did each stage ask, and what does the answer mean? The walk's order, in words.

use super::{
    step::{Counts, Step},
    words::{found, ip, mac, name, service, tags},
};
use control::{Legend, legend::Direction};
use hdl::{
    class::AddressLabel,
    decap::Identity,
    explain::{Answer, Trace},
    meta::{DropReason, Entered},
    nacl::{RuleAction, RuleKey},
    parser::{Headers, parse},
    profile::PORT_NAMES,
    route::Target,
};

/// Everything that a trace is read with.
struct Story<'a> {
    legend: &'a Legend,
    identity: &'a Identity,
    t: &'a Trace,
    h: Headers,
    entered: Entered,
}

/// The steps of a packet's walk, the one that dropped it marked.
pub fn story(
    legend: &Legend,
    identity: &Identity,
    trace: &Trace,
    frame: &[u8],
    entered: Entered,
) -> Vec<Step> {
    let h = parse(frame, entered.net);
    let story = Story { legend, identity, t: trace, h, entered };
    let mut steps = vec![story.parser()];
    if entered.net {
        steps.push(story.decap());
    }
    if trace.well_formed {
        steps.extend([story.eni(), story.spoof()]);
        steps.extend(story.classes());
        if !entered.net {
            steps.extend([story.route(), story.outbound()]);
        }
        steps.extend([story.mapping(), story.deliver(), story.inbound()]);
    }
    mark(&mut steps, story.ends_at());
    if trace.verdict.reason == DropReason::None {
        steps.push(story.encap());
    }
    steps
}

/// The step at which it ends drops, and what comes behind it does not count.
fn mark(steps: &mut [Step], ends_at: Option<&str>) {
    let Some(end) = ends_at.and_then(|stage| steps.iter().position(|s| s.stage == stage)) else {
        return;
    };
    steps[end].counts = Counts::Drops;
    steps[end + 1..].iter_mut().for_each(|step| step.counts = Counts::Nothing);
}

impl Story<'_> {
    /// The stage that drops it.
    fn ends_at(&self) -> Option<&'static str> {
        use DropReason as R;
        let sender_is_down = !self.entered.net && !self.t.eni.up;
        Some(match self.t.verdict.reason {
            R::None => return None,
            R::NotForUs | R::CongestionExperienced => "decap",
            R::UnknownVni | R::UnknownEni => "eni",
            R::EniDown if sender_is_down => "eni",
            R::EniDown | R::NoLocalEni => "deliver",
            R::SpoofedMac | R::SpoofedIp => "spoof",
            R::TunnelledArp | R::GratuitousArp | R::ArpUnanswered => "spoof",
            R::Multicast if self.t.route.dst.broadcast => "class dst",
            R::Multicast => "spoof",
            R::NaclOutbound => "nacl out",
            R::NoRoute => "route",
            R::NoMapping | R::NotItsAddress | R::SpoofedUnderlay => "mapping",
            R::NaclInbound => "nacl in",
            _ => "parser",
        })
    }

    /// Was it sent to the router?
    fn routed(&self) -> bool {
        self.h.dst_mac == self.identity.router_mac
    }

    /// Does it end at this card?
    fn stays(&self) -> bool {
        self.entered.net || self.t.mapping.local
    }

    fn vpc(&self) -> String {
        name("VPC", self.t.eni.vpc, self.legend.vpc(self.t.eni.vpc))
    }

    fn subnet(&self, number: u16) -> String {
        match number {
            0 => "no subnet".into(),
            _ => name("subnet", number, self.legend.subnet(number)),
        }
    }

    fn parser(&self) -> Step {
        let h = &self.h;
        let what = match (h.fault, h.is_arp) {
            (DropReason::None, false) => format!(
                "{} {} -> {}, {}{}",
                if h.is_ipv4 { "IPv4" } else { "IPv6" },
                ip(h.src_ip),
                ip(h.dst_ip),
                service(h),
                if h.fragment { ", a later fragment" } else { "" },
            ),
            (DropReason::None, true) => {
                format!("ARP operation {}, {} asks for {}", h.arp_op, ip(h.src_ip), ip(h.dst_ip))
            }
            (fault, _) => return Step::says("parser", fault.sentence().trim()),
        };
        let macs = format!("{} -> {}", mac(h.src_mac), mac(h.dst_mac));
        Step::says("parser", format!("{what}; {macs}"))
    }

    fn decap(&self) -> Step {
        let (h, identity) = (&self.h, self.identity);
        let to = format!("to MAC {} and VTEP {}", mac(h.outer_dst_mac), v4(h.outer_dst_ip));
        let own = format!("{} and {}", mac(identity.mac), v4(identity.vtep));
        Step::says("decap", format!("{to}; this card's are {own}"))
    }

    fn eni(&self) -> Step {
        let (t, h) = (self.t, &self.h);
        if self.entered.net {
            let says = if t.attached.hit { self.vpc() } else { "nobody has this VNI".into() };
            let asked = format!("VNI {}", h.outer_vni);
            return Step::asks("eni", asked, found(t.attached), says);
        }
        let vids = [h.vid0, h.vid1];
        let place = tags(&vids[..usize::from(h.tags)]);
        let port = PORT_NAMES.get(usize::from(t.port)).copied().unwrap_or("no port");
        let says = if t.attached.hit {
            let up = if t.eni.up { "up" } else { "down" };
            let eni = name("ENI", t.eni.eni, self.legend.eni(t.eni.eni));
            format!("{eni} of {}, {}, {up}", self.vpc(), self.subnet(t.eni.subnet))
        } else {
            "no ENI hangs here".into()
        };
        Step::asks("eni", format!("{port}, {place}"), found(t.attached), says)
    }

    fn spoof(&self) -> Step {
        let (t, h) = (self.t, &self.h);
        if self.entered.net {
            return Step::says("spoof", "the sender is checked by its mapping");
        }
        let owner = match (t.addressed.hit, t.eni.check) {
            (true, _) if t.owner.eni == t.eni.eni => "the source address is its own".into(),
            (true, check) => {
                let owner = name("ENI", t.owner.eni, self.legend.eni(t.owner.eni));
                format!("the source address is that of {owner}{}", checked(check))
            }
            (false, check) => {
                format!("no ENI of this card has the source address{}", checked(check))
            }
        };
        let own = if h.src_mac == t.eni.mac { "its own" } else { "not its own" };
        let asked = format!("{} in {}", ip(h.src_ip), self.vpc());
        let says = format!("the source MAC is {own}; {owner}");
        Step::asks("spoof", asked, found(t.addressed), says)
    }

    fn classes(&self) -> [Step; 3] {
        let (t, h) = (self.t, &self.h);
        let address = |stage, at: u128, label: AddressLabel, interval: u16| {
            let prefixes = self.legend.address_class(t.eni.vpc, label.class).unwrap_or_default();
            let cast = if label.broadcast { ", its broadcast address" } else { "" };
            let says = format!(
                "{}{cast}; class {}: {}",
                self.subnet(label.subnet),
                label.class,
                listed(prefixes, "in no prefix of a rule")
            );
            let asked = format!("{} in {}", ip(at), self.vpc());
            Step::asks(stage, asked, format!("interval {interval}"), says)
        };
        let services = self.legend.port_class(t.eni.vpc, t.port_class.class).unwrap_or_default();
        let class = t.port_class.class;
        let says = format!("class {class}: {}", listed(services, "no rule names it"));
        let asked = format!("{} in {}", service(h), self.vpc());
        let interval = format!("interval {}", t.port_interval);
        [
            address("class src", h.src_ip, t.src, t.src_interval),
            address("class dst", h.dst_ip, t.route.dst, t.route_interval),
            Step::asks("class port", asked, interval, says),
        ]
    }

    fn route(&self) -> Step {
        let t = self.t;
        let table = t.eni.route_table;
        let asked = name("route table", table, self.legend.route_table(table));
        let asked = format!("{} in {asked}", ip(self.h.dst_ip));
        let says = match self.legend.route(table, t.route.route) {
            _ if !self.routed() => "not sent to the router's MAC, so no route is needed".into(),
            Some(route) => route.to_string(),
            None if t.route.target == Target::None => "no route leads there".into(),
            None => format!("route {}", t.route.route),
        };
        let interval = format!("interval {}", t.route_interval);
        Step::asks("route", asked, interval, says).unless(self.routed())
    }

    fn outbound(&self) -> Step {
        let (t, crosses) = (self.t, self.t.route.dst.subnet != self.t.eni.subnet);
        let rule = t.outbound.hit.then_some(t.outbound_rule);
        self.rule("nacl out", Direction::Outbound, &t.outbound_key, (t.outbound, rule), crosses)
    }

    fn inbound(&self) -> Step {
        let t = self.t;
        let subnet = if self.entered.net { t.owner.subnet } else { t.mapping.subnet };
        let rule = t.inbound.hit.then_some(t.inbound_rule);
        let crosses = t.src.subnet != subnet;
        let step =
            self.rule("nacl in", Direction::Inbound, &t.inbound_key, (t.inbound, rule), crosses);
        match self.stays() {
            true => step,
            false => Step { says: "left to the receiver's card".into(), ..step.unless(false) },
        }
    }

    fn rule(
        &self,
        stage: &'static str,
        direction: Direction,
        key: &RuleKey,
        (answer, rule): (Answer, Option<RuleAction>),
        crosses: bool,
    ) -> Step {
        let acl = name("network ACL", key.acl, self.legend.acl(key.acl));
        let RuleKey { port_class, address_class, .. } = key;
        let asked = format!("{acl}, address class {address_class}, port class {port_class}");
        let says = match rule {
            _ if !crosses => "it stays within its subnet: no rule applies".into(),
            None => format!("{acl}: * deny, since no rule matches"),
            Some(rule) => self.legend.rule(key.acl, direction, rule.rule).map_or_else(
                || format!("{acl}: rule {}", rule.rule),
                |text| format!("{acl}: {text}"),
            ),
        };
        Step::asks(stage, asked, found(answer), says).unless(crosses)
    }

    fn mapping(&self) -> Step {
        let (t, h, m) = (self.t, &self.h, &self.t.mapping);
        let address = if self.entered.net { h.src_ip } else { h.dst_ip };
        let lives = match (t.mapped.hit, m.local) {
            (false, _) => "nobody has this address".into(),
            (true, true) => {
                let eni = name("ENI", m.eni, self.legend.eni(m.eni));
                format!("{eni} on this card, MAC {}", mac(m.mac))
            }
            (true, false) => {
                format!("behind VTEP {}, VNI {}, MAC {}", v4(m.vtep), m.vni, mac(m.mac))
            }
        };
        let says = if self.entered.net {
            format!("{lives}; the packet came from {}", v4(h.outer_src_ip))
        } else {
            lives
        };
        let asked = format!("{} in {}", ip(address), self.vpc());
        Step::asks("mapping", asked, found(t.mapped), says)
    }

    fn deliver(&self) -> Step {
        let (t, h) = (self.t, &self.h);
        if !self.entered.net {
            let says = match self.stays() {
                true => name("ENI", t.mapping.eni, self.legend.eni(t.mapping.eni)),
                false => "to another card".into(),
            };
            return Step::says("deliver", says).unless(self.stays());
        }
        let asked = format!("{} in {}", ip(h.dst_ip), self.vpc());
        let says = match t.addressed.hit {
            true => {
                let eni = name("ENI", t.owner.eni, self.legend.eni(t.owner.eni));
                format!("{eni}, {}", self.subnet(t.owner.subnet))
            }
            false => "no ENI of this card has the address".into(),
        };
        Step::asks("deliver", asked, found(t.addressed), says)
    }

    fn encap(&self) -> Step {
        let m = &self.t.mapping;
        let says = match self.stays() {
            true => "overlay MACs and the ENI's VLAN tags in front of the IP packet".into(),
            false => format!("VXLAN to {}, VNI {}", v4(m.vtep), m.vni),
        };
        Step::says("encap", says)
    }
}

/// What that a source address is not the sender's own leads to.
fn checked(check: bool) -> &'static str {
    if check { "" } else { ", which its ENI may use: source/destination check is off" }
}

fn v4(address: u32) -> String {
    std::net::Ipv4Addr::from(address).to_string()
}

fn listed(list: &[impl ToString], none: &str) -> String {
    match list {
        [] => none.into(),
        _ => list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}
