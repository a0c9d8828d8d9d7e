//! The result put together.

use super::surveyed::{Known, Surveyed, VersionSeen, Why};
use super::{Chain, Survey};
use crate::tls::names::{Version, alert_name};

impl Survey {
    /// What was found so far; all of it once [`Survey::is_done`].
    pub fn report(&self) -> Surveyed {
        let gathered = &self.gathered;
        let mut versions: Vec<VersionSeen> = self.chains.iter().map(version_seen).collect();
        versions.push(self.v2_seen());
        let refusals = self.refusals.iter().map(|alert| match alert {
            None => "closed".to_owned(),
            Some(alert) => alert_name(*alert).map_or_else(|| alert.to_string(), str::to_owned),
        });
        Surveyed {
            versions,
            fields: gathered.fields.clone(),
            export_rsa_bits: gathered.export_rsa_bits.clone(),
            chains: gathered.chains.clone(),
            staples: gathered.staples.clone(),
            timestamps: gathered.timestamps.clone(),
            extended_master_secret: gathered.extended_master_secret.known(),
            encrypt_then_mac: gathered.encrypt_then_mac.known(),
            secure_renegotiation: gathered.secure_renegotiation.known(),
            session_tickets: either(gathered.session_tickets.known(), self.depth.tickets13.clone()),
            session_ids: gathered.session_ids.known(),
            ocsp_stapling: gathered.ocsp_stapling.known(),
            sct: gathered.sct.known(),
            compression: match gathered.compression {
                None => Known::Untested(Why::NotApplicable),
                Some(None) => Known::Absent,
                Some(Some(method)) => Known::Seen(method),
            },
            heartbeat: gathered.heartbeat.known(),
            client_certificate: gathered.client_certificate.known(),
            fallback_scsv: self.fallback.clone().unwrap_or(Known::Untested(Why::NotApplicable)),
            downgrade_sentinel: self.sentinel(),
            newest_preferred: self.newest.clone().unwrap_or(Known::Untested(Why::NotApplicable)),
            early_data: self.of_new(&self.depth.early_data),
            client_renegotiation: self.of_old(&self.depth.renegotiation),
            certificates_tls13: self.of_new(&self.depth.certificates13),
            heartbleed: self.heartbleed(),
            ccs: self.of_old(&self.depth.ccs),
            robot: self.of_old(&self.robot()),
            ticketbleed: self.ticketbleed(),
            alpn: self.alpn_seen(),
            refusals: refusals.collect(),
            connections: self.opened_total,
            round_trip_us: self.round_trip.and_then(|trip| u64::try_from(trip.as_micros()).ok()),
            problems: self.problems.clone(),
        }
    }

    fn v2_seen(&self) -> VersionSeen {
        let is_seen = self.v2 == Known::Seen(());
        VersionSeen {
            version: Version::SslV2,
            offered: self.v2.clone(),
            suites: self.kinds.clone(),
            order: Known::Untested(Why::NotApplicable),
            complete: if is_seen { Known::Seen(()) } else { self.v2.clone() },
            groups: Vec::new(),
            groups_order: Known::Untested(Why::NotApplicable),
            groups_complete: Known::Untested(Why::NotApplicable),
        }
    }

    fn alpn_seen(&self) -> Known<Vec<String>> {
        match (self.alpn.is_empty(), self.alpn_asked) {
            (false, _) => Known::Seen(self.alpn.clone()),
            (true, true) => Known::Absent,
            (true, false) => Known::Untested(Why::NotApplicable),
        }
    }

    /// A server of TLS 1.3 marks its answers of 1.2; one of 1.2 those of 1.1 and before.
    fn sentinel(&self) -> Known<()> {
        let on = |version: Version| self.chain(version).is_some_and(Chain::is_offered);
        let marks = self.gathered.sentinels.iter().filter(|(version, _)| match version {
            Version::Tls12 => on(Version::Tls13),
            _ => on(Version::Tls13) || on(Version::Tls12),
        });
        marks.map(|(_, mark)| mark.is_some()).reduce(|all, mark| all && mark).map_or(
            Known::Untested(Why::NotApplicable),
            |all| if all { Known::Seen(()) } else { Known::Absent },
        )
    }
}

/// What is known before TLS 1.3 counts: there a ticket holds the session; later it may be a mere name for it.
fn either(first: Known<()>, second: Known<()>) -> Known<()> {
    if first.why().is_some() { second } else { first }
}

fn version_seen(chain: &Chain) -> VersionSeen {
    let unknown = Known::Untested(Why::NotApplicable);
    let order = chain.order_from_answers().or_else(|| chain.order.clone());
    let groups_order = chain.groups_order_from_answers().or_else(|| chain.groups_order.clone());
    VersionSeen {
        version: chain.version,
        offered: chain.offered.clone(),
        suites: chain.suites().map(u32::from).collect(),
        order: order.unwrap_or_else(|| unknown.clone()),
        complete: chain.complete().clone(),
        groups: chain.groups().to_vec(),
        groups_order: groups_order.unwrap_or(unknown),
        groups_complete: chain.groups_complete().clone(),
    }
}
