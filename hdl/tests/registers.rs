//! Do the registers answer a host that never pauses, and wait for the tables?
#![cfg(feature = "gateware")]
#![allow(clippy::unwrap_used, reason = "tests")]

use hdl::{
    bar0::{
        self, Command,
        gateware::{Bar0, COMMAND_CLOCKS, PATIENCE_CLOCKS},
    },
    profile::PROFILES,
    tables::TableId,
};
use layout::{Packed, Slice};
use replay::Bench;
use rust_hdl::prelude::*;

/// Each table is ready.
const ALL: u64 = (1 << TableId::ALL.len()) - 1;
/// Most clocks that an access takes if nothing holds it up.
const ACCESS_CLOCKS: usize = 10;

/// Registers after their reset, all tables ready.
fn registers() -> Bench<Bar0> {
    let mut bench = Bench::new(Bar0::new(&PROFILES[0]), |u| &mut u.clock);
    bench.drive(|u| u.reset.next = true);
    bench.tick();
    bench.drive(|u| {
        u.reset.next = false;
        u.w_ready.next = ALL.into();
    });
    bench
}

/// A word that writes slot 0 of this table.
fn command(table: TableId) -> u32 {
    let mut word = 0;
    let command = Command { index: 0, bank: false, table };
    command.put(&mut Slice::from_element_mut(&mut word)[..Command::BITS]);
    word
}

/// Begins an access.
fn ask(bench: &mut Bench<Bar0>, write: bool, offset: u64, data: u32) {
    bench.drive(|u| {
        u.bus_valid.next = true;
        u.bus_write.next = write;
        u.bus_addr.next = offset.into();
        u.bus_wdata.next = u64::from(data).into();
    });
}

/// A clock; is the access answered in it? If so it is let go.
fn answered(bench: &mut Bench<Bar0>) -> bool {
    let ready = bench.dut.bus_ready.val();
    bench.tick();
    if ready {
        bench.drive(|u| u.bus_valid.next = false);
        bench.tick();
    }
    ready
}

/// The clock in which a table is first asked to take an entry.
fn asked(bench: &Bench<Bar0>) -> bool {
    bench.dut.w_valid.val().any()
}

#[test]
fn what_never_changes_is_read() {
    let mut bench = registers();
    for (offset, want) in [(bar0::MAGIC, bar0::MAGIC_VALUE), (bar0::ABI, bar0::ABI_VALUE)] {
        ask(&mut bench, false, offset, 0);
        let mut read = None;
        for _ in 0..ACCESS_CLOCKS {
            if bench.dut.bus_ready.val() {
                read = Some(bench.dut.bus_rdata.val().index() as u32);
            }
            if answered(&mut bench) {
                break;
            }
        }
        assert_eq!(read, Some(want), "at {offset:#x}");
    }
}

#[test]
fn entries_follow_each_other_no_faster_than_their_orders_travel() {
    let mut bench = registers();
    let mut starts = Vec::new();
    for table in &TableId::ALL[..4] {
        ask(&mut bench, true, bar0::COMMAND, command(*table));
        let mut before = false;
        for clock in 0..=ACCESS_CLOCKS {
            assert!(clock < ACCESS_CLOCKS, "a command is not answered");
            let clocks = bench.trace().clocks();
            if asked(&bench) && !before {
                starts.push(clocks);
            }
            before = asked(&bench);
            if answered(&mut bench) {
                break;
            }
        }
    }
    let apart: Vec<usize> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(apart, [COMMAND_CLOCKS; 3]);
}

#[test]
fn a_command_waits_for_its_table_and_asks_for_an_idle_clock() {
    let mut bench = registers();
    let bit = 1 << TableId::Mappings as u64;
    bench.drive(|u| u.w_ready.next = (ALL & !bit).into());
    ask(&mut bench, true, bar0::COMMAND, command(TableId::Mappings));
    let mut bubbles = 0;
    for _ in 0..4 * PATIENCE_CLOCKS {
        bubbles += u64::from(bench.dut.bubble.val());
        assert!(!answered(&mut bench), "the entry was not taken");
    }
    assert_eq!(bench.dut.w_valid.val(), Bits::<8>::from(bit));
    assert!((3..=4).contains(&bubbles), "{bubbles} idle clocks");
    bench.drive(|u| u.w_ready.next = ALL.into());
    assert!((0..ACCESS_CLOCKS).any(|_| answered(&mut bench)), "the entry was taken");
    assert!(!asked(&bench));
}

#[test]
fn a_generation_waits_until_every_table_has_written() {
    let mut bench = registers();
    for table in 0..TableId::ALL.len() {
        let before = bench.dut.generation.val();
        bench.drive(|u| u.w_ready.next = (ALL & !(1 << table)).into());
        ask(&mut bench, true, bar0::GENERATION, u32::from(!before));
        for _ in 0..4 * ACCESS_CLOCKS {
            assert!(!answered(&mut bench), "table {table} had something to write");
            assert_eq!(bench.dut.generation.val(), before);
        }
        bench.drive(|u| u.w_ready.next = ALL.into());
        assert!((0..ACCESS_CLOCKS).any(|_| answered(&mut bench)), "table {table} had written");
        assert_eq!(bench.dut.generation.val(), !before);
    }
}
