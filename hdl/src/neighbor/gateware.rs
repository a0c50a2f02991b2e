//! [`super::reply`] as hardware; [`super::answered`] is judged where the mapping is.

use super::bits::{Advertisement, ArpReply};
use rust_hdl::prelude::*;

/// Clocks from the mapping to the sum.
pub const SUMS: usize = 3;

const ARP: usize = 240;
const ADVERTISEMENT: usize = 592;

/// What the checksum of an advertisement adds up but the addresses, [`SUMS`] clocks later (RFC 8200
/// section 8.1).
#[derive(LogicBlock)]
pub struct Sums {
    pub clock: Signal<In, Clock>,
    pub mac: Signal<In, Bits<48>>,
    pub router: Signal<In, Bit>,
    pub rest: Signal<Out, Bits<22>>,
    mac_at: DFF<Bits<48>>,
    router_at: DFF<Bit>,
    high: DFF<Bits<22>>,
    low: DFF<Bits<22>>,
    both: DFF<Bits<22>>,
    fixed: Constant<Bits<22>>,
    of_router: Constant<Bits<22>>,
}

impl Default for Sums {
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
            mac: Signal::default(),
            router: Signal::default(),
            rest: Signal::default(),
            mac_at: DFF::default(),
            router_at: DFF::default(),
            high: DFF::default(),
            low: DFF::default(),
            both: DFF::default(),
            fixed: Constant::new(sum.to_bits()),
            of_router: Constant::new((sum + (1 << 15)).to_bits()),
        }
    }
}

impl Logic for Sums {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, mac_at, router_at, high, low, both);
        self.mac_at.d.next = self.mac.val();
        self.router_at.d.next = self.router.val();
        self.high.d.next = bit_cast::<22, 16>(self.mac_at.q.val().get_bits::<16>(32))
            + bit_cast::<22, 16>(self.mac_at.q.val().get_bits::<16>(16));
        self.low.d.next =
            bit_cast::<22, 16>(self.mac_at.q.val().get_bits::<16>(0)) + self.fixed.val();
        if self.router_at.q.val() {
            self.low.d.next =
                bit_cast::<22, 16>(self.mac_at.q.val().get_bits::<16>(0)) + self.of_router.val();
        }
        self.both.d.next = self.high.q.val() + self.low.q.val();
        self.rest.next = self.both.q.val();
    }
}

/// Both answers behind the header of their ENI; wires.
#[derive(LogicBlock)]
pub struct Reply {
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
    /// Of the advertisement.
    pub checksum: Signal<In, Bits<16>>,
    /// To ARP.
    pub arp: Signal<Out, Bits<ARP>>,
    /// To a neighbor solicitation.
    pub advertisement: Signal<Out, Bits<ADVERTISEMENT>>,
    fixed_arp: Constant<ArpReply>,
    fixed_v6: Constant<Advertisement>,
    v4: Signal<Local, ArpReply>,
    v6: Signal<Local, Advertisement>,
}

impl Default for Reply {
    fn default() -> Self {
        Self {
            asker_mac: Signal::default(),
            asker_ip: Signal::default(),
            mac: Signal::default(),
            ip: Signal::default(),
            router: Signal::default(),
            checksum: Signal::default(),
            arp: Signal::default(),
            advertisement: Signal::default(),
            fixed_arp: Constant::new(super::ArpReply::FIXED.into()),
            fixed_v6: Constant::new(super::Advertisement::FIXED.into()),
            v4: Signal::default(),
            v6: Signal::default(),
        }
    }
}

impl Logic for Reply {
    #[hdl_gen]
    fn update(&mut self) {
        self.v4.next = self.fixed_arp.val();
        self.v4.next.target_ip = bit_cast::<32, 128>(self.asker_ip.val());
        self.v4.next.target_mac = self.asker_mac.val();
        self.v4.next.sender_ip = bit_cast::<32, 128>(self.ip.val());
        self.v4.next.sender_mac = self.mac.val();
        self.arp.next = bit_cast::<ARP, ARP>(self.v4.val().into());
        self.v6.next = self.fixed_v6.val();
        self.v6.next.mac = self.mac.val();
        self.v6.next.target = self.ip.val();
        self.v6.next.router = self.router.val();
        self.v6.next.checksum = self.checksum.val();
        self.v6.next.dst_ip = self.asker_ip.val();
        self.v6.next.src_ip = self.ip.val();
        self.advertisement.next = bit_cast::<ADVERTISEMENT, ADVERTISEMENT>(self.v6.val().into());
    }
}
