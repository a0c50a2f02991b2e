//! How is a long combinatorial `tready` cut without losing a clock?
//!
//! ```text
//!                +------+ spare, taken while the way is blocked
//!            +-->|spare |--+
//! s_tdata ---+   +------+  v   +-----+
//!            +----------->mux->| out |---> m_tdata
//!                              +-----+
//! s_tready <--[register]       [register]--> m_tvalid
//! ```
//! An AXI4-Stream register slice: `s_tready`, `m_tvalid` and `m_tdata` are registers' outputs, so
//! nothing leads combinatorially from one side to the other. A beat moves when `tvalid` and
//! `tready` are both high at a rising edge. Hold it in reset before its neighbours send: `s_tready`
//! is high in reset, and a beat sent then is lost.
//!
//! Latency: 1 clock. Throughput: a beat per clock. Capacity: 2 beats.
//!
//! ECP5-85 -8, 145 bits, out of context, one seed: 148 LUT4, 292 FF, 438 MHz.

use crate::register::Register;
use rust_hdl::prelude::*;

/// Clocks from a beat taken to the same beat offered.
pub const LATENCY: usize = 1;
/// Beats it holds when its reader stands still.
pub const CAPACITY: usize = 2;

/// A register slice for beats of any type; see the file's head.
#[derive(LogicBlock)]
pub struct Skid<T: Synth> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Empties it.
    pub reset: Signal<In, Bit>,
    /// A beat is offered.
    pub s_tvalid: Signal<In, Bit>,
    /// It is taken.
    pub s_tready: Signal<Out, Bit>,
    /// The beat, all its fields.
    pub s_tdata: Signal<In, T>,
    /// A beat is offered to the reader.
    pub m_tvalid: Signal<Out, Bit>,
    /// The reader takes it.
    pub m_tready: Signal<In, Bit>,
    /// The beat.
    pub m_tdata: Signal<Out, T>,
    valid: Register<Bit>,
    out: DFF<T>,
    open: Register<Bit>,
    spare: DFF<T>,
}

impl<T: Synth> Default for Skid<T> {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            s_tvalid: Signal::default(),
            s_tready: Signal::default(),
            s_tdata: Signal::default(),
            m_tvalid: Signal::default(),
            m_tready: Signal::default(),
            m_tdata: Signal::default(),
            valid: Register::default(),
            out: DFF::default(),
            open: Register::new(true),
            spare: DFF::default(),
        }
    }
}

impl<T: Synth> Logic for Skid<T> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, valid, out, open, spare);
        self.valid.reset.next = self.reset.val();
        self.open.reset.next = self.reset.val();
        // The spare register follows the input while it is free: its content
        // counts only once the slice is closed.
        if self.open.q.val() {
            self.spare.d.next = self.s_tdata.val();
        }
        if self.m_tready.val() | !self.valid.q.val() {
            self.valid.d.next = self.s_tvalid.val() | !self.open.q.val();
            self.out.d.next = self.s_tdata.val();
            if !self.open.q.val() {
                self.out.d.next = self.spare.q.val();
            }
            self.open.d.next = true;
        } else if self.s_tvalid.val() {
            self.open.d.next = false;
        }
        self.s_tready.next = self.open.q.val();
        self.m_tvalid.next = self.valid.q.val();
        self.m_tdata.next = self.out.q.val();
    }
}
