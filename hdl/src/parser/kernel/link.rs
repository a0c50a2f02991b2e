//! Where does layer 3 start? Behind options of a tunnel, or behind tags.
//!
//! ```text
//!   entry --> [ place ]  4 x so many words further in, or behind 1 or 2 tags --> layer 3
//!             (a choice by compares of the clock before: 74 bytes wide)
//!             clock 2
//! ```

use super::super::wire;
use super::{fault::FirstFault, front::Kinds, view::View};
use crate::meta::DropReason;
use cells::copies::Either;
use rust_hdl::prelude::*;

/// What the type in front of layer 3 says.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Kind {
    /// IPv4.
    pub ipv4: Bit,
    /// IPv6.
    pub ipv6: Bit,
    /// ARP.
    pub arp: Bit,
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
    pub l3_offset: Bits<8>,
}

/// An untagged frame 0, 16, 32 or 48 bytes further in.
#[derive(LogicBlock, Default)]
struct Skip {
    pub clock: Signal<In, Clock>,
    pub frame: Signal<In, Bits<1136>>,
    /// Words of options a clock ahead, of which the upper half counts.
    pub words_ahead: Signal<In, Bits<4>>,
    /// Its first 12 bytes.
    pub macs: Signal<Out, Bits<96>>,
    /// 74 bytes behind its type.
    pub l3: Signal<Out, Bits<592>>,
    macs_by_4: Either<2, 224>,
    macs_by_8: Either<2, 96>,
    l3_by_4: Either<8, 848>,
    l3_by_8: Either<8, 592>,
}

impl Logic for Skip {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, macs_by_4, macs_by_8, l3_by_4, l3_by_8);
        self.macs_by_4.take_b.next = self.words_ahead.val().get_bit(2);
        self.macs_by_8.take_b.next = self.words_ahead.val().get_bit(3);
        self.l3_by_4.take_b.next = self.words_ahead.val().get_bit(2);
        self.l3_by_8.take_b.next = self.words_ahead.val().get_bit(3);
        // Two runs of 12 bytes, 32 bytes apart, as they are or 16 bytes further in.
        self.macs_by_4.a.next = (bit_cast::<224, 96>(self.frame.val().get_bits::<96>(1040)) << 128)
            | bit_cast::<224, 96>(self.frame.val().get_bits::<96>(784));
        self.macs_by_4.b.next = (bit_cast::<224, 96>(self.frame.val().get_bits::<96>(912)) << 128)
            | bit_cast::<224, 96>(self.frame.val().get_bits::<96>(656));
        self.macs_by_8.a.next = self.macs_by_4.chosen.val().get_bits::<96>(128);
        self.macs_by_8.b.next = self.macs_by_4.chosen.val().get_bits::<96>(0);
        self.macs.next = self.macs_by_8.chosen.val();
        self.l3_by_4.a.next = self.frame.val().get_bits::<848>(176);
        self.l3_by_4.b.next = self.frame.val().get_bits::<848>(48);
        self.l3_by_8.a.next = self.l3_by_4.chosen.val().get_bits::<592>(256);
        self.l3_by_8.b.next = self.l3_by_4.chosen.val().get_bits::<592>(0);
        self.l3.next = self.l3_by_8.chosen.val();
    }
}

/// Clock 2: layer 3, from its first byte.
#[derive(LogicBlock)]
pub struct Place {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// See [`super::front::Entry`].
    pub frame: Signal<In, Bits<1136>>,
    /// See [`super::front::Entry`].
    pub length: Signal<In, Bits<14>>,
    /// See [`super::front::Entry`].
    pub inner: Signal<In, Bit>,
    /// See [`super::front::Entry`].
    pub v6: Signal<In, Bit>,
    /// See [`super::front::Entry`].
    pub words: Signal<In, Bits<4>>,
    /// `words` a clock ahead.
    pub words_ahead: Signal<In, Bits<4>>,
    /// See [`super::front::Entry`].
    pub kinds: Signal<In, Kinds>,
    /// See [`super::front::Entry`].
    pub tag_ahead: Signal<In, Bit>,
    /// See [`super::front::Entry`].
    pub tags_ahead: Signal<In, Bit>,
    /// 74 bytes: an IPv4 header with all options and 14 bytes of what follows.
    pub l3: Signal<Out, Bits<592>>,
    /// Bytes from there to the frame's end, if there is no fault.
    pub remaining: Signal<Out, Bits<14>>,
    /// What it is.
    pub kind: Signal<Out, Kind>,
    /// What Ethernet says.
    pub fields: Signal<Out, LinkFields>,
    /// Code of the first problem so far.
    pub fault: Signal<Out, Bits<6>>,
    ethernet: View<wire::bits::Ethernet, 176>,
    first: FirstFault<4>,
    l3_2: DFF<Bits<592>>,
    remaining_2: DFF<Bits<14>>,
    kind_2: DFF<Kind>,
    fields_2: DFF<LinkFields>,
    runt: DFF<Bit>,
    tagged: DFF<Bit>,
    under_18: DFF<Bit>,
    under_22: DFF<Bit>,
    tag0: DFF<Bit>,
    tag1: DFF<Bit>,
    tag2: DFF<Bit>,
    begins_tagged: DFF<Bit>,
    two_tags: DFF<Bit>,
    skip: Skip,
    behind_tags: Either<8, 592>,
    behind: Either<8, 592>,
    start: Signal<Local, Bits<8>>,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            frame: Signal::default(),
            length: Signal::default(),
            inner: Signal::default(),
            v6: Signal::default(),
            words: Signal::default(),
            words_ahead: Signal::default(),
            kinds: Signal::default(),
            tag_ahead: Signal::default(),
            tags_ahead: Signal::default(),
            l3: Signal::default(),
            remaining: Signal::default(),
            kind: Signal::default(),
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
            fields_2: DFF::default(),
            runt: DFF::default(),
            tagged: DFF::default(),
            under_18: DFF::default(),
            under_22: DFF::default(),
            tag0: DFF::default(),
            tag1: DFF::default(),
            tag2: DFF::default(),
            begins_tagged: DFF::default(),
            two_tags: DFF::default(),
            skip: Skip::default(),
            behind_tags: Either::default(),
            behind: Either::default(),
            start: Signal::default(),
        }
    }
}

impl Logic for Place {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, l3_2, remaining_2, kind_2, fields_2, begins_tagged, two_tags);
        dff_setup!(self, clock, runt, tagged, under_18, under_22, tag0, tag1, tag2);
        clock!(self, clock, skip, behind_tags, behind);
        self.skip.frame.next = self.frame.val();
        self.skip.words_ahead.next = self.words_ahead.val();
        self.fields_2.d.next.dst_mac = self.skip.macs.val().get_bits::<48>(48);
        self.fields_2.d.next.src_mac = self.skip.macs.val().get_bits::<48>(0);
        self.behind_tags.take_b.next = self.tags_ahead.val();
        self.behind_tags.a.next = self.frame.val().get_bits::<592>(400);
        self.behind_tags.b.next = self.frame.val().get_bits::<592>(368);
        self.behind.take_b.next = self.tag_ahead.val();
        self.behind.a.next = self.skip.l3.val();
        self.behind.b.next = self.behind_tags.chosen.val();
        self.l3_2.d.next = self.behind.chosen.val();
        self.ethernet.bytes.next = self.frame.val().get_bits::<176>(960);
        self.remaining_2.d.next = self.length.val() - 14;
        self.kind_2.d.next.ipv4 = self.kinds.val().ipv4.get_bit(self.words.val().index());
        self.kind_2.d.next.ipv6 = self.kinds.val().ipv6.get_bit(self.words.val().index());
        self.kind_2.d.next.arp = self.kinds.val().arp.get_bit(self.words.val().index());
        self.fields_2.d.next.tags = 0.into();
        self.fields_2.d.next.vid0 = 0.into();
        self.fields_2.d.next.vid1 = 0.into();
        self.fields_2.d.next.l3_offset = 14.into();
        // Outer headers and an Ethernet header are 16 words over IPv4, 21 over IPv6.
        self.start.next = 16.into();
        if self.v6.val() {
            self.start.next = 21.into();
        }
        if self.inner.val() {
            self.fields_2.d.next.l3_offset =
                (self.start.val() + bit_cast::<8, 4>(self.words.val())) << 2;
        }
        self.begins_tagged.d.next = self.tag_ahead.val();
        self.two_tags.d.next = self.tags_ahead.val();
        if self.begins_tagged.q.val() {
            self.remaining_2.d.next = self.length.val() - 18;
            self.kind_2.d.next.ipv4 = self.kinds.val().ipv4.get_bit(1);
            self.kind_2.d.next.ipv6 = self.kinds.val().ipv6.get_bit(1);
            self.kind_2.d.next.arp = self.kinds.val().arp.get_bit(1);
            self.fields_2.d.next.tags = 1.into();
            self.fields_2.d.next.vid0 = self.ethernet.fields.val().vid0;
            self.fields_2.d.next.l3_offset = 18.into();
        }
        if self.two_tags.q.val() {
            self.remaining_2.d.next = self.length.val() - 22;
            self.kind_2.d.next.ipv4 = self.kinds.val().ipv4.get_bit(2);
            self.kind_2.d.next.ipv6 = self.kinds.val().ipv6.get_bit(2);
            self.kind_2.d.next.arp = self.kinds.val().arp.get_bit(2);
            self.fields_2.d.next.tags = 2.into();
            self.fields_2.d.next.vid0 = self.ethernet.fields.val().vid0;
            self.fields_2.d.next.vid1 = self.ethernet.fields.val().vid1;
            self.fields_2.d.next.l3_offset = 22.into();
        }
        self.runt.d.next = self.length.val() < 14;
        self.tagged.d.next =
            self.inner.val() & self.kinds.val().tag.get_bit(self.words.val().index());
        self.under_18.d.next = self.length.val() < 18;
        self.under_22.d.next = self.length.val() < 22;
        self.tag0.d.next = self.begins_tagged.q.val();
        self.tag1.d.next = self.kinds.val().tag.get_bit(1);
        self.tag2.d.next = self.kinds.val().tag.get_bit(2);
        self.first.flag[0].next = self.runt.q.val();
        self.first.flag[1].next = self.tagged.q.val();
        self.first.flag[2].next = self.tag0.q.val()
            & (self.under_18.q.val() | (self.tag1.q.val() & self.under_22.q.val()));
        self.first.flag[3].next = self.tag0.q.val() & self.tag1.q.val() & self.tag2.q.val();
        self.l3.next = self.l3_2.q.val();
        self.remaining.next = self.remaining_2.q.val();
        self.kind.next = self.kind_2.q.val();
        self.fields.next = self.fields_2.q.val();
        self.fault.next = self.first.fault.val();
    }
}
