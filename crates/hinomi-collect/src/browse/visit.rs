//! One visit: the page is opened in a window of its own, looked at until it is quiet, and shut.

use super::cdp::{CdpError, Peer, Told};
use super::tape::{Hook, Row, Tape, Target};
use super::{Browse, PageTrouble, address};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const ANSWERS_WITHIN: Duration = Duration::from_secs(15);
/// Requests that hang longer than this do not keep a visit alive.
const HANGS: Duration = Duration::from_secs(5);
const ALIVE_WITHIN: Duration = Duration::from_secs(5);
/// What a page does when it is left takes this long at most.
const SHUTS_WITHIN: Duration = Duration::from_secs(3);
/// The network log holds what the page loads. Above this the visit ends.
const LOG_BYTES_MAX: u64 = 2 << 30;
const LOOKS_EVERY: Duration = Duration::from_millis(250);
pub(super) const LINKS_MAX: usize = 5_000;
/// Places outside of what is ours that one page led to, and sessions of it, that are held.
const OUTSIDE_MAX: usize = 50;
const SESSIONS_MAX: usize = 10_000;

/// The page that we opened.
pub(super) struct Visit<'a> {
    peer: &'a mut Peer,
    how: &'a Browse,
    /// Hosts that a window may go to; any when it is none.
    within: Option<&'a dyn Fn(&str) -> bool>,
    tape: Tape,
    /// What belongs to this visit: kind and target, by session.
    sessions: HashMap<String, (String, String)>,
    /// The session of the page we opened, once it is there.
    page: Option<String>,
    target: Option<String>,
    outside: BTreeSet<String>,
    crashed: bool,
}

/// What a visit came to.
pub(super) struct Seen {
    pub(super) tape: Tape,
    pub(super) troubles: Vec<PageTrouble>,
    pub(super) links: Vec<String>,
    /// Where it wanted to go and was not let.
    pub(super) outside: Vec<String>,
    /// The browser should not be used again.
    pub(super) broken: bool,
}

impl<'a> Visit<'a> {
    pub(super) fn new(peer: &'a mut Peer, how: &'a Browse, within: Option<&'a dyn Fn(&str) -> bool>) -> Self {
        Self {
            peer,
            how,
            within,
            tape: Tape::new(Hook::new()),
            sessions: HashMap::new(),
            page: None,
            target: None,
            outside: BTreeSet::new(),
            crashed: false,
        }
    }

    /// Looks at a page, after what pages of `stale` origins left in the browser is gone. `log` is the network log.
    pub(super) fn see(mut self, url: &str, stale: &BTreeSet<String>, log: &Path) -> Seen {
        let (mut troubles, mut links) = (Vec::new(), Vec::new());
        match self.open(url, stale).and_then(|()| self.until_quiet(log)) {
            Ok(found) => {
                troubles = found;
                if !troubles.iter().any(|trouble| matches!(trouble, PageTrouble::NotLoaded { .. })) {
                    troubles.extend(self.unresponsive());
                }
                if self.within.is_some() && !self.crashed {
                    links = self.links().unwrap_or_default();
                }
            }
            Err(error) => troubles.push(PageTrouble::Crashed { why: error.to_string() }),
        }
        let gone = troubles.iter().any(|trouble| matches!(trouble, PageTrouble::Crashed { .. }));
        let shut = !gone && !self.crashed && self.shut().is_ok();
        self.tape.cut |= self.peer.take_lost() > 0;
        if self.crashed {
            troubles.push(PageTrouble::Crashed { why: "the page's process ended".to_owned() });
        }
        let outside = self.outside.into_iter().collect();
        Seen { tape: self.tape, troubles, links, outside, broken: !shut }
    }

    fn open(&mut self, url: &str, stale: &BTreeSet<String>) -> Result<(), CdpError> {
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
        for origin in stale {
            let all = json!({ "origin": origin, "storageTypes": "all" });
            self.peer.send(page.as_deref(), "Storage.clearDataForOrigin", all)?;
        }
        if !stale.is_empty() {
            self.peer.send(page.as_deref(), "Network.clearBrowserCookies", json!({}))?;
            self.peer.send(page.as_deref(), "Network.clearBrowserCache", json!({}))?;
        }
        // The page's process changes with its address, and only what was acknowledged by then is carried over.
        let nothing = json!({ "expression": "1" });
        self.peer.call(page.as_deref(), "Runtime.evaluate", nothing, ANSWERS_WITHIN)?;
        self.peer.send(page.as_deref(), "Page.navigate", json!({ "url": url }))?;
        Ok(())
    }

    /// Takes what comes until the page has been quiet for a while, or its time is over.
    fn until_quiet(&mut self, log: &Path) -> Result<Vec<PageTrouble>, CdpError> {
        let how = self.how;
        let begun = Instant::now();
        let limit = how.page_max + how.stay;
        let mut last = begun;
        let mut active = self.tape.active;
        loop {
            let next = (Instant::now() + LOOKS_EVERY).min(begun + limit);
            while self.step(next)? {}
            if self.tape.active != active {
                (last, active) = (Instant::now(), self.tape.active);
            }
            let (quiet, stayed) = (last.elapsed(), begun.elapsed() >= how.stay);
            let hangs = quiet >= HANGS.max(how.quiet) && self.tape.committed();
            let idle = self.tape.loading.is_empty() && self.tape.open() == 0;
            let over = quiet >= how.quiet && self.tape.loaded && idle;
            if self.crashed || (stayed && (over || hangs)) {
                let mut troubles = self.nothing_came();
                if !self.crashed && !self.tape.loaded && troubles.is_empty() {
                    troubles.push(PageTrouble::NeverLoaded { seconds: quiet.as_secs() });
                }
                return Ok(troubles);
            }
            if begun.elapsed() >= limit {
                let mut troubles = self.nothing_came();
                troubles.push(PageTrouble::TimeOver { seconds: limit.as_secs() });
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
        let why = match self.tape.rows.iter().rev().find(typed) {
            None => Some("the browser asked for nothing".to_owned()),
            Some(last) => match (&last.end, self.outside.contains(&address::cut(&last.url, false))) {
                (_, true) => Some("it leads outside of [scope]".to_owned()),
                (None, _) => Some("nothing answered".to_owned()),
                (Some(end), _) => end.error.clone(),
            },
        };
        why.map(|why| PageTrouble::NotLoaded { why }).into_iter().collect()
    }

    /// A page that keeps its scripts busy for ever cannot do, nor be seen to do, anything more.
    fn unresponsive(&mut self) -> Option<PageTrouble> {
        let nothing = json!({ "expression": "1" });
        let page = self.page.clone().filter(|_| !self.crashed)?;
        match self.peer.call(Some(&page), "Runtime.evaluate", nothing, ALIVE_WITHIN) {
            Err(CdpError::TimedOut { limit, .. }) => {
                Some(PageTrouble::NotResponding { seconds: limit.as_secs() })
            }
            _ => None,
        }
    }

    /// Leaves the page, and takes what it does about that: windows and workers of this visit are gone after it.
    fn shut(&mut self) -> Result<(), CdpError> {
        let own = |kind: &str| matches!(kind, "page" | "service_worker" | "shared_worker");
        let targets: BTreeSet<String> =
            self.sessions.values().filter(|(kind, _)| own(kind)).map(|(_, target)| target.clone()).collect();
        for target in targets {
            self.peer.send(None, "Target.closeTarget", json!({ "targetId": target }))?;
        }
        let until = Instant::now() + SHUTS_WITHIN;
        while self.sessions.values().any(|(kind, _)| own(kind)) {
            if !self.step(until)? && Instant::now() >= until {
                return Err(CdpError::TimedOut { method: "Target.closeTarget", limit: SHUTS_WITHIN });
            }
        }
        Ok(())
    }

    /// Takes one event; `false` when none came until then.
    fn step(&mut self, until: Instant) -> Result<bool, CdpError> {
        if Instant::now() >= until {
            return Ok(false);
        }
        let Some(told) = self.peer.next(until)? else { return Ok(false) };
        match told.method.as_str() {
            "Target.attachedToTarget" => self.attached(&told)?,
            "Target.detachedFromTarget" => {
                let session = told.params.get("sessionId").and_then(Value::as_str);
                session.into_iter().for_each(|session| _ = self.sessions.remove(session));
            }
            "Fetch.requestPaused" => self.paused(&told)?,
            "Page.javascriptDialogOpening" => {
                let session = told.session.as_deref();
                let leave = told.params.get("type").and_then(Value::as_str) == Some("beforeunload");
                self.peer.send(session, "Page.handleJavaScriptDialog", json!({ "accept": leave }))?;
            }
            "Inspector.targetCrashed" => self.crashed |= told.session == self.page,
            // What pages before this one left behind is not of this one.
            _ if told.session.as_ref().is_some_and(|session| self.sessions.contains_key(session)) => {
                self.tape.take(&told, now());
            }
            _ => {}
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
            if self.sessions.len() < SESSIONS_MAX {
                self.sessions.insert(session.clone(), (kind.clone(), target.clone()));
            } else {
                self.tape.cut = true;
            }
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
            if kind == "page" && self.within.is_some() {
                let documents =
                    json!([{ "urlPattern": "*", "resourceType": "Document", "requestStage": "Request" }]);
                commands.push(("Fetch.enable", json!({ "patterns": documents })));
            }
        } else {
            commands.push(("Runtime.evaluate", json!({ "expression": script, "silent": true })));
        }
        for (method, params) in commands {
            self.peer.send(Some(session), method, params)?;
        }
        Ok(())
    }

    /// A document is about to be asked for: a window goes only to hosts that are ours.
    fn paused(&mut self, told: &Told) -> Result<(), CdpError> {
        let text = |key: &str| told.params.get(key).and_then(Value::as_str);
        let Some(request) = text("requestId") else { return Ok(()) };
        let url = told.params.get("request").and_then(|request| request.get("url")).and_then(Value::as_str);
        let window = told.session.as_ref().and_then(|session| self.sessions.get(session));
        let is_window = window.is_some_and(|(_, target)| text("frameId") == Some(target));
        let strange =
            url.and_then(address::host).is_none_or(|host| self.within.is_some_and(|ours| !ours(host)));
        let session = told.session.as_deref();
        if is_window && strange {
            if self.outside.len() < OUTSIDE_MAX {
                self.outside.insert(address::cut(url.unwrap_or_default(), false));
            }
            let blocked = json!({ "requestId": request, "errorReason": "BlockedByClient" });
            self.peer.send(session, "Fetch.failRequest", blocked)?;
        } else {
            self.peer.send(session, "Fetch.continueRequest", json!({ "requestId": request }))?;
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
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
