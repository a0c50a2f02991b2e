//! Which of the requests before me has my key, which could be taken for me, which meets me in a
//! bucket?
//!
//! ```text
//! clock           2        3            4
//! tag, rest ->[ lines: one register per clock ]->
//! buckets ----------->[    likewise           ]->
//!    \--->[a comparison with each of 14 predecessors]-> relations
//! ```
//! A predecessor d clocks ahead stands d registers ahead in each line; so each pair of requests is
//! compared once, while hash and memories run, and later only its [`Relation`] goes along.

use crate::equal::Equal;
use crate::flows::locate::{BUCKETS_BITS, REST_BITS, TAG_BYTES_BITS};
use crate::hash::{INDEX_BITS, WAYS};
use rust_hdl::prelude::*;

/// Predecessors whose writes a request's read does not see.
pub const WINDOW: usize = 14;
/// Bits of a relation. Bits 0 to 3: the same bucket in that way. Bit 4: the same tag as well, kin:
/// all buckets are the same, and only one of all such keys has an entry. Bit 5: the same rest of
/// the digest; with bit 4 it stands for the same key, see [`super::keys`].
pub const RELATION_BITS: usize = WAYS + 2;
/// Relations to all predecessors, the direct one's lowest.
pub const RELATIONS_BITS: usize = WINDOW * RELATION_BITS;

/// What one predecessor is to me, known in clock 4.
#[derive(LogicBlock, Default)]
pub struct Relation {
    pub clock: Signal<In, Clock>,
    /// Clock 2.
    pub rest: Signal<In, Bits<REST_BITS>>,
    pub rest_before: Signal<In, Bits<REST_BITS>>,
    pub tag: Signal<In, Bits<TAG_BYTES_BITS>>,
    pub tag_before: Signal<In, Bits<TAG_BYTES_BITS>>,
    /// Clock 3.
    pub buckets: Signal<In, Bits<BUCKETS_BITS>>,
    pub buckets_before: Signal<In, Bits<BUCKETS_BITS>>,
    /// Clock 4.
    pub relation: Signal<Out, Bits<RELATION_BITS>>,
    rests: Equal<REST_BITS, 4>,
    tags: Equal<TAG_BYTES_BITS, 3>,
    meets: Signal<Local, Bits<RELATION_BITS>>,
    meets_4: DFF<Bits<RELATION_BITS>>,
}

impl Logic for Relation {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, rests, tags);
        dff_setup!(self, clock, meets_4);
        self.rests.a.next = self.rest.val();
        self.rests.b.next = self.rest_before.val();
        self.tags.a.next = self.tag.val();
        self.tags.b.next = self.tag_before.val();
        self.meets.next = 0.into();
        for i in 0..4 {
            self.meets.next = self.meets.val().replace_bit(
                i,
                self.buckets.val().get_bits::<INDEX_BITS>(16 * i)
                    == self.buckets_before.val().get_bits::<INDEX_BITS>(16 * i),
            );
        }
        self.meets_4.d.next = self.meets.val();
        // One way's bucket and the tag determine the other ways' buckets.
        self.relation.next = self
            .meets_4
            .q
            .val()
            .replace_bit(4, self.tags.yes.val() & self.meets_4.q.val().get_bit(0))
            .replace_bit(5, self.rests.yes.val());
    }
}

/// The lines, and the relations to all predecessors.
#[derive(LogicBlock)]
pub struct Window {
    pub clock: Signal<In, Clock>,
    /// Clock 2.
    pub rest: Signal<In, Bits<REST_BITS>>,
    pub tag: Signal<In, Bits<TAG_BYTES_BITS>>,
    /// Clock 3.
    pub buckets: Signal<In, Bits<BUCKETS_BITS>>,
    /// Clock 4.
    pub relations: Signal<Out, Bits<RELATIONS_BITS>>,
    /// All by the clock they end in.
    pub tag_5: Signal<Out, Bits<TAG_BYTES_BITS>>,
    pub buckets_9: Signal<Out, Bits<BUCKETS_BITS>>,
    pub tag_16: Signal<Out, Bits<TAG_BYTES_BITS>>,
    pub buckets_16: Signal<Out, Bits<BUCKETS_BITS>>,
    one: Signal<Local, Bits<RELATION_BITS>>,
    all: Signal<Local, Bits<RELATIONS_BITS>>,
    to: Box<[Relation; WINDOW]>,
    rests: [DFF<Bits<REST_BITS>>; WINDOW],
    tags: [DFF<Bits<TAG_BYTES_BITS>>; WINDOW],
    lines: [DFF<Bits<BUCKETS_BITS>>; WINDOW],
    at: [Constant<Bits<8>>; WINDOW],
}

impl Default for Window {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            rest: Signal::default(),
            tag: Signal::default(),
            buckets: Signal::default(),
            relations: Signal::default(),
            tag_5: Signal::default(),
            buckets_9: Signal::default(),
            tag_16: Signal::default(),
            buckets_16: Signal::default(),
            one: Signal::default(),
            all: Signal::default(),
            to: Box::new(std::array::from_fn(|_| Relation::default())),
            rests: std::array::from_fn(|_| DFF::default()),
            tags: std::array::from_fn(|_| DFF::default()),
            lines: std::array::from_fn(|_| DFF::default()),
            at: std::array::from_fn(|nth| Constant::new(((nth * RELATION_BITS) as u64).into())),
        }
    }
}

impl Logic for Window {
    #[hdl_gen]
    fn update(&mut self) {
        self.rests[0].d.next = self.rest.val();
        self.tags[0].d.next = self.tag.val();
        self.lines[0].d.next = self.buckets.val();
        for i in 1..14 {
            self.tags[i].d.next = self.tags[i - 1].q.val();
            self.lines[i].d.next = self.lines[i - 1].q.val();
            self.rests[i].d.next = self.rests[i - 1].q.val();
        }
        self.all.next = 0.into();
        for i in 0..14 {
            self.tags[i].clock.next = self.clock.val();
            self.lines[i].clock.next = self.clock.val();
            self.to[i].clock.next = self.clock.val();
            self.rests[i].clock.next = self.clock.val();
            self.to[i].rest.next = self.rest.val();
            self.to[i].rest_before.next = self.rests[i].q.val();
            self.to[i].tag.next = self.tag.val();
            self.to[i].tag_before.next = self.tags[i].q.val();
            self.to[i].buckets.next = self.buckets.val();
            self.to[i].buckets_before.next = self.lines[i].q.val();
            self.one.next = self.to[i].relation.val();
            self.all.next = self.all.val()
                | (bit_cast::<RELATIONS_BITS, RELATION_BITS>(self.one.val()) << self.at[i].val());
        }
        self.relations.next = self.all.val();
        self.tag_5.next = self.tags[2].q.val();
        self.tag_16.next = self.tags[13].q.val();
        self.buckets_9.next = self.lines[5].q.val();
        self.buckets_16.next = self.lines[12].q.val();
    }
}
