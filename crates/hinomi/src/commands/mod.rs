//! What each command does.

mod decode;
mod demo;
mod explain;
mod finding;
mod init;
mod page;
mod results;
mod run;
mod scan;
mod settings;
mod store;
mod trust;

#[cfg(test)]
pub(crate) use results::{plan_for, render};

use crate::app::App;
use crate::cli::{Action, args::AuditAction};
use anyhow::Result;

/// Runs one command; gives the exit code.
pub(crate) fn run(action: Action, app: &App) -> Result<u8> {
    match action {
        Action::Demo(args) => demo::run(app, &args),
        Action::Init(args) => init::run(app, &args),
        Action::Run(args) => run::run(app, &args),
        Action::Scan(args) => scan::run(app, &args),
        Action::Decode(args) => decode::run(app, &args),
        Action::Plan(args) => results::plan(app, &args),
        Action::Report(args) => results::report(app, &args),
        Action::Block(args) => results::block(app, &args),
        Action::Tls(action) => trust::tls::run(app, &action),
        Action::Page(action) => page::policies(app, &action),
        Action::Keys(action) => trust::keys::run(app, &action),
        Action::Collect(action) => page::collect(app, &action),
        Action::Explain(args) => explain::run(app, &args),
        Action::Finding(action) => finding::run(app, &action),
        Action::Asset(_) => store::assets(app),
        Action::Indicator(_) => store::indicators(app),
        Action::Catalog(action) => settings::catalog(app, &action),
        Action::Config(action) => settings::config(app, &action),
        Action::Doctor(_) => settings::doctor::run(app),
        Action::Backup(args) => store::backup(app, &args.file),
        Action::Restore(args) => store::restore(app, &args.file),
        Action::Audit(AuditAction::Verify) => store::verify_audit(app),
    }
}
