//! The tree of parts (RFC 2045, RFC 2046), read without recursion.

pub mod calendar;
mod multipart;
mod params;
mod tnef;
mod transfer;
pub(super) mod words;

use super::fields::{self, Block};
use super::{Mail, Part, envelope, html};
use crate::{Budget, Limits, Parsed, Problem, ProblemKind, text};
use params::Parametrised;
use std::borrow::Cow;
use transfer::Transfer;

/// Lines of an invitation that are looked for in the text beside it.
const CALENDAR_LINES_MAX: usize = 200;

/// Reads one message.
pub(super) fn read(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Parsed<Mail> {
    let mut reader =
        Reader { limits, budget, problems: Vec::new(), mail: Mail::default(), parts: 0, text_cut: false };
    let block = fields::read(bytes, limits, "", &mut reader.problems);
    if block.fields.is_empty() {
        reader.problems.push(Problem::new(ProblemKind::Malformed, "", "no header field"));
    }
    envelope::fill(&mut reader.mail, &block, limits, &mut reader.problems);
    reader.tree(block);
    Parsed { value: reader.mail, problems: reader.problems }
}

struct Reader<'b> {
    limits: &'b Limits,
    budget: &'b mut Budget,
    problems: Vec<Problem>,
    mail: Mail,
    /// Parts met so far, multiparts included.
    parts: usize,
    /// Whether it was said that text is missing.
    text_cut: bool,
}

/// A part that waits to be read.
struct Waiting<'a> {
    bytes: &'a [u8],
    path: String,
    depth: u32,
    /// Inside `multipart/digest`, where a part without a type is a message.
    digest: bool,
}

impl Reader<'_> {
    fn tree(&mut self, root: Block) {
        let mut waiting = Vec::new();
        let content = Content::of(&root, false, "", &mut self.problems);
        self.part(&content, root.body, String::new(), 0, &mut waiting);
        // The last one waiting is the next in the message.
        while let Some(next) = waiting.pop() {
            let block = fields::read(next.bytes, self.limits, &place(&next.path), &mut self.problems);
            let content = Content::of(&block, next.digest, &place(&next.path), &mut self.problems);
            if !self.count_part() {
                return;
            }
            self.part(&content, block.body, next.path, next.depth, &mut waiting);
        }
    }

    /// Counts a part; `false` when there are too many, which is said.
    fn count_part(&mut self) -> bool {
        self.parts = self.parts.saturating_add(1);
        let fits = self.parts <= self.limits.parts_max;
        if !fits {
            self.problems.push(Problem::limit("", "parts_max", self.limits.parts_max as u64));
        }
        fits
    }

    fn part<'a>(
        &mut self,
        content: &Content,
        body: &'a [u8],
        path: String,
        depth: u32,
        waiting: &mut Vec<Waiting<'a>>,
    ) {
        if !content.is_multipart() {
            return self.leaf(content, body, &path);
        }
        if depth >= self.limits.depth_max {
            // Kept whole, so that what is inside can at least be searched.
            self.problems.push(Problem::limit(place(&path), "depth_max", u64::from(self.limits.depth_max)));
            return self.leaf(content, body, &path);
        }
        // One more than fits, so that the surplus is noticed when it is counted.
        let room = self.limits.parts_max.saturating_sub(self.parts).saturating_add(1);
        let split =
            multipart::split(body, content.kind.tokens("boundary"), content.kind.token("boundary"), room);
        if let Some(detail) = split.fault {
            let kind = if split.is_cut { ProblemKind::Truncated } else { ProblemKind::Malformed };
            self.problems.push(Problem::new(kind, place(&path), detail));
        }
        if split.parts.is_empty() {
            return self.leaf(&Content::plain(content), body, &path);
        }
        let digest = content.media_type == "multipart/digest";
        let children = split.parts.into_iter().enumerate().map(|(at, bytes)| {
            let number = at.saturating_add(1);
            let path = if path.is_empty() { number.to_string() } else { format!("{path}.{number}") };
            Waiting { bytes, path, depth: depth.saturating_add(1), digest }
        });
        let from = waiting.len();
        waiting.extend(children);
        if let Some(new) = waiting.get_mut(from..) {
            new.reverse();
        }
    }

    fn leaf(&mut self, content: &Content, body: &[u8], path: &str) {
        let path = if path.is_empty() { "1" } else { path };
        let decoded = content.transfer.decode(body, self.budget.left());
        if decoded.cut {
            self.problems.push(self.budget.spent(&place(path)));
        }
        // Decoding stopped at what was left, so the purse holds it.
        if let Err(problem) = self.budget.spend(decoded.bytes.len() as u64, path) {
            self.problems.push(problem);
            return;
        }
        if let Some((kind, detail)) = content.unseen() {
            self.problems.push(Problem::new(kind, place(path), detail));
        }
        // The part stands before what is taken out of it.
        let at = self.mail.parts.len();
        self.tnef(content, &decoded.bytes, path);
        self.calendar(content, &decoded.bytes, path);
        let readable = content.text_kind().filter(|_| !content.is_attachment());
        match readable {
            Some(TextKind::Plain) => self.plain(content, &decoded.bytes, path),
            Some(TextKind::Html) => self.html(content, &decoded.bytes, path),
            None => {}
        }
        if readable.is_none() || content.name.is_some() {
            let part = Part {
                path: path.to_owned(),
                name: content.name.clone(),
                media_type: content.media_type.clone(),
                attachment: content.is_offered(),
                bytes: decoded.bytes,
            };
            self.mail.parts.insert(at, part);
        }
    }

    /// Plain text, uuencoded files in it taken out.
    fn plain(&mut self, content: &Content, bytes: &[u8], path: &str) {
        let mut text = Vec::new();
        let mut rest = bytes;
        let mut files = 0_usize;
        while let Some(file) =
            transfer::uuencoded(rest, usize::try_from(self.budget.left()).unwrap_or(usize::MAX))
        {
            if !self.count_part() {
                break;
            }
            files = files.saturating_add(1);
            if let Err(problem) = self.budget.spend(file.bytes.len() as u64, &place(path)) {
                self.problems.push(problem);
                break;
            }
            text.extend_from_slice(file.around.0);
            rest = file.around.1;
            self.mail.parts.push(Part {
                path: format!("{path}.{files}"),
                name: Some(text::decode(content.charset.as_deref(), file.name)),
                media_type: "application/octet-stream".to_owned(),
                attachment: true,
                bytes: file.bytes,
            });
        }
        let bytes = if files == 0 { Cow::Borrowed(bytes) } else { Cow::Owned([&text, rest].concat()) };
        let cut = self.cut_text(&bytes, path);
        let text = text::decode(content.charset.as_deref(), cut);
        self.add_text(&text, path);
    }

    /// Takes the files out of Outlook's `winmail.dat`, which is known by its first bytes under any name, and
    /// out of the messages attached inside it.
    fn tnef(&mut self, content: &Content, bytes: &[u8], path: &str) {
        let mut streams = vec![bytes];
        let mut files = 0_usize;
        while let Some(tnef) = streams.pop().and_then(|stream| tnef::read(stream, self.limits.parts_max)) {
            if tnef.cut {
                let detail = "the TNEF stream ends early";
                self.problems.push(Problem::new(ProblemKind::Truncated, place(path), detail));
            }
            let charset = tnef.charset.as_deref().or(content.charset.as_deref());
            for file in &tnef.files {
                files = files.saturating_add(1);
                if tnef::is_tnef(file.data) {
                    if !self.count_part() {
                        return;
                    }
                    streams.push(file.data);
                } else if !self.tnef_file(file, charset, format!("{path}.{files}")) {
                    return;
                }
            }
            let cut = self.cut_text(tnef.body, path);
            self.add_text(&text::decode(charset, cut), path);
        }
    }

    /// Keeps one file; `false` when a limit was met, which is said.
    fn tnef_file(&mut self, file: &tnef::File, charset: Option<&str>, path: String) -> bool {
        if !self.count_part() {
            return false;
        }
        if let Err(problem) = self.budget.spend(file.data.len() as u64, &place(&path)) {
            self.problems.push(problem);
            return false;
        }
        self.mail.parts.push(Part {
            path,
            name: file.name(charset),
            media_type: "application/octet-stream".to_owned(),
            attachment: true,
            bytes: file.data.to_vec(),
        });
        true
    }

    /// What an invitation says and leads to belongs to the message. Its files are taken out when the part is opened.
    fn calendar(&mut self, content: &Content, bytes: &[u8], path: &str) {
        if !calendar::looks_like_calendar(bytes) {
            return;
        }
        // The same files are paid for there.
        let mut purse = Budget::new(self.limits);
        let read = calendar::read(bytes, content.charset.as_deref(), self.limits, &mut purse);
        let room = self.limits.urls_max.saturating_sub(self.mail.links.len());
        if read.value.links.len() > room {
            self.problems.push(Problem::limit(place(path), "urls_max", self.limits.urls_max as u64));
        }
        self.mail.links.extend(read.value.links.into_iter().take(room));
        self.mail.organizers.extend(read.value.organizers);
        // Most invitations say the same as the text beside them.
        let text = &self.mail.text;
        let is_news = |at: usize, line: &str| at >= CALENDAR_LINES_MAX || !text.contains(line.trim());
        let lines = read.value.text.lines().enumerate().filter(|(at, line)| is_news(*at, line));
        let news = lines.map(|(_, line)| line).collect::<Vec<_>>().join("\n");
        self.add_text(&news, path);
    }

    fn html(&mut self, content: &Content, bytes: &[u8], path: &str) {
        let cut = self.cut_text(bytes, path);
        let label = content.charset.clone().or_else(|| html::declared_charset(cut));
        let source = text::decode(label.as_deref(), cut);
        let text = html::read(&source, self.limits, &mut self.mail.links, &mut self.problems, &place(path));
        self.add_text(&text, path);
    }

    /// The bytes of a text that are worth decoding.
    fn cut_text<'a>(&mut self, bytes: &'a [u8], path: &str) -> &'a [u8] {
        match bytes.get(..self.limits.text_bytes_max) {
            Some(cut) if cut.len() < bytes.len() => {
                self.say_text_cut(path);
                cut
            }
            _ => bytes,
        }
    }

    /// Adds to the text of the message, as far as it has room.
    fn add_text(&mut self, text: &str, path: &str) {
        if !self.mail.add_text(text, self.limits.text_bytes_max) {
            self.say_text_cut(path);
        }
    }

    fn say_text_cut(&mut self, path: &str) {
        if !std::mem::replace(&mut self.text_cut, true) {
            self.problems.push(Problem::limit(
                place(path),
                "text_bytes_max",
                self.limits.text_bytes_max as u64,
            ));
        }
    }
}

fn place(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("part {path}") }
}

#[derive(Clone, Copy)]
enum TextKind {
    Plain,
    Html,
}

/// What a part's header fields say about its body.
struct Content {
    media_type: String,
    kind: Parametrised,
    disposition: Parametrised,
    transfer: Transfer,
    name: Option<String>,
    charset: Option<String>,
    /// Shown inside the text by its id.
    has_id: bool,
}

impl Content {
    fn of(block: &Block, digest: bool, place: &str, problems: &mut Vec<Problem>) -> Self {
        let kind = kind(block, place, problems);
        let value = |name: &str| block.get(name).map(|field| field.text());
        let disposition = value("content-disposition").map(|v| Parametrised::read(&v)).unwrap_or_default();
        let media_type = media_type(kind.as_ref(), digest);
        let kind = kind.unwrap_or_default();
        let name = file_name(&kind, &disposition, place, problems);
        Self {
            transfer: value("content-transfer-encoding").map_or(Transfer::Identity, |v| Transfer::of(&v)),
            charset: kind.token("charset").map(|label| {
                label.split_whitespace().next().unwrap_or_default().trim_matches(['"', '\'']).to_owned()
            }),
            has_id: block.get("content-id").is_some(),
            media_type,
            kind,
            disposition,
            name,
        }
    }

    /// A multipart in which no part was found: what it holds is text, or searched as such.
    fn plain(broken: &Self) -> Self {
        Self {
            media_type: "text/plain".to_owned(),
            kind: Parametrised::default(),
            disposition: Parametrised::default(),
            transfer: broken.transfer,
            name: broken.name.clone(),
            charset: broken.charset.clone(),
            has_id: false,
        }
    }

    fn is_multipart(&self) -> bool {
        self.media_type == "multipart" || self.media_type.starts_with("multipart/")
    }

    fn text_kind(&self) -> Option<TextKind> {
        match self.media_type.as_str() {
            "text/plain" | "text/enriched" | "text/richtext" | "text/markdown" => Some(TextKind::Plain),
            "text/html" | "application/xhtml+xml" => Some(TextKind::Html),
            _ => None,
        }
    }

    /// What the part holds and this reader does not look into.
    fn unseen(&self) -> Option<(ProblemKind, &'static str)> {
        let enveloped =
            || self.kind.token("smime-type").is_none_or(|kind| !kind.eq_ignore_ascii_case("signed-data"));
        Some(match self.media_type.as_str() {
            "application/pgp-encrypted" => (ProblemKind::Encrypted, "OpenPGP encryption"),
            "application/pkcs7-mime" | "application/x-pkcs7-mime" if enveloped() => {
                (ProblemKind::Encrypted, "S/MIME encryption")
            }
            "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
                (ProblemKind::Unsupported, "opaque S/MIME signature")
            }
            "message/partial" => (ProblemKind::Unsupported, "a fragment of a message"),
            "message/external-body" => (ProblemKind::Unsupported, "the content is elsewhere"),
            _ => return None,
        })
    }

    fn is_attachment(&self) -> bool {
        self.disposition.value == "attachment"
    }

    /// Whether a person is offered the part as a file. Apple Mail calls documents inline, so a name counts
    /// unless it is a picture or something that the text shows by its id.
    fn is_offered(&self) -> bool {
        let shown =
            self.disposition.value == "inline" && (self.has_id || self.media_type.starts_with("image/"));
        self.is_attachment() || (self.name.is_some() && !shown)
    }
}

/// The Content-Type that counts. Of several, readers take different ones; a multipart is preferred, because
/// parts are lost by not looking.
fn kind(block: &Block, place: &str, problems: &mut Vec<Problem>) -> Option<Parametrised> {
    let mut kinds: Vec<Parametrised> =
        block.all("content-type").map(|field| Parametrised::read(&field.text())).collect();
    if kinds.len() > 1 {
        problems.push(Problem::new(ProblemKind::Malformed, place, "more than one Content-Type"));
    }
    let at = kinds.iter().position(|kind| kind.value.starts_with("multipart/")).unwrap_or(0);
    (at < kinds.len()).then(|| kinds.swap_remove(at))
}

fn media_type(kind: Option<&Parametrised>, digest: bool) -> String {
    let value = kind.map(|kind| kind.value.as_str()).unwrap_or_default();
    let good = value.split_once('/').is_some_and(|(kind, subtype)| !kind.is_empty() && !subtype.is_empty());
    match value {
        "" if kind.is_none() && digest => "message/rfc822",
        "" if kind.is_none() => "text/plain",
        // Names of RFC 1049, and half names.
        "text" => "text/plain",
        "html" => "text/html",
        "multipart" => "multipart/mixed",
        _ if good => value,
        _ => "application/octet-stream",
    }
    .to_owned()
}

/// The name of the part as a file: from the disposition, else from the type. Names that end differently are
/// reported, because readers then disagree on what would be opened.
fn file_name(
    kind: &Parametrised,
    disposition: &Parametrised,
    place: &str,
    problems: &mut Vec<Problem>,
) -> Option<String> {
    let found =
        [disposition.text("filename"), disposition.text("name"), kind.text("name"), kind.text("filename")];
    let mut names = found.into_iter().flatten().flat_map(|(name, other)| [Some(name), other]).flatten();
    let name = names.next()?;
    let ending = |name: &str| name.rsplit_once('.').map(|(_, ending)| ending.trim().to_lowercase());
    if let Some(other) = names.find(|other| ending(other) != ending(&name)) {
        let detail = format!("also named {other:?}");
        problems.push(Problem::new(ProblemKind::Malformed, place, detail));
    }
    Some(name)
}
