//! Wrapping by width: a Japanese character takes two columns, and some must not begin or end a line.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Characters that must not begin a line (kinsoku): closing brackets, full stops, small kana, long marks.
const NOT_FIRST: &str = "、。，．・：；？！゛゜ヽヾゝゞ々ー〜～）」』】〕〉》］｝ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ,.:;?!)]}%";
/// Characters that must not end a line: opening brackets.
const NOT_LAST: &str = "（「『【〔〈《［｛([{";

/// Columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The lines of a text, none wider than `max` columns unless a single unbreakable pair is. `\n` starts a line.
/// Breaks at spaces, and around wide characters; a longer run without either is cut.
pub(crate) fn wrap(text: &str, max: usize) -> Vec<String> {
    let max = max.max(4);
    text.split('\n').flat_map(|line| wrap_line(line, max)).collect()
}

fn wrap_line(text: &str, max: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for piece in pieces(text) {
        let wide = width(piece.trim_end());
        if used > 0 && used + wide > max {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            used = 0;
        }
        let piece = if used == 0 && !lines.is_empty() { piece.trim_start() } else { piece };
        for c in piece.chars() {
            let columns = c.width().unwrap_or(0);
            // Only a piece wider than a whole line comes to be cut here.
            if used + columns > max && used > 0 && !c.is_whitespace() {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                used = 0;
            }
            line.push(c);
            used += columns;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// Splits where a line may break; a piece keeps the spaces behind it.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, c) in text.char_indices() {
        if before.is_some_and(|before| may_break(before, c)) {
            pieces.extend(text.get(start..at));
            start = at;
        }
        before = Some(c);
    }
    pieces.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    pieces
}

fn may_break(before: char, after: char) -> bool {
    if NOT_FIRST.contains(after) || NOT_LAST.contains(before) || after == ' ' {
        return false;
    }
    let wide = |c: char| c.width() == Some(2);
    before == ' ' || wide(before) || wide(after)
}
