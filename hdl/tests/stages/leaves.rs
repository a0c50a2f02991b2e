//! Stages on the way out: which ENI receives it, and what does the frame look like?

use crate::{
    bench::{bits, fill_banks, roomy, run},
    pools::{self, IDENTITY},
};
use cells::stream::{Change, HEADER_BITS, PATCH_BITS, Patch};
use hdl::{
    deliver::{
        self, Access,
        gateware::{Deliver, JUDGE},
    },
    encap::{
        self,
        gateware::{Carry, Encap},
    },
    mapping::MappingAction,
    meta::DropReason,
    mtu, nat, neighbor,
    parser::{self, Headers, wire::PROTOCOL_ICMP},
    profile::{CPU_PORT, HOST_PORTS},
    punt,
    spoof::AddressAction,
};
use replay::{Bench, Random};
use rust_hdl::prelude::*;
use std::cell::{Cell, RefCell};

/// Rows of a bank, as a power of two.
const ROWS_LOG2: usize = 3;
const ROW: usize = deliver::gateware::LATENCY;

#[derive(Clone, Debug)]
struct Arrival {
    eni: usize,
    generation: bool,
    owner: Option<AddressAction>,
    headers: Headers,
}

fn written(bench: &mut Bench<Deliver>, random: &mut Random) -> [Vec<Access>; 2] {
    let banks = [0, 1].map(|_| (0..1 << ROWS_LOG2).map(|_| pools::row(random).access).collect());
    fill_banks(bench, banks, |u, written| {
        u.w_valid.next = written.is_some();
        if let Some((bank, index, row)) = written {
            u.w_bank.next = bank;
            u.w_index.next = (index as u64).into();
            u.w_entry.next = bits(row);
        }
    })
}

#[test]
fn deliver_local_and_up() {
    roomy(|| {
        let mut random = Random::new(10);
        let mut bench = Bench::new(Deliver::new(ROWS_LOG2), |u| &mut u.clock);
        let rows = written(&mut bench, &mut random);
        let mut packets = Vec::new();
        for _ in 0..1500 {
            let (eni, generation) = (random.below(1 << ROWS_LOG2) as usize, random.chance(50));
            let mut headers = pools::headers(&mut random, true);
            if random.chance(50) {
                headers.dst_mac = rows[usize::from(generation)][eni].mac;
            }
            let owner = random.chance(70).then(|| pools::owner(&mut random));
            packets.push(Arrival { eni, generation, owner, headers });
        }
        run(
            &mut bench,
            packets,
            ROW + JUDGE,
            |u, age, p, _| {
                if age == 0 {
                    u.eni.next = (p.eni as u64).into();
                    u.generation.next = p.generation;
                }
                if age == ROW {
                    u.owned.next = p.owner.is_some();
                    u.dst_mac.next = p.headers.dst_mac.into();
                }
            },
            |u, age, p| {
                let row = rows[usize::from(p.generation)][p.eni];
                if age == ROW {
                    assert_eq!(u.row.val(), row.into(), "{p:x?}");
                }
                if age == ROW + JUDGE {
                    let nobody = deliver::local(p.owner, &row, &p.headers) != DropReason::None;
                    assert_eq!(u.nobody.val(), nobody, "{p:x?}, {row:x?}");
                    let down = deliver::up(&row) != DropReason::None;
                    assert_eq!(u.down.val(), down, "{p:x?}, {row:x?}");
                }
            },
        );
    });
}

#[derive(Clone, Debug)]
struct Leaving {
    inbound: bool,
    /// It comes from an ENI of this card.
    inside: bool,
    mapping: MappingAction,
    row: Access,
    headers: Headers,
    /// It is too long for a path of this MTU, and its sender is told.
    told: Option<u16>,
    /// It is settled early: it leaves through this port, or to the CPU behind this header.
    settled: Option<(u8, Option<[u8; punt::HEADER_BYTES]>)>,
}

impl Leaving {
    fn new(random: &mut Random) -> Self {
        let inbound = random.chance(50);
        let head = random.chance(50).then(|| random.word().to_be_bytes().repeat(2));
        let head = head.map(|head| std::array::from_fn(|i| head[i]));
        let settled = !inbound && random.chance(30);
        let (mapping, mut headers) = (pools::mapping(random), pools::headers(random, inbound));
        let tells = !inbound && !settled && !headers.neighbor && random.chance(50);
        if tells && !IDENTITY.routes(&headers) {
            headers.dst_mac = mapping.mac;
        }
        if headers.is_ipv6 {
            headers.quote_words = 12;
        }
        if headers.is_ipv4 && headers.protocol == PROTOCOL_ICMP && random.chance(80) {
            headers.quote_words = 7;
            (headers.quotes_dst, headers.quotes_src) = (random.chance(60), random.chance(60));
            let behind = random.below(3);
            (headers.quotes_tcp, headers.quotes_udp) = (behind == 1, behind == 2);
        }
        Self {
            inside: random.chance(20),
            settled: settled.then(|| (random.below(3) as u8, head)),
            told: tells.then(|| random.below(1 << 14) as u16),
            inbound,
            mapping,
            row: pools::row(random).access,
            headers,
        }
    }

    /// Is it an ENI's question for a neighbor?
    fn asks(&self) -> bool {
        self.headers.neighbor && !self.inbound
    }

    fn carry(&self) -> Carry {
        let h = &self.headers;
        let routed = !self.inbound && IDENTITY.routes(h);
        Carry {
            src_mac: h.src_mac.into(),
            routed: u64::from(routed).into(),
            dscp_ecn: u64::from(h.dscp_ecn).into(),
            l3_offset: u64::from(h.l3_offset).into(),
            end: u64::from(h.end).into(),
            flow_hash: u64::from(h.flow_hash).into(),
            question: u64::from(self.asks()).into(),
            v6: u64::from(h.is_ipv6).into(),
            quote_words: u64::from(h.quote_words).into(),
            protocol: u64::from(h.protocol).into(),
            ported: u64::from(h.ported).into(),
            quotes_dst: u64::from(h.quotes_dst).into(),
            quotes_src: u64::from(h.quotes_src).into(),
            quotes_tcp: u64::from(h.quotes_tcp).into(),
            quotes_udp: u64::from(h.quotes_udp).into(),
        }
    }

    /// Does it change besides?
    fn translates(&self) -> bool {
        let answered = self.told.is_some() || self.settled.is_some();
        nat::translates(self.row.outside, &self.headers) && !answered
    }

    /// The far address as it stands in the packet.
    fn far(&self) -> u32 {
        (if self.inbound { self.headers.src_ip } else { self.headers.dst_ip }) as u32
    }

    /// Port, and how the frame changes.
    fn rewrite(&self) -> (usize, encap::Rewrite) {
        if let Some((port, head)) = self.settled {
            let header = head.map_or_else(Vec::new, |head| head.to_vec());
            let port = if head.is_some() { CPU_PORT } else { port.into() };
            (port, encap::Rewrite { header, from: 0, end: self.headers.end.into() })
        } else if self.inbound {
            let rewrite = encap::to_eni(&self.row, &self.headers);
            (usize::from(self.row.port), rewrite)
        } else if self.asks() {
            let rewrite = neighbor::reply(&self.row, &self.mapping, &self.headers);
            (usize::from(self.row.port), rewrite)
        } else if let Some(path) = self.told {
            (usize::from(self.row.port), mtu::reply(&self.row, path, &self.headers))
        } else {
            (HOST_PORTS, encap::into_tunnel(&IDENTITY, &self.mapping, &self.headers))
        }
    }
}

/// Any bytes, many of them such as sums are made of.
fn bytes(random: &mut Random, count: usize) -> Vec<u8> {
    let byte = |_| {
        let any = random.word() as u8;
        pools::pick(random, &[0, 0, 0xff, 0xff, any])
    };
    (0..count).map(byte).collect()
}

/// What is said of a frame's halfwords changes them as the reference does.
fn changes_alike(p: &Leaving, header: Bits<HEADER_BITS>, random: &mut Random) {
    let patch = Patch::from(header.get_bits::<PATCH_BITS>(0));
    let place = |place: Bits<7>| place.index() as u8;
    let change = Change {
        value: patch.value.to_u64() as u32,
        set: [place(patch.set_0), place(patch.set_1)],
        delta: patch.delta.to_u64() as u16,
        add: [patch.add_0, patch.add_1, patch.add_2, patch.add_3].map(place),
        unless: [patch.unless_0, patch.unless_1, patch.unless_2, patch.unless_3],
        minus: [patch.minus_0, patch.minus_1, patch.minus_2, patch.minus_3],
    };
    let packet = p.rewrite().1.header.len() + 2;
    let mut frame = bytes(random, packet + 160);
    let far = packet + if p.inbound { 12 } else { 16 };
    frame[far..far + 4].copy_from_slice(&p.far().to_be_bytes());
    let mut want = frame.clone();
    nat::translate(&mut want[packet..], p.mapping.nat_ip, p.inbound, &p.headers);
    let before = frame.clone();
    change.apply(&mut frame);
    assert_eq!(frame, want, "{p:x?}\n{change:x?}\n{before:02x?}");
}

/// What leaves is what the reference says; its header.
fn leaves_alike(u: &Encap, p: &Leaving) -> Bits<HEADER_BITS> {
    let (port, rewrite) = p.rewrite();
    let header: Bits<HEADER_BITS> = u.header.val();
    let byte = |i: usize| {
        (0..8).fold(0, |all, bit| {
            all | u8::from(header.get_bit(HEADER_BITS - 8 - 8 * i + bit)) << bit
        })
    };
    let got: Vec<u8> = (0..rewrite.header.len()).map(byte).collect();
    assert_eq!(got, rewrite.header, "{p:x?}");
    assert_eq!(u.egress_port.val().index(), port, "{p:x?}");
    assert_eq!(u.p.val().index(), rewrite.header.len() / 2, "{p:x?}");
    assert_eq!(u.s.val().index(), rewrite.from / 2, "{p:x?}");
    assert_eq!(u.len.val().index(), rewrite.end, "{p:x?}");
    assert_eq!(u.outside.val().any(), p.row.outside, "{p:x?}");
    if !p.headers.is_arp {
        assert_eq!(u.patched.val().any(), p.translates(), "{p:x?}");
    }
    header
}

#[test]
fn encap_rewrites() {
    roomy(|| {
        let mut random = Random::new(11);
        let mut packets = Vec::new();
        for _ in 0..1500 {
            packets.push(Leaving::new(&mut random));
        }
        let mut bench = Bench::new(Encap::default(), |u| &mut u.clock);
        bench.drive(|u| u.identity.next = IDENTITY.into());
        let (seen, noise) = ([const { Cell::new(0) }; 3], RefCell::new(Random::new(12)));
        run(
            &mut bench,
            packets,
            encap::gateware::LATENCY,
            |u, age, p, _| {
                if age == 0 {
                    u.inbound.next = p.inbound;
                    u.inside.next = p.inside;
                    u.carry.next = p.carry();
                    u.mapping.next = p.mapping.into();
                    u.row.next = p.row.into();
                    let headers = parser::bits::Headers::from(p.headers);
                    u.near_ip.next = headers.src_ip;
                    u.far_ip.next = if p.inbound { headers.src_ip } else { headers.dst_ip };
                    u.quote_sum.next = headers.quote_sum;
                }
                if age == mtu::gateware::PATH {
                    u.path.next = u64::from(p.told.unwrap_or(9001)).into();
                }
                if age == encap::gateware::LATENCY - 3 {
                    u.tells.next = p.told.is_some();
                }
                if age == encap::gateware::LATENCY - 2 {
                    let headers = parser::bits::Headers::from(p.headers);
                    u.late_near_ip.next = headers.src_ip;
                    u.late_far_ip.next = headers.dst_ip;
                    let (port, head) = p.settled.unwrap_or_default();
                    u.late_settled.next = p.settled.is_some();
                    u.late_port.next = u64::from(port).into();
                    u.late_punted.next = head.is_some();
                    u.late_head.next =
                        head.unwrap_or_default().iter().fold(Bits::default(), |all, byte| {
                            (all << 8u64) | bit_cast::<128, 8>(u64::from(*byte).to_bits())
                        });
                }
            },
            |u, age, p| {
                if age == nat::gateware::JUDGE && !p.headers.neighbor {
                    let none = nat::judge(p.row.outside, &p.mapping, p.inside, &p.headers);
                    assert_eq!(u.nameless.val(), none != DropReason::None, "{p:x?}");
                    seen[0].update(|n| n + usize::from(u.nameless.val()));
                }
                if age == encap::gateware::LATENCY - 2 {
                    let service = u64::from(p.mapping.service);
                    assert_eq!(u.late_service.val().index() as u64, service, "{p:x?}");
                }
                if age == encap::gateware::LATENCY {
                    let header = leaves_alike(u, p);
                    if p.translates() {
                        changes_alike(p, header, &mut noise.borrow_mut());
                        seen[1 + usize::from(p.inbound)].update(|n| n + 1);
                    }
                }
            },
        );
        assert!(seen.iter().all(|n| n.get() > 25), "{seen:?}");
    });
}
