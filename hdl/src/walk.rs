//! One packet walks through the whole card, in plain Rust.
//!
//! It is judged for one ENI at a time: a *pass*. What leaves an ENI is judged for its sender, what
//! comes out of a tunnel for its receiver. A packet between two ENIs of this card takes both
//! passes, the second one as if it came out of a tunnel, without touching the wire.
//!
//! The order of the stages here is the contract's (sections 3 and 4) and the gateware's; a stage
//! is asked in any case and its answer counts if nothing before it has dropped the packet. Only
//! `connection` and `meter` remember what they were asked, so they are not asked in vain.

mod leave;

use crate::{
    appliance,
    class::PortKey,
    connection::{self, Connections, Tracked},
    decap, deliver,
    deliver::EniEntry,
    encap, eni,
    eni::AttachAction,
    explain::{Answer, Passes, Trace},
    group::{self, GroupAction},
    mapping::{self, By},
    memory::Memory,
    meta::{DropReason, Entered, INSIDE, PuntReason, Source, Verdict},
    meter::Meter,
    mtu, nacl,
    nacl::RuleKey,
    nat, neighbor,
    parser::{self, Headers},
    profile::HOST_PORTS,
    punt, route, spoof,
    tables::Tables,
};

/// What becomes of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Where it goes, or why not.
    pub verdict: Verdict,
    /// The frame that leaves; none if it was dropped.
    pub frame: Option<Vec<u8>>,
    /// What each stage was asked and answered.
    pub passes: Passes,
}

/// Walk one frame through the card that holds `tables` and has this memory.
pub fn walk(tables: &Tables, memory: &mut Memory, frame: &[u8], entered: Entered) -> Outcome {
    let mut walk = Walk::new(frame, entered);
    while walk.goes_on() {
        walk.pass(tables, memory);
    }
    walk.end(tables)
}

/// A packet on its way, pass by pass: between its two, others change what the card remembers.
#[derive(Clone, Debug)]
pub struct Walk<'f> {
    frame: &'f [u8],
    entered: Entered,
    headers: Headers,
    passes: Option<Passes>,
}

impl<'f> Walk<'f> {
    /// A frame that has come in.
    pub fn new(frame: &'f [u8], entered: Entered) -> Self {
        Self { frame, entered, headers: parser::parse(frame, entered.source.net), passes: None }
    }

    /// Is there another pass to take?
    pub fn goes_on(&self) -> bool {
        self.passes.is_none_or(|passes| passes.verdict() == Verdict::forward(INSIDE))
    }

    /// Take the next pass.
    pub fn pass(&mut self, tables: &Tables, memory: &mut Memory) {
        let pass = self.at(tables);
        match &mut self.passes {
            None => self.passes = Some(pass.judge(pass.enter(), memory).into()),
            Some(passes) => {
                let entered = pass.again(&passes.first);
                self.headers = pass.turned(&passes.first);
                let pass = Pass { headers: self.headers, inside: true, ..pass };
                passes.second = Some(pass.judge(entered, memory));
            }
        }
    }

    /// What became of it.
    ///
    /// # Panics
    /// While it goes on.
    pub fn end(self, tables: &Tables) -> Outcome {
        assert!(!self.goes_on(), "a pass is still to be taken");
        let passes = self.passes.unwrap_or_default();
        let verdict = passes.verdict();
        let last = Pass { inside: passes.second.is_some(), ..self.at(tables) };
        let leaves = verdict.reason == DropReason::None;
        let trace = passes.second.unwrap_or(passes.first);
        let frame = leaves.then(|| last.leave(&trace, self.frame));
        Outcome { verdict, frame, passes }
    }

    fn at<'t>(&self, tables: &'t Tables) -> Pass<'t> {
        Pass { tables, headers: self.headers, entered: self.entered, inside: false }
    }
}

/// A packet before one of its ENIs.
#[derive(Clone, Copy)]
struct Pass<'t> {
    tables: &'t Tables,
    headers: Headers,
    entered: Entered,
    /// It comes from an ENI of this card.
    inside: bool,
}

impl Pass<'_> {
    /// Seen from the ENI: does the packet come to it?
    fn inbound(&self) -> bool {
        self.entered.source.net || self.inside
    }

    /// Who sent it, or through whose tunnel it came.
    fn enter(&self) -> Trace {
        let (h, Entered { source, generation, .. }) = (&self.headers, self.entered);
        let Source { port, net, injected, .. } = source;
        let well_formed = h.fault == DropReason::None;
        let mut t = Trace { port, injected, generation, well_formed, ..Trace::default() };
        if well_formed {
            let place = if net {
                eni::AttachKey::tunnel(h.outer_vni)
            } else {
                eni::AttachKey { vids: [h.vid0, h.vid1], tags: h.tags, port, vni: false }
            };
            (t.attached, t.eni) = answer(self.tables.attachments.find(&place, generation));
        }
        t
    }

    /// The second pass of what was `sent`: it comes to the VPC to which its route led, and asks for
    /// its sender in the table that has the VPC's number.
    fn again(&self, sent: &Trace) -> Trace {
        let vpc = mapping::onward(sent.eni.vpc, self.by(sent));
        let Trace { port, generation, well_formed, .. } = *sent;
        let eni = AttachAction { vpc, route_table: vpc, ..AttachAction::default() };
        Trace { port, generation, inside: true, well_formed, eni, ..Trace::default() }
    }

    /// The packet before its receiver on this card: with the MACs that a tunnel would carry.
    fn turned(&self, sent: &Trace) -> Headers {
        let mut headers = self.headers;
        headers.src_mac = encap::source_mac(&self.tables.identity, &headers);
        headers.dst_mac = sent.mapping.mac;
        headers
    }

    /// Ask every table, as the hardware does, whatever becomes of the packet; then judge.
    fn judge(&self, entered: Trace, memory: &mut Memory) -> Trace {
        let Memory { connections, meter, .. } = memory;
        let mut t = Trace { tick: connections.tick(), clock: meter.clock(), ..entered };
        if t.well_formed {
            self.look_up(&mut t);
        }
        let before = if self.inbound() { self.arriving(&t) } else { self.leaving(&t) };
        let before = self.entering().into_iter().chain(before);
        let settled = before.flatten().next().or_else(|| {
            t.tracked = self.track(&t, connections);
            match (self.inbound(), self.headers.neighbor) {
                (true, _) => self.delivered(&t).into_iter().find_map(DropReason::settles),
                (false, false) => self.sent(&t).into_iter().flatten().next(),
                (false, true) => self.answered(&t).settles(),
            }
        });
        let verdict = match settled {
            Some(verdict) => verdict,
            None if self.inbound() => Verdict::forward(self.receiver(&t).port),
            None if self.headers.neighbor => Verdict::reply(self.sender(&t).port),
            None if t.mapping.local => Verdict::forward(INSIDE),
            None => Verdict::forward(HOST_PORTS as u8),
        };
        t.verdict = self.metered(&t, verdict, meter).settles().unwrap_or(verdict);
        t
    }

    fn look_up(&self, t: &mut Trace) {
        let (tables, h, generation) = (self.tables, &self.headers, self.entered.generation);
        let near = spoof::key(t.eni.vpc, self.inbound(), h);
        (t.addressed, t.owner) = answer(tables.addresses.find(&near, generation));
        let [beside, speaks] = appliance::keys(t.eni.vpc, h);
        (t.beside, t.appliance) = answer(tables.appliances.find(&beside, generation));
        (t.speaks, _) = answer(tables.appliances.find(&speaks, generation));
        let port =
            PortKey { vpc: t.eni.vpc, protocol: h.protocol, ported: h.ported, port: h.dst_port };
        let found = tables.port_classes.find(&port, generation);
        (t.port_interval, t.port_class) = (found.0 as u16, found.1);
        let far = route::key(t.eni.route_table, self.inbound(), h);
        let found = tables.routes.find(&far, generation);
        (t.route_interval, t.route) = (found.0 as u16, found.1);
        t.rule_key = RuleKey {
            port_class: t.port_class.class,
            address_class: t.route.far.class,
            policy: if self.inbound() { t.receiver().policy } else { t.eni.policy },
            inbound: self.inbound(),
        };
        let found = tables.rules.find(&t.rule_key, generation);
        (t.ruled, t.rule) = answer(found);
        if found.is_none() {
            t.rule = nacl::default_action(self.inbound(), &self.judged(t));
        }
        let lives = mapping::key(t.eni.vpc, self.by(t), far.ip, h);
        (t.mapped, t.mapping) = answer(tables.mappings.find(&lives, generation));
        t.outside = self.judged(t).access.outside;
    }

    /// Does it leave its ENI for the router?
    fn routed(&self) -> bool {
        let h = &self.headers;
        !self.inbound() && !h.neighbor && self.tables.identity.routes(h)
    }

    /// How it goes; or came, as the VPC's table of senders has it.
    fn by(&self, t: &Trace) -> By {
        t.by(&self.tables.identity, self.inbound(), &self.headers)
    }

    /// Most bytes of an IP packet that goes there.
    fn path(&self, t: &Trace) -> u16 {
        mtu::path(self.by(t), &t.mapping)
    }

    /// What settles it before anything is asked.
    fn entering(&self) -> [Option<Verdict>; 3] {
        let Entered { source, open, .. } = self.entered;
        let direct = source.direct && self.headers.fault != DropReason::FrameTooLong;
        [
            (!open).then_some(Verdict::drop(DropReason::CardClosed)),
            source.bad.then_some(Verdict::drop(DropReason::BadInject)),
            direct.then_some(Verdict::forward(source.port)),
        ]
    }

    /// What settles a packet that leaves an ENI, in order, before its connection counts,
    fn leaving(&self, t: &Trace) -> Vec<Option<Verdict>> {
        let h = &self.headers;
        let far = t.route.far;
        let mut said = vec![
            h.fault.settles(),
            eni::attached(false, t.attached.hit.then_some(t.eni)).settles(),
            spoof::may_send(&t.eni, t.owned(), h).settles(),
            punt::calls(false, h).settles(),
            spoof::carried(false, h).settles(),
        ];
        if self.routed() {
            said.push(punt::serves(self.by(t), t.mapped.hit.then_some(t.mapping)).settles());
        }
        if !h.neighbor {
            let crosses = far.subnet != t.eni.subnet;
            said.extend([
                far.broadcast.then_some(Verdict::drop(DropReason::Multicast)),
                nacl::judge(false, crosses, t.rule).settles(),
            ]);
        }
        said
    }

    /// What speaks against an answer to an ENI's question.
    fn answered(&self, t: &Trace) -> DropReason {
        neighbor::answered(&t.eni, t.mapped.hit.then_some(t.mapping), &self.headers)
    }

    /// and from there on.
    fn sent(&self, t: &Trace) -> [Option<Verdict>; 8] {
        let (identity, h) = (&self.tables.identity, &self.headers);
        let found = t.mapped.hit.then_some(t.mapping);
        let (owner, target) = (t.owned(), t.route.target);
        let led = matches!(self.by(t), By::Route(_));
        let crosses = spoof::may_cross(&t.eni, owner, target);
        [
            group::judge(false, t.tracked.hit, t.rule.group).settles(),
            connection::room(t.tracked).settles(),
            route::routed(led, t.route).settles(),
            if led { crosses.settles() } else { None },
            punt::misses(self.routed(), &t.eni, found).settles(),
            mapping::reachable(identity, &t.eni, found, h).settles(),
            nat::judge(t.outside, &t.mapping, self.inside, h).settles(),
            mtu::judge(self.path(t), self.sender(t).port, h),
        ]
    }

    /// What settles a packet that comes to an ENI, in order, before its connection counts,
    fn arriving(&self, t: &Trace) -> Vec<Option<Verdict>> {
        let h = &self.headers;
        let mut reasons = Vec::new();
        if !self.inside {
            reasons.extend([
                decap::for_us(&self.tables.identity, h),
                eni::attached(true, t.attached.hit.then_some(t.eni)),
                spoof::carried(true, h),
                mapping::sender(t.mapped.hit.then_some(t.mapping), t.speaks.hit, h),
            ]);
        }
        reasons.extend([
            deliver::local(t.received(), &self.receiver(t), h),
            nacl::judge(true, t.route.far.subnet != t.receiver().subnet, t.rule),
        ]);
        reasons.into_iter().map(DropReason::settles).collect()
    }

    /// and from there on.
    fn delivered(&self, t: &Trace) -> Vec<DropReason> {
        vec![
            group::judge(true, t.tracked.hit, t.rule.group),
            connection::room(t.tracked),
            nat::judge(t.outside, &t.mapping, self.inside, &self.headers),
            deliver::up(&self.receiver(t)),
        ]
    }

    /// The connection of the ENI that the packet leaves or comes to.
    fn track(&self, t: &Trace, connections: &mut Connections) -> Tracked {
        let told = connection::told(self.inbound(), &self.headers);
        if !told.can {
            return Tracked::default();
        }
        let key = connection::key(t.eni.vpc, self.inbound(), &self.headers, &told);
        let times = self.judged(t).idle;
        let GroupAction { allow, tracked, .. } = t.rule.group;
        connections.ask(&key, &told, times, allow && tracked)
    }

    /// Is it more than its ENI may send, get or ask?
    fn metered(&self, t: &Trace, verdict: Verdict, meter: &mut Meter) -> DropReason {
        let (eni, meters) = (self.near(t), self.judged(t).meters);
        let passes = verdict.reason == DropReason::None && !verdict.reply;
        if verdict.punt != PuntReason::None {
            meter.punt(eni, &meters)
        } else if verdict.reply && !self.headers.neighbor {
            let told_too_often = meter.punt(eni, &meters) != DropReason::None;
            if told_too_often { DropReason::MtuExceeded } else { DropReason::None }
        } else if passes && !self.entered.source.direct {
            meter.pass(eni, self.inbound(), &meters, &self.headers)
        } else {
            DropReason::None
        }
    }

    /// The ENI for which the packet is judged,
    fn near(&self, t: &Trace) -> u16 {
        if self.inbound() { t.receiver().eni } else { t.eni.eni }
    }

    /// and what is known of it.
    fn judged(&self, t: &Trace) -> EniEntry {
        self.tables.eni(self.near(t), self.entered.generation)
    }

    fn sender(&self, t: &Trace) -> deliver::Access {
        self.tables.eni(t.eni.eni, self.entered.generation).access
    }

    fn receiver(&self, t: &Trace) -> deliver::Access {
        self.tables.eni(t.receiver().eni, self.entered.generation).access
    }
}

/// A miss answers with zeros, as the card does.
fn answer<A: Default>(found: Option<(u32, A)>) -> (Answer, A) {
    match found {
        Some((slot, action)) => (Answer { hit: true, slot }, action),
        None => (Answer::default(), A::default()),
    }
}
