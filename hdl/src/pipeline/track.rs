//! To which connection of its ENI does the packet belong?
//!
//! What is judged meanwhile says whether the packet counts, and whether it may make a connection.

use super::{
    along::Along,
    orders::{Kept, Orders},
};
use crate::connection::{
    bits::{ConnectionKey, Told, Tracked},
    gateware::Connect,
};
use cells::register::Register;
use rust_hdl::prelude::*;

/// A clock is asked for every so many, while the table waits for one, as a power of two.
const PATIENCE_LOG2: usize = 6;

/// Stage `connection`, from [`T_CLASS`](super::T_CLASS) to two clocks before the verdict.
#[derive(LogicBlock, Default)]
pub struct Track {
    pub clock: Signal<In, Clock>,
    pub orders: Signal<In, Orders>,
    /// Ticks.
    pub now: Signal<In, Bits<12>>,
    /// The ENI and the parity of the generation, earlier than the others.
    pub i_early: Signal<In, Bits<10>>,
    pub i_early_in: Signal<In, Bit>,
    pub i_valid: Signal<In, Bit>,
    pub i_along: Signal<In, Along>,
    pub i_told: Signal<In, Told>,
    /// What is judged of the packet, later.
    pub i_allow: Signal<In, Bit>,
    pub i_void: Signal<In, Bit>,
    pub tracked: Signal<Out, Tracked>,
    pub tick: Signal<Out, Bits<12>>,
    /// Let no frame in with the next clock.
    pub bubble: Signal<Out, Bit>,
    pub busy: Signal<Out, Bit>,
    pub occupied: Signal<Out, Bits<15>>,
    kept: Kept,
    key: Signal<Local, ConnectionKey>,
    connect: Connect,
    waits: Register<Bits<PATIENCE_LOG2>>,
    asks: Register<Bit>,
}

impl Track {
    pub fn new(buckets_log2: usize, enis_log2: usize) -> Self {
        Self { connect: Connect::new(buckets_log2, enis_log2), ..Self::default() }
    }
}

impl Logic for Track {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, waits, asks);
        clock!(self, clock, kept, connect);
        self.kept.orders.next = self.orders.val();
        self.connect.reset.next = self.orders.val().reset.any();
        self.connect.seed.next = self.kept.seed.val();
        self.connect.now.next = self.now.val();
        self.connect.eni.next = self.i_early.val();
        self.connect.generation.next = self.i_early_in.val();
        self.connect.valid.next = self.i_valid.val();
        self.connect.told.next = self.i_told.val();
        self.key.next.near_port = self.i_told.val().near_port;
        self.key.next.far_port = self.i_told.val().far_port;
        self.key.next.near_ip = self.i_along.val().near_ip;
        self.key.next.far_ip = self.i_along.val().far_ip;
        self.key.next.near_mac = self.i_along.val().src_mac;
        if self.i_along.val().inbound.any() {
            self.key.next.near_mac = self.i_along.val().dst_mac;
        }
        self.key.next.protocol = self.i_along.val().protocol;
        self.key.next.vpc = self.i_along.val().vpc;
        self.connect.key.next = self.key.val();
        self.connect.allow.next = self.i_allow.val();
        self.connect.void.next = self.i_void.val();
        self.connect.w_valid.next = self.orders.val().w_valid.get_bit(6);
        self.connect.w_bank.next = self.orders.val().w_bank.any();
        self.connect.w_index.next = self.orders.val().w_index.get_bits::<10>(0);
        self.connect.w_entry.next = self.kept.window.val().get_bits::<134>(0);
        self.tracked.next = self.connect.tracked.val();
        self.tick.next = self.connect.tick.val();
        self.busy.next = self.connect.busy.val();
        self.occupied.next = self.connect.occupied.val();
        // A free clock for the sweep; one that turns may take it, then there is a next one.
        self.waits.reset.next = self.orders.val().reset.any();
        self.waits.d.next = self.waits.q.val() + 1;
        self.asks.reset.next = self.orders.val().reset.any();
        self.asks.d.next = self.connect.wants_idle.val() & self.waits.q.val().all();
        self.bubble.next = self.asks.q.val();
    }
}
