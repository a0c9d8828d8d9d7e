//! One thing a recording saw: close to what a browser extension sees, so that the same rules judge both.

use crate::url;
use std::net::IpAddr;

/// One thing a recording saw. What it does not say is `None` or empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// Milliseconds since 1970; 0 when the recording does not say.
    pub at_ms: i64,
    /// What was recorded.
    pub source: Source,
    /// What happened.
    pub what: What,
    /// Where in the recording: a line counted from 1 for logs, else the offset of its first byte.
    pub place: u64,
    /// What ties request, redirect, response and failure together.
    pub request: Option<String>,
    /// The page that acted, or that came to be.
    pub page: Option<Page>,
    /// The origin that acted.
    pub initiator: Option<String>,
    /// Where to, without user, query and fragment.
    pub url: Option<String>,
    /// HTTP method.
    pub method: Option<String>,
    /// In the words of `webRequest.ResourceType`.
    pub resource: Option<&'static str>,
    /// The address that answered or was connected to, without port.
    pub ip: Option<String>,
    /// Answered without the network.
    pub from_cache: bool,
    /// A proxy stood between; `ip` is then the proxy's.
    pub proxied: Option<bool>,
    /// The browser's word for what went wrong.
    pub error: Option<String>,
    /// HTTP status.
    pub status: Option<u16>,
    /// Where a script asked for it.
    pub call_site: Option<CallSite>,
    /// Asked for ahead of a click.
    pub speculative: bool,
    /// Media type of what was sent.
    pub content_type: Option<String>,
    /// A WebRTC packet.
    pub webrtc: Option<WebRtc>,
    /// The name that was resolved, lower case, without the last dot.
    pub name: Option<String>,
    /// The addresses it resolved to.
    pub answers: Vec<String>,
    /// Who asked: the address of a client.
    pub client: Option<String>,
}

/// What was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Source {
    /// An HTTP archive.
    #[default]
    Har,
    /// Chromium's network log.
    NetLog,
    /// Packets.
    Packets,
    /// The log of a proxy.
    ProxyLog,
    /// The log of a resolver.
    DnsLog,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum What {
    /// A page came to be.
    Document,
    /// A request was started.
    #[default]
    Request,
    /// A TCP connection was asked for, whoever asked; `url` is `tcp://address:port`.
    Connection,
    /// The server sent it on.
    Redirect,
    /// A server answered.
    Response,
    /// It failed.
    Failure,
    /// A WebRTC packet was sent.
    WebRtc,
    /// A name was resolved, or asked for.
    Resolution,
}

/// A page of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The recording's id.
    pub id: Option<String>,
    /// Its address, without query.
    pub url: Option<String>,
    /// The address it was loaded from.
    pub ip: Option<String>,
    /// Its address space as the browser decided: `public`, `local` or `loopback`.
    pub space: Option<&'static str>,
}

/// Where in a script. Lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallSite {
    /// Address of the script, without query.
    pub script: String,
    /// Line.
    pub line: Option<u32>,
    /// Column.
    pub column: Option<u32>,
    /// Function.
    pub function: Option<String>,
    /// What led there before the last wait, nearest first.
    pub parents: Vec<Self>,
}

/// What a WebRTC packet says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WebRtc {
    /// `stun:address:port`, of packets that ask a server for the own address.
    pub servers: Vec<String>,
    /// `address:port/udp`, of packets that try a way to a peer.
    pub candidates: Vec<String>,
    /// The username fragment that looks least like a browser's.
    pub ufrag: Option<Ufrag>,
}

/// A username fragment, without itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ufrag {
    /// Its length in characters.
    pub len: u32,
    /// It has the length and the letters of those that browsers make.
    pub own: bool,
}

/// Bytes of a URL that are kept.
const URL_BYTES_MAX: usize = 2_048;

/// A URL without user, query and fragment, and with its host as a browser reads it: `http://0x7f.1/a?b` becomes
/// `http://127.0.0.1/a`.
pub fn bare_url(text: &str) -> String {
    let text = text.trim();
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let text = cut(text.get(..end).unwrap_or_default(), URL_BYTES_MAX);
    let plain =
        |scheme: &str| scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    let known = |scheme: &str| plain(scheme.strip_prefix("blob:").unwrap_or(scheme));
    let Some((scheme, rest)) = text.split_once("://").filter(|(scheme, _)| known(scheme)) else {
        // What follows `data:` or `javascript:` is content.
        return text.split_once(':').map_or_else(String::new, |(scheme, _)| format!("{scheme}:"));
    };
    let (authority, path) =
        rest.split_at_checked(rest.find(['/', '\\']).unwrap_or(rest.len())).unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let colon =
        authority.rfind(':').filter(|at| authority.get(*at..).is_some_and(|port| !port.contains(']')));
    let (host, port) = colon.and_then(|at| authority.split_at_checked(at)).unwrap_or((authority, ""));
    let host = match url::read_host(host) {
        Some(host) if host.contains(':') => format!("[{host}]"),
        Some(host) => host,
        None => host.to_lowercase(),
    };
    let slash = if path.is_empty() { "/" } else { "" };
    format!("{}://{host}{port}{slash}{path}", scheme.to_ascii_lowercase())
}

/// The first `bytes_max` bytes, ended between characters.
pub(super) fn cut(text: &str, bytes_max: usize) -> &str {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or_default()
}

/// The address of `address:port`, and the port. What is no address goes nowhere.
pub(super) fn address(endpoint: &str) -> Option<(&str, u16)> {
    let (host, port) = endpoint.rsplit_once(':')?;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let host = host.split('%').next().filter(|host| host.parse::<IpAddr>().is_ok())?;
    Some((host, port.parse().ok()?))
}

/// `address:port`, with brackets where they are needed.
pub(super) fn endpoint(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// A name of DNS as it is compared.
pub(super) fn name_of(text: &str) -> String {
    cut(text.trim_end_matches('.'), 253).to_ascii_lowercase()
}
