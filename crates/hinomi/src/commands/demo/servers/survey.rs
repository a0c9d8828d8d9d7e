//! The servers asked as any company's are, and the answers kept as a file of evidence.

use super::{Servers, Stand};
use anyhow::{Context, Result};
use hinomi_collect::{Roots, Scope, TlsSweep, TlsTarget, ask_https_each, find_paths, survey_tls};
use hinomi_formats::tls::recording::Recording;
use hinomi_formats::tls::starttls::Protocol;
use hinomi_formats::tls::survey::{Known, Options, Surveyed, Why};
use jiff::Timestamp;
use std::net::Ipv4Addr;
use std::time::Duration;

/// What the sample company says is its own; its servers stand on loopback.
const DOMAINS: &[&str] = &["reiji.example"];
const NETWORKS: &[&str] = &["127.0.0.1/32"];
/// For each survey: far more than loopback needs.
const SURVEY: Duration = Duration::from_secs(30);
/// For each real request.
const REQUEST: Duration = Duration::from_secs(5);
/// For the randoms of hellos: these servers do not care.
const SEED: [u8; 32] = *b"the sample company's own servers";

impl Servers {
    /// Asks each, and gives one recording a line. The time is that of `at`, ports are the known ones, and how long a way
    /// took is left out, so that the same company gives the same evidence.
    ///
    /// # Errors
    /// When the system gives no event queue.
    pub(crate) fn survey(&self, at: Timestamp) -> Result<Vec<u8>> {
        let stands = self.endpoints();
        let targets = stands.iter().map(target).collect::<Result<Vec<_>>>()?;
        let mut recordings: Vec<Option<Recording>> = vec![None; stands.len()];
        let roots = Roots::public().and("the authority", self.authority())?;
        // One question after the other, so that none is asked on a guess, which would be another one each time.
        let each = Options { at_once_max: 1, ahead: false, deadline: SURVEY, ..Options::usual() };
        survey_tls(&targets, &TlsSweep { each, ..TlsSweep::usual() }, SEED, |index, mut surveyed| {
            let (Some(stand), Some(kept)) = (stands.get(index), recordings.get_mut(index)) else { return };
            settle(&mut surveyed);
            let paths = find_paths(&surveyed, stand.host, at.as_second(), &roots);
            let ip = stand.address.ip().to_string();
            let service = stand.starttls.map_or("https", Protocol::name);
            let mut recording =
                Recording::new(stand.host, stand.port, &ip, service, at.as_second(), surveyed);
            recording.starttls = stand.starttls;
            recording.paths = paths;
            *kept = Some(recording);
        })
        .context("ask the servers of the sample company")?;
        ask_https_each(&targets, targets.len(), REQUEST, |index, answered| {
            if let Some(Some(recording)) = recordings.get_mut(index)
                && answered != Known::Untested(Why::NotApplicable)
            {
                recording.https = answered;
            }
        });
        Ok(recordings.iter().flatten().flat_map(Recording::to_json).collect())
    }
}

/// Connections answer in any order, and in any time.
fn settle(surveyed: &mut Surveyed) {
    surveyed.round_trip_us = None;
    surveyed.fields.sort();
    surveyed.export_rsa_bits.sort_unstable();
    surveyed.refusals.sort();
    surveyed.problems.sort();
    surveyed.chains.iter_mut().for_each(|chain| chain.versions.sort());
    surveyed.chains.sort_by(|a, b| (&a.certificates, &a.auth).cmp(&(&b.certificates, &b.auth)));
}

/// As a target of ours: the names are in the scope, and so is loopback.
pub(super) fn target(stand: &Stand) -> Result<TlsTarget> {
    debug_assert_eq!(stand.address.ip(), Ipv4Addr::LOCALHOST);
    let scope = Scope::new(DOMAINS, NETWORKS)?;
    let host = scope.admit(stand.host)?;
    let address = scope.admit_resolved(&host, stand.address.ip())?;
    let target = TlsTarget::new(host, address, stand.address.port());
    Ok(stand.starttls.map_or(target.clone(), |protocol| target.after(protocol)))
}
