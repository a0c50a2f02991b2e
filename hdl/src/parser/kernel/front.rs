//! Where does the frame in a tunnel begin? Its first bytes, brought near the front.
//!
//! ```text
//!   window --> [ front ]  the frame, or what lies    [ entry ]  0 to 3 words ---> place, tail:
//!              behind 50 or 70 bytes of it;          further in; the types at     0 to 3 times
//!              words of options                      all 16 places                4 words more
//!              clock 0                               clock 1                      clock 2
//! ```
//! Which of the three it is one bit each of ethertype and UDP port tell: what these really are is
//! compared in [`super::outer`], and a frame with another one is dropped there.

use super::super::wire::{
    self, ETHERTYPE_ARP, ETHERTYPE_IPV4, ETHERTYPE_IPV6, GENEVE_PORT, TPID_8021AD, TPID_8021Q,
    VXLAN_PORT,
};
use super::view::View;
use rust_hdl::prelude::*;

// Bits by which these are told apart.
const _: () = assert!(ETHERTYPE_IPV6 & 0x8000 != 0 && ETHERTYPE_IPV4 & 0x8000 == 0);
const _: () = assert!(VXLAN_PORT & 4 != 0 && GENEVE_PORT & 4 == 0);

/// Clock 0: behind the outer headers, but for options.
#[derive(LogicBlock, Default)]
pub struct Front {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// First bytes of the frame.
    pub window: Signal<In, Bits<1536>>,
    /// The frame's length.
    pub length: Signal<In, Bits<14>>,
    /// Look at the inner frame.
    pub net: Signal<In, Bit>,
    /// 142 bytes, from byte 0, 50 or 70 on, zeros behind the window's end.
    pub near: Signal<Out, Bits<1136>>,
    /// Bytes 142 to 191 of a frame from a host.
    pub far: Signal<Out, Bits<400>>,
    /// The frame's length.
    pub frame_length: Signal<Out, Bits<14>>,
    /// Look at the inner frame.
    pub inner: Signal<Out, Bit>,
    /// Its tunnel is over IPv6, if it is one.
    pub v6: Signal<Out, Bit>,
    /// UDP and what is behind it, of a tunnel.
    pub tunnel: Signal<Out, wire::bits::Tunnel>,
    /// Words of options that are to be skipped, if they are not too many.
    pub words: Signal<Out, Bits<4>>,
    header: View<wire::bits::Tunnel, 128>,
    over_v6: Signal<Local, Bit>,
    near_0: DFF<Bits<1136>>,
    far_0: DFF<Bits<400>>,
    length_0: DFF<Bits<14>>,
    net_0: DFF<Bit>,
    v6_0: DFF<Bit>,
    tunnel_0: DFF<wire::bits::Tunnel>,
    words_0: DFF<Bits<4>>,
}

impl Logic for Front {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, near_0, far_0, length_0, net_0, v6_0, tunnel_0, words_0);
        // The first bit of byte 12 of 192. UDP begins at byte 34 or 54.
        self.over_v6.next = self.net.val() & self.window.val().get_bit(1439);
        self.header.bytes.next = self.window.val().get_bits::<128>(1136);
        if self.over_v6.val() {
            self.header.bytes.next = self.window.val().get_bits::<128>(976);
        }
        self.near_0.d.next = self.window.val().get_bits::<1136>(400);
        if self.net.val() {
            self.near_0.d.next = self.window.val().get_bits::<1136>(0);
        }
        if self.over_v6.val() {
            self.near_0.d.next = self.window.val().get_bits::<1136>(0) << 160;
        }
        self.far_0.d.next = self.window.val().get_bits::<400>(0);
        self.words_0.d.next = 0.into();
        if self.net.val() & !self.header.fields.val().dst_port.get_bit(2) {
            self.words_0.d.next = bit_cast::<4, 6>(self.header.fields.val().option_words);
        }
        self.length_0.d.next = self.length.val();
        self.net_0.d.next = self.net.val();
        self.v6_0.d.next = self.over_v6.val();
        self.tunnel_0.d.next = self.header.fields.val();
        self.near.next = self.near_0.q.val();
        self.far.next = self.far_0.q.val();
        self.frame_length.next = self.length_0.q.val();
        self.inner.next = self.net_0.q.val();
        self.v6.next = self.v6_0.q.val();
        self.tunnel.next = self.tunnel_0.q.val();
        self.words.next = self.words_0.q.val();
    }
}

/// Compares a type. Combinational.
#[derive(LogicBlock)]
struct KindOf {
    pub ethertype: Signal<In, Bits<16>>,
    pub tag: Signal<Out, Bit>,
    pub ipv4: Signal<Out, Bit>,
    pub ipv6: Signal<Out, Bit>,
    pub arp: Signal<Out, Bit>,
    of_dot1q: Constant<Bits<16>>,
    of_dot1ad: Constant<Bits<16>>,
    of_ipv4: Constant<Bits<16>>,
    of_ipv6: Constant<Bits<16>>,
    of_arp: Constant<Bits<16>>,
}

impl Default for KindOf {
    fn default() -> Self {
        Self {
            ethertype: Signal::default(),
            tag: Signal::default(),
            ipv4: Signal::default(),
            ipv6: Signal::default(),
            arp: Signal::default(),
            of_dot1q: Constant::new(TPID_8021Q.to_bits()),
            of_dot1ad: Constant::new(TPID_8021AD.to_bits()),
            of_ipv4: Constant::new(ETHERTYPE_IPV4.to_bits()),
            of_ipv6: Constant::new(ETHERTYPE_IPV6.to_bits()),
            of_arp: Constant::new(ETHERTYPE_ARP.to_bits()),
        }
    }
}

impl Logic for KindOf {
    #[hdl_gen]
    fn update(&mut self) {
        self.tag.next = (self.ethertype.val() == self.of_dot1q.val())
            | (self.ethertype.val() == self.of_dot1ad.val());
        self.ipv4.next = self.ethertype.val() == self.of_ipv4.val();
        self.ipv6.next = self.ethertype.val() == self.of_ipv6.val();
        self.arp.next = self.ethertype.val() == self.of_arp.val();
    }
}

/// What the types at 16 places say, 4 bytes apart, the first one at byte 12; lowest bit first.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Kinds {
    /// A VLAN tag.
    pub tag: Bits<16>,
    /// IPv4.
    pub ipv4: Bits<16>,
    /// IPv6.
    pub ipv6: Bits<16>,
    /// ARP.
    pub arp: Bits<16>,
}

/// Clock 1: part of the way over the options.
#[derive(LogicBlock, Default)]
pub struct Entry {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// See [`Front`].
    pub near: Signal<In, Bits<1136>>,
    /// See [`Front`].
    pub far: Signal<In, Bits<400>>,
    /// See [`Front`].
    pub length: Signal<In, Bits<14>>,
    /// See [`Front`].
    pub net: Signal<In, Bit>,
    /// See [`Front`].
    pub over_v6: Signal<In, Bit>,
    /// See [`Front`].
    pub tunnel: Signal<In, wire::bits::Tunnel>,
    /// See [`Front`].
    pub options: Signal<In, Bits<4>>,
    /// First 142 bytes of the frame; of an inner one behind so many words of options as `words`
    /// says but for a multiple of 4, zeros behind the window's end.
    pub frame: Signal<Out, Bits<1136>>,
    /// Bytes 142 to 191 of a frame from a host.
    pub rest: Signal<Out, Bits<400>>,
    /// Its length; an inner frame ends with the outer packet, not with the padding behind it.
    pub frame_length: Signal<Out, Bits<14>>,
    /// It is an inner frame.
    pub inner: Signal<Out, Bit>,
    /// Its tunnel is over IPv6.
    pub v6: Signal<Out, Bit>,
    /// Words of options in front of it.
    pub words: Signal<Out, Bits<4>>,
    /// The types, options not skipped.
    pub kinds: Signal<Out, Kinds>,
    /// It does not begin with a tag: `kinds` said once more for the wide choice of layer 3, and as
    /// its complement, else synthesis makes one register of both again.
    pub plain0: Signal<Out, Bit>,
    /// Likewise of what would be behind a tag.
    pub plain1: Signal<Out, Bit>,
    types: [KindOf; 16],
    found: Signal<Local, Kinds>,
    tag: Signal<Local, Bits<16>>,
    ipv4: Signal<Local, Bits<16>>,
    ipv6: Signal<Local, Bits<16>>,
    arp: Signal<Local, Bits<16>>,
    once: Signal<Local, Bits<1136>>,
    skipped: Signal<Local, Bits<16>>,
    frame_1: DFF<Bits<1136>>,
    rest_1: DFF<Bits<400>>,
    length_1: DFF<Bits<14>>,
    net_1: DFF<Bit>,
    v6_1: DFF<Bit>,
    words_1: DFF<Bits<4>>,
    kinds_1: DFF<Kinds>,
    plain0_1: DFF<Bit>,
    plain1_1: DFF<Bit>,
}

impl Logic for Entry {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, frame_1, rest_1, length_1, net_1, v6_1, words_1, kinds_1);
        dff_setup!(self, clock, plain0_1, plain1_1);
        self.tag.next = 0.into();
        self.ipv4.next = 0.into();
        self.ipv6.next = 0.into();
        self.arp.next = 0.into();
        for i in 0..16 {
            self.types[i].ethertype.next = self.near.val().get_bits::<16>(1024 - 32 * i);
            self.tag.next = self.tag.val().replace_bit(i, self.types[i].tag.val());
            self.ipv4.next = self.ipv4.val().replace_bit(i, self.types[i].ipv4.val());
            self.ipv6.next = self.ipv6.val().replace_bit(i, self.types[i].ipv6.val());
            self.arp.next = self.arp.val().replace_bit(i, self.types[i].arp.val());
        }
        self.found.next.tag = self.tag.val();
        self.found.next.ipv4 = self.ipv4.val();
        self.found.next.ipv6 = self.ipv6.val();
        self.found.next.arp = self.arp.val();
        self.kinds_1.d.next = self.found.val();
        // An inner frame has no tag, or else a fault.
        self.plain0_1.d.next = self.net.val() | !self.tag.val().get_bit(0);
        self.plain1_1.d.next = !self.tag.val().get_bit(1);
        self.once.next = self.near.val();
        if self.options.val().get_bit(0) {
            self.once.next = self.near.val() << 32;
        }
        self.frame_1.d.next = self.once.val();
        if self.options.val().get_bit(1) {
            self.frame_1.d.next = self.once.val() << 64;
        }
        self.rest_1.d.next = self.far.val();
        // UDP, the header behind it, and the options.
        self.skipped.next = (bit_cast::<16, 4>(self.options.val()) + 4) << 2;
        self.length_1.d.next = self.length.val();
        if self.net.val() {
            self.length_1.d.next =
                bit_cast::<14, 16>(self.tunnel.val().udp_length - self.skipped.val());
        }
        self.net_1.d.next = self.net.val();
        self.v6_1.d.next = self.over_v6.val();
        self.words_1.d.next = self.options.val();
        self.frame.next = self.frame_1.q.val();
        self.rest.next = self.rest_1.q.val();
        self.frame_length.next = self.length_1.q.val();
        self.inner.next = self.net_1.q.val();
        self.v6.next = self.v6_1.q.val();
        self.words.next = self.words_1.q.val();
        self.kinds.next = self.kinds_1.q.val();
        self.plain0.next = self.plain0_1.q.val();
        self.plain1.next = self.plain1_1.q.val();
    }
}
