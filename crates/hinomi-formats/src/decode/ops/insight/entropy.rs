//! Entropy: how evenly bytes are spread (Shannon), over all of the input or block by block, as text or drawn.

use super::draw::{self, Scale};
use super::logarithm::ln;
use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, str_to_text};
use crate::decode::error::Fault;
use crate::decode::json::{Json, number_text};
use crate::decode::ops::{Baked, Op, Takes, arg};
use std::f64::consts::LN_2;
use std::fmt::Write;

const BAR: &str = "Histogram (Bar)";
const LINE: &str = "Histogram (Line)";
const CURVE: &str = "Curve";
const IMAGE: &str = "Image";

pub(in crate::decode) static OPS: &[Op] = &[Op {
    name: "Entropy",
    args: &[arg("Visualisation", Kind::Choice(&["Shannon scale", BAR, LINE, CURVE, IMAGE], 0))],
    run: Takes::Bytes(entropy),
}];

pub(super) fn counts(bytes: &[u8]) -> [u32; 256] {
    let mut counts = [0_u32; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count = count.saturating_add(1);
        }
    }
    counts
}

/// Bits a byte; of nothing it is 0.
fn shannon(bytes: &[u8]) -> f64 {
    let length = bytes.len() as f64;
    let shares = counts(bytes).into_iter().filter(|count| *count > 0).map(|count| f64::from(count) / length);
    -shares.fold(0.0, |sum, share| sum + share * ln(share) / LN_2)
}

fn entropy(input: &[u8], args: &Args, oven: &mut Oven) -> Baked {
    oven.work(input.len())?;
    let numbers: Vec<f64> = match args.choice(0) {
        BAR | LINE => {
            let length = (input.len() as f64).max(1.0);
            counts(input).into_iter().map(|count| f64::from(count) / length).collect()
        }
        CURVE | IMAGE => {
            let width = if input.len() < 256 { 8 } else { 256 };
            oven.room(input.len() / width * size_of::<Json>())?;
            input.chunks(width).map(shannon).collect()
        }
        _ => return Ok(Dish::Json(Json::Number(shannon(input)))),
    };
    Ok(Dish::Json(Json::List(numbers.into_iter().map(Json::Number).collect())))
}

/// The scale or the drawing for the page.
pub(in crate::decode) fn present(dish: &Dish, args: &Args, oven: &mut Oven) -> Result<Vec<u16>, Fault> {
    let Dish::Json(value) = dish else { return Ok(Vec::new()) };
    let numbers: Vec<f64> = match value {
        Json::List(items) => items
            .iter()
            .filter_map(|item| if let Json::Number(number) = item { Some(*number) } else { None })
            .collect(),
        Json::Number(number) => return Ok(str_to_text(&scale(*number))),
        _ => Vec::new(),
    };
    // A rectangle or a curve takes about so many bytes.
    oven.room_for_text(numbers.len().saturating_mul(200))?;
    oven.work(numbers.len().saturating_mul(200))?;
    let drawn = match args.choice(0) {
        BAR => bars(&numbers),
        LINE => line(&numbers),
        CURVE => curve(&numbers),
        _ => image(&numbers),
    };
    oven.room_for_text(drawn.len())?;
    Ok(str_to_text(&drawn))
}

fn scale(entropy: f64) -> String {
    SHANNON.replace("{entropy}", &number_text(entropy))
}

const SHANNON: &str = r#"Shannon entropy: {entropy}
        <br><canvas id='chart-area'></canvas><br>
        - 0 represents no randomness (i.e. all the bytes in the data have the same value) whereas 8, the maximum, represents a completely random string.
        - Standard English text usually falls somewhere between 3.5 and 5.
        - Properly encrypted or compressed data of a reasonable length should have an entropy of over 7.5.

        The following results show the entropy of chunks of the input data. Chunks with particularly high entropy could suggest encrypted or compressed sections.

        <br><script>
            var canvas = document.getElementById("chart-area"),
                parentRect = canvas.closest(".cm-scroller").getBoundingClientRect(),
                entropy = {entropy},
                height = parentRect.height * 0.25;

            canvas.width = parentRect.width * 0.95;
            canvas.height = height > 150 ? 150 : height;

            CanvasComponents.drawScaleBar(canvas, entropy, 8, [
                {
                    label: "English text",
                    min: 3.5,
                    max: 5
                },{
                    label: "Encrypted/compressed",
                    min: 7.5,
                    max: 8
                }
            ]);
        </script>"#;

/// The largest; of nothing there is none, which is no number to a scale.
fn largest(numbers: &[f64]) -> f64 {
    numbers.iter().copied().reduce(f64::max).unwrap_or(f64::NAN)
}

fn bars(shares: &[f64]) -> String {
    let least = shares.iter().copied().reduce(f64::min).unwrap_or(f64::NAN);
    let y = Scale { domain: (least, largest(shares)), range: (450.0, 30.0) };
    let x = Scale { domain: (0.0, shares.len() as f64 - 1.0), range: (29.0, 480.0) };
    let mut out = draw::open(500);
    for (index, share) in shares.iter().enumerate() {
        let (left, top) = (x.at(index as f64) + 1.0, y.at(*share));
        let height = y.at(least) - top;
        _ = write!(
            out,
            "<rect __data__=\"{}\" x=\"{}\" y=\"{}\" width=\"1\" height=\"{}\" fill=\"blue\"></rect>",
            number_text(*share),
            number_text(left),
            number_text(top),
            number_text(height),
        );
    }
    draw::axes(&x, &y, ["Byte Frequency", "Byte", ""], &mut out);
    out
}

fn line(shares: &[f64]) -> String {
    let y = Scale { domain: (0.0, largest(shares)), range: (450.0, 30.0) };
    let x = Scale { domain: (0.0, shares.len() as f64 - 1.0), range: (30.0, 480.0) };
    let mut out = draw::open(500);
    _ = write!(
        out,
        "<path __data__='{}' fill=\"none\" stroke=\"steelblue\" d=\"{}\"></path>",
        draw::list(shares),
        draw::monotone(shares, &x, &y)
    );
    draw::axes(&x, &y, ["Byte Frequency", "Byte", ""], &mut out);
    out
}

fn curve(blocks: &[f64]) -> String {
    let y = Scale { domain: (0.0, largest(blocks)), range: (450.0, 30.0) };
    let x = Scale { domain: (0.0, blocks.len() as f64), range: (30.0, 480.0) };
    let mut out = draw::open(500);
    if !blocks.is_empty() {
        _ = write!(
            out,
            "<path __data__='{}' d=\"{}\" fill=\"none\" stroke=\"steelblue\"></path>",
            draw::list(blocks),
            draw::monotone(blocks, &x, &y)
        );
    }
    draw::axes(&x, &y, ["Entropy", "Block", "Scanning Entropy"], &mut out);
    out
}

fn image(blocks: &[f64]) -> String {
    let grey = Scale { domain: (0.0, largest(blocks)), range: (0.0, 255.0) };
    let mut out = draw::open(100);
    for (index, entropy) in blocks.iter().enumerate() {
        let (x, y) = (index % 100, index / 100);
        let shade = (grey.at(*entropy) + 0.5).floor().clamp(0.0, 255.0);
        let entropy = number_text(*entropy);
        _ = write!(
            out,
            "<rect __data__='{{\"x\":{x},\"y\":{y},\"entropy\":{entropy}}}' \
             style=\"fill: rgb({shade}, {shade}, {shade}); \" x=\"{x}\" y=\"{y}\" width=\"1\" height=\"1\"></rect>"
        );
    }
    out.push_str("</svg>");
    out
}
