//! Settings as they are printed.

use super::*;
use crate::tls::Assessment;
use expect_test::{Expect, expect};
use hinomi_model::fact::{TlsFact, VersionSeen};

#[track_caller]
fn written(profile: &str, server: Server, expected: Expect) {
    expected.assert_eq(&configuration(&Profile::builtin(profile).unwrap(), server).text());
}

#[test]
fn settings_under_the_high_profile() {
    let high = "ipa-gl3001-3.0.1-high";
    written(
        high,
        Server::Nginx,
        expect![[r#"
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-CCM8:ECDHE-ECDSA-AES256-CCM:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-CCM8:ECDHE-ECDSA-AES128-CCM:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES256-CCM8:DHE-RSA-AES256-CCM:DHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-CCM8:DHE-RSA-AES128-CCM;
        ssl_conf_command Ciphersuites TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256;
        ssl_prefer_server_ciphers on;
        ssl_ecdh_curve prime256v1:X25519:secp384r1:X448:secp521r1;
        ssl_dhparam /etc/nginx/ffdhe2048.pem;
        ssl_stapling on;
        ssl_stapling_verify on;
        ssl_early_data off;
        ssl_session_tickets off;
        add_header Strict-Transport-Security "max-age=63072000" always;
    "#]],
    );
    written(
        high,
        Server::Apache,
        expect![[r#"
        SSLProtocol -all +TLSv1.2 +TLSv1.3
        SSLCipherSuite ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-CCM8:ECDHE-ECDSA-AES256-CCM:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-CCM8:ECDHE-ECDSA-AES128-CCM:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES256-CCM8:DHE-RSA-AES256-CCM:DHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-CCM8:DHE-RSA-AES128-CCM
        SSLCipherSuite TLSv1.3 TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256
        SSLHonorCipherOrder on
        SSLOpenSSLConfCmd Curves prime256v1:X25519:secp384r1:X448:secp521r1
        SSLOpenSSLConfCmd DHParameters "/etc/ssl/ffdhe2048.pem"
        SSLCompression off
        SSLInsecureRenegotiation off
        SSLUseStapling on
        SSLStaplingCache "shmcb:logs/stapling-cache(150000)"
        SSLSessionTickets off
        Header always set Strict-Transport-Security "max-age=63072000"
    "#]],
    );
    written(
        high,
        Server::Postfix,
        expect![[r#"
        smtpd_tls_protocols = >=TLSv1.2
        smtpd_tls_mandatory_protocols = >=TLSv1.2
        smtpd_tls_ciphers = high
        smtpd_tls_mandatory_ciphers = high
        tls_high_cipherlist = ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-CCM8:ECDHE-ECDSA-AES256-CCM:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-CCM8:ECDHE-ECDSA-AES128-CCM:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES256-CCM8:DHE-RSA-AES256-CCM:DHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-CCM8:DHE-RSA-AES128-CCM
        tls_preempt_cipherlist = yes
        smtpd_tls_eecdh_grade = auto
        tls_eecdh_auto_curves = prime256v1 X25519 secp384r1 X448 secp521r1
        smtpd_tls_dh1024_param_file = /etc/postfix/ffdhe2048.pem
        tls_ssl_options = NO_COMPRESSION, NO_RENEGOTIATION
    "#]],
    );
    written(
        high,
        Server::AwsAlb,
        expect![[r#"
        aws elbv2 modify-listener --listener-arn "$LISTENER_ARN" --ssl-policy ELBSecurityPolicy-TLS13-1-2-Res-2021-06
    "#]],
    );
}

#[test]
fn settings_under_profiles_of_mozilla() {
    written(
        "mozilla-5.8-modern",
        Server::Nginx,
        expect![[r#"
        ssl_protocols TLSv1.3;
        ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256;
        ssl_prefer_server_ciphers off;
        ssl_ecdh_curve X25519MLKEM768:X25519:prime256v1:secp384r1;
        ssl_stapling on;
        ssl_stapling_verify on;
        ssl_early_data off;
        ssl_session_tickets off;
        add_header Strict-Transport-Security "max-age=63072000" always;
    "#]],
    );
    written(
        "mozilla-5.7-intermediate",
        Server::Haproxy,
        expect![[r#"
        global
            ssl-default-bind-options ssl-min-ver TLSv1.2 ssl-max-ver TLSv1.3
            ssl-default-bind-ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305
            ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256
            ssl-default-bind-curves X25519:prime256v1:secp384r1
            ssl-default-bind-options prefer-client-ciphers
            ssl-dh-param-file /etc/haproxy/ffdhe2048.pem
            ssl-default-bind-options no-tls-tickets
        frontend www
            http-response set-header Strict-Transport-Security "max-age=63072000"
    "#]],
    );
}

#[test]
fn settings_for_windows() {
    written(
        "mozilla-5.7-intermediate",
        Server::Iis,
        expect![[r#"
        New-Item 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Server' -Force | Out-Null
        Set-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Server' -Name Enabled -Type DWord -Value 0
        Set-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Server' -Name DisabledByDefault -Type DWord -Value 1
        New-Item 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Server' -Force | Out-Null
        Set-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Server' -Name Enabled -Type DWord -Value 0
        Set-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Server' -Name DisabledByDefault -Type DWord -Value 1
        New-Item 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server' -Force | Out-Null
        Set-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server' -Name Enabled -Type DWord -Value 0
        Set-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server' -Name DisabledByDefault -Type DWord -Value 1
        New-Item 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Server' -Force | Out-Null
        Set-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Server' -Name Enabled -Type DWord -Value 0
        Set-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Server' -Name DisabledByDefault -Type DWord -Value 1
        New-Item 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server' -Force | Out-Null
        Set-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server' -Name Enabled -Type DWord -Value 1
        Set-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server' -Name DisabledByDefault -Type DWord -Value 0
        New-Item 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.3\Server' -Force | Out-Null
        Set-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.3\Server' -Name Enabled -Type DWord -Value 1
        Set-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.3\Server' -Name DisabledByDefault -Type DWord -Value 0
        Get-TlsCipherSuite | ForEach-Object { Disable-TlsCipherSuite -Name $_.Name }
        Enable-TlsCipherSuite -Name 'TLS_AES_128_GCM_SHA256' -Position 0
        Enable-TlsCipherSuite -Name 'TLS_AES_256_GCM_SHA384' -Position 1
        Enable-TlsCipherSuite -Name 'TLS_CHACHA20_POLY1305_SHA256' -Position 2
        Enable-TlsCipherSuite -Name 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256' -Position 3
        Enable-TlsCipherSuite -Name 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256' -Position 4
        Enable-TlsCipherSuite -Name 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384' -Position 5
        Enable-TlsCipherSuite -Name 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384' -Position 6
        Enable-TlsCipherSuite -Name 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256' -Position 7
        Enable-TlsCipherSuite -Name 'TLS_DHE_RSA_WITH_AES_256_GCM_SHA384' -Position 8
        Enable-TlsEccCurve -Name 'curve25519' -Position 0
        Enable-TlsEccCurve -Name 'NistP256' -Position 1
        Enable-TlsEccCurve -Name 'NistP384' -Position 2
        New-Item 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\KeyExchangeAlgorithms\Diffie-Hellman' -Force | Out-Null
        Set-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\KeyExchangeAlgorithms\Diffie-Hellman' -Name ServerMinKeyBitLength -Type DWord -Value 2048
        Set-WebConfigurationProperty -Filter 'system.applicationHost/sites/siteDefaults/hsts' -Name enabled -Value true
        Set-WebConfigurationProperty -Filter 'system.applicationHost/sites/siteDefaults/hsts' -Name 'max-age' -Value 63072000
    "#]],
    );
}

#[test]
fn every_profile_has_settings_for_every_server() {
    for id in Profile::builtin_ids() {
        let profile = Profile::builtin(id).unwrap();
        for server in Server::ALL {
            let settings = configuration(&profile, server);
            assert!(!settings.text().is_empty(), "{id} {server}");
            assert!(settings.parts.iter().flat_map(|part| &part.lines).all(|line| !line.contains('\n')));
            assert_eq!(server.as_str().parse(), Ok(server));
            for note in &settings.notes {
                assert!(!note.words(Lang::Ja).is_ascii() && note.words(Lang::En).is_ascii(), "{note:?}");
            }
        }
    }
    assert!("lighttpd".parse::<Server>().is_err());
}

#[test]
fn only_the_lines_that_answer_what_fails_are_shown() {
    let profile = Profile::default();
    let version = |name: &str, suites: &[u32]| VersionSeen {
        version: name.to_owned(),
        offered: Some(!suites.is_empty()),
        suites: suites.to_vec(),
        complete: true,
        ..VersionSeen::default()
    };
    let fact = TlsFact {
        versions: vec![version("tls1.0", &[0xC013]), version("tls1.2", &[0xC02F]), version("sslv3", &[])],
        ..TlsFact::default()
    };
    let ring = crate::KeyRing::default();
    let assessment = Assessment::of(&profile, &fact, &ring);
    let failing = assessment.verdicts.iter().filter(|verdict| verdict.outcome == crate::tls::Outcome::Fail);
    let settings =
        configuration(&profile, Server::Nginx).answering(failing.map(|verdict| &verdict.item.rule));
    assert_eq!(settings.text(), "ssl_protocols TLSv1.2 TLSv1.3;\n");
    assert!(!settings.notes.contains(&Note::Certificate));
}

#[test]
fn what_no_setting_does_is_said() {
    let rules = [Rule::NoCompression, Rule::CertificateTrusted];
    let settings = configuration(&Profile::default(), Server::Nginx).answering(&rules);
    assert_eq!(settings.text(), "");
    assert!(settings.notes.contains(&Note::Update) && settings.notes.contains(&Note::Certificate));
    let by_apache = configuration(&Profile::default(), Server::Apache).answering(&rules);
    assert_eq!(by_apache.text(), "SSLCompression off\n");
    assert!(!by_apache.notes.contains(&Note::Update));
}

/// "TLSv1" is refused by HAProxy and by nobody else.
#[test]
fn haproxy_spells_tls_1_0_with_its_zero() {
    let line = |server: Server| {
        let settings = configuration(&Profile::builtin("ipa-gl3001-3.0.1-exception").unwrap(), server);
        settings.parts[0].lines.last().unwrap().clone()
    };
    let bounds = "    ssl-default-bind-options ssl-min-ver TLSv1.0 ssl-max-ver TLSv1.3";
    assert_eq!(line(Server::Haproxy), bounds);
    assert_eq!(line(Server::Nginx), "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;");
    assert_eq!(line(Server::Postfix), "smtpd_tls_mandatory_protocols = >=TLSv1");
}

/// A rule that is measured has a setting, a certificate, or a reason.
#[test]
fn every_rule_has_an_answer() {
    for id in Profile::builtin_ids() {
        for item in &Profile::builtin(id).unwrap().items {
            let by_certificate = item.rule.area() == Area::Certificate;
            let by_library = matches!(item.rule, Rule::ExtendedMasterSecret | Rule::Transcribe);
            assert!(!item.rule.topics().is_empty() || by_certificate || by_library, "{id} {}", item.id);
        }
    }
}
