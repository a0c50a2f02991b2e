//! Where does layer 3 start? The choice between a frame and the frame in a tunnel, then tags.
//!
//! ```text
//!   window --> [ entry ]  frame or inner frame;  [ place ]  behind 0, 1 or 2 tags --> layer 3
//!              compares the types at all places             (a choice by compares of the
//!              clock 1                                       clock before: 74 bytes wide)
//!                                                clock 2
//!          --> [ tail ]  the same choices, a clock later each, of the 102 bytes behind byte 72
//! ```

use super::super::wire::{self, ETHERTYPE_ARP, ETHERTYPE_IPV4, ETHERTYPE_IPV6};
use super::super::wire::{TPID_8021AD, TPID_8021Q};
use super::{fault::FirstFault, view::View};
use crate::meta::{DropReason, TUNNEL_BYTES};
use rust_hdl::prelude::*;

/// What the type at a place says.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Kind {
    /// A VLAN tag.
    pub tag: Bit,
    /// IPv4.
    pub ipv4: Bit,
    /// IPv6.
    pub ipv6: Bit,
    /// ARP.
    pub arp: Bit,
}

/// Compares a type. Combinational.
#[derive(LogicBlock)]
pub struct KindOf {
    /// The type.
    pub ethertype: Signal<In, Bits<16>>,
    /// What it says.
    pub kind: Signal<Out, Kind>,
    dot1q: Constant<Bits<16>>,
    dot1ad: Constant<Bits<16>>,
    ipv4: Constant<Bits<16>>,
    ipv6: Constant<Bits<16>>,
    arp: Constant<Bits<16>>,
}

impl Default for KindOf {
    fn default() -> Self {
        Self {
            ethertype: Signal::default(),
            kind: Signal::default(),
            dot1q: Constant::new(TPID_8021Q.to_bits()),
            dot1ad: Constant::new(TPID_8021AD.to_bits()),
            ipv4: Constant::new(ETHERTYPE_IPV4.to_bits()),
            ipv6: Constant::new(ETHERTYPE_IPV6.to_bits()),
            arp: Constant::new(ETHERTYPE_ARP.to_bits()),
        }
    }
}

impl Logic for KindOf {
    #[hdl_gen]
    fn update(&mut self) {
        self.kind.next.tag = (self.ethertype.val() == self.dot1q.val())
            | (self.ethertype.val() == self.dot1ad.val());
        self.kind.next.ipv4 = self.ethertype.val() == self.ipv4.val();
        self.kind.next.ipv6 = self.ethertype.val() == self.ipv6.val();
        self.kind.next.arp = self.ethertype.val() == self.arp.val();
    }
}

/// Clock 1: the frame to look at.
#[derive(LogicBlock, Default)]
pub struct Entry {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// First bytes of the frame.
    pub window: Signal<In, Bits<1536>>,
    /// The frame's length.
    pub length: Signal<In, Bits<14>>,
    /// Look at the inner frame.
    pub net: Signal<In, Bit>,
    /// First 96 bytes of the frame, or of the inner one.
    pub frame: Signal<Out, Bits<768>>,
    /// Its length; an inner frame ends with the outer packet, not with the padding behind it.
    pub frame_length: Signal<Out, Bits<14>>,
    /// It is an inner frame.
    pub inner: Signal<Out, Bit>,
    /// Type at byte 12.
    pub kind0: Signal<Out, Kind>,
    /// It is no tag: `kind0` said once more for the wide choice of layer 3, and as its complement,
    /// else synthesis makes one register of both again.
    pub plain0: Signal<Out, Bit>,
    /// Likewise of `kind1`.
    pub plain1: Signal<Out, Bit>,
    /// Type at byte 16, not of an inner frame.
    pub kind1: Signal<Out, Kind>,
    /// Type at byte 20, not of an inner frame.
    pub kind2: Signal<Out, Kind>,
    plain_type: KindOf,
    inner_type: KindOf,
    second_type: KindOf,
    third_type: KindOf,
    frame_1: DFF<Bits<768>>,
    length_1: DFF<Bits<14>>,
    net_1: DFF<Bit>,
    kind0_1: DFF<Kind>,
    kind1_1: DFF<Kind>,
    kind2_1: DFF<Kind>,
    plain0_1: DFF<Bit>,
    plain1_1: DFF<Bit>,
    total_length: Signal<Local, Bits<16>>,
}

impl Logic for Entry {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, frame_1, length_1, net_1, kind0_1, kind1_1, kind2_1);
        dff_setup!(self, clock, plain0_1, plain1_1);
        // Bytes 12, 62, 16 and 20 of 192.
        self.plain_type.ethertype.next = self.window.val().get_bits::<16>(1424);
        self.inner_type.ethertype.next = self.window.val().get_bits::<16>(1024);
        self.second_type.ethertype.next = self.window.val().get_bits::<16>(1392);
        self.third_type.ethertype.next = self.window.val().get_bits::<16>(1360);
        self.total_length.next = self.window.val().get_bits::<16>(1392);
        self.frame_1.d.next = self.window.val().get_bits::<768>(768);
        self.length_1.d.next = self.length.val();
        self.kind0_1.d.next = self.plain_type.kind.val();
        self.kind1_1.d.next = self.second_type.kind.val();
        self.kind2_1.d.next = self.third_type.kind.val();
        self.plain0_1.d.next = !self.plain_type.kind.val().tag;
        self.plain1_1.d.next = !self.second_type.kind.val().tag;
        if self.net.val() {
            // From byte 50; the outer IPv4 packet begins at byte 14.
            self.frame_1.d.next = self.window.val().get_bits::<768>(368);
            self.length_1.d.next = bit_cast::<14, 16>(self.total_length.val()) - 36;
            self.kind0_1.d.next = self.inner_type.kind.val();
            self.plain0_1.d.next = !self.inner_type.kind.val().tag;
        }
        self.net_1.d.next = self.net.val();
        self.frame.next = self.frame_1.q.val();
        self.frame_length.next = self.length_1.q.val();
        self.inner.next = self.net_1.q.val();
        self.kind0.next = self.kind0_1.q.val();
        self.plain0.next = self.plain0_1.q.val();
        self.plain1.next = self.plain1_1.q.val();
        self.kind1.next = self.kind1_1.q.val();
        self.kind2.next = self.kind2_1.q.val();
    }
}

/// What Ethernet says.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct LinkFields {
    /// Destination MAC.
    pub dst_mac: Bits<48>,
    /// Source MAC.
    pub src_mac: Bits<48>,
    /// VLAN tags.
    pub tags: Bits<2>,
    /// VLAN of the first tag, or 0.
    pub vid0: Bits<12>,
    /// VLAN of the second tag, or 0.
    pub vid1: Bits<12>,
    /// Where layer 3 starts, in bytes from the outermost.
    pub l3_offset: Bits<7>,
}

/// Clock 2: layer 3, from its first byte.
#[derive(LogicBlock)]
pub struct Place {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// See [`Entry`].
    pub frame: Signal<In, Bits<768>>,
    /// See [`Entry`].
    pub length: Signal<In, Bits<14>>,
    /// See [`Entry`].
    pub inner: Signal<In, Bit>,
    /// See [`Entry`].
    pub kind0: Signal<In, Kind>,
    /// See [`Entry`].
    pub plain0: Signal<In, Bit>,
    /// See [`Entry`].
    pub plain1: Signal<In, Bit>,
    /// See [`Entry`].
    pub kind1: Signal<In, Kind>,
    /// See [`Entry`].
    pub kind2: Signal<In, Kind>,
    /// 74 bytes: an IPv4 header with all options and 14 bytes of what follows.
    pub l3: Signal<Out, Bits<592>>,
    /// Bytes from there to the frame's end, if there is no fault.
    pub remaining: Signal<Out, Bits<14>>,
    /// What it is; `tag` means nothing.
    pub kind: Signal<Out, Kind>,
    /// Length of the IP header in words, 10 for IPv6.
    pub words: Signal<Out, Bits<4>>,
    /// What Ethernet says.
    pub fields: Signal<Out, LinkFields>,
    /// Code of the first problem so far.
    pub fault: Signal<Out, Bits<6>>,
    ethernet: View<wire::bits::Ethernet, 176>,
    first: FirstFault<4>,
    l3_2: DFF<Bits<592>>,
    remaining_2: DFF<Bits<14>>,
    kind_2: DFF<Kind>,
    words_2: DFF<Bits<4>>,
    fields_2: DFF<LinkFields>,
    runt: DFF<Bit>,
    tagged: DFF<Bit>,
    under_18: DFF<Bit>,
    under_22: DFF<Bit>,
    tag0: DFF<Bit>,
    tag1: DFF<Bit>,
    tag2: DFF<Bit>,
    words0: Signal<Local, Bits<4>>,
    words1: Signal<Local, Bits<4>>,
    words2: Signal<Local, Bits<4>>,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            frame: Signal::default(),
            length: Signal::default(),
            inner: Signal::default(),
            kind0: Signal::default(),
            plain0: Signal::default(),
            plain1: Signal::default(),
            kind1: Signal::default(),
            kind2: Signal::default(),
            l3: Signal::default(),
            remaining: Signal::default(),
            kind: Signal::default(),
            words: Signal::default(),
            fields: Signal::default(),
            fault: Signal::default(),
            ethernet: View::default(),
            first: FirstFault::new([
                DropReason::Runt,
                DropReason::InnerTagged,
                DropReason::TruncatedTag,
                DropReason::TooManyTags,
            ]),
            l3_2: DFF::default(),
            remaining_2: DFF::default(),
            kind_2: DFF::default(),
            words_2: DFF::default(),
            fields_2: DFF::default(),
            runt: DFF::default(),
            tagged: DFF::default(),
            under_18: DFF::default(),
            under_22: DFF::default(),
            tag0: DFF::default(),
            tag1: DFF::default(),
            tag2: DFF::default(),
            words0: Signal::default(),
            words1: Signal::default(),
            words2: Signal::default(),
        }
    }
}

impl Logic for Place {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, l3_2, remaining_2, kind_2, words_2, fields_2);
        dff_setup!(self, clock, runt, tagged, under_18, under_22, tag0, tag1, tag2);
        self.ethernet.bytes.next = self.frame.val().get_bits::<176>(592);
        self.fields_2.d.next.dst_mac = self.ethernet.fields.val().dst_mac;
        self.fields_2.d.next.src_mac = self.ethernet.fields.val().src_mac;
        // Lower half of the first byte of layer 3, at bytes 14, 18 and 22 of 96.
        self.words0.next = self.frame.val().get_bits::<4>(648);
        self.words1.next = self.frame.val().get_bits::<4>(616);
        self.words2.next = self.frame.val().get_bits::<4>(584);
        if self.kind0.val().ipv6 {
            self.words0.next = 10.into();
        }
        if self.kind1.val().ipv6 {
            self.words1.next = 10.into();
        }
        if self.kind2.val().ipv6 {
            self.words2.next = 10.into();
        }
        self.l3_2.d.next = self.frame.val().get_bits::<592>(64);
        if !self.plain0.val() {
            self.l3_2.d.next = self.frame.val().get_bits::<592>(32);
        }
        if !self.plain0.val() & !self.plain1.val() {
            self.l3_2.d.next = self.frame.val().get_bits::<592>(0);
        }
        self.remaining_2.d.next = self.length.val() - 14;
        self.kind_2.d.next = self.kind0.val();
        self.words_2.d.next = self.words0.val();
        self.fields_2.d.next.tags = 0.into();
        self.fields_2.d.next.vid0 = 0.into();
        self.fields_2.d.next.vid1 = 0.into();
        self.fields_2.d.next.l3_offset = 14.into();
        if self.inner.val() {
            self.fields_2.d.next.l3_offset = 64.into();
        }
        if self.kind0.val().tag & !self.kind1.val().tag {
            self.remaining_2.d.next = self.length.val() - 18;
            self.kind_2.d.next = self.kind1.val();
            self.words_2.d.next = self.words1.val();
            self.fields_2.d.next.tags = 1.into();
            self.fields_2.d.next.vid0 = self.ethernet.fields.val().vid0;
            self.fields_2.d.next.l3_offset = 18.into();
        }
        if self.kind0.val().tag & self.kind1.val().tag {
            self.remaining_2.d.next = self.length.val() - 22;
            self.kind_2.d.next = self.kind2.val();
            self.words_2.d.next = self.words2.val();
            self.fields_2.d.next.tags = 2.into();
            self.fields_2.d.next.vid0 = self.ethernet.fields.val().vid0;
            self.fields_2.d.next.vid1 = self.ethernet.fields.val().vid1;
            self.fields_2.d.next.l3_offset = 22.into();
        }
        self.runt.d.next = self.length.val() < 14;
        self.tagged.d.next = self.inner.val() & self.kind0.val().tag;
        self.under_18.d.next = self.length.val() < 18;
        self.under_22.d.next = self.length.val() < 22;
        self.tag0.d.next = self.kind0.val().tag;
        self.tag1.d.next = self.kind1.val().tag;
        self.tag2.d.next = self.kind2.val().tag;
        self.first.flag[0].next = self.runt.q.val();
        self.first.flag[1].next = self.tagged.q.val();
        self.first.flag[2].next = self.tag0.q.val()
            & (self.under_18.q.val() | (self.tag1.q.val() & self.under_22.q.val()));
        self.first.flag[3].next = self.tag0.q.val() & self.tag1.q.val() & self.tag2.q.val();
        self.l3.next = self.l3_2.q.val();
        self.remaining.next = self.remaining_2.q.val();
        self.kind.next = self.kind_2.q.val();
        self.words.next = self.words_2.q.val();
        self.fields.next = self.fields_2.q.val();
        self.fault.next = self.first.fault.val();
    }
}

/// Clocks 1 to 3: layer 3 behind its first 72 bytes, as far as the window shows it.
#[derive(LogicBlock)]
pub struct Tail {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// First bytes of the frame.
    pub window: Signal<In, Bits<1536>>,
    /// After clock 1: it is an inner frame.
    pub inner: Signal<In, Bit>,
    /// After clock 2: VLAN tags.
    pub tags: Signal<In, Bits<2>>,
    /// 102 bytes, zeros behind the window's end.
    pub bytes: Signal<Out, Bits<816>>,
    bytes_1: DFF<Bits<848>>,
    bytes_2: DFF<Bits<848>>,
    bytes_3: DFF<Bits<816>>,
    tunnel: Constant<Bits<10>>,
}

impl Default for Tail {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            window: Signal::default(),
            inner: Signal::default(),
            tags: Signal::default(),
            bytes: Signal::default(),
            bytes_1: DFF::default(),
            bytes_2: DFF::default(),
            bytes_3: DFF::default(),
            tunnel: Constant::new((8 * TUNNEL_BYTES as u64).to_bits()),
        }
    }
}

impl Logic for Tail {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, bytes_1, bytes_2, bytes_3);
        // Bytes 86 to 191 of the frame; with tags, or in a tunnel, layer 3 lies further behind.
        self.bytes_1.d.next = self.window.val().get_bits::<848>(0);
        self.bytes_2.d.next = self.bytes_1.q.val();
        if self.inner.val() {
            self.bytes_2.d.next = self.bytes_1.q.val() << self.tunnel.val();
        }
        self.bytes_3.d.next = self.bytes_2.q.val().get_bits::<816>(32);
        if self.tags.val() == 1 {
            self.bytes_3.d.next = self.bytes_2.q.val().get_bits::<816>(0);
        }
        if self.tags.val() == 2 {
            self.bytes_3.d.next = bit_cast::<816, 848>(self.bytes_2.q.val() << 32);
        }
        self.bytes.next = self.bytes_3.q.val();
    }
}
