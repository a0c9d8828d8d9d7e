//! HTTP archives (HAR 1.2), as the DevTools of Chromium and Firefox, Playwright and proxies write them.
//!
//! The archive names no documents. A page is what an entry of type document loads first under a page's id; a later
//! one in the same frame takes its place, and one in another frame is a frame of it.

use super::record::{CallSite, Page, Record, Source, What, bare_url, cut};
use super::sieve::{Loose, Path, Sieve, parsed};
use super::{Dates, Sink, Told, time};
use crate::{Limits, Problem};
use serde::Deserialize;
use std::collections::BTreeMap;

const WANTED: &[Path] = &[&["log", "entries", "*"]];
/// Calls of a stack, and waits before it, that are kept.
const PARENTS_MAX: usize = 8;

/// Whether a JSON text is an HTTP archive.
pub(super) fn looks_like_har(head: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    let start = head.get(..256).unwrap_or(head);
    memchr::memmem::find(start, b"\"log\"").is_some() && (has(b"\"entries\"") || has(b"\"creator\""))
}

/// Reads an archive.
#[derive(Debug)]
pub(super) struct Har {
    sieve: Sieve,
    state: State,
}

#[derive(Debug)]
struct State {
    /// Pages by the archive's id.
    pages: BTreeMap<String, Held>,
    pages_max: usize,
    count: u64,
}

/// The page that is loaded under an id.
#[derive(Debug, Default)]
struct Held {
    page: Page,
    frame: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Entry {
    pageref: Loose,
    started_date_time: Loose,
    time: Loose,
    request: Request,
    response: Response,
    #[serde(rename = "serverIPAddress")]
    server_ip_address: Loose,
    #[serde(rename = "_initiator")]
    initiator: Initiator,
    #[serde(rename = "_resourceType")]
    resource_type: Loose,
    #[serde(rename = "_fromCache")]
    from_cache: Loose,
    #[serde(rename = "_frameref")]
    frameref: Loose,
    #[serde(rename = "_webSocketMessages")]
    web_socket_messages: Loose,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Request {
    method: Loose,
    url: Loose,
    headers: Vec<Header>,
    post_data: PostData,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Header {
    name: Loose,
    value: Loose,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct PostData {
    mime_type: Loose,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Response {
    status: Loose,
    #[serde(rename = "redirectURL")]
    redirect_url: Loose,
    #[serde(rename = "_error")]
    error: Loose,
    #[serde(rename = "_failureText")]
    failure_text: Loose,
    content: PostData,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Initiator {
    url: Loose,
    line_number: Loose,
    column_number: Loose,
    stack: Option<Box<Stack>>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Stack {
    call_frames: Vec<Frame>,
    parent: Option<Box<Self>>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Frame {
    function_name: Loose,
    url: Loose,
    line_number: Loose,
    column_number: Loose,
}

impl Har {
    pub(super) fn new(limits: &Limits) -> Self {
        let state = State { pages: BTreeMap::new(), pages_max: limits.entries_max, count: 0 };
        Self { sieve: Sieve::new(WANTED, limits), state }
    }

    pub(super) fn feed(&mut self, bytes: &[u8], sink: &mut Sink<'_>, told: &mut Told) {
        let state = &mut self.state;
        self.sieve.feed(bytes, told, &mut |_, value, start, told| {
            if let Some(entry) = parsed::<Entry>(value, start, told) {
                state.entry(&entry, start, sink, told);
            }
        });
    }

    pub(super) fn finish(&self, _: &mut Sink<'_>, told: &mut Told) {
        self.sieve.finish(told);
    }
}

impl State {
    fn entry(&mut self, entry: &Entry, place: u64, sink: &mut Sink<'_>, told: &mut Told) {
        let Some(url) = entry.request.url.text().map(bare_url) else {
            told.malformed(format!("byte {place}"), "an entry without a URL");
            return;
        };
        self.count = self.count.saturating_add(1);
        let started = entry.started_date_time.text();
        let at_ms = started.and_then(|text| time::iso(text, Dates::default())).unwrap_or_default();
        let resource = self.resource(entry, &url);
        let page = self.page(entry, &url, resource, told);
        let request = Record {
            at_ms,
            source: Source::Har,
            what: What::Request,
            place,
            request: Some(format!("har:{}", self.count)),
            page,
            initiator: initiator(entry),
            url: Some(url),
            method: entry.request.method.text().map(|method| cut(method, 16).to_owned()),
            resource: Some(resource),
            from_cache: entry.from_cache.text().is_some(),
            content_type: entry.request.post_data.mime_type.text().map(media_type),
            call_site: call_site(&entry.initiator),
            ..Record::default()
        };
        let spent = entry.time.whole().unwrap_or_default().clamp(0, 86_400_000);
        let outcome = outcome(entry, request.clone(), at_ms.saturating_add(spent));
        if resource == "main_frame" {
            // Whoever navigates is not the page that comes to be. What the page asks for may start before it is
            // there as a whole, so it counts from its start.
            let what = What::Document;
            if outcome.as_ref().is_some_and(|outcome| outcome.what == What::Response) {
                sink(Record { what, request: None, call_site: None, ip: ip(entry), ..request.clone() });
            }
            sink(Record { page: None, ..request });
        } else {
            sink(request);
        }
        if let Some(outcome) = outcome {
            sink(outcome);
        }
    }

    /// The kind of resource, in the words of `webRequest`.
    fn resource(&self, entry: &Entry, url: &str) -> &'static str {
        let socket = url.starts_with("ws:") || url.starts_with("wss:");
        let pageref = entry.pageref.text().unwrap_or_default();
        let held = self.pages.get(pageref);
        let told_type = entry.resource_type.text().map(str::to_ascii_lowercase);
        let is_page = match told_type.as_deref() {
            Some("document") => true,
            Some(_) => false,
            // Writers without types: the first page under an id is what its id stands for.
            None => held.is_none_or(|held| held.page.url.is_none()) && !pageref.is_empty() && is_html(entry),
        };
        if is_page {
            let frame = entry.frameref.text();
            let other_frame =
                held.is_some_and(|held| held.page.url.is_some() && held.frame.as_deref() != frame);
            let again = held.is_some_and(|held| held.page.url.is_some()) && frame.is_none();
            return if other_frame || again { "sub_frame" } else { "main_frame" };
        }
        match told_type.as_deref() {
            Some("websocket") => "websocket",
            _ if socket => "websocket",
            Some("fetch" | "xhr" | "eventsource" | "preflight") => "xmlhttprequest",
            Some("image") => "image",
            Some("script") => "script",
            Some("stylesheet") => "stylesheet",
            Some("font") => "font",
            Some("media") => "media",
            Some("ping") => "ping",
            Some("csp-violation-report" | "cspviolationreport") => "csp_report",
            _ => "other",
        }
    }

    /// The page an entry belongs to; a new one when the entry loads it.
    fn page(&mut self, entry: &Entry, url: &str, resource: &str, told: &mut Told) -> Option<Page> {
        let pageref = cut(entry.pageref.text().unwrap_or_default(), 128);
        if resource == "main_frame" {
            if self.pages.len() >= self.pages_max && !self.pages.contains_key(pageref) {
                told.once(Problem::limit("pages", "entries_max", self.pages_max as u64));
                self.pages.clear();
            }
            let id = Some(format!("{pageref}#{}", self.count));
            let page = Page { id, url: Some(url.to_owned()), ip: ip(entry), space: None };
            let frame = entry.frameref.text().map(|frame| cut(frame, 128).to_owned());
            self.pages.insert(pageref.to_owned(), Held { page: page.clone(), frame });
            return Some(page);
        }
        let held = self.pages.get(pageref).map(|held| held.page.clone());
        held.or_else(|| {
            let referer = header(entry, "referer").map(bare_url)?;
            Some(Page { url: Some(referer), ..Page::default() })
        })
    }
}

/// What came of a request; `None` when the archive does not say.
fn outcome(entry: &Entry, request: Record, at_ms: i64) -> Option<Record> {
    let response = &entry.response;
    let status = response.status.whole().and_then(|status| u16::try_from(status).ok()).filter(|s| *s > 0);
    let error = response.failure_text.text().or(response.error.text());
    let talked = matches!(entry.web_socket_messages, Loose::Many(1..));
    let record = Record { at_ms, ip: ip(entry), call_site: None, ..request };
    match (error, status) {
        // Playwright writes a sentence around the browser's word for WebSockets.
        (Some(error), None) => {
            let word =
                error.split_whitespace().find(|word| word.starts_with("net::") || word.starts_with("NS_"));
            let error = Some(cut(word.unwrap_or(error), 128).to_owned());
            Some(Record { what: What::Failure, error, ..record })
        }
        (_, Some(300..=399)) if response.redirect_url.text().is_some() => {
            Some(Record { what: What::Redirect, status, ..record })
        }
        (_, Some(_)) => Some(Record { what: What::Response, status, ..record }),
        (None, None) if talked => Some(Record { what: What::Response, status: Some(101), ..record }),
        (None, None) => None,
    }
}

fn ip(entry: &Entry) -> Option<String> {
    let text = entry.server_ip_address.text()?;
    Some(cut(text.trim_matches(['[', ']']), 64).to_owned())
}

fn header<'a>(entry: &'a Entry, name: &str) -> Option<&'a str> {
    let is = |header: &&Header| header.name.text().is_some_and(|text| text.eq_ignore_ascii_case(name));
    entry.request.headers.iter().find(is)?.value.text()
}

/// The origin that acted: what the browser sends along, else whose script it was.
fn initiator(entry: &Entry) -> Option<String> {
    let sent =
        header(entry, "origin").or_else(|| header(entry, "referer")).filter(|origin| *origin != "null");
    let script = || call_site(&entry.initiator).map(|site| site.script);
    let url = sent.map(bare_url).or_else(script)?;
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split('/').next().unwrap_or_default();
    (!host.is_empty()).then(|| format!("{scheme}://{host}"))
}

fn is_html(entry: &Entry) -> bool {
    entry.response.content.mime_type.text().is_some_and(|mime| mime.starts_with("text/html"))
}

/// Without parameters: a boundary may be a secret of the sender.
fn media_type(text: &str) -> String {
    cut(text.split(';').next().unwrap_or_default().trim(), 64).to_ascii_lowercase()
}

/// Where a script asked. DevTools counts lines and columns from 0.
fn call_site(initiator: &Initiator) -> Option<CallSite> {
    let mut sites: Vec<CallSite> = Vec::new();
    let mut stack = initiator.stack.as_deref();
    while let Some(level) = stack {
        let mut frames = level.call_frames.iter().filter(|frame| frame.url.text().is_some());
        sites.extend(frames.by_ref().take(PARENTS_MAX.saturating_sub(sites.len())).take(1).map(site));
        if sites.len() >= PARENTS_MAX {
            break;
        }
        stack = level.parent.as_deref();
    }
    let mut sites = sites.into_iter();
    let Some(first) = sites.next() else {
        let script = bare_url(initiator.url.text()?);
        let (line, column) = (one_based(&initiator.line_number), one_based(&initiator.column_number));
        return Some(CallSite { script, line, column, ..CallSite::default() });
    };
    Some(CallSite { parents: sites.collect(), ..first })
}

fn site(frame: &Frame) -> CallSite {
    CallSite {
        script: frame.url.text().map(bare_url).unwrap_or_default(),
        line: one_based(&frame.line_number),
        column: one_based(&frame.column_number),
        function: frame.function_name.text().map(|name| cut(name, 128).to_owned()),
        parents: Vec::new(),
    }
}

fn one_based(number: &Loose) -> Option<u32> {
    number.whole().and_then(|number| u32::try_from(number).ok())?.checked_add(1)
}
