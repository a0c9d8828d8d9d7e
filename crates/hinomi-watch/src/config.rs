//! What a company says beforehand: which accesses are expected, and how its network differs from the rest.

use crate::Space;
use crate::json::{self, Bad, Json, Read, object};
use crate::pattern::{Block, PagePattern, Ports, TargetPattern, fits_glob};
use crate::place::{Place, host_and_port, read_ip};
use serde::Serialize;
use std::net::IpAddr;

/// The settings as they are written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Config {
    /// Accesses that are expected.
    pub allow: Vec<AllowRule>,
    /// Addresses that count as something else, in the grammar of Chrome's policy
    /// `LocalNetworkAccessIpAddressSpaceOverrides`: `100.64.0.0/10=public`, `[fd00::1]:8443=local`.
    pub overrides: Vec<String>,
    /// Our own domains: their names may have one address inside and another outside.
    pub own_domains: Vec<String>,
    /// Proxies between the browser and the Internet: an address or `address:port`.
    pub proxies: Vec<String>,
}

object!(Config: allow "allow", overrides "overrides", own_domains "own_domains", proxies "proxies");

impl Config {
    /// Reads settings written in JSON; none at all are the default.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub fn read(text: &[u8]) -> Result<Self, String> {
        if text.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        json::read(text).map_err(|(_, place)| format!("the settings are not readable (byte {place})"))
    }
}

/// An access that is expected. Every field that is there must fit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct AllowRule {
    /// A name for it; its place in the list when empty.
    pub id: String,
    /// The page, as in Chrome's content settings: `[*.]example.com`.
    pub page: String,
    /// The target: a host with `*`, an address, or a CIDR block.
    pub target: String,
    /// Its ports, each a number or `"8000-8010"`; none for all.
    pub ports: Vec<String>,
    /// The script, with `*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// Why it is expected.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day, `2027-03-31`, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

object!(AllowRule: id "id", page "page", target "target", ports "ports" as PortTexts, script "script", reason "reason", owner "owner", expires "expires");

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ConfigProblem {
    /// Where: `allow[2]`.
    pub place: String,
    /// Why.
    pub why: String,
}

object!(ConfigProblem: place "place", why "why");

/// The settings, read.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Settings {
    allow: Vec<Allow>,
    overrides: Vec<(Block, Option<u16>, Space)>,
    own_domains: Vec<String>,
    pub(crate) proxies: Vec<IpAddr>,
}

/// An allow rule, read.
#[derive(Debug, Clone, PartialEq)]
struct Allow {
    id: String,
    page: PagePattern,
    target: TargetPattern,
    ports: Vec<Ports>,
    script: Option<String>,
    until: i64,
}

/// Rules, overrides, domains and proxies that are read of one configuration, each.
const ENTRIES_MAX: usize = 2_000;

impl Settings {
    /// Reads the settings; what cannot be used is left out and told.
    pub(crate) fn read(config: &Config) -> (Self, Vec<ConfigProblem>) {
        let mut problems = Vec::new();
        let mut told = |list: &str, at: usize, why: String| {
            problems.push(ConfigProblem { place: format!("{list}[{at}]"), why });
        };
        let mut settings = Self::default();
        for (at, rule) in config.allow.iter().enumerate().take(ENTRIES_MAX) {
            match Allow::read(rule, at) {
                Ok(rule) => settings.allow.push(rule),
                Err(why) => told("allow", at, why),
            }
        }
        for (at, text) in config.overrides.iter().enumerate().take(ENTRIES_MAX) {
            match read_override(text) {
                Some(read) => settings.overrides.push(read),
                None => told("overrides", at, format!("\"{text}\" is not address=public|local|loopback")),
            }
        }
        for (at, text) in config.proxies.iter().enumerate().take(ENTRIES_MAX) {
            match read_ip(host_and_port(text).0) {
                Some(ip) => settings.proxies.push(ip),
                None => told("proxies", at, format!("\"{text}\" is no address")),
            }
        }
        let clean = |name: &String| name.trim_matches('.').to_ascii_lowercase();
        settings.own_domains = config.own_domains.iter().take(ENTRIES_MAX).map(clean).collect();
        let lists = [&config.overrides, &config.own_domains, &config.proxies];
        if config.allow.len() > ENTRIES_MAX || lists.iter().any(|list| list.len() > ENTRIES_MAX) {
            told("entries", ENTRIES_MAX, format!("only the first {ENTRIES_MAX} of each list are read"));
        }
        (settings, problems)
    }

    /// The space that the company gives an address.
    pub(crate) fn overridden(&self, ip: IpAddr, port: u16) -> Option<Space> {
        let fits =
            |(block, at, _): &&(Block, Option<u16>, Space)| block.holds(ip) && at.is_none_or(|at| at == port);
        self.overrides.iter().find(fits).map(|(_, _, space)| *space)
    }

    /// Whether a name is ours.
    pub(crate) fn is_own(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.');
        self.own_domains
            .iter()
            .any(|own| host == own || host.strip_suffix(own.as_str()).is_some_and(|rest| rest.ends_with('.')))
    }

    /// The rule that expects this access.
    pub(crate) fn allowed(
        &self,
        page: &Place,
        target: &Place,
        ip: Option<IpAddr>,
        script: Option<&str>,
        at: i64,
    ) -> Option<&str> {
        let fits = |rule: &&Allow| {
            at < rule.until
                && rule.page.fits(page)
                && rule.target.fits(target, ip)
                && (rule.ports.is_empty() || rule.ports.iter().any(|ports| ports.hold(target.port)))
                && rule
                    .script
                    .as_ref()
                    .is_none_or(|glob| script.is_some_and(|script| fits_glob(glob, script)))
        };
        self.allow.iter().find(fits).map(|rule| rule.id.as_str())
    }
}

impl Allow {
    fn read(rule: &AllowRule, at: usize) -> Result<Self, String> {
        if rule.reason.trim().is_empty() {
            return Err("no reason is given".to_owned());
        }
        let ports: Result<Vec<Ports>, String> = rule.ports.iter().map(|text| Ports::read(text)).collect();
        Ok(Self {
            id: if rule.id.is_empty() { format!("allow-{at}") } else { rule.id.clone() },
            page: PagePattern::read(&rule.page)?,
            target: TargetPattern::read(&rule.target)?,
            ports: ports?,
            script: rule.script.clone(),
            until: match &rule.expires {
                None => i64::MAX,
                Some(day) => end_of(day).ok_or_else(|| format!("\"{day}\" is no day, such as 2027-03-31"))?,
            },
        })
    }
}

/// `10.0.0.0/8=local`, `192.168.1.1:8080=public`, `[fd00::]/8=local`, `[::1]:443=public`.
fn read_override(text: &str) -> Option<(Block, Option<u16>, Space)> {
    let (address, space) = text.trim().rsplit_once('=')?;
    let space = match space.trim() {
        "public" => Space::Public,
        "local" | "private" => Space::Local,
        "loopback" => Space::Loopback,
        _ => return None,
    };
    if address.contains('/') {
        return Some((Block::read(address)?, None, space));
    }
    let (host, port) = host_and_port(address);
    Some((Block::read(host)?, port, space))
}

/// The end of a day in UTC, in milliseconds since 1970 (days from the civil date, H. Hinnant).
fn end_of(day: &str) -> Option<i64> {
    let mut parts = day.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let sane = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    sane.then(|| {
        let year = if month <= 2 { year - 1 } else { year };
        let (era, of_era) = (year / 400, year % 400);
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
        (days + 1) * 86_400_000
    })
}

/// Ports as people write them: `80` or `"8000-8010"`.
struct PortTexts(Vec<String>);

impl From<PortTexts> for Vec<String> {
    fn from(texts: PortTexts) -> Self {
        texts.0
    }
}

impl Read for PortTexts {
    fn read(json: &mut Json<'_>) -> Result<Self, Bad> {
        let mut all = Vec::new();
        json.list(&mut |json| {
            let text = if json.is_text() { String::read(json)? } else { u64::read(json)?.to_string() };
            all.push(text);
            Ok(())
        })?;
        Ok(Self(all))
    }
}
