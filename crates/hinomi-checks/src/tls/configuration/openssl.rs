//! Programs that speak TLS by OpenSSL: nginx, Apache, HAProxy, Postfix.

use super::{Part, Profile, Topic, has_dhe, named_prime, part, speaks, speaks_old, tls12, tls13};
use hinomi_formats::tls::names::Version;

pub(super) fn nginx(profile: &Profile) -> Vec<Part> {
    let wanted = &profile.configuration;
    let mut suites = Vec::new();
    if let Some(ciphers) = ciphers(profile) {
        suites.push(format!("ssl_ciphers {ciphers};"));
    }
    if let Some(names) = ciphersuites(profile) {
        suites.push(format!("ssl_conf_command Ciphersuites {names};"));
    }
    let order = if wanted.server_order { "on" } else { "off" };
    let mut parts = vec![
        part(Topic::Versions, [format!("ssl_protocols {};", versions(profile, " "))]),
        part(Topic::Suites, suites),
        part(Topic::Order, [format!("ssl_prefer_server_ciphers {order};")]),
        part(Topic::Groups, [format!("ssl_ecdh_curve {};", groups(profile, ":"))]),
    ];
    if has_dhe(profile) {
        let file = format!("ssl_dhparam /etc/nginx/{}.pem;", named_prime(profile));
        parts.push(part(Topic::DhParameters, [file]));
    }
    let hsts = format!("add_header Strict-Transport-Security \"max-age={}\" always;", wanted.hsts_max_age);
    parts.push(part(Topic::Stapling, ["ssl_stapling on;".to_owned(), "ssl_stapling_verify on;".to_owned()]));
    parts.push(part(
        Topic::EarlyData,
        ["ssl_early_data off;".to_owned(), "ssl_session_tickets off;".to_owned()],
    ));
    parts.push(part(Topic::Hsts, [hsts]));
    parts
}

pub(super) fn apache(profile: &Profile) -> Vec<Part> {
    let wanted = &profile.configuration;
    let on = |version: &Version| format!("+{}", spelled(*version));
    let versions: Vec<String> = wanted.versions.iter().map(on).collect();
    let mut suites = Vec::new();
    if let Some(ciphers) = ciphers(profile) {
        suites.push(format!("SSLCipherSuite {ciphers}"));
    }
    if let Some(names) = ciphersuites(profile) {
        suites.push(format!("SSLCipherSuite TLSv1.3 {names}"));
    }
    let order = if wanted.server_order { "on" } else { "off" };
    let mut parts = vec![
        part(Topic::Versions, [format!("SSLProtocol -all {}", versions.join(" "))]),
        part(Topic::Suites, suites),
        part(Topic::Order, [format!("SSLHonorCipherOrder {order}")]),
        part(Topic::Groups, [format!("SSLOpenSSLConfCmd Curves {}", groups(profile, ":"))]),
    ];
    if has_dhe(profile) {
        let file = format!("SSLOpenSSLConfCmd DHParameters \"/etc/ssl/{}.pem\"", named_prime(profile));
        parts.push(part(Topic::DhParameters, [file]));
    }
    let hsts = format!("Header always set Strict-Transport-Security \"max-age={}\"", wanted.hsts_max_age);
    parts.push(part(Topic::Compression, ["SSLCompression off".to_owned()]));
    parts.push(part(Topic::Renegotiation, ["SSLInsecureRenegotiation off".to_owned()]));
    parts.push(part(
        Topic::Stapling,
        ["SSLUseStapling on".to_owned(), "SSLStaplingCache \"shmcb:logs/stapling-cache(150000)\"".to_owned()],
    ));
    parts.push(part(Topic::EarlyData, ["SSLSessionTickets off".to_owned()]));
    parts.push(part(Topic::Hsts, [hsts]));
    parts
}

pub(super) fn haproxy(profile: &Profile) -> Vec<Part> {
    let wanted = &profile.configuration;
    let mut suites = Vec::new();
    if let Some(ciphers) = ciphers(profile) {
        suites.push(format!("    ssl-default-bind-ciphers {ciphers}"));
    }
    if let Some(names) = ciphersuites(profile) {
        suites.push(format!("    ssl-default-bind-ciphersuites {names}"));
    }
    let bounds = wanted.versions.iter().min().zip(wanted.versions.iter().max());
    // HAProxy alone writes the first one with its zero.
    let spelled = |version: Version| if version == Version::Tls10 { "TLSv1.0" } else { spelled(version) };
    let bounds = bounds.map(|(oldest, newest)| {
        format!(
            "    ssl-default-bind-options ssl-min-ver {} ssl-max-ver {}",
            spelled(*oldest),
            spelled(*newest)
        )
    });
    let mut parts = vec![
        part(Topic::Versions, std::iter::once("global".to_owned()).chain(bounds)),
        part(Topic::Suites, suites),
        part(Topic::Groups, [format!("    ssl-default-bind-curves {}", groups(profile, ":"))]),
    ];
    if !wanted.server_order {
        let line = "    ssl-default-bind-options prefer-client-ciphers".to_owned();
        parts.push(part(Topic::Order, [line]));
    }
    if has_dhe(profile) {
        let file = format!("    ssl-dh-param-file /etc/haproxy/{}.pem", named_prime(profile));
        parts.push(part(Topic::DhParameters, [file]));
    }
    let age = wanted.hsts_max_age;
    parts.push(part(Topic::EarlyData, ["    ssl-default-bind-options no-tls-tickets".to_owned()]));
    parts.push(part(
        Topic::Hsts,
        [
            "frontend www".to_owned(),
            format!("    http-response set-header Strict-Transport-Security \"max-age={age}\""),
        ],
    ));
    parts
}

pub(super) fn postfix(profile: &Profile) -> Vec<Part> {
    let wanted = &profile.configuration;
    let oldest = wanted.versions.iter().min().map_or("TLSv1.2", |version| spelled(*version));
    let mut parts = vec![part(
        Topic::Versions,
        [format!("smtpd_tls_protocols = >={oldest}"), format!("smtpd_tls_mandatory_protocols = >={oldest}")],
    )];
    if let Some(ciphers) = ciphers(profile) {
        parts.push(part(
            Topic::Suites,
            [
                "smtpd_tls_ciphers = high".to_owned(),
                "smtpd_tls_mandatory_ciphers = high".to_owned(),
                format!("tls_high_cipherlist = {ciphers}"),
            ],
        ));
    }
    let order = if wanted.server_order { "yes" } else { "no" };
    parts.push(part(Topic::Order, [format!("tls_preempt_cipherlist = {order}")]));
    parts.push(part(
        Topic::Groups,
        [
            "smtpd_tls_eecdh_grade = auto".to_owned(),
            format!("tls_eecdh_auto_curves = {}", groups(profile, " ")),
        ],
    ));
    if has_dhe(profile) {
        let file = format!("smtpd_tls_dh1024_param_file = /etc/postfix/{}.pem", named_prime(profile));
        parts.push(part(Topic::DhParameters, [file]));
    }
    let options = "tls_ssl_options = NO_COMPRESSION, NO_RENEGOTIATION".to_owned();
    parts.push(part(Topic::Renegotiation, [options]));
    parts
}

/// `ECDHE-…:DHE-…`; `None` when the profile has no suites before TLS 1.3.
fn ciphers(profile: &Profile) -> Option<String> {
    let names: Vec<String> = tls12(profile).map(|suite| suite.openssl()).collect();
    let level = if speaks_old(profile) { ":@SECLEVEL=0" } else { "" };
    (!names.is_empty()).then(|| format!("{}{level}", names.join(":")))
}

/// `TLS_AES_…:…`; `None` without TLS 1.3.
fn ciphersuites(profile: &Profile) -> Option<String> {
    let names: Vec<String> = tls13(profile).map(|suite| suite.iana()).collect();
    (speaks(profile, Version::Tls13) && !names.is_empty()).then(|| names.join(":"))
}

fn groups(profile: &Profile, between: &str) -> String {
    profile.configuration.groups.iter().map(|group| group.openssl()).collect::<Vec<_>>().join(between)
}

fn versions(profile: &Profile, between: &str) -> String {
    profile.configuration.versions.iter().map(|version| spelled(*version)).collect::<Vec<_>>().join(between)
}

/// As OpenSSL and its users spell a version.
fn spelled(version: Version) -> &'static str {
    match version {
        Version::SslV2 => "SSLv2",
        Version::SslV3 => "SSLv3",
        Version::Tls10 => "TLSv1",
        Version::Tls11 => "TLSv1.1",
        Version::Tls12 => "TLSv1.2",
        Version::Tls13 => "TLSv1.3",
    }
}
