//! What is a packet to a connection, and what do the connections say to it?

use crate::{
    bench::{bits, fill_banks, roomy, run},
    pools::{self, pick},
};
use cells::hash::MIN_DEPTH_LOG2;
use hdl::{
    connection::{
        self, Connections,
        gateware::{Connect, DECIDE, LATENCY, TELL, TIMES, Tell},
    },
    deliver::EniEntry,
    parser::Headers,
};
use replay::{Bench, Random};
use std::cell::RefCell;

const SEED: u64 = 0xfeed;
/// Rows of a bank, as a power of two.
const ROWS_LOG2: usize = 2;
/// Clocks until the table is empty after a reset, and more.
const SETTLING: usize = 60;

/// Headers of packets that go on with few connections.
fn headers(random: &mut Random) -> Headers {
    let protocol = pick(random, &[0, 1, 6, 6, 6, 6, 6, 17, 17, 58, 47]);
    let ported = !matches!(protocol, 0 | 47) && random.chance(90);
    let port = |random: &mut Random| if ported { pick(random, &[5, 80]) } else { 0 };
    let message = pick(random, &[0x0800, 0, 0x8000, 0x8100, 0x0300, 0x0801, 0x0880]);
    let (src_port, dst_port) = (port(random), port(random));
    Headers {
        src_ip: pick(random, &[0xffff_0a00_0004, 0xffff_0a00_0004, 0xffff_0a00_0005]),
        dst_ip: pick(random, &[0xffff_0a00_0004, 0xffff_0a00_0004, 0xffff_0a00_0005]),
        src_mac: pick(random, &[0x0200_0000_0004, 0x0200_0000_0004, 0x8200_0000_0004]),
        dst_mac: pick(random, &[0x0200_0000_0004, 0x0200_0000_0004, 0x0200_0000_0005]),
        is_arp: protocol == 0,
        neighbor: protocol == 0,
        protocol,
        ported,
        src_port,
        dst_port: if ported && matches!(protocol, 1 | 58) { message } else { dst_port },
        tcp_flags: if protocol == 6 && ported { random.below(256) as u8 } else { 0 },
        ..Headers::default()
    }
}

#[test]
fn a_packet_is_told_what_it_is() {
    roomy(|| {
        let mut random = Random::new(20);
        let mut packets = Vec::new();
        for _ in 0..2500 {
            packets.push((random.chance(50), headers(&mut random)));
        }
        let mut bench = Bench::new(Tell::default(), |u| &mut u.clock);
        run(
            &mut bench,
            packets,
            TELL,
            |u, age, (inbound, headers), _| {
                if age == 0 {
                    u.inbound.next = u64::from(*inbound).into();
                    u.headers.next = (*headers).into();
                }
            },
            |u, age, (inbound, headers)| {
                if age == TELL {
                    let told = connection::told(*inbound, headers);
                    assert_eq!(u.told.val(), told.into(), "{inbound}, {headers:x?}");
                }
            },
        );
    });
}

#[derive(Debug)]
struct Asked {
    eni: u16,
    vpc: u8,
    generation: bool,
    inbound: bool,
    headers: Headers,
    allow: bool,
    void: bool,
}

fn written(bench: &mut Bench<Connect>, random: &mut Random) -> [Vec<EniEntry>; 2] {
    let banks = [0, 1].map(|_| (0..1 << ROWS_LOG2).map(|_| pools::row(random)).collect());
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
fn connections_are_remembered() {
    roomy(|| {
        let mut random = Random::new(21);
        let unit = Connect::new(MIN_DEPTH_LOG2, ROWS_LOG2);
        let mut bench = Bench::new(unit, |u| &mut u.clock);
        bench.drive(|u| (u.reset.next, u.seed.next) = (true, SEED.into()));
        bench.tick();
        bench.drive(|u| u.reset.next = false);
        let rows = written(&mut bench, &mut random);
        (0..SETTLING).for_each(|_| bench.tick());
        assert!(!bench.dut.busy.val());
        let asked = |_| Asked {
            eni: pick(&mut random, &[0, 0, 0, 0, 1, 2, 3]),
            vpc: pick(&mut random, &[3, 3, 3, 4]),
            generation: random.chance(50),
            inbound: random.chance(50),
            headers: headers(&mut random),
            allow: random.chance(60),
            void: random.chance(10),
        };
        let packets: Vec<Asked> = (0..2500).map(asked).collect();
        let connections = RefCell::new(Connections::new(MIN_DEPTH_LOG2, SEED));
        let (clock, seen) = (RefCell::new(0), RefCell::new([0; 4]));
        run(
            &mut bench,
            packets,
            TIMES + LATENCY,
            |u, age, p, valid| {
                let told = connection::told(p.inbound, &p.headers);
                let key = connection::key(p.vpc, p.inbound, &p.headers, &told);
                if age == 0 {
                    u.eni.next = u64::from(p.eni).into();
                    u.generation.next = p.generation;
                    // A tick each 60 clocks.
                    *clock.borrow_mut() += 1;
                    u.now.next = ((*clock.borrow() / 60u64) & 0xfff).into();
                }
                if age == TIMES {
                    u.valid.next = valid;
                    u.told.next = told.into();
                    u.key.next = key.into();
                }
                if age == TIMES + DECIDE {
                    (u.allow.next, u.void.next) = (p.allow, p.void);
                }
            },
            |u, age, p| {
                if age == TIMES + LATENCY {
                    let mut connections = connections.borrow_mut();
                    connections.follow(u.tick.val().index() as u16);
                    let told = connection::told(p.inbound, &p.headers);
                    let key = connection::key(p.vpc, p.inbound, &p.headers, &told);
                    let times = rows[usize::from(p.generation)][usize::from(p.eni)].idle;
                    let want = match told.can && !p.void {
                        true => connections.ask(&key, &told, times, p.allow),
                        false => connection::Tracked::default(),
                    };
                    assert_eq!(u.tracked.val(), want.into(), "{p:x?}");
                    let mut seen = seen.borrow_mut();
                    seen[0] += usize::from(want.hit);
                    seen[1] += usize::from(want.inserted && want.state == 0);
                    seen[2] += usize::from(want.inserted && want.state != 0);
                    seen[3] += usize::from(want.full);
                }
            },
        );
        assert!(seen.borrow().iter().all(|n| *n > 15), "{seen:?}");
    });
}
