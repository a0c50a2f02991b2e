//! Where does a table live, and what may its reader expect?
//!
//! ```text
//!                +-------------------+   +-----------------+
//! we, wa, wd --->| 2^depth words     |-->| output register |---> q
//! ra ----------->| (address taken)   |   +-----------------+
//!                +-------------------+
//! clock     0 : ra     1 : word inside     2 : q
//! ```
//! [`Ram`]: simple dual port (one writes, one reads). Latency: 2 clocks from `ra` to `q`, in either
//! [`Style`]. Throughput: a read and a write per clock. A write at clock t is seen by reads whose
//! address comes at t + 1 or later. A read of the address that is written in the same clock is
//! *poison*: the part leaves it undefined, so the models return a wrong word on purpose (inverted;
//! a random one when simulated with `PENSTOCK_POISON`). Nobody may rely on the first content
//! either: there is no `initial` block, and the Rust model invents noise.
//!
//! [`LutRam`]: the same with an asynchronous read, for small FIFOs. It has no collision: a read sees
//! the old word until the edge and the new one after it.
//!
//! Depth and style are run-time fields and not const generics, so that levels of different depth
//! have one Rust type and fit in one array; address bits above the depth are ignored.

use crate::dp16kd::{self, MAX_DEPTH_LOG2, Nets};
use rust_hdl::prelude::*;
use std::collections::HashMap;

/// What a memory is built of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// 18-kbit block RAMs with their output registers on.
    Block,
    /// LUT RAM (16 words of 4 bits in each) between an address and an output register.
    Lut,
}

/// `2^depth_log2` words of `W` bits behind address ports of `A` bits; see the file's head.
#[derive(LogicBlock)]
pub struct Ram<const W: usize, const A: usize> {
    /// Rising edge, both ports.
    pub clock: Signal<In, Clock>,
    /// Write `wd` to `wa` at this edge.
    pub we: Signal<In, Bit>,
    /// Write address.
    pub wa: Signal<In, Bits<A>>,
    /// Word to write.
    pub wd: Signal<In, Bits<W>>,
    /// Read address.
    pub ra: Signal<In, Bits<A>>,
    /// The word at `ra` two clocks ago.
    pub q: Signal<Out, Bits<W>>,
    _depth_log2: usize,
    _style: Style,
    _words: Words<W>,
    _read: Box<Bits<W>>,
}

impl<const W: usize, const A: usize> Ram<W, A> {
    /// A memory of `2^depth_log2` words.
    ///
    /// # Panics
    /// If `depth_log2` is not in `1..=A`, or, in block RAM, above 14 (one column's end).
    #[must_use]
    pub fn new(depth_log2: usize, style: Style) -> Self {
        check_depth(depth_log2, A);
        assert!(
            depth_log2 <= MAX_DEPTH_LOG2,
            "2^{depth_log2} words: a RAM column ends at 2^{MAX_DEPTH_LOG2}, split the table"
        );
        Self {
            clock: Signal::default(),
            we: Signal::default(),
            wa: Signal::default(),
            wd: Signal::default(),
            ra: Signal::default(),
            q: Signal::default(),
            _depth_log2: depth_log2,
            _style: style,
            _words: Words::new(depth_log2),
            _read: Box::default(),
        }
    }

    /// 18-kbit block RAMs this memory takes on an ECP5.
    #[must_use]
    pub fn block_rams(&self) -> usize {
        match self._style {
            Style::Block => dp16kd::count(W, self._depth_log2),
            Style::Lut => 0,
        }
    }
}

impl<const W: usize, const A: usize> Logic for Ram<W, A> {
    fn update(&mut self) {
        if !self.clock.pos_edge() {
            return;
        }
        self.q.next = *self._read;
        let written = self.we.val().then(|| self._words.place(self.wa.val()));
        let read = self._words.place(self.ra.val());
        let word = self._words.get(read);
        *self._read = if written == Some(read) { !word } else { word };
        if let Some(place) = written {
            self._words.set(place, self.wd.val());
        }
    }

    fn connect(&mut self) {
        self.q.connect();
    }

    fn hdl(&self) -> Verilog {
        let shape = Shape { width: W, address_bits: A, depth_log2: self._depth_log2 };
        Verilog::Custom(match self._style {
            Style::Block => format!(
                "{}`ifdef SYNTHESIS\n{}`else\n{}`endif\n",
                shape.addresses(),
                shape.block(),
                shape.model()
            ),
            Style::Lut => format!(
                "{}`ifdef SYNTHESIS\n{}`else\n{}`endif\n",
                shape.addresses(),
                shape.lut(),
                shape.model()
            ),
        })
    }

    fn timing(&self) -> Vec<TimingInfo> {
        vec![TimingInfo {
            name: "ram".into(),
            clock: "clock".into(),
            inputs: ["we", "wa", "wd", "ra"].map(String::from).to_vec(),
            outputs: vec!["q".into()],
        }]
    }
}

/// `2^depth_log2` words of `W` bits in LUT RAM, read without a clock; see the file's head.
#[derive(LogicBlock)]
pub struct LutRam<const W: usize, const A: usize> {
    /// Rising edge, for the write.
    pub clock: Signal<In, Clock>,
    /// Write `wd` to `wa` at this edge.
    pub we: Signal<In, Bit>,
    /// Write address.
    pub wa: Signal<In, Bits<A>>,
    /// Word to write.
    pub wd: Signal<In, Bits<W>>,
    /// Read address.
    pub ra: Signal<In, Bits<A>>,
    /// The word at `ra`, in the same clock.
    pub q: Signal<Out, Bits<W>>,
    _depth_log2: usize,
    _words: Words<W>,
}

impl<const W: usize, const A: usize> LutRam<W, A> {
    /// A memory of `2^depth_log2` words.
    ///
    /// # Panics
    /// If `depth_log2` is not in `1..=A`.
    #[must_use]
    pub fn new(depth_log2: usize) -> Self {
        check_depth(depth_log2, A);
        Self {
            clock: Signal::default(),
            we: Signal::default(),
            wa: Signal::default(),
            wd: Signal::default(),
            ra: Signal::default(),
            q: Signal::default(),
            _depth_log2: depth_log2,
            _words: Words::new(depth_log2),
        }
    }
}

impl<const W: usize, const A: usize> Logic for LutRam<W, A> {
    fn update(&mut self) {
        if self.clock.pos_edge() && self.we.val() {
            let place = self._words.place(self.wa.val());
            self._words.set(place, self.wd.val());
        }
        let place = self._words.place(self.ra.val());
        self.q.next = self._words.get(place);
    }

    fn connect(&mut self) {
        self.q.connect();
    }

    fn hdl(&self) -> Verilog {
        let shape = Shape { width: W, address_bits: A, depth_log2: self._depth_log2 };
        Verilog::Custom(shape.addresses() + &shape.asynchronous())
    }

    fn timing(&self) -> Vec<TimingInfo> {
        vec![TimingInfo {
            name: "lut_ram_write".into(),
            clock: "clock".into(),
            inputs: ["we", "wa", "wd"].map(String::from).to_vec(),
            outputs: vec![],
        }]
    }
}

fn check_depth(depth_log2: usize, address_bits: usize) {
    assert!(
        (1..=address_bits).contains(&depth_log2),
        "2^{depth_log2} words behind an address of {address_bits} bits: take 2^1 to 2^{address_bits}"
    );
}

/// The Rust model's content; a word nobody wrote is noise that depends on its address.
struct Words<const W: usize> {
    depth_log2: usize,
    words: HashMap<usize, Bits<W>>,
}

impl<const W: usize> Words<W> {
    fn new(depth_log2: usize) -> Self {
        Self { depth_log2, words: HashMap::new() }
    }

    fn place<const A: usize>(&self, address: Bits<A>) -> usize {
        address.index() & ((1 << self.depth_log2) - 1)
    }

    fn get(&mut self, place: usize) -> Bits<W> {
        *self.words.entry(place).or_insert_with(|| noise(place))
    }

    fn set(&mut self, place: usize, word: Bits<W>) {
        self.words.insert(place, word);
    }
}

/// A word as random as the first content of a memory (xorshift64 from the address).
fn noise<const W: usize>(seed: usize) -> Bits<W> {
    let mut state = (seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut word = Bits::default();
    for bit in 0..W {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        word = word.replace_bit(bit, state & 1 == 1);
    }
    word
}

/// A memory's sizes, and its text.
struct Shape {
    width: usize,
    address_bits: usize,
    depth_log2: usize,
}

impl Shape {
    /// The wires `write_at` and `read_at`: the addresses without the bits above the depth.
    fn addresses(&self) -> String {
        let (a, d) = (self.address_bits, self.depth_log2);
        if a == d {
            let range = range(d);
            return format!("wire {range}write_at = wa;\nwire {range}read_at = ra;\n");
        }
        let (top, range) = (a - 1, range(d));
        let low = if d == 1 { "[0]".into() } else { format!("[{}:0]", d - 1) };
        format!(
            "wire {range}write_at = wa{low};\nwire {range}read_at = ra{low};\n\
             wire unused_address = &{{1'b0, wa[{top}:{d}], ra[{top}:{d}]}};\n"
        )
    }

    fn words(&self) -> String {
        format!("reg {}words [0:{}];\n", range(self.width), (1usize << self.depth_log2) - 1)
    }

    /// For simulators: a collision gives a wrong word.
    fn model(&self) -> String {
        let (w, words) = (self.width, self.words());
        let range = range(w);
        let copies = w / 32;
        let random = match (copies, w % 32) {
            (0, rest) => format!("noise[{}:0]", rest - 1),
            (_, 0) => format!("{{{copies}{{noise}}}}"),
            (_, rest) => format!("{{noise[{}:0], {{{copies}{{noise}}}}}}", rest - 1),
        };
        let seed = 0x2545_f491u32.wrapping_mul((w * 64 + self.depth_log2) as u32) | 1;
        format!(
            "{words}reg {range}word;\n\
             `ifdef PENSTOCK_POISON\n\
             reg [31:0] noise;\n\
             initial noise = 32'h{seed:x};\n\
             always @(posedge clock)\n    \
                 noise <= {{noise[30:0], noise[31] ^ noise[21] ^ noise[1] ^ noise[0]}};\n\
             wire {range}poison = {random};\n\
             `else\n\
             wire {range}poison = ~words[read_at];\n\
             `endif\n\
             always @(posedge clock) begin\n    \
                 if (we) words[write_at] <= wd;\n    \
                 word <= (we && write_at == read_at) ? poison : words[read_at];\n    \
                 q <= word;\n\
             end\n"
        )
    }

    /// For synthesis: block RAMs with their output registers.
    fn block(&self) -> String {
        let nets = Nets { we: "we", wa: "write_at", wd: "wd", ra: "read_at" };
        let parts = dp16kd::text(self.width, self.depth_log2, &nets);
        format!("{parts}always @(*) q = dq[{}:0];\n", self.width - 1)
    }

    /// For synthesis: an address register, LUT RAM, an output register.
    fn lut(&self) -> String {
        let words = self.words();
        let range = range(self.depth_log2);
        format!(
            "(* ram_style = \"distributed\" *) {words}reg {range}held;\n\
             always @(posedge clock) begin\n    \
                 if (we) words[write_at] <= wd;\n    \
                 held <= read_at;\n    \
                 q <= words[held];\n\
             end\n"
        )
    }

    fn asynchronous(&self) -> String {
        let words = self.words();
        let range = range(self.width);
        format!(
            "(* ram_style = \"distributed\" *) {words}\
             always @(posedge clock) if (we) words[write_at] <= wd;\n\
             wire {range}word = words[read_at];\n\
             always @(*) q = word;\n"
        )
    }
}

/// `[n-1:0] `, or nothing for one bit: the printer declares one-bit ports as scalars.
pub(crate) fn range(bits: usize) -> String {
    if bits == 1 { String::new() } else { format!("[{}:0] ", bits - 1) }
}
