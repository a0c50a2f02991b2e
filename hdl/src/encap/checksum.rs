//! The checksum of the outer IPv4 header as hardware.

use rust_hdl::prelude::*;

/// One's-complement sum of the outer IPv4 header, folded (RFC 1071): six clocks from the
/// addresses, five from the length.
#[derive(LogicBlock)]
pub struct Checksum {
    pub clock: Signal<In, Clock>,
    pub src: Signal<In, Bits<32>>,
    pub dst: Signal<In, Bits<32>>,
    /// With the addresses.
    pub dscp_ecn: Signal<In, Bits<8>>,
    /// Two clocks after the addresses.
    pub total_length: Signal<In, Bits<16>>,
    /// Five clocks after the addresses.
    pub checksum: Signal<Out, Bits<16>>,
    src_sum: DFF<Bits<20>>,
    dst_sum: DFF<Bits<20>>,
    fixed_sum: DFF<Bits<20>>,
    addresses: DFF<Bits<20>>,
    fixed_at: DFF<Bits<20>>,
    with_fixed: DFF<Bits<20>>,
    total_at: DFF<Bits<16>>,
    all: DFF<Bits<20>>,
    folded: DFF<Bits<20>>,
    twice: Signal<Local, Bits<20>>,
    fixed: Constant<Bits<20>>,
}

impl Default for Checksum {
    fn default() -> Self {
        // Version, header length and type of service; DF; time to live and protocol.
        let fixed = 0x4500 + 0x4000 + (u64::from(super::OUTER_TTL) << 8) + 17;
        Self {
            clock: Signal::default(),
            src: Signal::default(),
            dst: Signal::default(),
            dscp_ecn: Signal::default(),
            total_length: Signal::default(),
            checksum: Signal::default(),
            src_sum: DFF::default(),
            dst_sum: DFF::default(),
            fixed_sum: DFF::default(),
            addresses: DFF::default(),
            fixed_at: DFF::default(),
            with_fixed: DFF::default(),
            total_at: DFF::default(),
            all: DFF::default(),
            folded: DFF::default(),
            twice: Signal::default(),
            fixed: Constant::new(fixed.to_bits()),
        }
    }
}

impl Logic for Checksum {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, src_sum, dst_sum, fixed_sum, addresses, fixed_at);
        dff_setup!(self, clock, with_fixed, total_at, all, folded);
        self.src_sum.d.next = bit_cast::<20, 16>(self.src.val().get_bits::<16>(0))
            + bit_cast::<20, 16>(self.src.val().get_bits::<16>(16));
        self.dst_sum.d.next = bit_cast::<20, 16>(self.dst.val().get_bits::<16>(0))
            + bit_cast::<20, 16>(self.dst.val().get_bits::<16>(16));
        self.fixed_sum.d.next = self.fixed.val() + bit_cast::<20, 8>(self.dscp_ecn.val());
        self.addresses.d.next = self.src_sum.q.val() + self.dst_sum.q.val();
        self.fixed_at.d.next = self.fixed_sum.q.val();
        self.with_fixed.d.next = self.addresses.q.val() + self.fixed_at.q.val();
        self.total_at.d.next = self.total_length.val();
        self.all.d.next = self.with_fixed.q.val() + bit_cast::<20, 16>(self.total_at.q.val());
        self.folded.d.next = bit_cast::<20, 16>(self.all.q.val().get_bits::<16>(0))
            + bit_cast::<20, 4>(self.all.q.val().get_bits::<4>(16));
        self.twice.next = bit_cast::<20, 16>(self.folded.q.val().get_bits::<16>(0))
            + bit_cast::<20, 4>(self.folded.q.val().get_bits::<4>(16));
        self.checksum.next = !self.twice.val().get_bits::<16>(0);
    }
}
