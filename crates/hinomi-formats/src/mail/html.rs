//! HTML parts: the text a person reads and the links behind it. One pass, no tree.

use super::Link;
use super::entities::unescape;
use crate::{Limits, Problem};
use memchr::{memchr, memchr2, memmem};

/// The part of a document that is looked at for a charset declaration, in bytes (HTML, 13.2.3.2, says 1,024).
const SNIFF_BYTES: usize = 4 << 10;
/// Attributes of one tag that are looked at.
const ATTRIBUTES_MAX: usize = 64;

/// The charset a document declares for itself.
pub(crate) fn declared_charset(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..SNIFF_BYTES).unwrap_or(bytes).to_ascii_lowercase();
    let at = memmem::find(&head, b"charset=")?.checked_add(8)?;
    let rest = head.get(at..)?.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
    let label: String = rest
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"-_:.".contains(byte))
        .map(|byte| char::from(*byte))
        .collect();
    (!label.is_empty()).then_some(label)
}

/// Turns a document into text and adds its links to `links`.
pub(super) fn read(
    html: &str,
    limits: &Limits,
    links: &mut Vec<Link>,
    problems: &mut Vec<Problem>,
    place: &str,
) -> String {
    let mut reader =
        Reader { out: String::new(), blank: false, open: None, links, lost_links: false, limits };
    let mut rest = html;
    while let Some(at) = memchr(b'<', rest.as_bytes()) {
        let (text, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        reader.text(text);
        rest = reader.markup(from);
        if reader.out.len() > limits.text_bytes_max {
            // The caller, who joins the texts, says that this one is cut.
            rest = "";
            break;
        }
    }
    reader.text(rest);
    reader.close_link();
    if reader.lost_links {
        problems.push(Problem::limit(place, "urls_max", limits.urls_max as u64));
    }
    let Reader { mut out, .. } = reader;
    out.truncate(out.trim_end().len());
    out
}

struct Reader<'a> {
    out: String,
    /// White space that becomes one blank if text follows.
    blank: bool,
    /// The link that is open: its place in `links`, and where its text starts in `out`.
    open: Option<(usize, usize)>,
    links: &'a mut Vec<Link>,
    lost_links: bool,
    limits: &'a Limits,
}

impl Reader<'_> {
    fn text(&mut self, raw: &str) {
        for c in unescape(raw).chars() {
            if c.is_whitespace() {
                self.blank = true;
                continue;
            }
            if std::mem::take(&mut self.blank) && !self.out.is_empty() && !self.out.ends_with('\n') {
                self.out.push(' ');
            }
            self.out.push(c);
        }
    }

    fn line_break(&mut self) {
        self.blank = false;
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Starts a line of its own, without an empty one before it.
    fn block(&mut self) {
        if !self.out.ends_with('\n') {
            self.line_break();
        }
        self.blank = false;
    }

    /// Takes what starts with `<`: a comment, a tag, or a bracket that is text. Returns what follows.
    fn markup<'b>(&mut self, from: &'b str) -> &'b str {
        let inner = from.get(1..).unwrap_or_default();
        if let Some(comment) = inner.strip_prefix("!--") {
            return memmem::find(comment.as_bytes(), b"-->")
                .and_then(|at| comment.get(at.checked_add(3)?..))
                .unwrap_or("");
        }
        let (closing, name_on) = inner.strip_prefix('/').map_or((false, inner), |rest| (true, rest));
        if inner.starts_with(['!', '?']) {
            return inner.split_once('>').map_or("", |(_, after)| after);
        }
        if !name_on.starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.text("<");
            return inner;
        }
        let name_end =
            name_on.find(|c: char| c.is_whitespace() || c == '>' || c == '/').unwrap_or(name_on.len());
        let (name, rest) = name_on.split_at_checked(name_end).unwrap_or((name_on, ""));
        let (attributes, after) = attributes(rest);
        let name = name.to_ascii_lowercase();
        if closing {
            self.end(&name);
            return after;
        }
        self.start(&name, &attributes);
        match name.as_str() {
            "script" | "style" | "noscript" => skip_raw(after, &name),
            _ => after,
        }
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &str)]) {
        let value = |wanted: &str| {
            attributes
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                .map(|(_, value)| unescape(value))
        };
        match name {
            "a" | "area" => {
                self.close_link();
                if let Some(href) = value("href") {
                    self.link(&href);
                    self.open = (name == "a").then_some((self.links.len(), self.out.len()));
                }
            }
            "form" => value("action").into_iter().for_each(|action| self.link(&action)),
            "iframe" | "frame" => value("src").into_iter().for_each(|src| self.link(&src)),
            "meta" if value("http-equiv").is_some_and(|kind| kind.eq_ignore_ascii_case("refresh")) => {
                let content = value("content").unwrap_or_default();
                if let Some((_, url)) = content.split_once(['=']) {
                    self.link(url.trim().trim_matches(['"', '\'']));
                }
            }
            "img" => value("alt").into_iter().for_each(|alt| self.text(&format!(" {alt} "))),
            "br" | "hr" => self.line_break(),
            "td" | "th" => self.blank = true,
            _ if is_block(name) => self.block(),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "a" => self.close_link(),
            "p" => {
                self.block();
                self.line_break();
            }
            _ if is_block(name) => self.block(),
            _ => {}
        }
    }

    /// Keeps a link target that leads somewhere.
    fn link(&mut self, href: &str) {
        let href = href.trim();
        if href.is_empty() || href.starts_with('#') {
            return;
        }
        if self.links.len() >= self.limits.urls_max {
            self.lost_links = true;
            return;
        }
        let end = href.floor_char_boundary(self.limits.url_bytes_max);
        self.links.push(Link { href: href.get(..end).unwrap_or(href).to_owned(), text: String::new() });
    }

    /// The link's text is what came out since it opened.
    fn close_link(&mut self) {
        let Some((count, from)) = self.open.take() else { return };
        let text = self.out.get(from..).unwrap_or_default().trim().to_owned();
        let end = text.floor_char_boundary(self.limits.url_bytes_max);
        if let Some(link) = count.checked_sub(1).and_then(|at| self.links.get_mut(at)) {
            text.get(..end).unwrap_or(&text).clone_into(&mut link.text);
        }
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "tr"
            | "table"
            | "ul"
            | "ol"
            | "li"
            | "blockquote"
            | "pre"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "center"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "title"
            | "form"
            | "option"
            | "dt"
            | "dd"
            | "address"
    )
}

/// Jumps over content that is no text, up to its end tag.
fn skip_raw<'a>(after: &'a str, name: &str) -> &'a str {
    for at in memmem::find_iter(after.as_bytes(), b"</") {
        let from = after.get(at..).unwrap_or_default();
        let end = from.get(2..name.len().saturating_add(2));
        if end.is_some_and(|end| end.eq_ignore_ascii_case(name)) {
            return from;
        }
    }
    ""
}

/// The attributes of a tag, and what follows its `>`. Quotes may hold `>`.
pub(crate) fn attributes(tag: &str) -> (Vec<(&str, &str)>, &str) {
    let mut found = Vec::new();
    let mut rest = tag;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() {
            return (found, "");
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (found, after);
        }
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>')).unwrap_or(rest.len());
        // A value without a name: one character is passed over, so the loop moves.
        let end = if end == 0 { 1 } else { end };
        let (name, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let (value, after) = attribute_value(after);
        if found.len() < ATTRIBUTES_MAX {
            found.push((name, value));
        }
        rest = after;
    }
}

/// The value after an attribute's name, empty without a `=`.
fn attribute_value(after: &str) -> (&str, &str) {
    let Some(value) = after.trim_start().strip_prefix('=').map(str::trim_start) else { return ("", after) };
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or_else(|| {
                // Never closed: the tag ends at its bracket, so that the text behind it is not lost.
                let end = memchr2(b'>', b'\n', inner.as_bytes()).unwrap_or(inner.len());
                inner.split_at_checked(end).unwrap_or((inner, ""))
            });
        }
    }
    let end = value.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(value.len());
    value.split_at_checked(end).unwrap_or((value, ""))
}
