//! One visit: a browser of its own opens the page, waits until it is quiet, and ends.

use super::cdp::{CdpError, Peer, Told};
use super::chromium::Chromium;
use super::join::{Written, lines};
use super::netlog;
use super::tape::{Hook, Row, Tape, Target};
use super::{Browse, BrowseError, PageSeen, PageTrouble};
use serde_json::{Value, json};
use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const STARTS_WITHIN: Duration = Duration::from_secs(30);
const ANSWERS_WITHIN: Duration = Duration::from_secs(15);
/// Requests that hang longer than this do not keep a visit alive.
const HANGS: Duration = Duration::from_secs(5);
/// The network log holds what the page loads. Above this the visit ends.
const LOG_BYTES_MAX: u64 = 2 << 30;
const LOOKS_EVERY: Duration = Duration::from_millis(250);
const LINKS_MAX: usize = 5_000;

/// The page that we opened.
struct Visit<'a> {
    peer: &'a mut Peer,
    tape: Tape,
    /// The session of the page we opened, once it is there.
    page: Option<String>,
    target: Option<String>,
    crashed: bool,
}

/// Visits a page.
pub(super) fn visit(url: &str, program: &Path, how: &Browse) -> Result<PageSeen, BrowseError> {
    let mut browser = Chromium::start(program, &how.arguments)?;
    let from = now();
    let first = browser.peer.call(None, "Browser.getVersion", json!({}), STARTS_WITHIN);
    let version = first.map_err(|error| BrowseError::NotStarted {
        program: program.display().to_string(),
        why: format!("{error} {}", browser.last_words()).trim().to_owned(),
    })?;
    let log = browser.log();
    let mut visit = Visit {
        peer: &mut browser.peer,
        tape: Tape::new(Hook::new()),
        page: None,
        target: None,
        crashed: false,
    };
    let mut troubles = Vec::new();
    let opened = visit.open(url, how, &log);
    let mut links = Vec::new();
    match opened {
        Ok(found) => troubles.extend(found),
        Err(error) => troubles.push(PageTrouble::Crashed { why: error.to_string() }),
    }
    if how.crawl > 0 {
        links = visit.links().unwrap_or_default();
    }
    visit.tape.cut |= visit.peer.lost() > 0;
    let (tape, crashed) = (visit.tape, visit.crashed);
    if crashed {
        troubles.push(PageTrouble::Crashed { why: "the page's process ended".to_owned() });
    }
    if !browser.end() {
        troubles.push(PageTrouble::Crashed { why: "the browser did not end by itself".to_owned() });
    }
    let log = File::open(browser.log()).map(netlog::read).unwrap_or_default();
    let during = from..=now();
    let events = lines(&Written { tape: &tape, log: &log, during, keep_query: how.keep_query });
    if tape.cut || log.lost > 0 {
        troubles.push(PageTrouble::Cut);
    }
    let browser = version.get("product").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(PageSeen { url: url.to_owned(), events, troubles, links, browser })
}

impl Visit<'_> {
    fn open(&mut self, url: &str, how: &Browse, log: &Path) -> Result<Vec<PageTrouble>, CdpError> {
        // No page may be let into the network by a policy of this machine or an earlier answer.
        for name in ["loopback-network", "local-network"] {
            let denied = json!({ "permission": { "name": name }, "setting": "denied" });
            self.peer.send(None, "Browser.setPermission", denied)?;
        }
        self.peer.send(None, "Browser.setDownloadBehavior", json!({ "behavior": "deny" }))?;
        let attach = json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true });
        self.peer.call(None, "Target.setAutoAttach", attach, ANSWERS_WITHIN)?;
        let blank = json!({ "url": "about:blank" });
        let made = self.peer.call(None, "Target.createTarget", blank, ANSWERS_WITHIN)?;
        self.target = made.get("targetId").and_then(Value::as_str).map(str::to_owned);
        let until = Instant::now() + ANSWERS_WITHIN;
        while self.page.is_none() {
            if !self.step(until)? && Instant::now() >= until {
                return Err(CdpError::TimedOut { method: "Target.createTarget", limit: ANSWERS_WITHIN });
            }
        }
        let page = self.page.clone();
        // The page's process changes with its address, and only what was acknowledged by then is carried over.
        let nothing = json!({ "expression": "1" });
        self.peer.call(page.as_deref(), "Runtime.evaluate", nothing, ANSWERS_WITHIN)?;
        self.peer.send(page.as_deref(), "Page.navigate", json!({ "url": url }))?;
        self.until_quiet(how, log)
    }

    /// Takes what comes until the page has been quiet for a while, or its time is over.
    fn until_quiet(&mut self, how: &Browse, log: &Path) -> Result<Vec<PageTrouble>, CdpError> {
        let end = Instant::now() + how.page_max;
        let mut last = Instant::now();
        let mut active = self.tape.active;
        loop {
            let next = (Instant::now() + LOOKS_EVERY).min(end);
            while self.step(next)? {}
            if self.tape.active != active {
                (last, active) = (Instant::now(), self.tape.active);
            }
            let quiet = last.elapsed();
            let hangs = quiet >= HANGS.max(how.quiet) && self.tape.committed();
            let idle = self.tape.loading.is_empty() && self.tape.open() == 0;
            let over = quiet >= how.quiet && self.tape.loaded && idle;
            if self.crashed || over || hangs {
                return Ok(self.nothing_came());
            }
            if Instant::now() >= end {
                let mut troubles = self.nothing_came();
                troubles.push(PageTrouble::TimeOver { seconds: how.page_max.as_secs() });
                return Ok(troubles);
            }
            if log.metadata().is_ok_and(|log| log.len() > LOG_BYTES_MAX) {
                self.tape.cut = true;
                return Ok(Vec::new());
            }
        }
    }

    /// A page that nothing answered for was not looked at.
    fn nothing_came(&self) -> Vec<PageTrouble> {
        // Chromium tries again by itself when the network changed under it.
        let typed = |row: &&Row| row.resource == "main_frame" && row.document.is_none();
        let Some(last) = self.tape.rows.iter().rev().find(typed) else {
            return vec![PageTrouble::NotLoaded { why: "the browser asked for nothing".to_owned() }];
        };
        let error = last.end.as_ref().and_then(|end| end.error.clone());
        error.map(|why| PageTrouble::NotLoaded { why }).into_iter().collect()
    }

    /// Takes one event; `false` when none came until then.
    fn step(&mut self, until: Instant) -> Result<bool, CdpError> {
        if Instant::now() >= until {
            return Ok(false);
        }
        let Some(told) = self.peer.next(until)? else { return Ok(false) };
        match told.method.as_str() {
            "Target.attachedToTarget" => self.attached(&told)?,
            "Page.javascriptDialogOpening" => {
                let session = told.session.as_deref();
                let leave = told.params.get("type").and_then(Value::as_str) == Some("beforeunload");
                self.peer.send(session, "Page.handleJavaScriptDialog", json!({ "accept": leave }))?;
            }
            "Inspector.targetCrashed" => self.crashed |= told.session == self.page,
            _ => self.tape.take(&told, now()),
        }
        Ok(true)
    }

    /// A page, frame or worker came to be and waits: it is listened to, and then let go.
    fn attached(&mut self, told: &Told) -> Result<(), CdpError> {
        let params = &told.params;
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let Some(session) = text(params, "sessionId") else { return Ok(()) };
        let info = params.get("targetInfo").cloned().unwrap_or_default();
        let (kind, target) =
            (text(&info, "type").unwrap_or_default(), text(&info, "targetId").unwrap_or_default());
        let (url, opener) = (text(&info, "url").unwrap_or_default(), text(&info, "openerFrameId"));
        let from = told.session.as_deref();
        // The window that the browser opened by itself is none of ours.
        let strange = kind == "page" && opener.is_none() && self.target.as_deref() != Some(target.as_str());
        let strange = strange && text(&info, "subtype").is_none() && from.is_none();
        let known =
            matches!(kind.as_str(), "page" | "iframe" | "worker" | "shared_worker" | "service_worker");
        if known && !strange {
            let told = Target { kind: &kind, id: &target, url: &url };
            self.tape.attached(&session, &told, from, opener.as_deref());
            self.listen(&session, &kind)?;
        }
        if self.target.as_deref() == Some(target.as_str()) {
            self.page = Some(session.clone());
        }
        self.peer.send(Some(&session), "Runtime.runIfWaitingForDebugger", json!({}))?;
        Ok(())
    }

    fn listen(&mut self, session: &str, kind: &str) -> Result<(), CdpError> {
        let none = json!({});
        let script = self.tape.hook.script.clone();
        let mut commands = vec![
            (
                "Network.enable",
                json!({ "maxTotalBufferSize": 0, "maxResourceBufferSize": 0, "maxPostDataSize": 0 }),
            ),
            ("Runtime.enable", none.clone()),
            ("Debugger.enable", json!({ "maxScriptsCacheSize": 0 })),
            ("Debugger.setSkipAllPauses", json!({ "skip": true })),
            ("Debugger.setAsyncCallStackDepth", json!({ "maxDepth": 8 })),
            (
                "Target.setAutoAttach",
                json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true }),
            ),
        ];
        if matches!(kind, "page" | "iframe") {
            commands.push(("Page.enable", none));
            let hook = json!({ "source": script, "runImmediately": true });
            commands.push(("Page.addScriptToEvaluateOnNewDocument", hook));
        } else {
            commands.push(("Runtime.evaluate", json!({ "expression": script, "silent": true })));
        }
        for (method, params) in commands {
            self.peer.send(Some(session), method, params)?;
        }
        Ok(())
    }

    /// Where the page's links lead; asked in a world of our own, which the page's scripts cannot change.
    fn links(&mut self) -> Option<Vec<String>> {
        let page = self.page.clone();
        let frame = self.target.clone()?;
        let world = json!({ "frameId": frame, "worldName": "links" });
        let world =
            self.peer.call(page.as_deref(), "Page.createIsolatedWorld", world, ANSWERS_WITHIN).ok()?;
        let context = world.get("executionContextId")?.as_u64()?;
        let expression =
            format!("Array.from(document.links, (link) => `${{link.href}}`).slice(0, {LINKS_MAX})");
        let ask =
            json!({ "expression": expression, "contextId": context, "returnByValue": true, "timeout": 5000 });
        let found = self.peer.call(page.as_deref(), "Runtime.evaluate", ask, ANSWERS_WITHIN).ok()?;
        let links = found.get("result")?.get("value")?.as_array()?;
        Some(links.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }
}

/// Milliseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
