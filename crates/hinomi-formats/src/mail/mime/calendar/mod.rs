//! Calendar parts and files: iCalendar (RFC 5545) and vCalendar 1.0. An invitation leads to places and carries files as
//! a mail does, and says who invites.

mod lines;
#[cfg(test)]
mod tests;

use super::super::{Address, Link, html};
use super::transfer;
use crate::{Budget, Limits, Parsed, Problem, text, url};
use lines::{Line, lines};
use std::collections::HashSet;

/// What a calendar says that can act.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    /// Who invites: the organizers, and who sent it in their name.
    pub organizers: Vec<Address>,
    /// Where it leads: attachments by address, URLs of events, of descriptions and of what stands for them, meeting rooms.
    pub links: Vec<Link>,
    /// Files inside it.
    pub files: Vec<File>,
    /// What a person reads: summaries, places, descriptions.
    pub text: String,
}

/// A file inside a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct File {
    /// Its name; empty when none is told.
    pub name: String,
    /// Its media type as told.
    pub media_type: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Organizers that are kept: an invitation has one.
const ORGANIZERS_MAX: usize = 50;

/// Whether the bytes start as a calendar.
pub fn looks_like_calendar(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let start = bytes.get(..256).unwrap_or(bytes).trim_ascii_start();
    start.get(..15).is_some_and(|start| start.eq_ignore_ascii_case(b"BEGIN:VCALENDAR"))
}

/// Reads a calendar; `charset` is that of the part. `budget` pays for the files. Meets `urls_max`, `url_bytes_max`,
/// `entries_max` (files), `text_bytes_max`.
pub fn read(bytes: &[u8], charset: Option<&str>, limits: &Limits, budget: &mut Budget) -> Parsed<Calendar> {
    let mut reader = Reader {
        limits,
        budget,
        charset,
        calendar: Calendar::default(),
        problems: Vec::new(),
        said: HashSet::new(),
        led: HashSet::new(),
        cut: [false; 3],
        spent: false,
    };
    for line in lines(bytes) {
        reader.line(&line);
    }
    Parsed { value: reader.calendar, problems: reader.problems }
}

/// What may be too much of, and is told once.
#[derive(Clone, Copy)]
enum Cut {
    Links,
    Files,
    Text,
}

struct Reader<'a> {
    limits: &'a Limits,
    budget: &'a mut Budget,
    charset: Option<&'a str>,
    calendar: Calendar,
    problems: Vec<Problem>,
    /// What was said and led to already.
    said: HashSet<String>,
    led: HashSet<String>,
    cut: [bool; 3],
    spent: bool,
}

impl Reader<'_> {
    fn line(&mut self, line: &Line<'_>) {
        if let Some(other) = line.parameter("ALTREP") {
            self.address(&self.decode(line, &other), "", "");
        }
        match line.name.as_str() {
            "ATTACH" => self.attachment(line),
            "ORGANIZER" => self.organizer(line),
            "SUMMARY" | "LOCATION" | "DESCRIPTION" | "COMMENT" | "CONTACT" | "X-ALT-DESC" => self.words(line),
            "URL" | "CONFERENCE" | "SOURCE" | "TZURL" => {
                let value = self.value(line);
                self.address(&value, &line.parameter_text("LABEL"), "");
            }
            // Meeting rooms of programs stand in fields of their own.
            name if name.starts_with("X-") => {
                let value = self.value(line);
                for found in url::find(&value, self.limits).value {
                    self.link(&found.text, "");
                }
            }
            _ => {}
        }
    }

    /// The value as text: transfer encoding and escapes undone.
    fn value(&self, line: &Line<'_>) -> String {
        let most = self.limits.text_bytes_max;
        let raw = line.value.get(..most).unwrap_or(&line.value);
        if line.encoding() == "QUOTED-PRINTABLE" {
            return unescaped(&self.decode(line, &transfer::quoted_printable(raw, most, false)));
        }
        unescaped(&self.decode(line, raw))
    }

    fn decode(&self, line: &Line<'_>, raw: &[u8]) -> String {
        let own = line.parameter_text("CHARSET");
        let label = Some(own.as_str()).filter(|label| !label.is_empty()).or(self.charset);
        text::decode(label, raw)
    }

    fn attachment(&mut self, line: &Line<'_>) {
        let names = ["FILENAME", "X-FILENAME", "X-ORACLE-FILENAME", "X-APPLE-FILENAME", "X-LABEL"];
        let name = names.iter().find_map(|name| line.parameter(name)).map(|raw| self.decode(line, &raw));
        let name = name.unwrap_or_default();
        let media_type = line.parameter_text("FMTTYPE").to_ascii_lowercase();
        let is_inline = matches!(line.encoding().as_str(), "BASE64" | "B")
            || line.parameter_text("VALUE").eq_ignore_ascii_case("BINARY");
        if is_inline {
            self.file(name, media_type, &line.value);
        } else {
            let value = self.value(line);
            self.address(&value, &name, &name);
        }
    }

    fn organizer(&mut self, line: &Line<'_>) {
        let name = line.parameter("CN").map(|raw| self.decode(line, &raw)).unwrap_or_default();
        let by = line.parameter("SENT-BY").map(|raw| self.decode(line, &raw)).unwrap_or_default();
        for (name, value) in [(name, self.value(line)), (String::new(), by)] {
            let address = value.trim().trim_matches('"');
            let bare = address.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
            let address = address.get(bare.map_or(0, str::len)..).unwrap_or_default().trim();
            let found = Address { name, address: address.to_owned() };
            let has_room = self.calendar.organizers.len() < ORGANIZERS_MAX;
            if !address.is_empty() && has_room && !self.calendar.organizers.contains(&found) {
                self.calendar.organizers.push(found);
            }
        }
    }

    /// Text for people: what leads out of it, and what it says. Some of it is HTML.
    fn words(&mut self, line: &Line<'_>) {
        let value = self.value(line);
        let is_html = line.parameter_text("FMTTYPE").eq_ignore_ascii_case("text/html")
            || ["<a ", "<html", "<body", "<br"].iter().any(|tag| value.to_ascii_lowercase().contains(tag));
        let mut words = value;
        if is_html {
            let mut links = Vec::new();
            words = html::read(&words, self.limits, &mut links, &mut self.problems, "calendar");
            for link in links {
                self.address(&link.href, &link.text, "");
            }
        }
        let found = url::find(&words, self.limits).take(&mut self.problems);
        for found in found {
            self.link(&found.text, "");
        }
        self.say(words.trim());
    }

    fn say(&mut self, words: &str) {
        if words.is_empty() || !self.said.insert(words.to_owned()) {
            return;
        }
        let room = self.limits.text_bytes_max.saturating_sub(self.calendar.text.len().saturating_add(1));
        if words.len() > room {
            return self.tell(Cut::Text, "text_bytes_max", self.limits.text_bytes_max as u64);
        }
        self.calendar.text.push_str(words);
        self.calendar.text.push('\n');
    }

    /// An address of any kind: one with the content in it is a file.
    fn address(&mut self, address: &str, label: &str, name: &str) {
        let address = address.trim();
        let scheme = address.split_once(':').map_or(String::new(), |(scheme, _)| scheme.to_ascii_lowercase());
        match scheme.as_str() {
            "data" => self.data(address, name),
            // Another part of the same mail, or nothing that opens.
            "cid" | "mailto" | "tel" => {}
            _ => self.link(address, label),
        }
    }

    /// `data:type;base64,content` (RFC 2397); text is left where it is not base64.
    fn data(&mut self, address: &str, name: &str) {
        let Some((head, content)) = address.get(5..).and_then(|rest| rest.split_once(',')) else { return };
        let media_type = head.split(';').next().unwrap_or_default().to_ascii_lowercase();
        if head.to_ascii_lowercase().ends_with(";base64") {
            self.file(name.to_owned(), media_type, content.as_bytes());
        } else {
            let words = url::find(content, self.limits).take(&mut self.problems);
            words.iter().for_each(|found| self.link(&found.text, ""));
        }
    }

    fn file(&mut self, name: String, media_type: String, base64: &[u8]) {
        if self.calendar.files.len() >= self.limits.entries_max {
            return self.tell(Cut::Files, "entries_max", self.limits.entries_max as u64);
        }
        let left = usize::try_from(self.budget.left()).unwrap_or(usize::MAX);
        let bytes = transfer::base64(base64, left.saturating_add(1));
        match self.budget.spend(bytes.len() as u64, &name) {
            Ok(()) => self.calendar.files.push(File { name, media_type, bytes }),
            // Said once: what is left does not grow again.
            Err(problem) => {
                if !std::mem::replace(&mut self.spent, true) {
                    self.problems.push(problem);
                }
            }
        }
    }

    fn link(&mut self, href: &str, text: &str) {
        let cut =
            |text: &str| text.get(..text.floor_char_boundary(self.limits.url_bytes_max)).map(str::to_owned);
        let link = Link { href: cut(href).unwrap_or_default(), text: cut(text).unwrap_or_default() };
        if link.href.is_empty() || self.led.contains(&link.href) {
            return;
        }
        if self.calendar.links.len() >= self.limits.urls_max {
            return self.tell(Cut::Links, "urls_max", self.limits.urls_max as u64);
        }
        self.led.insert(link.href.clone());
        self.calendar.links.push(link);
    }

    fn tell(&mut self, cut: Cut, name: &str, value: u64) {
        if let Some(told) = self.cut.get_mut(cut as usize)
            && !std::mem::replace(told, true)
        {
            self.problems.push(Problem::limit("calendar", name, value));
        }
    }
}

/// Undoes `\n`, `\,`, `\;` and `\\` (RFC 5545, 3.3.11).
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n' | 'N') => out.push('\n'),
            Some(other @ (',' | ';' | '\\' | ':' | '"')) => out.push(other),
            Some(other) => out.extend([c, other]),
            None => out.push(c),
        }
    }
    out
}
