//! Schannel, which serves IIS and everything else on Windows Server, by PowerShell.

use super::{Part, Profile, SuiteName, Topic, part, speaks, tls12, tls13};
use hinomi_formats::tls::names::Version;

const KEY: &str = r"HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL";

pub(super) fn iis(profile: &Profile) -> Vec<Part> {
    let versions = Version::ALL.into_iter().rev().flat_map(|version| {
        let (enabled, disabled) = if speaks(profile, version) { (1, 0) } else { (0, 1) };
        let place = format!(r"{KEY}\Protocols\{}\Server", spelled(version));
        [
            format!("New-Item '{place}' -Force | Out-Null"),
            format!("Set-ItemProperty '{place}' -Name Enabled -Type DWord -Value {enabled}"),
            format!("Set-ItemProperty '{place}' -Name DisabledByDefault -Type DWord -Value {disabled}"),
        ]
    });
    let suites: Vec<String> =
        tls13(profile).chain(tls12(profile)).filter(|suite| is_there(suite)).map(SuiteName::iana).collect();
    let enable = suites
        .iter()
        .enumerate()
        .map(|(at, name)| format!("Enable-TlsCipherSuite -Name '{name}' -Position {at}"));
    let clear = "Get-TlsCipherSuite | ForEach-Object { Disable-TlsCipherSuite -Name $_.Name }".to_owned();
    let curves = profile.configuration.groups.iter().filter_map(|group| curve(group.0.name));
    let curves =
        curves.enumerate().map(|(at, name)| format!("Enable-TlsEccCurve -Name '{name}' -Position {at}"));
    let dh = format!(r"{KEY}\KeyExchangeAlgorithms\Diffie-Hellman");
    let bits = profile.configuration.dh_bits;
    let hsts = format!(
        "Set-WebConfigurationProperty -Filter 'system.applicationHost/sites/siteDefaults/hsts' -Name 'max-age' -Value {}",
        profile.configuration.hsts_max_age
    );
    let hsts_on = "Set-WebConfigurationProperty -Filter 'system.applicationHost/sites/siteDefaults/hsts' -Name enabled -Value true";
    vec![
        part(Topic::Versions, versions),
        part(Topic::Suites, std::iter::once(clear).chain(enable)),
        part(Topic::Groups, curves),
        part(
            Topic::DhParameters,
            [
                format!("New-Item '{dh}' -Force | Out-Null"),
                format!("Set-ItemProperty '{dh}' -Name ServerMinKeyBitLength -Type DWord -Value {bits}"),
            ],
        ),
        part(Topic::Hsts, [hsts_on.to_owned(), hsts]),
    ]
}

/// Whether some suite of the profile does not exist there.
pub(super) fn leaves_out(profile: &Profile) -> bool {
    tls13(profile).chain(tls12(profile)).any(|suite| !is_there(suite))
}

/// Schannel of Windows Server 2022 has no CCM and no Camellia, and ChaCha20 in TLS 1.3 only.
fn is_there(suite: &SuiteName) -> bool {
    let name = suite.0.name;
    match suite.0.cipher {
        "AES" => !name.contains("CCM"),
        "CHACHA20" => suite.0.is_tls13(),
        "3DES" => true,
        _ => false,
    }
}

/// Its names of curves; it has no X448.
fn curve(name: &str) -> Option<&'static str> {
    match name {
        "x25519" => Some("curve25519"),
        "secp256r1" => Some("NistP256"),
        "secp384r1" => Some("NistP384"),
        "secp521r1" => Some("NistP521"),
        _ => None,
    }
}

fn spelled(version: Version) -> &'static str {
    match version {
        Version::SslV2 => "SSL 2.0",
        Version::SslV3 => "SSL 3.0",
        Version::Tls10 => "TLS 1.0",
        Version::Tls11 => "TLS 1.1",
        Version::Tls12 => "TLS 1.2",
        Version::Tls13 => "TLS 1.3",
    }
}
