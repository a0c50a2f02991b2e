//! What is the printed text of a memory, for simulators and for synthesis?

use crate::dp16kd::{self, Nets};

/// A memory's sizes, and its text.
pub(super) struct Shape {
    pub width: usize,
    pub address_bits: usize,
    pub depth_log2: usize,
}

impl Shape {
    /// The wires `write_at` and `read_at`: the addresses without the bits above the depth.
    pub(super) fn addresses(&self) -> String {
        let (a, d) = (self.address_bits, self.depth_log2);
        if a == d {
            let range = range(d);
            return format!("wire {range}leaf_write_at = wa;\nwire {range}leaf_read_at = ra;\n");
        }
        let (top, range) = (a - 1, range(d));
        let low = if d == 1 { "[0]".into() } else { format!("[{}:0]", d - 1) };
        format!(
            "wire {range}leaf_write_at = wa{low};\nwire {range}leaf_read_at = ra{low};\n\
             wire leaf_unused = &{{1'b0, wa[{top}:{d}], ra[{top}:{d}]}};\n"
        )
    }

    fn words(&self) -> String {
        format!("reg {}leaf_words [0:{}];\n", range(self.width), (1usize << self.depth_log2) - 1)
    }

    /// For simulators: a collision gives a wrong word.
    pub(super) fn model(&self) -> String {
        let (w, words) = (self.width, self.words());
        let range = range(w);
        let copies = w / 32;
        let random = match (copies, w % 32) {
            (0, rest) => format!("leaf_noise[{}:0]", rest - 1),
            (_, 0) => format!("{{{copies}{{leaf_noise}}}}"),
            (_, rest) => format!("{{leaf_noise[{}:0], {{{copies}{{leaf_noise}}}}}}", rest - 1),
        };
        let seed = 0x2545_f491u32.wrapping_mul((w * 64 + self.depth_log2) as u32) | 1;
        format!(
            "{words}reg {range}leaf_word;\n\
             wire leaf_hit = we && leaf_write_at == leaf_read_at;\n\
             `ifdef PENSTOCK_POISON\n\
             reg [31:0] leaf_noise;\n\
             initial leaf_noise = 32'h{seed:x};\n\
             always @(posedge clock)\n    \
                 leaf_noise <= {{leaf_noise[30:0], ^(leaf_noise & 32'h80200003)}};\n\
             wire {range}leaf_random = {random};\n\
             wire {range}leaf_poison = leaf_noise[9] ? leaf_random\n    \
                 : (leaf_words[leaf_read_at] & leaf_random) | (wd & ~leaf_random);\n\
             `else\n\
             wire {range}leaf_poison = ~leaf_words[leaf_read_at];\n\
             `endif\n\
             always @(posedge clock) begin\n    \
                 if (we) leaf_words[leaf_write_at] <= wd;\n    \
                 leaf_word <= leaf_hit ? leaf_poison : leaf_words[leaf_read_at];\n    \
                 q <= leaf_word;\n\
             end\n"
        )
    }

    /// For synthesis: block RAMs with their output registers.
    pub(super) fn block(&self) -> String {
        let nets = Nets { we: "we", wa: "leaf_write_at", wd: "wd", ra: "leaf_read_at" };
        let parts = dp16kd::text(self.width, self.depth_log2, &nets);
        format!("{parts}always @(*) q = leaf_dq[{}:0];\n", self.width - 1)
    }

    /// For synthesis: an address register, LUT RAM, an output register.
    pub(super) fn lut(&self) -> String {
        let range = range(self.depth_log2);
        let words = lut_words("leaf_words", self.width, self.depth_log2);
        let write_at = lut_row("leaf_write_at", self.depth_log2);
        let held = lut_row("leaf_held", self.depth_log2);
        format!(
            "{words}reg {range}leaf_held;\n\
             always @(posedge clock) begin\n    \
                 if (we) leaf_words[{write_at}] <= wd;\n    \
                 leaf_held <= leaf_read_at;\n    \
                 q <= leaf_words[{held}];\n\
             end\n"
        )
    }

    pub(super) fn asynchronous(&self) -> String {
        let range = range(self.width);
        let words = lut_words("leaf_words", self.width, self.depth_log2);
        let write_at = lut_row("leaf_write_at", self.depth_log2);
        let read_at = lut_row("leaf_read_at", self.depth_log2);
        format!(
            "{words}\
             always @(posedge clock) if (we) leaf_words[{write_at}] <= wd;\n\
             wire {range}leaf_word = leaf_words[{read_at}];\n\
             always @(*) q = leaf_word;\n"
        )
    }
}

/// Address bits of a LUT RAM.
const LUT_ADDRESS: usize = 4;

/// LUT RAM of `2^depth_log2` words, or of as many as its address bits reach, see [`lut_row`].
pub(crate) fn lut_words(name: &str, width: usize, depth_log2: usize) -> String {
    let last = (1usize << depth_log2.max(LUT_ADDRESS)) - 1;
    let range = range(width);
    format!("(* ram_style = \"distributed\" *) reg {range}{name} [0:{last}];\n")
}

/// The row at an address of `bits` bits, the name of a net: address bits that a shallow memory has
/// no use for repeat the address. Yosys would tie them low, and nextpnr route that zero as one net
/// through the whole part to each of them.
pub(crate) fn lut_row(at: &str, bits: usize) -> String {
    match LUT_ADDRESS.saturating_sub(bits) {
        0 => at.into(),
        more if bits == 1 => format!("{{{}{{{at}}}}}", more + 1),
        more => format!("{{{{{more}{{{at}[0]}}}}, {at}}}"),
    }
}

/// `[n-1:0] `, or nothing for one bit: the printer declares one-bit ports as scalars.
pub(crate) fn range(bits: usize) -> String {
    if bits == 1 { String::new() } else { format!("[{}:0] ", bits - 1) }
}
