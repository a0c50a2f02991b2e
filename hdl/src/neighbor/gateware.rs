//! [`super::reply`] as hardware; [`super::answered`] is judged where the mapping is.

use super::bits::{Advertisement, ArpReply};
use cells::{copies::Either, stream::HEADER_BITS};
use rust_hdl::prelude::*;

const ARP: usize = 240;
const ADVERTISEMENT: usize = 592;
/// Clocks from the addresses to the sum.
pub const SUM: usize = 6;

/// The checksum of an advertisement, [`SUM`] clocks later (RFC 1071, RFC 8200 section 8.1).
#[derive(LogicBlock)]
pub struct Sum {
    pub clock: Signal<In, Clock>,
    /// Who was asked for; counts twice, as source and as target.
    pub asked: Signal<In, Bits<128>>,
    pub asker: Signal<In, Bits<128>>,
    pub mac: Signal<In, Bits<48>>,
    pub router: Signal<In, Bit>,
    pub checksum: Signal<Out, Bits<16>>,
    asked_part: Signal<Local, Bits<16>>,
    asker_part: Signal<Local, Bits<16>>,
    parts: [DFF<Bits<22>>; 8],
    fours: [DFF<Bits<22>>; 4],
    twos: [DFF<Bits<22>>; 2],
    addresses: DFF<Bits<22>>,
    mac_high: DFF<Bits<22>>,
    mac_low: DFF<Bits<22>>,
    macs: DFF<Bits<22>>,
    rest: [DFF<Bits<22>>; 2],
    all: DFF<Bits<22>>,
    folded: DFF<Bits<22>>,
    twice: Signal<Local, Bits<22>>,
    fixed: Constant<Bits<22>>,
    of_router: Constant<Bits<22>>,
}

impl Default for Sum {
    fn default() -> Self {
        let fixed = super::Advertisement::FIXED;
        let pair = |high: u8, low: u8| u64::from(high) << 8 | u64::from(low);
        let sum = u64::from(fixed.payload_length)
            + u64::from(fixed.next_header)
            + pair(fixed.kind, fixed.code)
            + pair(fixed.option, fixed.option_length)
            + (u64::from(fixed.solicited) << 14)
            + (u64::from(fixed.overrides) << 13);
        Self {
            clock: Signal::default(),
            asked: Signal::default(),
            asker: Signal::default(),
            mac: Signal::default(),
            router: Signal::default(),
            checksum: Signal::default(),
            asked_part: Signal::default(),
            asker_part: Signal::default(),
            parts: std::array::from_fn(|_| DFF::default()),
            fours: std::array::from_fn(|_| DFF::default()),
            twos: std::array::from_fn(|_| DFF::default()),
            addresses: DFF::default(),
            mac_high: DFF::default(),
            mac_low: DFF::default(),
            macs: DFF::default(),
            rest: std::array::from_fn(|_| DFF::default()),
            all: DFF::default(),
            folded: DFF::default(),
            twice: Signal::default(),
            fixed: Constant::new(sum.to_bits()),
            of_router: Constant::new((sum + (1 << 15)).to_bits()),
        }
    }
}

impl Logic for Sum {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, addresses, mac_high, mac_low, macs, all, folded);
        for i in 0..8 {
            self.parts[i].clock.next = self.clock.val();
            self.asked_part.next = self.asked.val().get_bits::<16>(16 * i);
            self.asker_part.next = self.asker.val().get_bits::<16>(16 * i);
            self.parts[i].d.next = (bit_cast::<22, 16>(self.asked_part.val()) << 1)
                + bit_cast::<22, 16>(self.asker_part.val());
        }
        for i in 0..4 {
            self.fours[i].clock.next = self.clock.val();
            self.fours[i].d.next = self.parts[i].q.val() + self.parts[i + 4].q.val();
        }
        for i in 0..2 {
            self.twos[i].clock.next = self.clock.val();
            self.twos[i].d.next = self.fours[i].q.val() + self.fours[i + 2].q.val();
            self.rest[i].clock.next = self.clock.val();
        }
        self.addresses.d.next = self.twos[0].q.val() + self.twos[1].q.val();
        self.mac_high.d.next = bit_cast::<22, 16>(self.mac.val().get_bits::<16>(32))
            + bit_cast::<22, 16>(self.mac.val().get_bits::<16>(16));
        self.mac_low.d.next =
            bit_cast::<22, 16>(self.mac.val().get_bits::<16>(0)) + self.fixed.val();
        if self.router.val() {
            self.mac_low.d.next =
                bit_cast::<22, 16>(self.mac.val().get_bits::<16>(0)) + self.of_router.val();
        }
        self.macs.d.next = self.mac_high.q.val() + self.mac_low.q.val();
        self.rest[0].d.next = self.macs.q.val();
        self.rest[1].d.next = self.rest[0].q.val();
        self.all.d.next = self.addresses.q.val() + self.rest[1].q.val();
        self.folded.d.next = bit_cast::<22, 16>(self.all.q.val().get_bits::<16>(0))
            + bit_cast::<22, 6>(self.all.q.val().get_bits::<6>(16));
        self.twice.next = bit_cast::<22, 16>(self.folded.q.val().get_bits::<16>(0))
            + bit_cast::<22, 6>(self.folded.q.val().get_bits::<6>(16));
        self.checksum.next = !self.twice.val().get_bits::<16>(0);
    }
}

/// The answer behind the header of its ENI; no latency.
#[derive(LogicBlock)]
pub struct Reply {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// MACs and two tags of a frame to the ENI, the first byte highest.
    pub begins: Signal<In, Bits<HEADER_BITS>>,
    /// How many of these tags count, a clock before the others.
    pub tags: Signal<In, Bits<2>>,
    /// Is it neighbor discovery? A clock before the others.
    pub v6: Signal<In, Bit>,
    /// Who asked.
    pub asker_mac: Signal<In, Bits<48>>,
    /// In whose name; of ARP the lowest 32 bits.
    pub asker_ip: Signal<In, Bits<128>>,
    /// The answer,
    pub mac: Signal<In, Bits<48>>,
    /// and to what;
    pub ip: Signal<In, Bits<128>>,
    /// that is a router's.
    pub router: Signal<In, Bits<1>>,
    /// See [`Sum`].
    pub checksum: Signal<In, Bits<16>>,
    /// All of it.
    pub header: Signal<Out, Bits<HEADER_BITS>>,
    fixed_arp: Constant<ArpReply>,
    fixed_v6: Constant<Advertisement>,
    arp: Signal<Local, ArpReply>,
    advertisement: Signal<Local, Advertisement>,
    arp_or_v6: Either<8, HEADER_BITS>,
    or_one_tag: Either<8, HEADER_BITS>,
    or_two_tags: Either<8, HEADER_BITS>,
}

impl Default for Reply {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            begins: Signal::default(),
            tags: Signal::default(),
            v6: Signal::default(),
            asker_mac: Signal::default(),
            asker_ip: Signal::default(),
            mac: Signal::default(),
            ip: Signal::default(),
            router: Signal::default(),
            checksum: Signal::default(),
            header: Signal::default(),
            fixed_arp: Constant::new(super::ArpReply::FIXED.into()),
            fixed_v6: Constant::new(super::Advertisement::FIXED.into()),
            arp: Signal::default(),
            advertisement: Signal::default(),
            arp_or_v6: Either::default(),
            or_one_tag: Either::default(),
            or_two_tags: Either::default(),
        }
    }
}

impl Logic for Reply {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, arp_or_v6, or_one_tag, or_two_tags);
        self.arp.next = self.fixed_arp.val();
        self.arp.next.target_ip = bit_cast::<32, 128>(self.asker_ip.val());
        self.arp.next.target_mac = self.asker_mac.val();
        self.arp.next.sender_ip = bit_cast::<32, 128>(self.ip.val());
        self.arp.next.sender_mac = self.mac.val();
        self.advertisement.next = self.fixed_v6.val();
        self.advertisement.next.mac = self.mac.val();
        self.advertisement.next.target = self.ip.val();
        self.advertisement.next.router = self.router.val();
        self.advertisement.next.checksum = self.checksum.val();
        self.advertisement.next.dst_ip = self.asker_ip.val();
        self.advertisement.next.src_ip = self.ip.val();
        // Both begin behind two tags.
        self.arp_or_v6.take_b.next = self.v6.val();
        self.arp_or_v6.a.next =
            bit_cast::<HEADER_BITS, ARP>(bit_cast::<ARP, ARP>(self.arp.val().into())) << 368;
        self.arp_or_v6.b.next =
            bit_cast::<HEADER_BITS, ADVERTISEMENT>(bit_cast::<ADVERTISEMENT, ADVERTISEMENT>(
                self.advertisement.val().into(),
            )) << 16;
        self.or_one_tag.take_b.next = self.tags.val() == 1;
        self.or_one_tag.a.next =
            ((self.begins.val() >> 672) << 672) | (self.arp_or_v6.chosen.val() << 64);
        self.or_one_tag.b.next =
            ((self.begins.val() >> 640) << 640) | (self.arp_or_v6.chosen.val() << 32);
        self.or_two_tags.take_b.next = self.tags.val() == 2;
        self.or_two_tags.a.next = self.or_one_tag.chosen.val();
        self.or_two_tags.b.next = self.begins.val() | self.arp_or_v6.chosen.val();
        self.header.next = self.or_two_tags.chosen.val();
    }
}
