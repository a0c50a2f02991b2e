//! Which of several problems comes first?

use crate::meta::DropReason;
use rust_hdl::prelude::*;

/// The code of the first flag that is set, 0 if none is. Combinational.
#[derive(LogicBlock)]
pub struct FirstFault<const N: usize> {
    /// One flag per problem, in packet order.
    pub flag: [Signal<In, Bit>; N],
    /// Code of a [`DropReason`].
    pub fault: Signal<Out, Bits<6>>,
    open: Signal<Local, Bit>,
    codes: [Constant<Bits<6>>; N],
}

impl<const N: usize> FirstFault<N> {
    /// `reasons` in the order of the flags.
    pub fn new(reasons: [DropReason; N]) -> Self {
        Self {
            flag: std::array::from_fn(|_| Signal::default()),
            fault: Signal::default(),
            open: Signal::default(),
            codes: reasons.map(|reason| Constant::new(reason.code().to_bits())),
        }
    }
}

impl<const N: usize> Logic for FirstFault<N> {
    #[hdl_gen]
    fn update(&mut self) {
        self.open.next = true;
        self.fault.next = 0.into();
        for i in 0..N {
            if self.open.val() & self.flag[i].val() {
                self.fault.next = self.codes[i].val();
                self.open.next = false;
            }
        }
    }
}

/// Puts the findings of all layers in order, and waits for the IPv4 checksum.
///
/// The sum of an IPv4 header of up to 30 halfwords, `high * 65536 + low`, is all ones in one's
/// complement exactly if `high + low` is 0xffff, that is if `low` is the complement of `high`.
#[derive(LogicBlock)]
pub struct Judge {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// Clock 3: runt, tags.
    pub link: Signal<In, Bits<6>>,
    /// Clock 4: IP and ARP headers.
    pub network: Signal<In, Bits<6>>,
    /// Clock 5: lengths beyond the frame.
    pub length: Signal<In, Bits<6>>,
    /// Clock 5: everything in front of the inner frame; it comes first.
    pub outer: Signal<In, Bits<6>>,
    /// Clock 6: TCP, UDP, ICMP.
    pub transport: Signal<In, Bits<6>>,
    /// Clock 6.
    pub is_ipv4: Signal<In, Bit>,
    /// Clock 7: the IPv4 header's sum.
    pub sum: Signal<In, Bits<21>>,
    /// After clock 7.
    pub fault: Signal<Out, Bits<6>>,
    link_3: DFF<Bits<6>>,
    network_4: DFF<Bits<6>>,
    front: DFF<Bits<6>>,
    right: DFF<Bits<6>>,
    wrong: DFF<Bits<6>>,
    last: DFF<Bits<6>>,
    checksum: Constant<Bits<6>>,
}

impl Default for Judge {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            link: Signal::default(),
            network: Signal::default(),
            length: Signal::default(),
            outer: Signal::default(),
            transport: Signal::default(),
            is_ipv4: Signal::default(),
            sum: Signal::default(),
            fault: Signal::default(),
            link_3: DFF::default(),
            network_4: DFF::default(),
            front: DFF::default(),
            right: DFF::default(),
            wrong: DFF::default(),
            last: DFF::default(),
            checksum: Constant::new(DropReason::MalformedIpv4Checksum.code().to_bits()),
        }
    }
}

impl Logic for Judge {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, link_3, network_4, front, right, wrong, last);
        self.link_3.d.next = self.link.val();
        self.network_4.d.next = self.link_3.q.val();
        if !self.link_3.q.val().any() {
            self.network_4.d.next = self.network.val();
        }
        self.front.d.next = self.length.val();
        if self.network_4.q.val().any() {
            self.front.d.next = self.network_4.q.val();
        }
        if self.outer.val().any() {
            self.front.d.next = self.outer.val();
        }
        // Both outcomes of the checksum are ready when it is.
        self.right.d.next = self.transport.val();
        self.wrong.d.next = self.transport.val();
        if self.is_ipv4.val() {
            self.wrong.d.next = self.checksum.val();
        }
        if self.front.q.val().any() {
            self.right.d.next = self.front.q.val();
            self.wrong.d.next = self.front.q.val();
        }
        self.last.d.next = self.wrong.q.val();
        if bit_cast::<16, 21>(self.sum.val()) == !bit_cast::<16, 21>(self.sum.val() >> 16) {
            self.last.d.next = self.right.q.val();
        }
        self.fault.next = self.last.q.val();
    }
}
