//! Drawings as D3 makes them: linear scales, axes with ticks at round numbers, a curve through points that does
//! not overshoot (Steffen 1990).

use crate::decode::json::number_text;
use std::fmt::Write;

/// From a domain to a range.
pub(super) struct Scale {
    pub(super) domain: (f64, f64),
    pub(super) range: (f64, f64),
}

impl Scale {
    pub(super) fn at(&self, value: f64) -> f64 {
        let (start, end) = self.domain;
        let width = end - start;
        let t = if width.is_nan() {
            f64::NAN
        } else if width == 0.0 {
            0.5
        } else {
            (value - start) / width
        };
        self.range.0 * (1.0 - t) + self.range.1 * t
    }

    /// About ten round numbers inside the domain, and how many digits behind the point they are shown with.
    fn ticks(&self) -> (Vec<f64>, usize) {
        let (start, end) = self.domain;
        if start.is_nan() || end.is_nan() {
            return (Vec::new(), 0);
        }
        if start == end {
            // Without a distance between ticks their format falls back to six digits.
            return (vec![start], 6);
        }
        let step = (end - start) / 10.0;
        let power = step.log10().floor();
        let error = step / 10_f64.powf(power);
        let factor = if error >= 50_f64.sqrt() {
            10.0
        } else if error >= 10_f64.sqrt() {
            5.0
        } else if error >= 2_f64.sqrt() {
            2.0
        } else {
            1.0
        };
        let round = |number: f64| (number + 0.5).floor();
        let (first, last, each): (f64, f64, Box<dyn Fn(f64) -> f64>);
        let distance;
        if power < 0.0 {
            let part = 10_f64.powf(-power) / factor;
            let (mut low, mut high) = (round(start * part), round(end * part));
            low += f64::from(u8::from(low / part < start));
            high -= f64::from(u8::from(high / part > end));
            distance = 1.0 / part;
            (first, last, each) = (low, high, Box::new(move |at| at / part));
        } else {
            let part = 10_f64.powf(power) * factor;
            let (mut low, mut high) = (round(start / part), round(end / part));
            low += f64::from(u8::from(low * part < start));
            high -= f64::from(u8::from(high * part > end));
            distance = part;
            (first, last, each) = (low, high, Box::new(move |at| at * part));
        }
        // Between 5 and 20 by the choice of the factor.
        let count = (last - first + 1.0).clamp(0.0, 50.0) as usize;
        let places = format!("{distance:e}");
        let places = places.rsplit_once("e-").and_then(|(_, places)| places.parse().ok()).unwrap_or(0);
        ((0..count).map(|index| each(first + index as f64)).collect(), places)
    }
}

/// The start of a square drawing.
pub(super) fn open(side: u32) -> String {
    format!("<svg width=\"100%\" height=\"100%\" viewBox=\"0 0 {side} {side}\">")
}

/// Numbers as JSON.
pub(super) fn list(numbers: &[f64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(|number| number_text(*number)).collect();
    format!("[{}]", numbers.join(","))
}

const GROUP: &str = "fill=\"none\" font-size=\"10\" font-family=\"sans-serif\"";
const DOMAIN: &str = "<path __data__='null' class=\"domain\" stroke=\"currentColor\"";

/// Both axes, their titles and the title over all, and the end of the drawing: the titles upright, below, above.
pub(super) fn axes(x: &Scale, y: &Scale, titles: [&str; 3], out: &mut String) {
    let (left, right) = (number_text(x.range.0 + 0.5), number_text(x.range.1 + 0.5));
    // What is written to a string arrives.
    _ = write!(
        out,
        "<g transform=\"translate(0, 450)\" {GROUP} text-anchor=\"middle\">{DOMAIN} d=\"M{left},6V0.5H{right}V6\"></path>"
    );
    ticks(x, "y2=\"6\"", "y=\"9\" dy=\"0.71em\"", |at| format!("translate({at},0)"), out);
    let (bottom, top) = (number_text(y.range.0 + 0.5), number_text(y.range.1 + 0.5));
    _ = write!(
        out,
        "</g><g transform=\"translate(30,0)\" {GROUP} text-anchor=\"end\">{DOMAIN} d=\"M-6,{bottom}H0.5V{top}H-6\"></path>"
    );
    ticks(y, "x2=\"-6\"", "x=\"-9\" dy=\"0.32em\"", |at| format!("translate(0,{at})"), out);
    let [upright, below, above] = titles;
    _ = write!(
        out,
        "</g><text style=\"text-anchor: middle; \" transform=\"rotate(-90)\" y=\"-30\" x=\"-250\" dy=\"1em\">{upright}</text>\
         <text style=\"text-anchor: middle; \" transform=\"translate(250, 490)\">{below}</text>\
         <text style=\"text-anchor: middle; \" transform=\"translate(250, 20)\">{above}</text></svg>"
    );
}

fn ticks(scale: &Scale, mark: &str, label: &str, place: fn(&str) -> String, out: &mut String) {
    let (values, digits) = scale.ticks();
    for value in values {
        let at = place(&number_text(scale.at(value) + 0.5));
        let shown = with_commas(&format!("{value:.digits$}"));
        let value = number_text(value);
        _ = write!(
            out,
            "<g __data__=\"{value}\" class=\"tick\" opacity=\"1\" transform=\"{at}\"><line __data__=\"{value}\" \
             stroke=\"currentColor\" {mark}></line><text __data__=\"{value}\" fill=\"currentColor\" {label}>{shown}</text></g>"
        );
    }
}

/// A comma every three digits before the point.
fn with_commas(number: &str) -> String {
    let (whole, fraction) =
        number.split_once('.').map_or((number, None), |(whole, rest)| (whole, Some(rest)));
    let mut out = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && whole.len().saturating_sub(index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A number of a path: three digits behind the point.
fn rounded(number: f64) -> String {
    number_text((number * 1_000.0 + 0.5).floor() / 1_000.0)
}

/// The path through the values, each a step of one further on.
pub(super) fn monotone(values: &[f64], x: &Scale, y: &Scale) -> String {
    let mut points: Vec<(f64, f64)> = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let point = (x.at(index as f64), y.at(*value));
        if points.last() != Some(&point) {
            points.push(point);
        }
    }
    let mut out = String::new();
    let Some(((x0, y0), rest)) = points.split_first() else { return out };
    _ = write!(out, "M{},{}", rounded(*x0), rounded(*y0));
    match rest {
        [] => out.push('Z'),
        [(x1, y1)] => _ = write!(out, "L{},{}", rounded(*x1), rounded(*y1)),
        _ => {
            let mut slope = f64::NAN;
            for window in points.windows(3) {
                let [a, b, c] = window else { continue };
                let next = slope_at(*a, *b, *c);
                let before = if slope.is_nan() { slope_of_end(*a, *b, next) } else { slope };
                bezier(*a, *b, before, next, &mut out);
                slope = next;
            }
            if let [.., a, b] = points.as_slice() {
                bezier(*a, *b, slope, slope_of_end(*a, *b, slope), &mut out);
            }
        }
    }
    out
}

type Point = (f64, f64);

/// The slope in the middle of three points.
fn slope_at(a: Point, b: Point, c: Point) -> f64 {
    let (h0, h1) = (b.0 - a.0, c.0 - b.0);
    let (s0, s1) = ((b.1 - a.1) / h0, (c.1 - b.1) / h1);
    let p = (s0 * h1 + s1 * h0) / (h0 + h1);
    let sign = |slope: f64| if slope < 0.0 { -1.0 } else { 1.0 };
    let slope = (sign(s0) + sign(s1)) * s0.abs().min(s1.abs()).min(0.5 * p.abs());
    if slope.is_nan() { 0.0 } else { slope }
}

/// The slope at an end, from that at the other.
fn slope_of_end(a: Point, b: Point, other: f64) -> f64 {
    let h = b.0 - a.0;
    if h == 0.0 { other } else { (3.0 * (b.1 - a.1) / h - other) / 2.0 }
}

fn bezier(a: Point, b: Point, from: f64, to: f64, out: &mut String) {
    let third = (b.0 - a.0) / 3.0;
    let numbers = [a.0 + third, a.1 + third * from, b.0 - third, b.1 - third * to, b.0, b.1];
    let numbers: Vec<String> = numbers.iter().map(|number| rounded(*number)).collect();
    _ = write!(out, "C{}", numbers.join(","));
}
