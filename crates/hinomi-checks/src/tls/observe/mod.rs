//! What a survey found becomes facts: one on the endpoint, one on each certificate it sent.

mod recorded;
#[cfg(test)]
mod tests;

pub(crate) use recorded::recorded;

use crate::keys::inventory::observe::{KeyPlace, fact, placed};
use hinomi_formats::Limits;
use hinomi_formats::keys::{self, KeyKind as Read, KeyObject};
use hinomi_formats::tls::names::Version;
use hinomi_formats::tls::survey::{self, Known, Surveyed, Why};
use hinomi_formats::tls::weakness::{Verdict, Weakness, weaknesses};
use hinomi_model::fact::{
    ChainSeen, DhSeen, ExtensionsSeen, KeyFact, Order, TlsFact, VersionSeen, WeaknessProof, WeaknessSeen,
    WeaknessVerdict,
};
use hinomi_model::{AssetId, AssetKind};

/// Which endpoint was surveyed.
#[derive(Debug, Clone, Default)]
pub struct Endpoint {
    /// The name it was asked under, or its address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// The address that answered.
    pub address: Option<String>,
    /// `https`, `smtp` …
    pub service: String,
    /// TLS began after a dialog in clear.
    pub starttls: bool,
    /// The server name sent.
    pub sni: Option<String>,
}

/// What is known of one endpoint.
#[derive(Debug, Clone)]
pub struct EndpointFacts {
    /// `host:name:port`.
    pub asset: AssetId,
    /// What it speaks.
    pub tls: TlsFact,
    /// Each certificate it sent, once, with its key as asset.
    pub certificates: Vec<(AssetId, KeyFact)>,
}

/// The fact on an endpoint with its asset, and those on its certificates with theirs.
///
/// `http` and what the validation of paths gives are filled in by who made the real connection.
pub fn endpoint_facts(surveyed: &Surveyed, endpoint: &Endpoint, limits: &Limits) -> Option<EndpointFacts> {
    let mut tls = TlsFact {
        host: endpoint.host.to_ascii_lowercase(),
        port: endpoint.port,
        address: endpoint.address.clone(),
        service: endpoint.service.clone(),
        starttls: endpoint.starttls,
        sni: endpoint.sni.clone(),
        versions: surveyed.versions.iter().map(version).collect(),
        chosen_version: chosen(surveyed),
        groups: surveyed.groups(),
        groups_complete: groups_complete(surveyed),
        groups_order: surveyed.versions.iter().find_map(|seen| order(&seen.groups_order)),
        dh: surveyed.fields.iter().map(field).collect(),
        extensions: extensions(surveyed),
        connections: surveyed.connections,
        problems: surveyed.problems.clone(),
        ..TlsFact::default()
    };
    let place = KeyPlace { path: tls.endpoint(), ..KeyPlace::default() };
    let mut certificates: Vec<(AssetId, KeyFact)> = Vec::new();
    for chain in &surveyed.chains {
        let objects: Vec<Option<KeyObject>> =
            chain.certificates.iter().map(|der| certificate(der, limits)).collect();
        if objects.iter().any(Option::is_none) {
            tls.problems.push("a certificate that could not be read".to_owned());
        }
        let facts: Vec<KeyFact> = objects
            .iter()
            .flatten()
            .map(|object| KeyFact {
                format: "tls".to_owned(),
                on_wire: true,
                ..fact(object, &place, Vec::new())
            })
            .collect();
        tls.chains.push(chain_seen(chain, &objects));
        for found in facts {
            if !certificates.iter().any(|(_, known)| known.fingerprint_sha256 == found.fingerprint_sha256) {
                certificates.extend(placed(found));
            }
        }
    }
    // Of a server that never answered there is nothing to tell but that.
    if tls.answered() {
        tls.weaknesses = weaknesses(surveyed).into_iter().map(weakness).collect();
    }
    let asset = AssetId::new(AssetKind::Host, &tls.endpoint()).ok()?;
    Some(EndpointFacts { asset, tls, certificates })
}

fn certificate(der: &[u8], limits: &Limits) -> Option<KeyObject> {
    keys::read("", der, &[], limits).value.into_iter().find(|object| object.kind == Read::Certificate)
}

fn chain_seen(chain: &survey::ChainSeen, objects: &[Option<KeyObject>]) -> ChainSeen {
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
    let leaf = objects.first().and_then(Option::as_ref);
    ChainSeen {
        certificates: objects
            .iter()
            .map(|object| object.as_ref().map(|object| hex(&object.fingerprint_sha256)).unwrap_or_default())
            .collect(),
        leaf_spki: leaf.and_then(|leaf| leaf.spki_sha256).map(|spki| hex(&spki)).unwrap_or_default(),
        for_auth: chain.auth.clone(),
        ..ChainSeen::default()
    }
}

fn version(seen: &survey::VersionSeen) -> VersionSeen {
    VersionSeen {
        version: seen.version.name().to_owned(),
        offered: seen.offered.as_bool(),
        why: seen.offered.why().map(ToString::to_string),
        suites: seen.suites.clone(),
        order: order(&seen.order),
        complete: seen.complete.as_bool() == Some(true) || seen.offered == Known::Absent,
    }
}

fn order(seen: &Known<survey::Order>) -> Option<Order> {
    seen.seen().map(|order| match order {
        survey::Order::Server => Order::Server,
        survey::Order::Client => Order::Client,
    })
}

/// The version chosen of all: the newest, when that is known to be preferred.
fn chosen(surveyed: &Surveyed) -> Option<String> {
    let offered = |version: &Version| {
        surveyed.version(*version).is_some_and(|seen| seen.offered.as_bool() == Some(true))
    };
    let mut offered = Version::ALL.into_iter().filter(offered);
    match surveyed.newest_preferred.as_bool()? {
        true => offered.next(),
        // Which of the older ones is not told; the next is named, and it is enough to say "not the newest".
        false => offered.nth(1),
    }
    .map(|version| version.name().to_owned())
}

/// One version at least was asked for all groups, and none in vain. Old versions are not asked: they share the list.
fn groups_complete(surveyed: &Surveyed) -> bool {
    let settled = |seen: &survey::VersionSeen| match &seen.groups_complete {
        Known::Seen(()) | Known::Absent => true,
        Known::Untested(why) => seen.groups.is_empty() || matches!(why, Why::NotAsked | Why::NotApplicable),
    };
    let asked = surveyed.versions.iter().any(|seen| seen.groups_complete == Known::Seen(()));
    asked && surveyed.versions.iter().all(settled)
}

fn field(seen: &survey::FieldSeen) -> DhSeen {
    DhSeen {
        bits: seen.bits,
        prime: seen.prime.clone(),
        version: seen.version.name().to_owned(),
        export: seen.export,
    }
}

fn weakness(found: Weakness) -> WeaknessSeen {
    WeaknessSeen {
        id: found.id.to_owned(),
        verdict: match found.verdict {
            Verdict::Vulnerable => WeaknessVerdict::Vulnerable,
            Verdict::NotVulnerable => WeaknessVerdict::NotVulnerable,
            Verdict::Untested => WeaknessVerdict::Untested,
        },
        how: if found.probed { WeaknessProof::Probed } else { WeaknessProof::Derived },
        detail: found.detail,
    }
}

fn extensions(seen: &Surveyed) -> ExtensionsSeen {
    ExtensionsSeen {
        extended_master_secret: seen.extended_master_secret.as_bool(),
        encrypt_then_mac: seen.encrypt_then_mac.as_bool(),
        secure_renegotiation: seen.secure_renegotiation.as_bool(),
        client_renegotiation: seen.client_renegotiation.as_bool(),
        session_tickets: seen.session_tickets.as_bool(),
        session_ids: seen.session_ids.as_bool(),
        ocsp_stapling: seen.ocsp_stapling.as_bool(),
        sct: seen.sct.as_bool(),
        compression: seen.compression.as_bool(),
        early_data: seen.early_data.as_bool(),
        fallback_scsv: seen.fallback_scsv.as_bool(),
        downgrade_sentinel: seen.downgrade_sentinel.as_bool(),
        alpn: seen.alpn.seen().cloned().unwrap_or_default(),
    }
}
