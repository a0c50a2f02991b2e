//! Which ENI of this card receives a packet, and through which port?
//!
//! ```text
//!   ENI of (VPC, destination IP) --> [ one row per ENI ] --> port, tags, MAC
//! ```
//! Asked of what comes out of a tunnel, and of what another ENI of this card sends.

use crate::{
    connection::IdleTimes, meta::DropReason, meter::Meters, nacl::RuleAction, parser::Headers,
    spoof::AddressAction,
};

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// How an ENI is reached.
    pub struct Access {
        /// Its MAC.
        mac: u64 => 48,
        /// VLAN identifiers of its place, the outer one first.
        vids: [u16; 2] => 12,
        /// How many of them its frames carry.
        tags: u8 => 2,
        /// Its host port.
        port: u8 => 3,
        /// Administratively up?
        up: bool,
        /// Does it stand outside, where addresses go by their public ones (stage `nat`)?
        outside: bool,
    }
    /// What is known of an ENI by its number.
    pub struct EniEntry {
        /// How it is reached.
        access: Access,
        /// When its connections are forgotten.
        idle: IdleTimes,
        /// What its policy says of what leaves it, where the table of rules says nothing;
        default_outbound: RuleAction,
        /// and of what comes.
        default_inbound: RuleAction,
        /// How much it may send, get and ask.
        meters: Meters,
    }
}

// ---- reference --------------------------------------------------------------------------

/// Has this card an ENI with the address and the MAC that a packet is sent to?
pub fn local(owner: Option<AddressAction>, eni: &Access, h: &Headers) -> DropReason {
    match owner {
        Some(_) if eni.mac == h.dst_mac => DropReason::None,
        _ => DropReason::NoLocalEni,
    }
}

/// Is the receiver up?
pub fn up(eni: &Access) -> DropReason {
    if eni.up { DropReason::None } else { DropReason::EniDown }
}

// ---- kernel -----------------------------------------------------------------------------

/// [`local`] and [`up`] as hardware.
#[cfg(feature = "gateware")]
pub mod gateware {
    use super::bits::Access;
    use cells::{
        delay::Delay,
        equal::Equal,
        ram::{Ram, Style},
        view::View,
    };
    use rust_hdl::prelude::*;

    /// Clocks from the ENI's number to its row; the flags come [`JUDGE`] later.
    pub const LATENCY: usize = 2;
    /// Clocks from the row to the flags.
    pub const JUDGE: usize = cells::equal::LATENCY;
    /// Bits of a row that say how the ENI is reached.
    pub const ROW: usize = 79;

    /// `W` bits of one row per ENI and bank.
    #[derive(LogicBlock)]
    pub struct Rows<const W: usize> {
        /// Rising edge.
        pub clock: Signal<In, Clock>,
        /// Which ENI.
        pub eni: Signal<In, Bits<10>>,
        /// Parity of the packet's generation.
        pub generation: Signal<In, Bit>,
        /// Its row, [`LATENCY`] clocks later.
        pub row: Signal<Out, Bits<W>>,
        /// A row to be written.
        pub w_valid: Signal<In, Bit>,
        /// Into which bank.
        pub w_bank: Signal<In, Bit>,
        /// Of which ENI.
        pub w_index: Signal<In, Bits<10>>,
        /// The row.
        pub w_entry: Signal<In, Bits<W>>,
        memory: Ram<W, 11>,
    }

    impl<const W: usize> Rows<W> {
        /// With `1 << depth_log2` rows in each bank.
        pub fn new(depth_log2: usize) -> Self {
            Self {
                clock: Signal::default(),
                eni: Signal::default(),
                generation: Signal::default(),
                row: Signal::default(),
                w_valid: Signal::default(),
                w_bank: Signal::default(),
                w_index: Signal::default(),
                w_entry: Signal::default(),
                memory: Ram::new(depth_log2 + 1, Style::Block),
            }
        }
    }

    impl<const W: usize> Default for Rows<W> {
        fn default() -> Self {
            Self::new(0)
        }
    }

    impl<const W: usize> Logic for Rows<W> {
        #[hdl_gen]
        fn update(&mut self) {
            clock!(self, clock, memory);
            self.memory.ra.next = bit_cast::<11, 10>(self.eni.val()) << 1;
            if self.generation.val() {
                self.memory.ra.next = (bit_cast::<11, 10>(self.eni.val()) << 1) | 1;
            }
            self.memory.wa.next = bit_cast::<11, 10>(self.w_index.val()) << 1;
            if self.w_bank.val() {
                self.memory.wa.next = (bit_cast::<11, 10>(self.w_index.val()) << 1) | 1;
            }
            self.memory.we.next = self.w_valid.val();
            self.memory.wd.next = self.w_entry.val();
            self.row.next = self.memory.q.val();
        }
    }

    /// How ENIs are reached.
    #[derive(LogicBlock, Default)]
    pub struct Deliver {
        /// Rising edge.
        pub clock: Signal<In, Clock>,
        /// Which ENI.
        pub eni: Signal<In, Bits<10>>,
        /// Parity of the packet's generation.
        pub generation: Signal<In, Bit>,
        /// How the ENI is reached, [`LATENCY`] clocks later.
        pub row: Signal<Out, Access>,
        /// With the row: has anybody here the packet's address?
        pub owned: Signal<In, Bit>,
        /// With the row: its destination MAC.
        pub dst_mac: Signal<In, Bits<48>>,
        /// It is nobody here, [`JUDGE`] clocks after the row.
        pub nobody: Signal<Out, Bit>,
        /// It is down, with `nobody`.
        pub down: Signal<Out, Bit>,
        /// A row to be written.
        pub w_valid: Signal<In, Bit>,
        /// Into which bank.
        pub w_bank: Signal<In, Bit>,
        /// Of which ENI.
        pub w_index: Signal<In, Bits<10>>,
        /// The row, as far as it says how.
        pub w_entry: Signal<In, Bits<ROW>>,
        rows: Rows<ROW>,
        fields: View<Access, ROW>,
        mac: Equal<48, 6>,
        unowned: Delay<Bit, JUDGE>,
        is_down: Delay<Bit, JUDGE>,
    }

    impl Deliver {
        /// With `1 << depth_log2` rows in each bank.
        pub fn new(depth_log2: usize) -> Self {
            Self { rows: Rows::new(depth_log2), ..Self::default() }
        }
    }

    impl Logic for Deliver {
        #[hdl_gen]
        fn update(&mut self) {
            clock!(self, clock, rows, mac, unowned, is_down);
            self.rows.eni.next = self.eni.val();
            self.rows.generation.next = self.generation.val();
            self.rows.w_valid.next = self.w_valid.val();
            self.rows.w_bank.next = self.w_bank.val();
            self.rows.w_index.next = self.w_index.val();
            self.rows.w_entry.next = self.w_entry.val();
            self.fields.i.next = self.rows.row.val();
            self.row.next = self.fields.o.val();
            self.mac.a.next = self.dst_mac.val();
            self.mac.b.next = self.fields.o.val().mac;
            self.unowned.d.next = !self.owned.val();
            self.is_down.d.next = !self.fields.o.val().up.any();
            self.nobody.next = self.unowned.q.val() | !self.mac.yes.val();
            self.down.next = self.is_down.q.val();
        }
    }
}
