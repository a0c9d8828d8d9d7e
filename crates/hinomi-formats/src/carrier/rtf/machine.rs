//! The state Word keeps while it reads RTF: groups, where characters go, and what they add up to.

use super::lex::{Lexer, Token};
use super::words::{self, Destination};
use super::{Link, LinkKind, Object, Rtf, field, ole1, pending::Pending};
use crate::{Budget, Limits, Parsed, Problem, ProblemKind, text};
use std::collections::HashMap;

/// The longest field code or template name kept, in bytes.
const CODE_BYTES_MAX: usize = 16 << 10;
/// Fonts whose code page is remembered.
const FONTS_MAX: usize = 4_096;

pub(super) fn read(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Parsed<Rtf> {
    let mut machine = Machine::new(limits, budget);
    let mut lexer = Lexer::new(bytes);
    while let Some(token) = lexer.next() {
        machine.at = lexer.at();
        machine.token(token);
    }
    machine.end();
    Parsed { value: machine.rtf, problems: machine.problems }
}

/// What a group inherits from the one around it.
#[derive(Clone, Copy, Default)]
struct Group {
    to: Destination,
    /// The destination starts here and ends with the group.
    starts: bool,
    /// Characters that stand in for one Unicode character, skipped behind it (`\uc`).
    substitutes: u8,
    font: i32,
    /// Between `\htmlrtf` and `\htmlrtf0`: RTF that the HTML says in another way.
    doubled: bool,
}

struct Machine<'b> {
    limits: &'b Limits,
    budget: &'b mut Budget,
    problems: Vec<Problem>,
    rtf: Rtf,
    at: usize,
    group: Group,
    outer: Vec<Group>,
    /// `\*` was just read: an unknown destination is to be skipped.
    ignorable: bool,
    /// Characters still to skip behind `\u`.
    skip: u8,
    /// Collected by the open destinations, the innermost last.
    pending: Vec<Pending>,
    /// Text in the code page of the font, not yet decoded.
    raw: Vec<u8>,
    /// The first half of a character beyond 16 bits.
    high: Option<u16>,
    code_page: u16,
    /// Code pages by font number, while they differ from the document's.
    fonts: HashMap<i32, u16>,
    class: String,
    refreshes: bool,
    text_cut: bool,
}

impl<'b> Machine<'b> {
    fn new(limits: &'b Limits, budget: &'b mut Budget) -> Self {
        Self {
            limits,
            budget,
            problems: Vec::new(),
            rtf: Rtf::default(),
            at: 0,
            group: Group { substitutes: 1, ..Group::default() },
            outer: Vec::new(),
            ignorable: false,
            skip: 0,
            pending: Vec::new(),
            raw: Vec::new(),
            high: None,
            code_page: 1252,
            fonts: HashMap::new(),
            class: String::new(),
            refreshes: false,
            text_cut: false,
        }
    }

    fn token(&mut self, token: Token<'_>) {
        let ignorable = std::mem::take(&mut self.ignorable);
        match token {
            Token::Open => {
                self.outer.push(self.group);
                self.group.starts = false;
                self.skip = 0;
            }
            Token::Close => self.close(),
            Token::Word(word, number) => self.word(word, number, ignorable),
            Token::Symbol(b'*') => self.ignorable = true,
            Token::Symbol(symbol) => self.symbol(symbol),
            Token::Quoted(pair) => self.quoted(pair),
            Token::Bin(bytes) => self.bin(bytes),
            Token::Text(bytes) => self.characters(bytes),
        }
    }

    fn close(&mut self) {
        self.skip = 0;
        if self.group.starts {
            self.finish();
        }
        self.flush();
        if let Some(group) = self.outer.pop() {
            self.group = group;
        }
    }

    /// Ends what was open when the file ended: Word reads objects whose groups never close.
    fn end(&mut self) {
        while !self.outer.is_empty() {
            self.close();
        }
        self.close();
        if self.rtf.text.len() > self.limits.text_bytes_max {
            let end = self.rtf.text.floor_char_boundary(self.limits.text_bytes_max);
            self.rtf.text.truncate(end);
        }
    }

    fn word(&mut self, word: &[u8], number: Option<i32>, ignorable: bool) {
        if let Some(to) = words::destination(word) {
            return self.enter(to);
        }
        match word {
            b"u" => self.unicode(number.unwrap_or(0)),
            b"uc" => self.group.substitutes = u8::try_from(number.unwrap_or(1)).unwrap_or(0),
            b"ansicpg" => self.code_page = number.and_then(|n| u16::try_from(n).ok()).unwrap_or(1252),
            b"f" => self.font(number.unwrap_or(0)),
            b"fcharset" => self.font_charset(number.unwrap_or(0)),
            b"fromhtml" => self.rtf.is_html = true,
            b"htmlrtf" => {
                self.flush();
                self.group.doubled = number != Some(0);
            }
            b"objupdate" | b"objautlink" => self.refreshes = true,
            b"object" => (self.class, self.refreshes) = (String::new(), false),
            _ if ignorable => self.enter(Destination::Skip),
            _ => {
                if let Some(text) = words::character(word) {
                    self.shown(text);
                }
            }
        }
    }

    fn enter(&mut self, to: Destination) {
        self.flush();
        if self.group.starts {
            self.finish();
        }
        // What a person is not shown does not come back by a group inside it.
        let hidden = self.group.to == Destination::Skip && to == Destination::Body;
        self.group.to = if hidden { Destination::Skip } else { to };
        self.group.starts = collects(to);
        if self.group.starts {
            self.pending.push(Pending { offset: self.at, ..Pending::default() });
        }
    }

    fn symbol(&mut self, symbol: u8) {
        if let Some(text) = words::character(&[symbol]) {
            self.shown(text);
        }
    }

    /// Inside an object Word takes `\'` for nothing, and with it loses a digit that waits for its partner.
    fn quoted(&mut self, pair: [u8; 2]) {
        if self.group.to == Destination::ObjectData {
            if let Some(pending) = self.pending.last_mut() {
                pending.half = None;
            }
            return;
        }
        if let [Some(high), Some(low)] = pair.map(super::pending::hex) {
            self.character(high << 4 | low);
        }
    }

    fn bin(&mut self, bytes: &[u8]) {
        if self.group.to == Destination::ObjectData
            && let Some(pending) = self.pending.last_mut()
        {
            pending.half = None;
            pending.extend(bytes, usize::try_from(self.budget.left()).unwrap_or(usize::MAX));
        }
    }

    fn characters(&mut self, bytes: &[u8]) {
        match self.group.to {
            Destination::Skip | Destination::FontTable => {}
            Destination::ObjectData => {
                let most = usize::try_from(self.budget.left()).unwrap_or(usize::MAX);
                if let Some(pending) = self.pending.last_mut() {
                    pending.digits(bytes, most);
                }
            }
            Destination::Body if self.skip == 0 && bytes.len() < self.limits.text_bytes_max => {
                if self.is_shown() {
                    self.raw.extend(bytes.iter().filter(|byte| !matches!(byte, b'\r' | b'\n')));
                }
            }
            _ => bytes.iter().filter(|byte| !matches!(byte, b'\r' | b'\n')).for_each(|b| self.character(*b)),
        }
    }

    /// One character in the code page.
    fn character(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip = self.skip.saturating_sub(1);
            return;
        }
        let to = self.group.to;
        match to {
            Destination::Body if self.is_shown() => self.raw.push(byte),
            Destination::ObjectClass | Destination::Template | Destination::FieldCode => {
                if let Some(pending) = self.pending.last_mut() {
                    pending.extend(&[byte], CODE_BYTES_MAX);
                }
            }
            _ => {}
        }
    }

    /// Text that is known as such.
    fn shown(&mut self, text: &str) {
        let to = self.group.to;
        match to {
            Destination::Body if self.is_shown() => {
                self.flush();
                self.rtf.text.push_str(text);
            }
            Destination::ObjectClass | Destination::Template | Destination::FieldCode => {
                if let Some(pending) = self.pending.last_mut() {
                    pending.extend(text.as_bytes(), CODE_BYTES_MAX);
                }
            }
            _ => {}
        }
    }

    /// `\u`: a UTF-16 unit, written signed.
    fn unicode(&mut self, number: i32) {
        self.skip = self.group.substitutes;
        let Ok(unit) = u16::try_from(number & 0xFFFF) else { return };
        let units: Vec<u16> = self.high.take().into_iter().chain([unit]).collect();
        if (0xD800..0xDC00).contains(&unit) {
            self.high = Some(unit);
            return;
        }
        self.shown(&String::from_utf16_lossy(&units));
    }

    fn is_shown(&mut self) -> bool {
        if self.group.doubled {
            return false;
        }
        let fits = self.rtf.text.len().saturating_add(self.raw.len()) < self.limits.text_bytes_max;
        if !fits && !std::mem::replace(&mut self.text_cut, true) {
            let most = self.limits.text_bytes_max as u64;
            self.problems.push(Problem::limit("", "text_bytes_max", most));
        }
        fits
    }

    fn font(&mut self, number: i32) {
        self.flush();
        self.group.font = number;
    }

    fn font_charset(&mut self, charset: i32) {
        if self.group.to == Destination::FontTable
            && self.fonts.len() < FONTS_MAX
            && let Some(page) = words::code_page(charset)
        {
            self.fonts.insert(self.group.font, page);
        }
    }

    /// Decodes what waits. Fonts say their code page; ASCII needs none.
    fn flush(&mut self) {
        if self.raw.is_empty() {
            return;
        }
        let raw = std::mem::take(&mut self.raw);
        match std::str::from_utf8(&raw) {
            Ok(ascii) if ascii.is_ascii() => self.rtf.text.push_str(ascii),
            _ => {
                let own = self.fonts.get(&self.group.font).copied().filter(|page| *page != 1252);
                let page = own.unwrap_or(self.code_page);
                self.rtf.text.push_str(&text::decode(Some(&text::pages::label(page.into())), &raw));
            }
        }
    }

    /// A destination ends: what it collected is read.
    fn finish(&mut self) {
        let Some(pending) = self.pending.pop() else { return };
        let label = text::pages::label(self.code_page.into());
        let words = || text::decode(Some(&label), &pending.data).trim().to_owned();
        match self.group.to {
            Destination::ObjectData => self.object(&pending),
            Destination::ObjectClass => self.class = words(),
            Destination::Template => self.link(LinkKind::Template, words()),
            Destination::FieldCode => {
                if let Some((kind, target)) = field::read(&words()) {
                    self.link(kind, target);
                }
            }
            _ => {}
        }
    }

    fn link(&mut self, kind: LinkKind, target: String) {
        let link = Link { kind, target };
        if link.target.is_empty() || self.rtf.links.last() == Some(&link) {
            return;
        }
        if self.rtf.links.len() >= self.limits.urls_max {
            let problem = Problem::limit("", "urls_max", self.limits.urls_max as u64);
            if !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
            return;
        }
        self.rtf.links.push(link);
    }

    fn object(&mut self, pending: &Pending) {
        let place = format!("object at {}", pending.offset);
        if pending.lost {
            self.problems.push(self.budget.spent(&place));
        }
        if self.rtf.objects.len() >= self.limits.entries_max {
            let problem = Problem::limit("", "entries_max", self.limits.entries_max as u64);
            if !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
            return;
        }
        if pending.data.is_empty() {
            return;
        }
        let mut object = Object {
            offset: pending.offset as u64,
            class: self.class.clone(),
            refreshes: self.refreshes,
            ..Object::default()
        };
        let bytes = match ole1::read(&pending.data) {
            Some(read) => {
                if read.missing > 0 {
                    let detail = format!("the object lacks {} bytes that it claims", read.missing);
                    self.problems.push(Problem::new(ProblemKind::Truncated, &place, detail));
                }
                object.class = Some(read.class).filter(|class| !class.is_empty()).unwrap_or(object.class);
                (object.name, object.target) = (read.name, read.target);
                read.data
            }
            None => {
                let detail = "the data of the object is no OLE 1.0 object";
                self.problems.push(Problem::new(ProblemKind::Malformed, &place, detail));
                pending.data.as_slice()
            }
        };
        match self.budget.spend(bytes.len() as u64, &place) {
            Ok(()) => object.bytes = bytes.to_vec(),
            Err(problem) => self.problems.push(problem),
        }
        self.rtf.objects.push(object);
    }
}

/// Whether a destination collects characters of its own.
fn collects(to: Destination) -> bool {
    matches!(
        to,
        Destination::ObjectData | Destination::ObjectClass | Destination::Template | Destination::FieldCode
    )
}
