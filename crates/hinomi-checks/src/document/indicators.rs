//! URLs of a finding become indicators: the URL itself, and the host or address behind it.

use hinomi_model::fact::UrlFact;
use hinomi_model::{Confidence, EvidenceId, Finding, Indicator, IndicatorKind, Tlp};

/// Adds a URL and its host, once each. The end of validity is set by the run, which knows the time.
pub(super) fn add_url(
    finding: &mut Finding,
    url: &UrlFact,
    found_in: &EvidenceId,
    layers: &[String],
    confidence: Confidence,
) {
    let host = if url.ip { IndicatorKind::Ip } else { IndicatorKind::Host };
    for (kind, value) in [(IndicatorKind::Url, &url.url), (host, &url.host)] {
        let known = finding.indicators.iter().any(|i| i.kind == kind && i.value == *value);
        if !known && !value.is_empty() {
            finding.indicators.push(Indicator {
                kind,
                value: value.clone(),
                host: url.host.clone(),
                found_in: vec![found_in.clone()],
                layers: layers.to_vec(),
                confidence,
                tlp: Tlp::Amber,
                valid_from: None,
                valid_until: None,
            });
        }
    }
}
