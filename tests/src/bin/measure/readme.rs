//! Do the README's tables say what was measured?
//!
//! Each table stands between two comments, `<!-- name -->` and `<!-- /name -->`; it is made anew
//! from target/report/name.json, and left as it is where there is no such file.

use house::report;
use serde_json::Value;
use std::{collections::BTreeMap, fmt::Write as _, fs, io, path::Path};

/// Frame lengths that the README shows, of those measured.
const LENGTHS: [u64; 5] = [64, 65, 512, 1518, 9018];

/// Figures into Markdown.
type Table = fn(&Value) -> String;

/// Write every table for which there are figures.
pub fn run() -> io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let mut text = fs::read_to_string(&path)?;
    let tables: [(&str, Table); 6] = [
        ("fmax", fmax),
        ("linerate", linerate),
        ("bench", bench),
        ("soak", soak),
        ("commit", commit),
        ("faults", faults),
    ];
    for (name, table) in tables {
        let Ok(figures) = fs::read_to_string(report::folder().join(format!("{name}.json"))) else {
            println!("{name}: not measured, left as it is (`make {name}` measures it)");
            continue;
        };
        text = replaced(&text, name, &table(&serde_json::from_str(&figures)?));
        println!("{name}: made from the figures");
    }
    fs::write(path, text)
}

/// `text` with what stands between the marks of `name` replaced.
fn replaced(text: &str, name: &str, table: &str) -> String {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    match (text.find(&open), text.find(&close)) {
        (Some(from), Some(to)) if from < to => {
            let command = format!("`make {name}` shows it.\n\n");
            [&text[..from + open.len()], &command, table, &text[to..]].concat()
        }
        _ => text.into(),
    }
}

fn rows(figures: &Value) -> &[Value] {
    figures.as_array().map_or(&[], Vec::as_slice)
}

/// The runs of place and route, a row each.
pub fn fmax(figures: &Value) -> String {
    let mut text = String::from(
        "| part | bits | speed | seed | Fmax MHz | LUT4 places | FF | DP16KD | slowest path |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---|\n",
    );
    for r in rows(figures) {
        let _ = writeln!(
            text,
            "| {} | {} | -{} | {} | {:.1} | {} | {} | {} | {} |",
            r["part"].as_str().unwrap_or("?"),
            r["width_bits"],
            r["speed"],
            r["seed"],
            r["fmax_mhz"].as_f64().unwrap_or(0.0),
            r["lut4"],
            r["ff"],
            r["dp16kd"],
            r["worst_path"].as_str().unwrap_or("?")
        );
    }
    text
}

fn linerate(figures: &Value) -> String {
    let mut text = String::from("| bits | traffic |");
    LENGTHS.iter().for_each(|bytes| text += &format!(" {bytes} |"));
    text += " nearest to, farthest from the port's limit | latency of 64 |\n|---:|---|";
    LENGTHS.iter().for_each(|_| text += "---:|");
    text += "---|---:|\n";
    let mut kinds: BTreeMap<(u64, usize), Vec<&Value>> = BTreeMap::new();
    let mut order: Vec<&str> = vec![];
    for r in rows(figures) {
        let traffic = r["traffic"].as_str().unwrap_or("?");
        let at = order.iter().position(|t| *t == traffic).unwrap_or_else(|| {
            order.push(traffic);
            order.len() - 1
        });
        kinds.entry((r["width_bits"].as_u64().unwrap_or(0), at)).or_default().push(r);
    }
    for ((bits, traffic), rows) in kinds {
        let number = |r: &Value, key: &str| r[key].as_f64().unwrap_or(0.0);
        let _ = write!(text, "| {bits} | {} |", order[traffic]);
        for bytes in LENGTHS {
            let row = rows.iter().find(|r| r["bytes"] == bytes);
            let each = row.map(|r| number(r, "cycles") / number(r, "packets"));
            text += &each.map_or(" |".into(), |e| format!(" {e:.2} |"));
        }
        let ratios = || rows.iter().map(|r| number(r, "ratio"));
        let (low, high) = (ratios().fold(1.0, f64::min), ratios().fold(0.0, f64::max));
        let latency = rows.iter().find(|r| r["bytes"] == 64 && r["latency_cycles_idle"] != 0);
        let latency = latency.map_or("-".into(), |r| r["latency_cycles_idle"].to_string());
        let _ = writeln!(text, " {high:.3}, {low:.3} | {latency} |");
    }
    text
}

fn soak(figures: &Value) -> String {
    let mut text =
        String::from("| profile | packets | seeds | mismatches |\n|---|---:|---:|---:|\n");
    for r in rows(figures) {
        let profile = r["profile"].as_str().unwrap_or("?");
        let _ = writeln!(
            text,
            "| {profile} | {} | {} | {} |",
            r["packets"], r["seeds"], r["mismatches"]
        );
    }
    text
}

fn commit(figures: &Value) -> String {
    let mut text = String::from(
        "| profile | commits | packets | by the new generation | mixed | lost |\n\
         |---|---:|---:|---:|---:|---:|\n",
    );
    for r in rows(figures) {
        let profile = r["profile"].as_str().unwrap_or("?");
        let _ = write!(text, "| {profile} |");
        for key in ["commits", "packets", "by_the_new", "mixed", "lost"] {
            let _ = write!(text, " {} |", r[key]);
        }
        text += "\n";
    }
    text
}

fn faults(figures: &Value) -> String {
    let mut text = String::from("| stage | fault | seen by the test |\n|---|---|---|\n");
    for r in rows(figures) {
        let word = |key: &str| r[key].as_str().unwrap_or("none");
        let _ = writeln!(text, "| {} | {} | `{}` |", word("stage"), word("fault"), word("by"));
    }
    text
}

fn bench(figures: &Value) -> String {
    let mut text =
        String::from("| | by hand in C++ = 1 | cocotb on Icarus Verilog = 1 |\n|---|---:|---:|\n");
    let ratio = |r: &Value, key: &str, places: usize| {
        r[key].as_f64().map_or("-".into(), |ratio| format!("{ratio:.places$}"))
    };
    for r in rows(figures) {
        let _ = writeln!(
            text,
            "| model, {} bits | {} | {} |",
            r["width_bits"],
            ratio(r, "model_vs_cpp_ratio", 2),
            ratio(r, "model_vs_cocotb_ratio", 0)
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_is_marked_is_replaced() {
        let text = "a\n<!-- soak -->\nold\n<!-- /soak -->\nb\n<!-- fmax -->\nx\n<!-- /fmax -->\n";
        let figures = json!([{"profile": "large", "packets": 9, "seeds": 2, "mismatches": 0}]);
        let new = replaced(text, "soak", &soak(&figures));
        assert!(new.contains("| large | 9 | 2 | 0 |"), "{new}");
        assert!(!new.contains("old") && new.ends_with("x\n<!-- /fmax -->\n"), "{new}");
        assert_eq!(replaced(&new, "soak", &soak(&figures)), new);
    }

    #[test]
    fn frames_of_one_kind_stand_in_one_row() {
        let row = |bytes: u64, cycles: u64| {
            json!({"width_bits": 128, "traffic": "dropped", "bytes": bytes, "packets": 10,
                "cycles": cycles, "ratio": 1.0, "latency_cycles_idle": 58})
        };
        let table = linerate(&json!([row(64, 40), row(65, 50)]));
        assert!(
            table.contains("| 128 | dropped | 4.00 | 5.00 | | | | 1.000, 1.000 | 58 |"),
            "{table}"
        );
    }
}
