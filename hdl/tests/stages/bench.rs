//! How does a packet get through one kernel, and an entry into its table?

use cells::exact::{Lives, Placement, Shape};
use hdl::{meta::DropReason, tables::Exact};
use layout::{Packed, Slice};
use replay::{Bench, Random};
use rust_hdl::prelude::*;
use std::{fmt::Debug, hash::Hash};

/// Of the hash tables under test.
pub const SEED: u64 = 0x5eed;
/// Slots of a way, as a power of two: 16 slots in all, so that ways collide.
pub const DEPTH_LOG2: usize = 2;
/// Most clocks until a table takes an entry.
const PATIENCE: usize = 40;

/// Run `test` where a big design fits: the simulation keeps a byte per bit on the stack.
pub fn roomy(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(test).unwrap();
    if let Err(failure) = thread.join() {
        std::panic::resume_unwind(failure);
    }
}

/// One packet after the other, a third of the clocks idle.
///
/// `feed` drives what belongs to a packet `age` clocks after it came in, `check` looks at what
/// comes out then; `age` is 0 to `last`. An idle clock carries a packet that is not valid, so that
/// what a kernel makes of it must not touch its neighbors.
pub fn run<B: Block, P: Debug>(
    bench: &mut Bench<B>,
    packets: Vec<P>,
    last: usize,
    feed: impl Fn(&mut B, usize, &P, bool),
    check: impl Fn(&B, usize, &P),
) {
    let mut random = Random::new(packets.len() as u64);
    let line: Vec<(P, bool)> = packets.into_iter().map(|p| (p, !random.chance(33))).collect();
    for clock in 0..line.len() + last {
        let due = |age: usize| clock.checked_sub(age).and_then(|at| line.get(at));
        bench.drive(|u| {
            for age in 0..=last {
                if let Some((packet, valid)) = due(age) {
                    feed(u, age, packet, *valid);
                }
            }
        });
        for age in 0..=last {
            if let Some((packet, true)) = due(age) {
                check(&bench.dut, age, packet);
            }
        }
        bench.tick();
    }
}

/// This packet ends with that reason.
pub fn ends<P: Debug>(code: Bits<6>, want: DropReason, packet: &P) {
    assert_eq!(code.index() as u64, want.code(), "{want:?}: {packet:x?}");
}

/// The low `N` bits of these dwords.
pub fn bits<const N: usize>(dwords: &[u32]) -> Bits<N> {
    let set = (0..N).filter(|bit| dwords.get(bit / 32).is_some_and(|d| d >> (bit % 32) & 1 == 1));
    set.fold(Bits::default(), |bits, bit| bits.replace_bit(bit, true))
}

/// A value behind `dwords`, which hold `at` bits so far.
fn append<T: Packed>(dwords: &mut Vec<u32>, at: usize, value: &T) {
    dwords.resize((at + T::BITS).div_ceil(32), 0);
    value.put(&mut Slice::from_slice_mut(dwords)[at..at + T::BITS]);
}

/// {start, label} as the card takes it.
pub fn pair<K: Packed, L: Packed>(start: &K, label: &L) -> Vec<u32> {
    let mut dwords = Vec::new();
    append(&mut dwords, 0, start);
    append(&mut dwords, K::BITS, label);
    dwords
}

/// {bank, index, row packed}.
type Row<'r> = (bool, usize, &'r [u32]);

/// Writes rows into both banks of a table by number, and says what they hold.
pub fn fill_banks<B: Block, R: Packed>(
    bench: &mut Bench<B>,
    banks: [Vec<R>; 2],
    write: fn(&mut B, Option<Row>),
) -> [Vec<R>; 2] {
    for (bank, rows) in banks.iter().enumerate() {
        for (index, row) in rows.iter().enumerate() {
            let mut dwords = Vec::new();
            append(&mut dwords, 0, row);
            bench.drive(|u| write(u, Some((bank == 1, index, &dwords))));
            bench.tick();
        }
    }
    bench.drive(|u| write(u, None));
    banks
}

/// A slot and its entry, packed.
type Written<'e> = (u32, &'e [u32]);

/// How a kernel's table is emptied and written.
pub struct Ports<B> {
    /// Sets `reset`.
    pub reset: fn(&mut B, bool),
    /// Offers this slot and entry, or nothing.
    pub write: fn(&mut B, Option<Written>),
    /// Is it taken?
    pub ready: fn(&B) -> bool,
}

/// Resets the kernel, fills its table with as many of the entries as there is room for, and says
/// what the table holds.
pub fn fill<B: Block, K: Packed + Eq + Hash + Default, A: Packed + Default>(
    bench: &mut Bench<B>,
    ports: &Ports<B>,
    entries: Vec<(K, A, [bool; 2])>,
) -> Exact<K, A> {
    bench.drive(|u| {
        (ports.reset)(u, true);
        (ports.write)(u, None);
    });
    bench.tick();
    bench.drive(|u| (ports.reset)(u, false));
    let shape = Shape { key_bits: K::BITS, action_bits: A::BITS, depth_log2: DEPTH_LOG2 };
    let mut placement = Placement::new(shape, SEED);
    let mut held = Exact::default();
    for (key, action, lives) in entries {
        let (mut key_bits, mut action_bits) = (Vec::new(), Vec::new());
        append(&mut key_bits, 0, &key);
        append(&mut action_bits, 0, &action);
        let lives = Lives::from_bits(u32::from(lives[0]) | u32::from(lives[1]) << 1);
        for write in placement.insert(&key_bits, &action_bits, lives).unwrap_or_default() {
            let (slot, entry) = (write.slot.bits(), &write.entry);
            let packed = shape.pack(entry);
            let all = Slice::from_slice(&packed);
            let key = K::get(&all[..K::BITS]).unwrap();
            let action = A::get(&all[K::BITS..K::BITS + A::BITS]).unwrap();
            let lives = entry.lives.bits();
            held.write(slot, key, action, [lives & 1 == 1, lives & 2 == 2]);
            put(bench, ports, slot, &packed);
        }
    }
    // The last write waits for its idle clocks.
    (0..PATIENCE).for_each(|_| bench.tick());
    held
}

fn put<B: Block>(bench: &mut Bench<B>, ports: &Ports<B>, slot: u32, entry: &[u32]) {
    bench.drive(|u| (ports.write)(u, Some((slot, entry))));
    let taken = (0..PATIENCE).any(|_| {
        let taken = (ports.ready)(&bench.dut);
        bench.tick();
        taken
    });
    assert!(taken, "slot {slot} is not taken within {PATIENCE} clocks");
    bench.drive(|u| (ports.write)(u, None));
}
