//! What a log says of names, and the start of what was sent.

use super::super::Sink;
use super::super::record::{Record, What, cut, name_of};
use super::{ANSWERS_MAX, DATAGRAM_BYTES_MAX, NAMES_MAX, State};
use serde_json::Value;
use std::collections::BTreeMap;

impl State {
    /// `[{domain_name, endpoints: [{address}], type: data}, {domain_name, alias_target, type: alias}]`.
    pub(super) fn answers(&mut self, blank: &Record, results: &Value, sink: &mut Sink<'_>) {
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(name_of);
        let results = results.as_array().map(Vec::as_slice).unwrap_or_default();
        let results = results.get(..ANSWERS_MAX).unwrap_or(results);
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for result in results {
            let Some(name) = text(result, "domain_name") else { continue };
            let endpoints = result.get("endpoints").and_then(Value::as_array).into_iter().flatten();
            let addresses = endpoints.filter_map(|endpoint| endpoint.get("address").and_then(Value::as_str));
            found
                .entry(name)
                .or_default()
                .extend(addresses.take(ANSWERS_MAX).map(|ip| cut(ip, 64).to_owned()));
        }
        // Each step of a chain of aliases makes at least one more name known.
        for _ in results {
            for result in results {
                let (Some(name), Some(target)) = (text(result, "domain_name"), text(result, "alias_target"))
                else {
                    continue;
                };
                let known = found.get(&target).filter(|answers| !answers.is_empty()).cloned();
                if let (Some(known), Some([])) = (known, found.get(&name).map(Vec::as_slice)) {
                    found.insert(name, known);
                }
            }
        }
        found.into_iter().for_each(|(name, answers)| self.resolved(blank, name, answers, sink));
    }

    /// `{aliases: [name, …], ip_endpoints: [{endpoint_address}]}`.
    pub(super) fn cache_hit(&mut self, blank: &Record, results: &Value, sink: &mut Sink<'_>) {
        let list =
            |key: &str| results.get(key).and_then(Value::as_array).into_iter().flatten().take(ANSWERS_MAX);
        let address = |value: &Value| Some(cut(value.get("endpoint_address")?.as_str()?, 64).to_owned());
        let answers: Vec<String> = list("ip_endpoints").filter_map(address).collect();
        let names: Vec<String> = list("aliases").filter_map(Value::as_str).map(name_of).collect();
        names.into_iter().for_each(|name| self.resolved(blank, name, answers.clone(), sink));
    }

    fn resolved(&mut self, blank: &Record, name: String, answers: Vec<String>, sink: &mut Sink<'_>) {
        if answers.is_empty() || self.answered.get(&name) == Some(&answers) {
            return;
        }
        if self.answered.len() >= NAMES_MAX {
            self.answered.clear();
        }
        self.answered.insert(name.clone(), answers.clone());
        sink(Record { what: What::Resolution, name: Some(name), answers, ..blank.clone() });
    }
}

/// The start of a base64 text, as far as it is one.
pub(super) fn unbase64(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in text.bytes().take(DATAGRAM_BYTES_MAX) {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => break,
        };
        held = held << 6 | u32::from(six);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits & 0xff) as u8);
        }
    }
    out
}
