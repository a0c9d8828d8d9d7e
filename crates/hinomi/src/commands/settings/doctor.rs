//! `hinomi doctor`: what this machine can do, tried out rather than asked for.

use crate::app::{App, deliver, shown, store_path};
use crate::jail::{JailSettings, Layers, Outcome, Protections, probe};
use anyhow::Result;
use hinomi_model::Text;
use std::fmt::Write;

pub(crate) fn run(app: &App) -> Result<u8> {
    let mut out = String::new();
    let mut whole = true;
    let mut line = |label: &str, good: bool, detail: &str| {
        whole &= good;
        let mark = app.say(if good { "cli_doctor_ok" } else { "cli_doctor_missing" });
        _ = writeln!(out, "{label}: {mark}  {detail}");
    };
    let settings = JailSettings::of_this_binary(1);
    let jail = app.say("cli_doctor_jail");
    match probe(&settings) {
        Ok(protections) => {
            let tried = |layers: Layers| attempts(&protections, layers);
            let abi = protections.shields.landlock_abi;
            let landlock = abi.map_or("Landlock".to_owned(), |abi| format!("Landlock (ABI {abi})"));
            line(
                &jail,
                protections.landlock(),
                &format!("{landlock}: {}", tried(Layers { landlock: true, ..Layers::NONE })),
            );
            line(
                &jail,
                protections.seccomp(),
                &format!("seccomp: {}", tried(Layers { seccomp: true, ..Layers::NONE })),
            );
            line(
                &jail,
                protections.rlimits(),
                &format!("rlimits: {}", tried(Layers { rlimits: true, ..Layers::NONE })),
            );
            line(
                &jail,
                protections.sealed(),
                &format!("Landlock + seccomp + rlimits: {}", tried(Layers::ALL)),
            );
        }
        Err(error) => line(&jail, false, &error.to_string()),
    }
    let store = store_path(app);
    match (store.is_file(), hinomi_store::Store::verify(&store)) {
        (false, _) => {
            let none = app.tell(Text::new("cli_no_store").with("path", shown(&store)));
            line(&app.say("cli_doctor_store"), true, &none);
        }
        (true, Ok(verified)) => {
            let detail =
                format!("{} (version {}, {} findings)", shown(&store), verified.version, verified.findings);
            line(&app.say("cli_doctor_store"), true, &detail);
        }
        (true, Err(error)) => line(&app.say("cli_doctor_store"), false, &error.to_string()),
    }
    let config = app.found.path.as_ref().map_or_else(|| app.say("cli_config_none"), |path| shown(path));
    line(&app.say("cli_doctor_config"), true, &config);
    line(&app.say("cli_doctor_checks"), true, &app.checks.len().to_string());
    // Only pages need it: without one the rest is whole.
    let browser = hinomi_collect::find_chromium(None);
    let found = browser.as_deref().map_or_else(|| app.say("cli_browser_missing"), shown);
    let label = app.say("cli_doctor_browser");
    let mark = app.say(if browser.is_some() { "cli_doctor_ok" } else { "cli_doctor_missing" });
    _ = writeln!(out, "{label}: {mark}  {found}");
    deliver(out.as_bytes(), None)?;
    Ok(if whole { 0 } else { 3 })
}

/// What was tried with these walls up, and what was not stopped.
fn attempts(protections: &Protections, layers: Layers) -> String {
    let tried = protections.experiments.iter().filter(|experiment| experiment.layers == layers);
    let told: Vec<String> = tried
        .map(|experiment| match experiment.outcome {
            Outcome::Allowed => format!("{}!", experiment.attempt),
            Outcome::Stopped(_) => experiment.attempt.to_owned(),
        })
        .collect();
    told.join(" ")
}
