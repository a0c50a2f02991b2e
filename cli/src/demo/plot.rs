//! How do latency and drops look?

use super::{cards::Stay, figures::Drops};
use crate::error::Error;
use plotters::{coord::Shift, prelude::*};
use std::path::Path;

/// Size of the picture in pixels.
const SIZE: (u32, u32) = (1200, 480);
/// Of a packet from a machine, of a packet from the underlay.
const COLOURS: [RGBColor; 2] = [RGBColor(31, 119, 180), RGBColor(214, 96, 20)];
const FONT: (&str, u32) = ("sans-serif", 14);

/// Draw latency over length, and drops by reason, as an SVG file.
pub fn draw(path: &Path, stays: &[Stay], drops: &Drops) -> Result<(), Error> {
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        let drawn = area.fill(&WHITE).map_err(|e| e.to_string()).and_then(|()| {
            let (left, right) = area.split_horizontally(SIZE.0 / 2);
            latency(&left, stays).map_err(|e| e.to_string())?;
            bars(&right, drops).map_err(|e| e.to_string())?;
            area.present().map_err(|e| e.to_string())
        });
        drawn.map_err(|why| Error::NotDrawn { path: path.into(), why })?;
    }
    std::fs::write(path, text).map_err(|source| Error::Write { path: path.into(), source })
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn<'a> = Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

fn latency<'a>(area: &Area<'a>, stays: &[Stay]) -> Drawn<'a> {
    let bytes = stays.iter().map(|s| s.bytes).max().unwrap_or(64);
    let cycles = stays.iter().map(|s| s.latency_cycles).max().unwrap_or(64);
    let mut chart = ChartBuilder::on(area)
        .caption("Latency, port to port", ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(56)
        .build_cartesian_2d(0..bytes + bytes / 20, 0..cycles + cycles / 10 + 1)?;
    chart
        .configure_mesh()
        .x_desc("bytes of the frame that comes in")
        .y_desc("clocks")
        .label_style(FONT)
        .light_line_style(WHITE)
        .draw()?;
    for (net, label) in [(false, "from a machine"), (true, "from the underlay")] {
        let colour = COLOURS[usize::from(net)];
        let of = stays.iter().filter(|s| s.net == net);
        let dot = |s: &Stay| Circle::new((s.bytes, s.latency_cycles), 2, colour.mix(0.5).filled());
        chart
            .draw_series(of.map(dot))?
            .label(label)
            .legend(move |(x, y)| Circle::new((x + 8, y), 4, colour.filled()));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE)
        .border_style(BLACK.mix(0.3))
        .label_font(FONT)
        .draw()
}

fn bars<'a>(area: &Area<'a>, drops: &Drops) -> Drawn<'a> {
    let most = drops.iter().map(|(_, count)| *count).max().unwrap_or(1);
    let rows = drops.len().max(1);
    let mut chart = ChartBuilder::on(area)
        .caption("Packets dropped, by reason", ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(180)
        .build_cartesian_2d(0..most + most / 8 + 1, (0..rows - 1).into_segmented())?;
    let name = |row: &SegmentValue<usize>| match row {
        SegmentValue::CenterOf(row) => {
            drops.get(*row).map_or_else(String::new, |(reason, _)| format!("{reason:?}"))
        }
        _ => String::new(),
    };
    chart
        .configure_mesh()
        .x_desc("packets")
        .y_labels(rows)
        .y_label_formatter(&name)
        .label_style(FONT)
        .disable_y_mesh()
        .light_line_style(WHITE)
        .draw()?;
    chart.draw_series(drops.iter().enumerate().map(|(row, (_, count))| {
        let corners = [(0, SegmentValue::Exact(row)), (*count, SegmentValue::Exact(row + 1))];
        let mut bar = Rectangle::new(corners, COLOURS[0].filled());
        bar.set_margin(3, 3, 0, 0);
        bar
    }))?;
    chart.draw_series(drops.iter().enumerate().map(|(row, (_, count))| {
        Text::new(format!(" {count}"), (*count, SegmentValue::CenterOf(row)), FONT)
    }))?;
    Ok(())
}
