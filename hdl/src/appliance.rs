//! Who takes packets that are not for its own address?
//!
//! ```text
//!   (VPC, destination MAC) ----> [ exact-match ] --> next hop; the ENI, if it is one of this card
//!   (VPC, tunnel's sender) ----> [ the same    ] --> do such ENIs live there?
//! ```
//! An ENI without source/destination check: a router, a firewall, a NAT instance. It may send under
//! any address (`spoof`), so its card may speak for any address of the VPC. And it is found by its
//! MAC: by neighbors in its subnet who send to it, whatever the destination, and by what a route or
//! a tunnel brings to it.

use crate::{parser::Headers, spoof::AddressAction};

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// What is asked: an appliance, or a card with one.
    pub struct ApplianceKey {
        /// The VPC, by its number on this card.
        vpc: u8 => 8,
        /// Its MAC; of a card the underlay address.
        who: u64 => 48,
        /// Is it a card that is asked for?
        card: bool,
    }
    /// Who that is; of a card nothing is said but that it has one.
    pub struct ApplianceAction {
        /// Its number as a next hop (stage `mapping`).
        hop: u16 => 12,
        /// As the owner of an address; ENI 0 if it is none of this card's.
        owner: AddressAction,
    }
}

impl ApplianceKey {
    /// Who has that MAC?
    pub fn mac(vpc: u8, mac: u64) -> Self {
        Self { vpc, who: mac, card: false }
    }

    /// Does one live behind that underlay address?
    pub fn card(vpc: u8, vtep: u32) -> Self {
        Self { vpc, who: vtep.into(), card: true }
    }
}

// ---- reference --------------------------------------------------------------------------

/// What is asked of a packet of that VPC: about its destination, about the tunnel's sender.
pub fn keys(vpc: u8, h: &Headers) -> [ApplianceKey; 2] {
    [ApplianceKey::mac(vpc, h.dst_mac), ApplianceKey::card(vpc, h.outer_src_ip)]
}

/// Whose what comes is: the appliance's of this card that has the MAC, else the address's owner.
pub fn receiver(
    found: Option<ApplianceAction>,
    owner: Option<AddressAction>,
) -> Option<AddressAction> {
    found.map(|appliance| appliance.owner).filter(|owner| owner.eni != 0).or(owner)
}

// ---- kernel -----------------------------------------------------------------------------

/// The two questions as hardware.
#[cfg(feature = "gateware")]
pub mod gateware {
    use super::bits::{ApplianceAction, ApplianceKey};
    use crate::spoof::bits::AddressAction;
    use cells::{delay::DelayValid, exact::Exact, view::View};
    use rust_hdl::prelude::*;

    /// Clocks from the VPC to the answers; [`Appliances::owner`] comes one later.
    pub const LATENCY: usize = 1 + cells::exact::LATENCY;
    const KEY: usize = 57;
    const ACTION: usize = 40;
    const ENTRY: usize = KEY + ACTION + 2;
    const TAG: usize = KEY + 2;

    /// One table, twice: both questions are asked in one clock.
    #[derive(LogicBlock, Default)]
    pub struct Appliances {
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
        /// Its VPC.
        pub vpc: Signal<In, Bits<8>>,
        /// Its destination MAC.
        pub dst_mac: Signal<In, Bits<48>>,
        /// The tunnel's source address.
        pub outer_src_ip: Signal<In, Bits<32>>,
        /// Is its destination an appliance?
        pub hit: Signal<Out, Bit>,
        /// In which slot.
        pub slot: Signal<Out, Bits<18>>,
        /// Who it is, zeros if nobody.
        pub action: Signal<Out, ApplianceAction>,
        /// Does one live where the tunnel comes from?
        pub speaks: Signal<Out, Bit>,
        /// In which slot.
        pub speaks_slot: Signal<Out, Bits<18>>,
        /// Does the packet come to an ENI? With the answers.
        pub inbound: Signal<In, Bit>,
        /// Has anybody here its near address,
        pub owned: Signal<In, Bit>,
        /// and who?
        pub owner: Signal<In, AddressAction>,
        /// A clock later: is it anybody's here,
        pub received: Signal<Out, Bit>,
        /// and whose? See [`super::receiver`].
        pub receiver: Signal<Out, AddressAction>,
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
        asked_mac: DFF<ApplianceKey>,
        asked_card: DFF<ApplianceKey>,
        asked_valid: DelayValid<1>,
        asked_in: DFF<Bit>,
        by_mac: Exact<KEY, ACTION, ENTRY, TAG>,
        by_card: Exact<KEY, ACTION, ENTRY, TAG>,
        fields: View<ApplianceAction, ACTION>,
        takes: View<AddressAction, 28>,
        received_now: DFF<Bit>,
        receiver_now: DFF<AddressAction>,
    }

    impl Appliances {
        /// With `4 << depth_log2` slots.
        pub fn new(depth_log2: usize) -> Self {
            Self {
                by_mac: Exact::new(depth_log2),
                by_card: Exact::new(depth_log2),
                ..Self::default()
            }
        }
    }

    impl Logic for Appliances {
        #[hdl_gen]
        fn update(&mut self) {
            dff_setup!(self, clock, asked_mac, asked_card, asked_in, received_now, receiver_now);
            clock!(self, clock, asked_valid, by_mac, by_card);
            // What is asked.
            self.asked_mac.d.next.vpc = self.vpc.val();
            self.asked_mac.d.next.who = self.dst_mac.val();
            self.asked_mac.d.next.card = 0.into();
            self.asked_card.d.next.vpc = self.vpc.val();
            self.asked_card.d.next.who = bit_cast::<48, 32>(self.outer_src_ip.val());
            self.asked_card.d.next.card = 1.into();
            self.asked_valid.reset.next = self.reset.val();
            self.asked_valid.d.next = self.valid.val();
            self.asked_in.d.next = self.generation.val();
            self.by_mac.reset.next = self.reset.val();
            self.by_mac.seed.next = self.seed.val();
            self.by_mac.i_valid.next = self.asked_valid.q.val();
            self.by_mac.i_key.next = bit_cast::<KEY, KEY>(self.asked_mac.q.val().into());
            self.by_mac.i_gen.next = self.asked_in.q.val();
            self.by_mac.r_valid.next = false;
            self.by_mac.r_slot.next = 0.into();
            self.by_mac.w_valid.next = self.w_valid.val();
            self.by_mac.w_slot.next = self.w_slot.val();
            self.by_mac.w_entry.next = self.w_entry.val();
            self.by_card.reset.next = self.reset.val();
            self.by_card.seed.next = self.seed.val();
            self.by_card.i_valid.next = self.asked_valid.q.val();
            self.by_card.i_key.next = bit_cast::<KEY, KEY>(self.asked_card.q.val().into());
            self.by_card.i_gen.next = self.asked_in.q.val();
            self.by_card.r_valid.next = false;
            self.by_card.r_slot.next = 0.into();
            self.by_card.w_valid.next = self.w_valid.val();
            self.by_card.w_slot.next = self.w_slot.val();
            self.by_card.w_entry.next = self.w_entry.val();
            // They go in step: both are asked in the same clocks, and written in the same.
            self.w_ready.next = self.by_mac.w_ready.val();
            self.busy.next = self.by_mac.busy.val();
            // What is answered.
            self.fields.i.next = self.by_mac.o_action.val();
            self.action.next = self.fields.o.val();
            self.hit.next = self.by_mac.o_hit.val();
            self.slot.next = self.by_mac.o_entry.val();
            self.speaks.next = self.by_card.o_hit.val();
            self.speaks_slot.next = self.by_card.o_entry.val();
            // Whose is it?
            self.takes.i.next = self.fields.o.val().owner;
            self.received_now.d.next = self.owned.val();
            self.receiver_now.d.next = self.owner.val();
            if self.inbound.val() & self.takes.o.val().eni.any() {
                self.received_now.d.next = true;
                self.receiver_now.d.next = self.takes.o.val();
            }
            self.received.next = self.received_now.q.val();
            self.receiver.next = self.receiver_now.q.val();
        }
    }
}
