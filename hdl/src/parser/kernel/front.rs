//! Where does the frame in a tunnel begin? Its first bytes, brought near the front.
//!
//! ```text
//!   window --> [ front ]  the frame, or what lies    [ entry ]  0 to 3 words ---> place, tail:
//!              behind 50 or 70 bytes of it;          further in; the types at     0 to 3 times
//!              words of options                      all 16 places                4 words more
//!              clock 0                               clock 1                      clock 2
//! ```
//! Each of these choices is between words of a hundred bytes, so its bit is known a clock before
//! and registered once for each part of them ([`cells::copies`]). For the first one [`Arrive`] lets
//! the window wait a clock.
//!
//! Which of the three it is one bit each of ethertype and UDP port tell: what these really are is
//! compared in [`super::outer`], and a frame with another one is dropped there.

use super::super::wire::{
    self, ETHERTYPE_ARP, ETHERTYPE_IPV4, ETHERTYPE_IPV6, GENEVE_PORT, TPID_8021AD, TPID_8021Q,
    VXLAN_PORT,
};
use super::view::View;
use cells::copies::Either;
use rust_hdl::prelude::*;

// Bits by which these are told apart.
const _: () = assert!(ETHERTYPE_IPV6 & 0x8000 != 0 && ETHERTYPE_IPV4 & 0x8000 == 0);
const _: () = assert!(VXLAN_PORT & 4 != 0 && GENEVE_PORT & 4 == 0);

/// The clock in front of clock 0: registers near to the parser.
#[derive(LogicBlock, Default)]
pub struct Arrive {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// First bytes of the frame.
    pub i_window: Signal<In, Bits<1536>>,
    /// The frame's length.
    pub i_length: Signal<In, Bits<14>>,
    /// Look at the inner frame.
    pub i_net: Signal<In, Bit>,
    /// It is longer than the card stores.
    pub i_too_long: Signal<In, Bit>,
    /// `i_window` a clock later.
    pub window: Signal<Out, Bits<1536>>,
    /// `i_length` a clock later.
    pub length: Signal<Out, Bits<14>>,
    /// `i_net` a clock later.
    pub net: Signal<Out, Bit>,
    /// `i_too_long` a clock later.
    pub too_long: Signal<Out, Bit>,
    /// Its tunnel is over IPv6, if it is one.
    pub v6: Signal<Out, Bit>,
    /// `v6` a clock ahead.
    pub v6_ahead: Signal<Out, Bit>,
    window_of: DFF<Bits<1536>>,
    length_of: DFF<Bits<14>>,
    net_of: DFF<Bit>,
    too_long_of: DFF<Bit>,
    v6_of: DFF<Bit>,
}

impl Logic for Arrive {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, window_of, length_of, net_of, too_long_of, v6_of);
        self.window_of.d.next = self.i_window.val();
        self.length_of.d.next = self.i_length.val();
        self.net_of.d.next = self.i_net.val();
        self.too_long_of.d.next = self.i_too_long.val();
        // The first bit of byte 12 of 192.
        self.v6_ahead.next = self.i_net.val() & self.i_window.val().get_bit(1439);
        self.v6_of.d.next = self.v6_ahead.val();
        self.window.next = self.window_of.q.val();
        self.length.next = self.length_of.q.val();
        self.net.next = self.net_of.q.val();
        self.too_long.next = self.too_long_of.q.val();
        self.v6.next = self.v6_of.q.val();
    }
}

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
    /// `net` a clock ahead.
    pub net_ahead: Signal<In, Bit>,
    /// Its tunnel is over IPv6.
    pub over_v6: Signal<In, Bit>,
    /// `over_v6` a clock ahead.
    pub over_v6_ahead: Signal<In, Bit>,
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
    /// `words` a clock ahead.
    pub words_ahead: Signal<Out, Bits<4>>,
    header: View<wire::bits::Tunnel, 128>,
    from_net: Either<8, 1136>,
    from_v6: Either<8, 1136>,
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
        clock!(self, clock, from_net, from_v6);
        dff_setup!(self, clock, near_0, far_0, length_0, net_0, v6_0, tunnel_0, words_0);
        // UDP begins at byte 34 or 54.
        self.header.bytes.next = self.window.val().get_bits::<128>(1136);
        if self.over_v6.val() {
            self.header.bytes.next = self.window.val().get_bits::<128>(976);
        }
        self.from_net.take_b.next = self.net_ahead.val();
        self.from_net.a.next = self.window.val().get_bits::<1136>(400);
        self.from_net.b.next = self.window.val().get_bits::<1136>(0);
        self.from_v6.take_b.next = self.over_v6_ahead.val();
        self.from_v6.a.next = self.from_net.chosen.val();
        self.from_v6.b.next = self.window.val().get_bits::<1136>(0) << 160;
        self.near_0.d.next = self.from_v6.chosen.val();
        self.far_0.d.next = self.window.val().get_bits::<400>(0);
        self.words_ahead.next = 0.into();
        if self.net.val() & !self.header.fields.val().dst_port.get_bit(2) {
            self.words_ahead.next = bit_cast::<4, 6>(self.header.fields.val().option_words);
        }
        self.words_0.d.next = self.words_ahead.val();
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
    /// See [`Front`].
    pub options_ahead: Signal<In, Bits<4>>,
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
    /// It begins with a tag; a clock ahead.
    pub tag_ahead: Signal<Out, Bit>,
    /// It begins with two tags; a clock ahead.
    pub tags_ahead: Signal<Out, Bit>,
    types: [KindOf; 16],
    found: Signal<Local, Kinds>,
    tag: Signal<Local, Bits<16>>,
    ipv4: Signal<Local, Bits<16>>,
    ipv6: Signal<Local, Bits<16>>,
    arp: Signal<Local, Bits<16>>,
    by_1: Either<8, 1136>,
    by_2: Either<8, 1136>,
    skipped: Signal<Local, Bits<16>>,
    frame_1: DFF<Bits<1136>>,
    rest_1: DFF<Bits<400>>,
    length_1: DFF<Bits<14>>,
    net_1: DFF<Bit>,
    v6_1: DFF<Bit>,
    words_1: DFF<Bits<4>>,
    kinds_1: DFF<Kinds>,
}

impl Logic for Entry {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, frame_1, rest_1, length_1, net_1, v6_1, words_1, kinds_1);
        clock!(self, clock, by_1, by_2);
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
        self.tag_ahead.next = !self.net.val() & self.tag.val().get_bit(0);
        self.tags_ahead.next =
            !self.net.val() & self.tag.val().get_bit(0) & self.tag.val().get_bit(1);
        self.by_1.take_b.next = self.options_ahead.val().get_bit(0);
        self.by_1.a.next = self.near.val();
        self.by_1.b.next = self.near.val() << 32;
        self.by_2.take_b.next = self.options_ahead.val().get_bit(1);
        self.by_2.a.next = self.by_1.chosen.val();
        self.by_2.b.next = self.by_1.chosen.val() << 64;
        self.frame_1.d.next = self.by_2.chosen.val();
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
    }
}
