//! What Magic found, as the page lists it.

use super::magic::language_name;
use crate::decode::address;
use crate::decode::bake::Oven;
use crate::decode::dish::{push_str, str_to_text};
use crate::decode::error::Fault;
use crate::decode::grammar::{self, Written};
use crate::decode::html;
use crate::decode::json::Json;

const NOTHING: &str = "Nothing of interest could be detected about the input data.\nHave you tried modifying the operation arguments?";

const HEAD: &str = "<table
                class='table table-hover table-sm table-bordered'
                style='table-layout: fixed;'>
            <tr>
                <th>Recipe (click to load)</th>
                <th>Result snippet</th>
                <th>Properties</th>
            </tr>";

const FOOT: &str =
    "</table><script type='application/javascript'>$('[data-toggle=\"tooltip\"]').tooltip()</script>";

/// The steps of a result's recipe.
pub(in crate::decode) fn recipe(option: &Json) -> Vec<Written> {
    let Some(Json::List(steps)) = option.get("recipe") else { return Vec::new() };
    let written = |step: &Json| {
        let args = match step.get("args") {
            Some(Json::List(args)) => args.clone(),
            _ => Vec::new(),
        };
        let name = String::from_utf16_lossy(step.get("op")?.as_text()?);
        Some(Written { name, args, disabled: false, breakpoint: false })
    };
    steps.iter().filter_map(written).collect()
}

/// The table; a result's link holds the steps before and behind Magic, and its own in the place of Magic.
pub(in crate::decode) fn present(
    options: &[Json],
    before: &[Written],
    behind: &[Written],
    oven: &Oven,
) -> Result<Vec<u16>, Fault> {
    if options.is_empty() {
        return Ok(str_to_text(NOTHING));
    }
    let mut out = str_to_text(HEAD);
    for option in options {
        let own = recipe(option);
        let mut chef = String::new();
        before.iter().chain(&own).chain(behind).for_each(|step| grammar::write_chef(step, &mut chef));
        let mut lines = String::new();
        for step in &own {
            grammar::write_chef(step, &mut lines);
            lines.push('\n');
        }
        let link = address::escape(&chef);
        push_str(
            &mut out,
            &format!(
                "<tr>\n                <td><a href=\"#recipe={link}\">{lines}</a></td>\n                <td>"
            ),
        );
        let data = option.get("data").and_then(Json::as_text).unwrap_or_default();
        let mut snippet = data.to_vec();
        if snippet.len() > 99 {
            snippet.truncate(96);
            push_str(&mut snippet, "...");
        }
        out.extend(html::escape(&html::show_space(&snippet)));
        push_str(&mut out, "</td>\n                <td>");
        push_str(&mut out, &properties(option));
        push_str(&mut out, "</td>\n            </tr>");
        oven.room_for_text(out.len())?;
    }
    push_str(&mut out, FOOT);
    Ok(out)
}

fn text_of(value: Option<&Json>) -> String {
    value.and_then(Json::as_text).map(String::from_utf16_lossy).unwrap_or_default()
}

/// The languages that a result may be in.
pub(in crate::decode) fn languages(option: &Json) -> Vec<&'static str> {
    let Some(Json::List(scores)) = option.get("languageScores") else { return Vec::new() };
    let likely =
        |score: &&Json| matches!(score.get("probability"), Some(Json::Number(chance)) if *chance > 0.0);
    // When the likeliest is not likely, none is.
    if !scores.first().is_some_and(|first| likely(&first)) {
        return Vec::new();
    }
    scores.iter().filter(likely).map(|score| language_name(&text_of(score.get("lang")))).collect()
}

/// The operations that the result could go on with, each once.
pub(in crate::decode) fn matching(option: &Json) -> Vec<String> {
    let Some(Json::List(checks)) = option.get("matchingOps") else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    for check in checks {
        let name = text_of(check.get("op"));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The sort of file, as MIME type and endings.
pub(in crate::decode) fn file_type(option: &Json) -> Option<String> {
    let kind = option.get("fileType").filter(|kind| !matches!(kind, Json::Null))?;
    Some(format!("{} ({})", text_of(kind.get("mime")), text_of(kind.get("ext"))))
}

/// Bits a byte, with two digits as JavaScript rounds them.
pub(in crate::decode) fn entropy(option: &Json) -> (f64, String) {
    let Some(Json::Number(entropy)) = option.get("entropy") else { return (0.0, String::new()) };
    // A half exactly goes up there, and only eighths can be one.
    let tie = (entropy * 8.0).fract() == 0.0;
    let shown = if tie { (entropy * 100.0 + 0.5).floor() / 100.0 } else { *entropy };
    (*entropy, format!("{:.2}", shown.abs()))
}

fn properties(option: &Json) -> String {
    let mut out = String::new();
    let languages = languages(option);
    if !languages.is_empty() {
        out.push_str("<span data-toggle='tooltip' data-container='body' title='Based on a statistical comparison of the frequency of bytes in various languages. Ordered by likelihood.'>Possible languages:\n    ");
        out.push_str(&languages.join("\n    "));
        out.push_str("</span>\n");
    }
    if let Some(kind) = file_type(option) {
        out.push_str("<span data-toggle=\"tooltip\" data-container=\"body\" title=\"Based on the presence of magic bytes.\">File type: ");
        out.push_str(&kind);
        out.push_str("</span>\n");
    }
    let matching = matching(option);
    if !matching.is_empty() {
        out.push_str("Matching ops: ");
        out.push_str(&matching.join(", "));
        out.push('\n');
    }
    let flag = |key| matches!(option.get(key), Some(Json::Flag(true)));
    if flag("useful") {
        out.push_str("<span data-toggle='tooltip' data-container='body' title='This could be an operation that displays data in a useful way, such as rendering an image.'>Useful op detected</span>\n");
    }
    if flag("isUTF8") {
        out.push_str("<span data-toggle='tooltip' data-container='body' title='The data could be a valid UTF8 string based on its encoding.'>Valid UTF8</span>\n");
    }
    let (value, shown) = entropy(option);
    let colour = if value < 3.0 {
        "green"
    } else if value < 5.0 {
        "goldenrod"
    } else {
        "red"
    };
    out.push_str("<span data-toggle=\"tooltip\" data-container=\"body\" title=\"Shannon Entropy is measured from 0 to 8. High entropy suggests encrypted or compressed data. Normal text is usually around 3.5 to 5.\">Entropy: <span style=\"color: ");
    out.push_str(colour);
    out.push_str("\">");
    out.push_str(&shown);
    out.push_str("</span></span>");
    out
}
