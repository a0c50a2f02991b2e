//! [`super::judge`] and [`super::reply`] as hardware.

use super::bits::{FragmentationNeeded, PacketTooBig};
use cells::delay::Delay;
use rust_hdl::prelude::*;

/// Clocks from the mapping to whether the packet fits.
pub const JUDGE: usize = 2;
/// Clocks from the mapping to the path's MTU.
pub const PATH: usize = 1;
/// Clocks from the mapping to the sums.
pub const SUMS: usize = 3;

const NEEDED: usize = 240;
const TOO_BIG: usize = 400;

// A kernel takes no name for a number.
const _: () = assert!(super::LEAST == 1 << 7 && super::TRANSIT == 8500);

/// Does the packet fit? Everything comes in with the mapping.
#[derive(LogicBlock, Default)]
pub struct Fits {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Does it leave its ENI, and is it no question for a neighbor?
    pub leaves: Signal<In, Bit>,
    /// Is there a mapping?
    pub hit: Signal<In, Bit>,
    /// With this MTU.
    pub mtu: Signal<In, Bits<14>>,
    /// Does it go through a transit gateway?
    pub transit: Signal<In, Bit>,
    /// First byte of the IP header,
    pub l3_offset: Signal<In, Bits<8>>,
    /// and the one behind the IP packet.
    pub end: Signal<In, Bits<14>>,
    /// What the parser says of it.
    pub df: Signal<In, Bit>,
    pub v6: Signal<In, Bit>,
    pub fragment: Signal<In, Bit>,
    pub ported: Signal<In, Bit>,
    pub protocol: Signal<In, Bits<8>>,
    pub dst_port: Signal<In, Bits<16>>,
    /// MTU of the path, [`PATH`] clocks later.
    pub path: Signal<Out, Bits<14>>,
    /// It does not fit, and nobody is told,
    pub exceeds: Signal<Out, Bit>,
    /// or its sender is; [`JUDGE`] clocks later.
    pub tells: Signal<Out, Bit>,
    limit: DFF<Bits<14>>,
    bytes: DFF<Bits<14>>,
    asked: DFF<Bit>,
    whole: DFF<Bit>,
    error: DFF<Bit>,
    over: DFF<Bit>,
    may: DFF<Bit>,
    kind: Signal<Local, Bits<8>>,
    v4_error: Signal<Local, Bit>,
}

impl Logic for Fits {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, limit, bytes, asked, whole, error, over, may);
        self.asked.d.next = self.leaves.val() & self.hit.val();
        self.limit.d.next = self.mtu.val();
        if self.transit.val() & (8500 < self.mtu.val()) {
            self.limit.d.next = 8500.into();
        }
        self.bytes.d.next = self.end.val() - bit_cast::<14, 8>(self.l3_offset.val());
        self.kind.next = self.dst_port.val().get_bits::<8>(8);
        self.v4_error.next = (self.kind.val() == 3)
            | (self.kind.val() == 4)
            | (self.kind.val() == 5)
            | (self.kind.val() == 11)
            | (self.kind.val() == 12);
        self.error.d.next = self.ported.val()
            & (((self.protocol.val() == 1) & self.v4_error.val())
                | ((self.protocol.val() == 58) & !self.kind.val().get_bit(7)));
        self.whole.d.next = self.df.val() & (self.v6.val() | !self.fragment.val());
        self.over.d.next = self.asked.q.val()
            & self.limit.q.val().get_bits::<7>(7).any()
            & (self.limit.q.val() < self.bytes.q.val());
        self.may.d.next = self.whole.q.val() & !self.error.q.val();
        self.path.next = self.limit.q.val();
        self.exceeds.next = self.over.q.val() & !self.may.q.val();
        self.tells.next = self.over.q.val() & self.may.q.val();
    }
}

/// What the checksums of both messages add up, [`SUMS`] clocks after the mapping.
#[derive(LogicBlock)]
pub struct Sums {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// [`PATH`] clocks after the mapping.
    pub path: Signal<In, Bits<14>>,
    pub quote_words: Signal<In, Bits<5>>,
    pub quote_sum: Signal<In, Bits<16>>,
    pub v6: Signal<In, Bit>,
    /// All of the IPv4 header, or of the ICMPv6 message and its pseudo-header, but the addresses.
    pub rest: Signal<Out, Bits<22>>,
    /// Checksum of the ICMP message, a clock later (RFC 1071).
    pub checksum: Signal<Out, Bits<16>>,
    quoted: DFF<Bits<16>>,
    both: DFF<Bits<22>>,
    length: Delay<Bits<22>, 2>,
    v6_at: Delay<Bit, 2>,
    header: DFF<Bits<22>>,
    message: DFF<Bits<22>>,
    folded: DFF<Bits<17>>,
    twice: Signal<Local, Bits<17>>,
    fixed_header: Constant<Bits<22>>,
    fixed_message: Constant<Bits<22>>,
    fixed_v6: Constant<Bits<22>>,
}

impl Default for Sums {
    fn default() -> Self {
        let pair = |high: u8, low: u8| u64::from(high) << 8 | u64::from(low);
        let (v4, v6) = (super::FragmentationNeeded::FIXED, super::PacketTooBig::FIXED);
        let header = pair(v4.version_ihl, v4.dscp_ecn)
            + u64::from(v4.total_length)
            + pair(v4.ttl, v4.protocol);
        let of_v6 =
            pair(v6.kind, v6.code) + u64::from(v6.payload_length) + u64::from(v6.next_header);
        Self {
            clock: Signal::default(),
            path: Signal::default(),
            quote_words: Signal::default(),
            quote_sum: Signal::default(),
            v6: Signal::default(),
            rest: Signal::default(),
            checksum: Signal::default(),
            quoted: DFF::default(),
            both: DFF::default(),
            length: Delay::default(),
            v6_at: Delay::default(),
            header: DFF::default(),
            message: DFF::default(),
            folded: DFF::default(),
            twice: Signal::default(),
            fixed_header: Constant::new(header.to_bits()),
            fixed_message: Constant::new(pair(v4.kind, v4.code).to_bits()),
            fixed_v6: Constant::new(of_v6.to_bits()),
        }
    }
}

impl Logic for Sums {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, quoted, both, header, message, folded);
        clock!(self, clock, length, v6_at);
        self.quoted.d.next = self.quote_sum.val();
        self.both.d.next =
            bit_cast::<22, 14>(self.path.val()) + bit_cast::<22, 16>(self.quoted.q.val());
        self.length.d.next = bit_cast::<22, 5>(self.quote_words.val()) << 2;
        self.v6_at.d.next = self.v6.val();
        self.header.d.next = self.length.q.val() + self.fixed_header.val();
        if self.v6_at.q.val() {
            self.header.d.next = self.both.q.val() + self.fixed_v6.val();
        }
        self.rest.next = self.header.q.val();
        self.message.d.next = self.both.q.val() + self.fixed_message.val();
        self.folded.d.next = bit_cast::<17, 16>(self.message.q.val().get_bits::<16>(0))
            + bit_cast::<17, 6>(self.message.q.val().get_bits::<6>(16));
        self.twice.next = bit_cast::<17, 16>(self.folded.q.val().get_bits::<16>(0))
            + bit_cast::<17, 1>(self.folded.q.val().get_bits::<1>(16));
        self.checksum.next = !self.twice.val().get_bits::<16>(0);
    }
}

/// Both messages behind the header of their ENI; wires.
#[derive(LogicBlock)]
pub struct Message {
    /// Who sent the packet,
    pub near_ip: Signal<In, Bits<128>>,
    /// and to whom; of IPv4 the lowest 32 bits.
    pub far_ip: Signal<In, Bits<128>>,
    /// MTU of the path.
    pub path: Signal<In, Bits<14>>,
    pub quote_words: Signal<In, Bits<5>>,
    /// Of the IPv4 header, or of the ICMPv6 message,
    pub checksum: Signal<In, Bits<16>>,
    /// and of the ICMP message.
    pub icmp_checksum: Signal<In, Bits<16>>,
    /// Over IPv4.
    pub needed: Signal<Out, Bits<NEEDED>>,
    /// Over IPv6.
    pub too_big: Signal<Out, Bits<TOO_BIG>>,
    fixed_needed: Constant<FragmentationNeeded>,
    fixed_too_big: Constant<PacketTooBig>,
    v4: Signal<Local, FragmentationNeeded>,
    v6: Signal<Local, PacketTooBig>,
}

impl Default for Message {
    fn default() -> Self {
        Self {
            near_ip: Signal::default(),
            far_ip: Signal::default(),
            path: Signal::default(),
            quote_words: Signal::default(),
            checksum: Signal::default(),
            icmp_checksum: Signal::default(),
            needed: Signal::default(),
            too_big: Signal::default(),
            fixed_needed: Constant::new(super::FragmentationNeeded::FIXED.into()),
            fixed_too_big: Constant::new(super::PacketTooBig::FIXED.into()),
            v4: Signal::default(),
            v6: Signal::default(),
        }
    }
}

impl Logic for Message {
    #[hdl_gen]
    fn update(&mut self) {
        self.v4.next = self.fixed_needed.val();
        self.v4.next.mtu = bit_cast::<16, 14>(self.path.val());
        self.v4.next.checksum = self.icmp_checksum.val();
        self.v4.next.dst_ip = bit_cast::<32, 128>(self.near_ip.val());
        self.v4.next.src_ip = bit_cast::<32, 128>(self.far_ip.val());
        self.v4.next.header_checksum = self.checksum.val();
        self.v4.next.total_length = (bit_cast::<16, 5>(self.quote_words.val()) << 2) + 28;
        self.needed.next = bit_cast::<NEEDED, NEEDED>(self.v4.val().into());
        self.v6.next = self.fixed_too_big.val();
        self.v6.next.mtu = bit_cast::<32, 14>(self.path.val());
        self.v6.next.checksum = self.checksum.val();
        self.v6.next.dst_ip = self.near_ip.val();
        self.v6.next.src_ip = self.far_ip.val();
        self.too_big.next = bit_cast::<TOO_BIG, TOO_BIG>(self.v6.val().into());
    }
}
