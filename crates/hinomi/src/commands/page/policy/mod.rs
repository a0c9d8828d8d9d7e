//! `hinomi page policy`: the policies that bring the page watch into a company's browsers, with the accesses that are
//! expected, and that have the browsers' own protection let exactly those through.

#[cfg(test)]
mod tests;

use crate::app::{App, deliver};
use crate::cli::args::{BrowserArg, PageAction, PagePolicy};
use crate::config::{Allow, PORTS_MAX, PageSettings};
use crate::output::can_deliver;
use anyhow::{Context, Result};
use hinomi_model::Text;
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use std::net::IpAddr;

/// The id that the extension has in Firefox unless it was packed under another.
const FIREFOX_ID: &str = "page-watch@hinomi.example";

pub(crate) fn run(app: &App, action: &PageAction) -> Result<u8> {
    let PageAction::Policy(args) = action;
    policy(app, args)
}

fn policy(app: &App, args: &PagePolicy) -> Result<u8> {
    if let Some(path) = &args.output {
        can_deliver(path)?;
    }
    let pages = &app.found.config.page;
    let today = app.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    complete(app, pages)?;
    let (rules, ended): (Vec<&Allow>, Vec<&Allow>) =
        pages.allow.iter().partition(|rule| last_day(rule).is_none_or(|last| last >= today));
    for rule in ended {
        app.note(
            &app.tell(
                Text::new("cli_page_rule_ended")
                    .with("id", &rule.id)
                    .with("day", rule.expires.as_deref().unwrap_or_default()),
            ),
        );
    }
    // A browser does not know the end of a rule: the policy has to be made again by then.
    if let Some(first) = rules.iter().filter_map(|rule| last_day(rule)).min() {
        app.note(&app.tell(Text::new("cli_page_policy_until").with("day", first)));
    }
    for rule in rules.iter().filter(|rule| rule.script.is_some() || !rule.ports.is_empty()) {
        app.note(&app.tell(Text::new("cli_page_rule_wider").with("id", &rule.id)));
    }
    let made = Made { pages, rules: &rules, own: &app.own_domains().into_iter().collect::<Vec<_>>() };
    let policy = match args.browser {
        BrowserArg::Chrome | BrowserArg::Edge => made.chromium(app),
        BrowserArg::Firefox => made.firefox(app),
    };
    let text = serde_json::to_string_pretty(&policy).context("write the policy")?;
    deliver(format!("{text}\n").as_bytes(), args.output.as_deref())?;
    Ok(0)
}

fn last_day(rule: &Allow) -> Option<Date> {
    rule.expires.as_deref()?.parse().ok()
}

/// In a browser nobody can ask further: every rule has a name, somebody who answers for it, and an end.
fn complete(app: &App, pages: &PageSettings) -> Result<()> {
    for (at, rule) in pages.allow.iter().enumerate() {
        if rule.id.is_empty() || rule.owner.is_empty() || rule.expires.is_none() {
            return Err(app.refuse(Text::new("cli_page_rule_incomplete").with("at", at)));
        }
        if pages.allow.iter().take(at).any(|other| other.id == rule.id) {
            return Err(app.refuse(Text::new("cli_page_rule_twice").with("id", &rule.id)));
        }
        if rule.each_port().is_none() {
            let text = Text::new("cli_page_rule_ports").with("id", &rule.id).with("max", PORTS_MAX);
            return Err(app.refuse(text));
        }
    }
    Ok(())
}

/// What a policy is made of.
struct Made<'a> {
    pages: &'a PageSettings,
    rules: &'a [&'a Allow],
    own: &'a [String],
}

impl Made<'_> {
    /// Chrome, Edge and Chromium name their policies alike.
    fn chromium(&self, app: &App) -> Value {
        let mut policy = Map::new();
        let source = &self.pages.extension;
        if source.chromium_id.is_empty() || source.chromium_update_url.is_empty() {
            app.note(&app.say("cli_page_no_chromium_extension"));
        } else {
            let forced =
                json!({"installation_mode": "force_installed", "update_url": source.chromium_update_url});
            policy.insert("ExtensionSettings".to_owned(), json!({&source.chromium_id: forced}));
            policy
                .insert("3rdparty".to_owned(), json!({"extensions": {&source.chromium_id: self.managed()}}));
        }
        let mut allowed = |name: &str, to: fn(Reach) -> bool| {
            let pages = self.pages_that(to);
            if !pages.is_empty() {
                policy.insert(name.to_owned(), json!(pages));
            }
        };
        allowed("LoopbackNetworkAllowedForUrls", Reach::loopback);
        allowed("LocalNetworkAllowedForUrls", Reach::local);
        if self.pages.deny_others {
            // Weaker than the two above, so what they allow stays allowed.
            policy.insert("LocalNetworkAccessBlockedForUrls".to_owned(), json!(["*"]));
        }
        if !self.pages.space_overrides.is_empty() {
            let overrides = json!(self.pages.space_overrides);
            policy.insert("LocalNetworkAccessIpAddressSpaceOverrides".to_owned(), overrides);
        }
        Value::Object(policy)
    }

    fn firefox(&self, app: &App) -> Value {
        let mut policies = Map::new();
        let source = &self.pages.extension;
        let id = if source.firefox_id.is_empty() { FIREFOX_ID } else { &source.firefox_id };
        if source.firefox_url.is_empty() {
            app.note(&app.say("cli_page_no_firefox_extension"));
        } else {
            let forced = json!({"installation_mode": "force_installed", "install_url": source.firefox_url});
            policies.insert("ExtensionSettings".to_owned(), json!({id: forced}));
        }
        policies.insert("3rdparty".to_owned(), json!({"Extensions": {id: self.managed()}}));
        let mut protection =
            json!({"Enabled": true, "BlockTrackers": true, "EnablePrompting": true, "Locked": true});
        let skipped = self.skipped();
        if !skipped.is_empty() {
            protection["SkipDomains"] = json!(skipped);
        }
        policies.insert("LocalNetworkAccess".to_owned(), protection);
        json!({"policies": policies})
    }

    /// The values that the extension reads.
    fn managed(&self) -> Value {
        let pages = self.pages;
        let mut managed = json!({
            "block": pages.block,
            "notifications": pages.notifications,
            "allow": self.rules.iter().map(|rule| managed_rule(rule)).collect::<Vec<_>>(),
        });
        let lists = [
            ("spaceOverrides", &pages.space_overrides[..]),
            ("proxies", &pages.proxies[..]),
            ("ownDomains", self.own),
        ];
        for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            managed[name] = json!(list);
        }
        if !pages.report_url.is_empty() {
            managed["reportUrl"] = json!(pages.report_url);
            managed["reportPaths"] = json!(pages.report_paths);
        }
        managed
    }

    /// The patterns of pages that may reach there.
    fn pages_that(&self, to: fn(Reach) -> bool) -> Vec<&str> {
        let mut pages: Vec<&str> = Vec::new();
        for rule in self.rules.iter().filter(|rule| to(Reach::of(&rule.target))) {
            if !pages.contains(&rule.page.as_str()) {
                pages.push(&rule.page);
            }
        }
        pages
    }

    /// Firefox lets pages and targets of these names through. Pages are named: a target would be open to every page.
    fn skipped(&self) -> Vec<String> {
        let mut skipped: Vec<String> = Vec::new();
        for host in self.rules.iter().map(|rule| host_pattern(&rule.page)) {
            if !skipped.contains(&host) {
                skipped.push(host);
            }
        }
        skipped
    }
}

/// The host of a page's pattern as Firefox writes it; `[*.]a.example` is `*.a.example`, and means `a.example` too.
fn host_pattern(page: &str) -> String {
    let rest = page.split_once("://").map_or(page, |(_, rest)| rest);
    let rest = rest.split('/').next().unwrap_or_default();
    let (below, host) = match rest.strip_prefix("[*.]") {
        Some(host) => ("*.", host),
        None => ("", rest),
    };
    let is_port = |port: &str| port == "*" || port.bytes().all(|byte| byte.is_ascii_digit());
    let host = match host.rsplit_once(':') {
        Some((host, port)) if is_port(port) && (!host.contains(':') || host.ends_with(']')) => host,
        _ => host,
    };
    format!("{below}{host}")
}

fn managed_rule(rule: &Allow) -> Value {
    let Allow { id, page, target, script, reason, owner, expires, .. } = rule;
    let mut managed = json!({
        "id": id, "page": page, "target": target, "reason": reason, "owner": owner, "expires": expires,
    });
    let ports = rule.each_port().unwrap_or_default();
    if !ports.is_empty() {
        managed["ports"] = json!(ports);
    }
    if let Some(script) = script {
        managed["script"] = json!(script);
    }
    managed
}

/// Where a target may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Loopback,
    Local,
    /// A name, or a block that holds both.
    Either,
}

impl Reach {
    fn of(target: &str) -> Self {
        let (address, bits) =
            target.split_once('/').map_or((target, None), |(a, b)| (a, b.parse::<u8>().ok()));
        let address = address.trim_start_matches('[').trim_end_matches(']');
        match address.parse::<IpAddr>() {
            Ok(ip) if ip.is_loopback() && bits.is_none_or(|bits| bits >= 8) => Self::Loopback,
            Ok(_) if bits.is_some_and(|bits| bits < 8) => Self::Either,
            Ok(_) => Self::Local,
            Err(_) if target == "localhost" || target.ends_with(".localhost") => Self::Loopback,
            Err(_) => Self::Either,
        }
    }

    fn loopback(self) -> bool {
        self != Self::Local
    }

    fn local(self) -> bool {
        self != Self::Loopback
    }
}
