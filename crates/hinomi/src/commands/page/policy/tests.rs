//! What each browser gets.

use super::*;
use crate::config::{Config, Found};
use expect_test::{Expect, expect};

const PAGES: &str = r#"
schema = 1
[scope]
domains = ["reiji.example"]
[page]
block = true
deny_others = true
report_url = "http://127.0.0.1:8787/page-reports"
space_overrides = ["100.64.0.0/10=public"]
[page.extension]
chromium_id = "abcdefghijklmnopabcdefghijklmnop"
chromium_update_url = "https://updates.reiji.example/update.xml"
firefox_url = "https://updates.reiji.example/page-watch.xpi"
[[page.allow]]
id = "sso"
page = "https://[*.]login.example"
target = "127.0.0.1"
ports = [8769, "9000-9002"]
script = "https://login.example/*"
reason = "agent of the single sign-on"
owner = "IT"
expires = "2099-03-31"
[[page.allow]]
id = "printer"
page = "[*.]reiji.example"
target = "192.168.10.0/24"
reason = "label printers"
owner = "IT"
expires = "2099-03-31"
[[page.allow]]
id = "old"
page = "old.example"
target = "agent.old.example"
reason = "gone"
owner = "IT"
expires = "2020-01-31"
"#;

fn app(text: &str) -> App {
    let config: Config = toml::from_str(text).expect("a configuration");
    App::for_test(Found { config, path: None })
}

#[track_caller]
fn check(browser: BrowserArg, expected: &Expect) {
    let desk = tempfile::tempdir().expect("a folder");
    let file = desk.path().join("policy.json");
    let args = PagePolicy { browser, output: Some(file.clone()) };
    assert_eq!(policy(&app(PAGES), &args).expect("it is written"), 0);
    expected.assert_eq(&std::fs::read_to_string(file).expect("it is there"));
}

#[test]
fn chromium_gets_lists_of_pages_and_denies_the_rest() {
    check(
        BrowserArg::Chrome,
        &expect![[r#"
        {
          "3rdparty": {
            "extensions": {
              "abcdefghijklmnopabcdefghijklmnop": {
                "allow": [
                  {
                    "expires": "2099-03-31",
                    "id": "sso",
                    "owner": "IT",
                    "page": "https://[*.]login.example",
                    "ports": [
                      8769,
                      9000,
                      9001,
                      9002
                    ],
                    "reason": "agent of the single sign-on",
                    "script": "https://login.example/*",
                    "target": "127.0.0.1"
                  },
                  {
                    "expires": "2099-03-31",
                    "id": "printer",
                    "owner": "IT",
                    "page": "[*.]reiji.example",
                    "reason": "label printers",
                    "target": "192.168.10.0/24"
                  }
                ],
                "block": true,
                "notifications": false,
                "ownDomains": [
                  "reiji.example"
                ],
                "reportPaths": false,
                "reportUrl": "http://127.0.0.1:8787/page-reports",
                "spaceOverrides": [
                  "100.64.0.0/10=public"
                ]
              }
            }
          },
          "ExtensionSettings": {
            "abcdefghijklmnopabcdefghijklmnop": {
              "installation_mode": "force_installed",
              "update_url": "https://updates.reiji.example/update.xml"
            }
          },
          "LocalNetworkAccessBlockedForUrls": [
            "*"
          ],
          "LocalNetworkAccessIpAddressSpaceOverrides": [
            "100.64.0.0/10=public"
          ],
          "LocalNetworkAllowedForUrls": [
            "[*.]reiji.example"
          ],
          "LoopbackNetworkAllowedForUrls": [
            "https://[*.]login.example"
          ]
        }
    "#]],
    );
}

#[test]
fn firefox_gets_its_own_form() {
    check(
        BrowserArg::Firefox,
        &expect![[r#"
        {
          "policies": {
            "3rdparty": {
              "Extensions": {
                "page-watch@hinomi.example": {
                  "allow": [
                    {
                      "expires": "2099-03-31",
                      "id": "sso",
                      "owner": "IT",
                      "page": "https://[*.]login.example",
                      "ports": [
                        8769,
                        9000,
                        9001,
                        9002
                      ],
                      "reason": "agent of the single sign-on",
                      "script": "https://login.example/*",
                      "target": "127.0.0.1"
                    },
                    {
                      "expires": "2099-03-31",
                      "id": "printer",
                      "owner": "IT",
                      "page": "[*.]reiji.example",
                      "reason": "label printers",
                      "target": "192.168.10.0/24"
                    }
                  ],
                  "block": true,
                  "notifications": false,
                  "ownDomains": [
                    "reiji.example"
                  ],
                  "reportPaths": false,
                  "reportUrl": "http://127.0.0.1:8787/page-reports",
                  "spaceOverrides": [
                    "100.64.0.0/10=public"
                  ]
                }
              }
            },
            "ExtensionSettings": {
              "page-watch@hinomi.example": {
                "install_url": "https://updates.reiji.example/page-watch.xpi",
                "installation_mode": "force_installed"
              }
            },
            "LocalNetworkAccess": {
              "BlockTrackers": true,
              "EnablePrompting": true,
              "Enabled": true,
              "Locked": true,
              "SkipDomains": [
                "*.login.example",
                "*.reiji.example"
              ]
            }
          }
        }
    "#]],
    );
}

#[test]
fn where_targets_lie() {
    for (target, reach) in [
        ("127.0.0.1", Reach::Loopback),
        ("127.0.0.0/8", Reach::Loopback),
        ("[::1]", Reach::Loopback),
        ("localhost", Reach::Loopback),
        ("app.localhost", Reach::Loopback),
        ("192.168.0.0/16", Reach::Local),
        ("10.1.2.3", Reach::Local),
        ("fd00::/8", Reach::Local),
        ("0.0.0.0/0", Reach::Either),
        ("agent.example", Reach::Either),
        ("*.plex.direct", Reach::Either),
    ] {
        assert_eq!(Reach::of(target), reach, "{target}");
    }
}

#[test]
fn pages_as_firefox_writes_them() {
    for (page, host) in [
        ("a.example", "a.example"),
        ("[*.]a.example", "*.a.example"),
        ("https://[*.]a.example:8443", "*.a.example"),
        ("http://a.example:*/", "a.example"),
        ("https://[fd00::1]:8443", "[fd00::1]"),
        ("[fd00::1]", "[fd00::1]"),
        ("*", "*"),
        ("https://*", "*"),
    ] {
        assert_eq!(host_pattern(page), host, "{page}");
    }
}

#[track_caller]
fn check_refused(from: &str, to: &str, why: &str) {
    let desk = tempfile::tempdir().expect("a folder");
    let file = desk.path().join("hinomi.toml");
    let text = PAGES.replace(from, to);
    std::fs::write(&file, &text).expect("it is writable");
    let error = match crate::config::read(&file) {
        Err(error) => error,
        Ok(_) => {
            let args = PagePolicy { browser: BrowserArg::Chrome, output: Some(desk.path().join("made")) };
            policy(&app(&text), &args).expect_err("must be refused")
        }
    };
    let error = format!("{error:#}");
    assert!(error.contains(why), "{error}");
}

#[test]
fn rules_that_nobody_could_keep_to_are_refused() {
    check_refused("reason = \"gone\"", "reason = \" \"", "page.allow[2]: no reason");
    check_refused("id = \"printer\"", "id = \"sso\"", "two rules are called sso");
    check_refused("id = \"printer\"\n", "", "page.allow[1]");
    check_refused("9000-9002", "9002-9000", "range of ports");
    check_refused("9000-9002", "1-65535", "1000 ports");
    check_refused("\"9000-9002\"", "0", "1000 ports");
    check_refused("192.168.10.0/24", "192.168.10.0/99", "neither a host nor a block");
    check_refused("2020-01-31", "soon", "page.allow[2]");
    check_refused("100.64.0.0/10=public", "100.64.0.0/10=mine", "page.space_overrides[0]");
    check_refused("http://127.0.0.1:8787", "http://reports.example", "page.report_url");
    check_refused("abcdefghijklmnopabcdefghijklmnop", "xyz", "page.extension.chromium_id");
    check_refused("owner = \"IT\"\nexpires = \"2020", "ower = \"IT\"\nexpires = \"2020", "unknown field");
}
