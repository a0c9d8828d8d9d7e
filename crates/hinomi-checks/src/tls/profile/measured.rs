//! Measuring an item: what was seen decides, and what was not seen decides nothing.

mod certificate;
mod suite;

use super::{Profile, Rule};
use crate::keys::inventory::KeyRing;
use hinomi_formats::tls::names::{Exchange, GroupKind, Version, group};
use hinomi_model::fact::TlsFact;

/// What came of measuring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measured {
    /// Met.
    Met,
    /// Not met, and what was seen.
    Unmet(String),
    /// It could not be told, by the word of why: `not_tested`, `incomplete`, `no_certificate`, `no_history`, `no_http`,
    /// `not_validated`, `unknown_suite`, `transcribe`.
    Unknown(&'static str),
    /// It does not concern this endpoint.
    NotApplicable,
}

/// One endpoint, under one profile.
pub(crate) struct Look<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) fact: &'a TlsFact,
    pub(crate) ring: &'a KeyRing<'a>,
}

/// Names told of what is outside.
const NAMED_MAX: usize = 6;
/// X25519 has 253 bits of field elements' freedom and stands for 256 everywhere.
const EC_SLACK_BITS: u16 = 3;

impl Look<'_> {
    /// Measures one rule.
    pub(crate) fn measure(&self, rule: &Rule) -> Measured {
        if !self.fact.answered() {
            return Measured::Unknown("not_tested");
        }
        match rule {
            Rule::VersionsOn { versions } => self.versions(versions, true),
            Rule::VersionsOff { versions } => self.versions(versions, false),
            Rule::AnyVersionOn { versions } => self.any_version(versions),
            Rule::NewestFirst => self.newest_first(),
            Rule::SuitesWithin => self.suites_within(),
            Rule::SuitesWithout { tokens, suites } => self.suites_without(tokens, suites),
            Rule::ServerOrder => self.server_order(),
            Rule::SuiteOrder => self.suite_order(),
            Rule::GroupsWithin { groups } => {
                self.groups(|id| groups.iter().any(|known| known.0.id == id), |_| false)
            }
            Rule::KeyExchangeMin { dh_bits, ec_bits } => self.key_exchange(*dh_bits, *ec_bits),
            Rule::CertificateHash { bits_min } => self.certificate_hash(*bits_min),
            Rule::CertificateKey { algorithms, rsa_bits_min, ec_bits_min } => {
                self.certificate_key(algorithms, *rsa_bits_min, *ec_bits_min)
            }
            Rule::CertificateTrusted => self.certificate_trusted(),
            Rule::CertificateNewKey => self.certificate_new_key(),
            Rule::CertificateDays { days_max } => self.certificate_days(*days_max),
            Rule::CertificateLogged => self.certificate_logged(),
            Rule::Hsts { max_age_min } => self.hsts(*max_age_min),
            Rule::OcspStapling => wanted(self.fact.extensions.ocsp_stapling, true),
            Rule::NoEarlyData => self.if_offered(Version::Tls13, self.fact.extensions.early_data, false),
            Rule::SecureRenegotiation => self.renegotiation(),
            Rule::NoCompression => self.before_13(self.fact.extensions.compression, false),
            Rule::ExtendedMasterSecret => self.before_13(self.fact.extensions.extended_master_secret, true),
            Rule::Transcribe => Measured::Unknown("transcribe"),
        }
    }

    fn versions(&self, versions: &[Version], on: bool) -> Measured {
        let offered = |version: &&Version| self.fact.offers(version.name());
        let wrong = named(versions.iter().filter(|v| offered(v) == Some(!on)).map(|v| v.name()));
        match wrong {
            Some(wrong) => Measured::Unmet(wrong),
            None if versions.iter().any(|v| offered(&v).is_none()) => Measured::Unknown("not_tested"),
            None => Measured::Met,
        }
    }

    fn any_version(&self, versions: &[Version]) -> Measured {
        let offered: Vec<Option<bool>> = versions.iter().map(|v| self.fact.offers(v.name())).collect();
        match () {
            () if offered.contains(&Some(true)) => Measured::Met,
            () if offered.contains(&None) => Measured::Unknown("not_tested"),
            () => Measured::Unmet(named(versions.iter().map(|v| v.name())).unwrap_or_default()),
        }
    }

    fn newest_first(&self) -> Measured {
        let Some(chosen) = &self.fact.chosen_version else { return Measured::Unknown("not_tested") };
        let newest = Version::ALL.into_iter().find(|v| self.fact.offers(v.name()) == Some(true));
        match newest {
            Some(newest) if newest.name() != chosen => Measured::Unmet(chosen.clone()),
            Some(_) => Measured::Met,
            None => Measured::Unknown("not_tested"),
        }
    }

    /// Every group is one that is `allowed`; those that are `exempt` do not matter.
    fn groups(&self, allowed: impl Fn(u16) -> bool, exempt: impl Fn(u16) -> bool) -> Measured {
        let wrong =
            self.fact.groups.iter().filter(|id| !allowed(**id) && !exempt(**id)).map(|id| group_name(*id));
        match named(wrong) {
            Some(wrong) => Measured::Unmet(wrong),
            None if !self.agrees_by(&[Exchange::Ecdhe, Exchange::Any]) => Measured::Met,
            None if !self.fact.groups_complete => Measured::Unknown("incomplete"),
            None => Measured::Met,
        }
    }

    fn key_exchange(&self, dh_bits: u32, ec_bits: u16) -> Measured {
        let short = self.fact.dh.iter().filter(|dh| dh.bits < dh_bits).map(|dh| match &dh.prime {
            Some(prime) => format!("DH {} ({prime})", dh.bits),
            None => format!("DH {}", dh.bits),
        });
        if let Some(short) = named(short) {
            return Measured::Unmet(short);
        }
        let long = |id: u16| {
            group(id).is_none_or(|group| match group.kind {
                GroupKind::Field => u32::from(group.bits) >= dh_bits,
                GroupKind::Kem => true,
                _ => group.bits.saturating_add(EC_SLACK_BITS) >= ec_bits,
            })
        };
        let measured = self.groups(long, |_| false);
        if measured == Measured::Met && self.agrees_by(&[Exchange::Dhe]) && self.fact.dh.is_empty() {
            return Measured::Unknown("not_tested");
        }
        match measured {
            // Suites nobody asked for may bring a prime nobody saw.
            Measured::Met if self.incomplete() => Measured::Unknown("incomplete"),
            other => other,
        }
    }

    fn hsts(&self, max_age_min: u64) -> Measured {
        if self.fact.service != "https" {
            return Measured::NotApplicable;
        }
        let Some(http) = &self.fact.http else { return Measured::Unknown("no_http") };
        match http.hsts_max_age {
            Some(age) if age >= max_age_min => Measured::Met,
            Some(age) => Measured::Unmet(format!("max-age={age}")),
            None => Measured::Unmet("–".to_owned()),
        }
    }

    fn renegotiation(&self) -> Measured {
        let seen = &self.fact.extensions;
        let secure = self.before_13(seen.secure_renegotiation, true);
        if secure != Measured::Met {
            return secure;
        }
        wanted(seen.client_renegotiation, false)
    }

    /// What TLS 1.3 has no more.
    fn before_13(&self, seen: Option<bool>, want: bool) -> Measured {
        let before = Version::ALL.into_iter().filter(|version| *version < Version::Tls13);
        if before.map(|version| self.fact.offers(version.name())).all(|offered| offered == Some(false)) {
            return Measured::NotApplicable;
        }
        wanted(seen, want)
    }

    fn if_offered(&self, version: Version, seen: Option<bool>, want: bool) -> Measured {
        match self.fact.offers(version.name()) {
            Some(false) => Measured::NotApplicable,
            _ => wanted(seen, want),
        }
    }
}

fn wanted(seen: Option<bool>, want: bool) -> Measured {
    match seen {
        None => Measured::Unknown("not_tested"),
        Some(is) if is == want => Measured::Met,
        Some(_) => Measured::Unmet("–".to_owned()),
    }
}

fn group_name(id: u16) -> String {
    group(id).map_or_else(|| format!("0x{id:04X}"), |group| group.name.to_owned())
}

/// The first of them, each once, and how many more there are; `None` when there is none.
fn named<T: AsRef<str>>(names: impl Iterator<Item = T>) -> Option<String> {
    let mut all: Vec<String> = Vec::new();
    for name in names {
        if !all.iter().any(|known| known == name.as_ref()) {
            all.push(name.as_ref().to_owned());
        }
    }
    let more = all.len().saturating_sub(NAMED_MAX);
    all.truncate(NAMED_MAX);
    let list = all.join(", ");
    match (all.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(list),
        (false, more) => Some(format!("{list} … +{more}")),
    }
}
