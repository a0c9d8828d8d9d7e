//! Where the objects of a file are: in the file itself, and in its object streams.

use super::crypt::{Key, Lock, Opener, Search};
use super::filters;
use super::object::{Dictionary, Object};
use super::syntax::{Lost, Syntax, is_space};
use crate::office::Key as OpenedBy;
use crate::{Budget, Limits, Problem, ProblemKind};
use memchr::memmem;
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};

/// Bytes that hold objects, and where the objects begin.
pub(super) struct Outline<'a> {
    file: &'a [u8],
    /// Unpacked object streams.
    unpacked: Vec<Vec<u8>>,
    /// Every object, in file order; those of an object stream stand where the stream does.
    pub(super) places: Vec<Place>,
    /// The last place of each object number: a revision at the end of the file replaces what was before.
    latest: HashMap<u32, usize>,
    /// Some trailer names an encryption dictionary, and no password opened it.
    pub(super) encrypted: bool,
    /// What opened it.
    pub(super) opened_with: Option<OpenedBy>,
    /// How many passwords were tried in vain.
    pub(super) tried: usize,
    key: Option<Key>,
    seals: Seals,
    /// Bytes that may still be read as objects: an object that does not end is read to the end of the file, and
    /// one object may be referred to from everywhere.
    fuel: Cell<u64>,
}

/// The place of one object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) number: u32,
    generation: u32,
    /// Offset in the file: of the object, or of the stream that holds it.
    pub(super) offset: usize,
    /// Which unpacked stream, and where in it; `None` for an object in the file.
    inside: Option<(usize, usize)>,
    /// Offset of the object's text, behind `obj`.
    body: usize,
    /// Bytes of its stream in the file.
    stream: Option<(usize, usize)>,
}

impl<'a> Outline<'a> {
    /// `passwords` are tried on an encrypted file; `None` for one that is to be read as if it were in the clear.
    pub(super) fn of(
        file: &'a [u8],
        passwords: Option<&[String]>,
        limits: &Limits,
        budget: &mut Budget,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut outline = Self {
            file,
            unpacked: Vec::new(),
            places: Vec::new(),
            latest: HashMap::new(),
            encrypted: false,
            opened_with: None,
            tried: 0,
            key: None,
            seals: Seals::default(),
            fuel: Cell::new(limits.steps_max.saturating_mul(64).saturating_add(8 * file.len() as u64)),
        };
        outline.read_trailers();
        outline.scan(problems);
        if let Some(passwords) = passwords {
            outline.index();
            outline.open(passwords);
        }
        if !outline.encrypted {
            outline.unpack(limits, budget, problems);
        }
        outline.index();
        outline
    }

    /// Notes the last place of each object.
    fn index(&mut self) {
        for (index, place) in self.places.iter().enumerate() {
            self.latest.insert(place.number, index);
        }
    }

    /// Some trailers name an encryption dictionary and some do not: what one viewer takes for encrypted, another may
    /// take as it stands.
    pub(super) fn is_two_faced(&self) -> bool {
        self.seals.sealed.is_some() && self.seals.open
    }

    /// Looks for the password of an encrypted file.
    fn open(&mut self, passwords: &[String]) {
        let Some(sealed) = self.seals.sealed.take() else { return };
        self.encrypted = true;
        let dictionary = self.followed(&sealed, 0);
        if let Object::Reference(number) = sealed {
            self.seals.dictionary = Some(number);
        }
        self.seals.sealed = Some(sealed);
        let Object::Dictionary(dictionary) = dictionary else { return };
        let Some(lock) = Lock::read(&dictionary, &self.seals.id) else { return };
        match lock.open(passwords) {
            Search::Opened(key, by) => {
                self.encrypted = false;
                self.opened_with = Some(by.map_or(OpenedBy::Default, OpenedBy::Given));
                self.key = Some(key);
            }
            Search::Shut { tried } => self.tried = tried,
        }
    }

    /// An object with the references in it followed, some levels deep: dictionaries of encryption are small.
    fn followed(&self, object: &Object, depth: u32) -> Object {
        match object {
            _ if depth > ENCRYPTION_DEPTH_MAX => Object::Null,
            Object::Reference(number) => {
                let found = self.find(*number).map_or(Object::Null, |place| self.object(place));
                self.followed(&found, depth.saturating_add(1))
            }
            Object::Dictionary(dictionary) => {
                let entries = dictionary.0.iter().take(ENCRYPTION_ENTRIES_MAX);
                let entries =
                    entries.map(|(key, value)| (key.clone(), self.followed(value, depth.saturating_add(1))));
                Object::Dictionary(Dictionary(entries.collect()))
            }
            other => other.clone(),
        }
    }

    /// The object at a place.
    pub(super) fn object(&self, place: &Place) -> Object {
        let (bytes, at) = match place.inside {
            Some((stream, at)) => (self.unpacked.get(stream).map_or(&[][..], Vec::as_slice), at),
            None => (self.file, place.body),
        };
        if self.fuel.get() == 0 {
            return Object::Null;
        }
        let mut syntax = Syntax::new(bytes, at);
        let mut object = syntax.object();
        self.fuel.set(self.fuel.get().saturating_sub(1 + syntax.at.saturating_sub(at) as u64));
        // Strings in an object stream are encrypted with it; those of the encryption dictionary cannot be.
        if let Some(key) = self.key.as_ref().filter(|_| place.inside.is_none())
            && self.seals.dictionary != Some(place.number)
        {
            let work = decrypt(&mut object, &key.strings(place.number, place.generation));
            self.fuel.set(self.fuel.get().saturating_sub(work));
        }
        object
    }

    /// Whether objects were left unread because too much had to be read again.
    pub(super) fn exhausted(&self) -> bool {
        self.fuel.get() == 0
    }

    /// Whether a stream stands at a place.
    pub(super) fn has_stream(&self, place: &Place) -> bool {
        place.stream.is_some()
    }

    /// The bytes of the stream at a place, its filters still on.
    pub(super) fn stream(&self, place: &Place, dictionary: &Dictionary) -> Option<Cow<'a, [u8]>> {
        let (start, end) = place.stream?;
        let raw = self.file.get(start..end)?;
        let plain =
            self.key.as_ref().and_then(|key| key.stream(place.number, place.generation, dictionary, raw));
        Some(plain.map_or(Cow::Borrowed(raw), Cow::Owned))
    }

    /// Where the object of a number stands.
    pub(super) fn find(&self, number: u32) -> Option<&Place> {
        self.latest.get(&number).and_then(|index| self.places.get(*index))
    }

    fn read_trailers(&mut self) {
        for at in memmem::find_iter(self.file, b"trailer").take(TRAILERS_MAX) {
            let body = at + b"trailer".len();
            let near = self.file.get(..body.saturating_add(TRAILER_BYTES_MAX)).unwrap_or(self.file);
            if let Object::Dictionary(dictionary) = Syntax::new(near, body).object() {
                self.seals.note(&dictionary);
            }
        }
    }

    /// Every `n g obj`. A stream is stepped over: what looks like an object in it is none, unless a
    /// cross-reference table points there, as one made to hide from scanners does.
    fn scan(&mut self, problems: &mut Vec<Problem>) {
        let mut stream_ends = memmem::find_iter(self.file, b"endstream").peekable();
        let table = cross_references(self.file);
        let mut from = 0;
        let mut truncated = false;
        // A file may be full of the same loss; it is said once.
        let mut told = BTreeSet::new();
        while let Some(found) = self.file.get(from..).and_then(|rest| memmem::find(rest, b"obj")) {
            let at = from + found;
            let body = at + b"obj".len();
            from = body;
            let Some((number, generation, offset)) = object_number(self.file, at) else { continue };
            let mut syntax = Syntax::new(self.file, body);
            let object = syntax.object();
            problems.extend(
                syntax.lost.map(|lost| lost.problem(number)).filter(|problem| told.insert(problem.kind)),
            );
            self.fuel.set(self.fuel.get().saturating_sub(syntax.at.saturating_sub(body) as u64));
            if self.exhausted() {
                break;
            }
            let mut place = Place { number, generation, offset, inside: None, body, stream: None };
            if let Object::Dictionary(dictionary) = &object {
                if dictionary.is("Type", "XRef") {
                    self.seals.note(dictionary);
                }
                syntax.skip_space();
                if let Some(start) = stream_start(self.file, syntax.at) {
                    while stream_ends.peek().is_some_and(|end| *end < start) {
                        stream_ends.next();
                    }
                    let end = stream_end(self.file, dictionary, start, stream_ends.peek().copied());
                    let pointed_into = table.partition_point(|offset| *offset < start)
                        < table.partition_point(|offset| *offset < end);
                    if end == self.file.len() {
                        // What follows may be objects all the same.
                        if !std::mem::replace(&mut truncated, true) {
                            let place = format!("object {number}");
                            problems.push(Problem::new(
                                ProblemKind::Truncated,
                                place,
                                "its stream does not end",
                            ));
                        }
                    } else if !pointed_into {
                        from = from.max(end);
                    }
                    place.stream = Some((start, end));
                }
            }
            // An object that swallowed the next one (a string that does not end) must not hide it.
            let next = memmem::find(self.file.get(body..syntax.at).unwrap_or_default(), b"endobj");
            if next.is_none() {
                from = from.max(syntax.at);
            }
            self.places.push(place);
        }
    }

    /// Unpacks the object streams and puts their objects in their place.
    fn unpack(&mut self, limits: &Limits, budget: &mut Budget, problems: &mut Vec<Problem>) {
        let mut places = Vec::with_capacity(self.places.len());
        for place in std::mem::take(&mut self.places) {
            places.push(place);
            if !self.has_stream(&place) {
                continue;
            }
            let Object::Dictionary(dictionary) = self.object(&place) else { continue };
            let Some(raw) = self.stream(&place, &dictionary).filter(|_| dictionary.is("Type", "ObjStm"))
            else {
                continue;
            };
            let name = format!("object {}", place.number);
            let Some(bytes) = filters::decode(&dictionary, &raw, &name, limits, budget, problems) else {
                continue;
            };
            let first = usize::try_from(dictionary.number("First").unwrap_or_default()).unwrap_or_default();
            let header = bytes.get(..first).unwrap_or_default();
            for (number, at) in header_pairs(header) {
                let inside = Some((self.unpacked.len(), first.saturating_add(at)));
                places.push(Place {
                    number,
                    generation: 0,
                    offset: place.offset,
                    inside,
                    body: 0,
                    stream: None,
                });
            }
            self.unpacked.push(bytes);
        }
        self.places = places;
    }
}

/// What the trailers say of encryption.
#[derive(Default)]
struct Seals {
    /// `/Encrypt` of the last trailer that has one.
    sealed: Option<Object>,
    /// The number of its dictionary.
    dictionary: Option<u32>,
    /// The first part of `/ID`.
    id: Vec<u8>,
    /// A trailer with a root says nothing of encryption.
    open: bool,
}

impl Seals {
    fn note(&mut self, trailer: &Dictionary) {
        match trailer.get("Encrypt").filter(|value| **value != Object::Null) {
            Some(sealed) => {
                self.sealed = Some(sealed.clone());
                if let Some(Object::Array(parts)) = trailer.get("ID")
                    && let Some(Object::Text(id)) = parts.first()
                {
                    self.id.clone_from(id);
                }
            }
            None => self.open |= trailer.get("Root").is_some(),
        }
    }
}

/// What the shortest encrypted string costs, in bytes read.
const STRING_WORK: u64 = 256;

/// Takes the encryption off every string of an object, and tells what that cost.
fn decrypt(object: &mut Object, opener: &Opener) -> u64 {
    match object {
        Object::Text(bytes) if !bytes.is_empty() => {
            *bytes = opener.open(bytes);
            STRING_WORK.saturating_add(bytes.len() as u64)
        }
        // As deep as objects are read.
        Object::Array(items) => items.iter_mut().map(|item| decrypt(item, opener)).sum(),
        Object::Dictionary(Dictionary(entries)) => {
            entries.iter_mut().map(|(_, value)| decrypt(value, opener)).sum()
        }
        _ => 0,
    }
}

/// References in an encryption dictionary, and entries of one: there are some twenty.
const ENCRYPTION_DEPTH_MAX: u32 = 6;
const ENCRYPTION_ENTRIES_MAX: usize = 40;

impl Lost {
    fn problem(self, number: u32) -> Problem {
        let place = format!("object {number}");
        match self {
            Self::TooDeep => Problem::limit(place, "nesting_max", u64::from(Limits::NESTING_MAX)),
            Self::OpenString => Problem::new(ProblemKind::Truncated, place, "a string in it does not end"),
        }
    }
}

/// Trailers that are read: one a revision.
const TRAILERS_MAX: usize = 1_024;
/// Bytes of one that are read: a trailer has a handful of entries.
const TRAILER_BYTES_MAX: usize = 16 << 10;
/// Entries of cross-reference tables that are looked at.
const CROSS_REFERENCES_MAX: usize = 1 << 20;

/// The offsets in the cross-reference tables of the file (7.5.4), in ascending order. Cross-reference streams are
/// not read.
fn cross_references(file: &[u8]) -> Vec<usize> {
    let mut offsets: Vec<usize> = Vec::new();
    for at in memmem::find_iter(file, b"xref").take(2 * TRAILERS_MAX) {
        let rest = file.get(at + b"xref".len()..).unwrap_or_default();
        if !rest.first().copied().is_some_and(is_space) {
            continue;
        }
        let mut words = rest.split(|byte| is_space(*byte)).filter(|word| !word.is_empty());
        // An entry is `offset generation n`.
        let (mut before, mut last): (&[u8], &[u8]) = (b"", b"");
        while let Some(word) = words.next().filter(|_| offsets.len() < CROSS_REFERENCES_MAX) {
            match word {
                b"n" => {
                    let number: Option<usize> =
                        std::str::from_utf8(before).ok().and_then(|text| text.parse().ok());
                    offsets.extend(number.filter(|offset| *offset > 0));
                }
                b"f" => {}
                digits if digits.len() <= 10 && digits.iter().all(u8::is_ascii_digit) => {}
                _ => break,
            }
            (before, last) = (last, word);
        }
    }
    offsets.sort_unstable();
    offsets
}

/// The pairs of object number and offset before the objects of a stream (7.5.7).
fn header_pairs(header: &[u8]) -> Vec<(u32, usize)> {
    let numbers: Vec<usize> = header
        .split(|byte| is_space(*byte))
        .filter(|word| !word.is_empty())
        .map_while(|word| std::str::from_utf8(word).ok()?.parse().ok())
        .collect();
    numbers
        .chunks_exact(2)
        .filter_map(|pair| match pair {
            [number, at] => Some((u32::try_from(*number).ok()?, *at)),
            _ => None,
        })
        .collect()
}

/// The numbers of object and generation before `obj` at `at`, and where the first begins.
fn object_number(file: &[u8], at: usize) -> Option<(u32, u32, usize)> {
    let mut end = at;
    let (generation, generation_start) = digits_before(file, &mut end)?;
    let mut end = generation_start;
    // White space must stand between the two numbers.
    if !end.checked_sub(1).and_then(|before| file.get(before)).copied().is_some_and(is_space) {
        return None;
    }
    let (number, start) = digits_before(file, &mut end)?;
    Some((number, generation, start))
}

/// The number that ends before `end`, white space skipped, and its start. At most ten digits and as many spaces.
fn digits_before(file: &[u8], end: &mut usize) -> Option<(u32, usize)> {
    for _ in 0..10 {
        match end.checked_sub(1).and_then(|before| file.get(before)) {
            Some(byte) if is_space(*byte) => *end -= 1,
            _ => break,
        }
    }
    let mut start = *end;
    while *end - start < 10 {
        match start.checked_sub(1).and_then(|before| file.get(before)) {
            Some(byte) if byte.is_ascii_digit() => start -= 1,
            _ => break,
        }
    }
    let digits = file.get(start..*end)?;
    std::str::from_utf8(digits).ok()?.parse().ok().map(|number| (number, start))
}

/// Where a stream's bytes begin, when `stream` stands at `at`.
fn stream_start(file: &[u8], at: usize) -> Option<usize> {
    let rest = file.get(at..)?.strip_prefix(b"stream")?;
    let eol = match rest {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    };
    Some(at + b"stream".len() + eol)
}

/// Where a stream's bytes end: as `/Length` says when `endstream` follows there, else at the next `endstream`,
/// else at the end of the file.
fn stream_end(file: &[u8], dictionary: &Dictionary, start: usize, next: Option<usize>) -> usize {
    let by_length = dictionary.number("Length").and_then(|length| {
        let end = start.checked_add(usize::try_from(length).ok()?)?;
        let mut syntax = Syntax::new(file, end);
        syntax.skip_space();
        file.get(syntax.at..)?.starts_with(b"endstream").then_some(end)
    });
    by_length.or(next).unwrap_or(file.len())
}
