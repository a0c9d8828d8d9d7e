//! Sequences of events, and what is seen in them. Hosts are of the zones for examples only.

mod benign;
mod bounds;
mod local;
mod reading;
mod rebinding;
mod settings;
mod spaces;

use crate::{Config, Event, Sighting, Watch, read_line};
use serde_json::{Value, json};

/// Where pages of these tests come from.
const PUBLIC: &str = "203.0.113.9";

/// A browser that tells its events.
struct Browser {
    events: Vec<Value>,
    at: i64,
    requests: u32,
}

/// A document of it.
#[derive(Clone)]
struct Page {
    id: String,
    url: String,
    tab: i64,
    frame: i64,
}

impl Page {
    fn origin(&self) -> String {
        let end = self.url.match_indices('/').nth(2).map_or(self.url.len(), |(at, _)| at);
        self.url[..end].to_owned()
    }
}

impl Browser {
    fn new() -> Self {
        Self { events: Vec::new(), at: 1_700_000_000_000, requests: 0 }
    }

    fn push(&mut self, mut event: Value, more: Value) -> &mut Self {
        let fields = more.as_object().unwrap().clone();
        event.as_object_mut().unwrap().extend(fields);
        event["at"] = self.at.into();
        if event.get("source").is_none() {
            event["source"] = "web_request".into();
        }
        self.events.push(event);
        self.at += 10;
        self
    }

    fn wait(&mut self, ms: i64) -> &mut Self {
        self.at += ms;
        self
    }

    /// Somebody opens a page in a tab, by hand. An empty address: from the cache.
    fn opens(&mut self, tab: i64, url: &str, ip: &str) -> Page {
        self.visits(tab, url, ip, json!({}))
    }

    fn visits(&mut self, tab: i64, url: &str, ip: &str, more: Value) -> Page {
        self.requests += 1;
        let id = format!("r{}", self.requests);
        let page = Page { id: format!("d{}", self.requests), url: url.to_owned(), tab, frame: 0 };
        let base = json!({"request": id, "tab": tab, "frame": 0, "url": url, "resource": "main_frame", "method": "GET"});
        let mut request = base.clone();
        request["type"] = "request".into();
        self.push(request, more.clone());
        let mut response = base;
        response["type"] = "response".into();
        self.push(response, more);
        self.answered_from(ip);
        self.push(
            json!({"type": "document", "tab": tab, "frame": 0, "document": {"id": page.id, "url": url}}),
            json!({}),
        );
        page
    }

    fn answered_from(&mut self, ip: &str) {
        let last = self.events.last_mut().unwrap();
        match ip {
            "" => last["from_cache"] = true.into(),
            _ => last["ip"] = ip.into(),
        }
    }

    /// A document in a frame or popup of another.
    fn document(&mut self, by: &Page, how: &str, url: &str, ip: &str) -> Page {
        self.requests += 1;
        let id = format!("d{}", self.requests);
        let (tab, frame) = if how == "opener" { (by.tab + 100, 0) } else { (by.tab, 7) };
        let mut document = json!({"id": id, "url": url});
        document[how] = by.id.as_str().into();
        if !ip.is_empty() {
            document["ip"] = ip.into();
        }
        self.push(json!({"type": "document", "tab": tab, "frame": frame, "document": document}), json!({}));
        Page { id, url: url.to_owned(), tab, frame }
    }

    fn gone(&mut self, page: &Page) -> &mut Self {
        self.push(json!({"type": "document_gone", "document": {"id": page.id}}), json!({}))
    }

    /// A request of a page; `end` tells what became of it.
    fn asks(&mut self, page: &Page, url: &str, more: Value, end: Value) -> &mut Self {
        self.requests += 1;
        let mut base = json!({
            "request": format!("r{}", self.requests), "tab": page.tab, "frame": page.frame, "url": url,
            "resource": "xmlhttprequest", "method": "GET", "initiator": page.origin(),
            "document": {"id": page.id}, "type": "request",
        });
        base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.push(base.clone(), json!({}));
        if end.as_object().is_some_and(|end| !end.is_empty()) {
            base["type"] = if end.get("error").is_some() { "failure" } else { "response" }.into();
            self.push(base, end);
        }
        self
    }

    /// The same, answered from an address.
    fn gets(&mut self, page: &Page, url: &str, ip: &str) -> &mut Self {
        self.asks(page, url, json!({}), json!({"ip": ip, "status": 200}))
    }

    fn calls(&mut self, page: &Page, api: &str, url: &str, site: (&str, u32, u32)) -> &mut Self {
        let (script, line, column) = site;
        self.push(
            json!({"type": "call", "source": "hook", "tab": page.tab, "frame": page.frame, "api": api, "url": url,
                "document": {"id": page.id}, "initiator": page.origin(),
                "call_site": {"script": script, "line": line, "column": column}}),
            json!({}),
        )
    }

    fn webrtc(&mut self, page: &Page, told: Value) -> &mut Self {
        self.push(
            json!({"type": "webrtc", "source": "hook", "tab": page.tab, "frame": page.frame, "api": "rtc.config",
                "document": {"id": page.id}, "initiator": page.origin(), "webrtc": told}),
            json!({}),
        )
    }

    fn read(&self) -> Vec<Event> {
        self.events.iter().map(|event| read_line(event.to_string().as_bytes()).unwrap()).collect()
    }

    fn seen_with(&self, config: &Value) -> Vec<Sighting> {
        let (mut watch, problems) = Watch::new(&Config::read(config.to_string().as_bytes()).unwrap());
        assert_eq!(problems, Vec::new());
        self.read().iter().for_each(|event| watch.take(event));
        watch.sightings().cloned().collect()
    }

    /// What is seen, a line a sighting: rule, page, targets with how each is known, notes.
    #[track_caller]
    fn check_with(&self, config: &Value, expected: &[&str]) {
        let told: Vec<String> =
            self.seen_with(config).iter().filter(|seen| seen.counts()).map(line_of).collect();
        assert_eq!(told, expected);
    }

    #[track_caller]
    fn check(&self, expected: &[&str]) {
        self.check_with(&json!({}), expected);
    }
}

fn line_of(seen: &Sighting) -> String {
    let word = |value: Value| value.as_str().unwrap_or_default().to_owned();
    let targets: Vec<String> = seen
        .targets
        .iter()
        .map(|target| {
            let how = word(serde_json::to_value(target.how).unwrap());
            format!("{}://{}:{} {how}", target.scheme, target.host, target.port)
        })
        .collect();
    let notes = if seen.notes.is_empty() { String::new() } else { format!(" [{}]", seen.notes.join(" ")) };
    let rule = word(serde_json::to_value(seen.rule).unwrap());
    format!("{rule} {} -> {}{notes}", seen.page, targets.join(", "))
}
