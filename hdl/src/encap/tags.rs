//! How does a frame to an ENI begin?

use super::{TPID, bits::EniHeader};
use crate::deliver::bits::Access;
use cells::stream::HEADER_BITS;
use rust_hdl::prelude::*;

const ENI: usize = 160;

/// The beginning of a frame to an ENI, two tags included; wires.
#[derive(LogicBlock)]
pub struct Tags {
    pub row: Signal<In, Access>,
    pub src_mac: Signal<In, Bits<48>>,
    pub header: Signal<Out, Bits<HEADER_BITS>>,
    begins: Signal<Local, EniHeader>,
    tpid: Constant<Bits<16>>,
    outer_tpid: Constant<Bits<16>>,
}

impl Default for Tags {
    fn default() -> Self {
        Self {
            row: Signal::default(),
            src_mac: Signal::default(),
            header: Signal::default(),
            begins: Signal::default(),
            tpid: Constant::new(u64::from(TPID[0]).to_bits()),
            outer_tpid: Constant::new(u64::from(TPID[1]).to_bits()),
        }
    }
}

impl Logic for Tags {
    #[hdl_gen]
    fn update(&mut self) {
        self.begins.next.dst_mac = self.row.val().mac;
        self.begins.next.src_mac = self.src_mac.val();
        self.begins.next.tpid0 = self.tpid.val();
        if self.row.val().tags == 2 {
            self.begins.next.tpid0 = self.outer_tpid.val();
        }
        self.begins.next.vid0 = bit_cast::<16, 12>(self.row.val().vids.get_bits::<12>(0));
        self.begins.next.tpid1 = self.tpid.val();
        self.begins.next.vid1 = bit_cast::<16, 12>(self.row.val().vids.get_bits::<12>(12));
        self.header.next =
            bit_cast::<HEADER_BITS, ENI>(bit_cast::<ENI, ENI>(self.begins.val().into())) << 608;
    }
}
