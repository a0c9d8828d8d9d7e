//! `hinomi catalog`, `hinomi config` and `hinomi doctor`.

pub(super) mod doctor;

use crate::app::{App, deliver, shown};
use crate::cli::{CatalogAction, ConfigAction};
use crate::commands::scan;
use anyhow::{Context, Result};
use hinomi_model::Text;
use std::fmt::Write;

pub(crate) fn catalog(app: &App, action: &CatalogAction) -> Result<u8> {
    let told = match action {
        // Reading it held it to its rules: a catalogue with a fault stops every command with its name.
        CatalogAction::Check => {
            check_references(app)?;
            format!("{}\n", app.tell(Text::new("cli_catalog_ok").with("files", app.catalog_files.len())))
        }
        CatalogAction::List => app.catalog_files.keys().fold(String::new(), |mut out, name| {
            _ = writeln!(out, "{name}");
            out
        }),
        CatalogAction::Show(args) => app
            .catalog_files
            .get(&args.name)
            .cloned()
            .with_context(|| format!("find {} in the catalogue", args.name))?,
    };
    deliver(told.as_bytes(), None)?;
    Ok(0)
}

/// Every measure and incident a check names is there, and every check an incident names.
fn check_references(app: &App) -> Result<()> {
    for (id, entry) in &app.checks {
        for measure in &entry.measures {
            let known = app.catalog.measures.get(measure);
            let known =
                known.with_context(|| format!("find the measure {measure}, which the check {id} names"))?;
            known
                .removes_bp
                .get(id)
                .with_context(|| format!("find what the measure {measure} removes of {id}"))?;
        }
        for incident in &entry.incidents {
            app.catalog
                .incidents
                .get(incident)
                .with_context(|| format!("find the incident {incident}, which the check {id} names"))?;
        }
    }
    for incident in app.catalog.incidents.values() {
        for check in &incident.checks {
            app.checks.get(check).with_context(|| {
                format!("find the check {check}, which the incident {} names", incident.id)
            })?;
        }
    }
    Ok(())
}

pub(crate) fn config(app: &App, action: &ConfigAction) -> Result<u8> {
    match action {
        ConfigAction::Check => check(app),
        ConfigAction::Show => {
            let from = app.found.path.as_ref().map_or_else(|| app.say("cli_config_none"), |path| shown(path));
            let text = toml::to_string_pretty(&app.found.config).context("write the configuration")?;
            deliver(format!("# {from}\n{text}").as_bytes(), None)?;
            Ok(0)
        }
    }
}

fn check(app: &App) -> Result<u8> {
    let config = &app.found.config;
    hinomi_collect::Scope::new(&config.scope.domains, &config.scope.networks).context("read [scope]")?;
    crate::config::usual_passwords(&app.found).context("read [mail] usual_passwords")?;
    crate::config::key_passwords(&app.found).context("read [keys] passwords")?;
    crate::config::policy(&app.found)?;
    crate::config::blocklist(&app.found).context("read [keys] blocklist")?;
    crate::config::answers(&app.found).context("read [keys] questionnaire")?;
    for source in &config.source {
        let path = app.found.inside(&source.path);
        if !path.exists() {
            anyhow::bail!("find {}, which a [[source]] names", path.display());
        }
    }
    let told = match &app.found.path {
        None => app.say("cli_config_none"),
        Some(_) if scan::configured(app).is_empty() => app.say("cli_config_no_source"),
        Some(path) => app.tell(Text::new("cli_config_ok").with("path", shown(path))),
    };
    deliver(format!("{told}\n").as_bytes(), None)?;
    Ok(0)
}
