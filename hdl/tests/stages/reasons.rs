//! Stages without a table: is it for us, does a group allow it, and does the mapping agree?

use crate::{
    bench::{ends, roomy, run},
    pools::{self, IDENTITY, first, pick},
};
use hdl::{
    decap::{self, gateware::ForUs},
    eni::AttachAction,
    group::{self, GroupAction, gateware::Group},
    mapping::{
        self, By, MappingAction,
        gateware::{JUDGE, Reach},
    },
    meta::{DropReason, PuntReason, SETTLED},
    mtu::{self, gateware::Fits},
    neighbor,
    parser::{self, Headers},
    punt,
    route::Target,
};
use replay::{Bench, Random};
use rust_hdl::prelude::*;
use std::cell::Cell;

#[derive(Clone, Copy, Debug)]
struct Arrival {
    open: bool,
    bad: bool,
    direct: bool,
    net: bool,
    headers: Headers,
}

impl Arrival {
    fn ends(&self) -> u64 {
        let too_long = self.headers.fault == DropReason::FrameTooLong;
        let reason = match (self.open, self.bad, self.direct, self.net) {
            (false, ..) => DropReason::CardClosed,
            (_, true, ..) => DropReason::BadInject,
            (_, _, true, _) if !too_long => return SETTLED,
            (.., true) => decap::for_us(&IDENTITY, &self.headers),
            _ => self.headers.fault,
        };
        reason.code()
    }
}

#[test]
fn decap_is_for_us() {
    roomy(|| {
        let mut random = Random::new(1);
        let mut packets = Vec::new();
        for _ in 0..2500 {
            let direct = random.chance(20);
            let net = !direct && random.chance(80);
            let headers = pools::headers(&mut random, net);
            let (open, bad) = (random.chance(90), random.chance(10));
            packets.push(Arrival { open, bad, direct, net, headers });
        }
        // All pairs of ECN fields.
        let headers = Headers {
            outer_dst_mac: IDENTITY.mac,
            outer_dst_ip: IDENTITY.vtep,
            is_ipv4: true,
            ..Headers::default()
        };
        for (outer_ecn, dscp_ecn) in (0..4).flat_map(|o| (0..16).map(move |i| (o, i))) {
            let headers = Headers { outer_ecn, dscp_ecn, ..headers };
            let (open, bad, direct) = (true, false, false);
            packets.push(Arrival { open, bad, direct, net: true, headers });
        }
        let met = |r| packets.iter().filter(|p: &&Arrival| p.ends() == r).count();
        let reasons = [
            DropReason::None,
            DropReason::BadInject,
            DropReason::NotForUs,
            DropReason::CongestionExperienced,
        ];
        for reason in reasons.map(DropReason::code).into_iter().chain([SETTLED]) {
            assert!(met(reason) > 20, "{reason:?}");
        }
        let mut bench = Bench::new(ForUs::new(), |u| &mut u.clock);
        bench.drive(|u| u.identity.next = IDENTITY.into());
        run(
            &mut bench,
            packets,
            decap::gateware::LATENCY,
            |u, age, p, _| {
                if age == 0 {
                    u.open.next = p.open;
                    u.bad.next = p.bad;
                    u.direct.next = p.direct;
                    u.net.next = p.net;
                    u.headers.next = p.headers.into();
                }
            },
            |u, age, p| {
                if age == decap::gateware::LATENCY {
                    assert_eq!(u.reason.val().index() as u64, p.ends(), "{p:x?}");
                }
            },
        );
    });
}

#[test]
fn group_judges() {
    let mut unit = Group::default();
    unit.connect_all();
    for (allow, tracked) in [(false, false), (false, true), (true, false), (true, true)] {
        for rule in [0, 1, 0x155, 0x3ff] {
            let says = GroupAction { allow, tracked, rule };
            unit.says.next = group::bits::GroupAction::from(says).into();
            simulate(&mut unit, 10);
            let own = [false, true].map(|inbound| group::judge(inbound, false, says));
            let denies = if allow {
                [DropReason::None; 2]
            } else {
                [DropReason::SgOutbound, DropReason::SgInbound]
            };
            assert_eq!((own, unit.denied.val()), (denies, !allow), "{says:?}");
            assert_eq!(unit.grants.val(), allow && tracked, "{says:?}");
            let known = [false, true].map(|inbound| group::judge(inbound, true, says));
            assert_eq!(known, [DropReason::None; 2]);
        }
    }
}

#[derive(Clone, Debug)]
struct Far {
    inbound: bool,
    inside: bool,
    speaks: bool,
    question: bool,
    headers: Headers,
    sender: AttachAction,
    found: Option<MappingAction>,
    before: DropReason,
}

impl Far {
    /// What counts before its connection does.
    fn ends(&self) -> DropReason {
        let own = match (self.inbound, self.inside) {
            (true, false) => mapping::sender(self.found, self.speaks, &self.headers),
            _ => DropReason::None,
        };
        first([self.before, own])
    }

    /// What counts behind it.
    fn leads(&self) -> DropReason {
        match (self.inbound, self.question) {
            (true, _) => DropReason::None,
            (false, true) => neighbor::answered(&self.sender, self.found, &self.headers),
            (false, false) => {
                mapping::reachable(&IDENTITY, &self.sender, self.found, &self.headers)
            }
        }
    }

    fn routed(&self) -> bool {
        !self.inbound && IDENTITY.routes(&self.headers)
    }

    fn missed(&self) -> bool {
        let routed = self.routed() && !self.question;
        punt::misses(routed, &self.sender, self.found) == PuntReason::MappingMiss
    }
}

#[test]
fn mapping_is_reachable_and_sends() {
    roomy(|| {
        let mut random = Random::new(2);
        let far = |_| Far {
            inbound: random.chance(60),
            inside: random.chance(30),
            speaks: random.chance(20),
            question: random.chance(30),
            headers: pools::headers(&mut random, false),
            sender: pools::sender(&mut random),
            found: random.chance(80).then(|| pools::mapping(&mut random)),
            before: pools::before(&mut random),
        };
        let packets: Vec<Far> = (0..2000).map(far).collect();
        let mut bench = Bench::new(Reach::new(), |u| &mut u.clock);
        run(
            &mut bench,
            packets,
            JUDGE,
            |u, age, p, _| {
                if age == 0 {
                    u.inbound.next = p.inbound;
                    u.inside.next = p.inside;
                    u.speaks.next = p.speaks;
                    u.question.next = p.question;
                    u.src_mac.next = p.headers.src_mac.into();
                    u.routed.next = p.routed();
                    u.asking.next = p.sender.asks;
                    u.dst_mac.next = p.headers.dst_mac.into();
                    u.subnet.next = u64::from(p.sender.subnet).into();
                    u.outer_src_ip.next = u64::from(p.headers.outer_src_ip).into();
                    u.hit.next = p.found.is_some();
                    u.mapping.next = p.found.unwrap_or_default().into();
                }
                if age == JUDGE - 1 {
                    u.before.next = p.before.code().into();
                }
            },
            |u, age, p| {
                if age == JUDGE - 1 {
                    let leads = p.leads();
                    assert_eq!(u.missed.val(), p.missed(), "{p:x?}");
                    let nobody = leads == DropReason::NoMapping && !p.missed();
                    assert_eq!(u.unmapped.val(), nobody, "{p:x?}");
                    assert_eq!(u.astray.val(), leads == DropReason::NotItsAddress, "{p:x?}");
                    assert_eq!(u.unanswered.val(), leads == DropReason::ArpNoMapping, "{p:x?}");
                }
                if age == JUDGE {
                    ends(u.reason.val(), p.ends(), p);
                }
            },
        );
    });
}

#[test]
fn mtu_fits_and_tells() {
    roomy(|| {
        let mut random = Random::new(3);
        let packet = |_| {
            let mut headers = pools::headers(&mut random, false);
            headers.dst_port = pick(&mut random, &[0x0300, 0x0304, 0x0800, 0x0b00, 0x8000, 443]);
            let found = random.chance(90).then(|| pools::mapping(&mut random));
            let by = By::Route(pools::route(&mut random));
            let mut exact = mtu::path(by, &found.unwrap_or_default());
            if random.chance(20) {
                exact = exact.max(mtu::LEAST) + random.below(3) as u16 - 1;
                headers.end = u16::from(headers.l3_offset) + exact;
            }
            (headers, found, by)
        };
        let packets: Vec<(Headers, Option<MappingAction>, By)> = (0..3000).map(packet).collect();
        let mut bench = Bench::new(Fits::default(), |u| &mut u.clock);
        let seen = [const { Cell::new(0) }; 3];
        run(
            &mut bench,
            packets,
            mtu::gateware::JUDGE,
            |u, age, (headers, found, by), _| {
                if age == 0 {
                    let h = parser::bits::Headers::from(*headers);
                    let By::Route(route) = by else { unreachable!("all go by a route") };
                    u.leaves.next = !headers.neighbor;
                    u.hit.next = found.is_some();
                    u.mtu.next = u64::from(found.unwrap_or_default().mtu).into();
                    u.transit.next = route.target == Target::TransitGateway;
                    u.l3_offset.next = h.l3_offset;
                    u.end.next = h.end;
                    u.df.next = headers.df;
                    u.v6.next = headers.is_ipv6;
                    u.fragment.next = headers.fragment;
                    u.ported.next = headers.ported;
                    u.protocol.next = h.protocol;
                    u.dst_port.next = h.dst_port;
                }
            },
            |u, age, (headers, found, by)| {
                if age == mtu::gateware::JUDGE {
                    let path = found.map_or(0, |m| mtu::path(*by, &m));
                    let verdict = mtu::judge(path, 0, headers).filter(|_| !headers.neighbor);
                    let tells = verdict.is_some_and(|v| v.reply);
                    let exceeds = verdict.is_some_and(|v| !v.reply);
                    assert_eq!((u.tells.val(), u.exceeds.val()), (tells, exceeds), "{headers:x?}");
                    seen[usize::from(tells) + 2 * usize::from(exceeds)].update(|n| n + 1);
                }
            },
        );
        assert!(seen.iter().all(|n| n.get() > 100), "{seen:?}");
    });
}
