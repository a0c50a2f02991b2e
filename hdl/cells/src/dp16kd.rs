//! How is a memory cut into ECP5 block RAMs, and which pin does each bit go to?
//!
//! DP16KD is 18 kbit with two ports. Here port A writes, port B reads, both on one clock, and the
//! output register (`REGMODE "OUTREG"`) is on: without it the part needs 4.3 ns (-8) to 5.8 ns (-6)
//! from clock to output, and yosys never turns it on by itself. So the text instantiates the part.
//! Pin use follows yosys' own mapping (`lattice/brams_map_16kd.v`): a 36-bit lane is port A's 18
//! data pins followed by port B's; lanes of 18 bits and more write through byte enables on ADA0..3.

use std::fmt::Write;

/// Deepest memory one column of parts can hold: 2^14 words of one bit.
pub(crate) const MAX_DEPTH_LOG2: usize = 14;

/// Bits of a word that one part holds when a memory is `2^depth_log2` words deep: the widest lane.
fn lane_bits(depth_log2: usize) -> usize {
    match depth_log2 {
        0..=9 => 36,
        10 => 18,
        11 => 9,
        12 => 4,
        13 => 2,
        MAX_DEPTH_LOG2 => 1,
        _ => panic!(
            "2^{depth_log2} words: one RAM column ends at 2^{MAX_DEPTH_LOG2}, split the table"
        ),
    }
}

/// 18-kbit parts for `2^depth_log2` words of `width` bits.
pub(crate) fn count(width: usize, depth_log2: usize) -> usize {
    width.div_ceil(lane_bits(depth_log2))
}

/// Names of the signals in the module that the parts stand in; addresses have `depth_log2` bits.
pub(crate) struct Nets<'a> {
    pub we: &'a str,
    pub wa: &'a str,
    pub wd: &'a str,
    pub ra: &'a str,
}

/// The parts for `2^depth_log2` words of `width` bits. Declares the wire `leaf_dq`, the word read
/// two clocks after its address; it may be wider than `width`.
pub(crate) fn text(width: usize, depth_log2: usize, nets: &Nets) -> String {
    let lane = lane_bits(depth_log2);
    let parts = count(width, depth_log2);
    let top = parts * lane - 1;
    let mut out = format!("wire [{top}:0] leaf_dq;\nwire [{top}:0] leaf_di;\n");
    let Nets { wd, .. } = nets;
    let pad = parts * lane - width;
    if pad == 0 {
        out += &format!("assign leaf_di = {wd};\n");
    } else {
        out += &format!("assign leaf_di = {{{pad}'b0, {wd}}};\n");
    }
    for part in 0..parts {
        write_part(&mut out, part, lane, depth_log2, nets).expect("a String takes every write");
    }
    out
}

fn write_part(
    out: &mut String,
    part: usize,
    lane: usize,
    depth_log2: usize,
    nets: &Nets,
) -> std::fmt::Result {
    write!(out, "DP16KD #(.DATA_WIDTH_A({lane}), .DATA_WIDTH_B({lane}),\n    ")?;
    for port in ["A", "B"] {
        write!(out, ".REGMODE_{port}(\"OUTREG\"), .WRITEMODE_{port}(\"NORMAL\"), ")?;
        write!(out, ".CSDECODE_{port}(\"0b000\"), ")?;
    }
    writeln!(out, ".GSR(\"DISABLED\"),")?;
    writeln!(out, "    .RESETMODE(\"SYNC\"), .ASYNC_RESET_RELEASE(\"SYNC\")) leaf_{part} (")?;
    let we_a = if lane >= 18 { "1'b1" } else { nets.we };
    for (port, we) in [("A", we_a), ("B", "1'b0")] {
        write!(out, "    .CLK{port}(clock), .WE{port}({we}), .CE{port}(1'b1), .OCE{port}(1'b1), ")?;
        writeln!(out, ".RST{port}(1'b0),")?;
        writeln!(out, "    .CS{port}0(1'b0), .CS{port}1(1'b0), .CS{port}2(1'b0),")?;
        write!(out, "   ")?;
        for pin in 0..14 {
            let net = address_pin(pin, port == "A", lane, depth_log2, nets);
            write!(out, " .AD{port}{pin}({net}),")?;
        }
        writeln!(out)?;
    }
    write!(out, "   ")?;
    for bit in 0..lane {
        let (port_in, pin) = if bit < 18 { ("A", bit) } else { ("B", bit - 18) };
        let port_out = if lane == 36 { port_in } else { "B" };
        let index = part * lane + bit;
        let end = if bit + 1 == lane { ");\n" } else { "," };
        write!(
            out,
            " .DI{port_in}{pin}(leaf_di[{index}]), .DO{port_out}{pin}(leaf_dq[{index}]){end}"
        )?;
    }
    Ok(())
}

/// What address pin `pin` is tied to. The word's address starts above the pins that select a part
/// of a word in narrower modes; lanes of 18 and 36 bits use the lowest two or four as byte enables.
fn address_pin(pin: usize, write: bool, lane: usize, depth_log2: usize, nets: &Nets) -> String {
    let low = match lane {
        36 => 5,
        18 => 4,
        9 => 3,
        4 => 2,
        2 => 1,
        _ => 0,
    };
    let byte_enables = lane / 9;
    if pin >= low && pin - low < depth_log2 {
        let address = if write { nets.wa } else { nets.ra };
        if depth_log2 == 1 { address.into() } else { format!("{address}[{}]", pin - low) }
    } else if write && lane >= 18 && pin < byte_enables {
        nets.we.into()
    } else {
        "1'b0".into()
    }
}
