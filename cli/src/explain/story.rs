//! What did each stage ask, and what does the answer mean? The walk's order, in words.

mod leads;

use super::{
    step::{Counts, Step},
    words::{found, ip, listed, mac, name, service, state, tags, talk, v4},
};
use control::{Legend, legend::Direction};
use hdl::{
    connection,
    decap::Identity,
    encap,
    explain::{Passes, Trace},
    meta::{DropReason, Entered, INSIDE, PuntReason, Verdict},
    nacl::RuleKey,
    nat,
    parser::{Headers, parse},
    profile::PORT_NAMES,
};

/// Everything that the record of a pass is read with.
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
    passes: &Passes,
    frame: &[u8],
    entered: Entered,
) -> Vec<Step> {
    let mut h = parse(frame, entered.source.net);
    let mut steps = Story { legend, identity, t: &passes.first, h, entered }.steps();
    if let Some(second) = &passes.second {
        h.src_mac = encap::source_mac(identity, &h);
        h.dst_mac = passes.first.mapping.mac;
        steps.extend(Story { legend, identity, t: second, h, entered }.steps());
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
    /// The steps of this pass.
    fn steps(&self) -> Vec<Step> {
        let t = self.t;
        let mut steps = Vec::new();
        if t.injected {
            steps.push(self.injected());
            if self.entered.source.direct && t.verdict.reason == DropReason::None {
                return steps;
            }
        }
        if !t.inside {
            steps.push(self.parser());
        }
        if self.entered.source.net && !t.inside {
            steps.push(self.decap());
        }
        if t.well_formed {
            if !t.inside {
                steps.extend([self.eni(), self.spoof(), self.appliance()]);
            }
            match t.verdict.punt {
                PuntReason::None if self.h.neighbor && !self.inbound() => {
                    steps.push(self.neighbor());
                }
                PuntReason::None if t.verdict.reason == DropReason::PuntLimited => {}
                PuntReason::None | PuntReason::MappingMiss => steps.extend(self.judged()),
                PuntReason::Service => steps.extend([self.route(), self.mapping()]),
                _ => {}
            }
        }
        if matches!(t.verdict.reason, DropReason::Metered | DropReason::PuntLimited) {
            steps.push(self.meter());
        }
        mark(&mut steps, self.ends_at());
        if t.verdict == Verdict::forward(INSIDE) {
            let says = "to another ENI of this card, before which it is judged once more";
            steps.push(Step::says("turn", says));
        } else if t.verdict.punt != PuntReason::None {
            steps.push(self.punted());
        } else if t.verdict.reason == DropReason::None {
            steps.push(self.encap());
        }
        steps
    }

    /// What is asked of any packet but a question for a neighbor.
    fn judged(&self) -> Vec<Step> {
        let mut steps = self.classes().to_vec();
        if self.inbound() && !self.t.inside {
            steps.extend([self.route(), self.mapping()]);
        }
        if self.inbound() {
            steps.push(self.deliver());
        }
        steps.extend([self.nacl(), self.connection(), self.group()]);
        if !self.inbound() {
            steps.extend([self.route(), self.mapping()]);
        }
        steps.extend(nat::translates(self.t.outside, &self.h).then(|| self.nat()));
        if !self.inbound() {
            steps.push(self.mtu());
        }
        steps
    }

    /// The stage that drops it.
    fn ends_at(&self) -> Option<&'static str> {
        use DropReason as R;
        let sender_is_down = !self.inbound() && !self.t.eni.up;
        Some(match self.t.verdict.reason {
            R::None => return None,
            R::BadInject => "punt",
            R::Metered | R::PuntLimited => "meter",
            R::NotForUs | R::CongestionExperienced => "decap",
            R::UnknownVni | R::UnknownEni => "eni",
            R::EniDown if sender_is_down => "eni",
            R::EniDown | R::NoLocalEni => "deliver",
            R::SpoofedIp if !self.inbound() && !self.t.eni.check => "route",
            R::SpoofedMac | R::SpoofedIp => "spoof",
            R::TunnelledArp | R::GratuitousArp => "spoof",
            R::ArpNoMapping => "neighbor",
            R::Multicast if !self.inbound() && self.t.route.far.broadcast => "class far",
            R::Multicast => "spoof",
            R::NaclOutbound | R::NaclInbound => "nacl",
            R::ConnTableFull => "connection",
            R::SgOutbound | R::SgInbound => "group",
            R::NoPublicAddress => "nat",
            R::NoRoute | R::Blackhole => "route",
            R::NoMapping | R::NotItsAddress | R::SpoofedUnderlay => "mapping",
            R::MtuExceeded => "mtu",
            _ => "parser",
        })
    }

    /// Does it come to the ENI?
    fn inbound(&self) -> bool {
        self.entered.source.net || self.t.inside
    }

    /// The address at the other end.
    fn far(&self) -> u128 {
        if self.inbound() { self.h.src_ip } else { self.h.dst_ip }
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
        let what = match (h.fault, h.neighbor) {
            (DropReason::None, false) => format!(
                "{} {} -> {}, {}{}",
                if h.is_ipv4 { "IPv4" } else { "IPv6" },
                ip(h.src_ip),
                ip(h.dst_ip),
                service(h),
                if h.fragment { ", a later fragment" } else { "" },
            ),
            (DropReason::None, true) => {
                let how = if h.asks { "asks for" } else { "speaks of" };
                format!("to neighbors: {} {how} {}", ip(h.src_ip), ip(h.dst_ip))
            }
            (fault, _) => return Step::says("parser", fault.sentence().trim()),
        };
        let macs = format!("{} -> {}", mac(h.src_mac), mac(h.dst_mac));
        Step::says("parser", format!("{what}; {macs}"))
    }

    fn decap(&self) -> Step {
        let (h, identity) = (&self.h, self.identity);
        let vtep = if h.outer_v6 { "one of IPv6".into() } else { v4(h.outer_dst_ip) };
        let to = format!("to MAC {} and VTEP {vtep}", mac(h.outer_dst_mac));
        let own = format!("{} and {}", mac(identity.mac), v4(identity.vtep));
        Step::says("decap", format!("{to}; this card's are {own}"))
    }

    fn eni(&self) -> Step {
        let (t, h) = (self.t, &self.h);
        if self.entered.source.net {
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
        if self.entered.source.net {
            return Step::says("spoof", "the sender is checked by its mapping");
        }
        let owner = match (t.addressed.hit, t.eni.check) {
            (true, _) if t.owner.eni == t.eni.eni => "the source address is its own".into(),
            (true, check) => {
                let owner = name("ENI", t.owner.eni, self.legend.eni(t.owner.eni));
                format!("the source address is that of {owner}{}", checked(check))
            }
            (false, check) => format!("no ENI here has the source address{}", checked(check)),
        };
        let own = if h.src_mac == t.eni.mac { "its own" } else { "not its own" };
        let asked = format!("{} in {}", ip(h.src_ip), self.vpc());
        let says = format!("the source MAC is {own}; {owner}");
        Step::asks("spoof", asked, found(t.addressed), says)
    }

    fn classes(&self) -> [Step; 2] {
        let (t, h) = (self.t, &self.h);
        let (label, class) = (t.route.far, t.port_class.class);
        let prefixes = self.legend.address_class(t.eni.vpc, label.class).unwrap_or_default();
        let cast = if label.broadcast { ", its broadcast address" } else { "" };
        let says = format!(
            "{}{cast}; class {}: {}",
            self.subnet(label.subnet),
            label.class,
            listed(prefixes, "in no prefix of a rule")
        );
        let asked = format!("{} in {}", ip(self.far()), self.vpc());
        let far = Step::asks("class far", asked, format!("interval {}", t.route_interval), says);
        let services = self.legend.port_class(t.eni.vpc, class).unwrap_or_default();
        let says = format!("class {class}: {}", listed(services, "no rule names it"));
        let asked = format!("{} in {}", service(h), self.vpc());
        let interval = format!("interval {}", t.port_interval);
        [far, Step::asks("class port", asked, interval, says)]
    }

    /// Which way the ENI's rules are asked about, as the legend and as a reader has it.
    fn way(&self) -> (Direction, &'static str) {
        if self.inbound() { (Direction::Inbound, "in") } else { (Direction::Outbound, "out") }
    }

    /// The classes of which the rules are asked, behind who is asked.
    fn asked_of(&self, rules: &str) -> String {
        let RuleKey { address_class, port_class, .. } = self.t.rule_key;
        format!("{rules}, address class {address_class}, port class {port_class}")
    }

    fn nacl(&self) -> Step {
        let (t, policy, (direction, way)) = (self.t, self.t.rule_key.policy, self.way());
        let subnet = if self.inbound() { t.receiver().subnet } else { t.eni.subnet };
        let crosses = t.route.far.subnet != subnet;
        let acl = match self.legend.acl(policy) {
            Some(acl) => format!("network ACL {acl} {way}"),
            None => format!("network ACL of policy {policy} {way}"),
        };
        let says = match t.rule.rule {
            _ if self.beyond() => BEYOND.into(),
            _ if !crosses => "it stays within its subnet: no rule applies".into(),
            0 => format!("{acl}: * deny, since no rule matches"),
            rule => self
                .legend
                .rule(policy, direction, rule)
                .map_or_else(|| format!("{acl}: rule {rule}"), |text| format!("{acl}: {text}")),
        };
        let needed = crosses && !self.beyond();
        Step::asks("nacl", self.asked_of(&acl), found(t.ruled), says).unless(needed)
    }

    /// Is it judged for a router beyond a gateway? No rule is of policy 0.
    fn beyond(&self) -> bool {
        self.t.rule_key.policy == 0 && self.t.rule.allow
    }

    /// Which connection it belongs to, or makes.
    fn connection(&self) -> Step {
        let (t, h, group) = (self.t, &self.h, self.t.rule.group);
        let told = connection::told(self.inbound(), h);
        if !told.can {
            let says = format!("{} belongs to no connection and needs a rule", service(h));
            return Step::says("connection", says).unless(false);
        }
        let eni = if self.inbound() { t.receiver().eni } else { t.eni.eni };
        let key = connection::key(t.eni.vpc, self.inbound(), h, &told);
        let asked = name("ENI", eni, self.legend.eni(eni));
        let asked = format!("{asked}, {}", talk(h, &key));
        let tracked = t.tracked;
        let was = state(told.transport, tracked.state);
        let says = match (tracked.hit, tracked.state) {
            _ if tracked.full => "there is no room for another one".into(),
            (true, _) => format!("it belongs to one: {was}"),
            (false, 0) if tracked.inserted => format!("a new one, entry {}", tracked.slot),
            (false, 0) if group.allow && !group.tracked => {
                "none is made: everybody may send it, and everybody may answer".into()
            }
            (false, 0) if group.allow => "not asked: it is dropped before".into(),
            (false, 0) => "none, and no rule makes one".into(),
            (false, _) if tracked.inserted => format!("the one there was is {was}: begun anew"),
            (false, _) => format!("the one there was is {was}: none is made"),
        };
        let found = match tracked.state {
            0 => "none".into(),
            _ => format!("entry {}", tracked.slot),
        };
        Step::asks("connection", asked, found, says)
    }

    fn group(&self) -> Step {
        let (t, policy, (direction, way)) = (self.t, self.t.rule_key.policy, self.way());
        let groups = match self.legend.groups(policy) {
            Some(groups) => format!("security groups {} {way}", groups.join(", ")),
            None => format!("security groups of policy {policy} {way}"),
        };
        let says = match t.rule.group.rule {
            _ if self.beyond() => BEYOND.into(),
            _ if t.tracked.hit => "its connection is allowed: no rule is needed".into(),
            0 => format!("{groups}: no rule allows it"),
            rule => self.legend.group_rule(t.eni.vpc, direction, rule).map_or_else(
                || format!("{groups}: rule {rule}"),
                |text| format!("security group {text}"),
            ),
        };
        let needed = !t.tracked.hit && !self.beyond();
        Step::asks("group", self.asked_of(&groups), found(t.ruled), says).unless(needed)
    }
}

/// Of a router beyond a gateway of the card.
const BEYOND: &str = "to and from a router beyond a gateway everything may pass";

/// What that a source address is not the sender's own leads to.
fn checked(check: bool) -> &'static str {
    if check { "" } else { ", which its ENI may use: source/destination check is off" }
}
