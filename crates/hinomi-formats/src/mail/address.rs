//! Address lists (RFC 5322, 3.4), and what people and attackers write instead of them.

use super::Address;
use super::mime::words;

/// Reads a list. Group names are dropped, their members kept; what has no `@` is kept as it is, since
/// `MAILER-DAEMON` and broken senders are addresses too.
pub(super) fn list(value: &str) -> Vec<Address> {
    let mut out = Vec::new();
    let mut item = Item::default();
    let mut rest = value;
    while let Some(c) = rest.chars().next() {
        // An encoded word is one piece: its text may hold commas.
        if let Some((word, after)) = encoded_word(rest) {
            item.text().push_str(word);
            rest = after;
            continue;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '"' => rest = item.quoted(rest),
            '(' => rest = item.comment(rest),
            '<' => item.open(),
            '>' if item.in_angle => item.in_angle = false,
            // Source routes have commas (RFC 5322, 4.4); elsewhere one ends an address whose bracket is missing.
            ',' if item.is_route() => item.text().push(c),
            ',' | ';' => out.extend(std::mem::take(&mut item).done()),
            // A group starts; a colon in an address (a port, IPv6) stands after the `@`.
            ':' if !item.in_angle && !item.bare.contains('@') => item = Item::default(),
            _ => item.text().push(c),
        }
    }
    out.extend(item.done());
    out
}

/// The address alone of a field that holds one, such as Return-Path or Delivered-To.
pub(super) fn bare(value: &str) -> Option<String> {
    list(value).into_iter().map(|address| address.address).find(|address| !address.is_empty())
}

/// One mailbox while it is read.
#[derive(Default)]
struct Item {
    /// Text outside angle brackets: the name, or the address when there are none.
    bare: String,
    /// Text inside the last angle brackets.
    angle: Option<String>,
    comment: String,
    in_angle: bool,
}

impl Item {
    fn text(&mut self) -> &mut String {
        match &mut self.angle {
            Some(angle) if self.in_angle => angle,
            _ => &mut self.bare,
        }
    }

    fn is_route(&self) -> bool {
        self.in_angle && self.angle.as_ref().is_some_and(|angle| angle.starts_with('@'))
    }

    /// A second pair of brackets makes the first part of the name, where readers show it.
    fn open(&mut self) {
        if let Some(earlier) = self.angle.take() {
            self.bare.push('<');
            self.bare.push_str(&earlier);
            self.bare.push_str("> ");
        }
        self.angle = Some(String::new());
        self.in_angle = true;
    }

    /// Takes a quoted string up to its closing quote.
    fn quoted<'a>(&mut self, rest: &'a str) -> &'a str {
        let mut escaped = false;
        for (at, c) in rest.char_indices() {
            match c {
                _ if escaped => {
                    escaped = false;
                    self.text().push(c);
                }
                '\\' => escaped = true,
                '"' => return rest.get(at.saturating_add(1)..).unwrap_or_default(),
                _ => self.text().push(c),
            }
        }
        ""
    }

    /// Takes a comment, which nests, up to its closing bracket.
    fn comment<'a>(&mut self, rest: &'a str) -> &'a str {
        let mut depth = 1_usize;
        let mut escaped = false;
        for (at, c) in rest.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => {
                    escaped = true;
                    continue;
                }
                '(' => depth = depth.saturating_add(1),
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return rest.get(at.saturating_add(1)..).unwrap_or_default();
            }
            self.comment.push(c);
        }
        ""
    }

    fn done(self) -> Option<Address> {
        let tidy = |text: &str| words::decode(text.trim()).trim().to_owned();
        let (name, address) = match &self.angle {
            Some(angle) => (tidy(&self.bare), tidy(without_route(angle))),
            None => (String::new(), tidy(&self.bare)),
        };
        let (name, address) = if self.angle.is_none() { split_bare(address) } else { (name, address) };
        let name = if name.is_empty() { tidy(&self.comment) } else { name };
        (!name.is_empty() || !address.is_empty()).then_some(Address { name, address })
    }
}

/// `@relay,@relay:local@domain` is mail for `local@domain`.
fn without_route(address: &str) -> &str {
    let routed = address.trim_start().starts_with('@');
    address.rsplit_once(':').filter(|_| routed).map_or(address, |(_, last)| last)
}

/// A mailbox without brackets: the address is the word with the `@`, the rest a name.
fn split_bare(text: String) -> (String, String) {
    if !text.contains(char::is_whitespace) {
        return (String::new(), text);
    }
    let Some(address) = text.split_whitespace().rev().find(|word| word.contains('@')) else {
        return (text, String::new());
    };
    let name = text.split_whitespace().filter(|word| *word != address).collect::<Vec<_>>().join(" ");
    (name, address.to_owned())
}

/// The longest encoded word kept in one piece, in bytes; RFC 2047 ends at 75, senders do not.
const WORD_BYTES_MAX: usize = 1_024;

/// The encoded word at the start, and what follows it. Angle brackets make it plain text that happens to look
/// so; a word without an end must not swallow the list.
fn encoded_word(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix("=?")?;
    let window = inside.get(..inside.floor_char_boundary(WORD_BYTES_MAX))?;
    let (_charset, rest) = window.split_once('?')?;
    let (_encoding, rest) = rest.split_once('?')?;
    let behind = rest.split_once("?=")?.1;
    let len = window.len().checked_sub(behind.len())?.checked_add(2)?;
    text.split_at_checked(len).filter(|(word, _)| !word.contains('<'))
}
