//! Events of the DevTools protocol, one by one, onto the tape.

use super::super::address;
use super::super::cdp::Told;
use super::{Call, CallSite, Document, End, EndKind, NAMES_MAX, Row, Said, Tape};
use serde_json::Value;

/// What Chromium calls a request that it refused for leading inside.
pub(super) const DENIED: &str = "net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS";

impl Tape {
    /// Takes an event that came at `now`, in ms since 1970.
    pub(in super::super) fn take(&mut self, told: &Told, now: i64) {
        self.now = now;
        let session = told.session.as_deref().unwrap_or_default();
        let params = &told.params;
        _ = match told.method.as_str() {
            "Network.requestWillBeSent" => self.requested(session, params),
            "Network.requestWillBeSentExtraInfo" => self.security(params),
            "Network.responseReceived" => self.responded(params),
            "Network.responseReceivedExtraInfo" => self.answered(params),
            "Network.loadingFinished" => self.finished(params),
            "Network.loadingFailed" => self.failed(params),
            "Network.webSocketCreated" => self.socket(session, params, "websocket"),
            "Network.webTransportCreated" => self.socket(session, params, "webtransport"),
            "Network.webSocketWillSendHandshakeRequest" => self.shakes(params),
            "Network.webSocketHandshakeResponseReceived" => self.shook(params),
            "Network.webSocketFrameError" | "Network.webSocketClosed" => self.closed(params),
            "Network.webTransportConnectionEstablished" => self.established(params),
            "Network.webTransportClosed" => self.closed(params),
            "Page.frameAttached" => self.frame_attached(params),
            "Page.frameStartedLoading" => self.loads(params, true),
            "Page.frameStoppedLoading" | "Page.frameDetached" => self.loads(params, false),
            "Page.frameNavigated" => self.navigated(session, params),
            "Page.loadEventFired" => self.load(session),
            "Runtime.executionContextCreated" => self.context(session, params),
            "Runtime.consoleAPICalled" => self.said(session, params),
            _ => None,
        };
    }

    fn requested(&mut self, session: &str, params: &Value) -> Option<()> {
        let id = text(params, "requestId")?;
        let request = params.get("request")?;
        let url = text(request, "url")?;
        if !leads_out(url) {
            return None;
        }
        let at = self.wall(params);
        let hop = params.get("redirectResponse").map(|response| self.sent_on(id, response, at));
        if hop.is_none() && self.requests.contains_key(id) {
            // Two sessions may tell of the same request.
            return None;
        }
        let first = hop.flatten();
        let frame = text(params, "frameId");
        let kind = text(params, "type").unwrap_or_default();
        let navigates = kind == "Document";
        let framed =
            frame.and_then(|frame| self.frames.get(frame)).is_some_and(|frame| frame.parent.is_some());
        let document = self.acting(session, params, navigates, framed);
        let initiator = params.get("initiator").unwrap_or(&Value::Null);
        let site = first.as_ref().map_or_else(|| self.site_of(initiator), |first| first.site.clone());
        let resource = if navigates && framed { "sub_frame" } else { resource(kind) };
        let header = |name: &str| request.get("headers")?.get(name)?.as_str();
        let purpose = header("Sec-Purpose").or_else(|| header("Purpose")).unwrap_or_default();
        let content = header("Content-Type").or_else(|| header("content-type"));
        let row = Row {
            at,
            request: id.to_owned(),
            redirected: first.is_some(),
            initiator: document
                .is_none()
                .then(|| self.sessions.get(session).and_then(|s| address::origin(&s.url)))
                .flatten(),
            tab: self.tab(session),
            url: address::held(url),
            method: text(request, "method").unwrap_or("GET").to_owned(),
            resource,
            speculative: kind == "Prefetch" || purpose.contains("prefetch") || purpose.contains("prerender"),
            content_type: content
                .map(|kind| kind.split(';').next().unwrap_or_default().chars().take(100).collect()),
            file: self.file_of(session, initiator, document.as_deref()),
            site,
            document,
            end: None,
        };
        self.add(id, row);
        None
    }

    /// Who asked: a navigation is asked for by the document before, around, or that opened the tab.
    fn acting(&self, session: &str, params: &Value, navigates: bool, framed: bool) -> Option<String> {
        let frame = text(params, "frameId");
        if navigates {
            let frame = frame?;
            let around = || self.frames.get(frame)?.parent.clone();
            let from = if framed { around()? } else { frame.to_owned() };
            return self.document_of_frame(&from, session);
        }
        let named = text(params, "loaderId").filter(|id| self.documents.contains_key(*id)).map(str::to_owned);
        named.or_else(|| self.document_of_frame(frame.unwrap_or_default(), session))
    }

    /// The hop before this one ends here; gives it.
    fn sent_on(&mut self, id: &str, response: &Value, at: i64) -> Option<Row> {
        let end = End {
            at,
            kind: EndKind::Redirect,
            ip: ip_of(response),
            status: status_of(response),
            from_cache: from_cache(response),
            error: None,
        };
        self.ended(id, end);
        self.row(id).map(|row| row.clone())
    }

    fn site_of(&self, initiator: &Value) -> Option<CallSite> {
        CallSite::of(initiator.get("stack")?, &self.hook.url)
    }

    fn file_of(&self, session: &str, initiator: &Value, document: Option<&str>) -> Option<String> {
        let parser = text(initiator, "url").filter(|url| !url.is_empty() && *url != self.hook.url);
        let session = self.sessions.get(session).filter(|session| session.worker);
        let document = document.and_then(|id| self.documents.get(id)).map(|document| document.url.as_str());
        parser
            .or(session.map(|session| session.url.as_str()))
            .or(document)
            .map(|url| address::cut(url, false))
    }

    /// The browser says how near the document that asked is.
    fn security(&mut self, params: &Value) -> Option<()> {
        let row = self.row(text(params, "requestId")?)?;
        let navigates = matches!(row.resource, "main_frame" | "sub_frame");
        let id = row.document.clone().filter(|_| !navigates)?;
        let space = match text(params.get("clientSecurityState")?, "initiatorIPAddressSpace")? {
            "Loopback" => "loopback",
            "Local" | "Private" => "local",
            "Public" => "public",
            _ => return None,
        };
        self.documents.get_mut(&id)?.space = Some(space);
        None
    }

    fn responded(&mut self, params: &Value) -> Option<()> {
        let id = text(params, "requestId")?;
        let response = params.get("response")?;
        let (at, ip, cached) = (self.time(params), ip_of(response), from_cache(response));
        if let (Some("Document"), Some(loader)) = (text(params, "type"), text(params, "loaderId")) {
            let ip = ip.clone().filter(|_| !cached);
            if let Some(document) = self.document_mut(loader) {
                document.ip = ip;
                document.at = at;
            }
        }
        let end = End {
            at,
            kind: EndKind::Response,
            ip,
            status: status_of(response),
            error: None,
            from_cache: cached,
        };
        self.ended(id, end);
        None
    }

    /// Something answered, even if the page may not read it.
    fn answered(&mut self, params: &Value) -> Option<()> {
        let status =
            params.get("statusCode").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
        if status.is_some_and(|status| (300..400).contains(&status)) {
            return None;
        }
        let end = End { at: self.now, status, ..End::default() };
        self.ended(text(params, "requestId")?, end);
        None
    }

    fn finished(&mut self, params: &Value) -> Option<()> {
        self.open.remove(text(params, "requestId")?);
        None
    }

    fn failed(&mut self, params: &Value) -> Option<()> {
        let id = text(params, "requestId")?;
        self.open.remove(id);
        let cors =
            params.get("corsErrorStatus").and_then(|status| text(status, "corsError")).unwrap_or_default();
        let denied = cors.starts_with("LocalNetworkAccess") || cors.starts_with("InsecureLocalNetwork");
        let error = if denied { DENIED } else { text(params, "errorText").unwrap_or_default() };
        let error = match text(params, "blockedReason") {
            Some(why) if error.is_empty() || error == "net::ERR_FAILED" => format!("blocked: {why}"),
            _ => error.to_owned(),
        };
        let end = End { at: self.time(params), kind: EndKind::Failure, error: Some(error), ..End::default() };
        self.ended(id, end);
        None
    }

    fn socket(&mut self, session: &str, params: &Value, resource: &'static str) -> Option<()> {
        let id = text(params, "requestId").or_else(|| text(params, "transportId"))?;
        let url = text(params, "url")?;
        if self.requests.contains_key(id) {
            return None;
        }
        let initiator = params.get("initiator").unwrap_or(&Value::Null);
        let document = self.document_of_session(session);
        let row = Row {
            at: self.now,
            request: id.to_owned(),
            tab: self.tab(session),
            url: address::held(url),
            method: "GET".to_owned(),
            resource,
            site: self.site_of(initiator),
            file: self.file_of(session, initiator, document.as_deref()),
            document,
            ..Row::default()
        };
        self.add(id, row);
        None
    }

    fn shakes(&mut self, params: &Value) -> Option<()> {
        let at = self.wall(params);
        self.row(text(params, "requestId")?)?.at = at;
        None
    }

    fn shook(&mut self, params: &Value) -> Option<()> {
        let response = params.get("response")?;
        let (at, ip, status) = (self.time(params), ip_of(response), status_of(response));
        self.ended(text(params, "requestId")?, End { at, ip, status, ..End::default() });
        None
    }

    fn established(&mut self, params: &Value) -> Option<()> {
        let end = End { at: self.time(params), ..End::default() };
        self.ended(text(params, "transportId")?, end);
        None
    }

    fn closed(&mut self, params: &Value) -> Option<()> {
        let id = text(params, "requestId").or_else(|| text(params, "transportId"))?;
        let said = text(params, "errorMessage").unwrap_or_default();
        let known = said.split_whitespace().find(|word| word.starts_with("net::ERR_"));
        let error = Some(known.unwrap_or("net::ERR_FAILED").to_owned());
        let end = End { at: self.time(params), kind: EndKind::Failure, error, ..End::default() };
        self.ended(id, end);
        None
    }

    fn frame_attached(&mut self, params: &Value) -> Option<()> {
        let frame = text(params, "frameId")?.to_owned();
        let parent = text(params, "parentFrameId").map(str::to_owned);
        if self.frames.len() < NAMES_MAX {
            self.frames.entry(frame).or_default().parent = parent;
        }
        None
    }

    fn navigated(&mut self, session: &str, params: &Value) -> Option<()> {
        let frame = params.get("frame")?;
        let (id, loader) = (text(frame, "id")?.to_owned(), text(frame, "loaderId")?.to_owned());
        let parent = text(frame, "parentId").map(str::to_owned);
        let url = address::cut(text(frame, "url")?, false);
        if self.frames.len() >= NAMES_MAX {
            return None;
        }
        let known = self.frames.entry(id).or_default();
        known.parent = parent.or(known.parent.take());
        let around = known.parent.clone();
        known.document = Some(loader.clone());
        let parent = around.and_then(|around| self.frames.get(&around)?.document.clone());
        let opener =
            self.sessions.get(session).and_then(|session| session.owner.clone()).filter(|_| parent.is_none());
        let (now, tab) = (self.now, self.tab(session));
        let document = self.document_mut(&loader)?;
        let at = if document.at == 0 { now } else { document.at };
        let (ip, space) = (document.ip.take(), document.space);
        *document = Document { at, tab, url, ip, parent, opener, space, committed: true };
        None
    }

    fn loads(&mut self, params: &Value, starts: bool) -> Option<()> {
        let frame = text(params, "frameId")?;
        self.active = self.now;
        if !starts {
            self.loading.remove(frame);
        } else if self.loading.len() < NAMES_MAX {
            self.loading.insert(frame.to_owned());
        }
        None
    }

    fn load(&mut self, session: &str) -> Option<()> {
        // The empty page that every tab begins with is loaded too.
        self.loaded |= self.tab(session) == 0 && self.committed();
        self.active = self.now;
        None
    }

    fn context(&mut self, session: &str, params: &Value) -> Option<()> {
        let context = params.get("context")?;
        let frame = text(context.get("auxData")?, "frameId")?.to_owned();
        if self.contexts.len() < NAMES_MAX {
            self.contexts.insert((session.to_owned(), context.get("id")?.as_u64()?), frame);
        }
        None
    }

    fn said(&mut self, session: &str, params: &Value) -> Option<()> {
        let mut said = self.hook.read(params)?;
        if let Said::Call { url, .. } | Said::Text { url, .. } = &mut said {
            *url = address::held(url);
        }
        let context = params.get("executionContextId").and_then(Value::as_u64).unwrap_or_default();
        let frame = self.contexts.get(&(session.to_owned(), context)).cloned().unwrap_or_default();
        let document = self.document_of_frame(&frame, session);
        let site = params.get("stackTrace").and_then(|stack| CallSite::of(stack, &self.hook.url));
        let at = params.get("timestamp").and_then(Value::as_f64).map_or(self.now, milliseconds);
        self.called(Call { at, said, document, tab: self.tab(session), site });
        None
    }

    /// Time of an event with both clocks; learns how far they are apart.
    fn wall(&mut self, params: &Value) -> i64 {
        let seconds = |key: &str| params.get(key).and_then(Value::as_f64);
        let Some(wall) = seconds("wallTime") else { return self.now };
        if let Some(own) = seconds("timestamp") {
            self.offset = Some(wall - own);
        }
        milliseconds(wall * 1000.0)
    }

    fn time(&self, params: &Value) -> i64 {
        let own = params.get("timestamp").and_then(Value::as_f64);
        own.zip(self.offset).map_or(self.now, |(own, offset)| milliseconds((own + offset) * 1000.0))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "saturates; a time that long ago or ahead is none")]
fn milliseconds(at: f64) -> i64 {
    at as i64
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

/// What goes over a network.
fn leads_out(url: &str) -> bool {
    let scheme = url.split(':').next().unwrap_or_default();
    matches!(scheme, "http" | "https" | "ws" | "wss" | "ftp")
}

fn ip_of(response: &Value) -> Option<String> {
    let ip = text(response, "remoteIPAddress")?;
    Some(ip.trim_start_matches('[').trim_end_matches(']').to_owned()).filter(|ip| !ip.is_empty())
}

fn status_of(response: &Value) -> Option<u16> {
    u16::try_from(response.get("status")?.as_u64()?).ok()
}

fn from_cache(response: &Value) -> bool {
    let said = |key: &str| response.get(key).and_then(Value::as_bool).unwrap_or_default();
    said("fromDiskCache") || said("fromServiceWorker") || said("fromPrefetchCache")
}

/// Kinds of the protocol in the words of `webRequest`.
fn resource(kind: &str) -> &'static str {
    match kind {
        "Document" => "main_frame",
        "Stylesheet" => "stylesheet",
        "Image" => "image",
        "Media" | "TextTrack" => "media",
        "Font" => "font",
        "Script" => "script",
        "XHR" | "Fetch" => "xmlhttprequest",
        "EventSource" => "eventsource",
        "WebSocket" => "websocket",
        "Ping" => "ping",
        "CSPViolationReport" => "csp_report",
        _ => "other",
    }
}
