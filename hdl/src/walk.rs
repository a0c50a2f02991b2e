//! One packet walks through the whole card, in plain Rust.
//!
//! The order of the stages here is the contract's (sections 3 and 4) and the gateware's; a stage
//! is asked in any case and its answer counts if nothing before it has dropped the packet.

use crate::{
    class::PortKey,
    decap, deliver, encap,
    encap::Rewrite,
    eni,
    explain::{Answer, Trace},
    mapping,
    meta::{DropReason, Entered, Verdict},
    nacl,
    nacl::RuleKey,
    parser::{self, Headers},
    route, spoof,
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
    pub trace: Trace,
}

/// Walk one frame through the card that holds `tables`.
pub fn walk(tables: &Tables, frame: &[u8], entered: Entered) -> Outcome {
    let h = parser::parse(frame, entered.net);
    let mut trace = look_up(tables, &h, entered);
    let broadcast =
        if trace.route.dst.broadcast { DropReason::Multicast } else { DropReason::None };
    let host = [
        h.fault,
        eni::attached(false, trace.attached.hit.then_some(trace.eni)),
        spoof::may_send(&trace.eni, trace.addressed.hit.then_some(trace.owner), &h),
        spoof::carried(false, &h),
        broadcast,
        nacl::judge(
            trace.route.dst.subnet != trace.eni.subnet,
            trace.outbound.hit.then_some(trace.outbound_rule),
            DropReason::NaclOutbound,
        ),
        route::routed(h.dst_mac == tables.identity.router_mac, trace.route),
        mapping::reachable(
            &tables.identity,
            &trace.eni,
            trace.mapped.hit.then_some(trace.mapping),
            &h,
        ),
    ];
    let net = [
        decap::for_us(&tables.identity, &h),
        eni::attached(true, trace.attached.hit.then_some(trace.eni)),
        spoof::carried(true, &h),
        broadcast,
        mapping::sender(trace.mapped.hit.then_some(trace.mapping), &h),
    ];
    // Who receives it, if it is somebody here.
    let (number, subnet) = if entered.net {
        (trace.owner.eni, trace.owner.subnet)
    } else {
        (trace.mapping.eni, trace.mapping.subnet)
    };
    let receiver = tables.eni(number, entered.generation);
    let owner = trace.addressed.hit.then_some(trace.owner);
    let arrival = [
        if entered.net { deliver::local(owner, &receiver, &h) } else { DropReason::None },
        nacl::judge(
            trace.src.subnet != subnet,
            trace.inbound.hit.then_some(trace.inbound_rule),
            DropReason::NaclInbound,
        ),
        deliver::up(&receiver),
    ];
    let stays = entered.net || trace.mapping.local;
    let closed = if entered.open { DropReason::None } else { DropReason::CardClosed };
    let reasons = std::iter::once(closed)
        .chain(if entered.net { net.to_vec() } else { host.to_vec() })
        .chain(if stays { arrival.to_vec() } else { vec![] });
    let reason = reasons.into_iter().find(|r| *r != DropReason::None).unwrap_or_default();
    let egress_port = if stays { receiver.port } else { crate::profile::HOST_PORTS as u8 };
    trace.verdict = match reason {
        DropReason::None => Verdict::forward(egress_port),
        reason => Verdict::drop(reason),
    };
    let rewrite = |()| -> Rewrite {
        if stays {
            encap::to_eni(&tables.identity, &receiver, entered.net, &h)
        } else {
            encap::into_tunnel(&tables.identity, &trace.mapping, &h)
        }
    };
    let frame = (reason == DropReason::None).then_some(()).map(rewrite).map(|r| r.apply(frame));
    Outcome { verdict: trace.verdict, frame, trace }
}

/// Ask every table, as the hardware does, whatever becomes of the packet.
fn look_up(tables: &Tables, h: &Headers, entered: Entered) -> Trace {
    let generation = entered.generation;
    let well_formed = h.fault == DropReason::None;
    let mut t = Trace { port: entered.port, generation, well_formed, ..Trace::default() };
    if !well_formed {
        return t;
    }
    let place = if entered.net {
        eni::AttachKey::tunnel(h.outer_vni)
    } else {
        eni::AttachKey { vids: [h.vid0, h.vid1], tags: h.tags, port: entered.port, vni: false }
    };
    (t.attached, t.eni) = answer(tables.attachments.find(&place, generation));
    let owner = tables.addresses.find(&spoof::key(t.eni.vpc, entered.net, h), generation);
    (t.addressed, t.owner) = answer(owner);
    let ip = |vpc, ip| crate::class::IpKey { vpc, ip };
    let found = tables.address_classes.find(&ip(t.eni.vpc, h.src_ip), generation);
    (t.src_interval, t.src) = (found.0 as u16, found.1);
    let port = PortKey { vpc: t.eni.vpc, protocol: h.protocol, ported: h.ported, port: h.dst_port };
    let found = tables.port_classes.find(&port, generation);
    (t.port_interval, t.port_class) = (found.0 as u16, found.1);
    let found = tables.routes.find(&ip(t.eni.route_table, h.dst_ip), generation);
    (t.route_interval, t.route) = (found.0 as u16, found.1);
    let found = tables.mappings.find(&mapping::key(t.eni.vpc, entered.net, h), generation);
    (t.mapped, t.mapping) = answer(found);
    let port_class = t.port_class.class;
    t.outbound_key = RuleKey { port_class, address_class: t.route.dst.class, acl: t.eni.acl };
    (t.outbound, t.outbound_rule) = answer(tables.acl_outbound.find(&t.outbound_key, generation));
    let acl = if entered.net { t.owner.acl } else { t.mapping.acl };
    t.inbound_key = RuleKey { port_class, address_class: t.src.class, acl };
    (t.inbound, t.inbound_rule) = answer(tables.acl_inbound.find(&t.inbound_key, generation));
    t
}

/// A miss answers with zeros, as the card does.
fn answer<A: Default>(found: Option<(u32, A)>) -> (Answer, A) {
    match found {
        Some((slot, action)) => (Answer { hit: true, slot }, action),
        None => (Answer::default(), A::default()),
    }
}
