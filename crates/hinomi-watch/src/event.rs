//! One thing a browser, a recording or a log saw. Neutral: no opinion, no page content.
//!
//! The form is the same for every source: a JSON object a line. Fields that a source does not know are left out;
//! fields that this version does not know are passed over. No event holds what a page shows, a cookie, a body, a
//! query string or the text of an ICE ufrag.

use crate::Space;
use crate::json::{self, Bad, Milliseconds, object, words};
use serde::Serialize;
use std::cmp::Ordering;

/// Longest line that is read as an event, in bytes. URLs of pages can be far longer than anything they are judged
/// by.
pub const LINE_BYTES_MAX: usize = 1 << 20;

/// One event.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Event {
    /// Milliseconds since 1970.
    pub at: i64,
    /// Who saw it.
    pub source: EventSource,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// What ties request, redirect, response and failure together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// The tab; -1 for workers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tab: Option<i64>,
    /// The frame in its tab; 0 is the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<i64>,
    /// The document that acted, or that came to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
    /// The origin that acted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiator: Option<String>,
    /// Where to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// HTTP method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Kind of resource, in the words of `webRequest.ResourceType`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The address that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// Answered without the network.
    pub from_cache: bool,
    /// Whether a proxy was between; then `ip` is the proxy's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxied: Option<bool>,
    /// The browser's own word for what went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What the script called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// Where the script called it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_site: Option<CallSite>,
    /// Fetched ahead of a click.
    pub speculative: bool,
    /// Media type of what was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Of a WebRTC connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webrtc: Option<WebRtc>,
    /// The name that was resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it resolved to; of a `proxy` event the proxies' addresses.
    pub answers: Vec<String>,
    /// Who asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
}

object!(Event: at "at" as Milliseconds, source "source", kind "type", request "request", tab "tab", frame "frame", document "document", initiator "initiator", url "url", method "method", resource "resource", ip "ip", from_cache "from_cache", proxied "proxied", error "error", status "status", api "api", call_site "call_site", speculative "speculative", content_type "content_type", webrtc "webrtc", name "name", answers "answers", client "client");

/// Who saw an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum EventSource {
    /// The extension's `webRequest`. Blind to WebRTC.
    WebRequest,
    /// Wrapped functions of the page.
    Hook,
    /// The DevTools protocol. Blind to WebRTC.
    Cdp,
    /// Chromium's network log.
    Netlog,
    /// An HTTP archive.
    Har,
    /// Packets.
    Pcap,
    /// The log of a proxy.
    ProxyLog,
    /// The log of a resolver.
    DnsLog,
    /// One this version does not know.
    #[default]
    Unknown,
}

words!(EventSource or Unknown: WebRequest "web_request", Hook "hook", Cdp "cdp", Netlog "netlog", Har "har", Pcap "pcap", ProxyLog "proxy_log", DnsLog "dns_log");

/// What an event is. The order is the one in which events of the same time are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum EventKind {
    /// The proxy settings: `proxied` says whether everything goes through one, `answers` where the proxies are.
    Proxy,
    /// A document came to be.
    Document,
    /// A script called something.
    Call,
    /// A script set up a WebRTC connection.
    Webrtc,
    /// A request starts.
    Request,
    /// It was sent on; `ip` is that of the server that did.
    Redirect,
    /// A server answered.
    Response,
    /// It failed.
    Failure,
    /// A name was resolved.
    Resolution,
    /// A document is gone.
    DocumentGone,
    /// The source lost events here.
    Truncated,
    /// One this version does not know.
    #[default]
    Unknown,
}

words!(EventKind or Unknown: Proxy "proxy", Document "document", Call "call", Webrtc "webrtc", Request "request", Redirect "redirect", Response "response", Failure "failure", Resolution "resolution", DocumentGone "document_gone", Truncated "truncated");

/// A document of the browser.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Document {
    /// The browser's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The address it was loaded from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// The document it is framed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The document that opened it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opener: Option<String>,
    /// The document at the top of its tab.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top: Option<String>,
    /// Its address space, where the source knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub space: Option<Space>,
}

object!(Document: id "id", url "url", ip "ip", parent "parent", opener "opener", top "top", space "space");

/// Where in a script. Lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct CallSite {
    /// Address of the script.
    pub script: String,
    /// Line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// What led there before the last wait, nearest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub async_parents: Vec<Self>,
}

object!(CallSite: script "script", line "line", column "column", function "function", async_parents "async_parents");

/// What a script gave to a WebRTC connection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct WebRtc {
    /// STUN and TURN servers.
    pub servers: Vec<String>,
    /// Candidates: `address:port/protocol`.
    pub candidates: Vec<String>,
    /// The username fragment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ufrag: Option<Ufrag>,
}

object!(WebRtc: servers "servers", candidates "candidates", ufrag "ufrag");

/// A username fragment, without itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Ufrag {
    /// Characters.
    pub len: u32,
    /// The browser made it; none when that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<bool>,
    /// Keyed hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

object!(Ufrag: len "len", own "own", hash "hash");

impl Event {
    /// Its texts in bytes, near enough to bound how many are held.
    pub(crate) fn bytes(&self) -> usize {
        let document = self.document.as_ref();
        let of_document = document.map(|d| [&d.id, &d.url, &d.ip, &d.parent, &d.opener, &d.top]);
        let own = [
            &self.request,
            &self.initiator,
            &self.url,
            &self.method,
            &self.resource,
            &self.ip,
            &self.error,
            &self.api,
            &self.content_type,
            &self.name,
            &self.client,
        ];
        let texts = own.into_iter().chain(of_document.into_iter().flatten()).flatten();
        let webrtc = self.webrtc.iter().flat_map(|told| [&told.servers, &told.candidates]);
        let lists = webrtc.chain([&self.answers]).flatten();
        let hash = self.webrtc.iter().filter_map(|told| told.ufrag.as_ref()?.hash.as_ref());
        let texts =
            texts.chain(lists).chain(hash).map(|text| size_of::<String>() + text.len()).sum::<usize>();
        size_of::<Self>() + texts + self.call_site.as_ref().map_or(0, CallSite::bytes)
    }
}

impl CallSite {
    fn bytes(&self) -> usize {
        let own = size_of::<Self>() + self.script.len() + self.function.as_ref().map_or(0, String::len);
        own + self.async_parents.iter().map(Self::bytes).sum::<usize>()
    }
}

/// Reads one line.
///
/// # Errors
/// Why it is no event, in words, without the line's own text.
pub fn read_line(line: &[u8]) -> Result<Event, String> {
    if line.len() > LINE_BYTES_MAX {
        return Err(format!("the line is longer than {LINE_BYTES_MAX} bytes"));
    }
    json::read(line).map_err(|(bad, place)| {
        let what = match bad {
            Bad::Early => "ends too early",
            Bad::Syntax => "is not JSON",
            Bad::Kind => "is no event",
        };
        format!("the line {what} (column {place})")
    })
}

/// The order of events that is independent of the order in which they came: by time, then by kind, then by what
/// stands in them.
pub fn in_order(a: &Event, b: &Event) -> Ordering {
    (a.at, a.kind, &a.request, &a.url).cmp(&(b.at, b.kind, &b.request, &b.url)).then_with(|| {
        let written = |event: &Event| serde_json::to_string(event).unwrap_or_default();
        if a == b { Ordering::Equal } else { written(a).cmp(&written(b)) }
    })
}
