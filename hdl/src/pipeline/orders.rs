//! What the host says to the stages. It travels from segment to segment, a clock each, so that no
//! wire of it crosses the card; each segment keeps for itself what it needs of it.

use crate::{bar0::gateware::KEPT, decap::bits::Identity, tables::TableId};
use cells::view::View;
use rust_hdl::prelude::*;

/// Reset, a word to be kept, or an entry to be written.
///
/// [`crate::bar0`] has no two entries on their way at once, and the reset is held until the last
/// segment is empty ([`RESET_CLOCKS`](crate::profile::RESET_CLOCKS)).
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Orders {
    /// Empties the exact-match tables and forgets the packets in the segment.
    pub reset: Bits<1>,
    /// One bit per word that a segment keeps: it becomes `data`.
    pub keep: Bits<KEPT>,
    pub data: Bits<32>,
    /// One bit per table, by [`crate::tables::TableId`]: what is in the window is written.
    pub w_valid: Bits<8>,
    /// Into which bank.
    pub w_bank: Bits<1>,
    /// Slot or index.
    pub w_index: Bits<18>,
}

// A kernel takes no name for a bit's number. These are the ones that the segments write.
const _: () = assert!(TableId::Attachments as u8 == 0);
const _: () = assert!(TableId::Addresses as u8 == 1);
const _: () = assert!(TableId::PortClasses as u8 == 2);
const _: () = assert!(TableId::Routes as u8 == 3);
const _: () = assert!(TableId::Rules as u8 == 4);
const _: () = assert!(TableId::Mappings as u8 == 5);
const _: () = assert!(TableId::Enis as u8 == 6);
const _: () = assert!(TableId::Appliances as u8 == 7);

/// What holds for all packets, and the entry that is written next.
#[derive(LogicBlock, Default)]
pub struct Kept {
    pub clock: Signal<In, Clock>,
    pub orders: Signal<In, Orders>,
    /// Of the hash tables.
    pub seed: Signal<Out, Bits<64>>,
    /// Who the card is.
    pub identity: Signal<Out, Identity>,
    /// The entry.
    pub window: Signal<Out, Bits<512>>,
    words: Words,
    who: View<Identity, 176>,
}

impl Logic for Kept {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, words);
        self.words.keep.next = self.orders.val().keep;
        self.words.data.next = self.orders.val().data;
        self.seed.next = self.words.all.val().get_bits::<64>(0);
        self.who.i.next = self.words.all.val().get_bits::<176>(64);
        self.identity.next = self.who.o.val();
        self.window.next = self.words.all.val().get_bits::<512>(256);
    }
}

/// Words that keep what is written to them, the first one lowest.
///
/// A leaf, as parts of a register cannot be assigned otherwise.
#[derive(LogicBlock, Default)]
struct Words {
    pub clock: Signal<In, Clock>,
    pub keep: Signal<In, Bits<KEPT>>,
    pub data: Signal<In, Bits<32>>,
    pub all: Signal<Out, Bits<768>>,
}

const _: () = assert!(32 * KEPT == 768);

impl Logic for Words {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            let (word, mut all) = (bit_cast::<768, 32>(self.data.val()), self.all.val());
            let ones = bit_cast::<768, 32>(0xffff_ffffu64.to_bits());
            for i in (0..KEPT).filter(|i| self.keep.val().get_bit(*i)) {
                let at: Bits<10> = (32 * i as u64).to_bits();
                all = (all & !(ones << at)) | (word << at);
            }
            self.all.next = all;
        }
    }

    fn connect(&mut self) {
        self.all.connect();
    }

    fn hdl(&self) -> Verilog {
        let word = |i| format!("    if (keep[{i}]) all[{} +: 32] <= data;\n", 32 * i);
        let words: String = (0..KEPT).map(word).collect();
        Verilog::Custom(format!("always @(posedge clock) begin\n{words}end\n"))
    }

    fn timing(&self) -> Vec<TimingInfo> {
        vec![TimingInfo {
            name: "words".into(),
            clock: "clock".into(),
            inputs: vec!["keep".into(), "data".into()],
            outputs: vec!["all".into()],
        }]
    }
}
