//! Outlook messages (MS-OXMSG): a compound file whose streams are the properties of a message.
//!
//! A message that came by SMTP keeps its header block, and that is read like any other; where there is none, as in
//! what was sent or saved inside a company, the properties tell.

mod body;
mod properties;

use super::{Address, Mail, Part, envelope, fields};
use crate::office::cfb::{self, CompoundFile, EntryId, EntryKind};
use crate::{Budget, Limits, Parsed, Problem, ProblemKind, office, text};
use memchr::memmem;
use properties::{Charset, LIST, Pages, Properties, Storages};

/// Names of storages (MS-OXMSG 2.2.1, 2.2.2).
const RECIPIENT: &str = "__recip_version1.0_#";
const ATTACHMENT: &str = "__attach_version1.0_#";
/// Bytes before the list of properties (MS-OXMSG 2.4.1): of a message, of one attached, of anything else.
const HEADER_TOP: usize = 32;
const HEADER_ATTACHED: usize = 24;
const HEADER_OTHER: usize = 8;

/// The start of the line that Exchange puts before a header block.
const EXCHANGE_LINE: &[u8] = b"Microsoft Mail Internet Headers";

/// Property ids (MS-OXPROPS).
mod id {
    pub(super) const MESSAGE_CLASS: u16 = 0x001A;
    pub(super) const SUBJECT: u16 = 0x0037;
    pub(super) const CLIENT_SUBMIT_TIME: u16 = 0x0039;
    pub(super) const REPRESENTING: [u16; 3] = [0x0042, 0x5D02, 0x0065];
    pub(super) const TRANSPORT_HEADERS: u16 = 0x007D;
    pub(super) const RECIPIENT_TYPE: u16 = 0x0C15;
    pub(super) const SENDER: [u16; 3] = [0x0C1A, 0x5D01, 0x0C1F];
    pub(super) const DELIVERY_TIME: u16 = 0x0E06;
    pub(super) const MESSAGE_ID: u16 = 0x1035;
    pub(super) const REFERENCES: u16 = 0x1039;
    pub(super) const IN_REPLY_TO: u16 = 0x1042;
    pub(super) const RECIPIENT: [u16; 3] = [0x3001, 0x39FE, 0x3003];
    pub(super) const DISPLAY_NAME: u16 = 0x3001;
    pub(super) const DATA: u16 = 0x3701;
    pub(super) const SHORT_NAME: u16 = 0x3704;
    pub(super) const METHOD: u16 = 0x3705;
    pub(super) const LONG_NAME: u16 = 0x3707;
    pub(super) const MIME_TAG: u16 = 0x370E;
    pub(super) const CONTENT_ID: u16 = 0x3712;
    pub(super) const INTERNET_CODE_PAGE: u16 = 0x3FDE;
    pub(super) const LOCALE: u16 = 0x3FF1;
    pub(super) const CODE_PAGE: u16 = 0x3FFD;
    pub(super) const HIDDEN: u16 = 0x7FFE;
}

/// Whether the bytes are an Outlook message: a compound file with a list of properties in its root.
pub fn looks_like_msg(bytes: &[u8]) -> bool {
    if !office::looks_like_ole(bytes) {
        return false;
    }
    // Most compound files are none, and a document may hold one: the name is looked for before the root is.
    let name: Vec<u8> = LIST.encode_utf16().flat_map(u16::to_le_bytes).collect();
    memmem::find(bytes, &name).is_some()
        && CompoundFile::open(bytes, &Limits::desk()).is_some_and(|file| {
            let file = file.value;
            file.root().is_some_and(|root| file.child(root, LIST).is_some())
        })
}

/// Reads a message; `None` when the bytes are no compound file.
pub(super) fn read(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Option<Parsed<Mail>> {
    let mut problems = Vec::new();
    let file = CompoundFile::open(bytes, limits)?.take(&mut problems);
    let storages = Storages::of(&file);
    let reader = Reader {
        file: &file,
        storages: &storages,
        limits,
        budget,
        problems,
        mail: Mail::default(),
        pages: Pages::default(),
    };
    Some(reader.run())
}

struct Reader<'f, 'a, 'b> {
    file: &'f CompoundFile<'a>,
    storages: &'f Storages,
    limits: &'b Limits,
    budget: &'b mut Budget,
    problems: Vec<Problem>,
    mail: Mail,
    pages: Pages,
}

impl<'f, 'a> Reader<'f, 'a, '_> {
    fn run(mut self) -> Parsed<Mail> {
        let Some(root) = self.file.root() else {
            return Parsed { value: self.mail, problems: self.problems };
        };
        let mut own = self.properties(root, HEADER_TOP);
        self.pages = Pages {
            page: own.integer(id::CODE_PAGE),
            local: own
                .integer(id::LOCALE)
                .map(text::pages::of_locale)
                .or(own.integer(id::INTERNET_CODE_PAGE)),
        };
        own.pages = self.pages;
        self.headers(&own);
        self.envelope(&own);
        self.recipients(root);
        let class = self.text(&own, id::MESSAGE_CLASS).unwrap_or_default().to_ascii_uppercase();
        let signed = class.ends_with("SMIME.MULTIPARTSIGNED");
        if class.contains(".SMIME") && !signed {
            self.problems.push(Problem::new(ProblemKind::Encrypted, "", "S/MIME encryption"));
        }
        self.body(&own);
        self.attachments(root, signed);
        Parsed { value: self.mail, problems: self.problems }
    }

    fn properties(&mut self, storage: EntryId, header: usize) -> Properties<'f, 'a> {
        let children = self.storages.children(storage);
        let mut read = Properties::read(self.file, children, header, self.budget, &mut self.problems);
        read.pages = self.pages;
        read
    }

    fn text(&mut self, of: &Properties<'_, '_>, id: u16) -> Option<String> {
        of.text(id, self.budget, &mut self.problems)
    }

    /// The header block as it came over the wire.
    fn headers(&mut self, own: &Properties<'_, '_>) {
        let Some((raw, charset)) = own.raw(id::TRANSPORT_HEADERS, self.budget, &mut self.problems) else {
            return;
        };
        let bytes = match charset {
            Charset::Utf16 => charset.decode(&raw).into_bytes(),
            Charset::Page(_) => raw.into_owned(),
        };
        // Exchange puts a line of its own before the fields.
        let bytes = match bytes.strip_prefix(EXCHANGE_LINE) {
            Some(rest) => fields::line(rest).1,
            None => &bytes,
        };
        let block = fields::read(bytes.trim_ascii_start(), self.limits, "headers", &mut self.problems);
        envelope::fill(&mut self.mail, &block, self.limits, &mut self.problems);
    }

    /// What the properties know and the header block does not. The subject is the one that Outlook shows.
    fn envelope(&mut self, own: &Properties<'_, '_>) {
        if let Some(subject) = self.text(own, id::SUBJECT) {
            self.mail.subject = subject.trim().to_owned();
        }
        let sender = self.address(own, id::SENDER);
        let from = self.address(own, id::REPRESENTING).or_else(|| sender.clone());
        if self.mail.from.is_empty() {
            if self.mail.sender.is_none() {
                self.mail.sender = sender.filter(|sender| Some(sender) != from.as_ref());
            }
            self.mail.from.extend(from);
        }
        self.mail.date_unix_s = self
            .mail
            .date_unix_s
            .or_else(|| own.time(id::CLIENT_SUBMIT_TIME))
            .or_else(|| own.time(id::DELIVERY_TIME));
        let ids = |text: Option<String>| text.map(|text| super::trace::ids(&text)).unwrap_or_default();
        if self.mail.message_id.is_none() {
            self.mail.message_id = ids(self.text(own, id::MESSAGE_ID)).into_iter().next();
        }
        if self.mail.in_reply_to.is_empty() {
            self.mail.in_reply_to = ids(self.text(own, id::IN_REPLY_TO));
        }
        if self.mail.references.is_empty() {
            self.mail.references = ids(self.text(own, id::REFERENCES));
        }
    }

    /// Name, SMTP address, and the address of whatever kind, which inside Exchange is an X.500 name.
    fn address(&mut self, of: &Properties<'_, '_>, [name, smtp, any]: [u16; 3]) -> Option<Address> {
        let name = self.text(of, name).unwrap_or_default();
        let address = self.text(of, smtp).or_else(|| self.text(of, any)).unwrap_or_default();
        let name = if name == address { String::new() } else { name };
        (!name.is_empty() || !address.is_empty()).then_some(Address { name, address })
    }

    fn recipients(&mut self, root: EntryId) {
        let (to_known, cc_known) = (!self.mail.to.is_empty(), !self.mail.cc.is_empty());
        for storage in self.storages_named(root, RECIPIENT) {
            let own = self.properties(storage, HEADER_OTHER);
            let Some(address) = self.address(&own, id::RECIPIENT) else { continue };
            // MAPI_TO, MAPI_CC, MAPI_BCC; the upper bits are flags.
            match own.integer(id::RECIPIENT_TYPE).unwrap_or(1) & 0xF {
                1 if !to_known => self.mail.to.push(address),
                2 if !cc_known => self.mail.cc.push(address),
                _ => {}
            }
        }
    }

    /// Storages whose names start so, in the order of their numbers.
    fn storages_named(&mut self, root: EntryId, start: &str) -> Vec<EntryId> {
        let is_so = |id: &EntryId| {
            let name = self.file.name(*id);
            self.file.kind(*id) == EntryKind::Storage
                && name.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
        };
        let mut found: Vec<EntryId> = self.storages.children(root).iter().copied().filter(is_so).collect();
        found.sort_by_key(|id| self.file.name(*id).to_ascii_uppercase());
        if found.len() > self.limits.parts_max {
            self.problems.push(Problem::limit("", "parts_max", self.limits.parts_max as u64));
            found.truncate(self.limits.parts_max);
        }
        found
    }

    fn attachments(&mut self, root: EntryId, signed: bool) {
        for (at, storage) in self.storages_named(root, ATTACHMENT).into_iter().enumerate() {
            let own = self.properties(storage, HEADER_OTHER);
            let path = at.saturating_add(1).to_string();
            if let Some(part) = self.attachment(&own, path, signed) {
                self.mail.parts.push(part);
            }
        }
    }

    fn attachment(&mut self, own: &Properties<'_, '_>, path: String, signed: bool) -> Option<Part> {
        let place = format!("part {path}");
        let mut name = self.text(own, id::LONG_NAME).or_else(|| self.text(own, id::SHORT_NAME));
        let mut media_type = self.text(own, id::MIME_TAG).unwrap_or_default().trim().to_ascii_lowercase();
        let shown = own.boolean(id::HIDDEN)
            || (self.text(own, id::CONTENT_ID).is_some() && media_type.starts_with("image/"));
        let bytes = if let Some(object) = own.object(id::DATA) {
            // An attached message has a list of properties, an object has not.
            let is_message = self
                .storages
                .children(object)
                .iter()
                .any(|id| self.file.name(*id).eq_ignore_ascii_case(LIST));
            if is_message {
                media_type = "application/vnd.ms-outlook".to_owned();
            }
            if name.is_none() {
                let display = self.text(own, id::DISPLAY_NAME).filter(|_| is_message);
                name = display.map(|subject| format!("{subject}.msg"));
            }
            cfb::export(self.file, object, &widened, self.budget, &mut self.problems)?
        } else if let Some(data) = own.binary(id::DATA, self.budget, &mut self.problems) {
            if let Err(problem) = self.budget.spend(data.len() as u64, &place) {
                self.problems.push(problem);
                return None;
            }
            data.into_owned()
        } else {
            // Only a path or an address: methods 2, 3, 4 and 7 of MS-OXCMSG 2.2.2.9.
            let kind = if matches!(own.integer(id::METHOD), Some(2..=4 | 7)) {
                ProblemKind::Unsupported
            } else {
                ProblemKind::Malformed
            };
            self.problems.push(Problem::new(kind, &place, "the attachment has no content of its own"));
            Vec::new()
        };
        if signed && media_type.starts_with("multipart/signed") {
            media_type = "message/rfc822".to_owned();
        }
        if media_type.is_empty() {
            media_type = "application/octet-stream".to_owned();
        }
        Some(Part { path, name, media_type, attachment: !shown, bytes })
    }
}

/// An attached message has a shorter header than one that stands alone.
fn widened(name: &str, stream: &[u8]) -> Option<Vec<u8>> {
    let (head, list) = stream.split_at_checked(HEADER_ATTACHED)?;
    let gap = [0; HEADER_TOP - HEADER_ATTACHED];
    name.eq_ignore_ascii_case(LIST).then(|| [head, &gap, list].concat())
}
