//! Does the interval table answer what a plain search answers, at a fixed latency, in rust-hdl and
//! as printed text, in simulation's form and in the part's?
#![cfg(feature = "gateware")]

use cells::interval::{Interval, Key, Range, Table, WRITE_CLOCKS, latency};
use replay::{Bench, Port, Random, Replay, Trace, lint};
use rust_hdl::prelude::*;

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");
/// A model of the block RAM, written from the vendor mapping and not from the cell.
const PART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dp16kd.v");

/// What goes in, in one clock; and what the lookup must answer.
#[derive(Clone, Default)]
struct Beat {
    reset: bool,
    lookup: Option<(bool, Key)>,
    write: Option<(bool, u16, Key, u64)>,
    /// Label and index.
    answer: Option<(u64, u16)>,
}

/// A course of beats, and what the two banks hold meanwhile.
struct Course {
    random: Random,
    key_bits: u32,
    label_bits: usize,
    depth_log2: usize,
    latency: usize,
    banks: [Option<Table<u64>>; 2],
    beats: Vec<Beat>,
}

impl Course {
    fn new(seed: u64, key_bits: usize, label_bits: usize, depth_log2: usize, step: usize) -> Self {
        Self {
            random: Random::new(seed),
            key_bits: key_bits as u32,
            label_bits,
            depth_log2,
            latency: latency(step),
            banks: [None, None],
            beats: vec![Beat { reset: true, ..Beat::default() }],
        }
    }

    fn key(&mut self) -> Key {
        let low = u128::from(self.random.word()) << 64 | u128::from(self.random.word());
        let ones = Key::ones(self.key_bits);
        Key::new(self.random.word() as u16 & ones.high, low & ones.low)
    }

    /// Exactly `intervals` intervals at random, close together at one end now and then.
    fn table(&mut self, intervals: usize) -> Table<u64> {
        let crowd = self.random.below(3);
        let mut starts = std::collections::BTreeSet::new();
        while starts.len() + 1 < intervals {
            let (key, ones) = (self.key(), Key::ones(self.key_bits));
            starts.insert(match crowd {
                0 => Key::from(1 + key.low % (2 * intervals as u128)),
                1 => Key { low: ones.low - key.low % (2 * intervals as u128), ..ones },
                _ => key.max(Key::from(1)),
            });
        }
        let label = self.random.word();
        let ranges: Vec<_> = (0..)
            .zip(starts)
            .map(|(i, first)| Range {
                first,
                last: Key::ones(self.key_bits),
                label: (label ^ i) & ((1 << self.label_bits) - 1),
            })
            .collect();
        let miss = !label & ((1 << self.label_bits) - 1);
        let table = Table::from_ranges(self.key_bits, miss, &ranges).expect("in range");
        assert_eq!(table.entries().len(), intervals);
        table
    }

    /// A lookup in one of the banks that may be searched, at a border or anywhere; or none.
    fn lookup(&mut self, bank: bool) -> Beat {
        let key = self.key();
        let Some(table) = &self.banks[usize::from(bank)] else { return Beat::default() };
        let count = table.entries().len();
        let start = table.entries()[self.random.below(count as u64) as usize].start;
        let key = match self.random.below(8) {
            0 => key,
            1 => Key::ones(self.key_bits),
            2 => Key::default(),
            3 | 4 => Key { low: start.low.saturating_sub(1), ..start },
            5 => Key { low: start.low | 1, ..start },
            _ => start,
        };
        self.search(bank, key)
    }

    /// A lookup of `key`.
    fn search(&self, bank: bool, key: Key) -> Beat {
        let table =
            self.banks[usize::from(bank)].as_ref().expect("a bank that is not being loaded");
        let found = table.search(key);
        let index =
            if found + 1 == table.entries().len() { (1 << self.depth_log2) - 1 } else { found };
        assert_eq!(table.position(index as u16), found);
        let answer = Some((*table.label(key), index as u16));
        Beat { lookup: Some((bank, key)), answer, ..Beat::default() }
    }

    fn look(&mut self, clocks: usize, banks: &[bool]) {
        for _ in 0..clocks {
            let bank = banks[self.random.below(banks.len() as u64) as usize];
            let beat = if self.random.chance(85) { self.lookup(bank) } else { Beat::default() };
            self.beats.push(beat);
        }
    }

    /// Waits until nobody searches `bank`, and writes `table` to it, while the other one is looked
    /// up; the first lookup behind it comes as early as it may.
    fn load(&mut self, bank: bool, table: Table<u64>) {
        self.look(self.latency, &[!bank]);
        self.banks[usize::from(bank)] = None;
        let size = 1 << self.depth_log2;
        let mut writes: Vec<_> = table.bank(size).expect("fits").map(|(i, e)| (i, *e)).collect();
        // The start that a lookup meets first is written last.
        let root = writes.remove(size / 2);
        writes.push(root);
        for (index, entry) in writes {
            if self.random.chance(5) {
                self.look(1, &[!bank]);
            }
            // The start of index 0 is ignored.
            let start = if index == 0 { self.key() } else { entry.start };
            let beat = if self.random.chance(50) { self.lookup(!bank) } else { Beat::default() };
            let write = Some((bank, index, start, entry.label));
            self.beats.push(Beat { write, ..beat });
        }
        self.look(WRITE_CLOCKS - 1, &[!bank]);
        self.banks[usize::from(bank)] = Some(table);
        let (start, before) = (root.1.start, u128::from(self.random.chance(50)));
        let key = Key { low: start.low.saturating_sub(before), ..start };
        let beat = self.search(bank, key);
        self.beats.push(beat);
    }

    /// Writes beyond the capacity, which change nothing.
    fn write_beyond(&mut self) {
        let depth_log2 = self.depth_log2;
        let beyond = |index: &u16| index >> depth_log2 > 0 && *index < 1 << 12;
        for index in [1 << depth_log2, 0xfff, 0x800].into_iter().filter(beyond) {
            let write = Some((false, index, self.key(), self.random.word() & 1));
            self.beats.push(Beat { write, ..Beat::default() });
        }
        self.look(WRITE_CLOCKS, &[true]);
    }

    /// A reset among lookups: those in flight are never answered, the tables stay.
    fn reset(&mut self) {
        let clocks = self.latency;
        for beat in self.beats.iter_mut().rev().take(clocks - 1) {
            beat.answer = None;
        }
        let beat = self.lookup(true);
        self.beats.push(Beat { reset: true, answer: None, ..beat });
    }

    /// The whole life of a table, with these numbers of intervals.
    fn run(mut self, sizes: &[usize], clocks: usize) -> Vec<Beat> {
        for (round, &size) in sizes.iter().enumerate() {
            let table = self.table(size);
            self.load(round % 2 == 1, table);
            self.look(clocks, &[false, true]);
        }
        self.write_beyond();
        self.look(clocks, &[false, true]);
        self.reset();
        self.look(clocks, &[false, true]);
        self.beats.extend(vec![Beat::default(); self.latency]);
        self.beats
    }
}

/// The lowest `bits` binary digits of a key.
fn digits(key: Key, bits: usize) -> String {
    format!("{:016b}{:0128b}", key.high, key.low)[144 - bits..].to_string()
}

fn bits<const N: usize>(key: Key) -> Bits<N> {
    let digits = digits(key, N);
    let ones = digits.bytes().rev().enumerate().filter(|(_, digit)| *digit == b'1');
    ones.fold(Bits::default(), |bits, (at, _)| bits.replace_bit(at, true))
}

fn on_big_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(test);
    thread.expect("a thread").join().expect("the test passes");
}

/// In rust-hdl, answers compared clock by clock, and then in iverilog.
fn simulate<const K: usize, const L: usize, const STEP: usize>(
    name: &str,
    depth_log2: usize,
    sizes: &[usize],
    clocks: usize,
) {
    let beats = Course::new(1, K, L, depth_log2, STEP).run(sizes, clocks);
    let latency = latency(STEP);
    let mut bench =
        Bench::boxed(Box::new(Interval::<K, L, STEP>::new(depth_log2)), |u| &mut u.clock);
    for (clock, beat) in beats.iter().enumerate() {
        bench.drive(|u| {
            u.reset.next = beat.reset;
            u.i_valid.next = beat.lookup.is_some();
            (u.i_bank.next, u.i_key.next) =
                beat.lookup.map_or_else(Default::default, |(bank, key)| (bank, bits(key)));
            u.w_valid.next = beat.write.is_some();
            if let Some((bank, index, start, label)) = beat.write {
                (u.w_bank.next, u.w_index.next) = (bank, u64::from(index).into());
                (u.w_start.next, u.w_label.next) = (bits(start), label.into());
            }
        });
        if clock > 0 {
            let want = clock.checked_sub(latency).and_then(|then| beats[then].answer);
            let answer = (bench.dut.o_label.val().to_u64(), bench.dut.o_index.val().to_u16());
            let got = bench.dut.o_valid.val().then_some(answer);
            assert_eq!(got, want, "clock {clock}");
        }
        bench.tick();
    }
    let text = bench.text(name);
    lint(&text, name, FOLDER, &[]);
    in_verilog(bench.trace(), &text, name);
}

/// Without rust-hdl's simulation, which is slow on wide keys.
fn print_only<const K: usize, const L: usize, const STEP: usize>(
    name: &str,
    depth_log2: usize,
    sizes: &[usize],
    clocks: usize,
) {
    let beats = Course::new(2, K, L, depth_log2, STEP).run(sizes, clocks);
    let bench = Bench::boxed(Box::new(Interval::<K, L, STEP>::new(depth_log2)), |u| &mut u.clock);
    let text = bench.text(name);
    lint(&text, name, FOLDER, &[]);
    let mut trace = bench.trace().clone();
    let latency = latency(STEP);
    for (clock, beat) in beats.iter().enumerate() {
        let answer = clock.checked_sub(latency).and_then(|then| beats[then].answer);
        let value =
            |port: &Port| value(port, beat, answer).unwrap_or_else(|| "x".repeat(port.bits));
        trace.values.push(trace.ports.iter().map(value).collect());
    }
    in_verilog(&trace, &text, name);
}

/// What a port must show or be given, as binary digits; `None` for nothing in particular.
fn value(port: &Port, beat: &Beat, answer: Option<(u64, u16)>) -> Option<String> {
    let key = |key| digits(key, port.bits);
    let number = |number: u64| digits(Key::from(u128::from(number)), port.bits);
    let flag = |flag: bool| number(flag.into());
    let (lookup, write) = (beat.lookup, beat.write);
    match port.name.as_str() {
        "reset" => Some(flag(beat.reset)),
        "i_valid" => Some(flag(lookup.is_some())),
        "i_bank" => lookup.map(|(bank, _)| flag(bank)),
        "i_key" => lookup.map(|(_, searched)| key(searched)),
        "w_valid" => Some(flag(write.is_some())),
        "w_bank" => write.map(|(bank, ..)| flag(bank)),
        "w_index" => write.map(|(_, index, ..)| number(index.into())),
        "w_start" => write.map(|(_, _, start, _)| key(start)),
        "w_label" => write.map(|(.., label)| number(label)),
        "o_valid" => Some(flag(answer.is_some())),
        "o_label" => answer.map(|(label, _)| number(label)),
        "o_index" => answer.map(|(_, index)| number(index.into())),
        other => panic!("a port `{other}` nobody expects"),
    }
}

fn in_verilog(trace: &Trace, text: &str, name: &str) {
    let replay = Replay::new(trace, text, name, FOLDER).from(1);
    let replay = replay.guarded("o_label", "o_valid").guarded("o_index", "o_valid");
    replay.run();
    replay.define("SYNTHESIS").source(PART).run();
}

#[test]
fn few_bits() {
    on_big_stack(|| simulate::<12, 8, 0>("interval_12", 8, &[1, 2, 3, 256, 255, 100, 7], 400));
}

#[test]
fn few_intervals() {
    on_big_stack(|| simulate::<12, 8, 1>("interval_12_few", 4, &[1, 16, 15, 9, 2], 200));
}

#[test]
fn few_bits_with_steps() {
    on_big_stack(|| simulate::<12, 8, 2>("interval_12_steps", 10, &[1_024, 600, 1_023], 400));
}

#[test]
fn address_classes() {
    on_big_stack(|| print_only::<33, 16, 0>("interval_33", 9, &[512, 500, 3, 512], 1_000));
}

#[test]
fn routes() {
    on_big_stack(|| print_only::<136, 24, 2>("interval_136", 12, &[4_096, 3_999, 4_096], 600));
}
