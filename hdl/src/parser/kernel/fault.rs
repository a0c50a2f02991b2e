//! Which of several problems comes first?

use crate::meta::DropReason;
use cells::delay::Delay;
use rust_hdl::prelude::*;

/// The code of the first flag that is set, 0 if none is. Combinational.
#[derive(LogicBlock)]
pub struct FirstFault<const N: usize> {
    /// One flag per problem, in packet order.
    pub flag: [Signal<In, Bit>; N],
    /// Code of a [`DropReason`].
    pub fault: Signal<Out, Bits<6>>,
    /// Is any set? Known earlier than which.
    pub any: Signal<Out, Bit>,
    open: Signal<Local, Bit>,
    codes: [Constant<Bits<6>>; N],
}

impl<const N: usize> FirstFault<N> {
    /// `reasons` in the order of the flags.
    pub fn new(reasons: [DropReason; N]) -> Self {
        Self {
            flag: std::array::from_fn(|_| Signal::default()),
            fault: Signal::default(),
            any: Signal::default(),
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
        self.any.next = false;
        for i in 0..N {
            self.any.next = self.any.val() | self.flag[i].val();
            if self.open.val() & self.flag[i].val() {
                self.fault.next = self.codes[i].val();
                self.open.next = false;
            }
        }
    }
}

/// Puts the findings of all layers in order.
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
    /// Clock 4: is there one?
    pub network_any: Signal<In, Bit>,
    /// Clock 5: lengths beyond the frame.
    pub length: Signal<In, Bits<6>>,
    /// Clock 5: is there one?
    pub length_any: Signal<In, Bit>,
    /// Clock 5: everything in front of the inner frame but the sum; it comes first.
    pub outer: Signal<In, Bits<6>>,
    /// Clock 5: is there one?
    pub outer_any: Signal<In, Bit>,
    /// Clock 5: the outer IPv4 header's sum is wrong; before `outer`.
    pub outer_bad_sum: Signal<In, Bit>,
    /// Clock 8: the IPv4 header's sum.
    pub sum: Signal<In, Bits<21>>,
    /// Clock 9.
    pub is_ipv4: Signal<In, Bit>,
    /// Clock 14: what lies behind IP's own header.
    pub behind: Signal<In, Bits<6>>,
    /// After clock 15.
    pub fault: Signal<Out, Bits<6>>,
    link_3: DFF<Bits<6>>,
    link_4: DFF<Bits<6>>,
    link_any: DFF<Bit>,
    network_4: DFF<Bits<6>>,
    early_any: DFF<Bit>,
    network_or_link: Signal<Local, Bits<6>>,
    front: DFF<Bits<6>>,
    agrees: DFF<Bit>,
    front_8: Delay<Bits<6>, 3>,
    with_sum: Signal<Local, Bits<6>>,
    early: Delay<Bits<6>, 6>,
    behind_14: DFF<Bits<6>>,
    last: DFF<Bits<6>>,
    checksum: Constant<Bits<6>>,
    outer_checksum: Constant<Bits<6>>,
}

impl Default for Judge {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            link: Signal::default(),
            network: Signal::default(),
            network_any: Signal::default(),
            length: Signal::default(),
            length_any: Signal::default(),
            outer: Signal::default(),
            outer_any: Signal::default(),
            outer_bad_sum: Signal::default(),
            sum: Signal::default(),
            is_ipv4: Signal::default(),
            behind: Signal::default(),
            fault: Signal::default(),
            link_3: DFF::default(),
            link_4: DFF::default(),
            link_any: DFF::default(),
            network_4: DFF::default(),
            early_any: DFF::default(),
            network_or_link: Signal::default(),
            front: DFF::default(),
            agrees: DFF::default(),
            front_8: Delay::default(),
            with_sum: Signal::default(),
            early: Delay::default(),
            behind_14: DFF::default(),
            last: DFF::default(),
            checksum: Constant::new(DropReason::MalformedIpv4Checksum.code().to_bits()),
            outer_checksum: Constant::new(DropReason::OuterChecksum.code().to_bits()),
        }
    }
}

impl Logic for Judge {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, link_3, link_4, link_any, network_4, early_any);
        dff_setup!(self, clock, front, agrees, behind_14, last);
        clock!(self, clock, front_8, early);
        self.link_3.d.next = self.link.val();
        // Clock 4 only says whether there is a fault, clock 5 which: the choice is short then.
        self.link_4.d.next = self.link_3.q.val();
        self.link_any.d.next = self.link_3.q.val().any();
        self.network_4.d.next = self.network.val();
        self.early_any.d.next = self.link_3.q.val().any() | self.network_any.val();
        self.network_or_link.next = self.network_4.q.val();
        if self.link_any.q.val() {
            self.network_or_link.next = self.link_4.q.val();
        }
        self.front.d.next = self.length.val();
        if self.early_any.q.val() {
            self.front.d.next = self.network_or_link.val();
        }
        if self.outer_any.val() {
            self.front.d.next = self.outer.val();
        }
        if self.outer_bad_sum.val() {
            self.front.d.next = self.outer_checksum.val();
        }
        // Clocks 8 and 9: the sum of a header that is well-formed so far.
        self.agrees.d.next =
            bit_cast::<16, 21>(self.sum.val()) == !bit_cast::<16, 21>(self.sum.val() >> 16);
        self.front_8.d.next = self.front.q.val();
        self.with_sum.next = self.front_8.q.val();
        if self.is_ipv4.val() & !self.agrees.q.val() & !self.front_8.q.val().any() {
            self.with_sum.next = self.checksum.val();
        }
        self.early.d.next = self.with_sum.val();
        // Clocks 14 and 15.
        self.behind_14.d.next = self.behind.val();
        self.last.d.next = self.early.q.val();
        if !self.early.q.val().any() {
            self.last.d.next = self.behind_14.q.val();
        }
        self.fault.next = self.last.q.val();
    }
}
