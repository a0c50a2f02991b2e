//! Which LUT RAMs are written in every clock? The part knows that by configuration, without a wire.
//!
//! yosys ties the write enable of such a RAM to a constant, and nextpnr draws constants as one net
//! from one LUT: through the whole part, across everything else, to each of a few hundred delays.
//! `WREMUX` is the multiplexer in front of the enable; `1` is one of its inputs.

use serde_json::Value;

/// Tie the write enables that are constant by configuration; how many?
pub fn tie(netlist: &mut Value) -> usize {
    let cells = netlist["modules"]["harness"]["cells"].as_object_mut();
    let rams = cells.into_iter().flatten().map(|(_, cell)| cell).filter(|cell| {
        cell["type"] == "TRELLIS_DPR16X4"
            && cell["parameters"]["WREMUX"] == "WRE"
            && cell["connections"]["WRE"] == serde_json::json!(["1"])
    });
    let mut count = 0;
    for ram in rams {
        // The space says that this is a word, not a number: `write_json` of yosys.
        ram["parameters"]["WREMUX"] = "1 ".into();
        ram["connections"].as_object_mut().and_then(|wires| wires.remove("WRE"));
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_is_always_written_is_tied() {
        let ram = |kind: &str, mux: &str, enable: Value| {
            let (parameters, connections) = (json!({"WREMUX": mux}), json!({"WRE": [enable]}));
            json!({"type": kind, "parameters": parameters, "connections": connections})
        };
        let cells = json!({
            "always": ram("TRELLIS_DPR16X4", "WRE", "1".into()),
            "never": ram("TRELLIS_DPR16X4", "WRE", "0".into()),
            "inverted": ram("TRELLIS_DPR16X4", "INV", "1".into()),
            "sometimes": ram("TRELLIS_DPR16X4", "WRE", 7.into()),
            "other": ram("DP16KD", "WRE", "1".into()),
        });
        let before = json!({"modules": {"harness": {"cells": cells}}});
        let mut after = before.clone();
        assert_eq!(tie(&mut after), 1);
        let cell = |of: &Value, name: &str| of["modules"]["harness"]["cells"][name].clone();
        let tied = cell(&after, "always");
        assert_eq!(tied["parameters"]["WREMUX"], "1 ");
        assert_eq!(tied["connections"], json!({}));
        for name in ["never", "inverted", "sometimes", "other"] {
            assert_eq!(cell(&after, name), cell(&before, name), "{name}");
        }
    }
}
