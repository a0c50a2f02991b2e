//! What follows the IPv6 header? A walk over up to four extension headers, two clocks each.
//!
//! ```text
//!   layer 3 --> [ 16 words ] ------------+-------------------+---- ...
//!               next header, length      |                   |
//!                                      [16:1]              [16:1]
//!                                        v                   v
//!   IPv6 header --> [ kind ] -> [ add ] --> [ kind ] -> [ add ] -- ... --> Walk
//!                   clock 3     4           5           6           to 10
//! ```
//! Each header is a multiple of 8 bytes long, so that it starts at one of 16 words. How many words
//! are left of the packet and of the window is counted down beside the place: a step only compares.

use super::super::wire::{
    self, AUTHENTICATION, CHAIN, DESTINATION_OPTIONS, FRAGMENT, HOP_BY_HOP, ROUTING,
    TRANSPORT_BYTES,
};
use super::{choose::Choose4, link::Kind, view::View};
use crate::meta::WINDOW_BYTES;
use cells::{copies::Apart, delay::Delay};
use rust_hdl::prelude::*;

/// Last byte of a frame at which layer 3 may start: behind an IPv6 header, the beginning of another
/// must lie in the window.
const LAST_START: usize = WINDOW_BYTES - TRANSPORT_BYTES - 40;

/// Reads a word. Combinational.
#[derive(LogicBlock, Default)]
struct Read {
    pub bytes: Signal<In, Bits<32>>,
    pub word: Signal<Out, Bits<19>>,
    view: View<wire::bits::Extension, 32>,
    fields: Signal<Local, wire::bits::Word>,
}

impl Logic for Read {
    #[hdl_gen]
    fn update(&mut self) {
        self.view.bytes.next = self.bytes.val();
        self.fields.next.follows = self.view.fields.val().next_header;
        self.fields.next.length = self.view.fields.val().length;
        self.fields.next.later = self.view.fields.val().fragment_offset.any().into();
        self.fields.next.second = (self.view.fields.val().fragment_offset == 1).into();
        self.fields.next.more = self.view.fields.val().more_fragments;
        self.word.next = bit_cast::<19, 19>(self.fields.val().into());
    }
}

/// Where the walk stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Walk {
    /// The header that comes next.
    pub kind: Bits<8>,
    /// It may be an extension header: the packet is IPv6, nothing is wrong so far, and this is not
    /// behind the header of a later fragment.
    pub open: Bit,
    /// Where it starts, in words of 8 bytes behind the IPv6 header.
    pub place: Bits<4>,
    /// Words from there to the packet's end.
    pub room: Bits<13>,
    /// Words from there to the last place at which a header may start.
    pub left: Bits<4>,
    /// There was a fragment header.
    pub fragment: Bit,
    /// Of a fragment that is not the first.
    pub later: Bit,
    /// Its offset is 1.
    pub second: Bit,
    /// More fragments follow.
    pub more: Bit,
    /// A header reaches beyond a first fragment.
    pub tiny: Bit,
    /// A header is malformed.
    pub wrong: Bit,
    /// What comes next starts too far behind.
    pub far: Bit,
}

/// Which extension header it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Extension {
    /// One of them.
    pub any: Bit,
    /// Hop-by-hop options.
    pub hop_by_hop: Bit,
    /// A fragment header.
    pub fragment: Bit,
    /// An authentication header.
    pub authentication: Bit,
}

/// Says which one. Combinational.
#[derive(LogicBlock)]
pub struct IsExtension {
    /// What the header before it says.
    pub kind: Signal<In, Bits<8>>,
    /// What it is.
    pub extension: Signal<Out, Extension>,
    hop_by_hop: Constant<Bits<8>>,
    routing: Constant<Bits<8>>,
    fragment: Constant<Bits<8>>,
    authentication: Constant<Bits<8>>,
    destination: Constant<Bits<8>>,
}

impl Default for IsExtension {
    fn default() -> Self {
        Self {
            kind: Signal::default(),
            extension: Signal::default(),
            hop_by_hop: Constant::new(HOP_BY_HOP.to_bits()),
            routing: Constant::new(ROUTING.to_bits()),
            fragment: Constant::new(FRAGMENT.to_bits()),
            authentication: Constant::new(AUTHENTICATION.to_bits()),
            destination: Constant::new(DESTINATION_OPTIONS.to_bits()),
        }
    }
}

impl Logic for IsExtension {
    #[hdl_gen]
    fn update(&mut self) {
        self.extension.next.any = (self.kind.val() == self.hop_by_hop.val())
            | (self.kind.val() == self.routing.val())
            | (self.kind.val() == self.fragment.val())
            | (self.kind.val() == self.authentication.val())
            | (self.kind.val() == self.destination.val());
        self.extension.next.hop_by_hop = self.kind.val() == self.hop_by_hop.val();
        self.extension.next.fragment = self.kind.val() == self.fragment.val();
        self.extension.next.authentication = self.kind.val() == self.authentication.val();
    }
}

/// Over one extension header, or over none. Two clocks.
#[derive(LogicBlock)]
struct Step {
    pub clock: Signal<In, Clock>,
    pub from: Signal<In, Walk>,
    /// The word at that place.
    pub word: Signal<In, wire::bits::Word>,
    pub to: Signal<Out, Walk>,
    /// The place once for each of [`At`]'s parts.
    pub places: [Signal<Out, Bits<4>>; 4],
    is: IsExtension,
    from_1: DFF<Walk>,
    word_1: DFF<wire::bits::Word>,
    is_1: DFF<Extension>,
    first: Constant<Bit>,
    more: Signal<Local, Bits<8>>,
    more_1: DFF<Bits<8>>,
    beyond: Signal<Local, Bit>,
    wrong: Signal<Local, Bit>,
    far: Signal<Local, Bit>,
    next: Signal<Local, Walk>,
    to_2: DFF<Walk>,
    places_2: [Apart<Bits<4>>; 4],
}

impl Step {
    /// `first`: hop-by-hop options may stand here.
    fn new(first: bool) -> Self {
        Self {
            clock: Signal::default(),
            from: Signal::default(),
            word: Signal::default(),
            to: Signal::default(),
            places: Default::default(),
            is: IsExtension::default(),
            from_1: DFF::default(),
            word_1: DFF::default(),
            is_1: DFF::default(),
            first: Constant::new(first),
            more: Signal::default(),
            more_1: DFF::default(),
            beyond: Signal::default(),
            wrong: Signal::default(),
            far: Signal::default(),
            next: Signal::default(),
            to_2: DFF::default(),
            places_2: Default::default(),
        }
    }
}

impl Logic for Step {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, from_1, word_1, is_1, more_1, to_2);
        self.is.kind.next = self.from.val().kind;
        self.from_1.d.next = self.from.val();
        self.word_1.d.next = self.word.val();
        self.is_1.d.next = self.is.extension.val();
        // A header of `more + 1` words: x - (more + 1) is x + !more, one carry chain.
        self.more.next = self.word.val().length;
        if self.is.extension.val().authentication {
            self.more.next = self.word.val().length >> 1;
        }
        if self.is.extension.val().fragment {
            self.more.next = 0.into();
        }
        self.more_1.d.next = self.more.val();

        self.beyond.next = self.from_1.q.val().room <= bit_cast::<13, 8>(self.more_1.q.val());
        self.far.next = bit_cast::<8, 4>(self.from_1.q.val().left) <= self.more_1.q.val();
        self.wrong.next = (self.is_1.q.val().hop_by_hop & !self.first.val())
            | (self.is_1.q.val().fragment & self.from_1.q.val().fragment)
            | (self.is_1.q.val().authentication
                & (self.word_1.q.val().length.get_bit(0) | !self.word_1.q.val().length.any()));
        self.next.next = self.from_1.q.val();
        if self.from_1.q.val().open & self.is_1.q.val().any {
            self.next.next.kind = self.word_1.q.val().follows;
            self.next.next.place =
                self.from_1.q.val().place - !bit_cast::<4, 8>(self.more_1.q.val());
            self.next.next.room =
                self.from_1.q.val().room + !bit_cast::<13, 8>(self.more_1.q.val());
            self.next.next.left = self.from_1.q.val().left + !bit_cast::<4, 8>(self.more_1.q.val());
            if self.is_1.q.val().fragment {
                self.next.next.fragment = true;
                self.next.next.later = self.word_1.q.val().later.any();
                self.next.next.second = self.word_1.q.val().second.any();
                self.next.next.more = self.word_1.q.val().more.any();
            }
            self.next.next.open = !self.beyond.val()
                & !self.wrong.val()
                & !self.far.val()
                & !(self.is_1.q.val().fragment & self.word_1.q.val().later.any());
            self.next.next.tiny = self.beyond.val() & self.from_1.q.val().more;
            self.next.next.wrong = (self.beyond.val() & !self.from_1.q.val().more)
                | (!self.beyond.val() & self.wrong.val());
            self.next.next.far = !self.beyond.val() & !self.wrong.val() & self.far.val();
        }
        self.to_2.d.next = self.next.val();
        self.to.next = self.to_2.q.val();
        for i in 0..4 {
            self.places_2[i].clock.next = self.clock.val();
            self.places_2[i].d.next = self.next.val().place;
            self.places[i].next = self.places_2[i].q.val();
        }
    }
}

/// The word at one of 16 places. Combinational.
#[derive(LogicBlock, Default)]
struct At {
    pub places: [Signal<In, Bits<4>>; 4],
    pub words: [Signal<In, Bits<19>>; 16],
    pub word: Signal<Out, wire::bits::Word>,
    place: Signal<Local, Bits<4>>,
    part: [Choose4<19>; 4],
    last: Choose4<19>,
    view: View<wire::bits::Word, 19>,
}

impl Logic for At {
    #[hdl_gen]
    fn update(&mut self) {
        for i in 0..4 {
            self.place.next = self.places[i].val();
            self.part[i].which.next = bit_cast::<2, 4>(self.place.val());
            self.part[i].option[0].next = self.words[4 * i].val();
            self.part[i].option[1].next = self.words[4 * i + 1].val();
            self.part[i].option[2].next = self.words[4 * i + 2].val();
            self.part[i].option[3].next = self.words[4 * i + 3].val();
            self.last.option[i].next = self.part[i].chosen.val();
        }
        self.last.which.next = bit_cast::<2, 4>(self.places[0].val() >> 2);
        self.view.bytes.next = self.last.chosen.val();
        self.word.next = self.view.fields.val();
    }
}

/// Clocks 3 to 10: the walk.
#[derive(LogicBlock)]
pub struct Chain {
    /// Rising edge.
    pub clock: Signal<In, Clock>,
    /// From the first byte of layer 3, after clock 2.
    pub l3: Signal<In, Bits<592>>,
    /// What it is.
    pub kind: Signal<In, Kind>,
    /// Where it starts in the frame.
    pub l3_offset: Signal<In, Bits<8>>,
    /// From byte 72 of layer 3, after clock 3.
    pub tail: Signal<In, Bits<816>>,
    /// Where it ended, after clock 10.
    pub walk: Signal<Out, Walk>,
    /// From byte 40 of layer 3, after clock 10.
    pub bytes: Signal<Out, Bits<1072>>,
    ipv6: View<wire::bits::Ipv6, 320>,
    start: Signal<Local, Walk>,
    last_start: Constant<Bits<8>>,
    step: [Step; CHAIN],
    first: Read,
    first_word: View<wire::bits::Word, 19>,
    read: [Read; 16],
    head_3: Delay<Bits<256>, 1>,
    head_10: Delay<Bits<256>, 7>,
    tail_10: Delay<Bits<816>, 7>,
    words_4: [Delay<Bits<19>, 1>; 16],
    words_6: [Delay<Bits<19>, 2>; 16],
    words_8: [Delay<Bits<19>, 2>; 16],
    at: [At; CHAIN - 1],
}

impl Default for Chain {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            l3: Signal::default(),
            kind: Signal::default(),
            l3_offset: Signal::default(),
            tail: Signal::default(),
            walk: Signal::default(),
            bytes: Signal::default(),
            ipv6: View::default(),
            start: Signal::default(),
            last_start: Constant::new((LAST_START as u64).to_bits()),
            step: std::array::from_fn(|i| Step::new(i == 0)),
            first: Read::default(),
            first_word: View::default(),
            read: Default::default(),
            head_3: Delay::default(),
            head_10: Delay::default(),
            tail_10: Delay::default(),
            words_4: Default::default(),
            words_6: Default::default(),
            words_8: Default::default(),
            at: Default::default(),
        }
    }
}

impl Logic for Chain {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, head_3, head_10, tail_10);
        self.ipv6.bytes.next = self.l3.val().get_bits::<320>(272);
        // The first 14 bytes of a header must lie in the window; if those behind the IPv6 header
        // don't, `network::Lengths` says so.
        self.start.next.left =
            bit_cast::<4, 8>((self.last_start.val() - self.l3_offset.val()) >> 3);
        self.start.next.kind = self.ipv6.fields.val().next_header;
        self.start.next.open = self.kind.val().ipv6;
        self.start.next.place = 0.into();
        self.start.next.room = bit_cast::<13, 16>(self.ipv6.fields.val().payload_length >> 3);
        self.start.next.fragment = false;
        self.start.next.later = false;
        self.start.next.second = false;
        self.start.next.more = false;
        self.start.next.tiny = false;
        self.start.next.wrong = false;
        self.start.next.far = false;
        // Bytes 40 to 71 of layer 3, then the tail: 16 places, 8 bytes apart.
        self.head_3.d.next = self.l3.val().get_bits::<256>(16);
        self.head_10.d.next = self.head_3.q.val();
        self.tail_10.d.next = self.tail.val();
        self.bytes.next = (bit_cast::<1072, 256>(self.head_10.q.val()) << 816)
            | bit_cast::<1072, 816>(self.tail_10.q.val());
        for i in 0..4 {
            self.read[i].bytes.next = self.head_3.q.val().get_bits::<32>(224 - 64 * i);
        }
        for i in 4..16 {
            self.read[i].bytes.next = self.tail.val().get_bits::<32>(1040 - 64 * i);
        }
        for i in 0..16 {
            self.words_4[i].clock.next = self.clock.val();
            self.words_4[i].d.next = self.read[i].word.val();
            self.words_6[i].clock.next = self.clock.val();
            self.words_6[i].d.next = self.words_4[i].q.val();
            self.words_8[i].clock.next = self.clock.val();
            self.words_8[i].d.next = self.words_6[i].q.val();
            self.at[0].words[i].next = self.words_4[i].q.val();
            self.at[1].words[i].next = self.words_6[i].q.val();
            self.at[2].words[i].next = self.words_8[i].q.val();
        }
        // The first step's place is known.
        self.first.bytes.next = self.l3.val().get_bits::<32>(240);
        self.first_word.bytes.next = self.first.word.val();
        self.step[0].clock.next = self.clock.val();
        self.step[0].from.next = self.start.val();
        self.step[0].word.next = self.first_word.fields.val();
        for i in 1..4 {
            self.step[i].clock.next = self.clock.val();
            self.step[i].from.next = self.step[i - 1].to.val();
            for j in 0..4 {
                self.at[i - 1].places[j].next = self.step[i - 1].places[j].val();
            }
            self.step[i].word.next = self.at[i - 1].word.val();
        }
        self.walk.next = self.step[3].to.val();
    }
}
