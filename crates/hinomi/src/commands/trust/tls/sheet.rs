//! The sheet of one endpoint: what it speaks, each item of the profile, who would get through, and what to set.

use crate::app::App;
use anyhow::{Context, Result};
use hinomi_checks::KeyRing;
use hinomi_checks::tls::{
    Assessment, Conformity, ItemVerdict, Level, Measured, Outcome, Profile, Rule, Server, configuration,
    suite_name,
};
use hinomi_formats::tls::clients::{self, clients, simulate};
use hinomi_formats::tls::names::group;
use hinomi_formats::tls::recording::Recording;
use hinomi_model::fact::{ChainSeen, Order, TlsFact, VersionSeen, WeaknessVerdict};
use hinomi_outcome::{beside, terminal_safe};
use jiff::Timestamp;
use serde_json::json;
use std::fmt::Write;

/// One endpoint, asked once.
pub(super) struct Endpoint<'a> {
    pub(super) recording: &'a Recording,
    pub(super) fact: &'a TlsFact,
    pub(super) assessment: Assessment<'a>,
}

/// How sheets are made.
pub(super) struct Sheet<'a> {
    pub(super) app: &'a App,
    pub(super) profile: &'a Profile,
    pub(super) ring: &'a KeyRing<'a>,
    /// The program whose settings are shown for what is not met.
    pub(super) server: Option<Server>,
}

/// Columns for the names on the left.
const LEFT: usize = 28;

impl Sheet<'_> {
    pub(super) fn text(&self, endpoints: &[Endpoint<'_>]) -> String {
        let mut out = String::new();
        for endpoint in endpoints {
            self.head(&mut out, endpoint);
            self.versions(&mut out, endpoint.fact);
            self.certificates(&mut out, endpoint.fact);
            self.behaviour(&mut out, endpoint.fact);
            self.weaknesses(&mut out, endpoint.fact);
            self.items(&mut out, &endpoint.assessment);
            self.clients(&mut out, endpoint.recording);
            self.settings(&mut out, &endpoint.assessment);
        }
        out
    }

    fn say(&self, key: &str) -> String {
        self.app.say(key)
    }

    fn title(&self, out: &mut String, key: &str) {
        _ = writeln!(out, "\n{}", self.say(key));
    }

    /// A line of two columns; what comes from outside is made safe.
    fn line(&self, out: &mut String, left: &str, right: &str) {
        out.push_str(&beside(left, right, LEFT, self.app.style().width));
    }

    fn head(&self, out: &mut String, endpoint: &Endpoint<'_>) {
        let (fact, recording) = (endpoint.fact, endpoint.recording);
        let at = Timestamp::from_second(recording.at_unix_s).map(|at| at.to_string()).unwrap_or_default();
        let by = match recording.starttls {
            Some(protocol) => format!("{} STARTTLS", protocol.name()),
            None => fact.service.clone(),
        };
        _ = writeln!(out, "━━ {} ━━", terminal_safe(&fact.endpoint()));
        self.line(out, &self.say("cli_tls_address"), &format!("{}  {by}  {at}", recording.address));
        self.line(out, &self.say("cli_tls_profile"), self.profile.title(self.app.lang));
        self.line(out, &self.say("cli_tls_result"), &self.conformity(&endpoint.assessment));
        self.line(out, &self.say("cli_tls_connections"), &fact.connections.to_string());
    }

    fn conformity(&self, assessment: &Assessment<'_>) -> String {
        let word = self.say(match assessment.conformity() {
            Conformity::Conforms => "cli_tls_conforms",
            Conformity::Fails => "cli_tls_fails",
            Conformity::Open => "cli_tls_open",
        });
        let counts = OUTCOMES.iter().filter_map(|(outcome, key)| {
            let count = assessment.count(*outcome);
            (count > 0).then(|| format!("{} {count}", self.say(key)))
        });
        format!("{word} ({})", counts.collect::<Vec<_>>().join(", "))
    }

    fn versions(&self, out: &mut String, fact: &TlsFact) {
        self.title(out, "cli_tls_versions");
        for version in &fact.versions {
            let name = version_name(&version.version);
            match version.offered {
                Some(true) => self.version(out, &name, version),
                Some(false) => self.line(out, &name, &self.say("cli_tls_not_offered")),
                None => {
                    let why = version.why.clone().unwrap_or_default();
                    self.line(out, &name, &format!("{}: {why}", self.say("cli_tls_not_tested")));
                }
            }
        }
        if !fact.groups.is_empty() {
            let names: Vec<String> = fact.groups.iter().map(|id| group_name(*id)).collect();
            let order = self.order(fact.groups_order);
            let whole =
                if fact.groups_complete { String::new() } else { format!("; {}", self.say("cli_tls_cut")) };
            self.line(out, &self.say("cli_tls_groups"), &format!("{} ({order}{whole})", names.join(" ")));
        }
        for field in &fact.dh {
            let name = field.prime.clone().unwrap_or_default();
            let export = if field.export { " EXPORT" } else { "" };
            self.line(
                out,
                "DHE",
                &format!("{} bit {name} {}{export}", field.bits, version_name(&field.version)),
            );
        }
    }

    fn version(&self, out: &mut String, name: &str, version: &VersionSeen) {
        let whole = if version.complete { String::new() } else { format!("; {}", self.say("cli_tls_cut")) };
        let count = format!("{} {}", version.suites.len(), self.say("cli_tls_suites"));
        self.line(out, name, &format!("{count} ({}{whole})", self.order(version.order)));
        for id in &version.suites {
            self.line(out, "", &suite_name(*id));
        }
    }

    fn order(&self, order: Option<Order>) -> String {
        self.say(match order {
            Some(Order::Server) => "cli_tls_by_server",
            Some(Order::Client) => "cli_tls_by_client",
            _ => "cli_tls_by_nobody",
        })
    }

    fn certificates(&self, out: &mut String, fact: &TlsFact) {
        self.title(out, "cli_tls_certificates");
        for chain in &fact.chains {
            self.line(out, &chain.for_auth.to_uppercase(), &self.trust(chain));
            for fingerprint in &chain.certificates {
                let Some(key) = self.ring.certificate(fingerprint) else { continue };
                let Some(seen) = key.certificate.as_deref() else { continue };
                let until = seen.not_after.map(|day| day.to_string()).unwrap_or_default();
                let day = until.get(..10).unwrap_or_default();
                let told =
                    format!("{}  {}  {}  – {day}", key.described(), seen.signature_algorithm, seen.subject);
                self.line(out, "", &told);
            }
            self.line(out, "", &format!("spki-sha256 {}", chain.leaf_spki));
        }
    }

    fn trust(&self, chain: &ChainSeen) -> String {
        let trusted = match (chain.trusted, &chain.untrusted_why) {
            (Some(true), _) => self.say("cli_tls_trusted"),
            (Some(false), why) => {
                format!("{}: {}", self.say("cli_tls_untrusted"), why.clone().unwrap_or_default())
            }
            (None, _) => self.say("cli_tls_trust_unknown"),
        };
        match chain.names_match {
            Some(false) => format!("{trusted}; {}", self.say("cli_tls_other_name")),
            _ => trusted,
        }
    }

    fn behaviour(&self, out: &mut String, fact: &TlsFact) {
        self.title(out, "cli_tls_behaviour");
        let seen = &fact.extensions;
        for (name, value) in [
            ("extended master secret", seen.extended_master_secret),
            ("encrypt-then-MAC", seen.encrypt_then_mac),
            ("secure renegotiation", seen.secure_renegotiation),
            ("client renegotiation", seen.client_renegotiation),
            ("session tickets", seen.session_tickets),
            ("OCSP stapling", seen.ocsp_stapling),
            ("SCT", seen.sct),
            ("compression", seen.compression),
            ("0-RTT", seen.early_data),
            ("TLS_FALLBACK_SCSV", seen.fallback_scsv),
            ("downgrade sentinel", seen.downgrade_sentinel),
        ] {
            let word = match value {
                Some(true) => "cli_tls_yes",
                Some(false) => "cli_tls_no",
                None => "cli_tls_not_tested",
            };
            self.line(out, name, &self.say(word));
        }
        if !seen.alpn.is_empty() {
            self.line(out, "ALPN", &seen.alpn.join(" "));
        }
        if let Some(http) = &fact.http {
            let age =
                http.hsts_max_age.map_or_else(|| self.say("cli_tls_no"), |age| format!("max-age={age}"));
            self.line(out, "HSTS", &age);
        }
        for problem in &fact.problems {
            self.line(out, "", problem);
        }
    }

    fn weaknesses(&self, out: &mut String, fact: &TlsFact) {
        self.title(out, "cli_tls_weaknesses");
        for seen in &fact.weaknesses {
            let word = self.say(match seen.verdict {
                WeaknessVerdict::Vulnerable => "cli_tls_vulnerable",
                WeaknessVerdict::NotVulnerable => "cli_tls_not_vulnerable",
                _ => "cli_tls_not_tested",
            });
            let detail = if seen.detail.is_empty() { String::new() } else { format!(" – {}", seen.detail) };
            self.line(out, &seen.id, &(word + &detail));
        }
    }

    fn items(&self, out: &mut String, assessment: &Assessment<'_>) {
        self.title(out, "cli_tls_items");
        for verdict in &assessment.verdicts {
            let left = format!("{} {}", verdict.item.id, self.say(level_key(verdict.item.level)));
            let seen = seen(verdict).map(|seen| format!(" [{seen}]")).unwrap_or_default();
            let word = self.say(outcome_key(verdict.outcome));
            self.line(out, &left, &format!("{word} – {}{seen}", verdict.item.words(self.app.lang)));
            if verdict.outcome == Outcome::Unconfirmed
                && let Some(what) = verdict.item.to_transcribe(self.app.lang)
            {
                self.line(out, "", &format!("→ {what}"));
            }
        }
    }

    fn clients(&self, out: &mut String, recording: &Recording) {
        self.title(out, "cli_tls_clients");
        for client in clients() {
            let told = match simulate(client, &recording.surveyed) {
                clients::Outcome::Agreed(agreed) => {
                    let group = agreed.group.map(group_name).unwrap_or_default();
                    let suite = suite_name(u32::from(agreed.suite));
                    let sure = if agreed.is_certain { "" } else { " ?" };
                    format!("{} {suite} {group}{sure}", version_name(agreed.version.name()))
                }
                clients::Outcome::Fails => self.say("cli_tls_no_connection"),
                clients::Outcome::Unknown => self.say("cli_tls_not_tested"),
            };
            self.line(out, client.name, &told);
        }
    }

    fn settings(&self, out: &mut String, assessment: &Assessment<'_>) {
        let Some(server) = self.server else { return };
        let unmet =
            assessment.verdicts.iter().filter(|verdict| matches!(verdict.measured, Measured::Unmet(_)));
        let rules: Vec<&Rule> = unmet.map(|verdict| &verdict.item.rule).collect();
        let settings = configuration(self.profile, server).answering(rules);
        _ = writeln!(out, "\n{} ({server})", self.say("cli_tls_settings"));
        for note in &settings.notes {
            _ = writeln!(out, "  # {}", note.words(self.app.lang));
        }
        for line in settings.text().lines() {
            _ = writeln!(out, "  {line}");
        }
    }

    pub(super) fn json(&self, endpoints: &[Endpoint<'_>]) -> Result<String> {
        let one = |endpoint: &Endpoint<'_>| -> Result<serde_json::Value> {
            let items: Vec<_> =
                endpoint.assessment.verdicts.iter().map(|verdict| self.item(verdict)).collect();
            let clients: Vec<_> = clients()
                .iter()
                .map(|client| {
                    let (word, agreed) = match simulate(client, &endpoint.recording.surveyed) {
                        clients::Outcome::Agreed(agreed) => ("agreed", Some(agreed)),
                        clients::Outcome::Fails => ("fails", None),
                        clients::Outcome::Unknown => ("unknown", None),
                    };
                    json!({
                        "client": client.name,
                        "outcome": word,
                        "version": agreed.as_ref().map(|agreed| agreed.version.name()),
                        "suite": agreed.as_ref().map(|agreed| agreed.suite),
                        "group": agreed.as_ref().and_then(|agreed| agreed.group),
                        "certain": agreed.as_ref().map(|agreed| agreed.is_certain),
                    })
                })
                .collect();
            Ok(json!({
                "endpoint": endpoint.fact.endpoint(),
                "at": Timestamp::from_second(endpoint.recording.at_unix_s).context("read a time")?.to_string(),
                "profile": self.profile.id,
                "conformity": conformity_word(endpoint.assessment.conformity()),
                "items": items,
                "clients": clients,
                "tls": endpoint.fact,
            }))
        };
        let all: Vec<_> = endpoints.iter().map(one).collect::<Result<_>>()?;
        Ok(serde_json::to_string_pretty(&all).context("write JSON")? + "\n")
    }

    fn item(&self, verdict: &ItemVerdict<'_>) -> serde_json::Value {
        json!({
            "id": verdict.item.id,
            "level": level_key(verdict.item.level).trim_start_matches("cli_tls_level_"),
            "outcome": outcome_key(verdict.outcome).trim_start_matches("cli_tls_item_"),
            "seen": seen(verdict),
            "words": verdict.item.words(self.app.lang),
            "source": verdict.item.source,
        })
    }
}

/// Outcomes in the order in which they are counted, with their words.
const OUTCOMES: [(Outcome, &str); 6] = [
    (Outcome::Fail, "cli_tls_item_fail"),
    (Outcome::Unmet, "cli_tls_item_unmet"),
    (Outcome::Pass, "cli_tls_item_pass"),
    (Outcome::Unconfirmed, "cli_tls_item_unconfirmed"),
    (Outcome::NotObservable, "cli_tls_item_not_observable"),
    (Outcome::NotApplicable, "cli_tls_item_not_applicable"),
];

fn outcome_key(outcome: Outcome) -> &'static str {
    OUTCOMES.iter().find(|(known, _)| *known == outcome).map_or("", |(_, key)| key)
}

fn level_key(level: Level) -> &'static str {
    match level {
        Level::Mandatory => "cli_tls_level_mandatory",
        Level::Recommended => "cli_tls_level_recommended",
        Level::Advice => "cli_tls_level_advice",
    }
}

fn conformity_word(conformity: Conformity) -> &'static str {
    match conformity {
        Conformity::Conforms => "conforms",
        Conformity::Fails => "fails",
        Conformity::Open => "open",
    }
}

fn seen(verdict: &ItemVerdict<'_>) -> Option<String> {
    match &verdict.measured {
        Measured::Unmet(seen) => Some(seen.clone()).filter(|seen| !seen.is_empty()),
        Measured::Unknown(why) => Some(format!("? {why}")),
        Measured::Met | Measured::NotApplicable => None,
    }
}

/// `tls1.2` is written TLS 1.2, `sslv3` SSL 3.0.
fn version_name(name: &str) -> String {
    match name {
        "sslv2" => "SSL 2.0".to_owned(),
        "sslv3" => "SSL 3.0".to_owned(),
        other => other.replace("tls", "TLS "),
    }
}

fn group_name(id: u16) -> String {
    group(id).map_or_else(|| format!("0x{id:04X}"), |group| group.name.to_owned())
}
