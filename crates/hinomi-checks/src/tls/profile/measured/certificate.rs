//! Certificates: those that were sent, looked up in the ring.

use super::{Look, Measured, named};
use hinomi_model::fact::{CertificateSeen, ChainSeen, KeyFact};

impl<'a> Look<'a> {
    /// The leaf of each chain; `None` in place of one that is not at hand.
    fn leaves(&self) -> Vec<Option<&'a KeyFact>> {
        let leaf =
            |chain: &ChainSeen| chain.certificates.first().and_then(|print| self.ring.certificate(print));
        self.fact.chains.iter().map(leaf).collect()
    }

    /// Measures each leaf: what is wrong with one, or `Err` when it cannot be told.
    fn each_leaf(&self, wrong: impl Fn(&KeyFact) -> Result<Option<String>, &'static str>) -> Measured {
        let leaves = self.leaves();
        if leaves.is_empty() {
            return Measured::Unknown("no_certificate");
        }
        let told: Vec<Result<Option<String>, &'static str>> =
            leaves.into_iter().map(|leaf| leaf.map_or(Err("no_certificate"), &wrong)).collect();
        summed(told)
    }

    /// Signatures of all certificates but roots: nobody checks a root's.
    pub(super) fn certificate_hash(&self, bits_min: u16) -> Measured {
        let prints = self.fact.chains.iter().flat_map(|chain| &chain.certificates);
        let told: Vec<Result<Option<String>, &'static str>> = prints
            .map(|print| {
                let seen = self.ring.certificate(print).and_then(|key| key.certificate.as_deref());
                let seen = seen.ok_or("no_certificate")?;
                if seen.self_signed && seen.is_ca {
                    return Ok(None);
                }
                let bits = seen.hash_strength_bits().ok_or("not_tested")?;
                let wrong = || format!("{} ({})", seen.signature_algorithm, seen.subject);
                Ok((bits < bits_min).then(wrong))
            })
            .collect();
        if told.is_empty() { Measured::Unknown("no_certificate") } else { summed(told) }
    }

    pub(super) fn certificate_key(
        &self,
        algorithms: &[String],
        rsa_bits_min: u32,
        ec_bits_min: u32,
    ) -> Measured {
        self.each_leaf(|key| {
            let of_kind = algorithms.contains(&key.algorithm);
            let enough = match (key.algorithm.as_str(), key.bits) {
                ("rsa" | "rsa-pss", Some(bits)) => bits >= rsa_bits_min,
                ("ec", Some(bits)) => bits >= ec_bits_min,
                ("rsa" | "rsa-pss" | "ec", None) => return Err("not_tested"),
                _ => true,
            };
            Ok((!of_kind || !enough).then(|| key.described()))
        })
    }

    pub(super) fn certificate_trusted(&self) -> Measured {
        let told: Vec<Result<Option<String>, &'static str>> = self
            .fact
            .chains
            .iter()
            .map(|chain| match (chain.trusted, chain.names_match) {
                (Some(false), _) => {
                    Ok(Some(chain.untrusted_why.clone().unwrap_or_else(|| "untrusted".to_owned())))
                }
                (_, Some(false)) => Ok(Some("name".to_owned())),
                (Some(true), Some(true)) => Ok(None),
                _ => Err("not_validated"),
            })
            .collect();
        if told.is_empty() { Measured::Unknown("no_certificate") } else { summed(told) }
    }

    pub(super) fn certificate_new_key(&self) -> Measured {
        self.each_leaf(|key| {
            let broken = key.weaknesses.iter().find(|weakness| weakness.id != "signature_hash");
            if let Some(weakness) = broken {
                return Ok(Some(weakness.id.clone()));
            }
            let begin = |key: &KeyFact| key.certificate.as_deref().and_then(|seen| seen.not_before);
            let mut others = self.ring.certificates_over(key.spki_sha256.as_deref());
            match others.find(|other| begin(other).is_some() && begin(other) != begin(key)) {
                Some(other) => Ok(Some(other.place.clone())),
                // That nobody has seen another one proves nothing.
                None => Err("no_history"),
            }
        })
    }

    pub(super) fn certificate_days(&self, days_max: i64) -> Measured {
        self.each_leaf(|key| {
            let days =
                key.certificate.as_deref().and_then(CertificateSeen::validity_days).ok_or("not_tested")?;
            Ok((days > days_max).then(|| days.to_string()))
        })
    }

    pub(super) fn certificate_logged(&self) -> Measured {
        if self.fact.extensions.sct == Some(true) {
            return Measured::Met;
        }
        let by_extension = self.fact.extensions.sct;
        self.each_leaf(|key| {
            let embedded = key.certificate.as_deref().and_then(|seen| seen.embedded_scts);
            match (embedded, by_extension) {
                (Some(count), _) if count > 0 => Ok(None),
                (Some(_), Some(false)) => Ok(Some("–".to_owned())),
                _ => Err("not_tested"),
            }
        })
    }
}

/// One wrong makes it unmet, else one unknown makes it unknown.
fn summed(told: Vec<Result<Option<String>, &'static str>>) -> Measured {
    let wrong = told.iter().filter_map(|one| one.as_ref().ok().and_then(Option::as_ref));
    if let Some(wrong) = named(wrong) {
        return Measured::Unmet(wrong);
    }
    let unknown = told.into_iter().find_map(Result::err);
    unknown.map_or(Measured::Met, Measured::Unknown)
}
