//! What a reader may spend, and how it says what it did not read.

use serde::{Deserialize, Serialize};

/// What was read, and what was not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Parsed<T> {
    /// As much as could be read.
    pub value: T,
    /// Everything that could not, in the order it was met.
    pub problems: Vec<Problem>,
}

impl<T> Parsed<T> {
    /// A value that was read whole.
    pub fn whole(value: T) -> Self {
        Self { value, problems: Vec::new() }
    }

    /// Takes the value and hands the problems to `sink`.
    pub fn take(self, sink: &mut Vec<Problem>) -> T {
        sink.extend(self.problems);
        self.value
    }
}

/// One thing a reader could not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What sort of loss this is.
    pub kind: ProblemKind,
    /// Where in the input, outermost first, e.g. `invoice.zip/invoice.doc: Macros/VBA/dir`.
    pub place: String,
    /// The limit that was met, when `kind` is [`ProblemKind::LimitReached`].
    pub limit: Option<Limit>,
    /// A short English phrase for the person who debugs; reports translate `kind`, not this.
    pub detail: String,
}

impl Problem {
    /// A problem without a limit.
    pub fn new(kind: ProblemKind, place: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { kind, place: place.into(), limit: None, detail: detail.into() }
    }

    /// A limit that was met: reading stopped there and what lies behind it was not seen.
    pub fn limit(place: impl Into<String>, name: &str, value: u64) -> Self {
        Self {
            kind: ProblemKind::LimitReached,
            place: place.into(),
            limit: Some(Limit { name: name.to_owned(), value }),
            detail: format!("more than {name} = {value}"),
        }
    }

    /// A walk through the input came by a place it had seen: it leads in a circle and was left there.
    pub fn circle(place: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..Self::limit(place, "visits_max", Limits::VISITS_MAX) }
    }

    /// The same problem seen from one container further out.
    #[must_use]
    pub fn inside(mut self, container: &str) -> Self {
        self.place =
            if self.place.is_empty() { container.to_owned() } else { format!("{container}/{}", self.place) };
        self
    }
}

/// The sorts of loss. Names are those of the machine output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ProblemKind {
    /// The bytes are not what they claim to be, and nothing could be read.
    Unreadable,
    /// The bytes break their format; part of them was read all the same.
    Malformed,
    /// The bytes end before the structure does.
    Truncated,
    /// A limit of [`Limits`] was met.
    LimitReached,
    /// No password opened it.
    Encrypted,
    /// The format or a feature of it is known, but not read by this version.
    Unsupported,
}

/// A limit by name and value, for the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// The field of [`Limits`].
    pub name: String,
    /// Its value in this run, in the unit the name ends with.
    pub value: u64,
}

/// How much of a hostile input is worth reading. There is no `Default`: the caller decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Containers inside containers: mail in mail, archive in archive, document in archive.
    pub depth_max: u32,
    /// MIME parts of one message.
    pub parts_max: usize,
    /// Entries of one archive, streams of one compound file.
    pub entries_max: usize,
    /// Bytes produced by unpacking and decoding, summed over everything inside one file.
    pub expanded_bytes_max: u64,
    /// Expanded size over packed size of one entry; looked at once 1 MiB has come out.
    pub ratio_max: u64,
    /// One header field, one line of a header block, in bytes.
    pub header_bytes_max: usize,
    /// Text of one message or document kept for judging, in bytes.
    pub text_bytes_max: usize,
    /// Source text of one macro module, in bytes.
    pub macro_bytes_max: usize,
    /// Macro modules of one document.
    pub modules_max: usize,
    /// URLs kept from one text.
    pub urls_max: usize,
    /// One URL, in bytes.
    pub url_bytes_max: usize,
    /// Passwords tried on one archive.
    pub passwords_max: usize,
    /// Layers peeled off one script or encoded command.
    pub layers_max: u32,
    /// Command lines read of one script.
    pub commands_max: usize,
    /// Steps of evaluation or of a recipe: the fuel of anything that can loop.
    pub steps_max: u64,
}

impl Limits {
    /// How often one walk comes by the same sector, table or entry. A place met again means that the file leads
    /// in a circle; this is told under the name `visits_max` and is not for setting.
    pub const VISITS_MAX: u64 = 1;

    /// Structures of one syntax inside one another, e.g. arrays and dictionaries of a PDF; told under the name
    /// `nesting_max`. What people and programs write stays below 20.
    pub const NESTING_MAX: u32 = 48;

    /// What a desk scan uses: generous for real mail, small for a bomb. 128 MiB expanded per file.
    pub const fn desk() -> Self {
        Self {
            depth_max: 8,
            parts_max: 1_000,
            entries_max: 10_000,
            expanded_bytes_max: 128 << 20,
            ratio_max: 200,
            header_bytes_max: 64 << 10,
            text_bytes_max: 4 << 20,
            macro_bytes_max: 8 << 20,
            modules_max: 4_096,
            urls_max: 1_000,
            url_bytes_max: 4_096,
            passwords_max: 500,
            layers_max: 16,
            commands_max: 256,
            steps_max: 2_000_000,
        }
    }
}

/// What is left of [`Limits::expanded_bytes_max`] while one file is read. Passed down by `&mut` so that
/// nested containers draw from one purse.
#[derive(Debug)]
pub struct Budget {
    left: u64,
    total: u64,
}

impl Budget {
    /// A full purse for one file.
    pub fn new(limits: &Limits) -> Self {
        Self { left: limits.expanded_bytes_max, total: limits.expanded_bytes_max }
    }

    /// Bytes that may still be produced.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// Pays for `bytes` produced.
    ///
    /// # Errors
    /// The [`Problem`] that names the limit, when the purse is too small; nothing is taken then.
    pub fn spend(&mut self, bytes: u64, place: &str) -> Result<(), Problem> {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(self.spent(place)),
        }
    }

    /// The problem to report when unpacking stopped because the purse was empty.
    pub fn spent(&self, place: &str) -> Problem {
        Problem::limit(place, "expanded_bytes_max", self.total)
    }
}
