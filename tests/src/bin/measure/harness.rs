//! How does a card of hundreds of pins stand in a part with two?
//!
//! A shift register whose bits are scrambled in pairs drives every input, every output is folded by
//! pipelined XOR into one pin. So nothing of the card is optimised away, and no delay line is
//! merged with the harness's.

use std::fmt::Write as _;

/// Ports of the module `card` in its text: (is it an output?, width, name).
fn ports(card: &str) -> Vec<(bool, usize, String)> {
    let start = card.find("module card").unwrap_or(0);
    let header = &card[start..start + card[start..].find(");").unwrap_or(0)];
    let port = |line: &str| -> Option<(bool, usize, String)> {
        let words: Vec<&str> = line.trim().trim_end_matches(',').split_whitespace().collect();
        let output = match *words.first()? {
            "input" => false,
            "output" => true,
            _ => return None,
        };
        let high = words.iter().find_map(|w| w.strip_prefix('[')?.split(':').next()?.parse().ok());
        Some((output, high.map_or(1, |h: usize| h + 1), (*words.last()?).to_string()))
    };
    header.lines().filter_map(port).collect()
}

/// The harness around a card with these ports.
pub fn around(card: &str) -> String {
    let ports = ports(card);
    let inputs: Vec<_> = ports.iter().filter(|p| !p.0 && p.2 != "clock").collect();
    let outputs: Vec<_> = ports.iter().filter(|p| p.0).collect();
    let (ins, outs) =
        (inputs.iter().map(|p| p.1).sum::<usize>(), outputs.iter().map(|p| p.1).sum::<usize>());
    let mut text = format!(
        "module harness(input clock, input si, output reg so);\n\
         reg [63:0] taps;\nreg [{}:0] in;\nwire [{}:0] out;\nreg [{}:0] seen;\n",
        ins - 1,
        outs - 1,
        outs - 1
    );
    let connections: Vec<String> = {
        let (mut at_in, mut at_out) = (0, 0);
        ports
            .iter()
            .map(|(output, width, name)| {
                if name == "clock" {
                    return ".clock(clock)".into();
                }
                let (bus, at) = if *output { ("out", &mut at_out) } else { ("in", &mut at_in) };
                *at += width;
                format!(".{name}({bus}[{}:{}])", *at - 1, *at - width)
            })
            .collect()
    };
    let _ = writeln!(text, "card card ({});", connections.join(", "));
    text += "always @(posedge clock) begin\n  taps <= {taps[62:0], si ^ taps[63] ^ taps[59]};\n";
    for i in 0..ins {
        // Pairs of taps, each used once.
        let (a, b) = (i % 64, (i % 64 + 1 + i / 64) % 64);
        let _ = writeln!(text, "  in[{i}] <= taps[{a}] ^ taps[{b}];");
    }
    text += "  seen <= out;\nend\n";
    let (mut from, mut width, mut level) = ("seen".to_string(), outs, 0);
    while width > 1 {
        let next = width.div_ceil(4);
        let _ = writeln!(text, "reg [{}:0] fold{level};\nalways @(posedge clock) begin", next - 1);
        for i in 0..next {
            let high = (4 * i + 3).min(width - 1);
            let _ = writeln!(text, "  fold{level}[{i}] <= ^{from}[{high}:{}];", 4 * i);
        }
        text += "end\n";
        (from, width, level) = (format!("fold{level}"), next, level + 1);
    }
    let _ = writeln!(text, "always @(posedge clock) so <= {from};\nendmodule");
    text
}
