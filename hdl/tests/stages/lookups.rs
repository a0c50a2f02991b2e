//! Stages with an exact-match table: who is it, is it true, may it, where does it live?

use crate::{
    bench::{DEPTH_LOG2, Ports, SEED, bits, ends, fill, fill_banks, roomy, run},
    pools::{self, first, pick},
};
use hdl::{
    appliance::{self, ApplianceAction, gateware::Appliances},
    class::{self, IpKey},
    deliver::EniEntry,
    eni::{self, AttachAction, AttachKey, gateware::Attach},
    mapping::{self, By, MappingAction, gateware::Mapping},
    meta::{DropReason, PuntReason},
    nacl::{self, RuleKey, gateware::Nacl},
    parser::Headers,
    punt,
    route::RouteLabel,
    spoof::{self, gateware::Spoof},
};
use layout::Packed;
use replay::{Bench, Random};

/// The write ports, which all of them have under the same names.
macro_rules! ports {
    () => {
        Ports {
            reset: |u, on| {
                u.reset.next = on;
                u.seed.next = SEED.into();
                u.valid.next = false;
            },
            write: |u, entry| {
                u.w_valid.next = entry.is_some();
                if let Some((slot, entry)) = entry {
                    u.w_slot.next = u64::from(slot).into();
                    u.w_entry.next = bits(entry);
                }
            },
            ready: |u| u.w_ready.val(),
        }
    };
}

/// Hit, slot and action must be what the table holds; zeros on a miss.
macro_rules! answers {
    ($unit:ident, $found:expr, $packet:ident) => {
        let found = $found;
        assert_eq!($unit.hit.val(), found.is_some(), "{:x?}", $packet);
        let (slot, action) = found.unwrap_or_default();
        assert_eq!($unit.slot.val().index(), slot as usize, "{:x?}", $packet);
        assert_eq!($unit.action.val(), action.into(), "{:x?}", $packet);
    };
}

#[derive(Clone, Debug)]
struct Packet {
    net: bool,
    port: u8,
    generation: bool,
    headers: Headers,
    sender: AttachAction,
    before: DropReason,
}

fn packets(random: &mut Random, number: usize) -> Vec<Packet> {
    let packet = |_| {
        let net = random.chance(40);
        let mut headers = pools::headers(random, net);
        let sender = pools::sender(random);
        if random.chance(60) {
            headers.src_mac = sender.mac;
        }
        let before = pools::before(random);
        Packet {
            net,
            port: random.below(3) as u8,
            generation: random.chance(50),
            headers,
            sender,
            before,
        }
    };
    (0..number).map(packet).collect()
}

fn place(p: &Packet) -> AttachKey {
    let h = &p.headers;
    if p.net {
        AttachKey::tunnel(h.outer_vni)
    } else {
        AttachKey { vids: [h.vid0, h.vid1], tags: h.tags, port: p.port, vni: false }
    }
}

#[test]
fn eni_attached() {
    roomy(|| {
        let mut random = Random::new(3);
        let packets = packets(&mut random, 1200);
        let mut entries = Vec::new();
        for packet in packets.iter().take(25) {
            entries.push((place(packet), pools::sender(&mut random), pools::lives(&mut random)));
        }
        let mut bench = Bench::new(Attach::new(DEPTH_LOG2), |u| &mut u.clock);
        let table = fill(&mut bench, &ports!(), entries);
        const KNOWN: usize = eni::gateware::LATENCY;
        const JUDGED: usize = KNOWN + eni::gateware::JUDGE;
        run(
            &mut bench,
            packets,
            JUDGED,
            |u, age, p, valid| {
                if age == 0 {
                    u.valid.next = valid;
                    u.generation.next = p.generation;
                    u.net.next = p.net;
                    u.port.next = u64::from(p.port).into();
                    let vids = u64::from(p.headers.vid0) | u64::from(p.headers.vid1) << 12;
                    u.vids.next = vids.into();
                    u.tags.next = u64::from(p.headers.tags).into();
                    u.vni.next = u64::from(p.headers.outer_vni).into();
                }
                if age == JUDGED - 1 {
                    u.before.next = p.before.code().into();
                }
            },
            |u, age, p| {
                let found = table.find(&place(p), p.generation);
                if age == KNOWN {
                    answers!(u, found, p);
                }
                if age == JUDGED {
                    let own = eni::attached(p.net, found.map(|f| f.1));
                    ends(u.reason.val(), first([p.before, own]), p);
                }
            },
        );
    });
}

#[test]
fn spoof_may_send_and_carried() {
    roomy(|| {
        let mut random = Random::new(4);
        let packets = packets(&mut random, 1200);
        let asked = |p: &Packet| spoof::key(p.sender.vpc, p.net, &p.headers);
        let mut entries = Vec::new();
        for p in packets.iter().take(25) {
            let eni = if random.chance(70) { p.sender.eni } else { 1023 };
            let owner = spoof::AddressAction { eni, ..pools::owner(&mut random) };
            entries.push((asked(p), owner, pools::lives(&mut random)));
        }
        let mut bench = Bench::new(Spoof::new(DEPTH_LOG2), |u| &mut u.clock);
        let table = fill(&mut bench, &ports!(), entries);
        const KNOWN: usize = spoof::gateware::LATENCY;
        run(
            &mut bench,
            packets,
            KNOWN + 2,
            |u, age, p, valid| {
                if age == 0 {
                    u.valid.next = valid;
                    u.generation.next = p.generation;
                    u.inbound.next = p.net;
                    u.headers.next = p.headers.into();
                    u.eni.next = p.sender.into();
                }
                if age == KNOWN + 1 {
                    u.before.next = p.before.code().into();
                }
            },
            |u, age, p| {
                let found = table.find(&asked(p), p.generation);
                if age == KNOWN {
                    answers!(u, found, p);
                }
                if age == KNOWN + 2 {
                    let owner = found.map(|f| f.1);
                    let own = match p.net {
                        true => DropReason::None,
                        false => spoof::may_send(&p.sender, owner, &p.headers),
                    };
                    let called = punt::calls(p.net, &p.headers);
                    let before = first([p.before, own]);
                    if before == DropReason::None && called != PuntReason::None {
                        assert_eq!(u.reason.val().index() as u64, called.settled(), "{p:x?}");
                    } else {
                        ends(u.reason.val(), first([before, spoof::carried(p.net, &p.headers)]), p);
                    }
                }
            },
        );
    });
}

#[test]
fn appliances_found() {
    roomy(|| {
        let mut random = Random::new(7);
        let packets = packets(&mut random, 1200);
        let asked = |p: &Packet| appliance::keys(p.sender.vpc, &p.headers);
        let mut entries = Vec::new();
        for p in packets.iter().take(20) {
            let key = pick(&mut random, &asked(p));
            let owner = pools::owner(&mut random);
            let action = ApplianceAction { hop: random.below(1 << 12) as u16, owner };
            entries.push((key, action, pools::lives(&mut random)));
        }
        let mut bench = Bench::new(Appliances::new(DEPTH_LOG2), |u| &mut u.clock);
        let table = fill(&mut bench, &ports!(), entries);
        const KNOWN: usize = appliance::gateware::LATENCY;
        let owner = |p: &Packet| {
            let AttachAction { eni, subnet, policy, up, .. } = p.sender;
            up.then_some(spoof::AddressAction { eni, subnet, policy })
        };
        run(
            &mut bench,
            packets,
            KNOWN + 1,
            |u, age, p, valid| {
                if age == 0 {
                    u.valid.next = valid;
                    u.generation.next = p.generation;
                    u.vpc.next = u64::from(p.sender.vpc).into();
                    u.dst_mac.next = p.headers.dst_mac.into();
                    u.outer_src_ip.next = u64::from(p.headers.outer_src_ip).into();
                }
                if age == KNOWN {
                    u.inbound.next = p.net;
                    u.owned.next = owner(p).is_some();
                    u.owner.next = owner(p).unwrap_or_default().into();
                }
            },
            |u, age, p| {
                let [by_mac, by_card] = asked(p).map(|key| table.find(&key, p.generation));
                if age == KNOWN {
                    answers!(u, by_mac, p);
                    assert_eq!(u.speaks.val(), by_card.is_some(), "{p:x?}");
                    let slot = by_card.map_or(0, |found| found.0 as usize);
                    assert_eq!(u.speaks_slot.val().index(), slot, "{p:x?}");
                }
                if age == KNOWN + 1 {
                    let found = by_mac.map(|found| found.1).filter(|_| p.net);
                    let receiver = appliance::receiver(found, owner(p));
                    assert_eq!(u.received.val(), receiver.is_some(), "{p:x?}");
                    assert_eq!(u.receiver.val(), receiver.unwrap_or_default().into(), "{p:x?}");
                }
            },
        );
    });
}

#[derive(Clone, Debug)]
struct Asked<K> {
    key: K,
    generation: bool,
    crosses: bool,
}

fn questions<K: Copy>(random: &mut Random, key: impl Fn(&mut Random) -> K) -> Vec<Asked<K>> {
    let asked =
        |_| Asked { key: key(random), generation: random.chance(50), crosses: random.chance(70) };
    (0..1200).map(asked).collect()
}

/// Rows of a bank, as a power of two.
const ROWS_LOG2: usize = 2;

fn rows(bench: &mut Bench<Nacl>, random: &mut Random) -> [Vec<EniEntry>; 2] {
    let banks = [0, 1].map(|_| (0..1 << ROWS_LOG2).map(|_| pools::row(random)).collect());
    fill_banks(bench, banks, |u, written| {
        u.row_valid.next = written.is_some();
        if let Some((bank, index, row)) = written {
            u.row_bank.next = bank;
            u.row_index.next = (index as u64).into();
            u.row_entry.next = bits::<{ EniEntry::BITS }>(row).get_bits::<56>(134);
        }
    })
}

#[test]
fn nacl_judges() {
    roomy(|| {
        let mut random = Random::new(5);
        let key = |r: &mut Random| {
            let key = RuleKey {
                port_class: pick(r, &[0, 1, 129]),
                address_class: pick(r, &[0, 1, 513]),
                policy: pick(r, &[1, 2]),
                inbound: r.chance(50),
            };
            (key, r.below(1 << ROWS_LOG2) as u16)
        };
        let packets = questions(&mut random, key);
        let mut entries = Vec::new();
        for p in packets.iter().take(20) {
            entries.push((p.key.0, pools::rule(&mut random), pools::lives(&mut random)));
        }
        let mut bench = Bench::new(Nacl::new(DEPTH_LOG2, ROWS_LOG2), |u| &mut u.clock);
        let table = fill(&mut bench, &ports!(), entries);
        let enis = rows(&mut bench, &mut random);
        run(
            &mut bench,
            packets,
            nacl::gateware::LATENCY,
            |u, age, p, valid| {
                if age == 0 {
                    u.valid.next = valid;
                    u.generation.next = p.generation;
                    u.crosses.next = p.crosses;
                    u.eni.next = u64::from(p.key.1).into();
                    u.asked.next = p.key.0.into();
                }
            },
            |u, age, p| {
                if age == nacl::gateware::LATENCY {
                    let (key, eni) = p.key;
                    let found = table.find(&key, p.generation);
                    let row = &enis[usize::from(p.generation)][usize::from(eni)];
                    let rule = found.map_or(nacl::default_action(key.inbound, row), |f| f.1);
                    assert_eq!(u.hit.val(), found.is_some(), "{p:x?}");
                    assert_eq!(u.slot.val().index(), found.map_or(0, |f| f.0 as usize), "{p:x?}");
                    assert_eq!(u.action.val(), rule.into(), "{p:x?}");
                    let own = nacl::judge(key.inbound, p.crosses, rule);
                    assert_eq!(u.denied.val(), own != DropReason::None, "{p:x?}");
                }
            },
        );
    });
}

/// A packet that goes, or came, by a route or by none.
#[derive(Clone, Copy, Debug)]
struct Led {
    far: IpKey,
    route: RouteLabel,
    by_route: bool,
    /// To an appliance beside its sender, which is this next hop.
    beside: Option<u16>,
    headers: Headers,
}

impl Led {
    fn new(random: &mut Random) -> Self {
        let outer_src_ip = pick(random, &[0, 0, 1, 0xc0a8_0002]);
        let headers = Headers { outer_src_ip, ..Headers::default() };
        let (far, route) = (pools::ip_key(random), pools::route(random));
        let by_route = random.chance(60);
        let beside = (!by_route && random.chance(50)).then(|| pick(random, &[0, 1, 0x101]));
        Self { far, route, by_route, beside, headers }
    }

    fn key(&self) -> IpKey {
        let by = match self.beside {
            _ if self.by_route => By::Route(self.route),
            Some(hop) => By::Appliance(hop),
            None => By::Address,
        };
        mapping::key(self.far.vpc, by, self.far.ip, &self.headers)
    }
}

#[test]
fn mapping_finds() {
    roomy(|| {
        let mut random = Random::new(6);
        let packets: Vec<Asked<Led>> = questions(&mut random, Led::new);
        let mut entries: Vec<(IpKey, MappingAction, [bool; 2])> = Vec::new();
        for p in packets.iter().take(24) {
            entries.push((p.key.key(), pools::mapping(&mut random), pools::lives(&mut random)));
        }
        let mut bench = Bench::new(Mapping::new(DEPTH_LOG2), |u| &mut u.clock);
        let table = fill(&mut bench, &ports!(), entries);
        const KNOWN: usize = hdl::mapping::gateware::LATENCY;
        run(
            &mut bench,
            packets,
            KNOWN,
            |u, age, p, valid| {
                if age == 0 {
                    u.valid.next = valid;
                    u.generation.next = p.generation;
                    let far = class::bits::IpKey::from(p.key.far);
                    u.vpc.next = far.vpc;
                    u.far_ip.next = far.ip;
                    u.by_route.next = p.key.by_route;
                    u.route.next = p.key.route.into();
                    u.outer_src_ip.next = u64::from(p.key.headers.outer_src_ip).into();
                    u.beside.next = p.key.beside.is_some();
                    u.hop.next = u64::from(p.key.beside.unwrap_or(9)).into();
                }
            },
            |u, age, p| {
                if age == KNOWN {
                    answers!(u, table.find(&p.key.key(), p.generation), p);
                }
            },
        );
    });
}
