//! Text for the page: escaping it, taking marks out again, and the list of files an archive gives.

use super::bake::Oven;
use super::dish::{Unpacked, ascii, bytes_to_text, push_str, str_to_text};
use super::error::Fault;

/// What `escapeHtml` of CyberChef puts for a unit.
fn escape_of(unit: u16) -> Option<&'static str> {
    Some(match u8::try_from(unit).ok()? {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'"' => "&quot;",
        b'\'' => "&#x27;",
        b'`' => "&#x60;",
        0 => "\u{e000}",
        _ => return None,
    })
}

/// Text made safe for the page; NUL is shown as U+E000.
pub(super) fn escape(text: &[u16]) -> Vec<u16> {
    let mut out = Vec::with_capacity(text.len());
    for unit in text {
        match escape_of(*unit) {
            Some(escaped) => push_str(&mut out, escaped),
            None => out.push(*unit),
        }
    }
    out
}

/// White space and its neighbours (U+0009 to U+0010) shown as U+E009 to U+E010.
pub(super) fn show_space(text: &[u16]) -> Vec<u16> {
    text.iter().map(|unit| if (0x09..=0x10).contains(unit) { unit | 0xe000 } else { *unit }).collect()
}

/// What an operation behind gets of text for the page: no scripts, styles and tags, and no escapes.
pub(super) fn to_text(html: &[u16], oven: &mut Oven) -> Result<Vec<u16>, Fault> {
    let bare = without_pairs(html, b"script", oven)?;
    let bare = without_pairs(&bare, b"style", oven)?;
    Ok(unescape(&without_tags(&bare)))
}

/// Without `<…>` of at least one unit inside.
pub(super) fn without_tags(html: &[u16]) -> Vec<u16> {
    const OPEN: u16 = 0x3c;
    const CLOSE: u16 = 0x3e;
    let mut out = Vec::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.iter().position(|unit| *unit == OPEN) {
        let (before, tag) = rest.split_at_checked(open).unwrap_or((rest, &[]));
        out.extend_from_slice(before);
        match tag.iter().position(|unit| *unit == CLOSE) {
            // Nothing closes this one, nor any behind it.
            None => {
                out.extend_from_slice(tag);
                return out;
            }
            // Empty, so it stays, and is no start for another.
            Some(1) => {
                out.extend_from_slice(&[OPEN, CLOSE]);
                rest = tag.get(2..).unwrap_or_default();
            }
            Some(close) => rest = tag.get(close.saturating_add(1)..).unwrap_or_default(),
        }
    }
    out.extend_from_slice(rest);
    out
}

/// Without `<name…>…</name…>`, again and again until none is left.
fn without_pairs(html: &[u16], name: &[u8], oven: &mut Oven) -> Result<Vec<u16>, Fault> {
    let mut text = html.to_vec();
    loop {
        oven.work(text.len())?;
        let length = text.len();
        text = once_without_pairs(&text, name);
        if text.len() == length {
            return Ok(text);
        }
    }
}

fn once_without_pairs(html: &[u16], name: &[u8]) -> Vec<u16> {
    let (open, close) = ([b"<", name].concat(), [b"</", name].concat());
    let mut out = Vec::with_capacity(html.len());
    let mut from = 0;
    while let Some(start) = find(html, from, &open)
        && let Some(inside) = tag_end(html, start.saturating_add(open.len()))
        && let Some(last) = find(html, inside, &close)
        && let Some(end) = tag_end(html, last.saturating_add(close.len()))
    {
        out.extend_from_slice(html.get(from..start).unwrap_or_default());
        from = end;
    }
    out.extend_from_slice(html.get(from..).unwrap_or_default());
    out
}

/// The place of an ASCII text at or after `from`, ignoring case.
fn find(text: &[u16], from: usize, wanted: &[u8]) -> Option<usize> {
    let rest = text.get(from..)?;
    let same = |unit: &u16, byte: &u8| ascii(*unit).is_some_and(|held| held.eq_ignore_ascii_case(byte));
    let at = rest
        .windows(wanted.len())
        .position(|window| window.iter().zip(wanted).all(|(unit, byte)| same(unit, byte)))?;
    from.checked_add(at)
}

fn tag_end(text: &[u16], from: usize) -> Option<usize> {
    let at = text.get(from..)?.iter().position(|unit| *unit == 0x3e)?;
    from.checked_add(at)?.checked_add(1)
}

/// The escapes that [`escape`] makes, and `&#x2F;`, taken back.
fn unescape(text: &[u16]) -> Vec<u16> {
    const ESCAPES: &[(&str, u16)] = &[
        ("&amp;", 0x26),
        ("&lt;", 0x3c),
        ("&gt;", 0x3e),
        ("&quot;", 0x22),
        ("&#x27;", 0x27),
        ("&#x2F;", 0x2f),
        ("&#x60;", 0x60),
    ];
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&unit, after)) = rest.split_first() {
        let starts =
            |escape: &str| escape.encode_utf16().enumerate().all(|(at, unit)| rest.get(at) == Some(&unit));
        let found = if unit == 0x26 { ESCAPES.iter().find(|(escape, _)| starts(escape)) } else { None };
        match found {
            Some((escape, plain)) => {
                out.push(*plain);
                rest = rest.get(escape.len()..).unwrap_or_default();
            }
            None => {
                out.push(if unit == 0xe000 { 0 } else { unit });
                rest = after;
            }
        }
    }
    out
}

/// A number with a comma every three digits.
fn with_commas(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len().saturating_sub(index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The files of an archive as the page lists them. Where the page links to a copy it keeps in memory, the link
/// here counts the files that are no folders: `blob:0`, `blob:1` …
pub(super) fn files(files: &[Unpacked], oven: &Oven) -> Result<Vec<u16>, Fault> {
    let mut out = str_to_text(&format!(
        "<div style='padding: 5px; white-space: normal;'>\n                {} file(s) found\n            </div><div id=\"files\" style=\"padding: 20px\">",
        files.len()
    ));
    let mut links = 0..;
    for (index, file) in files.iter().enumerate() {
        if file.name.last() == Some(&u16::from(b'/')) {
            folder(&file.name, &mut out);
        } else {
            card(index, links.next().unwrap_or(0), file, &mut out);
        }
        oven.room_for_text(out.len())?;
    }
    push_str(&mut out, "</div>");
    Ok(out)
}

/// A template in which `{name}` stands for the name, `{i}` for the place and so on.
fn fill(template: &str, values: &[(&str, &[u16])], out: &mut Vec<u16>) {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        push_str(out, before);
        let Some((key, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        if let Some((_, value)) = values.iter().find(|(held, _)| *held == key) {
            out.extend_from_slice(value);
        }
        rest = after;
    }
    push_str(out, rest);
}

fn folder(name: &[u16], out: &mut Vec<u16>) {
    fill(FOLDER, &[("name", &escape(name))], out);
}

fn card(index: usize, link: usize, file: &Unpacked, out: &mut Vec<u16>) {
    let name = escape(&file.name);
    let place = str_to_text(&index.to_string());
    let link = str_to_text(&link.to_string());
    let size = str_to_text(&with_commas(file.bytes.len()));
    let mut content = str_to_text("<pre>");
    content.extend(escape(&bytes_to_text(&file.bytes)));
    push_str(&mut content, "</pre>");
    fill(
        CARD,
        &[("name", &name), ("i", &place), ("link", &link), ("size", &size), ("content", &content)],
        out,
    );
}

const FOLDER: &str = "<div class='card' style='white-space: normal;'>
                    <div class='card-header'>
                        <h6 class=\"mb-0\">
                            {name}
                        </h6>
                    </div>
                </div>";

const CARD: &str = "<div class='card' style='white-space: normal;'>
                    <div class='card-header' id='heading{i}'>
                        <h6 class='mb-0'>
                            <a class='collapsed'
                                data-toggle='collapse'
                                href='#collapse{i}'
                                aria-expanded='false'
                                aria-controls='collapse{i}'
                                title=\"Show/hide contents of '{name}'\">
                                {name}</a>
                            <span class='float-right' style=\"margin-top: -3px\">
                                {size} bytes
                                <a title=\"Download {name}\"
                                    href=\"blob:{link}\"
                                    download=\"{name}\"
                                    data-toggle=\"tooltip\">
                                    <i class=\"material-icons\" style=\"vertical-align: bottom\">save</i>
                                </a>
                                <a title=\"Move to input\"
                                    href=\"#\"
                                    blob-url=\"blob:{link}\"
                                    file-name=\"{name}\"
                                    class=\"extract-file\"
                                    data-toggle=\"tooltip\">
                                    <i class=\"material-icons\" style=\"vertical-align: bottom\">open_in_browser</i>
                                </a>
                            </span>
                        </h6>
                    </div>
                    <div id='collapse{i}' class='collapse' aria-labelledby='heading{i}' data-parent=\"#files\">
                        <div class='card-body'>
                            {content}
                        </div>
                    </div>
                </div>";
