//! A function a public reader of `hinomi-formats`, and one for the watch on pages: any bytes in, and what must hold of
//! what comes out.
//!
//! The fuzzer calls them (`fuzz/fuzz_targets`), and so does a test with every kept seed. That nothing panics, hangs
//! or swells is the fuzzer's to see; here stands what a limit promises: no more than it says, and when it was met, a
//! problem that says so by its name and value. The crate in `fuzz/` takes this file as it is, and needs nothing but the
//! readers and the watch for it.

// The crate in `fuzz/` takes this file by its path, and looks for this one beside it.
#[path = "fuzz_targets/keys.rs"]
mod keys;

use hinomi_formats::capture::resolver::{self, CLASSES, Program};
use hinomi_formats::capture::{self, Dates, Format, PROBLEMS_MAX, Reader, Record};
use hinomi_formats::decode::Recipe;
use hinomi_formats::mail::{self, MboxSplitter};
use hinomi_formats::office::cfb::CompoundFile;
use hinomi_formats::office::{self, Cell, CellValue, Cells, DefinedName, Module, Sheet, SheetKind, Workbook};
use hinomi_formats::script::{self, Command, Survey};
use hinomi_formats::tls::names::Exchange;
use hinomi_formats::tls::starttls::{DIALOG_BYTES_MAX, Dialog, Protocol, Said};
use hinomi_formats::tls::survey::{
    Action, ConnectionId, End, Options, Survey as TlsSurvey, Target as TlsTarget,
};
use hinomi_formats::tls::weakness::weaknesses;
use hinomi_formats::tls::wire::{self, Flight, Heard};
use hinomi_formats::tree::{self, Hints};
use hinomi_formats::{Budget, Limits, Problem, ProblemKind, archive, pdf, text, url};
use hinomi_watch::{Config, Event, EventKind, Watch, in_order, read_line};
pub use keys::{LABELS, keys, keys_asn1, keys_moduli, keys_pgp, keys_pkcs12, keys_ssh, keys_store};
use std::collections::{BTreeMap, BTreeSet};

/// A target by name.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name of its file in `fuzz/fuzz_targets`.
    pub name: &'static str,
    /// What it does with any bytes.
    pub run: fn(&[u8]),
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "cab", run: cab },
    Target { name: "calendar", run: calendar },
    Target { name: "capture", run: capture },
    Target { name: "cfb", run: cfb },
    Target { name: "cmd", run: cmd },
    Target { name: "command", run: command },
    Target { name: "decode", run: decode },
    Target { name: "gzip", run: gzip },
    Target { name: "iso", run: iso },
    Target { name: "jscript", run: jscript },
    Target { name: "keys", run: keys },
    Target { name: "keys_asn1", run: keys_asn1 },
    Target { name: "keys_moduli", run: keys_moduli },
    Target { name: "keys_pgp", run: keys_pgp },
    Target { name: "keys_pkcs12", run: keys_pkcs12 },
    Target { name: "keys_ssh", run: keys_ssh },
    Target { name: "keys_store", run: keys_store },
    Target { name: "lzh", run: lzh },
    Target { name: "mail", run: mail },
    Target { name: "mbox", run: mbox },
    Target { name: "office", run: office },
    Target { name: "pdf", run: pdf },
    Target { name: "pdf_locked", run: pdf_locked },
    Target { name: "powershell", run: powershell },
    Target { name: "rar", run: rar },
    Target { name: "recipe", run: recipe },
    Target { name: "resolver", run: resolver },
    Target { name: "script_text", run: script_text },
    Target { name: "script_vba", run: script_vba },
    Target { name: "script_xlm", run: script_xlm },
    Target { name: "seven", run: seven },
    Target { name: "tar", run: tar },
    Target { name: "text", run: text },
    Target { name: "tls_flight", run: tls_flight },
    Target { name: "tls_sslv2", run: tls_sslv2 },
    Target { name: "tls_starttls", run: tls_starttls },
    Target { name: "tls_survey", run: tls_survey },
    Target { name: "tree", run: tree },
    Target { name: "url", run: url },
    Target { name: "vbs", run: vbs },
    Target { name: "watch", run: watch },
    Target { name: "workbook", run: workbook },
    Target { name: "zip", run: zip },
];

/// Small, so that a fuzzer meets every one of them.
pub const LIMITS: Limits = Limits {
    depth_max: 4,
    parts_max: 50,
    entries_max: 200,
    expanded_bytes_max: 1 << 20,
    ratio_max: 200,
    header_bytes_max: 4 << 10,
    text_bytes_max: 64 << 10,
    macro_bytes_max: 64 << 10,
    modules_max: 32,
    urls_max: 50,
    url_bytes_max: 512,
    passwords_max: 20,
    layers_max: 8,
    commands_max: 32,
    steps_max: 100_000,
};

/// Bytes of why a line is no event.
const WHY_BYTES_MAX: usize = 120;
/// How often the events of a watch come; what it promises to hold at most of sightings, of pages and of targets of one
/// sighting, and what all of it may come to as JSON.
const WATCH_ROUNDS: i64 = 8;
const SIGHTINGS_MAX: usize = 1_000;
const WATCH_TARGETS_MAX: usize = 128;
const WATCH_BYTES_MAX: usize = 24 << 20;

/// Every limit that is said to be met is one of ours, with its value; nothing else names a limit.
fn honest(problems: &[Problem]) {
    let mut known: BTreeMap<String, u64> = serde_json::to_value(LIMITS)
        .and_then(serde_json::from_value)
        .expect("limits are names with whole numbers");
    known.insert("visits_max".to_owned(), Limits::VISITS_MAX);
    known.insert("nesting_max".to_owned(), u64::from(Limits::NESTING_MAX));
    for problem in problems {
        assert_eq!(problem.kind == ProblemKind::LimitReached, problem.limit.is_some(), "{problem:?}");
        if let Some(limit) = &problem.limit {
            assert_eq!(known.get(&limit.name), Some(&limit.value), "{problem:?}");
        }
    }
}

/// What came out is within the purse.
fn paid(sizes: impl Iterator<Item = usize>) {
    let sum: u64 = sizes.map(|size| size as u64).sum();
    assert!(sum <= LIMITS.expanded_bytes_max, "{sum} bytes came out");
}

/// A recording: the first byte says of which format, the rest comes in two pieces, which must change nothing.
pub fn capture(bytes: &[u8]) {
    _ = capture::detect(bytes);
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let formats = [Format::Har, Format::NetLog, Format::Packets, Format::ProxyLog, Format::DnsLog];
    let format = formats[usize::from(*kind) % formats.len()];
    let recorded = |pieces: [&[u8]; 2]| {
        let mut records: Vec<Record> = Vec::new();
        let mut reader = Reader::new(format, Dates::default(), &LIMITS);
        for piece in pieces {
            reader.feed(piece, &mut |record| records.push(record));
        }
        let problems = reader.finish(&mut |record| records.push(record));
        (records, problems)
    };
    let (records, problems) = recorded([bytes, &[]]);
    let (head, tail) = bytes.split_at(bytes.len() / 2);
    assert_eq!((records.clone(), problems.clone()), recorded([head, tail]));
    honest(&problems);
    assert!(problems.len() <= PROBLEMS_MAX + 1);
    for record in records {
        assert!(record.url.is_none_or(|url| url.len() <= 4_096 && !url.contains(['?', '#'])));
        assert!(record.answers.len() <= 128);
    }
}

/// What a server says, in two pieces, which must change nothing.
fn flight(new: fn() -> Flight, bytes: &[u8]) {
    let heard = |pieces: [&[u8]; 2]| {
        let mut flight = new();
        let heard: Vec<Heard> = pieces.into_iter().flat_map(|piece| flight.push(piece)).collect();
        (heard, flight.end())
    };
    let whole = heard([bytes, &[]]);
    let (head, tail) = bytes.split_at(bytes.len() / 2);
    if bytes.len() < wire::BYTES_MAX {
        assert_eq!(whole, heard([head, tail]));
    }
    for heard in whole.0 {
        let Heard::Message { kind, body } = heard else { continue };
        assert!(body.len() <= wire::BYTES_MAX);
        if kind == 2 {
            _ = wire::ServerHello::read(&body).map(|hello| (hello.group(), hello.alpn(), hello.sentinel()));
        }
        for exchange in [Exchange::Ecdhe, Exchange::Dhe, Exchange::Rsa] {
            _ = wire::exchanged(&body, exchange, kind & 1 == 1);
        }
    }
}

/// The answer to a hello of SSLv3 or later.
pub fn tls_flight(bytes: &[u8]) {
    flight(Flight::new, bytes);
}

/// The answer to a hello of SSLv2.
pub fn tls_sslv2(bytes: &[u8]) {
    flight(Flight::of_sslv2, bytes);
}

/// A dialog before TLS: the first byte says which, the rest comes line by line or in lumps.
pub fn tls_starttls(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let protocol = Protocol::ALL[usize::from(*kind) % Protocol::ALL.len()];
    let mut dialog = Dialog::new(protocol, "mail.example");
    _ = dialog.open();
    let mut heard = 0;
    for piece in bytes.chunks(1 + usize::from(*kind)) {
        heard += piece.len();
        match dialog.heard(piece) {
            Said::More | Said::Send(_) => assert!(heard <= DIALOG_BYTES_MAX, "{protocol:?} goes on for ever"),
            Said::Ready(_) | Said::Failed(_) => return,
        }
    }
}

/// A whole survey of a server that says these: pieces by a byte of length, one for each thing that was sent, over and over.
/// It comes to its end with no more than its connections, and nothing stays open.
pub fn tls_survey(bytes: &[u8]) {
    let Some((kind, mut rest)) = bytes.split_first() else { return };
    let mut pieces: Vec<&[u8]> = Vec::new();
    while let Some((length, tail)) = rest.split_first() {
        let (piece, tail) = tail.split_at((usize::from(*length) * 8).min(tail.len()));
        pieces.push(piece);
        rest = tail;
    }
    let target = match Protocol::ALL.get(usize::from(*kind)) {
        Some(protocol) => TlsTarget::new("mail.example").after(*protocol),
        None => TlsTarget::new("mail.example"),
    };
    let options = Options { connections_max: 100, ..Options::usual() };
    let mut survey = TlsSurvey::new(target, options, [7; 32]);
    let (mut now, mut at, mut open) = (std::time::Duration::ZERO, 0, BTreeSet::<ConnectionId>::new());
    survey.tick(now);
    while !survey.is_done() {
        now += std::time::Duration::from_millis(1);
        let Some(action) = survey.next_action() else {
            now = survey.wake().map_or(now, |wake| wake.max(now));
            survey.tick(now);
            continue;
        };
        match action {
            Action::Connect(id) => {
                assert!(open.insert(id) && open.len() <= 8);
                survey.opened(id, now);
            }
            Action::Send(id, sent) => {
                assert!(!sent.is_empty() && open.contains(&id));
                let piece = pieces.get(at % pieces.len().max(1)).copied().unwrap_or_default();
                at += 1;
                survey.heard(id, piece, now);
                if piece.len() % 2 == 1 {
                    survey.ended(id, End::Closed, now);
                    open.remove(&id);
                }
            }
            Action::Close(id) => drop(open.remove(&id)),
        }
    }
    assert!(open.is_empty(), "{open:?} stay open");
    let seen = survey.report();
    assert!(seen.connections <= 100);
    _ = weaknesses(&seen);
}

/// Settings of a resolver: the first byte says whose. Where something passes, there is a line to change.
pub fn resolver(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let programs = [Program::Dnsmasq, Program::Unbound, Program::Bind];
    let read = resolver::read(programs[usize::from(*kind) % programs.len()], bytes, &LIMITS);
    honest(&read.problems);
    assert!(read.value.passes.len() <= CLASSES.len());
    assert!(read.value.exempt.len() <= LIMITS.entries_max);
    assert!(read.value.passes.is_empty() || !read.value.add.is_empty() || !read.value.remove.is_empty());
}

/// Settings on the first line, then events, a line each. What is seen does not depend on the order of events of the same
/// time, nor on a stop between any two of them, and however often it all comes again, what is held stays bounded.
pub fn watch(bytes: &[u8]) {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let config: Config = lines.next().and_then(|line| Config::read(line).ok()).unwrap_or_default();
    let mut events: Vec<Event> = Vec::new();
    for line in lines {
        match read_line(line) {
            Ok(event) => events.push(event),
            Err(why) => assert!(why.len() <= WHY_BYTES_MAX, "{why}"),
        }
    }
    events.sort_by_key(|event| event.at);
    let mut whole = Watch::new(&config).0;
    events.iter().cloned().for_each(|event| whole.take_ordered(event));
    whole.finish();
    let mut turned = Watch::new(&config).0;
    events.reverse();
    events.sort_by_key(|event| event.at);
    events.iter().cloned().for_each(|event| turned.take_ordered(event));
    turned.finish();
    assert_eq!(whole.snapshot(), turned.snapshot());

    events.sort_by(in_order);
    ended_once(&mut events);
    let mut whole = Watch::new(&config).0;
    events.iter().for_each(|event| whole.take(event));
    let (early, late) = events.split_at(events.len() / 2);
    let mut stopped = Watch::new(&config).0;
    early.iter().for_each(|event| stopped.take(event));
    let (mut stopped, read) = Watch::restore(&config, &stopped.snapshot());
    assert_eq!(read, Ok(()));
    late.iter().for_each(|event| stopped.take(event));
    assert_eq!(whole.snapshot(), stopped.snapshot());

    for round in 1..WATCH_ROUNDS {
        for event in &events {
            whole.take(&again(event, round));
        }
    }
    assert!(whole.changed().len() <= SIGHTINGS_MAX);
    assert!(whole.sightings().all(|seen| seen.targets.len() <= WATCH_TARGETS_MAX));
    assert!(whole.visits().count() <= SIGHTINGS_MAX);
    let held = whole.snapshot().len();
    assert!(held <= WATCH_BYTES_MAX, "{held} bytes are held");
}

/// Leaves out what is told of a request after its end: a stop forgets requests that nobody waits for.
fn ended_once(events: &mut Vec<Event>) {
    let mut ended = BTreeSet::new();
    events.retain(|event| {
        let Some(id) = &event.request else { return true };
        let ends = matches!(event.kind, EventKind::Response | EventKind::Failure);
        if ends { ended.insert(id.clone()) } else { !ended.contains(id) }
    });
}

/// The same event of another visit, in another tab, a while later.
fn again(event: &Event, round: i64) -> Event {
    let mut event = event.clone();
    event.at = event.at.saturating_add(round * 1_000);
    event.tab = event.tab.map(|tab| tab.saturating_add(round));
    for id in [&mut event.request, &mut event.name, &mut event.client].into_iter().flatten() {
        id.insert_str(0, &round.to_string());
    }
    if let Some(document) = &mut event.document {
        let ids = [&mut document.id, &mut document.parent, &mut document.opener, &mut document.top];
        ids.into_iter().flatten().for_each(|id| id.insert_str(0, &round.to_string()));
    }
    event
}

/// A message.
pub fn mail(bytes: &[u8]) {
    _ = mail::looks_like_mail(bytes);
    let read = mail::read(bytes, &LIMITS, &mut Budget::new(&LIMITS));
    honest(&read.problems);
    paid(read.value.parts.iter().map(|part| part.bytes.len()));
    assert!(read.value.parts.len() <= LIMITS.parts_max);
    assert!(read.value.text.len() <= LIMITS.text_bytes_max);
    assert!(read.value.links.len() <= LIMITS.urls_max);
    assert!(mail::password_candidates(&read.value.text, &LIMITS).len() <= LIMITS.passwords_max);
}

/// A mailbox, cut in one piece and in crumbs: the same messages, in order, none beyond the end.
pub fn mbox(bytes: &[u8]) {
    _ = mail::looks_like_mbox(bytes);
    let cut = |size: usize| {
        let (mut splitter, mut found) = (MboxSplitter::new(), Vec::new());
        bytes.chunks(size).for_each(|chunk| splitter.push(chunk, &mut found));
        splitter.finish(&mut found);
        found
    };
    let whole = cut(bytes.len().max(1));
    assert_eq!(whole, cut(7));
    let mut end = 0;
    for range in &whole {
        assert!(
            end <= range.start && range.start <= range.end && range.end <= bytes.len() as u64,
            "{range:?}"
        );
        end = range.end;
    }
}

/// Text: the first line is a charset label, the rest is decoded by it.
pub fn text(bytes: &[u8]) {
    let (label, rest) = head(bytes);
    // Nothing decodes to more than three bytes of UTF-8 a byte (a replacement character).
    let bound = rest.len().saturating_mul(3).saturating_add(3);
    assert!(text::decode(Some(&label), rest).len() <= bound);
    assert!(text::decode_guess(rest).len() <= bound);
}

/// A ZIP, with a password that may fit; then only some of its entries.
pub fn zip(bytes: &[u8]) {
    _ = archive::looks_like_zip(bytes);
    let passwords = ["infected".to_owned(), "1234".to_owned()];
    let read = archive::read_zip(bytes, &passwords, &LIMITS, &mut Budget::new(&LIMITS));
    unpacked(&read.value, &read.problems);
    let some = archive::read_zip_some(bytes, &|name| name.len() % 2 == 0, &LIMITS, &mut Budget::new(&LIMITS));
    honest(&some.problems);
    paid(some.value.entries.iter().filter_map(|entry| Some(entry.bytes.as_ref()?.len())));
}

/// A gzip file.
pub fn gzip(bytes: &[u8]) {
    let read = archive::read_gzip(bytes, &LIMITS, &mut Budget::new(&LIMITS));
    unpacked(&read.value, &read.problems);
}

/// A 7z archive, with the password of the seeds.
pub fn seven(bytes: &[u8]) {
    other("7z", bytes);
}

/// An LZH archive.
pub fn lzh(bytes: &[u8]) {
    other("lzh", bytes);
}

/// A RAR archive of either generation.
pub fn rar(bytes: &[u8]) {
    other("rar", bytes);
}

/// A disc image; the fuzzer's bytes stand where the first descriptor does.
pub fn iso(bytes: &[u8]) {
    other("iso", &[&[0; 16 << 11][..], bytes].concat());
}

/// A cabinet.
pub fn cab(bytes: &[u8]) {
    other("cab", bytes);
}

/// A tape.
pub fn tar(bytes: &[u8]) {
    _ = archive::looks_like_tar(bytes);
    other("tar", bytes);
}

fn other(format: &str, bytes: &[u8]) {
    let passwords = ["vEry20".to_owned()];
    let read = archive::read_other(format, bytes, &passwords, &LIMITS, &mut Budget::new(&LIMITS));
    let read = read.expect("a format that is read");
    unpacked(&read.value, &read.problems);
}

/// An invitation.
pub fn calendar(bytes: &[u8]) {
    _ = mail::looks_like_calendar(bytes);
    let read = mail::calendar::read(bytes, None, &LIMITS, &mut Budget::new(&LIMITS));
    honest(&read.problems);
    paid(read.value.files.iter().map(|file| file.bytes.len()));
    assert!(read.value.links.len() <= LIMITS.urls_max);
    assert!(read.value.text.len() <= LIMITS.text_bytes_max);
}

fn unpacked(archive: &archive::Archive, problems: &[Problem]) {
    honest(problems);
    paid(archive.entries.iter().filter_map(|entry| Some(entry.bytes.as_ref()?.len())));
    assert!(archive.entries.len() <= LIMITS.entries_max);
    let unread = archive.entries.iter().any(|entry| entry.bytes.is_none() && !entry.name.ends_with('/'));
    assert!(!unread || !problems.is_empty(), "an entry was not read, and nothing says so");
}

/// A compound file, every stream of it.
pub fn cfb(bytes: &[u8]) {
    let Some(opened) = CompoundFile::open(bytes, &LIMITS) else { return };
    honest(&opened.problems);
    let (file, mut budget) = (opened.value, Budget::new(&LIMITS));
    assert!(file.entries().count() <= LIMITS.entries_max);
    let mut sizes = Vec::new();
    for id in file.entries() {
        let stream = file.read(id, &mut budget);
        honest(&stream.problems);
        sizes.push(stream.value.len());
        _ = file.path(id);
    }
    paid(sizes.into_iter());
}

/// An Office document in any of its forms.
pub fn office(bytes: &[u8]) {
    _ = office::looks_like_text_document(bytes);
    let Some(read) = office::read(bytes, &LIMITS, &mut Budget::new(&LIMITS)) else { return };
    honest(&read.problems);
    paid(read.value.embedded.iter().map(|embedded| embedded.bytes.len()));
    for module in read.value.projects.iter().flat_map(|project| &project.modules) {
        assert!(module.code.len() <= LIMITS.macro_bytes_max.saturating_mul(3), "{}", module.name);
    }
}

/// A workbook of any container, or the stream of one: its cells and names, and what its macros would do.
pub fn workbook(bytes: &[u8]) {
    let read = office::workbook(bytes, &LIMITS, &mut Budget::new(&LIMITS))
        .unwrap_or_else(|| office::workbook_of_stream(bytes, "Workbook", Cells::All, &LIMITS));
    honest(&read.problems);
    let cells = read.value.sheets.iter().flat_map(|sheet| &sheet.cells);
    paid(cells.map(|cell| {
        let text = if let CellValue::Text(text) = &cell.value { text.len() } else { 0 };
        text.saturating_add(cell.formula.as_ref().map_or(0, String::len))
    }));
    let survey = script::survey_xlm(&read.value, &LIMITS);
    honest(&survey.problems);
    surveyed(&survey.value);
}

/// Macros of a sheet: a line a cell of its first column, formulas with their equals sign. The first cell starts by
/// itself.
pub fn script_xlm(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let cell = |(row, line): (u32, &str)| {
        let formula = line.strip_prefix('=').map(str::to_owned);
        let value = if formula.is_some() { CellValue::Empty } else { CellValue::Text(line.to_owned()) };
        Cell { row, column: 0, formula, value }
    };
    let sheet = Sheet {
        name: "Macro1".to_owned(),
        kind: SheetKind::Macro,
        cells: (0..).zip(text.lines()).map(cell).collect(),
        ..Sheet::default()
    };
    let start = DefinedName {
        name: "Auto_Open".to_owned(),
        formula: "Macro1!$A$1".to_owned(),
        ..DefinedName::default()
    };
    let workbook = Workbook { sheets: vec![sheet], names: vec![start], ..Workbook::default() };
    let survey = script::survey_xlm(&workbook, &LIMITS);
    honest(&survey.problems);
    surveyed(&survey.value);
}

/// A PDF.
pub fn pdf(bytes: &[u8]) {
    _ = pdf::looks_like_pdf(bytes);
    let read = pdf::read(bytes, &LIMITS, &mut Budget::new(&LIMITS));
    honest(&read.problems);
    paid(read.value.embedded.iter().map(|embedded| embedded.bytes.len()));
}

/// An encrypted PDF, with the password of the seeds.
pub fn pdf_locked(bytes: &[u8]) {
    let read = pdf::read_with(bytes, &["vEry20".to_owned()], &LIMITS, &mut Budget::new(&LIMITS));
    honest(&read.problems);
    paid(read.value.embedded.iter().map(|embedded| embedded.bytes.len()));
}

/// Macro source; a line `'---` starts another module.
pub fn script_vba(bytes: &[u8]) {
    let source = String::from_utf8_lossy(bytes);
    let module = |(at, code): (usize, &str)| Module {
        name: format!("Module{at}"),
        code: code.to_owned(),
        ..Module::default()
    };
    let modules: Vec<Module> = source.split("\n'---\n").enumerate().map(module).collect();
    let read = script::survey_vba(&modules, &LIMITS);
    honest(&read.problems);
    surveyed(&read.value);
}

/// A script file.
pub fn script_text(bytes: &[u8]) {
    let read = script::survey_text(&String::from_utf8_lossy(bytes), &LIMITS);
    honest(&read.problems);
    surveyed(&read.value);
}

/// A PowerShell script.
pub fn powershell(bytes: &[u8]) {
    script_file("a.ps1", bytes);
}

/// A batch file.
pub fn cmd(bytes: &[u8]) {
    script_file("a.bat", bytes);
}

/// A script of the script host, encoded or not.
pub fn vbs(bytes: &[u8]) {
    script_file("a.vbe", bytes);
}

/// The other language of the script host.
pub fn jscript(bytes: &[u8]) {
    script_file("a.jse", bytes);
}

fn script_file(name: &str, bytes: &[u8]) {
    let read = script::survey_file(name, &String::from_utf8_lossy(bytes), &LIMITS);
    honest(&read.problems);
    surveyed(&read.value);
    // What the script itself does is a command more.
    assert!(read.value.commands.len() <= LIMITS.commands_max + 1, "{} commands", read.value.commands.len());
}

/// A command line.
pub fn command(bytes: &[u8]) {
    let read = script::read_command(&String::from_utf8_lossy(bytes), &LIMITS);
    honest(&read.problems);
    peeled(&read.value);
}

fn surveyed(survey: &Survey) {
    assert!(survey.urls.len() <= LIMITS.urls_max);
    survey.commands.iter().for_each(peeled);
}

fn peeled(command: &Command) {
    assert!(command.urls.len() <= LIMITS.urls_max);
    assert!(command.script.len() <= LIMITS.text_bytes_max, "{} bytes of script", command.script.len());
}

/// Text with URLs.
pub fn url(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let read = url::find(&text, &LIMITS);
    honest(&read.problems);
    assert!(read.value.len() <= LIMITS.urls_max);
    for found in &read.value {
        assert!(found.text.len() <= LIMITS.url_bytes_max, "{} bytes", found.text.len());
        assert!(!url::defang(&found.text).contains("http://"), "{}", found.text);
    }
    _ = url::defang_text(&text);
    _ = url::read(&text);
}

/// Operations of any kind behind one another on any bytes: the first byte says how many, the next ones which, with
/// their default arguments; what is left is the input.
pub fn decode(bytes: &[u8]) {
    let Some((count, rest)) = bytes.split_first() else { return };
    let (chosen, input) = rest.split_at(rest.len().min(usize::from(count % 5)));
    let names: Vec<&str> = hinomi_formats::decode::operations().collect();
    let chosen = chosen.iter().filter_map(|byte| names.get(usize::from(*byte) % names.len()));
    let chef: String = chosen.map(|name| format!("{}()", name.replace(' ', "_"))).collect();
    let recipe = Recipe::parse(&chef).expect("every operation runs with its defaults");
    if let Ok(output) = recipe.bake(input, &LIMITS) {
        assert!(output.bytes.len() as u64 <= LIMITS.expanded_bytes_max.max(input.len() as u64));
    }
    if chef.is_empty()
        && let Ok(found) = hinomi_formats::decode::guess(input, &LIMITS)
    {
        for guess in &found.guesses {
            Recipe::parse(&guess.recipe).expect("what is proposed can be run");
        }
    }
}

/// A recipe in the first line, its input behind it.
pub fn recipe(bytes: &[u8]) {
    let (line, input) = head(bytes);
    let Ok(recipe) = Recipe::parse(&line) else { return };
    let chef = recipe.to_chef();
    let again = Recipe::parse(&chef).expect("what we write, we read");
    assert_eq!(again.to_chef(), chef);
    if let Ok(output) = recipe.bake(input, &LIMITS) {
        assert!(output.bytes.len() as u64 <= LIMITS.expanded_bytes_max.max(input.len() as u64));
    }
}

/// A file with all it carries, read as the jail reads it.
pub fn tree(bytes: &[u8]) {
    let usual = ["infected".to_owned()];
    let read =
        tree::read("a.bin", bytes, Hints { neighbours: &[], usual: &usual, ..Hints::default() }, &LIMITS);
    honest(&read.problems);
    let nodes = &read.value.nodes;
    assert!(!nodes.is_empty(), "the file itself is a node");
    let mut depths: Vec<u32> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let depth =
            node.parent.map_or(0, |parent| 1 + depths.get(parent).expect("parents stand before children"));
        assert!(depth <= LIMITS.depth_max, "{} lies {depth} deep", node.place);
        depths.push(depth);
    }
    assert!(nodes.iter().skip(1).map(|node| node.size).sum::<u64>() <= LIMITS.expanded_bytes_max);
    assert!(read.value.candidates.len() <= LIMITS.passwords_max);
}

/// The bytes of a kept seed: hexadecimal digits in lines. `None` for anything else.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(|digits| if digits.len() == 2 { pair(digits) } else { None }).collect()
}

/// The first line as text, and what is behind it.
fn head(bytes: &[u8]) -> (String, &[u8]) {
    let mut halves = bytes.splitn(2, |byte| *byte == b'\n');
    let line = String::from_utf8_lossy(halves.next().unwrap_or_default()).into_owned();
    (line, halves.next().unwrap_or_default())
}
