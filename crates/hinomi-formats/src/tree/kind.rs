//! What bytes are: by their first bytes, and by name only where bytes leave it open.

use crate::{archive, capture, html, mail, office, onenote, pdf, rtf, tls};
use serde::{Deserialize, Serialize};

/// What a file's bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A message.
    Mail,
    /// A ZIP that is no document.
    Zip,
    /// Gzip.
    Gzip,
    /// An archive of another format: see [`archive_format`].
    OtherArchive,
    /// Messages in one mbox file.
    Mailbox,
    /// An Office document, or a compound file at least.
    Document,
    /// PDF.
    Pdf,
    /// A program: PE, ELF, Mach-O, Windows Installer.
    Program,
    /// A script or shortcut that a double click runs.
    Script,
    /// A web page or an SVG picture: what a browser opens, and what scripts in it put together.
    Html,
    /// An invitation or other calendar file.
    Calendar,
    /// Events of web pages, a JSON object a line.
    PageEvents,
    /// A recording of the network: see [`crate::capture`].
    Recording,
    /// The settings of a resolver: see [`crate::capture::resolver`].
    ResolverSettings,
    /// What TLS servers were found to speak: see [`crate::tls::recording`].
    TlsSurvey,
    /// Anything else.
    Other,
}

/// Extensions that Windows runs by a double click as a program.
const PROGRAMS: &[&str] = &["exe", "scr", "com", "pif", "cpl", "msi", "msp", "msix", "appx", "jar", "dll"];

/// Extensions that Windows hands to a script host, a shell or a shortcut.
const SCRIPTS: &[&str] = &[
    "js",
    "jse",
    "vbs",
    "vbe",
    "wsf",
    "wsh",
    "hta",
    "ps1",
    "psm1",
    "bat",
    "cmd",
    "lnk",
    "url",
    "sct",
    "reg",
    "chm",
    "scf",
    "inf",
    "application",
    "settingcontent-ms",
];

/// Extensions of what a browser opens.
const PAGES: &[&str] = &["html", "htm", "xhtml", "xht", "shtml", "svg"];

/// Extensions of archives and disk images beside ZIP and gzip.
const OTHER_ARCHIVES: &[&str] = &[
    "rar", "7z", "cab", "lzh", "lha", "ace", "tar", "iso", "img", "xz", "txz", "bz2", "tbz", "zst", "vhd",
    "vhdx",
];

/// Extensions of Office documents, for files whose bytes nobody could read.
const DOCUMENTS: &[&str] = &[
    "doc", "docx", "docm", "dot", "dotx", "dotm", "xls", "xlsx", "xlsm", "xlsb", "xlt", "xltm", "xla",
    "xlam", "ppt", "pptx", "pptm", "pps", "ppsx", "ppsm", "pot", "potm", "rtf", "pub", "one", "mht", "xml",
];

/// Name and content of the first entry of an e-book.
const EPUB: &[u8] = b"mimetypeapplication/epub+zip";

/// Archives by the bytes at an offset.
const ARCHIVES: &[(usize, &[u8], &str)] = &[
    (0, b"Rar!\x1a\x07", "rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"MSCF\0\0\0\0", "cab"),
    (0, b"\xfd7zXZ\0", "xz"),
    (0, b"BZh", "bzip2"),
    (0, b"\x28\xb5\x2f\xfd", "zstd"),
    (7, b"**ACE**", "ace"),
    (2, b"-lh", "lzh"),
    (2, b"-lz", "lzh"),
    (257, b"ustar", "tar"),
    (0x8001, b"CD001", "iso"),
    (0, b"vhdxfile", "vhdx"),
    (0, b"conectix", "vhd"),
    // An e-book is a ZIP whose first entry says so (EPUB OCF 3.3, 4.3); its scripts run in a reader, not by a click.
    (30, EPUB, "epub"),
];

/// The format of an archive that is neither ZIP nor gzip: what its bytes say, not its name.
pub fn archive_format(bytes: &[u8]) -> Option<&'static str> {
    let found = ARCHIVES.iter().find(|(at, mark, _)| bytes.get(*at..).is_some_and(|b| b.starts_with(mark)));
    let Some((_, _, format)) = found else { return old_tape(bytes) };
    let format = *format;
    // Three letters start too much else: LZH has the method in hyphens, bzip2 a block size and a block.
    let is_so = match format {
        "lzh" => bytes.get(6) == Some(&b'-'),
        "bzip2" => bytes.get(4..).is_some_and(|b| b.starts_with(b"1AY&SY") || b.starts_with(b"\x17rE8P\x90")),
        _ => true,
    };
    is_so.then_some(format)
}

/// A tape of the time before tar had a mark.
fn old_tape(bytes: &[u8]) -> Option<&'static str> {
    archive::looks_like_tar(bytes).then_some("tar")
}

/// What the bytes are. Who opens a file goes by its name only where its bytes leave that open: a script host
/// reads whatever is called `.bat`, and a ZIP or a message may have `%PDF-` near its start on purpose.
pub fn detect(name: &str, bytes: &[u8]) -> Kind {
    let named = kind_by_name(name);
    match named {
        Kind::Mail if mail::looks_like_mail(bytes) => return Kind::Mail,
        Kind::Script if !is_program(bytes) || is_text(bytes) => return Kind::Script,
        _ => {}
    }
    if is_program(bytes) {
        return Kind::Program;
    }
    if office::looks_like_ole(bytes) {
        return match () {
            () if extension(name) == "msi" => Kind::Program,
            () if mail::looks_like_msg(bytes) => Kind::Mail,
            () => Kind::Document,
        };
    }
    if onenote::looks_like_onenote(bytes) {
        return Kind::Document;
    }
    if bytes.starts_with(&[0x1f, 0x8b, 8]) {
        return Kind::Gzip;
    }
    if bytes.get(30..).is_some_and(|rest| rest.starts_with(EPUB)) {
        return Kind::OtherArchive;
    }
    if let Some(kind) = zip_or_pdf(name, named, bytes) {
        return kind;
    }
    // A shortcut: header size 0x4C and the class id of MS-SHLLINK 2.1.
    if bytes.starts_with(&[0x4c, 0, 0, 0, 1, 0x14, 2, 0]) {
        return Kind::Script;
    }
    if archive_format(bytes).is_some() {
        return Kind::OtherArchive;
    }
    if mail::looks_like_calendar(bytes) {
        return Kind::Calendar;
    }
    if tls::recording::is_recording(bytes) {
        return Kind::TlsSurvey;
    }
    if looks_like_events(bytes) || looks_like_reports(bytes) {
        return Kind::PageEvents;
    }
    if capture::detect(bytes).is_some() {
        return Kind::Recording;
    }
    match named {
        Kind::Mail if extension(name) == "eml" => Kind::Mail,
        Kind::Document if is_document_text(bytes) || office::looks_like_mhtml(bytes) => Kind::Document,
        _ if is_mailbox(bytes) => Kind::Mailbox,
        _ if mail::looks_like_mail(bytes) => Kind::Mail,
        _ if is_document_text(bytes) => Kind::Document,
        _ if html::looks_like_html(bytes) => Kind::Html,
        _ if capture::resolver::detect(name, bytes).is_some() => Kind::ResolverSettings,
        Kind::Html if is_text(bytes) => Kind::Html,
        _ => Kind::Other,
    }
}

/// The sources of events, as their lines name them.
const EVENT_SOURCES: &[&str] =
    &["web_request", "hook", "cdp", "netlog", "har", "pcap", "proxy_log", "dns_log"];
/// Bytes in which the first line shows what it is.
const EVENT_BYTES: usize = 16_384;

/// Whether the first line is an event: an object that says when, what, and who saw it.
fn looks_like_events(bytes: &[u8]) -> bool {
    let line = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let line = line.get(..EVENT_BYTES).unwrap_or(line);
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let has = |word: &str| memchr::memmem::find(line, format!("\"{word}\"").as_bytes()).is_some();
    line.starts_with(b"{")
        && ["at", "type", "source"].iter().all(|key| has(key))
        && EVENT_SOURCES.iter().any(|source| has(source))
}

/// Whether the first line is a report of the page watch in a browser: a rule, by its number, and where it led.
fn looks_like_reports(bytes: &[u8]) -> bool {
    let line = bytes.get(..EVENT_BYTES).unwrap_or(bytes);
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let has = |text: &[u8]| memchr::memmem::find(line, text).is_some();
    let is_finding = has(b"\"rule\":\"HW-") && has(b"\"page\":") && has(b"\"targets\":");
    line.starts_with(b"{") && (is_finding || has(b"\"rule\":\"lost\"") && has(b"\"count\":"))
}

/// Both may hang on anything: a PDF starts within its first kilobyte, a ZIP is recognised by its end, too.
fn zip_or_pdf(name: &str, named: Kind, bytes: &[u8]) -> Option<Kind> {
    let zip = || if extension(name) == "jar" { Kind::Program } else { Kind::Zip };
    let is_zip = archive::looks_like_zip(bytes);
    let opened_as_zip = matches!(named, Kind::Zip | Kind::Document | Kind::Program);
    if is_zip && (bytes.starts_with(b"PK") || opened_as_zip) {
        return Some(zip());
    }
    if bytes.starts_with(b"%PDF-") || (pdf::looks_like_pdf(bytes) && !mail::looks_like_mail(bytes)) {
        return Some(Kind::Pdf);
    }
    (is_zip && !mail::looks_like_mail(bytes)).then(zip)
}

/// RTF, or an Office document written as text.
fn is_document_text(bytes: &[u8]) -> bool {
    rtf::looks_like_rtf(bytes) || office::looks_like_text_document(bytes)
}

/// An mbox with more than one message; a single one is read as the message it is.
fn is_mailbox(bytes: &[u8]) -> bool {
    mail::looks_like_mbox(bytes) && super::mailbox::messages(bytes).nth(1).is_some()
}

fn is_program(bytes: &[u8]) -> bool {
    bytes.starts_with(b"MZ") || bytes.starts_with(b"\x7fELF") || is_mach_o(bytes)
}

/// No program has its first bytes free of zeros.
fn is_text(bytes: &[u8]) -> bool {
    !bytes.get(..64).unwrap_or(bytes).contains(&0)
}

/// What a name claims: for entries whose bytes could not be read.
pub fn kind_by_name(name: &str) -> Kind {
    let extension = extension(name);
    let is = |list: &[&str]| list.contains(&extension.as_str());
    match () {
        () if is(PROGRAMS) => Kind::Program,
        () if is(SCRIPTS) => Kind::Script,
        () if is(DOCUMENTS) => Kind::Document,
        () if extension == "pdf" => Kind::Pdf,
        () if extension == "zip" => Kind::Zip,
        () if extension == "gz" => Kind::Gzip,
        () if is(PAGES) => Kind::Html,
        () if is(OTHER_ARCHIVES) => Kind::OtherArchive,
        () if matches!(extension.as_str(), "eml" | "msg") => Kind::Mail,
        () if matches!(extension.as_str(), "ics" | "vcs") => Kind::Calendar,
        () => Kind::Other,
    }
}

/// The extension as Windows sees it: after the last dot, trailing dots and spaces dropped, lower case.
pub(super) fn extension(name: &str) -> String {
    let name = name.trim_end_matches(['.', ' ', '\0']);
    name.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_lowercase())
}

fn is_mach_o(bytes: &[u8]) -> bool {
    let magic: &[&[u8]] = &[
        &[0xfe, 0xed, 0xfa, 0xce],
        &[0xfe, 0xed, 0xfa, 0xcf],
        &[0xcf, 0xfa, 0xed, 0xfe],
        &[0xce, 0xfa, 0xed, 0xfe],
    ];
    magic.iter().any(|magic| bytes.starts_with(magic))
}
