//! What only the network log tells: where requests went, packets of WebRTC, requests that no other source saw, names.

use super::{Event, Events, NEAR_MS, Written, actor, event, put, webrtc};
use crate::browse::address;
use crate::browse::netlog::{NetLog, NetRequest, Packet};
use crate::browse::tape::{Call, CallSite, Row, Said};
use hinomi_formats::capture::{WebRtc, bare_url};
use serde_json::json;
use std::collections::{BTreeSet, HashMap, HashSet};

/// The requests of the network log by their address: a page may make thousands.
pub(super) struct NetIndex<'a> {
    by_url: HashMap<String, Vec<&'a NetRequest>>,
}

impl<'a> NetIndex<'a> {
    pub(super) fn new(log: &'a NetLog) -> Self {
        let mut by_url: HashMap<String, Vec<&NetRequest>> = HashMap::new();
        for request in &log.requests {
            by_url.entry(plain(&request.url)).or_default().push(request);
        }
        // By time, so that the nearest is found without looking at all.
        by_url.values_mut().for_each(|requests| requests.sort_by_key(|request| request.at));
        Self { by_url }
    }

    /// The network's view of the same request: same address, nearest in time.
    pub(super) fn request(&self, row: &Row) -> Option<&'a NetRequest> {
        let requests = self.by_url.get(&plain(&row.url))?;
        let after = requests.partition_point(|request| request.at < row.at);
        let around = requests.get(after.saturating_sub(1)..).unwrap_or_default().iter().take(2);
        let near = |request: &&&NetRequest| request.at.abs_diff(row.at) <= NEAR_MS.unsigned_abs();
        around.filter(near).min_by_key(|request| request.at.abs_diff(row.at)).copied()
    }
}

/// An address as all sources tell it: the network log has no queries, and a page may be made to ask with TLS where a
/// script named an address without.
fn plain(url: &str) -> String {
    let bare = bare_url(url);
    bare.split_once("://").map_or_else(|| bare.clone(), |(_, rest)| rest.to_owned())
}

/// WebRTC on the wire. Sockets do not say whose they are: a call that named the endpoint does, else the page does.
pub(super) fn packets(visit: &Written<'_>, events: &mut Events) {
    for packet in visit.log.packets.iter().filter(|packet| visit.during.contains(&packet.at)) {
        let cause = visit.tape.calls.iter().find(|call| names(call, packet, visit));
        let first = || visit.tape.order.iter().find(|id| is_page(visit, id)).map(String::as_str);
        let document = cause.and_then(|call| call.document.as_deref()).or_else(first);
        let WebRtc { servers, candidates, ufrag } = &packet.says;
        let mut says = webrtc(servers, candidates, None);
        if let (Some(says), Some(ufrag)) = (says.as_object_mut(), ufrag.filter(|ufrag| !ufrag.own)) {
            says.insert("ufrag".to_owned(), json!({ "len": ufrag.len, "own": false }));
        }
        let mut event = event("netlog", "webrtc", packet.at);
        actor(visit, &mut event, document, cause.map_or(0, |call| call.tab));
        put(&mut event, "api", Some("rtc.packet"));
        put(&mut event, "webrtc", Some(says));
        put(&mut event, "call_site", cause.and_then(|call| call.site.as_ref()).map(CallSite::to_json));
        events.push((packet.at, event));
    }
}

fn is_page(visit: &Written<'_>, id: &str) -> bool {
    let document = visit.tape.documents.get(id);
    document.is_some_and(|document| {
        document.committed && document.parent.is_none() && document.url.starts_with("http")
    })
}

/// Whether a call pointed WebRTC at this endpoint: by address, or by a name that led there.
fn names(call: &Call, packet: &Packet, visit: &Written<'_>) -> bool {
    let Said::Rtc { servers, candidates, .. } = &call.said else { return false };
    let Some((ip, port)) = packet.endpoint.rsplit_once(':') else { return false };
    let leads = |host: &str| {
        host == ip
            || (host.trim_end_matches('.').ends_with("localhost") && matches!(ip, "127.0.0.1" | "[::1]"))
            || visit.log.answers.get(host).is_some_and(|known| known.iter().any(|one| one == ip))
    };
    let server = |text: &String| {
        let Some((_, rest)) = text.split_once(':') else { return false };
        let rest = rest.split('?').next().unwrap_or_default();
        let (host, told) = rest.rsplit_once(':').unwrap_or((rest, "3478"));
        told == port && leads(host)
    };
    let candidate = |text: &String| {
        let place = text.split('/').next().unwrap_or_default();
        place.rsplit_once(':').is_some_and(|(host, told)| told == port && leads(host))
    };
    servers.iter().any(server) || candidates.iter().any(candidate)
}

/// Requests of pages that only the network saw, such as those the browser makes ahead of a click.
pub(super) fn unseen(visit: &Written<'_>, events: &mut Events) {
    let tape = visit.tape;
    let named = |call: &'_ Call| match &call.said {
        Said::Call { url, .. } | Said::Text { url, .. } => Some(plain(url)),
        Said::Rtc { .. } => None,
    };
    // Of several the first: they are put in from the last.
    let calls: HashMap<String, &Call> =
        tape.calls.iter().rev().filter_map(|call| Some((named(call)?, call))).collect();
    let mut seen: HashSet<String> = tape.rows.iter().map(|row| plain(&row.url)).collect();
    let here = |request: &&NetRequest| visit.during.contains(&request.at) && request.initiator.is_some();
    for (at, request) in visit.log.requests.iter().enumerate().filter(|(_, request)| here(request)) {
        if !seen.insert(plain(&request.url)) {
            continue;
        }
        let call = calls.get(&plain(&request.url)).copied();
        let of_origin = |id: &&String| {
            let document = tape.documents.get(id.as_str());
            document.and_then(|document| address::origin(&document.url)) == request.initiator
        };
        let page = || tape.order.iter().find(|id| is_page(visit, id));
        let sealed = request.initiator.as_deref() == Some("null");
        let document = tape.order.iter().rev().find(of_origin).or_else(|| page().filter(|_| sealed));
        let document = document.map(String::as_str);
        let id = format!("net-{at}");
        let mut start = event("netlog", "request", request.at);
        let about = |event: &mut Event| {
            put(event, "request", Some(id.as_str()));
            actor(visit, event, document, 0);
            put(event, "initiator", request.initiator.as_deref());
            put(event, "url", Some(address::cut(&request.url, visit.keep_query)));
            put(event, "method", Some(request.method.as_str()));
            put(event, "resource", Some(if request.main_frame { "main_frame" } else { "other" }));
        };
        about(&mut start);
        put(&mut start, "call_site", call.and_then(|call| call.site.as_ref()).map(CallSite::to_json));
        events.push((request.at, start));
        let kind = if request.status.is_some() { "response" } else { "failure" };
        let mut last = event("netlog", kind, request.at);
        about(&mut last);
        put(&mut last, "ip", request.ip.as_deref());
        put(&mut last, "status", request.status);
        put(&mut last, "proxied", request.proxied.then_some(true));
        put(&mut last, "error", request.error.as_deref().filter(|_| request.status.is_none()));
        events.push((request.at, last));
    }
}

/// Where the names that the page used led.
pub(super) fn resolutions(visit: &Written<'_>, events: &mut Events) {
    let hosts: BTreeSet<&str> = visit.tape.rows.iter().filter_map(|row| address::host(&row.url)).collect();
    for (host, answers) in visit.log.answers.iter().filter(|(host, _)| hosts.contains(host.as_str())) {
        let at = *visit.during.end();
        let mut event = event("netlog", "resolution", at);
        put(&mut event, "name", Some(host.as_str()));
        put(&mut event, "answers", Some(answers.clone()));
        events.push((at, event));
    }
}
