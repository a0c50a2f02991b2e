//! What goes into a table clock by clock, and what must come out? Written down before any table
//! runs: by the model, a request at a time.

use cells::flows::{Answer, CLASSES, DECIDE, LATENCY, Model, Request, Rules, Shape};
use replay::{Port, Random};
use std::collections::VecDeque;

/// Clocks for which a table is busy after reset, beside one for each bucket of a way.
const SETTLING: usize = 15;

/// One clock at the ports.
#[derive(Clone)]
pub struct Line {
    pub reset: bool,
    pub now: u64,
    pub request: Option<Request>,
    /// For the request [`DECIDE`] clocks ago.
    pub allow: bool,
    /// That one does not count.
    pub void: bool,
    /// To the request [`LATENCY`] clocks ago.
    pub answer: Option<Answer>,
    pub wants_idle: bool,
    pub busy: bool,
    /// Entries there, where that is known.
    pub occupied: Option<usize>,
}

/// How requests come.
#[derive(Clone)]
pub struct Traffic {
    pub keys: Vec<u32>,
    /// Clocks with a request, percent.
    pub load: u64,
    /// Most requests of one key in a row.
    pub burst: u64,
    pub allow: u64,
    /// Requests that do not count, percent.
    pub void: u64,
    pub fresh: u64,
    /// Clocks of a tick: [`LATENCY`] and more.
    pub tick: u64,
    /// Shortest and longest idle time, ticks.
    pub idle: [u64; 2],
    pub clocks: usize,
}

/// A table's clocks, from its reset on.
pub struct Script {
    pub lines: Vec<Line>,
    pub hits: usize,
    pub inserted: usize,
    pub anew: usize,
    pub full: usize,
    shape: Shape,
    rules: Rules,
    seed: u64,
    model: Model,
    now: u64,
    tick_in: u64,
    due: bool,
    busy: usize,
    allows: VecDeque<(bool, bool)>,
    answers: VecDeque<Option<Answer>>,
}

impl Script {
    pub fn new(shape: Shape, rules: Rules, seed: u64) -> Self {
        let mut script = Self {
            lines: vec![],
            hits: 0,
            inserted: 0,
            anew: 0,
            full: 0,
            shape,
            rules,
            seed,
            model: Model::new(shape, rules, seed),
            now: 4000,
            tick_in: 30,
            due: false,
            busy: 0,
            allows: VecDeque::new(),
            answers: VecDeque::new(),
        };
        script.reset();
        script
    }

    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Forgets all, those under way too, in one clock.
    pub fn reset(&mut self) {
        self.line(None, true);
        self.model = Model::new(self.shape, self.rules, self.seed);
        self.allows = vec![(false, false); DECIDE].into();
        self.answers = vec![None; LATENCY].into();
        self.busy = (1 << self.shape.depth_log2) + SETTLING;
        self.due = false;
    }

    /// A clock, and time.
    pub fn clock(&mut self, request: Option<Request>, void: bool, tick: u64) {
        let allow = request.as_ref().is_some_and(|request| request.allow);
        let answer = request.as_ref().map(|request| match void {
            true => Answer::default(),
            false => self.answer(request),
        });
        self.allows.push_back((allow, void));
        self.answers.push_back(answer);
        self.line(request, false);
        self.tick_in = self.tick_in.saturating_sub(1);
        if self.tick_in == 0 {
            self.now += 1;
            self.tick_in = tick;
        }
    }

    fn answer(&mut self, request: &Request) -> Answer {
        if self.busy > 0 {
            return Answer { full: request.allow, ..Answer::default() };
        }
        let answer = self.model.request(request);
        self.hits += usize::from(answer.hit);
        self.inserted += usize::from(answer.inserted);
        self.anew += usize::from(answer.inserted && answer.state != 0);
        self.full += usize::from(answer.full);
        answer
    }

    fn line(&mut self, request: Option<Request>, reset: bool) {
        let idle = request.is_none();
        let due = self.due && self.busy == 0;
        let (allow, void) = self.allows.pop_front().unwrap_or_default();
        self.lines.push(Line {
            reset,
            now: self.now,
            request,
            allow,
            void,
            answer: self.answers.pop_front().flatten(),
            wants_idle: due,
            busy: self.busy > 0,
            occupied: None,
        });
        let before = self.lines.len().checked_sub(2).map(|nth| self.lines[nth].now);
        self.due = (self.due && !(due && idle)) || before.is_some_and(|now| now != self.now);
        self.busy = self.busy.saturating_sub(1);
    }

    /// Clocks of traffic. A step of the sweep that waits gets its clock before the tick is over.
    pub fn run(&mut self, random: &mut Random, traffic: &Traffic) {
        let (mut key, mut burst) = (0, 0);
        for _ in 0..traffic.clocks {
            let last_call = self.due && (self.tick_in <= 2 || random.chance(10));
            let request = (random.chance(traffic.load) && !last_call).then(|| {
                if burst == 0 {
                    key = traffic.keys[random.below(traffic.keys.len() as u64) as usize];
                    burst = 1 + random.below(traffic.burst);
                }
                burst -= 1;
                self.request(random, traffic, key)
            });
            self.clock(request, random.chance(traffic.void), traffic.tick);
        }
    }

    fn request(&self, random: &mut Random, traffic: &Traffic, key: u32) -> Request {
        let events = if random.chance(60) { 0 } else { 1 << random.below(6) };
        let idle: [u64; CLASSES] = std::array::from_fn(|_| {
            traffic.idle[0] + random.below(traffic.idle[1] - traffic.idle[0] + 1)
        });
        Request {
            key: spread(self.shape.key_bits, key),
            events,
            fresh: random.chance(traffic.fresh),
            allow: random.chance(traffic.allow),
            idle,
            now: self.now,
        }
    }

    /// Somebody asks who may make an entry, which lives long.
    pub fn ask(&mut self, key: &[u32]) {
        let (key, now) = (key.to_vec(), self.now);
        let idle = [1_000; CLASSES];
        let request = Request { key, events: 0, fresh: false, allow: true, idle, now };
        self.clock(Some(request), false, 24);
    }

    /// Another key of the same digest: the digest is linear, so what it makes of 49 bits of a key
    /// one by one adds up to nothing for some of them.
    pub fn same_digest(&self, key: &[u32]) -> Vec<u32> {
        let wiring = self.shape.wiring();
        let mut reduced: Vec<(u64, u64)> = Vec::new();
        for bit in 0..49 {
            let one = [(1u64 << bit) as u32, (1u64 << bit >> 32) as u32];
            let alone: Vec<u32> = (0..key.len()).map(|i| *one.get(i).unwrap_or(&0)).collect();
            let mut left = (wiring.digest(self.seed, &alone), 1 << bit);
            for (sum, bits) in &reduced {
                if left.0 ^ sum < left.0 {
                    left = (left.0 ^ sum, left.1 ^ bits);
                }
            }
            if left.0 == 0 {
                let mut other = key.to_vec();
                (other[0], other[1]) = (key[0] ^ left.1 as u32, key[1] ^ (left.1 >> 32) as u32);
                let digests = [key, &other].map(|key| wiring.digest(self.seed, key));
                assert_eq!(digests[0], digests[1]);
                return other;
            }
            reduced.push(left);
            reduced.sort_by_key(|(sum, _)| std::cmp::Reverse(*sum));
        }
        unreachable!("49 digests of 48 bits depend on each other")
    }

    /// Nothing is asked for so many clocks.
    pub fn rest(&mut self, clocks: usize, tick: u64) {
        for _ in 0..clocks {
            self.clock(None, false, tick);
        }
    }

    /// The table counts what lives: nothing has lapsed that was not swept.
    pub fn counts(&mut self, live: usize) {
        assert_eq!(self.model.live(self.now), live, "the script does not lead there");
        self.rest(LATENCY + 8, u64::MAX);
        self.clock(None, false, u64::MAX);
        if let Some(line) = self.lines.last_mut() {
            line.occupied = Some(live);
        }
    }

    pub fn live(&self) -> usize {
        self.model.live(self.now)
    }

    /// Keys that all lie in the buckets of key 0.
    pub fn neighbours(&self) -> Vec<u32> {
        let wiring = self.shape.wiring();
        let index = |nth: u32| {
            let digest = wiring.digest(self.seed, &spread(self.shape.key_bits, nth));
            self.shape.home(&wiring, digest).index
        };
        (0..1 << 16).filter(|nth| index(*nth) == index(0)).take(24).collect()
    }
}

/// Key number `nth`, its bits all over a key of `bits` bits.
pub fn spread(bits: usize, nth: u32) -> Vec<u32> {
    let mut key = vec![0; bits.div_ceil(32)];
    for bit in 0..32.min(bits) {
        let at = bit * (bits / 16).max(1) % bits;
        key[at / 32] ^= (nth >> bit & 1) << (at % 32);
    }
    key
}

impl Line {
    /// The value of a port of this name; `None` for an output of which nothing is known here.
    pub fn value(&self, port: &str, seed: u64) -> Option<Vec<u32>> {
        let word = |value: u64| Some(vec![value as u32, (value >> 32) as u32]);
        let bit = |value: bool| word(u64::from(value));
        if let Some(answered) = self.answered(port) {
            return answered.and_then(word);
        }
        let Some(request) = &self.request else {
            return match port {
                "seed" => word(seed),
                "now" => word(self.now % 4096),
                "reset" => bit(self.reset),
                "i_allow" => bit(self.allow),
                "i_void" => bit(self.void),
                // Whatever stands there.
                "i_key" => word(0xffff),
                _ => word(0),
            };
        };
        match port {
            "seed" => word(seed),
            "now" => word(self.now % 4096),
            "reset" => bit(self.reset),
            "i_allow" => bit(self.allow),
            "i_void" => bit(self.void),
            "i_valid" => bit(true),
            "i_key" => Some(request.key.clone()),
            "i_events" => word(u64::from(request.events)),
            "i_fresh" => bit(request.fresh),
            "i_idle" => word(request.idle.iter().rev().fold(0, |all, idle| all << 12 | idle)),
            port => panic!("a port {port} that the script does not know"),
        }
    }

    /// Of an output, what it must show if anything.
    fn answered(&self, port: &str) -> Option<Option<u64>> {
        let of = |pick: fn(&Answer) -> u64| Some(self.answer.as_ref().map(pick));
        match port {
            "o_valid" => Some(Some(u64::from(self.answer.is_some()))),
            "o_hit" => of(|answer| u64::from(answer.hit)),
            "o_state" => of(|answer| u64::from(answer.state)),
            "o_inserted" => of(|answer| u64::from(answer.inserted)),
            "o_full" => of(|answer| u64::from(answer.full)),
            "o_slot" => of(|answer| answer.slot as u64),
            "wants_idle" => Some(Some(u64::from(self.wants_idle))),
            "busy" => Some(Some(u64::from(self.busy))),
            "occupied" => Some(self.occupied.map(|occupied| occupied as u64)),
            _ => None,
        }
    }

    /// The binary digits of a port, `x` where nothing is known.
    pub fn digits(&self, port: &Port, seed: u64) -> String {
        self.value(&port.name, seed).map_or_else(
            || "x".repeat(port.bits),
            |value| {
                let bit = |at: usize| value.get(at / 32).is_some_and(|w| w >> (at % 32) & 1 == 1);
                (0..port.bits).rev().map(|at| if bit(at) { '1' } else { '0' }).collect()
            },
        )
    }
}

impl std::fmt::Display for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { hits, inserted, anew, full, .. } = self;
        let clocks = self.lines.len();
        write!(f, "{clocks} clocks, {hits} hits, {inserted} made, {anew} anew, {full} full")
    }
}
