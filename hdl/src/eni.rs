//! Which virtual NIC is at the other end of this wire, or which VPC is in this tunnel?
//!
//! ```text
//!   host: (port, VLAN tags) --+
//!                             +--> [ exact-match ] --> ENI, VPC, subnet, tables
//!   net:  VNI ----------------+
//! ```
//! One table answers both questions, since a packet asks only one of them.

use crate::meta::DropReason;

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// What is asked: a place where an ENI hangs, or a tunnel's VNI.
    pub struct AttachKey {
        /// VLAN identifiers, the outer one first, 0 where there is no tag (IEEE 802.1Q);
        /// for a VNI its low and its high twelve bits.
        vids: [u16; 2] => 12,
        /// VLAN tags on the frame, 0 to 2; 0 for a VNI.
        tags: u8 => 2,
        /// Host port; 0 for a VNI.
        port: u8 => 3,
        /// Is it a VNI that is asked for?
        vni: bool,
    }
    /// Who that is. Of a VNI only the VPC is known, and the table of its senders.
    pub struct AttachAction {
        /// The VPC, by its number on this card.
        vpc: u8 => 8,
        /// The ENI, by its number on this card.
        eni: u16 => 10,
        /// Its subnet, by its number on this card; 0 is no subnet.
        subnet: u16 => 10,
        /// Its policy, by its number on this card: which rules judge its packets.
        policy: u8 => 8,
        /// Route table of its subnet; of a VNI that of the VPC's senders.
        route_table: u8 => 8,
        /// Its MAC.
        mac: u64 => 48,
        /// Administratively up?
        up: bool,
        /// Must its source address be its own (source/destination check)?
        check: bool,
        /// Is the host's CPU asked for mappings that its VPC misses?
        asks: bool,
    }
}

impl AttachKey {
    /// The place of an ENI: a host port and the VLAN identifiers of its tags, outer first.
    pub fn place(port: u8, vids: &[u16]) -> Self {
        let mut key = Self { port, tags: vids.len() as u8, ..Self::default() };
        key.vids[..vids.len()].copy_from_slice(vids);
        key
    }
    /// A tunnel's VNI, 24 bits.
    pub fn tunnel(vni: u32) -> Self {
        let vids = [(vni & 0xfff) as u16, (vni >> 12) as u16];
        Self { vids, vni: true, ..Self::default() }
    }
}

// ---- reference --------------------------------------------------------------------------

/// What an answer of the table means for the packet.
pub fn attached(net: bool, found: Option<AttachAction>) -> DropReason {
    match found {
        None if net => DropReason::UnknownVni,
        None => DropReason::UnknownEni,
        Some(eni) if !net && !eni.up => DropReason::EniDown,
        Some(_) => DropReason::None,
    }
}

// ---- kernel -----------------------------------------------------------------------------

/// [`attached`] as hardware.
#[cfg(feature = "gateware")]
pub mod gateware {
    use super::bits::{AttachAction, AttachKey};
    use crate::meta::{DropReason, gateware::FirstReason};
    use cells::{delay::Delay, exact::Exact, view::View};
    use rust_hdl::prelude::*;

    /// Clocks from the question to the action.
    pub const LATENCY: usize = 1 + cells::exact::LATENCY;
    /// Clocks from the action to the reason: `decap`'s, which comes first, is not known earlier.
    pub const JUDGE: usize = crate::decap::gateware::LATENCY + 1;
    /// Bits of the key, of the action, of an entry.
    const KEY: usize = 30;
    const ACTION: usize = 95;
    const ENTRY: usize = KEY + ACTION + 2;
    const TAG: usize = KEY + 2;

    /// The table of attachments and what its answer means.
    #[derive(LogicBlock, Default)]
    pub struct Attach {
        /// Rising edge.
        pub clock: Signal<In, Clock>,
        /// Empties the table.
        pub reset: Signal<In, Bit>,
        /// Of the hash.
        pub seed: Signal<In, Bits<64>>,
        /// A packet is here.
        pub valid: Signal<In, Bit>,
        /// Parity of its generation.
        pub generation: Signal<In, Bit>,
        /// From the underlay?
        pub net: Signal<In, Bit>,
        /// Port it came in at.
        pub port: Signal<In, Bits<3>>,
        /// VLAN identifiers, the outer one lowest.
        pub vids: Signal<In, Bits<24>>,
        /// VLAN tags.
        pub tags: Signal<In, Bits<2>>,
        /// The tunnel's VNI.
        pub vni: Signal<In, Bits<24>>,
        /// The reason so far, [`JUDGE`]` - 1` clocks after the action.
        pub before: Signal<In, Bits<6>>,
        /// Was anything found?
        pub hit: Signal<Out, Bit>,
        /// In which slot.
        pub slot: Signal<Out, Bits<18>>,
        /// Who it is.
        pub action: Signal<Out, AttachAction>,
        /// The reason so far, [`JUDGE`] clocks after the action.
        pub reason: Signal<Out, Bits<6>>,
        /// An entry to be written.
        pub w_valid: Signal<In, Bit>,
        /// Where.
        pub w_slot: Signal<In, Bits<18>>,
        /// The entry.
        pub w_entry: Signal<In, Bits<ENTRY>>,
        /// It is taken.
        pub w_ready: Signal<Out, Bit>,
        /// The table is being emptied.
        pub busy: Signal<Out, Bit>,
        valid_at: DFF<Bit>,
        generation_at: DFF<Bit>,
        asked: Signal<Local, AttachKey>,
        key: DFF<Bits<KEY>>,
        table_of: Exact<KEY, ACTION, ENTRY, TAG>,
        fields: View<AttachAction, ACTION>,
        net_at: Delay<Bit, LATENCY>,
        no_vni: Delay<Bit, { JUDGE - 1 }>,
        no_eni: Delay<Bit, { JUDGE - 1 }>,
        down: Delay<Bit, { JUDGE - 1 }>,
        judge: FirstReason<3>,
    }

    impl Attach {
        /// With `4 << depth_log2` slots.
        pub fn new(depth_log2: usize) -> Self {
            let reasons = [DropReason::UnknownVni, DropReason::UnknownEni, DropReason::EniDown];
            Self {
                table_of: Exact::new(depth_log2),
                judge: FirstReason::new(reasons),
                ..Self::default()
            }
        }
    }

    impl Logic for Attach {
        #[hdl_gen]
        fn update(&mut self) {
            dff_setup!(self, clock, valid_at, generation_at, key);
            clock!(self, clock, table_of, net_at, no_vni, no_eni, down, judge);
            // What is asked.
            self.asked.next.vids = self.vids.val();
            self.asked.next.tags = self.tags.val();
            self.asked.next.port = self.port.val();
            self.asked.next.vni = 0.into();
            if self.net.val() {
                self.asked.next.vids = self.vni.val();
                self.asked.next.tags = 0.into();
                self.asked.next.port = 0.into();
                self.asked.next.vni = 1.into();
            }
            self.key.d.next = bit_cast::<KEY, KEY>(self.asked.val().into());
            self.valid_at.d.next = self.valid.val();
            self.generation_at.d.next = self.generation.val();
            self.table_of.reset.next = self.reset.val();
            self.table_of.seed.next = self.seed.val();
            self.table_of.i_valid.next = self.valid_at.q.val();
            self.table_of.i_key.next = self.key.q.val();
            self.table_of.i_gen.next = self.generation_at.q.val();
            self.table_of.r_valid.next = false;
            self.table_of.r_slot.next = 0.into();
            self.table_of.w_valid.next = self.w_valid.val();
            self.table_of.w_slot.next = self.w_slot.val();
            self.table_of.w_entry.next = self.w_entry.val();
            self.w_ready.next = self.table_of.w_ready.val();
            self.busy.next = self.table_of.busy.val();
            // What is answered.
            self.fields.i.next = self.table_of.o_action.val();
            self.action.next = self.fields.o.val();
            self.hit.next = self.table_of.o_hit.val();
            self.slot.next = self.table_of.o_entry.val();
            // What it means.
            self.net_at.d.next = self.net.val();
            self.no_vni.d.next = self.net_at.q.val() & !self.table_of.o_hit.val();
            self.no_eni.d.next = !self.net_at.q.val() & !self.table_of.o_hit.val();
            self.down.d.next = !self.net_at.q.val() & !self.fields.o.val().up.any();
            self.judge.before.next = self.before.val();
            self.judge.flags[0].next = self.no_vni.q.val();
            self.judge.flags[1].next = self.no_eni.q.val();
            self.judge.flags[2].next = self.down.q.val();
            self.reason.next = self.judge.reason.val();
        }
    }
}
