//! What the answers say beside suite and group: gathered as they come, told at the end.

use super::surveyed::{ChainSeen, FieldSeen, Known, Why};
use super::talk::Chosen;
use crate::tls::names::{Auth, Mode, Suite, Version, prime_bits, prime_name, suite};
use crate::tls::wire::{Exchanged, ServerHelloV2};
use sha2::{Digest, Sha256};

/// Distinct chains, staples and lists kept: a server that makes new ones for each answer stops there.
const KEPT_MAX: usize = 8;
/// Bytes of all chains kept.
const CHAIN_BYTES_MAX: usize = 192 << 10;

/// Yes and no, counted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    yes: u32,
    no: u32,
}

impl Tally {
    pub(super) fn add(&mut self, is: bool) {
        let count = if is { &mut self.yes } else { &mut self.no };
        *count = count.saturating_add(1);
    }

    pub(super) fn known(self) -> Known<()> {
        match self {
            Self { yes: 0, no: 0 } => Known::Untested(Why::NotApplicable),
            Self { yes: 0, .. } => Known::Absent,
            Self { .. } => Known::Seen(()),
        }
    }
}

/// Everything piggybacked.
#[derive(Debug, Clone, Default)]
pub(super) struct Gathered {
    pub(super) extended_master_secret: Tally,
    pub(super) encrypt_then_mac: Tally,
    pub(super) secure_renegotiation: Tally,
    pub(super) session_tickets: Tally,
    pub(super) session_ids: Tally,
    pub(super) ocsp_stapling: Tally,
    pub(super) sct: Tally,
    pub(super) heartbeat: Tally,
    pub(super) client_certificate: Tally,
    pub(super) compression: Option<Option<u8>>,
    pub(super) sentinels: Vec<(Version, Option<Version>)>,
    pub(super) fields: Vec<FieldSeen>,
    pub(super) export_rsa_bits: Vec<u32>,
    pub(super) chains: Vec<ChainSeen>,
    pub(super) staples: Vec<Vec<u8>>,
    pub(super) timestamps: Vec<Vec<u8>>,
}

impl Gathered {
    /// Takes an answer of SSLv3 to TLS 1.2.
    pub(super) fn take(&mut self, version: Version, chosen: &Chosen, asked_extensions: bool) {
        let Some(suite) = suite(chosen.hello.suite) else { return };
        let has = |number: u16| chosen.hello.extension(number).is_some();
        if asked_extensions && version > Version::SslV3 {
            self.extended_master_secret.add(has(23));
            self.session_tickets.add(has(35));
            self.heartbeat.add(has(15));
            self.ocsp_stapling.add(has(5) || chosen.staple.is_some());
            self.sct.add(has(18));
            if suite.mode == Mode::Cbc {
                self.encrypt_then_mac.add(has(22));
            }
        }
        self.secure_renegotiation.add(has(0xFF01));
        // Who takes tickets need not give an id as well; one that is asked without tickets tells (see `take_session_id`).
        let has_id = !chosen.hello.session_id.is_empty();
        if has_id || !(asked_extensions && has(35)) {
            self.session_ids.add(has_id);
        }
        self.client_certificate.add(chosen.asks_certificate);
        let compression = Some(chosen.hello.compression).filter(|method| *method != 0);
        self.compression = Some(self.compression.flatten().or(compression));
        if version > Version::SslV3 && self.sentinels.iter().all(|(seen, _)| *seen != version) {
            self.sentinels.push((version, chosen.hello.sentinel()));
        }
        if let Some(list) = chosen.hello.extension(18) {
            keep(&mut self.timestamps, list);
        }
        if let Some(staple) = &chosen.staple {
            keep(&mut self.staples, staple);
        }
        self.take_exchange(version, chosen, &suite);
        self.take_chain(version, &chosen.certificates, auth_name(suite.auth));
    }

    /// Takes the answer of an SSLv2 server.
    pub(super) fn take_v2(&mut self, hello: &ServerHelloV2) {
        if !hello.certificate.is_empty() {
            self.take_chain(Version::SslV2, std::slice::from_ref(&hello.certificate), "sslv2");
        }
    }

    /// Takes what comes beside a certificate of TLS 1.3.
    pub(super) fn take_beside(&mut self, staple: Option<&[u8]>, timestamps: Option<&[u8]>) {
        self.ocsp_stapling.add(staple.is_some());
        self.sct.add(timestamps.is_some());
        if let Some(staple) = staple {
            keep(&mut self.staples, staple);
        }
        if let Some(list) = timestamps {
            keep(&mut self.timestamps, list);
        }
    }

    fn take_exchange(&mut self, version: Version, chosen: &Chosen, suite: &Suite) {
        match &chosen.exchanged {
            Some(Exchanged::Field { prime, .. }) => {
                let digest: String =
                    Sha256::digest(prime).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
                let (bits, name) = (prime_bits(prime), prime_name(prime));
                let seen =
                    FieldSeen { bits, prime: name.map(str::to_owned), digest, version, export: suite.export };
                if self.fields.len() < 4 * KEPT_MAX && !self.fields.contains(&seen) {
                    self.fields.push(seen);
                }
            }
            Some(Exchanged::Rsa { modulus, .. }) => {
                let bits = prime_bits(modulus);
                if self.export_rsa_bits.len() < KEPT_MAX && !self.export_rsa_bits.contains(&bits) {
                    self.export_rsa_bits.push(bits);
                }
            }
            _ => {}
        }
    }

    pub(super) fn take_chain(&mut self, version: Version, certificates: &[Vec<u8>], auth: &str) {
        if certificates.is_empty() {
            return;
        }
        if let Some(seen) =
            self.chains.iter_mut().find(|seen| seen.auth == auth && seen.certificates == certificates)
        {
            if !seen.versions.contains(&version) {
                seen.versions.push(version);
            }
            return;
        }
        let size = |chain: &[Vec<u8>]| chain.iter().map(Vec::len).sum::<usize>();
        let held: usize = self.chains.iter().map(|seen| size(&seen.certificates)).sum();
        if self.chains.len() < KEPT_MAX && held.saturating_add(size(certificates)) <= CHAIN_BYTES_MAX {
            let certificates = certificates.to_vec();
            self.chains.push(ChainSeen { certificates, auth: auth.to_owned(), versions: vec![version] });
        }
    }
}

fn keep(list: &mut Vec<Vec<u8>>, bytes: &[u8]) {
    if list.len() < KEPT_MAX && !list.iter().any(|kept| kept == bytes) {
        list.push(bytes.to_vec());
    }
}

fn auth_name(auth: Auth) -> &'static str {
    match auth {
        Auth::Rsa => "rsa",
        Auth::Ecdsa => "ecdsa",
        Auth::Dss => "dss",
        Auth::Gost => "gost",
        _ => "any",
    }
}
