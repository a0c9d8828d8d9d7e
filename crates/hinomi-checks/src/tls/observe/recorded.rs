//! A recording of a survey, with what paths and one real request add to it.

use super::{Endpoint, EndpointFacts, endpoint_facts};
use hinomi_formats::Limits;
use hinomi_formats::tls::recording::{Answered, PathSeen, Recording};
use hinomi_model::fact::{ChainSeen, HttpSeen};
use std::net::IpAddr;

/// The facts that a recording holds. `None` when its host is no name and no address.
pub(crate) fn recorded(recording: &Recording, limits: &Limits) -> Option<EndpointFacts> {
    let is_address = recording.host.parse::<IpAddr>().is_ok();
    let endpoint = Endpoint {
        host: recording.host.clone(),
        port: recording.port,
        address: Some(recording.address.clone()).filter(|address| !address.is_empty()),
        service: recording.service.clone(),
        starttls: recording.starttls.is_some(),
        sni: (!is_address).then(|| recording.host.clone()),
    };
    let mut facts = endpoint_facts(&recording.surveyed, &endpoint, limits)?;
    for (chain, path) in facts.tls.chains.iter_mut().zip(&recording.paths) {
        take_path(chain, path);
    }
    facts.tls.http = recording.https.seen().map(http);
    Some(facts)
}

fn take_path(chain: &mut ChainSeen, path: &PathSeen) {
    chain.trusted = path.trusted.as_bool();
    chain.untrusted_why = path.why.clone();
    chain.names_match = path.names_match.as_bool();
}

fn http(answered: &Answered) -> HttpSeen {
    let policy = answered.headers.iter().find(|(name, _)| name == "strict-transport-security");
    let mut seen =
        HttpSeen { status: answered.status, headers: answered.headers.clone(), ..HttpSeen::default() };
    // Only the first header counts (RFC 6797 section 8.1), and a directive that stands twice voids it (6.1).
    if let Some((_, policy)) = policy {
        take_policy(policy, &mut seen);
    }
    seen
}

fn take_policy(policy: &str, seen: &mut HttpSeen) {
    let directives = || {
        policy.split(';').map(|directive| match directive.split_once('=') {
            Some((name, value)) => (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"')),
            None => (directive.trim().to_ascii_lowercase(), ""),
        })
    };
    let once = |wanted: &str| {
        let mut found = directives().filter(|(name, _)| name == wanted).map(|(_, value)| value);
        found.next().filter(|_| found.next().is_none())
    };
    // Without an age it is no policy at all.
    let Some(age) = once("max-age").and_then(|age| age.parse().ok()) else { return };
    seen.hsts_max_age = Some(age);
    seen.hsts_subdomains = once("includesubdomains").is_some();
    seen.hsts_preload = once("preload").is_some();
}
