//! Which flow is it? The matrix of [`super::super::flow_hash`] in pieces.
//!
//! ```text
//!   addresses --> 4 x fold --> xor --> wait ---> xor --> wait --> xor --> hash
//!   (clock 4)     4            5       6 .. 12   13      14       15
//!   protocol (clock 12) ---------------> fold ---^                ^
//!                                        12                       |
//!   ports (clock 14) ----------------------------------> fold ----+
//!                                                        14
//! ```

use super::super::flow_hash::{self, COLUMNS};
use cells::delay::Delay;
use rust_hdl::prelude::*;

/// `N` key bits into the hash. One clock.
#[derive(LogicBlock)]
pub struct Fold<const N: usize> {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// The key bits.
    pub key: Signal<In, Bits<N>>,
    /// What they add to the hash.
    pub hash: Signal<Out, Bits<14>>,
    held: DFF<Bits<14>>,
    row: [Constant<Bits<N>>; 14],
    masked: [Signal<Local, Bits<N>>; 14],
    folded: Signal<Local, Bits<14>>,
}

impl<const N: usize> Fold<N> {
    /// The key bits from `first` on.
    pub fn new(first: usize) -> Self {
        let row = |bit: usize| {
            (0..N).fold(Bits::<N>::default(), |row, i| {
                row.replace_bit(i, COLUMNS[first + i] >> bit & 1 == 1)
            })
        };
        Self {
            clock: Signal::default(),
            key: Signal::default(),
            hash: Signal::default(),
            held: DFF::default(),
            row: std::array::from_fn(|bit| Constant::new(row(bit))),
            masked: std::array::from_fn(|_| Signal::default()),
            folded: Signal::default(),
        }
    }
}

impl<const N: usize> Logic for Fold<N> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, held);
        self.folded.next = 0.into();
        for bit in 0..14 {
            self.masked[bit].next = self.key.val() & self.row[bit].val();
            self.folded.next = self.folded.val().replace_bit(bit, self.masked[bit].val().xor());
        }
        self.held.d.next = self.folded.val();
        self.hash.next = self.held.q.val();
    }
}

/// The hash of a flow.
#[derive(LogicBlock)]
pub struct FlowHash {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Clock 4.
    pub src_ip: Signal<In, Bits<128>>,
    /// Clock 4.
    pub dst_ip: Signal<In, Bits<128>>,
    /// Clock 12.
    pub protocol: Signal<In, Bits<8>>,
    /// Clock 14.
    pub src_port: Signal<In, Bits<16>>,
    /// Clock 14.
    pub dst_port: Signal<In, Bits<16>>,
    /// Clock 14: the ports count.
    pub ports: Signal<In, Bit>,
    /// After clock 15.
    pub hash: Signal<Out, Bits<14>>,
    src_low: Fold<64>,
    src_high: Fold<64>,
    dst_low: Fold<64>,
    dst_high: Fold<64>,
    number: Fold<8>,
    both: Fold<32>,
    addresses: Delay<Bits<14>, 8>,
    packet: Delay<Bits<14>, 2>,
    held: DFF<Bits<14>>,
}

impl Default for FlowHash {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            src_ip: Signal::default(),
            dst_ip: Signal::default(),
            protocol: Signal::default(),
            src_port: Signal::default(),
            dst_port: Signal::default(),
            ports: Signal::default(),
            hash: Signal::default(),
            src_low: Fold::new(0),
            src_high: Fold::new(64),
            dst_low: Fold::new(flow_hash::DST_IP),
            dst_high: Fold::new(flow_hash::DST_IP + 64),
            number: Fold::new(flow_hash::PROTOCOL),
            both: Fold::new(flow_hash::SRC_PORT),
            addresses: Delay::default(),
            packet: Delay::default(),
            held: DFF::default(),
        }
    }
}

impl Logic for FlowHash {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, src_low, src_high, dst_low, dst_high, number, both);
        clock!(self, clock, addresses, packet);
        dff_setup!(self, clock, held);
        self.src_low.key.next = self.src_ip.val().get_bits::<64>(0);
        self.src_high.key.next = self.src_ip.val().get_bits::<64>(64);
        self.dst_low.key.next = self.dst_ip.val().get_bits::<64>(0);
        self.dst_high.key.next = self.dst_ip.val().get_bits::<64>(64);
        self.number.key.next = self.protocol.val();
        self.addresses.d.next = self.src_low.hash.val()
            ^ self.src_high.hash.val()
            ^ self.dst_low.hash.val()
            ^ self.dst_high.hash.val();
        self.packet.d.next = self.addresses.q.val() ^ self.number.hash.val();
        self.both.key.next = 0.into();
        if self.ports.val() {
            self.both.key.next = bit_cast::<32, 16>(self.src_port.val())
                | (bit_cast::<32, 16>(self.dst_port.val()) << 16);
        }
        self.held.d.next = self.packet.q.val() ^ self.both.hash.val();
        self.hash.next = self.held.q.val();
    }
}
